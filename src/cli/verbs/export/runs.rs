//! The commands that were run, in a document: each with what it printed.

use super::markdown::inline;
use crate::console::text::{Zone, visible_block};
use crate::incident::{CommandRun, Entry};
use std::fmt::Write as _;

/// The section; empty where nothing was run. What was taken back is struck out in the timeline and
/// is not shown again here.
pub(super) fn section(lines: &[Entry], zone: Zone) -> String {
    let mut text = String::new();
    for entry in lines.iter().filter(|line| line.marks.retracted.is_none()) {
        let Some(run) = &entry.run else {
            continue;
        };
        if text.is_empty() {
            text.push_str("\n## Commands run\n");
        }
        one(&mut text, entry, run, zone);
    }
    text
}

fn one(text: &mut String, entry: &Entry, run: &CommandRun, zone: Zone) {
    let private = if entry.marks.private {
        " (private)"
    } else {
        ""
    };
    let at = run.started_at;
    let _always = writeln!(
        text,
        "\n### Entry {}: {}{private}\n\n- by {}, {} {} {}, {}",
        entry.seq,
        inline(&run.end.words()),
        inline(entry.by.as_str()),
        zone.date(at),
        zone.hms(at),
        zone.name(at),
        inline(&run.place()),
    );
    if let Some(step) = &run.step {
        let _always = writeln!(
            text,
            "- for step {} of {}",
            step.step,
            inline(&step.runbook)
        );
    }
    if !run.note.is_empty() {
        let _always = writeln!(text, "- {}", inline(&run.note));
    }
    let remarks = run.remarks();
    if !remarks.is_empty() {
        let _always = writeln!(text, "- {}", inline(&remarks.join(", ")));
    }
    if let Some(hash) = run.printed.sha256 {
        let _always = writeln!(text, "- {} bytes, SHA-256 {hash}", run.printed.bytes);
    }
    fenced(text, &format!("$ {}\n{}", run.command, run.printed.shown()));
}

/// A block in which nothing means anything: its fence is longer than any within.
fn fenced(text: &mut String, code: &str) {
    let code = visible_block(code);
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _always = writeln!(text, "\n{fence}\n{}\n{fence}", code.trim_end());
}

#[cfg(test)]
mod tests {
    use super::fenced;

    #[test]
    fn an_output_cannot_end_its_block() {
        let mut text = String::new();
        fenced(&mut text, "a\n```\n# b\x1b[31m\n");
        assert_eq!(text, "\n````\na\n```\n# b␛[31m\n````\n");
    }
}
