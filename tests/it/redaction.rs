//! Nothing private reaches a spectator, by any way: a word that stands nowhere else is planted in
//! everything that can be private, every byte that is sent is kept, and none of the words is in it.

use crate::support::random::Random;
use crate::support::screen::Screen;
use crate::support::server::{House, Wire, command, note};
use crate::support::story::{a_run, a_signal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use warroom::incident::*;
use warroom::journal::sqlite;
use warroom::protocol::*;

/// What every planted word begins with.
const MARK: &str = "zqsecret";
/// Random logs for each setting.
const LOGS: u64 = 4;

/// What of a kind of event a spectator is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Nothing: it holds no more than everyone may read.
    Nothing,
    /// All of it, where it is marked private.
    Private,
    /// All of it, where the configuration hides asks.
    Asks,
    /// What was printed and what is said about it; all of it, where it is marked private.
    Output,
    /// The words of an update that is not out.
    NotOut,
}

/// A kind that is not here was not considered yet: think of what a spectator may see of it, plant
/// words in it below, and put it in its row.
fn kept(kind: &str) -> Kept {
    match kind {
        "noted" | "amended" | "retracted" | "pinned" | "evidence_pinned" | "hypothesis_judged" => {
            Kept::Private
        }
        "command_ran" => Kept::Output,
        // A spectator is told that an update for whom is drafted, waits or was turned down, and reads it
        // once it is posted.
        "update_drafted" | "update_approved" | "update_rejected" | "update_withdrawn" => {
            Kept::NotOut
        }
        "asked" | "ask_answered" | "more_time_asked" | "ask_extended" | "more_time_refused"
        | "ask_withdrawn" => Kept::Asks,
        // What outside systems are asked names alerts and silences. A call that this version does
        // not know is hidden; `incident_beside` shows that.
        "outside_asked" | "outside_answered" => Kept::Nothing,
        "opened"
        | "renamed"
        | "severity_set"
        | "status_set"
        | "milestone_set"
        | "merged"
        | "absorbed"
        | "role_assigned"
        | "role_released"
        | "runbook_attached"
        | "step_set"
        | "alert_recorded"
        | "alert_flapping"
        | "alert_held"
        | "alert_settled"
        | "linked"
        | "update_posted"
        | "update_submitted"
        | "update_rules_set"
        | "handover_offered"
        | "handover_briefed"
        | "handover_ended"
        | "nag_snoozed"
        | "step_assigned"
        | "step_timed"
        | "step_remarked"
        // The command of a runbook, which everyone may read there.
        | "consent_asked"
        | "consent_answered"
        // Who saw it while it was private, which a spectator reads once everyone sees it.
        | "made_private"
        | "admitted"
        | "dismissed"
        | "made_public"
        | "proposed"
        | "stance_taken"
        | "proposal_contested"
        | "proposal_decided"
        | "proposal_withdrawn"
        | "action_item_added"
        | "alerts_acknowledged"
        | "alerts_unacknowledged"
        | "hidden" => Kept::Nothing,
        new => panic!("what may a spectator see of `{new}`?"),
    }
}

#[test]
fn every_kind_of_event_was_considered() {
    for kind in What::KINDS {
        kept(kind);
    }
}

/// Makes words that stand nowhere else.
#[derive(Default)]
struct Plant {
    planted: BTreeSet<String>,
    /// Those of asks, which are shown where the configuration says so.
    asked: BTreeSet<String>,
}

impl Plant {
    fn word(&mut self) -> String {
        let word = format!("{MARK}{:04}x", self.planted.len());
        self.planted.insert(word.clone());
        word
    }

    fn text(&mut self, about: &str) -> Arc<str> {
        format!("{about} {}", self.word()).into()
    }

    fn person(&mut self) -> Person {
        self.word().parse().unwrap()
    }

    /// What was planted by `ask` is about an ask.
    fn of_an_ask<T>(&mut self, ask: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.planted.clone();
        let made = ask(self);
        self.asked.extend(self.planted.difference(&before).cloned());
        made
    }

    fn run(&mut self, private: bool) -> CommandRun {
        let mut run = a_run(
            "2026-11-24T14:00:00Z".parse().unwrap(),
            &self.text("printed"),
        );
        run.note = self.text("about it");
        run.private = private;
        if private {
            run.command = self.text("kubectl get");
        }
        run
    }

    fn evidence(&mut self) -> Evidence {
        let mut evidence = a_signal("2026-11-24T14:00:00Z".parse().unwrap());
        evidence.title = self.text("title");
        evidence.source = self.word().into();
        evidence.url = Some(format!("https://{}.example/", self.word()).into());
        if let Seen::Signal { series, .. } = &mut evidence.seen {
            series[0].label = self.text("label");
        }
        evidence
    }
}

/// A responder who writes what a spectator may not see, in any order, between what all may see.
struct Writer {
    wire: Wire,
    incident: u64,
    random: Random,
    plant: Plant,
    asks: u32,
    entries: Vec<Seq>,
    drafts: u32,
}

impl Writer {
    /// An update is drafted with words that nobody outside the room reads, brought on one way or
    /// the other, and at times posted in other words.
    async fn update(&mut self) {
        let audience = self.random.pick(&Audience::ALL);
        let draft = |update, text| Intent::DraftUpdate {
            update,
            audience,
            text,
            stage: Some(Stage::Identified),
            next_at: None,
            expected: None,
            submit: true,
        };
        let first = draft(None, self.plant.text("draft"));
        let Some(seq) = self.say(first).await else {
            return;
        };
        self.drafts += 1;
        let update = UpdateId(self.drafts);
        let named = |version| update::Named { update, version };
        if self.random.once_in(3) {
            let (target, pinned) = (seq, true);
            self.say(Intent::Pin { target, pinned }).await;
        }
        match self.random.below(4) {
            0 => {
                let reason = self.plant.text("not so");
                self.say(Intent::RejectUpdate { update, reason }).await;
            }
            1 => {
                self.say(Intent::ApproveUpdate(named(1))).await;
            }
            2 => {
                let other = draft(Some(update), "everyone may read this".into());
                self.say(other).await;
                self.say(Intent::ApproveUpdate(named(2))).await;
                let post = Intent::PostUpdate {
                    update: Some(update),
                    text: None,
                    next_in_minutes: None,
                    audience: None,
                };
                self.say(post).await.expect("it is posted");
                return;
            }
            _ => {}
        }
        if self.random.once_in(2) {
            let reason = Some(self.plant.text("no longer so"));
            self.say(Intent::WithdrawUpdate { update, reason }).await;
        }
    }

    async fn say(&mut self, intent: Intent) -> Option<Seq> {
        let done = self
            .wire
            .submit(Some(self.incident), &command(intent))
            .await;
        done.ok().map(|(_, first, _)| Seq(first))
    }

    async fn step(&mut self) {
        match self.random.below(14) {
            11..=13 => self.update().await,
            0 | 1 => {
                let note = NewNote {
                    private: true,
                    pin: self.random.once_in(3),
                    tags: vec![self.plant.word().into()],
                    mentions: vec![self.plant.person()],
                    kind: self.random.pick(&[
                        EntryKind::Decision,
                        EntryKind::Hypothesis,
                        EntryKind::Report,
                        EntryKind::Impact,
                    ]),
                    ..NewNote::plain(&*self.plant.text("note"))
                };
                let supposed = note.kind == EntryKind::Hypothesis;
                let made = self.say(Intent::Note(note)).await;
                self.entries.extend(made);
                if let (true, Some(seq)) = (supposed, made) {
                    let judge = Intent::JudgeHypothesis(JudgeHypothesis {
                        hypothesis: HypothesisName::Entry(seq),
                        verdict: Verdict::RuledOut,
                        evidence: None,
                        reason: Some(self.plant.text("not so")),
                    });
                    self.say(judge).await.expect("it is judged");
                }
            }
            2 => {
                let evidence = Arc::new(self.plant.evidence());
                let text = self.plant.text("seen");
                let private = true;
                let pin = Intent::PinEvidence {
                    evidence,
                    text,
                    private,
                };
                let made = self.say(pin).await;
                self.entries.extend(made);
            }
            3 => {
                let open = note(&format!("all may read {}", self.random.next()));
                self.wire.submit(Some(self.incident), &open).await.unwrap();
            }
            9 => {
                let private = self.random.once_in(2);
                let run = self.plant.run(private);
                let made = self.say(Intent::RecordRun(Box::new(run))).await;
                self.entries.extend(made.filter(|_| private));
                if let (false, Some(target)) = (private, made) {
                    let pinned = true;
                    self.say(Intent::Pin { target, pinned }).await;
                }
            }
            4 if !self.entries.is_empty() => {
                let target = self.entries[self.random.below(self.entries.len())];
                let (plant, random) = (&mut self.plant, &mut self.random);
                let correct = match random.below(3) {
                    0 => Intent::Amend {
                        target,
                        text: plant.text("amended"),
                    },
                    1 => Intent::Retract {
                        target,
                        reason: plant.text("wrong"),
                    },
                    _ => Intent::Pin {
                        target,
                        pinned: random.once_in(2),
                    },
                };
                self.say(correct).await;
            }
            _ => {
                let ask =
                    AskId(1 + u32::try_from(self.random.below(self.asks as usize + 1)).unwrap());
                let which = self.random.below(7);
                let intent = self.plant.of_an_ask(|plant| of_ask(plant, ask, which));
                let asked = matches!(intent, Intent::Ask { .. });
                let done = self.say(intent).await;
                self.asks += u32::from(asked && done.is_some());
            }
        }
    }
}

/// Something that is done about an ask.
fn of_ask(plant: &mut Plant, ask: AskId, which: usize) -> Intent {
    let minutes = 5;
    let reason = |plant: &mut Plant| Some(plant.text("because"));
    match which {
        0 | 1 => Intent::Ask {
            to: plant.person(),
            minutes,
            text: plant.text("ask"),
        },
        2 => Intent::AskMoreTime {
            ask,
            minutes,
            reason: reason(plant),
        },
        3 => Intent::ExtendAsk {
            ask,
            minutes: Some(minutes),
            reason: reason(plant),
        },
        4 => Intent::RefuseMoreTime {
            ask,
            reason: reason(plant),
        },
        5 => Intent::WithdrawAsk {
            ask,
            reason: reason(plant),
        },
        _ => Intent::AnswerAsk {
            ask,
            state: AskState::Done,
            reason: reason(plant),
        },
    }
}

/// Asks for everything that can be asked for, and tries what is refused.
async fn ask_all(wire: &mut Wire, incident: u64, seqs: u64, plant: &Plant) {
    let id = IncidentId(incident);
    let mut request = 0;
    for before in [None, Some(Seq(seqs + 1))] {
        request += 1;
        let (after, at, limit) = (None, None, 500);
        wire.send(&ClientFrame::Page {
            request,
            incident: id,
            before,
            after,
            at,
            limit,
        })
        .await;
        wire.until(|frame| matches!(frame, ServerFrame::Page { .. }))
            .await;
    }
    let queries = plant.planted.iter().take(40).map(String::as_str);
    for query in queries.chain([MARK, "private", "ask"]) {
        request += 1;
        let query = query.to_owned();
        // The answer says nothing of the question, which is the asker's own.
        wire.send(&ClientFrame::Search {
            request,
            incident: None,
            query,
            limit: 50,
        })
        .await;
        wire.until(|frame| matches!(frame, ServerFrame::Found { .. }))
            .await;
    }
    for target in (1..=seqs).step_by(7).map(Seq) {
        let pin = command(Intent::Pin {
            target,
            pinned: true,
        });
        let _ = wire.submit(Some(incident), &pin).await;
    }
    let done = Intent::AnswerAsk {
        ask: AskId(1),
        state: AskState::Done,
        reason: None,
    };
    let _ = wire.submit(Some(incident), &command(done)).await;
    for seq in (1..=seqs).step_by(9).map(Seq) {
        request += 1;
        wire.send(&ClientFrame::StateAt {
            request,
            incident: id,
            seq,
        })
        .await;
        wire.until(|frame| {
            matches!(
                frame,
                ServerFrame::StateAt { .. } | ServerFrame::Failed { .. }
            )
        })
        .await;
    }
    wire.send(&ClientFrame::Alerts {
        request: 999,
        source: "none".into(),
        query: Default::default(),
    })
    .await;
    wire.until(|frame| {
        matches!(
            frame,
            ServerFrame::Failed { .. } | ServerFrame::Alerts { .. }
        )
    })
    .await;
}

/// Joins as a console of another version does, which is sent every event.
async fn join_otherwise(wire: &mut Wire, incident: u64, head: u64) {
    let join = ClientFrame::Join {
        incident: IncidentId(incident),
        have: Seq::ZERO,
        fold: FOLD_VERSION + 1,
    };
    wire.send(&join).await;
    let head = format!("\"seq\":{head},");
    while !wire.heard.iter().any(|text| text.contains(&head)) {
        wire.next().await.expect("a frame");
    }
}

/// Everything that was sent, by who got it.
type Sent = BTreeMap<&'static str, String>;

async fn run(seed: u64, asks: AsksShown) -> (Plant, Sent, BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(sqlite::open(folder.path(), &sqlite::Options::default()).unwrap());
    let log = journal.clone();
    let house = House::with(|options| {
        options.journal = journal;
        options.redaction = Redaction { asks };
        options.pace.wall_every = std::time::Duration::from_millis(5);
    })
    .await;
    let mut wire = house.client("maya").await;
    let incident = wire.declare("checkout is down").await;
    let mut writer = Writer {
        wire,
        incident,
        random: Random::new(seed),
        plant: Plant::default(),
        asks: 0,
        entries: Vec::new(),
        drafts: 0,
    };
    writer
        .say(Intent::ClaimRole {
            role: Role::IncidentCommander,
        })
        .await;
    let (mut early, mut reader) = (
        Wire::connect(house.address, None).await,
        house.client("bo").await,
    );
    early.hello("sue", true).await;
    early.join(incident, 0).await;
    reader.join(incident, 0).await;
    let mut screen = Screen::open(&house, None).await;
    for _ in 0..90 {
        writer.step().await;
    }
    let (_, head, _) = writer
        .wire
        .submit(Some(incident), &note("the end"))
        .await
        .unwrap();
    // It comes behind everything else.
    screen.until("the end").await;
    for wire in [&mut early, &mut reader] {
        while !wire.heard.iter().any(|text| text.contains("the end")) {
            wire.next().await.expect("the last event");
        }
    }
    ask_all(&mut early, incident, head, &writer.plant).await;
    ask_all(&mut reader, incident, head, &writer.plant).await;
    let mut late = Wire::connect(house.address, None).await;
    late.hello("tom", true).await;
    late.join(incident, 0).await;
    late.join(incident, head.saturating_sub(40)).await;
    let mut other = Wire::connect(house.address, None).await;
    other.hello("una", true).await;
    join_otherwise(&mut other, incident, head).await;
    let mut page = String::new();
    for path in ["/wall", "/wall/wall.js", "/wall/wall.css", "/wall/now"] {
        page += &house
            .http(&format!("GET {path} HTTP/1.1\r\nHost: localhost"), b"")
            .await
            .1;
    }
    let read = journal_kinds(&*log, incident).await;
    let sent = Sent::from([
        ("a spectator from the beginning", early.heard.join("\n")),
        ("a spectator who comes late", late.heard.join("\n")),
        ("a spectator of another version", other.heard.join("\n")),
        ("the wall's stream", screen.heard),
        ("the wall's page", page),
        ("a responder", reader.heard.join("\n")),
    ]);
    (writer.plant, sent, read)
}

/// The kinds of event in which a planted word stands.
async fn journal_kinds(
    journal: &impl warroom::journal::Journal,
    incident: u64,
) -> BTreeSet<String> {
    let from = warroom::journal::ReadFrom::After(Seq::ZERO);
    let records = journal.read(IncidentId(incident), from, 500).await.unwrap();
    let planted = records.iter().filter(|record| record.json().contains(MARK));
    planted
        .map(|record| {
            let json: serde_json::Value = serde_json::from_str(record.json()).unwrap();
            json["kind"].as_str().expect("the kind's name").to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_planted_word_reaches_a_spectator_or_a_wall() {
    for asks in [AsksShown::Hide, AsksShown::Count, AsksShown::Show] {
        let (mut of_asks, mut planted_in) = (0, BTreeSet::new());
        for seed in 0..LOGS {
            let (plant, sent, kinds) = run(seed, asks).await;
            planted_in.extend(kinds);
            for (who, bytes) in &sent {
                let found: Vec<&String> = plant
                    .planted
                    .iter()
                    .filter(|word| bytes.contains(*word))
                    .collect();
                if *who == "a responder" {
                    // The same questions show a responder what there is: the test can fail. A word of
                    // a command that was refused is nowhere.
                    assert!(
                        found.len() > 20,
                        "seed {seed}: a responder is shown only {found:?}"
                    );
                    continue;
                }
                assert!(
                    *who == "the wall's page" || bytes.contains("everyone may read this"),
                    "{who} reads what was posted"
                );
                let (asked, other): (Vec<&String>, Vec<&String>) = found
                    .into_iter()
                    .partition(|word| plant.asked.contains(*word));
                of_asks += asked.len();
                assert!(
                    other.is_empty() && (asks == AsksShown::Show || asked.is_empty()),
                    "seed {seed}, {asks:?}: {who} was sent {other:?}, and of asks {asked:?}"
                );
            }
        }
        // Where asks are shown their words are, which shows that they are planted at all.
        assert_eq!(of_asks > 0, asks == AsksShown::Show);
        for kind in What::KINDS {
            let planted = planted_in.contains(*kind);
            assert_eq!(planted, kept(kind) != Kept::Nothing, "planted in `{kind}`");
        }
    }
}
