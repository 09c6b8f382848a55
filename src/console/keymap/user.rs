//! A user's keymap file: only what differs.
//!
//! ```toml
//! [timeline]
//! "ctrl+d" = "half-page-down"
//! "x" = "none"                # does nothing any more
//! ```

use super::action::Action;
use super::key::{Key, key_names};
use super::map::{Context, Keymap, chord};
use crate::problem::{Problem, Source, Wrong};
use serde_spanned::Spanned;
use std::borrow::Cow;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// One row of a file: the keys and the action, each with its place.
struct Row<'a> {
    context: Context,
    keys: &'a Spanned<Cow<'a, str>>,
    action: Spanned<&'a str>,
}

impl Keymap {
    /// The defaults with the text of a user's file at `path` over them.
    ///
    /// # Errors
    /// With everything that is wrong in it, each in its place.
    pub fn with_user_file(path: &Path, text: &str) -> Result<Self, Wrong> {
        let source = Source::new(path, text);
        let wrong = |mut problems: Vec<Problem>| {
            problems.sort_by_key(|problem| problem.span.start);
            source.wrong("keymap", problems)
        };
        let (tree, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let said = errors.iter().map(Problem::toml);
            return Err(wrong(said.collect()));
        }
        let mut problems = Vec::new();
        let mut rows = rows(tree.get_ref(), &mut problems);
        // What is let go makes room, wherever in the file that stands.
        rows.sort_by_key(|row| *row.action.get_ref() != NONE);
        let mut map = Self::default();
        let mut taken: Vec<(Context, Vec<Key>)> = Vec::new();
        for row in &rows {
            if let Err(problem) = map.take(row, &mut taken) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(map)
        } else {
            Err(wrong(problems))
        }
    }

    fn take(&mut self, row: &Row<'_>, taken: &mut Vec<(Context, Vec<Key>)>) -> Result<(), Problem> {
        let (context, keys) = (row.context, row.keys);
        let span = || keys.span();
        let chord = chord(keys.get_ref()).map_err(|error| no_key(keys, &error.0))?;
        if chord.is_empty() {
            return Err(Problem::error(span(), "a key is missing").help(KEYS));
        }
        let action = match *row.action.get_ref() {
            NONE => None,
            name => Some(Action::by_name(name).ok_or_else(|| {
                let names: Vec<&str> = Action::ALL.iter().map(|a| a.name()).collect();
                let problem =
                    Problem::unknown("there is no action", row.action.span(), name, &names);
                match problem.help.is_empty() {
                    true => problem.help("the palette (`:`) and docs/keys.md name them all"),
                    false => problem,
                }
            })?),
        };
        if taken.contains(&(context, chord.clone())) {
            let what = format!("`{}` stands twice in [{}]", keys.get_ref(), context.name());
            return Err(Problem::error(span(), what).help("keep one of the two"));
        }
        if let Some(other) = action.and(self.ambiguous(context, &chord)) {
            let what = format!("`{}` and `{other}` begin alike", keys.get_ref());
            let help = format!("take another key, or unbind the other: \"{other}\" = \"none\"");
            return Err(Problem::error(span(), what).help(help));
        }
        taken.push((context, chord.clone()));
        self.bind(context, chord, action);
        Ok(())
    }
}

/// The word that takes a key's action away.
const NONE: &str = "none";

/// How keys are written.
const KEYS: &str = "keys are written like k, ctrl+k, shift+tab, esc, f5 or space; a chord's keys \
                    with a space between, like g g";

fn rows<'a>(file: &'a DeTable<'a>, problems: &mut Vec<Problem>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (section, value) in file {
        let name: &str = section.get_ref();
        let context = Context::ALL.into_iter().find(|c| c.name() == name);
        let (Some(context), Some(table)) = (context, value.get_ref().as_table()) else {
            problems.push(no_context(section, context.is_some() || !is_table(value)));
            continue;
        };
        for (keys, action) in table {
            match action.get_ref().as_str() {
                Some(name) => rows.push(Row {
                    context,
                    keys,
                    action: Spanned::new(action.span(), name),
                }),
                None => problems.push(
                    Problem::error(action.span(), "an action is named by a text in quotes")
                        .help(format!("write \"{}\" = \"help\"", keys.get_ref())),
                ),
            }
        }
    }
    rows
}

fn is_table(value: &Spanned<DeValue<'_>>) -> bool {
    value.get_ref().as_table().is_some()
}

/// A line outside of any context, or a section that is none.
fn no_context(section: &Spanned<Cow<'_, str>>, outside: bool) -> Problem {
    let names: Vec<&str> = Context::ALL.iter().map(|c| c.name()).collect();
    let name = section.get_ref();
    if outside {
        let help = format!(
            "write one of these above it, in brackets: {}",
            names.join(", ")
        );
        return Problem::error(section.span(), format!("`{name}` belongs to no context"))
            .help(help);
    }
    Problem::unknown("there is no context", section.span(), name, &names)
}

/// Keys that name none; the one of them that is meant is `part`.
fn no_key(keys: &Spanned<Cow<'_, str>>, part: &str) -> Problem {
    let what = match part == keys.get_ref() {
        true => format!("`{part}` names no key"),
        false => format!("`{part}` in `{}` names no key", keys.get_ref()),
    };
    let problem = Problem::error(keys.span(), what);
    let (modifiers, last) = match part.rsplit_once('+') {
        Some((before, last)) => (format!("{before}+"), last),
        None => (String::new(), part),
    };
    let near = crate::suggest::closest(last, key_names());
    match near.filter(|near| format!("{modifiers}{near}").parse::<Key>().is_ok()) {
        Some(near) => {
            let meant = keys.get_ref().replace(part, &format!("{modifiers}{near}"));
            let mut problem = problem.help(format!("did you mean `{meant}`?"));
            problem.meant = Some(meant.into());
            problem
        }
        None => problem.help(KEYS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Keymap, Wrong> {
        Keymap::with_user_file(Path::new("keys.toml"), text)
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let map = read("[timeline]\n\"ctrl+e\" = \"amend\"\n\"X\" = \"none\"\n").unwrap();
        assert_eq!(map.keys_for(Action::Amend), ["e", "ctrl+e"]);
        assert!(map.keys_for(Action::Retract).is_empty());
        assert_eq!(map.hint(Action::Retract, &[]), ":retract");
        assert_eq!(
            map.keys_for(Action::Help),
            Keymap::default().keys_for(Action::Help)
        );
    }

    #[test]
    fn a_chord_that_is_let_go_makes_room_wherever_it_stands() {
        let chords = Keymap::default();
        let chords = chords
            .rows()
            .filter(|(context, keys, _)| *context == Context::Browse && keys.starts_with("g "));
        let gone: String = chords
            .map(|(_, keys, _)| format!("\"{keys}\" = \"none\"\n"))
            .collect();
        let map = read(&format!("[browse]\n\"g\" = \"help\"\n{gone}")).unwrap();
        assert!(map.keys_for(Action::Help).contains(&"g".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_shown_in_its_place_with_what_was_meant() {
        let text = "loose = \"help\"\n[timelin]\n[board]\n\"hyper+x\" = \"help\"\n\
                    \"ctrl+pagedwn\" = \"help\"\n  \"y\" = \"amnd\"\n\"Y\" = \"zzzzz\"\n\
                    \"ctrl+e\" = \"help\"\n\"Ctrl+E\" = \"palette\"\n\"w\" = 1\n\"\" = \"help\"\n\
                    [browse]\n\"g\" = \"help\"\n";
        insta::assert_snapshot!(read(text).unwrap_err());
        insta::assert_snapshot!(read("[board\n\"x\" = ").unwrap_err());
    }
}
