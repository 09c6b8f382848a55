//! The bounds of the wire: each is where it is said to be. (Frames, sessions, queues and webhooks at
//! theirs: `server_doors`, `server_edges`, `server_flight`.)

use crate::support::ledger::Ledger;
use crate::support::server::{House, note};
use crate::support::story::{Story, actor, report, runbook};
use std::sync::Arc;
use warroom::clock::SystemClock;
use warroom::incident::{limits as most, *};
use warroom::protocol::{limits, *};
use warroom::server::Options;

#[test]
fn the_usual_server_keeps_the_limits() {
    let usual = Options::new("data".into(), Arc::new(SystemClock), Ledger::new());
    assert_eq!(usual.sessions, limits::SESSIONS);
    assert_eq!(usual.pace.hello, limits::HELLO_TIMEOUT);
    assert_eq!(usual.pace.ping_every, limits::PING_EVERY);
    assert_eq!(usual.pace.dead_after, limits::DEAD_AFTER);
    assert!(
        limits::DEAD_AFTER > limits::PING_EVERY * 2,
        "two pings, and some time"
    );
    let worst = 6 * most::NOTE_BYTES;
    assert!(
        limits::CLIENT_FRAME_BYTES > worst,
        "a note at its bound fits"
    );
    // An event may be as long as the frame of its command, and a page keeps one with its newest
    // corrections.
    const { assert!(limits::SERVER_FRAME_BYTES > limits::PAGE_BYTES + 4 * limits::CLIENT_FRAME_BYTES) };
    const { assert!(limits::PAGE_BYTES > most::RECENT_ENTRIES * most::NOTE_BYTES) };
}

#[test]
fn frames_are_nested_only_so_deep() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"type":"runbooks","request":1,"later":{open}{close}}}"#)
    };
    // The frame itself is one level.
    assert!(decode_client(&nested(limits::JSON_DEPTH - 2)).is_ok());
    for depth in [limits::JSON_DEPTH, 100_000] {
        let error = decode_client(&nested(depth)).unwrap_err();
        assert!(error.to_string().contains("recursion limit"), "{error}");
        assert!(decode_server(&nested(depth)).is_err());
    }
}

#[tokio::test]
async fn a_page_has_its_bound_whatever_is_asked_for_and_so_has_what_one_catches_up_with() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    let more = u64::from(limits::PAGE_EVENTS) + 10;
    for n in 0..more {
        maya.submit(Some(1), &note(&format!("{n}"))).await.unwrap();
    }
    let head = more + 1;
    maya.send(&ClientFrame::Page {
        request: 7,
        incident: IncidentId(1),
        before: None,
        after: Some(Seq(0)),
        at: None,
        limit: u32::MAX,
    })
    .await;
    let page = maya.until(|f| matches!(f, ServerFrame::Page { .. })).await;
    let ServerFrame::Page { events, more, .. } = page else {
        unreachable!()
    };
    assert_eq!((events.len(), more), (limits::PAGE_EVENTS as usize, true));
    let (state, events, _) = maya.join(1, head - limits::CATCH_UP_EVENTS).await;
    assert_eq!(
        (state.is_none(), events as u64),
        (true, limits::CATCH_UP_EVENTS)
    );
    let (state, events, _) = maya.join(1, head - limits::CATCH_UP_EVENTS - 1).await;
    assert_eq!((state.is_some(), events), (true, 0));
}

#[tokio::test]
async fn a_search_is_bounded_in_its_words_and_in_what_it_finds() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    for n in 0..=limits::SEARCH_HITS {
        maya.submit(Some(1), &note(&format!("pods {n}")))
            .await
            .unwrap();
    }
    for (query, found) in [
        ("pods".to_owned(), Some(limits::SEARCH_HITS as usize)),
        ("x".repeat(limits::SEARCH_BYTES), Some(0)),
        ("x".repeat(limits::SEARCH_BYTES + 1), None),
        (" ".to_owned(), None),
    ] {
        maya.send(&ClientFrame::Search {
            request: 7,
            incident: None,
            query: query.clone(),
            limit: u32::MAX,
        })
        .await;
        let is_answer =
            |f: &ServerFrame| matches!(f, ServerFrame::Found { .. } | ServerFrame::Failed { .. });
        match (maya.until(is_answer).await, found) {
            (ServerFrame::Found { hits, more, .. }, Some(count)) => {
                assert_eq!((hits.len(), more), (count, count > 0), "{query}");
            }
            (ServerFrame::Failed { refusal, .. }, None) => {
                assert_eq!(refusal.code, RefusalCode::Invalid);
                assert!(refusal.instead.ends_with('.'), "{refusal:?}");
            }
            (frame, _) => panic!("{query}: {frame:?}"),
        }
    }
}

#[tokio::test]
async fn long_notes_come_in_more_pages_and_none_is_left_out() {
    let house = House::open().await;
    let (mut maya, mut old) = (house.client("maya").await, house.client("old").await);
    maya.declare("a").await;
    let long = "x".repeat(most::NOTE_BYTES - 8);
    let count = limits::PAGE_BYTES / most::NOTE_BYTES * 5 / 2;
    for n in 0..count {
        maya.submit(Some(1), &note(&format!("{n:08}{long}")))
            .await
            .unwrap();
    }
    let head = count as u64 + 1;
    let largest = |wire: &crate::support::server::Wire| wire.heard.iter().map(String::len).max();
    for backwards in [false, true] {
        let (mut at, mut seqs, mut pages) = (None, Vec::new(), 0);
        loop {
            let (before, after) = match at {
                at if backwards => (Some(at.unwrap_or(Seq(head + 1))), None),
                at => (None, Some(at.unwrap_or(Seq(0)))),
            };
            maya.send(&ClientFrame::Page {
                request: 7,
                incident: IncidentId(1),
                before,
                after,
                at: None,
                limit: limits::PAGE_EVENTS,
            })
            .await;
            let page = maya.until(|f| matches!(f, ServerFrame::Page { .. })).await;
            let ServerFrame::Page { events, more, .. } = page else {
                unreachable!()
            };
            let seq = |event: &str| serde_json::from_str::<Event>(event).unwrap().seq;
            let here: Vec<Seq> = events.iter().map(|event| seq(event.get())).collect();
            at = if backwards { here.first() } else { here.last() }.copied();
            seqs.extend(here);
            pages += 1;
            if !more {
                break;
            }
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=head).map(Seq).collect::<Vec<_>>(), "{backwards}");
        assert_eq!(pages, 3, "{backwards}");
    }
    assert!(largest(&maya).unwrap() < limits::PAGE_BYTES + limits::CLIENT_FRAME_BYTES);
    // And so for a console of another version, which gets every event.
    old.send(&ClientFrame::Join {
        incident: IncidentId(1),
        have: Seq(0),
        fold: FOLD_VERSION + 1,
    })
    .await;
    let last = format!("{:08}x", count - 1);
    while !old.heard.last().is_some_and(|text| text.contains(&last)) {
        old.next().await.expect("every event");
    }
    assert!(largest(&old).unwrap() < limits::PAGE_BYTES + limits::CLIENT_FRAME_BYTES);
    let notes = |text: &String| text.matches(r#""kind":"noted""#).count();
    assert_eq!(old.heard.iter().map(notes).sum::<usize>(), count);
}

/// Everything at its bound, in letters that JSON writes with six.
#[test]
fn a_checkpoint_with_everything_at_its_bound_fits_into_a_frame() {
    let x = |bytes: usize| format!("x{}x", "\u{1}".repeat(bytes - 2));
    let mut story = Story::declared(&"x".repeat(most::TITLE_BYTES), Some(Severity::Sev1));
    for no in 0..most::RUNBOOKS {
        let mut text = runbook(&format!("runbook-{no}"), 2);
        text.steps[0].detail = x(most::RUNBOOK_BYTES - 1_000).into();
        let mut context = story.context(&actor("bo", Level::Responder, Via::Console));
        let name = text.name.clone();
        context.runbook = Some(text);
        let command = story.command(Intent::AttachRunbook { name });
        story.carry_out(&command, &context).unwrap();
    }
    for no in 0..most::PINNED_ENTRIES.max(most::RECENT_ENTRIES) {
        let mut note = NewNote::plain(x(most::NOTE_BYTES));
        note.pin = no < most::PINNED_ENTRIES;
        story.act(&format!("person{no}"), Intent::Note(note));
    }
    for no in 0..most::OPEN_ASKS.max(most::ACTION_ITEMS) {
        let (to, text): (Person, Arc<str>) = ("bo".parse().unwrap(), x(most::REASON_BYTES).into());
        if no < most::OPEN_ASKS {
            let (to, text) = (to.clone(), text.clone());
            story.act(
                "maya",
                Intent::Ask {
                    to,
                    minutes: 5,
                    text,
                },
            );
        }
        let owner = Some(to);
        story.act("maya", Intent::AddActionItem { text, owner });
    }
    for no in 0..most::UPDATES {
        let text = Some(x(most::NOTE_BYTES).into());
        let next_in_minutes = Some(15 + no as u32);
        let update = None;
        story.act(
            "maya",
            Intent::PostUpdate {
                update,
                text,
                next_in_minutes,
                audience: None,
            },
        );
    }
    for no in 0..most::ALERTS {
        let alert = report(&x(200), &format!("{no}"), AlertState::Firing, story.now());
        let act = Intent::RecordAlert { alert };
        story.try_at_level("warroom", Level::Ingest, act).unwrap();
    }
    let frame = encode(&ServerFrame::Joined {
        incident: IncidentId(1),
        checkpoint: Some(Box::new(Checkpoint {
            fold: FOLD_VERSION,
            incident: story.incident().clone(),
        })),
        events: Vec::new(),
        head: story.incident().seq,
    });
    println!("{} KiB", frame.len() / 1024);
    assert!(frame.len() < limits::SERVER_FRAME_BYTES, "{}", frame.len());
    assert!(matches!(
        decode_server(&frame),
        Ok(ServerFrame::Joined { .. })
    ));
}
