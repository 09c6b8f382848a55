//! What every verb works with: the flags, the places, and the way to a server.

use super::args::{Again, Global};
use super::out::{Out, Style};
use super::session::{Receipt, Session, Target};
use super::when::When;
use super::{local, shapes};
use crate::config::Loaded;
use crate::console::chart::Signs;
use crate::console::grammar::{GrammarContext, Parsed, parse};
use crate::console::layout::Layout;
use crate::console::memory::{self, Looked};
use crate::console::ring::Ring;
use crate::console::text::{Zone, visible_line};
use crate::console::{self, AUTO};
use crate::error::Failure;
use crate::incident::{CommandId, Incident, IncidentId, Intent, Person, Timestamp, Via};
use crate::paths::{DATA_VARIABLE, Paths};
use crate::server::TOKEN_PREFIX;
use std::io::Read;
use std::path::PathBuf;

/// What every verb works with.
pub struct Context {
    /// The flags that every verb has.
    pub global: Global,
    /// The places on this machine.
    pub paths: Paths,
}

impl Context {
    /// The zone in which times are read and shown.
    #[must_use]
    pub fn zone(&self) -> Zone {
        let configured = || self.config().ok()?.config.client.zone;
        let configured = || configured()?.get_ref().parse().ok();
        self.global.zone.or_else(configured).unwrap_or_else(|| {
            let link = std::fs::read_link("/etc/localtime").ok();
            Zone::machine(std::env::var("TZ").ok().as_deref(), link.as_deref())
        })
    }

    /// Where data is printed.
    #[must_use]
    pub fn out(&self) -> Out {
        Out::stdout(Style::of_terminal(self.global.json, self.zone()))
    }

    /// The data directory of this machine's server.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        let by_environment = std::env::var_os(DATA_VARIABLE).is_some_and(|dir| !dir.is_empty());
        let configured = || self.config().ok()?.config.server.data;
        let given = self.global.data.clone();
        given
            .or_else(|| configured().filter(|_| !by_environment))
            .unwrap_or_else(|| self.paths.data().to_owned())
    }

    /// The name of a folder for what belongs to one server: two have an `INC-1` each.
    #[must_use]
    pub fn folder_of(url: &str) -> String {
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let named = rest.trim_end_matches('/').chars();
        let name: String = named.map(|c| if letter(c) { c } else { '_' }).collect();
        format!("at-{name}")
    }

    /// Up to where this person's console on this machine showed the incident of that server.
    #[must_use]
    pub fn looked(&self, url: &str, person: &Person, incident: IncidentId) -> Option<Looked> {
        let dir = self.paths.drafts().join(Self::folder_of(url));
        memory::read(&dir, person)?.looked(incident)
    }

    /// The server that was named; none: the local one.
    #[must_use]
    pub fn named_server(&self) -> Option<String> {
        self.global.server.clone().filter(|url| !url.is_empty())
    }

    /// The configuration file: the one that was named, or the usual one.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        let named = self.global.config.clone();
        named.unwrap_or_else(|| self.paths.config().to_owned())
    }

    /// Reads the configuration file. Only one that was named must be there.
    ///
    /// # Errors
    /// With everything that is wrong in it.
    pub fn config(&self) -> Result<Loaded, Failure> {
        let loaded = Loaded::read(&self.config_path(), self.global.config.is_some())?;
        if let Some(zone) = &loaded.config.client.zone
            && zone.get_ref().parse::<Zone>().is_err()
        {
            loaded.check_name("zone", zone, &["local", "utc"])?;
        }
        if let Some(layout) = &loaded.config.client.layout
            && layout.get_ref().parse::<Layout>().is_err()
        {
            loaded.check_name("layout", layout, &Layout::ALL.map(Layout::name))?;
        }
        if let Some(charts) = &loaded.config.client.charts {
            let [braille, blocks, ascii] = Signs::ALL.map(Signs::name);
            loaded.check_name("kind of charts", charts, &[AUTO, braille, blocks, ascii])?;
        }
        if let Some(ring) = &loaded.config.client.ring {
            loaded.check_name("ring", ring, &Ring::NAMES)?;
        }
        Ok(loaded)
    }

    /// What charts are drawn with: as configured, or what the terminal can show.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn signs(&self) -> Result<Signs, Failure> {
        let charts = self.config()?.config.client.charts;
        let named = charts.and_then(|charts| charts.get_ref().parse().ok());
        Ok(named.unwrap_or_else(console::signs))
    }

    /// The access token, by flag, environment or configuration.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn token(&self) -> Result<Option<String>, Failure> {
        let by_environment = std::env::var("WARROOM_TOKEN")
            .ok()
            .filter(|token| !token.is_empty());
        let file = match (&self.global.token_file, by_environment) {
            (Some(file), _) => file.clone(),
            (None, Some(token)) => return Ok(Some(token.trim().to_owned())),
            (None, None) => match self.config()?.config.client.token_file {
                Some(file) => file,
                None => return Ok(None),
            },
        };
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Failure::usage(format!("The token file {} cannot be read.", file.display()))
                .instead("Name the file that holds the token with --token-file.")
                .because(error)
        })?;
        Ok(Some(text.trim().to_owned()))
    }

    /// The name for a server that has no tokens: by flag, configuration or login.
    #[must_use]
    pub fn name(&self) -> Option<Person> {
        let configured = || self.config().ok()?.config.client.name;
        let login = || {
            ["USER", "LOGNAME"]
                .into_iter()
                .find_map(|variable| std::env::var(variable).ok()?.parse().ok())
        };
        let given = self.global.name.clone().or_else(configured);
        given.or_else(login).or_else(super::login::name)
    }

    /// Where to connect; starts the local server when no other is named and none runs.
    ///
    /// # Errors
    /// When the address is none, or the local server cannot be started.
    pub async fn target(&self) -> Result<Target, Failure> {
        let configured = self.config()?.config.client.server;
        let url = match self.named_server().or(configured) {
            Some(url) => url,
            None => {
                local::address(&self.data(), &self.paths, self.global.config.as_deref()).await?
            }
        };
        Ok(Target {
            url: websocket_url(&url)?,
            token: self.token()?,
            name: self.name(),
            ca_file: None,
            via: Via::Cli,
            timeout: self.global.timeout,
        })
    }

    /// Connects.
    ///
    /// # Errors
    /// When the server cannot be reached or does not let this one in.
    pub async fn session(&self) -> Result<Session, Failure> {
        Session::connect(&self.target().await?).await
    }

    /// What a line in the composer's grammar means, by what is so in the incident.
    #[must_use]
    pub fn parsed(&self, line: &str, incident: Option<&Incident>) -> Parsed {
        let context = GrammarContext {
            now: super::session::now(),
            zone: self.zone(),
            incident,
            runbook: None,
            here: None,
        };
        parse(line, &context)
    }

    /// The moment that is meant.
    ///
    /// # Errors
    /// When there was no such time of day.
    pub fn moment(&self, when: &When) -> Result<Timestamp, Failure> {
        when.resolve(super::session::now(), self.zone())
            .map_err(|error| Failure::usage(format!("{error}.")))
    }

    /// Submits one command, hangs up and prints what came of it: the receipt as an object, or
    /// `INC-7: ` and these words.
    ///
    /// # Errors
    /// As [`Session::submit`].
    pub async fn submit(
        &self,
        again: Again,
        incident: Option<IncidentId>,
        intent: Intent,
        done: &str,
    ) -> Result<Receipt, Failure> {
        let mut session = self.session().await?;
        let receipt = session.submit(command_id(again), incident, intent).await?;
        session.close().await;
        self.print_receipt(&receipt, done)?;
        Ok(receipt)
    }

    /// Prints what came of a command.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print_receipt(&self, receipt: &Receipt, done: &str) -> Result<(), Failure> {
        let mut out = self.out();
        if self.global.json {
            out.json(&shapes::receipt(receipt))?;
        } else {
            out.line(format_args!("{}: {}", receipt.incident, visible_line(done)))?;
        }
        out.flush()
    }
}

/// The id under which a command is sent: the one given, or a new one.
#[must_use]
pub fn command_id(again: Again) -> CommandId {
    CommandId(again.id.unwrap_or_else(uuid::Uuid::now_v7))
}

/// The text itself, or standard input for `-`.
///
/// # Errors
/// When standard input cannot be read, or is not UTF-8.
pub fn text_or_stdin(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let most = crate::incident::limits::NOTE_BYTES;
    let mut read = Vec::new();
    std::io::stdin()
        .lock()
        .take(most as u64 + 1)
        .read_to_end(&mut read)
        .map_err(|error| {
            Failure::usage("Standard input cannot be read, so nothing was sent.")
                .instead("Write the text itself in the place of -.")
                .because(error)
        })?;
    if read.len() > most {
        return Err(Failure::refused(format!(
            "What standard input brought is longer than a note may be ({} KiB), so nothing was sent.",
            most / 1024
        ))
        .instead("Cut it, or put it somewhere and note the link."));
    }
    let read = String::from_utf8(read).map_err(|error| {
        Failure::usage("Standard input is not UTF-8 text, so nothing was sent.")
            .instead("Convert it with iconv, or put it somewhere and note the link.")
            .because(error)
    })?;
    Ok(read.trim_end().to_owned())
}

/// Accepts `ws://`, `wss://`, and the same server's `http://` and `https://`; a bare `HOST:PORT`
/// is `ws://`.
///
/// # Errors
/// When it is another kind of address.
pub fn websocket_url(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    // An address stands in files, logs and errors. It is not quoted here, for what follows such a
    // sign may be a password, and what follows a wall's `#` is its token.
    if text.contains(['@', '#', '?']) || text.contains(TOKEN_PREFIX) {
        let what =
            "The server's address holds more than an address: a name, a password or a token.";
        return Err(Failure::usage(what).means("Nothing was sent.").instead(
            "Write ws://HOST:PORT, or wss://HOST:PORT for TLS, and give the token with --token-file \
             or WARROOM_TOKEN.",
        ));
    }
    let split = text.split_once("://");
    let text = text.trim_end_matches('/');
    match split.map(|(scheme, rest)| (scheme, rest.trim_end_matches('/'))) {
        Some(("ws" | "wss", rest)) if !rest.is_empty() => Ok(text.to_owned()),
        Some(("http", rest)) if !rest.is_empty() => Ok(format!("ws://{rest}")),
        Some(("https", rest)) if !rest.is_empty() => Ok(format!("wss://{rest}")),
        None if !text.is_empty() && !text.contains(char::is_whitespace) => {
            Ok(format!("ws://{text}"))
        }
        _ => Err(
            Failure::usage(format!("'{text}' is not a server's address."))
                .instead("Write ws://HOST:PORT, or wss://HOST:PORT for TLS."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_secret_in_it_is_refused_and_not_repeated() {
        let secret = "wr_5ec4e7";
        for given in [
            format!("ws://maya:{secret}@a:1"),
            format!("{secret}@a"),
            format!("https://a/wall#{secret}"),
            format!("wss://a?token={secret}"),
            secret.to_owned(),
        ] {
            let refused = websocket_url(&given).unwrap_err();
            assert!(!refused.report().contains("5ec4e7"), "{given}");
            assert!(refused.report().contains("--token-file"), "{given}");
        }
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let cases = [
            ("ws://a:1", Some("ws://a:1")),
            ("wss://a/", Some("wss://a")),
            ("https://a", Some("wss://a")),
            ("127.0.0.1:7911", Some("ws://127.0.0.1:7911")),
            ("ftp://a", None),
            ("", None),
            ("ws://", None),
        ];
        for (given, read) in cases {
            assert_eq!(websocket_url(given).ok().as_deref(), read, "{given}");
        }
    }
}
