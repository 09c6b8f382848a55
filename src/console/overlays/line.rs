//! A single line of text that is being typed: shared by prompts, forms, the palette and pickers.

use crate::console::text;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation as _;

/// The most bytes that a line takes: a reason or a title at its bound, and no more than a person
/// types into one line.
pub const LINE_BYTES: usize = 2_000;

/// One way to change or move in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// To the start of the word.
    WordLeft,
    /// To the end of the word.
    WordRight,
    /// To the start of the line.
    Home,
    /// To the end of the line.
    End,
    /// Takes away the character before the cursor.
    Backspace,
    /// Takes away the character at the cursor.
    Delete,
    /// Takes away the word before the cursor.
    KillWordLeft,
    /// Takes away the word after the cursor.
    KillWordRight,
    /// Takes away everything before the cursor.
    KillToStart,
    /// Takes away everything after the cursor.
    KillToEnd,
    /// Puts back what was taken away last.
    Yank,
}

/// The edit that a key stands for, as in readline.
#[must_use]
pub fn edit_of(event: KeyEvent) -> Option<Edit> {
    let held = event.modifiers;
    let control = held.contains(KeyModifiers::CONTROL);
    let by_word = control || held.contains(KeyModifiers::ALT);
    Some(match (event.code, by_word) {
        (KeyCode::Left, false) => Edit::Left,
        (KeyCode::Right, false) => Edit::Right,
        (KeyCode::Left, true) => Edit::WordLeft,
        (KeyCode::Right, true) => Edit::WordRight,
        (KeyCode::Home, _) => Edit::Home,
        (KeyCode::End, _) => Edit::End,
        (KeyCode::Backspace, false) => Edit::Backspace,
        (KeyCode::Backspace, true) => Edit::KillWordLeft,
        (KeyCode::Delete, false) => Edit::Delete,
        (KeyCode::Delete, true) => Edit::KillWordRight,
        (KeyCode::Char(c), true) => return by_letter(c, control),
        _ => return None,
    })
}

fn by_letter(letter: char, control: bool) -> Option<Edit> {
    Some(match (letter, control) {
        ('b', true) => Edit::Left,
        ('f', true) => Edit::Right,
        ('b', false) => Edit::WordLeft,
        ('f', false) => Edit::WordRight,
        ('a', true) => Edit::Home,
        ('e', true) => Edit::End,
        ('h', true) => Edit::Backspace,
        ('d', true) => Edit::Delete,
        ('w', true) => Edit::KillWordLeft,
        ('d', false) => Edit::KillWordRight,
        ('u', true) => Edit::KillToStart,
        ('k', true) => Edit::KillToEnd,
        ('y', true) => Edit::Yank,
        _ => return None,
    })
}

/// The line and the cursor in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineEdit {
    text: String,
    /// A byte offset, always between two graphemes.
    cursor: usize,
    killed: String,
}

impl LineEdit {
    /// A line with text in it, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut line = Self::default();
        line.insert(text);
        line
    }

    /// What stands in it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing but spaces stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Puts text in at the cursor. Line breaks and tabs become spaces; what goes beyond
    /// [`LINE_BYTES`] is left out, and the answer is then false.
    pub fn insert(&mut self, text: &str) -> bool {
        let mut whole = true;
        for grapheme in text.graphemes(true) {
            let grapheme = match grapheme {
                "\n" | "\r\n" | "\r" | "\t" => " ",
                other => other,
            };
            if self.text.len() + grapheme.len() > LINE_BYTES {
                whole = false;
                break;
            }
            self.text.insert_str(self.cursor, grapheme);
            self.cursor += grapheme.len();
        }
        self.settle();
        whole
    }

    /// Does one edit.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.cursor = self.before(),
            Edit::Right => self.cursor = self.after(),
            Edit::WordLeft => self.cursor = self.word_before(),
            Edit::WordRight => self.cursor = self.word_after(),
            Edit::Home => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
            Edit::Backspace => {
                let from = self.before();
                self.text.replace_range(from..self.cursor, "");
                self.cursor = from;
            }
            Edit::Delete => {
                let to = self.after();
                self.text.replace_range(self.cursor..to, "");
            }
            Edit::KillWordLeft => self.kill(self.word_before(), self.cursor),
            Edit::KillWordRight => self.kill(self.cursor, self.word_after()),
            Edit::KillToStart => self.kill(0, self.cursor),
            Edit::KillToEnd => self.kill(self.cursor, self.text.len()),
            Edit::Yank => {
                let killed = std::mem::take(&mut self.killed);
                self.insert(&killed);
                self.killed = killed;
            }
        }
        self.settle();
    }

    /// What fits into `width` cells with the cursor in view, made visible, and the cell that the
    /// cursor stands on.
    #[must_use]
    pub fn window(&self, width: usize) -> (String, usize) {
        let width = width.max(1);
        let (head, tail) = self.text.split_at(self.cursor);
        let head = text::visible_line(head);
        let tail = text::visible_line(tail);
        let mut skipped = 0;
        let mut left = text::cells(&head);
        for grapheme in head.graphemes(true) {
            if left < width {
                break;
            }
            skipped += grapheme.len();
            left = left.saturating_sub(text::cells(grapheme));
        }
        let mut shown = head.get(skipped..).unwrap_or_default().to_owned();
        shown.push_str(&tail);
        let cut = cut(&shown, width).to_owned();
        (cut, left)
    }

    fn kill(&mut self, from: usize, to: usize) {
        if from < to {
            self.killed = self.text.get(from..to).unwrap_or_default().to_owned();
            self.text.replace_range(from..to, "");
            self.cursor = from;
        }
    }

    /// Moves the cursor to the edge of a grapheme: two characters may have become one.
    fn settle(&mut self) {
        let at = self.cursor.min(self.text.len());
        self.cursor = self
            .text
            .grapheme_indices(true)
            .map(|(start, _)| start)
            .find(|start| *start >= at)
            .unwrap_or(self.text.len());
    }

    fn before(&self) -> usize {
        let head = self.text.get(..self.cursor).unwrap_or_default();
        head.grapheme_indices(true)
            .next_back()
            .map_or(0, |(start, _)| start)
    }

    fn after(&self) -> usize {
        let tail = self.text.get(self.cursor..).unwrap_or_default();
        self.cursor + tail.graphemes(true).next().map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let head = self.text.get(..self.cursor).unwrap_or_default();
        let trimmed = head.trim_end_matches(|c: char| !c.is_alphanumeric());
        trimmed
            .rfind(|c: char| !c.is_alphanumeric())
            .map_or(0, |at| {
                at + trimmed
                    .get(at..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(0, char::len_utf8)
            })
    }

    fn word_after(&self) -> usize {
        let tail = self.text.get(self.cursor..).unwrap_or_default();
        let start = tail.find(char::is_alphanumeric).unwrap_or(tail.len());
        let rest = tail.get(start..).unwrap_or_default();
        let word = rest
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(rest.len());
        self.cursor + start + word
    }
}

/// The start of `text` that fits into `width` cells, without an ellipsis: this is being edited.
fn cut(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += text::cells(grapheme);
        if used > width {
            return text.get(..start).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_moved_over_and_taken_away() {
        let mut line = LineEdit::new("roll back 4f2a, now");
        line.edit(Edit::KillWordLeft);
        assert_eq!(line.text(), "roll back 4f2a, ");
        line.edit(Edit::WordLeft);
        line.edit(Edit::KillToEnd);
        assert_eq!(line.text(), "roll back ");
        line.edit(Edit::Yank);
        assert_eq!(line.text(), "roll back 4f2a, ");
        line.edit(Edit::Home);
        line.edit(Edit::KillWordRight);
        assert_eq!(line.text(), " back 4f2a, ");
    }

    #[test]
    fn a_family_is_one_character() {
        let mut line = LineEdit::new("a👨‍👩‍👧b");
        line.edit(Edit::Left);
        line.edit(Edit::Backspace);
        assert_eq!(line.text(), "ab");
        line.insert("é");
        line.edit(Edit::Backspace);
        assert_eq!(line.text(), "ab");
    }

    #[test]
    fn the_cursor_is_always_in_view() {
        let line = LineEdit::new("0123456789");
        assert_eq!(line.window(5), ("6789".to_owned(), 4));
        assert_eq!(line.window(20), ("0123456789".to_owned(), 10));
        let wide = LineEdit::new("数据库慢了");
        let (shown, at) = wide.window(6);
        assert!(at < 6 && text::cells(&shown) <= 6, "{shown} {at}");
        assert_eq!(line.window(0).1, 0);
    }

    #[test]
    fn a_paste_is_one_line_and_bounded() {
        let mut line = LineEdit::default();
        assert!(line.insert("a\r\nb\tc"));
        assert_eq!(line.text(), "a b c");
        assert!(!line.insert(&"x".repeat(LINE_BYTES + 1)));
        assert_eq!(line.text().len(), LINE_BYTES);
    }
}
