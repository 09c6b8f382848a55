//! `docs/cli.md` says which fields `--json` prints: here each table is held against what is printed,
//! so that neither goes without the other.

use crate::support::cli::{House, text, warroom};
use crate::support::server::{Wire, command};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use warroom::clock::{Clock as _, SystemClock};
use warroom::incident::Intent;

/// The tables of the page, by heading: each field, and whether it may be absent.
struct Page {
    tables: BTreeMap<String, BTreeMap<String, bool>>,
    checked: BTreeSet<String>,
}

impl Page {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
        let page = std::fs::read_to_string(file).unwrap();
        let (_, fields) = page.split_once("## Fields of `--json`").unwrap();
        let mut tables: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
        let mut heading = "";
        for line in fields.lines() {
            if let Some(name) = line.strip_prefix("### ") {
                heading = name;
                tables.insert(name.to_owned(), BTreeMap::new());
            } else if let Some((field, meaning)) = line
                .strip_prefix("| `")
                .and_then(|row| row.split_once("` |"))
            {
                let table = tables.get_mut(heading).expect(line);
                table.insert(field.to_owned(), meaning.contains("; absent "));
            }
        }
        let checked = BTreeSet::new();
        Self { tables, checked }
    }

    /// Each object has the fields of these tables and no other.
    fn holds<'a>(&mut self, headings: &[&str], objects: impl IntoIterator<Item = &'a Value>) {
        let mut fields = BTreeMap::new();
        for heading in headings {
            let table = self.tables.get(*heading).expect(heading);
            fields.extend(
                table
                    .iter()
                    .map(|(field, absent)| (field.as_str(), *absent)),
            );
        }
        let mut count = 0;
        for object in objects {
            let printed: BTreeSet<&str> =
                object.as_object().unwrap().keys().map(|k| &**k).collect();
            let all: BTreeSet<&str> = fields.keys().copied().collect();
            let always = fields.iter().filter(|(_, absent)| !**absent);
            let always: BTreeSet<&str> = always.map(|(field, _)| *field).collect();
            let unknown: Vec<_> = printed.difference(&all).collect();
            let missing: Vec<_> = always.difference(&printed).collect();
            assert!(
                unknown.is_empty() && missing.is_empty(),
                "{headings:?}: not on the page {unknown:?}, not printed {missing:?}: {object}"
            );
            times_are_utc(object);
            count += 1;
        }
        assert!(count > 0, "{headings:?}: nothing was printed");
        self.checked
            .extend(headings.iter().map(ToString::to_string));
    }
}

/// RFC 3339, UTC, to the millisecond, in every field that is a time by its name.
fn times_are_utc(value: &Value) {
    for (field, value) in value.as_object().into_iter().flatten() {
        let is_time = field.ends_with("_at") || matches!(&**field, "at" | "since" | "from");
        if let (true, Some(time)) = (is_time, value.as_str()) {
            assert!(time.len() == 24 && time.ends_with('Z'), "{field}: {time}");
            time.parse::<chrono::DateTime<chrono::Utc>>().expect(time);
        }
    }
}

fn each<'a>(of: &'a Value, list: &str) -> &'a Vec<Value> {
    of[list].as_array().expect(list)
}

const CONFIG: &str = r#"
[runbooks]
dirs = ["runbooks"]

[nags]
asks = 1

[[alerts.rules]]
name = "search"
match = { service = "search" }
window = { kind = "rolling", length = "30m" }

[[alerts.maintenance]]
name = "always"
match = { service = "archive" }
weekly = { from = "00:00", to = "00:00", zone = "utc" }
"#;

/// A house with a runbook and an incident, a drill, in which everything has happened that an object
/// can show.
async fn eventful() -> House {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("runbooks")).unwrap();
    let runbook = "# Checkout\n\n## Do\n\n1. Look\n2. Act\n";
    std::fs::write(home.path().join("runbooks/checkout.md"), runbook).unwrap();
    std::fs::write(home.path().join("config.toml"), CONFIG).unwrap();
    let house = House::with(home);
    let declare = [
        "declare",
        "Checkout 500s",
        "--drill",
        "--service",
        "checkout",
    ];
    house.ok(&[&declare[..], &["--severity", "2", "--started", "-5m"]].concat());
    for verb in [
        &["role", "INC-1", "ic", "me"][..],
        &["note", "INC-1", "!! pods restart #db"],
        &["note", "INC-1", "TODO: raise the limit @lee"],
        &["ask", "INC-1", "bo", "DB latency"],
        &["ask", "INC-1", "bo", "the pool's size"],
        &["ask", "INC-1", "1", "more", "5m", "the graph is slow"],
        &["propose", "INC-1", "roll back 4f2a by @bo"],
        &[
            "propose",
            "INC-1",
            "1",
            "object",
            "no backup",
            "--name",
            "ana",
        ],
        &["handover", "INC-1", "offer", "ic", "bo", "at step 4"],
        &["hypothesis", "INC-1", "the pool is too small"],
        &["hypothesis", "INC-1", "H1", "support", "#3", "it is full"],
        &["update", "INC-1", "We look."],
        &["runbook", "attach", "INC-1", "checkout"],
        &[
            "runbook",
            "step",
            "INC-1",
            "1",
            "skip",
            "--reason",
            "no dashboard",
        ],
        &["runbook", "mark", "INC-1", "2", "--note", "it lags"],
        &["run", "INC-1", "--", "echo", "hi"],
        &["consent", "INC-1", "--ask", "rm x"],
    ] {
        house.ok(verb);
    }
    let address = house.url.strip_prefix("ws://").unwrap().parse().unwrap();
    let mut wire = Wire::connect(address, None).await;
    wire.hello("kim", false).await;
    let mut submit = async |intent: Value| {
        let said = intent.to_string();
        let intent = serde_json::from_value::<Intent>(intent).expect(&said);
        let done = wire.submit(Some(1), &command(intent)).await;
        done.expect(&said).1
    };
    let noted = json!({"do": "note", "kind": "note", "text": "wrong pod"});
    let target = submit(noted).await;
    submit(json!({"do": "retract", "target": target, "reason": "it was another"})).await;
    submit(json!({"do": "add_link", "title": "Graph", "url": "https://g.example/1"})).await;
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z");
    let seen = [
        json!({"what": "signal", "series": [{"from": early, "step_ms": 60000, "values": [1.5, null]}]}),
        json!({"what": "issue", "id": "CHECKOUT-1", "events": 3, "users": 2, "first_seen": early, "last_seen": late}),
        json!({"what": "alerts", "firing": 2, "silenced": 0, "first_at": early, "last_at": late}),
    ];
    for seen in seen {
        let evidence = json!({"source": "prom", "title": "5xx", "at": late, "seen": seen});
        submit(json!({"do": "pin_evidence", "evidence": evidence})).await;
    }
    submit(json!({"do": "acknowledge_alerts", "group": "a", "title": "A", "reason": "seen"})).await;
    let soon = SystemClock.now() + chrono::TimeDelta::hours(1);
    let matcher = json!({"name": "alertname", "value": "A"});
    for call in [
        json!({"do": "create_silence", "source": "am", "matchers": [matcher], "ends_at": soon, "reason": "deploying"}),
        json!({"do": "expire_silence", "source": "am", "silence": "4f2a", "reason": "over"}),
        json!({"do": "resolve_issue", "source": "sentry", "issue": "1", "short": "CHECKOUT-1"}),
        json!({"do": "ignore_issue", "source": "sentry", "issue": "1", "short": "CHECKOUT-1", "minutes": 30}),
        json!({"do": "assign_issue", "source": "sentry", "issue": "1", "short": "CHECKOUT-1", "to": "bo@x.example"}),
        json!({"do": "annotate", "source": "grafana", "at": late, "text": "rolled back"}),
    ] {
        submit(json!({"do": "ask_outside", "call": call})).await;
    }
    house
}

/// An alert, as Alertmanager hands it in.
fn alert(house: &House) {
    let address = house.url.strip_prefix("ws://").unwrap();
    let body = r#"{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"High","service":"search","severity":"page"},"annotations":{"summary":"slow"},"startsAt":"2026-01-01T00:00:00Z","generatorURL":"http://p.example/1"}]}"#;
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    let head = "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nConnection: close";
    write!(
        socket,
        "{head}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn every_field_of_an_incident_is_on_the_page() {
    let mut page = Page::read();
    let house = eventful().await;
    alert(&house);
    let commands = house.json(&["note", "INC-1", "a receipt"]);
    page.holds(&["A command that is durable"], &commands);
    let board = "An incident on the board";
    page.holds(&[board], &house.json(&["list"]));
    page.holds(&["An ask"], &house.json(&["ask", "INC-1"]));
    let proposals = house.json(&["propose", "INC-1"]);
    page.holds(&["A proposal"], &proposals);
    page.holds(&["A handover"], &house.json(&["handover", "INC-1"]));
    let brief = &house.json(&["handover", "INC-1", "brief"])[0];
    page.holds(&["A brief"], [brief]);
    page.holds(&["A part of a brief"], each(brief, "parts"));
    let parts = each(brief, "parts").iter();
    let lines = parts.filter(|part| !part["lines"].as_array().unwrap().is_empty());
    page.holds(
        &["A line of a brief"],
        lines.flat_map(|part| each(part, "lines")),
    );
    let hypotheses = house.json(&["hypothesis", "INC-1"]);
    page.holds(&["A hypothesis"], &hypotheses);
    page.holds(&["Said of a hypothesis"], each(&hypotheses[0], "said"));
    page.holds(&["An objection"], each(&proposals[0], "objections"));
    page.holds(
        &["What a search found"],
        &house.json(&["search", "restart"]),
    );
    page.holds(
        &["A runbook that can be attached"],
        &house.json(&["runbook", "list"]),
    );
    let report = house.home.path().join("report.md");
    std::fs::write(&report, "links\n\n- 14:02-14:10 @bo looked\n").unwrap();
    let report = report.to_str().unwrap();
    let import = ["import", "INC-1", report, "--day", "2026-01-02"];
    page.holds(&["A line of an import"], &house.json(&import));
    page.holds(
        &["Something that changed"],
        &house.json(&["catch-up", "INC-1", "--after", "0"]),
    );
    page.holds(&["A draft of a report"], &house.json(&["can", "INC-1"]));
    page.holds(&["Something that is owed"], &house.json(&["nag", "INC-1"]));
    page.holds(&["A gap"], &house.json(&["gaps", "INC-1", "--over", "0s"]));
    let waiting = house.json(&["consent", "INC-1"]);
    page.holds(&["A request for consent"], &waiting);
    let lines = house.json(&["timeline", "INC-1"]);
    page.holds(&["A line of the timeline"], &lines);
    let runs = lines.iter().filter_map(|line| line.get("run"));
    page.holds(&["A command that was run"], runs);
    assert!(
        lines.iter().any(|line| line.get("retracted").is_some()),
        "{lines:?}"
    );

    let export = house.ok(&["export", "INC-1", "--format", "json"]);
    let export: Value = serde_json::from_str(&export).unwrap();
    let shown = &house.json(&["show", "INC-1"])[0];
    page.holds(&[board, "An incident in full"], [shown, &export]);
    assert!(shown.get("timeline").is_none());
    page.holds(&["A line of the timeline"], each(&export, "timeline"));
    page.holds(&["A line of the timeline"], each(shown, "pinned"));
    for (list, headings) in [
        ("roles", "A role that is held"),
        ("asks", "An ask"),
        ("proposals", "A proposal"),
        ("handovers", "A handover"),
        ("hypotheses", "A hypothesis"),
        ("runbooks", "An attached runbook"),
        ("updates", "An update"),
        ("links", "A link"),
        ("action_items", "Follow-up work"),
        ("acknowledged", "An acknowledgement"),
    ] {
        page.holds(&[headings], each(shown, list));
    }
    let steps = each(&shown["runbooks"][0], "steps");
    page.holds(&["A step"], steps);
    page.holds(&["Something said about a step"], each(&steps[1], "notes"));
    let alerted = &house.json(&["show", "INC-2"])[0];
    page.holds(&["An alert"], each(alerted, "alert_list"));
    let piece = "A piece of evidence";
    for (what, heading) in [
        ("signal", "Evidence: a signal"),
        ("issue", "Evidence: an issue"),
        ("alerts", "Evidence: alerts"),
    ] {
        let of = |piece: &&Value| piece["what"] == what;
        page.holds(&[piece, heading], each(shown, "evidence").iter().filter(of));
    }
    let signal = each(shown, "evidence")
        .iter()
        .find(|piece| piece["what"] == "signal");
    page.holds(&["A series"], each(signal.unwrap(), "series"));
    for (call, heading) in [
        ("create_silence", "Asked: a silence"),
        ("expire_silence", "Asked: the end of a silence"),
        ("resolve_issue", "Asked: to resolve an issue"),
        ("ignore_issue", "Asked: to ignore an issue"),
        ("assign_issue", "Asked: to assign an issue"),
        ("annotate", "Asked: a mark"),
    ] {
        let of = |asked: &&Value| asked["call"] == call;
        let asked = each(shown, "outside").iter().filter(of);
        page.holds(&["What was asked outside", heading], asked.clone());
        if call == "create_silence" {
            page.holds(
                &["A matcher"],
                asked.flat_map(|asked| each(asked, "matchers")),
            );
        }
    }
    around(&mut page, &house);
    let all: BTreeSet<String> = page.tables.keys().cloned().collect();
    assert_eq!(page.checked, all, "a table that nothing was held against");
}

/// What is said about the server, its tokens and this machine.
fn around(page: &mut Page, house: &House) {
    page.holds(
        &["The configuration, looked at"],
        &house.json(&["config", "check"]),
    );
    page.holds(
        &["The configuration that holds"],
        &house.json(&["config", "show"]),
    );
    let body = r#"[{"labels": {"service": "search"}}, {"labels": {"service": "archive"}}]"#;
    let file = house.home.path().join("alerts.json");
    std::fs::write(&file, body).unwrap();
    let explained = house.json(&["config", "explain", file.to_str().unwrap()]);
    page.holds(&["An alert, explained"], &explained);
    for (list, heading) in [
        ("maintenance", "Maintenance that was asked"),
        ("rules", "A rule that was asked"),
    ] {
        page.holds(&[heading], explained.iter().flat_map(|one| each(one, list)));
    }
    page.holds(&["A group window"], [&explained[0]["window"]]);
    page.holds(&["When an alert flaps"], [&explained[0]["flapping"]]);
    assert_eq!(
        (&explained[0]["would"], &explained[1]["would"]),
        (&json!("open"), &json!("hold"))
    );
    page.holds(&["What the doctor found"], &house.json(&["doctor"]));
    page.holds(&["A scenario"], &house.json(&["demo", "--list"]));
    page.holds(&["The server"], &house.json(&["serve", "--status"]));
    let created = house.json(&["token", "create", "maya", "--level", "admin"]);
    page.holds(&["A new token"], &created);
    page.holds(&["A token"], &house.json(&["token", "list"]));
    let revoked = house.json(&["token", "revoke", "maya"]);
    page.holds(&["A token that was taken back"], &revoked);
    page.holds(&["The server's end"], &house.json(&["serve", "--stop"]));
    let whole = "Whether a journal is whole";
    page.holds(&[whole], &house.json(&["verify"]));
    let copy = house.home.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    page.holds(&["A copy of the journal"], &house.json(&["backup", copy]));
    let restored = house.json(&["restore", copy, "--replace"]);
    page.holds(&["A copy in the journal's place"], &restored);

    let home = house.home.path();
    let journal = home.join("data/journal.db");
    let mut bytes = std::fs::read(&journal).unwrap();
    // Wherever it stands: also in pages that are free.
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"\"kim\"" {
            bytes[at + 1] = b'j';
        }
    }
    std::fs::write(&journal, bytes).unwrap();
    let broken = warroom(home).args(["verify", "--json"]).output().unwrap();
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let broken: Value = serde_json::from_slice(&broken.stdout).unwrap();
    page.holds(&[whole], [&broken]);
    page.holds(&["A break"], each(&broken, "breaks"));
    let repaired = house.json(&["repair"]);
    page.holds(&["A journal that was repaired"], &repaired);
    page.holds(
        &["What of a log could not be kept"],
        each(&repaired[0], "logs"),
    );
    page.holds(&["A journal that was repaired"], &house.json(&["repair"]));
}

/// The lines that a pipe holds are more than its reader wants.
#[test]
fn whoever_has_read_enough_may_go() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let long = "x".repeat(30_000);
    for _ in 0..10 {
        house.ok(&["note", "INC-1", "--plain", &long]);
    }
    for arguments in [
        &["timeline", "INC-1"][..],
        &["timeline", "INC-1", "--json"],
        &["timeline", "INC-1", "--follow"],
        &["export", "INC-1", "--format", "jsonl"],
        &["search", "x", "--json"],
    ] {
        let mut command: Command = house.command(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut one = [0; 1];
        child.stdout.as_mut().unwrap().read_exact(&mut one).unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {ended:?}");
        assert_eq!(text(&ended.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_timeline_that_is_followed_goes_on_over_a_restart_and_misses_nothing() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let mut following = house
        .command(&["timeline", "INC-1", "--follow", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["seq"], 1);
    house.ok(&["note", "INC-1", "first"]);
    assert_eq!(next()["text"], "first");
    let house = house.restart();
    house.ok(&["note", "INC-1", "second"]);
    house.ok(&["note", "INC-1", "third"]);
    assert_eq!(next()["text"], "second");
    assert_eq!(next()["text"], "third");
    following.kill().unwrap();
    following.wait().unwrap();
}
