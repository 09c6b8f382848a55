//! Consent to dangerous commands as this console meets it: whoever may give it is called, and whoever
//! asked for it hears the answer.
//!
//! Read from the confirmed state alone, so that nothing is said of what the server may refuse.

use super::{keys, run};
use crate::client::Room;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::panes::Say;
use crate::console::ring::Call;
use crate::incident::{Incident, IncidentId, Person, Seq};
use std::collections::BTreeSet;

/// What has been called for and said once. Beyond it the oldest go: it is more than one incident has
/// dangerous commands.
const SAID: usize = 200;

/// What this console has said about consent.
#[derive(Debug, Default)]
pub(super) struct Said {
    rung: BTreeSet<(IncidentId, Seq)>,
    /// The incident whose answers were looked at, and those that were there.
    answered: Option<(IncidentId, BTreeSet<Seq>)>,
}

fn confirmed(app: &App) -> Option<&Incident> {
    match &app.screen {
        Screen::Incident(screen) => app.client.room(screen.id).map(Room::confirmed),
        Screen::Board(_) => None,
    }
    .filter(|incident| incident.exists())
}

/// Calls the person for a consent that they may give, once.
pub(super) fn call(app: &mut App) -> Option<Effect> {
    let incident = confirmed(app)?;
    let id = incident.id;
    let me = &app.client.me()?.person;
    let open = incident.consents_for(me, app.now);
    let rung = &app.calls.consents.rung;
    let new = open.filter(|of| !rung.contains(&(id, of.seq)));
    let new: Vec<(Seq, Person)> = new.map(|of| (of.seq, of.by.clone())).collect();
    let (_, by) = new.first()?;
    let text = format!("{by} asks for consent to a dangerous command");
    let contexts = keys::contexts(app);
    let key = |action| app.prefs.keymap.hint(action, &contexts);
    let said = format!(
        "{text} · {} reads it · {} refuses it.",
        key(Action::Consent),
        key(Action::RefuseConsent)
    );
    app.notices.say(app.now, Say::Warning(said));
    let rung = &mut app.calls.consents.rung;
    rung.extend(new.into_iter().map(|(seq, _)| (id, seq)));
    while rung.len() > SAID {
        rung.pop_first();
    }
    Some(Effect::Ring(Call {
        title: id.to_string(),
        text,
    }))
}

/// Tells whoever asked what came of it. When an incident comes onto the screen nothing is said.
pub(super) fn answered(app: &mut App, me: &Person) {
    let Some(incident) = confirmed(app) else {
        return;
    };
    let id = incident.id;
    let mine = incident.consents.iter().filter(|of| of.by == *me);
    let answers: Vec<_> = mine
        .filter_map(|of| Some((of.seq, of.step.clone(), of.answer.clone()?)))
        .collect();
    let seen = answers.iter().map(|(seq, ..)| *seq).collect();
    let known = app.calls.consents.answered.replace((id, seen));
    let Some((_, known)) = known.filter(|(last, _)| *last == id) else {
        return;
    };
    for (_, step, answer) in answers.into_iter().filter(|(seq, ..)| !known.contains(seq)) {
        let by = &answer.by;
        let step = step.map_or_else(String::new, |of| format!(" of step {}", of.step));
        let say = if answer.given {
            let form = run::form_is_open(app);
            let run = if form {
                "Confirm it".to_owned()
            } else {
                let key = app.prefs.keymap.hint(Action::RunCommand, &[]);
                format!("{key} on the step runs it")
            };
            Say::Info(format!(
                "{by} consents to the dangerous command{step}. {run}."
            ))
        } else {
            let why = answer.reason.as_deref().unwrap_or_default();
            Say::Warning(format!("{by} refuses consent to the command{step}: {why}"))
        };
        app.notices.say(app.now, say);
    }
}

/// The window's title while this person's consent is waited for.
pub(super) fn title(app: &App) -> Option<String> {
    let incident = confirmed(app)?;
    let me = &app.client.me()?.person;
    let of = incident.consents_for(me, app.now).next()?;
    Some(format!("→ {} asks for consent · {}", of.by, incident.id))
}

#[cfg(test)]
mod tests {
    use crate::console::effect::Effect;
    use crate::console::testing::{Bench, Log, usual};
    use crate::incident::*;
    use serde_json::json;

    fn happens(bench: &mut Bench, log: &mut Log, who: &str, intent: Intent) -> Vec<Effect> {
        let from = log.events.len();
        log.did(who, 0, intent);
        let new: Vec<Event> = log.events.iter().skip(from).cloned().collect();
        new.iter()
            .flat_map(|event| bench.frame(&json!({"type": "event", "event": event})))
            .collect()
    }

    fn wanted(command: &str) -> Intent {
        Intent::AskConsent(ConsentWanted {
            command: command.into(),
            step: None,
        })
    }

    fn rings(effects: &[Effect]) -> usize {
        let ring = |effect: &&Effect| matches!(effect, Effect::Ring(_));
        effects.iter().filter(ring).count()
    }

    fn titles(effects: &[Effect]) -> Vec<Option<String>> {
        let title = |effect: &Effect| match effect {
            Effect::Title(title) => Some(title.clone()),
            _ => None,
        };
        effects.iter().filter_map(title).collect()
    }

    #[test]
    fn whoever_may_consent_is_called_once_and_sees_it_in_header_footer_and_title() {
        for (width, height) in [(200, 50), (120, 40), (80, 24)] {
            let mut log = usual();
            let mut bench = Bench::on(width, height, &log);
            let effects = happens(&mut bench, &mut log, "maya", wanted("rm -r /srv/cache"));
            assert_eq!(rings(&effects), 1, "{width}");
            let title = titles(&effects).pop().flatten().unwrap();
            assert_eq!(title, "→ maya asks for consent · INC-42");
            let screen = bench.screen();
            assert!(screen.contains("maya asks consent 10:00"), "{screen}");
            assert!(screen.contains("g y consent"), "{screen}");
            let again = bench.tell(crate::console::msg::Msg::Woke);
            assert_eq!(rings(&again), 0, "once");
            let answer = Intent::AnswerConsent(ConsentGiving {
                asked: log.state.seq,
                given: true,
                reason: None,
            });
            let effects = happens(&mut bench, &mut log, "ana", answer);
            assert_eq!(titles(&effects), [None], "{width}: it is answered");
            assert!(!bench.screen().contains("asks consent"));
        }
    }

    #[test]
    fn whoever_asked_is_not_called_and_hears_the_answer() {
        let mut log = usual();
        let mut bench = Bench::on(120, 40, &log);
        let effects = happens(&mut bench, &mut log, "lee", wanted("rm -r /srv/cache"));
        assert_eq!(rings(&effects), 0);
        assert!(!bench.screen().contains("asks consent"), "not of oneself");
        let answer = Intent::AnswerConsent(ConsentGiving {
            asked: log.state.seq,
            given: false,
            reason: Some("the cache is warm".into()),
        });
        happens(&mut bench, &mut log, "ana", answer);
        let screen = bench.screen();
        assert!(
            screen.contains("ana refuses consent to the command: the cache is warm"),
            "{screen}"
        );
    }
}
