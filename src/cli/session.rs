//! One connection of one verb: asks, waits for the answer within a time, and says what is unknown
//! when there is none.

use crate::client::link::{self, LinkHandle, LinkOptions};
use crate::client::{
    Client, Effect, FoundHit, Happening, Input, OWN_REQUESTS, Options, Outbound, RawPage,
    RunbookName,
};
use crate::clock::{Clock, SystemClock};
use crate::error::{Failure, Kind, what_and_instead};
use crate::incident::{CommandId, IncidentId, Intent, Person, Seq, Timestamp, Via};
use std::time::Duration;
use tokio::time::Instant;

/// How long a verb waits to hear who is here: what it prints must not hang on that. A server
/// gathers it for a tenth of a second, and longer with many.
const PRESENCE_WITHIN: Duration = Duration::from_secs(5);

/// What it means that no connection was made.
const NOTHING_SENT: &str = "Nothing was sent.";

/// Where a verb connects, and as whom. Nothing prints it whole: the token is in it.
#[derive(Clone)]
pub struct Target {
    /// `ws://` or `wss://`.
    pub url: String,
    /// The access token, if one is known.
    pub token: Option<String>,
    /// The name, where the server has no tokens.
    pub name: Option<Person>,
    /// Further certificate authorities to trust.
    pub ca_file: Option<std::path::PathBuf>,
    /// Through what its commands come.
    pub via: Via,
    /// How long each question may take.
    pub timeout: Duration,
}

/// A command that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub command: CommandId,
    /// Its incident.
    pub incident: IncidentId,
    /// The first event that it made.
    pub first: Seq,
    /// The last event that it made.
    pub last: Seq,
}

/// Which part of a log to ask for.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// Oldest first, after this place.
    After(Seq),
    /// The newest before this place.
    Before(Seq),
}

/// One connection.
#[derive(Debug)]
pub struct Session {
    client: Client,
    link: LinkHandle,
    url: String,
    timeout: Duration,
    requests: u64,
}

/// The time by this machine's clock.
#[must_use]
pub fn now() -> Timestamp {
    SystemClock.now()
}

impl Session {
    /// Connects and waits for the greeting. The first failure ends it: nothing was asked yet, so
    /// there is nothing to be careful about.
    ///
    /// # Errors
    /// When the server cannot be reached, does not answer in time, or does not let this one in.
    pub async fn connect(target: &Target) -> Result<Self, Failure> {
        let link = link::start(LinkOptions {
            token: target.token.clone(),
            name: target.name.clone(),
            ca_file: target.ca_file.clone(),
            ..LinkOptions::new(&*target.url)
        });
        let client = Client::new(Options {
            watch: false,
            name: target.name.clone(),
            via: target.via.clone(),
            program: concat!("warroom ", env!("CARGO_PKG_VERSION")).to_owned(),
            waits_for_the_journal: false,
        });
        let mut session = Self {
            client,
            link,
            url: target.url.clone(),
            timeout: target.timeout,
            requests: OWN_REQUESTS,
        };
        let until = session.deadline();
        while !session.client.link().is_live() {
            let input = session.input(until).await?;
            if let Input::Disconnected { why, fatal, .. } = &input {
                return Err(session.not_connected(why, *fatal).means(NOTHING_SENT));
            }
            session.take(until, input).await?;
        }
        Ok(session)
    }

    /// Where it is connected.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the client knows.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Asks for something and waits until it is durable, or refused. When the connection is lost
    /// meanwhile it is asked again, under the same id, so that it happens once.
    ///
    /// # Errors
    /// When it was refused; or when the time is over, and then nobody here knows.
    pub async fn submit(
        &mut self,
        id: CommandId,
        incident: Option<IncidentId>,
        intent: Intent,
    ) -> Result<Receipt, Failure> {
        let until = self.deadline();
        let effects = self.client.submit(id, now(), incident, intent)?;
        let mut told = self.run(until, effects).await?;
        loop {
            for happening in told {
                match happening {
                    Happening::Done {
                        command,
                        incident,
                        first,
                        last,
                    } if command == id => {
                        return Ok(Receipt {
                            command,
                            incident,
                            first,
                            last,
                        });
                    }
                    Happening::Refused { pending, refusal } if pending.command.id == id => {
                        return Err(refusal.into());
                    }
                    _ => {}
                }
            }
            told = self
                .step(until)
                .await
                .map_err(|failure| unknown(id, failure))?;
        }
    }

    /// Joins an incident and waits for its state.
    ///
    /// # Errors
    /// When there is no such incident, or no answer in time.
    pub async fn join(&mut self, incident: IncidentId) -> Result<(), Failure> {
        let until = self.deadline();
        let effects = self.client.join(incident);
        let mut told = self.run(until, effects).await?;
        loop {
            if self
                .client
                .room(incident)
                .is_some_and(crate::client::Room::is_current)
            {
                return Ok(());
            }
            for happening in &told {
                match happening {
                    Happening::Failed { refusal, .. } => return Err(refusal.clone().into()),
                    Happening::Notice {
                        warning: true,
                        text,
                    } => {
                        let (what, instead) = what_and_instead(text);
                        return Err(Failure::refused(what).instead(instead));
                    }
                    _ => {}
                }
            }
            told = self.step(until).await?;
        }
    }

    /// Joins an incident, if it is not joined yet, and waits until this place of its log is here.
    ///
    /// # Errors
    /// As [`Session::join`].
    pub async fn reach(&mut self, incident: IncidentId, seq: Seq) -> Result<(), Failure> {
        if self.client.room(incident).is_none() {
            self.join(incident).await?;
        }
        let until = self.deadline();
        let here = |client: &Client| {
            let room = client.room(incident);
            room.is_some_and(|room| room.confirmed().seq >= seq)
        };
        while !here(&self.client) {
            self.step(until).await?;
        }
        Ok(())
    }

    /// Waits until the server has said who is in a joined incident: it gathers that for a moment.
    /// Whether it did; without a word in time nobody here knows.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn hear_who_is_here(&mut self, incident: IncidentId) -> Result<bool, Failure> {
        let until = self.deadline().min(Instant::now() + PRESENCE_WITHIN);
        let heard = |client: &Client| {
            let room = client.room(incident);
            // Whoever asks is among them.
            room.is_some_and(|room| !room.here().is_empty())
        };
        while !heard(&self.client) {
            match tokio::time::timeout_at(until, self.link.inputs.recv()).await {
                Ok(Some(input)) => drop(self.take(until, input).await?),
                Ok(None) => return Err(self.not_connected("the connection has ended", false)),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Searches the timelines.
    ///
    /// # Errors
    /// When it cannot be searched, or no answer came in time.
    pub async fn search(
        &mut self,
        incident: Option<IncidentId>,
        words: &str,
    ) -> Result<(Vec<FoundHit>, bool), Failure> {
        let until = self.deadline();
        let (asked, effects) = self.client.search(incident, words);
        let mut told = self.run(until, effects).await?;
        loop {
            for happening in told {
                match happening {
                    Happening::Found {
                        request,
                        hits,
                        more,
                    } if request == asked => return Ok((hits, more)),
                    Happening::Failed { request, refusal } if request == asked => {
                        return Err(refusal.into());
                    }
                    _ => {}
                }
            }
            told = self.step(until).await?;
        }
    }

    /// The runbooks that can be attached.
    ///
    /// # Errors
    /// When they cannot be had, or no answer came in time.
    pub async fn runbooks(&mut self) -> Result<Vec<RunbookName>, Failure> {
        let until = self.deadline();
        let (asked, effects) = self.client.runbooks();
        let mut told = self.run(until, effects).await?;
        loop {
            for happening in told {
                match happening {
                    Happening::Runbooks { request, names } if request == asked => {
                        return Ok(names);
                    }
                    Happening::Failed { request, refusal } if request == asked => {
                        return Err(refusal.into());
                    }
                    _ => {}
                }
            }
            told = self.step(until).await?;
        }
    }

    /// A part of a log, record by record as it stands in the journal.
    ///
    /// # Errors
    /// When there is no such incident, or no answer came in time.
    pub async fn page(
        &mut self,
        incident: IncidentId,
        part: Part,
        limit: u32,
    ) -> Result<RawPage, Failure> {
        let until = self.deadline();
        self.requests += 1;
        let asked = self.requests;
        let (before, after) = match part {
            Part::Before(seq) => (Some(seq), None),
            Part::After(seq) => (None, Some(seq)),
        };
        let frame = Outbound::page(asked, incident, before, after, limit);
        self.run(until, vec![Effect::Send(frame)]).await?;
        loop {
            let mut input = self.input(until).await?;
            match &mut input {
                Input::Frame(frame) => {
                    if let Some(page) = frame.take_page(asked) {
                        return Ok(page);
                    }
                }
                // The answer to a page is lost with its connection; asking again is the caller's.
                Input::Disconnected { why, fatal, .. } => {
                    return Err(self.not_connected(why, *fatal));
                }
                _ => {}
            }
            for happening in self.take(until, input).await? {
                if let Happening::Failed { request, refusal } = happening
                    && request == asked
                {
                    return Err(refusal.into());
                }
            }
        }
    }

    /// Waits for what happens next, however long it takes. Reconnects by itself meanwhile.
    ///
    /// # Errors
    /// When the server does not let this one in any more.
    pub async fn follow(&mut self) -> Result<Vec<Happening>, Failure> {
        let Some(input) = self.link.inputs.recv().await else {
            return Err(self.not_connected("the connection has ended", false));
        };
        let until = self.deadline();
        self.take(until, input).await
    }

    /// Hangs up; what was handed over is sent first.
    pub async fn close(self) {
        // Bounded: nothing is owed any more, a dead network must not hold the script.
        let _in_time = tokio::time::timeout(self.timeout, self.link.close()).await;
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    async fn step(&mut self, until: Instant) -> Result<Vec<Happening>, Failure> {
        let input = self.input(until).await?;
        self.take(until, input).await
    }

    async fn input(&mut self, until: Instant) -> Result<Input, Failure> {
        match tokio::time::timeout_at(until, self.link.inputs.recv()).await {
            Ok(Some(input)) => Ok(input),
            Ok(None) => Err(self.not_connected("the connection has ended", false)),
            Err(_) => Err(self.no_answer()),
        }
    }

    async fn take(&mut self, until: Instant, input: Input) -> Result<Vec<Happening>, Failure> {
        if let Input::Disconnected {
            why, fatal: true, ..
        } = &input
        {
            return Err(self.not_connected(why, true));
        }
        let effects = self.client.handle(now(), input);
        self.run(until, effects).await
    }

    /// Hands effects to the driver; what is for the user comes back.
    async fn run(
        &mut self,
        until: Instant,
        effects: Vec<Effect>,
    ) -> Result<Vec<Happening>, Failure> {
        let mut told = Vec::new();
        for effect in effects {
            match effect {
                Effect::Tell(happening) => told.push(happening),
                other => {
                    match tokio::time::timeout_at(until, self.link.effects.send(other)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => {
                            return Err(self.not_connected("the connection has ended", false));
                        }
                        Err(_) => return Err(self.no_answer()),
                    }
                }
            }
        }
        Ok(told)
    }

    fn no_answer(&self) -> Failure {
        Failure::unreachable(format!(
            "The server at {} did not answer within {}.",
            self.url,
            crate::console::text::format_duration(
                chrono::TimeDelta::from_std(self.timeout).unwrap_or_default()
            )
        ))
        .instead("Look with `warroom doctor`, or wait longer with --timeout.")
    }

    fn not_connected(&self, why: &str, fatal: bool) -> Failure {
        let (why, instead) = what_and_instead(why);
        let (failure, usual) = if fatal {
            let what = format!("The server at {} did not let you in: {why}", self.url);
            let usual = "Check --server, and the token in --token-file or WARROOM_TOKEN.";
            (Failure::refused(what), usual)
        } else {
            let what = format!("The server at {} cannot be reached.", self.url);
            let usual = "Check --server and the network, or start one with `warroom serve`.";
            (Failure::unreachable(what).because(why), usual)
        };
        failure.instead(if instead.is_empty() { usual } else { instead })
    }
}

/// A command whose answer did not come: nobody here knows whether it is in the log.
/// Also where the server let this one in no more: its token was revoked meanwhile.
fn unknown(id: CommandId, failure: Failure) -> Failure {
    let mut failure = failure.means("The command was sent; it may or may not have been recorded.");
    failure.kind = Kind::Unreachable;
    failure.instead = format!(
        "Run it again with --id {id}: under the same id it is recorded once, however often it is \
         sent."
    );
    failure
}
