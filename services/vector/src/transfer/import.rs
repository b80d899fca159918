//! Import points from NDJSON.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, File, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::filter::micros;
use crate::points::upsert::{NewPoint, UpsertPointsRequest, upsert};
use crate::settings::Vectors;

/// Points that are put in at once.
const AT_ONCE: usize = 500;
/// Bytes of points that are put in at once, as lines.
const BYTES_AT_ONCE: usize = 6_000_000;

/// A file of points.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
pub struct ImportRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// JSON lines, each a point with id, vector, text, payload, expiresAt, as export writes them; or one list of points.
    #[garde(skip)]
    pub file: File,
}

/// What was imported.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct ImportResponse {
    /// Points that are new.
    pub inserted: u64,
    /// Points that were there and are replaced.
    pub updated: u64,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("import")
        .summary("Import points from NDJSON")
        .description(
            "Puts in the points of a file of JSON lines, 500 at a time. A line that is no point ends it with an error that names the line; \
             what came before it is in, and importing the file again replaces it by the same. Points whose `expiresAt` is over are left \
             out, with the warning `expired`.",
        )
        .files(1, &[])
        .cost(Cost::Heavy)
        .example(|| ImportRequest {
            collection: "animals".into(),
            file: File::new("animals.ndjson", "application/x-ndjson", "{\"id\":\"cat\",\"text\":\"A cat sleeps in the sun.\",\"payload\":{\"legs\":4}}\n"),
        })
}

/// Imports points.
///
/// # Errors
/// When a line is no point, or does not fit the collection.
pub async fn import(request: ImportRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<ImportResponse, Error> {
    let text =
        std::str::from_utf8(request.file.bytes()).map_err(|_| Error::impossible("file", "is not text in UTF-8"))?;
    // Programs of Windows begin files so.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut done = ImportResponse::default();
    let (mut points, mut bytes, mut first, mut expired) = (Vec::new(), 0, 1, 0_usize);
    let (what, each) = points_of(text)?;
    for (number, line) in each {
        let point: NewPoint = call.read("", line).map_err(|error| {
            // Whatever is wrong is in the point itself.
            let message = error.message();
            let message = message.trim_start_matches([':', '.', ' ']);
            Error::impossible("file", format!("{what} {}: {message}", number + 1))
        })?;
        if point.expires_at.as_deref().and_then(micros).is_some_and(|at| at <= call.now().as_microsecond()) {
            expired += 1;
            continue;
        }
        bytes += line.len();
        points.push(point);
        if points.len() == AT_ONCE || bytes > BYTES_AT_ONCE {
            put(&request.collection, std::mem::take(&mut points), (what, first), &call, &vectors, &mut done).await?;
            (bytes, first) = (0, number + 2);
        }
    }
    if !points.is_empty() {
        put(&request.collection, points, (what, first), &call, &vectors, &mut done).await?;
    }
    if expired > 0 {
        call.warn(
            "expired",
            Some("file"),
            format!("points that have expired since they were exported: {expired}; they are left out"),
        );
    }
    Ok(done)
}

/// Points as JSON, with their places from 0.
type Placed<'t> = Vec<(usize, &'t str)>;

/// The points of a file, and what a place in it is called.
fn points_of(text: &str) -> Result<(&'static str, Placed<'_>), Error> {
    if !text.trim_start().starts_with('[') {
        return Ok(("line", text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect()));
    }
    let list: Vec<&RawValue> = serde_json::from_str(text)
        .map_err(|error| Error::impossible("file", format!("begins as a list of points, and is none: {error}")))?;
    Ok(("point", list.into_iter().map(RawValue::get).enumerate().collect()))
}

async fn put(
    collection: &str,
    points: Vec<NewPoint>,
    (what, first): (&str, usize),
    call: &Arc<Call>,
    vectors: &Arc<Vectors>,
    done: &mut ImportResponse,
) -> Result<(), Error> {
    let request = UpsertPointsRequest { collection: collection.to_owned(), points, model: None };
    let put = Box::pin(upsert(request, call.clone(), vectors.clone())).await;
    let answer = put.map_err(|error| match error.code() {
        Code::ValidationError | Code::Unprocessable | Code::PayloadTooLarge => {
            Error::impossible("file", format!("among the {what}s from {first}: {}", error.message()))
        }
        _ => error,
    })?;
    done.inserted += answer.inserted;
    done.updated += answer.updated;
    call.check()
}
