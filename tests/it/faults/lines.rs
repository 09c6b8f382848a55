//! A load of writers that come back by themselves.

use crate::support::server::{Wire, note};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread::JoinHandle;
use tokio_util::sync::CancellationToken;
use warroom::protocol::*;

/// Writers on a thread of their own, until they are stopped.
pub(crate) struct Load {
    stop: CancellationToken,
    thread: JoinHandle<()>,
    told: Arc<Told>,
}

#[derive(Default)]
struct Told {
    acknowledged: Mutex<Vec<String>>,
    sent: Mutex<Vec<String>>,
}

impl Load {
    /// Sets so many writers going, in INC-1.
    pub(crate) fn on(server: SocketAddr, writers: usize) -> Self {
        let (stop, told) = (CancellationToken::new(), Arc::<Told>::default());
        let (ends, tells) = (stop.clone(), told.clone());
        let thread = std::thread::spawn(move || {
            let runtime = super::runtime();
            let all = (0..writers).map(|n| write(n, server, ends.clone(), tells.clone()));
            runtime.block_on(futures_util::future::join_all(all));
        });
        Self { stop, thread, told }
    }

    /// What was acknowledged so far.
    pub(crate) fn acknowledged(&self) -> Vec<String> {
        self.told.acknowledged.lock().unwrap().clone()
    }

    /// Ends it: what was acknowledged, and all that was sent.
    pub(crate) fn stop(self) -> (Vec<String>, Vec<String>) {
        self.stop.cancel();
        self.thread.join().unwrap();
        let acknowledged = std::mem::take(&mut *self.told.acknowledged.lock().unwrap());
        (
            acknowledged,
            std::mem::take(&mut *self.told.sent.lock().unwrap()),
        )
    }
}

/// Writes one note after the other, each until it is acknowledged.
async fn write(writer: usize, server: SocketAddr, stop: CancellationToken, told: Arc<Told>) {
    let mut wire: Option<Wire> = None;
    for n in 0.. {
        let text = format!("load {writer} {n:05}");
        let command = note(&text);
        told.sent.lock().unwrap().push(text.clone());
        loop {
            if stop.is_cancelled() {
                return;
            }
            let done = match &mut wire {
                Some(wire) => submit(wire, &command).await,
                None => None,
            };
            match done {
                Some(true) => break,
                Some(false) => {}
                None => wire = connect(writer, server).await,
            }
            // Not more than a few hundred a second: it is a load, and no flood.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        told.acknowledged.lock().unwrap().push(text);
    }
}

async fn connect(writer: usize, server: SocketAddr) -> Option<Wire> {
    let mut wire = Wire::try_connect(server, None).await?;
    let hello = ClientFrame::Hello {
        protocol: VERSION,
        client: "test".to_owned(),
        name: Some(format!("writer-{writer}").parse().unwrap()),
        watch: false,
        via: None,
    };
    wire.try_send(&hello).await.then_some(wire)
}

/// Whether it was done; nothing where the connection broke.
async fn submit(wire: &mut Wire, command: &warroom::incident::Command) -> Option<bool> {
    let frame = crate::support::server::submit(Some(1), command);
    if !wire.try_send(&frame).await {
        return None;
    }
    loop {
        match wire.next().await? {
            ServerFrame::Done { command: done, .. } if done == command.id => return Some(true),
            ServerFrame::Refused { command: not, .. } if not == command.id => return Some(false),
            ServerFrame::Bye { .. } => return None,
            _ => {}
        }
    }
}
