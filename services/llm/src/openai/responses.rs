//! Responses, as OpenAI's newer API has them: what n8n's OpenAI nodes of today call. Nothing is kept: each request has the
//! whole conversation.

use std::sync::Arc;

use chassis::{Call, Code, Error, Operation, Reply};
use chat::{Answering, Format, Message, Part, Prompt, Role, ToolCall};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::foreign;
use super::messages;
use super::pictures::{self, Link};
use super::response::Response;
use crate::asking;
use crate::held::Llm;

const DESCRIPTION: &str = "\
Responses in the shape of OpenAI's API: text, pictures, function tools and their results in; text, JSON or function calls out. Nothing is stored, so \
`previous_response_id`, `conversation`, `prompt` and background mode are refused; OpenAI's own tools (web search, files, code) are not here. A stream that breaks \
off ends with an event that holds an error, without `response.completed`.";

/// A request of OpenAI's API; fields that are not here are ignored.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
pub struct ResponseRequest {
    /// Name of the model.
    #[garde(length(chars, min = 1, max = 200))]
    pub model: String,
    /// Text, or a list of messages, function calls and their results.
    #[serde(default)]
    pub input: Value,
    /// Instructions, before everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 1_000_000))]
    pub instructions: Option<String>,
    /// Maximum number of tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_output_tokens: Option<u32>,
    /// Sampling temperature, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(range(min = 0.0, max = 1.0))]
    pub top_p: Option<f64>,
    /// Form of the answer: `{"format": {"type": "text" | "json_object" | "json_schema", "name", "schema", "strict"}}`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub text: Value,
    /// Functions the model may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 128))]
    pub tools: Vec<Value>,
    /// Which function is to be called.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub tool_choice: Value,
    /// Whether several functions may be called at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// How much a reasoning model thinks: `{"effort": "low"}`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub reasoning: Value,
    /// Data of yours, which comes back.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub metadata: Value,
    /// Refused: nothing is stored.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub previous_response_id: Value,
    /// Refused: nothing is stored.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub conversation: Value,
    /// Prompt template of OpenAI's dashboard; refused, because none are stored here.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub prompt: Value,
    /// Background mode, in which the answer is fetched later; refused when `true`, because nothing is stored.
    #[serde(default)]
    pub background: bool,
    /// Whether the answer comes in events.
    #[serde(default)]
    pub stream: bool,
}

fn example() -> ResponseRequest {
    ResponseRequest {
        model: "default".into(),
        input: "Say hello.".into(),
        max_output_tokens: Some(16),
        temperature: Some(0.0),
        ..ResponseRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    asking::patient(foreign(op))
        .summary("Responses, as OpenAI's API has them")
        .description(DESCRIPTION)
        .example(example)
}

/// Answers a conversation.
///
/// # Errors
/// When the model is not known, or does not answer.
pub async fn responses(mut request: ResponseRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<Reply<Value>, Error> {
    pictures::fetch(input_links(&mut request.input), &call).await?;
    let prompt = prompt(&request)?;
    let is_streamed = request.stream;
    let model = request.model.clone();
    let Answering { pieces, .. } = asking::begin(&llm.chat, &call, Some(&model), prompt).await?;
    let response = Response::new(call.now().as_second(), request);
    if is_streamed {
        return Ok(Reply::Events(response.events(pieces)));
    }
    Ok(Reply::Whole(response.whole(asking::finish(pieces).await?)))
}

fn wrong(field: impl Into<String>, message: &str) -> Error {
    Error::field(Code::ValidationError, field, message)
}

fn prompt(request: &ResponseRequest) -> Result<Prompt, Error> {
    for (name, value) in
        [("previous_response_id", &request.previous_response_id), ("conversation", &request.conversation)]
    {
        if !value.is_null() {
            return Err(wrong(name, "nothing is stored here: send the whole conversation in input"));
        }
    }
    if request.background {
        return Err(wrong("background", "nothing is stored here to be fetched later: switch background mode off"));
    }
    if !is_nothing(&request.prompt) {
        return Err(wrong("prompt", "no prompt templates are stored here: send the text in instructions or input"));
    }
    let mut prompt_messages = Vec::new();
    prompt_messages.extend(request.instructions.as_ref().map(|text| Message::new(Role::System, text)));
    prompt_messages.extend(input(&request.input)?);
    let mut extra = Map::new();
    if let Some(effort) = request.reasoning["effort"].as_str() {
        extra.insert("reasoning_effort".to_owned(), effort.into());
    }
    if let Some(parallel) = request.parallel_tool_calls.filter(|_| !request.tools.is_empty()) {
        extra.insert("parallel_tool_calls".to_owned(), parallel.into());
    }
    Ok(Prompt {
        messages: prompt_messages,
        max_tokens: request.max_output_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        format: format(&request.text["format"])?,
        tools: request.tools.iter().enumerate().map(tool).collect::<Result<_, _>>()?,
        tool_choice: tool_choice(&request.tool_choice)?,
        extra,
        ..Prompt::default()
    })
}

/// The links to pictures in an input.
fn input_links(input: &mut Value) -> Vec<Link<'_>> {
    let items = input.as_array_mut().into_iter().flatten().enumerate();
    let fields = items.flat_map(|(index, item)| {
        let fields = item.as_object_mut().into_iter().flatten();
        let fields = fields.filter(|(name, _)| matches!(name.as_str(), "content" | "output"));
        fields.map(move |(name, value)| (value, format!("input[{index}].{name}")))
    });
    fields.flat_map(|(value, at)| pictures::links(value, &at)).collect()
}

/// The messages of an input.
fn input(input: &Value) -> Result<Vec<Message>, Error> {
    let items = match input {
        Value::String(text) => return Ok(vec![Message::new(Role::User, text)]),
        Value::Array(items) if (1..=2000).contains(&items.len()) => items,
        _ => return Err(wrong("input", "must be text, or a list of 1 to 2,000 messages")),
    };
    let mut read: Vec<Message> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("input[{index}]");
        let text = |name: &str| item[name].as_str().map(str::to_owned);
        let needed = |name: &str| text(name).ok_or_else(|| wrong(format!("{at}.{name}"), "is required: text"));
        match item["type"].as_str() {
            None | Some("message") => {
                let role = messages::role(item["role"].as_str().unwrap_or_default(), &at)?;
                let content = messages::content(&item["content"], &format!("{at}.content"))?;
                read.push(Message { content, ..Message::new(role, "") });
            }
            Some("function_call") => {
                let call = ToolCall { id: needed("call_id")?, name: needed("name")?, arguments: needed("arguments")? };
                // Several calls, and what was said before them, are one message of the model's.
                match read.last_mut().filter(|last| last.role == Role::Assistant) {
                    Some(last) => last.tool_calls.push(call),
                    None => read.push(Message {
                        content: Vec::new(),
                        tool_calls: vec![call],
                        ..Message::new(Role::Assistant, "")
                    }),
                }
            }
            Some("function_call_output") => {
                let output = match &item["output"] {
                    Value::String(text) => vec![Part::Text(text.clone())],
                    parts => messages::content(parts, &format!("{at}.output"))?,
                };
                let tool_call_id = Some(needed("call_id")?);
                read.push(Message { content: output, tool_call_id, ..Message::new(Role::Tool, "") });
            }
            // What a reasoning model thought is its own.
            Some("reasoning") => {}
            Some(_) => {
                let message = "must be message, function_call, function_call_output or reasoning";
                return Err(wrong(format!("{at}.type"), message));
            }
        }
    }
    Ok(read)
}

/// Whether a field says nothing: n8n sends `{}` where an option was added and left empty.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

/// The form of an answer, as responses write it.
fn format(format: &Value) -> Result<Format, Error> {
    match format["type"].as_str() {
        None if is_nothing(format) => Ok(Format::Text),
        Some("text") => Ok(Format::Text),
        Some("json_object") => Ok(Format::Object),
        Some("json_schema") => messages::schema(format, "text.format"),
        _ => Err(wrong("text.format.type", "must be text, json_object or json_schema")),
    }
}

/// A function, as chat completions write it.
fn tool((index, tool): (usize, &Value)) -> Result<Value, Error> {
    let at = format!("tools[{index}]");
    if tool["type"].as_str() != Some("function") {
        return Err(wrong(format!("{at}.type"), "must be function: OpenAI's own tools are not here"));
    }
    let Some(name) = tool["name"].as_str() else { return Err(wrong(format!("{at}.name"), "is required: text")) };
    let mut function = Map::from_iter([("name".to_owned(), name.into())]);
    for field in ["description", "parameters", "strict"] {
        if !tool[field].is_null() {
            function.insert(field.to_owned(), tool[field].clone());
        }
    }
    Ok(json!({ "type": "function", "function": function }))
}

/// Which function is to be called, as chat completions write it.
fn tool_choice(choice: &Value) -> Result<Option<Value>, Error> {
    match choice {
        Value::Null => Ok(None),
        Value::String(word) if ["auto", "none", "required"].contains(&word.as_str()) => Ok(Some(choice.clone())),
        _ => match choice["name"].as_str().filter(|_| choice["type"] == "function") {
            Some(name) => Ok(Some(json!({ "type": "function", "function": { "name": name } }))),
            None => Err(wrong("tool_choice", "must be auto, none, required or a function")),
        },
    }
}
