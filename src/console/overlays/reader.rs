//! A text to read and a list to go through: details of an entry, help, notices, search results.

use super::stroke::{Answer, Move, Stroke};
use crate::client::FoundHit;
use crate::incident::{IncidentId, Seq};

/// What a reader shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// Every action and its keys.
    Help,
    /// An entry of the open incident, in full, with its earlier wordings.
    Entry(Seq),
    /// What changed since this person last looked.
    Changes,
    /// What was said at the foot of the screen, newest first.
    Notices,
    /// What may be so, with what speaks for it or against it.
    Hypotheses,
    /// A text.
    Text {
        /// What it is.
        title: String,
        /// The text.
        body: String,
    },
}

/// A text to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reader {
    /// What it shows.
    pub page: Page,
    /// How many lines are scrolled past. The view takes it back to what there is.
    pub top: usize,
}

impl Reader {
    /// From its beginning.
    #[must_use]
    pub fn new(page: Page) -> Self {
        Self { page, top: 0 }
    }

    /// Takes in what reaches it. `lines` is how many there are, `rows` how many fit.
    pub fn stroke(&mut self, stroke: Stroke<'_>, lines: usize, rows: usize) -> Answer {
        let most = lines.saturating_sub(rows);
        match stroke {
            Stroke::Move(Move::Last) => self.top = most,
            Stroke::Move(step) => self.top = step.from(self.top.min(most), most + 1, rows),
            Stroke::Accept | Stroke::Cancel => return Answer::Close,
            _ => {}
        }
        Answer::Stay
    }
}

/// What the server found.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// What was looked for.
    pub query: String,
    /// The number of the question; absent once it is answered.
    pub request: Option<u64>,
    /// Newest first.
    pub hits: Vec<FoundHit>,
    /// There were more.
    pub more: bool,
    /// Which one the cursor is on.
    pub cursor: usize,
}

impl Results {
    /// A question that was asked under this number.
    #[must_use]
    pub fn waiting(query: String, request: u64) -> Self {
        Self {
            query,
            request: Some(request),
            hits: Vec::new(),
            more: false,
            cursor: 0,
        }
    }

    /// Takes in what reaches it.
    pub fn stroke(&mut self, stroke: Stroke<'_>, page: usize) -> Answer {
        match stroke {
            Stroke::Move(step) => self.cursor = step.from(self.cursor, self.hits.len(), page),
            Stroke::Cancel => return Answer::Close,
            Stroke::Accept => {
                if let Some((incident, seq)) = self.current() {
                    return Answer::Open(incident, seq);
                }
            }
            Stroke::Copy => {
                if let Some(hit) = self.hits.get(self.cursor) {
                    return Answer::Copy(hit.text.to_string(), "the entry");
                }
            }
            _ => {}
        }
        Answer::Stay
    }

    fn current(&self) -> Option<(IncidentId, Seq)> {
        self.hits
            .get(self.cursor)
            .map(|hit| (hit.incident, hit.seq))
    }
}
