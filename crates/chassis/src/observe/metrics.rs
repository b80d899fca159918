//! Prometheus metrics. Handles are looked up once, when a route is built, never per request.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Seconds. One wide set for all services, so that they can be added up: hashes take microseconds, models seconds.
const BUCKETS: [f64; 17] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0];

/// The content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    service: String,
    operation: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    service: String,
    operation: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    result: &'static str,
    place: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkerRun {
    operation: String,
    outcome: &'static str,
}

/// All metrics of the process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    durations: Family<Route, Histogram>,
    in_flight: Family<Route, Gauge>,
    shed: Family<Reason, Counter>,
    panics: Counter,
    pub(crate) pool_waiting: Gauge,
    pub(crate) pool_running: Gauge,
    pub(crate) cache: CacheMetrics,
    pub(crate) streams: Gauge,
    worker_runs: Family<WorkerRun, Counter>,
    pub(crate) workers_waiting: Gauge,
    pub(crate) workers_running: Gauge,
    pub(crate) workers_idle: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let requests = Family::<Outcome, Counter>::default();
        let durations: Family<Route, Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS.iter().copied()));
        let in_flight = Family::<Route, Gauge>::default();
        let shed = Family::<Reason, Counter>::default();
        let panics = Counter::default();
        let pool_waiting = Gauge::default();
        let pool_running = Gauge::default();
        let worker_runs = Family::<WorkerRun, Counter>::default();
        let workers_waiting = Gauge::default();
        let workers_running = Gauge::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("shed", "Requests refused because of overload", shed.clone());
        registry.register("panics", "Panics caught", panics.clone());
        registry.register("pool_waiting", "Calls waiting for the compute pool", pool_waiting.clone());
        registry.register("pool_running", "Calls on the compute pool", pool_running.clone());
        let streams = Gauge::default();
        registry.register("streams", "Streams on a thread of their own", streams.clone());
        registry.register("worker_runs", "Worker processes by what became of them", worker_runs.clone());
        registry.register("workers_waiting", "Calls waiting for a worker process", workers_waiting.clone());
        registry.register("workers_running", "Worker processes at work", workers_running.clone());
        let workers_idle = Gauge::default();
        registry.register("workers_idle", "Warm worker processes that wait for a request", workers_idle.clone());
        let cache = CacheMetrics::register(&mut registry);
        Self {
            registry,
            requests,
            durations,
            in_flight,
            shed,
            panics,
            pool_waiting,
            pool_running,
            streams,
            worker_runs,
            workers_waiting,
            workers_running,
            workers_idle,
            cache,
        }
    }
}

impl Metrics {
    /// The handles of one operation.
    #[must_use]
    pub fn route(&self, service: &str, operation: &str) -> Arc<RouteMetrics> {
        let route = Route { service: service.to_owned(), operation: operation.to_owned() };
        Arc::new(RouteMetrics {
            durations: self.durations.get_or_create(&route).clone(),
            in_flight: self.in_flight.get_or_create(&route).clone(),
            requests: self.requests.clone(),
            ok: OnceLock::new(),
            service: route.service,
            operation: route.operation,
        })
    }

    /// Counts a request refused because of overload.
    pub(crate) fn count_shed(&self, reason: &'static str) {
        self.shed.get_or_create(&Reason { reason }).inc();
    }

    /// Counts a worker process by what became of it.
    pub(crate) fn count_worker_run(&self, operation: &str, outcome: &'static str) {
        self.worker_runs.get_or_create(&WorkerRun { operation: operation.to_owned(), outcome }).inc();
    }

    pub(crate) fn count_panic(&self) {
        self.panics.inc();
    }

    /// Everything in OpenMetrics text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string cannot fail");
        text
    }
}

/// The metrics of one operation. The context of a request names the one it counts for.
#[derive(Debug)]
pub struct RouteMetrics {
    service: String,
    operation: String,
    requests: Family<Outcome, Counter>,
    durations: Histogram,
    in_flight: Gauge,
    ok: OnceLock<Counter>,
}

impl RouteMetrics {
    /// The service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Counts the request as in flight until the guard goes.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    pub(crate) fn record(&self, status: StatusCode, elapsed: Duration) {
        self.durations.observe(elapsed.as_secs_f64());
        if status == StatusCode::OK {
            self.ok.get_or_init(|| self.counter(status)).inc();
        } else {
            self.counter(status).inc();
        }
    }

    fn counter(&self, status: StatusCode) -> Counter {
        let outcome =
            Outcome { service: self.service.clone(), operation: self.operation.clone(), status: status.as_u16() };
        self.requests.get_or_create(&outcome).clone()
    }
}

/// The metrics of the result cache.
pub(crate) struct CacheMetrics {
    pub(crate) memory_hits: Counter,
    pub(crate) redis_hits: Counter,
    pub(crate) misses: Counter,
    pub(crate) bypasses: Counter,
    pub(crate) faults: Counter,
    pub(crate) bytes: Gauge,
}

impl CacheMetrics {
    fn register(registry: &mut Registry) -> Self {
        let requests = Family::<Found, Counter>::default();
        let found = |result, place| requests.get_or_create(&Found { result, place }).clone();
        let cache = Self {
            memory_hits: found("hit", Some("memory")),
            redis_hits: found("hit", Some("redis")),
            misses: found("miss", None),
            bypasses: found("bypass", None),
            faults: Counter::default(),
            bytes: Gauge::default(),
        };
        registry.register("cache_requests", "Values asked of the result cache", requests.clone());
        registry.register("cache_faults", "Times Redis failed the result cache", cache.faults.clone());
        registry.register("cache_bytes", "Memory of cached results", cache.bytes.clone());
        cache
    }
}

pub(crate) struct InFlight<'a>(&'a Gauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts in a gauge while it lives.
pub(crate) struct Counted(Gauge);

impl Counted {
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
