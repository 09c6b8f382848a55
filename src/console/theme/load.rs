//! Finds themes by name, the user's before ours, and lays each over the one that it inherits from.

use super::file::{Layer, Source};
use super::{ColorDepth, Meaning, Theme};
use crate::console::text::FileError;
use ratatui::style::{Color, Style};
use std::borrow::Cow;
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
    /// from each other in a circle. Names the file, the line and the column.
    pub fn load(name: &str, user_dir: Option<&Path>) -> Result<Self, FileError> {
        let mut layers: Vec<Layer> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut wanted = (name.to_owned(), false);
        loop {
            let (name, ours) = wanted;
            let dir = if ours { None } else { user_dir };
            let source = find(&name, dir).map_err(|error| blame(&layers, error))?;
            if seen.contains(&source.file) || layers.len() >= DEEPEST {
                let chain = seen.join(" → ");
                let problem = format!("themes inherit in a circle: {chain} → {}", source.file);
                return Err(blame(&layers, FileError::whole(&source.file, problem)));
            }
            seen.push(source.file.clone());
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

/// Where the user has to look: at the line that asked for the theme, when a file did.
fn blame(layers: &[Layer], error: FileError) -> FileError {
    let asking = layers
        .last()
        .and_then(|layer| Some((layer, layer.inherits.as_ref()?)));
    match asking {
        Some((layer, (_, span))) => FileError {
            hint: error.hint,
            ..FileError::at(&layer.source.file, &layer.source.text, span, error.problem)
        },
        None => error,
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

fn find(name: &str, user_dir: Option<&Path>) -> Result<Source, FileError> {
    if let Some(dir) = user_dir.filter(|_| is_name(name)) {
        let path = dir.join(format!("{name}.toml"));
        let file = path.display().to_string();
        match read(&path) {
            Ok(text) if text.len() as u64 > LONGEST => {
                return Err(FileError::whole(&file, "a theme has at most 64 KiB"));
            }
            Ok(text) => {
                return Ok(Source {
                    file,
                    text: Cow::Owned(text),
                });
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(FileError::whole(&file, format!("cannot be read: {error}"))),
        }
    }
    built_in(name)
        .map(|text| Source {
            file: format!("themes/{name}.toml"),
            text: Cow::Borrowed(text),
        })
        .ok_or_else(|| {
            let names = Theme::names(user_dir);
            FileError::whole(name, format!("there is no theme `{name}`"))
                .did_you_mean(name, names.iter().map(String::as_str))
                .or_hint(format!("there are {}", names.join(", ")))
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
fn build(name: &str, layers: &[Layer]) -> Result<Theme, FileError> {
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
        for (meaning, row) in &layer.rows {
            rows[meaning.index()] = Some(layer.source.style(row, &palette)?);
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
