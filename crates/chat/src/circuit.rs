//! A circuit breaker for each upstream: one that failed five times in a row within half a minute is left alone for half a
//! minute; then one request tries it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// Time within which they count as in a row.
const WITHIN: Duration = Duration::from_secs(30);
/// Time it stays open.
const REST: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(crate) struct Circuit(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    since: Option<Instant>,
    open_until: Option<Instant>,
    /// Somebody tries whether it works again.
    trying: bool,
}

/// The right to one attempt, which must say how it went; one that says nothing was given up by the client.
pub(crate) struct Attempt<'a>(&'a Circuit, bool);

impl Circuit {
    /// An attempt, or the time to wait for one.
    pub(crate) fn attempt(&self, now: Instant) -> Result<Attempt<'_>, Duration> {
        let mut state = self.state();
        match state.open_until {
            None => Ok(Attempt(self, false)),
            Some(until) if now < until => Err(until - now),
            Some(_) if state.trying => Err(Duration::from_secs(1)),
            Some(_) => {
                state.trying = true;
                Ok(Attempt(self, true))
            }
        }
    }

    /// An answer that had begun well broke off.
    pub(crate) fn failed(&self, now: Instant) {
        let mut state = self.state();
        let expired = state.since.is_none_or(|since| now.duration_since(since) > WITHIN);
        if expired {
            (state.failures, state.since) = (0, Some(now));
        }
        state.failures += 1;
        if state.failures >= FAILURES || state.open_until.is_some() {
            state.open_until = Some(now + REST);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    pub(crate) fn succeeded(self) {
        let mut state = self.0.state();
        (state.failures, state.since, state.open_until) = (0, None, None);
    }

    pub(crate) fn failed(self, now: Instant) {
        self.0.failed(now);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.state().trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_rests_and_tries_again() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        let second = Duration::from_secs(1);
        for _ in 0..4 {
            circuit.attempt(now).ok().unwrap().failed(now);
        }
        circuit.attempt(now).ok().unwrap().succeeded();
        for _ in 0..5 {
            circuit.attempt(now).ok().unwrap().failed(now);
        }
        assert_eq!(circuit.attempt(now + second).err(), Some(REST - second));
        let later = now + REST;
        let trial = circuit.attempt(later).ok().unwrap();
        assert!(circuit.attempt(later).is_err(), "one tries at a time");
        trial.failed(later);
        assert_eq!(circuit.attempt(later + second).err(), Some(REST - second));
        // A client that leaves says nothing about the server.
        drop(circuit.attempt(later + REST).ok().unwrap());
        circuit.attempt(later + REST).ok().unwrap().succeeded();
        assert!(circuit.attempt(later + REST).is_ok());
    }

    #[test]
    fn failures_long_apart_do_not_add_up() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for minute in 0..20 {
            let now = now + Duration::from_secs(60 * minute);
            circuit.attempt(now).ok().unwrap().failed(now);
        }
        assert!(circuit.attempt(now + Duration::from_secs(60 * 20)).is_ok());
    }
}
