//! The rooms that are open now, by incident.

use super::room::{self, ToRoom};
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
    open: Mutex<HashMap<IncidentId, mpsc::Sender<ToRoom>>>,
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

    /// The incident's room; nothing when there is no such incident.
    pub(super) fn get(&self, shared: &Arc<Shared>, id: IncidentId) -> Option<mpsc::Sender<ToRoom>> {
        if id.0 == 0 || id.0 > self.last() {
            return None;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = open.get(&id).filter(|room| !room.is_closed()) {
            return Some(room.clone());
        }
        let (sender, mailbox) = mpsc::channel(limits::ROOM_QUEUE);
        shared
            .room_tasks
            .spawn(room::run(shared.clone(), id, mailbox));
        open.insert(id, sender.clone());
        Some(sender)
    }

    /// The incident's room, if it is open.
    pub(super) fn opened(&self, id: IncidentId) -> Option<mpsc::Sender<ToRoom>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&id).filter(|room| !room.is_closed()).cloned()
    }

    /// Lets a room that has ended go.
    pub(super) fn forget_closed(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, room| !room.is_closed());
    }

    /// Every open room.
    pub(super) fn all(&self) -> Vec<mpsc::Sender<ToRoom>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().cloned().collect()
    }

    /// How many messages wait in all mailboxes.
    pub(super) fn waiting(&self) -> usize {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values()
            .map(|room| room.max_capacity() - room.capacity())
            .sum()
    }
}
