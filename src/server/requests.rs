//! What a session asks, and how it is answered.

use super::audience::Member;
use super::greeting::Me;
use super::hall::{ToHall, no_such};
use super::reply::{Reply, Submission, busy, not_read};
use super::room::{ToRoom, raw_for, text_for};
use super::shared::Shared;
use super::wire;
use super::{page, past};
use crate::incident::{
    Actor, Command, FOLD_VERSION, IncidentId, Intent, Redaction, Refusal, RefusalCode, Seq,
};
use crate::journal::{FoundEntry, ReadFrom, Record, Search};
use crate::protocol::{
    Away, ClientFrame, Hit, Notice, NoticeLevel, ServerFrame, event_frame, limits,
};
use futures_util::future::BoxFuture;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// An answer that takes its time; while one is awaited the session's next frame waits.
pub(super) type Asked = BoxFuture<'static, Option<ServerFrame>>;

/// What a session asks, and how it is answered.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) me: Me,
    pub(super) member: Member,
    pub(super) joined: BTreeSet<IncidentId>,
}

/// A warning about the server or the session.
pub(super) fn warning(text: String) -> ServerFrame {
    ServerFrame::Notice(Notice {
        level: NoticeLevel::Warning,
        text,
    })
}

impl Desk {
    /// Takes a frame: answers it into the outbox, or returns what is to be awaited.
    pub(super) fn take(&mut self, frame: ClientFrame) -> Option<Asked> {
        match frame {
            // Said once already; said again it changes nothing.
            ClientFrame::Hello { .. } => None,
            ClientFrame::Join {
                incident,
                have,
                fold,
            } => self.join(incident, have, fold),
            ClientFrame::Leave { incident } => self.leave(incident),
            ClientFrame::Submit {
                incident,
                command,
                round,
            } => {
                self.submit(incident, command, round);
                None
            }
            ClientFrame::Presence {
                incident,
                pane,
                typing,
            } => {
                let session = self.member.session;
                if let Some(room) = self
                    .room(incident)
                    .filter(|_| self.joined.contains(&incident))
                {
                    // Ephemeral: a full room hears the next one.
                    let _ = room.try_send(ToRoom::Presence {
                        session,
                        pane,
                        typing,
                    });
                }
                None
            }
            ClientFrame::Page { .. } => Some(self.page(frame)),
            ClientFrame::Search {
                request,
                incident,
                query,
                limit,
            } => Some(self.search(request, incident, query, limit)),
            ClientFrame::Alerts {
                request,
                source,
                query,
            } => Some(self.alerts(request, source, query)),
            ClientFrame::StateAt {
                request,
                incident,
                seq,
            } => Some(self.state_at(request, incident, seq)),
            ClientFrame::Sight { .. } | ClientFrame::Follow { .. } => {
                self.lead(frame);
                None
            }
            ClientFrame::Runbooks { request } => {
                let runbooks = self.shared.runbooks.names();
                self.member
                    .outbox
                    .answer(&ServerFrame::Runbooks { request, runbooks });
                None
            }
        }
    }

    /// The incident's room; nothing when there is no such incident, and when this session may not
    /// see it.
    fn room(&self, incident: IncidentId) -> Option<mpsc::Sender<ToRoom>> {
        self.shared.shown_to(&self.me.actor, incident)?;
        let rooms = &self.shared.rooms;
        rooms.get_for(&self.shared, incident, &self.member)
    }

    fn warn(&self, text: String) {
        self.member.outbox.answer(&warning(text));
    }

    fn join(&mut self, incident: IncidentId, have: Seq, fold: u32) -> Option<Asked> {
        let Some(room) = self.room(incident) else {
            self.warn(no_such(incident).to_string());
            let closed = ServerFrame::ClosedToYou { incident };
            self.member.outbox.answer(&closed);
            return None;
        };
        if self.joined.len() >= limits::JOINED && !self.joined.contains(&incident) {
            self.warn(format!(
                "{} incidents are followed here, the most at once; {incident} was not joined. \
                 Leave one first.",
                limits::JOINED
            ));
            return None;
        }
        self.joined.insert(incident);
        let mut member = self.member.clone();
        member.epoch = member.outbox.epoch();
        if fold == FOLD_VERSION {
            return Some(Box::pin(async move {
                let joined = room.send(ToRoom::Join { member, have }).await;
                joined.is_err().then(|| {
                    warning(format!(
                        "{incident} could not be joined. Join again in a moment."
                    ))
                })
            }));
        }
        let (shared, actor) = (self.shared.clone(), self.me.actor.clone());
        Some(Box::pin(async move {
            let caught_up = catch_up(&shared, &actor, incident, &room, member, have).await;
            caught_up.err().map(|refusal| warning(refusal.to_string()))
        }))
    }

    fn leave(&mut self, incident: IncidentId) -> Option<Asked> {
        let session = self.member.session;
        if !self.joined.remove(&incident) {
            return None;
        }
        let room = self.room(incident)?;
        Some(Box::pin(async move {
            // Fails only when the room is closed, and then nobody is in it.
            let _ = room.send(ToRoom::Leave(session, Away::Elsewhere)).await;
            None
        }))
    }

    fn submit(&self, incident: Option<IncidentId>, command: Command, round: u32) {
        let outbox = self.member.outbox.clone();
        let submission = Submission {
            command,
            actor: self.me.actor.clone(),
            reply: Reply::Session { outbox, round },
        };
        let refuse = |submission: Submission, refusal: Refusal| {
            submission.answer(Err(refusal), &self.shared.metrics);
        };
        let invalid = |why, instead| Refusal::new(RefusalCode::Invalid, why, instead);
        match (incident, &submission.command.intent) {
            (_, Intent::Absorb { .. }) => refuse(
                submission,
                invalid(
                    "Taking an incident in is the other half of a merge, which the server does.",
                    "Merge the other incident into this one.",
                ),
            ),
            (None, intent) if intent.opens() => self.to_hall(ToHall::Open(submission)),
            (None, _) => refuse(
                submission,
                invalid(
                    "The command does not say for which incident it is.",
                    "Name the incident.",
                ),
            ),
            (Some(incident), &Intent::Merge { into }) => self.to_hall(ToHall::Merge {
                incident,
                into,
                submission,
            }),
            (Some(incident), _) => match self.room_for(incident, &submission) {
                Ok(room) => self.to_room(&room, submission),
                Err(refusal) => refuse(submission, refusal),
            },
        }
    }

    /// The room that decides on this.
    fn room_for(
        &self,
        incident: IncidentId,
        submission: &Submission,
    ) -> Result<mpsc::Sender<ToRoom>, Refusal> {
        // Held while the room is looked for: a copy that comes just when the incident begins must
        // not find the room after another one did not.
        let mut refused = self.shared.refused();
        if let Some(refusal) = refused.before(submission) {
            return Err(refusal);
        }
        self.room(incident).ok_or_else(|| {
            let refusal = no_such(incident);
            refused.remember_as_last(submission, &refusal);
            refusal
        })
    }

    fn to_room(&self, room: &mpsc::Sender<ToRoom>, submission: Submission) {
        if let Err(error) = room.try_send(ToRoom::Submit(Box::new(submission)))
            && let mpsc::error::TrySendError::Full(ToRoom::Submit(submission))
            | mpsc::error::TrySendError::Closed(ToRoom::Submit(submission)) = error
        {
            submission.answer(Err(busy()), &self.shared.metrics);
        }
    }

    fn to_hall(&self, ask: ToHall) {
        if let Err(error) = self.shared.hall.try_send(ask) {
            let (mpsc::error::TrySendError::Full(ask) | mpsc::error::TrySendError::Closed(ask)) =
                error;
            let (ToHall::Open(submission) | ToHall::Merge { submission, .. }) = ask;
            submission.answer(Err(busy()), &self.shared.metrics);
        }
    }

    fn page(&self, frame: ClientFrame) -> Asked {
        let (shared, me) = (self.shared.clone(), self.me.clone());
        Box::pin(async move {
            let ClientFrame::Page {
                request,
                incident,
                before,
                after,
                at,
                limit,
            } = frame
            else {
                return None;
            };
            let from = match (at, before, after) {
                (Some(at), _, _) => ReadFrom::At(at),
                (None, Some(before), _) => ReadFrom::Before(before),
                (None, None, after) => ReadFrom::After(after.unwrap_or(Seq::ZERO)),
            };
            let asked = (incident, from, limit.clamp(1, limits::PAGE_EVENTS));
            Some(match page::read(&shared, request, asked, &me).await {
                Ok(page) => page,
                Err(refusal) => ServerFrame::Failed { request, refusal },
            })
        })
    }

    fn state_at(&self, request: u64, incident: IncidentId, seq: Seq) -> Asked {
        let (shared, me) = (self.shared.clone(), self.me.clone());
        Box::pin(async move {
            let found = past::state_at(&shared, incident, seq, &me).await;
            Some(match found {
                Ok(checkpoint) => ServerFrame::StateAt {
                    request,
                    checkpoint: Box::new(checkpoint),
                },
                Err(refusal) => ServerFrame::Failed { request, refusal },
            })
        })
    }

    /// What someone looks at, and who follows. Ephemeral: a full room hears the next one.
    fn lead(&self, frame: ClientFrame) {
        let session = self.member.session;
        let (incident, ask) = match frame {
            ClientFrame::Sight { incident, sight } => (incident, ToRoom::Sight { session, sight }),
            ClientFrame::Follow { incident, on } => (incident, ToRoom::Follow { session, on }),
            _ => return,
        };
        if self.joined.contains(&incident)
            && let Some(room) = self.room(incident)
        {
            let _ = room.try_send(ask);
        }
    }

    fn search(
        &self,
        request: u64,
        incident: Option<IncidentId>,
        query: String,
        limit: u32,
    ) -> Asked {
        let (shared, me) = (self.shared.clone(), self.me.clone());
        Box::pin(async move {
            let found = find(&shared, incident, query, &me, limit).await;
            Some(match found {
                Ok((hits, more)) => ServerFrame::Found {
                    request,
                    hits,
                    more,
                },
                Err(refusal) => ServerFrame::Failed { request, refusal },
            })
        })
    }
}

async fn find(
    shared: &Shared,
    incident: Option<IncidentId>,
    query: String,
    me: &Me,
    limit: u32,
) -> Result<(Vec<Hit>, bool), Refusal> {
    let (reader, spectator) = (&me.actor, me.is_spectator());
    if query.trim().is_empty() || query.len() > limits::SEARCH_BYTES {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!(
                "A search has 1 to {} bytes; this has {}.",
                limits::SEARCH_BYTES,
                query.len()
            ),
            "Search for a few words.",
        ));
    }
    let limit = limit.clamp(1, limits::SEARCH_HITS);
    let search = Search {
        incident,
        words: query,
        private: !spectator,
        hidden: shared.board.hidden_from(reader.level, &reader.person),
        limit: limit + 1,
    };
    let found = shared.journal.search(search).await;
    let mut found = found.map_err(|e| not_read(&e))?;
    // What became private meanwhile.
    found.retain(|entry| {
        let shown = shared.shown_to(reader, entry.incident);
        shown.is_some_and(|shown| entry.seq <= shown)
    });
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut bytes = 0;
    let mut fits = |entry: &FoundEntry| {
        bytes += entry.text.len();
        bytes <= limits::PAGE_BYTES
    };
    let kept = found.iter().take(asked).take_while(|e| fits(e)).count();
    let more = found.len() > kept;
    found.truncate(kept);
    if let Some(redaction) = shared.taken_from(spectator) {
        found = still_found(shared, found, redaction).await?;
    }
    let hits = found.into_iter().map(|entry| Hit {
        incident: entry.incident,
        seq: entry.seq,
        occurred_at: entry.occurred_at,
        by: entry.by,
        text: entry.text,
    });
    Ok((hits.collect(), more))
}

/// Leaves out what this reader is not shown as it is in the log: the index knows of what is private,
/// and not of what the configuration hides, nor of what someone says about a command's output.
async fn still_found(
    shared: &Shared,
    found: Vec<FoundEntry>,
    redaction: Redaction,
) -> Result<Vec<FoundEntry>, Refusal> {
    let mut kept = Vec::new();
    for entry in found {
        let before = ReadFrom::After(Seq(entry.seq.0.saturating_sub(1)));
        let read = shared.journal.read(entry.incident, before, 1).await;
        let records = read.map_err(|e| not_read(&e))?;
        let seen = |record: &Record| {
            record.seq() == entry.seq && redaction.event(record.event()).is_none()
        };
        if records.first().is_some_and(seen) {
            kept.push(entry);
        }
    }
    Ok(kept)
}

/// Sends a console of another fold version every event since `have`, page by page as fast as it
/// reads, and then lets it into the room without a hole.
async fn catch_up(
    shared: &Arc<Shared>,
    reader: &Actor,
    incident: IncidentId,
    room: &mpsc::Sender<ToRoom>,
    member: Member,
    mut have: Seq,
) -> Result<(), Refusal> {
    let mut said = false;
    loop {
        let shown = shared.shown_to(reader, incident);
        let shown = shown.ok_or_else(|| no_such(incident))?;
        let from = ReadFrom::After(have);
        let page = shared
            .journal
            .read(incident, from, limits::PAGE_EVENTS)
            .await;
        let mut page = page.map_err(|e| not_read(&e))?;
        page.retain(|record| record.seq() <= shown);
        let full = page.len() >= limits::PAGE_EVENTS as usize;
        let more = page::cut(&mut page, &mut Vec::new()) || full;
        let head = page.last().map_or(have, Record::seq);
        if !said {
            said = true;
            member.outbox.answer(&ServerFrame::Joined {
                incident,
                checkpoint: None,
                events: raw_for(&page, shared.taken_from(member.spectator)),
                head,
            });
        } else {
            let taken = shared.taken_from(member.spectator);
            for text in page.iter().filter_map(|r| text_for(r, taken)) {
                member.outbox.answer_bytes(wire::text(&event_frame(&text)));
            }
        }
        have = head;
        member.outbox.drained().await;
        if member.outbox.is_closed() {
            return Ok(());
        }
        if !more {
            let (reply, answer) = oneshot::channel();
            let member = member.clone();
            let ask = ToRoom::Continue {
                member,
                have,
                reply,
            };
            room.send(ask).await.map_err(|_| busy())?;
            if answer.await.unwrap_or(false) {
                return Ok(());
            }
        }
    }
}
