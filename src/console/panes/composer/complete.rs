//! Completion of commands, people and the words that commands take.

use super::{Cx, Request, Say, State};
use crate::console::grammar::{self, ANSWERS, OFFER_WORDS, SAYINGS, Verb, WORDS};
use crate::console::templates::Template;
use crate::incident::{Milestone, NagKind, Role, Status, StepState};
use std::collections::BTreeSet;

/// The candidates shown at most.
const CANDIDATES_MAX: usize = 50;

/// A word that is being completed, key press by key press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cycle {
    /// Every candidate, as it stands in the text.
    pub(super) candidates: Vec<String>,
    /// The one in the text now.
    pub(super) at: usize,
}

/// The word that ends at `cursor` (a byte place) in the first line: where it begins.
fn word_start(text: &str, cursor: usize) -> Option<usize> {
    let before = text.get(..cursor)?;
    if before.contains('\n') {
        return None;
    }
    let start = before.char_indices().rev().find(|(_, c)| c.is_whitespace());
    Some(start.map_or(0, |(at, c)| at + c.len_utf8()))
}

/// The letters of a word from which on the services are looked through for it.
const SERVICE_FROM: usize = 2;
/// What may be said of a step, as it is typed.
const STEPS: [&str; 5] = ["start", "done", "skip", "fail", "open"];

/// What may stand in the place of the word that ends at `cursor`.
fn candidates(text: &str, cursor: usize, cx: &Cx<'_>, templates: &[Template]) -> Vec<String> {
    let Some(start) = word_start(text, cursor) else {
        return Vec::new();
    };
    let word = &text[start..cursor];
    let fits = |candidate: &str| {
        let head = candidate.get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let before = text[..start].trim_end();
    let last = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let all: Vec<String> = if word.starts_with('@') {
        people(cx)
    } else if word.starts_with('#') {
        tags(cx)
    } else if word.starts_with('/') || (word.is_empty() && before.is_empty()) {
        WORDS.iter().map(|word| format!("/{}", word.name)).collect()
    } else if let Some(found) = last.strip_prefix('/').and_then(grammar::find) {
        after(found.verb, cx, templates)
    } else if follows_number(before, Verb::Answer) {
        ANSWERS.iter().map(|word| (*word).to_owned()).collect()
    } else if follows_number(before, Verb::Proposal) {
        SAYINGS.iter().map(|word| (*word).to_owned()).collect()
    } else if follows_role(before) {
        let words = OFFER_WORDS.iter().map(|(word, _)| (*word).to_owned());
        people(cx).into_iter().chain(words).collect()
    } else if follows_number(before, Verb::Step) {
        STEPS.iter().map(|word| (*word).to_owned()).collect()
    } else if word.len() >= SERVICE_FROM {
        services(cx)
    } else {
        Vec::new()
    };
    all.into_iter()
        .filter(|one| fits(one))
        .take(CANDIDATES_MAX)
        .collect()
}

/// Whether the words are `/handover` and a role: whom it is offered to comes next.
fn follows_role(before: &str) -> bool {
    let mut words = before.split_whitespace().rev();
    let role = words
        .next()
        .is_some_and(|word| word.parse::<Role>().is_ok());
    let verb = words.next().and_then(|word| word.strip_prefix('/'));
    let verb = verb.and_then(grammar::find);
    role && verb.is_some_and(|found| found.verb == Verb::Handover)
}

/// Whether the words are this verb and a number: what is said about that comes next.
fn follows_number(before: &str, wanted: Verb) -> bool {
    let mut words = before.split_whitespace().rev();
    let number = words.next().unwrap_or("").trim_start_matches('#');
    let verb = words.next().and_then(|word| word.strip_prefix('/'));
    let verb = verb.and_then(grammar::find).map(|word| word.verb);
    number.parse::<u32>().is_ok() && verb == Some(wanted)
}

/// Everyone who could be named: who took part, who has a role, who is here.
fn people(cx: &Cx<'_>) -> Vec<String> {
    let shown = cx.room.shown();
    let mut names: BTreeSet<&crate::incident::Person> = shown.people.keys().collect();
    names.extend(shown.roles.values().map(|holder| &holder.person));
    names.extend(cx.room.here().iter().map(|here| &here.person));
    names.into_iter().map(|name| format!("@{name}")).collect()
}

/// The tags of what is here of the timeline, and of what is pinned.
fn tags(cx: &Cx<'_>) -> Vec<String> {
    let shown = cx.room.shown();
    let lines = cx.room.timeline().lines().iter().map(|line| &line.entry);
    let entries = lines.chain(&shown.recent).chain(shown.pinned.values());
    let tags: BTreeSet<&str> = entries
        .flat_map(|entry| &entry.tags)
        .map(|tag| &**tag)
        .collect();
    tags.into_iter().map(|tag| format!("#{tag}")).collect()
}

/// The services that the incident and its alerts are about.
fn services(cx: &Cx<'_>) -> Vec<String> {
    let shown = cx.room.shown();
    let alerts = shown
        .alerts
        .values()
        .filter_map(|alert| alert.service.as_deref());
    let services: BTreeSet<&str> = alerts.chain(shown.service.as_deref()).collect();
    services.into_iter().map(str::to_owned).collect()
}

/// The steps of the runbook that was attached last: first those that wait for somebody.
fn steps(cx: &Cx<'_>) -> Vec<String> {
    let Some(runbook) = cx.room.shown().runbooks.last() else {
        return Vec::new();
    };
    let mut steps: Vec<_> = runbook.steps.iter().collect();
    let settled = |state: StepState| u8::from(state.is_settled());
    steps.sort_by_key(|step| (settled(step.state), step.no));
    steps.into_iter().map(|step| step.no.to_string()).collect()
}

/// What a command takes next.
fn after(verb: Verb, cx: &Cx<'_>, templates: &[Template]) -> Vec<String> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match verb {
        Verb::Ask | Verb::Told | Verb::Private | Verb::Admit => people(cx),
        Verb::Dismiss => {
            let admitted = cx.room.shown().private.iter().flatten();
            admitted.map(|name| format!("@{name}")).collect()
        }
        Verb::Public => owned(&["yes"]),
        Verb::Answer => {
            let asks = cx.room.shown().asks.iter();
            let open = asks.filter(|ask| ask.state.is_open());
            open.map(|ask| ask.id.to_string()).collect()
        }
        Verb::Status => [
            Status::Investigating,
            Status::Identified,
            Status::Mitigating,
            Status::Monitoring,
            Status::Resolved,
            Status::Closed,
        ]
        .iter()
        .map(|status| status.name().to_owned())
        .collect(),
        Verb::Proposal => {
            let open = cx.room.shown().proposals.iter();
            let open = open.filter(|proposal| proposal.state.is_open());
            open.map(|proposal| proposal.id.to_string()).collect()
        }
        Verb::Step => steps(cx),
        Verb::Snooze => owned(&NagKind::ALL.map(NagKind::name)),
        Verb::Template => templates.iter().map(|t| t.name.clone()).collect(),
        Verb::Severity => owned(&["1", "2", "3", "4", "unset"]),
        Verb::Support | Verb::RuleOut | Verb::Reconsider => {
            let held = cx.room.shown().hypotheses.iter();
            let held = held.filter(|held| held.state().is_open() != (verb == Verb::Reconsider));
            held.map(|held| held.name().to_string()).collect()
        }
        Verb::Handover | Verb::Role | Verb::Claim | Verb::Release => {
            let standard = [Role::IncidentCommander, Role::OperationsLead];
            let more = [Role::CommunicationsLead, Role::Scribe, Role::Deputy];
            let names = standard.iter().chain(&more);
            names
                .map(|role| role.short().to_ascii_lowercase())
                .collect()
        }
        Verb::Milestone => Milestone::ALL.iter().map(|m| m.name().to_owned()).collect(),
        Verb::Declare => owned(&["sev1", "sev2", "sev3", "sev4"]),
        _ => Vec::new(),
    }
}

impl State {
    /// Where the cursor is, in bytes of the text.
    pub(super) fn cursor_byte(&self) -> usize {
        let cursor = self.area.cursor();
        let lines = self.area.lines();
        let before: usize = lines.iter().take(cursor.0).map(|line| line.len() + 1).sum();
        let line = lines.get(cursor.0).map_or("", String::as_str);
        let within = line
            .char_indices()
            .nth(cursor.1)
            .map_or(line.len(), |(at, _)| at);
        before + within
    }

    /// Completes the word before the cursor; pressed again, goes on to the next candidate.
    pub(super) fn complete(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        let cursor = self.cursor_byte();
        let Some(start) = word_start(&self.text, cursor) else {
            return Vec::new();
        };
        if let Some(done) = self.complete_template(start, cursor, cx) {
            return done;
        }
        let cycle = match self.cycle.take() {
            Some(cycle) => Cycle {
                at: (cycle.at + 1) % cycle.candidates.len().max(1),
                ..cycle
            },
            None => Cycle {
                candidates: candidates(&self.text, cursor, cx, &self.templates),
                at: 0,
            },
        };
        let Some(chosen) = cycle.candidates.get(cycle.at) else {
            let says = "Nothing completes that: / begins a command, @ a person.".to_owned();
            return vec![Request::Say(Say::Info(says))];
        };
        let typed = self.text[start..cursor].chars().count();
        if let Some(refused) = self.too_long(chosen.len()) {
            return vec![refused];
        }
        for _ in 0..typed {
            self.area.delete_char();
        }
        self.area.insert_str(chosen);
        let only = cycle.candidates.len() == 1;
        if only && self.cursor_at_end() {
            self.area.insert_char(' ');
        }
        self.edited();
        // one candidate is done with: the next press completes what follows it
        self.cycle = (!only).then_some(cycle);
        Vec::new()
    }

    /// Where there is nothing to complete, tab puts the template in that is named, or goes to its
    /// next place.
    fn complete_template(
        &mut self,
        start: usize,
        cursor: usize,
        cx: &Cx<'_>,
    ) -> Option<Vec<Request>> {
        if self.cycle.is_some() {
            return None;
        }
        let all = candidates(&self.text, cursor, cx, &self.templates);
        let word = self.text.get(start..cursor).unwrap_or_default();
        let whole = all.is_empty() || all == [word] || word.is_empty();
        if whole && !self.stops.is_empty() {
            self.next_stop();
            return Some(Vec::new());
        }
        let name = super::stops::named(&self.text).filter(|name| all == [*name]);
        let name = name.map(str::to_owned)?;
        self.expand(&name, cx);
        Some(Vec::new())
    }

    fn cursor_at_end(&self) -> bool {
        let (cursor, lines) = (self.area.cursor(), self.area.lines());
        cursor.0 + 1 == lines.len()
            && lines
                .last()
                .is_none_or(|line| line.chars().count() == cursor.1)
    }
}

/// What may stand in the place of the word at the cursor, while the line is not finished: told
/// before anyone asks for it.
pub(super) fn offered(
    text: &str,
    cursor: usize,
    cx: &Cx<'_>,
    templates: &[Template],
) -> Option<String> {
    let all = candidates(text, cursor, cx, templates);
    let word = &text[word_start(text, cursor)?..cursor];
    (!all.is_empty() && all != [word]).then(|| all.join("  "))
}

/// Whether the word at the cursor begins a person's name or a tag, and is none yet: then what it may
/// be is told also while the line could be sent as it is.
pub(super) fn names_something(text: &str, cursor: usize, cx: &Cx<'_>) -> bool {
    let word = word_start(text, cursor).and_then(|start| text.get(start..cursor));
    let Some(word) = word.filter(|word| word.starts_with(['@', '#'])) else {
        return false;
    };
    !people(cx)
        .iter()
        .chain(&tags(cx))
        .any(|known| known.eq_ignore_ascii_case(word))
}

/// The commands that the text may be the beginning of, while it is one unfinished slash word.
pub(super) fn begun(text: &str) -> Option<String> {
    let word = text.strip_prefix('/')?;
    if grammar::find(word).is_some() || word.contains(char::is_whitespace) {
        return None;
    }
    let fitting: Vec<String> = WORDS
        .iter()
        .filter(|row| row.name.starts_with(&word.to_ascii_lowercase()))
        .map(|row| format!("/{}", row.name))
        .collect();
    (!fitting.is_empty()).then(|| fitting.join("  "))
}
