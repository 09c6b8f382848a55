//! What the events about who may see it do to the state.

use crate::incident::{Incident, What, limits};

pub(super) fn apply_private(incident: &mut Incident, what: &What) {
    match what {
        What::MadePrivate(to) => {
            let people = to.people.iter().take(limits::ADMITTED);
            incident.private = Some(people.cloned().collect());
        }
        What::Admitted(who) => {
            if let Some(admitted) = &mut incident.private
                && admitted.len() < limits::ADMITTED
            {
                admitted.insert(who.person.clone());
            }
        }
        What::Dismissed(who) => {
            if let Some(admitted) = &mut incident.private {
                admitted.remove(&who.person);
            }
        }
        What::MadePublic(_) => incident.private = None,
        _ => {}
    }
}
