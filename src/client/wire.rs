//! Frames as the machine sees them: read and checked before they reach it.

use crate::incident::{Event, IncidentId, Seq};
use crate::protocol::{
    Checkpoint, ClientFrame, DecodeFrameError, ServerFrame, decode_server, encode,
};
use serde_json::value::RawValue;

/// A frame of the server, its events read.
#[derive(Debug)]
pub struct Inbound(pub(super) Said, Option<RawPage>);

/// A page of a log as it stands in the journal, for who exports or checks it.
#[derive(Debug)]
pub struct RawPage {
    /// The number of the question.
    pub request: u64,
    /// The records, oldest first.
    pub records: Vec<Box<RawValue>>,
    /// Later records that correct or mark those.
    pub corrections: Vec<Box<RawValue>>,
    /// Whether the log has more in that direction.
    pub more: bool,
}

/// From here on the numbers of questions are those of callers that page by themselves
/// ([`Outbound::page`]); the client's own stay far below.
pub const OWN_REQUESTS: u64 = 1 << 48;

/// What the server said, with every event parsed.
#[derive(Debug)]
pub(super) enum Said {
    Joined {
        incident: IncidentId,
        checkpoint: Option<Box<Checkpoint>>,
        events: Vec<Event>,
        head: Seq,
    },
    Event(Box<Event>),
    Page {
        request: u64,
        events: Vec<Event>,
        corrections: Vec<Event>,
        more: bool,
    },
    Other(Box<ServerFrame>),
}

impl Inbound {
    /// Reads a frame and every event in it. `None` for a frame of a type that only a newer
    /// server knows: it is passed over.
    ///
    /// # Errors
    /// What cannot be understood, one sentence.
    pub fn decode(text: &str) -> Result<Option<Self>, String> {
        match decode_server(text) {
            Ok(frame) => Self::from_frame(frame).map(Some),
            Err(DecodeFrameError::UnknownType(_)) => Ok(None),
            Err(error @ DecodeFrameError::Malformed(_)) => Err(error.to_string()),
        }
    }

    /// Reads the events of a frame.
    ///
    /// # Errors
    /// When an event in it cannot be read.
    pub fn from_frame(frame: ServerFrame) -> Result<Self, String> {
        let mut raw = None;
        let said = match frame {
            ServerFrame::Joined {
                incident,
                checkpoint,
                events,
                head,
            } => Said::Joined {
                incident,
                checkpoint,
                events: read_all(&events)?,
                head,
            },
            ServerFrame::Event { event } => Said::Event(Box::new(read(&event)?)),
            ServerFrame::Page {
                request,
                events,
                corrections,
                more,
                ..
            } => {
                let said = Said::Page {
                    request,
                    events: read_all(&events)?,
                    corrections: read_all(&corrections)?,
                    more,
                };
                if request >= OWN_REQUESTS {
                    raw = Some(RawPage {
                        request,
                        records: events,
                        corrections,
                        more,
                    });
                }
                said
            }
            other => Said::Other(Box::new(other)),
        };
        Ok(Self(said, raw))
    }

    /// The answer to a question of [`Outbound::page`], record by record as in the journal. Takes
    /// it out of the frame.
    pub fn take_page(&mut self, request: u64) -> Option<RawPage> {
        self.1.take_if(|page| page.request == request)
    }

    /// Whether it is the server's last word before it hangs up: why, and whether to come back.
    pub(super) fn bye(&self) -> Option<(String, bool)> {
        match &self.0 {
            Said::Other(frame) => match &**frame {
                ServerFrame::Bye { refusal, retry } => Some((refusal.to_string(), *retry)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The name under which the server greeted, if this is the greeting.
    pub(super) fn welcomes(&self) -> Option<&crate::incident::Person> {
        match &self.0 {
            Said::Other(frame) => match &**frame {
                ServerFrame::Welcome { you, .. } => Some(you),
                _ => None,
            },
            _ => None,
        }
    }
}

fn read_all(events: &[Box<RawValue>]) -> Result<Vec<Event>, String> {
    events.iter().map(|event| read(event)).collect()
}

fn read(event: &RawValue) -> Result<Event, String> {
    serde_json::from_str(event.get()).map_err(|error| format!("an event cannot be read: {error}"))
}

/// A frame for the server.
#[derive(Debug, Clone)]
pub struct Outbound(pub(super) ClientFrame);

impl Outbound {
    /// Asks for a page of a log, outside the client's own timeline: the oldest after `after`, or
    /// the newest before `before`. `request` is at least [`OWN_REQUESTS`].
    #[must_use]
    pub fn page(
        request: u64,
        incident: IncidentId,
        before: Option<Seq>,
        after: Option<Seq>,
        limit: u32,
    ) -> Self {
        Self(ClientFrame::Page {
            request,
            incident,
            before,
            after,
            at: None,
            limit,
        })
    }

    /// The frame's text.
    #[must_use]
    pub fn encode(&self) -> String {
        encode(&self.0)
    }
}
