//! Requests over HTTP to a server of warroom's own: what a monitor would send.

use crate::error::Failure;
use serde::Serialize;
use std::time::Duration;

/// How long one request may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Sends requests.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// Through no proxy: what is sent stays between the two ends.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, Failure> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER_WITHIN)
            .build()
            .map_err(|error| Failure::internal("No request can be sent.").because(error))?;
        Ok(Self { client })
    }

    /// Posts an object, and returns when it was taken in.
    ///
    /// # Errors
    /// When there is no answer, or it is no success.
    pub async fn post(&self, url: &str, body: &impl Serialize) -> Result<(), Failure> {
        let unanswered = |error: reqwest::Error| {
            Failure::unreachable(format!("{url} does not answer.")).because(error)
        };
        let request = self.client.post(url).json(body);
        let answer = request.send().await.map_err(unanswered)?;
        if answer.status().is_success() {
            return Ok(());
        }
        let status = answer.status();
        let said = answer.text().await.map_err(unanswered)?;
        Err(Failure::refused(format!(
            "{url} answered {status}: {}",
            said.trim()
        )))
    }
}
