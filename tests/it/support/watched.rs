//! Outside systems as a server is told to watch them, and what consoles hear of them.

use super::server::Wire;
use std::sync::Arc;
use std::time::Duration;
use warroom::http::{Credentials, Http};
use warroom::incident::*;
use warroom::integrations::alertmanager::Alertmanager;
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
    options.sources.push(SourceOptions {
        name: "prom".into(),
        kind: SourceKind::Prometheus,
        http: Http::new(address, Credentials::Bearer("hunter2".to_owned()), None)
            .map_err(|error| error.to_string().into()),
        every: Duration::from_secs(1),
        watched: Arc::new(Prometheus {
            name: "prom".into(),
            queries: vec![query],
            rules: false,
        }),
        changed: None,
        group_by: vec!["alertname".to_owned()],
    });
}

/// An Alertmanager at this address, asked each second.
pub(crate) fn alertmanager(options: &mut Options, address: &str) {
    let alertmanager = Arc::new(Alertmanager {
        name: "alertmanager".into(),
        filter: Vec::new(),
    });
    options.sources.push(SourceOptions {
        name: "alertmanager".into(),
        kind: SourceKind::Alertmanager,
        http: Http::new(address, Credentials::None, None).map_err(|error| error.to_string().into()),
        every: Duration::from_secs(1),
        watched: alertmanager.clone(),
        changed: Some(alertmanager),
        group_by: vec!["alertname".to_owned()],
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
