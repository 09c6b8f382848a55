//! What is typed about who may see the incident.

use super::arguments::Build;
use super::{Problem, Verb};
use crate::incident::{Admission, Dismissal, Intent, Person, PrivateTo, PublicAgain};

/// What is typed behind `/public`: nothing that was private is private again once everyone read it.
const YES: &str = "yes";

/// Whether what stands behind `/private` names people and says nothing: then it is about the incident
/// and not a private line.
pub(super) fn is_for_people(rest: Option<&str>) -> bool {
    let mut words = rest.into_iter().flat_map(str::split_whitespace);
    words.all(|word| word.len() > 1 && word.starts_with('@') && word.parse::<Person>().is_ok())
}

impl Build<'_, '_> {
    pub(super) fn private(&mut self) -> Result<Intent, Problem> {
        let intent = match self.word.verb {
            Verb::Private => {
                let mut people = Vec::new();
                while self.cursor.peek().is_some() {
                    people.push(self.person()?);
                }
                Intent::MakePrivate(PrivateTo { people })
            }
            Verb::Public => {
                let all = "yes, for everyone then sees all that is in it";
                self.argument(all, |word| match word.eq_ignore_ascii_case(YES) {
                    true => Ok(()),
                    false => Err(format!("'{word}' is not {YES}")),
                })?;
                Intent::MakePublic(PublicAgain {})
            }
            Verb::Admit => Intent::Admit(Admission {
                person: self.person()?,
            }),
            _ => Intent::Dismiss(Dismissal {
                person: self.person()?,
            }),
        };
        self.end()?;
        Ok(intent)
    }
}

/// What a line about who may see it becomes; nothing for any other.
pub(super) fn preview(intent: &Intent) -> Option<String> {
    Some(match intent {
        Intent::MakePrivate(PrivateTo { people }) => {
            let names: Vec<String> = people.iter().map(|who| format!(", {who}")).collect();
            format!(
                "the whole incident private: seen by you and who has a role{}",
                names.concat()
            )
        }
        Intent::MakePublic(_) => "public: everyone sees all that is in it".to_owned(),
        Intent::Admit(who) => format!("{} sees this incident", who.person),
        Intent::Dismiss(who) => format!("{} sees this incident no more", who.person),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::grammar::{GrammarContext, parse};
    use crate::console::text::Zone;

    fn read(text: &str) -> Result<Intent, Problem> {
        let context = GrammarContext {
            now: "2026-11-24T14:02:10Z".parse().unwrap(),
            zone: Zone::Utc,
            incident: None,
            runbook: None,
            here: None,
        };
        parse(text, &context).intent
    }

    fn ok(text: &str) -> Intent {
        read(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    fn problem(text: &str) -> String {
        read(text).expect_err(text).to_string()
    }

    #[test]
    fn private_with_nobody_but_people_behind_it_is_about_the_whole_incident() {
        let people = |names: &[&str]| {
            let people = names.iter().map(|name| name.parse().unwrap()).collect();
            Intent::MakePrivate(PrivateTo { people })
        };
        assert_eq!(ok("/private"), people(&[]));
        assert_eq!(ok("/private @bo @ana"), people(&["bo", "ana"]));
        let person = || "bo".parse().unwrap();
        assert_eq!(
            ok("/admit @bo"),
            Intent::Admit(Admission { person: person() })
        );
        assert_eq!(
            ok("/dismiss bo"),
            Intent::Dismiss(Dismissal { person: person() })
        );
        assert_eq!(ok("/public yes"), Intent::MakePublic(PublicAgain {}));
        assert!(problem("/public").contains("yes"));
        assert!(problem("/public maybe").contains("is not yes"));
        assert!(problem("-5m /private @bo").ends_with('.'));
    }
}
