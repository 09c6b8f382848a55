//! The alerts in a file, as any hook would read them.

use super::ExplainArgs;
use crate::config::Config;
use crate::error::Failure;
use crate::incident::Timestamp;
use crate::integrations::alertmanager::{WebhookError, alerts_of};
use crate::integrations::hooks::{Delivery, HookError, Order, Said};
use crate::problem::{Problem, Source};
use crate::protocol::limits::HOOK_BYTES;
use crate::suggest::closest;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

pub(super) fn alerts(
    args: &ExplainArgs,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<Said>, Failure> {
    let called = match &*args.file {
        "-" => "standard input",
        file => file,
    };
    let bytes = bytes(&args.file).map_err(|error| {
        Failure::usage(format!("{called} cannot be read."))
            .instead("Name a file with an alert as JSON, or - for standard input.")
            .because(error)
    })?;
    let read = match &args.hook {
        Some(hook) => of_hook(hook, config, &bytes, now)?,
        None => bare(&bytes, now),
    };
    let delivery = read.map_err(|wrong| wrong.told(called, &bytes))?;
    if delivery.alerts.is_empty() {
        let what = match delivery.passed_over {
            Some(what) => format!("There is no alert in {called}: {what}."),
            None => format!("There is no alert in {called}."),
        };
        return Err(Failure::usage(what).instead("Name a file with an alert, as a hook takes it."));
    }
    Ok(delivery.alerts)
}

/// The bytes of a file, of at most what a hook takes.
fn bytes(file: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = HOOK_BYTES as u64 + 1;
    match file {
        "-" => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        file => File::open(file)?.take(most).read_to_end(&mut bytes)?,
    };
    if bytes.len() > HOOK_BYTES {
        let what = format!("it is larger than {HOOK_BYTES} bytes, which no hook takes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

/// Why a body cannot be read.
enum Unread {
    /// It says so with its place.
    Json(serde_json::Error),
    /// A whole sentence or more.
    Said(String),
}

fn bare(bytes: &[u8], now: Timestamp) -> Result<Delivery, Unread> {
    let alerts = alerts_of(bytes, now).map_err(|error| match error {
        WebhookError::Malformed(error) => Unread::Json(error),
        other => Unread::Said(other.to_string()),
    })?;
    let said = |alert| Said {
        alert,
        order: Order::Timed,
    };
    Ok(Delivery::of(alerts.into_iter().map(said).collect()))
}

/// As the hook of that name reads it.
fn of_hook(
    name: &str,
    config: &Config,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Result<Delivery, Unread>, Failure> {
    let named = |hook: &&crate::config::hooks::Configured| *hook.hook.name == *name;
    let Some(found) = config.hooks.iter().find(named) else {
        let names = || config.hooks.iter().map(|hook| &*hook.hook.name);
        let instead = match closest(name, names()) {
            Some(near) => format!("Did you mean {near}?"),
            None if config.hooks.is_empty() => "Leave --hook out, or add a [hooks.NAME].".into(),
            None => format!("There are {}.", names().collect::<Vec<_>>().join(", ")),
        };
        let what = format!("The configuration has no hook '{name}'.");
        return Err(Failure::usage(what).instead(instead));
    };
    let read = found.hook.read(bytes, now);
    Ok(read.map_err(|error| match error {
        HookError::NotJson(error) | HookError::Alertmanager(WebhookError::Malformed(error)) => {
            Unread::Json(error)
        }
        other => Unread::Said(other.to_string()),
    }))
}

impl Unread {
    fn told(self, called: &str, bytes: &[u8]) -> Failure {
        const INSTEAD: &str = "Write one alert as {\"labels\": {\"alertname\": \"High\"}, \
                               \"status\": \"firing\"}, or give a body as a hook takes it.";
        let error = match self {
            Self::Said(said) => return Failure::usage(said).instead(INSTEAD),
            Self::Json(error) => error,
        };
        let text = String::from_utf8_lossy(bytes);
        let said = error.to_string();
        // Its place is shown beside it.
        let said = said.split(" at line ").next().unwrap_or(&said);
        let problem = Problem::error(place(&text, &error), format!("this is no alert: {said}"));
        let wrong = Source::new(called, text).wrong("alert", vec![problem]);
        Failure::usage(wrong.to_string()).instead(INSTEAD)
    }
}

/// Where in the text the error is.
fn place(text: &str, error: &serde_json::Error) -> Range<usize> {
    let line = error.line().saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let at = before + error.column().saturating_sub(1);
    at..at + 1
}
