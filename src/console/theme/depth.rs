//! How many colours the terminal shows.

use super::Meaning;
use super::color::{to_ansi, to_indexed};
use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColorDepth {
    /// None: the user asked for none, or the terminal has none.
    None,
    /// The terminal's own 16.
    Ansi16,
    /// The 256 of xterm.
    Indexed256,
    /// 24 bits.
    True,
}

/// Terminals that show 24 bits and say so by their name only.
const TRUE_COLOR: [&str; 7] = [
    "kitty",
    "alacritty",
    "ghostty",
    "wezterm",
    "foot",
    "contour",
    "-direct",
];

impl ColorDepth {
    /// Tells it from the values of `NO_COLOR`, `COLORTERM` and `TERM`. An unknown terminal is
    /// taken to have 16 colours, as nearly every one has.
    #[must_use]
    pub fn detect(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        if no_color.is_some_and(|value| !value.is_empty()) || term == "dumb" {
            return Self::None;
        }
        if matches!(colorterm, Some("truecolor" | "24bit"))
            || TRUE_COLOR.iter().any(|name| term.contains(name))
        {
            return Self::True;
        }
        if term.contains("256color") {
            Self::Indexed256
        } else {
            Self::Ansi16
        }
    }

    /// The theme to use when the user named none.
    #[must_use]
    pub const fn default_theme(self) -> &'static str {
        match self {
            Self::None | Self::Ansi16 => "ansi16",
            Self::Indexed256 | Self::True => "dark",
        }
    }

    /// Brings one style down to this depth.
    pub(super) fn bring_down(self, meaning: Meaning, style: Style) -> Style {
        let map = match self {
            Self::True => return style,
            Self::Indexed256 => to_indexed,
            Self::Ansi16 => to_ansi,
            Self::None => return without_colour(meaning, style),
        };
        let mut style = style;
        style.fg = style.fg.map(map);
        style.bg = style.bg.map(map);
        style.underline_color = style.underline_color.map(map);
        if style.fg.is_some() && style.fg == style.bg && style.fg != Some(Color::Reset) {
            // two shades that became one colour would make the text vanish
            style.fg = Some(Color::Reset);
            style.add_modifier |= Modifier::REVERSED;
        }
        style
    }
}

/// What is left of a style when there are no colours: a background becomes reversed, so that the
/// selection and the badges stay plain to see, and focus is bold.
fn without_colour(meaning: Meaning, style: Style) -> Style {
    let mut left = Style {
        fg: None,
        bg: None,
        underline_color: None,
        ..style
    };
    let painted = |color: Option<Color>| color.is_some_and(|color| color != Color::Reset);
    left.add_modifier |= match meaning {
        Meaning::Selection | Meaning::Cursor => Modifier::REVERSED,
        Meaning::SelectionFaint => return left.add_modifier(Modifier::UNDERLINED),
        Meaning::BorderFocused | Meaning::Accent | Meaning::Strong | Meaning::Danger => {
            Modifier::BOLD
        }
        Meaning::Muted | Meaning::Border | Meaning::Pending => Modifier::DIM,
        Meaning::Link | Meaning::Match => Modifier::UNDERLINED,
        _ => Modifier::empty(),
    };
    if painted(style.bg) {
        left.add_modifier |= Modifier::REVERSED;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_from_the_environment() {
        let cases = [
            (
                Some("1"),
                Some("truecolor"),
                Some("xterm-256color"),
                ColorDepth::None,
            ),
            (
                Some(""),
                Some("truecolor"),
                Some("xterm-256color"),
                ColorDepth::True,
            ),
            (None, Some("24bit"), None, ColorDepth::True),
            (None, None, Some("xterm-256color"), ColorDepth::Indexed256),
            (None, None, Some("xterm-kitty"), ColorDepth::True),
            (None, None, Some("linux"), ColorDepth::Ansi16),
            (None, None, Some("dumb"), ColorDepth::None),
            (None, None, None, ColorDepth::Ansi16),
        ];
        for (no_color, colorterm, term, depth) in cases {
            assert_eq!(ColorDepth::detect(no_color, colorterm, term), depth);
        }
    }

    #[test]
    fn text_never_vanishes_into_its_background() {
        let near = Style::new()
            .fg(Color::Rgb(250, 250, 250))
            .bg(Color::Rgb(240, 240, 240));
        let down = ColorDepth::Ansi16.bring_down(Meaning::Text, near);
        assert_ne!(down.fg, down.bg);
    }
}
