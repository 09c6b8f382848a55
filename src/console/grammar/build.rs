//! From the parts of a line to what is asked for.

use super::lex::{Cursor, Named};
use super::{GrammarContext, Head, Meaning, Problem, Span, Verb, Word, lex, mark};
use crate::console::text::parse_duration;
use crate::incident::{
    AskId, AskState, Audience, EntryKind, IncidentId, Intent, Milestone, NewNote, Person, Role,
    Severity, Status, StepNo, StepState, limits,
};
use std::ops::Range;
use std::sync::Arc;

/// How long an ask is given when the line does not say, in minutes.
const ASK_MINUTES: u32 = 10;

/// A note of some kind, or an action item.
pub(super) fn entry(
    text: &str,
    head: &Head,
    cursor: &mut Cursor<'_>,
    spans: &mut Vec<Span>,
) -> Result<Intent, Problem> {
    let Some(words) = cursor.rest() else {
        return Err(Problem::new(
            "The entry has no words yet.",
            "Write what happened.",
        ));
    };
    let offset = text.trim_end().len() - words.len();
    let first_line = words.split('\n').next().unwrap_or(words);
    let mut tags: Vec<Arc<str>> = Vec::new();
    let mut mentions: Vec<Person> = Vec::new();
    for (range, named) in lex::named(first_line, offset) {
        match named {
            Named::Tag(tag) => {
                mark(spans, &range, Meaning::Tag);
                if !tags.iter().any(|had| **had == *tag) {
                    tags.push(tag.into());
                }
            }
            Named::Person(person) => {
                mark(spans, &range, Meaning::Person);
                if !mentions.contains(&person) {
                    mentions.push(person);
                }
            }
        }
    }
    if head.kind.is_none()
        && let Some(item) = words.get(..5).filter(|w| w.eq_ignore_ascii_case("todo:"))
    {
        let range = offset..offset + item.len();
        mark(spans, &range, Meaning::Command);
        return action_item(
            words[item.len()..].trim(),
            head,
            mentions.into_iter().next(),
        );
    }
    // asked for anywhere in the first line, so that a word in the wrong place never publishes
    let private = first_line
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case("!private"));
    within(words, limits::NOTE_BYTES, "The entry")?;
    few(tags.len(), "tags")?;
    few(mentions.len(), "people")?;
    Ok(Intent::Note(NewNote {
        kind: head.kind.unwrap_or(EntryKind::Note),
        text: words.into(),
        occurred_at: head.at,
        pin: head.pin,
        private: head.private || private,
        tags,
        mentions,
    }))
}

fn action_item(words: &str, head: &Head, owner: Option<Person>) -> Result<Intent, Problem> {
    plain(head, "An action item", false)?;
    if words.is_empty() {
        return Err(Problem::new(
            "The action item has no words yet.",
            "Write it as TODO: alert on pool exhaustion @ana.",
        ));
    }
    within(words, limits::REASON_BYTES, "The action item")?;
    Ok(Intent::AddActionItem {
        text: words.into(),
        owner,
    })
}

fn within(words: &str, bytes_max: usize, what: &str) -> Result<(), Problem> {
    if words.len() <= bytes_max {
        return Ok(());
    }
    Err(Problem::new(
        format!("{what} has {} bytes; {bytes_max} is the most.", words.len()),
        "Shorten it, or put the whole elsewhere and link to it.",
    ))
}

fn few(count: usize, what: &str) -> Result<(), Problem> {
    if count <= limits::TAGS_PER_ENTRY {
        return Ok(());
    }
    Err(Problem::new(
        format!(
            "{count} {what} in one entry; {} is the most.",
            limits::TAGS_PER_ENTRY
        ),
        "Write a second entry.",
    ))
}

/// Refuses the markers that this cannot have, rather than to drop them.
fn plain(head: &Head, what: &str, may_have_time: bool) -> Result<(), Problem> {
    let marker = if head.private {
        "cannot be private: spectators will see it"
    } else if head.pin {
        "cannot be pinned"
    } else if head.at.is_some() && !may_have_time {
        "happens when it is written"
    } else {
        return Ok(());
    };
    Err(Problem::new(
        format!("{what} {marker}."),
        "Leave the marker out, or write a note.",
    ))
}

/// What a slash word asks for.
pub(super) fn command(
    word: &'static Word,
    head: &Head,
    cursor: &mut Cursor<'_>,
    context: &GrammarContext<'_>,
    spans: &mut Vec<Span>,
) -> Result<Intent, Problem> {
    let may_have_time = matches!(word.verb, Verb::Status | Verb::Milestone | Verb::Resolve);
    plain(head, &format!("/{}", word.name), may_have_time)?;
    let mut build = Build {
        word,
        head,
        cursor,
        context,
        spans,
    };
    match word.verb {
        Verb::Ask => build.ask(),
        Verb::Answer => build.answer(),
        Verb::Severity => build.severity(),
        Verb::Status => build.status(),
        Verb::Resolve => build.resolve(),
        Verb::Update => build.update(),
        Verb::Step => build.step(),
        Verb::Milestone => build.milestone(),
        Verb::Declare => build.declare(),
        Verb::Role | Verb::Claim | Verb::Release => build.role(),
        _ => build.words_only(),
    }
}

/// One slash word and what follows it.
struct Build<'a, 'c> {
    word: &'static Word,
    head: &'a Head,
    cursor: &'a mut Cursor<'c>,
    context: &'a GrammarContext<'a>,
    spans: &'a mut Vec<Span>,
}

impl<'c> Build<'_, 'c> {
    fn usage(&self, why: impl Into<String>) -> Problem {
        Problem::new(why, format!("Write it as {}", self.word.example))
    }

    fn missing(&self, what: &str) -> Problem {
        self.usage(format!("/{} needs {what}.", self.word.name))
            .unfinished()
    }

    /// The next word, which must be there.
    fn next(&mut self, what: &str) -> Result<(Range<usize>, &'c str), Problem> {
        self.cursor.word().ok_or_else(|| self.missing(what))
    }

    /// The next word, read as something; where it is not that, it is marked and refused.
    fn argument<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        read: impl FnOnce(&'c str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        let (range, word) = self.next(what)?;
        match read(word) {
            Ok(value) => {
                mark(self.spans, &range, Meaning::Argument);
                Ok(value)
            }
            Err(why) => {
                mark(self.spans, &range, Meaning::Wrong);
                Err(self.usage(format!("{why}.")))
            }
        }
    }

    /// The next word, when it can be read as something.
    fn perhaps<T>(&mut self, read: impl FnOnce(&'c str) -> Option<T>) -> Option<T> {
        let (range, word) = self.cursor.peek()?;
        let value = read(word)?;
        mark(self.spans, &range, Meaning::Argument);
        self.cursor.skip_to(range.end);
        Some(value)
    }

    /// All that is left, which must be there.
    fn rest(&mut self, what: &str, bytes_max: usize) -> Result<Arc<str>, Problem> {
        let words = self.cursor.rest().ok_or_else(|| self.missing(what))?;
        within(words, bytes_max, "The line")?;
        Ok(words.into())
    }

    /// All that is left, which may be nothing.
    fn reason(&mut self) -> Result<Option<Arc<str>>, Problem> {
        self.cursor
            .rest()
            .map(|words| within(words, limits::REASON_BYTES, "The reason").map(|()| words.into()))
            .transpose()
    }

    /// Nothing may follow.
    fn end(&self) -> Result<(), Problem> {
        match self.cursor.rest() {
            None => Ok(()),
            Some(rest) => Err(self.usage(format!("'{rest}' is more than it needs."))),
        }
    }

    fn person(&mut self) -> Result<Person, Problem> {
        self.argument("a person", str::parse)
    }

    /// A duration as whole minutes, rounded up.
    fn minutes(&mut self, most: i64) -> Result<Option<u32>, Problem> {
        let Some(time) = self.perhaps(|word| {
            word.starts_with(|c: char| c.is_ascii_digit())
                .then(|| parse_duration(word).ok())?
        }) else {
            return Ok(None);
        };
        let minutes = (time.num_seconds() + 59) / 60;
        u32::try_from(minutes)
            .ok()
            .filter(|_| (1..=most).contains(&minutes))
            .map(Some)
            .ok_or_else(|| self.usage(format!("The time must be between 1m and {most}m.")))
    }

    fn ask(&mut self) -> Result<Intent, Problem> {
        let to = self.person()?;
        let minutes = self
            .minutes(limits::ASK_MINUTES_MAX)?
            .unwrap_or(ASK_MINUTES);
        let text = self.rest("words that say what is asked", limits::REASON_BYTES)?;
        Ok(Intent::Ask { to, minutes, text })
    }

    fn answer(&mut self) -> Result<Intent, Problem> {
        let ask = AskId(self.argument("the number of an ask", |word| {
            let number = word.trim_start_matches('#');
            number
                .parse()
                .map_err(|_| format!("'{word}' is not the number of an ask"))
        })?);
        let state = self.argument("ack, done or decline", |word| {
            match &*word.to_ascii_lowercase() {
                "ack" | "acknowledged" => Ok(AskState::Acknowledged),
                "done" => Ok(AskState::Done),
                "decline" | "declined" => Ok(AskState::Declined),
                _ => Err(format!("'{word}' is not an answer: ack, done or decline")),
            }
        })?;
        let reason = self.reason()?;
        Ok(Intent::AnswerAsk { ask, state, reason })
    }

    fn severity(&mut self) -> Result<Intent, Problem> {
        let severity = self.argument("a severity: 1 to 4, or unset", |word| {
            if word.eq_ignore_ascii_case("unset") {
                return Ok(None);
            }
            word.parse::<Severity>()
                .map(Some)
                .map_err(|_| format!("'{word}' is not a severity: 1, 2, 3, 4 or unset"))
        })?;
        let reason = self.reason()?;
        Ok(Intent::SetSeverity { severity, reason })
    }

    fn status(&mut self) -> Result<Intent, Problem> {
        let status = self.argument("a status", str::parse::<Status>)?;
        let reason = self.reason()?;
        Ok(Intent::SetStatus {
            status,
            at: self.head.at,
            reason,
        })
    }

    fn resolve(&mut self) -> Result<Intent, Problem> {
        let reason = self.reason()?;
        Ok(Intent::SetStatus {
            status: Status::Resolved,
            at: self.head.at,
            reason,
        })
    }

    fn update(&mut self) -> Result<Intent, Problem> {
        let next_in_minutes = self.minutes(limits::NEXT_UPDATE_MINUTES_MAX)?;
        let text = self.rest("the words of the update", limits::NOTE_BYTES)?;
        Ok(Intent::PostUpdate {
            update: None,
            text: Some(text),
            next_in_minutes,
        })
    }

    fn role(&mut self) -> Result<Intent, Problem> {
        let role: Role = self.argument("a role", str::parse)?;
        let holder = |role: &Role| self.context.incident.and_then(|i| i.holder(role)).cloned();
        let expected_holder = holder(&role);
        let intent = match self.word.verb {
            Verb::Claim => Intent::ClaimRole { role },
            Verb::Release => Intent::ReleaseRole {
                role,
                expected_holder,
            },
            _ => Intent::AssignRole {
                role,
                to: self.person()?,
                expected_holder,
            },
        };
        self.end()?;
        Ok(intent)
    }

    fn step(&mut self) -> Result<Intent, Problem> {
        let attached = |name: &str| {
            let runbook = self.context.incident?.runbook(name)?;
            Some(runbook.name.clone())
        };
        let attached_last = self
            .context
            .incident
            .and_then(|incident| incident.runbooks.last())
            .map(|runbook| runbook.name.clone());
        let current = self.context.runbook.map(Arc::from).or(attached_last);
        let named = self
            .cursor
            .peek()
            .and_then(|(_, word)| word.parse::<u32>().is_err().then(|| attached(word))?);
        let runbook = match (named, current) {
            (Some(named), _) => {
                self.perhaps(|_| Some(()));
                named
            }
            (None, Some(current)) => current,
            (None, None) => {
                return Err(Problem::new(
                    "No runbook is attached, so there is no step to move.",
                    "Attach one first, as in /runbook checkout-5xx",
                ));
            }
        };
        let step = StepNo(self.argument("the number of a step", |word| {
            word.parse()
                .map_err(|_| format!("'{word}' is not the number of a step"))
        })?);
        let state: StepState = self.argument("start, done, skip, fail or open", str::parse)?;
        let reason = self.reason()?;
        if state.needs_reason() && reason.is_none() {
            return Err(Problem::new(
                format!("A step that is {} needs a reason.", state.name()),
                format!("Add why, as in /step {step} skip not this region"),
            ));
        }
        Ok(Intent::SetStep {
            runbook,
            step,
            state,
            reason,
        })
    }

    fn milestone(&mut self) -> Result<Intent, Problem> {
        let milestone: Milestone = self.argument("a milestone", str::parse)?;
        let given = match self.cursor.word() {
            None => None,
            Some((range, word)) => {
                let with_at = format!("@{}", word.trim_start_matches('@'));
                let read = lex::time(word, self.context)
                    .or_else(|| lex::time(&with_at, self.context))
                    .unwrap_or_else(|| Err(self.usage(format!("'{word}' is not a time."))));
                let at = read.inspect_err(|_| mark(self.spans, &range, Meaning::Wrong))?;
                mark(self.spans, &range, Meaning::Time);
                Some(at)
            }
        };
        self.end()?;
        let at = match (self.head.at, given) {
            (Some(_), Some(_)) => return Err(self.usage("The line names two times.")),
            (one, other) => one.or(other).unwrap_or(self.context.now),
        };
        Ok(Intent::SetMilestone { milestone, at })
    }

    fn declare(&mut self) -> Result<Intent, Problem> {
        let severity = self.perhaps(|word| word.parse::<Severity>().ok());
        let title = self.cursor.rest().map(Arc::<str>::from);
        if let Some(title) = &title {
            one_line(title, "A title")?;
            within(title, limits::TITLE_BYTES, "The title")?;
        }
        Ok(Intent::Declare {
            title,
            severity,
            service: None,
            started_at: None,
            kind: self
                .context
                .incident
                .map_or_else(Default::default, |i| i.kind),
        })
    }

    /// The slash words that take one piece of text.
    fn words_only(&mut self) -> Result<Intent, Problem> {
        match self.word.verb {
            Verb::Draft => Ok(Intent::DraftUpdate {
                update: None,
                audience: Audience::Internal,
                text: self.rest("the words of the update", limits::NOTE_BYTES)?,
            }),
            Verb::Runbook => {
                let name = self.rest("the name of a runbook", limits::TITLE_BYTES)?;
                one_line(&name, "A runbook's name")?;
                Ok(Intent::AttachRunbook { name })
            }
            Verb::Link => self.link(),
            Verb::Title => {
                let title = self.rest("the new title", limits::TITLE_BYTES)?;
                one_line(&title, "A title")?;
                Ok(Intent::Rename { title })
            }
            Verb::Merge => {
                let into = self.argument("an incident", str::parse::<IncidentId>)?;
                self.end()?;
                Ok(Intent::Merge { into })
            }
            Verb::Reopen => Ok(Intent::Reopen {
                reason: self.rest("a reason", limits::REASON_BYTES)?,
            }),
            Verb::Cancel => Ok(Intent::Cancel {
                reason: self.rest("a reason", limits::REASON_BYTES)?,
            }),
            _ => Ok(Intent::Decline {
                reason: self.rest("a reason", limits::REASON_BYTES)?,
            }),
        }
    }

    fn link(&mut self) -> Result<Intent, Problem> {
        let url = self.argument("an address", |word| {
            let web = ["http://", "https://"].iter().any(|scheme| {
                word.len() > scheme.len()
                    && word
                        .get(..scheme.len())
                        .is_some_and(|w| w.eq_ignore_ascii_case(scheme))
            });
            if web && word.len() <= limits::URL_BYTES {
                Ok(Arc::<str>::from(word))
            } else {
                Err("A link begins with http:// or https:// and is not endless")
            }
        })?;
        let host = url.split('/').nth(2).unwrap_or(&url);
        let title: Arc<str> = self.cursor.rest().unwrap_or(host).into();
        one_line(&title, "A link's title")?;
        within(&title, limits::TITLE_BYTES, "The title")?;
        Ok(Intent::AddLink { title, url })
    }
}

fn one_line(text: &str, what: &str) -> Result<(), Problem> {
    if text.contains('\n') {
        return Err(Problem::new(
            format!("{what} is one line, and this has more."),
            "Write the rest as a note.",
        ));
    }
    Ok(())
}
