//! When a step is to be taken, as its line says in brackets at its end: `(5m)`, `(every 10m)`,
//! `(if step 3 failed)`, several parted by commas. Anything else in brackets stays words.

use crate::incident::{Condition, StepNo, StepPlan, StepState, limits};

/// The line without its plan, and the plan.
pub(super) fn plan(title: &str) -> (&str, StepPlan) {
    let none = (title, StepPlan::default());
    let trimmed = title.trim_end_matches(['.', ' ']);
    let Some((words, inside)) = trimmed
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('))
    else {
        return none;
    };
    let mut plan = StepPlan::default();
    for part in inside.split(',') {
        if !take(part.trim(), &mut plan) {
            return none;
        }
    }
    let words = words.trim_end();
    if words.is_empty() {
        none
    } else {
        (words, plan)
    }
}

fn take(part: &str, plan: &mut StepPlan) -> bool {
    let lower = part.to_ascii_lowercase();
    if let Some(every) = lower.strip_prefix("every ") {
        plan.every = minutes(every);
        return plan.every.is_some();
    }
    if let Some(rest) = lower.strip_prefix("if step ") {
        plan.after = condition(rest);
        return plan.after.is_some();
    }
    plan.minutes = minutes(&lower);
    plan.minutes.is_some()
}

fn minutes(text: &str) -> Option<u32> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let number: u32 = number.parse().ok()?;
    let minutes = match unit.trim() {
        "m" | "min" | "minutes" => number,
        "h" => number.checked_mul(60)?,
        _ => return None,
    };
    (1..=limits::STEP_MINUTES_MAX)
        .contains(&minutes)
        .then_some(minutes)
}

fn condition(text: &str) -> Option<Condition> {
    let (step, state) = text.split_once(' ')?;
    let state = state.trim();
    let state = state.strip_prefix("is ").unwrap_or(state);
    let is = match state {
        "done" | "worked" => StepState::Done,
        "failed" => StepState::Failed,
        "skipped" => StepState::Skipped,
        _ => return None,
    };
    let step = step.parse().ok().map(StepNo)?;
    Some(Condition { step, is })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_and_everything_else_stays_words() {
        let of = |title: &str| {
            let (words, plan) = plan(title);
            (words.to_owned(), plan.words())
        };
        for (title, words, plan) in [
            ("Look at the graph (5m)", "Look at the graph", "within 5m"),
            ("Check again (every 10 min).", "Check again", "every 10m"),
            (
                "Roll back (if step 3 failed)",
                "Roll back",
                "if step 3 failed",
            ),
            (
                "Drain it (1h, every 30m, if step 2 is done)",
                "Drain it",
                "within 60m · every 30m · if step 2 done",
            ),
        ] {
            assert_eq!(of(title), (words.to_owned(), plan.to_owned()));
        }
        for same in [
            "Open the dashboard (https://g.example/d/1).",
            "Wait (about 5m)",
            "Look (5m, then go)",
            "(5m)",
            "Ask (if step x failed)",
            "Never (0m)",
            "Call f(5)",
        ] {
            assert_eq!(of(same), (same.to_owned(), String::new()));
        }
    }
}
