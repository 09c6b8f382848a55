//! Wrong tokens, counted by address.
//!
//! **Decision**: who has a right token is let in whatever else comes from the same address: behind a
//! proxy that is everybody. 256 random bits are not found by asking; what is bounded here is what
//! the asking costs (a session each, and a line in the log).

use super::{Request, Response, Shared, ends, plain};
use crate::server::access::Denied;
use axum::http::{HeaderValue, StatusCode, header};
use std::net::IpAddr;
use tokio::time::Instant;

/// Counts a wrong token; the answer to one too many from this address.
pub(super) fn counted(shared: &Shared, request: &Request, denied: &Denied) -> Option<Response> {
    if !matches!(denied, Denied::Wrong | Denied::Revoked) {
        return None;
    }
    let from = ends(request).map_or(IpAddr::from([0, 0, 0, 0]), |ends| ends.peer.ip());
    let now = Instant::now();
    if shared.guesses.may(from, now) {
        shared.guesses.wrong(from, now);
        return None;
    }
    shared.metrics.refused("guesses");
    let mut response = plain(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many wrong tokens came from this address. Try again in a minute, with one that holds.",
    );
    let seconds = HeaderValue::from_static("60");
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    Some(response)
}
