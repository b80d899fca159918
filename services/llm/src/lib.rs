//! llm: embeddings and what they are good for, texts cut, counted, classified, searched for what should not be in them.

pub mod chunk;
pub mod embed;
mod held;
pub mod models;
pub mod openai;
pub mod rerank;
pub mod sentences;
pub mod similarity;
pub mod tokenize;
mod vectors;

use chassis::Service;
pub use held::Llm;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3006;

/// The service: every operation in one list.
#[must_use]
pub fn service() -> Service {
    Service::new("llm", "Embeddings, text tasks, chat, provider routing")
        .holds(held::open)
        .check_held("embeddings", held::check)
        .call("POST /embed", embed::embed, embed::about)
        .call("POST /similarity", similarity::similarity, similarity::about)
        .call("POST /rerank", rerank::rerank, rerank::about)
        .compute("POST /chunk", chunk::chunk, chunk::about)
        .compute("POST /tokenize", tokenize::tokenize, tokenize::about)
        .compute("GET /models", models::models, models::about)
        .call("POST /openai/embeddings", openai::embeddings::embeddings, openai::embeddings::about)
        .compute("GET /openai/models", openai::models::list, openai::models::list_about)
        .compute("GET /openai/models/{model}", openai::models::get, openai::models::get_about)
}
