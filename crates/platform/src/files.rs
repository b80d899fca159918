//! Upload a file, to be used in requests by its id or downloaded by its URL until it expires.

use std::sync::Arc;

use chassis::{Call, Error, File, KeptFile, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The description in the OpenAPI document.
const DESCRIPTION: &str = "\
Send the file as the request body, as a part of a multipart body, or as `file` in JSON (URL, data URI or base64). Its `id` can \
be used as a file in any request made with the same API key, as `{\"id\": \"...\"}`. Anyone with its `url` can download it. \
Both expire at `expiresAt`: after one hour, unless the server is configured otherwise.";

/// The file to upload.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub struct UploadRequest {
    /// The file.
    pub file: File,
}

/// The uploaded file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadResponse {
    /// Id, URL and expiry of the uploaded file.
    pub file: KeptFile,
}

fn example() -> UploadRequest {
    UploadRequest { file: File::new("hello.txt", "text/plain", "hello") }
}

/// Describes the operation for its registration.
pub(crate) fn about(op: Operation) -> Operation {
    op.summary("Upload a file for use in requests or to share by URL").description(DESCRIPTION).example(example)
}

/// Keeps a file until it expires.
///
/// # Errors
/// If the store is unavailable or full.
pub async fn upload(request: UploadRequest, call: Arc<Call>) -> Result<UploadResponse, Error> {
    Ok(UploadResponse { file: call.keep(&request.file).await? })
}
