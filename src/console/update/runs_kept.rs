//! The evidence of a command that is not sent yet, kept on disk: a console that ends while its command
//! runs, or before anyone has looked the result over, does not lose it. The next console of the same
//! person lays it before them when they open the incident.
//!
//! It is kept as it would be sent: without its secrets. Its command's id is kept with it, so that it is
//! in the log once even where two consoles send it.

use super::run;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::{Action, Context};
use crate::console::overlays::{Overlay, RunReview, Running};
use crate::console::panes::{Focus, Say};
use crate::incident::{CommandId, CommandRun, IncidentId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What is in the file.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// Under which it is sent.
    id: CommandId,
    /// As it would be sent, but for what is chosen below.
    run: CommandRun,
    /// The first line that is kept.
    from: Option<u64>,
    /// The last line that is kept.
    to: Option<u64>,
}

/// Keeps the evidence as it stands now.
pub(super) fn keep(app: &App) -> Option<Effect> {
    let now = app.run.now.as_ref()?;
    let review = now.ended.as_ref()?;
    let kept = Kept {
        id: now.id?,
        run: review.run.clone(),
        from: review.from,
        to: review.to,
    };
    let text = serde_json::to_string(&kept).ok()?;
    save(app, now.incident, text)
}

/// The command runs: what is known of it is put away, as a console that is killed says nothing more.
/// What follows takes its place.
pub(super) fn so_far(app: &mut App, run: CommandRun) -> Vec<Effect> {
    let Some(now) = app.run.now.as_mut().filter(|now| now.is_on()) else {
        return Vec::new();
    };
    let kept = Kept {
        id: *now.id.get_or_insert_with(|| (app.writing.ids)(app.now)),
        run: CommandRun {
            step: Some(now.step.clone()),
            consent: now.consent,
            note: KILLED.into(),
            ..run
        },
        from: None,
        to: None,
    };
    let of = now.incident;
    let text = serde_json::to_string(&kept).ok();
    text.and_then(|text| save(app, of, text))
        .into_iter()
        .collect()
}

/// What is said of a command whose console was killed.
const KILLED: &str =
    "cut: the console was killed while it ran; what it printed last may be missing";

/// It is sent or discarded: nothing of it is kept any more, and what may have been left in the incident
/// on the screen has its turn.
pub(super) fn done(app: &App, of: IncidentId) -> Vec<Effect> {
    let gone = save(app, of, String::new());
    let next = match &app.screen {
        Screen::Incident(screen) if screen.id != of => screen.draft.of.clone().map(|person| {
            let of = (person, screen.id);
            Effect::LoadRun(of)
        }),
        _ => None,
    };
    gone.into_iter().chain(next).collect()
}

fn save(app: &App, of: IncidentId, text: String) -> Option<Effect> {
    let person = app.client.me()?.person.clone();
    Some(Effect::SaveRun {
        of: (person, of),
        text,
    })
}

/// The console ends while the command runs: what came of it is kept for the next one.
pub fn leave_run(app: &mut App, ended: Result<Box<CommandRun>, String>) -> Vec<Effect> {
    let ended = ended.map(|mut run| {
        run.note = "the console ended while it ran".into();
        run
    });
    run::ended(app, ended)
}

/// Evidence was found that an earlier console has left.
pub(super) fn found(app: &mut App, incident: IncidentId, text: &str) {
    let Ok(kept) = serde_json::from_str::<Kept>(text) else {
        tracing::warn!(%incident, "the evidence of a command that was kept cannot be read");
        return;
    };
    // One at a time: it stays on disk until this one is done with.
    let Some(step) = kept.run.step.clone().filter(|_| app.run.now.is_none()) else {
        return;
    };
    let command = kept.run.command.clone();
    let line = command.split_whitespace().collect::<Vec<_>>().join(" ");
    app.run.now = Some(Box::new(Running {
        id: Some(kept.id),
        incident,
        step,
        command,
        started_at: kept.run.started_at,
        consent: kept.run.consent,
        stops: 0,
        bytes: kept.run.printed.bytes,
        lines: VecDeque::new(),
        top: None,
        ended: Some(Box::new(RunReview {
            cursor: 0,
            from: kept.from,
            to: kept.to,
            run: kept.run,
        })),
    }));
    let composing = matches!(&app.screen, Screen::Incident(s) if s.focus == Focus::Composer);
    let key = app
        .prefs
        .keymap
        .hint(Action::RunCommand, &[Context::Runbook]);
    let said = format!(
        "What this command printed was not sent before the console ended: $ {line} · {key} in the \
         runbook looks at it."
    );
    app.notices.say(app.now, Say::Warning(said));
    if app.overlays.is_empty() && app.keys.is_empty() && !composing {
        app.overlays.push(Overlay::Running);
    }
}

#[cfg(test)]
mod tests {
    use crate::console::effect::Effect;
    use crate::console::msg::Msg;
    use crate::console::overlays::Overlay;
    use crate::console::testing::{Bench, usual};
    use crate::console::update::run::fixture;
    use crate::incident::*;

    fn kept(effects: &[Effect]) -> Option<String> {
        let text = |effect: &Effect| match effect {
            Effect::SaveRun { text, .. } => Some(text.clone()),
            _ => None,
        };
        effects.iter().filter_map(text).next_back()
    }

    fn found(bench: &mut Bench, text: &str) -> Vec<Effect> {
        bench.tell(Msg::RunFound {
            incident: IncidentId(42),
            text: text.to_owned(),
        })
    }

    /// A console whose command has ended, and what it keeps of it.
    fn ended() -> (Bench, String) {
        let mut bench = Bench::on(120, 40, &usual());
        fixture::runs(&mut bench.app);
        let effects = bench.tell(Msg::RunEnded(Ok(Box::new(fixture::ran()))));
        let text = kept(&effects).expect("kept as soon as it has ended");
        (bench, text)
    }

    #[test]
    fn what_was_not_sent_is_laid_before_the_next_console_and_sent_once() {
        let (mut bench, first) = ended();
        assert!(first.contains("checkout-7d9"), "{first}");
        // What is chosen is kept too.
        let chosen = kept(&bench.keys("j ] p")).unwrap();
        assert!(
            chosen != first && chosen.contains(r#""private":true"#),
            "{chosen}"
        );
        let sent = bench.keys("enter");
        assert_eq!(kept(&sent).as_deref(), Some(""), "it is the outbox's now");
        let [Intent::RecordRun(once)] = &Bench::intents(&sent)[..] else {
            panic!("{sent:?}");
        };

        let mut next = Bench::on(120, 40, &usual());
        found(&mut next, &chosen);
        assert_eq!(next.app.overlays, [Overlay::Running]);
        let screen = next.screen();
        assert!(screen.contains("It has ended: exit 0"), "{screen}");
        let again = next.keys("enter");
        let [Intent::RecordRun(twice)] = &Bench::intents(&again)[..] else {
            panic!("{again:?}");
        };
        assert_eq!(once, twice);
        let id = |effects: &[Effect]| {
            let stored = |effect: &Effect| match effect {
                Effect::Client(crate::client::Effect::Store(pending)) => Some(pending.command.id),
                _ => None,
            };
            effects.iter().find_map(stored).unwrap()
        };
        assert_eq!(
            id(&sent),
            id(&again),
            "two consoles that send it do so once"
        );
    }

    #[test]
    fn a_console_that_ends_while_it_runs_keeps_what_came_of_it() {
        let mut bench = Bench::on(120, 40, &usual());
        fixture::runs(&mut bench.app);
        let effects = super::leave_run(&mut bench.app, Ok(Box::new(fixture::ran())));
        let text = kept(&effects).unwrap();
        assert!(text.contains("the console ended while it ran"), "{text}");
    }

    #[test]
    fn a_console_that_is_killed_has_put_away_what_was_known() {
        let mut bench = Bench::on(120, 40, &usual());
        fixture::runs(&mut bench.app);
        let so_far = CommandRun {
            end: RunEnd::Unknown,
            ..fixture::ran()
        };
        let effects = bench.tell(Msg::RunSoFar(Box::new(so_far.clone())));
        let text = kept(&effects).unwrap();
        assert!(bench.app.run.now.as_ref().unwrap().is_on(), "it goes on");
        // Killed here: the next console lays it before its person.
        let mut next = Bench::on(120, 40, &usual());
        found(&mut next, &text);
        let screen = next.screen();
        assert!(screen.contains("cut: the console was killed"), "{screen}");
        assert!(screen.contains("ended in an unknown way"), "{screen}");
        let sent = Bench::intents(&next.keys("enter"));
        let [Intent::RecordRun(run)] = &sent[..] else {
            panic!("{sent:?}");
        };
        assert_eq!(run.printed, so_far.printed);
        assert!(run.step.is_some());
        // Not killed: the end takes its place, under the same id.
        let ended = kept(&bench.tell(Msg::RunEnded(Ok(Box::new(fixture::ran()))))).unwrap();
        let id = |text: &str| text.split(',').next().map(str::to_owned);
        assert_eq!(id(&ended), id(&text));
        assert!(!ended.contains("killed"), "{ended}");
        let late = bench.tell(Msg::RunSoFar(Box::new(so_far)));
        assert_eq!(kept(&late), None, "what came late changes nothing");
    }

    #[test]
    fn one_that_is_discarded_or_unreadable_does_not_come_back() {
        let (mut bench, text) = ended();
        let gone = bench.keys("X");
        assert_eq!(kept(&gone).as_deref(), Some(""));
        assert!(bench.app.run.now.is_none());
        found(&mut bench, "{\"id\":");
        assert!(bench.app.run.now.is_none());
        // While another one runs it waits.
        fixture::runs(&mut bench.app);
        found(&mut bench, &text);
        assert!(bench.app.run.now.as_ref().unwrap().is_on());
    }
}
