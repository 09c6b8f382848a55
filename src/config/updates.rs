//! `[updates]`: what needs approval, how often who is told, and where templates lie.

use super::read::{each, existing};
use super::section::Section;
use super::{Updates, values};
use crate::incident::update::Rules;
use crate::incident::{Audience, Severity};
use std::path::Path;

pub(super) fn updates(mut section: Section<'_, '_>, folder: &Path) -> Updates {
    let mut rules = Rules::default();
    let approve = each(&mut section, "approve", |text| {
        let read = text.parse::<Audience>();
        read.map_err(|_| "write internal, executive or external".to_owned())
    });
    if let Some(approve) = approve {
        rules.approve = approve.into_iter().collect();
    }
    let templates = section.text("templates");
    let templates = templates.map(|dir| existing(&mut section, &dir, folder, Path::is_dir));
    let mut all = section.inner("cadence");
    for (severity, key) in Severity::ALL
        .into_iter()
        .zip(["sev1", "sev2", "sev3", "sev4"])
    {
        let mut row = all.inner(key);
        for audience in Audience::ALL {
            if let Some(minutes) = row.read(audience.name(), values::cadence) {
                let minutes = minutes.into_inner();
                rules.cadence.set(severity, audience, minutes);
            }
        }
        row.end();
    }
    all.end();
    section.end();
    Updates { rules, templates }
}
