//! How long the work of a thread is waited for: a filter or a change may take as long as a request may, and no longer.
//!
//! What evaluates filters is called from readers and from the writer, many functions deep; so what a thread works for is
//! the thread's own, and whoever loops asks [`check`]. A single statement that reads is asked about while it runs
//! ([`over`]); one that writes never is, because SQLite takes the changes of others back with it: those are kept short.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Weak};
use std::time::Instant;

use chassis::{Code, Error};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// An answer.
    Answer,
    /// A change; what is half done is taken back.
    Change,
}

/// Who waits for a piece of work, and until when.
#[derive(Clone)]
pub(super) struct Patience {
    /// What for.
    what: Waiting,
    /// When the answer must be there.
    until: Instant,
    /// Gone when whoever waits is.
    waits: Weak<()>,
}

thread_local! {
    static CURRENT: RefCell<Option<Patience>> = const { RefCell::new(None) };
    static READING: Cell<bool> = const { Cell::new(false) };
}

impl Patience {
    /// Until a moment, for as long as what is returned is kept.
    pub(super) fn until(until: Instant, what: Waiting) -> (Self, Arc<()>) {
        let waits = Arc::new(());
        (Self { what, until, waits: Arc::downgrade(&waits) }, waits)
    }

    /// Does something that is waited for so long.
    pub(super) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        struct Restore(Option<Patience>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(self)));
        work()
    }

    fn check(&self) -> Result<(), Error> {
        if self.waits.strong_count() == 0 {
            return Err(Error::cancelled());
        }
        if Instant::now() <= self.until {
            return Ok(());
        }
        let message = match self.what {
            Waiting::Answer => {
                "the filter or the text takes too long over this collection: use fewer conditions or words"
            }
            Waiting::Change => {
                "the change takes longer than a request may, and nothing of it was done: change fewer points at once, by ids or by a narrower filter"
            }
        };
        Err(Error::new(Code::DeadlineExceeded, message))
    }
}

/// An error once nobody waits for what this thread does.
pub(super) fn check() -> Result<(), Error> {
    CURRENT.with_borrow(|current| current.as_ref().map_or(Ok(()), Patience::check))
}

/// The patience of this thread, for what another does for it.
pub(super) struct Carried(Option<Patience>);

/// Takes the patience of this thread along.
pub(super) fn carried() -> Carried {
    Carried(CURRENT.with_borrow(Clone::clone))
}

impl Carried {
    /// Does something that is waited for so long.
    pub(super) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        match self.0 {
            Some(patience) => patience.within(work),
            None => work(),
        }
    }
}

/// Reads something by statements that may be long each: they are broken off once nobody waits for them.
pub(super) fn over<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            READING.set(self.0);
        }
    }
    check()?;
    let read = {
        let _restore = Restore(READING.replace(true));
        read()
    };
    // What was broken off says no more than that.
    read.or_else(|error| check().and(Err(error)))
}

/// Whether the statement that this thread runs is to be broken off.
pub(super) fn gives_up() -> bool {
    READING.get() && check().is_err()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_ends_with_whoever_waits() {
        assert!(check().is_ok());
        let (patience, waits) = Patience::until(Instant::now() + Duration::from_secs(600), Waiting::Answer);
        patience.clone().within(|| assert!(check().is_ok()));
        drop(waits);
        patience.within(|| assert!(check().is_err()));
        let (late, _waits) = Patience::until(Instant::now() - Duration::from_millis(1), Waiting::Change);
        let message = |error: Error| (error.code(), error.message());
        late.clone().within(|| {
            let (code, text) = message(check().unwrap_err());
            assert!(code == Code::DeadlineExceeded && text.starts_with("the change takes longer"), "{text}");
            // A statement that reads is broken off, one that writes is not.
            assert!(!gives_up());
            assert!(over(|| Ok(())).is_err());
            let there = carried();
            assert!(std::thread::spawn(move || there.within(|| check().is_err())).join().unwrap());
        });
        assert!(check().is_ok());
    }
}
