//! What goes into the client's machine and what comes out of it.

use super::{FoundHit, Inbound, Outbound, RunbookName};
use crate::incident::{
    Command, CommandId, Event, IncidentId, Level, Person, Refusal, Seq, Timestamp, Via,
};
use crate::signals::AlertsPage;
use serde::{Deserialize, Serialize};

/// How the client presents itself to the server.
#[derive(Debug, Clone)]
pub struct Options {
    /// Ask for a spectator's view, whatever the token allows. Nothing can be submitted then.
    pub watch: bool,
    /// Who it is, where the server has no tokens; with a token, the token says.
    pub name: Option<Person>,
    /// Through what its commands come: console or cli.
    pub via: Via,
    /// Program and version, for the server's log.
    pub program: String,
    /// What the journal cannot take now (its disk is full) stays queued and is sent again by itself,
    /// as in a console; else it is refused at once, as a script has to know.
    pub waits_for_the_journal: bool,
}

/// An own command that has not been confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What was asked for.
    pub command: Command,
    /// Of which incident; absent for a command that opens one.
    #[serde(default)]
    pub incident: Option<IncidentId>,
    /// Whether it was sent over the connection that stands now. Not kept on disk.
    #[serde(skip)]
    pub sent: bool,
}

/// Something that happened to the client: from the driver ([`super::link`]).
#[derive(Debug)]
pub enum Input {
    /// Commands found on disk that an earlier console left, oldest first.
    Restored(Vec<Pending>),
    /// The command is on disk.
    Stored(CommandId),
    /// The command could not be put on disk.
    StoreFailed {
        /// Which.
        command: CommandId,
        /// What the disk said, one sentence.
        why: String,
    },
    /// A connection is being made.
    Connecting,
    /// The connection stands; nothing was said over it yet.
    Connected,
    /// The server said this.
    Frame(Box<Inbound>),
    /// The server said something that cannot be understood; the driver connects anew.
    Malformed(String),
    /// Nothing was heard for so long that the connection is given up: that it ended comes next.
    Silent {
        /// When something was heard last.
        since: Timestamp,
    },
    /// There is no connection any more, or none could be made.
    Disconnected {
        /// Why, one sentence.
        why: String,
        /// Trying again does not help (a wrong token, another version).
        fatal: bool,
        /// When the driver tries again.
        retry_at: Option<Timestamp>,
    },
    /// The driver has something to tell the user (a damaged outbox, a missing certificate).
    Notice {
        /// Something does not work as it should.
        warning: bool,
        /// What happened, what it means, what to do.
        text: String,
    },
    /// The time of an [`Effect::Wake`] has come.
    Tick,
}

/// Something to be done. All but `Tell` are handed to the driver as they are.
#[derive(Debug)]
pub enum Effect {
    /// Put it on disk, then answer [`Input::Stored`] or [`Input::StoreFailed`].
    Store(Pending),
    /// Take it off the disk; it is in the log or was handed back.
    Forget(CommandId),
    /// Send it over the connection that stands; where none stands, drop it.
    Send(Outbound),
    /// Answer [`Input::Tick`] at this time, or soon after.
    Wake(Timestamp),
    /// For the user.
    Tell(Happening),
}

/// Something that the user, or the caller, should know.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "few, one at a time, and taken apart at once"
)]
pub enum Happening {
    /// The command will not happen. Its words go back to the writer.
    Refused {
        /// The command as it was submitted.
        pending: Pending,
        /// Why, and what to do instead.
        refusal: Refusal,
    },
    /// The command is durable in the log.
    Done {
        /// Which.
        command: CommandId,
        /// In which incident (a new one, for a command that opens one).
        incident: IncidentId,
        /// The first event that it made.
        first: Seq,
        /// The last event that it made.
        last: Seq,
    },
    /// What a search found, newest first.
    Found {
        /// From [`super::Client::search`].
        request: u64,
        /// The hits.
        hits: Vec<FoundHit>,
        /// Whether there were more.
        more: bool,
    },
    /// The runbooks that can be attached.
    Runbooks {
        /// From [`super::Client::runbooks`].
        request: u64,
        /// By name.
        names: Vec<RunbookName>,
    },
    /// A part of an incident's log.
    Log {
        /// From [`super::Client::log`].
        request: u64,
        /// The events, in the order of the log.
        events: Vec<Event>,
        /// Whether the log has more after them.
        more: bool,
    },
    /// Single alerts of a group.
    Alerts {
        /// From [`super::Client::alerts`].
        request: u64,
        /// The alerts.
        page: AlertsPage,
    },
    /// A page, search or list could not be had.
    Failed {
        /// From the question.
        request: u64,
        /// Why, and what to do instead.
        refusal: Refusal,
    },
    /// Something to read once.
    Notice {
        /// Something does not work as it should.
        warning: bool,
        /// What happened, what it means, what to do.
        text: String,
    },
    /// The incident is closed to whoever this is, and gone from here. A notice says so in words.
    Closed(IncidentId),
    /// The incident's state is here.
    Joined(IncidentId),
    /// Something came that was needed to go to another moment of the incident's past.
    Travelled(IncidentId),
    /// Who leads those who follow, or what they look at, is another one.
    Leads(IncidentId),
    /// An incident appeared on the board.
    NewOnBoard(IncidentId),
    /// The server, or a refusal that no retry can mend, ended the connection.
    Ended {
        /// Why, and what to do.
        why: String,
        /// Whether the client comes back by itself.
        retry: bool,
    },
}

/// The state of the connection, as the header shows it. Times are by this machine's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// No connection has stood yet.
    Connecting {
        /// Since when it is tried; absent before the first try.
        since: Option<Timestamp>,
        /// Why the last try failed, one sentence.
        why: Option<String>,
        /// When it is tried again; absent while it is being tried, or when it never will be.
        retry_at: Option<Timestamp>,
    },
    /// What is shown is what the server has.
    Live,
    /// What is shown may be out of date.
    Stale {
        /// Since when: that the connection broke, or that nothing was heard over it.
        since: Timestamp,
        /// Why, one sentence.
        why: String,
        /// When it is tried again; absent while it is being tried, or when it never will be.
        retry_at: Option<Timestamp>,
    },
}

impl Link {
    /// Whether the connection stands and the server has greeted.
    #[must_use]
    pub fn is_live(&self) -> bool {
        *self == Self::Live
    }
}

/// Who this client is to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The name that goes into the log.
    pub person: Person,
    /// How far the access goes.
    pub level: Level,
    /// The server has no tokens yet and believes the name, as it listens only to this machine.
    pub loopback: bool,
}
