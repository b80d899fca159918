//! Upstreams, names of models and budgets, as the operator writes them. The only place addresses and keys come from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

/// What the operator configures.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// Servers, by names of the operator's.
    pub upstreams: BTreeMap<String, Upstream>,
    /// Names of models, and what serves each: `upstream/model`, the first that works. `local/...` is the model of this
    /// process. `default` serves requests that name none, `*` those that name one that is not here.
    pub models: BTreeMap<String, Vec<String>>,
    /// Tokens of upstreams that a consumer of a plan has a day. A plan that is not here is unlimited.
    pub tokens_per_day: Option<BTreeMap<String, u64>>,
    /// How long to wait for what.
    pub times: Times,
}

/// A server.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Upstream {
    /// What it speaks.
    pub kind: Kind,
    /// Its base URL: for OpenAI's contract what stands before `/chat/completions`, for Anthropic's what stands before
    /// `/v1/messages`.
    pub url: String,
    /// The key.
    #[serde(default)]
    pub key: Option<Key>,
    /// A file with the key, instead.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// The header of the key, where it is not the contract's: `api-key` for Azure.
    #[serde(default)]
    pub key_header: Option<String>,
    /// How the answer's limit is called: `max_tokens` unless this says `max_completion_tokens`.
    #[serde(default)]
    pub max_tokens_field: Option<String>,
    /// Whether to ask for tokens used in a stream, which some servers refuse.
    #[serde(default = "yes")]
    pub stream_usage: bool,
    /// Requests at once, at most.
    #[serde(default = "many")]
    pub at_once: usize,
}

fn yes() -> bool {
    true
}

fn many() -> usize {
    64
}

/// What a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// OpenAI's chat completions, as vLLM, Ollama, llama.cpp and most others speak them.
    Openai,
    /// Anthropic's messages.
    Anthropic,
}

/// A key; it shows itself to nobody.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Key(pub(crate) String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key")
    }
}

/// Times, in milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Times {
    connect_ms: u64,
    first_piece_ms: Option<u64>,
    idle_ms: u64,
    whole_ms: u64,
}

impl Default for Times {
    fn default() -> Self {
        Self { connect_ms: 5_000, first_piece_ms: None, idle_ms: 30_000, whole_ms: 300_000 }
    }
}

impl Times {
    /// For a connection.
    pub(crate) fn connect(&self) -> Duration {
        Duration::from_millis(self.connect_ms)
    }

    /// How long a server may be silent before its first piece. Where nobody else can be asked, it is left to think.
    pub(crate) fn first_piece(&self, is_last: bool) -> Duration {
        Duration::from_millis(self.first_piece_ms.unwrap_or(if is_last { 120_000 } else { 25_000 }))
    }

    /// Between two pieces.
    pub(crate) fn idle(&self) -> Duration {
        Duration::from_millis(self.idle_ms)
    }

    /// For all of an answer, with what was tried before.
    pub(crate) fn whole(&self) -> Duration {
        Duration::from_millis(self.whole_ms)
    }
}

impl Config {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is wrong with it, with its place; nothing of it is quoted, because keys may stand anywhere.
    pub fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| {
            let text = error.to_string();
            let place = format!("line {} column {}", error.line(), error.column());
            // serde quotes what it finds; names of fields are the only thing worth quoting.
            match text.split_once(", expected") {
                Some((unknown, expected))
                    if unknown.starts_with("unknown field") || unknown.starts_with("unknown variant") =>
                {
                    let expected = expected.split(" at line").next().unwrap_or_default();
                    format!("{place}: a name that is not known, expected{expected}")
                }
                _ if text.starts_with("missing field") => {
                    format!("{place}: {}", text.split(" at line").next().unwrap_or_default())
                }
                _ => format!("{place}: not valid JSON of its shape"),
            }
        })
    }

    /// Tokens a day by plan: a free key may try, and not spend much.
    pub(crate) fn budgets(&self) -> BTreeMap<String, u64> {
        let usual = || [("free", 10_000), ("basic", 200_000), ("pro", 2_000_000)];
        match &self.tokens_per_day {
            Some(plans) => plans.clone(),
            None => usual().into_iter().map(|(plan, tokens)| (plan.to_owned(), tokens)).collect(),
        }
    }
}

impl Upstream {
    /// The key itself, also where a file has it.
    pub(crate) fn key(&self) -> Result<Option<String>, String> {
        match (&self.key, &self.key_file) {
            (Some(_), Some(_)) => Err("key and keyFile: say one of them".to_owned()),
            (Some(key), None) => Ok(Some(key.0.clone())),
            (None, Some(file)) => match std::fs::read_to_string(file) {
                Ok(key) => Ok(Some(key.trim().to_owned())),
                Err(problem) => Err(format!("keyFile {}: {problem}", file.display())),
            },
            (None, None) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_shown() {
        let json = r#"{"upstreams":{"a":{"kind":"openai","url":"http://a/v1","key":"sk-secret"}}}"#;
        let config = Config::read(json).unwrap();
        assert!(!format!("{config:?}").contains("sk-secret"));
        assert_eq!(config.upstreams["a"].key().unwrap().as_deref(), Some("sk-secret"));
        for broken in [
            r#"{"upstreams":{"a":{"kind":"sk-secret","url":"u"}}}"#,
            r#"{"upstreams":{"a":{"kind":"openai","url":"u","key":{"sk-secret":1}}}}"#,
            r#"{"upstreams":{"a":{"kind":"openai","url":"u","sk-secret":1}}}"#,
            r#"{"upstreams":"sk-secret"}"#,
            r#"{"upstreams":{"a":{"kind":"openai"}}}"#,
            r#"{"sk-secret"#,
        ] {
            let problem = Config::read(broken).unwrap_err();
            assert!(!problem.contains("sk-secret") && problem.contains("line 1"), "{problem}");
        }
        let problem = Config::read(r#"{"upstreams":{"a":{"kind":"openai","url":"u","x":1}}}"#).unwrap_err();
        assert!(problem.contains("keyFile"), "{problem}");
    }
}
