//! What is known of a request besides the request: who sent it, whose it is, which operation serves it.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

use crate::message::Request;
use crate::observe::RouteMetrics;

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the client's own when it is plain, else a new UUID.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    fn of(request: &Request) -> Self {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        match request.headers().get(&REQUEST_ID) {
            Some(sent) if (1..=64).contains(&sent.len()) && sent.as_bytes().iter().all(plain) => Self(sent.clone()),
            _ => Self::default(),
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a header.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl Default for RequestId {
    fn default() -> Self {
        let mut buffer = Uuid::encode_buffer();
        let text: &str = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
        let text = Bytes::copy_from_slice(text.as_bytes());
        Self(HeaderValue::from_maybe_shared(text).expect("a UUID is a header value"))
    }
}

/// Who is calling, as the gateway found from the API key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consumer {
    /// Kong's consumer id.
    pub id: String,
    /// Its name in `kong.yml`.
    pub username: String,
    /// The id the operator's own system knows it by.
    pub custom_id: Option<String>,
    /// ACL groups; the plan is one of them.
    pub groups: Vec<String>,
}

impl Consumer {
    /// The plan: the first of the groups. The one place that knows this.
    #[must_use]
    pub fn plan(&self) -> Option<&str> {
        self.groups.first().map(String::as_str)
    }
}

/// One rate-limit window of the caller, counted with this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// `minute`, `hour`, `day` and so on.
    pub period: &'static str,
    /// Requests the plan allows in it.
    pub limit: u64,
    /// Requests left in it.
    pub remaining: u64,
    /// Seconds until it starts anew.
    pub reset_seconds: u64,
}

/// What is known of a request. It travels in the request's extensions, and whoever learns more writes it in: one
/// allocation for all, and the observer sees it when the request is long gone.
#[derive(Debug, Clone, Default)]
pub struct Context(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    id: RequestId,
    peer: Option<IpAddr>,
    secure: bool,
    client: OnceLock<IpAddr>,
    consumer: OnceLock<Arc<Consumer>>,
    windows: OnceLock<Vec<Window>>,
    route: OnceLock<Arc<RouteMetrics>>,
}

impl Context {
    /// A request that arrives from somewhere.
    pub(crate) fn arriving(request: &Request, peer: Option<IpAddr>, secure: bool) -> Self {
        Self(Arc::new(Known { id: RequestId::of(request), peer, secure, ..Known::default() }))
    }

    /// The context of a request; a new one when it has none.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get().cloned().unwrap_or_else(|| Self::arriving(request, None, false))
    }

    /// The id of the request.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.0.id
    }

    /// The other end of the connection.
    #[must_use]
    pub fn peer(&self) -> Option<IpAddr> {
        self.0.peer
    }

    /// Whether it came by TLS of our own.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.secure
    }

    /// The client: whom a trusted proxy speaks for, else the other end of the connection.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.0.client.get().copied().or(self.0.peer)
    }

    /// Says whom a trusted proxy speaks for; the first word stands.
    pub fn set_client(&self, client: IpAddr) {
        let _ = self.0.client.set(client);
    }

    /// Who is calling, once the gateway has said so.
    #[must_use]
    pub fn consumer(&self) -> Option<&Arc<Consumer>> {
        self.0.consumer.get()
    }

    /// The caller's rate-limit windows; empty until the gateway has counted.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        self.0.windows.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// The operation that serves the request, once one does.
    pub(crate) fn route(&self) -> Option<&Arc<RouteMetrics>> {
        self.0.route.get()
    }

    /// Says who is calling; the first word stands.
    pub fn set_consumer(&self, consumer: Arc<Consumer>) {
        let _ = self.0.consumer.set(consumer);
    }

    /// Says what is left of the caller's plan; the first word stands.
    pub fn set_windows(&self, windows: Vec<Window>) {
        let _ = self.0.windows.set(windows);
    }

    /// Says which operation the request counts for; the first word stands.
    pub fn set_route(&self, route: Arc<RouteMetrics>) {
        let _ = self.0.route.set(route);
    }
}
