//! What keeps an incident in order: putting nags off, reports, templates.

use super::incident;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::overlays::{Choice, Item, Overlay, Page, Picker, Reader};
use crate::console::panes::{Focus, Say};
use crate::console::templates;
use crate::incident::{SnoozeNag, can};

/// For how long a nag is put off from the list, in minutes; `/snooze` takes any time.
const SNOOZES: [u32; 3] = [15, 30, 60];

/// The nags of now, each for some times.
pub(super) fn pick_snooze(app: &mut App) -> Vec<Effect> {
    let Some((_, room)) = app.open() else {
        return Vec::new();
    };
    let owed = room.nags(app.now);
    let zone = app.prefs.zone();
    let items = owed.iter().flat_map(|nag| {
        // What was put off can be taken back first.
        let back = nag.snoozed.is_some().then_some(0);
        back.into_iter().chain(SNOOZES).map(|minutes| {
            let snooze = SnoozeNag {
                nag: nag.kind,
                minutes,
            };
            let detail = nag
                .snoozed
                .as_ref()
                .map(|snooze| format!("put off by {} until {}", snooze.by, zone.hm(snooze.until)));
            let label = match minutes {
                0 => format!("{} · no longer put off", nag.text),
                _ => format!("{} · {minutes} min", nag.text),
            };
            Item::new(label, Choice::Snooze(snooze)).detail(detail.unwrap_or_default())
        })
    });
    let picker = Picker::new("Put off", "Nothing is owed.", items.collect());
    app.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// The templates by name.
pub(super) fn pick_template(app: &mut App) -> Vec<Effect> {
    let items = app.prefs.templates.iter();
    let items = items.map(|template| {
        let choice = Choice::Template(template.name.clone());
        Item::new(&template.name, choice).detail(&template.text)
    });
    let picker = Picker::new(
        "Begin from",
        "No template has such a name.",
        items.collect(),
    );
    app.overlays.push(Overlay::Picker(picker));
    Vec::new()
}

/// Begins a line from a template, unless one is being written.
pub(super) fn begin_from(app: &mut App, name: &str) -> Vec<Effect> {
    let all = app.prefs.templates.clone();
    let Some(template) = templates::find(&all, name) else {
        return Vec::new();
    };
    let effects = incident::focus(app, Focus::Composer);
    let filled = app.open().map(|(_, room)| template.fill(room.shown()));
    let (Screen::Incident(screen), Some(filled)) = (&mut app.screen, filled) else {
        return effects;
    };
    if !screen.composer.begin_from(&filled) {
        let said = "A line is being written: send or clear it first.".to_owned();
        app.notices.say(app.now, Say::Info(said));
    }
    effects
}

/// Puts a draft of the report into the composer, where it is corrected and sent.
pub(super) fn draft_report(app: &mut App) -> Vec<Effect> {
    let Some((_, room)) = app.open() else {
        return Vec::new();
    };
    let draft = format!("/can {}", can(room.shown(), app.now).text());
    let effects = incident::focus(app, Focus::Composer);
    let Screen::Incident(screen) = &mut app.screen else {
        return effects;
    };
    let said = if screen.composer.draft().is_empty() {
        screen.composer.set_text(&draft);
        "A draft from what is known: correct it, then send it. It goes into the timeline."
    } else {
        "A line is being written: send or clear it, then draft the report."
    };
    app.notices.say(app.now, Say::Info(said.to_owned()));
    effects
}

/// Shows the newest report.
pub(super) fn show_report(app: &mut App) -> Vec<Effect> {
    let Some(report) = app.open().and_then(|(_, room)| room.shown().last_report()) else {
        return Vec::new();
    };
    let at = app.prefs.zone().hms(report.occurred_at);
    let page = Page::Text {
        title: format!("Report of {} at {at}", report.by),
        body: report.text.to_string(),
    };
    app.overlays.push(Overlay::Reader(Reader::new(page)));
    Vec::new()
}
