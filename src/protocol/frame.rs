//! The frames.

use super::{Access, Away, Checkpoint, Here, Hit, Live, Notice, Pane, RunbookName, Sight};
use crate::incident::{
    Command, CommandId, IncidentId, Level, NagPolicy, Person, Refusal, Seq, Summary, Timestamp,
};
use crate::signals::{AlertsPage, AlertsQuery};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;

/// What a console (or the command line) sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame of a connection.
    Hello {
        /// [`super::VERSION`] of the sender.
        protocol: u32,
        /// Program and version, for the log.
        client: String,
        /// Who it is, where the server has no tokens yet; with a token, the token says.
        #[serde(default)]
        name: Option<Person>,
        /// Ask for a spectator's view, whatever the token allows.
        #[serde(default)]
        watch: bool,
        /// `console` or `cli`: what goes into the log as `via`.
        #[serde(default)]
        via: Option<String>,
    },
    /// Follow an incident.
    Join {
        /// Which.
        incident: IncidentId,
        /// The last event already had; zero for none.
        #[serde(default)]
        have: Seq,
        /// The fold version of the state already had.
        fold: u32,
    },
    /// Follow it no more.
    Leave {
        /// Which.
        incident: IncidentId,
    },
    /// Ask the incident for something.
    Submit {
        /// Which; absent for a command that opens one.
        #[serde(default)]
        incident: Option<IncidentId>,
        /// What.
        command: Command,
        /// How often it was refused for good and is sent again all the same, because it stood
        /// behind a command that could not be taken just then. A copy of a round that was refused
        /// gets the same refusal; a later round is decided anew.
        #[serde(default, skip_serializing_if = "is_zero")]
        round: u32,
    },
    /// Ask for older (or newer) events of the timeline.
    Page {
        /// Comes back with the answer.
        request: u64,
        /// Whose.
        incident: IncidentId,
        /// Events before this one, newest of them; absent: from `after` on.
        #[serde(default)]
        before: Option<Seq>,
        /// Events after this one, oldest of them.
        #[serde(default)]
        after: Option<Seq>,
        /// Events near this moment instead of a seq (by `recorded_at`).
        #[serde(default)]
        at: Option<Timestamp>,
        /// How many at the most ([`super::limits::PAGE_EVENTS`]).
        limit: u32,
    },
    /// Search the timelines.
    Search {
        /// Comes back with the answer.
        request: u64,
        /// Whose; absent: every incident.
        #[serde(default)]
        incident: Option<IncidentId>,
        /// Words; all must be found, the last one may be a beginning.
        query: String,
        /// How many at the most ([`super::limits::SEARCH_HITS`]).
        limit: u32,
    },
    /// Ask for the names of the runbooks that can be attached.
    Runbooks {
        /// Comes back with the answer.
        request: u64,
    },
    /// Ask for single alerts of a group. A server that does not know this frame passes it over, and
    /// no answer comes.
    Alerts {
        /// Comes back with the answer.
        request: u64,
        /// The name of the source that the group comes from.
        source: Arc<str>,
        /// Which of its alerts: words of at most [`super::limits::SEARCH_BYTES`], and at most
        /// [`super::limits::PAGE_ALERTS`] of them.
        #[serde(flatten)]
        query: AlertsQuery,
    },
    /// Ask for the state as it was once an event was folded in. A server that does not name
    /// [`super::STATE_AT`] among what it offers passes this over, and no answer comes.
    StateAt {
        /// Comes back with the answer.
        request: u64,
        /// Whose.
        incident: IncidentId,
        /// The last event of the state that is wanted.
        seq: Seq,
    },
    /// Say what this person has on the screen, for those who follow them. Ephemeral; only of
    /// whoever is in command is it shown to anyone.
    Sight {
        /// Where.
        incident: IncidentId,
        /// What they look at.
        sight: Sight,
    },
    /// Follow what whoever is in command looks at, or follow it no more. Ephemeral.
    Follow {
        /// Where.
        incident: IncidentId,
        /// Whether it is followed from now on.
        on: bool,
    },
    /// Say where this person is looking. Ephemeral.
    Presence {
        /// Where.
        incident: IncidentId,
        /// On which pane.
        pane: Pane,
        /// Whether they are typing.
        typing: bool,
    },
}

/// What the server sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to a hello.
    Welcome {
        /// [`super::VERSION`] of the server.
        protocol: u32,
        /// Program and version.
        server: String,
        /// The server's clock, to show a skew.
        now: Timestamp,
        /// Who the session is.
        you: Person,
        /// How far its access goes.
        level: Level,
        /// How the server knows.
        access: Access,
        /// Every open incident, and the newest that are over.
        board: Vec<Summary>,
        /// When the consoles nag. A server of an older version does not say, and then as usual.
        #[serde(default)]
        nags: NagPolicy,
        /// What the server does beyond what every server of this version does.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offers: Vec<Arc<str>>,
    },
    /// An incident on the board changed, or is new.
    Board {
        /// Its line.
        summary: Summary,
    },
    /// The answer to a join: a state, or the events since the one already had.
    Joined {
        /// Which.
        incident: IncidentId,
        /// A state to start from; absent when `events` bring the session up to date.
        #[serde(default)]
        checkpoint: Option<Box<Checkpoint>>,
        /// Events to fold in after it, as they stand in the journal.
        #[serde(default)]
        events: Vec<Box<RawValue>>,
        /// The last event of the log.
        head: Seq,
    },
    /// Something happened. Encoded once for everyone: see [`super::event_frame`].
    Event {
        /// As it stands in the journal, with its hash.
        event: Box<RawValue>,
    },
    /// A command was carried out and is durable.
    Done {
        /// Which.
        command: CommandId,
        /// In which incident.
        incident: IncidentId,
        /// The first event that it made.
        first: Seq,
        /// The last event that it made.
        last: Seq,
    },
    /// A command was not carried out.
    Refused {
        /// Which.
        command: CommandId,
        /// Why, and what to do instead.
        refusal: Refusal,
        /// Which of its rounds this answers.
        #[serde(default, skip_serializing_if = "is_zero")]
        round: u32,
    },
    /// Frames were left out, for the session was too slow: join again from the last seq had.
    Resync {
        /// Which incident; absent: all of them, and the board.
        #[serde(default)]
        incident: Option<IncidentId>,
    },
    /// Events of the timeline, oldest first.
    Page {
        /// From the question.
        request: u64,
        /// Whose.
        incident: IncidentId,
        /// As they stand in the journal.
        events: Vec<Box<RawValue>>,
        /// Later events that correct or mark those (amended, retracted, pinned).
        corrections: Vec<Box<RawValue>>,
        /// Whether the log has more in that direction.
        more: bool,
    },
    /// What a search found, newest first.
    Found {
        /// From the question.
        request: u64,
        /// The hits.
        hits: Vec<Hit>,
        /// Whether there were more.
        more: bool,
    },
    /// The runbooks that can be attached.
    Runbooks {
        /// From the question.
        request: u64,
        /// By name.
        runbooks: Vec<RunbookName>,
    },
    /// Single alerts of a group.
    Alerts {
        /// From the question.
        request: u64,
        /// The alerts.
        page: AlertsPage,
    },
    /// The state as it was once that event was folded in.
    StateAt {
        /// From the question.
        request: u64,
        /// The state, and the version of the fold that made it.
        checkpoint: Box<Checkpoint>,
    },
    /// Who leads those who follow, and what they look at.
    Leads {
        /// Where.
        incident: IncidentId,
        /// Who; absent while nobody in command is here.
        #[serde(default)]
        leader: Option<Person>,
        /// What they look at. Absent where the receiver does not follow.
        #[serde(default)]
        sight: Option<Sight>,
        /// How many follow.
        #[serde(default)]
        followers: u32,
        /// Where nobody leads though someone who led is still in command: what became of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        away: Option<Away>,
    },
    /// A page, search or list could not be had.
    Failed {
        /// From the question.
        request: u64,
        /// Why, and what to do instead.
        refusal: Refusal,
    },
    /// There is no such incident for this session, or not any more: what it has of it is to be let go.
    /// What there is to say about it in words comes as a notice before, so that a console that does not
    /// know this frame is told too.
    ClosedToYou {
        /// Which.
        incident: IncidentId,
    },
    /// Who is here now, in this incident.
    Presence {
        /// Which.
        incident: IncidentId,
        /// Everyone, by name.
        here: Vec<Here>,
    },
    /// Part of what is watched beside the incidents.
    Live(Live),
    /// Something about the server itself.
    Notice(Notice),
    /// The connection is about to end, and why; `retry` says whether to come back.
    Bye {
        /// Why, and what to do.
        refusal: Refusal,
        /// Whether coming back may help (a restart), or not (a wrong token).
        retry: bool,
    },
}

fn is_zero(round: &u32) -> bool {
    *round == 0
}
