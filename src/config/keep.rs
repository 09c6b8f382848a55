//! What helps to keep an incident in order: when it nags, and texts for frequent entries.

use super::section::Section;
use super::{Problem, values};
use crate::incident::NagPolicy;
use std::ops::RangeInclusive;
use toml::Spanned;

/// Templates of one's own: more is not found again in a list.
const TEMPLATES: usize = 100;
/// The longest name of a template, in characters.
const NAME_CHARS: usize = 32;
/// The longest template, in bytes: a note of usual length.
const TEMPLATE_BYTES: usize = 8 * 1024;
/// How many open asks on one person may be too many.
const ASKS: RangeInclusive<u64> = 1..=100;

/// `[nags]`: each a length of time, or `off`; `asks` a number, or 0.
pub(super) fn nags(mut section: Section<'_, '_>) -> NagPolicy {
    let mut policy = NagPolicy::default();
    let times: [(&'static str, &mut Option<u32>); 7] = [
        ("commander", &mut policy.commander),
        ("severity", &mut policy.severity),
        ("scribe", &mut policy.scribe),
        ("update", &mut policy.update),
        ("promise", &mut policy.promise),
        ("quiet", &mut policy.quiet),
        ("quiet_low", &mut policy.quiet_low),
    ];
    for (key, time) in times {
        if let Some(read) = section.read(key, after) {
            *time = read.into_inner();
        }
    }
    if let Some(asks) = section.whole("asks") {
        match *asks.get_ref() {
            0 => policy.asks = None,
            most if ASKS.contains(&most) => policy.asks = u32::try_from(most).ok(),
            most => {
                let what = format!("`asks` cannot be {most}");
                let help = "write a number from 1 to 100, or 0 to be left in peace";
                section.problem(Problem::error(asks.span(), what).help(help));
            }
        }
    }
    section.end();
    policy
}

/// A length of time in seconds, or nothing for `off`.
fn after(text: &str) -> Result<Option<u32>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let read = values::duration(text).map_err(|wanted| format!("{wanted}, or off"))?;
    Ok(u32::try_from(read.as_secs()).ok())
}

/// `[templates]`: `name = "text"`.
pub(super) fn templates(mut section: Section<'_, '_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, texts) in section.texts() {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let [text] = &texts[..] else {
            let what = format!("`{}` is one text", name.get_ref());
            section
                .problem(Problem::error(name.span(), what).help("write it in one pair of quotes"));
            continue;
        };
        let wrong =
            if !name.get_ref().chars().all(fits) || name.get_ref().chars().count() > NAME_CHARS {
                Some((
                    name.span(),
                    "a template's name is up to 32 letters, digits and dashes",
                ))
            } else if text.get_ref().trim().is_empty() || text.get_ref().len() > TEMPLATE_BYTES {
                Some((
                    text.span(),
                    "a template has a few words, and 8 KiB at the most",
                ))
            } else if all.len() >= TEMPLATES {
                Some((name.span(), "100 templates are the most"))
            } else {
                None
            };
        match wrong {
            Some((span, help)) => {
                let what = format!("the template `{}` cannot be used", name.get_ref());
                section.problem(Problem::error(span, what).help(help));
            }
            None => all.push((Spanned::into_inner(name), text.get_ref().clone())),
        }
    }
    all
}
