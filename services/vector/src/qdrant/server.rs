//! The client: requests with their faults as ours.

use std::time::Duration;

use chassis::{Code, Error};
use qdrant_client::qdrant::{
    CollectionExistsRequest, CountPoints, CreateCollection, CreateFieldIndexCollection, DeletePoints, FacetCounts,
    FacetHit, Filter, GetPoints, PointId, PointStruct, PointsIdsList, PointsSelector, QueryBatchPoints, QueryPoints,
    RetrievedPoint, ScoredPoint, ScrollPoints, SetPayloadPoints, UpdateBatchPoints, UpsertPoints, Value,
    WithPayloadSelector, WithVectorsSelector, points_selector::PointsSelectorOneOf,
};
use qdrant_client::{Qdrant, QdrantError};
use tonic::Code as Grpc;

/// Time a request to the server has: less than a request to us.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time for the health check.
const CONNECT: Duration = Duration::from_secs(3);
/// Points of a message that is written.
pub(super) const POINTS_AT_ONCE: usize = 256;

/// A Qdrant server.
pub(super) struct Server(Qdrant);

fn fault(error: QdrantError) -> Error {
    let away = |seconds: u64| {
        Error::new(Code::Unavailable, "the vector store (Qdrant) does not answer: try again in a moment")
            .retry_after(seconds)
    };
    match &error {
        QdrantError::ResourceExhaustedError { retry_after_seconds, .. } => away((*retry_after_seconds).clamp(1, 300)),
        QdrantError::ResponseError { status } => match status.code() {
            // The client itself says `internal` when it cannot connect.
            Grpc::Internal
            | Grpc::Unavailable
            | Grpc::DeadlineExceeded
            | Grpc::Cancelled
            | Grpc::Unknown
            | Grpc::Aborted => {
                tracing::warn!(code = ?status.code(), message = status.message(), "Qdrant does not answer");
                away(5)
            }
            Grpc::ResourceExhausted => away(5),
            Grpc::Unauthenticated | Grpc::PermissionDenied => {
                tracing::error!("Qdrant refuses the key: check QDRANT_API_KEY");
                Error::new(Code::BadGateway, "the vector store (Qdrant) refuses the server's key")
            }
            code => {
                tracing::error!(?code, message = status.message(), "Qdrant refuses a request");
                Error::new(Code::BadGateway, "the vector store (Qdrant) refused the request")
            }
        },
        other => {
            tracing::error!(error = %other, "Qdrant fails");
            Error::new(Code::BadGateway, "the vector store (Qdrant) failed")
        }
    }
}

fn by_ids(ids: Vec<PointId>) -> Option<PointsSelector> {
    let points = PointsSelectorOneOf::Points(PointsIdsList { ids });
    Some(PointsSelector { points_selector_one_of: Some(points) })
}

fn by_filter(filter: Filter) -> Option<PointsSelector> {
    Some(PointsSelector { points_selector_one_of: Some(PointsSelectorOneOf::Filter(filter)) })
}

impl Server {
    /// At an address; nothing is asked of it yet.
    pub(super) fn new(url: &str, key: Option<String>) -> Result<Self, String> {
        // The client asks the server for its version otherwise, and waits.
        let config = Qdrant::from_url(url).timeout(PATIENCE).connect_timeout(CONNECT).skip_compatibility_check();
        let config = match key {
            Some(key) => config.api_key(key),
            None => config,
        };
        Ok(Self(config.build().map_err(|_| "QDRANT_URL: must be an address such as http://localhost:6334".to_owned())?))
    }

    /// Whether it answers.
    pub(super) async fn check(&self) -> Result<(), Error> {
        self.0.health_check().await.map(|_| ()).map_err(fault)
    }

    pub(super) async fn exists(&self, name: &str) -> Result<bool, Error> {
        self.0.collection_exists(CollectionExistsRequest { collection_name: name.to_owned() }).await.map_err(fault)
    }

    /// Makes a collection; one that another process has just made is as good.
    pub(super) async fn create(&self, request: CreateCollection) -> Result<(), Error> {
        let name = request.collection_name.clone();
        match self.0.create_collection(request).await {
            Ok(_) => Ok(()),
            Err(error) => match self.exists(&name).await {
                Ok(true) => Ok(()),
                _ => Err(fault(error)),
            },
        }
    }

    pub(super) async fn index(&self, request: CreateFieldIndexCollection) -> Result<(), Error> {
        self.0.create_field_index(request).await.map(|_| ()).map_err(fault)
    }

    pub(super) async fn upsert(&self, collection: &str, points: Vec<PointStruct>) -> Result<(), Error> {
        let mut points = points;
        while !points.is_empty() {
            let rest = points.split_off(points.len().min(POINTS_AT_ONCE));
            let request = UpsertPoints {
                collection_name: collection.to_owned(),
                wait: Some(true),
                points,
                ..UpsertPoints::default()
            };
            self.0.upsert_points(request).await.map_err(fault)?;
            points = rest;
        }
        Ok(())
    }

    pub(super) async fn delete_ids(&self, collection: &str, ids: Vec<PointId>) -> Result<(), Error> {
        self.delete(collection, by_ids(ids)).await
    }

    pub(super) async fn delete_filter(&self, collection: &str, filter: Filter) -> Result<(), Error> {
        self.delete(collection, by_filter(filter)).await
    }

    async fn delete(&self, collection: &str, points: Option<PointsSelector>) -> Result<(), Error> {
        let request = DeletePoints {
            collection_name: collection.to_owned(),
            wait: Some(true),
            points,
            ..DeletePoints::default()
        };
        self.0.delete_points(request).await.map(|_| ()).map_err(fault)
    }

    /// Sets entries of the payloads of the points of a filter, under a key or at the top.
    pub(super) async fn set_payload(
        &self,
        collection: &str,
        filter: Filter,
        key: Option<&str>,
        payload: std::collections::HashMap<String, Value>,
    ) -> Result<(), Error> {
        let request = SetPayloadPoints {
            collection_name: collection.to_owned(),
            wait: Some(true),
            payload,
            points_selector: by_filter(filter),
            key: key.map(str::to_owned),
            ..SetPayloadPoints::default()
        };
        self.0.set_payload(request).await.map(|_| ()).map_err(fault)
    }

    pub(super) async fn update(&self, request: UpdateBatchPoints) -> Result<(), Error> {
        self.0.update_points_batch(request).await.map(|_| ()).map_err(fault)
    }

    pub(super) async fn get(
        &self,
        collection: &str,
        ids: Vec<PointId>,
        payload: WithPayloadSelector,
        vectors: WithVectorsSelector,
    ) -> Result<Vec<RetrievedPoint>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let request = GetPoints {
            collection_name: collection.to_owned(),
            ids,
            with_payload: Some(payload),
            with_vectors: Some(vectors),
            ..GetPoints::default()
        };
        Ok(self.0.get_points(request).await.map_err(fault)?.result)
    }

    pub(super) async fn scroll(&self, request: ScrollPoints) -> Result<Vec<RetrievedPoint>, Error> {
        Ok(self.0.scroll(request).await.map_err(fault)?.result)
    }

    /// The exact number of points of a filter.
    pub(super) async fn count(&self, collection: &str, filter: Filter) -> Result<u64, Error> {
        let request = CountPoints {
            collection_name: collection.to_owned(),
            filter: Some(filter),
            exact: Some(true),
            ..CountPoints::default()
        };
        let answer = self.0.count(request).await.map_err(fault)?;
        Ok(answer.result.map_or(0, |result| result.count))
    }

    pub(super) async fn facet(&self, request: FacetCounts) -> Result<Vec<FacetHit>, Error> {
        Ok(self.0.facet(request).await.map_err(fault)?.hits)
    }

    /// Several queries of one collection.
    pub(super) async fn query(
        &self,
        collection: &str,
        queries: Vec<QueryPoints>,
    ) -> Result<Vec<Vec<ScoredPoint>>, Error> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let request = QueryBatchPoints {
            collection_name: collection.to_owned(),
            query_points: queries,
            ..QueryBatchPoints::default()
        };
        let answer = self.0.query_batch(request).await.map_err(fault)?;
        Ok(answer.result.into_iter().map(|one| one.result).collect())
    }
}
