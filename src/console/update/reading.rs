//! Reading a part of the log for the person: page by page, up to a bound.

use super::looked;
use crate::console::app::App;
use crate::console::effect::Effect;
use crate::console::memory::Looked;
use crate::console::overlays::{Fill, Gaps, Overlay, Page, Reader};
use crate::console::panes::Say;
use crate::console::reading::{Reading, Why};
use crate::incident::{Event, IncidentId, Timestamp};

/// Tells what changed since this person last looked.
pub(super) fn catch_up(app: &mut App) -> Vec<Effect> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    let (id, head) = (screen.id, room.confirmed().seq);
    let since = app.visits.since(id);
    if since.is_some_and(|looked| looked.seq >= head) {
        // What was told last can be read again until there is something new.
        let told = app.reading.as_ref();
        let again = told.is_some_and(|told| {
            told.incident == id && told.head == head && matches!(told.why, Why::Changes(_))
        });
        if again {
            app.overlays
                .push(Overlay::Reader(Reader::new(Page::Changes)));
            return Vec::new();
        }
        let place = looked::place(since, app.now, app.prefs.zone());
        let said = format!("Nothing has changed since {place}.");
        app.notices.say(app.now, Say::Info(said));
        return Vec::new();
    }
    app.overlays
        .push(Overlay::Reader(Reader::new(Page::Changes)));
    app.reading = Some(Reading::new(id, Why::Changes(since), head));
    next_page(app)
}

/// Looks for the stretches in which nobody wrote.
pub(super) fn find_gaps(app: &mut App) -> Vec<Effect> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    let (id, head) = (screen.id, room.confirmed().seq);
    app.overlays.push(Overlay::Gaps(Gaps::default()));
    app.reading = Some(Reading::new(id, Why::Gaps, head));
    next_page(app)
}

/// Asks for the next page, or works out what follows where all is here.
fn next_page(app: &mut App) -> Vec<Effect> {
    let Some((id, wants)) = app.reading.as_ref().map(|r| (r.incident, r.wants())) else {
        return Vec::new();
    };
    let Some(after) = wants else {
        finish(app, id);
        return Vec::new();
    };
    let (request, asked) = app.client.log(id, after);
    if let Some(reading) = &mut app.reading {
        reading.request = Some(request);
    }
    super::client::effects(app, asked)
}

fn finish(app: &mut App, id: IncidentId) {
    let me = app.client.me().map(|me| me.person.clone());
    let now = app.now;
    let Some(reading) = &mut app.reading else {
        return;
    };
    let Some(room) = app.client.room(id) else {
        return;
    };
    reading.finish(me.as_ref(), room.confirmed(), now);
    if let Why::Changes(_) = reading.why {
        let seq = reading.head;
        app.visits.told(id, Looked { seq, at: now });
    }
}

/// A page has come.
pub(super) fn take(app: &mut App, request: u64, events: Vec<Event>) -> Vec<Effect> {
    let Some(reading) = app.reading.as_mut().filter(|r| r.request == Some(request)) else {
        return Vec::new();
    };
    let id = reading.incident;
    if reading.take(events) {
        return next_page(app);
    }
    // A page without anything new would be asked for again and again.
    finish(app, id);
    Vec::new()
}

/// A page does not come: what is laid over the screen for it goes.
pub(super) fn fail(app: &mut App, request: u64) {
    let failed = app.reading.take_if(|r| r.request == Some(request));
    if failed.is_none() {
        return;
    }
    app.overlays.retain(|overlay| match overlay {
        Overlay::Reader(reader) => reader.page != Page::Changes,
        Overlay::Gaps(_) => false,
        _ => true,
    });
}

/// Something is done about a gap.
pub(super) fn fill(app: &mut App, fill: Fill) -> Vec<Effect> {
    match fill {
        Fill::GoTo(id, seq) => super::overlay::go_to(app, id, seq),
        Fill::Write(at) => {
            app.overlays.clear();
            let start = format!("@{} ", typed(app, at));
            super::actions::begin(app, &start)
        }
    }
}

/// A moment as it is typed into the composer: without its date where it is today's.
fn typed(app: &App, at: Timestamp) -> String {
    let zone = app.prefs.zone();
    if zone.date(at) == zone.date(app.now) {
        return zone.hms(at);
    }
    format!("{}T{}", zone.date(at), zone.hms(at))
}
