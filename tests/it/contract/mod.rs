//! What integrations send and read, held against the vendors' own descriptions (OpenAPI), so that
//! it is tested by something that its authors did not write.
//!
//! - [`spec`] loads a description, [`payloads`] real bodies. Both say `SKIPPED`, by name and past
//!   the test runner's capture, where the folder beside the repository is missing.
//! - [`check_request`] holds a request against it: method, path, query, body. A name that the
//!   description does not have is refused as well, since a vendor that ignores it would hide a
//!   slip of the pen.
//! - [`Spec::answers`] gives what a vendor may answer: every example of the description, and bodies
//!   made from the schema. [`check_answer`] holds a body against it.
//!
//! A description is OpenAPI 3.0 (JSON Schema draft 7 after `nullable` is rewritten) or 3.1 (2020-12).

mod alertmanager;
mod answers;
mod captured;
mod grafana;
mod harness;
mod prometheus;
mod request;
mod sentry;
mod spec;

pub(crate) use answers::{Answer, check_answer};
pub(crate) use request::check_request;
pub(crate) use spec::Spec;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use warroom::integrations::exchange::Response;

/// The folder with descriptions and payloads, beside the repository.
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared");

/// The vendor's description of that name: `prometheus`. None, said loudly, when the folder is
/// missing; a failed test when only the file is.
pub(crate) fn spec(name: &str) -> Option<Spec> {
    let folder = folder("specs", &format!("the contract with {name}"))?;
    let file = folder.join(format!("{name}.json"));
    let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let document = serde_json::from_slice(&bytes)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(Spec::of(name, document))
}

/// The files of that folder of payloads whose names begin so, by name. None, said loudly, when
/// the folder is missing; a failed test when it holds no such file.
pub(crate) fn payloads(vendor: &str, prefix: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let folder = folder("payloads", &format!("the payloads of {vendor}"))?.join(vendor);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut found: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no {prefix}* in {}", folder.display());
    Some(found)
}

/// An answer with that JSON, as the server's runner would hand it in.
pub(crate) fn json_answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response {
        status,
        media_type: "application/json".to_owned(),
        link: None,
        body: body.into(),
    }
}

fn folder(name: &str, what: &str) -> Option<PathBuf> {
    let folder = Path::new(SHARED).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    // The runner captures what print macros write, and a skipped test must not pass for a run one.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED, not checked: {what}. There is no {}",
        folder.display()
    );
    None
}
