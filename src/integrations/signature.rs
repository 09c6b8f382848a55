//! Signatures of webhooks: whether a body comes from who has the secret.
//!
//! They are checked over the bytes as they came, before anything is parsed, and compared in a time
//! that says nothing about how close a wrong one was. What is compared is the text of the
//! signature, so that no second spelling of the same bytes passes.

use crate::incident::Timestamp;
use ring::hmac;
use std::fmt;
use std::sync::Arc;

/// How far the time that a sender signed may lie from the clock here, either way, in seconds. The
/// vendors that sign a time ask for this much: a retry's delay and two clocks fit in it, and a
/// delivery that somebody wrote down is worth nothing soon after.
pub const REPLAY_SECONDS: i64 = 300;

/// What stands in front of a secret of Standard Webhooks.
const STANDARD_PREFIX: &str = "whsec_";

/// The headers of a request: the text of the first of that name, in any case.
pub type Head<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// How a sender shows that it has the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// `X-PagerDuty-Signature: v1=…,v1=…`: the body. Several while a secret is replaced.
    PagerDuty,
    /// `Sentry-Hook-Signature: …`: the body.
    Sentry,
    /// `X-Slack-Signature: v0=…`: `v0:TIME:` and the body.
    Slack,
    /// `webhook-signature: v1,… v1,…`: `ID.TIME.` and the body (Standard Webhooks, Svix).
    StandardWebhooks,
    /// A header of the sender's choice: the body, after `TIME:` where a time is sent (Grafana).
    Hmac {
        /// The header with the signature.
        header: Arc<str>,
        /// What stands before it in that header; may be empty.
        prefix: Arc<str>,
        /// The header with the time in seconds, where one is signed.
        timestamp: Option<Arc<str>>,
    },
    /// No signature: `Authorization: Bearer SECRET`.
    Bearer,
}

/// Why a request is not believed. None of it quotes the secret or the right signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header that must be there is missing.
    #[error(
        "The request has no header {0}. Set the secret that warroom has for this hook on the \
         sender's side too, so that it signs."
    )]
    Missing(String),
    /// It was signed with another secret, or changed.
    #[error(
        "The signature does not fit. Either the sender has another secret than warroom, or the \
         body was changed on its way."
    )]
    Wrong,
    /// The token is not the one.
    #[error("The token is not the one that warroom has for this hook.")]
    WrongToken,
    /// The time is not a number of seconds.
    #[error("The header {0} is not a time in seconds.")]
    BadTime(String),
    /// It was signed too long ago, or in the future.
    #[error(
        "It was signed {0} s away from the time here, and {REPLAY_SECONDS} s is the most: \
         somebody sent an old delivery again, or one of the two clocks is wrong."
    )]
    Stale(u64),
}

impl SignatureError {
    /// Whether nothing was shown at all, rather than something wrong.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }
}

/// A secret cannot be a key of its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("It is not a secret of Standard Webhooks, which is base64 after `whsec_`.")]
pub struct KeyError;

/// Checks requests with one secret. The secret itself is not kept, only the key made of it.
#[derive(Clone)]
pub struct Verifier {
    scheme: Scheme,
    key: hmac::Key,
    /// For [`Scheme::Bearer`]: what the right token comes to.
    token: hmac::Tag,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verifier").field(&self.scheme).finish()
    }
}

/// What a scheme finds in a request.
struct Shown<'a> {
    /// Signed before the body, piece by piece.
    before: Vec<&'a str>,
    /// The signatures that were given, of the version that is understood.
    given: Vec<&'a str>,
    /// How they are written.
    write: fn(&[u8]) -> String,
}

impl Verifier {
    /// A verifier for that scheme and secret.
    ///
    /// # Errors
    /// When the secret cannot be one of the scheme's.
    pub fn new(scheme: Scheme, secret: &str) -> Result<Self, KeyError> {
        let decoded;
        let bytes = match scheme {
            Scheme::StandardWebhooks => {
                let text = secret.strip_prefix(STANDARD_PREFIX).unwrap_or(secret);
                decoded = base64_decode(text).ok_or(KeyError)?;
                &decoded[..]
            }
            _ => secret.as_bytes(),
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let token = hmac::sign(&key, secret.as_bytes());
        Ok(Self { scheme, key, token })
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether the headers show anything that could be a signature: asked before a body is read.
    ///
    /// # Errors
    /// What is missing.
    pub fn glance(&self, head: Head<'_>) -> Result<(), SignatureError> {
        match self.scheme {
            Scheme::Bearer => bearer(head).map(|_| ()),
            _ => self.shown(head).map(|_| ()),
        }
    }

    /// Checks a request; `body` as it came. `now` is compared with the time that was signed, where
    /// the scheme has one.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn check(&self, head: Head<'_>, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
        if self.scheme == Scheme::Bearer {
            let given = bearer(head)?.as_bytes();
            return hmac::verify(&self.key, given, self.token.as_ref())
                .map_err(|_| SignatureError::WrongToken);
        }
        let shown = self.shown(head)?;
        let mut context = hmac::Context::with_key(&self.key);
        for piece in &shown.before {
            context.update(piece.as_bytes());
        }
        context.update(body);
        let right = (shown.write)(context.sign().as_ref());
        // Compared by what each comes to under the key, which takes the same time for all of
        // them; the body, which may be large, is gone through once however many are given.
        let right = hmac::sign(&self.key, right.as_bytes());
        let fits = |given: &&str| hmac::verify(&self.key, given.as_bytes(), right.as_ref()).is_ok();
        if !shown.given.iter().any(fits) {
            return Err(SignatureError::Wrong);
        }
        // Only now: whoever cannot sign learns nothing about clocks.
        self.time(head, now)
    }

    /// What the headers show.
    fn shown<'a>(&self, head: Head<'a>) -> Result<Shown<'a>, SignatureError> {
        let need = |name: &str| head(name).ok_or_else(|| SignatureError::Missing(name.to_owned()));
        let list = |text: &'a str, by: char, version: &str| {
            let of_version = |part: &'a str| part.trim().strip_prefix(version);
            text.split(by).filter_map(of_version).collect()
        };
        let (before, given, write): (_, _, fn(&[u8]) -> String) = match &self.scheme {
            Scheme::PagerDuty => {
                let given = list(need("X-PagerDuty-Signature")?, ',', "v1=");
                (Vec::new(), given, hex)
            }
            Scheme::Sentry => {
                // Integrations made long ago send it under the older name.
                let given = head("Sentry-App-Signature");
                let given = need("Sentry-Hook-Signature").or_else(|why| given.ok_or(why))?;
                (Vec::new(), vec![given.trim()], hex)
            }
            Scheme::Slack => {
                let time = need("X-Slack-Request-Timestamp")?;
                let given = list(need("X-Slack-Signature")?, ',', "v0=");
                (vec!["v0:", time, ":"], given, hex)
            }
            Scheme::StandardWebhooks => {
                let (id, time) = (need("webhook-id")?, need("webhook-timestamp")?);
                let given = list(need("webhook-signature")?, ' ', "v1,");
                (vec![id, ".", time, "."], given, base64_encode)
            }
            Scheme::Hmac {
                header,
                prefix,
                timestamp,
            } => {
                let given = need(header)?.trim();
                let time = timestamp.as_ref().map(|name| need(name)).transpose()?;
                let before = time.map_or_else(Vec::new, |time| vec![time, ":"]);
                (
                    before,
                    given.strip_prefix(&**prefix).into_iter().collect(),
                    hex,
                )
            }
            Scheme::Bearer => (Vec::new(), Vec::new(), hex),
        };
        Ok(Shown {
            before,
            given,
            write,
        })
    }

    /// Checks the time that was signed, where there is one.
    fn time(&self, head: Head<'_>, now: Timestamp) -> Result<(), SignatureError> {
        let header = match &self.scheme {
            Scheme::Slack => "X-Slack-Request-Timestamp",
            Scheme::StandardWebhooks => "webhook-timestamp",
            Scheme::Hmac {
                timestamp: Some(header),
                ..
            } => header,
            _ => return Ok(()),
        };
        let text = head(header).unwrap_or_default();
        let signed: i64 = text
            .parse()
            .map_err(|_| SignatureError::BadTime(header.to_owned()))?;
        let off = now.timestamp().abs_diff(signed);
        if off > REPLAY_SECONDS.unsigned_abs() {
            return Err(SignatureError::Stale(off));
        }
        Ok(())
    }
}

/// The token of an `Authorization: Bearer` header.
fn bearer<'a>(head: Head<'a>) -> Result<&'a str, SignatureError> {
    head("Authorization")
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| SignatureError::Missing("Authorization: Bearer".to_owned()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    let pairs = bytes.iter().flat_map(|byte| [byte >> 4, *byte]);
    pairs.map(digit).collect()
}

/// The alphabet of base64 (RFC 4648, section 4).
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        for place in 0..4 {
            if place > three.len() {
                text.push('=');
            } else {
                let index = (bits >> (18 - 6 * place)) & 63;
                text.push(char::from(BASE64[index as usize]));
            }
        }
    }
    text
}

/// The bytes of a base64 text, with or without its padding; `None` where it is none.
fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for four in text.chunks(4) {
        let mut bits = 0u32;
        for place in 0..4 {
            let six = match four.get(place) {
                Some(letter) => BASE64.iter().position(|known| known == letter)?,
                None => 0,
            };
            bits = (bits << 6) | u32::try_from(six).ok()?;
        }
        let [_, three @ ..] = bits.to_be_bytes();
        // One letter alone has not even eight bits.
        let whole = four.len().checked_sub(1).filter(|whole| *whole > 0)?;
        bytes.extend(three.iter().take(whole));
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests;
