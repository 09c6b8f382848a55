//! The key of a group: the labels that an incident's alerts agree in, with their values. An incident
//! that an alert opened keeps the key for ever.

use super::Labelled;

/// The key of this alert's group. Values are quoted, so that none can look like another label.
#[must_use]
pub fn key_of(group_by: &[String], alert: &impl Labelled) -> String {
    let parts = group_by
        .iter()
        .map(|label| format!("{label}={:?}", alert.label(label)));
    parts.collect::<Vec<_>>().join(",")
}

/// The parts of a key: each label, and its value as it stands there, in quotes.
pub(super) fn parts(key: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = key;
    std::iter::from_fn(move || {
        let (name, quoted) = rest.trim_start_matches(',').split_once('=')?;
        let end = end_of_quoted(quoted)?;
        let value = quoted.get(..end)?;
        rest = quoted.get(end..)?;
        Some((name, value))
    })
}

/// Behind the closing quote of a text that begins with one.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut signs = text.char_indices();
    signs.next().filter(|(_, sign)| *sign == '"')?;
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some(at + 1),
            '\\' => {
                signs.next();
            }
            _ => {}
        }
    }
    None
}

/// The labels in a key with their values, without those that are empty.
pub fn labels_of(key: &str) -> impl Iterator<Item = (&str, String)> {
    parts(key).filter_map(|(name, quoted)| {
        let value = unquoted(quoted);
        (!value.is_empty()).then_some((name, value))
    })
}

/// A value as it was before it was quoted.
fn unquoted(quoted: &str) -> String {
    let inner = quoted.trim_start_matches('"');
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut value = String::new();
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => value.extend(escaped(&mut signs)),
            sign => value.push(sign),
        }
    }
    value
}

/// What stands behind a backslash.
fn escaped(signs: &mut std::str::Chars<'_>) -> Option<char> {
    match signs.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        'u' => {
            let code: String = signs.take_while(|sign| *sign != '}').collect();
            let code = u32::from_str_radix(code.trim_start_matches('{'), 16).ok()?;
            char::from_u32(code)
        }
        sign => Some(sign),
    }
}
