//! `[alerts]`, `[[alerts.rules]]`, `[alerts.flapping]` and `[[alerts.maintenance]]`: where alerts go.

mod maintenance;

use super::Problem;
use super::read::read_each;
use super::section::Section;
use super::values;
use crate::incident::Severity;
use crate::routing::{Action, Flapping, Matcher, Pattern, Rule, Rules, Window, WindowKind};
use chrono::TimeDelta;
use std::ops::Range;
use toml::Spanned;

/// The most changes that an alert may be allowed before it flaps.
const CHANGES_MAX: u64 = crate::routing::CHANGES_MAX as u64;

/// Reads `[alerts]` and what is below it.
pub(super) fn alerts(mut section: Section<'_, '_>) -> Rules {
    let mut alerts = Rules::default();
    if let Some(labels) = labels(&mut section, "match_labels") {
        alerts.match_labels = labels;
    }
    let mut known: Vec<(Range<usize>, Rule)> = Vec::new();
    section.rows_of("rules", |row| known.extend(rule(row)));
    unreached(&mut section, &known);
    twice(
        &mut section,
        "rules",
        known.iter().map(|(at, r)| (at, &*r.name)),
    );
    alerts.rules = known.into_iter().map(|(_, rule)| rule).collect();
    let mut held = Vec::new();
    section.rows_of("maintenance", |row| {
        held.extend(maintenance::maintenance(row));
    });
    let names = held.iter().map(|(at, one)| (at, &*one.name));
    twice(&mut section, "times of maintenance", names);
    alerts.maintenance = held.into_iter().map(|(_, one)| one).collect();
    alerts.flapping = flapping(section.inner("flapping"));
    section.end();
    alerts
}

/// Labels that alerts agree in. An empty list is no labels, which is a mistake.
fn labels(section: &mut Section<'_, '_>, key: &'static str) -> Option<Vec<String>> {
    let list = section.list(key)?;
    if list.get_ref().is_empty() {
        let what = format!("`{key}` is empty, so every alert would join one incident");
        section.problem(Problem::error(list.span(), what));
    }
    let labels = read_each(section, key, list, values::label);
    (!labels.is_empty()).then_some(labels)
}

/// Reads a `[[alerts.rules]]`, with the place of its name.
fn rule(mut row: Section<'_, '_>) -> Option<(Range<usize>, Rule)> {
    let at = row.span();
    let name = name(&mut row, "rule");
    let matcher = matcher(row.inner("match"));
    let action = row.read("action", |text| named(text, &Action::ALL));
    let action = action.map(Spanned::into_inner).unwrap_or_default();
    refuse_idle(&mut row, action);
    let mut rule = Rule::new("", matcher);
    rule.action = action;
    rule.group_by = labels(&mut row, "group_by");
    rule.window = window(row.inner("window"));
    rule.severity = row
        .read("severity", |text| {
            let read = text.parse::<Severity>();
            read.map_err(|_| "write SEV1, SEV2, SEV3 or SEV4".to_owned())
        })
        .map(Spanned::into_inner);
    row.end();
    let name = name?;
    rule.name = name.get_ref().as_str().into();
    // The name's own place, unless the row has none.
    let span = name.span();
    Some((if span.is_empty() { at } else { span }, rule))
}

/// What a rule says that its action has no use for.
fn refuse_idle(row: &mut Section<'_, '_>, action: Action) {
    let idle: &[&str] = match action {
        Action::Open => &[],
        Action::Attach => &["severity"],
        Action::Drop => &["group_by", "window", "severity"],
    };
    for key in idle {
        let Some(at) = row.place_of(key) else {
            continue;
        };
        let what = match action {
            Action::Attach => format!("a rule that opens no incident has no use for `{key}`"),
            _ => format!("a rule that drops alerts has no use for `{key}`"),
        };
        let help = "leave it out, or give the rule another `action`";
        row.problem(Problem::error(at, what).help(help));
    }
}

/// The name that a row must have.
fn name(row: &mut Section<'_, '_>, what: &str) -> Option<Spanned<String>> {
    if !row.has("name") {
        let problem = Problem::error(row.span(), format!("this {what} has no `name`"));
        row.problem(problem.help("add a line as name = \"checkout\""));
    }
    row.read("name", |text| {
        let odd = text.chars().any(char::is_control);
        if odd || text.len() > 64 || text.trim() != text {
            return Err("a name is one line of at most 64 bytes".to_owned());
        }
        Ok(text.to_owned())
    })
}

/// Reads a `match` table: what labels must be. One that is not there fits everything.
fn matcher(mut table: Section<'_, '_>) -> Matcher {
    let mut labels = Vec::new();
    for (label, texts) in table.texts() {
        if let Err(wanted) = values::label(label.get_ref()) {
            let what = format!("`{}` is no label", label.get_ref());
            table.problem(Problem::error(label.span(), what).help(wanted));
        }
        let mut patterns = Vec::new();
        for text in &texts {
            match text.get_ref().parse::<Pattern>() {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => {
                    let what = format!("`{}` cannot be `{}`", label.get_ref(), text.get_ref());
                    table.problem(Problem::error(text.span(), what).help(error.to_string()));
                }
            }
        }
        if texts.is_empty() {
            let what = format!("`{}` has no value, so nothing would fit", label.get_ref());
            let help = "write one or more, or \"\" for alerts without this label";
            table.problem(Problem::error(label.span(), what).help(help));
        }
        labels.push((label.into_inner(), patterns));
    }
    Matcher { labels }
}

/// Reads a `window` table.
fn window(mut table: Section<'_, '_>) -> Option<Window> {
    if !table.is_there() {
        return None;
    }
    let at = table.span();
    let kinds = [WindowKind::Rolling, WindowKind::Fixed].map(|kind| (kind.name(), kind));
    let kind = table.read("kind", |text| named(text, &kinds));
    let length = length(&mut table, "length");
    for (key, example) in [
        ("kind", "kind = \"rolling\""),
        ("length", "length = \"30m\""),
    ] {
        if !table.has(key) {
            let what = format!("this window has no `{key}`");
            let help = format!("write window = {{ {example}, … }}");
            table.problem(Problem::error(at.clone(), what).help(help));
        }
    }
    table.end();
    Some(Window {
        kind: kind?.into_inner(),
        length: length?,
    })
}

fn flapping(mut table: Section<'_, '_>) -> Flapping {
    let usual = Flapping::default();
    let changes = table.whole("changes");
    if let Some(changes) = changes.as_ref().filter(|c| *c.get_ref() > CHANGES_MAX) {
        let what = format!("`changes` cannot be {}", changes.get_ref());
        let help = format!("write a number from 1 to {CHANGES_MAX}, or 0 to hold nothing back");
        table.problem(Problem::error(changes.span(), what).help(help));
    }
    let changes = changes.and_then(|changes| u32::try_from(changes.into_inner()).ok());
    let read = Flapping {
        changes: changes.unwrap_or(usual.changes),
        within: length(&mut table, "within").unwrap_or(usual.within),
        quiet: length(&mut table, "quiet").unwrap_or(usual.quiet),
    };
    table.end();
    read
}

/// A length of time at `key`.
fn length(table: &mut Section<'_, '_>, key: &'static str) -> Option<TimeDelta> {
    let read = table.read(key, values::duration)?;
    TimeDelta::from_std(read.into_inner()).ok()
}

/// The value of that name, or which there are.
fn named<T: Copy>(text: &str, all: &[(&'static str, T)]) -> Result<T, String> {
    let found = all.iter().find(|(name, _)| *name == text);
    let names = || all.iter().map(|(name, _)| *name);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| match crate::suggest::closest(text, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", names().collect::<Vec<_>>().join(", ")),
        })
}

/// Rules behind one that takes everything.
fn unreached(section: &mut Section<'_, '_>, rules: &[(Range<usize>, Rule)]) {
    let all = rules.iter().position(|(_, rule)| rule.matcher.is_empty());
    let Some((_, taker)) = all.and_then(|at| rules.get(at)) else {
        return;
    };
    for (at, rule) in rules.iter().skip(all.unwrap_or_default() + 1) {
        let what = format!("no alert reaches the rule `{}`", rule.name);
        let help = format!("`{}` before it takes every one: put it last", taker.name);
        section.problem(Problem::warning(at.clone(), what).help(help));
    }
}

/// Names that are there twice.
fn twice<'n>(
    section: &mut Section<'_, '_>,
    of: &str,
    names: impl Iterator<Item = (&'n Range<usize>, &'n str)>,
) {
    let mut known = std::collections::BTreeSet::new();
    for (at, name) in names {
        if !known.insert(name) {
            let what = format!("there are two {of} called `{name}`");
            let problem = Problem::error(at.clone(), what);
            section.problem(problem.help("give one of them another name"));
        }
    }
}
