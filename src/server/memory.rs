//! What was handed in lately, so that the same again changes nothing.
//!
//! Most of that is seen to by ids that follow from a report (see [`super::derive`]) and the
//! journal, which remembers all of them. This is for what has no times of its own to tell it by,
//! and for senders that keep no order. It is lost when the server ends; what it is for lies within
//! minutes.

use super::lately::Lately;
use crate::incident::{AlertState, Timestamp};
use crate::integrations::hooks::{Order, Said};
use ring::digest;
use std::sync::Arc;

/// Deliveries remembered: what the busiest vendor sends in an hour, and none sends one again later
/// than that without a pause between.
const DELIVERIES: usize = 4_096;
/// Alerts whose newest word is remembered: many times those that are on at once.
const ALERTS: usize = 8_192;

/// Names a delivery: of which hook, under which id, with which body. Two bodies under one id are
/// two deliveries: an id is not signed everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DeliveryKey([u8; 32]);

impl DeliveryKey {
    pub(super) fn of(hook: &str, id: &str, body: &[u8]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [hook.as_bytes(), id.as_bytes(), body] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut key = [0; 32];
        for (byte, hashed) in key.iter_mut().zip(context.finish().as_ref()) {
            *byte = *hashed;
        }
        Self(key)
    }
}

/// The newest word about an alert.
#[derive(Debug, Clone, Copy)]
struct Word {
    state: AlertState,
    /// When it was said, by the sender's clock, where the sender tells.
    at: Option<Timestamp>,
}

/// What was handed in lately.
#[derive(Debug)]
pub(super) struct Memory {
    deliveries: Lately<DeliveryKey, ()>,
    alerts: Lately<Arc<str>, Word>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            deliveries: Lately::new(DELIVERIES),
            alerts: Lately::new(ALERTS),
        }
    }
}

impl Memory {
    /// Whether this delivery was taken down already.
    pub(super) fn knows(&self, delivery: DeliveryKey) -> bool {
        self.deliveries.get(&delivery).is_some()
    }

    /// A delivery was taken down.
    pub(super) fn keep(&mut self, delivery: DeliveryKey) {
        self.deliveries.put(delivery, ());
    }

    /// Whether the report says nothing new: that it is older than what is known, or the same state
    /// again without a time.
    pub(super) fn is_old(&self, said: &Said) -> bool {
        let known = self.alerts.get(&said.alert.fingerprint);
        match (said.order, known) {
            (Order::Timed, _) | (_, None) => false,
            (Order::Untimed, Some(known)) => known.state == said.alert.state,
            (Order::At(at), Some(known)) => known.at.is_some_and(|newest| at < newest),
        }
    }

    /// A report was taken down.
    pub(super) fn note(&mut self, said: &Said) {
        let at = match said.order {
            // What its own times tell is in the journal.
            Order::Timed => return,
            Order::At(at) => Some(at),
            Order::Untimed => None,
        };
        let state = said.alert.state;
        let fingerprint = said.alert.fingerprint.clone();
        self.alerts.put(fingerprint, Word { state, at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::AlertReport;
    use chrono::DateTime;

    fn said(state: AlertState, order: Order) -> Said {
        let alert = AlertReport {
            fingerprint: "f".into(),
            name: "n".into(),
            state,
            summary: "".into(),
            labels: Default::default(),
            annotations: Default::default(),
            starts_at: DateTime::UNIX_EPOCH,
            ends_at: None,
            url: None,
        };
        Said { alert, order }
    }

    fn at(seconds: i64) -> Order {
        Order::At(DateTime::from_timestamp(seconds, 0).expect("a time"))
    }

    #[test]
    fn what_comes_late_is_old_and_what_comes_again_without_a_time_too() {
        use AlertState::{Firing, Resolved};
        let mut memory = Memory::default();
        assert!(!memory.is_old(&said(Resolved, at(20))));
        memory.note(&said(Resolved, at(20)));
        assert!(memory.is_old(&said(Firing, at(10))));
        // Of the same time: the journal tells.
        assert!(!memory.is_old(&said(Firing, at(20))));
        assert!(!memory.is_old(&said(Firing, Order::Timed)));

        memory.note(&said(Firing, Order::Untimed));
        assert!(memory.is_old(&said(Firing, Order::Untimed)));
        assert!(!memory.is_old(&said(Resolved, Order::Untimed)));
        memory.note(&said(Resolved, Order::Untimed));
        assert!(!memory.is_old(&said(Firing, Order::Untimed)));
    }

    #[test]
    fn a_delivery_is_its_hook_its_id_and_its_body() {
        let mut memory = Memory::default();
        let key = DeliveryKey::of("a", "1", b"x");
        memory.keep(key);
        assert!(memory.knows(DeliveryKey::of("a", "1", b"x")));
        for other in [
            ("b", "1", "x"),
            ("a", "2", "x"),
            ("a", "1", "y"),
            ("a1", "", "x"),
        ] {
            let key = DeliveryKey::of(other.0, other.1, other.2.as_bytes());
            assert!(!memory.knows(key), "{other:?}");
        }
    }
}
