//! What is read from a log for the person: what changed, and where nobody wrote.

use super::super::paint::{self, Piece, glyph};
use super::first_shown;
use crate::console::app::App;
use crate::console::layout::inside;
use crate::console::memory::Looked;
use crate::console::overlays::Gaps;
use crate::console::panes::{Look, Title};
use crate::console::reading::{FoundGap, Reading, Why};
use crate::console::text::{age, pad_right, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::limits::CATCH_UP_EVENTS;
use crate::incident::{Change, ChangeGroup, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The longest name in a line of a change, in cells.
const NAME_CELLS: usize = 10;

/// What stands in the frame of the changes.
pub(super) fn title(app: &App) -> String {
    let since = match app.reading.as_ref().map(|reading| reading.why) {
        Some(Why::Changes(Some(looked))) => moment(looked, app),
        _ => "it was opened".to_owned(),
    };
    format!("What changed since {since}")
}

fn moment(looked: Looked, app: &App) -> String {
    let zone = app.prefs.zone();
    if zone.date(looked.at) == zone.date(app.now) {
        return zone.hms(looked.at);
    }
    format!("{} {}", zone.date(looked.at), zone.hms(looked.at))
}

fn said(text: impl Into<String>, meaning: Meaning, look: &Look<'_>) -> Vec<Piece> {
    vec![Piece::new(text.into(), look.theme.style(meaning))]
}

/// The lines of the changes: by what they are about, the newest last.
pub(super) fn lines(app: &App, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let Some(reading) = &app.reading else {
        return Vec::new();
    };
    if reading.request.is_some() {
        return vec![said("The server is asked …", Meaning::Placeholder, look)];
    }
    let mut lines = Vec::new();
    lines.extend(cut(reading, look));
    let today = look.zone.date(look.now);
    for (group, changes) in reading.changes.groups() {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        lines.push(heading(group, changes.len(), look));
        for change in changes {
            lines.extend(line(change, &today, look, width));
        }
    }
    let others = reading.changes.others.iter();
    let others: Vec<String> = others.map(|(kind, n)| format!("{n}× {kind}")).collect();
    if !others.is_empty() {
        lines.push(Vec::new());
        let all = format!("And in the timeline: {}.", others.join(", "));
        lines.extend(
            wrap(&all, width)
                .into_iter()
                .map(|row| said(row, Meaning::Muted, look)),
        );
    }
    if lines.is_empty() {
        let nothing = "Nothing that anyone has to know.";
        lines.push(said(nothing, Meaning::Placeholder, look));
    }
    lines
}

fn cut(reading: &Reading, look: &Look<'_>) -> Option<Vec<Piece>> {
    let from = reading.cut?;
    let text =
        format!("Only the newest {CATCH_UP_EVENTS} events are told here, from event {from} on.");
    Some(said(text, Meaning::Warning, look))
}

fn heading(group: ChangeGroup, count: usize, look: &Look<'_>) -> Vec<Piece> {
    let meaning = match group {
        ChangeGroup::Yours => Meaning::Me,
        _ => Meaning::Title,
    };
    vec![
        Piece::new(group.title(), look.theme.style(meaning)),
        Piece::new(format!("  {count}"), look.theme.style(Meaning::Muted)),
    ]
}

fn line(change: &Change, today: &str, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let date = look.zone.date(change.at);
    let when = if date == today {
        look.zone.hms(change.at)
    } else {
        format!("{date} {}", look.zone.hms(change.at))
    };
    let by = pad_right(&visible_line(change.by.as_str()), NAME_CELLS);
    let head = format!(" {when}  {by}  ");
    let indent = crate::console::text::cells(&head);
    let text = visible_line(&change.text).into_owned();
    let rows = wrap(&text, width.saturating_sub(indent).max(10));
    rows.into_iter()
        .zip(0..)
        .map(|(row, at)| {
            let words = Piece::new(row, look.theme.style(Meaning::Text));
            if at > 0 {
                let blank = " ".repeat(indent);
                return vec![Piece::new(blank, look.theme.style(Meaning::Text)), words];
            }
            vec![
                Piece::new(format!(" {when}  "), look.theme.style(Meaning::Time)),
                Piece::new(format!("{by}  "), look.theme.style(Meaning::Person)),
                words,
            ]
        })
        .collect()
}

/// The list of gaps and its first line.
pub(super) fn place(app: &App, shown: &Gaps, window: Rect) -> (Rect, usize) {
    let inner = inside(window);
    let list = Rect {
        height: inner.height.saturating_sub(2),
        ..inner
    };
    let count = count(app);
    let top = first_shown(shown.cursor, count, usize::from(list.height));
    (list, top)
}

/// How many gaps there are.
pub(super) fn count(app: &App) -> usize {
    app.reading.as_ref().map_or(0, |reading| reading.gaps.len())
}

/// Draws the stretches in which nobody wrote.
pub(super) fn gaps(app: &App, shown: &Gaps, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let Some(reading) = &app.reading else {
        return;
    };
    let title = Title {
        left: "Nobody wrote while things changed".to_owned(),
        right: reading.gaps.len().to_string(),
    };
    let inner = paint::window(&title, &look, window, buf);
    let (list, top) = place(app, shown, window);
    if reading.request.is_some() {
        paint::left(
            &said(" The server is asked …", Meaning::Placeholder, &look),
            list,
            buf,
        );
        return;
    }
    if reading.gaps.is_empty() {
        let nothing = " Nothing changed for 10 minutes without an entry of someone.";
        paint::left(&said(nothing, Meaning::Placeholder, &look), list, buf);
    }
    for ((found, n), at) in reading.gaps.iter().zip(0..).skip(top).zip(0..list.height) {
        let row = paint::row(list, at);
        let chosen = n == shown.cursor;
        paint::left(&gap_row(found, chosen, look.now, &look), row, buf);
        if chosen {
            buf.set_style(
                row.intersection(buf.area),
                look.theme.style(Meaning::Selection),
            );
        }
    }
    if let Some(cut) = cut(reading, &look) {
        paint::left(&cut, paint::row(inner, inner.height.saturating_sub(2)), buf);
    }
}

fn gap_row(found: &FoundGap, chosen: bool, now: Timestamp, look: &Look<'_>) -> Vec<Piece> {
    let style = |meaning| look.theme.style(meaning);
    let gap = &found.gap;
    let sign = if chosen {
        glyph(look, Meaning::Selection)
    } else {
        " "
    };
    let (from, to) = (look.zone.hm(gap.from), look.zone.hm(gap.to));
    let day = look.zone.date(gap.from);
    let day = if day == look.zone.date(now) {
        String::new()
    } else {
        format!("{day} ")
    };
    vec![
        Piece::new(format!(" {sign} "), style(Meaning::Accent)),
        Piece::new(format!("{day}{from} – {to}  "), style(Meaning::Time)),
        Piece::new(
            format!("{:>6}  ", age(gap.to - gap.from)),
            style(Meaning::Strong),
        ),
        Piece::new(format!("{}: ", found.what), style(Meaning::Muted)),
        Piece::new(&*visible_line(&found.first.text), style(Meaning::Text)),
    ]
}
