//! What a key can do, in one table.

/// What an action is about: the headings of the help screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// The incident itself.
    Incident,
    /// Writing.
    Compose,
    /// The timeline.
    Timeline,
    /// Roles, asks and decisions.
    Command,
    /// Updates.
    Updates,
    /// Runbooks.
    Runbook,
    /// Signals, errors and alerts.
    Live,
    /// Going back in time, and following.
    Past,
    /// Moving and looking.
    View,
    /// The program.
    Program,
}

impl Group {
    /// In the order of the help screen.
    pub const ALL: [Self; 10] = [
        Self::Incident,
        Self::Compose,
        Self::Timeline,
        Self::Command,
        Self::Updates,
        Self::Runbook,
        Self::Live,
        Self::Past,
        Self::View,
        Self::Program,
    ];

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Incident => "Incident",
            Self::Compose => "Writing",
            Self::Timeline => "Timeline",
            Self::Command => "Roles, asks, decisions",
            Self::Updates => "Updates",
            Self::Runbook => "Runbook",
            Self::Live => "Signals, errors, alerts",
            Self::Past => "The past, and following",
            Self::View => "Moving and looking",
            Self::Program => "Program",
        }
    }
}

/// Declares the actions: variant, name, group, what it does.
macro_rules! actions {
    ($($variant:ident $name:literal $group:ident $doc:literal,)*) => {
        /// What a key can do. Keys, palette, help, footer and docs are drawn from this table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $(#[doc = $doc] $variant,)*
        }

        impl Action {
            /// Every action, in the order of the help screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name, as in a keymap file and in the palette.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does, in a few words.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// What it is about.
            #[must_use]
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group,)* }
            }
        }
    };
}

actions! {
    OpenBoard "open-board" Incident "Go to the board of incidents",
    OpenIncident "open-incident" Incident "Open an incident by name",
    Declare "declare" Incident "Declare an incident",
    SetSeverity "set-severity" Incident "Set how bad it is",
    SetStatus "set-status" Incident "Set where it stands",
    SetMilestone "set-milestone" Incident "Set or correct when something was",
    Rename "rename" Incident "Give it another title",
    Resolve "resolve" Incident "Resolve it (asks first)",
    Reopen "reopen" Incident "Reopen it, with a reason",
    CancelIncident "cancel-incident" Incident "Cancel it: declared by mistake (asks first)",
    DeclineIncident "decline-incident" Incident "Decline it in triage: not an incident (asks first)",
    MergeIncident "merge-incident" Incident "Merge it into another incident (asks first)",
    AddLink "add-link" Incident "Add a link",
    MakePrivate "make-private" Incident "Show it to nobody but those who are named",
    MakePublic "make-public" Incident "Show it to everyone again (asks first)",
    Admit "admit" Incident "Let one more person see the private incident",
    Dismiss "dismiss" Incident "Let someone see the private incident no more",

    Compose "compose" Compose "Write in the composer",
    ComposerSend "composer-send" Compose "Send what is written",
    ComposerNewline "composer-newline" Compose "Begin a new line in the entry",
    ComposerComplete "composer-complete" Compose "Complete a name or a command",
    ComposerEditor "composer-editor" Compose "Write it in $EDITOR",
    ComposerHistoryPrevious "composer-history-previous" Compose "The line written before",
    ComposerHistoryNext "composer-history-next" Compose "The line written after",
    InsertTemplate "insert-template" Compose "Begin the line from a template",
    ComposerTakeBack "composer-take-back" Compose "Take back a line that was refused",

    Details "details" Timeline "Show the entry in full, with its corrections",
    Amend "amend" Timeline "Correct the entry's words",
    Retract "retract" Timeline "Take the entry back, with a reason",
    Pin "pin" Timeline "Pin the entry, or let it go",
    Copy "copy" Timeline "Copy the entry",
    Search "search" Timeline "Search the timeline",
    SearchNext "search-next" Timeline "The next hit",
    SearchPrevious "search-previous" Timeline "The hit before",
    SearchServer "search-server" Timeline "Search everything, older pages too",
    JumpToTime "jump-to-time" Timeline "Jump to a time",
    CatchUp "catch-up" Timeline "Say what changed since you last looked",
    FindGaps "find-gaps" Timeline "Find where nobody wrote while things changed",

    ClaimRole "claim-role" Command "Claim a vacant role",
    AssignRole "assign-role" Command "Assign a role to someone",
    ReleaseRole "release-role" Command "Release a role",
    HandOver "hand-over" Command "Offer a role to someone, who takes it over after a brief",
    ReadBrief "read-brief" Command "Read the brief, and take over what you are offered",
    DeclineHandover "decline-handover" Command "Decline the role that you are offered, with a reason",
    WithdrawHandover "withdraw-handover" Command "Withdraw the offer of a role",
    Ask "ask" Command "Ask someone to do something, with a clock",
    AskAcknowledge "ask-acknowledge" Command "Acknowledge the ask, or the first that is yours",
    AskDone "ask-done" Command "The ask is done, with what came of it",
    AskDecline "ask-decline" Command "Decline the ask, with a reason",
    AskMoreTime "ask-more-time" Command "Say that the ask needs more time",
    AskExtend "ask-extend" Command "Give the ask more time",
    AskRefuseTime "ask-refuse-time" Command "Refuse the ask more time",
    AskWithdraw "ask-withdraw" Command "Withdraw the ask",
    Propose "propose" Command "Put a decision to the room",
    ProposalAgree "no-objection" Command "Say that you have no objection to what is proposed",
    ProposalObject "object" Command "Object to what is proposed, with a reason",
    ProposalDecide "decide-proposal" Command "Decide what is proposed over its objections",
    ProposalWithdraw "withdraw-proposal" Command "Withdraw what is proposed",
    SnoozeNag "snooze-nag" Command "Put off what is nagged about",
    WriteReport "write-report" Command "Draft a report: conditions, actions, needs",
    ShowReport "show-report" Command "Show the newest report",

    DraftUpdate "draft-update" Updates "Write an update, or go on with the one that was put aside",
    EditUpdate "edit-update" Updates "Change the drafted update: that ends its approval",
    SubmitUpdate "submit-update" Updates "Ask who commands to approve the drafted update",
    ApproveUpdate "approve-update" Updates "Approve the update, word for word (asks first)",
    RejectUpdate "reject-update" Updates "Reject the update, with a reason",
    WithdrawUpdate "withdraw-update" Updates "Give the drafted update up",
    PostUpdate "post-update" Updates "Post the update (asks first)",
    SendUpdate "send-update" Updates "Show a posted update, to be sent by hand",
    UpdateSave "update-save" Updates "Keep what is written as a draft for everyone",
    UpdateSubmit "update-submit" Updates "Keep what is written, and ask for its approval",
    UpdateAudience "update-audience" Updates "Write it for the next audience",
    UpdateStage "update-stage" Updates "Write it for the next stage of the incident",
    UpdateTemplate "update-template" Updates "Put the template in the place of what is written",
    UpdateSooner "update-sooner" Updates "Promise the next one 5 minutes sooner",
    UpdateLater "update-later" Updates "Promise the next one 5 minutes later",
    Suppose "suppose" Command "Write a hypothesis",
    Hypotheses "hypotheses" Command "Show what may be so, and what speaks for it",
    SupportHypothesis "support-hypothesis" Command "Something speaks for the hypothesis",
    RuleOutHypothesis "rule-out-hypothesis" Command "The hypothesis is not so",
    ReconsiderHypothesis "reconsider-hypothesis" Command "The hypothesis may be so after all",

    AttachRunbook "attach-runbook" Runbook "Attach a runbook",
    StepStart "step-start" Runbook "Start the step",
    StepDone "step-done" Runbook "The step is done",
    StepResult "step-result" Runbook "The step is done, with what came of it",
    StepSkip "step-skip" Runbook "Skip the step, with a reason",
    StepFail "step-fail" Runbook "The step failed, with a reason",
    StepReopen "step-reopen" Runbook "Open the step again",
    StepOwner "step-owner" Runbook "Say whose the step is",
    StepTime "step-time" Runbook "Give the step a time-box",
    StepNote "step-note" Runbook "Say something about the step",
    CopyCommand "copy-command" Runbook "Copy the step's command",
    NextRunbook "next-runbook" Runbook "Show the next attached runbook",
    RunCommand "run-command" Runbook "Run the step's command on this machine (asks first)",
    RunStop "run-stop" Runbook "Stop the command that runs; again: kill it",
    RunTrimBefore "run-trim-before" Runbook "Leave out what it printed before this line",
    RunTrimAfter "run-trim-after" Runbook "Leave out what it printed after this line",
    RunPrivate "run-private" Runbook "Keep what was run from spectators altogether",
    RunNote "run-note" Runbook "Say something about what was run",
    RunDiscard "run-discard" Runbook "Send nothing of what was run",
    Consent "consent" Runbook "Consent to a dangerous command (asks first)",
    RefuseConsent "refuse-consent" Runbook "Refuse consent to a dangerous command, with a reason",

    PinEvidence "pin-evidence" Live "Pin it to the timeline with its values of now",
    Earlier "earlier" Live "Read the chart's values earlier",
    Later "later" Live "Read the chart's values later",
    SortRows "sort-rows" Live "Sort the table by something else",
    FilterRows "filter-rows" Live "Show only rows that hold some words",
    CopyAddress "copy-address" Live "Copy the address of the same in a browser",
    AcknowledgeAlerts "acknowledge-alerts" Live "Take note of the alerts, or take that back",
    SilenceAlerts "silence-alerts" Live "Silence the alerts for a time (asks first)",
    ExpireSilence "expire-silence" Live "End the silence of the alerts",
    ResolveIssue "resolve-issue" Live "Mark the error as resolved (asks first)",
    IgnoreIssue "ignore-issue" Live "Ignore the error (asks first)",
    AssignIssue "assign-issue" Live "Give the error to someone",

    StepBack "step-back" Past "Back by an entry: show what was known before it",
    StepOn "step-on" Past "On by an entry",
    DecisionBack "decision-back" Past "Back to the decision before",
    DecisionOn "decision-on" Past "On to the next decision",
    MinuteBack "minute-back" Past "Back by a minute",
    MinuteOn "minute-on" Past "On by a minute",
    GoToMoment "go-to-moment" Past "Show what was known at a time",
    Play "play" Past "Play on from the moment that is shown, or pause",
    Faster "faster" Past "Play faster",
    Slower "slower" Past "Play slower",
    ReturnToNow "return-to-now" Past "Come back to now",
    Follow "follow" Past "Follow what the commander looks at, or let go",

    FocusTimeline "focus-timeline" View "Go to the timeline",
    FocusCommand "focus-command" View "Go to roles and asks",
    FocusRunbook "focus-runbook" View "Go to the runbook",
    FocusSituation "focus-situation" View "Go to its alerts and pinned entries",
    FocusSignals "focus-signals" View "Go to the signals",
    FocusErrors "focus-errors" View "Go to the errors",
    FocusAlerts "focus-alerts" View "Go to the alerts of the monitors",
    FocusUpdates "focus-updates" View "Go to the updates",
    NextPane "next-pane" View "Go to the next pane",
    PreviousPane "previous-pane" View "Go to the pane before",
    ZoomPane "zoom-pane" View "Show this pane alone, or all again",
    CursorUp "cursor-up" View "Up",
    CursorDown "cursor-down" View "Down",
    HalfPageUp "half-page-up" View "Half a page up",
    HalfPageDown "half-page-down" View "Half a page down",
    PageUp "page-up" View "A page up",
    PageDown "page-down" View "A page down",
    Top "top" View "To the beginning",
    Bottom "bottom" View "To the end, and follow",
    LayoutCommander "layout-commander" View "The commander's layout",
    LayoutScribe "layout-scribe" View "The scribe's layout",
    LayoutOperations "layout-operations" View "The operations lead's layout",
    LayoutCommunications "layout-communications" View "The communications lead's layout",
    LayoutWall "layout-wall" View "The wall's layout",
    NextLayout "next-layout" View "The next layout",
    ToggleZone "toggle-zone" View "Times in your zone, or in UTC",

    Palette "palette" Program "Find an action by name",
    Help "help" Program "Show what keys do",
    Notices "notices" Program "Show what was said at the foot of the screen",
    NextTheme "next-theme" Program "The next theme",
    RefreshScreen "refresh-screen" Program "Draw the screen anew",
    Reconnect "reconnect" Program "Try the connection again now",
    Accept "accept" Program "Choose, or open",
    Cancel "cancel" Program "Leave, or close",
    Quit "quit" Program "Leave warroom; the incident goes on",
}

impl Action {
    /// The action of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }
}
