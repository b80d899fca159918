//! What can be set.

use clap::Args;

/// Settings of the embedder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "embeddings")]
pub struct Settings {
    /// Embedding model, by its name in `flowforge models list`.
    #[arg(
        global = true,
        long,
        env = "FLOWFORGE_EMBEDDER_MODEL",
        default_value = "all-MiniLM-L6-v2",
        value_name = "NAME"
    )]
    pub embedder_model: String,

    /// Cross-encoder that `rerank` uses, by its name in `flowforge models list` [default: none, it compares embeddings]
    #[arg(global = true, long, env = "FLOWFORGE_RERANKER_MODEL", value_name = "NAME")]
    pub reranker_model: Option<String>,

    /// Threads that compute embeddings [default: the number of cores]
    #[arg(global = true, long, env = "FLOWFORGE_EMBEDDER_THREADS", value_name = "NUMBER")]
    pub embedder_threads: Option<usize>,

    /// Embeddings kept in memory.
    #[arg(global = true, long, env = "FLOWFORGE_EMBEDDER_CACHE", default_value = "20000", value_name = "NUMBER")]
    pub embedder_cache: u64,

    /// Text put before a query, such as `query: ` for E5 [default: what the model's files say]
    #[arg(global = true, long, env = "FLOWFORGE_EMBEDDER_QUERY_PROMPT", value_name = "TEXT")]
    pub embedder_query_prompt: Option<String>,

    /// Text put before a passage, such as `passage: ` for E5 [default: what the model's files say]
    #[arg(global = true, long, env = "FLOWFORGE_EMBEDDER_PASSAGE_PROMPT", value_name = "TEXT")]
    pub embedder_passage_prompt: Option<String>,
}
