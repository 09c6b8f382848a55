//! One screen that looks: what it is sent, and when it is cut off.

use super::{Seat, Wall, beat};
use crate::server::access::Grant;
use crate::server::sessions::{Place, Sessions};
use crate::server::shared::Shared;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Pieces that may wait for one screen.
const QUEUE: usize = 4;
/// What a browser does when the stream ends: it waits this long and comes back.
const RETRY: &[u8] = b"retry: 2000\n\n";

/// A screen that looks, from its side.
pub(in crate::server) struct Listening {
    pub(in crate::server) pieces: mpsc::Receiver<Bytes>,
}

/// Lets a screen look on. `cut` ends its connection; nothing when there are too many.
pub(in crate::server) fn listen(
    shared: &Arc<Shared>,
    grant: Grant,
    had: Option<String>,
    cut: CancellationToken,
) -> Option<Listening> {
    let seat = Wall::sit(shared)?;
    let (place, revoked) = Sessions::enter(shared, grant)?;
    let (sender, pieces) = mpsc::channel(QUEUE);
    let listener = Listener {
        shared: shared.clone(),
        sender,
        had,
        _seat: seat,
        _place: place,
    };
    shared.session_tasks.spawn(async move {
        let ending = listener.shared.ending.clone();
        let why = tokio::select! {
            why = listener.serve() => why,
            () = revoked.cancelled() => "its link was revoked",
            () = ending.cancelled() => "the server ends",
        };
        tracing::info!(why, "a wall's screen is let go");
        cut.cancel();
    });
    Some(Listening { pieces })
}

struct Listener {
    shared: Arc<Shared>,
    sender: mpsc::Sender<Bytes>,
    /// The picture that it has from before.
    had: Option<String>,
    _seat: Seat,
    _place: Place,
}

impl Listener {
    /// Sends pictures and signs of life until the screen takes no more.
    async fn serve(&self) -> &'static str {
        let pace = self.shared.pace;
        let mut latest = self.shared.wall.follow();
        let mut had = self.had.clone();
        let mut first = Some(Bytes::from_static(RETRY));
        loop {
            // The first picture is made for it: what was made for others may be hours old.
            let changed = tokio::time::timeout(pace.wall_beat, latest.changed()).await;
            if let Some(retry) = first.take()
                && !self.send(retry).await
            {
                return "it does not read";
            }
            if changed.is_ok() {
                let drawn = latest.borrow_and_update().clone();
                if had.as_deref() != Some(&*drawn.id) {
                    had = Some(drawn.id);
                    if !self.send(drawn.event).await {
                        return "it does not read";
                    }
                }
            }
            if !self.send(beat(self.shared.clock.now())).await {
                return "it does not read";
            }
        }
    }

    async fn send(&self, piece: Bytes) -> bool {
        let patience = self.shared.pace.wall_patience;
        self.sender.send_timeout(piece, patience).await.is_ok()
    }
}
