//! What stores take and give.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::filter::{Filter, Scalar};
use crate::json_object::JsonObject;

/// How vectors are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// Cosine similarity, from -1 to 1: higher is nearer. Vectors are kept with length 1.
    #[default]
    Cosine,
    /// Dot product: higher is nearer.
    Dot,
    /// Euclidean distance: lower is nearer.
    Euclid,
    /// Manhattan distance, the sum of absolute differences: lower is nearer. Always an exact scan.
    Manhattan,
}

impl Distance {
    /// Whether a higher score is nearer.
    #[must_use]
    pub fn is_similarity(self) -> bool {
        matches!(self, Self::Cosine | Self::Dot)
    }

    /// Whether a score is as near as a threshold asks.
    #[must_use]
    pub fn meets(self, score: f32, threshold: f32) -> bool {
        if self.is_similarity() { score >= threshold } else { score <= threshold }
    }
}

/// The model whose vectors a collection has: what another one makes of a text cannot be compared with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its revision, or a hash of its weights.
    pub revision: String,
    /// How the vectors of words become that of a text, with the prefixes of texts if the model wants some.
    pub pooling: String,
}

/// A collection to be made.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// Number of dimensions.
    pub dimensions: usize,
    /// How vectors are compared.
    pub distance: Distance,
    /// The model that makes vectors of texts, if one does.
    pub model: Option<Model>,
    /// Mean number of words of a text, for BM25; of the first texts when it is not said.
    pub average_length: Option<f32>,
}

/// How a collection is searched at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IndexKind {
    /// Every vector is compared: small collections, and those a graph does not suit.
    Scan,
    /// By a graph (HNSW).
    Graph,
    /// A graph is being built; until then every vector is compared.
    Building,
    /// As the Qdrant server does.
    Server,
}

/// A collection.
#[derive(Debug, Clone)]
pub struct Info {
    /// What it was made with.
    pub spec: Spec,
    /// Number of points.
    pub points: u64,
    /// Bytes that count for the plan.
    pub bytes: u64,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// How it is searched.
    pub index: IndexKind,
}

/// A point to be kept.
#[derive(Debug, Clone)]
pub struct Point {
    /// Its id.
    pub id: String,
    /// Its vector; of length 1 in a collection compared by cosine.
    pub vector: Vec<f32>,
    /// Its text, which BM25 finds.
    pub text: Option<String>,
    /// Its payload.
    pub payload: JsonObject,
    /// When it goes, in microseconds since 1970.
    pub expires: Option<i64>,
}

/// Which parts of points are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The payload.
    pub payload: bool,
    /// The vector.
    pub vector: bool,
}

/// A point as it is kept, with the parts that were wanted.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// Its payload.
    pub payload: Option<JsonObject>,
    /// Its text.
    pub text: Option<String>,
    /// Its vector.
    pub vector: Option<Vec<f32>>,
    /// When it goes, in microseconds since 1970.
    pub expires: Option<i64>,
}

/// Which points a change is about.
#[derive(Debug, Clone)]
pub enum Selection {
    /// Those with these ids.
    Ids(Vec<String>),
    /// Those a filter keeps.
    Filter(Filter),
}

/// Points to remove and to put in, in one step.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Points to remove, judged in the same step.
    pub remove: Option<Filter>,
    /// Points to put in, in place of those with the same id.
    pub upsert: Vec<Point>,
}

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changed {
    /// Points that are new.
    pub inserted: u64,
    /// Points that were there and are replaced.
    pub updated: u64,
    /// Points removed.
    pub removed: u64,
}

/// What a deletion did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deleted {
    /// Points deleted.
    pub deleted: u64,
    /// Ids that no point had.
    pub not_found: Vec<String>,
}

/// A change of payloads.
#[derive(Debug, Clone)]
pub enum PayloadChange {
    /// Sets some entries and leaves the others.
    Set(JsonObject),
    /// Puts another payload in its place.
    Replace(JsonObject),
    /// Removes entries by their names.
    Remove(Vec<String>),
    /// Removes all entries.
    Clear,
}

/// Which page of points.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Points of a page at most.
    pub limit: usize,
    /// Where it begins, as the page before says; at the start without one.
    pub cursor: Option<String>,
}

/// A page of points.
#[derive(Debug, Clone)]
pub struct Page {
    /// The points.
    pub points: Vec<Stored>,
    /// Where the next page begins; nothing on the last one.
    pub next: Option<String>,
    /// What to tell of the request besides.
    pub remarks: Vec<Remark>,
}

/// How many points have a value.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetValue {
    /// The value.
    pub value: Scalar,
    /// Number of points.
    pub count: u64,
}

/// The values of a field, the most frequent first.
#[derive(Debug, Clone, Default)]
pub struct Facet {
    /// Values and counts.
    pub values: Vec<FacetValue>,
    /// What to tell of the request besides.
    pub remarks: Vec<Remark>,
}

/// Something to tell of a request though it succeeded: code, field, message.
pub type Remark = (&'static str, String, String);

/// A search. At least one of vector and terms is there; both are fused.
#[derive(Debug, Clone)]
pub struct Search {
    /// What to be near to.
    pub vector: Option<Vec<f32>>,
    /// The terms of the text to find, as [`crate::text::bm25::query_terms`] gives them.
    pub terms: Option<Vec<u32>>,
    /// Which points come into question.
    pub filter: Filter,
    /// Number of results.
    pub limit: usize,
    /// Results to pass over.
    pub offset: usize,
    /// Score of the vector that results must meet.
    pub threshold: Option<f32>,
    /// The constant of the fusion.
    pub fusion: u32,
    /// Whether to compare every vector, instead of asking an index.
    pub exact: bool,
    /// What to give of each result.
    pub parts: Parts,
}

impl Search {
    /// Points of each list that are fused.
    #[must_use]
    pub fn depth(&self) -> usize {
        let wanted = self.limit + self.offset;
        if self.vector.is_some() && self.terms.is_some() { (2 * wanted).max(100) } else { wanted }
    }
}

/// A result.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The point.
    pub point: Stored,
    /// The score that decides the order.
    pub score: f32,
    /// Score of its vector.
    pub dense: Option<f32>,
    /// Score of its words.
    pub sparse: Option<f32>,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Results, the best first.
    pub hits: Vec<Hit>,
    /// What to tell of the request besides.
    pub remarks: Vec<Remark>,
}
