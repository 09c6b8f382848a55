//! A command of a runbook's step: made ready, watched while it runs, looked over before it is sent.

use super::line::LineEdit;
use super::stroke::{Answer, Move, Stroke};
use crate::incident::{CommandId, CommandRun, IncidentId, Printed, StepRef, Timestamp};
use crate::run::{Filled, Variable, filled};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a dangerous command is confirmed with.
pub const WORD: &str = "run";
/// Lines of an output that can be scrolled back to while it runs. All that is kept can be read
/// through at its end.
const LINES: usize = 2_000;
/// The longest line that is kept to be shown, in bytes.
const LINE_BYTES: usize = 2_000;

/// Where a command would run: said before it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The machine.
    pub host: Arc<str>,
    /// The machine's user.
    pub user: Arc<str>,
    /// The folder.
    pub directory: Arc<str>,
}

/// A variable as it is filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Its value.
    pub line: LineEdit,
    /// The label's own value was not taken: it is more than a name.
    pub odd: bool,
}

/// A command that is made ready. The last of its fields confirms it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunForm {
    /// Whose runbook.
    pub incident: IncidentId,
    /// The step.
    pub step: StepRef,
    /// What a shell will read.
    pub script: String,
    /// It is marked as dangerous.
    pub danger: bool,
    /// Its variables.
    pub slots: Vec<Slot>,
    /// The field that is typed in; the number of variables: the last one.
    pub at: usize,
    /// What is typed to confirm a dangerous one.
    pub word: LineEdit,
    /// What was wrong, until it is changed.
    pub wrong: Option<String>,
}

impl RunForm {
    /// A form with what is known filled in; the cursor where something is missing.
    #[must_use]
    pub fn new(incident: IncidentId, step: StepRef, of: Filled, danger: bool) -> Self {
        let slots: Vec<Slot> = of
            .variables
            .into_iter()
            .map(|variable| Slot {
                name: variable.name,
                line: LineEdit::new(&variable.value),
                odd: variable.odd,
            })
            .collect();
        let missing = slots.iter().position(|slot| slot.line.is_blank());
        Self {
            incident,
            step,
            script: of.script,
            danger,
            at: missing.unwrap_or(slots.len()),
            slots,
            word: LineEdit::default(),
            wrong: None,
        }
    }

    /// The variables as they stand.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let slots = self.slots.iter();
        slots
            .map(|slot| Variable {
                name: slot.name.clone(),
                value: slot.line.text().to_owned(),
                odd: false,
            })
            .collect()
    }

    /// The command as it is shown and agreed to.
    #[must_use]
    pub fn command(&self) -> String {
        filled(&self.script, &self.variables())
    }

    fn line(&mut self) -> Option<&mut LineEdit> {
        match self.slots.get_mut(self.at) {
            Some(slot) => Some(&mut slot.line),
            None if self.danger => Some(&mut self.word),
            None => None,
        }
    }

    /// Takes in what reaches it.
    pub fn stroke(&mut self, stroke: Stroke<'_>) -> Answer {
        self.wrong = None;
        let fields = self.slots.len() + 1;
        match stroke {
            Stroke::Text(text) => {
                if let Some(line) = self.line() {
                    line.insert(text);
                }
            }
            Stroke::Edit(edit) => {
                if let Some(line) = self.line() {
                    line.edit(edit);
                }
            }
            Stroke::Next | Stroke::Move(Move::Down) => self.at = (self.at + 1) % fields,
            Stroke::Previous | Stroke::Move(Move::Up) => self.at = (self.at + fields - 1) % fields,
            Stroke::Accept if self.at < self.slots.len() => self.at += 1,
            Stroke::Accept => return self.confirmed(),
            Stroke::Cancel => return Answer::Close,
            _ => {}
        }
        Answer::Stay
    }

    fn confirmed(&mut self) -> Answer {
        if let Some(at) = self.slots.iter().position(|slot| slot.line.is_blank()) {
            self.at = at;
            self.wrong = Some("It is empty: the command would run without it.".to_owned());
            return Answer::Stay;
        }
        if self.danger && self.word.text().trim() != WORD {
            self.wrong = Some(format!("Type {WORD} to run it: it is marked as dangerous."));
            return Answer::Stay;
        }
        Answer::Run
    }
}

/// A command that runs, or has ended and is looked over.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Under which its evidence is sent; nothing: it has not ended yet.
    pub id: Option<CommandId>,
    /// Whose runbook.
    pub incident: IncidentId,
    /// The step.
    pub step: StepRef,
    /// The command as it was agreed to, without secrets.
    pub command: Arc<str>,
    /// When it began.
    pub started_at: Timestamp,
    /// The consent that it needed.
    pub consent: Option<crate::incident::Seq>,
    /// How often it was told to stop.
    pub stops: u32,
    /// How much it printed so far, in bytes.
    pub bytes: u64,
    /// The newest lines.
    pub lines: VecDeque<String>,
    /// The first line that is shown; nothing: the newest are.
    pub top: Option<usize>,
    /// The evidence, once it has ended.
    pub ended: Option<Box<Review>>,
}

impl Running {
    /// One that begins at `started_at`, with the consent that it needed.
    #[must_use]
    pub fn begun(
        incident: IncidentId,
        step: StepRef,
        command: Arc<str>,
        started_at: Timestamp,
        consent: Option<crate::incident::Seq>,
    ) -> Self {
        Self {
            id: None,
            incident,
            step,
            command,
            started_at,
            consent,
            stops: 0,
            bytes: 0,
            lines: VecDeque::new(),
            top: None,
            ended: None,
        }
    }
}

/// The evidence before it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// As it would be sent, but for what is chosen below.
    pub run: CommandRun,
    /// The first line that is kept, from 1; nothing: the first.
    pub from: Option<u64>,
    /// The last line that is kept; nothing: the last.
    pub to: Option<u64>,
    /// The line that the cursor is on, from 0.
    pub cursor: usize,
}

impl Review {
    /// What would be sent.
    #[must_use]
    pub fn chosen(&self) -> CommandRun {
        CommandRun {
            printed: self.printed(),
            ..self.run.clone()
        }
    }

    /// Whether this line, from 0, is kept.
    #[must_use]
    pub fn keeps(&self, line: usize) -> bool {
        let no = line as u64 + 1;
        self.from.is_none_or(|from| no >= from) && self.to.is_none_or(|to| no <= to)
    }

    fn printed(&self) -> Printed {
        if self.from.is_none() && self.to.is_none() {
            return self.run.printed.clone();
        }
        self.run
            .printed
            .trimmed(|no| self.keeps(usize::try_from(no - 1).unwrap_or(usize::MAX)))
    }
}

impl Running {
    /// It printed more.
    pub fn printed(&mut self, shown: &str, bytes: u64) {
        self.bytes = bytes;
        for line in shown.lines() {
            let end = line.floor_char_boundary(LINE_BYTES.min(line.len()));
            self.lines
                .push_back(line.get(..end).unwrap_or_default().to_owned());
            if self.lines.len() > LINES {
                self.lines.pop_front();
                self.top = self.top.map(|top| top.saturating_sub(1));
            }
        }
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.ended.is_none()
    }

    /// Takes in what reaches it. `rows` is how many lines are shown.
    pub fn stroke(&mut self, stroke: Stroke<'_>, rows: usize) -> Answer {
        match (stroke, &mut self.ended) {
            (Stroke::Cancel, _) => return Answer::Close,
            (Stroke::Accept, Some(_)) => return Answer::SendRun,
            (Stroke::Move(step), Some(review)) => {
                let count = review.run.printed.kept_lines().count();
                review.cursor = step.from(review.cursor, count, rows);
            }
            (Stroke::Move(step), None) => {
                let most = self.lines.len().saturating_sub(rows);
                let top = step.from(self.top.unwrap_or(most).min(most), most + 1, rows);
                self.top = (top < most).then_some(top);
            }
            (Stroke::Copy, Some(review)) => {
                return Answer::Copy(review.chosen().printed.shown(), "the output");
            }
            _ => {}
        }
        Answer::Stay
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::StepNo;

    fn form(script: &str, danger: bool, variables: &[(&str, &str)]) -> RunForm {
        let variables = variables.iter().map(|(name, value)| Variable {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            odd: false,
        });
        let of = Filled {
            script: script.to_owned(),
            variables: variables.collect(),
        };
        let step = StepRef {
            runbook: "x".into(),
            step: StepNo(1),
        };
        RunForm::new(IncidentId(1), step, of, danger)
    }

    #[test]
    fn nothing_runs_with_an_empty_variable_or_unconfirmed() {
        let mut form = form("echo $A $B", true, &[("A", "x"), ("B", "")]);
        assert_eq!(form.at, 1, "the first that is missing");
        form.stroke(Stroke::Next);
        assert_eq!(form.stroke(Stroke::Accept), Answer::Stay);
        assert!(form.wrong.is_some() && form.at == 1);
        form.stroke(Stroke::Text("y; rm"));
        form.stroke(Stroke::Accept);
        assert_eq!(form.stroke(Stroke::Accept), Answer::Stay);
        assert!(form.wrong.clone().unwrap().contains("Type run"));
        form.stroke(Stroke::Text("run"));
        assert_eq!(form.stroke(Stroke::Accept), Answer::Run);
        assert_eq!(form.command(), "A=x\nB='y; rm'\necho $A $B");
    }

    #[test]
    fn one_that_is_harmless_and_complete_takes_one_key() {
        let mut form = form("echo", false, &[]);
        assert_eq!(form.stroke(Stroke::Accept), Answer::Run);
        assert_eq!(form.stroke(Stroke::Cancel), Answer::Close);
    }
}
