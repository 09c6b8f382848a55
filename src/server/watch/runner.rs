//! The task of one source: when it is asked, about what, and who hears what it said.

use super::pace::{Pace, Went};
use super::poll::{Asked, Kept, Polled, Trouble, poll};
use super::{Part, SourceOptions, apart};
use crate::incident::{IncidentId, Kind, Summary, Timestamp, limits as incident_limits};
use crate::integrations::exchange::{Ask, Finding};
use crate::protocol::{Live, Missing, limits};
use crate::routing::labels_of;
use crate::server::room::ToRoom;
use crate::server::shared::Shared;
use crate::signals::{Source, SourceState};
use chrono::TimeDelta;
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Open incidents that one source is asked about, the newest: more are no longer looked at one by
/// one, and a forgotten one must not cost the source a poll for ever.
pub(super) const INCIDENTS: usize = 20;
/// What a chart shows before the harm began, to see what was usual.
const LEAD: TimeDelta = TimeDelta::minutes(30);
/// The longest window of a chart.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// Points that a chart's window is asked in: two for each cell of a wide one.
const POINTS: u32 = 240;
const _: () = assert!(POINTS as usize <= incident_limits::SERIES_POINTS);

const WELL: Went = Went {
    well: true,
    wait: None,
};

/// Watches a source for as long as the server runs.
pub(in crate::server) async fn run(shared: Arc<Shared>, options: SourceOptions) {
    let mut runner = Runner {
        state: Source::new(options.name.clone(), options.kind),
        pace: Pace::new(options.every),
        kept: Kept::default(),
        asked: Asked {
            watched: options.watched.clone(),
            group_by: options.group_by.as_slice().into(),
            beyond: shared.watch.beyond.clone(),
        },
        random: SystemRandom::new(),
        shared,
        options,
    };
    let stopping = runner.shared.stopping.clone();
    tokio::select! {
        () = runner.watch() => {}
        () = stopping.cancelled() => {}
    }
}

struct Runner {
    shared: Arc<Shared>,
    options: SourceOptions,
    state: Source,
    pace: Pace,
    kept: Kept,
    asked: Asked,
    random: SystemRandom,
}

impl Runner {
    async fn watch(&mut self) {
        let shared = self.shared.clone();
        if let Err(why) = &self.options.http {
            self.state.state = SourceState::Denied;
            self.state.why = Some(why.clone());
            tracing::warn!(source = %self.state.name, %why, "source is not asked");
            shared
                .watch
                .set_source(&self.state, &shared.board, &shared.metrics);
            return std::future::pending().await;
        }
        loop {
            let wanted = shared.watch.wanted.notified();
            tokio::pin!(wanted);
            // From here on nobody who comes is missed.
            wanted.as_mut().enable();
            let lines = self.incidents();
            let asks = self.asks(&lines);
            if asks.is_empty() {
                wanted.await;
                continue;
            }
            let wait = self.ask_all(&asks, None).await;
            let asked = lines.iter().map(|line| line.id).collect();
            self.rest(wait, asked).await;
        }
    }

    /// Waits for the next turn. An incident that was not asked about yet does not wait for it, as
    /// long as the source is well: that is asked about it, and nothing else. A storm of alerts opens
    /// many, and would else have the whole list of alerts asked for with each.
    async fn rest(&mut self, wait: Duration, mut asked: BTreeSet<IncidentId>) {
        let mut until = Instant::now() + wait;
        let shared = self.shared.clone();
        while Instant::now() < until {
            let wanted = shared.watch.wanted.notified();
            tokio::pin!(wanted);
            wanted.as_mut().enable();
            let mut new = match self.state.state {
                SourceState::Answering => self.incidents(),
                _ => Vec::new(),
            };
            new.retain(|line| asked.insert(line.id));
            let asks = self.about(&new, shared.clock.now());
            if asks.is_empty() {
                tokio::select! {
                    () = tokio::time::sleep_until(until) => return,
                    () = wanted => {}
                }
            } else {
                until = Instant::now() + self.ask_all(&asks, Some(until)).await;
            }
        }
    }

    /// The incidents that are asked about: open, and no drill, for a drill never reaches outside. Nor
    /// does one that is private: what is asked names it, or its service, in somebody else's logs.
    fn incidents(&self) -> Vec<Summary> {
        let mut lines = self.shared.board.open_lines();
        lines.retain(|line| line.kind == Kind::Real && !line.private);
        lines.truncate(INCIDENTS);
        lines
    }

    /// What is asked now, with these incidents open. Nothing when there is none and nobody looks.
    fn asks(&self, lines: &[Summary]) -> Vec<Arc<Ask>> {
        if lines.is_empty() && self.shared.sessions.count() == 0 {
            return Vec::new();
        }
        let now = self.shared.clock.now();
        let beside = Ask {
            incident: None,
            variables: BTreeMap::new(),
            from: now - LEAD,
            to: now,
            points: POINTS,
        };
        let mut asks = self.worth_asking([beside]);
        asks.extend(self.about(lines, now));
        asks
    }

    /// What is asked about these incidents.
    fn about(&self, lines: &[Summary], now: Timestamp) -> Vec<Arc<Ask>> {
        self.worth_asking(lines.iter().map(|line| ask(line, now)))
    }

    fn worth_asking(&self, asks: impl IntoIterator<Item = Ask>) -> Vec<Arc<Ask>> {
        let watched = &self.options.watched;
        let says = |ask: &Ask| !watched.first(ask).is_empty() || !watched.unasked(ask).is_empty();
        asks.into_iter().filter(says).map(Arc::new).collect()
    }

    /// Asks about everything in turn and tells what was found; answers how long to wait. While all is
    /// well that is until the next turn, where it is set already.
    async fn ask_all(&mut self, asks: &[Arc<Ask>], next_turn: Option<Instant>) -> Duration {
        let (mut trouble, mut wait, mut good) = (None, None, 0);
        for ask in asks {
            let Ok(http) = &self.options.http else {
                break;
            };
            let mut polled = poll(http, &self.asked, ask, &mut self.kept).await;
            wait = wait.max(polled.wait);
            good += polled.good;
            self.tell(ask, &mut polled).await;
            let ends = polled.trouble.as_ref().is_some_and(|trouble| {
                matches!(trouble.state, SourceState::Down | SourceState::Limited)
            });
            trouble = trouble.or(polled.trouble);
            if ends {
                break;
            }
        }
        self.shared
            .watch
            .keep(&self.incidents().iter().map(|line| line.id).collect());
        let went = Went {
            well: trouble.is_none(),
            wait,
        };
        let own = self.pace.after(went, self.chance());
        let wait = match next_turn.filter(|_| went == WELL) {
            Some(turn) => turn.saturating_duration_since(Instant::now()),
            None => own,
        };
        self.set_state(trouble, good, wait);
        wait
    }

    fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        // Without random numbers the middle is as good.
        match self.random.fill(&mut bytes) {
            Ok(()) => f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX),
            Err(_) => 0.5,
        }
    }

    fn set_state(&mut self, trouble: Option<Trouble>, good: u32, wait: Duration) {
        let now = self.shared.clock.now();
        if good > 0 {
            self.state.answered_at = Some(now);
        }
        self.state.next_at = TimeDelta::from_std(wait).ok().map(|wait| now + wait);
        let (state, why) = match trouble {
            // Nothing was asked: what is known of it stays as it was.
            None if good == 0 => (
                self.state.state,
                self.state.why.as_deref().map(str::to_owned),
            ),
            None => (SourceState::Answering, None),
            Some(Trouble { state, why }) => (state, Some(why)),
        };
        if self.state.state != state || self.state.why.as_deref() != why.as_deref() {
            match &why {
                None => tracing::info!(source = %self.state.name, "source answers"),
                Some(why) => tracing::warn!(source = %self.state.name, ?state, why, "source"),
            }
        }
        self.state.state = state;
        self.state.why = why.map(Into::into);
        let shared = &self.shared;
        shared
            .watch
            .set_source(&self.state, &shared.board, &shared.metrics);
    }

    /// Tells those who look what was found.
    async fn tell(&self, ask: &Ask, polled: &mut Polled) {
        let (shared, source) = (&self.shared, &self.options.name);
        let mut told = false;
        if let Some(incident) = ask.incident {
            for part in self.parts_of(incident, polled) {
                told |= shared.watch.put(incident, source, part);
            }
            if told && let Some(room) = shared.rooms.opened(incident) {
                // A room that is full sends the next one; nothing here is kept for ever.
                let _ = room.try_send(ToRoom::Live(source.clone()));
            }
        }
        for part in self.parts_beside(polled) {
            let kind = match part {
                Live::Silences { .. } => Part::Silences,
                _ => Part::Alerts,
            };
            let key = (source.clone(), kind);
            let Some(bytes) = apart::encoded(part).await else {
                continue;
            };
            shared
                .watch
                .put_beside(key, &bytes, &shared.board, &shared.metrics);
        }
    }

    fn parts_of(&self, incident: IncidentId, polled: &Polled) -> Vec<Live> {
        let source = &self.options.name;
        let (mut signals, mut missing, mut issues) = (Vec::new(), Vec::new(), None);
        for finding in &polled.findings {
            match finding {
                Finding::Signal(signal) => signals.push(signal.clone()),
                Finding::NoSignal(name, why) => missing.push(Missing {
                    name: name.clone(),
                    why: why.to_string().into(),
                }),
                Finding::Issues(found) => issues = Some(found.clone()),
                _ => {}
            }
        }
        let mut parts = Vec::new();
        // A poll that went badly half way leaves what was known before.
        if !signals.is_empty() || !missing.is_empty() {
            parts.push(Live::Signals {
                incident,
                source: source.clone(),
                signals,
                missing,
            });
        }
        parts.extend(issues.map(|issues| Live::Issues {
            incident,
            source: source.clone(),
            issues,
        }));
        parts
    }

    fn parts_beside(&self, polled: &mut Polled) -> Vec<Live> {
        let source = &self.options.name;
        let at = self.shared.clock.now();
        let mut parts = Vec::new();
        for finding in &mut polled.findings {
            match finding {
                // They were grouped where they were read.
                Finding::Alerts(alerts) => {
                    // Not copied: there may be ten thousand.
                    let alerts = super::Alerts {
                        at,
                        by: self.options.group_by.clone(),
                        alerts: std::mem::take(alerts),
                    };
                    if let Some(old) = self.shared.watch.put_alerts(source, alerts) {
                        // Nobody waits for its end.
                        drop(apart::let_go(old));
                    }
                }
                Finding::Groups(groups) => parts.push(alerts_part(source, groups.clone())),
                Finding::Silences(silences) => {
                    let mut silences = silences.clone();
                    silences.retain(|silence| !silence.expired);
                    silences.sort_by_key(|silence| silence.ends_at);
                    silences.truncate(limits::SILENCES);
                    parts.push(Live::Silences {
                        source: source.clone(),
                        silences,
                    });
                }
                _ => {}
            }
        }
        parts
    }
}

fn alerts_part(source: &Arc<str>, mut groups: Vec<crate::signals::AlertGroup>) -> Live {
    let more = groups.iter().skip(limits::ALERT_GROUPS);
    let beyond = more
        .map(|group| group.firing + group.pending + group.silenced)
        .fold(0, u32::saturating_add);
    groups.truncate(limits::ALERT_GROUPS);
    Live::Alerts {
        source: source.clone(),
        groups,
        beyond,
    }
}

/// What is asked about one incident: the time since shortly before the harm began.
fn ask(line: &Summary, now: Timestamp) -> Ask {
    let began = line.started_at.unwrap_or(line.opened_at).min(now);
    let from = (began - LEAD).max(now - LONGEST);
    let mut variables: BTreeMap<Arc<str>, Arc<str>> =
        labels_of(line.match_key.as_deref().unwrap_or_default())
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
    variables.insert("incident".into(), line.id.to_string().into());
    if let Some(service) = &line.service {
        variables.insert("service".into(), service.clone());
    }
    if let Some(severity) = line.severity {
        variables.insert("severity".into(), severity.to_string().into());
    }
    Ask {
        incident: Some(line.id),
        variables,
        from,
        to: now,
        points: POINTS,
    }
}
