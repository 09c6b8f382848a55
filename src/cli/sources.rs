//! The outside systems of the configuration, ready to be watched.

use crate::config::SecretPlace;
use crate::config::sources::{Access, Asks, Watched as Source};
use crate::http::{Credentials, Http};
use crate::incident::Unit;
use crate::integrations::alertmanager::Alertmanager;
use crate::integrations::exchange::{Changed, Watched};
use crate::integrations::grafana::{Grafana, Panel};
use crate::integrations::prometheus::{Prometheus, Query};
use crate::integrations::sentry::{ISSUES, Sentry};
use crate::server::SourceOptions;
use crate::signals::SourceKind;
use std::path::Path;
use std::sync::Arc;

/// Every source of the configuration. One whose secret or certificates cannot be read does not
/// keep the server from starting: it is shown as it is, with the reason.
pub(super) fn all(sources: &[Source], group_by: &[String]) -> Vec<SourceOptions> {
    sources
        .iter()
        .map(|source| {
            let (watched, changed) = of_kind(source);
            SourceOptions {
                name: source.name.clone(),
                kind: source.kind,
                http: http(source).map_err(Into::into),
                every: source.every,
                watched,
                changed,
                group_by: group_by.to_vec(),
            }
        })
        .collect()
}

fn http(source: &Source) -> Result<Http, String> {
    let credentials = match &source.access {
        Access::None => Credentials::None,
        Access::Token(place) => Credentials::Bearer(secret(place)?),
        Access::Basic(user, place) => Credentials::Basic(user.clone(), secret(place)?),
    };
    let authorities = match &source.ca_file {
        None => None,
        Some(path) => Some((path.display().to_string(), read(path)?)),
    };
    let authorities = authorities.as_ref().map(|(path, pem)| (&**path, &**pem));
    Http::new(&source.url, credentials, authorities).map_err(|error| error.to_string())
}

fn secret(place: &SecretPlace) -> Result<String, String> {
    let secret = place.read().map_err(|error| error.to_string())?;
    Ok(secret.expose().to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| {
        format!(
            "the file of certificate authorities {} cannot be read ({error})",
            path.display()
        )
    })
}

type Of = (Arc<dyn Watched>, Option<Arc<dyn Changed>>);

fn of_kind(source: &Source) -> Of {
    match source.kind {
        SourceKind::Alertmanager => {
            let alertmanager = Arc::new(Alertmanager {
                name: source.name.clone(),
                filter: source.filter.clone(),
            });
            (alertmanager.clone(), Some(alertmanager))
        }
        SourceKind::Prometheus => (Arc::new(prometheus(source)), None),
        SourceKind::Grafana => {
            let grafana = Arc::new(grafana(source));
            (grafana.clone(), Some(grafana))
        }
        SourceKind::Sentry => {
            let sentry = Arc::new(Sentry {
                name: source.name.clone(),
                organization: source.organization.clone(),
                projects: source.projects.clone(),
                environment: source.environment.clone(),
                limit: ISSUES,
                rate: true,
            });
            (sentry.clone(), Some(sentry))
        }
    }
}

fn grafana(source: &Source) -> Grafana {
    let panels = source
        .signals
        .iter()
        .filter_map(|signal| match &signal.asks {
            Asks::Panel { dashboard, panel } => Some(Panel {
                name: signal.name.clone(),
                dashboard: dashboard.clone(),
                panel: *panel,
                unit: signal.unit,
                bad: signal.bad,
                thresholds: signal.thresholds,
            }),
            Asks::Query { .. } => None,
        });
    Grafana {
        name: source.name.clone(),
        panels: panels.collect(),
        rules: source.rules,
        page: Some(source.page.clone().unwrap_or_else(|| source.url.clone())),
    }
}

fn prometheus(source: &Source) -> Prometheus {
    let queries = source
        .signals
        .iter()
        .filter_map(|signal| match &signal.asks {
            Asks::Query { expr, instant } => Some(Query {
                name: signal.name.clone()?,
                expr: expr.clone(),
                instant: *instant,
                unit: signal.unit.unwrap_or(Unit::None),
                bad: signal.bad,
                thresholds: signal.thresholds,
            }),
            Asks::Panel { .. } => None,
        });
    Prometheus {
        name: source.name.clone(),
        queries: queries.collect(),
        rules: source.rules,
    }
}
