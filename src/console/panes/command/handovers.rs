//! Roles on their way from one person to another, in the pane of roles and asks.

use super::super::rows::{Piece, piece};
use super::super::{Cx, OverlayRequest, Prompt, Request, Then};
use super::{hint, refusal};
use crate::console::keymap::Action;
use crate::console::panes::Look;
use crate::console::text::{age, countdown, visible_line};
use crate::console::theme::Meaning;
use crate::incident::{
    AnswerOffer, Handover, HandoverId, Holder, Intent, OfferAnswer, OfferRole, Person, Role,
};

/// Stands for whoever the role is offered to, while nobody is named.
const SOMEONE: &str = "someone-else";

/// Whether the action is one on a handover.
pub(super) fn is_on_handover(action: Action) -> bool {
    matches!(
        action,
        Action::HandOver | Action::DeclineHandover | Action::WithdrawHandover
    )
}

/// What stands at the right of a role that is held: its age, whether a handover is due, and to whom
/// it is offered.
pub(super) fn right(
    role: &Role,
    holder: &Holder,
    cx: &Cx<'_>,
    look: Option<&Look<'_>>,
) -> Vec<Piece> {
    let incident = cx.room.shown();
    if let Some(offer) = incident.offer_of(role) {
        let to = visible_line(offer.to.as_str());
        let who = if cx.me.is_some_and(|me| me.person == offer.to) {
            Meaning::Me
        } else {
            Meaning::Person
        };
        let left = if offer.stands(cx.now) {
            piece(countdown(offer.expires_at - cx.now).text, Meaning::Warning)
        } else {
            piece("ending", Meaning::Muted)
        };
        let read = if offer.briefed_at.is_some() {
            "read "
        } else {
            ""
        };
        return vec![
            piece("→ ", Meaning::Muted),
            piece(format!("{to} "), who),
            piece(read, Meaning::Muted),
            left,
        ];
    }
    let held = piece(age(cx.now - holder.since), Meaning::Muted);
    if incident
        .tired_since(role, cx.now, cx.handover_after)
        .is_none()
    {
        return vec![held];
    }
    let key = look
        .filter(|_| !cx.read_only)
        .map(|look| format!("{} hand over  ", hint(look, Action::HandOver)));
    vec![
        piece(key.unwrap_or_default(), Meaning::Muted),
        piece(age(cx.now - holder.since), Meaning::Warning),
    ]
}

/// The offer that an action is about: of the role under the cursor, or else the one that waits for it.
fn target<'a>(action: Action, on: Option<&Role>, cx: &Cx<'a>) -> Option<&'a Handover> {
    let incident = cx.room.shown();
    let me = &cx.me?.person;
    let fits = |offer: &&Handover| match action {
        Action::DeclineHandover => offer.to == *me,
        _ => incident.may_withdraw_offer(offer, me),
    };
    let here = on.and_then(|role| incident.offer_of(role)).filter(fits);
    here.or_else(|| incident.open_handovers().find(fits))
}

/// The role that is handed over: the one under the cursor, where this person may offer it, or one of
/// theirs.
fn to_hand_over(on: Option<&Role>, cx: &Cx<'_>) -> Option<Role> {
    let incident = cx.room.shown();
    let me = &cx.me?.person;
    let here = on.filter(|role| incident.holder(role).is_some() && incident.may_offer(role, me));
    here.or_else(|| incident.roles_of(me).next()).cloned()
}

fn answer(handover: HandoverId, answer: OfferAnswer) -> Intent {
    Intent::AnswerOffer(AnswerOffer {
        handover,
        answer,
        reason: Some("…".into()),
    })
}

/// Why the action is not possible now: the incident's own rules say.
pub(super) fn why_not(action: Action, on: Option<&Role>, cx: &Cx<'_>) -> Option<String> {
    if action == Action::HandOver {
        let Some(role) = to_hand_over(on, cx) else {
            return Some("You have no role to hand over. Put the cursor on one.".to_owned());
        };
        let to: Person = SOMEONE.parse().ok()?;
        let offer = OfferRole {
            role,
            to,
            minutes: None,
            words: None,
        };
        return refusal(Intent::OfferRole(offer), cx);
    }
    let Some(offer) = target(action, on, cx) else {
        let what = match action {
            Action::DeclineHandover => "You are offered no role.",
            _ => "No role is offered that you could take back.",
        };
        return Some(what.to_owned());
    };
    let said = match action {
        Action::DeclineHandover => OfferAnswer::Decline,
        _ => OfferAnswer::Withdraw,
    };
    refusal(answer(offer.id, said), cx)
}

/// What the action does: a line is begun, or a reason asked for.
pub(super) fn act(action: Action, on: Option<&Role>, cx: &Cx<'_>) -> Vec<Request> {
    if action == Action::HandOver {
        let begin = to_hand_over(on, cx).map(|role| {
            let role = role.short().to_ascii_lowercase();
            Request::Begin(format!("/handover {role} @"))
        });
        return begin.into_iter().collect();
    }
    let Some(offer) = target(action, on, cx) else {
        return Vec::new();
    };
    let role = &offer.role;
    let (title, then) = match action {
        Action::DeclineHandover => (
            format!("Why you do not take over {role}"),
            Then::DeclineOffer(offer.id),
        ),
        _ => (
            format!("Why the offer of {role} is withdrawn (or nothing)"),
            Then::WithdrawOffer(offer.id),
        ),
    };
    vec![Request::Open(OverlayRequest::Prompt(Prompt {
        title,
        text: String::new(),
        then,
    }))]
}
