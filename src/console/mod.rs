//! The full-screen terminal console, the Elm way.
//!
//! [`app::App`] is everything that the console knows; [`msg::Msg`] is what happens to it,
//! [`update`] what comes of that, [`effect::Effect`] what is then to be done, and [`view`] what is
//! seen. [`run`] is the loop around them.
//!
//! **Invariant**: no I/O in `update` and `view`. **Invariant**: text from outside is drawn only
//! through [`text`].

pub mod app;
mod background;
pub mod brief;
pub mod cast;
pub mod chart;
pub mod clipboard;
mod drafts;
mod editor;
pub mod effect;
pub mod follow;
pub mod grammar;
mod history;
#[cfg(test)]
mod hostile_tests;
pub mod keymap;
pub mod layout;
pub mod memory;
pub mod msg;
pub mod notices;
pub mod overlays;
pub mod panes;
pub mod past;
pub mod reading;
pub mod ring;
mod runner;
mod runtime;
mod set_back;
pub mod start;
pub mod templates;
mod terminal;
#[cfg(test)]
mod testing;
pub mod text;
pub mod theme;
pub mod update;
pub mod view;

pub use runner::Machine;
pub use runtime::Exit;
pub use start::{AUTO, Options, Playback, RunError, check, run, signs};
