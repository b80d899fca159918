//! One operation: a function from a typed request to a typed response, and everything derived from it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, RawPathParams};
use garde::Validate;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{Method, request::Parts};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body;
use crate::call::{Call, CancelOnDrop, Warning};
use crate::context::Context;
use crate::decode::{Input, Pair, ScalarPaths, decode, options_of};
use crate::error::{Code, Error};
use crate::metrics::RouteMetrics;
use crate::pool::Cost;
use crate::runtime::Runtime;
use crate::{Body, JSON, Request, Response, validate};

/// Bodies up to this size are decoded where they arrive; larger ones on the compute pool.
const DECODE_HERE: usize = 64 * 1024;
/// Header and option that turn unknown fields into warnings.
const LENIENT: &str = "lenient";

/// The input of an operation.
pub trait OperationRequest:
    DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema + Send + 'static
{
}
impl<T: DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema + Send + 'static> OperationRequest for T {}

/// The answer of an operation: a flat object.
pub trait OperationResponse: Serialize + JsonSchema + Send + 'static {}
impl<T: Serialize + JsonSchema + Send + 'static> OperationResponse for T {}

type Encoded = Result<Vec<u8>, Error>;
type Compute = dyn FnOnce(&Call) -> Encoded + Send;
type Await = dyn FnOnce(Arc<Call>) -> Pin<Box<dyn Future<Output = Encoded> + Send>> + Send;

/// A decoded request, ready to be worked on.
enum Work {
    /// Computes.
    Compute(Box<Compute>),
    /// Waits for something else.
    Await(Box<Await>),
}

type Prepare = dyn Fn(&Input<'_>, &ScalarPaths, &Call) -> Result<Work, Error> + Send + Sync;
type ToSchema = fn(&mut SchemaGenerator) -> Schema;

/// An operation as it is registered, and the settings of its registration.
pub struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) example: Option<Value>,
    pub(crate) public: bool,
    pub(crate) request_schema: ToSchema,
    pub(crate) response_schema: ToSchema,
    deadline: Option<Duration>,
    cost: Cost,
    inline_up_to: usize,
    scalars: ScalarPaths,
    prepare: Box<Prepare>,
}

impl Operation {
    fn new<Q: OperationRequest, R: OperationResponse>(route: &str, prepare: Box<Prepare>) -> Self {
        let (method, path) = route.split_once(' ').expect("a route is a method and a path");
        Self {
            method: method.parse().expect("the method is one of HTTP's"),
            path: path.to_owned(),
            summary: String::new(),
            description: String::new(),
            example: None,
            public: false,
            request_schema: SchemaGenerator::subschema_for::<Q>,
            response_schema: SchemaGenerator::subschema_for::<R>,
            deadline: None,
            cost: Cost::Light,
            inline_up_to: 0,
            scalars: ScalarPaths::of::<Q>(),
            prepare,
        }
    }

    pub(crate) fn compute<Q, R, E, F>(route: &str, function: F) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        E: Into<Error> + 'static,
        F: Fn(Q, &Call) -> Result<R, E> + Send + Sync + 'static,
    {
        let function = Arc::new(function);
        Self::new::<Q, R>(
            route,
            Box::new(move |input, scalars, call| {
                let request: Q = read(input, scalars, call)?;
                let function = function.clone();
                Ok(Work::Compute(Box::new(move |call| {
                    let answer = function(request, call).map_err(Into::into)?;
                    encode(&answer, &call.take_warnings())
                })))
            }),
        )
    }

    pub(crate) fn call<Q, R, E, F, A>(route: &str, function: F) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        E: Into<Error> + 'static,
        F: Fn(Q, Arc<Call>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<R, E>> + Send + 'static,
    {
        let function = Arc::new(function);
        Self::new::<Q, R>(
            route,
            Box::new(move |input, scalars, call| {
                let request: Q = read(input, scalars, call)?;
                let function = function.clone();
                Ok(Work::Await(Box::new(move |call| {
                    let answer = function(request, call.clone());
                    Box::pin(async move { encode(&answer.await.map_err(Into::into)?, &call.take_warnings()) })
                })))
            }),
        )
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
        self.cost = cost;
        self
    }

    /// Computes where the request arrives when the body has at most this many bytes: for what then takes under about
    /// 50 microseconds, less than going to the pool and back.
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

    /// The name of the operation within its service: its path in snake case.
    pub(crate) fn name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        self.path.trim_matches('/').replace(['{', '}'], "").chars().map(plain).collect()
    }

    /// Whether the request comes in the query alone.
    pub(crate) fn is_query_only(&self) -> bool {
        self.method == Method::GET
    }
}

fn read<Q: OperationRequest>(input: &Input<'_>, scalars: &ScalarPaths, call: &Call) -> Result<Q, Error> {
    let (request, warnings): (Q, Vec<Warning>) = decode(input, scalars)?;
    validate::check(&request)?;
    for warning in warnings {
        call.push_warning(warning);
    }
    Ok(request)
}

/// The answer as JSON, with its warnings.
fn encode<R: OperationResponse>(answer: &R, warnings: &[Warning]) -> Encoded {
    let unwritable = |problem: &dyn std::fmt::Display| {
        tracing::error!(%problem, "an answer cannot be written");
        Error::internal()
    };
    let mut json = Vec::with_capacity(256);
    serde_json::to_writer(&mut json, answer).map_err(|error| unwritable(&error))?;
    if json.pop() != Some(b'}') {
        return Err(unwritable(&"it is not an object"));
    }
    json.extend_from_slice(if json.len() > 1 { br#","warnings":"# } else { br#""warnings":"# });
    serde_json::to_writer(&mut json, warnings).map_err(|error| unwritable(&error))?;
    json.push(b'}');
    Ok(json)
}

/// An operation that runs: registration, runtime and metrics together.
pub(crate) struct Mounted {
    pub(crate) operation: Operation,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) metrics: Arc<RouteMetrics>,
}

impl Mounted {
    /// Answers a request; every outcome is a response.
    pub(crate) async fn serve(self: Arc<Self>, request: Request) -> Response {
        let _in_flight = self.metrics.enter();
        let context = Context::of(&request);
        context.set_route(self.metrics.clone());
        let patience = self.operation.deadline.unwrap_or(self.runtime.settings.deadline.0);
        let deadline = Instant::now() + patience;
        let answer = tokio::time::timeout_at(deadline.into(), self.answer(request, &context, deadline));
        let result = answer.await.unwrap_or_else(|_| {
            let seconds = patience.as_secs_f32();
            Err(Error::new(Code::DeadlineExceeded, format!("not done within {seconds} seconds: send less at once")))
        });
        match result {
            Ok(json) => {
                let mut response = Response::new(Body::from(json));
                // Room for what gateway and observer add: growing step by step costs more than the headers.
                response.headers_mut().reserve(20);
                response.headers_mut().insert(CONTENT_TYPE, JSON);
                response
            }
            Err(error) => error.respond(context.id().as_str()),
        }
    }

    async fn answer(
        self: &Arc<Self>,
        request: Request,
        context: &Context,
        deadline: Instant,
    ) -> Result<Vec<u8>, Error> {
        let (mut parts, body) = request.into_parts();
        let mut options = path_options(&mut parts).await?;
        options.extend(options_of(parts.uri.query().unwrap_or_default())?);

        let limit = self.runtime.settings.json_limit;
        let body = self.runtime.body_memory.read(body, limit).await?;
        let form = Form::of(&parts.headers, &body)?;
        if let Form::Urlencoded = form {
            let text = body::text(&body)?;
            let fields = options_of(text)?;
            // The decoder refuses a name that is in both.
            options.extend(fields);
        }
        let lenient = take_lenient(&mut options, &parts.headers)?;

        let consumer = self.runtime.consumer(&parts.headers, context);
        let call = Arc::new(Call::new(consumer, context.clone(), self.runtime.clock.clone(), deadline));
        // Until the answer is there: when this future is dropped, the work is told.
        let _cancel = CancelOnDrop(call.clone());

        let size = body.len();
        let mounted = self.clone();
        let prepare = move |call: &Call| {
            let text = if let Form::Json = form { body::text(&body)? } else { "" };
            let input = Input { body: text, options: &options, lenient };
            (mounted.operation.prepare)(&input, &mounted.operation.scalars, call)
        };
        let work = if size <= DECODE_HERE {
            prepare(&call)?
        } else {
            let call = call.clone();
            self.runtime.pool.run(Cost::Light, move || prepare(&call)).await??
        };
        match work {
            Work::Compute(compute) if size <= self.operation.inline_up_to => compute(&call),
            Work::Compute(compute) => self.runtime.pool.run(self.operation.cost, move || compute(&call)).await?,
            Work::Await(start) => start(call.clone()).await,
        }
    }
}

/// How the body is written.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Urlencoded,
}

impl Form {
    fn of(headers: &HeaderMap, body: &[u8]) -> Result<Self, Error> {
        let Some(sent) = headers.get(CONTENT_TYPE) else {
            return Ok(Self::Json);
        };
        let sent = sent.to_str().unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // curl's default content type around JSON is the most common first mistake; a form never starts like this.
        let looks_like_json = || body.trim_ascii_start().first() == Some(&b'{');
        match essence.as_str() {
            "application/x-www-form-urlencoded" if !looks_like_json() => Ok(Self::Urlencoded),
            "" | "application/json" | "text/json" | "application/x-www-form-urlencoded" => Ok(Self::Json),
            other if other.starts_with("application/") && other.ends_with("+json") => Ok(Self::Json),
            _ if body.is_empty() => Ok(Self::Json),
            other => Err(Error::new(
                Code::UnsupportedMediaType,
                format!(
                    "send application/json or application/x-www-form-urlencoded (you sent {})",
                    crate::error::clip(other, 80)
                ),
            )),
        }
    }
}

async fn path_options(parts: &mut Parts) -> Result<Vec<Pair>, Error> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await;
    let parameters = parameters.map_err(|_| Error::new(Code::MalformedRequest, "the path is not valid UTF-8"))?;
    let options = parameters.iter().map(|(name, value)| Pair {
        name: name.to_owned(),
        json: serde_json::to_string(value).expect("a string always serialises"),
    });
    Ok(options.collect())
}

/// Whether `Prefer: handling=lenient` or the option `lenient` asks to be let off unknown fields.
fn take_lenient(options: &mut Vec<Pair>, headers: &HeaderMap) -> Result<bool, Error> {
    let preferred = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let preferred = preferred.flat_map(|value| value.split([',', ';'])).any(|part| {
        let part = part.to_ascii_lowercase();
        part.split('=').map(|word| word.trim().trim_matches('"')).eq(["handling", LENIENT])
    });
    let Some(index) = options.iter().position(|option| option.name == LENIENT) else {
        return Ok(preferred);
    };
    match options.swap_remove(index).json.to_ascii_lowercase().as_str() {
        r#""true""# | r#""""# => Ok(true),
        r#""false""# => Ok(preferred),
        _ => Err(Error::field(Code::ValidationError, LENIENT, "must be true or false")),
    }
}
