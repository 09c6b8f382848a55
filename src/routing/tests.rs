use super::*;
use crate::incident::{AlertReport, AlertState, IncidentId, Timestamp};
use chrono::{TimeDelta, Weekday};
use std::collections::BTreeMap;

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

fn now() -> Timestamp {
    time("2026-11-27T14:00:00Z")
}

fn alert(state: AlertState, labels: &[(&str, &str)]) -> AlertReport {
    let labels: BTreeMap<String, String> = labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    AlertReport {
        fingerprint: "f".into(),
        name: "High".into(),
        state,
        summary: "".into(),
        labels,
        annotations: BTreeMap::new(),
        starts_at: now(),
        ends_at: None,
        url: None,
    }
}

fn firing(labels: &[(&str, &str)]) -> AlertReport {
    alert(AlertState::Firing, labels)
}

fn matcher(labels: &[(&str, &[&str])]) -> Matcher {
    let pattern = |text: &&str| text.parse().expect("a pattern");
    Matcher {
        labels: labels
            .iter()
            .map(|(name, wanted)| ((*name).to_owned(), wanted.iter().map(pattern).collect()))
            .collect(),
    }
}

fn rules(rules: Vec<Rule>) -> Rules {
    Rules {
        rules,
        ..Rules::default()
    }
}

fn open(id: u64, key: &'static str) -> Open<'static> {
    Open {
        id: IncidentId(id),
        key: Some(key),
        service: None,
        first_at: Some(now() - TimeDelta::hours(1)),
        last_at: Some(now() - TimeDelta::minutes(1)),
    }
}

#[test]
fn a_pattern_is_exact_but_for_its_wildcards() {
    for (pattern, fits, others) in [
        ("page", &["page"][..], &["Page", "pages", "pag", ""][..]),
        ("eu-*", &["eu-", "eu-west"], &["us-eu-west", "eu"]),
        ("*", &["x", "*"], &[""]),
        ("*-db-*", &["a-db-b", "-db-", "x-db-db-y"], &["a-db", "db-"]),
        ("db?", &["db1", "dbä", "db決"], &["db", "db12"]),
        ("a*b*c", &["abc", "aXbXbXc"], &["ab", "acb"]),
        (r"\*", &["*"], &["x", r"\*"]),
        (r"a\\b", &[r"a\b"], &["ab"]),
        ("", &[""], &["x"]),
        ("***a", &["a", "ba"], &["ab"]),
    ] {
        let read: Pattern = pattern.parse().expect(pattern);
        for value in fits {
            assert!(read.matches(value), "{pattern} should fit {value:?}");
        }
        for value in others {
            assert!(!read.matches(value), "{pattern} should not fit {value:?}");
        }
    }
    assert_eq!("a\\".parse::<Pattern>(), Err(ParsePatternError::Backslash));
    assert!("x".repeat(10_000).parse::<Pattern>().is_err());
    // Many runs over a long value: not exponential.
    let slow: Pattern = "*a*a*a*a*a*a*a*a*b".parse().expect("a pattern");
    assert!(!slow.matches(&"a".repeat(8_192)));
}

#[test]
fn the_first_rule_that_fits_takes_it() {
    let all = rules(vec![
        Rule::new("page", matcher(&[("severity", &["page", "crit*"])])),
        Rule::new("shop", matcher(&[("service", &["shop"]), ("team", &[""])])),
        Rule::new("high", matcher(&[("alertname", &["Hi*"])])),
    ]);
    for (labels, wanted) in [
        (&[("severity", "page"), ("service", "shop")][..], "page"),
        (&[("severity", "critical")], "page"),
        (&[("service", "shop")], "shop"),
        (&[("service", "shop"), ("team", "a")], "high"),
        (&[], "high"),
    ] {
        let plan = all.plan(&firing(labels), now());
        assert_eq!(&*plan.rule.expect("one").name, wanted, "{labels:?}");
    }
    let mut other = firing(&[]);
    other.name = "Low".into();
    assert_eq!(all.plan(&other, now()).rule, None);
    let why = |rule: usize, alert: &AlertReport| {
        let miss = all.rules[rule].matcher.miss(alert);
        miss.map(|miss| miss.to_string()).unwrap_or_default()
    };
    assert_eq!(
        why(0, &firing(&[("severity", "info")])),
        r#"severity is "info", not "page" or "crit*""#
    );
    assert_eq!(
        why(1, &firing(&[])),
        r#"it has no service, which must be "shop""#
    );
    assert_eq!(
        why(1, &firing(&[("service", "shop"), ("team", "a")])),
        r#"team is "a", not nothing"#
    );
}

#[test]
fn without_a_rule_it_joins_what_its_own_labels_opened_and_nothing_else() {
    let none = rules(vec![Rule::new("x", matcher(&[("service", &["x"])]))]);
    let shop = firing(&[("service", "shop")]);
    let key = r#"alertname="High",service="shop""#;
    let outcome = |alert: &AlertReport, open: &[Open<'_>]| {
        none.route(alert, None, open.iter().copied(), now()).outcome
    };
    assert_eq!(outcome(&shop, &[]), Outcome::Open);
    let (two, one) = (open(2, key), open(1, key));
    assert_eq!(outcome(&shop, &[two, one]), Outcome::Join(IncidentId(2)));
    // One with fewer labels, or a person's own, is another.
    let mut declared = open(3, r#"service="shop""#);
    assert_eq!(outcome(&shop, &[declared]), Outcome::Open);
    (declared.key, declared.service) = (None, Some("shop"));
    assert_eq!(outcome(&shop, &[declared]), Outcome::Open);
    let stopped = alert(AlertState::Resolved, &[("service", "shop")]);
    assert_eq!(outcome(&stopped, &[one]), Outcome::Join(IncidentId(1)));
    assert_eq!(outcome(&stopped, &[]), Outcome::Pass(Pass::Stopped));
}

#[test]
fn a_rule_joins_what_agrees_in_its_labels() {
    let mut rule = Rule::new("shop", matcher(&[]));
    rule.group_by = Some(vec!["service".to_owned()]);
    let all = rules(vec![rule]);
    let outcome = |labels: &[(&str, &str)], open: Open<'_>| {
        all.route(&firing(labels), None, [open], now()).outcome
    };
    let joined = Outcome::Join(IncidentId(1));
    let shop = &[("service", "shop")][..];
    for key in [r#"service="shop""#, r#"alertname="Low",service="shop""#] {
        assert_eq!(outcome(shop, open(1, key)), joined, "{key}");
    }
    // A value that looks like another label is a value.
    for key in [
        r#"service="search""#,
        r#"alertname="service=\"shop\"",service="x""#,
        r#"alertname=",service=\"shop\"""#,
        "",
    ] {
        assert_eq!(outcome(shop, open(1, key)), Outcome::Open, "{key}");
    }
    let declared = |service| Open {
        key: None,
        service,
        ..open(1, "")
    };
    assert_eq!(outcome(shop, declared(Some("shop"))), joined);
    assert_eq!(outcome(shop, declared(Some("search"))), Outcome::Open);
    assert_eq!(outcome(&[], declared(None)), Outcome::Open);
    assert_eq!(outcome(&[], open(1, r#"service="""#)), joined);
    // What the incident's alerts agreed in goes before its service.
    let other = Open {
        service: Some("shop"),
        ..open(1, r#"service="search""#)
    };
    assert_eq!(outcome(shop, other), Outcome::Open);
}

#[test]
fn a_window_is_over_at_its_length_and_not_before() {
    let length = TimeDelta::minutes(30);
    let second = TimeDelta::seconds(1);
    let key = r#"alertname="High",service="shop""#;
    for kind in [WindowKind::Rolling, WindowKind::Fixed] {
        let mut rule = Rule::new("all", matcher(&[]));
        rule.window = Some(Window { kind, length });
        let all = rules(vec![rule]);
        let since = |first: TimeDelta, last: TimeDelta| {
            let open = Open {
                first_at: Some(now() - first),
                last_at: Some(now() - last),
                ..open(1, key)
            };
            let alert = firing(&[("service", "shop")]);
            all.route(&alert, None, [open], now()).outcome == Outcome::Join(IncidentId(1))
        };
        let fixed = kind == WindowKind::Fixed;
        assert!(since(length - second, length - second), "{kind:?}");
        assert!(!since(length, length), "{kind:?}: exactly as old is over");
        assert_eq!(since(length, second), !fixed, "{kind:?}");
        // The clock was put back.
        assert!(since(-length, -length * 2), "{kind:?}");
        let empty = Open {
            first_at: None,
            last_at: None,
            ..open(1, key)
        };
        let shop = firing(&[("service", "shop")]);
        let joins = all.route(&shop, None, [empty], now()).outcome;
        assert_eq!(joins, Outcome::Join(IncidentId(1)), "no alerts yet");
        // What stopped is told however late it is, and what fires there stays there.
        let old = Open {
            first_at: Some(now() - length * 9),
            last_at: Some(now() - length * 9),
            ..open(1, key)
        };
        let stopped = alert(AlertState::Resolved, &[("service", "shop")]);
        let told = all.route(&stopped, None, [old], now()).outcome;
        assert_eq!(told, Outcome::Join(IncidentId(1)));
        let home = all.route(&shop, Some(IncidentId(9)), [old], now()).outcome;
        assert_eq!(home, Outcome::Join(IncidentId(9)));
    }
}

#[test]
fn actions_and_maintenance_say_whether_an_incident_is_opened() {
    let mut all = rules(vec![Rule::new("all", matcher(&[]))]);
    let key = r#"alertname="High",service="shop""#;
    let shop = firing(&[("service", "shop")]);
    let stopped = alert(AlertState::Resolved, &[("service", "shop")]);
    let joined = Outcome::Join(IncidentId(1));
    for (action, alone) in [
        (Action::Open, Outcome::Open),
        (Action::Attach, Outcome::Pass(Pass::NothingOpen)),
        (Action::Drop, Outcome::Pass(Pass::Dropped)),
    ] {
        all.rules[0].action = action;
        all.maintenance = Vec::new();
        let to = |all: &Rules, home, open: &[Open<'_>]| {
            all.route(&shop, home, open.iter().copied(), now()).outcome
        };
        let drops = action == Action::Drop;
        let open = [open(1, key)];
        assert_eq!(to(&all, None, &[]), alone);
        assert_eq!(to(&all, None, &open), if drops { alone } else { joined });
        assert_eq!(to(&all, Some(IncidentId(1)), &[]), joined, "it fires there");
        all.maintenance = vec![Maintenance {
            name: "deploy".into(),
            matcher: matcher(&[("service", &["shop"])]),
            when: When::Once(Held {
                from: now(),
                until: now() + TimeDelta::hours(1),
            }),
        }];
        let held = if drops {
            alone
        } else {
            Outcome::Pass(Pass::Maintenance)
        };
        assert_eq!(to(&all, None, &[]), held, "{action:?}");
        assert_eq!(to(&all, None, &open), if drops { alone } else { joined });
        let over = all.route(&stopped, None, [], now()).outcome;
        let over_wanted = if drops {
            alone
        } else {
            Outcome::Pass(Pass::Stopped)
        };
        assert_eq!(over, over_wanted);
    }
    all.rules[0].action = Action::Open;
    let at = |time| all.route(&shop, None, [], time).outcome;
    let hour = TimeDelta::hours(1);
    assert_eq!(at(now() + hour), Outcome::Open, "its end is not in it");
    assert_eq!(at(now() - TimeDelta::milliseconds(1)), Outcome::Open);
    let search = firing(&[("service", "search")]);
    assert_eq!(all.route(&search, None, [], now()).outcome, Outcome::Open);
}

fn weekly(days: &[Weekday], from: &str, to: &str, zone: &str) -> When {
    When::Weekly(Weekly {
        days: days.to_vec(),
        from: from.parse().expect("a time"),
        to: to.parse().expect("a time"),
        zone: zone.parse().expect("a zone"),
    })
}

#[test]
fn weekly_maintenance_goes_over_midnight_and_by_the_wall_clock() {
    let held = |when: &When, at: &str| when.held(time(at)).is_some();
    // 2026-11-28 is a Saturday; Berlin is an hour ahead of UTC.
    let night = weekly(&[Weekday::Sat], "22:00:00", "02:00:00", "Europe/Berlin");
    for (at, wanted) in [
        ("2026-11-28T20:59:59.999Z", false),
        ("2026-11-28T21:00:00Z", true),
        ("2026-11-28T23:30:00Z", true),
        ("2026-11-29T00:59:59Z", true),
        ("2026-11-29T01:00:00Z", false),
        ("2026-11-29T21:30:00Z", false),
        // The night before is of a Friday.
        ("2026-11-28T00:30:00Z", false),
    ] {
        assert_eq!(held(&night, at), wanted, "{at}");
    }
    let found = night.held(time("2026-11-29T00:30:00Z")).expect("held");
    assert_eq!(found.from, time("2026-11-28T21:00:00Z"));
    assert_eq!(found.until, time("2026-11-29T01:00:00Z"));
    // Each day, and a whole one.
    let daily = weekly(&[], "01:00:00", "01:30:00", "UTC");
    assert!(held(&daily, "2026-11-24T01:15:00Z") && !held(&daily, "2026-11-24T01:30:00Z"));
    let sunday = weekly(&[Weekday::Sun], "00:00:00", "00:00:00", "UTC");
    assert!(held(&sunday, "2026-11-29T23:59:59Z") && !held(&sunday, "2026-11-30T00:00:00Z"));
}

#[test]
fn maintenance_is_right_when_the_clocks_change() {
    let from_to = |when: &When, at: &str| {
        let held = when.held(time(at)).expect(at);
        (held.from.to_rfc3339(), held.until.to_rfc3339())
    };
    let berlin = |from, to| weekly(&[], from, to, "Europe/Berlin");
    // 2026-03-29: from 01:59:59 to 03:00 local; 01:00 UTC.
    let spring = berlin("01:30:00", "02:30:00");
    assert_eq!(
        from_to(&spring, "2026-03-29T00:45:00Z"),
        (
            "2026-03-29T00:30:00+00:00".to_owned(),
            "2026-03-29T01:00:00+00:00".to_owned()
        ),
        "02:30 never was: it ends when the clocks are put forward"
    );
    let lost = berlin("02:10:00", "02:50:00");
    for minute in 0..120 {
        let at = time("2026-03-29T00:00:00Z") + TimeDelta::minutes(minute);
        assert_eq!(lost.held(at), None, "{at}");
    }
    assert_eq!(
        from_to(&berlin("02:30:00", "04:00:00"), "2026-03-29T01:30:00Z"),
        (
            "2026-03-29T01:00:00+00:00".to_owned(),
            "2026-03-29T02:00:00+00:00".to_owned()
        )
    );
    // 2026-10-25: 02:00 to 03:00 local twice, from 00:00 UTC on.
    assert_eq!(
        from_to(&berlin("02:15:00", "02:30:00"), "2026-10-25T00:20:00Z"),
        (
            "2026-10-25T00:15:00+00:00".to_owned(),
            "2026-10-25T01:30:00+00:00".to_owned()
        ),
        "it ends the second time that the clock shows it"
    );
    // A night over the change is as long as it is.
    assert_eq!(
        from_to(&berlin("22:00:00", "06:00:00"), "2026-10-25T02:00:00Z"),
        (
            "2026-10-24T20:00:00+00:00".to_owned(),
            "2026-10-25T05:00:00+00:00".to_owned()
        )
    );
}

/// A report of the alert's n-th change.
fn change(n: i64) -> AlertReport {
    let state = match n % 2 {
        0 => AlertState::Firing,
        _ => AlertState::Resolved,
    };
    let mut report = alert(state, &[]);
    report.starts_at = now() + TimeDelta::seconds(n / 2);
    report
}

#[test]
fn an_alert_flaps_from_the_change_that_is_one_too_many() {
    let settings = Flapping::default();
    let mut history = History::default();
    for n in 0..4 {
        for _ in 0..3 {
            // The same again is no change.
            let seen = history.observe(&settings, &change(n), now());
            assert_eq!(seen, Observed::Usual, "{n}");
        }
    }
    assert_eq!(history.settles_at(&settings), None);
    // One that comes late is none either.
    assert_eq!(
        history.observe(&settings, &change(2), now()),
        Observed::Usual
    );
    let flaps = Observed::Flaps { changes: 5 };
    assert_eq!(history.observe(&settings, &change(4), now()), flaps);
    assert_eq!(history.observe(&settings, &change(4), now()), flaps);
    assert_eq!(history.settles_at(&settings), Some(now() + settings.quiet));
    let later = now() + TimeDelta::minutes(5);
    assert!(matches!(
        history.observe(&settings, &change(5), later),
        Observed::Flaps { .. }
    ));
    assert_eq!(history.settles_at(&settings), Some(later + settings.quiet));
    history.settle();
    assert_eq!(history.settles_at(&settings), None);
    let again = history.observe(&settings, &change(6), later);
    assert_eq!(again, Observed::Usual, "counted anew");
}

#[test]
fn a_change_that_is_exactly_as_old_as_the_time_counts_no_more() {
    let settings = Flapping::default();
    let fifth_after = |time: TimeDelta| {
        let mut history = History::default();
        for n in 0..4 {
            history.observe(&settings, &change(n), now());
        }
        history.observe(&settings, &change(4), now() + time)
    };
    assert_eq!(fifth_after(settings.within), Observed::Usual);
    let just = settings.within - TimeDelta::milliseconds(1);
    assert_eq!(fifth_after(just), Observed::Flaps { changes: 5 });
    // The clock was put back by an hour.
    let back = fifth_after(-TimeDelta::hours(1));
    assert_eq!(back, Observed::Flaps { changes: 5 });
}

#[test]
fn flapping_can_be_switched_off_and_goes_on_after_a_restart() {
    let off = Flapping {
        changes: 0,
        ..Flapping::default()
    };
    let mut history = History::default();
    for n in 0..1_000 {
        assert_eq!(history.observe(&off, &change(n), now()), Observed::Usual);
    }
    let resumed = || History::resumed(AlertState::Resolved, now(), now());
    assert_eq!(resumed().settles_at(&off), Some(now()), "at once");
    let settings = Flapping::default();
    let mut history = resumed();
    assert_eq!(history.settles_at(&settings), Some(now() + settings.quiet));
    assert!(matches!(
        history.observe(&settings, &change(2), now()),
        Observed::Flaps { .. }
    ));
}

#[test]
fn the_labels_of_a_key_are_read_back() {
    let value = "a \"b\", c=\"d\\\n\u{1b}決";
    let alert = firing(&[("service", value), ("zone", "x"), ("odd", "\\")]);
    let by = ["service", "none", "zone", "odd"].map(str::to_owned);
    let key = key_of(&by, &alert);
    let read: Vec<_> = labels_of(&key).collect();
    let wanted = [("service", value), ("zone", "x"), ("odd", "\\")];
    assert!(read.iter().map(|(n, v)| (*n, v.as_str())).eq(wanted));
    for broken in ["", "a", "a=", "a=\"b", "=", "a=\"b\\"] {
        assert_eq!(labels_of(broken).count(), 0, "{broken}");
    }
}
