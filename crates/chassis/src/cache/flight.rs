//! Single flight: those who want the same value at the same time share one computation.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::key::Key;

type Computation<V> = BoxFuture<'static, V>;

/// The computations that run. It holds them weakly: only those who wait keep one going, so that the last who leaves,
/// not the first, ends it.
pub(super) struct Flights<V: Clone> {
    sky: Sky<V>,
    started: AtomicU64,
}

type Sky<V> = Arc<Mutex<HashMap<Key, Flight<V>>>>;

struct Flight<V: Clone> {
    number: u64,
    computation: WeakShared<Computation<V>>,
}

impl<V: Clone> Default for Flights<V> {
    fn default() -> Self {
        Self { sky: Arc::default(), started: AtomicU64::new(0) }
    }
}

impl<V: Clone + Send + Sync + 'static> Flights<V> {
    /// The computation of a key that is under way, or else this one. It must not panic. The one that is not needed is
    /// dropped at once, and with it what it holds of its request.
    pub(super) fn join(
        &self,
        key: Key,
        computation: impl Future<Output = V> + Send + 'static,
    ) -> Shared<Computation<V>> {
        let mut sky = lock(&self.sky);
        // A flight whose last passenger just left cannot be joined any more, though it may still be listed.
        if let Some(computation) = sky.get(&key).and_then(|flight| flight.computation.upgrade()) {
            return computation;
        }
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let landing = Landing { sky: self.sky.clone(), key, number };
        let computation = async move {
            // Leaves the list when the computation ends, and when it is dropped.
            let _landing = landing;
            computation.await
        };
        let computation = computation.boxed().shared();
        let weak = computation.downgrade().expect("it has not run yet");
        sky.insert(key, Flight { number, computation: weak });
        computation
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        lock(&self.sky).len()
    }
}

/// Takes a flight off the list when it goes.
struct Landing<V: Clone> {
    sky: Sky<V>,
    key: Key,
    number: u64,
}

impl<V: Clone> Drop for Landing<V> {
    fn drop(&mut self) {
        let mut sky = lock(&self.sky);
        // Another may fly under this key by now.
        if sky.get(&self.key).is_some_and(|flight| flight.number == self.number) {
            sky.remove(&self.key);
        }
    }
}

fn lock<V: Clone>(sky: &Sky<V>) -> MutexGuard<'_, HashMap<Key, Flight<V>>> {
    sky.lock().unwrap_or_else(PoisonError::into_inner)
}
