//! One table of the file: its keys are taken by name, and what nobody took is unknown.

mod rows;

use super::Problem;
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table under a name. Each key is asked for once; [`Section::end`] then reports the others.
pub(super) struct Section<'a, 'p> {
    name: Cow<'static, str>,
    table: Option<&'a DeTable<'a>>,
    known: Vec<&'static str>,
    /// Keys that were spoken about already.
    reported: Vec<Range<usize>>,
    problems: &'p mut Vec<Problem>,
}

/// A list in the file, with its place.
pub(super) type List = Spanned<Vec<Spanned<String>>>;

impl<'a, 'p> Section<'a, 'p> {
    /// The section `[name]` of the file; one that is not there has no keys.
    pub(super) fn of(
        file: &mut Section<'a, '_>,
        name: &'static str,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        let value = file.take(name);
        Self::at(name.into(), value, problems)
    }

    /// The section that `value` holds.
    fn at(
        name: Cow<'static, str>,
        value: Option<&'a Spanned<DeValue<'a>>>,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        let table = value.and_then(|value| {
            let table = value.get_ref().as_table();
            if table.is_none() {
                let key = name.rsplit('.').next().unwrap_or(&name);
                problems.push(wrong_kind(key, "a section", value).help(format!(
                    "write `[{name}]` on a line of its own, and its keys below"
                )));
            }
            table
        });
        Self {
            name,
            table,
            known: Vec::new(),
            reported: Vec::new(),
            problems,
        }
    }

    /// The file itself: a table of sections.
    pub(super) fn file(table: &'a DeTable<'a>, problems: &'p mut Vec<Problem>) -> Self {
        Self {
            name: "".into(),
            table: Some(table),
            known: Vec::new(),
            reported: Vec::new(),
            problems,
        }
    }

    /// Reads each section `[name.KEY]` of this section, whose keys people choose; in the order of
    /// the keys.
    pub(super) fn each<T>(
        &mut self,
        mut read: impl FnMut(&Spanned<String>, Section<'a, '_>) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for (key, value) in self.table.into_iter().flat_map(|table| table.iter()) {
            let name = format!("{}.{}", self.name, key.get_ref());
            let key = Spanned::new(key.span(), key.get_ref().to_string());
            let section = Section::at(name.into(), Some(value), self.problems);
            if section.table.is_some() {
                all.extend(read(&key, section));
            }
        }
        all
    }

    /// The table at `key` of this section; one that is not there has no keys.
    pub(super) fn inner(&mut self, key: &'static str) -> Section<'a, '_> {
        let value = self.take(key);
        Section::at(format!("{}.{key}", self.name).into(), value, self.problems)
    }

    /// Reads each table of the list `[[name]]` of the file.
    pub(super) fn rows(
        file: &mut Section<'a, '_>,
        name: &'static str,
        problems: &'p mut Vec<Problem>,
        mut read: impl FnMut(Section<'a, '_>),
    ) {
        let Some(value) = file.take(name) else {
            return;
        };
        let Some(array) = value.get_ref().as_array() else {
            let help = format!("write `[[{name}]]` on a line of its own, and its keys below");
            problems.push(wrong_kind(name, "a list of sections", value).help(help));
            return;
        };
        for row in array.iter() {
            let section = Section::at(name.into(), Some(row), problems);
            if section.table.is_some() {
                read(section);
            }
        }
    }

    /// Where the section stands: its first key, or nothing where it has none.
    pub(super) fn span(&self) -> Range<usize> {
        let keys = self.table.into_iter().flat_map(|table| table.iter());
        let first = keys
            .map(|(key, _)| key.span())
            .min_by_key(|span| span.start);
        first.unwrap_or(0..0)
    }

    /// Whether the key is there, whatever it holds.
    pub(super) fn has(&self, key: &str) -> bool {
        let mut keys = self.table.into_iter().flat_map(|table| table.iter());
        keys.any(|(name, _)| name.get_ref() == key)
    }

    /// The number at `key`; finite.
    pub(super) fn number(&mut self, key: &'static str) -> Option<Spanned<f64>> {
        let value = self.take(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.problem(wrong_kind(key, "a number", value));
        }
        Some(Spanned::new(value.span(), number?))
    }

    /// The whole number at `key`; 0 or more.
    pub(super) fn whole(&mut self, key: &'static str) -> Option<Spanned<u64>> {
        let value = self.take(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.problem(wrong_kind(key, "a whole number, 0 or more", value));
        }
        Some(Spanned::new(value.span(), number?))
    }

    /// Whether the section is there.
    pub(super) fn is_there(&self) -> bool {
        self.table.is_some()
    }

    /// Where a key that must not be there stands, and its value. It is not offered to those who
    /// mistyped another.
    pub(super) fn forbidden(&mut self, key: &str) -> Option<(Range<usize>, Range<usize>)> {
        let mut pairs = self.table?.iter();
        let (name, value) = pairs.find(|(name, _)| name.get_ref() == key)?;
        self.reported.push(name.span());
        Some((name.span(), value.span()))
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        let mut pairs = self.table?.iter();
        pairs
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }

    /// Adds a problem of this section.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The text at `key`.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let value = self.take(key)?;
        match value.get_ref().as_str() {
            Some("") => {
                let problem = Problem::error(value.span(), format!("`{key}` is empty"));
                self.problem(problem.help("leave the line out to use the default"));
                None
            }
            Some(text) => Some(Spanned::new(value.span(), text.to_owned())),
            None => {
                self.problem(wrong_kind(key, "a text in quotes", value));
                None
            }
        }
    }

    /// The text at `key`, read by `read`, which says what was wanted instead.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Spanned<T>> {
        let text = self.text(key)?;
        match read(text.get_ref()) {
            Ok(value) => Some(Spanned::new(text.span(), value)),
            Err(wanted) => {
                let what = format!("`{key}` cannot be `{}`", text.get_ref());
                self.problem(Problem::error(text.span(), what).help(wanted));
                None
            }
        }
    }

    /// `true` or `false` at `key`.
    pub(super) fn switch(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let value = self.take(key)?;
        let on = value.get_ref().as_bool();
        if on.is_none() {
            self.problem(wrong_kind(key, "true or false", value));
        }
        Some(Spanned::new(value.span(), on?))
    }

    /// A list of texts at `key`. Those of another kind are reported and left out.
    pub(super) fn list(&mut self, key: &'static str) -> Option<List> {
        let value = self.take(key)?;
        let Some(array) = value.get_ref().as_array() else {
            let mut problem = wrong_kind(key, "a list", value);
            if let Some(text) = value.get_ref().as_str() {
                problem.meant = Some(format!("[{text:?}]").into());
                problem.help = "put it in brackets".to_owned();
            }
            self.problem(problem);
            return None;
        };
        let mut texts = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) if !text.is_empty() => {
                    texts.push(Spanned::new(item.span(), text.to_owned()));
                }
                Some(_) => {
                    self.problem(Problem::error(
                        item.span(),
                        format!("an empty text in `{key}`"),
                    ));
                }
                None => {
                    let what = format!("`{key}` holds texts in quotes");
                    let is = format!("this is {}", kind(item.get_ref()));
                    self.problem(Problem::error(item.span(), what).label(is));
                }
            }
        }
        Some(Spanned::new(value.span(), texts))
    }

    /// Reports every key that nobody asked for.
    pub(super) fn end(self) {
        let what = match &*self.name {
            "" => "there is no section".to_owned(),
            name => format!("[{name}] has no key"),
        };
        for (key, value) in self.table.into_iter().flat_map(|table| table.iter()) {
            let name = key.get_ref();
            if !self.known.contains(&&**name) && !self.reported.contains(&key.span()) {
                let problem = Problem::unknown(&what, key.span(), name, &self.known);
                let problem = if SECRETS.iter().any(|word| name.contains(word)) {
                    problem.concealing(value.span())
                } else {
                    problem
                };
                self.problems.push(problem);
            }
        }
    }
}

/// Parts of keys behind which a secret may stand, mistyped or where none belongs.
const SECRETS: [&str; 3] = ["secret", "tok", "pass"];

fn wrong_kind(key: &str, wanted: &str, value: &Spanned<DeValue<'_>>) -> Problem {
    Problem::error(value.span(), format!("`{key}` must be {wanted}"))
        .label(format!("this is {}", kind(value.get_ref())))
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
