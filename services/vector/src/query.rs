//! Search points: by vector, text, another point or examples; by meaning, by words, or both.

use std::collections::HashSet;
use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diversity::diverse;
use crate::filter::{Condition, Filter};
use crate::fusion::DEFAULT_K;
use crate::json_object::JsonObject;
use crate::model;
use crate::names::MAX_ID;
use crate::plan::{MAX_DIMENSIONS, MAX_RESULTS};
use crate::points::upsert::check_model;
use crate::points::{filter_of, tell};
use crate::settings::Vectors;
use crate::store::{Hit, Parts, Search, Spec};
use crate::tenant::Tenant;
use crate::text::bm25::query_terms;
use crate::text::highlight::{Highlight, highlights};
use crate::time::rfc3339;
use crate::vector::fitting;

/// Characters of a text that is sought.
pub(crate) const MAX_QUERY: usize = 8_192;
/// Results from which diverse ones are chosen, for each that is wanted.
const CHOICE: usize = 4;

const DESCRIPTION: &str = "\
Finds the points nearest to what is asked: a `vector`, a `text`, the point of an `id`, or points like `positive` and unlike \
`negative` ones (the mean of the first, moved away from the mean of the second).\n\n\
`mode` is dense (vectors), sparse (words, by BM25) or hybrid (both). By default a text is sought in both ways where the collection has a \
model, by its words alone where not; a vector with a text in both. Hybrid lists are fused by reciprocal rank: the score is the sum of \
1 / (fusionK + rank), ranks from 0, with fusionK 60 by default. `scoreThreshold` is always about the score of the vector, also in \
hybrid mode. Every result has its scores apart.\n\n\
`filter` takes `{\"field\": value}`, lists (any of), `{\"gte\": 1, \"lt\": 5}`, and Qdrant's must, should, mustNot, minShould with \
match, range, isEmpty, isNull and hasId. As many results come as there are points that match, up to `limit`; a filter never makes \
them fewer than that. A field no point has is a warning.\n\n\
`groupBy` and `diversity` choose among the best points: four times as many as are asked for, 1,000 at most. Where there may be \
more groups beyond them, that is a warning.\n\n\
Results of an index are near to perfect (at least 98 of 100); `exact` compares every vector.";

/// How points are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// By vectors: by meaning.
    Dense,
    /// By words, as BM25 weighs them.
    Sparse,
    /// By both, fused by reciprocal rank.
    Hybrid,
}

/// What to find.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryRequest {
    /// The collection.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// A vector to be near to.
    #[serde(default)]
    #[garde(inner(length(min = 1, max = MAX_DIMENSIONS)))]
    pub vector: Option<Vec<f32>>,
    /// A text, at most 8,192 characters.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = MAX_QUERY)))]
    pub text: Option<String>,
    /// The id of a point to be near to, which is left out of the results.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = MAX_ID)))]
    pub id: Option<String>,
    /// Ids of points to be like, at most 100, which are left out of the results.
    #[serde(default)]
    #[garde(inner(length(max = 100), inner(length(chars, min = 1, max = MAX_ID))))]
    pub positive: Option<Vec<String>>,
    /// Ids of points to be unlike, at most 100; with `positive`.
    #[serde(default)]
    #[garde(inner(length(max = 100), inner(length(chars, min = 1, max = MAX_ID))))]
    pub negative: Option<Vec<String>>,
    /// How points are found.
    #[serde(default)]
    #[garde(skip)]
    pub mode: Option<Mode>,
    /// Which points come into question.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Number of results, 1 to 1,000: 10 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_RESULTS))]
    pub limit: Option<usize>,
    /// Results to pass over, at most 10,000.
    #[serde(default)]
    #[garde(range(max = 10_000))]
    pub offset: usize,
    /// Score of the vector that results must meet: at least it for cosine and dot, at most it for distances.
    #[serde(default)]
    #[garde(skip)]
    pub score_threshold: Option<f32>,
    /// The constant of reciprocal rank fusion, 1 to 1,000: 60 by default. The higher it is, the more it counts to be in both lists.
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000))]
    pub fusion_k: Option<u32>,
    /// Whether to compare every vector instead of asking an index.
    #[serde(default)]
    #[garde(skip)]
    pub exact: bool,
    /// How much results are to differ from each other, 0 to 1 (maximal marginal relevance): not at all by default.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub diversity: Option<f32>,
    /// Path of a field of the payload: of points with the same value only the best `groupSize` are given.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 200)))]
    pub group_by: Option<String>,
    /// Points of a group, 1 to 100: 1 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub group_size: Option<usize>,
    /// Whether to give payloads and texts: yes by default.
    #[serde(default)]
    #[garde(skip)]
    pub with_payload: Option<bool>,
    /// Whether to give vectors.
    #[serde(default)]
    #[garde(skip)]
    pub with_vector: bool,
    /// Whether to say where the words of the text are in those of the results.
    #[serde(default)]
    #[garde(skip)]
    pub highlight: bool,
    /// Name of the model the vector was made with; refused when the collection has another's.
    #[serde(default)]
    #[garde(inner(length(chars, min = 1, max = 200)))]
    pub model: Option<String>,
}

/// The scores of a result; those that had no part in it are absent.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Scores {
    /// Of the vector, by the collection's distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dense: Option<f32>,
    /// Of the words, by BM25.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sparse: Option<f32>,
    /// Of both lists, by reciprocal rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fused: Option<f32>,
}

/// A point that was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryHit {
    /// Its id.
    pub id: String,
    /// The score that decides the order.
    pub score: f32,
    /// The scores apart.
    pub scores: Scores,
    /// Its payload, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<JsonObject>,
    /// Its text, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its vector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<Vec<f32>>,
    /// When it expires (RFC 3339), if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: Option<String>,
    /// Where the words of the query are in its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlights: Option<Vec<Highlight>>,
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QueryResponse {
    /// The points, the best first.
    pub rows: Vec<QueryHit>,
    /// How they were found.
    pub mode: Mode,
}

fn example() -> QueryRequest {
    QueryRequest {
        collection: "animals".into(),
        text: Some("who sleeps in the sun?".into()),
        filter: JsonObject::of_text(r#"{"legs":4}"#.to_owned()),
        limit: Some(2),
        highlight: true,
        ..QueryRequest::default()
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("query").summary("Search points").description(DESCRIPTION).example(example)
}

/// Searches.
///
/// # Errors
/// When it is not said what for, does not fit the collection, or there is no such collection.
pub async fn query(request: QueryRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<QueryResponse, Error> {
    let tenant = vectors.tenant(&call);
    let spec = vectors.store.spec(&call, &tenant, &request.collection).await?;
    let found = search(&request, &spec, &call, &vectors, &tenant).await?;
    let Searched { hits, mode, terms } = found;
    let highlights = request.highlight;
    let rows = move || Ok(hits.into_iter().map(|hit| row(hit, &request, mode, &terms)).collect());
    let rows = if highlights { call.compute(Cost::Light, rows).await? } else { rows()? };
    Ok(QueryResponse { rows, mode })
}

/// What a search found, and how.
pub(crate) struct Searched {
    pub(crate) hits: Vec<Hit>,
    pub(crate) mode: Mode,
    pub(crate) terms: Vec<u32>,
}

/// Searches a collection.
pub(crate) async fn search(
    request: &QueryRequest,
    spec: &Spec,
    call: &Call,
    vectors: &Vectors,
    tenant: &Tenant,
) -> Result<Searched, Error> {
    check_model("model", request.model.as_deref(), spec)?;
    if request.score_threshold.is_some_and(|threshold| !threshold.is_finite()) {
        return Err(Error::field(Code::ValidationError, "scoreThreshold", "must be a number"));
    }
    let mut filter = filter_of(request.filter.as_ref())?;
    let Asked { vector, mode, examples } = asked(request, spec, call, vectors, tenant).await?;
    // A filter without them is as large as the collection. On the first page of one list they are left out here instead: where
    // two are fused, they would take the places of others.
    let by_hand = mode == Mode::Dense && !examples.is_empty() && request.offset == 0;
    if !by_hand && !examples.is_empty() {
        let others = Filter { must_not: vec![Condition::Ids(examples.clone())], ..Filter::default() };
        filter = filter.and(Condition::Nested(others));
    }
    if mode == Mode::Sparse && request.score_threshold.is_some() {
        let message = "is about the score of the vector, which mode sparse does not compare: use dense or hybrid";
        return Err(Error::field(Code::ValidationError, "scoreThreshold", message));
    }
    let terms = match mode {
        Mode::Dense => None,
        Mode::Sparse | Mode::Hybrid => Some(query_terms(request.text.as_deref().unwrap_or_default())),
    };
    let limit = request.limit.unwrap_or(10);
    let (choosing, grouping) = (request.diversity.is_some_and(|diversity| diversity > 0.0), request.group_by.is_some());
    let depth = match choosing || grouping {
        true => ((limit + request.offset) * request.group_size.unwrap_or(1).max(1) * CHOICE).clamp(limit, MAX_RESULTS),
        false => limit,
    };
    let search = Search {
        vector: vector.filter(|_| mode != Mode::Sparse),
        terms,
        filter,
        limit: if by_hand { depth + examples.len() } else { depth },
        offset: if choosing || grouping { 0 } else { request.offset },
        threshold: request.score_threshold,
        fusion: request.fusion_k.unwrap_or(DEFAULT_K),
        exact: request.exact,
        parts: Parts {
            payload: request.with_payload.unwrap_or(true) || request.highlight || grouping,
            vector: request.with_vector || choosing,
        },
    };
    let terms = search.terms.clone().unwrap_or_default();
    let found = vectors.store.search(call, tenant, &request.collection, search).await?;
    tell(call, found.remarks);
    let mut hits = found.hits;
    if by_hand {
        let examples: HashSet<&str> = examples.iter().map(String::as_str).collect();
        let others = hits.into_iter().filter(|hit| !examples.contains(hit.point.id.as_str()));
        hits = others.take(depth).collect();
    }
    let read = hits.len();
    if let Some(key) = &request.group_by {
        let (key, size) = (key.clone(), request.group_size.unwrap_or(1));
        hits = call.compute(Cost::Light, move || Ok(crate::groups::best_of_each(hits, &key, size))).await?;
    }
    if let Some(diversity) = request.diversity.filter(|_| choosing) {
        let wanted = limit + request.offset;
        hits = call.compute(Cost::Light, move || Ok(diverse(hits, diversity, wanted))).await?;
    }
    if choosing || grouping {
        hits = hits.into_iter().skip(request.offset).take(limit).collect();
        if grouping && hits.len() < limit && read == depth {
            let message = format!(
                "groups were sought among the best {read} points: there may be more of them beyond; ask for fewer points of a group, or narrow the filter"
            );
            call.warn("groups-bounded", Some("groupBy"), message);
        }
    }
    Ok(Searched { hits, mode, terms })
}

struct Asked {
    vector: Option<Vec<f32>>,
    mode: Mode,
    /// Points that are examples, and no results.
    examples: Vec<String>,
}

/// What is asked for, as a vector and a mode.
async fn asked(
    request: &QueryRequest,
    spec: &Spec,
    call: &Call,
    vectors: &Vectors,
    tenant: &Tenant,
) -> Result<Asked, Error> {
    let wrong = |field: &str, message: &str| Error::field(Code::ValidationError, field, message);
    let positive: Vec<String> = request.id.iter().chain(request.positive.iter().flatten()).cloned().collect();
    let negative: Vec<String> = request.negative.iter().flatten().cloned().collect();
    if request.vector.is_some() && !positive.is_empty() {
        return Err(wrong("vector", "send a vector, or ids of points to be like, not both"));
    }
    if positive.is_empty() && !negative.is_empty() {
        return Err(wrong("positive", "is required with negative: say what to be like"));
    }
    let mut vector = match &request.vector {
        Some(vector) => Some(fitting("vector", vector.clone(), spec)?),
        None if !positive.is_empty() => {
            Some(like([&positive, &negative], request.id.as_ref(), spec, call, vectors, tenant).await?)
        }
        None => None,
    };
    let has_text = request.text.is_some();
    let mode = request.mode.unwrap_or(match (vector.is_some(), has_text) {
        (true, true) => Mode::Hybrid,
        (true, false) => Mode::Dense,
        (false, _) if spec.model.is_some() => Mode::Hybrid,
        (false, _) => Mode::Sparse,
    });
    match mode {
        _ if vector.is_none() && !has_text => {
            return Err(wrong("vector", "say what to find: a vector, a text, an id, or positive ids"));
        }
        Mode::Sparse | Mode::Hybrid if !has_text => {
            return Err(wrong("text", "is required for this mode: words are sought by it"));
        }
        Mode::Dense | Mode::Hybrid if vector.is_none() => {
            let text = request.text.as_deref().unwrap_or_default();
            if spec.model.is_none() {
                let name = &spec.name;
                let message = format!(
                    "the collection {name} has no model to make a vector of a text: send a vector, or use mode sparse"
                );
                return Err(Error::impossible("text", message));
            }
            let model = &vectors.model;
            model::check("text", spec, model)?;
            vector = Some(fitting("text", model.query(call, text).await?, spec)?);
        }
        _ => {}
    }
    Ok(Asked { vector, mode, examples: [positive, negative].concat() })
}

/// The vector to be near to in order to be like some points and unlike others; one of the first may be said alone.
async fn like(
    [positive, negative]: [&[String]; 2],
    alone: Option<&String>,
    spec: &Spec,
    call: &Call,
    vectors: &Vectors,
    tenant: &Tenant,
) -> Result<Vec<f32>, Error> {
    let mut means = Vec::new();
    for (field, ids) in [("positive", positive), ("negative", negative)] {
        if ids.is_empty() {
            continue;
        }
        let parts = Parts { payload: false, vector: true };
        let found = vectors.store.retrieve(call, tenant, &spec.name, ids.to_vec(), parts).await?;
        if let Some(missing) = ids.iter().find(|id| found.iter().all(|point| point.id != **id)) {
            let message = format!("there is no point {missing} in {}", spec.name);
            let field = if field == "positive" && alone == Some(missing) { "id" } else { field };
            return Err(Error::field(Code::NotFound, field, message));
        }
        let mut mean = vec![0.0f32; spec.dimensions];
        #[expect(clippy::cast_precision_loss, reason = "at most 100")]
        let share = 1.0 / found.len() as f32;
        for vector in found.iter().filter_map(|point| point.vector.as_ref()) {
            mean.iter_mut().zip(vector).for_each(|(mean, value)| *mean += value * share);
        }
        means.push(mean);
    }
    let mut means = means.into_iter();
    let mut vector = means.next().unwrap_or_default();
    if let Some(away) = means.next() {
        vector.iter_mut().zip(away).for_each(|(value, away)| *value += *value - away);
    }
    fitting("positive", vector, spec)
}

/// A result as it is told.
pub(crate) fn row(hit: Hit, request: &QueryRequest, mode: Mode, terms: &[u32]) -> QueryHit {
    let with_payload = request.with_payload.unwrap_or(true);
    let found = hit.point.text.as_deref().filter(|_| request.highlight).map(|text| highlights(text, terms));
    QueryHit {
        id: hit.point.id,
        score: hit.score,
        scores: Scores { dense: hit.dense, sparse: hit.sparse, fused: (mode == Mode::Hybrid).then_some(hit.score) },
        payload: hit.point.payload.filter(|_| with_payload),
        text: hit.point.text.filter(|_| with_payload),
        vector: hit.point.vector.filter(|_| request.with_vector),
        expires_at: hit.point.expires.map(rfc3339),
        highlights: found,
    }
}
