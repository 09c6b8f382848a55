//! Single alerts of a group, for those who look at it.

use super::requests::{Asked, Desk};
use crate::incident::{Refusal, RefusalCode};
use crate::protocol::{ServerFrame, limits};
use crate::signals::{AlertsQuery, page};
use crate::turns::Turns;
use std::sync::Arc;

impl Desk {
    /// The alerts of a source's group that are asked for.
    pub(super) fn alerts(&self, request: u64, source: Arc<str>, mut query: AlertsQuery) -> Asked {
        let held = self.shared.watch.alerts(&source);
        query.limit = query.limit.clamp(1, limits::PAGE_ALERTS);
        Box::pin(async move {
            let refused = |code, why: String, instead: &str| ServerFrame::Failed {
                request,
                refusal: Refusal::new(code, why, instead),
            };
            if query.words.len() > limits::SEARCH_BYTES {
                let (len, most) = (query.words.len(), limits::SEARCH_BYTES);
                let why =
                    format!("What alerts must hold has at most {most} bytes; this has {len}.");
                let code = RefusalCode::Invalid;
                return Some(refused(code, why, "Filter by a few words."));
            }
            let Some(held) = held else {
                let why = format!("`{source}` names no single alerts, or has not answered yet.");
                let code = RefusalCode::NotFound;
                return Some(refused(code, why, "Go by the group's counts."));
            };
            // Ten thousand are put in order: that is not for a thread that others wait for.
            let paged = tokio::task::spawn_blocking(move || {
                let mut turns = Turns::default();
                page(&held.alerts, &held.by, &query, held.at, || turns.piece())
            });
            Some(match paged.await {
                Ok(page) => ServerFrame::Alerts { request, page },
                Err(_) => refused(
                    RefusalCode::Busy,
                    "The server could not go through its alerts.".to_owned(),
                    "Ask again.",
                ),
            })
        })
    }
}
