//! Bounds of an incident, each with its reason. Text is counted in bytes of UTF-8.

/// A title: one line on a wall screen, with room for a long service name.
pub const TITLE_BYTES: usize = 300;
/// A note: a long paste of a log or a command's output fits; a core dump does not.
pub const NOTE_BYTES: usize = 64 * 1024;
/// A reason (why skipped, why retracted, why resolved).
pub const REASON_BYTES: usize = 2_000;
/// A tag.
pub const TAG_BYTES: usize = 64;
/// Tags, or people named, in one entry.
pub const TAGS_PER_ENTRY: usize = 32;
/// A link's address; browsers stop at about this length too.
pub const URL_BYTES: usize = 2_000;
/// What the folded state keeps of an alert's summary (the event keeps it whole).
pub const ALERT_SUMMARY_BYTES: usize = 300;
/// Labels or annotations that one alert report may carry.
pub const LABELS_PER_ALERT: usize = 128;
/// A label's or annotation's value.
pub const LABEL_BYTES: usize = 8 * 1024;
/// What one runbook may have; the longest real one seen has under 40.
pub const STEPS_PER_RUNBOOK: usize = 300;
/// A runbook's text, all steps together.
pub const RUNBOOK_BYTES: usize = 256 * 1024;

/// Places in one series: more than the cells of a wide chart, with two dots a cell.
pub const SERIES_POINTS: usize = 360;
/// Series of one signal: more lines in a chart cannot be told apart.
pub const SERIES_PER_SIGNAL: usize = 8;
/// Names that the evidence of a group of alerts carries.
pub const EVIDENCE_NAMES: usize = 20;
/// Places in the trend of an issue, and in the rate of a group of alerts.
pub const TREND_POINTS: usize = 60;
/// Pieces of evidence kept with their numbers, and as many private ones: what one argues with now;
/// older ones are in the log.
pub const EVIDENCE: usize = 12;

/// The name of a group of alerts: its labels with their values.
pub const GROUP_BYTES: usize = 2_000;
/// Acknowledgements of alerts kept.
pub const ACKNOWLEDGED: usize = 100;
/// Conditions of one silence.
pub const MATCHERS: usize = 32;
/// The labels and values of all its conditions: more is not read before it is agreed to.
pub const MATCHERS_BYTES: usize = 4_096;
/// The longest acknowledgement and silence, in minutes: what is quiet for longer is forgotten.
pub const QUIET_MINUTES_MAX: i64 = 7 * 24 * 60;
/// Things asked of systems outside and not answered yet.
pub const OPEN_OUTSIDE: usize = 50;
/// Answered ones kept to be looked at.
pub const ANSWERED_OUTSIDE: usize = 20;

/// What is kept of a command's output: a long page of a log at both ends.
pub const RUN_OUTPUT_BYTES: usize = 64 * 1024;
/// Stretches of it, with what stands for what was left out between them.
pub const RUN_PARTS: usize = 200;
/// A command with the values of its variables.
pub const RUN_COMMAND_BYTES: usize = 8 * 1024;
/// The name of a machine, a user or a directory.
pub const RUN_PLACE_BYTES: usize = 1_000;
/// Dangerous commands that wait for consent at once: a second person reads each to the letter.
pub const OPEN_CONSENTS: usize = 8;
/// Consents kept, with those that are over.
pub const CONSENTS: usize = 32;
/// How long consent may be given, and used, in minutes from when it was asked for: what was true of
/// the system then may not be later.
pub const CONSENT_MINUTES: i64 = 10;

/// Labels of alerts kept to fill the variables of runbooks.
pub const LABELS: usize = 64;

/// The longest time-box of a step, and the rarest repetition, in minutes.
pub const STEP_MINUTES_MAX: u32 = 24 * 60;
/// Things said about one step that are kept with it; older ones are in the log.
pub const STEP_REMARKS: usize = 10;

/// Newest entries kept in the folded state: two screens of a wall display.
pub const RECENT_ENTRIES: usize = 100;
/// What the newest entries keep of a long text; the whole is in the log, by its seq.
pub const RECENT_TEXT_BYTES: usize = 2_000;
/// Pinned entries: more would not be "at hand" any more.
pub const PINNED_ENTRIES: usize = 50;
/// Alerts kept by fingerprint. Beyond it the longest-resolved one is let go first.
pub const ALERTS: usize = 500;
/// Attached runbooks.
pub const RUNBOOKS: usize = 8;
/// Open asks.
pub const OPEN_ASKS: usize = 200;
/// Ended asks kept to be looked at.
pub const ENDED_ASKS: usize = 50;
/// Updates kept.
pub const UPDATES: usize = 20;
/// The tag of an entry that says what those who are hurt can do meanwhile.
pub const WORKAROUND_TAG: &str = "workaround";
/// Updates that are written and neither posted nor withdrawn: more drafts than that are forgotten
/// ones.
pub const OPEN_UPDATES: usize = 12;
/// Links kept.
pub const LINKS: usize = 100;
/// Action items kept.
pub const ACTION_ITEMS: usize = 200;
/// Roles held at once.
pub const ROLES: usize = 32;
/// People remembered as having taken part.
pub const PEOPLE: usize = 500;
/// People who may see a private incident: more is everyone, by another name.
pub const ADMITTED: usize = 200;
/// Command ids remembered, so that a command sent twice happens once. Older ones are looked up in
/// the journal, which remembers all.
pub const RECENT_COMMANDS: usize = 256;
/// Incidents that may be merged into one.
pub const MERGED: usize = 100;

/// What is asked of someone: read at a glance, beside a clock. Long matter stands in a note.
pub const ASK_BYTES: usize = 2_000;
/// The shortest ask, in minutes: less is gone before it is read.
pub const ASK_MINUTES_MIN: i64 = 1;
/// The longest ask, in minutes, also with all the time that it was given since: a task with a clock
/// is for this incident, not for next week.
pub const ASK_MINUTES_MAX: i64 = 24 * 60;
/// The end of an ask's time in which every screen warns, in seconds: enough to say that more is
/// needed.
pub const ASK_PRESSING_SECONDS: i64 = 60;
/// What is proposed: said in one breath.
pub const PROPOSAL_BYTES: usize = 2_000;
/// Proposals that wait for an end: a room cannot listen to more at once.
pub const OPEN_PROPOSALS: usize = 8;
/// Ended proposals kept to be looked at: the decisions of a long night. All are in the log.
pub const ENDED_PROPOSALS: usize = 50;
/// People whose word to one proposal is kept.
pub const STANCES: usize = 100;
/// The window for objections where the configuration names none, in seconds: two breaths, and time
/// to type why.
pub const WINDOW_SECONDS: i64 = 20;
/// How long after a decision it is verified where the proposal does not say, in minutes.
pub const VERIFY_MINUTES: u32 = 15;
/// What is said with an offer of a role: a few lines beside the brief.
pub const OFFER_BYTES: usize = 2_000;
/// How long an offer of a role stands where nobody says, in minutes: time to read the brief and to
/// ask back.
pub const OFFER_MINUTES: i64 = 10;
/// The shortest offer of a role, in minutes.
pub const OFFER_MINUTES_MIN: i64 = 1;
/// The longest offer of a role, in minutes: what is offered for longer is forgotten.
pub const OFFER_MINUTES_MAX: i64 = 120;
/// Ended offers kept to be looked at. All are in the log.
pub const ENDED_HANDOVERS: usize = 20;
/// Hypotheses kept, and as many private ones: a board that is still looked through. All are in the log.
pub const HYPOTHESES: usize = 50;
/// What the board keeps of a hypothesis.
pub const HYPOTHESIS_BYTES: usize = 2_000;
/// Things said of one hypothesis that are kept.
pub const JUDGEMENTS: usize = 20;
/// Decisions kept at hand, and as many private ones: those of the last hour of a busy night.
pub const DECISIONS: usize = 30;
/// For how long a nag may be put off, in minutes: less is no quiet, and more is forgotten.
pub const NAG_SNOOZE_MINUTES: std::ops::RangeInclusive<u32> = 5..=24 * 60;
/// What the state keeps of the newest report: two screens; the whole is in the log.
pub const REPORT_BYTES: usize = 8 * 1024;
/// Events that are looked through for what changed: more is read in the timeline.
pub const CATCH_UP_EVENTS: u64 = 2_000;
/// The furthest promise of a next update, in minutes.
pub const NEXT_UPDATE_MINUTES_MAX: i64 = 7 * 24 * 60;
/// How far ahead of the server's clock a time may lie before it is refused, in seconds: allows
/// for a console whose clock is off.
pub const FUTURE_SECONDS_MAX: i64 = 300;
