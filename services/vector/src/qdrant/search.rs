//! A search: both lists in one request, fused here; scores that a list does not have, in another; then the points.

use std::collections::HashMap;

use chassis::{Call, Error};
use qdrant_client::qdrant::point_id::PointIdOptions;
use qdrant_client::qdrant::{
    DenseVector, Filter, IdfParams, PointId, Query, QueryPoints, ScoredPoint, SearchParams, SparseVector, VectorInput,
    query, vector_input,
};

use super::filters::{corpus, has_id, of_filter};
use super::points::{self, DENSE, WORDS, with_payload, with_vectors};
use super::registry::Head;
use super::store::Shared;
use crate::filter::remarks::remarks;
use crate::fusion::fuse;
use crate::store::{Found, Hit, Search};
use crate::tenant::Tenant;
use crate::text::bm25::MAX_TERMS;

/// How far a graph is walked at least.
const BREADTH: u64 = 128;

/// What is asked of one list.
struct Asking<'s> {
    head: &'s Head,
    search: &'s Search,
    now: i64,
}

fn nearest(variant: vector_input::Variant) -> Option<Query> {
    Some(Query { variant: Some(query::Variant::Nearest(VectorInput { variant: Some(variant) })) })
}

impl Asking<'_> {
    fn dense(&self, vector: &[f32], filter: Filter, limit: usize) -> QueryPoints {
        QueryPoints {
            collection_name: self.head.shared.clone(),
            query: nearest(vector_input::Variant::Dense(DenseVector { data: vector.to_vec() })),
            using: Some(DENSE.to_owned()),
            filter: Some(filter),
            params: Some(SearchParams {
                hnsw_ef: Some(BREADTH.max(2 * limit as u64)),
                exact: Some(self.search.exact),
                ..SearchParams::default()
            }),
            limit: Some(limit as u64),
            with_payload: Some(false.into()),
            with_vectors: Some(with_vectors(false)),
            ..QueryPoints::default()
        }
    }

    fn words(&self, terms: &[u32], filter: Filter, limit: usize) -> QueryPoints {
        // The server weighs each word by its rarity among the points of the collection.
        let words = SparseVector { values: vec![1.0; terms.len()], indices: terms.to_vec() };
        QueryPoints {
            collection_name: self.head.shared.clone(),
            query: nearest(vector_input::Variant::Sparse(words)),
            using: Some(WORDS.to_owned()),
            filter: Some(filter),
            params: Some(SearchParams {
                idf: Some(IdfParams { corpus: Some(corpus(&self.head.uid, self.now)) }),
                ..SearchParams::default()
            }),
            limit: Some(limit as u64),
            with_payload: Some(false.into()),
            with_vectors: Some(with_vectors(false)),
            ..QueryPoints::default()
        }
    }

    fn filter(&self) -> Filter {
        of_filter(&self.head.uid, &self.search.filter, self.now)
    }

    /// The filter, of some points alone.
    fn among(&self, ids: &[String]) -> Filter {
        let mut filter = self.filter();
        filter.must.push(has_id(ids.iter().map(|id| PointId::from(id.as_str())).collect()));
        filter
    }
}

/// Ids and scores, in their order.
fn scored(points: Vec<ScoredPoint>) -> Vec<(String, f32)> {
    points.into_iter().filter_map(|point| Some((uuid(point.id)?, point.score))).collect()
}

fn uuid(id: Option<PointId>) -> Option<String> {
    match id?.point_id_options? {
        PointIdOptions::Uuid(uuid) => Some(uuid),
        PointIdOptions::Num(_) => None,
    }
}

/// A point's place and scores.
struct Ranked {
    id: String,
    score: f32,
    dense: Option<f32>,
    sparse: Option<f32>,
}

impl Shared {
    /// Searches a collection.
    pub(super) async fn search(
        &self,
        call: &Call,
        tenant: &Tenant,
        name: &str,
        search: Search,
    ) -> Result<Found, Error> {
        let head = self.registry.find(&self.server, tenant, name).await?;
        let asking = Asking { head: &head, search: &search, now: call.now().as_microsecond() };
        let ranked = self.ranked(&asking).await?;
        let ids = ranked.iter().map(|one| PointId::from(one.id.as_str())).collect();
        let found =
            self.server.get(&head.shared, ids, with_payload(search.parts), with_vectors(search.parts.vector)).await?;
        let mut by_id: HashMap<String, _> = HashMap::with_capacity(found.len());
        for mut point in found {
            if let Some(id) = uuid(point.id.take()) {
                by_id.extend(points::read(point, search.parts).map(|stored| (id, stored)));
            }
        }
        let hits = ranked.into_iter().filter_map(|Ranked { id, score, dense, sparse }| {
            Some(Hit { point: by_id.remove(&id)?, score, dense, sparse })
        });
        let hits = hits.collect();
        let remarks = if search.filter.is_empty() { Vec::new() } else { remarks(&search.filter, &head)? };
        Ok(Found { hits, remarks })
    }

    async fn ranked(&self, asking: &Asking<'_>) -> Result<Vec<Ranked>, Error> {
        let Asking { head, search, .. } = asking;
        let depth = search.depth();
        // How many texts have each is known to the server alone, so of too many any are left out.
        let terms = search.terms.as_deref().map(|terms| &terms[..terms.len().min(MAX_TERMS)]);
        let terms = terms.filter(|terms| !terms.is_empty());
        let queries = search
            .vector
            .iter()
            .map(|vector| asking.dense(vector, asking.filter(), depth))
            .chain(terms.iter().map(|terms| asking.words(terms, asking.filter(), depth)))
            .collect();
        let mut lists = self.server.query(&head.shared, queries).await?.into_iter().map(scored);
        let meets = |score: f32| search.threshold.is_none_or(|threshold| head.spec.distance.meets(score, threshold));
        let dense = search.vector.as_ref().map(|_| lists.next().unwrap_or_default());
        let mut sparse = search.terms.as_ref().map(|_| lists.next().unwrap_or_default());
        let mut by_vector: HashMap<String, f32> = dense.iter().flatten().cloned().collect();
        let mut by_words: HashMap<String, f32> = sparse.iter().flatten().cloned().collect();
        let dense = dense.map(|list| list.into_iter().filter(|(_, score)| meets(*score)).collect::<Vec<_>>());
        // Under a threshold all that words have found must have the score of their vectors.
        if let (Some(vector), Some(found), Some(_)) = (&search.vector, &mut sparse, search.threshold) {
            let unknown = without(found.iter().map(|(id, _)| id), &by_vector);
            by_vector.extend(self.scores(asking, &unknown, |filter, limit| asking.dense(vector, filter, limit)).await?);
            found.retain(|(id, _)| by_vector.get(id).is_some_and(|score| meets(*score)));
        }
        let fused: Vec<(String, f32)> = match (dense, sparse) {
            (Some(dense), Some(sparse)) => {
                let ids = |list: &[(String, f32)]| list.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
                fuse(&[ids(&dense), ids(&sparse)], search.fusion)
            }
            (Some(list), None) | (None, Some(list)) => list,
            (None, None) => Vec::new(),
        };
        let page: Vec<(String, f32)> = fused.into_iter().skip(search.offset).take(search.limit).collect();
        if let (Some(vector), Some(_)) = (&search.vector, terms) {
            let unknown = without(page.iter().map(|(id, _)| id), &by_vector);
            by_vector.extend(self.scores(asking, &unknown, |filter, limit| asking.dense(vector, filter, limit)).await?);
        }
        if let (Some(_), Some(terms)) = (&search.vector, terms) {
            let unknown = without(page.iter().map(|(id, _)| id), &by_words);
            by_words.extend(self.scores(asking, &unknown, |filter, limit| asking.words(terms, filter, limit)).await?);
        }
        let ranked = page.into_iter().map(|(id, score)| Ranked {
            dense: by_vector.get(&id).copied(),
            sparse: by_words.get(&id).copied(),
            id,
            score,
        });
        Ok(ranked.collect())
    }

    /// The scores of some points by one list.
    async fn scores(
        &self,
        asking: &Asking<'_>,
        ids: &[String],
        query: impl Fn(Filter, usize) -> QueryPoints,
    ) -> Result<Vec<(String, f32)>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = query(asking.among(ids), ids.len());
        if let Some(params) = &mut query.params {
            params.exact = Some(true);
        }
        let found = self.server.query(&asking.head.shared, vec![query]).await?;
        Ok(found.into_iter().flat_map(scored).collect())
    }
}

/// Ids that have no score yet.
fn without<'i>(ids: impl Iterator<Item = &'i String>, known: &HashMap<String, f32>) -> Vec<String> {
    ids.filter(|id| !known.contains_key(*id)).cloned().collect()
}
