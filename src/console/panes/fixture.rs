//! Rooms for the tests of the panes: nothing in them, the usual, and more than fits.

use super::{Cx, Look};
use crate::client::{Here, Me, Pane, Room};
use crate::console::keymap::Keymap;
use crate::console::layout::{self, Layout, Wish};
use crate::console::panes::Focus;
use crate::console::text::{Zone, cells};
use crate::console::theme::Theme;
use crate::incident::{
    Actor, AlertReport, AlertState, Command, CommandId, Context, Decided, EntryKind, Event, Hash,
    Incident, IncidentId, Intent, Kind, Level, NewNote, Role, RunbookText, Severity, Status,
    StepNo, StepPlan, StepState, StepText, Timestamp, Via, apply, decide,
};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// When the stories begin.
fn begin() -> Timestamp {
    "2026-11-24T14:02:11Z".parse().unwrap()
}

/// The time at which the screens are drawn.
pub(super) fn now() -> Timestamp {
    begin() + TimeDelta::seconds(42 * 60 + 17)
}

fn actor(name: &str) -> Actor {
    let via = match name {
        "alertmanager" => Via::Alertmanager,
        _ => Via::Console,
    };
    Actor {
        person: name.parse().unwrap(),
        level: Level::Admin,
        via,
    }
}

/// Writes a log by deciding commands, as the server does.
pub(super) struct Story {
    state: Incident,
    events: Vec<Event>,
    at: Timestamp,
    commands: u128,
    runbook: Option<RunbookText>,
}

impl Story {
    pub(super) fn new() -> Self {
        Self {
            state: Incident::new(IncidentId(42)),
            events: Vec::new(),
            at: begin(),
            commands: 0,
            runbook: None,
        }
    }

    /// The time that the story has come to.
    pub(super) fn now(&self) -> Timestamp {
        self.at
    }

    pub(super) fn command(&mut self, intent: Intent) -> Command {
        self.commands += 1;
        Command {
            id: CommandId(uuid::Uuid::from_u128(self.commands)),
            written_at: self.at,
            intent,
        }
    }

    /// `who` asks for this, `after` seconds later.
    pub(super) fn then(&mut self, after: i64, who: &str, intent: Intent) -> &mut Self {
        self.at += TimeDelta::seconds(after);
        let command = self.command(intent);
        let mut context = Context::new(self.at, actor(who));
        context.runbook = self.runbook.clone();
        let decided = decide(&self.state, &command, &context);
        let Ok(Decided::Events(drafts)) = decided else {
            panic!("{:?}: {decided:?}", command.intent);
        };
        for draft in drafts {
            let seq = self.state.seq.next();
            let event = draft.into_event(self.state.id, seq, Hash::GENESIS, command.id, &context);
            apply(&mut self.state, &event);
            self.events.push(event);
        }
        self
    }

    pub(super) fn note(&mut self, after: i64, who: &str, kind: EntryKind, text: &str) -> &mut Self {
        let note = NewNote {
            kind,
            ..NewNote::plain(text)
        };
        self.then(after, who, Intent::Note(note))
    }

    pub(super) fn declare(&mut self, title: &str) -> &mut Self {
        let declare = Intent::Declare {
            title: Some(title.into()),
            severity: Some(Severity::Sev1),
            service: Some("checkout".into()),
            started_at: None,
            kind: Kind::Real,
        };
        self.then(0, "maya", declare)
    }

    pub(super) fn claim(&mut self, who: &str, role: Role) -> &mut Self {
        self.then(20, who, Intent::ClaimRole { role })
    }

    pub(super) fn ask(&mut self, to: &str, minutes: u32, text: &str) -> &mut Self {
        let ask = Intent::Ask {
            to: to.parse().unwrap(),
            minutes,
            text: text.into(),
        };
        self.then(5, "maya", ask)
    }

    pub(super) fn attach(&mut self, runbook: RunbookText) -> &mut Self {
        let name = runbook.name.clone();
        self.runbook = Some(runbook);
        self.then(3, "bo", Intent::AttachRunbook { name })
    }

    pub(super) fn step(&mut self, no: u32, state: StepState, reason: Option<&str>) -> &mut Self {
        let runbook = self.state.runbooks.last().unwrap().name.clone();
        let set = Intent::SetStep {
            runbook,
            step: StepNo(no),
            state,
            reason: reason.map(Arc::from),
        };
        self.then(7, "bo", set)
    }

    pub(super) fn room(&self, here: &[(&str, Pane, bool)]) -> Room {
        let here = here.iter().map(|(name, pane, typing)| Here {
            person: name.parse().unwrap(),
            spectator: name.starts_with("wall"),
            pane: *pane,
            typing: *typing,
        });
        Room::of_log(IncidentId(42), &self.events, here.collect())
    }
}

fn alert(state: AlertState) -> AlertReport {
    AlertReport {
        fingerprint: "f1".into(),
        name: "HighErrorRate".into(),
        state,
        summary: "5xx over 5% for 2m".into(),
        labels: [("service".to_owned(), "checkout".to_owned())].into(),
        annotations: [].into(),
        starts_at: begin(),
        ends_at: None,
        url: None,
    }
}

fn runbook(name: &str, steps: u32) -> RunbookText {
    let step = |no: u32| StepText {
        section: match no {
            ..=3 => "Find out".into(),
            4..=6 => "Shift traffic".into(),
            _ => "After".into(),
        },
        title: match no {
            1 => "Confirm on the dashboard".into(),
            2 => "Check the last deploy".into(),
            3 => "Compare regions".into(),
            4 => "Shift traffic away from eu-west-1b".into(),
            no if no % 7 == 0 => {
                "確認：決済サービスの\u{1b}[31mログ\u{1b}[0mと\u{202e}全てのメトリクスを比べる 👩‍💻"
                    .into()
            }
            no => format!("Step that nobody named, number {no}").into(),
        },
        detail: match no {
            4 => "Weights take a minute to settle. Watch the error rate of the other zones while \
                  you do it; stop at 2%."
                .into(),
            _ => "".into(),
        },
        commands: match no {
            4 => vec!["kubectl -n edge set weight eu-west-1b 0".into()],
            _ => Vec::new(),
        },
        depth: u8::from(no == 3),
        plan: StepPlan::default(),
        blocks: Vec::new(),
    };
    RunbookText {
        name: name.into(),
        title: "Checkout answers 5xx".into(),
        preface: "Users cannot pay.".into(),
        steps: (1..=steps).map(step).collect(),
    }
}

/// The usual: an hour into an incident with four people.
pub(super) fn usual() -> Room {
    let mut story = usual_story();
    let note = |text: &str| Intent::Note(NewNote::plain(text));
    story.at = now();
    let own = vec![story.command(note("latency is back to normal, says the dashboard #web"))];
    let here = [
        ("ana", Pane::Timeline, false),
        ("bo", Pane::Runbook, false),
        ("lee", Pane::Composer, true),
        ("maya", Pane::Command, false),
        ("wall-1", Pane::Timeline, false),
    ];
    story.room(&here).with_own(actor("lee"), own)
}

fn usual_story() -> Story {
    let mut story = Story::new();
    story
        .then(
            0,
            "alertmanager",
            Intent::Triage {
                title: "HighErrorRate checkout".into(),
                alert: alert(AlertState::Firing),
                match_key: "alertname=HighErrorRate".into(),
                severity: None,
                kind: Kind::Real,
            },
        )
        .then(
            89,
            "maya",
            Intent::Declare {
                title: Some("Checkout 500s in eu-west".into()),
                severity: Some(Severity::Sev1),
                service: None,
                started_at: None,
                kind: Kind::Real,
            },
        )
        .claim("maya", Role::IncidentCommander)
        .claim("bo", Role::OperationsLead)
        .claim("lee", Role::Scribe)
        .note(22, "maya", EntryKind::Decision, "roll back 4f2a")
        .note(88, "lee", EntryKind::Note, "pods in eu-west-1b restarting")
        .attach(runbook("checkout-5xx", 9))
        .step(1, StepState::Done, None)
        .step(2, StepState::Skipped, Some("nothing was deployed today"))
        .step(
            3,
            StepState::Failed,
            Some("the dashboard of eu-west-2 is down"),
        )
        .step(4, StepState::InProgress, None)
        .note(
            10,
            "bo",
            EntryKind::CommandRun,
            "kubectl get pods\nweb-1  0/1  CrashLoopBackOff\nweb-2  1/1  Running\n\tweb-3  1/1",
        )
        .note(
            15,
            "ana",
            EntryKind::Hypothesis,
            "the new pool size starves the database",
        )
        .note(
            9,
            "lee",
            EntryKind::Impact,
            "checkout fails for 12% of users in eu-west",
        )
        .ask("ana", 5, "read the logs of the payment workers since 14:00")
        .ask("bo", 45, "DB latency")
        .then(
            4,
            "bo",
            Intent::AnswerAsk {
                ask: crate::incident::AskId(2),
                state: crate::incident::AskState::Acknowledged,
                reason: None,
            },
        );
    let late = NewNote {
        occurred_at: Some(begin() - TimeDelta::seconds(120)),
        pin: true,
        tags: vec!["db".into()],
        mentions: vec!["bo".parse().unwrap()],
        ..NewNote::plain("pods restart because of OOM #db, ask @bo")
    };
    let private = NewNote {
        private: true,
        ..NewNote::plain("the customer is ACME")
    };
    story
        .then(60, "lee", Intent::Note(late))
        .then(5, "maya", Intent::Note(private))
        .note(5, "lee", EntryKind::Finding, "it is the cach");
    let finding = story.state.seq;
    story
        .then(
            20,
            "lee",
            Intent::Amend {
                target: finding,
                text: "it is the cache".into(),
            },
        )
        .note(9, "ana", EntryKind::Note, "restarted the wrong pod");
    let wrong = story.state.seq;
    story
        .then(
            9,
            "ana",
            Intent::Retract {
                target: wrong,
                reason: "it was another incident".into(),
            },
        )
        .then(
            30,
            "maya",
            Intent::SetStatus {
                status: Status::Mitigating,
                at: None,
                reason: Some("traffic is shifted".into()),
            },
        );
    story
}

/// More than fits: wide characters, escape sequences, a whole log in one note, 300 steps.
pub(super) fn overfull() -> Room {
    let mut story = Story::new();
    let title = "決済が全リージョンで失敗している ".repeat(6);
    story
        .declare(&title)
        .claim("maya", Role::IncidentCommander)
        .claim("someone-with-a-very-long-name-indeed", Role::OperationsLead)
        .claim("ana", Role::Other("database-liaison-emea".into()));
    story.attach(runbook(
        "everything-that-was-ever-written-down-about-checkout",
        300,
    ));
    for no in 1..=80 {
        story.step(no, StepState::Done, None);
    }
    for n in 0..40 {
        let text =
            format!("ログを読む、そして\u{1b}[1m全部\u{1b}[0m報告する number {n} and so on and on");
        let to = if n % 3 == 0 {
            "someone-with-a-very-long-name-indeed"
        } else {
            "bo"
        };
        story.ask(to, 1 + n * 2, &text);
    }
    for n in 0..120 {
        let text = match n % 4 {
            0 => "復旧作業中：データベースのフェイルオーバーを待っています。👩‍💻🇩🇪 まだ戻らない。"
                .repeat(3),
            1 => format!("\u{1b}[2J\u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe pay\u{200b}pal {n}"),
            2 => format!(
                "a-word-that-is-longer-than-any-column-{} ends",
                "x".repeat(150)
            ),
            _ => format!("plain line {n}\n\n  indented\twith a tab"),
        };
        story.note(3, "lee", EntryKind::Note, &text);
    }
    let log: String = (0..1_200)
        .map(|n| format!("2026-11-24T14:00:00Z web-{n} OOM killed\n"))
        .collect();
    story.note(3, "bo", EntryKind::CommandRun, &log);
    let word = "é".repeat(30_000);
    story.note(3, "bo", EntryKind::Note, &word);
    let names: Vec<String> = (0..14).map(|n| format!("responder-{n}")).collect();
    let here: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), Pane::Timeline, false))
        .collect();
    story.room(&here)
}

/// Nothing has happened.
pub(super) fn empty() -> Room {
    Room::of_log(IncidentId(42), &[], Vec::new())
}

/// Who looks at it.
pub(super) fn me() -> Me {
    Me {
        person: "lee".parse().unwrap(),
        level: Level::Responder,
        loopback: false,
    }
}

/// What a pane may read, for a pane of this inside.
pub(super) fn cx<'a>(room: &'a Room, me: &'a Me, area: Rect) -> Cx<'a> {
    static NOTHING: std::sync::LazyLock<crate::client::Live> =
        std::sync::LazyLock::new(crate::client::Live::default);
    Cx {
        room,
        live: &NOTHING,
        looked_at: None,
        me: Some(me),
        now: now(),
        zone: Zone::Utc,
        area,
        read_only: false,
        handover_after: chrono::TimeDelta::hours(3),
    }
}

/// The inside of that pane at the three sizes of screen: wide, middle, 80×24.
pub(super) fn insides(pane: Focus) -> [Rect; 3] {
    [(200, 50), (120, 40), (80, 24)].map(|(width, height)| {
        let wish = Wish {
            layout: Layout::Commander,
            pane,
            beside: Focus::Situation,
            zoomed: false,
            composer_rows: 2,
            runbooks: 1,
            runbook_right: false,
            watched: layout::Watched::default(),
        };
        let places = layout::incident(Rect::new(0, 0, width, height), wish);
        layout::inside(places.pane(pane).unwrap())
    })
}

/// A pane's inside as text, styles off, with a rule on its right edge.
pub(super) fn drawn(area: Rect, draw: impl FnOnce(&Look<'_>, Rect, &mut Buffer)) -> String {
    let (theme, keymap) = (Theme::plain(), Keymap::default());
    let look = Look {
        theme: &theme,
        keymap: &keymap,
        zone: Zone::Utc,
        now: now(),
        focused: true,
        ascii: false,
        charts: crate::console::chart::Signs::Braille,
    };
    let mut buf = Buffer::empty(area);
    draw(&look, area, &mut buf);
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let symbol = buf[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(cells(symbol).max(1)).unwrap();
        }
        text.push_str("│\n");
    }
    text
}
