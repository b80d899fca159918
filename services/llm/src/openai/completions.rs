//! Chat completions, as OpenAI's API has them.

use std::sync::Arc;

use chassis::{Call, Code, Error, Event, Events, Operation, Reply};
use chat::{Answering, CallPart, Finish, Format, Piece, Pieces, Prompt, Said, ToolCall, Usage};
use futures_util::{StreamExt, stream};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::foreign;
use super::messages::{self, OpenaiMessage};
use super::pictures::{self, links};
use crate::asking;
use crate::held::Llm;

const DESCRIPTION: &str = "\
Chat completions in the shape of OpenAI's API: point a client at this base URL with a key of ours. `model` is a name the operator has \
configured, or `default`. Tools, pictures, log probabilities and further sampling options are passed to OpenAI-compatible \
upstreams, tools and pictures to Anthropic too; the model of this process takes neither. Pictures by link are fetched here and \
passed on in place: 15 MB each, 50 of them, 40 MB together. One choice is made (`n` is 1). A stream that breaks off ends with an event that holds an error, without `[DONE]`.";

/// A request of OpenAI's API; fields that are not here are ignored.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub struct CompletionRequest {
    /// Name of the model.
    #[garde(length(chars, min = 1, max = 200))]
    pub model: String,
    /// The conversation.
    #[garde(length(min = 1, max = 2000), dive)]
    pub messages: Vec<OpenaiMessage>,
    /// Maximum number of tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_tokens: Option<u32>,
    /// The same, by its newer name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_completion_tokens: Option<u32>,
    /// Sampling temperature, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 0.0, max = 1.0))]
    pub top_p: Option<f64>,
    /// Choices to make: only 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1, max = 1))]
    pub n: Option<u32>,
    /// A string that ends the answer, or a list of them.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub stop: Value,
    /// Seed of the sampling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Penalty for tokens that were said, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = -2.0, max = 2.0))]
    pub presence_penalty: Option<f64>,
    /// Penalty for tokens by how often they were said, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = -2.0, max = 2.0))]
    pub frequency_penalty: Option<f64>,
    /// Form of the answer: `{"type": "text" | "json_object" | "json_schema", "json_schema": {...}}`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub response_format: Value,
    /// Tools the model may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 128))]
    pub tools: Vec<Value>,
    /// Which tool is to be called.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub tool_choice: Value,
    /// Whether several tools may be called at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// Whether to answer with log probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<bool>,
    /// Tokens whose log probabilities are given at each place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(max = 20))]
    pub top_logprobs: Option<u32>,
    /// Biases of tokens.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub logit_bias: Value,
    /// How much a reasoning model thinks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 20))]
    pub reasoning_effort: Option<String>,
    /// Whether the answer comes in events.
    #[serde(default)]
    pub stream: bool,
    /// What the events hold besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub stream_options: Option<StreamOptions>,
}

/// What events hold besides.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub struct StreamOptions {
    /// Whether the last event tells the tokens used.
    #[serde(default)]
    pub include_usage: bool,
}

fn example() -> CompletionRequest {
    let message = OpenaiMessage { role: "user".into(), content: "Say hello.".into(), ..OpenaiMessage::default() };
    CompletionRequest {
        model: "default".into(),
        messages: vec![message],
        max_tokens: Some(16),
        temperature: Some(0.0),
        ..CompletionRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    asking::patient(foreign(op))
        .summary("Chat completions, as OpenAI's API has them")
        .description(DESCRIPTION)
        .example(example)
}

/// Answers a conversation.
///
/// # Errors
/// When the model is not known, or does not answer.
pub async fn completions(
    mut request: CompletionRequest,
    call: Arc<Call>,
    llm: Arc<Llm>,
) -> Result<Reply<Value>, Error> {
    let model = request.model.clone();
    let has_usage = request.stream_options.as_ref().is_some_and(|options| options.include_usage);
    let is_streamed = request.stream;
    let messages = request.messages.iter_mut().enumerate();
    let links = messages.flat_map(|(at, message)| links(&mut message.content, &format!("messages[{at}].content")));
    pictures::fetch(links.collect(), &call).await?;
    let prompt = prompt(request)?;
    let Answering { pieces, .. } = asking::begin(&llm.chat, &call, Some(&model), prompt).await?;
    let head = Head { id: messages::id("chatcmpl-"), created: call.now().as_second(), model };
    if is_streamed {
        return Ok(Reply::Events(chunks(head, pieces, has_usage)));
    }
    let said = asking::finish(pieces).await?;
    Ok(Reply::Whole(head.whole(said)))
}

fn prompt(request: CompletionRequest) -> Result<Prompt, Error> {
    let mut extra = Map::new();
    let mut pass = |name: &str, value: Value| {
        if !value.is_null() {
            extra.insert(name.to_owned(), value);
        }
    };
    pass("logprobs", json!(request.logprobs));
    pass("top_logprobs", json!(request.top_logprobs));
    pass("logit_bias", request.logit_bias);
    pass("reasoning_effort", json!(request.reasoning_effort));
    if !request.tools.is_empty() {
        pass("parallel_tool_calls", json!(request.parallel_tool_calls));
    }
    Ok(Prompt {
        messages: messages::read(request.messages)?,
        max_tokens: request.max_completion_tokens.or(request.max_tokens),
        temperature: request.temperature,
        top_p: request.top_p,
        stop: stops(&request.stop)?,
        seed: request.seed,
        presence_penalty: request.presence_penalty,
        frequency_penalty: request.frequency_penalty,
        format: format(&request.response_format)?,
        tools: request.tools,
        tool_choice: Some(request.tool_choice).filter(|choice| !choice.is_null()),
        extra,
        ..Prompt::default()
    })
}

fn stops(stop: &Value) -> Result<Vec<String>, Error> {
    let wrong = || Error::field(Code::ValidationError, "stop", "must be text or a list of at most 16 texts");
    match stop {
        Value::Null => Ok(Vec::new()),
        Value::String(stop) => Ok(vec![stop.clone()]),
        Value::Array(stops) if stops.len() <= 16 => {
            stops.iter().map(|stop| stop.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        _ => Err(wrong()),
    }
}

/// The form of an answer, as chat completions write it.
fn format(format: &Value) -> Result<Format, Error> {
    let schema = &format["json_schema"];
    match format["type"].as_str() {
        None if format.is_null() => Ok(Format::Text),
        Some("text") => Ok(Format::Text),
        Some("json_object") => Ok(Format::Object),
        Some("json_schema") => messages::schema(schema, "response_format.json_schema"),
        _ => {
            let message = "must be text, json_object or json_schema";
            Err(Error::field(Code::ValidationError, "response_format.type", message))
        }
    }
}

/// What every object of an answer begins with.
struct Head {
    id: String,
    created: i64,
    model: String,
}

impl Head {
    fn object(&self, kind: &str, choices: Value, usage: Option<Value>) -> Value {
        let mut object = json!({
            "id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices,
        });
        if let Some(usage) = usage {
            object["usage"] = usage;
        }
        object
    }

    fn whole(&self, said: Said) -> Value {
        let mut message = said.extra;
        let content = if said.text.is_empty() && !said.calls.is_empty() { Value::Null } else { said.text.into() };
        message.insert("role".to_owned(), "assistant".into());
        message.insert("content".to_owned(), content);
        message.entry("refusal").or_insert(Value::Null);
        if !said.calls.is_empty() {
            message.insert("tool_calls".to_owned(), said.calls.iter().map(tool_call).collect());
        }
        let choice = json!({
            "index": 0, "message": message, "logprobs": said.logprobs, "finish_reason": said.finish.as_str(),
        });
        self.object("chat.completion", json!([choice]), Some(usage(&said.usage)))
    }

    /// A chunk of text, without the text.
    fn around_text(&self) -> (String, String) {
        let delta = Map::from_iter([("content".to_owned(), Value::Null)]);
        let chunk = self.chunk(delta, None, None).to_string();
        // Within the name of a model, quotes are escaped.
        let (before, behind) = chunk.split_once("\"content\":null").expect("it was put there");
        (format!("{before}\"content\":"), behind.to_owned())
    }

    fn chunk(&self, delta: Map<String, Value>, logprobs: Option<Value>, finish: Option<&Finish>) -> Value {
        let finish = finish.map(Finish::as_str);
        let choice = json!({ "index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish });
        self.object("chat.completion.chunk", json!([choice]), None)
    }
}

fn is_text_alone(piece: &Piece) -> bool {
    let Piece { text, calls, extra, logprobs, finish, usage } = piece;
    !text.is_empty() && calls.is_empty() && extra.is_empty() && (logprobs, finish, usage) == (&None, &None, &None)
}

fn tool_call(call: &ToolCall) -> Value {
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } })
}

fn tool_part(part: &CallPart) -> Value {
    let mut function = Map::from_iter([("arguments".to_owned(), part.arguments.clone().into())]);
    if let Some(name) = &part.name {
        function.insert("name".to_owned(), name.clone().into());
    }
    let mut written = json!({ "index": part.index, "function": function });
    if let Some(id) = &part.id {
        written["id"] = id.clone().into();
        written["type"] = "function".into();
    }
    written
}

fn usage(usage: &Usage) -> Value {
    let mut written = usage.details.clone();
    written.insert("prompt_tokens".to_owned(), usage.prompt.into());
    written.insert("completion_tokens".to_owned(), usage.completion.into());
    written.insert("total_tokens".to_owned(), usage.total().into());
    Value::Object(written)
}

/// What is left to write of a stream.
struct Writing {
    head: Head,
    /// What stands before and behind the text of a chunk that is text alone.
    around: (String, String),
    pieces: Pieces,
    has_usage: bool,
    usage: Usage,
    /// The first delta names the role.
    begun: bool,
    /// What comes after the pieces: tokens used, and the end.
    end: Vec<Event>,
    ended: bool,
}

/// The answer in events.
fn chunks(head: Head, pieces: Pieces, has_usage: bool) -> Events {
    let around = head.around_text();
    let usage = Usage::default();
    let writing = Writing { head, around, pieces, has_usage, usage, begun: false, end: Vec::new(), ended: false };
    Events::of(stream::unfold(Some(writing), |writing| async {
        let mut writing = writing?;
        match writing.next().await {
            None => None,
            Some(Ok(event)) => Some((Ok(event), Some(writing))),
            Some(Err(error)) => Some((Err(error), None)),
        }
    }))
}

impl Writing {
    async fn next(&mut self) -> Option<Result<Event, Error>> {
        while !self.ended {
            match self.pieces.next().await {
                Some(Ok(piece)) if self.begun && is_text_alone(&piece) => return Some(self.text(&piece.text)),
                Some(Ok(piece)) => {
                    if let Some(chunk) = self.chunk(piece) {
                        return Some(Event::json(&chunk));
                    }
                }
                Some(Err(fault)) => return Some(Err(asking::error(fault))),
                None => {
                    self.ended = true;
                    self.end.push(Event::text("[DONE]"));
                    if self.has_usage {
                        let last = self.head.object("chat.completion.chunk", json!([]), Some(usage(&self.usage)));
                        match Event::json(&last) {
                            Ok(event) => self.end.push(event),
                            Err(error) => return Some(Err(error)),
                        }
                    }
                }
            }
        }
        self.end.pop().map(Ok)
    }

    /// The event of text alone, as nearly all are: its chunk, without a tree to write it from.
    fn text(&self, text: &str) -> Result<Event, Error> {
        let (before, behind) = &self.around;
        let text = serde_json::to_string(text).map_err(|_| Error::internal())?;
        Ok(Event::text([before, text.as_str(), behind].concat()))
    }

    /// The chunk of a piece; none for one that only tells the tokens used.
    fn chunk(&mut self, piece: Piece) -> Option<Value> {
        let Piece { text, calls, extra, logprobs, finish, usage } = piece;
        self.usage = usage.unwrap_or(std::mem::take(&mut self.usage));
        let mut delta = extra;
        if !std::mem::replace(&mut self.begun, true) {
            delta.insert("role".to_owned(), "assistant".into());
        }
        if !text.is_empty() {
            delta.insert("content".to_owned(), text.into());
        }
        if !calls.is_empty() {
            delta.insert("tool_calls".to_owned(), calls.iter().map(tool_part).collect());
        }
        let says = !delta.is_empty() || logprobs.is_some() || finish.is_some();
        says.then(|| self.head.chunk(delta, logprobs, finish.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_alone_is_the_chunk_it_would_be() {
        let model = r#"a"content":null\"content\":null"#.to_owned();
        let head = Head { id: "chatcmpl-1".to_owned(), created: 7, model };
        let around = head.around_text();
        let pieces = Box::pin(stream::empty());
        let usage = Usage::default();
        let mut writing =
            Writing { head, around, pieces, has_usage: false, usage, begun: true, end: Vec::new(), ended: false };
        for text in ["Paris", " \"quoted\"\n\r\n", "\u{0}\u{2028}\\", "é😀", "\"content\":null"] {
            let piece = Piece { text: text.to_owned(), ..Piece::default() };
            assert!(is_text_alone(&piece));
            let quick = writing.text(text).unwrap();
            let chunk = writing.chunk(piece).unwrap();
            assert_eq!(quick, Event::json(&chunk).unwrap(), "{text:?}");
        }
    }
}
