//! One poll of one system: its requests, a few at a time, and everything that was found.

use super::{Beyond, apart};
use crate::http::{Http, Marks, NoAnswerError};
use crate::integrations::exchange::{
    AnswerError, Ask, Body, Finding, Method, REQUESTS_PER_POLL, Request, Response, Step, Watched,
};
use crate::signals::SourceState;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Requests of one poll under way at once: polite to a system that has trouble.
const AT_ONCE: usize = 4;
/// Answers kept for conditional requests, and the longest that is kept, in bytes.
const KEPT: usize = 64;
const KEPT_BYTES: usize = 1024 * 1024;

/// Answers that may still hold, by what was asked.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<String, (Marks, Response)>);

impl Kept {
    fn key(request: &Request) -> Option<String> {
        let reads = request.method == Method::Get && request.body == Body::None;
        reads.then(|| format!("{}?{:?}", request.path, request.query))
    }

    fn marks(&self, request: &Request) -> Marks {
        let key = Self::key(request);
        let kept = key.and_then(|key| self.0.get(&key));
        kept.map(|(marks, _)| marks.clone()).unwrap_or_default()
    }

    /// The answer that holds: the one that came, or, after a 304, the one that was kept.
    fn settle(&mut self, request: &Request, marks: Marks, response: Response) -> Response {
        let Some(key) = Self::key(request) else {
            return response;
        };
        if response.status == 304 {
            let kept = self.0.get(&key);
            return kept.map_or(response, |(_, kept)| kept.clone());
        }
        let fits = self.0.len() < KEPT || self.0.contains_key(&key);
        if response.status == 200 && marks.any() && response.body.len() <= KEPT_BYTES && fits {
            self.0.insert(key, (marks, response.clone()));
        } else {
            self.0.remove(&key);
        }
        response
    }
}

/// Why a poll went badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// How the system is to be called.
    pub(super) state: SourceState,
    /// What is wrong, without a full stop.
    pub(super) why: String,
}

/// How a poll went.
#[derive(Debug, Default)]
pub(super) struct Polled {
    /// What was found.
    pub(super) findings: Vec<Finding>,
    /// The worst that happened.
    pub(super) trouble: Option<Trouble>,
    /// How long the system asked to be left alone.
    pub(super) wait: Option<Duration>,
    /// Answers that could be used.
    pub(super) good: u32,
}

/// What is watched, and how its alerts are grouped.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) watched: Arc<dyn Watched>,
    /// The labels by which alerts are grouped.
    pub(super) group_by: Arc<[String]>,
    /// What is known of them beyond what their monitor says.
    pub(super) beyond: Beyond,
}

/// Asks everything about this, and reads what comes. Ends early when the system cannot be reached
/// or wants to be left alone: asking on would not help it.
pub(super) async fn poll(http: &Http, asked: &Asked, ask: &Arc<Ask>, kept: &mut Kept) -> Polled {
    let watched = &asked.watched;
    let mut polled = Polled::default();
    // What is found comes in the order in which it was asked for first, whatever answers first.
    let unasked = watched.unasked(ask).into_iter();
    let mut found: Vec<(usize, Finding)> = unasked.map(|finding| (0, finding)).collect();
    let mut waiting: VecDeque<(usize, Request)> =
        watched.first(ask).into_iter().enumerate().collect();
    let mut left = REQUESTS_PER_POLL;
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < AT_ONCE && left > 0 && !polled.is_over() {
            let Some((place, request)) = waiting.pop_front() else {
                break;
            };
            left -= 1;
            let marks = kept.marks(&request);
            under_way.push(async move {
                let answer = http.send(&request, &marks).await;
                (place, request, answer)
            });
        }
        let Some((place, request, answer)) = under_way.next().await else {
            break;
        };
        match answer {
            Err(error) => polled.failed(unanswered(&error)),
            Ok(answer) => {
                polled.wait = polled.wait.max(answer.wait);
                let response = kept.settle(&request, answer.marks, answer.response);
                match asked.read(ask, request, response).await {
                    Ok(Step { requests, findings }) => {
                        polled.good += 1;
                        waiting.extend(requests.into_iter().map(|request| (place, request)));
                        found.extend(findings.into_iter().map(|finding| (place, finding)));
                    }
                    Err(error) => polled.failed(trouble(error)),
                }
            }
        }
    }
    if left == 0 && !waiting.is_empty() {
        let why = format!("it wants more than {REQUESTS_PER_POLL} requests for one poll");
        polled.failed(Trouble {
            state: SourceState::Nonsense,
            why,
        });
    }
    found.sort_by_key(|(place, _)| *place);
    polled.findings = found.into_iter().map(|(_, finding)| finding).collect();
    polled
}

impl Polled {
    fn is_over(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| {
            matches!(trouble.state, SourceState::Down | SourceState::Limited)
        })
    }

    /// The first trouble is told; one that ends the poll goes before others.
    fn failed(&mut self, trouble: Trouble) {
        let ends = matches!(trouble.state, SourceState::Down | SourceState::Limited);
        if self.trouble.is_none() || (ends && !self.is_over()) {
            self.trouble = Some(trouble);
        }
    }
}

fn unanswered(error: &NoAnswerError) -> Trouble {
    let state = match error {
        NoAnswerError::Unreachable(_) | NoAnswerError::TooSlow(_) | NoAnswerError::CutShort(_) => {
            SourceState::Down
        }
        NoAnswerError::TooLong | NoAnswerError::Request(_) => SourceState::Nonsense,
    };
    Trouble {
        state,
        why: error.to_string(),
    }
}

fn trouble(error: AnswerError) -> Trouble {
    let (state, why) = match error {
        AnswerError::Denied(why) => (SourceState::Denied, why),
        AnswerError::Limited(why) => (SourceState::Limited, why),
        AnswerError::Failing(why) => (SourceState::Down, why),
        AnswerError::Nonsense(why) => (SourceState::Nonsense, why),
    };
    Trouble { state, why }
}

impl Asked {
    /// What no integration has to look at itself, being asked to wait and being sent elsewhere;
    /// else what the integration reads.
    async fn read(
        &self,
        ask: &Arc<Ask>,
        request: Request,
        response: Response,
    ) -> Result<Step, AnswerError> {
        match response.status {
            429 => {
                let why = "it was asked too often (429)";
                return Err(AnswerError::Limited(why.to_owned()));
            }
            status @ 300..=399 => {
                return Err(AnswerError::Nonsense(format!(
                    "it sends elsewhere ({status}), which is not followed, so that no credentials \
                     go there: write the final address into the configuration"
                )));
            }
            _ => {}
        }
        let (asked, ask) = (self.clone(), ask.clone());
        apart::read(response, move |response| {
            let mut step = asked.watched.next(&ask, &request, response)?;
            // Here, for of ten thousand it takes as long as reading them did.
            (asked.beyond).grouped(&mut step.findings, &asked.group_by, ask.to);
            Ok(step)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Credentials;
    use crate::incident::Timestamp;

    /// Has nothing to ask.
    struct Silent;

    impl Watched for Silent {
        fn first(&self, _ask: &Ask) -> Vec<Request> {
            Vec::new()
        }

        fn unasked(&self, _ask: &Ask) -> Vec<Finding> {
            let why = AnswerError::Nonsense("the incident has no `zone`".to_owned());
            vec![Finding::NoSignal("latency".into(), why)]
        }

        fn next(&self, _: &Ask, _: &Request, _: &Response) -> Result<Step, AnswerError> {
            Ok(Step::default())
        }
    }

    #[tokio::test]
    async fn what_is_known_without_asking_is_found() {
        let http = Http::new("http://127.0.0.1:1", Credentials::None, None).expect("made");
        let ask = Arc::new(Ask {
            incident: None,
            variables: BTreeMap::new(),
            from: Timestamp::UNIX_EPOCH,
            to: Timestamp::UNIX_EPOCH,
            points: 1,
        });
        let asked = Asked {
            watched: Arc::new(Silent),
            group_by: Arc::default(),
            beyond: Beyond::default(),
        };
        let polled = poll(&http, &asked, &ask, &mut Kept::default()).await;
        assert_eq!(polled.findings, Silent.unasked(&ask));
        assert_eq!((polled.trouble, polled.good), (None, 0));
    }
}
