//! Outside systems, one file each: their bytes turned into values. No I/O.

pub mod alertmanager;
mod alerts;
pub mod exchange;
mod fingerprint;
pub mod grafana;
pub mod hooks;
mod labels;
pub mod prometheus;
mod reading;
pub mod sentry;
pub mod signature;
mod stream;
