//! What an incident is and what may happen to it.
//!
//! **Invariant**: pure. No clock, no I/O, no async, no randomness: time and the actor come in
//! through [`Context`].
//! **Invariant**: the rules of who may do what are in [`decide()`] and nowhere else.
//! **Invariant**: [`apply()`] is total, and the state it folds is bounded ([`limits`]).

mod access;
mod acknowledge;
mod alert;
mod apply;
mod ask;
mod body;
mod brief;
mod can;
mod catch_up;
mod command;
mod consent;
mod deadline;
mod decide;
mod describe;
mod entry;
mod event;
mod evidence;
mod figure;
mod flapping;
mod gap;
mod handover;
mod hash;
mod hypothesis;
mod id;
pub mod limits;
mod lines;
mod milestone;
mod nag;
mod number;
mod outside;
mod private;
mod proposal;
mod redact;
mod refusal;
mod role;
mod run;
mod runbook;
mod severity;
mod state;
mod status;
mod step;
mod summary;
pub mod update;

pub use access::{Actor, Level, Via};
pub use acknowledge::Acknowledgement;
pub use alert::{Alert, AlertReport, AlertState};
pub use apply::{apply, replay};
pub use ask::{Ask, AskEnd, AskState, MoreTime};
pub use body::EventBody;
pub use brief::{Brief, brief};
pub use can::{Can, can};
pub use catch_up::{Change, ChangeGroup, Changes, catch_up};
pub use command::{Command, Intent, NewNote};
pub use consent::{
    Consent, ConsentAnswer, ConsentAnswered, ConsentAsked, ConsentGiving, ConsentWanted, Leave,
};
pub use deadline::{Deadline, Due, deadlines, next_deadline};
pub use decide::{Context, Decided, Draft, decide};
pub use entry::{Entry, EntryKind, Marks};
pub use event::{Event, What};
pub use evidence::{Evidence, PinnedEvidence, Seen};
pub use flapping::{Flaps, length};
pub use gap::{Gap, gaps};
pub use handover::{
    AnswerOffer, Handover, HandoverBrief, HandoverEnd, HandoverOffer, HandoverOutcome,
    HandoverState, OfferAnswer, OfferRole, Offered,
};
pub use hash::Hash;
pub use hypothesis::{
    Hypothesis, HypothesisJudgement, HypothesisName, HypothesisState, JudgeHypothesis, Judgement,
    Verdict,
};
pub use id::{
    AskId, CommandId, HandoverId, HypothesisId, IncidentId, ParseIdError, Person, ProposalId, Seq,
    StepNo, UpdateId,
};
pub use lines::lines;
pub use milestone::{Milestone, Milestones, Stamp};
pub use nag::{Nag, NagKind, NagPolicy, NagSnooze, Nagging, Snooze, SnoozeNag, nags, next_nag};
pub use number::{Bad, Number, Series, Standing, Thresholds, Unit};
pub use outside::{Matching, OutsideAnswer, OutsideAsk, OutsideCall, OutsideOutcome};
pub use private::{
    Admission, DeclarePrivate, Dismissal, PrivateTo, PublicAgain, may_see, names, no_such_incident,
};
pub use proposal::{Objection, Proposal, ProposalEnd, ProposalState, Stance};
pub use redact::{AsksShown, Redaction};
pub use refusal::{Refusal, RefusalCode};
pub use role::Role;
pub use run::{CommandRun, Part, Printed, RunEnd, StepRef};
pub use runbook::{Runbook, RunbookText, ShellBlock, Step, StepState, StepText};
pub use severity::{Kind, Severity};
pub use state::{ActionItem, Counts, FOLD_VERSION, Holder, Incident, Link};
pub use status::Status;
pub use step::{
    Applies, AssignStep, Condition, RemarkStep, StepAssigned, StepPlan, StepRemark, StepRemarked,
    StepTimed, TimeStep,
};
pub use summary::{Summary, Waiting};
pub use update::{Audience, Stage, Update, UpdateState};

/// A moment, UTC. Stored and sent to the millisecond.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
