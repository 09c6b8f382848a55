//! What is still owed to an incident and nobody has said: quiet, certain, and put off by name.
//!
//! **Invariant**: a nag follows from the state, the policy and the clock alone, so that everyone who
//! has the same state and policy is nagged about the same, and nothing ticks: [`next_nag`] says when
//! the next one comes or one that was put off returns.

use super::id::ParseIdError;
use super::{Incident, Person, Role, Severity, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What is owed. The most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NagKind {
    /// Nobody commands.
    Commander,
    /// An update is overdue, or none is promised.
    Update,
    /// Nobody has said how bad it is.
    Severity,
    /// Nobody writes down what happens.
    Scribe,
    /// One person has more open asks than anyone can keep in mind.
    Asks,
    /// Nobody has written or done anything for long.
    Quiet,
}

impl NagKind {
    /// Every one, the most pressing first.
    pub const ALL: [Self; 6] = [
        Self::Commander,
        Self::Update,
        Self::Severity,
        Self::Scribe,
        Self::Asks,
        Self::Quiet,
    ];

    /// The stable name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Update => "update",
            Self::Severity => "severity",
            Self::Scribe => "scribe",
            Self::Asks => "asks",
            Self::Quiet => "quiet",
        }
    }

    /// What it is about, as a line of the timeline says it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Commander => "no commander",
            Self::Update => "update due",
            Self::Severity => "severity unset",
            Self::Scribe => "no scribe",
            Self::Asks => "too many asks on one person",
            Self::Quiet => "no entry for long",
        }
    }
}

impl fmt::Display for NagKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for NagKind {
    type Err = ParseIdError;

    /// Accepts the names, and `ic` and `sev` for short.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase();
        let name = match &*name {
            "ic" => "commander",
            "sev" => "severity",
            other => other,
        };
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| {
            ParseIdError::new(
                text,
                "a nag: commander, update, severity, scribe, asks or quiet",
            )
        })
    }
}

/// When each nag comes, in seconds after what it is about began; absent: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NagPolicy {
    /// Nobody commands for this long.
    pub commander: Option<u32>,
    /// The severity is unset for this long.
    pub severity: Option<u32>,
    /// Nobody is the scribe for this long.
    pub scribe: Option<u32>,
    /// An update is overdue by this much.
    pub update: Option<u32>,
    /// No update is promised for this long.
    pub promise: Option<u32>,
    /// More open asks on one person than this, a number.
    pub asks: Option<u32>,
    /// Nobody has written or done anything for this long.
    pub quiet: Option<u32>,
    /// The same in an incident of SEV3 or SEV4.
    pub quiet_low: Option<u32>,
}

impl Default for NagPolicy {
    /// Long enough to do it unasked. Seven asks are the span of control of the field guide.
    fn default() -> Self {
        Self {
            commander: Some(2 * 60),
            severity: Some(5 * 60),
            scribe: Some(5 * 60),
            update: Some(60),
            promise: Some(15 * 60),
            asks: Some(7),
            quiet: Some(15 * 60),
            quiet_low: Some(60 * 60),
        }
    }
}

/// Who has put a nag off, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// Who.
    pub by: Person,
    /// Until when.
    pub until: Timestamp,
}

/// A nag is to be put off: what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeNag {
    /// Which.
    pub nag: NagKind,
    /// For how long, in minutes, from now; [`super::limits::NAG_SNOOZE_MINUTES`]. Zero: it is put off
    /// no longer.
    pub minutes: u32,
}

/// A nag was put off: what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NagSnooze {
    /// Which.
    pub nag: NagKind,
    /// Until when.
    pub until: Timestamp,
    /// It is nagged about again: whoever had put it off, it is put off no longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// What an incident keeps for its nags. Empty unless it is live.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Nagging {
    /// Since when what each is about has been so, by the server's clock. That of [`NagKind::Quiet`]
    /// is the last entry that someone made; [`NagKind::Asks`] has none.
    pub since: BTreeMap<NagKind, Timestamp>,
    /// Which are put off.
    pub snoozed: BTreeMap<NagKind, Snooze>,
}

/// Something that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nag {
    /// What.
    pub kind: NagKind,
    /// Since when it is nagged about.
    pub since: Timestamp,
    /// In a few words.
    pub text: String,
    /// Who has put it off, while that lasts.
    pub snoozed: Option<Snooze>,
}

/// What is owed now: first what nobody has put off, the most pressing first.
#[must_use]
pub fn nags(incident: &Incident, policy: &NagPolicy, now: Timestamp) -> Vec<Nag> {
    let mut all: Vec<Nag> = causes(incident, policy)
        .filter(|nag| nag.since <= now)
        .map(|nag| Nag {
            snoozed: snooze(incident, nag.kind, now).cloned(),
            ..nag
        })
        .collect();
    all.sort_by_key(|nag| (nag.snoozed.is_some(), nag.kind));
    all
}

/// The next moment at which [`nags`] says something else by itself.
#[must_use]
pub fn next_nag(incident: &Incident, policy: &NagPolicy, now: Timestamp) -> Option<Timestamp> {
    let moments = causes(incident, policy).flat_map(|nag| {
        // One that ends before there is anything to put off changes nothing that is said.
        let put_off = snooze(incident, nag.kind, now).map(|snooze| snooze.until);
        let put_off = put_off.filter(|until| *until > nag.since);
        [Some(nag.since), put_off]
    });
    moments.flatten().filter(|at| *at > now).min()
}

fn snooze(incident: &Incident, kind: NagKind, now: Timestamp) -> Option<&Snooze> {
    let snooze = incident.nagging.snoozed.get(&kind);
    snooze.filter(|snooze| now < snooze.until)
}

/// Everything that is owed or will be if nobody does anything, each with when that is.
fn causes<'a>(incident: &'a Incident, policy: &NagPolicy) -> impl Iterator<Item = Nag> + use<'a> {
    let low = matches!(incident.severity, Some(Severity::Sev3 | Severity::Sev4));
    let quiet = if low { policy.quiet_low } else { policy.quiet };
    let plain = [
        (NagKind::Commander, policy.commander),
        (NagKind::Severity, policy.severity),
        (NagKind::Scribe, policy.scribe),
        (NagKind::Quiet, quiet),
    ];
    let plain = plain.into_iter().filter_map(|(kind, after)| {
        let after = after?;
        let text = match kind {
            NagKind::Quiet => format!("no entry for {}", length(after)),
            kind => kind.title().to_owned(),
        };
        Some(Nag {
            kind,
            since: later(*incident.nagging.since.get(&kind)?, after)?,
            text,
            snoozed: None,
        })
    });
    let live = incident.status.is_live();
    let others = [update(incident, policy), asks(incident, policy)];
    plain
        .chain(others.into_iter().flatten())
        .filter(move |_| live)
}

fn update(incident: &Incident, policy: &NagPolicy) -> Option<Nag> {
    let (since, text) = match incident.next_update_at {
        Some(at) => (later(at, policy.update?)?, "update overdue"),
        None => {
            let since = *incident.nagging.since.get(&NagKind::Update)?;
            (later(since, policy.promise?)?, "no update is promised")
        }
    };
    Some(Nag {
        kind: NagKind::Update,
        since,
        text: text.to_owned(),
        snoozed: None,
    })
}

/// The person with the most open asks, where that is too many.
fn asks(incident: &Incident, policy: &NagPolicy) -> Option<Nag> {
    let most = usize::try_from(policy.asks?).ok()?;
    let mut open: BTreeMap<&Person, Vec<Timestamp>> = BTreeMap::new();
    for ask in incident.asks.iter().filter(|ask| ask.state.is_open()) {
        open.entry(&ask.to).or_default().push(ask.asked_at);
    }
    let (who, mut asked) = open
        .into_iter()
        .rev()
        .max_by_key(|(_, asked)| asked.len())?;
    asked.sort_unstable();
    Some(Nag {
        kind: NagKind::Asks,
        since: *asked.get(most)?,
        text: format!("{who} has {} open asks", asked.len()),
        snoozed: None,
    })
}

fn later(since: Timestamp, seconds: u32) -> Option<Timestamp> {
    since.checked_add_signed(TimeDelta::seconds(seconds.into()))
}

/// `15 min`, `2 h`, `90 s`.
fn length(seconds: u32) -> String {
    match seconds {
        hours if hours >= 3_600 && hours % 3_600 == 0 => format!("{} h", hours / 3_600),
        minutes if minutes % 60 == 0 => format!("{} min", minutes / 60),
        seconds => format!("{seconds} s"),
    }
}

impl NagKind {
    /// The role whose vacancy it is about.
    pub(super) fn role(self) -> Option<Role> {
        match self {
            Self::Commander => Some(Role::IncidentCommander),
            Self::Scribe => Some(Role::Scribe),
            _ => None,
        }
    }
}
