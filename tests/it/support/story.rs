//! An incident told command by command, with a clock that moves a second at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use warroom::incident::*;

/// An incident that grows by commands, and the events that they made.
pub(crate) struct Story {
    incident: Incident,
    now: Timestamp,
    commands: u128,
    keep: bool,
    pub(crate) events: Vec<Event>,
}

/// A command that printed this.
pub(crate) fn a_run(started_at: Timestamp, printed: &str) -> CommandRun {
    CommandRun {
        command: "kubectl delete pod checkout-0".into(),
        host: "build-1".into(),
        directory: "/srv/app".into(),
        user: "bo".into(),
        started_at,
        millis: 1_240,
        end: RunEnd::Exited { code: 0 },
        printed: Printed {
            parts: vec![Part::Text {
                text: printed.into(),
            }],
            bytes: printed.len() as u64,
            lines: printed.lines().count() as u64,
            sha256: Some(Hash([7; 32])),
            ..Printed::default()
        },
        note: "".into(),
        step: None,
        consent: None,
        private: false,
        unagreed: false,
        withheld: false,
    }
}

impl Story {
    /// Nothing has happened yet. The clock stands at 2026-11-24 14:00 UTC.
    pub(crate) fn new() -> Self {
        Self {
            incident: Incident::new(IncidentId(1)),
            now: "2026-11-24T14:00:00Z".parse().unwrap(),
            commands: 0,
            keep: true,
            events: Vec::new(),
        }
    }

    pub(crate) fn declared(title: &str, severity: Option<Severity>) -> Self {
        let mut story = Self::new();
        story.act("maya", declare(title, severity));
        story.keep = false;
        story
    }

    pub(crate) fn triaged(alert: &str) -> Self {
        let mut story = Self::new();
        let report = report(alert, "a", AlertState::Firing, story.now);
        let intent = Intent::Triage {
            title: alert.into(),
            alert: report,
            match_key: "alertname=x".into(),
            severity: None,
            kind: Kind::Real,
        };
        story
            .decide(&actor("warroom", Level::Ingest, Via::Alertmanager), intent)
            .unwrap();
        story
    }

    pub(crate) fn incident(&self) -> &Incident {
        &self.incident
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn act(&mut self, who: &str, intent: Intent) -> Vec<Event> {
        self.try_as(who, intent).unwrap()
    }

    pub(crate) fn try_as(&mut self, who: &str, intent: Intent) -> Result<Vec<Event>, Refusal> {
        self.try_at_level(who, Level::Responder, intent)
    }

    pub(crate) fn try_at_level(
        &mut self,
        who: &str,
        level: Level,
        intent: Intent,
    ) -> Result<Vec<Event>, Refusal> {
        self.decide(&actor(who, level, Via::Console), intent)
    }

    /// The server itself acts.
    pub(crate) fn try_as_server(&mut self, intent: Intent) -> Result<Vec<Event>, Refusal> {
        self.decide(&Actor::server(), intent)
    }

    /// The same, so many seconds later; the story's own clock stays where it is.
    pub(crate) fn try_as_server_later(
        &mut self,
        seconds: i64,
        intent: Intent,
    ) -> Result<Vec<Event>, Refusal> {
        let command = self.command(intent);
        let now = self.now + chrono::TimeDelta::seconds(seconds);
        self.carry_out(&command, &Context::new(now, Actor::server()))
    }

    pub(crate) fn hook(&mut self, fingerprint: &str, state: AlertState) {
        self.try_hook(fingerprint, state).unwrap();
    }

    pub(crate) fn try_hook(
        &mut self,
        fingerprint: &str,
        state: AlertState,
    ) -> Result<Vec<Event>, Refusal> {
        let starts_at = "2026-11-24T14:00:00Z".parse().unwrap();
        let alert = report("HighErrorRate", fingerprint, state, starts_at);
        let actor = actor("warroom", Level::Ingest, Via::Alertmanager);
        self.decide(&actor, Intent::RecordAlert { alert })
    }

    pub(crate) fn attach_runbook(&mut self, name: &str, steps: usize) {
        self.attach(runbook(name, steps));
    }

    /// The same with this text.
    pub(crate) fn attach(&mut self, text: RunbookText) {
        let name = text.name.clone();
        let mut context = self.context(&actor("bo", Level::Responder, Via::Console));
        context.runbook = Some(text);
        let command = self.command(Intent::AttachRunbook { name });
        self.carry_out(&command, &context).unwrap();
    }

    pub(crate) fn command(&mut self, intent: Intent) -> Command {
        self.commands += 1;
        self.now += chrono::TimeDelta::seconds(1);
        let id = CommandId(uuid::Uuid::from_u128(
            (1_764_000_000_000 << 80) + self.commands,
        ));
        Command {
            id,
            written_at: self.now,
            intent,
        }
    }

    pub(crate) fn context(&self, actor: &Actor) -> Context {
        Context::new(self.now, actor.clone())
    }

    fn decide(&mut self, actor: &Actor, intent: Intent) -> Result<Vec<Event>, Refusal> {
        let command = self.command(intent);
        let context = self.context(actor);
        self.carry_out(&command, &context)
    }

    /// Decides and folds. The events are also kept in `events`, but for a story that was told
    /// from `declared`, which may grow long.
    pub(crate) fn carry_out(
        &mut self,
        command: &Command,
        context: &Context,
    ) -> Result<Vec<Event>, Refusal> {
        let Decided::Events(drafts) = decide(&self.incident, command, context)? else {
            return Ok(Vec::new());
        };
        assert!(!drafts.is_empty());
        let mut made = Vec::new();
        for draft in drafts {
            let id = self.incident.id;
            let seq = self.incident.seq.next();
            let event = draft.into_event(id, seq, Hash::GENESIS, command.id, context);
            apply(&mut self.incident, &event);
            made.push(event);
        }
        if self.keep {
            self.events.extend(made.iter().cloned());
        }
        Ok(made)
    }
}

pub(crate) fn actor(who: &str, level: Level, via: Via) -> Actor {
    Actor {
        person: who.parse().unwrap(),
        level,
        via,
    }
}

pub(crate) fn declare(title: &str, severity: Option<Severity>) -> Intent {
    Intent::Declare {
        title: Some(title.into()),
        severity,
        service: Some("checkout".into()),
        started_at: None,
        kind: Kind::Real,
    }
}

/// With an `Intent` of its own; see [`DeclarePrivate`].
pub(crate) fn declare_private(title: Option<&str>, people: &[&str]) -> Intent {
    Intent::DeclarePrivate(Box::new(DeclarePrivate {
        title: title.map(Into::into),
        severity: Some(Severity::Sev2),
        service: None,
        started_at: None,
        kind: Kind::Real,
        people: people.iter().map(|name| name.parse().unwrap()).collect(),
    }))
}

pub(crate) fn a_silence(name: &str, ends_at: Timestamp) -> OutsideCall {
    let matching = |name: &str, value: &str| Matching {
        name: name.into(),
        value: value.into(),
        regex: false,
        equal: true,
    };
    OutsideCall::CreateSilence {
        source: "alertmanager".into(),
        matchers: vec![matching("alertname", name), matching("service", "checkout")],
        ends_at,
        reason: "deploying the fix".into(),
    }
}

/// A signal that rose, one value a minute up to `at`.
pub(crate) fn a_signal(at: Timestamp) -> Evidence {
    let value = |value: f64| Number::new(value);
    let series = Series {
        label: Arc::from(""),
        from: at - chrono::TimeDelta::minutes(3),
        step_ms: 60_000,
        values: vec![value(0.002), None, value(0.08), value(0.124)],
    };
    Evidence {
        source: "prom".into(),
        title: "5xx".into(),
        at,
        url: Some("https://prom.example/graph?g0.expr=5xx".into()),
        seen: Seen::Signal {
            unit: Unit::Ratio,
            bad: Bad::Above,
            thresholds: Thresholds {
                warning: value(0.01),
                critical: value(0.05),
            },
            series: vec![series],
        },
    }
}

pub(crate) fn report(
    name: &str,
    fingerprint: &str,
    state: AlertState,
    starts_at: Timestamp,
) -> AlertReport {
    AlertReport {
        fingerprint: fingerprint.into(),
        name: name.into(),
        state,
        summary: "errors".into(),
        labels: BTreeMap::from([("service".to_owned(), "checkout".to_owned())]),
        annotations: BTreeMap::new(),
        starts_at,
        ends_at: (state == AlertState::Resolved).then(|| starts_at + chrono::TimeDelta::minutes(5)),
        url: None,
    }
}

pub(crate) fn runbook(name: &str, steps: usize) -> RunbookText {
    let step = |i: usize| StepText {
        section: Arc::from("Diagnosis"),
        title: format!("Look at {i}").into(),
        detail: Arc::from(""),
        commands: vec![Arc::from("kubectl get pods")],
        depth: 0,
        plan: StepPlan::default(),
        blocks: Vec::new(),
    };
    RunbookText {
        name: name.into(),
        title: name.into(),
        preface: Arc::from(""),
        steps: (1..=steps).map(step).collect(),
    }
}
