//! Stretches in which things changed and nobody wrote: where a review will ask what happened.

use super::{Entry, EntryKind, Seq, Timestamp};
use chrono::TimeDelta;

/// A stretch without a written entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The written entry before it, or the incident's beginning.
    pub from: Timestamp,
    /// The written entry after it, or the end of what is looked at.
    pub to: Timestamp,
    /// What changed meanwhile, by when it happened; never empty.
    pub changes: Vec<Seq>,
}

/// Whether an entry says what people thought and did; the others are made by what happens.
fn is_told(entry: &Entry) -> bool {
    let told = entry.kind.is_written() || entry.kind == EntryKind::StatusUpdate;
    told && entry.marks.retracted.is_none()
}

/// The stretches of at least that length in which something changed and nobody wrote. `entries` are
/// sorted by when they happened; `end` is the incident's end, or now.
#[must_use]
pub fn gaps(entries: &[Entry], at_least: TimeDelta, end: Timestamp) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let Some(first) = entries.first() else {
        return gaps;
    };
    let mut from = first.occurred_at;
    let mut changes = Vec::new();
    let mut close = |from, to, changes: &mut Vec<Seq>| {
        let changes = std::mem::take(changes);
        if to - from >= at_least && !changes.is_empty() {
            gaps.push(Gap { from, to, changes });
        }
    };
    for entry in entries.iter().filter(|entry| entry.occurred_at <= end) {
        if is_told(entry) {
            close(from, entry.occurred_at, &mut changes);
            from = entry.occurred_at;
        } else if entry.marks.retracted.is_none() {
            changes.push(entry.seq);
        }
    }
    close(from, end, &mut changes);
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Marks, Via};
    use proptest::prelude::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn entry(seq: u64, minute: i64, kind: EntryKind) -> Entry {
        Entry {
            seq: Seq(seq),
            kind,
            occurred_at: at(minute),
            recorded_at: at(minute),
            by: "lee".parse().unwrap(),
            via: Via::Console,
            text: "".into(),
            tags: Vec::new(),
            mentions: Vec::new(),
            marks: Marks::default(),
            run: None,
            outline: None,
        }
    }

    fn found(kinds: &[(i64, EntryKind)], at_least: i64, end: i64) -> Vec<(i64, i64, usize)> {
        let entries: Vec<Entry> = (1..)
            .zip(kinds)
            .map(|(seq, (minute, kind))| entry(seq, *minute, *kind))
            .collect();
        let minutes = |at: Timestamp| at.timestamp() / 60;
        gaps(&entries, TimeDelta::minutes(at_least), at(end))
            .iter()
            .map(|gap| (minutes(gap.from), minutes(gap.to), gap.changes.len()))
            .collect()
    }

    #[test]
    fn a_gap_is_long_and_something_changed_in_it() {
        use EntryKind::{Alert, Decision, Incident, Note, RunbookStep, StatusUpdate};
        for (kinds, gaps) in [
            (&[][..], &[][..]),
            // Nobody wrote, and nothing happened either.
            (&[(0, Note), (30, Note)], &[]),
            (&[(0, Note), (5, Alert), (30, Note)], &[(0, 30, 1)]),
            // Exactly as long is long enough; a little less is not.
            (&[(0, Note), (5, Alert), (10, Note)], &[(0, 10, 1)]),
            (&[(0, Note), (5, Alert), (9, Note)], &[]),
            // Before the first words, and behind the last ones.
            (
                &[(0, Incident), (20, Note), (30, RunbookStep)],
                &[(0, 20, 1), (20, 60, 1)],
            ),
            (
                &[
                    (0, Note),
                    (5, Alert),
                    (6, Decision),
                    (7, Alert),
                    (8, StatusUpdate),
                ],
                &[],
            ),
            (
                &[(0, Note), (5, Alert), (15, Alert), (25, Note), (40, Note)],
                &[(0, 25, 2)],
            ),
            // What is said to come is not looked at.
            (&[(0, Note), (70, Alert), (90, Note)], &[]),
        ] {
            assert_eq!(found(kinds, 10, 60), gaps, "{kinds:?}");
        }
    }

    #[test]
    fn words_that_were_taken_back_tell_nothing() {
        let mut entries = [
            entry(1, 0, EntryKind::Note),
            entry(2, 5, EntryKind::Alert),
            entry(3, 8, EntryKind::Note),
            entry(4, 20, EntryKind::Note),
        ];
        let ten = TimeDelta::minutes(10);
        assert_eq!(gaps(&entries, ten, at(20)), []);
        entries[2].marks.retracted = Some("wrong incident".into());
        let gap = &gaps(&entries, ten, at(20))[0];
        assert_eq!(
            (gap.from, gap.to, &gap.changes[..]),
            (at(0), at(20), &[Seq(2)][..])
        );
    }

    proptest! {
        #[test]
        fn gaps_are_in_order_apart_and_without_words(
            kinds in prop::collection::vec((0_i64..120, prop::bool::ANY), 0..40), at_least in 1_i64..30
        ) {
            let mut kinds: Vec<_> = kinds
                .into_iter()
                .map(|(minute, told)| (minute, if told { EntryKind::Note } else { EntryKind::Alert }))
                .collect();
            kinds.sort_by_key(|(minute, _)| *minute);
            let gaps = found(&kinds, at_least, 120);
            for (from, to, changes) in &gaps {
                prop_assert!(to - from >= at_least && *changes > 0);
                let told = |(minute, kind): &(i64, EntryKind)| {
                    *kind == EntryKind::Note && from < minute && minute < to
                };
                prop_assert!(!kinds.iter().any(told));
            }
            prop_assert!(gaps.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
    }
}
