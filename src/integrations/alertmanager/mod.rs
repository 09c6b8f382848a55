//! Alertmanager: what it sends (the webhook), what it is asked (alerts and silences), and silences
//! made and ended in it.

mod change;
mod loose;
mod poll;
mod silence;
mod webhook;

#[cfg(test)]
mod tests;

pub use loose::alerts_of;
pub use poll::Alertmanager;
pub use silence::{create_silence, expire_silence, read_created, read_expired};
pub use webhook::{VERSION, Webhook, WebhookError};

use super::exchange::{AnswerError, Response};
use super::stream::quoted;
use serde::Deserialize;

/// Errors come as a text, or (where the request is not as described) with a code and a message.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Text(String),
    Message { message: String },
}

/// Why an answer that is no success is of no use; `what` may have been refused: `the silence`.
fn refused(answer: &Response, what: &str) -> AnswerError {
    let status = answer.status;
    let said = match serde_json::from_slice::<Said>(&answer.body) {
        Ok(Said::Text(text) | Said::Message { message: text }) => quoted(&text),
        Err(_) => String::new(),
    };
    let said = match &*said {
        "" => status.to_string(),
        said => format!("{status}: {said}"),
    };
    match status {
        401 | 403 => AnswerError::Denied(format!(
            "it refuses the credentials in the configuration, or they are not enough ({said})"
        )),
        404 => AnswerError::Nonsense(format!(
            "it knows no such path ({said}): the address in the configuration must be what comes \
             before /api/v2"
        )),
        429 => AnswerError::Limited(format!("it was asked too often ({said})")),
        500.. => AnswerError::Failing(format!("it has an error of its own ({said})")),
        _ => AnswerError::Nonsense(format!("it refuses {what} ({said})")),
    }
}
