//! The frames of columns that a data source answers, as lines that can be drawn.
//!
//! A data source may answer in several shapes: one frame for each line, one frame with a column
//! for each, one with texts that tell the rows of different lines apart, or numbers without times.

use super::cells::{Cell, Column};
use crate::incident::limits::SERIES_PER_SIGNAL;
use crate::integrations::exchange::AnswerError;
use crate::integrations::reading::{cut, one_line, text};
use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Labels of one line that are kept, and the longest value: more tell nothing apart.
const LABELS: usize = 64;
const LABEL_BYTES: usize = 200;

/// What a panel shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Drawn {
    /// The first of its lines, at most [`SERIES_PER_SIGNAL`].
    pub(super) lines: Vec<Line>,
    /// How many more there are.
    pub(super) more: u32,
    /// What the source said beside them.
    pub(super) warning: Option<Arc<str>>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    /// The name that the panel or the data source gave it; empty when none did.
    pub(super) given: String,
    /// What tells it from others.
    pub(super) labels: BTreeMap<String, String>,
    /// Names that lines without labels may be told apart by, best first.
    pub(super) names: [String; 3],
    /// Milliseconds since 1970 (absent: the number is for now), and the value; as they came.
    pub(super) samples: Vec<(Option<i64>, Option<f64>)>,
    /// What stands in the place of the newest number: `NaN`.
    pub(super) said: Option<&'static str>,
    /// The time of the newest number, or of what stands in its place.
    pub(super) newest: Option<Option<i64>>,
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(default)]
    schema: Value,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Data {
    #[serde(default)]
    values: Vec<Column>,
    #[serde(default)]
    entities: Value,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Number,
    Text,
    Other,
}

pub(super) fn kind(field: &Value) -> Kind {
    let frame = || field["typeInfo"]["frame"].as_str();
    match field["type"].as_str().or_else(frame).unwrap_or_default() {
        time if time.starts_with("time") => Kind::Time,
        "number" | "bool" | "boolean" => Kind::Number,
        number if number.starts_with("int") || number.starts_with("uint") => Kind::Number,
        number if number.starts_with("float") => Kind::Number,
        "string" => Kind::Text,
        _ => Kind::Other,
    }
}

impl Drawn {
    /// Takes the lines of a query's frames.
    pub(super) fn take(&mut self, query: &str, frames: &[&RawValue]) -> Result<(), AnswerError> {
        let (mut broken, mut without_numbers) = (0, 0);
        for raw in frames {
            let Ok(frame) = serde_json::from_str::<Frame<'_>>(raw.get()) else {
                broken += 1;
                continue;
            };
            let schema = &frame.schema;
            if is_exemplar(schema) {
                continue;
            }
            if let Some(notice) = text(&schema["meta"]["notices"][0]["text"]) {
                self.warning.get_or_insert_with(|| one_line(notice).into());
            }
            let fields = schema["fields"].as_array().map_or(&[][..], Vec::as_slice);
            let numbers = fields.iter().filter(|field| kind(field) == Kind::Number);
            let numbers = u32::try_from(numbers.count()).unwrap_or(u32::MAX);
            if numbers == 0 {
                without_numbers += usize::from(!fields.is_empty());
            } else if self.lines.len() >= SERIES_PER_SIGNAL {
                self.more = self.more.saturating_add(numbers);
            } else {
                match frame
                    .data
                    .map(|raw| serde_json::from_str::<Data>(raw.get()))
                {
                    None => {}
                    Some(Ok(data)) => self.rows(query, schema, fields, &data),
                    Some(Err(_)) => broken += 1,
                }
            }
        }
        if !self.lines.is_empty() {
            return Ok(());
        }
        Err(AnswerError::Nonsense(if broken > 0 {
            "the answer to the panel's query cannot be read".to_owned()
        } else if without_numbers > 0 {
            "the panel shows no numbers".to_owned()
        } else {
            return Ok(());
        }))
    }

    /// Takes the lines of one frame: of each column of numbers, one for each combination of the
    /// texts beside them.
    fn rows(&mut self, query: &str, schema: &Value, fields: &[Value], data: &Data) {
        let column = |at: usize| data.values.get(at).map_or(&[][..], |column| &column.0);
        let of_kind = |wanted| {
            let numbered = fields.iter().enumerate();
            numbered.filter(move |(_, field)| kind(field) == wanted)
        };
        let times = of_kind(Kind::Time).next().map(|(at, _)| column(at));
        let texts: Vec<(&str, &[Cell])> = of_kind(Kind::Text)
            .map(|(at, field)| (field["name"].as_str().unwrap_or_default(), column(at)))
            .collect();
        for (at, field) in of_kind(Kind::Number) {
            let mut beyond = BTreeSet::new();
            let mut own: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
            let unsaid = unsaid(&data.entities[at]);
            for (row, cell) in column(at).iter().enumerate() {
                let time = match times.map(|times| times.get(row).and_then(moment)) {
                    None => None,
                    Some(Some(time)) => Some(time),
                    // A row that has lost its time is nowhere.
                    Some(None) => continue,
                };
                let key: Vec<&str> = texts.iter().map(|(_, cells)| word(cells, row)).collect();
                let Some(line) = own.get(&key).copied().or_else(|| {
                    let fits = self.lines.len() < SERIES_PER_SIGNAL;
                    let line = fits.then(|| self.begin(query, schema, field, &texts, &key))?;
                    own.insert(key.clone(), line);
                    Some(line)
                }) else {
                    beyond.insert(key);
                    continue;
                };
                if let Some(line) = self.lines.get_mut(line) {
                    line.add(time, cell, unsaid.get(&(row as u64)).copied());
                }
            }
            let beyond = u32::try_from(beyond.len()).unwrap_or(u32::MAX);
            self.more = self.more.saturating_add(beyond);
        }
    }

    /// Begins a line; says which it is.
    fn begin(
        &mut self,
        query: &str,
        schema: &Value,
        field: &Value,
        texts: &[(&str, &[Cell])],
        key: &[&str],
    ) -> usize {
        let short = |text: &str| cut(text, LABEL_BYTES).to_owned();
        let labels = field["labels"].as_object().into_iter().flatten();
        let labels = labels.filter_map(|(name, value)| Some((short(name), short(value.as_str()?))));
        let columns = texts.iter().zip(key);
        let columns = columns.map(|((name, _), value)| (short(name), short(value)));
        let config = &field["config"];
        let given = text(&config["displayNameFromDS"]).or_else(|| text(&config["displayName"]));
        let is_said = |name: &&str| !["Value", "value", "Time", "time"].contains(name);
        let own = text(&field["name"]).filter(is_said).unwrap_or_default();
        let frame = text(&schema["name"]).unwrap_or_default();
        self.lines.push(Line {
            given: one_line(given.unwrap_or_default()),
            labels: labels.chain(columns).take(LABELS).collect(),
            names: [one_line(own), one_line(frame), short(query)],
            ..Line::default()
        });
        self.lines.len() - 1
    }
}

impl Line {
    /// Adds a sample; `said` is what JSON could not say of its number.
    fn add(&mut self, time: Option<i64>, cell: &Cell, said: Option<&'static str>) {
        let (value, said) = match cell {
            Cell::Number(number) => (Some(*number), None),
            Cell::Text(text) => (text.trim().parse().ok(), not_finite(text.trim())),
            Cell::Nothing => (None, said),
        };
        let value = value.filter(|value: &f64| value.is_finite());
        let is_newest = self.newest.is_none_or(|newest| time >= newest);
        if is_newest && (value.is_some() || said.is_some()) {
            self.newest = Some(time);
            self.said = said;
        }
        self.samples.push((time, value));
    }
}

fn not_finite(text: &str) -> Option<&'static str> {
    Some(match text {
        "NaN" => "NaN",
        "+Inf" | "Inf" => "+Inf",
        "-Inf" => "-Inf",
        _ => return None,
    })
}

/// Prometheus answers single requests that it remembers beside the series.
fn is_exemplar(schema: &Value) -> bool {
    schema["name"] == "exemplar" || schema["meta"]["custom"]["resultType"] == "exemplar"
}

/// What JSON cannot say of a number stands in lists of rows beside its column: by row.
fn unsaid(entities: &Value) -> BTreeMap<u64, &'static str> {
    let names = [("NaN", "NaN"), ("Inf", "+Inf"), ("NegInf", "-Inf")];
    let each = names.into_iter().flat_map(|(name, said)| {
        let rows = entities[name].as_array().into_iter().flatten();
        let rows = rows.filter_map(Value::as_u64);
        rows.map(move |row| (row, said))
    });
    each.collect()
}

/// Milliseconds since 1970.
fn moment(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Number(ms) => Some(*ms as i64),
        Cell::Text(text) => {
            let at = DateTime::parse_from_rfc3339(text).ok()?;
            Some(at.timestamp_millis())
        }
        Cell::Nothing => None,
    }
}

fn word(cells: &[Cell], row: usize) -> &str {
    match cells.get(row) {
        Some(Cell::Text(text)) => text,
        _ => "",
    }
}
