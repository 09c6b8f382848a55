//! `warroom role`: give, claim or release a role.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, Person, Role};
use clap::Args;

/// What `role` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "A role is never taken from someone silently: to give one that is held to \
                        another, name the holder you saw with --from."
)]
pub struct RoleArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// ic, deputy, ops, comms, scribe or another by name
    role: Role,
    /// Who has it from now on; `me` claims it
    #[arg(required_unless_present = "release")]
    person: Option<String>,
    /// Who you saw holding it
    #[arg(long, value_name = "HOLDER")]
    from: Option<Person>,
    /// Give it up, or with --from take it from its holder, so that it is vacant
    #[arg(long, conflicts_with = "person")]
    release: bool,
    #[command(flatten)]
    again: Again,
}

/// Gives, claims or releases the role.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: RoleArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let me = session.client().me().map(|me| me.person.clone());
    let (role, from) = (args.role, args.from);
    let title = role.title().to_owned();
    let (intent, done) = match args.person.as_deref() {
        None => {
            let intent = Intent::ReleaseRole {
                role,
                expected_holder: from.or(me),
            };
            (intent, format!("{title} is vacant"))
        }
        Some(name) => {
            let to = match me.clone().filter(|_| name.eq_ignore_ascii_case("me")) {
                Some(me) => me,
                None => name
                    .parse()
                    .map_err(|error| Failure::usage(format!("{error}.")))?,
            };
            let done = format!("{title}: {to}");
            let intent = if me.as_ref() == Some(&to) && from.is_none() {
                Intent::ClaimRole { role }
            } else {
                Intent::AssignRole {
                    role,
                    to,
                    expected_holder: from,
                }
            };
            (intent, done)
        }
    };
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)
}
