//! Reading long answers beside the runtime, so that nothing else waits for it.

use super::{Alerts, frame};
use crate::integrations::exchange::{AnswerError, Response};
use crate::protocol::Live;
use crate::turns::Turns;
use bytes::Bytes;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Bodies from this length on, in bytes, are read apart: a megabyte takes some milliseconds, in
/// which a thread of the runtime would move no frame and write no line.
pub(super) const APART_BYTES: usize = 1024 * 1024;

/// From so many groups on they are encoded apart: it takes about a millisecond.
const APART_GROUPS: usize = 100;
/// From so many alerts on they are let go apart: it takes about a millisecond.
const APART_ALERTS: usize = 1_000;

/// Has an answer read: at once where it is short, else on a thread that may take its time.
///
/// # Errors
/// What the reading comes to; an answer whose reading broke off is nonsense.
pub(super) async fn read<T: Send + 'static>(
    answer: Response,
    read: impl FnOnce(&Response) -> Result<T, AnswerError> + Send + 'static,
) -> Result<T, AnswerError> {
    if answer.body.len() < APART_BYTES {
        return read(&answer);
    }
    let reading = tokio::task::spawn_blocking(move || read(&answer));
    reading.await.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be read to its end");
        Err(AnswerError::Nonsense(
            "its answer could not be read to its end".to_owned(),
        ))
    })
}

/// A part as it goes to consoles; nothing where encoding it broke off, which is logged.
pub(super) async fn encoded(part: Live) -> Option<Bytes> {
    let few = match &part {
        Live::Alerts { groups, .. } => groups.len() < APART_GROUPS,
        _ => true,
    };
    if few {
        return Some(frame(part));
    }
    let encoding = tokio::task::spawn_blocking(move || frame(part)).await;
    let broke_off = |error| tracing::error!(%error, "a part could not be encoded to its end");
    encoding.map_err(broke_off).ok()
}

/// Lets the alerts of an answer go, unless someone still looks at them: many of them on another
/// thread, which is then given.
pub(super) fn let_go(alerts: Arc<Alerts>) -> Option<JoinHandle<()>> {
    let alerts = Arc::into_inner(alerts)?;
    let few = alerts.alerts.len() < APART_ALERTS;
    let drop_each = move || {
        let mut turns = Turns::default();
        for alert in alerts.alerts {
            drop(alert);
            turns.piece();
        }
    };
    if few {
        drop_each();
        return None;
    }
    Some(tokio::task::spawn_blocking(drop_each))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Timestamp;
    use crate::signals::{LiveAlert, LiveState, group};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    fn answer(bytes: usize) -> Response {
        Response {
            status: 200,
            media_type: String::new(),
            link: None,
            body: vec![b' '; bytes],
        }
    }

    /// A runtime of one thread: reading there would keep the other task from ever going on.
    #[tokio::test]
    async fn a_long_answer_is_read_while_the_runtime_goes_on() {
        let (go_on, told) = mpsc::channel();
        let other = tokio::spawn(async move { go_on.send(thread::current().id()) });
        let here = thread::current().id();
        let read = read(answer(APART_BYTES), move |answer| {
            let runtime = told.recv_timeout(Duration::from_secs(60)).ok();
            Ok((runtime, thread::current().id(), answer.body.len()))
        });
        let (runtime, reader, length) = read.await.expect("read");
        assert_eq!(runtime, Some(here), "the other task ran meanwhile");
        assert_ne!(reader, here);
        assert_eq!(length, APART_BYTES);
        other.await.expect("ended").expect("told");
    }

    #[tokio::test]
    async fn a_short_answer_is_read_at_once() {
        let read = read(answer(APART_BYTES - 1), |_| Ok(thread::current().id()));
        assert_eq!(read.await, Ok(thread::current().id()));
    }

    fn alerts(count: usize) -> Arc<Alerts> {
        let at = Timestamp::UNIX_EPOCH;
        let alert = |n: usize| LiveAlert {
            source: "am".into(),
            fingerprint: n.to_string().into(),
            name: "HighErrorRate".into(),
            state: LiveState::Firing,
            summary: "".into(),
            labels: std::collections::BTreeMap::new(),
            starts_at: at,
            updated_at: None,
            silenced_by: Vec::new(),
            url: None,
        };
        Arc::new(Alerts {
            at,
            by: Vec::new(),
            alerts: (0..count).map(alert).collect(),
        })
    }

    #[tokio::test]
    async fn alerts_that_someone_looks_at_are_not_let_go() {
        let looked_at = alerts(1);
        assert!(let_go(looked_at.clone()).is_none());
        assert_eq!(looked_at.alerts.len(), 1);
    }

    #[tokio::test]
    async fn many_alerts_are_let_go_apart_and_few_here() {
        for (count, apart) in [(APART_ALERTS - 1, false), (APART_ALERTS, true)] {
            let alerts = alerts(count);
            let last = alerts.alerts[count - 1].fingerprint.clone();
            let elsewhere = let_go(alerts);
            assert_eq!(elsewhere.is_some(), apart, "{count}");
            if let Some(elsewhere) = elsewhere {
                elsewhere.await.expect("let go");
            }
            assert_eq!(Arc::strong_count(&last), 1);
        }
    }

    #[tokio::test]
    async fn a_long_part_is_encoded_as_a_short_one() {
        for count in [1, APART_GROUPS, 3 * APART_GROUPS] {
            let alerts = &alerts(count).alerts;
            let by = ["fingerprint".to_owned()];
            let mut groups = group(alerts, &by, Timestamp::UNIX_EPOCH, || {});
            let one = groups.pop().expect("a group");
            let part = Live::Alerts {
                source: "am".into(),
                groups: vec![one; count],
                beyond: 0,
            };
            assert_eq!(encoded(part.clone()).await, Some(frame(part)));
        }
    }

    #[tokio::test]
    async fn an_answer_whose_reading_breaks_off_is_nonsense() {
        let read = read(answer(APART_BYTES), |_| -> Result<(), _> {
            panic!("a mistake in the reading")
        });
        assert!(matches!(read.await, Err(AnswerError::Nonsense(_))));
    }
}
