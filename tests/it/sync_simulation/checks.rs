//! What must hold, at any moment and at rest.

use super::{Backend, Console, INCIDENTS, World};
use std::collections::{BTreeMap, BTreeSet};
use warroom::client::*;
use warroom::incident::*;

impl<B: Backend> World<B> {
    /// What holds at any moment.
    pub(super) fn check_always(&self, n: usize) {
        let console = &self.consoles[n];
        for id in (1..=INCIDENTS).map(IncidentId) {
            let Some(room) = console.client.room(id) else {
                continue;
            };
            let lines = room.timeline().lines();
            let key = |line: &Line| {
                let seq = line.entry.seq;
                (line.entry.occurred_at, seq == Seq::ZERO, seq)
            };
            assert!(lines.is_sorted_by_key(key), "lines are out of order");
            let empty = Vec::new();
            let log = self.server.logs().get(&id).unwrap_or(&empty);
            let seen = room.confirmed().seq;
            let so_far = replay(id, log.iter().filter(|event| event.seq <= seen));
            assert_eq!(*room.confirmed(), so_far, "confirmed is what the log says");
        }
    }

    /// What holds when everything has come to rest.
    pub(super) fn check_at_rest(&self) {
        let mut in_log: BTreeMap<CommandId, Vec<(IncidentId, Seq)>> = BTreeMap::new();
        for event in self.server.logs().values().flatten() {
            let places = in_log.entry(event.command).or_default();
            places.push((event.incident, event.seq));
        }
        for (command, places) in &in_log {
            let one_run = places.windows(2).all(|w| w[1] == (w[0].0, w[0].1.next()));
            assert!(one_run, "{command} happened twice: {places:?}");
        }
        for command in &self.accepted {
            let happened = in_log.contains_key(command);
            let back = self.handed_back.contains(command);
            assert!(happened || back, "{command} is lost");
        }
        for command in &self.handed_back {
            assert!(
                !in_log.contains_key(command),
                "{command} happened and was handed back"
            );
        }
        for command in &self.unkept {
            assert!(
                !in_log.contains_key(command),
                "{command} was sent before it was kept"
            );
        }
        for (command, (incident, first, last)) in &self.done {
            let places = in_log
                .get(command)
                .expect("what was said to be done is in the log");
            assert!(places.contains(&(*incident, *first)) && places.contains(&(*incident, *last)));
        }
        for console in &self.consoles {
            self.check_console(console);
        }
    }

    fn check_console(&self, console: &Console) {
        assert!(console.client.link().is_live());
        assert_eq!(console.client.queued(), 0);
        assert!(
            console.disk.is_empty(),
            "left on the disk: {:?}",
            console.disk
        );
        for (id, log) in self.server.logs() {
            let Some(room) = console.client.room(*id) else {
                continue;
            };
            assert!(room.is_current(), "{id} is not current");
            assert_eq!(*room.confirmed(), replay(*id, log));
            assert_eq!(room.shown(), room.confirmed());
            let timeline = room.timeline();
            assert!(!timeline.loading());
            for line in timeline.lines() {
                assert_eq!(line.state, LineState::Confirmed);
                let expected = entry_of(log, line.entry.seq).expect("it is in the log");
                assert_eq!(line.entry, expected);
            }
            let seqs: BTreeSet<Seq> = timeline.lines().iter().map(|l| l.entry.seq).collect();
            assert_eq!(seqs.len(), timeline.len(), "a line stands twice");
            // Nothing is missing between the first line and the last.
            if let (Some(first), Some(last)) = (seqs.first(), seqs.last()) {
                let part = log.iter().filter(|e| (*first..=*last).contains(&e.seq));
                assert_eq!(part.filter_map(Entry::from_event).count(), seqs.len());
            }
        }
    }
}

/// The entry as the whole log has it.
pub(super) fn entry_of(log: &[Event], seq: Seq) -> Option<Entry> {
    let made = log.iter().find(|event| event.seq == seq)?;
    let mut entry = Entry::from_event(made)?;
    for event in log {
        if let Some(what) = event.body.known().filter(|what| what.target() == Some(seq)) {
            entry.correct(event.seq, what);
        }
    }
    Some(entry)
}
