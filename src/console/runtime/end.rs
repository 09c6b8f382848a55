//! The end of a console: the terminal first, then everything that is still to be kept.

use super::{CLOSE_WITHIN, Exit, Loop};
use crate::client::link::LinkHandle;
use crate::console::effect::Effect;
use crate::console::history::Done;
use crate::console::update;
use tokio::time::Instant;

impl Loop {
    /// An answer that is still under way would be typed into the shell.
    async fn await_answer(&mut self) {
        while self.exit != Some(Exit::TerminalGone)
            && let Some(until) = self.probe.stay_until().filter(|at| Instant::now() < *at)
            && let Some(events) = &mut self.events
        {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => _ = self.probe.take(event, Instant::now()),
                    Some(Err(_)) | None => return,
                },
                () = tokio::time::sleep_until(until) => return,
            }
        }
    }

    /// Gives the terminal back first: whatever follows, the user has it again.
    pub(super) async fn finish(mut self, link: LinkHandle) {
        self.await_answer().await;
        drop(self.terminal);
        let mut last = Vec::new();
        if let Some(ended) = self.runner.end().await {
            last = update::leave_run(&mut self.app, ended);
        }
        last.extend(update::leave(&mut self.app));
        for effect in last {
            match effect {
                Effect::SaveRun { of, text } => self.runs.save(of, text),
                Effect::SaveUpdate { of, text } => self.updates.save(of, text),
                Effect::SaveDraft { of, text } => self.drafts.save(of, text),
                Effect::SaveMemory { person, memory } => self.memories.save(person, memory),
                Effect::Client(effect) => self.outgoing.push_back(effect),
                _ => {}
            }
        }
        let orderly = async {
            for kept in [&mut self.runs, &mut self.drafts, &mut self.updates] {
                while kept.is_busy() {
                    if let Err(why) = kept.saved().await {
                        tracing::warn!(why, "draft not kept");
                    }
                }
            }
            while self.memories.is_busy() {
                self.memories.saved().await;
            }
            for effect in self.outgoing {
                if link.effects.send(effect).await.is_err() {
                    break;
                }
            }
            link.close().await;
            while self.history.is_busy() {
                if let Done::Trouble(why) = self.history.done().await {
                    tracing::warn!(why, "history not kept");
                }
            }
        };
        if tokio::time::timeout(CLOSE_WITHIN, orderly).await.is_err() {
            tracing::warn!("the driver did not end in time");
        }
    }
}
