//! A Grafana and a Sentry to be asked in tests, and good answers of each; and what goes wrong with
//! answers: cut, of wrong types, huge, unordered, deep.

mod cases;
mod faults;
mod scale;

pub(crate) use cases::{ask, dashboard, grafana, sentry};
