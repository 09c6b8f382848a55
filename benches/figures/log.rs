//! The log that the figures are taken on: mostly notes, some of everything else.

use warroom::incident::*;

/// A log of this length, one event a millisecond from `start` on, as a busy incident writes it.
pub fn events(length: u64, start: Timestamp) -> Vec<Event> {
    let people: Vec<Person> = ["maya", "bo", "lee", "ana"]
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    (1..=length)
        .map(|n| {
            let at = start + chrono::TimeDelta::milliseconds(n.cast_signed());
            Event {
                incident: IncidentId(1),
                seq: Seq(n),
                recorded_at: at,
                occurred_at: at,
                by: people[(n % 4) as usize].clone(),
                via: Via::Console,
                command: CommandId(uuid::Uuid::from_u128(u128::from(n) | (7 << 76))),
                prev: Hash::GENESIS,
                body: body(n, length, at).into(),
            }
        })
        .collect()
}

fn body(n: u64, length: u64, at: Timestamp) -> What {
    match n {
        1 => What::Opened {
            title: "Checkout 500s in eu-west".into(),
            kind: Kind::Real,
            status: Status::Investigating,
            severity: Some(Severity::Sev1),
            service: Some("checkout".into()),
            started_at: None,
            detected_at: None,
            match_key: None,
        },
        // The newest line is a note that a screen can be searched for.
        _ if n == length => note("the newest note of this log"),
        _ if n.is_multiple_of(50) => What::AlertRecorded {
            alert: AlertReport {
                fingerprint: format!("f{}", n % 1_000).into(),
                name: "HighErrorRate".into(),
                state: if n.is_multiple_of(100) {
                    AlertState::Firing
                } else {
                    AlertState::Resolved
                },
                summary: "error ratio 12 %".into(),
                labels: [("service".to_owned(), "checkout".to_owned())].into(),
                annotations: [].into(),
                starts_at: at,
                ends_at: None,
                url: None,
            },
        },
        _ if n.is_multiple_of(20) => What::Amended {
            target: Seq(n - 1),
            text: "pods in eu-west-1b restart because of OOM".into(),
            private: false,
        },
        _ => note(&format!(
            "{n}: pods in eu-west-1b restarting, memory at the limit"
        )),
    }
}

/// A note of these words, tagged.
pub fn note(text: &str) -> What {
    What::Noted {
        kind: EntryKind::Note,
        text: text.into(),
        pinned: false,
        private: false,
        tags: vec!["db".into()],
        mentions: Vec::new(),
        hypothesis: None,
    }
}

/// What fills the panes beside the timeline: roles, a runbook under way, asks.
pub fn room_at_work(log: &mut Vec<Event>, at: Timestamp) {
    let mut state = replay(IncidentId(1), &*log);
    let step = |step, state| Intent::SetStep {
        runbook: "checkout-5xx".into(),
        step: StepNo(step),
        state,
        reason: None,
    };
    let ask = |to: &str, minutes, text: &str| Intent::Ask {
        to: to.parse().unwrap(),
        minutes,
        text: text.into(),
    };
    let claim = |role| Intent::ClaimRole { role };
    let mut doings = vec![
        ("maya", claim(Role::IncidentCommander)),
        ("bo", claim(Role::OperationsLead)),
        ("lee", claim(Role::Scribe)),
        (
            "bo",
            Intent::AttachRunbook {
                name: "checkout-5xx".into(),
            },
        ),
        ("bo", step(1, StepState::Done)),
        ("bo", step(2, StepState::InProgress)),
        ("maya", ask("bo", 20, "check the database latency")),
        ("maya", ask("ana", 10, "pull the logs of the gateway")),
    ];
    for (n, (who, intent)) in (1_u128..).zip(doings.drain(..)) {
        let actor = Actor {
            person: who.parse().unwrap(),
            level: Level::Admin,
            via: Via::Console,
        };
        let mut context = Context::new(at, actor);
        context.runbook = Some(runbook());
        let command = Command {
            id: CommandId(uuid::Uuid::from_u128((n << 96) | (7 << 76))),
            written_at: at,
            intent,
        };
        let Decided::Events(drafts) = decide(&state, &command, &context).unwrap() else {
            continue;
        };
        for draft in drafts {
            let seq = state.seq.next();
            let event = draft.into_event(state.id, seq, Hash::GENESIS, command.id, &context);
            apply(&mut state, &event);
            log.push(event);
        }
    }
}

fn runbook() -> RunbookText {
    let titles = [
        "Confirm on the dashboard",
        "Count the pods that restart",
        "Compare with the last deploy",
        "Shift traffic away from eu-west-1b",
        "Roll back the last deploy",
        "Tell the payment provider",
    ];
    let step = |title: &&str| StepText {
        section: "".into(),
        title: (*title).into(),
        detail: "".into(),
        commands: Vec::new(),
        depth: 0,
        plan: warroom::incident::StepPlan::default(),
        blocks: Vec::new(),
    };
    RunbookText {
        name: "checkout-5xx".into(),
        title: "Checkout answers 5xx".into(),
        preface: "Users cannot pay.".into(),
        steps: titles.iter().map(step).collect(),
    }
}
