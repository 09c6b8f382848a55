//! What a pane asks of the shell.

use crate::incident::{
    AskId, AskState, HandoverId, HypothesisName, Intent, Matching, Milestone, NewNote, Person,
    ProposalId, Refusal, Role, Seq, Status, StepNo, StepRef, StepState, Timestamp, UpdateId,
    Verdict,
};
use std::sync::Arc;

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Focus {
    /// The timeline.
    #[default]
    Timeline,
    /// Roles and asks.
    Command,
    /// The runbook.
    Runbook,
    /// Alerts, pinned entries, milestones, links.
    Situation,
    /// Numbers that are watched live.
    Signals,
    /// Errors in the code.
    Errors,
    /// Alerts as the monitors have them.
    Alerts,
    /// Updates, and who is promised one.
    Updates,
    /// The composer.
    Composer,
}

/// What a pane asks of the shell.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Ask the incident for this. A refusal is shown as a notice.
    Submit(Intent),
    /// The same for a line of the composer: a refusal gives `line` back to it.
    Write {
        /// What the line means.
        intent: Intent,
        /// The line as it was typed.
        line: String,
    },
    /// Lay something over the screen.
    Open(OverlayRequest),
    /// Put text on the clipboard, and say that `what` was copied.
    Copy {
        /// The text.
        text: String,
        /// What it is: "the command", "the entry".
        what: &'static str,
    },
    /// An older page of the timeline is wanted.
    Older,
    /// A newer page of the timeline is wanted.
    Newer,
    /// The newest page of the timeline is wanted, in place of a window elsewhere.
    Newest,
    /// The timeline around this entry is wanted.
    Around(Seq),
    /// The timeline around this moment is wanted.
    JumpTo(Timestamp),
    /// Let keys go there.
    Focus(Focus),
    /// Show this pane alone, or all again.
    Zoom(bool),
    /// Begin a line in the composer, unless one is being written.
    Begin(String),
    /// Open `$EDITOR` on the composer's text.
    EditElsewhere(String),
    /// Say something at the foot of the screen.
    Say(Say),
}

/// Something said at the foot of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// Good to know.
    Info(String),
    /// Something is not as it should be.
    Warning(String),
    /// What was asked for did not happen.
    Refused(Refusal),
}

/// Something to lay over the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum OverlayRequest {
    /// An entry in full, with its history.
    Details(Seq),
    /// One line of text is needed.
    Prompt(Prompt),
    /// A yes or no is needed.
    Confirm(Confirm),
    /// A person is to be chosen for a role.
    PickPerson(Role),
    /// A runbook is to be chosen and attached.
    PickRunbook,
    /// A group of alerts with each of its alerts.
    Alerts {
        /// The source that it comes from.
        source: Arc<str>,
        /// The group's key.
        group: Arc<str>,
        /// What people call it.
        title: Arc<str>,
    },
    /// The whole of a text, to read: a step of a runbook, an alert.
    Text {
        /// What it is.
        title: String,
        /// The text, lines by `\n`.
        body: String,
    },
}

/// Asks for one line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// What is asked, a few words: "Why is step 3 skipped".
    pub title: String,
    /// What stands in the line at first.
    pub text: String,
    /// What becomes of the answer.
    pub then: Then,
}

/// Asks for a yes or no by naming what will happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What is about to be done: "Resolve INC-42".
    pub title: String,
    /// What will happen, a sentence a line.
    pub lines: Vec<String>,
    /// The word for yes: "resolve".
    pub yes: String,
    /// What is asked for then.
    pub intent: Intent,
}

/// What becomes of the answer to a prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// The entry's words from now on.
    Amend(Seq),
    /// Why the entry is taken back.
    Retract(Seq),
    /// Why the step is skipped, or how it failed.
    SetStep {
        /// The runbook.
        runbook: Arc<str>,
        /// The step.
        step: StepNo,
        /// Its state from then on.
        state: StepState,
    },
    /// Whose a step is; `-`: nobody's.
    StepOwner(StepRef),
    /// The minutes of a step's time-box; 0: none.
    StepTime(StepRef),
    /// Something to say about a step.
    StepNote(StepRef),
    /// What came of an ask, or why not.
    AnswerAsk {
        /// Which.
        ask: AskId,
        /// Its state from then on.
        state: AskState,
    },
    /// How much more time an ask needs (first), and why.
    AskMoreTime(AskId),
    /// How much more time an ask gets (first; absent: what was asked for), and why.
    ExtendAsk(AskId),
    /// Why an ask gets no more time.
    RefuseMoreTime(AskId),
    /// Why an ask is withdrawn.
    WithdrawAsk(AskId),
    /// Why a proposal should not go ahead.
    Object(ProposalId),
    /// Why a proposal goes ahead over its objections.
    DecideProposal(ProposalId),
    /// Why a role is not taken over.
    DeclineOffer(HandoverId),
    /// Why the offer of a role is withdrawn.
    WithdrawOffer(HandoverId),
    /// What speaks for what is said of a hypothesis: an entry (first), words, or both.
    Judge(HypothesisName, Verdict),
    /// Why a proposal is withdrawn.
    WithdrawProposal(ProposalId),
    /// Why an update should not go out as it is.
    RejectUpdate(UpdateId),
    /// Why an update is given up.
    WithdrawUpdate(UpdateId),
    /// Who gets the role.
    AssignRole {
        /// The role.
        role: Role,
        /// The holder that was seen.
        expected_holder: Option<Person>,
    },
    /// The incident's title from now on.
    Rename,
    /// Why it is cancelled.
    Cancel,
    /// Why it is not an incident.
    Decline,
    /// Why it is not over.
    Reopen,
    /// Why the status changes.
    SetStatus(Status),
    /// When the milestone was.
    SetMilestone(Milestone),
    /// The moment that the timeline goes to.
    JumpTo,
    /// The moment of the past that is shown.
    GoToMoment,
    /// Why a dangerous command must not be run: the event that asked.
    RefuseConsent(Seq),
    /// What there is to say about what was run.
    RunNote,
    /// A line with these properties.
    Note(NewNote),
    /// An address, and what it is.
    AddLink,
    /// Words that every timeline is searched for.
    SearchAll,
    /// Words that the shown errors hold.
    FilterErrors,
    /// Words that the shown alerts hold.
    FilterAlerts,
    /// Words that the shown alerts of the group laid over the screen hold.
    FilterGroup,
    /// Until when (first, if at all) and why alerts need nothing now.
    AcknowledgeAlerts {
        /// The group.
        group: Arc<str>,
        /// What people call it.
        title: Arc<str>,
    },
    /// For how long (first) and why alerts are silenced. Confirmed before it is asked for.
    Silence {
        /// The alert manager.
        source: Arc<str>,
        /// What people call the alerts.
        title: Arc<str>,
        /// What is matched.
        matchers: Vec<Matching>,
    },
    /// Why a silence ends before its time.
    ExpireSilence {
        /// The alert manager.
        source: Arc<str>,
        /// Its id there.
        silence: Arc<str>,
    },
    /// Who works on an error.
    AssignIssue {
        /// The tracker.
        source: Arc<str>,
        /// Its id there.
        issue: Arc<str>,
        /// Its name for people.
        short: Arc<str>,
    },
}

impl Then {
    /// Whether it only looks for something: nothing of the incident changes.
    #[must_use]
    pub fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::JumpTo
                | Self::GoToMoment
                | Self::SearchAll
                | Self::FilterErrors
                | Self::FilterAlerts
                | Self::FilterGroup
        )
    }

    /// Whether it also takes no words at all: enter is enough.
    #[must_use]
    pub fn may_be_blank(&self) -> bool {
        matches!(
            self,
            Self::AnswerAsk {
                state: AskState::Done,
                ..
            } | Self::ExtendAsk(_)
                | Self::RefuseMoreTime(_)
                | Self::WithdrawAsk(_)
                | Self::DecideProposal(_)
                | Self::WithdrawProposal(_)
                | Self::WithdrawUpdate(_)
                | Self::WithdrawOffer(_)
                | Self::Judge(_, Verdict::Reopened)
                | Self::RunNote
                | Self::SetStep {
                    state: StepState::Done,
                    ..
                }
        )
    }
}
