//! The variables in an expression, filled in so that no value can become a part of the query.

use crate::integrations::exchange::AnswerError;
use crate::integrations::reading::cut;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Variables = BTreeMap<Arc<str>, Arc<str>>;

/// The longest value that is quoted where it cannot be used, in bytes.
const QUOTED: usize = 40;

/// Where in the expression the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// Behind `#`, to the end of the line.
    Comment,
    /// Within this kind of quotes; it is the pattern of `=~` or `!~`.
    Text {
        quote: char,
        pattern: bool,
    },
}

/// The expression with its variables. Within quotes a value is escaped, in a pattern it stands for
/// itself; outside of quotes it may be a name or a number and nothing else.
///
/// # Errors
/// Which variables the incident does not have, or which cannot stand where it is.
pub(super) fn filled(expr: &str, variables: &Variables) -> Result<String, AnswerError> {
    let mut filled = String::with_capacity(expr.len() + 32);
    let mut missing: BTreeSet<&str> = BTreeSet::new();
    let (mut place, mut rest) = (Place::Outside, expr);
    while let Some(first) = rest.chars().next() {
        if first == '$' && place != Place::Comment {
            let (name, after) = variable(rest);
            rest = after;
            match name {
                None => filled.push('$'),
                Some(name) => match variables.get(name) {
                    Some(value) => put(&mut filled, name, value, place)?,
                    None => _ = missing.insert(name),
                },
            }
            continue;
        }
        let taken = step(rest, &filled, &mut place);
        let (copied, after) = rest.split_at(taken);
        filled.push_str(copied);
        rest = after;
    }
    if missing.is_empty() {
        return Ok(filled);
    }
    let names: Vec<String> = missing
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    Err(AnswerError::Nonsense(format!(
        "the incident has no {}, which the query names",
        names.join(" and no ")
    )))
}

/// The variable at the dollar, and what comes after it. `$1` and `${1}` are none: they are the
/// groups of `label_replace`. `$$` is a dollar.
fn variable(from_dollar: &str) -> (Option<&str>, &str) {
    let after = from_dollar.get(1..).unwrap_or_default();
    if let Some(after) = after.strip_prefix('$') {
        return (None, after);
    }
    let braced = after.strip_prefix('{');
    let text = braced.unwrap_or(after);
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let name_end = text.find(|c: char| !letter(c) && !c.is_ascii_digit());
    let (name, behind) = text.split_at(name_end.unwrap_or(text.len()));
    if !name.starts_with(letter) {
        return (None, after);
    }
    match (braced, behind.strip_prefix('}')) {
        (None, _) => (Some(name), behind),
        (Some(_), Some(behind)) => (Some(name), behind),
        (Some(_), None) => (None, after),
    }
}

/// How many bytes are copied as they are, and where the reader stands after them.
fn step(rest: &str, before: &str, place: &mut Place) -> usize {
    let mut characters = rest.chars();
    let first = characters.next().unwrap_or_default();
    let now = *place;
    match (now, first) {
        (Place::Outside, '#') => *place = Place::Comment,
        (Place::Comment, '\n') => *place = Place::Outside,
        (Place::Outside, quote @ ('"' | '\'' | '`')) => {
            let before = before.trim_end();
            let pattern = before.ends_with("=~") || before.ends_with("!~");
            *place = Place::Text { quote, pattern };
        }
        (Place::Text { quote, .. }, c) if c == quote => *place = Place::Outside,
        // Behind a backslash stands what is no end; a raw text has no backslashes of this kind.
        (Place::Text { quote, .. }, '\\') if quote != '`' => {
            let escaped = characters.next().filter(|escaped| *escaped != '$');
            return 1 + escaped.map_or(0, char::len_utf8);
        }
        _ => {}
    }
    first.len_utf8()
}

fn put(filled: &mut String, name: &str, value: &str, place: Place) -> Result<(), AnswerError> {
    let cannot = |why: &str| {
        let value = cut(value, QUOTED);
        AnswerError::Nonsense(format!("`{name}` is `{value}`, which cannot stand {why}"))
    };
    let Place::Text { quote, pattern } = place else {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
        if value.is_empty() || !value.chars().all(plain) {
            return Err(cannot("outside of quotes in a query"));
        }
        filled.push_str(value);
        return Ok(());
    };
    let exact = if pattern {
        exactly(value)
    } else {
        value.to_owned()
    };
    if quote == '`' {
        if exact.contains('`') {
            return Err(cannot("within backquotes in a query"));
        }
        filled.push_str(&exact);
        return Ok(());
    }
    for c in exact.chars() {
        match c {
            '\n' => filled.push_str("\\n"),
            '\r' => filled.push_str("\\r"),
            '\\' => filled.push_str("\\\\"),
            c if c == quote => filled.extend(['\\', c]),
            c => filled.push(c),
        }
    }
    Ok(())
}

/// A pattern (RE2) that holds for exactly this text.
fn exactly(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if ".+*?()|[]{}^$\\".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(expr: &str) -> Result<String, String> {
        let variables = [
            ("service", "checkout"),
            ("window", "5m"),
            ("incident", "INC-42"),
            ("odd", "a\"b\\c`d'e\n}"),
            ("pattern", "a.b|c"),
            ("empty", ""),
        ];
        let variables = variables.iter().map(|(n, v)| ((*n).into(), (*v).into()));
        filled(expr, &variables.collect()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn becomes(expr: &str, expected: &str) {
        assert_eq!(fill(expr).as_deref(), Ok(expected));
    }

    #[test]
    fn variables_are_filled_in_with_and_without_braces() {
        becomes("up{s=\"$service\"}", "up{s=\"checkout\"}");
        becomes("${service}_total[$window]", "checkout_total[5m]");
        becomes("a{b='${service}x'}", "a{b='checkoutx'}");
        becomes("a{b=\"$empty\"}", "a{b=\"\"}");
    }

    #[test]
    fn other_dollars_stay_as_they_are() {
        becomes(
            "label_replace(a, \"b\", \"$1-${2}\", \"c\", \"(.*)$\")",
            "label_replace(a, \"b\", \"$1-${2}\", \"c\", \"(.*)$\")",
        );
        becomes("a{b=~\"x$$|y\"}", "a{b=~\"x$|y\"}");
        becomes("a{b=\"$$service\"}", "a{b=\"$service\"}");
        becomes("a{b=\"${service\"}", "a{b=\"${service\"}");
        becomes(
            "a # $nowhere '\n+ b{c=\"$service\"}",
            "a # $nowhere '\n+ b{c=\"checkout\"}",
        );
        becomes("$", "$");
    }

    #[test]
    fn a_value_stays_within_its_quotes() {
        becomes("a{b=\"$odd\"}", "a{b=\"a\\\"b\\\\c`d'e\\n}\"}");
        becomes("a{b='$odd'}", "a{b='a\"b\\\\c`d\\'e\\n}'}");
        becomes("a{b=`$pattern`}", "a{b=`a.b|c`}");
        let error = fill("a{b=`$odd`}").expect_err("a backquote");
        assert!(error.contains("backquotes"), "{error}");
        becomes("a{b=\"\\\"$service\"}", "a{b=\"\\\"checkout\"}");
        becomes("a{b=\"\\$service\"}", "a{b=\"\\checkout\"}");
        becomes(
            "a{b=\"\\\\\", c=\"$service\"}",
            "a{b=\"\\\\\", c=\"checkout\"}",
        );
    }

    #[test]
    fn in_a_pattern_a_value_stands_for_itself() {
        becomes("a{b=~\"$pattern|x.*\"}", "a{b=~\"a\\\\.b\\\\|c|x.*\"}");
        becomes("a{b !~ `$pattern`}", "a{b !~ `a\\.b\\|c`}");
        becomes("a{b=\"$pattern\"}", "a{b=\"a.b|c\"}");
    }

    #[test]
    fn outside_of_quotes_only_names_and_numbers_stand() {
        for expr in ["a - $incident", "$odd", "a[$empty]"] {
            let error = fill(expr).expect_err(expr);
            assert!(error.contains("outside of quotes"), "{error}");
        }
    }

    #[test]
    fn what_is_missing_is_named_once_each() {
        let error = fill("a{x=\"$zone\", y=\"$env\", z=~\"${env}.*\", s=\"$service\"}");
        let expected = "the incident has no `env` and no `zone`, which the query names";
        assert_eq!(error, Err(expected.to_owned()));
    }

    #[test]
    fn no_expression_and_no_value_breaks_it() {
        for expr in [
            "",
            "\\",
            "\"\\",
            "\"\\$",
            "${",
            "${}",
            "$\u{e9}",
            "\"ä\\ä$service",
            "'$",
        ] {
            let _ = fill(expr);
        }
        becomes("\"ä\\ä$service\"", "\"ä\\ächeckout\"");
    }
}
