//! Values in memory: bounded in bytes, each for its own time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::sync::Cache;

use super::{Entry, Key, LARGEST, Tier};
use crate::observe::Metrics;
use crate::settings::Size;

/// What an entry takes besides its value: a good 450 bytes on x86-64, measured with 400,000 of them.
const OVERHEAD: usize = 512;
/// One value takes at most one part in so many of the memory.
const PARTS: usize = 16;

/// Values in this process. What has been used is kept rather than what has not: a flood of values nobody asks for again
/// does not wash out the others (moka's TinyLFU).
pub(super) struct Memory {
    values: Cache<Key, Entry>,
    part: usize,
    putting: Mutex<()>,
    metrics: Arc<Metrics>,
}

impl Memory {
    pub(super) fn new(size: Size, metrics: Arc<Metrics>) -> Self {
        let part = size.0 / PARTS;
        let values = Cache::builder()
            // A value is in before others are out, and what is out is freed a turn later: a part is left to each.
            .max_capacity((part * (PARTS - 2)) as u64)
            .weigher(|_, kept: &Entry| u32::try_from(weight(&kept.value)).unwrap_or(u32::MAX))
            .expire_after(Until)
            .build();
        Self { values, part, putting: Mutex::default(), metrics }
    }

    /// Bytes of all that is in it, whether it has been counted yet or not.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.values.iter().map(|(_, kept)| weight(&kept.value)).sum()
    }
}

impl Tier for Memory {
    async fn get(&self, key: &Key) -> Option<Entry> {
        self.values.get(key)
    }

    fn put(&self, key: &Key, kept: &Entry) -> bool {
        let weight = weight(&kept.value);
        if weight > self.part || kept.value.len() > LARGEST {
            return false;
        }
        // A copy of its own: the bytes may be a small part of something large that would be kept with them.
        let value = Bytes::copy_from_slice(&kept.value);
        // Left to itself moka evicts once in 64 values, which may be 256 MB.
        let _one_at_a_time = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        self.values.insert(*key, Entry { value, until: kept.until });
        self.values.run_pending_tasks();
        self.metrics.cache.bytes.set(i64::try_from(self.values.weighted_size()).unwrap_or(i64::MAX));
        true
    }
}

fn weight(value: &Bytes) -> usize {
    value.len() + OVERHEAD
}

/// Each value says itself how long it holds, also when it takes the place of another.
struct Until;

impl Expiry<Key, Entry> for Until {
    fn expire_after_create(&self, _: &Key, kept: &Entry, now: Instant) -> Option<Duration> {
        Some(kept.until.saturating_duration_since(now))
    }

    fn expire_after_update(&self, _: &Key, kept: &Entry, now: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.until.saturating_duration_since(now))
    }
}
