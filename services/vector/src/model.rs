//! The model that makes vectors of texts.

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error};
use embedder::{Cut, Embedder, Purpose};

use crate::store::{Model, Spec};

/// Makes vectors of texts, by the embedder that services share.
#[derive(Clone)]
pub struct TextModel(Arc<Embedder>);

impl TextModel {
    /// By an embedder.
    #[must_use]
    pub fn new(embedder: Arc<Embedder>) -> Self {
        Self(embedder)
    }

    fn loaded(&self) -> Result<Arc<embedder::Model>, Error> {
        self.0.model().map_err(|error| fault("text", &error))
    }

    /// Which model it is.
    ///
    /// # Errors
    /// When it is not there.
    pub fn identity(&self) -> Result<Model, Error> {
        let model = self.loaded()?;
        let revision = model.digest().chars().take(16).collect();
        Ok(Model { name: model.name().to_owned(), revision, pooling: "mean".to_owned() })
    }

    /// Number of dimensions of its vectors.
    ///
    /// # Errors
    /// When it is not there.
    pub fn dimensions(&self) -> Result<usize, Error> {
        Ok(self.loaded()?.dimensions())
    }

    /// Vectors of texts that are kept; `field` names the text of an index.
    ///
    /// # Errors
    /// When a text has nothing the model can read, or too many wait.
    pub async fn documents(
        &self,
        call: &Call,
        texts: Vec<String>,
        field: impl Fn(usize) -> String + Send + Sync + 'static,
    ) -> Result<Vec<Vec<f32>>, Error> {
        self.embed(call, texts, Purpose::Passage, field).await
    }

    /// The vector of a text that is sought.
    ///
    /// # Errors
    /// As [`TextModel::documents`].
    pub async fn query(&self, call: &Call, text: &str) -> Result<Vec<f32>, Error> {
        let vectors = self.embed(call, vec![text.to_owned()], Purpose::Query, |_| "text".to_owned()).await?;
        vectors.into_iter().next().ok_or_else(Error::internal)
    }

    async fn embed(
        &self,
        call: &Call,
        texts: Vec<String>,
        purpose: Purpose,
        field: impl Fn(usize) -> String + Send + Sync + 'static,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let model = self.loaded()?;
        let reader = model.clone();
        let tokens = call.compute(Cost::Light, move || {
            let read = |(index, text): (usize, &String)| {
                reader.tokenize(text, purpose, Cut::At).map_err(|error| fault(&field(index), &error))
            };
            texts.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()
        });
        let tokens = tokens.await?;
        let many = tokens.iter().filter(|tokens| tokens.truncated).count();
        if many > 0 {
            let limit = model.limit().saturating_sub(model.marks());
            let texts = if many == 1 { "one text is".to_owned() } else { format!("{many} texts are") };
            let message = format!(
                "{texts} longer than the {limit} tokens that the model reads: what follows is not in the vector; send it in pieces"
            );
            call.warn("text-truncated", None, message);
        }
        let consumer = call.consumer().map(|consumer| consumer.id.as_str());
        let vectors = self.0.embed(&model, tokens, consumer).await.map_err(|error| fault("text", &error))?;
        Ok(vectors.into_iter().map(|vector| vector.to_vec()).collect())
    }
}

/// What a fault of the embedder is to the caller.
fn fault(field: &str, error: &embedder::Error) -> Error {
    match error {
        embedder::Error::Missing(problem) => {
            Error::new(Code::Unavailable, format!("{problem}; or send vectors instead of text")).retry_after(60)
        }
        embedder::Error::TooLong { .. } | embedder::Error::Empty => Error::impossible(field, error.to_string()),
        embedder::Error::Overloaded => Error::new(Code::Unavailable, error.to_string()).retry_after(2),
        embedder::Error::Failed => Error::internal(),
    }
}

/// Refuses texts for a collection whose vectors are another model's, or nobody's.
///
/// # Errors
/// When the vectors of texts could not be compared with those that are there.
pub fn check(field: &str, spec: &Spec, model: &TextModel) -> Result<(), Error> {
    let name = &spec.name;
    let Some(known) = &spec.model else {
        let message =
            format!("the collection {name} has no model: its vectors are yours, so send vectors, not text alone");
        return Err(Error::impossible(field, message));
    };
    let own = model.identity()?;
    if *known == own {
        return Ok(());
    }
    let said = |model: &Model| format!("{} (revision {}, {})", model.name, model.revision, model.pooling);
    let (known, own) = (said(known), said(&own));
    let message =
        format!("the collection {name} has vectors of {known}, and the model here is {own}: they cannot be compared");
    Err(Error::field(Code::Conflict, field, message))
}
