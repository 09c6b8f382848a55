//! What an incident is: the fold over its log, bounded.

use super::limits;
use super::{
    Acknowledgement, Alert, AlertState, Ask, AskId, Audience, CommandId, Consent, Entry, Handover,
    Hypothesis, IncidentId, Kind, Milestones, Nagging, OutsideAsk, Person, PinnedEvidence,
    Proposal, Role, Runbook, Seq, Severity, Status, Timestamp, Update, UpdateId, UpdateState,
    update,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The version of the fold. A checkpoint of another version is not used: its events are folded
/// anew. Raise it whenever `apply` comes to another state from the same events.
pub const FOLD_VERSION: u32 = 8;

/// Who holds a role, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub person: Person,
    /// Since when.
    pub since: Timestamp,
}

/// A link to something elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is.
    pub title: Arc<str>,
    /// Where it is.
    pub url: Arc<str>,
}

/// Follow-up work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// The event that made it.
    pub seq: Seq,
    /// What is to be done.
    pub text: Arc<str>,
    /// Who does it.
    #[serde(default)]
    pub owner: Option<Person>,
}

/// How much there is of what, over the whole log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Events of any kind.
    pub events: u64,
    /// Entries written by people.
    pub notes: u64,
    /// Reports of monitors.
    pub alert_reports: u64,
    /// Asks ever made; the next one's number follows from it.
    pub asks: u32,
    /// Proposals ever made; the next one's number follows from it.
    pub proposals: u32,
    /// Handovers ever offered; the next one's number follows from it.
    pub handovers: u32,
    /// The highest number that a hypothesis has.
    pub hypotheses: u32,
    /// Updates ever drafted; the next one's number follows from it.
    pub updates: u32,
    /// Events of a kind that this version does not know.
    pub unknown: u64,
}

/// An incident as its log says it is, bounded: it does not grow with the log's length. Two that
/// have folded the same events are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its name.
    pub id: IncidentId,
    /// The last event folded in; zero before the first.
    pub seq: Seq,
    /// One line.
    pub title: Arc<str>,
    /// Real or drill.
    pub kind: Kind,
    /// How bad; absent is allowed and nagged about.
    pub severity: Option<Severity>,
    /// Where it stands.
    pub status: Status,
    /// The service that is hurt.
    pub service: Option<Arc<str>>,
    /// What further alerts must match to join.
    pub match_key: Option<Arc<str>>,
    /// When the log began.
    pub opened_at: Timestamp,
    /// When the last event was recorded.
    pub changed_at: Timestamp,
    /// The times that the figures are made of.
    pub milestones: Milestones,
    /// Who does what.
    pub roles: BTreeMap<Role, Holder>,
    /// Who took part, with the number of what they did.
    pub people: BTreeMap<Person, u32>,
    /// Alerts by fingerprint.
    pub alerts: BTreeMap<Arc<str>, Alert>,
    /// What the labels of its alerts say, as long as all that fired agree; empty where they do not.
    #[serde(default)]
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Attached runbooks, the newest last.
    pub runbooks: Vec<Runbook>,
    /// Asks, oldest first.
    pub asks: VecDeque<Ask>,
    /// Proposals, oldest first: those that wait for an end, and the newest that have one.
    #[serde(default)]
    pub proposals: VecDeque<Proposal>,
    /// Offers of roles, oldest first: those that wait for an end, at most one of each role, and the
    /// newest that have one.
    #[serde(default)]
    pub handovers: VecDeque<Handover>,
    /// What may be so, oldest first.
    #[serde(default)]
    pub hypotheses: VecDeque<Hypothesis>,
    /// The newest decisions, made or noted, oldest first, and the newest private ones.
    #[serde(default)]
    pub decisions: VecDeque<Entry>,
    /// Updates, oldest first.
    pub updates: VecDeque<Update>,
    /// When the next update was promised: the earliest of `promises`.
    pub next_update_at: Option<Timestamp>,
    /// When who was promised the next update. The organisation's own people are told by severity
    /// from the beginning; the others are promised one with the first that they get.
    #[serde(default)]
    pub promises: BTreeMap<Audience, Timestamp>,
    /// What holds for updates, where that is not the usual.
    #[serde(default)]
    pub(super) update_rules: Option<update::Rules>,
    /// What is known of the harm, in the newest words that everyone may read.
    #[serde(default)]
    pub impact: Option<Entry>,
    /// What helps meanwhile: the newest entry with the tag [`limits::WORKAROUND_TAG`] that everyone
    /// may read.
    #[serde(default)]
    pub workaround: Option<Entry>,
    /// Links.
    pub links: Vec<Link>,
    /// Follow-up work.
    pub action_items: Vec<ActionItem>,
    /// Pinned entries, by seq.
    pub pinned: BTreeMap<Seq, Entry>,
    /// The newest entries, oldest first.
    pub recent: VecDeque<Entry>,
    /// Evidence with its numbers: the newest pieces, and the newest private ones, oldest first. Older
    /// ones are in the log.
    #[serde(default)]
    pub evidence: VecDeque<PinnedEvidence>,
    /// Who has taken note of which alerts, by group or fingerprint. One whose time is over counts
    /// as none: [`Incident::acknowledgement`].
    #[serde(default)]
    pub acknowledged: BTreeMap<Arc<str>, Acknowledgement>,
    /// What was asked of systems outside, oldest first: all that is not answered, and the newest
    /// that is.
    #[serde(default)]
    pub outside: VecDeque<OutsideAsk>,
    /// Since when things are owed, and which nags are put off.
    #[serde(default)]
    pub nagging: Nagging,
    /// The newest report that everyone may read, and the newest private one.
    #[serde(default)]
    pub reports: Vec<Entry>,
    /// Dangerous commands that wait, or waited, for a second person; oldest first.
    #[serde(default)]
    pub consents: VecDeque<Consent>,
    /// Who may see it; absent: everyone. Asked by [`Incident::is_shown_to`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<BTreeSet<Person>>,
    /// The incident that this one became part of.
    pub merged_into: Option<IncidentId>,
    /// The incidents that became part of this one.
    pub absorbed: Vec<IncidentId>,
    /// How much there is of what.
    pub counts: Counts,
    /// The newest command ids, oldest first.
    pub(super) commands: VecDeque<CommandId>,
}

impl Incident {
    /// From when on it counts how long it lasts: since the harm began, as for the time to resolve;
    /// where that is not known, since it was declared or opened.
    #[must_use]
    pub fn lasts_since(&self) -> Timestamp {
        use super::Milestone;
        let known = self.milestones.at(Milestone::Started);
        let known = known.or_else(|| self.milestones.at(Milestone::Declared));
        known.unwrap_or(self.opened_at)
    }

    /// An incident of which nothing is known yet. `seq` is zero until the first event is applied.
    #[must_use]
    pub fn new(id: IncidentId) -> Self {
        Self {
            id,
            seq: Seq::ZERO,
            title: Arc::from(""),
            kind: Kind::Real,
            severity: None,
            status: Status::Triage,
            service: None,
            match_key: None,
            opened_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
            milestones: Milestones::default(),
            roles: BTreeMap::new(),
            people: BTreeMap::new(),
            alerts: BTreeMap::new(),
            labels: BTreeMap::new(),
            runbooks: Vec::new(),
            asks: VecDeque::new(),
            proposals: VecDeque::new(),
            handovers: VecDeque::new(),
            hypotheses: VecDeque::new(),
            decisions: VecDeque::new(),
            updates: VecDeque::new(),
            next_update_at: None,
            promises: BTreeMap::new(),
            update_rules: None,
            impact: None,
            workaround: None,
            links: Vec::new(),
            action_items: Vec::new(),
            pinned: BTreeMap::new(),
            recent: VecDeque::new(),
            evidence: VecDeque::new(),
            acknowledged: BTreeMap::new(),
            outside: VecDeque::new(),
            nagging: Nagging::default(),
            reports: Vec::new(),
            consents: VecDeque::new(),
            private: None,
            merged_into: None,
            absorbed: Vec::new(),
            counts: Counts::default(),
            commands: VecDeque::new(),
        }
    }

    /// Whether its log has begun.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.seq > Seq::ZERO
    }

    /// Whether it is practice.
    #[must_use]
    pub fn is_drill(&self) -> bool {
        self.kind == Kind::Drill
    }

    /// Who has the role.
    #[must_use]
    pub fn holder(&self, role: &Role) -> Option<&Person> {
        self.roles.get(role).map(|holder| &holder.person)
    }

    /// Whether this person is the commander or the deputy.
    #[must_use]
    pub fn is_in_command(&self, person: &Person) -> bool {
        self.roles
            .iter()
            .any(|(role, holder)| role.commands() && holder.person == *person)
    }

    /// The roles that this person has.
    pub fn roles_of<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Role> {
        self.roles
            .iter()
            .filter(move |(_, h)| h.person == *person)
            .map(|(role, _)| role)
    }

    /// The standard roles that nobody has, while the incident is live.
    pub fn vacancies(&self) -> impl Iterator<Item = &'static Role> {
        let live = self.status.is_live();
        Role::STANDARD
            .iter()
            .filter(move |role| live && !self.roles.contains_key(role))
    }

    /// How many alerts fire now.
    #[must_use]
    pub fn firing(&self) -> usize {
        self.alerts
            .values()
            .filter(|alert| alert.state == AlertState::Firing)
            .count()
    }

    /// The ask of that number, if it is still held.
    #[must_use]
    pub fn ask(&self, id: AskId) -> Option<&Ask> {
        self.asks.iter().find(|ask| ask.id == id)
    }

    /// The update of that number, if it is still held.
    #[must_use]
    pub fn update(&self, id: UpdateId) -> Option<&Update> {
        self.updates.iter().find(|update| update.id == id)
    }

    /// The newest update that is out.
    #[must_use]
    pub fn last_posted(&self) -> Option<&Update> {
        self.updates
            .iter()
            .rev()
            .find(|update| update.state == UpdateState::Posted)
    }

    /// The attached runbook of that name.
    #[must_use]
    pub fn runbook(&self, name: &str) -> Option<&Runbook> {
        self.runbooks.iter().find(|runbook| &*runbook.name == name)
    }

    /// The entry of that seq, if it is among the newest or the pinned.
    #[must_use]
    pub fn entry(&self, seq: Seq) -> Option<&Entry> {
        let at = self.recent.binary_search_by_key(&seq, |entry| entry.seq);
        at.ok()
            .and_then(|i| self.recent.get(i))
            .or_else(|| self.pinned.get(&seq))
    }

    /// Whether a command of this id is among the newest that were carried out.
    #[must_use]
    pub fn has_seen(&self, command: CommandId) -> bool {
        self.commands.contains(&command)
    }

    /// Whether a command id this old may have been forgotten: then the journal must be asked.
    #[must_use]
    pub fn may_have_forgotten(&self, command: CommandId) -> bool {
        self.commands.len() >= limits::RECENT_COMMANDS
            && self
                .commands
                .iter()
                .min()
                .is_some_and(|oldest| command < *oldest)
    }

    /// The consent that this event asked for, if it is still held.
    #[must_use]
    pub fn consent(&self, asked: Seq) -> Option<&Consent> {
        self.consents.iter().find(|consent| consent.seq == asked)
    }

    /// What was asked outside by that event, if it is still held.
    #[must_use]
    pub fn outside_ask(&self, seq: Seq) -> Option<&OutsideAsk> {
        self.outside.iter().find(|ask| ask.seq == seq)
    }

    /// What is still to be asked of systems outside, oldest first. Nothing in a drill, whatever
    /// its log says: a drill never reaches the outside world.
    pub fn outside_due(&self) -> impl Iterator<Item = &OutsideAsk> {
        let real = !self.is_drill();
        (self.outside.iter()).filter(move |ask| real && ask.answer.is_none())
    }

    pub(super) fn open_outside(&self) -> usize {
        (self.outside.iter())
            .filter(|ask| ask.answer.is_none())
            .count()
    }

    pub(super) fn open_asks(&self) -> usize {
        self.asks.iter().filter(|ask| ask.state.is_open()).count()
    }

    pub(super) fn ask_mut(&mut self, id: AskId) -> Option<&mut Ask> {
        self.asks.iter_mut().find(|ask| ask.id == id)
    }

    /// Lets the oldest ended asks go beyond the bound.
    pub(super) fn trim_asks(&mut self) {
        let ended = |ask: &Ask| !ask.state.is_open();
        while self.asks.iter().filter(|ask| ended(ask)).count() > limits::ENDED_ASKS
            || self.asks.len() > limits::OPEN_ASKS + limits::ENDED_ASKS
        {
            let oldest = self.asks.iter().position(ended).unwrap_or(0);
            self.asks.remove(oldest);
        }
    }
}
