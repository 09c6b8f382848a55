use super::*;
use crate::incident::{Audience, NewNote, Role, Severity, Status, StepState};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn context() -> GrammarContext<'static> {
    GrammarContext {
        now: at("2026-11-24T14:02:10Z"),
        zone: Zone::Utc,
        incident: None,
        runbook: Some("checkout-5xx"),
        here: None,
    }
}

fn ok(text: &str) -> Intent {
    let parsed = parse(text, &context());
    parsed
        .intent
        .unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn note(text: &str) -> NewNote {
    match ok(text) {
        Intent::Note(note) => note,
        other => panic!("{text}: {other:?}"),
    }
}

fn problem(text: &str) -> String {
    let parsed = parse(text, &context());
    parsed.intent.expect_err(text).to_string()
}

#[test]
fn every_example_of_the_table_parses() {
    for word in WORDS {
        assert!(
            word.example.starts_with(&format!("/{}", word.name)),
            "{}",
            word.name
        );
        // A template's text takes the line's place in the composer.
        if word.verb != Verb::Template {
            ok(word.example);
        }
        for alias in word.aliases {
            assert_eq!(find(alias).map(|w| w.name), Some(word.name));
        }
    }
    let mut names: Vec<_> = words::names().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands for two commands");
}

#[test]
fn markers_are_taken_out_and_the_words_stay() {
    let given = note("-2m !! pods restart because of OOM #DB, says @bo.");
    assert_eq!(given.occurred_at, Some(at("2026-11-24T14:00:10Z")));
    assert!(given.pin && !given.private);
    assert_eq!(&*given.text, "pods restart because of OOM #DB, says @bo.");
    assert_eq!(given.tags, [std::sync::Arc::from("db")]);
    assert_eq!(given.mentions, ["bo".parse().unwrap()]);
    assert_eq!(
        note("/decision -1h30m !! roll back").kind,
        EntryKind::Decision
    );
    assert_eq!(
        note("@13:59 /decision roll back").occurred_at,
        Some(at("2026-11-24T13:59:00Z"))
    );
    assert!(note("/private a customer called").private);
    assert!(note("/private @bo knows the customer").private);
    assert!(
        note("a customer called !private").private,
        "a word out of place never publishes"
    );
    assert_eq!(
        &*note("a customer called !private").text,
        "a customer called !private"
    );
}

#[test]
fn times_are_read_in_the_viewers_zone() {
    let cases = [
        ("@14:02 x", "2026-11-24T14:02:00Z"),
        ("@14:02:09 x", "2026-11-24T14:02:09Z"),
        ("@14:05 x", "2026-11-24T14:05:00Z"), // a clock that is off by minutes
        ("@23:50 x", "2026-11-23T23:50:00Z"),
        ("@9:05 x", "2026-11-24T09:05:00Z"),
        ("@2026-11-20T14:32Z x", "2026-11-20T14:32:00Z"),
        ("@2026-11-20T14:32:07+01:00 x", "2026-11-20T13:32:07Z"),
        ("@2026-11-20T14:32 x", "2026-11-20T14:32:00Z"),
        ("-90s x", "2026-11-24T14:00:40Z"),
    ];
    for (text, when) in cases {
        assert_eq!(note(text).occurred_at, Some(at(when)), "{text}");
    }
    let berlin = GrammarContext {
        zone: "Europe/Berlin".parse().unwrap(),
        ..context()
    };
    let Ok(Intent::Note(there)) = parse("@15:01 x", &berlin).intent else {
        panic!("not a note");
    };
    assert_eq!(there.occurred_at, Some(at("2026-11-24T14:01:00Z")));
    for text in [
        "@25:00 x",
        "@14:99 x",
        "@2026-13-01T10:00Z x",
        "@2027-01-01T10:00Z x",
    ] {
        assert!(problem(text).contains("@2"), "{text}: {}", problem(text));
    }
    assert!(problem("@14:00 -5m x").contains("second time"));
}

#[test]
fn what_only_looks_like_a_marker_is_text() {
    for text in [
        "-5 replicas",
        "- a list",
        "-5mb free",
        "@bo look",
        "!! ",
        "db is down!!",
        "#42 is merged",
        "a@b.example wrote",
        "!important",
    ] {
        let parsed = parse(text, &context());
        match parsed.intent {
            Ok(Intent::Note(n)) => assert_eq!(&*n.text, text.trim(), "{text}"),
            Ok(other) => panic!("{text}: {other:?}"),
            Err(why) => assert_eq!(text, "!! ", "{why}"),
        }
    }
    assert!(note("#42 is merged").tags.is_empty());
    assert!(note("a@b.example wrote").mentions.is_empty());
    assert_eq!(
        &*note("//etc/hosts was edited").text,
        "/etc/hosts was edited"
    );
    assert_eq!(&*note("/decision /var is full").text, "/var is full");
}

#[test]
fn a_paste_is_one_entry() {
    let given = note("/cmd kubectl get pods #db\nNAME  READY\n# @nobody\n  web-1  0/1\n");
    assert_eq!(given.kind, EntryKind::CommandRun);
    assert_eq!(
        &*given.text,
        "kubectl get pods #db\nNAME  READY\n# @nobody\n  web-1  0/1"
    );
    assert!(given.mentions.is_empty());
    assert_eq!(&*note("first\n/sev 2").text, "first\n/sev 2");
}

#[test]
fn commands_mean_what_they_say() {
    let text = std::sync::Arc::<str>::from;
    let cases = [
        (
            "/sev 2 payments",
            Intent::SetSeverity {
                severity: Some(Severity::Sev2),
                reason: Some(text("payments")),
            },
        ),
        (
            "/sev unset",
            Intent::SetSeverity {
                severity: None,
                reason: None,
            },
        ),
        (
            "-5m /status ident",
            Intent::SetStatus {
                status: Status::Identified,
                at: Some(at("2026-11-24T13:57:10Z")),
                reason: None,
            },
        ),
        (
            "/ask @bo 90s look",
            Intent::Ask {
                to: "bo".parse().unwrap(),
                minutes: 2,
                text: text("look"),
            },
        ),
        (
            "/ask bo look",
            Intent::Ask {
                to: "bo".parse().unwrap(),
                minutes: 10,
                text: text("look"),
            },
        ),
        (
            "/told @bo look",
            Intent::NoteAsk {
                to: "bo".parse().unwrap(),
                minutes: 10,
                text: text("look"),
                by: None,
            },
        ),
        (
            "/told @bo from @ana 5m look",
            Intent::NoteAsk {
                to: "bo".parse().unwrap(),
                minutes: 5,
                text: text("look"),
                by: Some("ana".parse().unwrap()),
            },
        ),
        (
            "/told @bo from the logs, say what happened",
            Intent::NoteAsk {
                to: "bo".parse().unwrap(),
                minutes: 10,
                text: text("from the logs, say what happened"),
                by: None,
            },
        ),
        (
            "/propose 5m roll back 4f2a by @bo",
            Intent::Propose {
                text: text("roll back 4f2a"),
                executor: Some("bo".parse().unwrap()),
                verify_minutes: Some(5),
            },
        ),
        (
            "/propose stand by @ home",
            Intent::Propose {
                text: text("stand by @ home"),
                executor: None,
                verify_minutes: None,
            },
        ),
        (
            "/propose ask @bo",
            Intent::Propose {
                text: text("ask @bo"),
                executor: None,
                verify_minutes: None,
            },
        ),
        (
            "/proposal #2 agree",
            Intent::TakeStance {
                proposal: crate::incident::ProposalId(2),
                stance: crate::incident::Stance::NoObjection,
            },
        ),
        (
            "/proposal 2 object no backup",
            Intent::TakeStance {
                proposal: crate::incident::ProposalId(2),
                stance: crate::incident::Stance::Objects {
                    reason: text("no backup"),
                },
            },
        ),
        (
            "/proposal 2 decide it is rebuilt",
            Intent::DecideProposal {
                proposal: crate::incident::ProposalId(2),
                reason: Some(text("it is rebuilt")),
            },
        ),
        (
            "/answer #3 done latency is normal",
            Intent::AnswerAsk {
                ask: crate::incident::AskId(3),
                state: crate::incident::AskState::Done,
                reason: Some(text("latency is normal")),
            },
        ),
        (
            "/answer 3 more 10m the graph is slow",
            Intent::AskMoreTime {
                ask: crate::incident::AskId(3),
                minutes: 10,
                reason: Some(text("the graph is slow")),
            },
        ),
        (
            "/answer 3 extend",
            Intent::ExtendAsk {
                ask: crate::incident::AskId(3),
                minutes: None,
                reason: None,
            },
        ),
        (
            "/answer 3 extend 1h30m go on",
            Intent::ExtendAsk {
                ask: crate::incident::AskId(3),
                minutes: Some(90),
                reason: Some(text("go on")),
            },
        ),
        (
            "/answer 3 refuse we need it",
            Intent::RefuseMoreTime {
                ask: crate::incident::AskId(3),
                reason: Some(text("we need it")),
            },
        ),
        (
            "/answer 3 WITHDRAW",
            Intent::WithdrawAsk {
                ask: crate::incident::AskId(3),
                reason: None,
            },
        ),
        (
            "/claim IC",
            Intent::ClaimRole {
                role: Role::IncidentCommander,
            },
        ),
        (
            "/step 4 skip not here",
            Intent::SetStep {
                runbook: text("checkout-5xx"),
                step: crate::incident::StepNo(4),
                state: StepState::Skipped,
                reason: Some(text("not here")),
            },
        ),
        (
            "/update 30m rolling back",
            Intent::PostUpdate {
                update: None,
                text: Some(text("rolling back")),
                next_in_minutes: Some(30),
                audience: None,
            },
        ),
        (
            "/link https://a.example/d/1",
            Intent::AddLink {
                title: text("a.example"),
                url: text("https://a.example/d/1"),
            },
        ),
        (
            "TODO: alert on the pool @ana",
            Intent::AddActionItem {
                text: text("alert on the pool @ana"),
                owner: Some("ana".parse().unwrap()),
            },
        ),
        (
            "/milestone started 14:00",
            Intent::SetMilestone {
                milestone: crate::incident::Milestone::Started,
                at: at("2026-11-24T14:00:00Z"),
            },
        ),
    ];
    for (line, intent) in cases {
        assert_eq!(ok(line), intent, "{line}");
    }
}

#[test]
fn an_update_names_its_audience_by_a_short_word_first() {
    for (line, wants, words) in [
        ("/update we know", None, "we know"),
        (
            "/update ext 30m we know",
            Some(Audience::External),
            "we know",
        ),
        ("/update exec we know", Some(Audience::Executive), "we know"),
        (
            "/update external access is down",
            None,
            "external access is down",
        ),
    ] {
        let Intent::PostUpdate { audience, text, .. } = ok(line) else {
            panic!("{line}");
        };
        assert_eq!((audience, text.as_deref()), (wants, Some(words)), "{line}");
    }
    let Intent::DraftUpdate { audience, text, .. } = ok("/draft ext we know") else {
        panic!("a draft");
    };
    assert_eq!((audience, &*text), (Audience::External, "we know"));
}

#[test]
fn problems_say_what_to_write() {
    let cases = [
        ("/dcision x", "Did you mean /decision?"),
        ("/etc/hosts changed", "//etc/hosts writes it as a note"),
        ("/sev 7", "'7' is not a severity"),
        ("/sev", "/sev needs a severity"),
        ("/ask @bo 10m", "words that say what is asked"),
        ("/ask @bo 2d look", "between 1m and 1440m"),
        ("/step 4 skip", "needs a reason"),
        ("/told @bo from @ana", "words that say what is asked"),
        ("/propose by @bo", "needs words that say what"),
        ("/proposal 2 veto", "'veto' is none of"),
        ("/proposal 2 object", "needs words that say why not"),
        ("/proposal 2 agree now", "more than it needs"),
        ("/update", "the words of the update"),
        ("/update ext", "the words of the update"),
        ("/draft exec", "the words of the update"),
        ("/snooze", "a nag's name"),
        ("/snooze everything", "'everything'"),
        ("/snooze scribe 3d", "between 1m and"),
        ("/snooze scribe 30m now", "more than it needs"),
        ("/handover", "a role"),
        ("/handover ic", "/handover"),
        ("/support", "/support"),
        ("/support H", "'H'"),
        ("/ruleout H1", "needs what speaks for it"),
        ("/object", "/object"),
        ("/template", "nothing is sent yet"),
        ("/answer x done", "'x' is not the number of an ask"),
        ("/answer 3 finished", "'finished' is not an answer"),
        ("/answer 3 decline", "needs a reason"),
        ("/answer 3 more", "needs a time"),
        ("/answer 3 more 2d", "between 1m and 1440m"),
        ("/status fixed", "is not a status"),
        ("/claim ic now", "more than it needs"),
        ("/private /ask @bo look", "cannot be private"),
        ("!! /sev 2", "cannot be pinned"),
        ("-5m TODO: x", "happens when it is written"),
        ("!private TODO: x", "cannot be private"),
        ("/title a\nb", "one line"),
        ("/link ftp://x", "http://"),
        ("", "nothing to send"),
        ("!!", "no words yet"),
    ];
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(line, says)| match parse(line, &context()).intent {
            Err(problem) if problem.to_string().contains(says) => None,
            other => Some(format!("{line}: {other:?}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let huge = "x".repeat(crate::incident::limits::NOTE_BYTES + 1);
    assert!(problem(&huge).contains("65536 is the most"));
}

#[test]
fn the_preview_says_what_it_becomes() {
    let cases = [
        (
            "/decision -5m !! roll back #db @bo",
            "decision · 13:57:10 UTC · pinned · #db · @bo",
        ),
        ("@23:50 x", "note · 2026-11-23 23:50:00 UTC"),
        (
            "!private x",
            "note · 14:02:10 UTC · private: spectators never see it",
        ),
        ("/ask @bo 10m look", "ask bo, due 14:12:10 UTC (10m): look"),
        (
            "/told @bo from @ana 10m look",
            "ana told bo by voice, due 14:12:10 UTC (10m): look",
        ),
        ("/answer 3 more 5m slow", "ask 3 needs 5m more: slow"),
        ("/answer 3 extend", "give ask 3 the time asked for"),
        ("/answer 3 withdraw", "withdraw ask 3"),
        (
            "/propose roll back by @bo",
            "proposal, bo would do it, verified 15m after: roll back",
        ),
        ("/proposal 2 object no", "object to proposal 2: no"),
        ("/sev 1", "severity SEV1 (critical: complete outage)"),
    ];
    for (line, says) in cases {
        assert_eq!(parse(line, &context()).preview, says);
    }
    let here = |name: &str| Here {
        person: name.parse().unwrap(),
        spectator: false,
        pane: crate::client::Pane::default(),
        typing: false,
    };
    let here = [here("Bo"), here("ana")];
    let context = GrammarContext {
        here: Some(&here),
        ..context()
    };
    let ask = |who: &str| parse(&format!("/ask @{who} 10m look"), &context).preview;
    assert!(!ask("bo").contains("not here"), "{}", ask("bo"));
    assert!(
        ask("zoe").contains("not here: say it aloud"),
        "{}",
        ask("zoe")
    );
}

#[test]
fn parts_are_marked_where_they_stand() {
    let line = "-2m /decision !! roll back #db @bo";
    let marked: Vec<_> = parse(line, &context())
        .spans
        .into_iter()
        .map(|span| (&line[span.range], span.meaning))
        .collect();
    assert_eq!(
        marked,
        [
            ("-2m", Meaning::Time),
            ("/decision", Meaning::Command),
            ("!!", Meaning::Pin),
            ("#db", Meaning::Tag),
            ("@bo", Meaning::Person),
        ]
    );
}

/// Text out of the pieces that the grammar looks at.
fn lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(vec![
            "@14:32", "-5m", "!!", "!private", "/private", "/decision", "/ask", "@bo", "10m", "#db",
            "TODO:", "//", "/", "@", "#", "\n", "/sev", "/step", "2", "done", "/milestone", "漢字",
            "@2026-11-24T14:32Z", "/nothing", "\t", "👩‍💻", "\u{2003}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    proptest::collection::vec((piece, prop_oneof![Just(" "), Just("")]), 0..8)
        .prop_map(|parts| parts.into_iter().map(|(a, b)| a + b).collect())
}

proptest! {
    #[test]
    fn any_text_means_something_or_says_why(text in lines()) {
        let parsed = parse(&text, &context());
        prop_assert!(!parsed.preview.is_empty());
        let mut end = 0;
        for span in &parsed.spans {
            prop_assert!(span.range.start >= end && text.get(span.range.clone()).is_some());
            end = span.range.end;
        }
    }

    #[test]
    fn nothing_but_markers_is_taken_from_the_words(text in lines()) {
        if let Ok(Intent::Note(note)) = parse(&text, &context()).intent {
            let taken = text.trim_end().strip_suffix(&*note.text);
            prop_assert!(taken.is_some(), "{text:?} became {:?}", note.text);
            for word in taken.unwrap_or_default().split_whitespace() {
                let marker = lex::time(word, &context()).is_some()
                    || ["!!", "!private", "/"].contains(&word)
                    || word.strip_prefix('/').is_some_and(|name| find(name).is_some());
                prop_assert!(marker, "{word:?} was taken out of {text:?}");
            }
        }
    }

    #[test]
    fn text_without_a_slash_is_a_note_or_an_item(text in "[^/!@#-]{1,40}") {
        let parsed = parse(&text, &context()).intent;
        let todo = text.trim().get(..5).is_some_and(|w| w.eq_ignore_ascii_case("todo:"));
        match parsed {
            Ok(Intent::Note(note)) => prop_assert_eq!(&*note.text, text.trim()),
            Ok(Intent::AddActionItem { .. }) => prop_assert!(todo),
            Ok(other) => prop_assert!(false, "{:?}", other),
            Err(why) => prop_assert!(todo || text.trim().is_empty(), "{}", why),
        }
    }
}
