//! A panel's queries, made ready to be asked: each with its data source by uid, the variables
//! filled in, and the incident's window.

use super::board::Board;
use super::fill::{Filler, Language, Unfit};
use super::sources::{self, EXPRESSION, Found, Place, Source};
use super::times::{Times, duration, milliseconds};
use super::variables::Variables;
use super::{About, Grafana, Panel, link, units};
use crate::incident::Unit;
use crate::integrations::exchange::{AnswerError, Ask, Body, Method, Request};
use crate::integrations::reading::{cut, one_line, text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// Queries of one panel; the letters of the alphabet name as many.
const QUERIES: usize = 26;
/// The longest name of a query.
const NAME_BYTES: usize = 64;

/// What has to be known when a panel's data comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The panel's place in the configuration.
    pub(super) at: usize,
    /// The signal's name.
    pub(super) name: Arc<str>,
    pub(super) unit: Unit,
    pub(super) url: Option<Arc<str>>,
    /// The distance of points that was asked for, in milliseconds.
    pub(super) step_ms: u32,
    /// The queries that the panel shows, in its order. Others serve its arithmetic only.
    pub(super) shown: Vec<String>,
}

/// What is to be done for a panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Planned {
    /// Ask this.
    Ask(Request),
    /// Find out first which data sources there are.
    NeedsSources,
}

/// Makes a panel's queries ready.
///
/// # Errors
/// The signal's name, and why there is nothing to ask.
pub(super) fn plan(
    grafana: &Grafana,
    ask: &Ask,
    board: &Board<'_>,
    (at, panel): (usize, &Panel),
    listed: Option<&[Source]>,
) -> Result<Planned, (Arc<str>, AnswerError)> {
    let Some(found) = board.panel(panel.panel) else {
        let why = format!(
            "the dashboard {:?} has no panel {}: the id is what stands behind viewPanel= in the \
             address of the panel",
            board.uid, panel.panel
        );
        return Err((panel.name_without_title(), AnswerError::Nonsense(why)));
    };
    let asked = board.asked_of(found);
    let times = Times::of(
        ask,
        text(&asked["interval"]).and_then(milliseconds).unwrap_or(0),
    );
    let interval = duration(times.interval_ms);
    let variables = Variables::of(board, ask, &interval);
    let filler = Filler {
        variables: &variables,
        times: &times,
        language: Language::Words,
    };
    let name = name_of(panel, found, &filler);
    let refused = |why: String| (name.clone(), AnswerError::Nonsense(why));
    let targets = targets(asked).map_err(refused)?;
    let mut queries = Vec::new();
    for (place, target) in targets.iter().enumerate() {
        let value_of = |name: &str| Some(variables.get(name)?.values.first()?.clone());
        let source = match sources::find(asked, target, listed, value_of) {
            Found::Place(source) => source,
            Found::Unlisted => return Ok(Planned::NeedsSources),
            Found::Missing(source) => {
                return Err(refused(format!(
                    "the panel wants the data source {:?}, which Grafana does not have",
                    cut(&source, 80)
                )));
            }
        };
        let query = ready(target, place, &source, filler, ask)
            .map_err(|Unfit(why)| refused(format!("the panel {why}")))?;
        queries.push(query);
    }
    let shown = targets.iter().zip(&queries);
    let shown = shown.filter(|(target, _)| target["hide"] != true);
    let plan = Plan {
        at,
        unit: panel.unit.unwrap_or_else(|| units::of(found)),
        url: link::to_panel(grafana, ask, board, panel.panel, &variables),
        step_ms: u32::try_from(times.interval_ms).unwrap_or(u32::MAX),
        shown: shown.map(|(_, query)| ref_id(query).to_owned()).collect(),
        name,
    };
    Ok(Planned::Ask(request(ask, &queries, plan)))
}

fn name_of(panel: &Panel, found: &Value, filler: &Filler<'_>) -> Arc<str> {
    let title = || {
        let title = text(&found["title"])?;
        // A title whose variables cannot be filled in is a name all the same.
        let title = filler.text(title).unwrap_or_else(|_| title.to_owned());
        Some(one_line(&title)).filter(|title| !title.is_empty())
    };
    match &panel.name {
        Some(name) => name.clone(),
        None => title().map_or_else(|| panel.name_without_title(), Into::into),
    }
}

/// The queries that are sent: all that are shown, and hidden ones when there is arithmetic, which
/// may stand on them.
fn targets(asked: &Value) -> Result<Vec<&Value>, String> {
    let all = asked["targets"].as_array().into_iter().flatten();
    let all: Vec<&Value> = all.filter(|target| target.is_object()).collect();
    let arithmetic = all.iter().any(|target| is_arithmetic(target));
    let sent = all.iter().copied();
    let sent: Vec<&Value> = sent
        .filter(|target| arithmetic || target["hide"] != true)
        .collect();
    match sent.len() {
        0 if asked["libraryPanel"].is_object() => Err(
            "the panel is a library panel, whose queries Grafana does not give with the \
             dashboard: unlink it there, or name another panel"
                .to_owned(),
        ),
        0 => Err("the panel has no queries".to_owned()),
        1..=QUERIES => Ok(sent),
        many => Err(format!(
            "the panel has {many} queries; {QUERIES} is the most"
        )),
    }
}

fn is_arithmetic(target: &Value) -> bool {
    let own = &target["datasource"];
    [own, &own["uid"], &own["type"]]
        .into_iter()
        .any(|place| place == EXPRESSION)
}

fn ref_id(query: &Value) -> &str {
    query["refId"].as_str().unwrap_or_default()
}

/// One query as it is sent.
fn ready(
    target: &Value,
    place: usize,
    source: &Place,
    filler: Filler<'_>,
    ask: &Ask,
) -> Result<Value, Unfit> {
    let language = Language::of(&source.kind);
    let mut query = Filler { language, ..filler }.query(target)?;
    let letter = char::from(b'A' + u8::try_from(place).unwrap_or_default());
    let name =
        text(&target["refId"]).map_or(letter.to_string(), |name| cut(name, NAME_BYTES).to_owned());
    query["refId"] = json!(name);
    query["datasource"] = match source.kind.as_str() {
        "" => json!({"uid": source.uid}),
        kind => json!({"uid": source.uid, "type": kind}),
    };
    query["intervalMs"] = json!(filler.times.interval_ms);
    query["maxDataPoints"] = json!(ask.points);
    // Single requests that Prometheus remembers beside its series are not drawn.
    if query["exemplar"] == true {
        query["exemplar"] = json!(false);
    }
    Ok(query)
}

fn request(ask: &Ask, queries: &[Value], plan: Plan) -> Request {
    let body = json!({
        "from": ask.from.timestamp_millis().to_string(),
        "to": ask.to.timestamp_millis().to_string(),
        "queries": queries,
    });
    Request {
        method: Method::Post,
        body: Body::Json(body.to_string()),
        ..Request::get("/api/ds/query", About::Data(plan).note())
    }
}
