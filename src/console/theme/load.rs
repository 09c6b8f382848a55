//! Finds themes by name, the user's before ours, and lays each over the one that it inherits from.

use super::file::{Layer, SUBJECT};
use super::{ColorDepth, Meaning, Theme};
use crate::problem::{Problem, Source, Wrong};
use ratatui::style::{Color, Style};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The themes that come with the program.
const BUILT_IN: [(&str, &str); 5] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../../themes/high-contrast.toml"),
    ),
    ("ansi16", include_str!("../../../themes/ansi16.toml")),
    (
        "solarized-dark",
        include_str!("../../../themes/solarized-dark.toml"),
    ),
];

/// The most bytes of a theme file; a real one has a twentieth of that.
const LONGEST: u64 = 64 * 1024;

/// The most themes in one line of inheritance.
const DEEPEST: usize = 8;

impl Theme {
    /// Loads a theme by name, from `user_dir` (`<name>.toml`) or from those that come with the
    /// program. A user's theme may carry the name of ours and inherit from it. Colours are full;
    /// see [`Theme::for_depth`].
    ///
    /// # Errors
    /// When there is no such theme, a file cannot be read or is not a theme, or themes inherit
    /// from each other in a circle. Names the file and all that is wrong in it, each in its place.
    pub fn load(name: &str, user_dir: Option<&Path>) -> Result<Self, Wrong> {
        let mut layers: Vec<Layer> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut wanted = (name.to_owned(), false);
        loop {
            let (name, ours) = wanted;
            let dir = if ours { None } else { user_dir };
            let source = find(&name, dir).map_err(|error| blame(&layers, error))?;
            let file = source.path.display().to_string();
            if seen.contains(&file) || layers.len() >= DEEPEST {
                let chain = seen.join(" → ");
                let problem = format!("themes inherit in a circle: {chain} → {file}");
                return Err(blame(
                    &layers,
                    whole(&source.path, Problem::error(0..0, problem)),
                ));
            }
            seen.push(file);
            let layer = Layer::read(source)?;
            let parent = layer.inherits.as_ref().map(|(parent, _)| parent.clone());
            layers.push(layer);
            match parent {
                Some(parent) => wanted = (parent.clone(), parent == name && !ours),
                None => break,
            }
        }
        build(name, &layers)
    }

    /// The names of the themes there are: ours, then the user's own in alphabetical order. A
    /// directory that cannot be read counts as empty.
    #[must_use]
    pub fn names(user_dir: Option<&Path>) -> Vec<String> {
        let mut own: Vec<String> = user_dir
            .and_then(|dir| std::fs::read_dir(dir).ok())
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|file| file.strip_suffix(".toml").map(str::to_owned))
            .filter(|name| is_name(name) && built_in(name).is_none())
            .collect();
        own.sort();
        BUILT_IN
            .iter()
            .map(|&(name, _)| name.to_owned())
            .chain(own)
            .collect()
    }
}

/// Something about a file as a whole.
fn whole(path: &Path, problem: Problem) -> Wrong {
    Source::new(path, "").wrong(SUBJECT, vec![problem])
}

/// Where the user has to look: at the line that asked for the theme, when a file did.
fn blame(layers: &[Layer], wrong: Wrong) -> Wrong {
    let asking = layers
        .last()
        .and_then(|layer| Some((layer, layer.inherits.as_ref()?)));
    match asking {
        Some((layer, (_, span))) => {
            let there = |problem: Problem| Problem {
                span: span.clone(),
                ..problem
            };
            let problems = wrong.problems.into_iter().map(there);
            layer.source.wrong(SUBJECT, problems.collect())
        }
        None => wrong,
    }
}

/// Only such names are looked for in a directory, so that a name cannot lead out of it.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN
        .iter()
        .find(|&&(known, _)| known == name)
        .map(|&(_, text)| text)
}

fn find(name: &str, user_dir: Option<&Path>) -> Result<Source, Wrong> {
    if let Some(dir) = user_dir.filter(|_| is_name(name)) {
        let path = dir.join(format!("{name}.toml"));
        match read(&path) {
            Ok(text) if text.len() as u64 > LONGEST => {
                let problem = Problem::error(0..0, "a theme has at most 64 KiB");
                return Err(whole(&path, problem));
            }
            Ok(text) => return Ok(Source::new(path, text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let problem = Problem::error(0..0, format!("cannot be read: {error}"));
                return Err(whole(&path, problem));
            }
        }
    }
    built_in(name)
        .map(|text| Source::new(format!("themes/{name}.toml"), text))
        .ok_or_else(|| {
            let names = Theme::names(user_dir);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let problem = Problem::unknown("there is no theme", 0..0, name, &names);
            whole(Path::new(&format!("{name}.toml")), problem)
        })
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(LONGEST + 1)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Puts the layers together; the first is the theme itself, the last the root of its line.
fn build(name: &str, layers: &[Layer]) -> Result<Theme, Wrong> {
    let mut palette = BTreeMap::new();
    let mut rows: Vec<Option<Style>> = vec![None; Meaning::COUNT];
    for layer in layers.iter().rev() {
        palette.extend(
            layer
                .palette
                .iter()
                .map(|(name, color)| (name.clone(), *color)),
        );
    }
    for layer in layers.iter().rev() {
        let mut problems = Vec::new();
        for (meaning, row) in &layer.rows {
            match row.style(&palette) {
                Ok(style) => rows[meaning.index()] = Some(style),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(|problem| problem.span.start);
            return Err(layer.source.wrong(SUBJECT, problems));
        }
    }
    let mut styles = [Style::new(); Meaning::COUNT];
    for &meaning in Meaning::ALL {
        let mut from = meaning;
        while rows[from.index()].is_none() && from != Meaning::Text {
            from = from.fallback();
        }
        styles[meaning.index()] = rows[from.index()].unwrap_or_default();
    }
    Ok(Theme {
        name: layers
            .first()
            .and_then(|layer| layer.name.clone())
            .unwrap_or(name.to_owned()),
        appearance: layers
            .iter()
            .find_map(|layer| layer.appearance)
            .unwrap_or_default(),
        foreground: layers
            .iter()
            .find_map(|layer| layer.foreground)
            .unwrap_or(Color::Reset),
        background: layers
            .iter()
            .find_map(|layer| layer.background)
            .unwrap_or(Color::Reset),
        depth: ColorDepth::True,
        styles,
    })
}
