//! From lines to pieces: a piece begins where a time stands, and has all that follows up to the
//! next one.

use super::forms::{Table, actor, chat, columns, name_only, whole_day};
use super::stamp::{self, Stamp, Strictness, Time};
use super::zones::{self, Named};
use super::{ENTRIES_MAX, Unread};

/// A text, cut where its times are.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) pieces: Vec<Piece>,
    /// The zone that the text gives for all its times, and what was made of a misspelt one.
    pub(super) zone: Option<(Named, Option<String>)>,
    /// The day that its title names.
    pub(super) title_day: Option<Stamp>,
    pub(super) unread: Vec<Unread>,
}

/// What stands at one time.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) stamp: Stamp,
    pub(super) by: Option<String>,
    pub(super) text: Vec<String>,
    pub(super) line: usize,
    /// Nothing but a day, for what follows it.
    pub(super) only_day: bool,
    /// Its words begin in the line below.
    pub(super) below: bool,
    /// How deep its heading stands; absent for a line of text.
    pub(super) heading: Option<usize>,
}

impl Piece {
    /// A piece that begins with these words of someone.
    fn of(stamp: Stamp, (by, words): (Option<String>, &str), line: usize) -> Self {
        Self {
            stamp,
            by,
            text: given(words),
            line,
            ..Self::default()
        }
    }
}

/// What a line is.
enum Found<'a> {
    Heading(usize, &'a str),
    Bullet(usize, &'a str),
    Row(Vec<&'a str>),
    Text(&'a str),
    Blank,
}

/// Cuts a text.
pub(super) fn pieces(text: &str) -> Pieces {
    let mut reader = Reader {
        section: section(text),
        ..Reader::default()
    };
    for (line, number) in text.lines().zip(1..) {
        reader.line(line.trim_end(), number);
    }
    reader.finish()
}

/// The lines of the section that is called a timeline, if one is: first and one past the last.
fn section(text: &str) -> Option<(usize, usize)> {
    let mut fenced = false;
    let mut found: Option<(usize, usize)> = None;
    for (line, number) in text.lines().zip(1..) {
        fenced ^= is_fence(line);
        let Found::Heading(depth, title) = kind(line) else {
            continue;
        };
        if fenced {
            continue;
        }
        match found {
            None if title.to_lowercase().contains("timeline")
                && stamp::read(title, Strictness::DayIsEnough).is_none() =>
            {
                found = Some((number, depth));
            }
            Some((first, of)) if depth <= of && stamp_of_heading(title).is_none() => {
                return Some((first, number));
            }
            _ => {}
        }
    }
    found.map(|(first, _)| (first, usize::MAX))
}

#[derive(Default)]
struct Reader {
    section: Option<(usize, usize)>,
    read: Pieces,
    open: Option<Piece>,
    fenced: bool,
    /// The columns of the table that is being read.
    table: Option<Table>,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) {
        let (first, end) = self.section.unwrap_or((0, usize::MAX));
        if number <= first || number >= end {
            return self.outside(line);
        }
        let fence = is_fence(line);
        if fence || self.fenced {
            self.fenced ^= fence;
            return self.body(line, number);
        }
        let found = kind(line);
        if !matches!(found, Found::Row(_)) {
            self.table = None;
        }
        match found {
            Found::Heading(depth, title) => self.heading(depth, title, number),
            Found::Bullet(indent, text) => self.bullet(line, indent, text, number),
            Found::Row(cells) => self.row(&cells, line, number),
            Found::Text(text) => self.text(line, text, number),
            Found::Blank => self.body("", number),
        }
    }

    /// What stands around the timeline says its zone and its day at most.
    fn outside(&mut self, line: &str) {
        self.prose(line);
        if let Found::Heading(1, title) = kind(line)
            && self.read.title_day.is_none()
        {
            let mut words = title.char_indices().filter(|(at, c)| {
                c.is_ascii_alphanumeric() && (*at == 0 || title[..*at].ends_with([' ', '(']))
            });
            self.read.title_day = words
                .find_map(|(at, _)| stamp::read(&title[at..], Strictness::DayIsEnough))
                .map(|(stamp, _)| stamp)
                .filter(|stamp| stamp.day.is_some());
        }
    }

    /// Whether a line says the zone of all times.
    fn prose(&mut self, line: &str) -> bool {
        match zones::in_prose(line) {
            Some(Ok(zone)) => {
                self.read.zone.get_or_insert(zone);
                true
            }
            _ => false,
        }
    }

    fn heading(&mut self, depth: usize, title: &str, number: usize) {
        if let Some((stamp, rest)) = stamp_of_heading(title) {
            let only_day = stamp.time == Time::Absent && rest.is_empty();
            self.begin(Piece {
                only_day,
                heading: Some(depth),
                ..Piece::of(stamp, actor(rest, false), number)
            });
            return;
        }
        // A heading that is deeper is part of what it stands under.
        if self
            .open
            .as_ref()
            .and_then(|piece| piece.heading)
            .is_some_and(|of| depth > of)
        {
            return self.body(title, number);
        }
        self.end();
        if self.section.is_some() {
            self.not_read(title, number, "its time is not one that can be read");
        }
        // The document's own title says nothing that happened.
        if self.section.is_none() && depth == 1 {
            self.outside(&format!("# {title}"));
        } else if self.section.is_none() {
            self.not_read(title, number, "no time stands before it");
        }
    }

    fn bullet(&mut self, line: &str, indent: usize, text: &str, number: usize) {
        let text = text.strip_prefix("[ ] ").unwrap_or(text);
        if indent < 2
            && let Some((stamp, rest)) = stamp::read(text, Strictness::TimeIsNeeded)
        {
            return self.begin(Piece::of(stamp, actor(rest, false), number));
        }
        self.body(line, number);
    }

    fn text(&mut self, line: &str, text: &str, number: usize) {
        if self.prose(text) {
            return;
        }
        // What stands under a heading with a time is its text, whatever it speaks of.
        let under = self
            .open
            .as_ref()
            .is_some_and(|piece| piece.heading.is_some() && piece.stamp.time != Time::Absent);
        if under {
            return self.body(line, number);
        }
        if let Some(piece) = chat(text, number).or_else(|| whole_day(text, number)) {
            return self.begin(piece);
        }
        let indented = line.starts_with("    ") || line.starts_with('\t');
        if !indented && let Some((stamp, rest)) = stamp::read(text, Strictness::TimeIsNeeded) {
            // `[14:02] maya: it is slow`, `14:02 <maya> it is slow`
            return self.begin(Piece::of(stamp, actor(rest, true), number));
        }
        self.body(line, number);
    }

    fn row(&mut self, cells: &[&str], line: &str, number: usize) {
        let rule = |cell: &&str| cell.trim_matches([':', '-', ' ']).is_empty();
        let Some(table) = &self.table else {
            self.table = columns(cells);
            if self.table.is_none() {
                self.body(line, number);
            }
            return;
        };
        if cells.iter().all(rule) {
            return;
        }
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let mut stamp = stamp::read_all(cell(table.time));
        if let Some(day) = table.day.map(cell).filter(|day| !day.is_empty()) {
            let day = stamp::read_all(day).and_then(|stamp| stamp.day);
            stamp = stamp.filter(|_| day.is_some()).map(|stamp| Stamp {
                day: stamp.day.or(day),
                ..stamp
            });
        }
        let Some(mut stamp) = stamp else {
            let why = "its time is not one that can be read";
            return self.not_read(line, number, why);
        };
        stamp.zone = stamp.zone.or(table.zone);
        let used = [Some(table.time), table.day, table.by];
        let words: Vec<&str> = (0..cells.len())
            .filter(|at| !used.contains(&Some(*at)))
            .map(cell)
            .filter(|words| !words.is_empty())
            .collect();
        let named = table.by.map(cell).filter(|by| !by.is_empty());
        let words = words.join(" · ");
        let (by, words) = match named {
            Some(by) => (Some(name_only(by).to_owned()), words.as_str()),
            None => actor(&words, false),
        };
        self.begin(Piece::of(stamp, (by, words), number));
    }

    /// A line of what stands under a time; before the first time there is nothing to put it under.
    fn body(&mut self, line: &str, number: usize) {
        if let Some(open) = &mut self.open
            && !open.only_day
        {
            open.text.push(line.to_owned());
            return;
        }
        if !line.trim().is_empty() {
            if let Some(open) = &mut self.open {
                // A heading with a day, and words under it that have no time of their own.
                open.only_day = false;
                open.text.push(line.to_owned());
            } else {
                self.not_read(line, number, "no time stands before it");
            }
        }
    }

    fn begin(&mut self, mut piece: Piece) {
        self.end();
        piece.below = piece.text.is_empty();
        self.open = Some(piece);
    }

    fn end(&mut self) {
        if let Some(piece) = self.open.take() {
            if self.read.pieces.len() < ENTRIES_MAX {
                self.read.pieces.push(piece);
            } else {
                let why = format!("a text gives {ENTRIES_MAX} entries at most");
                self.read.unread.push(Unread {
                    line: piece.line,
                    text: piece.text.join("\n"),
                    why,
                });
            }
        }
    }

    /// Lines that follow one another and cannot be read for one reason are listed as one.
    fn not_read(&mut self, line: &str, number: usize, why: &str) {
        if let Some(last) = self.read.unread.last_mut()
            && last.why == why
            && last.line + last.text.lines().count() == number
        {
            last.text.push('\n');
            last.text.push_str(line.trim());
            return;
        }
        self.read.unread.push(Unread {
            line: number,
            text: line.trim().to_owned(),
            why: why.to_owned(),
        });
    }

    fn finish(mut self) -> Pieces {
        self.end();
        self.read
    }
}

fn given(text: &str) -> Vec<String> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![text.to_owned()]
    }
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

fn kind(line: &str) -> Found<'_> {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if text.trim().is_empty() {
        return Found::Blank;
    }
    let depth = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&depth)
        && let Some(title) = text[depth..].strip_prefix(' ')
    {
        return Found::Heading(depth, title.trim().trim_end_matches('#').trim_end());
    }
    for sign in ["- ", "* ", "+ ", "• "] {
        // Not `**bold**`, and not the rule of a table.
        if let Some(rest) = text.strip_prefix(sign) {
            return Found::Bullet(indent, rest.trim());
        }
    }
    if let Some(rest) = text.strip_prefix('|') {
        let rest = rest.trim_end().strip_suffix('|').unwrap_or(rest);
        return Found::Row(rest.split('|').map(str::trim).collect());
    }
    Found::Text(text.trim())
}

/// A heading's time; `27 nodes` and `Sep` alone are none.
fn stamp_of_heading(title: &str) -> Option<(Stamp, &str)> {
    stamp::read(title, Strictness::DayIsEnough)
}
