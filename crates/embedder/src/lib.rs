//! Sentence embeddings by BERT models, and the relevance of texts to queries by cross-encoders.
//!
//! | file | job |
//! | --- | --- |
//! | `settings.rs` | what can be set |
//! | `config.rs` | what the files of a model say of it: shape, pooling, length, prompts |
//! | `tokens.rs` | texts to pieces, counted, cut, with their places |
//! | `weights.rs`, `bert.rs` | weights, packed; the forward pass over texts of any lengths side by side, without padding |
//! | `model.rs` | one model: tokenizer, network, cache |
//! | `queue.rs` | texts of all requests in batches, each consumer in turn |
//! | `engine.rs` | the engine that services share |
//!
//! ```ignore
//! let model = embedder.model()?;                              // 503 with the command that pulls it, when it is not there
//! let tokens = model.tokenize(text, Purpose::Query, Cut::At)?; // CPU: on the pool, as `call.compute` does
//! let vectors = embedder.embed(&model, vec![tokens], consumer).await?;
//! ```
//!
//! Texts are computed by as many threads as there are cores, 1,024 tokens at most at a time, whatever request they
//! belong to: no timer waits for more, a free thread takes what is there. The sequences of a batch lie one behind the
//! other in one matrix, so none is padded, and a vector is the same to the bit whatever it was computed with
//! (the crate `dense` says why). So it may be kept: the cache knows vectors by their tokens.

mod bert;
mod config;
mod engine;
mod model;
mod queue;
mod settings;
mod tokens;
mod weights;

pub use engine::Embedder;
pub use model::{Model, Vector};
pub use settings::Settings;
pub use tokens::{Cut, Piece, Purpose, Tokens};

/// Why there is no vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The model is not there, or cannot be read; the text says what to run.
    #[error("{0}")]
    Missing(String),
    /// The text is longer than the model reads.
    #[error("{tokens} tokens, the model reads at most {limit}")]
    TooLong {
        /// Tokens it has, those that mark its start and end included.
        tokens: usize,
        /// Tokens the model reads.
        limit: usize,
    },
    /// The text has no piece that the model knows.
    #[error("has nothing in it that the model can read")]
    Empty,
    /// More waits already than can be done in time.
    #[error("too many texts wait for their vectors; try again in a few seconds")]
    Overloaded,
    /// Our own fault.
    #[error("the vectors could not be computed")]
    Failed,
}
