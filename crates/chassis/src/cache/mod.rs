//! The result cache: an operation asks for the value of a key, and it is kept, being computed by somebody, or computed
//! now. Values are opaque bytes. Memory stands in front of Redis, and Redis may fail: no request does for that.

mod flight;
mod key;
mod memory;
mod redis;
mod remote;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod with_redis;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;

use self::flight::Flights;
pub(crate) use self::key::Key;
use self::memory::Memory;
use self::redis::Redis;
use crate::error::Error;
use crate::health::Check;
use crate::observe::Metrics;
use crate::settings::Settings;

/// The largest value that is kept anywhere.
const LARGEST: usize = 4 << 20;

/// The cache of the process.
pub(crate) struct Cache {
    places: Arc<Places>,
    flights: Flights<Landed>,
}

/// Where an answer came from, as `X-Cache` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    /// It was kept.
    Hit,
    /// It was computed, for this caller or for one who asked at the same time.
    Miss,
    /// It was computed and no place took it, mostly because it is too large.
    Bypass,
}

impl Served {
    /// The word in `X-Cache`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }
}

/// A value, and how long it holds.
#[derive(Clone)]
struct Entry {
    value: Bytes,
    until: Instant,
}

/// A place that keeps values for a while. It may lose any of them, and it never fails: what it cannot give is not there.
trait Tier {
    /// The value of a key, as long as it holds.
    async fn get(&self, key: &Key) -> Option<Entry>;

    /// Keeps a value if it can, without waiting; whether it took it.
    fn put(&self, key: &Key, kept: &Entry) -> bool;
}

/// What all who waited for a computation get.
type Landed = (Result<Bytes, Error>, Source);

/// Where an answer came from.
#[derive(Clone, Copy)]
enum Source {
    Memory,
    Redis,
    /// Computed just now.
    Computed,
    /// Computed just now, and no place took it.
    Unkept,
}

impl Cache {
    /// A cache as the settings say. Redis is first spoken to when the first value is asked for.
    pub(crate) fn new(settings: &Settings, metrics: Arc<Metrics>) -> Result<Self, String> {
        let redis = settings.redis.as_ref().map(|url| Redis::at(url.reveal(), metrics.clone())).transpose()?;
        let memory = Memory::new(settings.cache_memory, metrics.clone());
        Ok(Self { places: Arc::new(Places { memory, redis, metrics }), flights: Flights::default() })
    }

    /// The value of a key, and where it came from. Callers who ask at the same time share one computation: it goes on
    /// while any of them waits, and is dropped with the last. An error goes to all of them and is not kept.
    ///
    /// The computation brings its own bound in time; a caller that lost patience just drops this future.
    pub(crate) async fn get_or_compute(
        &self,
        key: Key,
        ttl: Duration,
        compute: impl Future<Output = Result<Bytes, Error>> + Send + 'static,
    ) -> (Result<Bytes, Error>, Served) {
        // The common case first, without a flight.
        let (answer, source) = match self.places.memory.get(&key).await {
            Some(kept) => (Ok(kept.value), Source::Memory),
            None => {
                let places = self.places.clone();
                self.flights.join(key, async move { places.find_or_compute(&key, ttl, compute).await }).await
            }
        };
        (answer, self.places.count(source))
    }

    /// How Redis is; nothing when there is none to ask. Takes about a second at most.
    pub(crate) async fn check(&self) -> Option<Check> {
        match &self.places.redis {
            Some(redis) => Some(redis.check().await),
            None => None,
        }
    }
}

/// The places values are kept in, front to back.
struct Places {
    memory: Memory,
    redis: Option<Redis>,
    metrics: Arc<Metrics>,
}

impl Places {
    async fn find_or_compute(
        &self,
        key: &Key,
        ttl: Duration,
        compute: impl Future<Output = Result<Bytes, Error>> + Send,
    ) -> Landed {
        // Again: another flight may have landed since the caller looked.
        if let Some(kept) = self.memory.get(key).await {
            return (Ok(kept.value), Source::Memory);
        }
        if let Some(redis) = &self.redis
            && let Some(kept) = redis.get(key).await
        {
            self.memory.put(key, &kept);
            return (Ok(kept.value), Source::Redis);
        }
        // A panic that left here would hit all who wait.
        let computed = AssertUnwindSafe(compute).catch_unwind().await.unwrap_or_else(|_| {
            self.metrics.count_panic();
            Err(Error::internal())
        });
        let value = match computed {
            Ok(value) => value,
            Err(error) => return (Err(error), Source::Computed),
        };
        let kept = Entry { value, until: Instant::now() + ttl };
        let in_memory = self.memory.put(key, &kept);
        let in_redis = self.redis.as_ref().is_some_and(|redis| redis.put(key, &kept));
        (Ok(kept.value), if in_memory || in_redis { Source::Computed } else { Source::Unkept })
    }

    fn count(&self, source: Source) -> Served {
        let cache = &self.metrics.cache;
        let (counter, served) = match source {
            Source::Memory => (&cache.memory_hits, Served::Hit),
            Source::Redis => (&cache.redis_hits, Served::Hit),
            Source::Computed => (&cache.misses, Served::Miss),
            Source::Unkept => (&cache.bypasses, Served::Bypass),
        };
        counter.inc();
        served
    }
}
