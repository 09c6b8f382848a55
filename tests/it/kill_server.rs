//! Fifty writers, one incident, and a server that is killed five times: the real program, its real
//! journal, real signals.

use crate::support::server::{Wire, declare, note, submit};
use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use warroom::incident::*;
use warroom::journal::{Journal, ReadFrom, sqlite, verify_dir};
use warroom::protocol::*;
use warroom::server::control::{Ask, ServerFile};

const WRITERS: usize = 50;
const NOTES: usize = 200;
const KILLS: usize = 5;
/// What one writer sends before it waits for answers: an outbox that is sent after a cut.
const WINDOW: usize = 8;
/// Only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server's process. Killed when dropped, so that a failing test leaves none behind.
struct Serving {
    child: Child,
    file: ServerFile,
}

impl Serving {
    /// Starts the program on this directory and waits until it says that it listens.
    fn start(data: &Path, home: &Path) -> Self {
        let mut child = Program::new(env!("CARGO_BIN_EXE_warroom"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env_clear()
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        loop {
            let line = lines.next().and_then(Result::ok);
            let line = line.unwrap_or_else(|| panic!("no server: {said:#?}"));
            if line.contains("listening") {
                break;
            }
            said.push(line);
        }
        // A pipe that nobody empties would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        let file = ServerFile::read(data).unwrap().unwrap();
        assert_eq!(file.pid, child.id());
        Self { child, file }
    }

    /// SIGKILL, and its process gone.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn stop(mut self) {
        self.file.ask(Ask::Stop).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Both fail only when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the server is now, and how many notes were acknowledged.
#[derive(Clone)]
struct Common {
    address: watch::Receiver<SocketAddr>,
    acknowledged: Arc<watch::Sender<usize>>,
}

/// Writes the notes in order, each until it is acknowledged, over as many connections as it takes.
/// Says where the server said that each stands.
async fn write(mut common: Common, name: String, notes: Vec<Command>) -> HashMap<CommandId, Seq> {
    let mut left: VecDeque<Command> = notes.into();
    let mut done = HashMap::new();
    loop {
        let address = *common.address.borrow_and_update();
        let connected = Wire::try_connect(address, None).await;
        if let Some(mut wire) = connected {
            if write_on(&mut wire, &name, &mut left, &mut done, &common).await {
                return done;
            }
            continue;
        }
        if !common.address.has_changed().unwrap() {
            common.address.changed().await.unwrap();
        }
    }
}

/// The same over one connection. Whether everything was acknowledged before it ended.
async fn write_on(
    wire: &mut Wire,
    name: &str,
    left: &mut VecDeque<Command>,
    done: &mut HashMap<CommandId, Seq>,
    common: &Common,
) -> bool {
    let hello = ClientFrame::Hello {
        protocol: VERSION,
        client: "test".to_owned(),
        name: Some(name.parse().unwrap()),
        watch: false,
        via: None,
    };
    if !wire.try_send(&hello).await {
        return false;
    }
    let mut sent = 0;
    while !left.is_empty() {
        while sent < left.len().min(WINDOW) {
            if !wire.try_send(&submit(Some(1), &left[sent])).await {
                return false;
            }
            sent += 1;
        }
        match wire.next().await {
            None | Some(ServerFrame::Bye { .. }) => return false,
            Some(ServerFrame::Done { command, first, .. }) => {
                let at = left.iter().position(|note| note.id == command);
                // Asked for again after a cut, it may be answered a second time.
                if let Some(at) = at {
                    left.remove(at);
                    sent -= 1;
                    done.insert(command, first);
                    common.acknowledged.send_modify(|count| *count += 1);
                }
            }
            Some(ServerFrame::Refused {
                command, refusal, ..
            }) => {
                assert!(refusal.is_retryable(), "{refusal}");
                let at = left.iter().position(|note| note.id == command).unwrap();
                let again = left.remove(at).unwrap();
                left.push_back(again);
                sent -= 1;
            }
            Some(_) => {}
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fifty_write_while_the_server_is_killed_five_times_stands_there_once() {
    let began = Instant::now();
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut serving = Serving::start(data.path(), home.path());
    let (moved, address) = watch::channel(serving.file.address);
    let mut first = Wire::connect(serving.file.address, None).await;
    first.hello("maya", false).await;
    assert_eq!(first.declare("killed five times").await, 1);
    drop(first);

    let common = Common {
        address,
        acknowledged: Arc::new(watch::Sender::new(0)),
    };
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let name = format!("writer-{writer}");
        let notes = (0..NOTES).map(|n| note(&format!("{name}: {n}"))).collect();
        writers.push(tokio::spawn(write(common.clone(), name, notes)));
    }
    let mut acknowledged = common.acknowledged.subscribe();
    for kill in 1..=KILLS {
        let enough = kill * WRITERS * NOTES / (KILLS + 1);
        let reached = acknowledged.wait_for(|count| *count >= enough);
        let count = *tokio::time::timeout(PATIENCE, reached)
            .await
            .unwrap()
            .unwrap();
        assert!(count < WRITERS * NOTES, "killed while they write");
        serving.kill();
        serving = Serving::start(data.path(), home.path());
        moved.send_replace(serving.file.address);
    }
    let mut told = HashMap::new();
    for writer in writers {
        let done = tokio::time::timeout(PATIENCE, writer).await.unwrap();
        told.extend(done.unwrap());
    }
    serving.stop();

    let report = verify_dir(data.path()).unwrap();
    assert!(report.is_whole(), "{report:?}");
    let log = read(data.path()).await;
    assert_eq!(log.len(), 1 + WRITERS * NOTES);
    let stands: HashMap<CommandId, Seq> = log.iter().copied().collect();
    assert_eq!(stands.len(), log.len(), "each command once");
    assert_eq!(told.len(), WRITERS * NOTES);
    for (command, seq) in told {
        assert_eq!(stands.get(&command), Some(&seq), "where the server said");
    }
    println!(
        "{KILLS} kills, {} notes: {:?}",
        WRITERS * NOTES,
        began.elapsed()
    );
}

/// Every command of the log, with the place of its event.
async fn read(data: &Path) -> Vec<(CommandId, Seq)> {
    let journal = sqlite::open(data, &sqlite::Options::default()).unwrap();
    let mut log = Vec::new();
    loop {
        let last = log.last().map_or(Seq::ZERO, |(_, seq)| *seq);
        let page = journal.read(IncidentId(1), ReadFrom::After(last), 1_000);
        let page = page.await.unwrap();
        if page.is_empty() {
            journal.close().await;
            return log;
        }
        log.extend(page.iter().map(|r| (r.event().command, r.seq())));
    }
}

#[tokio::test]
async fn a_declaration_that_was_acknowledged_outlives_a_kill() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let command = crate::support::server::command(declare("a"));
    let mut done = None;
    for _ in 0..2 {
        let serving = Serving::start(data.path(), home.path());
        let mut maya = Wire::connect(serving.file.address, None).await;
        maya.hello("maya", false).await;
        let told = maya.submit(None, &command).await.unwrap();
        assert_eq!(*done.get_or_insert(told), told);
        serving.kill();
    }
    assert!(verify_dir(data.path()).unwrap().is_whole());
}
