//! What is typed about hypotheses.

use super::arguments::Build;
use super::{GrammarContext, Problem, Verb};
use crate::incident::{HypothesisName, Intent, JudgeHypothesis, Seq, Verdict};

impl Build<'_, '_> {
    /// `/support H1 #123 cpu is high`: which, the entry that speaks for it, and why; one of the two
    /// may be left out, and both where it is only open again.
    pub(super) fn judge(&mut self) -> Result<Intent, Problem> {
        let verdict = match self.word.verb {
            Verb::Support => Verdict::Supported,
            Verb::RuleOut => Verdict::RuledOut,
            _ => Verdict::Reopened,
        };
        let hypothesis: HypothesisName = self.argument("a hypothesis", str::parse)?;
        let evidence = self.perhaps(entry);
        let reason = self.reason()?;
        if verdict != Verdict::Reopened && evidence.is_none() && reason.is_none() {
            return Err(self.missing("what speaks for it: #123, or words"));
        }
        Ok(Intent::JudgeHypothesis(JudgeHypothesis {
            hypothesis,
            verdict,
            evidence,
            reason,
        }))
    }
}

/// `#123`: an entry by its number.
#[must_use]
pub fn entry(word: &str) -> Option<Seq> {
    word.strip_prefix('#')?.parse().ok().map(Seq)
}

/// What a line about a hypothesis becomes; nothing for any other.
pub(super) fn preview(intent: &Intent, context: &GrammarContext<'_>) -> Option<String> {
    use super::preview::{because, short};
    let Intent::JudgeHypothesis(said) = intent else {
        return None;
    };
    let held = context.incident.and_then(|i| i.hypothesis(said.hypothesis));
    let text = held.map_or_else(String::new, |held| format!(" ({})", short(&held.text)));
    let verdict = match said.verdict {
        Verdict::Supported => "supported",
        Verdict::RuledOut => "ruled out",
        Verdict::Reopened => "open again",
    };
    let evidence = said.evidence;
    let evidence = evidence.map_or_else(String::new, |seq| format!(" by entry {seq}"));
    let why = because(said.reason.as_deref());
    Some(format!(
        "{}{text} {verdict}{evidence}{why}",
        said.hypothesis
    ))
}
