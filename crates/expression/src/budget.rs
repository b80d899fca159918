//! What one evaluation may cost.
//!
//! Work is counted in units of about a tenth of a microsecond, so that a bound on it is a bound on time that does not
//! depend on the machine's load. A step of a program costs one, a long product what its length suggests, a sine some
//! hundred. Nothing is begun whose estimate is over what is left.

use crate::error::{Error, Kind, Warning};

/// Default of [`Budget::work`]: a few seconds.
pub const DEFAULT_WORK: u64 = 20_000_000;
/// Default of [`Budget::elements`].
pub const DEFAULT_ELEMENTS: u64 = 2_000_000;
/// How many units pass between two looks at the caller's hook.
const POLL: u64 = 4_096;

/// What an evaluation may still use, and what it has to say beside its value.
pub struct Budget<'a> {
    work: u64,
    elements: u64,
    since_poll: u64,
    cancelled: &'a dyn Fn() -> bool,
    warnings: Vec<Warning>,
}

impl<'a> Budget<'a> {
    /// The default budget; `cancelled` is asked every now and then.
    pub fn new(cancelled: &'a dyn Fn() -> bool) -> Self {
        Self::with_limits(DEFAULT_WORK, DEFAULT_ELEMENTS, cancelled)
    }

    /// A budget of so many units of work and elements of lists.
    pub fn with_limits(work: u64, elements: u64, cancelled: &'a dyn Fn() -> bool) -> Self {
        Self { work, elements, since_poll: 0, cancelled, warnings: Vec::new() }
    }

    /// Units of work that are left.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Elements of lists that may still be made.
    #[must_use]
    pub fn elements(&self) -> u64 {
        self.elements
    }

    /// What the evaluations had to say so far; forgotten by asking.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    #[inline]
    pub(crate) fn spend(&mut self, units: u64) -> Result<(), Error> {
        match self.work.checked_sub(units) {
            Some(left) => self.work = left,
            None => {
                return Err(Error::too_large("this takes too long to compute: use smaller numbers or shorter lists"));
            }
        }
        self.since_poll += units;
        if self.since_poll >= POLL {
            self.since_poll = 0;
            if (self.cancelled)() {
                return Err(Error::new(Kind::Cancelled, "nobody waits for this any more"));
            }
        }
        Ok(())
    }

    pub(crate) fn allocate(&mut self, elements: usize) -> Result<(), Error> {
        match self.elements.checked_sub(elements as u64) {
            Some(left) => self.elements = left,
            None => {
                return Err(Error::too_large(format!(
                    "this makes a list of {elements} values, and {left} more are allowed",
                    left = self.elements
                )));
            }
        }
        self.spend(elements as u64)
    }

    pub(crate) fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        let message = message.into();
        let known = self.warnings.iter().any(|known| known.code == code && known.message == message);
        if !known && self.warnings.len() < 20 {
            self.warnings.push(Warning { code, message });
        }
    }
}
