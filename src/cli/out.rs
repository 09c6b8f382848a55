//! The one way out for what a verb prints.
//!
//! Data goes through one locked, buffered writer, so that lines are never torn and a closed pipe
//! is seen as an error value instead of a panic. What goes wrong is said on the error stream, by
//! the caller of the verb.

use crate::console::text::{Zone, cells, visible_block, visible_line};
use crate::error::{Failure, misleads};
use crate::incident::Timestamp;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{BufWriter, IsTerminal, Write};

/// How the output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// One JSON object a line instead of text.
    pub json: bool,
    /// Colours and weights may be used.
    pub colour: bool,
    /// In which zone times are shown to people.
    pub zone: Zone,
}

impl Style {
    /// From the flags and the terminal: colour only on a terminal, and never with `NO_COLOR`.
    #[must_use]
    pub fn of_terminal(json: bool, zone: Zone) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json,
            colour: !json && !no_color && std::io::stdout().is_terminal(),
            zone,
        }
    }
}

/// JSON on a line, which reads as the same, and in which nothing acts on a terminal: the library
/// writes out the controls that JSON forbids, but not those of the second set, which some terminals
/// obey, nor what turns the direction of reading or cannot be seen.
#[must_use]
pub fn harmless_json(json: &str) -> Cow<'_, str> {
    if !json.contains(misleads) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if misleads(c) {
            // Only within a string of it can there be such a one.
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Where a verb writes its data.
pub struct Out {
    writer: BufWriter<Box<dyn Write>>,
    /// How it is written.
    pub style: Style,
}

impl Out {
    /// Writes to standard output, which stays locked for as long as this lives.
    #[must_use]
    pub fn stdout(style: Style) -> Self {
        Self::new(Box::new(std::io::stdout().lock()), style)
    }

    /// Writes to any writer.
    #[must_use]
    pub fn new(writer: Box<dyn Write>, style: Style) -> Self {
        Self {
            writer: BufWriter::new(writer),
            style,
        }
    }

    /// One line of text. What would act on a terminal is made visible, but for colours and weights
    /// where they may be used: who puts words from outside into it need not think of that.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        let text = text.to_string();
        writeln!(self.writer, "{}", harmless(&text, self.style.colour)).map_err(Failure::output)
    }

    /// Text as it is, without an end of line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.writer.write_all(bytes).map_err(Failure::output)
    }

    /// One object on one line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_string(value)
            .map_err(std::io::Error::from)
            .and_then(|text| writeln!(self.writer, "{}", harmless_json(&text)))
            .map_err(Failure::output)
    }

    /// Sends on what is buffered: at the end, and after each batch of something that goes on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(Failure::output)
    }

    /// The text in a quiet weight, where the terminal can.
    #[must_use]
    pub fn quiet(&self, text: &str) -> String {
        self.sgr("2", text)
    }

    /// The text in a strong weight, where the terminal can.
    #[must_use]
    pub fn strong(&self, text: &str) -> String {
        self.sgr("1", text)
    }

    fn sgr(&self, code: &str, text: &str) -> String {
        if self.style.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// `2026-11-24 14:02:11` in the viewer's zone, without the zone's name.
    #[must_use]
    pub fn date_time(&self, at: Timestamp) -> String {
        format!("{} {}", self.style.zone.date(at), self.style.zone.hms(at))
    }

    /// `2026-11-24 14:02:11 CET`.
    #[must_use]
    pub fn date_time_zone(&self, at: Timestamp) -> String {
        format!("{} {}", self.date_time(at), self.style.zone.name(at))
    }

    /// Rows under their heads, columns aligned by cells, the last one left ragged. Cells are made
    /// safe here.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| visible_line(cell).into_owned())
                    .collect()
            })
            .collect();
        let width = |column: usize| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cells(cell))
                .chain(heads.get(column).map(|head| cells(head)))
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let line = |row: &[&str]| {
            let mut text = String::new();
            for (column, cell) in row.iter().enumerate() {
                text.push_str(cell);
                if column + 1 < row.len() {
                    let fill = widths.get(column).unwrap_or(&0).saturating_sub(cells(cell));
                    text.push_str(&" ".repeat(fill + 2));
                }
            }
            text.trim_end().to_owned()
        };
        let head = self.quiet(&line(heads));
        self.line(head)?;
        for row in &rows {
            let row: Vec<&str> = row.iter().map(String::as_str).collect();
            self.line(line(&row))?;
        }
        Ok(())
    }
}

/// The text with everything visible but line breaks and, where it is coloured, what sets colours.
fn harmless(text: &str, coloured: bool) -> Cow<'_, str> {
    let mut rest = text;
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once("\x1b[").filter(|_| coloured) {
        out.push_str(&visible_block(before));
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';');
        match end.filter(|end| after[*end..].starts_with('m')) {
            Some(end) => {
                out.push_str("\x1b[");
                out.push_str(&after[..=end]);
                rest = &after[end + 1..];
            }
            None => {
                out.push_str(&visible_block("\x1b["));
                rest = after;
            }
        }
    }
    if out.is_empty() {
        return visible_block(rest);
    }
    out.push_str(&visible_block(rest));
    out.into()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn json_reads_as_the_same_and_nothing_in_it_acts() {
        let words = "a\u{9b}31m\u{7f}\u{202e}\u{200b}\u{e0041}\u{1b}\n\t\u{feff}ü日";
        let json = serde_json::to_string(&[words]).unwrap();
        let shown = harmless_json(&json);
        assert!(!shown.contains(misleads), "{shown:?}");
        assert!(
            shown.contains(r"\u009b31m") && shown.contains("ü日"),
            "{shown}"
        );
        let read: Vec<String> = serde_json::from_str(&shown).unwrap();
        assert_eq!(read, [words]);
        assert!(matches!(harmless_json("{\"a\":\"ü\"}\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_holds_no_control_but_the_colours_that_it_may_have() {
        let evil = "\x1b[1mbold\x1b[0m \x1b]0;t\x07 \x1b[2J\u{9b}2J\u{202e}x\r\n\x1b[";
        let controls = |text: &str| text.matches(|c: char| c.is_control() && c != '\n').count();
        assert_eq!(controls(&harmless(evil, false)), 0);
        let coloured = harmless(evil, true);
        assert_eq!(controls(&coloured), 2, "{coloured:?}");
        assert!(coloured.starts_with("\x1b[1mbold\x1b[0m ") && !coloured.contains('\u{202e}'));
        assert!(matches!(harmless("plain", true), Cow::Borrowed("plain")));
    }

    use std::sync::{Arc, Mutex};

    /// A writer whose bytes can be looked at afterwards.
    #[derive(Clone, Default)]
    pub(crate) struct Shared(pub(crate) Arc<Mutex<Vec<u8>>>);

    impl Shared {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    pub(crate) fn plain() -> Style {
        Style {
            json: false,
            colour: false,
            zone: Zone::Utc,
        }
    }

    #[test]
    fn a_table_is_aligned_by_cells_and_safe() {
        let shared = Shared::default();
        let mut out = Out::new(Box::new(shared.clone()), plain());
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        out.table(
            &["TITLE", "BY"],
            &[row(["決済", "bo"]), row(["a\x1b[31m", "maya"])],
        )
        .unwrap();
        out.flush().unwrap();
        assert_eq!(shared.text(), "TITLE   BY\n決済    bo\na␛[31m  maya\n");
    }

    #[test]
    fn a_closed_pipe_is_told_apart() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut out = Out::new(Box::new(Closed), plain());
        out.json(&1).unwrap();
        assert_eq!(
            out.flush().unwrap_err().kind,
            crate::error::Kind::BrokenPipe
        );
    }
}
