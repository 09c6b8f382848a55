//! What one does with a thing that is watched, and how its details are put into words: the same for
//! signals, errors and alerts.

use super::{Cx, OverlayRequest, Prompt, Request, Say, Then};
use crate::console::text::pad_right;
use crate::incident::{Evidence, Intent, Timestamp};
use std::sync::Arc;

/// Cells of what a fact is about.
const NAME: usize = 14;

/// Pins it to the timeline.
pub(super) fn pin(evidence: Evidence) -> Request {
    Request::Submit(Intent::PinEvidence {
        evidence: Arc::new(evidence),
        text: "".into(),
        private: false,
    })
}

/// When the source last gave what is shown of it.
pub(super) fn answered_at(source: &str, cx: &Cx<'_>) -> Timestamp {
    let answered = cx.live.source(source).and_then(|s| s.answered_at);
    answered.unwrap_or(cx.now)
}

/// Copies its address; `none` says that it has none.
pub(super) fn copy(url: Option<&Arc<str>>, what: &'static str, none: &str) -> Request {
    match url {
        Some(url) => Request::Copy {
            text: url.to_string(),
            what,
        },
        None => Request::Say(Say::Info(none.to_owned())),
    }
}

/// Asks for one line of text.
pub(super) fn ask(title: String, text: String, then: Then) -> Request {
    Request::Open(OverlayRequest::Prompt(Prompt { title, text, then }))
}

/// A moment with its date.
pub(super) fn when(at: Timestamp, cx: &Cx<'_>) -> String {
    format!("{} {}", cx.zone.date(at), cx.zone.hms(at))
}

/// A line of details: what it is about, and the fact.
pub(super) fn fact(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!("{}{value}\n", pad_right(name, NAME)));
}
