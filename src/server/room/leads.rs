//! Who leads those who follow: the commander, or else the deputy, where they are here and have said
//! what they look at. Never in the journal.
//!
//! What goes to everyone is places and names of panes, without a word of any entry; a spectator who
//! follows fetches what is there as spectators do, redacted.

use super::super::audience::{Member, SessionId};
use super::wire;
use crate::incident::{Incident, Person, Role};
use crate::protocol::{Away, ServerFrame, Sight, encode};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How long changes are gathered before they are sent: five times a second a screen is followed
/// without a jerk.
const GATHER: Duration = Duration::from_millis(200);
/// How much longer for each that follows.
const GATHER_EACH: Duration = Duration::from_micros(500);

/// Who leads, and who follows. Bounded by the sessions of the room.
#[derive(Default)]
pub(super) struct Leads {
    sights: BTreeMap<SessionId, (Person, Sight, u64)>,
    followers: BTreeSet<SessionId>,
    /// Who of those that said what they look at went last, and how.
    left: Option<(Person, Away)>,
    said: u64,
    due: Option<Instant>,
    told: Told,
}

/// What was told last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Told {
    pub(super) leader: Option<Person>,
    pub(super) sight: Option<Sight>,
    pub(super) followers: u32,
    pub(super) away: Option<Away>,
}

impl Leads {
    /// A session that may write says what it looks at.
    pub(super) fn look(&mut self, member: &Member, sight: Sight) {
        if member.spectator {
            return;
        }
        self.said += 1;
        let same = (self.sights.get(&member.session)).is_some_and(|(_, was, _)| *was == sight);
        let said = (member.person.clone(), sight, self.said);
        self.sights.insert(member.session, said);
        if !same {
            self.changed();
        }
    }

    /// A session follows from now on, or no more. Whoever begins needs to hear what is known.
    pub(super) fn follow(&mut self, session: SessionId, on: bool) {
        let changed = if on {
            self.followers.insert(session)
        } else {
            self.followers.remove(&session)
        };
        if changed {
            self.told.sight = None;
            self.changed();
        }
    }

    /// A session went that way.
    pub(super) fn leave(&mut self, session: SessionId, went: Away) {
        let mut changed = self.followers.remove(&session);
        if let Some((person, ..)) = self.sights.remove(&session) {
            self.left = Some((person, went));
            changed = true;
        }
        if changed {
            self.changed();
        }
    }

    /// Keeps only those whose session is still in the room; the others went that way.
    pub(super) fn keep<'a>(&mut self, members: impl Iterator<Item = &'a Member>, went: Away) {
        let here: BTreeSet<_> = members.map(|member| member.session).collect();
        let before = self.sights.len() + self.followers.len();
        for (_, (person, ..)) in self.sights.extract_if(.., |at, _| !here.contains(at)) {
            self.left = Some((person, went));
        }
        self.followers.retain(|session| here.contains(session));
        if before != self.sights.len() + self.followers.len() {
            self.changed();
        }
    }

    /// A session joined, which knows nothing yet: it hears who leads.
    pub(super) fn entered(&mut self) {
        if self.told != Told::default() {
            self.told = Told::default();
            self.changed();
        }
    }

    /// Something may have changed: a role among others.
    pub(super) fn changed(&mut self) {
        if self.sights.is_empty() && self.followers.is_empty() && self.told == Told::default() {
            return;
        }
        let count = u32::try_from(self.followers.len()).unwrap_or(u32::MAX);
        let wait = GATHER + GATHER_EACH.saturating_mul(count);
        self.due.get_or_insert_with(|| Instant::now() + wait);
    }

    /// When it is to be looked at what is to be told.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What is to be told now, and whether to everyone (who leads, or how many follow, is another
    /// one) or only to those who follow; nothing where nothing changed.
    pub(super) fn take(&mut self, incident: &Incident) -> Option<(Told, bool)> {
        self.due = None;
        let now = self.now(incident);
        if now == self.told {
            return None;
        }
        let bare = |told: &Told| (told.leader.clone(), told.followers, told.away);
        let everyone = bare(&now) != bare(&self.told);
        self.told = now.clone();
        Some((now, everyone))
    }

    fn now(&self, incident: &Incident) -> Told {
        let lead = [Role::IncidentCommander, Role::Deputy]
            .iter()
            .filter_map(|role| incident.holder(role))
            .find_map(|person| {
                let theirs = self.sights.values().filter(|(who, ..)| who == person);
                theirs.max_by_key(|(.., said)| *said)
            });
        Told {
            leader: lead.map(|(person, ..)| person.clone()),
            sight: lead.map(|(_, sight, _)| sight.clone()),
            followers: u32::try_from(self.followers.len()).unwrap_or(u32::MAX),
            away: (self.left.as_ref())
                .filter(|(person, _)| lead.is_none() && incident.is_in_command(person))
                .map(|(_, away)| *away),
        }
    }
}

impl super::Room {
    /// Tells who leads and what they look at, where that changed.
    pub(super) fn send_leads(&mut self) {
        self.leads.keep(self.audience.members(), Away::NotConnected);
        let Some((told, everyone)) = self.leads.take(&self.desk.durable) else {
            return;
        };
        let frame = |sight| {
            wire::text(&encode(&ServerFrame::Leads {
                incident: self.id,
                leader: told.leader.clone(),
                sight,
                followers: told.followers,
                away: told.away,
            }))
        };
        let (full, bare) = (frame(told.sight.clone()), everyone.then(|| frame(None)));
        let followers = self.leads.followers.clone();
        let metrics = &self.shared.metrics;
        let bare = bare.as_ref();
        if self.audience.send_apart(followers, &full, bare, metrics) {
            let audience = self.audience.len();
            self.presence.keep(self.audience.members(), audience);
        }
    }
}
