//! Values put into the places of variables in a query: `$name`, `${name}`, `${name:format}` and
//! `[[name]]`, and Grafana's own of time (`$__interval`, `$__range` …), as the browser would.
//!
//! A variable that is not known stays as it stands: it may be the data source's own (`$__timeFilter`).
//!
//! **Invariant**: a value from outside is put into a query of a data source whose language is not
//! known to be one that only reads, only when it holds nothing but letters, digits and a few marks
//! that names are made of. Whoever may raise an alert chooses its labels, and some panels are SQL.

use super::times::Times;
use super::variables::{All, Variable, Variables};
use crate::integrations::reading::cut;
use serde_json::Value;

/// How deep the members of a query may nest.
const DEPTH: usize = 32;
/// Marks that the names of things are made of, beside letters and digits.
const NAME_MARKS: &str = "_-.:/@";

/// The language of a data source's queries, as far as it decides how a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Prometheus, Loki and their like: several values are a regular expression.
    Prom,
    /// InfluxDB: a regular expression too, but not within a quoted text.
    Influx,
    /// Elasticsearch and its like: alternatives of quoted words.
    Lucene,
    /// A database: a list of quoted texts.
    Sql,
    /// Anything else: several values are `{a,b}`.
    Other,
    /// No query at all: words for people.
    Words,
}

impl Language {
    /// By the type of a data source: `prometheus`, `grafana-postgresql-datasource`.
    pub(super) fn of(kind: &str) -> Self {
        let has = |word: &&str| kind.contains(*word);
        if ["prometheus", "loki"].iter().any(has) {
            Self::Prom
        } else if kind == "influxdb" {
            Self::Influx
        } else if ["elasticsearch", "opensearch"].iter().any(has) {
            Self::Lucene
        } else if [
            "sql",
            "postgres",
            "clickhouse",
            "snowflake",
            "athena",
            "redshift",
        ]
        .iter()
        .any(has)
        {
            Self::Sql
        } else {
            Self::Other
        }
    }
}

/// Why a value cannot be put into a query: a clause that goes on after the panel's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit(pub(super) String);

/// Fills in the texts of queries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filler<'a> {
    pub(super) variables: &'a Variables,
    pub(super) times: &'a Times,
    pub(super) language: Language,
}

impl Filler<'_> {
    /// A query with every text in it filled in. Names of members stay.
    ///
    /// # Errors
    /// A value that cannot be put where it is wanted.
    pub(super) fn query(&self, query: &Value) -> Result<Value, Unfit> {
        self.filled(query, DEPTH)
    }

    fn filled(&self, value: &Value, depth: usize) -> Result<Value, Unfit> {
        if depth == 0 {
            return Err(Unfit("has a query that nests too deep".to_owned()));
        }
        Ok(match value {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Array(items) => {
                let filled = items.iter().map(|item| self.filled(item, depth - 1));
                Value::Array(filled.collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), self.filled(member, depth - 1)?)));
                Value::Object(filled.collect::<Result<_, Unfit>>()?)
            }
            other => other.clone(),
        })
    }

    /// A text with its variables filled in.
    ///
    /// # Errors
    /// A value that cannot be put where it is wanted.
    pub(super) fn text(&self, text: &str) -> Result<String, Unfit> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['$', '[']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some(place) = Place::at(rest) else {
                let first = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(&rest[..first]);
                rest = &rest[first..];
                continue;
            };
            let (whole, after) = rest.split_at(place.length);
            match self.value(place)? {
                Some(value) => out.push_str(&value),
                None => out.push_str(whole),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, place: Place<'_>) -> Result<Option<String>, Unfit> {
        if let Some(own) = self.times.own(place.name, place.format) {
            return Ok(Some(own));
        }
        let Some(variable) = self.variables.get(place.name) else {
            return Ok(None);
        };
        if variable.outside {
            let value = variable.values.first().map_or("", String::as_str);
            if !self.is_safe(value, place.format) {
                return Err(Unfit(format!(
                    "is not asked for: the incident's {} is {:?}, which is not put into a query",
                    place.name,
                    cut(value, 80)
                )));
            }
        }
        let values = match &variable.all {
            Some(All::Written(all)) => return Ok(Some(all.clone())),
            Some(All::Listed) if variable.values.is_empty() => {
                return self.everything(place.name).map(Some);
            }
            _ => &variable.values,
        };
        Ok(Some(self.written(variable, values, place.format)))
    }

    /// Whether a value from outside can do nothing but be a value.
    fn is_safe(&self, value: &str, format: &str) -> bool {
        let plain = |c: char| c.is_alphanumeric() || NAME_MARKS.contains(c);
        let within_quotes = |c: char| !c.is_control() && !"\"'`\\".contains(c);
        match (self.language, format) {
            // Quotes are written and doubled here; only a backslash could undo them.
            (_, "sqlstring") => value.chars().all(|c| c != '\\' && !c.is_control()),
            (Language::Words, _) => true,
            // A language that only reads, where a value stands in quotes.
            (Language::Prom, _) => value.chars().all(within_quotes),
            _ => value.chars().all(plain) && !value.contains("--"),
        }
    }

    /// "All", where the values are not known here.
    fn everything(&self, name: &str) -> Result<String, Unfit> {
        Ok(match self.language {
            Language::Prom | Language::Influx => ".*".to_owned(),
            Language::Lucene | Language::Other => "*".to_owned(),
            Language::Words => "all".to_owned(),
            Language::Sql => {
                return Err(Unfit(format!(
                    "is not asked for: its variable {name} is \"All\", whose values only a browser \
                     looks up: save the dashboard with a value"
                )));
            }
        })
    }

    fn written(&self, variable: &Variable, values: &[String], format: &str) -> String {
        let one = || values.first().cloned().unwrap_or_default();
        let format = match (format, variable.many) {
            ("", false) => return one(),
            ("", true) => match (self.language, values) {
                (Language::Prom, _) => "prom",
                (Language::Influx, _) => "regex",
                (Language::Sql, _) => "sqlstring",
                (Language::Words, _) => "text",
                (Language::Lucene | Language::Other, [_]) => return one(),
                (Language::Lucene, _) => "lucene",
                (Language::Other, _) => "glob",
            },
            (format, _) => format,
        };
        let join = |each: &dyn Fn(&str) -> String, between: &str| {
            let each: Vec<String> = values.iter().map(|value| each(value)).collect();
            each.join(between)
        };
        let group = |text: String| match values.len() {
            1 => text,
            _ => format!("({text})"),
        };
        let quoted = |quote: char, inner: &'static str| {
            move |value: &str| format!("{quote}{}{quote}", value.replace(quote, inner))
        };
        match format {
            // Within a quoted text, where the backslashes themselves are escaped.
            "prom" => group(join(&|value| regex(value).replace('\\', r"\\"), "|")),
            "regex" => group(join(&regex, "|")),
            "pipe" => join(&str::to_owned, "|"),
            "glob" if values.len() > 1 => format!("{{{}}}", join(&str::to_owned, ",")),
            "lucene" => group(join(&quoted('"', "\\\""), " OR ")),
            "singlequote" => join(&quoted('\'', "\\'"), ","),
            "doublequote" => join(&quoted('"', "\\\""), ","),
            "sqlstring" => join(&quoted('\'', "''"), ","),
            "json" => serde_json::to_string(values).unwrap_or_default(),
            "percentencode" => join(&crate::integrations::reading::encoded, ","),
            "text" => join(&str::to_owned, " + "),
            // csv, raw, and what is not known.
            _ => join(&str::to_owned, ","),
        }
    }
}

/// With everything escaped that a regular expression would not take as itself.
fn regex(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if r"\^$.|?*+()[]{}/".contains(c) && c != '/' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The place of a variable at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    name: &'a str,
    /// Behind the colon; empty where there is none.
    format: &'a str,
    /// Of the whole, in bytes.
    length: usize,
}

impl<'a> Place<'a> {
    fn at(text: &'a str) -> Option<Self> {
        let wrapped = |open: &str, close: &str| {
            let inner = text.strip_prefix(open)?;
            let (inner, _) = inner.split_once(close)?;
            let (name, format) = inner.split_once(':').unwrap_or((inner, ""));
            (word(name) == name && !name.is_empty()).then_some(Self {
                name,
                format,
                length: open.len() + inner.len() + close.len(),
            })
        };
        if let Some(place) = wrapped("${", "}").or_else(|| wrapped("[[", "]]")) {
            return Some(place);
        }
        let name = word(text.strip_prefix('$')?);
        let begins = name.starts_with(|c: char| !c.is_ascii_digit());
        begins.then_some(Self {
            name,
            format: "",
            length: 1 + name.len(),
        })
    }
}

/// The letters, digits and underscores that a text begins with.
fn word(text: &str) -> &str {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests;
