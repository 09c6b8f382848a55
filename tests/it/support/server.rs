//! A real server on a free port, and clients that speak the wire by hand.

use super::ledger::Ledger;
use futures_util::{SinkExt, StreamExt};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use warroom::clock::SystemClock;
use warroom::incident::*;
use warroom::protocol::*;
use warroom::server::{Options, Server, StartError, start};

/// Long enough for a loaded machine; only a failing test waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct House {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) data: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) server: Server,
}

pub(crate) fn options(data: &std::path::Path, ledger: &Arc<Ledger>) -> Options {
    let mut options = Options::new(data.to_owned(), Arc::new(SystemClock), ledger.clone());
    options.listen = "127.0.0.1:0".parse().unwrap();
    options
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::on(Ledger::new(), change).await
    }

    pub(crate) async fn on(ledger: Arc<Ledger>, change: impl FnOnce(&mut Options)) -> Self {
        Self::try_on(ledger, change).await.unwrap()
    }

    pub(crate) async fn try_with(change: impl FnOnce(&mut Options)) -> Result<Self, StartError> {
        Self::try_on(Ledger::new(), change).await
    }

    async fn try_on(
        ledger: Arc<Ledger>,
        change: impl FnOnce(&mut Options),
    ) -> Result<Self, StartError> {
        let data = tempfile::tempdir().unwrap();
        let mut options = options(data.path(), &ledger);
        change(&mut options);
        let shutdown = CancellationToken::new();
        let server = start(options, shutdown.clone()).await?;
        Ok(Self {
            ledger,
            data,
            address: server.local_addr,
            shutdown,
            server,
        })
    }

    pub(crate) async fn client(&self, name: &str) -> Wire {
        let mut wire = Wire::connect(self.address, None).await;
        wire.hello(name, false).await;
        wire
    }

    pub(crate) async fn http(&self, head: &str, body: &[u8]) -> (u16, String) {
        http(self.address, head, body).await
    }

    pub(crate) async fn hook(&self, body: &[u8]) -> (u16, String) {
        self.http("POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost", body)
            .await
    }
}

pub(crate) async fn http(address: SocketAddr, head: &str, body: &[u8]) -> (u16, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!("{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    // The server may answer before it has read a body that is too large.
    let _ = socket.write_all(body).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok());
    (status.unwrap_or(0), answer)
}

pub(crate) struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every text received, as it came.
    pub(crate) heard: Vec<String>,
}

impl Wire {
    pub(crate) fn of(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        let heard = Vec::new();
        Self { socket, heard }
    }

    pub(crate) async fn connect(address: SocketAddr, token: Option<&str>) -> Self {
        let connected = Self::try_connect(address, token).await;
        connected.expect("a connection")
    }

    /// Connects, if the server is there and takes one more.
    pub(crate) async fn try_connect(address: SocketAddr, token: Option<&str>) -> Option<Self> {
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        if let Some(token) = token {
            let bearer = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", bearer);
        }
        let (socket, _) = connect_async(request).await.ok()?;
        Some(Self::of(socket))
    }

    pub(crate) async fn hello(&mut self, name: &str, watch: bool) -> ServerFrame {
        self.send(&ClientFrame::Hello {
            protocol: VERSION,
            client: "test".to_owned(),
            name: Some(name.parse().unwrap()),
            watch,
            via: Some("cli".to_owned()),
        })
        .await;
        self.until(|frame| matches!(frame, ServerFrame::Welcome { .. } | ServerFrame::Bye { .. }))
            .await
    }

    pub(crate) async fn send(&mut self, frame: &ClientFrame) {
        self.say(&encode(frame)).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.try_say(Message::text(text)).await.unwrap();
    }

    /// Sends; says whether the connection still took it.
    pub(crate) async fn try_send(&mut self, frame: &ClientFrame) -> bool {
        let sent = self.try_say(Message::text(encode(frame))).await;
        sent.is_ok()
    }

    pub(crate) async fn try_say(
        &mut self,
        message: Message,
    ) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        self.socket.send(message).await
    }

    /// The next message, whatever it is; `None` at the end.
    pub(crate) async fn message(&mut self) -> Option<Message> {
        let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
        message.expect("a message in time")?.ok()
    }

    /// The next frame; `None` at the end. A server that only pings has none.
    pub(crate) async fn next(&mut self) -> Option<ServerFrame> {
        let text = async {
            loop {
                if let Message::Text(text) = self.socket.next().await?.ok()? {
                    return Some(text.to_string());
                }
            }
        };
        let text = tokio::time::timeout(PATIENCE, text).await;
        let text = text.expect("a frame in time")?;
        self.heard.push(text.clone());
        Some(decode_server(&text).unwrap())
    }

    pub(crate) async fn until(&mut self, wanted: impl Fn(&ServerFrame) -> bool) -> ServerFrame {
        loop {
            let frame = self.next().await.expect("the frame before the end");
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Why the server ends the connection, and whether to come back.
    pub(crate) async fn bye(&mut self) -> (Refusal, bool) {
        match self.until(|f| matches!(f, ServerFrame::Bye { .. })).await {
            ServerFrame::Bye { refusal, retry } => (refusal, retry),
            _ => unreachable!(),
        }
    }

    pub(crate) async fn submit(
        &mut self,
        incident: Option<u64>,
        command: &Command,
    ) -> Result<(u64, u64, u64), Refusal> {
        let id = command.id;
        self.send(&submit(incident, command)).await;
        let answer = self
            .until(|frame| match frame {
                ServerFrame::Done { command, .. } | ServerFrame::Refused { command, .. } => {
                    *command == id
                }
                _ => false,
            })
            .await;
        match answer {
            ServerFrame::Done {
                incident,
                first,
                last,
                ..
            } => Ok((incident.0, first.0, last.0)),
            ServerFrame::Refused { refusal, .. } => Err(refusal),
            _ => unreachable!(),
        }
    }

    pub(crate) async fn declare(&mut self, title: &str) -> u64 {
        let declared = self.submit(None, &command(declare(title))).await;
        declared.unwrap().0
    }

    pub(crate) async fn join(
        &mut self,
        incident: u64,
        have: u64,
    ) -> (Option<Incident>, usize, u64) {
        self.send(&ClientFrame::Join {
            incident: IncidentId(incident),
            have: Seq(have),
            fold: FOLD_VERSION,
        })
        .await;
        let joined = self
            .until(|f| matches!(f, ServerFrame::Joined { .. }))
            .await;
        let ServerFrame::Joined {
            checkpoint,
            events,
            head,
            ..
        } = joined
        else {
            unreachable!()
        };
        (checkpoint.map(|c| c.incident), events.len(), head.0)
    }

    /// The text of the next event.
    pub(crate) async fn event(&mut self) -> String {
        match self.until(|f| matches!(f, ServerFrame::Event { .. })).await {
            ServerFrame::Event { event } => event.get().to_owned(),
            _ => unreachable!(),
        }
    }
}

pub(crate) fn command(intent: Intent) -> Command {
    Command {
        id: CommandId(uuid::Uuid::now_v7()),
        written_at: warroom::clock::Clock::now(&SystemClock),
        intent,
    }
}

/// The frame that submits it for the first time.
pub(crate) fn submit(incident: Option<u64>, command: &Command) -> ClientFrame {
    ClientFrame::Submit {
        incident: incident.map(IncidentId),
        command: command.clone(),
        round: 0,
    }
}

pub(crate) fn declare(title: &str) -> Intent {
    Intent::Declare {
        title: Some(title.into()),
        severity: None,
        service: None,
        started_at: None,
        kind: Kind::Real,
    }
}

pub(crate) fn note(text: &str) -> Command {
    command(Intent::Note(NewNote::plain(text)))
}
