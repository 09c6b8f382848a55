//! Keys as data: one table of actions, from which keys, palette, help, footer and the key table
//! in the docs are drawn.

mod action;
mod defaults;
mod doc;
mod key;
mod map;
mod palette;
mod user;

pub use action::{Action, Group};
pub use doc::markdown_table;
pub use key::{Key, ParseKeyError};
pub use map::{Context, Continuation, Keymap, Lookup};
pub use palette::{Ranked, rank};
