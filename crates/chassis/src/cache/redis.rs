//! Values in Redis: what one process computed, all have. Redis may be slow, full or gone, and others may write to it:
//! a value that is not whole is a miss, and nobody waits for one longer than a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::redis::Pipeline;
use bytes::Bytes;
use tokio::sync::Semaphore;

use super::remote::Remote;
use super::{Entry, Key, LARGEST, Tier};
use crate::health::Check;
use crate::observe::Metrics;

/// Time a request waits for a value: past it, computing is as good.
const GET_TIME: Duration = Duration::from_millis(100);
/// Time a value has to arrive; nobody waits for it.
const SET_TIME: Duration = Duration::from_secs(1);
/// Values on their way to Redis are counted in these, each as one at least: at most 128 of them, and 8 MB.
const UNIT: usize = 64 * 1024;
const UNITS: usize = 128;

/// What a value starts with: this program, and the version of what follows.
const MAGIC: [u8; 5] = *b"flow\x01";
/// The magic and the seal.
const HEAD: usize = MAGIC.len() + 16;

/// Values in Redis.
pub(super) struct Redis {
    remote: Remote,
    on_their_way: Arc<Semaphore>,
}

impl Redis {
    /// Redis at a URL, or a cluster at several with commas between.
    pub(super) fn at(urls: &str, metrics: Arc<Metrics>) -> Result<Self, String> {
        Ok(Self { remote: Remote::to(urls, metrics)?, on_their_way: Arc::new(Semaphore::new(UNITS)) })
    }

    /// How it is.
    pub(super) async fn check(&self) -> Check {
        self.remote.check().await
    }
}

impl Tier for Redis {
    async fn get(&self, key: &Key) -> Option<Entry> {
        let name = name(key);
        let mut commands = Pipeline::with_capacity(2);
        // GETRANGE, unlike GET, has a bound: what others put there may be of any size.
        commands.cmd("GETRANGE").arg(&name).arg(0).arg(HEAD + LARGEST).cmd("PTTL").arg(&name);
        let (framed, millis): (Vec<u8>, i64) = self.remote.ask(&commands, GET_TIME).await?;
        // Below zero: it is not there, or holds for ever, which no value of ours does.
        let left = Duration::from_millis(u64::try_from(millis).ok()?);
        Some(Entry { value: unframe(key, framed)?, until: Instant::now() + left })
    }

    fn put(&self, key: &Key, kept: &Entry) -> bool {
        if kept.value.len() > LARGEST || !self.remote.takes_values() {
            return false;
        }
        let units = u32::try_from(kept.value.len().div_ceil(UNIT).max(1)).expect("the largest value is a few units");
        let Ok(place) = self.on_their_way.clone().try_acquire_many_owned(units) else {
            return false;
        };
        let millis = kept.until.saturating_duration_since(Instant::now()).as_millis().max(1);
        let mut commands = Pipeline::with_capacity(1);
        commands.cmd("SET").arg(name(key)).arg(frame(key, &kept.value)).arg("PX").arg(millis.to_string());
        let link = self.remote.clone();
        tokio::spawn(async move {
            link.ask::<()>(&commands, SET_TIME).await;
            drop(place);
        });
        true
    }
}

fn name(key: &Key) -> String {
    format!("ff:{}", key.hex())
}

/// A value with what shows that it is whole, ours, and the one of this key.
fn frame(key: &Key, value: &[u8]) -> Vec<u8> {
    [&MAGIC, key.seal(value).as_slice(), value].concat()
}

fn unframe(key: &Key, framed: Vec<u8>) -> Option<Bytes> {
    let rest = framed.strip_prefix(&MAGIC)?;
    let (seal, value) = rest.split_first_chunk::<16>()?;
    if key.seal(value) != *seal {
        return None;
    }
    Some(Bytes::from(framed).slice(HEAD..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_value_is_none() {
        let (key, other) = (Key::of("a", 1, b"", []), Key::of("b", 1, b"", []));
        let whole = frame(&key, b"value");
        assert_eq!(unframe(&key, whole.clone()).unwrap(), "value");
        assert_eq!(unframe(&key, frame(&key, b"")).unwrap(), "");
        assert!(unframe(&other, whole.clone()).is_none(), "of another key");
        assert!(unframe(&key, [whole.as_slice(), b"!"].concat()).is_none(), "longer");
        for length in 0..whole.len() {
            assert!(unframe(&key, whole[..length].to_vec()).is_none(), "cut to {length} bytes");
        }
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            assert!(unframe(&key, damaged).is_none(), "byte {place} changed");
        }
    }
}
