//! What operations answer, in the document: when all goes well, in a batch, and when it does not.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::SCHEMAS;
use crate::error::Code;
use crate::operation::answer::Makes;
use crate::operation::registration::About;

/// Codes every operation may answer with, by status; the text is the response's description.
pub(super) const ERRORS: [(&str, Code, &str); 13] = [
    ("400", Code::ValidationError, "The body cannot be read, or a field is missing, unknown or out of range."),
    ("401", Code::Unauthorized, "No API key, or one nobody has."),
    ("403", Code::Forbidden, "The key may not use this."),
    ("404", Code::NotFound, "No such path."),
    ("409", Code::Conflict, "What is there already stands in the way."),
    ("413", Code::PayloadTooLarge, "The body is larger than the limit the message names."),
    ("415", Code::UnsupportedMediaType, "A kind of body this operation does not read."),
    ("422", Code::Unprocessable, "Well-formed, but it cannot be done."),
    ("429", Code::RateLimited, "The plan's limit is used up; Retry-After says for how many seconds."),
    ("500", Code::InternalError, "Our fault."),
    ("502", Code::BadGateway, "A service behind the gateway did not answer properly."),
    ("503", Code::Unavailable, "Overloaded, or a part that is not running; try again later."),
    ("504", Code::DeadlineExceeded, "Not done in time."),
];

/// What an operation answers when all goes well.
pub(super) fn answer(operation: &About, responses: &mut SchemaGenerator) -> Value {
    let bytes = |kind: &str| match kind {
        // Clients read it as what is written in it.
        "application/yaml" => json!({ "schema": {} }),
        _ => json!({ "schema": { "type": "string", "format": "binary" } }),
    };
    let Some(facts) = operation.response_schema else {
        let mut object = response("Done; it arrives as it is made.", &json!({}));
        let content = operation.answers.iter().map(|kind| ((*kind).to_owned(), bytes(kind)));
        object["content"] = Value::Object(content.collect());
        return object;
    };
    // Anything is written as generators of clients read it.
    let facts = Some(facts(responses).to_value()).filter(|facts| !facts.is_boolean()).unwrap_or_else(|| json!({}));
    let (name, file) = match operation.makes {
        Makes::Nothing => return response("Done.", &facts),
        Makes::Events => {
            let mut object = response("Done; in events if the request asks for them.", &facts);
            object["content"]["text/event-stream"] = json!({ "schema": { "type": "string" } });
            return object;
        }
        Makes::File | Makes::MayFile => ("file", json!({ "$ref": format!("{SCHEMAS}FileResult") })),
        Makes::Files => ("files", json!({ "type": "array", "items": { "$ref": format!("{SCHEMAS}FileResult") } })),
    };
    let mut files = json!({ "type": "object", "properties": { name: file }, "required": [name] });
    if operation.makes == Makes::MayFile {
        files.as_object_mut().map(|files| files.remove("required"));
    }
    let mut object = response("Done.", &json!({ "allOf": [files, facts] }));
    let archive = (operation.makes == Makes::Files).then_some("application/zip");
    for kind in operation.answers.iter().copied().chain(archive) {
        // A file of JSON and the answer in JSON have one media type.
        object["content"][kind] = if kind == "application/json" {
            json!({ "schema": { "anyOf": [object["content"][kind]["schema"], {}] } })
        } else {
            bytes(kind)
        };
    }
    object["headers"]["X-Result"] = json!({
        "description": "Beside bytes: the facts as JSON, at most 2 KB.", "schema": { "type": "string" },
    });
    object
}

/// The answer to a batch, and a file in an answer: written by hand, because what is in them is anything.
pub(super) fn shared_schemas() -> [(&'static str, Value); 2] {
    let batch = json!({
        "type": "object",
        "description": "The answers to the items of a batch.",
        "required": ["items", "succeeded", "failed", "warnings"],
        "properties": {
            "items": { "type": "array", "description": "One for each item, in their order.", "items": {
                "type": "object",
                "required": ["index", "status"],
                "properties": {
                    "index": { "type": "integer", "minimum": 0, "description": "The place of the item." },
                    "status": { "type": "integer", "description": "The status it would have had by itself." },
                    "retryAfter": { "type": "integer", "minimum": 0, "description": "Seconds after which the item may be sent again, when there was no room or no time for it." },
                    "result": { "type": "object", "description": "The answer, when it succeeded.", "additionalProperties": true },
                    "error": { "type": "object", "description": "What went wrong, when it failed.", "additionalProperties": true },
                },
            } },
            "succeeded": { "type": "integer", "minimum": 0, "description": "Items that succeeded." },
            "failed": { "type": "integer", "minimum": 0, "description": "Items that failed." },
            "warnings": { "type": "array", "items": { "$ref": format!("{SCHEMAS}Warning") }, "description": "Of the batch; those of items are in their results." },
        },
    });
    let file = json!({
        "type": "object",
        "description": "A file in an answer: its bytes with output=base64, a link with output=url.",
        "required": ["contentType", "size"],
        "properties": {
            "name": { "type": ["string", "null"], "description": "Its name." },
            "contentType": { "type": "string", "description": "Its media type." },
            "size": { "type": "integer", "minimum": 0, "description": "Its bytes." },
            "base64": { "type": "string", "description": "Its bytes in base64." },
            "url": { "type": "string", "description": "A link that works until it expires." },
            "expiresAt": { "type": "string", "description": "When the link expires (RFC 3339)." },
        },
    });
    [("Batch", batch), ("FileResult", file)]
}

/// Whether an operation can fail that way.
pub(super) fn can_happen(code: Code, operation: &About) -> bool {
    match code {
        Code::Unauthorized | Code::Forbidden => !operation.public,
        Code::Conflict | Code::PayloadTooLarge | Code::UnsupportedMediaType | Code::Unprocessable => {
            !operation.is_query_only()
        }
        _ => true,
    }
}

/// An answer in JSON.
pub(super) fn response(description: &str, schema: &Value) -> Value {
    json!({
        "description": description,
        "headers": { "X-Request-ID": { "description": "Finds this request in the logs.", "schema": { "type": "string" } } },
        "content": { "application/json": { "schema": schema } },
    })
}

/// An answer that says what went wrong.
pub(super) fn error_response(status: &str, description: &str) -> Value {
    let mut object = response(description, &json!({ "$ref": format!("{SCHEMAS}Error") }));
    if matches!(status, "429" | "503") {
        object["headers"]["Retry-After"] =
            json!({ "description": "Seconds until trying again makes sense.", "schema": { "type": "integer" } });
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_table_has_the_status_of_each_code() {
        for (status, code, _) in ERRORS {
            assert_eq!(status, code.status().as_str());
        }
    }
}
