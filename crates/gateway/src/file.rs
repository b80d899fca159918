//! The supported subset of Kong's declarative format 3.0, as written. What is not here is refused with its path.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(rename = "_format_version")]
    pub(crate) format_version: String,
    /// Anything: a place for YAML anchors that Kong skips.
    #[serde(rename = "_ignore", default)]
    pub(crate) _ignore: Vec<Value>,
    #[serde(default)]
    pub(crate) services: Vec<Service>,
    #[serde(default)]
    pub(crate) consumers: Vec<Consumer>,
    #[serde(default)]
    pub(crate) plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) name: String,
    /// Shorthand for protocol, host, port and path.
    pub(crate) url: Option<String>,
    pub(crate) protocol: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) path: Option<String>,
    /// Kept for Kong; one target is tried once here.
    #[serde(rename = "retries", default)]
    pub(crate) _retries: Option<u16>,
    pub(crate) connect_timeout: Option<u64>,
    pub(crate) read_timeout: Option<u64>,
    /// Kept for Kong; here the read timeout runs from the first byte sent to the head of the answer.
    #[serde(rename = "write_timeout", default)]
    pub(crate) _write_timeout: Option<u64>,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    #[serde(rename = "tags", default)]
    pub(crate) _tags: Vec<String>,
    #[serde(default)]
    pub(crate) routes: Vec<Route>,
    #[serde(default)]
    pub(crate) plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) paths: Vec<String>,
    #[serde(default)]
    pub(crate) methods: Vec<String>,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    #[serde(default = "http_and_https")]
    pub(crate) protocols: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) strip_path: bool,
    #[serde(default)]
    pub(crate) preserve_host: bool,
    #[serde(default)]
    pub(crate) regex_priority: i32,
    /// Kept for Kong; bodies are streamed here.
    #[serde(rename = "request_buffering", default)]
    pub(crate) _request_buffering: Option<bool>,
    #[serde(rename = "response_buffering", default)]
    pub(crate) _response_buffering: Option<bool>,
    #[serde(rename = "tags", default)]
    pub(crate) _tags: Vec<String>,
    #[serde(default)]
    pub(crate) plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Consumer {
    pub(crate) id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) custom_id: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) keyauth_credentials: Vec<Key>,
    #[serde(default)]
    pub(crate) acls: Vec<Group>,
    #[serde(default)]
    pub(crate) plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    #[serde(rename = "id", default)]
    pub(crate) _id: Option<String>,
    pub(crate) key: String,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) group: String,
    #[serde(rename = "tags", default)]
    pub(crate) _tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plugin {
    pub(crate) name: String,
    #[serde(rename = "instance_name", default)]
    pub(crate) _instance_name: Option<String>,
    #[serde(default)]
    pub(crate) config: Option<Value>,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    /// Names the service, route or consumer a plugin at the top level is for.
    pub(crate) service: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) consumer: Option<String>,
    #[serde(default = "http_and_https")]
    pub(crate) protocols: Vec<String>,
    #[serde(rename = "tags", default)]
    pub(crate) _tags: Vec<String>,
}

fn yes() -> bool {
    true
}

pub(crate) fn http_and_https() -> Vec<String> {
    vec!["http".to_owned(), "https".to_owned()]
}
