//! Writing a draft on the command line: words of one's own, or a template's, with the facts filled in.

use super::super::ask::whole_minutes;
use super::{UpdateArgs, advice_lines};
use crate::cli::context::{Context, command_id, text_or_stdin};
use crate::cli::session::{self, Session};
use crate::config::templates;
use crate::console::text::visible_block;
use crate::error::Failure;
use crate::incident::{Audience, Incident, Intent, Stage, Timestamp, Update, UpdateId};
use crate::updates::{Facts, Templates, fill};
use chrono::{DurationRound as _, TimeDelta};

/// A draft that is about to be written.
struct Draft<'a> {
    update: Option<&'a Update>,
    audience: Audience,
    stage: Stage,
    text: String,
}

/// A new draft.
pub(super) async fn write(
    session: Session,
    state: &Incident,
    args: &UpdateArgs,
    cx: &Context,
) -> Result<(), Failure> {
    let audience = args.to.unwrap_or_default();
    let stage = args.stage.unwrap_or_else(|| Stage::of(state.status));
    let words = args.words.get(1..).unwrap_or_default().join(" ");
    let text = if words.is_empty() {
        own(cx)?.find(audience, stage, state.severity).to_string()
    } else {
        text_or_stdin(&words)?
    };
    let draft = Draft {
        update: None,
        audience,
        stage,
        text,
    };
    keep(session, state, draft, args, cx).await
}

/// Other words for a draft that there is.
pub(super) async fn change(
    session: Session,
    state: &Incident,
    update: &Update,
    args: &UpdateArgs,
    cx: &Context,
) -> Result<(), Failure> {
    let words = args.words.get(2..).unwrap_or_default().join(" ");
    let draft = Draft {
        update: Some(update),
        audience: args.to.unwrap_or(update.audience),
        stage: (args.stage.or(update.stage)).unwrap_or_else(|| Stage::of(state.status)),
        text: text_or_stdin(&words)?,
    };
    keep(session, state, draft, args, cx).await
}

/// The templates of the configured folder, before ours.
fn own(cx: &Context) -> Result<Templates, Failure> {
    match cx.config()?.config.updates.templates {
        Some(dir) => Ok(templates(&dir)?),
        None => Ok(Templates::default()),
    }
}

async fn keep(
    mut session: Session,
    state: &Incident,
    draft: Draft<'_>,
    args: &UpdateArgs,
    cx: &Context,
) -> Result<(), Failure> {
    let now = session::now();
    let usual = state.cadence_minutes(draft.audience);
    let next_at = match (args.next.map(whole_minutes), draft.update) {
        (Some(minutes), _) => whole_minute(now, minutes),
        (None, Some(update)) => update.next_at,
        (None, None) => usual.and_then(|minutes| whole_minute(now, minutes)),
    };
    let filled = fill(&draft.text, &Facts::of(state, next_at, now));
    let text = visible_block(filled.text.trim_end()).into_owned();
    let intent = Intent::DraftUpdate {
        update: draft.update.map(|update| update.id),
        audience: draft.audience,
        text: text.clone().into(),
        stage: Some(draft.stage),
        next_at,
        expected: draft
            .update
            .map(|update| args.read.unwrap_or(update.version)),
        submit: args.submit,
    };
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.reach(args.incident, receipt.last).await?;
    let room = session.client().room(args.incident);
    let id = draft.update.map(|update| update.id);
    let id = id.or_else(|| room.and_then(|room| newest(room.confirmed(), &text)));
    session.close().await;
    let named = id.map_or_else(String::new, |id| format!(" {id}"));
    let what = if args.submit {
        "waits for approval"
    } else {
        "is drafted"
    };
    cx.print_receipt(
        &receipt,
        &format!("{} update{named} {what}", draft.audience),
    )?;
    if !cx.global.json {
        let mut out = cx.out();
        out.line(&text)?;
        for line in advice_lines(state, draft.audience, &text) {
            out.line(line)?;
        }
        out.flush()?;
    }
    Ok(())
}

fn newest(state: &Incident, text: &str) -> Option<UpdateId> {
    let mut open = state.open_updates().rev();
    open.find(|update| &*update.text == text.trim())
        .map(|update| update.id)
}

fn whole_minute(now: Timestamp, minutes: u32) -> Option<Timestamp> {
    let minute = TimeDelta::minutes(1);
    let at = now + TimeDelta::minutes(i64::from(minutes));
    let whole = at.duration_trunc(minute).ok()?;
    Some(if whole < at { whole + minute } else { whole })
}
