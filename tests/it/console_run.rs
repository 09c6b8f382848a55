//! A runbook's command from one console to the other: confirmed, run, looked over, sent; and the
//! terminal is whole whatever the command does.

use crate::support::terminal::{Served, Terminal, verb};
use std::net::SocketAddr;
use std::path::Path;

const RUNBOOK: &str = "# Checkout\n\n## Do\n\n1. Look at the pods (5m)\n\n   ```sh\n   echo \"in $ZONE: password=hunter2\"; printf '\\033[2J\\033]0;x\\007\\377 end\\n'\n   ```\n\n2. Wait for it\n\n   ```sh\n   echo begun; sleep 600\n   ```\n\n3. Delete it\n\n   ```sh danger\n   echo deleted\n   ```\n";

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
