//! A small service in OpenAI's shape: it says back the words it is sent, and some words are orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chassis::{Call, Code, Error, Event, Events, Hold, NoSettings, Opening, Operation, Reply, Service};
use data_encoding::BASE64;
use futures_util::{Stream, StreamExt, TryStreamExt, future, stream};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The models there are. The second has a slash in its name, as those of public hubs do.
const MODELS: [&str; 2] = ["words-1", "house/words-2"];

/// Sources that are open now.
#[derive(Default)]
struct Sources(Arc<AtomicUsize>);

impl Hold for Sources {}

impl Sources {
    fn open(&self) -> Open {
        self.0.fetch_add(1, Ordering::SeqCst);
        Open(self.0.clone())
    }
}

/// Counts a source as long as it lives.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct ChatRequest {
    #[garde(length(chars, min = 1, max = 100))]
    model: String,
    #[garde(length(min = 1, max = 100), dive)]
    messages: Vec<Message>,
    #[serde(default)]
    #[garde(skip)]
    stream: bool,
    #[serde(default)]
    #[garde(dive)]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct Message {
    #[garde(length(chars, min = 1, max = 20))]
    role: String,
    /// Text, or parts that have text.
    #[serde(default)]
    #[garde(skip)]
    content: Value,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct StreamOptions {
    #[serde(default)]
    #[garde(skip)]
    include_usage: bool,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct ResponseRequest {
    #[garde(length(chars, min = 1, max = 100))]
    model: String,
    #[garde(length(chars, min = 1, max = 1000))]
    input: String,
    #[serde(default)]
    #[garde(skip)]
    stream: bool,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct EmbeddingRequest {
    #[garde(length(chars, min = 1, max = 100))]
    model: String,
    /// A text or a list of them.
    #[garde(skip)]
    input: Value,
    #[serde(default)]
    #[garde(skip)]
    encoding_format: EncodingFormat,
    #[serde(default = "three")]
    #[garde(range(min = 1, max = 16))]
    dimensions: u16,
}

fn three() -> u16 {
    3
}

#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum EncodingFormat {
    #[default]
    Float,
    Base64,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct ModelRequest {
    #[garde(length(chars, min = 1, max = 100))]
    model: String,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
struct NoRequest {}

pub(super) fn service() -> Service {
    Service::new("words", "Says words, as OpenAI's API would")
        .holds(|_: Opening<NoSettings>| future::ready(Ok(Sources::default())))
        .call("POST /openai/chat/completions", chat, foreign)
        .call("POST /openai/responses", responses, foreign)
        .call("POST /openai/embeddings", embeddings, foreign)
        .call("GET /openai/models", models, |op| foreign(op).named("models"))
        .call("GET /openai/models/{model}", model, |op| foreign(op).named("model"))
        .call("GET /openai/sources", sources, foreign)
}

fn foreign(op: Operation) -> Operation {
    op.foreign(|error| {
        let kind = if error.code().status().is_client_error() { "invalid_request_error" } else { "server_error" };
        let param = error.details().first().map(|detail| &detail.field);
        json!({ "error": { "message": error.message(), "type": kind, "param": param, "code": error.code() } })
    })
}

/// The words of a text, one by one, with what some of them order.
fn said(text: &str, open: Open) -> impl Stream<Item = Result<String, Error>> + Send + 'static {
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    stream::unfold((words.into_iter(), open), |(mut words, open)| async move {
        let word = match words.as_slice().first()?.as_str() {
            "fail" => return Some((Err(Error::new(Code::BadGateway, "the upstream is gone")), (words, open))),
            "hang" => future::pending().await,
            // Comes again and again.
            "endless" => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                "endless".to_owned()
            }
            _ => words.next()?,
        };
        Some((Ok(word), (words, open)))
    })
}

fn text_of(content: &Value) -> Result<String, Error> {
    let part = |part: &Value| part["text"].as_str().map(str::to_owned);
    let text = match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().map(part).collect::<Option<Vec<_>>>().map(|parts| parts.join(" ")),
        _ => None,
    };
    match text {
        Some(text) if text == "impossible" => Err(Error::impossible("messages", "cannot be said")),
        Some(text) => Ok(text),
        None => Err(Error::field(Code::ValidationError, "messages", "the last must have text")),
    }
}

fn usage(words: usize) -> Value {
    json!({ "prompt_tokens": words, "completion_tokens": words, "total_tokens": 2 * words })
}

fn known(model: &str) -> Result<(), Error> {
    let unknown = || Error::field(Code::NotFound, "model", "there is no such model");
    MODELS.contains(&model).then_some(()).ok_or_else(unknown)
}

async fn chat(request: ChatRequest, _: Arc<Call>, sources: Arc<Sources>) -> Result<Reply<Value>, Error> {
    let ChatRequest { model, messages, stream, stream_options } = request;
    known(&model)?;
    let text = text_of(&messages.last().expect("there is one").content)?;
    let said = said(&text, sources.open());
    if !stream {
        let words: Vec<String> = said.try_collect().await?;
        let message = json!({ "role": "assistant", "content": words.join(" "), "refusal": null });
        return Ok(Reply::Whole(json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_767_268_800, "model": model,
            "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": "stop" }],
            "usage": usage(words.len()),
        })));
    }
    let chunk = move |choices: Value, usage: Value| {
        Event::json(&json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_767_268_800, "model": model,
            "choices": choices, "usage": usage,
        }))
    };
    let choice = |delta: Value, reason: Value| json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
    let mut last = vec![chunk(choice(json!({}), json!("stop")), Value::Null)];
    if stream_options.is_some_and(|options| options.include_usage) {
        last.push(chunk(json!([]), usage(text.split(' ').count())));
    }
    last.push(Ok(Event::text("[DONE]")));
    let chunks = said.enumerate().map(move |(index, word)| {
        let delta = match index {
            0 => json!({ "role": "assistant", "content": word? }),
            _ => json!({ "content": format!(" {}", word?) }),
        };
        chunk(choice(delta, Value::Null), Value::Null)
    });
    Ok(Reply::Events(Events::of(chunks.chain(stream::iter(last)))))
}

/// A response with some text.
fn response(model: &str, status: &str, text: &str) -> Value {
    let content = json!([{ "type": "output_text", "text": text, "annotations": [] }]);
    json!({
        "id": "resp_1", "object": "response", "created_at": 1_767_268_800, "model": model, "status": status,
        "error": null, "incomplete_details": null, "instructions": null, "metadata": {},
        "parallel_tool_calls": true, "tool_choice": "auto", "tools": [],
        "output": [{ "type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": content }],
    })
}

/// Its events have names.
async fn responses(request: ResponseRequest, _: Arc<Call>, sources: Arc<Sources>) -> Result<Reply<Value>, Error> {
    let ResponseRequest { model, input, stream } = request;
    known(&model)?;
    let said = said(&input, sources.open());
    if !stream {
        let words: Vec<String> = said.try_collect().await?;
        return Ok(Reply::Whole(response(&model, "completed", &words.join(" "))));
    }
    let created = json!({ "type": "response.created", "response": response(&model, "in_progress", "") });
    let completed = json!({ "type": "response.completed", "response": response(&model, "completed", &input) });
    let deltas = said.map_ok(|word| {
        json!({
            "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
            "delta": word, "logprobs": [],
        })
    });
    let events = stream::iter([Ok(created)]).chain(deltas).chain(stream::iter([Ok(completed)])).enumerate();
    let named = events.map(|(number, event)| {
        let mut event = event?;
        event["sequence_number"] = json!(number);
        let name = event["type"].as_str().unwrap_or_default().to_owned();
        Ok(Event::json(&event)?.named(name))
    });
    Ok(Reply::Events(Events::of(named)))
}

/// The length of a text, divided by one, two, three and so on: numbers that decimals do not have.
pub(super) fn embedding(text: &str, dimensions: u16) -> Vec<f32> {
    let length = f32::from(u16::try_from(text.len()).unwrap());
    (1..=dimensions).map(|number| length / f32::from(number)).collect()
}

async fn embeddings(request: EmbeddingRequest, _: Arc<Call>, _: Arc<Sources>) -> Result<Value, Error> {
    known(&request.model)?;
    let texts: Option<Vec<&str>> = match &request.input {
        Value::Array(texts) => texts.iter().map(Value::as_str).collect(),
        text => text.as_str().map(|text| vec![text]),
    };
    let texts = texts.ok_or_else(|| Error::field(Code::ValidationError, "input", "must be text or a list of texts"))?;
    let data = texts.iter().enumerate().map(|(index, text)| {
        let numbers = embedding(text, request.dimensions);
        let embedding = match request.encoding_format {
            EncodingFormat::Float => json!(numbers),
            EncodingFormat::Base64 => {
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                json!(BASE64.encode(&bytes))
            }
        };
        json!({ "object": "embedding", "index": index, "embedding": embedding })
    });
    let data: Vec<Value> = data.collect();
    let usage = json!({ "prompt_tokens": texts.len(), "total_tokens": texts.len() });
    Ok(json!({ "object": "list", "model": request.model, "data": data, "usage": usage }))
}

fn described(model: &str) -> Value {
    json!({ "id": model, "object": "model", "created": 1_767_268_800, "owned_by": "house" })
}

async fn models(_: NoRequest, _: Arc<Call>, _: Arc<Sources>) -> Result<Value, Error> {
    Ok(json!({ "object": "list", "data": MODELS.map(described) }))
}

async fn model(request: ModelRequest, _: Arc<Call>, _: Arc<Sources>) -> Result<Value, Error> {
    known(&request.model)?;
    Ok(described(&request.model))
}

async fn sources(_: NoRequest, _: Arc<Call>, sources: Arc<Sources>) -> Result<Value, Error> {
    Ok(json!({ "open": sources.0.load(Ordering::SeqCst) }))
}
