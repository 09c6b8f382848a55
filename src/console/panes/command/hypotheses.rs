//! What may be so, in the pane of roles and asks.

use super::super::rows::{Row, piece};
use super::super::{Cx, Look, OverlayRequest, Prompt, Request, Then};
use super::{Item, refusal};
use crate::console::keymap::Action;
use crate::console::text::{age, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{
    Hypothesis, HypothesisName, HypothesisState, Intent, JudgeHypothesis, Seq, Verdict,
};
use chrono::TimeDelta;

/// What was ruled out is at hand for this long; the list of all has the rest.
const LATELY: TimeDelta = TimeDelta::hours(1);

/// The rows of the hypotheses, with their head; none where there are none. Those that are ruled out
/// come last.
pub(super) fn rows(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let mut shown: Vec<&Hypothesis> = (cx.room.shown().hypotheses.iter())
        .filter(|held| held.state().is_open() || cx.now - held.since() < LATELY)
        .collect();
    if shown.is_empty() {
        return Vec::new();
    }
    shown.sort_by_key(|held| (!held.state().is_open(), held.seq));
    let open = shown.iter().filter(|held| held.state().is_open()).count();
    let mut rows = vec![Row::section("Hypotheses", open)];
    rows.extend(shown.into_iter().map(|held| row(held, cx, look)));
    rows
}

fn row(of: &Hypothesis, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Row<Item> {
    let sign = |meaning| look.map_or(" ", |look| glyph(look, meaning));
    // The sign of what was taken back, without its stroke through the words.
    let (mark, style, text) = match of.state() {
        HypothesisState::Open => (Meaning::Hypothesis, Meaning::Hypothesis, Meaning::Text),
        HypothesisState::Supported => (Meaning::Good, Meaning::Good, Meaning::Text),
        HypothesisState::RuledOut => (Meaning::Retracted, Meaning::Muted, Meaning::Muted),
    };
    let left = vec![
        piece(format!("{} ", of.name()), Meaning::Muted),
        piece(format!("{} ", sign(mark)), style),
        piece(visible_line(&of.text), text),
    ];
    let right = match of.state() {
        HypothesisState::Open => piece(age(cx.now - of.at), Meaning::Muted),
        HypothesisState::Supported => {
            piece(format!("supported {}", of.grounds().count()), Meaning::Good)
        }
        HypothesisState::RuledOut => piece("ruled out", Meaning::Muted),
    };
    Row::new(left, vec![right], Some(Item::Hypothesis(of.seq)))
}

/// Whether the action is one on a hypothesis.
pub(super) fn is_on_hypothesis(action: Action) -> bool {
    verdict(action).is_some()
}

fn verdict(action: Action) -> Option<Verdict> {
    Some(match action {
        Action::SupportHypothesis => Verdict::Supported,
        Action::RuleOutHypothesis => Verdict::RuledOut,
        Action::ReconsiderHypothesis => Verdict::Reopened,
        _ => return None,
    })
}

fn target<'a>(on: Option<Seq>, cx: &Cx<'a>) -> Option<&'a Hypothesis> {
    cx.room.shown().hypothesis(HypothesisName::Entry(on?))
}

/// Why the action is not possible now: the incident's own rules say.
pub(super) fn why_not(action: Action, on: Option<Seq>, cx: &Cx<'_>) -> Option<String> {
    let Some(held) = target(on, cx) else {
        return Some("The cursor is on no hypothesis. Put it on one.".to_owned());
    };
    let intent = JudgeHypothesis {
        hypothesis: held.name(),
        verdict: verdict(action)?,
        evidence: None,
        reason: Some("…".into()),
    };
    refusal(Intent::JudgeHypothesis(intent), cx)
}

/// What the action does: once what speaks for it is written.
pub(super) fn act(action: Action, on: Option<Seq>, cx: &Cx<'_>) -> Vec<Request> {
    let (Some(held), Some(verdict)) = (target(on, cx), verdict(action)) else {
        return Vec::new();
    };
    let name = held.name();
    let title = match verdict {
        Verdict::Supported => format!("What speaks for {name}: #123 and words, or one of them"),
        Verdict::RuledOut => format!("What speaks against {name}: #123 and words, or one of them"),
        Verdict::Reopened => format!("Why {name} may be so after all (or nothing)"),
    };
    vec![Request::Open(OverlayRequest::Prompt(Prompt {
        title,
        text: String::new(),
        then: Then::Judge(name, verdict),
    }))]
}
