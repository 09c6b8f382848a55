//! What whoever is not in the room learns of an update that is not out: that there is one, for whom,
//! and how far it has come. Not its words, nor the reason why they were not agreed to, nor the time
//! that they promise: an update is what was posted.

use super::{Approval, Rejection, Update, UpdateState, Withdrawal};
use crate::incident::What;
use std::sync::Arc;

impl What {
    /// The event without the words of an update that is not out; `None` where it has none.
    #[must_use]
    pub fn without_words_not_out(&self) -> Option<Self> {
        let nothing = Arc::from("");
        match self {
            Self::UpdateDrafted {
                update,
                audience,
                text,
                stage,
                next_at,
            } if !text.is_empty() || next_at.is_some() => Some(Self::UpdateDrafted {
                update: *update,
                audience: *audience,
                text: nothing,
                stage: *stage,
                next_at: None,
            }),
            Self::UpdateApproved(of) if !of.text.is_empty() => {
                Some(Self::UpdateApproved(Approval {
                    text: nothing,
                    ..of.clone()
                }))
            }
            Self::UpdateRejected(of) if !of.reason.is_empty() => {
                Some(Self::UpdateRejected(Rejection {
                    reason: nothing,
                    ..of.clone()
                }))
            }
            Self::UpdateWithdrawn(of) if of.reason.is_some() => {
                Some(Self::UpdateWithdrawn(Withdrawal {
                    reason: None,
                    ..of.clone()
                }))
            }
            _ => None,
        }
    }
}

impl Update {
    /// Takes out what is not for everyone as long as it is not out: what folding the events without
    /// it would leave.
    pub(in crate::incident) fn withhold(&mut self) {
        if self.state != UpdateState::Posted {
            self.text = Arc::from("");
            self.next_at = None;
            self.reason = None;
        }
    }

    /// Its words are not for this reader until it is out.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.text.is_empty()
    }
}
