//! What an action does to the line under the cursor.

use super::line::number;
use super::{OverlayRequest, Prompt, Request, Then};
use crate::client::Line;
use crate::console::keymap::Action;
use crate::incident::Intent;

/// What an action does to the line under the cursor.
pub(super) fn act(action: Action, line: &Line) -> Vec<Request> {
    if action == Action::Copy {
        return vec![Request::Copy {
            text: line.entry.text.to_string(),
            what: "the entry",
        }];
    }
    let Some(seq) = number(line) else {
        return Vec::new();
    };
    let prompt = |title: String, text: String, then| {
        vec![Request::Open(OverlayRequest::Prompt(Prompt {
            title,
            text,
            then,
        }))]
    };
    match action {
        Action::Details | Action::Accept => vec![Request::Open(OverlayRequest::Details(seq))],
        Action::Amend => prompt(
            format!("Correct entry {seq}"),
            line.entry.text.to_string(),
            Then::Amend(seq),
        ),
        Action::Retract => prompt(
            format!("Why is entry {seq} taken back"),
            String::new(),
            Then::Retract(seq),
        ),
        Action::Pin => {
            vec![Request::Submit(Intent::Pin {
                target: seq,
                pinned: !line.entry.marks.pinned,
            })]
        }
        _ => Vec::new(),
    }
}
