//! Rules about hypotheses: whoever may write may say something of one, with what speaks for it.

use super::check::{no_change, reason, refuse};
use super::{Case, Draft};
use crate::incident::{
    Hypothesis, HypothesisJudgement, HypothesisName, HypothesisState, JudgeHypothesis, Refusal,
    RefusalCode, Seq, Verdict, What,
};
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn judge_hypothesis(self, said: &JudgeHypothesis) -> Result<Vec<Draft>, Refusal> {
        let held = self.held_hypothesis(said.hypothesis)?;
        let why = reason(said.reason.as_ref())?;
        let evidence = said
            .evidence
            .map(|seq| self.speaks(held, seq))
            .transpose()?;
        changes(held, said.verdict, evidence, why.as_ref())?;
        if said.verdict != Verdict::Reopened && evidence.is_none() && why.is_none() {
            return Err(refuse(
                RefusalCode::Invalid,
                "Nothing was named that speaks for it.",
                "Name an entry by its number, or say why.",
            ));
        }
        Ok(self.one(What::HypothesisJudged(HypothesisJudgement {
            hypothesis: held.name(),
            seq: held.seq,
            verdict: said.verdict,
            evidence,
            reason: why,
            text: held.text.clone(),
            private: held.private,
        })))
    }

    /// An entry that stands, and is not the hypothesis itself.
    fn speaks(self, held: &Hypothesis, seq: Seq) -> Result<Seq, Refusal> {
        if seq == held.seq {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Entry {seq} is {} itself.", held.name()),
                "Name the entry that speaks for it or against it.",
            ));
        }
        let entry = self.entry(seq)?;
        if entry.marks.retracted.is_some() {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("Entry {seq} was retracted."),
                "Name another one.",
            ));
        }
        Ok(seq)
    }

    fn held_hypothesis(&self, name: HypothesisName) -> Result<&Hypothesis, Refusal> {
        self.incident.hypothesis(name).ok_or_else(|| {
            refuse(
                RefusalCode::NotFound,
                format!("There is no hypothesis {name}, or it was retracted."),
                "Look at the hypotheses for its number.",
            )
        })
    }
}

/// It says something new.
fn changes(
    held: &Hypothesis,
    verdict: Verdict,
    evidence: Option<Seq>,
    why: Option<&Arc<str>>,
) -> Result<(), Refusal> {
    let (name, state) = (held.name(), held.state());
    if verdict == Verdict::Supported && state == HypothesisState::RuledOut {
        return Err(refuse(
            RefusalCode::WrongStatus,
            format!("{name} is ruled out."),
            "Reopen it first.",
        ));
    }
    let so = HypothesisState::from(verdict) == state;
    let said = |said: &crate::incident::Judgement| {
        (evidence.is_none() || said.evidence == evidence)
            && (why.is_none() || said.reason.as_ref() == why)
    };
    let nothing_new = verdict == Verdict::Reopened || held.grounds().any(said);
    if so && nothing_new {
        return Err(no_change(format!("{name} is {} already.", state.title())));
    }
    Ok(())
}
