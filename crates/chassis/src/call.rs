//! What an operation may know about the request it serves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::Clock;
use crate::context::{Consumer, Context, Window};
use crate::decode;
use crate::error::Error;
use crate::files::{FetchBounds, File, fetch_named};
use crate::operation::task::OperationRequest;
use crate::run::pool::Cost;
use crate::runtime::Runtime;
use crate::shares::Holder;
use crate::warning::Warning;

/// Warnings an answer carries at most.
const MAX_WARNINGS: usize = 50;

/// A file that is kept until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptFile {
    /// Its id: as `{"id": "..."}` it is a file in any request of the same API key.
    pub id: String,
    /// The name it came with.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// Its bytes.
    pub size: u64,
    /// A link that opens it to whoever has it, until it expires.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
    /// When it goes (RFC 3339).
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: String,
}

/// The request around an operation's input: who, how long, and what to tell besides the answer.
pub struct Call {
    consumer: Option<Arc<Consumer>>,
    context: Context,
    /// None in a worker process.
    runtime: Option<Arc<Runtime>>,
    deadline: Instant,
    foreign: bool,
    cancelled: AtomicBool,
    /// Whether the answer is wanted as a whole.
    whole: AtomicBool,
    warnings: Mutex<Vec<Warning>>,
}

impl Call {
    pub(crate) fn new(
        consumer: Option<Arc<Consumer>>,
        context: Context,
        runtime: Arc<Runtime>,
        deadline: Instant,
        foreign: bool,
    ) -> Self {
        Self { consumer, runtime: Some(runtime), foreign, ..Self::of(context, deadline) }
    }

    fn of(context: Context, deadline: Instant) -> Self {
        Self {
            consumer: None,
            context,
            runtime: None,
            deadline,
            foreign: false,
            cancelled: AtomicBool::new(false),
            whole: AtomicBool::new(false),
            warnings: Mutex::default(),
        }
    }

    /// A call in a process that serves nobody else.
    pub(crate) fn in_worker(deadline: Instant, foreign: bool) -> Self {
        Self { foreign, ..Self::of(Context::default(), deadline) }
    }

    /// A call for tests and benches: nobody asks, a minute is left.
    #[must_use]
    pub fn detached() -> Self {
        Self::in_worker(Instant::now() + Duration::from_secs(60), false)
    }

    /// The same call again, with warnings and an end of its own.
    pub(crate) fn apart(&self) -> Self {
        Self {
            consumer: self.consumer.clone(),
            runtime: self.runtime.clone(),
            foreign: self.foreign,
            ..Self::of(self.context.clone(), self.deadline)
        }
    }

    /// Whether it speaks another product's contract.
    pub(crate) fn is_foreign(&self) -> bool {
        self.foreign
    }

    pub(crate) fn has_warnings(&self) -> bool {
        !self.warnings.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Keeps a file for the caller, until it expires.
    ///
    /// # Errors
    /// When the store does not answer or is full.
    pub async fn keep(&self, file: &File) -> Result<KeptFile, Error> {
        let Some(runtime) = &self.runtime else { return Err(Error::internal()) };
        let kept = runtime.store.put(&self.holder(), file.name(), file.content_type(), file.bytes().clone()).await?;
        Ok(KeptFile {
            id: kept.id,
            name: file.name().map(str::to_owned),
            content_type: file.content_type().map(str::to_owned),
            size: kept.size,
            url: kept.url,
            expires_at: kept.expires_at.to_string(),
        })
    }

    /// Fetches what something in the request names by URL, through the client that fetches the request's own files: in their
    /// order, each file or why it did not come, as a sentence that follows its name. No address inside is reached.
    pub async fn fetch(&self, urls: &[String], bounds: &FetchBounds) -> Vec<Result<File, String>> {
        match &self.runtime {
            Some(runtime) => fetch_named(runtime, &self.holder(), urls, bounds).await,
            None => urls.iter().map(|_| Err("cannot be fetched here".to_owned())).collect(),
        }
    }

    /// Who takes the turns this call needs.
    pub(crate) fn holder(&self) -> Holder {
        Holder::of(self.consumer.as_ref())
    }

    /// Who is calling; nobody when the service is used without a gateway.
    #[must_use]
    pub fn consumer(&self) -> Option<&Consumer> {
        self.consumer.as_deref()
    }

    /// The caller's rate-limit windows; empty when the gateway is another process.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        self.context.windows()
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.runtime.as_ref().map_or(Clock::System.now(), |runtime| runtime.clock.now())
    }

    /// When the answer must be there.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether nobody waits for the answer any more: the client left or the deadline passed. Long loops ask now and
    /// then and return any error.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The error for work that nobody waits for any more, as [`Call::cancelled`] says: `call.check()?` in long loops.
    ///
    /// # Errors
    /// When nobody waits.
    pub fn check(&self) -> Result<(), Error> {
        if self.cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Computes on the pool what an async operation must not compute where it waits.
    ///
    /// # Errors
    /// What the function returns; that there is no room on the pool.
    pub async fn compute<T: Send + 'static>(
        &self,
        cost: Cost,
        function: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match &self.runtime {
            Some(runtime) => runtime.pool.run(&self.holder(), cost, function).await?,
            // Nobody else waits for this process.
            None => function(),
        }
    }

    /// Reads JSON that stands in the request as data, once other fields have told what it has to be: by the rules
    /// requests are read by (names in any spelling, numbers as text), and with the same sentences. Errors name the
    /// field within `field`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read<T: OperationRequest>(&self, field: &str, json: &str) -> Result<T, Error> {
        let (value, warnings) = decode::read(field, json, false)?;
        for warning in warnings {
            self.push_warning(warning);
        }
        Ok(value)
    }

    /// Adds a warning to the answer.
    pub fn warn(&self, code: &'static str, field: Option<&str>, message: impl Into<String>) {
        self.push_warning(Warning { code: code.to_owned(), message: message.into(), field: field.map(str::to_owned) });
    }

    /// Whether this process serves this request alone, confined: it may write no file.
    #[must_use]
    pub fn is_in_worker(&self) -> bool {
        self.runtime.is_none()
    }

    /// The warnings so far.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the answer is wanted as a whole: in JSON or behind a link.
    #[must_use]
    pub fn wants_whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    pub(crate) fn want_whole(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }

    pub(crate) fn push_warning(&self, warning: Warning) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() < MAX_WARNINGS {
            warnings.push(warning);
        }
    }

    pub(crate) fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Held by whoever waits for the answer; when it goes, [`Call::cancelled`] turns true.
pub(crate) struct CancelOnDrop(pub(crate) Arc<Call>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize, Validate, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    struct Order {
        #[garde(length(chars, max = 5))]
        order_number: String,
        #[garde(dive)]
        items: Vec<Item>,
    }

    #[derive(Serialize, Deserialize, Validate, JsonSchema)]
    struct Item {
        #[garde(range(min = 1))]
        count: u32,
    }

    #[test]
    fn data_is_read_as_requests_are() {
        let read = |json: &str| Call::detached().read::<Order>("data", json);
        let order = read(r#"{"order_number": "A1", "items": [{"count": "2"}]}"#).unwrap();
        assert_eq!((order.order_number.as_str(), order.items[0].count), ("A1", 2));
        for (json, message) in [
            (r#"{"orderNumber": "A1", "items": [{"count": 0}]}"#, "data.items[0].count: must be at least 1"),
            (r#"{"orderNumber": "A1", "items": [{"cuont": 2}]}"#, "data.items[0].cuont: "),
            (r#"{"items": []}"#, "data.orderNumber: is required"),
            ("[]", "data: "),
        ] {
            let told = read(json).err().unwrap().message();
            assert!(told.starts_with(message), "{told}");
        }
    }
}
