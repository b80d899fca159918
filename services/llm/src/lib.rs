//! llm: embeddings and what they are good for, texts cut, counted, classified, searched for what should
//! not be in them; chat with any model, and what it is good for.

pub mod answer;
mod asking;
pub mod chat;
pub mod chunk;
pub mod classify;
pub mod cluster;
pub mod embed;
pub mod extract;
pub mod guard;
mod held;
pub mod keywords;
pub mod language;
pub mod models;
pub mod openai;
mod passages;
pub mod prompt;
pub mod redact;
pub mod rerank;
pub mod sentences;
pub mod similarity;
pub mod summarize;
pub mod tokenize;
pub mod translate;
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
        .check_held("chat", held::check_chat)
        .call("POST /embed", embed::embed, embed::about)
        .call("POST /similarity", similarity::similarity, similarity::about)
        .call("POST /rerank", rerank::rerank, rerank::about)
        .compute("POST /chunk", chunk::chunk, chunk::about)
        .compute("POST /tokenize", tokenize::tokenize, tokenize::about)
        .call("POST /classify", classify::classify, classify::about)
        .call("POST /cluster", cluster::cluster, cluster::about)
        .call("POST /keywords", keywords::keywords, keywords::about)
        .compute("POST /detect-language", language::detect, language::about)
        .compute("POST /redact", redact::redact, redact::about)
        .call("POST /guard", guard::guard, guard::about)
        .call("POST /chat", chat::chat, chat::about)
        .call("POST /prompt", prompt::prompt, prompt::about)
        .call("POST /extract", extract::extract, extract::about)
        .call("POST /answer", answer::answer, answer::about)
        .call("POST /translate", translate::translate, translate::about)
        .call("POST /summarize", summarize::summarize, summarize::about)
        .compute("GET /models", models::models, models::about)
        .call("POST /openai/chat/completions", openai::completions::completions, openai::completions::about)
        .call("POST /openai/responses", openai::responses::responses, openai::responses::about)
        .call("POST /openai/embeddings", openai::embeddings::embeddings, openai::embeddings::about)
        .compute("GET /openai/models", openai::models::list, openai::models::list_about)
        .compute("GET /openai/models/{model}", openai::models::get, openai::models::get_about)
}
