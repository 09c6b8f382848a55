//! Rules about putting a nag off.

use super::check::{no_change, refuse};
use super::{Case, Draft};
use crate::incident::limits::NAG_SNOOZE_MINUTES;
use crate::incident::{NagKind, NagSnooze, Refusal, RefusalCode, SnoozeNag, What};
use chrono::TimeDelta;

impl Case<'_> {
    /// Whoever may write may put a nag off: their name stands beside it on every screen.
    pub(super) fn snooze_nag(self, asked: SnoozeNag) -> Result<Vec<Draft>, Refusal> {
        let SnoozeNag { nag, minutes } = asked;
        let incident = self.incident;
        if !incident.status.is_live() {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!(
                    "{} is {}: nobody is nagged there.",
                    incident.id, incident.status
                ),
                "Nags are for an incident that is worked on.",
            ));
        }
        let now = self.context.now;
        if minutes == 0 {
            let put_off = incident.nagging.snoozed.get(&nag);
            if put_off.is_none_or(|snooze| snooze.until <= now) {
                return Err(no_change("Nobody has put that off."));
            }
            let (until, again) = (now, true);
            return Ok(self.one(What::NagSnoozed(NagSnooze { nag, until, again })));
        }
        if !NAG_SNOOZE_MINUTES.contains(&minutes) {
            let (least, most) = (NAG_SNOOZE_MINUTES.start(), NAG_SNOOZE_MINUTES.end());
            return Err(refuse(
                RefusalCode::Invalid,
                format!(
                    "{minutes} min is not between {least} min and {} h.",
                    most / 60
                ),
                "Name another time, as 30m.",
            ));
        }
        let settled = match nag {
            NagKind::Severity | NagKind::Commander | NagKind::Scribe => {
                !incident.nagging.since.contains_key(&nag)
            }
            NagKind::Update | NagKind::Asks | NagKind::Quiet => false,
        };
        if settled {
            let is = match nag {
                NagKind::Severity => "The severity is set",
                NagKind::Commander => "There is a commander",
                _ => "There is a scribe",
            };
            return Err(no_change(format!("{is}, so nobody is nagged about it.")));
        }
        let until = now + TimeDelta::minutes(minutes.into());
        let again = false;
        Ok(self.one(What::NagSnoozed(NagSnooze { nag, until, again })))
    }
}
