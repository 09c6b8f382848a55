//! The alerts pane: what the monitors say now, in groups, loudest first.

mod act;
mod details;
mod row;

pub(in crate::console) use details::{OVER, alert_text, group_facts};
pub(in crate::console) use row::state_meaning;

use super::table::{Shown, Table};
use super::{Cx, Look, Request, Then, Title};
use crate::console::keymap::Action;
use crate::signals::{AlertGroup, SourceKind};
use act::act;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use row::Columns;
use std::cmp::Reverse;
use std::sync::Arc;

/// The kinds of source that it shows.
pub(in crate::console) const KINDS: [SourceKind; 3] = [
    SourceKind::Alertmanager,
    SourceKind::Prometheus,
    SourceKind::Grafana,
];
/// The orders of the table, as people read them.
const ORDERS: [&str; 4] = ["loudest", "newest", "oldest", "by name"];
/// From this width on the frame has room for more than one count.
const ROOMY: u16 = 50;

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    table: Table,
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let firing: u32 = cx.live.groups().map(|group| group.firing).sum();
        let silenced: u32 = cx.live.groups().map(|group| group.silenced).sum();
        let order = ORDERS.get(self.table.order).copied().unwrap_or_default();
        let mut count = format!("{} firing", firing.saturating_add(cx.live.alerts_beyond()));
        if silenced > 0 && cx.area.width >= ROOMY {
            count.push_str(&format!(", {silenced} silenced"));
        }
        let groups = (self.shown(cx).len(), cx.live.groups().count());
        Title {
            left: self.table.title("Alerts"),
            right: self.table.says(&count, groups, order),
        }
    }

    /// Only groups that hold these words are shown from now on.
    pub fn filter(&mut self, words: &str) {
        self.table.filter_by(words);
    }

    fn shown<'a>(&self, cx: &'a Cx<'_>) -> Vec<&'a AlertGroup> {
        let mut groups: Vec<&AlertGroup> = cx
            .live
            .groups()
            .filter(|g| {
                self.table
                    .shows(&[&*g.name, &*g.key, &*g.summary, &*g.source])
            })
            .collect();
        match self.table.order {
            1 => groups.sort_by_key(|group| Reverse(group.last_at)),
            2 => groups.sort_by_key(|group| group.first_at),
            3 => groups.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.key.cmp(&b.key))),
            _ => groups.sort_by_key(|group| {
                let loud = (group.firing, group.pending, group.silenced);
                (Reverse(loud), Reverse(group.last_at))
            }),
        }
        groups
    }

    fn on<'a>(&self, groups: &[&'a AlertGroup]) -> Option<&'a AlertGroup> {
        groups.get(self.table.at(&keys(groups))).copied()
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let groups = self.shown(cx);
        let keys = keys(&groups);
        let filter = Then::FilterAlerts;
        if let Some(done) = self.table.handle(action, &keys, cx, ORDERS.len(), filter) {
            return done;
        }
        let asked = self.on(&groups).and_then(|group| act(action, group, cx));
        asked.into_iter().collect()
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let groups = self.shown(cx);
        act::why_not(action, self.on(&groups), cx)
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let keys = keys(&self.shown(cx));
        if self.table.click(at, &KINDS, &keys, cx) {
            return self.handle(Action::Accept, cx);
        }
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        self.table.wheel(lines, &keys(&self.shown(cx)));
        Vec::new()
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let groups = self.shown(cx);
        let shown = Shown {
            kinds: &KINDS,
            items: &groups,
            keys: &keys(&groups),
        };
        let columns = Columns::of(area.width);
        let around = (row::heading(columns), self.empty(cx));
        let in_words = |group: &AlertGroup| row::row(group, columns, cx, look);
        self.table
            .draw(&shown, around, in_words, (cx, look), area, buf);
    }

    fn empty(&self, cx: &Cx<'_>) -> &'static [&'static str] {
        if self.table.is_filtered() && cx.live.groups().next().is_some() {
            &["No alert holds these words. esc shows all again."]
        } else if cx.live.watches(&KINDS) {
            &["No alert fires."]
        } else {
            &[
                "What monitors have firing now comes here.",
                "Name them in the server's configuration: [sources].",
            ]
        }
    }
}

/// What rows are told apart by: two monitors may have the same alerts.
fn keys(groups: &[&AlertGroup]) -> Vec<Arc<str>> {
    let key = |group: &&AlertGroup| format!("{} {}", group.source, group.key).into();
    groups.iter().map(key).collect()
}
