//! What a spectator may see: the same log with everything private taken out, the words of updates that
//! are not out, and the asks too where the configuration says so.

use super::{Entry, EntryKind, Event, EventBody, Incident, OutsideCall, Summary, Update, What};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;

/// What spectators see of asks: who has to do what is not for everyone who passes a wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsksShown {
    /// All of it.
    #[default]
    Show,
    /// How many there are and when each is due; not who is asked, nor for what.
    Count,
    /// Nothing.
    Hide,
}

impl AsksShown {
    /// The stable name, as in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Count => "count",
            Self::Hide => "hide",
        }
    }
}

impl FromStr for AsksShown {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = [Self::Show, Self::Count, Self::Hide].into_iter();
        all.find(|shown| shown.name() == text)
            .ok_or("write show, count or hide")
    }
}

/// What is taken out for spectators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Redaction {
    /// What they see of asks.
    pub asks: AsksShown,
}

impl Redaction {
    /// The event as a spectator may see it: `None` when it may be sent as it is.
    #[must_use]
    pub fn event(self, event: &Event) -> Option<Event> {
        let hidden = match &event.body {
            EventBody::Known(what) if self.hides(what) => true,
            EventBody::Known(what) => {
                return withheld_of(what).map(|what| with_body(event, what));
            }
            // What this version cannot read it cannot judge: a spectator does not see it.
            EventBody::Unknown { .. } => true,
        };
        hidden.then(|| Event {
            by: super::Person::warroom(),
            occurred_at: event.recorded_at,
            body: EventBody::Known(What::Hidden {}),
            ..event.clone()
        })
    }

    /// The state as a spectator may see it: what folding the redacted events would keep.
    #[must_use]
    pub fn state(self, incident: &Incident) -> Incident {
        let mut shown = incident.clone();
        shown.pinned.retain(|_, entry| !self.hides_entry(entry));
        shown.evidence.retain(|piece| !piece.private);
        shown.reports.retain(|report| !self.hides_entry(report));
        shown.hypotheses.retain(|held| !held.private);
        shown.decisions.retain(|entry| !self.hides_entry(entry));
        shown
            .outside
            .retain(|ask| !matches!(ask.call, OutsideCall::Unknown(_)));
        if self.asks != AsksShown::Show {
            shown.asks.clear();
            shown.counts.asks = 0;
            for proposal in &mut shown.proposals {
                proposal.verify = None;
            }
        }
        shown.updates.iter_mut().for_each(Update::withhold);
        let kept = shown.pinned.values_mut();
        for entry in kept.chain(&mut shown.recent) {
            if says_more(entry) {
                *entry = withheld(entry);
            }
        }
        let recent = shown.recent.iter_mut();
        for entry in recent.filter(|entry| self.hides_entry(entry)) {
            *entry = Entry {
                kind: EntryKind::Hidden,
                text: Arc::from("private"),
                by: super::Person::warroom(),
                occurred_at: entry.recorded_at,
                tags: Vec::new(),
                mentions: Vec::new(),
                marks: super::Marks::default(),
                run: None,
                outline: None,
                ..entry.clone()
            };
        }
        shown
    }

    /// The board's line as a spectator may see it: `None` when it may be sent as it is.
    #[must_use]
    pub fn summary(self, line: &Summary) -> Option<Summary> {
        let asks_due = match self.asks {
            AsksShown::Show => return None,
            AsksShown::Count => line.asks_due.clone(),
            AsksShown::Hide => Vec::new(),
        };
        let shown = Summary {
            waiting: Vec::new(),
            asks_due,
            ..line.clone()
        };
        (shown != *line).then_some(shown)
    }

    /// Whether a spectator may not see this event.
    #[must_use]
    pub fn hides(self, what: &What) -> bool {
        if what.is_private() {
            return true;
        }
        match what {
            What::Asked { .. }
            | What::AskAnswered { .. }
            | What::MoreTimeAsked { .. }
            | What::AskExtended { .. }
            | What::MoreTimeRefused { .. }
            | What::AskWithdrawn { .. } => self.asks != AsksShown::Show,
            What::Pinned {
                entry: Some(entry), ..
            } => self.hides_entry(entry),
            _ => false,
        }
    }

    fn hides_entry(self, entry: &Entry) -> bool {
        entry.marks.private
            || entry.kind == EntryKind::Unknown
            || (entry.kind == EntryKind::Ask && self.asks != AsksShown::Show)
    }
}

/// What happened without what a command printed, and without the words of an update that is not
/// out, where something of that is in it.
fn withheld_of(what: &What) -> Option<What> {
    match what {
        What::CommandRan(run) => Some(What::CommandRan(Box::new(run.withheld()))),
        // A pinned entry travels whole in the event that pins it.
        What::Pinned {
            target,
            pinned,
            entry: Some(entry),
        } if says_more(entry) => Some(What::Pinned {
            target: *target,
            pinned: *pinned,
            entry: Some(Box::new(withheld(entry))),
        }),
        other => other.without_words_not_out(),
    }
}

fn with_body(event: &Event, what: What) -> Event {
    Event {
        body: EventBody::Known(what),
        ..event.clone()
    }
}

/// Whether the entry says more than everyone may read.
fn says_more(entry: &Entry) -> bool {
    entry.run.is_some() || entry.outline.is_some()
}

/// The entry as everyone may read it: without what its command printed, and in other words where
/// those that it has are not out, or end with what a runner says about a command.
fn withheld(entry: &Entry) -> Entry {
    let run = entry.run.as_ref().map(|run| run.withheld());
    let text = run.as_ref().map(|run| run.line().into());
    Entry {
        text: text.unwrap_or_else(|| entry.told().clone()),
        run: run.map(Arc::new),
        outline: None,
        ..entry.clone()
    }
}
