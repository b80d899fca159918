//! What chat completions and responses have in common: messages, schemas, ids.

use chassis::{Code, Error};
use chat::{Format, Message, Part, Role, ToolCall};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes of a picture as a data URI.
const MAX_IMAGE: usize = 20 * 1024 * 1024;

/// A message of OpenAI's API.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub struct OpenaiMessage {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    #[garde(length(chars, min = 1, max = 20))]
    pub role: String,
    /// Text, or a list of parts: `{"type": "text", "text"}`, `{"type": "image_url", "image_url": {"url", "detail"}}`.
    #[serde(default)]
    pub content: Value,
    /// Tools the model called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 128))]
    pub tool_calls: Vec<Value>,
    /// The call that a tool's result answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 200))]
    pub tool_call_id: Option<String>,
    /// Its author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 200))]
    pub name: Option<String>,
}

/// An id that nothing else has.
pub(crate) fn id(prefix: &str) -> String {
    format!("{prefix}{}", uuid::Uuid::new_v4().simple())
}

fn wrong(field: String, message: &str) -> Error {
    Error::field(Code::ValidationError, field, message)
}

/// The messages of chat completions.
pub(crate) fn read(messages: Vec<OpenaiMessage>) -> Result<Vec<Message>, Error> {
    let one = |(index, message): (usize, OpenaiMessage)| {
        let at = format!("messages[{index}]");
        let role = role(&message.role, &at)?;
        let tool_calls = message.tool_calls.iter().enumerate();
        let tool_calls = tool_calls.map(|(number, call)| tool_call(call, format!("{at}.tool_calls[{number}]")));
        let tool_calls: Vec<ToolCall> = tool_calls.collect::<Result<_, _>>()?;
        let content = content(&message.content, &format!("{at}.content"))?;
        if content.is_empty() && tool_calls.is_empty() && role != Role::Assistant && role != Role::Tool {
            return Err(wrong(format!("{at}.content"), "must be text or a list of parts"));
        }
        Ok(Message { role, content, tool_calls, tool_call_id: message.tool_call_id, name: message.name })
    };
    messages.into_iter().enumerate().map(one).collect()
}

/// A role by its name.
pub(crate) fn role(name: &str, at: &str) -> Result<Role, Error> {
    match name {
        "system" | "developer" => Ok(Role::System),
        "user" => Ok(Role::User),
        "assistant" => Ok(Role::Assistant),
        "tool" | "function" => Ok(Role::Tool),
        _ => Err(wrong(format!("{at}.role"), "must be system, developer, user, assistant or tool")),
    }
}

/// The parts of a message, by the names of both contracts. Links to pictures are fetched before.
pub(crate) fn content(content: &Value, at: &str) -> Result<Vec<Part>, Error> {
    match content {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(vec![Part::Text(text.clone())]),
        Value::Array(parts) => {
            let parts = parts.iter().enumerate();
            parts.map(|(number, written)| part(written, format!("{at}[{number}]"))).collect()
        }
        _ => Err(wrong(at.to_owned(), "must be text or a list of parts")),
    }
}

fn part(part: &Value, at: String) -> Result<Part, Error> {
    match part["type"].as_str() {
        Some("text" | "input_text" | "output_text") => match part["text"].as_str() {
            Some(text) => Ok(Part::Text(text.to_owned())),
            None => Err(wrong(format!("{at}.text"), "must be text")),
        },
        Some("refusal") => Ok(Part::Text(part["refusal"].as_str().unwrap_or_default().to_owned())),
        Some("image_url" | "input_image") => {
            let image = &part["image_url"];
            let url = image.as_str().or_else(|| image["url"].as_str());
            let detail = image["detail"].as_str().or_else(|| part["detail"].as_str());
            match url.filter(|url| url.starts_with("data:image/") && url.len() <= MAX_IMAGE) {
                Some(url) => Ok(Part::Image { url: url.to_owned(), detail: detail.map(str::to_owned) }),
                None => Err(wrong(format!("{at}.image_url"), "must be a link, or a data URI of a picture up to 20 MB")),
            }
        }
        _ => Err(wrong(format!("{at}.type"), "must be text or image_url: other parts are not passed on")),
    }
}

fn tool_call(call: &Value, at: String) -> Result<ToolCall, Error> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let function = &call["function"];
    match (text(&call["id"]), text(&function["name"]), text(&function["arguments"])) {
        (Some(id), Some(name), Some(arguments)) => Ok(ToolCall { id, name, arguments }),
        _ => Err(wrong(at, "must have an id, function.name and function.arguments")),
    }
}

/// The form of an answer that fits a schema.
pub(crate) fn schema(written: &Value, at: &str) -> Result<Format, Error> {
    let schema = &written["schema"];
    if !schema.is_object() {
        return Err(wrong(format!("{at}.schema"), "must be a JSON Schema"));
    }
    let name = written["name"].as_str().unwrap_or("answer").chars().take(64).collect();
    Ok(Format::Schema { name, schema: schema.clone(), strict: written["strict"].as_bool().unwrap_or(false) })
}
