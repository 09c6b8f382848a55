//! A model of the server: one journal in memory of which only the flushed part survives a crash.
//! It answers in every way in which a server may, more ways than the real one has.

use super::super::support::random::Random;
use super::{Backend, entry_of};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use warroom::incident::*;
use warroom::protocol::*;

/// One connection, with what is on its way in both directions.
#[derive(Default)]
pub(super) struct Wire {
    to_server: VecDeque<String>,
    to_client: VecDeque<String>,
    /// The client has hung up or was cut off: nothing reaches it any more. What it sent may.
    cut: bool,
    person: Option<Person>,
    joined: BTreeSet<IncidentId>,
}

/// A command that is decided and not flushed.
struct Unflushed {
    events: Vec<Event>,
    wires: Vec<usize>,
}

#[derive(Default)]
pub(super) struct Model {
    logs: BTreeMap<IncidentId, Vec<Event>>,
    /// Decided on, with what is not flushed.
    states: BTreeMap<IncidentId, Incident>,
    unflushed: VecDeque<Unflushed>,
    wires: Vec<Wire>,
    /// What was refused for good, in which round; a copy of it is told the same.
    refused: BTreeMap<CommandId, (u32, Refusal)>,
    /// No faults any more.
    calm: bool,
}

impl Backend for Model {
    fn connect(&mut self) -> usize {
        self.wires.push(Wire::default());
        self.wires.len() - 1
    }

    fn wires(&self) -> usize {
        self.wires.len()
    }

    fn send(&mut self, wire: usize, text: String) {
        self.wires[wire].to_server.push_back(text);
    }

    fn hear(&mut self, wire: usize) -> Option<String> {
        self.wires[wire].to_client.pop_front()
    }

    fn cut(&mut self, wire: usize) {
        self.wires[wire].cut = true;
        self.wires[wire].to_client.clear();
    }

    fn calm(&mut self) {
        self.calm = true;
    }

    fn logs(&self) -> &BTreeMap<IncidentId, Vec<Event>> {
        &self.logs
    }

    fn crash(&mut self, _: &mut Random) {
        self.unflushed.clear();
        self.refused.clear();
        self.states = (self.logs.iter())
            .map(|(id, log)| (*id, replay(*id, log)))
            .collect();
        for wire in &mut self.wires {
            wire.cut = true;
            wire.to_server.clear();
            wire.to_client.clear();
        }
    }

    fn flush_one(&mut self, random: &mut Random) -> bool {
        let Some(done) = self.unflushed.pop_front() else {
            return false;
        };
        let (first, last) = (&done.events[0], done.events.last().unwrap());
        let answer = ServerFrame::Done {
            command: first.command,
            incident: first.incident,
            first: first.seq,
            last: last.seq,
        };
        let incident = first.incident;
        // The answer may come before the events or after them.
        let answer_first = random.once_in(2);
        let answers = |server: &mut Self| {
            for wire in &done.wires {
                server.say(*wire, &answer);
            }
        };
        if answer_first {
            answers(self);
        }
        for event in &done.events {
            self.logs.entry(incident).or_default().push(event.clone());
            let text = event_frame(&serde_json::to_string(event).unwrap());
            for wire in &mut self.wires {
                if wire.joined.contains(&incident) {
                    wire.to_client.push_back(text.clone());
                    if !self.calm && random.once_in(40) {
                        wire.to_client.push_back(text.clone());
                    }
                }
            }
        }
        if !answer_first {
            answers(self);
        }
        true
    }

    fn drop_queue(&mut self, wire: usize) {
        let wire = &mut self.wires[wire];
        if wire.person.is_some() && !wire.to_client.iter().any(|t| t.contains("\"welcome\"")) {
            wire.to_client.clear();
            let resync = ServerFrame::Resync { incident: None };
            wire.to_client.push_back(encode(&resync));
        }
    }

    fn serve(&mut self, wire: usize, now: Timestamp, random: &mut Random) -> bool {
        let Some(text) = self.wires[wire].to_server.pop_front() else {
            return false;
        };
        match decode_client(&text).unwrap() {
            ClientFrame::Hello { name, .. } => self.greet(wire, name.unwrap(), now),
            ClientFrame::Join {
                incident,
                have,
                fold,
            } => {
                assert_eq!(fold, FOLD_VERSION);
                self.join(wire, incident, have, random);
            }
            ClientFrame::Leave { incident } => {
                self.wires[wire].joined.remove(&incident);
            }
            ClientFrame::Submit {
                incident,
                command,
                round,
            } => self.submit(wire, incident, (&command, round), now, random),
            ClientFrame::Page {
                request,
                incident,
                before,
                after,
                limit,
                ..
            } => self.page(wire, request, incident, before, after, limit),
            _ => {}
        }
        true
    }
}

impl Model {
    fn say(&mut self, wire: usize, frame: &ServerFrame) {
        self.wires[wire].to_client.push_back(encode(frame));
    }

    fn greet(&mut self, wire: usize, you: Person, now: Timestamp) {
        self.wires[wire].person = Some(you.clone());
        let board = self
            .logs
            .iter()
            .map(|(id, log)| Summary::from(&replay(*id, log)));
        let board = board.collect();
        let welcome = ServerFrame::Welcome {
            protocol: VERSION,
            server: "model".to_owned(),
            now,
            you,
            level: Level::Responder,
            access: Access::Loopback,
            board,
            nags: NagPolicy::default(),
            offers: Vec::new(),
        };
        self.say(wire, &welcome);
    }

    /// Answers in one of the ways in which a server may.
    fn join(&mut self, wire: usize, incident: IncidentId, have: Seq, random: &mut Random) {
        let log = self.logs.entry(incident).or_default().clone();
        self.wires[wire].joined.insert(incident);
        let head = log.last().map_or(Seq::ZERO, |event| event.seq);
        let missing = log.iter().filter(|event| event.seq > have);
        let raw: Vec<_> = missing.map(raw).collect();
        // Made only where it is sent: it is most of a run's time.
        let checkpoint = |fold| {
            Some(Box::new(Checkpoint {
                fold,
                incident: replay(incident, &log),
            }))
        };
        let (checkpoint, events) = match random.below(4) {
            _ if raw.is_empty() => (None, raw),
            0 => (None, raw),
            1 => (checkpoint(FOLD_VERSION), Vec::new()),
            // Of another version: it must not be used.
            2 => (checkpoint(FOLD_VERSION + 1), Vec::new()),
            _ => (None, raw.into_iter().take(3).collect()),
        };
        let joined = ServerFrame::Joined {
            incident,
            checkpoint,
            events,
            head,
        };
        self.say(wire, &joined);
    }

    fn page(
        &mut self,
        wire: usize,
        request: u64,
        incident: IncidentId,
        before: Option<Seq>,
        after: Option<Seq>,
        limit: u32,
    ) {
        // Small pages, so that there are many.
        let limit = (limit as usize).min(7);
        let log = self.logs.entry(incident).or_default();
        let fits = |event: &&Event| {
            before.is_none_or(|seq| event.seq < seq) && after.is_none_or(|seq| event.seq > seq)
        };
        let fitting: Vec<&Event> = log.iter().filter(fits).collect();
        let more = fitting.len() > limit;
        let cut = fitting.len().saturating_sub(limit);
        let events: Vec<&Event> = match before {
            Some(_) => fitting.into_iter().skip(cut).collect(),
            None => fitting.into_iter().take(limit).collect(),
        };
        let corrects = |event: &&Event| {
            let target = event.body.known().and_then(What::target);
            target.is_some_and(|target| events.iter().any(|e| e.seq == target))
        };
        let page = ServerFrame::Page {
            request,
            incident,
            corrections: log.iter().filter(corrects).map(raw).collect(),
            events: events.into_iter().map(raw).collect(),
            more,
        };
        self.say(wire, &page);
    }

    fn submit(
        &mut self,
        wire: usize,
        incident: Option<IncidentId>,
        (command, round): (&Command, u32),
        now: Timestamp,
        random: &mut Random,
    ) {
        if let Some(waiting) =
            (self.unflushed.iter_mut()).find(|u| u.events[0].command == command.id)
        {
            waiting.wires.push(wire);
            return;
        }
        let mut all = self.logs.values().flatten();
        let made = |event: &&Event| event.command == command.id;
        if let Some(first) = all.find(made).cloned() {
            let last = self.logs[&first.incident].iter().rfind(made).unwrap().seq;
            let answer = ServerFrame::Done {
                command: command.id,
                incident: first.incident,
                first: first.seq,
                last,
            };
            return self.say(wire, &answer);
        }
        let busy = !self.calm && random.once_in(12);
        let decided = if busy {
            Err(Refusal::new(RefusalCode::Busy, "Too much.", ""))
        } else if let Some(refusal) = self.refused_before(command.id, round) {
            Err(refusal)
        } else {
            self.decide(wire, incident, command, now)
        };
        match decided {
            Ok(events) => self.unflushed.push_back(Unflushed {
                events,
                wires: vec![wire],
            }),
            Err(refusal) => {
                let command = command.id;
                if !refusal.is_retryable() {
                    let first = || (round, refusal.clone());
                    let last = self.refused.entry(command).or_insert_with(first);
                    if last.0 < round {
                        *last = first();
                    }
                }
                let refused = ServerFrame::Refused {
                    command,
                    refusal,
                    round,
                };
                self.say(wire, &refused);
            }
        }
    }

    /// What a copy of a round that was refused is told; from then on later rounds are told so too,
    /// for a console that was started again knows of none.
    fn refused_before(&mut self, command: CommandId, round: u32) -> Option<Refusal> {
        let (last, refusal) = self.refused.get_mut(&command)?;
        if round > *last {
            return None;
        }
        *last = u32::MAX;
        Some(refusal.clone())
    }

    fn decide(
        &mut self,
        wire: usize,
        incident: Option<IncidentId>,
        command: &Command,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        let next = IncidentId(self.states.keys().map(|id| id.0).max().unwrap_or(0) + 1);
        let id = incident.unwrap_or(next);
        let blank = Incident::new(id);
        let state = self.states.get(&id).unwrap_or(&blank);
        let actor = Actor {
            person: self.wires[wire].person.clone().expect("hello comes first"),
            level: Level::Responder,
            via: Via::Console,
        };
        let mut context = Context::new(now, actor);
        let pending = self.unflushed.iter().flat_map(|u| &u.events);
        let log = self.logs.get(&id).into_iter().flatten().chain(pending);
        let log: Vec<Event> = log.filter(|e| e.incident == id).cloned().collect();
        context.entry = command.intent.target().and_then(|seq| entry_of(&log, seq));
        let Decided::Events(drafts) = decide(state, command, &context)? else {
            unreachable!("the model knows every command of its log");
        };
        let mut state = state.clone();
        let mut events = Vec::new();
        for draft in drafts {
            let seq = state.seq.next();
            let event = draft.into_event(id, seq, Hash::GENESIS, command.id, &context);
            apply(&mut state, &event);
            events.push(event);
        }
        self.states.insert(id, state);
        Ok(events)
    }
}

fn raw(event: &Event) -> Box<serde_json::value::RawValue> {
    serde_json::value::to_raw_value(event).unwrap()
}
