//! The real server as a process: started, filled, and weighed.

use crate::raw;
use crate::report::Report;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use warroom::incident::{Hash, IncidentId, Seq};
use warroom::journal::{Journal, seal, sqlite};
use warroom::server::control::ServerFile;

const IDLE: usize = 2_000;

/// The real server, ended when dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
}

impl Running {
    /// Starts it on a free port and waits until it has said where it listens.
    pub fn start(data: &Path) -> Self {
        std::fs::create_dir_all(data).expect("a folder");
        let child = Command::new(env!("CARGO_BIN_EXE_warroom"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("WARROOM_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server");
        let limit = Instant::now() + Duration::from_secs(60);
        loop {
            if let Ok(Some(file)) = ServerFile::read(data)
                && file.pid == child.id()
            {
                return Self { child, address: file.address };
            }
            assert!(Instant::now() < limit, "the server did not start");
            std::thread::yield_now();
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes logs of these lengths, INC-1 first, straight into a journal.
pub fn fill_journal(data: &Path, lengths: &[u64]) {
    std::fs::create_dir_all(data).expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let journal = sqlite::open(data, &sqlite::Options::default()).expect("a journal");
        for (number, length) in (1..).zip(lengths) {
            let id = IncidentId(number);
            let (mut prev, mut seq) = (Hash::GENESIS, Seq::ZERO);
            for mut event in crate::apply::log(*length) {
                event.incident = id;
                event.prev = prev;
                let command = uuid::Uuid::from_u128(
                    (u128::from(number) << 64) | u128::from(event.seq.0) | (7 << 76),
                );
                event.command = warroom::incident::CommandId(command);
                let record = seal(event).expect("a record");
                prev = record.hash();
                let expected = seq;
                seq = record.seq();
                let answer = journal.append(id, expected, vec![record]);
                // Waiting for every 200th keeps the queue under its bound and the disk busy.
                if seq.0.is_multiple_of(200) || seq.0 == *length {
                    answer.await.expect("appended");
                } else {
                    tokio::spawn(answer);
                }
            }
        }
        journal.close().await;
    });
}

/// Kibibytes of memory that a process has in RAM.
pub fn resident_kib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

/// Seconds of processor time that a process has used.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("its stat");
    let after = stat.rsplit(')').next().expect("fields");
    let ticks: f64 =
        after.split_whitespace().skip(11).take(2).map(|n| n.parse::<f64>().expect("ticks")).sum();
    ticks / 100.0
}

pub fn measure(report: &mut Report) {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let server = Running::start(&folder.path().join("data"));
    let mut first = raw::connect(server.address, "maya");
    let incident = raw::declare(&mut first, 1);
    raw::join(&mut first, incident);
    let before = resident_kib(server.pid());
    let held: Vec<_> = (0..IDLE)
        .map(|n| {
            let mut stream = raw::connect(server.address, &format!("p{}", n % 400));
            raw::join(&mut stream, incident);
            stream
        })
        .collect();
    let each = (resident_kib(server.pid()) - before) / IDLE as f64;
    report.single("server memory per idle, joined connection", (each, "KiB"), "under 20 KiB", each < 20.0);
    drop(held);
}
