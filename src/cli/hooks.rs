//! From the hooks that the configuration names to hooks that are open: their secrets are read.

use crate::config::Config;
use crate::config::hooks::Configured;
use crate::error::{Failure, what_and_instead};
use crate::integrations::signature::Verifier;
use crate::server::OpenHook;
use std::error::Error;

/// Opens every hook of the configuration.
///
/// # Errors
/// Which hook's secret cannot be had, and why.
pub(super) fn open(config: &Config) -> Result<Vec<OpenHook>, Failure> {
    config.hooks.iter().map(open_one).collect()
}

fn open_one(configured: &Configured) -> Result<OpenHook, Failure> {
    let hook = configured.hook.clone();
    let Some(place) = &configured.secret else {
        let verifier = None;
        return Ok(OpenHook { hook, verifier });
    };
    let secret = place.read().map_err(|error| {
        let text = error.to_string();
        let (what, instead) = what_and_instead(&text);
        let failure = Failure::usage(what).means(nothing_started(&hook.name));
        let failure = failure.instead(instead);
        match error.source() {
            Some(source) => failure.because(source.to_string()),
            None => failure,
        }
    })?;
    let verifier = Verifier::new(hook.scheme.clone(), secret.expose());
    let verifier = verifier.map_err(|error| {
        Failure::usage(format!("What lies in {place} is no secret for this hook."))
            .means(nothing_started(&hook.name))
            .instead("Copy the sender's secret again, whole.")
            .because(error)
    })?;
    Ok(OpenHook {
        hook,
        verifier: Some(verifier),
    })
}

fn nothing_started(hook: &str) -> String {
    format!("Nothing was started: [hooks.{hook}] could not tell its sender from anyone else.")
}
