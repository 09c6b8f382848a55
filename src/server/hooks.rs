//! The hooks of the configuration, and who is let in at them. Knows nothing of HTTP's types.
//!
//! **Invariant**: nothing of a body is parsed before its signature was found to fit.

use super::memory::DeliveryKey;
use crate::incident::Timestamp;
use crate::integrations::hooks::{Delivery, Hook};
use crate::integrations::signature::{Head, Verifier};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Bodies at once that nobody has shown to be allowed to send: a signature is known only once the
/// whole body is here. Times [`crate::protocol::limits::HOOK_BYTES`] is the most memory that
/// strangers can take. Beyond it the answer is 503 with Retry-After.
const UNPROVEN_BODIES: usize = 32;

/// A hook that is open, and how its sender's signature is checked.
#[derive(Debug, Clone)]
pub struct OpenHook {
    /// What is taken, and from whom.
    pub hook: Hook,
    /// Absent: the sender needs a token of level ingest.
    pub verifier: Option<Verifier>,
}

/// Why a request is turned away.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turned {
    /// The status of the answer.
    pub(super) status: u16,
    /// A sentence for whoever sent it.
    pub(super) why: String,
    /// Under what it is counted.
    pub(super) counted: &'static str,
}

/// What a delivery is, once it is believed and read.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) delivery: Delivery,
    /// Names it, where the sender does.
    pub(super) key: Option<DeliveryKey>,
}

impl OpenHook {
    /// Whether a request may be worth reading at all: asked before its body is.
    pub(super) fn glance(&self, head: Head<'_>) -> Result<(), Turned> {
        match &self.verifier {
            Some(verifier) => verifier.glance(head).map_err(|error| Turned {
                status: 401,
                why: error.to_string(),
                counted: "signature",
            }),
            None => Ok(()),
        }
    }

    /// Believes and reads a body.
    pub(super) fn take(
        &self,
        head: Head<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Taken, Turned> {
        if let Some(verifier) = &self.verifier {
            verifier.check(head, body, now).map_err(|error| Turned {
                status: if error.is_missing() { 401 } else { 403 },
                why: error.to_string(),
                counted: "signature",
            })?;
        }
        let delivery = self.hook.read(body, now).map_err(|error| Turned {
            status: 400,
            why: error.to_string(),
            counted: "webhook",
        })?;
        let named = self.hook.kind.delivery.iter().find_map(|name| head(name));
        let id = delivery.id.as_deref().or(named);
        let key = id.map(|id| DeliveryKey::of(&self.hook.name, id, body));
        Ok(Taken { delivery, key })
    }
}

/// The hooks of the configuration, by name.
#[derive(Debug)]
pub(super) struct Hooks {
    open: BTreeMap<Arc<str>, Arc<OpenHook>>,
    unproven: Semaphore,
}

impl Hooks {
    pub(super) fn new(open: Vec<OpenHook>) -> Self {
        let named = |hook: OpenHook| (hook.hook.name.clone(), Arc::new(hook));
        Self {
            open: open.into_iter().map(named).collect(),
            unproven: Semaphore::new(UNPROVEN_BODIES),
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<OpenHook>> {
        self.open.get(name).cloned()
    }

    /// A place for a body of this hook; none when strangers hold all of them. Whoever has shown a
    /// token needs none.
    pub(super) fn place(&self, hook: &OpenHook) -> Result<Option<SemaphorePermit<'_>>, Turned> {
        if hook.verifier.is_none() {
            return Ok(None);
        }
        self.unproven.try_acquire().map(Some).map_err(|_| Turned {
            status: 503,
            why: "Too many webhooks come in at once. Send it again.".to_owned(),
            counted: "busy",
        })
    }
}
