//! The command line: one file for each verb, and what they share.
//!
//! A verb is thin: it reads its arguments, asks the server over one [`session`], prints through
//! one writer ([`out`]), and ends with one of the exit codes of [`crate::error::Kind`].

mod args;
mod context;
mod history;
mod hooks;
mod house;
mod local;
mod login;
mod out;
mod pinned;
mod session;
mod shapes;
mod sources;
mod troupe;
mod verbs;
mod when;

use crate::error::Failure;
use crate::paths::Paths;
use args::{Cli, Verb};
use clap::Parser;
use context::Context;
use std::process::ExitCode;
use v::console::{JoinArgs, Part, WatchArgs};
use verbs as v;

/// Reads the command line, does what it says, and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse_usage(&error),
    };
    match run(cli) {
        Ok(code) => code,
        Err(failure) => failure.tell(&mut std::io::stderr().lock()),
    }
}

/// Help and version go to standard output and are no error; all else is, of usage.
fn refuse_usage(error: &clap::Error) -> ExitCode {
    let _unheard = error.print();
    if error.use_stderr() {
        ExitCode::from(crate::error::Kind::Usage.code())
    } else {
        ExitCode::SUCCESS
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    // One TLS provider for the whole process; that one was installed before is as well.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let mut cx = Context {
        global: cli.global,
        paths: Paths::find()?,
    };
    let Some(verb) = cli.verb else {
        let console = v::console::run(cli.open, Part::Takes, &cx);
        return runtime()?.block_on(console).map(|()| ExitCode::SUCCESS);
    };
    if let Verb::Join(JoinArgs { url, .. })
    | Verb::Watch(WatchArgs {
        join: JoinArgs { url, .. },
        ..
    }) = &verb
    {
        cx.global.server = Some(url.clone());
    }
    // What it ran says how it ended.
    if let Verb::Run(args) = verb {
        return runtime()?.block_on(v::run::run(args, &cx));
    }
    let done = match verb {
        Verb::Token(args) => v::token::run(&args, &cx),
        Verb::Completions(args) => v::completions::run(&args, &cx),
        Verb::Man(args) => v::man::run(&args, &cx),
        Verb::Demo(args) => v::demo::run(&args, &cx),
        Verb::Serve(args) => v::serve::run(&args, &cx),
        Verb::Verify(args) => v::verify::run(&args, &cx),
        Verb::Replay(args) => v::replay::run(args, &cx),
        Verb::Backup(args) => v::backup::backup(&args, &cx),
        Verb::Restore(args) => v::backup::restore(&args, &cx),
        Verb::Repair(args) => v::backup::repair(&args, &cx),
        Verb::Config(args) => v::config::run(&args, &cx),
        verb => runtime()?.block_on(ask(verb, &cx)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The verbs that talk to a server.
async fn ask(verb: Verb, cx: &Context) -> Result<(), Failure> {
    match verb {
        Verb::Join(args) => v::console::run(args.open, Part::Takes, cx).await,
        Verb::Watch(args) => {
            let part = Part::Watches {
                rotate: args.rotate,
            };
            v::console::run(args.join.open, part, cx).await
        }
        Verb::Declare(args) => v::declare::run(args, cx).await,
        Verb::List(args) => v::list::run(args, cx).await,
        Verb::Show(args) => v::show::run(args, cx).await,
        Verb::Timeline(args) => v::timeline::run(args, cx).await,
        Verb::Doctor(args) => v::doctor::run(args, cx).await,
        Verb::Note(args) => v::note::run(args, cx).await,
        Verb::Consent(args) => v::consent::run(args, cx).await,
        Verb::Gaps(args) => v::gaps::run(args, cx).await,
        Verb::CatchUp(args) => v::catch_up::run(args, cx).await,
        Verb::Can(args) => v::can::run(args, cx).await,
        Verb::Nag(args) => v::nag::run(args, cx).await,
        Verb::Import(args) => v::import::run(args, cx).await,
        Verb::Status(args) => v::status::run(args, cx).await,
        Verb::Severity(args) => v::severity::run(args, cx).await,
        Verb::Role(args) => v::role::run(args, cx).await,
        Verb::Runbook(args) => v::runbook::run(args, cx).await,
        Verb::Ask(args) => v::ask::run(args, cx).await,
        Verb::Propose(args) => v::propose::run(args, cx).await,
        Verb::Handover(args) => v::handover::run(args, cx).await,
        Verb::Hypothesis(args) => v::hypothesis::run(args, cx).await,
        Verb::Update(args) => v::update::run(args, cx).await,
        Verb::Updates(args) => v::update::list(args, cx).await,
        Verb::Private(args) => v::private::close(args, cx).await,
        Verb::Public(args) => v::private::open(args, cx).await,
        Verb::Admit(args) => v::private::admit(args, cx).await,
        Verb::Dismiss(args) => v::private::dismiss(args, cx).await,
        Verb::Reopen(args) => v::end::run(v::end::End::Reopen, args, cx).await,
        Verb::Cancel(args) => v::end::run(v::end::End::Cancel, args, cx).await,
        Verb::Decline(args) => v::end::run(v::end::End::Decline, args, cx).await,
        Verb::Merge(args) => v::end::merge(args, cx).await,
        Verb::Search(args) => v::search::run(args, cx).await,
        Verb::Export(args) => v::export::run(args, cx).await,
        // Those that need no server are done before.
        Verb::Token(_)
        | Verb::Completions(_)
        | Verb::Man(_)
        | Verb::Run(_)
        | Verb::Serve(_)
        | Verb::Verify(_)
        | Verb::Replay(_)
        | Verb::Backup(_)
        | Verb::Restore(_)
        | Verb::Repair(_)
        | Verb::Demo(_)
        | Verb::Config(_) => Ok(()),
    }
}

/// One thread is enough for one connection.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal("No connection can be made.").because(error))
}
