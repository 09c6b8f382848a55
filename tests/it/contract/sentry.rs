//! Sentry's description. There is no Sentry to be had for a test, and no client that was recorded
//! with calls of its web API, so this is the only check from outside.

use super::*;
use crate::grafana_and_sentry::{ask, sentry};
use serde_json::{Value, json};
use warroom::incident::{Number, Timestamp};
use warroom::integrations::exchange::{AnswerError, Finding, Request, Step, Watched};
use warroom::integrations::sentry::Sentry;
use warroom::integrations::sentry::update::{Change, Until};
use warroom::signals::IssueState;

const ORGANIZATION: &str = "/api/0/organizations/{organization_id_or_slug}";

fn template(rest: &str) -> String {
    format!("{ORGANIZATION}/{rest}/")
}

fn only(read: Result<Step, AnswerError>) -> Request {
    let mut step = read.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(step.requests.len(), 1, "{step:?}");
    step.requests.remove(0)
}

/// What a poll may ask, by its operation.
struct Poll {
    new: [Request; 2],
    issues: [Request; 3],
    timeseries: [Request; 2],
    stats: Request,
}

fn poll(sentry: &Sentry) -> Poll {
    let next = |request: &Request, status: u16, body: &str| {
        only(sentry.next(&ask(), request, &json_answer(status, body)))
    };
    let mut first = sentry.first(&ask()).into_iter();
    let new = first.next().expect("new");
    let timeseries = first.next().expect("rate");
    let new_older = next(&new, 400, "{}");
    let issues = next(&new, 200, "[]");
    let issues_older = next(&new_older, 200, "[]");
    let mut page = json_answer(200, "[]");
    page.link = Some("<x>; rel=\"next\"; results=\"true\"; cursor=\"0:100:0\"".to_owned());
    let second = only(sentry.next(&ask(), &issues, &page));
    let timeseries_older = next(&timeseries, 400, "{}");
    let stats = next(&timeseries, 404, "{}");
    Poll {
        new: [new, new_older],
        issues: [issues, issues_older, second],
        timeseries: [timeseries, timeseries_older],
        stats,
    }
}

#[test]
fn what_is_sent_is_as_sentry_describes_it() {
    let Some(spec) = spec("sentry") else { return };
    let mut everything = sentry();
    everything.projects.clear();
    for sentry in [sentry(), everything] {
        let poll = poll(&sentry);
        let of = |rest: &str, requests: &[Request]| {
            for request in requests {
                let checked = check_request(&spec, request);
                let expected = format!("get {}", template(rest));
                assert_eq!(checked.as_deref(), Ok(&*expected), "{request:?}");
            }
        };
        of("issues", &poll.new);
        of("issues", &poll.issues);
        of("events-timeseries", &poll.timeseries);
        of("events-stats", &[poll.stats]);
    }
    let changes = [
        Change::Resolve,
        Change::ResolveInNextRelease,
        Change::Ignore(Until::Escalating),
        Change::Ignore(Until::Minutes(30)),
        Change::Ignore(Until::Never),
        Change::Assign("bo@example.com".to_owned()),
        Change::Assign("team:4".to_owned()),
    ];
    for change in changes {
        let checked = check_request(&spec, &sentry().change("123", &change));
        let expected = format!("put {}", template("issues/{issue_id}"));
        assert_eq!(checked.as_deref(), Ok(&*expected), "{change:?}");
    }
}

#[test]
fn whatever_sentry_may_answer_is_read() {
    let Some(spec) = spec("sentry") else { return };
    let sentry = sentry();
    let poll = poll(&sentry);
    let issues = template("issues");
    let cases = [
        (&issues, &poll.new[0]),
        (&issues, &poll.issues[0]),
        (&template("events-timeseries"), &poll.timeseries[1]),
        (&template("events-stats"), &poll.stats),
    ];
    for (template, request) in cases {
        let answers = spec.answers("get", template);
        assert!(!answers.is_empty(), "{template}");
        for answer in answers {
            let read = sentry.next(&ask(), request, &answer.response());
            let step = read.unwrap_or_else(|error| panic!("{}: {error}", answer.from));
            let refused = matches!(step.findings.first(), Some(Finding::NoSignal(..)));
            assert_eq!(refused, answer.status != 200, "{}: {step:?}", answer.from);
        }
    }
    for answer in spec.answers("put", &template("issues/{issue_id}")) {
        let read = sentry.changed(&answer.response());
        assert_eq!(
            read.is_ok(),
            answer.status == 200,
            "{}: {read:?}",
            answer.from
        );
    }
}

/// The example of an operation, by its title.
fn example(spec: &Spec, template: &str, title: &str) -> Value {
    let answers = spec.answers("get", template);
    let named = answers.into_iter().find(|one| one.from.ends_with(title));
    named.unwrap_or_else(|| panic!("no {title}")).body
}

#[test]
fn the_examples_are_read_for_what_they_say() {
    let Some(spec) = spec("sentry") else { return };
    let sentry = sentry();
    let poll = poll(&sentry);
    let mut window = ask();
    window.from = Timestamp::from_timestamp(1_541_455_200, 0).expect("a time");
    window.to = Timestamp::from_timestamp(1_541_541_600, 0).expect("a time");
    let findings = |request: &Request, body: &Value| {
        let read = sentry.next(&window, request, &json_answer(200, body.to_string()));
        read.unwrap_or_else(|error| panic!("{error}")).findings
    };
    let title = "ReturnAListOfIssuesForAnOrganization";
    let body = example(&spec, &template("issues"), title);
    let found = findings(&poll.issues[0], &body);
    let [Finding::Issues(issues)] = found.as_slice() else {
        panic!("{found:?}");
    };
    let one = issues.first().expect("an issue");
    assert_eq!(
        (&*one.short, &*one.project),
        ("PUMP-STATION-1", "pump-station")
    );
    assert_eq!(
        (one.events, one.users, one.state),
        (150, 0, IssueState::Ignored)
    );
    assert_eq!((one.trend.len(), one.trend.first()), (24, Some(&473)));
    assert_eq!(one.assigned_to.as_deref(), Some("John Doe"));
    let body = example(&spec, &template("events-stats"), "200 example");
    window.from = Timestamp::from_timestamp(1_767_322_800, 0).expect("a time");
    window.to = Timestamp::from_timestamp(1_767_323_700, 0).expect("a time");
    let read = sentry.next(&window, &poll.stats, &json_answer(200, body.to_string()));
    let found = read.unwrap_or_else(|error| panic!("{error}")).findings;
    let [Finding::Signal(signal)] = found.as_slice() else {
        panic!("{found:?}");
    };
    let values: Vec<_> = signal.series[0]
        .values
        .iter()
        .flatten()
        .map(|v| v.get())
        .collect();
    assert_eq!(values, [0.6, 0.0, 0.0]);
    assert_eq!(signal.value.map(Number::get), Some(0.0));
    let body = example(&spec, &template("issues/{issue_id}"), "ReturnAnIssue");
    let changed = sentry.changed(&json_answer(200, json!(body).to_string()));
    let changed = changed.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(changed.state, IssueState::Ongoing);
}
