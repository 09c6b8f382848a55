//! The console's side of the sync.
//!
//! [`Client`] is a machine without I/O: what happens to it goes in as [`Input`], what is to be done
//! comes out as [`Effect`]. [`link`] is the driver that does it: the socket, the reconnects and the
//! outbox on disk.
//!
//! **Invariant**: a line that [`Client::submit`] took is in the log, in the outbox, or handed back
//! as [`Happening::Refused`]. There is no fourth place.
//! **Invariant**: what is shown is the confirmed state with the own unanswered commands decided on
//! top, by the same `decide` and `apply` that the server runs.

mod closed;
mod dial;
mod disk;
mod follow;
mod input;
mod leads;
mod leave;
pub mod link;
mod live;
mod machine;
mod outbox;
mod past;
mod pump;
mod questions;
mod room;
mod store;
mod sync;
mod timeline;
mod travel;
mod wire;

pub use crate::protocol::{
    Away, Here, Hit as FoundHit, Laid, Moment, Pane, RunbookName, Sight, Spot,
};
pub use input::{Effect, Happening, Input, Link, Me, Options, Pending};
pub use leads::Leads;
pub use leave::leave;
pub use live::{Live, Missing};
pub use machine::Client;
pub use past::Recording;
pub use room::Room;
pub use timeline::{Amendment, Line, LineState, Timeline};
pub use travel::{Arrived, Ask, Bounds, Goal, Travel, Way};
pub use wire::{Inbound, OWN_REQUESTS, Outbound, RawPage};
