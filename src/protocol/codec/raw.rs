//! Frames that carry events as raw text, or a state: the library reads maps with numbers for keys
//! only where it need not look at the type first.

use super::DecodeFrameError;
use crate::incident::{IncidentId, Seq};
use crate::protocol::{Checkpoint, ServerFrame};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    r#type: std::borrow::Cow<'a, str>,
}

#[derive(Deserialize)]
struct EventFrame {
    event: Box<RawValue>,
}

#[derive(Deserialize)]
struct Joined {
    incident: IncidentId,
    #[serde(default)]
    checkpoint: Option<Box<Checkpoint>>,
    #[serde(default)]
    events: Vec<Box<RawValue>>,
    head: Seq,
}

#[derive(Deserialize)]
struct Page {
    request: u64,
    incident: IncidentId,
    events: Vec<Box<RawValue>>,
    corrections: Vec<Box<RawValue>>,
    more: bool,
}

#[derive(Deserialize)]
struct StateAt {
    request: u64,
    checkpoint: Box<Checkpoint>,
}

/// Reads it when it is one of these; nothing when it is another.
pub(super) fn decode(text: &str) -> Option<Result<ServerFrame, DecodeFrameError>> {
    let head: Head<'_> = serde_json::from_str(text).ok()?;
    let frame = match &*head.r#type {
        "event" => {
            serde_json::from_str(text).map(|EventFrame { event }| ServerFrame::Event { event })
        }
        "joined" => serde_json::from_str(text).map(
            |Joined {
                 incident,
                 checkpoint,
                 events,
                 head,
             }| ServerFrame::Joined {
                incident,
                checkpoint,
                events,
                head,
            },
        ),
        "state_at" => serde_json::from_str(text).map(
            |StateAt {
                 request,
                 checkpoint,
             }| ServerFrame::StateAt {
                request,
                checkpoint,
            },
        ),
        "page" => serde_json::from_str(text).map(
            |Page {
                 request,
                 incident,
                 events,
                 corrections,
                 more,
             }| ServerFrame::Page {
                request,
                incident,
                events,
                corrections,
                more,
            },
        ),
        _ => return None,
    };
    Some(frame.map_err(DecodeFrameError::Malformed))
}
