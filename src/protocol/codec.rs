//! Frames as text.

mod raw;

use super::{ClientFrame, ServerFrame};
use serde::{Deserialize, Serialize};

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeFrameError {
    /// It is not JSON, or not a frame.
    #[error("the frame is not one that this version understands: {0}")]
    Malformed(#[source] serde_json::Error),
    /// It is well formed, of a type that this version does not know.
    #[error("a frame of unknown type '{0}'")]
    UnknownType(String),
}

/// Only the type, to tell a later version's frame from a broken one.
#[derive(Deserialize)]
struct Typed {
    r#type: String,
}

/// Reads a console's frame.
///
/// # Errors
/// When it is not JSON, lacks a field, or is of an unknown type.
pub fn decode_client(text: &str) -> Result<ClientFrame, DecodeFrameError> {
    const TYPES: [&str; 12] = [
        "hello", "join", "leave", "submit", "page", "search", "runbooks", "alerts", "state_at",
        "sight", "follow", "presence",
    ];
    serde_json::from_str(text).map_err(|error| explain(text, &TYPES, error))
}

/// Reads a server's frame.
///
/// # Errors
/// When it is not JSON, lacks a field, or is of an unknown type.
pub fn decode_server(text: &str) -> Result<ServerFrame, DecodeFrameError> {
    const TYPES: [&str; 17] = [
        "welcome", "board", "joined", "event", "done", "refused", "resync", "page", "found",
        "runbooks", "alerts", "state_at", "leads", "failed", "presence", "live", "notice",
    ];
    // Internally tagged enums cannot borrow a RawValue, so the two frames that carry events are
    // read by their shape first.
    raw::decode(text)
        .unwrap_or_else(|| serde_json::from_str(text).map_err(|error| explain(text, &TYPES, error)))
}

fn explain(text: &str, types: &[&str], error: serde_json::Error) -> DecodeFrameError {
    match serde_json::from_str::<Typed>(text) {
        Ok(Typed { r#type }) if !types.contains(&&*r#type) && r#type != "bye" => {
            DecodeFrameError::UnknownType(r#type)
        }
        _ => DecodeFrameError::Malformed(error),
    }
}

/// Writes a frame. Frames are plain data, so this cannot fail; should it, an empty text is sent,
/// which the other side refuses aloud.
#[must_use]
pub fn encode<F: Serialize>(frame: &F) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

/// The event's frame, from its text as it stands in the journal: written once for everyone.
#[must_use]
pub fn event_frame(event_json: &str) -> String {
    let mut frame = String::with_capacity(event_json.len() + 28);
    frame.push_str(r#"{"type":"event","event":"#);
    frame.push_str(event_json);
    frame.push('}');
    frame
}
