//! `warroom doctor`: what works here and what does not, with what to do.

use crate::cli::context::Context;
use crate::cli::{house, local};
use crate::config::Loaded;
use crate::error::Failure;
use clap::Args;
use serde_json::json;
use std::io::IsTerminal as _;

/// What `doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorArgs {}

/// What came of one look.
enum State {
    Good,
    /// Works, and may surprise.
    Note,
    Bad,
}

struct Look {
    what: &'static str,
    state: State,
    found: String,
    instead: String,
}

fn good(what: &'static str, found: impl Into<String>) -> Look {
    look(what, State::Good, found, "")
}

fn look(
    what: &'static str,
    state: State,
    found: impl Into<String>,
    instead: impl Into<String>,
) -> Look {
    Look {
        what,
        state,
        found: found.into(),
        instead: instead.into(),
    }
}

fn bad(what: &'static str, failure: &Failure) -> Look {
    let cause = failure.source.as_ref().map(|s| format!(" ({s})"));
    let found = format!("{}{}", failure.what, cause.unwrap_or_default());
    look(what, State::Bad, found, failure.instead.clone())
}

/// Looks at everything; starts no server and changes nothing.
///
/// # Errors
/// When something does not work.
pub async fn run(_: DoctorArgs, cx: &Context) -> Result<(), Failure> {
    let mut looks = vec![good(
        "program",
        concat!("warroom ", env!("CARGO_PKG_VERSION")),
    )];
    looks.push(config(cx));
    looks.push(match cx.name() {
        Some(name) => good("name", name.to_string()),
        None => look(
            "name",
            State::Note,
            "no name is known for you",
            "Give --name, or set `name` in [client], for servers without tokens.",
        ),
    });
    looks.push(state_dir(cx));
    looks.push(journal(cx));
    looks.push(server(cx).await);
    looks.push(terminal());
    print(&looks, cx)?;
    let wrong = looks
        .iter()
        .filter(|l| matches!(l.state, State::Bad))
        .count();
    match wrong {
        0 => Ok(()),
        1 => Err(Failure::refused("1 thing does not work here.")),
        many => Err(Failure::refused(format!("{many} things do not work here."))),
    }
}

fn config(cx: &Context) -> Look {
    let path = cx.config_path();
    let looked = |loaded: Loaded| super::console::check_looks(&loaded, cx).map(|()| loaded);
    match cx.config().and_then(looked) {
        Err(failure) => bad("config", &failure),
        Ok(loaded) if loaded.source.path.as_os_str().is_empty() => good(
            "config",
            format!("{}: not there, the defaults hold", path.display()),
        ),
        Ok(loaded) if loaded.warnings.is_empty() => good("config", path.display().to_string()),
        Ok(loaded) => look(
            "config",
            State::Note,
            format!("{}: {} warnings", path.display(), loaded.warnings.len()),
            "`warroom config check` shows them.",
        ),
    }
}

/// Where consoles keep the words that no server has confirmed: it must take files.
fn state_dir(cx: &Context) -> Look {
    let dir = cx.paths.state();
    // The nearest folder that is there tells whether the others could be made.
    let there = dir.ancestors().find(|dir| dir.is_dir());
    let tried = there.map(tempfile::tempfile_in);
    match tried {
        Some(Ok(_)) => good("state", dir.display().to_string()),
        Some(Err(error)) => look(
            "state",
            State::Bad,
            format!("{} takes no files ({error})", dir.display()),
            "Without it a console cannot keep what you type over a crash; make it writable, or \
             set WARROOM_STATE.",
        ),
        None => look(
            "state",
            State::Bad,
            format!("{} is not there", dir.display()),
            "Set WARROOM_STATE to a folder of yours.",
        ),
    }
}

fn journal(cx: &Context) -> Look {
    let data = cx.data();
    // A file without a name: nothing of it stays.
    if data.is_dir()
        && let Err(error) = tempfile::tempfile_in(&data)
    {
        return look(
            "journal",
            State::Bad,
            format!("{} takes no files ({error})", data.display()),
            "A server of yours can record nothing there; make it writable, or name another with \
             --data.",
        );
    }
    match crate::journal::verify_dir(&data) {
        Ok(report) if report.is_whole() => good(
            "journal",
            format!("{}: {}, all whole", data.display(), report.extent()),
        ),
        Ok(_) => look(
            "journal",
            State::Bad,
            format!("{} is not whole", data.display()),
            "`warroom verify` names the places.",
        ),
        Err(crate::journal::OpenJournalError::Missing { .. }) => {
            good("journal", format!("{}: none yet", data.display()))
        }
        Err(error) => bad("journal", &house::not_opened(&error)),
    }
}

async fn server(cx: &Context) -> Look {
    let configured = cx
        .config()
        .ok()
        .and_then(|loaded| loaded.config.client.server);
    if cx.named_server().or(configured).is_none() {
        match local::running(&cx.data()) {
            Err(failure) => return bad("server", &failure),
            Ok(None) => return good("server", "none runs here; the first verb starts one"),
            Ok(Some(_)) => {}
        }
    }
    let target = match cx.target().await {
        Ok(target) => target,
        Err(failure) => return bad("server", &failure),
    };
    match crate::cli::session::Session::connect(&target).await {
        Err(failure) => bad("server", &failure),
        Ok(session) => {
            let me = session.client().me().map(|me| {
                let skew = session.client().skew().num_milliseconds();
                format!(
                    "you are {} ({}), clocks differ by {skew} ms",
                    me.person, me.level
                )
            });
            session.close().await;
            good(
                "server",
                format!("{}: {}", target.url, me.unwrap_or_default()),
            )
        }
    }
}

fn terminal() -> Look {
    if !std::io::stdout().is_terminal() {
        return good("terminal", "none: the verbs work, the console needs one");
    }
    match std::env::var("TERM") {
        Ok(term) if !term.is_empty() && term != "dumb" => good("terminal", term),
        _ => look(
            "terminal",
            State::Note,
            "TERM does not say what it can do",
            "Set TERM, for example to xterm-256color; the console may look wrong without it.",
        ),
    }
}

fn print(looks: &[Look], cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    for look in looks {
        let state = match look.state {
            State::Good => "ok",
            State::Note => "note",
            State::Bad => "BAD",
        };
        if cx.global.json {
            out.json(&json!({
                "what": look.what,
                "state": state.to_ascii_lowercase(),
                "found": look.found,
                "instead": look.instead,
            }))?;
            continue;
        }
        let found =
            crate::console::text::visible_block(&look.found).replace('\n', "\n                 ");
        out.line(format_args!("{state:<5} {:<10} {found}", look.what))?;
        if !look.instead.is_empty() {
            out.line(format_args!("                 {}", look.instead))?;
        }
    }
    out.flush()
}
