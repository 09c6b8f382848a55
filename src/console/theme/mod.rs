//! Themes by meaning: a pane says what something is, a theme says what that looks like.
//!
//! A theme file has a row for each [`Meaning`] that it cares about; the others follow the
//! fallbacks of the table in [`meaning`]. No theme paints the whole screen: the terminal's own
//! background stays, and each theme only says which one it expects.

pub mod color;
mod depth;
mod file;
mod load;
pub mod meaning;
#[cfg(test)]
mod tests;

pub use color::softened;
pub use depth::ColorDepth;
pub use file::Appearance;
pub use meaning::Meaning;

use ratatui::style::{Color, Style};

/// A style for every meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    name: String,
    appearance: Appearance,
    foreground: Color,
    background: Color,
    depth: ColorDepth,
    styles: [Style; Meaning::COUNT],
}

impl Theme {
    /// The style for a meaning; an array look-up.
    #[must_use]
    pub const fn style(&self, meaning: Meaning) -> Style {
        self.styles[meaning.index()]
    }

    /// Its name, as the file gives it or else as it was asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The background it is made for, dark or light.
    #[must_use]
    pub const fn appearance(&self) -> Appearance {
        self.appearance
    }

    /// The terminal's own text colour that it expects; [`Color::Reset`] when it expects none.
    #[must_use]
    pub const fn foreground(&self) -> Color {
        self.foreground
    }

    /// The terminal's own background that it expects; [`Color::Reset`] when it expects none. It is
    /// never painted.
    #[must_use]
    pub const fn background(&self) -> Color {
        self.background
    }

    /// How many colours it uses.
    #[must_use]
    pub const fn depth(&self) -> ColorDepth {
        self.depth
    }

    /// The same theme in no more colours than `depth`.
    #[must_use]
    pub fn for_depth(mut self, depth: ColorDepth) -> Self {
        for &meaning in Meaning::ALL {
            let style = &mut self.styles[meaning.index()];
            *style = depth.bring_down(meaning, *style);
        }
        self.depth = self.depth.min(depth);
        self
    }

    /// No colours at all: what is left when nothing can be loaded.
    #[must_use]
    pub fn plain() -> Self {
        let theme = Self {
            name: "plain".to_owned(),
            appearance: Appearance::Dark,
            foreground: Color::Reset,
            background: Color::Reset,
            depth: ColorDepth::True,
            styles: [Style::new(); Meaning::COUNT],
        };
        theme.for_depth(ColorDepth::None)
    }
}

impl Default for Theme {
    /// The dark theme that comes with the program, in full colour.
    fn default() -> Self {
        Self::load("dark", None).unwrap_or_else(|_| Self::plain())
    }
}
