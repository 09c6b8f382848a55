//! `warroom config`: what the configuration says, and what is wrong with it.

mod explain;

use crate::cli::context::Context;
use crate::cli::out::Out;
use crate::config::sources::{Access, Asks, Watched};
use crate::config::{Config, Loaded, SecretPlace, hooks};
use crate::error::Failure;
use crate::incident::NagPolicy;
use crate::routing::Rules;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::IsTerminal as _;
use toml::Spanned;

/// What `config` takes.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Look for mistakes in the file: all of them, each in its place
    Check,
    /// Show what holds, defaults included
    Show,
    /// Say which rule takes an alert and why, and what would become of it
    Explain(explain::ExplainArgs),
}

/// Checks or shows.
///
/// # Errors
/// With everything that is wrong in the file.
pub fn run(args: &ConfigArgs, cx: &Context) -> Result<(), Failure> {
    let path = cx.config_path();
    let loaded = cx.config()?;
    match &args.what {
        What::Check => {
            super::console::check_looks(&loaded, cx)?;
            check(&loaded, cx)
        }
        What::Explain(args) => explain::run(args, &loaded.config, cx),
        What::Show => show(&loaded.config, &path.display().to_string(), cx),
    }
}

fn check(loaded: &Loaded, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    let path = cx.config_path();
    let there = !loaded.source.path.as_os_str().is_empty();
    if cx.global.json {
        out.json(&json!({
            "file": path.display().to_string(),
            "there": there,
            "warnings": loaded.warnings.iter().map(|w| w.what.clone()).collect::<Vec<_>>(),
        }))?;
        return out.flush();
    }
    if !loaded.warnings.is_empty() {
        let colour = std::io::stdout().is_terminal() && out.style.colour;
        out.line(loaded.warning_report(colour).trim_end())?;
    }
    let path = path.display();
    match (there, loaded.warnings.len()) {
        (false, _) => out.line(format_args!("{path} is not there; the defaults hold."))?,
        (true, 0) => out.line(format_args!("{path}: no mistakes."))?,
        (true, 1) => out.line(format_args!("{path}: no mistakes, 1 warning."))?,
        (true, many) => out.line(format_args!("{path}: no mistakes, {many} warnings."))?,
    }
    out.flush()
}

fn show(config: &Config, path: &str, cx: &Context) -> Result<(), Failure> {
    let spanned = |text: &Option<Spanned<String>>| text.as_ref().map(|t| t.get_ref().clone());
    let shown = |path: &std::path::PathBuf| path.display().to_string();
    let (client, server) = (&config.client, &config.server);
    let all = json!({
        "file": path,
        "client": {
            "server": client.server,
            "token_file": client.token_file.as_ref().map(shown),
            "name": client.name.as_ref().map(ToString::to_string),
            "theme": spanned(&client.theme),
            "keymap": client.keymap.as_ref().map(shown),
            "zone": spanned(&client.zone),
            "layout": spanned(&client.layout),
            "charts": spanned(&client.charts),
            "ring": spanned(&client.ring),
        },
        "server": {
            "listen": server.listen.map(|listen| listen.to_string()),
            "data": shown(&cx.data()),
            "tls_cert": server.tls.as_ref().map(|tls| shown(&tls.cert)),
            "tls_key": server.tls.as_ref().map(|tls| shown(&tls.key)),
            "insecure": server.insecure,
            "hosts": server.hosts,
        },
        "runbooks": { "dirs": config.runbooks.dirs.iter().map(shown).collect::<Vec<_>>() },
        "alerts": alerts(&config.alerts),
        "hooks": hooks(config),
        "sources": sources(config),
        "roles": { "extra": config.roles.extra.iter().map(ToString::to_string).collect::<Vec<_>>() },
        "run": {
            "limit_seconds": config.run.limit.map(|limit| limit.as_secs()),
            "redact": config.run.redact,
            "runbooks": if config.run.runbooks { "confirm" } else { "off" },
            "trusted": config.run.trusted,
        },
        "decisions": { "window_seconds": config.decisions.window.map(|window| window.as_secs()) },
        "handover": {
            "offer_seconds": config.handover.offer.map(|offer| offer.as_secs()),
            "suggest_after_seconds": config.handover.suggest_after.map(|long| long.as_secs()),
        },
        "updates": {
            "approve": config.updates.rules.approve,
            "cadence": config.updates.rules.cadence,
            "templates": config.updates.templates.as_ref().map(shown),
        },
        "spectators": { "asks": config.spectators.asks.name() },
        "nags": nags(&config.nags),
        "templates": config.templates.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "log": {
            "filter": config.log.filter,
            "format": format!("{:?}", config.log.format).to_ascii_lowercase(),
        },
    });
    let mut out = cx.out();
    if cx.global.json {
        out.json(&all)?;
        return out.flush();
    }
    out.line(format_args!("# {path}"))?;
    for section in [
        "client",
        "server",
        "runbooks",
        "alerts",
        "run",
        "decisions",
        "handover",
        "updates",
        "spectators",
        "nags",
        "templates",
        "roles",
        "log",
    ] {
        section_lines(&mut out, section, &all[section])?;
    }
    for kind in ["hooks", "sources"] {
        for (name, section) in all[kind].as_object().into_iter().flatten() {
            section_lines(&mut out, &format!("{kind}.{name}"), section)?;
        }
    }
    out.flush()
}

fn section_lines(out: &mut Out, name: &str, section: &Value) -> Result<(), Failure> {
    out.line(format_args!("\n[{name}]"))?;
    for (key, value) in section.as_object().into_iter().flatten() {
        match value {
            Value::Null => out.line(format_args!("# {key} is not set"))?,
            value => out.line(format_args!("{key} = {value}"))?,
        }
    }
    Ok(())
}

/// When consoles nag, in seconds; `asks` is a number.
fn nags(policy: &NagPolicy) -> Value {
    json!({
        "commander_seconds": policy.commander,
        "severity_seconds": policy.severity,
        "scribe_seconds": policy.scribe,
        "update_seconds": policy.update,
        "promise_seconds": policy.promise,
        "asks": policy.asks,
        "quiet_seconds": policy.quiet,
        "quiet_low_seconds": policy.quiet_low,
    })
}

/// How alerts find their incident: the rules and the times of maintenance by name, in their order.
fn alerts(rules: &Rules) -> Value {
    let flapping = rules.flapping;
    json!({
        "match_labels": rules.match_labels,
        "rules": rules.rules.iter().map(|rule| &rule.name).collect::<Vec<_>>(),
        "maintenance": rules.maintenance.iter().map(|one| &one.name).collect::<Vec<_>>(),
        "flapping": {
            "changes": flapping.changes,
            "within_seconds": flapping.within.num_seconds(),
            "quiet_seconds": flapping.quiet.num_seconds(),
        },
    })
}

/// The sources by name: what each is, where, how often it is asked and for which signals, and where
/// its secret lies.
fn sources(config: &Config) -> Value {
    let one = |source: &Watched| {
        let secret = match &source.access {
            Access::None => None,
            Access::Token(place) | Access::Basic(_, place) => Some(place.to_string()),
        };
        let signals = source.signals.iter().map(|signal| match &signal.asks {
            Asks::Query { .. } => signal.name.as_deref().unwrap_or_default().to_owned(),
            Asks::Panel { dashboard, panel } => format!("{dashboard}/{panel}"),
        });
        let shown = json!({
            "kind": source.kind.name(),
            "url": source.url,
            "every_seconds": source.every.as_secs(),
            "secret": secret,
            "signals": signals.collect::<Vec<_>>(),
        });
        (source.name.to_string(), shown)
    };
    Value::Object(config.sources.iter().map(one).collect())
}

/// The hooks by name: who sends to each, and where its secret lies.
fn hooks(config: &Config) -> Value {
    let one = |configured: &hooks::Configured| {
        let (file, variable) = match &configured.secret {
            Some(SecretPlace::File(path)) => (Some(path.display().to_string()), None),
            Some(SecretPlace::Env(name)) => (None, Some(name)),
            None => (None, None),
        };
        let kind = configured.hook.kind.name;
        let shown = json!({"kind": kind, "secret_file": file, "secret_env": variable});
        (configured.hook.name.to_string(), shown)
    };
    let all = config.hooks.iter().map(one);
    all.collect::<serde_json::Map<_, _>>().into()
}
