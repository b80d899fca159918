//! Chat with a model.

use std::sync::Arc;

use base64_simd::STANDARD;
use chassis::{Call, Code, Error, Event, Events, File, Operation, Reply};
use chat::{Answering, Finish, Format, Message, Part, Piece, Prompt, Role, Usage};
use futures_util::{StreamExt, stream};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::asking;
use crate::held::Llm;

const DESCRIPTION: &str = "\
Asks a chat model. Send `prompt` for one question, or `messages` for a conversation. `model` is a name the operator has given to one or \
several upstreams (any OpenAI-compatible server, Anthropic), tried in their order until one answers; without upstreams it is the model \
that runs here, SmolLM2-135M-Instruct.

**What the model of this process is good for**: trying things out, short rephrasings, drafts of a sentence or two in English. With 135 million \
parameters it makes up facts, cannot calculate, translate or follow long instructions, and its JSON is valid but often wrong. For \
work that matters, configure an upstream (docs/chat.md).

With `stream` the answer comes as server-sent events: `{\"text\": ...}` again and again, then an event named `done` with the facts. An \
answer that breaks off ends with an event that holds the error, never with `done`. With `format` json the answer is one JSON object, \
parsed in `data`.";

/// Messages a conversation may have.
const MAX_MESSAGES: usize = 1000;
/// Characters of one text.
pub(crate) const MAX_CHARS: usize = 1_000_000;

/// A conversation to continue.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ChatRequest {
    /// Question, as the user's message after `messages`.
    #[serde(default, alias = "question")]
    #[garde(length(chars, max = MAX_CHARS))]
    pub prompt: Option<String>,
    /// Instructions for the model, before all messages.
    #[serde(default)]
    #[garde(length(chars, max = MAX_CHARS))]
    pub system: Option<String>,
    /// Messages so far, oldest first; at most 1,000.
    #[serde(default)]
    #[garde(length(max = MAX_MESSAGES), dive)]
    pub messages: Vec<ChatMessage>,
    /// Pictures that belong to the last message, at most 10; only for models of upstreams that see.
    #[serde(default)]
    pub images: Vec<File>,
    /// Name of the model; by default the operator's `default`.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub model: Option<String>,
    /// Maximum number of tokens of the answer.
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_tokens: Option<u32>,
    /// Sampling temperature, 0 to 2; 0 always takes the likeliest token. By default the model's own.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Nucleus sampling: the share of probability that tokens are taken from, 0 to 1.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub top_p: Option<f64>,
    /// Strings that end the answer, at most 16; they are not part of it.
    #[serde(default)]
    #[garde(length(max = 16), inner(length(chars, max = 200)))]
    pub stop: Vec<String>,
    /// Seed of the sampling: the same request gives the same answer, where the model can.
    #[serde(default)]
    pub seed: Option<i64>,
    /// Form of the answer.
    #[serde(default)]
    pub format: ChatFormat,
    /// Whether the answer comes in events, as it is made.
    #[serde(default)]
    pub stream: bool,
}

/// A message.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ChatMessage {
    /// Who says it.
    pub role: ChatRole,
    /// What is said.
    #[garde(length(chars, max = MAX_CHARS))]
    pub content: String,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChatRole {
    /// Instructions.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChatFormat {
    /// Text.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// What a model answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatResponse {
    /// The answer.
    pub text: String,
    /// The answer as JSON; with `format` json, null when it is not valid.
    pub data: Value,
    /// Why it ended: `stop` when it was complete, `length` when it was cut at its number of tokens.
    pub finish_reason: String,
    /// What served it: `upstream/model`, or `local/...` for the model of this process.
    pub served_by: String,
    /// Tokens used.
    pub usage: TokenUsage,
}

/// Tokens used.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenUsage {
    /// Of the prompt.
    pub prompt_tokens: u64,
    /// Of the answer.
    pub completion_tokens: u64,
    /// Of both.
    pub total_tokens: u64,
}

impl From<&Usage> for TokenUsage {
    fn from(usage: &Usage) -> Self {
        Self { prompt_tokens: usage.prompt, completion_tokens: usage.completion, total_tokens: usage.total() }
    }
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, more: Self) {
        self.prompt_tokens += more.prompt_tokens;
        self.completion_tokens += more.completion_tokens;
        self.total_tokens += more.total_tokens;
    }
}

fn example() -> ChatRequest {
    ChatRequest {
        prompt: Some("What is the capital of France?".into()),
        max_tokens: Some(24),
        temperature: Some(0.0),
        ..ChatRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    asking::patient(op)
        .summary("Chat with a model")
        .description(DESCRIPTION)
        .files(10, &["image/png", "image/jpeg", "image/webp", "image/gif"])
        .example(example)
}

/// Asks a model.
///
/// # Errors
/// When there is no question, no model, or no answer.
pub async fn chat(request: ChatRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<Reply<ChatResponse>, Error> {
    let model = request.model.clone();
    let (is_streamed, is_json) = (request.stream, request.format == ChatFormat::Json);
    let prompt = prompt(request)?;
    let Answering { served_by, pieces } = asking::begin(&llm.chat, &call, model.as_deref(), prompt).await?;
    if is_streamed {
        return Ok(Reply::Events(events(served_by, pieces)));
    }
    let said = asking::finish(pieces).await?;
    let data = if is_json { serde_json::from_str(said.text.trim()).unwrap_or_default() } else { Value::Null };
    if said.finish == Finish::Length {
        call.warn("cut", Some("maxTokens"), "the answer reached its number of tokens and is cut: raise maxTokens");
    }
    Ok(Reply::Whole(ChatResponse {
        finish_reason: said.finish.as_str().to_owned(),
        usage: (&said.usage).into(),
        text: said.text,
        data,
        served_by,
    }))
}

fn prompt(request: ChatRequest) -> Result<Prompt, Error> {
    let mut messages = Vec::with_capacity(request.messages.len() + 2);
    messages.extend(request.system.map(|text| Message::new(Role::System, text)));
    messages.extend(request.messages.into_iter().map(|message| {
        let role = match message.role {
            ChatRole::System => Role::System,
            ChatRole::User => Role::User,
            ChatRole::Assistant => Role::Assistant,
        };
        Message::new(role, message.content)
    }));
    messages.extend(request.prompt.map(|text| Message::new(Role::User, text)));
    if !messages.iter().any(|message| message.role != Role::System) {
        return Err(Error::field(Code::ValidationError, "prompt", "is required: a question, or messages"));
    }
    if let Some(last) = messages.last_mut() {
        for image in &request.images {
            let kind = image.content_type().unwrap_or("image/png");
            let url = format!("data:{kind};base64,{}", STANDARD.encode_to_string(image.bytes()));
            last.content.push(Part::Image { url, detail: None });
        }
    }
    let format = match request.format {
        ChatFormat::Text => Format::Text,
        ChatFormat::Json => Format::Object,
    };
    Ok(Prompt {
        messages,
        max_tokens: request.max_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        stop: request.stop,
        seed: request.seed,
        format,
        ..Prompt::default()
    })
}

/// The answer in events: text, then the facts. Nothing but a finished answer has facts.
fn events(served_by: String, pieces: chat::Pieces) -> Events {
    let facts: (Option<Finish>, Usage) = (None, Usage::default());
    let events = stream::unfold(Some((pieces, facts, served_by)), |state| async move {
        let (mut pieces, mut facts, served_by) = state?;
        loop {
            match pieces.next().await {
                Some(Ok(Piece { text, finish, usage, .. })) => {
                    facts.0 = finish.or(facts.0);
                    facts.1 = usage.unwrap_or(facts.1);
                    if !text.is_empty() {
                        return Some((Event::json(&json!({ "text": text })), Some((pieces, facts, served_by))));
                    }
                }
                Some(Err(fault)) => return Some((Err(asking::error(fault)), None)),
                None => {
                    let reason = facts.0.as_ref().map(Finish::as_str);
                    let done = json!({
                        "finishReason": reason, "servedBy": served_by, "usage": TokenUsage::from(&facts.1),
                    });
                    return Some((Event::json(&done).map(|event| event.named("done")), None));
                }
            }
        }
    });
    Events::of(events)
}
