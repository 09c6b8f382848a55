//! What a connection is granted, or why nothing.

use crate::incident::{Level, Person};

/// What a connection was granted, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) enum Grant {
    /// No token was ever made, and the peer is on this machine.
    Loopback,
    /// By this token.
    Token {
        name: Person,
        level: Level,
        hash: String,
    },
}

/// Whether a grant still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Standing {
    Holds,
    Ended,
}

/// Why a connection was granted nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::server) enum Denied {
    #[error("This server wants a token, and none was sent.")]
    Missing,
    #[error("The token is not one that this server knows.")]
    Wrong,
    #[error("The token was revoked.")]
    Revoked,
    #[error("This server has no tokens yet, so it serves only its own machine.")]
    NotLoopback,
    #[error("The server cannot read its list of tokens, so nobody is let in.")]
    Unreadable,
}

impl Denied {
    /// What to do instead.
    pub(in crate::server) fn instead(self) -> &'static str {
        match self {
            Self::Missing => {
                "Give one with --token-file or WARROOM_TOKEN; an admin makes it with `warroom \
                 token create NAME --level responder`."
            }
            Self::Wrong => "Check that it was copied whole, and that it is for this server.",
            Self::Revoked => "Ask an admin for a new one.",
            Self::NotLoopback => {
                "Connect from the server's own machine, or have a token made there with `warroom \
                 token create NAME --level responder`."
            }
            Self::Unreadable => "Ask whoever runs the server to look at its log.",
        }
    }
}
