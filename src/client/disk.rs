//! The thread that writes the outbox: the disk may be slow, the console never waits for it.

use super::store::{Owner, Store};
use super::{Input, Pending};
use crate::incident::{CommandId, Person};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// Jobs that wait for the thread, and answers that wait for the driver. Beyond it the driver keeps
/// the rest, which the outbox's own bound holds.
const QUEUE: usize = 256;

/// Something to be done on the disk.
#[derive(Debug)]
pub(super) enum Job {
    Put(Box<Pending>),
    Forget(CommandId),
    /// The server said who this is.
    IsOf(Person),
}

/// The driver's end: jobs in, answers out, in order. The answers end when the jobs are dropped and
/// all is written.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) answers: mpsc::Receiver<Input>,
}

/// Starts the thread; `None` where no thread can be had.
pub(super) fn start(dir: PathBuf, owner: Owner) -> Option<Disk> {
    let (jobs, mut queue) = mpsc::channel(QUEUE);
    let (answer, answers) = mpsc::channel(QUEUE);
    let run = move || {
        let mut store = open(&dir, owner, &answer);
        while let Some(first) = queue.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < QUEUE
                && let Ok(next) = queue.try_recv()
            {
                batch.push(next);
            }
            work(store.as_mut(), batch, &answer);
        }
    };
    let thread = std::thread::Builder::new().name("outbox".to_owned());
    thread.spawn(run).ok()?;
    Some(Disk { jobs, answers })
}

fn open(dir: &Path, owner: Owner, answer: &mpsc::Sender<Input>) -> Result<Store, String> {
    let opened = Store::open(dir, owner);
    let opened = opened.map_err(|error| format!("{}: {error}.", dir.display()));
    opened
        .map(|mut store| {
            adopt(&mut store, answer);
            store
        })
        .inspect_err(|why| {
            say(
                answer,
                Input::Notice {
                    warning: true,
                    text: format!(
                        "The outbox cannot be opened: {why} While the server is away, nothing that \
                         you write can be taken. See that the directory can be written."
                    ),
                },
            );
        })
}

fn adopt(store: &mut Store, answer: &mpsc::Sender<Input>) {
    let adopted = store.adopt();
    for text in adopted.notices {
        say(
            answer,
            Input::Notice {
                warning: true,
                text,
            },
        );
    }
    if !adopted.pending.is_empty() {
        say(answer, Input::Restored(adopted.pending));
    }
}

/// Does jobs in order; commands that stand together share one flush.
fn work(store: Result<&mut Store, &mut String>, batch: Vec<Job>, answer: &mpsc::Sender<Input>) {
    let store = match store {
        Ok(store) => store,
        Err(why) => {
            for job in batch {
                if let Job::Put(pending) = job {
                    failed(pending.command.id, why, answer);
                }
            }
            return;
        }
    };
    let mut puts: Vec<Pending> = Vec::new();
    let mut gone: Vec<CommandId> = Vec::new();
    for job in batch {
        match job {
            Job::Put(pending) => puts.push(*pending),
            // Ids are forgotten after the commands of the batch are in, so that none comes back.
            Job::Forget(command) => gone.push(command),
            Job::IsOf(person) => {
                if let Err(error) = store.is_of(&person) {
                    tracing::warn!(%error, "the outbox does not say whose it is");
                }
                adopt(store, answer);
            }
        }
    }
    if !puts.is_empty() {
        let put = store.put(&puts);
        for pending in puts {
            let id = pending.command.id;
            match &put {
                Ok(()) => say(answer, Input::Stored(id)),
                Err(error) => failed(id, &format!("{error}."), answer),
            }
        }
    }
    if let Err(error) = store.forget(&gone) {
        // They are sent once more by the next console, and the server knows them.
        tracing::warn!(%error, "the outbox keeps commands that are done with");
    }
}

fn failed(command: CommandId, why: &str, answer: &mpsc::Sender<Input>) {
    let why = why.to_owned();
    say(answer, Input::StoreFailed { command, why });
}

fn say(answer: &mpsc::Sender<Input>, input: Input) {
    // The driver has ended: nobody is left to be told, and the disk has it.
    if answer.blocking_send(input).is_err() {
        tracing::debug!("nobody hears the outbox any more");
    }
}
