//! Rules about the timeline: notes, corrections, pins, links.

use super::check::{bounded, line, no_change, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    AlertReport, AlertState, Entry, EntryKind, HypothesisId, NewNote, Person, Refusal, RefusalCode,
    Seq, What,
};
use std::borrow::Cow;
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn note(self, note: &NewNote) -> Result<Vec<Draft>, Refusal> {
        if !note.kind.is_written() {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("An entry of kind '{}' is not written by hand.", note.kind),
                "Write a note, decision, finding, hypothesis, impact, action or command.",
            ));
        }
        if note.pin {
            self.room_for_pin()?;
        }
        let at = note
            .occurred_at
            .map_or(Ok(self.written_at()), |at| self.named_time(at))?;
        let what = What::Noted {
            kind: note.kind,
            text: text(&note.text, "The note", limits::NOTE_BYTES)?,
            pinned: note.pin,
            private: note.private,
            tags: Self::tags(&note.tags)?,
            mentions: Self::people(&note.mentions)?,
            hypothesis: (note.kind == EntryKind::Hypothesis).then(|| self.next_hypothesis()),
        };
        Ok(vec![Draft {
            occurred_at: at,
            what,
        }])
    }

    fn next_hypothesis(self) -> HypothesisId {
        HypothesisId(self.incident.counts.hypotheses.saturating_add(1))
    }

    /// The entry of that seq: from the incident, or as the caller looked it up.
    pub(super) fn entry(self, target: Seq) -> Result<Cow<'static, Entry>, Refusal> {
        let looked_up = self
            .context
            .entry
            .as_ref()
            .filter(|entry| entry.seq == target);
        // The looked-up one has the whole text; the incident's own may be shortened.
        let found = looked_up.or_else(|| self.incident.entry(target)).cloned();
        found
            .filter(|entry| entry.kind != EntryKind::Hidden)
            .map(Cow::Owned)
            .ok_or_else(|| {
                refuse(
                    RefusalCode::NotFound,
                    format!("There is no entry {target} in {}.", self.incident.id),
                    "Look at the timeline for its number.",
                )
            })
    }

    /// An entry that a person wrote and that still stands.
    fn written_entry(self, target: Seq) -> Result<Cow<'static, Entry>, Refusal> {
        let entry = self.entry(target)?;
        if !entry.kind.is_written() {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Entry {target} was made by what happened ({}).", entry.kind),
                "Write a note about it; what happened is not rewritten.",
            ));
        }
        if entry.marks.retracted.is_some() {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("Entry {target} was retracted."),
                "Write it again as a new entry.",
            ));
        }
        Ok(entry)
    }

    pub(super) fn amend(self, target: Seq, words: &str) -> Result<Vec<Draft>, Refusal> {
        let entry = self.written_entry(target)?;
        if entry.run.is_some() {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Entry {target} is what a command printed, and that is not rewritten."),
                "Write a note about it, or retract it.",
            ));
        }
        let words = text(words, "The note", limits::NOTE_BYTES)?;
        if words == entry.text {
            return Err(no_change("It has these words already."));
        }
        Ok(self.one(What::Amended {
            target,
            text: words,
            private: entry.marks.private,
        }))
    }

    pub(super) fn retract(self, target: Seq, why: &str) -> Result<Vec<Draft>, Refusal> {
        let entry = self.written_entry(target)?;
        let reason = text(why, "The reason", limits::REASON_BYTES)?;
        Ok(self.one(What::Retracted {
            target,
            reason,
            private: entry.marks.private,
        }))
    }

    pub(super) fn pin(self, target: Seq, pinned: bool) -> Result<Vec<Draft>, Refusal> {
        let entry = self.entry(target)?;
        if entry.marks.pinned == pinned {
            let state = if pinned { "pinned" } else { "not pinned" };
            return Err(no_change(format!("Entry {target} is {state} already.")));
        }
        if pinned {
            self.room_for_pin()?;
        }
        let entry = pinned.then(|| Box::new(entry.into_owned()));
        Ok(self.one(What::Pinned {
            target,
            pinned,
            entry,
        }))
    }

    fn room_for_pin(self) -> Result<(), Refusal> {
        if self.incident.pinned.len() < limits::PINNED_ENTRIES {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::Full,
            format!(
                "{} entries are pinned; more would not be at hand.",
                limits::PINNED_ENTRIES
            ),
            "Unpin one first.",
        ))
    }

    pub(super) fn add_link(self, title: &str, url: &str) -> Result<Vec<Draft>, Refusal> {
        let url = line(url, "The address", limits::URL_BYTES)?;
        if !(url.starts_with("https://") || url.starts_with("http://")) || url.contains(' ') {
            return Err(refuse(
                RefusalCode::Invalid,
                "The address does not begin with https:// or http://.",
                "Paste the whole address.",
            ));
        }
        if self.incident.links.len() >= limits::LINKS {
            return Err(refuse(
                RefusalCode::Full,
                format!("{} links are the most.", limits::LINKS),
                "Write the address into a note.",
            ));
        }
        let title = if title.trim().is_empty() {
            url.clone()
        } else {
            line(title, "The link's title", limits::TITLE_BYTES)?
        };
        Ok(self.one(What::Linked { title, url }))
    }

    pub(super) fn record_alert(self, alert: &AlertReport) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let alert = Self::checked_alert(alert)?;
        let known = self.incident.alerts.get(&alert.fingerprint);
        if known.is_some_and(|k| k.state == alert.state && k.starts_at == alert.starts_at) {
            return Err(no_change(format!(
                "This was recorded already: {}.",
                alert.name
            )));
        }
        if known.is_none() && alert.state == AlertState::Resolved {
            return Err(no_change(format!("{} never fired here.", alert.name)));
        }
        let resolved = alert.state == AlertState::Resolved;
        let end = resolved
            .then(|| self.resolve_undeclared(&alert.fingerprint))
            .flatten();
        let named = if resolved {
            alert.ends_at
        } else {
            Some(alert.starts_at)
        };
        let at = named.unwrap_or(self.context.now).min(self.context.now);
        let first = Draft {
            occurred_at: at,
            what: What::AlertRecorded { alert },
        };
        Ok(std::iter::once(first).chain(end).collect())
    }

    /// The report, with what must be bounded bounded. Too long a text is cut, never refused: a
    /// monitor cannot be asked to write it again.
    pub(super) fn checked_alert(alert: &AlertReport) -> Result<AlertReport, Refusal> {
        let name = line(&alert.name, "The alert's name", limits::TITLE_BYTES)?;
        let fingerprint = line(&alert.fingerprint, "The fingerprint", limits::TITLE_BYTES)?;
        let bound = |map: &std::collections::BTreeMap<String, String>| {
            map.iter()
                .take(limits::LABELS_PER_ALERT)
                .map(|(key, value)| (cut(key), cut(value)))
                .collect()
        };
        Ok(AlertReport {
            name,
            fingerprint,
            summary: cut(&alert.summary).into(),
            labels: bound(&alert.labels),
            annotations: bound(&alert.annotations),
            url: alert
                .url
                .as_ref()
                .and_then(|url| bounded(url, "", limits::URL_BYTES).ok()),
            ..alert.clone()
        })
    }

    pub(super) fn add_action_item(
        self,
        words: &str,
        owner: Option<&Person>,
    ) -> Result<Vec<Draft>, Refusal> {
        if self.incident.action_items.len() >= limits::ACTION_ITEMS {
            return Err(refuse(
                RefusalCode::Full,
                format!("{} action items are the most.", limits::ACTION_ITEMS),
                "Write it down as a note.",
            ));
        }
        let text: Arc<str> = text(words, "The action item", limits::REASON_BYTES)?;
        Ok(self.one(What::ActionItemAdded {
            text,
            owner: owner.cloned(),
        }))
    }
}

fn cut(text: &str) -> String {
    text.get(..text.floor_char_boundary(limits::LABEL_BYTES))
        .unwrap_or_default()
        .to_owned()
}
