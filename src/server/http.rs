//! The routes. Only this file and its folder know axum.

mod guesses;
mod wall;

use super::access::{Denied, Grant};
use super::control;
use super::hall::{Handed, HookJob};
use super::hooks::{Taken, Turned};
use super::session::Session;
use super::sessions::Sessions;
use super::shared::Shared;
use super::transport::Transport;
use crate::incident::{Level, Via};
use crate::integrations::alertmanager::Webhook;
use crate::protocol::limits;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a webhook may take to become durable; Alertmanager gives up at about this too.
const HOOK_TIMEOUT: Duration = Duration::from_secs(25);
/// HTTP's buffer for a connection; requests here have small heads.
const HEAD_BYTES: usize = 16 * 1024;

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
}

/// Ends the connection at once, whatever it is in the middle of.
#[derive(Debug, Clone, Default)]
struct Cut(CancellationToken);

/// The routes of this server, for one connection after another.
#[derive(Clone)]
pub(super) struct Routes(Router);

/// The routes of this server.
pub(super) fn routes(shared: Arc<Shared>) -> Routes {
    Routes(router(shared))
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/ws", get(websocket))
        .route("/hooks/alertmanager", post(alertmanager))
        .route("/hooks/{name}", post(hook))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/control/status", get(status))
        .route("/control/reload", post(reload))
        .route("/control/stop", post(stop))
        .merge(wall::router())
        .with_state(shared)
}

/// Serves one HTTP connection to its end, or to its upgrade.
pub(super) async fn serve<S>(stream: S, ends: Ends, routes: Routes, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (ending, head_within) = (shared.ending.clone(), shared.pace.head);
    let cut = Cut::default();
    let cut_off = cut.0.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        let router = routes.0.clone();
        let (shared, cut) = (shared.clone(), cut.clone());
        async move {
            if let Some(refused) = foreign(&shared, &request, ends) {
                return Ok::<_, Infallible>(refused);
            }
            request.extensions_mut().insert(ends);
            request.extensions_mut().insert(cut);
            router.oneshot(request.map(Body::new)).await
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(head_within)
        .max_buf_size(HEAD_BYTES);
    let connection = http
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = cut_off.cancelled() => return,
        () = ending.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The answer to a request that came under a foreign name or from a foreign page.
fn foreign<B>(shared: &Shared, request: &hyper::Request<B>, ends: Ends) -> Option<Response> {
    let headers = request.headers();
    // A header that is no text is no name of ours either. A host may be named twice, and in the
    // request's line too, as to a proxy: each of them must be ours, for others may read another one.
    let host = text(headers, header::HOST);
    let more = headers.get_all(header::HOST).iter().skip(1);
    let more = more.map(|host| host.to_str().ok());
    let named = request.uri().authority().map(|named| Some(named.as_str()));
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| origin.to_str().unwrap_or("?"));
    let checked = std::iter::once(host)
        .chain(more)
        .chain(named)
        .try_for_each(|host| shared.served.check(host, origin, ends.local.ip()));
    let why = checked.err()?;
    tracing::warn!(peer = %ends.peer, host, origin, %why, "request refused");
    shared.metrics.refused("foreign");
    Some((StatusCode::FORBIDDEN, format!("{why}\n")).into_response())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, words) = text(headers, header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| words.trim())
}

fn ends(request: &Request) -> Option<Ends> {
    request.extensions().get::<Ends>().copied()
}

fn granted(shared: &Shared, request: &Request) -> Result<Grant, Denied> {
    grant_for(shared, request, bearer(request.headers()))
}

/// What these words of a token grant whoever sent the request.
fn grant_for(shared: &Shared, request: &Request, words: Option<&str>) -> Result<Grant, Denied> {
    let loopback = ends(request).is_some_and(|ends| ends.peer.ip().to_canonical().is_loopback());
    let granted = shared.tokens.check(words, loopback);
    // A token that was revoked on disk ends its sessions now, not at the next reload.
    shared
        .sessions
        .end_revoked(|grant| shared.tokens.standing(grant));
    granted
}

fn plain(status: StatusCode, why: impl Into<String>) -> Response {
    (status, format!("{}\n", why.into())).into_response()
}

fn later(why: &str) -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, why);
    let seconds = HeaderValue::from_static("5");
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// Answers the upgrade by hand, so that the socket itself can be had back.
async fn websocket(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let headers = request.headers();
    let has = |name, word: &str| {
        text(headers, name).is_some_and(|value| {
            let mut words = value.split(',').map(str::trim);
            words.any(|w| w.eq_ignore_ascii_case(word))
        })
    };
    let key = headers
        .get(header::SEC_WEBSOCKET_KEY)
        .filter(|_| has(header::CONNECTION, "upgrade") && has(header::UPGRADE, "websocket"))
        .map(|key| derive_accept_key(key.as_bytes()));
    let Some(accept) = key else {
        let why = "This is where consoles connect, by websocket. Run `warroom join URL`.";
        return plain(StatusCode::UPGRADE_REQUIRED, why);
    };
    if text(headers, header::SEC_WEBSOCKET_VERSION) != Some("13") {
        return plain(
            StatusCode::BAD_REQUEST,
            "Only version 13 of websocket is spoken here.",
        );
    }
    if shared.stopping.is_cancelled() {
        return later("The server is going away.");
    }
    let grant = granted(&shared, &request);
    let one_too_many = grant.as_ref().err();
    if let Some(refused) =
        one_too_many.and_then(|denied| guesses::counted(&shared, &request, denied))
    {
        return refused;
    }
    let place = Sessions::enter(&shared, grant.clone().unwrap_or(Grant::Loopback));
    let Some((place, revoked)) = place else {
        shared.metrics.refused("sessions");
        tracing::warn!("connection refused: {} sessions", shared.most_sessions);
        return later("The server has as many sessions as it may. Try again in a moment.");
    };
    let upgraded = hyper::upgrade::on(request);
    let tasks = shared.session_tasks.clone();
    tasks.spawn(async move {
        let Ok(upgraded) = upgraded.await else {
            return;
        };
        match Transport::take(upgraded) {
            Ok((transport, first)) => {
                let session = Session {
                    shared,
                    transport,
                    first,
                    grant,
                    place,
                    revoked,
                };
                session.run().await;
            }
            Err(error) => tracing::error!(%error, "connection could not be taken over"),
        }
    });
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}

/// Reads a hook's body within its bound and its time. `shorter` is what to do about one that is
/// too large.
async fn body(request: Request, within: Duration, shorter: &str) -> Result<Bytes, Response> {
    const MOST: usize = limits::HOOK_BYTES;
    let too_large = || {
        plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The body is larger than {} MiB, the most that is taken; nothing of it was recorded. \
                 {shorter}",
                MOST / 1024 / 1024
            ),
        )
    };
    let said = text(request.headers(), header::CONTENT_LENGTH).and_then(|n| n.parse().ok());
    if said.is_some_and(|bytes: usize| bytes > MOST) {
        return Err(too_large());
    }
    let limited = http_body_util::Limited::new(request.into_body(), MOST);
    match tokio::time::timeout(within, limited.collect()).await {
        Err(_) => Err(plain(
            StatusCode::REQUEST_TIMEOUT,
            "The body did not come in time; nothing of it was recorded. Send it again.",
        )),
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(plain(
            StatusCode::BAD_REQUEST,
            "The body was cut short; nothing of it was recorded. Send it again, whole.",
        )),
    }
}

/// A short body, if it comes whole within its bound and its time.
async fn body_within(body: Body, most: usize, within: Duration) -> Option<Bytes> {
    let limited = http_body_util::Limited::new(body, most);
    let body = tokio::time::timeout(within, limited.collect()).await;
    Some(body.ok()?.ok()?.to_bytes())
}

/// The answer to a sender whose token does not let it hand alerts in.
fn no_ingest(shared: &Shared, request: &Request) -> Option<Response> {
    let (status, why) = match granted(shared, request) {
        Ok(
            Grant::Loopback
            | Grant::Token {
                level: Level::Ingest | Level::Responder | Level::Admin,
                ..
            },
        ) => return None,
        Ok(Grant::Token { level, name, .. }) => {
            tracing::warn!(%name, %level, "webhook refused");
            let why =
                format!("A token of level {level} may not hand in alerts. Use one of ingest.");
            (StatusCode::FORBIDDEN, why)
        }
        Err(denied) => {
            if let Some(refused) = guesses::counted(shared, request, &denied) {
                return Some(refused);
            }
            tracing::warn!(reason = %denied, "webhook refused");
            let why = format!("{denied} {}", denied.instead());
            (StatusCode::UNAUTHORIZED, why)
        }
    };
    shared.metrics.refused("access");
    Some(plain(status, why))
}

/// Alertmanager's webhook. Answered with 200 only when everything in it is durable.
async fn alertmanager(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if let Some(refused) = no_ingest(&shared, &request) {
        return refused;
    }
    let shorter = "Set max_alerts in Alertmanager's receiver.";
    let body = match body(request, shared.pace.body, shorter).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let delivery = match Webhook::parse(&body) {
        Ok(webhook) => webhook.into(),
        Err(error) => {
            tracing::warn!(%error, "webhook not understood");
            shared.metrics.refused("webhook");
            return plain(StatusCode::BAD_REQUEST, error.to_string());
        }
    };
    let taken = Taken {
        delivery,
        key: None,
    };
    take_in(&shared, taken, Via::Alertmanager, HOOK_TIMEOUT).await
}

/// A hook of the configuration. Answered with 200 only when everything in it is durable.
async fn hook(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let Some(hook) = shared.open_hooks.find(&name) else {
        let why = "There is no hook of that name here. Hooks are named in the server's \
                   configuration, as [hooks.NAME].";
        return plain(StatusCode::NOT_FOUND, why);
    };
    if hook.verifier.is_none()
        && let Some(refused) = no_ingest(&shared, &request)
    {
        return refused;
    }
    let headers = request.headers().clone();
    let head = |name: &str| headers.get(name)?.to_str().ok();
    let place = hook
        .glance(&head)
        .and_then(|()| shared.open_hooks.place(&hook));
    let place = match place {
        Ok(place) => place,
        Err(turned) => return turn(&shared, &name, turned),
    };
    let within = match place {
        Some(_) => shared.pace.unproven,
        None => shared.pace.body,
    };
    let shorter = "Have fewer alerts sent at once.";
    let body = match body(request, within, shorter).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let taken = match hook.take(&head, &body, shared.clock.now()) {
        Ok(taken) => taken,
        Err(turned) => return turn(&shared, &name, turned),
    };
    drop((place, body));
    if taken.delivery.alerts.is_empty() {
        let what = taken.delivery.passed_over.as_deref();
        let what = what.unwrap_or("a message without alerts");
        tracing::info!(hook = name, what, "webhook passed over");
        return plain(StatusCode::OK, format!("Nothing is done for this: {what}."));
    }
    let via = Via::from(name);
    take_in(&shared, taken, via, hook.hook.kind.patience).await
}

/// Turns a request to a hook away.
fn turn(shared: &Shared, hook: &str, turned: Turned) -> Response {
    tracing::warn!(hook, reason = turned.why, "webhook refused");
    shared.metrics.refused(turned.counted);
    match StatusCode::from_u16(turned.status) {
        Ok(StatusCode::SERVICE_UNAVAILABLE) | Err(_) => later(&turned.why),
        Ok(status) => plain(status, turned.why),
    }
}

async fn take_in(shared: &Shared, taken: Taken, via: Via, within: Duration) -> Response {
    let (reply, answer) = oneshot::channel();
    let job = HookJob {
        delivery: taken.delivery,
        key: taken.key,
        via,
        reply,
    };
    match shared.hooks.try_send(job) {
        Ok(()) => {}
        Err(mpsc::error::TrySendError::Full(_)) => {
            shared.metrics.refused("busy");
            return later("Too many webhooks wait. Send it again.");
        }
        Err(mpsc::error::TrySendError::Closed(_)) => return later("The server is going away."),
    }
    match tokio::time::timeout(within, answer).await {
        Ok(Ok(Ok(Handed::In))) => plain(StatusCode::OK, "Taken down."),
        Ok(Ok(Ok(Handed::Again))) => plain(
            StatusCode::OK,
            "This was taken down before; nothing was changed.",
        ),
        Ok(Ok(Err(refusal))) => later(&refusal.to_string()),
        Ok(Err(_)) | Err(_) => later("It is not certain that this was taken down. Send it again."),
    }
}

async fn healthz() -> Response {
    plain(StatusCode::OK, "alive")
}

async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    if shared.stopping.is_cancelled() {
        return later("The server is going away.");
    }
    if shared.health.is_failing() && !shared.probe().await {
        return later("The journal cannot be written. Reading goes on.");
    }
    plain(StatusCode::OK, "ready")
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let queued = |sender: (usize, usize)| sender.0 - sender.1;
    let (hall, hooks) = (&shared.hall, &shared.hooks);
    let depth = queued((hall.max_capacity(), hall.capacity()));
    shared.metrics.queue("hall", depth);
    let depth = queued((hooks.max_capacity(), hooks.capacity()));
    shared.metrics.queue("hooks", depth);
    shared.metrics.queue("rooms", shared.rooms.waiting());
    let appends = usize::try_from(shared.journal.stats().queued);
    shared
        .metrics
        .queue("journal", appends.unwrap_or(usize::MAX));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match shared.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(_) => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The figures could not be written.",
        ),
    }
}

/// The answer to a control request without the server's secret.
fn no_control(shared: &Shared, request: &Request, uri: &Uri) -> Option<Response> {
    let words = bearer(request.headers()).unwrap_or_default();
    if super::access::same(words, &shared.secret) {
        return None;
    }
    tracing::warn!(path = uri.path(), "control refused");
    shared.metrics.refused("control");
    let why = "This wants the secret in the server's data directory (server.json).";
    Some(plain(StatusCode::UNAUTHORIZED, why))
}

async fn status(State(shared): State<Arc<Shared>>, uri: Uri, request: Request) -> Response {
    if let Some(refused) = no_control(&shared, &request, &uri) {
        return refused;
    }
    let status = control::Status {
        sessions: shared.sessions.count(),
        incidents: shared.rooms.last(),
        open: shared.board.open(),
        journal_writable: !shared.health.is_failing(),
    };
    axum::Json(status).into_response()
}

async fn reload(State(shared): State<Arc<Shared>>, uri: Uri, request: Request) -> Response {
    if let Some(refused) = no_control(&shared, &request, &uri) {
        return refused;
    }
    match shared.tokens.refresh() {
        Ok(_) => {
            let ended = shared
                .sessions
                .end_revoked(|grant| shared.tokens.standing(grant));
            tracing::info!(ended, "tokens read again");
            plain(StatusCode::OK, format!("{ended} sessions ended."))
        }
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

async fn stop(State(shared): State<Arc<Shared>>, uri: Uri, request: Request) -> Response {
    if let Some(refused) = no_control(&shared, &request, &uri) {
        return refused;
    }
    tracing::info!("told to stop");
    shared.stopping.cancel();
    plain(StatusCode::OK, "Stopping.")
}
