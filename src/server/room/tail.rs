//! The newest records of a log, at hand for sessions that are only a little behind.

use super::super::wire;
use crate::incident::{Redaction, Seq};
use crate::journal::{Record, seal};
use crate::protocol::{event_frame, limits};
use bytes::BytesMut;
use serde_json::value::RawValue;
use std::collections::VecDeque;

/// What the newest records may take together: 500 notes of 2 KiB. A log of longer ones is caught
/// up by checkpoint sooner.
const TAIL_BYTES: usize = 1024 * 1024;

/// The newest records, without holes, oldest first.
#[derive(Default)]
pub(super) struct Tail {
    records: VecDeque<Record>,
    bytes: usize,
}

impl Tail {
    pub(super) fn push(&mut self, record: Record) {
        self.bytes += record.json().len();
        self.records.push_back(record);
        let most = usize::try_from(limits::CATCH_UP_EVENTS).unwrap_or(usize::MAX);
        while self.records.len() > most || self.bytes > TAIL_BYTES {
            let Some(oldest) = self.records.pop_front() else {
                break;
            };
            self.bytes -= oldest.json().len();
        }
    }

    /// The records after `have`, if the tail reaches back that far.
    pub(super) fn after(&self, have: Seq) -> Option<impl Iterator<Item = &Record>> {
        let first = self.records.front().map_or(Seq::ZERO, Record::seq);
        (have.next() >= first).then(|| self.records.iter().filter(move |r| r.seq() > have))
    }
}

/// The record's text as this reader may see it; `taken` is what is taken out for them, if anything.
pub(crate) fn text_for(record: &Record, taken: Option<Redaction>) -> Option<String> {
    let Some(redaction) = taken else {
        return Some(record.json().to_string());
    };
    match redaction.event(record.event()) {
        None => Some(record.json().to_string()),
        Some(redacted) => redacted_text(redacted),
    }
}

fn redacted_text(event: crate::incident::Event) -> Option<String> {
    match seal(event) {
        Ok(sealed) => Some(sealed.json().to_string()),
        Err(error) => {
            // Better a hole in a spectator's timeline than a private byte.
            tracing::error!(%error, "an event could not be redacted");
            None
        }
    }
}

/// The records' texts, raw, as this reader may see them.
pub(crate) fn raw_for<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    taken: Option<Redaction>,
) -> Vec<Box<RawValue>> {
    records
        .into_iter()
        .filter_map(|record| text_for(record, taken))
        .filter_map(|text| RawValue::from_string(text).ok())
        .collect()
}

/// Whole frames of these events: for everyone, and for spectators (where there are any, and what is
/// taken out for them) where that differs.
pub(super) fn frames(
    records: &[Record],
    spectators: Option<Redaction>,
) -> (BytesMut, Option<BytesMut>) {
    let mut open = BytesMut::new();
    for record in records {
        wire::put_text(&mut open, &event_frame(record.json()));
    }
    let differs = |redaction: &Redaction| {
        let mut all = records.iter();
        all.any(|record| redaction.event(record.event()).is_some())
    };
    let redacted = spectators.filter(differs).map(|redaction| {
        let mut redacted = BytesMut::new();
        for text in records.iter().filter_map(|r| text_for(r, Some(redaction))) {
            wire::put_text(&mut redacted, &event_frame(&text));
        }
        redacted
    });
    (open, redacted)
}
