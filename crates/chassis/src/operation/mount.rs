//! An operation that runs: from a request to its answer, every outcome a response.
//!
//! The future of a request is as large as the largest of its branches and is moved on its way, so what few requests
//! need is boxed: streams, fetched files, the cache, workers.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::body::BodyDataStream;
use axum::extract::{FromRequestParts, RawPathParams};
use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::{FutureExt, Stream, StreamExt};
use http::header::{CACHE_CONTROL, HeaderMap};
use http::request::Parts;
use http::{HeaderName, HeaderValue};

use super::answer::{Answer, warn_first};
use super::events::{self, Line};
use super::incoming::{Incoming, Reading};
use super::outgoing::Delivery;
use super::output::Output;
use super::registration::{Caching, Isolation, Operation};
use super::task::{Prepared, Start, Streamed, Task};
use crate::body;
use crate::cache::{Key, Served};
use crate::call::{Call, CancelOnDrop};
use crate::context::Context;
use crate::decode::{Input, Pair, options_of};
use crate::error::{Code, Error};
use crate::files::{Arrivals, Arrived, File, FileBounds, Part, STREAM_TIME};
use crate::message::{Body, Request, Response};
use crate::observe::{Counted, RouteMetrics};
use crate::run::pool::Cost;
use crate::run::worker::{Confinement, Parcel};
use crate::runtime::Runtime;
use crate::shares::Holder;

/// Requests up to this size are decoded where they arrive; larger ones on the compute pool.
const DECODE_HERE: usize = 64 * 1024;
/// Header and option that turn unknown fields into warnings.
const LENIENT: &str = "lenient";
const X_CACHE: HeaderName = HeaderName::from_static("x-cache");

/// An operation with all it needs.
pub(crate) struct Mounted {
    pub(crate) operation: Operation,
    /// `<service>_<operation>`.
    pub(crate) id: String,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) metrics: Arc<RouteMetrics>,
}

/// A request on its way to an answer.
pub(crate) struct Exchange {
    pub(crate) call: Arc<Call>,
    pub(crate) headers: HeaderMap,
    pub(crate) request_id: String,
    /// When the answer must begin.
    pub(crate) deadline: Instant,
}

/// What a request is read from, before its types are known.
pub(crate) struct Raw {
    pub(crate) json: Bytes,
    pub(crate) options: Arc<[Pair]>,
    pub(crate) parts: Vec<Part>,
    pub(crate) lenient: bool,
}

impl Mounted {
    /// Answers a request.
    pub(crate) async fn serve(self: Arc<Self>, request: Request) -> Response {
        self.answered(request, Self::answer).await
    }

    /// Answers with whatever the function makes of a request, or with the error in the operation's own shape.
    pub(crate) async fn answered<A: Future<Output = Result<Response, Error>>>(
        self: Arc<Self>,
        request: Request,
        answer: impl FnOnce(Arc<Self>, Request, Context, Instant) -> A,
    ) -> Response {
        let _in_flight = self.metrics.enter();
        let context = Context::of(&request);
        context.set_route(self.metrics.clone());
        let deadline = Instant::now() + self.patience();
        let result = answer(self.clone(), request, context.clone(), deadline).await;
        result.unwrap_or_else(|error| match self.operation.about.foreign {
            Some(shape) => error.respond_as(&shape(&error)),
            None => error.respond(context.id().as_str()),
        })
    }

    fn patience(&self) -> Duration {
        self.operation.deadline.unwrap_or(self.runtime.settings.deadline.0)
    }

    /// What is ready by the deadline. The work stays where the caller pinned it: it is large, and moving it costs.
    pub(crate) fn within<T>(
        &self,
        deadline: Instant,
        work: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> impl Future<Output = Result<T, Error>> {
        let patience = self.patience();
        tokio::time::timeout_at(deadline.into(), work).map(move |done| done.unwrap_or_else(|_| Err(too_late(patience))))
    }

    async fn answer(self: Arc<Self>, request: Request, context: Context, deadline: Instant) -> Result<Response, Error> {
        let (exchange, raw) = self.within(deadline, pin!(self.read(request, &context, deadline))).await?;
        // Until the answer is there: when this future is dropped, the work is told.
        let cancel = CancelOnDrop(exchange.call.clone());
        let (prepared, arrived) = self.within(deadline, pin!(self.prepare(raw, exchange.call.clone(), true))).await?;
        let Prepared { task, reserved, .. } = prepared;
        if self.operation.about.response_schema.is_none() {
            let Start::Stream(start) = task.start() else { return Err(Error::internal()) };
            return Box::pin(self.stream(start, &exchange, cancel)).await;
        }
        let delivery = Delivery::asked(reserved.output.as_deref(), &exchange.headers)?;
        if delivery != Delivery::Bytes {
            exchange.call.want_whole();
        }
        let (mut answer, served) = self.compute(task, arrived, &exchange).await?;
        if let Some(stream) = answer.stream.take() {
            return Box::pin(self.stream(stream, &exchange, cancel)).await;
        }
        if let Some(events) = answer.events.take() {
            let mut respond = Box::pin(events::respond(events, self.line(&exchange, cancel)));
            return self.within(deadline, respond.as_mut()).await;
        }
        let owner = exchange.call.holder();
        let respond = delivery.respond(answer, self.operation.about.makes, &self.runtime.store, &owner);
        let mut response = self.within(deadline, pin!(respond)).await?;
        if let Some(served) = served {
            response.headers_mut().insert(X_CACHE, HeaderValue::from_static(served.word()));
        }
        self.runtime.answer_memory.of(&exchange.call.holder()).hold(response).await
    }

    /// Takes a request apart.
    pub(crate) async fn read(
        &self,
        request: Request,
        context: &Context,
        deadline: Instant,
    ) -> Result<(Exchange, Raw), Error> {
        let layout = self.operation.about.layout();
        let (mut parts, body) = request.into_parts();
        let query = options_of(parts.uri.query().unwrap_or_default())?;
        if let Some(secret) = query.iter().find(|option| layout.is_secret(&option.name)) {
            let message = "is a secret: send it in the body, because addresses are written into logs on their way";
            return Err(Error::field(Code::ValidationError, secret.name.clone(), message));
        }
        let mut options = path_options(&mut parts).await?;
        options.extend(query);
        let consumer = self.runtime.consumer(&parts.headers, context);
        let holder = Holder::of(consumer.as_ref());
        let reading = Reading {
            settings: &self.runtime.settings,
            memory: self.runtime.body_memory.of(&holder),
            layout,
            bounds: self.bounds(),
        };
        let Incoming { json, options: form, parts: files } = reading.read(&parts.headers, body).await?;
        // The decoder refuses a name that is in both.
        options.extend(form);
        let lenient = take_lenient(&mut options, &parts.headers)? || self.operation.about.foreign.is_some();
        let until = if self.operation.about.is_streaming() { Instant::now() + STREAM_TIME } else { deadline };
        let call =
            Call::new(consumer, context.clone(), self.runtime.clone(), until, self.operation.about.foreign.is_some());
        let request_id = context.id().as_str().to_owned();
        let exchange = Exchange { call: Arc::new(call), headers: parts.headers, request_id, deadline };
        Ok((exchange, Raw { json, options: options.into(), parts: files, lenient }))
    }

    pub(crate) fn bounds(&self) -> FileBounds {
        let settings = &self.runtime.settings;
        FileBounds { count: self.operation.about.files(), each: settings.file_limit.0, all: settings.files_limit.0 }
    }

    /// Reads the request and brings its files. Where `live` is not asked for, streams are read whole.
    pub(crate) async fn prepare(
        self: &Arc<Self>,
        raw: Raw,
        call: Arc<Call>,
        live: bool,
    ) -> Result<(Prepared, Arrived), Error> {
        let Raw { json, options, parts, lenient } = raw;
        let size = json.len() + options.iter().map(|option| option.json.len()).sum::<usize>();
        let (mounted, caller) = (self.clone(), call.clone());
        let prepare = move || {
            let operation = &mounted.operation;
            let takes_output = operation.about.makes.files();
            let body = body::text(&json)?;
            let input = Input { body, options: &options, lenient, parts, bounds: mounted.bounds(), takes_output };
            (operation.prepare)(input, operation.about.layout(), &caller)
        };
        let mut prepared = match size <= DECODE_HERE {
            true => prepare()?,
            false => self.runtime.pool.run(&call.holder(), Cost::Light, prepare).await??,
        };
        let files = std::mem::take(&mut prepared.files);
        let mut arrived = Arrived { bytes: size, live: false };
        if !files.is_empty() {
            let holder = call.holder();
            let arrivals = Arrivals {
                settings: &self.runtime.settings,
                memory: self.runtime.body_memory.of(&holder),
                fetcher: &self.runtime.fetcher,
                store: &self.runtime.store,
                owner: &holder,
                bounds: self.bounds(),
                accepts: self.operation.about.accepts,
                live,
            };
            let brought = Box::pin(arrivals.bring(files)).await?;
            arrived = Arrived { bytes: size + brought.bytes, live: brought.live };
        }
        Ok((prepared, arrived))
    }

    /// Computes an answer, or finds it in the cache.
    pub(crate) async fn compute(
        self: &Arc<Self>,
        task: Box<dyn Task>,
        arrived: Arrived,
        exchange: &Exchange,
    ) -> Result<(Answer, Option<Served>), Error> {
        let call = exchange.call.clone();
        if arrived.live {
            return Ok((Box::pin(self.receive(task, call, exchange.deadline)).await?, None));
        }
        let Some(caching) = self.operation.caching() else {
            let answer = self.within(exchange.deadline, pin!(self.run(task, arrived, call, exchange.deadline))).await?;
            return Ok((answer, None));
        };
        // A warning about this very request must not be lost in, or kept with, an answer for all.
        if call.has_warnings() || asks_anew(&exchange.headers) {
            let answer = self.within(exchange.deadline, pin!(self.run(task, arrived, call, exchange.deadline))).await?;
            return Ok((answer, Some(Served::Bypass)));
        }
        Box::pin(self.cached(caching, task, arrived, exchange)).await
    }

    async fn cached(
        self: &Arc<Self>,
        caching: Caching,
        task: Box<dyn Task>,
        arrived: Arrived,
        exchange: &Exchange,
    ) -> Result<(Answer, Option<Served>), Error> {
        let call = exchange.call.clone();
        let key = self.key(&call.holder(), caching, task.write()?, arrived).await?;
        let (mounted, patience) = (self.clone(), self.patience());
        let computation = async move {
            // Shared: it lives as long as anybody waits for it, and so does the call it runs under.
            let call = Arc::new(call.apart());
            let _cancel = CancelOnDrop(call.clone());
            let deadline = Instant::now() + patience;
            let answer = mounted.within(deadline, pin!(mounted.run(task, arrived, call, deadline))).await?;
            Ok(answer.pack())
        };
        let kept = self.runtime.cache.get_or_compute(key, caching.ttl, computation);
        let (bytes, served) = self.within(exchange.deadline, pin!(async { Ok(kept.await) })).await?;
        Ok((Answer::unpack(&bytes?)?, Some(served)))
    }

    /// The cache key of a request: what it says, and what its files hold, are called and claim to be.
    async fn key(
        &self,
        holder: &Holder,
        caching: Caching,
        written: (Vec<u8>, Vec<File>),
        arrived: Arrived,
    ) -> Result<Key, Error> {
        let (mut json, files) = written;
        for file in &files {
            let about = (file.name(), file.content_type());
            serde_json::to_writer(&mut json, &about).map_err(|_| Error::internal())?;
        }
        let id = self.id.clone();
        let key = move || Key::of(&id, caching.version, &json, files.iter().map(|file| file.bytes().as_ref()));
        if arrived.bytes <= DECODE_HERE { Ok(key()) } else { self.runtime.pool.run(holder, Cost::Light, key).await }
    }

    /// Runs a task where it belongs: here, on the pool, or in a process of its own.
    pub(crate) async fn run(
        self: &Arc<Self>,
        task: Box<dyn Task>,
        arrived: Arrived,
        call: Arc<Call>,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let confinement = match &self.operation.isolation {
            Isolation::Never => None,
            Isolation::Always => Some(Confinement::default()),
            Isolation::When(needs) => needs(task.request()),
        };
        if let Some(confinement) = confinement {
            return self.isolate(task.write()?, confinement, &call, deadline).await;
        }
        let cost = (self.operation.cost)(task.request());
        let decodes = self.operation.decodes.as_ref().map(|bytes| bytes(task.request()));
        let inline = arrived.bytes <= self.operation.inline_up_to && cost == Cost::Light;
        match task.start() {
            Start::Await(start) => start(call).await,
            // No timer looks at what is done at once, and a batch is a hundred of these.
            _ if inline && Instant::now() >= deadline => Err(too_late(self.patience())),
            start if inline => compute(start, &call),
            start => {
                let holder = call.holder();
                let decoded = match decodes {
                    Some(bytes) => Some(self.runtime.decoded_memory.of(&holder).claim(bytes, cost.patience()).await?),
                    None => None,
                };
                let job = move || {
                    let answer = compute(start, &call);
                    drop(decoded);
                    answer
                };
                self.runtime.pool.run(&holder, cost, job).await?
            }
        }
    }

    /// Runs a request in a process of its own.
    async fn isolate(
        &self,
        written: (Vec<u8>, Vec<File>),
        confinement: Confinement,
        call: &Call,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let (json, files) = written;
        let limit = self.runtime.settings.files_limit.0;
        let parcel = Parcel { json: json.into(), files };
        let answer =
            Box::pin(self.runtime.workers.run(&call.holder(), &self.id, parcel, confinement, deadline, limit)).await?;
        let mut json = answer.json.into();
        let warnings = call.take_warnings();
        if !warnings.is_empty() && !call.is_foreign() {
            warn_first(&mut json, &warnings)?;
        }
        Ok(Answer::whole(json, answer.files.iter().map(|file| file.content().clone()).collect()))
    }

    /// Runs a task whose file is still arriving, on a thread of its own; or, once it is there, in a process of its own. Whether
    /// it goes there may depend on the first bytes.
    async fn receive(
        self: &Arc<Self>,
        task: Box<dyn Task>,
        call: Arc<Call>,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let (mounted, caller) = (self.clone(), call.clone());
        let holder = call.holder();
        let received = self.runtime.streams.run(&holder, move || {
            let confinement = match &mounted.operation.isolation {
                Isolation::When(needs) => needs(task.request()),
                Isolation::Never | Isolation::Always => None,
            };
            match confinement {
                Some(confinement) => Ok(Either::Right((task.write()?, confinement))),
                None => compute(task.start(), &caller).map(Either::Left),
            }
        });
        match received.await? {
            Either::Left(answer) => Ok(answer),
            Either::Right((written, confinement)) => {
                let answer = pin!(self.isolate(written, confinement, &call, deadline));
                self.within(deadline, answer).await
            }
        }
    }

    /// What an answer in events is given.
    fn line(&self, exchange: &Exchange, cancel: CancelOnDrop) -> Line {
        let (shape, request_id) = (self.operation.about.foreign, exchange.request_id.clone());
        let fault = move |error: &Error| match shape {
            Some(shape) => shape(error).to_string().into_bytes(),
            None => error.body(&request_id),
        };
        let counted = Counted::new(&self.runtime.metrics.streams);
        Line { idle: self.runtime.settings.stream_idle.0, fault: Box::new(fault), _cancel: cancel, _counted: counted }
    }

    /// Starts a stream and answers with its head.
    async fn stream(&self, write: Box<Streamed>, exchange: &Exchange, cancel: CancelOnDrop) -> Result<Response, Error> {
        let idle = self.runtime.settings.stream_idle.0;
        let (mut output, head) = Output::new(&exchange.headers, idle, &exchange.request_id);
        let mut reader = Attended { cancel, from: head };
        let call = exchange.call.clone();
        let holder = call.holder();
        let job = self.runtime.streams.run(&holder, move || {
            let result = write(&mut output, &call);
            output.finish(result)
        });
        let begin = async {
            let mut job = pin!(job);
            match select(&mut reader.from, &mut job).await {
                Either::Left((Ok(response), _)) => Ok(response),
                // It ended before it said a word, or with its only one.
                Either::Left((Err(_), job)) => job.await.and(Err(Error::internal())),
                Either::Right((result, head)) => result.and_then(|()| head.try_recv().map_err(|_| Error::internal())),
            }
        };
        let response = self.within(exchange.deadline, pin!(begin)).await?;
        // While the body is there, somebody reads.
        Ok(response.map(|body| Body::from_stream(Attended { cancel: reader.cancel, from: body.into_data_stream() })))
    }
}

/// Who reads an answer. Its fields go in this order: a job whose pipe breaks finds its call cancelled.
struct Attended<T> {
    cancel: CancelOnDrop,
    from: T,
}

impl Stream for Attended<BodyDataStream> {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.from.poll_next_unpin(context)
    }
}

impl Exchange {
    /// The same exchange, for one item of it.
    pub(crate) fn with(&self, call: Arc<Call>) -> Self {
        let (headers, request_id) = (self.headers.clone(), self.request_id.clone());
        Self { call, headers, request_id, deadline: self.deadline }
    }
}

fn too_late(patience: Duration) -> Error {
    let seconds = patience.as_secs_f32();
    Error::new(Code::DeadlineExceeded, format!("not done within {seconds} seconds: send less at once"))
}

fn compute(start: Start, call: &Call) -> Result<Answer, Error> {
    match start {
        Start::Compute(function) => function(call),
        Start::Await(_) | Start::Stream(_) => Err(Error::internal()),
    }
}

/// The worker's side of an isolated operation: the request came whole.
pub(crate) fn work(operation: &Operation, parcel: &Parcel, deadline: Instant) -> Result<Parcel, Error> {
    let call = Call::in_worker(deadline, operation.about.foreign.is_some());
    let parts: Vec<Part> = parcel.files.iter().map(|file| Part::Whole(file.content().clone())).collect();
    let bounds = FileBounds { count: parts.len(), each: usize::MAX, all: usize::MAX };
    let input = Input { body: body::text(&parcel.json)?, parts, bounds, ..Input::default() };
    let prepared = (operation.prepare)(input, operation.about.layout(), &call)?;
    let answer = compute(prepared.task.start(), &call)?;
    Ok(Parcel { json: answer.json.into(), files: answer.files.into_iter().map(File::of).collect() })
}

/// `Cache-Control: no-cache` asks for an answer computed now.
fn asks_anew(headers: &HeaderMap) -> bool {
    let value = headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(',').any(|word| matches!(word.trim().to_ascii_lowercase().as_str(), "no-cache" | "no-store"))
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
