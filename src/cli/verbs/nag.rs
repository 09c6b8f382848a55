//! `warroom nag`: what is owed to an incident, and putting it off.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::cli::session;
use crate::cli::shapes;
use crate::console::text::age;
use crate::error::Failure;
use crate::incident::{IncidentId, Nag};
use clap::Args;

/// What `nag` takes.
#[derive(Debug, Args)]
pub struct NagArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// `snooze`, a nag's name (commander, update, severity, scribe, asks or quiet) and for how long,
    /// as 'snooze scribe 15m'; absent: list what is owed
    words: Vec<String>,
    #[command(flatten)]
    again: Again,
}

/// Lists what is owed, or puts one of it off for everyone.
///
/// # Errors
/// When the words mean nothing, it was refused or the server cannot be reached.
pub async fn run(args: NagArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let Some((verb, rest)) = args.words.split_first() else {
        session.join(args.incident).await?;
        let client = session.client();
        let room = client.room(args.incident);
        let now = session::now() + client.skew();
        let owed = room.map(|room| room.nags(now));
        session.close().await;
        return list(args.incident, &owed.unwrap_or_default(), cx);
    };
    let parsed = cx.parsed(&format!("/{verb} {}", rest.join(" ")), None);
    let intent = parsed.intent.ok().filter(|_| verb == "snooze");
    let intent = intent.ok_or_else(|| {
        Failure::usage(format!("'{}' puts no nag off.", args.words.join(" ")))
            .means("Nothing was put off.")
            .instead(
                "Write it as `warroom nag INC-1 snooze scribe 15m`: commander, update, severity, \
                 scribe, asks or quiet, for 5m to 24h.",
            )
    })?;
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &parsed.preview)
}

fn list(incident: IncidentId, owed: &[Nag], cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    if cx.global.json {
        for nag in owed {
            out.json(&shapes::nag(incident, nag))?;
        }
        return out.flush();
    }
    if owed.is_empty() {
        out.line(format_args!("{incident}: nothing is owed."))?;
        return out.flush();
    }
    let now = session::now();
    let rows: Vec<Vec<String>> = owed
        .iter()
        .map(|nag| {
            let put_off = nag.snoozed.as_ref().map(|snooze| {
                let until = out.date_time_zone(snooze.until);
                format!("by {} until {until}", snooze.by)
            });
            vec![
                nag.kind.name().to_owned(),
                nag.text.clone(),
                age(now - nag.since),
                put_off.unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    out.table(&["NAG", "WHAT", "FOR", "PUT OFF"], &rows)?;
    out.flush()
}
