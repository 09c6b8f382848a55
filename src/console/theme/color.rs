//! Colours: read from a file, measured, and brought down to what a terminal can show.

use ratatui::style::Color;

/// The names of the terminal's own 16 colours, and `default` for its own text or background.
const NAMED: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// The names that a colour may be written as, besides `#rrggbb`, `#rgb` and a number to 255.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|&(name, _)| name)
}

/// Reads `#rrggbb`, `#rgb` or a name of the terminal's own colours.
#[must_use]
pub fn parse(text: &str) -> Option<Color> {
    if let Some(hex) = text.strip_prefix('#') {
        if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let value = u32::from_str_radix(hex, 16).ok()?;
        let [_, r, g, b] = value.to_be_bytes();
        return match hex.len() {
            6 => Some(Color::Rgb(r, g, b)),
            3 => Some(Color::Rgb((g & 0xf) * 17, (b >> 4) * 17, (b & 0xf) * 17)),
            _ => None,
        };
    }
    NAMED
        .iter()
        .find(|&&(name, _)| name == text)
        .map(|&(_, color)| color)
}

/// The six steps of each channel of the 256-colour cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of the 240 colours that are the same on every 256-colour terminal (the first 16
/// are the user's to change, so they are never chosen).
#[must_use]
pub fn to_indexed(color: Color) -> Color {
    let Color::Rgb(r, g, b) = color else {
        return color;
    };
    let step = |value: u8| {
        (0..6_u8)
            .min_by_key(|&at| CUBE[usize::from(at)].abs_diff(value))
            .unwrap_or(0)
    };
    let (red, green, blue) = (step(r), step(g), step(b));
    let cube = (
        CUBE[usize::from(red)],
        CUBE[usize::from(green)],
        CUBE[usize::from(blue)],
    );
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let shade = u8::try_from((mean.saturating_sub(3) / 10).min(23)).unwrap_or(23);
    let grey = 8 + 10 * shade;
    if distance((r, g, b), (grey, grey, grey)) < distance((r, g, b), cube) {
        Color::Indexed(232 + shade)
    } else {
        Color::Indexed(16 + 36 * red + 6 * green + blue)
    }
}

/// How different two colours look, roughly: squared, green weighted most.
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    2 * square(a.0, b.0) + 4 * square(a.1, b.1) + 3 * square(a.2, b.2)
}

/// The one of the terminal's own 16 colours that means the same: by hue and brightness, not by
/// distance, because what these look like is the user's choice and a muted red must stay red.
#[must_use]
pub fn to_ansi(color: Color) -> Color {
    let (r, g, b) = match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(at) if at >= 16 => indexed_rgb(at),
        _ => return color,
    };
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    if high - low < 40 {
        return match high {
            0..=50 => Color::Black,
            51..=140 => Color::DarkGray,
            141..=215 => Color::Gray,
            _ => Color::White,
        };
    }
    let middle = low + (high - low) / 2;
    let bright = high > 200 && low > 60;
    match (r > middle, g > middle, b > middle, bright) {
        (true, false, false, false) => Color::Red,
        (true, false, false, true) => Color::LightRed,
        (false, true, false, false) => Color::Green,
        (false, true, false, true) => Color::LightGreen,
        (false, false, true, false) => Color::Blue,
        (false, false, true, true) => Color::LightBlue,
        (true, true, false, false) => Color::Yellow,
        (true, true, false, true) => Color::LightYellow,
        (true, false, true, false) => Color::Magenta,
        (true, false, true, true) => Color::LightMagenta,
        (_, true, true, false) => Color::Cyan,
        (_, true, true, true) => Color::LightCyan,
        (false, false, false, _) => Color::Gray,
    }
}

fn indexed_rgb(at: u8) -> (u8, u8, u8) {
    if at >= 232 {
        let grey = 8 + 10 * (at - 232);
        return (grey, grey, grey);
    }
    let at = at.saturating_sub(16);
    let channel = |step: u8| CUBE[usize::from(step % 6)];
    (channel(at / 36), channel(at / 6), channel(at))
}

/// The brightest that something large and lit for hours is: about two thirds of white, by how bright
/// each channel looks.
const SOFT: u32 = 170;

/// The same colour, not so bright that it would burn into a screen where it stands all day. Of the
/// terminal's own colours the brightest become their darker brothers.
#[must_use]
pub fn softened(color: Color) -> Color {
    let (r, g, b) = match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(at) if at >= 16 => indexed_rgb(at),
        Color::White => return Color::Gray,
        Color::LightYellow => return Color::Yellow,
        Color::LightCyan => return Color::Cyan,
        _ => return color,
    };
    let bright = (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1_000;
    if bright <= SOFT {
        return color;
    }
    let less = |channel: u8| u8::try_from(u32::from(channel) * SOFT / bright).unwrap_or(channel);
    let softer = Color::Rgb(less(r), less(g), less(b));
    match color {
        Color::Indexed(_) => to_indexed(softer),
        _ => softer,
    }
}

/// The contrast between two colours by WCAG 2, from 1 to 21. `None` for colours that the
/// terminal decides.
#[must_use]
pub fn contrast(a: Color, b: Color) -> Option<f64> {
    let (a, b) = (luminance(a)?, luminance(b)?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

fn luminance(color: Color) -> Option<f64> {
    let (r, g, b) = match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(at) if at >= 16 => indexed_rgb(at),
        _ => return None,
    };
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_colours() {
        assert_eq!(parse("#1a2b3c"), Some(Color::Rgb(0x1a, 0x2b, 0x3c)));
        assert_eq!(parse("#1bc"), Some(Color::Rgb(0x11, 0xbb, 0xcc)));
        assert_eq!(parse("bright-red"), Some(Color::LightRed));
        for bad in ["", "#", "#12", "#1234567", "#+12345", "rde"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_bright_is_softened_and_what_is_not_stays() {
        let white = Color::Rgb(255, 255, 255);
        assert_eq!(softened(white), Color::Rgb(170, 170, 170));
        let red = Color::Rgb(0xff, 0x5f, 0x57);
        assert_eq!(softened(red), red, "an alarm is no less of one");
        assert_eq!(softened(Color::White), Color::Gray);
        assert_eq!(softened(Color::Reset), Color::Reset);
        let soft = |at| match softened(Color::Indexed(at)) {
            Color::Indexed(at) => indexed_rgb(at),
            other => panic!("{other:?}"),
        };
        for at in 16..=255 {
            let (r, g, b) = soft(at);
            let bright = 299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b);
            assert!(bright / 1_000 <= SOFT + 20, "{at}");
        }
    }

    #[test]
    fn comes_down_to_256() {
        assert_eq!(to_indexed(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(
            to_indexed(Color::Rgb(0x80, 0x80, 0x80)),
            Color::Indexed(244)
        );
        assert_eq!(to_indexed(Color::Rgb(0, 0, 0)), Color::Indexed(16));
        assert_eq!(to_indexed(Color::Red), Color::Red);
    }

    #[test]
    fn comes_down_to_16_by_hue() {
        assert_eq!(to_ansi(Color::Rgb(0xe0, 0x4f, 0x4f)), Color::LightRed);
        assert_eq!(to_ansi(Color::Rgb(0xa0, 0x20, 0x20)), Color::Red);
        assert_eq!(to_ansi(Color::Rgb(0x8b, 0x92, 0x9e)), Color::Gray);
        assert_eq!(to_ansi(Color::Rgb(0xd0, 0xa0, 0x30)), Color::Yellow);
        assert_eq!(to_ansi(Color::Indexed(196)), Color::Red);
        assert_eq!(to_ansi(Color::Reset), Color::Reset);
    }

    #[test]
    fn every_colour_comes_down() {
        for value in (0..=0x00ff_ffff_u32).step_by(4_099) {
            let [_, r, g, b] = value.to_be_bytes();
            let color = Color::Rgb(r, g, b);
            assert!(matches!(to_indexed(color), Color::Indexed(16..)));
            assert!(!matches!(
                to_ansi(color),
                Color::Rgb(..) | Color::Indexed(_)
            ));
        }
    }

    #[test]
    fn contrast_by_wcag() {
        let (black, white) = (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255));
        assert!((contrast(black, white).unwrap() - 21.0).abs() < 0.001);
        assert_eq!(contrast(Color::Red, white), None);
    }
}
