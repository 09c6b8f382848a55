//! Marks in Grafana: an annotation that everyone sees in its charts.
//!
//! Grafana makes a further one each time it is asked to. So before an unanswered request is sent
//! again, [`find`] asks whether the mark is there already.

use super::errors::{self, Need};
use crate::incident::{Timestamp, limits};
use crate::integrations::exchange::{AnswerError, Body, Method, Request, Response};
use crate::integrations::reading::cut;
use serde_json::{Value, json};
use std::sync::Arc;

/// Tags that a mark keeps.
const TAGS: usize = limits::TAGS_PER_ENTRY;
/// The longest text; more is not read in a chart.
const TEXT_BYTES: usize = limits::REASON_BYTES;
/// Marks that are looked through when one is searched: those with all its tags.
const FOUND: u32 = 100;

/// Where a mark is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In every dashboard that shows the organisation's marks with these tags.
    Everywhere,
    /// In one dashboard, by its uid.
    Dashboard(String),
    /// In one panel of it.
    Panel(String, u64),
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When it was.
    pub time: Timestamp,
    /// Until when, for a region; at or after `time`.
    pub end: Option<Timestamp>,
    /// What it is known by. Together they must be those of no other mark, or the other is taken
    /// for this one: `incident:INC-42`, `declared`. At most [`limits::TAGS_PER_ENTRY`].
    pub tags: Vec<Arc<str>>,
    /// What it says; cut to [`limits::REASON_BYTES`].
    pub text: String,
    /// Where it is shown.
    pub place: Place,
}

impl Mark {
    fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.tags.iter().take(TAGS);
        tags.map(|tag| cut(tag, limits::TAG_BYTES))
    }
}

/// The request that makes a mark. Its answer is read by [`made`].
#[must_use]
pub fn annotate(mark: &Mark) -> Request {
    let mut body = json!({
        "time": mark.time.timestamp_millis(),
        "tags": mark.tags().collect::<Vec<_>>(),
        "text": cut(&mark.text, TEXT_BYTES),
    });
    if let Some(end) = mark.end {
        body["timeEnd"] = json!(end.max(mark.time).timestamp_millis());
    }
    if let Place::Dashboard(uid) | Place::Panel(uid, _) = &mark.place {
        body["dashboardUID"] = json!(uid);
    }
    if let Place::Panel(_, panel) = mark.place {
        body["panelId"] = json!(panel);
    }
    Request {
        method: Method::Post,
        body: Body::Json(body.to_string()),
        ..Request::get("/api/annotations", "annotate")
    }
}

/// The id of the mark that was made.
///
/// # Errors
/// It was not made. After [`AnswerError::Failing`] it may have been: look with [`find`] first.
pub fn made(answer: &Response) -> Result<u64, AnswerError> {
    let body = errors::json(answer, Need::Annotate)?;
    let none = || AnswerError::Nonsense("it took the annotation and gave no id for it".to_owned());
    body["id"].as_u64().ok_or_else(none)
}

/// The request that looks for a mark. Its answer is read by [`found`].
#[must_use]
pub fn find(mark: &Mark) -> Request {
    let request = Request::get("/api/annotations", "find annotation")
        .with("type", "annotation")
        .with("limit", FOUND.to_string());
    mark.tags()
        .fold(request, |request, tag| request.with("tags", tag))
}

/// The id of the mark, if it is there: one that has all its tags.
///
/// # Errors
/// Whether it is there is not known.
pub fn found(mark: &Mark, answer: &Response) -> Result<Option<u64>, AnswerError> {
    let body = errors::json(answer, Need::FindAnnotation)?;
    let Some(list) = body.as_array() else {
        let why = "its answer about annotations is no list";
        return Err(AnswerError::Nonsense(why.to_owned()));
    };
    let has = |one: &Value, tag: &str| {
        let tags = one["tags"].as_array().into_iter().flatten();
        tags.filter_map(Value::as_str).any(|own| own == tag)
    };
    let mut same = list
        .iter()
        .filter(|one| mark.tags().all(|tag| has(one, tag)));
    Ok(same.find_map(|one| one["id"].as_u64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    fn mark(place: Place) -> Mark {
        Mark {
            time: at(0),
            end: None,
            tags: ["warroom", "incident:INC-42"].map(Arc::from).to_vec(),
            text: "INC-42 declared".to_owned(),
            place,
        }
    }

    fn sent(mark: &Mark) -> Value {
        match annotate(mark).body {
            Body::Json(body) => serde_json::from_str(&body).expect("JSON"),
            other => panic!("{other:?}"),
        }
    }

    fn answer(body: &Value) -> Response {
        Response {
            status: 200,
            media_type: "application/json".to_owned(),
            link: None,
            body: body.to_string().into_bytes(),
        }
    }

    #[test]
    fn a_mark_is_made_where_it_belongs() {
        let everywhere = sent(&mark(Place::Everywhere));
        let expected = json!({"time": 1_800_000_000_000_u64, "text": "INC-42 declared",
            "tags": ["warroom", "incident:INC-42"]});
        assert_eq!(everywhere, expected);
        let panel = sent(&mark(Place::Panel("d".to_owned(), 4)));
        assert_eq!(
            (&panel["dashboardUID"], &panel["panelId"]),
            (&json!("d"), &json!(4))
        );
        let mut region = mark(Place::Dashboard("d".to_owned()));
        region.end = Some(at(60));
        assert_eq!(sent(&region)["timeEnd"], json!(1_800_000_060_000_u64));
        region.end = Some(at(-60));
        assert_eq!(
            sent(&region)["timeEnd"],
            sent(&region)["time"],
            "never before its start"
        );
    }

    #[test]
    fn a_mark_is_known_again_by_all_its_tags() {
        let mark = mark(Place::Everywhere);
        let one = |id, tags: &[&str]| json!({"id": id, "tags": tags, "text": "x"});
        let list = json!([
            one(1, &["warroom"]), one(2, &["incident:INC-42", "more", "warroom"]),
            {"id": "x", "tags": 7}, null
        ]);
        assert_eq!(found(&mark, &answer(&list)), Ok(Some(2)));
        assert_eq!(
            found(&mark, &answer(&json!([one(1, &["warroom"])]))),
            Ok(None)
        );
        assert!(found(&mark, &answer(&json!({}))).is_err());
        let query = find(&mark).query;
        let tags: Vec<_> = query.iter().filter(|(name, _)| name == "tags").collect();
        assert_eq!(tags.len(), 2);
    }

    #[test]
    fn what_was_made_has_an_id() {
        assert_eq!(made(&answer(&json!({"message": "added", "id": 7}))), Ok(7));
        assert!(matches!(
            made(&answer(&json!({}))),
            Err(AnswerError::Nonsense(_))
        ));
        let mut denied = answer(&json!({"message": "no"}));
        denied.status = 403;
        let error = made(&denied).expect_err("denied").to_string();
        assert!(error.contains("annotations:create"), "{error}");
    }
}
