//! An app with a made-up server behind it, for the tests of `update` and `view`: clock and ids
//! stand still, frames are fed as text.

#![cfg(test)]

use super::app::{App, Prefs};
use super::effect::Effect;
use super::keymap::{Key, Keymap};
use super::layout::Layout;
use super::memory::{Looked, Memory};
use super::msg::Msg;
use super::text::cells;
use super::theme::Theme;
use super::{update, view};
use crate::client::{self, Client, Inbound, Input};
use crate::incident::*;
use chrono::TimeDelta;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// The moment at which every test begins.
pub fn start() -> Timestamp {
    "2026-11-24T14:44:28Z".parse().unwrap()
}

/// An incident's log, written by people at times before [`start`].
pub struct Log {
    pub state: Incident,
    pub events: Vec<Event>,
    commands: u128,
    runbook: Option<RunbookText>,
}

impl Log {
    pub fn new(id: u64) -> Self {
        Self {
            state: Incident::new(IncidentId(id)),
            events: Vec::new(),
            commands: u128::from(id) << 64,
            runbook: None,
        }
    }

    /// Someone does something, so many seconds before [`start`].
    pub fn did(&mut self, who: &str, ago: i64, intent: Intent) -> &mut Self {
        let now = start() - TimeDelta::seconds(ago);
        let via = match who {
            "alertmanager" => Via::Alertmanager,
            _ => Via::Console,
        };
        let level = Level::Admin;
        let person = who.parse().unwrap();
        let mut context = Context::new(now, Actor { person, level, via });
        context.runbook = Some(self.runbook.clone().unwrap_or_else(runbook));
        self.commands += 1;
        let command = Command {
            id: CommandId(Uuid::from_u128(self.commands)),
            written_at: now,
            intent,
        };
        let Decided::Events(drafts) = decide(&self.state, &command, &context).unwrap() else {
            panic!("done before");
        };
        for draft in drafts {
            let seq = self.state.seq.next();
            let event = draft.into_event(self.state.id, seq, Hash::GENESIS, command.id, &context);
            apply(&mut self.state, &event);
            self.events.push(event);
        }
        self
    }

    /// bo attaches this runbook, as long ago as an incident is declared.
    pub fn attached(&mut self, runbook: RunbookText) -> &mut Self {
        let name = runbook.name.clone();
        self.runbook = Some(runbook);
        self.did("bo", 2_250, Intent::AttachRunbook { name })
    }

    pub fn note(&mut self, who: &str, ago: i64, text: &str) -> &mut Self {
        self.did(who, ago, Intent::Note(NewNote::plain(text)))
    }

    pub fn declared(id: u64, title: &str, severity: Severity) -> Self {
        let mut log = Self::new(id);
        log.did("maya", 2_537, declare(title, Some(severity)));
        log
    }

    pub fn joined(&self) -> Value {
        json!({"type": "joined", "incident": self.state.id, "events": self.events,
               "head": self.state.seq})
    }

    pub fn summary(&self) -> Summary {
        Summary::from(&self.state)
    }
}

pub fn declare(title: &str, severity: Option<Severity>) -> Intent {
    Intent::Declare {
        title: Some(title.into()),
        severity,
        service: Some("checkout".into()),
        started_at: None,
        kind: Kind::Real,
    }
}

pub fn alert(name: &str, summary: &str, state: AlertState, ago: i64) -> AlertReport {
    AlertReport {
        fingerprint: format!("{name}{summary}").into(),
        name: name.into(),
        state,
        summary: summary.into(),
        labels: [("service".to_owned(), "checkout".to_owned())].into(),
        annotations: std::collections::BTreeMap::default(),
        starts_at: start() - TimeDelta::seconds(ago),
        ends_at: (state == AlertState::Resolved).then(|| start() - TimeDelta::seconds(30)),
        url: Some("http://prometheus:9090/graph".into()),
    }
}

fn runbook() -> RunbookText {
    let step = |title: &str, section: &str, command: Option<&str>| StepText {
        section: section.into(),
        title: title.into(),
        detail: "".into(),
        commands: command.into_iter().map(Arc::from).collect(),
        depth: 0,
        plan: StepPlan::default(),
        blocks: Vec::new(),
    };
    RunbookText {
        name: "checkout-5xx".into(),
        title: "Checkout answers 5xx".into(),
        preface: "Users cannot pay.".into(),
        steps: vec![
            step("Confirm on the dashboard", "Look", None),
            step(
                "Count the pods that restart",
                "Look",
                Some("kubectl get pods -n checkout"),
            ),
            step(
                "Compare with the last deploy",
                "Look",
                Some("git log -3 --oneline"),
            ),
            step(
                "Shift traffic away from eu-west-1b",
                "Act",
                Some("trafficctl drain eu-west-1b"),
            ),
            step(
                "Roll back the last deploy",
                "Act",
                Some("deployctl rollback checkout"),
            ),
            step("Tell the payment provider", "Tell", None),
        ],
    }
}

/// An incident as one is, forty minutes in.
pub fn usual() -> Log {
    let mut log = Log::new(42);
    let firing = |name, summary, ago| alert(name, summary, AlertState::Firing, ago);
    log.did(
        "alertmanager",
        2_537,
        Intent::Triage {
            title: "HighErrorRate on checkout".into(),
            alert: firing("HighErrorRate", "5xx ratio is 12% on checkout", 2_600),
            match_key: "alertname=HighErrorRate,service=checkout".into(),
            severity: None,
            kind: Kind::Real,
        },
    );
    log.did(
        "maya",
        2_448,
        declare("Checkout 500s in eu-west", Some(Severity::Sev1)),
    );
    for (who, role) in [
        ("maya", Role::IncidentCommander),
        ("bo", Role::OperationsLead),
        ("lee", Role::Scribe),
    ] {
        if log.state.holder(&role).is_none() {
            log.did(who, 2_300, Intent::ClaimRole { role });
        }
    }
    log.did(
        "bo",
        2_250,
        Intent::AttachRunbook {
            name: "checkout-5xx".into(),
        },
    );
    let note = |kind, text: &str, pin| {
        Intent::Note(NewNote {
            kind,
            pin,
            ..NewNote::plain(text)
        })
    };
    log.note("lee", 2_100, "pods in eu-west-1b restart every two minutes");
    log.did(
        "lee",
        2_000,
        note(
            EntryKind::Impact,
            "about 12% of payments fail in the EU",
            true,
        ),
    );
    log.did(
        "ana",
        1_800,
        note(
            EntryKind::Hypothesis,
            "the connection pool is too small since 4f2a",
            false,
        ),
    );
    let step = |step, state| Intent::SetStep {
        runbook: "checkout-5xx".into(),
        step: StepNo(step),
        state,
        reason: None,
    };
    log.did("bo", 1_700, step(1, StepState::Done));
    log.did("bo", 1_600, step(2, StepState::Done));
    log.did(
        "alertmanager",
        1_400,
        Intent::RecordAlert {
            alert: firing("QueueBacklog", "orders wait 90 s", 1_400),
        },
    );
    log.did("bo", 1_200, step(4, StepState::InProgress));
    log.did(
        "maya",
        900,
        note(EntryKind::Decision, "roll back 4f2a", true),
    );
    let ask = |to: &str, minutes, text: &str| Intent::Ask {
        to: to.parse().unwrap(),
        minutes,
        text: text.into(),
    };
    log.did("maya", 800, ask("bo", 20, "check the database latency"));
    log.did("maya", 780, ask("ana", 10, "pull the logs of the gateway"));
    log.did(
        "alertmanager",
        600,
        Intent::RecordAlert {
            alert: firing("KubePodCrashLooping", "checkout-7d9 restarts", 640),
        },
    );
    log.did(
        "alertmanager",
        400,
        Intent::RecordAlert {
            alert: alert(
                "QueueBacklog",
                "orders wait 90 s",
                AlertState::Resolved,
                1_400,
            ),
        },
    );
    log.did(
        "maya",
        640,
        Intent::PostUpdate {
            update: None,
            text: Some("We roll back. Next in 15 minutes.".into()),
            next_in_minutes: Some(15),
            audience: None,
        },
    );
    log.note(
        "lee",
        120,
        "rollback has reached 40% of the pods, errors fall",
    );
    log
}

/// An incident with everything too long, too wide or hostile.
pub fn overfull() -> Log {
    let title = "支払いが失敗する 🔥👩‍👩‍👧 \u{1b}[31mred\u{1b}[0m \u{202e}desrever\u{202c} and a title that \
                 goes on and on until nobody can remember how it began or why it was written";
    let mut log = Log::declared(1_234_567, title, Severity::Sev2);
    for at in 0..150_i64 {
        let text = format!(
            "{at} データベース接続が遅い 🐢 \u{7} x{}",
            "very-long-word-without-any-space".repeat(usize::try_from(at % 4).unwrap())
        );
        let who =
            ["a-person-with-a-rather-long-name", "李雷", "o"][usize::try_from(at % 3).unwrap()];
        let mut note = NewNote::plain(text);
        note.pin = at % 9 == 0;
        log.did(who, 2_400 - at * 10, Intent::Note(note));
    }
    for at in 0..30_i64 {
        log.did(
            "maya",
            900,
            Intent::Ask {
                to: "a-person-with-a-rather-long-name".parse().unwrap(),
                minutes: 1 + u32::try_from(at).unwrap(),
                text: format!(
                    "ask {at} 負荷を調べる and say what was found in as many words as it takes"
                )
                .into(),
            },
        );
    }
    for at in 0..40_i64 {
        let name = format!("Alert{at}");
        log.did(
            "alertmanager",
            500,
            Intent::RecordAlert {
                alert: alert(
                    &name,
                    "長い説明 \u{1b}]0;owned\u{7} that does not fit",
                    AlertState::Firing,
                    500 + at,
                ),
            },
        );
    }
    log
}

/// An app on the board, greeted, at this size.
pub struct Bench {
    pub app: App,
    pub now: Timestamp,
    /// What is on disk of what was seen.
    pub memory: Memory,
}

impl Bench {
    pub fn new(width: u16, height: u16, logs: &[&Log]) -> Self {
        let mut bench = Self::silent(width, height);
        bench.client(Input::Connecting);
        // Whoever sits here has seen all that there is, unless a test says otherwise.
        for log in logs {
            let seq = log.state.seq;
            let at = start();
            bench.memory.look(log.state.id, Looked { seq, at });
        }
        bench.client(Input::Connected);
        let board: Vec<Summary> = logs.iter().map(|log| log.summary()).collect();
        bench.frame(
            &json!({"type": "welcome", "protocol": crate::protocol::VERSION,
            "server": "warroom 0.1.0", "now": start(), "you": "lee", "level": "responder",
            "access": "tokens", "board": board}),
        );
        bench
    }

    /// One that no server has answered yet.
    pub fn silent(width: u16, height: u16) -> Self {
        let client = Client::new(client::Options {
            watch: false,
            name: None,
            via: Via::Console,
            program: "warroom test".to_owned(),
            waits_for_the_journal: true,
        });
        let mut theme = vec![Theme::plain(), Theme::default()];
        theme.truncate(2);
        let prefs = Prefs {
            templates: crate::console::templates::all(Vec::new()).into(),
            themes: theme,
            theme: 0,
            automatic: None,
            keymap: Keymap::default(),
            home: "Europe/Berlin".parse().unwrap(),
            utc: true,
            layout: Layout::Commander,
            zoomed: false,
            read_only: None,
            duty: None,
            ascii: false,
            charts: crate::console::chart::Signs::Braille,
            extra_roles: Vec::new(),
            update_templates: crate::updates::Templates::default(),
            clipboard: crate::console::clipboard::Clipboard::Unknown,
            handover_after: TimeDelta::hours(3),
        };
        let mut next = 0_u128;
        let ids = move |_| {
            next += 1;
            CommandId(Uuid::from_u128((0xabc << 100) + next))
        };
        let mut bench = Self {
            app: App::new(client, prefs, start(), Box::new(ids)),
            now: start(),
            memory: Memory::default(),
        };
        bench.tell(Msg::Resized(width, height));
        bench
    }

    /// What is remembered is read and kept here as the runtime does on disk.
    pub fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        for effect in update::update(&mut self.app, self.now, msg) {
            match effect {
                Effect::LoadMemory(person) => {
                    let memory = self.memory.clone();
                    effects.extend(self.tell(Msg::Memory { person, memory }));
                }
                Effect::SaveMemory { memory, .. } => self.memory = memory,
                other => effects.push(other),
            }
        }
        effects
    }

    pub fn client(&mut self, input: Input) -> Vec<Effect> {
        self.tell(Msg::Client(input))
    }

    pub fn frame(&mut self, frame: &Value) -> Vec<Effect> {
        let inbound = Inbound::decode(&frame.to_string()).unwrap().unwrap();
        self.client(Input::Frame(Box::new(inbound)))
    }

    /// On the incident's screen, with its state here and these people present.
    pub fn on(width: u16, height: u16, log: &Log) -> Self {
        let mut bench = Self::new(width, height, &[log]);
        bench.keys("enter");
        bench.frame(&log.joined());
        let here = |name: &str, pane: &str, typing: bool| json!({"person": name, "pane": pane, "typing": typing});
        bench.frame(
            &json!({"type": "presence", "incident": log.state.id, "here": [
            here("bo", "runbook", false), here("lee", "composer", true),
            here("maya", "command", false)]}),
        );
        bench
    }

    /// Presses keys by name: `j j enter`.
    pub fn keys(&mut self, keys: &str) -> Vec<Effect> {
        keys.split_whitespace()
            .flat_map(|key| {
                let key: Key = key.parse().unwrap();
                self.tell(Msg::Key(key.event()))
            })
            .collect()
    }

    /// Types text, character by character.
    pub fn typed(&mut self, text: &str) -> Vec<Effect> {
        use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
        text.chars()
            .flat_map(|c| {
                let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
                self.tell(Msg::Key(event))
            })
            .collect()
    }

    /// Lets time go on to there, waking when the app wants to. How often it did.
    pub fn wait(&mut self, span: TimeDelta) -> usize {
        let end = self.now + span;
        let mut woken = 0;
        while let Some(at) = update::next_wake(&self.app).filter(|at| *at <= end) {
            assert!(at > self.now, "woken for the past");
            self.now = at;
            self.tell(Msg::Woke);
            woken += 1;
        }
        self.now = end;
        self.app.set_now(end);
        woken
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        let size = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        terminal.draw(|frame| view::view(&self.app, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let mut rows = Vec::new();
        for y in 0..size.height {
            let mut row = String::new();
            let mut x = 0;
            while x < size.width {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                // A wide character stands in two cells, of which the second is empty.
                x += u16::try_from(cells(symbol)).unwrap().max(1);
            }
            rows.push(row.trim_end().to_owned());
        }
        rows.join("\n")
    }

    /// The intents that went to the driver to be stored.
    pub fn intents(effects: &[Effect]) -> Vec<Intent> {
        effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Client(client::Effect::Store(pending)) => {
                    Some(pending.command.intent.clone())
                }
                _ => None,
            })
            .collect()
    }
}
