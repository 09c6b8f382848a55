//! Text as cells: safe to draw, measured, cut and wrapped, and times as people read them.
//!
//! **Invariant**: nothing that came from outside reaches a frame without passing
//! [`sanitise`]. **Invariant**: lengths here are terminal cells, never bytes or `char`s.

pub(in crate::console) mod edit;
pub(in crate::console) mod row_moves;
pub(in crate::console) mod rows;
pub mod sanitise;
pub use crate::suggest;
pub mod when;
pub mod width;
pub mod zone;

pub use sanitise::{visible, visible_block, visible_line};
pub use suggest::closest;
pub use when::{
    AGE_CELLS, Countdown, ParseDurationError, age, clock_hms, countdown, format_duration,
    parse_duration,
};
pub use width::{cells, pad_left, pad_right, truncate, wrap};
pub use zone::{ParseZoneError, Zone};
