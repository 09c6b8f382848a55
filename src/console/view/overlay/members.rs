//! A group of alerts: what is known of it, and its alerts below, one a line.

use super::super::paint::{self, Piece, glyph};
use super::first_shown;
use crate::console::app::App;
use crate::console::layout::inside;
use crate::console::overlays::Members;
use crate::console::panes::alerts::{OVER, group_facts, state_meaning};
use crate::console::panes::{Focus, Look, Title};
use crate::console::text::{age, pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::signals::{AlertGroup, LiveAlert, LiveState};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of what a fact is about.
const NAME: usize = 13;
/// After this long without an answer it is said that none may come.
const LONG: TimeDelta = TimeDelta::seconds(5);

/// The group, while its source still has it.
fn group<'a>(app: &'a App, members: &Members) -> Option<&'a AlertGroup> {
    let mut groups = app.client.live().groups();
    groups.find(|g| g.source == members.source && g.key == members.group)
}

/// What is known of the group, a line each; as many as leave the list its half.
fn head(app: &App, members: &Members, look: &Look<'_>, rows: usize) -> Vec<Vec<Piece>> {
    let style = |meaning| look.theme.style(meaning);
    let (Some(group), Some(cx)) = (group(app, members), app.cx(Focus::Alerts)) else {
        let said = "The source does not have these alerts any more.";
        return vec![vec![Piece::new(said, style(Meaning::Stale))]];
    };
    let mut lines = Vec::new();
    if !group.summary.is_empty() {
        lines.push(vec![Piece::new(&*group.summary, style(Meaning::Text))]);
    }
    for (name, value) in group_facts(group, &cx, look) {
        let meaning = match name {
            "half an hour" => Meaning::Graph,
            "until" if value.contains(OVER) => Meaning::Danger,
            _ => Meaning::Text,
        };
        lines.push(vec![
            Piece::new(pad_right(name, NAME), style(Meaning::Muted)),
            Piece::new(value, style(meaning)),
        ]);
    }
    lines.truncate(rows / 2);
    lines
}

/// The list of alerts, and its first line.
pub(super) fn place(app: &App, members: &Members, window: Rect) -> (Rect, usize) {
    let inner = inside(window);
    let look = app.look(true);
    let head = head(app, members, &look, usize::from(inner.height)).len();
    // The facts, and the rule below them.
    let above = u16::try_from(head + 1).unwrap_or(0).min(inner.height);
    let list = Rect {
        y: inner.y + above,
        height: inner.height - above,
        ..inner
    };
    let rows = usize::from(list.height);
    (list, first_shown(members.cursor, members.count(), rows))
}

/// Draws a group and its alerts.
pub(super) fn draw(app: &App, members: &Members, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let title = Title {
        left: format!("Alerts {}", visible_line(&members.title)),
        right: members
            .at
            .map_or_else(String::new, |at| format!("as of {}", look.zone.hms(at))),
    };
    let inner = paint::window(&title, &look, window, buf);
    let lines = head(app, members, &look, usize::from(inner.height));
    for (line, at) in lines.iter().zip(0..) {
        let row = paint::row(inner, at);
        let row = Rect {
            x: row.x + 1,
            width: row.width.saturating_sub(2),
            ..row
        };
        paint::left(line, row, buf);
    }
    let rule = paint::row(inner, u16::try_from(lines.len()).unwrap_or(u16::MAX));
    let (name, count) = section(members);
    paint::section(&name, &count, &look, rule, buf);
    let (list, top) = place(app, members, window);
    if members.count() == 0 {
        return draw_none(app, members, &look, list, buf);
    }
    let shared = group(app, members);
    // What all of them say stands above already.
    let seen = (top..).take(usize::from(list.height));
    let mut said = seen.filter_map(|place| Some(&members.get(place)?.summary));
    let first = said.next();
    let says_more = said.any(|other| Some(other) != first);
    for at in 0..list.height {
        let place = top + usize::from(at);
        if place >= members.count() {
            break;
        }
        let row = paint::row(list, at);
        let pieces = match members.get(place) {
            Some(alert) => alert_row(alert, (shared, says_more), &look),
            None => vec![Piece::new("   …", look.theme.style(Meaning::Placeholder))],
        };
        let chosen = place == members.cursor;
        let sign = if chosen {
            glyph(&look, Meaning::Selection)
        } else {
            " "
        };
        let mut all = vec![Piece::new(
            format!(" {sign} "),
            look.theme.style(Meaning::Accent),
        )];
        all.extend(pieces);
        paint::left(&all, row, buf);
        if chosen {
            let style = look.theme.style(Meaning::Selection);
            buf.set_style(row.intersection(buf.area), style);
        }
    }
}

/// What stands in the rule above the list: what is shown, in which order, and how many.
fn section(members: &Members) -> (String, String) {
    let mut name = "Each alert".to_owned();
    if !members.words.is_empty() {
        name.push_str(&format!(" with \"{}\"", visible_line(&members.words)));
    }
    name.push_str(&format!(" · {}", members.order.word()));
    let count = match members.counts {
        Some((all, shown)) if shown < all => format!("{shown} of {all}"),
        Some((all, _)) if all > 0 => format!("{} of {all}", members.cursor + 1),
        _ => String::new(),
    };
    (name, count)
}

/// In the place of the list: that none is shown, that it is waited for, or why it cannot be had.
fn draw_none(app: &App, members: &Members, look: &Look<'_>, list: Rect, buf: &mut Buffer) {
    let late = members
        .waits_since()
        .is_some_and(|since| look.now - since >= LONG);
    let (said, meaning) = match (&members.failed, members.waits_since()) {
        (Some(why), _) => (why.as_str(), Meaning::Warning),
        (None, Some(_)) if late => (
            "The server has not answered yet. One of an older version does not know this question.",
            Meaning::Warning,
        ),
        (None, Some(_)) => (
            "The server is asked for each of them …",
            Meaning::Placeholder,
        ),
        (None, None) if members.words.is_empty() => ("It has none now.", Meaning::Placeholder),
        (None, None) => (
            "None of them holds these words. Filter by nothing to see all again.",
            Meaning::Placeholder,
        ),
    };
    let style = |meaning| look.theme.style(meaning);
    let said = Piece::new(format!("   {said}"), style(meaning));
    paint::left(&[said], paint::row(list, 0), buf);
    // The group names a few of its alerts: better than nothing.
    let names = group(app, members).map(|group| group.names.as_slice());
    if late || members.failed.is_some() {
        for (name, at) in names.unwrap_or_default().iter().zip(1..list.height) {
            let name = Piece::new(format!("   {name}"), style(Meaning::Text));
            paint::left(&[name], paint::row(list, at), buf);
        }
    }
}

/// One alert: its state, its age, and what tells it from the others of its group; its words too
/// where `says_more`.
fn alert_row(
    alert: &LiveAlert,
    (group, says_more): (Option<&AlertGroup>, bool),
    look: &Look<'_>,
) -> Vec<Piece> {
    let style = |meaning| look.theme.style(meaning);
    let meaning = state_meaning(alert.state);
    let sign = match meaning {
        Meaning::Muted => " ",
        meaning => glyph(look, meaning),
    };
    let state = format!("{sign} {} ", pad_right(alert.state.word(), 9));
    let since = pad_left(&age(look.now - alert.starts_at), 5);
    let own = alert.labels.iter().filter(|(label, value)| {
        let of_all = group.and_then(|group| group.labels.get(*label));
        of_all != Some(value) && &***label != "alertname"
    });
    let own: Vec<String> = own
        .map(|(label, value)| format!("{label}={value}"))
        .collect();
    let mut pieces = vec![
        Piece::new(state, style(meaning)),
        Piece::new(format!("{since}  "), style(Meaning::Muted)),
        Piece::new(own.join(" "), style(Meaning::Strong)),
    ];
    if let (LiveState::Silenced | LiveState::Inhibited, Some(by)) =
        (alert.state, alert.silenced_by.first())
    {
        let by: String = by.chars().take(8).collect();
        pieces.push(Piece::new(format!("  by {by}"), style(Meaning::Muted)));
    }
    if says_more && !alert.summary.is_empty() {
        let gap = if own.is_empty() { "" } else { "  " };
        let summary = format!("{gap}{}", alert.summary);
        pieces.push(Piece::new(summary, style(Meaning::Muted)));
    }
    pieces
}
