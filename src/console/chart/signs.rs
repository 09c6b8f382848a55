//! The signs that charts are drawn with, by what the terminal's font has.

use std::fmt;
use std::str::FromStr;

/// The signs that charts are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Signs {
    /// Two by four dots in a cell, and bars of eighths.
    #[default]
    Braille,
    /// Two dots in a cell, one above the other, and bars of halves: `▀▄█`, which also the fonts of
    /// text consoles have.
    Blocks,
    /// One dot in a cell, and bars of punctuation.
    Ascii,
}

/// Eighths of a cell, from the foot.
const EIGHTHS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The same in halves. The least is a line at the foot, so that it is not a gap.
const HALVES: [&str; 8] = ["_", "_", "▄", "▄", "▄", "▄", "█", "█"];
/// The same where only ASCII is drawn.
const ASCII: [&str; 8] = [".", ".", ":", "-", "=", "+", "*", "#"];

impl Signs {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Braille, Self::Blocks, Self::Ascii];

    /// The stable name, as in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Braille => "braille",
            Self::Blocks => "blocks",
            Self::Ascii => "ascii",
        }
    }

    /// What a terminal can show that calls itself `term` (`TERM`); `ascii` is a locale that cannot
    /// write more. The console of Linux has a font of 256 or 512 signs: blocks are among them, and
    /// braille and eighths are not.
    #[must_use]
    pub fn of_terminal(term: Option<&str>, ascii: bool) -> Self {
        match term {
            _ if ascii => Self::Ascii,
            Some("dumb") => Self::Ascii,
            Some(term) if term == "linux" || term.starts_with("linux-") => Self::Blocks,
            _ => Self::Braille,
        }
    }

    /// The sign of a share from 0 to 1 in a row of bars.
    #[must_use]
    pub(super) fn bar(self, share: f64) -> &'static str {
        let signs = match self {
            Self::Braille => &EIGHTHS,
            Self::Blocks => &HALVES,
            Self::Ascii => &ASCII,
        };
        let eighth = (share.clamp(0.0, 1.0) * 7.0).round() as usize;
        signs.get(eighth).copied().unwrap_or(" ")
    }

    /// How many dots stand side by side in a cell, and how many one above the other.
    pub(super) fn dots(self) -> (usize, usize) {
        match self {
            Self::Braille => (2, 4),
            Self::Blocks => (1, 2),
            Self::Ascii => (1, 1),
        }
    }
}

impl fmt::Display for Signs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text names no kind of signs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` are no signs for charts; use auto, braille, blocks or ascii")]
pub struct ParseSignsError(pub String);

impl FromStr for Signs {
    type Err = ParseSignsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|signs| signs.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| ParseSignsError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_decides_and_names_are_read_back() {
        let of = |term, ascii| Signs::of_terminal(term, ascii);
        assert_eq!(of(Some("xterm-256color"), false), Signs::Braille);
        assert_eq!(of(None, false), Signs::Braille);
        assert_eq!(of(Some("linux"), false), Signs::Blocks);
        assert_eq!(of(Some("linux-16color"), false), Signs::Blocks);
        assert_eq!(of(Some("linuxish"), false), Signs::Braille);
        assert_eq!(of(Some("dumb"), false), Signs::Ascii);
        assert_eq!(of(Some("linux"), true), Signs::Ascii);
        for signs in Signs::ALL {
            assert_eq!(signs.name().parse(), Ok(signs));
        }
        assert!("auto".parse::<Signs>().is_err() && "".parse::<Signs>().is_err());
    }
}
