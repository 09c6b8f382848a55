//! What must hold for any list of commands, in any order.

use crate::support::story::{a_run, actor, runbook};
use proptest::prelude::*;
use std::sync::Arc;
use warroom::incident::*;
use warroom::journal;

fn start() -> Timestamp {
    "2026-11-24T14:00:00Z".parse().unwrap()
}

fn times() -> impl Strategy<Value = Timestamp> {
    (-4_000i64..4_000).prop_map(|s| start() + chrono::TimeDelta::seconds(s))
}

fn words() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![
        Just(Arc::from("")),
        Just(Arc::from("db is slow")),
        "\\PC{0,40}".prop_map(Arc::from),
        Just(Arc::from("\u{1b}[31mred\u{202e}\0")),
        Just("字".repeat(700).into()),
    ]
}

fn people() -> impl Strategy<Value = Person> {
    prop::sample::select(vec!["maya", "bo", "lee", "Ana", "ANA"]).prop_map(|n| n.parse().unwrap())
}

fn roles() -> impl Strategy<Value = Role> {
    prop::sample::select(vec!["ic", "deputy", "ops", "comms", "scribe", "dba"])
        .prop_map(|n| n.parse().unwrap())
}

fn severities() -> impl Strategy<Value = Option<Severity>> {
    prop::option::of(prop::sample::select(Severity::ALL.to_vec()))
}

fn alerts() -> impl Strategy<Value = AlertReport> {
    let states = prop::sample::select(vec![AlertState::Firing, AlertState::Resolved]);
    (
        "[a-d]?",
        words(),
        states,
        times(),
        prop::option::of(times()),
    )
        .prop_map(
            |(fingerprint, summary, state, starts_at, ends_at)| AlertReport {
                fingerprint: fingerprint.into(),
                name: "HighErrorRate".into(),
                state,
                summary,
                labels: [("severity".to_owned(), "page".to_owned())].into(),
                annotations: [].into(),
                starts_at,
                ends_at,
                url: None,
            },
        )
}

fn notes() -> impl Strategy<Value = Intent> {
    let kinds = prop::sample::select(vec![
        EntryKind::Note,
        EntryKind::Decision,
        EntryKind::Hypothesis,
        EntryKind::Impact,
        EntryKind::Report,
        EntryKind::Alert,
        EntryKind::Hidden,
    ]);
    let tags = prop::collection::vec(words(), 0..3);
    let mentions = prop::collection::vec(people(), 0..3);
    (
        kinds,
        words(),
        prop::option::of(times()),
        any::<(bool, bool)>(),
        tags,
        mentions,
    )
        .prop_map(
            |(kind, text, occurred_at, (pin, private), tags, mentions)| {
                Intent::Note(NewNote {
                    kind,
                    text,
                    occurred_at,
                    pin,
                    private,
                    tags,
                    mentions,
                })
            },
        )
}

fn targets() -> impl Strategy<Value = Seq> {
    (0u64..25).prop_map(Seq)
}

fn lifecycle() -> impl Strategy<Value = Intent> {
    let statuses = prop::sample::select(Status::ALL.to_vec());
    let milestones = prop::sample::select(Milestone::ALL.to_vec());
    prop_oneof![
        (
            prop::option::of(words()),
            severities(),
            prop::option::of(times())
        )
            .prop_map(|(title, severity, started_at)| Intent::Declare {
                title,
                severity,
                service: None,
                started_at,
                kind: Kind::Real
            }),
        (words(), alerts()).prop_map(|(title, alert)| Intent::Triage {
            title,
            alert,
            match_key: "k".into(),
            severity: None,
            kind: Kind::Drill
        }),
        words().prop_map(|title| Intent::Rename { title }),
        severities().prop_map(|severity| Intent::SetSeverity {
            severity,
            reason: None
        }),
        (
            statuses,
            prop::option::of(times()),
            prop::option::of(words())
        )
            .prop_map(|(status, at, reason)| Intent::SetStatus { status, at, reason }),
        (milestones, times()).prop_map(|(milestone, at)| Intent::SetMilestone { milestone, at }),
        (0u64..3).prop_map(|n| Intent::Merge {
            into: IncidentId(n)
        }),
        (0u64..5).prop_map(|n| Intent::Absorb {
            from: IncidentId(n)
        }),
        words().prop_map(|reason| Intent::Cancel { reason }),
        words().prop_map(|reason| Intent::Decline { reason }),
        words().prop_map(|reason| Intent::Reopen { reason }),
    ]
}

fn work() -> impl Strategy<Value = Intent> {
    let steps = prop::sample::select(vec![
        StepState::Open,
        StepState::InProgress,
        StepState::Done,
        StepState::Skipped,
        StepState::Failed,
    ]);
    let answers = prop::sample::select(vec![
        AskState::Asked,
        AskState::Acknowledged,
        AskState::Done,
        AskState::Declined,
        AskState::Withdrawn,
    ]);
    prop_oneof![
        Just(Intent::AttachRunbook {
            name: "checkout".into()
        }),
        (0u32..5, steps, prop::option::of(words())).prop_map(|(no, state, reason)| {
            Intent::SetStep {
                runbook: "checkout".into(),
                step: StepNo(no),
                state,
                reason,
            }
        }),
        alerts().prop_map(|alert| Intent::RecordAlert { alert }),
        (alerts(), any::<u32>()).prop_map(|(alert, changes)| Intent::HoldAlert {
            alert,
            changes,
            within_seconds: changes,
        }),
        alerts().prop_map(|alert| Intent::SettleAlert {
            fingerprint: alert.fingerprint,
        }),
        (words(), words()).prop_map(|(title, url)| Intent::AddLink { title, url }),
        updates(),
        (people(), 0u32..100_000, words()).prop_map(|(to, minutes, text)| Intent::Ask {
            to,
            minutes,
            text
        }),
        (0u32..5, answers, prop::option::of(words())).prop_map(|(ask, state, reason)| {
            Intent::AnswerAsk {
                ask: AskId(ask),
                state,
                reason,
            }
        }),
        asks(),
        proposals(),
        handovers(),
        judgements(),
        nag_snoozes(),
        private(),
        (words(), prop::option::of(people()))
            .prop_map(|(text, owner)| Intent::AddActionItem { text, owner }),
    ]
}

fn updates() -> BoxedStrategy<Intent> {
    let update = || (0u32..4).prop_map(UpdateId);
    let some = || prop::option::of(update());
    let audience = || prop::sample::select(Audience::ALL.to_vec());
    let named =
        || (update(), 0u32..4).prop_map(|(update, version)| update::Named { update, version });
    let draft = (some(), audience(), words(), prop::option::of(0u32..4));
    let post = (
        some(),
        prop::option::of(words()),
        prop::option::of(0u32..100_000),
        prop::option::of(audience()),
    );
    prop_oneof![
        draft.prop_map(|(update, audience, text, expected)| Intent::DraftUpdate {
            update,
            audience,
            text,
            stage: None,
            next_at: None,
            expected,
            submit: false,
        }),
        named().prop_map(Intent::SubmitUpdate),
        named().prop_map(Intent::ApproveUpdate),
        (update(), words()).prop_map(|(update, reason)| Intent::RejectUpdate { update, reason }),
        (update(), prop::option::of(words()))
            .prop_map(|(update, reason)| Intent::WithdrawUpdate { update, reason }),
        post.prop_map(
            |(update, text, next_in_minutes, audience)| Intent::PostUpdate {
                update,
                text,
                next_in_minutes,
                audience,
            }
        ),
    ]
    .boxed()
}

/// What is done to asks beyond answering them.
fn asks() -> BoxedStrategy<Intent> {
    let ask = || (0u32..5).prop_map(AskId);
    let minutes = || prop_oneof![0u32..30, Just(1_440), any::<u32>()];
    let reason = || prop::option::of(words());
    let by = prop::option::of(people());
    prop_oneof![
        (people(), minutes(), words(), by).prop_map(|(to, minutes, text, by)| Intent::NoteAsk {
            to,
            minutes,
            text,
            by
        }),
        (ask(), minutes(), reason()).prop_map(|(ask, minutes, reason)| Intent::AskMoreTime {
            ask,
            minutes,
            reason
        }),
        (ask(), prop::option::of(minutes()), reason()).prop_map(|(ask, minutes, reason)| {
            Intent::ExtendAsk {
                ask,
                minutes,
                reason,
            }
        }),
        (ask(), reason()).prop_map(|(ask, reason)| Intent::RefuseMoreTime { ask, reason }),
        (ask(), reason()).prop_map(|(ask, reason)| Intent::WithdrawAsk { ask, reason }),
    ]
    .boxed()
}

fn proposals() -> BoxedStrategy<Intent> {
    let proposal = || (0u32..4).prop_map(ProposalId);
    let reason = || prop::option::of(words());
    let stance = prop_oneof![
        Just(Stance::NoObjection),
        words().prop_map(|reason| Stance::Objects { reason })
    ];
    let minutes = prop::option::of(any::<u32>());
    prop_oneof![
        1 => (words(), prop::option::of(people()), minutes).prop_map(
            |(text, executor, verify_minutes)| Intent::Propose {
                text,
                executor,
                verify_minutes
            }
        ),
        1 => (proposal(), stance)
            .prop_map(|(proposal, stance)| Intent::TakeStance { proposal, stance }),
        2 => proposal().prop_map(|proposal| Intent::CloseProposal { proposal }),
        1 => (proposal(), reason())
            .prop_map(|(proposal, reason)| Intent::DecideProposal { proposal, reason }),
        1 => (proposal(), reason())
            .prop_map(|(proposal, reason)| Intent::WithdrawProposal { proposal, reason }),
    ]
    .boxed()
}

fn handovers() -> BoxedStrategy<Intent> {
    let answers = prop::sample::select(vec![
        OfferAnswer::Briefed,
        OfferAnswer::Accept,
        OfferAnswer::Decline,
        OfferAnswer::Withdraw,
        OfferAnswer::Expire,
    ]);
    let reason = || prop::option::of(words());
    let minutes = prop::option::of(prop_oneof![0u32..30, any::<u32>()]);
    prop_oneof![
        (roles(), people(), minutes, reason()).prop_map(|(role, to, minutes, words)| {
            Intent::OfferRole(OfferRole {
                role,
                to,
                minutes,
                words,
            })
        }),
        (0u32..4, answers, reason()).prop_map(|(handover, answer, reason)| {
            Intent::AnswerOffer(AnswerOffer {
                handover: HandoverId(handover),
                answer,
                reason,
            })
        }),
    ]
    .boxed()
}

fn judgements() -> BoxedStrategy<Intent> {
    let names = prop_oneof![
        (0u32..4).prop_map(|n| HypothesisName::Number(HypothesisId(n))),
        targets().prop_map(HypothesisName::Entry),
    ];
    let verdicts = prop::sample::select(vec![
        Verdict::Supported,
        Verdict::RuledOut,
        Verdict::Reopened,
    ]);
    let evidence = prop::option::of(targets());
    (names, verdicts, evidence, prop::option::of(words()))
        .prop_map(|(hypothesis, verdict, evidence, reason)| {
            Intent::JudgeHypothesis(JudgeHypothesis {
                hypothesis,
                verdict,
                evidence,
                reason,
            })
        })
        .boxed()
}

fn private() -> BoxedStrategy<Intent> {
    let some = prop::collection::vec(people(), 0..3);
    prop_oneof![
        some.prop_map(|people| Intent::MakePrivate(PrivateTo { people })),
        people().prop_map(|person| Intent::Admit(Admission { person })),
        people().prop_map(|person| Intent::Dismiss(Dismissal { person })),
        Just(Intent::MakePublic(PublicAgain {})),
    ]
    .boxed()
}

fn nag_snoozes() -> BoxedStrategy<Intent> {
    let nags = prop::sample::select(NagKind::ALL.to_vec());
    let snooze = (nags, 0u32..1_500).prop_map(|(nag, minutes)| SnoozeNag { nag, minutes });
    snooze.prop_map(Intent::SnoozeNag).boxed()
}

fn numbers() -> impl Strategy<Value = Option<Number>> {
    any::<f64>().prop_map(Number::new)
}

fn series() -> impl Strategy<Value = Series> {
    let values = prop::collection::vec(numbers(), 0..6);
    let steps = prop_oneof![Just(0), Just(60_000), Just(u32::MAX), any::<u32>()];
    (words(), times(), steps, values).prop_map(|(label, from, step_ms, mut values)| {
        // Some are far too long.
        if values.len() == 5 {
            values.resize(limits::SERIES_POINTS + 1, None);
        }
        Series {
            label,
            from,
            step_ms,
            values,
        }
    })
}

// Boxed, as the two below: a tree of strategies this wide does not fit on a test's stack.
fn seen() -> BoxedStrategy<Seen> {
    let units = prop::sample::select(Unit::ALL.map(|(_, unit)| unit).to_vec());
    let bads = prop::sample::select(vec![Bad::Above, Bad::Below, Bad::Neither]);
    prop_oneof![
        3 => (units, bads, numbers(), prop::collection::vec(series(), 0..10)).prop_map(
            |(unit, bad, critical, series)| Seen::Signal {
                unit,
                bad,
                thresholds: Thresholds { warning: None, critical },
                series,
            }
        ),
        1 => (words(), any::<(u64, u64)>(), times(), prop::collection::vec(any::<u32>(), 0..62))
            .prop_map(|(id, (events, users), first_seen, trend)| Seen::Issue {
                id,
                events,
                users,
                first_seen,
                last_seen: first_seen,
                trend,
            }),
        1 => (
            any::<(u32, u32, u32)>(),
            times(),
            prop::collection::vec(words(), 0..22),
            prop::collection::vec(any::<u32>(), 0..62),
        )
            .prop_map(|((firing, silenced, pending), first_at, names, rate)| Seen::Alerts {
                firing,
                silenced,
                pending,
                first_at,
                last_at: first_at,
                names,
                rate,
            }),
    ]
    .boxed()
}

fn calls() -> BoxedStrategy<OutsideCall> {
    let ids = || prop::sample::select(vec!["", "a", "CHECKOUT-1A2", "4f2a91c0-5d1e"]);
    let ids = move || ids().prop_map(Arc::<str>::from);
    let matching =
        (ids(), words(), any::<(bool, bool)>()).prop_map(|(name, value, (regex, equal))| {
            Matching {
                name,
                value,
                regex,
                equal,
            }
        });
    let minutes = prop::option::of(any::<u32>());
    prop_oneof![
        3 => (ids(), prop::collection::vec(matching, 0..4), times(), words()).prop_map(
            |(source, matchers, ends_at, reason)| OutsideCall::CreateSilence {
                source,
                matchers,
                ends_at,
                reason,
            }
        ),
        1 => (ids(), ids(), words()).prop_map(|(source, silence, reason)| {
            OutsideCall::ExpireSilence { source, silence, reason }
        }),
        1 => (ids(), words(), any::<bool>()).prop_map(|(issue, short, in_next_release)| {
            OutsideCall::ResolveIssue { source: "s".into(), issue, short, in_next_release }
        }),
        1 => (ids(), words(), minutes).prop_map(|(issue, short, minutes)| {
            OutsideCall::IgnoreIssue { source: "s".into(), issue, short, minutes }
        }),
        1 => (ids(), words(), words()).prop_map(|(issue, short, to)| {
            OutsideCall::AssignIssue { source: "s".into(), issue, short, to }
        }),
        1 => (ids(), times(), words()).prop_map(|(source, at, text)| {
            OutsideCall::Annotate { source, at, text }
        }),
        1 => ids().prop_map(|name| {
            let fields = serde_json::json!({"do": format!("later_{name}"), "source": "s"});
            serde_json::from_value(fields).unwrap()
        }),
    ]
    .boxed()
}

/// What a command printed that spectators never see.
const PRINTED: &str = "RUN-OUTPUT";

fn runs() -> BoxedStrategy<Intent> {
    let command = || prop::sample::select(vec!["ls", "rm x"]);
    prop_oneof![
        3 => (times(), any::<bool>(), prop::option::of(targets()), words()).prop_map(
            |(at, private, consent, note)| {
                let run = CommandRun { private, consent, note, ..a_run(at, PRINTED) };
                Intent::RecordRun(Box::new(run))
            }
        ),
        1 => command().prop_map(|command| {
            Intent::AskConsent(ConsentWanted { command: command.into(), step: None })
        }),
        1 => (targets(), any::<bool>(), prop::option::of(words())).prop_map(
            |(asked, given, reason)| Intent::AnswerConsent(ConsentGiving { asked, given, reason })
        ),
    ]
    .boxed()
}

fn beside() -> BoxedStrategy<Intent> {
    let groups = || prop::sample::select(vec!["a", "b", ""]).prop_map(Arc::<str>::from);
    let outcomes = prop::sample::select(vec![
        OutsideOutcome::Done,
        OutsideOutcome::Failed,
        OutsideOutcome::NotSent,
        OutsideOutcome::Unknown,
    ]);
    prop_oneof![
        3 => (seen(), words(), words(), times(), any::<bool>()).prop_map(
            |(seen, title, text, at, private)| Intent::PinEvidence {
                evidence: Evidence { source: "prom".into(), title, at, url: None, seen }.into(),
                text,
                private,
            }
        ),
        2 => (groups(), words(), prop::option::of(times()), words()).prop_map(
            |(group, title, until, reason)| Intent::AcknowledgeAlerts {
                group,
                title,
                until,
                reason,
            }
        ),
        1 => (groups(), prop::option::of(words()))
            .prop_map(|(group, reason)| Intent::UnacknowledgeAlerts { group, reason }),
        3 => runs(),
        3 => calls().prop_map(|call| Intent::AskOutside { call }),
        2 => (targets(), outcomes, words(), prop::option::of(words())).prop_map(
            |(asked, outcome, said, reference)| Intent::AnswerOutside {
                asked,
                outcome,
                said,
                reference,
            }
        ),
    ]
    .boxed()
}

fn intents() -> impl Strategy<Value = Intent> {
    let holders = || prop::option::of(people());
    prop_oneof![
        3 => notes(),
        3 => lifecycle(),
        3 => work(),
        3 => beside(),
        1 => (targets(), words()).prop_map(|(target, text)| Intent::Amend { target, text }),
        1 => (targets(), words()).prop_map(|(target, reason)| Intent::Retract { target, reason }),
        1 => (targets(), any::<bool>()).prop_map(|(target, pinned)| Intent::Pin { target, pinned }),
        1 => (roles(), people(), holders()).prop_map(|(role, to, expected_holder)| {
            Intent::AssignRole { role, to, expected_holder }
        }),
        1 => roles().prop_map(|role| Intent::ClaimRole { role }),
        1 => (roles(), holders()).prop_map(|(role, expected_holder)| Intent::ReleaseRole {
            role, expected_holder
        }),
    ]
}

/// A command with its writer, its time (which may lie wherever a bad clock puts it) and an id
/// from a small set, so that some come twice.
pub(crate) fn commands() -> impl Strategy<Value = Vec<(Command, Person)>> {
    let one =
        (1u128..60, times(), intents(), people()).prop_map(|(id, written_at, intent, who)| {
            (
                Command {
                    id: CommandId(uuid::Uuid::from_u128(id)),
                    written_at,
                    intent,
                },
                who,
            )
        });
    prop::collection::vec(one, 1..40).prop_map(|mut list| {
        // Most lists begin with an incident; some do not.
        if list.len() % 4 != 0 {
            list[0].0.intent = crate::support::story::declare("Checkout 500s", None);
        }
        list
    })
}

/// Carries the commands out as a server would, sealing each event behind the last.
pub(crate) fn carry_out(list: &[(Command, Person)]) -> (Incident, Vec<journal::Record>) {
    let mut incident = Incident::new(IncidentId(1));
    let mut records: Vec<journal::Record> = Vec::new();
    for (i, (command, who)) in list.iter().enumerate() {
        let now = start() + chrono::TimeDelta::minutes(i64::try_from(i).unwrap());
        let who = match command.intent {
            // Half of the answers come from someone who may not give them.
            Intent::AnswerOutside { asked, .. } if asked.0 % 2 == 0 => Actor::server(),
            Intent::CloseProposal { .. } if i % 3 > 0 => Actor::server(),
            Intent::AnswerOffer(AnswerOffer {
                answer: OfferAnswer::Expire,
                ..
            }) if i % 3 > 0 => Actor::server(),
            Intent::SettleAlert { .. } if i % 2 == 0 => Actor::server(),
            _ => actor(who.as_str(), Level::Responder, Via::Console),
        };
        let mut context = Context::new(now, who);
        context.runbook = Some(runbook("checkout", 3));
        let seen = incident.has_seen(command.id);
        match decide(&incident, command, &context) {
            Ok(Decided::Already) => assert!(seen),
            Ok(Decided::Events(drafts)) => {
                assert!(!seen && !drafts.is_empty());
                for draft in drafts {
                    let prev = records.last().map_or(Hash::GENESIS, journal::Record::hash);
                    let seq = incident.seq.next();
                    let event = draft.into_event(incident.id, seq, prev, command.id, &context);
                    apply(&mut incident, &event);
                    records.push(journal::seal(event).unwrap());
                }
                assert!(incident.has_seen(command.id));
                let again = decide(&incident, command, &context);
                assert_eq!(again, Ok(Decided::Already));
            }
            Err(refusal) => {
                assert!(!refusal.why.is_empty());
            }
        }
    }
    (incident, records)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn replaying_the_log_gives_the_state_that_was_live(list in commands()) {
        let (live, records) = carry_out(&list);
        prop_assert_eq!(&replay(live.id, records.iter().map(journal::Record::event)), &live);
        // From the text as well, and a resend of every event changes nothing.
        let mut decoded = Incident::new(live.id);
        for record in &records {
            let read = journal::Record::parse(record.json()).unwrap();
            prop_assert_eq!(read.event(), record.event());
            apply(&mut decoded, read.event());
            apply(&mut decoded, read.event());
        }
        prop_assert_eq!(&decoded, &live);
    }

    #[test]
    fn the_log_has_no_gaps_and_its_chain_holds(list in commands()) {
        let (_, records) = carry_out(&list);
        let mut at = (Seq::ZERO, Hash::GENESIS);
        for record in &records {
            let read = journal::verify_chain(at.0, at.1, record.json()).unwrap();
            at = (read.seq(), read.hash());
        }
    }

    #[test]
    fn milestones_stay_in_order(list in commands()) {
        let (incident, _) = carry_out(&list);
        for (milestone, stamp) in incident.milestones.iter() {
            prop_assert_eq!(incident.milestones.conflict(milestone, stamp.at), None);
        }
    }

    #[test]
    fn the_state_survives_a_round_trip_and_stays_bounded(list in commands()) {
        let (incident, _) = carry_out(&list);
        let text = serde_json::to_string(&incident).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Incident>(&text).unwrap(), &incident);
        prop_assert!(incident.recent.len() <= limits::RECENT_ENTRIES);
        prop_assert!(incident.pinned.len() <= limits::PINNED_ENTRIES);
        prop_assert!(incident.alerts.len() <= limits::ALERTS);
        prop_assert!(incident.evidence.len() <= 2 * limits::EVIDENCE);
        prop_assert!(incident.acknowledged.len() <= limits::ACKNOWLEDGED);
        prop_assert!(incident.proposals.len() <= limits::OPEN_PROPOSALS + limits::ENDED_PROPOSALS);
        prop_assert!(incident.hypotheses.len() <= 2 * limits::HYPOTHESES);
        prop_assert!(incident.decisions.len() <= 2 * limits::DECISIONS);
        prop_assert!(incident.handovers.len() <= limits::ROLES + limits::ENDED_HANDOVERS);
        prop_assert!(incident.outside.len() <= limits::OPEN_OUTSIDE + limits::ANSWERED_OUTSIDE);
    }

    #[test]
    fn commands_survive_a_round_trip(list in commands()) {
        for (command, _) in list {
            let text = serde_json::to_string(&command).unwrap();
            prop_assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
        }
    }

    #[test]
    fn events_in_any_order_never_panic(list in commands(), keys in prop::collection::vec(any::<u64>(), 80)) {
        let (_, records) = carry_out(&list);
        let mut shuffled: Vec<_> = records.iter().zip(&keys).collect();
        shuffled.sort_by_key(|(_, key)| **key);
        let mut incident = Incident::new(IncidentId(1));
        for (record, _) in shuffled {
            apply(&mut incident, record.event());
        }
        let _ = deadlines(&incident);
        let _ = Summary::from(&incident);
    }

    #[test]
    fn nothing_private_is_left_after_redaction(list in commands()) {
        let (live, records) = carry_out(&list);
        let redacted: Vec<_> = records
            .iter()
            .map(|r| Redaction::default().event(r.event()).unwrap_or_else(|| r.event().clone()))
            .collect();
        for event in &redacted {
            if let EventBody::Known(what) = &event.body {
                prop_assert!(!what.is_private());
            }
        }
        let shown = Redaction::default().state(&live);
        let folded = replay(live.id, &redacted);
        prop_assert_eq!(&folded.hypotheses, &shown.hypotheses);
        prop_assert_eq!(&folded.decisions, &shown.decisions);
        prop_assert_eq!(&folded.handovers, &shown.handovers);
        prop_assert_eq!(&folded.evidence, &shown.evidence);
        prop_assert_eq!(&folded.acknowledged, &shown.acknowledged);
        prop_assert_eq!(&folded.consents, &shown.consents);
        let sent = serde_json::to_string(&(&redacted, &shown)).unwrap();
        prop_assert!(!sent.contains(PRINTED));
        prop_assert_eq!(&folded.outside, &shown.outside);
        prop_assert_eq!(&folded.nagging, &shown.nagging);
        prop_assert_eq!(&folded.reports, &shown.reports);
        prop_assert_eq!(&folded.updates, &shown.updates);
        prop_assert_eq!(&folded.promises, &shown.promises);
        let of_updates = |incident: &Incident| {
            let all = incident.recent.iter().chain(incident.pinned.values());
            all.filter(|entry| entry.kind == EntryKind::StatusUpdate).cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(of_updates(&folded), of_updates(&shown));
        for update in shown.updates.iter().filter(|update| update.state != UpdateState::Posted) {
            prop_assert!(update.is_withheld() && update.reason.is_none() && update.next_at.is_none());
        }
        let leaks = |entry: &Entry| entry.marks.private;
        prop_assert!(!shown.recent.iter().any(leaks) && !shown.pinned.values().any(leaks));
    }

    /// Nothing ticks: between now and the moment that is named, no nag comes, goes or returns.
    #[test]
    fn nags_change_at_the_named_moments_only(list in commands(), after in 0i64..9_000, part in 0.0..1.0) {
        let (incident, _) = carry_out(&list);
        let policy = NagPolicy::default();
        let said = |now| {
            let nags = nags(&incident, &policy, now).into_iter();
            nags.map(|nag| (nag.kind, nag.snoozed.is_some())).collect::<Vec<_>>()
        };
        let now = start() + chrono::TimeDelta::seconds(after);
        let shown = said(now);
        let pressing = shown.iter().position(|(_, snoozed)| *snoozed).unwrap_or(shown.len());
        prop_assert!(shown[..pressing].is_sorted() && shown[pressing..].iter().all(|nag| nag.1));
        match next_nag(&incident, &policy, now) {
            Some(next) => {
                prop_assert!(next > now);
                let ms = (next - now).num_milliseconds() as f64 * part;
                let between = now + chrono::TimeDelta::milliseconds(ms as i64);
                prop_assert_eq!(said(between.min(next - chrono::TimeDelta::milliseconds(1))), said(now));
                prop_assert_ne!(said(next), said(now));
            }
            None => prop_assert_eq!(said(now + chrono::TimeDelta::days(40)), said(now)),
        }
    }

    /// What changed since any place is what changed since the beginning, without what was there.
    #[test]
    fn what_changed_since_a_place_is_a_part_of_all_that_changed(
        list in commands(), at in any::<prop::sample::Index>(), me in people(),
    ) {
        let (_, records) = carry_out(&list);
        let events: Vec<&Event> = records.iter().map(journal::Record::event).collect();
        let seen = at.index(events.len() + 1);
        let whole = catch_up(events.iter().copied(), Some(&me));
        let since = catch_up(events[seen..].iter().copied(), Some(&me));
        let later = |change: &&Change| change.seq.0 > seen as u64;
        let expected: Vec<&Change> = whole.changes.iter().filter(later).collect();
        prop_assert_eq!(since.changes.iter().collect::<Vec<_>>(), expected);
        prop_assert_eq!(since.events, events.len() - seen);
        let before = catch_up(events[..seen].iter().copied(), Some(&me));
        let others = |of: &Changes| of.others.values().sum::<usize>();
        prop_assert!(others(&whole) <= others(&before) + others(&since));
        prop_assert!(since.groups().map(|(_, changes)| changes.len()).sum::<usize>() == since.changes.len());
    }

    #[test]
    fn a_report_says_nothing_private_and_is_bounded(list in commands()) {
        let (incident, _) = carry_out(&list);
        let draft = can(&incident, start());
        prop_assert_eq!(&draft, &can(&Redaction::default().state(&incident), start()));
        prop_assert!(draft.conditions.len() + draft.actions.len() + draft.needs.len() < 100);
    }

    #[test]
    fn a_drill_leaves_nothing_to_be_asked_outside(list in commands()) {
        let (incident, records) = carry_out(&list);
        let open: Vec<Seq> = incident.outside_due().map(|ask| ask.seq).collect();
        let mut waiting = Vec::new();
        for event in records.iter().map(journal::Record::event) {
            match event.body.known() {
                Some(What::OutsideAsked { .. }) => waiting.push(event.seq),
                Some(What::OutsideAnswered { asked, outcome, .. }) => {
                    prop_assert!(waiting.contains(asked), "answered what was not asked");
                    prop_assert!(!incident.is_drill() || *outcome == OutsideOutcome::NotSent);
                    waiting.retain(|ask| ask != asked);
                }
                _ => {}
            }
        }
        prop_assert!(!incident.is_drill() || waiting.is_empty());
        prop_assert_eq!(open, waiting);
    }

    #[test]
    fn a_changed_byte_is_found(list in commands(), at in any::<prop::sample::Index>(), bit in 0u8..7) {
        let (_, records) = carry_out(&list);
        if let Some(record) = records.first() {
            let mut bytes = record.json().as_bytes().to_vec();
            let i = at.index(bytes.len());
            bytes[i] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(bytes) {
                let broken = journal::verify_chain(Seq::ZERO, Hash::GENESIS, &text);
                // The two letter cases of a hexadecimal digit are one bit apart: the hash is the
                // same hash, and the text is compared by the journal's own columns.
                let same = text.eq_ignore_ascii_case(record.json()) && i + 66 >= text.len();
                prop_assert!(broken.is_err() || same);
            }
        }
    }
}
