//! The alerts of a group that are laid over the screen: what the server is asked for them.

use super::client;
use crate::console::app::App;
use crate::console::effect::Effect;
use crate::console::overlays::{Members, Overlay, Page, Reader};
use crate::console::panes::{Focus, alerts};
use crate::signals::{AlertGroup, AlertsPage, LiveAlert};

/// Lays a group's alerts over the screen.
pub(super) fn open(app: &mut App, members: Members) -> Vec<Effect> {
    app.overlays.push(Overlay::Members(Box::new(members)));
    ask(app)
}

/// Asks for the page that the uppermost list of alerts wants now, if it wants one.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let now = app.now;
    let Some(members) = uppermost(app) else {
        return Vec::new();
    };
    let Some((page, query)) = members.wanted() else {
        return Vec::new();
    };
    let source = members.source.clone();
    let (request, asked) = app.client.alerts(source, query);
    if let Some(members) = uppermost(app) {
        members.asked(request, page, now);
    }
    client::effects(app, asked)
}

fn uppermost(app: &mut App) -> Option<&mut Members> {
    app.overlays
        .iter_mut()
        .rev()
        .find_map(|overlay| match overlay {
            Overlay::Members(members) => Some(&mut **members),
            _ => None,
        })
}

/// The group that the uppermost list of alerts is of, as its source has it now.
pub(super) fn group(app: &mut App) -> Option<AlertGroup> {
    let members = uppermost(app)?;
    let (source, key) = (members.source.clone(), members.group.clone());
    let mut groups = app.client.live().groups();
    let group = groups.find(|group| group.source == source && group.key == key);
    group.cloned()
}

/// Asks anew for what is shown of a group that is not what it was `before`.
pub(super) fn renew(app: &mut App, before: Option<&AlertGroup>) -> Vec<Effect> {
    let now = group(app);
    if now.is_none() || now.as_ref() == before {
        return Vec::new();
    }
    if let Some(members) = uppermost(app) {
        members.outdate();
    }
    ask(app)
}

/// An answer has come.
pub(super) fn take(app: &mut App, request: u64, page: AlertsPage) -> Vec<Effect> {
    if let Some(members) = uppermost(app) {
        members.take(request, page);
    }
    ask(app)
}

/// No answer comes to this question; says whether it was asked here.
pub(super) fn fail(app: &mut App, request: u64, why: &str) -> bool {
    match uppermost(app).filter(|members| members.waits_for(request)) {
        Some(members) => {
            members.fail(why.to_owned());
            true
        }
        None => false,
    }
}

/// Only alerts that hold these words are shown from now on.
pub(super) fn filter(app: &mut App, words: &str) -> Vec<Effect> {
    if let Some(members) = uppermost(app) {
        members.filter(words);
    }
    ask(app)
}

/// Shows all that is known of one alert.
pub(super) fn read(app: &mut App, alert: &LiveAlert) {
    if let Some(cx) = app.cx(Focus::Alerts) {
        let (title, body) = (alert.name.to_string(), alerts::alert_text(alert, &cx));
        let page = Page::Text { title, body };
        app.overlays.push(Overlay::Reader(Reader::new(page)));
    }
}
