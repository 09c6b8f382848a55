//! The fuzz targets with the inputs that are kept for them, and with what is left of each when bytes
//! of it are cut away or changed: what an engine found once stays found without one. (With
//! coverage, and for longer: `tests/fuzz/run`.)

#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use crate::support::random::Random;
use std::path::Path;
use targets::TARGETS;

/// How often each kept input is changed.
const MUTANTS: usize = 6;

/// The kept inputs of a target, in the order of their names.
fn kept(name: &str) -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let files =
        std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let input = |file: &Path| (file.display().to_string(), std::fs::read(file).unwrap());
    files.iter().map(|file| input(file)).collect()
}

/// The input with some bytes changed, and cut.
fn mutant(input: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..random.below(4) {
        if !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = random.next().to_le_bytes()[0];
        }
    }
    bytes.truncate(random.below(bytes.len() + 1));
    bytes
}

#[test]
fn every_target_holds_over_its_corpus() {
    let mut random = Random::new(20_261_124);
    for (name, target) in TARGETS {
        let inputs = kept(name);
        assert!(inputs.len() >= 2, "{name} has a corpus");
        for (file, input) in inputs {
            assert!(input.len() <= 16 * 1024, "{file} is small");
            println!("{file}");
            target(&input);
            for _ in 0..MUTANTS {
                let mutant = mutant(&input, &mut random);
                println!("{file}, changed: {mutant:?}");
                target(&mutant);
            }
        }
    }
}
