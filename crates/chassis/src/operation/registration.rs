//! An operation as it is registered: a function from a typed request to a typed response, and its settings.

use std::any::{Any, TypeId};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::answer::{Makes, OperationResponse};
use super::output::Output;
use super::task::{Function, OperationRequest, Prepare, answered, preparing};
use crate::call::Call;
use crate::decode::Layout;
use crate::error::Error;
use crate::files::File;
use crate::run::pool::Cost;

type ToSchema = fn(&mut SchemaGenerator) -> Schema;

/// An operation as it is registered, and the settings of its registration.
pub struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) example: Option<Value>,
    pub(crate) public: bool,
    request_type: TypeId,
    pub(crate) request_schema: ToSchema,
    pub(crate) response_schema: Option<ToSchema>,
    pub(crate) makes: Makes,
    /// The media types of the bytes it answers with.
    pub(crate) answers: &'static [&'static str],
    pub(crate) files: usize,
    /// The media types of the files it takes; empty for all.
    pub(crate) accepts: &'static [&'static str],
    pub(crate) deadline: Option<Duration>,
    pub(crate) cost: Box<CostOf>,
    pub(crate) inline_up_to: usize,
    pub(crate) cache: Option<Caching>,
    pub(crate) isolation: Isolation,
    pub(crate) foreign: Option<ErrorShape>,
    pub(crate) layout: Layout,
    pub(crate) prepare: Box<Prepare>,
}

/// What a request costs.
type CostOf = dyn Fn(&dyn Any) -> Cost + Send + Sync;

/// Which requests are for a process of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Isolation {
    Never,
    Always,
    /// Those with such a file.
    WithFile(fn(&File) -> bool),
}

/// How another product writes its errors.
pub(crate) type ErrorShape = fn(&Error) -> Value;

/// How long answers are kept, and the version of what computes them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caching {
    pub(crate) ttl: Duration,
    pub(crate) version: u32,
}

impl Operation {
    fn new<Q: OperationRequest>(route: &str, function: Function<Q>) -> Self {
        let (method, path) = route.split_once(' ').expect("a route is a method and a path");
        let layout = Layout::of::<Q>();
        Self {
            method: method.parse().expect("the method is one of HTTP's"),
            path: path.to_owned(),
            summary: String::new(),
            description: String::new(),
            example: None,
            public: false,
            request_type: TypeId::of::<Q>(),
            request_schema: SchemaGenerator::subschema_for::<Q>,
            response_schema: None,
            makes: Makes::Nothing,
            answers: &["application/octet-stream"],
            files: layout.files().len(),
            accepts: &[],
            deadline: None,
            cost: Box::new(|_| Cost::Light),
            inline_up_to: 0,
            cache: None,
            isolation: Isolation::Never,
            foreign: None,
            layout,
            prepare: preparing(function),
        }
    }

    fn answering<R: OperationResponse>(mut self) -> Self {
        self.response_schema = Some(R::facts);
        self.makes = R::MAKES;
        self
    }

    pub(crate) fn compute<Q, R, E, F>(route: &str, function: F) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        E: Into<Error> + 'static,
        F: Fn(Q, &Call) -> Result<R, E> + Send + Sync + 'static,
    {
        let compute = move |request: Q, call: &Call| answered(function(request, call), call);
        Self::new(route, Function::Compute(Arc::new(compute))).answering::<R>()
    }

    pub(crate) fn call<Q, R, E, F, A>(route: &str, function: F) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        E: Into<Error> + 'static,
        F: Fn(Q, Arc<Call>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<R, E>> + Send + 'static,
    {
        let wait = move |request: Q, call: Arc<Call>| -> crate::operation::task::Later<_> {
            let answer = function(request, call.clone());
            Box::pin(async move { answered(answer.await, &call) })
        };
        Self::new(route, Function::Await(Arc::new(wait))).answering::<R>()
    }

    pub(crate) fn stream<Q, E, F>(route: &str, function: F) -> Self
    where
        Q: OperationRequest,
        E: Into<Error> + 'static,
        F: Fn(Q, &mut Output, &Call) -> Result<(), E> + Send + Sync + 'static,
    {
        let flow =
            move |request: Q, output: &mut Output, call: &Call| function(request, output, call).map_err(Into::into);
        Self::new(route, Function::Stream(Arc::new(flow)))
    }

    /// A line for lists.
    #[must_use]
    pub fn summary(mut self, text: &str) -> Self {
        text.clone_into(&mut self.summary);
        self
    }

    /// What to know besides the fields: units, errors, sources.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        text.clone_into(&mut self.description);
        self
    }

    /// A request that works. Shown in the documents and run by the tests.
    ///
    /// # Panics
    /// When the request cannot be written as JSON.
    #[must_use]
    pub fn example<Q: OperationRequest>(mut self, request: Q) -> Self {
        let mut example = serde_json::to_value(request).expect("a request is JSON");
        if let Value::Object(fields) = &mut example {
            fields.retain(|_, value| !value.is_null());
        }
        self.example = Some(example);
        self
    }

    /// Needs no API key.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
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
        assert_eq!(self.request_type, TypeId::of::<Q>(), "{}: the cost is that of another request", self.path);
        self.cost = Box::new(move |request| request.downcast_ref().map_or(Cost::Heavy, &cost));
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
        self.files = most;
        self.accepts = accepts;
        self
    }

    /// The media types of the bytes it answers with, for the documents.
    #[must_use]
    pub fn answers(mut self, media_types: &'static [&'static str]) -> Self {
        self.answers = media_types;
        self
    }

    /// Keeps answers: the same request (files by their content) is answered without computing for that long. Raise the
    /// version whenever the same request should be answered differently. The answer must not depend on who asks.
    ///
    /// # Panics
    /// When the request holds a secret, or is read as it arrives.
    #[must_use]
    pub fn cache(mut self, ttl: Duration, version: u32) -> Self {
        assert!(!self.layout.has_secrets(), "{}: a request with a secret is not kept", self.path);
        assert!(self.response_schema.is_some() && !self.is_streaming(), "{}: a stream is not kept", self.path);
        self.cache = Some(Caching { ttl, version });
        self
    }

    /// Computes in a process of its own, with bounded memory and time: for parsers of what strangers send.
    ///
    /// # Panics
    /// When the request is read as it arrives.
    #[must_use]
    pub fn isolated(mut self) -> Self {
        assert!(!self.is_streaming(), "{}: a stream does not go to a worker", self.path);
        self.isolation = Isolation::Always;
        self
    }

    /// The same, for the requests with a file that needs it: a process costs a few milliseconds.
    ///
    /// # Panics
    /// When the request is read as it arrives.
    #[must_use]
    pub fn isolated_with(mut self, needs: fn(&File) -> bool) -> Self {
        self = self.isolated();
        self.isolation = Isolation::WithFile(needs);
        self
    }

    /// Speaks another product's contract: its own request, answer and errors. Unknown fields are ignored, there are no
    /// warnings and no batch.
    #[must_use]
    pub fn foreign(mut self, error: fn(&Error) -> Value) -> Self {
        self.foreign = Some(error);
        self
    }

    /// The name of the operation within its service: its path in snake case.
    pub(crate) fn name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        self.path.trim_matches('/').replace(['{', '}'], "").chars().map(plain).collect()
    }

    /// Whether the request comes in the query alone.
    pub(crate) fn is_query_only(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether it reads or writes bit by bit.
    pub(crate) fn is_streaming(&self) -> bool {
        self.response_schema.is_none() || self.layout.files().iter().any(|field| field.stream)
    }

    /// Whether several requests may come as one.
    pub(crate) fn has_batch(&self) -> bool {
        self.method == Method::POST && self.foreign.is_none() && self.response_schema.is_some()
    }
}
