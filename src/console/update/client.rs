//! What the client's driver reports, and what the client makes of it.

use super::{follow, incident, members, reading, updates};
use crate::client::{self, Happening, Input, Pending};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::overlays::{Choice, Item, Overlay, Wait};
use crate::console::panes::Say;
use crate::incident::{CommandId, IncidentId, Intent, Refusal, Verdict};

/// The driver reports something.
pub(super) fn input(app: &mut App, input: Input) -> Vec<Effect> {
    let group = members::group(app);
    let done = app.client.handle(app.now, input);
    let mut all = effects(app, done);
    all.extend(members::renew(app, group.as_ref()));
    all.extend(incident::room_changed(app));
    all
}

/// Sorts the client's effects: what is for the driver goes on, what is for the user is told.
pub(super) fn effects(app: &mut App, effects: Vec<client::Effect>) -> Vec<Effect> {
    let mut all = Vec::new();
    for effect in effects {
        match effect {
            client::Effect::Tell(happening) => all.extend(happened(app, happening)),
            other => all.push(Effect::Client(other)),
        }
    }
    all
}

fn happened(app: &mut App, happening: Happening) -> Vec<Effect> {
    let now = app.now;
    match happening {
        Happening::Refused { pending, refusal } => return refused(app, &pending, &refusal),
        Happening::Done {
            command, incident, ..
        } => return carried_out(app, command, incident),
        Happening::Found {
            request,
            hits,
            more,
        } => {
            for overlay in &mut app.overlays {
                if let Overlay::Results(results) = overlay
                    && results.request == Some(request)
                {
                    results.request = None;
                    results.hits = hits;
                    results.more = more;
                    break;
                }
            }
        }
        Happening::Runbooks { request, names } => {
            let items = names.into_iter().map(|runbook| {
                Item::new(&*runbook.name, Choice::Runbook(runbook.name.clone()))
                    .detail(format!("{} · {} steps", runbook.title, runbook.steps))
            });
            fill(app, request, items.collect());
        }
        Happening::Log {
            request, events, ..
        } => return reading::take(app, request, events),
        Happening::Alerts { request, page } => return members::take(app, request, page),
        Happening::Failed { request, refusal } => {
            // It is said where the answer would have been.
            if members::fail(app, request, &refusal.to_string()) {
                return Vec::new();
            }
            reading::fail(app, request);
            app.overlays.retain(|overlay| !waits_for(overlay, request));
            app.notices.say(now, Say::Refused(refusal));
        }
        Happening::Notice { warning, text } => {
            let said = if warning {
                Say::Warning(text)
            } else {
                Say::Info(text)
            };
            app.notices.say(now, said);
        }
        Happening::Ended { why, .. } => app.notices.say(now, Say::Warning(why)),
        Happening::NewOnBoard(id) => {
            let title = app.client.board().find(|s| s.id == id);
            let said = title.map(|s| format!("{id} is on the board: {} ({})", s.title, s.status));
            if let (Some(said), Screen::Incident(_)) = (said, &app.screen) {
                app.notices.say(now, Say::Info(said));
            }
        }
        Happening::Closed(id) => {
            // What is being written is kept as that incident's draft; the notice says why.
            if matches!(&app.screen, Screen::Incident(screen) if screen.id == id) {
                app.overlays.clear();
                return incident::to_board(app);
            }
        }
        Happening::Joined(_) => {
            let mut all = follow::joined(app);
            all.extend(incident::go_to_wanted(app));
            return all;
        }
        // The panes settle on it after every message.
        Happening::Travelled(_) | Happening::Leads(_) => {}
    }
    Vec::new()
}

fn waits_for(overlay: &Overlay, request: u64) -> bool {
    match overlay {
        Overlay::Picker(picker) => picker.wait == Wait::Answer(request),
        Overlay::Results(results) => results.request == Some(request),
        _ => false,
    }
}

fn fill(app: &mut App, request: u64, items: Vec<Item>) {
    for overlay in &mut app.overlays {
        if let Overlay::Picker(picker) = overlay
            && picker.wait == Wait::Answer(request)
        {
            picker.fill(items);
            break;
        }
    }
}

/// A new incident of one's own is gone to as soon as it has its name.
fn carried_out(app: &mut App, command: CommandId, incident: IncidentId) -> Vec<Effect> {
    app.writing.lines.remove(&command);
    let sent = updates::carried_out(app, command);
    if app.writing.opening == Some(command) {
        app.writing.opening = None;
        return incident::open(app, incident);
    }
    sent
}

/// The words go back to their writer: into the composer where the incident is on the screen, to
/// its draft on disk where it is not.
fn refused(app: &mut App, pending: &Pending, refusal: &Refusal) -> Vec<Effect> {
    let id = pending.command.id;
    if app.writing.opening == Some(id) {
        app.writing.opening = None;
    }
    if app
        .writing
        .posting
        .as_ref()
        .is_some_and(|(posting, _)| *posting == id)
    {
        app.writing.posting = None;
    }
    if updates::give_back(app, id, refusal) {
        app.notices.say(app.now, Say::Refused(refusal.clone()));
        return Vec::new();
    }
    let line = app
        .writing
        .lines
        .remove(&id)
        .or_else(|| words(&pending.command.intent));
    app.notices.say(app.now, Say::Refused(refusal.clone()));
    let Some(line) = line else {
        return Vec::new();
    };
    match (&mut app.screen, pending.incident) {
        (Screen::Incident(screen), Some(incident)) if screen.id == incident => {
            screen.composer.give_back(&line, refusal);
            Vec::new()
        }
        (_, Some(incident)) => match app.client.me() {
            Some(me) => vec![Effect::AddToDraft {
                of: (me.person.clone(), incident),
                text: line,
            }],
            None => Vec::new(),
        },
        (_, None) => Vec::new(),
    }
}

/// The words of a command that an earlier console left: its line is not known any more.
fn words(intent: &Intent) -> Option<String> {
    match intent {
        Intent::Note(note) => Some(note.text.to_string()),
        Intent::Amend { text, .. } | Intent::DraftUpdate { text, .. } => Some(text.to_string()),
        Intent::PostUpdate { text, .. } => text.as_ref().map(ToString::to_string),
        Intent::Ask { to, minutes, text } => Some(format!("/ask @{to} {minutes}m {text}")),
        Intent::NoteAsk {
            to,
            minutes,
            text,
            by,
        } => {
            let by = by.as_ref().map(|by| format!("from @{by} "));
            let by = by.unwrap_or_default();
            Some(format!("/told @{to} {by}{minutes}m {text}"))
        }
        Intent::Propose { text, executor, .. } => {
            let by = executor.as_ref().map(|who| format!(" by @{who}"));
            Some(format!("/propose {text}{}", by.unwrap_or_default()))
        }
        Intent::TakeStance {
            proposal,
            stance: crate::incident::Stance::Objects { reason },
        } => Some(format!("/proposal {proposal} object {reason}")),
        Intent::OfferRole(offer) => {
            let words = offer.words.as_ref().map(|words| format!(" {words}"));
            let (role, to) = (offer.role.short().to_ascii_lowercase(), &offer.to);
            Some(format!(
                "/handover {role} @{to}{}",
                words.unwrap_or_default()
            ))
        }
        Intent::JudgeHypothesis(said) => said.reason.as_ref().map(|reason| {
            let word = match said.verdict {
                Verdict::Supported => "support",
                Verdict::RuledOut => "rule-out",
                Verdict::Reopened => "reconsider",
            };
            let evidence = said.evidence.map(|seq| format!(" #{seq}"));
            let evidence = evidence.unwrap_or_default();
            format!("/{word} {}{evidence} {reason}", said.hypothesis)
        }),
        // Without words it is one key again.
        Intent::AnswerAsk {
            ask,
            state,
            reason: Some(reason),
        } => Some(format!("/answer {ask} {} {reason}", state.name())),
        Intent::AskMoreTime {
            ask,
            minutes,
            reason: Some(reason),
        } => Some(format!("/answer {ask} more {minutes}m {reason}")),
        Intent::AddActionItem { text, .. } => Some(format!("TODO: {text}")),
        Intent::DeclarePrivate(declared) => declared.title.as_ref().map(ToString::to_string),
        _ => None,
    }
}
