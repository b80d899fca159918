//! Read the text of a picture, without places.

use std::sync::Arc;

use chassis::{Call, Error, File, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Readers;
use crate::reading::Manner;
use crate::recognize::{english, example_picture, read};
use crate::source;

/// What the document says.
const DESCRIPTION: &str = "\
Reads the text of a picture and answers with it alone: a line each, an empty line between blocks. `recognize` tells where each word is.";

/// A picture to read.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TextRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// The page of a TIFF or the frame of an animation, from 1.
    #[serde(default)]
    #[garde(range(min = 1, max = 10_000))]
    pub page: Option<u32>,
}

/// The text of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextResponse {
    /// The text: a line each, an empty one between blocks.
    pub text: String,
    /// Mean confidence of the words, weighted by their characters, 0 to 1; null when nothing was read.
    pub confidence: Option<f64>,
}

/// A request that works.
#[must_use]
pub fn example() -> TextRequest {
    TextRequest { image: example_picture(), languages: english(), page: None }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read the text of a picture").description(DESCRIPTION).example(example)
}

/// Reads the text of a picture.
///
/// # Errors
/// When the picture cannot be read, a language is not installed, or Tesseract is not there.
pub async fn text(request: TextRequest, call: Arc<Call>, readers: Arc<Readers>) -> Result<TextResponse, Error> {
    let manner = Manner { page: request.page.unwrap_or(1), ..Manner::default() };
    let read = read(&readers, &call, &request.languages, manner, &request.image).await?;
    source::warn_of_pages(read.pages, request.page, &call);
    Ok(TextResponse { text: read.page.text(), confidence: read.page.confidence() })
}
