//! What a line is refused for before it is sent: too much of something, or a marker out of place.

use super::{Head, Problem};
use crate::incident::limits;

pub(super) fn within(words: &str, bytes_max: usize, what: &str) -> Result<(), Problem> {
    if words.len() <= bytes_max {
        return Ok(());
    }
    Err(Problem::new(
        format!("{what} has {} bytes; {bytes_max} is the most.", words.len()),
        "Shorten it, or put the whole elsewhere and link to it.",
    ))
}

pub(super) fn few(count: usize, what: &str) -> Result<(), Problem> {
    if count <= limits::TAGS_PER_ENTRY {
        return Ok(());
    }
    Err(Problem::new(
        format!(
            "{count} {what} in one entry; {} is the most.",
            limits::TAGS_PER_ENTRY
        ),
        "Write a second entry.",
    ))
}

pub(super) fn one_line(text: &str, what: &str) -> Result<(), Problem> {
    if text.contains('\n') {
        return Err(Problem::new(
            format!("{what} is one line, and this has more."),
            "Write the rest as a note.",
        ));
    }
    Ok(())
}

/// Refuses the markers that this cannot have, rather than to drop them.
pub(super) fn plain(head: &Head, what: &str, may_have_time: bool) -> Result<(), Problem> {
    let marker = if head.private {
        "cannot be private: spectators will see it"
    } else if head.pin {
        "cannot be pinned"
    } else if head.at.is_some() && !may_have_time {
        "happens when it is written"
    } else {
        return Ok(());
    };
    Err(Problem::new(
        format!("{what} {marker}."),
        "Leave the marker out, or write a note.",
    ))
}
