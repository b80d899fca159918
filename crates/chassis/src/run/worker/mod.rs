//! Worker processes: parsers of hostile files run in a process of their own, so that the worst file costs one process.
//!
//! The program executes itself: `<program> worker <operation>`. The parent has decoded, validated and fetched already;
//! the request goes in on the worker's standard input and the answer comes back on its standard output, as [`frames`].
//! The worker bounds itself before it reads anything of the request ([`child`]); the parent bounds its time and its
//! answer, and makes a plain error of every death ([`process`]); how many run at once is in [`workers`].

mod child;
mod frames;
mod process;
mod workers;

pub use child::child;
pub use frames::Parcel;
pub use workers::Workers;

/// The operation this process was started for, when it is a worker.
#[must_use]
pub fn worker_operation() -> Option<String> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == "worker").then(|| arguments.next()).flatten()
}
