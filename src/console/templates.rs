//! Texts for frequent entries: what a scribe would otherwise type again and again.
//!
//! A template is a line of the composer with places to go to (`$1`, `$2` … in their order, or
//! `{{cursor}}` for one) and with words that the incident fills in (`{{ic}}`, `{{deputy}}`, `{{ops}}`,
//! `{{comms}}`, `{{scribe}}`, `{{service}}`, `{{title}}`).

use crate::incident::{Incident, Role};

/// The most places that one template has.
const STOPS: usize = 9;

/// A text for a frequent entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What is typed after `/t`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A template put into an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The text, its places empty.
    pub text: String,
    /// The places in bytes of the text, in the order in which they are gone to.
    pub stops: Vec<usize>,
}

/// Those that are always there; of the field guide's rules for a scribe.
const USUAL: [(&str, &str); 8] = [
    ("poll", "/decision Polled for $1. Proceeding. $2 to execute"),
    (
        "roles",
        "!! IC: {{ic}}, Deputy: {{deputy}}, Ops: {{ops}}, Comms: {{comms}}, Scribe: {{scribe}}$1",
    ),
    ("callout", "@$1 called out: $2"),
    ("status", "IC status: $1. Next look in $2"),
    ("did", "/action $1, by @$2"),
    ("paged", "paged @$1 for {{service}}$2"),
    ("joined", "@$1 joined for $2"),
    ("todo", "TODO: $1 @$2"),
];

/// All templates: one's own go before the usual ones of the same name.
#[must_use]
pub fn all(own: Vec<(String, String)>) -> Vec<Template> {
    let mut all: Vec<Template> = own
        .into_iter()
        .map(|(name, text)| Template { name, text })
        .collect();
    for (name, text) in USUAL {
        if find(&all, name).is_none() {
            all.push(Template {
                name: name.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    all
}

/// The template of that name, in any case.
#[must_use]
pub fn find<'a>(all: &'a [Template], name: &str) -> Option<&'a Template> {
    all.iter()
        .find(|template| template.name.eq_ignore_ascii_case(name))
}

impl Template {
    /// Puts it into an incident: what the incident knows is filled in, and the places stay empty.
    /// What is no place and no word that is known stays as it is.
    #[must_use]
    pub fn fill(&self, incident: &Incident) -> Filled {
        let mut text = String::new();
        let mut stops: Vec<(u32, usize)> = Vec::new();
        let mut rest = &*self.text;
        while let Some(at) = rest.find(['$', '{']) {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            if let Some((number, len)) = place(from)
                && stops.len() < STOPS
            {
                stops.push((number, text.len()));
                rest = from.get(len..).unwrap_or_default();
            } else if let Some((word, len)) = word(from, incident) {
                text.push_str(&word);
                rest = from.get(len..).unwrap_or_default();
            } else {
                let sign = from.chars().next().map_or(1, char::len_utf8);
                let (sign, after) = from.split_at(sign);
                text.push_str(sign);
                rest = after;
            }
        }
        text.push_str(rest);
        stops.sort_by_key(|(number, _)| *number);
        Filled {
            text,
            stops: stops.into_iter().map(|(_, at)| at).collect(),
        }
    }
}

/// `$1`, or `{{cursor}}`, at the beginning: its number and how long it is.
fn place(text: &str) -> Option<(u32, usize)> {
    const CURSOR: &str = "{{cursor}}";
    if text.starts_with(CURSOR) {
        return Some((0, CURSOR.len()));
    }
    let digit = text.strip_prefix('$')?.chars().next()?;
    let number = digit.to_digit(10).filter(|number| *number > 0)?;
    Some((number, 2))
}

/// `{{ic}}` and the like at the beginning: what the incident says, and how long it is.
fn word(text: &str, incident: &Incident) -> Option<(String, usize)> {
    let inner = text.strip_prefix("{{")?;
    let end = inner.find("}}")?;
    let name = inner.get(..end)?;
    let said = match name {
        "title" => incident.title.to_string(),
        "service" => incident
            .service
            .as_deref()
            .unwrap_or("the service")
            .to_owned(),
        role => {
            let role: Role = role
                .parse()
                .ok()
                .filter(|role| !matches!(role, Role::Other(_)))?;
            let holder = incident.holder(&role);
            holder.map_or_else(|| "nobody".to_owned(), |who| format!("@{who}"))
        }
    };
    Some((said, end + 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::IncidentId;
    use proptest::prelude::*;

    fn fill(text: &str) -> Filled {
        let template = Template {
            name: "x".to_owned(),
            text: text.to_owned(),
        };
        template.fill(&Incident::new(IncidentId(1)))
    }

    #[test]
    fn places_are_empty_and_gone_to_by_number() {
        for (text, filled, stops) in [
            (
                "Polled for $1. $2 to execute",
                "Polled for .  to execute",
                &[11, 13][..],
            ),
            ("$2 then $1", " then ", &[6, 0]),
            ("a {{cursor}} b", "a  b", &[2]),
            ("costs $ 5, $x, $0", "costs $ 5, $x, $0", &[]),
            ("{{ic}} of {{service}}", "nobody of the service", &[]),
            ("{{unknown}} {", "{{unknown}} {", &[]),
        ] {
            let found = fill(text);
            assert_eq!((&*found.text, &found.stops[..]), (filled, stops), "{text}");
        }
    }

    #[test]
    fn ones_own_go_before_the_usual() {
        let all = all(vec![("Poll".to_owned(), "mine".to_owned())]);
        assert_eq!(find(&all, "poll").map(|t| &*t.text), Some("mine"));
        assert_eq!(all.len(), USUAL.len());
        assert!(find(&all, "roles").is_some() && find(&all, "nothing").is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_filled(text in "[a$1-3{}cursoi字 ]{0,40}") {
            let filled = fill(&text);
            prop_assert!(filled.stops.iter().all(|at| filled.text.is_char_boundary(*at)));
        }
    }
}
