//! Put points in.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json_object::JsonObject;
use crate::model;
use crate::names::MAX_ID;
use crate::plan::{MAX_DIMENSIONS, MAX_PAYLOAD, MAX_POINTS, MAX_TEXT};
use crate::settings::Vectors;
use crate::store::{Change, Point, Spec};
use crate::time::expiry;
use crate::vector::fitting;

/// Bytes of the vectors, payloads and texts of a request.
const MAX_BYTES: usize = 8_000_000;

/// Bytes of points that are read where they arrive; more on the compute pool.
const READ_HERE: usize = 64 * 1024;

const DESCRIPTION: &str = "\
Puts points in, in place of those with the same id. Answered when they are on the disk: what was answered is there after a crash. \
All of them are put in, or none.\n\n\
A point has a vector, a text, or both: without a vector the server's model makes one of the text; a text is also found by its words. \
In a collection compared by cosine, vectors are kept with length 1. A point without an id gets a new UUID.\n\n\
At most 1,000 points and 8 MB a request, 64 KB of payload a point, with at most 4,096 values under paths of at \
most 1,024 bytes.";

/// Points to put in.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpsertPointsRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// The points, at most 1,000.
    #[serde(alias = "vectors")]
    #[garde(length(min = 1, max = MAX_POINTS), dive)]
    pub points: Vec<NewPoint>,
    /// Name of the model the vectors were made with; refused when the collection has another's.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 200)))]
    pub model: Option<String>,
}

/// A point.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewPoint {
    /// Its id, 1 to 256 characters; a new UUID by default.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = MAX_ID)))]
    pub id: Option<String>,
    /// Its vector, with as many numbers as the collection has dimensions.
    #[serde(default, alias = "values", alias = "embedding")]
    #[garde(inner(length(min = 1, max = MAX_DIMENSIONS)))]
    pub vector: Option<Vec<f32>>,
    /// Its text, at most 65,536 characters.
    #[serde(default, alias = "document", alias = "pageContent", alias = "content")]
    #[garde(inner(length(chars, min = 1, max = MAX_TEXT)))]
    pub text: Option<String>,
    /// Anything to keep with it and to filter by; at most 64 KB.
    #[serde(default, alias = "metadata")]
    #[garde(skip)]
    pub payload: Option<JsonObject>,
    /// When it expires (RFC 3339).
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 64)))]
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: Option<String>,
    /// Seconds after which it expires.
    #[serde(default)]
    #[garde(range(min = 1, max = 3_155_760_000_u64))]
    pub ttl_seconds: Option<u64>,
}

/// What was put in.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpsertPointsResponse {
    /// Points that are new.
    pub inserted: u64,
    /// Points that were there and are replaced.
    pub updated: u64,
    /// The ids, in the order of the points.
    pub ids: Vec<String>,
}

fn example() -> UpsertPointsRequest {
    let point = |id: &str, text: &str, legs: u8| NewPoint {
        id: Some(id.to_owned()),
        vector: None,
        text: Some(text.to_owned()),
        payload: JsonObject::of_text(format!("{{\"legs\":{legs}}}")),
        expires_at: None,
        ttl_seconds: None,
    };
    UpsertPointsRequest {
        collection: "animals".into(),
        points: vec![
            point("cat", "A cat sleeps in the sun.", 4),
            point("dog", "A dog runs after a ball.", 4),
            point("owl", "An owl hunts mice at night.", 2),
        ],
        model: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("points_upsert").summary("Put points in").description(DESCRIPTION).example(example)
}

/// Puts points in.
///
/// # Errors
/// When one of them does not fit the collection, or the plan has no room.
pub async fn upsert(
    request: UpsertPointsRequest,
    call: Arc<Call>,
    vectors: Arc<Vectors>,
) -> Result<UpsertPointsResponse, Error> {
    let tenant = vectors.tenant(&call);
    let spec = vectors.store.spec(&call, &tenant, &request.collection).await?;
    check_model("model", request.model.as_deref(), &spec)?;
    let size = |point: &NewPoint| {
        let vector = point.vector.as_ref().map_or(0, |vector| vector.len() * 4);
        vector
            + point.payload.as_ref().map_or(0, |payload| payload.text().len())
            + point.text.as_ref().map_or(0, String::len)
    };
    let size = request.points.iter().map(size).sum::<usize>();
    if size > MAX_BYTES {
        return Err(Error::field(Code::PayloadTooLarge, "points", "have more than 8 MB together: send fewer at once"));
    }
    let (reader, known, sent) = (call.clone(), spec.clone(), request.points);
    let all = move || {
        let each = |(index, point)| read(&format!("points[{index}]"), point, &known, &reader);
        sent.into_iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()
    };
    // Payloads are taken apart: of many that takes half a second.
    let mut points = if size <= READ_HERE { all()? } else { call.compute(Cost::Light, all).await? };
    let without = points.iter().enumerate().filter(|(_, point)| point.vector.is_empty());
    let texts = without.map(|(index, point)| (index, point.text.clone().unwrap_or_default())).collect();
    embed(&call, &vectors, &spec, &mut points, texts).await?;
    let ids = points.iter().map(|point| point.id.clone()).collect();
    let change = Change { remove: None, upsert: points };
    let changed = vectors.store.change(&call, &tenant, &request.collection, change).await?;
    Ok(UpsertPointsResponse { inserted: changed.inserted, updated: changed.updated, ids })
}

/// Refuses vectors that are said to be another model's.
pub(crate) fn check_model(field: &str, said: Option<&str>, spec: &Spec) -> Result<(), Error> {
    match (said, &spec.model) {
        (Some(said), Some(known)) if !said.eq_ignore_ascii_case(&known.name) => {
            let (name, known) = (&spec.name, &known.name);
            let message = format!(
                "the collection {name} has vectors of the model {known}, not of {said}: they cannot be compared"
            );
            Err(Error::field(Code::Conflict, field, message))
        }
        _ => Ok(()),
    }
}

/// A point as it is kept; without a vector where one is to be made of its text.
fn read(field: &str, point: NewPoint, spec: &Spec, call: &Call) -> Result<Point, Error> {
    let at = |name: &str| format!("{field}.{name}");
    let payload = point.payload.unwrap_or_else(JsonObject::empty);
    if payload.text().len() > MAX_PAYLOAD {
        let size = payload.text().len();
        let message = format!("has {size} bytes; the limit of a payload is {MAX_PAYLOAD}");
        return Err(Error::field(Code::PayloadTooLarge, at("payload"), message));
    }
    let value = payload.read().map_err(|problem| Error::impossible(at("payload"), problem))?;
    crate::filter::leaves::leaves(&value).map_err(|problem| Error::impossible(at("payload"), problem))?;
    let vector = match point.vector {
        Some(vector) => fitting(&at("vector"), vector, spec)?,
        None if point.text.is_some() => Vec::new(),
        None => return Err(Error::field(Code::ValidationError, field, "wants a vector or a text")),
    };
    let expires = expiry(&format!("{field}."), point.expires_at.as_deref(), point.ttl_seconds, call.now())?;
    let id = point.id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    Ok(Point { id, vector, text: point.text, payload, expires })
}

/// Makes the vectors of texts.
async fn embed(
    call: &Call,
    vectors: &Vectors,
    spec: &Spec,
    points: &mut [Point],
    texts: Vec<(usize, String)>,
) -> Result<(), Error> {
    if texts.is_empty() {
        return Ok(());
    }
    let first = format!("points[{}].text", texts[0].0);
    if spec.model.is_none() {
        let name = &spec.name;
        let message = format!("the collection {name} has no model to make vectors of texts: send a vector too");
        return Err(Error::impossible(first.replace(".text", ".vector"), message));
    }
    let model = &vectors.model;
    model::check(&first, spec, model)?;
    let (places, texts): (Vec<usize>, Vec<String>) = texts.into_iter().unzip();
    let known = places.clone();
    let made = model.documents(call, texts, move |index| format!("points[{}].text", known[index])).await?;
    for (place, vector) in places.into_iter().zip(made) {
        points[place].vector = fitting(&format!("points[{place}].text"), vector, spec)?;
    }
    Ok(())
}
