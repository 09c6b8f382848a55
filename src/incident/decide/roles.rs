//! Rules about who does what. A role is never taken from someone silently.

use super::check::{no_change, refuse};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{Person, Refusal, RefusalCode, Role, What};

impl Case<'_> {
    pub(super) fn assign_role(
        self,
        role: &Role,
        to: &Person,
        expected: Option<&Person>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let holder = self.incident.holder(role);
        if holder == Some(to) {
            return Err(no_change(format!("{to} has {role} already.")));
        }
        self.holder_is(role, expected)?;
        if *role == Role::IncidentCommander && to != &self.context.actor.person {
            return Err(refuse(
                RefusalCode::NeedsCommand,
                "Only someone who accepts it becomes Incident Commander.",
                format!("Offer it to {to}, who reads the brief and accepts it."),
            ));
        }
        self.may_have_powers(role)?;
        self.room_for_role(role)?;
        Ok(self.one(What::RoleAssigned {
            role: role.clone(),
            to: to.clone(),
            from: holder.cloned(),
        }))
    }

    pub(super) fn claim_role(self, role: &Role) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let me = &self.context.actor.person;
        match self.incident.holder(role) {
            Some(holder) if holder == me => Err(no_change(format!("You have {role} already."))),
            Some(holder) => Err(refuse(
                RefusalCode::RoleHeld,
                format!("{holder} has {role}."),
                format!("Ask {holder} to release it, or assign it over {holder} by name."),
            )),
            None => {
                self.may_have_powers(role)?;
                self.room_for_role(role)?;
                Ok(self.one(What::RoleAssigned {
                    role: role.clone(),
                    to: me.clone(),
                    from: None,
                }))
            }
        }
    }

    pub(super) fn release_role(
        self,
        role: &Role,
        expected: Option<&Person>,
    ) -> Result<Vec<Draft>, Refusal> {
        let me = &self.context.actor.person;
        let Some(holder) = self.incident.holder(role) else {
            return Err(no_change(format!("{role} is vacant already.")));
        };
        if holder != me || expected.is_some() {
            self.holder_is(role, expected)?;
        }
        Ok(self.one(What::RoleReleased {
            role: role.clone(),
            from: holder.clone(),
        }))
    }

    /// The holder is the one that the writer saw.
    fn holder_is(self, role: &Role, expected: Option<&Person>) -> Result<(), Refusal> {
        let holder = self.incident.holder(role);
        if holder == expected {
            return Ok(());
        }
        let (why, instead) = match (holder, expected) {
            (Some(holder), None) => (
                format!("{holder} has {role}."),
                format!("Name {holder} as the one you take it from, after telling them."),
            ),
            (Some(holder), Some(seen)) => (
                format!("{role} has moved on from {seen} to {holder}."),
                format!("Speak with {holder}, then try again."),
            ),
            (None, seen) => (
                format!(
                    "{role} is vacant now; {} gave it up.",
                    seen.map_or("someone", |p| p.as_str())
                ),
                "Claim it, or assign it as vacant.".to_owned(),
            ),
        };
        Err(refuse(RefusalCode::HolderChanged, why, instead))
    }

    /// The deputy has the commander's powers: while there is a commander, only they give them.
    fn may_have_powers(self, role: &Role) -> Result<(), Refusal> {
        let commanded = self.incident.holder(&Role::IncidentCommander).is_some();
        if *role == Role::Deputy && commanded {
            self.needs_command("name a deputy")
        } else {
            Ok(())
        }
    }

    fn room_for_role(self, role: &Role) -> Result<(), Refusal> {
        if self.incident.roles.contains_key(role) || self.incident.roles.len() < limits::ROLES {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::Full,
            format!("{} roles are held; that is the most.", limits::ROLES),
            "Release one that is not needed.",
        ))
    }
}
