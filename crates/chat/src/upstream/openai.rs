//! OpenAI's chat completions, as most servers speak them.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::events::Event;
use super::{Reading, Server};
use crate::config::Upstream;
use crate::fault::Fault;
use crate::piece::{CallPart, Finish, Piece, Usage};
use crate::prompt::{Format, Message, Part, Prompt, Role, ToolCall};

const NOT_JSON: Fault = Fault::Malformed("an event is not valid JSON");

/// A server of this contract.
pub(crate) struct Openai {
    server: Arc<Server>,
    limit: String,
    stream_usage: bool,
}

impl Openai {
    pub(super) fn new(server: Server, upstream: &Upstream) -> Self {
        // OpenAI's reasoning models know the newer name alone.
        let newer = server.url.host_str().is_some_and(|host| host == "openai.com" || host.ends_with(".openai.com"));
        let usual = if newer { "max_completion_tokens" } else { "max_tokens" };
        let limit = upstream.max_tokens_field.clone().unwrap_or_else(|| usual.to_owned());
        Self { server: Arc::new(server), limit, stream_usage: upstream.stream_usage }
    }

    pub(super) fn server(&self) -> Arc<Server> {
        self.server.clone()
    }

    pub(super) fn request(&self, model: &str, prompt: &Prompt) -> Map<String, Value> {
        let mut body = prompt.extra.clone();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        put("model", Some(model.into()));
        put("messages", Some(prompt.messages.iter().map(message).collect()));
        put(&self.limit, prompt.max_tokens.map(Into::into));
        put("temperature", prompt.wished_temperature().map(Into::into));
        put("top_p", prompt.top_p.map(Into::into));
        put("seed", prompt.seed.map(Into::into));
        put("presence_penalty", prompt.presence_penalty.map(Into::into));
        put("frequency_penalty", prompt.frequency_penalty.map(Into::into));
        put("stop", (!prompt.stop.is_empty()).then(|| prompt.stop.clone().into()));
        put("tools", (!prompt.tools.is_empty()).then(|| prompt.tools.clone().into()));
        put("tool_choice", prompt.tool_choice.clone());
        put(
            "response_format",
            match &prompt.format {
                Format::Text => None,
                Format::Object => Some(json!({ "type": "json_object" })),
                Format::Schema { name, schema, strict } => Some(
                    json!({ "type": "json_schema", "json_schema": { "name": name, "schema": schema, "strict": strict } }),
                ),
            },
        );
        put("stream", Some(true.into()));
        put("stream_options", self.stream_usage.then(|| json!({ "include_usage": true })));
        body
    }
}

fn message(message: &Message) -> Value {
    let mut written = Map::new();
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    written.insert("role".to_owned(), role.into());
    let content = match message.content.as_slice() {
        [] => Value::Null,
        // What all servers understand.
        [Part::Text(text)] => text.clone().into(),
        parts => parts.iter().map(part).collect(),
    };
    written.insert("content".to_owned(), content);
    if !message.tool_calls.is_empty() {
        written.insert("tool_calls".to_owned(), message.tool_calls.iter().map(call).collect());
    }
    if let Some(id) = &message.tool_call_id {
        written.insert("tool_call_id".to_owned(), id.clone().into());
    }
    if let Some(name) = &message.name {
        written.insert("name".to_owned(), name.clone().into());
    }
    Value::Object(written)
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({ "type": "text", "text": text }),
        Part::Image { url, detail: None } => json!({ "type": "image_url", "image_url": { "url": url } }),
        Part::Image { url, detail } => json!({ "type": "image_url", "image_url": { "url": url, "detail": detail } }),
    }
}

fn call(call: &ToolCall) -> Value {
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } })
}

/// What is read of a chunk, or of an answer that came whole; the rest says who made it and when.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Chunk {
    error: Value,
    choices: Value,
    usage: Value,
}

/// Chunks to pieces.
#[derive(Default)]
pub(super) struct Chunks {
    finished: bool,
}

impl Reading for Chunks {
    fn event(&mut self, server: &Server, event: Event) -> Result<Vec<Piece>, Fault> {
        let data = event.data.trim();
        if data.is_empty() || data == "[DONE]" {
            return Ok(Vec::new());
        }
        if event.name == "error" {
            let error: Value = serde_json::from_str(data).map_err(|_| NOT_JSON)?;
            return Err(server.reported(&error));
        }
        if !data.starts_with('{') {
            return Err(Fault::Malformed("an event is no object"));
        }
        let chunk: Chunk = serde_json::from_str(data).map_err(|_| NOT_JSON)?;
        if !chunk.error.is_null() {
            return Err(server.reported(&json!({ "error": chunk.error })));
        }
        let piece = self.piece(chunk, "delta")?;
        Ok(vec![piece])
    }

    fn whole(&mut self, _: &Server, answer: &Value) -> Result<Vec<Piece>, Fault> {
        if !answer["choices"][0]["message"].is_object() {
            return Err(Fault::Malformed("it has no choice with a message"));
        }
        let chunk = Chunk { choices: answer["choices"].clone(), usage: answer["usage"].clone(), ..Chunk::default() };
        Ok(vec![self.piece(chunk, "message")?])
    }

    fn is_finished(&self) -> bool {
        self.finished
    }
}

impl Chunks {
    /// The piece of a chunk. Only the first choice is ever asked for.
    fn piece(&mut self, chunk: Chunk, part: &str) -> Result<Piece, Fault> {
        let mut piece = Piece { usage: usage(&chunk.usage), ..Piece::default() };
        let choices = match chunk.choices {
            Value::Array(choices) => choices,
            Value::Null => Vec::new(),
            _ => return Err(Fault::Malformed("its choices are no list")),
        };
        let is_first = |choice: &Value| choice["index"].as_u64().unwrap_or(0) == 0;
        let Some(mut choice) = choices.into_iter().find(is_first) else { return Ok(piece) };
        if let Some(Value::Object(fields)) = choice.get_mut(part).map(Value::take) {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("role", _) | (_, Value::Null) => {}
                    ("content", Value::String(text)) => piece.text = text,
                    ("content", _) => return Err(Fault::Malformed("its content is no text")),
                    ("tool_calls", Value::Array(calls)) => {
                        piece.calls = calls.iter().enumerate().map(|(at, call)| call_part(at, call)).collect();
                    }
                    (_, value) => _ = piece.extra.insert(name, value),
                }
            }
        }
        piece.logprobs = choice.get_mut("logprobs").map(Value::take).filter(|logprobs| !logprobs.is_null());
        if let Some(reason) = choice["finish_reason"].as_str().filter(|_| !self.finished) {
            self.finished = true;
            piece.finish = Some(Finish::of(reason));
        }
        Ok(piece)
    }
}

fn call_part(at: usize, call: &Value) -> CallPart {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let function = &call["function"];
    let arguments = match &function["arguments"] {
        Value::String(arguments) => arguments.clone(),
        Value::Null => String::new(),
        // Some servers send them unwritten.
        object => object.to_string(),
    };
    let index = call["index"].as_u64().and_then(|index| u32::try_from(index).ok());
    let index = index.unwrap_or_else(|| u32::try_from(at).unwrap_or(u32::MAX));
    CallPart { index, id: text(&call["id"]), name: text(&function["name"]), arguments }
}

fn usage(usage: &Value) -> Option<Usage> {
    let usage = usage.as_object()?;
    let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or(0);
    let known = ["prompt_tokens", "completion_tokens", "total_tokens"];
    let details = usage.iter().filter(|(name, value)| !known.contains(&name.as_str()) && value.is_object());
    let details = details.map(|(name, value)| (name.clone(), value.clone())).collect();
    Some(Usage { prompt: count("prompt_tokens"), completion: count("completion_tokens"), details })
}
