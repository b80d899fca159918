//! The supported subset of Kong's declarative format 3.0, as written: names, types and ranges are those of 3.9.3. What is
//! not here is refused with its path.

use serde::Deserialize;
use serde_json::Value;

use crate::field::{
    ApiKey, Host, Id, Method, Name, Path, Port, Protocols, Retries, RouteHost, RoutePath, Tag, Text, Timeout,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(rename = "_format_version")]
    pub(crate) format_version: String,
    /// Anything: a place for YAML anchors that Kong skips.
    #[serde(rename = "_ignore", default)]
    _ignore: Vec<Value>,
    /// Whether Kong hashes the passwords of basic-auth, which is not supported here.
    #[serde(rename = "_transform", default)]
    _transform: Option<bool>,
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
    #[serde(rename = "id", default)]
    _id: Option<Text<Id>>,
    pub(crate) name: Option<Text<Name>>,
    /// Shorthand for protocol, host, port and path.
    pub(crate) url: Option<Text>,
    pub(crate) protocol: Option<Text>,
    pub(crate) host: Option<Text<Host>>,
    pub(crate) port: Option<Port>,
    pub(crate) path: Option<Text<Path>>,
    /// Kept for Kong; one target is tried once here.
    #[serde(rename = "retries", default)]
    _retries: Option<Retries>,
    pub(crate) connect_timeout: Option<Timeout>,
    pub(crate) read_timeout: Option<Timeout>,
    /// Kept for Kong; here the read timeout runs from the first byte sent to the head of the answer.
    #[serde(rename = "write_timeout", default)]
    _write_timeout: Option<Timeout>,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    #[serde(rename = "tags", default)]
    _tags: Vec<Text<Tag>>,
    #[serde(default)]
    pub(crate) routes: Vec<Route>,
    #[serde(default)]
    pub(crate) plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    #[serde(rename = "id", default)]
    _id: Option<Text<Id>>,
    pub(crate) name: Option<Text<Name>>,
    #[serde(default)]
    pub(crate) paths: Vec<Text<RoutePath>>,
    #[serde(default)]
    pub(crate) methods: Vec<Text<Method>>,
    #[serde(default)]
    pub(crate) hosts: Vec<Text<RouteHost>>,
    #[serde(rename = "protocols", default)]
    _protocols: Option<Protocols>,
    #[serde(default = "yes")]
    pub(crate) strip_path: bool,
    #[serde(rename = "path_handling", default)]
    _path_handling: Option<PathHandling>,
    #[serde(default)]
    pub(crate) preserve_host: bool,
    #[serde(default)]
    pub(crate) regex_priority: i32,
    /// Kept for Kong; bodies are streamed here.
    #[serde(rename = "request_buffering", default)]
    _request_buffering: Option<bool>,
    #[serde(rename = "response_buffering", default)]
    _response_buffering: Option<bool>,
    #[serde(rename = "tags", default)]
    _tags: Vec<Text<Tag>>,
    #[serde(default)]
    pub(crate) plugins: Vec<Plugin>,
}

/// How paths are joined; `v1` is deprecated in Kong.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PathHandling {
    V0,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Consumer {
    pub(crate) id: Option<Text<Id>>,
    pub(crate) username: Option<Text>,
    pub(crate) custom_id: Option<Text>,
    #[serde(default)]
    pub(crate) tags: Vec<Text<Tag>>,
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
    _id: Option<Text<Id>>,
    pub(crate) key: Text<ApiKey>,
    #[serde(default)]
    pub(crate) tags: Vec<Text<Tag>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    #[serde(rename = "id", default)]
    _id: Option<Text<Id>>,
    pub(crate) group: Text,
    #[serde(rename = "tags", default)]
    _tags: Vec<Text<Tag>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plugin {
    #[serde(rename = "id", default)]
    _id: Option<Text<Id>>,
    pub(crate) name: Text,
    #[serde(rename = "instance_name", default)]
    _instance_name: Option<Text<Name>>,
    #[serde(default)]
    pub(crate) config: Option<Value>,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    /// Names the service, route or consumer a plugin at the top level is for.
    pub(crate) service: Option<Text>,
    pub(crate) route: Option<Text>,
    pub(crate) consumer: Option<Text>,
    #[serde(rename = "protocols", default)]
    _protocols: Option<Protocols>,
    #[serde(rename = "tags", default)]
    _tags: Vec<Text<Tag>>,
}

fn yes() -> bool {
    true
}
