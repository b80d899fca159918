//! What is asked of a model, whichever it is.

use serde_json::{Map, Value};

/// Messages, and how to answer them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// Tokens of the answer, at most.
    pub max_tokens: Option<u32>,
    /// Randomness: 0 always takes the likeliest token, 1 follows the model, at most 2.
    pub temperature: Option<f64>,
    /// Whether the likeliest tokens are wanted where no temperature is given: a wish, which a model that takes no
    /// temperature may leave.
    pub steady: bool,
    /// The likeliest tokens whose probabilities reach this sum are chosen from.
    pub top_p: Option<f64>,
    /// Strings that end the answer; they are not part of it.
    pub stop: Vec<String>,
    /// The same seed chooses the same, where the model is the same and can.
    pub seed: Option<i64>,
    /// Taken off the logit of tokens that were said.
    pub presence_penalty: Option<f64>,
    /// Taken off the logit of tokens for each time they were said.
    pub frequency_penalty: Option<f64>,
    /// The form of the answer.
    pub format: Format,
    /// Tools as OpenAI writes them: `{"type":"function","function":{"name","description","parameters"}}`.
    pub tools: Vec<Value>,
    /// Which tool is to be called, as OpenAI writes it.
    pub tool_choice: Option<Value>,
    /// Further fields, for OpenAI-compatible servers.
    pub extra: Map<String, Value>,
    /// Whether only models elsewhere may answer: the task is beyond that of this process.
    pub elsewhere: bool,
    /// Who asks; the model of this process answers askers in turn.
    pub asker: Option<String>,
}

/// The form of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Format {
    /// Text.
    #[default]
    Text,
    /// One JSON object.
    Object,
    /// JSON that fits a schema.
    Schema {
        /// What the schema is called.
        name: String,
        /// The JSON Schema.
        schema: Value,
        /// Whether the server is to enforce it.
        strict: bool,
    },
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Instructions.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What it says, in parts.
    pub content: Vec<Part>,
    /// Tools the model called.
    pub tool_calls: Vec<ToolCall>,
    /// The call that a tool's result answers.
    pub tool_call_id: Option<String>,
    /// Its author, where several have the same role.
    pub name: Option<String>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text.
    Text(String),
    /// A picture.
    Image {
        /// Its data URI.
        url: String,
        /// `low`, `high` or `auto`.
        detail: Option<String>,
    },
}

/// A call of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// Its id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// JSON, as text.
    pub arguments: String,
}

impl Message {
    /// A message of text.
    #[must_use]
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        let content = vec![Part::Text(text.into())];
        Self { role, content, tool_calls: Vec::new(), tool_call_id: None, name: None }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Image { .. } => None,
        };
        self.content.iter().filter_map(text).collect::<Vec<_>>().join("\n")
    }
}

impl Prompt {
    /// The temperature that is given, or wished.
    pub(crate) fn wished_temperature(&self) -> Option<f64> {
        self.temperature.or_else(|| self.steady.then_some(0.0))
    }

    /// Instructions and a question.
    #[must_use]
    pub fn of(instructions: impl Into<String>, question: impl Into<String>) -> Self {
        let messages = vec![Message::new(Role::System, instructions), Message::new(Role::User, question)];
        Self { messages, ..Self::default() }
    }

    /// Tokens it has at least: what is charged where nobody counts.
    pub(crate) fn estimate(&self) -> u64 {
        let text: usize = self.messages.iter().flat_map(|message| &message.content).map(Part::weight).sum();
        let calls = self.messages.iter().flat_map(|message| &message.tool_calls);
        let calls: usize = calls.map(|call| call.name.len() + call.arguments.len()).sum();
        let tools: usize = self.tools.iter().map(|tool| tool.to_string().len()).sum();
        ((text + calls + tools) / 4) as u64 + 4 * self.messages.len() as u64
    }
}

impl Part {
    /// Bytes of text it is worth.
    fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            // A picture costs from 85 tokens on.
            Self::Image { .. } => 4 * 85,
        }
    }
}
