//! Servers elsewhere. One file for each contract; this one is what they share: the client, statuses, the end of waiting.

mod anthropic;
mod events;
mod habits;
mod openai;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::{Kind, Times, Upstream};
use crate::fault::Fault;
use crate::piece::Pieces;
use crate::prompt::Prompt;
use crate::{Backend, Opening};
use habits::Habits;

pub(crate) use anthropic::Anthropic;
pub(crate) use openai::Openai;

/// Bytes of an error that are read.
const ERROR: usize = 16 * 1024;
/// Characters of a server's message that are passed on.
const MESSAGE: usize = 200;
/// The longest time a server may ask us to wait, that is remembered.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A server of the configuration.
pub(crate) fn open(name: &str, upstream: &Upstream, client: &Client) -> Result<Arc<dyn Backend>, String> {
    let server = Server::new(upstream, client).map_err(|problem| format!("upstreams.{name}: {problem}"))?;
    Ok(match upstream.kind {
        Kind::Openai => Arc::new(Openai::new(server, upstream)),
        Kind::Anthropic => Arc::new(Anthropic::new(server)),
    })
}

/// The client for all of them: no proxy, no redirect (a key would go along), nothing inflated.
pub(crate) fn client(times: &Times) -> Result<Client, String> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(times.connect())
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_nodelay(true)
        .user_agent(concat!("FlowForge/", env!("CARGO_PKG_VERSION")))
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .build()
        .map_err(|_| "no client for https: this machine has no certificates to check servers with".to_owned())
}

/// Where a server is and how it lets us in.
pub(crate) struct Server {
    client: Client,
    url: Url,
    headers: HeaderMap,
    key: Option<String>,
    habits: Habits,
    places: Arc<Semaphore>,
}

impl Server {
    fn new(upstream: &Upstream, client: &Client) -> Result<Self, String> {
        let url = upstream.url.trim_end_matches('/');
        let path = match upstream.kind {
            Kind::Openai => "/chat/completions",
            Kind::Anthropic => "/v1/messages",
        };
        // A query (Azure's api-version) stays behind the path.
        let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
        let mut url = Url::parse(&format!("{}{path}", base.trim_end_matches('/')))
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or("url: write it as https://host/path")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("url: a key belongs into key".to_owned());
        }
        url.set_query(query);
        let key = upstream.key()?.filter(|key| !key.is_empty());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        if upstream.kind == Kind::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        if let Some(key) = &key {
            let usual = if upstream.kind == Kind::Anthropic { "x-api-key" } else { "authorization" };
            let name = upstream.key_header.as_deref().unwrap_or(usual);
            let name = HeaderName::try_from(name).map_err(|_| "keyHeader: not the name of a header")?;
            let written = if name == "authorization" { format!("Bearer {key}") } else { key.clone() };
            let mut value = HeaderValue::try_from(written).map_err(|_| "key: has characters no header takes")?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let places = Arc::new(Semaphore::new(upstream.at_once.clamp(1, 10_000)));
        Ok(Self { client: client.clone(), url, headers, key, habits: Habits::default(), places })
    }

    /// Sends a request; the answer's head is a good one.
    async fn post(&self, body: String) -> Result<(Response, OwnedSemaphorePermit), Fault> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Fault::Busy { retry_after: Some(Duration::from_secs(1)) })?;
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body);
        let response = request.send().await.map_err(|error| match error.is_timeout() {
            // The time to connect is over; that for an answer is kept elsewhere.
            true => Fault::Unreachable,
            false if error.is_connect() => Fault::Unreachable,
            false => Fault::Broken,
        })?;
        if response.status().is_success() {
            return Ok((response, place));
        }
        Err(self.fault(response).await)
    }

    /// What an answer that is none says.
    async fn fault(&self, mut response: Response) -> Fault {
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        match status {
            401 | 403 | 404 => Fault::Denied(status),
            429 => Fault::Busy { retry_after },
            400 | 402..=499 if status != 408 && status != 409 && status != 425 => {
                let mut body = Vec::new();
                while let Ok(Some(piece)) = response.chunk().await {
                    body.extend_from_slice(&piece);
                    if body.len() >= ERROR {
                        break;
                    }
                }
                body.truncate(ERROR);
                let message = serde_json::from_slice::<Value>(&body).ok().and_then(|body| self.message(&body));
                Fault::Refused(message.unwrap_or_else(|| format!("it answered {status}")))
            }
            _ => Fault::Failed { status, retry_after },
        }
    }

    /// The message of an error, as OpenAI, Anthropic and those like them write it; never with the key in it.
    fn message(&self, body: &Value) -> Option<String> {
        let error = body.get("error").unwrap_or(body);
        let message = error.as_str().or_else(|| error.get("message")?.as_str())?;
        let message = match &self.key {
            Some(key) => message.replace(key, "***"),
            None => message.to_owned(),
        };
        let plain = message.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        Some(plain.take(MESSAGE).collect())
    }

    /// An error within an answer.
    fn reported(&self, error: &Value) -> Fault {
        let kind = [&error["error"]["type"], &error["error"]["code"]].map(|name| name.as_str().unwrap_or_default());
        let status = error["error"]["code"].as_u64();
        if kind.iter().any(|kind| ["overloaded_error", "rate_limit_error", "rate_limit_exceeded"].contains(kind))
            || status == Some(429)
        {
            return Fault::Busy { retry_after: None };
        }
        let refused = ["invalid_request_error", "BadRequestError"];
        if kind.iter().any(|kind| refused.contains(kind)) || matches!(status, Some(400 | 413 | 422)) {
            return Fault::Refused(self.message(error).unwrap_or_else(|| "it does not say why".to_owned()));
        }
        Fault::Reported(self.message(error).unwrap_or_else(|| "it does not say which".to_owned()))
    }
}

/// The time after which a server wants to be asked again: seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let milliseconds = headers.get("retry-after-ms").and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok());
    let written = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = written.and_then(|written| written.parse::<f64>().ok());
    let seconds = milliseconds.map(|milliseconds| milliseconds / 1000.0).or(seconds);
    match seconds {
        Some(seconds) => Duration::try_from_secs_f64(seconds.max(0.0)).ok().map(|time| time.min(LONGEST_WAIT)),
        None => {
            // Both dates are the server's: its clock need not be ours.
            let sent = headers.get("date").and_then(|value| http_date(value.to_str().ok()?))?;
            let wait = http_date(written?)?.duration_since(sent);
            Duration::try_from(wait).ok().map(|time| time.min(LONGEST_WAIT))
        }
    }
}

/// A date of HTTP.
fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp())
}

/// How a backend makes pieces of what it reads.
trait Reading: Send + 'static {
    /// More pieces, out of one event.
    fn event(&mut self, server: &Server, event: events::Event) -> Result<Vec<crate::Piece>, Fault>;

    /// The pieces of an answer that came whole, as JSON.
    fn whole(&mut self, server: &Server, answer: &Value) -> Result<Vec<crate::Piece>, Fault>;

    /// Whether the answer said that it is finished.
    fn is_finished(&self) -> bool;
}

/// Sends a request, in the way its model takes it, and reads the answer piece by piece.
async fn ask<R: Reading + Default>(
    server: Arc<Server>,
    model: &str,
    mut body: Map<String, Value>,
    prompt: &Prompt,
) -> Result<Pieces, Fault> {
    server.habits.meet(model, &mut body, prompt);
    loop {
        let written = serde_json::to_string(&body).map_err(|_| Fault::Malformed("the request is not JSON"))?;
        match pieces(server.clone(), written, R::default()).await {
            Err(fault) if server.habits.learn(model, &fault, &mut body, prompt) => {}
            answered => return answered,
        }
    }
}

async fn pieces(server: Arc<Server>, body: String, reading: impl Reading) -> Result<Pieces, Fault> {
    let (response, place) = server.post(body).await?;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => events::whole(server, response, place, reading).await,
        // Some servers do not say what they send.
        "text/event-stream" | "" | "text/plain" | "application/octet-stream" => {
            Ok(events::pieces(server, response, place, reading))
        }
        _ => Err(Fault::Malformed("it is neither events nor JSON")),
    }
}

impl Backend for Openai {
    fn open<'a>(&'a self, model: &'a str, prompt: &'a Arc<Prompt>) -> Opening<'a> {
        Box::pin(ask::<openai::Chunks>(self.server(), model, self.request(model, prompt), prompt))
    }
}

impl Backend for Anthropic {
    fn open<'a>(&'a self, model: &'a str, prompt: &'a Arc<Prompt>) -> Opening<'a> {
        Box::pin(
            async move { ask::<anthropic::Blocks>(self.server(), model, Self::request(model, prompt)?, prompt).await },
        )
    }
}
