//! A scenario: who takes part, and what each does when.

use super::deed::{RunCue, UpdateCue};
use crate::console::text::{closest, parse_duration};
use crate::incident::{AlertState, Person};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_spanned::Spanned;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Cues in one scenario: an hour of one a second.
pub const CUES: usize = 3_600;
/// People in one scenario: more would not be a team.
pub const PEOPLE: usize = 50;
/// The longest a scenario may take, or look back.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// The scenarios that are built in, by name.
pub const BUILT_IN: [(&str, &str); 2] = [
    (
        "checkout-5xx",
        include_str!("../../scenarios/checkout-5xx.toml"),
    ),
    (
        "database-failover",
        include_str!("../../scenarios/database-failover.toml"),
    ),
];

/// The text of the built-in scenario of that name.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// A scenario, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// One line.
    pub title: String,
    /// What it practises, in a sentence or two.
    pub about: String,
    /// Who takes part, the first of them in command.
    pub people: Vec<Person>,
    /// Runbooks that the drill's server has: name and markdown.
    pub runbooks: BTreeMap<String, String>,
    /// What happens, by time.
    pub cues: Vec<Cue>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// When, from the beginning of the drill; negative: it has happened when the drill begins.
    pub at: TimeDelta,
    /// The line of the scenario's file.
    pub line: usize,
    /// What.
    pub act: Act,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A monitor reports, through the webhook.
    Alert(AlertCue),
    /// A person enters a line in the composer's grammar.
    Say {
        /// Who.
        by: Person,
        /// The line. `#last` in it is the entry that the cue before made.
        line: String,
    },
    /// A person takes an update a step further.
    Update {
        /// Who.
        by: Person,
        /// Which step.
        update: UpdateCue,
    },
    /// A person runs a command, and has what it printed written down.
    Run {
        /// Who.
        by: Person,
        /// What is told of it.
        run: RunCue,
    },
}

/// What a monitor reports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertCue {
    /// The alert's name.
    pub name: String,
    /// Firing or resolved.
    #[serde(default = "firing")]
    pub state: AlertState,
    /// One line about it.
    #[serde(default)]
    pub summary: String,
    /// Its labels, beyond the name.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

fn firing() -> AlertState {
    AlertState::Firing
}

/// What is wrong with a scenario, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ScenarioError {
    /// The line of the file, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Spanned<String>,
    #[serde(default)]
    about: String,
    people: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    runbooks: BTreeMap<String, String>,
    cue: Vec<Spanned<CueFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueFile {
    at: Spanned<String>,
    by: Option<Spanned<String>>,
    say: Option<String>,
    alert: Option<AlertCue>,
    update: Option<UpdateCue>,
    run: Option<RunCue>,
}

/// Reads a scenario and checks all of it.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub fn parse(text: &str) -> Result<Scenario, Vec<ScenarioError>> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = line_of(text, error.span().unwrap_or_default());
        let what = error.message().trim().to_owned();
        vec![ScenarioError { line, what }]
    })?;
    let mut check = Check {
        text,
        wrong: Vec::new(),
    };
    check.bounds(&file);
    let people = check.people(&file.people);
    let mut cues: Vec<Cue> = file
        .cue
        .iter()
        .filter_map(|cue| check.cue(cue, &people))
        .collect();
    if !check.wrong.is_empty() {
        check.wrong.sort_by_key(|error| error.line);
        return Err(check.wrong);
    }
    // Stable: what is written for one moment happens in the order in which it is written.
    cues.sort_by_key(|cue| cue.at);
    Ok(Scenario {
        title: file.title.into_inner(),
        about: file.about,
        people,
        runbooks: file.runbooks,
        cues,
    })
}

struct Check<'a> {
    text: &'a str,
    wrong: Vec<ScenarioError>,
}

impl Check<'_> {
    fn refuse(&mut self, span: Range<usize>, what: impl Into<String>) {
        self.wrong.push(ScenarioError {
            line: line_of(self.text, span),
            what: what.into(),
        });
    }

    fn bounds(&mut self, file: &File) {
        if file.title.get_ref().trim().is_empty() {
            self.refuse(
                file.title.span(),
                "`title` is empty; say in one line what happens",
            );
        }
        if file.people.get_ref().is_empty() || file.people.get_ref().len() > PEOPLE {
            let what = format!("`people` must name 1 to {PEOPLE} people");
            self.refuse(file.people.span(), what);
        }
        match file.cue.get(CUES) {
            Some(cue) => self.refuse(cue.span(), format!("{CUES} cues are the most")),
            None if file.cue.is_empty() => self.refuse(0..0, "there is no [[cue]]"),
            None => {}
        }
        for name in file.runbooks.keys() {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.is_empty() || !name.chars().all(plain) {
                let what = format!("the runbook's name '{name}' may have letters, digits, - and _");
                self.refuse(0..0, what);
            }
        }
    }

    fn people(&mut self, given: &Spanned<Vec<Spanned<String>>>) -> Vec<Person> {
        let mut known = BTreeSet::new();
        let mut people = Vec::new();
        for name in given.get_ref() {
            match name.get_ref().parse::<Person>() {
                Ok(person) if known.insert(person.clone()) => people.push(person),
                Ok(person) => self.refuse(name.span(), format!("{person} is named twice")),
                Err(error) => self.refuse(name.span(), error.to_string()),
            }
        }
        people
    }

    fn cue(&mut self, cue: &Spanned<CueFile>, people: &[Person]) -> Option<Cue> {
        let (span, cue) = (cue.span(), cue.get_ref());
        let at = self.time(&cue.at);
        let act = match &cue.by {
            Some(by) => self.act_of(cue, by, span.clone(), people)?,
            None => self.act_of_nobody(cue, span.clone())?,
        };
        Some(Cue {
            at: at?,
            line: line_of(self.text, span),
            act,
        })
    }

    /// What a person does: one thing.
    fn act_of(
        &mut self,
        cue: &CueFile,
        by: &Spanned<String>,
        span: Range<usize>,
        people: &[Person],
    ) -> Option<Act> {
        if cue.alert.is_some() {
            self.refuse(by.span(), "an alert comes from the monitor; leave `by` out");
            return None;
        }
        let wrong = [
            cue.update.as_ref().and_then(UpdateCue::wrong),
            cue.run.as_ref().and_then(RunCue::wrong),
        ];
        if let Some(wrong) = wrong.into_iter().flatten().next() {
            self.refuse(span, wrong);
            return None;
        }
        let by = self.one_of(by, people)?;
        match (&cue.say, &cue.update, &cue.run) {
            (Some(line), None, None) => Some(Act::Say {
                by,
                line: line.clone(),
            }),
            (None, Some(update), None) => Some(Act::Update {
                by,
                update: update.clone(),
            }),
            (None, None, Some(run)) => Some(Act::Run {
                by,
                run: run.clone(),
            }),
            _ => {
                self.refuse(span, "a cue has one of `say`, `update`, `run` and `alert`");
                None
            }
        }
    }

    /// What the monitor says.
    fn act_of_nobody(&mut self, cue: &CueFile, span: Range<usize>) -> Option<Act> {
        let done = cue.say.is_some() || cue.update.is_some() || cue.run.is_some();
        match &cue.alert {
            Some(alert) if !done => return Some(Act::Alert(alert.clone())),
            None if done => self.refuse(span, "`say`, `update` and `run` need `by`: who does it"),
            _ => self.refuse(span, "a cue has one of `say`, `update`, `run` and `alert`"),
        }
        None
    }

    fn one_of(&mut self, name: &Spanned<String>, people: &[Person]) -> Option<Person> {
        let named = name.get_ref();
        let found = people.iter().find(|person| person.as_str() == named);
        if found.is_none() {
            let near = closest(named, people.iter().map(Person::as_str));
            let near = near.map(|near| format!("; did you mean '{near}'?"));
            let what = format!(
                "'{named}' is not among `people`{}",
                near.unwrap_or_default()
            );
            self.refuse(name.span(), what);
        }
        found.cloned()
    }

    fn time(&mut self, at: &Spanned<String>) -> Option<TimeDelta> {
        let (sign, length) = match at.get_ref().strip_prefix('-') {
            Some(length) => (-1, length),
            None => (1, at.get_ref().as_str()),
        };
        match parse_duration(length) {
            Ok(length) if length <= LONGEST => Some(length * sign),
            Ok(_) => {
                self.refuse(at.span(), "a drill takes, and looks back, 24h at the most");
                None
            }
            Err(error) => {
                self.refuse(at.span(), error.to_string());
                None
            }
        }
    }
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    let before = text.get(..span.start).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_ones_are_good() {
        for (name, text) in BUILT_IN {
            let scenario = parse(text).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
            let begun = scenario
                .cues
                .iter()
                .filter(|cue| cue.at <= TimeDelta::seconds(2));
            assert!(begun.count() >= 6, "{name}: nothing to see at first");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_with_its_line() {
        let text = "title = 'x'\npeople = ['maya', 'bo', 'maya']\n\n[[cue]]\nat = '1s'\nby = 'may'\nsay = 'hello'\n\n\
                    [[cue]]\nat = 'soon'\nby = 'bo'\nsay = 'x'\n\n[[cue]]\nat = '2s'\nsay = 'x'\n";
        let wrong = parse(text).unwrap_err();
        let lines: Vec<usize> = wrong.iter().map(|error| error.line).collect();
        assert_eq!(lines, [2, 6, 10, 14]);
        assert!(
            wrong[1].what.contains("did you mean 'maya'"),
            "{}",
            wrong[1]
        );
    }

    #[test]
    fn a_slip_in_a_field_is_said_with_its_line() {
        let wrong =
            parse("title = 'x'\npeople = ['bo']\n[[cue]]\nat = '1s'\nsays = 'x'\n").unwrap_err();
        assert_eq!(wrong[0].line, 5);
    }

    #[test]
    fn a_cue_is_one_deed_and_whose_it_is_is_said() {
        let cue = |body: &str| {
            let text = format!("title = 'x'\npeople = ['bo']\n[[cue]]\nat = '1s'\n{body}\n");
            parse(&text).map(|scenario| scenario.cues[0].act.clone())
        };
        let good = cue("by = 'bo'\nupdate = { approve = 2 }").unwrap();
        assert!(matches!(good, Act::Update { .. }), "{good:?}");
        let good = cue("by = 'bo'\nrun = { command = 'true', prints = 'x' }").unwrap();
        assert!(matches!(good, Act::Run { .. }), "{good:?}");
        for bad in [
            "by = 'bo'\nupdate = { approve = 2, post = 2 }",
            "by = 'bo'\nupdate = { to = 'external' }",
            "by = 'bo'\nsay = 'x'\nrun = { command = 'true' }",
            "by = 'bo'",
            "run = { command = 'true' }",
            "by = 'bo'\nalert = { name = 'Down' }",
        ] {
            let wrong = cue(bad).unwrap_err();
            assert_eq!(
                wrong[0].line,
                3 + usize::from(bad.contains("alert")) * 2,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn cues_are_in_the_order_of_time() {
        let text = "title = 'x'\npeople = ['bo']\n[[cue]]\nat = '5s'\nby = 'bo'\nsay = 'late'\n\
                    [[cue]]\nat = '-2m'\nby = 'bo'\nsay = 'early'\n";
        let times: Vec<i64> = parse(text)
            .unwrap()
            .cues
            .iter()
            .map(|cue| cue.at.num_seconds())
            .collect();
        assert_eq!(times, [-120, 5]);
    }
}
