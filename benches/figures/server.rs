//! The real server as a process of its own: filled, started, and looked at from outside.

use crate::log;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use warroom::clock::{Clock, SystemClock};
use warroom::incident::{CommandId, Hash, IncidentId, Seq};
use warroom::journal::{Journal, seal, sqlite};
use warroom::server::control::ServerFile;

/// Starting on a log that must be folded whole takes some seconds on a slow disk.
const START_WITHIN: Duration = Duration::from_secs(60);
/// How often it is looked whether the server listens.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A place for the files of one figure: on the disk that is built on, which is a real one, and gone
/// with the value.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The program, apart from the user's own files and settings.
pub fn warroom(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warroom"));
    command.env_clear();
    for (name, place) in places(home) {
        command.env(name, place);
    }
    command
}

/// Where the program keeps its files, by variable.
pub fn places(home: &Path) -> [(&'static str, PathBuf); 4] {
    [
        ("HOME", home.to_owned()),
        ("WARROOM_STATE", home.join("state")),
        ("WARROOM_DATA", home.join("local")),
        ("WARROOM_CONFIG", home.join("config.toml")),
    ]
}

/// The server, ended when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it in that folder, on a free port of this machine, and waits until it listens.
    pub fn start(home: &Path) -> Self {
        let data = data(home);
        let child = warroom(home)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .env("WARROOM_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pid = child.id();
        // Ended by its own drop also when it does not come up.
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self {
            child,
            address: nowhere,
        };
        let limit = Instant::now() + START_WITHIN;
        while server.address == nowhere {
            assert!(Instant::now() < limit, "the server did not start in time");
            match ServerFile::read(&data) {
                Ok(Some(file)) if file.pid == pid => server.address = file.address,
                _ => std::thread::park_timeout(LOOK_EVERY),
            }
        }
        server
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// Writes logs of these lengths straight into a journal, INC-1 first: they began an hour ago.
pub fn fill(home: &Path, lengths: &[u64]) {
    let data = data(home);
    std::fs::create_dir_all(&data).unwrap();
    let start = SystemClock.now() - chrono::TimeDelta::hours(1);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let journal = sqlite::open(&data, &sqlite::Options::default()).unwrap();
        for (number, length) in (1..).zip(lengths) {
            let id = IncidentId(number);
            let (mut prev, mut seq) = (Hash::GENESIS, Seq::ZERO);
            for mut event in log::events(*length, start) {
                event.incident = id;
                event.prev = prev;
                let command = event.command.0.as_u128() | (u128::from(number) << 32);
                event.command = CommandId(uuid::Uuid::from_u128(command));
                let record = seal(event).unwrap();
                prev = record.hash();
                let expected = seq;
                seq = record.seq();
                let appended = journal.append(id, expected, vec![record]);
                // To wait for every 200th keeps the journal's queue under its bound.
                if seq.0.is_multiple_of(200) || seq.0 == *length {
                    appended.await.unwrap();
                } else {
                    tokio::spawn(appended);
                }
            }
        }
        journal.close().await;
    });
}

/// Kibibytes of memory that a process has in RAM.
pub fn resident_kib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let words = line.and_then(|line| line.split_whitespace().nth(1));
    words.and_then(|number| number.parse().ok()).unwrap()
}

/// Milliseconds of processor time that the threads of a process have used.
pub fn cpu_ms(pid: u32) -> f64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let used = threads.filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<f64>().ok()
    });
    used.sum::<f64>() / 1e6
}
