//! The board: one line for every incident, and everyone who looks at it.
//!
//! The line also holds who may see the incident, as of its durable log: whoever keeps a door on the
//! server asks here.
//!
//! Rooms put their line in without waiting; one task sends what changed. A change that a reader
//! of the board would act on goes out at once, or with all others of one frame of a screen; mere
//! activity once a second. What is watched beside the incidents may be long, and is handed to
//! everyone a slice at a time.

use super::audience::{Audience, Crowd, Member, SessionId, Slice, To};
use super::metrics::Metrics;
use super::moment::at;
use super::wire;
use crate::incident::{
    Incident, IncidentId, Level, Person, Redaction, Seq, Summary, Timestamp, may_see,
};
use crate::protocol::{Notice, ServerFrame, encode};
use crate::routing::Open;
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How often activity alone (a further event, nothing else changed) is sent.
const ACTIVITY_EVERY: Duration = Duration::from_secs(1);
/// What changes within this time after something was sent goes out together: a console draws no
/// oftener. In a storm of alerts each line would else go to each console a hundred times a second.
const TOGETHER: Duration = Duration::from_millis(20);
/// What is handed out at a time of what is watched beside the incidents: to copy it takes half a
/// millisecond, in which rooms wait that put their line in.
const BESIDE_BYTES: usize = 256 * 1024;
/// Incidents that are over, sent with a welcome: the newest ones.
const OVER_SHOWN: usize = 50;

/// The board.
pub(super) struct Board {
    /// What spectators are not told.
    redaction: Redaction,
    inner: Mutex<Inner>,
    wake: Notify,
}

struct Inner {
    lines: BTreeMap<IncidentId, Line>,
    audience: Audience,
    /// The same sessions, for what is watched beside the incidents.
    beside: Crowd,
    urgent: BTreeSet<IncidentId>,
    active: BTreeSet<IncidentId>,
}

struct Line {
    summary: Summary,
    /// Who may see it; absent: everyone.
    private: Option<BTreeSet<Person>>,
    merged_into: Option<IncidentId>,
    /// When its first alert was taken down, and something of one of them last.
    alerted: Option<(Timestamp, Timestamp)>,
}

impl Board {
    /// An empty one; spectators are served so many at a time.
    pub(super) fn new(redaction: Redaction, crowd_slice: usize) -> Self {
        Self {
            redaction,
            inner: Mutex::new(Inner {
                lines: BTreeMap::new(),
                audience: Audience::new(crowd_slice),
                beside: Crowd::new(Slice {
                    members: crowd_slice,
                    bytes: BESIDE_BYTES,
                }),
                urgent: BTreeSet::new(),
                active: BTreeSet::new(),
            }),
            wake: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the incident's line as it is now. Those who saw it and may not any more are told at
    /// once that it is closed to them.
    pub(super) fn put(&self, incident: &Incident, metrics: &Metrics) {
        let line = Line {
            summary: Summary::from(incident),
            private: incident.private.clone(),
            merged_into: incident.merged_into,
            alerted: alerted(incident),
        };
        let id = incident.id;
        let mut inner = self.lock();
        let matters = inner.lines.get(&id).is_none_or(|old| differs(old, &line));
        inner.close(id, &line, metrics);
        let first_activity = inner.active.is_empty();
        if matters {
            inner.urgent.insert(id);
            inner.active.remove(&id);
        } else if !inner.urgent.contains(&id) {
            inner.active.insert(id);
        }
        inner.lines.insert(id, line);
        drop(inner);
        if matters || first_activity {
            self.wake.notify_one();
        }
    }

    /// Follows the board from now on. `greet` is given every open incident and the newest that are
    /// over, and what it sends goes out before any later change.
    pub(super) fn enter(
        &self,
        member: Member,
        metrics: &Metrics,
        greet: impl FnOnce(Vec<Summary>),
    ) {
        let mut inner = self.lock();
        // What waits is in what the session is greeted with, and is not to come to it again.
        let urgent = std::mem::take(&mut inner.urgent);
        inner.send(&urgent, self.redaction, metrics);
        let mut lines = shown(&inner, &member);
        if member.spectator {
            for line in &mut lines {
                if let Some(redacted) = self.redaction.summary(line) {
                    *line = redacted;
                }
            }
        }
        greet(lines);
        inner.beside.leave(member.session);
        inner.beside.enter(member.clone());
        inner.audience.enter(member);
    }

    pub(super) fn leave(&self, session: SessionId) {
        let mut inner = self.lock();
        inner.audience.leave(session);
        inner.beside.leave(session);
    }

    /// How many incidents are open.
    pub(super) fn open(&self) -> usize {
        let inner = self.lock();
        let open = inner.lines.values();
        open.filter(|line| line.summary.status.is_open()).count()
    }

    /// Lets `choose` look at the open incidents, the newest first; one that was merged into an open
    /// one is there as well, and stands for that.
    pub(super) fn with_open<T>(
        &self,
        choose: impl FnOnce(&mut dyn Iterator<Item = Open<'_>>) -> T,
    ) -> T {
        let inner = self.lock();
        let mut open = inner.lines.values().rev().filter_map(|line| {
            let goes_on = follow(&inner.lines, line)?;
            let last = |line: &Line| line.alerted.map(|(_, last)| last);
            Some(Open {
                id: goes_on.summary.id,
                key: line.summary.match_key.as_deref(),
                service: line.summary.service.as_deref(),
                first_at: line.alerted.map(|(first, _)| first),
                last_at: last(line).max(last(goes_on)),
            })
        });
        choose(&mut open)
    }

    /// The open incident that this one is, or became part of.
    pub(super) fn goes_on_in(&self, incident: IncidentId) -> Option<IncidentId> {
        let inner = self.lock();
        let line = inner.lines.get(&incident)?;
        Some(follow(&inner.lines, line)?.summary.id)
    }

    /// Up to which of its events this reader is shown the incident; nothing where they may not see
    /// it, and where there is none.
    pub(super) fn shown_to(
        &self,
        incident: IncidentId,
        level: Level,
        person: &Person,
    ) -> Option<Seq> {
        let inner = self.lock();
        let line = inner.lines.get(&incident)?;
        may_see(level, person, line.private.as_ref()).then_some(line.summary.seq)
    }

    /// The incidents that this reader may not see.
    pub(super) fn hidden_from(&self, level: Level, person: &Person) -> Vec<IncidentId> {
        let inner = self.lock();
        let lines = inner.lines.iter();
        lines
            .filter(|(_, line)| !may_see(level, person, line.private.as_ref()))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Whether not everyone may see it: nothing about it goes outside by itself. So it is while
    /// nothing is known of it.
    pub(super) fn is_private(&self, incident: IncidentId) -> bool {
        let inner = self.lock();
        let line = inner.lines.get(&incident);
        line.is_none_or(|line| line.private.is_some())
    }

    /// The line of every open incident, the newest first.
    pub(super) fn open_lines(&self) -> Vec<Summary> {
        self.lines(|line| line.status.is_open())
    }

    /// The lines of these incidents, the newest first.
    pub(super) fn lines(&self, wanted: impl Fn(&Summary) -> bool) -> Vec<Summary> {
        let inner = self.lock();
        let lines = inner.lines.values().rev().map(|line| &line.summary);
        lines.filter(|line| wanted(line)).cloned().collect()
    }

    /// Sends everyone what is watched beside the incidents, in the order of these calls.
    pub(super) fn send_beside(&self, frame: &Bytes, metrics: &Metrics) {
        self.lock().beside.send(frame, To::All, metrics);
        self.wake.notify_one();
    }

    /// Tells everyone something about the server itself.
    pub(super) fn notice(&self, notice: Notice, metrics: &Metrics) {
        let frame = wire::text(&encode(&ServerFrame::Notice(notice)));
        self.lock().audience.send(&frame, None, None, metrics);
        self.wake.notify_one();
    }

    /// Sends what changed, for as long as the server runs.
    pub(super) async fn run(&self, metrics: &Metrics) {
        let (mut activity_at, mut together_until): (Option<Instant>, Option<Instant>) =
            (None, None);
        loop {
            let slice_at = self.lock().due();
            tokio::select! {
                biased;
                () = self.wake.notified() => {}
                () = at(slice_at) => {
                    self.lock().serve(metrics);
                    // Rooms that put a line in, and everyone else, have their turn.
                    tokio::task::yield_now().await;
                    continue;
                }
                () = at(activity_at) => {
                    activity_at = None;
                    let mut inner = self.lock();
                    let active = std::mem::take(&mut inner.active);
                    inner.urgent.extend(active);
                }
                () = at(together_until) => together_until = None,
            }
            let mut inner = self.lock();
            if together_until.is_none() && !inner.urgent.is_empty() {
                let urgent = std::mem::take(&mut inner.urgent);
                inner.send(&urgent, self.redaction, metrics);
                together_until = Some(Instant::now() + TOGETHER);
            }
            if activity_at.is_none() && !inner.active.is_empty() {
                activity_at = Some(Instant::now() + ACTIVITY_EVERY);
            }
        }
    }
}

impl Inner {
    /// When a further slice is to be served; nothing where nothing waits.
    fn due(&self) -> Option<Instant> {
        [self.audience.due(), self.beside.due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Serves the slices that are due.
    fn serve(&mut self, metrics: &Metrics) {
        self.audience.serve(metrics);
        if self.beside.due().is_some_and(|due| due <= Instant::now()) {
            self.beside.serve(metrics);
        }
    }

    /// Tells those who saw the incident and may not see it as `line` has it.
    fn close(&mut self, incident: IncidentId, line: &Line, metrics: &Metrics) {
        let Some(old) = self.lines.get(&incident) else {
            return;
        };
        if line.private.is_none() || old.private == line.private {
            return;
        }
        let was = old.private.as_ref();
        let lost = |member: &Member| member.sees(was) && !member.sees(line.private.as_ref());
        let frame = wire::text(&encode(&ServerFrame::ClosedToYou { incident }));
        self.audience.send_to(lost, &frame, metrics);
    }

    fn send(&mut self, ids: &BTreeSet<IncidentId>, redaction: Redaction, metrics: &Metrics) {
        let spectators = self.audience.has_spectators();
        let (mut open, mut redacted, mut differs) = (BytesMut::new(), BytesMut::new(), false);
        let lines = ids.iter().filter_map(|id| self.lines.get(id));
        let (private, public): (Vec<&Line>, Vec<&Line>) =
            lines.partition(|line| line.private.is_some());
        for line in private {
            let summary = line.summary.clone();
            let frame = wire::text(&encode(&ServerFrame::Board { summary }));
            let sees = |member: &Member| member.sees(line.private.as_ref());
            self.audience.send_to(sees, &frame, metrics);
        }
        for line in public {
            let seen = redaction.summary(&line.summary).filter(|_| spectators);
            let summary = line.summary.clone();
            let frame = encode(&ServerFrame::Board { summary });
            wire::put_text(&mut open, &frame);
            if let Some(summary) = seen {
                differs = true;
                wire::put_text(&mut redacted, &encode(&ServerFrame::Board { summary }));
            } else if spectators {
                wire::put_text(&mut redacted, &frame);
            }
        }
        if !open.is_empty() {
            let redacted = differs.then(|| redacted.freeze());
            let open = open.freeze();
            self.audience.send(&open, redacted.as_ref(), None, metrics);
        }
    }
}

fn shown(inner: &Inner, member: &Member) -> Vec<Summary> {
    let mut over = 0;
    let newest_first = inner.lines.values().rev();
    let newest_first = newest_first.filter(|line| member.sees(line.private.as_ref()));
    let newest_first = newest_first.map(|line| &line.summary);
    let mut lines: Vec<Summary> = newest_first
        .filter(|summary| {
            let is_over = summary.status.is_over();
            over += usize::from(is_over);
            !is_over || over <= OVER_SHOWN
        })
        .cloned()
        .collect();
    lines.reverse();
    lines
}

/// Whether a reader of the board would see more than activity.
fn differs(old: &Line, new: &Line) -> bool {
    let mut quiet = old.summary.clone();
    quiet.seq = new.summary.seq;
    quiet.changed_at = new.summary.changed_at;
    quiet != new.summary || old.private != new.private
}

/// When an incident's first alert was taken down, and something of one of them last. An incident that
/// an alert opened had its first then, also when that one was let go since.
fn alerted(incident: &Incident) -> Option<(Timestamp, Timestamp)> {
    let alerts = incident.alerts.values();
    let last = alerts.clone().map(|alert| alert.last_at).max()?;
    let first = match incident.match_key {
        Some(_) => incident.opened_at,
        None => alerts.map(|alert| alert.first_at).min()?,
    };
    Some((first, last))
}

/// The open incident at the end of a chain of merges.
fn follow<'b>(lines: &'b BTreeMap<IncidentId, Line>, from: &'b Line) -> Option<&'b Line> {
    let mut line = from;
    // As many steps as there are incidents: a circle ends.
    for _ in 0..=lines.len() {
        if line.summary.status.is_open() {
            return Some(line);
        }
        line = lines.get(&line.merged_into?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::outbox::Outbox;
    use super::*;
    use serde_json::Value;
    use std::sync::Arc;

    fn enter(board: &Board, metrics: &Metrics) -> Arc<Outbox> {
        let outbox = Outbox::new(None, 1_000);
        let member = Member {
            session: SessionId(1),
            person: "maya".parse().expect("a name"),
            spectator: false,
            level: Level::Responder,
            epoch: outbox.epoch(),
            outbox: outbox.clone(),
        };
        board.enter(member, metrics, |_| {});
        outbox
    }

    /// The titles that were sent since this was last asked.
    fn titles(outbox: &Outbox) -> Vec<String> {
        let mut all = Vec::new();
        let drained = outbox.drain(|slices| {
            let first = slices.first().map_or(&[][..], |slice| slice);
            // Short frames have a header of two bytes, longer ones of four.
            let from = if first[1] == 126 { 4 } else { 2 };
            let frame: Value = serde_json::from_slice(&first[from..]).expect("one frame");
            all.push(frame["summary"]["title"].as_str().unwrap().to_owned());
            Ok(first.len())
        });
        assert!(drained.expect("drains"));
        all
    }

    async fn let_it_run() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_goes_out_at_once_and_those_of_one_frame_together() {
        let (board, metrics) = (Board::new(Redaction::default(), 64), Metrics::new());
        let mut outbox = enter(&board, &metrics);
        let put = |title: String| {
            let mut incident = Incident::new(IncidentId(1));
            incident.title = title.into();
            board.put(&incident, &metrics);
        };
        let people = async {
            for round in 0..3 {
                put(format!("{round} first"));
                let_it_run().await;
                assert_eq!(titles(&outbox), [format!("{round} first")]);
                for n in 0..5 {
                    put(format!("{round} then {n}"));
                    let_it_run().await;
                }
                assert_eq!(titles(&outbox), [""; 0], "they wait for one another");
                if round == 1 {
                    // Whoever comes meanwhile is greeted with it.
                    let late = enter(&board, &metrics);
                    assert_eq!(titles(&outbox), [format!("{round} then 4")]);
                    tokio::time::sleep(TOGETHER).await;
                    let_it_run().await;
                    assert_eq!(titles(&late), [""; 0]);
                    outbox = late;
                } else {
                    tokio::time::sleep(TOGETHER).await;
                    let_it_run().await;
                    assert_eq!(titles(&outbox), [format!("{round} then 4")]);
                }
                tokio::time::sleep(TOGETHER).await;
            }
        };
        tokio::select! {
            () = board.run(&metrics) => {}
            () = people => {}
        }
    }
}
