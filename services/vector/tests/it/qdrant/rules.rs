//! What requests must be like: what Qdrant refuses, and what we have promised ourselves.

use qdrant_client::qdrant::condition::ConditionOneOf;
use qdrant_client::qdrant::{Filter, PointStruct, point_id::PointIdOptions, vector, vectors::VectorsOptions};
use tonic::Status;

use super::memory::{Collection, text_of};

fn wrong<T>(message: impl Into<String>) -> Result<T, Status> {
    Err(Status::invalid_argument(message.into()))
}

/// A filter about shared points must name the collection or the tenant first of all, whatever else it says.
pub(super) fn scoped(filter: Option<&Filter>) -> Result<&Filter, Status> {
    let filter = filter.ok_or_else(|| Status::invalid_argument("a filter without a tenant: none"))?;
    let names = filter.must.iter().any(|condition| match &condition.condition_one_of {
        Some(ConditionOneOf::Field(field)) => {
            matches!(field.key.as_str(), "_c" | "_t" | "tenant") && field.r#match.is_some()
        }
        // The registry's own points, by their ids, which are made of the tenant's key.
        Some(ConditionOneOf::HasId(ids)) => ids.has_id.len() == 1,
        _ => false,
    });
    if names { Ok(filter) } else { wrong(format!("a filter without a tenant: {filter:?}")) }
}

/// What is written waits until it is there.
pub(super) fn waits(wait: Option<bool>) -> Result<(), Status> {
    if wait == Some(true) { Ok(()) } else { wrong("a write that does not wait") }
}

/// A point of a shared collection.
pub(super) fn point(collection: &Collection, point: &PointStruct) -> Result<(), Status> {
    let Some(PointIdOptions::Uuid(id)) = point.id.as_ref().and_then(|id| id.point_id_options.as_ref()) else {
        return wrong("a point without a UUID");
    };
    if uuid::Uuid::parse_str(id).is_err() {
        return wrong(format!("{id} is no UUID"));
    }
    if collection.is_registry {
        return if text_of(&point.payload, "_t").is_some() { Ok(()) } else { wrong("a collection without a tenant") };
    }
    for name in ["_c", "_t", "_id", "_payload"] {
        if text_of(&point.payload, name).is_none() {
            return wrong(format!("a point without {name}"));
        }
    }
    for name in ["_c", "_t", "k", "_seq", "_size", "_expires"] {
        if !collection.indexes.contains(name) {
            return wrong(format!("points before the index of {name}"));
        }
    }
    let Some(VectorsOptions::Vectors(named)) = point.vectors.as_ref().and_then(|all| all.vectors_options.as_ref())
    else {
        return wrong("a point without named vectors");
    };
    for (name, vector) in &named.vectors {
        match (name.as_str(), &vector.vector) {
            ("dense", Some(vector::Vector::Dense(dense))) if dense.data.len() == collection.dimensions => {}
            ("words", Some(vector::Vector::Sparse(sparse))) => indices(&sparse.indices, sparse.values.len())?,
            other => return wrong(format!("a vector that does not fit: {other:?}")),
        }
    }
    if named.vectors.contains_key("dense") { Ok(()) } else { wrong("a point without a dense vector") }
}

/// Indices of a sparse vector: as many as values, none twice.
pub(super) fn indices(indices: &[u32], values: usize) -> Result<(), Status> {
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    match sorted.len() == indices.len() && indices.len() == values && values > 0 {
        true => Ok(()),
        false => wrong("a sparse vector with an index twice, or without values"),
    }
}
