//! States of the past over a socket, and who leads those who follow.

use crate::support::server::{House, Wire, command, note};
use warroom::incident::*;
use warroom::protocol::{ClientFrame, Moment, Pane, STATE_AT, ServerFrame, Sight};

async fn state_at(wire: &mut Wire, incident: u64, seq: u64) -> Result<Incident, Refusal> {
    let request = 1_000 + seq;
    wire.send(&ClientFrame::StateAt {
        request,
        incident: IncidentId(incident),
        seq: Seq(seq),
    })
    .await;
    let answer = wire
        .until(|frame| {
            matches!(
                frame,
                ServerFrame::StateAt { .. } | ServerFrame::Failed { .. }
            )
        })
        .await;
    match answer {
        ServerFrame::StateAt {
            request: of,
            checkpoint,
        } => {
            assert_eq!((of, checkpoint.fold), (request, FOLD_VERSION));
            Ok(checkpoint.incident)
        }
        ServerFrame::Failed { refusal, .. } => Err(refusal),
        _ => unreachable!(),
    }
}

async fn log(wire: &mut Wire, incident: u64) -> Vec<Event> {
    wire.send(&ClientFrame::Page {
        request: 1,
        incident: IncidentId(incident),
        before: None,
        after: Some(Seq::ZERO),
        at: None,
        limit: 500,
    })
    .await;
    let page = wire.until(|frame| matches!(frame, ServerFrame::Page { .. }));
    let ServerFrame::Page { events, .. } = page.await else {
        unreachable!()
    };
    let read = |text: &serde_json::value::RawValue| serde_json::from_str(text.get()).unwrap();
    events.iter().map(|event| read(event)).collect()
}

fn private(text: &str) -> Command {
    let mut note = NewNote::plain(text);
    note.private = true;
    note.pin = true;
    command(Intent::Note(note))
}

#[tokio::test]
async fn a_state_of_the_past_is_the_fold_up_to_there_and_a_spectators_is_redacted() {
    let house = House::open().await;
    let mut maya = Wire::connect(house.address, None).await;
    let ServerFrame::Welcome { offers, .. } = maya.hello("maya", false).await else {
        panic!("welcome")
    };
    assert!(offers.iter().any(|name| **name == *STATE_AT));
    let incident = maya.declare("Checkout 500s").await;
    for n in 0..20 {
        let sent = if n % 3 == 0 {
            private(&format!("SECRET {n} the key is hunter2"))
        } else {
            note(&format!("line {n}"))
        };
        maya.submit(Some(incident), &sent).await.unwrap();
    }
    let events = log(&mut maya, incident).await;
    let mut wall = Wire::connect(house.address, None).await;
    wall.hello("wall", true).await;
    let redacted = log(&mut wall, incident).await;
    for seq in 1..=events.len() {
        let known = &events[..seq];
        let seq = seq as u64;
        let state = state_at(&mut maya, incident, seq).await.unwrap();
        assert_eq!(state, replay(IncidentId(incident), known), "as of {seq}");
        let shown = state_at(&mut wall, incident, seq).await.unwrap();
        assert_eq!(
            shown,
            Redaction::default().state(&state),
            "the same as of a join"
        );
        let folded = replay(IncidentId(incident), &redacted[..known.len()]);
        assert_eq!(shown.recent, folded.recent, "the same as of its events");
        assert_eq!(shown.pinned, folded.pinned);
    }
    let heard = wall.heard.concat();
    assert!(!heard.contains("SECRET") && !heard.contains("hunter2"));
    let beyond = state_at(&mut maya, incident, 9_999).await.unwrap_err();
    assert!(beyond.why.contains("ends at"), "{beyond}");
    assert!(state_at(&mut maya, 99, 1).await.is_err());
}

async fn leads(wire: &mut Wire) -> (Option<String>, Option<Sight>, u32) {
    let frame = wire.until(|frame| matches!(frame, ServerFrame::Leads { .. }));
    match frame.await {
        ServerFrame::Leads {
            leader,
            sight,
            followers,
            ..
        } => (leader.map(|who| who.to_string()), sight, followers),
        _ => unreachable!(),
    }
}

fn looking(seq: u64) -> Sight {
    Sight {
        pane: Pane::Runbook,
        entry: Some(Seq(seq)),
        past: Some(Moment {
            seq: Seq(seq),
            at: Timestamp::UNIX_EPOCH,
        }),
        ..Sight::default()
    }
}

async fn say(wire: &mut Wire, incident: u64, sight: Sight) {
    let incident = IncidentId(incident);
    wire.send(&ClientFrame::Sight { incident, sight }).await;
}

async fn follow(wire: &mut Wire, incident: u64, on: bool) {
    let incident = IncidentId(incident);
    wire.send(&ClientFrame::Follow { incident, on }).await;
}

async fn claim(wire: &mut Wire, incident: u64, role: Role) {
    let claim = command(Intent::ClaimRole { role });
    wire.submit(Some(incident), &claim).await.unwrap();
}

#[tokio::test]
async fn the_commander_leads_or_else_the_deputy_and_only_those_who_follow_see_where() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let incident = maya.declare("Checkout 500s").await;
    maya.join(incident, 0).await;
    let mut bo = house.client("bo").await;
    bo.join(incident, 0).await;
    claim(&mut bo, incident, Role::Deputy).await;
    claim(&mut maya, incident, Role::IncidentCommander).await;
    let mut wall = Wire::connect(house.address, None).await;
    wall.hello("wall", true).await;
    wall.join(incident, 0).await;

    follow(&mut wall, incident, true).await;
    // A spectator leads nobody, whatever it says.
    say(&mut wall, incident, looking(9)).await;
    say(&mut bo, incident, looking(2)).await;
    loop {
        let (leader, sight, followers) = leads(&mut wall).await;
        if leader.as_deref() == Some("bo") {
            assert_eq!((sight, followers), (Some(looking(2)), 1));
            break;
        }
        assert_eq!((leader, sight), (None, None));
    }
    say(&mut maya, incident, looking(1)).await;
    say(&mut bo, incident, looking(3)).await;
    let (leader, sight, _) = leads(&mut wall).await;
    assert_eq!((leader.as_deref(), sight), (Some("maya"), Some(looking(1))));
    // Who does not follow hears who leads, and how many follow, and no more.
    loop {
        let (leader, sight, followers) = leads(&mut maya).await;
        assert_eq!(sight, None);
        if (leader.as_deref(), followers) == (Some("maya"), 1) {
            break;
        }
    }
    // Many changes at once are one.
    for seq in 2..60 {
        say(&mut maya, incident, looking(seq)).await;
    }
    let mut frames = 0;
    loop {
        let (_, sight, _) = leads(&mut wall).await;
        frames += 1;
        if sight == Some(looking(59)) {
            break;
        }
    }
    assert!(frames <= 5, "{frames} frames for 58 changes");
    // The commander goes: the deputy leads. Then nobody does.
    drop(maya);
    let (leader, sight, _) = leads(&mut wall).await;
    assert_eq!((leader.as_deref(), sight), (Some("bo"), Some(looking(3))));
    drop(bo);
    let (leader, sight, followers) = leads(&mut wall).await;
    assert_eq!((leader, sight, followers), (None, None, 1));
}
