//! The variables of a runbook's command, and what they stand for.
//!
//! A value never becomes a part of the command: it is handed over in the environment, and where the
//! command is shown with its values they are quoted. What a label says, whoever wrote it, is data.

use crate::incident::limits;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The most variables of one command that are asked for.
pub const VARIABLES_MAX: usize = 20;
/// The longest value, in bytes.
const VALUE_BYTES: usize = 2_000;

/// A variable of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name, as in the environment.
    pub name: String,
    /// What it stands for; may be empty.
    pub value: String,
    /// There is such a label, and its value was not taken: it has characters in it that a shell, or
    /// a program behind it, may take for more than a name.
    pub odd: bool,
}

/// A command ready to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// What the shell reads: the runbook's own text, with `{{ labels.x }}` as variables.
    pub script: String,
    /// What is set for it.
    pub variables: Vec<Variable>,
}

/// Names that are the machine's own: a label must not change where programs are looked for.
const OWN: [&str; 17] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PWD",
    "OLDPWD",
    "TERM",
    "LANG",
    "IFS",
    "ENV",
    "TMPDIR",
    "HOSTNAME",
    "KUBECONFIG",
    "EDITOR",
    "PS1",
    "RANDOM",
];

/// Whether this is a name that a label may fill.
fn may_be_filled(name: &str) -> bool {
    let own = OWN.contains(&name)
        || [
            "LD_", "DYLD_", "BASH", "LC_", "WARROOM_", "GIT_", "PYTHON", "NODE_", "PERL",
        ]
        .iter()
        .any(|begin| name.starts_with(begin));
    !own && name.len() <= 64
}

/// The variables of a command, in the order in which they stand in it, filled from labels: `$POD`
/// and `${POD}` from `pod`, and `{{ labels.pod }}` or `{{ $labels.pod }}` as well. A variable that
/// the command sets itself is none.
#[must_use]
pub fn variables(command: &str, labels: &BTreeMap<String, String>) -> Filled {
    let script = without_templates(command);
    let mut variables: Vec<Variable> = Vec::new();
    for name in names(&script) {
        let known = variables.iter().any(|variable| variable.name == name);
        let template = name.starts_with(TEMPLATE);
        if known || variables.len() >= VARIABLES_MAX || is_set(&script, name) {
            continue;
        }
        if !template && !may_be_filled(name) {
            continue;
        }
        let label = name.strip_prefix(TEMPLATE).unwrap_or(name);
        let value = value_of(label, labels).unwrap_or_default();
        let odd = !value.is_empty() && !is_plain(value);
        variables.push(Variable {
            name: name.to_owned(),
            value: if odd { String::new() } else { value.to_owned() },
            odd,
        });
    }
    Filled { script, variables }
}

/// What stands before the name of a label that was written as a template.
const TEMPLATE: &str = "LABEL_";

fn value_of<'a>(name: &str, labels: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let exact = labels.get(name);
    exact.map(String::as_str).or_else(|| {
        let mut all = labels.iter();
        all.find(|(label, _)| label.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    })
}

/// Whether a value is a plain name: it means nothing to a shell, not even one behind `ssh` or `sh
/// -c` that reads it a second time, and is no option of a program.
fn is_plain(value: &str) -> bool {
    value.len() <= VALUE_BYTES && !value.starts_with('-') && value.chars().all(is_harmless)
}

fn is_harmless(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | ':' | '@' | '%' | '+' | ',')
}

/// The command with templates of labels as variables, in quotes where they are in none.
fn without_templates(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut rest = command;
    while let Some((before, inside, after)) = template(rest) {
        out.push_str(before);
        let label = inside.trim().trim_start_matches('$');
        let name = label.strip_prefix("labels.");
        let name = name.map(str::trim).filter(|name| is_name(name));
        let quotes = quotes_of(&out);
        match (name, quotes) {
            (Some(name), None) => {
                let _always = write!(out, "\"${{{TEMPLATE}{name}}}\"");
            }
            (Some(name), Some('"')) => {
                let _always = write!(out, "${{{TEMPLATE}{name}}}");
            }
            // Within single quotes nothing is a variable: they end here and begin again behind it.
            (Some(name), Some(_)) => {
                let _always = write!(out, "'\"${{{TEMPLATE}{name}}}\"'");
            }
            (None, _) => {
                let _always = write!(out, "{{{{{inside}}}}}");
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn template(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    Some((before, inside, after))
}

/// The quotes that are open at the end of this text.
fn quotes_of(text: &str) -> Option<char> {
    let mut open = None;
    let mut escaped = false;
    for c in text.chars() {
        match (open, c) {
            _ if escaped => escaped = false,
            (Some('\''), '\'') => open = None,
            (Some('\''), _) => {}
            (_, '\\') => escaped = true,
            (Some('"'), '"') => open = None,
            (None, '\'' | '"') => open = Some(c),
            _ => {}
        }
    }
    open
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The names behind `$` and within `${ }`, in order; not in single quotes, and not those that the
/// shell itself fills (`$1`, `$?`, `$(…)`).
fn names(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in script.match_indices('$') {
        let before = script.get(..at).unwrap_or_default();
        let escaped = before.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
        if escaped || quotes_of(before) == Some('\'') {
            continue;
        }
        let rest = script.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        if is_name(name) {
            found.push(name);
        }
    }
    found
}

/// Whether the script gives this variable its value: `NAME=…`, `for NAME in`, `read NAME`.
fn is_set(script: &str, name: &str) -> bool {
    let starts = |text: &str| {
        let before = text.trim_end_matches([' ', '\t']);
        before.is_empty()
            || before.ends_with([';', '\n', '&', '|', '(', '{'])
            || ["export", "local", "do", "then"]
                .iter()
                .any(|word| before.ends_with(word))
    };
    let sets = format!("{name}=");
    let assigned = script
        .match_indices(&sets)
        .any(|(at, _)| starts(script.get(..at).unwrap_or_default()));
    let words: Vec<&str> = script.split_whitespace().collect();
    let by_word = words.windows(2).any(|pair| {
        matches!(pair, ["for" | "read" | "-r", named] if named.trim_end_matches(';') == name)
    });
    assigned || by_word
}

/// The command as it is shown, agreed to and kept: what is set for it, quoted, then the script.
#[must_use]
pub fn filled(script: &str, variables: &[Variable]) -> String {
    let mut out = String::new();
    for variable in variables {
        let _always = writeln!(out, "{}={}", variable.name, quoted(&variable.value));
    }
    out.push_str(script);
    out.truncate(out.floor_char_boundary(limits::RUN_COMMAND_BYTES.min(out.len())));
    out
}

/// The value as a shell reads it back: bare where it is harmless.
#[must_use]
pub fn quoted(value: &str) -> Cow<'_, str> {
    if !value.is_empty() && value.chars().all(is_harmless) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("'{}'", value.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn found(command: &str) -> Vec<(String, String)> {
        let labels = labels(&[("namespace", "shop"), ("pod", "web-0"), ("Zone", "a")]);
        let of = variables(command, &labels).variables;
        of.into_iter().map(|v| (v.name, v.value)).collect()
    }

    #[test]
    fn variables_are_found_and_filled_from_labels() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for (command, expected) in [
            (
                "kubectl -n $NAMESPACE logs ${POD}",
                vec![pair("NAMESPACE", "shop"), pair("POD", "web-0")],
            ),
            ("echo $ZONE $ZONE", vec![pair("ZONE", "a")]),
            ("echo $UNKNOWN", vec![pair("UNKNOWN", "")]),
            // What the shell or the script fills, and what is no variable.
            ("echo $1 $? $(ls) '$POD' \\$POD", vec![]),
            ("POD=x; echo $POD", vec![]),
            ("for POD in a b; do echo $POD; done", vec![]),
            ("while read -r POD; do echo $POD; done", vec![]),
            // What is the machine's own is no label's.
            ("echo $PATH $HOME $LD_PRELOAD $WARROOM_TOKEN", vec![]),
            ("echo {{ labels.pod }}", vec![pair("LABEL_pod", "web-0")]),
        ] {
            assert_eq!(found(command), expected, "{command}");
        }
    }

    #[test]
    fn a_label_that_is_more_than_a_name_is_not_taken() {
        for value in [
            "$(id)", "`id`", "a b", "a\nb", "a;b", "it's", "\"", "--all", "*", "a\0b", "é",
        ] {
            let of = variables("kubectl delete pod $POD", &labels(&[("pod", value)]));
            assert_eq!(of.variables[0].value, "", "{value}");
            assert!(of.variables[0].odd, "{value}");
        }
    }

    #[test]
    fn templates_become_variables_in_quotes() {
        for (command, script) in [
            ("k logs {{labels.pod}}", "k logs \"${LABEL_pod}\""),
            ("k logs \"{{ $labels.pod }}\"", "k logs \"${LABEL_pod}\""),
            (
                "k logs 'a {{ labels.pod }}'",
                "k logs 'a '\"${LABEL_pod}\"''",
            ),
            (
                "k get -o go-template={{.status}}",
                "k get -o go-template={{.status}}",
            ),
            ("{{ labels.a;rm }}", "{{ labels.a;rm }}"),
        ] {
            assert_eq!(without_templates(command), script, "{command}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_as_it_is() {
        let variable = |value: &str| Variable {
            name: "X".to_owned(),
            value: value.to_owned(),
            odd: false,
        };
        let shown = |value: &str| filled("echo", &[variable(value)]);
        assert_eq!(shown("web-0"), "X=web-0\necho");
        assert_eq!(shown("$(id)"), "X='$(id)'\necho");
        assert_eq!(shown("it's"), "X='it'\\''s'\necho");
        assert_eq!(shown(""), "X=''\necho");
    }
}
