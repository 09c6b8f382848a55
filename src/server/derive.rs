//! Command ids that follow from something: the same cause gives the same id, so that what follows
//! happens once, however often the cause comes in.

use crate::incident::{
    AlertReport, AlertState, CommandId, HandoverId, IncidentId, ProposalId, Seq, Timestamp,
};
use crate::integrations::hooks::Delivery;
use ring::digest;

/// The id of what follows from a command; `what` tells several apart.
pub(super) fn from_command(command: CommandId, what: &str) -> CommandId {
    let (millis, _) = command.0.get_timestamp().map_or((0, 0), |time| {
        let (seconds, nanos) = time.to_unix();
        (seconds * 1_000 + u64::from(nanos / 1_000_000), 0)
    });
    id(millis, &[command.0.as_bytes(), what.as_bytes()])
}

/// The id of taking in this report of an alert.
pub(super) fn from_alert(alert: &AlertReport) -> CommandId {
    let at = match alert.state {
        AlertState::Firing => alert.starts_at,
        AlertState::Resolved => alert.ends_at.unwrap_or(alert.starts_at),
    };
    let state: &[u8] = match alert.state {
        AlertState::Firing => b"firing",
        AlertState::Resolved => b"resolved",
    };
    let starts = alert.starts_at.timestamp_millis().to_be_bytes();
    let fingerprint = alert.fingerprint.as_bytes();
    id(millis(at), &[b"alert", fingerprint, &starts, state])
}

/// The id of writing down that an alert has settled, which it was to at that time.
pub(super) fn from_settled(fingerprint: &str, incident: IncidentId, at: Timestamp) -> CommandId {
    let incident = incident.0.to_be_bytes();
    id(millis(at), &[b"settled", fingerprint.as_bytes(), &incident])
}

/// The id of noting that a webhook left alerts out, in one incident.
pub(super) fn from_truncated(delivery: &Delivery, incident: u64) -> CommandId {
    let alerts = || delivery.alerts.iter().map(|said| &said.alert);
    let ids: Vec<CommandId> = alerts().map(from_alert).collect();
    let newest = alerts().map(|alert| alert.starts_at).max();
    let truncated = delivery.truncated.to_be_bytes();
    let incident = incident.to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![
        b"truncated",
        delivery.group_key.as_bytes(),
        &truncated,
        &incident,
    ];
    parts.extend(ids.iter().map(|id| id.0.as_bytes().as_slice()));
    id(newest.map_or(0, millis), &parts)
}

/// The id of asking that a source marks an event in its charts.
pub(super) fn from_milepost(
    at: Timestamp,
    incident: IncidentId,
    seq: Seq,
    source: &str,
) -> CommandId {
    let (incident, seq) = (incident.0.to_be_bytes(), seq.0.to_be_bytes());
    id(millis(at), &[b"mark", &incident, &seq, source.as_bytes()])
}

/// The id of closing a proposal's window.
pub(super) fn from_window(
    closes_at: Timestamp,
    incident: IncidentId,
    proposal: ProposalId,
) -> CommandId {
    let (incident, proposal) = (incident.0.to_be_bytes(), proposal.0.to_be_bytes());
    id(millis(closes_at), &[b"window", &incident, &proposal])
}

/// The id of writing down that an offer of a role has expired.
pub(super) fn from_offer(
    expires_at: Timestamp,
    incident: IncidentId,
    handover: HandoverId,
) -> CommandId {
    let (incident, handover) = (incident.0.to_be_bytes(), handover.0.to_be_bytes());
    id(millis(expires_at), &[b"offer", &incident, &handover])
}

/// The id of writing down what came of a call outside.
pub(super) fn from_outside(now: Timestamp, incident: IncidentId, asked: Seq) -> CommandId {
    let (incident, asked) = (incident.0.to_be_bytes(), asked.0.to_be_bytes());
    id(millis(now), &[b"outside", &incident, &asked])
}

fn millis(at: Timestamp) -> u64 {
    u64::try_from(at.timestamp_millis()).unwrap_or(0)
}

/// A UUID of version 7 whose random part is a digest. It sorts by time as every command id does.
fn id(millis: u64, parts: &[&[u8]]) -> CommandId {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut random = [0; 10];
    let hash = context.finish();
    for (byte, hashed) in random.iter_mut().zip(hash.as_ref()) {
        *byte = *hashed;
    }
    CommandId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nil() -> CommandId {
        CommandId(uuid::Uuid::nil())
    }

    #[test]
    fn the_same_cause_gives_the_same_id_and_another_cause_another() {
        let a = from_command(nil(), "absorb");
        assert_eq!(a, from_command(nil(), "absorb"));
        assert_ne!(a, from_command(nil(), "attach"));
        assert_ne!(a, from_command(a, "absorb"));
        assert_eq!(a.0.get_version_num(), 7);
    }

    #[test]
    fn an_id_keeps_the_time_of_its_cause() {
        let cause = id(1_700_000_000_123, &[b"x"]);
        let later = id(1_700_000_000_124, &[b"x"]);
        assert!(from_command(cause, "b") < from_command(later, "a"));
    }
}
