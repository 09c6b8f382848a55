//! What is typed about nags.

use super::arguments::Build;
use super::preview::due;
use super::{GrammarContext, Problem};
use crate::incident::limits::NAG_SNOOZE_MINUTES;
use crate::incident::{Intent, NagKind, SnoozeNag};

/// For how long a nag is put off when the line does not say, in minutes.
const SNOOZE_MINUTES: u32 = 30;

impl Build<'_, '_> {
    pub(super) fn snooze(&mut self) -> Result<Intent, Problem> {
        let nag = self.argument("a nag's name", str::parse::<NagKind>)?;
        let none = |word: &str| ["0", "0m"].contains(&word).then_some(0);
        let minutes = match self.perhaps(none) {
            Some(none) => Some(none),
            None => self.minutes((*NAG_SNOOZE_MINUTES.end()).into())?,
        };
        self.end()?;
        Ok(Intent::SnoozeNag(SnoozeNag {
            nag,
            minutes: minutes.unwrap_or(SNOOZE_MINUTES),
        }))
    }
}

/// What a line about a nag becomes; nothing for any other.
pub(super) fn preview(intent: &Intent, context: &GrammarContext<'_>) -> Option<String> {
    match intent {
        Intent::SnoozeNag(SnoozeNag { nag, minutes: 0 }) => {
            Some(format!("put off no longer: {}", nag.title()))
        }
        Intent::SnoozeNag(SnoozeNag { nag, minutes }) => Some(format!(
            "put off until {}: {}",
            due(*minutes, context),
            nag.title()
        )),
        _ => None,
    }
}
