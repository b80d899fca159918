//! What an operation answers: a flat object, and the files it made.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::call::Warning;
use crate::error::Error;
use crate::files::{Content, File};

/// Files an operation makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// None: the answer is JSON.
    Nothing,
    /// One.
    File,
    /// Several.
    Files,
}

/// The answer of an operation: a flat object, [`WithFile`] or [`WithFiles`].
pub trait OperationResponse: Send + 'static {
    /// The files it makes.
    const MAKES: Makes;

    /// The schema of the object.
    fn facts(generator: &mut SchemaGenerator) -> Schema;

    /// The answer with its warnings; nothing for those of another product's contract.
    ///
    /// # Errors
    /// When it is no object, which is our fault.
    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error>;
}

/// An answer, written.
pub struct Answer {
    /// The object.
    pub(crate) json: Vec<u8>,
    /// The files that were made.
    pub(crate) files: Vec<Content>,
}

impl<T: Serialize + JsonSchema + Send + 'static> OperationResponse for T {
    const MAKES: Makes = Makes::Nothing;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        Ok(Answer { json: write(&self, warnings)?, files: Vec::new() })
    }
}

/// A file made, and what there is to say about it. The file goes out as bytes, base64 or a link, as the caller asks.
pub struct WithFile<R> {
    /// The file.
    pub file: File,
    /// What there is to say about it: small, it travels in a header beside the bytes.
    pub facts: R,
}

impl<R: Serialize + JsonSchema + Send + 'static> OperationResponse for WithFile<R> {
    const MAKES: Makes = Makes::File;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<R>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        Ok(Answer { json: write(&self.facts, warnings)?, files: vec![self.file.content().clone()] })
    }
}

/// Files made, and what there is to say about them. As bytes they go out in a zip archive.
pub struct WithFiles<R> {
    /// The files.
    pub files: Vec<File>,
    /// What there is to say about them.
    pub facts: R,
}

impl<R: Serialize + JsonSchema + Send + 'static> OperationResponse for WithFiles<R> {
    const MAKES: Makes = Makes::Files;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<R>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        let files = self.files.iter().map(|file| file.content().clone()).collect();
        Ok(Answer { json: write(&self.facts, warnings)?, files })
    }
}

/// An object as JSON, with its warnings.
fn write(answer: &impl Serialize, warnings: Option<&[Warning]>) -> Result<Vec<u8>, Error> {
    let unwritable = |problem: &dyn std::fmt::Display| {
        tracing::error!(%problem, "an answer cannot be written");
        Error::internal()
    };
    let mut json = Vec::with_capacity(256);
    serde_json::to_writer(&mut json, answer).map_err(|error| unwritable(&error))?;
    let Some(warnings) = warnings else { return Ok(json) };
    if json.pop() != Some(b'}') {
        return Err(unwritable(&"it is not an object"));
    }
    json.extend_from_slice(if json.len() > 1 { br#","warnings":"# } else { br#""warnings":"# });
    serde_json::to_writer(&mut json, warnings).map_err(|error| unwritable(&error))?;
    json.push(b'}');
    Ok(json)
}
