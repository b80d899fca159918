//! vector: collections of points, search by meaning and by words, documents, answers with sources.

pub mod ask;
mod chat;
pub mod collections;
mod diversity;
pub mod documents;
mod embedded;
pub mod facet;
mod filter;
mod fusion;
mod groups;
pub mod json_object;
mod model;
mod names;
mod nearest;
mod plan;
pub mod points;
mod qdrant;
pub mod query;
mod settings;
pub mod snapshots;
mod store;
mod tenant;
mod text;
mod time;
pub mod transfer;
mod turns;
mod vector;

use chassis::Service;
use collections::{create, drop, get, list, rename};
use documents::{PdfReader, forget, ingest};
use points::{count, delete, payload, scroll, upsert};
pub use settings::Settings;
use transfer::{export, import};

/// The port the service has when it runs alone.
pub const PORT: u16 = 3007;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("vector", "Collections, semantic search, retrieval for answers")
        .holds(settings::open)
        .keeps_data()
        .warm::<PdfReader>()
        .check_held("vectors", settings::check_store)
        .check_held("model", settings::check_model)
        .call("POST /collections", create::create, create::about)
        .call("GET /collections", list::list, list::about)
        .call("GET /collections/{collection}", get::get, get::about)
        .call("PATCH /collections/{collection}", rename::rename, rename::about)
        .call("PUT /collections/{collection}/points", upsert::upsert, upsert::about)
        .call("POST /collections/{collection}/points/get", points::get::get, points::get::about)
        .call("GET /collections/{collection}/points/{id}", points::get::one, points::get::one_about)
        .call("PATCH /collections/{collection}/points", payload::payload, payload::about)
        .call("POST /collections/{collection}/points/scroll", scroll::scroll, scroll::about)
        .call("POST /collections/{collection}/points/count", count::count, count::about)
        .call("POST /collections/{collection}/points/delete", delete::delete, delete::about)
        .call("POST /collections/{collection}/query", query::query, query::about)
        .call("POST /collections/{collection}/facet", facet::facet, facet::about)
        .call("POST /collections/{collection}/documents", ingest::ingest, ingest::about)
        .call("GET /collections/{collection}/documents", documents::list::list, documents::list::about)
        .call("GET /collections/{collection}/documents/{documentId}", documents::get::get, documents::get::about)
        .call("POST /collections/{collection}/ask", ask::ask, ask::about)
        .call("DELETE /collections/{collection}/documents/{documentId}", forget::forget, forget::about)
        .call("POST /collections/{collection}/export", export::export, export::about)
        .call("POST /collections/{collection}/import", import::import, import::about)
        .call("POST /collections/{collection}/snapshots", snapshots::create::create, snapshots::create::about)
        .call("GET /snapshots", snapshots::list::list, snapshots::list::about)
        .call("POST /snapshots/{snapshot}/restore", snapshots::restore::restore, snapshots::restore::about)
        .call("DELETE /snapshots/{snapshot}", snapshots::remove::remove, snapshots::remove::about)
        .call("DELETE /collections/{collection}", drop::drop, drop::about)
}
