//! The functions an operation may be: of a request and its call, and of what the service holds where they want it.
//!
//! One trait a kind, each implemented for functions with and without a last argument that is what the service holds:
//! the type of that argument is the registration, checked against the service's own when the operation is listed, so
//! that a function cannot ask for what nobody opened.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use super::output::Output;
use super::task::Later;
use crate::call::Call;
use crate::error::Error;
use crate::held::{Held, Wanted};

/// Marks a function that wants nothing of its service.
pub struct Alone<E>(PhantomData<fn() -> E>);
/// Marks a function that wants what its service holds.
pub struct Holding<S, E>(PhantomData<fn() -> (S, E)>);

/// A function that computes: `fn(Request, &Call) -> Result<Answer, Error>`, or with `&State` as its last argument.
pub trait Compute<Q, R, H>: Send + Sync + 'static {
    /// What it wants of what its service holds.
    fn wants(&self) -> Option<Wanted>;

    /// Answers a request.
    ///
    /// # Errors
    /// As the function says.
    fn answer(&self, request: Q, call: &Call, held: &Held) -> Result<R, Error>;
}

impl<F, Q, R, E> Compute<Q, R, Alone<E>> for F
where
    F: Fn(Q, &Call) -> Result<R, E> + Send + Sync + 'static,
    E: Into<Error> + 'static,
{
    fn wants(&self) -> Option<Wanted> {
        None
    }

    fn answer(&self, request: Q, call: &Call, _: &Held) -> Result<R, Error> {
        self(request, call).map_err(Into::into)
    }
}

impl<F, Q, R, E, S> Compute<Q, R, Holding<S, E>> for F
where
    F: Fn(Q, &Call, &S) -> Result<R, E> + Send + Sync + 'static,
    E: Into<Error> + 'static,
    S: Send + Sync + 'static,
{
    fn wants(&self) -> Option<Wanted> {
        Some(Wanted::of::<S>())
    }

    fn answer(&self, request: Q, call: &Call, held: &Held) -> Result<R, Error> {
        self(request, call, &*held.get::<S>()?).map_err(Into::into)
    }
}

/// A function that waits: `async fn(Request, Arc<Call>) -> Result<Answer, Error>`, or with `Arc<State>` as its last
/// argument.
pub trait Await<Q, R, H>: Send + Sync + 'static {
    /// What it wants of what its service holds.
    fn wants(&self) -> Option<Wanted>;

    /// Answers a request.
    fn answer(&self, request: Q, call: Arc<Call>, held: &Held) -> Later<Result<R, Error>>;
}

impl<F, A, Q, R, E> Await<Q, R, Alone<E>> for F
where
    F: Fn(Q, Arc<Call>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R, E>> + Send + 'static,
    E: Into<Error> + 'static,
{
    fn wants(&self) -> Option<Wanted> {
        None
    }

    fn answer(&self, request: Q, call: Arc<Call>, _: &Held) -> Later<Result<R, Error>> {
        let answer = self(request, call);
        Box::pin(async move { answer.await.map_err(Into::into) })
    }
}

impl<F, A, Q, R, E, S> Await<Q, R, Holding<S, E>> for F
where
    F: Fn(Q, Arc<Call>, Arc<S>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<R, E>> + Send + 'static,
    E: Into<Error> + 'static,
    S: Send + Sync + 'static,
{
    fn wants(&self) -> Option<Wanted> {
        Some(Wanted::of::<S>())
    }

    fn answer(&self, request: Q, call: Arc<Call>, held: &Held) -> Later<Result<R, Error>> {
        let answer = held.get::<S>().map(|state| self(request, call, state));
        Box::pin(async move { answer?.await.map_err(Into::into) })
    }
}

/// A function that writes its answer bit by bit: `fn(Request, &mut Output, &Call) -> Result<(), Error>`, or with
/// `&State` as its last argument.
pub trait Stream<Q, H>: Send + Sync + 'static {
    /// What it wants of what its service holds.
    fn wants(&self) -> Option<Wanted>;

    /// Writes the answer.
    ///
    /// # Errors
    /// As the function says.
    fn answer(&self, request: Q, output: &mut Output, call: &Call, held: &Held) -> Result<(), Error>;
}

impl<F, Q, E> Stream<Q, Alone<E>> for F
where
    F: Fn(Q, &mut Output, &Call) -> Result<(), E> + Send + Sync + 'static,
    E: Into<Error> + 'static,
{
    fn wants(&self) -> Option<Wanted> {
        None
    }

    fn answer(&self, request: Q, output: &mut Output, call: &Call, _: &Held) -> Result<(), Error> {
        self(request, output, call).map_err(Into::into)
    }
}

impl<F, Q, E, S> Stream<Q, Holding<S, E>> for F
where
    F: Fn(Q, &mut Output, &Call, &S) -> Result<(), E> + Send + Sync + 'static,
    E: Into<Error> + 'static,
    S: Send + Sync + 'static,
{
    fn wants(&self) -> Option<Wanted> {
        Some(Wanted::of::<S>())
    }

    fn answer(&self, request: Q, output: &mut Output, call: &Call, held: &Held) -> Result<(), Error> {
        self(request, output, call, &*held.get::<S>()?).map_err(Into::into)
    }
}
