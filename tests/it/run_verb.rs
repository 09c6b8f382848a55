//! `warroom run` with the real binary and a real server.

use crate::support::cli::{House, text, warroom};
use crate::support::terminal::{Served, Terminal};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

#[test]
fn a_command_becomes_one_entry_and_its_exit_code_is_its_own() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let script = "echo password=hunter2; echo two >&2; echo three; exit 5";
    let note = [
        "run", "INC-1", "--note", "the pods", "--shell", "--", script,
    ];
    let ran = house.run(&note);
    assert_eq!(ran.status.code(), Some(5), "{ran:?}");
    // The own terminal shows it as it is.
    assert_eq!(text(&ran.stdout), "password=hunter2\ntwo\nthree\n");
    let said = text(&ran.stderr);
    assert!(
        said.contains("exit 5") && said.contains("2 secrets taken out"),
        "{said}"
    );
    assert!(said.contains("recorded as entry "), "{said}");

    let lines = house.json(&["timeline", "INC-1"]);
    let run = lines
        .iter()
        .find(|line| line["kind"] == "command_run")
        .unwrap();
    assert_eq!(run["run"]["output"], "password=[redacted]\ntwo\nthree\n");
    assert_eq!(run["run"]["end"]["code"], 5);
    assert_eq!(run["run"]["user"], "kim");
    assert_eq!(run["run"]["redacted"], 2);
    assert!(!run.to_string().contains("hunter2"));
    assert!(
        run["text"]
            .as_str()
            .unwrap()
            .ends_with("3 lines · the pods"),
        "{run}"
    );
    for form in ["markdown", "json", "jsonl"] {
        let export = house.ok(&["export", "INC-1", "--format", form]);
        assert!(
            export.contains("three") && !export.contains("hunter2"),
            "{form}: {export}"
        );
    }
}

#[test]
fn what_is_sent_is_the_writers_to_choose() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let numbers = ["--shell", "--", "seq 1 9"];
    let run = |flags: &[&str]| {
        let all = [&["run", "INC-1"], flags, &numbers].concat();
        let ran = house.run(&all);
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        ran
    };
    let said = text(&run(&["--no-send", "--trim=2-3,9"]).stderr);
    assert!(
        said.contains("warroom: 2\nwarroom: 3\nwarroom: […"),
        "{said}"
    );
    assert!(said.contains("nothing was sent"), "{said}");
    assert_eq!(house.json(&["timeline", "INC-1"]).len(), 1);
    run(&["--trim=-2", "--private"]);
    let lines = house.json(&["timeline", "INC-1"]);
    let sent = lines.last().unwrap();
    assert_eq!(sent["private"], true);
    assert_eq!(
        sent["run"]["output"],
        "[… 7 lines left out by the writer …]\n8\n9\n"
    );
    let nobody = house.run(&["run", "INC-1", "--trim", "--", "echo", "hi"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(text(&nobody.stderr).contains("nothing was sent"));
    // A command's words are its own: flags behind -- are not ours.
    let json = house.run(&["run", "INC-1", "--json", "--", "echo", "--private", "a b"]);
    assert!(
        text(&json.stdout).contains("\"incident\":\"INC-1\""),
        "{json:?}"
    );
    assert!(
        text(&json.stderr).starts_with("--private a b\n"),
        "{json:?}"
    );
    let lines = house.json(&["timeline", "INC-1"]);
    assert_eq!(
        lines.last().unwrap()["run"]["command"],
        "echo --private 'a b'"
    );
}

#[test]
fn a_server_that_is_away_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let data = home.path().join("served");
    let server = Served::start(&data, any);
    let address = server.address;
    let url = format!("ws://{address}");
    let verb = |args: &[&str]| {
        let mut command = warroom(home.path());
        command
            .args(args)
            .env("WARROOM_SERVER", &url)
            .output()
            .unwrap()
    };
    assert!(verb(&["declare", "Checkout 500s"]).status.success());
    drop(server);
    let ran = verb(&[
        "run",
        "INC-1",
        "--shell",
        "--",
        "echo password=hunter2; echo kept",
    ]);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert!(
        text(&ran.stderr).contains("waits in your outbox"),
        "{ran:?}"
    );
    // On the disk for its owner alone, and without what is secret.
    let outbox = home.path().join("state/outbox");
    let files: Vec<_> = std::fs::read_dir(&outbox)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    let mode = files[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let kept = std::fs::read_to_string(&files[0]).unwrap();
    assert!(kept.contains("kept") && !kept.contains("hunter2"), "{kept}");

    // The next console sends it.
    let server = Served::start(&data, address);
    let join = ["--name", "kim", "join", &url, "--incident", "INC-1"];
    let state = home.path().join("state");
    let variables = [("WARROOM_STATE", state.as_path())];
    let mut console = Terminal::run(&join, home.path(), &variables, (120, 40));
    console.shows("echo password=[redacted]; echo kept · exit 0");
    let lines = verb(&["timeline", "INC-1", "--json"]);
    assert!(text(&lines.stdout).contains("kept"));
    drop(server);
}

#[test]
fn ctrl_c_stops_the_command_and_what_it_printed_is_recorded() {
    interrupted("exit 3", 130, "stopped");
}

#[test]
fn a_command_that_ends_well_when_it_is_asked_to_has_ended_well() {
    interrupted("exit 0", 0, "exited");
}

/// Runs a command that says goodbye when it is interrupted, and interrupts it.
fn interrupted(ends: &str, code: i32, end: &str) {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let script = format!("trap 'echo bye; {ends}' INT; echo begun; while :; do sleep 0.2; done");
    let mut running = house
        .command(&["run", "INC-1", "--shell", "--", &script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "begun");
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &running.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(lines.next().unwrap().unwrap(), "bye");
    assert_eq!(running.wait().unwrap().code(), Some(code));
    let lines = house.json(&["timeline", "INC-1"]);
    let run = &lines.last().unwrap()["run"];
    assert_eq!(run["end"]["end"], end);
    assert_eq!(run["output"], "begun\nbye\n");
}

#[test]
fn one_whose_warroom_is_killed_ends_with_it() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let mut run = warroom(house.home.path());
    let script = "echo $$; trap '' HUP; while :; do sleep 600; done";
    run.args(["run", "INC-1", "--shell", "--", script]);
    let mut run = run
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    BufReader::new(run.stdout.as_mut().unwrap())
        .read_line(&mut pid)
        .unwrap();
    // Killed, as by the kernel when memory runs out: it can say nothing more.
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(crate::run_faults::ends(&pid), "{pid} still runs");
}
