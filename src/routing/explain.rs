//! What the rules say about an alert, step by step, for a person who wonders.

use super::{Action, Held, Maintenance, Outcome, Pass, Plan, Rule, Rules, WindowKind};
use crate::incident::{AlertReport, Timestamp, length};

/// What the rules say about an alert, whatever is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained<'r> {
    /// What follows from the rules.
    pub plan: Plan<'r>,
    /// Every rule, in order.
    pub rules: Vec<AskedRule<'r>>,
    /// All maintenance, in order.
    pub maintenance: Vec<AskedMaintenance<'r>>,
    /// What would become of it.
    pub would: Would,
}

/// A rule, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRule<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Whether it takes the alert; absent: one before it did, and it was not asked.
    pub takes: Option<bool>,
    /// Why, in a few words.
    pub why: String,
}

/// Maintenance, and whether the alert is part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedMaintenance<'r> {
    /// The maintenance.
    pub maintenance: &'r Maintenance,
    /// Whether it is about the alert.
    pub fits: bool,
    /// When it is now, if it is.
    pub held: Option<Held>,
    /// Why, in a few words.
    pub why: String,
}

/// What would become of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Would {
    /// It joins an open incident, or opens one.
    Open,
    /// It joins an open incident, or goes nowhere.
    Attach,
    /// It joins an open incident; for the maintenance it opens none.
    Hold,
    /// It goes nowhere.
    Drop,
    /// It stopped: that is told to the incident in which it fires.
    End,
}

impl Would {
    /// Its name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Attach => "attach",
            Self::Hold => "hold",
            Self::Drop => "drop",
            Self::End => "end",
        }
    }
}

impl Rules {
    /// Explains where an alert would go at that time, by the same function that routes it.
    #[must_use]
    pub fn explain(&self, alert: &AlertReport, now: Timestamp) -> Explained<'_> {
        let routed = self.route(alert, None, std::iter::empty(), now);
        let would = match routed.outcome {
            Outcome::Pass(Pass::Dropped) => Would::Drop,
            Outcome::Pass(Pass::Maintenance) => Would::Hold,
            Outcome::Pass(Pass::NothingOpen) => Would::Attach,
            Outcome::Pass(Pass::Stopped) => Would::End,
            Outcome::Open | Outcome::Join(_) => Would::Open,
        };
        let mut taken = false;
        let rules = self.rules.iter().map(|rule| {
            let asked = ask(rule, alert, taken);
            taken |= asked.takes == Some(true);
            asked
        });
        Explained {
            rules: rules.collect(),
            maintenance: (self.maintenance.iter())
                .map(|one| ask_maintenance(one, alert, now))
                .collect(),
            plan: routed.plan,
            would,
        }
    }
}

fn ask<'r>(rule: &'r Rule, alert: &AlertReport, taken: bool) -> AskedRule<'r> {
    let (takes, why) = match rule.matcher.miss(alert) {
        _ if taken => (None, "a rule before it took the alert".to_owned()),
        Some(miss) => (Some(false), miss.to_string()),
        None if rule.matcher.is_empty() => (Some(true), "it takes every alert".to_owned()),
        None => (Some(true), rule.matcher.found(alert)),
    };
    AskedRule { rule, takes, why }
}

fn ask_maintenance<'r>(
    maintenance: &'r Maintenance,
    alert: &AlertReport,
    now: Timestamp,
) -> AskedMaintenance<'r> {
    let held = maintenance.when.held(now);
    let miss = maintenance.matcher.miss(alert);
    let why = match (&miss, held) {
        (Some(miss), _) => miss.to_string(),
        (None, Some(_)) => "it goes on now".to_owned(),
        (None, None) => "it does not go on now".to_owned(),
    };
    AskedMaintenance {
        maintenance,
        fits: miss.is_none(),
        held,
        why,
    }
}

impl Explained<'_> {
    /// What would become of it, in a sentence.
    #[must_use]
    pub fn does(&self) -> String {
        let joins = format!("joins {}", self.incident());
        match self.would {
            Would::Drop => {
                "goes nowhere: the rule drops it, which is counted and logged, unless it \
                            fires in an open incident already"
                    .to_owned()
            }
            Would::End => {
                "tells the open incident in which it fires that it stopped, however long \
                           ago that began; without one nothing happens"
                    .to_owned()
            }
            Would::Open => {
                let severity = self.plan.severity;
                let severity = severity.map_or_else(String::new, |of| format!(" as {of}"));
                format!("{joins}; without one it opens an incident in triage{severity}")
            }
            Would::Attach => format!("{joins}; without one it goes nowhere until it comes again"),
            Would::Hold => {
                let over = match self.plan.action {
                    Action::Open => "and opens one when it comes again after the maintenance",
                    _ => "until it comes again",
                };
                format!("{joins}; without one it is held back by the maintenance, {over}")
            }
        }
    }

    /// Which incident it joins.
    fn incident(&self) -> String {
        let agrees = match self.plan.rule {
            Some(_) => "the newest open incident that agrees with it in its group",
            None => "the newest open incident that an alert of the same group opened",
        };
        let Some(window) = self.plan.window else {
            return agrees.to_owned();
        };
        let which = match window.kind {
            WindowKind::Rolling => "last",
            WindowKind::Fixed => "first",
        };
        let length = length(window.length);
        format!("{agrees} and had its {which} alert less than {length} ago")
    }
}
