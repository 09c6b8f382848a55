//! Rules about the incident itself: opened, declared, how bad, where it stands, over.

use super::check::{line, no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    AlertState, DeclarePrivate, IncidentId, Intent, Milestone, Refusal, RefusalCode, Severity,
    Status, Timestamp, What,
};
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn declare(self) -> Result<Vec<Draft>, Refusal> {
        let Intent::Declare {
            title,
            severity,
            service,
            started_at,
            kind,
        } = &self.command.intent
        else {
            return Ok(Vec::new());
        };
        self.declare_as(&DeclarePrivate {
            title: title.clone(),
            severity: *severity,
            service: service.clone(),
            started_at: *started_at,
            kind: *kind,
            people: Vec::new(),
        })
    }

    /// Declares it, for whomever.
    pub(super) fn declare_as(self, declared: &DeclarePrivate) -> Result<Vec<Draft>, Refusal> {
        let DeclarePrivate {
            title,
            severity,
            service,
            started_at,
            kind,
            people: _,
        } = declared;
        let started_at = started_at.map(|at| self.named_time(at)).transpose()?;
        let title = title
            .as_deref()
            .map(|t| line(t, "The title", limits::TITLE_BYTES));
        if self.incident.exists() {
            return self.declare_triaged(title.transpose()?, *severity, started_at);
        }
        let title = title.unwrap_or_else(|| line("", "The title", limits::TITLE_BYTES))?;
        let service = service
            .as_deref()
            .map(|s| line(s, "The service", limits::TITLE_BYTES));
        let at = self.written_at();
        Ok(self.one(What::Opened {
            title,
            kind: *kind,
            status: Status::Investigating,
            severity: *severity,
            service: service.transpose()?,
            // Someone may write the start down to the second after it is declared to the
            // millisecond; it cannot have begun after it was declared.
            started_at: started_at.map(|started| started.min(at)),
            detected_at: None,
            match_key: None,
        }))
    }

    /// Declares the incident that waits in triage.
    fn declare_triaged(
        self,
        title: Option<Arc<str>>,
        severity: Option<Severity>,
        started_at: Option<Timestamp>,
    ) -> Result<Vec<Draft>, Refusal> {
        if self.incident.status != Status::Triage {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("{} is {} already.", self.incident.id, self.incident.status),
                "Join it, or declare another incident.",
            ));
        }
        let mut drafts = Vec::new();
        if let Some(title) = title.filter(|title| *title != self.incident.title) {
            drafts.push(self.draft(What::Renamed { title }));
        }
        if severity.is_some() && severity != self.incident.severity {
            let from = self.incident.severity;
            drafts.push(self.draft(What::SeveritySet {
                severity,
                from,
                reason: None,
            }));
        }
        if let Some(at) = started_at {
            self.in_order(Milestone::Started, at)?;
            drafts.push(self.draft(What::MilestoneSet {
                milestone: Milestone::Started,
                at,
            }));
        }
        let floor = started_at.or_else(|| self.incident.milestones.at(Milestone::Started));
        drafts.push(Draft {
            occurred_at: self.written_at().max(floor.unwrap_or(self.written_at())),
            what: What::StatusSet {
                status: Status::Investigating,
                from: Status::Triage,
                reason: None,
            },
        });
        Ok(drafts)
    }

    pub(super) fn triage(self) -> Result<Vec<Draft>, Refusal> {
        let Intent::Triage {
            title,
            alert,
            match_key,
            severity,
            kind,
        } = &self.command.intent
        else {
            return Ok(Vec::new());
        };
        if self.incident.exists() {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("{} exists already.", self.incident.id),
                "Record the alert in it.",
            ));
        }
        let alert = Self::checked_alert(alert)?;
        let detected = self.context.now;
        let started = alert.starts_at.min(detected);
        Ok(vec![
            Draft {
                occurred_at: started,
                what: What::Opened {
                    title: line(title, "The title", limits::TITLE_BYTES)?,
                    kind: *kind,
                    status: Status::Triage,
                    severity: *severity,
                    service: alert.service().map(Arc::from),
                    started_at: Some(started),
                    detected_at: Some(detected),
                    match_key: Some(match_key.clone()),
                },
            },
            Draft {
                occurred_at: started,
                what: What::AlertRecorded { alert },
            },
        ])
    }

    pub(super) fn rename(self, title: &str) -> Result<Vec<Draft>, Refusal> {
        let title = line(title, "The title", limits::TITLE_BYTES)?;
        if title == self.incident.title {
            return Err(no_change("It has this title already."));
        }
        Ok(self.one(What::Renamed { title }))
    }

    pub(super) fn set_severity(
        self,
        severity: Option<Severity>,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_command("change the severity")?;
        let from = self.incident.severity;
        if severity == from {
            let name = from.map_or("unset".to_owned(), |s| s.to_string());
            return Err(no_change(format!("The severity is {name} already.")));
        }
        Ok(self.one(What::SeveritySet {
            severity,
            from,
            reason: reason(why)?,
        }))
    }

    pub(super) fn set_status(
        self,
        status: Status,
        at: Option<Timestamp>,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        let from = self.incident.status;
        if status == from {
            return Err(no_change(format!(
                "{} is {from} already.",
                self.incident.id
            )));
        }
        self.may_enter(status)?;
        let at = at.map_or(Ok(self.written_at()), |at| self.named_time(at))?;
        if let Some(milestone) = Milestone::stamped_by(status)
            && self.incident.milestones.at(milestone).is_none()
        {
            self.in_order(milestone, at)?;
        }
        let what = What::StatusSet {
            status,
            from,
            reason: reason(why)?,
        };
        Ok(vec![Draft {
            occurred_at: at,
            what,
        }])
    }

    /// Whether `status` can be entered from here, by this person, by setting it.
    fn may_enter(self, status: Status) -> Result<(), Refusal> {
        let from = self.incident.status;
        let wrong = |why: String, instead: &str| {
            Err(refuse(RefusalCode::WrongStatus, why, instead.to_owned()))
        };
        match status {
            Status::Triage => wrong(
                "An incident that was declared does not go back to triage.".to_owned(),
                "Cancel it if it was declared by mistake.",
            ),
            Status::Declined | Status::Merged | Status::Cancelled => wrong(
                format!("{status} is not set as a status."),
                "Use decline, merge or cancel, which ask for what they need.",
            ),
            Status::Closed if from != Status::Resolved => wrong(
                format!(
                    "{} is {from}; only a resolved incident is closed.",
                    self.incident.id
                ),
                "Resolve it first.",
            ),
            Status::Closed => self.needs_command("close it"),
            _ if from.is_over() => wrong(
                format!("{} is {from}.", self.incident.id),
                "Reopen it, with a reason.",
            ),
            Status::Resolved if from == Status::Triage => wrong(
                format!("{} was never declared.", self.incident.id),
                "Decline it with a reason, or declare it first.",
            ),
            Status::Resolved => self.needs_command("resolve it"),
            Status::Investigating
            | Status::Identified
            | Status::Mitigating
            | Status::Monitoring => Ok(()),
        }
    }

    pub(super) fn set_milestone(
        self,
        milestone: Milestone,
        at: Timestamp,
    ) -> Result<Vec<Draft>, Refusal> {
        let at = self.named_time(at)?;
        if self.incident.milestones.at(milestone) == Some(at) {
            return Err(no_change(format!("{milestone} has this time already.")));
        }
        self.in_order(milestone, at)?;
        Ok(self.one(What::MilestoneSet { milestone, at }))
    }

    pub(super) fn merge(self, into: IncidentId) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        self.is_not_mixed()?;
        self.needs_command("merge it")?;
        if into == self.incident.id {
            return Err(refuse(
                RefusalCode::Invalid,
                "An incident cannot be merged into itself.",
                "Name the incident that goes on.",
            ));
        }
        Ok(self.one(What::Merged { into }))
    }

    pub(super) fn absorb(self, from: IncidentId) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        self.is_not_mixed()?;
        if self.incident.absorbed.contains(&from) {
            return Err(no_change(format!(
                "{from} is merged into {} already.",
                self.incident.id
            )));
        }
        if self.incident.absorbed.len() >= limits::MERGED || from == self.incident.id {
            return Err(refuse(
                RefusalCode::Full,
                format!("{} cannot take in {from}.", self.incident.id),
                "Merge it into another incident.",
            ));
        }
        Ok(self.one(What::Absorbed { from }))
    }

    pub(super) fn cancel(self, why: &str) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        if self.incident.status == Status::Triage {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("{} was never declared.", self.incident.id),
                "Decline it instead.",
            ));
        }
        self.needs_command("cancel it")?;
        self.end(Status::Cancelled, why)
    }

    pub(super) fn decline(self, why: &str) -> Result<Vec<Draft>, Refusal> {
        if self.incident.status != Status::Triage {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!(
                    "{} is {}; only an incident in triage is declined.",
                    self.incident.id, self.incident.status
                ),
                "Cancel or resolve it instead.",
            ));
        }
        self.end(Status::Declined, why)
    }

    fn end(self, status: Status, why: &str) -> Result<Vec<Draft>, Refusal> {
        let reason = text(why, "The reason", limits::REASON_BYTES)?;
        let from = self.incident.status;
        Ok(self.one(What::StatusSet {
            status,
            from,
            reason: Some(reason),
        }))
    }

    pub(super) fn reopen(self, why: &str) -> Result<Vec<Draft>, Refusal> {
        let from = self.incident.status;
        if from.is_open() {
            return Err(no_change(format!("{} is open: {from}.", self.incident.id)));
        }
        if let (Status::Merged, Some(into)) = (from, self.incident.merged_into) {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("{} is part of {into} now.", self.incident.id),
                format!("Go on in {into}."),
            ));
        }
        let reason = text(why, "The reason", limits::REASON_BYTES)?;
        let status = Status::Investigating;
        Ok(self.one(What::StatusSet {
            status,
            from,
            reason: Some(reason),
        }))
    }

    /// What follows when the last alert of an incident that nobody declared has stopped.
    pub(super) fn resolve_undeclared(self, resolved: &str) -> Option<Draft> {
        let others_fire = self
            .incident
            .alerts
            .values()
            .any(|a| a.state == AlertState::Firing && *a.fingerprint != *resolved);
        (self.incident.status == Status::Triage && !others_fire).then(|| {
            self.draft(What::StatusSet {
                status: Status::Resolved,
                from: Status::Triage,
                reason: Some(Arc::from("every alert stopped before anyone declared it")),
            })
        })
    }
}
