//! An alert that fires and stops again and again: it is kept firing, and what it said meanwhile is
//! counted.

use super::{AlertState, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What was held back of an alert since it began to flap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaps {
    /// When it was found to flap.
    pub since: Timestamp,
    /// When its last change was taken down.
    pub last_at: Timestamp,
    /// How often it fired since.
    pub fired: u32,
    /// How often it stopped since.
    pub stopped: u32,
    /// What its monitor said last.
    pub state: AlertState,
    /// When it then began to fire.
    pub starts_at: Timestamp,
    /// When it then stopped.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
}

/// A length of time in one unit, as it is written in the configuration: `90s`, `10m`, `2h`.
#[must_use]
pub fn length(time: TimeDelta) -> String {
    let seconds = time.num_seconds();
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}
