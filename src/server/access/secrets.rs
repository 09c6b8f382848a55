//! Secrets: making them, comparing them, and files that only their owner reads.

use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Random bytes in a token: 256 bits cannot be guessed, so hashing once is enough.
const TOKEN_BYTES: usize = 32;

/// Puts a file in the place of another in one step, readable by its owner alone, and durable.
pub(in crate::server) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // A temporary file is made for its owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

/// 256 random bits, in hexadecimal.
pub(in crate::server) fn random_hex() -> Option<String> {
    let mut bytes = [0; TOKEN_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

/// Compares two texts in a time that depends on their lengths alone.
pub(in crate::server) fn same(a: &str, b: &str) -> bool {
    // Comparing digests hides the length as well, and ring has no public comparison of its own.
    let of = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    let (a, b) = (of(a), of(b));
    let pairs = a.as_ref().iter().zip(b.as_ref());
    pairs.fold(0, |differing, (x, y)| differing | (x ^ y)) == 0
}

pub(super) fn hash_of(words: &str) -> String {
    hex(digest::digest(&digest::SHA256, words.trim().as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
