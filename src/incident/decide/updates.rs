//! Rules about updates. What needs approval is posted only as the text that was approved; whatever
//! changes the text ends the approval.

use super::check::{no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::update::{Approval, Named, Rejection, Rules, Submission, Withdrawal};
use crate::incident::{
    Audience, Intent, Refusal, RefusalCode, Timestamp, Update, UpdateId, UpdateState, What, limits,
};
use chrono::TimeDelta;
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn about_update(self) -> Result<Vec<Draft>, Refusal> {
        match &self.command.intent {
            Intent::DraftUpdate { .. } => self.draft_update(),
            Intent::SubmitUpdate(named) => self.submit_update(*named),
            Intent::ApproveUpdate(named) => self.approve_update(*named),
            Intent::RejectUpdate { update, reason } => self.reject_update(*update, reason),
            Intent::WithdrawUpdate { update, reason } => {
                self.withdraw_update(*update, reason.as_ref())
            }
            Intent::PostUpdate {
                update,
                text,
                next_in_minutes,
                audience,
            } => self.post_update(*update, *audience, text.as_ref(), *next_in_minutes),
            _ => Ok(Vec::new()),
        }
    }

    /// The rules that hold: those of the server that decides, else those of the log.
    fn rules(&self) -> &Rules {
        let given = self.context.update_rules.as_deref();
        given.unwrap_or_else(|| self.incident.update_rules())
    }

    /// Writes the rules down where the log has others, so that every console decides by them, and
    /// a reader of the log knows what held.
    pub(super) fn with_rules(self, mut drafts: Vec<Draft>) -> Vec<Draft> {
        let about = |what: &What| {
            matches!(
                what,
                What::Opened { .. }
                    | What::StatusSet { .. }
                    | What::SeveritySet { .. }
                    | What::UpdateDrafted { .. }
                    | What::UpdatePosted { .. }
            )
        };
        if drafts.iter().any(|draft| about(&draft.what))
            && let Some(rules) = self.context.update_rules.as_deref()
            && rules != self.incident.update_rules()
        {
            drafts.push(self.draft(What::UpdateRulesSet(rules.clone())));
        }
        drafts
    }

    fn draft_update(self) -> Result<Vec<Draft>, Refusal> {
        let Intent::DraftUpdate {
            update,
            audience,
            text: words,
            stage,
            next_at,
            expected,
            submit,
        } = &self.command.intent
        else {
            return Ok(Vec::new());
        };
        let text = text(words, "The update", limits::NOTE_BYTES)?;
        // A draft that waited in an outbox may name a time that is past by now: it says so still.
        let latest = self.context.now + TimeDelta::minutes(limits::NEXT_UPDATE_MINUTES_MAX);
        if next_at.is_some_and(|at| at > latest) {
            return Err(Self::no_sensible_time());
        }
        let next_at = *next_at;
        let mut version = 1;
        let id = match update {
            None => self.next_update_id()?,
            Some(id) => {
                let before = self.open_update(*id)?;
                if let Some(seen) = expected {
                    self.same_version(before, *seen)?;
                }
                let same = (before.audience, &before.text, before.stage, before.next_at)
                    == (*audience, &text, *stage, next_at);
                version = before.version.saturating_add(1);
                if same {
                    return Err(no_change(format!("Update {id} says this already.")));
                }
                *id
            }
        };
        let mut drafts = self.one(What::UpdateDrafted {
            update: id,
            audience: *audience,
            text,
            stage: *stage,
            next_at,
        });
        if *submit {
            drafts.push(self.draft(What::UpdateSubmitted(Submission {
                named: Named {
                    update: id,
                    version,
                },
                audience: *audience,
            })));
        }
        Ok(drafts)
    }

    fn next_update_id(self) -> Result<UpdateId, Refusal> {
        if self.incident.open_updates().count() >= limits::OPEN_UPDATES {
            return Err(refuse(
                RefusalCode::Full,
                format!(
                    "{} updates are drafted and not posted; that is the most.",
                    limits::OPEN_UPDATES
                ),
                "Post or withdraw some first.",
            ));
        }
        Ok(UpdateId(self.incident.counts.updates.saturating_add(1)))
    }

    /// The update, as long as it may be changed.
    fn open_update(&self, id: UpdateId) -> Result<&Update, Refusal> {
        let update = self.incident.update(id).ok_or_else(|| {
            refuse(
                RefusalCode::NotFound,
                format!("There is no update {id}, or it ended long ago."),
                "Write a new one.",
            )
        })?;
        match update.state {
            UpdateState::Posted => Err(refuse(
                RefusalCode::WrongStatus,
                format!("Update {id} is out already."),
                "Write a new one; one that corrects it, if it was wrong.",
            )),
            UpdateState::Withdrawn => Err(refuse(
                RefusalCode::WrongStatus,
                format!("Update {id} is withdrawn."),
                "Write a new one.",
            )),
            _ => Ok(update),
        }
    }

    /// The update as it was read: an edit that came between is told, never overwritten or agreed to
    /// unread.
    fn same_version(self, update: &Update, seen: u32) -> Result<(), Refusal> {
        if update.version == seen {
            return Ok(());
        }
        let by = update.written_by.as_ref().unwrap_or(&update.by);
        Err(refuse(
            RefusalCode::Changed,
            format!(
                "{by} has changed update {} since: it is version {} now, and you have read version {seen}.",
                update.id, update.version
            ),
            "Read it as it stands, then do it again.",
        ))
    }

    fn submit_update(self, named: Named) -> Result<Vec<Draft>, Refusal> {
        let update = self.open_update(named.update)?;
        self.same_version(update, named.version)?;
        let id = update.id;
        match update.state {
            UpdateState::Submitted => Err(no_change(format!("Update {id} waits for approval."))),
            UpdateState::Approved => Err(no_change(format!("Update {id} is approved already."))),
            UpdateState::Rejected => Err(Self::rejected(update)),
            _ => Ok(self.one(What::UpdateSubmitted(Submission {
                named,
                audience: update.audience,
            }))),
        }
    }

    fn rejected(update: &Update) -> Refusal {
        let why = update.reason.as_deref().unwrap_or("no reason is known");
        let why = why.trim_end_matches('.');
        refuse(
            RefusalCode::WrongStatus,
            format!("Update {} was rejected as it stands ({why}).", update.id),
            "Change it first.",
        )
    }

    fn approve_update(self, named: Named) -> Result<Vec<Draft>, Refusal> {
        let update = self.open_update(named.update)?;
        self.needs_commander("approve an update")?;
        self.same_version(update, named.version)?;
        match update.state {
            UpdateState::Approved => Err(no_change(format!(
                "Update {} is approved already.",
                update.id
            ))),
            UpdateState::Rejected => Err(Self::rejected(update)),
            _ => Ok(self.one(What::UpdateApproved(Approval {
                named,
                audience: update.audience,
                text: update.text.clone(),
            }))),
        }
    }

    fn reject_update(self, id: UpdateId, why: &str) -> Result<Vec<Draft>, Refusal> {
        let update = self.open_update(id)?;
        self.needs_commander("reject an update")?;
        if update.state == UpdateState::Rejected {
            return Err(no_change(format!("Update {id} is rejected already.")));
        }
        Ok(self.one(What::UpdateRejected(Rejection {
            named: Named {
                update: id,
                version: update.version,
            },
            audience: update.audience,
            reason: text(why, "The reason", limits::REASON_BYTES)?,
        })))
    }

    fn withdraw_update(self, id: UpdateId, why: Option<&Arc<str>>) -> Result<Vec<Draft>, Refusal> {
        let update = self.open_update(id)?;
        let me = &self.context.actor.person;
        if !self.incident.may_withdraw_update(update, me) {
            let by = update.written_by.as_ref().unwrap_or(&update.by);
            return Err(refuse(
                RefusalCode::NotYours,
                format!(
                    "Only {by}, who wrote it, the Communications Lead, the Incident Commander or the \
                     deputy may withdraw update {id}."
                ),
                format!("Ask {by}."),
            ));
        }
        Ok(self.one(What::UpdateWithdrawn(Withdrawal {
            update: id,
            audience: update.audience,
            reason: reason(why)?,
        })))
    }

    fn post_update(
        self,
        id: Option<UpdateId>,
        audience: Option<Audience>,
        words: Option<&Arc<str>>,
        next_in_minutes: Option<u32>,
    ) -> Result<Vec<Draft>, Refusal> {
        let draft = id.map(|id| self.open_update(id)).transpose()?;
        let audience = draft
            .map(|draft| draft.audience)
            .or(audience)
            .unwrap_or_default();
        let drafted = draft.map(|draft| &draft.text);
        let words = words.or(drafted).map_or("", |text| text);
        let text = text(words, "The update", limits::NOTE_BYTES)?;
        self.may_be_posted(draft, audience, &text)?;
        let next_at = self.next_promise(draft, audience, next_in_minutes)?;
        let update = match draft {
            Some(draft) => draft.id,
            None => self.next_update_id()?,
        };
        Ok(self.one(What::UpdatePosted {
            update,
            audience,
            text,
            next_at,
        }))
    }

    fn may_be_posted(
        self,
        draft: Option<&Update>,
        audience: Audience,
        text: &Arc<str>,
    ) -> Result<(), Refusal> {
        if let Some(draft) = draft.filter(|draft| draft.state == UpdateState::Rejected) {
            return Err(Self::rejected(draft));
        }
        if !self.rules().needs_approval(audience) {
            return Ok(());
        }
        let Some(draft) = draft else {
            return Err(refuse(
                RefusalCode::NeedsCommand,
                format!("An {audience} update is posted only as it was approved."),
                "Draft it, and let the Incident Commander or the deputy approve it.",
            ));
        };
        if draft.state != UpdateState::Approved {
            return Err(refuse(
                RefusalCode::NeedsCommand,
                format!(
                    "Update {} is {audience}, and nobody in command has approved it as it stands.",
                    draft.id
                ),
                "Let the Incident Commander or the deputy approve it first.",
            ));
        }
        if *text != draft.text {
            return Err(refuse(
                RefusalCode::Changed,
                format!(
                    "These are not the words of update {} that were approved.",
                    draft.id
                ),
                "Post it as it was approved, or edit it and let it be approved again.",
            ));
        }
        Ok(())
    }

    /// When the next one is promised: as it is asked for, else as the draft says, as long as that
    /// is still to come; else by severity. Who is outside is promised nothing that nobody said: the
    /// promise that they have stays.
    fn next_promise(
        self,
        draft: Option<&Update>,
        audience: Audience,
        minutes: Option<u32>,
    ) -> Result<Option<Timestamp>, Refusal> {
        let now = self.context.now;
        let drafted = draft.and_then(|draft| draft.next_at).filter(|at| *at > now);
        let severity = self.incident.severity;
        let usual = severity
            .filter(|_| audience != Audience::External)
            .and_then(|severity| self.rules().cadence.minutes(severity, audience));
        let after = |minutes: u32| now + TimeDelta::minutes(i64::from(minutes));
        let at = match minutes {
            Some(minutes) => Some(self.promised(after(minutes))?),
            None => drafted.or(usual.map(after)),
        };
        Ok(at.filter(|_| self.incident.status.is_open()))
    }

    fn promised(self, at: Timestamp) -> Result<Timestamp, Refusal> {
        let most = TimeDelta::minutes(limits::NEXT_UPDATE_MINUTES_MAX);
        if at <= self.context.now || at > self.context.now + most {
            return Err(Self::no_sensible_time());
        }
        Ok(at)
    }

    fn no_sensible_time() -> Refusal {
        refuse(
            RefusalCode::Invalid,
            "The next update is promised for no sensible time.",
            "Promise it for 1 minute to 7 days from now.",
        )
    }
}
