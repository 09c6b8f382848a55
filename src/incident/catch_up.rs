//! What changed since someone last looked: told from the log alone, by what it is about.
//!
//! **Invariant**: a change stands for one event, so that what changed since any place of the log is
//! what changed since its beginning, without what was there already.

use super::{Entry, EntryKind, Event, EventBody, Person, Seq, Timestamp, What};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a change is about, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeGroup {
    /// What this person is asked, or is named in.
    Yours,
    /// How bad it is, and where it stands.
    Standing,
    /// Who does what.
    Roles,
    /// What was decided or put to the room.
    Decisions,
    /// What was found to be so.
    Findings,
    /// What may be so.
    Hypotheses,
    /// What users feel.
    Impact,
    /// What was done to the system.
    Actions,
    /// What others are asked.
    Asks,
    /// What those who wait were told, and reports.
    Updates,
    /// What is kept at hand.
    Pinned,
    /// What was corrected or taken back.
    Corrected,
}

impl ChangeGroup {
    /// The stable name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yours => "yours",
            Self::Standing => "standing",
            Self::Roles => "roles",
            Self::Decisions => "decisions",
            Self::Findings => "findings",
            Self::Hypotheses => "hypotheses",
            Self::Impact => "impact",
            Self::Actions => "actions",
            Self::Asks => "asks",
            Self::Updates => "updates",
            Self::Pinned => "pinned",
            Self::Corrected => "corrected",
        }
    }

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Yours => "For you",
            Self::Standing => "Severity and status",
            Self::Roles => "Roles",
            Self::Decisions => "Decisions",
            Self::Findings => "Findings",
            Self::Hypotheses => "Hypotheses",
            Self::Impact => "Impact",
            Self::Actions => "Done to the system",
            Self::Asks => "Asks",
            Self::Updates => "Updates and reports",
            Self::Pinned => "Pinned",
            Self::Corrected => "Corrected",
        }
    }
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event that changed it.
    pub seq: Seq,
    /// What it is about.
    pub group: ChangeGroup,
    /// When it happened, as the writer says.
    pub at: Timestamp,
    /// Who did or wrote it.
    pub by: Person,
    /// The words, with all later corrections in.
    pub text: Arc<str>,
}

/// What changed in a part of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// By group, and then in the order of the log: the newest last.
    pub changes: Vec<Change>,
    /// How many lines of each other kind there are: notes, alerts, steps of runbooks.
    pub others: BTreeMap<EntryKind, usize>,
    /// How many events were looked through.
    pub events: usize,
}

impl Changes {
    /// How many lines there are, those that are only counted too.
    #[must_use]
    pub fn count(&self) -> usize {
        self.changes.len() + self.others.values().sum::<usize>()
    }

    /// The changes of each group that has some.
    pub fn groups(&self) -> impl Iterator<Item = (ChangeGroup, &[Change])> {
        let groups = self.changes.chunk_by(|one, next| one.group == next.group);
        groups.filter_map(|changes| Some((changes.first()?.group, changes)))
    }
}

/// What changed in these events, which are a part of one log in its order, for `me`.
#[must_use]
pub fn catch_up<'a>(events: impl IntoIterator<Item = &'a Event>, me: Option<&Person>) -> Changes {
    let mut found = Changes::default();
    let mut lines: BTreeMap<Seq, (Option<ChangeGroup>, Entry)> = BTreeMap::new();
    for event in events {
        found.events += 1;
        let what = event.body.known();
        if let Some((target, what)) = what.and_then(|what| Some((what.target()?, what))) {
            if let Some((_, line)) = lines.get_mut(&target) {
                line.correct(event.seq, what);
            }
            found.changes.extend(correction(event, what));
        } else if let Some(entry) = Entry::from_event(event).filter(|_| is_news(what)) {
            let group = match &event.body {
                EventBody::Known(what) => group(what, &entry, me),
                EventBody::Unknown { .. } => None,
            };
            lines.insert(event.seq, (group, entry));
        }
    }
    let standing = lines.into_values();
    for (group, entry) in standing.filter(|(_, entry)| entry.marks.retracted.is_none()) {
        match group {
            Some(group) => found.changes.push(Change {
                seq: entry.seq,
                group,
                at: entry.occurred_at,
                by: entry.by,
                text: entry.text,
            }),
            None => *found.others.entry(entry.kind).or_default() += 1,
        }
    }
    found
        .changes
        .sort_by_key(|change| (change.group, change.seq));
    found
}

/// That somebody has put a nag off stands beside the nag, while it matters.
fn is_news(what: Option<&What>) -> bool {
    !matches!(what, Some(What::NagSnoozed(_)))
}

/// A correction, and an entry that is pinned from now on; that one is let go is no news.
fn correction(event: &Event, what: &What) -> Option<Change> {
    let (group, text) = match what {
        What::Amended { target, text, .. } => (
            ChangeGroup::Corrected,
            format!("entry {target} reads now: {text}").into(),
        ),
        What::Retracted { target, reason, .. } => (
            ChangeGroup::Corrected,
            format!("entry {target} was taken back: {reason}").into(),
        ),
        What::Pinned {
            pinned: true,
            entry: Some(entry),
            ..
        } => (ChangeGroup::Pinned, entry.text.clone()),
        _ => return None,
    };
    Some(Change {
        seq: event.seq,
        group,
        at: event.occurred_at,
        by: event.by.clone(),
        text,
    })
}

/// What a line is about; nothing for one that is only counted.
fn group(what: &What, entry: &Entry, me: Option<&Person>) -> Option<ChangeGroup> {
    let is_me = |person: &Person| me == Some(person);
    let asked = match what {
        What::Asked { to, .. }
        | What::MoreTimeAsked { to, .. }
        | What::AskExtended { to, .. }
        | What::MoreTimeRefused { to, .. }
        | What::AskWithdrawn { to, .. } => is_me(to),
        What::AskAnswered { to, .. } => to.as_ref().is_some_and(is_me),
        What::RoleAssigned { to, from, .. } => is_me(to) || from.as_ref().is_some_and(is_me),
        _ => false,
    };
    if asked || (entry.mentions.iter().any(is_me) && !is_me(&entry.by)) {
        return Some(ChangeGroup::Yours);
    }
    Some(match (what, entry.kind) {
        (
            What::Proposed { .. }
            | What::StanceTaken { .. }
            | What::ProposalContested { .. }
            | What::ProposalWithdrawn { .. },
            _,
        ) => ChangeGroup::Decisions,
        (What::UpdateDrafted { .. }, _) => return None,
        (_, EntryKind::RoleChange) => ChangeGroup::Roles,
        (_, EntryKind::SeverityChange | EntryKind::StatusChange | EntryKind::Incident) => {
            ChangeGroup::Standing
        }
        (_, EntryKind::Decision) => ChangeGroup::Decisions,
        (_, EntryKind::Finding) => ChangeGroup::Findings,
        (_, EntryKind::Hypothesis) => ChangeGroup::Hypotheses,
        (_, EntryKind::Impact) => ChangeGroup::Impact,
        (_, EntryKind::ActionTaken) => ChangeGroup::Actions,
        (_, EntryKind::Ask) => ChangeGroup::Asks,
        (_, EntryKind::StatusUpdate | EntryKind::Report) => ChangeGroup::Updates,
        _ if entry.marks.pinned => ChangeGroup::Pinned,
        _ => return None,
    })
}
