//! Issues as Sentry answers them.

use crate::incident::Timestamp;
use crate::integrations::exchange::{AnswerError, Ask};
use crate::integrations::reading::{count, cut, line, link, moment, text};
use crate::signals::{Issue, IssueState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Pages that are read for one list: a server that gives less than was asked for on each does not
/// keep us asking.
pub(super) const PAGES: u32 = 5;
/// The longest id: Sentry's are numbers.
const ID_BYTES: usize = 64;
/// Places of a trend.
const TREND: usize = 60;

/// The issues of the pages that were read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) issues: Vec<Issue>,
}

impl Known {
    /// Adds a page: those that are not known yet, in its order.
    pub(super) fn add(
        &mut self,
        source: &Arc<str>,
        ask: &Ask,
        new: &[String],
        page: &Value,
    ) -> Result<(), AnswerError> {
        let Some(page) = page.as_array() else {
            let why = "its answer about issues is no list";
            return Err(AnswerError::Nonsense(why.to_owned()));
        };
        for one in page {
            // Between two pages the order may change, and one come again.
            let Some(mut issue) = issue(source, ask, one) else {
                continue;
            };
            if self.issues.iter().all(|known| known.id != issue.id) {
                issue.new_in_release = new.iter().any(|id| **id == *issue.id);
                self.issues.push(issue);
            }
        }
        Ok(())
    }
}

/// The ids of the issues in an answer.
pub(super) fn ids(answer: &Value) -> Vec<String> {
    let listed = answer.as_array().into_iter().flatten();
    let ids = listed.filter_map(|one| id(&one["id"]));
    ids.take(super::ISSUES as usize).collect()
}

fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::Number(number) => number.to_string(),
        other => text(other)?.to_owned(),
    };
    (id.len() <= ID_BYTES).then_some(id)
}

/// An issue; none without an id, by which everything about it is done.
fn issue(source: &Arc<str>, ask: &Ask, one: &Value) -> Option<Issue> {
    let id = id(&one["id"])?;
    let short = text(&one["shortId"])
        .map_or_else(|| id.as_str().into(), |short| cut(short, ID_BYTES).into());
    let title = line(&one["title"]);
    let title = match title.is_empty() {
        false => title,
        true => line(&one["metadata"]["title"]),
    };
    let last_seen = moment(&one["lastSeen"]);
    Some(Issue {
        source: source.clone(),
        id: id.into(),
        short,
        title,
        culprit: line(&one["culprit"]),
        project: line(&one["project"]["slug"]),
        level: line(&one["level"]),
        state: state(one),
        events: count(&one["count"]),
        users: count(&one["userCount"]),
        // Where only one of them is known, the other is no further away than that.
        first_seen: moment(&one["firstSeen"]).or(last_seen).unwrap_or(ask.from),
        last_seen: last_seen
            .or_else(|| moment(&one["firstSeen"]))
            .unwrap_or(ask.to),
        first_release: release(&one["firstRelease"]),
        new_in_release: false,
        assigned_to: assigned_to(&one["assignedTo"]),
        trend: trend(&one["stats"], ask),
        url: text(&one["permalink"]).and_then(link),
    })
}

/// Where it stands. The finer word counts, where there is one, as long as it goes on.
pub(super) fn state(one: &Value) -> IssueState {
    let word = |name: &str| one[name].as_str().unwrap_or_default().to_ascii_lowercase();
    match (word("status").as_str(), word("substatus").as_str()) {
        ("resolved" | "resolvedinnextrelease", _) => IssueState::Resolved,
        ("ignored" | "muted", _) => IssueState::Ignored,
        (_, archived) if archived.starts_with("archived") => IssueState::Ignored,
        (_, "new") => IssueState::New,
        (_, "regressed") => IssueState::Regressed,
        (_, "escalating") => IssueState::Escalating,
        _ => IssueState::Ongoing,
    }
}

fn release(value: &Value) -> Option<Arc<str>> {
    let short = text(&value["shortVersion"]).or_else(|| text(&value["version"]));
    let version = short.or_else(|| text(value))?;
    Some(line(&version.into()))
}

/// Who works on it, as a person would say it: a team with a `#`.
pub(super) fn assigned_to(value: &Value) -> Option<Arc<str>> {
    let name = text(&value["name"]).or_else(|| text(&value["email"]));
    let name = line(&name.or_else(|| text(value))?.into());
    match value["type"] == "team" {
        true => Some(format!("#{name}").into()),
        false => Some(name),
    }
}

/// The events over the window. `stats` names its rows by their period; `auto` is the window's.
fn trend(stats: &Value, ask: &Ask) -> Vec<u32> {
    let named = stats["auto"].as_array();
    let other = || stats.as_object()?.values().find_map(Value::as_array);
    let Some(rows) = named.or_else(other) else {
        return Vec::new();
    };
    let (from, to) = (ask.from.timestamp(), ask.to.timestamp());
    let mut rows: Vec<(i64, u64)> = rows
        .iter()
        .filter_map(|row| Some((seconds(&row[0])?, count(&row[1]))))
        .collect();
    rows.sort_unstable();
    rows.dedup_by_key(|(at, _)| *at);
    // Rows from before the window would tell of something else; the first one may reach into it.
    let pairs = rows.iter().zip(rows.iter().skip(1));
    let distance = pairs.map(|((a, _), (b, _))| b.saturating_sub(*a)).min();
    let first = from.saturating_sub(distance.unwrap_or(0).saturating_sub(1));
    let within: Vec<u64> = rows
        .iter()
        .filter(|(at, _)| (first..=to).contains(at))
        .map(|(_, count)| *count)
        .collect();
    let each = within.len().div_ceil(TREND).max(1);
    let sum = |chunk: &[u64]| {
        let sum = chunk
            .iter()
            .fold(0_u64, |sum, count| sum.saturating_add(*count));
        u32::try_from(sum).unwrap_or(u32::MAX)
    };
    within.chunks(each).map(sum).collect()
}

/// Seconds since 1970, also where they are written in milliseconds.
pub(super) fn seconds(value: &Value) -> Option<i64> {
    const LATEST: i64 = 100_000_000_000;
    let at = value.as_i64().or_else(|| Some(value.as_f64()? as i64))?;
    Some(if at >= LATEST { at / 1_000 } else { at })
}

/// What an answer says of a changed issue, for the console to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Where it stands now.
    pub state: IssueState,
    /// Who works on it now.
    pub assigned_to: Option<Arc<str>>,
    /// Until when it is ignored, if that has an end.
    pub ignored_until: Option<Timestamp>,
}
