//! `warroom update` and `warroom updates`: what those who wait are told, and by whose leave.

mod draft;

use super::ask::whole_minutes;
use crate::cli::args::{Again, duration};
use crate::cli::context::{Context, command_id, text_or_stdin};
use crate::cli::session::{self, Session};
use crate::cli::shapes;
use crate::console::text::{age, countdown, visible_block, visible_line};
use crate::error::Failure;
use crate::incident::update::Named;
use crate::incident::{
    Audience, Incident, IncidentId, Intent, Stage, Update, UpdateId, UpdateState,
};
use crate::updates::language::{Advice, Around, check};
use clap::Args;
use std::time::Duration;

/// What is done to a draft, as it is typed.
const SAYINGS: [&str; 8] = [
    "draft", "edit", "show", "submit", "approve", "reject", "withdraw", "post",
];

/// What `update` takes.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The words, to post them at once, or - to read them from standard input; or draft and the words, or
    /// edit, show, submit, approve, reject, withdraw or post, then the update's number and the words
    #[arg(required = true)]
    words: Vec<String>,
    /// Who is told [default: internal]
    #[arg(long, value_name = "AUDIENCE")]
    to: Option<Audience>,
    /// How far the incident has come, as they are told; absent: as its status says
    #[arg(long, value_name = "STAGE")]
    stage: Option<Stage>,
    /// When the next update is promised; absent: by severity
    #[arg(long, value_name = "TIME", value_parser = duration)]
    next: Option<Duration>,
    /// The version of the draft that you have read; absent: the one that is there now
    #[arg(long, value_name = "VERSION")]
    read: Option<u32>,
    /// Ask at once for the approval of what is drafted
    #[arg(long)]
    submit: bool,
    #[command(flatten)]
    again: Again,
}

/// What `updates` takes.
#[derive(Debug, Args)]
pub struct UpdatesArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
}

/// Posts words at once, or does something to a draft.
///
/// # Errors
/// When the words mean nothing, it was refused or the server cannot be reached.
pub async fn run(args: UpdateArgs, cx: &Context) -> Result<(), Failure> {
    let first = args.words.first().map_or("", String::as_str);
    let Some(saying) = SAYINGS.into_iter().find(|saying| *saying == first) else {
        return at_once(&args, cx).await;
    };
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let room = session.client().room(args.incident);
    let Some(state) = room.map(|room| room.confirmed().clone()) else {
        return Ok(());
    };
    if saying == "draft" {
        return draft::write(session, &state, &args, cx).await;
    }
    let number = args.words.get(1).map(|word| word.trim_start_matches('#'));
    let id = number.and_then(|number| number.parse().ok()).map(UpdateId);
    let id = id.ok_or_else(|| {
        Failure::usage(format!("`{saying}` needs the number of an update."))
            .means("Nothing was done.")
            .instead(format!(
                "`warroom updates {}` lists them; quote the words to post them.",
                args.incident
            ))
    })?;
    let update = state.update(id).ok_or_else(|| {
        Failure::refused(format!("There is no update {id}, or it ended long ago."))
            .instead(format!("`warroom updates {}` lists them.", args.incident))
    })?;
    match saying {
        "show" => {
            session.close().await;
            show(update, cx)
        }
        "edit" => draft::change(session, &state, update, &args, cx).await,
        _ => act(session, &state, update, (saying, &args), cx).await,
    }
}

async fn at_once(args: &UpdateArgs, cx: &Context) -> Result<(), Failure> {
    let text = text_or_stdin(&args.words.join(" "))?;
    let intent = Intent::PostUpdate {
        update: None,
        text: Some(text.into()),
        next_in_minutes: args.next.map(whole_minutes),
        audience: args.to,
    };
    let done = "the update is posted";
    cx.submit(args.again, Some(args.incident), intent, done)
        .await?;
    Ok(())
}

async fn act(
    mut session: Session,
    state: &Incident,
    update: &Update,
    (saying, args): (&str, &UpdateArgs),
    cx: &Context,
) -> Result<(), Failure> {
    let id = update.id;
    let named = Named {
        update: id,
        version: args.read.unwrap_or(update.version),
    };
    let words = args.words.get(2..).unwrap_or_default().join(" ");
    let reason = (!words.trim().is_empty()).then(|| words.trim().into());
    let audience = update.audience;
    let (intent, done) = match saying {
        "submit" => (
            Intent::SubmitUpdate(named),
            format!("{audience} update {id} waits for approval"),
        ),
        "approve" => (
            Intent::ApproveUpdate(named),
            format!(
                "{audience} update {id} is approved as version {}",
                named.version
            ),
        ),
        "reject" => (
            Intent::RejectUpdate {
                update: id,
                reason: reason.unwrap_or_default(),
            },
            format!("{audience} update {id} is rejected"),
        ),
        "withdraw" => (
            Intent::WithdrawUpdate { update: id, reason },
            format!("{audience} update {id} is withdrawn"),
        ),
        _ => (
            Intent::PostUpdate {
                update: Some(id),
                text: None,
                next_in_minutes: args.next.map(whole_minutes),
                audience: None,
            },
            format!("{audience} update {id} is posted; send it by hand"),
        ),
    };
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)?;
    if cx.global.json {
        return Ok(());
    }
    match saying {
        "approve" => {
            let mut out = cx.out();
            out.line(visible_block(&update.text))?;
            for line in advice_lines(state, update.audience, &update.text) {
                out.line(line)?;
            }
            out.flush()
        }
        // Nothing is configured that passes it on: a person does.
        "post" => {
            let mut out = cx.out();
            if state.is_drill() {
                out.line("This is a drill: it is sent to nobody.")?;
            }
            out.line("")?;
            out.line(visible_block(&update.text))?;
            out.flush()
        }
        _ => Ok(()),
    }
}

/// The advice on the words.
fn advice(state: &Incident, audience: Audience, text: &str) -> Vec<Advice> {
    let people: Vec<_> = state.people.keys().cloned().collect();
    let around = Around {
        audience,
        severity: state.severity,
        people: &people,
        hosts: &[],
    };
    check(text, &around)
}

fn advice_lines(state: &Incident, audience: Audience, text: &str) -> Vec<String> {
    let all = advice(state, audience, text);
    let lines = all.into_iter().map(|one| {
        let place = visible_line(text.get(one.span).unwrap_or_default()).into_owned();
        format!(
            "advice: {}: {place} ({})",
            one.about.name(),
            one.about.why()
        )
    });
    lines.collect()
}

/// The words and nothing else, so that they can be handed on.
fn show(update: &Update, cx: &Context) -> Result<(), Failure> {
    if update.is_withheld() && !cx.global.json {
        let id = update.id;
        return Err(
            Failure::refused(format!("Update {id} is {}.", update.state.name()))
                .instead("A spectator reads its words once it is posted."),
        );
    }
    let mut out = cx.out();
    if cx.global.json {
        out.json(&shapes::update(update))?;
        return out.flush();
    }
    out.line(visible_block(&update.text))?;
    out.flush()
}

/// Lists the updates of an incident, and who is promised the next one when.
///
/// # Errors
/// When the server cannot be reached.
pub async fn list(args: UpdatesArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let room = session.client().room(args.incident);
    let state = room.map(|room| room.confirmed().clone());
    session.close().await;
    let mut out = cx.out();
    let Some(state) = state else {
        return out.flush();
    };
    if cx.global.json {
        for update in &state.updates {
            out.json(&shapes::update(update))?;
        }
        return out.flush();
    }
    if state.updates.is_empty() {
        out.line("No update was written.")?;
    } else {
        let rows: Vec<Vec<String>> = state.updates.iter().map(row).collect();
        let heads = [
            "UPDATE", "AUDIENCE", "STAGE", "STATE", "VERSION", "BY", "AGE", "WORDS",
        ];
        out.table(&heads, &rows)?;
    }
    for (audience, at) in &state.promises {
        let left = countdown(*at - session::now());
        let late = if left.late { "OVERDUE " } else { "" };
        let at = out.date_time_zone(*at);
        out.line(format_args!(
            "next {audience} update {late}{} ({at})",
            left.text
        ))?;
    }
    out.flush()
}

fn row(of: &Update) -> Vec<String> {
    let state = match (of.state, &of.agreed) {
        (UpdateState::Approved, Some(agreed)) => format!("approved by {}", agreed.by),
        (state, _) => state.name().to_owned(),
    };
    vec![
        of.id.to_string(),
        of.audience.to_string(),
        of.stage
            .map_or_else(|| "-".to_owned(), |stage| stage.to_string()),
        state,
        of.version.to_string(),
        of.by.to_string(),
        age(session::now() - of.at),
        of.text.lines().next().unwrap_or("-").to_owned(),
    ]
}
