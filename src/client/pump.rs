//! What goes between the caller, the disk and the socket, without ever waiting for one of them
//! alone.

use super::disk::{self, Disk, Job};
use super::link::{INPUT_QUEUE, LinkOptions};
use super::store::Owner;
use super::{Effect, Input};
use crate::clock::Clock;
use crate::incident::{Person, Timestamp};
use crate::protocol::ClientFrame;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Frames that wait for the socket. The outbox keeps far fewer under way; beyond it the server
/// does not read, and the connection is given up.
const OUTGOING_MAX: usize = 1_024;

pub(super) struct Pump {
    inputs: mpsc::Sender<Input>,
    effects: mpsc::Receiver<Effect>,
    disk: Option<Disk>,
    clock: Arc<dyn Clock>,
    /// For the caller, as soon as it takes it. Bounded: the socket is read only below
    /// [`INPUT_QUEUE`], and the disk answers once for each command of the bounded outbox.
    said: VecDeque<Input>,
    /// For the disk; bounded by the outbox.
    jobs: VecDeque<Job>,
    outgoing: VecDeque<String>,
    speaking: Speaking,
    wake: Option<Instant>,
    hung_up: bool,
}

/// Whether frames may be sent.
#[derive(Debug, PartialEq, Eq)]
enum Speaking {
    /// No connection stands.
    No,
    /// A connection stands. What still comes from before it is dropped until the hello.
    AwaitHello,
    /// Frames are sent.
    Yes,
}

/// What one step came to.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives for one step, on the stack"
)]
enum Did {
    Nothing,
    HungUp,
    Effect(Effect),
    Answer(Input),
    NoDisk,
    Wake,
}

impl Pump {
    pub(super) fn new(
        options: &LinkOptions,
        inputs: mpsc::Sender<Input>,
        effects: mpsc::Receiver<Effect>,
    ) -> Self {
        let mut said = VecDeque::new();
        let owner = Owner::new(&options.url, options.name.clone(), options.token.as_deref());
        let disk = options
            .outbox_dir
            .clone()
            .and_then(|dir| disk::start(dir, owner));
        if options.outbox_dir.is_some() && disk.is_none() {
            said.push_back(Input::Notice {
                warning: true,
                text: "This machine has no room for one more thread: what you write is kept only \
                       in memory. End other programs and start again."
                    .to_owned(),
            });
        }
        Self {
            inputs,
            effects,
            disk,
            clock: options.clock.clone(),
            said,
            jobs: VecDeque::new(),
            outgoing: VecDeque::new(),
            speaking: Speaking::No,
            wake: None,
            hung_up: false,
        }
    }

    /// The caller has hung up.
    pub(super) fn is_closed(&self) -> bool {
        self.hung_up
    }

    /// The caller does not take what is said to it.
    pub(super) fn is_full(&self) -> bool {
        self.said.len() >= INPUT_QUEUE
    }

    pub(super) fn overflows(&self) -> bool {
        self.outgoing.len() > OUTGOING_MAX
    }

    pub(super) fn has_outgoing(&self) -> bool {
        !self.outgoing.is_empty()
    }

    pub(super) fn next_outgoing(&mut self) -> Option<String> {
        self.outgoing.pop_front()
    }

    pub(super) fn say(&mut self, input: Input) {
        self.said.push_back(input);
    }

    /// A connection stands.
    pub(super) fn pick_up(&mut self) {
        self.speaking = Speaking::AwaitHello;
        self.say(Input::Connected);
    }

    /// It stands no more.
    pub(super) fn hang_up(&mut self) {
        self.speaking = Speaking::No;
        self.outgoing.clear();
    }

    /// The server said who this is.
    pub(super) fn is_of(&mut self, person: Person) {
        if self.disk.is_some() {
            self.jobs.push_back(Job::IsOf(person));
        }
    }

    /// Does one thing that can be done now, or waits for one. May be dropped half way: nothing is
    /// lost.
    pub(super) async fn step(&mut self) {
        let wake = self.wake.unwrap_or_else(Instant::now);
        let (to_disk, mut from_disk) = match &mut self.disk {
            Some(disk) => (Some(&disk.jobs), Some(&mut disk.answers)),
            None => (None, None),
        };
        let did = tokio::select! {
            place = self.inputs.reserve(), if !self.said.is_empty() => match place {
                Ok(place) => {
                    if let Some(input) = self.said.pop_front() {
                        place.send(input);
                    }
                    Did::Nothing
                }
                Err(_) => Did::HungUp,
            },
            effect = self.effects.recv() => effect.map_or(Did::HungUp, Did::Effect),
            answer = maybe(&mut from_disk) => answer.map_or(Did::NoDisk, Did::Answer),
            place = reserve(to_disk), if !self.jobs.is_empty() => match place {
                Some(place) => {
                    if let Some(job) = self.jobs.pop_front() {
                        place.send(job);
                    }
                    Did::Nothing
                }
                None => Did::NoDisk,
            },
            () = tokio::time::sleep_until(wake), if self.wake.is_some() => Did::Wake,
        };
        match did {
            Did::Nothing => {}
            Did::HungUp => self.hung_up = true,
            Did::Effect(effect) => self.take(effect),
            Did::Answer(input) => self.say(input),
            Did::NoDisk => self.no_disk(),
            Did::Wake => {
                self.wake = None;
                self.say(Input::Tick);
            }
        }
    }

    fn take(&mut self, effect: Effect) {
        match effect {
            Effect::Store(pending) => {
                if self.disk.is_some() {
                    self.jobs.push_back(Job::Put(Box::new(pending)));
                } else {
                    self.say(Input::Stored(pending.command.id));
                }
            }
            Effect::Forget(command) => {
                if self.disk.is_some() {
                    self.jobs.push_back(Job::Forget(command));
                }
            }
            Effect::Send(frame) => {
                if self.speaking == Speaking::AwaitHello
                    && matches!(frame.0, ClientFrame::Hello { .. })
                {
                    self.speaking = Speaking::Yes;
                }
                if self.speaking == Speaking::Yes {
                    self.outgoing.push_back(frame.encode());
                }
            }
            Effect::Wake(at) => self.wake_at(at),
            Effect::Tell(_) => {}
        }
    }

    /// The earliest wish counts: whoever is woken too early asks again.
    fn wake_at(&mut self, at: Timestamp) {
        let wait = (at - self.clock.now()).to_std().unwrap_or_default();
        let at = Instant::now() + wait;
        self.wake = Some(self.wake.map_or(at, |earlier| earlier.min(at)));
    }

    /// The disk's thread has ended, which it does not by itself: what it did not answer is not
    /// kept, and neither is what comes.
    fn no_disk(&mut self) {
        self.disk = None;
        for job in std::mem::take(&mut self.jobs) {
            if let Job::Put(pending) = job {
                self.say(Input::StoreFailed {
                    command: pending.command.id,
                    why: "the outbox's writer has ended.".to_owned(),
                });
            }
        }
        self.say(Input::Notice {
            warning: true,
            text: "The outbox on this machine's disk has stopped: what you write is kept only in \
                   memory. Start the console again as soon as nothing is queued."
                .to_owned(),
        });
    }

    /// Writes what is left to the disk, whatever the caller does meanwhile.
    pub(super) async fn finish(mut self) {
        while let Ok(effect) = self.effects.try_recv() {
            self.take(effect);
        }
        let Some(Disk { jobs, mut answers }) = self.disk.take() else {
            return;
        };
        let mut left = std::mem::take(&mut self.jobs);
        let mut jobs = Some(jobs);
        loop {
            if left.is_empty() {
                jobs = None;
            }
            tokio::select! {
                place = reserve(jobs.as_ref()), if jobs.is_some() => {
                    match (place, left.pop_front()) {
                        (Some(place), Some(job)) => place.send(job),
                        (None, _) => left.clear(),
                        (_, None) => {}
                    }
                }
                // The answers end when the thread has written everything.
                answer = answers.recv() => if answer.is_none() {
                    return;
                },
            }
        }
    }
}

async fn maybe(from: &mut Option<&mut mpsc::Receiver<Input>>) -> Option<Input> {
    match from {
        Some(from) => from.recv().await,
        None => std::future::pending().await,
    }
}

async fn reserve(to: Option<&mpsc::Sender<Job>>) -> Option<mpsc::Permit<'_, Job>> {
    match to {
        Some(to) => to.reserve().await.ok(),
        None => None,
    }
}
