//! Rules about who may see an incident. Who may not is told that there is none.

use super::check::{no_change, refuse};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    Admission, DeclarePrivate, Dismissal, Intent, Level, Milestone, OfferAnswer, Person, PrivateTo,
    PublicAgain, Refusal, RefusalCode, Role, What, no_such_incident,
};
use std::collections::BTreeSet;

impl Case<'_> {
    /// The actor sees it. A monitor that only hands in alerts may add to what it does not see, and so
    /// may the server: neither is told anything back.
    pub(super) fn sees_it(self) -> Result<(), Refusal> {
        let actor = &self.context.actor;
        let blind = actor.is_server() || actor.level == Level::Ingest;
        if blind || self.incident.is_shown_to(actor.level, &actor.person) {
            return Ok(());
        }
        Err(no_such_incident(self.incident.id))
    }

    /// Whoever is given something to do may see it.
    pub(super) fn is_for_the_admitted(self) -> Result<(), Refusal> {
        match self.given_to() {
            Some(person) if !self.incident.admits(person) => Err(refuse(
                RefusalCode::WrongStatus,
                format!("{person} cannot see this incident."),
                format!("Admit {person} first: /admit @{person}."),
            )),
            _ => Ok(()),
        }
    }

    /// Who would have a role, a task, a step or a decision's work by this.
    fn given_to(&self) -> Option<&Person> {
        match &self.command.intent {
            Intent::AssignRole { to, .. } | Intent::Ask { to, .. } | Intent::NoteAsk { to, .. } => {
                Some(to)
            }
            Intent::ClaimRole { .. } => Some(&self.context.actor.person),
            Intent::AnswerOffer(said) if said.answer == OfferAnswer::Accept => {
                Some(&self.context.actor.person)
            }
            Intent::OfferRole(offer) => Some(&offer.to),
            Intent::AssignStep(step) => step.to.as_ref(),
            Intent::Propose { executor, .. } => executor.as_ref(),
            Intent::AddActionItem { owner, .. } => owner.as_ref(),
            _ => None,
        }
    }

    pub(super) fn about_private(self) -> Result<Vec<Draft>, Refusal> {
        match &self.command.intent {
            Intent::DeclarePrivate(declared) => self.declare_private(declared),
            Intent::MakePrivate(to) => self.make_private(to),
            Intent::MakePublic(again) => self.make_public(*again),
            Intent::Admit(who) => self.admit(who),
            Intent::Dismiss(who) => self.dismiss(who),
            _ => Ok(Vec::new()),
        }
    }

    /// Private before anything else of it is said: what follows in the same command is too.
    fn declare_private(self, declared: &DeclarePrivate) -> Result<Vec<Draft>, Refusal> {
        if self.incident.holder(&Role::IncidentCommander).is_some() {
            self.needs_commander("make it private")?;
        }
        let private = self.draft(self.private_to(&declared.people)?);
        let mut drafts = self.declare_as(declared)?;
        let first = usize::from(!self.incident.exists());
        if self.incident.private.is_none() {
            drafts.insert(first, private);
        }
        Ok(drafts)
    }

    fn make_private(self, to: &PrivateTo) -> Result<Vec<Draft>, Refusal> {
        self.keeps_the_door("make it private")?;
        if self.incident.private.is_some() {
            return Err(refuse(
                RefusalCode::NoChange,
                format!("{} is private already.", self.incident.id),
                "Admit whoever else is to see it: /admit @name.",
            ));
        }
        Ok(self.one(self.private_to(&to.people)?))
    }

    /// Whoever does it, those who have a role, and whoever is named.
    fn private_to(self, named: &[Person]) -> Result<What, Refusal> {
        let me = std::iter::once(&self.context.actor.person);
        let held = self.incident.roles.values().map(|holder| &holder.person);
        let people: BTreeSet<Person> = me.chain(held).chain(named).cloned().collect();
        if people.len() > limits::ADMITTED {
            return Err(too_many());
        }
        for person in &people {
            is_somebody(person)?;
        }
        let people = people.into_iter().collect();
        Ok(What::MadePrivate(PrivateTo { people }))
    }

    fn make_public(self, again: PublicAgain) -> Result<Vec<Draft>, Refusal> {
        if self.incident.private.is_none() {
            return Err(no_change(format!(
                "{} is not private: everyone sees it.",
                self.incident.id
            )));
        }
        self.keeps_the_door("make it public")?;
        Ok(self.one(What::MadePublic(again)))
    }

    /// Anyone who sees it brings in whom they need; who is let in is in the log.
    fn admit(self, who: &Admission) -> Result<Vec<Draft>, Refusal> {
        let admitted = self.admitted()?;
        let person = &who.person;
        if admitted.contains(person) {
            return Err(no_change(format!("{person} sees this incident already.")));
        }
        is_somebody(person)?;
        if admitted.len() >= limits::ADMITTED {
            return Err(too_many());
        }
        Ok(self.one(What::Admitted(who.clone())))
    }

    fn dismiss(self, who: &Dismissal) -> Result<Vec<Draft>, Refusal> {
        let admitted = self.admitted()?;
        let person = &who.person;
        self.keeps_the_door("dismiss someone")?;
        if !admitted.contains(person) {
            return Err(no_change(format!("{person} is not admitted.")));
        }
        if let Some(role) = self.incident.roles_of(person).next() {
            return Err(refuse(
                RefusalCode::RoleHeld,
                format!("{person} has {role}, and must see this incident."),
                "Hand the role over first, or release it.",
            ));
        }
        if admitted.len() == 1 {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("{person} is the only one who sees this incident."),
                "Admit someone else first, or make it public.",
            ));
        }
        Ok(self.one(What::Dismissed(who.clone())))
    }

    fn admitted(&self) -> Result<&BTreeSet<Person>, Refusal> {
        self.incident.private.as_ref().ok_or_else(|| {
            refuse(
                RefusalCode::WrongStatus,
                format!("{} is not private: everyone sees it.", self.incident.id),
                "Make it private first: /private.",
            )
        })
    }

    /// The actor commands. While nobody has command it is whoever opened or declared it, or an admin.
    fn keeps_the_door(self, to_do: &str) -> Result<(), Refusal> {
        let actor = &self.context.actor;
        if self.incident.holder(&Role::IncidentCommander).is_some() {
            return self.needs_commander(to_do);
        }
        // Who corrects a time did not begin it.
        let stamped = [
            Milestone::Declared,
            Milestone::Acknowledged,
            Milestone::Detected,
        ];
        let milestones = self.incident.milestones.iter();
        let began = milestones
            .filter(|(milestone, stamp)| stamped.contains(milestone) && !stamp.corrected)
            .any(|(_, stamp)| stamp.by == actor.person);
        if began || actor.level == Level::Admin || self.incident.is_in_command(&actor.person) {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::NeedsCommand,
            format!(
                "Only the Incident Commander or whoever declared it may {to_do}, and the role is \
                 vacant."
            ),
            "Claim Incident Commander first, then do it again.",
        ))
    }

    /// A private incident is neither taken in nor takes in: who may see the one may not see the other.
    pub(super) fn is_not_mixed(self) -> Result<(), Refusal> {
        if self.incident.private.is_none() {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::WrongStatus,
            format!(
                "{} is private and is not merged: who sees the one may not see the other.",
                self.incident.id
            ),
            "Make it public first, or link to it from what is written.",
        ))
    }
}

fn is_somebody(person: &Person) -> Result<(), Refusal> {
    if *person != Person::warroom() {
        return Ok(());
    }
    Err(refuse(
        RefusalCode::Invalid,
        "warroom is the program itself, and is not admitted.",
        "Name a person.",
    ))
}

fn too_many() -> Refusal {
    refuse(
        RefusalCode::Full,
        format!(
            "{} people are the most who may see a private incident.",
            limits::ADMITTED
        ),
        "Dismiss who is not needed, or make it public.",
    )
}
