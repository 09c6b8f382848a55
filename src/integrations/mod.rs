//! Outside systems, one file each: their bytes turned into values. No I/O.

pub mod alertmanager;
pub mod exchange;
