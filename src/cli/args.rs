//! The command line as it is typed. Each verb's own arguments are beside the verb.

use super::verbs as v;
use crate::console::text::Zone;
use crate::incident::Person;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// An incident console for the terminal, and the small server behind it.
#[derive(Debug, Parser)]
#[command(name = "warroom", version, max_term_width = 100, after_help = EXITS)]
pub struct Cli {
    /// What holds for every verb.
    #[command(flatten)]
    pub global: Global,
    /// What the console opens with, when no verb is given.
    #[command(flatten)]
    pub open: v::console::OpenArgs,
    /// What to do; absent: open the console
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

const EXITS: &str = "Exit codes: 0 done (and durable), 1 refused, 2 usage, 3 cannot reach the \
                     server, 70 something on this machine does not work.";

/// How long a verb waits for the server when nothing is said.
const TIMEOUT: &str = "10s";

/// What holds for every verb.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The server, as ws://HOST:PORT or wss://HOST:PORT; absent: the configured or the local one
    #[arg(
        long,
        global = true,
        env = "WARROOM_SERVER",
        value_name = "URL",
        hide_env_values = true
    )]
    pub server: Option<String>,
    /// A file that holds the access token (or set WARROOM_TOKEN)
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// One JSON object a line, times in UTC
    #[arg(long, global = true)]
    pub json: bool,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data directory of the server on this machine
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Your name, where the server has no access tokens; absent: the configured or login name
    #[arg(long, global = true, value_name = "PERSON")]
    pub name: Option<Person>,
    /// The zone in which times are read and shown: local, utc or a name such as Europe/Berlin
    #[arg(long, global = true, value_name = "ZONE")]
    pub zone: Option<Zone>,
    /// How long to wait for the server
    #[arg(long, global = true, value_name = "TIME", default_value = TIMEOUT, value_parser = duration)]
    pub timeout: Duration,
}

/// Reads `10s` or `2m` for clap.
pub fn duration(text: &str) -> Result<Duration, String> {
    let read = crate::console::text::parse_duration(text).map_err(|error| error.to_string())?;
    read.to_std().map_err(|error| error.to_string())
}

/// An id for a command that may have to be sent again.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Again {
    /// The command's id (UUID): a command sent twice under one id happens once, so that a script
    /// may repeat it when it does not know whether it was recorded
    #[arg(long, value_name = "UUID")]
    pub id: Option<uuid::Uuid>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open the console on a server
    Join(v::console::JoinArgs),
    /// Open the console on a server to read only, as a wall screen does
    Watch(v::console::WatchArgs),
    /// Play a drill with teammates, on a server of its own that is gone afterwards
    Demo(v::demo::DemoArgs),
    /// Start the server, in the foreground
    Serve(v::serve::ServeArgs),
    /// Declare an incident, or the one that waits in triage
    Declare(v::declare::DeclareArgs),
    /// List the open incidents
    List(v::list::ListArgs),
    /// Show one incident: status, roles, asks, runbook, alerts
    Show(v::show::ShowArgs),
    /// Print the timeline, and go on with --follow
    Timeline(v::timeline::TimelineArgs),
    /// Write a line into the timeline, in the composer's grammar
    Note(v::note::NoteArgs),
    /// Run a command here, and put what it printed into the timeline
    Run(v::run::RunArgs),
    /// Consent to a dangerous command that someone else wants to run, or refuse
    Consent(v::consent::ConsentArgs),
    /// Find where the timeline says nothing while things changed
    Gaps(v::gaps::GapsArgs),
    /// Say what changed since you last looked, or since a time
    CatchUp(v::catch_up::CatchUpArgs),
    /// Draft a report of conditions, actions and needs, or keep one
    Can(v::can::CanArgs),
    /// List what is owed to an incident, or put one of it off
    Nag(v::nag::NagArgs),
    /// Bring a timeline in that was written elsewhere: a report, a pasted chat
    Import(v::import::ImportArgs),
    /// Move an incident on, or correct where it stands
    Status(v::status::StatusArgs),
    /// Set or correct how bad it is
    Severity(v::severity::SeverityArgs),
    /// Give, claim or release a role
    Role(v::role::RoleArgs),
    /// List runbooks, attach one, move its steps on
    Runbook(v::runbook::RunbookArgs),
    /// Put a task with a clock to one person, answer one, list the open ones
    Ask(v::ask::AskArgs),
    /// Put a decision to the room, with a window for strong objections
    Propose(v::propose::ProposeArgs),
    /// Offer a role to someone, who takes it over after a brief
    Handover(v::handover::HandoverArgs),
    /// Write down what may be so, and what speaks for it or against it
    Hypothesis(v::hypothesis::HypothesisArgs),
    /// Post an internal update, with a promise of the next one
    Update(v::update::UpdateArgs),
    /// List the updates, how far each has come and who is promised the next
    Updates(v::update::UpdatesArgs),
    /// Show an incident to nobody but those who are named
    Private(v::private::PrivateArgs),
    /// Show a private incident to everyone again
    Public(v::private::PublicArgs),
    /// Let one more person see a private incident
    Admit(v::private::PersonArgs),
    /// Let someone see a private incident no more
    Dismiss(v::private::PersonArgs),
    /// Say that an incident is not over after all
    Reopen(v::end::EndArgs),
    /// Say that an incident was declared by mistake
    Cancel(v::end::EndArgs),
    /// Say that what waits in triage is not an incident
    Decline(v::end::EndArgs),
    /// Make an incident part of another
    Merge(v::end::MergeArgs),
    /// Search the timelines
    Search(v::search::SearchArgs),
    /// Write an incident out: a document, an object or its log
    Export(v::export::ExportArgs),
    /// Play an exported log in the console, or write it as a terminal recording
    Replay(v::replay::ReplayArgs),
    /// Check that a journal, or an exported log, is whole
    Verify(v::verify::VerifyArgs),
    /// Copy the journal to a file, whole and of one moment, also while the server runs
    Backup(v::backup::BackupArgs),
    /// Put such a copy in the journal's place
    Restore(v::backup::RestoreArgs),
    /// Keep all of a broken journal that verifies, and move the rest aside
    Repair(v::backup::RepairArgs),
    /// Check or show the configuration
    Config(v::config::ConfigArgs),
    /// Make, list and revoke access tokens
    Token(v::token::TokenArgs),
    /// Look at what works here and what does not
    Doctor(v::doctor::DoctorArgs),
    /// Print the completions of a shell
    Completions(v::completions::CompletionsArgs),
    /// Print the manual page, or write all of them
    Man(v::man::ManArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_table_holds_together() {
        Cli::command().debug_assert();
    }

    /// One name for two things is found by clap only when that verb is run.
    #[test]
    fn no_verb_names_an_argument_as_what_holds_everywhere() {
        fn walk(command: &clap::Command, everywhere: &[clap::Id]) {
            for argument in command.get_arguments() {
                let name = (command.get_name(), argument.get_id());
                assert!(!everywhere.contains(argument.get_id()), "{name:?}");
            }
            let verbs = command.get_subcommands();
            verbs.for_each(|verb| walk(verb, everywhere));
        }
        let all = Cli::command();
        let everywhere = all.get_arguments().map(|a| a.get_id().clone());
        let everywhere: Vec<clap::Id> = everywhere
            .filter(|id| id != "incident" && id != "layout")
            .collect();
        assert!(everywhere.iter().any(|id| id == "name"));
        all.get_subcommands()
            .for_each(|verb| walk(verb, &everywhere));
    }

    /// What a process is started with is seen by every user of the machine.
    #[test]
    fn no_argument_takes_a_secret_only_the_files_of_one() {
        fn walk(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let words = ["token", "secret", "password", "credential", "bearer", "key"];
                let secret = words
                    .into_iter()
                    .any(|word| name.split('_').any(|part| part == word));
                let file = name.ends_with("_file") || name == "tls_key";
                assert!(!secret || file, "{} {name}", command.get_name());
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Cli::command());
    }

    #[test]
    fn every_verb_and_argument_says_what_it_is() {
        fn walk(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments().filter(|a| !a.is_hide_set()) {
                let name = (command.get_name(), argument.get_id());
                assert!(argument.get_help().is_some(), "{name:?}");
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Cli::command());
    }
}
