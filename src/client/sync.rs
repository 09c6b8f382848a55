//! What the driver and the server say, taken into the machine.

use super::machine::Request;
use super::outbox::Fate;
use super::room::Following;
use super::wire::Said;
use super::{Client, Effect, Happening, Input, Link, Me, Outbound, Pending, Room};
use crate::incident::{
    CommandId, IncidentId, Level, Person, Refusal, RefusalCode, Summary, Timestamp,
};
use crate::protocol::{Access, ClientFrame, Notice, NoticeLevel, STATE_AT, ServerFrame, VERSION};

/// What the effects are put into.
pub(super) type Out<'a> = &'a mut Vec<Effect>;

impl Client {
    pub(super) fn take(&mut self, now: Timestamp, input: Input, out: Out<'_>) {
        match input {
            Input::Restored(pending) => self.restored(pending),
            Input::Stored(command) => self.outbox.stored(command),
            Input::StoreFailed { command, why } => self.store_failed(command, &why, out),
            Input::Connecting => self.connecting(now),
            Input::Connected => out.push(self.hello()),
            Input::Frame(frame) => self.frame(now, frame.0, out),
            Input::Malformed(what) => tell(
                out,
                true,
                format!(
                    "The server said something that this console does not understand ({what}). It \
                 connects anew; nothing is lost. If it happens again, see whether both are of the \
                 same version."
                ),
            ),
            // What is shown is as old as that, and not as the moment at which it is noticed.
            Input::Silent { since } => self.silent_since = Some(since.min(now)),
            Input::Disconnected {
                why,
                fatal,
                retry_at,
            } => self.disconnected(now, why, fatal, retry_at, out),
            Input::Notice { warning, text } => tell(out, warning, text),
            Input::Tick => {}
        }
        self.send_ready(now, out);
    }

    fn hello(&self) -> Effect {
        Effect::Send(Outbound(ClientFrame::Hello {
            protocol: VERSION,
            client: self.options.program.clone(),
            name: self.options.name.clone(),
            watch: self.options.watch,
            via: Some(self.options.via.name().to_owned()),
        }))
    }

    fn restored(&mut self, pending: Vec<Pending>) {
        self.outbox.restore(pending);
        for (id, room) in &mut self.rooms {
            room.set_pending(self.outbox.of(*id));
        }
    }

    /// While the server answers, a disk that is full must not silence the writer; otherwise the
    /// words go back, as there is no safe place for them.
    fn store_failed(&mut self, command: CommandId, why: &str, out: Out<'_>) {
        if self.link.is_live() {
            self.outbox.stored(command);
            if !std::mem::replace(&mut self.disk_told, true) {
                tell(
                    out,
                    true,
                    format!(
                        "This machine's disk does not keep what you write ({why}). It is sent as you \
                     write it, but what is under way would be lost with this console. Make room."
                    ),
                );
            }
            return;
        }
        let refusal = Refusal::new(
            RefusalCode::Journal,
            format!("It can be neither sent nor kept on this machine's disk: {why}"),
            "Make room on the disk, then submit it again.",
        );
        self.hand_back(command, refusal, out);
    }

    fn hand_back(&mut self, command: CommandId, refusal: Refusal, out: Out<'_>) {
        let Some(mut pending) = self.outbox.remove(command) else {
            return;
        };
        pending.sent = false;
        self.drop_from_room(&pending);
        // First into the writer's hands, then off the disk.
        out.push(Effect::Tell(Happening::Refused { pending, refusal }));
        out.push(Effect::Forget(command));
    }

    fn drop_from_room(&mut self, pending: &Pending) {
        if let Some(room) = pending.incident.and_then(|id| self.rooms.get_mut(&id)) {
            room.drop_command(pending.command.id);
        }
    }

    fn connecting(&mut self, now: Timestamp) {
        match &mut self.link {
            Link::Connecting {
                since, retry_at, ..
            } => {
                since.get_or_insert(now);
                *retry_at = None;
            }
            Link::Stale { retry_at, .. } => *retry_at = None,
            // The driver says when the old connection ended before it makes another.
            Link::Live => {}
        }
    }

    fn disconnected(
        &mut self,
        now: Timestamp,
        why: String,
        fatal: bool,
        retry_at: Option<Timestamp>,
        out: Out<'_>,
    ) {
        let heard = self.silent_since.take().unwrap_or(now);
        self.link = match std::mem::replace(&mut self.link, Link::Live) {
            Link::Live => Link::Stale {
                since: heard,
                why: why.clone(),
                retry_at,
            },
            Link::Stale { since, .. } => Link::Stale {
                since,
                why: why.clone(),
                retry_at,
            },
            Link::Connecting { since, .. } => Link::Connecting {
                since: since.or(Some(now)),
                why: Some(why.clone()),
                retry_at,
            },
        };
        for settled in self.outbox.take_seen(None) {
            self.settle(
                settled.command,
                settled.incident,
                settled.first,
                settled.last,
                out,
            );
        }
        self.outbox.disconnected();
        for room in self.rooms.values_mut() {
            room.following = Following::No;
            room.here.clear();
            room.mark_all_unsent();
        }
        self.fail_requests(out);
        if fatal {
            out.push(Effect::Tell(Happening::Ended { why, retry: false }));
        }
    }

    /// No answer comes to what was asked.
    pub(super) fn fail_requests(&mut self, out: Out<'_>) {
        for (request, asked) in std::mem::take(&mut self.requests) {
            match asked {
                Request::Page(id, _) => self.abandon(id, request),
                Request::Past(id) => {
                    self.past_failed(id, "the connection to the server was lost.", out);
                }
                other => Self::fail(request, other, out),
            }
        }
    }

    fn abandon(&mut self, incident: IncidentId, request: u64) {
        if let Some(room) = self.rooms.get_mut(&incident) {
            room.timeline.abandon(request);
        }
    }

    fn frame(&mut self, now: Timestamp, said: Said, out: Out<'_>) {
        match said {
            Said::Event(event) => self.event(&event, out),
            Said::Joined {
                incident,
                checkpoint,
                events,
                head,
            } => self.joined(incident, checkpoint, &events, head, out),
            Said::Page {
                request,
                events,
                corrections,
                more,
            } => self.page(request, &events, &corrections, more, out),
            Said::Other(frame) => self.plain(now, *frame, out),
        }
    }

    /// The frames that carry no events.
    fn plain(&mut self, now: Timestamp, frame: ServerFrame, out: Out<'_>) {
        match frame {
            ServerFrame::Welcome {
                now: server_now,
                you,
                level,
                access,
                board,
                nags,
                offers,
                ..
            } => {
                self.nags = nags;
                self.skew = server_now - now;
                self.offers_states = offers.iter().any(|name| **name == *STATE_AT);
                self.welcome(you, level, access, board, out);
            }
            ServerFrame::Board { summary } => {
                let id = summary.id;
                if self.put_on_board(summary) {
                    out.push(Effect::Tell(Happening::NewOnBoard(id)));
                }
            }
            ServerFrame::Done {
                command,
                incident,
                first,
                last,
            } => {
                if self.outbox.done(command).is_some() {
                    self.settle(command, incident, first, last, out);
                }
            }
            ServerFrame::Refused {
                command,
                refusal,
                round,
            } => self.refused(now, (command, round), refusal, out),
            // Whichever incident is named: answers of all may be among what was left out.
            ServerFrame::Resync { .. } => self.resync(out),
            ServerFrame::ClosedToYou { incident } => self.closed(incident, out),
            ServerFrame::Presence { incident, here } => {
                if let Some(room) = self.rooms.get_mut(&incident) {
                    room.here = here;
                }
            }
            ServerFrame::StateAt {
                request,
                checkpoint,
            } => self.take_past_state(request, *checkpoint, out),
            ServerFrame::Leads {
                incident,
                leader,
                sight,
                followers,
                away,
            } => {
                let leads = super::Leads {
                    leader,
                    sight,
                    followers,
                    away,
                };
                self.leads(incident, leads, out);
            }
            ServerFrame::Live(part) => {
                // One that was on its way when the incident was left is passed over.
                if part
                    .incident()
                    .is_none_or(|id| self.rooms.contains_key(&id))
                {
                    self.live.take(part);
                }
            }
            ServerFrame::Notice(Notice { level, text }) => {
                tell(out, level == NoticeLevel::Warning, text);
            }
            ServerFrame::Bye { refusal, retry } => out.push(Effect::Tell(Happening::Ended {
                why: refusal.to_string(),
                retry,
            })),
            answer => self.answer(answer, out),
        }
    }

    /// The answers to questions.
    fn answer(&mut self, frame: ServerFrame, out: Out<'_>) {
        let (request, happening) = match frame {
            ServerFrame::Found {
                request,
                hits,
                more,
            } => (
                request,
                Happening::Found {
                    request,
                    hits,
                    more,
                },
            ),
            ServerFrame::Runbooks { request, runbooks } => (
                request,
                Happening::Runbooks {
                    request,
                    names: runbooks,
                },
            ),
            ServerFrame::Alerts { request, page } => (request, Happening::Alerts { request, page }),
            ServerFrame::Failed { request, refusal } => {
                (request, Happening::Failed { request, refusal })
            }
            _ => return,
        };
        match self.requests.remove(&request) {
            Some(Request::Page(incident, _)) => self.abandon(incident, request),
            Some(Request::Past(incident)) => {
                if let Happening::Failed { refusal, .. } = happening {
                    self.past_failed(incident, &refusal.to_string(), out);
                }
                return;
            }
            // Whoever looks at the evidence sees that it did not come.
            Some(Request::Evidence(..)) => return,
            Some(Request::Plain | Request::Log) | None => {}
        }
        out.push(Effect::Tell(happening));
    }

    fn welcome(
        &mut self,
        person: Person,
        level: Level,
        access: Access,
        board: Vec<Summary>,
        out: Out<'_>,
    ) {
        let saw_private = self.me.as_ref().map(|me| me.level.reads_private());
        self.me = Some(Me {
            person,
            level,
            loopback: access == Access::Loopback,
        });
        self.link = Link::Live;
        self.board = board;
        self.sort_board();
        let actor = self.actor();
        // Another view of the same log is another state: it is folded from the start.
        let other_view = saw_private.is_some_and(|saw| saw != level.reads_private());
        let ids: Vec<IncidentId> = self.rooms.keys().copied().collect();
        for id in ids {
            if let Some(room) = self.rooms.get_mut(&id) {
                if other_view {
                    let said = std::mem::take(&mut room.said);
                    let announced = room.announced;
                    *room = Room::new(id);
                    (room.announced, room.said) = (announced, said);
                    room.set_pending(self.outbox.of(id));
                }
                room.act_as(actor.clone(), self.skew);
                room.nag_as(self.nags);
            }
            self.ask_to_join(id, out);
        }
    }

    fn refused(
        &mut self,
        now: Timestamp,
        (command, round): (CommandId, u32),
        refusal: Refusal,
        out: Out<'_>,
    ) {
        let waits = self.options.waits_for_the_journal || refusal.code != RefusalCode::Journal;
        let again = refusal.is_retryable() && waits;
        match self.outbox.refused(command, round, again, now) {
            Fate::Unknown => {}
            Fate::Again { at, news } => {
                for room in self.rooms.values_mut() {
                    room.mark_sent(command, false);
                }
                out.push(Effect::Wake(at));
                if news {
                    tell(
                        out,
                        true,
                        format!(
                            "The server cannot take it now: {} It is kept here and sent again by \
                         itself.",
                            refusal.why
                        ),
                    );
                }
            }
            Fate::Out(mut pending) => {
                pending.sent = false;
                self.drop_from_room(&pending);
                out.push(Effect::Tell(Happening::Refused {
                    pending: *pending,
                    refusal,
                }));
                out.push(Effect::Forget(command));
            }
        }
    }

    /// Sends what may be sent.
    fn send_ready(&mut self, now: Timestamp, out: Out<'_>) {
        let writes = self.me.as_ref().is_some_and(|me| me.level.writes());
        if !self.link.is_live() || !writes {
            return;
        }
        for (pending, round) in self.outbox.send_next(now) {
            if let Some(room) = pending.incident.and_then(|id| self.rooms.get_mut(&id)) {
                room.mark_sent(pending.command.id, true);
            }
            out.push(Effect::Send(Outbound(ClientFrame::Submit {
                incident: pending.incident,
                command: pending.command,
                round,
            })));
        }
        // Said each time: a clock that was set back wakes the machine too early.
        if let Some(at) = self.outbox.waits_until().filter(|at| *at > now) {
            out.push(Effect::Wake(at));
        }
    }
}

pub(super) fn tell(out: Out<'_>, warning: bool, text: String) {
    out.push(Effect::Tell(Happening::Notice { warning, text }));
}
