//! The wall page: one picture of what is open, for screens that have a browser and no terminal.
//!
//! **Invariant**: a picture is made once for all who look, from what a spectator may see, and only
//! while somebody looks.
//! **Invariant**: nobody who looks can slow anything down. A picture replaces the one before it, and
//! one who does not take it in time is cut off and comes back by itself.

mod card;
mod guesses;
mod listener;

pub(super) use card::{Card, card};
pub(super) use guesses::Guesses;
pub(super) use listener::{Listening, listen};

use super::room::ToRoom;
use super::shared::Shared;
use crate::incident::{IncidentId, Summary, Timestamp};
use bytes::Bytes;
use card::{Last, Picture};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};

/// The incidents on one picture: those that matter most. How many more are open is said.
const INCIDENTS: usize = 8;
/// How long a room may take to say how its incident stands; the last picture of it holds until then.
const ROOM_PATIENCE: Duration = Duration::from_secs(1);
/// Screens at once. Beyond it the answer is 503 with Retry-After.
const LISTENERS: usize = 256;

/// The wall page's state.
pub(super) struct Wall {
    /// Cookies are for TLS alone.
    pub(super) secure: bool,
    /// Wrong links, by address.
    pub(super) guesses: Guesses,
    /// Tells this run's pictures from those of an earlier one.
    run: i64,
    latest: watch::Sender<Drawn>,
    dirty: Mutex<BTreeSet<IncidentId>>,
    wake: Notify,
    listeners: AtomicUsize,
}

/// The newest picture, encoded.
#[derive(Clone, Default)]
pub(super) struct Drawn {
    /// How many pictures said something new so far.
    number: u64,
    /// Which one it is, among those of all runs of the server.
    pub(super) id: String,
    /// The picture as JSON.
    pub(super) json: Bytes,
    /// The same as a server-sent event, with its id.
    pub(super) event: Bytes,
}

/// A place among those who look, given back when dropped.
pub(super) struct Seat(Arc<Shared>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.wall.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Wall {
    pub(super) fn new(secure: bool, started_at: Timestamp) -> Self {
        Self {
            secure,
            run: started_at.timestamp_millis(),
            guesses: Guesses::default(),
            latest: watch::Sender::new(Drawn::default()),
            dirty: Mutex::default(),
            wake: Notify::new(),
            listeners: AtomicUsize::new(0),
        }
    }

    /// The incident stands differently, or what is watched about it does.
    pub(super) fn changed(&self, incident: IncidentId) {
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        dirty.insert(incident);
        drop(dirty);
        if self.listeners.load(Ordering::Relaxed) > 0 {
            self.wake.notify_one();
        }
    }

    /// Takes a place among those who look, if one is free.
    pub(super) fn sit(shared: &Arc<Shared>) -> Option<Seat> {
        let free = |count: usize| (count < LISTENERS).then_some(count + 1);
        let (order, listeners) = (Ordering::Relaxed, &shared.wall.listeners);
        listeners.fetch_update(order, order, free).ok()?;
        Some(Seat(shared.clone()))
    }

    /// Follows the pictures; the first one that is waited for is made after this.
    pub(super) fn follow(&self) -> watch::Receiver<Drawn> {
        let mut latest = self.latest.subscribe();
        latest.mark_unchanged();
        self.wake.notify_one();
        latest
    }

    fn take_dirty(&self) -> BTreeSet<IncidentId> {
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut dirty)
    }
}

/// Makes pictures for as long as the server runs.
pub(super) async fn run(shared: &Arc<Shared>) {
    let mut cards: BTreeMap<IncidentId, Arc<Card>> = BTreeMap::new();
    loop {
        shared.wall.wake.notified().await;
        draw(shared, &mut cards).await;
        // What changes meanwhile goes into the next one: a storm of alerts makes few pictures.
        tokio::time::sleep(shared.pace.wall_every).await;
    }
}

/// Makes one picture and shows it.
async fn draw(shared: &Arc<Shared>, cards: &mut BTreeMap<IncidentId, Arc<Card>>) {
    let dirty = shared.wall.take_dirty();
    let mut open = shared.board.open_lines();
    open.retain(|line| !line.private);
    open.sort_by_key(Summary::urgency);
    let more = open.len().saturating_sub(INCIDENTS);
    open.truncate(INCIDENTS);
    cards.retain(|id, _| !dirty.contains(id) && open.iter().any(|line| line.id == *id));
    let wanted = open.iter().filter(|line| !cards.contains_key(&line.id));
    let asked = wanted.map(|line| async { (line.id, ask(shared, line.id).await) });
    for (id, answered) in futures_util::future::join_all(asked).await {
        match answered {
            Some(card) => drop(cards.insert(id, card)),
            // It is asked for again with the next picture.
            None => shared.wall.changed(id),
        }
    }
    // One that became private while its room was asked is not on this picture either.
    open.retain(|line| !shared.board.is_private(line.id));
    let shown = open.iter().filter_map(|line| cards.get(&line.id)).cloned();
    let picture = Picture {
        incidents: shown.collect(),
        more,
        last: open.is_empty().then(|| last(shared)).flatten(),
    };
    let Ok(json) = serde_json::to_string(&picture) else {
        tracing::error!("the wall's picture could not be written");
        return;
    };
    shared.wall.latest.send_modify(|drawn| {
        if drawn.json != json {
            drawn.number += 1;
            drawn.id = format!("{:x}-{}", shared.wall.run, drawn.number);
            drawn.event = format!("event: board\nid: {}\ndata: {json}\n\n", drawn.id).into();
            drawn.json = json.into();
        }
    });
}

async fn ask(shared: &Arc<Shared>, id: IncidentId) -> Option<Arc<Card>> {
    let room = shared.rooms.get(shared, id)?;
    let (reply, answer) = oneshot::channel();
    let asked = async {
        room.send(ToRoom::Card(reply)).await.ok()?;
        answer.await.ok()
    };
    let card = tokio::time::timeout(ROOM_PATIENCE, asked).await.ok()??;
    Some(Arc::new(card))
}

/// The incident that ended last.
fn last(shared: &Shared) -> Option<Last> {
    let over = shared
        .board
        .lines(|line| line.status.is_over() && !line.private);
    let ended = |line: &Summary| line.resolved_at.unwrap_or(line.changed_at);
    let line = over.into_iter().max_by_key(ended)?;
    Some(Last {
        ended_at: ended(&line).timestamp_millis(),
        id: line.id.to_string(),
        title: line.title,
        severity: line.severity,
        status: line.status,
        drill: line.kind == crate::incident::Kind::Drill,
    })
}

/// What says that the server is there, and what its clock shows.
pub(super) fn beat(now: Timestamp) -> Bytes {
    let now = now.timestamp_millis();
    format!("event: beat\ndata: {{\"now\":{now}}}\n\n").into()
}
