//! What was pinned as evidence, in a document: drawn again from the numbers that are in the log.

use super::markdown::{cell, inline};
use crate::cli::pinned;
use crate::console::chart::{self, Signs};
use crate::console::text::Zone;
use crate::incident::{Evidence, PinnedEvidence, Seen, Series, Timestamp};
use std::fmt::Write as _;

/// The section; empty where nothing was pinned. A document is read where eighths can be drawn.
pub(super) fn section(pieces: &[PinnedEvidence], zone: Zone) -> String {
    let mut text = String::new();
    if !pieces.is_empty() {
        text.push_str("\n## Evidence\n");
    }
    for piece in pieces {
        let evidence = &*piece.evidence;
        let private = if piece.private { " (private)" } else { "" };
        let _always = writeln!(
            text,
            "\n### {}{private}\n\n- {}\n- pinned {} by {} as entry {}, as of {}",
            inline(&evidence.title),
            inline(&evidence.line()),
            moment(piece.pinned_at, zone),
            inline(piece.by.as_str()),
            piece.seq,
            moment(evidence.at, zone),
        );
        if !piece.text.is_empty() {
            let _always = writeln!(text, "- {}", inline(&piece.text));
        }
        if let Some(url) = &evidence.url {
            let _always = writeln!(text, "- {}", inline(url));
        }
        text.push('\n');
        text.push_str(&table(evidence, zone));
    }
    text
}

fn moment(at: Timestamp, zone: Zone) -> String {
    format!("{} {} {}", zone.date(at), zone.hms(at), zone.name(at))
}

fn table(evidence: &Evidence, zone: Zone) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |cells: &[&str]| rows.push(cells.iter().map(|text| cell(text)).collect());
    match &evidence.seen {
        Seen::Signal { unit, series, .. } => {
            row(&["Series", "Over time", "Went"]);
            for drawn in pinned::series(series, *unit, Signs::Braille) {
                row(&[&drawn.label, &drawn.line, &drawn.went]);
            }
            if let Some((from, to)) = series.first().map(Series::window) {
                let span = format!("{} → {}", moment(from, zone), moment(to, zone));
                row(&["time", &span, ""]);
            }
        }
        Seen::Issue {
            id,
            events,
            users,
            first_seen,
            last_seen,
            trend,
        } => {
            row(&["Error", id]);
            row(&["events", &events.to_string()]);
            row(&["users", &users.to_string()]);
            row(&["first seen", &moment(*first_seen, zone)]);
            row(&["last seen", &moment(*last_seen, zone)]);
            row(&["over time", &counts(trend)]);
        }
        Seen::Alerts {
            firing,
            silenced,
            pending,
            first_at,
            last_at,
            names,
            rate,
        } => {
            row(&["Alerts", &evidence.title]);
            row(&["firing", &firing.to_string()]);
            row(&["pending", &pending.to_string()]);
            row(&["silenced", &silenced.to_string()]);
            row(&["first began", &moment(*first_at, zone)]);
            row(&["last changed", &moment(*last_at, zone)]);
            row(&["began, by minute", &counts(rate)]);
            row(&["names", &names.join(", ")]);
        }
    }
    in_markdown(&rows)
}

fn counts(counts: &[u32]) -> String {
    chart::counts(counts, counts.len(), Signs::Braille)
        .trim_end()
        .to_owned()
}

/// Rows of escaped cells, the first of them the heading.
fn in_markdown(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        let _always = writeln!(text, "| {} |", row.join(" | "));
        if at == 0 {
            let _always = writeln!(text, "|{}", " --- |".repeat(row.len()));
        }
    }
    text
}
