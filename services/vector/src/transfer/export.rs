//! Export points as NDJSON.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::{Call, Cost, Error, File, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json_object::JsonObject;
use crate::plan::MAX_RESULTS;
use crate::points::{PointInfo, filter_of, tell};
use crate::settings::Vectors;
use crate::store::{Paging, Parts};

/// Bytes after which a file ends and another begins.
const FILE_BYTES: usize = 32_000_000;

/// Which points to export.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// A filter: `{"color": "red"}`, or must, should and mustNot as in Qdrant.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// `nextCursor` of the file before.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 100)))]
    pub cursor: Option<String>,
    /// Points of a file at most, 1 to 1,000,000; as many as fit by default.
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000_000))]
    pub limit: Option<usize>,
}

/// What was exported.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportResponse {
    /// Number of points in the file.
    pub points: usize,
    /// Where the next file begins; absent when this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("export")
        .summary("Export points as NDJSON")
        .description(
            "The points of a collection as a file of JSON lines with id, vector, text, payload and expiresAt, which import takes. A file has \
             at most 32 MB, and less where reading them takes long; `nextCursor` in `X-Result` says where the next one begins.",
        )
        .answers(&["application/x-ndjson"])
        .cost(Cost::Heavy)
        .example(|| ExportRequest { collection: "animals".into(), filter: None, cursor: None, limit: Some(100) })
}

/// Exports points.
///
/// # Errors
/// When the filter is none, or there is no such collection.
pub async fn export(
    request: ExportRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<WithFile<ExportResponse>, Error> {
    let (tenant, parts) = (vectors.tenant(&call), Parts { payload: true, vector: true });
    let (mut lines, mut points, mut cursor) = (Vec::new(), 0, request.cursor.clone());
    let most = request.limit.unwrap_or(usize::MAX);
    let began = Instant::now();
    let enough = time_for_reading(call.deadline().saturating_duration_since(began));
    loop {
        let filter = filter_of(request.filter.as_ref())?;
        let limit = MAX_RESULTS.min(most - points);
        let page =
            vectors.store.scroll(&call, &tenant, &request.collection, filter, parts, Paging { limit, cursor }).await?;
        if points == 0 {
            tell(&call, page.remarks);
        }
        for point in page.points {
            serde_json::to_writer(&mut lines, &PointInfo::from(point)).map_err(|_| Error::internal())?;
            lines.push(b'\n');
            points += 1;
        }
        cursor = page.next;
        if cursor.is_none() || points >= most || lines.len() > FILE_BYTES || began.elapsed() > enough {
            break;
        }
        call.check()?;
    }
    let name = format!("{}.ndjson", request.collection);
    let file = File::new(name, "application/x-ndjson", lines);
    Ok(WithFile { file, facts: ExportResponse { points, next_cursor: cursor } })
}

/// Time for reading, of all there is: what is left is for the last page and for sending the file. A file that is begun is
/// answered, with where the next one begins, however slowly points are read.
fn time_for_reading(all: Duration) -> Duration {
    all.mul_f64(0.6)
}
