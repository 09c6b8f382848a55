//! Leaving a command in the outbox, for the next console to send.

use super::Pending;
use super::link::LinkOptions;
use super::store::{Owner, Store};
use crate::incident::{Command, IncidentId};
use std::io;
use std::path::Path;

/// Puts a command on the disk, in `dir`, for the server and the person of these options. The next
/// console of the same two takes it over and sends it, under the same id, so that it happens once.
///
/// # Errors
/// When the disk cannot take it.
pub fn leave(
    dir: &Path,
    whose: &LinkOptions,
    incident: IncidentId,
    command: Command,
) -> io::Result<()> {
    let owner = Owner::new(&whose.url, whose.name.clone(), whose.token.as_deref());
    let mut store = Store::open(dir, owner)?;
    store.put(&[Pending {
        command,
        incident: Some(incident),
        sent: false,
    }])
}
