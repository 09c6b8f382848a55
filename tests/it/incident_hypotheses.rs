//! Hypotheses: given a state, when someone says something of one, then this; every refusal; and what
//! a brief says of it all.

use crate::support::story::{Story, report};
use chrono::TimeDelta;
use proptest::prelude::*;
use warroom::incident::*;

fn note(kind: EntryKind, text: &str) -> Intent {
    Intent::Note(NewNote {
        kind,
        ..NewNote::plain(text)
    })
}

fn private(kind: EntryKind, text: &str) -> Intent {
    Intent::Note(NewNote {
        kind,
        private: true,
        ..NewNote::plain(text)
    })
}

fn suppose() -> Intent {
    note(EntryKind::Hypothesis, "the new pool size starves the db")
}

/// H1 of bo stands at 2, a finding at 3.
fn supposed() -> Story {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("bo", suppose());
    story.act("lee", note(EntryKind::Finding, "the pool is half empty"));
    assert_eq!(story.incident().seq, Seq(3));
    story
}

fn judge(name: &str, verdict: Verdict, evidence: Option<u64>, reason: Option<&str>) -> Intent {
    Intent::JudgeHypothesis(JudgeHypothesis {
        hypothesis: name.parse().unwrap(),
        verdict,
        evidence: evidence.map(Seq),
        reason: reason.map(Into::into),
    })
}

use HypothesisState as S;
use Verdict::{Reopened, RuledOut, Supported};

fn first(story: &Story) -> &Hypothesis {
    &story.incident().hypotheses[0]
}

#[test]
fn what_is_said_of_a_hypothesis_and_how_it_reads() {
    let text = "the new pool size starves the db";
    let table: &[(&[Intent], &str, S, usize)] = &[
        (
            &[judge("H1", Supported, Some(3), None)],
            "H1 supported: {} · by entry 3",
            S::Supported,
            1,
        ),
        (
            &[judge("#2", Supported, None, Some(" cpu is high "))],
            "H1 supported: {} (cpu is high)",
            S::Supported,
            1,
        ),
        (
            &[judge("h1", RuledOut, Some(3), Some("half empty"))],
            "H1 ruled out: {} · by entry 3 (half empty)",
            S::RuledOut,
            1,
        ),
        // More that speaks for it adds up.
        (
            &[
                judge("H1", Supported, Some(3), None),
                judge("H1", Supported, Some(1), None),
            ],
            "H1 supported: {} · by entry 1",
            S::Supported,
            2,
        ),
        // What speaks against it begins anew.
        (
            &[
                judge("H1", Supported, Some(1), None),
                judge("H1", RuledOut, Some(3), None),
            ],
            "H1 ruled out: {} · by entry 3",
            S::RuledOut,
            1,
        ),
        (
            &[
                judge("H1", RuledOut, Some(3), None),
                judge("H1", Reopened, None, None),
            ],
            "H1 open again: {}",
            S::Open,
            1,
        ),
    ];
    for (steps, says, state, grounds) in table {
        let mut story = supposed();
        let mut last = Vec::new();
        for intent in *steps {
            last = story.act("lee", intent.clone());
        }
        let entry = Entry::from_event(&last[0]).unwrap();
        assert_eq!(&*entry.text, says.replace("{}", text));
        assert!(!entry.kind.is_written(), "a judgement is not rewritten");
        assert_eq!(first(&story).state(), *state, "{says}");
        assert_eq!(first(&story).grounds().count(), *grounds, "{says}");
    }
}

#[test]
fn what_may_not_be_said_is_refused_and_changes_nothing() {
    use RefusalCode as R;
    let out = judge("H1", RuledOut, Some(3), None);
    let long = "x".repeat(limits::REASON_BYTES + 1);
    let table: &[(&[Intent], Intent, R)] = &[
        (&[], judge("H2", Supported, Some(3), None), R::NotFound),
        (&[], judge("#3", Supported, Some(2), None), R::NotFound),
        (&[], judge("H1", Supported, None, None), R::Invalid),
        (&[], judge("H1", RuledOut, None, Some(" ")), R::Invalid),
        (&[], judge("H1", RuledOut, None, Some(&long)), R::Invalid),
        (&[], judge("H1", Supported, Some(2), None), R::Invalid),
        (&[], judge("H1", Supported, Some(99), None), R::NotFound),
        (&[], judge("H1", Reopened, None, None), R::NoChange),
        (
            std::slice::from_ref(&out),
            judge("H1", Supported, Some(3), None),
            R::WrongStatus,
        ),
        (std::slice::from_ref(&out), out.clone(), R::NoChange),
        (
            &[Intent::Retract {
                target: Seq(3),
                reason: "wrong pool".into(),
            }],
            out.clone(),
            R::WrongStatus,
        ),
        (
            &[Intent::Retract {
                target: Seq(2),
                reason: "nonsense".into(),
            }],
            out.clone(),
            R::NotFound,
        ),
    ];
    for (steps, intent, code) in table {
        let mut story = supposed();
        for intent in *steps {
            story.act("lee", intent.clone());
        }
        let before = story.incident().clone();
        let refusal = story.try_as("lee", intent.clone()).unwrap_err();
        assert_eq!(refusal.code, *code, "{intent:?}: {refusal}");
        assert!(refusal.why.ends_with('.') && refusal.instead.ends_with('.'));
        assert_eq!(story.incident(), &before);
    }
    let spectator = supposed().try_at_level("eve", Level::Spectator, out);
    assert_eq!(spectator.unwrap_err().code, R::Access);
}

#[test]
fn each_is_numbered_corrected_and_taken_back_with_its_entry() {
    let mut story = supposed();
    story.act("bo", note(EntryKind::Hypothesis, "a bad deploy"));
    let names: Vec<String> = (story.incident().hypotheses.iter())
        .map(|held| held.name().to_string())
        .collect();
    assert_eq!(names, ["H1", "H2"]);
    let text = "the old pool size starves the db".into();
    story.act(
        "bo",
        Intent::Amend {
            target: Seq(2),
            text,
        },
    );
    assert_eq!(&*first(&story).text, "the old pool size starves the db");
    let reason = "nonsense".into();
    story.act(
        "bo",
        Intent::Retract {
            target: Seq(2),
            reason,
        },
    );
    assert_eq!(&*first(&story).text, "a bad deploy");
    // A number is never given twice.
    story.act("bo", suppose());
    assert_eq!(story.incident().hypotheses[1].name().to_string(), "H3");
}

/// A log of before hypotheses had numbers: each is on the board, by its entry.
#[test]
fn a_hypothesis_of_an_older_log_is_on_the_board_by_its_entry() {
    let mut story = Story::declared("Checkout 500s", None);
    let written = story.act("bo", suppose()).remove(0);
    let text = serde_json::to_string(&written).unwrap();
    let older = text.replace(",\"hypothesis\":1", "");
    assert_ne!(text, older);
    let older: Event = serde_json::from_str(&older).unwrap();
    let begun = Story::declared("Checkout 500s", None);
    let mut incident = begun.incident().clone();
    apply(&mut incident, &older);
    let held = &incident.hypotheses[0];
    assert_eq!(held.name().to_string(), "#2");
    assert!(incident.hypothesis("#2".parse().unwrap()).is_some());
    assert!(incident.hypothesis("H1".parse().unwrap()).is_none());
    assert_eq!(incident.counts.hypotheses, 0, "the next one is H1");
    for wrong in ["H", "H-1", "x2", "", "H1 2"] {
        assert!(wrong.parse::<HypothesisName>().is_err(), "{wrong}");
    }
}

#[test]
fn what_is_private_and_what_is_said_of_it_stays_so() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("bo", private(EntryKind::Hypothesis, "a customer's script"));
    story.act("bo", suppose());
    story.act("bo", private(EntryKind::Decision, "call their lawyer"));
    let said = story.act("lee", judge("H1", Supported, None, Some("their token")));
    assert!(Redaction::default().event(&said[0]).is_some());
    let said = story.act("lee", judge("H2", RuledOut, Some(2), None));
    assert!(
        Redaction::default().event(&said[0]).is_none(),
        "it names a number alone"
    );
    let shown = Redaction::default().state(story.incident());
    let left: Vec<String> = shown
        .hypotheses
        .iter()
        .map(|h| h.name().to_string())
        .collect();
    assert_eq!(left, ["H2"]);
    assert!(shown.decisions.is_empty());
    let text = serde_json::to_string(&shown).unwrap();
    for secret in ["script", "token", "lawyer"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn the_board_is_bounded_and_what_is_ruled_out_goes_first() {
    let mut story = supposed();
    story.act("bo", private(EntryKind::Hypothesis, "a customer's script"));
    story.act("bo", suppose());
    story.act("lee", judge("H3", RuledOut, Some(3), None));
    for _ in 2..limits::HYPOTHESES {
        story.act("bo", suppose());
    }
    story.act("bo", suppose());
    let held = |name: &str| story.incident().hypothesis(name.parse().unwrap()).is_some();
    assert!(held("H1") && held("H2") && !held("H3"));
    assert_eq!(story.incident().hypotheses.len(), limits::HYPOTHESES + 1);
    for n in 0..limits::JUDGEMENTS + 3 {
        let why = format!("reason {n}");
        story.act("lee", judge("H1", Supported, None, Some(&why)));
    }
    assert_eq!(first(&story).judgements.len(), limits::JUDGEMENTS);
}

#[test]
fn a_brief_is_the_state_in_one_page_by_the_clock() {
    let mut story = supposed();
    let claim = |role| Intent::ClaimRole { role };
    story.act("maya", claim(Role::IncidentCommander));
    let ask = |to: &str, minutes, text: &str| Intent::Ask {
        to: to.parse().unwrap(),
        minutes,
        text: text.into(),
    };
    story.act("maya", ask("bo", 10, "check web latency"));
    story.act("maya", ask("lee", 5, "read the logs"));
    story.act("maya", note(EntryKind::Decision, "roll back 4f2a"));
    story.act("maya", note(EntryKind::Decision, "page everyone"));
    let last = story.incident().seq;
    let reason = "it was a joke".into();
    story.act(
        "maya",
        Intent::Retract {
            target: last,
            reason,
        },
    );
    let post = |text: &str| Intent::PostUpdate {
        update: None,
        text: Some(text.into()),
        next_in_minutes: Some(30),
        audience: None,
    };
    story.act("maya", post("we look into it"));
    story.act("maya", post("we roll back"));
    let draft = |audience| Intent::DraftUpdate {
        update: None,
        audience,
        text: "soon".into(),
        stage: None,
        next_at: None,
        expected: None,
        submit: false,
    };
    story.act("maya", draft(Audience::Internal));
    let alert = report("HighErrorRate", "a", AlertState::Firing, story.now());
    story.act("maya", Intent::RecordAlert { alert });
    story.act("bo", note(EntryKind::Hypothesis, "a bad deploy"));
    story.act("lee", judge("H1", RuledOut, Some(3), None));
    let offer = |role: &str| {
        Intent::OfferRole(OfferRole {
            role: role.parse().unwrap(),
            to: "ana".parse().unwrap(),
            minutes: None,
            words: None,
        })
    };
    story.act("bo", claim(Role::OperationsLead));
    story.act("maya", offer("ic"));
    story.act("bo", offer("ops"));
    let here: Vec<Person> = ["maya", "ana", "bo", "maya"]
        .map(|n| n.parse().unwrap())
        .into();
    let now = story.now();
    let page = brief(story.incident(), now, &here, Some(HandoverId(1)));
    let asks: Vec<&str> = page.asks.iter().map(|ask| &*ask.text).collect();
    assert_eq!(asks, ["read the logs", "check web latency"]);
    let decided: Vec<&str> = page.decisions.iter().map(|entry| &*entry.text).collect();
    assert_eq!(decided, ["roll back 4f2a"]);
    let out: Vec<&str> = page.updates.iter().map(|update| &*update.text).collect();
    assert_eq!(out, ["we roll back"]);
    assert_eq!(page.drafts.len(), 1);
    assert_eq!(page.firing.len(), 1);
    let open: Vec<String> = page
        .hypotheses
        .iter()
        .map(|h| h.name().to_string())
        .collect();
    assert_eq!(open, ["H2"]);
    let timers: Vec<Due> = page.timers.iter().map(|timer| timer.due).collect();
    assert_eq!(
        timers,
        [Due::Handover(HandoverId(2))],
        "not the one that is read"
    );
    let present: Vec<&str> = page.present.iter().map(Person::as_str).collect();
    assert_eq!(present, ["ana", "bo", "maya"]);
    assert!(page.vacant.contains(&&Role::Scribe));
    // What was decided longer ago is in the timeline.
    let later = brief(story.incident(), now + TimeDelta::hours(2), &[], None);
    assert!(later.decisions.is_empty() && later.present.is_empty());
    assert_eq!(later.timers.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is said in which order, how it stands is what was said last, and what speaks for it
    /// was said since.
    #[test]
    fn what_was_said_last_stands(said in prop::collection::vec((0usize..3, 1u64..4, any::<bool>()), 1..20)) {
        let mut story = supposed();
        let mut state = S::Open;
        for (verdict, evidence, words) in said {
            let verdict = [Supported, RuledOut, Reopened][verdict];
            let words = words.then_some("so it is");
            let intent = judge("H1", verdict, Some(evidence), words);
            if story.try_as("lee", intent).is_ok() {
                state = verdict.into();
            }
            let held = first(&story);
            prop_assert_eq!(held.state(), state);
            prop_assert!(held.grounds().all(|said| S::from(said.verdict) == state));
        }
    }
}
