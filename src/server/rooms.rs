//! The rooms that are open now, by incident.

use super::audience::Member;
use super::room::{self, Mailbox, ToRoom};
use super::shared::Shared;
use crate::incident::IncidentId;
use crate::protocol::limits;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// The rooms that are open now, by incident. A room opens when it is first asked for.
#[derive(Default)]
pub(super) struct Rooms {
    last: AtomicU64,
    open: Mutex<HashMap<IncidentId, Ways>>,
}

/// The ways into one room.
struct Ways {
    people: mpsc::Sender<ToRoom>,
    crowd: mpsc::Sender<ToRoom>,
}

impl Rooms {
    /// The newest incident's number; 0 when there is none.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    /// Makes known that incidents up to this number exist.
    pub(super) fn set_last(&self, last: u64) {
        self.last.store(last, Ordering::Release);
    }

    /// The way of commands, and of those who write, into the incident's room; nothing when there is
    /// no such incident.
    pub(super) fn get(&self, shared: &Arc<Shared>, id: IncidentId) -> Option<mpsc::Sender<ToRoom>> {
        self.with(shared, id, |ways| ways.people.clone())
    }

    /// A session's way into it. Spectators have one of their own, on which they wait for each other
    /// alone. All of what a session says goes one way, for its order.
    pub(super) fn get_for(
        &self,
        shared: &Arc<Shared>,
        id: IncidentId,
        member: &Member,
    ) -> Option<mpsc::Sender<ToRoom>> {
        self.with(shared, id, |ways| match member.spectator {
            true => ways.crowd.clone(),
            false => ways.people.clone(),
        })
    }

    fn with<T>(
        &self,
        shared: &Arc<Shared>,
        id: IncidentId,
        take: impl Fn(&Ways) -> T,
    ) -> Option<T> {
        if id.0 == 0 || id.0 > self.last() {
            return None;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ways) = open.get(&id).filter(|ways| !ways.people.is_closed()) {
            return Some(take(ways));
        }
        let (people, from_people) = mpsc::channel(limits::ROOM_QUEUE);
        let (crowd, from_crowd) = mpsc::channel(limits::CROWD_QUEUE);
        let mailbox = Mailbox::new(from_people, from_crowd);
        shared
            .room_tasks
            .spawn(room::run(shared.clone(), id, mailbox));
        let ways = Ways { people, crowd };
        let taken = take(&ways);
        open.insert(id, ways);
        Some(taken)
    }

    /// The incident's room, if it is open.
    pub(super) fn opened(&self, id: IncidentId) -> Option<mpsc::Sender<ToRoom>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let ways = open.get(&id)?;
        (!ways.people.is_closed()).then(|| ways.people.clone())
    }

    /// Lets a room that has ended go.
    pub(super) fn forget_closed(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, ways| !ways.people.is_closed());
    }

    /// Every open room.
    pub(super) fn all(&self) -> Vec<mpsc::Sender<ToRoom>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().map(|ways| ways.people.clone()).collect()
    }

    /// How many messages wait in all mailboxes.
    pub(super) fn waiting(&self) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values()
            .flat_map(|ways| [&ways.people, &ways.crowd])
            .map(|way| way.max_capacity() - way.capacity())
            .sum()
    }
}
