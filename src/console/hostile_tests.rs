//! Hostile words in every text that can come from outside, and everything drawn with them.
//!
//! Nothing is listed by hand: the state, the events and the server's frames are taken as they are
//! sent, and every string in them is replaced, so that a field that is added later is hostile here
//! at once. A field of the state that nothing here fills fails the test too.

use super::keymap::Action;
use super::testing::{Bench, Log, start, usual};
use crate::client::Inbound;
use crate::incident::{Event, FOLD_VERSION, Incident, apply};
use serde_json::{Value, json};

/// What is planted, between two letters each: controls of both sets, what begins a sequence and
/// whole sequences, one that is not ended, what turns the direction of reading, what cannot be seen,
/// what is wide or stands on the letter before it, and much of it.
fn evils() -> Vec<String> {
    let mut evils: Vec<String> = [
        "\u{1b}",
        "\u{0}\u{7}\u{8}\u{b}\u{c}\u{e}\u{7f}",
        "\u{1b}[31;5m\u{1b}[2J\u{1b}[H",
        "\u{1b}]0;owned\u{7}",
        "\u{1b}]52;c;b3duZWQ=\u{1b}\\",
        "\u{1b}]8;;http://evil/\u{1b}\\",
        "\u{1b}]777;notify;a;b\u{7}\u{1b}]9;x\u{7}\u{1b}]2;t\u{9c}",
        "\u{1b}P+q544e\u{1b}\\\u{1b}_G\u{1b}\\\u{1b}^p\u{1b}\\\u{1b}Xs\u{1b}\\",
        "\u{9b}31m\u{90}x\u{9c}\u{9d}0;y\u{9c}\u{9e}\u{9f}\u{98}\u{85}",
        "\u{202e}\u{202d}\u{2066}\u{2067}\u{2069}\u{200e}\u{200f}\u{61c}",
        "\u{200b}\u{2060}\u{feff}\u{ad}\u{180e}",
        "\u{e0001}\u{e0041}\u{e007f}",
        "\r\n\n\t\r",
        "日本🐢e\u{301}\u{302}\u{303}\u{304}",
    ]
    .map(str::to_owned)
    .to_vec();
    evils.push("\u{1b}[8m\u{202e}".repeat(400));
    evils
}

/// Whether a terminal would obey it, or a person misread what stands around it.
fn acts(c: char) -> bool {
    let bidi = matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || bidi || unseen
}

/// An evil as it is planted.
fn planted(evil: &str) -> String {
    format!("qZ{evil}Zq")
}

/// Nothing on the screen acts, and nothing was swallowed on the way to it: the drawing library drops
/// controls without a word, and then a line reads as something that nobody wrote.
fn harmless(screen: &str, evil: &str, about: &str) {
    let odd = screen.chars().find(|c| *c != '\n' && acts(*c));
    assert!(
        odd.is_none(),
        "{about}: {odd:?} is drawn for {evil:?}\n{screen}"
    );
    let left: String = evil.chars().filter(|c| !acts(*c)).collect();
    if left.len() != evil.len() {
        let swallowed = planted(&left);
        assert!(
            !screen.contains(&swallowed),
            "{about}: {evil:?} is swallowed\n{screen}"
        );
    }
}

/// The place of every string in a document.
fn strings(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (no, item) in items.iter().enumerate() {
                strings(item, &format!("{at}/{no}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                strings(field, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Every string that can be replaced by a hostile one, and how many cannot: what stands there has a
/// form of its own, which keeps evil out.
fn open_places(value: &Value, reads: impl Fn(&Value) -> bool) -> (Vec<String>, usize) {
    let mut value = value.clone();
    let mut places = Vec::new();
    strings(&value, "", &mut places);
    let all = places.len();
    places.retain(|place| {
        let Some(there) = value.pointer_mut(place) else {
            return false;
        };
        let before = std::mem::replace(there, planted("\u{1b}").into());
        let open = reads(&value);
        if let Some(there) = value.pointer_mut(place) {
            *there = before;
        }
        open
    });
    let formed = all - places.len();
    (places, formed)
}

/// Replaces the strings at these places.
fn plant(value: &mut Value, places: &[String], evil: &str) {
    for place in places {
        if let Some(there) = value.pointer_mut(place) {
            *there = planted(evil).into();
        }
    }
    plant_names(value, evil);
}

/// The labels' names too.
fn plant_names(value: &mut Value, evil: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if let (true, Value::Object(labels)) =
                    (name == "labels" || name == "annotations", &mut *field)
                {
                    let all = std::mem::take(labels);
                    labels.extend(
                        all.into_iter()
                            .map(|(name, value)| (name + &planted(evil), value)),
                    );
                }
                plant_names(field, evil);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant_names(item, evil)),
        _ => {}
    }
}

/// The log of a usual incident, and after it one event of each kind there is.
fn log() -> Log {
    let mut log = usual();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/events");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let Ok(mut event) = serde_json::from_str::<Event>(&text) else {
            continue;
        };
        event.incident = log.state.id;
        event.seq = log.state.seq.next();
        event.recorded_at = start();
        apply(&mut log.state, &event);
        log.events.push(event);
    }
    // What an event of another kind cleared again.
    let state = &mut log.state;
    state.match_key = Some("alertname=x".into());
    state.workaround.clone_from(&state.impact);
    state.reports = state.recent.iter().take(2).cloned().collect();
    let words = "a group";
    let acknowledged = json!({"title": words, "by": "lee", "reason": words, "since": start(),
        "until": null, "seq": 1});
    let acknowledged = serde_json::from_value(acknowledged).unwrap();
    state.acknowledged.insert(words.into(), acknowledged);
    log
}

fn reads_state(state: &Value) -> bool {
    serde_json::from_value::<Incident>(state.clone()).is_ok()
}

/// The state, once for each evil.
fn hostile_states(log: &Log) -> impl Iterator<Item = (String, Incident)> {
    let state = serde_json::to_value(&log.state).unwrap();
    let (places, _) = open_places(&state, reads_state);
    evils().into_iter().map(move |evil| {
        let mut state = state.clone();
        plant(&mut state, &places, &evil);
        let state = serde_json::from_value(state).unwrap();
        (evil, state)
    })
}

/// A log that has only its state.
fn of(state: Incident) -> Log {
    let mut log = Log::new(state.id.0);
    log.state = state;
    log
}

fn on_state(width: u16, height: u16, state: &Incident) -> Bench {
    let log = of(state.clone());
    let mut bench = Bench::new(width, height, &[&log]);
    bench.keys("enter");
    bench.frame(
        &json!({"type": "joined", "incident": state.id, "head": state.seq,
        "checkpoint": {"fold": FOLD_VERSION, "incident": state}}),
    );
    for frame in frames(&log) {
        bench.frame(&frame);
    }
    bench
}

/// Frames of every kind that come while an incident is on the screen.
fn frames(log: &Log) -> Vec<Value> {
    let id = log.state.id;
    let now = start();
    vec![
        json!({"type": "live", "what": "sources", "sources": [
            {"name": "am", "kind": "alertmanager", "state": "down", "why": "no route"}]}),
        json!({"type": "live", "what": "silences", "source": "am", "silences": [{
            "source": "am", "id": "4f", "matchers": [], "starts_at": now, "ends_at": now,
            "created_by": "kim", "comment": "deploying"}]}),
        json!({"type": "live", "what": "alerts", "source": "am", "groups": [{
            "key": "k", "source": "am", "name": "High", "labels": {"service": "x"},
            "summary": "slow", "firing": 2, "pending": 0, "silenced": 0, "resolved": 0,
            "first_at": now, "last_at": now, "rate": [1], "flapping": false, "maintenance": "m",
            "names": ["a"], "silences": ["4f"], "url": "http://x/"}]}),
        json!({"type": "live", "what": "issues", "incident": id, "source": "errors", "issues": [{
            "source": "errors", "id": "1", "short": "X-1", "title": "TypeError", "culprit": "pay", "project": "shop",
            "level": "error", "state": "ongoing", "events": 3, "users": 1, "first_seen": now,
            "last_seen": now, "first_release": "1.2", "new_in_release": true, "assigned_to": "kim",
            "trend": [1], "url": "http://x/"}]}),
        json!({"type": "live", "what": "signals", "incident": id, "source": "prom",
            "missing": [{"name": "queue", "why": "no `$region`"}],
            "signals": [{"source": "prom", "name": "5xx", "at": now, "said": "NaN",
                "warning": "old", "url": "http://x/"}]}),
        json!({"type": "presence", "incident": id, "here": [
            {"person": "bo", "pane": "runbook", "typing": true}]}),
        json!({"type": "notice", "level": "warning", "text": "words"}),
    ]
}

/// Everything that can be opened, one action after the other, with a key or two in it.
fn draw_all(evil: &str, bench: impl Fn() -> Bench) {
    for action in Action::ALL {
        let mut bench = bench();
        bench.keys(":");
        bench.typed(action.name());
        harmless(&bench.screen(), evil, "the palette");
        bench.keys("enter");
        harmless(&bench.screen(), evil, action.name());
        bench.keys("down");
        bench.typed("q");
        harmless(&bench.screen(), evil, action.name());
    }
}

#[test]
fn every_string_of_the_state_is_drawn_harmlessly_whatever_is_opened() {
    for (at, (evil, state)) in hostile_states(&log()).enumerate() {
        for (width, height) in [(200, 50), (80, 24)] {
            let screen = on_state(width, height, &state).screen();
            harmless(&screen, &evil, "the screen");
        }
        // Everything opened with two of them, a control and what turns the reading.
        if at == 2 || at == 9 {
            draw_all(&evil, || on_state(120, 40, &state));
        }
    }
}

#[test]
fn every_string_of_the_events_and_frames_is_drawn_harmlessly() {
    let log = log();
    let reads_frame =
        |frame: &Value| Inbound::decode(&frame.to_string()).is_ok_and(|read| read.is_some());
    let joined = log.joined();
    let events = joined["events"].as_array().unwrap().clone();
    let with_places = |value: Value, reads: &dyn Fn(&Value) -> bool| {
        assert!(reads(&value), "{value}");
        let (places, _) = open_places(&value, reads);
        (value, places)
    };
    let events: Vec<_> = events
        .into_iter()
        .map(|event| {
            let kind = event["kind"].clone();
            let reads = move |event: &Value| {
                event["kind"] == kind && serde_json::from_value::<Event>(event.clone()).is_ok()
            };
            with_places(event, &reads)
        })
        .collect();
    let frames: Vec<_> = frames(&log)
        .into_iter()
        .map(|frame| with_places(frame, &reads_frame))
        .collect();
    for (at, evil) in evils().iter().enumerate() {
        let hostile = |all: &[(Value, Vec<String>)]| {
            let plant = |(value, places): &(Value, Vec<String>)| {
                let mut value = value.clone();
                plant(&mut value, places, evil);
                value
            };
            all.iter().map(plant).collect::<Vec<_>>()
        };
        let mut joined = joined.clone();
        joined["events"] = hostile(&events).into();
        let frames = hostile(&frames);
        let bench = |width, height| {
            let mut bench = Bench::new(width, height, &[&log]);
            bench.keys("enter");
            bench.frame(&joined);
            for frame in &frames {
                bench.frame(frame);
            }
            bench
        };
        for (width, height) in [(200, 50), (80, 24)] {
            harmless(&bench(width, height).screen(), evil, "the screen");
        }
        if at == 3 {
            draw_all(evil, || bench(120, 40));
        }
    }
}

#[test]
fn the_board_is_drawn_harmlessly() {
    for (evil, state) in hostile_states(&log()) {
        let log = of(state);
        let summary = serde_json::to_value(log.summary()).unwrap();
        assert!(summary.to_string().contains("qZ"), "hostile");
        harmless(&Bench::new(120, 40, &[&log]).screen(), &evil, "the board");
    }
}

#[test]
fn nothing_of_the_state_is_left_out() {
    let log = log();
    let state = serde_json::to_value(&log.state).unwrap();
    let (places, formed) = open_places(&state, reads_state);
    assert!(
        places.len() > 50,
        "{places:?} are open, {formed} have a form"
    );
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    let fields = state.as_object().unwrap().iter();
    let empty: Vec<&str> = fields
        .filter(|(_, value)| is_empty(value))
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(
        empty.is_empty(),
        "{empty:?}: nothing here fills these: add what does"
    );
}
