//! The client with its driver: against the real server, and against one that misbehaves.

use super::support::server::House;
use futures_util::{SinkExt, StreamExt};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;
use warroom::client::link::{LinkHandle, LinkOptions, start};
use warroom::client::{Client, Effect, Happening, Link, Options, Room};
use warroom::clock::{Clock, SystemClock};
use warroom::incident::{
    CommandId, EntryKind, IncidentId, Intent, Kind, NewNote, Person, RefusalCode, Via,
};
use warroom::protocol::VERSION;

/// Long enough for a loaded machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Console {
    pub(crate) client: Client,
    pub(crate) link: LinkHandle,
    pub(crate) told: Vec<Happening>,
}

impl Console {
    pub(crate) fn open(url: &str, name: &str, outbox: Option<&Path>) -> Self {
        let mut options = LinkOptions::new(url);
        options.outbox_dir = outbox.map(Path::to_owned);
        Self::with(options, name)
    }

    fn with(mut options: LinkOptions, name: &str) -> Self {
        let name: Person = name.parse().unwrap();
        options.name = Some(name.clone());
        Self {
            client: Client::new(Options {
                watch: false,
                name: Some(name),
                via: Via::Console,
                program: "test".to_owned(),
                waits_for_the_journal: true,
            }),
            link: start(options),
            told: Vec::new(),
        }
    }

    async fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Tell(happening) => self.told.push(happening),
                effect => self.link.effects.send(effect).await.unwrap(),
            }
        }
    }

    pub(crate) async fn until(&mut self, what: &str, mut is: impl FnMut(&Self) -> bool) {
        while !is(self) {
            let input = tokio::time::timeout(PATIENCE, self.link.inputs.recv()).await;
            let state = || {
                format!(
                    "waited for: {what}; {:?}; told {:?}",
                    self.client.link(),
                    self.told
                )
            };
            let input = input.ok().flatten().ok_or_else(state).unwrap();
            let effects = self.client.handle(SystemClock.now(), input);
            self.run(effects).await;
        }
    }

    pub(crate) async fn submit(
        &mut self,
        incident: Option<IncidentId>,
        intent: Intent,
    ) -> CommandId {
        let id = CommandId(Uuid::now_v7());
        let effects = self.client.submit(id, SystemClock.now(), incident, intent);
        self.run(effects.unwrap()).await;
        id
    }

    pub(crate) async fn join(&mut self, incident: IncidentId) {
        let effects = self.client.join(incident);
        self.run(effects).await;
        let here = |c: &Self| c.client.room(incident).is_some_and(Room::is_current);
        self.until("joined", here).await;
    }

    pub(crate) async fn declare(&mut self) -> IncidentId {
        let intent = Intent::Declare {
            title: Some("Checkout 500s".into()),
            severity: None,
            service: None,
            started_at: None,
            kind: Kind::Real,
        };
        self.submit(None, intent).await;
        self.until("declared", |c| c.client.queued() == 0).await;
        let found = self.told.iter().find_map(|happening| match happening {
            Happening::Done { incident, .. } => Some(*incident),
            _ => None,
        });
        found.unwrap()
    }
}

pub(crate) fn note(text: &str) -> Intent {
    Intent::Note(NewNote::plain(text))
}

pub(crate) fn texts(console: &Console, incident: IncidentId) -> Vec<String> {
    let lines = console.client.room(incident).unwrap().timeline().lines();
    let notes = lines.iter().filter(|l| l.entry.kind == EntryKind::Note);
    notes.map(|line| line.entry.text.to_string()).collect()
}

#[tokio::test]
async fn what_one_console_writes_is_on_the_others_screen() {
    let house = House::open().await;
    let url = format!("ws://{}", house.address);
    let outbox = tempfile::tempdir().unwrap();
    let mut lee = Console::open(&url, "lee", Some(outbox.path()));
    let mut bo = Console::open(&url, "bo", None);
    let id = lee.declare().await;
    lee.join(id).await;
    bo.join(id).await;
    lee.submit(Some(id), note("pods restart")).await;
    assert_eq!(texts(&lee, id), ["pods restart"], "shown at once");
    assert_eq!(lee.client.queued(), 1);
    lee.until("lee is told", |c| c.client.queued() == 0).await;
    bo.until("bo sees it", |c| texts(c, id) == ["pods restart"])
        .await;
    let (lee_room, bo_room) = (lee.client.room(id).unwrap(), bo.client.room(id).unwrap());
    assert_eq!(lee_room.confirmed(), bo_room.confirmed());
    let refused = lee.client.submit(
        CommandId(Uuid::now_v7()),
        SystemClock.now(),
        Some(id),
        Intent::Reopen {
            reason: "why".into(),
        },
    );
    assert_eq!(refused.unwrap_err().code, RefusalCode::NoChange);
    lee.link.close().await;
    let left: Vec<_> = std::fs::read_dir(outbox.path()).unwrap().collect();
    assert!(left.is_empty(), "an empty outbox leaves no file: {left:?}");
}

#[tokio::test]
async fn lines_queued_while_the_server_is_away_survive_the_console_and_are_sent_once() {
    let house = House::open().await;
    let (address, ledger) = (house.address, house.ledger.clone());
    let url = format!("ws://{address}");
    let outbox = tempfile::tempdir().unwrap();
    let mut lee = Console::open(&url, "lee", Some(outbox.path()));
    let id = lee.declare().await;
    lee.join(id).await;
    house.shutdown.cancel();
    house.server.ended().await;
    lee.until("stale", |c| matches!(c.client.link(), Link::Stale { .. }))
        .await;
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(lee.submit(Some(id), note(&format!("line {n}"))).await);
    }
    assert_eq!(lee.client.queued(), 20);
    // The console ends without a word; the driver writes what it was handed.
    lee.link.close().await;

    let mut next = Console::open(&url, "lee", Some(outbox.path()));
    next.until("restored", |c| c.client.queued() == 20).await;
    let house = House::on(ledger, |options| options.listen = address).await;
    next.link.retry_now();
    next.until("sent", |c| {
        c.client.link().is_live() && c.client.queued() == 0
    })
    .await;
    next.join(id).await;
    let expected: Vec<String> = (0..20).map(|n| format!("line {n}")).collect();
    assert_eq!(texts(&next, id), expected);
    for command in ids {
        let done =
            |h: &&Happening| matches!(h, Happening::Done { command: c, .. } if *c == command);
        assert_eq!(next.told.iter().filter(done).count(), 1);
    }
    next.link.close().await;
    house.shutdown.cancel();
}

#[tokio::test]
async fn an_answer_in_the_place_of_a_session_is_told_in_clear_words() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let mut console = Console::open(&url, "lee", None);
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut head = [0; 4096];
    let read = socket.read(&mut head).await.unwrap();
    assert!(head[..read].starts_with(b"GET /ws HTTP/1.1"));
    let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    socket.write_all(answer).await.unwrap();
    let ended = |c: &Console| matches!(c.told.last(), Some(Happening::Ended { retry: false, .. }));
    console.until("ended", ended).await;
    let Link::Connecting { why, retry_at, .. } = console.client.link() else {
        panic!("{:?}", console.client.link());
    };
    assert!(why.as_ref().unwrap().contains("token"), "{why:?}");
    assert_eq!(*retry_at, None);
    // Asked to, it tries again.
    console.link.retry_now();
    tokio::time::timeout(PATIENCE, listener.accept())
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_frame_of_a_later_version_is_passed_over_and_a_broken_one_ends_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let mut console = Console::open(&url, "lee", None);
    let server = tokio::spawn(async move {
        let mut hellos = 0;
        for _ in 0..2 {
            let (socket, _) = listener.accept().await.unwrap();
            let mut socket = tokio_tungstenite::accept_async(socket).await.unwrap();
            let hello = socket.next().await.unwrap().unwrap().into_text().unwrap();
            hellos += usize::from(hello.contains(r#""type":"hello""#));
            for text in [
                r#"{"type":"weather","fine":true}"#,
                r#"{"type":"notice","level":"info","text":"Still here."}"#,
                r#"{"type":"event","event":{"seq":"no"}}"#,
            ] {
                socket.send(Message::text(text)).await.unwrap();
            }
            while let Some(Ok(_)) = socket.next().await {}
        }
        hellos
    });
    let notices = |c: &Console| {
        let texts = c.told.iter().filter_map(|happening| match happening {
            Happening::Notice { text, .. } => Some(text.clone()),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    console
        .until("both connections", |c| notices(c).len() >= 4)
        .await;
    let told = notices(&console);
    assert_eq!((&*told[0], &*told[2]), ("Still here.", "Still here."));
    assert!(told[1].contains("does not understand"), "{told:?}");
    console.link.close().await;
    assert_eq!(server.await.unwrap(), 2);
}

/// A console that asks after 100 ms of silence and gives up after `give_up`, and the server's end of
/// its connection, greeted, to be played byte by byte.
async fn greeted(give_up: Duration) -> (Console, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = LinkOptions::new(format!("ws://{}", listener.local_addr().unwrap()));
    options.ask_after = Duration::from_millis(100);
    options.give_up_after = give_up;
    let mut console = Console::with(options, "lee");
    let (socket, _) = listener.accept().await.unwrap();
    let mut socket = tokio_tungstenite::accept_async(socket).await.unwrap();
    socket.next().await.unwrap().unwrap();
    let welcome = serde_json::json!({"type": "welcome", "protocol": VERSION, "server": "played",
        "now": SystemClock.now(), "you": "lee", "level": "responder", "access": "loopback", "board": []});
    socket
        .send(Message::text(welcome.to_string()))
        .await
        .unwrap();
    console
        .until("live", |console| console.client.link().is_live())
        .await;
    (console, socket.into_inner())
}

#[tokio::test]
async fn a_line_that_went_silent_is_asked_and_then_given_up() {
    let give_up = Duration::from_millis(600);
    let (mut console, mut socket) = greeted(give_up).await;
    let silent_from = SystemClock.now();
    console
        .until("stale", |console| !console.client.link().is_live())
        .await;
    let Link::Stale { since, why, .. } = console.client.link() else {
        panic!("{:?}", console.client.link());
    };
    assert!(*since <= silent_from, "as old as the last word");
    assert!(why.contains("Nothing was heard"), "{why}");
    let mut said = Vec::new();
    socket.read_to_end(&mut said).await.unwrap();
    let pings = said.windows(2).filter(|head| *head == [0x89, 0x80]).count();
    assert!((1..=6).contains(&pings), "{pings} pings in {said:?}");
}

#[tokio::test]
async fn a_long_frame_over_a_thin_line_is_no_silence() {
    let give_up = Duration::from_millis(600);
    let (mut console, mut socket) = greeted(give_up).await;
    let words = "Checkout is slow. ".repeat(100);
    let notice = format!(r#"{{"type":"notice","level":"info","text":"{words}"}}"#);
    let length = u16::try_from(notice.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 126], &length[..], notice.as_bytes()].concat();
    let came = |c: &Console| {
        let mut told = c.told.iter();
        told.any(
            |told| matches!(told, Happening::Notice { text, .. } if text.starts_with("Checkout")),
        )
    };
    let playing = async {
        // Three times as long as would be given up, a piece each 60 ms.
        for piece in frame.chunks(frame.len() / 29) {
            tokio::time::sleep(give_up / 10).await;
            socket.write_all(piece).await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    let waiting = console.until("the frame, or the end", |c| {
        came(c) || !c.client.link().is_live()
    });
    tokio::select! {
        () = playing => {}
        () = waiting => {}
    }
    assert!(came(&console), "{:?}", console.client.link());
}
