//! A list to choose from by typing a part of a name: the palette and every picker.

use super::line::{Edit, LineEdit};
use super::stroke::{Answer, Move, Stroke};
use crate::console::keymap::{Action, Ranked, rank};
use crate::console::layout::Layout;
use crate::incident::{
    IncidentId, Milestone, Person, Role, Severity, ShellBlock, SnoozeNag, Status, StepRef,
};
use std::sync::Arc;

/// What an item stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Do this.
    Do(Action),
    /// Open this incident.
    Incident(IncidentId),
    /// Merge the open incident into this one.
    MergeInto(IncidentId),
    /// This role: claim it when it is vacant, give it up or hand it on when it is held.
    Role(Role),
    /// Give the role to this person.
    Assign(Role, Person),
    /// Give the role to someone whose name is typed.
    AssignOther(Role),
    /// Claim the role.
    Claim(Role),
    /// Take the role from its holder, or give it up.
    Release(Role),
    /// Make this command of a step ready.
    Block(StepRef, ShellBlock),
    /// Attach this runbook.
    Runbook(Arc<str>),
    /// This severity, or none.
    Severity(Option<Severity>),
    /// This status.
    Status(Status),
    /// This milestone.
    Milestone(Milestone),
    /// This theme.
    Theme(String),
    /// This layout.
    Layout(Layout),
    /// Put this nag off for so many minutes.
    Snooze(SnoozeNag),
    /// Begin a line from the template of that name.
    Template(String),
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What is matched against what is typed.
    pub label: String,
    /// More about it, after the label.
    pub detail: String,
    /// The key that does the same, at the right.
    pub key: String,
    /// Why it cannot be chosen now.
    pub blocked: Option<String>,
    /// What it stands for.
    pub choice: Choice,
}

impl Item {
    /// A line with nothing but a label.
    #[must_use]
    pub fn new(label: impl Into<String>, choice: Choice) -> Self {
        Self {
            label: label.into(),
            detail: String::new(),
            key: String::new(),
            blocked: None,
            choice,
        }
    }

    /// With more about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With the key that does the same.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    /// With the reason why it cannot be chosen now.
    #[must_use]
    pub fn blocked(mut self, why: Option<String>) -> Self {
        self.blocked = why;
        self
    }
}

/// What the list waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: the items are here.
    Nothing,
    /// An answer with this number.
    Answer(u64),
}

/// A list to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Picker {
    /// What is chosen: "Run an action".
    pub title: String,
    /// What an empty list says.
    pub empty: String,
    /// What it waits for.
    pub wait: Wait,
    items: Vec<Item>,
    line: LineEdit,
    fits: Vec<Ranked>,
    cursor: usize,
    /// Why the chosen item was not taken.
    refused: Option<String>,
}

impl Picker {
    /// A list of these; nothing is typed yet.
    #[must_use]
    pub fn new(title: impl Into<String>, empty: impl Into<String>, items: Vec<Item>) -> Self {
        let mut picker = Self {
            title: title.into(),
            empty: empty.into(),
            wait: Wait::Nothing,
            items,
            line: LineEdit::default(),
            fits: Vec::new(),
            cursor: 0,
            refused: None,
        };
        picker.rank();
        picker
    }

    /// A list whose items come with the answer of that number.
    #[must_use]
    pub fn waiting(mut self, request: u64) -> Self {
        self.wait = Wait::Answer(request);
        self
    }

    /// With the cursor on the item that stands for this.
    #[must_use]
    pub fn starting_at(mut self, wanted: &Choice) -> Self {
        self.cursor = self
            .fits
            .iter()
            .position(|fit| {
                self.items
                    .get(fit.index)
                    .is_some_and(|i| i.choice == *wanted)
            })
            .unwrap_or(0);
        self
    }

    /// The items have come.
    pub fn fill(&mut self, items: Vec<Item>) {
        self.items = items;
        self.wait = Wait::Nothing;
        self.rank();
    }

    /// What is typed.
    #[must_use]
    pub fn line(&self) -> &LineEdit {
        &self.line
    }

    /// The items that fit, best first, with the characters that were matched.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = (&Item, &[u32])> {
        self.fits
            .iter()
            .filter_map(|fit| Some((self.items.get(fit.index)?, &*fit.positions)))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Which of the shown items the cursor is on.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Why the chosen item was not taken, until something else is done.
    #[must_use]
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// How many items there are, fitting or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.items.len()
    }

    /// The item under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Item> {
        self.items.get(self.fits.get(self.cursor)?.index)
    }

    /// Puts the cursor on a shown item, and chooses it when it is there already.
    pub fn click(&mut self, at: usize) -> Answer {
        if at >= self.fits.len() {
            return Answer::Stay;
        }
        let again = self.cursor == at;
        self.cursor = at;
        if again { self.choose() } else { Answer::Stay }
    }

    /// Takes in what reaches it.
    pub fn stroke(&mut self, stroke: Stroke<'_>, page: usize) -> Answer {
        self.refused = None;
        match stroke {
            Stroke::Text(text) => {
                self.line.insert(text);
                self.rank();
            }
            Stroke::Edit(Edit::Backspace) if self.line.text().is_empty() => return Answer::Close,
            Stroke::Edit(edit) => {
                let before = self.line.text().to_owned();
                self.line.edit(edit);
                if before != self.line.text() {
                    self.rank();
                }
            }
            Stroke::Move(step) => self.cursor = step.from(self.cursor, self.fits.len(), page),
            Stroke::Next => self.cursor = Move::Down.from(self.cursor, self.fits.len(), page),
            Stroke::Previous => self.cursor = Move::Up.from(self.cursor, self.fits.len(), page),
            Stroke::Accept => return self.choose(),
            Stroke::Cancel => return Answer::Close,
            Stroke::Copy | Stroke::Sort | Stroke::Filter | Stroke::Write => {}
        }
        Answer::Stay
    }

    fn choose(&mut self) -> Answer {
        match self.current() {
            Some(item) => match &item.blocked {
                Some(why) => {
                    self.refused = Some(why.clone());
                    Answer::Stay
                }
                None => Answer::Chosen(item.choice.clone()),
            },
            None => Answer::Stay,
        }
    }

    /// Labels are matched loosely, and come first. Details only count where they hold the very
    /// words that are typed: in a sentence nearly any few letters are found in their order.
    fn rank(&mut self) {
        let typed = self.line.text().trim();
        self.fits = rank(typed, self.items.iter().map(|item| item.label.as_str()));
        let by_label: Vec<usize> = self.fits.iter().map(|fit| fit.index).collect();
        let typed = typed.to_lowercase();
        for (index, item) in self.items.iter().enumerate() {
            let detail = item.detail.to_lowercase();
            if !by_label.contains(&index) && typed.split_whitespace().all(|w| detail.contains(w)) {
                self.fits.push(Ranked {
                    index,
                    score: 0,
                    positions: Vec::new(),
                });
            }
        }
        self.cursor = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker() -> Picker {
        let item = |name: &str, status| Item::new(name, Choice::Status(status));
        Picker::new(
            "Status",
            "none",
            vec![
                item("identified", Status::Identified),
                item("monitoring", Status::Monitoring),
                item("resolved", Status::Resolved).blocked(Some("Only the IC may.".to_owned())),
            ],
        )
    }

    #[test]
    fn typing_narrows_and_enter_chooses() {
        let mut picker = picker();
        picker.stroke(Stroke::Text("mon"), 10);
        assert_eq!(picker.shown().len(), 1);
        let answer = picker.stroke(Stroke::Accept, 10);
        assert_eq!(answer, Answer::Chosen(Choice::Status(Status::Monitoring)));
    }

    #[test]
    fn what_is_not_possible_says_why_and_stays() {
        let mut picker = picker();
        picker.stroke(Stroke::Move(Move::Last), 10);
        assert_eq!(picker.stroke(Stroke::Accept, 10), Answer::Stay);
        assert_eq!(picker.refused(), Some("Only the IC may."));
        picker.stroke(Stroke::Move(Move::Up), 10);
        assert_eq!(picker.refused(), None);
    }

    #[test]
    fn nothing_fits_and_nothing_happens() {
        let mut picker = picker();
        picker.stroke(Stroke::Text("zzzz"), 10);
        assert_eq!(picker.stroke(Stroke::Accept, 10), Answer::Stay);
        assert_eq!(picker.stroke(Stroke::Move(Move::Down), 10), Answer::Stay);
        assert_eq!(picker.stroke(Stroke::Cancel, 10), Answer::Close);
    }
}
