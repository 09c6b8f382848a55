use super::*;
use chrono::DateTime;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One case of a table of signatures: ours, or the vendors'.
#[derive(Debug, Deserialize)]
struct Case {
    vendor: String,
    name: String,
    secret: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    body_file: String,
    headers: BTreeMap<String, String>,
    valid: bool,
    now: Option<i64>,
}

fn hmac_in(header: &str, prefix: &str, timestamp: Option<&str>) -> Scheme {
    Scheme::Hmac {
        header: header.into(),
        prefix: prefix.into(),
        timestamp: timestamp.map(Into::into),
    }
}

fn grafana(timed: bool) -> Scheme {
    let timestamp = timed.then_some("X-Grafana-Alerting-Timestamp");
    hmac_in("X-Grafana-Alerting-Signature", "", timestamp)
}

impl Case {
    fn scheme(&self) -> Scheme {
        match &*self.vendor {
            "pagerduty" => Scheme::PagerDuty,
            "sentry" => Scheme::Sentry,
            "slack" => Scheme::Slack,
            "standard" | "incidentio" => Scheme::StandardWebhooks,
            "bearer" | "alertmanager" => Scheme::Bearer,
            "prefixed" => hmac_in("X-Hub-Signature-256", "sha256=", None),
            "grafana-time" => grafana(true),
            // The vendors' cases say by their headers what is configured.
            "grafana" => grafana(self.header("X-Grafana-Alerting-Timestamp").is_some()),
            other => panic!("{other}: no such scheme"),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }

    fn check(&self, scheme: Scheme, body: &[u8]) -> Result<(), SignatureError> {
        let secret = self.secret.as_deref().unwrap_or_default();
        let verifier = Verifier::new(scheme, secret).expect("a key");
        let now = DateTime::from_timestamp(self.now.unwrap_or(1_700_000_000), 0).expect("a time");
        verifier.check(&|name| self.header(name), body, now)
    }

    /// A valid case with one byte of its body changed, at every place.
    fn refuses_every_changed_byte(&self, body: &[u8]) {
        for at in 0..body.len() {
            let mut changed = body.to_vec();
            changed[at] ^= 1 << (at % 8);
            let checked = self.check(self.scheme(), &changed);
            assert_eq!(checked, Err(SignatureError::Wrong), "{self:?} at {at}");
        }
        for changed in [
            &body[..body.len().saturating_sub(1)],
            &[body, b"\n"].concat(),
        ] {
            if changed != body {
                assert!(self.check(self.scheme(), changed).is_err(), "{self:?}");
            }
        }
    }

    /// A valid case with one character of a header changed, at every place.
    fn refuses_every_changed_header(&self, body: &[u8]) {
        for (name, value) in &self.headers {
            let signed = ["signature", "timestamp", "webhook-id"];
            let lower = name.to_ascii_lowercase();
            // Sentry sends its time unsigned; a list may hold signatures that are not ours.
            if lower.starts_with("sentry-hook-time") || !signed.iter().any(|s| lower.contains(s)) {
                continue;
            }
            let ours = ["v1", "v0"].iter().find_map(|version| value.rfind(version));
            for at in ours.unwrap_or(0)..value.len() {
                for odd in ["0", "1", "A", "a", "_", " "] {
                    let mut changed = value.clone();
                    changed.replace_range(at..=at, odd);
                    if changed.trim() == value {
                        continue;
                    }
                    let mut headers = self.headers.clone();
                    headers.insert(name.clone(), changed);
                    let case = Case {
                        headers,
                        vendor: self.vendor.clone(),
                        name: self.name.clone(),
                        secret: self.secret.clone(),
                        body: String::new(),
                        body_file: String::new(),
                        ..*self
                    };
                    assert!(case.check(self.scheme(), body).is_err(), "{case:?}");
                }
            }
        }
    }
}

#[test]
fn our_table_holds_and_every_changed_byte_is_refused() {
    let table = include_str!("../../../tests/fixtures/hooks/signatures.json");
    let cases: Vec<Case> = serde_json::from_str(table).expect("a table");
    assert!(cases.len() > 30);
    for case in cases {
        let body = case.body.as_bytes();
        let checked = case.check(case.scheme(), body);
        assert_eq!(checked.is_ok(), case.valid, "{case:?}: {checked:?}");
        if case.valid && case.scheme() != Scheme::Bearer {
            case.refuses_every_changed_byte(body);
            case.refuses_every_changed_header(body);
        }
    }
}

#[test]
fn the_vendors_own_vectors_hold_and_every_changed_byte_is_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/payloads");
    let Ok(table) = std::fs::read_to_string(format!("{folder}/vectors.json")) else {
        println!("SKIPPED: the vendors' signature vectors are not in {folder}");
        return;
    };
    let cases: Vec<Case> = serde_json::from_str(&table).expect("a table");
    let signed = |case: &&Case| !matches!(&*case.vendor, "alertmanager" | "statuspage");
    let mut checked = [0, 0];
    for case in cases.iter().filter(signed) {
        let body = std::fs::read(format!("{folder}/{}", case.body_file)).expect("a body");
        let outcome = case.check(case.scheme(), &body);
        assert_eq!(outcome.is_ok(), case.valid, "{case:?}: {outcome:?}");
        checked[usize::from(case.valid)] += 1;
        if case.valid {
            case.refuses_every_changed_byte(&body);
            case.refuses_every_changed_header(&body);
        }
    }
    // A time that is configured and left out is missing, not merely wrong.
    let stripped = cases.iter().find(|c| c.name == "timestamp stripped");
    let missing = stripped.expect("there").check(grafana(true), b"");
    assert!(missing.expect_err("stripped").is_missing());
    let bearer = cases.iter().find(|case| case.vendor == "alertmanager");
    assert_eq!(bearer.expect("there").check(Scheme::Bearer, b""), Ok(()));
    assert_eq!(
        checked.iter().sum::<usize>(),
        34,
        "refused, taken: {checked:?}"
    );
}

#[test]
fn what_is_wrong_is_said_without_the_secret() {
    let verifier = Verifier::new(Scheme::Sentry, "hunter2").expect("a key");
    assert!(!format!("{verifier:?}").contains("hunter2"));
    let none = verifier.glance(&|_| None).expect_err("nothing shown");
    assert!(none.is_missing());
    assert!(none.to_string().contains("Sentry-Hook-Signature"), "{none}");
    let given = |_: &str| Some("00");
    assert_eq!(verifier.glance(&given), Ok(()));
    let now = DateTime::UNIX_EPOCH;
    assert_eq!(verifier.check(&given, b"", now), Err(SignatureError::Wrong));
    for bad in ["", "whsec_", "whsec_?", "whsec_A"] {
        assert!(
            Verifier::new(Scheme::StandardWebhooks, bad).is_err(),
            "{bad}"
        );
    }
    // A signed time as far off as a number can be does not overflow.
    let scheme = hmac_in("s", "", Some("t"));
    let verifier = Verifier::new(scheme, "k").expect("a key");
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"k");
    let far = i64::MIN.to_string();
    let signed = hex(hmac::sign(&key, format!("{far}:").as_bytes()).as_ref());
    let head = |name: &str| Some(if name == "s" { &*signed } else { &*far });
    let stale = verifier.check(&head, b"", now);
    assert!(matches!(stale, Err(SignatureError::Stale(_))), "{stale:?}");
}

#[test]
fn base64_goes_there_and_back() {
    let known = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
    ];
    for (bytes, text) in known {
        assert_eq!(base64_encode(bytes.as_bytes()), text);
        let back = (!bytes.is_empty()).then(|| bytes.as_bytes().to_vec());
        assert_eq!(base64_decode(text), back, "{text}");
    }
    for bytes in 1..=255u8 {
        let all: Vec<u8> = (0..bytes).chain([bytes]).rev().collect();
        assert_eq!(base64_decode(&base64_encode(&all)), Some(all));
    }
}
