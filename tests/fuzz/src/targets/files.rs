//! Files that people edit: each mistake has a place in the file, and the report of it can be printed
//! to a terminal as it is.

use super::{printed, words};
use std::cell::LazyCell;
use std::path::Path;
use warroom::config::{Loaded, Wrong};
use warroom::console::keymap::Keymap;
use warroom::console::theme::Theme;

/// The largest of such files that are read, in bytes (a theme's bound).
const LONGEST: usize = 64 * 1024;

fn wrong(text: &str, wrong: &Wrong) {
    assert!(!wrong.problems.is_empty(), "what is wrong is said");
    for problem in &wrong.problems {
        // A parser may point one behind the end.
        assert!(
            problem.span.start <= text.len(),
            "{:?} of {}",
            problem.span,
            text.len()
        );
    }
    printed(&wrong.to_string());
}

/// A theme.
pub(super) fn theme(data: &[u8]) {
    thread_local! {
        static DIR: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a folder"));
    }
    let Some(text) = words(data).filter(|text| text.len() <= LONGEST) else {
        return;
    };
    DIR.with(|dir| {
        std::fs::write(dir.path().join("own.toml"), text).expect("a file");
        match Theme::load("own", Some(dir.path())) {
            Ok(theme) => assert!(!theme.name().is_empty(), "it has a name"),
            Err(said) => printed(&said.to_string()),
        }
    });
}

/// A keymap.
pub(super) fn keymap(data: &[u8]) {
    let Some(text) = words(data).filter(|text| text.len() <= LONGEST) else {
        return;
    };
    match Keymap::with_user_file(Path::new("keymap.toml"), text) {
        Ok(map) => assert!(map.rows().count() > 0, "a console without keys"),
        Err(said) => wrong(text, &said),
    }
}

/// A configuration.
pub(super) fn config(data: &[u8]) {
    let Some(text) = words(data).filter(|text| text.len() <= LONGEST) else {
        return;
    };
    match Loaded::parse(Path::new("/nowhere/config.toml"), text) {
        Ok(loaded) => printed(&loaded.warning_report(false)),
        Err(said) => wrong(text, &said),
    }
}

/// A drill's script.
pub(super) fn scenario(data: &[u8]) {
    let Some(text) = words(data).filter(|text| text.len() <= LONGEST) else {
        return;
    };
    if let Err(errors) = warroom::drill::scenario::parse(text) {
        assert!(!errors.is_empty(), "what is wrong is said");
    }
}
