//! Anthropic's messages (API version 2023-06-01).

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::events::Event;
use super::{Reading, Server};
use crate::fault::Fault;
use crate::piece::{CallPart, Finish, Piece, Usage};
use crate::prompt::{Format, Message, Part, Prompt, Role};

/// Tokens of an answer where the request does not say: the contract wants a number.
const ANSWER: u32 = 4096;
const ONLY_JSON: &str = "Answer with one JSON object and nothing else: no text before or after it, no code fence.";

/// A server of this contract.
pub(crate) struct Anthropic {
    server: Arc<Server>,
}

impl Anthropic {
    pub(super) fn new(server: Server) -> Self {
        Self { server: Arc::new(server) }
    }

    pub(super) fn server(&self) -> Arc<Server> {
        self.server.clone()
    }

    pub(super) fn request(model: &str, prompt: &Prompt) -> Result<Map<String, Value>, Fault> {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        let system = prompt.messages.iter().filter(|message| message.role == Role::System).map(Message::text);
        let form = match &prompt.format {
            Format::Text => None,
            Format::Object => Some(ONLY_JSON.to_owned()),
            Format::Schema { schema, .. } => Some(format!("{ONLY_JSON} It must fit this JSON Schema: {schema}")),
        };
        let system: Vec<String> = system.chain(form).collect();
        put("model", Some(model.into()));
        put("max_tokens", Some(prompt.max_tokens.unwrap_or(ANSWER).into()));
        put("system", (!system.is_empty()).then(|| system.join("\n\n").into()));
        put("messages", Some(messages(&prompt.messages)?));
        put("temperature", prompt.wished_temperature().map(|temperature| temperature.min(1.0).into()));
        put("top_p", prompt.top_p.map(Into::into));
        let stops = prompt.stop.iter().filter(|stop| !stop.trim().is_empty());
        let stops: Value = stops.cloned().collect::<Vec<_>>().into();
        put("stop_sequences", (stops != json!([])).then_some(stops));
        put("tools", (!prompt.tools.is_empty()).then(|| prompt.tools.iter().filter_map(tool).collect()));
        put("tool_choice", prompt.tool_choice.as_ref().filter(|_| !prompt.tools.is_empty()).and_then(tool_choice));
        put("stream", Some(true.into()));
        Ok(body)
    }
}

/// Turns of user and assistant, blocks of the same side together; results of tools are the user's.
fn messages(messages: &[Message]) -> Result<Value, Fault> {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (side, blocks) = match message.role {
            Role::System => continue,
            Role::User => ("user", parts(message)?),
            Role::Tool => {
                let id = message.tool_call_id.as_deref().unwrap_or_default();
                let result = json!({ "type": "tool_result", "tool_use_id": id, "content": parts(message)? });
                ("user", vec![result])
            }
            Role::Assistant => {
                let mut blocks = parts(message)?;
                for call in &message.tool_calls {
                    let input: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
                    blocks.push(json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input }));
                }
                ("assistant", blocks)
            }
        };
        match turns.last_mut() {
            Some((last, before)) if *last == side => before.extend(blocks),
            _ => turns.push((side, blocks)),
        }
    }
    let turns = turns.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    let turns: Vec<Value> = turns.map(|(role, content)| json!({ "role": role, "content": content })).collect();
    match turns.is_empty() {
        true => Err(Fault::Impossible { field: "messages", message: "one must be the user's".to_owned() }),
        false => Ok(turns.into()),
    }
}

fn parts(message: &Message) -> Result<Vec<Value>, Fault> {
    let written = message.content.iter().filter(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    written.map(part).collect()
}

fn part(part: &Part) -> Result<Value, Fault> {
    match part {
        Part::Text(text) => Ok(json!({ "type": "text", "text": text })),
        Part::Image { url, .. } => {
            let data = url.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
            let (kind, data) = data.ok_or_else(|| Fault::Impossible {
                field: "messages",
                message: "a picture must be a data URI with base64".to_owned(),
            })?;
            let source = json!({ "type": "base64", "media_type": kind, "data": data });
            Ok(json!({ "type": "image", "source": source }))
        }
    }
}

fn tool(tool: &Value) -> Option<Value> {
    let function = tool.get("function")?.as_object()?;
    let mut written = Map::new();
    written.insert("name".to_owned(), function.get("name")?.clone());
    if let Some(description) = function.get("description") {
        written.insert("description".to_owned(), description.clone());
    }
    let schema = function.get("parameters").filter(|schema| schema.is_object()).cloned();
    written.insert("input_schema".to_owned(), schema.unwrap_or_else(|| json!({ "type": "object" })));
    Some(Value::Object(written))
}

fn tool_choice(choice: &Value) -> Option<Value> {
    match choice.as_str() {
        Some("auto") => Some(json!({ "type": "auto" })),
        Some("required") => Some(json!({ "type": "any" })),
        Some("none") => Some(json!({ "type": "none" })),
        _ => Some(json!({ "type": "tool", "name": choice["function"]["name"].as_str()? })),
    }
}

/// Events to pieces.
#[derive(Default)]
pub(super) struct Blocks {
    /// Which call of a tool a block is.
    calls: HashMap<u64, u32>,
    prompt: u64,
    details: Map<String, Value>,
    finish: Option<Finish>,
    usage: Option<Usage>,
    finished: bool,
}

impl Reading for Blocks {
    fn event(&mut self, server: &Server, event: Event) -> Result<Vec<Piece>, Fault> {
        if event.data.trim().is_empty() {
            return Ok(Vec::new());
        }
        let event: Value =
            serde_json::from_str(&event.data).map_err(|_| Fault::Malformed("an event is not valid JSON"))?;
        let piece = match event["type"].as_str() {
            Some("message_start") => {
                self.count_prompt(&event["message"]["usage"]);
                Piece::default()
            }
            Some("content_block_start") => self.block(&event["content_block"], event["index"].as_u64().unwrap_or(0)),
            Some("content_block_delta") => self.delta(&event["delta"], event["index"].as_u64().unwrap_or(0)),
            Some("message_delta") => {
                self.finish = event["delta"]["stop_reason"].as_str().map(finish).or(self.finish.take());
                let completion = event["usage"]["output_tokens"].as_u64();
                if let Some(completion) = completion {
                    let details = self.details.clone();
                    self.usage = Some(Usage { prompt: self.prompt, completion, details });
                }
                Piece::default()
            }
            Some("message_stop") => self.end()?,
            Some("error") => return Err(server.reported(&event)),
            // `ping`, and what is added to the contract later.
            Some(_) => Piece::default(),
            None if event.get("error").is_some() => return Err(server.reported(&event)),
            None => return Err(Fault::Malformed("an event has no type")),
        };
        Ok(vec![piece])
    }

    fn whole(&mut self, _: &Server, answer: &Value) -> Result<Vec<Piece>, Fault> {
        let blocks = answer["content"].as_array().ok_or(Fault::Malformed("it has no content"))?;
        let mut pieces: Vec<Piece> = Vec::new();
        for (index, block) in (0..).zip(blocks) {
            let mut piece = self.block(block, index);
            if let Some(call) = piece.calls.first_mut() {
                call.arguments = block["input"].to_string();
            }
            pieces.push(piece);
        }
        self.count_prompt(&answer["usage"]);
        let completion = answer["usage"]["output_tokens"].as_u64().unwrap_or(0);
        self.usage = Some(Usage { prompt: self.prompt, completion, details: self.details.clone() });
        self.finish = answer["stop_reason"].as_str().map(finish);
        pieces.push(self.end()?);
        Ok(pieces)
    }

    fn is_finished(&self) -> bool {
        self.finished
    }
}

impl Blocks {
    /// The prompt's tokens, those that were read from its cache or written there among them.
    fn count_prompt(&mut self, usage: &Value) {
        let count = |name: &str| usage[name].as_u64().unwrap_or(0);
        let read = count("cache_read_input_tokens");
        self.prompt = count("input_tokens") + read + count("cache_creation_input_tokens");
        if read > 0 {
            self.details.insert("prompt_tokens_details".to_owned(), json!({ "cached_tokens": read }));
        }
    }

    fn block(&mut self, block: &Value, index: u64) -> Piece {
        let text = |name: &str| block[name].as_str().map(str::to_owned);
        match block["type"].as_str() {
            Some("text") => Piece::text(text("text").unwrap_or_default()),
            Some("tool_use") => {
                let call = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
                self.calls.insert(index, call);
                let part = CallPart { index: call, id: text("id"), name: text("name"), arguments: String::new() };
                Piece { calls: vec![part], ..Piece::default() }
            }
            _ => Piece::default(),
        }
    }

    fn delta(&self, delta: &Value, index: u64) -> Piece {
        let text = |name: &str| delta[name].as_str().unwrap_or_default();
        match delta["type"].as_str() {
            Some("text_delta") => Piece::text(text("text")),
            Some("input_json_delta") => {
                let index = self.calls.get(&index).copied().unwrap_or(0);
                let part = CallPart { index, arguments: text("partial_json").to_owned(), ..CallPart::default() };
                Piece { calls: vec![part], ..Piece::default() }
            }
            Some("thinking_delta") => {
                let thought = ("reasoning_content".to_owned(), text("thinking").into());
                Piece { extra: Map::from_iter([thought]), ..Piece::default() }
            }
            _ => Piece::default(),
        }
    }

    fn end(&mut self) -> Result<Piece, Fault> {
        let finish = self.finish.take().ok_or(Fault::Malformed("it does not say how it ended"))?;
        self.finished = true;
        Ok(Piece { finish: Some(finish), usage: self.usage.take(), ..Piece::default() })
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "end_turn" | "stop_sequence" | "pause_turn" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::ToolCalls,
        "refusal" => Finish::ContentFilter,
        other => Finish::of(other),
    }
}
