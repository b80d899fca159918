//! Vectors of the texts of a request: read on the pool, computed in turn with those of others.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error};
use embedder::{Cut, Model, Purpose, Tokens, Vector};

use crate::held::Llm;

/// Share of unknown pieces from which a vector says little.
const UNKNOWN: f64 = 0.5;
/// Seconds after which models may have been pulled.
const PULLED: u64 = 60;
/// Bytes of text from which reading it is heavy.
const HEAVY: usize = 64 * 1024;

/// Texts and what is to become of them.
pub struct Texts {
    /// The texts.
    pub texts: Vec<String>,
    /// The field they are in.
    pub field: &'static str,
    /// Whether the field is one text, not a list.
    pub single: bool,
    /// What they are for.
    pub purpose: Purpose,
    /// What becomes of long ones.
    pub cut: Cut,
}

impl Texts {
    /// Passages of a list, cut where they are too long.
    pub fn list(field: &'static str, texts: Vec<String>) -> Self {
        Self { texts, field, single: false, purpose: Purpose::Passage, cut: Cut::At }
    }

    /// One text.
    pub fn one(field: &'static str, text: String) -> Self {
        Self { texts: vec![text], field, single: true, purpose: Purpose::Passage, cut: Cut::At }
    }

    /// Something to find others by.
    pub fn query(self) -> Self {
        Self { purpose: Purpose::Query, ..self }
    }

    fn name(&self, index: usize) -> String {
        if self.single { self.field.to_owned() } else { format!("{}[{index}]", self.field) }
    }
}

/// What a text was read as.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// Tokens the model saw, those that mark start and end included.
    pub tokens: usize,
    /// Whether the text was longer.
    pub truncated: bool,
    /// Share of its pieces that the model does not know.
    pub unknown: f64,
}

/// Vectors in the order of their texts.
pub struct Embedded {
    /// The model that made them.
    pub model: Arc<Model>,
    /// The vectors, of length one.
    pub vectors: Vec<Vector>,
    /// What the texts were read as.
    pub read: Vec<Read>,
}

/// The vectors of texts. Warns of those that were cut or that the model cannot read.
///
/// # Errors
/// When there is no model, or a text cannot be embedded; the error names it.
pub async fn embed(call: &Arc<Call>, llm: &Llm, texts: Texts) -> Result<Embedded, Error> {
    let model = model(llm)?;
    let bytes: usize = texts.texts.iter().map(String::len).sum();
    let cost = if bytes > HEAVY { Cost::Heavy } else { Cost::Light };
    let (reader, asked, limit) = (model.clone(), call.clone(), llm.embedder.request_limit());
    let tokens = call.compute(cost, move || read(&reader, &texts, &asked, limit)).await?;
    let read = |tokens: &Tokens| Read {
        tokens: tokens.ids.len(),
        truncated: tokens.truncated,
        unknown: tokens.unknown_share(),
    };
    let read = tokens.iter().map(read).collect();
    let who = call.consumer().map(|consumer| consumer.id.as_str());
    let vectors = llm.embedder.embed(&model, tokens, who).await.map_err(|problem| refused(problem, None))?;
    Ok(Embedded { model, vectors, read })
}

/// The model.
///
/// # Errors
/// 503 that names the command, when it is not there.
pub fn model(llm: &Llm) -> Result<Arc<Model>, Error> {
    llm.embedder.model().map_err(|problem| refused(problem, None))
}

fn read(model: &Model, texts: &Texts, call: &Call, limit: usize) -> Result<Vec<Tokens>, Error> {
    let mut all = Vec::with_capacity(texts.texts.len());
    let mut sum = 0;
    for (index, text) in texts.texts.iter().enumerate() {
        call.check()?;
        let tokens = model.tokenize(text, texts.purpose, texts.cut);
        let tokens = tokens.map_err(|problem| refused(problem, Some(texts.name(index))))?;
        sum += tokens.ids.len();
        if sum > limit {
            let message =
                format!("the texts have more than {limit} tokens together, which is the most for one request");
            return Err(Error::new(Code::PayloadTooLarge, message));
        }
        if tokens.truncated {
            let message =
                format!("is longer than the {} tokens the model reads; the rest is not in the vector", model.limit());
            call.warn("truncated", Some(&texts.name(index)), message);
        }
        if tokens.unknown_share() > UNKNOWN {
            let share = (tokens.unknown_share() * 100.0).round();
            let message = format!("{share}% of it is unknown to the model {}, so its vector says little", model.name());
            call.warn("unknown-tokens", Some(&texts.name(index)), message);
        }
        all.push(tokens);
    }
    Ok(all)
}

/// An error of the engine as the service says it.
pub fn refused(problem: embedder::Error, field: Option<String>) -> Error {
    let about = |message: String| Error::field(Code::ValidationError, field.clone().unwrap_or_default(), message);
    match problem {
        embedder::Error::Missing(_) => Error::new(Code::Unavailable, problem.to_string()).retry_after(PULLED),
        embedder::Error::TooLong { .. } => about(format!("{problem}; send less, or truncate")),
        embedder::Error::Empty => about(problem.to_string()),
        embedder::Error::Overloaded => Error::new(Code::Unavailable, problem.to_string()).retry_after(5),
        embedder::Error::Failed => Error::internal(),
    }
}

/// The cosine of the angle between two vectors of length one.
#[must_use]
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    sum.clamp(-1.0, 1.0)
}
