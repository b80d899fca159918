//! What a service holds while it runs: an embedder, a store, a keyring, warm workers.
//!
//! A description opens nothing; its operations share an empty place, which the start of the service fills before
//! the first request. Whoever describes a service without starting it (documents, workers) finds the place empty.

use std::any::{Any, TypeId, type_name};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::Error;

/// Something a service opens at its start and closes at its end.
pub trait Hold: Send + Sync + 'static {
    /// Ends what must not be cut off, such as a flush: nobody asks for anything any more. Shutdown waits for it, within
    /// its time.
    fn close(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// The place for what a service holds.
#[derive(Clone, Default)]
pub struct Held(Arc<RwLock<Option<Arc<dyn Any + Send + Sync>>>>);

impl Held {
    /// Fills it. Who has taken out what was there before keeps that.
    pub(crate) fn fill<S: Send + Sync + 'static>(&self, state: Arc<S>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// What is held.
    pub(crate) fn get<S: Send + Sync + 'static>(&self) -> Result<Arc<S>, Error> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        held.and_then(|held| held.downcast().ok()).ok_or_else(|| {
            tracing::error!(wanted = type_name::<S>(), "an operation runs in a service that was not started");
            Error::internal()
        })
    }
}

/// The type of what a function wants, or of what a service holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    id: TypeId,
    pub(crate) name: &'static str,
}

impl Wanted {
    pub(crate) fn of<S: 'static>() -> Self {
        Self { id: TypeId::of::<S>(), name: type_name::<S>() }
    }
}
