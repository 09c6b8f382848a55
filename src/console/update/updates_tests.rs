//! Writing an update, and bringing it from hand to hand, by keys.

use crate::client::{self, Input};
use crate::console::app::Screen;
use crate::console::effect::Effect;
use crate::console::msg::Msg;
use crate::console::overlays::Overlay;
use crate::console::testing::{Bench, Log, usual};
use crate::incident::update::Named;
use crate::incident::*;
use chrono::TimeDelta;
use serde_json::json;

pub(super) fn draft(audience: Audience, text: &str) -> Intent {
    Intent::DraftUpdate {
        update: None,
        audience,
        text: text.into(),
        stage: Some(Stage::Investigating),
        next_at: Some("2026-11-24T15:00:00Z".parse().unwrap()),
        expected: None,
        submit: true,
    }
}

/// lee is the deputy; ana wrote an update for everyone, and waits.
pub(super) fn waiting() -> Log {
    let text = "We are investigating an outage of checkout.\n\nIt will be fixed by 15:00 UTC.\n\
                Workaround: ‹workaround?›";
    waiting_with(text)
}

pub(super) fn waiting_with(text: &str) -> Log {
    let mut log = usual();
    let deputy = Intent::AssignRole {
        role: Role::Deputy,
        to: "lee".parse().unwrap(),
        expected_holder: None,
    };
    log.did("maya", 100, deputy);
    log.did("ana", 60, draft(Audience::External, text));
    log
}

fn editor(bench: &Bench) -> &crate::console::overlays::Editor {
    match &bench.app.screen {
        Screen::Incident(screen) => screen.editor.as_ref().unwrap(),
        Screen::Board(_) => panic!("on the board"),
    }
}

fn saved(effects: &[Effect]) -> Vec<&str> {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::SaveUpdate { text, .. } => Some(&**text),
        _ => None,
    });
    texts.collect()
}

fn stored(effects: &[Effect]) -> CommandId {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Client(client::Effect::Store(pending)) => Some(pending.command.id),
        _ => None,
    });
    found.expect("it is stored before it is sent")
}

#[test]
fn an_update_is_written_from_its_template_and_kept_for_all() {
    let mut bench = Bench::on(200, 50, &usual());
    bench.keys("u");
    assert!(matches!(bench.app.overlays.last(), Some(Overlay::Update)));
    assert!(
        editor(&bench).text().contains("{{impact}}"),
        "{}",
        editor(&bench).text()
    );
    let seen = bench.screen();
    assert!(
        seen.contains("about 12% of payments fail in the EU"),
        "{seen}"
    );
    // For everyone outside: another template, another cadence, and a note on the gaps.
    bench.keys("alt+a alt+a alt+s");
    let seen = bench.screen();
    assert!(
        seen.contains("We know what causes") || seen.contains("is working again"),
        "{seen}"
    );
    bench.keys("alt+t alt+=");
    bench.typed("x");
    bench.keys("enter");
    bench.typed("もっと 👍");
    let effects = bench.keys("ctrl+g");
    let intents = Bench::intents(&effects);
    let [
        Intent::DraftUpdate {
            audience,
            text,
            submit,
            next_at,
            stage,
            ..
        },
    ] = &*intents
    else {
        panic!("{intents:?}");
    };
    assert_eq!((*audience, *submit), (Audience::External, true));
    assert!(stage.is_some() && next_at.is_some());
    assert!(
        text.ends_with("もっと 👍") && !text.contains("{{"),
        "{text}"
    );
    assert!(bench.app.overlays.is_empty());
}

#[test]
fn what_is_written_outlives_the_window_and_the_console() {
    let mut bench = Bench::on(80, 24, &usual());
    bench.keys("u");
    bench.typed("Shops cannot sell.");
    bench.tell(Msg::Paste("two\nlines".to_owned()));
    let woken = bench.wait(TimeDelta::milliseconds(400));
    assert!(woken > 0);
    let effects = bench.keys("esc");
    assert!(bench.app.overlays.is_empty());
    bench.keys("u");
    assert!(
        editor(&bench)
            .text()
            .ends_with("Shops cannot sell.two\nlines")
    );
    bench.keys("esc");
    // What it had handed over to be kept, another console finds.
    drop(effects);
    let kept = super::updates::on_disk(&bench.app);
    let mut other = Bench::on(80, 24, &usual());
    let incident = IncidentId(42);
    other.tell(Msg::UpdateDraft {
        incident,
        text: kept,
    });
    other.keys("u");
    assert!(
        editor(&other)
            .text()
            .ends_with("Shops cannot sell.two\nlines")
    );
    // Once it is with the server, nothing is kept here.
    let mut all = other.keys("ctrl+s");
    other.now += TimeDelta::seconds(1);
    all.extend(other.tell(Msg::Woke));
    assert_eq!(saved(&all), [""]);
}

#[test]
fn a_draft_that_is_refused_is_in_the_editor_again() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("u");
    bench.typed("Mine.");
    let command = stored(&bench.keys("ctrl+s"));
    bench.client(Input::Stored(command));
    bench.frame(&json!({"type": "refused", "command": command, "refusal":
        {"code": "changed", "why": "bo has changed it since.", "instead": "Read it."}}));
    bench.keys("u");
    assert!(editor(&bench).text().ends_with("Mine."));
    assert!(
        bench.screen().contains("bo has changed it since."),
        "{}",
        bench.screen()
    );
}

#[test]
fn who_commands_reads_it_word_for_word_and_approves_what_was_read() {
    for (width, height) in [(200, 50), (80, 24)] {
        let mut bench = Bench::on(width, height, &waiting());
        let seen = bench.screen();
        let approve = if width > 80 {
            "approve update 2"
        } else {
            "approve 2"
        };
        assert!(seen.contains(approve) && seen.contains("04:20"), "{seen}");
        bench.keys("g a");
        insta::assert_snapshot!(format!("approve_{width}x{height}"), bench.screen());
        let intents = Bench::intents(&bench.keys("y"));
        let named = Named {
            update: UpdateId(2),
            version: 1,
        };
        assert_eq!(intents, [Intent::ApproveUpdate(named)]);
    }
}

#[test]
fn a_long_one_is_approved_once_it_was_read_to_its_end() {
    let lines: Vec<String> = (1..=150)
        .map(|n| format!("Line {n} of what we know."))
        .collect();
    let log = waiting_with(&lines.join("\n"));
    for (width, height) in [(200, 50), (120, 40), (80, 24)] {
        let mut bench = Bench::on(width, height, &log);
        bench.keys("g a");
        for too_early in ["y", "enter", "end y"] {
            assert_eq!(Bench::intents(&bench.keys(too_early)), [], "{too_early}");
            let seen = bench.screen();
            assert!(seen.contains("read to the end first (pagedown)"), "{seen}");
        }
        bench.keys("home y");
        insta::assert_snapshot!(format!("approve_long_{width}x{height}"), bench.screen());
        let mut pages = 0;
        while !bench.screen().contains("no others may then be posted") {
            bench.keys("pagedown");
            pages += 1;
        }
        assert!(pages <= 153 / (i32::from(height) - 4), "{pages} pages");
        let named = Named {
            update: UpdateId(2),
            version: 1,
        };
        let intents = Bench::intents(&bench.keys("y"));
        assert_eq!(intents, [Intent::ApproveUpdate(named)]);
    }
}

#[test]
fn it_is_rejected_with_a_reason() {
    let mut bench = Bench::on(120, 40, &waiting());
    bench.keys("g j");
    bench.typed("no times");
    let intents = Bench::intents(&bench.keys("enter"));
    let reject = Intent::RejectUpdate {
        update: UpdateId(2),
        reason: "no times".into(),
    };
    assert_eq!(intents, [reject]);
}

#[test]
fn what_is_not_approved_is_not_posted_and_why_is_said() {
    let mut bench = Bench::on(120, 40, &waiting());
    bench.keys("8");
    let intents = Bench::intents(&bench.keys("p"));
    assert_eq!(intents, []);
    assert!(bench.app.overlays.is_empty());
    assert!(
        bench.screen().contains("nobody in command has approved it"),
        "{}",
        bench.screen()
    );
}

#[test]
fn what_is_posted_is_handed_to_the_clipboard_and_shown_to_be_sent_by_hand() {
    let mut log = waiting();
    let named = Named {
        update: UpdateId(2),
        version: 1,
    };
    log.did("maya", 30, Intent::ApproveUpdate(named));
    for (width, height) in [(200, 50), (80, 24)] {
        let mut bench = Bench::on(width, height, &log);
        bench.keys("P");
        assert!(
            bench.screen().contains("Post external update 2"),
            "{}",
            bench.screen()
        );
        let command = stored(&bench.keys("y"));
        bench.client(Input::Stored(command));
        let effects = bench.frame(&json!({"type": "done", "command": command, "incident": 42,
            "first": log.state.seq.0 + 1, "last": log.state.seq.0 + 1}));
        let copied = effects.iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        });
        assert!(
            copied
                .unwrap()
                .starts_with("We are investigating an outage")
        );
        insta::assert_snapshot!(format!("by_hand_{width}x{height}"), bench.screen());
    }
}

#[test]
fn what_is_posted_by_a_line_is_handed_on_in_the_same_way() {
    let log = usual();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("i");
    bench.typed("/update exec 30m 40% of the pods are rolled back.");
    let command = stored(&bench.keys("enter"));
    assert!(
        !bench.screen().contains("Send by hand"),
        "it is not out yet"
    );
    bench.client(Input::Stored(command));
    let effects = bench.frame(&json!({"type": "done", "command": command, "incident": 42,
        "first": log.state.seq.0 + 1, "last": log.state.seq.0 + 1}));
    let words = "40% of the pods are rolled back.";
    let copied = |effect: &Effect| matches!(effect, Effect::Copy(text) if text == words);
    assert!(effects.iter().any(copied), "{effects:?}");
    let seen = bench.screen();
    for part in ["Send by hand: update 2, executive", words, " done"] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    // Again, for whoever lost it.
    bench.keys("c");
    bench.keys("enter");
    assert!(bench.app.overlays.is_empty());
}

#[test]
fn the_editor_and_the_pane_at_every_size() {
    for (width, height) in [(200, 50), (120, 40), (80, 24)] {
        let mut bench = Bench::on(width, height, &waiting());
        bench.keys("f5");
        insta::assert_snapshot!(format!("pane_{width}x{height}"), bench.screen());
        bench.keys("e");
        insta::assert_snapshot!(format!("editor_{width}x{height}"), bench.screen());
    }
}
