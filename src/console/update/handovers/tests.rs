use crate::console::effect::Effect;
use crate::console::overlays::Overlay;
use crate::console::testing::{Bench, Log, start, usual};
use crate::incident::*;
use chrono::TimeDelta;
use serde_json::json;

const SIZES: [(u16, u16); 3] = [(200, 50), (120, 40), (80, 24)];

/// An offer to lee, who sits at the bench.
fn offer(role: Role, to: &str) -> Intent {
    Intent::OfferRole(OfferRole {
        role,
        to: to.parse().unwrap(),
        minutes: None,
        words: Some("the rollback is at 40%".into()),
    })
}

fn answer(answer: OfferAnswer) -> Intent {
    Intent::AnswerOffer(AnswerOffer {
        handover: HandoverId(1),
        answer,
        reason: (answer == OfferAnswer::Decline).then(|| "I sleep".into()),
    })
}

fn judged() -> Log {
    let mut log = usual();
    let note = |text: &str| {
        Intent::Note(NewNote {
            kind: EntryKind::Hypothesis,
            ..NewNote::plain(text)
        })
    };
    log.did("bo", 1_500, note("a node in eu-west-1b is broken"));
    log.did("bo", 1_450, note("somebody changed the limits by hand"));
    let judge = |name: &str, verdict, evidence: Option<u64>, reason: Option<&str>| {
        Intent::JudgeHypothesis(JudgeHypothesis {
            hypothesis: name.parse().unwrap(),
            verdict,
            evidence: evidence.map(Seq),
            reason: reason.map(Into::into),
        })
    };
    let last = log.state.seq.0;
    log.did("ana", 1_000, judge("H1", Verdict::Supported, Some(9), None));
    let why = Some("errors fall with the rollback");
    log.did("lee", 100, judge("H1", Verdict::Supported, Some(last), why));
    let why = Some("the nodes are fine");
    log.did("ana", 950, judge("H2", Verdict::RuledOut, None, why));
    log
}

fn told(bench: &mut Bench, log: &Log, from: usize) -> Vec<Effect> {
    let events: Vec<&Event> = log.events.iter().skip(from).collect();
    let frames = events
        .iter()
        .map(|event| json!({"type": "event", "event": event}));
    frames.flat_map(|frame| bench.frame(&frame)).collect()
}

/// Something happens while lee's console is open.
fn happens(bench: &mut Bench, log: &mut Log, who: &str, intent: Intent) -> Vec<Effect> {
    let from = log.events.len();
    log.did(who, 0, intent);
    told(bench, log, from)
}

fn rings(effects: &[Effect]) -> usize {
    let ring = |effect: &&Effect| matches!(effect, Effect::Ring(_));
    effects.iter().filter(ring).count()
}

#[track_caller]
fn says(bench: &Bench, words: &str) {
    let said = said(bench);
    assert!(said.contains(words), "{said}");
}

fn said(bench: &Bench) -> String {
    let notice = bench.app.notices.newest_first().next();
    notice.map_or_else(String::new, |notice| notice.text.clone())
}

#[test]
fn an_offer_rings_lays_its_brief_over_and_is_accepted_by_typing_it() {
    let mut log = judged();
    let mut bench = Bench::on(80, 24, &log);
    let effects = happens(
        &mut bench,
        &mut log,
        "maya",
        offer(Role::IncidentCommander, "lee"),
    );
    assert_eq!(rings(&effects), 1);
    assert!(matches!(bench.app.overlays.last(), Some(Overlay::Brief(_))));
    // It rings once.
    assert_eq!(rings(&bench.keys("esc")), 0);
    assert!(
        bench.screen().contains("maya offers you IC 10:00"),
        "{}",
        bench.screen()
    );
    bench.keys("g b");
    // Enter alone turns pages; what is typed before the end is not taken.
    let mut asked = Vec::new();
    bench.typed("accept");
    for _ in 0..9 {
        asked.extend(Bench::intents(&bench.keys("enter")));
        if !asked.is_empty() {
            break;
        }
    }
    assert_eq!(asked, [answer(OfferAnswer::Briefed)]);
    assert_eq!(Bench::intents(&bench.keys("enter")), []);
    bench.typed("accept");
    assert_eq!(
        Bench::intents(&bench.keys("enter")),
        [answer(OfferAnswer::Accept)]
    );
    assert!(bench.app.overlays.is_empty());
}

#[test]
fn whoever_writes_is_not_caught_by_the_window() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("i");
    bench.typed("pods are");
    let effects = happens(
        &mut bench,
        &mut log,
        "maya",
        offer(Role::IncidentCommander, "lee"),
    );
    assert_eq!(rings(&effects), 1);
    assert!(bench.app.overlays.is_empty());
    bench.typed(" back");
    assert!(bench.screen().contains("pods are back"));
    assert!(said(&bench).contains("maya offers you Incident Commander"));
}

#[test]
fn everyone_hears_who_has_the_role_now_and_those_concerned_what_else_came_of_it() {
    use OfferAnswer::{Accept, Briefed, Decline, Withdraw};
    let role = || Role::IncidentCommander;
    type Row<'a> = (&'a [(&'a str, Intent)], &'a str, &'a str);
    let table: &[Row<'_>] = &[
        (
            &[("ana", answer(Briefed)), ("ana", answer(Accept))],
            "ana",
            "ana has Incident Commander now, from maya.",
        ),
        (
            &[("lee", answer(Briefed)), ("lee", answer(Accept))],
            "lee",
            "You have Incident Commander now, from maya.",
        ),
        (
            &[("maya", answer(Withdraw))],
            "lee",
            "The offer of Incident Commander is withdrawn.",
        ),
        (
            &[(
                "bo",
                Intent::AssignRole {
                    role: role(),
                    to: "bo".parse().unwrap(),
                    expected_holder: Some("maya".parse().unwrap()),
                },
            )],
            "lee",
            "went another way",
        ),
        // Between two others, what came to nothing is no matter of lee's.
        (&[("ana", answer(Decline))], "ana", ""),
    ];
    for (steps, to, says) in table {
        let mut log = usual();
        log.did("maya", 60, offer(role(), to));
        let mut bench = Bench::on(120, 40, &log);
        bench.app.overlays.clear();
        bench.app.notices = crate::console::notices::Notices::default();
        for (who, intent) in *steps {
            happens(&mut bench, &mut log, who, intent.clone());
        }
        assert!(said(&bench).contains(says), "{says}: {}", said(&bench));
        assert_eq!(said(&bench).is_empty(), says.is_empty());
    }
}

#[test]
fn an_offer_of_another_incident_rings_from_the_board() {
    let mut log = usual();
    log.did("maya", 60, offer(Role::IncidentCommander, "lee"));
    let bench = Bench::new(120, 40, &[&log]);
    says(&bench, "You are offered a role in INC-42");
}

#[test]
fn a_handover_is_suggested_once_after_the_time_and_never_where_so_configured() {
    let mut log = Log::declared(7, "Checkout 500s", Severity::Sev2);
    let role = Role::Scribe;
    log.did("lee", 60, Intent::ClaimRole { role });
    let mut bench = Bench::on(120, 40, &log);
    let suggested = |bench: &Bench| {
        let all = bench.app.notices.newest_first();
        all.filter(|notice| notice.text.contains("You have had Scribe for 3h00"))
            .count()
    };
    bench.wait(TimeDelta::hours(3) - TimeDelta::seconds(61));
    assert_eq!(suggested(&bench), 0);
    bench.wait(TimeDelta::seconds(90));
    assert_eq!(suggested(&bench), 1);
    assert!(bench.screen().contains("H hand over"), "{}", bench.screen());
    let mut never = Bench::on(120, 40, &log);
    never.app.prefs.handover_after = TimeDelta::zero();
    never.wait(TimeDelta::hours(4));
    assert_eq!(suggested(&never), 0);
}

#[test]
fn a_role_is_offered_and_taken_back_by_keys_that_say_why_they_cannot() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("H");
    assert!(
        bench.screen().contains("/handover scribe @"),
        "{}",
        bench.screen()
    );
    bench.typed("bo 5m you write better");
    let asked = Bench::intents(&bench.keys("enter"));
    let wanted = OfferRole {
        role: Role::Scribe,
        to: "bo".parse().unwrap(),
        minutes: Some(5),
        words: Some("you write better".into()),
    };
    assert_eq!(asked, [Intent::OfferRole(wanted)]);
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("g x");
    says(&bench, "No role is offered");
    bench.keys("g N");
    says(&bench, "You are offered no role");
    happens(
        &mut bench,
        &mut log,
        "maya",
        offer(Role::IncidentCommander, "lee"),
    );
    bench.keys("esc g N");
    bench.typed("I sleep");
    let asked = Bench::intents(&bench.keys("enter"));
    assert_eq!(asked, [answer(OfferAnswer::Decline)]);
}

#[test]
fn a_hypothesis_is_judged_by_keys() {
    let log = judged();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("2 e");
    says(&bench, "The cursor is on no hypothesis");
    bench.keys("G e");
    says(&bench, "H2 is ruled out. Reopen it first.");
    bench.keys("k E");
    says(&bench, "H3 is open already");
    bench.keys("X");
    bench.typed("#12 nobody was on the machines");
    let asked = Bench::intents(&bench.keys("enter"));
    let wanted = JudgeHypothesis {
        hypothesis: "H3".parse().unwrap(),
        verdict: Verdict::RuledOut,
        evidence: Some(Seq(12)),
        reason: Some("nobody was on the machines".into()),
    };
    assert_eq!(asked, [Intent::JudgeHypothesis(wanted)]);
}

/// Each overlay at each size, with its pages.
#[test]
fn the_brief_and_the_hypotheses_as_they_look() {
    let mut log = judged();
    log.did("maya", 60, offer(Role::IncidentCommander, "lee"));
    for (width, height) in SIZES {
        let mut bench = Bench::on(width, height, &log);
        assert!(matches!(bench.app.overlays.last(), Some(Overlay::Brief(_))));
        insta::assert_snapshot!(format!("brief_{width}x{height}"), bench.screen());
        for _ in 0..9 {
            let read = matches!(bench.app.overlays.last(), Some(Overlay::Brief(b)) if b.read);
            if !read {
                bench.keys("enter");
            }
        }
        bench.typed("acc");
        insta::assert_snapshot!(format!("brief_end_{width}x{height}"), bench.screen());
        bench.keys("esc");
        insta::assert_snapshot!(format!("offered_{width}x{height}"), bench.screen());
        bench.keys("g h");
        insta::assert_snapshot!(format!("hypotheses_{width}x{height}"), bench.screen());
    }
    assert_eq!(start(), log.state.changed_at + TimeDelta::seconds(60));
}
