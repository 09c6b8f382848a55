//! What a room is asked, in two queues: commands and those who write, and the crowd of spectators.

use super::ToRoom;
use tokio::sync::mpsc;

/// The two queues of a room.
pub(in crate::server) struct Mailbox {
    people: mpsc::Receiver<ToRoom>,
    crowd: mpsc::Receiver<ToRoom>,
    /// Whose turn it is, where both wait.
    turn: Turn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    People,
    Crowd,
}

impl Mailbox {
    pub(in crate::server) fn new(
        people: mpsc::Receiver<ToRoom>,
        crowd: mpsc::Receiver<ToRoom>,
    ) -> Self {
        let turn = Turn::People;
        Self {
            people,
            crowd,
            turn,
        }
    }

    /// The next message, of the two queues in turns; `None` when nobody can send any more. Nothing is
    /// lost where this is given up while it waits.
    pub(super) async fn next(&mut self) -> Option<ToRoom> {
        let (first, second, other) = match self.turn {
            Turn::People => (&mut self.people, &mut self.crowd, Turn::Crowd),
            Turn::Crowd => (&mut self.crowd, &mut self.people, Turn::People),
        };
        tokio::select! {
            biased;
            Some(message) = first.recv() => {
                self.turn = other;
                Some(message)
            }
            Some(message) = second.recv() => Some(message),
            else => None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.crowd.is_empty()
    }

    /// Takes no more in.
    pub(super) fn close(&mut self) {
        self.people.close();
        self.crowd.close();
    }

    /// What came in before it was closed.
    pub(super) fn left(&mut self) -> Option<ToRoom> {
        let people = self.people.try_recv();
        people.or_else(|_| self.crowd.try_recv()).ok()
    }
}
