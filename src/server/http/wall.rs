//! The wall page and what it reads: `/wall`.
//!
//! **Invariant**: a wall's token opens these routes and nothing else, and no other token opens them.
//! **Invariant**: the token's words stand in no address that is sent: the page takes them from behind
//! the `#` and hands them in once, for a cookie that no script can read.

use super::{Cut, body_within, ends, grant_for, later, plain, text};
use crate::incident::Level;
use crate::server::access::{Denied, Grant};
use crate::server::shared::Shared;
use crate::server::wall::{Listening, listen};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const PAGE: &str = include_str!("../wall/files/wall.html");
const STYLE: &str = include_str!("../wall/files/wall.css");
const SCRIPT: &str = include_str!("../wall/files/wall.js");

/// The cookie that holds the link's words.
const COOKIE: &str = "warroom_wall";
/// How long a screen stays in without its link, in seconds: 400 days, the most a browser keeps.
const COOKIE_SECONDS: u32 = 400 * 24 * 60 * 60;
/// The longest words of a link, in bytes.
const WORDS_BYTES: usize = 256;
/// How long a screen may take to hand its link in.
const WORDS_WITHIN: Duration = Duration::from_secs(10);
/// How long a single picture is waited for.
const PICTURE_WITHIN: Duration = Duration::from_secs(2);

/// Sent with every answer here.
const GUARDS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
         img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    // For browsers that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    ),
];

/// The wall's routes.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/wall", get(|| file("text/html; charset=utf-8", PAGE)))
        .route(
            "/wall/wall.css",
            get(|| file("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/wall/wall.js",
            get(|| file("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route("/wall/enter", post(enter))
        .route("/wall/events", get(events))
        .route("/wall/now", get(now))
        .layer(map_response(guarded))
}

async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).into_iter();
    let all = all.filter_map(|line| line.to_str().ok());
    let mut each = all.flat_map(|line| line.split(';'));
    each.find_map(|one| one.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn address(request: &Request) -> IpAddr {
    let ends = ends(request);
    ends.map_or(IpAddr::from([0, 0, 0, 0]), |ends| ends.peer.ip())
}

/// What the words grant here, or the answer to one who may not look.
fn allowed(
    shared: &Shared,
    request: &Request,
    words: Option<&str>,
) -> Result<Grant, Box<Response>> {
    let (from, now) = (address(request), Instant::now());
    if words.is_some() && !shared.wall.guesses.may(from, now) {
        shared.metrics.refused("wall");
        let mut response = plain(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many wrong links came from this address. Try again in a minute.",
        );
        let seconds = HeaderValue::from_static("60");
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        return Err(Box::new(response));
    }
    let (status, why) = match grant_for(shared, request, words) {
        Ok(grant @ Grant::Loopback) => return Ok(grant),
        Ok(
            grant @ Grant::Token {
                level: Level::Wall, ..
            },
        ) => return Ok(grant),
        Ok(Grant::Token { name, level, .. }) => {
            tracing::warn!(%name, %level, "wall refused");
            let why = "The wall opens with a link of its own, which opens nothing else. Make one \
                       with `warroom token create NAME --level wall`.";
            (StatusCode::FORBIDDEN, why.to_owned())
        }
        Err(Denied::Unreadable) => {
            let why = "The server cannot read its list of tokens.";
            return Err(Box::new(later(why)));
        }
        Err(denied) => {
            tracing::warn!(peer = %from, reason = %denied, "wall refused");
            if matches!(denied, Denied::Wrong | Denied::Revoked) {
                shared.wall.guesses.wrong(from, now);
            }
            let why = "This wall wants a link that holds. An admin makes one with `warroom token \
                       create NAME --level wall`.";
            (StatusCode::UNAUTHORIZED, format!("{denied} {why}"))
        }
    };
    shared.metrics.refused("wall");
    Err(Box::new(plain(status, why)))
}

/// Whether the browser says that the request comes from another site. Old ones say nothing.
fn from_elsewhere(headers: &HeaderMap) -> Option<Response> {
    let site = text(headers, HeaderName::from_static("sec-fetch-site"))?;
    (!matches!(site, "same-origin" | "none")).then(|| {
        plain(
            StatusCode::FORBIDDEN,
            "A page of another site may not use this server.",
        )
    })
}

/// Takes a link's words and gives the cookie for them.
async fn enter(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if let Some(refused) = from_elsewhere(request.headers()) {
        return refused;
    }
    let origin = text(request.headers(), header::ORIGIN);
    let secure = shared.wall.secure || origin.is_some_and(|from| from.starts_with("https://"));
    let (parts, body) = request.into_parts();
    let Some(words) = body_within(body, WORDS_BYTES, WORDS_WITHIN).await else {
        return plain(StatusCode::BAD_REQUEST, "This is no link of a wall.");
    };
    let words = String::from_utf8_lossy(&words).trim().to_owned();
    let request = Request::from_parts(parts, Body::empty());
    match allowed(&shared, &request, Some(&words)) {
        Err(refused) => *refused,
        // Nothing is kept by which nobody was let in.
        Ok(Grant::Loopback) => StatusCode::NO_CONTENT.into_response(),
        Ok(Grant::Token { name, .. }) => {
            tracing::info!(%name, "a wall was opened");
            let secure = if secure { "; Secure" } else { "" };
            let cookie = format!(
                "{COOKIE}={words}; Path=/wall; HttpOnly; SameSite=Strict; \
                 Max-Age={COOKIE_SECONDS}{secure}"
            );
            let Ok(cookie) = HeaderValue::from_str(&cookie) else {
                return plain(StatusCode::BAD_REQUEST, "This is no link of a wall.");
            };
            let mut response = StatusCode::NO_CONTENT.into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
    }
}

/// Whether this request may look.
fn looks(shared: &Shared, request: &Request) -> Result<Grant, Box<Response>> {
    if let Some(refused) = from_elsewhere(request.headers()) {
        return Err(Box::new(refused));
    }
    if shared.stopping.is_cancelled() {
        return Err(Box::new(later("The server is going away.")));
    }
    allowed(shared, request, cookie(request.headers()))
}

/// The pictures as they change, until the link is revoked.
async fn events(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let grant = match looks(&shared, &request) {
        Ok(grant) => grant,
        Err(refused) => return *refused,
    };
    let had = text(request.headers(), HeaderName::from_static("last-event-id"));
    let had = had.map(ToOwned::to_owned);
    let Some(Cut(cut)) = request.extensions().get::<Cut>().cloned() else {
        return later("This connection cannot be kept open.");
    };
    let Some(Listening { pieces }) = listen(&shared, grant, had, cut) else {
        return later("The server has as many screens as it may. Try again in a moment.");
    };
    let pieces = stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((Ok::<_, Infallible>(piece), pieces))
    });
    let kind = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        // A proxy in between must not save pictures up.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (kind, Body::from_stream(pieces)).into_response()
}

/// The picture as it is now, for browsers that cannot listen.
async fn now(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if let Err(refused) = looks(&shared, &request) {
        return *refused;
    }
    let mut latest = shared.wall.follow();
    // Where the newest one does not come in time, the last one is better than none.
    let _ = tokio::time::timeout(PICTURE_WITHIN, latest.changed()).await;
    let json = latest.borrow().json.clone();
    let Ok(board) = std::str::from_utf8(&json) else {
        return later("There is no picture yet.");
    };
    if board.is_empty() {
        return later("There is no picture yet.");
    }
    let now = shared.clock.now().timestamp_millis();
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, format!("{{\"now\":{now},\"board\":{board}}}")).into_response()
}
