//! What all services of a process share while they run.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName};
use subtle::ConstantTimeEq;

use crate::body::Memory;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::context::{Consumer, Context};
use crate::data::DataFolder;
use crate::files::{Fetcher, Store};
use crate::observe::Metrics;
use crate::operation::task::Later;
use crate::run::pool::{self, Pool};
use crate::run::streams::Streams;
use crate::run::worker::Workers;
use crate::settings::Settings;

/// Time between two sweeps of the store.
const SWEEP: Duration = Duration::from_secs(5 * 60);

/// The header by which a service recognises its gateway.
pub const GATEWAY_SECRET: HeaderName = HeaderName::from_static("x-gateway-secret");

/// What services and engines do at the end, in the order they were opened.
#[derive(Default)]
pub(crate) struct Closing(Mutex<Vec<Later<()>>>);

impl Closing {
    pub(crate) fn push(&self, close: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::pin(close));
    }

    /// Closes everything, what was opened last first, each within a time.
    pub(crate) async fn close(&self, time: Duration) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for close in all.into_iter().rev() {
            if tokio::time::timeout(time, close).await.is_err() {
                tracing::warn!("something was not closed in time");
            }
        }
    }
}

/// What is read again when the process is told to, in the order in which it was read first.
type Reload = dyn Fn() -> Later<Result<(), String>> + Send + Sync;

/// Settings, clock, pool, metrics and state of the process.
pub struct Runtime {
    /// The settings.
    pub settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    pub(crate) pool: Pool,
    pub(crate) body_memory: Memory,
    pub(crate) answer_memory: Memory,
    pub(crate) decoded_memory: Memory,
    pub(crate) streams: Streams,
    pub(crate) workers: Arc<Workers>,
    pub(crate) cache: Cache,
    pub(crate) store: Store,
    /// The folder for what is to last.
    pub data: DataFolder,
    pub(crate) fetcher: Fetcher,
    reloads: Mutex<Vec<Arc<Reload>>>,
    /// What to close at the end.
    pub(crate) closing: Closing,
    started: Instant,
    draining: AtomicBool,
}

impl Runtime {
    /// Starts the pool.
    ///
    /// # Errors
    /// When a setting makes no sense; the text names it.
    pub fn new(settings: Settings, clock: Clock) -> Result<Arc<Self>, String> {
        let metrics = Arc::new(Metrics::default());
        let threads = settings.compute_threads.unwrap_or_else(pool::cores);
        Ok(Arc::new(Self {
            pool: Pool::new(threads, settings.compute_queue, metrics.clone()),
            body_memory: Memory::of_bodies(settings.body_memory, metrics.clone()),
            answer_memory: Memory::of_answers(settings.answer_memory, metrics.clone()),
            decoded_memory: Memory::of_decoded(settings.decoded_memory, metrics.clone()),
            streams: Streams::new(settings.streams, metrics.clone()),
            workers: Arc::new(Workers::new(&settings, metrics.clone())),
            cache: Cache::new(&settings, metrics.clone())?,
            store: Store::new(&settings, clock.clone())?,
            data: DataFolder::new(&settings),
            fetcher: Fetcher::new(&settings),
            settings,
            clock,
            metrics,
            reloads: Mutex::default(),
            closing: Closing::default(),
            started: Instant::now(),
            draining: AtomicBool::new(false),
        }))
    }

    /// Removes what expired from the store, now and every few minutes. Runs until it is dropped.
    pub(crate) async fn sweep(&self) {
        loop {
            // What went wrong is in the log; the next time may do better.
            let _ = self.store.sweep().await;
            tokio::time::sleep(SWEEP).await;
        }
    }

    /// Closes what services and engines hold, each within the time of shutdown. Nothing is asked of them afterwards.
    pub async fn close(&self) {
        self.closing.close(self.settings.shutdown.0).await;
    }

    /// Says what to do when the process is told to read its files again. What cannot be read is said, and what there was
    /// goes on.
    pub fn on_reload(&self, read: impl Fn() -> Later<Result<(), String>> + Send + Sync + 'static) {
        self.reloads.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(read));
    }

    /// Reads again what can be.
    pub(crate) async fn reload(&self) {
        let all = self.reloads.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut failed = 0;
        for read in all {
            if let Err(problem) = read().await {
                failed += 1;
                tracing::error!(problem, "not read again: what there was goes on");
            }
        }
        tracing::info!(failed, "read again");
    }

    /// Turns readiness off.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the process is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Who is calling: as the gateway in this process says, or the headers of one elsewhere that knows the secret.
    pub(crate) fn consumer(&self, headers: &HeaderMap, context: &Context) -> Option<Arc<Consumer>> {
        if let Some(consumer) = context.consumer() {
            return Some(consumer.clone());
        }
        let secret = self.settings.gateway_secret.as_ref()?;
        let sent = headers.get(GATEWAY_SECRET)?;
        if !bool::from(sent.as_bytes().ct_eq(secret.reveal().as_bytes())) {
            return None;
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Some(Arc::new(Consumer {
            id: text("x-consumer-id")?,
            username: text("x-consumer-username").unwrap_or_default(),
            custom_id: text("x-consumer-custom-id"),
            groups: text("x-consumer-groups")
                .map(|groups| groups.split(',').map(|group| group.trim().to_owned()).collect())
                .unwrap_or_default(),
        }))
    }
}
