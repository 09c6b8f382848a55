//! What an alert's labels must be.

use crate::incident::AlertReport;
use std::fmt;
use std::str::Chars;

/// The longest pattern, in bytes: label values that people tell apart are shorter.
pub const PATTERN_BYTES: usize = 1_000;

/// What has labels.
pub trait Labelled {
    /// The value of this label; empty where there is none, which is the same to a monitor.
    /// `alertname` is the alert's name.
    fn label(&self, name: &str) -> &str;
}

impl Labelled for AlertReport {
    fn label(&self, name: &str) -> &str {
        match name {
            "alertname" => &self.name,
            other => self.labels.get(other).map_or("", String::as_str),
        }
    }
}

/// A value with wildcards: `*` is any run of characters, also none, `?` any one, and `\` takes the
/// next character as it is. Upper and lower case differ.
///
/// A label that is not there is matched by the empty pattern alone, so that `*` means that there is
/// such a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    signs: Vec<Sign>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Is(char),
    AnyOne,
    AnyRun,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParsePatternError {
    /// It ends with a backslash.
    #[error("a backslash takes the next character as it is; two of them are one")]
    Backslash,
    /// It is longer than [`PATTERN_BYTES`].
    #[error("write a shorter one, of at most {PATTERN_BYTES} bytes")]
    Long,
}

impl std::str::FromStr for Pattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > PATTERN_BYTES {
            return Err(ParsePatternError::Long);
        }
        let mut signs = Vec::new();
        let mut rest = text.chars();
        while let Some(sign) = rest.next() {
            let sign = match sign {
                '\\' => Sign::Is(rest.next().ok_or(ParsePatternError::Backslash)?),
                '?' => Sign::AnyOne,
                '*' => Sign::AnyRun,
                sign => Sign::Is(sign),
            };
            // Two runs are one, and cost more.
            if sign != Sign::AnyRun || signs.last() != Some(&sign) {
                signs.push(sign);
            }
        }
        let text = text.to_owned();
        Ok(Self { text, signs })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    /// Whether the value fits. Takes at most the product of both lengths, however many wildcards
    /// there are.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        if value.is_empty() {
            return self.signs.is_empty();
        }
        let (mut at, mut rest) = (0, value.chars());
        // Where the last run stands, and what it has not taken yet.
        let mut run: Option<(usize, Chars<'_>)> = None;
        loop {
            let mut after = rest.clone();
            let fits = match (self.signs.get(at), after.next()) {
                (Some(Sign::AnyRun), _) => {
                    at += 1;
                    run = Some((at, rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(Sign::AnyOne), Some(_)) => true,
                (Some(Sign::Is(sign)), Some(found)) => *sign == found,
                _ => false,
            };
            if fits {
                at += 1;
                rest = after;
                continue;
            }
            let Some((from, left)) = &mut run else {
                return false;
            };
            if left.next().is_none() {
                return false;
            }
            at = *from;
            rest = left.clone();
        }
    }
}

/// What several labels must be: each one of its patterns. Without any label it fits everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matcher {
    /// Each label, and the patterns of which one must fit.
    pub labels: Vec<(String, Vec<Pattern>)>,
}

/// The first label that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss<'m> {
    /// The label.
    pub label: &'m str,
    /// What it should be: one of these.
    pub wanted: &'m [Pattern],
    /// What it is; empty where the alert has no such label.
    pub found: String,
}

impl Matcher {
    /// What does not fit, if anything.
    #[must_use]
    pub fn miss(&self, alert: &impl Labelled) -> Option<Miss<'_>> {
        let (label, wanted) = self.labels.iter().find(|(label, patterns)| {
            let value = alert.label(label);
            !patterns.iter().any(|pattern| pattern.matches(value))
        })?;
        Some(Miss {
            label,
            wanted,
            found: alert.label(label).to_owned(),
        })
    }

    /// Whether the alert fits.
    #[must_use]
    pub fn fits(&self, alert: &impl Labelled) -> bool {
        self.miss(alert).is_none()
    }

    /// Whether everything fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// What the alert has that fits: `service is "checkout"`, one after the other.
    #[must_use]
    pub fn found(&self, alert: &impl Labelled) -> String {
        let each = self.labels.iter().map(|(label, _)| {
            let value = alert.label(label);
            if value.is_empty() {
                format!("it has no {label}")
            } else {
                format!("{label} is {value:?}")
            }
        });
        each.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Miss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = self.wanted.iter().map(|pattern| match &*pattern.text {
            "" => "nothing".to_owned(),
            text => format!("{text:?}"),
        });
        let wanted = wanted.collect::<Vec<_>>().join(" or ");
        if self.found.is_empty() {
            write!(f, "it has no {}, which must be {wanted}", self.label)
        } else {
            write!(f, "{} is {:?}, not {wanted}", self.label, self.found)
        }
    }
}
