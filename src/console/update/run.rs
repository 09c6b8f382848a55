//! Commands of runbooks: made ready, confirmed, started, stopped, looked over, sent.

use super::{runs_kept, submit};
use crate::console::app::App;
use crate::console::effect::{Effect, Start};
use crate::console::keymap::Action;
use crate::console::overlays::{Choice, Item, Overlay, Picker, RunForm, RunReview, Running};
use crate::console::panes::{Confirm, Focus, Say};
use crate::incident::{
    CommandRun, Consent, ConsentGiving, ConsentWanted, Intent, Leave, ShellBlock, StepRef,
};
use crate::run::variables;
use std::collections::BTreeMap;

/// Why the command of the step under the cursor cannot be run here; nothing when it can.
pub(super) fn why_not(app: &App) -> Option<String> {
    let Some(run) = &app.run.allowed else {
        return Some("This console runs no commands: it was started without a program.".to_owned());
    };
    if app.run.now.is_some() {
        return None;
    }
    let (of, blocks) = step(app)?;
    if blocks.is_empty() {
        return Some(format!(
            "Step {} has no block of shell to run: only what stands in a fence of ```sh is.",
            of.step
        ));
    }
    if run.any || blocks.iter().all(|block| run.trusts(&of, block)) {
        return None;
    }
    Some(
        "Commands of runbooks do not run here: the server's text is not trusted. In your own \
         configuration, under [run], write runbooks = \"confirm\", or name your copies as trusted."
            .to_owned(),
    )
}

/// The step under the cursor, and what of it can be run.
fn step(app: &App) -> Option<(StepRef, Vec<ShellBlock>)> {
    let (screen, _) = app.open()?;
    let cx = app.cx(Focus::Runbook)?;
    let (runbook, step) = screen.runbook.under_cursor(&cx)?;
    let of = StepRef {
        runbook: runbook.name.clone(),
        step: step.no,
    };
    Some((of, step.text.blocks.clone()))
}

/// The key on a step: the command is made ready; or the one that runs is shown.
pub(super) fn begin(app: &mut App) -> Vec<Effect> {
    if app.run.now.is_some() {
        if let Some(of) = step(app).map(|(of, _)| of)
            && app.run.now.as_ref().is_some_and(|now| now.step != of)
        {
            let said = "One command at a time: this one is not done with yet.";
            app.notices.say(app.now, Say::Info(said.to_owned()));
        }
        app.overlays.push(Overlay::Running);
        return Vec::new();
    }
    let Some((of, blocks)) = step(app) else {
        return Vec::new();
    };
    match &blocks[..] {
        [one] => form(app, of, one),
        several => {
            let items = several.iter().map(|block| {
                let choice = Choice::Block(of.clone(), block.clone());
                let danger = if block.danger { "dangerous" } else { "" };
                Item::new(block.script.replace('\n', " ⏎ "), choice).detail(danger)
            });
            let title = format!("Run which command of step {}", of.step);
            app.overlays
                .push(Overlay::Picker(Picker::new(title, "", items.collect())));
            Vec::new()
        }
    }
}

/// Lays the form over the screen, with what the alerts' labels say.
pub(super) fn form(app: &mut App, of: StepRef, block: &ShellBlock) -> Vec<Effect> {
    let Some((screen, _)) = app.open() else {
        return Vec::new();
    };
    let filled = variables(&block.script, &labels(app));
    let form = RunForm::new(screen.id, of, filled, block.danger);
    app.overlays.push(Overlay::RunForm(Box::new(form)));
    Vec::new()
}

/// What the labels of the incident's alerts say.
fn labels(app: &App) -> BTreeMap<String, String> {
    let labels = app.open().map(|(_, room)| &room.shown().labels);
    let pairs = labels.into_iter().flatten();
    pairs
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

/// The form was confirmed: it starts, where this person may; else a second person is asked.
pub(super) fn start(app: &mut App) -> Vec<Effect> {
    let Some(Overlay::RunForm(form)) = app.overlays.last().cloned() else {
        return Vec::new();
    };
    let Some(config) = &app.run.allowed else {
        return Vec::new();
    };
    let command = config.patterns.taken_out_of(&form.command());
    let mut consent = None;
    if form.danger {
        match leave(app, &command) {
            Leave::Lead => {}
            Leave::Consent(seq) => consent = Some(seq),
            Leave::No => return ask_consent(app, command, form.step.clone()),
        }
    }
    if app.run.now.is_some() {
        return Vec::new();
    }
    app.overlays.pop();
    app.run.now = Some(Box::new(Running::begun(
        form.incident,
        form.step.clone(),
        command.into(),
        app.now,
        consent,
    )));
    app.overlays.push(Overlay::Running);
    let variables = form.variables().into_iter();
    vec![Effect::StartRun(Start {
        script: form.script.clone(),
        variables: variables.map(|v| (v.name, v.value)).collect(),
        line: form.command(),
        started_at: app.now,
    })]
}

fn leave(app: &App, command: &str) -> Leave {
    let person = app.client.me().map(|me| &me.person);
    match (app.open(), person) {
        (Some((_, room)), Some(person)) => room.shown().leave_to_run(person, command, app.now),
        _ => Leave::No,
    }
}

fn ask_consent(app: &mut App, command: String, step: StepRef) -> Vec<Effect> {
    let wanted = ConsentWanted {
        command: command.into(),
        step: Some(step),
    };
    let asked = Intent::AskConsent(wanted);
    if submit::would_refuse(app, asked.clone()).is_none() {
        let said = "It is dangerous and you are not the Operations Lead: a second person was asked. \
                    Confirm it again when they have consented.";
        app.notices.say(app.now, Say::Info(said.to_owned()));
    }
    submit::submit_here(app, asked, None)
}

/// It printed something.
pub(super) fn printed(app: &mut App, shown: &str, bytes: u64) {
    if let Some(now) = &mut app.run.now {
        now.printed(shown, bytes);
    }
}

/// It has ended: the evidence is looked over before it is sent.
pub(super) fn ended(app: &mut App, ended: Result<Box<CommandRun>, String>) -> Vec<Effect> {
    let Some(now) = &mut app.run.now else {
        return Vec::new();
    };
    match ended {
        Ok(run) => {
            let run = CommandRun {
                step: Some(now.step.clone()),
                consent: now.consent,
                ..*run
            };
            now.id.get_or_insert_with(|| (app.writing.ids)(app.now));
            now.ended = Some(Box::new(RunReview {
                cursor: 0,
                from: None,
                to: None,
                run,
            }));
            if !matches!(app.overlays.last(), Some(Overlay::Running)) {
                let said = "The command has ended. Press its key to look at it and send it.";
                app.notices.say(app.now, Say::Info(said.to_owned()));
            }
        }
        Err(why) => {
            app.run.now = None;
            app.overlays.retain(|overlay| *overlay != Overlay::Running);
            app.notices.say(app.now, Say::Warning(why));
        }
    }
    runs_kept::keep(app).into_iter().collect()
}

/// A key of the window in which a command runs; nothing: it is none of its own.
pub(super) fn action(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let now = app.run.now.as_mut()?;
    match (action, &mut now.ended) {
        (Action::RunStop | Action::Quit, None) => {
            now.stops += 1;
            return Some(vec![Effect::StopRun]);
        }
        (Action::RunPrivate, Some(review)) => review.run.private = !review.run.private,
        (Action::RunTrimBefore, Some(review)) => {
            let from = review.cursor as u64 + 1;
            review.from = (review.from != Some(from)).then_some(from);
        }
        (Action::RunTrimAfter, Some(review)) => {
            let to = review.cursor as u64 + 1;
            review.to = (review.to != Some(to)).then_some(to);
        }
        (Action::RunNote, Some(review)) => {
            let text = review.run.note.to_string();
            return Some(super::actions::prompt(
                app,
                "What there is to say about it",
                &text,
                crate::console::panes::Then::RunNote,
            ));
        }
        (Action::RunDiscard, Some(_)) => {
            let of = now.incident;
            app.run.now = None;
            app.overlays.pop();
            let said = "Discarded: the command was run, and nothing was sent.";
            app.notices.say(app.now, Say::Info(said.to_owned()));
            return Some(runs_kept::done(app, of));
        }
        _ => return None,
    }
    Some(runs_kept::keep(app).into_iter().collect())
}

/// Words about it were written.
pub(super) fn noted(app: &mut App, text: &str) -> Vec<Effect> {
    if let Some(review) = app.run.now.as_mut().and_then(|now| now.ended.as_mut()) {
        review.run.note = text.into();
    }
    runs_kept::keep(app).into_iter().collect()
}

/// Sends the evidence. From here on it is the client's, which keeps it on disk until it is in the
/// log.
pub(super) fn send(app: &mut App) -> Vec<Effect> {
    let Some(now) = app.run.now.take() else {
        return Vec::new();
    };
    let Some(review) = &now.ended else {
        app.run.now = Some(now);
        return Vec::new();
    };
    let intent = Intent::RecordRun(Box::new(review.chosen()));
    let (incident, id) = (now.incident, now.id);
    // What is refused stays to be looked at, and to be sent again.
    if let Some(why) = app.why_read_only() {
        app.notices.say(app.now, Say::Warning(why));
        app.run.now = Some(now);
        return Vec::new();
    }
    app.overlays.retain(|overlay| *overlay != Overlay::Running);
    let id = id.unwrap_or_else(|| (app.writing.ids)(app.now));
    let mut effects = submit::submit_as(app, id, Some(incident), intent, None);
    effects.extend(runs_kept::done(app, incident));
    effects
}

/// The oldest dangerous command that waits for somebody else's consent: for this person's.
pub(super) fn wanted(app: &App) -> Option<&Consent> {
    let (_, room) = app.open()?;
    let me = &app.client.me()?.person;
    room.shown().consents_for(me, app.now).next()
}

/// Whether a command is being made ready.
pub(super) fn form_is_open(app: &App) -> bool {
    let mut open = app.overlays.iter();
    open.any(|overlay| matches!(overlay, Overlay::RunForm(_)))
}

/// Asks this person whether they consent: the command is shown to the letter.
pub(super) fn consent(app: &mut App) -> Vec<Effect> {
    let Some(of) = wanted(app).cloned() else {
        return Vec::new();
    };
    let mut lines = vec![format!("{} wants to run:", of.by)];
    lines.extend(of.command.lines().map(|line| format!("  {line}")));
    lines.push("With your consent they may run exactly this, once.".to_owned());
    app.overlays.push(Overlay::Confirm(Confirm {
        title: "Consent to a dangerous command".to_owned(),
        lines,
        yes: "consent".to_owned(),
        intent: Intent::AnswerConsent(ConsentGiving {
            asked: of.seq,
            given: true,
            reason: None,
        }),
    }));
    Vec::new()
}

/// Asks why consent is refused.
pub(super) fn refuse(app: &mut App) -> Vec<Effect> {
    let Some(asked) = wanted(app).map(|of| of.seq) else {
        return Vec::new();
    };
    let then = crate::console::panes::Then::RefuseConsent(asked);
    super::actions::prompt(app, "Why it must not be run", "", then)
}

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;
