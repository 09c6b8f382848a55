//! A second Alertmanager, under a name and with a secret of its own. The one at
//! `/hooks/alertmanager` is read by the same reader.

use super::{Delivery, Hook, HookError, Kind, Order, PATIENCE, Said};
use crate::incident::Timestamp;
use crate::integrations::alertmanager::Webhook;
use crate::integrations::signature::Scheme;

pub(super) const KIND: Kind = Kind {
    name: "alertmanager",
    title: "Alertmanager",
    scheme: || Scheme::Bearer,
    chooses_headers: false,
    sends_token: true,
    // It names none: the alerts' own times tell.
    delivery: &[],
    patience: PATIENCE,
    read,
};

fn read(_: &Hook, body: &[u8], _: Timestamp) -> Result<Delivery, HookError> {
    Ok(Webhook::parse(body)?.into())
}

impl From<Webhook> for Delivery {
    fn from(webhook: Webhook) -> Self {
        let said = |alert| Said {
            alert,
            order: Order::Timed,
        };
        Self {
            truncated: webhook.truncated,
            group_key: webhook.group_key,
            ..Self::of(webhook.alerts.into_iter().map(said).collect())
        }
    }
}
