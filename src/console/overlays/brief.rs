//! The brief of an incident, read in pages; for whoever is offered a role, with a line in which it is
//! accepted once the end was reached.

use super::line::LineEdit;
use super::stroke::{Answer, Move, Stroke};
use crate::incident::{AnswerOffer, HandoverId, IncidentId, Intent, OfferAnswer};

/// The word that takes a role over.
pub const ACCEPT: &str = "accept";
/// The word that refuses it, with a reason after it.
pub const DECLINE: &str = "decline";

/// A brief that is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// Of which incident.
    pub incident: IncidentId,
    /// The offer that it is read for; absent: to know how things stand.
    pub offer: Option<HandoverId>,
    /// How many lines are scrolled past.
    pub top: usize,
    /// How many lines from the first on were on the screen, without one that was passed over.
    pub seen: usize,
    /// The end was reached so.
    pub read: bool,
    /// What is typed once it is read.
    pub line: LineEdit,
    /// Why what was typed does nothing, until it is changed.
    pub wrong: Option<String>,
}

impl Brief {
    /// From its beginning.
    #[must_use]
    pub fn new(incident: IncidentId, offer: Option<HandoverId>) -> Self {
        Self {
            incident,
            offer,
            top: 0,
            seen: 0,
            read: false,
            line: LineEdit::new(""),
            wrong: None,
        }
    }

    /// Takes in what reaches it. `lines` is how many there are, `rows` how many fit.
    pub fn stroke(&mut self, stroke: Stroke<'_>, lines: usize, rows: usize) -> Answer {
        self.wrong = None;
        self.look(lines, rows);
        match stroke {
            Stroke::Cancel => return Answer::Close,
            Stroke::Move(step) => self.go(step, lines, rows),
            // What is typed is answered also where a line has come below meanwhile: it was read.
            Stroke::Accept if self.at_end(lines, rows) || self.answers() => {
                return self.accept(lines);
            }
            Stroke::Accept => self.go(Move::PageDown, lines, rows),
            Stroke::Text(" ") if !self.read => self.go(Move::PageDown, lines, rows),
            Stroke::Text(_) if !self.read => self.wrong = Some(self.unread(lines)),
            Stroke::Text(text) if self.offer.is_some() => {
                self.line.insert(text);
            }
            Stroke::Edit(edit) if self.offer.is_some() => self.line.edit(edit),
            _ => {}
        }
        if self.at_end(lines, rows) {
            return self.reach(lines);
        }
        Answer::Stay
    }

    /// What is on the screen is seen, where nothing before it was passed over.
    fn look(&mut self, lines: usize, rows: usize) {
        self.top = self.top.min(lines.saturating_sub(rows));
        if self.top <= self.seen {
            self.seen = self.seen.max(self.top + rows);
        }
    }

    fn go(&mut self, step: Move, lines: usize, rows: usize) {
        let most = lines.saturating_sub(rows);
        self.top = match step {
            Move::Last => most,
            step => step.from(self.top, most + 1, rows),
        };
        self.look(lines, rows);
    }

    fn at_end(&self, lines: usize, rows: usize) -> bool {
        self.top + rows >= lines
    }

    /// It was read, and something is typed.
    fn answers(&self) -> bool {
        self.read && !self.line.is_blank()
    }

    /// The end is on the screen: once, and where nothing was passed over, that is said.
    fn reach(&mut self, lines: usize) -> Answer {
        if self.read {
            return Answer::Stay;
        }
        if self.seen < lines {
            self.wrong = Some(self.unread(lines));
            return Answer::Stay;
        }
        self.read = true;
        self.say(OfferAnswer::Briefed, None)
            .map_or(Answer::Stay, |intent| Answer::Ask(Box::new(intent)))
    }

    fn unread(&self, lines: usize) -> String {
        let left = lines.saturating_sub(self.seen);
        match left {
            0 => "Press enter once you have read it.".to_owned(),
            _ => format!("Read all of it first: {left} lines were not on the screen yet."),
        }
    }

    fn accept(&mut self, lines: usize) -> Answer {
        if self.offer.is_none() {
            return Answer::Close;
        }
        if !self.read {
            return self.reach(lines);
        }
        let typed = self.line.text().trim().to_owned();
        let (word, rest) = typed
            .split_once(char::is_whitespace)
            .unwrap_or((&typed, ""));
        let rest = rest.trim();
        let intent = match word.to_ascii_lowercase().as_str() {
            ACCEPT if rest.is_empty() => self.say(OfferAnswer::Accept, None),
            DECLINE if !rest.is_empty() => self.say(OfferAnswer::Decline, Some(rest)),
            DECLINE => {
                self.wrong = Some("Say why, after a space.".to_owned());
                None
            }
            _ => {
                self.wrong = Some(format!("Type {ACCEPT}, or {DECLINE} and why."));
                None
            }
        };
        intent.map_or(Answer::Stay, |intent| Answer::Submit(Box::new(intent)))
    }

    fn say(&self, answer: OfferAnswer, reason: Option<&str>) -> Option<Intent> {
        Some(Intent::AnswerOffer(AnswerOffer {
            handover: self.offer?,
            answer,
            reason: reason.map(Into::into),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered() -> Brief {
        Brief::new(IncidentId(1), Some(HandoverId(2)))
    }

    fn asks(answer: &Answer) -> Option<OfferAnswer> {
        match answer {
            Answer::Ask(intent) | Answer::Submit(intent) => match &**intent {
                Intent::AnswerOffer(said) => Some(said.answer),
                _ => None,
            },
            _ => None,
        }
    }

    #[test]
    fn it_is_read_page_by_page_and_accepted_by_typing_it() {
        let mut brief = offered();
        let next = brief.stroke(Stroke::Accept, 25, 10);
        assert_eq!((next, brief.top), (Answer::Stay, 10));
        // Nothing is typed before the end.
        brief.stroke(Stroke::Text("a"), 25, 10);
        assert!(brief.wrong.is_some() && brief.line.text().is_empty());
        let end = brief.stroke(Stroke::Text(" "), 25, 10);
        assert_eq!(asks(&end), Some(OfferAnswer::Briefed));
        assert_eq!(brief.stroke(Stroke::Accept, 25, 10), Answer::Stay);
        assert!(brief.wrong.is_some(), "enter alone takes nothing over");
        for c in ["a", "c", "c", "e", "p", "t"] {
            assert_eq!(brief.stroke(Stroke::Text(c), 25, 10), Answer::Stay);
        }
        let answer = brief.stroke(Stroke::Accept, 25, 10);
        assert_eq!(asks(&answer), Some(OfferAnswer::Accept));
    }

    #[test]
    fn what_is_typed_is_answered_though_a_line_has_come_below_meanwhile() {
        let mut brief = offered();
        let read = brief.stroke(Stroke::Accept, 10, 10);
        assert_eq!(asks(&read), Some(OfferAnswer::Briefed));
        brief.stroke(Stroke::Text("accept"), 10, 10);
        let answer = brief.stroke(Stroke::Accept, 11, 10);
        assert_eq!(asks(&answer), Some(OfferAnswer::Accept));
    }

    #[test]
    fn one_page_is_read_with_one_key() {
        let mut brief = offered();
        let read = brief.stroke(Stroke::Accept, 8, 10);
        assert_eq!(asks(&read), Some(OfferAnswer::Briefed));
    }

    #[test]
    fn what_is_passed_over_is_not_read() {
        let mut brief = offered();
        assert_eq!(brief.stroke(Stroke::Move(Move::Last), 50, 10), Answer::Stay);
        assert!(brief.wrong.is_some() && !brief.read);
        assert_eq!(brief.stroke(Stroke::Accept, 50, 10), Answer::Stay);
        assert!(!brief.read);
        brief.stroke(Stroke::Move(Move::First), 50, 10);
        let mut last = Answer::Stay;
        for _ in 0..4 {
            last = brief.stroke(Stroke::Move(Move::PageDown), 50, 10);
        }
        assert_eq!(asks(&last), Some(OfferAnswer::Briefed));
    }

    #[test]
    fn it_is_declined_with_a_reason_only() {
        let mut brief = offered();
        brief.stroke(Stroke::Accept, 8, 10);
        brief.stroke(Stroke::Text("decline"), 8, 10);
        assert_eq!(brief.stroke(Stroke::Accept, 8, 10), Answer::Stay);
        brief.stroke(Stroke::Text(" I sleep"), 8, 10);
        let answer = brief.stroke(Stroke::Accept, 8, 10);
        assert_eq!(asks(&answer), Some(OfferAnswer::Decline));
    }

    #[test]
    fn without_an_offer_it_is_only_read() {
        let mut brief = Brief::new(IncidentId(1), None);
        assert_eq!(brief.stroke(Stroke::Accept, 25, 20), Answer::Stay);
        assert_eq!(brief.stroke(Stroke::Text("x"), 25, 20), Answer::Stay);
        assert_eq!(brief.stroke(Stroke::Accept, 25, 20), Answer::Close);
    }
}
