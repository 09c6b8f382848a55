//! Outside systems that are slow, ill, or talk nonsense, over real sockets: it is said in their own
//! place, and nothing else is disturbed.

use crate::support::fake::{Asked, Fake, Says, json};
use crate::support::server::{House, note};
use crate::support::watched::{prometheus, signals, state};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use warroom::clock::{Clock, ManualClock, SystemClock};
use warroom::http::{Credentials, Http};
use warroom::incident::*;
use warroom::signals::SourceState;

#[tokio::test]
async fn a_source_in_trouble_says_so_in_its_own_place_and_nothing_else_is_disturbed() {
    use SourceState::{Denied, Down, Limited, Nonsense};
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{";
    let long =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n";
    let away = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n                ";
    type Case = (&'static str, fn(&[&str]) -> Says, SourceState, &'static str);
    let texts = [page, cut, long, away, std::str::from_utf8(endless).unwrap()];
    let cases: [Case; 10] = [
        ("500", |_| json(500, "", "{}"), Down, "500"),
        (
            "429 with a wait",
            |_| json(429, "Retry-After: 77\r\n", "{}"),
            Limited,
            "too often",
        ),
        ("429 without", |_| json(429, "", "{}"), Limited, "too often"),
        ("401", |_| json(401, "", "{}"), Denied, "401"),
        (
            "a login page",
            |t| Says::Bytes(t[0].into()),
            Nonsense,
            "text/html",
        ),
        (
            "a cut body",
            |t| Says::Bytes(t[1].into()),
            Down,
            "cut short",
        ),
        (
            "100 MB, said",
            |t| Says::Bytes(t[2].into()),
            Nonsense,
            "longer than 16 MiB",
        ),
        (
            "100 MB, streamed",
            |t| Says::WithoutEnd(t[4].into()),
            Nonsense,
            "longer than 16 MiB",
        ),
        (
            "a redirect",
            |t| Says::Bytes(t[3].into()),
            Nonsense,
            "not followed",
        ),
        ("no JSON", |_| json(200, "", "{\"status\":"), Nonsense, ""),
    ];
    for (name, says, expected, why) in cases {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        let fake = Fake::start(move |_, _| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            says(&texts)
        })
        .await;
        let address = format!("http://{}", fake.address);
        let house = House::with(|options| prometheus(options, &address)).await;
        let mut maya = house.client("maya").await;
        maya.declare("a").await;
        let source = state(&mut maya).await;
        let said = source.why.clone().unwrap_or_default();
        assert_eq!(source.state, expected, "{name}: {said}");
        assert!(said.contains(why), "{name}: {said}");
        assert!(!said.contains("hunter2"), "{name}: {said}");
        assert_eq!(source.answered_at, None, "{name}");
        if name == "429 with a wait" {
            let wait =
                source.next_at.unwrap() - warroom::clock::Clock::now(&warroom::clock::SystemClock);
            assert!(wait > chrono::TimeDelta::seconds(60), "{wait}");
        }
        maya.submit(Some(1), &note("written all the same"))
            .await
            .unwrap();
    }
}

/// The window that was asked for, in seconds since 1970.
fn window(asked: &Asked) -> (f64, f64) {
    let of = |name: &str| {
        let (_, rest) = asked.body.split_once(name).unwrap();
        let value = rest.split('&').next().unwrap();
        value.parse().unwrap()
    };
    (of("start="), of("end="))
}

/// Each byte comes long before anyone would say that nothing does; only all of it takes too long.
#[tokio::test]
async fn a_source_that_answers_byte_by_byte_is_given_up_after_the_whole_time() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    for (name, at_once) in [("its head", ""), ("its body", head)] {
        let fake = Fake::start(move |_, _| Says::Slowly {
            at_once: at_once.into(),
            then: b'H',
            every: Duration::from_millis(20),
        })
        .await;
        let address = format!("http://{}", fake.address);
        let house = House::with(|options| {
            prometheus(options, &address);
            let http = Http::new(&address, Credentials::None, None).unwrap();
            options.sources[0].http = Ok(http.answering_within(Duration::from_millis(400)));
        })
        .await;
        let mut maya = house.client("maya").await;
        maya.declare("a").await;
        let source = state(&mut maya).await;
        let said = source.why.as_deref();
        assert_eq!(source.state, SourceState::Down, "{name}: {said:?}");
        assert_eq!(said, Some("it did not answer within 0.4 s"), "{name}");
        maya.submit(Some(1), &note("written all the same"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn of_ten_thousand_series_a_console_is_told_the_worst_and_how_many_more() {
    let now = SystemClock.now().timestamp();
    let series = |n: i64| {
        let values = (0..20).map(|ago| format!("[{},\"{n}\"]", now - 60 * ago));
        let values: Vec<String> = values.collect();
        format!(
            r#"{{"metric":{{"pod":"p{n}"}},"values":[{}]}}"#,
            values.join(",")
        )
    };
    let all: Vec<String> = (0..10_000).map(series).collect();
    let body = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{}]}}}}"#,
        all.join(",")
    );
    assert!(body.len() > 2 * 1024 * 1024, "read beside the runtime");
    let fake = Fake::start(move |_, _| json(200, "", &body)).await;
    let address = format!("http://{}", fake.address);
    let house = House::with(|options| prometheus(options, &address)).await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    maya.join(1, 0).await;
    let told = signals(&mut maya).await;
    let shown = limits::SERIES_PER_SIGNAL;
    assert_eq!(told[0].value, Number::new(9_999.0));
    assert_eq!(told[0].series.len(), shown);
    assert_eq!(told[0].more_series as usize, 10_000 - shown);
}

/// The server's clock is set back and forth while it polls: it goes on polling, asks for a window
/// that ends now, and shows what comes.
#[tokio::test]
async fn a_clock_that_jumps_ends_no_polling() {
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let told = clock.clone();
    let fake = Fake::start(move |_, _| {
        let now = told.now().timestamp();
        let body = format!(
            r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{}},"values":[[{now},"{now}"]]}}]}}}}"#
        );
        json(200, "", &body)
    })
    .await;
    let address = format!("http://{}", fake.address);
    let house = House::with(|options| {
        prometheus(options, &address);
        options.clock = clock.clone();
    })
    .await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    maya.join(1, 0).await;
    signals(&mut maya).await;
    for jump in [
        TimeDelta::hours(-2),
        TimeDelta::days(3),
        TimeDelta::days(-1),
    ] {
        clock.advance(jump);
        let now = clock.now().timestamp() as f64;
        // What was on its way when the clock was set is passed over.
        while signals(&mut maya).await[0].value != Number::new(now) {}
        let (start, end) = window(fake.asked().last().unwrap());
        assert!(
            start < end && (end - now).abs() < 1.0,
            "{start} {end} {now}"
        );
        assert!(end - start <= 24.0 * 3_600.0, "{start} {end}");
    }
}
