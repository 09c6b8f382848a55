//! Outside systems that are watched and asked, over real sockets: what they say reaches the
//! consoles, and whatever is wrong with them disturbs nothing else.

use crate::support::fake::{Asked, Fake, json};
use crate::support::server::{House, command};
use crate::support::story::a_silence;
use crate::support::watched::{alertmanager, matrix, prometheus, signals};
use warroom::incident::*;
use warroom::protocol::{Live, ServerFrame};
use warroom::signals::SourceState;

#[tokio::test]
async fn what_a_source_says_reaches_everyone_by_one_poll() {
    let fake = Fake::start(|_, _| json(200, "", &matrix(&["0.2", "NaN", "12.5"]))).await;
    let address = format!("http://{}/prom", fake.address);
    let house = House::with(|options| prometheus(options, &address)).await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    maya.join(1, 0).await;
    let told = signals(&mut maya).await;
    assert_eq!(told[0].value, Number::new(12.5));
    let polls = fake.asked().len();
    let first = &fake.asked()[0];
    assert!(
        first.line.starts_with("POST /prom/api/v1/query_range"),
        "{first:?}"
    );
    assert!(first.body.contains("query=errors"), "{first:?}");
    // Whoever comes later is told what is known, and costs the source nothing.
    for n in 0..20 {
        let mut late = house.client(&format!("p{n}")).await;
        late.join(1, 0).await;
        assert_eq!(signals(&mut late).await[0].value, Number::new(12.5));
    }
    let since = fake.asked().len() - polls;
    assert!(since < 20, "{since} polls for 20 consoles");
}

#[tokio::test]
async fn an_incident_that_opens_is_asked_about_alone() {
    let measured = Fake::start(|_, _| json(200, "", &matrix(&["12.5"]))).await;
    let alerts = Fake::start(|_, _| json(200, "", "[]")).await;
    let (measures, monitor) = (
        format!("http://{}/prom", measured.address),
        format!("http://{}", alerts.address),
    );
    let house = House::with(|options| {
        prometheus(options, &measures);
        alertmanager(options, &monitor);
        for source in &mut options.sources {
            source.every = std::time::Duration::from_secs(3_600);
        }
    })
    .await;
    let mut maya = house.client("maya").await;
    for n in 1..=8 {
        maya.declare("a").await;
        maya.join(n, 0).await;
        // Both sources have heard of it by now, and long ago of the ones before.
        signals(&mut maya).await;
    }
    let asked = |fake: &Fake, what: &str| {
        let asked = fake.asked();
        asked
            .iter()
            .filter(|asked| asked.line.contains(what))
            .count()
    };
    assert_eq!(asked(&measured, "query_range"), 8, "each incident once");
    assert_eq!(
        asked(&alerts, "/api/v2/alerts"),
        1,
        "the list of alerts once"
    );
}

#[tokio::test]
async fn a_source_that_is_not_there_is_down_and_one_without_its_secret_is_never_asked() {
    let house = House::with(|options| {
        prometheus(options, "http://127.0.0.1:1");
        options.sources[0].name = "a".into();
        prometheus(options, "http://127.0.0.1:1");
        options.sources[1].name = "b".into();
        options.sources[1].http = Err("The secret in the file x cannot be read.".into());
    })
    .await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    let (mut down, mut denied) = (false, false);
    while !(down && denied) {
        if let Some(ServerFrame::Live(Live::Sources { sources })) = maya.next().await {
            down = sources[0].state == SourceState::Down;
            denied = sources[1].state == SourceState::Denied
                && sources[1]
                    .why
                    .as_deref()
                    .is_some_and(|why| why.contains("file x"));
        }
    }
}

fn silences(ours: Option<&str>) -> String {
    ours.map_or_else(|| "[]".to_owned(), |comment| {
        format!(
            r#"[{{"id":"4f2a","status":{{"state":"active"}},"comment":"{comment}","createdBy":"maya","startsAt":"2026-01-01T00:00:00Z","endsAt":"2036-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","matchers":[{{"name":"alertname","value":"A","isRegex":false,"isEqual":true}}]}}]"#
        )
    })
}

/// Asks for a silence and waits for what the log says of it.
async fn silenced(alerts: &Fake) -> (OutsideOutcome, String, Option<String>) {
    let address = format!("http://{}", alerts.address);
    let house = House::with(|options| alertmanager(options, &address)).await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    maya.join(1, 0).await;
    let until =
        command(Intent::ClaimRole { role: Role::Scribe }).written_at + chrono::TimeDelta::hours(1);
    let call = a_silence("A", until);
    maya.submit(Some(1), &command(Intent::AskOutside { call }))
        .await
        .unwrap();
    loop {
        let log = house.ledger.log(1);
        let answered = log
            .iter()
            .find_map(|record| match record.event().body.known() {
                Some(What::OutsideAnswered {
                    outcome,
                    said,
                    reference,
                    ..
                }) => Some((
                    *outcome,
                    said.to_string(),
                    reference.as_ref().map(ToString::to_string),
                )),
                _ => None,
            });
        match answered {
            Some(answered) => return answered,
            None => drop(maya.event().await),
        }
    }
}

#[tokio::test]
async fn a_silence_is_made_once_it_is_in_the_log_and_answered_there() {
    let fake = Fake::start(|asked, _| match &*asked.line {
        line if line.starts_with("POST") => json(200, "", r#"{"silenceID":"4f2a"}"#),
        line if line.contains("alerts") => json(200, "", "[]"),
        _ => json(200, "", &silences(None)),
    })
    .await;
    let (outcome, _, reference) = silenced(&fake).await;
    assert_eq!(
        (outcome, reference.as_deref()),
        (OutsideOutcome::Done, Some("4f2a"))
    );
    let posts = |asked: &Asked| asked.line.starts_with("POST");
    let made: Vec<Asked> = fake.asked().into_iter().filter(posts).collect();
    assert_eq!(made.len(), 1);
    assert!(
        made[0]
            .body
            .contains("deploying the fix (warroom INC-1 #2)"),
        "{made:?}"
    );
    assert!(made[0].body.contains(r#""createdBy":"maya""#), "{made:?}");
}

#[tokio::test]
async fn a_silence_that_was_made_before_is_not_made_again() {
    let fake = Fake::start(|asked, _| match &*asked.line {
        line if line.contains("alerts") => json(200, "", "[]"),
        _ => json(
            200,
            "",
            &silences(Some("deploying the fix (warroom INC-1 #2)")),
        ),
    })
    .await;
    let (outcome, _, reference) = silenced(&fake).await;
    assert_eq!(
        (outcome, reference.as_deref()),
        (OutsideOutcome::Done, Some("4f2a"))
    );
    assert!(
        fake.asked()
            .iter()
            .all(|asked| !asked.line.starts_with("POST"))
    );
}

#[tokio::test]
async fn a_silence_that_is_refused_says_why_in_the_log() {
    let fake = Fake::start(|asked, _| match &*asked.line {
        line if line.starts_with("POST") => json(400, "", r#""bad matcher""#),
        line if line.contains("alerts") => json(200, "", "[]"),
        _ => json(200, "", &silences(None)),
    })
    .await;
    let (outcome, said, _) = silenced(&fake).await;
    assert_eq!(outcome, OutsideOutcome::Failed);
    assert!(said.contains("400"), "{said}");
}
