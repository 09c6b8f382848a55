//! The first frame: who it is, whether the versions fit, how far the access goes.

use super::access::Grant;
use super::shared::Shared;
use crate::incident::{Actor, Level, Person, Refusal, RefusalCode, Via};
use crate::protocol::{Access, ClientFrame, STATE_AT, ServerFrame, VERSION};
use std::sync::Arc;

/// The longest program or `via` name kept.
const NAME_BYTES: usize = 64;

/// Who a session is.
#[derive(Debug, Clone)]
pub(super) struct Me {
    pub(super) actor: Actor,
    pub(super) access: Access,
}

impl Me {
    /// Reads a hello.
    ///
    /// # Errors
    /// Why the session is not served, and what to do.
    pub(super) fn of(grant: &Grant, hello: ClientFrame) -> Result<Self, Refusal> {
        let ClientFrame::Hello {
            protocol,
            client,
            name,
            watch,
            via,
        } = hello
        else {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "The first frame was not a hello.",
                "Use a warroom console, or send a hello first.",
            ));
        };
        check_version(protocol, &client)?;
        let (person, level, access) = match grant {
            Grant::Token { name, level, .. } => (name.clone(), *level, Access::Tokens),
            Grant::Loopback => (own_name(name)?, Level::Responder, Access::Loopback),
        };
        if !level.reads() {
            return Err(Refusal::new(
                RefusalCode::Access,
                match level {
                    Level::Wall => format!("The token of {person} opens the wall page only."),
                    _ => format!("The token of {person} may only hand in alerts."),
                },
                "Use a token of level responder, observer or spectator.",
            ));
        }
        let level = if watch { Level::Spectator } else { level };
        let client: String = client.chars().take(NAME_BYTES).collect();
        tracing::info!(%person, %level, client, "hello");
        let actor = Actor {
            person,
            level,
            via: via_of(via.as_deref()),
        };
        Ok(Self { actor, access })
    }

    pub(super) fn is_spectator(&self) -> bool {
        !self.actor.level.reads_private()
    }

    /// The answer to the hello.
    pub(super) fn welcome(
        &self,
        shared: &Shared,
        board: Vec<crate::incident::Summary>,
    ) -> ServerFrame {
        ServerFrame::Welcome {
            protocol: VERSION,
            server: format!("warroom {}", env!("CARGO_PKG_VERSION")),
            now: shared.clock.now(),
            you: self.actor.person.clone(),
            level: self.actor.level,
            access: self.access,
            board,
            nags: shared.pace.nags,
            offers: vec![Arc::from(STATE_AT)],
        }
    }
}

fn check_version(protocol: u32, client: &str) -> Result<(), Refusal> {
    if protocol == VERSION {
        return Ok(());
    }
    let client: String = client.chars().take(NAME_BYTES).collect();
    let side = if protocol < VERSION {
        "Upgrade the console: it is the older one."
    } else {
        "Upgrade the server: it is the older one."
    };
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!(
            "'{client}' speaks version {protocol} of the protocol, this server version {VERSION}."
        ),
        side,
    ))
}

fn own_name(name: Option<Person>) -> Result<Person, Refusal> {
    let wrong = |why: &str| {
        Refusal::new(
            RefusalCode::Invalid,
            why.to_owned(),
            "Say who you are: --name, or `name` in the configuration.",
        )
    };
    match name {
        None => Err(wrong("The hello does not say who it is.")),
        Some(name) if name == Person::warroom() => {
            Err(wrong("The name 'warroom' is the program's own."))
        }
        Some(name) => Ok(name),
    }
}

/// Through what a session's commands come. It may name itself, but not as one of the server's own.
fn via_of(given: Option<&str>) -> Via {
    let short = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match given {
        Some(name) if !name.is_empty() && name.len() <= NAME_BYTES && name.chars().all(short) => {
            match Via::from(name.to_owned()) {
                Via::Alertmanager | Via::Warroom => Via::Console,
                via => via,
            }
        }
        _ => Via::Console,
    }
}
