//! What reaches the overlay on top, and what comes of its answer.

use super::{
    actions, answers, incident, members, reading, requests, run, submit, updates, written,
};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::overlays::{Answer, Move, Overlay, Page, Reader, Stroke, prompt};
use crate::console::panes::{Focus, Say};
use crate::console::view;
use crate::incident::{IncidentId, Seq};

/// An action while something is laid over the screen.
pub(super) fn action(app: &mut App, action: Action) -> Vec<Effect> {
    if matches!(app.overlays.last(), Some(Overlay::Running))
        && let Some(effects) = run::action(app, action)
    {
        return effects;
    }
    if let Some(effects) = updates::in_editor(app, action) {
        return effects;
    }
    let given = match action {
        Action::Accept => Stroke::Accept,
        Action::Cancel | Action::Quit => Stroke::Cancel,
        Action::NextPane => Stroke::Next,
        Action::PreviousPane => Stroke::Previous,
        Action::Copy | Action::CopyAddress => Stroke::Copy,
        Action::SortRows => Stroke::Sort,
        Action::FilterRows => Stroke::Filter,
        Action::Compose => Stroke::Write,
        Action::RefreshScreen => return vec![Effect::Redraw],
        Action::Help => {
            let shown = matches!(
                app.overlays.last(),
                Some(Overlay::Reader(Reader {
                    page: Page::Help,
                    ..
                }))
            );
            if shown {
                app.overlays.pop();
            } else {
                app.overlays.push(Overlay::Reader(Reader::new(Page::Help)));
            }
            return Vec::new();
        }
        other => match Move::of(other) {
            Some(step) => Stroke::Move(step),
            None => return Vec::new(),
        },
    };
    stroke(app, given)
}

/// Something reaches the overlay on top.
pub(super) fn stroke(app: &mut App, given: Stroke<'_>) -> Vec<Effect> {
    let rows = view::overlay::rows(app);
    let lines = view::overlay::reader_lines(app);
    let now = app.now;
    let read = app.reading.as_ref();
    let gaps = read.map(|reading| (reading.incident, &reading.gaps[..]));
    let Some(top) = app.overlays.last_mut() else {
        return Vec::new();
    };
    let answer = match top {
        Overlay::Picker(picker) => picker.stroke(given, rows),
        Overlay::Form(form) => form.stroke(given, now),
        Overlay::Confirm(asked) => prompt::confirm(asked, given),
        Overlay::Prompt(prompt) => prompt.stroke(given),
        Overlay::Search(search) => search.stroke(given),
        Overlay::Brief(brief) => brief.stroke(given, lines, rows),
        Overlay::Reader(reader) => reader.stroke(given, lines, rows),
        Overlay::Results(results) => results.stroke(given, rows),
        Overlay::Members(members) => members.stroke(given, rows),
        Overlay::Gaps(shown) => shown.stroke(given, gaps.unwrap_or((IncidentId(0), &[])), rows),
        Overlay::Review(review) => review.stroke(given, lines, rows),
        Overlay::Update => Answer::Stay,
        Overlay::RunForm(form) => form.stroke(given),
        Overlay::Running => match &mut app.run.now {
            Some(now) => now.stroke(given, rows),
            None => Answer::Close,
        },
    };
    let mut effects = answered(app, answer);
    effects.extend(members::ask(app));
    effects
}

/// What comes of an overlay's answer.
pub(super) fn answered(app: &mut App, answer: Answer) -> Vec<Effect> {
    match answer {
        Answer::Stay => Vec::new(),
        Answer::Close => {
            let closed = app.overlays.pop();
            if matches!(closed, Some(Overlay::Search(_))) {
                return looking(app, String::new());
            }
            Vec::new()
        }
        Answer::Chosen(choice) => {
            app.overlays.pop();
            answers::chosen(app, choice)
        }
        Answer::Submit(intent) => {
            let to = match app.overlays.pop() {
                Some(Overlay::Review(review)) if intent.posts() => {
                    return updates::post(app, &review, *intent);
                }
                Some(Overlay::Form(form)) => form.incident,
                Some(Overlay::Brief(brief)) => Some(brief.incident),
                _ => match &app.screen {
                    Screen::Incident(screen) => Some(screen.id),
                    Screen::Board(_) => None,
                },
            };
            let mut effects = Vec::new();
            if let (Some(id), true) = (to, intent.opens()) {
                effects = incident::open(app, id);
            }
            effects.extend(submit::submit(app, to, *intent, None));
            effects
        }
        Answer::Ask(intent) => match app.overlays.last() {
            Some(Overlay::Brief(brief)) => {
                let to = Some(brief.incident);
                submit::submit(app, to, *intent, None)
            }
            _ => submit::submit_here(app, *intent, None),
        },
        Answer::Written { then, text } => written::written(app, then, &text),
        Answer::Looking(query) => looking(app, query),
        Answer::LookedFor(query) => {
            app.overlays.pop();
            looked_for(app, query)
        }
        Answer::Open(id, seq) => go_to(app, id, seq),
        Answer::Fill(fill) => reading::fill(app, fill),
        Answer::Copy(text, what) => requests::copy(app, text, what),
        Answer::Over(overlay) => {
            app.overlays.push(*overlay);
            Vec::new()
        }
        Answer::Alert(alert) => {
            members::read(app, &alert);
            Vec::new()
        }
        Answer::Run => run::start(app),
        Answer::SendRun => run::send(app),
        Answer::Say(said) => {
            app.notices.say(app.now, Say::Info(said.to_owned()));
            Vec::new()
        }
        Answer::Confirm(asked) => {
            app.overlays.pop();
            app.overlays.push(Overlay::Confirm(asked));
            Vec::new()
        }
    }
}

/// Goes to an entry of an incident, whatever is on the screen.
pub(super) fn go_to(app: &mut App, id: IncidentId, seq: Seq) -> Vec<Effect> {
    app.overlays.clear();
    let mut effects = incident::open(app, id);
    if let Screen::Incident(screen) = &mut app.screen {
        screen.wanted = Some(seq);
    }
    effects.extend(incident::go_to_wanted(app));
    effects
}

/// The timeline is searched while the words are typed.
fn looking(app: &mut App, query: String) -> Vec<Effect> {
    if let Some((screen, cx)) = app.split(Focus::Timeline) {
        let wanted = (!query.is_empty()).then_some(&*query);
        screen.timeline.search(wanted, &cx);
    }
    if let Screen::Incident(screen) = &mut app.screen {
        screen.looking = query;
    }
    Vec::new()
}

/// The words are settled: where no loaded entry has them, the server looks through the older ones.
fn looked_for(app: &mut App, query: String) -> Vec<Effect> {
    let mut effects = looking(app, query.clone());
    let found = app
        .split(Focus::Timeline)
        .map_or(0, |(screen, cx)| screen.timeline.matches(&cx));
    if found == 0 && !query.is_empty() {
        effects.extend(actions::ask_server(app, query));
    } else {
        effects.extend(incident::focus(app, Focus::Timeline));
    }
    effects
}
