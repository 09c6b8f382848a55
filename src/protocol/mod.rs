//! What console and server say to each other: frames, their version, their limits.
//!
//! **Invariant**: every frame is one JSON object in one websocket text message, with `type`.
//! Fields that a reader does not know are passed over; a frame of a type that it does not know is
//! passed over too, so that a newer side can talk to an older one.

mod codec;
mod frame;
pub mod limits;
mod live;
mod parts;
mod sight;

pub use codec::{DecodeFrameError, decode_client, decode_server, encode, event_frame};
pub use frame::{ClientFrame, ServerFrame};
pub use live::{Live, Missing};
pub use parts::{Access, Checkpoint, Here, Hit, Notice, NoticeLevel, Pane, RunbookName};
pub use sight::{Away, Laid, Moment, Sight, Spot};

/// The protocol's version. A hello of another version is refused with a sentence that says which
/// side to upgrade.
pub const VERSION: u32 = 1;

/// What a server offers that answers [`ClientFrame::StateAt`].
pub const STATE_AT: &str = "state_at";
