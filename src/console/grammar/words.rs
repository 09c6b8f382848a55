//! The slash commands: one table, from which parsing, completion and the docs are drawn.

use crate::incident::EntryKind;

/// What a slash command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The line is an entry of this kind.
    Kind(EntryKind),
    /// The line is never shown to spectators; with nobody but people behind it: the incident is for
    /// them.
    Private,
    /// The incident is for everyone again.
    Public,
    /// One more person sees it.
    Admit,
    /// A person sees it no more.
    Dismiss,
    /// Put a task to someone.
    Ask,
    /// Note a task that someone was given by voice.
    Told,
    /// Answer an ask, or change it.
    Answer,
    /// Put a decision to the room.
    Propose,
    /// Object to the newest proposal.
    Object,
    /// Say something to a proposal, or end it.
    Proposal,
    /// Offer a role to someone, or say something to such an offer.
    Handover,
    /// Something speaks for a hypothesis.
    Support,
    /// A hypothesis is not so.
    RuleOut,
    /// A hypothesis may be so after all.
    Reconsider,
    /// Set the severity.
    Severity,
    /// Set the status.
    Status,
    /// Post an internal update.
    Update,
    /// Draft an internal update.
    Draft,
    /// Give a role to someone.
    Role,
    /// Take a vacant role.
    Claim,
    /// Give a role up.
    Release,
    /// Attach a runbook.
    Runbook,
    /// Move a step of the runbook.
    Step,
    /// Link to something elsewhere.
    Link,
    /// Rename the incident.
    Title,
    /// Set a milestone.
    Milestone,
    /// Declare the incident in triage.
    Declare,
    /// It is over.
    Resolve,
    /// It is not over.
    Reopen,
    /// It was a mistake.
    Cancel,
    /// It is not an incident.
    Decline,
    /// It is part of another.
    Merge,
    /// Put a nag off.
    Snooze,
    /// Begin a line from a template; the composer's own.
    Template,
}

/// One slash command.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// What is typed after the slash.
    pub name: &'static str,
    /// Other spellings.
    pub aliases: &'static [&'static str],
    /// What follows it, as an example that parses.
    pub example: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What it does.
    pub verb: Verb,
}

/// Builds one row of the table.
const fn row(
    name: &'static str,
    aliases: &'static [&'static str],
    example: &'static str,
    about: &'static str,
    verb: Verb,
) -> Word {
    Word {
        name,
        aliases,
        example,
        about,
        verb,
    }
}

/// Every slash command, the most used first: completion keeps this order.
pub const WORDS: &[Word] = &[
    row(
        "decision",
        &["decide"],
        "/decision roll back 4f2a",
        "what was decided",
        Verb::Kind(EntryKind::Decision),
    ),
    row(
        "propose",
        &[],
        "/propose roll back 4f2a by @bo",
        "a decision put to the room, with a window for strong objections",
        Verb::Propose,
    ),
    row(
        "object",
        &[],
        "/object it drops the index",
        "a strong objection to the newest proposal",
        Verb::Object,
    ),
    row(
        "proposal",
        &[],
        "/proposal 2 withdraw it recovers",
        "say to proposal 2: agree, object, decide (over objections), withdraw",
        Verb::Proposal,
    ),
    row(
        "ask",
        &[],
        "/ask @bo 10m check web latency",
        "a task for one person, with a clock",
        Verb::Ask,
    ),
    row(
        "told",
        &[],
        "/told @bo 10m check web latency",
        "the same, given by voice: for someone who is not connected",
        Verb::Told,
    ),
    row(
        "finding",
        &[],
        "/finding pods restart because of OOM",
        "what was found to be so",
        Verb::Kind(EntryKind::Finding),
    ),
    row(
        "hypothesis",
        &["theory"],
        "/hypothesis the new pool size starves the db",
        "what may be so",
        Verb::Kind(EntryKind::Hypothesis),
    ),
    row(
        "support",
        &["supports"],
        "/support H1 #123 the pool was full",
        "what speaks for hypothesis H1: an entry, words, or both",
        Verb::Support,
    ),
    row(
        "rule-out",
        &["ruleout"],
        "/rule-out H1 #124 it is half empty",
        "hypothesis H1 is not so, by an entry, words, or both",
        Verb::RuleOut,
    ),
    row(
        "reconsider",
        &[],
        "/reconsider H1 that graph was of another region",
        "hypothesis H1 may be so after all",
        Verb::Reconsider,
    ),
    row(
        "impact",
        &[],
        "/impact checkout fails for 12% of users",
        "what users feel",
        Verb::Kind(EntryKind::Impact),
    ),
    row(
        "action",
        &[],
        "/action restarted web-3",
        "something done to the system",
        Verb::Kind(EntryKind::ActionTaken),
    ),
    row(
        "command",
        &["cmd"],
        "/command kubectl get pods",
        "a command that was run, and what it printed",
        Verb::Kind(EntryKind::CommandRun),
    ),
    row(
        "note",
        &[],
        "/note pods restart in eu-west-1b",
        "a plain note",
        Verb::Kind(EntryKind::Note),
    ),
    row(
        "chat",
        &[],
        "/chat ana: it began after the deploy",
        "chat brought in from elsewhere",
        Verb::Kind(EntryKind::ImportedChat),
    ),
    row(
        "can",
        &["report"],
        "/can SEV2, mitigating; rolling back; need a database lead",
        "a report of conditions, actions and needs; g k drafts it",
        Verb::Kind(EntryKind::Report),
    ),
    row(
        "t",
        &["template"],
        "/t poll",
        "begin the line from a template; tab goes to its next place",
        Verb::Template,
    ),
    row(
        "private",
        &[],
        "/private a customer called",
        "never shown to spectators; alone or with @people: the whole incident is theirs",
        Verb::Private,
    ),
    row(
        "admit",
        &[],
        "/admit @bo",
        "let one more person see the private incident",
        Verb::Admit,
    ),
    row(
        "dismiss",
        &[],
        "/dismiss @bo",
        "let someone see the private incident no more",
        Verb::Dismiss,
    ),
    row(
        "public",
        &[],
        "/public yes",
        "show the private incident to everyone, with all that is in it",
        Verb::Public,
    ),
    row(
        "status",
        &[],
        "/status identified bad deploy",
        "where the incident stands",
        Verb::Status,
    ),
    row(
        "sev",
        &["severity"],
        "/sev 2 payments affected",
        "how bad it is: 1 to 4, or unset",
        Verb::Severity,
    ),
    row(
        "update",
        &[],
        "/update 30m we are rolling back",
        "post an update (ext, exec or int first: for whom), the next promised in 30m",
        Verb::Update,
    ),
    row(
        "draft",
        &[],
        "/draft we are rolling back",
        "write an update without posting it (ext, exec or int first: for whom)",
        Verb::Draft,
    ),
    row("claim", &[], "/claim ic", "take a vacant role", Verb::Claim),
    row(
        "role",
        &["assign"],
        "/role ops @bo",
        "give a role to someone",
        Verb::Role,
    ),
    row(
        "handover",
        &["offer"],
        "/handover ic @bo 10m rollback is at step 4",
        "offer a role; or say to its offer: accept, decline, withdraw",
        Verb::Handover,
    ),
    row(
        "release",
        &[],
        "/release ic",
        "give a role up",
        Verb::Release,
    ),
    row(
        "step",
        &[],
        "/step 4 done",
        "move a step: start, done, skip, fail or open",
        Verb::Step,
    ),
    row(
        "runbook",
        &[],
        "/runbook checkout-5xx",
        "attach a runbook by name",
        Verb::Runbook,
    ),
    row(
        "answer",
        &[],
        "/answer 3 done latency is normal",
        "answer ask 3: ack, done, decline, more, extend, refuse, withdraw",
        Verb::Answer,
    ),
    row(
        "link",
        &[],
        "/link https://grafana.example/d/1 the dashboard",
        "link to something elsewhere",
        Verb::Link,
    ),
    row(
        "snooze",
        &[],
        "/snooze scribe 30m",
        "put a nag off (0: no longer): commander, update, severity, scribe, asks, quiet",
        Verb::Snooze,
    ),
    row(
        "milestone",
        &[],
        "/milestone started @14:02",
        "set or correct a milestone",
        Verb::Milestone,
    ),
    row(
        "title",
        &["rename"],
        "/title Checkout 500s in eu-west",
        "give the incident another title",
        Verb::Title,
    ),
    row(
        "declare",
        &[],
        "/declare sev2 Checkout 500s",
        "declare the incident that waits in triage",
        Verb::Declare,
    ),
    row(
        "resolve",
        &[],
        "/resolve error rate back to normal",
        "the incident is over",
        Verb::Resolve,
    ),
    row(
        "reopen",
        &[],
        "/reopen errors are back",
        "it is not over after all",
        Verb::Reopen,
    ),
    row(
        "decline",
        &[],
        "/decline a test alert",
        "an incident in triage that is none",
        Verb::Decline,
    ),
    row(
        "cancel",
        &[],
        "/cancel declared by mistake",
        "it was declared by mistake",
        Verb::Cancel,
    ),
    row(
        "merge",
        &[],
        "/merge INC-41",
        "make it part of another incident",
        Verb::Merge,
    ),
];

/// The command of that name or alias, without the slash, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| {
        word.name.eq_ignore_ascii_case(name)
            || word.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    })
}

/// Every name and alias, for the suggestion after a slip.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    WORDS
        .iter()
        .flat_map(|word| std::iter::once(word.name).chain(word.aliases.iter().copied()))
}
