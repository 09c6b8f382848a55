//! How much of a log goes into one answer: what its frame may carry.

use super::greeting::Me;
use super::hall::no_such;
use super::reply::not_read;
use super::room::raw_for;
use super::shared::Shared;
use crate::incident::{IncidentId, Refusal, Seq, What};
use crate::journal::{ReadFrom, Record};
use crate::protocol::ServerFrame;
use crate::protocol::limits::PAGE_BYTES;
use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};

/// Reads a page of a log, as much of it as one frame may carry.
///
/// # Errors
/// When there is no such incident, or the journal cannot be read.
pub(super) async fn read(
    shared: &Shared,
    request: u64,
    (incident, from, limit): (IncidentId, ReadFrom, u32),
    me: &Me,
) -> Result<ServerFrame, Refusal> {
    let spectator = me.is_spectator();
    let shown = shared.shown_to(&me.actor, incident);
    let shown = shown.ok_or_else(|| no_such(incident))?;
    let journal = &shared.journal;
    // One more than asked for says whether there are more.
    let read = journal.read(incident, from, limit + 1).await;
    let mut records = read.map_err(|e| not_read(&e))?;
    records.retain(|record| record.seq() <= shown);
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut more = records.len() > asked;
    records.truncate(asked);
    // Before their corrections are read, of which there are then fewer.
    more |= cut(&mut records, &mut Vec::new());
    let seqs = || records.iter().map(Record::seq);
    let mut corrections = match (seqs().min(), seqs().max()) {
        (Some(first), Some(last)) => journal
            .corrections(incident, first, last)
            .await
            .map_err(|e| not_read(&e))?,
        _ => Vec::new(),
    };
    corrections.retain(|record| record.seq() <= shown);
    more |= cut(&mut records, &mut corrections);
    if matches!(from, ReadFrom::Before(_)) {
        records.reverse();
    }
    Ok(ServerFrame::Page {
        request,
        incident,
        events: raw_for(&records, shared.taken_from(spectator)),
        corrections: raw_for(&corrections, shared.taken_from(spectator)),
        more,
    })
}

/// Cuts a page to what its frame may carry, with the corrections of what is kept. At least one
/// record is kept: with its newest corrections it always fits. `records` are in the order in which
/// they are read, so that what is left out comes with the next page.
///
/// Answers whether something was left out.
pub(super) fn cut(records: &mut Vec<Record>, corrections: &mut Vec<Record>) -> bool {
    let bytes = |records: &[Record]| records.iter().map(|r| r.json().len()).sum::<usize>();
    if bytes(records) + bytes(corrections) <= PAGE_BYTES {
        return false;
    }
    forget_superseded(corrections);
    let mut about: BTreeMap<Seq, usize> = BTreeMap::new();
    for correction in &*corrections {
        if let Some(target) = target(correction) {
            *about.entry(target).or_default() += correction.json().len();
        }
    }
    let (mut used, mut kept) = (0, 0);
    for record in &*records {
        used += record.json().len() + about.get(&record.seq()).copied().unwrap_or_default();
        if kept > 0 && used > PAGE_BYTES {
            break;
        }
        kept += 1;
    }
    let left_out = kept < records.len();
    records.truncate(kept);
    let mut here: Vec<Seq> = records.iter().map(Record::seq).collect();
    here.sort_unstable();
    corrections.retain(|c| target(c).is_some_and(|target| here.binary_search(&target).is_ok()));
    left_out
}

/// Lets go what a later correction of the same kind overtook: how an entry stands now does not
/// depend on it.
fn forget_superseded(corrections: &mut Vec<Record>) {
    let mut newest: BTreeMap<Seq, Vec<(Discriminant<What>, Seq)>> = BTreeMap::new();
    for correction in corrections.iter().rev() {
        let (Some(what), Some(target)) = (correction.event().body.known(), target(correction))
        else {
            continue;
        };
        let kinds = newest.entry(target).or_default();
        if !kinds.iter().any(|(kind, _)| *kind == discriminant(what)) {
            kinds.push((discriminant(what), correction.seq()));
        }
    }
    let mut kept: Vec<Seq> = newest.into_values().flatten().map(|(_, seq)| seq).collect();
    kept.sort_unstable();
    corrections.retain(|correction| kept.binary_search(&correction.seq()).is_ok());
}

fn target(correction: &Record) -> Option<Seq> {
    correction.event().body.known().and_then(What::target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{CommandId, Event, EventBody, Hash, IncidentId, Person, Timestamp, Via};
    use crate::journal::seal;

    fn record(seq: u64, what: What) -> Record {
        let event = Event {
            incident: IncidentId(1),
            seq: Seq(seq),
            recorded_at: Timestamp::UNIX_EPOCH,
            occurred_at: Timestamp::UNIX_EPOCH,
            by: Person::warroom(),
            via: Via::Cli,
            command: CommandId(uuid::Uuid::from_u128(u128::from(seq))),
            prev: Hash::GENESIS,
            body: EventBody::Known(what),
        };
        seal(event).unwrap()
    }

    fn amended(seq: u64, target: u64, bytes: usize) -> Record {
        let what = What::Amended {
            target: Seq(target),
            text: "x".repeat(bytes).into(),
            private: false,
        };
        record(seq, what)
    }

    fn pinned(seq: u64, target: u64) -> Record {
        let what = What::Pinned {
            target: Seq(target),
            pinned: true,
            entry: None,
        };
        record(seq, what)
    }

    fn seqs(records: &[Record]) -> Vec<u64> {
        records.iter().map(|record| record.seq().0).collect()
    }

    /// A note is not needed here: any record has a size.
    fn long(seq: u64) -> Record {
        amended(seq, 1, PAGE_BYTES / 3)
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let mut records = vec![long(2), long(3)];
        let mut corrections = vec![amended(9, 2, 10), amended(10, 2, 10)];
        assert!(!cut(&mut records, &mut corrections));
        assert_eq!(
            (seqs(&records), seqs(&corrections)),
            (vec![2, 3], vec![9, 10])
        );
    }

    #[test]
    fn what_does_not_fit_comes_with_the_next_page_and_takes_its_corrections_along() {
        let mut records = vec![long(5), long(4), long(3)];
        let mut corrections = vec![pinned(8, 3), pinned(9, 5)];
        assert!(cut(&mut records, &mut corrections));
        assert_eq!((seqs(&records), seqs(&corrections)), (vec![5, 4], vec![9]));
    }

    #[test]
    fn corrections_that_others_overtook_go_first_and_one_record_always_stays() {
        let third = PAGE_BYTES / 3;
        let mut records = vec![long(2), long(3)];
        let mut corrections = vec![
            pinned(6, 2),
            amended(7, 2, third),
            amended(8, 2, third),
            amended(9, 2, third),
        ];
        assert!(cut(&mut records, &mut corrections));
        assert_eq!((seqs(&records), seqs(&corrections)), (vec![2], vec![6, 9]));
        let mut huge = vec![amended(2, 1, PAGE_BYTES + 1)];
        assert!(!cut(&mut huge, &mut Vec::new()));
        assert_eq!(seqs(&huge), [2]);
    }
}
