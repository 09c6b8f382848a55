//! What is watched beside the incidents, as this client has it: the last of each part.

use crate::incident::IncidentId;
use crate::protocol::Live as Part;
pub use crate::protocol::Missing;
use crate::signals::{AlertGroup, Issue, Signal, Silence, Source, SourceKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one source says of one incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Said {
    signals: Vec<Signal>,
    missing: Vec<Missing>,
    issues: Vec<Issue>,
}

/// Every part, the last of each. It grows with the sources and the incidents that are followed,
/// each part within the bounds of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Live {
    sources: Vec<Source>,
    said: BTreeMap<IncidentId, BTreeMap<Arc<str>, Said>>,
    alerts: BTreeMap<Arc<str>, (Vec<AlertGroup>, u32)>,
    silences: BTreeMap<Arc<str>, Vec<Silence>>,
}

impl Live {
    /// What these parts come to, one after the other: for screens that are drawn without a server.
    #[must_use]
    pub fn of_parts(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut live = Self::default();
        parts.into_iter().for_each(|part| live.take(part));
        live
    }

    /// Takes a part in, in the place of the last one of its kind.
    pub(super) fn take(&mut self, part: Part) {
        match part {
            Part::Sources { sources } => {
                let known = |name: &Arc<str>| sources.iter().any(|source| source.name == *name);
                self.alerts.retain(|name, _| known(name));
                self.silences.retain(|name, _| known(name));
                for said in self.said.values_mut() {
                    said.retain(|name, _| known(name));
                }
                self.sources = sources;
            }
            Part::Signals {
                incident,
                source,
                signals,
                missing,
            } => {
                let said = self.said_of(incident, source);
                said.signals = signals;
                said.missing = missing;
            }
            Part::Issues {
                incident,
                source,
                issues,
            } => self.said_of(incident, source).issues = issues,
            Part::Alerts {
                source,
                groups,
                beyond,
            } => {
                self.alerts.insert(source, (groups, beyond));
            }
            Part::Silences { source, silences } => {
                self.silences.insert(source, silences);
            }
        }
    }

    fn said_of(&mut self, incident: IncidentId, source: Arc<str>) -> &mut Said {
        let of_incident = self.said.entry(incident).or_default();
        of_incident.entry(source).or_default()
    }

    /// Lets what belongs to an incident go that is followed no more.
    pub(super) fn forget(&mut self, incident: IncidentId) {
        self.said.remove(&incident);
    }

    /// Every system that is watched, by name.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The system of that name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| &*source.name == name)
    }

    /// Whether a system of one of these kinds is watched.
    #[must_use]
    pub fn watches(&self, kinds: &[SourceKind]) -> bool {
        self.sources
            .iter()
            .any(|source| kinds.contains(&source.kind))
    }

    /// The incident's signals, in the order of the configuration, source by source.
    pub fn signals(&self, incident: IncidentId) -> impl Iterator<Item = &Signal> {
        self.of(incident).flat_map(|said| &said.signals)
    }

    /// The incident's signals that could not be had, with the source's name.
    pub fn missing(&self, incident: IncidentId) -> impl Iterator<Item = (&str, &Missing)> {
        let of_incident = self.said.get(&incident).into_iter().flatten();
        of_incident.flat_map(|(source, said)| said.missing.iter().map(move |m| (&**source, m)))
    }

    /// The errors in the incident's window, source by source.
    pub fn issues(&self, incident: IncidentId) -> impl Iterator<Item = &Issue> {
        self.of(incident).flat_map(|said| &said.issues)
    }

    fn of(&self, incident: IncidentId) -> impl Iterator<Item = &Said> {
        let of_incident = self.said.get(&incident).into_iter();
        of_incident.flat_map(|sources| sources.values())
    }

    /// The groups of alerts that monitors have now, source by source.
    pub fn groups(&self) -> impl Iterator<Item = &AlertGroup> {
        self.alerts.values().flat_map(|(groups, _)| groups)
    }

    /// Alerts in groups that were too many to be sent.
    #[must_use]
    pub fn alerts_beyond(&self) -> u32 {
        let beyond = self.alerts.values().map(|(_, beyond)| *beyond);
        beyond.fold(0, u32::saturating_add)
    }

    /// The silences that monitors have now, source by source.
    pub fn silences(&self) -> impl Iterator<Item = &Silence> {
        self.silences.values().flatten()
    }
}
