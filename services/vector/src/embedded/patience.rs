//! How long the work of a thread is waited for: a filter may take as long as a request may, and no longer.
//!
//! What evaluates filters is called from readers and from the writer, many functions deep; so what a thread works for is
//! the thread's own, and whoever loops asks [`check`].

use std::cell::RefCell;
use std::sync::{Arc, Weak};
use std::time::Instant;

use chassis::{Code, Error};

/// Who waits for a piece of work, and until when.
#[derive(Clone)]
pub(super) struct Patience {
    /// When the answer must be there.
    pub(super) until: Instant,
    /// Gone when whoever waits is.
    pub(super) waits: Weak<()>,
}

thread_local! {
    static CURRENT: RefCell<Option<Patience>> = const { RefCell::new(None) };
}

impl Patience {
    /// Until a moment, for as long as what is returned is kept.
    pub(super) fn until(until: Instant) -> (Self, Arc<()>) {
        let waits = Arc::new(());
        (Self { until, waits: Arc::downgrade(&waits) }, waits)
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
}

/// An error once nobody waits for what this thread does.
pub(super) fn check() -> Result<(), Error> {
    CURRENT.with_borrow(|current| match current {
        Some(patience) if patience.waits.strong_count() == 0 => Err(Error::cancelled()),
        Some(patience) if Instant::now() > patience.until => {
            let message = "the filter or the text takes too long over this collection: use fewer conditions or words";
            Err(Error::new(Code::DeadlineExceeded, message))
        }
        _ => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_ends_with_whoever_waits() {
        assert!(check().is_ok());
        let (patience, waits) = Patience::until(Instant::now() + Duration::from_secs(600));
        patience.clone().within(|| assert!(check().is_ok()));
        drop(waits);
        patience.within(|| assert!(check().is_err()));
        let (late, _waits) = Patience::until(Instant::now() - Duration::from_millis(1));
        late.within(|| assert_eq!(check().unwrap_err().code(), Code::DeadlineExceeded));
        assert!(check().is_ok());
    }
}
