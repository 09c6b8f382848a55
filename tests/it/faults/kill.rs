//! Consoles and their server are killed again and again while people type. Each line that a
//! composer took is in the log once; what was under way may be there or not, and never twice.
//!
//! `WARROOM_KILLS` says how often, `WARROOM_SEED` which run.

use super::lines::Load;
use super::process::{PATIENCE, Process};
use super::setting;
use crate::support::random::Random;
use crate::support::terminal::Terminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const PEOPLE: [&str; 2] = ["lee", "kim"];
/// Lines that one types in a round, at the most.
const LINES: usize = 4;

/// One who types, and what became of it.
struct Scribe {
    name: &'static str,
    home: PathBuf,
    console: Option<Terminal>,
    /// Lines that the screen showed in the timeline, or that were found in the log: taken.
    taken: Vec<String>,
    /// Lines that were typed as the console was killed.
    under_way: Vec<String>,
    typed: usize,
}

impl Scribe {
    /// Whose console stands open, with the composer in front.
    fn open(&mut self, server: SocketAddr) -> &mut Terminal {
        let (name, home) = (self.name, &self.home);
        self.console.get_or_insert_with(|| {
            let mut console = Terminal::start(server, name, home, (120, 40));
            console.shows("● live ·");
            console.press("i");
            console.shows("enter send");
            // A draft that the last one kept is sent with the next line, or not at all.
            console.press("\u{15}");
            console
        })
    }

    fn next_line(&mut self) -> String {
        self.typed += 1;
        format!("{} line {:04}", self.name, self.typed)
    }

    fn types(&mut self, server: &Process, lines: usize) {
        for _ in 0..lines {
            let (line, shown) = (self.next_line(), format!("{}: ", self.name));
            let shown = format!("{shown}{line}");
            let console = self.open(server.address());
            console.press(&format!("{line}\r"));
            let limit = Instant::now() + PATIENCE;
            // Under load it may pass by between two frames: then the log has it.
            while !console.shows_within(&shown, Duration::from_secs(1)) {
                if server.counts(std::slice::from_ref(&line)) == [1] {
                    break;
                }
                assert!(Instant::now() < limit, "never taken: {line}");
            }
            self.taken.push(line);
        }
    }

    /// Is killed with a line half way.
    fn dies(&mut self, server: SocketAddr) {
        let line = self.next_line();
        self.open(server).press(&format!("{line}\r"));
        self.under_way.push(line);
        if let Some(console) = self.console.take() {
            console.kill();
        }
    }
}

#[test]
fn what_composers_took_is_in_the_log_once_whoever_is_killed() {
    let kills = setting("WARROOM_KILLS", 6);
    let seed = setting("WARROOM_SEED", 1);
    println!("WARROOM_SEED={seed} WARROOM_KILLS={kills}");
    let mut random = Random::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    let load = Load::on(server.address(), 4);
    let mut scribes = PEOPLE.map(|name| Scribe {
        name,
        home: folder.path().join(name),
        console: None,
        taken: Vec::new(),
        under_way: Vec::new(),
        typed: 0,
    });
    for kill in 0..kills {
        let address = server.address();
        for scribe in &mut scribes {
            let lines = 1 + random.below(LINES);
            scribe.types(&server, lines);
        }
        if kill % 2 == 0 {
            server = server.kill_and_restart();
            assert_eq!(server.address(), address);
        } else {
            scribes[random.below(PEOPLE.len())].dies(address);
        }
    }
    for scribe in &mut scribes {
        scribe.types(&server, 1);
    }
    let (acknowledged, sent) = load.stop();
    assert!(acknowledged.len() > PEOPLE.len(), "there was load");
    let last: Vec<String> = scribes
        .iter()
        .flat_map(|s| s.taken.last().cloned())
        .collect();
    // What waits behind a connection that has just come back is there within moments.
    let limit = Instant::now() + PATIENCE;
    while server.counts(&last).contains(&0) {
        assert!(Instant::now() < limit, "the last lines never came");
    }
    for scribe in &scribes {
        let taken = server.counts(&scribe.taken);
        let wrong: Vec<_> = scribe
            .taken
            .iter()
            .zip(&taken)
            .filter(|(_, n)| **n != 1)
            .collect();
        assert!(wrong.is_empty(), "not once: {wrong:?}");
        let twice = server.counts(&scribe.under_way);
        assert!(
            twice.iter().all(|n| *n <= 1),
            "{:?}: {twice:?}",
            scribe.under_way
        );
    }
    assert_eq!(server.counts(&acknowledged), vec![1; acknowledged.len()]);
    assert!(server.counts(&sent).iter().all(|n| *n <= 1), "none twice");
    let data = folder.path().join("data");
    let whole = server.ok(&["--data", data.to_str().unwrap(), "verify"]);
    assert!(whole.contains("whole"), "{whole}");
    let taken: usize = scribes.iter().map(|scribe| scribe.taken.len()).sum();
    println!(
        "{kills} kills, {taken} lines of composers, {} of the load",
        acknowledged.len()
    );
}
