//! What a person's console remembers from one start to the next: up to where it showed each
//! incident, and which asks it has rung for.

mod file;

pub use file::{Memories, read};

use crate::incident::{AskId, IncidentId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Incidents that are remembered; the ones looked at longest ago go first.
const LOOKED: usize = 200;
/// Asks that have rung; the oldest incidents' go first. More than one person is asked in a day.
const RUNG: usize = 1_000;

/// Up to where an incident was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// The last event that was shown.
    pub seq: Seq,
    /// When it was looked at last.
    pub at: Timestamp,
}

/// What is remembered of one person at one server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    looked: BTreeMap<IncidentId, Looked>,
    rung: BTreeSet<(IncidentId, AskId)>,
}

impl Memory {
    /// Up to where that incident was shown, if it ever was.
    #[must_use]
    pub fn looked(&self, incident: IncidentId) -> Option<Looked> {
        self.looked.get(&incident).copied()
    }

    /// It is shown up to there now.
    pub fn look(&mut self, incident: IncidentId, looked: Looked) {
        self.looked.insert(incident, looked);
        while self.looked.len() > LOOKED {
            let oldest = self.looked.iter().min_by_key(|(_, looked)| looked.at);
            let Some(oldest) = oldest.map(|(incident, _)| *incident) else {
                break;
            };
            self.looked.remove(&oldest);
        }
    }

    /// Whether it has rung for that ask.
    #[must_use]
    pub fn has_rung(&self, ask: (IncidentId, AskId)) -> bool {
        self.rung.contains(&ask)
    }

    /// It has rung for these asks.
    pub fn ring(&mut self, asks: impl IntoIterator<Item = (IncidentId, AskId)>) {
        self.rung.extend(asks);
        while self.rung.len() > RUNG {
            self.rung.pop_first();
        }
    }

    /// Takes in what another console of the same person has kept: nothing that either has shown is
    /// news again.
    pub fn join(&mut self, other: &Self) {
        for (incident, theirs) in &other.looked {
            let ours = self.looked(*incident);
            if ours.is_none_or(|ours| (ours.seq, ours.at) < (theirs.seq, theirs.at)) {
                self.look(*incident, *theirs);
            }
        }
        self.ring(other.rung.iter().copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn looked(seq: u64) -> Looked {
        Looked {
            seq: Seq(seq),
            at: Timestamp::UNIX_EPOCH + chrono::TimeDelta::seconds(i64::try_from(seq).unwrap()),
        }
    }

    #[test]
    fn it_is_bounded_and_the_oldest_go() {
        let mut memory = Memory::default();
        for n in 1..=300 {
            memory.look(IncidentId(n), looked(n));
        }
        assert_eq!(memory.looked.len(), LOOKED);
        assert_eq!(memory.looked(IncidentId(100)), None);
        assert_eq!(memory.looked(IncidentId(300)), Some(looked(300)));
        memory.ring((1..=1_200).map(|n| (IncidentId(n), AskId(1))));
        assert_eq!(memory.rung.len(), RUNG);
        assert!(memory.has_rung((IncidentId(1_200), AskId(1))));
    }

    proptest! {
        #[test]
        fn two_consoles_keep_what_either_has_shown(
            one in prop::collection::vec((0u64..5, 0u64..50), 0..9),
            other in prop::collection::vec((0u64..5, 0u64..50), 0..9),
        ) {
            let of = |list: &[(u64, u64)]| {
                let mut memory = Memory::default();
                for (incident, seq) in list {
                    memory.look(IncidentId(*incident), looked(*seq));
                    memory.ring([(IncidentId(*incident), AskId(1))]);
                }
                memory
            };
            let (one, other) = (of(&one), of(&other));
            let mut joined = one.clone();
            joined.join(&other);
            let mut the_other_way = other.clone();
            the_other_way.join(&one);
            prop_assert_eq!(&joined, &the_other_way);
            for id in (0..5).map(IncidentId) {
                let most = one.looked(id).map(|l| l.seq).max(other.looked(id).map(|l| l.seq));
                prop_assert_eq!(joined.looked(id).map(|l| l.seq), most);
            }
            let text = serde_json::to_string(&joined).unwrap();
            prop_assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), joined);
        }
    }
}
