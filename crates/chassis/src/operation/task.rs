//! A request that was read, together with the function that is to answer it.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use garde::Validate;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{Answer, OperationResponse};
use super::function::{self, Await, Compute};
use super::output::Output;
use crate::call::Call;
use crate::decode::{Decoded, Input, Layout, Reserved, decode, validate};
use crate::error::Error;
use crate::files::{File, Found, writing};
use crate::held::Held;

/// The input of an operation.
pub trait OperationRequest:
    DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema + Send + 'static
{
}
impl<T: DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema + Send + 'static> OperationRequest for T {}

/// A future with its type forgotten.
pub(crate) type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

type Outcome = Result<Answer, Error>;
type Computing<Q> = dyn Fn(Q, &Call) -> Outcome + Send + Sync;
type Awaiting<Q> = dyn Fn(Q, Arc<Call>) -> Later<Outcome> + Send + Sync;
type Streaming<Q> = dyn Fn(Q, &mut Output, &Call) -> Result<(), Error> + Send + Sync;
type Computed = dyn FnOnce(&Call) -> Outcome + Send;
type Awaited = dyn FnOnce(Arc<Call>) -> Later<Outcome> + Send;
/// What writes an answer bit by bit.
pub type Streamed = dyn FnOnce(&mut Output, &Call) -> Result<(), Error> + Send;

/// What answers a request of one type.
pub(crate) enum Function<Q> {
    /// Computes.
    Compute(Arc<Computing<Q>>),
    /// Waits for something else.
    Await(Arc<Awaiting<Q>>),
    /// Writes its answer bit by bit.
    Stream(Arc<Streaming<Q>>),
}

impl<Q: OperationRequest> Function<Q> {
    /// One that computes.
    pub(crate) fn computing<R: OperationResponse, H: 'static>(function: impl Compute<Q, R, H>, held: Held) -> Self {
        Self::Compute(Arc::new(move |request, call| answered(function.answer(request, call, &held), call)))
    }

    /// One that waits.
    pub(crate) fn awaiting<R: OperationResponse, H: 'static>(function: impl Await<Q, R, H>, held: Held) -> Self {
        Self::Await(Arc::new(move |request, call| {
            let answer = function.answer(request, call.clone(), &held);
            Box::pin(async move { answered(answer.await, &call) })
        }))
    }

    /// One that writes its answer bit by bit.
    pub(crate) fn streaming<H: 'static>(function: impl function::Stream<Q, H>, held: Held) -> Self {
        Self::Stream(Arc::new(move |request, output, call| function.answer(request, output, call, &held)))
    }
}

impl<Q> Clone for Function<Q> {
    fn clone(&self) -> Self {
        match self {
            Self::Compute(function) => Self::Compute(function.clone()),
            Self::Await(function) => Self::Await(function.clone()),
            Self::Stream(function) => Self::Stream(function.clone()),
        }
    }
}

/// A request and its function, their types forgotten.
pub(crate) trait Task: Send {
    /// The request itself.
    fn request(&self) -> &dyn Any;

    /// The request as canonical JSON, its files set aside.
    fn write(&self) -> Result<(Vec<u8>, Vec<File>), Error>;

    /// Hands the request to the function.
    fn start(self: Box<Self>) -> Start;
}

/// A function that has its request.
pub(crate) enum Start {
    Compute(Box<Computed>),
    Await(Box<Awaited>),
    Stream(Box<Streamed>),
}

/// A task, the files it still waits for, and what was asked of the chassis beside.
pub(crate) struct Prepared {
    pub(crate) task: Box<dyn Task>,
    pub(crate) files: Vec<Found>,
    pub(crate) reserved: Reserved,
}

/// Reads and checks requests for one function.
pub(crate) type Prepare = dyn Fn(Input<'_>, &Layout, &Call) -> Result<Prepared, Error> + Send + Sync;

struct Typed<Q> {
    request: Q,
    function: Function<Q>,
}

impl<Q: OperationRequest> Task for Typed<Q> {
    fn request(&self) -> &dyn Any {
        &self.request
    }

    fn write(&self) -> Result<(Vec<u8>, Vec<File>), Error> {
        let (json, files) = writing(|| serde_json::to_vec(&self.request))?;
        let json = json.map_err(|error| {
            tracing::error!(%error, "a request cannot be written");
            Error::internal()
        })?;
        Ok((json, files))
    }

    fn start(self: Box<Self>) -> Start {
        let Self { request, function } = *self;
        match function {
            Function::Compute(function) => Start::Compute(Box::new(move |call| function(request, call))),
            Function::Await(function) => Start::Await(Box::new(move |call| function(request, call))),
            Function::Stream(function) => Start::Stream(Box::new(move |output, call| function(request, output, call))),
        }
    }
}

/// How requests for a function are read.
pub(crate) fn preparing<Q: OperationRequest>(function: Function<Q>) -> Box<Prepare> {
    Box::new(move |input, layout, call| {
        let Decoded { request, warnings, files, reserved } = decode::<Q>(input, layout)?;
        validate::check(&request)?;
        for warning in warnings {
            call.push_warning(warning);
        }
        Ok(Prepared { task: Box::new(Typed { request, function: function.clone() }), files, reserved })
    })
}

/// The answer of a function, with the warnings of its call.
fn answered<R: OperationResponse>(result: Result<R, Error>, call: &Call) -> Result<Answer, Error> {
    let warnings = call.take_warnings();
    let answer = result?.into_answer((!call.is_foreign()).then_some(&warnings))?;
    if answer.stream.is_some() {
        // They go out with what is still to be said.
        warnings.into_iter().for_each(|warning| call.push_warning(warning));
    }
    Ok(answer)
}
