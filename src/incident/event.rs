//! What happened: the only truth.

mod kinds;

use super::{
    Admission, AlertReport, AlertState, AskId, AskState, Audience, CommandId, CommandRun,
    ConsentAnswered, ConsentAsked, Dismissal, EntryKind, EventBody, Evidence, HandoverBrief,
    HandoverOffer, HandoverOutcome, Hash, HypothesisId, HypothesisJudgement, IncidentId, Kind,
    Milestone, NagSnooze, Objection, OutsideCall, OutsideOutcome, Person, PrivateTo, ProposalId,
    PublicAgain, Role, RunbookText, Seq, Severity, Stage, Stance, Status, StepAssigned, StepNo,
    StepRemarked, StepState, StepTimed, Timestamp, UpdateId, Via, update,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What happened, with who, when and where it stands in the log. Its JSON form, in this order of
/// fields, is what the hash is taken over, together with fields that a later version may add.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Whose log.
    pub incident: IncidentId,
    /// Where in it.
    pub seq: Seq,
    /// When the server took it down, by the server's clock.
    pub recorded_at: Timestamp,
    /// When it happened, as the writer says.
    pub occurred_at: Timestamp,
    /// Who did or wrote it.
    pub by: Person,
    /// Through what it came.
    pub via: Via,
    /// The command that made it.
    pub command: CommandId,
    /// The hash of the event before it.
    pub prev: Hash,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// The kinds of event. In JSON: `"kind": "noted", "data": { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum What {
    /// The log begins.
    Opened {
        /// One line.
        title: Arc<str>,
        /// Real or drill.
        kind: Kind,
        /// Triage or investigating.
        status: Status,
        /// How bad, if it was said.
        #[serde(default)]
        severity: Option<Severity>,
        /// The service that is hurt.
        #[serde(default)]
        service: Option<Arc<str>>,
        /// When the harm began, if it was said.
        #[serde(default)]
        started_at: Option<Timestamp>,
        /// When it was noticed, if a monitor did.
        #[serde(default)]
        detected_at: Option<Timestamp>,
        /// What further alerts must match to join.
        #[serde(default)]
        match_key: Option<Arc<str>>,
    },
    /// It has another title.
    Renamed {
        /// One line.
        title: Arc<str>,
    },
    /// How bad it is.
    SeveritySet {
        /// Absent: unset.
        severity: Option<Severity>,
        /// What it was.
        #[serde(default)]
        from: Option<Severity>,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Where it stands.
    StatusSet {
        /// Where it stands now.
        status: Status,
        /// Where it stood.
        from: Status,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// When a milestone was.
    MilestoneSet {
        /// Which.
        milestone: Milestone,
        /// When it was.
        at: Timestamp,
    },
    /// It is part of another incident now.
    Merged {
        /// The one that goes on.
        into: IncidentId,
    },
    /// Another incident is part of this one now.
    Absorbed {
        /// The one that ended.
        from: IncidentId,
    },
    /// A line of the timeline.
    Noted {
        /// What it is about.
        kind: EntryKind,
        /// The words.
        text: Arc<str>,
        /// Kept at hand.
        #[serde(default)]
        pinned: bool,
        /// Never sent to a spectator.
        #[serde(default)]
        private: bool,
        /// Tags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Arc<str>>,
        /// People named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<Person>,
        /// Its number, where it is a hypothesis; absent in older logs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hypothesis: Option<HypothesisId>,
    },
    /// An entry has other words.
    Amended {
        /// The entry.
        target: Seq,
        /// Its words from now on.
        text: Arc<str>,
        /// The entry is private, and so are these words.
        #[serde(default)]
        private: bool,
    },
    /// An entry was taken back.
    Retracted {
        /// The entry.
        target: Seq,
        /// Why.
        reason: Arc<str>,
        /// The entry is private, and so is the reason.
        #[serde(default)]
        private: bool,
    },
    /// An entry is kept at hand, or no longer.
    Pinned {
        /// The entry.
        target: Seq,
        /// Pinned from now on, or not.
        pinned: bool,
        /// The entry as it stood, so that it can be shown without looking it up. Absent when it
        /// is let go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<Box<super::Entry>>,
    },
    /// Someone has a role.
    RoleAssigned {
        /// The role.
        role: Role,
        /// Who has it now.
        to: Person,
        /// Who had it.
        #[serde(default)]
        from: Option<Person>,
    },
    /// Nobody has a role any more.
    RoleReleased {
        /// The role.
        role: Role,
        /// Who had it.
        from: Person,
    },
    /// A role was offered to someone.
    HandoverOffered(HandoverOffer),
    /// Whoever is offered a role has read the brief.
    HandoverBriefed(HandoverBrief),
    /// An offer of a role has ended.
    HandoverEnded(HandoverOutcome),
    /// A runbook is attached.
    RunbookAttached {
        /// Its text as it was then.
        runbook: RunbookText,
    },
    /// A step changed.
    StepSet {
        /// The runbook.
        runbook: Arc<str>,
        /// The step.
        step: StepNo,
        /// The step's line, so that the timeline can show it.
        title: Arc<str>,
        /// Its state now.
        state: StepState,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// A monitor said something.
    AlertRecorded {
        /// The report.
        alert: AlertReport,
    },
    /// An alert fires and stops so often that its changes are held back from here on: it counts as
    /// firing until it has settled.
    AlertFlapping {
        /// What makes it the same alert.
        fingerprint: Arc<str>,
        /// Its name.
        name: Arc<str>,
        /// The service that it is about.
        #[serde(default)]
        service: Option<Arc<str>>,
        /// How often it changed.
        changes: u32,
        /// Within how many seconds.
        within_seconds: u32,
    },
    /// A monitor said something about an alert that flaps. It makes no line of its own.
    AlertHeld {
        /// What makes it the same alert.
        fingerprint: Arc<str>,
        /// What the monitor says.
        state: AlertState,
        /// When it began to fire, this time.
        starts_at: Timestamp,
        /// When it stopped.
        #[serde(default)]
        ends_at: Option<Timestamp>,
    },
    /// An alert that flapped has been quiet: what its monitor said last holds from here on.
    AlertSettled {
        /// What makes it the same alert.
        fingerprint: Arc<str>,
        /// Its name.
        name: Arc<str>,
        /// The service that it is about.
        #[serde(default)]
        service: Option<Arc<str>>,
        /// What the monitor said last.
        state: AlertState,
        /// When it began to fire, this time.
        starts_at: Timestamp,
        /// When it stopped.
        #[serde(default)]
        ends_at: Option<Timestamp>,
        /// Since when it flapped.
        since: Timestamp,
        /// How often it fired meanwhile.
        fired: u32,
        /// How often it stopped meanwhile.
        stopped: u32,
    },
    /// A link to something elsewhere.
    Linked {
        /// What it is.
        title: Arc<str>,
        /// Where it is.
        url: Arc<str>,
    },
    /// An update was written.
    UpdateDrafted {
        /// Which.
        update: UpdateId,
        /// Who is told.
        audience: Audience,
        /// The words.
        text: Arc<str>,
        /// How far the incident had come, as its readers are told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<Stage>,
        /// The time that the words give for the next one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_at: Option<Timestamp>,
    },
    /// An update waits for approval.
    UpdateSubmitted(update::Submission),
    /// Who commands agrees to an update, word for word.
    UpdateApproved(update::Approval),
    /// Who commands does not agree to it.
    UpdateRejected(update::Rejection),
    /// It will not be posted.
    UpdateWithdrawn(update::Withdrawal),
    /// Which rules hold for updates from here on, as the server is configured.
    UpdateRulesSet(update::Rules),
    /// An update is out.
    UpdatePosted {
        /// Which.
        update: UpdateId,
        /// Who is told.
        audience: Audience,
        /// The words.
        text: Arc<str>,
        /// When the next one is promised.
        #[serde(default)]
        next_at: Option<Timestamp>,
    },
    /// A task was put to someone.
    Asked {
        /// Which.
        ask: AskId,
        /// Who is asked.
        to: Person,
        /// When an answer is due.
        due_at: Timestamp,
        /// What is asked.
        text: Arc<str>,
        /// Who asked by voice; the event's writer only noted it. Absent: the writer asks, here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told_by: Option<Person>,
        /// The proposal that it verifies: whoever proposed asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verifies: Option<ProposalId>,
    },
    /// An ask was answered.
    AskAnswered {
        /// Which.
        ask: AskId,
        /// Acknowledged, done or declined.
        state: AskState,
        /// What came of it, or why not.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What was asked, so that the line can be read by itself; absent in older logs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Arc<str>>,
        /// Who was asked, as somebody else may answer for them; absent in older logs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Person>,
    },
    /// An ask needs more time.
    MoreTimeAsked {
        /// Which.
        ask: AskId,
        /// Who is asked.
        to: Person,
        /// How much more, in minutes.
        minutes: u32,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What is asked.
        text: Arc<str>,
    },
    /// An ask has more time.
    AskExtended {
        /// Which.
        ask: AskId,
        /// Who is asked.
        to: Person,
        /// How much more, in minutes.
        minutes: u32,
        /// When an answer is due now.
        due_at: Timestamp,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What is asked.
        text: Arc<str>,
    },
    /// An ask has no more time, though it was asked for.
    MoreTimeRefused {
        /// Which.
        ask: AskId,
        /// Who is asked.
        to: Person,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What is asked.
        text: Arc<str>,
    },
    /// An ask was taken back.
    AskWithdrawn {
        /// Which.
        ask: AskId,
        /// Who was asked.
        to: Person,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What was asked.
        text: Arc<str>,
    },
    /// A decision was put to the room.
    Proposed {
        /// Which.
        proposal: ProposalId,
        /// What is proposed.
        text: Arc<str>,
        /// Who would carry it out.
        #[serde(default)]
        executor: Option<Person>,
        /// When the window for objections closes.
        closes_at: Timestamp,
        /// How long after the decision it is verified, in minutes.
        verify_minutes: u32,
    },
    /// Someone said something to a proposal.
    StanceTaken {
        /// Which.
        proposal: ProposalId,
        /// No objection, or why not.
        #[serde(flatten)]
        stance: Stance,
        /// What is proposed.
        text: Arc<str>,
    },
    /// A proposal's window has closed over objections.
    ProposalContested {
        /// Which.
        proposal: ProposalId,
        /// Who objects, and why.
        objections: Vec<Objection>,
        /// What is proposed.
        text: Arc<str>,
    },
    /// A proposal is decided.
    ProposalDecided {
        /// Which.
        proposal: ProposalId,
        /// Who proposed it.
        proposer: Person,
        /// Who carries it out.
        #[serde(default)]
        executor: Option<Person>,
        /// The objections that it was decided over.
        #[serde(default)]
        objections: Vec<Objection>,
        /// How many said that they have none.
        #[serde(default)]
        consents: u32,
        /// Why it goes ahead over them.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What is decided.
        text: Arc<str>,
    },
    /// A proposal was taken back.
    ProposalWithdrawn {
        /// Which.
        proposal: ProposalId,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
        /// What was proposed.
        text: Arc<str>,
    },
    /// Something was said of a hypothesis.
    HypothesisJudged(HypothesisJudgement),
    /// Follow-up work was noted.
    ActionItemAdded {
        /// What is to be done.
        text: Arc<str>,
        /// Who does it.
        #[serde(default)]
        owner: Option<Person>,
    },
    /// What was to be seen of a signal, an issue or alerts, with its numbers.
    EvidencePinned {
        /// The values.
        evidence: Arc<Evidence>,
        /// What someone says about it; may be empty.
        #[serde(default)]
        text: Arc<str>,
        /// Never sent to a spectator.
        #[serde(default)]
        private: bool,
    },
    /// Someone has taken note of alerts.
    AlertsAcknowledged {
        /// Names the group of alerts, or is one's fingerprint.
        group: Arc<str>,
        /// What people call them.
        title: Arc<str>,
        /// Until when it counts; absent: until it is taken back.
        #[serde(default)]
        until: Option<Timestamp>,
        /// Why.
        reason: Arc<str>,
    },
    /// Nobody has taken note of them any more.
    AlertsUnacknowledged {
        /// Names the group of alerts, or is one's fingerprint.
        group: Arc<str>,
        /// What people call them.
        title: Arc<str>,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// A system outside is to be asked for something. The server does so once this is durable.
    OutsideAsked {
        /// For what.
        call: OutsideCall,
    },
    /// What came of something that was asked outside.
    OutsideAnswered {
        /// The event that asked.
        asked: Seq,
        /// What it asked, so that the timeline can show it.
        call: OutsideCall,
        /// Done, failed or not sent.
        outcome: OutsideOutcome,
        /// In the system's words or ours.
        #[serde(default)]
        said: Arc<str>,
        /// The system's name for what was made.
        #[serde(default)]
        reference: Option<Arc<str>>,
    },
    /// Somebody has put a nag off.
    NagSnoozed(NagSnooze),
    /// A step of a runbook is someone's.
    StepAssigned(StepAssigned),
    /// A step of a runbook has a time-box.
    StepTimed(StepTimed),
    /// Something was said about a step of a runbook.
    StepRemarked(StepRemarked),
    /// Someone ran a command, and this is what it printed.
    CommandRan(Box<CommandRun>),
    /// A second person is asked for consent to a dangerous command.
    ConsentAsked(ConsentAsked),
    /// A second person has answered.
    ConsentAnswered(ConsentAnswered),
    /// Nobody but these people sees it from here on.
    MadePrivate(PrivateTo),
    /// Someone more sees it.
    Admitted(Admission),
    /// Someone sees it no more.
    Dismissed(Dismissal),
    /// Everyone sees it again.
    MadePublic(PublicAgain),
    /// Something private stands here, and this reader may not see it. Never stored: the server
    /// puts it in the place of a private event, so that a spectator's log has no holes.
    Hidden {},
}
