//! Following whoever is in command: a machine without I/O. It hears who leads and what they look
//! at, and says what becomes of the own screen.

use crate::client::{Away, Laid, Leads, Sight};
use crate::incident::Person;

/// Whether this person follows, and whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Follow {
    on: bool,
    leader: Option<Person>,
    shown: Option<Sight>,
    /// Who led last, while nobody does, and what became of them.
    before: Option<(Person, Option<Away>)>,
}

/// What becomes of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Tell the server that this person follows from now on, or no more.
    pub tell: Option<bool>,
    /// Show this.
    pub show: Option<Sight>,
    /// Nobody leads any more: show now, as nobody else will.
    pub to_now: bool,
    /// What is said to this person.
    pub say: Option<String>,
}

impl Follow {
    /// Whether it follows, or will as soon as someone leads.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Whom it follows now.
    #[must_use]
    pub fn leader(&self) -> Option<&Person> {
        self.leader.as_ref().filter(|_| self.on)
    }

    /// Whom it follows and what they have laid over their screen, or why it follows nobody now, in
    /// a few words; nothing where it does not follow.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        if !self.on {
            return None;
        }
        let laid = self.shown.as_ref().and_then(|sight| sight.laid);
        Some(match (&self.leader, &self.before) {
            (Some(who), _) => match laid.map(Laid::doing) {
                Some(doing) => format!("following {who}, {doing}"),
                None => format!("following {who}"),
            },
            (None, Some((who, Some(Away::Elsewhere)))) => format!("{who} is elsewhere"),
            (None, Some((who, Some(Away::NotConnected)))) => format!("{who} is not connected"),
            (None, _) => "nobody to follow".to_owned(),
        })
    }

    /// The key was pressed. `key` is its name, to be said.
    pub fn toggle(&mut self, leads: &Leads, me: Option<&Person>, key: &str) -> Outcome {
        if self.on {
            let who = self.leader.take();
            *self = Self::default();
            return Outcome {
                tell: Some(false),
                say: Some(let_go(who.as_ref(), key)),
                ..Outcome::default()
            };
        }
        if me.is_some() && leads.leader.as_ref() == me {
            let followers = leads.followers;
            let said = format!("You lead: {followers} follow you. There is nobody to follow.");
            return Outcome {
                say: Some(said),
                ..Outcome::default()
            };
        }
        self.on = true;
        self.leader.clone_from(&leads.leader);
        Outcome {
            tell: Some(true),
            say: Some(match &self.leader {
                Some(who) => format!("You follow {who}. {key} lets go; so does going elsewhere."),
                None => format!(
                    "Nobody in command is here to be followed. It begins when someone is; {key} \
                     lets go."
                ),
            }),
            ..Outcome::default()
        }
    }

    /// A spectator came: they follow without a key. It is said once someone leads.
    pub fn begin(&mut self) -> Outcome {
        let tell = (!self.on).then_some(true);
        self.on = true;
        Outcome {
            tell,
            ..Outcome::default()
        }
    }

    /// This person goes elsewhere by themselves.
    pub fn gone_elsewhere(&mut self, key: &str) -> Outcome {
        if !self.on || self.leader.is_none() {
            return Outcome::default();
        }
        let who = self.leader.take();
        *self = Self::default();
        Outcome {
            tell: Some(false),
            say: Some(let_go(who.as_ref(), key)),
            ..Outcome::default()
        }
    }

    /// Who leads, or what they look at, is another one.
    pub fn heard(&mut self, leads: &Leads, me: Option<&Person>, key: &str) -> Outcome {
        if !self.on {
            return Outcome::default();
        }
        if me.is_some() && leads.leader.as_ref() == me {
            *self = Self::default();
            return Outcome {
                tell: Some(false),
                say: Some("You lead now, so you follow nobody.".to_owned()),
                ..Outcome::default()
            };
        }
        let mut outcome = Outcome::default();
        if self.leader != leads.leader {
            let before = std::mem::replace(&mut self.leader, leads.leader.clone());
            self.shown = None;
            self.before = before
                .filter(|_| self.leader.is_none())
                .map(|who| (who, leads.away));
            outcome.to_now = self.before.is_some();
            outcome.say = match (&self.leader, &self.before) {
                (Some(who), _) => Some(format!("You follow {who} now. {key} lets go.")),
                (None, Some((who, away))) => Some(gone(who, *away, key)),
                (None, None) => None,
            };
        }
        if let (Some(_), Some(sight)) = (&self.leader, &leads.sight)
            && self.shown.as_ref() != Some(sight)
        {
            // What is laid over the leader's screen changes nothing of what is beneath.
            let beneath = |sight: &Sight| Sight {
                laid: None,
                ..sight.clone()
            };
            let moved = self.shown.as_ref().map(beneath) != Some(beneath(sight));
            outcome.show = moved.then(|| sight.clone());
            self.shown = Some(sight.clone());
        }
        outcome
    }
}

/// Whoever led is not here any more.
fn gone(who: &Person, away: Option<Away>, key: &str) -> String {
    match away {
        Some(Away::Elsewhere) => format!(
            "{who} looks at something else than this incident: this is now. You follow again when \
             they are back; {key} lets go."
        ),
        Some(Away::NotConnected) => format!(
            "{who} is not connected any more: this is now. You follow whoever is in command next; \
             {key} lets go."
        ),
        None => format!(
            "{who} leads no more: this is now. You follow whoever is in command next; {key} lets \
             go."
        ),
    }
}

fn let_go(who: Option<&Person>, key: &str) -> String {
    match who {
        Some(who) => format!("You look for yourself now; {key} follows {who} again."),
        None => format!("You look for yourself; {key} follows whoever is in command."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Moment, Pane};
    use crate::incident::Seq;

    fn person(name: &str) -> Person {
        name.parse().unwrap()
    }

    fn leads(who: Option<&str>, sight: Option<Sight>) -> Leads {
        Leads {
            leader: who.map(person),
            sight,
            followers: 2,
            away: None,
        }
    }

    fn sight(seq: u64) -> Sight {
        Sight {
            pane: Pane::Runbook,
            entry: None,
            past: Some(Moment {
                seq: Seq(seq),
                at: "2026-11-24T14:02:11Z".parse().unwrap(),
            }),
            ..Sight::default()
        }
    }

    #[test]
    fn each_change_has_its_outcome() {
        let me = person("lee");
        let mut follow = Follow::default();
        let heard = leads(Some("maya"), Some(sight(3)));
        assert_eq!(follow.heard(&heard, Some(&me), "f"), Outcome::default());
        let began = follow.toggle(&leads(Some("maya"), None), Some(&me), "f");
        assert_eq!(began.tell, Some(true));
        assert!(began.say.unwrap().starts_with("You follow maya."));
        let shown = follow.heard(&heard, Some(&me), "f");
        assert_eq!((shown.show, shown.say), (Some(sight(3)), None));
        let again = follow.heard(&heard, Some(&me), "f");
        assert_eq!(again, Outcome::default(), "shown once");
        let deputy = follow.heard(&leads(Some("bo"), Some(sight(3))), Some(&me), "f");
        assert_eq!(deputy.show, Some(sight(3)), "another one's, shown anew");
        assert!(deputy.say.unwrap().starts_with("You follow bo now."));
        let gone = follow.heard(&leads(None, None), Some(&me), "f");
        assert!(gone.to_now && gone.say.unwrap().starts_with("bo leads no more"));
        assert!(follow.is_on() && follow.leader().is_none());
        assert_eq!(follow.said().unwrap(), "nobody to follow");
        assert_eq!(
            follow.gone_elsewhere("f"),
            Outcome::default(),
            "still waits"
        );
        let back = follow.heard(&heard, Some(&me), "f");
        assert_eq!(back.show, Some(sight(3)));
        let went = follow.gone_elsewhere("f");
        assert_eq!(went.tell, Some(false));
        assert!(went.say.unwrap().contains("f follows maya again"));
        assert!(!follow.is_on());
        assert_eq!(follow.gone_elsewhere("f"), Outcome::default());
    }

    #[test]
    fn what_the_leader_lays_over_their_screen_and_where_they_went_is_said() {
        let me = person("lee");
        let mut follow = Follow::default();
        let _ = follow.toggle(&leads(Some("maya"), None), Some(&me), "f");
        let _ = follow.heard(&leads(Some("maya"), Some(sight(3))), Some(&me), "f");
        assert_eq!(follow.said().unwrap(), "following maya");
        for (laid, said) in [
            (Laid::Text, "following maya, reading"),
            (Laid::Writing, "following maya, writing"),
            (Laid::List, "following maya, in a list"),
            (Laid::Search, "following maya, searching"),
            (Laid::Brief, "following maya, in the brief"),
            (Laid::Other, "following maya, in a window"),
        ] {
            let over = Sight {
                laid: Some(laid),
                ..sight(3)
            };
            let heard = follow.heard(&leads(Some("maya"), Some(over)), Some(&me), "f");
            assert_eq!(heard, Outcome::default(), "the own screen stays as it is");
            assert_eq!(follow.said().unwrap(), said);
        }
        for (away, word, short) in [
            (
                Away::Elsewhere,
                "looks at something else",
                "maya is elsewhere",
            ),
            (
                Away::NotConnected,
                "is not connected any more",
                "maya is not connected",
            ),
        ] {
            let gone = Leads {
                away: Some(away),
                ..leads(None, None)
            };
            let heard = follow.heard(&gone, Some(&me), "f");
            assert!(heard.to_now && heard.say.unwrap().contains(word));
            assert_eq!(follow.said().unwrap(), short);
            let back = follow.heard(&leads(Some("maya"), Some(sight(3))), Some(&me), "f");
            assert_eq!(back.show, Some(sight(3)), "shown again");
            assert_eq!(follow.said().unwrap(), "following maya");
        }
        let _ = follow.toggle(&leads(Some("maya"), None), Some(&me), "f");
        assert_eq!(follow.said(), None);
    }

    #[test]
    fn who_leads_follows_nobody() {
        let me = person("maya");
        let mut follow = Follow::default();
        let own = leads(Some("maya"), Some(sight(1)));
        let refused = follow.toggle(&own, Some(&me), "f");
        assert_eq!((refused.tell, refused.show), (None, None));
        assert!(refused.say.unwrap().starts_with("You lead: 2 follow you."));
        let _ = follow.toggle(&leads(Some("bo"), None), Some(&me), "f");
        let took = follow.heard(&own, Some(&me), "f");
        assert_eq!((took.tell, took.show), (Some(false), None));
        assert!(!follow.is_on());
    }

    #[test]
    fn a_spectator_follows_from_the_start_and_lets_go_with_one_key() {
        let mut follow = Follow::default();
        let began = follow.begin();
        assert_eq!((began.tell, began.say), (Some(true), None));
        assert_eq!(follow.begin().tell, None, "told once");
        let heard = follow.heard(&leads(Some("maya"), Some(sight(2))), None, "f");
        assert_eq!(heard.show, Some(sight(2)));
        assert!(heard.say.unwrap().contains("You follow maya now."));
        let let_go = follow.toggle(&leads(Some("maya"), None), None, "f");
        assert_eq!(let_go.tell, Some(false));
        assert!(!follow.is_on());
    }
}
