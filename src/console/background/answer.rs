//! The form of the terminal's answer.

use crate::console::theme::Appearance;

/// How far a text is the answer: `ESC ] 11 ; rgb : R / G / B` and BEL or `ESC \`. Each channel has
/// one to four hexadecimal digits; after `rgba` there is a fourth, which says nothing here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// All of it.
    Whole(Appearance),
    /// It may become one.
    Beginning,
    /// It is none.
    No,
}

const OPENING: &str = "\x1b]11;rgb";
const ENDS: [&str; 2] = ["\x07", "\x1b\\"];

/// Looks at what came so far.
pub(super) fn fit(text: &str) -> Fit {
    let Some(rest) = text.strip_prefix(OPENING) else {
        return beginning(OPENING.starts_with(text));
    };
    let (rest, channels) = match rest.strip_prefix('a') {
        Some(rest) => (rest, 4),
        None => (rest, 3),
    };
    let Some(rest) = rest.strip_prefix(':') else {
        return beginning(rest.is_empty());
    };
    let colours = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == '/');
    let end = &rest[rest.len() - colours.len()..];
    let values: Vec<&str> = rest[..rest.len() - end.len()].split('/').collect();
    let sound = |value: &&str| (1..=4).contains(&value.len());
    if ENDS.contains(&end) {
        return match values.len() == channels && values.iter().all(sound) {
            true => light(&values).map_or(Fit::No, Fit::Whole),
            false => Fit::No,
        };
    }
    let growing = values.len() <= channels && values.iter().all(|value| value.len() <= 4);
    beginning(growing && ENDS.iter().any(|whole| whole.starts_with(end)))
}

fn beginning(is: bool) -> Fit {
    if is { Fit::Beginning } else { Fit::No }
}

/// Light is what looks brighter than the middle: green counts most, blue least.
fn light(values: &[&str]) -> Option<Appearance> {
    let part = |at: usize| {
        let digits = values.get(at)?;
        let most = 16_u32.pow(u32::try_from(digits.len()).ok()?) - 1;
        let value = u32::from_str_radix(digits, 16).ok()?;
        Some(value * 1_000 / most)
    };
    let brightness = 299 * part(0)? + 587 * part(1)? + 114 * part(2)?;
    Some(match brightness > 500_000 {
        true => Appearance::Light,
        false => Appearance::Dark,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_of_an_answer_is_one_and_nothing_else_is() {
        let whole = "\x1b]11;rgb:ffff/f/ff\x1b\\";
        for (at, _) in whole.char_indices().skip(1) {
            assert_eq!(fit(&whole[..at]), Fit::Beginning, "{at}");
        }
        assert_eq!(fit(whole), Fit::Whole(Appearance::Light));
        for none in [
            "x",
            "\x1b[",
            "\x1b]10;",
            "\x1b]11;rgb;",
            "\x1b]11;rgb:fffff",
            "\x1b]11;rgb:f/f\x07",
            "\x1b]11;rgb:f/f/f/f",
            "\x1b]11;rgb://\x07",
            "\x1b]11;rgb:f/f/f\x1bx",
        ] {
            assert_eq!(fit(none), Fit::No, "{none:?}");
        }
    }
}
