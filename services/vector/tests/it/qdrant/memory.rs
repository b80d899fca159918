//! What the server keeps, and searches in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::value::Kind;
use qdrant_client::qdrant::{
    Distance, Filter, NamedVectorsOutput, PointId, PointStruct, PointsSelector, QueryPoints, RetrievedPoint,
    ScoredPoint, Value, VectorOutput, VectorsOutput, WithPayloadSelector, WithVectorsSelector,
    points_selector::PointsSelectorOneOf, query, vector, vector_input, vector_output, vectors::VectorsOptions,
    vectors_output, with_payload_selector, with_vectors_selector,
};
use tonic::Status;

use super::filter::keeps;
use super::rules;

#[derive(Default)]
pub(super) struct Memory {
    pub(super) collections: HashMap<String, Collection>,
    /// Why requests were refused.
    pub(super) refused: Vec<String>,
    /// Requests by their kind.
    pub(super) asked: Vec<(&'static str, String)>,
}

pub(super) struct Collection {
    pub(super) is_registry: bool,
    pub(super) dimensions: usize,
    pub(super) distance: Distance,
    pub(super) indexes: HashSet<String>,
    pub(super) points: BTreeMap<String, Kept>,
}

#[derive(Clone, Default)]
pub(super) struct Kept {
    pub(super) payload: HashMap<String, Value>,
    pub(super) dense: Vec<f32>,
    pub(super) words: Vec<(u32, f32)>,
}

pub(super) fn uuid(id: &PointId) -> Result<String, Status> {
    match &id.point_id_options {
        Some(PointIdOptions::Uuid(uuid)) => Ok(uuid.clone()),
        _ => Err(Status::invalid_argument("an id that is no UUID")),
    }
}

pub(super) fn text_of<'p>(payload: &'p HashMap<String, Value>, name: &str) -> Option<&'p str> {
    match payload.get(name)?.kind.as_ref()? {
        Kind::StringValue(text) => Some(text),
        _ => None,
    }
}

impl Memory {
    pub(super) fn note(&mut self, kind: &'static str, request: &impl std::fmt::Debug) {
        self.asked.push((kind, format!("{request:?}")));
    }

    pub(super) fn of(&mut self, name: &str) -> Result<&mut Collection, Status> {
        self.collections.get_mut(name).ok_or_else(|| Status::not_found(format!("Collection `{name}` doesn't exist!")))
    }
}

impl Kept {
    pub(super) fn of(point: &PointStruct) -> Self {
        let mut kept = Self { payload: point.payload.clone(), ..Self::default() };
        let named = match point.vectors.as_ref().and_then(|vectors| vectors.vectors_options.as_ref()) {
            Some(VectorsOptions::Vectors(named)) => named.vectors.values().collect::<Vec<_>>(),
            Some(VectorsOptions::Vector(vector)) => vec![vector],
            None => Vec::new(),
        };
        for vector in named {
            match &vector.vector {
                Some(vector::Vector::Dense(dense)) => kept.dense.clone_from(&dense.data),
                Some(vector::Vector::Sparse(sparse)) => {
                    kept.words = sparse.indices.iter().copied().zip(sparse.values.iter().copied()).collect();
                }
                _ => {}
            }
        }
        kept
    }
}

impl Collection {
    /// Ids of the points a selector names.
    pub(super) fn selected(&self, selector: Option<&PointsSelector>) -> Result<Vec<String>, Status> {
        match selector.and_then(|selector| selector.points_selector_one_of.as_ref()) {
            Some(PointsSelectorOneOf::Points(list)) => {
                let ids = list.ids.iter().map(uuid).collect::<Result<Vec<_>, _>>()?;
                Ok(ids.into_iter().filter(|id| self.points.contains_key(id)).collect())
            }
            Some(PointsSelectorOneOf::Filter(filter)) => {
                rules::scoped(Some(filter))?;
                self.kept(filter)
            }
            None => Err(Status::invalid_argument("no points are selected")),
        }
    }

    /// Ids of the points a filter keeps.
    pub(super) fn kept(&self, filter: &Filter) -> Result<Vec<String>, Status> {
        let mut ids = Vec::new();
        for (id, point) in &self.points {
            if keeps(filter, id, point)? {
                ids.push(id.clone());
            }
        }
        Ok(ids)
    }

    pub(super) fn told(
        &self,
        id: &str,
        payload: Option<&WithPayloadSelector>,
        vectors: Option<&WithVectorsSelector>,
    ) -> RetrievedPoint {
        let point = &self.points[id];
        RetrievedPoint {
            id: Some(PointId::from(id)),
            payload: some_payload(&point.payload, payload),
            vectors: self.some_vectors(point, vectors),
            ..RetrievedPoint::default()
        }
    }

    fn some_vectors(&self, point: &Kept, wanted: Option<&WithVectorsSelector>) -> Option<VectorsOutput> {
        let names = match wanted.and_then(|wanted| wanted.selector_options.as_ref()) {
            Some(with_vectors_selector::SelectorOptions::Include(some)) => &some.names,
            _ => return None,
        };
        let dense = qdrant_client::qdrant::DenseVector { data: point.dense.clone() };
        let output = VectorOutput { vector: Some(vector_output::Vector::Dense(dense)), ..VectorOutput::default() };
        let vectors = names.iter().filter(|name| *name == "dense").map(|name| (name.clone(), output.clone())).collect();
        Some(VectorsOutput {
            vectors_options: Some(vectors_output::VectorsOptions::Vectors(NamedVectorsOutput { vectors })),
        })
    }

    /// The nearest, the best first.
    pub(super) fn query(&self, request: &QueryPoints) -> Result<Vec<ScoredPoint>, Status> {
        let filter = rules::scoped(request.filter.as_ref())?;
        let variant = match request.query.as_ref().and_then(|query| query.variant.as_ref()) {
            Some(query::Variant::Nearest(input)) => input.variant.as_ref(),
            other => return Err(Status::unimplemented(format!("{other:?}"))),
        };
        let mut scored: Vec<(f32, String)> = Vec::new();
        let ascending = match (request.using.as_deref(), variant) {
            (Some("dense"), Some(vector_input::Variant::Dense(query))) if query.data.len() == self.dimensions => {
                for id in self.kept(filter)? {
                    scored.push((self.score(&query.data, &self.points[&id].dense), id));
                }
                matches!(self.distance, Distance::Euclid | Distance::Manhattan)
            }
            (Some("words"), Some(vector_input::Variant::Sparse(query))) => {
                rules::indices(&query.indices, query.values.len())?;
                let corpus = request.params.as_ref().and_then(|params| params.idf.as_ref()?.corpus.as_ref());
                let corpus = self.kept(rules::scoped(corpus)?)?;
                let has = |id: &String, term: u32| self.points[id].words.iter().any(|(known, _)| *known == term);
                let rarity: HashMap<u32, f32> = query
                    .indices
                    .iter()
                    .map(|term| (*term, idf(corpus.len(), corpus.iter().filter(|id| has(id, *term)).count())))
                    .collect();
                let weights: HashMap<u32, f32> =
                    query.indices.iter().copied().zip(query.values.iter().copied()).collect();
                for id in self.kept(filter)? {
                    let shared = self.points[&id].words.iter().filter(|(term, _)| weights.contains_key(term));
                    let parts: Vec<f32> = shared.map(|(term, weight)| weight * weights[term] * rarity[term]).collect();
                    if !parts.is_empty() {
                        scored.push((parts.iter().sum(), id));
                    }
                }
                false
            }
            other => return Err(Status::invalid_argument(format!("a query that does not fit: {other:?}"))),
        };
        match ascending {
            true => scored.sort_by(|a, b| a.0.total_cmp(&b.0)),
            false => scored.sort_by(|a, b| b.0.total_cmp(&a.0)),
        }
        let limit = usize::try_from(request.limit.unwrap_or(10)).unwrap_or(usize::MAX);
        let point = |(score, id): (f32, String)| ScoredPoint {
            id: Some(PointId::from(id.as_str())),
            score,
            payload: some_payload(&self.points[&id].payload, request.with_payload.as_ref()),
            vectors: self.some_vectors(&self.points[&id], request.with_vectors.as_ref()),
            ..ScoredPoint::default()
        };
        Ok(scored.into_iter().take(limit).map(point).collect())
    }

    fn score(&self, a: &[f32], b: &[f32]) -> f32 {
        let pairs = a.iter().zip(b);
        match self.distance {
            Distance::Euclid => pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt(),
            Distance::Manhattan => pairs.map(|(a, b)| (a - b).abs()).sum(),
            _ => pairs.map(|(a, b)| a * b).sum(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a score")]
fn idf(all: usize, with: usize) -> f32 {
    let (all, with) = (all as f32, with as f32);
    ((all - with + 0.5) / (with + 0.5) + 1.0).ln()
}

fn some_payload(payload: &HashMap<String, Value>, wanted: Option<&WithPayloadSelector>) -> HashMap<String, Value> {
    use with_payload_selector::SelectorOptions;
    match wanted.and_then(|wanted| wanted.selector_options.as_ref()) {
        Some(SelectorOptions::Enable(true)) => payload.clone(),
        Some(SelectorOptions::Include(some)) => {
            payload.iter().filter(|(name, _)| some.fields.contains(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
        }
        _ => HashMap::new(),
    }
}
