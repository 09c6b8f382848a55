//! `[hooks.NAME]`: who may hand alerts in at `/hooks/NAME`, and how they show who they are.

use super::Problem;
use super::secret::{self, SECRET, SecretPlace};
use super::section::{List, Section};
use crate::integrations::hooks::{Fields, Hook, KINDS, Kind};
use crate::integrations::signature::Scheme;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;

/// A hook, and where its secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// What is taken, and from whom.
    pub hook: Hook,
    /// Absent: whoever sends needs a token of level ingest.
    pub secret: Option<SecretPlace>,
}

/// Names that are in use already: of the hook that is always there, and of what is no hook.
const TAKEN: [(&str, &str); 4] = [
    (
        "alertmanager",
        "/hooks/alertmanager is always there, and takes a token",
    ),
    ("console", "that is what people's own entries come through"),
    (
        "cli",
        "that is what the command line's entries come through",
    ),
    ("warroom", "that is what warroom's own entries come through"),
];

/// Reads every `[hooks.NAME]`.
pub(super) fn hooks(mut all: Section<'_, '_>, folder: &Path) -> Vec<Configured> {
    all.each(|name, section| hook(name, section, folder))
}

fn hook(name: &Spanned<String>, mut section: Section<'_, '_>, folder: &Path) -> Option<Configured> {
    let fits = check_name(&mut section, name);
    let secret = secret::place(&mut section, SECRET, folder);
    let kind = kind(&mut section, name);
    let Some(kind) = kind else {
        // Which keys there may be depends on the kind: nothing is said about the others.
        return None;
    };
    let mut hook = Hook::new(name.get_ref().as_str(), kind);
    let mut signed = false;
    if kind.chooses_headers && section.has("signature") {
        signed = true;
        let generic = kind.name == "generic";
        let scheme = signature(section.inner("signature"), generic, &hook.scheme);
        hook.scheme = scheme.unwrap_or(hook.scheme);
    }
    match kind.name {
        "generic" => {
            let states = (section.list("firing"), section.list("resolved"));
            hook.fields = fields(&mut section, name, states);
        }
        "sentry" => {
            let new_issues = section.switch("new_issues");
            hook.new_issues = new_issues.is_none_or(Spanned::into_inner);
        }
        _ => {}
    }
    let named = section.has(SECRET.in_file) || section.has(SECRET.in_env);
    if secret.is_none() && !named && !section.has(SECRET.bare) {
        needs_secret(&mut section, name, kind, signed);
    }
    section.end();
    fits.then_some(Configured { hook, secret })
}

/// What is wrong with a hook that has no secret, if anything is.
fn needs_secret(
    section: &mut Section<'_, '_>,
    name: &Spanned<String>,
    kind: &'static Kind,
    signed: bool,
) {
    let what = if !kind.sends_token {
        format!(
            "[hooks.{}] has no secret, and {} cannot send a token instead",
            name.get_ref(),
            kind.title
        )
    } else if signed {
        format!("[hooks.{}] has a `signature` and no secret", name.get_ref())
    } else {
        return;
    };
    let problem = Problem::error(name.span(), what);
    section.problem(problem.help("name the file that holds the sender's secret as `secret_file`"));
}

fn check_name(section: &mut Section<'_, '_>, name: &Spanned<String>) -> bool {
    let text = name.get_ref();
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    let help = match TAKEN.iter().find(|(taken, _)| taken == text) {
        Some((_, why)) => format!("{why}: call it `{text}-2`, say"),
        None if text.is_empty() || text.len() > 32 || !text.chars().all(letter) => {
            "a hook's name is part of its address: up to 32 small letters, digits and dashes".into()
        }
        None => return true,
    };
    let what = format!("a hook cannot be called `{text}`");
    section.problem(Problem::error(name.span(), what).help(help));
    false
}

fn kind(section: &mut Section<'_, '_>, name: &Spanned<String>) -> Option<&'static Kind> {
    let Some(text) = section.text("kind") else {
        if !section.has("kind") {
            let what = format!("[hooks.{}] has no `kind`", name.get_ref());
            let names = names().join(", ");
            let problem = Problem::error(name.span(), what);
            section.problem(problem.help(format!("say who sends to it: {names}")));
        }
        return None;
    };
    let found = KINDS.iter().find(|kind| kind.name == text.get_ref());
    if found.is_none() {
        let what = "there is no kind of hook";
        let problem = Problem::unknown(what, text.span(), text.get_ref(), &names());
        section.problem(problem);
    }
    found
}

fn names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// Reads a `signature` table. Absent keys are those of the `usual` scheme.
fn signature(mut table: Section<'_, '_>, generic: bool, usual: &Scheme) -> Option<Scheme> {
    if !table.is_there() {
        return None;
    }
    let usual = match usual {
        Scheme::Hmac { header, .. } => Some(header.clone()),
        _ => None,
    };
    let standard = generic && {
        let scheme = table.read("scheme", |text| match text {
            "hmac" => Ok(false),
            "standard-webhooks" => Ok(true),
            _ => Err("write hmac or standard-webhooks".to_owned()),
        });
        scheme.is_some_and(Spanned::into_inner)
    };
    if standard {
        // Its headers are fixed.
        table.end();
        return Some(Scheme::StandardWebhooks);
    }
    let at = table.span();
    let header = table.read("header", header);
    let timestamp = table.read("timestamp", self::header);
    let prefix = generic.then(|| table.text("prefix")).flatten();
    let header = header.map(Spanned::into_inner).or(usual);
    if header.is_none() && !table.has("header") {
        let problem = Problem::error(at, "this signature has no `header`");
        table.problem(problem.help("name the header that the sender puts it in"));
    }
    table.end();
    Some(Scheme::Hmac {
        header: header?,
        prefix: prefix.map_or_else(|| "".into(), |prefix| prefix.into_inner().into()),
        timestamp: timestamp.map(Spanned::into_inner),
    })
}

/// The name of a header.
fn header(text: &str) -> Result<Arc<str>, String> {
    if text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    {
        return Ok(text.into());
    }
    Err("write the header's name alone, as X-Signature".to_owned())
}

fn fields(
    section: &mut Section<'_, '_>,
    name: &Spanned<String>,
    (firing, resolved): (Option<List>, Option<List>),
) -> Fields {
    let there = section.has("fields");
    let mut table = section.inner("fields");
    let at = table.span();
    let usual = Fields::default();
    let mut place = |key| table.read(key, pointer).map(Spanned::into_inner);
    let called = place("name");
    let fields = Fields {
        alerts: place("alerts"),
        state: place("state"),
        fingerprint: place("fingerprint"),
        summary: place("summary"),
        service: place("service"),
        severity: place("severity"),
        url: place("url"),
        starts_at: place("starts_at"),
        ends_at: place("ends_at"),
        labels: place("labels"),
        delivery: place("delivery"),
        name: called.unwrap_or(usual.name),
        firing: firing.as_ref().map_or(usual.firing, texts),
        resolved: resolved.as_ref().map_or(usual.resolved, texts),
    };
    if table.is_there() && !table.has("name") {
        let problem = Problem::error(at, "`fields` does not say where the alert's `name` is");
        table.problem(problem.help("add name = \"/alert/title\""));
    }
    table.end();
    let span = [&firing, &resolved].into_iter().flatten().next();
    if let Some(list) = span
        && fields.state.is_none()
    {
        let what = "the values of a state, and `fields` does not say where it is";
        let problem = Problem::error(list.span(), what);
        section.problem(problem.help("add state = \"/alert/status\" to `fields`"));
    }
    if !there {
        let what = format!("[hooks.{}] has no `fields`", name.get_ref());
        let problem = Problem::error(name.span(), what);
        let help = "say where in the body what is: fields = { name = \"/alert/title\", state = \
                    \"/alert/status\" }";
        section.problem(problem.help(help));
    }
    fields
}

fn texts(list: &List) -> Vec<String> {
    let texts = list.get_ref().iter();
    texts.map(|text| text.get_ref().clone()).collect()
}

/// A JSON pointer.
fn pointer(text: &str) -> Result<String, String> {
    let escapes = text
        .split('~')
        .skip(1)
        .all(|rest| rest.starts_with(['0', '1']));
    if text.starts_with('/') && escapes {
        return Ok(text.to_owned());
    }
    let dotted = text.trim_start_matches(['$', '.']).replace('.', "/");
    Err(format!(
        "a place in JSON is written as `/{dotted}`, with ~1 for a / in a name"
    ))
}
