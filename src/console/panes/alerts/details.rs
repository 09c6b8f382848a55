//! A group of alerts, and one of its alerts, in words.

use super::super::Cx;
use super::super::watched::{fact, when};
use crate::console::chart;
use crate::console::panes::Look;
use crate::console::text::age;
use crate::incident::{Acknowledgement, Timestamp};
use crate::signals::{AlertGroup, LiveAlert, Silence};

/// Stands in what is said of an acknowledgement whose time is over.
pub(in crate::console) const OVER: &str = "OVER";
/// Silences of a group that are told in words; more leave no room for its alerts.
const SILENCES: usize = 3;

/// A moment, with its date where that is not today's.
fn short(at: Timestamp, cx: &Cx<'_>) -> String {
    if cx.zone.date(at) == cx.zone.date(cx.now) {
        cx.zone.hms(at)
    } else {
        when(at, cx)
    }
}

/// What is known of a group, a fact a line: what it is about, and the fact.
pub(in crate::console) fn group_facts(
    group: &AlertGroup,
    cx: &Cx<'_>,
    look: &Look<'_>,
) -> Vec<(&'static str, String)> {
    let mut counts = format!("{} firing", group.firing);
    for (count, word) in [
        (group.pending, "pending"),
        (group.silenced, "silenced"),
        (group.resolved, "resolved"),
    ] {
        if count > 0 {
            counts.push_str(&format!(", {count} {word}"));
        }
    }
    let mut facts = vec![("alerts", format!("{counts} · {}", group.source))];
    if group.flapping {
        let text = "it counts as firing, and its changes are held back until it is quiet";
        facts.push(("flapping", text.to_owned()));
    }
    if let Some(name) = &group.maintenance {
        facts.push(("maintenance", format!("{name}: it opens no incident")));
    }
    let (first, last) = (cx.now - group.first_at, cx.now - group.last_at);
    facts.push((
        "began",
        format!(
            "first {} ({} ago), last {} ({} ago)",
            short(group.first_at, cx),
            age(first),
            short(group.last_at, cx),
            age(last)
        ),
    ));
    if group.rate.iter().any(|count| *count > 0) {
        let rate = chart::counts(&group.rate, group.rate.len(), look.charts);
        facts.push(("half an hour", rate));
    }
    if let Some(held) = cx.room.shown().acknowledged.get(&group.key) {
        facts.push(("taken note", taken_text(held, cx)));
        facts.push(("until", until_text(held, cx)));
    }
    for id in group.silences.iter().take(SILENCES) {
        let silence = cx.live.silences().find(|silence| silence.id == *id);
        let text = silence.map_or_else(|| id.to_string(), |s| silence_text(s, cx));
        facts.push(("silence", text));
    }
    let more = group.silences.len().saturating_sub(SILENCES);
    if more > 0 {
        facts.push(("", format!("and {more} silences more")));
    }
    if !group.labels.is_empty() {
        let labels = group.labels.iter();
        let labels: Vec<String> = labels
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        facts.push(("all have", labels.join(" ")));
    }
    facts
}

/// Who has taken note of alerts, since when and why.
fn taken_text(held: &Acknowledgement, cx: &Cx<'_>) -> String {
    let (since, ago) = (short(held.since, cx), age(cx.now - held.since));
    format!("{} at {since} ({ago} ago): {}", held.by, held.reason)
}

/// Until when that counts; one that is over says for how long.
fn until_text(held: &Acknowledgement, cx: &Cx<'_>) -> String {
    match held.until {
        Some(until) if until <= cx.now => {
            format!("{}, {OVER} for {}", short(until, cx), age(cx.now - until))
        }
        Some(until) => short(until, cx),
        None => "it is taken back".to_owned(),
    }
}

fn silence_text(silence: &Silence, cx: &Cx<'_>) -> String {
    let until = short(silence.ends_at, cx);
    format!("until {until}, {}: {}", silence.created_by, silence.comment)
}

/// All that is known of one alert.
pub(in crate::console) fn alert_text(alert: &LiveAlert, cx: &Cx<'_>) -> String {
    let mut out = String::new();
    if !alert.summary.is_empty() {
        out.push_str(&format!("{}\n\n", alert.summary));
    }
    let mut line = |name: &str, value: &str| fact(&mut out, name, value);
    line("state", alert.state.word());
    let began = format!(
        "{} ({} ago)",
        when(alert.starts_at, cx),
        age(cx.now - alert.starts_at)
    );
    line("began", &began);
    if let Some(at) = alert.updated_at {
        line("last told", &when(at, cx));
    }
    line("from", &alert.source);
    for id in &alert.silenced_by {
        let silence = cx.live.silences().find(|silence| silence.id == *id);
        let text = silence.map_or_else(|| id.to_string(), |s| silence_text(s, cx));
        line("silenced by", &text);
    }
    line("look at it", alert.url.as_deref().unwrap_or("-"));
    for (name, value) in &alert.labels {
        line("label", &format!("{name}={value}"));
    }
    out
}
