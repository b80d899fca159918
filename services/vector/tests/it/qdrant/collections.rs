//! The services of collections and of the server itself.

use std::collections::{BTreeMap, HashSet};

use ::qdrant_client::qdrant::collections_server::Collections;
use ::qdrant_client::qdrant::qdrant_server::Qdrant;
use ::qdrant_client::qdrant::vectors_config::Config;
use ::qdrant_client::qdrant::*;
use tonic::{Request, Response, Status};

use super::State;
use super::memory::Collection;

type Answer<T> = Result<Response<T>, Status>;

fn never<T>(name: &str) -> Answer<T> {
    Err(Status::unimplemented(name.to_owned()))
}

/// What a collection is made with: one of the registry, or one that is shared.
fn made(request: &CreateCollection) -> Result<Collection, Status> {
    let config = request.vectors_config.as_ref().and_then(|config| config.config.as_ref());
    let (params, is_registry) = match config {
        Some(Config::Params(params)) => (params, true),
        Some(Config::ParamsMap(map)) if map.map.len() == 1 && map.map.contains_key("dense") => {
            (&map.map["dense"], false)
        }
        other => return Err(Status::invalid_argument(format!("vectors that are not ours: {other:?}"))),
    };
    let hnsw = request.hnsw_config.unwrap_or_default();
    let words = request.sparse_vectors_config.as_ref().and_then(|config| config.map.get("words"));
    let modifier = words.and_then(|words| words.modifier);
    let is_ours = match is_registry {
        true => hnsw.m == Some(0),
        // No graph over all tenants, one for each; words weighed by their rarity.
        false => hnsw.m == Some(0) && hnsw.payload_m > Some(0) && modifier == Some(Modifier::Idf.into()),
    };
    if !is_ours {
        return Err(Status::invalid_argument(format!("a collection that is not ours: {request:?}")));
    }
    Ok(Collection {
        is_registry,
        dimensions: usize::try_from(params.size).unwrap_or(0),
        distance: params.distance(),
        indexes: HashSet::new(),
        points: BTreeMap::new(),
    })
}

#[tonic::async_trait]
impl Collections for State {
    async fn create(&self, request: Request<CreateCollection>) -> Answer<CollectionOperationResponse> {
        let request = request.into_inner();
        self.with(|memory| {
            memory.note("create", &request);
            if memory.collections.contains_key(&request.collection_name) {
                return Err(Status::already_exists("it is there"));
            }
            memory.collections.insert(request.collection_name.clone(), made(&request)?);
            Ok(CollectionOperationResponse { result: true, ..Default::default() })
        })
    }

    async fn collection_exists(&self, request: Request<CollectionExistsRequest>) -> Answer<CollectionExistsResponse> {
        let name = request.into_inner().collection_name;
        self.with(|memory| {
            let exists = memory.collections.contains_key(&name);
            Ok(CollectionExistsResponse { result: Some(CollectionExists { exists }), ..Default::default() })
        })
    }

    async fn get(&self, _: Request<GetCollectionInfoRequest>) -> Answer<GetCollectionInfoResponse> {
        never("get")
    }

    async fn list(&self, _: Request<ListCollectionsRequest>) -> Answer<ListCollectionsResponse> {
        never("list")
    }

    async fn update(&self, _: Request<UpdateCollection>) -> Answer<CollectionOperationResponse> {
        never("update")
    }

    async fn delete(&self, _: Request<DeleteCollection>) -> Answer<CollectionOperationResponse> {
        never("delete")
    }

    async fn update_aliases(&self, _: Request<ChangeAliases>) -> Answer<CollectionOperationResponse> {
        never("update_aliases")
    }

    async fn list_collection_aliases(&self, _: Request<ListCollectionAliasesRequest>) -> Answer<ListAliasesResponse> {
        never("list_collection_aliases")
    }

    async fn list_aliases(&self, _: Request<ListAliasesRequest>) -> Answer<ListAliasesResponse> {
        never("list_aliases")
    }

    async fn collection_cluster_info(
        &self,
        _: Request<CollectionClusterInfoRequest>,
    ) -> Answer<CollectionClusterInfoResponse> {
        never("collection_cluster_info")
    }

    async fn update_collection_cluster_setup(
        &self,
        _: Request<UpdateCollectionClusterSetupRequest>,
    ) -> Answer<UpdateCollectionClusterSetupResponse> {
        never("update_collection_cluster_setup")
    }

    async fn create_shard_key(&self, _: Request<CreateShardKeyRequest>) -> Answer<CreateShardKeyResponse> {
        never("create_shard_key")
    }

    async fn delete_shard_key(&self, _: Request<DeleteShardKeyRequest>) -> Answer<DeleteShardKeyResponse> {
        never("delete_shard_key")
    }

    async fn list_shard_keys(&self, _: Request<ListShardKeysRequest>) -> Answer<ListShardKeysResponse> {
        never("list_shard_keys")
    }
}

#[tonic::async_trait]
impl Qdrant for State {
    async fn health_check(&self, _: Request<HealthCheckRequest>) -> Answer<HealthCheckReply> {
        let reply = HealthCheckReply { title: "mock".into(), version: "1.20.0".into(), commit: None };
        Ok(Response::new(reply))
    }
}
