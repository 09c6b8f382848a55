//! Rooms: one truth for everyone, durable before it is shown, once whatever is sent again.

use crate::support::server::{House, Wire, command, declare, note};
use std::sync::atomic::Ordering;
use warroom::incident::*;
use warroom::protocol::*;

#[tokio::test]
async fn two_consoles_see_the_same_events_byte_for_byte() {
    let house = House::open().await;
    let (mut maya, mut bo) = (house.client("maya").await, house.client("bo").await);
    assert_eq!(maya.declare("checkout is down").await, 1);
    let (state, _, head) = bo.join(1, 0).await;
    assert_eq!(
        (state.unwrap().title.as_ref(), head),
        ("checkout is down", 1)
    );
    maya.join(1, 0).await;
    for text in ["one", "two"] {
        maya.submit(Some(1), &note(text)).await.unwrap();
    }
    maya.send(&ClientFrame::Leave {
        incident: IncidentId(1),
    })
    .await;
    let seen = [bo.event().await, bo.event().await];
    let log = house.ledger.log(1);
    let stored: Vec<_> = log[1..].iter().map(|r| r.json().to_string()).collect();
    assert_eq!(seen.to_vec(), stored);
    let sent: Vec<_> = maya
        .heard
        .iter()
        .filter(|t| t.contains(r#""type":"event""#))
        .collect();
    assert_eq!(sent.len(), 2);
    assert!(sent[0].contains(&stored[0]));
}

#[tokio::test]
async fn a_command_sent_again_is_answered_with_its_first_events() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let declaration = command(declare("a"));
    let first = maya.submit(None, &declaration).await.unwrap();
    assert_eq!(maya.submit(None, &declaration).await.unwrap(), first);
    let note = note("once");
    let done = maya.submit(Some(1), &note).await.unwrap();
    for n in 0..300 {
        let filler = crate::support::server::note(&format!("filler {n}"));
        maya.submit(Some(1), &filler).await.unwrap();
    }
    assert_eq!(maya.submit(Some(1), &note).await.unwrap(), done);
    assert_eq!(maya.declare("b").await, 2, "numbers have no gaps");
    assert_eq!(house.ledger.log(1).len(), 302);
}

#[tokio::test]
async fn an_old_entry_is_looked_up_to_be_amended() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    let (_, target, _) = maya.submit(Some(1), &note("first words")).await.unwrap();
    for n in 0..150 {
        maya.submit(Some(1), &note(&format!("{n}"))).await.unwrap();
    }
    let amend = |text: &str| {
        command(Intent::Amend {
            target: Seq(target),
            text: text.into(),
        })
    };
    maya.submit(Some(1), &amend("better words")).await.unwrap();
    let again = maya.submit(Some(1), &amend("better words")).await;
    assert_eq!(again.unwrap_err().code, RefusalCode::NoChange);
    let none = command(Intent::Amend {
        target: Seq(9_999),
        text: "x".into(),
    });
    let missing = maya.submit(Some(1), &none).await.unwrap_err();
    assert_eq!(missing.code, RefusalCode::NotFound);
}

#[tokio::test]
async fn a_full_disk_refuses_writes_tells_everyone_and_goes_on_reading() {
    let house = House::open().await;
    let (mut maya, mut bo) = (house.client("maya").await, house.client("bo").await);
    maya.declare("a").await;
    house.ledger.full.store(true, Ordering::SeqCst);
    let line = note("kept");
    let refused = maya.submit(Some(1), &line).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Journal);
    assert!(refused.is_retryable());
    let declared = maya.submit(None, &command(declare("b"))).await.unwrap_err();
    assert_eq!(declared.code, RefusalCode::Journal);
    let warned = bo.until(|f| matches!(f, ServerFrame::Notice(_))).await;
    assert!(matches!(warned, ServerFrame::Notice(n) if n.level == NoticeLevel::Warning));
    assert_eq!(bo.join(1, 0).await.2, 1);
    let ready = "GET /readyz HTTP/1.1\r\nHost: localhost";
    assert_eq!(house.http(ready, b"").await.0, 503);
    house.ledger.full.store(false, Ordering::SeqCst);
    assert_eq!(maya.submit(Some(1), &line).await.unwrap(), (1, 2, 2));
    assert_eq!(maya.declare("b").await, 2, "the number was given back");
    bo.until(|f| matches!(f, ServerFrame::Notice(n) if n.level == NoticeLevel::Info))
        .await;
    assert_eq!(house.http(ready, b"").await.0, 200);
}

#[tokio::test]
async fn a_spectator_is_sent_no_private_byte() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    let secret = |text: &str| {
        let mut note = NewNote::plain(text);
        note.private = true;
        command(Intent::Note(note))
    };
    let (_, target, _) = maya
        .submit(Some(1), &secret("hunter2 before"))
        .await
        .unwrap();
    let mut wall = Wire::connect(house.address, None).await;
    wall.hello("wall", true).await;
    wall.join(1, 0).await;
    wall.join(1, 1).await;
    maya.submit(Some(1), &secret("hunter2 live")).await.unwrap();
    let amend = Intent::Amend {
        target: Seq(target),
        text: "hunter2 amended".into(),
    };
    maya.submit(Some(1), &command(amend)).await.unwrap();
    let pin = Intent::Pin {
        target: Seq(target),
        pinned: true,
    };
    maya.submit(Some(1), &command(pin)).await.unwrap();
    for _ in 0..3 {
        assert!(wall.event().await.contains(r#""kind":"hidden""#));
    }
    wall.send(&ClientFrame::Page {
        request: 1,
        incident: IncidentId(1),
        before: None,
        after: None,
        at: None,
        limit: 50,
    })
    .await;
    wall.until(|f| matches!(f, ServerFrame::Page { .. })).await;
    let query = "hunter2".to_owned();
    wall.send(&ClientFrame::Search {
        request: 2,
        incident: None,
        query,
        limit: 9,
    })
    .await;
    let found = wall.until(|f| matches!(f, ServerFrame::Found { .. })).await;
    assert!(matches!(found, ServerFrame::Found { hits, .. } if hits.is_empty()));
    wall.join(1, 0).await;
    let refused = wall.submit(Some(1), &note("me too")).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Access);
    assert!(wall.heard.len() > 8);
    for text in &wall.heard {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn one_incident_becomes_part_of_another_once() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    maya.declare("b").await;
    let role = Role::IncidentCommander;
    for incident in [1, 2] {
        let claim = command(Intent::ClaimRole { role: role.clone() });
        maya.submit(Some(incident), &claim).await.unwrap();
    }
    let merge = command(Intent::Merge {
        into: IncidentId(1),
    });
    let done = maya.submit(Some(2), &merge).await.unwrap();
    assert_eq!(maya.submit(Some(2), &merge).await.unwrap(), done);
    let what = |id: u64| house.ledger.log(id).last().unwrap().event().body.clone();
    assert_eq!(
        what(1),
        What::Absorbed {
            from: IncidentId(2)
        }
        .into()
    );
    assert_eq!(
        what(2),
        What::Merged {
            into: IncidentId(1)
        }
        .into()
    );
    let nowhere = command(Intent::Merge {
        into: IncidentId(9),
    });
    let refused = maya.submit(Some(1), &nowhere).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotFound);
    let absorb = command(Intent::Absorb {
        from: IncidentId(2),
    });
    assert!(maya.submit(Some(1), &absorb).await.is_err());
}

#[tokio::test]
async fn joining_brings_events_or_a_checkpoint_and_has_a_bound() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    for n in 0..=warroom::protocol::limits::JOINED {
        maya.declare(&format!("{n}")).await;
    }
    maya.submit(Some(1), &note("x")).await.unwrap();
    assert!(maya.join(1, 0).await.0.is_some());
    let (state, events, head) = maya.join(1, 1).await;
    assert_eq!((state.is_none(), events, head), (true, 1, 2));
    let (state, events, _) = maya.join(1, 2).await;
    assert_eq!((state.is_none(), events), (true, 0));
    assert!(
        maya.join(1, 77).await.0.is_some(),
        "of a log that the server never had"
    );
    for id in 2..=warroom::protocol::limits::JOINED as u64 {
        maya.join(id, 0).await;
    }
    let incident = IncidentId(warroom::protocol::limits::JOINED as u64 + 1);
    maya.send(&ClientFrame::Join {
        incident,
        have: Seq(0),
        fold: FOLD_VERSION,
    })
    .await;
    let told = maya.until(|f| matches!(f, ServerFrame::Notice(_))).await;
    assert!(matches!(told, ServerFrame::Notice(n) if n.text.contains("Leave one first")));
}

#[tokio::test]
async fn a_console_of_another_fold_gets_every_event_and_then_what_comes() {
    let house = House::open().await;
    let (mut maya, mut old) = (house.client("maya").await, house.client("old").await);
    maya.declare("a").await;
    for n in 0..700 {
        maya.submit(Some(1), &note(&format!("{n}"))).await.unwrap();
    }
    let incident = IncidentId(1);
    old.send(&ClientFrame::Join {
        incident,
        have: Seq(0),
        fold: FOLD_VERSION + 1,
    })
    .await;
    let joined = old.until(|f| matches!(f, ServerFrame::Joined { .. })).await;
    let ServerFrame::Joined {
        checkpoint: None,
        events,
        ..
    } = joined
    else {
        panic!("events")
    };
    let mut texts: Vec<String> = events.iter().map(|e| e.get().to_owned()).collect();
    while texts.len() < 701 {
        texts.push(old.event().await);
    }
    old.until(|f| matches!(f, ServerFrame::Presence { .. }))
        .await;
    maya.submit(Some(1), &note("live")).await.unwrap();
    texts.push(old.event().await);
    let stored = house.ledger.log(1);
    assert!(
        texts
            .iter()
            .zip(&stored)
            .all(|(text, record)| **text == **record.json())
    );
    assert_eq!(texts.len(), stored.len());
}

#[tokio::test]
async fn who_is_here_is_told_and_forgotten() {
    let house = House::open().await;
    let (mut maya, mut bo) = (house.client("maya").await, house.client("bo").await);
    maya.declare("a").await;
    maya.join(1, 0).await;
    bo.join(1, 0).await;
    let names = |frame: &ServerFrame| match frame {
        ServerFrame::Presence { here, .. } => here
            .iter()
            .map(|h| (h.person.to_string(), h.typing))
            .collect(),
        _ => Vec::new(),
    };
    let both = |typing| vec![("bo".to_owned(), typing), ("maya".to_owned(), false)];
    maya.until(|f| names(f) == both(false)).await;
    let incident = IncidentId(1);
    bo.send(&ClientFrame::Presence {
        incident,
        pane: Pane::Composer,
        typing: true,
    })
    .await;
    maya.until(|f| names(f) == both(true)).await;
    drop(bo);
    maya.until(|f| names(f) == vec![("maya".to_owned(), false)])
        .await;
    assert_eq!(house.ledger.log(1).len(), 1);
}

#[tokio::test]
async fn nobody_but_the_server_says_what_came_of_a_call_outside() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    let until = command(declare("x")).written_at + chrono::TimeDelta::hours(1);
    let call = crate::support::story::a_silence("A", until);
    let ask = command(Intent::AskOutside { call });
    let (_, asked, _) = maya.submit(Some(1), &ask).await.unwrap();
    // The server's own name is nobody's, and its `via` is not taken from a greeting.
    let mut forger = Wire::connect(house.address, None).await;
    let hello = |name: &str| ClientFrame::Hello {
        protocol: VERSION,
        client: "test".to_owned(),
        name: Some(name.parse().unwrap()),
        watch: false,
        via: Some("warroom".to_owned()),
    };
    forger.send(&hello("Warroom")).await;
    assert_eq!(forger.bye().await.0.code, RefusalCode::Invalid);
    let mut forger = Wire::connect(house.address, None).await;
    forger.send(&hello("bo")).await;
    let done = command(Intent::AnswerOutside {
        asked: Seq(asked),
        outcome: OutsideOutcome::Done,
        said: "".into(),
        reference: Some("4f2a".into()),
    });
    let refusal = forger.submit(Some(1), &done).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Access);
    // The server says it itself: it knows no such source.
    maya.join(1, asked).await;
    if house.ledger.log(1).len() == 2 {
        maya.event().await;
    }
    let log = house.ledger.log(1);
    assert_eq!(log.len(), 3);
    let answer = log[2].event();
    assert_eq!(answer.by, Person::warroom());
    assert!(matches!(
        answer.body.known(),
        Some(What::OutsideAnswered {
            outcome: OutsideOutcome::Failed,
            ..
        })
    ));
}
