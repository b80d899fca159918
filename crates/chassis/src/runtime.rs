//! What all services of a process share while they run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use http::{HeaderMap, HeaderName};

use crate::body::BodyMemory;
use crate::clock::Clock;
use crate::context::{Consumer, Context};
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::settings::Settings;

/// The header by which a service recognises its gateway.
pub const GATEWAY_SECRET: HeaderName = HeaderName::from_static("x-gateway-secret");

/// Settings, clock, pool, metrics and state of the process.
pub struct Runtime {
    /// The settings.
    pub settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    pub(crate) pool: Pool,
    pub(crate) body_memory: BodyMemory,
    started: Instant,
    draining: AtomicBool,
}

impl Runtime {
    /// Starts the pool.
    #[must_use]
    pub fn new(settings: Settings, clock: Clock) -> Arc<Self> {
        let metrics = Arc::new(Metrics::default());
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let threads = settings.compute_threads.unwrap_or(cores);
        Arc::new(Self {
            pool: Pool::new(threads, settings.compute_queue, metrics.clone()),
            body_memory: BodyMemory::new(settings.body_memory, metrics.clone()),
            settings,
            clock,
            metrics,
            started: Instant::now(),
            draining: AtomicBool::new(false),
        })
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

    pub(crate) fn uptime_seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// Who is calling: as the gateway in this process says, or the headers of one elsewhere that knows the secret.
    pub(crate) fn consumer(&self, headers: &HeaderMap, context: &Context) -> Option<Arc<Consumer>> {
        if let Some(consumer) = context.consumer() {
            return Some(consumer.clone());
        }
        let secret = self.settings.gateway_secret.as_ref()?;
        let sent = headers.get(GATEWAY_SECRET)?;
        if !same_secret(sent.as_bytes(), secret.reveal().as_bytes()) {
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

/// Compares without telling by its time how much was right.
fn same_secret(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
