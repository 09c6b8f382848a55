//! A poll from its first request to its findings.

use super::super::exchange::{self, Body, Method};
use super::update::{Change, Until};
use super::*;
use crate::incident::{IncidentId, Unit};
use crate::signals::{Issue, IssueState};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const START: i64 = 1_800_000_000;

fn sentry(projects: &[&str]) -> Sentry {
    Sentry {
        name: "errors".into(),
        organization: "ac me".to_owned(),
        projects: projects.iter().map(|slug| (*slug).to_owned()).collect(),
        environment: Some("prod".to_owned()),
        limit: 3,
        rate: true,
    }
}

fn ask() -> Ask {
    let at = |seconds: i64| Timestamp::from_timestamp(START + seconds, 0).expect("a time");
    Ask {
        incident: Some(IncidentId(1)),
        variables: BTreeMap::new(),
        from: at(0),
        to: at(3_600),
        points: 240,
    }
}

fn answer(status: u16, body: &Value) -> Response {
    exchange::answer(status, body.to_string())
}

fn issue(id: u32) -> Value {
    json!({
        "id": id.to_string(), "shortId": format!("WEB-{id}"), "title": "boom", "culprit": "a.b",
        "project": {"slug": "web"}, "level": "error", "status": "unresolved", "substatus": "new",
        "count": "150", "userCount": 12, "permalink": "https://sentry.example/1/",
        "firstSeen": "2027-01-15T08:01:00Z", "lastSeen": "2027-01-15T08:59:00.5Z",
        "assignedTo": {"type": "team", "id": "3", "name": "pay"}, "priority": null,
        "stats": {"auto": [[START, 1], [START + 1_800, 2], [START + 3_600, 4]]},
    })
}

fn query(request: &Request, name: &str) -> Vec<String> {
    let named = request.query.iter().filter(|(known, _)| known == name);
    named.map(|(_, value)| value.clone()).collect()
}

fn only<T: std::fmt::Debug>(mut all: Vec<T>) -> T {
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The request for the issues, after the answer about new ones.
fn asked_issues(sentry: &Sentry, new: &[u32]) -> Request {
    let first = sentry.first(&ask()).remove(0);
    let new: Vec<Value> = new.iter().map(|id| issue(*id)).collect();
    let step = sentry.next(&ask(), &first, &answer(200, &json!(new)));
    only(step.expect("read").requests)
}

fn read_issues(sentry: &Sentry, page: &Value) -> Vec<Issue> {
    let request = asked_issues(sentry, &[]);
    let step = sentry
        .next(&ask(), &request, &answer(200, page))
        .expect("read");
    match only(step.findings) {
        Finding::Issues(issues) => issues,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_issues_of_the_window_are_asked_for() {
    let sentry = sentry(&["web", "pay"]);
    let first = sentry.first(&ask());
    assert_eq!(first.len(), 3, "what is new, and each project's rate");
    let request = asked_issues(&sentry, &[]);
    assert_eq!(request.path, "/api/0/organizations/ac%20me/issues/");
    let one = |name| query(&request, name).join(" ");
    assert_eq!(
        (&*one("query"), &*one("project")),
        ("is:unresolved", "web pay")
    );
    assert_eq!(
        (&*one("sort"), &*one("limit"), &*one("environment")),
        ("freq", "3", "prod")
    );
    assert_eq!(
        (&*one("start"), &*one("end")),
        ("2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z")
    );
    let beside = Ask {
        incident: None,
        ..ask()
    };
    assert!(sentry.first(&beside).is_empty());
}

#[test]
fn an_issue_is_read_with_its_marks() {
    let sentry = sentry(&["web"]);
    let request = asked_issues(&sentry, &[2]);
    let page = json!([issue(1), issue(2), issue(1), {"title": "without an id"}, 7]);
    let step = sentry
        .next(&ask(), &request, &answer(200, &page))
        .expect("read");
    let Finding::Issues(issues) = only(step.findings) else {
        panic!("issues");
    };
    let marks: Vec<_> = issues
        .iter()
        .map(|one| (&*one.id, one.new_in_release))
        .collect();
    assert_eq!(marks, [("1", false), ("2", true)]);
    let one = issues.first().expect("an issue");
    assert_eq!(
        (one.events, one.users, one.state),
        (150, 12, IssueState::New)
    );
    assert_eq!(
        (&*one.short, &*one.project, &*one.level),
        ("WEB-1", "web", "error")
    );
    assert_eq!(one.assigned_to.as_deref(), Some("#pay"));
    assert_eq!(one.trend, [1, 2, 4]);
    assert_eq!(one.first_seen.timestamp(), START + 60);
    assert_eq!(one.url.as_deref(), Some("https://sentry.example/1/"));
}

#[test]
fn states_are_read_from_both_words() {
    for (status, substatus, expected) in [
        ("unresolved", json!("new"), IssueState::New),
        ("unresolved", json!("regressed"), IssueState::Regressed),
        ("unresolved", json!("escalating"), IssueState::Escalating),
        ("unresolved", json!(null), IssueState::Ongoing),
        ("unresolved", json!("novelty"), IssueState::Ongoing),
        ("resolved", json!(null), IssueState::Resolved),
        ("ignored", json!("archived_forever"), IssueState::Ignored),
        ("muted", json!(3), IssueState::Ignored),
    ] {
        let mut one = issue(1);
        one["status"] = json!(status);
        one["substatus"] = substatus;
        let read = read_issues(&sentry(&["web"]), &json!([one]));
        assert_eq!(
            read.first().map(|one| one.state),
            Some(expected),
            "{status}"
        );
    }
}

#[test]
fn a_trend_is_the_windows_and_bounded() {
    let trend = |stats: Value| {
        let mut one = issue(1);
        one["stats"] = stats;
        let mut read = read_issues(&sentry(&["web"]), &json!([one]));
        read.remove(0).trend
    };
    let day: Vec<Value> = (-24..2)
        .map(|hour| json!([START + 3_600 * hour, 7]))
        .collect();
    assert_eq!(
        trend(json!({"24h": day})),
        [7, 7],
        "the hours before are another window's"
    );
    let fine: Vec<Value> = (0..240).map(|no| json!([START + 15 * no, 1])).collect();
    assert_eq!(trend(json!({"auto": fine})), [4; 60]);
    let huge = json!({"auto": [[START, u64::MAX], [START + 60, 1e300], [START, 3], [null, 1], 7]});
    assert_eq!(trend(huge), [3, u32::MAX]);
    assert!(trend(json!(null)).is_empty());
}

#[test]
fn pages_are_followed_until_there_are_enough() {
    let sentry = sentry(&["web"]);
    let mut request = asked_issues(&sentry, &[]);
    let link = "<https://elsewhere.example/>; rel=\"next\"; results=\"true\"; cursor=\"0:1:0\"";
    for id in [1, 2] {
        let mut page = answer(200, &json!([issue(id)]));
        page.link = Some(link.to_owned());
        let step = sentry.next(&ask(), &request, &page).expect("read");
        assert!(step.findings.is_empty(), "not before the last page");
        request = only(step.requests);
        assert_eq!(request.path, "/api/0/organizations/ac%20me/issues/");
        assert_eq!(query(&request, "cursor"), ["0:1:0"]);
    }
    let mut page = answer(200, &json!([issue(2), issue(3), issue(4)]));
    page.link = Some(link.to_owned());
    let step = sentry.next(&ask(), &request, &page).expect("read");
    let Finding::Issues(issues) = only(step.findings) else {
        panic!("issues");
    };
    let ids: Vec<_> = issues.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(ids, ["1", "2", "3"], "as many as are wanted, each once");
}

#[test]
fn a_server_that_gives_empty_pages_does_not_keep_us() {
    let sentry = sentry(&["web"]);
    let mut request = asked_issues(&sentry, &[]);
    for asked in 1..=50 {
        let mut page = answer(200, &json!([]));
        page.link = Some("<x>; rel=\"next\"; results=\"true\"; cursor=\"0:1:0\"".to_owned());
        let step = sentry.next(&ask(), &request, &page).expect("read");
        if step.requests.is_empty() {
            assert_eq!(asked, issues::PAGES);
            return;
        }
        request = only(step.requests);
    }
    panic!("still asking");
}

#[test]
fn an_older_server_is_asked_by_search() {
    let sentry = sentry(&["web", "p\"ay"]);
    let first = sentry.first(&ask()).remove(0);
    let refused = answer(400, &json!({"detail": "Invalid project parameter"}));
    let step = sentry.next(&ask(), &first, &refused).expect("asked again");
    let again = only(step.requests);
    assert_eq!(query(&again, "project"), ["-1"]);
    let search = "is:unresolved firstRelease:latest project:[web,\"pay\"]";
    assert_eq!(query(&again, "query"), [search]);
    let step = sentry
        .next(&ask(), &again, &answer(200, &json!([])))
        .expect("read");
    let request = only(step.requests);
    assert_eq!(
        query(&request, "query"),
        ["is:unresolved project:[web,\"pay\"]"]
    );
    let refused = sentry
        .next(&ask(), &request, &refused)
        .expect_err("but only once");
    assert!(
        refused.to_string().contains("Invalid project parameter"),
        "{refused}"
    );
}

#[test]
fn a_search_that_is_refused_leaves_the_issues() {
    let sentry = sentry(&[]);
    let first = sentry.first(&ask()).remove(0);
    let refused = answer(400, &json!({}));
    let again = only(
        sentry
            .next(&ask(), &first, &refused)
            .expect("again")
            .requests,
    );
    let request = only(
        sentry
            .next(&ask(), &again, &refused)
            .expect("go on")
            .requests,
    );
    assert_eq!(query(&request, "query"), ["is:unresolved"]);
    assert_eq!(query(&request, "project"), ["-1"]);
}

#[test]
fn a_rate_is_a_signal_by_either_call() {
    let sentry = sentry(&["web"]);
    let request = sentry.first(&ask()).remove(1);
    assert_eq!(
        request.path,
        "/api/0/organizations/ac%20me/events-timeseries/"
    );
    let rows = json!([{"timestamp": (START + 3_300) * 1_000, "value": 50, "incomplete": false}]);
    let body = json!({"timeSeries": [{"values": rows, "meta": {"interval": 300_000}}]});
    let signal = |step: Step| match only(step.findings) {
        Finding::Signal(signal) => signal,
        other => panic!("{other:?}"),
    };
    let read = signal(
        sentry
            .next(&ask(), &request, &answer(200, &body))
            .expect("read"),
    );
    assert_eq!((&*read.name, read.unit), ("errors web", Unit::PerMinute));
    assert_eq!(read.value.map(crate::incident::Number::get), Some(10.0));
    let unknown = answer(404, &json!({}));
    let older = only(
        sentry
            .next(&ask(), &request, &unknown)
            .expect("asked again")
            .requests,
    );
    assert_eq!(older.path, "/api/0/organizations/ac%20me/events-stats/");
    assert_eq!(
        query(&older, "query"),
        ["!event.type:transaction project:web"]
    );
    let body = json!({"data": [[START + 3_540, [{"count": 6}]]]});
    let read = signal(
        sentry
            .next(&ask(), &older, &answer(200, &body))
            .expect("read"),
    );
    assert_eq!(read.series.len(), 1);
    let gone = sentry.next(&ask(), &older, &unknown).expect("read");
    let Finding::NoSignal(name, error) = only(gone.findings) else {
        panic!("no signal");
    };
    assert_eq!(&*name, "errors web");
    assert!(error.to_string().contains("region"), "{error}");
}

#[test]
fn a_refusal_says_what_to_do() {
    let sentry = sentry(&["web"]);
    let request = asked_issues(&sentry, &[]);
    let error = |status| {
        let refused = answer(status, &json!({"detail": "no\nway"}));
        sentry
            .next(&ask(), &request, &refused)
            .expect_err("refused")
    };
    for (status, reason) in [
        (401, "event:read and org:read"),
        (403, "the scope event:read"),
        (404, "\"ac me\""),
        (404, "de.sentry.io"),
        (418, "saying \"no way\""),
    ] {
        let error = error(status).to_string();
        assert!(error.contains(reason), "{status}: {error}");
    }
    assert!(matches!(error(429), AnswerError::Limited(_)));
    assert!(matches!(error(502), AnswerError::Failing(_)));
    assert!(matches!(error(403), AnswerError::Denied(_)));
    let mut page = answer(200, &json!([]));
    page.media_type = "text/html".to_owned();
    let page = sentry.next(&ask(), &request, &page);
    assert!(matches!(page, Err(AnswerError::Denied(_))));
    let rate = sentry.first(&ask()).remove(1);
    let denied = sentry
        .next(&ask(), &rate, &answer(403, &json!({})))
        .expect("read");
    let Finding::NoSignal(_, error) = only(denied.findings) else {
        panic!("no signal");
    };
    assert!(error.to_string().contains("the scope org:read"), "{error}");
}

#[test]
fn an_issue_is_changed_and_says_what_it_is_then() {
    let sentry = sentry(&["web"]);
    let sent = |change| {
        let request = sentry.change("7/..", &change);
        assert_eq!(request.method, Method::Put);
        assert_eq!(request.path, "/api/0/organizations/ac%20me/issues/7%2F../");
        match request.body {
            Body::Json(body) => serde_json::from_str::<Value>(&body).expect("JSON"),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(sent(Change::Resolve), json!({"status": "resolved"}));
    let next = sent(Change::ResolveInNextRelease);
    assert_eq!(next["statusDetails"], json!({"inNextRelease": true}));
    let ignored = sent(Change::Ignore(Until::Minutes(30)));
    assert_eq!(ignored["statusDetails"], json!({"ignoreDuration": 30}));
    assert_eq!(
        sent(Change::Ignore(Until::Never))["substatus"],
        "archived_forever"
    );
    let assigned = sent(Change::Assign("bo@example.com".to_owned()));
    assert_eq!(assigned, json!({"assignedTo": "bo@example.com"}));
    let mut body = issue(7);
    body["status"] = json!("ignored");
    body["statusDetails"] = json!({"ignoreUntil": "2027-01-15T09:30:00Z"});
    let changed = sentry.changed(&answer(200, &body)).expect("changed");
    assert_eq!(changed.state, IssueState::Ignored);
    assert_eq!(changed.assigned_to.as_deref(), Some("#pay"));
    assert_eq!(
        changed.ignored_until.map(|at| at.timestamp()),
        Some(START + 5_400)
    );
    for (status, reason) in [
        (403, "event:write"),
        (404, "no such issue"),
        (401, "event:write"),
    ] {
        let error = sentry
            .changed(&answer(status, &json!({})))
            .expect_err("refused");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert!(sentry.changed(&answer(200, &json!([]))).is_err());
}

#[test]
fn an_answer_to_nothing_is_refused() {
    let read = sentry(&[]).next(&ask(), &Request::get("/", "{}"), &answer(200, &json!([])));
    assert!(matches!(read, Err(AnswerError::Nonsense(_))));
}
