//! A user's keymap file: only what differs.
//!
//! ```toml
//! [timeline]
//! "ctrl+d" = "half-page-down"
//! "x" = "none"                # does nothing any more
//! ```

use super::action::Action;
use super::map::{Context, Keymap, chord};
use crate::console::text::closest;
use serde_spanned::Spanned;
use std::collections::BTreeMap;

/// Why a keymap file is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct KeymapError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub what: String,
}

type File = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<String>>>;

impl Keymap {
    /// The defaults with a user's file over them.
    ///
    /// # Errors
    /// All that is wrong in it, each with its line.
    pub fn with_user_file(file: &str, text: &str) -> Result<Self, Vec<KeymapError>> {
        let error = |at: usize, what: String| KeymapError {
            file: file.to_owned(),
            line: text.get(..at).unwrap_or(text).matches('\n').count() + 1,
            what,
        };
        let parsed: File = toml::from_str(text).map_err(|problem| {
            let at = problem.span().map_or(0, |span| span.start);
            vec![error(at, problem.message().to_owned())]
        })?;
        let mut map = Self::default();
        let mut errors = Vec::new();
        for (section, rows) in &parsed {
            let Some(context) = Context::ALL
                .into_iter()
                .find(|c| c.name() == section.get_ref())
            else {
                let names = Context::ALL.iter().map(|c| c.name());
                let what = unknown("context", section.get_ref(), names);
                errors.push(error(section.span().start, what));
                continue;
            };
            for (keys, name) in rows {
                if let Err((at, what)) = map.take(context, keys, name) {
                    errors.push(error(at, what));
                }
            }
        }
        // In the order of the file, in which they are corrected.
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() {
            Ok(map)
        } else {
            Err(errors)
        }
    }

    fn take(
        &mut self,
        context: Context,
        keys: &Spanned<String>,
        name: &Spanned<String>,
    ) -> Result<(), (usize, String)> {
        let at = keys.span().start;
        let chord = chord(keys.get_ref()).map_err(|problem| (at, format!("{problem}.")))?;
        if chord.is_empty() {
            return Err((at, "a key is missing.".to_owned()));
        }
        let action = match name.get_ref().as_str() {
            "none" => None,
            name_given => Some(Action::by_name(name_given).ok_or_else(|| {
                let names = Action::ALL.iter().map(|a| a.name());
                (name.span().start, unknown("action", name_given, names))
            })?),
        };
        if let Some(other) = action.and(self.ambiguous(context, &chord)) {
            let what = format!(
                "'{}' and '{other}' begin alike; unbind one of them with \"none\".",
                keys.get_ref()
            );
            return Err((at, what));
        }
        self.bind(context, chord, action);
        Ok(())
    }
}

fn unknown<'a>(what: &str, given: &str, known: impl Iterator<Item = &'a str>) -> String {
    let hint = closest(given, known).map(|name| format!(" Did you mean '{name}'?"));
    format!("there is no {what} '{given}'.{}", hint.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let text = "[timeline]\n\"ctrl+e\" = \"amend\"\n\"X\" = \"none\"\n";
        let map = Keymap::with_user_file("keys.toml", text).unwrap();
        assert_eq!(map.keys_for(Action::Amend), ["e", "ctrl+e"]);
        assert!(map.keys_for(Action::Retract).is_empty());
        assert_eq!(map.hint(Action::Retract, &[]), ":retract");
        assert_eq!(
            map.keys_for(Action::Help),
            Keymap::default().keys_for(Action::Help)
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let text = "[timelin]\n[board]\n\"hyper+x\" = \"help\"\n\"y\" = \"amnd\"\n[browse]\n\"g\" = \"help\"\n";
        let errors = Keymap::with_user_file("keys.toml", text).unwrap_err();
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4, "{said:?}");
        let has = |text: &str| said.iter().any(|line| line.contains(text));
        assert!(has(
            "keys.toml:1: there is no context 'timelin'. Did you mean 'timeline'?"
        ));
        assert!(has("keys.toml:3: 'hyper+x' names no key"));
        assert!(has(
            "keys.toml:4: there is no action 'amnd'. Did you mean 'amend'?"
        ));
        assert!(has("keys.toml:6: 'g' and 'g g' begin alike"));
        assert_eq!(
            Keymap::with_user_file("k", "[board\n").unwrap_err()[0].line,
            1
        );
    }
}
