//! What is watched beside the incidents: one task for each outside system polls it, and what it
//! says goes to everyone who looks, encoded once.
//!
//! **Invariant**: a system that is down, slow or talks nonsense changes its own state and nothing
//! else; no write and no other system waits for it.

mod apart;
mod mark;
mod mileposts;
mod outside;
mod pace;
mod poll;
mod runner;

pub(super) use mark::Beyond;
pub(super) use outside::{Outside, run as run_outside};
pub(super) use runner::run;

use super::board::Board;
use super::metrics::Metrics;
use super::outbox::Outbox;
use super::wire;
use crate::http::Http;
use crate::incident::{IncidentId, Timestamp};
use crate::integrations::exchange::{Changed, Watched};
use crate::protocol::{Live, ServerFrame, encode};
use crate::signals::{LiveAlert, Signal, Source, SourceKind};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// An outside system, as the server is told to watch it.
#[derive(Clone)]
pub struct SourceOptions {
    /// Its name in the configuration.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SourceKind,
    /// Where it is, and how to prove who asks; or why that is not known: then it is never asked,
    /// and everyone is told why.
    pub http: Result<Http, Arc<str>>,
    /// How often it is asked while all is well.
    pub every: Duration,
    /// What it is asked, and how its answers are read.
    pub watched: Arc<dyn Watched>,
    /// What it can be asked to change, if anything.
    pub changed: Option<Arc<dyn Changed>>,
    /// The labels by which its alerts are grouped.
    pub group_by: Vec<String>,
}

impl fmt::Debug for SourceOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceOptions")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// What a part is: it replaces the last one of the same key.
type Key = (Arc<str>, Part);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Signals,
    Issues,
    Alerts,
    Silences,
}

/// The last of each part, as it goes to consoles. Bounded by the sources times the incidents that
/// are polled ([`runner::INCIDENTS`]).
#[derive(Default)]
pub(super) struct Watch {
    inner: Mutex<Inner>,
    /// What is known of live alerts beyond what their monitors say.
    pub(super) beyond: Beyond,
    /// Someone came, or an incident opened: sources that rest look again.
    pub(super) wanted: Notify,
}

#[derive(Default)]
struct Inner {
    sources: Vec<Source>,
    /// Every alert of each source, as its integration bounds them.
    alerts: BTreeMap<Arc<str>, Arc<Alerts>>,
    beside: BTreeMap<Key, Bytes>,
    of_incident: BTreeMap<IncidentId, BTreeMap<Key, Bytes>>,
    /// The signals of each incident as they are, for the wall page.
    signals: BTreeMap<IncidentId, BTreeMap<Arc<str>, Vec<Signal>>>,
}

/// The single alerts of a source.
pub(super) struct Alerts {
    /// When it gave them.
    pub(super) at: Timestamp,
    /// The labels by which they are grouped.
    pub(super) by: Vec<String>,
    /// The alerts.
    pub(super) alerts: Vec<LiveAlert>,
}

fn frame(part: Live) -> Bytes {
    wire::text(&encode(&ServerFrame::Live(part)))
}

impl Watch {
    pub(super) fn new(sources: &[SourceOptions], beyond: Beyond) -> Self {
        let mut list: Vec<Source> = sources
            .iter()
            .map(|source| Source::new(source.name.clone(), source.kind))
            .collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        let watch = Self {
            beyond,
            ..Self::default()
        };
        watch.lock().sources = list;
        watch
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells a session what is watched beside all incidents. It follows the board already; what
    /// changes meanwhile comes after this, since both are sent under one lock.
    pub(super) fn greet(&self, outbox: &Outbox) {
        let inner = self.lock();
        if inner.sources.is_empty() {
            return;
        }
        let sources = inner.sources.clone();
        outbox.answer_bytes(frame(Live::Sources { sources }));
        for bytes in inner.beside.values() {
            outbox.answer_bytes(bytes.clone());
        }
        drop(inner);
        self.wanted.notify_waiters();
    }

    /// The parts about an incident that come from this source, or (with none named) all of them.
    pub(super) fn of(&self, incident: IncidentId, source: Option<&Arc<str>>) -> Vec<Bytes> {
        let inner = self.lock();
        let parts = inner.of_incident.get(&incident).into_iter().flatten();
        let wanted = parts.filter(|((name, _), _)| source.is_none_or(|source| source == name));
        wanted.map(|(_, bytes)| bytes.clone()).collect()
    }

    /// How a source is doing: told to everyone when it changed.
    fn set_source(&self, changed: &Source, board: &Board, metrics: &Metrics) {
        let mut inner = self.lock();
        let place = inner.sources.iter_mut().find(|s| s.name == changed.name);
        let Some(place) = place.filter(|place| *place != changed) else {
            return;
        };
        place.clone_from(changed);
        let sources = inner.sources.clone();
        board.send_beside(&frame(Live::Sources { sources }), metrics);
    }

    /// A part beside all incidents: told to everyone when it changed.
    fn put_beside(&self, key: Key, bytes: &Bytes, board: &Board, metrics: &Metrics) {
        let mut inner = self.lock();
        let before = inner.beside.insert(key, bytes.clone());
        if before.as_ref() != Some(bytes) {
            board.send_beside(bytes, metrics);
        }
    }

    /// What is measured of an incident, source by source.
    pub(super) fn signals(&self, incident: IncidentId) -> Vec<Signal> {
        let inner = self.lock();
        let sources = inner.signals.get(&incident).into_iter().flatten();
        sources.flat_map(|(_, signals)| signals).cloned().collect()
    }

    /// Keeps the single alerts of a source in the place of the last ones, which it gives back: to let
    /// ten thousand go takes longer than anything may wait that needs this lock.
    #[must_use]
    fn put_alerts(&self, source: &Arc<str>, alerts: Alerts) -> Option<Arc<Alerts>> {
        self.lock().alerts.insert(source.clone(), Arc::new(alerts))
    }

    /// The single alerts of a source; none where it gives none, or has not answered yet.
    pub(super) fn alerts(&self, source: &str) -> Option<Arc<Alerts>> {
        self.lock().alerts.get(source).cloned()
    }

    /// A part about an incident; says whether it changed. Its room tells those who follow it.
    fn put(&self, incident: IncidentId, source: &Arc<str>, part: Live) -> bool {
        let kind = match part {
            Live::Issues { .. } => Part::Issues,
            _ => Part::Signals,
        };
        let signals = match &part {
            Live::Signals { signals, .. } => Some(signals.clone()),
            _ => None,
        };
        let bytes = frame(part);
        let mut inner = self.lock();
        if let Some(signals) = signals {
            let sources = inner.signals.entry(incident).or_default();
            sources.insert(source.clone(), signals);
        }
        let parts = inner.of_incident.entry(incident).or_default();
        let before = parts.insert((source.clone(), kind), bytes.clone());
        before.as_ref() != Some(&bytes)
    }

    /// Lets what belongs to incidents go that are polled no more.
    fn keep(&self, polled: &BTreeSet<IncidentId>) {
        let mut inner = self.lock();
        inner.of_incident.retain(|id, _| polled.contains(id));
        inner.signals.retain(|id, _| polled.contains(id));
    }
}
