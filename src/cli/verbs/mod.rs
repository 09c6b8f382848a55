//! The verbs, one file each.

pub mod ask;
pub mod backup;
pub mod completions;
pub mod config;
pub mod console;
pub mod declare;
pub mod demo;
pub mod doctor;
pub mod end;
pub mod export;
pub mod gaps;
pub mod import;
pub mod list;
pub mod man;
pub mod note;
pub mod role;
pub mod runbook;
pub mod search;
pub mod serve;
pub mod severity;
pub mod show;
pub mod status;
pub mod timeline;
pub mod token;
pub mod update;
pub mod verify;
