//! Files that a file of the request names, such as the pictures of a page: fetched as the request's own are, several at once,
//! within bounds for all of them. One that does not come is no error of the request: the operation does without.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::arrive::Arrivals;
use super::collect::{FileBounds, Found, Pending, Slot};
use super::file::File;
use super::source::Place;
use crate::error::Error;
use crate::runtime::Runtime;
use crate::shares::Holder;

/// Files fetched at once.
const AT_ONCE: usize = 8;

/// What may be fetched because something in a request names it.
#[derive(Debug, Clone, Copy)]
pub struct FetchBounds {
    /// Bytes of one file.
    pub each: usize,
    /// Bytes of all files together.
    pub all: usize,
    /// Time for all of them.
    pub time: Duration,
}

/// Fetches files by their URLs; in their order, each file or why it did not come, as a sentence that follows its name.
pub(crate) async fn fetch_named(
    runtime: &Runtime,
    owner: &Holder,
    urls: &[String],
    bounds: &FetchBounds,
) -> Vec<Result<File, String>> {
    let until = Instant::now() + bounds.time;
    let taken = AtomicUsize::new(0);
    let taken = &taken;
    let tasks = urls.iter().cloned().map(|url| async move {
        let each = bounds.each.min(bounds.all.saturating_sub(taken.load(Ordering::Relaxed)));
        if each == 0 {
            return Err("was not fetched: the files before it are as large as all may be together".to_owned());
        }
        let arrivals = Arrivals {
            settings: &runtime.settings,
            memory: runtime.body_memory.of(owner),
            fetcher: &runtime.fetcher,
            store: &runtime.store,
            owner,
            bounds: FileBounds { count: 1, each, all: each },
            accepts: &[],
            live: false,
        };
        let file = File::awaited();
        let pending = Pending { place: Place::Url(url), name: None, content_type: None };
        let found = Found { field: String::new(), slot: Slot::File(file.clone()), pending: Some(pending) };
        let brought = timeout_at(until, Box::pin(arrivals.bring(vec![found]))).await;
        let arrived = brought.map_err(|_| "did not arrive in time".to_owned())?.map_err(|error| reason(&error))?;
        let before = taken.fetch_add(arrived.bytes, Ordering::Relaxed);
        // Those that came side by side may be too large only together.
        if before + arrived.bytes > bounds.all {
            return Err("was left out: the files are larger than all may be together".to_owned());
        }
        Ok(file)
    });
    stream::iter(tasks).buffered(AT_ONCE).collect().await
}

fn reason(error: &Error) -> String {
    error.details().first().map_or_else(|| error.message(), |detail| detail.message.clone())
}
