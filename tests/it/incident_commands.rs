//! Every command has its rule: given this incident, it makes these events; given a wrong one, it is
//! refused with this code, and says why and what to do. A command without a row fails the test.

use crate::support::source::variants;
use crate::support::story::{Story, a_run, a_signal, a_silence, declare_private, report};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::sync::Arc;
use warroom::incident::*;

/// An incident in which there is something of everything: a commander (maya), an Operations Lead
/// (bo), a note (its seq is given), a runbook, a draft, an ask, an acknowledgement, two proposals
/// and something asked outside.
fn furnished() -> (Story, Seq, Seq) {
    let mut story = Story::declared("Checkout 500s", Some(Severity::Sev2));
    let commander = Role::IncidentCommander;
    story.act("maya", Intent::ClaimRole { role: commander });
    let role = Role::OperationsLead;
    story.act("bo", Intent::ClaimRole { role });
    let note = story.act("lee", Intent::Note(NewNote::plain("pods restart")));
    story.attach_runbook("checkout", 2);
    let draft = Intent::DraftUpdate {
        update: None,
        audience: Audience::Internal,
        text: "We look.".into(),
        stage: None,
        next_at: None,
        expected: None,
        submit: false,
    };
    story.act("ana", draft);
    let ask = Intent::Ask {
        to: "bo".parse().unwrap(),
        minutes: 10,
        text: "DB latency".into(),
    };
    story.act("maya", ask);
    let acknowledge = Intent::AcknowledgeAlerts {
        group: "a".into(),
        title: "A".into(),
        until: None,
        reason: "seen".into(),
    };
    story.act("maya", acknowledge);
    for (who, text) in [("bo", "shift traffic"), ("ana", "roll back 4f2a")] {
        let propose = Intent::Propose {
            text: text.into(),
            executor: None,
            verify_minutes: None,
        };
        story.act(who, propose);
    }
    let objection = Intent::TakeStance {
        proposal: ProposalId(2),
        stance: Stance::Objects {
            reason: "no backup".into(),
        },
    };
    story.act("lee", objection);
    let call = a_silence("High", story.now() + TimeDelta::hours(1));
    let asked = story.act("maya", Intent::AskOutside { call });
    let step = None;
    let command = "kubectl delete pod checkout-0".into();
    story.act("bo", Intent::AskConsent(ConsentWanted { command, step }));
    (story, note[0].seq, asked[0].seq)
}

/// A command that is carried out, what it makes, and one of its kind that is refused.
type Row = (Intent, &'static [&'static str], Intent, RefusalCode);

fn kinds(events: &[Event]) -> Vec<String> {
    let kind = |event: &Event| serde_json::to_value(event).unwrap()["kind"].clone();
    let kinds = events.iter().map(kind);
    kinds
        .map(|kind| kind.as_str().unwrap().to_owned())
        .collect()
}

fn check(story: &mut Story, (good, makes, bad, code): Row) -> String {
    let name = serde_json::to_value(&good).unwrap()["do"].clone();
    let act = |story: &mut Story, intent: Intent| match intent {
        Intent::AnswerOutside { .. } | Intent::SettleAlert { .. } => story.try_as_server(intent),
        Intent::CloseProposal { .. } => story.try_as_server_later(20, intent),
        Intent::Triage { .. } | Intent::RecordAlert { .. } | Intent::HoldAlert { .. } => {
            story.try_at_level("warroom", Level::Ingest, intent)
        }
        intent => story.try_as("maya", intent),
    };
    let before = story.incident().clone();
    let refusal = act(story, bad).expect_err(&name.to_string());
    assert_eq!(refusal.code, code, "{name}: {refusal}");
    assert!(refusal.why.ends_with('.'), "{name}: {refusal:?}");
    assert!(refusal.instead.ends_with('.'), "{name}: {refusal:?}");
    assert_eq!(
        story.incident(),
        &before,
        "{name}: a refusal changes nothing"
    );
    let made = act(story, good).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    assert_eq!(kinds(&made), makes, "{name}");
    name.as_str().unwrap().to_owned()
}

/// The commands about steps of runbooks, and about what is run. Consent was asked for by `consent`.
fn of_the_work(now: Timestamp, consent: Seq) -> Vec<Row> {
    use RefusalCode as R;
    let runbook: Arc<str> = "checkout".into();
    let assign = |step| {
        Intent::AssignStep(AssignStep {
            runbook: runbook.clone(),
            step: StepNo(step),
            to: Some("bo".parse().unwrap()),
        })
    };
    let time = |minutes| {
        Intent::TimeStep(TimeStep {
            runbook: runbook.clone(),
            step: StepNo(2),
            minutes: Some(minutes),
        })
    };
    let remark = |text: &str| {
        Intent::RemarkStep(RemarkStep {
            runbook: runbook.clone(),
            step: StepNo(2),
            text: text.into(),
        })
    };
    let snooze = |minutes| {
        let nag = NagKind::Quiet;
        Intent::SnoozeNag(SnoozeNag { nag, minutes })
    };
    let record = |command: &str| {
        Intent::RecordRun(Box::new(CommandRun {
            command: command.into(),
            ..a_run(now, "gone")
        }))
    };
    let want = |command: &str| {
        Intent::AskConsent(ConsentWanted {
            command: command.into(),
            step: None,
        })
    };
    let answer = |given| {
        Intent::AnswerConsent(ConsentGiving {
            asked: consent,
            given,
            reason: None,
        })
    };
    vec![
        (snooze(30), &["nag_snoozed"], snooze(1), R::Invalid),
        (assign(2), &["step_assigned"], assign(9), R::NotFound),
        (time(5), &["step_timed"], time(0), R::Invalid),
        (remark("slow"), &["step_remarked"], remark(" "), R::Invalid),
        (record("kubectl"), &["command_ran"], record(" "), R::Invalid),
        (want("reboot"), &["consent_asked"], want(" "), R::Invalid),
        (
            answer(true),
            &["consent_answered"],
            answer(false),
            R::Invalid,
        ),
    ]
}

/// The commands that say something about an incident that goes on.
fn rows(now: Timestamp, note: Seq, asked: Seq) -> Vec<Row> {
    use RefusalCode as R;
    let rename = |title: &str| Intent::Rename {
        title: title.into(),
    };
    let severity = |severity| Intent::SetSeverity {
        severity: Some(severity),
        reason: None,
    };
    let status = |status| Intent::SetStatus {
        status,
        at: None,
        reason: None,
    };
    let started = |at| Intent::SetMilestone {
        milestone: Milestone::Started,
        at,
    };
    let merge = |into| Intent::Merge {
        into: IncidentId(into),
    };
    let absorb = |from| Intent::Absorb {
        from: IncidentId(from),
    };
    let text = |text: &str| Intent::Note(NewNote::plain(text));
    let amend = |target, text: &str| Intent::Amend {
        target,
        text: text.into(),
    };
    let pin = |pinned| Intent::Pin {
        target: note,
        pinned,
    };
    let retract = |reason: &str| Intent::Retract {
        target: note,
        reason: reason.into(),
    };
    let link = |url: &str| Intent::AddLink {
        title: "Graph".into(),
        url: url.into(),
    };
    let item = |text: &str| Intent::AddActionItem {
        text: text.into(),
        owner: None,
    };
    let mut rows = vec![
        (
            rename("Checkout 5xx"),
            &["renamed"][..],
            rename(" "),
            R::Invalid,
        ),
        (
            severity(Severity::Sev1),
            &["severity_set"],
            severity(Severity::Sev2),
            R::NoChange,
        ),
        (
            status(Status::Identified),
            &["status_set"],
            status(Status::Merged),
            R::WrongStatus,
        ),
        (
            started(now - TimeDelta::hours(1)),
            &["milestone_set"],
            started(now + TimeDelta::hours(1)),
            R::Invalid,
        ),
        (absorb(7), &["absorbed"], absorb(1), R::Full),
        (text("seen"), &["noted"], text(" "), R::Invalid),
        (
            amend(note, "pods restart: OOM"),
            &["amended"],
            amend(Seq(999), "x"),
            R::NotFound,
        ),
        (pin(true), &["pinned"], pin(false), R::NoChange),
        (
            retract("wrong cluster"),
            &["retracted"],
            retract(""),
            R::Invalid,
        ),
        (
            link("https://g.example/1"),
            &["linked"],
            link("javascript:alert(1)"),
            R::Invalid,
        ),
        (
            item("raise the limit"),
            &["action_item_added"],
            item(""),
            R::Invalid,
        ),
    ];
    rows.extend(work(now, asked));
    rows.extend(private());
    rows.push((merge(7), &["merged"], merge(1), R::Invalid));
    rows
}

/// The commands about who may see it.
fn private() -> [Row; 4] {
    use RefusalCode as R;
    let person = |name: &str| name.parse::<Person>().unwrap();
    let private = |name: &str| {
        let people = vec![person(name)];
        Intent::MakePrivate(PrivateTo { people })
    };
    let admit = |name: &str| {
        let person = person(name);
        Intent::Admit(Admission { person })
    };
    let dismiss = |name: &str| {
        let person = person(name);
        Intent::Dismiss(Dismissal { person })
    };
    let public = Intent::MakePublic(PublicAgain {});
    [
        (
            private("ana"),
            &["made_private"],
            private("warroom"),
            R::Invalid,
        ),
        (admit("kim"), &["admitted"], admit("ana"), R::NoChange),
        (dismiss("kim"), &["dismissed"], dismiss("lou"), R::NoChange),
        (public, &["made_public"], private("ana"), R::NoChange),
    ]
}

/// The commands about roles, steps, asks, updates and what is watched.
fn work(now: Timestamp, asked: Seq) -> Vec<Row> {
    use RefusalCode as R;
    let person = |name: &str| name.parse::<Person>().unwrap();
    let assign = |to: &str, from: Option<&str>| Intent::AssignRole {
        role: Role::OperationsLead,
        to: person(to),
        expected_holder: from.map(person),
    };
    let claim = |role| Intent::ClaimRole { role };
    let release = |from: Option<&str>| Intent::ReleaseRole {
        role: Role::OperationsLead,
        expected_holder: from.map(person),
    };
    let step = |no, state| Intent::SetStep {
        runbook: "checkout".into(),
        step: StepNo(no),
        state,
        reason: None,
    };
    let draft = |expected| Intent::DraftUpdate {
        update: Some(UpdateId(1)),
        audience: Audience::External,
        text: "We look on.".into(),
        stage: None,
        next_at: None,
        expected: Some(expected),
        submit: false,
    };
    let named = |version| update::Named {
        update: UpdateId(1),
        version,
    };
    let reject = |reason: &str| Intent::RejectUpdate {
        update: UpdateId(1),
        reason: reason.into(),
    };
    let give_up = |update| Intent::WithdrawUpdate {
        update: UpdateId(update),
        reason: None,
    };
    let post = |audience| Intent::PostUpdate {
        update: None,
        text: Some("We look.".into()),
        next_in_minutes: Some(15),
        audience: Some(audience),
    };
    let ask = |minutes| Intent::Ask {
        to: person("bo"),
        minutes,
        text: "web latency".into(),
    };
    let answer = |ask| Intent::AnswerAsk {
        ask: AskId(ask),
        state: AskState::Done,
        reason: None,
    };
    let told = |by: &str| Intent::NoteAsk {
        to: person("bo"),
        minutes: 10,
        text: "web latency".into(),
        by: Some(person(by)),
    };
    let more = |minutes| Intent::AskMoreTime {
        ask: AskId(2),
        minutes,
        reason: None,
    };
    let extend = |ask, minutes| Intent::ExtendAsk {
        ask: AskId(ask),
        minutes,
        reason: None,
    };
    let refuse = |ask| Intent::RefuseMoreTime {
        ask: AskId(ask),
        reason: None,
    };
    let withdraw = |ask| Intent::WithdrawAsk {
        ask: AskId(ask),
        reason: None,
    };
    let offer = |to: &str| {
        Intent::OfferRole(OfferRole {
            role: Role::OperationsLead,
            to: to.parse().unwrap(),
            minutes: None,
            words: None,
        })
    };
    let take_back_offer = |id| {
        Intent::AnswerOffer(AnswerOffer {
            handover: HandoverId(id),
            answer: OfferAnswer::Withdraw,
            reason: None,
        })
    };
    let suppose = |text: &str| {
        Intent::Note(NewNote {
            kind: EntryKind::Hypothesis,
            ..NewNote::plain(text)
        })
    };
    let rule_out = |number| {
        Intent::JudgeHypothesis(JudgeHypothesis {
            hypothesis: HypothesisName::Number(HypothesisId(number)),
            verdict: Verdict::RuledOut,
            evidence: None,
            reason: Some("it is half empty".into()),
        })
    };
    let propose = |text: &str| Intent::Propose {
        text: text.into(),
        executor: None,
        verify_minutes: None,
    };
    let close = |proposal| Intent::CloseProposal {
        proposal: ProposalId(proposal),
    };
    let decide = |proposal| Intent::DecideProposal {
        proposal: ProposalId(proposal),
        reason: None,
    };
    let take_back_proposal = |proposal| Intent::WithdrawProposal {
        proposal: ProposalId(proposal),
        reason: None,
    };
    let alert = |state| Intent::RecordAlert {
        alert: report("High", "f00d", state, now),
    };
    let hold = |print: &str| Intent::HoldAlert {
        alert: report("High", print, AlertState::Resolved, now),
        changes: 5,
        within_seconds: 600,
    };
    let settle = |print: &str| Intent::SettleAlert {
        fingerprint: print.into(),
    };
    let evidence = |text: &str| Intent::PinEvidence {
        evidence: a_signal(now).into(),
        text: text.into(),
        private: false,
    };
    let acknowledge = |group: &str, reason: &str| Intent::AcknowledgeAlerts {
        group: group.into(),
        title: "B".into(),
        until: None,
        reason: reason.into(),
    };
    let take_back = |group: &str| Intent::UnacknowledgeAlerts {
        group: group.into(),
        reason: None,
    };
    let outside = |hours| Intent::AskOutside {
        call: a_silence("Low", now + TimeDelta::hours(hours)),
    };
    let answered = |asked| Intent::AnswerOutside {
        asked,
        outcome: OutsideOutcome::Done,
        said: "".into(),
        reference: None,
    };
    let huge = "x".repeat(limits::NOTE_BYTES + 1);
    vec![
        (
            assign("ana", Some("bo")),
            &["role_assigned"][..],
            assign("ana", None),
            R::HolderChanged,
        ),
        (
            claim(Role::Scribe),
            &["role_assigned"],
            claim(Role::OperationsLead),
            R::RoleHeld,
        ),
        (
            offer("lee"),
            &["handover_offered"],
            offer("warroom"),
            R::Invalid,
        ),
        (
            take_back_offer(1),
            &["handover_ended"],
            take_back_offer(9),
            R::NotFound,
        ),
        (
            release(Some("ana")),
            &["role_released"],
            release(Some("lee")),
            R::HolderChanged,
        ),
        (
            step(1, StepState::Done),
            &["step_set"],
            step(1, StepState::Skipped),
            R::Invalid,
        ),
        (draft(1), &["update_drafted"], draft(9), R::Changed),
        (
            Intent::SubmitUpdate(named(2)),
            &["update_submitted"],
            Intent::SubmitUpdate(named(1)),
            R::Changed,
        ),
        (
            Intent::ApproveUpdate(named(2)),
            &["update_approved"],
            Intent::ApproveUpdate(named(1)),
            R::Changed,
        ),
        (
            reject("no impact"),
            &["update_rejected"],
            reject(" "),
            R::Invalid,
        ),
        (give_up(1), &["update_withdrawn"], give_up(9), R::NotFound),
        (
            post(Audience::Internal),
            &["update_posted"],
            post(Audience::External),
            R::NeedsCommand,
        ),
        (ask(10), &["asked"], ask(0), R::Invalid),
        (answer(1), &["ask_answered"], answer(9), R::NotFound),
        (told("ana"), &["asked"], told("warroom"), R::Invalid),
        (more(5), &["more_time_asked"], more(0), R::Invalid),
        (refuse(2), &["more_time_refused"], refuse(3), R::NoChange),
        (
            extend(2, Some(5)),
            &["ask_extended"],
            extend(2, None),
            R::Invalid,
        ),
        (
            suppose("the pool is too small"),
            &["noted"],
            suppose(" "),
            R::Invalid,
        ),
        (
            rule_out(1),
            &["hypothesis_judged"],
            rule_out(9),
            R::NotFound,
        ),
        (
            propose("fail over"),
            &["proposed"],
            propose(" "),
            R::Invalid,
        ),
        // Its window was over long ago, and over an objection.
        (close(2), &["proposal_contested"], close(9), R::NotFound),
        (
            decide(2),
            &["proposal_decided", "asked"],
            decide(1),
            R::WrongStatus,
        ),
        (
            take_back_proposal(1),
            &["proposal_withdrawn"],
            take_back_proposal(2),
            R::WrongStatus,
        ),
        (withdraw(2), &["ask_withdrawn"], withdraw(1), R::WrongStatus),
        (
            alert(AlertState::Firing),
            &["alert_recorded"],
            {
                let mut report = report("High", "", AlertState::Firing, now);
                report.name = "x".repeat(limits::NOTE_BYTES).into();
                Intent::RecordAlert { alert: report }
            },
            R::Invalid,
        ),
        (
            evidence("since the deploy"),
            &["evidence_pinned"],
            evidence(&huge),
            R::Invalid,
        ),
        (
            hold("f00d"),
            &["alert_flapping", "alert_held"],
            hold("0ff"),
            R::NoChange,
        ),
        (
            settle("f00d"),
            &["alert_settled"],
            settle("0ff"),
            R::NoChange,
        ),
        (
            acknowledge("b", "seen"),
            &["alerts_acknowledged"],
            acknowledge("b", ""),
            R::Invalid,
        ),
        (
            take_back("a"),
            &["alerts_unacknowledged"],
            take_back("zz"),
            R::NoChange,
        ),
        (outside(1), &["outside_asked"], outside(-1), R::Invalid),
        (
            answered(asked),
            &["outside_answered"],
            answered(Seq(999)),
            R::NotFound,
        ),
    ]
}

/// The commands that begin an incident or end it: each on one of its own.
fn ends() -> Vec<(Story, Row)> {
    use RefusalCode as R;
    let declare = |title: Option<&str>| Intent::Declare {
        title: title.map(Into::into),
        severity: Some(Severity::Sev2),
        service: None,
        started_at: None,
        kind: Kind::Real,
    };
    let triage = |title: &str, now| Intent::Triage {
        title: title.into(),
        alert: report("High", "a", AlertState::Firing, now),
        match_key: "alertname=High".into(),
        severity: None,
        kind: Kind::Real,
    };
    let cancel = |reason: &str| Intent::Cancel {
        reason: reason.into(),
    };
    let decline = |reason: &str| Intent::Decline {
        reason: reason.into(),
    };
    let reopen = |reason: &str| Intent::Reopen {
        reason: reason.into(),
    };
    let over = || {
        let (mut story, ..) = furnished();
        story.act("maya", cancel("a test"));
        story
    };
    // While its window is open, which is not for long.
    let object = |reason: &str| Intent::TakeStance {
        proposal: ProposalId(1),
        stance: Stance::Objects {
            reason: reason.into(),
        },
    };
    let new = Story::new();
    let now = new.now();
    vec![
        (
            furnished().0,
            (
                object("no backup"),
                &["stance_taken"],
                object(" "),
                R::Invalid,
            ),
        ),
        (
            Story::new(),
            (
                declare(Some("Checkout")),
                &["opened"],
                declare(None),
                R::Invalid,
            ),
        ),
        (
            Story::triaged("High"),
            (
                declare(None),
                &["severity_set", "status_set"],
                declare(Some(&"x".repeat(9_999))),
                R::Invalid,
            ),
        ),
        (
            Story::triaged("High"),
            (
                declare_private(None, &[]),
                &["made_private", "severity_set", "status_set"],
                declare_private(Some(&"x".repeat(9_999)), &[]),
                R::Invalid,
            ),
        ),
        (
            new,
            (
                triage("High", now),
                &["opened", "alert_recorded"],
                triage(" ", now),
                R::Invalid,
            ),
        ),
        (
            furnished().0,
            (cancel("a test"), &["status_set"], cancel(" "), R::Invalid),
        ),
        (
            Story::triaged("High"),
            (decline("known"), &["status_set"], decline(""), R::Invalid),
        ),
        (
            over(),
            (
                reopen("it was real"),
                &["status_set"],
                reopen(""),
                R::Invalid,
            ),
        ),
    ]
}

#[test]
fn every_command_has_its_rule() {
    let mut checked = BTreeSet::new();
    let (mut story, note, asked) = furnished();
    for row in rows(story.now(), note, asked) {
        checked.insert(check(&mut story, row));
    }
    let (mut story, _, asked) = furnished();
    for row in of_the_work(story.now(), asked.next()) {
        checked.insert(check(&mut story, row));
    }
    for (mut story, row) in ends() {
        checked.insert(check(&mut story, row));
    }
    let (mut story, ..) = furnished();
    let unknown = Intent::AttachRunbook {
        name: "nothing".into(),
    };
    let refusal = story.try_as("maya", unknown).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotFound);
    story.attach_runbook("another", 1);
    checked.insert("attach_runbook".to_owned());
    let source = include_str!("../../src/incident/command.rs");
    assert_eq!(checked, variants(source, "Intent"));
}

#[test]
fn nobody_may_do_anything_to_an_incident_that_is_not_there() {
    let (story, note, asked) = furnished();
    for (intent, ..) in rows(story.now(), note, asked) {
        let code = match &intent {
            // Not theirs to say at all.
            Intent::AnswerOutside { .. }
            | Intent::SettleAlert { .. }
            | Intent::CloseProposal { .. } => continue,
            _ => RefusalCode::NotFound,
        };
        let refusal = Story::new().try_as("maya", intent).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
    }
}

/// What is too long, too much or too many is refused at its bound, and taken one below it.
#[test]
fn bounds_are_where_they_are_said_to_be() {
    let (mut story, note, _) = furnished();
    let x = |bytes: usize| "x".repeat(bytes);
    let texts: [(usize, &dyn Fn(String) -> Intent); 7] = [
        (limits::TITLE_BYTES, &|t| Intent::Rename { title: t.into() }),
        (limits::NOTE_BYTES, &|t| Intent::Note(NewNote::plain(t))),
        (limits::NOTE_BYTES, &|t| Intent::Amend {
            target: note,
            text: t.into(),
        }),
        (limits::ASK_BYTES, &|t| Intent::Ask {
            to: "bo".parse().unwrap(),
            minutes: 5,
            text: t.into(),
        }),
        (limits::URL_BYTES, &|t| Intent::AddLink {
            title: "x".into(),
            url: format!("https://{}", &t[8..]).into(),
        }),
        (limits::TAG_BYTES, &|t| {
            let mut note = NewNote::plain("x");
            note.tags = vec![t.into()];
            Intent::Note(note)
        }),
        (limits::REASON_BYTES, &|t| Intent::Retract {
            target: note,
            reason: t.into(),
        }),
    ];
    for (most, of) in texts {
        let refusal = story.try_as("maya", of(x(most + 1))).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Invalid, "{refusal}");
        story.act("maya", of(x(most)));
    }
    let tagged = |count: usize| {
        let mut note = NewNote::plain("x");
        note.tags = (0..count).map(|no| format!("t{no}").into()).collect();
        Intent::Note(note)
    };
    story.act("maya", tagged(limits::TAGS_PER_ENTRY));
    let refusal = story.try_as("maya", tagged(limits::TAGS_PER_ENTRY + 1));
    assert_eq!(refusal.unwrap_err().code, RefusalCode::Invalid);
    full(limits::PINNED_ENTRIES, |_| {
        let mut note = NewNote::plain("x");
        note.pin = true;
        Intent::Note(note)
    });
    full(limits::LINKS, |no| Intent::AddLink {
        title: "x".into(),
        url: format!("https://x.example/{no}").into(),
    });
    full(limits::ACTION_ITEMS, |no| Intent::AddActionItem {
        text: format!("{no}").into(),
        owner: None,
    });
    full(limits::OPEN_ASKS, |no| Intent::Ask {
        to: "bo".parse().unwrap(),
        minutes: 5,
        text: format!("{no}").into(),
    });
    full(limits::ROLES, |no| Intent::ClaimRole {
        role: format!("role-{no}").parse().unwrap(),
    });
    full(limits::MERGED, |no| Intent::Absorb {
        from: IncidentId(no as u64 + 10),
    });
}

/// So many are taken and the next is refused, with what to do instead.
fn full(most: usize, of: impl Fn(usize) -> Intent) {
    let mut story = Story::declared("Checkout 500s", None);
    for no in 0..most {
        story.act("maya", of(no));
    }
    let refusal = story.try_as("maya", of(most)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Full, "{refusal}");
    assert!(refusal.instead.ends_with('.'), "{refusal:?}");
}
