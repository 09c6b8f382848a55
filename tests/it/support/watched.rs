//! Outside systems as a server is told to watch them, and what consoles hear of them.

use super::server::Wire;
use std::sync::Arc;
use std::time::Duration;
use warroom::http::{Credentials, Http};
use warroom::incident::*;
use warroom::integrations::alertmanager::Alertmanager;
use warroom::integrations::exchange::Watched;
use warroom::integrations::grafana::Grafana;
use warroom::integrations::prometheus::{Prometheus, Query};
use warroom::protocol::{Live, ServerFrame};
use warroom::server::{Options, SourceOptions};
use warroom::signals::{Signal, SourceKind, SourceState};

/// A Prometheus at this address, with one query, asked each second.
pub(crate) fn prometheus(options: &mut Options, address: &str) {
    let query = Query {
        name: "5xx".into(),
        expr: "errors".to_owned(),
        instant: false,
        unit: Unit::Percent,
        bad: Bad::Above,
        thresholds: Thresholds::default(),
    };
    let prometheus = Arc::new(Prometheus {
        name: "prom".into(),
        queries: vec![query],
        rules: false,
    });
    let http = Http::new(address, Credentials::Bearer("hunter2".to_owned()), None);
    options.sources.push(SourceOptions {
        http: http.map_err(|error| error.to_string().into()),
        ..source("prom", SourceKind::Prometheus, address, prometheus)
    });
}

/// A source that is only watched, by nobody in particular.
fn source(name: &str, kind: SourceKind, address: &str, watched: Arc<dyn Watched>) -> SourceOptions {
    let http = Http::new(address, Credentials::None, None);
    SourceOptions {
        name: name.into(),
        kind,
        http: http.map_err(|error| error.to_string().into()),
        every: Duration::from_secs(1),
        watched,
        changed: None,
        group_by: vec!["alertname".to_owned()],
    }
}

/// An Alertmanager at this address, asked each second.
pub(crate) fn alertmanager(options: &mut Options, address: &str) {
    let alertmanager = Arc::new(Alertmanager {
        name: "alertmanager".into(),
        filter: Vec::new(),
    });
    options.sources.push(SourceOptions {
        changed: Some(alertmanager.clone()),
        ..source(
            "alertmanager",
            SourceKind::Alertmanager,
            address,
            alertmanager,
        )
    });
}

/// A Grafana at this address, of which nothing is watched: marks are written into its charts.
pub(crate) fn grafana(options: &mut Options, address: &str) {
    let grafana = Arc::new(Grafana {
        name: "grafana".into(),
        panels: Vec::new(),
        rules: false,
        page: None,
    });
    options.sources.push(SourceOptions {
        changed: Some(grafana.clone()),
        ..source("grafana", SourceKind::Grafana, address, grafana)
    });
}

/// An answer of one series, its values a minute apart up to now.
pub(crate) fn matrix(values: &[&str]) -> String {
    let now = warroom::clock::Clock::now(&warroom::clock::SystemClock).timestamp();
    let count = i64::try_from(values.len()).unwrap();
    let values: Vec<String> = (values.iter().zip(1..))
        .map(|(value, n)| format!("[{}, \"{value}\"]", now - 60 * (count - n)))
        .collect();
    format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{}},"values":[{}]}}]}}}}"#,
        values.join(",")
    )
}

/// The next word about an incident's signals.
pub(crate) async fn signals(wire: &mut Wire) -> Vec<Signal> {
    loop {
        if let Some(ServerFrame::Live(Live::Signals { signals, .. })) = wire.next().await {
            return signals;
        }
    }
}

/// The source's state once it is not what it was at first.
pub(crate) async fn state(wire: &mut Wire) -> warroom::signals::Source {
    loop {
        if let Some(ServerFrame::Live(Live::Sources { sources })) = wire.next().await
            && let Some(source) = sources.into_iter().next()
            && source.state != SourceState::Waiting
        {
            return source;
        }
    }
}
