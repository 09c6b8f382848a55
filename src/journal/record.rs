//! An event as it stands in the log: its text, its hash, its place in the chain.

use crate::incident::{Event, Hash, Seq};
use ring::digest;
use std::sync::Arc;

/// What stands between an event's canonical text and its hash, in a record's text.
const HASH_FIELD: &str = r#","hash":""#;
/// `,"hash":"` + 64 digits + `"}`.
const HASH_TAIL_BYTES: usize = HASH_FIELD.len() + 64 + 2;

/// An event with its text exactly as it is stored, sent and exported. The text is kept, so that a
/// field that this version does not know is carried on unchanged.
///
/// The text is the event's JSON object with one more member, `hash`, in the last place. The
/// **canonical bytes**, over which the hash (SHA-256) is taken, are the same text without that
/// member; they hold the previous event's hash in `prev`.
#[derive(Debug, Clone)]
pub struct Record {
    event: Event,
    hash: Hash,
    json: Arc<str>,
}

/// Why an event could not be given its text.
#[derive(Debug, thiserror::Error)]
#[error("the event could not be written as JSON")]
pub struct SealError(#[from] serde_json::Error);

/// Why a text is not a record.
#[derive(Debug, thiserror::Error)]
pub enum VerifyRecordError {
    /// It does not end with its hash.
    #[error("the text does not end with its hash")]
    NoHash,
    /// The hash is not the one of the text.
    #[error("the text was changed after it was written: its hash does not fit")]
    WrongHash,
    /// It is not an event.
    #[error("the text is not an event")]
    NotAnEvent(#[source] serde_json::Error),
}

/// Gives the event its text and its hash. Its `prev` must be set already.
///
/// # Errors
/// When the event cannot be written as JSON.
pub fn seal(event: Event) -> Result<Record, SealError> {
    let mut json = serde_json::to_string(&event)?;
    let hash = sha256(json.as_bytes());
    json.pop();
    json.push_str(HASH_FIELD);
    json.push_str(&hash.to_string());
    json.push_str("\"}");
    Ok(Record {
        event,
        hash,
        json: json.into(),
    })
}

impl Record {
    /// Reads a record and checks its hash.
    ///
    /// # Errors
    /// When the text is cut, changed, or not an event.
    pub fn parse(json: &str) -> Result<Self, VerifyRecordError> {
        let (canonical, hash) = split(json).ok_or(VerifyRecordError::NoHash)?;
        if sha256(canonical.as_bytes()) != hash {
            return Err(VerifyRecordError::WrongHash);
        }
        Self::read(json, hash)
    }

    /// Reads a record from a place that is trusted to have checked it (the own journal's engine,
    /// the server): the hash is read, not computed again.
    ///
    /// # Errors
    /// When the text is cut or not an event.
    pub fn trust(json: &str) -> Result<Self, VerifyRecordError> {
        let at = json
            .len()
            .checked_sub(HASH_TAIL_BYTES)
            .ok_or(VerifyRecordError::NoHash)?;
        let tail = json.get(at..).ok_or(VerifyRecordError::NoHash)?;
        Self::read(json, hash_of_tail(tail).ok_or(VerifyRecordError::NoHash)?)
    }

    fn read(json: &str, hash: Hash) -> Result<Self, VerifyRecordError> {
        let event = serde_json::from_str(json).map_err(VerifyRecordError::NotAnEvent)?;
        Ok(Self {
            event,
            hash,
            json: json.into(),
        })
    }

    /// What happened.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The hash of its canonical bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Its text, as stored, sent and exported.
    #[must_use]
    pub fn json(&self) -> &Arc<str> {
        &self.json
    }

    /// Its place in the log.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.event.seq
    }
}

fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = Hash::default();
    hash.0
        .copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// The canonical text and the hash that stands behind it.
fn split(json: &str) -> Option<(String, Hash)> {
    let at = json.len().checked_sub(HASH_TAIL_BYTES)?;
    let hash = hash_of_tail(json.get(at..)?)?;
    Some((format!("{}}}", json.get(..at)?), hash))
}

fn hash_of_tail(tail: &str) -> Option<Hash> {
    tail.strip_prefix(HASH_FIELD)?
        .strip_suffix("\"}")?
        .parse()
        .ok()
}

/// How a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BreakKind {
    /// The record's text was changed, cut or is not an event.
    #[error("{0}")]
    Record(String),
    /// An event is missing, or stands twice.
    #[error("its number is {found}, and {expected} was to come: events are missing or stand twice")]
    Gap {
        /// What the number should be.
        expected: Seq,
        /// What it is.
        found: Seq,
    },
    /// It does not name the hash of the event before it.
    #[error("it does not follow from the event before it: the hash that it names is another")]
    Unlinked,
    /// The log ends before its head: events were cut off its end.
    #[error("the log ends before it, and should end at {head}: events were cut off its end")]
    Cut {
        /// Where it should end.
        head: Seq,
    },
    /// What the engine keeps beside the text does not agree with it.
    #[error("what is stored beside it does not agree with it: {0}")]
    Stored(String),
}

/// Walks on along a chain: `json` must be the record after `seq` with `hash`.
///
/// # Errors
/// How the chain is broken at this record.
pub fn verify_chain(seq: Seq, hash: Hash, json: &str) -> Result<Record, BreakKind> {
    let record = Record::parse(json).map_err(|error| BreakKind::Record(error.to_string()))?;
    if record.seq() != seq.next() {
        return Err(BreakKind::Gap {
            expected: seq.next(),
            found: record.seq(),
        });
    }
    if record.event.prev != hash {
        return Err(BreakKind::Unlinked);
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{CommandId, IncidentId, Timestamp, Via, What};

    #[test]
    fn every_flipped_bit_of_a_record_is_found() {
        let at: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
        let event = Event {
            incident: IncidentId(1),
            seq: Seq(1),
            recorded_at: at,
            occurred_at: at,
            by: "maya".parse().unwrap(),
            via: Via::Console,
            command: CommandId(uuid::Uuid::from_u128(1)),
            prev: Hash::GENESIS,
            body: What::Pinned {
                target: Seq(1),
                pinned: true,
                entry: None,
            }
            .into(),
        };
        let whole = seal(event).unwrap().json().to_string().into_bytes();
        assert!(Record::parse(std::str::from_utf8(&whole).unwrap()).is_ok());
        for bit in 0..whole.len() * 8 {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let found = std::str::from_utf8(&changed).map(Record::parse);
            assert!(!matches!(found, Ok(Ok(_))), "bit {bit} of {whole:?}");
        }
    }
}
