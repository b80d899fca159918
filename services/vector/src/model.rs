//! The model that makes vectors of texts.

use chassis::{Call, Code, Error};

use crate::store::{Model, Spec};

/// Makes vectors of texts.
#[derive(Clone)]
pub struct TextModel(std::convert::Infallible);

impl TextModel {
    pub fn identity(&self) -> Result<Model, Error> {
        match self.0 {}
    }
    pub fn dimensions(&self) -> Result<usize, Error> {
        match self.0 {}
    }
    pub fn limit(&self) -> Result<usize, Error> {
        match self.0 {}
    }
    pub async fn documents(
        &self,
        _: &Call,
        _: Vec<String>,
        _: impl Fn(usize) -> String + Send + Sync + 'static,
    ) -> Result<Vec<Vec<f32>>, Error> {
        match self.0 {}
    }
    pub async fn query(&self, _: &Call, _: &str) -> Result<Vec<f32>, Error> {
        match self.0 {}
    }
}

/// No model is there.
#[must_use]
pub fn missing() -> Error {
    let message = "there is no model for texts here: run `flowforge models pull`, or send vectors instead of text";
    Error::new(Code::Unavailable, message).retry_after(60)
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
