//! What the panes say beside their numbers: what became of them since something was done, at which
//! moment they are read, and who has taken note.

use super::{ago, group, live, series, shown_at, signal, some};
use crate::console::keymap::Action;
use crate::console::panes::Focus;
use crate::console::panes::fixture::{Story, usual};
use crate::incident::*;
use crate::signals::Signal;
use chrono::TimeDelta;

/// A signal that was `before` up to two minutes ago, and is `now` since.
fn stepped(name: &str, bad: Bad, before: f64, now: f64) -> Signal {
    let step = move |n: i64| if n < 58 { before } else { now };
    Signal {
        bad,
        value: Number::new(now),
        ..signal(name, Unit::None, None, vec![series("", step)])
    }
}

/// A room in which something was done three minutes ago.
fn acted() -> crate::client::Room {
    let mut story = Story::new();
    story.declare("Checkout 500s");
    let after = (ago(3) - story.now()).num_seconds();
    story.note(after, "bo", EntryKind::ActionTaken, "rolled back");
    story.room(&[])
}

/// The last lines of the signals pane at 120 columns, where it has room for three, and at 200.
fn foot(signals: Vec<Signal>) -> (String, String) {
    let room = acted();
    let live = live(signals, Vec::new(), Vec::new(), false);
    let [large, middle, _] = shown_at(Focus::Signals, &room, &live, &[], None);
    let from = |screen: &str| {
        let words = screen.split_once("since ").map_or("", |(_, words)| words);
        let lines = words.lines().map(|line| line.trim_end_matches('│').trim());
        let all: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        all.join(" / ")
    };
    (from(&large), from(&middle))
}

#[test]
fn what_became_better_or_worse_since_the_last_action_is_said_in_words() {
    let same = || stepped("same", Bad::Above, 5.0, 5.0);
    let table = [
        (
            vec![stepped("5xx", Bad::Above, 12.0, 3.0)],
            "14:41 5xx better 12 → 3",
            "14:41 5xx better 12 → 3",
        ),
        (
            vec![stepped("orders", Bad::Below, 12.0, 3.0)],
            "14:41 orders worse 12 → 3",
            "14:41 orders worse 12 → 3",
        ),
        (
            vec![stepped("load", Bad::Neither, 1.0, 3.0)],
            "14:41 load changed 1 → 3",
            "14:41 load changed 1 → 3",
        ),
        (vec![same()], "14:41 the same", "14:41 the same"),
        (
            vec![same(), same()],
            "14:41 all 2 the same",
            "14:41 all 2 the same",
        ),
        (
            vec![stepped("gone", Bad::Above, 3.0, f64::NAN)],
            "14:41 not measured then and now",
            "14:41 not measured then and now",
        ),
        // The worst first; what does not fit is counted.
        (
            vec![
                same(),
                stepped("5xx", Bad::Above, 12.0, 3.0),
                stepped("orders", Bad::Below, 12.0, 3.0),
                stepped("load", Bad::Neither, 1.0, 3.0),
            ],
            "14:41 orders worse 12 → 3 … 3 more",
            "14:41 orders worse 12 → 3, / 5xx better 12 → 3, / load changed 1 → 3, 1 the same",
        ),
        // A name that is too long for its figures is said without them.
        (
            vec![
                stepped("orders of the whole of Europe", Bad::Below, 12.0, 3.0),
                stepped("5xx", Bad::Above, 12.0, 3.0),
            ],
            "14:41 orders of the whole of Eu… … 1 more",
            "14:41 orders of the whole of Eu… / 5xx better 12 → 3",
        ),
    ];
    for (signals, large, middle) in table {
        let names: Vec<String> = signals.iter().map(|s| s.name.to_string()).collect();
        assert_eq!(
            foot(signals),
            (large.to_owned(), middle.to_owned()),
            "{names:?}"
        );
    }
}

#[test]
fn nothing_done_or_nothing_watched_says_nothing() {
    let live = some(false);
    let [screen, ..] = shown_at(Focus::Signals, &usual(), &live, &[], None);
    assert!(!screen.contains("since "), "{screen}");
    assert_eq!(foot(Vec::new()), (String::new(), String::new()));
}

#[test]
fn the_charts_show_the_time_of_the_entry_that_is_looked_at() {
    let screens = |at, actions: &[Action]| {
        shown_at(Focus::Signals, &usual(), &some(false), actions, Some(at)).join("\n")
    };
    insta::assert_snapshot!("looked_at", screens(ago(40), &[]));
    insta::assert_snapshot!("looked_at_whole", screens(ago(40), &[Action::Accept]));
    let before = screens(ago(90), &[]);
    assert!(before.contains("not measured then"), "{before}");
    assert!(before.contains("no data"), "{before}");
    // One reads on from there.
    let [_, _, read] = shown_at(
        Focus::Signals,
        &usual(),
        &some(false),
        &[Action::Earlier],
        Some(ago(40)),
    );
    assert!(read.contains("at 14:04:"), "{read}");
}

#[test]
fn who_has_taken_note_is_shown_with_the_age_of_it() {
    let mut story = Story::new();
    story.declare("Checkout 500s");
    let acknowledge = |n: u32, until: Option<Timestamp>| Intent::AcknowledgeAlerts {
        group: group(n, "HighErrorRate", 1).key,
        title: "HighErrorRate".into(),
        until,
        reason: "deploying the fix".into(),
    };
    story.then(1, "maya", acknowledge(1, None));
    let soon = story.now() + TimeDelta::minutes(5);
    story.then(1, "kim", acknowledge(2, Some(soon)));
    story.then(1, "kim", acknowledge(3, Some(soon)));
    story.then(1, "李雷李雷李", acknowledge(4, Some(ago(-30))));
    let mut groups: Vec<_> = (1..=5).map(|n| group(n, "HighErrorRate", 10 - n)).collect();
    // Nothing fires any more: that its time is over matters to nobody.
    groups[2].firing = 0;
    groups[2].silenced = 0;
    groups[2].flapping = false;
    groups[4].labels.insert("team".into(), "payments".into());
    let live = live(Vec::new(), Vec::new(), groups, false);
    let screens = shown_at(Focus::Alerts, &story.room(&[]), &live, &[], None);
    insta::assert_snapshot!("taken_note", screens.join("\n"));
}
