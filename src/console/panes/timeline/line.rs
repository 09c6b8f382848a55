//! One line of the timeline as rows of cells: time, sign, words, marks.

use super::super::Look;
use crate::client::{Line, LineState};
use crate::console::keymap::{Action, Context};
use crate::console::text::{Zone, cells, truncate, visible_block, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::{Entry, EntryKind, Seq};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use std::borrow::Cow;
use std::ops::Range;

/// Time, a space, the sign, a space: where the words begin.
pub(super) const INDENT: usize = 11;
/// Rows that one entry takes at the most; the whole is one key away.
pub(super) const ROWS_MAX: usize = 6;
/// An entry recorded this long after it happened says when it was recorded.
const LATE: TimeDelta = TimeDelta::seconds(90);

/// The words of an entry, composed, with what parts of them mean.
pub(super) struct Composed {
    text: String,
    parts: Vec<(Range<usize>, Meaning)>,
    more: bool,
}

/// Puts an entry's words together: who, what kind, the words, the marks. Only as much of a long
/// text as can be shown.
pub(super) fn compose(line: &Line, zone: Zone, width: usize) -> Composed {
    let entry = &line.entry;
    let mut composed = Composed {
        text: String::new(),
        parts: Vec::new(),
        more: false,
    };
    if entry.kind != EntryKind::Hidden {
        composed.add(&visible_block(entry.by.as_str()), Meaning::Person);
    }
    if let Some(label) = label(entry.kind) {
        composed.add(" ", Meaning::Text);
        composed.add(label, meaning(entry.kind));
    }
    // what was done reads on after the name; what was written is set off from it
    composed.add(separator(entry.kind), Meaning::Muted);
    let room = width.saturating_sub(INDENT).max(1) * ROWS_MAX * 4;
    let cut = entry
        .text
        .get(..entry.text.floor_char_boundary(room))
        .unwrap_or_default();
    composed.more = cut.len() < entry.text.len();
    composed.add_words(&visible_block(cut), body(entry));
    composed.add_marks(line, zone);
    composed
}

impl Composed {
    fn add(&mut self, text: &str, meaning: Meaning) {
        let from = self.text.len();
        self.text.push_str(text);
        self.parts.push((from..self.text.len(), meaning));
    }

    /// The words, with `#tags` and `@people` told apart.
    fn add_words(&mut self, words: &str, meaning: Meaning) {
        let mut rest = words;
        while let Some(at) = rest.find(['#', '@']) {
            let begins = rest[..at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace);
            let tail = &rest[at + 1..];
            let end = tail
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .unwrap_or(tail.len());
            let (before, mark) = (&rest[..at], &rest[at..=at + end]);
            self.add(before, meaning);
            let what = match (begins && end > 0, mark.starts_with('#')) {
                (false, _) => meaning,
                (true, true) => Meaning::Tag,
                (true, false) => Meaning::Person,
            };
            self.add(mark, what);
            rest = &tail[end..];
        }
        self.add(rest, meaning);
    }

    fn add_marks(&mut self, line: &Line, zone: Zone) {
        let entry = &line.entry;
        if entry.marks.amended.is_some() {
            self.add(" (edited)", Meaning::Amended);
        }
        if entry.marks.pinned {
            self.add(" ★ pinned", Meaning::Pinned);
        }
        if entry.marks.private {
            self.add(" ⊘ private", Meaning::Private);
        }
        if let Some(reason) = &entry.marks.retracted {
            let why = visible_line(reason);
            self.add(&format!(" (retracted: {why})"), Meaning::Muted);
        }
        let late = entry.recorded_at - entry.occurred_at > LATE;
        if late && entry.kind.is_written() && line.state == LineState::Confirmed {
            let day = zone.date(entry.recorded_at);
            let day = if day == zone.date(entry.occurred_at) {
                String::new()
            } else {
                format!("{day} ")
            };
            let when = zone.hm(entry.recorded_at);
            self.add(&format!(" (recorded {day}{when})"), Meaning::Muted);
        }
    }

    /// The rows at this width: at the most [`ROWS_MAX`], and whether there is more.
    pub(super) fn rows(&self, width: usize) -> (Vec<Range<usize>>, bool) {
        let room = width.saturating_sub(INDENT).max(1);
        let base = self.text.as_ptr() as usize;
        let mut rows = Vec::new();
        for paragraph in self.text.split('\n') {
            for row in wrap(paragraph, room) {
                if rows.len() == ROWS_MAX {
                    return (rows, true);
                }
                let from = row.as_ptr() as usize - base;
                rows.push(from..from + row.len());
            }
        }
        (rows, self.more)
    }
}

/// What the words of an entry mean as a whole.
fn body(entry: &Entry) -> Meaning {
    match entry.kind {
        EntryKind::Decision => Meaning::Strong,
        EntryKind::Impact => Meaning::Impact,
        EntryKind::CommandRun => Meaning::Code,
        EntryKind::Hidden | EntryKind::RunbookStep => Meaning::Muted,
        _ => Meaning::Text,
    }
}

/// What stands between the name and the words.
fn separator(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Hidden => "",
        kind if label(kind).is_some() || kind.is_written() => ": ",
        _ => " ",
    }
}

/// The word in front of an entry whose sign alone would not say what it is.
fn label(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Decision
        | EntryKind::Finding
        | EntryKind::Hypothesis
        | EntryKind::Impact
        | EntryKind::ActionTaken
        | EntryKind::CommandRun
        | EntryKind::ActionItem
        | EntryKind::Evidence
        | EntryKind::Report
        | EntryKind::ImportedChat => Some(kind.title()),
        _ => None,
    }
}

/// The meaning of an entry by its kind: its colour and its sign.
pub(super) fn meaning(kind: EntryKind) -> Meaning {
    match kind {
        EntryKind::Note => Meaning::Note,
        EntryKind::Decision => Meaning::Decision,
        EntryKind::Finding => Meaning::Finding,
        EntryKind::Hypothesis => Meaning::Hypothesis,
        EntryKind::Impact => Meaning::Impact,
        EntryKind::ActionTaken => Meaning::ActionTaken,
        EntryKind::CommandRun => Meaning::CommandRun,
        EntryKind::StatusUpdate | EntryKind::Report => Meaning::Update,
        EntryKind::Alert => Meaning::Alert,
        EntryKind::RoleChange => Meaning::Role,
        EntryKind::StatusChange | EntryKind::Incident => Meaning::Status,
        EntryKind::SeverityChange => Meaning::Severity,
        EntryKind::Ask => Meaning::Ask,
        EntryKind::RunbookStep => Meaning::Runbook,
        EntryKind::Link => Meaning::Link,
        EntryKind::ImportedChat => Meaning::Chat,
        EntryKind::ActionItem => Meaning::StepOpen,
        EntryKind::Evidence => Meaning::Evidence,
        EntryKind::Outside => Meaning::Outside,
        EntryKind::Hidden => Meaning::Private,
        EntryKind::Unknown => Meaning::Unknown,
    }
}

/// How a line is drawn beyond what it says.
pub(super) struct Marked<'a> {
    /// The cursor is on it.
    pub(super) picked: bool,
    /// What is searched for, in lower case; empty for nothing.
    pub(super) wanted: &'a str,
}

/// Draws the rows of a line, from its row `skip` on, into `area`. Returns how many were drawn.
pub(super) fn draw(
    line: &Line,
    marked: &Marked<'_>,
    skip: usize,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    let composed = compose(line, look.zone, usize::from(area.width));
    let (rows, more) = composed.rows(usize::from(area.width));
    let pending = matches!(line.state, LineState::Pending(_));
    let last = rows.len().saturating_sub(1);
    let mut drawn = 0;
    for (at, range) in rows
        .iter()
        .enumerate()
        .skip(skip)
        .take(usize::from(area.height))
    {
        let y = area.y + drawn;
        let row = Rect::new(area.x, y, area.width, 1);
        let base = ground(marked.picked, pending, line, look);
        buf.set_style(row, base);
        if at == 0 {
            head(line, pending, look, row, base, buf);
            if marked.picked && look.focused {
                let sign = if look.ascii {
                    Meaning::Selection.ascii_glyph()
                } else {
                    Meaning::Selection.glyph()
                };
                let x = row.x.saturating_add(8).min(row.right());
                buf.set_stringn(x, row.y, sign, usize::from(row.right() - x).min(1), base);
            }
        }
        draw_words(&composed, range, marked, look, (row, base), buf);
        if at == last && more {
            let key = look
                .keymap
                .hint(Action::Details, &[Context::Timeline, Context::Incident]);
            let hint = format!(" … {} ({key})", left_out(&composed, range.end, line));
            let wide = u16::try_from(cells(&hint)).unwrap_or(u16::MAX);
            let x = row.right().saturating_sub(wide).max(row.x);
            let style = base.patch(look.theme.style(Meaning::Muted));
            buf.set_stringn(x, y, hint, usize::from(row.right() - x), style);
        }
        drawn += 1;
    }
    drawn
}

/// How much of an entry is not seen when its words are shown up to `end`.
fn left_out(composed: &Composed, end: usize, line: &Line) -> String {
    let breaks = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
    let text = line.entry.text.trim_end();
    let lines = breaks(text).saturating_sub(breaks(composed.text.get(..end).unwrap_or("")));
    match lines {
        0 => "more".to_owned(),
        1 => "1 more line".to_owned(),
        many => format!("{many} more lines"),
    }
}

/// What lies under the words: the cursor, pending, taken back.
fn ground(picked: bool, pending: bool, line: &Line, look: &Look<'_>) -> Style {
    let mut style = Style::new();
    if pending {
        style = style.patch(look.theme.style(Meaning::Pending));
    }
    if line.entry.marks.retracted.is_some() {
        style = style
            .patch(look.theme.style(Meaning::Retracted))
            .add_modifier(Modifier::CROSSED_OUT);
    }
    if picked {
        let meaning = if look.focused {
            Meaning::Selection
        } else {
            Meaning::SelectionFaint
        };
        style = style.patch(look.theme.style(meaning));
    }
    style
}

/// The time and the sign.
fn head(line: &Line, pending: bool, look: &Look<'_>, row: Rect, base: Style, buf: &mut Buffer) {
    let time = look.zone.hms(line.entry.occurred_at);
    let plain = base.remove_modifier(Modifier::CROSSED_OUT);
    let style = look.theme.style(Meaning::Time).patch(plain);
    buf.set_stringn(row.x, row.y, &time, usize::from(row.width), style);
    let meaning = if pending {
        Meaning::Pending
    } else {
        meaning(line.entry.kind)
    };
    let sign = if look.ascii {
        meaning.ascii_glyph()
    } else {
        meaning.glyph()
    };
    if row.width > 9 {
        buf.set_stringn(
            row.x + 9,
            row.y,
            sign,
            1,
            look.theme.style(meaning).patch(plain),
        );
    }
}

fn draw_words(
    composed: &Composed,
    range: &Range<usize>,
    marked: &Marked<'_>,
    look: &Look<'_>,
    (row, base): (Rect, Style),
    buf: &mut Buffer,
) {
    let mut x = row
        .x
        .saturating_add(u16::try_from(INDENT).unwrap_or(u16::MAX));
    for (part, meaning) in &composed.parts {
        let (from, to) = (part.start.max(range.start), part.end.min(range.end));
        let Some(text) = composed.text.get(from..to).filter(|text| !text.is_empty()) else {
            continue;
        };
        let style = look.theme.style(*meaning).patch(base);
        let plain = look.ascii && matches!(meaning, Meaning::Pinned | Meaning::Private);
        let text = if plain {
            Cow::Owned(text.replace(meaning.glyph(), meaning.ascii_glyph()))
        } else {
            Cow::Borrowed(text)
        };
        for (piece, hit) in split_hits(&text, marked.wanted) {
            if x >= row.right() {
                return;
            }
            let style = if hit {
                style.patch(look.theme.style(Meaning::Match))
            } else {
                style
            };
            let room = usize::from(row.right() - x);
            (x, _) = buf.set_stringn(x, row.y, truncate(piece, room), room, style);
        }
    }
}

/// The text in pieces, those that are searched for told apart. Case of ASCII does not count.
fn split_hits<'a>(text: &'a str, wanted: &str) -> Vec<(&'a str, bool)> {
    if wanted.is_empty() {
        return vec![(text, false)];
    }
    let lower = text.to_ascii_lowercase();
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, hit) in lower.match_indices(wanted) {
        pieces.push((&text[from..at], false));
        pieces.push((&text[at..at + hit.len()], true));
        from = at + hit.len();
    }
    pieces.push((&text[from..], false));
    pieces
}

/// Whether an entry holds what is searched for, given in lower case.
pub(super) fn holds(line: &Line, wanted: &str) -> bool {
    let entry = &line.entry;
    entry.text.to_ascii_lowercase().contains(wanted)
        || entry.by.as_str().to_ascii_lowercase().contains(wanted)
}

/// Whether the line is in the log and has a number to speak of it by.
pub(super) fn number(line: &Line) -> Option<Seq> {
    (line.entry.seq > Seq::ZERO).then_some(line.entry.seq)
}
