//! Going back in time: what was known at any moment of an incident.
//!
//! What was known once event N was recorded is the fold of the first N events, by the same `apply`
//! as everywhere. Time goes by when things were *recorded*: an entry about something earlier is
//! seen from the moment on at which it was written down.
//!
//! [`Travel`] is a machine without I/O. It is told where to go ([`Travel::go`]); [`Travel::advance`]
//! goes as far as what is here allows and answers what it needs next. Until that has come the screen
//! stays where it was. It keeps a bounded part of the log and a bounded number of states, so that a
//! step costs the same in a short incident and in one of 100,000 events.

mod bounds;
mod goal;
mod log;
mod show;
mod states;

pub use bounds::Bounds;
pub use goal::Goal;

use super::Room;
use super::room::Following;
use crate::incident::{Event, Incident, IncidentId, Seq, Timestamp};
use goal::Found;
use log::Log;
use states::States;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Towards the beginning.
    Back,
    /// Towards now.
    On,
}

/// What must be known before the journey goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// So many events after that one.
    Page {
        /// The event before the first of them.
        after: Seq,
        /// How many at the most.
        limit: u32,
    },
    /// The state once that event was folded in.
    State(Seq),
    /// The first event that was recorded after that moment.
    Moment(Timestamp),
}

/// Where the way ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// Where it was to.
    There,
    /// There is none further that way.
    NoFurther,
    /// At the bound of what is looked through at once; the next step goes on from here.
    NotYet,
}

/// One moment of an incident's past, and what is needed to go to others.
#[derive(Debug)]
pub struct Travel {
    /// The incident as it was known then.
    room: Room,
    at: Timestamp,
    bounds: Bounds,
    log: Log,
    states: States,
    goal: Option<Goal>,
    asked: Option<Ask>,
    arrived: Option<Arrived>,
    head: Seq,
    head_at: Timestamp,
    /// The log's end when the past was entered.
    since: Seq,
    window: u64,
    /// Whether whoever is asked knows [`Ask::State`].
    has_states: bool,
    /// What was asked for last did not come: nothing is asked for ahead until one goes on.
    stalled: bool,
    /// Grows with every moment that is gone to.
    moves: u64,
}

impl Travel {
    /// At the newest event of this state, from where one goes back.
    #[must_use]
    pub fn new(now: &Incident, has_states: bool) -> Self {
        Self::within(Bounds::default(), now, has_states)
    }

    /// The same, with other bounds.
    #[must_use]
    pub fn within(bounds: Bounds, now: &Incident, has_states: bool) -> Self {
        let mut states = States::new(bounds.states);
        states.keep(now.clone());
        let mut travel = Self {
            room: Room::new(now.id),
            at: now.changed_at,
            log: Log::new(bounds),
            bounds,
            states,
            goal: None,
            asked: None,
            arrived: None,
            head: now.seq,
            head_at: now.changed_at,
            since: now.seq,
            window: bounds.window,
            has_states,
            stalled: false,
            moves: 0,
        };
        travel.room.of_the_past = true;
        travel.room.following = Following::Current;
        travel.room.confirmed = now.clone();
        travel.room.timeline.reset(now);
        travel
    }

    /// The incident as it was known then.
    #[must_use]
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// The moment that is shown.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The last event that is folded in.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.room.confirmed.seq
    }

    /// How many events were recorded since the past was entered.
    #[must_use]
    pub fn new_since(&self) -> u64 {
        self.head.0.saturating_sub(self.since.0)
    }

    /// Whether this is the newest event.
    #[must_use]
    pub fn is_at_head(&self) -> bool {
        self.seq() >= self.head
    }

    /// Whether it is on its way to somewhere else.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.goal.is_some()
    }

    /// When the event after the one that is shown was recorded, if it is here.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.log
            .get(self.seq().next())
            .map(|event| event.recorded_at)
    }

    /// Grows with every moment that is gone to.
    #[must_use]
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// Where the last way ended; once.
    pub fn take_arrived(&mut self) -> Option<Arrived> {
        self.arrived.take()
    }

    /// What is kept: events, and states.
    #[must_use]
    pub fn kept(&self) -> (usize, usize) {
        (self.log.len(), self.states.len())
    }

    /// Goes there, in the place of where it was going.
    pub fn go(&mut self, goal: Goal) {
        self.arrived = None;
        self.stalled = false;
        self.goal = Some(match goal {
            // Before the first event there is nothing to be shown.
            Goal::Place(seq, at) => Goal::Place(seq.max(Seq(1)), at),
            other => other,
        });
    }

    /// Time goes on to there, without a step of the log in between.
    pub fn play_to(&mut self, at: Timestamp) {
        self.go(Goal::Moment(at));
    }

    /// More of the timeline before this moment is wanted.
    pub fn widen(&mut self) {
        if self.window < self.bounds.widest && self.seq().0 > self.window {
            self.window += self.bounds.window;
            self.go(Goal::Place(self.seq(), Some(self.at)));
        }
    }

    /// The log has this event more, the newest one. What is shown does not change.
    pub fn recorded(&mut self, event: &Event) {
        self.head = self.head.max(event.seq);
        self.head_at = self.head_at.max(event.recorded_at);
        // Where the page before it is here it need not be asked for.
        if self.log.get(Seq(event.seq.0.saturating_sub(1))).is_some() {
            self.log.put(std::slice::from_ref(event));
        }
    }

    /// The log has come to this state, without its events being known here.
    pub fn head_is(&mut self, now: &Incident) {
        self.head = self.head.max(now.seq);
        self.head_at = self.head_at.max(now.changed_at);
    }

    /// Goes as far as what is here allows; answers what it needs to go on, once. Where it has
    /// arrived, that is what the next step either way will need.
    pub fn advance(&mut self) -> Option<Ask> {
        if self.asked.is_some() {
            return None;
        }
        let ask = match self.goal {
            Some(goal) => match self.pursue(goal) {
                Some(ask) => Some(ask),
                None => {
                    self.goal = None;
                    self.ahead()
                }
            },
            None => self.ahead(),
        };
        self.asked = ask;
        ask
    }

    fn pursue(&mut self, goal: Goal) -> Option<Ask> {
        let (seq, at, arrived) = match self.find(goal) {
            Found::At(seq, at) => (seq, at, Arrived::There),
            Found::NotYet(seq) => (seq, None, Arrived::NotYet),
            Found::None => {
                self.arrived = Some(Arrived::NoFurther);
                return None;
            }
            Found::Needs(ask) => return Some(ask),
        };
        if let Some(ask) = self.show(seq) {
            return Some(ask);
        }
        self.at = at.unwrap_or(self.room.confirmed.changed_at);
        self.arrived = Some(arrived);
        self.moves += 1;
        None
    }

    /// Events that were asked for. They need not reach as far as was asked.
    pub fn page(&mut self, events: &[Event]) {
        let asked = self.asked.take();
        let before = self.log.len();
        self.log.put(events);
        match asked {
            Some(Ask::Moment(at)) => self.moment_found(at, events.first().map(|e| e.seq)),
            // It brought nothing that follows: asking again would bring the same.
            Some(Ask::Page { .. }) if self.log.len() == before => self.give_up(),
            _ => {}
        }
    }

    fn moment_found(&mut self, at: Timestamp, after: Option<Seq>) {
        let still = match self.goal {
            Some(Goal::Moment(wanted)) => wanted == at,
            Some(Goal::Minutes(_)) => true,
            _ => false,
        };
        if still {
            let seq = after.map_or(self.head, |after| Seq(after.0.saturating_sub(1)));
            let at = (seq > Seq::ZERO).then_some(at);
            self.go(Goal::Place(seq, at));
        }
    }

    /// A state that was asked for.
    pub fn state(&mut self, state: Incident) {
        self.asked = None;
        if state.id == self.room.confirmed.id {
            self.states.keep(state);
        }
    }

    /// Whoever was asked has no states: everything is folded here from now on.
    pub fn has_no_states(&mut self) {
        self.asked = None;
        self.has_states = false;
    }

    /// What was asked for does not come. It stays where it is.
    pub fn give_up(&mut self) {
        self.asked = None;
        self.goal = None;
        self.stalled = true;
    }

    /// The incident whose past it is.
    #[must_use]
    pub fn incident(&self) -> IncidentId {
        self.room.confirmed.id
    }
}
