//! An incident's state from its log.

use crate::incident::{FOLD_VERSION, Hash, Incident, IncidentId, Seq, apply};
use crate::journal::{Journal, ReadError, ReadFrom, Record};
use crate::protocol::limits;

/// Records read at once while folding.
const PAGE: u32 = 1_000;

/// A state, and what it took to fold it.
pub(crate) struct Folded {
    pub(crate) incident: Incident,
    /// Events that were folded, beyond the kept state.
    pub(crate) events: u64,
}

/// Folds the newest kept state and what came after it.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) async fn fold(journal: &dyn Journal, id: IncidentId) -> Result<Folded, ReadError> {
    let kept = journal.load_checkpoint(FOLD_VERSION, id).await?;
    let mut incident = kept.map_or_else(|| Incident::new(id), |kept| *kept);
    let mut events = 0;
    loop {
        let page = journal
            .read(id, ReadFrom::After(incident.seq), PAGE)
            .await?;
        for record in &page {
            apply(&mut incident, record.event());
        }
        events += page.len() as u64;
        if page.len() < PAGE as usize {
            return Ok(Folded { incident, events });
        }
    }
}

/// What a room starts from.
pub(super) struct Loaded {
    pub(super) incident: Incident,
    pub(super) hash: Hash,
    /// The newest records, oldest first.
    pub(super) tail: Vec<Record>,
}

/// Reads what a room starts from.
pub(super) async fn load(journal: &dyn Journal, id: IncidentId) -> Result<Loaded, ReadError> {
    let incident = fold(journal, id).await?.incident;
    let from = ReadFrom::Before(incident.seq.next());
    let newest = u32::try_from(limits::CATCH_UP_EVENTS).unwrap_or(u32::MAX);
    let mut tail = journal.read(id, from, newest).await?;
    tail.reverse();
    let head = tail.last().map_or(Seq::ZERO, Record::seq);
    if head != incident.seq {
        return Err(ReadError(format!(
            "{id} was kept as of event {}, and its log ends at {head}",
            incident.seq
        )));
    }
    let hash = tail.last().map_or(Hash::GENESIS, Record::hash);
    Ok(Loaded {
        incident,
        hash,
        tail,
    })
}
