//! The frames.

use crate::incident::{
    Command, CommandId, Incident, IncidentId, Level, Person, Refusal, Seq, Summary, Timestamp,
};
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

/// Where on the screen someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pane {
    /// The timeline.
    #[default]
    Timeline,
    /// Roles and asks.
    Command,
    /// The runbook.
    Runbook,
    /// The composer.
    Composer,
    /// Anything else.
    #[serde(other)]
    Other,
}

impl Pane {
    /// The name as people read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Command => "command",
            Self::Runbook => "runbook",
            Self::Composer => "composer",
            Self::Other => "elsewhere",
        }
    }
}

/// Someone who is here now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// Who.
    pub person: Person,
    /// Reads only.
    #[serde(default)]
    pub spectator: bool,
    /// On which pane.
    pub pane: Pane,
    /// Whether they are typing.
    #[serde(default)]
    pub typing: bool,
}

/// How the server knows who is who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// No token was made yet: anyone on this machine, by the name they give.
    Loopback,
    /// By token.
    Tokens,
}

/// A state to start from, stamped with the version of the fold that made it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// [`crate::incident::FOLD_VERSION`] of the server.
    pub fold: u32,
    /// The state; its `seq` says up to where.
    pub incident: Incident,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Something does not work as it should.
    Warning,
}

/// Something that everyone connected should know about the server itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How much it matters.
    pub level: NoticeLevel,
    /// What happened, what it means, what to do.
    pub text: String,
}

/// An entry that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Whose.
    pub incident: IncidentId,
    /// Where in its log.
    pub seq: Seq,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who wrote it.
    pub by: Person,
    /// The entry's words.
    pub text: Arc<str>,
}

/// A runbook that can be attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookName {
    /// The file's name without `.md`.
    pub name: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// How many steps it has.
    pub steps: u32,
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
    /// Something happened. Encoded once for everyone: see [`event_frame`].
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
    /// A page, search or list could not be had.
    Failed {
        /// From the question.
        request: u64,
        /// Why, and what to do instead.
        refusal: Refusal,
    },
    /// Who is here now, in this incident.
    Presence {
        /// Which.
        incident: IncidentId,
        /// Everyone, by name.
        here: Vec<Here>,
    },
    /// Part of what is watched beside the incidents.
    Live(super::Live),
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

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeFrameError {
    /// It is not JSON, or not a frame.
    #[error("the frame is not one that this version understands: {0}")]
    Malformed(#[source] serde_json::Error),
    /// It is well formed, of a type that this version does not know.
    #[error("a frame of unknown type '{0}'")]
    UnknownType(String),
}

/// Only the type, to tell a later version's frame from a broken one.
#[derive(Deserialize)]
struct Typed {
    r#type: String,
}

/// Reads a console's frame.
///
/// # Errors
/// When it is not JSON, lacks a field, or is of an unknown type.
pub fn decode_client(text: &str) -> Result<ClientFrame, DecodeFrameError> {
    const TYPES: [&str; 8] = [
        "hello", "join", "leave", "submit", "page", "search", "runbooks", "presence",
    ];
    serde_json::from_str(text).map_err(|error| explain(text, &TYPES, error))
}

/// Reads a server's frame.
///
/// # Errors
/// When it is not JSON, lacks a field, or is of an unknown type.
pub fn decode_server(text: &str) -> Result<ServerFrame, DecodeFrameError> {
    const TYPES: [&str; 14] = [
        "welcome", "board", "joined", "event", "done", "refused", "resync", "page", "found",
        "runbooks", "failed", "presence", "live", "notice",
    ];
    // Internally tagged enums cannot borrow a RawValue, so the two frames that carry events are
    // read by their shape first.
    raw::decode(text)
        .unwrap_or_else(|| serde_json::from_str(text).map_err(|error| explain(text, &TYPES, error)))
}

fn explain(text: &str, types: &[&str], error: serde_json::Error) -> DecodeFrameError {
    match serde_json::from_str::<Typed>(text) {
        Ok(Typed { r#type }) if !types.contains(&&*r#type) && r#type != "bye" => {
            DecodeFrameError::UnknownType(r#type)
        }
        _ => DecodeFrameError::Malformed(error),
    }
}

/// Writes a frame. Frames are plain data, so this cannot fail; should it, an empty text is sent,
/// which the other side refuses aloud.
#[must_use]
pub fn encode<F: Serialize>(frame: &F) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

/// The event's frame, from its text as it stands in the journal: written once for everyone.
#[must_use]
pub fn event_frame(event_json: &str) -> String {
    let mut frame = String::with_capacity(event_json.len() + 28);
    frame.push_str(r#"{"type":"event","event":"#);
    frame.push_str(event_json);
    frame.push('}');
    frame
}

/// Frames that carry events as raw text.
mod raw {
    use super::{Checkpoint, DecodeFrameError, IncidentId, RawValue, Seq, ServerFrame};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        r#type: std::borrow::Cow<'a, str>,
    }

    #[derive(Deserialize)]
    struct EventFrame {
        event: Box<RawValue>,
    }

    #[derive(Deserialize)]
    struct Joined {
        incident: IncidentId,
        #[serde(default)]
        checkpoint: Option<Box<Checkpoint>>,
        #[serde(default)]
        events: Vec<Box<RawValue>>,
        head: Seq,
    }

    #[derive(Deserialize)]
    struct Page {
        request: u64,
        incident: IncidentId,
        events: Vec<Box<RawValue>>,
        corrections: Vec<Box<RawValue>>,
        more: bool,
    }

    /// Reads it when it is one of these; nothing when it is another.
    pub(super) fn decode(text: &str) -> Option<Result<ServerFrame, DecodeFrameError>> {
        let head: Head<'_> = serde_json::from_str(text).ok()?;
        let frame = match &*head.r#type {
            "event" => {
                serde_json::from_str(text).map(|EventFrame { event }| ServerFrame::Event { event })
            }
            "joined" => serde_json::from_str(text).map(
                |Joined {
                     incident,
                     checkpoint,
                     events,
                     head,
                 }| ServerFrame::Joined {
                    incident,
                    checkpoint,
                    events,
                    head,
                },
            ),
            "page" => serde_json::from_str(text).map(
                |Page {
                     request,
                     incident,
                     events,
                     corrections,
                     more,
                 }| ServerFrame::Page {
                    request,
                    incident,
                    events,
                    corrections,
                    more,
                },
            ),
            _ => return None,
        };
        Some(frame.map_err(DecodeFrameError::Malformed))
    }
}
