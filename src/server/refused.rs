//! What was refused for good, so that no copy of it is carried out later.
//!
//! Of one command several copies may be under way: a console that lost its connection sends again
//! what may still wait in a mailbox or in the old socket. When one copy is refused, the words go
//! back to their writer; were another one then decided on a later state, they would stand in the
//! log as well. What may succeed later is not remembered: its words are still in the outbox.
//!
//! **Invariant**: a command's round that was refused for good is not carried out.
//!
//! It is kept in memory only. A copy is under way as long as its connection lives, and the process
//! takes all of them with it.

use super::lately::Lately;
use super::reply::Submission;
use crate::incident::{CommandId, Refusal};

/// Refusals remembered, the newest ones: what 32 consoles have under way at once (64 commands
/// each), all of it refused. With a few hundred bytes each that is well under a megabyte.
const KEPT: usize = 2_048;

/// The newest refusals that are final, by command.
#[derive(Debug)]
pub(super) struct Refused(Lately<CommandId, Last>);

/// The last refusal of a command.
#[derive(Debug)]
struct Last {
    /// Later ones are decided anew; none is once a refusal was told twice.
    round: u32,
    refusal: Refusal,
}

impl Default for Refused {
    fn default() -> Self {
        Self(Lately::new(KEPT))
    }
}

impl Refused {
    /// Why another copy of this was refused for good, if one was and is not forgotten. Unless a
    /// later round is in the log by now, this copy is to be told the same.
    ///
    /// From here on later rounds are refused too. The sender of this copy may be a console that
    /// was started again: it knows of no later round, and what it is told now is the last word.
    pub(super) fn before(&mut self, copy: &Submission) -> Option<Refusal> {
        self.find(copy.command.id, copy.reply.round()?)
    }

    /// Remembers that this round was refused, unless it may succeed later.
    pub(super) fn remember(&mut self, copy: &Submission, refusal: &Refusal) {
        if let Some(round) = copy.reply.round() {
            self.put(copy.command.id, round, refusal);
        }
    }

    /// Remembers that this was refused and that no later round is decided either.
    pub(super) fn remember_as_last(&mut self, copy: &Submission, refusal: &Refusal) {
        self.put(copy.command.id, u32::MAX, refusal);
    }

    fn find(&mut self, command: CommandId, round: u32) -> Option<Refusal> {
        let last = self.0.get_mut(&command)?;
        if round > last.round {
            return None;
        }
        last.round = u32::MAX;
        Some(last.refusal.clone())
    }

    /// The first refusal of a round stands, as those that were told it know no other.
    fn put(&mut self, command: CommandId, round: u32, refusal: &Refusal) {
        let told = self.0.get_mut(&command).is_some_and(|l| round <= l.round);
        if told || refusal.is_retryable() {
            return;
        }
        let refusal = refusal.clone();
        self.0.put(command, Last { round, refusal });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::RefusalCode;

    fn id(n: usize) -> CommandId {
        CommandId(uuid::Uuid::from_u128(n as u128))
    }

    fn refusal(code: RefusalCode) -> Refusal {
        Refusal::new(code, "No.", "")
    }

    #[test]
    fn a_later_round_is_decided_anew_until_a_refusal_was_told_twice() {
        let mut refused = Refused::default();
        let (held, missing) = (RefusalCode::RoleHeld, RefusalCode::NotFound);
        refused.put(id(1), 0, &refusal(held));
        assert_eq!(refused.find(id(2), 0), None);
        assert_eq!(refused.find(id(1), 1), None);
        refused.put(id(1), 1, &refusal(missing));
        assert_eq!(refused.find(id(1), 2), None);
        refused.put(id(1), 1, &refusal(held));
        assert_eq!(refused.find(id(1), 0), Some(refusal(missing)));
        refused.put(id(1), 0, &refusal(missing));
        assert_eq!(refused.find(id(1), 2), Some(refusal(missing)));
    }

    #[test]
    fn what_may_succeed_later_is_not_remembered() {
        for code in RefusalCode::ALL {
            let mut refused = Refused::default();
            let refusal = refusal(code);
            refused.put(id(1), 0, &refusal);
            let kept = (!refusal.is_retryable()).then_some(refusal);
            assert_eq!(refused.find(id(1), 0), kept, "{code:?}");
        }
    }

    #[test]
    fn the_newest_are_kept_and_no_more() {
        let mut refused = Refused::default();
        let held = refusal(RefusalCode::RoleHeld);
        for n in 0..KEPT {
            refused.put(id(n), 0, &held);
        }
        refused.put(id(KEPT), 0, &held);
        assert!(refused.find(id(0), 0).is_none(), "the oldest");
        for n in [1, KEPT] {
            assert!(refused.find(id(n), 0).is_some(), "{n}");
        }
    }
}
