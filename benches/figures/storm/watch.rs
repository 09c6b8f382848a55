//! What a console is sent while it storms, with the time at which each frame came.

use super::alerts::ALERTS;
use crate::raw::Raw;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

/// Frames as they came.
pub type Frames = Vec<(Instant, String)>;

/// A connection that keeps all that it is sent.
pub struct Watcher {
    ended: Arc<AtomicBool>,
    reading: JoinHandle<Frames>,
}

impl Watcher {
    /// Looks at the board, or also at an incident.
    pub fn start(server: SocketAddr, name: &str, incident: Option<u64>) -> Self {
        let (mut raw, welcome) = Raw::greeted(server, name);
        let ended = Arc::new(AtomicBool::new(false));
        let told = ended.clone();
        let reading = std::thread::spawn(move || {
            let mut frames = vec![(Instant::now(), welcome)];
            if let Some(incident) = incident {
                raw.ask_to_join(incident);
            }
            while !told.load(Ordering::Relaxed) {
                let text = raw.next_text();
                assert!(!text.starts_with(r#"{"type":"resync""#), "it fell behind");
                frames.push((Instant::now(), text));
            }
            frames
        });
        Self { ended, reading }
    }

    /// Ends with the next frame, and says what came.
    pub fn end(self) -> Frames {
        self.ended.store(true, Ordering::Relaxed);
        self.reading.join().unwrap()
    }
}

/// When the board had every alert of the storm, beside `before` that it had before.
pub fn on_board(frames: &Frames, before: u64) -> Instant {
    let mut alerts = BTreeMap::new();
    for (at, frame) in frames {
        if !frame.starts_with(r#"{"type":"board""#) {
            continue;
        }
        let frame: Value = serde_json::from_str(frame).unwrap();
        let line = &frame["summary"];
        alerts.insert(line["id"].as_u64(), line["alerts"].as_u64().unwrap());
        if alerts.values().sum::<u64>() == ALERTS as u64 + before {
            return *at;
        }
    }
    panic!("the board never had all alerts: {alerts:?}");
}

/// When the live list had them.
pub fn in_list(frames: &Frames) -> Instant {
    let mut most = 0;
    for (at, frame) in frames {
        if !frame.starts_with(r#"{"type":"live","what":"alerts""#) {
            continue;
        }
        let frame: Value = serde_json::from_str(frame).unwrap();
        let groups = frame["groups"].as_array().unwrap().iter();
        let firing: u64 = groups.map(|group| group["firing"].as_u64().unwrap()).sum();
        most = firing + frame["beyond"].as_u64().unwrap_or_default();
        if most == ALERTS as u64 {
            return *at;
        }
    }
    panic!("the live list never had all alerts, but {most}");
}
