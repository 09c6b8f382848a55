//! `[sources.NAME]` and `[[signals]]`: the outside systems that are watched, and what of them.

use super::Problem;
use super::secret::{self, Keys, SecretPlace};
use super::section::{List, Section};
use super::values;
use crate::incident::{Bad, Number, Thresholds, Unit};
use crate::paths::expand_home;
use crate::signals::SourceKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use toml::Spanned;

/// How often a source is asked when nothing is said.
pub const EVERY: Duration = Duration::from_secs(15);

/// An outside system that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its name: the KEY of `[sources.KEY]`.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SourceKind,
    /// Its address, with the path before that of the API.
    pub url: String,
    /// How often it is asked.
    pub every: Duration,
    /// How to prove who asks.
    pub access: Access,
    /// Further certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// The states of its alerting rules are shown (Prometheus, Grafana).
    pub rules: bool,
    /// The address for people's browsers, where it is another (Grafana).
    pub page: Option<String>,
    /// The organisation's slug (Sentry).
    pub organization: String,
    /// The projects' slugs (Sentry).
    pub projects: Vec<String>,
    /// Only this environment (Sentry).
    pub environment: Option<String>,
    /// Matchers that alerts must fulfil (Alertmanager).
    pub filter: Vec<String>,
    /// What is drawn of it.
    pub signals: Vec<Signal>,
}

/// How to prove who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Access {
    /// Not at all.
    #[default]
    None,
    /// By a token.
    Token(SecretPlace),
    /// By a name and a password.
    Basic(String, SecretPlace),
}

/// A signal: a number or a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Its name; for a Grafana panel absent: the panel's title.
    pub name: Option<Arc<str>>,
    /// What is asked.
    pub asks: Asks,
    /// What the numbers count; for a Grafana panel absent: as the panel says.
    pub unit: Option<Unit>,
    /// In which direction it gets worse.
    pub bad: Bad,
    /// From where on it is bad.
    pub thresholds: Thresholds,
}

/// What a signal asks its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// A query of Prometheus; `instant`: its value now, without a history.
    Query {
        /// The expression; `$service` and the like stand for the incident's.
        expr: String,
        /// Only its value now.
        instant: bool,
    },
    /// A panel of Grafana.
    Panel {
        /// The dashboard's uid.
        dashboard: String,
        /// The panel's id.
        panel: u64,
    },
}

const TOKEN: Keys = Keys {
    bare: "token",
    in_file: "token_file",
    in_env: "token_env",
};
const PASSWORD: Keys = Keys {
    bare: "password",
    in_file: "password_file",
    in_env: "password_env",
};

/// Reads every `[sources.NAME]`.
pub(super) fn sources(mut all: Section<'_, '_>, folder: &Path) -> Vec<Watched> {
    all.each(|name, section| source(name, section, folder))
}

fn source(name: &Spanned<String>, mut section: Section<'_, '_>, folder: &Path) -> Option<Watched> {
    let kind = kind(&mut section);
    let url = address(&mut section, "url");
    for (there, key, example) in [
        (kind.is_some(), "kind", "kind = \"prometheus\""),
        (url.is_some(), "url", "url = \"http://127.0.0.1:9090\""),
    ] {
        if !there && !section.has(key) {
            let what = format!("[sources.{}] has no `{key}`", name.get_ref());
            let problem = Problem::error(name.span(), what);
            section.problem(problem.help(format!("add a line as {example}")));
        }
    }
    let token = secret::place(&mut section, TOKEN, folder);
    let user = section.text("user");
    let password = secret::place(&mut section, PASSWORD, folder);
    let access = access(&mut section, name, token, user, password);
    let every = section.read("every", values::duration);
    let ca_file = section.text("ca_file");
    let ca_file = ca_file.map(|path| folder.join(expand_home(path.get_ref())));
    let kind = kind.map(Spanned::into_inner);
    let of = |kinds: &[SourceKind]| kind.is_none_or(|kind| kinds.contains(&kind));
    let mut watched = Watched {
        name: name.get_ref().as_str().into(),
        kind: kind.unwrap_or(SourceKind::Prometheus),
        url: url.map(Spanned::into_inner).unwrap_or_default(),
        every: every.map_or(EVERY, Spanned::into_inner),
        access,
        ca_file,
        rules: false,
        page: None,
        organization: String::new(),
        projects: Vec::new(),
        environment: None,
        filter: Vec::new(),
        signals: Vec::new(),
    };
    if of(&[SourceKind::Prometheus, SourceKind::Grafana]) {
        watched.rules = section.switch("rules").is_some_and(Spanned::into_inner);
    }
    if of(&[SourceKind::Grafana]) {
        let page = address(&mut section, "page");
        watched.page = page.map(Spanned::into_inner);
    }
    if of(&[SourceKind::Alertmanager]) {
        watched.filter = texts(section.list("filter"));
    }
    if of(&[SourceKind::Sentry]) {
        sentry(&mut section, name, kind, &mut watched);
    }
    section.end();
    kind.map(|_| watched)
}

fn kind(section: &mut Section<'_, '_>) -> Option<Spanned<SourceKind>> {
    let text = section.text("kind")?;
    let mut kinds = SourceKind::ALL.into_iter();
    let Some(kind) = kinds.find(|kind| kind.name() == text.get_ref()) else {
        let names = SourceKind::ALL.map(SourceKind::name);
        let what = "there is no kind of source";
        section.problem(Problem::unknown(what, text.span(), text.get_ref(), &names));
        return None;
    };
    Some(Spanned::new(text.span(), kind))
}

/// The address at `key`. One with a password in it is refused without being shown.
fn address(section: &mut Section<'_, '_>, key: &'static str) -> Option<Spanned<String>> {
    let text = section.text(key)?;
    if text.get_ref().contains('@') {
        let what = format!("`{key}` has a name and password in it");
        let problem = Problem::error(text.span(), what).concealing(text.span());
        let help =
            "use `user` with `password_file`, or `token_file`: this file is shown and copied";
        section.problem(problem.help(help));
        return None;
    }
    match values::web_address(text.get_ref()) {
        Ok(address) => Some(Spanned::new(text.span(), address)),
        Err(wanted) => {
            let what = format!("`{key}` cannot be `{}`", text.get_ref());
            section.problem(Problem::error(text.span(), what).help(wanted));
            None
        }
    }
}

fn sentry(
    section: &mut Section<'_, '_>,
    name: &Spanned<String>,
    kind: Option<SourceKind>,
    watched: &mut Watched,
) {
    let organization = section.read("organization", values::slug);
    if organization.is_none() && kind.is_some() && !section.has("organization") {
        let what = format!("[sources.{}] has no `organization`", name.get_ref());
        let problem = Problem::error(name.span(), what);
        section.problem(problem.help("add the slug that stands in Sentry's addresses"));
    }
    watched.organization = organization.map(Spanned::into_inner).unwrap_or_default();
    watched.projects = texts(section.list("projects"));
    watched.environment = section.text("environment").map(Spanned::into_inner);
}

fn texts(list: Option<List>) -> Vec<String> {
    let list = list.map(List::into_inner).unwrap_or_default();
    list.into_iter().map(Spanned::into_inner).collect()
}

fn access(
    section: &mut Section<'_, '_>,
    name: &Spanned<String>,
    token: Option<SecretPlace>,
    user: Option<Spanned<String>>,
    password: Option<SecretPlace>,
) -> Access {
    match (token, user, password) {
        (None, None, None) => Access::None,
        (Some(token), None, None) => Access::Token(token),
        (None, Some(user), Some(password)) => Access::Basic(user.into_inner(), password),
        (token, user, _) => {
            let span = user.map_or(name.span(), |user| user.span());
            let what = match token {
                Some(_) => "a token and a password are two ways to prove who asks",
                None => "`user` and its password belong together",
            };
            let problem = Problem::error(span, what);
            let help = "write token_file alone, or user with password_file";
            section.problem(problem.help(help));
            Access::None
        }
    }
}

/// Reads a `[[signals]]` and hands it to its source.
pub(super) fn signal(mut row: Section<'_, '_>, sources: &mut [Watched]) {
    let at = row.span();
    let source = row.text("source");
    let name = row.text("name");
    let unit = row.read("unit", |text| {
        let found = Unit::ALL.into_iter().find(|(name, _)| *name == text);
        let names = Unit::ALL.map(|(name, _)| name);
        found
            .map(|(_, unit)| unit)
            .ok_or_else(|| format!("write one of {}", names.join(", ")))
    });
    let bad = row.read("bad", |text| match text {
        "above" => Ok(Bad::Above),
        "below" => Ok(Bad::Below),
        "neither" => Ok(Bad::Neither),
        _ => Err("write above, below or neither: where it gets worse".to_owned()),
    });
    let mut line = |key| row.number(key).and_then(|v| Number::new(v.into_inner()));
    let thresholds = Thresholds {
        warning: line("warning"),
        critical: line("critical"),
    };
    let asks = asks(&mut row, &at);
    if source.is_none() && !row.has("source") {
        let problem = Problem::error(at.clone(), "this signal has no `source`");
        row.problem(problem.help("name one of the [sources]"));
    }
    if let (Some(asks), Some(source)) = (asks, source) {
        let signal = Signal {
            name: name.as_ref().map(|name| name.get_ref().as_str().into()),
            asks,
            unit: unit.map(Spanned::into_inner),
            bad: bad.map(Spanned::into_inner).unwrap_or_default(),
            thresholds,
        };
        hand_over(&mut row, signal, &source, sources, &at);
    }
    row.end();
}

fn asks(row: &mut Section<'_, '_>, at: &std::ops::Range<usize>) -> Option<Asks> {
    let query = row.text("query");
    let instant = row.switch("instant").is_some_and(Spanned::into_inner);
    let dashboard = row.text("dashboard");
    let panel = row.whole("panel");
    match (query, dashboard, panel) {
        (Some(expr), None, None) => Some(Asks::Query {
            expr: expr.into_inner(),
            instant,
        }),
        (None, Some(dashboard), Some(panel)) => Some(Asks::Panel {
            dashboard: dashboard.into_inner(),
            panel: panel.into_inner(),
        }),
        _ => {
            let what = "a signal is a `query`, or a `panel` of a `dashboard`";
            let help = "write query = \"…\" for Prometheus, or dashboard = \"uid\" and panel = 4 \
                        for Grafana";
            row.problem(Problem::error(at.clone(), what).help(help));
            None
        }
    }
}

fn hand_over(
    row: &mut Section<'_, '_>,
    signal: Signal,
    source: &Spanned<String>,
    sources: &mut [Watched],
    at: &std::ops::Range<usize>,
) {
    let names: Vec<String> = sources.iter().map(|known| known.name.to_string()).collect();
    let Some(place) = sources
        .iter_mut()
        .find(|known| *known.name == **source.get_ref())
    else {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let problem = Problem::unknown(
            "there is no source",
            source.span(),
            source.get_ref(),
            &names,
        );
        return row.problem(problem);
    };
    let (fits, wanted) = match signal.asks {
        Asks::Query { .. } => (place.kind == SourceKind::Prometheus, "prometheus"),
        Asks::Panel { .. } => (place.kind == SourceKind::Grafana, "grafana"),
    };
    if !fits {
        let what = format!("`{}` is of kind {}", place.name, place.kind.name());
        let help = format!("this signal is for a source of kind {wanted}");
        return row.problem(Problem::error(source.span(), what).help(help));
    }
    if matches!(signal.asks, Asks::Query { .. }) && signal.name.is_none() {
        let problem = Problem::error(at.clone(), "this signal has no `name`");
        return row.problem(problem.help("add a line as name = \"5xx\""));
    }
    if signal.name.is_some() && place.signals.iter().any(|known| known.name == signal.name) {
        let what = format!("there are two signals of one name in `{}`", place.name);
        return row.problem(Problem::error(at.clone(), what).help("give one of them another name"));
    }
    place.signals.push(signal);
}
