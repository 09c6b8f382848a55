//! The only place where the rules live: whether a command may happen, and what then does.

mod asks;
mod beside;
mod check;
mod flapping;
mod handovers;
mod hypotheses;
mod lifecycle;
mod nags;
mod outside;
mod private;
mod proposals;
mod roles;
mod runs;
mod steps;
mod timeline;
mod updates;
mod work;

use super::limits;
use super::{
    Actor, Command, CommandId, Entry, Event, EventBody, Hash, Incident, IncidentId, Intent, Level,
    Refusal, RefusalCode, RunbookText, Seq, Timestamp, What, no_such_incident, update,
};
use check::refuse;
use chrono::TimeDelta;
use std::sync::Arc;

/// What a decision needs to know beyond the incident and the command.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time, by the clock of whoever decides.
    pub now: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// The entry that [`Intent::target`] names, looked up in the log by the caller when the
    /// incident itself holds it no more.
    pub entry: Option<Entry>,
    /// The text of the runbook that the command names, found by the caller.
    pub runbook: Option<RunbookText>,
    /// How long a proposal waits for objections, by configuration.
    pub window: TimeDelta,
    /// How long an offer of a role stands where it does not say, by configuration.
    pub offer: TimeDelta,
    /// What holds for updates, by configuration; absent: what the incident's log says.
    pub update_rules: Option<Arc<update::Rules>>,
}

impl Context {
    /// A context of time and actor alone.
    #[must_use]
    pub fn new(now: Timestamp, actor: Actor) -> Self {
        Self {
            now,
            actor,
            entry: None,
            runbook: None,
            window: TimeDelta::seconds(limits::WINDOW_SECONDS),
            offer: TimeDelta::minutes(limits::OFFER_MINUTES),
            update_rules: None,
        }
    }
}

/// What happened, not yet given its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// When it happened, as the writer says.
    pub occurred_at: Timestamp,
    /// What happened.
    pub what: What,
}

impl Draft {
    /// Gives it its place in the log.
    #[must_use]
    pub fn into_event(
        self,
        incident: IncidentId,
        seq: Seq,
        prev: Hash,
        command: CommandId,
        context: &Context,
    ) -> Event {
        Event {
            incident,
            seq,
            recorded_at: context.now,
            occurred_at: self.occurred_at,
            by: context.actor.person.clone(),
            via: context.actor.via.clone(),
            command,
            prev,
            body: EventBody::Known(self.what),
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Decided {
    /// This happens, in this order; never empty.
    Events(Vec<Draft>),
    /// A command of this id was carried out before; nothing happens again.
    Already,
}

/// Decides a command. Pure: the same incident, command and context give the same answer.
///
/// # Errors
/// A [`Refusal`] says why nothing happens, and what to do instead.
pub fn decide(
    incident: &Incident,
    command: &Command,
    context: &Context,
) -> Result<Decided, Refusal> {
    if incident.has_seen(command.id) {
        return Ok(Decided::Already);
    }
    check_level(&command.intent, context)?;
    let case = Case {
        incident,
        command,
        context,
    };
    if !incident.exists() && !command.intent.opens() {
        return Err(no_such_incident(incident.id));
    }
    case.sees_it()?;
    case.is_for_the_admitted()?;
    let drafts = case.decide_intent()?;
    Ok(Decided::Events(case.with_rules(drafts)))
}

/// Whether the token's level goes this far at all.
fn check_level(intent: &Intent, context: &Context) -> Result<(), Refusal> {
    let level = context.actor.level;
    let by_hook = matches!(
        intent,
        Intent::Triage { .. } | Intent::RecordAlert { .. } | Intent::HoldAlert { .. }
    );
    if level.writes() || (level == Level::Ingest && by_hook) {
        return Ok(());
    }
    Err(refuse(
        RefusalCode::Access,
        format!(
            "{} is connected as {level}, which may not do this.",
            context.actor.person
        ),
        "Ask an admin for a token of level responder.",
    ))
}

/// One decision: the three things that every rule looks at.
#[derive(Clone, Copy)]
struct Case<'a> {
    incident: &'a Incident,
    command: &'a Command,
    context: &'a Context,
}

impl Case<'_> {
    fn decide_intent(self) -> Result<Vec<Draft>, Refusal> {
        match &self.command.intent {
            Intent::Declare { .. } => self.declare(),
            Intent::Triage { .. } => self.triage(),
            Intent::Rename { title } => self.rename(title),
            Intent::SetSeverity { severity, reason } => {
                self.set_severity(*severity, reason.as_ref())
            }
            Intent::SetStatus { status, at, reason } => {
                self.set_status(*status, *at, reason.as_ref())
            }
            Intent::SetMilestone { milestone, at } => self.set_milestone(*milestone, *at),
            Intent::Merge { into } => self.merge(*into),
            Intent::Absorb { from } => self.absorb(*from),
            Intent::Cancel { reason } => self.cancel(reason),
            Intent::Decline { reason } => self.decline(reason),
            Intent::Reopen { reason } => self.reopen(reason),
            Intent::Note(note) => self.note(note),
            Intent::Amend { target, text } => self.amend(*target, text),
            Intent::Retract { target, reason } => self.retract(*target, reason),
            Intent::Pin { target, pinned } => self.pin(*target, *pinned),
            Intent::AssignRole {
                role,
                to,
                expected_holder,
            } => self.assign_role(role, to, expected_holder.as_ref()),
            Intent::ClaimRole { role } => self.claim_role(role),
            Intent::ReleaseRole {
                role,
                expected_holder,
            } => self.release_role(role, expected_holder.as_ref()),
            Intent::OfferRole(offer) => self.offer_role(offer),
            Intent::AnswerOffer(said) => self.answer_offer(said),
            Intent::AttachRunbook { name } => self.attach_runbook(name),
            Intent::SetStep {
                runbook,
                step,
                state,
                reason,
            } => self.set_step(runbook, *step, *state, reason.as_ref()),
            Intent::AssignStep(_) | Intent::TimeStep(_) | Intent::RemarkStep(_) => {
                self.about_step()
            }
            Intent::RecordAlert { alert } => self.record_alert(alert),
            Intent::HoldAlert {
                alert,
                changes,
                within_seconds,
            } => self.hold_alert(alert, *changes, *within_seconds),
            Intent::SettleAlert { fingerprint } => self.settle_alert(fingerprint),
            Intent::AddLink { title, url } => self.add_link(title, url),
            Intent::DraftUpdate { .. }
            | Intent::SubmitUpdate(_)
            | Intent::ApproveUpdate(_)
            | Intent::RejectUpdate { .. }
            | Intent::WithdrawUpdate { .. }
            | Intent::PostUpdate { .. } => self.about_update(),
            Intent::Ask { to, minutes, text } => self.ask(to, *minutes, text),
            Intent::NoteAsk { .. }
            | Intent::AnswerAsk { .. }
            | Intent::AskMoreTime { .. }
            | Intent::ExtendAsk { .. }
            | Intent::RefuseMoreTime { .. }
            | Intent::WithdrawAsk { .. } => self.about_ask(),
            Intent::Propose { .. }
            | Intent::TakeStance { .. }
            | Intent::CloseProposal { .. }
            | Intent::DecideProposal { .. }
            | Intent::WithdrawProposal { .. } => self.about_proposal(),
            Intent::JudgeHypothesis(said) => self.judge_hypothesis(said),
            Intent::AddActionItem { text, owner } => self.add_action_item(text, owner.as_ref()),
            Intent::PinEvidence {
                evidence,
                text,
                private,
            } => self.pin_evidence(evidence, text, *private),
            Intent::AcknowledgeAlerts { .. } => self.acknowledge_alerts(),
            Intent::UnacknowledgeAlerts { group, reason } => {
                self.unacknowledge_alerts(group, reason.as_ref())
            }
            Intent::AskOutside { call } => self.ask_outside(call),
            Intent::RecordRun(run) => self.record_run(run),
            Intent::AskConsent(wanted) => self.ask_consent(wanted),
            Intent::AnswerConsent(answer) => self.answer_consent(answer),
            Intent::AnswerOutside { .. } => self.answer_outside(),
            Intent::DeclarePrivate(_)
            | Intent::MakePrivate(_)
            | Intent::MakePublic(_)
            | Intent::Admit(_)
            | Intent::Dismiss(_) => self.about_private(),
            Intent::SnoozeNag(asked) => self.snooze_nag(*asked),
        }
    }

    /// When it happened, where the command does not say otherwise: when it was written. A clock
    /// that runs ahead is held back to the server's, so that nothing happens in the future.
    fn written_at(self) -> Timestamp {
        self.command.written_at.min(self.context.now)
    }

    /// One event, at the time of writing.
    fn one(self, what: What) -> Vec<Draft> {
        vec![self.draft(what)]
    }

    fn draft(self, what: What) -> Draft {
        Draft {
            occurred_at: self.written_at(),
            what,
        }
    }
}
