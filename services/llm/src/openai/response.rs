//! A response as OpenAI writes it, whole or in events.

use std::collections::VecDeque;

use chassis::{Error, Event, Events};
use chat::{CallPart, Finish, Piece, Pieces, Said, ToolCall, Usage};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::messages::id;
use super::responses::{ResponseRequest, is_nothing};
use crate::asking;

/// Calls of functions one response may have.
const MAX_CALLS: usize = 128;

/// A response that is being made.
pub(super) struct Response {
    id: String,
    created: i64,
    request: ResponseRequest,
    output: Vec<Item>,
    usage: Usage,
}

/// Something of its output.
enum Item {
    Message { id: String, text: String },
    Call { id: String, call: ToolCall, index: u32 },
}

impl Item {
    fn written(&self, status: &str) -> Value {
        match self {
            Self::Message { id, text } => {
                let content = if status == "in_progress" { json!([]) } else { json!([part(text)]) };
                json!({ "type": "message", "id": id, "status": status, "role": "assistant", "content": content })
            }
            Self::Call { id, call, .. } => json!({
                "type": "function_call", "id": id, "call_id": call.id, "name": call.name, "arguments": call.arguments,
                "status": status,
            }),
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Message { id, .. } | Self::Call { id, .. } => id,
        }
    }
}

fn part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
}

impl Response {
    pub(super) fn new(created: i64, request: ResponseRequest) -> Self {
        Self { id: id("resp_"), created, request, output: Vec::new(), usage: Usage::default() }
    }

    fn written(&self, status: &str, finish: Option<&Finish>) -> Value {
        let request = &self.request;
        let incomplete = match finish {
            Some(Finish::Length) => json!({ "reason": "max_output_tokens" }),
            Some(Finish::ContentFilter) => json!({ "reason": "content_filter" }),
            _ => Value::Null,
        };
        let item = |item: &Item| item.written(if incomplete.is_null() { "completed" } else { "incomplete" });
        let output: Vec<Value> = self.output.iter().map(item).collect();
        let or = |value: &Value, usual: Value| if is_nothing(value) { usual } else { value.clone() };
        let cached = self
            .usage
            .details
            .get("prompt_tokens_details")
            .map_or(0, |details| details["cached_tokens"].as_u64().unwrap_or(0));
        let thought = self
            .usage
            .details
            .get("completion_tokens_details")
            .map_or(0, |details| details["reasoning_tokens"].as_u64().unwrap_or(0));
        let usage = match finish {
            Some(_) => json!({
                "input_tokens": self.usage.prompt, "input_tokens_details": { "cached_tokens": cached },
                "output_tokens": self.usage.completion, "output_tokens_details": { "reasoning_tokens": thought },
                "total_tokens": self.usage.total(),
            }),
            None => Value::Null,
        };
        let format = or(&request.text["format"], json!({ "type": "text" }));
        json!({
            "id": self.id, "object": "response", "created_at": self.created, "status": status, "background": false,
            "error": null, "incomplete_details": incomplete, "instructions": request.instructions,
            "max_output_tokens": request.max_output_tokens, "model": request.model, "output": output,
            "parallel_tool_calls": request.parallel_tool_calls.unwrap_or(true), "previous_response_id": null,
            "reasoning": { "effort": request.reasoning["effort"], "summary": null }, "store": false,
            "temperature": request.temperature, "text": { "format": format },
            "tool_choice": or(&request.tool_choice, json!("auto")), "tools": request.tools, "top_p": request.top_p,
            "truncation": "disabled", "usage": usage, "metadata": or(&request.metadata, json!({})), "user": null,
        })
    }

    fn status(finish: &Finish) -> &'static str {
        match finish {
            Finish::Length | Finish::ContentFilter => "incomplete",
            _ => "completed",
        }
    }

    pub(super) fn whole(mut self, said: Said) -> Value {
        if !said.text.is_empty() || said.calls.is_empty() {
            self.output.push(Item::Message { id: id("msg_"), text: said.text });
        }
        let calls = (0..).zip(said.calls);
        self.output.extend(calls.map(|(index, call)| Item::Call { id: id("fc_"), call, index }));
        self.usage = said.usage;
        self.written(Self::status(&said.finish), Some(&said.finish))
    }

    /// The events of the response.
    pub(super) fn events(self, pieces: Pieces) -> Events {
        let mut writing =
            Writing { response: self, pieces, ready: VecDeque::new(), number: 0, finish: None, ended: false };
        for kind in ["response.created", "response.in_progress"] {
            let response = writing.response.written("in_progress", None);
            writing.put(kind, json!({ "response": response }));
        }
        Events::of(stream::unfold(Some(writing), |writing| async {
            let mut writing = writing?;
            match writing.next().await? {
                Ok(event) => Some((Ok(event), Some(writing))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

/// What is left to write.
struct Writing {
    response: Response,
    pieces: Pieces,
    ready: VecDeque<Value>,
    number: u64,
    finish: Option<Finish>,
    ended: bool,
}

impl Writing {
    async fn next(&mut self) -> Option<Result<Event, Error>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                let name = event["type"].as_str().unwrap_or_default().to_owned();
                return Some(Event::json(&event).map(|event| event.named(name)));
            }
            if self.ended {
                return None;
            }
            match self.pieces.next().await {
                Some(Ok(piece)) => self.take(piece),
                Some(Err(fault)) => return Some(Err(asking::error(fault))),
                None => self.end(),
            }
        }
    }

    fn put(&mut self, kind: &str, mut event: Value) {
        event["type"] = kind.into();
        event["sequence_number"] = self.number.into();
        self.number += 1;
        self.ready.push_back(event);
    }

    fn take(&mut self, piece: Piece) {
        let Piece { text, calls, finish, usage, .. } = piece;
        if !text.is_empty() {
            self.text(&text);
        }
        for call in calls {
            self.call(call);
        }
        self.finish = finish.or(self.finish.take());
        if let Some(usage) = usage {
            self.response.usage = usage;
        }
    }

    fn text(&mut self, delta: &str) {
        let found = self.response.output.iter().position(|item| matches!(item, Item::Message { .. }));
        let at = found.unwrap_or_else(|| self.open_message());
        let Item::Message { id, text } = &mut self.response.output[at] else { return };
        text.push_str(delta);
        let id = id.clone();
        let event = json!({ "item_id": id, "output_index": at, "content_index": 0, "delta": delta, "logprobs": [] });
        self.put("response.output_text.delta", event);
    }

    fn open_message(&mut self) -> usize {
        let at = self.response.output.len();
        let item = Item::Message { id: id("msg_"), text: String::new() };
        self.put("response.output_item.added", json!({ "output_index": at, "item": item.written("in_progress") }));
        let added = json!({ "item_id": item.id(), "output_index": at, "content_index": 0, "part": part("") });
        self.put("response.content_part.added", added);
        self.response.output.push(item);
        at
    }

    fn call(&mut self, part: CallPart) {
        let is = |item: &Item| matches!(item, Item::Call { index, .. } if *index == part.index);
        let found = self.response.output.iter().position(is);
        if found.is_none() && self.response.output.len() >= MAX_CALLS {
            return;
        }
        let at = found.unwrap_or_else(|| {
            let at = self.response.output.len();
            let call = ToolCall {
                id: part.id.clone().unwrap_or_else(|| id("call_")),
                name: part.name.clone().unwrap_or_default(),
                arguments: String::new(),
            };
            let item = Item::Call { id: id("fc_"), call, index: part.index };
            self.put("response.output_item.added", json!({ "output_index": at, "item": item.written("in_progress") }));
            self.response.output.push(item);
            at
        });
        let Item::Call { id, call, .. } = &mut self.response.output[at] else { return };
        call.arguments.push_str(&part.arguments);
        let id = id.clone();
        if !part.arguments.is_empty() {
            let event = json!({ "item_id": id, "output_index": at, "delta": part.arguments });
            self.put("response.function_call_arguments.delta", event);
        }
    }

    /// Closes what is open. This is only reached when the answer said how it ended.
    fn end(&mut self) {
        self.ended = true;
        if self.response.output.is_empty() {
            self.open_message();
        }
        let finish = self.finish.take().unwrap_or(Finish::Stop);
        let status = Response::status(&finish);
        for at in 0..self.response.output.len() {
            let item = &self.response.output[at];
            let (id, written) = (item.id().to_owned(), item.written(status));
            match item {
                Item::Message { text, .. } => {
                    let (text, part) = (text.clone(), part(text));
                    let place = |mut event: Value| {
                        event["item_id"] = id.clone().into();
                        event["output_index"] = at.into();
                        event["content_index"] = 0.into();
                        event
                    };
                    self.put("response.output_text.done", place(json!({ "text": text, "logprobs": [] })));
                    self.put("response.content_part.done", place(json!({ "part": part })));
                }
                Item::Call { call, .. } => {
                    let done = json!({
                        "item_id": id, "output_index": at, "name": call.name, "arguments": call.arguments,
                    });
                    self.put("response.function_call_arguments.done", done);
                }
            }
            self.put("response.output_item.done", json!({ "output_index": at, "item": written }));
        }
        let response = self.response.written(status, Some(&finish));
        self.put(&format!("response.{status}"), json!({ "response": response }));
    }
}
