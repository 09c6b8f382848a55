//! The runbook as a checklist that the whole room ticks off.

mod spots;

use super::rows::{Piece, Row, draw, first_row, piece, step};
use super::{Cx, Look, OverlayRequest, Prompt, Request, Say, Then, Title};
use crate::console::keymap::{Action, Context};
use crate::console::text::{age, cells, countdown, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::{Applies, Intent, Runbook, Step, StepNo, StepRef, StepState};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// Lines of a step's detail that are shown under it; the whole is one key away.
const DETAIL_LINES: usize = 4;
/// Lines of a runbook's preface that are shown above the steps.
const PREFACE_LINES: usize = 3;
/// Cells of a step's row that are not its words: its box and number, and whose it is until when.
const STEP_SIDES: usize = 26;

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The runbook that is shown; the newest when none was chosen.
    shown: Option<Arc<str>>,
    /// The step that the cursor is on; the first one to be done when none was chosen.
    on: Option<StepNo>,
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let Some(runbook) = self.runbook(cx) else {
            return Title {
                left: "Runbook".to_owned(),
                right: String::new(),
            };
        };
        let many = cx.room.shown().runbooks.len();
        let at = cx
            .room
            .shown()
            .runbooks
            .iter()
            .position(|r| r.name == runbook.name);
        let more = match at {
            Some(at) if many > 1 => format!(" ({} of {many})", at + 1),
            _ => String::new(),
        };
        Title {
            left: format!("Runbook: {}{more}", visible_line(&runbook.name)),
            right: format!("{}/{}", runbook.settled(), runbook.steps.len()),
        }
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let Some(runbook) = self.runbook(cx) else {
            return match action {
                Action::Accept | Action::AttachRunbook | Action::StepStart => {
                    vec![Request::Open(OverlayRequest::PickRunbook)]
                }
                _ => Vec::new(),
            };
        };
        let runbook = runbook.clone();
        let rows = self.rows(&runbook, cx);
        let at = self.place(&runbook, &rows);
        let page = usize::from(cx.area.height.max(2) / 2);
        match action {
            Action::CursorDown => self.go(&rows, at, 1, 1),
            Action::CursorUp => self.go(&rows, at, -1, 1),
            Action::HalfPageDown | Action::PageDown => self.go(&rows, at, 1, page),
            Action::HalfPageUp | Action::PageUp => self.go(&rows, at, -1, page),
            Action::Top => self.go(&rows, at, -1, rows.len()),
            Action::Bottom => self.go(&rows, at, 1, rows.len()),
            Action::NextRunbook => self.next(cx),
            other => {
                let Some(step) = self.step(&runbook) else {
                    return Vec::new();
                };
                return self.act(other, &runbook, step);
            }
        }
        Vec::new()
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let of_a_step = matches!(
            action,
            Action::StepStart
                | Action::StepDone
                | Action::StepSkip
                | Action::StepFail
                | Action::StepReopen
                | Action::CopyCommand
                | Action::RunCommand
                | Action::StepResult
                | Action::StepOwner
                | Action::StepTime
                | Action::StepNote
        );
        match self.runbook(cx) {
            None if of_a_step || action == Action::NextRunbook => {
                Some("No runbook is attached.".to_owned())
            }
            Some(_) if action == Action::NextRunbook && cx.room.shown().runbooks.len() < 2 => {
                Some("Only one runbook is attached.".to_owned())
            }
            Some(runbook) if action == Action::CopyCommand => {
                let none = self
                    .step(runbook)
                    .is_none_or(|step| step.text.commands.is_empty());
                none.then(|| "The step shows no command.".to_owned())
            }
            _ => None,
        }
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let Some(runbook) = self.runbook(cx).cloned() else {
            return Vec::new();
        };
        let rows = self.rows(&runbook, cx);
        let first = self.first(&runbook, &rows, cx.area);
        let row = usize::from(at.y.saturating_sub(cx.area.y)) + first;
        if let Some(no) = rows.get(row).and_then(|row| row.item) {
            self.on = Some(no);
        }
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        let action = if lines > 0 {
            Action::CursorDown
        } else {
            Action::CursorUp
        };
        self.handle(action, cx)
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let Some(runbook) = self.runbook(cx) else {
            let key = look
                .keymap
                .hint(Action::AttachRunbook, &[Context::Incident]);
            let text = if cx.read_only {
                "No runbook is attached.".to_owned()
            } else {
                format!("No runbook is attached: {key} chooses one, a checklist for all.")
            };
            let rows: Vec<Row<StepNo>> = wrap(&text, usize::from(area.width))
                .into_iter()
                .map(|line| Row::plain(line, Meaning::Placeholder))
                .collect();
            return draw(&rows, 0, None, look, area, buf);
        };
        let rows = self.rows(runbook, cx);
        let first = self.first(runbook, &rows, area);
        draw(
            &rows,
            first,
            Some(self.place(runbook, &rows)),
            look,
            area,
            buf,
        );
    }

    /// The runbook that is shown.
    fn runbook<'a>(&self, cx: &Cx<'a>) -> Option<&'a Runbook> {
        let attached = &cx.room.shown().runbooks;
        let chosen = self
            .shown
            .as_ref()
            .and_then(|name| attached.iter().find(|r| r.name == *name));
        chosen.or_else(|| attached.last())
    }

    /// The runbook that is shown, and the step that the cursor is on.
    #[must_use]
    pub fn under_cursor<'a>(&self, cx: &Cx<'a>) -> Option<(&'a Runbook, &'a Step)> {
        let runbook = self.runbook(cx)?;
        Some((runbook, self.step(runbook)?))
    }

    /// The step that the cursor is on: the chosen one, or the first that is not settled.
    fn step<'a>(&self, runbook: &'a Runbook) -> Option<&'a Step> {
        let chosen = self.on.and_then(|no| runbook.step(no));
        let open = || runbook.steps.iter().find(|step| !step.state.is_settled());
        chosen.or_else(open).or_else(|| runbook.steps.first())
    }

    fn first(&self, runbook: &Runbook, rows: &[Row<StepNo>], area: Rect) -> usize {
        first_row(
            self.place(runbook, rows),
            rows.len(),
            usize::from(area.height),
        )
    }

    fn place(&self, runbook: &Runbook, rows: &[Row<StepNo>]) -> usize {
        let on = self.step(runbook).map(|step| step.no);
        rows.iter()
            .position(|row| row.item.is_some() && row.item == on)
            .unwrap_or(0)
    }

    fn go(&mut self, rows: &[Row<StepNo>], mut at: usize, direction: isize, times: usize) {
        for _ in 0..times {
            match step(rows, at, direction) {
                Some(next) => at = next,
                None => break,
            }
        }
        if let Some(no) = rows.get(at).and_then(|row| row.item) {
            self.on = Some(no);
        }
    }

    fn next(&mut self, cx: &Cx<'_>) {
        if let Some(other) = self.other(cx) {
            *self = other;
        }
    }

    /// The place of the runbook that is shown among the attached ones, from 0, and that of the next.
    fn pair(&self, attached: &[Runbook]) -> Option<(usize, usize)> {
        let name = self.shown.as_ref();
        let chosen = name.and_then(|name| attached.iter().position(|r| r.name == *name));
        let last = attached.len().checked_sub(1)?;
        let at = chosen.unwrap_or(last);
        Some((at, if at == last { 0 } else { at + 1 }))
    }

    /// Whether the runbook that is shown stands to the right of the next one: they keep their places
    /// when the cursor goes from one to the other.
    #[must_use]
    pub fn stands_right(&self, attached: &[Runbook]) -> bool {
        self.pair(attached).is_some_and(|(at, next)| at > next)
    }

    /// The pane as it shows the next attached runbook; nothing where there is only one.
    #[must_use]
    pub fn other(&self, cx: &Cx<'_>) -> Option<Self> {
        let attached = &cx.room.shown().runbooks;
        let (at, next) = self.pair(attached)?;
        let next = attached.get(next).filter(|_| at != next)?;
        Some(Self {
            shown: Some(next.name.clone()),
            on: None,
        })
    }

    /// Goes to the runbook that stands beside the one that is shown.
    pub fn switch(&mut self, cx: &Cx<'_>) {
        self.next(cx);
    }

    fn act(&self, action: Action, runbook: &Runbook, step: &Step) -> Vec<Request> {
        let set = |state| {
            Request::Submit(Intent::SetStep {
                runbook: runbook.name.clone(),
                step: step.no,
                state,
                reason: None,
            })
        };
        let ask_why = |state, title: String| {
            let then = Then::SetStep {
                runbook: runbook.name.clone(),
                step: step.no,
                state,
            };
            Request::Open(OverlayRequest::Prompt(Prompt {
                title,
                text: String::new(),
                then,
            }))
        };
        let no = step.no;
        let say = |title: String, text: Option<String>, then: fn(StepRef) -> Then| {
            let of = StepRef {
                runbook: runbook.name.clone(),
                step: no,
            };
            Request::Open(OverlayRequest::Prompt(Prompt {
                title,
                text: text.unwrap_or_default(),
                then: then(of),
            }))
        };
        match action {
            Action::StepStart | Action::Accept => vec![set(StepState::InProgress)],
            Action::StepDone => vec![set(StepState::Done)],
            Action::StepResult => vec![ask_why(
                StepState::Done,
                format!("What came of step {no}; may be left empty"),
            )],
            Action::StepOwner => vec![say(
                format!("Who does step {no}; - for nobody in particular"),
                step.owner.as_ref().map(ToString::to_string),
                Then::StepOwner,
            )],
            Action::StepTime => vec![say(
                format!("Minutes in which step {no} is to be done; 0 for no time-box"),
                step.text.plan.minutes.map(|minutes| minutes.to_string()),
                Then::StepTime,
            )],
            Action::StepNote => vec![say(
                format!("What there is to say about step {no}"),
                None,
                Then::StepNote,
            )],
            Action::StepReopen => vec![set(StepState::Open)],
            Action::StepSkip => vec![ask_why(
                StepState::Skipped,
                format!("Why is step {no} skipped"),
            )],
            Action::StepFail => vec![ask_why(
                StepState::Failed,
                format!("How did step {no} fail"),
            )],
            Action::CopyCommand if step.text.commands.is_empty() => {
                vec![Request::Say(Say::Info(format!(
                    "Step {no} shows no command."
                )))]
            }
            Action::CopyCommand => {
                vec![Request::Copy {
                    text: step.text.commands.join("\n"),
                    what: "the command",
                }]
            }
            Action::Details => vec![Request::Open(OverlayRequest::Text {
                title: format!("Step {no}: {}", step.text.title),
                body: whole(step),
            })],
            _ => Vec::new(),
        }
    }

    /// All rows: preface, section headings, steps, and more of the step under the cursor.
    fn rows(&self, runbook: &Runbook, cx: &Cx<'_>) -> Vec<Row<StepNo>> {
        let width = usize::from(cx.area.width);
        let on = self.step(runbook).map(|step| step.no);
        let mut rows = Vec::new();
        // the beginning is enough, however long it is
        let most = PREFACE_LINES * width.max(1) * 4;
        let preface = &runbook.preface[..runbook.preface.floor_char_boundary(most)];
        let preface = visible_line(preface).replace('⏎', " ");
        for line in wrap(&preface, width).into_iter().take(PREFACE_LINES) {
            rows.push(Row::plain(line, Meaning::Muted));
        }
        let mut section: &str = "";
        for step in &runbook.steps {
            if *step.text.section != *section {
                section = &step.text.section;
                rows.push(Row::plain(visible_line(section), Meaning::Title));
            }
            rows.push(step_row(runbook, step, cx));
            if Some(step.no) == on {
                more_of(step, width, &mut rows);
            }
        }
        rows
    }
}

/// The step in one row: its box, number and words, and who did what when.
fn step_row(runbook: &Runbook, step: &Step, cx: &Cx<'_>) -> Row<StepNo> {
    let applies = runbook.applies(step);
    let (sign, meaning) = match step.state {
        StepState::Open => (" ", Meaning::StepOpen),
        StepState::InProgress => (">", Meaning::StepDoing),
        StepState::Done => ("x", Meaning::StepDone),
        StepState::Skipped => ("-", Meaning::StepSkipped),
        StepState::Failed => ("!", Meaning::StepFailed),
    };
    let words = if step.state.is_settled() || applies != Applies::Yes {
        Meaning::Muted
    } else {
        meaning
    };
    let indent = "  ".repeat(usize::from(step.text.depth.min(4)));
    let mut left = vec![
        piece(format!("[{sign}] "), meaning),
        piece(format!("{:>2} ", step.no), Meaning::Muted),
        piece(format!("{indent}{}", visible_line(&step.text.title)), words),
    ];
    if let Some(reason) = &step.reason {
        left.push(piece(
            format!(" ({})", visible_line(reason)),
            Meaning::Muted,
        ));
    }
    if let Some(why) = applies.words().filter(|_| step.state == StepState::Open) {
        left.push(piece(format!(" ({why})"), Meaning::Muted));
    }
    let right = clock(step, cx).or_else(|| who(step, cx));
    Row::new(left, right.into_iter().collect(), Some(step.no))
}

/// What its clock says: what is left of its time-box, or that it is to be done again.
fn clock(step: &Step, cx: &Cx<'_>) -> Option<Piece> {
    let owner = step.owner.as_ref();
    let owner = owner.map_or_else(String::new, |who| {
        format!("{} ", visible_line(who.as_str()))
    });
    if step.is_again_due(cx.now) {
        return Some(piece(format!("{owner}do it again"), Meaning::Warning));
    }
    let at = step.next_at()?;
    let left = countdown(at - cx.now);
    let (word, meaning) = match (step.state.is_settled(), step.is_overdue(cx.now)) {
        (true, _) => ("again in ", Meaning::Muted),
        (_, true) => ("OVERDUE ", Meaning::Overdue),
        (_, false) => ("", Meaning::StepDoing),
    };
    Some(piece(format!("{owner}{word}{}", left.text), meaning))
}

/// Who did it, or is to.
fn who(step: &Step, cx: &Cx<'_>) -> Option<Piece> {
    if let (StepState::Open, Some(owner)) = (step.state, &step.owner) {
        let whose = format!("for {}", visible_line(owner.as_str()));
        return Some(piece(whose, Meaning::Muted));
    }
    step.by.as_ref().zip(step.at).map(|(by, at)| {
        let word = match step.state {
            StepState::Skipped => "skipped ",
            StepState::Failed => "failed ",
            _ => "",
        };
        piece(
            format!("{word}{} {}", visible_line(by.as_str()), age(cx.now - at)),
            Meaning::Muted,
        )
    })
}

/// Detail and commands of the step under the cursor.
fn more_of(step: &Step, width: usize, rows: &mut Vec<Row<StepNo>>) {
    let indent = "       ";
    let room = width.saturating_sub(indent.len());
    let plan = step.text.plan.words();
    if !plan.is_empty() {
        rows.push(Row::plain(format!("{indent}{plan}"), Meaning::Muted));
    }
    for remark in &step.remarks {
        let said = format!("{}: {}", remark.by, remark.text);
        let said = visible_line(&said).into_owned();
        for line in wrap(&said, room) {
            rows.push(Row::plain(format!("{indent}{line}"), Meaning::Text));
        }
    }
    let detail = visible_line(&step.text.detail).replace('⏎', " ");
    for line in wrap(&detail, room).into_iter().take(DETAIL_LINES) {
        if !line.is_empty() {
            rows.push(Row::plain(format!("{indent}{line}"), Meaning::Muted));
        }
    }
    // A command that stands in the step's own words is not said twice.
    let title = &step.text.title;
    let commands = (step.text.commands.iter())
        .filter(|command| !title.contains(&***command) || cells(title) + STEP_SIDES > width)
        .flat_map(|command| command.lines());
    for command in commands {
        let left = vec![
            piece(format!("{indent}$ "), Meaning::Muted),
            piece(visible_line(command), Meaning::Code),
        ];
        rows.push(Row::new(left, Vec::new(), None));
    }
}

/// All that a step says.
fn whole(step: &Step) -> String {
    let mut parts = vec![step.text.title.to_string()];
    if !step.text.detail.is_empty() {
        parts.push(step.text.detail.to_string());
    }
    parts.extend(
        step.text
            .commands
            .iter()
            .map(|command| format!("$ {command}")),
    );
    parts.join("\n\n")
}
