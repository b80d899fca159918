//! One model: tokenizer, network, cache.

use std::fs;
use std::sync::Arc;

use dense::Level;
use models::Held;
use moka::sync::Cache;

use crate::Error;
use crate::bert::{Bert, Scratch};
use crate::config::{Config, Pooling};
use crate::settings::Settings;
use crate::tokens::{Cut, Piece, Purpose, Reader, Tokens};
use crate::weights::Weights;

/// The vector of a text, of length one.
pub type Vector = Arc<[f32]>;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Vectors of texts.
    Embeddings,
    /// The relevance of texts to queries.
    Pairs,
}

/// A model that is loaded.
pub struct Model {
    name: String,
    digest: String,
    config: Config,
    reader: Reader,
    bert: Bert,
    /// Vectors by their tokens, which are all that they depend on.
    cache: Cache<[u8; 32], Vector>,
}

impl Model {
    /// Loads a model's files: about 0.2 seconds for one of 90 MB.
    pub(crate) fn load(held: &Held, settings: &Settings, use_as: Use) -> Result<Self, String> {
        let mut config = Config::read(&held.folder)?;
        let is_cross_encoder = config.pooling == Pooling::Score;
        if is_cross_encoder && use_as == Use::Embeddings {
            return Err("it is a cross-encoder, which makes no vectors: set it as FLOWFORGE_RERANKER_MODEL".to_owned());
        }
        if !is_cross_encoder && use_as == Use::Pairs {
            return Err("it is no cross-encoder: those are BertForSequenceClassification with one label".to_owned());
        }
        if let Some(prompt) = &settings.embedder_query_prompt {
            config.query_prompt.clone_from(prompt);
        }
        if let Some(prompt) = &settings.embedder_passage_prompt {
            config.passage_prompt.clone_from(prompt);
        }
        let reader = Reader::read(&held.folder, config.shape.vocab_size)?;
        let bytes = fs::read(held.folder.join("model.safetensors"));
        let bytes = bytes.map_err(|problem| format!("model.safetensors: {problem}"))?;
        let weights = Weights::read(&bytes, &config.shape, config.pooling)?;
        let bert = Bert::new(&config, weights, Level::fastest());
        let cache = Cache::new(settings.embedder_cache);
        Ok(Self { name: held.name().to_owned(), digest: held.digest().to_owned(), config, reader, bert, cache })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of its weights, in hexadecimal: vectors of models with the same digest may be compared.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Numbers of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.config.shape.hidden_size
    }

    /// Tokens of a text that it reads, those that mark start and end included.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.config.limit
    }

    /// Tokens that mark start and end.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.reader.marks()
    }

    /// A text as the model reads it. Reading costs CPU: about a megabyte a second.
    ///
    /// # Errors
    /// When the text has no piece that the model knows, or is too long and may not be cut.
    pub fn tokenize(&self, text: &str, purpose: Purpose, cut: Cut) -> Result<Tokens, Error> {
        let prompt = match purpose {
            Purpose::Passage => &self.config.passage_prompt,
            Purpose::Query => &self.config.query_prompt,
        };
        self.reader.tokens(prompt, text, self.config.limit, cut)
    }

    /// A query as a cross-encoder reads it, which is the beginning of pairs; cut to half of what the model reads.
    ///
    /// # Errors
    /// When it has no piece that the model knows.
    pub fn query(&self, query: &str) -> Result<Tokens, Error> {
        self.reader.tokens("", query, self.config.limit / 2, Cut::At)
    }

    /// Such a query and a text as a cross-encoder reads them: together. It makes a vector of one number of them, the logit
    /// of their relevance. A long text is cut.
    ///
    /// # Errors
    /// When the text has no piece that the model knows.
    pub fn pair(&self, query: &Tokens, text: &str) -> Result<Tokens, Error> {
        self.reader.pair(query, text, self.config.limit)
    }

    /// The pieces of a text with their places, without marks and prompt, however long it is. `check` is asked now and then,
    /// and may end it.
    ///
    /// # Errors
    /// What `check` says.
    pub fn pieces<E>(&self, text: &str, check: &dyn Fn() -> Result<(), E>) -> Result<Vec<Piece>, E> {
        self.reader.pieces(text, check)
    }

    /// How many pieces a text has, without marks and prompt.
    ///
    /// # Errors
    /// What `check` says.
    pub fn count<E>(&self, text: &str, check: &dyn Fn() -> Result<(), E>) -> Result<usize, E> {
        self.reader.count(text, check)
    }

    /// A piece as it is written in the vocabulary.
    #[must_use]
    pub fn piece(&self, id: u32) -> Option<String> {
        self.reader.piece(id)
    }

    pub(crate) fn forward(&self, texts: &[&[u32]], scratch: &mut Scratch) -> Vec<Vector> {
        self.bert.forward(texts, scratch).into_iter().map(Vector::from).collect()
    }

    pub(crate) fn cached(&self, key: &[u8; 32]) -> Option<Vector> {
        self.cache.get(key)
    }

    pub(crate) fn keep(&self, key: [u8; 32], vector: Vector) {
        self.cache.insert(key, vector);
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("name", &self.name).finish_non_exhaustive()
    }
}
