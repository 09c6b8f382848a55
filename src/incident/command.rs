//! What a person or an integration asks for.

use super::{
    Admission, AlertReport, AnswerOffer, AskId, AskState, AssignStep, Audience, CommandId,
    CommandRun, ConsentGiving, ConsentWanted, DeclarePrivate, Dismissal, EntryKind, Evidence,
    IncidentId, JudgeHypothesis, Kind, Milestone, OfferAnswer, OfferRole, OutsideCall,
    OutsideOutcome, Person, PrivateTo, ProposalId, PublicAgain, RemarkStep, Role, Seq, Severity,
    SnoozeNag, Stage, Stance, Status, StepNo, StepState, TimeStep, Timestamp, UpdateId, update,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A request to the incident. Whether it happens is `decide`'s to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Made where it was typed; sent twice, it happens once.
    pub id: CommandId,
    /// When it was written, by the writer's clock (it may have waited in an outbox since).
    pub written_at: Timestamp,
    /// What is asked for.
    pub intent: Intent,
}

/// A note, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewNote {
    /// One of [`EntryKind::WRITTEN`].
    pub kind: EntryKind,
    /// The words.
    pub text: Arc<str>,
    /// When it happened; absent: when it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// Keep it at hand.
    #[serde(default)]
    pub pin: bool,
    /// Never show it to spectators.
    #[serde(default)]
    pub private: bool,
    /// Tags without `#`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Arc<str>>,
    /// People named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Person>,
}

impl NewNote {
    /// A plain note of these words.
    #[must_use]
    pub fn plain(text: impl Into<Arc<str>>) -> Self {
        Self {
            kind: EntryKind::Note,
            text: text.into(),
            occurred_at: None,
            pin: false,
            private: false,
            tags: Vec::new(),
            mentions: Vec::new(),
        }
    }
}

/// What is asked for. Intents say what is meant, not which field to write, so that two people who
/// act at once mostly do not conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Intent {
    /// Declare an incident: a new one, or the one in triage that the command is sent to.
    Declare {
        /// One line; absent keeps the title of the incident in triage.
        #[serde(default)]
        title: Option<Arc<str>>,
        /// How bad; absent is allowed and nagged about.
        #[serde(default)]
        severity: Option<Severity>,
        /// The service that is hurt.
        #[serde(default)]
        service: Option<Arc<str>>,
        /// When the harm began.
        #[serde(default)]
        started_at: Option<Timestamp>,
        /// Real or drill.
        #[serde(default)]
        kind: Kind,
    },
    /// Open an incident in triage for an alert that no open incident matches.
    Triage {
        /// One line.
        title: Arc<str>,
        /// The alert that opens it.
        alert: AlertReport,
        /// What further alerts must match to join (label and value), by configuration.
        match_key: Arc<str>,
        /// How bad such an incident is, where the configuration says so.
        #[serde(default)]
        severity: Option<Severity>,
        /// Real or drill.
        #[serde(default)]
        kind: Kind,
    },
    /// Give it another title.
    Rename {
        /// One line.
        title: Arc<str>,
    },
    /// Set or correct how bad it is.
    SetSeverity {
        /// Absent: unset.
        severity: Option<Severity>,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Move it on, or correct where it stands.
    SetStatus {
        /// Where it stands now.
        status: Status,
        /// When that became so; absent: when it was written.
        #[serde(default)]
        at: Option<Timestamp>,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Set or correct a milestone.
    SetMilestone {
        /// Which.
        milestone: Milestone,
        /// When it was.
        at: Timestamp,
    },
    /// Make it part of another incident.
    Merge {
        /// The incident that goes on.
        into: IncidentId,
    },
    /// Take in another incident (the other half of `Merge`, sent by the server).
    Absorb {
        /// The incident that ends.
        from: IncidentId,
    },
    /// It was declared by mistake.
    Cancel {
        /// Why.
        reason: Arc<str>,
    },
    /// It was looked at in triage and is not an incident.
    Decline {
        /// Why.
        reason: Arc<str>,
    },
    /// It is not over after all.
    Reopen {
        /// Why.
        reason: Arc<str>,
    },
    /// Write a line of the timeline.
    Note(NewNote),
    /// Correct an entry's words; the old ones stay in the log.
    Amend {
        /// The entry.
        target: Seq,
        /// Its words from now on.
        text: Arc<str>,
    },
    /// Take an entry back; it stays in the log, struck out.
    Retract {
        /// The entry.
        target: Seq,
        /// Why.
        reason: Arc<str>,
    },
    /// Keep an entry at hand, or let it go.
    Pin {
        /// The entry.
        target: Seq,
        /// Pinned from now on, or not.
        pinned: bool,
    },
    /// Give a role to someone.
    AssignRole {
        /// The role.
        role: Role,
        /// Who has it from now on.
        to: Person,
        /// The holder that the writer saw: a role is never taken from someone silently.
        #[serde(default)]
        expected_holder: Option<Person>,
    },
    /// Take a vacant role.
    ClaimRole {
        /// The role.
        role: Role,
    },
    /// Give a role up, or take it from someone by name.
    ReleaseRole {
        /// The role.
        role: Role,
        /// The holder that the writer saw.
        #[serde(default)]
        expected_holder: Option<Person>,
    },
    /// Offer a role to someone, who has it once they accept.
    OfferRole(OfferRole),
    /// Say something to such an offer, or end it.
    AnswerOffer(AnswerOffer),
    /// Attach a runbook by name; the server brings its text.
    AttachRunbook {
        /// The file's name without `.md`.
        name: Arc<str>,
    },
    /// Start, finish, skip or fail a step, or open it again.
    SetStep {
        /// The runbook.
        runbook: Arc<str>,
        /// The step.
        step: StepNo,
        /// Its state from now on.
        state: StepState,
        /// Why; needed to skip and to fail.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Say whose a step is.
    AssignStep(AssignStep),
    /// Give a step a time-box, or take it away.
    TimeStep(TimeStep),
    /// Say something about a step.
    RemarkStep(RemarkStep),
    /// Record what a monitor said.
    RecordAlert {
        /// The report.
        alert: AlertReport,
    },
    /// Record what a monitor said about an alert that flaps: it is kept, and counted, without a line
    /// of its own.
    HoldAlert {
        /// The report.
        alert: AlertReport,
        /// How often the alert changed lately.
        changes: u32,
        /// Within how many seconds.
        within_seconds: u32,
    },
    /// An alert that flapped has been quiet for long enough.
    SettleAlert {
        /// What makes it the same alert.
        fingerprint: Arc<str>,
    },
    /// Link to something elsewhere.
    AddLink {
        /// What it is.
        title: Arc<str>,
        /// Where it is: `http://` or `https://`.
        url: Arc<str>,
    },
    /// Write an update, or write it anew.
    DraftUpdate {
        /// Absent: a new one.
        #[serde(default)]
        update: Option<UpdateId>,
        /// Who is told.
        #[serde(default)]
        audience: Audience,
        /// The words.
        text: Arc<str>,
        /// How far the incident has come, as its readers are told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<Stage>,
        /// The time that the words give for the next one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_at: Option<Timestamp>,
        /// The version that the writer saw and changes; absent: whichever there is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<u32>,
        /// Ask who commands to approve it, at once.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        submit: bool,
    },
    /// Ask who commands to approve a draft.
    SubmitUpdate(update::Named),
    /// Agree to a draft, word for word.
    ApproveUpdate(update::Named),
    /// Do not agree to a draft.
    RejectUpdate {
        /// Which.
        update: UpdateId,
        /// Why, and what would have to change.
        reason: Arc<str>,
    },
    /// Give a draft up.
    WithdrawUpdate {
        /// Which.
        update: UpdateId,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Post an update: a drafted one, or these words at once.
    PostUpdate {
        /// The drafted one; absent: `text` is a new one.
        #[serde(default)]
        update: Option<UpdateId>,
        /// The words; absent: those of the draft.
        #[serde(default)]
        text: Option<Arc<str>>,
        /// Minutes until the next one is promised; absent: as the draft says, else by severity.
        #[serde(default)]
        next_in_minutes: Option<u32>,
        /// Who is told, where there is no draft; absent: internal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Audience>,
    },
    /// Put a task to one person, with a clock.
    Ask {
        /// Who is asked.
        to: Person,
        /// Minutes until an answer is due.
        minutes: u32,
        /// What is asked.
        text: Arc<str>,
    },
    /// Note a task that was put to one person by voice, who may not be connected.
    NoteAsk {
        /// Who was asked.
        to: Person,
        /// Minutes until an answer is due, from when it was written.
        minutes: u32,
        /// What was asked.
        text: Arc<str>,
        /// Who asked; absent: the commander, or, while there is none, the writer.
        #[serde(default)]
        by: Option<Person>,
    },
    /// Answer an ask.
    AnswerAsk {
        /// Which.
        ask: AskId,
        /// Acknowledged, done or declined.
        state: AskState,
        /// What came of it, or why not; needed to decline.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Say that an ask needs more time than it has.
    AskMoreTime {
        /// Which.
        ask: AskId,
        /// How much more, in minutes.
        minutes: u32,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Give an ask more time.
    ExtendAsk {
        /// Which.
        ask: AskId,
        /// How much more, in minutes, from when it is due or, where that is past, from now; absent:
        /// as much as was asked for.
        #[serde(default)]
        minutes: Option<u32>,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Refuse the more time that was asked for.
    RefuseMoreTime {
        /// Which ask.
        ask: AskId,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Take an ask back.
    WithdrawAsk {
        /// Which.
        ask: AskId,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Put a decision to the room, with a window for strong objections.
    Propose {
        /// What is proposed.
        text: Arc<str>,
        /// Who would carry it out.
        #[serde(default)]
        executor: Option<Person>,
        /// How long after the decision it is verified, in minutes; absent:
        /// [`super::limits::VERIFY_MINUTES`].
        #[serde(default)]
        verify_minutes: Option<u32>,
    },
    /// Say something to a proposal.
    TakeStance {
        /// Which.
        proposal: ProposalId,
        /// No objection, or why not.
        #[serde(flatten)]
        stance: Stance,
    },
    /// Write down that a proposal's window is over (the server's own, and nobody else's).
    CloseProposal {
        /// Which.
        proposal: ProposalId,
    },
    /// Decide a proposal over the objections to it.
    DecideProposal {
        /// Which.
        proposal: ProposalId,
        /// Why it goes ahead all the same.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Take a proposal back.
    WithdrawProposal {
        /// Which.
        proposal: ProposalId,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Say that something speaks for a hypothesis, or that it is ruled out, or open again.
    JudgeHypothesis(JudgeHypothesis),
    /// Note follow-up work.
    AddActionItem {
        /// What is to be done.
        text: Arc<str>,
        /// Who does it.
        #[serde(default)]
        owner: Option<Person>,
    },
    /// Pin what is to be seen of a signal, an issue or alerts to the timeline, with its numbers.
    PinEvidence {
        /// The values.
        evidence: Arc<Evidence>,
        /// What there is to say about it; may be empty.
        #[serde(default)]
        text: Arc<str>,
        /// Never show it to spectators.
        #[serde(default)]
        private: bool,
    },
    /// Take note of alerts.
    AcknowledgeAlerts {
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
    /// Take an acknowledgement of alerts back.
    UnacknowledgeAlerts {
        /// Names the group of alerts, or is one's fingerprint.
        group: Arc<str>,
        /// Why.
        #[serde(default)]
        reason: Option<Arc<str>>,
    },
    /// Ask a system outside for something. In a drill it is written down and never sent.
    AskOutside {
        /// For what.
        call: OutsideCall,
    },
    /// Put a nag off.
    SnoozeNag(SnoozeNag),
    /// Take down a command that was run, with what it printed.
    RecordRun(Box<CommandRun>),
    /// Ask a second person for consent to a dangerous command.
    AskConsent(ConsentWanted),
    /// Give consent to a dangerous command, or refuse it.
    AnswerConsent(ConsentGiving),
    /// Declare an incident that is private from its first event on.
    DeclarePrivate(Box<DeclarePrivate>),
    /// Show it to nobody but those who have a role in it, whoever asks for this, and these people.
    MakePrivate(PrivateTo),
    /// Let one more person see it.
    Admit(Admission),
    /// Let someone see it no more.
    Dismiss(Dismissal),
    /// Show it to everyone again.
    MakePublic(PublicAgain),
    /// Say what came of it (the server's own, and nobody else's).
    AnswerOutside {
        /// The event that asked.
        asked: Seq,
        /// Done, failed or not sent.
        outcome: OutsideOutcome,
        /// In the system's words or ours; may be empty when it is done.
        #[serde(default)]
        said: Arc<str>,
        /// The system's name for what was made: a silence's id.
        #[serde(default)]
        reference: Option<Arc<str>>,
    },
}

impl Intent {
    /// The entry of the timeline that it speaks about. The caller of `decide` looks it up in the
    /// log when the folded state does not hold it any more.
    #[must_use]
    pub fn target(&self) -> Option<Seq> {
        match self {
            Self::Amend { target, .. }
            | Self::Retract { target, .. }
            | Self::Pin { target, .. } => Some(*target),
            Self::JudgeHypothesis(said) => said.evidence,
            _ => None,
        }
    }

    /// Whether it makes a new incident when it is sent to none.
    #[must_use]
    pub fn opens(&self) -> bool {
        matches!(
            self,
            Self::Declare { .. } | Self::DeclarePrivate(_) | Self::Triage { .. }
        )
    }

    /// Whether it sends words to those who wait.
    #[must_use]
    pub fn posts(&self) -> bool {
        matches!(self, Self::PostUpdate { .. })
    }

    /// Whether only the server can work it out (it needs a file, or another incident).
    #[must_use]
    pub fn needs_server(&self) -> bool {
        matches!(
            self,
            Self::AnswerOffer(AnswerOffer {
                answer: OfferAnswer::Expire,
                ..
            }) | Self::AttachRunbook { .. }
                | Self::Merge { .. }
                | Self::Absorb { .. }
                | Self::AnswerOutside { .. }
                | Self::CloseProposal { .. }
                | Self::SettleAlert { .. }
        )
    }
}
