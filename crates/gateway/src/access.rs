//! The way of a request up to its service: its route, and the plugins in Kong's order. Each may end it here.

use std::borrow::Cow;
use std::net::IpAddr;

use chassis::{Body, Code, Context, Error, Request, Response};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, WWW_AUTHENTICATE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Body as _;
use http_body_util::Limited;

use crate::cors::Cors;
use crate::limit::{self, Identifier, LimitBy, RateLimiting};
use crate::plugins::{Acl, KeyAuth, Kind, Plugin, RequestSizeLimiting};
use crate::routes::Match;
use crate::trusted::Origin;
use crate::{Gateway, host, path, rewrite};

/// Headers an answer gets at most: what the plugins add, and the observer after them.
const ADDED: usize = 12;

/// What the plugins add to the answer, whoever gives it. Written when the answer is there: nothing is kept twice.
#[derive(Default)]
pub(crate) struct Decoration<'a> {
    cors: Option<(&'a Cors, Option<HeaderValue>)>,
    challenge: Option<&'a HeaderValue>,
    limits: Option<&'a RateLimiting>,
}

impl Decoration<'_> {
    /// Adds it to the headers of the answer.
    pub(crate) fn apply(self, context: &Context, answer: &mut HeaderMap) {
        answer.reserve(ADDED);
        if let Some((cors, allowed)) = self.cors {
            cors.decorate(allowed, answer);
        }
        if let Some(challenge) = self.challenge {
            answer.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(limits) = self.limits {
            limits.tell(context.windows(), answer);
        }
    }
}

/// Why a request goes no further.
pub(crate) enum Refusal {
    Error(Error),
    /// An answer of the gateway itself that is no error.
    Answer(Box<Response>),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Who is calling.
#[derive(Default)]
struct Caller {
    /// The consumer, by number.
    consumer: Option<usize>,
    /// The SHA-256 of the key.
    key: Option<[u8; 32]>,
}

impl Gateway {
    /// Finds the route and runs its plugins up to the service. The request leaves with the path its service expects.
    pub(crate) fn access<'a>(
        &'a self,
        request: &mut Request,
        context: &Context,
        origin: Origin,
        decoration: &mut Decoration<'a>,
    ) -> Result<usize, Refusal> {
        host::settle(request)?;
        let target = request.uri().path_and_query().cloned();
        let sent = target.as_ref().map_or("", PathAndQuery::path);
        let path = path::normalize(sent);
        let found = self.contract.table.find(&self.contract.routes, request.method(), &path, request.headers());
        let found = found.ok_or_else(|| {
            Error::new(Code::NotFound, format!("no route leads to {}: see /api/v1/catalog", shown(&path)))
        })?;
        let route = found.route;

        if let Some((_, Plugin::Cors(cors))) = self.plugin(Kind::Cors, route, None) {
            if Cors::is_preflight(request.method(), request.headers()) {
                let mut response = Response::new(Body::empty());
                cors.preflight(request.headers(), response.headers_mut());
                return Err(Refusal::Answer(Box::new(response)));
            }
            decoration.cors = Some((cors, cors.allowed(request.headers())));
        }
        let mut caller = Caller::default();
        if let Some((_, Plugin::KeyAuth(plugin))) = self.plugin(Kind::KeyAuth, route, None) {
            caller = self
                .authenticate(plugin, request.headers_mut())
                .inspect_err(|_| decoration.challenge = Some(&plugin.challenge))?;
            if let Some(consumer) = caller.consumer {
                context.set_consumer(self.contract.consumers[consumer].clone());
            }
        }
        let consumer = caller.consumer;
        if let Some((_, Plugin::RequestSizeLimiting(plugin))) = self.plugin(Kind::RequestSizeLimiting, route, consumer)
        {
            limit_size(plugin, request)?;
        }
        if let Some((_, Plugin::Acl(plugin))) = self.plugin(Kind::Acl, route, None) {
            check_groups(plugin, context)?;
        }
        if let Some((instance, Plugin::RateLimiting(plugin))) = self.plugin(Kind::RateLimiting, route, consumer) {
            if !plugin.hide_headers {
                decoration.limits = Some(plugin);
            }
            self.charge(instance, plugin, &caller, route, origin.client, context)?;
        }
        let mut replaced = None;
        if let Some((_, Plugin::RequestTransformer(plugin))) = self.plugin(Kind::RequestTransformer, route, consumer) {
            for (name, value) in &plugin.add {
                request.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
            replaced = plugin.path.as_deref();
        }
        self.rewrite(request, sent, &path, &found, replaced)?;
        Ok(route)
    }

    /// The consumer a key belongs to. The first header that is there counts.
    fn authenticate(&self, plugin: &KeyAuth, headers: &mut HeaderMap) -> Result<Caller, Error> {
        let refused = |message: &'static str| Err(Error::new(Code::Unauthorized, message));
        // As many values as names: none is there twice.
        let once = headers.len() == headers.keys_len();
        let sent = plugin.names.iter().find_map(|name| headers.get(name).map(|value| (name, value)));
        let Some((name, value)) = sent.filter(|(_, value)| !value.is_empty()) else {
            return refused("no API key found in request: send it in the X-API-Key header");
        };
        if !once && headers.get_all(name).iter().count() > 1 {
            return refused("duplicate API key found: send one X-API-Key header");
        }
        let Some(known) = self.keys.find(value.as_bytes()) else {
            return refused(if is_misspelled_bearer(name, value) {
                "write the scheme of Authorization as Bearer, with a capital B and one space after it"
            } else {
                "this API key is not known: check it for missing characters"
            });
        };
        if plugin.hide {
            for name in &plugin.names {
                // Looking through the few there are is cheaper than looking up one that is not there.
                if headers.keys().any(|known| known == name) {
                    headers.remove(name);
                }
            }
        }
        Ok(Caller { consumer: Some(known.consumer), key: Some(known.digest) })
    }

    fn charge(
        &self,
        instance: usize,
        plugin: &RateLimiting,
        caller: &Caller,
        route: usize,
        client: Option<IpAddr>,
        context: &Context,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let address = || Identifier::Ip(client.map(limit::budget_of));
        let budget = self.budgets[instance];
        let stranger = |identifier| self.counters.charge(budget, identifier, plugin, now);
        let verdict = match (plugin.by, caller.consumer) {
            (LimitBy::Consumer, Some(consumer)) => self.counters.charge_consumer(budget, consumer, plugin, now),
            (LimitBy::Credential, _) => stranger(caller.key.map_or_else(address, Identifier::Key)),
            (LimitBy::Service, _) => {
                let service = &self.contract.services[self.contract.routes[route].service];
                stranger(Identifier::Service(crate::number(&[&service.name])))
            }
            (LimitBy::Consumer | LimitBy::Ip, _) => stranger(address()),
        };
        let refused = (!verdict.admitted).then(|| limit::tightest(&verdict.windows).copied());
        context.set_windows(verdict.windows);
        let Some(window) = refused else { return Ok(()) };
        let seconds = window.map_or(1, |window| window.reset_seconds);
        let advice = if caller.consumer.is_some() { " or change plan" } else { "" };
        let (limit, period) = window.map_or((0, "window"), |window| (window.limit, window.period));
        let message = format!("limit of {limit} requests a {period} reached: wait {seconds} seconds{advice}");
        Err(Error::new(Code::RateLimited, message).retry_after(seconds))
    }

    /// Gives the request the path its service expects; the query stays as it was sent.
    fn rewrite(
        &self,
        request: &mut Request,
        sent: &str,
        path: &str,
        found: &Match,
        replaced: Option<&str>,
    ) -> Result<(), Error> {
        let route = &self.contract.routes[found.route];
        let base = &self.contract.services[route.service].path;
        let path = match replaced {
            Some(path) => Cow::Borrowed(path),
            None => rewrite::join(base, path, route.strip_path.then_some(found.matched)),
        };
        if path == sent && request.uri().scheme().is_none() {
            return Ok(());
        }
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let path: PathAndQuery = format!("{path}{query}")
            .parse()
            .map_err(|_| Error::new(Code::MalformedRequest, "the path holds characters that must be escaped"))?;
        *request.uri_mut() = path.into();
        Ok(())
    }
}

/// Whether a key was sent as a bearer, but not as Kong compares it: letter for letter, `Bearer` and one space.
fn is_misspelled_bearer(name: &HeaderName, value: &HeaderValue) -> bool {
    let (scheme, key) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    *name == AUTHORIZATION && scheme.eq_ignore_ascii_case("bearer") && (scheme != "Bearer" || key.starts_with(' '))
}

fn limit_size(plugin: &RequestSizeLimiting, request: &mut Request) -> Result<(), Error> {
    let exact = request.body().size_hint().exact();
    if exact.is_some_and(|size| size > plugin.bytes) {
        let limit = plugin.bytes;
        return Err(Error::new(Code::PayloadTooLarge, format!("the body is larger than the limit of {limit} bytes")));
    }
    if exact.is_none() {
        // A body that does not say its size is cut where the limit is.
        let limit = usize::try_from(plugin.bytes).unwrap_or(usize::MAX);
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Limited::new(body, limit));
        request.headers_mut().remove(CONTENT_LENGTH);
    }
    Ok(())
}

fn check_groups(plugin: &Acl, context: &Context) -> Result<(), Error> {
    let Some(consumer) = context.consumer() else {
        return Err(Error::new(Code::Unauthorized, "send an API key in the X-API-Key header"));
    };
    if plugin.admits(&consumer.groups) {
        return Ok(());
    }
    Err(Error::new(Code::Forbidden, "the plan of this API key does not include this service"))
}

/// A path short enough for a message.
fn shown(path: &str) -> Cow<'_, str> {
    match path.char_indices().nth(100) {
        None => Cow::Borrowed(path),
        Some((end, _)) => Cow::Owned(format!("{}…", &path[..end])),
    }
}
