//! What may be so: listed, supported or ruled out, each with what speaks for that.

use super::id::ParseIdError;
use super::{HypothesisId, Incident, Person, Seq, Timestamp, limits};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What is said of a hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Something speaks for it.
    Supported,
    /// It is not so.
    RuledOut,
    /// It may be so after all.
    Reopened,
}

/// How a hypothesis stands: what was said of it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HypothesisState {
    /// It may be so.
    Open,
    /// Something speaks for it.
    Supported,
    /// It is not so.
    RuledOut,
}

impl HypothesisState {
    /// Worth looking into.
    #[must_use]
    pub fn is_open(self) -> bool {
        self != Self::RuledOut
    }

    /// The stable name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Supported => "supported",
            Self::RuledOut => "ruled_out",
        }
    }

    /// The word for it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::RuledOut => "ruled out",
            other => other.name(),
        }
    }
}

impl From<Verdict> for HypothesisState {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Supported => Self::Supported,
            Verdict::RuledOut => Self::RuledOut,
            Verdict::Reopened => Self::Open,
        }
    }
}

/// What people call a hypothesis: `H3`, or, where an older log gave it no number, `#45` by its entry.
/// Every hypothesis may be called by its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HypothesisName {
    /// By its number.
    Number(HypothesisId),
    /// By its entry of the timeline.
    Entry(Seq),
}

impl fmt::Display for HypothesisName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Number(number) => format!("H{number}"),
            Self::Entry(seq) => format!("#{seq}"),
        })
    }
}

impl FromStr for HypothesisName {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            let wanted = "a hypothesis: H and its number, or # and the number of its entry";
            ParseIdError::new(text, wanted)
        };
        let word = text.trim();
        match word.strip_prefix(['H', 'h']) {
            Some(number) => number.parse().map(|n| Self::Number(HypothesisId(n))),
            None => {
                let number = word.strip_prefix('#').unwrap_or(word);
                return number
                    .parse()
                    .map(|n| Self::Entry(Seq(n)))
                    .map_err(|_| wrong());
            }
        }
        .map_err(|_| wrong())
    }
}

impl TryFrom<String> for HypothesisName {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HypothesisName> for String {
    fn from(name: HypothesisName) -> Self {
        name.to_string()
    }
}

/// Say something of a hypothesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeHypothesis {
    /// Which.
    pub hypothesis: HypothesisName,
    /// What is said of it.
    pub verdict: Verdict,
    /// The entry that speaks for that; needed for a verdict where no reason is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Seq>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

/// Something was said of a hypothesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HypothesisJudgement {
    /// What people call it.
    pub hypothesis: HypothesisName,
    /// Its entry.
    pub seq: Seq,
    /// What is said of it.
    pub verdict: Verdict,
    /// The entry that speaks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Seq>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
    /// The hypothesis, so that the line can be read by itself.
    pub text: Arc<str>,
    /// The hypothesis is private, and so is what is said of it.
    #[serde(default)]
    pub private: bool,
}

/// One thing that was said of a hypothesis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The event that said it.
    pub seq: Seq,
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What.
    pub verdict: Verdict,
    /// The entry that speaks for that.
    #[serde(default)]
    pub evidence: Option<Seq>,
    /// Why.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// What may be so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Its number; absent in older logs.
    #[serde(default)]
    pub number: Option<HypothesisId>,
    /// Its entry of the timeline.
    pub seq: Seq,
    /// Who wrote it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// What may be so; a long one is cut, its entry has all.
    pub text: Arc<str>,
    /// Never sent to a spectator.
    #[serde(default)]
    pub private: bool,
    /// What was said of it, oldest first: the newest of it.
    pub judgements: Vec<Judgement>,
}

impl Hypothesis {
    /// How it stands.
    #[must_use]
    pub fn state(&self) -> HypothesisState {
        let last = self.judgements.last();
        last.map_or(HypothesisState::Open, |said| said.verdict.into())
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> HypothesisName {
        self.number
            .map_or(HypothesisName::Entry(self.seq), HypothesisName::Number)
    }

    /// Since when it stands as it does.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.judgements.last().map_or(self.at, |said| said.at)
    }

    /// What speaks for how it stands: all that was said since it came to stand so.
    pub fn grounds(&self) -> impl Iterator<Item = &Judgement> {
        let state = self.state();
        let other = |said: &Judgement| HypothesisState::from(said.verdict) != state;
        let from = self
            .judgements
            .iter()
            .rposition(other)
            .map_or(0, |at| at + 1);
        self.judgements.iter().skip(from)
    }
}

impl Incident {
    /// The hypothesis of that name, if it is still held.
    #[must_use]
    pub fn hypothesis(&self, name: HypothesisName) -> Option<&Hypothesis> {
        self.hypotheses.iter().find(|held| match name {
            HypothesisName::Number(_) => held.name() == name,
            HypothesisName::Entry(seq) => held.seq == seq,
        })
    }

    /// Makes room for another one of this privacy, which a spectator's fold counts by itself: those that
    /// are ruled out go first, the oldest of them.
    pub(super) fn let_hypothesis_go(&mut self, private: bool) {
        let alike = |held: &Hypothesis| held.private == private;
        if self.hypotheses.iter().filter(|held| alike(held)).count() < limits::HYPOTHESES {
            return;
        }
        let out = |held: &Hypothesis| alike(held) && !held.state().is_open();
        let at = self.hypotheses.iter().position(out);
        let at = at.or_else(|| self.hypotheses.iter().position(alike));
        if let Some(at) = at {
            self.hypotheses.remove(at);
        }
    }
}
