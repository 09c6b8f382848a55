//! Where alerts go, whatever the rules, the alert and the clock are.

use chrono::{NaiveTime, TimeDelta, Weekday};
use proptest::prelude::*;
use std::collections::BTreeMap;
use warroom::incident::*;
use warroom::routing::*;

fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["shop", "cart", "", "a\"b,c=\"d"]).prop_map(str::to_owned),
        1 => ".{0,8}",
    ]
}

fn names() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["alertname", "service", "severity", "team"]).prop_map(str::to_owned)
}

fn times() -> impl Strategy<Value = Timestamp> {
    // About two years around a change of the clocks.
    (1_740_000_000i64..1_800_000_000)
        .prop_map(|second| Timestamp::from_timestamp(second, 0).unwrap())
}

fn alerts() -> impl Strategy<Value = AlertReport> {
    let labels = prop::collection::btree_map(names(), values(), 0..4);
    let states = prop::sample::select(vec![AlertState::Firing, AlertState::Resolved]);
    (labels, states, values(), times()).prop_map(|(labels, state, name, starts_at)| AlertReport {
        fingerprint: "f".into(),
        name: name.into(),
        state,
        summary: "".into(),
        labels,
        annotations: BTreeMap::new(),
        starts_at,
        ends_at: None,
        url: None,
    })
}

fn patterns() -> impl Strategy<Value = Pattern> {
    let texts = prop_oneof![
        prop::sample::select(vec!["shop", "c*", "*", "", "?a*t"]).prop_map(str::to_owned),
        "[a-z*?\\\\]{0,6}",
    ];
    texts.prop_filter_map("a pattern", |text| text.parse().ok())
}

fn matchers() -> impl Strategy<Value = Matcher> {
    let label = (names(), prop::collection::vec(patterns(), 1..3));
    prop::collection::vec(label, 0..3).prop_map(|labels| Matcher { labels })
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let actions = prop::sample::select(Action::ALL.map(|(_, action)| action).to_vec());
    let kinds = prop::sample::select(vec![WindowKind::Rolling, WindowKind::Fixed]);
    let windows = prop::option::of((kinds, 1i64..90_000).prop_map(|(kind, seconds)| Window {
        kind,
        length: TimeDelta::seconds(seconds),
    }));
    let groups = prop::option::of(prop::collection::vec(names(), 1..3));
    let rule = (matchers(), actions, windows, groups);
    let rule = rule.prop_map(|(matcher, action, window, group_by)| Rule {
        action,
        window,
        group_by,
        ..Rule::new("r", matcher)
    });
    prop::collection::vec(rule, 0..4)
}

fn maintenance() -> impl Strategy<Value = Vec<Maintenance>> {
    let zones = prop::sample::select(vec![
        chrono_tz::Europe::Berlin,
        chrono_tz::America::Santiago,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Pacific::Apia,
    ]);
    let minute =
        || (0u32..24, 0u32..60).prop_map(|(h, m)| NaiveTime::from_hms_opt(h, m, 0).unwrap());
    let days = prop::sample::subsequence(vec![Weekday::Sat, Weekday::Sun, Weekday::Mon], 0..3);
    let weekly = (days, minute(), minute(), zones).prop_map(|(days, from, to, zone)| {
        When::Weekly(Weekly {
            days,
            from,
            to,
            zone,
        })
    });
    let once = (times(), 1i64..1_000_000).prop_map(|(from, seconds)| {
        let until = from + TimeDelta::seconds(seconds);
        When::Once(Held { from, until })
    });
    let one = (matchers(), prop_oneof![weekly, once]);
    let one = one.prop_map(|(matcher, when)| Maintenance {
        name: "m".into(),
        matcher,
        when,
    });
    prop::collection::vec(one, 0..3)
}

/// What is open: under which key, with which service, and how old.
type Opened = (Option<String>, Option<String>, Option<(i64, i64)>);

fn opened() -> impl Strategy<Value = Vec<Opened>> {
    let keys = prop_oneof![
        2 => alerts().prop_map(|alert| {
            let by = ["alertname", "service"].map(str::to_owned);
            key_of(&by, &alert)
        }),
        1 => "[a-z=\"\\\\,]{0,12}",
    ];
    let ages = prop::option::of((-5_000i64..100_000, -5_000i64..100_000));
    let one = (prop::option::of(keys), prop::option::of(values()), ages);
    prop::collection::vec(one, 0..5)
}

fn open(list: &[Opened], now: Timestamp) -> Vec<Open<'_>> {
    let ago = |seconds| now - TimeDelta::seconds(seconds);
    (list.iter().zip(1..))
        .map(|((key, service, ages), id)| Open {
            id: IncidentId(id),
            key: key.as_deref(),
            service: service.as_deref(),
            first_at: ages.map(|(first, _)| ago(first)),
            last_at: ages.map(|(_, last)| ago(last)),
        })
        .collect()
}

/// Where an alert went before there were rules: to the newest open incident of its own key, else it
/// opens one when it fires.
fn as_before(alert: &AlertReport, by: &[String], open: &[Open<'_>]) -> Outcome {
    let key = key_of(by, alert);
    let same = open.iter().find(|open| open.key == Some(&*key));
    match same {
        Some(open) => Outcome::Join(open.id),
        None if alert.state == AlertState::Resolved => Outcome::Pass(Pass::Stopped),
        None => Outcome::Open,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_alert_that_nothing_names_goes_where_it_went_before(
        (rules, maintenance, alert, list, now) in (rules(), maintenance(), alerts(), opened(), times())
    ) {
        let all = Rules { rules, maintenance, ..Rules::default() };
        let open = open(&list, now);
        let routed = all.route(&alert, None, open.iter().copied(), now);
        // The same question has the same answer.
        prop_assert_eq!(&routed, &all.route(&alert, None, open.iter().copied(), now));
        let before = as_before(&alert, &all.match_labels, &open);
        let plan = &routed.plan;
        if plan.rule.is_none() && plan.maintenance.is_none() {
            prop_assert_eq!(routed.outcome, before);
        }
        let fits = all.rules.iter().position(|rule| rule.matcher.fits(&alert));
        let took = plan.rule.and_then(|took| all.rules.iter().position(|r| std::ptr::eq(r, took)));
        prop_assert_eq!(fits, took, "the first that fits");
        if routed.outcome == Outcome::Open {
            prop_assert_eq!(alert.state, AlertState::Firing);
            prop_assert!(plan.maintenance.is_none() && plan.action == Action::Open);
        }
        // Where it fires it stays.
        let home = all.route(&alert, Some(IncidentId(77)), open, now).outcome;
        prop_assert_eq!(home, Outcome::Join(IncidentId(77)));
    }

    #[test]
    fn maintenance_holds_within_its_own_bounds(all in maintenance(), now in times()) {
        for one in all {
            let Some(held) = one.when.held(now) else { continue };
            prop_assert!(held.from <= now && now < held.until);
            // A day, and the most that clocks are put forward or back.
            if matches!(one.when, When::Weekly(_)) {
                prop_assert!(held.until - held.from <= TimeDelta::hours(26));
            }
            prop_assert_eq!(one.when.held(held.from), Some(held), "from its beginning on");
        }
    }

    #[test]
    fn an_alert_that_is_quiet_for_long_enough_has_settled(
        steps in prop::collection::vec((0i64..2_000, any::<bool>()), 1..60),
        changes in 0u32..6,
    ) {
        let settings = Flapping { changes, ..Flapping::default() };
        let mut history = History::default();
        let mut now = Timestamp::from_timestamp(1_764_000_000, 0).unwrap();
        for (pause, fires) in steps {
            now += TimeDelta::seconds(pause);
            if history.settles_at(&settings).is_some_and(|at| at <= now) {
                history.settle();
            }
            let state = if fires { AlertState::Firing } else { AlertState::Resolved };
            let mut report = report(state);
            report.starts_at = now;
            let seen = history.observe(&settings, &report, now);
            match seen {
                Observed::Usual => prop_assert_eq!(history.settles_at(&settings), None),
                Observed::Flaps { changes: seen } => {
                    prop_assert!(changes > 0 && seen <= changes + 1);
                    prop_assert!(history.settles_at(&settings) <= Some(now + settings.quiet));
                }
            }
        }
    }
}

fn report(state: AlertState) -> AlertReport {
    crate::support::story::report("High", "a", state, Timestamp::UNIX_EPOCH)
}
