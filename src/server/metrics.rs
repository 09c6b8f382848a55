//! What the server counts, in OpenMetrics.

use crate::incident::{Level, Refusal};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Bounds of the latency histograms, in seconds: from a direct write to a disk that hangs.
const SECONDS: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LevelLabel {
    level: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabel {
    queue: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReportLabels {
    rule: String,
    outcome: &'static str,
}

/// What the server counts.
pub(super) struct Metrics {
    registry: Registry,
    sessions: Family<LevelLabel, Gauge>,
    refusals: Family<ReasonLabel, Counter>,
    queues: Family<QueueLabel, Gauge>,
    reports: Family<ReportLabels, Counter>,
    /// Events made durable and shown.
    pub(super) events: Counter,
    commands: Counter,
    /// Sessions told to resync.
    pub(super) resyncs: Counter,
    append: Histogram,
    fan_out: Histogram,
    crowd: Histogram,
    journal_ok: Gauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let histogram = || Histogram::new(SECONDS);
        let mut metrics = Self {
            registry: Registry::with_prefix("warroom"),
            sessions: Family::default(),
            refusals: Family::default(),
            queues: Family::default(),
            reports: Family::default(),
            events: Counter::default(),
            commands: Counter::default(),
            resyncs: Counter::default(),
            append: histogram(),
            fan_out: histogram(),
            crowd: histogram(),
            journal_ok: Gauge::default(),
        };
        metrics.journal_ok.set(1);
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register(
            "connections",
            "Sessions connected now, by level",
            self.sessions.clone(),
        );
        r.register(
            "refusals",
            "Commands and connections refused, by reason",
            self.refusals.clone(),
        );
        r.register(
            "queue_depth",
            "What waits in the server's queues",
            self.queues.clone(),
        );
        r.register(
            "alert_reports",
            "Reports of alerts handed in, by the rule that took them and what came of them",
            self.reports.clone(),
        );
        r.register(
            "events",
            "Events made durable and shown",
            self.events.clone(),
        );
        r.register("commands", "Commands answered", self.commands.clone());
        r.register(
            "resyncs",
            "Sessions too slow to follow, told to resync",
            self.resyncs.clone(),
        );
        r.register_with_unit(
            "append_latency",
            "From decided to durable",
            Unit::Seconds,
            self.append.clone(),
        );
        r.register_with_unit(
            "fan_out_latency",
            "From durable to handed to every responder's session",
            Unit::Seconds,
            self.fan_out.clone(),
        );
        r.register_with_unit(
            "crowd_latency",
            "What it took to hand all spectators what waited for them",
            Unit::Seconds,
            self.crowd.clone(),
        );
        r.register(
            "journal_writable",
            "1 while the last append was taken",
            self.journal_ok.clone(),
        );
    }

    pub(super) fn session_began(&self, level: Level) {
        self.of_level(level).inc();
    }

    pub(super) fn session_ended(&self, level: Level) {
        self.of_level(level).dec();
    }

    fn of_level(&self, level: Level) -> impl std::ops::Deref<Target = Gauge> + '_ {
        self.sessions.get_or_create(&LevelLabel {
            level: level.name(),
        })
    }

    /// Counts an answered command, and why it was refused if it was.
    pub(super) fn outcome(&self, refusal: Option<&Refusal>) {
        self.commands.inc();
        if let Some(refusal) = refusal {
            self.refused(refusal.code.name());
        }
    }

    /// Counts a report of an alert. Rules are few: they are in the configuration.
    pub(super) fn reported(&self, rule: &str, outcome: &'static str) {
        let rule = rule.to_owned();
        let labels = ReportLabels { rule, outcome };
        self.reports.get_or_create(&labels).inc();
    }

    /// Counts a refusal.
    pub(super) fn refused(&self, reason: &'static str) {
        self.refusals.get_or_create(&ReasonLabel { reason }).inc();
    }

    pub(super) fn appended(&self, took: Duration) {
        self.append.observe(took.as_secs_f64());
    }

    /// All spectators of something were handed what waited for them, which took so long by itself.
    pub(super) fn crowd_served(&self, took: Duration) {
        self.crowd.observe(took.as_secs_f64());
    }

    pub(super) fn fanned_out(&self, took: Duration) {
        self.fan_out.observe(took.as_secs_f64());
    }

    pub(super) fn journal(&self, ok: bool) {
        self.journal_ok.set(i64::from(ok));
    }

    pub(super) fn queue(&self, queue: &'static str, depth: usize) {
        let depth = i64::try_from(depth).unwrap_or(i64::MAX);
        self.queues.get_or_create(&QueueLabel { queue }).set(depth);
    }

    /// Everything, as a scraper reads it.
    pub(super) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
