//! The objects that `--json` prints. Their field names are a promise to scripts: a field may be
//! added, none is renamed or removed. They are written down in `docs/cli.md`, and a golden test
//! holds them.

mod beside;
mod handover;
mod import;
mod keep;

pub use beside::evidence;
pub use handover::{brief, handover, hypothesis};
pub use import::{gap, imported, not_imported};
pub use keep::{can, change, nag};

use super::session::Receipt;
use crate::client::FoundHit;
use crate::incident::{
    Alert, Ask, CommandRun, Consent, Entry, Incident, IncidentId, Proposal, Runbook, StepRemark,
    Summary, Timestamp, Update,
};
use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

/// RFC 3339, UTC, to the millisecond: always as long, so that it sorts as text.
#[must_use]
pub fn utc(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn maybe(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| utc(at).into())
}

/// A line of the timeline.
#[must_use]
pub fn entry(incident: IncidentId, entry: &Entry) -> Value {
    let mut line = json!({
        "incident": incident.to_string(),
        "seq": entry.seq.0,
        "kind": entry.kind.name(),
        "occurred_at": utc(entry.occurred_at),
        "recorded_at": utc(entry.recorded_at),
        "by": entry.by.as_str(),
        "via": entry.via.name(),
        "text": &*entry.text,
        "tags": entry.tags,
        "pinned": entry.marks.pinned,
        "private": entry.marks.private,
        "amended": entry.marks.amended.is_some(),
    });
    if let (Some(why), Some(line)) = (&entry.marks.retracted, line.as_object_mut()) {
        line.insert("retracted".to_owned(), (&**why).into());
    }
    if let (Some(of), Some(line)) = (&entry.run, line.as_object_mut()) {
        line.insert("run".to_owned(), run(of));
    }
    line
}

/// A command that was run, with what it printed.
#[must_use]
pub fn run(of: &CommandRun) -> Value {
    json!({
        "command": &*of.command,
        "host": &*of.host,
        "directory": &*of.directory,
        "user": &*of.user,
        "started_at": utc(of.started_at),
        "millis": of.millis,
        "end": of.end,
        "note": &*of.note,
        "private": of.private,
        "output": (!of.withheld).then(|| of.printed.shown()),
        "bytes": of.printed.bytes,
        "lines": of.printed.lines,
        "sha256": of.printed.sha256,
        "redacted": of.printed.redacted,
        "replaced": of.printed.replaced,
        "goes_on": of.printed.goes_on,
        "runbook": of.step.as_ref().map(|step| &*step.runbook),
        "step": of.step.as_ref().map(|step| step.step.0),
    })
}

/// What the board shows of an incident.
#[must_use]
pub fn summary(of: &Summary) -> Value {
    json!({
        "incident": of.id.to_string(),
        "title": &*of.title,
        "kind": of.kind,
        "severity": of.severity.map(crate::incident::Severity::number),
        "status": of.status.name(),
        "service": of.service.as_deref(),
        "commander": of.commander.as_ref().map(crate::incident::Person::as_str),
        "opened_at": utc(of.opened_at),
        "declared_at": maybe(of.declared_at),
        "started_at": maybe(of.started_at),
        "resolved_at": maybe(of.resolved_at),
        "changed_at": utc(of.changed_at),
        "next_update_at": maybe(of.next_update_at),
        "next_update_for": of.next_update_at.map(|_| of.next_update_for.unwrap_or_default()),
        "firing": of.firing,
        "alerts": of.alerts,
        "private": of.private,
        "seq": of.seq.0,
    })
}

/// One incident in full, but for its timeline.
#[must_use]
pub fn incident(of: &Incident) -> Value {
    let mut object = match summary(&Summary::from(of)) {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    let milestones: Map<String, Value> = of
        .milestones
        .iter()
        .map(|(milestone, stamp)| (milestone.name().to_owned(), utc(stamp.at).into()))
        .collect();
    let seconds = |length: Option<chrono::TimeDelta>| length.map(|length| length.num_seconds());
    let roles: Vec<Value> = of
        .roles
        .iter()
        .map(|(role, holder)| {
            json!({"role": role.name(), "person": holder.person.as_str(), "since": utc(holder.since)})
        })
        .collect();
    let vacant: Vec<&str> = of.vacancies().map(crate::incident::Role::name).collect();
    let items: Vec<Value> = of
        .action_items
        .iter()
        .map(|item| {
            let owner = item.owner.as_ref().map(crate::incident::Person::as_str);
            json!({"seq": item.seq.0, "text": &*item.text, "owner": owner})
        })
        .collect();
    let rest = [
        ("milestones", Value::Object(milestones)),
        ("admitted", json!(of.private)),
        (
            "time_to_detect_seconds",
            json!(seconds(of.milestones.time_to_detect())),
        ),
        (
            "time_to_acknowledge_seconds",
            json!(seconds(of.milestones.time_to_acknowledge())),
        ),
        (
            "time_to_resolve_seconds",
            json!(seconds(of.milestones.time_to_resolve())),
        ),
        ("roles", roles.into()),
        ("vacant", json!(vacant)),
        ("asks", of.asks.iter().map(ask).collect()),
        ("proposals", of.proposals.iter().map(proposal).collect()),
        ("handovers", of.handovers.iter().map(handover).collect()),
        ("hypotheses", of.hypotheses.iter().map(hypothesis).collect()),
        ("runbooks", of.runbooks.iter().map(runbook).collect()),
        ("updates", of.updates.iter().map(update).collect()),
        ("alert_list", of.alerts.values().map(alert).collect()),
        (
            "links",
            (of.links.iter())
                .map(|link| json!({"title": &*link.title, "url": &*link.url}))
                .collect(),
        ),
        ("action_items", items.into()),
        (
            "pinned",
            of.pinned.values().map(|line| entry(of.id, line)).collect(),
        ),
        (
            "evidence",
            of.evidence.iter().map(beside::evidence).collect(),
        ),
        (
            "acknowledged",
            (of.acknowledged.iter())
                .map(|(group, held)| beside::acknowledged(group, held))
                .collect(),
        ),
        ("outside", of.outside.iter().map(beside::outside).collect()),
        (
            "people",
            of.people
                .keys()
                .map(|person| Value::from(person.as_str()))
                .collect(),
        ),
        (
            "merged_into",
            json!(of.merged_into.map(|id| id.to_string())),
        ),
        (
            "absorbed",
            of.absorbed
                .iter()
                .map(|id| Value::from(id.to_string()))
                .collect(),
        ),
    ];
    object.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(object)
}

/// A task for one person, with a clock.
#[must_use]
pub fn ask(of: &Ask) -> Value {
    let (more, end) = (of.more_time.as_ref(), of.end.as_ref());
    json!({
        "ask": of.id.0,
        "to": of.to.as_str(),
        "by": of.by.as_str(),
        "noted_by": of.noted_by.as_ref().map(crate::incident::Person::as_str),
        "text": &*of.text,
        "asked_at": utc(of.asked_at),
        "due_at": utc(of.due_at),
        "state": of.state.name(),
        "acknowledged_at": maybe(of.acknowledged_at),
        "more_minutes": more.map(|more| more.minutes),
        "more_reason": more.and_then(|more| more.reason.as_deref()),
        "ended_at": maybe(end.map(|end| end.at)),
        "ended_by": end.map(|end| end.by.as_str()),
        "result": end.and_then(|end| end.words.as_deref()),
    })
}

/// A decision that was put to the room.
#[must_use]
pub fn proposal(of: &Proposal) -> Value {
    let end = of.end.as_ref();
    let objections: Vec<Value> = (of.objections().iter())
        .map(|objection| json!({"by": objection.by.as_str(), "reason": &*objection.reason}))
        .collect();
    json!({
        "proposal": of.id.0,
        "seq": of.seq.0,
        "by": of.by.as_str(),
        "executor": of.executor.as_ref().map(crate::incident::Person::as_str),
        "text": &*of.text,
        "proposed_at": utc(of.proposed_at),
        "closes_at": utc(of.closes_at),
        "state": of.state.name(),
        "objections": objections,
        "consents": of.consents(),
        "verify_ask": of.verify.map(|ask| ask.0),
        "ended_at": maybe(end.map(|end| end.at)),
        "ended_by": end.map(|end| end.by.as_str()),
        "reason": end.and_then(|end| end.reason.as_deref()),
    })
}

fn remark(of: &StepRemark) -> Value {
    json!({
        "by": of.by.as_str(),
        "at": utc(of.at),
        "text": &*of.text,
    })
}

/// A dangerous command that waits for a second person.
#[must_use]
pub fn consent(of: &Consent) -> Value {
    json!({
        "request": of.seq.0,
        "by": of.by.as_str(),
        "command": &*of.command,
        "expires_at": utc(of.expires_at),
    })
}

fn runbook(of: &Runbook) -> Value {
    let steps: Vec<Value> = of
        .steps
        .iter()
        .map(|step| {
            json!({
                "step": step.no.0,
                "section": &*step.text.section,
                "title": &*step.text.title,
                "state": step.state.name(),
                "by": step.by.as_ref().map(crate::incident::Person::as_str),
                "at": maybe(step.at),
                "reason": step.reason.as_deref(),
                "owner": step.owner.as_ref().map(crate::incident::Person::as_str),
                "due_at": maybe(step.due_at),
                "again_at": maybe(step.again_at),
                "notes": step.remarks.iter().map(remark).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "name": &*of.name,
        "title": &*of.title,
        "settled": of.settled(),
        "steps": steps,
    })
}

/// An update, with how far it has come.
#[must_use]
pub fn update(of: &Update) -> Value {
    let agreed = of.agreed.as_ref();
    json!({
        "update": of.id.0,
        "audience": of.audience,
        "stage": of.stage,
        "state": of.state.name(),
        "version": of.version,
        "text": &*of.text,
        "by": of.by.as_str(),
        "at": utc(of.at),
        "written_by": of.written_by.as_ref().map(crate::incident::Person::as_str),
        "approved_by": agreed.map(|agreed| agreed.by.as_str()),
        "approved_at": agreed.map(|agreed| utc(agreed.at)),
        "reason": of.reason.as_deref(),
        "next_at": maybe(of.next_at),
    })
}

fn alert(of: &Alert) -> Value {
    json!({
        "fingerprint": &*of.fingerprint,
        "name": &*of.name,
        "state": of.state,
        "service": of.service.as_deref(),
        "level": of.level.as_deref(),
        "summary": &*of.summary,
        "starts_at": utc(of.starts_at),
        "ends_at": maybe(of.ends_at),
        "changes": of.changes,
        "flapping": of.flapping.is_some(),
        "url": of.url.as_deref(),
    })
}

/// What a search found.
#[must_use]
pub fn hit(of: &FoundHit) -> Value {
    json!({
        "incident": of.incident.to_string(),
        "seq": of.seq.0,
        "occurred_at": utc(of.occurred_at),
        "by": of.by.as_str(),
        "text": &*of.text,
    })
}

/// A command that is durable.
#[must_use]
pub fn receipt(of: &Receipt) -> Value {
    json!({
        "incident": of.incident.to_string(),
        "command": of.command.to_string(),
        "first": of.first.0,
        "last": of.last.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{EntryKind, Marks, Seq, Via};

    fn line(marks: Marks) -> Value {
        let at: Timestamp = "2026-11-24T14:02:11Z".parse().unwrap();
        entry(
            IncidentId(42),
            &Entry {
                seq: Seq(7),
                kind: EntryKind::ActionTaken,
                occurred_at: at,
                recorded_at: at + chrono::TimeDelta::milliseconds(20),
                by: "maya".parse().unwrap(),
                via: Via::Cli,
                text: "rolled back".into(),
                tags: vec!["deploy".into()],
                mentions: Vec::new(),
                marks,
                run: None,
                outline: None,
            },
        )
    }

    /// Scripts read these names: this test changes only by adding to it.
    #[test]
    fn a_timeline_line_has_exactly_these_fields() {
        let golden = r#"{"amended":false,"by":"maya","incident":"INC-42","kind":"action_taken","occurred_at":"2026-11-24T14:02:11.000Z","pinned":false,"private":false,"recorded_at":"2026-11-24T14:02:11.020Z","seq":7,"tags":["deploy"],"text":"rolled back","via":"cli"}"#;
        assert_eq!(
            line(Marks::default()),
            serde_json::from_str::<Value>(golden).unwrap()
        );
    }

    #[test]
    fn a_retracted_line_says_why() {
        let marks = Marks {
            amended: Some(Seq(8)),
            retracted: Some("wrong pod".into()),
            ..Marks::default()
        };
        let line = line(marks);
        assert_eq!(line["amended"], true);
        assert_eq!(line["retracted"], "wrong pod");
    }
}
