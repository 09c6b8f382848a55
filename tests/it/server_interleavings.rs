//! What comes together at a real server: it has one order, each of those who were late is told, and
//! the log says it once.

use crate::support::server::{House, Wire, command};
use std::time::Duration;
use warroom::incident::*;

/// Long enough for what comes before the end, also on a busy machine.
const WINDOW: Duration = Duration::from_millis(1_500);

async fn does(wire: &mut Wire, intent: Intent) -> Result<(), Refusal> {
    wire.submit(Some(1), &command(intent)).await.map(drop)
}

fn answer(handover: u32, answer: OfferAnswer) -> Intent {
    Intent::AnswerOffer(AnswerOffer {
        handover: HandoverId(handover),
        answer,
        reason: None,
    })
}

fn offer(role: Role, to: &str) -> Intent {
    Intent::OfferRole(OfferRole {
        role,
        to: to.parse().unwrap(),
        minutes: None,
        words: None,
    })
}

/// The state as the log has it.
fn incident(house: &House) -> Incident {
    let mut incident = Incident::new(IncidentId(1));
    for record in house.ledger.log(1) {
        apply(&mut incident, record.event());
    }
    incident
}

fn count(house: &House, kind: &str) -> usize {
    let kind = format!("\"kind\":\"{kind}\"");
    let log = house.ledger.log(1);
    let texts = log
        .iter()
        .map(|r| serde_json::to_string(r.event()).unwrap());
    texts.filter(|text| text.contains(&kind)).count()
}

async fn commanded(house: &House) -> Wire {
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    let role = Role::IncidentCommander;
    does(&mut maya, Intent::ClaimRole { role }).await.unwrap();
    maya
}

#[tokio::test]
async fn of_two_who_accept_one_offer_at_once_the_one_who_was_offered_it_has_it_once() {
    let house = House::open().await;
    let mut maya = commanded(&house).await;
    does(&mut maya, offer(Role::IncidentCommander, "lee"))
        .await
        .unwrap();
    let mut lee = house.client("lee").await;
    does(&mut lee, answer(1, OfferAnswer::Briefed))
        .await
        .unwrap();
    // Lee from two consoles, and bo, who was not offered it, all at once.
    let mut other = house.client("lee").await;
    let mut bo = house.client("bo").await;
    let accept = || answer(1, OfferAnswer::Accept);
    let (one, two, three) = tokio::join!(
        does(&mut lee, accept()),
        does(&mut other, accept()),
        does(&mut bo, accept()),
    );
    let not_his = three.unwrap_err();
    // Or he is told that it is over, where he was the last.
    let codes = [RefusalCode::NotYours, RefusalCode::NoChange];
    assert!(codes.contains(&not_his.code), "{not_his}");
    let ends = [one, two];
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
    let second = ends.iter().find_map(|end| end.as_ref().err()).unwrap();
    assert_eq!(second.code, RefusalCode::NoChange, "{second}");
    let holder = incident(&house).holder(&Role::IncidentCommander).cloned();
    assert_eq!(holder, Some("lee".parse().unwrap()));
    assert_eq!(
        (
            count(&house, "handover_ended"),
            count(&house, "role_assigned")
        ),
        (1, 2)
    );
}

#[tokio::test]
async fn a_role_changes_hands_while_its_holder_is_away_and_their_late_words_change_nothing() {
    let house = House::open().await;
    let mut maya = commanded(&house).await;
    does(&mut maya, offer(Role::IncidentCommander, "lee"))
        .await
        .unwrap();
    drop(maya);
    let mut lee = house.client("lee").await;
    let held = incident(&house);
    assert_eq!(
        held.holder(&Role::IncidentCommander).map(Person::as_str),
        Some("maya")
    );
    does(&mut lee, answer(1, OfferAnswer::Briefed))
        .await
        .unwrap();
    does(&mut lee, answer(1, OfferAnswer::Accept))
        .await
        .unwrap();
    // What maya wrote while she was away comes now.
    let mut maya = house.client("maya").await;
    let late = [
        (answer(1, OfferAnswer::Withdraw), RefusalCode::WrongStatus),
        (offer(Role::IncidentCommander, "bo"), RefusalCode::NotYours),
        (
            Intent::ReleaseRole {
                role: Role::IncidentCommander,
                expected_holder: Some("maya".parse().unwrap()),
            },
            RefusalCode::HolderChanged,
        ),
    ];
    for (intent, code) in late {
        let refusal = does(&mut maya, intent).await.unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
    }
    let held = incident(&house);
    assert_eq!(
        held.holder(&Role::IncidentCommander).map(Person::as_str),
        Some("lee")
    );
}

#[tokio::test]
async fn an_objection_that_comes_after_the_window_is_told_so_and_one_that_comes_with_its_end_counts_or_not_at_all()
 {
    let house = House::with(|options| options.pace.window = WINDOW).await;
    let mut maya = commanded(&house).await;
    let mut ana = house.client("ana").await;
    let object = |proposal: u32| Intent::TakeStance {
        proposal: ProposalId(proposal),
        stance: Stance::Objects {
            reason: "no backup".into(),
        },
    };
    // Proposals whose windows end one after the other, while ana objects to each as fast as she can.
    for _ in 0..5 {
        let propose = Intent::Propose {
            text: "roll back 4f2a".into(),
            executor: None,
            verify_minutes: None,
        };
        does(&mut maya, propose).await.unwrap();
    }
    let mut heard = [None; 5];
    while incident(&house)
        .proposals
        .iter()
        .any(|p| p.state == ProposalState::Open)
    {
        for (n, said) in (1..).zip(&mut heard) {
            let is_open = |p: &Proposal| p.id == ProposalId(n) && p.state == ProposalState::Open;
            // The first three she lets pass until their time is nearly over.
            let state = incident(&house);
            let near = state
                .proposals
                .iter()
                .find(|p| is_open(p))
                .is_some_and(|p| {
                    let left =
                        p.closes_at - warroom::clock::Clock::now(&warroom::clock::SystemClock);
                    n > 3 || left < chrono::TimeDelta::milliseconds(40)
                });
            if near && *said != Some(true) {
                *said = Some(does(&mut ana, object(n)).await.is_ok());
            }
        }
        tokio::task::yield_now().await;
    }
    let state = incident(&house);
    for (n, said) in (1..).zip(heard) {
        let proposal = state.proposal(ProposalId(n)).unwrap();
        let wanted = match said {
            Some(true) => ProposalState::Contested,
            _ => ProposalState::Decided,
        };
        assert_eq!(proposal.state, wanted, "{n}: {said:?}");
        assert_eq!(proposal.objections().len(), usize::from(said == Some(true)));
        let late = does(&mut ana, object(n)).await.unwrap_err();
        assert!(
            matches!(late.code, RefusalCode::WrongStatus | RefusalCode::NoChange),
            "{late}"
        );
    }
    let ended = count(&house, "proposal_decided") + count(&house, "proposal_contested");
    assert_eq!(ended, 5, "each window has one end");
}
