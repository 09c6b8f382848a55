//! An update to be read word for word: before it is approved or posted, and, once it is out, to be
//! sent by hand.

use super::stroke::{Answer, Move, Stroke};
use crate::incident::{Audience, Intent, UpdateId};
use std::sync::Arc;

/// What comes of a yes.
#[derive(Debug, Clone, PartialEq)]
pub struct Then {
    /// The word for yes.
    pub yes: &'static str,
    /// What is asked for.
    pub intent: Intent,
    /// Only once all of it was on the screen.
    pub read_first: bool,
}

/// An update to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// What is about to be done, or what this is.
    pub title: String,
    /// Which.
    pub update: UpdateId,
    /// Who is told.
    pub audience: Audience,
    /// The words, as they were when this was opened: what is agreed to is what was read.
    pub text: Arc<str>,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
    /// What comes of a yes; absent: it is only read, as it is sent by hand.
    pub then: Option<Then>,
    /// Rows that are scrolled past.
    pub top: usize,
    /// How many rows from the first on were on the screen, without one that was passed over.
    pub seen: usize,
    /// All of them were, at the size that the screen had.
    pub read: bool,
    /// A yes came too early: so many rows are unread.
    pub unread: Option<usize>,
}

impl Review {
    /// Takes in what reaches it. `lines` is how many rows there are, `rows` how many fit.
    pub fn stroke(&mut self, stroke: Stroke<'_>, lines: usize, rows: usize) -> Answer {
        self.unread = None;
        self.look(lines, rows);
        let most = lines.saturating_sub(rows);
        match stroke {
            Stroke::Move(Move::Last) => self.top = most,
            Stroke::Move(step) => self.top = step.from(self.top, most + 1, rows),
            Stroke::Accept => {
                let Some(then) = &self.then else {
                    return Answer::Close;
                };
                if then.read_first && !self.read {
                    self.unread = Some(lines.saturating_sub(self.seen));
                    return Answer::Stay;
                }
                return Answer::Submit(Box::new(then.intent.clone()));
            }
            Stroke::Cancel => return Answer::Close,
            Stroke::Copy => return Answer::Copy(self.text.to_string(), "the update"),
            _ => {}
        }
        self.look(lines, rows);
        Answer::Stay
    }

    /// What is on the screen is seen, where nothing before it was passed over.
    fn look(&mut self, lines: usize, rows: usize) {
        self.top = self.top.min(lines.saturating_sub(rows));
        if self.top <= self.seen {
            self.seen = self.seen.max(self.top + rows);
        }
        self.read |= self.seen >= lines;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::update::Named;
    use Move::{Down, First, Last, PageDown, PageUp, Up};

    fn review(read_first: bool) -> Review {
        let named = Named {
            update: UpdateId(1),
            version: 1,
        };
        Review {
            title: String::new(),
            update: UpdateId(1),
            audience: Audience::External,
            text: "We look.".into(),
            notes: Vec::new(),
            then: Some(Then {
                yes: "approve",
                intent: Intent::ApproveUpdate(named),
                read_first,
            }),
            top: 0,
            seen: 0,
            read: false,
            unread: None,
        }
    }

    /// How many rows are left when the yes comes after these moves; absent: it counts.
    #[test]
    fn a_yes_counts_once_all_of_it_was_on_the_screen() {
        let rows: &[(&str, usize, &[Move], Option<usize>)] = &[
            ("it fits", 20, &[], None),
            ("nothing yet", 21, &[], Some(1)),
            ("nothing yet of much", 65, &[], Some(45)),
            ("a row further", 22, &[Down], Some(1)),
            ("to the end by rows", 22, &[Down, Down], None),
            ("by pages", 65, &[PageDown, PageDown, PageDown], None),
            (
                "the last page is missing",
                65,
                &[PageDown, PageDown],
                Some(5),
            ),
            ("the middle was passed over", 65, &[Last], Some(45)),
            ("the end of two pages", 40, &[Last], None),
            (
                "back after the end",
                30,
                &[PageDown, First, Up, PageUp],
                None,
            ),
            (
                "passed over, then read",
                45,
                &[Last, First, PageDown, PageDown],
                None,
            ),
        ];
        for (name, lines, moves, left) in rows {
            let mut asked = review(true);
            for step in *moves {
                assert_eq!(
                    asked.stroke(Stroke::Move(*step), *lines, 20),
                    Answer::Stay,
                    "{name}"
                );
            }
            let answer = asked.stroke(Stroke::Accept, *lines, 20);
            assert_eq!(
                matches!(answer, Answer::Submit(_)),
                left.is_none(),
                "{name}"
            );
            assert_eq!(asked.unread, *left, "{name}");
            // What is only posted was approved, or needs no approval.
            let posted = review(false).stroke(Stroke::Accept, *lines, 20);
            assert!(matches!(posted, Answer::Submit(_)), "{name}");
        }
    }

    #[test]
    fn a_smaller_screen_takes_nothing_back_and_a_no_is_always_heard() {
        let mut asked = review(true);
        asked.stroke(Stroke::Move(Down), 20, 20);
        assert!(matches!(
            asked.stroke(Stroke::Accept, 60, 20),
            Answer::Submit(_)
        ));
        let mut asked = review(true);
        asked.stroke(Stroke::Accept, 60, 20);
        assert_eq!(asked.stroke(Stroke::Cancel, 60, 20), Answer::Close);
    }
}
