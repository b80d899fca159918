//! Several requests of one operation as one: `POST <operation>/batch` with `{"items": [...]}`. Each item succeeds or
//! fails by itself; all of them are one request for the rate limit.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::mount::{Exchange, Mounted, Raw};
use super::outgoing::{Delivery, json_response};
use crate::body::{self, Assembled};
use crate::call::{Call, CancelOnDrop};
use crate::context::Context;
use crate::error::{Code, Error};
use crate::message::{Body, Request, Response};
use crate::run::pool;
use crate::settings::Size;

/// Answers a batch.
pub(crate) async fn serve(mounted: Arc<Mounted>, request: Request) -> Response {
    mounted.answered(request, answer).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

async fn answer(
    mounted: Arc<Mounted>,
    request: Request,
    context: Context,
    deadline: Instant,
) -> Result<Response, Error> {
    let (exchange, raw) = mounted.within(deadline, pin!(mounted.read(request, &context, deadline))).await?;
    let _cancel = CancelOnDrop(exchange.call.clone());
    if !raw.parts.is_empty() {
        return Err(Error::new(Code::UnsupportedMediaType, "send a batch as JSON: {\"items\": [...]}"));
    }
    let items = items(&raw.json, mounted.runtime.settings.batch)?;
    let count = items.len();
    let pace = Pace::of(deadline);
    let item = |(index, json): (usize, Bytes)| {
        let (mounted, exchange, pace) = (mounted.clone(), &exchange, &pace);
        let raw = Raw { json, options: raw.options.clone(), parts: Vec::new(), lenient: raw.lenient };
        async move {
            let call = Arc::new(exchange.call.apart());
            let _cancel = CancelOnDrop(call.clone());
            // One that panics where it is awaited is one item, as one that panics on the pool is.
            if !pace.has_time_for_one() {
                return (index, Err(no_time()));
            }
            let begun = Instant::now();
            let work = pin!(one(&mounted, raw, call, exchange));
            let answer = AssertUnwindSafe(mounted.within(deadline, work));
            let answer = answer.catch_unwind().await.unwrap_or_else(|_| {
                mounted.runtime.metrics.count_panic();
                Err(Error::internal())
            });
            pace.took(begun.elapsed());
            (index, answer)
        }
    };
    // As many at once as compute at once: the others of this batch wait here, not in the room for all.
    let at_once = mounted.runtime.settings.compute_threads.unwrap_or_else(pool::cores).max(1);
    let mut results = stream::iter(items.into_iter().enumerate()).map(item).buffered(at_once);
    let limit = mounted.runtime.settings.files_limit.0;
    // In pieces, each as it was made: put together they would be there twice, and half as much again while they grow.
    let mut pieces = Assembled::default();
    let mut failed = 0;
    while let Some((index, result)) = results.next().await {
        let result = match result {
            Ok(answer) if pieces.size() + answer.len() > limit => Err(too_much(Size(limit))),
            answer => answer,
        };
        let (status, name, body) = match result {
            Ok(answer) => (200, Cow::Borrowed("\"result\":"), answer),
            Err(error) => {
                failed += 1;
                let body = Bytes::from(error.body(&exchange.request_id));
                let name =
                    error.retry_after.map_or(Cow::Borrowed(""), |after| format!(r#""retryAfter":{after},"#).into());
                // `{"error":{...}}` without its braces.
                (error.code().status().as_u16(), name, body.slice(1..body.len() - 1))
            }
        };
        let start = if index == 0 { r#"{"items":["# } else { "}," };
        pieces.push(format!(r#"{start}{{"index":{index},"status":{status},{name}"#).into());
        pieces.push(body);
    }
    let succeeded = count - failed;
    pieces.push(format!(r#"}}],"succeeded":{succeeded},"failed":{failed},"warnings":[]}}"#).into());
    Ok(json_response(Body::new(pieces)))
}

/// How fast a batch goes: an item that would not end in time is not begun, and says so as one that found no room does.
struct Pace {
    deadline: Instant,
    items: AtomicU64,
    micros: AtomicU64,
}

impl Pace {
    fn of(deadline: Instant) -> Self {
        Self { deadline, items: AtomicU64::new(0), micros: AtomicU64::new(0) }
    }

    fn took(&self, time: Duration) {
        self.items.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether an item that takes as long as the mean of those before would end in time.
    fn has_time_for_one(&self) -> bool {
        let mean = self.micros.load(Ordering::Relaxed) / self.items.load(Ordering::Relaxed).max(1);
        self.deadline.saturating_duration_since(Instant::now()) > Duration::from_micros(mean)
    }
}

fn no_time() -> Error {
    let message = "no time was left for this item: send it again, in a smaller batch";
    Error::new(Code::Unavailable, message).retry_after(1)
}

/// Answers one item.
async fn one(mounted: &Arc<Mounted>, raw: Raw, call: Arc<Call>, exchange: &Exchange) -> Result<Bytes, Error> {
    let (prepared, arrived) = mounted.prepare(raw, call.clone(), false).await?;
    let delivery = match Delivery::asked(prepared.reserved.output.as_deref(), &exchange.headers)? {
        // There is no place for bytes in a list.
        Delivery::Bytes => Delivery::Base64,
        other => other,
    };
    let item = exchange.with(call);
    let (answer, _) = mounted.compute(prepared.task, arrived, &item).await?;
    let holder = exchange.call.holder();
    let json = delivery.object(answer, mounted.operation.about.makes, &mounted.runtime.store, &holder).await?;
    // Counted before it is kept.
    mounted.runtime.answer_memory.of(&holder).count(json.into())
}

/// The items, each as its own text.
fn items(json: &Bytes, most: usize) -> Result<Vec<Bytes>, Error> {
    let text = body::text(json)?;
    let batch: Batch<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            Error::field(Code::ValidationError, "items", "is the list of requests: send {\"items\": [{...}, {...}]}")
        }
        _ => Error::new(Code::MalformedRequest, format!("the body is not valid JSON: {error}")),
    })?;
    let message: Cow<'static, str> = match batch.items.len() {
        0 => "must not be empty".into(),
        count if count > most => format!("must have a length of at most {most} (you sent {count})").into(),
        _ => return Ok(batch.items.iter().map(|item| json.slice_ref(item.get().as_bytes())).collect()),
    };
    Err(Error::field(Code::ValidationError, "items", message))
}

fn too_much(limit: Size) -> Error {
    let message = format!("the answers of the batch are larger than {limit}: send fewer items, or ask for output=url");
    Error::new(Code::PayloadTooLarge, message)
}
