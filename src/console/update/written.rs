//! What comes of what was written in answer to a prompt.

use super::answers::{confirm, name};
use super::{actions, incident, live, members, past, run, submit};
use crate::console::app::App;
use crate::console::effect::Effect;
use crate::console::grammar::entry_number;
use crate::console::overlays::{Overlay, read_moment};
use crate::console::panes::{Confirm, Focus, Say, Then};
use crate::incident::{
    AnswerOffer, AssignStep, ConsentGiving, HandoverId, HypothesisName, Incident, Intent,
    JudgeHypothesis, OfferAnswer, Person, RemarkStep, Stance, TimeStep, Timestamp, Verdict,
};
use std::sync::Arc;

/// A prompt was answered. What cannot be read is said in the prompt, which stays.
pub(super) fn written(app: &mut App, then: Then, text: &str) -> Vec<Effect> {
    let intent = match read(app, then, text) {
        Ok(Read::Intent(intent)) => {
            app.overlays.pop();
            return submit::submit_here(app, intent, None);
        }
        Ok(Read::Confirm(asked)) => {
            app.overlays.pop();
            return confirm(app, asked);
        }
        Ok(Read::JumpTo(at)) => {
            app.overlays.pop();
            return jump(app, at);
        }
        Ok(Read::GoToMoment(at)) => {
            app.overlays.pop();
            return past::go_to(app, at);
        }
        Ok(Read::Search) => {
            app.overlays.pop();
            return actions::ask_server(app, text.to_owned());
        }
        Ok(Read::RunNote) => {
            app.overlays.pop();
            return run::noted(app, text);
        }
        Ok(Read::Filter(then)) => {
            app.overlays.pop();
            return filter(app, &then, text);
        }
        Err(why) => why,
    };
    if let Some(Overlay::Prompt(prompt)) = app.overlays.last_mut() {
        prompt.wrong = Some(intent);
    }
    Vec::new()
}

/// Shows only rows that hold these words.
fn filter(app: &mut App, then: &Then, words: &str) -> Vec<Effect> {
    if *then == Then::FilterGroup {
        return members::filter(app, words);
    }
    if let crate::console::app::Screen::Incident(screen) = &mut app.screen {
        match then {
            Then::FilterErrors => screen.errors.filter(words),
            _ => screen.alerts.filter(words),
        }
    }
    Vec::new()
}

/// Says what will happen to the incident as it is then.
type Asked = Box<dyn Fn(&Incident, Timestamp) -> Confirm>;

/// What an answer comes to.
pub(super) enum Read {
    /// Ask the incident for it.
    Intent(Intent),
    Confirm(Asked),
    JumpTo(Timestamp),
    GoToMoment(Timestamp),
    Search,
    RunNote,
    Filter(Then),
}

fn read(app: &App, then: Then, text: &str) -> Result<Read, String> {
    let words: Arc<str> = Arc::from(text);
    let some = Some(words.clone());
    let moment = |text: &str| read_moment(text, app.now, app.prefs.zone());
    let intent = match then {
        Then::Amend(target) => Intent::Amend {
            target,
            text: words,
        },
        Then::Retract(target) => Intent::Retract {
            target,
            reason: words,
        },
        Then::SetStep {
            runbook,
            step,
            state,
        } => Intent::SetStep {
            runbook,
            step,
            state,
            reason: some,
        },
        Then::AnswerAsk { ask, state } => Intent::AnswerAsk {
            ask,
            state,
            reason: some,
        },
        Then::RefuseConsent(asked) => Intent::AnswerConsent(ConsentGiving {
            asked,
            given: false,
            reason: some,
        }),
        Then::StepOwner(of) => Intent::AssignStep(AssignStep {
            runbook: of.runbook,
            step: of.step,
            to: owner(text)?,
        }),
        Then::StepTime(of) => Intent::TimeStep(TimeStep {
            runbook: of.runbook,
            step: of.step,
            minutes: minutes(text)?,
        }),
        Then::StepNote(of) => Intent::RemarkStep(RemarkStep {
            runbook: of.runbook,
            step: of.step,
            text: words,
        }),
        Then::RunNote => return Ok(Read::RunNote),
        Then::RefuseMoreTime(ask) => Intent::RefuseMoreTime { ask, reason: some },
        Then::Object(proposal) => Intent::TakeStance {
            proposal,
            stance: Stance::Objects { reason: words },
        },
        Then::DecideProposal(proposal) => Intent::DecideProposal {
            proposal,
            reason: some,
        },
        Then::WithdrawProposal(proposal) => Intent::WithdrawProposal {
            proposal,
            reason: some,
        },
        Then::RejectUpdate(update) => Intent::RejectUpdate {
            update,
            reason: words,
        },
        Then::WithdrawUpdate(update) => Intent::WithdrawUpdate {
            update,
            reason: some,
        },
        Then::DeclineOffer(id) => offer_answer(id, OfferAnswer::Decline, some),
        Then::WithdrawOffer(id) => offer_answer(id, OfferAnswer::Withdraw, some),
        Then::Judge(name, verdict) => judge(name, verdict, text),
        Then::WithdrawAsk(ask) => Intent::WithdrawAsk { ask, reason: some },
        Then::AssignRole {
            role,
            expected_holder,
        } => {
            let name = text.trim_start_matches('@').to_owned();
            Intent::AssignRole {
                role,
                to: Person::try_from(name).map_err(|error| format!("{error}."))?,
                expected_holder,
            }
        }
        Then::Rename => Intent::Rename { title: words },
        Then::Reopen => Intent::Reopen { reason: words },
        Then::SetStatus(status) => Intent::SetStatus {
            status,
            at: None,
            reason: some,
        },
        Then::SetMilestone(milestone) => Intent::SetMilestone {
            milestone,
            at: moment(text)?,
        },
        Then::Note(mut note) => {
            note.text = words;
            Intent::Note(note)
        }
        Then::AddLink => link(text)?,
        Then::Cancel => return Ok(Read::Confirm(Box::new(move |s, _| cancel(s, &words)))),
        Then::Decline => return Ok(Read::Confirm(Box::new(move |s, _| decline(s, &words)))),
        Then::JumpTo => return moment(text).map(Read::JumpTo),
        // Times without a day are those of the moment that is shown.
        Then::GoToMoment => {
            let from = app
                .past()
                .map_or(app.server_now(), crate::client::Travel::at);
            let from = app.client.recording().map_or(app.server_now(), |_| from);
            return read_moment(text, from, app.prefs.zone()).map(Read::GoToMoment);
        }
        Then::FilterErrors | Then::FilterAlerts | Then::FilterGroup => {
            return Ok(Read::Filter(then));
        }
        Then::SearchAll => return Ok(Read::Search),
        then => return live::read(then, text, app.now),
    };
    Ok(Read::Intent(intent))
}

fn offer_answer(handover: HandoverId, answer: OfferAnswer, reason: Option<Arc<str>>) -> Intent {
    Intent::AnswerOffer(AnswerOffer {
        handover,
        answer,
        reason,
    })
}

/// `#123 and why`: the entry that speaks for it, where one is named first.
fn judge(hypothesis: HypothesisName, verdict: Verdict, text: &str) -> Intent {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let evidence = entry_number(first);
    let words = if evidence.is_some() { rest } else { text };
    Intent::JudgeHypothesis(JudgeHypothesis {
        hypothesis,
        verdict,
        evidence,
        reason: Some(words.trim().into()),
    })
}

fn owner(text: &str) -> Result<Option<Person>, String> {
    if text == "-" {
        return Ok(None);
    }
    let named = text.trim_start_matches('@').parse();
    named
        .map(Some)
        .map_err(|error: crate::incident::ParseIdError| format!("Write {}.", error.wanted))
}

fn minutes(text: &str) -> Result<Option<u32>, String> {
    let number = text.trim_end_matches(['m', ' ']).parse::<u32>();
    let number = number.map_err(|_| "Write a number of minutes.".to_owned())?;
    Ok(Some(number).filter(|minutes| *minutes > 0))
}

fn link(text: &str) -> Result<Intent, String> {
    let (url, title) = text.split_once(char::is_whitespace).unwrap_or((text, text));
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err("An address begins with https:// or http://.".to_owned());
    }
    Ok(Intent::AddLink {
        title: Arc::from(title.trim()),
        url: Arc::from(url),
    })
}

fn cancel(shown: &Incident, reason: &Arc<str>) -> Confirm {
    Confirm {
        title: format!("Cancel {}", shown.id),
        lines: vec![
            format!(
                "{} counts as declared by mistake, for everyone.",
                name(shown)
            ),
            format!("Reason: {reason}"),
        ],
        yes: "cancel the incident".to_owned(),
        intent: Intent::Cancel {
            reason: reason.clone(),
        },
    }
}

fn decline(shown: &Incident, reason: &Arc<str>) -> Confirm {
    Confirm {
        title: format!("Decline {}", shown.id),
        lines: vec![
            format!("{} leaves the board as no incident.", name(shown)),
            format!("Reason: {reason}"),
        ],
        yes: "decline".to_owned(),
        intent: Intent::Decline {
            reason: reason.clone(),
        },
    }
}

fn jump(app: &mut App, at: Timestamp) -> Vec<Effect> {
    let Some((screen, cx)) = app.split(Focus::Timeline) else {
        app.notices.say(
            app.now,
            Say::Info("Open an incident first; then jump in its timeline.".to_owned()),
        );
        return Vec::new();
    };
    let id = screen.id;
    screen.timeline.go_to_time(at, &cx);
    let asked = app.client.jump(id, at);
    let mut effects = super::client::effects(app, asked);
    effects.extend(incident::focus(app, Focus::Timeline));
    effects
}
