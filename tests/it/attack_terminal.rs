//! Hostile words in an incident, shown by the real program on a real terminal: of what it writes
//! there, nothing is theirs but text. (Every string that there is: `src/console/hostile_tests.rs`.)

use crate::support::chain::Chain;
use crate::support::fake::{Fake, json as json_answer};
use crate::support::server::http;
use crate::support::terminal::{Served, Terminal, verb};
use serde_json::{Value, json};
use std::path::Path;
use warroom::incident::{Event, EventBody, What};
use warroom::journal::sqlite;

/// Sequences of every kind, each with a word by which it would be known again.
const EVIL: &str = "a\u{1b}]0;evil\u{7}b\u{1b}]52;c;ZXZpbA==\u{1b}\\c\u{1b}]8;;http://evil/\u{1b}\\d\
    \u{1b}]777;notify;evil;x\u{7}e\u{1b}Pevil\u{1b}\\f\u{1b}_evil\u{1b}\\g\u{1b}^evil\u{1b}\\h\u{1b}Xevil\u{1b}\\\
    i\u{1b}[7777;1Hj\u{1b}[7777mk\u{9b}7777ml\u{9d}0;evil\u{9c}m\u{202e}n\u{2066}o\u{200b}p\u{7}q\u{8}r\u{feff}s\0\u{b}\u{e}\u{7f}\u{ad}\u{85}t\u{1b}";

/// Nothing of the evil's is written as a control.
fn harmless(written: &[u8], about: &str) {
    let text = String::from_utf8_lossy(written);
    let odd = |c: char| matches!(c, '\0'..='\u{6}' | '\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    assert!(
        !text.contains(odd),
        "{about}: {:?}",
        text.chars().find(|c| odd(*c))
    );
    for (at, _) in text.match_indices('\u{1b}') {
        let sequence: String = text[at + 1..].chars().take(60).collect();
        let end = sequence
            .find(['\u{7}', '\u{1b}', '\n'])
            .unwrap_or(sequence.len());
        let own = &sequence[..end];
        let string = own.starts_with([']', 'P', '_', '^', 'X']);
        assert!(
            !string || !(own.contains("evil") || own.contains("ZXZpbA")),
            "{about}: {own:?}"
        );
        assert!(!own.starts_with("[7777"), "{about}: {own:?}");
    }
}

#[test]
fn hostile_words_are_text_on_the_console_and_on_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let server = Served::start(&home.join("data"), "127.0.0.1:0".parse().unwrap());
    let address = server.address;
    let say = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|word| word.replace('\0', ""))
            .collect();
        verb(
            address,
            home,
            &arguments.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    say(&["declare", &format!("title {EVIL}")]);
    say(&["note", "INC-1", "--plain", &format!("note {EVIL}")]);
    say(&["note", "INC-1", &format!("/decision decide {EVIL}")]);
    say(&["note", "INC-1", &format!("/ask @lee 10m ask {EVIL}")]);
    say(&["note", "INC-1", &format!("TODO: item {EVIL}")]);
    say(&["note", "INC-1", &format!("/impact impact {EVIL}")]);
    let alert = json!({"version": "4", "groupKey": EVIL, "alerts": [{
        "status": "firing", "labels": {"alertname": format!("High {EVIL}"), "service": EVIL, "evil": EVIL},
        "annotations": {"summary": EVIL, "runbook_url": EVIL}, "startsAt": "2026-11-24T14:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z", "generatorURL": EVIL, "fingerprint": EVIL}]});
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let head = "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost";
    let sent = runtime.block_on(http(address, head, alert.to_string().as_bytes()));
    assert_eq!(sent.0, 200, "{}", sent.1);

    let mut console = Terminal::start(address, "lee", home, (120, 40));
    console.shows("title a");
    console.press("\t\r:search");
    console.shows("Search the timeline");
    harmless(console.written(), "the console");
    console.kill();
    let url = format!("ws://{address}");
    let board = ["--name", "lee", "join", &url];
    let mut console = Terminal::run(&board, home, &[], (120, 40));
    console.shows("INC-2");
    harmless(console.written(), "the console");
    console.kill();

    // No argument of a process can hold that one.
    let argument = EVIL.replace('\0', "");
    for arguments in [
        vec!["list"],
        vec!["show", "INC-1"],
        vec!["show", "INC-2"],
        vec!["note", "INC-99", &argument],
        vec!["join", &argument],
        vec!["config", "explain", &argument],
    ] {
        let all = [&["--server", &url, "--name", "lee"], &arguments[..]].concat();
        let (_, written) = Terminal::run(&all, home, &[], (120, 40)).ended();
        assert!(!written.is_empty(), "{arguments:?} says something");
        harmless(&written, arguments[0]);
    }
}

/// Replaces every string below that may be anything, one by one, as long as the whole still reads.
fn plant(whole: &mut Value, at: &str, reads: &dyn Fn(&Value) -> bool) {
    let Some(there) = whole.pointer(at) else {
        return;
    };
    let below: Vec<String> = match there {
        Value::Array(items) => (0..items.len()).map(|no| no.to_string()).collect(),
        Value::Object(fields) => fields
            .keys()
            .map(|name| name.replace('~', "~0").replace('/', "~1"))
            .collect(),
        Value::String(_) => {
            let before = there.clone();
            *whole.pointer_mut(at).unwrap() = json!(format!("zq {EVIL}"));
            if !reads(whole) {
                *whole.pointer_mut(at).unwrap() = before;
            }
            return;
        }
        _ => return,
    };
    for name in below {
        plant(whole, &format!("{at}/{name}"), reads);
    }
}

/// One event of each kind there is, with hostile words wherever there are words.
fn hostile_events() -> Vec<EventBody> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    // What opens the incident comes first.
    files.sort_by_key(|path| (!path.ends_with("opened.json"), path.clone()));
    let mut planted = 0;
    let mut bodies = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut event: Value = serde_json::from_str(&text).unwrap();
        let kind = event["kind"].clone();
        // What this program cannot read it shows as unknown, without a word of it.
        let reads = move |event: &Value| {
            let read = serde_json::from_value::<Event>(event.clone());
            event["kind"] == kind && read.is_ok_and(|read| read.body.known().is_some())
        };
        // One that is written for others only.
        if !reads(&event) {
            continue;
        }
        plant(&mut event, "/data", &reads);
        planted += event.to_string().matches("zq ").count();
        bodies.push(serde_json::from_value::<Event>(event).unwrap().body);
    }
    assert!(
        bodies.len() > 40 && planted > 60,
        "{} {planted}",
        bodies.len()
    );
    bodies
}

/// Writes a journal with these events, each of a command of its own, in one incident.
async fn log_of(data: &Path, bodies: impl Iterator<Item = EventBody>) -> Chain {
    let journal = sqlite::open(data, &sqlite::Options::default()).unwrap();
    let mut chain = Chain::new(1);
    for body in bodies {
        chain.append(&journal, vec![body]).await;
    }
    chain
}

#[test]
fn every_string_of_every_kind_of_event_is_text_on_a_real_terminal() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let data = home.join("data");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bodies = hostile_events();
    let chain = runtime.block_on(log_of(&data, bodies.clone().into_iter().chain(bodies)));
    let server = Served::start(&data, "127.0.0.1:0".parse().unwrap());
    let url = format!("ws://{}", server.address);
    let head = chain.seq.0;
    for (size, action) in [
        ((200, 50), "search"),
        ((80, 24), "help"),
        ((120, 40), "catch"),
        ((120, 40), "nags"),
        ((120, 40), "brief"),
        ((120, 40), "ledger"),
    ] {
        let mut console = Terminal::start(server.address, "lee", home, size);
        console.until("the incident", |screen| {
            screen.contains("zq a") && screen.contains("live")
        });
        // Every pane has the focus once, and is gone through to both its ends.
        for _ in 0..8 {
            console.press("\tgG");
        }
        console.press("gg");
        console.press(&format!(":{action}"));
        console.shows(action);
        harmless(console.written(), action);
        console.kill();
    }
    for arguments in [
        vec!["list"],
        vec!["show", "INC-1"],
        vec!["timeline", "INC-1"],
        vec!["search", "zq"],
        vec!["gaps", "INC-1"],
        vec!["catch-up", "INC-1", "--since", "2020-01-01T00:00:00Z"],
        vec!["updates", "INC-1"],
        vec!["nag", "INC-1"],
        vec!["can", "INC-1"],
        vec!["export", "INC-1"],
        vec!["export", "INC-1", "--format", "jsonl"],
        vec!["show", "INC-1", "--json"],
    ] {
        let all = [&["--server", &url, "--name", "lee"], &arguments[..]].concat();
        let (_, written) = Terminal::run(&all, home, &[], (120, 40)).ended();
        let said = String::from_utf8_lossy(&written);
        assert!(!said.trim().is_empty(), "{arguments:?} says something");
        harmless(&written, &arguments.join(" "));
    }
    assert!(head > 80, "{head}");
}

/// An event of this kind with this in it.
fn of_kind(kind: &str, data: &Value) -> EventBody {
    let file = format!("tests/golden/events/{kind}.json");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["data"] = data.clone();
    let body = serde_json::from_value::<Event>(event).unwrap().body;
    assert!(body.known().is_some(), "{kind}: {data}");
    body
}

/// What a monitor says of one alert, all of it hostile.
fn hostile_list() -> String {
    let at = "2026-11-24T14:00:00Z";
    json!([{"labels": {"alertname": format!("zq {EVIL}"), "service": EVIL, "evil": EVIL},
        "annotations": {"summary": EVIL, "runbook_url": EVIL}, "startsAt": at, "endsAt": at, "updatedAt": at,
        "generatorURL": EVIL, "fingerprint": EVIL, "receivers": [{"name": EVIL}],
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": []}}])
    .to_string()
}

#[test]
fn hostile_words_are_text_in_every_overlay() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let data = home.join("data");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let monitor = runtime.block_on(Fake::start(|asked, _| {
        let list = asked.line.contains("/api/v2/alerts").then(hostile_list);
        json_answer(200, "", &list.unwrap_or("[]".to_owned()))
    }));
    let config = data.join(".config/warroom");
    std::fs::create_dir_all(&config).unwrap();
    let source = format!(
        "[sources.am]\nkind = \"alertmanager\"\nurl = \"http://{}\"\nevery = \"1s\"\n",
        monitor.address
    );
    std::fs::write(config.join("config.toml"), source).unwrap();
    let ends = |body: &EventBody| matches!(body.known(), Some(What::Merged { .. }));
    let bodies = hostile_events();
    let bodies = bodies.into_iter().filter(|body| !ends(body));
    // So that something waits for an approval and something can be run.
    let evil = format!("zq {EVIL}");
    let print = format!("printf '%s\\n' '{}'", evil.replace('\0', ""));
    let runbook = json!({"name": "evil", "title": evil, "preface": evil, "steps": [
        {"section": evil, "title": evil, "detail": evil, "commands": [evil], "blocks": [{"script": print}]}]});
    let last = [
        (
            "role_assigned",
            json!({"role": "incident-commander", "to": "lee", "from": null}),
        ),
        ("runbook_attached", json!({"runbook": runbook})),
        (
            "update_drafted",
            json!({"update": 7, "audience": "internal", "text": evil}),
        ),
        (
            "update_submitted",
            json!({"update": 7, "version": 1, "audience": "internal"}),
        ),
    ];
    let last = last.map(|(kind, data)| of_kind(kind, &data));
    runtime.block_on(log_of(&data, bodies.chain(last)));
    let server = Served::start(&data, "127.0.0.1:0".parse().unwrap());
    let trusting = home.join(".config/warroom");
    std::fs::create_dir_all(&trusting).unwrap();
    std::fs::write(
        trusting.join("config.toml"),
        "[run]\nrunbooks = \"confirm\"\n",
    )
    .unwrap();
    // Keys, with what shows that they were taken.
    let palette = |action: &'static str, then: &'static str| vec![(action, action), ("\r", then)];
    let search = [("zq", "┃ zq  "), ("\r", "INC-1  lee")];
    let run = [("3", "┃[ ]  1 zq"), ("!", "Run on this machine")];
    for steps in [
        palette(":declare", "the service that is hurt"),
        palette(":rename", "Its title from now on"),
        palette(":open-incident", "Open an incident"),
        palette(":find-gaps", "Nobody wrote while things changed"),
        palette(":details", "happened"),
        palette(":resolve", "Resolve INC-1"),
        palette(":approve-update", "Approve internal update 7"),
        palette(":edit-update", "Update 7 of INC-1"),
        palette(":read-brief", "Milestones"),
        [
            palette(":search-server", "Search every entry"),
            search.to_vec(),
        ]
        .concat(),
        [
            palette(":search", "enter keep what is found"),
            vec![("zq\r", "hits of \"zq\"")],
        ]
        .concat(),
        vec![("7", "▴     1  zq a"), ("\r", "1 firing · am")],
        run.to_vec(),
        [run.to_vec(), vec![("\r", "It has ended: exit 0")]].concat(),
    ] {
        let mut console = Terminal::start(server.address, "lee", home, (120, 40));
        console.until("the incident", |screen| {
            screen.contains("zq a") && screen.contains("live")
        });
        let mut seen = "";
        for (keys, shown) in steps {
            console.press(keys);
            console.shows(shown.trim_start_matches(':'));
            seen = shown;
        }
        harmless(console.written(), seen);
        console.kill();
    }
}
