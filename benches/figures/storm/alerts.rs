//! The storm: ten thousand alerts, handed in as Alertmanager hands them in, and the Alertmanager
//! that is asked for them meanwhile.

use crate::samples::{until, yields};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use warroom::clock::{Clock, SystemClock};

/// Alerts of the storm.
pub const ALERTS: usize = 10_000;
/// How long they take to come.
pub const TAKES: Duration = Duration::from_secs(10);
/// Pairs of an alert's name and a service: as many incidents.
pub const PAIRS: usize = 200;
/// Alerts in one webhook, in turn.
const SIZES: [usize; 5] = [20, 20, 100, 20, 20];
/// Every so many webhooks one is about the first pair: there is always one that is the loudest.
const LOUDEST: usize = 25;
/// Webhooks under way at once: Alertmanager waits for none before it sends another group.
const SENDERS: usize = 16;

/// Some alerts of one pair, which come in one webhook.
pub struct Group {
    pair: usize,
    first: usize,
    count: usize,
}

/// The webhooks of the storm.
pub fn groups() -> Vec<Group> {
    let (mut groups, mut first) = (Vec::new(), 0);
    let mut quieter = (1..PAIRS).cycle();
    for (n, size) in SIZES.into_iter().cycle().enumerate() {
        let count = size.min(ALERTS - first);
        if count == 0 {
            break;
        }
        let loudest = n % LOUDEST == 0;
        let pair = if loudest { 0 } else { quieter.next().unwrap() };
        groups.push(Group { pair, first, count });
        first += count;
    }
    groups
}

impl Group {
    /// One alert of the loudest pair, before the storm.
    pub fn first_sign() -> Self {
        Self {
            pair: 0,
            first: ALERTS,
            count: 1,
        }
    }

    fn name(&self) -> String {
        format!("HighErrorRate{}", self.pair / 10)
    }

    fn service(&self) -> String {
        format!("service-{}", self.pair % 10)
    }

    /// The members that webhook and list have in common, alert by alert.
    fn alerts(&self) -> impl Iterator<Item = String> {
        let (name, service) = (self.name(), self.service());
        let at = SystemClock.now().to_rfc3339();
        (self.first..self.first + self.count).map(move |n| {
            format!(
                r#""labels":{{"alertname":"{name}","service":"{service}","severity":"critical","cluster":"eu-west-1","namespace":"{service}","pod":"{service}-7d9f-{n}","instance":"10.0.{}.{}:9102","job":"kubernetes-pods"}},"annotations":{{"summary":"{service}-7d9f-{n} fails 12 % of its requests","description":"The error ratio of the last five minutes is over the objective of this service.","runbook_url":"https://runbooks.example/{name}"}},"startsAt":"{at}","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example/graph?g0.expr=errors","fingerprint":"{n:016x}""#,
                n / 250,
                n % 250
            )
        })
    }

    fn webhook(&self) -> String {
        let alerts = self.alerts();
        let alerts: Vec<String> = alerts
            .map(|alert| format!(r#"{{"status":"firing",{alert}}}"#))
            .collect();
        let (name, service) = (self.name(), self.service());
        format!(
            r#"{{"version":"4","groupKey":"{{}}:{{alertname=\"{name}\",service=\"{service}\"}}","truncatedAlerts":0,"status":"firing","receiver":"warroom","groupLabels":{{"alertname":"{name}","service":"{service}"}},"commonLabels":{{"alertname":"{name}","service":"{service}"}},"commonAnnotations":{{}},"externalURL":"http://alertmanager.example","alerts":[{}]}}"#,
            alerts.join(",")
        )
    }
}

/// Hands a group in, again where the server asks for that, until it is taken.
pub fn post(server: SocketAddr, group: &Group) {
    let body = group.webhook();
    let request = format!(
        "POST /hooks/alertmanager HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    loop {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        if answer.starts_with("HTTP/1.1 200") {
            return;
        }
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
}

/// How a storm went.
pub struct Went {
    /// When the last group was handed in.
    pub sent: Instant,
    /// When the last group was taken.
    pub taken: Instant,
    /// How long a group took at the most from when it was due.
    pub longest: Duration,
}

/// Hands all groups in, each when it is due, and returns when the last was taken.
pub fn storm(server: SocketAddr, monitor: &Monitor) -> Went {
    let groups = groups();
    let (began, next) = (Instant::now(), AtomicUsize::new(0));
    let went = Mutex::new((began, Duration::ZERO));
    let send = || {
        yields();
        while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            let due = began + TAKES.mul_f64(group.first as f64 / ALERTS as f64);
            until(due);
            monitor.has(group);
            let sent = Instant::now();
            post(server, group);
            let mut went = went.lock().unwrap();
            went.0 = went.0.max(sent);
            went.1 = went.1.max(due.elapsed());
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(send);
        }
    });
    let (sent, longest) = went.into_inner().unwrap();
    Went {
        sent,
        taken: Instant::now(),
        longest,
    }
}

/// An Alertmanager that is asked for the alerts that it has.
pub struct Monitor {
    pub address: SocketAddr,
    list: Arc<Mutex<String>>,
}

impl Monitor {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let list: Arc<Mutex<String>> = Arc::default();
        let held = list.clone();
        std::thread::spawn(move || {
            yields();
            for stream in listener.incoming() {
                answer(stream.unwrap(), &held);
            }
        });
        Self { address, list }
    }

    /// It has these alerts too from now on.
    fn has(&self, group: &Group) {
        let mut list = self.list.lock().unwrap();
        for alert in group.alerts() {
            let comma = if list.is_empty() { "" } else { "," };
            list.push_str(&format!(
                r#"{comma}{{{alert},"updatedAt":"2026-01-01T00:00:00Z","receivers":[{{"name":"warroom"}}],"status":{{"state":"active","silencedBy":[],"inhibitedBy":[]}}}}"#
            ));
        }
    }
}

fn answer(mut stream: TcpStream, list: &Mutex<String>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let asked = lines.next().unwrap().unwrap();
    for line in lines {
        if line.unwrap().is_empty() {
            break;
        }
    }
    let body = if asked.contains("/api/v2/alerts") {
        format!("[{}]", list.lock().unwrap())
    } else {
        "[]".to_owned()
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n",
        body.len()
    );
    // A server that is ending does not read it.
    let _ = stream.write_all((head + &body).as_bytes());
}
