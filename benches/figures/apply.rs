//! How many events a second the fold takes.

use crate::report::Report;
use std::hint::black_box;
use std::time::Instant;
use warroom::incident::*;

/// A log as a busy incident writes it: mostly notes, some of everything else.
pub fn log(length: u64) -> Vec<Event> {
    let start: Timestamp = "2026-11-24T14:00:00Z".parse().expect("a time");
    let people: Vec<Person> =
        ["maya", "bo", "lee", "ana"].iter().map(|n| n.parse().expect("a name")).collect();
    (1..=length)
        .map(|n| {
            let at = start + chrono::TimeDelta::milliseconds(i64::try_from(n).expect("small"));
            Event {
                incident: IncidentId(1),
                seq: Seq(n),
                recorded_at: at,
                occurred_at: at,
                by: people[(n % 4) as usize].clone(),
                via: Via::Console,
                command: CommandId(uuid::Uuid::from_u128(u128::from(n))),
                prev: Hash::GENESIS,
                body: body(n, at).into(),
            }
        })
        .collect()
}

fn body(n: u64, at: Timestamp) -> What {
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
        _ if n % 50 == 0 => What::AlertRecorded {
            alert: AlertReport {
                fingerprint: format!("f{}", n % 1_000).into(),
                name: "HighErrorRate".into(),
                state: if n % 100 == 0 { AlertState::Firing } else { AlertState::Resolved },
                summary: "error ratio 12 %".into(),
                labels: [("service".to_owned(), "checkout".to_owned())].into(),
                annotations: [].into(),
                starts_at: at,
                ends_at: None,
                url: None,
            },
        },
        _ if n % 20 == 0 => What::Amended {
            target: Seq(n - 1),
            text: "pods in eu-west-1b restart because of OOM".into(),
            private: false,
        },
        _ => What::Noted {
            kind: EntryKind::Note,
            text: format!("{n}: pods in eu-west-1b restarting, memory at the limit").into(),
            pinned: false,
            private: false,
            tags: vec!["db".into()],
            mentions: Vec::new(),
        },
    }
}

pub fn measure(report: &mut Report) {
    let events = log(200_000);
    let mut best = f64::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let incident = replay(IncidentId(1), &events);
        best = best.min(started.elapsed().as_secs_f64());
        assert_eq!(black_box(incident).seq, Seq(200_000));
    }
    let rate = 200_000.0 / best / 1e6;
    report.single("apply rate", (rate, "M events/s"), "over 1 M/s", rate > 1.0);
}
