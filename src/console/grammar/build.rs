//! From a slash word and what follows it to what is asked for.

use super::arguments::Build;
use super::check::{one_line, plain, within};
use super::lex::Cursor;
use super::{GrammarContext, Head, Meaning, Problem, Span, Verb, Word, lex, mark};
use crate::incident::{
    Audience, IncidentId, Intent, Milestone, Role, Severity, Status, StepNo, StepState, limits,
};
use std::sync::Arc;

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
        Verb::Told => build.told(),
        Verb::Propose => build.propose(),
        Verb::Object => build.object(),
        Verb::Proposal => build.proposal(),
        Verb::Handover => build.handover(),
        Verb::Support | Verb::RuleOut | Verb::Reconsider => build.judge(),
        Verb::Answer => build.answer(),
        Verb::Private | Verb::Public | Verb::Admit | Verb::Dismiss => build.private(),
        Verb::Snooze => build.snooze(),
        Verb::Template => Err(build.template()),
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

impl Build<'_, '_> {
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

    /// For whom an update is: a short name first. In full it could be the first of the words.
    fn audience(&mut self) -> Option<Audience> {
        self.perhaps(|word| match word {
            "int" => Some(Audience::Internal),
            "exec" => Some(Audience::Executive),
            "ext" => Some(Audience::External),
            _ => None,
        })
    }

    fn update(&mut self) -> Result<Intent, Problem> {
        let audience = self.audience();
        let next_in_minutes = self.minutes(limits::NEXT_UPDATE_MINUTES_MAX)?;
        let text = self.rest("the words of the update", limits::NOTE_BYTES)?;
        Ok(Intent::PostUpdate {
            update: None,
            text: Some(text),
            next_in_minutes,
            audience,
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
                audience: self.audience().unwrap_or(Audience::Internal),
                text: self.rest("the words of the update", limits::NOTE_BYTES)?,
                stage: None,
                next_at: None,
                expected: None,
                submit: false,
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
