//! Worker processes: parsers of hostile files and engines that are dear to start run in processes of their own, so that
//! the worst file costs one process.
//!
//! | file | job |
//! | --- | --- |
//! | `workers.rs` | how many run at once; a plain error for every death, in one table |
//! | `warm.rs` | workers that live on, by what makes them warm |
//! | `process.rs` | one worker as its parent sees it, from its start to its end |
//! | `child.rs` | the worker's own side: bounds itself, reads, answers |
//! | `frames.rs` | what crosses the pipes between them |
//!
//! The program executes itself: `<program> worker <operation>`. The parent has decoded, validated and fetched already;
//! the request goes in on the worker's standard input and the answer comes back on its standard output. The worker
//! bounds itself before it reads anything of the request; the parent bounds its time and its answer.

mod child;
mod frames;
mod process;
mod warm;
mod workers;

pub use child::child;
pub use frames::Parcel;
pub(crate) use warm::work as warm_work;
pub use warm::{WarmEngine, WarmWorkers, Warmth};
pub use workers::{Confinement, Workers};

/// The operation this process was started for, when it is a worker.
#[must_use]
pub fn worker_operation() -> Option<String> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == "worker").then(|| arguments.next()).flatten()
}
