//! `warroom search`: find words in the timelines.

use crate::cli::context::Context;
use crate::cli::shapes;
use crate::error::Failure;
use crate::incident::IncidentId;
use clap::Args;

/// What `search` takes.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words; all must be found, the last one may be a beginning
    #[arg(required = true, num_args = 1..)]
    text: Vec<String>,
    /// Only in this incident
    #[arg(long, value_name = "INC")]
    incident: Option<IncidentId>,
}

/// Prints what is found, newest first.
///
/// # Errors
/// When the server cannot be reached or cannot search.
pub async fn run(args: SearchArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let (hits, more) = session.search(args.incident, &args.text.join(" ")).await?;
    session.close().await;
    let mut out = cx.out();
    if cx.global.json {
        for hit in &hits {
            out.json(&shapes::hit(hit))?;
        }
        return out.flush();
    }
    if hits.is_empty() {
        out.line("Nothing was found.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = hits
        .iter()
        .map(|hit| {
            vec![
                hit.incident.to_string(),
                hit.seq.to_string(),
                out.date_time_zone(hit.occurred_at),
                hit.by.to_string(),
                excerpt(&hit.text, &args.text),
            ]
        })
        .collect();
    out.table(&["INCIDENT", "SEQ", "WHEN", "BY", "TEXT"], &rows)?;
    if more {
        out.line("There is more; add a word to narrow it down.")?;
    }
    out.flush()
}

/// Characters of an entry that a row has room for.
const EXCERPT: usize = 120;
/// Characters before what was searched for.
const BEFORE: usize = 30;

/// The part of the text that has the first of the words that stands in it; `--json` has it whole.
fn excerpt(text: &str, words: &[String]) -> String {
    let words = words.iter().flat_map(|words| words.split_whitespace());
    let hit = words.filter_map(|word| find(text, word)).min().unwrap_or(0);
    let first = hit.saturating_sub(BEFORE);
    let mut shown: String = text.chars().skip(first).take(EXCERPT).collect();
    if first > 0 {
        shown.insert(0, '…');
    }
    if text.chars().count() > first + EXCERPT {
        shown.push('…');
    }
    shown
}

/// Characters before the word's first place, whatever the case.
fn find(text: &str, word: &str) -> Option<usize> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let starts = |from: &str| {
        let mut letters = from.chars().flat_map(char::to_lowercase);
        word.iter().all(|letter| letters.next() == Some(*letter))
    };
    text.char_indices()
        .map(|(at, _)| &text[at..])
        .position(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_part_that_was_searched_for() {
        let words = |words: &str| vec![words.to_owned()];
        assert_eq!(excerpt("short", &words("none")), "short");
        let long = format!("{} the NÄDEL here {}", "å ".repeat(200), "z ".repeat(200));
        let shown = excerpt(&long, &words("nothing nädel"));
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("the NÄDEL here"), "{shown}");
        assert_eq!(shown.chars().count(), EXCERPT + 2);
        let shown = excerpt(&long, &words("nothing"));
        assert!(shown.starts_with("å å") && shown.ends_with('…'), "{shown}");
        let shown = excerpt(&long, &words("z"));
        assert!(shown.contains("the NÄDEL here z z"), "{shown}");
    }
}
