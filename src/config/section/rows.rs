//! What a section may hold beyond texts, numbers and lists: lists of sections, tables whose keys
//! people choose, and moments.

use super::{Problem, Section, kind, wrong_kind};
use crate::incident::Timestamp;
use chrono::DateTime;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeValue;

/// The texts at a key that people chose.
type Texts = (Spanned<String>, Vec<Spanned<String>>);

impl<'a> Section<'a, '_> {
    /// Reads each table of the list `[[name.key]]` of this section.
    pub(in crate::config) fn rows_of(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(Section<'a, '_>),
    ) {
        let Some(value) = self.take(key) else {
            return;
        };
        let name = format!("{}.{key}", self.name);
        let Some(array) = value.get_ref().as_array() else {
            let help = format!("write `[[{name}]]` on a line of its own, and its keys below");
            self.problem(wrong_kind(key, "a list of sections", value).help(help));
            return;
        };
        for row in array.iter() {
            let section = Section::at(name.clone().into(), Some(row), self.problems);
            if section.table.is_some() {
                read(section);
            }
        }
    }

    /// Every key of this section with its text or list of texts, which may be empty. What is of
    /// another kind is reported, and its key left out.
    pub(in crate::config) fn texts(&mut self) -> Vec<Texts> {
        let mut all = Vec::new();
        for (key, value) in self.table.into_iter().flat_map(|table| table.iter()) {
            let one = std::slice::from_ref(value);
            let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref().as_array() {
                Some(array) => array.iter().collect(),
                None => one.iter().collect(),
            };
            let count = items.len();
            let mut texts = Vec::new();
            for item in items {
                match item.get_ref().as_str() {
                    Some(text) => texts.push(Spanned::new(item.span(), text.to_owned())),
                    None => {
                        let what =
                            format!("`{}` must be a text, or a list of texts", key.get_ref());
                        let is = format!("this is {}", kind(item.get_ref()));
                        self.problems
                            .push(Problem::error(item.span(), what).label(is));
                    }
                }
            }
            if texts.len() == count {
                let key = Spanned::new(key.span(), key.get_ref().to_string());
                all.push((key, texts));
            }
        }
        all
    }

    /// Where a key stands, if it is there.
    pub(in crate::config) fn place_of(&self, key: &str) -> Option<Range<usize>> {
        let mut keys = self.table?.iter();
        let found = keys.find(|(name, _)| name.get_ref() == key);
        found.map(|(name, _)| name.span())
    }

    /// The moment at `key`: a time of TOML, or a text, in either case with a zone.
    pub(in crate::config) fn moment(&mut self, key: &'static str) -> Option<Spanned<Timestamp>> {
        let value = self.take(key)?;
        let written = match value.get_ref() {
            DeValue::Datetime(time) => time.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.problem(wrong_kind(key, "a moment", value));
                return None;
            }
        };
        match DateTime::parse_from_rfc3339(&written) {
            Ok(moment) => Some(Spanned::new(value.span(), moment.to_utc())),
            Err(_) => {
                let what = format!("`{key}` cannot be `{written}`");
                let help = "write a date, a time and a zone: 2026-11-28T22:00:00+01:00";
                self.problem(Problem::error(value.span(), what).help(help));
                None
            }
        }
    }
}
