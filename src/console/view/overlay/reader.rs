//! Texts to read: help, an entry in full, what was said, a runbook's step, an alert.

use super::super::footer::weight_meaning;
use super::super::paint::{self, Piece, glyph};
use super::{changes, evidence, help, hypotheses, reader_top};
use crate::client::{Line, LineState, Room};
use crate::console::app::App;
use crate::console::overlays::{Page, Reader};
use crate::console::panes::{Look, Title};
use crate::console::text::{pad_right, visible_block, wrap};
use crate::console::theme::Meaning;
use crate::incident::{CommandRun, EntryKind, IncidentId, Seq, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws a text to read.
pub(super) fn draw(app: &App, shown: &Reader, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let lines = lines(app, shown, window.width.saturating_sub(4));
    let rows = usize::from(window.height.saturating_sub(3));
    let top = reader_top(shown, lines.len(), rows);
    let below = lines.len().saturating_sub(top + rows);
    let title = Title {
        left: title(app, shown),
        right: match (top, below) {
            (0, 0) => String::new(),
            (_, 0) => "the end".to_owned(),
            _ => format!("{below} below"),
        },
    };
    let inner = paint::window(&title, &look, window, buf);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    for (line, at) in lines.iter().skip(top).take(rows).zip(0..) {
        paint::left(line, paint::row(inner, at), buf);
    }
}

fn title(app: &App, shown: &Reader) -> String {
    match &shown.page {
        Page::Help => "What keys do".to_owned(),
        Page::Entry(seq) => format!("Entry {seq}"),
        Page::Changes => changes::title(app),
        Page::Notices => "What was said".to_owned(),
        Page::Hypotheses => "Hypotheses".to_owned(),
        Page::Text { title, .. } => title.clone(),
    }
}

/// The lines of a reader at this width.
pub(super) fn lines(app: &App, shown: &Reader, width: u16) -> Vec<Vec<Piece>> {
    let look = app.look(true);
    let width = usize::from(width).max(1);
    match &shown.page {
        Page::Help => help::lines(app),
        Page::Entry(seq) => entry(app, *seq, &look, width),
        Page::Changes => changes::lines(app, &look, width),
        Page::Notices => notices(app, &look, width),
        Page::Hypotheses => hypotheses::lines(app, &look, width),
        Page::Text { body, .. } => wrapped(body, Meaning::Text, &look, width),
    }
}

fn wrapped(text: &str, meaning: Meaning, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    wrap(&visible_block(text), width)
        .into_iter()
        .map(|line| vec![Piece::new(line, look.theme.style(meaning))])
        .collect()
}

fn notices(app: &App, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    for notice in app.notices.newest_first() {
        let meaning = weight_meaning(notice.weight);
        let times = if notice.times > 1 {
            format!(" ({} times)", notice.times)
        } else {
            String::new()
        };
        let said = format!("{}{times}", notice.text);
        let shown = visible_block(&said);
        for (line, at) in wrap(&shown, width.saturating_sub(11)).into_iter().zip(0..) {
            let head = if at == 0 {
                look.zone.hms(notice.at)
            } else {
                " ".repeat(8)
            };
            let sign = if at == 0 { glyph(look, meaning) } else { " " };
            lines.push(vec![
                Piece::new(format!("{head} "), look.theme.style(Meaning::Time)),
                Piece::new(format!("{sign} "), look.theme.style(meaning)),
                Piece::new(line, look.theme.style(Meaning::Text)),
            ]);
        }
    }
    if lines.is_empty() {
        let said = "Nothing was said yet.";
        lines.push(vec![Piece::new(
            said,
            look.theme.style(Meaning::Placeholder),
        )]);
    }
    lines
}

fn entry(app: &App, seq: Seq, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    let line = room.timeline().get(seq);
    // A pinned entry may be older than the timeline's window: its words are known all the same.
    let Some(entry) = line.map(|l| &l.entry).or_else(|| room.shown().entry(seq)) else {
        return wrapped(
            "This entry is not among those that are loaded. Jump to its time first.",
            Meaning::Placeholder,
            look,
            width,
        );
    };
    let mut lines = wrapped(&entry.text, Meaning::Text, look, width);
    if entry.kind == EntryKind::Evidence {
        lines.push(Vec::new());
        lines.extend(drawn_again(app, (screen.id, room), seq, look, width));
    }
    if let Some(run) = &entry.run {
        lines.push(Vec::new());
        lines.extend(run_lines(run, look, width));
    }
    let Some(line) = line else {
        return lines;
    };
    lines.push(Vec::new());
    lines.extend(properties(line, look, width));
    if !line.history.is_empty() {
        lines.push(Vec::new());
        let heading = format!("Earlier wordings · {}", line.history.len());
        lines.push(vec![Piece::new(heading, look.theme.style(Meaning::Title))]);
    }
    for amendment in line.history.iter().rev() {
        let head = format!(
            "until {} · corrected by {} in event {}",
            moment(amendment.at, look),
            amendment.by,
            amendment.seq
        );
        lines.push(vec![Piece::new(head, look.theme.style(Meaning::Muted))]);
        lines.extend(wrapped(&amendment.was, Meaning::Amended, look, width));
    }
    lines
}

/// A command that was run: where, what it printed, and what must be said about it.
fn run_lines(run: &CommandRun, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let mut lines = wrapped(&format!("$ {}", run.command), Meaning::Code, look, width);
    lines.extend(wrapped(&run.printed.shown(), Meaning::Text, look, width));
    lines.push(Vec::new());
    let mut facts = vec![run.place()];
    if let Some(step) = &run.step {
        facts.push(format!("step {} of {}", step.step, step.runbook));
    }
    facts.push(format!("{} bytes", run.printed.bytes));
    facts.extend(run.remarks());
    lines.extend(wrapped(&facts.join(" · "), Meaning::Muted, look, width));
    if let Some(hash) = run.printed.sha256 {
        lines.extend(wrapped(
            &format!("SHA-256 {hash}"),
            Meaning::Muted,
            look,
            width,
        ));
    }
    lines
}

/// A piece of evidence from its numbers, or where they are.
fn drawn_again(
    app: &App,
    (incident, room): (IncidentId, &Room),
    seq: Seq,
    look: &Look<'_>,
    width: usize,
) -> Vec<Vec<Piece>> {
    if let Some(piece) = room.evidence(seq) {
        return evidence::lines(piece, room, look, (width, app.size.height));
    }
    let said = if app.client.fetches_evidence(incident, seq) {
        "Its numbers are read from the server's log …"
    } else {
        "Its numbers are in the server's log, which did not give them. Close this, and open it again."
    };
    wrapped(said, Meaning::Placeholder, look, width)
}

fn moment(at: Timestamp, look: &Look<'_>) -> String {
    format!("{} {}", look.zone.date(at), look.zone.hms(at))
}

fn properties(line: &Line, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    const NAME: usize = 13;
    let entry = &line.entry;
    let marks = &entry.marks;
    let mut all = vec![
        ("kind", entry.kind.to_string()),
        ("by", format!("{} via {}", entry.by, entry.via.name())),
        ("happened", moment(entry.occurred_at, look)),
    ];
    match line.state {
        LineState::Confirmed => all.push(("recorded", moment(entry.recorded_at, look))),
        LineState::Pending(_) => all.push(("state", "not confirmed by the server yet".to_owned())),
    }
    if !entry.tags.is_empty() {
        let tags: Vec<String> = entry.tags.iter().map(|tag| format!("#{tag}")).collect();
        all.push(("tags", tags.join(" ")));
    }
    if !entry.mentions.is_empty() {
        let people: Vec<String> = entry.mentions.iter().map(|p| format!("@{p}")).collect();
        all.push(("people", people.join(" ")));
    }
    if marks.pinned {
        all.push(("pinned", "kept at hand on every screen".to_owned()));
    }
    if marks.private {
        all.push(("private", "never shown to spectators".to_owned()));
    }
    if let Some(why) = &marks.retracted {
        all.push(("taken back", why.to_string()));
    }
    all.into_iter()
        .map(|(name, value)| {
            let name = pad_right(name, NAME);
            vec![
                Piece::new(name, look.theme.style(Meaning::Muted)),
                Piece::new(value, look.theme.style(Meaning::Text)).cut(width - NAME.min(width)),
            ]
        })
        .collect()
}
