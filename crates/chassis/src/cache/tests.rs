//! The cache of one process: sharing, leaving, failing, expiring, and its bounds.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::memory::Memory;
use super::{Cache, Entry, Key, Served, Tier};
use crate::error::{Code, Error};
use crate::observe::Metrics;
use crate::settings::{Settings, Size};

const HOUR: Duration = Duration::from_secs(3_600);

fn cache() -> Cache {
    Cache::new(&Settings::default(), Arc::default()).unwrap()
}

/// A cache that keeps nothing: what callers share is the flight alone.
fn flights_only() -> Cache {
    Cache::new(&Settings { cache_memory: Size(0), ..Settings::default() }, Arc::default()).unwrap()
}

fn key(number: usize) -> Key {
    Key::of("test", 1, &number.to_le_bytes(), [])
}

async fn value(bytes: &'static [u8]) -> Result<Bytes, Error> {
    Ok(Bytes::from_static(bytes))
}

/// Says when it is dropped.
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A computation that waits for a word, and whether it is gone.
fn waiting() -> (oneshot::Sender<&'static [u8]>, Arc<AtomicBool>, impl Future<Output = Result<Bytes, Error>> + Send) {
    let (sender, receiver) = oneshot::channel();
    let gone = Arc::new(AtomicBool::new(false));
    let flag = Flag(gone.clone());
    let computation = async move {
        let _flag = flag;
        receiver.await.map(Bytes::from_static).map_err(|_| Error::internal())
    };
    (sender, gone, computation)
}

/// Lets a future run until it waits.
async fn start<F: Future<Output: std::fmt::Debug> + Unpin>(future: &mut F) {
    poll_fn(|context| {
        assert!(future.poll_unpin(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn a_kept_value_is_a_hit() {
    let cache = cache();
    let (first, served) = cache.get_or_compute(key(1), HOUR, value(b"one")).await;
    assert_eq!((first.unwrap(), served), (Bytes::from("one"), Served::Miss));
    let (second, served) = cache.get_or_compute(key(1), HOUR, async { panic!("must not run") }).await;
    assert_eq!((second.unwrap(), served), (Bytes::from("one"), Served::Hit));
    let (other, served) = cache.get_or_compute(key(2), HOUR, value(b"two")).await;
    assert_eq!((other.unwrap(), served), (Bytes::from("two"), Served::Miss));
    let held = cache.places.memory.held();
    assert_eq!(usize::try_from(cache.places.metrics.cache.bytes.get()).unwrap(), held);
    assert!(cache.check().await.is_none(), "without Redis there is nothing to check");
    let text = cache.places.metrics.text();
    assert!(text.contains(r#"cache_requests_total{result="hit",place="memory"} 1"#), "{text}");
    assert!(text.contains(r#"cache_requests_total{result="miss",place=""} 2"#), "{text}");
}

#[tokio::test]
async fn a_hundred_callers_share_one_computation() {
    let cache = flights_only();
    let (word, _, computation) = waiting();
    let mut first = Box::pin(cache.get_or_compute(key(1), HOUR, computation));
    start(&mut first).await;
    let mut others: Vec<_> =
        (1..100).map(|_| Box::pin(cache.get_or_compute(key(1), HOUR, async { panic!("must not run") }))).collect();
    for other in &mut others {
        start(other).await;
    }
    word.send(b"shared").unwrap();
    assert_eq!(first.await.0.unwrap(), "shared");
    for (answer, _) in join_all(others).await {
        assert_eq!(answer.unwrap(), "shared");
    }
}

#[tokio::test]
async fn the_first_may_leave() {
    let cache = flights_only();
    let (word, gone, computation) = waiting();
    let mut first = Box::pin(cache.get_or_compute(key(1), HOUR, computation));
    let mut second = Box::pin(cache.get_or_compute(key(1), HOUR, value(b"its own")));
    start(&mut first).await;
    start(&mut second).await;
    drop(first);
    assert!(!gone.load(Ordering::SeqCst));
    word.send(b"shared").unwrap();
    assert_eq!(second.await.0.unwrap(), "shared");
}

#[tokio::test]
async fn the_last_ends_the_computation_and_the_next_begins_anew() {
    let cache = flights_only();
    let (word, gone, computation) = waiting();
    let mut first = Box::pin(cache.get_or_compute(key(1), HOUR, computation));
    let mut second = Box::pin(cache.get_or_compute(key(1), HOUR, value(b"its own")));
    start(&mut first).await;
    start(&mut second).await;
    drop((first, second));
    assert!(gone.load(Ordering::SeqCst));
    assert!(word.is_closed());
    assert_eq!(cache.flights.count(), 0);
    assert_eq!(cache.get_or_compute(key(1), HOUR, value(b"anew")).await.0.unwrap(), "anew");
}

#[tokio::test]
async fn who_joins_lets_go_of_its_own_computation_at_once() {
    let cache = flights_only();
    let (_word, _, computation) = waiting();
    let mut first = Box::pin(cache.get_or_compute(key(1), HOUR, computation));
    let (_other, gone, unneeded) = waiting();
    let mut second = Box::pin(cache.get_or_compute(key(1), HOUR, unneeded));
    start(&mut first).await;
    start(&mut second).await;
    assert!(gone.load(Ordering::SeqCst), "it may hold the files of a request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_inherits_what_another_left() {
    let cache = Arc::new(flights_only());
    let rounds = async {
        for round in 0..1_000 {
            let tasks = (0..4).map(|task| {
                let cache = cache.clone();
                tokio::spawn(async move {
                    let mut call = pin!(cache.get_or_compute(key(1), HOUR, async {
                        for _ in 0..3 {
                            tokio::task::yield_now().await;
                        }
                        value(b"one").await
                    }));
                    if task % 2 == 0 {
                        // Leaves after a few looks.
                        for _ in 0..round % 4 {
                            if (&mut call).now_or_never().is_some() {
                                break;
                            }
                            tokio::task::yield_now().await;
                        }
                    } else {
                        assert_eq!(call.await.0.unwrap(), "one");
                    }
                })
            });
            for task in join_all(tasks.collect::<Vec<_>>()).await {
                task.unwrap();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), rounds).await.expect("nobody waits for ever");
    assert_eq!(cache.flights.count(), 0);
}

#[tokio::test]
async fn an_error_is_shared_and_not_kept() {
    let cache = cache();
    let refuse = async {
        tokio::task::yield_now().await;
        Err(Error::field(Code::Unprocessable, "width", "is too much"))
    };
    let both = [
        cache.get_or_compute(key(1), HOUR, refuse.boxed()),
        cache.get_or_compute(key(1), HOUR, value(b"not yet").boxed()),
    ];
    for (answer, served) in join_all(both).await {
        assert_eq!(answer.unwrap_err().message(), "width: is too much");
        assert_eq!(served, Served::Miss);
    }
    assert_eq!(cache.get_or_compute(key(1), HOUR, value(b"now")).await.0.unwrap(), "now");
}

#[tokio::test]
async fn a_panic_is_an_error_for_all_and_the_key_is_free_again() {
    let cache = cache();
    let fall = async {
        tokio::task::yield_now().await;
        panic!("on purpose")
    };
    let both = [
        cache.get_or_compute(key(1), HOUR, fall.boxed()),
        cache.get_or_compute(key(1), HOUR, value(b"not yet").boxed()),
    ];
    for (answer, _) in join_all(both).await {
        assert_eq!(answer.unwrap_err().code(), Code::InternalError);
    }
    assert_eq!(cache.get_or_compute(key(1), HOUR, value(b"now")).await.0.unwrap(), "now");
    assert!(cache.places.metrics.text().contains("panics_total 1"));
}

#[tokio::test]
async fn a_value_holds_for_its_time() {
    let cache = cache();
    let ttl = Duration::from_millis(150);
    let start = Instant::now();
    cache.get_or_compute(key(1), ttl, value(b"first")).await.0.unwrap();
    loop {
        let (answer, served) = cache.get_or_compute(key(1), HOUR, value(b"second")).await;
        if served == Served::Miss {
            assert_eq!(answer.unwrap(), "second");
            assert!(start.elapsed() >= ttl, "it went too early");
            break;
        }
        assert_eq!(answer.unwrap(), "first");
        assert!(start.elapsed() < Duration::from_secs(20), "it never goes");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_value_that_takes_the_place_of_another_has_its_own_time() {
    let memory = Memory::new(Size(1 << 20), Arc::default());
    let kept = |ttl| Entry { value: Bytes::from("value"), until: Instant::now() + ttl };
    memory.put(&key(1), &kept(Duration::from_millis(50)));
    memory.put(&key(1), &kept(HOUR));
    memory.put(&key(2), &kept(HOUR));
    memory.put(&key(2), &kept(Duration::from_millis(50)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(memory.get(&key(1)).await.is_some());
    assert!(memory.get(&key(2)).await.is_none());
}

#[tokio::test]
async fn a_flood_stays_within_the_memory() {
    const MEMORY: usize = 16 << 20;
    const THREADS: usize = 4;
    let memory = Memory::new(Size(MEMORY), Arc::default());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let memory = &memory;
            scope.spawn(move || {
                for number in 0..10_000 / THREADS {
                    // Different lengths, so that no class of sizes hides another.
                    let value = Bytes::from(vec![0; 100_000 - number % 1_000]);
                    assert!(
                        memory.put(&key(number * THREADS + thread), &Entry { value, until: Instant::now() + HOUR })
                    );
                    if number % 100 == 0 {
                        let held = memory.held();
                        assert!(held <= MEMORY, "{held} bytes");
                    }
                }
            });
        }
    });
    assert!(memory.held() > MEMORY / 2, "it keeps what it may");
}

#[tokio::test]
async fn what_is_too_large_is_answered_and_not_kept() {
    let cache = Cache::new(&Settings { cache_memory: Size(1 << 20), ..Settings::default() }, Arc::default()).unwrap();
    for _ in 0..2 {
        let (answer, served) = cache.get_or_compute(key(1), HOUR, value(&[7; (1 << 20) / 16])).await;
        assert_eq!((answer.unwrap().len(), served), ((1 << 20) / 16, Served::Bypass));
    }
    let (_, served) = cache.get_or_compute(key(2), HOUR, value(&[7; (1 << 20) / 16 - 1_000])).await;
    assert_eq!(served, Served::Miss);
    let large = Cache::new(&Settings { cache_memory: Size(1 << 30), ..Settings::default() }, Arc::default()).unwrap();
    let (_, served) = large.get_or_compute(key(1), HOUR, async { Ok(Bytes::from(vec![7; (4 << 20) + 1])) }).await;
    assert_eq!(served, Served::Bypass);
    let (_, served) = large.get_or_compute(key(2), HOUR, async { Ok(Bytes::from(vec![7; 4 << 20])) }).await;
    assert_eq!(served, Served::Miss);
}

#[tokio::test]
async fn what_is_kept_does_not_hold_what_it_was_cut_from() {
    let memory = Memory::new(Size(1 << 20), Arc::default());
    let whole = Bytes::from(vec![7; 1 << 20]);
    memory.put(&key(1), &Entry { value: whole.slice(..10), until: Instant::now() + HOUR });
    assert!(whole.is_unique());
    assert_eq!(memory.get(&key(1)).await.unwrap().value.len(), 10);
}

#[test]
fn a_wrong_redis_is_refused_without_showing_it() {
    for wrong in ["", "hunter2", "http://user:hunter2@host", "redis://user:hunter2@host:port", "redis://a:1,hunter2"] {
        let settings = Settings { redis: Some(wrong.parse().unwrap()), ..Settings::default() };
        let error = Cache::new(&settings, Arc::new(Metrics::default())).err().unwrap();
        assert!(error.starts_with("FLOWFORGE_REDIS: write it as redis://"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
