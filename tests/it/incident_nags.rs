//! Nags: each comes exactly at its moment, goes with its cause, and is quiet while it is put off.

use crate::support::story::{Story, actor, declare};
use chrono::TimeDelta;
use warroom::incident::*;

/// A live incident, declared a second after the story's clock began; nothing else was done.
fn declared(severity: Option<Severity>) -> Story {
    Story::declared("Checkout 500s", severity)
}

fn in_seconds(story: &Story, seconds: i64) -> Timestamp {
    story.now() + TimeDelta::seconds(seconds)
}

fn kinds(story: &Story, seconds: i64) -> Vec<NagKind> {
    let now = in_seconds(story, seconds);
    let nags = nags(story.incident(), &NagPolicy::default(), now);
    let loud = nags.iter().filter(|nag| nag.snoozed.is_none());
    loud.map(|nag| nag.kind).collect()
}

/// Whether it nags about this so many seconds from the story's now.
fn nagged(story: &Story, kind: NagKind, seconds: i64) -> bool {
    kinds(story, seconds).contains(&kind)
}

fn text(story: &Story, kind: NagKind, seconds: i64) -> String {
    let now = in_seconds(story, seconds);
    let nags = nags(story.incident(), &NagPolicy::default(), now);
    let nag = nags.into_iter().find(|nag| nag.kind == kind).unwrap();
    nag.text
}

fn snooze(nag: NagKind, minutes: u32) -> Intent {
    Intent::SnoozeNag(SnoozeNag { nag, minutes })
}

fn claim(role: Role) -> Intent {
    Intent::ClaimRole { role }
}

fn severity(severity: Option<Severity>) -> Intent {
    Intent::SetSeverity {
        severity,
        reason: None,
    }
}

/// The same story, so many seconds later: what is done then counts from then.
fn later(story: &mut Story, seconds: i64, intent: Intent) {
    let command = story.command(intent);
    let mut context = story.context(&actor("maya", Level::Responder, Via::Console));
    context.now += TimeDelta::seconds(seconds);
    story.carry_out(&command, &context).unwrap();
}

#[test]
fn each_comes_exactly_at_its_moment_and_goes_with_its_cause() {
    use NagKind::*;
    for (kind, after, words) in [
        (Commander, 120, "no commander"),
        (Severity, 300, "severity unset"),
        (Scribe, 300, "no scribe"),
        (Quiet, 900, "no entry for 15 min"),
        (Update, 900, "no update is promised"),
    ] {
        let mut story = declared(None);
        assert!(!nagged(&story, kind, after - 1), "{kind}");
        assert!(nagged(&story, kind, after), "{kind}");
        assert_eq!(text(&story, kind, after), words);
        // The moment at which it comes is the one that is named.
        let soon = in_seconds(&story, after - 1);
        let next = next_nag(story.incident(), &NagPolicy::default(), soon).unwrap();
        assert_eq!(next, in_seconds(&story, after), "{kind}");
        if kind == Severity {
            // Only who commands says how bad it is.
            story.act("maya", claim(Role::IncidentCommander));
        }
        let done = match kind {
            Commander => claim(Role::IncidentCommander),
            Scribe => claim(Role::Scribe),
            Severity => severity(Some(warroom::incident::Severity::Sev2)),
            Update => Intent::PostUpdate {
                update: None,
                text: Some("we look into it".into()),
                next_in_minutes: Some(60),
                audience: None,
            },
            Quiet | Asks => Intent::Note(NewNote::plain("pods restart")),
        };
        story.act("maya", done);
        assert!(!nagged(&story, kind, after - 2), "{kind}");
        assert!(kind == Quiet || !nagged(&story, kind, after + 60), "{kind}");
    }
}

#[test]
fn an_update_is_nagged_about_a_minute_after_it_was_promised() {
    let story = declared(Some(Severity::Sev1));
    let promised = story.incident().next_update_at.unwrap();
    let left = (promised - story.now()).num_seconds();
    assert!(!nagged(&story, NagKind::Update, left + 59));
    assert!(nagged(&story, NagKind::Update, left + 60));
    assert_eq!(text(&story, NagKind::Update, left + 60), "update overdue");
}

#[test]
fn a_vacancy_counts_from_when_the_role_was_given_up() {
    let mut story = declared(Some(Severity::Sev2));
    story.act("maya", claim(Role::IncidentCommander));
    let release = Intent::ReleaseRole {
        role: Role::IncidentCommander,
        expected_holder: None,
    };
    later(&mut story, 1_000, release);
    assert!(!nagged(&story, NagKind::Commander, 1_000 + 119));
    assert!(nagged(&story, NagKind::Commander, 1_000 + 120));
}

#[test]
fn the_eighth_open_ask_on_one_person_is_one_too_many() {
    let mut story = declared(Some(Severity::Sev2));
    let ask = |to: &str| Intent::Ask {
        to: to.parse().unwrap(),
        minutes: 60,
        text: "look".into(),
    };
    for _ in 0..7 {
        story.act("maya", ask("bo"));
        story.act("maya", ask("lee"));
    }
    assert!(!nagged(&story, NagKind::Asks, 0));
    story.act("maya", ask("bo"));
    assert_eq!(text(&story, NagKind::Asks, 0), "bo has 8 open asks");
    let done = Intent::AnswerAsk {
        ask: AskId(1),
        state: AskState::Done,
        reason: None,
    };
    story.act("bo", done);
    assert!(!nagged(&story, NagKind::Asks, 0));
}

#[test]
fn what_a_monitor_says_is_no_entry_and_a_low_incident_is_quiet_for_longer() {
    let mut story = declared(Some(Severity::Sev3));
    let report = crate::support::story::report("X", "x", AlertState::Firing, story.now());
    later(&mut story, 600, Intent::RecordAlert { alert: report });
    // An alert that a person handed in is theirs.
    assert!(!nagged(&story, NagKind::Quiet, 900));
    story.hook("a", AlertState::Firing);
    assert!(!nagged(&story, NagKind::Quiet, 3_599 - 2));
    assert!(nagged(&story, NagKind::Quiet, 3_600));
}

#[test]
fn one_that_is_put_off_is_quiet_until_then_and_everyone_sees_by_whom() {
    let mut story = declared(None);
    story.act("maya", snooze(NagKind::Severity, 15));
    let until = in_seconds(&story, 900);
    assert!(!nagged(&story, NagKind::Severity, 899));
    assert!(nagged(&story, NagKind::Severity, 900));
    let at = in_seconds(&story, 600);
    let all = nags(story.incident(), &NagPolicy::default(), at);
    let put_off = all.last().unwrap();
    let by = "maya".parse().unwrap();
    assert_eq!(put_off.kind, NagKind::Severity);
    assert_eq!(put_off.snoozed, Some(Snooze { by, until }));
    // It is not said before its own moment, put off or not.
    let early = nags(story.incident(), &NagPolicy::default(), story.now());
    assert_eq!(early, []);
    story.act("maya", claim(Role::IncidentCommander));
    // Set and unset again it is another omission, which nobody has put off.
    story.act("maya", severity(Some(Severity::Sev2)));
    story.act("maya", severity(None));
    assert!(!nagged(&story, NagKind::Severity, 299));
    assert!(nagged(&story, NagKind::Severity, 300));
}

#[test]
fn one_put_off_until_before_it_comes_names_no_moment_of_its_own() {
    let mut story = declared(Some(Severity::Sev1));
    for role in [Role::IncidentCommander, Role::Scribe] {
        story.act("maya", claim(role));
    }
    story.act("maya", snooze(NagKind::Update, 5));
    let policy = NagPolicy::default();
    let next = next_nag(story.incident(), &policy, story.now()).unwrap();
    assert!(next > story.now() + TimeDelta::minutes(5));
    assert_ne!(nags(story.incident(), &policy, next), []);
}

#[test]
fn an_update_that_is_out_ends_its_snooze() {
    let mut story = declared(Some(Severity::Sev1));
    story.act("maya", snooze(NagKind::Update, 24 * 60));
    assert!(!nagged(&story, NagKind::Update, 2_000));
    let post = Intent::PostUpdate {
        update: None,
        text: Some("we roll back".into()),
        next_in_minutes: Some(5),
        audience: None,
    };
    story.act("maya", post);
    assert!(nagged(&story, NagKind::Update, 360));
}

#[test]
fn it_is_quiet_unless_people_work_on_it() {
    let triage = Story::triaged("HighErrorRate");
    assert_eq!(kinds(&triage, 100_000), []);
    let mut story = declared(None);
    story.act("maya", claim(Role::IncidentCommander));
    let to = |status| Intent::SetStatus {
        status,
        at: None,
        reason: None,
    };
    story.act("maya", to(Status::Resolved));
    assert_eq!(kinds(&story, 100_000), []);
    assert_eq!(story.incident().nagging, Nagging::default());
    // Reopened, everything counts from then.
    let reopen = Intent::Reopen {
        reason: "it is back".into(),
    };
    later(&mut story, 5_000, reopen);
    assert!(!nagged(&story, NagKind::Severity, 5_000 + 299));
    assert!(nagged(&story, NagKind::Severity, 5_000 + 300));
    // A drill is nagged as the real thing is.
    let mut drill = Story::new();
    let Intent::Declare { title, service, .. } = declare("A drill", None) else {
        panic!("no declaration")
    };
    drill.act(
        "maya",
        Intent::Declare {
            title,
            severity: None,
            service,
            started_at: None,
            kind: Kind::Drill,
        },
    );
    assert!(nagged(&drill, NagKind::Commander, 120));
}

#[test]
fn a_policy_turns_each_off() {
    let story = declared(None);
    let off = NagPolicy {
        commander: None,
        severity: None,
        scribe: None,
        update: None,
        promise: None,
        asks: None,
        quiet: None,
        quiet_low: None,
    };
    let at = in_seconds(&story, 100_000);
    assert_eq!(nags(story.incident(), &off, at), []);
    assert_eq!(next_nag(story.incident(), &off, at), None);
    // What a policy of another version does not say is as usual.
    let read: NagPolicy = serde_json::from_str(r#"{"commander":null,"later":1}"#).unwrap();
    let usual = NagPolicy::default();
    let expected = NagPolicy {
        commander: None,
        ..usual
    };
    assert_eq!(read, expected);
}

#[test]
fn what_was_put_off_is_taken_back() {
    let mut story = declared(None);
    let none = story.try_as("bo", snooze(NagKind::Commander, 0));
    assert_eq!(none.unwrap_err().code, RefusalCode::NoChange);
    story.act("maya", snooze(NagKind::Commander, 60));
    assert!(!nagged(&story, NagKind::Commander, 200));
    let events = story.act("bo", snooze(NagKind::Commander, 0));
    assert!(nagged(&story, NagKind::Commander, 200));
    let line = Entry::from_event(&events[0]).unwrap().text;
    assert_eq!(&*line, "put off no longer: no commander");
    let again = story.try_as("bo", snooze(NagKind::Commander, 0));
    assert_eq!(again.unwrap_err().code, RefusalCode::NoChange);
    // One whose time is over is put off no longer either.
    story.act("maya", snooze(NagKind::Commander, 5));
    let command = story.command(snooze(NagKind::Commander, 0));
    let mut context = story.context(&actor("bo", Level::Responder, Via::Console));
    context.now += TimeDelta::minutes(6);
    let over = story.carry_out(&command, &context);
    assert_eq!(over.unwrap_err().code, RefusalCode::NoChange);
}

#[test]
fn what_is_refused() {
    let mut story = declared(Some(Severity::Sev2));
    let code = |story: &mut Story, nag, minutes| {
        let refused = story.try_as("bo", snooze(nag, minutes));
        refused.map(drop).map_err(|refusal| refusal.code)
    };
    for (nag, minutes, expected) in [
        (NagKind::Commander, 4, Err(RefusalCode::Invalid)),
        (NagKind::Commander, 24 * 60 + 1, Err(RefusalCode::Invalid)),
        (NagKind::Severity, 15, Err(RefusalCode::NoChange)),
        (NagKind::Commander, 5, Ok(())),
        (NagKind::Commander, 24 * 60, Ok(())),
        (NagKind::Asks, 15, Ok(())),
        (NagKind::Quiet, 15, Ok(())),
    ] {
        assert_eq!(code(&mut story, nag, minutes), expected, "{nag} {minutes}");
    }
    let asked = story.try_at_level("eve", Level::Observer, snooze(NagKind::Scribe, 15));
    assert_eq!(asked.unwrap_err().code, RefusalCode::Access);
    story.act("maya", claim(Role::IncidentCommander));
    assert_eq!(
        code(&mut story, NagKind::Commander, 15),
        Err(RefusalCode::NoChange)
    );
    let resolve = Intent::SetStatus {
        status: Status::Resolved,
        at: None,
        reason: None,
    };
    story.act("maya", resolve);
    assert_eq!(
        code(&mut story, NagKind::Scribe, 15),
        Err(RefusalCode::WrongStatus)
    );
}

#[test]
fn a_line_of_the_timeline_says_it() {
    let mut story = declared(None);
    let events = story.act("kim", snooze(NagKind::Severity, 15));
    let entry = Entry::from_event(&events[0]).unwrap();
    assert_eq!(&*entry.text, "put off: severity unset · until 14:15 UTC");
    assert!(!events[0].body.known().unwrap().is_private());
}

#[test]
fn every_name_is_read_back() {
    for kind in NagKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert_eq!("IC".parse(), Ok(NagKind::Commander));
    assert!("loud".parse::<NagKind>().is_err());
}
