//! An incident as a document for people.
//!
//! What people and monitors wrote is escaped, so that a note cannot become a heading, a link, an
//! image or HTML in the reader's browser.

use super::{evidence, runs};
use crate::console::text::{Zone, format_duration, visible_block, visible_line};
use crate::incident::{
    AlertState, Entry, Incident, PinnedEvidence, StepState, Timestamp, Verdict, names,
};
use std::fmt::Write as _;

/// The whole document. Times are in this zone, which is named.
#[must_use]
pub fn document(of: &Incident, lines: &[Entry], evidence: &[PinnedEvidence], zone: Zone) -> String {
    let mut doc = Doc {
        text: String::new(),
        zone,
    };
    doc.facts(of);
    doc.milestones(of);
    doc.roles(of);
    doc.report(of);
    doc.decisions(of);
    doc.hypotheses(of);
    doc.timeline(lines);
    doc.text.push_str(&runs::section(lines, zone));
    doc.text.push_str(&evidence::section(evidence, zone));
    doc.runbooks(of);
    doc.alerts(of);
    doc.action_items(of);
    doc.text
}

struct Doc {
    text: String,
    zone: Zone,
}

impl Doc {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, title: &str) {
        let _always = writeln!(self.text, "\n## {title}\n");
    }

    fn at(&self, at: Timestamp) -> String {
        format!(
            "{} {} {}",
            self.zone.date(at),
            self.zone.hms(at),
            self.zone.name(at)
        )
    }

    fn facts(&mut self, of: &Incident) {
        let drill = if of.is_drill() { "DRILL: " } else { "" };
        self.line(&format!("# {}: {drill}{}\n", of.id, inline(&of.title)));
        let severity = of.severity.map_or("unset".to_owned(), |severity| {
            format!("{severity} ({})", severity.meaning())
        });
        self.line(&format!("- Severity: {severity}"));
        self.line(&format!("- Status: {}", of.status));
        if let Some(admitted) = &of.private {
            self.line(&format!("- PRIVATE: seen by {}", names(admitted)));
        }
        if let Some(service) = &of.service {
            self.line(&format!("- Service: {}", inline(service)));
        }
        if let Some(into) = of.merged_into {
            self.line(&format!("- Merged into: {into}"));
        }
        for link in &of.links {
            // The address stands as text: whether to follow it is the reader's to decide.
            self.line(&format!(
                "- Link: {} {}",
                inline(&link.title),
                inline(&link.url)
            ));
        }
    }

    fn milestones(&mut self, of: &Incident) {
        self.heading("Milestones");
        for (milestone, stamp) in of.milestones.iter() {
            let corrected = if stamp.corrected {
                " (set by hand)"
            } else {
                ""
            };
            let at = self.at(stamp.at);
            self.line(&format!(
                "- {milestone}: {at}, by {}{corrected}",
                inline(stamp.by.as_str())
            ));
        }
        let lengths = [
            ("Time to detect (TTD)", of.milestones.time_to_detect()),
            (
                "Time to acknowledge (TTA)",
                of.milestones.time_to_acknowledge(),
            ),
            ("Time to resolve (TTR)", of.milestones.time_to_resolve()),
        ];
        for (name, length) in lengths {
            let length = length.map_or("not known".to_owned(), format_duration);
            self.line(&format!("- {name}: {length}"));
        }
    }

    fn roles(&mut self, of: &Incident) {
        self.heading("Roles");
        for (role, holder) in &of.roles {
            let since = self.at(holder.since);
            let person = inline(holder.person.as_str());
            self.line(&format!(
                "- {}: {person}, since {since}",
                inline(role.title())
            ));
        }
        for role in of.vacancies() {
            self.line(&format!("- {}: vacant", role.title()));
        }
    }

    /// The newest report; the others stand in the timeline.
    fn report(&mut self, of: &Incident) {
        let Some(report) = of.last_report() else {
            return;
        };
        self.heading("Report");
        let (by, at) = (inline(report.by.as_str()), self.at(report.occurred_at));
        self.line(&format!("By {by}, {at}:\n"));
        for line in report.text.lines().filter(|line| !line.trim().is_empty()) {
            let words = line.trim_start().trim_start_matches("- ");
            self.line(&format!("- {}", inline(words)));
        }
    }

    /// What was put to the room, and what came of it. Decisions that somebody only noted stand in
    /// the timeline.
    fn decisions(&mut self, of: &Incident) {
        if of.proposals.is_empty() {
            return;
        }
        self.heading("Decisions");
        for proposal in &of.proposals {
            let at = self.at(proposal
                .end
                .as_ref()
                .map_or(proposal.closes_at, |end| end.at));
            let executor = proposal.executor.as_ref();
            let executor = executor.map_or_else(String::new, |who| {
                format!(", {} executes", inline(who.as_str()))
            });
            let reason = proposal.end.as_ref().and_then(|end| end.reason.as_deref());
            let reason = reason.map_or_else(String::new, |why| format!(" ({})", inline(why)));
            let (text, by) = (inline(&proposal.text), inline(proposal.by.as_str()));
            self.line(&format!(
                "- {} {at}: {text}, proposed by {by}{executor}{reason}",
                proposal.state.name()
            ));
            for objection in proposal.objections() {
                let (by, why) = (inline(objection.by.as_str()), inline(&objection.reason));
                self.line(&format!("  - objection of {by}: {why}"));
            }
        }
    }

    /// What was supposed, and what became of it: what a review follows.
    fn hypotheses(&mut self, of: &Incident) {
        if of.hypotheses.is_empty() {
            return;
        }
        self.heading("Hypotheses");
        for held in &of.hypotheses {
            let (text, by) = (inline(&held.text), inline(held.by.as_str()));
            let private = if held.private { " (private)" } else { "" };
            let (name, state, at) = (held.name(), held.state().title(), self.at(held.at));
            let name = inline(&name.to_string());
            self.line(&format!("- {name} {state}: {text}, by {by} {at}{private}"));
            for said in &held.judgements {
                let by = inline(said.by.as_str());
                let verdict = match said.verdict {
                    Verdict::Supported => "for it",
                    Verdict::RuledOut => "against it",
                    Verdict::Reopened => "open again",
                };
                let evidence = said.evidence;
                let evidence = evidence.map_or_else(String::new, |seq| format!(", entry {seq}"));
                let why = said.reason.as_deref();
                let why = why.map_or_else(String::new, |why| format!(": {}", inline(why)));
                let at = self.at(said.at);
                self.line(&format!("  - {verdict} by {by} {at}{evidence}{why}"));
            }
        }
    }

    fn timeline(&mut self, lines: &[Entry]) {
        self.heading("Timeline");
        self.line("| When | Kind | By | What |");
        self.line("| --- | --- | --- | --- |");
        for entry in lines {
            let mut words = cell(&entry.text);
            if let Some(why) = &entry.marks.retracted {
                words = format!("~~{words}~~ (retracted: {})", cell(why));
            }
            if entry.marks.amended.is_some() {
                words.push_str(" (amended)");
            }
            if entry.marks.private {
                words.push_str(" (private)");
            }
            if entry.marks.pinned {
                words = format!("**pinned** {words}");
            }
            for tag in &entry.tags {
                words.push_str(" \\#");
                words.push_str(&cell(tag));
            }
            let at = self.at(entry.occurred_at);
            let by = cell(entry.by.as_str());
            self.line(&format!("| {at} | {} | {by} | {words} |", entry.kind));
        }
    }

    fn runbooks(&mut self, of: &Incident) {
        for runbook in &of.runbooks {
            self.heading(&format!(
                "Runbook {} ({} of {} settled)",
                inline(&runbook.title),
                runbook.settled(),
                runbook.steps.len()
            ));
            for step in &runbook.steps {
                let (mark, state) = match step.state {
                    StepState::Open => (' ', ""),
                    StepState::InProgress => (' ', " (in progress)"),
                    StepState::Done => ('x', ""),
                    StepState::Skipped => ('x', " (skipped)"),
                    StepState::Failed => ('x', " (failed)"),
                };
                let by = step
                    .by
                    .as_ref()
                    .map(|by| format!(", {}", inline(by.as_str())));
                let reason = step.reason.as_ref().map(|why| format!(": {}", inline(why)));
                self.line(&format!(
                    "- [{mark}] {}. {}{state}{}{}",
                    step.no,
                    inline(&step.text.title),
                    by.unwrap_or_default(),
                    reason.unwrap_or_default()
                ));
            }
        }
    }

    fn alerts(&mut self, of: &Incident) {
        if of.alerts.is_empty() {
            return;
        }
        self.heading("Alerts");
        for alert in of.alerts.values() {
            let ended = match (alert.state, alert.ends_at) {
                (AlertState::Firing, _) => "still firing".to_owned(),
                (AlertState::Resolved, Some(at)) => format!("resolved {}", self.at(at)),
                (AlertState::Resolved, None) => "resolved".to_owned(),
            };
            let since = self.at(alert.starts_at);
            let (name, summary) = (inline(&alert.name), inline(&alert.summary));
            self.line(&format!("- {name}: {summary} (from {since}, {ended})"));
        }
    }

    fn action_items(&mut self, of: &Incident) {
        self.heading("Action items");
        if of.action_items.is_empty() {
            self.line("None.");
        }
        for item in &of.action_items {
            let owner = item
                .owner
                .as_ref()
                .map_or("no owner".to_owned(), |owner| inline(owner.as_str()));
            self.line(&format!("- [ ] {} ({owner})", inline(&item.text)));
        }
    }
}

/// Text from outside on one line of a document: visible, and nothing in it acts.
pub(super) fn inline(text: &str) -> String {
    escape(&visible_line(text))
}

/// Text from outside in a cell of a table: lines are kept apart by a break.
pub(super) fn cell(text: &str) -> String {
    visible_block(text)
        .lines()
        .map(escape)
        .collect::<Vec<_>>()
        .join("<br>")
}

/// Puts a backslash before all that means something to CommonMark and its usual extensions. HTML
/// and addresses need `<`, `&`, `:` and `@` taken care of too, for some readers make links of bare
/// ones.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_ascii_punctuation()
                && !matches!(c, ',' | ';' | '/' | '\'' | '"' | '%' | '?') =>
            {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn what_people_wrote_is_shown_and_does_nothing() {
        let nasty = [
            "# heading",
            "[click](javascript:alert(1))",
            "![x](http://evil/x.png)",
            "<script>alert(1)</script>",
            "a | b | c",
            "`code` *bold* _it_ ~~no~~",
            "1. one",
            "- item",
            "&lt;b&gt;",
            "<http://evil>",
            "\\[a](b)",
        ];
        for text in nasty {
            let document = format!("| x |\n| --- |\n| {} |\n", cell(text));
            let mut shown = String::new();
            let mut inside = false;
            for event in Parser::new_ext(&document, Options::all()) {
                match event {
                    Event::Start(Tag::TableRow) => inside = true,
                    Event::Text(text) if inside => shown.push_str(&text),
                    Event::Start(
                        Tag::Link { .. }
                        | Tag::Image { .. }
                        | Tag::Emphasis
                        | Tag::Strong
                        | Tag::Strikethrough
                        | Tag::Heading { .. }
                        | Tag::List(_),
                    )
                    | Event::Html(_)
                    | Event::InlineHtml(_)
                    | Event::Code(_) => panic!("{text:?} acts: {event:?}"),
                    _ => {}
                }
            }
            assert_eq!(shown, text);
        }
    }
}
