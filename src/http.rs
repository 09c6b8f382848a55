//! Requests over HTTP: sent as they are given, within bounds, and answered as data.
//!
//! **Invariant**: no redirect is followed, so that no credentials reach another host.
//! **Invariant**: an answer is cut off while it streams in, when it is too long or takes too long.
//! **Invariant**: no error names the address's query, or any credentials.

use crate::integrations::exchange::{Body, Method, Request, Response};
use chrono::DateTime;
use futures_util::StreamExt;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};
use std::time::Duration;

/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long one request may take, its answer read to the end: longer than any system that can be
/// used in an incident takes, and shorter than the patience of someone who looks at it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// The largest answer, in bytes: ten thousand series of a chart's width.
pub const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// The longest wait that a `Retry-After` or a rate limit's reset is believed.
const WAIT_MAX: Duration = Duration::from_secs(3_600);
/// The program, for the logs of those who are asked.
const USER_AGENT: &str = concat!("warroom/", env!("CARGO_PKG_VERSION"));

/// How to prove who asks.
#[derive(Clone, Default)]
pub enum Credentials {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Bearer …`.
    Bearer(String),
    /// `Authorization: Basic …`.
    Basic(String, String),
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer(hidden)",
            Self::Basic(..) => "Basic(hidden)",
        })
    }
}

/// Why the sender could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeHttpError {
    /// The authorities cannot be read.
    #[error("the file of certificate authorities {path} cannot be used: {why}")]
    Authorities {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("no request can be sent: {0}")]
    Tls(#[source] reqwest::Error),
    /// The address is none.
    #[error("`{0}` is not an address: write http://HOST:PORT or https://HOST")]
    Address(String),
}

/// Why there is no answer. Says no address, since that may hold what is secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswerError {
    /// Nothing listens, the name is not known, TLS does not come about.
    #[error("it cannot be reached ({0})")]
    Unreachable(String),
    /// Too slow: its answer was not here, whole, within this time.
    #[error("it did not answer within {} s", .0.as_secs_f64())]
    TooSlow(Duration),
    /// Too long.
    #[error("its answer is longer than {} MiB, and was cut off", ANSWER_BYTES / 1024 / 1024)]
    TooLong,
    /// The connection ended in the middle.
    #[error("its answer was cut short ({0})")]
    CutShort(String),
    /// The request could not be put together.
    #[error("the request could not be made ({0})")]
    Request(String),
}

/// An answer, and what it says about asking again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What came. After a 304 it is the answer that was kept.
    pub response: Response,
    /// How long to wait before the next request, where the other side says so.
    pub wait: Option<Duration>,
    /// Marks of this answer, to ask whether it has changed since.
    pub marks: Marks,
}

/// What an answer is known by, for a conditional request (RFC 9110, §13).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub modified: Option<String>,
}

impl Marks {
    /// Whether a conditional request can be made of them.
    #[must_use]
    pub fn any(&self) -> bool {
        self.etag.is_some() || self.modified.is_some()
    }
}

/// Sends requests to one system.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    base: Url,
    credentials: Credentials,
    answer_within: Duration,
}

impl Http {
    /// To the system at this address; its path stands before that of every request. Through no
    /// proxy: what is sent stays between the two ends. `authorities` is PEM, further to those of
    /// the machine.
    ///
    /// # Errors
    /// When the address is none, or TLS cannot be set up.
    pub fn new(
        base: &str,
        credentials: Credentials,
        authorities: Option<(&str, &[u8])>,
    ) -> Result<Self, MakeHttpError> {
        let address = Url::parse(base).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
        });
        let base = address.ok_or_else(|| MakeHttpError::Address(without_secret(base)))?;
        let mut builder = Client::builder()
            .no_proxy()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN);
        if let Some((path, pem)) = authorities {
            let wrong = |why: String| MakeHttpError::Authorities {
                path: path.to_owned(),
                why,
            };
            let list = reqwest::Certificate::from_pem_bundle(pem);
            let list = list.map_err(|error| wrong(error.to_string()))?;
            if list.is_empty() {
                return Err(wrong("there is no certificate in it".to_owned()));
            }
            for certificate in list {
                builder = builder.add_root_certificate(certificate);
            }
        }
        // One TLS provider for the whole process; that one was installed before is as well.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = builder.build().map_err(MakeHttpError::Tls)?;
        Ok(Self {
            client,
            base,
            credentials,
            answer_within: ANSWER_WITHIN,
        })
    }

    /// With this long for one request, its answer read to the end, instead of [`ANSWER_WITHIN`].
    #[must_use]
    pub fn answering_within(mut self, time: Duration) -> Self {
        self.answer_within = time;
        self
    }

    /// Sends a request and reads its answer to the end. With marks of an earlier answer, a 304
    /// says that it still holds.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn send(&self, request: &Request, since: &Marks) -> Result<Answer, NoAnswerError> {
        let url = self.address(request)?;
        let mut builder = match request.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            Method::Put => self.client.put(url),
            Method::Delete => self.client.delete(url),
        };
        builder = builder
            .timeout(self.answer_within)
            .header("accept", "application/json");
        builder = match &self.credentials {
            Credentials::None => builder,
            Credentials::Bearer(token) => builder.bearer_auth(token),
            Credentials::Basic(name, password) => builder.basic_auth(name, Some(password)),
        };
        for (name, value) in [
            ("if-none-match", &since.etag),
            ("if-modified-since", &since.modified),
        ] {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
        builder = match &request.body {
            Body::None => builder,
            Body::Json(text) => builder
                .header("content-type", "application/json")
                .body(text.clone()),
            Body::Form(pairs) => builder
                .header("content-type", "application/x-www-form-urlencoded")
                .body(encoded(pairs)?),
        };
        let answer = builder.send().await.map_err(|e| self.explain(e))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = |name: &str| text_of(&headers, name);
        let marks = Marks {
            etag: text("etag"),
            modified: text("last-modified"),
        };
        let media_type = text("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let link = text("link");
        let wait = wait(&headers, status);
        let body = self.whole(answer).await?;
        Ok(Answer {
            response: Response {
                status,
                media_type,
                link,
                body,
            },
            wait,
            marks,
        })
    }

    /// The body, read to its end and no further than the bound.
    async fn whole(&self, answer: reqwest::Response) -> Result<Vec<u8>, NoAnswerError> {
        let said = answer.content_length().unwrap_or(0);
        if said > ANSWER_BYTES as u64 {
            return Err(NoAnswerError::TooLong);
        }
        let mut body = Vec::with_capacity(usize::try_from(said).unwrap_or(0).min(64 * 1024));
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|e| self.explain(e))?;
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err(NoAnswerError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// What went wrong on the way, without the address.
    fn explain(&self, error: reqwest::Error) -> NoAnswerError {
        if error.is_timeout() && !error.is_connect() {
            return NoAnswerError::TooSlow(self.answer_within);
        }
        let (reaching, building) = (error.is_connect(), error.is_builder());
        let why = root_of(&error.without_url());
        if building {
            NoAnswerError::Request(why)
        } else if reaching {
            NoAnswerError::Unreachable(why)
        } else {
            NoAnswerError::CutShort(why)
        }
    }

    fn address(&self, request: &Request) -> Result<Url, NoAnswerError> {
        let mut url = self.base.clone();
        let path = format!("{}{}", self.base.path().trim_end_matches('/'), request.path);
        url.set_path(&path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        // What was put into a path must not have led out of the address.
        if url.origin() != self.base.origin() {
            return Err(NoAnswerError::Request("its path is none".to_owned()));
        }
        Ok(url)
    }
}

/// The address without a name and password that someone wrote into it.
fn without_secret(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => address.to_owned(),
    }
}

fn encoded(pairs: &[(String, String)]) -> Result<String, NoAnswerError> {
    // A form is encoded as a query is; the address is never used.
    let mut url = Url::parse("http://form.invalid")
        .map_err(|error| NoAnswerError::Request(error.to_string()))?;
    url.query_pairs_mut().extend_pairs(pairs);
    Ok(url.query().unwrap_or_default().to_owned())
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let name = HeaderName::try_from(name).ok()?;
    let value: &HeaderValue = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// How long the other side asks to wait: `Retry-After` (RFC 9110, §10.2.3: seconds or a date), or
/// when a used-up rate limit is reset (seconds until then, or the moment in seconds since 1970;
/// as GitHub, PagerDuty and Sentry send it).
fn wait(headers: &HeaderMap, status: u16) -> Option<Duration> {
    let text = |name| text_of(headers, name);
    let date = text("date").and_then(|date| DateTime::parse_from_rfc2822(&date).ok());
    let until = |moment: i64| -> Option<u64> {
        u64::try_from(moment.checked_sub(date?.timestamp())?.max(0)).ok()
    };
    let asked = text("retry-after").and_then(|after| {
        let after = after.trim();
        after.parse::<u64>().ok().or_else(|| {
            let moment = DateTime::parse_from_rfc2822(after).ok()?;
            until(moment.timestamp())
        })
    });
    let used_up = || {
        let left = text("x-ratelimit-remaining")
            .or_else(|| text("x-sentry-rate-limit-remaining"))
            .or_else(|| text("ratelimit-remaining"))?;
        (left.trim() == "0" || status == 429).then_some(())?;
        let reset = text("x-ratelimit-reset")
            .or_else(|| text("x-sentry-rate-limit-reset"))
            .or_else(|| text("ratelimit-reset"))?;
        let reset: f64 = reset.trim().parse().ok().filter(|r: &f64| r.is_finite())?;
        // A number that is no length of time in this decade is a moment.
        const A_MOMENT: f64 = 1e9;
        if reset >= A_MOMENT {
            until(reset.ceil() as i64)
        } else {
            Some(reset.max(0.0).ceil() as u64)
        }
    };
    let seconds = asked.or_else(used_up)?;
    Some(Duration::from_secs(seconds).min(WAIT_MAX))
}

/// The last cause: what the system or the TLS library said.
fn root_of(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).expect("a value");
            (HeaderName::from_static(name), value)
        });
        pairs.collect()
    }

    #[test]
    fn a_wait_is_read_in_every_form_and_never_believed_for_ever() {
        let date = ("date", "Fri, 27 Nov 2026 12:00:00 GMT");
        let reset = (1_795_780_800 + 30).to_string();
        type Case<'a> = (&'a [(&'static str, &'a str)], u16, Option<u64>);
        let table: &[Case<'_>] = &[
            (&[("retry-after", "7")], 429, Some(7)),
            (&[("retry-after", "7")], 503, Some(7)),
            (
                &[date, ("retry-after", "Fri, 27 Nov 2026 12:00:09 GMT")],
                429,
                Some(9),
            ),
            (
                &[("retry-after", "Fri, 27 Nov 2026 12:00:09 GMT")],
                429,
                None,
            ),
            (&[("retry-after", "soon")], 429, None),
            (&[("retry-after", "99999999")], 429, Some(3_600)),
            (
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "12.2"),
                ],
                200,
                Some(13),
            ),
            (
                &[("x-ratelimit-remaining", "5"), ("x-ratelimit-reset", "12")],
                200,
                None,
            ),
            (
                &[
                    date,
                    ("x-sentry-rate-limit-remaining", "0"),
                    ("x-sentry-rate-limit-reset", &reset),
                ],
                200,
                Some(30),
            ),
            (
                &[("ratelimit-remaining", "0"), ("ratelimit-reset", "inf")],
                429,
                None,
            ),
            (&[], 429, None),
        ];
        for (pairs, status, seconds) in table {
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(wait(&headers(pairs), *status), expected, "{pairs:?}");
        }
    }

    #[test]
    fn an_address_has_a_host_and_no_question_and_shows_no_secret() {
        let make = |address: &str| Http::new(address, Credentials::None, None);
        assert!(make("http://127.0.0.1:9090/prom").is_ok());
        for wrong in ["", "prom:9090", "ftp://a", "http://", "http://a/?x=1"] {
            assert!(
                matches!(make(wrong), Err(MakeHttpError::Address(_))),
                "{wrong}"
            );
        }
        let said = make("ftp://kim:hunter2@host")
            .expect_err("wrong")
            .to_string();
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[test]
    fn a_request_stands_below_the_address_and_never_beside_it() {
        let http = Http::new("http://h:1/prom/", Credentials::None, None).expect("made");
        let at = |request: &Request| http.address(request).map(|url| url.to_string());
        let request = Request::get("/api/v1/query", "").with("query", "up{a=\"b c\"}&x");
        let whole = "http://h:1/prom/api/v1/query?query=up%7Ba%3D%22b+c%22%7D%26x";
        assert_eq!(at(&request).as_deref(), Ok(whole));
        let odd = at(&Request::get("//evil.example/x?y#z", "")).expect("a path");
        assert!(
            odd.starts_with("http://h:1/prom//evil.example/x%3Fy%23z"),
            "{odd}"
        );
        let form = encoded(&[("q".to_owned(), "a&b=c d".to_owned())]);
        assert_eq!(form.as_deref(), Ok("q=a%26b%3Dc+d"));
    }
}
