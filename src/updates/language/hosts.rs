//! Names and addresses of machines that mean something only inside.

use std::ops::Range;
use std::sync::Arc;

/// Ends of names that only an inner name server knows.
const INNER: &[&str] = &[
    ".internal",
    ".local",
    ".localdomain",
    ".lan",
    ".corp",
    ".intra",
    ".intranet",
    ".private",
    ".svc",
    ".home.arpa",
    ".consul",
];
/// What the name of a machine begins with, before its number.
const KINDS: &[&str] = &[
    "app",
    "cache",
    "cassandra",
    "consul",
    "db",
    "elastic",
    "es",
    "etcd",
    "gw",
    "haproxy",
    "host",
    "ip",
    "kafka",
    "lb",
    "master",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "pg",
    "pod",
    "postgres",
    "proxy",
    "queue",
    "rabbit",
    "redis",
    "replica",
    "server",
    "shard",
    "srv",
    "vm",
    "web",
    "worker",
];

pub(super) fn hosts(text: &str, known: &[Arc<str>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for piece in text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"' | '`' | '<' | '>' | '/')
    }) {
        let start = from;
        from += piece.len();
        from += text
            .get(from..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        let bare = piece.trim_start_matches(['\'', '[', '‹', '@']);
        let start = start + piece.len() - bare.len();
        let bare = bare.trim_end_matches(['.', ';', ':', '!', '?', '\'', ']', '›']);
        if !bare.is_empty() && is_host(bare, known) {
            found.push(start..start + bare.len());
        }
    }
    found
}

fn is_host(word: &str, known: &[Arc<str>]) -> bool {
    let lower = word.to_ascii_lowercase();
    let name = lower.rsplit_once(':').map_or(&*lower, |(name, port)| {
        let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        if is_port && !name.contains(':') {
            name
        } else {
            &lower
        }
    });
    let alerts = known.iter().any(|host| {
        let host = host.to_ascii_lowercase();
        let bare = host.rsplit_once(':').map_or(&*host, |(host, _)| host);
        bare.len() >= 3 && (name == bare || lower == host)
    });
    alerts || is_v4(name) || is_v6(&lower) || is_inner(name) || is_numbered(name) || is_pod(name)
}

fn is_v4(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    let octet = |part: &&str| part.len() <= 3 && part.parse::<u8>().is_ok();
    parts.len() == 4 && parts.iter().all(octet)
}

/// Groups of hex digits by colons: eight, or fewer with `::` among them. A time of day is none.
fn is_v6(word: &str) -> bool {
    let groups: Vec<&str> = word.split(':').collect();
    let hex = |group: &&str| group.len() <= 4 && group.bytes().all(|b| b.is_ascii_hexdigit());
    let some = groups.iter().any(|group| !group.is_empty());
    let whole = groups.len() == 8 && groups.iter().all(|group| !group.is_empty());
    some && groups.iter().all(hex) && (whole || (word.contains("::") && groups.len() <= 8))
}

fn is_inner(name: &str) -> bool {
    let dotted = |end: &&str| name.len() > end.len() && name.ends_with(*end);
    INNER.iter().any(dotted) || name.contains(".svc.")
}

/// `db01`, `web-17`, `ip-10-2-3-4`; not `eu-west-1`, which its readers may know.
fn is_numbered(name: &str) -> bool {
    let label = name.split('.').next().unwrap_or_default();
    let end = label
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(label.len());
    let (kind, number) = label.split_at(end);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let only = number.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let joined = number.starts_with('-') && number.len() > 1;
    KINDS.contains(&kind) && only && digits > 0 && (joined || digits >= 2)
}

/// `checkout-7d9f8b6c5d-x2k4q`: a pod of a deployment.
fn is_pod(name: &str) -> bool {
    let mut parts = name.rsplit('-');
    let (Some(last), Some(set), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let plain = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let digit = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    last.len() == 5 && (8..=10).contains(&set.len()) && plain(last) && plain(set) && digit(set)
}
