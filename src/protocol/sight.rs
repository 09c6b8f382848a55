//! What someone has on the screen, for those who follow them: places in the log, numbers and names
//! of panes, never any words, so that it may be told to whoever may read the incident at all.

use super::Pane;
use crate::incident::{AskId, Milestone, ProposalId, Role, Seq, StepNo, Timestamp, UpdateId};
use serde::{Deserialize, Serialize};

/// What someone has on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sight {
    /// The pane that has the focus.
    pub pane: Pane,
    /// The entry under the cursor of the timeline; absent while it follows the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Seq>,
    /// The moment that is looked at; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<Moment>,
    /// What the cursor of the pane is on, where that is not the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Spot>,
    /// What is laid over the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laid: Option<Laid>,
}

/// A moment of an incident: what was known then is the fold of the events up to `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The last event that was recorded then; zero before the first.
    pub seq: Seq,
    /// The time, by the server's clock.
    pub at: Timestamp,
}

/// What the cursor of a pane is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Spot {
    /// A role.
    Role {
        /// Which.
        role: Role,
    },
    /// An ask.
    Ask {
        /// Which.
        id: AskId,
    },
    /// A proposal.
    Proposal {
        /// Which.
        id: ProposalId,
    },
    /// A hypothesis.
    Hypothesis {
        /// Where it was raised.
        seq: Seq,
    },
    /// A step of a runbook.
    Step {
        /// The runbook's place among those that are attached, from 0.
        runbook: u16,
        /// Which step.
        step: StepNo,
    },
    /// An update.
    Update {
        /// Which.
        id: UpdateId,
    },
    /// A pinned entry.
    Pinned {
        /// Which.
        seq: Seq,
    },
    /// An alert of the incident.
    Alert {
        /// Where it was recorded last.
        seq: Seq,
    },
    /// A milestone.
    Milestone {
        /// Which.
        milestone: Milestone,
    },
    /// Something that only a newer version has.
    #[serde(other)]
    Other,
}

/// What someone has laid over their screen: those who follow are told that it is, not what is in
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Laid {
    /// A list to choose from.
    List,
    /// Something to read.
    Text,
    /// Something that is being written.
    Writing,
    /// A search.
    Search,
    /// The brief of the incident.
    Brief,
    /// Anything else.
    #[serde(other)]
    Other,
}

impl Laid {
    /// What whoever has it does meanwhile, to be said after their name.
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::List => "in a list",
            Self::Text => "reading",
            Self::Writing => "writing",
            Self::Search => "searching",
            Self::Brief => "in the brief",
            Self::Other => "in a window",
        }
    }
}

/// Why someone who commands leads nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Away {
    /// They went from this incident to another one, or to the list of all.
    Elsewhere,
    /// Their console is not connected.
    #[serde(other)]
    NotConnected,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_version_says_is_read_as_far_as_it_is_known() {
        let text = r#"{"pane":"map","entry":7,"on":{"kind":"drawing","id":{"x":1}},
            "laid":"hologram","zoom":3}"#;
        let sight: Sight = serde_json::from_str(text).unwrap();
        let want = Sight {
            pane: Pane::Other,
            entry: Some(Seq(7)),
            past: None,
            on: Some(Spot::Other),
            laid: Some(Laid::Other),
        };
        assert_eq!(sight, want);
        let away: Away = serde_json::from_str(r#""on_the_moon""#).unwrap();
        assert_eq!(away, Away::NotConnected);
    }

    #[test]
    fn every_spot_comes_back_as_it_went() {
        let all = [
            Spot::Role {
                role: Role::OperationsLead,
            },
            Spot::Ask { id: AskId(3) },
            Spot::Step {
                runbook: 1,
                step: StepNo(4),
            },
            Spot::Milestone {
                milestone: Milestone::Mitigated,
            },
        ];
        for spot in all {
            let text = serde_json::to_string(&spot).unwrap();
            assert_eq!(serde_json::from_str::<Spot>(&text).unwrap(), spot, "{text}");
        }
    }
}
