//! Drills: scenario files, and what plays them.
//!
//! **Invariant**: nothing here knows a socket. A scenario is data, and [`player`] hands each cue in
//! its time to a [`player::Stage`], which is whatever carries it out.

pub mod deed;
pub mod player;
pub mod scenario;
