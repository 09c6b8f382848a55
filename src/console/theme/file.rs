//! One theme file, read: its own rows, before it is laid over the theme that it inherits from.

use super::Meaning;
use super::color;
use crate::problem::{Problem, Source, Wrong};
use crate::suggest::closest;
use ratatui::style::{Color, Modifier, Style};
use serde_spanned::Spanned;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Whether a theme is made for a dark or for a light background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Appearance {
    #[default]
    Dark,
    Light,
}

/// A colour as it is written: a number, or a text to look up in the palette first, so that a
/// palette may have its own idea of `red`.
#[derive(Debug, Clone)]
enum Paint {
    Color(Color),
    Name(String, Range<usize>),
}

/// One row of `[meaning]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    fg: Option<Paint>,
    bg: Option<Paint>,
    modifiers: Modifier,
}

/// What one file says.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) source: Source,
    pub(super) name: Option<String>,
    pub(super) inherits: Option<(String, Range<usize>)>,
    pub(super) appearance: Option<Appearance>,
    pub(super) palette: BTreeMap<String, Color>,
    pub(super) rows: Vec<(Meaning, Row)>,
    pub(super) foreground: Option<Color>,
    pub(super) background: Option<Color>,
}

const KEYS: [&str; 7] = [
    "name",
    "inherits",
    "appearance",
    "foreground",
    "background",
    "palette",
    "meaning",
];

const MODIFIERS: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
    ("crossed-out", Modifier::CROSSED_OUT),
];

/// What the file is called in reports.
pub(super) const SUBJECT: &str = "theme";

type Value<'a> = Spanned<DeValue<'a>>;

fn string(value: &Value<'_>, what: &str) -> Result<String, Problem> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(Problem::error(
            value.span(),
            format!("{what} is a text in quotes"),
        )),
    }
}

fn table<'v, 'a>(value: &'v Value<'a>, what: &str) -> Result<&'v DeTable<'a>, Problem> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(
            Problem::error(value.span(), format!("`{what}` is a section")).help(format!(
                "write `[{what}]` on a line of its own, and its rows below"
            )),
        ),
    }
}

/// A colour that needs no palette.
fn plain_color(value: &Value<'_>) -> Result<Color, Problem> {
    match paint(value)? {
        Paint::Color(color) => Ok(color),
        Paint::Name(name, span) => color::parse(&name)
            .ok_or_else(|| no_color(span, &format!("`{name}` is not a colour"), &name, &[])),
    }
}

/// A name that is no colour, with the nearest that is one.
fn no_color(span: Range<usize>, what: &str, name: &str, own: &[&str]) -> Problem {
    let mut known: Vec<&str> = color::names().collect();
    known.splice(0..0, own.iter().copied());
    let problem = Problem::error(span, what);
    match closest(name, known.iter().copied()) {
        Some(_) => problem.did_you_mean(name, &known),
        None => problem.help("write `#rrggbb`, a number to 255, or a name such as `bright-red`"),
    }
}

fn paint(value: &Value<'_>) -> Result<Paint, Problem> {
    match value.get_ref() {
        DeValue::String(text) => Ok(Paint::Name(text.to_string(), value.span())),
        DeValue::Integer(number) => number
            .as_str()
            .parse()
            .map(|at| Paint::Color(Color::Indexed(at)))
            .map_err(|_| Problem::error(value.span(), "a colour's number is 0 to 255")),
        _ => Err(Problem::error(
            value.span(),
            "a colour is a text or a number to 255",
        )),
    }
}

fn row(value: &Value<'_>) -> Result<Row, Problem> {
    let DeValue::Table(table) = value.get_ref() else {
        return Ok(Row {
            fg: Some(paint(value)?),
            ..Row::default()
        });
    };
    let mut row = Row::default();
    for (key, value) in table {
        let name: &str = key.get_ref();
        match name {
            "fg" => row.fg = Some(paint(value)?),
            "bg" => row.bg = Some(paint(value)?),
            _ => {
                let Some(&(_, modifier)) = MODIFIERS.iter().find(|&&(n, _)| n == name) else {
                    let parts = MODIFIERS.iter().map(|&(name, _)| name);
                    let known: Vec<&str> = parts.chain(["fg", "bg"]).collect();
                    let what = format!("`{name}` is not part of a style");
                    return Err(Problem::error(key.span(), what).did_you_mean(name, &known));
                };
                match value.get_ref() {
                    DeValue::Boolean(on) => row.modifiers.set(modifier, *on),
                    _ => {
                        let problem = format!("`{name}` is true or false");
                        return Err(Problem::error(value.span(), problem));
                    }
                }
            }
        }
    }
    Ok(row)
}

impl Row {
    /// Resolves the row with the palette of the whole chain of themes.
    pub(super) fn style(&self, palette: &BTreeMap<String, Color>) -> Result<Style, Problem> {
        let look_up = |paint: &Option<Paint>| match paint {
            None => Ok(None),
            Some(Paint::Color(color)) => Ok(Some(*color)),
            Some(Paint::Name(name, span)) => {
                let found = palette.get(name).copied().or_else(|| color::parse(name));
                found.map(Some).ok_or_else(|| {
                    let own: Vec<&str> = palette.keys().map(String::as_str).collect();
                    let what = format!("`{name}` is neither in the palette nor a colour");
                    no_color(span.clone(), &what, name, &own)
                })
            }
        };
        let mut style = Style {
            fg: look_up(&self.fg)?,
            bg: look_up(&self.bg)?,
            ..Style::new()
        };
        style.add_modifier = self.modifiers;
        Ok(style)
    }
}

impl Layer {
    /// Reads one file.
    ///
    /// # Errors
    /// When it is not TOML, or with everything in it that a theme does not have.
    pub(super) fn read(source: Source) -> Result<Self, Wrong> {
        let mut layer = Self {
            source,
            name: None,
            inherits: None,
            appearance: None,
            palette: BTreeMap::new(),
            rows: Vec::new(),
            foreground: None,
            background: None,
        };
        let text = layer.source.text.clone();
        let (tree, errors) = DeTable::parse_recoverable(&text);
        let mut problems: Vec<Problem> = errors.iter().map(Problem::toml).collect();
        if problems.is_empty() {
            for (key, value) in tree.get_ref() {
                if let Err(problem) = layer.key(key, value, &mut problems) {
                    problems.push(problem);
                }
            }
        }
        if problems.is_empty() {
            return Ok(layer);
        }
        problems.sort_by_key(|problem| problem.span.start);
        Err(layer.source.wrong(SUBJECT, problems))
    }

    fn key(
        &mut self,
        key: &Spanned<Cow<'_, str>>,
        value: &Value<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let name: &str = key.get_ref();
        match name {
            "name" => self.name = Some(string(value, "a theme's name")?),
            "inherits" => {
                self.inherits = Some((string(value, "`inherits`")?, value.span()));
            }
            "appearance" => {
                self.appearance = Some(match string(value, "`appearance`")?.as_str() {
                    "dark" => Appearance::Dark,
                    "light" => Appearance::Light,
                    _ => return Err(Problem::error(value.span(), "it is `dark` or `light`")),
                });
            }
            "foreground" => self.foreground = Some(plain_color(value)?),
            "background" => self.background = Some(plain_color(value)?),
            "palette" => {
                for (name, color) in table(value, "palette")? {
                    match plain_color(color) {
                        Ok(color) => _ = self.palette.insert(name.get_ref().to_string(), color),
                        Err(problem) => problems.push(problem),
                    }
                }
            }
            "meaning" => {
                for (name, style) in table(value, "meaning")? {
                    match (Meaning::by_name(name.get_ref()), row(style)) {
                        (Some(meaning), Ok(row)) => self.rows.push((meaning, row)),
                        (None, _) => problems.push(no_meaning(name)),
                        (_, Err(problem)) => problems.push(problem),
                    }
                }
            }
            _ => {
                let what = "a theme has no";
                return Err(Problem::unknown(what, key.span(), name, &KEYS));
            }
        }
        Ok(())
    }
}

fn no_meaning(name: &Spanned<Cow<'_, str>>) -> Problem {
    let known: Vec<&str> = Meaning::ALL.iter().map(|m| m.name()).collect();
    Problem::unknown("there is no meaning", name.span(), name.get_ref(), &known)
}
