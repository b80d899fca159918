//! An operation as it is registered: a function from a typed request to a typed response, and its settings.
//!
//! Registration opens nothing and computes nothing: every process describes every operation, and a worker, which runs
//! one, is started for one request. So schemas are functions, the example is a function, and the layout of the request
//! is made when the first request comes. What registration can judge at once it refuses at once, by a panic that the
//! first test of the service meets; what needs the layout is judged by [`About::verify`], which the documents call.

use std::any::{Any, TypeId};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Method;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::answer::{Makes, OperationResponse};
use super::function::{Await, Compute, Stream};
use super::task::{Function, OperationRequest, Prepare, preparing};
use crate::decode::Layout;
use crate::error::Error;
use crate::held::{Held, Wanted};
use crate::run::pool::Cost;
use crate::run::worker::Confinement;

type ToSchema = fn(&mut SchemaGenerator) -> Schema;

/// What the documents say of an operation, and how its requests are laid out.
pub(crate) struct About {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Within its service; the metrics, the document and its worker know it by this.
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    example: Option<Box<dyn Fn() -> Value + Send + Sync>>,
    pub(crate) public: bool,
    request_type: TypeId,
    pub(crate) request_schema: ToSchema,
    pub(crate) response_schema: Option<ToSchema>,
    pub(crate) makes: Makes,
    /// The media types of the bytes it answers with.
    pub(crate) answers: &'static [&'static str],
    /// Files it takes at most, when that is not one for each field.
    most_files: Option<usize>,
    /// The media types of the files it takes; empty for all.
    pub(crate) accepts: &'static [&'static str],
    pub(crate) cached: bool,
    pub(crate) foreign: Option<ErrorShape>,
    /// Whether it has no batch, though it could have one.
    alone: bool,
    read_layout: fn() -> Layout,
    layout: OnceLock<Layout>,
}

/// An operation as it is registered, and the settings of its registration.
pub struct Operation {
    pub(crate) about: Arc<About>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) cost: Box<CostOf>,
    /// Bytes a request is decoded to, where that can be much more than it has.
    pub(crate) decodes: Option<Box<BytesOf>>,
    pub(crate) inline_up_to: usize,
    caching: Option<Caching>,
    pub(crate) isolation: Isolation,
    /// What the function wants of what its service holds.
    pub(crate) wants: Option<Wanted>,
    computes: bool,
    pub(crate) prepare: Box<Prepare>,
}

/// What a request costs.
type CostOf = dyn Fn(&dyn Any) -> Cost + Send + Sync;
/// What a request is decoded to.
type BytesOf = dyn Fn(&dyn Any) -> u64 + Send + Sync;
/// How a request is confined; nothing for one that stays in this process.
type ConfinementOf = dyn Fn(&dyn Any) -> Option<Confinement> + Send + Sync;

/// Which requests are for a process of their own.
pub(crate) enum Isolation {
    Never,
    Always,
    /// Those of which this says so.
    When(Box<ConfinementOf>),
}

/// How another product writes its errors.
pub(crate) type ErrorShape = fn(&Error) -> Value;

/// How long answers are kept, and the version of what computes them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caching {
    pub(crate) ttl: Duration,
    pub(crate) version: u32,
}

impl About {
    /// How its requests are laid out: made when it is first asked for.
    pub(crate) fn layout(&self) -> &Layout {
        self.layout.get_or_init(self.read_layout)
    }

    /// A request that works.
    pub(crate) fn example(&self) -> Option<Value> {
        let mut example = self.example.as_ref()?();
        if let Value::Object(fields) = &mut example {
            fields.retain(|_, value| !value.is_null());
        }
        Some(example)
    }

    /// Files a request may have.
    pub(crate) fn files(&self) -> usize {
        self.most_files.unwrap_or_else(|| self.layout().files().len())
    }

    /// The names of its path parameters, in their order.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether the request comes in path and query alone.
    pub(crate) fn is_query_only(&self) -> bool {
        self.method == Method::GET || self.method == Method::DELETE
    }

    /// Whether it reads or writes bit by bit.
    pub(crate) fn is_streaming(&self) -> bool {
        self.response_schema.is_none() || self.layout().files().iter().any(|field| field.stream)
    }

    /// Whether several requests may come as one; not those on a resource, which is named by the path.
    pub(crate) fn has_batch(&self) -> bool {
        let whole = self.response_schema.is_some() && self.makes != Makes::Events;
        self.method == Method::POST && self.foreign.is_none() && whole && !self.alone && !self.path.contains('{')
    }

    /// Refuses what can only be judged with the layout.
    ///
    /// # Panics
    /// When a request with a secret would be kept, or a stream; when a path parameter is no field.
    pub(crate) fn verify(&self) {
        assert!(!self.cached || !self.layout().has_secrets(), "{}: a request with a secret is not kept", self.path);
        assert!(!self.cached || !self.is_streaming(), "{}: a stream is not kept", self.path);
        for name in self.path_parameters() {
            let field = self.layout().has_field(name);
            assert!(self.foreign.is_some() || field, "{}: {name} is no field of the request", self.path);
        }
    }
}

impl Operation {
    fn new<Q: OperationRequest>(route: &str, function: Function<Q>, wants: Option<Wanted>) -> Self {
        let (method, path) = route.split_once(' ').expect("a route is a method and a path");
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let about = About {
            method: method.parse().expect("the method is one of HTTP's"),
            path: path.to_owned(),
            name: path.trim_matches('/').replace(['{', '}'], "").chars().map(plain).collect(),
            summary: String::new(),
            description: String::new(),
            example: None,
            public: false,
            request_type: TypeId::of::<Q>(),
            request_schema: SchemaGenerator::subschema_for::<Q>,
            response_schema: None,
            makes: Makes::Nothing,
            answers: &["application/octet-stream"],
            most_files: None,
            accepts: &[],
            cached: false,
            foreign: None,
            alone: false,
            read_layout: Layout::of::<Q>,
            layout: OnceLock::new(),
        };
        Self {
            about: Arc::new(about),
            deadline: None,
            cost: Box::new(|_| Cost::Light),
            decodes: None,
            inline_up_to: 0,
            caching: None,
            isolation: Isolation::Never,
            wants,
            computes: matches!(function, Function::Compute(_)),
            prepare: preparing(function),
        }
    }

    /// What is said of it; while it is registered nobody else has it.
    fn said(&mut self) -> &mut About {
        Arc::get_mut(&mut self.about).expect("an operation that is being registered is mounted nowhere")
    }

    fn answering<R: OperationResponse>(mut self) -> Self {
        let about = self.said();
        about.response_schema = Some(R::facts);
        about.makes = R::MAKES;
        self
    }

    pub(crate) fn compute<Q, R, H>(route: &str, function: impl Compute<Q, R, H>, held: &Held) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        H: 'static,
    {
        let wants = function.wants();
        Self::new(route, Function::computing(function, held.clone()), wants).answering::<R>()
    }

    pub(crate) fn call<Q, R, H>(route: &str, function: impl Await<Q, R, H>, held: &Held) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        H: 'static,
    {
        let wants = function.wants();
        Self::new(route, Function::awaiting(function, held.clone()), wants).answering::<R>()
    }

    pub(crate) fn stream<Q, H>(route: &str, function: impl Stream<Q, H>, held: &Held) -> Self
    where
        Q: OperationRequest,
        H: 'static,
    {
        let wants = function.wants();
        Self::new(route, Function::streaming(function, held.clone()), wants)
    }

    /// Its name within the service, when that is not its path in snake case: needed where several operations share a
    /// path, as `collections_create` and `collections_list` do.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.said().name);
        self
    }

    /// A line for lists.
    #[must_use]
    pub fn summary(mut self, text: &str) -> Self {
        text.clone_into(&mut self.said().summary);
        self
    }

    /// What to know besides the fields: units, errors, sources.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        text.clone_into(&mut self.said().description);
        self
    }

    /// A request that works. Shown in the documents and run by the tests; made only there.
    ///
    /// # Panics
    /// When it is made, if the request cannot be written as JSON.
    #[must_use]
    pub fn example<Q: OperationRequest>(mut self, request: impl Fn() -> Q + Send + Sync + 'static) -> Self {
        self.said().example = Some(Box::new(move || serde_json::to_value(request()).expect("a request is JSON")));
        self
    }

    /// Needs no API key.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.said().public = true;
        self
    }

    /// What a call costs.
    #[must_use]
    pub fn cost(mut self, cost: Cost) -> Self {
        self.cost = Box::new(move |_| cost);
        self
    }

    /// What a call costs, where that depends on the request.
    ///
    /// # Panics
    /// When it is not the operation's own request.
    #[must_use]
    pub fn cost_of<Q: OperationRequest>(mut self, cost: impl Fn(&Q) -> Cost + Send + Sync + 'static) -> Self {
        self.expect_request::<Q>("the cost");
        self.cost = Box::new(move |request| request.downcast_ref().map_or(Cost::Heavy, &cost));
        self
    }

    /// The bytes a request is decoded to (pixels, tables), where that can be much more than it has: they are counted
    /// against the memory for all before the work begins.
    ///
    /// # Panics
    /// When it is not the operation's own request.
    #[must_use]
    pub fn decodes<Q: OperationRequest>(mut self, bytes: impl Fn(&Q) -> u64 + Send + Sync + 'static) -> Self {
        self.expect_request::<Q>("what it decodes to");
        self.decodes = Some(Box::new(move |request| request.downcast_ref().map_or(0, &bytes)));
        self
    }

    /// Computes where the request arrives when it has at most this many bytes, files included, and is light: for what then
    /// takes under about 50 microseconds, less than going to the pool and back.
    #[must_use]
    pub fn inline(mut self, bytes: usize) -> Self {
        self.inline_up_to = bytes;
        self
    }

    /// The time the operation has, when it is not the default.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// Takes at most so many files, of these media types (`image/*` is all images; none named is all there are).
    #[must_use]
    pub fn files(mut self, most: usize, accepts: &'static [&'static str]) -> Self {
        let about = self.said();
        about.most_files = Some(most);
        about.accepts = accepts;
        self
    }

    /// The media types of the bytes it answers with, for the documents.
    #[must_use]
    pub fn answers(mut self, media_types: &'static [&'static str]) -> Self {
        self.said().answers = media_types;
        self
    }

    /// Keeps answers: the same request (files by their content) is answered without computing for that long. Raise the
    /// version whenever the same request should be answered differently. The answer must not depend on who asks.
    ///
    /// # Panics
    /// For a stream at once; for a request that holds a secret, or is read as it arrives, when the document is made.
    /// The answer to such a request is never kept.
    #[must_use]
    pub fn cache(mut self, ttl: Duration, version: u32) -> Self {
        let whole = self.about.response_schema.is_some() && self.about.makes != Makes::Events;
        assert!(whole, "{}: a stream is not kept", self.about.path);
        self.caching = Some(Caching { ttl, version });
        self.said().cached = true;
        self
    }

    /// How answers are kept, if they are.
    pub(crate) fn caching(&self) -> Option<Caching> {
        self.caching.filter(|_| !self.about.layout().has_secrets())
    }

    /// Computes in a process of its own, with bounded memory and time: for parsers of what strangers send.
    ///
    /// # Panics
    /// When it does not compute, or wants what its service holds: a worker opens nothing.
    #[must_use]
    pub fn isolated(mut self) -> Self {
        assert!(self.computes, "{}: only what computes goes to a worker", self.about.path);
        assert!(self.wants.is_none(), "{}: a worker holds nothing of its service", self.about.path);
        self.isolation = Isolation::Always;
        self
    }

    /// The same, for the requests of which the function says so, each with the memory and stack it needs: a process
    /// costs a few milliseconds.
    ///
    /// # Panics
    /// As [`Operation::isolated`]; when it is not the operation's own request.
    #[must_use]
    pub fn isolated_when<Q: OperationRequest>(
        mut self,
        needs: impl Fn(&Q) -> Option<Confinement> + Send + Sync + 'static,
    ) -> Self {
        self = self.isolated();
        self.expect_request::<Q>("the isolation");
        let needs =
            move |request: &dyn Any| request.downcast_ref().map_or_else(|| Some(Confinement::default()), &needs);
        self.isolation = Isolation::When(Box::new(needs));
        self
    }

    /// Speaks another product's contract: its own request, answer and errors. Unknown fields are ignored, there are no
    /// warnings and no batch.
    #[must_use]
    pub fn foreign(mut self, error: fn(&Error) -> Value) -> Self {
        self.said().foreign = Some(error);
        self
    }

    /// No batch: its path belongs to a resource. `POST /things` is alone where `/things/{thing}` is, or a thing named
    /// `batch` could not be asked for.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.said().alone = true;
        self
    }

    fn expect_request<Q: 'static>(&self, what: &str) {
        let path = &self.about.path;
        assert_eq!(self.about.request_type, TypeId::of::<Q>(), "{path}: {what} is that of another request");
    }
}
