//! What needs approval, and how often who is told: by configuration, and written down in the log.

use super::Audience;
use crate::incident::Severity;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// How long after an update the next one is usual, in minutes, by severity and audience. An
/// audience that is not there is promised nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cadence(BTreeMap<Severity, BTreeMap<Audience, u32>>);

/// A day, in minutes.
const DAY: u32 = 24 * 60;

/// The usual cadence. Source: the project's field guide, which has it from published practice.
const USUAL: [(Severity, [Option<u32>; 3]); 4] = [
    (Severity::Sev1, [Some(15), Some(30), Some(20)]),
    (Severity::Sev2, [Some(30), Some(60), Some(30)]),
    (Severity::Sev3, [Some(60), None, Some(60)]),
    (Severity::Sev4, [Some(DAY), Some(DAY), Some(DAY)]),
];

impl Default for Cadence {
    fn default() -> Self {
        let row = |minutes: [Option<u32>; 3]| {
            let each = Audience::ALL.into_iter().zip(minutes);
            each.filter_map(|(audience, minutes)| Some((audience, minutes?)))
                .collect()
        };
        Self(USUAL.map(|(severity, all)| (severity, row(all))).into())
    }
}

impl Cadence {
    /// Minutes until the next one; absent: none is promised.
    #[must_use]
    pub fn minutes(&self, severity: Severity, audience: Audience) -> Option<u32> {
        self.0.get(&severity)?.get(&audience).copied()
    }

    /// Sets how long after one the next is usual; absent: none is promised.
    pub fn set(&mut self, severity: Severity, audience: Audience, minutes: Option<u32>) {
        let row = self.0.entry(severity).or_default();
        match minutes {
            Some(minutes) => row.insert(audience, minutes),
            None => row.remove(&audience),
        };
    }
}

/// What holds for updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Who is told only what the commander or the deputy has approved.
    pub approve: BTreeSet<Audience>,
    /// How often who is told.
    pub cadence: Cadence,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            approve: BTreeSet::from([Audience::External]),
            cadence: Cadence::default(),
        }
    }
}

impl Rules {
    /// Those that hold where nobody says otherwise.
    #[must_use]
    pub fn usual() -> &'static Self {
        static USUAL: LazyLock<Rules> = LazyLock::new(Rules::default);
        &USUAL
    }

    /// Whether an update for them is posted only as it was approved.
    #[must_use]
    pub fn needs_approval(&self, audience: Audience) -> bool {
        self.approve.contains(&audience)
    }
}
