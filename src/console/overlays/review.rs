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
}

impl Review {
    /// Takes in what reaches it. `lines` is how many rows there are, `rows` how many fit.
    pub fn stroke(&mut self, stroke: Stroke<'_>, lines: usize, rows: usize) -> Answer {
        let most = lines.saturating_sub(rows);
        match stroke {
            Stroke::Move(Move::Last) => self.top = most,
            Stroke::Move(step) => self.top = step.from(self.top.min(most), most + 1, rows),
            Stroke::Accept => {
                return match &self.then {
                    Some(then) => Answer::Submit(Box::new(then.intent.clone())),
                    None => Answer::Close,
                };
            }
            Stroke::Cancel => return Answer::Close,
            Stroke::Copy => return Answer::Copy(self.text.to_string(), "the update"),
            _ => {}
        }
        Answer::Stay
    }
}
