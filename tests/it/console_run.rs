//! A runbook's command from one console to the other: confirmed, run, looked over, sent; and the
//! terminal is whole whatever the command does.

use crate::support::terminal::{Served, Terminal, verb};
use std::net::SocketAddr;
use std::path::Path;

const RUNBOOK: &str = "# Checkout\n\n## Do\n\n1. Look at the pods (5m)\n\n   ```sh\n   echo \"in $ZONE: password=hunter2\"; printf '\\033[2J\\033]0;x\\007\\377 end\\n'\n   ```\n\n2. Wait for it\n\n   ```sh\n   echo begun $$; sleep 600\n   ```\n\n3. Delete it\n\n   ```sh danger\n   echo deleted\n   ```\n";

/// Commands that behave badly, each a step.
const BAD: &str = "# Bad\n\n1. Much\n\n   ```sh\n   head -c 100000000 /dev/zero | tr '\\0' x; echo; echo much\n   ```\n\n2. Fork\n\n   ```sh\n   sleep 20 & (sleep 20 &) ; echo forked\n   ```\n\n3. Ask\n\n   ```sh\n   echo asking; read x; read y < /dev/tty; stty -echo; echo \"<$x$y>\"\n   ```\n\n4. Paint\n\n   ```sh\n   printf '\\033[?1049h\\033[2J\\033c\\033]0;x\\007\\377\\376 painted\\n'\n   ```\n\n5. Die\n\n   ```sh\n   echo dying; kill -KILL $$\n   ```\n";

fn start(server: SocketAddr, name: &str, home: &Path, size: (u16, u16)) -> Terminal {
    let own = home.join(name);
    std::fs::create_dir_all(&own).unwrap();
    let config = own.join("config.toml");
    std::fs::write(&config, "[run]\nrunbooks = \"confirm\"\n").unwrap();
    let url = format!("ws://{server}");
    let join = ["--name", name, "join", &url, "--incident", "INC-1"];
    let mut console = Terminal::run(&join, &own, &[("WARROOM_CONFIG", &config)], size);
    console.shows("● live ·");
    console
}

/// A server with an incident that has the runbook.
fn serve(folder: &Path, home: &Path) -> Served {
    let data = folder.join("data");
    let runbooks = folder.join("runbooks");
    std::fs::create_dir_all(&runbooks).unwrap();
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(runbooks.join("checkout.md"), RUNBOOK).unwrap();
    std::fs::write(runbooks.join("bad.md"), BAD).unwrap();
    let config = data.join(".config/warroom/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    let dirs = format!("[runbooks]\ndirs = [{:?}]\n", runbooks.to_str().unwrap());
    std::fs::write(&config, dirs).unwrap();
    let server = Served::start(&data, SocketAddr::from(([127, 0, 0, 1], 0)));
    verb(server.address, home, &["declare", "Checkout 500s"]);
    verb(
        server.address,
        home,
        &["runbook", "attach", "INC-1", "checkout"],
    );
    server
}

#[test]
fn a_block_of_a_runbook_is_run_and_arrives_at_the_other_console() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let server = serve(folder.path(), &home);
    let mut bo = start(server.address, "bo", &home, (120, 40));
    let mut ana = start(server.address, "ana", &home, (200, 50));
    ana.shows("2 here");

    // The variable is asked for; nothing of it is a part of the script.
    bo.press("3!");
    bo.shows("Run on this machine: step 1 of checkout");
    bo.press("$(touch pwned)`id`\r\r");
    bo.shows("It has ended: exit 0");
    bo.shows("in $(touch pwned)`id`: password=[redacted]");
    bo.press("n");
    bo.press("as expected\r");
    bo.shows("2 of 2 lines are sent");
    bo.press("\r");
    ana.shows("exit 0");
    ana.shows("as expected");
    ana.press("1G\r");
    ana.shows("SHA-256");
    ana.press("\x1b");

    // One that does not end is stopped.
    bo.press("j!\r");
    bo.shows("begun");
    bo.press("\x03\x03");
    bo.shows("It has ended: stopped by hand");
    bo.press("X");
    bo.shows("nothing was sent");

    // A dangerous one waits for somebody else.
    bo.press("j!");
    bo.shows("DANGEROUS");
    bo.press("run\r");
    bo.shows("It waits for a second person");
    ana.shows("asks for consent to a dangerous command");
    ana.press("gy");
    ana.shows("Consent to a dangerous command");
    ana.press("\r");
    bo.shows("Somebody consents: it may be run, once.");
    bo.press("\r");
    bo.shows("It has ended: exit 0");
    bo.press("\r");
    ana.shows("$ echo deleted · exit 0");
    // What was typed into the variable was never run: the console's folder is the project's.
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("pwned").exists());
    bo.press("q");
    let (well, written) = bo.ended();
    assert!(well);
    let restored = b"\x1b[?1049l";
    assert!(
        written
            .windows(restored.len())
            .any(|bytes| bytes == restored)
    );
    let cleared = b"\x1b]0;x\x07";
    assert!(
        !written.windows(cleared.len()).any(|bytes| bytes == cleared),
        "as text only"
    );
}

/// A console that ends while its command runs, or before the result was looked over, loses nothing and
/// sends nothing: the next one has it.
#[test]
fn what_a_command_printed_survives_the_console() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let server = serve(folder.path(), &home);
    for signal in ["TERM", "HUP"] {
        let mut bo = start(server.address, "bo", &home, (120, 40));
        bo.press("3j!\r");
        bo.shows("begun");
        bo.signal(signal);
        let (_, _written) = bo.ended();
        let mut next = start(server.address, "bo", &home, (120, 40));
        next.shows("was not sent before the console ended");
        next.shows("the console ended while it ran");
        next.shows("begun");
        let kept = files(&home.join("bo"), ".draft");
        assert_eq!(kept.len(), 1, "{kept:?}");
        let mode = std::fs::metadata(&kept[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // Not looked over, it is there again.
        next.signal(signal);
        let (_, _written) = next.ended();
        let mut last = start(server.address, "bo", &home, (120, 40));
        last.shows("the console ended while it ran");
        last.press("X");
        last.shows("nothing was sent");
        last.press("q");
        assert!(last.ended().0);
        assert!(files(&home.join("bo"), ".draft").is_empty());
    }
    let log = verb(server.address, &home, &["timeline", "INC-1"]);
    assert!(!log.contains("begun"), "{log}");
}

/// Nothing tells a console that it is killed: what was known until then is on the disk, its command
/// ends with it, and its person is told.
#[test]
fn what_a_command_printed_survives_a_console_that_is_killed_and_the_command_does_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let server = serve(folder.path(), &home);
    let mut bo = start(server.address, "bo", &home, (120, 40));
    bo.press("3j!\r");
    bo.shows("begun");
    let own = home.join("bo");
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let (kept, pid) = loop {
        let found = files(&own, ".draft").into_iter().find_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let pid = text.split("begun ").find_map(|rest| {
                let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
                (!digits.is_empty()).then(|| digits.to_owned())
            })?;
            Some((path, pid))
        });
        if let Some(found) = found {
            break found;
        }
        assert!(std::time::Instant::now() < limit, "it is not put away");
        std::thread::yield_now();
    };
    let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // What still runs here is not laid before another console of the same person.
    let mut second = start(server.address, "bo", &home, (120, 40));
    second.press("q");
    let (_, written) = second.ended();
    let said = String::from_utf8_lossy(&written);
    assert!(!said.contains("was not sent before"), "{said}");

    bo.signal("KILL");
    let (_, _written) = bo.ended();
    assert!(crate::run_faults::ends(&pid), "{pid} still runs");
    let mut next = start(server.address, "bo", &home, (120, 40));
    next.shows("cut: the console was killed while it ran");
    next.shows("begun");
    next.press("\r");
    next.until("it is sent", |screen| !screen.contains("It has ended"));
    let log = recorded(&server, &home, 1);
    let sent = log
        .lines()
        .filter(|line| line.contains("cut: the console was killed"));
    assert_eq!(sent.count(), 1, "{log}");
    next.press("q");
    assert!(next.ended().0);
    assert!(files(&own, ".draft").is_empty());
}

/// What prints without end, forks, reads the terminal, paints on it or is killed: each ends in an entry
/// that says so, and the terminal is whole.
#[test]
fn commands_that_behave_badly_end_in_a_right_entry_and_a_whole_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let server = serve(folder.path(), &home);
    verb(
        server.address,
        &home,
        &["runbook", "attach", "INC-1", "bad"],
    );
    let mut bo = start(server.address, "bo", &home, (120, 40));
    bo.press("3");
    bo.shows("Runbook: bad");
    let wanted = [
        ("It has ended: exit 0", "much"),
        ("It has ended: exit 0", "forked"),
        ("It has ended: exit", "asking"),
        ("It has ended: exit 0", "painted"),
        ("It has ended: killed by SIGKILL", "dying"),
    ];
    for (n, (end, printed)) in wanted.iter().enumerate() {
        bo.press(if n == 0 { "!" } else { "j!" });
        bo.shows("Run on this machine");
        bo.press("\r");
        bo.shows(end);
        bo.shows(printed);
        bo.press("\r");
        bo.until("it is sent", |screen| !screen.contains("It has ended"));
    }
    let lines = recorded(&server, &home, wanted.len());
    bo.press("q");
    let (well, written) = bo.ended();
    assert!(well);
    let said = |bytes: &[u8]| {
        written
            .windows(bytes.len())
            .filter(|part| *part == bytes)
            .count()
    };
    assert_eq!(said(b"\x1b[?1049h"), 1, "only the console took the screen");
    assert_eq!((said(b"\x1bc"), said(b"\x1b]0;x\x07")), (0, 0));
    assert!(written.ends_with(b"\x1b[?25h") || said(b"\x1b[?1049l") > 0);
    let runs: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &serde_json::Value| line["kind"] == "command_run")
        .collect();
    assert_eq!(runs.len(), 5, "{lines}");
    let run = |n: usize| &runs[n]["run"];
    assert_eq!(run(0)["bytes"], 100_000_006);
    assert!(run(0)["sha256"].is_string() && run(0)["output"].as_str().unwrap().ends_with("much\n"));
    assert_eq!(
        run(1)["goes_on"],
        true,
        "what it left behind is said: {}",
        run(1)
    );
    assert!(
        run(2)["output"].as_str().unwrap().contains("<>"),
        "{}",
        run(2)
    );
    let painted = run(3)["output"].as_str().unwrap();
    assert!(
        painted.contains("painted") && !painted.contains('\u{1b}'),
        "{painted:?}"
    );
    assert_eq!(run(3)["replaced"], 2, "{}", run(3));
    assert_eq!(run(4)["end"]["signal"], "SIGKILL", "{}", run(4));
}

/// The log, once it has so many commands that were run.
fn recorded(server: &Served, home: &Path, runs: usize) -> String {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let log = verb(server.address, home, &["timeline", "INC-1", "--json"]);
        if log.matches("\"kind\":\"command_run\"").count() >= runs {
            return log;
        }
        assert!(std::time::Instant::now() < limit, "not recorded: {log}");
    }
}

fn files(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}
