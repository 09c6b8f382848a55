//! Consoles, a network that fails in every way, and a server, run by a seed. The server is a model
//! once, and once the real one over a journal in memory: the same seed gives the same run.
//!
//! `WARROOM_SEEDS=20000` runs more seeds, `WARROOM_SEED=17` runs one again and prints its plan.

#![expect(
    clippy::print_stderr,
    reason = "a seed that fails says so, and its run is shown"
)]

mod breaks;
mod checks;
mod model;
mod real;

use super::support::random::Random;
use checks::entry_of;
use chrono::TimeDelta;
use model::Model;
use real::Real;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher};
use uuid::Uuid;
use warroom::client::*;
use warroom::incident::*;
use warroom::protocol::{ClientFrame, ServerFrame, decode_client, decode_server};

const STEPS: usize = 400;
/// Consoles that only read.
const SCREENS: usize = 3;
const INCIDENTS: u64 = 2;

/// What stands on the other side of the network.
trait Backend {
    /// A new connection, by number.
    fn connect(&mut self) -> usize;
    /// How many connections there ever were.
    fn wires(&self) -> usize;
    /// What a console sends: it arrives when the network wills, by [`Backend::serve`].
    fn send(&mut self, wire: usize, text: String);
    /// Takes the next frame off the line, at the console's end.
    fn hear(&mut self, wire: usize) -> Option<String>;
    /// The line is cut at the console's end: nothing reaches it any more. What it sent may arrive.
    fn cut(&mut self, wire: usize);
    /// Lets one frame arrive at the server; false when none is on its way.
    fn serve(&mut self, wire: usize, now: Timestamp, random: &mut Random) -> bool;
    /// Makes the oldest command durable; then everyone hears of it.
    fn flush_one(&mut self, random: &mut Random) -> bool;
    /// The process dies: what was not flushed is gone, and so is every connection.
    fn crash(&mut self, random: &mut Random);
    /// A session too slow: its queue is dropped and it is told so.
    fn drop_queue(&mut self, wire: usize);
    /// No faults of its own any more.
    fn calm(&mut self);
    /// What is durable.
    fn logs(&self) -> &BTreeMap<IncidentId, Vec<Event>>;
}

/// A console's process and its disk.
struct Console {
    client: Client,
    wire: Option<usize>,
    /// On its way to the disk: gone when the process dies.
    storing: VecDeque<Pending>,
    /// Survives the process.
    disk: Vec<Pending>,
    wake: Option<Timestamp>,
    /// How wrong its clock is.
    skew: TimeDelta,
    /// It only reads.
    watches: bool,
}

struct World<B> {
    random: Random,
    now: Timestamp,
    /// How wrong the server's clock is.
    skew: TimeDelta,
    server: B,
    calm: bool,
    consoles: Vec<Console>,
    commands: u128,
    /// Every line that a composer accepted and whose console did not die before it was kept.
    accepted: BTreeSet<CommandId>,
    /// Died with their process before they were on the disk; never said to be queued.
    unkept: BTreeSet<CommandId>,
    handed_back: BTreeSet<CommandId>,
    /// What is under way over which connection.
    sent: BTreeSet<(usize, CommandId)>,
    done: BTreeMap<CommandId, (IncidentId, Seq, Seq)>,
    /// Of everything that was heard, in order: two runs of one seed have the same.
    trace: DefaultHasher,
    /// Prints what happens.
    aloud: bool,
}

fn client(n: usize, watch: bool) -> Client {
    Client::new(Options {
        watch,
        name: Some(format!("person{n}").parse().unwrap()),
        via: Via::Console,
        program: "simulation".to_owned(),
        waits_for_the_journal: true,
    })
}

impl<B: Backend> World<B> {
    fn new(seed: u64, server: B) -> Self {
        let mut random = Random::new(seed);
        let many = 2 + random.below(4);
        // The last ones are screens: more than are served in one go.
        let consoles = (0..many + SCREENS).map(|n| Console {
            client: client(n, n >= many),
            wire: None,
            storing: VecDeque::new(),
            disk: Vec::new(),
            wake: None,
            skew: TimeDelta::zero(),
            watches: n >= many,
        });
        let mut world = Self {
            random,
            now: "2026-11-24T14:00:00Z".parse().unwrap(),
            skew: TimeDelta::zero(),
            server,
            calm: false,
            consoles: consoles.collect(),
            commands: 0,
            accepted: BTreeSet::new(),
            unkept: BTreeSet::new(),
            handed_back: BTreeSet::new(),
            sent: BTreeSet::new(),
            done: BTreeMap::new(),
            trace: DefaultHasher::new(),
            aloud: std::env::var_os("WARROOM_SEED").is_some(),
        };
        for n in 0..many {
            world.join_all(n);
            world.submit(n, None, declare());
        }
        world
    }

    /// Joins what there is and was not joined yet, as people do who see it on the board.
    fn join_all(&mut self, n: usize) {
        for id in (1..=INCIDENTS).map(IncidentId) {
            let there = self
                .server
                .logs()
                .get(&id)
                .is_some_and(|log| !log.is_empty());
            if there && self.consoles[n].client.room(id).is_none() {
                let effects = self.consoles[n].client.join(id);
                self.run(n, effects);
            }
        }
    }

    fn handle(&mut self, n: usize, input: Input) {
        let now = self.now + self.consoles[n].skew;
        let effects = self.consoles[n].client.handle(now, input);
        self.run(n, effects);
    }

    fn run(&mut self, n: usize, effects: Vec<Effect>) {
        for effect in effects {
            let console = &mut self.consoles[n];
            match effect {
                Effect::Store(pending) => console.storing.push_back(pending),
                Effect::Forget(id) => console.disk.retain(|p| p.command.id != id),
                Effect::Send(frame) => {
                    let wire = console
                        .wire
                        .expect("frames are sent over a connection only");
                    let text = frame.encode();
                    if let Ok(ClientFrame::Submit { command, .. }) = decode_client(&text) {
                        let once = self.sent.insert((wire, command.id));
                        assert!(once, "{} was sent twice without need", command.id);
                    }
                    if self.aloud {
                        eprintln!("{n} sends over {wire}: {text:.200}");
                    }
                    self.server.send(wire, text);
                }
                Effect::Wake(at) => console.wake = Some(console.wake.map_or(at, |w| w.min(at))),
                Effect::Tell(happening) => self.told(happening),
            }
        }
    }

    fn told(&mut self, happening: Happening) {
        match happening {
            Happening::Refused { pending, .. } => {
                assert!(
                    self.handed_back.insert(pending.command.id),
                    "handed back twice"
                );
            }
            Happening::Done {
                command,
                incident,
                first,
                last,
            } => {
                // A console that died before it heard of it is told again in its next life.
                self.done.insert(command, (incident, first, last));
            }
            Happening::Notice { text, .. } => assert!(text.ends_with('.'), "{text}"),
            _ => {}
        }
    }

    fn submit(&mut self, n: usize, incident: Option<IncidentId>, intent: Intent) {
        self.commands += 1;
        let id = CommandId(Uuid::from_u128(self.commands));
        let console = &mut self.consoles[n];
        let now = self.now + console.skew;
        if let Ok(effects) = console.client.submit(id, now, incident, intent) {
            self.accepted.insert(id);
            self.run(n, effects);
        }
    }

    fn cut(&mut self, n: usize) {
        if let Some(wire) = self.consoles[n].wire.take() {
            self.server.cut(wire);
            let why = "The line was cut.".to_owned();
            let retry_at = None;
            let fatal = false;
            self.handle(
                n,
                Input::Disconnected {
                    why,
                    fatal,
                    retry_at,
                },
            );
        }
    }

    fn connect(&mut self, n: usize) {
        if self.consoles[n].wire.is_none() {
            self.handle(n, Input::Connecting);
            self.consoles[n].wire = Some(self.server.connect());
            self.handle(n, Input::Connected);
        }
    }

    fn kill(&mut self, n: usize) {
        let console = &mut self.consoles[n];
        for pending in console.storing.drain(..) {
            self.accepted.remove(&pending.command.id);
            self.unkept.insert(pending.command.id);
        }
        if let Some(wire) = console.wire.take() {
            self.server.cut(wire);
        }
        let console = &mut self.consoles[n];
        console.client = client(n, console.watches);
        console.wake = None;
        let restored = console.disk.clone();
        // The file may be read before or after the connection stands.
        if self.random.once_in(2) {
            self.handle(n, Input::Restored(restored));
            self.join_all(n);
        } else {
            self.join_all(n);
            self.connect(n);
            self.handle(n, Input::Restored(restored));
        }
    }

    fn hear(&mut self, n: usize) -> bool {
        let Some(wire) = self.consoles[n].wire else {
            return false;
        };
        let Some(text) = self.server.hear(wire) else {
            return false;
        };
        (n, &text).hash(&mut self.trace);
        if self.aloud {
            eprintln!("{n} hears {text:.200}");
        }
        // Reading everything twice would take half of the run.
        if text.starts_with(r#"{"type":"refused""#) {
            if let ServerFrame::Refused { command, .. } = decode_server(&text).unwrap() {
                self.sent.remove(&(wire, command));
            }
        } else if text.starts_with(r#"{"type":"resync""#) {
            self.sent.retain(|(over, _)| *over != wire);
        }
        let frame = Inbound::decode(&text).unwrap().unwrap();
        self.handle(n, Input::Frame(Box::new(frame)));
        self.join_all(n);
        true
    }

    fn store(&mut self, n: usize) -> bool {
        let console = &mut self.consoles[n];
        let Some(pending) = console.storing.pop_front() else {
            return false;
        };
        let id = pending.command.id;
        // With a full disk, what can be sent is sent, and what cannot goes back.
        if !self.calm && self.random.once_in(60) {
            if self.consoles[n].client.link().is_live() {
                // Only as safe as the process: it may or may not be in the log, and never twice.
                self.accepted.remove(&id);
            }
            let why = "No space left on device.".to_owned();
            self.handle(n, Input::StoreFailed { command: id, why });
        } else {
            console.disk.push(pending);
            self.handle(n, Input::Stored(id));
        }
        true
    }

    fn tick(&mut self, n: usize) {
        let now = self.now + self.consoles[n].skew;
        if self.consoles[n].wake.is_some_and(|at| at <= now) {
            self.consoles[n].wake = None;
            self.handle(n, Input::Tick);
        }
    }

    fn step(&mut self) {
        self.now += TimeDelta::milliseconds(i64::try_from(self.random.below(100)).unwrap());
        let n = self.random.below(self.consoles.len());
        match self.random.below(40) {
            0..=7 if self.consoles[n].watches => {
                self.hear(n);
            }
            0..=7 => {
                let incident = IncidentId(1 + self.random.next() % INCIDENTS);
                let intent = self.intent(incident);
                self.submit(n, Some(incident), intent);
            }
            8..=13 => {
                self.store(n);
            }
            14..=21 => {
                self.hear(n);
            }
            22..=29 if self.server.wires() > 0 => {
                let wire = self.a_wire();
                let now = self.now + self.skew;
                self.server.serve(wire, now, &mut self.random);
            }
            30..=33 => {
                self.server.flush_one(&mut self.random);
            }
            34 | 35 => self.connect(n),
            36 => self.fault(n),
            37 => self.tick(n),
            38 => {
                let effects = self.consoles[n].client.older(IncidentId(1));
                self.run(n, effects);
            }
            _ => self.roam(n),
        }
    }

    /// One of the newest connections; now and then an old one, whose last words come late.
    fn a_wire(&mut self) -> usize {
        let all = self.server.wires();
        let newest = all.saturating_sub(2 * self.consoles.len());
        if self.random.once_in(8) {
            self.random.below(all)
        } else {
            newest + self.random.below(all - newest)
        }
    }

    fn roam(&mut self, n: usize) {
        let seq = Seq(1 + self.random.next() % 60);
        let client = &mut self.consoles[n].client;
        let effects = match self.random.below(3) {
            0 => client.around(IncidentId(1), seq),
            1 => client.newer(IncidentId(1)),
            _ => client.newest(IncidentId(1)),
        };
        self.run(n, effects);
    }

    fn fault(&mut self, n: usize) {
        if self.aloud {
            eprintln!("something fails for {n}");
        }
        match self.random.below(8) {
            0 | 1 => self.cut(n),
            2 => self.kill(n),
            3 if self.random.once_in(3) => {
                if self.aloud {
                    eprintln!("the server dies");
                }
                self.server.crash(&mut self.random);
                for n in 0..self.consoles.len() {
                    self.cut(n);
                }
            }
            4 => self.skew = self.jump(),
            5 => self.consoles[n].skew = self.jump(),
            _ => {
                if let Some(wire) = self.consoles[n].wire {
                    self.server.drop_queue(wire);
                }
            }
        }
    }

    /// A clock that was set wrong, by up to an hour, back or forth.
    fn jump(&mut self) -> TimeDelta {
        let seconds = i64::try_from(self.random.below(7200)).unwrap();
        TimeDelta::seconds(seconds - 3600)
    }

    fn intent(&mut self, incident: IncidentId) -> Intent {
        let seen = self
            .server
            .logs()
            .get(&incident)
            .map_or(1, |log| log.len().max(1));
        let target = Seq(1 + self.random.below(seen) as u64);
        let text = format!("line {}", self.commands);
        match self.random.below(10) {
            0 => Intent::Amend {
                target,
                text: text.into(),
            },
            1 => Intent::Retract {
                target,
                reason: text.into(),
            },
            2 => Intent::Pin {
                target,
                pinned: self.random.once_in(2),
            },
            3 => Intent::ClaimRole { role: Role::Scribe },
            4 => Intent::ReleaseRole {
                role: Role::Scribe,
                expected_holder: None,
            },
            5 => Intent::Ask {
                to: "bo".parse().unwrap(),
                minutes: 5,
                text: text.into(),
            },
            6 if self.random.once_in(5) => declare(),
            _ => {
                let mut note = NewNote::plain(text);
                let back = i64::try_from(self.random.below(90)).unwrap();
                note.occurred_at =
                    (self.random.once_in(3)).then(|| self.now - TimeDelta::seconds(back));
                Intent::Note(note)
            }
        }
    }

    /// Lets everything come to rest, without any more faults.
    fn settle(&mut self) {
        self.server.calm();
        self.calm = true;
        for round in 0.. {
            assert!(round < 20_000, "it never comes to rest");
            self.now += TimeDelta::milliseconds(200);
            let mut moved = false;
            for n in 0..self.consoles.len() {
                self.connect(n);
                moved |= self.store(n) | self.hear(n);
                self.tick(n);
            }
            for wire in 0..self.server.wires() {
                let now = self.now + self.skew;
                moved |= self.server.serve(wire, now, &mut self.random);
            }
            moved |= self.server.flush_one(&mut self.random);
            if !moved {
                let wakes = self.consoles.iter();
                let next = wakes.filter_map(|c| Some(c.wake? - c.skew)).min();
                let Some(next) = next else {
                    break;
                };
                self.now = self.now.max(next);
            }
        }
    }
}

fn declare() -> Intent {
    Intent::Declare {
        title: Some("Checkout 500s".into()),
        severity: None,
        service: None,
        started_at: None,
        kind: Kind::Real,
    }
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    done: usize,
    trace: u64,
}

fn run(seed: u64, server: impl Backend) -> Outcome {
    let mut world = World::new(seed, server);
    for step in 0..STEPS {
        world.step();
        if step % 16 == 0 {
            world.check_always(step / 16 % world.consoles.len());
        }
    }
    world.settle();
    world.check_at_rest();
    Outcome {
        done: world.done.len(),
        trace: world.trace.finish(),
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|n| n.parse().ok())
}

/// The seeds that are asked for, 200 where nobody asks.
fn seeds() -> std::ops::Range<u64> {
    match number("WARROOM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("WARROOM_SEEDS").unwrap_or(200),
    }
}

/// Runs every seed; says which one failed.
fn run_all(what: &str, one: impl Fn(u64) -> Outcome) {
    let mut done = 0;
    for seed in seeds() {
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| one(seed))) {
            Ok(outcome) => done += outcome.done,
            Err(panic) => {
                eprintln!("{what}: it failed; see it again with WARROOM_SEED={seed}");
                std::panic::resume_unwind(panic);
            }
        }
    }
    assert!(done > 0, "nothing happened in any run");
    eprintln!("{what}: {} seeds, {done} commands done", seeds().count());
}

#[test]
fn what_was_accepted_happens_once_whatever_fails() {
    run_all("a model of the server", |seed| run(seed, Model::default()));
}

#[test]
fn what_was_accepted_happens_once_with_the_real_server_whatever_fails() {
    run_all("the real server", |seed| run(seed, Real::new(seed)));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 1000..1010 {
        assert_eq!(run(seed, Real::new(seed)), run(seed, Real::new(seed)));
    }
}
