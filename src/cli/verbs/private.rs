//! `warroom private`, `public`, `admit` and `dismiss`: who may see an incident.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::incident::{Admission, Dismissal, IncidentId, Intent, Person, PrivateTo, PublicAgain};
use clap::Args;

/// What `private` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "For everyone else it is from then on as if there were no such incident. What \
                  they read before, they have read."
)]
pub struct PrivateArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Who may see it, beside yourself and those who have a role in it
    people: Vec<Person>,
    #[command(flatten)]
    again: Again,
}

/// What `public` takes.
#[derive(Debug, Args)]
#[command(after_help = "Everyone then sees all that was ever written in it.")]
pub struct PublicArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Everyone may see all that is in it
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    again: Again,
}

/// What `admit` and `dismiss` take.
#[derive(Debug, Args)]
pub struct PersonArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Who
    person: Person,
    #[command(flatten)]
    again: Again,
}

/// Makes it private.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn close(args: PrivateArgs, cx: &Context) -> Result<(), Failure> {
    let people = args.people;
    let intent = Intent::MakePrivate(PrivateTo { people });
    cx.submit(args.again, Some(args.incident), intent, "private")
        .await?;
    Ok(())
}

/// Makes it public.
///
/// # Errors
/// When it was not agreed to, was refused or the server cannot be reached.
pub async fn open(args: PublicArgs, cx: &Context) -> Result<(), Failure> {
    if !args.yes {
        let what = format!("{} stays private: nothing was sent.", args.incident);
        let instead = "Say that everyone may see all that is in it: add --yes.";
        return Err(Failure::usage(what).instead(instead));
    }
    let intent = Intent::MakePublic(PublicAgain {});
    cx.submit(args.again, Some(args.incident), intent, "public")
        .await?;
    Ok(())
}

impl PersonArgs {
    async fn submit(self, intent: Intent, sees: &str, cx: &Context) -> Result<(), Failure> {
        let done = format!("{} {sees}", self.person);
        cx.submit(self.again, Some(self.incident), intent, &done)
            .await?;
        Ok(())
    }
}

/// Admits someone.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn admit(args: PersonArgs, cx: &Context) -> Result<(), Failure> {
    let person = args.person.clone();
    let intent = Intent::Admit(Admission { person });
    args.submit(intent, "sees it", cx).await
}

/// Dismisses someone.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn dismiss(args: PersonArgs, cx: &Context) -> Result<(), Failure> {
    let person = args.person.clone();
    let intent = Intent::Dismiss(Dismissal { person });
    args.submit(intent, "sees it no more", cx).await
}
