//! What is kept of an output, however long it is: its beginning and its end, how much there was, and
//! the hash of all.

use super::redact::Redactor;
use crate::incident::{Hash, Part, Printed, limits};
use ring::digest::{Context, SHA256};
use std::collections::VecDeque;

/// What is kept of the beginning, in bytes; as much of the end.
const HEAD_BYTES: usize = limits::RUN_OUTPUT_BYTES / 2;

/// Takes an output in, piece by piece.
pub(super) struct Keeper {
    redactor: Redactor,
    raw: Context,
    left: Context,
    bytes: u64,
    ends_line: bool,
    head: String,
    /// The end, in pieces; more than is kept by less than a piece.
    tail: VecDeque<String>,
    tail_bytes: usize,
    cut: u64,
}

impl Keeper {
    pub(super) fn new(redactor: Redactor) -> Self {
        Self {
            redactor,
            raw: Context::new(&SHA256),
            left: Context::new(&SHA256),
            bytes: 0,
            ends_line: true,
            head: String::new(),
            tail: VecDeque::new(),
            tail_bytes: 0,
            cut: 0,
        }
    }

    /// Takes a piece in; answers with what may be shown by now, without secrets.
    pub(super) fn push(&mut self, piece: &[u8]) -> String {
        self.bytes += piece.len() as u64;
        if let Some(last) = piece.last() {
            self.ends_line = *last == b'\n';
        }
        self.raw.update(piece);
        let text = self.redactor.push(piece);
        self.keep(&text);
        text
    }

    fn keep(&mut self, text: &str) {
        self.left.update(text.as_bytes());
        let mut rest = text;
        if self.tail.is_empty() && self.cut == 0 {
            let room = HEAD_BYTES.saturating_sub(self.head.len());
            let at = rest.floor_char_boundary(room.min(rest.len()));
            let (head, more) = rest.split_at(at);
            self.head.push_str(head);
            rest = more;
        }
        if rest.is_empty() {
            return;
        }
        self.tail.push_back(rest.to_owned());
        self.tail_bytes += rest.len();
        while let Some(first) = self.tail.front()
            && self.tail_bytes - first.len() >= HEAD_BYTES
        {
            self.cut += first.len() as u64;
            self.tail_bytes -= first.len();
            self.tail.pop_front();
        }
    }

    /// How many bytes there were so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is kept so far. The line that is under way is not looked through yet, and not in it.
    pub(super) fn so_far(&self) -> Printed {
        let tail = self.tail.iter().map(String::as_str).collect();
        Printed {
            parts: parts(self.head.clone(), tail, self.cut),
            bytes: self.bytes,
            lines: self.redactor.lines(),
            sha256: None,
            redacted: self.redactor.redacted(),
            replaced: self.redactor.replaced(),
            goes_on: false,
        }
    }

    /// The output ends here.
    pub(super) fn finish(mut self, goes_on: bool) -> (Printed, String) {
        let rest = self.redactor.finish();
        self.keep(&rest);
        let redacted = self.redactor.redacted();
        let tail = self.tail.into_iter().collect();
        let parts = parts(self.head, tail, self.cut);
        let hash = if redacted == 0 { self.raw } else { self.left };
        let printed = Printed {
            parts,
            bytes: self.bytes,
            lines: self.redactor.lines() + u64::from(!self.ends_line),
            sha256: Some(hash_of(hash)),
            redacted,
            replaced: self.redactor.replaced(),
            goes_on,
        };
        (printed, rest)
    }
}

/// The beginning and the end, with what lies between left out where something does.
fn parts(head: String, mut tail: String, mut cut: u64) -> Vec<Part> {
    let over = tail.len().saturating_sub(HEAD_BYTES);
    if over > 0 {
        let mut at = over;
        while !tail.is_char_boundary(at) {
            at += 1;
        }
        // From the beginning of a line, where one begins nearby.
        let line = tail.get(at..).and_then(|rest| rest.find('\n'));
        at += line
            .filter(|line| *line < HEAD_BYTES / 8)
            .map_or(0, |line| line + 1);
        cut += at as u64;
        tail.drain(..at);
    }
    let mut parts = Vec::new();
    let text = |text: String| Part::Text { text: text.into() };
    match cut {
        0 => parts.push(text(head + &tail)),
        bytes => parts.extend([text(head), Part::Cut { bytes }, text(tail)]),
    }
    parts.retain(|part| !matches!(part, Part::Text { text } if text.is_empty()));
    parts
}

fn hash_of(context: Context) -> Hash {
    let digest = context.finish();
    let mut hash = Hash::default();
    for (into, from) in hash.0.iter_mut().zip(digest.as_ref()) {
        *into = *from;
    }
    hash
}
