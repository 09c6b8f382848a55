//! Whether the terminal takes text for the clipboard (OSC 52), as far as its environment says.

use super::ring::Environment;

/// What is known of the terminal's clipboard. A terminal never answers, so that this is all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// It takes it.
    Takes,
    /// It does not.
    Refuses,
    /// It may or may not: nothing says so.
    #[default]
    Unknown,
}

impl Clipboard {
    /// What the environment says.
    #[must_use]
    pub fn of(environment: &Environment) -> Self {
        let term = environment.term.to_ascii_lowercase();
        let program = environment.program.to_ascii_lowercase();
        let named = |names: &[&str]| {
            (names.iter()).any(|name| term.contains(name) || program.contains(name))
        };
        // What is between decides by its own configuration.
        if environment.multiplexed || term.starts_with("screen") || term.starts_with("tmux") {
            return Self::Unknown;
        }
        if matches!(&*term, "linux" | "dumb" | "vt100" | "vt220")
            || named(&["apple_terminal"])
            || environment.vte_version.is_some()
        {
            return Self::Refuses;
        }
        let known = [
            "kitty",
            "wezterm",
            "foot",
            "ghostty",
            "alacritty",
            "contour",
            "rio",
        ];
        if named(&known) {
            return Self::Takes;
        }
        Self::Unknown
    }

    /// What there is to say to someone whose text was handed to it.
    #[must_use]
    pub fn note(self) -> &'static str {
        match self {
            Self::Takes => "It is on the clipboard.",
            Self::Refuses => {
                "This terminal takes no text for the clipboard: select the text with the mouse \
                 (with shift, in most terminals)."
            }
            Self::Unknown => {
                "It was handed to the terminal's clipboard, which does not say whether it took it: \
                 paste it somewhere to see, or select the text with the mouse (with shift, in most \
                 terminals)."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_where_the_environment_says_so() {
        let of = |term: &str, program: &str, vte_version, multiplexed| {
            Clipboard::of(&Environment {
                term: term.to_owned(),
                program: program.to_owned(),
                vte_version,
                multiplexed,
            })
        };
        assert_eq!(of("xterm-kitty", "", None, false), Clipboard::Takes);
        assert_eq!(
            of("xterm-256color", "WezTerm", None, false),
            Clipboard::Takes
        );
        assert_eq!(of("xterm-kitty", "", None, true), Clipboard::Unknown);
        assert_eq!(of("tmux-256color", "", None, false), Clipboard::Unknown);
        assert_eq!(
            of("xterm-256color", "", Some(7_000), false),
            Clipboard::Refuses
        );
        assert_eq!(of("linux", "", None, false), Clipboard::Refuses);
        assert_eq!(
            of("xterm-256color", "Apple_Terminal", None, false),
            Clipboard::Refuses
        );
        assert_eq!(of("xterm-256color", "", None, false), Clipboard::Unknown);
    }
}
