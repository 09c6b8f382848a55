//! Where one wants to go in time, and which event that is.

use super::log::Log;
use super::{Ask, Travel, Way};
use crate::incident::{Entry, EntryKind, Event, EventBody, Seq, Timestamp, What};
use chrono::TimeDelta;

/// Events that are looked through for a decision before the journey rests: twenty pages. The next
/// step goes on from there.
const LOOK_THROUGH: u64 = 10_000;

/// Where one wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// To where that event was the last one, at that time; absent: when it was recorded.
    Place(Seq, Option<Timestamp>),
    /// To a moment.
    Moment(Timestamp),
    /// So many minutes on, or back where they are negative.
    Minutes(i64),
    /// To the next line of the timeline that was recorded, or the one before.
    Entry(Way),
    /// To the next decision, or the one before.
    Decision(Way),
}

/// What a goal comes to.
pub(super) enum Found {
    /// There; absent time: when that event was recorded.
    At(Seq, Option<Timestamp>),
    /// There, as far as was looked, and nothing was found on the way.
    NotYet(Seq),
    /// There is none further that way.
    None,
    /// This must be known first.
    Needs(Ask),
}

impl Travel {
    pub(super) fn find(&self, goal: Goal) -> Found {
        match goal {
            Goal::Place(seq, at) => Found::At(seq.min(self.head), at),
            Goal::Moment(at) => self.find_moment(at),
            Goal::Minutes(minutes) => {
                let at = self.at.checked_add_signed(TimeDelta::minutes(minutes));
                self.find_moment(at.unwrap_or(self.at))
            }
            Goal::Entry(way) => self.find_event(way, u64::MAX, leaves_a_line),
            Goal::Decision(way) => self.find_event(way, LOOK_THROUGH, decides),
        }
    }

    fn find_moment(&self, at: Timestamp) -> Found {
        if at >= self.head_at {
            return Found::At(self.head, Some(at));
        }
        match self.log.at(at, self.head) {
            // Before the first event there is nothing: its moment is the first that can be shown.
            Some(Seq::ZERO) => Found::At(Seq(1), None),
            Some(seq) => Found::At(seq, Some(at)),
            None => Found::Needs(Ask::Moment(at)),
        }
    }

    fn find_event(&self, way: Way, most: u64, is_it: fn(&Event) -> bool) -> Found {
        let mut at = self.room.confirmed.seq;
        for _ in 0..most {
            at = match way {
                Way::Back => Seq(at.0.saturating_sub(1)),
                Way::On => at.next(),
            };
            if at == Seq::ZERO || at > self.head {
                return Found::None;
            }
            match self.log.get(at) {
                Some(event) if is_it(event) => return Found::At(at, None),
                Some(_) => {}
                None => return Found::Needs(self.page_for(&self.log, at)),
            }
        }
        Found::NotYet(at)
    }

    /// The page that has that event, which is not here.
    pub(super) fn page_for(&self, log: &Log, seq: Seq) -> Ask {
        let (after, limit) = log.missing(seq).unwrap_or((seq, 1));
        Ask::Page { after, limit }
    }
}

fn leaves_a_line(event: &Event) -> bool {
    Entry::from_event(event).is_some()
}

/// Whether something was decided by it. Ten thousand are looked at in one step, so none is put
/// into words.
fn decides(event: &Event) -> bool {
    matches!(
        event.body,
        EventBody::Known(
            What::Noted {
                kind: EntryKind::Decision,
                ..
            } | What::ProposalDecided { .. }
        )
    )
}
