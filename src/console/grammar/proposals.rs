//! What is typed about proposals.

use super::arguments::Build;
use super::{GrammarContext, Problem};
use crate::incident::{Intent, Person, ProposalId, ProposalState, Stance, limits};
use std::sync::Arc;

/// What may be said to a proposal, as it is typed; completion offers them in this order.
pub const SAYINGS: [&str; 4] = ["agree", "object", "decide", "withdraw"];

impl Build<'_, '_> {
    /// `/propose 15m roll back 4f2a by @bo`: what, who would do it, and when it is verified.
    pub(super) fn propose(&mut self) -> Result<Intent, Problem> {
        let verify_minutes = self.minutes(limits::ASK_MINUTES_MAX)?;
        let text = self.rest("words that say what is proposed", limits::PROPOSAL_BYTES)?;
        let (text, executor) = match executor(&text) {
            Some((before, who)) => (Arc::from(before), Some(who)),
            None => (text, None),
        };
        if text.is_empty() {
            return Err(self.missing("words that say what is proposed"));
        }
        Ok(Intent::Propose {
            text,
            executor,
            verify_minutes,
        })
    }

    pub(super) fn object(&mut self) -> Result<Intent, Problem> {
        let proposals = self.context.incident.map(|incident| &incident.proposals);
        let mut newest = proposals.into_iter().flatten().rev();
        let newest = newest.find(|proposal| proposal.state == ProposalState::Open);
        let reason = self.rest("words that say why not", limits::REASON_BYTES)?;
        // On the command line the server says which there are.
        let proposal = match (newest, self.context.incident) {
            (Some(newest), _) => newest.id,
            (None, Some(_)) => {
                return Err(Problem::new(
                    "No proposal waits for objections.",
                    "Write a note, or tell whoever decided it.",
                ));
            }
            (None, None) => ProposalId(1),
        };
        Ok(Intent::TakeStance {
            proposal,
            stance: Stance::Objects { reason },
        })
    }

    pub(super) fn proposal(&mut self) -> Result<Intent, Problem> {
        let proposal = ProposalId(self.argument("the number of a proposal", |word| {
            let number = word.trim_start_matches('#');
            number
                .parse()
                .map_err(|_| format!("'{word}' is not the number of a proposal"))
        })?);
        let said = self.argument("agree, object, decide or withdraw", |word| {
            let word = word.to_ascii_lowercase();
            let known = SAYINGS.into_iter().find(|known| *known == word);
            known.ok_or_else(|| format!("'{word}' is none of {}", SAYINGS.join(", ")))
        })?;
        Ok(match said {
            "agree" => {
                self.end()?;
                Intent::TakeStance {
                    proposal,
                    stance: Stance::NoObjection,
                }
            }
            "object" => Intent::TakeStance {
                proposal,
                stance: Stance::Objects {
                    reason: self.rest("words that say why not", limits::REASON_BYTES)?,
                },
            },
            "decide" => Intent::DecideProposal {
                proposal,
                reason: self.reason()?,
            },
            _ => Intent::WithdrawProposal {
                proposal,
                reason: self.reason()?,
            },
        })
    }
}

/// `… by @bo` at the end: what stands before it, and who.
fn executor(text: &str) -> Option<(&str, Person)> {
    let (before, name) = text.rsplit_once(char::is_whitespace)?;
    let who = name.strip_prefix('@')?.parse().ok()?;
    let before = before.trim_end();
    let rest = before.strip_suffix("by")?;
    let ends = rest.is_empty() || rest.ends_with(char::is_whitespace);
    ends.then(|| (rest.trim_end(), who))
}

/// What a line about a proposal becomes; nothing for any other.
pub(super) fn preview(intent: &Intent, context: &GrammarContext<'_>) -> Option<String> {
    use super::preview::{because, short};
    let what = |id: &ProposalId| {
        let held = context.incident.and_then(|incident| incident.proposal(*id));
        let text = held.map_or_else(String::new, |held| format!(" ({})", short(&held.text)));
        format!("proposal {id}{text}")
    };
    Some(match intent {
        Intent::Propose {
            text,
            executor,
            verify_minutes,
        } => {
            let by = executor.as_ref();
            let by = by.map_or_else(String::new, |who| format!(", {who} would do it"));
            let verify = verify_minutes.unwrap_or(limits::VERIFY_MINUTES);
            format!("proposal{by}, verified {verify}m after: {}", short(text))
        }
        Intent::TakeStance {
            proposal,
            stance: Stance::NoObjection,
        } => format!("no objection to {}", what(proposal)),
        Intent::TakeStance {
            proposal,
            stance: Stance::Objects { reason },
        } => format!("object to {}{}", what(proposal), because(Some(reason))),
        Intent::DecideProposal { proposal, reason } => {
            let why = because(reason.as_deref());
            format!("decide {} over its objections{why}", what(proposal))
        }
        Intent::WithdrawProposal { proposal, reason } => {
            format!("withdraw {}{}", what(proposal), because(reason.as_deref()))
        }
        _ => return None,
    })
}
