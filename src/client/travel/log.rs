//! The part of the log that is here: pages of it, bounded, the ones of least use let go first.

use super::Bounds;
use crate::incident::{Event, Seq, Timestamp};
use crate::protocol::limits::PAGE_EVENTS;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::RangeInclusive;

/// Some of the events of a log. Block `n` has the events after `n` times its size, without
/// gaps, from its first one on; its end may be missing.
#[derive(Debug)]
pub(super) struct Log {
    bounds: Bounds,
    blocks: BTreeMap<u64, Block>,
    uses: u64,
}

#[derive(Debug, Default)]
struct Block {
    events: Vec<Event>,
    bytes: usize,
    used: u64,
}

impl Log {
    /// With nothing in it.
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            blocks: BTreeMap::new(),
            uses: 0,
        }
    }

    /// Which block an event is in; the first event is number 1.
    pub(super) fn block_of(&self, seq: Seq) -> u64 {
        seq.0.saturating_sub(1) / self.bounds.block
    }

    /// The event before a block: the state that folding the block begins with.
    pub(super) fn before(&self, block: u64) -> Seq {
        Seq(block.saturating_mul(self.bounds.block))
    }

    fn place(&self, seq: Seq) -> usize {
        usize::try_from(seq.0.saturating_sub(1) % self.bounds.block).unwrap_or(usize::MAX)
    }

    /// The event, if it is here.
    pub(super) fn get(&self, seq: Seq) -> Option<&Event> {
        let block = self.blocks.get(&self.block_of(seq))?;
        block.events.get(self.place(seq))
    }

    /// The last event that is here of those of a block, from the block's first one on.
    fn end(&self, block: u64) -> Seq {
        let here = self
            .blocks
            .get(&block)
            .map_or(0, |block| block.events.len());
        Seq(self.before(block).0 + here as u64)
    }

    /// After which event a page is to be asked for so that this one comes; nothing when it is here.
    pub(super) fn missing(&self, seq: Seq) -> Option<(Seq, u32)> {
        if seq == Seq::ZERO || self.get(seq).is_some() {
            return None;
        }
        let after = self.end(self.block_of(seq));
        let left = self.before(self.block_of(seq) + 1).0 - after.0;
        Some((after, u32::try_from(left).unwrap_or(PAGE_EVENTS)))
    }

    /// Puts events in that follow each other. Those that are here already, or that follow nothing
    /// that is here, are passed over.
    pub(super) fn put(&mut self, events: &[Event]) {
        self.uses += 1;
        for event in events.iter().filter(|event| event.seq > Seq::ZERO) {
            let at = self.block_of(event.seq);
            if event.seq != self.end(at).next() {
                continue;
            }
            let block = self.blocks.entry(at).or_default();
            block.bytes += bytes_of(event);
            block.used = self.uses;
            block.events.push(event.clone());
        }
    }

    /// Lets blocks go beyond the bounds, those of least use first, but for those that hold one of
    /// these events.
    pub(super) fn trim(&mut self, keep: RangeInclusive<Seq>) {
        self.uses += 1;
        let kept = self.block_of(*keep.start())..=self.block_of(*keep.end());
        for (_, block) in self.blocks.range_mut(kept.clone()) {
            block.used = self.uses;
        }
        let bounds = self.bounds;
        let over = |blocks: &BTreeMap<u64, Block>| {
            let bytes: usize = blocks.values().map(|block| block.bytes).sum();
            blocks.len() > bounds.blocks || bytes > bounds.bytes
        };
        while over(&self.blocks) {
            let others = self.blocks.iter().filter(|(at, _)| !kept.contains(at));
            let oldest = others.min_by_key(|(_, block)| block.used);
            let Some(at) = oldest.map(|(at, _)| *at) else {
                break;
            };
            self.blocks.remove(&at);
        }
    }

    /// The last event that was recorded at that moment or before; nothing where it cannot be told
    /// from what is here. `head` is the log's last event.
    pub(super) fn at(&self, moment: Timestamp, head: Seq) -> Option<Seq> {
        let before_it = |block: &&Block| {
            (block.events.first()).is_some_and(|event| event.recorded_at <= moment)
        };
        let block = self.blocks.values().rev().find(before_it);
        let Some(block) = block else {
            let first = self.get(Seq(1))?;
            return (first.recorded_at > moment).then_some(Seq::ZERO);
        };
        let here = block
            .events
            .partition_point(|event| event.recorded_at <= moment);
        let last = block.events.get(here.checked_sub(1)?)?.seq;
        let known = last == head || self.get(last.next()).is_some();
        known.then_some(last)
    }

    /// How many events are here.
    pub(super) fn len(&self) -> usize {
        self.blocks.values().map(|block| block.events.len()).sum()
    }
}

/// How many bytes an event has as it stands in the journal: counted, not kept.
fn bytes_of(event: &Event) -> usize {
    struct Counted(usize);
    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    // Plain data: it cannot fail, and if it did it would only count for less.
    let _ = serde_json::to_writer(&mut counted, event);
    counted.0
}
