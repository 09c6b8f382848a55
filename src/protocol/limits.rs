//! Bounds of the wire and the queues behind it, each with its reason.

use std::time::Duration;

/// The largest frame that the server takes: a note at its bound, JSON-escaped at its worst (six
/// bytes for one), and some room.
pub const CLIENT_FRAME_BYTES: usize = 512 * 1024;
/// The largest frame that a console takes: a checkpoint with everything at its bound and every
/// letter escaped at its worst. A real one has some hundred KiB.
pub const SERVER_FRAME_BYTES: usize = 64 * 1024 * 1024;
/// How deep JSON may be nested before it is refused: serde_json's own bound, named here. Frames
/// have six levels; the rest is for the fields of later versions.
pub const JSON_DEPTH: usize = 128;
/// Frames one session may send in a second, over a while: ten times the fastest typist with
/// presence, and the rate at which an outbox is sent after a cut.
pub const FRAMES_PER_SECOND: u32 = 200;
/// Frames one session may send at once before the rate counts: an outbox of a bad hour.
pub const FRAMES_BURST: u32 = 1_000;
/// Sessions at once: what one machine of two cores was measured to serve.
pub const SESSIONS: usize = 10_000;
/// Incidents that one session may be joined to at once: a console shows one, a wall of screens
/// some.
pub const JOINED: usize = 16;
/// How long a connection may stay silent before its hello: a slow network's round trips, and no
/// place is held by who never speaks.
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the server pings a quiet session: under the half minute after which many routers
/// forget a quiet connection.
pub const PING_EVERY: Duration = Duration::from_secs(15);
/// How long the server waits without hearing anything before it calls the connection dead: two
/// pings and a slow network. (A console gives up sooner: nobody is to read an old screen.)
pub const DEAD_AFTER: Duration = Duration::from_secs(40);
/// Frames waiting for one session: seconds of a busy incident. Beyond it the queue is dropped and the session told to resync.
pub const SESSION_QUEUE: usize = 256;
/// Commands waiting for one room: each of a few hundred people pressed enter. Beyond it the answer is `busy`.
pub const ROOM_QUEUE: usize = 256;
/// What waits of spectators for one room, who come, go and look elsewhere: apart from the commands, so
/// that two thousand screens which come back at once are in nobody's way. Beyond it they wait in turn.
pub const CROWD_QUEUE: usize = 64;
/// Webhooks waiting for the board: more than a monitor sends before it waits for an answer. Beyond it the hook answers 503 with Retry-After.
pub const HOOK_QUEUE: usize = 128;
/// The largest webhook body: Alertmanager groups of thousands of alerts fit.
pub const HOOK_BYTES: usize = 4 * 1024 * 1024;
/// Events in one page of the timeline: some screens of it.
pub const PAGE_EVENTS: u32 = 500;
/// Bytes of the events of one page, or of what one search finds: the hundred newest notes at their
/// bound fit, and in a frame there is room for all of it escaped at its worst. What is over comes
/// with the next page.
pub const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// Events that a joining session gets instead of a checkpoint, when it is only a little behind.
pub const CATCH_UP_EVENTS: u64 = 500;
/// Hits of one search: nobody reads on; one more word finds less.
pub const SEARCH_HITS: u32 = 200;
/// The longest search, in bytes: a pasted line of a log.
pub const SEARCH_BYTES: usize = 400;
/// Groups of alerts of one source that are sent to consoles; a person reads the first screens.
pub const ALERT_GROUPS: usize = 500;
/// Single alerts in one page of a group: some screens of them.
pub const PAGE_ALERTS: u32 = 200;
/// Silences of one source that are sent to consoles.
pub const SILENCES: usize = 500;
