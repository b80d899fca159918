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
    texts: Vec<String>,
    /// What errors and warnings call them.
    names: Names,
    /// What they are for.
    purpose: Purpose,
    /// What becomes of long ones.
    cut: Cut,
}

/// What errors and warnings call texts.
enum Names {
    /// The only one, in a field.
    One(&'static str),
    /// A list, in a field.
    List(&'static str),
    /// Each by a path of its own.
    Each(Vec<String>),
    /// Parts of the text in a field, of which nobody is warned.
    Within(&'static str),
}

impl Texts {
    fn new(texts: Vec<String>, names: Names) -> Self {
        Self { texts, names, purpose: Purpose::Passage, cut: Cut::At }
    }

    /// One text.
    pub fn one(field: &'static str, text: String) -> Self {
        Self::new(vec![text], Names::One(field))
    }

    /// A list.
    pub fn list(field: &'static str, texts: Vec<String>) -> Self {
        Self::new(texts, Names::List(field))
    }

    /// Texts from here and there, each with the path of its field.
    pub fn each(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let (names, texts) = texts.into_iter().unzip();
        Self::new(texts, Names::Each(names))
    }

    /// Parts of one text.
    pub fn within(field: &'static str, parts: Vec<String>) -> Self {
        Self::new(parts, Names::Within(field))
    }

    /// Something to find others by.
    pub fn query(self) -> Self {
        Self { purpose: Purpose::Query, ..self }
    }

    /// The same for another purpose, and with another fate of long ones.
    pub fn read_as(self, purpose: Purpose, cut: Cut) -> Self {
        Self { purpose, cut, ..self }
    }

    fn name(&self, index: usize) -> String {
        match &self.names {
            Names::One(field) | Names::Within(field) => (*field).to_owned(),
            Names::List(field) => format!("{field}[{index}]"),
            Names::Each(names) => names[index].clone(),
        }
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

/// The cross-encoder, where one is set.
///
/// # Errors
/// 503 that names the command, when it is not there.
pub fn reranker(llm: &Llm) -> Result<Option<Arc<Model>>, Error> {
    llm.embedder.reranker().map_err(|problem| refused(problem, None))
}

/// How relevant documents are.
pub struct Judged {
    /// The model that judged them.
    pub model: Arc<Model>,
    /// A number for each document, in their order; more is more relevant.
    pub scores: Vec<f64>,
}

/// The relevance of documents to a query by a cross-encoder, from 0 to 1. Warns as [`embed`] does.
///
/// # Errors
/// When a text has nothing the model can read; the error names it.
pub async fn judge(
    call: &Arc<Call>,
    llm: &Llm,
    model: Arc<Model>,
    query: String,
    documents: Vec<String>,
) -> Result<Judged, Error> {
    let bytes = query.len() + documents.iter().map(String::len).sum::<usize>();
    let cost = if bytes > HEAVY { Cost::Heavy } else { Cost::Light };
    let (reader, asked, limit) = (model.clone(), call.clone(), llm.embedder.request_limit());
    let pairs = call.compute(cost, move || {
        let query = reader.query(&query).map_err(|problem| refused(problem, Some("query".to_owned())))?;
        if query.truncated {
            asked.warn("truncated", Some("query"), format!("is cut to {} tokens", query.ids.len()));
        }
        read_each(&reader, &Texts::list("documents", documents), &asked, limit, |text| reader.pair(&query, text))
    });
    let pairs = pairs.await?;
    let who = call.consumer().map(|consumer| consumer.id.as_str());
    let vectors = llm.embedder.embed(&model, pairs, who).await.map_err(|problem| refused(problem, None))?;
    let scores = vectors.iter().map(|logit| 1.0 / (1.0 + f64::from(-logit[0]).exp())).collect();
    Ok(Judged { model, scores })
}

fn read(model: &Model, texts: &Texts, call: &Call, limit: usize) -> Result<Vec<Tokens>, Error> {
    read_each(model, texts, call, limit, |text| model.tokenize(text, texts.purpose, texts.cut))
}

fn read_each(
    model: &Model,
    texts: &Texts,
    call: &Call,
    limit: usize,
    read: impl Fn(&str) -> Result<Tokens, embedder::Error>,
) -> Result<Vec<Tokens>, Error> {
    let mut all = Vec::with_capacity(texts.texts.len());
    let mut sum = 0;
    for (index, text) in texts.texts.iter().enumerate() {
        call.check()?;
        let tokens = read(text);
        let tokens = tokens.map_err(|problem| refused(problem, Some(texts.name(index))))?;
        sum += tokens.ids.len();
        if sum > limit {
            let message =
                format!("the texts have more than {limit} tokens together, which is the most for one request");
            return Err(Error::new(Code::PayloadTooLarge, message));
        }
        let warned = !matches!(texts.names, Names::Within(_));
        if warned && tokens.truncated {
            let message =
                format!("is longer than the {} tokens the model reads; the rest is not in the vector", model.limit());
            call.warn("truncated", Some(&texts.name(index)), message);
        }
        if warned && tokens.unknown_share() > UNKNOWN {
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
