//! A prompt from a template and variables, and its answer if wanted.

mod template;

use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation};
use chat::{Message, Prompt, Role};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::asking::{self, Answered};
use crate::chat::TokenUsage;
use crate::held::Llm;
use template::Template;

const DESCRIPTION: &str = "\
Fills a template with variables: `{{ order.customer }}`, `{{ items | join(', ') }}`, `{% if total > 100 %} ... {% else %} ... {% endif %}`, \
`{% for item in items %} ... {% endfor %}`, in the syntax of Jinja. With `run` the filled prompt is sent to a model. A variable that is missing is an error that names it, \
never an empty place; `default` gives it a value.

Filters: upper, lower, title, capitalize, trim, length, first, last, join, default, round, tojson. There are no assignments, macros, includes or \
concatenations, so that a template cannot grow without bound; the filled prompt has at most 400,000 characters.";

const MAX_CHARS: usize = 400_000;

/// A template, and what to fill it with.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct PromptRequest {
    /// Template of the question.
    #[garde(length(chars, min = 1, max = 100_000))]
    pub template: String,
    /// Template of the instructions.
    #[serde(default)]
    #[garde(length(chars, max = 100_000))]
    pub system: Option<String>,
    /// Variables by name: text, numbers, booleans, lists, objects.
    #[serde(default)]
    pub variables: Map<String, Value>,
    /// Whether the prompt is sent to a model.
    #[serde(default)]
    pub run: bool,
    /// Name of the model; by default the operator's `default`.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub model: Option<String>,
    /// Maximum number of tokens of the answer.
    #[serde(default)]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_tokens: Option<u32>,
    /// Sampling temperature, 0 to 2.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// Seed of the sampling.
    #[serde(default)]
    pub seed: Option<i64>,
}

/// A filled prompt, and its answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromptResponse {
    /// The question, filled.
    pub prompt: String,
    /// The instructions, filled; null when there are none.
    pub system: Option<String>,
    /// Variables that neither template uses.
    pub unused: Vec<String>,
    /// The model's answer; null unless `run`.
    pub text: Option<String>,
    /// Why the answer ended: `stop` or `length`; null unless `run`.
    pub finish_reason: Option<String>,
    /// What served it: `upstream/model`; null unless `run`.
    pub served_by: Option<String>,
    /// Tokens used; none unless `run`.
    pub usage: TokenUsage,
}

fn example() -> PromptRequest {
    let variables = json!({ "customer": "Ada", "items": [{ "name": "notebook" }, { "name": "pen" }] });
    PromptRequest {
        template: "Thank {{ customer }} for buying: {% for item in items %}{{ item.name }}{% if not loop.last %}, {% endif %}{% endfor %}.".into(),
        variables: variables.as_object().cloned().unwrap_or_default(),
        ..PromptRequest::default()
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    asking::patient(op).summary("Fill a prompt template, and run it").description(DESCRIPTION).example(example)
}

/// Fills a template and asks a model, if wanted.
///
/// # Errors
/// When a template is wrong, a variable is missing, or nothing answers.
pub async fn prompt(request: PromptRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<PromptResponse, Error> {
    let PromptRequest { template, system, variables, .. } = request;
    let (prompt, system, unused) =
        call.compute(Cost::Light, move || filled(&template, system.as_deref(), variables)).await?;
    let mut response = PromptResponse {
        prompt,
        system,
        unused,
        text: None,
        finish_reason: None,
        served_by: None,
        usage: TokenUsage::default(),
    };
    if request.run {
        if response.prompt.trim().is_empty() {
            return Err(Error::impossible("template", "is empty when it is filled: there is nothing to ask"));
        }
        let mut messages: Vec<Message> = Vec::new();
        messages.extend(response.system.as_ref().map(|text| Message::new(Role::System, text)));
        messages.push(Message::new(Role::User, &response.prompt));
        let prompt = Prompt {
            messages,
            max_tokens: request.max_tokens,
            temperature: request.temperature,
            seed: request.seed,
            ..Prompt::default()
        };
        let Answered { said, served_by } = asking::ask(&llm.chat, &call, request.model.as_deref(), prompt).await?;
        response.finish_reason = Some(said.finish.as_str().to_owned());
        response.usage = (&said.usage).into();
        response.text = Some(said.text);
        response.served_by = Some(served_by);
    }
    Ok(response)
}

type Filled = (String, Option<String>, Vec<String>);

fn filled(template: &str, system: Option<&str>, variables: Map<String, Value>) -> Result<Filled, Error> {
    let names: Vec<String> = variables.keys().cloned().collect();
    let variables = Value::Object(variables);
    let fill = |field: &'static str, source: &str| {
        let template = Template::new(source).map_err(|problem| Error::field(Code::ValidationError, field, problem))?;
        let text = template.fill(&variables, MAX_CHARS).map_err(|problem| Error::impossible(field, problem))?;
        Ok::<_, Error>((text, template.names()))
    };
    let (prompt, mut used) = fill("template", template)?;
    let system = match system {
        Some(source) => {
            let (text, more) = fill("system", source)?;
            used.extend(more);
            Some(text)
        }
        None => None,
    };
    let unused = names.into_iter().filter(|name| !used.contains(name)).collect();
    Ok((prompt, system, unused))
}
