//! The real binary against a real server, end to end, as a script uses it.

use crate::support::cli::{House, text, warroom};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(|k| &**k).collect()
}

#[test]
fn an_incident_from_its_declaration_to_its_export() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("runbooks")).unwrap();
    std::fs::write(
        home.path().join("runbooks/checkout.md"),
        "# Checkout\n\n## Do\n\n1. Look\n2. Act\n",
    )
    .unwrap();
    std::fs::write(
        home.path().join("config.toml"),
        "[runbooks]\ndirs = [\"runbooks\"]\n",
    )
    .unwrap();
    let house = House::with(home);

    let declared = house.ok(&["declare", "Checkout 500s", "--severity", "1"]);
    assert_eq!(declared, "INC-1: declared SEV1: Checkout 500s\n");
    let listed = house.json(&["list"]);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["incident"], "INC-1");
    assert_eq!(listed[0]["severity"], 1);
    assert!(house.ok(&["show", "INC-1"]).contains("Checkout 500s"));

    house.ok(&["note", "INC-1", "-2m !! pods restart #db"]);
    let mut piped = house
        .command(&["note", "INC-1", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    piped
        .stdin
        .take()
        .unwrap()
        .write_all(b"two lines\nof output\n")
        .unwrap();
    assert!(piped.wait_with_output().unwrap().status.success());
    let lines = house.json(&["timeline", "INC-1"]);
    let pinned = lines
        .iter()
        .find(|line| line["text"] == "pods restart #db")
        .unwrap();
    assert_eq!(
        names(pinned),
        [
            "amended",
            "by",
            "incident",
            "kind",
            "occurred_at",
            "pinned",
            "private",
            "recorded_at",
            "seq",
            "tags",
            "text",
            "via"
        ]
    );
    assert_eq!(pinned["pinned"], true);
    assert_eq!(pinned["by"], "kim");
    assert_eq!(pinned["via"], "cli");
    assert_eq!(pinned["tags"][0], "db");
    assert!(pinned["occurred_at"].as_str() < pinned["recorded_at"].as_str());
    assert!(
        lines
            .iter()
            .any(|line| line["text"] == "two lines\nof output")
    );

    let refused = house.fails(1, &["severity", "INC-1", "2", "--name", "bo"]);
    assert!(
        refused.contains("error: ") && refused.contains("hint: "),
        "{refused}"
    );
    house.ok(&["role", "INC-1", "ic", "me"]);
    house.ok(&["severity", "INC-1", "2"]);

    assert!(house.ok(&["runbook", "list"]).contains("checkout"));
    house.ok(&["runbook", "attach", "INC-1", "checkout"]);
    house.ok(&["runbook", "step", "INC-1", "1", "done"]);
    let shown = house.ok(&["show", "INC-1"]);
    assert!(shown.contains("Runbook checkout  1/2"), "{shown}");

    let found = house.json(&["search", "restart"]);
    assert_eq!(found[0]["incident"], "INC-1", "{found:?}");
    for (format, holds) in [
        ("markdown", "Checkout 500s"),
        ("json", "\"INC-1\""),
        ("jsonl", "\"hash\""),
    ] {
        let exported = house.ok(&["export", "INC-1", "--format", format]);
        assert!(exported.contains(holds), "{format}: {exported}");
    }
    let log = house.ok(&["export", "INC-1", "--format", "jsonl"]);
    let file = house.home.path().join("INC-1.jsonl");
    std::fs::write(&file, &log).unwrap();
    let file = file.to_str().unwrap();
    assert!(house.ok(&["verify", "--file", file]).contains("all whole"));
    std::fs::write(file, log.replace("pods restart", "pods restarT")).unwrap();
    let broken = house.run(&["verify", "--file", file]);
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    assert!(
        text(&broken.stdout).contains("INC-1 breaks at seq "),
        "{broken:?}"
    );
}

#[test]
fn nothing_that_listens_is_exit_code_3_and_nothing_that_exists_is_1() {
    let house = House::open();
    let nobody = ["list", "--server", "ws://127.0.0.1:1", "--timeout", "5s"];
    assert!(house.fails(3, &nobody).contains("warroom serve"));
    for args in [
        &["show", "INC-9"][..],
        &["note", "INC-9", "x"],
        &["timeline", "INC-9"],
    ] {
        let said = house.fails(1, args);
        assert!(said.contains("INC-9"), "{args:?}: {said}");
    }
    let meant = house.fails(2, &["note", "INC-9", "--plain", " "]);
    assert!(meant.contains("nothing to write"), "{meant}");
}

#[test]
fn a_second_server_names_the_first_and_numbers_have_no_gaps_over_a_restart() {
    let house = House::open();
    let pid = house.serving.id().to_string();
    let second = house.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        second.contains(&pid) && second.contains(&house.url),
        "{second}"
    );
    for number in 1..=3 {
        let said = house.ok(&["declare", "x"]);
        assert!(said.starts_with(&format!("INC-{number}: ")), "{said}");
    }
    let home = house.close();
    let whole = warroom(&home).args(["verify", "--json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(report["whole"], true, "{report}");
    assert_eq!(report["incidents"], 3);

    // One byte of what someone wrote.
    let journal = home.join("data/journal.db");
    let at = text_in(&journal, b"\"kim\"").unwrap();
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[at + 1] = b'j';
    std::fs::write(&journal, bytes).unwrap();
    let broken = warroom(&home).arg("verify").output().unwrap();
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let said = text(&broken.stdout);
    assert!(
        said.contains("INC-") && said.contains(" breaks at seq "),
        "{said}"
    );
    std::fs::remove_dir_all(home).unwrap();
}

fn text_in(file: &Path, wanted: &[u8]) -> Option<usize> {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(wanted.len()).position(|here| here == wanted)
}

#[test]
fn once_there_is_a_token_nobody_is_let_in_without() {
    let house = House::open();
    house.ok(&["declare", "x"]);
    let token = house.ok(&["token", "create", "maya", "--level", "responder"]);
    let refused = house.fails(1, &["list"]);
    assert!(refused.contains("token"), "{refused}");
    let file = house.home.path().join("token");
    std::fs::write(&file, token).unwrap();
    let file = file.to_str().unwrap();
    let listed = house.json(&["list", "--token-file", file]);
    assert_eq!(listed.len(), 1);
    house.ok(&["note", "INC-1", "by token", "--token-file", file]);
    let lines = house.json(&["timeline", "INC-1", "--token-file", file]);
    assert_eq!(lines.last().unwrap()["by"], "maya");
    house.ok(&["token", "revoke", "maya"]);
    house.fails(1, &["list", "--token-file", file]);
}

#[test]
fn two_that_start_the_local_server_at_once_end_on_one() {
    let home = tempfile::tempdir().unwrap();
    let list = || {
        let mut command = warroom(home.path());
        command
            .arg("list")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let both = [list(), list()];
    for child in both {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let serve = |what: &str| {
        warroom(home.path())
            .args(["serve", what, "--json"])
            .output()
            .unwrap()
    };
    let status: Value = serde_json::from_slice(&serve("--status").stdout).unwrap();
    assert_eq!(status["journal_writable"], true, "{status}");
    let stopped: Value = serde_json::from_slice(&serve("--stop").stdout).unwrap();
    assert_eq!(stopped["pid"], status["pid"]);
    assert_eq!(serve("--status").status.code(), Some(3));
    assert_eq!(serve("--stop").status.code(), Some(3));
}

#[test]
fn a_local_server_that_nobody_uses_ends_by_itself() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--local", "--idle", "1s"];
    let served = warroom(home.path()).args(arguments).output().unwrap();
    assert!(served.status.success(), "{served:?}");
    assert!(!home.path().join("data/server.json").exists());
    let log = std::fs::read_to_string(home.path().join("state/server.log")).unwrap();
    assert!(log.contains("nobody connected and nothing open"), "{log}");
}

#[test]
fn a_signal_ends_it_in_order() {
    let mut house = House::open();
    house.ok(&["declare", "x"]);
    let pid = house.serving.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(house.serving.wait().unwrap().success());
    assert!(!house.home.path().join("data/server.json").exists());
}

#[test]
fn a_drill_is_played_line_by_line_where_there_is_no_terminal() {
    let home = tempfile::tempdir().unwrap();
    for scenario in ["checkout-5xx", "database-failover"] {
        let args = ["demo", scenario, "--speed", "1000", "--json"];
        let played = warroom(home.path()).args(args).output().unwrap();
        assert_eq!(played.status.code(), Some(0), "{scenario}: {played:?}");
        let printed = text(&played.stdout);
        let lines: Vec<Value> = printed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(lines.len() > 20, "{scenario}: {printed}");
        assert!(lines.iter().any(|line| line["by"] == "maya"), "{printed}");
        assert!(
            lines.iter().any(|line| line["via"] == "alertmanager"),
            "{printed}"
        );
        assert!(
            lines.iter().all(|line| line["incident"] == "INC-1"),
            "{printed}"
        );
    }
    // Ended early: by whoever reads it, or by a signal.
    let mut played = warroom(home.path());
    let mut cut = played
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env("TMPDIR", home.path())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(cut.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("HighErrorRate"));
    drop(lines);
    assert!(cut.wait().unwrap().success());
    for signal in ["-TERM", "-HUP", "-INT"] {
        let mut cut = played.spawn().unwrap();
        let mut lines = BufReader::new(cut.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        let sent = Command::new("kill")
            .args([signal, &cut.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        lines.for_each(drop);
        assert!(cut.wait().unwrap().success(), "{signal}");
    }
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let listed = warroom(home.path())
        .args(["demo", "--list"])
        .output()
        .unwrap();
    assert!(text(&listed.stdout).contains("checkout-5xx"));
    let unknown = warroom(home.path())
        .args(["demo", "nothing"])
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn the_doctor_names_what_does_not_work_and_starts_nothing() {
    let home = tempfile::tempdir().unwrap();
    let well = warroom(home.path()).arg("doctor").output().unwrap();
    assert_eq!(well.status.code(), Some(0), "{well:?}");
    assert!(!home.path().join("data").exists());
    std::fs::write(home.path().join("config.toml"), "[client]\nnam = 1\n").unwrap();
    let ill = warroom(home.path()).arg("doctor").output().unwrap();
    assert_eq!(ill.status.code(), Some(1), "{ill:?}");
    assert!(text(&ill.stdout).contains("BAD   config"), "{ill:?}");
}

#[test]
fn a_mistake_in_the_configuration_is_told_in_its_place() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(
        home.path().join("config.toml"),
        "[server]\nlisten = \"here\"\n",
    )
    .unwrap();
    for args in [&["config", "check"][..], &["serve"], &["list"]] {
        let output = warroom(home.path()).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        assert!(text(&output.stderr).contains("listen"), "{output:?}");
    }
    std::fs::write(home.path().join("config.toml"), "[client]\nname = \"bo\"\n").unwrap();
    let good = warroom(home.path())
        .args(["config", "check"])
        .output()
        .unwrap();
    assert!(text(&good.stdout).contains("no mistakes"), "{good:?}");
    let shown = warroom(home.path())
        .args(["config", "show", "--json"])
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["client"]["name"], "bo");
}

#[tokio::test]
async fn what_was_pinned_acknowledged_and_asked_outside_is_shown_and_exported() {
    use crate::support::server::{Wire, command};
    use crate::support::story::{a_signal, a_silence};
    use warroom::incident::{Intent, limits};

    let house = House::open();
    house.ok(&["declare", "Checkout 500s", "--drill"]);
    let address = house.url.split("//").last().unwrap().trim_end_matches('/');
    let mut wire = Wire::connect(address.parse().unwrap(), None).await;
    wire.hello("maya", false).await;
    let now = command(Intent::ClaimRole {
        role: warroom::incident::Role::Scribe,
    })
    .written_at;
    let pieces = limits::EVIDENCE + 2;
    let pins = (0..pieces).map(|_| Intent::PinEvidence {
        evidence: a_signal(now).into(),
        text: "since the deploy".into(),
        private: false,
    });
    let others = [
        Intent::AcknowledgeAlerts {
            group: "a".into(),
            title: "HighErrorRate checkout".into(),
            until: Some(now + chrono::TimeDelta::hours(1)),
            reason: "deploying the fix".into(),
        },
        Intent::AskOutside {
            call: a_silence("HighErrorRate", now + chrono::TimeDelta::hours(1)),
        },
    ];
    for intent in pins.chain(others) {
        wire.submit(Some(1), &command(intent)).await.unwrap();
    }

    let shown = house.ok(&["show", "INC-1"]);
    for words in [
        "5xx 12.4 % (critical) · was 0.2 % at ",
        "HighErrorRate checkout  maya  ",
        "maya asked alertmanager to silence HighErrorRate{service=\"checkout\"} until ",
        "not sent to alertmanager (this is a drill)",
    ] {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    let state = &house.json(&["show", "INC-1"])[0];
    assert_eq!(
        state["evidence"].as_array().unwrap().len(),
        limits::EVIDENCE
    );
    assert_eq!(state["acknowledged"][0]["reason"], "deploying the fix");
    assert_eq!(state["outside"][0]["outcome"], "not_sent");
    let lines = house.json(&["timeline", "INC-1"]);
    let kinds: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["kind"].as_str())
        .collect();
    assert_eq!(
        kinds[kinds.len() - 4..],
        ["evidence", "alert", "outside", "outside"]
    );
    let exported = house.ok(&["export", "INC-1", "--format", "json"]);
    let exported: Value = serde_json::from_str(&exported).unwrap();
    assert_eq!(exported["evidence"].as_array().unwrap().len(), pieces);
    let markdown = house.ok(&["export", "INC-1", "--format", "markdown"]);
    assert!(markdown.contains("| evidence | maya | 5xx 12\\.4 % \\(critical\\) · was"));
    let log = house.home.path().join("log.jsonl");
    std::fs::write(&log, house.ok(&["export", "INC-1", "--format", "jsonl"])).unwrap();
    house.ok(&["verify", "--file", log.to_str().unwrap()]);
}

#[test]
fn a_report_is_shown_then_written_once_and_in_its_place() {
    let house = House::with(tempfile::tempdir().unwrap());
    house.ok(&["declare", "Hub down", "--started", "2026-01-02 13:00"]);
    let report = house.home.path().join("report.md");
    std::fs::write(
        &report,
        "# 2026-01-02, hub down\n\n## Timeline\n\nAll times in CET\n\nlinks\n\n### 14:02\n\nIt is slow.\n\n\
         ### 14:10-14:20\n\n@bo says no.\n\nTODO: raise the limit\n\n### 14:02\n\nIt is slow.\n",
    )
    .unwrap();
    let import = ["import", "INC-1", report.to_str().unwrap()];
    let shown = house.ok(&import);
    assert!(shown.contains("Times are in CET"), "{shown}");
    assert!(
        shown.contains("7     no time stands before it  links"),
        "{shown}"
    );
    assert!(shown.contains("--yes writes these 4 entries"), "{shown}");
    assert_eq!(
        house.json(&["timeline", "INC-1"]).len(),
        1,
        "nothing is written yet"
    );

    let write = [&import[..], &["--yes"]].concat();
    assert!(house.ok(&write).contains("INC-1: 4 entries brought in"));
    house.ok(&write);
    let lines = house.json(&["timeline", "INC-1"]);
    let of = |kind: &str| -> Vec<(&str, &str)> {
        let of_kind = lines.iter().filter(|line| line["kind"] == kind);
        of_kind
            .map(|line| {
                (
                    line["occurred_at"].as_str().unwrap(),
                    line["text"].as_str().unwrap(),
                )
            })
            .collect()
    };
    assert_eq!(
        of("note"),
        [
            ("2026-01-02T13:02:00.000Z", "It is slow."),
            ("2026-01-02T13:02:00.000Z", "It is slow."),
            ("2026-01-02T13:10:00.000Z", "(until 13:20 UTC) @bo says no."),
        ]
    );
    assert_eq!(of("action_item").len(), 1, "and not twice");

    let later = house.run(&[&import[..], &["--day", "2099-01-01", "--yes"]].concat());
    assert_eq!(later.status.code(), Some(1));
    assert!(
        text(&later.stderr).contains("lie in the future, first line 9"),
        "{later:?}"
    );
    std::fs::write(&report, "no time in it").unwrap();
    let nothing = house.run(&write);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(
        text(&nothing.stderr).contains("holds no time that can be read"),
        "{nothing:?}"
    );
    assert!(
        text(&nothing.stdout).contains("no time in it"),
        "{nothing:?}"
    );
}

#[test]
fn an_ask_is_put_answered_given_time_and_closed_from_the_shell() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    house.ok(&["role", "INC-1", "ic", "me"]);
    assert!(house.ok(&["ask", "INC-1"]).contains("Nobody is asked"));
    let asked = house.ok(&["ask", "INC-1", "@bo", "10m", "check", "web", "latency"]);
    assert!(asked.contains("ask bo, due ") && asked.contains("(10m): check web latency"));
    // The old form of the words, and a time beside them.
    house.ok(&["ask", "INC-1", "ana", "read the logs", "--within", "90s"]);
    let told = ["ask", "INC-1", "@zoe", "5m", "call the bank", "--told"];
    let noted = house.ok(&[&told[..], &["--name", "lee"]].concat());
    assert!(noted.contains("kim told zoe by voice"), "{noted}");
    let as_bo = |words: &[&str]| house.ok(&[&["ask", "INC-1"], words, &["--name", "bo"]].concat());
    as_bo(&["1", "ack"]);
    as_bo(&["1", "more", "15m", "the graph is slow"]);
    let listed = house.ok(&["ask", "INC-1"]);
    let rows: Vec<&str> = listed.lines().collect();
    assert!(rows[0].starts_with("ASK  TO   DUE"), "{listed}");
    // The first that is due comes first.
    assert!(rows[1].starts_with("2    ana  0"), "{listed}");
    assert!(rows[2].starts_with("3    zoe  0"), "{listed}");
    assert!(rows[3].contains("acknowledged, needs 15m more"), "{listed}");
    let open = house.json(&["ask", "INC-1"]);
    let zoe = &open[1];
    assert_eq!(
        (&zoe["by"], &zoe["noted_by"]),
        (&"kim".into(), &"lee".into())
    );
    assert_eq!(open[2]["more_minutes"], 15);
    let refused = house.fails(1, &["ask", "INC-1", "1", "extend", "--name", "bo"]);
    assert!(refused.contains("Only kim, who asked"), "{refused}");
    house.ok(&["ask", "INC-1", "1", "extend"]);
    as_bo(&["1", "done", "latency is normal"]);
    house.ok(&["ask", "INC-1", "2", "withdraw", "found already"]);
    house.ok(&["ask", "INC-1", "3", "done", "they know", "--name", "lee"]);
    let shown = &house.json(&["show", "INC-1"])[0]["asks"];
    let fields = |field: &str| -> Vec<String> {
        let asks = shown.as_array().unwrap().iter();
        asks.map(|ask| ask[field].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(fields("state"), ["done", "withdrawn", "done"]);
    assert_eq!(
        fields("result"),
        ["latency is normal", "found already", "they know"]
    );
    assert_eq!(fields("ended_by"), ["bo", "kim", "lee"]);
    for (words, says) in [
        (&["1", "finished"][..], "'finished' is not an answer"),
        (&["@bo", "10m"], "/ask needs words"),
        (&["bo smith", "--within", "30h"], "between 1m and 1440m"),
    ] {
        let usage = house.fails(2, &[&["ask", "INC-1"], words].concat());
        assert!(usage.contains(says), "{words:?}: {usage}");
    }
}

#[test]
fn a_decision_is_proposed_objected_to_and_decided_from_the_shell() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(
        home.path().join("config.toml"),
        "[decisions]\nwindow = \"5s\"\n",
    )
    .unwrap();
    let house = House::with(home);
    house.ok(&["declare", "Checkout 500s"]);
    house.ok(&["role", "INC-1", "ic", "me"]);
    assert!(
        house
            .ok(&["propose", "INC-1"])
            .contains("Nothing was proposed")
    );
    let put = [
        "propose", "INC-1", "roll", "back", "4f2a", "by", "@bo", "--name", "ana",
    ];
    let said = house.ok(&put);
    assert!(said.contains("proposal, bo would do it"), "{said}");
    let object = [
        "propose",
        "INC-1",
        "1",
        "object",
        "no backup",
        "--name",
        "lee",
    ];
    house.ok(&object);
    house.ok(&["propose", "INC-1", "fail over"]);
    let state = |wanted: &[&str]| {
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
        loop {
            let all = house.json(&["propose", "INC-1"]);
            let now: Vec<&str> = all.iter().map(|p| p["state"].as_str().unwrap()).collect();
            if now == wanted {
                return all.clone();
            }
            assert!(std::time::Instant::now() < limit, "{now:?}");
        }
    };
    let all = state(&["contested", "decided"]);
    assert_eq!(all[1]["ended_by"], "warroom");
    let refused = house.fails(1, &["propose", "INC-1", "1", "decide", "--name", "lee"]);
    assert!(refused.contains("Only the Incident Commander"), "{refused}");
    house.ok(&["propose", "INC-1", "1", "decide", "it is", "in git"]);
    let all = state(&["decided", "decided"]);
    assert_eq!(all[0]["objections"][0]["by"], "lee");
    let asks = house.json(&["ask", "INC-1"]);
    let verify = asks.iter().find(|ask| ask["to"] == "bo").unwrap();
    assert_eq!(verify["text"], "verify: roll back 4f2a");
    let document = house.ok(&["export", "INC-1", "--format", "markdown"]);
    assert!(document.contains("## Decisions"), "{document}");
    assert!(
        document.contains("objection of lee: no backup"),
        "{document}"
    );
    let usage = house.fails(2, &["propose", "INC-1", "1", "veto"]);
    assert!(usage.contains("'veto' is none of"), "{usage}");
}

#[test]
fn a_role_is_handed_over_from_the_shell() {
    let house = House::with(tempfile::tempdir().unwrap());
    house.ok(&["declare", "Checkout 500s"]);
    house.ok(&["role", "INC-1", "ic", "me"]);
    assert!(
        house
            .ok(&["handover", "INC-1"])
            .contains("No role was offered")
    );
    let offer = [
        "handover",
        "INC-1",
        "offer",
        "ic",
        "bo",
        "rollback",
        "is at step 4",
    ];
    assert!(
        house
            .ok(&offer)
            .contains("Incident Commander is offered to bo")
    );
    let again = house.fails(1, &["handover", "INC-1", "offer", "ic", "ana"]);
    assert!(
        again.contains("bo is offered Incident Commander already"),
        "{again}"
    );
    let none = house.fails(1, &["handover", "INC-1", "accept", "--yes"]);
    assert!(none.contains("You are offered no such role"), "{none}");
    // Nobody says that it was read: it is printed, and the holder keeps the role.
    let unread = house.fails(1, &["handover", "INC-1", "accept", "--name", "bo"]);
    assert!(
        unread.contains("Nobody is here to say that the brief was read"),
        "{unread}"
    );
    let took = house.ok(&["handover", "INC-1", "accept", "--yes", "--name", "bo"]);
    for said in [
        "Said with the offer",
        "rollback is at step 4",
        "Open asks",
        "you have Incident Commander now",
    ] {
        assert!(took.contains(said), "{said}: {took}");
    }
    let all = house.json(&["handover", "INC-1"]);
    assert_eq!(all[0]["state"], "accepted");
    assert!(all[0]["briefed_at"].is_string());
    let shown = &house.json(&["show", "INC-1"])[0];
    assert_eq!(shown["commander"], "bo");
    house.ok(&[
        "handover",
        "INC-1",
        "offer",
        "ic",
        "ana",
        "--minutes",
        "5",
        "--name",
        "bo",
    ]);
    house.ok(&["handover", "INC-1", "decline", "I sleep", "--name", "ana"]);
    house.ok(&["handover", "INC-1", "offer", "ic", "ana", "--name", "bo"]);
    house.ok(&[
        "handover", "INC-1", "withdraw", "ic", "--reason", "no", "--name", "bo",
    ]);
    let states: Vec<_> = house.json(&["handover", "INC-1"]);
    let states: Vec<&str> = states
        .iter()
        .map(|h| h["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["accepted", "declined", "withdrawn"]);
    let lines = house.ok(&["timeline", "INC-1"]);
    assert!(
        lines.contains("declined Incident Commander; bo keeps it (I sleep)"),
        "{lines}"
    );
}

#[test]
fn a_hypothesis_is_written_judged_and_exported_from_the_shell() {
    let house = House::with(tempfile::tempdir().unwrap());
    house.ok(&["declare", "Checkout 500s"]);
    assert!(
        house
            .ok(&["hypothesis", "INC-1"])
            .contains("Nobody has supposed anything")
    );
    house.ok(&["hypothesis", "INC-1", "the pool", "is too small"]);
    house.ok(&["note", "INC-1", "/hypothesis a bad deploy"]);
    house.ok(&[
        "hypothesis",
        "INC-1",
        "H1",
        "support",
        "#1",
        "the pool is full",
    ]);
    house.ok(&["hypothesis", "INC-1", "H2", "rule-out", "there", "was none"]);
    let bare = house.fails(2, &["hypothesis", "INC-1", "H1", "rule-out"]);
    assert!(bare.contains("what speaks for it"), "{bare}");
    let wrong = house.fails(2, &["hypothesis", "INC-1", "H1", "doubt", "it"]);
    assert!(wrong.contains("'doubt' is none of"), "{wrong}");
    let missing = house.fails(1, &["hypothesis", "INC-1", "H9", "rule-out", "no"]);
    assert!(missing.contains("There is no hypothesis H9"), "{missing}");
    let all = house.json(&["hypothesis", "INC-1"]);
    assert_eq!(
        (&all[0]["state"], &all[1]["state"]),
        (&"supported".into(), &"ruled_out".into())
    );
    assert_eq!(all[0]["said"][0]["evidence"], 1);
    house.ok(&["hypothesis", "INC-1", "H2", "reconsider"]);
    let document = house.ok(&["export", "INC-1", "--format", "markdown"]);
    for said in [
        "## Hypotheses",
        "H1 supported: the pool is too small",
        "against it by",
    ] {
        assert!(document.contains(said), "{said}: {document}");
    }
}
