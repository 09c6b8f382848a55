//! `warroom token`: who may connect, and how far their access goes.
//!
//! Works on the data directory itself, so that the first token can be made before any server
//! runs; a running one is told to read them again, so that revoking takes hold at once.

use crate::cli::context::Context;
use crate::cli::{session, shapes};
use crate::error::{Failure, sentence, what_and_instead};
use crate::incident::{Level, Person};
use crate::server::control::Ask;
use crate::server::{TokenStore, TokensError};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::Path;

/// What `token` takes.
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a token and print it: it is shown this once
    Create {
        /// Whose: the name that goes into the log
        #[arg(value_name = "NAME")]
        person: Person,
        /// spectator (reads, nothing private), observer (reads all), responder (writes), ingest
        /// (may only post alerts) or admin
        #[arg(long)]
        level: Level,
    },
    /// List the tokens, without their words
    List,
    /// Take a token back, at once
    Revoke {
        /// Whose
        #[arg(value_name = "NAME")]
        person: Person,
    },
}

/// Makes, lists or revokes.
///
/// # Errors
/// When the tokens cannot be read or written, or there is no such token.
pub fn run(args: &TokenArgs, cx: &Context) -> Result<(), Failure> {
    let data = cx.data();
    let store = TokenStore::new(&data);
    let mut out = cx.out();
    match &args.what {
        What::Create {
            person: name,
            level,
        } => {
            make_dir(&data)?;
            let words = store
                .create(name, *level, session::now())
                .map_err(|error| failed(&error))?;
            reload(&data)?;
            if cx.global.json {
                out.json(&json!({"name": name.as_str(), "level": level.name(), "token": words}))?;
            } else {
                out.line(words)?;
            }
        }
        What::Revoke { person: name } => {
            store
                .revoke(name, session::now())
                .map_err(|error| failed(&error))?;
            reload(&data)?;
            if cx.global.json {
                out.json(&json!({"name": name.as_str(), "revoked": true}))?;
            } else {
                out.line(format_args!("The token of {name} is revoked."))?;
            }
        }
        What::List => {
            let tokens = store.list().map_err(|error| failed(&error))?;
            if cx.global.json {
                for token in &tokens {
                    out.json(&json!({
                        "name": token.name.as_str(),
                        "level": token.level.name(),
                        "created_at": shapes::utc(token.created_at),
                        "revoked_at": token.revoked_at.map(shapes::utc),
                    }))?;
                }
            } else if tokens.is_empty() {
                out.line("There are no tokens: the server serves this machine only.")?;
            } else {
                let rows: Vec<Vec<String>> = tokens
                    .iter()
                    .map(|token| {
                        let standing = token.revoked_at.map_or("holds".to_owned(), |at| {
                            format!("revoked {}", out.date_time_zone(at))
                        });
                        let made = out.date_time_zone(token.created_at);
                        vec![
                            token.name.to_string(),
                            token.level.to_string(),
                            made,
                            standing,
                        ]
                    })
                    .collect();
                out.table(&["NAME", "LEVEL", "MADE", "STANDING"], &rows)?;
            }
        }
    }
    out.flush()
}

/// Makes the data directory, for this user alone.
fn make_dir(data: &Path) -> Result<(), Failure> {
    crate::cli::local::make_private_dir(data).map_err(|error| {
        Failure::internal(format!(
            "The data directory {} cannot be made.",
            data.display()
        ))
        .instead("Name another with --data.")
        .because(error)
    })
}

/// Tells the running server, if one runs, to read the tokens again.
fn reload(data: &Path) -> Result<(), Failure> {
    let running = crate::cli::local::running(data)?;
    let Some(file) = running else { return Ok(()) };
    file.ask(Ask::Reload).map(drop).map_err(|error| {
        Failure::internal("The tokens are changed, and the running server was not told.")
            .means("It goes on with the old ones until it reads them again.")
            .instead("Restart it, and look into its log.")
            .because(error)
    })
}

fn failed(error: &TokensError) -> Failure {
    let text = error.to_string();
    let (what, instead) = what_and_instead(&text);
    let what = sentence(what);
    let failure = match error {
        TokensError::Exists(_) | TokensError::Unknown(_) | TokensError::Reserved(_) => {
            Failure::refused(what)
        }
        TokensError::File { .. }
        | TokensError::Malformed { .. }
        | TokensError::Full
        | TokensError::Random => Failure::internal(what),
    };
    let failure = failure.instead(instead);
    match std::error::Error::source(error) {
        Some(source) => failure.because(source.to_string()),
        None => failure,
    }
}
