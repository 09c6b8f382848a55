//! What the people of a drill do that is no line of the composer.

use crate::cli::session;
use crate::drill::deed::{RunCue, UpdateCue};
use crate::error::Failure;
use crate::incident::update::Named;
use crate::incident::{CommandRun, Incident, Intent, Person, RunEnd, StepRef};

/// The machine of a drill: there is none.
const HOST: &str = "drill";

/// An update is drafted and submitted, approved as it stands, or posted.
pub(super) fn update(cue: &UpdateCue, incident: Option<&Incident>) -> Result<Intent, Failure> {
    if let Some(words) = &cue.draft {
        return Ok(Intent::DraftUpdate {
            update: None,
            audience: cue.to,
            text: words.as_str().into(),
            stage: None,
            next_at: None,
            expected: None,
            submit: true,
        });
    }
    if let Some(post) = cue.post {
        return Ok(Intent::PostUpdate {
            update: Some(post),
            text: None,
            next_in_minutes: None,
            audience: None,
        });
    }
    let mut held = incident.into_iter().flat_map(Incident::open_updates);
    let named = held.find(|update| Some(update.id) == cue.approve);
    let Some(update) = named else {
        return Err(Failure::refused("There is no such draft to approve."));
    };
    Ok(Intent::ApproveUpdate(Named {
        update: update.id,
        version: update.version,
    }))
}

/// A command with what it printed, for a step of the newest runbook.
pub(super) fn run(cue: &RunCue, by: &Person, incident: Option<&Incident>) -> Intent {
    let runbook = incident.and_then(|incident| incident.runbooks.last());
    let step = runbook.zip(cue.step).map(|(runbook, step)| StepRef {
        runbook: runbook.name.clone(),
        step,
    });
    let took = chrono::TimeDelta::milliseconds(i64::try_from(cue.millis).unwrap_or(i64::MAX));
    let now = session::now();
    Intent::RecordRun(Box::new(CommandRun {
        command: cue.command.as_str().into(),
        host: HOST.into(),
        directory: "~".into(),
        user: by.as_str().into(),
        started_at: now.checked_sub_signed(took).unwrap_or(now),
        millis: cue.millis,
        end: RunEnd::Exited { code: cue.exit },
        printed: cue.printed(),
        note: cue.note.as_str().into(),
        step,
        consent: None,
        private: false,
        withheld: false,
        unagreed: false,
    }))
}
