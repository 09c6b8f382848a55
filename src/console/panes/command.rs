//! Roles, asks and who is here: who does what, and what is owed.

mod asks;
mod handovers;
mod hypotheses;
mod nags;
mod proposals;
mod spots;
#[cfg(test)]
mod tests;
mod waiting;

use super::rows::{Row, SAYS_MORE_FROM, column, draw, first_row, piece, step};
use super::{Confirm, Cx, Look, OverlayRequest, Request, Title};
use crate::client::Here;
use crate::console::keymap::{Action, Context};
use crate::console::text::{cells, visible_line};
use crate::console::theme::Meaning;
use crate::incident::{
    self, Actor, AskId, Command, CommandId, Incident, Intent, Person, ProposalId, Role, Seq, Via,
};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The column of roles, and that of people who are asked, in cells: as wide as the longest name
/// within these bounds.
const NAME_CELLS: (usize, usize) = (6, 10);

/// What the cursor can stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Role(Role),
    Ask(AskId),
    Proposal(ProposalId),
    Hypothesis(Seq),
}

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    on: Option<Item>,
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let incident = cx.room.shown();
        let vacant = incident.vacancies().count();
        let vacant = (vacant > 0).then(|| format!("{vacant} vacant"));
        let right: Vec<String> = vacant.into_iter().chain(self.below(cx)).collect();
        Title {
            left: "Command".to_owned(),
            right: right.join(" · "),
        }
    }

    /// How many rows are below, where the pane is too low to spare a row of its own for that.
    fn below(&self, cx: &Cx<'_>) -> Option<String> {
        let height = usize::from(cx.area.height);
        if height >= SAYS_MORE_FROM {
            return None;
        }
        let rows = lines(cx, None);
        let seen = self.first(&rows, cx.area) + height;
        let hidden = rows.len().saturating_sub(seen);
        (hidden > 0).then(|| format!("{hidden} below"))
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let rows = lines(cx, None);
        let Some(at) = self.place(&rows) else {
            return Vec::new();
        };
        let page = isize::try_from(cx.area.height.max(2) / 2).unwrap_or(1);
        match action {
            Action::CursorDown => self.go(&rows, at, 1, 1),
            Action::CursorUp => self.go(&rows, at, -1, 1),
            Action::HalfPageDown | Action::PageDown => self.go(&rows, at, 1, page),
            Action::HalfPageUp | Action::PageUp => self.go(&rows, at, -1, page),
            Action::Top => self.go(&rows, at, -1, isize::MAX),
            Action::Bottom => self.go(&rows, at, 1, isize::MAX),
            other => {
                let item = rows.get(at).and_then(|row| row.item.clone());
                return act(other, item.as_ref(), cx);
            }
        }
        Vec::new()
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let item = self.item(&lines(cx, None));
        let incident = cx.room.shown();
        match (action, item) {
            (action, item) if asks::is_on_ask(action) => {
                asks::why_not(action, ask_of(item.as_ref()), cx)
            }
            (action, item) if proposals::is_on_proposal(action) => {
                proposals::why_not(action, proposal_of(item.as_ref()), cx)
            }
            (action, item) if handovers::is_on_handover(action) => {
                handovers::why_not(action, role_of(item.as_ref()), cx)
            }
            (action, item) if hypotheses::is_on_hypothesis(action) => {
                hypotheses::why_not(action, hypothesis_of(item.as_ref()), cx)
            }
            (Action::ReleaseRole, Some(Item::Role(role))) if incident.holder(&role).is_none() => {
                Some(format!("{role} is vacant already."))
            }
            (
                Action::ReleaseRole,
                Some(Item::Ask(_) | Item::Proposal(_) | Item::Hypothesis(_)) | None,
            ) => Some("The cursor is on no role. Put it on one.".to_owned()),
            _ => None,
        }
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let rows = lines(cx, None);
        let first = self.first(&rows, cx.area);
        let row = usize::from(at.y.saturating_sub(cx.area.y)) + first;
        if let Some(item) = rows.get(row).and_then(|row| row.item.clone()) {
            self.on = Some(item);
        }
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines_down: i32, cx: &Cx<'_>) -> Vec<Request> {
        let rows = lines(cx, None);
        if let Some(at) = self.place(&rows) {
            self.go(&rows, at, if lines_down > 0 { 1 } else { -1 }, 1);
        }
        Vec::new()
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let rows = lines(cx, Some(look));
        draw(
            &rows,
            self.first(&rows, area),
            self.place(&rows),
            look,
            area,
            buf,
        );
    }

    fn first(&self, rows: &[Row<Item>], area: Rect) -> usize {
        first_row(
            self.place(rows).unwrap_or(0),
            rows.len(),
            usize::from(area.height),
        )
    }

    /// The row of the item that the cursor is on; the first one when it is gone.
    fn place(&self, rows: &[Row<Item>]) -> Option<usize> {
        let same = rows
            .iter()
            .position(|row| row.item.is_some() && row.item == self.on);
        same.or_else(|| rows.iter().position(|row| row.item.is_some()))
    }

    fn item(&self, rows: &[Row<Item>]) -> Option<Item> {
        self.place(rows).and_then(|at| rows.get(at)?.item.clone())
    }

    fn go(&mut self, rows: &[Row<Item>], mut at: usize, direction: isize, times: isize) {
        for _ in 0..times {
            match step(rows, at, direction) {
                Some(next) => at = next,
                None => break,
            }
        }
        self.on = rows.get(at).and_then(|row| row.item.clone());
    }
}

/// What an action does to the row under the cursor. An action on an ask may find one of this
/// person's own where the cursor is on none.
fn act(action: Action, item: Option<&Item>, cx: &Cx<'_>) -> Vec<Request> {
    let me = cx.me.map(|me| &me.person);
    match item {
        item if handovers::is_on_handover(action) => handovers::act(action, role_of(item), cx),
        item if hypotheses::is_on_hypothesis(action) => {
            hypotheses::act(action, hypothesis_of(item), cx)
        }
        Some(Item::Hypothesis(seq)) if action == Action::Accept => {
            vec![Request::Open(OverlayRequest::Details(*seq))]
        }
        item if proposals::is_on_proposal(action) => proposals::act(action, proposal_of(item), cx),
        Some(Item::Proposal(id)) if action == Action::Accept => {
            proposals::act(action, Some(*id), cx)
        }
        Some(Item::Role(role)) if !asks::is_on_ask(action) => {
            act_on_role(action, role, cx.room.shown(), me)
        }
        item => asks::act(action, ask_of(item), cx),
    }
}

fn role_of(item: Option<&Item>) -> Option<&Role> {
    match item {
        Some(Item::Role(role)) => Some(role),
        _ => None,
    }
}

fn hypothesis_of(item: Option<&Item>) -> Option<Seq> {
    match item {
        Some(Item::Hypothesis(seq)) => Some(*seq),
        _ => None,
    }
}

fn proposal_of(item: Option<&Item>) -> Option<ProposalId> {
    match item {
        Some(Item::Proposal(id)) => Some(*id),
        _ => None,
    }
}

/// Why the incident's own rules refuse this now; nothing where they do not.
fn refusal(intent: Intent, cx: &Cx<'_>) -> Option<String> {
    let me = cx.me?;
    let command = Command {
        id: CommandId(uuid::Uuid::nil()),
        written_at: cx.now,
        intent,
    };
    let actor = Actor {
        person: me.person.clone(),
        level: me.level,
        via: Via::Console,
    };
    let context = incident::Context::new(cx.now, actor);
    let refusal = incident::decide(cx.room.shown(), &command, &context).err();
    refusal.map(|refusal| refusal.to_string())
}

fn ask_of(item: Option<&Item>) -> Option<AskId> {
    match item {
        Some(Item::Ask(id)) => Some(*id),
        _ => None,
    }
}

fn act_on_role(
    action: Action,
    role: &Role,
    incident: &Incident,
    me: Option<&Person>,
) -> Vec<Request> {
    let holder = incident.holder(role).cloned();
    match (action, holder) {
        (Action::ClaimRole | Action::Accept, None) => {
            vec![Request::Submit(Intent::ClaimRole { role: role.clone() })]
        }
        (Action::ClaimRole, Some(holder)) if Some(&holder) != me => match me {
            Some(me) => vec![take_over(role, &holder, me)],
            None => Vec::new(),
        },
        (Action::AssignRole | Action::Accept, _) => {
            vec![Request::Open(OverlayRequest::PickPerson(role.clone()))]
        }
        (Action::ReleaseRole, Some(holder)) if Some(&holder) == me => {
            vec![Request::Open(OverlayRequest::Confirm(Confirm {
                title: format!("Release {role}"),
                lines: vec![
                    format!("{role} is vacant then, for everyone, until someone claims it."),
                    "Hand it to someone instead, if there is one: assign it.".to_owned(),
                ],
                yes: "release".to_owned(),
                intent: Intent::ReleaseRole {
                    role: role.clone(),
                    expected_holder: None,
                },
            }))]
        }
        (Action::ReleaseRole, Some(holder)) => {
            vec![Request::Open(OverlayRequest::Confirm(Confirm {
                title: format!("Take {role} from {holder}"),
                lines: vec![
                    format!("{role} becomes vacant; {holder} has it now."),
                    format!("Tell {holder} first."),
                ],
                yes: "release".to_owned(),
                intent: Intent::ReleaseRole {
                    role: role.clone(),
                    expected_holder: Some(holder),
                },
            }))]
        }
        _ => Vec::new(),
    }
}

fn take_over(role: &Role, holder: &Person, me: &Person) -> Request {
    Request::Open(OverlayRequest::Confirm(Confirm {
        title: format!("Take over {role} from {holder}"),
        lines: vec![
            format!("You become {role}; {holder} has it now."),
            format!("Say so to {holder}, and to the room."),
        ],
        yes: "take over".to_owned(),
        intent: Intent::AssignRole {
            role: role.clone(),
            to: me.clone(),
            expected_holder: Some(holder.clone()),
        },
    }))
}

/// All rows. Without a look only what they stand for counts.
fn lines(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let incident = cx.room.shown();
    let mut rows: Vec<Row<Item>> = Vec::new();
    let roles: Vec<&Role> = Role::STANDARD.iter().chain(other_roles(incident)).collect();
    let wide = name_column(roles.iter().map(|role| role.short()));
    for role in roles {
        rows.push(role_row(role, wide, incident, cx, look));
    }
    rows.extend(waiting::rows(cx, look));
    rows.extend(proposals::rows(cx, look));
    rows.extend(asks::rows(cx, look));
    rows.extend(nags::rows(cx, look));
    rows.extend(hypotheses::rows(cx, look));
    rows.extend(proposals::decided_rows(cx, look));
    if !cx.room.here().is_empty() {
        rows.push(Row::section("Here", cx.room.here().len()));
        rows.extend(cx.room.here().iter().map(|here| here_row(here, cx)));
    }
    rows
}

/// The width of a column for these names.
fn name_column<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    let widest = names.map(|name| cells(&visible_line(name))).max();
    widest.unwrap_or(0).clamp(NAME_CELLS.0, NAME_CELLS.1)
}

fn other_roles(incident: &Incident) -> impl Iterator<Item = &Role> {
    incident
        .roles
        .keys()
        .filter(|role| !Role::STANDARD.contains(role))
}

fn hint(look: &Look<'_>, action: Action) -> String {
    look.keymap.hint(
        action,
        &[Context::Command, Context::Incident, Context::Browse],
    )
}

fn role_row(
    role: &Role,
    wide: usize,
    incident: &Incident,
    cx: &Cx<'_>,
    look: Option<&Look<'_>>,
) -> Row<Item> {
    let name = column(&visible_line(role.short()), wide);
    let name = piece(format!("{name} "), Meaning::Muted);
    let item = Some(Item::Role(role.clone()));
    if let Some(holder) = incident.roles.get(role) {
        let mine = cx.me.is_some_and(|me| me.person == holder.person);
        let who = if mine { Meaning::Me } else { Meaning::Person };
        let left = vec![name, piece(visible_line(holder.person.as_str()), who)];
        return Row::new(left, handovers::right(role, holder, cx, look), item);
    }
    // A vacancy is shouted while people work on the incident, and only then.
    if !incident.status.is_live() {
        return Row::new(
            vec![name, piece("nobody", Meaning::Muted)],
            Vec::new(),
            item,
        );
    }
    let key = look
        .filter(|_| !cx.read_only)
        .map(|look| format!("{} claim", hint(look, Action::ClaimRole)));
    let right = vec![piece(key.unwrap_or_default(), Meaning::Muted)];
    Row::new(vec![name, piece("VACANT", Meaning::Vacant)], right, item)
}

fn here_row(here: &Here, cx: &Cx<'_>) -> Row<Item> {
    let mine = cx.me.is_some_and(|me| me.person == here.person);
    let who = if mine { Meaning::Me } else { Meaning::Person };
    let doing = match (here.typing, here.spectator) {
        (true, _) => "typing…",
        (false, true) => "watching",
        (false, false) => here.pane.name(),
    };
    let left = vec![piece(visible_line(here.person.as_str()), who)];
    Row::new(left, vec![piece(doing, Meaning::Muted)], None)
}
