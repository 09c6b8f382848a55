//! `warroom hypothesis`: what may be so, and what is said of it.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::cli::shapes;
use crate::console::brief::ground;
use crate::error::Failure;
use crate::incident::{
    EntryKind, Hypothesis, HypothesisName, Incident, IncidentId, Intent, NewNote,
};
use clap::Args;

/// What may be said of a hypothesis, as it is typed, and the composer's word for it.
const SAYINGS: [(&str, &str); 3] = [
    ("support", "support"),
    ("rule-out", "rule-out"),
    ("reconsider", "reconsider"),
];

/// What `hypothesis` takes.
#[derive(Debug, Args)]
pub struct HypothesisArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// What may be so; or a hypothesis, as H1 or #45, and what is said of it: support, rule-out or
    /// reconsider, then the entry that speaks for that, as #123, and words; absent: list them
    words: Vec<String>,
    /// Never show it to spectators
    #[arg(long)]
    private: bool,
    #[command(flatten)]
    again: Again,
}

/// Writes one, says something of one, or lists them.
///
/// # Errors
/// When the words mean nothing, it was refused or the server cannot be reached.
pub async fn run(args: HypothesisArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let room = session.client().room(args.incident);
    let state = room.map(|room| room.confirmed().clone());
    if args.words.is_empty() {
        session.close().await;
        return list(state.as_ref(), cx);
    }
    let (intent, done) = meaning(&args, state.as_ref(), cx)?;
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)
}

/// A hypothesis and a word about it, or else the words of a new one.
fn meaning(
    args: &HypothesisArgs,
    state: Option<&Incident>,
    cx: &Context,
) -> Result<(Intent, String), Failure> {
    let first = args.words.first().map_or("", String::as_str);
    let name = first.starts_with(['H', 'h', '#']);
    let name = name.then(|| first.parse::<HypothesisName>().ok()).flatten();
    let Some(name) = name else {
        let text = args.words.join(" ");
        let note = NewNote {
            kind: EntryKind::Hypothesis,
            private: args.private,
            ..NewNote::plain(text)
        };
        return Ok((Intent::Note(note), "hypothesis".to_owned()));
    };
    let said = args.words.get(1).map_or("", String::as_str);
    let known = SAYINGS.into_iter().find(|(known, _)| *known == said);
    let (_, word) = known.ok_or_else(|| {
        let all = SAYINGS.map(|(known, _)| known).join(", ");
        Failure::usage(format!("'{said}' is none of {all}."))
            .means(format!("Nothing was said of {name}."))
            .instead("Write it as `warroom hypothesis INC-1 H1 rule-out '#124' it is half empty`.")
    })?;
    let rest = args.words.get(2..).unwrap_or_default().join(" ");
    let parsed = cx.parsed(&format!("/{word} {name} {rest}"), state);
    let intent = parsed.intent.map_err(|problem| {
        Failure::usage(problem.why)
            .means(format!("Nothing was said of {name}."))
            .instead(problem.instead)
    })?;
    Ok((intent, parsed.preview))
}

fn list(state: Option<&Incident>, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    let all: Vec<&Hypothesis> = state.into_iter().flat_map(|i| &i.hypotheses).collect();
    if cx.global.json {
        for held in all {
            out.json(&shapes::hypothesis(held))?;
        }
        return out.flush();
    }
    if all.is_empty() {
        out.line("Nobody has supposed anything.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = all.into_iter().map(row).collect();
    let heads = ["HYPOTHESIS", "STATE", "BY", "WHAT", "SPEAKS FOR THAT"];
    out.table(&heads, &rows)?;
    out.flush()
}

fn row(of: &Hypothesis) -> Vec<String> {
    let grounds: Vec<String> = of
        .grounds()
        .map(|said| ground(said.evidence, said.reason.as_deref()))
        .collect();
    let grounds = if grounds.is_empty() {
        "-".to_owned()
    } else {
        grounds.join("; ")
    };
    vec![
        of.name().to_string(),
        of.state().title().to_owned(),
        of.by.to_string(),
        of.text.to_string(),
        grounds,
    ]
}
