//! What is seen of requests from outside.
//!
//! | file | job |
//! | --- | --- |
//! | `observer.rs` | the one middleware: request id, last-resort panic guard, metrics, access line |
//! | `metrics.rs` | every metric of the process, in one registry |
//! | `log.rs` | log lines, written by a thread of their own |
//!
//! No body, header or query string is seen here, so none can reach a log.

mod log;
mod metrics;
mod observer;

pub use log::{Lines, Log};
pub(crate) use metrics::{CONTENT_TYPE, Counted};
pub use metrics::{Metrics, RouteMetrics};
pub use observer::Observer;
