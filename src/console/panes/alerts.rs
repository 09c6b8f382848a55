//! The alerts pane: what the monitors say now, in groups, loudest first.

use super::errors::{ask_filter, step_of};
use super::rows::{Row, column, draw, first_row, piece};
use super::table::Table;
use super::{Cx, Look, OverlayRequest, Prompt, Request, Say, Then, Title};
use crate::console::chart;
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::{age, pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Intent, Matching, Timestamp};
use crate::signals::{AlertGroup, Silence, SourceKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::cmp::Reverse;
use std::sync::Arc;

/// The kinds of source that it shows.
pub(in crate::console) const KINDS: [SourceKind; 3] = [
    SourceKind::Alertmanager,
    SourceKind::Prometheus,
    SourceKind::Grafana,
];
/// The orders of the table, as people read them.
const ORDERS: [&str; 4] = ["loudness", "newest", "oldest", "name"];
/// From this width on the rate and what the alerts share are shown too.
const WIDE: u16 = 56;
/// Cells of a rate: a minute each, the newest at the right.
const RATE: usize = 15;

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
        let beyond = cx.live.alerts_beyond();
        let mut right = String::new();
        if cx.live.groups().next().is_some() {
            right = format!("{} firing", firing + beyond);
            if silenced > 0 {
                right.push_str(&format!(", {silenced} silenced"));
            }
            right.push_str(&format!(" · {}", self.table.says(order)));
        }
        Title {
            left: "Alerts".to_owned(),
            right,
        }
    }

    /// Only groups that hold these words are shown from now on.
    pub fn filter(&mut self, words: &str) {
        words.trim().clone_into(&mut self.table.filter);
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
        let page = usize::from(cx.area.height.max(2) / 2);
        if let Some(step) = step_of(action) {
            self.table.go(step, &keys(&groups), page);
            return Vec::new();
        }
        match action {
            Action::SortRows => self.table.next_order(ORDERS.len()),
            Action::FilterRows => return vec![ask_filter(&self.table, Then::FilterAlerts)],
            Action::Cancel => self.table.filter.clear(),
            other => {
                self.table.stay(&keys(&groups));
                let group = self.on(&groups);
                return group
                    .and_then(|group| act(other, group, cx))
                    .into_iter()
                    .collect();
            }
        }
        Vec::new()
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let groups = self.shown(cx);
        let on = self.on(&groups);
        match action {
            Action::PinEvidence
            | Action::CopyAddress
            | Action::AcknowledgeAlerts
            | Action::SilenceAlerts
            | Action::ExpireSilence
                if on.is_none() =>
            {
                Some("No alert is shown here.".to_owned())
            }
            Action::SilenceAlerts => {
                let kind = on
                    .and_then(|group| cx.live.source(&group.source))
                    .map(|s| s.kind);
                (kind != Some(SourceKind::Alertmanager)).then(|| {
                    "Silences are made in Alertmanager; these alerts come from elsewhere."
                        .to_owned()
                })
            }
            Action::ExpireSilence => {
                let none = on.is_none_or(|group| group.silences.is_empty());
                none.then(|| "No silence keeps these alerts quiet.".to_owned())
            }
            _ => None,
        }
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let keys = keys(&self.shown(cx));
        let head = cx.troubles(&KINDS).len();
        let height = usize::from(cx.area.height).saturating_sub(head);
        let first = first_row(self.table.at(&keys), keys.len(), height);
        let row = usize::from(at.y.saturating_sub(cx.area.y));
        let clicked = row.checked_sub(head).and_then(|row| keys.get(first + row));
        if clicked.is_some() && clicked == self.table.on.as_ref() {
            return self.handle(Action::Accept, cx);
        }
        self.table.on = clicked.cloned().or(self.table.on.take());
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        let step = if lines > 0 { Move::Down } else { Move::Up };
        let keys = keys(&self.shown(cx));
        self.table.go(step, &keys, 1);
        Vec::new()
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let body = super::draw_troubles(&cx.troubles(&KINDS), look, area, buf);
        let groups = self.shown(cx);
        if groups.is_empty() {
            let rows = self.empty(cx);
            return draw(&rows, 0, None, look, body, buf);
        }
        let at = self.table.at(&keys(&groups));
        let height = usize::from(body.height);
        let first = first_row(at, groups.len(), height);
        // Of hundreds of groups only those that are seen are put into words.
        let rows: Vec<Row<()>> = groups
            .iter()
            .enumerate()
            .map(|(place, group)| {
                if (first..first + height).contains(&place) {
                    row(group, body.width >= WIDE, cx, look)
                } else {
                    Row::new(Vec::new(), Vec::new(), None)
                }
            })
            .collect();
        draw(&rows, first, Some(at), look, body, buf);
    }

    fn empty(&self, cx: &Cx<'_>) -> Vec<Row<()>> {
        let said: &[&str] = if !self.table.filter.is_empty() {
            &["No alert holds these words. esc shows all again."]
        } else if cx.live.watches(&KINDS) {
            &["No alert fires."]
        } else {
            &[
                "What monitors have firing now comes here.",
                "Name them in the server's configuration: [sources].",
            ]
        };
        said.iter()
            .map(|text| Row::plain(*text, Meaning::Placeholder))
            .collect()
    }
}

/// What rows are told apart by: two monitors may have the same alerts.
fn keys(groups: &[&AlertGroup]) -> Vec<Arc<str>> {
    let key = |group: &&AlertGroup| format!("{} {}", group.source, group.key).into();
    groups.iter().map(key).collect()
}

fn act(action: Action, group: &AlertGroup, cx: &Cx<'_>) -> Option<Request> {
    let shown = cx.room.shown();
    Some(match action {
        Action::Accept => Request::Open(OverlayRequest::Text {
            title: format!("Alerts {}", group.name),
            body: text(group, cx),
        }),
        Action::PinEvidence => {
            let answered = cx.live.source(&group.source).and_then(|s| s.answered_at);
            Request::Submit(Intent::PinEvidence {
                evidence: Arc::new(group.evidence(answered.unwrap_or(cx.now))),
                text: "".into(),
                private: false,
            })
        }
        Action::CopyAddress => match &group.url {
            Some(url) => Request::Copy {
                text: url.to_string(),
                what: "the alert's address",
            },
            None => Request::Say(Say::Info("These alerts have no page.".to_owned())),
        },
        Action::AcknowledgeAlerts if shown.acknowledgement(&group.key, cx.now).is_some() => {
            Request::Submit(Intent::UnacknowledgeAlerts {
                group: group.key.clone(),
                reason: None,
            })
        }
        Action::AcknowledgeAlerts => Request::Open(OverlayRequest::Prompt(Prompt {
            title: "Why they need nothing now (1h restarting: a time first, if it ends)".to_owned(),
            text: String::new(),
            then: Then::AcknowledgeAlerts {
                group: group.key.clone(),
                title: group.name.clone(),
            },
        })),
        Action::SilenceAlerts => Request::Open(OverlayRequest::Prompt(Prompt {
            title: format!(
                "Silence {}: how long and why (2h deploying the fix)",
                group.name
            ),
            text: String::new(),
            then: Then::Silence {
                source: group.source.clone(),
                title: group.name.clone(),
                matchers: matchers(group),
            },
        })),
        Action::ExpireSilence => {
            let silence = group.silences.first()?;
            Request::Open(OverlayRequest::Prompt(Prompt {
                title: format!("Why the silence of {} ends now", group.name),
                text: String::new(),
                then: Then::ExpireSilence {
                    source: group.source.clone(),
                    silence: silence.clone(),
                },
            }))
        }
        _ => return None,
    })
}

/// What a silence of this group matches: its name, and the grouping labels that have a value.
fn matchers(group: &AlertGroup) -> Vec<Matching> {
    let label = |name: &str, value: &str| Matching {
        name: name.into(),
        value: value.into(),
        regex: false,
        equal: true,
    };
    let mut all = vec![label("alertname", &group.name)];
    for (name, value) in &group.labels {
        let groups = group.key.contains(&format!("{name}="));
        if groups && &**name != "alertname" {
            all.push(label(name, value));
        }
    }
    all
}

fn when(at: Timestamp, cx: &Cx<'_>) -> String {
    format!("{} {}", cx.zone.date(at), cx.zone.hms(at))
}

fn text(group: &AlertGroup, cx: &Cx<'_>) -> String {
    let mut out = format!("{}\n\n", group.summary);
    let mut line = |name: &str, value: &str| {
        out.push_str(&format!("{}{value}\n", pad_right(name, 14)));
    };
    line("from", &group.source);
    line("firing", &group.firing.to_string());
    line("pending", &group.pending.to_string());
    line("silenced", &group.silenced.to_string());
    line("first began", &when(group.first_at, cx));
    line("last began", &when(group.last_at, cx));
    line(
        "half an hour",
        &chart::counts(&group.rate, group.rate.len(), false),
    );
    line("look at it", group.url.as_deref().unwrap_or("-"));
    if let Some(taken) = cx.room.shown().acknowledgement(&group.key, cx.now) {
        let until = taken
            .until
            .map_or(String::new(), |at| format!(" until {}", when(at, cx)));
        let since = when(taken.since, cx);
        line(
            "taken note",
            &format!("{} at {since}{until}: {}", taken.by, taken.reason),
        );
    }
    for (name, value) in &group.labels {
        line(name, value);
    }
    for id in &group.silences {
        let silence = cx.live.silences().find(|silence| silence.id == *id);
        line(
            "silence",
            &silence.map_or_else(|| id.to_string(), |s| silence_text(s, cx)),
        );
    }
    if !group.names.is_empty() {
        out.push_str("\nAmong them:\n");
        for name in &group.names {
            out.push_str(&format!("  {name}\n"));
        }
    }
    out
}

fn silence_text(silence: &Silence, cx: &Cx<'_>) -> String {
    let until = when(silence.ends_at, cx);
    format!("until {until}, {}: {}", silence.created_by, silence.comment)
}

fn row(group: &AlertGroup, wide: bool, cx: &Cx<'_>, look: &Look<'_>) -> Row<()> {
    let taken = cx.room.shown().acknowledgement(&group.key, cx.now);
    let (meaning, number) = match (group.firing, group.pending, group.silenced) {
        (0, 0, 0) => (Meaning::AlertResolved, group.resolved),
        (0, 0, silenced) => (Meaning::Muted, silenced),
        (0, pending, _) => (Meaning::Warning, pending),
        (firing, ..) if taken.is_some() => (Meaning::Muted, firing),
        (firing, ..) => (Meaning::Firing, firing),
    };
    let sign = match meaning {
        Meaning::Muted => " ",
        meaning => glyph(look, meaning),
    };
    let mut left = vec![
        piece(format!("{sign} "), meaning),
        piece(pad_left(&number.to_string(), 5), meaning),
        piece("  ", Meaning::Text),
    ];
    if wide {
        let rate = chart::counts(&group.rate, RATE, look.ascii);
        left.push(piece(format!("{}  ", column(&rate, RATE)), Meaning::Graph));
    }
    left.push(piece(
        visible_line(&group.name).into_owned(),
        Meaning::Strong,
    ));
    let service = group
        .labels
        .get("service")
        .map(|service| format!(" {service}"));
    left.push(piece(
        visible_line(&service.unwrap_or_default()).into_owned(),
        Meaning::Text,
    ));
    if !group.summary.is_empty() {
        let summary = format!("  {}", visible_line(&group.summary));
        left.push(piece(summary, Meaning::Muted));
    }
    let mut right = Vec::new();
    let word = match (taken, group.flapping) {
        (Some(taken), _) => {
            // One that was forgotten shows its age.
            let since = age(cx.now - taken.since);
            format!(
                "{} {} ",
                column(&visible_line(taken.by.as_str()), 8),
                pad_left(&since, 4)
            )
        }
        (None, true) => "flaps ".to_owned(),
        (None, false) if group.firing == 0 && group.pending > 0 => "pending ".to_owned(),
        (None, false) if group.firing == 0 && group.silenced > 0 => "silenced ".to_owned(),
        _ => String::new(),
    };
    right.push(piece(word, Meaning::Person));
    right.push(piece(
        pad_left(&age(cx.now - group.first_at), 5),
        Meaning::Muted,
    ));
    Row::new(left, right, None)
}
