//! All integration tests in one binary: each binary would link the whole tree again.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail the test; clippy allows it only in test functions themselves"
)]

mod attack_doors;
mod attack_private;
mod attack_secrets;
mod attack_server;
mod attack_terminal;
mod attack_traces;
mod bad_input;
mod cli_basic;
mod cli_explain;
mod cli_hooks;
mod cli_json;
mod cli_keep;
mod cli_private;
mod cli_updates;
mod cli_verbs;
mod client_link;
mod config;
mod console_asks;
mod console_handovers;
mod console_keep;
mod console_past;
mod console_proposals;
mod console_pty;
mod console_run;
mod console_updates;
mod contract;
mod faults;
mod fuzz_corpus;
mod golden_events;
mod grafana_and_sentry;
mod import;
mod incident_asks;
mod incident_beside;
mod incident_catch_up;
mod incident_commands;
mod incident_flapping;
mod incident_handovers;
mod incident_hypotheses;
mod incident_nags;
mod incident_private;
mod incident_properties;
mod incident_proposals;
mod incident_refusals;
mod incident_rules;
mod incident_runs;
mod incident_steps;
mod incident_updates;
mod journal_backup;
mod journal_contract;
mod journal_sqlite;
mod journal_verify;
mod kill_server;
mod redaction;
mod replay;
mod routing_properties;
mod run_faults;
mod run_redaction;
mod run_verb;
mod runbooks;
mod server_alert_pages;
mod server_alerts;
mod server_copies;
mod server_doors;
mod server_edges;
mod server_flight;
mod server_hooks;
mod server_interleavings;
mod server_limits;
mod server_marks;
mod server_past;
mod server_rooms;
mod server_routing;
mod server_watch;
mod server_watch_faults;
mod server_windows;
mod support;
mod sync_simulation;
mod travel;
mod wall_page;
mod wall_pty;
