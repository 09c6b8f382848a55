//! What is fed with input that nobody vouches for. Each target takes any bytes, and says more than
//! that nothing panicked: what it asserts stands at its head.
//!
//! The same functions are called by the engine (`tests/fuzz/run`) and, with the inputs that are
//! kept under `tests/fuzz/corpus`, by the ordinary tests.

mod files;
mod log;
mod text;
mod wire;

use warroom::console::text::{visible_block, visible_line};

/// A target: its name and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by name.
pub const TARGETS: &[Target] = &[
    ("frames_client", wire::frames_client),
    ("frames_server", wire::frames_server),
    ("hooks", wire::hooks),
    ("signatures", wire::signatures),
    ("grammar", text::grammar),
    ("runbook", text::runbook),
    ("import", text::import),
    ("patterns", text::patterns),
    ("template", text::template),
    ("redactor", text::redactor),
    ("theme", files::theme),
    ("keymap", files::keymap),
    ("config", files::config),
    ("scenario", files::scenario),
    ("record", log::record),
    ("replay", log::replay_log),
    ("journal", log::journal),
    ("search", log::search),
];

/// Whether a terminal would obey it, or a person misread what stands around it.
fn acts(c: char) -> bool {
    let bidi = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    let unseen =
        matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || bidi || unseen
}

/// What is shown of a text acts on nothing, and showing it again changes nothing.
fn shown(text: &str) {
    let line = visible_line(text);
    assert!(!line.chars().any(acts), "{line:?}");
    assert_eq!(visible_line(&line), line);
    let block = visible_block(text);
    assert!(!block.chars().any(|c| c != '\n' && acts(c)), "{block:?}");
}

/// What is printed as it is (a report about a file) may break lines, and do nothing else.
fn printed(text: &str) {
    let odd = text.chars().find(|c| *c != '\n' && acts(*c));
    assert!(odd.is_none(), "{odd:?} in {text:?}");
}

fn words(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
