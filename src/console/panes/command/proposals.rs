//! What is put to the room, in the pane of roles and asks, and what was decided lately.

use super::super::rows::{Piece, Row, piece};
use super::super::{Cx, Look, OverlayRequest, Prompt, Request, Then};
use super::{Item, refusal};
use crate::console::keymap::Action;
use crate::console::text::{age, countdown, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Intent, Proposal, ProposalId, ProposalState, Stance};
use chrono::TimeDelta;

/// Decisions are at hand for this long, and so many of them; the timeline and the log have all.
const LATELY: TimeDelta = TimeDelta::hours(1);
const SHOWN: usize = 3;

/// The proposals that wait for an end, with their head; none where there are none.
pub(super) fn rows(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let all = &cx.room.shown().proposals;
    let open = all.iter().filter(|proposal| proposal.state.is_open());
    under("Proposed", open, cx, look)
}

/// What was decided lately, newest first, with its head: it is settled, and so stands below what
/// is not.
pub(super) fn decided_rows(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let all = &cx.room.shown().proposals;
    let decided = all.iter().rev().filter(|proposal| {
        let end = proposal.end.as_ref();
        let lately = end.is_some_and(|end| cx.now - end.at < LATELY);
        proposal.state == ProposalState::Decided && lately
    });
    under("Decided", decided.take(SHOWN), cx, look)
}

fn under<'a>(
    head: &'static str,
    proposals: impl Iterator<Item = &'a Proposal>,
    cx: &Cx<'_>,
    look: Option<&Look<'_>>,
) -> Vec<Row<Item>> {
    let mut rows: Vec<Row<Item>> = proposals.map(|one| row(one, cx, look)).collect();
    if !rows.is_empty() {
        rows.insert(0, Row::section(head, rows.len()));
    }
    rows
}

fn row(of: &Proposal, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Row<Item> {
    let sign = |meaning| look.map_or(" ", |look| glyph(look, meaning));
    let meaning = match of.state {
        ProposalState::Decided => Meaning::Decision,
        _ => Meaning::Text,
    };
    let executor = of.executor.as_ref();
    let executor = executor.map_or_else(String::new, |who| format!(" · {who}"));
    let left = vec![
        piece(format!("{} ", of.id), Meaning::Muted),
        piece(format!("{} ", sign(Meaning::Decision)), Meaning::Decision),
        piece(visible_line(&of.text), meaning),
        piece(visible_line(&executor), Meaning::Muted),
    ];
    let mut right: Vec<Piece> = Vec::new();
    let objections = of.objections().len();
    if objections > 0 && of.state.is_open() {
        let said = format!("{} {objections}  ", sign(Meaning::Danger));
        right.push(piece(said, Meaning::Danger));
    }
    right.push(match of.state {
        // The server has not said yet what came of it.
        ProposalState::Open if of.is_due(cx.now) => piece("closing", Meaning::Muted),
        ProposalState::Open => piece(countdown(of.closes_at - cx.now).text, Meaning::Warning),
        ProposalState::Contested => piece("OBJECTED", Meaning::Danger),
        _ => {
            let since = of.end.as_ref().map_or(of.proposed_at, |end| end.at);
            piece(age(cx.now - since), Meaning::Muted)
        }
    });
    Row::new(left, right, Some(Item::Proposal(of.id)))
}

/// Whether the action is one on a proposal.
pub(super) fn is_on_proposal(action: Action) -> bool {
    matches!(
        action,
        Action::ProposalAgree
            | Action::ProposalObject
            | Action::ProposalDecide
            | Action::ProposalWithdraw
    )
}

/// The proposal that an action is about: the one under the cursor, or else the one that waits for it.
fn target<'a>(action: Action, on: Option<ProposalId>, cx: &Cx<'a>) -> Option<&'a Proposal> {
    let incident = cx.room.shown();
    if let Some(on) = on {
        return incident.proposal(on);
    }
    let me = cx.me.map(|me| &me.person);
    let mut all = incident.proposals.iter();
    match action {
        Action::ProposalAgree | Action::ProposalObject => {
            let heard: Vec<&Proposal> = all
                .filter(|p| p.hears(cx.now) && me != Some(&p.by))
                .collect();
            let silent = |p: &&&Proposal| me.is_some_and(|me| !p.stances.contains_key(me));
            heard.iter().find(silent).or(heard.last()).copied()
        }
        Action::ProposalDecide => all.find(|p| p.state == ProposalState::Contested),
        _ => {
            let mine = |p: &&Proposal| {
                let may = me.is_some_and(|me| incident.may_withdraw(p, me));
                p.state.is_open() && may
            };
            all.rev().find(mine)
        }
    }
}

/// What the action asks of the incident, with words that stand for those that are still to be
/// written.
fn intent(action: Action, id: ProposalId) -> Option<Intent> {
    Some(match action {
        Action::ProposalAgree => Intent::TakeStance {
            proposal: id,
            stance: Stance::NoObjection,
        },
        Action::ProposalObject => Intent::TakeStance {
            proposal: id,
            stance: Stance::Objects {
                reason: "…".into()
            },
        },
        Action::ProposalDecide => Intent::DecideProposal {
            proposal: id,
            reason: None,
        },
        Action::ProposalWithdraw => Intent::WithdrawProposal {
            proposal: id,
            reason: None,
        },
        _ => return None,
    })
}

/// Why the action is not possible now: the incident's own rules say.
pub(super) fn why_not(action: Action, on: Option<ProposalId>, cx: &Cx<'_>) -> Option<String> {
    let Some(proposal) = target(action, on, cx) else {
        let what = match action {
            Action::ProposalDecide => "No proposal was objected to.",
            Action::ProposalWithdraw => "No proposal of yours waits for its end.",
            _ => "No proposal waits for objections.",
        };
        return Some(what.to_owned());
    };
    refusal(intent(action, proposal.id)?, cx)
}

/// What the action does: at once, or once its words are written.
pub(super) fn act(action: Action, on: Option<ProposalId>, cx: &Cx<'_>) -> Vec<Request> {
    let Some(proposal) = target(action, on, cx) else {
        return Vec::new();
    };
    let id = proposal.id;
    let (title, then) = match action {
        Action::ProposalObject => (
            format!("Why proposal {id} should not go ahead"),
            Then::Object(id),
        ),
        Action::ProposalDecide => (
            format!("Why proposal {id} goes ahead all the same (or nothing)"),
            Then::DecideProposal(id),
        ),
        Action::ProposalWithdraw => (
            format!("Why proposal {id} is withdrawn (or nothing)"),
            Then::WithdrawProposal(id),
        ),
        Action::Accept => return vec![whole(proposal)],
        _ => {
            let agree = intent(action, id).map(Request::Submit);
            return agree.into_iter().collect();
        }
    };
    vec![Request::Open(OverlayRequest::Prompt(Prompt {
        title,
        text: String::new(),
        then,
    }))]
}

/// All that was said to it. Texts are made visible where they are drawn.
fn whole(of: &Proposal) -> Request {
    let mut body = vec![of.text.to_string(), String::new()];
    body.push(format!("Proposed by  {}", of.by));
    if let Some(executor) = &of.executor {
        body.push(format!("Executes     {executor}"));
    }
    body.push(format!("State        {}", of.state.name()));
    for (by, stance) in &of.stances {
        body.push(match stance {
            Stance::NoObjection => format!("{by}: no objection"),
            Stance::Objects { reason } => format!("{by} objects: {reason}"),
        });
    }
    Request::Open(OverlayRequest::Text {
        title: format!("Proposal {}", of.id),
        body: body.join("\n"),
    })
}
