//! Files given by URL. A URL makes this machine connect to where a stranger wishes, so every connection is judged: the
//! host of each URL, first or redirected to, and every address its name leads to. A name is looked up once for each
//! connection, and the connection goes to the addresses that were judged: an answer that changes changes nothing.
//!
//! What is fetched is not bounded here: whoever reads the chunks counts them.

use std::borrow::Cow;
use std::error::Error as _;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fmt, io, iter};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::header::{ACCEPT_ENCODING, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Response};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};
use tokio_util::io::StreamReader;
use url::Url;

use super::address::Reach;
use super::name::name_of;
use super::resolve::{self, Lookup, Resolver};
use super::source::media_type_of;
use crate::body::Coding;
use crate::error::{Code, Error, clip};
use crate::settings::Settings;
use crate::shares::{Holder, Most, Share, Shares};

/// Bytes of a URL.
const MAX_URL: usize = 8 * 1024;
/// Redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// Time for one connection with its TLS, shared by the addresses of a name: a dead one leaves time for the others.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Inflated bytes handed on at once.
const CHUNK: usize = 64 * 1024;
/// Files fetched at once; the others wait, on their own time.
const AT_ONCE: usize = 256;
/// Time a fetch waits for its turn. The time of the fetch itself, which counts from before, is mostly shorter.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fetches files. One for the process.
pub(crate) struct Fetcher {
    resolver: Arc<Resolver>,
    places: Arc<Shares>,
    http: OnceLock<Option<Client>>,
    https: OnceLock<Option<Client>>,
}

/// How long a fetch may take.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// From the first lookup to the last byte.
    Whole(Duration),
    /// To the head, and from there between one chunk and the next.
    Idle(Duration),
}

/// A file whose head is here and whose bytes are still to come. Dropping it closes its connection.
pub(crate) struct Fetched {
    /// What its server or its URL calls it.
    pub(crate) name: Option<String>,
    /// The media type its server says it has.
    pub(crate) content_type: Option<String>,
    /// Where it is, at the end of all redirects, without user info.
    pub(crate) url: Option<String>,
    /// Its size, when that is known beforehand; that of a compressed answer is not.
    pub(crate) announced: Option<u64>,
    body: Body,
    timer: Timer,
    _place: Share,
}

enum Body {
    Plain(Response),
    Compressed(Pin<Box<dyn AsyncRead + Send>>),
}

/// Why a file could not be fetched, as a sentence that follows the name of its field. It names the host, never more of
/// the URL, and never an address that a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It leads where it may not, or is no URL.
    Refused(String),
    /// It is not there.
    Unreachable(String),
    /// It took too long.
    TooSlow(String),
}

impl Fetcher {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self::with_lookup(settings, Arc::new(resolve::system))
    }

    /// Names are looked up by a function.
    pub(crate) fn with_lookup(settings: &Settings, lookup: Lookup) -> Self {
        let resolver = Arc::new(Resolver::new(Reach::new(&settings.fetch_allow), lookup));
        Self { resolver, places: Shares::new(AT_ONCE, Most::Threshold), http: OnceLock::new(), https: OnceLock::new() }
    }

    /// Goes where a URL leads until there is a file to read.
    pub(crate) async fn open(&self, holder: &Holder, url: &str, patience: Patience) -> Result<Fetched, Fault> {
        let url = parse(url)?;
        let timer = Timer { patience, started: Instant::now(), host: shown(&url).into_owned() };
        let opened = async {
            let place = self.places.take(holder, 1, PATIENCE).await;
            let place = place
                .ok_or_else(|| Fault::TooSlow("waited too long for its turn: fetch fewer files at once".to_owned()))?;
            Ok((self.follow(url).await?, place))
        };
        let (response, place) = timer.bound(opened).await?;
        Fetched::new(response, timer, place)
    }

    async fn follow(&self, mut url: Url) -> Result<Response, Fault> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.request(&url).await?;
            match redirect(&url, &response)? {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(unreachable(format!("{} redirects again and again", shown(&url))))
    }

    async fn request(&self, url: &Url) -> Result<Response, Fault> {
        self.resolver.admit(url)?;
        // User info in the URL becomes basic authentication here.
        self.client(url)?.get(url.clone()).send().await.map_err(|error| fault_of(&error, url))
    }

    /// The client for http reads no certificates: it works, and costs nothing, where there are none.
    fn client(&self, url: &Url) -> Result<&Client, Fault> {
        let client = match url.scheme() {
            "https" => self.https.get_or_init(|| self.build(Client::builder())),
            _ => self.http.get_or_init(|| self.build(Client::builder().tls_certs_only([]))),
        };
        client.as_ref().ok_or_else(|| unreachable("this server has no certificates to check https with"))
    }

    /// Nothing of this process but the request itself goes out: no proxy of the environment, no cookies, no referer. No
    /// connection is used twice, so none outlives the judgement it was opened by. The head of an answer is bounded by
    /// hyper, at 100 headers and 408 KB. HTTP/2 has nothing to give to one request on one connection.
    fn build(&self, builder: ClientBuilder) -> Option<Client> {
        let client = builder
            .dns_resolver(self.resolver.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .http1_only()
            .connect_timeout(CONNECT_TIME)
            .user_agent(concat!("FlowForge/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]))
            // Whatever another crate turns on in reqwest: its inflation has no bound on zstd's memory.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .build();
        client.inspect_err(|error| tracing::warn!(?error, "files cannot be fetched by https")).ok()
    }
}

impl Fetched {
    fn new(response: Response, timer: Timer, place: Share) -> Result<Self, Fault> {
        let host = shown(response.url()).into_owned();
        match response.status().as_u16() {
            status @ 204..=206 => return Err(unreachable(format!("{host} answered {status}, without a whole file"))),
            200..=299 => {}
            status @ (401 | 403) => {
                let hint = "use a link that opens without a login";
                return Err(unreachable(format!("{host} answered {status}: {hint}")));
            }
            status => return Err(unreachable(format!("{host} answered {status}"))),
        }
        let header = |name: HeaderName| response.headers().get(name).map(HeaderValue::as_bytes);
        let name = name_of(header(CONTENT_DISPOSITION), response.url());
        let content_type = header(CONTENT_TYPE).and_then(|text| std::str::from_utf8(text).ok()).and_then(media_type_of);
        let mut url = response.url().clone();
        // Who reads the file must not learn it. A web address takes both.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let size = response.content_length();
        // An empty answer may still claim a compression.
        let body = match Coding::of(header(CONTENT_ENCODING).filter(|_| size != Some(0))) {
            Some(Coding::Identity) => Body::Plain(response),
            Some(coding) => {
                let bytes = StreamReader::new(response.bytes_stream().map_err(io::Error::other));
                Body::Compressed(coding.inflate(bytes))
            }
            None => return Err(unreachable(format!("{host} compressed it in a way other than gzip and zstd"))),
        };
        let announced = size.filter(|_| matches!(body, Body::Plain(_)));
        Ok(Self { name, content_type, url: Some(url.into()), announced, body, timer, _place: place })
    }

    /// More of the file; nothing at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        let Self { body, timer, .. } = self;
        let broken = || unreachable(format!("what {} sent ends early or is damaged", timer.host));
        let read = async {
            match body {
                Body::Plain(response) => response.chunk().await.map_err(|_| broken()),
                Body::Compressed(reader) => {
                    // A bomb is inflated faster than it is waited for: others get their turn.
                    tokio::task::coop::consume_budget().await;
                    let mut chunk = BytesMut::with_capacity(CHUNK);
                    let read = reader.read_buf(&mut chunk).await.map_err(|_| broken())?;
                    Ok((read > 0).then(|| chunk.freeze()))
                }
            }
        };
        timer.bound(read).await
    }
}

/// The time that is left.
struct Timer {
    patience: Patience,
    started: Instant,
    /// The host of the first URL.
    host: String,
}

impl Timer {
    async fn bound<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let (until, time) = match self.patience {
            Patience::Whole(time) => (self.started + time, time),
            Patience::Idle(time) => (Instant::now() + time, time),
        };
        let late = |_| Err(Fault::TooSlow(format!("did not arrive from {} within {time:?}", self.host)));
        timeout_at(until, work).await.unwrap_or_else(late)
    }
}

impl Fault {
    /// The error of a request that has the URL in this field.
    pub(crate) fn into_error(self, field: &str) -> Error {
        let (code, message) = match self {
            Self::Refused(message) => (Code::ValidationError, message),
            Self::Unreachable(message) => (Code::Unprocessable, message),
            Self::TooSlow(message) => (Code::DeadlineExceeded, message),
        };
        Error::field(code, field, message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Refused(message) | Self::Unreachable(message) | Self::TooSlow(message)) = self;
        f.write_str(message)
    }
}

impl std::error::Error for Fault {}

pub(super) fn unreachable(why: impl fmt::Display) -> Fault {
    Fault::Unreachable(format!("could not be fetched: {why}"))
}

/// The host of a URL, for a sentence.
pub(super) fn shown(url: &Url) -> Cow<'_, str> {
    brief(url.host_str().unwrap_or_default())
}

/// As much of a host as fits into a sentence.
pub(super) fn brief(host: &str) -> Cow<'_, str> {
    clip(host, 100)
}

fn parse(text: &str) -> Result<Url, Fault> {
    if text.len() > MAX_URL {
        return Err(Fault::Refused("is a URL longer than 8 KB".to_owned()));
    }
    match Url::parse(text) {
        Ok(url) if is_web(&url) => Ok(url),
        Ok(_) => Err(Fault::Refused("is not a URL that starts with http:// or https://".to_owned())),
        Err(_) => Err(not_valid()),
    }
}

fn not_valid() -> Fault {
    Fault::Refused("is not a valid URL".to_owned())
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Where an answer redirects to, if it does.
fn redirect(url: &Url, response: &Response) -> Result<Option<Url>, Fault> {
    match (response.status().as_u16(), response.headers().get(LOCATION)) {
        (301 | 302 | 303 | 307 | 308, Some(location)) => next(url, location.as_bytes()).map(Some),
        _ => Ok(None),
    }
}

fn next(url: &Url, location: &[u8]) -> Result<Url, Fault> {
    let lost = || unreachable(format!("{} redirects to what is no web address", shown(url)));
    let location = std::str::from_utf8(location).ok().filter(|location| location.len() <= MAX_URL);
    let next = location.and_then(|location| url.join(location).ok()).filter(is_web);
    let mut next = next.ok_or_else(lost)?;
    if (url.scheme(), next.scheme()) == ("https", "http") {
        return Err(Fault::Refused(format!("leads to {}, which redirects from https to plain http", shown(url))));
    }
    // User info is for the host it was written for; a server gives none away.
    let (user, password) = if next.origin() == url.origin() { (url.username(), url.password()) } else { ("", None) };
    next.set_username(user).and_then(|()| next.set_password(password)).map_err(|()| lost())?;
    Ok(next)
}

/// Why there is no answer.
fn fault_of(error: &reqwest::Error, url: &Url) -> Fault {
    let mut causes = iter::successors(error.source(), |cause| (*cause).source());
    if let Some(fault) = causes.clone().find_map(|cause| cause.downcast_ref::<Fault>()) {
        return fault.clone();
    }
    if error.is_builder() {
        return not_valid();
    }
    let host = shown(url);
    let is_of_the_system = |cause: &io::Error| cause.raw_os_error().is_some();
    if error.is_timeout() {
        Fault::TooSlow(format!("did not arrive: no connection to {host} within {CONNECT_TIME:?}"))
    } else if !error.is_connect() {
        unreachable(format!("{host} did not answer as a web server does"))
    } else if causes.any(|cause| cause.downcast_ref().is_some_and(is_of_the_system)) {
        unreachable(format!("{host} takes no connections"))
    } else {
        unreachable(format!("{host} speaks no https, or its certificate is not valid"))
    }
}

#[cfg(test)]
mod tests;
