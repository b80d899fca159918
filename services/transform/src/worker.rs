//! The time of what a caller wrote (an expression, a template, a pattern): stopped inside the worker, so that the answer
//! says what took too long. What the parent had to kill says only that.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chassis::{Call, Error};
use rustix::time::{ClockId, clock_gettime};

/// Time an expression may compute.
const LIMIT: Duration = Duration::from_secs(2);
/// Stack of what recurses as deep as expression or data do. Address space only, until it is used.
const STACK: usize = 256 * 1024 * 1024;
/// Time that is left for the answer, where others compute too and two seconds take long.
const MARGIN: Duration = Duration::from_secs(2);
/// How often the time is looked at.
const TICK: Duration = Duration::from_millis(50);

/// Runs something for at most two seconds of computing, and not until the parent has no more patience, with much stack.
/// What takes longer goes on until its process ends: this is for workers, which end with their answer.
///
/// # Errors
/// When it takes longer; when it fails by a panic.
pub(crate) fn within_limit<T: Send + 'static>(
    field: &str,
    call: &Call,
    function: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let (sender, receiver) = channel();
    let begun = computed();
    let run = move || {
        // Nobody listens when it took too long.
        let _ = sender.send(function());
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).map_err(|_| Error::internal())?;
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Timeout)
                if computed().saturating_sub(begun) < LIMIT && Instant::now() + MARGIN < call.deadline() => {}
            Err(RecvTimeoutError::Timeout) => {
                return Err(too_long(field));
            }
            // It panicked: so does this, for whoever tells panics.
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return Err(Error::internal()),
            },
        }
    }
}

/// The error of an expression that takes longer than it may.
pub(crate) fn too_long(field: &str) -> Error {
    let limit = LIMIT.as_secs();
    let message = format!("takes longer than the limit of {limit} seconds: make it simpler, or send less data");
    Error::impossible(field, message)
}

/// Time this process has computed.
fn computed() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(used.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(used.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_is_answered() {
        assert_eq!(within_limit("expression", &Call::detached(), || 7).unwrap(), 7);
    }

    #[test]
    fn what_does_not_end_is_named() {
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let running = stop.clone();
        let error = within_limit("expression", &Call::detached(), move || {
            while !running.load(std::sync::atomic::Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let message = error.unwrap_err().message();
        assert!(message.starts_with("expression: takes longer than the limit of 2 seconds"), "{message}");
    }
}
