//! An alert that fires and stops again and again, in one incident: it counts as firing, its changes
//! make no lines, and what its monitor said last holds in the end.

use crate::support::story::{Story, report};
use proptest::prelude::*;
use warroom::incident::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_764_000_000 + second, 0).unwrap()
}

/// The report of the alert's n-th change.
fn change(n: i64) -> AlertReport {
    let resolved = n % 2 == 1;
    let state = match resolved {
        true => AlertState::Resolved,
        false => AlertState::Firing,
    };
    AlertReport {
        ends_at: resolved.then(|| at(60 * n)),
        ..report("High", "a", state, at(60 * (n - n % 2)))
    }
}

fn hold(n: i64) -> Intent {
    Intent::HoldAlert {
        alert: change(n),
        changes: 5,
        within_seconds: 600,
    }
}

fn settle() -> Intent {
    Intent::SettleAlert {
        fingerprint: "a".into(),
    }
}

fn lines(events: &[Event]) -> Vec<String> {
    let entries = events.iter().filter_map(Entry::from_event);
    entries.map(|entry| entry.text.to_string()).collect()
}

fn alert(story: &Story) -> &Alert {
    &story.incident().alerts["a"]
}

#[test]
fn forty_changes_make_two_lines() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("maya", Intent::RecordAlert { alert: change(0) });
    let mut events = Vec::new();
    for n in 1..40 {
        events.extend(story.act("maya", hold(n)));
        assert_eq!(alert(&story).state, AlertState::Firing, "{n}");
        let again = story.try_as("maya", hold(n)).unwrap_err();
        assert_eq!(again.code, RefusalCode::NoChange, "the same again");
    }
    let flaps = alert(&story).flapping.clone().unwrap();
    assert_eq!((flaps.fired, flaps.stopped), (19, 20));
    assert_eq!(alert(&story).changes, 40);
    let refused = story.try_as("maya", settle()).unwrap_err();
    assert_eq!(refused.code, RefusalCode::Access);
    events.extend(story.try_as_server(settle()).unwrap());
    let [first, last] = &lines(&events)[..] else {
        panic!("{:?}", lines(&events));
    };
    assert_eq!(
        first,
        "flapping High checkout: 5 changes within 10m; it counts as firing until it is quiet, and \
         its changes are held back"
    );
    assert!(
        last.starts_with("settled High checkout: resolved; since "),
        "{last}"
    );
    assert!(
        last.ends_with("39 changes were held back (19 firing, 20 resolved)"),
        "{last}"
    );
    let settled = alert(&story);
    assert_eq!(
        (settled.state, settled.ends_at),
        (AlertState::Resolved, Some(at(60 * 39)))
    );
    assert_eq!(settled.flapping, None);
    assert_eq!(story.incident().status, Status::Investigating);
}

#[test]
fn what_nobody_declared_is_not_resolved_until_its_alert_has_settled() {
    let mut story = Story::triaged("High");
    story.hook("b", AlertState::Firing);
    story.act("maya", hold(1));
    story.hook("b", AlertState::Resolved);
    assert_eq!(story.incident().status, Status::Triage, "one still flaps");
    let end = story.try_as_server(settle()).unwrap();
    assert_eq!(end.len(), 2, "{end:?}");
    assert_eq!(story.incident().status, Status::Resolved);
}

#[test]
fn an_alert_that_fires_when_it_is_found_to_flap_is_recorded_first() {
    let mut story = Story::declared("Checkout 500s", None);
    let made = story.act("maya", hold(2));
    assert_eq!(lines(&made).len(), 2, "{made:?}");
    assert!(lines(&made)[0].starts_with("firing High"));
    assert_eq!(alert(&story).starts_at, at(120));
    // What comes as any other alert ends it: the server does not damp it any more.
    story.act("maya", hold(3));
    story.act("maya", Intent::RecordAlert { alert: change(4) });
    assert_eq!(alert(&story).flapping, None);
    let refused = story.try_as_server(settle()).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NoChange);
}

#[test]
fn it_settles_also_in_an_incident_that_is_over() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("maya", Intent::RecordAlert { alert: change(0) });
    story.act("maya", hold(1));
    let role = Role::IncidentCommander;
    story.act("maya", Intent::ClaimRole { role });
    let reason = "a test".into();
    story.act("maya", Intent::Cancel { reason });
    let refused = story.try_as("maya", hold(2)).unwrap_err();
    assert_eq!(refused.code, RefusalCode::WrongStatus);
    story.try_as_server(settle()).unwrap();
    assert_eq!(alert(&story).state, AlertState::Resolved);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However the changes come, what was said last is what holds once it has settled, and every
    /// change is counted.
    #[test]
    fn the_final_state_is_never_lost(order in prop::collection::vec(1i64..60, 1..40)) {
        let mut story = Story::declared("Checkout 500s", None);
        story.act("maya", Intent::RecordAlert { alert: change(0) });
        let (mut last, mut taken) = (change(0), 0);
        for n in order {
            let report = change(n);
            if story.try_as("maya", hold(n)).is_ok() {
                taken += 1;
                last = report;
                prop_assert_eq!(alert(&story).state, AlertState::Firing);
            }
        }
        let flapped = alert(&story).flapping.clone();
        if let Some(flaps) = flapped {
            prop_assert_eq!(flaps.state, last.state);
            // The first may have been the one that it was found with.
            prop_assert!(flaps.fired + flaps.stopped + 1 >= taken);
            story.try_as_server(settle()).unwrap();
        }
        prop_assert_eq!(alert(&story).state, last.state);
        prop_assert_eq!(alert(&story).starts_at, last.starts_at);
    }
}
