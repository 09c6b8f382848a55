//! `[[alerts.maintenance]]`: when alerts open no incidents.

use super::{matcher, name};
use crate::config::Problem;
use crate::config::read::read_each;
use crate::config::section::Section;
use crate::config::values;
use crate::routing::{Held, Maintenance, Weekly, When};
use std::ops::Range;
use toml::Spanned;

/// Reads a `[[alerts.maintenance]]`, with the place of its name.
pub(super) fn maintenance(mut row: Section<'_, '_>) -> Option<(Range<usize>, Maintenance)> {
    let at = row.span();
    let name = name(&mut row, "maintenance");
    if !row.has("match") {
        let what = "this maintenance does not say what it is about";
        let help = "add match = { service = \"checkout\" }, or match = {} for every alert";
        row.problem(Problem::error(at.clone(), what).help(help));
    }
    let matcher = matcher(row.inner("match"));
    let once = ["from", "until"].iter().any(|key| row.has(key));
    let each_week = row.has("weekly");
    let held = once_held(&mut row, once && !each_week, &at);
    let weekly = weekly(row.inner("weekly"));
    if once == each_week {
        let what = if once {
            "this maintenance is both once and each week"
        } else {
            "this maintenance does not say when it is"
        };
        let help = "write `from` and `until` as moments, or weekly = { days = [\"sat\"], from = \
                    \"22:00\", to = \"02:00\", zone = \"Europe/Berlin\" }";
        row.problem(Problem::error(at, what).help(help));
    }
    row.end();
    let when = held.map(When::Once).or(weekly.map(When::Weekly))?;
    let name = name?;
    let one = Maintenance {
        name: name.get_ref().as_str().into(),
        matcher,
        when,
    };
    Some((name.span(), one))
}

fn once_held(row: &mut Section<'_, '_>, wanted: bool, at: &Range<usize>) -> Option<Held> {
    let from = row.moment("from");
    let until = row.moment("until");
    for key in ["from", "until"] {
        if wanted && !row.has(key) {
            let what = format!("this maintenance has no `{key}`");
            let help = format!("add {key} = 2026-11-28T22:00:00+01:00");
            row.problem(Problem::error(at.clone(), what).help(help));
        }
    }
    let (from, until) = (from?, until?);
    if from.get_ref() >= until.get_ref() {
        let what = "this maintenance ends before it begins";
        let help = "`until` must be later than `from`";
        row.problem(Problem::error(until.span(), what).help(help));
    }
    Some(Held {
        from: from.into_inner(),
        until: until.into_inner(),
    })
}

fn weekly(mut table: Section<'_, '_>) -> Option<Weekly> {
    if !table.is_there() {
        return None;
    }
    let at = table.span();
    let days = table.list("days");
    let days = days.map(|days| {
        if days.get_ref().is_empty() {
            let what = "`days` is empty, so it would never begin";
            let help = "name a day, or leave the line out for each day";
            table.problem(Problem::error(days.span(), what).help(help));
        }
        read_each(&mut table, "days", days, values::weekday)
    });
    let from = table.read("from", values::time_of_day);
    let to = table.read("to", values::time_of_day);
    let zone = table.read("zone", values::named_zone);
    for (key, example) in [
        ("from", "from = \"22:00\""),
        ("to", "to = \"02:00\""),
        ("zone", "zone = \"Europe/Berlin\""),
    ] {
        if !table.has(key) {
            let what = format!("this weekly maintenance has no `{key}`");
            let help = format!("add {example}");
            table.problem(Problem::error(at.clone(), what).help(help));
        }
    }
    table.end();
    Some(Weekly {
        days: days.unwrap_or_default(),
        from: from.map(Spanned::into_inner)?,
        to: to.map(Spanned::into_inner)?,
        zone: zone.map(Spanned::into_inner)?,
    })
}
