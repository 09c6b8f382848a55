//! What the vendors' official clients send, as it was recorded.

use super::folder;
use serde_json::Value;

/// The recorded requests of that method whose path begins so; each has `path` and `body`. None,
/// said loudly, when the folder is missing; a failed test when there is no such request.
pub(crate) fn captured(method: &str, path: &str) -> Option<Vec<Value>> {
    let what = format!("what official clients send to {path}");
    let file = folder("tools", &what)?.join("captured.jsonl");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let same = |one: &Value| {
        let begins = one["path"].as_str().is_some_and(|p| p.starts_with(path));
        one["method"] == method && begins
    };
    let found: Vec<Value> = lines.filter(same).collect();
    assert!(
        !found.is_empty(),
        "no {method} {path} in {}",
        file.display()
    );
    Some(found)
}
