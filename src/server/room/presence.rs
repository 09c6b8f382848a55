//! Who is here, on which pane, who is typing. Never in the journal.

use super::super::audience::{Member, SessionId};
use crate::protocol::{Here, Pane};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// People listed at the most, those who write first: more do not fit any screen.
const SHOWN: usize = 200;
/// How long changes are gathered before they are sent, for a small room.
const GATHER: Duration = Duration::from_millis(100);
/// How much longer for each session: a list for everyone grows with the square of the room.
const GATHER_EACH: Duration = Duration::from_millis(2);

/// Who is here.
#[derive(Default)]
pub(super) struct Presence {
    here: BTreeMap<SessionId, Here>,
    due: Option<Instant>,
    authors: Authors,
}

/// Whose changes wait to be sent.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Authors {
    #[default]
    Nobody,
    One(SessionId),
    Several,
}

impl Presence {
    /// A session joined. It needs the list too, so it is not left out as an author.
    pub(super) fn enter(&mut self, member: &Member, audience: usize) {
        let here = Here {
            person: member.person.clone(),
            spectator: member.spectator,
            pane: Pane::default(),
            typing: false,
        };
        self.here.insert(member.session, here);
        self.changed(Authors::Several, audience);
    }

    /// A session went away.
    pub(super) fn leave(&mut self, session: SessionId, audience: usize) {
        if self.here.remove(&session).is_some() {
            self.changed(Authors::Several, audience);
        }
    }

    /// A session looks elsewhere, or types.
    pub(super) fn set(&mut self, session: SessionId, pane: Pane, typing: bool, audience: usize) {
        let Some(here) = self.here.get_mut(&session) else {
            return;
        };
        if (here.pane, here.typing) != (pane, typing) {
            (here.pane, here.typing) = (pane, typing);
            self.changed(Authors::One(session), audience);
        }
    }

    /// Keeps only those whose session is still in the audience.
    pub(super) fn keep<'a>(&mut self, members: impl Iterator<Item = &'a Member>, audience: usize) {
        let in_it: std::collections::BTreeSet<_> = members.map(|m| m.session).collect();
        let before = self.here.len();
        self.here.retain(|session, _| in_it.contains(session));
        if before != self.here.len() {
            self.changed(Authors::Several, audience);
        }
    }

    fn changed(&mut self, by: Authors, audience: usize) {
        self.authors = match (self.authors, by) {
            (Authors::Nobody, by) => by,
            (one, by) if one == by => one,
            _ => Authors::Several,
        };
        let each = GATHER_EACH.saturating_mul(u32::try_from(audience).unwrap_or(u32::MAX));
        self.due
            .get_or_insert_with(|| Instant::now() + GATHER + each);
    }

    /// When the list is to be sent.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The list to be sent, each person once, and the session that need not get it.
    pub(super) fn take(&mut self) -> (Vec<Here>, Option<SessionId>) {
        self.due = None;
        let except = match std::mem::take(&mut self.authors) {
            Authors::One(session) => Some(session),
            Authors::Nobody | Authors::Several => None,
        };
        let mut people: BTreeMap<_, Here> = BTreeMap::new();
        for here in self.here.values() {
            // Of one person's screens, the one that types or writes counts.
            let rank = |here: &Here| (here.typing, !here.spectator);
            let known = people.get(&here.person);
            if known.is_none_or(|known| rank(here) > rank(known)) {
                people.insert(here.person.clone(), here.clone());
            }
        }
        let mut list: Vec<Here> = people.into_values().collect();
        list.sort_by_key(|here| here.spectator);
        list.truncate(SHOWN);
        list.sort_by(|a, b| a.person.cmp(&b.person));
        (list, except)
    }
}
