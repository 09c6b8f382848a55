//! Which key does what, where.

use super::action::Action;
use super::defaults::DEFAULTS;
use super::key::Key;

/// Where a key is pressed. The innermost context that knows the key decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere.
    Global,
    /// Everywhere that plain keys are not text.
    Browse,
    /// On the board.
    Board,
    /// On the incident screen.
    Incident,
    /// In the timeline.
    Timeline,
    /// In roles and asks.
    Command,
    /// In the runbook.
    Runbook,
    /// In the signals.
    Signals,
    /// In the errors.
    Errors,
    /// In the alerts.
    Alerts,
    /// In the updates.
    Updates,
    /// In the editor of an update.
    Update,
    /// At an update that is read word for word.
    Review,
    /// On the incident's screen while it shows the past, before the pane's own keys.
    Past,
    /// In the composer.
    Composer,
    /// In a list that is laid over the screen; plain keys filter it.
    List,
    /// In a list of alerts that is laid over the screen.
    Rows,
    /// In a line or form that is laid over the screen.
    Text,
    /// At a question of yes or no.
    Confirm,
    /// At a command that runs, or has ended.
    Run,
}

impl Context {
    /// Every context, outermost first.
    pub const ALL: [Self; 20] = [
        Self::Global,
        Self::Browse,
        Self::Board,
        Self::Incident,
        Self::Timeline,
        Self::Command,
        Self::Runbook,
        Self::Signals,
        Self::Errors,
        Self::Alerts,
        Self::Updates,
        Self::Update,
        Self::Review,
        Self::Past,
        Self::Composer,
        Self::List,
        Self::Rows,
        Self::Text,
        Self::Confirm,
        Self::Run,
    ];

    /// The stable name: a section of a keymap file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Browse => "browse",
            Self::Board => "board",
            Self::Incident => "incident",
            Self::Timeline => "timeline",
            Self::Command => "command",
            Self::Runbook => "runbook",
            Self::Signals => "signals",
            Self::Errors => "errors",
            Self::Alerts => "alerts",
            Self::Updates => "updates",
            Self::Update => "update",
            Self::Review => "review",
            Self::Past => "past",
            Self::Composer => "composer",
            Self::List => "list",
            Self::Rows => "rows",
            Self::Text => "text",
            Self::Confirm => "confirm",
            Self::Run => "run",
        }
    }
}

/// A key that may follow in a chord, and what it then does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// The rest of the chord.
    pub keys: String,
    /// What it does.
    pub action: Action,
}

/// What a key comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Do this.
    Action(Action),
    /// The beginning of chords: these may follow.
    Pending(Vec<Continuation>),
    /// Nothing.
    None,
}

/// A chord and what it does in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) context: Context,
    pub(super) chord: Vec<Key>,
    pub(super) action: Action,
}

/// Which key does what, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    pub(super) bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = DEFAULTS.iter().filter_map(|(context, keys, action)| {
            let chord = chord(keys).ok()?;
            Some(Binding {
                context: *context,
                chord,
                action: *action,
            })
        });
        Self {
            bindings: bindings.collect(),
        }
    }
}

/// The keys of a chord, parted by spaces.
pub(super) fn chord(text: &str) -> Result<Vec<Key>, super::key::ParseKeyError> {
    text.split_whitespace().map(str::parse).collect()
}

fn written(chord: &[Key]) -> String {
    chord
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

impl Keymap {
    /// What `key` comes to, after the keys of a chord that are `pending`. `contexts` come
    /// innermost first. `pending` is kept up: it grows while a chord goes on and is empty after.
    pub fn lookup(&self, contexts: &[Context], pending: &mut Vec<Key>, key: Key) -> Lookup {
        pending.push(key);
        for context in contexts {
            let fitting = || {
                self.bindings
                    .iter()
                    .filter(|b| b.context == *context && b.chord.starts_with(pending))
            };
            if let Some(whole) = fitting().find(|b| b.chord.len() == pending.len()) {
                pending.clear();
                return Lookup::Action(whole.action);
            }
            if fitting().next().is_some() {
                return Lookup::Pending(self.following(contexts, pending));
            }
        }
        pending.clear();
        Lookup::None
    }

    /// What may follow the keys of a chord that has begun: every context's chords that begin so.
    #[must_use]
    pub fn following(&self, contexts: &[Context], begun: &[Key]) -> Vec<Continuation> {
        let all = self.bindings.iter().filter(|b| {
            contexts.contains(&b.context)
                && b.chord.len() > begun.len()
                && b.chord.starts_with(begun)
        });
        all.map(|b| Continuation {
            keys: written(b.chord.get(begun.len()..).unwrap_or_default()),
            action: b.action,
        })
        .collect()
    }

    /// The keys that do this, in whatever context, shortest first.
    #[must_use]
    pub fn keys_for(&self, action: Action) -> Vec<String> {
        let fitting = self.bindings.iter().filter(|b| b.action == action);
        let mut keys: Vec<String> = fitting.map(|b| written(&b.chord)).collect();
        keys.sort_by_key(|k| (k.chars().count(), k.clone()));
        keys.dedup();
        keys
    }

    /// The key to name for this action where the given contexts count (innermost first); `:` and
    /// its name where it has none.
    #[must_use]
    pub fn hint(&self, action: Action, contexts: &[Context]) -> String {
        let found = contexts.iter().find_map(|context| {
            self.bindings
                .iter()
                .find(|b| b.context == *context && b.action == action)
        });
        found.map_or_else(
            || {
                let first = self.keys_for(action).into_iter().next();
                first.unwrap_or_else(|| format!(":{}", action.name()))
            },
            |b| written(&b.chord),
        )
    }

    /// Every chord with its context and action, in the table's order.
    pub fn rows(&self) -> impl Iterator<Item = (Context, String, Action)> {
        self.bindings
            .iter()
            .map(|b| (b.context, written(&b.chord), b.action))
    }

    /// Binds a chord, in the place of what it did before.
    pub(super) fn bind(&mut self, context: Context, chord: Vec<Key>, action: Option<Action>) {
        let at = self
            .bindings
            .iter()
            .position(|b| b.context == context && b.chord == chord);
        match (at, action) {
            (Some(at), Some(action)) => {
                if let Some(binding) = self.bindings.get_mut(at) {
                    binding.action = action;
                }
            }
            (Some(at), None) => {
                self.bindings.remove(at);
            }
            (None, Some(action)) => self.bindings.push(Binding {
                context,
                chord,
                action,
            }),
            (None, None) => {}
        }
    }

    /// A chord of this context that begins another one of it: neither could then be told apart.
    pub(super) fn ambiguous(&self, context: Context, chord: &[Key]) -> Option<String> {
        self.bindings
            .iter()
            .filter(|b| b.context == context && b.chord != chord)
            .find(|b| b.chord.starts_with(chord) || chord.starts_with(&b.chord))
            .map(|b| written(&b.chord))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(map: &Keymap, contexts: &[Context], keys: &str) -> Lookup {
        let mut pending = Vec::new();
        let mut last = Lookup::None;
        for key in chord(keys).unwrap() {
            last = map.lookup(contexts, &mut pending, key);
        }
        last
    }

    #[test]
    fn every_default_parses_once_and_tells_itself_apart() {
        let map = Keymap::default();
        assert_eq!(map.bindings.len(), DEFAULTS.len());
        for (at, binding) in map.bindings.iter().enumerate() {
            let twice = map
                .bindings
                .iter()
                .skip(at + 1)
                .find(|other| other.context == binding.context && other.chord == binding.chord);
            assert_eq!(twice, None, "bound twice");
            assert_eq!(
                map.ambiguous(binding.context, &binding.chord),
                None,
                "{binding:?}"
            );
        }
        let mut names: Vec<_> = Action::ALL.iter().map(|a| a.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
        assert!(
            Action::ALL
                .iter()
                .all(|a| Action::by_name(a.name()) == Some(*a))
        );
    }

    #[test]
    fn the_innermost_context_decides_and_chords_show_what_may_follow() {
        let map = Keymap::default();
        let timeline = [
            Context::Timeline,
            Context::Incident,
            Context::Browse,
            Context::Global,
        ];
        assert_eq!(
            press(&map, &timeline, "enter"),
            Lookup::Action(Action::Details)
        );
        assert_eq!(press(&map, &timeline, "g g"), Lookup::Action(Action::Top));
        assert_eq!(
            press(&map, &timeline, "g r"),
            Lookup::Action(Action::Resolve)
        );
        assert_eq!(press(&map, &timeline, "g ?"), Lookup::None);
        let Lookup::Pending(following) = press(&map, &timeline, "g") else {
            panic!()
        };
        assert!(following.iter().any(|c| c.action == Action::Top));
        assert!(following.iter().any(|c| c.action == Action::Resolve));
        let board = [Context::Board, Context::Browse, Context::Global];
        assert_eq!(press(&map, &board, "d"), Lookup::Action(Action::Declare));
    }

    #[test]
    fn plain_characters_are_text_in_the_composer() {
        let map = Keymap::default();
        for c in ('!'..='~').map(|c| c.to_string()) {
            let found = press(&map, &[Context::Composer, Context::Global], &c);
            assert_eq!(found, Lookup::None, "{c}");
        }
    }

    #[test]
    fn no_bare_key_ends_an_incident() {
        let ends = [
            Action::Resolve,
            Action::CancelIncident,
            Action::MergeIncident,
        ];
        for (_, keys, action) in Keymap::default().rows() {
            assert!(
                !ends.contains(&action) || keys.contains(' '),
                "{keys} {action:?}"
            );
        }
    }
}
