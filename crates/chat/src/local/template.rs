//! The chat template of a model: messages to the text it was trained on.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value, from_args};
use minijinja::{Environment, Error, ErrorKind, State, context};

use super::tokens::Tokens;
use crate::prompt::{Message, Role};

/// Steps a template may take: some hundred thousand messages' worth.
const FUEL: u64 = 5_000_000;
const NAME: &str = "chat";

/// A compiled template.
pub(super) struct Template {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl Template {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(source: String, begin: String, end: String) -> Result<Self, String> {
        let mut environment = Environment::new();
        // As transformers render them.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| error.to_string())?);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(method);
        environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment.add_template_owned(NAME, source).map_err(|error| format!("its chat template: {error}"))?;
        Ok(Self { environment, begin, end })
    }

    /// The text of messages, with control tokens written out; the turn of the assistant is open.
    ///
    /// # Errors
    /// What the template refuses.
    pub(super) fn render(&self, messages: &[Message], tokens: &Tokens) -> Result<String, String> {
        let messages: Vec<Value> = messages
            .iter()
            .map(|message| {
                let role = match message.role {
                    Role::System => "system",
                    Role::User => "user",
                    Role::Assistant => "assistant",
                    Role::Tool => "tool",
                };
                let text = message.text();
                context! { role => role, content => tokens.guarded(&text) }
            })
            .collect();
        let template = self.environment.get_template(NAME).map_err(|error| error.to_string())?;
        let context = context! {
            messages => messages,
            add_generation_prompt => true,
            bos_token => self.begin.as_str(),
            eos_token => self.end.as_str(),
        };
        template.render(context).map_err(|error| error.detail().unwrap_or("it cannot be rendered").to_owned())
    }
}

/// The methods of Python's strings that templates use.
fn method(_: &mut State<'_, '_>, value: &Value, name: &str, arguments: &[Value]) -> Result<Value, Error> {
    let unknown = || Error::new(ErrorKind::UnknownMethod, format!("{name} is not supported"));
    let text = value.as_str().ok_or_else(unknown)?;
    let with = |test: fn(&str, &str) -> bool| {
        let (part, _): (String, Kwargs) = from_args(arguments)?;
        Ok(Value::from(test(text, &part)))
    };
    match name {
        "strip" => Ok(text.trim().into()),
        "lstrip" => Ok(text.trim_start().into()),
        "rstrip" => Ok(text.trim_end().into()),
        "upper" => Ok(text.to_uppercase().into()),
        "lower" => Ok(text.to_lowercase().into()),
        "startswith" => with(|text, part| text.starts_with(part)),
        "endswith" => with(|text, part| text.ends_with(part)),
        _ => Err(unknown()),
    }
}
