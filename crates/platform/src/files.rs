//! Keep a file for an hour: for requests that name it by its id, and for whoever gets its link.

use std::sync::Arc;

use chassis::{Call, Error, File, KeptFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the document says.
pub(crate) const DESCRIPTION: &str = "\
Send the file as the body, as a part of a multipart body, or as `file` in JSON (URL, data URI, base64). Its `id` works as \
a file in any request of the same API key, as `{\"id\": \"...\"}`; its `url` opens it to whoever has it. Both end at \
`expiresAt`, after an hour unless the operator chose another time.";

/// A file to keep.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub struct UploadRequest {
    /// The file.
    pub file: File,
}

/// Where it is kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadResponse {
    /// The kept file.
    pub file: KeptFile,
}

/// A request that works.
pub(crate) fn example() -> UploadRequest {
    UploadRequest { file: File::new("hello.txt", "text/plain", "hello") }
}

/// Keeps a file.
///
/// # Errors
/// When the store does not answer or is full.
pub async fn upload(request: UploadRequest, call: Arc<Call>) -> Result<UploadResponse, Error> {
    Ok(UploadResponse { file: call.keep(&request.file).await? })
}
