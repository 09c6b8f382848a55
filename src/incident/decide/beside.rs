//! Rules about what is watched beside the incident: evidence, and who has taken note of alerts.

use super::check::{bounded, line, named, no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::{
    Acknowledgement, Evidence, Intent, Refusal, RefusalCode, Seen, Series, Timestamp, What, limits,
};
use chrono::TimeDelta;
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn pin_evidence(
        self,
        evidence: &Evidence,
        words: &str,
        private: bool,
    ) -> Result<Vec<Draft>, Refusal> {
        let text = bounded(words.trim(), "What is said about it", limits::REASON_BYTES)?;
        Ok(self.one(What::EvidencePinned {
            evidence: Arc::new(self.checked_evidence(evidence)?),
            text,
            private,
        }))
    }

    fn checked_evidence(self, given: &Evidence) -> Result<Evidence, Refusal> {
        let is_web = |url: &&Arc<str>| url.starts_with("https://") || url.starts_with("http://");
        let url = given.url.as_ref().filter(is_web);
        checked_seen(&given.seen)?;
        Ok(Evidence {
            source: line(&given.source, "The source", limits::TITLE_BYTES)?,
            title: line(&given.title, "The title", limits::TITLE_BYTES)?,
            at: self.named_time(given.at)?,
            // Whoever pins cannot mend an address; the numbers are what counts.
            url: url.and_then(|url| bounded(url, "", limits::URL_BYTES).ok()),
            seen: given.seen.clone(),
        })
    }

    pub(super) fn acknowledge_alerts(self) -> Result<Vec<Draft>, Refusal> {
        let Intent::AcknowledgeAlerts {
            group,
            title,
            until,
            reason: why,
        } = &self.command.intent
        else {
            return Ok(Vec::new());
        };
        self.needs_open()?;
        let group = named(group, "The group of alerts", limits::GROUP_BYTES)?;
        let title = line(title, "The alerts' title", limits::TITLE_BYTES)?;
        let reason = text(why, "The reason", limits::REASON_BYTES)?;
        let until = until.map(|until| self.quiet_until(until)).transpose()?;
        let now = self.context.now;
        if let Some(held) = self.incident.acknowledgement(&group, now)
            && held.by == self.context.actor.person
            && (held.until, &held.reason) == (until, &reason)
        {
            return Err(no_change(format!("You acknowledged {title} already.")));
        }
        let others =
            |(key, held): &(&Arc<str>, &Acknowledgement)| **key != group && held.stands(now);
        if self.incident.acknowledged.iter().filter(others).count() >= limits::ACKNOWLEDGED {
            return Err(refuse(
                RefusalCode::Full,
                format!("{} acknowledgements are the most.", limits::ACKNOWLEDGED),
                "Take some back, or silence the alerts where they come from.",
            ));
        }
        Ok(self.one(What::AlertsAcknowledged {
            group,
            title,
            until,
            reason,
        }))
    }

    pub(super) fn unacknowledge_alerts(
        self,
        group: &str,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        // One whose time is over may be taken back too: then it is no longer shown as forgotten.
        let Some((group, held)) = self.incident.acknowledged.get_key_value(group) else {
            return Err(no_change("Nobody has acknowledged these alerts."));
        };
        Ok(self.one(What::AlertsUnacknowledged {
            group: group.clone(),
            title: held.title.clone(),
            reason: reason(why)?,
        }))
    }

    /// The end of something that keeps alerts quiet: to come, and not too far away.
    pub(super) fn quiet_until(self, until: Timestamp) -> Result<Timestamp, Refusal> {
        let shown = until.format("%Y-%m-%d %H:%M UTC");
        if until <= self.context.now {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("It would end at {shown}, which is over."),
                "Name a time to come.",
            ));
        }
        let days = limits::QUIET_MINUTES_MAX / (24 * 60);
        if until - self.context.now > TimeDelta::minutes(limits::QUIET_MINUTES_MAX) {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("It would last until {shown}; {days} days are the most."),
                "Name an earlier end, and prolong it then.",
            ));
        }
        Ok(until)
    }
}

/// The values are within their bounds.
fn checked_seen(seen: &Seen) -> Result<(), Refusal> {
    match seen {
        Seen::Signal { series, .. } => {
            at_most(series.len(), limits::SERIES_PER_SIGNAL, "series")?;
            series.iter().try_for_each(checked_series)
        }
        Seen::Issue { id, trend, .. } => {
            bounded(id, "The issue's name", limits::TITLE_BYTES)?;
            at_most(trend.len(), limits::TREND_POINTS, "places in its trend")
        }
        Seen::Alerts { names, rate, .. } => {
            at_most(names.len(), limits::EVIDENCE_NAMES, "names")?;
            at_most(rate.len(), limits::TREND_POINTS, "places in its rate")?;
            names.iter().try_for_each(|name| {
                bounded(name, "The name of an alert", limits::TITLE_BYTES).map(|_| ())
            })
        }
    }
}

fn checked_series(series: &Series) -> Result<(), Refusal> {
    bounded(&series.label, "The label of a series", limits::TITLE_BYTES)?;
    at_most(
        series.values.len(),
        limits::SERIES_POINTS,
        "values in one series",
    )?;
    if series.step_ms == 0 {
        return Err(refuse(
            RefusalCode::Invalid,
            "The values of a series lie at one and the same time.",
            "Pin it again from the signals.",
        ));
    }
    Ok(())
}

fn at_most(count: usize, most: usize, what: &str) -> Result<(), Refusal> {
    if count <= most {
        return Ok(());
    }
    Err(refuse(
        RefusalCode::Invalid,
        format!("The evidence has {count} {what}; {most} is the most."),
        "Pin less of it.",
    ))
}
