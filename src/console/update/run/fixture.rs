//! A command for tests: running, and ended.

use super::*;
use crate::incident::{IncidentId, Part, Printed, RunEnd, StepNo};

fn step() -> StepRef {
    StepRef {
        runbook: "checkout-5xx".into(),
        step: StepNo(2),
    }
}

/// A command of the second step runs here.
pub fn runs(app: &mut App) {
    app.run.now = Some(Box::new(Running::begun(
        IncidentId(42),
        step(),
        "NS=checkout\nkubectl get pods -n $NS".into(),
        app.now - chrono::TimeDelta::seconds(7),
        None,
    )));
    app.overlays.push(Overlay::Running);
}

/// How it ends.
pub fn ran() -> CommandRun {
    let text = "NAME           STATUS\ncheckout-7d9   CrashLoopBackOff\ncheckout-8f1   Running\n\
                token [redacted]\n";
    CommandRun {
        command: "NS=checkout\nkubectl get pods -n $NS".into(),
        host: "bastion-1".into(),
        directory: "/home/lee".into(),
        user: "lee".into(),
        started_at: crate::console::testing::start() - chrono::TimeDelta::seconds(7),
        millis: 6_400,
        end: RunEnd::Exited { code: 0 },
        printed: Printed {
            parts: vec![Part::Text { text: text.into() }],
            bytes: text.len() as u64,
            lines: 4,
            redacted: 1,
            ..Printed::default()
        },
        note: "".into(),
        step: None,
        consent: None,
        private: false,
        unagreed: false,
        withheld: false,
    }
}
