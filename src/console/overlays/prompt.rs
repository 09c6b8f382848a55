//! One line of text: a prompt, and the search in the timeline.

use super::line::LineEdit;
use super::stroke::{Answer, Stroke};
use crate::console::panes;
use crate::console::panes::Then;

/// Asks for one line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// What is asked.
    pub title: String,
    /// What is typed.
    pub line: LineEdit,
    /// What becomes of it.
    pub then: Then,
    /// What was wrong with the answer, until it is changed.
    pub wrong: Option<String>,
}

impl From<panes::Prompt> for Prompt {
    fn from(asked: panes::Prompt) -> Self {
        Self {
            title: asked.title,
            line: LineEdit::new(&asked.text),
            then: asked.then,
            wrong: None,
        }
    }
}

impl Prompt {
    /// Takes in what reaches it.
    pub fn stroke(&mut self, stroke: Stroke<'_>) -> Answer {
        self.wrong = None;
        match stroke {
            Stroke::Text(text) => {
                self.line.insert(text);
            }
            Stroke::Edit(edit) => self.line.edit(edit),
            Stroke::Accept if self.line.is_blank() && !self.then.may_be_blank() => {
                self.wrong = Some("Write a few words, or press esc to leave it.".to_owned());
            }
            Stroke::Accept => {
                return Answer::Written {
                    then: self.then.clone(),
                    text: self.line.text().trim().to_owned(),
                };
            }
            Stroke::Cancel => return Answer::Close,
            Stroke::Move(_)
            | Stroke::Next
            | Stroke::Previous
            | Stroke::Copy
            | Stroke::Sort
            | Stroke::Filter
            | Stroke::Write => {}
        }
        Answer::Stay
    }
}

/// Looks for words in the timeline while they are typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Search {
    /// What is typed.
    pub line: LineEdit,
}

impl Search {
    /// Takes in what reaches it.
    pub fn stroke(&mut self, stroke: Stroke<'_>) -> Answer {
        match stroke {
            Stroke::Text(text) => {
                self.line.insert(text);
            }
            Stroke::Edit(edit) => self.line.edit(edit),
            Stroke::Accept => return Answer::LookedFor(self.line.text().trim().to_owned()),
            Stroke::Cancel => return Answer::Close,
            Stroke::Move(_)
            | Stroke::Next
            | Stroke::Previous
            | Stroke::Copy
            | Stroke::Sort
            | Stroke::Filter
            | Stroke::Write => {
                return Answer::Stay;
            }
        }
        Answer::Looking(self.line.text().trim().to_owned())
    }
}

/// Asks for a yes or no. Yes is the enter key, and only that: a letter typed by someone who has
/// not seen the question must not answer it.
pub fn confirm(asked: &panes::Confirm, stroke: Stroke<'_>) -> Answer {
    match stroke {
        Stroke::Accept => Answer::Submit(Box::new(asked.intent.clone())),
        Stroke::Cancel => Answer::Close,
        _ => Answer::Stay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Seq;

    #[test]
    fn where_words_may_be_left_out_enter_is_enough() {
        let then = Then::WithdrawAsk(crate::incident::AskId(3));
        let mut prompt = Prompt::from(panes::Prompt {
            title: "Why".to_owned(),
            text: " ".to_owned(),
            then: then.clone(),
        });
        let text = String::new();
        assert_eq!(
            prompt.stroke(Stroke::Accept),
            Answer::Written { then, text }
        );
    }

    #[test]
    fn an_empty_answer_is_not_taken() {
        let mut prompt = Prompt::from(panes::Prompt {
            title: "Why".to_owned(),
            text: "  ".to_owned(),
            then: Then::Retract(Seq(4)),
        });
        assert_eq!(prompt.stroke(Stroke::Accept), Answer::Stay);
        assert!(prompt.wrong.is_some());
        prompt.stroke(Stroke::Text("typo "));
        assert_eq!(prompt.wrong, None);
        assert_eq!(
            prompt.stroke(Stroke::Accept),
            Answer::Written {
                then: Then::Retract(Seq(4)),
                text: "typo".to_owned()
            }
        );
    }
}
