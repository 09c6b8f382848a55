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
        /// (may only post alerts), wall (opens the wall page, as a link) or admin
        #[arg(long)]
        level: Level,
        /// For a wall: how its browser reaches the server [default: as it listens]
        #[arg(long, value_name = "URL", value_parser = page_address)]
        at: Option<String>,
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
            at,
        } => {
            if at.is_some() && *level != Level::Wall {
                return Err(Failure::usage("--at is for the link of a wall.")
                    .instead("Leave it out, or make one with --level wall."));
            }
            make_dir(&data)?;
            let page = match level {
                Level::Wall => Some(page(at.as_deref(), &data, cx)?),
                _ => None,
            };
            let words = store
                .create(name, *level, session::now())
                .map_err(|error| failed(&error))?;
            reload(&data)?;
            // Behind the `#` no browser sends them: they stand in no log and in no referrer.
            let link = page.map(|page| format!("{page}/wall#{words}"));
            if cx.global.json {
                out.json(&json!({
                    "name": name.as_str(),
                    "level": level.name(),
                    "token": words,
                    "link": link,
                }))?;
            } else {
                out.line(link.unwrap_or(words))?;
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

/// Where a browser finds the server.
fn page_address(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://");
    let rest = rest.or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.trim_end_matches('/'));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '#', '?', '@', ' ']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("write http://HOST:PORT or https://HOST:PORT".to_owned()),
    }
}

/// Where a browser finds the wall page: as said, else the server that runs, else as configured.
fn page(at: Option<&str>, data: &Path, cx: &Context) -> Result<String, Failure> {
    if let Some(at) = at {
        return Ok(at.to_owned());
    }
    let server = cx.config()?.config.server;
    let running = crate::cli::local::running(data)?;
    let (listen, tls) = match &running {
        Some(file) => (Some(file.address), file.tls),
        None => (server.listen, server.tls.is_some()),
    };
    let usual = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 7911));
    let listen = listen.unwrap_or(usual);
    let scheme = if tls { "https" } else { "http" };
    Ok(match server.hosts.first() {
        Some(host) => format!("{scheme}://{host}:{}", listen.port()),
        None => format!("{scheme}://{listen}"),
    })
}

/// Makes the data directory, for this user alone.
fn make_dir(data: &Path) -> Result<(), Failure> {
    crate::files::make_private_dir(data).map_err(|error| {
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
