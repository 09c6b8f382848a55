//! The full-screen terminal console, the Elm way.

pub mod grammar;
pub mod keymap;
pub mod text;
pub mod theme;
