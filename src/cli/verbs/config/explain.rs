//! `warroom config explain`: which rule takes an alert and why, by the configuration alone.

mod read;

use crate::cli::context::Context;
use crate::cli::out::Out;
use crate::cli::shapes::utc;
use crate::cli::when::When;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::console::text::visible_line;
use crate::error::Failure;
use crate::incident::{AlertReport, AlertState, Timestamp, length};
use crate::integrations::hooks::{Order, Said};
use crate::routing::{Action, AskedMaintenance, AskedRule, Explained, Flapping};
use clap::Args;
use serde_json::{Value, json};

/// What `config explain` takes.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A file with one alert or several as JSON: a webhook of Alertmanager, an alert of one, or what
    /// its API answers; - reads standard input
    file: String,
    /// Read it as a body that this hook of the configuration takes
    #[arg(long, value_name = "HOOK")]
    hook: Option<String>,
    /// Explain it as of this moment, if not now: what maintenance there is depends on it
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,
}

/// Explains every alert in the file.
///
/// # Errors
/// When it cannot be read, or there is no alert in it.
pub(super) fn run(args: &ExplainArgs, config: &Config, cx: &Context) -> Result<(), Failure> {
    let now = SystemClock.now();
    let at = args.at.as_ref().map(|at| at.resolve(now, cx.zone()));
    let at = at
        .transpose()
        .map_err(|error| Failure::usage(format!("{error}.")))?;
    let now = at.unwrap_or(now);
    let alerts = read::alerts(args, config, now)?;
    let mut out = cx.out();
    for (nth, said) in alerts.iter().enumerate() {
        let explained = config.alerts.explain(&said.alert, now);
        let flapping = config.alerts.flapping;
        if cx.global.json {
            out.json(&shape(said, &explained, flapping, now))?;
            continue;
        }
        if nth > 0 {
            out.line("")?;
        }
        tell(&mut out, said, &explained, flapping, now)?;
    }
    out.flush()
}

fn tell(
    out: &mut Out,
    said: &Said,
    explained: &Explained<'_>,
    flapping: Flapping,
    now: Timestamp,
) -> Result<(), Failure> {
    let alert = &said.alert;
    out.line(title(alert, out))?;
    let asked_at = out.date_time_zone(now);
    row(out, "asked at", &asked_at)?;
    let mut heading = "maintenance";
    for asked in &explained.maintenance {
        let held = asked.held.filter(|_| asked.fits);
        let until = held.map(|held| format!(", until {}", out.date_time_zone(held.until)));
        let until = until.unwrap_or_default();
        let name = &asked.maintenance.name;
        let holds = if held.is_some() { "holds" } else { "no" };
        row(
            out,
            heading,
            &format!("{name}: {holds}, {}{until}", asked.why),
        )?;
        heading = "";
    }
    if explained.maintenance.is_empty() {
        row(out, heading, "none is configured")?;
    }
    let mut heading = "rules";
    for (no, asked) in (1..).zip(&explained.rules) {
        let takes = match asked.takes {
            Some(true) => "takes it, ",
            Some(false) => "no, ",
            None => "not asked, ",
        };
        let line = format!("{no} {}: {takes}{}", asked.rule.name, asked.why);
        row(out, heading, &line)?;
        heading = "";
    }
    if explained.plan.rule.is_none() {
        let none = if explained.rules.is_empty() {
            "none is configured"
        } else {
            "none takes it"
        };
        row(out, heading, &format!("{none}: match_labels decide"))?;
    }
    if explained.plan.action != Action::Drop {
        row(out, "group", &explained.plan.key)?;
        let window = explained.plan.window.map(|window| window.to_string());
        let window = window.unwrap_or_else(|| "for as long as the incident is open".to_owned());
        row(out, "window", &window)?;
    }
    row(out, "the alert", &explained.does())?;
    row(out, "duplicates", &duplicates(said))?;
    row(out, "flapping", &flaps(flapping))
}

fn row(out: &mut Out, name: &str, text: &str) -> Result<(), Failure> {
    let name = out.quiet(&format!("{name:<12}"));
    out.line(format_args!("  {name}  {}", visible_line(text)))
}

fn title(alert: &AlertReport, out: &Out) -> String {
    let service = alert.service().map(|service| format!(" on {service}"));
    let name = format!("{}{}", alert.name, service.unwrap_or_default());
    let state = match alert.state {
        AlertState::Firing => "firing since",
        AlertState::Resolved => "resolved, began",
    };
    let began = out.date_time_zone(alert.starts_at);
    format!("{}, {state} {began}", out.strong(&visible_line(&name)))
}

fn duplicates(said: &Said) -> String {
    let print = &said.alert.fingerprint;
    match said.order {
        Order::Timed => format!(
            "{print}: a report of the same fingerprint, beginning and state changes nothing"
        ),
        Order::At(_) => {
            format!(
                "{print}: a report that is older than the newest of this fingerprint is dropped"
            )
        }
        Order::Untimed => {
            format!("{print}: without times, the same state again changes nothing")
        }
    }
}

fn flaps(settings: Flapping) -> String {
    if settings.changes == 0 {
        return "nothing is held back".to_owned();
    }
    format!(
        "after more than {} changes within {} it counts as firing, and its changes are held back \
         until it is quiet for {}",
        settings.changes,
        length(settings.within),
        length(settings.quiet)
    )
}

fn shape(said: &Said, explained: &Explained<'_>, flapping: Flapping, now: Timestamp) -> Value {
    let (alert, plan) = (&said.alert, &explained.plan);
    let window = plan.window.map(
        |window| json!({"kind": window.kind.name(), "length_seconds": window.length.num_seconds()}),
    );
    json!({
        "name": &*alert.name,
        "fingerprint": &*alert.fingerprint,
        "state": alert.state,
        "service": alert.service(),
        "starts_at": utc(alert.starts_at),
        "at": utc(now),
        "maintenance": explained.maintenance.iter().map(maintenance).collect::<Vec<_>>(),
        "held_by": plan.maintenance.map(|one| &one.name),
        "rules": explained.rules.iter().map(rule).collect::<Vec<_>>(),
        "rule": plan.rule.map(|rule| &rule.name),
        "action": plan.action.name(),
        "group_by": plan.group_by,
        "group": &*plan.key,
        "window": window,
        "severity": plan.severity.map(crate::incident::Severity::number),
        "would": explained.would.name(),
        "does": explained.does(),
        "duplicates": duplicates(said),
        "flapping": {
            "changes": flapping.changes,
            "within_seconds": flapping.within.num_seconds(),
            "quiet_seconds": flapping.quiet.num_seconds(),
        },
    })
}

fn rule(asked: &AskedRule<'_>) -> Value {
    json!({"name": &*asked.rule.name, "takes": asked.takes, "why": asked.why})
}

fn maintenance(asked: &AskedMaintenance<'_>) -> Value {
    json!({
        "name": &*asked.maintenance.name,
        "fits": asked.fits,
        "from": asked.held.map(|held| utc(held.from)),
        "until": asked.held.map(|held| utc(held.until)),
        "why": asked.why,
    })
}
