//! What comes over the network.

use super::{shown, words};
use warroom::incident::{Timestamp, limits};
use warroom::integrations::hooks::{Hook, KINDS};
use warroom::integrations::signature::{Scheme, Verifier};
use warroom::protocol::{decode_client, decode_server, encode};

/// A console's frame that can be read is written and read again as the same; a refusal can be shown.
pub(super) fn frames_client(data: &[u8]) {
    let Some(text) = words(data) else { return };
    match decode_client(text) {
        Ok(frame) => {
            let once = encode(&frame);
            let again = decode_client(&once).expect("what was written can be read");
            assert_eq!(encode(&again), once);
        }
        Err(error) => shown(&error.to_string()),
    }
}

/// The same of a server's frame.
pub(super) fn frames_server(data: &[u8]) {
    let Some(text) = words(data) else { return };
    match decode_server(text) {
        Ok(frame) => {
            let once = encode(&frame);
            let again = decode_server(&once).expect("what was written can be read");
            assert_eq!(encode(&again), once);
        }
        Err(error) => shown(&error.to_string()),
    }
}

fn now() -> Timestamp {
    "2026-11-24T14:00:00Z".parse().unwrap()
}

/// A body of each kind of webhook (the first byte says which): the same body says the same twice,
/// and what is kept of it has its bounds.
pub(super) fn hooks(data: &[u8]) {
    let Some((which, body)) = data.split_first() else {
        return;
    };
    let hook = Hook::new("x", &KINDS[usize::from(*which) % KINDS.len()]);
    let read = || hook.read(body, now());
    assert_eq!(read().ok(), read().ok(), "the same body again");
    let delivery = match read() {
        Ok(delivery) => delivery,
        Err(error) => return shown(&error.to_string()),
    };
    for said in &delivery.alerts {
        let alert = &said.alert;
        assert!(alert.name.len() <= limits::LABEL_BYTES, "its name");
        assert!(alert.fingerprint.len() <= limits::LABEL_BYTES, "its print");
        assert!(alert.summary.len() <= limits::LABEL_BYTES, "its summary");
        assert!(
            alert
                .url
                .as_ref()
                .is_none_or(|url| url.len() <= limits::URL_BYTES)
        );
        for (name, value) in alert.labels.iter().chain(&alert.annotations) {
            assert!(name.len() <= limits::LABEL_BYTES, "a label's name");
            assert!(value.len() <= limits::LABEL_BYTES, "a label's value");
        }
    }
}

/// A signature that nobody with the secret made is never believed: the first byte says the scheme,
/// the first line is the signature, the second the time, the rest is the body.
pub(super) fn signatures(data: &[u8]) {
    let Some((which, rest)) = data.split_first() else {
        return;
    };
    let scheme = match which % 6 {
        0 => Scheme::PagerDuty,
        1 => Scheme::Sentry,
        2 => Scheme::Slack,
        3 => Scheme::StandardWebhooks,
        4 => Scheme::Hmac {
            header: "x-sig".into(),
            prefix: "sha256=".into(),
            timestamp: Some("x-time".into()),
        },
        _ => Scheme::Bearer,
    };
    let mut parts = rest.splitn(3, |byte| *byte == b'\n');
    let mut line = || parts.next().and_then(words).unwrap_or_default();
    let (signature, time) = (line(), line());
    let body = parts.next().unwrap_or_default();
    let head = |name: &str| match name.to_ascii_lowercase() {
        name if name.contains("time") => Some(time),
        name if name.ends_with("-id") => Some("msg_1"),
        _ => Some(signature),
    };
    // The secret is not in any input that is kept here; an engine cannot guess 256 bits.
    let secret = "whsec_3q2+7wAAAABhbnl0aGluZy1idXQtdGhhdC1zZWNyZXQ=";
    let verifier = Verifier::new(scheme, secret).expect("a secret of every scheme");
    let _ = verifier.glance(&head);
    let error = verifier
        .check(&head, body, now())
        .expect_err("a forged signature");
    let said = error.to_string();
    assert!(!said.contains(secret), "the secret is not quoted");
    shown(&said);
}
