//! Making the connection: address, TLS, upgrade, and clear words for every way it fails.

use super::link::LinkOptions;
use crate::protocol::limits::SERVER_FRAME_BYTES;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, http};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};
use tokio_util::io::InspectReader;

/// How long a connection may take to be made: a far server behind a slow name service.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What is read from the socket at once: the library's own 128 KiB would be most of a console.
const READ_BUFFER_BYTES: usize = 16 * 1024;
/// The longest text of a server's refusal that is passed on, in characters.
const REASON_CHARS: usize = 300;

type Heard = InspectReader<TcpStream, Box<dyn FnMut(&[u8]) + Send>>;

pub(super) type Socket = WebSocketStream<MaybeTlsStream<Heard>>;

/// When bytes came last over a connection: of a frame that is not whole as well, for a long one takes
/// minutes over a thin line.
#[derive(Debug, Clone)]
pub(super) struct LastHeard(Arc<Mutex<Instant>>);

impl LastHeard {
    fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn at(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Why there is no connection: one text for the user.
#[derive(Debug)]
pub(super) struct DialError {
    pub(super) why: String,
    /// Trying again does not help.
    pub(super) fatal: bool,
}

impl DialError {
    fn passing(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            fatal: false,
        }
    }

    fn fatal(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            fatal: true,
        }
    }
}

/// Connects and upgrades.
pub(super) async fn dial(options: &LinkOptions) -> Result<(Socket, LastHeard), DialError> {
    let request = request(options)?;
    let tls = request.uri().scheme_str() == Some("wss");
    let connector = if tls {
        Connector::Rustls(tls_config(options).await?)
    } else {
        Connector::Plain
    };
    let made = tokio::time::timeout(CONNECT_TIMEOUT, connect(request, connector));
    made.await.unwrap_or_else(|_| {
        let seconds = CONNECT_TIMEOUT.as_secs();
        Err(DialError::passing(format!(
            "The server did not answer within {seconds} seconds."
        )))
    })
}

async fn connect(request: Request, connector: Connector) -> Result<(Socket, LastHeard), DialError> {
    let (host, port) = target(request.uri())?;
    let stream = TcpStream::connect((host.as_str(), port));
    let stream = stream.await.map_err(|error| {
        DialError::passing(format!(
            "{host}:{port} cannot be reached: {}.",
            said(&error)
        ))
    })?;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::warn!(%error, "small frames may be held back on this connection");
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(Some(SERVER_FRAME_BYTES))
        .max_frame_size(Some(SERVER_FRAME_BYTES));
    let heard = LastHeard::now();
    let ear = heard.clone();
    let stream: Heard = InspectReader::new(stream, Box::new(move |_| ear.set()));
    client_async_tls_with_config(request, stream, Some(config), Some(connector))
        .await
        .map(|(socket, _)| (socket, heard))
        .map_err(explain)
}

/// The system's reason in words for people, without its number.
fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "no server listens there".to_owned(),
        io::ErrorKind::TimedOut => "it does not answer".to_owned(),
        io::ErrorKind::HostUnreachable => "there is no way to that machine".to_owned(),
        io::ErrorKind::NetworkUnreachable => "there is no way to that network".to_owned(),
        _ => error.to_string(),
    }
}

fn request(options: &LinkOptions) -> Result<Request, DialError> {
    let wrong = |what: &str| {
        DialError::fatal(format!(
            "'{}' is not a server's address: {what}. Write it as ws://HOST:PORT or wss://HOST:PORT.",
            options.url
        ))
    };
    let uri: Uri =
        (options.url.parse()).map_err(|error: http::uri::InvalidUri| wrong(&error.to_string()))?;
    if !matches!(uri.scheme_str(), Some("ws" | "wss")) {
        return Err(wrong("it does not begin with ws:// or wss://"));
    }
    let has_port = uri.authority().is_some_and(|authority| {
        authority
            .as_str()
            .rsplit_once(uri.host().unwrap_or_default())
            .is_some_and(|(_, rest)| !rest.is_empty())
    });
    if has_port && uri.port_u16().is_none() {
        return Err(wrong("its port is not one"));
    }
    let mut parts = uri.into_parts();
    let path = parts.path_and_query.as_ref().map_or("", |p| p.path());
    if matches!(path, "" | "/") {
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/ws"));
    }
    let uri = Uri::from_parts(parts).map_err(|error| wrong(&error.to_string()))?;
    let made = uri.into_client_request();
    let mut request = made.map_err(|error| wrong(&error.to_string()))?;
    if let Some(token) = &options.token {
        let value = HeaderValue::try_from(format!("Bearer {}", token.trim()));
        let mut value = value.map_err(|_| {
            DialError::fatal("The token has characters that no token has. Copy it again, whole.")
        })?;
        value.set_sensitive(true);
        request
            .headers_mut()
            .insert(http::header::AUTHORIZATION, value);
    }
    Ok(request)
}

fn target(uri: &Uri) -> Result<(String, u16), DialError> {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err(DialError::fatal("The server's address names no host."));
    }
    let default = if uri.scheme_str() == Some("wss") {
        443
    } else {
        80
    };
    Ok((host.to_owned(), uri.port_u16().unwrap_or(default)))
}

/// This machine's certificate authorities, and those of the file.
async fn tls_config(options: &LinkOptions) -> Result<Arc<ClientConfig>, DialError> {
    let file = options.ca_file.clone();
    let roots = tokio::task::spawn_blocking(move || {
        let mut roots = RootCertStore::empty();
        // One that cannot be read is one authority less; the handshake says so where it matters.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let Some(file) = file else {
            return Ok(roots);
        };
        let read = |error: String| {
            DialError::fatal(format!(
                "The certificate file {} cannot be used ({error}). Name a PEM file.",
                file.display()
            ))
        };
        let certs = CertificateDer::pem_file_iter(&file).map_err(|e| read(e.to_string()))?;
        let mut count = 0;
        for cert in certs {
            let cert = cert.map_err(|e| read(e.to_string()))?;
            roots.add(cert).map_err(|e| read(e.to_string()))?;
            count += 1;
        }
        if count == 0 {
            return Err(read("it holds no certificate".to_owned()));
        }
        Ok(roots)
    });
    let roots = (roots.await)
        .map_err(|error| DialError::passing(format!("Certificates cannot be read ({error}).")))??;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder =
        builder.map_err(|error| DialError::fatal(format!("TLS cannot be used ({error}).")))?;
    Ok(Arc::new(
        builder.with_root_certificates(roots).with_no_client_auth(),
    ))
}

fn explain(error: tungstenite::Error) -> DialError {
    match error {
        tungstenite::Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            answer(response.status(), &String::from_utf8_lossy(body))
        }
        tungstenite::Error::Tls(error) => DialError::passing(format!(
            "The server's TLS certificate is not accepted ({error}). If it is of your own \
             authority, name that authority's file."
        )),
        other => DialError::passing(format!("The server does not speak with us ({other}).")),
    }
}

/// What an HTTP answer in the place of an upgrade means.
fn answer(status: StatusCode, body: &str) -> DialError {
    let said: String = body.trim().chars().take(REASON_CHARS).collect();
    let said = if said.is_empty() {
        said
    } else {
        format!(" It says: {said}")
    };
    match status {
        StatusCode::UNAUTHORIZED => DialError::fatal(format!(
            "The server does not take this token: it is missing, wrong or revoked. Ask an admin \
             for a new one.{said}"
        )),
        StatusCode::FORBIDDEN => DialError::fatal(format!(
            "The server does not let this client in. Ask an admin which level and address are \
             needed.{said}"
        )),
        StatusCode::UPGRADE_REQUIRED => DialError::fatal(format!(
            "The server speaks another version. Upgrade the older side.{said}"
        )),
        StatusCode::SERVICE_UNAVAILABLE => {
            DialError::passing(format!("The server is full or shutting down.{said}"))
        }
        status => DialError::passing(format!(
            "The server answered {status} and does not open a session; it may be something else \
             than warroom.{said}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed_or_refused_in_clear_words() {
        let uri = |url: &str| request(&LinkOptions::new(url)).map(|r| r.uri().to_string());
        assert_eq!(uri("ws://h:7911").unwrap(), "ws://h:7911/ws");
        assert_eq!(uri("wss://h/").unwrap(), "wss://h/ws");
        assert_eq!(uri("ws://h:1/room/ws").unwrap(), "ws://h:1/room/ws");
        for url in ["http://h", "h:7911", "", "ws://", "ws://h:99999"] {
            let error = uri(url).unwrap_err();
            assert!(error.fatal && error.why.ends_with('.'), "{url}: {error:?}");
        }
        let v6 = target(&"ws://[::1]:7911/ws".parse().unwrap()).unwrap();
        assert_eq!(v6, ("::1".to_owned(), 7911));
    }

    #[test]
    fn only_what_no_retry_mends_is_fatal() {
        for (status, fatal) in [
            (401, true),
            (403, true),
            (426, true),
            (503, false),
            (404, false),
        ] {
            let error = answer(StatusCode::from_u16(status).unwrap(), "why");
            assert_eq!(error.fatal, fatal, "{status}");
            assert!(error.why.ends_with("It says: why"), "{}", error.why);
        }
    }
}
