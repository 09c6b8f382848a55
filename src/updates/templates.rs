//! The templates: ours, and those of a folder before them.

use super::template::problems;
use crate::incident::{Audience, Severity, Stage};
use crate::problem::{Problem, Source, Wrong};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// What a file is called in reports.
const SUBJECT: &str = "template";

/// What a template is for: the severity only where it is for that one alone.
type For = (Audience, Stage, Option<Severity>);

macro_rules! built_in {
    ($($name:literal)+) => {
        &[$(($name, include_str!(concat!("templates/", $name, ".md"))),)+]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in! {
    "internal-investigating" "internal-identified" "internal-monitoring" "internal-resolved"
    "executive-investigating" "executive-identified" "executive-monitoring" "executive-resolved"
    "external-investigating" "external-investigating-sev1" "external-identified"
    "external-monitoring" "external-resolved"
};

static OURS: LazyLock<BTreeMap<For, Arc<str>>> = LazyLock::new(|| {
    let each = BUILT_IN.iter();
    each.filter_map(|(name, text)| Some((read_name(name)?, Arc::from(text.trim_end()))))
        .collect()
});

/// Why a folder's templates cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct TemplatesError(pub Wrong);

/// The templates that there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Templates {
    own: BTreeMap<For, Arc<str>>,
}

impl Templates {
    /// Takes in a file of one's own, by its path.
    ///
    /// # Errors
    /// When its name is none of a template, or with everything that is wrong in it.
    pub fn add(&mut self, path: &Path, text: &str) -> Result<(), TemplatesError> {
        let source = Source::new(path, text);
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let Some(what) = stem.and_then(read_name) else {
            let problem = Problem::error(0..0, "its name does not say what it is for");
            let problem = problem.help(
                "call it AUDIENCE-STAGE.md or AUDIENCE-STAGE-SEVERITY.md, as \
                 external-investigating.md or external-investigating-sev1.md",
            );
            return Err(TemplatesError(source.wrong(SUBJECT, vec![problem])));
        };
        let problems = problems(text);
        if !problems.is_empty() {
            return Err(TemplatesError(source.wrong(SUBJECT, problems)));
        }
        self.own.insert(what, Arc::from(text.trim_end()));
        Ok(())
    }

    /// The template for these: one's own before ours, that of the severity before that of all.
    #[must_use]
    pub fn find(&self, audience: Audience, stage: Stage, severity: Option<Severity>) -> Arc<str> {
        let ours = &*OURS;
        let found = [&self.own, ours].into_iter().find_map(|all| {
            let exact = severity.and_then(|_| all.get(&(audience, stage, severity)));
            exact.or_else(|| all.get(&(audience, stage, None)))
        });
        found.cloned().unwrap_or_else(|| Arc::from(""))
    }
}

/// `external-investigating` or `external-investigating-sev1`.
fn read_name(name: &str) -> Option<For> {
    let mut parts = name.splitn(3, '-');
    let audience = parts.next()?.parse().ok()?;
    let stage = parts.next()?.parse().ok()?;
    let severity = parts.next().map(str::parse).transpose().ok()?;
    Some((audience, stage, severity))
}

#[cfg(test)]
mod tests {
    use super::super::language::{Around, check};
    use super::*;

    #[test]
    fn there_is_one_of_ours_for_every_audience_and_stage_and_each_is_sound() {
        assert_eq!(OURS.len(), BUILT_IN.len(), "every name is read");
        for (name, text) in BUILT_IN {
            assert_eq!(problems(text), [], "{name}");
        }
        for audience in Audience::ALL {
            for stage in Stage::ALL {
                assert!(
                    OURS.contains_key(&(audience, stage, None)),
                    "{audience} {stage}"
                );
            }
        }
    }

    /// What we put into people's mouths passes our own check.
    #[test]
    fn ours_say_nothing_that_the_check_advises_against() {
        for ((audience, stage, severity), text) in &*OURS {
            let around = Around {
                audience: *audience,
                severity: *severity,
                people: &[],
                hosts: &[],
            };
            assert_eq!(check(text, &around), [], "{audience} {stage}");
            let promises = text.contains("{{next}}");
            assert_eq!(promises, *stage != Stage::Resolved, "{audience} {stage}");
        }
    }

    #[test]
    fn ones_own_goes_before_ours_and_the_severitys_before_all() {
        let mut templates = Templates::default();
        let sev1 = Some(Severity::Sev1);
        let find = |templates: &Templates, severity| {
            templates.find(Audience::External, Stage::Investigating, severity)
        };
        assert!(find(&templates, sev1).contains("outage"));
        assert!(!find(&templates, Some(Severity::Sev2)).contains("outage"));
        assert!(!find(&templates, None).contains("outage"));
        let add = |templates: &mut Templates, name: &str, text: &str| {
            templates.add(Path::new(name), text)
        };
        add(
            &mut templates,
            "t/external-investigating.md",
            "Ours: {{title}}\n",
        )
        .unwrap();
        assert_eq!(&*find(&templates, sev1), "Ours: {{title}}");
        add(
            &mut templates,
            "t/external-investigating-sev1.md",
            "Bad: {{title}}",
        )
        .unwrap();
        assert_eq!(&*find(&templates, sev1), "Bad: {{title}}");
        let wrong = add(&mut templates, "t/external-identified.md", "a\n{{tilte}}").unwrap_err();
        let said = wrong.to_string();
        assert!(said.contains("external-identified.md:2:1"), "{said}");
        for name in [
            "t/public-investigating.md",
            "t/external.md",
            "t/external-resolved-sev9.md",
        ] {
            assert!(add(&mut templates, name, "x").is_err(), "{name}");
        }
    }
}
