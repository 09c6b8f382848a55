//! The layouts by name: what each of those who run an incident needs in front of them.

use crate::console::panes::Focus;
use std::fmt;
use std::str::FromStr;

/// What a person needs in front of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layout {
    /// The whole incident on one screen.
    #[default]
    Commander,
    /// The timeline and the composer, large.
    Scribe,
    /// The runbook, large, above what happened; asks and what is measured beside it.
    Operations,
    /// The updates, large, beside what happened.
    Communications,
    /// A screen on a wall: calm, large, read-only.
    Wall,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 5] = [
        Self::Commander,
        Self::Scribe,
        Self::Operations,
        Self::Communications,
        Self::Wall,
    ];

    /// The stable name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Scribe => "scribe",
            Self::Operations => "operations",
            Self::Communications => "communications",
            Self::Wall => "wall",
        }
    }

    /// The pane that the keys go to where an incident is opened, or the layout is chosen; nothing
    /// where they stay. `writes`: whether this person may write.
    #[must_use]
    pub fn first(self, writes: bool) -> Option<Focus> {
        match self {
            Self::Scribe => writes.then_some(Focus::Composer),
            Self::Operations => Some(Focus::Runbook),
            Self::Communications => Some(Focus::Updates),
            Self::Commander | Self::Wall => None,
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text names no layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a layout; use commander, scribe, operations, communications or wall")]
pub struct ParseLayoutError(pub String);

impl FromStr for Layout {
    type Err = ParseLayoutError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|layout| layout.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| ParseLayoutError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_is_read_by_its_name_and_a_wrong_one_is_told_all_names() {
        for layout in Layout::ALL {
            assert_eq!(layout.name().parse::<Layout>().unwrap(), layout);
        }
        let wrong = "cinema".parse::<Layout>().unwrap_err().to_string();
        for layout in Layout::ALL {
            assert!(wrong.contains(layout.name()), "{layout}: {wrong}");
        }
    }
}
