//! The updates pane: who is promised one and when, and every update with how far it has come.

use super::rows::{self, Row, piece};
use super::{Cx, Look, OverlayRequest, Request, Title};
use crate::client::Spot;
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::{age, cells, countdown, pad_right, truncate, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Audience, Incident, Update, UpdateId, UpdateState};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What stands in the place of words that are not for this screen.
fn withheld(update: &Update) -> &'static str {
    match update.state {
        UpdateState::Withdrawn => "It was not posted.",
        _ => "To be read here once it is posted.",
    }
}

/// What the pane keeps between frames.
#[derive(Debug, Clone, Copy, Default)]
pub struct State {
    /// The update that the cursor is on. By number, so that it stays when others come.
    cursor: Option<UpdateId>,
}

/// Open ones first, the one changed last on top; then those that ended.
fn in_order(shown: &Incident) -> Vec<&Update> {
    let mut all: Vec<&Update> = shown.updates.iter().rev().collect();
    all.sort_by_key(|update| !update.state.is_open());
    all
}

fn meaning(state: UpdateState) -> Meaning {
    match state {
        UpdateState::Drafted => Meaning::Text,
        UpdateState::Submitted => Meaning::Warning,
        UpdateState::Approved => Meaning::Good,
        UpdateState::Rejected => Meaning::Danger,
        UpdateState::Posted | UpdateState::Withdrawn => Meaning::Muted,
    }
}

/// What someone has to do about it next.
fn word(update: &Update) -> String {
    match (update.state, &update.agreed) {
        (UpdateState::Submitted, _) => "waits for approval".to_owned(),
        (UpdateState::Approved, Some(agreed)) => format!("approved by {}", agreed.by),
        (state, _) => state.name().to_owned(),
    }
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let open = cx.room.shown().open_updates().count();
        Title {
            left: "Updates".to_owned(),
            right: match open {
                0 => String::new(),
                1 => "1 draft".to_owned(),
                many => format!("{many} drafts"),
            },
        }
    }

    /// The update that the cursor is on.
    #[must_use]
    pub fn current(&self, shown: &Incident) -> Option<UpdateId> {
        let all = in_order(shown);
        let held = all.iter().find(|update| Some(update.id) == self.cursor);
        held.or(all.first()).map(|update| update.id)
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        if action == Action::Accept {
            return self.read(cx);
        }
        if let Some(step) = Move::of(action) {
            self.step(step, cx);
        }
        Vec::new()
    }

    /// What the cursor is on, for those who follow.
    #[must_use]
    pub fn spot(&self, cx: &Cx<'_>) -> Option<Spot> {
        let id = self.current(cx.room.shown())?;
        Some(Spot::Update { id })
    }

    /// Puts the cursor there.
    pub fn pick(&mut self, spot: &Spot) {
        if let Spot::Update { id } = spot {
            self.cursor = Some(*id);
        }
    }

    /// The update in full.
    fn read(&self, cx: &Cx<'_>) -> Vec<Request> {
        let shown = cx.room.shown();
        let Some(update) = self.current(shown).and_then(|id| shown.update(id)) else {
            return Vec::new();
        };
        let title = format!(
            "Update {} · {} · {}",
            update.id,
            update.audience,
            word(update)
        );
        let body = match &update.reason {
            _ if update.is_withheld() => withheld(update).to_owned(),
            Some(why) => format!("{}\n\n{}: {why}", update.text, update.state.name()),
            None => update.text.to_string(),
        };
        vec![Request::Open(OverlayRequest::Text { title, body })]
    }

    fn step(&mut self, step: Move, cx: &Cx<'_>) {
        let ids: Vec<UpdateId> = in_order(cx.room.shown()).iter().map(|one| one.id).collect();
        let at = ids
            .iter()
            .position(|id| Some(*id) == self.cursor)
            .unwrap_or(0);
        let page = usize::from(cx.area.height) / 2;
        self.cursor = ids.get(step.from(at, ids.len(), page)).copied();
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let none = cx.room.shown().updates.is_empty();
        (none && action == Action::Accept).then(|| "There is no update yet.".to_owned())
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let rows = self.rows(cx, None);
        let line = self.top(&rows, cx.area, cx) + usize::from(at.y.saturating_sub(cx.area.y));
        let clicked = rows.get(line).and_then(|row| row.item);
        if clicked.is_some() && clicked == self.cursor {
            return self.read(cx);
        }
        self.cursor = clicked.or(self.cursor);
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        let step = if lines > 0 { Move::Down } else { Move::Up };
        for _ in 0..lines.unsigned_abs() {
            self.step(step, cx);
        }
        Vec::new()
    }

    fn top(&self, rows: &[Row<UpdateId>], area: Rect, cx: &Cx<'_>) -> usize {
        let current = self.current(cx.room.shown());
        let at = rows
            .iter()
            .position(|row| row.item.is_some() && row.item == current);
        rows::first_row(at.unwrap_or(0), rows.len(), usize::from(area.height))
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let rows = self.rows(cx, Some(look));
        let current = self.current(cx.room.shown());
        let cursor = rows
            .iter()
            .position(|row| row.item.is_some() && row.item == current);
        let first = self.top(&rows, area, cx);
        rows::draw(&rows, first, cursor, look, area, buf);
    }

    fn rows(&self, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<UpdateId>> {
        let shown = cx.room.shown();
        let mut rows = promises(shown, cx, look);
        let updates = in_order(shown);
        rows.push(Row::section("Drafted and posted", updates.len()));
        if updates.is_empty() {
            let look = look.filter(|_| !cx.read_only);
            let hint = look.map_or_else(String::new, |look| {
                let key = look.keymap.hint(
                    Action::DraftUpdate,
                    &[crate::console::keymap::Context::Incident],
                );
                format!("{key} writes the first: who waits hears that you know.")
            });
            rows.push(Row::plain(hint, Meaning::Placeholder));
        }
        for update in updates {
            rows.push(head(update, cx, look));
            if let Some(why) = update.reason.as_deref().filter(|_| update.state.is_open()) {
                let why = visible_line(why).into_owned();
                rows.push(Row::plain(format!("     {why}"), Meaning::Danger));
            }
            rows.push(first_words(update, cx));
        }
        rows
    }
}

/// When who is promised the next one.
fn promises(shown: &Incident, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<UpdateId>> {
    let live = shown.status.is_live();
    let rows = Audience::ALL.into_iter().map(|audience| {
        let name = piece(
            format!(" {}", pad_right(audience.name(), 10)),
            Meaning::Muted,
        );
        let usual = shown.cadence_minutes(audience);
        let usual = usual.map_or_else(String::new, |minutes| format!("every {minutes} min "));
        let promised = shown.promises.get(&audience).filter(|_| live);
        let said = match promised {
            Some(at) => {
                let left = countdown(*at - cx.now);
                if left.late {
                    let sign = look.map_or("", |look| glyph(look, Meaning::Overdue));
                    piece(format!("{sign} OVERDUE {}", left.text), Meaning::Overdue)
                } else {
                    piece(format!("next in {}", left.text), Meaning::Text)
                }
            }
            None => piece("nothing promised", Meaning::Placeholder),
        };
        Row::new(vec![name, said], vec![piece(usual, Meaning::Muted)], None)
    });
    rows.collect()
}

fn head(update: &Update, cx: &Cx<'_>, look: Option<&Look<'_>>) -> Row<UpdateId> {
    let meaning = meaning(update.state);
    let sign = look.map_or("", |look| glyph(look, meaning)).to_owned();
    let stage = update
        .stage
        .map_or_else(String::new, |stage| format!(" · {stage}"));
    let left = vec![
        piece(format!("{sign} {:<3}", update.id.to_string()), meaning),
        piece(format!("{}{stage}  ", update.audience), Meaning::Strong),
        piece(word(update), meaning),
    ];
    let right = format!("{} {} ", update.by, age(cx.now - update.at));
    Row::new(left, vec![piece(right, Meaning::Muted)], Some(update.id))
}

fn first_words(update: &Update, cx: &Cx<'_>) -> Row<UpdateId> {
    if update.is_withheld() {
        return Row::plain(format!("     {}", withheld(update)), Meaning::Placeholder);
    }
    let room = usize::from(cx.area.width).saturating_sub(6);
    let lines = update
        .text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    let line = visible_line(update.text.lines().next().unwrap_or_default()).into_owned();
    let more = if lines > 1 {
        format!(" (+{})", lines - 1)
    } else {
        String::new()
    };
    let line = truncate(&line, room.saturating_sub(cells(&more))).into_owned();
    Row::plain(format!("     {line}{more}"), Meaning::Muted)
}
