//! The engine's door: the target that `WARROOM_FUZZ` names is fed with what the engine makes.

#![no_main]

mod targets;

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("WARROOM_FUZZ").unwrap_or_default();
    let found = targets::TARGETS.iter().find(|(name, _)| *name == wanted);
    match found {
        Some((_, target)) => *target,
        None => {
            let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
            eprintln!(
                "WARROOM_FUZZ names no target: choose from {}",
                names.join(", ")
            );
            std::process::exit(2);
        }
    }
});

fuzz_target!(|data: &[u8]| TARGET(data));
