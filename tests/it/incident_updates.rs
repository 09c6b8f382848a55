//! Updates: who may do what to one that stands how, and that what is posted is what was approved.

use crate::support::story::{Story, actor};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use warroom::incident::update::{Named, Rules};
use warroom::incident::*;

const FIRST: UpdateId = UpdateId(1);

fn draft(audience: Audience, text: &str) -> Intent {
    write(None, audience, text, None)
}

fn write(
    update: Option<UpdateId>,
    audience: Audience,
    text: &str,
    expected: Option<u32>,
) -> Intent {
    Intent::DraftUpdate {
        update,
        audience,
        text: text.into(),
        stage: None,
        next_at: None,
        expected,
        submit: false,
    }
}

fn edit(text: &str, expected: u32) -> Intent {
    write(Some(FIRST), Audience::External, text, Some(expected))
}

fn named(version: u32) -> Named {
    Named {
        update: FIRST,
        version,
    }
}

fn submit(version: u32) -> Intent {
    Intent::SubmitUpdate(named(version))
}

fn approve(version: u32) -> Intent {
    Intent::ApproveUpdate(named(version))
}

fn reject(reason: &str) -> Intent {
    Intent::RejectUpdate {
        update: FIRST,
        reason: reason.into(),
    }
}

fn withdraw() -> Intent {
    Intent::WithdrawUpdate {
        update: FIRST,
        reason: None,
    }
}

fn post() -> Intent {
    post_as(None, None)
}

fn post_as(text: Option<&str>, next_in_minutes: Option<u32>) -> Intent {
    Intent::PostUpdate {
        update: Some(FIRST),
        text: text.map(Arc::from),
        next_in_minutes,
        audience: None,
    }
}

fn claim(role: Role) -> Intent {
    Intent::ClaimRole { role }
}

fn deputy(who: &str) -> Intent {
    Intent::AssignRole {
        role: Role::Deputy,
        to: who.parse().unwrap(),
        expected_holder: None,
    }
}

/// maya commands, dana is her deputy, ana has the communications, and wrote an external update.
fn story(severity: Option<Severity>) -> Story {
    let mut story = Story::declared("Checkout 500s", severity);
    story.act("maya", claim(Role::IncidentCommander));
    story.act("maya", deputy("dana"));
    story.act("ana", claim(Role::CommunicationsLead));
    story.act("ana", draft(Audience::External, "We look."));
    story
}

/// What was done before, who does what, and what comes of it.
type Row = (
    &'static str,
    Vec<(&'static str, Intent)>,
    (&'static str, Intent),
    Result<UpdateState, RefusalCode>,
);

fn approved() -> Vec<(&'static str, Intent)> {
    vec![("ana", submit(1)), ("maya", approve(1))]
}

fn after(
    mut before: Vec<(&'static str, Intent)>,
    more: (&'static str, Intent),
) -> Vec<(&'static str, Intent)> {
    before.push(more);
    before
}

fn approval_rows() -> Vec<Row> {
    use RefusalCode as R;
    use UpdateState as S;
    let none = Vec::new;
    let rejected = || vec![("maya", reject("say who is hurt"))];
    vec![
        ("submit", none(), ("ana", submit(1)), Ok(S::Submitted)),
        (
            "submit for her",
            none(),
            ("bo", submit(1)),
            Ok(S::Submitted),
        ),
        (
            "submit what is not so",
            none(),
            ("ana", submit(2)),
            Err(R::Changed),
        ),
        (
            "submit twice",
            vec![("ana", submit(1))],
            ("ana", submit(1)),
            Err(R::NoChange),
        ),
        (
            "submit what is approved",
            approved(),
            ("ana", submit(1)),
            Err(R::NoChange),
        ),
        (
            "submit what is rejected",
            rejected(),
            ("ana", submit(1)),
            Err(R::WrongStatus),
        ),
        (
            "approve",
            vec![("ana", submit(1))],
            ("maya", approve(1)),
            Ok(S::Approved),
        ),
        (
            "the deputy approves",
            none(),
            ("dana", approve(1)),
            Ok(S::Approved),
        ),
        (
            "approve the own one",
            none(),
            ("ana", approve(1)),
            Err(R::NeedsCommand),
        ),
        (
            "approve as anyone",
            none(),
            ("bo", approve(1)),
            Err(R::NeedsCommand),
        ),
        (
            "approve what was edited",
            vec![("ana", edit("We know.", 1))],
            ("maya", approve(1)),
            Err(R::Changed),
        ),
        (
            "approve twice",
            approved(),
            ("dana", approve(1)),
            Err(R::NoChange),
        ),
        (
            "approve what is rejected",
            rejected(),
            ("maya", approve(1)),
            Err(R::WrongStatus),
        ),
        (
            "reject",
            none(),
            ("maya", reject("no impact")),
            Ok(S::Rejected),
        ),
        (
            "reject what is approved",
            approved(),
            ("dana", reject("no impact")),
            Ok(S::Rejected),
        ),
        (
            "reject without a reason",
            none(),
            ("maya", reject(" ")),
            Err(R::Invalid),
        ),
        (
            "reject as anyone",
            none(),
            ("ana", reject("no impact")),
            Err(R::NeedsCommand),
        ),
        (
            "reject twice",
            rejected(),
            ("maya", reject("again")),
            Err(R::NoChange),
        ),
        (
            "change what is rejected",
            rejected(),
            ("ana", edit("Shops cannot sell.", 1)),
            Ok(S::Drafted),
        ),
    ]
}

fn posting_rows() -> Vec<Row> {
    use RefusalCode as R;
    use UpdateState as S;
    let none = Vec::new;
    let edited = || after(approved(), ("bo", edit("We know.", 1)));
    vec![
        ("edit", none(), ("bo", edit("We know.", 1)), Ok(S::Drafted)),
        (
            "edit what another edited",
            vec![("bo", edit("We know.", 1))],
            ("ana", edit("We think.", 1)),
            Err(R::Changed),
        ),
        (
            "edit nothing",
            none(),
            ("ana", edit("We look.", 1)),
            Err(R::NoChange),
        ),
        (
            "edit to nothing",
            none(),
            ("ana", edit(" ", 1)),
            Err(R::Invalid),
        ),
        (
            "post unapproved",
            none(),
            ("ana", post()),
            Err(R::NeedsCommand),
        ),
        (
            "post unapproved, in command",
            none(),
            ("maya", post()),
            Err(R::NeedsCommand),
        ),
        (
            "post what waits",
            vec![("ana", submit(1))],
            ("ana", post()),
            Err(R::NeedsCommand),
        ),
        ("post", approved(), ("ana", post()), Ok(S::Posted)),
        ("post for her", approved(), ("bo", post()), Ok(S::Posted)),
        (
            "post as approved, said again",
            approved(),
            ("ana", post_as(Some("We look. "), None)),
            Ok(S::Posted),
        ),
        (
            "post other words",
            approved(),
            ("ana", post_as(Some("We look!"), None)),
            Err(R::Changed),
        ),
        (
            "post after an edit",
            edited(),
            ("ana", post()),
            Err(R::NeedsCommand),
        ),
        (
            "post after it was changed back",
            after(edited(), ("ana", edit("We look.", 2))),
            ("ana", post()),
            Err(R::NeedsCommand),
        ),
        (
            "post what is rejected",
            vec![("maya", reject("no"))],
            ("ana", post()),
            Err(R::WrongStatus),
        ),
        (
            "post for no sensible time",
            approved(),
            ("ana", post_as(None, Some(0))),
            Err(R::Invalid),
        ),
        ("withdraw", none(), ("ana", withdraw()), Ok(S::Withdrawn)),
        (
            "withdraw in command",
            approved(),
            ("dana", withdraw()),
            Ok(S::Withdrawn),
        ),
        (
            "withdraw as the lead",
            vec![("bo", edit("We know.", 1))],
            ("ana", withdraw()),
            Ok(S::Withdrawn),
        ),
        (
            "withdraw another's",
            none(),
            ("bo", withdraw()),
            Err(R::NotYours),
        ),
        (
            "withdraw twice",
            vec![("ana", withdraw())],
            ("ana", withdraw()),
            Err(R::WrongStatus),
        ),
        (
            "edit what is withdrawn",
            vec![("ana", withdraw())],
            ("ana", edit("We know.", 1)),
            Err(R::WrongStatus),
        ),
        (
            "approve what is withdrawn",
            vec![("ana", withdraw())],
            ("maya", approve(1)),
            Err(R::WrongStatus),
        ),
        (
            "withdraw what is out",
            after(approved(), ("ana", post())),
            ("ana", withdraw()),
            Err(R::WrongStatus),
        ),
        (
            "post what is out",
            after(approved(), ("ana", post())),
            ("ana", post()),
            Err(R::WrongStatus),
        ),
        (
            "reject what is out",
            after(approved(), ("ana", post())),
            ("maya", reject("no")),
            Err(R::WrongStatus),
        ),
    ]
}

#[test]
fn an_update_goes_from_hand_to_hand_and_only_so() {
    for (name, before, (who, intent), comes) in approval_rows().into_iter().chain(posting_rows()) {
        let mut story = story(None);
        for (who, intent) in before {
            story.act(who, intent);
        }
        let was = story.incident().clone();
        match (story.try_as(who, intent), comes) {
            (Ok(events), Ok(state)) => {
                assert_eq!(events.len(), 1, "{name}");
                assert_eq!(
                    story.incident().update(FIRST).unwrap().state,
                    state,
                    "{name}"
                );
            }
            (Err(refusal), Err(code)) => {
                assert_eq!(refusal.code, code, "{name}: {refusal}");
                let whole = refusal.why.ends_with('.') && refusal.instead.ends_with('.');
                assert!(whole, "{name}: {refusal:?}");
                assert_eq!(*story.incident(), was, "{name}: a refusal changes nothing");
            }
            (made, comes) => panic!("{name}: {made:?} instead of {comes:?}"),
        }
    }
}

#[test]
fn a_spectator_learns_that_one_is_drafted_and_reads_what_is_posted() {
    let lines = [
        (
            "ana",
            draft(Audience::Executive, "SECRET"),
            "drafted executive update 2",
        ),
        ("ana", edit("SECRET, too", 1), "drafted external update 1"),
        ("ana", submit(2), "external update 1 waits for approval"),
        (
            "maya",
            reject("SECRET reason"),
            "rejected external update 1",
        ),
        (
            "ana",
            edit("Shops cannot sell.", 2),
            "drafted external update 1",
        ),
        ("maya", approve(3), "approved external update 1"),
        ("ana", post(), "external update: Shops cannot sell."),
    ];
    let mut story = story(None);
    let redaction = Redaction::default();
    for (who, intent, line) in lines {
        let events = story.act(who, intent);
        let event = redaction.event(&events[0]).unwrap_or(events[0].clone());
        assert_eq!(*Entry::from_event(&event).unwrap().text, *line);
        let state = redaction.state(story.incident());
        assert_eq!(*state.recent.back().unwrap().text, *line);
        let sent = serde_json::to_string(&(&event, &state)).unwrap();
        assert!(!sent.contains("SECRET"), "{sent}");
        assert_eq!(sent.contains("Shops cannot sell."), line.ends_with("sell."));
    }
}

#[test]
fn the_second_of_two_who_edit_is_told_by_whom() {
    let mut story = story(None);
    story.act("bo", edit("Shops cannot sell.", 1));
    let refusal = story.try_as("ana", edit("We know.", 1)).unwrap_err();
    assert!(
        refusal.why.starts_with("bo has changed update 1"),
        "{refusal}"
    );
    assert_eq!(
        &*story.incident().update(FIRST).unwrap().text,
        "Shops cannot sell."
    );
}

#[test]
fn in_triage_nobody_commands_and_nobody_approves() {
    let mut story = Story::triaged("High");
    story.act("ana", draft(Audience::External, "We look."));
    let refusal = story.try_as("ana", approve(1)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NeedsCommand);
}

#[test]
fn what_needs_no_approval_is_posted_at_once() {
    for audience in [Audience::Internal, Audience::Executive] {
        let mut story = story(Some(Severity::Sev1));
        let at_once = Intent::PostUpdate {
            update: None,
            text: Some("We roll back.".into()),
            next_in_minutes: None,
            audience: Some(audience),
        };
        story.act("ana", at_once);
        assert!(story.incident().promises.contains_key(&audience));
    }
}

/// The rules of a server, as it decides by them.
fn try_under(
    story: &mut Story,
    rules: &Rules,
    who: &str,
    intent: Intent,
) -> Result<Vec<Event>, Refusal> {
    let command = story.command(intent);
    let mut context = story.context(&actor(who, Level::Responder, Via::Console));
    context.update_rules = Some(Arc::new(rules.clone()));
    story.carry_out(&command, &context)
}

#[test]
fn the_servers_rules_are_written_down_once_and_hold_for_everyone() {
    let mut story = story(Some(Severity::Sev1));
    let mut rules = Rules {
        approve: [Audience::Executive].into(),
        ..Rules::default()
    };
    rules
        .cadence
        .set(Severity::Sev1, Audience::Internal, Some(7));
    let made = try_under(
        &mut story,
        &rules,
        "ana",
        draft(Audience::Executive, "It is bad."),
    )
    .unwrap();
    assert_eq!(made.len(), 2, "{made:?}");
    assert_eq!(
        story.incident().cadence_minutes(Audience::Internal),
        Some(7)
    );
    // A console decides by what the log says: nothing is posted to them unapproved.
    let boss = Intent::PostUpdate {
        update: Some(UpdateId(2)),
        text: None,
        next_in_minutes: None,
        audience: None,
    };
    let refusal = story.try_as("ana", boss.clone()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NeedsCommand);
    // Everyone outside needs none under these rules.
    story.act("ana", post());
    let again = try_under(
        &mut story,
        &rules,
        "ana",
        draft(Audience::Executive, "Worse."),
    );
    assert_eq!(again.unwrap().len(), 1);
    let usual = try_under(&mut story, &Rules::default(), "ana", boss);
    assert_eq!(usual.unwrap().len(), 2, "the server has other rules since");
    assert_eq!(story.incident().update_rules(), Rules::usual());
}

#[test]
fn each_audience_has_its_own_promise() {
    let mut story = story(Some(Severity::Sev1));
    let promised = |story: &Story, audience| {
        let at = story.incident().promises.get(&audience).copied();
        at.map(|at| (at - story.now()).num_minutes())
    };
    assert_eq!(promised(&story, Audience::Internal), Some(14));
    assert_eq!(
        promised(&story, Audience::External),
        None,
        "nobody promised them anything"
    );
    for (who, intent) in approved() {
        story.act(who, intent);
    }
    story.act("ana", post_as(None, Some(10)));
    assert_eq!(promised(&story, Audience::External), Some(10));
    assert_eq!(
        story
            .incident()
            .next_promise()
            .map(|(audience, _)| audience),
        Some(Audience::External)
    );
    // "No change" within, which says when more comes there, leaves those outside alone.
    let nothing_new = |audience, next_in_minutes| Intent::PostUpdate {
        update: None,
        text: Some("No change.".into()),
        next_in_minutes,
        audience: Some(audience),
    };
    story.act("ana", nothing_new(Audience::Internal, Some(60)));
    assert_eq!(promised(&story, Audience::External), Some(9));
    assert_eq!(promised(&story, Audience::Internal), Some(60));
    // So does one for them that says no time.
    let mut open = Rules::default();
    open.approve.clear();
    try_under(
        &mut story,
        &open,
        "ana",
        nothing_new(Audience::External, None),
    )
    .unwrap();
    assert_eq!(promised(&story, Audience::External), Some(9));
    try_under(
        &mut story,
        &open,
        "ana",
        nothing_new(Audience::External, Some(45)),
    )
    .unwrap();
    assert_eq!(promised(&story, Audience::External), Some(45));
    let due = deadlines(story.incident());
    let updates = due.iter().filter(|one| matches!(one.due, Due::Update(_)));
    assert_eq!(updates.count(), 2);
    let end = Intent::SetStatus {
        status: Status::Resolved,
        at: None,
        reason: None,
    };
    story.act("maya", end);
    assert!(story.incident().promises.is_empty());
    assert_eq!(story.incident().next_update_at, None);
}

#[test]
fn the_time_that_the_words_give_is_the_one_that_is_promised() {
    let mut story = story(Some(Severity::Sev1));
    let at = story.now() + TimeDelta::minutes(25);
    let words = Intent::DraftUpdate {
        update: Some(FIRST),
        audience: Audience::External,
        text: "More by 14:25 UTC.".into(),
        stage: Some(Stage::Investigating),
        next_at: Some(at),
        expected: Some(1),
        submit: false,
    };
    story.act("ana", words);
    story.act("maya", approve(2));
    story.act("ana", post());
    assert_eq!(
        story.incident().promises.get(&Audience::External),
        Some(&at)
    );
    let too_far = Intent::DraftUpdate {
        update: None,
        audience: Audience::External,
        text: "More next month.".into(),
        stage: None,
        next_at: Some(at + TimeDelta::days(30)),
        expected: None,
        submit: false,
    };
    let refusal = story.try_as("ana", too_far).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Invalid);
}

#[test]
fn drafts_are_bounded_and_none_is_pushed_out() {
    let mut story = story(None);
    let mut refused = None;
    for n in 0..limits::OPEN_UPDATES {
        let words = format!("draft {n}");
        refused = story.try_as("ana", draft(Audience::Internal, &words)).err();
    }
    assert_eq!(refused.map(|refusal| refusal.code), Some(RefusalCode::Full));
    for n in 0..limits::UPDATES + 5 {
        let update = story.incident().open_updates().last().unwrap().id;
        if update == FIRST {
            break;
        }
        let intent = Intent::PostUpdate {
            update: Some(update),
            text: None,
            next_in_minutes: None,
            audience: None,
        };
        story.act("ana", intent);
        story.act("ana", draft(Audience::Internal, &format!("more {n}")));
    }
    assert!(story.incident().updates.len() <= limits::UPDATES);
    assert!(
        story.incident().update(FIRST).is_some(),
        "the oldest draft is still there"
    );
}

/// An audience, a stage or a state that a later version has makes an unknown event: it is carried
/// whole and shown, and the rest reads on.
#[test]
fn an_audience_of_a_later_version_is_carried() {
    let line =
        r#"{"kind":"update_drafted","data":{"update":1,"audience":"partners","text":"We look."}}"#;
    let body: EventBody = serde_json::from_str(line).unwrap();
    assert!(matches!(&body, EventBody::Unknown { kind, .. } if kind == "update_drafted"));
    let again = serde_json::to_value(&body).unwrap();
    assert_eq!(
        again,
        serde_json::from_str::<serde_json::Value>(line).unwrap()
    );
}

fn steps() -> impl Strategy<Value = Vec<(usize, Intent)>> {
    let text = || prop::sample::select(vec!["a", "b", "c"]);
    let version = || 1u32..6;
    let one = prop_oneof![
        3 => (text(), prop::option::of(version()), prop::sample::select(Audience::ALL.to_vec()))
            .prop_map(|(text, expected, audience)| write(Some(FIRST), audience, text, expected)),
        2 => version().prop_map(submit),
        4 => version().prop_map(approve),
        1 => Just(reject("no")),
        1 => Just(withdraw()),
        4 => prop::option::of(text()).prop_map(|text| post_as(text, None)),
        1 => Just(Intent::ReleaseRole { role: Role::Deputy, expected_holder: None }),
        1 => Just(deputy("bo")),
    ];
    prop::collection::vec((0usize..4, one), 1..40)
}

proptest! {
    /// Whatever is done in whatever order: what went out to everyone was approved word for word, by
    /// someone who was in command then, and not written anew since.
    #[test]
    fn what_is_out_was_approved_as_it_is(steps in steps()) {
        let mut story = story(Some(Severity::Sev2));
        let mut agreed: BTreeMap<UpdateId, Arc<str>> = BTreeMap::new();
        for (who, intent) in steps {
            let who = ["maya", "dana", "ana", "bo"][who];
            let commands = story.incident().is_in_command(&who.parse().unwrap());
            for event in story.try_as(who, intent).unwrap_or_default() {
                match event.body.known() {
                    Some(What::UpdateApproved(of)) => {
                        prop_assert!(commands, "{who} was not in command");
                        agreed.insert(of.named.update, of.text.clone());
                    }
                    Some(What::UpdateDrafted { update, .. }) => { agreed.remove(update); }
                    Some(What::UpdateRejected(of)) => { agreed.remove(&of.named.update); }
                    Some(What::UpdatePosted { update, audience: Audience::External, text, .. }) => {
                        prop_assert_eq!(agreed.get(update), Some(text));
                    }
                    _ => {}
                }
            }
            let state = story.incident();
            for update in &state.updates {
                let approved = update.state == UpdateState::Approved;
                prop_assert!(!approved || agreed.get(&update.id) == Some(&update.text));
                prop_assert!(!approved || update.agreed.is_some());
            }
            prop_assert_eq!(state.next_update_at, state.next_promise().map(|(_, at)| at));
        }
    }
}
