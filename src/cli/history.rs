//! An incident's log, read from the server record by record, and what follows from it.

use super::session::{Part, Session};
use crate::error::Failure;
pub use crate::incident::lines as entries;
use crate::incident::{
    Entry, Event, EventBody, Hash, Incident, IncidentId, PinnedEvidence, Seq, replay,
};
use crate::journal::verify_chain;
use crate::protocol::limits::PAGE_EVENTS;
use serde_json::value::RawValue;

/// A whole log.
#[derive(Debug)]
pub struct History {
    /// The records, as they stand in the journal.
    pub records: Vec<Box<RawValue>>,
    /// The same, read.
    pub events: Vec<Event>,
}

impl History {
    /// Reads the whole log of an incident.
    ///
    /// # Errors
    /// When there is no such incident, or the server does not answer.
    pub async fn fetch(session: &mut Session, incident: IncidentId) -> Result<Self, Failure> {
        let (mut records, mut events) = (Vec::new(), Vec::new());
        let mut after = Seq::ZERO;
        loop {
            let page = session
                .page(incident, Part::After(after), PAGE_EVENTS)
                .await?;
            let read = read_all(&page.records)?;
            let Some(last) = read.last() else { break };
            after = last.seq;
            records.extend(page.records);
            events.extend(read);
            if !page.more {
                break;
            }
        }
        if events.is_empty() {
            return Err(Failure::refused(format!("There is no {incident}."))
                .instead("List them with `warroom list --all`."));
        }
        Ok(Self { records, events })
    }

    /// The state that the log gives.
    #[must_use]
    pub fn state(&self, incident: IncidentId) -> Incident {
        replay(incident, &self.events)
    }

    /// The lines of the timeline, all corrections in, by when they happened.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        entries(&self.events, &[])
    }

    /// All that was pinned as evidence; the state keeps the newest pieces only.
    pub fn evidence(&self) -> impl Iterator<Item = PinnedEvidence> {
        self.events.iter().filter_map(PinnedEvidence::from_event)
    }

    /// Whether something in it is hidden from this reader; then its chain cannot be checked.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        let hidden = EventBody::Known(crate::incident::What::Hidden {});
        self.events.iter().any(|event| event.body == hidden)
    }

    /// Checks the chain from the first record to the last.
    ///
    /// # Errors
    /// Where it breaks, and how.
    pub fn verify(&self) -> Result<(), Failure> {
        let (mut seq, mut hash) = (Seq::ZERO, Hash::GENESIS);
        for record in &self.records {
            let good = verify_chain(seq, hash, record.get()).map_err(|broken| {
                Failure::refused(format!("The log breaks at seq {}: {broken}.", seq.next()))
                    .instead("Run `warroom verify` where the server's data directory is.")
            })?;
            (seq, hash) = (good.seq(), good.hash());
        }
        Ok(())
    }
}

/// Reads records.
///
/// # Errors
/// When one is not an event.
pub fn read_all(records: &[Box<RawValue>]) -> Result<Vec<Event>, Failure> {
    records
        .iter()
        .map(|record| {
            serde_json::from_str(record.get()).map_err(|error| {
                Failure::internal("The server sent a record that cannot be read.").because(error)
            })
        })
        .collect()
}
