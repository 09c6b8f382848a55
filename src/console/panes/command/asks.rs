//! The asks in the pane of roles and asks: who owes what, and how long they still have.

use super::super::rows::{Piece, Row, column, piece};
use super::super::{Cx, Look, OverlayRequest, Prompt, Request, Then};
use super::{Item, hint, name_column, refusal};
use crate::console::keymap::Action;
use crate::console::text::{age, countdown, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Ask, AskId, AskState, Intent, Person};
use std::fmt::Write as _;

/// The open asks in the order in which they are shown: one's own first, then by when they are due,
/// so that those that are overdue come before all others.
fn open<'a>(cx: &Cx<'a>) -> Vec<&'a Ask> {
    let me = me(cx);
    let asks = &cx.room.shown().asks;
    let mut open: Vec<&Ask> = asks.iter().filter(|ask| ask.state.is_open()).collect();
    open.sort_by_key(|ask| (me != Some(&ask.to), ask.due_at, ask.id));
    open
}

fn me<'a>(cx: &Cx<'a>) -> Option<&'a Person> {
    cx.me.map(|me| &me.person)
}

/// The first open ask that this person was given; the first that is not acknowledged where it is
/// to be.
fn own<'a>(action: Action, cx: &Cx<'a>) -> Option<&'a Ask> {
    let me = me(cx)?;
    let mut own = open(cx).into_iter().filter(|ask| ask.to == *me);
    let first = own.next()?;
    let waits = action == Action::AskAcknowledge && first.state != AskState::Asked;
    let next = own.find(|ask| waits && ask.state == AskState::Asked);
    next.or(Some(first))
}

/// The rows of the asks, with their head.
pub(super) fn rows(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let open = open(cx);
    let mut rows = vec![Row::section("Asks", open.len())];
    if open.is_empty() {
        let hint = match look {
            Some(look) if !cx.read_only => {
                let key = hint(look, Action::Ask);
                format!("none; {key} asks someone, with a clock")
            }
            _ => "none".to_owned(),
        };
        rows.push(Row::plain(hint, Meaning::Placeholder));
    }
    let wide = name_column(open.iter().map(|ask| ask.to.as_str()));
    let digits = open.iter().map(|ask| ask.id.to_string().len()).max();
    let digits = digits.unwrap_or(1);
    rows.extend(open.into_iter().map(|ask| row(ask, digits, wide, cx, look)));
    rows
}

fn row(ask: &Ask, digits: usize, wide: usize, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Row<Item> {
    let who = if me(cx) == Some(&ask.to) {
        Meaning::Me
    } else {
        Meaning::Person
    };
    // Whether the one who is asked has it is what the asker wants to know.
    let state = match ask.state {
        AskState::Acknowledged => Meaning::Good,
        _ => Meaning::Ask,
    };
    let sign = look.map_or(" ", |look| glyph(look, state));
    let left = vec![
        piece(format!("{:>digits$} ", ask.id), Meaning::Muted),
        piece(column(&visible_line(ask.to.as_str()), wide), who),
        piece(format!(" {sign} "), state),
        piece(visible_line(&ask.text), Meaning::Text),
    ];
    Row::new(left, clock(ask, cx, look), Some(Item::Ask(ask.id)))
}

/// The time that is left, and the more time that is asked for. Those who have to do with the ask
/// see it count down; others see when it is due, and only what is overdue counts for all.
fn clock(ask: &Ask, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Piece> {
    if cx.room.shown().status.is_over() {
        return vec![piece("no clock runs", Meaning::Muted)];
    }
    let left = countdown(ask.due_at - cx.now);
    let concerned = me(cx).is_some_and(|me| concerns(ask, me, cx));
    if !left.late && !concerned {
        let due = format!("by {}", cx.zone.hm(ask.due_at));
        return vec![piece(due, Meaning::Muted)];
    }
    let more = ask.more_time.as_ref().filter(|_| concerned);
    let more = more.map(|more| piece(format!("+{}m? ", more.minutes), Meaning::Warning));
    let clock = if left.late && more.is_some() {
        piece("OVERDUE", Meaning::Overdue)
    } else if left.late {
        piece(format!("OVERDUE {}", left.text), Meaning::Overdue)
    } else if ask.is_pressing(cx.now) {
        let sign = look.map_or(" ", |look| glyph(look, Meaning::Warning));
        piece(format!("{sign} {}", left.text), Meaning::Warning)
    } else {
        piece(left.text, Meaning::Text)
    };
    more.into_iter().chain([clock]).collect()
}

/// Whether the person has to do with the ask: commands, asked or is asked, or writes it all down.
fn concerns(ask: &Ask, person: &Person, cx: &Cx<'_>) -> bool {
    cx.room.shown().may_answer_ask(ask, person)
}

/// Whether the action is one on an ask.
pub(super) fn is_on_ask(action: Action) -> bool {
    matches!(
        action,
        Action::AskAcknowledge
            | Action::AskDone
            | Action::AskDecline
            | Action::AskMoreTime
            | Action::AskExtend
            | Action::AskRefuseTime
            | Action::AskWithdraw
    )
}

/// The ask that an action is about: the one under the cursor; where that is none, the person's own
/// first one, for what the one who is asked may say.
fn target<'a>(action: Action, on: Option<AskId>, cx: &Cx<'a>) -> Option<&'a Ask> {
    let answers = matches!(
        action,
        Action::AskAcknowledge | Action::AskDone | Action::AskDecline | Action::AskMoreTime
    );
    match on {
        Some(id) => cx.room.shown().ask(id),
        None if answers => own(action, cx),
        None => None,
    }
}

/// What the action asks of the incident, with words that stand for those that are still to be
/// written.
fn intent(action: Action, ask: &Ask) -> Option<Intent> {
    let words = || Some("…".into());
    let answer = |state, reason| Intent::AnswerAsk {
        ask: ask.id,
        state,
        reason,
    };
    Some(match action {
        Action::AskAcknowledge => answer(AskState::Acknowledged, None),
        Action::AskDone => answer(AskState::Done, None),
        Action::AskDecline => answer(AskState::Declined, words()),
        Action::AskMoreTime => Intent::AskMoreTime {
            ask: ask.id,
            minutes: 1,
            reason: words(),
        },
        Action::AskExtend => Intent::ExtendAsk {
            ask: ask.id,
            minutes: Some(1),
            reason: None,
        },
        Action::AskRefuseTime => Intent::RefuseMoreTime {
            ask: ask.id,
            reason: None,
        },
        Action::AskWithdraw => Intent::WithdrawAsk {
            ask: ask.id,
            reason: None,
        },
        _ => return None,
    })
}

/// Why the action is not possible now: the incident's own rules say.
pub(super) fn why_not(action: Action, on: Option<AskId>, cx: &Cx<'_>) -> Option<String> {
    let Some(ask) = target(action, on, cx) else {
        return Some("The cursor is on no ask. Put it on one.".to_owned());
    };
    refusal(intent(action, ask)?, cx)
}

/// What the action does: at once, or once its words are written.
pub(super) fn act(action: Action, on: Option<AskId>, cx: &Cx<'_>) -> Vec<Request> {
    if action == Action::Accept {
        return on.map_or_else(Vec::new, |id| accept(id, cx));
    }
    let Some(ask) = target(action, on, cx) else {
        return Vec::new();
    };
    let id = ask.id;
    let prompt = |title: String, text: String, then: Then| {
        vec![Request::Open(OverlayRequest::Prompt(Prompt {
            title,
            text,
            then,
        }))]
    };
    let answer = |state| Then::AnswerAsk { ask: id, state };
    let none = String::new();
    match action {
        Action::AskAcknowledge => intent(action, ask)
            .map(Request::Submit)
            .into_iter()
            .collect(),
        Action::AskDone => prompt(
            format!("What came of ask {id} (or nothing)"),
            none,
            answer(AskState::Done),
        ),
        Action::AskDecline => prompt(
            format!("Why is ask {id} declined"),
            none,
            answer(AskState::Declined),
        ),
        Action::AskMoreTime => prompt(
            format!("How much more ask {id} needs, and why (10m …)"),
            none,
            Then::AskMoreTime(id),
        ),
        Action::AskExtend => {
            let wanted = ask.more_time.as_ref();
            let wanted = wanted.map_or(none, |more| format!("{}m", more.minutes));
            prompt(
                format!("How much more ask {id} gets (10m)"),
                wanted,
                Then::ExtendAsk(id),
            )
        }
        Action::AskRefuseTime => prompt(
            format!("Why ask {id} gets no more time (or nothing)"),
            none,
            Then::RefuseMoreTime(id),
        ),
        Action::AskWithdraw => prompt(
            format!("Why ask {id} is withdrawn (or nothing)"),
            none,
            Then::WithdrawAsk(id),
        ),
        _ => Vec::new(),
    }
}

/// One's own ask is acknowledged; any other is shown whole.
fn accept(id: AskId, cx: &Cx<'_>) -> Vec<Request> {
    let Some(ask) = cx.room.shown().ask(id) else {
        return Vec::new();
    };
    if me(cx).is_some_and(|me| ask.waits_for(me)) {
        let acknowledge = intent(Action::AskAcknowledge, ask);
        return acknowledge.map(Request::Submit).into_iter().collect();
    }
    vec![Request::Open(OverlayRequest::Text {
        title: format!("Ask {id}"),
        body: whole(ask, cx),
    })]
}

/// All that is known of it. Texts are made visible where they are drawn.
fn whole(ask: &Ask, cx: &Cx<'_>) -> String {
    let mut body = format!("{}\n\nAsked of  {}\nBy        {}", ask.text, ask.to, ask.by);
    if let Some(noted_by) = &ask.noted_by {
        let _always = write!(body, ", by voice; noted by {noted_by}");
    }
    let at = |at| format!("{} {}", cx.zone.hms(at), cx.zone.name(at));
    let ago = |at| age(cx.now - at);
    let _always = write!(
        body,
        "\nAsked at  {}\nDue       {}",
        at(ask.asked_at),
        at(ask.due_at)
    );
    let state = match ask.acknowledged_at {
        Some(since) => format!("acknowledged {} ago", ago(since)),
        None => "not acknowledged yet".to_owned(),
    };
    let _always = write!(body, "\nState     {state}");
    if let Some(more) = &ask.more_time {
        let why = more.reason.as_deref().unwrap_or("no reason given");
        let _always = write!(body, "\nNeeds     {} min more: {why}", more.minutes);
    }
    body
}
