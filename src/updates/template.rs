//! A text with facts in it: `{{name}}`.

use super::facts::{Facts, NAMES, gap};
use crate::problem::Problem;
use std::ops::Range;

/// A text whose facts are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// The gaps in it: facts that are not known, and what is written as a fact and is none.
    pub gaps: Vec<(Range<usize>, String)>,
}

/// A `{{…}}` of a text: where it stands, and the name in it.
struct Place<'a> {
    span: Range<usize>,
    name: &'a str,
}

/// Every `{{…}}` of the text, and where one is not closed on its line.
fn places(text: &str) -> (Vec<Place<'_>>, Vec<Range<usize>>) {
    let (mut places, mut open) = (Vec::new(), Vec::new());
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + at;
        let rest = text.get(start + 2..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let Some(end) = line.find("}}") else {
            open.push(start..start + 2);
            from = start + 2;
            continue;
        };
        places.push(Place {
            span: start..start + end + 4,
            name: line.get(..end).unwrap_or_default().trim(),
        });
        from = start + end + 4;
    }
    (places, open)
}

/// What is wrong with a template, each in its place.
#[must_use]
pub fn problems(text: &str) -> Vec<Problem> {
    let (places, open) = places(text);
    let unclosed = open.into_iter().map(|span| {
        let problem = Problem::error(span, "`{{` is not closed on its line");
        problem.help("write the name of a fact and `}}` after it, as in {{impact}}")
    });
    let unknown = places
        .into_iter()
        .filter(|place| !NAMES.contains(&place.name))
        .map(|place| Problem::unknown("there is no fact", place.span, place.name, &NAMES));
    let mut all: Vec<Problem> = unclosed.chain(unknown).collect();
    if text.trim().is_empty() {
        all.push(Problem::error(0..0, "there is nothing in it"));
    }
    all.sort_by_key(|problem| problem.span.start);
    all
}

/// Fills the facts in. One that is not known is left as a marked gap, and so is what is no fact.
#[must_use]
pub fn fill(text: &str, facts: &Facts) -> Filled {
    let mut filled = Filled::default();
    let mut from = 0;
    for Place { span, name } in places(text).0 {
        filled
            .text
            .push_str(text.get(from..span.start).unwrap_or_default());
        from = span.end;
        let start = filled.text.len();
        if let Some(fact) = facts.get(name) {
            filled.text.push_str(fact);
        } else {
            filled.text.push_str(&gap(name));
            filled
                .gaps
                .push((start..filled.text.len(), name.to_owned()));
        }
    }
    filled.text.push_str(text.get(from..).unwrap_or_default());
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Incident, IncidentId, Timestamp};

    fn facts() -> Facts {
        let mut incident = Incident::new(IncidentId(42));
        incident.title = "Checkout 500s".into();
        let now: Timestamp = "2026-11-24T14:20:00Z".parse().unwrap();
        Facts::of(
            &incident,
            Some("2026-11-24T14:40:00Z".parse().unwrap()),
            now,
        )
    }

    #[test]
    fn what_is_known_is_filled_in_and_what_is_not_stays_a_gap() {
        let filled = fill(
            "{{id}}: {{ title }}. {{impact}} Next {{next}}, {{nxet}}.",
            &facts(),
        );
        assert_eq!(
            filled.text,
            "INC-42: Checkout 500s. ‹impact?› Next 14:40 UTC, ‹nxet?›."
        );
        let gaps = filled
            .gaps
            .iter()
            .map(|(span, name)| (&filled.text[span.clone()], &**name));
        let gaps: Vec<_> = gaps.collect();
        assert_eq!(gaps, [("‹impact?›", "impact"), ("‹nxet?›", "nxet")]);
    }

    #[test]
    fn braces_that_are_no_fact_are_text() {
        for text in ["{ a }", "{{ a", "a }} b", "{{\n}}", "{{{", ""] {
            assert_eq!(fill(text, &facts()).text, text);
        }
        // A fact's own braces are not filled in again.
        let mut incident = Incident::new(IncidentId(1));
        incident.title = "{{id}}".into();
        let facts = Facts::of(&incident, None, Timestamp::UNIX_EPOCH);
        assert_eq!(fill("{{title}}", &facts).text, "{{id}}");
    }

    #[test]
    fn every_mistake_is_told_in_its_place() {
        let text = "a\n{{tilte}}\n{{ impact\n{{id}}";
        let spans: Vec<_> = problems(text)
            .into_iter()
            .map(|p| (p.span, p.meant))
            .collect();
        assert_eq!(spans[0].0, 2..11);
        assert_eq!(spans[1].0, 12..14);
        assert_eq!(spans.len(), 2);
        assert!(problems("{{id}} { } }}").is_empty());
        assert_eq!(problems(" \n").len(), 1);
    }
}
