//! What comes back, piece by piece, and the whole of it.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::prompt::ToolCall;

/// Bytes a whole answer may have.
const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// Calls of tools an answer may have.
const MAX_CALLS: usize = 128;

/// Pieces as they come. The last that says anything says how it ended; dropping them stops the work.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Piece, Fault>> + Send>>;

/// A piece of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// More text.
    pub text: String,
    /// Parts of calls of tools.
    pub calls: Vec<CallPart>,
    /// What else an OpenAI-compatible server says in its delta, such as `refusal` and `reasoning_content`.
    pub extra: Map<String, Value>,
    /// Log probabilities, as OpenAI writes them.
    pub logprobs: Option<Value>,
    /// How it ended; in one piece only.
    pub finish: Option<Finish>,
    /// Tokens used.
    pub usage: Option<Usage>,
}

/// A part of a call of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallPart {
    /// Which of the calls.
    pub index: u32,
    /// Its id; in the first part only.
    pub id: Option<String>,
    /// The tool; in the first part only.
    pub name: Option<String>,
    /// More of its arguments.
    pub arguments: String,
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The model was done, or met a stop string.
    Stop,
    /// It reached its number of tokens.
    Length,
    /// It calls tools.
    ToolCalls,
    /// It was withheld.
    ContentFilter,
    /// As the server says.
    Other(String),
}

impl Finish {
    /// As OpenAI writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Other(reason) => reason,
        }
    }

    pub(crate) fn of(reason: &str) -> Self {
        match reason {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "tool_calls" | "function_call" => Self::ToolCalls,
            "content_filter" => Self::ContentFilter,
            other => Self::Other(other.chars().take(64).collect()),
        }
    }
}

/// Tokens used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Of the prompt.
    pub prompt: u64,
    /// Of the answer.
    pub completion: u64,
    /// What else a server says of them, such as `prompt_tokens_details`.
    pub details: Map<String, Value>,
}

impl Usage {
    /// Of both.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.prompt.saturating_add(self.completion)
    }
}

impl Piece {
    /// More text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.calls.is_empty()
            && self.extra.is_empty()
            && self.logprobs.is_none()
            && self.finish.is_none()
            && self.usage.is_none()
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Its text.
    pub text: String,
    /// The tools it calls.
    pub calls: Vec<ToolCall>,
    /// What else was said: texts are joined, of anything else the last stands.
    pub extra: Map<String, Value>,
    /// Log probabilities, as OpenAI writes them.
    pub logprobs: Option<Value>,
    /// How it ended.
    pub finish: Finish,
    /// Tokens used.
    pub usage: Usage,
}

impl Said {
    /// The whole of an answer.
    ///
    /// # Errors
    /// When it breaks off.
    pub async fn of(mut pieces: Pieces) -> Result<Self, Fault> {
        let mut said = Self {
            text: String::new(),
            calls: Vec::new(),
            extra: Map::new(),
            logprobs: None,
            finish: Finish::Stop,
            usage: Usage::default(),
        };
        let (mut finish, mut size) = (None, 0);
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            size += piece.text.len() + piece.calls.iter().map(|call| call.arguments.len()).sum::<usize>();
            if size > MAX_ANSWER {
                return Err(Fault::Malformed("its answer is larger than 8 MB"));
            }
            said.text.push_str(&piece.text);
            for part in piece.calls {
                said.call(part)?;
            }
            for (name, value) in piece.extra {
                merge(said.extra.entry(name).or_insert(Value::Null), value);
            }
            if let Some(more) = piece.logprobs {
                merge(said.logprobs.get_or_insert(Value::Null), more);
            }
            finish = piece.finish.or(finish);
            said.usage = piece.usage.unwrap_or(said.usage);
        }
        said.finish = finish.ok_or(Fault::Broken)?;
        Ok(said)
    }

    fn call(&mut self, part: CallPart) -> Result<(), Fault> {
        let index = part.index as usize;
        if index >= MAX_CALLS {
            return Err(Fault::Malformed("it calls more than 128 tools"));
        }
        if self.calls.len() <= index {
            self.calls.resize_with(index + 1, ToolCall::default);
        }
        let call = &mut self.calls[index];
        if let Some(id) = part.id {
            call.id = id;
        }
        call.name.push_str(part.name.as_deref().unwrap_or_default());
        call.arguments.push_str(&part.arguments);
        Ok(())
    }
}

/// Puts what comes later to what came before: texts and lists grow, objects field by field.
fn merge(before: &mut Value, more: Value) {
    match (before, more) {
        (Value::String(before), Value::String(more)) => before.push_str(&more),
        (Value::Array(before), Value::Array(more)) => before.extend(more),
        (Value::Object(before), Value::Object(more)) => {
            for (name, value) in more {
                merge(before.entry(name).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (before, more) => *before = more,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::stream::iter;
    use serde_json::json;

    use super::*;

    fn whole(pieces: Vec<Result<Piece, Fault>>) -> Result<Said, Fault> {
        Said::of(Box::pin(iter(pieces))).now_or_never().unwrap()
    }

    fn finished(finish: Finish) -> Piece {
        Piece { finish: Some(finish), ..Piece::default() }
    }

    #[test]
    fn pieces_become_a_whole() {
        let call = |index, id: Option<&str>, name: Option<&str>, arguments: &str| CallPart {
            index,
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
            arguments: arguments.to_owned(),
        };
        let extra = |text: &str| json!({ "reasoning_content": text }).as_object().cloned().unwrap();
        let calls = |calls: Vec<CallPart>| Piece { calls, ..Piece::default() };
        let logprobs = |token: &str| Piece { logprobs: Some(json!({ "content": [token] })), ..Piece::text(token) };
        let said = whole(vec![
            Ok(Piece { extra: extra("th"), ..Piece::default() }),
            Ok(Piece { extra: extra("ink"), ..Piece::default() }),
            Ok(logprobs("a")),
            Ok(logprobs("b")),
            Ok(calls(vec![call(0, Some("x"), Some("look"), ""), call(1, Some("y"), Some("find"), "{")])),
            Ok(calls(vec![call(0, None, None, "{}"), call(1, None, None, "}")])),
            Ok(finished(Finish::ToolCalls)),
            Ok(Piece { usage: Some(Usage { prompt: 3, completion: 4, details: Map::new() }), ..Piece::default() }),
        ]);
        let said = said.unwrap();
        assert_eq!((said.text.as_str(), &said.finish, said.usage.total()), ("ab", &Finish::ToolCalls, 7));
        assert_eq!(said.extra["reasoning_content"], "think");
        assert_eq!(said.logprobs, Some(json!({ "content": ["a", "b"] })));
        let calls: Vec<_> = said.calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
        assert_eq!(calls, [("look", "{}"), ("find", "{}")]);
    }

    #[test]
    fn what_breaks_off_is_no_whole() {
        assert_eq!(whole(vec![Ok(Piece::text("a"))]), Err(Fault::Broken));
        assert_eq!(whole(vec![Ok(Piece::text("a")), Err(Fault::TooSlow)]), Err(Fault::TooSlow));
        let far = CallPart { index: 1 << 30, ..CallPart::default() };
        assert!(whole(vec![Ok(Piece { calls: vec![far], ..Piece::default() })]).is_err());
    }
}
