//! The log of yesterday's version reads today: one file per kind of event, decoded for ever.
//!
//! A file is written once, when its kind is new (`WARROOM_BLESS=1`), and never changed after.

use crate::support::source::variants;
use crate::support::story::{Story, a_run, a_signal, a_silence, actor, declare, report};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use warroom::incident::*;
use warroom::journal::{self, Record};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events")
}

/// A story in which every kind of event happens.
fn every_kind() -> BTreeMap<String, Event> {
    let mut story = Story::new();
    let mut events = Vec::new();
    let mut act = |story: &mut Story, intent: Intent| events.extend(story.act("maya", intent));
    act(
        &mut story,
        declare("Checkout 500s in eu-west", Some(Severity::Sev2)),
    );
    act(
        &mut story,
        Intent::Rename {
            title: "Checkout 5xx".into(),
        },
    );
    act(
        &mut story,
        Intent::ClaimRole {
            role: Role::IncidentCommander,
        },
    );
    let severity = Some(Severity::Sev1);
    act(
        &mut story,
        Intent::SetSeverity {
            severity,
            reason: Some("all regions".into()),
        },
    );
    let at = "2026-11-24T13:40:00Z".parse().unwrap();
    act(
        &mut story,
        Intent::SetMilestone {
            milestone: Milestone::Started,
            at,
        },
    );
    act(
        &mut story,
        Intent::Absorb {
            from: IncidentId(7),
        },
    );
    let note = NewNote {
        kind: EntryKind::Finding,
        occurred_at: Some("2026-11-24T13:58:00Z".parse().unwrap()),
        tags: vec!["db".into()],
        mentions: vec!["bo".parse().unwrap()],
        private: true,
        ..NewNote::plain("pods restart because of OOM #db @bo")
    };
    act(&mut story, Intent::Note(note));
    let target = story.incident().seq;
    act(
        &mut story,
        Intent::Amend {
            target,
            text: "pods restart: OOM #db".into(),
        },
    );
    act(
        &mut story,
        Intent::Pin {
            target,
            pinned: true,
        },
    );
    act(
        &mut story,
        Intent::Retract {
            target,
            reason: "wrong cluster".into(),
        },
    );
    story.hook("f00d", AlertState::Firing);
    story.attach_runbook("checkout-5xx", 2);
    let done = Intent::SetStep {
        runbook: "checkout-5xx".into(),
        step: StepNo(1),
        state: StepState::Skipped,
        reason: Some("no dashboard".into()),
    };
    act(&mut story, done);
    act(
        &mut story,
        Intent::AddLink {
            title: "Graph".into(),
            url: "https://g.example/1".into(),
        },
    );
    let audience = Audience::Internal;
    act(
        &mut story,
        Intent::DraftUpdate {
            update: None,
            audience,
            text: "We look.".into(),
            stage: None,
            next_at: None,
            expected: None,
            submit: false,
        },
    );
    let update = Some(UpdateId(1));
    act(
        &mut story,
        Intent::PostUpdate {
            update,
            text: None,
            next_in_minutes: Some(15),
            audience: None,
        },
    );
    let to = "bo".parse().unwrap();
    act(
        &mut story,
        Intent::Ask {
            to,
            minutes: 10,
            text: "DB latency".into(),
        },
    );
    let answer = AskState::Acknowledged;
    act(
        &mut story,
        Intent::AnswerAsk {
            ask: AskId(1),
            state: answer,
            reason: None,
        },
    );
    let owner = Some("lee".parse().unwrap());
    act(
        &mut story,
        Intent::AddActionItem {
            text: "raise the limit".into(),
            owner,
        },
    );
    act(&mut story, Intent::ClaimRole { role: Role::Scribe });
    act(
        &mut story,
        Intent::ReleaseRole {
            role: Role::Scribe,
            expected_holder: None,
        },
    );
    events.extend(asks(&mut story));
    events.extend(proposals(&mut story));
    events.extend(handovers(&mut story));
    events.extend(hypotheses(&mut story));
    events.extend(updates(&mut story));
    events.extend(beside(&mut story));
    events.extend(flapping(&mut story));
    let snooze = SnoozeNag {
        nag: NagKind::Scribe,
        minutes: 15,
    };
    events.extend(story.act("maya", Intent::SnoozeNag(snooze)));
    finish(story, events)
}

/// An alert that flaps, and settles.
fn flapping(story: &mut Story) -> Vec<Event> {
    let starts_at = "2026-11-24T14:02:00Z".parse().unwrap();
    let report = |state| report("HighErrorRate", "f1a9", state, starts_at);
    let hold = |state| Intent::HoldAlert {
        alert: report(state),
        changes: 5,
        within_seconds: 600,
    };
    let mut events = story.act("maya", hold(AlertState::Firing));
    events.extend(story.act("maya", hold(AlertState::Resolved)));
    let settle = Intent::SettleAlert {
        fingerprint: "f1a9".into(),
    };
    events.extend(story.try_as_server(settle).unwrap());
    events
}

/// What becomes of an ask. One that was given by voice says more than the golden file of its kind,
/// which came first.
fn asks(story: &mut Story) -> Vec<Event> {
    let ask = AskId(2);
    let told = Intent::NoteAsk {
        to: "bo".parse().unwrap(),
        minutes: 10,
        text: "web latency".into(),
        by: Some("ana".parse().unwrap()),
    };
    let mut events = story.act("maya", told);
    assert_eq!(kind_of(&events[0]), "asked");
    let reason = Some("the graph is slow".into());
    events = story.act(
        "bo",
        Intent::AskMoreTime {
            ask,
            minutes: 5,
            reason: reason.clone(),
        },
    );
    events.extend(story.act(
        "maya",
        Intent::RefuseMoreTime {
            ask,
            reason: reason.clone(),
        },
    ));
    let minutes = Some(5);
    events.extend(story.act(
        "maya",
        Intent::ExtendAsk {
            ask,
            minutes,
            reason: reason.clone(),
        },
    ));
    events.extend(story.act("ana", Intent::WithdrawAsk { ask, reason }));
    events
}

/// What may be so, and is not.
fn hypotheses(story: &mut Story) -> Vec<Event> {
    let note = NewNote {
        kind: EntryKind::Hypothesis,
        ..NewNote::plain("the new pool size starves the db")
    };
    let evidence = story.incident().recent.back().map(|entry| entry.seq);
    let mut events = story.act("bo", Intent::Note(note));
    let ruled_out = Intent::JudgeHypothesis(JudgeHypothesis {
        hypothesis: HypothesisName::Number(HypothesisId(1)),
        verdict: Verdict::RuledOut,
        evidence,
        reason: Some("the pool is half empty".into()),
    });
    events.extend(story.act("lee", ruled_out));
    // Of the kind that a note has, the golden file is that of a plain one.
    events.remove(0);
    events
}

/// A role that is offered, and declined once the brief was read.
fn handovers(story: &mut Story) -> Vec<Event> {
    let answer = |answer, reason: Option<&str>| {
        Intent::AnswerOffer(AnswerOffer {
            handover: HandoverId(1),
            answer,
            reason: reason.map(Into::into),
        })
    };
    let offer = Intent::OfferRole(OfferRole {
        role: Role::IncidentCommander,
        to: "lee".parse().unwrap(),
        minutes: Some(5),
        words: Some("rollback is at step 4".into()),
    });
    let mut events = story.act("maya", offer);
    events.extend(story.act("lee", answer(OfferAnswer::Briefed, None)));
    let no = Some("I am on another one");
    events.extend(story.act("lee", answer(OfferAnswer::Decline, no)));
    events
}

/// A proposal that is decided over an objection, and one that is taken back.
/// An update for everyone, from its draft to its end, under rules of the server's own.
fn updates(story: &mut Story) -> Vec<Event> {
    let named = |version| update::Named {
        update: UpdateId(2),
        version,
    };
    let mut rules = update::Rules::default();
    rules.approve.insert(Audience::Executive);
    let draft = story.command(Intent::DraftUpdate {
        update: None,
        audience: Audience::External,
        text: "We are investigating failing payments.".into(),
        stage: Some(Stage::Investigating),
        next_at: Some("2026-11-24T14:40:00Z".parse().unwrap()),
        expected: None,
        submit: false,
    });
    let mut context = story.context(&actor("maya", Level::Responder, Via::Console));
    context.update_rules = Some(rules.into());
    let mut events = story.carry_out(&draft, &context).unwrap();
    let reject = Intent::RejectUpdate {
        update: UpdateId(2),
        reason: "say who is hurt".into(),
    };
    let withdraw = Intent::WithdrawUpdate {
        update: UpdateId(2),
        reason: Some("it is over".into()),
    };
    for intent in [
        Intent::SubmitUpdate(named(1)),
        Intent::ApproveUpdate(named(1)),
        reject,
        withdraw,
    ] {
        events.extend(story.act("maya", intent));
    }
    events
}

fn proposals(story: &mut Story) -> Vec<Event> {
    let proposal = ProposalId(1);
    let propose = |executor: Option<&str>| Intent::Propose {
        text: "roll back 4f2a".into(),
        executor: executor.map(|who| who.parse().unwrap()),
        verify_minutes: None,
    };
    let mut events = story.act("maya", propose(Some("bo")));
    let objects = Stance::Objects {
        reason: "it drops the index".into(),
    };
    events.extend(story.act(
        "ana",
        Intent::TakeStance {
            proposal,
            stance: objects,
        },
    ));
    let close = Intent::CloseProposal { proposal };
    events.extend(story.try_as_server_later(20, close).unwrap());
    let reason = Some("the index is rebuilt in a minute".into());
    // The ask that verifies it is none of the kind's golden file, which came first.
    let decided = story.act("maya", Intent::DecideProposal { proposal, reason });
    events.push(decided[0].clone());
    story.act("maya", propose(None));
    events.extend(story.act(
        "maya",
        Intent::WithdrawProposal {
            proposal: ProposalId(2),
            reason: Some("it recovers".into()),
        },
    ));
    events
}

fn kind_of(event: &Event) -> String {
    let kind = serde_json::to_value(event).unwrap()["kind"].clone();
    kind.as_str().unwrap().to_owned()
}

/// What is watched beside the incident, and what is asked outside.
fn beside(story: &mut Story) -> Vec<Event> {
    let pin = Intent::PinEvidence {
        evidence: a_signal(story.now()).into(),
        text: "since the deploy".into(),
        private: false,
    };
    let mut events = story.act("maya", pin);
    let until = story.now() + chrono::TimeDelta::minutes(90);
    events.extend(story.act(
        "maya",
        Intent::AcknowledgeAlerts {
            group: "alertname=HighErrorRate,service=checkout".into(),
            title: "HighErrorRate checkout".into(),
            until: Some(until),
            reason: "deploying the fix".into(),
        },
    ));
    events.extend(story.act(
        "maya",
        Intent::UnacknowledgeAlerts {
            group: "alertname=HighErrorRate,service=checkout".into(),
            reason: Some("it is another cause".into()),
        },
    ));
    let call = a_silence("HighErrorRate", until);
    let asked = story.act("maya", Intent::AskOutside { call });
    let answer = Intent::AnswerOutside {
        asked: asked[0].seq,
        outcome: OutsideOutcome::Done,
        said: "".into(),
        reference: Some("4f2a91c0-5d1e-4a0b-9f0e-0d6f5a1b2c3d".into()),
    };
    events.extend(asked);
    events.extend(story.try_as_server(answer).unwrap());
    events
}

/// Whose a step is, until when, and what is said about it.
fn steps(story: &mut Story) -> Vec<Event> {
    let runbook = story.incident().runbooks[0].name.clone();
    let step = StepNo(2);
    let mut events = story.act(
        "bo",
        Intent::AssignStep(AssignStep {
            runbook: runbook.clone(),
            step,
            to: Some("ana".parse().unwrap()),
        }),
    );
    events.extend(story.act(
        "bo",
        Intent::TimeStep(TimeStep {
            runbook: runbook.clone(),
            step,
            minutes: Some(5),
        }),
    ));
    let text = "the graph lags by a minute".into();
    events.extend(story.act(
        "ana",
        Intent::RemarkStep(RemarkStep {
            runbook,
            step,
            text,
        }),
    ));
    events
}

/// A dangerous command, consented to and run.
fn runs(story: &mut Story) -> Vec<Event> {
    let wanted = ConsentWanted {
        command: "kubectl delete pod checkout-0".into(),
        step: None,
    };
    let mut events = story.act("bo", Intent::AskConsent(wanted));
    let asked = events[0].seq;
    let giving = ConsentGiving {
        asked,
        given: true,
        reason: None,
    };
    events.extend(story.act("maya", Intent::AnswerConsent(giving)));
    let run = CommandRun {
        consent: Some(asked),
        ..a_run(story.now(), "pod \"checkout-0\" deleted\n")
    };
    events.extend(story.act("bo", Intent::RecordRun(Box::new(run))));
    events
}

/// Who may see it.
fn private(story: &mut Story) -> Vec<Event> {
    let person = || "ana".parse::<Person>().unwrap();
    let people = vec![person()];
    let mut events = story.act("maya", Intent::MakePrivate(PrivateTo { people }));
    let admission = |name: &str| Admission {
        person: name.parse().unwrap(),
    };
    events.extend(story.act("ana", Intent::Admit(admission("lee"))));
    let dismissal = Dismissal {
        person: "lee".parse().unwrap(),
    };
    events.extend(story.act("maya", Intent::Dismiss(dismissal)));
    events.extend(story.act("maya", Intent::MakePublic(PublicAgain {})));
    events
}

fn finish(mut story: Story, mut events: Vec<Event>) -> BTreeMap<String, Event> {
    events.extend(runs(&mut story));
    events.extend(private(&mut story));
    events.extend(steps(&mut story));
    let status = Status::Monitoring;
    events.extend(story.act(
        "maya",
        Intent::SetStatus {
            status,
            at: None,
            reason: None,
        },
    ));
    events.extend(story.act(
        "maya",
        Intent::Merge {
            into: IncidentId(9),
        },
    ));
    events.extend(story.events.iter().cloned());
    let hidden = Redaction::default().event(
        events
            .iter()
            .find(|e| e.body.known().is_some_and(What::is_private))
            .unwrap(),
    );
    events.extend(hidden);
    let by_kind = events.into_iter().map(|event| (kind_of(&event), event));
    by_kind.collect()
}

#[test]
fn every_kind_has_a_golden_file_that_still_reads() {
    let bless = std::env::var_os("WARROOM_BLESS").is_some();
    for (kind, event) in every_kind() {
        let path = folder().join(format!("{kind}.json"));
        if bless && !path.exists() {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, format!("{}\n", journal::seal(event).unwrap().json())).unwrap();
        }
    }
    let kinds: BTreeSet<String> = What::KINDS.iter().map(|&kind| kind.to_owned()).collect();
    let source = include_str!("../../src/incident/event.rs");
    assert_eq!(
        kinds,
        variants(source, "What"),
        "the list of kinds is whole"
    );
    for kind in What::KINDS {
        let path = folder().join(format!("{kind}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let record = Record::parse(text.trim_end()).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let EventBody::Known(what) = &record.event().body else {
            panic!("{kind} is not known any more");
        };
        // Encoding what was read gives the same text: no field was dropped or renamed.
        let again = journal::seal(record.event().clone()).unwrap();
        assert_eq!(&**again.json(), text.trim_end(), "{kind}: {what:?}");
    }
}

#[test]
fn the_golden_files_fold() {
    let mut incident = Incident::new(IncidentId(1));
    for (kind, mut event) in every_kind() {
        event.seq = incident.seq.next();
        apply(&mut incident, &event);
        assert_eq!(incident.seq, event.seq, "{kind}");
    }
    assert_eq!(incident.counts.unknown, 0);
}

#[test]
fn an_unknown_kind_and_unknown_fields_are_carried() {
    let text = std::fs::read_to_string(folder().join("noted.json")).unwrap();
    let known: Event = serde_json::from_str(&text).unwrap();
    let later = text.replace("\"kind\":\"noted\"", "\"kind\":\"sketched\"");
    let unknown: Event = serde_json::from_str(&later).unwrap();
    let EventBody::Unknown { kind, data } = &unknown.body else {
        panic!("{unknown:?}")
    };
    assert_eq!(kind, "sketched");
    assert!(data["text"].as_str().unwrap().contains("OOM"));
    let shown = Entry::from_event(&unknown).unwrap();
    assert_eq!(shown.kind, EntryKind::Unknown);
    assert!(shown.text.contains("sketched"));
    let again: Event = serde_json::from_str(&serde_json::to_string(&unknown).unwrap()).unwrap();
    assert_eq!(again, unknown);
    assert!(
        Redaction::default().event(&unknown).is_some(),
        "what cannot be judged is not shown to spectators"
    );

    // A field that this version does not know is read over, and carried in the record's text.
    let sealed = journal::seal(known.clone()).unwrap();
    let hash_at = sealed.json().rfind(",\"hash\"").unwrap();
    let with_more = sealed.json()[..hash_at].replace("\"by\":", "\"mood\":{\"a\":[1]},\"by\":");
    let mut canonical = with_more.clone();
    canonical.push('}');
    let digest = ring::digest::digest(&ring::digest::SHA256, canonical.as_bytes());
    let mut hash = Hash::default();
    hash.0.copy_from_slice(digest.as_ref());
    let text = format!("{with_more},\"hash\":\"{hash}\"}}");
    let record = Record::parse(&text).unwrap();
    assert_eq!(record.event(), &known);
    assert_eq!(&**record.json(), text);
}
