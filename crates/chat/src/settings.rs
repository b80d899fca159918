//! What can be set.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use clap::Args;

use crate::config::Config;

/// Settings of chat.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "chat")]
pub struct Settings {
    /// Upstreams, names of models and tokens a day: a file of JSON, or the JSON itself (docs/chat.md).
    #[arg(global = true, long, env = "FLOWFORGE_CHAT", hide_env_values = true, value_name = "FILE|JSON")]
    pub chat: Option<Written>,

    /// Chat model of this process, by its name in `flowforge models list`; `none` for none.
    #[arg(
        global = true,
        long,
        env = "FLOWFORGE_CHAT_MODEL",
        default_value = "SmolLM2-135M-Instruct",
        value_name = "NAME"
    )]
    pub chat_model: String,

    /// Answers the model of this process makes at once, each on one thread [default: half the cores]
    #[arg(global = true, long, env = "FLOWFORGE_CHAT_SEQUENCES", value_name = "NUMBER")]
    pub chat_sequences: Option<usize>,

    /// Tokens of a prompt and its answer together, for the model of this process.
    #[arg(global = true, long, env = "FLOWFORGE_CHAT_CONTEXT", default_value = "4096", value_name = "NUMBER")]
    pub chat_context: usize,

    /// Seconds the model of this process may take for an answer.
    #[arg(global = true, long, env = "FLOWFORGE_CHAT_SECONDS", default_value = "120", value_name = "NUMBER")]
    pub chat_seconds: u64,
}

/// What an operator wrote, which may hold keys: it shows itself to nobody.
#[derive(Clone)]
pub struct Written(String);

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hidden")
    }
}

impl FromStr for Written {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl Settings {
    /// The configuration.
    pub(crate) fn config(&self) -> Result<Config, String> {
        let Some(Written(written)) = &self.chat else { return Ok(Config::default()) };
        let json = match written.trim_start().starts_with('{') {
            true => written.clone(),
            false => {
                std::fs::read_to_string(Path::new(written)).map_err(|problem| format!("FLOWFORGE_CHAT: {problem}"))?
            }
        };
        Config::read(&json).map_err(|problem| format!("FLOWFORGE_CHAT: {problem}"))
    }
}
