//! What the server knows of live alerts that their monitor does not: that there is maintenance, and
//! that they flap.

use crate::incident::Timestamp;
use crate::integrations::exchange::Finding;
use crate::routing::{Labelled, Rules};
use crate::signals::{AlertGroup, LiveAlert, Mark, group, mark};
use crate::turns::Turns;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of live alerts.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Beyond {
    rules: Arc<Rules>,
    /// Those that flap, by fingerprint; bounded where they are known.
    flapping: Arc<Mutex<Arc<BTreeSet<Arc<str>>>>>,
}

impl Labelled for LiveAlert {
    fn label(&self, name: &str) -> &str {
        match name {
            "alertname" => &self.name,
            other => self.labels.get(other).map_or("", |value| value),
        }
    }
}

impl Labelled for AlertGroup {
    fn label(&self, name: &str) -> &str {
        match name {
            "alertname" => &self.name,
            other => self.labels.get(other).map_or("", |value| value),
        }
    }
}

impl Beyond {
    pub(in crate::server) fn new(rules: Arc<Rules>) -> Self {
        Self {
            rules,
            flapping: Arc::default(),
        }
    }

    /// Which alerts flap: groups of them say so from the next poll on.
    pub(in crate::server) fn set_flapping(&self, flapping: BTreeSet<Arc<str>>) {
        let mut known = self.flapping.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Arc::new(flapping);
    }

    /// Beyond the groups that a source has made itself, by the labels that all of their alerts share;
    /// and groups its single alerts, with their marks. Others have their turn in between.
    pub(super) fn grouped(&self, findings: &mut Vec<Finding>, by: &[String], now: Timestamp) {
        let mut made = Vec::new();
        for finding in findings.iter_mut() {
            match finding {
                Finding::Alerts(alerts) => {
                    let mut turns = Turns::default();
                    let mut groups = group(alerts, by, now, || turns.piece());
                    self.mark(&mut groups, alerts, by, now);
                    made.push(Finding::Groups(groups));
                }
                Finding::Groups(groups) => {
                    for group in groups {
                        group.maintenance = self.held(group, now);
                    }
                }
                _ => {}
            }
        }
        findings.append(&mut made);
    }

    fn mark(&self, groups: &mut [AlertGroup], alerts: &[LiveAlert], by: &[String], now: Timestamp) {
        let flapping = self.flapping.lock().unwrap_or_else(PoisonError::into_inner);
        let flapping = flapping.clone();
        if self.rules.maintenance.is_empty() && flapping.is_empty() {
            return;
        }
        let mut turns = Turns::default();
        mark(groups, alerts, by, |alert| {
            turns.piece();
            Mark {
                maintenance: self.held(alert, now),
                flapping: flapping.contains(&alert.fingerprint),
            }
        });
    }

    fn held(&self, alert: &impl Labelled, now: Timestamp) -> Option<Arc<str>> {
        let one = self.rules.in_maintenance(alert, now)?;
        Some(one.name.clone())
    }
}
