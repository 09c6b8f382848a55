//! The kinds of event by name, and what holds for each.

use super::What;
use crate::incident::{OutsideCall, Seq};

impl What {
    /// The names of all kinds, as in JSON. A test holds a golden file for each.
    pub const KINDS: &'static [&'static str] = &[
        "opened",
        "renamed",
        "severity_set",
        "status_set",
        "milestone_set",
        "merged",
        "absorbed",
        "noted",
        "amended",
        "retracted",
        "pinned",
        "role_assigned",
        "role_released",
        "handover_offered",
        "handover_briefed",
        "handover_ended",
        "runbook_attached",
        "step_set",
        "alert_recorded",
        "alert_flapping",
        "alert_held",
        "alert_settled",
        "linked",
        "update_drafted",
        "update_submitted",
        "update_approved",
        "update_rejected",
        "update_withdrawn",
        "update_posted",
        "update_rules_set",
        "asked",
        "ask_answered",
        "more_time_asked",
        "ask_extended",
        "more_time_refused",
        "ask_withdrawn",
        "proposed",
        "stance_taken",
        "proposal_contested",
        "proposal_decided",
        "proposal_withdrawn",
        "hypothesis_judged",
        "action_item_added",
        "evidence_pinned",
        "alerts_acknowledged",
        "alerts_unacknowledged",
        "outside_asked",
        "outside_answered",
        "nag_snoozed",
        "step_assigned",
        "step_timed",
        "step_remarked",
        "command_ran",
        "consent_asked",
        "consent_answered",
        "made_private",
        "admitted",
        "dismissed",
        "made_public",
        "hidden",
    ];

    /// The entry of the timeline that this corrects or marks.
    #[must_use]
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Amended { target, .. }
            | Self::Retracted { target, .. }
            | Self::Pinned { target, .. } => Some(*target),
            _ => None,
        }
    }

    /// Whether a spectator may not see it.
    #[must_use]
    pub fn is_private(&self) -> bool {
        match self {
            Self::Noted { private, .. }
            | Self::Amended { private, .. }
            | Self::Retracted { private, .. }
            | Self::EvidencePinned { private, .. } => *private,
            Self::HypothesisJudged(said) => said.private,
            Self::CommandRan(run) => run.private,
            // What this version cannot read it cannot judge.
            Self::OutsideAsked { call } | Self::OutsideAnswered { call, .. } => {
                matches!(call, OutsideCall::Unknown(_))
            }
            Self::Pinned { entry, .. } => entry.as_ref().is_some_and(|e| e.marks.private),
            _ => false,
        }
    }
}
