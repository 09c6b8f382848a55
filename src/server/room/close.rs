//! Letting those go who may see the incident no more.

use super::super::audience::Member;
use super::wire;
use super::{Room, tail};
use crate::incident::What;
use crate::journal::Record;
use crate::protocol::{Away, Notice, NoticeLevel, ServerFrame, encode};
use bytes::BytesMut;

impl Room {
    /// From which of these records on not everyone who follows may see them: with the one by which it
    /// was closed, which names who is admitted. All of them, where the incident is for everyone after
    /// the last.
    pub(super) fn closed_from(&self, records: &[Record]) -> usize {
        if self.desk.durable.private.is_none() {
            return records.len();
        }
        let closes = |record: &Record| {
            let what = record.event().body.known();
            matches!(what, Some(What::MadePrivate(_) | What::Dismissed(_)))
        };
        records.iter().position(closes).unwrap_or(records.len())
    }

    /// Sends these to everyone who follows. Says whether someone fell away.
    pub(super) fn send_events(&mut self, records: &[Record]) -> bool {
        if records.is_empty() {
            return false;
        }
        let spectators = self.audience.has_spectators();
        let (open, redacted) = tail::frames(records, self.shared.taken_from(spectators));
        let (open, redacted) = (open.freeze(), redacted.map(BytesMut::freeze));
        let metrics = &self.shared.metrics;
        self.audience.send(&open, redacted.as_ref(), None, metrics)
    }

    /// Tells those who may see it no more, in words, and lets them go. Says whether there were any.
    pub(super) fn let_go(&mut self) -> bool {
        let durable = &self.desk.durable;
        let stays = |member: &Member| member.sees_it(durable);
        let told = ServerFrame::Notice(Notice {
            level: NoticeLevel::Info,
            text: format!(
                "{} is private now, and you are not among those who see it. What you wrote there \
                 and is not in its log comes back to you.",
                self.id
            ),
        });
        let incident = self.id;
        let mut frames = BytesMut::new();
        for frame in [told, ServerFrame::ClosedToYou { incident }] {
            wire::put_text(&mut frames, &encode(&frame));
        }
        let metrics = &self.shared.metrics;
        let closed = self.audience.close_to(stays, &frames.freeze(), metrics);
        if closed {
            self.leads.keep(self.audience.members(), Away::Elsewhere);
        }
        closed
    }
}
