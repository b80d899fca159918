//! Chat engines: a small local model, OpenAI-compatible servers, Anthropic.
//!
//! | file | job |
//! | --- | --- |
//! | `prompt.rs`, `piece.rs`, `fault.rs` | what is asked, what comes back piece by piece, and why it may not |
//! | `chat.rs` | the engine: names of models to what serves them; the one loop that tries again |
//! | `grounded.rs` | answers that rest on numbered passages, and whether they do |
//! | `config.rs` | upstreams, names, budgets, as the operator writes them |
//! | `circuit.rs`, `budget.rs` | upstreams that are left alone for a while; tokens a day by plan |
//! | `upstream/` | servers elsewhere: OpenAI's chat completions, Anthropic's messages |
//! | `local/` | generation in this process, from a GGUF file |
//!
//! Every backend answers in pieces, also where the whole is wanted: so times are bounded in the same way for all, and
//! there is one way to tell a finished answer from one that broke off. **Nothing is tried again once a piece has been
//! handed out**, and an answer is finished only when its source said so.

mod budget;
mod chat;
mod circuit;
mod config;
mod fault;
pub mod grounded;
mod local;
mod piece;
mod prompt;
mod settings;
mod upstream;

pub use budget::{Asker, Budgets};
pub use chat::{Answering, Chat, ModelInfo};
pub use config::Config;
pub use fault::Fault;
pub use local::{Limits, Local};
pub use piece::{CallPart, Finish, Piece, Pieces, Said, Usage};
pub use prompt::{Format, Message, Part, Prompt, Role, ToolCall};
pub use settings::Settings;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Pieces that are on their way.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<Pieces, Fault>> + Send + 'a>>;

/// Something that answers prompts.
pub trait Backend: Send + Sync {
    /// Begins to answer with a model of its own. Dropping the pieces stops the work.
    fn open<'a>(&'a self, model: &'a str, prompt: &'a Arc<Prompt>) -> Opening<'a>;
}
