//! Taking secrets out of a stream: of whole lines, wherever the pieces of it end.

use super::patterns::{Patterns, TAKEN_OUT};
use regex::Regex;

/// A line that is longer is worked on in pieces. Each piece is taken only as far as a secret of
/// [`OVERLAP`] bytes that begins in it also ends in what is looked at.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// The longest secret that is found in a line beyond [`LINE_BYTES_MAX`].
const OVERLAP: usize = 8 * 1024;

impl Patterns {
    /// The text without secrets, line by line.
    #[must_use]
    pub fn taken_out_of(&self, text: &str) -> String {
        let mut redactor = Redactor::new(self.clone());
        let mut out = redactor.push(text.as_bytes());
        out.push_str(&redactor.finish());
        out
    }
}

/// Colours, cursor movements and titles: what would be done to a terminal. They go before secrets
/// are looked for, as one may stand in the middle of a word.
const ESCAPES: &str = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-Z\\-~]|\x{9b}[0-?]*[ -/]*[@-~]";

/// Takes secrets out of what a command prints, as it comes.
#[derive(Debug)]
pub struct Redactor {
    patterns: Patterns,
    escapes: Option<Regex>,
    /// The end of the bytes so far that is not whole as UTF-8: at most three.
    bytes: Vec<u8>,
    /// The line that is not ended.
    line: String,
    /// Within a private key in PEM form.
    in_key: bool,
    /// The line before named a secret.
    named: bool,
    /// A secret longer than can be looked at: it is passed over to its end.
    swallows: bool,
    redacted: u64,
    replaced: u64,
    lines: u64,
}

impl Redactor {
    /// One that takes these out.
    #[must_use]
    pub fn new(patterns: Patterns) -> Self {
        Self {
            patterns,
            escapes: Regex::new(ESCAPES).ok(),
            bytes: Vec::new(),
            line: String::new(),
            in_key: false,
            named: false,
            swallows: false,
            redacted: 0,
            replaced: 0,
            lines: 0,
        }
    }

    /// How many secrets were taken out so far.
    #[must_use]
    pub fn redacted(&self) -> u64 {
        self.redacted
    }

    /// How many places were no UTF-8 so far.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// How many lines ended so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Takes a piece in; answers with what may be kept and shown by now.
    pub fn push(&mut self, piece: &[u8]) -> String {
        let text = self.decoded(piece);
        self.lines += text.matches('\n').count() as u64;
        let mut out = String::new();
        let Some(whole) = text.rfind('\n').map(|at| at + 1) else {
            self.line.push_str(&text);
            self.end_piece(&mut out);
            return out;
        };
        let (lines, rest) = text.split_at(whole);
        self.line.push_str(lines);
        let lines = std::mem::replace(&mut self.line, rest.to_owned());
        // Nearly all lines have no secret in them: they are looked through at once.
        let simple = !(self.in_key || self.named || self.swallows);
        if simple && !acts(&lines) && !lines.contains('\r') && !self.patterns.may_match(&lines) {
            out.push_str(&lines);
        } else {
            for line in lines.split_inclusive('\n') {
                self.end_line(line, &mut out);
            }
        }
        self.end_piece(&mut out);
        out
    }

    /// Nothing more comes: answers with the rest.
    pub fn finish(&mut self) -> String {
        let mut out = String::new();
        if !self.bytes.is_empty() {
            self.bytes.clear();
            self.replaced += 1;
            self.line.push('\u{fffd}');
        }
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.end_line(&line, &mut out);
        }
        out
    }

    /// The text so far; a character whose bytes have not all come waits for them.
    fn decoded(&mut self, piece: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.bytes);
        all.extend_from_slice(piece);
        let mut text = String::with_capacity(all.len());
        let mut rest = &all[..];
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    break;
                }
                Err(error) => {
                    let (valid, broken) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    let Some(length) = error.error_len() else {
                        self.bytes = broken.to_vec();
                        break;
                    };
                    text.push('\u{fffd}');
                    self.replaced += 1;
                    rest = broken.get(length..).unwrap_or_default();
                }
            }
        }
        text
    }

    fn end_line(&mut self, line: &str, out: &mut String) {
        let (body, end) = match line.strip_suffix('\n') {
            // A carriage return elsewhere goes back to the line's start: what stood there is
            // printed too, each on a line of its own.
            Some(body) => (body.trim_end_matches('\r'), "\n"),
            None => (line, ""),
        };
        for (no, part) in body.split('\r').enumerate() {
            if no > 0 {
                out.push('\n');
            }
            self.one(part, out);
        }
        out.push_str(end);
        self.swallows = false;
    }

    fn one(&mut self, line: &str, out: &mut String) {
        let line = self.plain(line);
        let mut line = line.as_str();
        if self.swallows {
            line = line
                .split_once(char::is_whitespace)
                .map_or("", |(_, rest)| rest);
        }
        if self.in_key {
            if let Some((_, after)) = key_end(line) {
                self.in_key = false;
                self.secrets(after, out);
            }
            return;
        }
        if let Some((before, after)) = key_begin(line) {
            self.secrets(before, out);
            self.redacted += 1;
            out.push_str(TAKEN_OUT);
            match key_end(after) {
                Some((_, after)) => self.secrets(after, out),
                None => self.in_key = true,
            }
            return;
        }
        // The end of a key whose beginning was not seen, as in the last lines of a file.
        if let Some((_, after)) = key_end(line) {
            self.redacted += 1;
            out.push_str(TAKEN_OUT);
            self.secrets(after, out);
            return;
        }
        let named = std::mem::replace(&mut self.named, self.patterns.names_a_secret(line));
        match line.split_once("value").filter(|_| named) {
            Some((before, after)) if after.trim_start_matches(['"', '\'']).starts_with(':') => {
                self.redacted += 1;
                out.push_str(before);
                out.push_str("value: ");
                out.push_str(TAKEN_OUT);
            }
            _ => self.secrets(line, out),
        }
    }

    fn secrets(&mut self, text: &str, out: &mut String) {
        let (left, count) = self.patterns.taken_out(text);
        self.redacted += count;
        out.push_str(&left);
    }

    fn plain(&self, text: &str) -> String {
        match &self.escapes {
            Some(escapes) if acts(text) => escapes.replace_all(text, "").into_owned(),
            _ => text.to_owned(),
        }
    }

    /// Lets the beginning of a line go that has become too long, up to a place at which no secret
    /// stands.
    fn end_piece(&mut self, out: &mut String) {
        while self.line.len() > LINE_BYTES_MAX {
            self.line = self.plain(&self.line);
            let most = self.line.len().saturating_sub(OVERLAP);
            let most = self.line.floor_char_boundary(most);
            let at = if self.in_key || self.swallows {
                // Nothing of it is kept but its end, in which the key's end may begin.
                self.line.drain(..most);
                continue;
            } else {
                self.safe_cut(most)
            };
            if let Some(at) = at {
                let rest = self.line.split_off(at);
                let head = std::mem::replace(&mut self.line, rest);
                self.one(&head, out);
            } else {
                self.redacted += 1;
                out.push_str(TAKEN_OUT);
                self.line.clear();
                self.swallows = true;
            }
        }
    }

    /// The last place before `most`, between two words, at which the line may be taken apart: what
    /// is taken out of both sides is what is taken out of the whole. None: a secret, or one word of
    /// this length, which is nothing that anyone reads.
    fn safe_cut(&self, most: usize) -> Option<usize> {
        let whole = self.patterns.taken_out(&self.line).0;
        let mut end = most;
        for _ in 0..CUTS_TRIED {
            let at = self.line.get(..end)?.rfind(char::is_whitespace)?;
            let (head, rest) = self.line.split_at_checked(at)?;
            let (head, rest) = (
                self.patterns.taken_out(head).0,
                self.patterns.taken_out(rest).0,
            );
            let same = whole.len() == head.len() + rest.len()
                && whole.starts_with(&*head)
                && whole.ends_with(&*rest);
            if same && at > 0 {
                return Some(at);
            }
            end = at;
        }
        None
    }
}

/// Places that are looked at before a long line is given up: a secret has few spaces in it.
const CUTS_TRIED: usize = 8;

/// Whether something in it may do something to a terminal.
fn acts(text: &str) -> bool {
    text.contains('\u{1b}') || text.contains('\u{9b}')
}

const KEY: &str = "PRIVATE KEY";

/// What stands before a key's first line, and behind it.
fn key_begin(line: &str) -> Option<(&str, &str)> {
    key_line(line, "-----BEGIN ")
}

fn key_end(line: &str) -> Option<(&str, &str)> {
    key_line(line, "-----END ")
}

fn key_line<'a>(line: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = line.find(mark)?;
    let rest = line.get(at + mark.len()..)?;
    let (name, after) = rest.split_once("-----")?;
    (name.contains(KEY) && name.len() < 60).then(|| (line.get(..at).unwrap_or_default(), after))
}
