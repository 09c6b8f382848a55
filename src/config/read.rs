//! From the text of a file to what it says, section by section.

use super::section::{List, Section};
use super::{
    Client, Config, Decisions, Handover, Log, Problem, Roles, Run, Runbooks, Server, Spectators,
    Tls, alerts, hooks, keep, sources, updates, values,
};
use crate::log::{self, Form};
use crate::paths::expand_home;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::DeTable;

/// Reads `text`; relative paths start at `folder`. Gives what could be read and everything that
/// is wrong.
pub(super) fn read(text: &str, folder: &Path) -> (Config, Vec<Problem>) {
    // A byte order mark, which some editors leave, is no part of the text; blanks keep the spans.
    let blank;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            blank = format!("   {rest}");
            &*blank
        }
        None => text,
    };
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> = errors.iter().map(Problem::toml).collect();
    if !problems.is_empty() {
        // What a broken line was meant to say is not known, so nothing more is said about keys.
        return (Config::default(), problems);
    }
    let mut unknown = Vec::new();
    let mut file = Section::file(tree.get_ref(), &mut unknown);
    let all = Section::of(&mut file, "sources", &mut problems);
    let mut sources = sources::sources(all, folder);
    Section::rows(&mut file, "signals", &mut problems, |row| {
        sources::signal(row, &mut sources);
    });
    let config = Config {
        hooks: hooks::hooks(Section::of(&mut file, "hooks", &mut problems), folder),
        sources,
        client: client(Section::of(&mut file, "client", &mut problems), folder),
        server: server(Section::of(&mut file, "server", &mut problems), folder),
        runbooks: runbooks(Section::of(&mut file, "runbooks", &mut problems), folder),
        alerts: alerts::alerts(Section::of(&mut file, "alerts", &mut problems)),
        decisions: decisions(Section::of(&mut file, "decisions", &mut problems)),
        handover: handover(Section::of(&mut file, "handover", &mut problems)),
        updates: updates::updates(Section::of(&mut file, "updates", &mut problems), folder),
        spectators: spectators(Section::of(&mut file, "spectators", &mut problems)),
        nags: keep::nags(Section::of(&mut file, "nags", &mut problems)),
        templates: keep::templates(Section::of(&mut file, "templates", &mut problems)),
        roles: roles(Section::of(&mut file, "roles", &mut problems)),
        run: run(Section::of(&mut file, "run", &mut problems), folder),
        log: log(Section::of(&mut file, "log", &mut problems)),
    };
    file.end();
    problems.append(&mut unknown);
    (config, problems)
}

fn client(mut section: Section<'_, '_>, folder: &Path) -> Client {
    let zone = section.read("zone", |text| values::zone(text).map(|()| text.to_owned()));
    let client = Client {
        server: section
            .read("server", values::server_url)
            .map(Spanned::into_inner),
        token_file: path(&mut section, "token_file", folder),
        name: section
            .read("name", values::person)
            .map(Spanned::into_inner),
        theme: section.text("theme"),
        keymap: section
            .text("keymap")
            .map(|keymap| existing(&mut section, &keymap, folder, Path::is_file)),
        zone,
        layout: section.text("layout"),
        charts: section.text("charts"),
        ring: section.text("ring"),
    };
    section.end();
    client
}

fn server(mut section: Section<'_, '_>, folder: &Path) -> Server {
    let cert = section.text("tls_cert");
    let key = section.text("tls_key");
    for (one, has, other) in [
        (&cert, "tls_cert", "tls_key"),
        (&key, "tls_key", "tls_cert"),
    ] {
        if let Some(one) = one
            && (cert.is_none() || key.is_none())
        {
            let problem = Problem::error(one.span(), format!("`{has}` without `{other}`"));
            section.problem(problem.help(format!(
                "TLS needs a certificate and its key: add `{other}`, or leave both out"
            )));
        }
    }
    let tls = cert.zip(key).map(|(cert, key)| Tls {
        cert: existing(&mut section, &cert, folder, Path::is_file),
        key: existing(&mut section, &key, folder, Path::is_file),
    });
    let insecure = section.switch("insecure").is_some_and(Spanned::into_inner);
    let server = Server {
        listen: section
            .read("listen", values::listen)
            .map(Spanned::into_inner),
        data: path(&mut section, "data", folder),
        tls,
        insecure,
        hosts: each(&mut section, "hosts", values::host).unwrap_or_default(),
    };
    section.end();
    server
}

fn runbooks(mut section: Section<'_, '_>, folder: &Path) -> Runbooks {
    let dirs = section
        .list("dirs")
        .map(List::into_inner)
        .unwrap_or_default();
    let dirs = dirs
        .iter()
        .map(|dir| existing(&mut section, dir, folder, Path::is_dir))
        .collect();
    section.end();
    Runbooks { dirs }
}

fn decisions(mut section: Section<'_, '_>) -> Decisions {
    let window = section.read("window", values::window);
    section.end();
    Decisions {
        window: window.map(Spanned::into_inner),
    }
}

fn handover(mut section: Section<'_, '_>) -> Handover {
    let offer = section.read("offer", values::offer);
    let suggest_after = section.read("suggest_after", values::suggest_after);
    section.end();
    Handover {
        offer: offer.map(Spanned::into_inner),
        suggest_after: suggest_after.map(Spanned::into_inner),
    }
}

fn spectators(mut section: Section<'_, '_>) -> Spectators {
    let asks = section.read("asks", |text| text.parse().map_err(str::to_owned));
    section.end();
    Spectators {
        asks: asks.map(Spanned::into_inner).unwrap_or_default(),
    }
}

fn roles(mut section: Section<'_, '_>) -> Roles {
    let extra = each(&mut section, "extra", values::extra_role).unwrap_or_default();
    section.end();
    Roles { extra }
}

fn run(mut section: Section<'_, '_>, folder: &Path) -> Run {
    let limit = section.read("limit", values::duration);
    let redact = each(&mut section, "redact", values::secret_pattern).unwrap_or_default();
    let runbooks = section.read("runbooks", |text| match text {
        "off" => Ok(false),
        "confirm" => Ok(true),
        _ => Err("write off, or confirm: each command is shown and confirmed".to_owned()),
    });
    let trusted = section
        .list("trusted")
        .map(List::into_inner)
        .unwrap_or_default();
    let trusted = trusted
        .iter()
        .map(|dir| existing(&mut section, dir, folder, Path::is_dir))
        .collect();
    section.end();
    Run {
        limit: limit.map(Spanned::into_inner),
        redact,
        runbooks: runbooks.is_some_and(Spanned::into_inner),
        trusted,
    }
}

fn log(mut section: Section<'_, '_>) -> Log {
    let filter = section.read("filter", |text| {
        let read = log::check_filter(text).map(|()| text.to_owned());
        read.map_err(|_| "write levels by part, as `warn,warroom::server=debug`".to_owned())
    });
    let format = section.read("format", |text| match text {
        "plain" => Ok(Form::Plain),
        "json" => Ok(Form::Json),
        _ => Err("write plain or json".to_owned()),
    });
    section.end();
    Log {
        filter: filter.map(Spanned::into_inner),
        format: format.map(Spanned::into_inner).unwrap_or_default(),
    }
}

fn path(section: &mut Section<'_, '_>, key: &'static str, folder: &Path) -> Option<PathBuf> {
    Some(whole(section.text(key)?.get_ref(), folder))
}

fn whole(text: &str, folder: &Path) -> PathBuf {
    folder.join(expand_home(text))
}

/// The path, with a warning when nothing of that kind is there. It may come later (a disk that is
/// mounted, a certificate that is renewed), so that it is not an error.
pub(super) fn existing(
    section: &mut Section<'_, '_>,
    text: &Spanned<String>,
    folder: &Path,
    is: fn(&Path) -> bool,
) -> PathBuf {
    let path = whole(text.get_ref(), folder);
    if !is(&path) {
        let what = format!("`{}` is not there", text.get_ref());
        section.problem(Problem::warning(text.span(), what));
    }
    path
}

pub(super) fn each<T>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    read: fn(&str) -> Result<T, String>,
) -> Option<Vec<T>> {
    let list = section.list(key)?;
    Some(read_each(section, key, list, read))
}

pub(super) fn read_each<T>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    list: List,
    read: fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let mut values = Vec::new();
    for text in list.into_inner() {
        match read(text.get_ref()) {
            Ok(value) => values.push(value),
            Err(wanted) => {
                let what = format!("`{key}` cannot hold `{}`", text.get_ref());
                section.problem(Problem::error(text.span(), what).help(wanted));
            }
        }
    }
    values
}
