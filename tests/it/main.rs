//! All integration tests in one binary: each binary would link the whole tree again.

mod golden_events;
mod incident_properties;
mod incident_rules;
mod server_alerts;
mod server_doors;
mod server_rooms;
mod support;
