//! One theme file, read: its own rows, before it is laid over the theme that it inherits from.

use super::Meaning;
use super::color;
use crate::console::text::FileError;
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

/// A file's text, and what to call the file in an error.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: String,
    pub(super) text: Cow<'static, str>,
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

type Value<'a> = Spanned<DeValue<'a>>;

impl Source {
    fn error(&self, span: &Range<usize>, problem: impl Into<String>) -> FileError {
        FileError::at(&self.file, &self.text, span, problem)
    }

    fn string(&self, value: &Value<'_>, what: &str) -> Result<String, FileError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.error(&value.span(), format!("{what} is a text in quotes"))),
        }
    }

    fn table<'v, 'a>(
        &self,
        value: &'v Value<'a>,
        what: &str,
    ) -> Result<&'v DeTable<'a>, FileError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.error(&value.span(), format!("{what} is a table"))),
        }
    }

    /// A colour that needs no palette.
    fn plain_color(&self, value: &Value<'_>) -> Result<Color, FileError> {
        match self.paint(value)? {
            Paint::Color(color) => Ok(color),
            Paint::Name(name, span) => color::parse(&name).ok_or_else(|| {
                self.error(&span, format!("`{name}` is not a colour"))
                    .did_you_mean(&name, color::names())
                    .or_hint("write `#rrggbb`, a number to 255, or a name such as `bright-red`")
            }),
        }
    }

    fn paint(&self, value: &Value<'_>) -> Result<Paint, FileError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(Paint::Name(text.to_string(), value.span())),
            DeValue::Integer(number) => number
                .as_str()
                .parse()
                .map(|at| Paint::Color(Color::Indexed(at)))
                .map_err(|_| self.error(&value.span(), "a colour's number is 0 to 255")),
            _ => Err(self.error(&value.span(), "a colour is a text or a number to 255")),
        }
    }

    fn row(&self, value: &Value<'_>) -> Result<Row, FileError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Ok(Row {
                fg: Some(self.paint(value)?),
                ..Row::default()
            });
        };
        let mut row = Row::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "fg" => row.fg = Some(self.paint(value)?),
                "bg" => row.bg = Some(self.paint(value)?),
                _ => {
                    let Some(&(_, modifier)) = MODIFIERS.iter().find(|&&(n, _)| n == name) else {
                        let known = MODIFIERS.iter().map(|&(name, _)| name).chain(["fg", "bg"]);
                        return Err(self
                            .error(&key.span(), format!("`{name}` is not part of a style"))
                            .did_you_mean(name, known));
                    };
                    match value.get_ref() {
                        DeValue::Boolean(on) => row.modifiers.set(modifier, *on),
                        _ => {
                            let problem = format!("`{name}` is true or false");
                            return Err(self.error(&value.span(), problem));
                        }
                    }
                }
            }
        }
        Ok(row)
    }

    /// Resolves a row with the palette of the whole chain of themes.
    pub(super) fn style(
        &self,
        row: &Row,
        palette: &BTreeMap<String, Color>,
    ) -> Result<Style, FileError> {
        let look_up = |paint: &Option<Paint>| match paint {
            None => Ok(None),
            Some(Paint::Color(color)) => Ok(Some(*color)),
            Some(Paint::Name(name, span)) => {
                let found = palette.get(name).copied().or_else(|| color::parse(name));
                found.map(Some).ok_or_else(|| {
                    let own = palette.keys().map(String::as_str);
                    let known = own.chain(color::names().map(|name| -> &str { name }));
                    self.error(
                        span,
                        format!("`{name}` is neither in the palette nor a colour"),
                    )
                    .did_you_mean(name, known)
                })
            }
        };
        let mut style = Style {
            fg: look_up(&row.fg)?,
            bg: look_up(&row.bg)?,
            ..Style::new()
        };
        style.add_modifier = row.modifiers;
        Ok(style)
    }
}

impl Layer {
    /// Reads one file.
    ///
    /// # Errors
    /// When it is not TOML, or says something that a theme does not have.
    pub(super) fn read(source: Source) -> Result<Self, FileError> {
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
        let source = layer.source.clone();
        let table = DeTable::parse(&source.text)
            .map_err(|error| FileError::toml(&source.file, &source.text, &error))?;
        for (key, value) in table.get_ref() {
            layer.key(&source, key, value)?;
        }
        Ok(layer)
    }

    fn key(
        &mut self,
        source: &Source,
        key: &Spanned<Cow<'_, str>>,
        value: &Value<'_>,
    ) -> Result<(), FileError> {
        let name: &str = key.get_ref();
        match name {
            "name" => self.name = Some(source.string(value, "a theme's name")?),
            "inherits" => {
                self.inherits = Some((source.string(value, "`inherits`")?, value.span()));
            }
            "appearance" => {
                self.appearance = Some(match source.string(value, "`appearance`")?.as_str() {
                    "dark" => Appearance::Dark,
                    "light" => Appearance::Light,
                    _ => return Err(source.error(&value.span(), "it is `dark` or `light`")),
                });
            }
            "foreground" => self.foreground = Some(source.plain_color(value)?),
            "background" => self.background = Some(source.plain_color(value)?),
            "palette" => {
                for (name, color) in source.table(value, "`palette`")? {
                    let color = source.plain_color(color)?;
                    self.palette.insert(name.get_ref().to_string(), color);
                }
            }
            "meaning" => {
                for (name, row) in source.table(value, "`meaning`")? {
                    let meaning = Meaning::by_name(name.get_ref()).ok_or_else(|| {
                        source
                            .error(
                                &name.span(),
                                format!("`{}` is not a meaning", name.get_ref()),
                            )
                            .did_you_mean(name.get_ref(), Meaning::ALL.iter().map(|m| m.name()))
                    })?;
                    self.rows.push((meaning, source.row(row)?));
                }
            }
            _ => {
                return Err(source
                    .error(&key.span(), format!("a theme has no `{name}`"))
                    .did_you_mean(name, KEYS));
            }
        }
        Ok(())
    }
}
