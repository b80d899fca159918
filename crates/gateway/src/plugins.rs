//! The plugins and their settings, as Kong 3.9 names and defaults them.

use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cors::Cors;
use crate::field::{Header, Path, Rule, Text};
use crate::limit::RateLimiting;

/// The kinds of plugin, highest priority first: the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    CorrelationId,
    Cors,
    KeyAuth,
    RequestSizeLimiting,
    Acl,
    RateLimiting,
    RequestTransformer,
    Prometheus,
}

impl Kind {
    pub(crate) const COUNT: usize = 8;

    const NAMES: [(&str, Self); Self::COUNT] = [
        ("correlation-id", Self::CorrelationId),
        ("cors", Self::Cors),
        ("key-auth", Self::KeyAuth),
        ("request-size-limiting", Self::RequestSizeLimiting),
        ("acl", Self::Acl),
        ("rate-limiting", Self::RateLimiting),
        ("request-transformer", Self::RequestTransformer),
        ("prometheus", Self::Prometheus),
    ];

    pub(crate) fn of_name(name: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let known: Vec<&str> = Self::NAMES.iter().map(|(known, _)| *known).collect();
            format!("plugin {name} is not supported; these are: {}", known.join(", "))
        })
    }
}

/// A plugin with its settings.
#[derive(Debug)]
pub(crate) enum Plugin {
    CorrelationId,
    Cors(Cors),
    KeyAuth(KeyAuth),
    RequestSizeLimiting(RequestSizeLimiting),
    Acl(Acl),
    RateLimiting(RateLimiting),
    RequestTransformer(RequestTransformer),
    Prometheus,
}

impl Plugin {
    pub(crate) fn of_config(kind: Kind, config: Option<&Value>) -> Result<Self, String> {
        let empty = json!({});
        let config = config.unwrap_or(&empty);
        Ok(match kind {
            Kind::CorrelationId => {
                read::<CorrelationId>(config)?.check()?;
                Self::CorrelationId
            }
            Kind::Cors => Self::Cors(Cors::new(read(config)?)?),
            Kind::KeyAuth => Self::KeyAuth(KeyAuth::new(read(config)?)?),
            Kind::RequestSizeLimiting => Self::RequestSizeLimiting(RequestSizeLimiting::new(&read(config)?)?),
            Kind::Acl => Self::Acl(Acl::new(read(config)?)?),
            Kind::RateLimiting => Self::RateLimiting(RateLimiting::new(&read(config)?)?),
            Kind::RequestTransformer => Self::RequestTransformer(RequestTransformer::new(&read(config)?)?),
            Kind::Prometheus => {
                read::<Prometheus>(config)?;
                Self::Prometheus
            }
        })
    }
}

fn read<T: DeserializeOwned>(config: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(config).map_err(|error| match error.path().to_string().as_str() {
        "." => format!("config: {}", error.inner()),
        path => format!("config.{path}: {}", error.inner()),
    })
}

fn header_name(text: &str) -> Result<HeaderName, String> {
    text.parse().map_err(|_| format!("{text} is not a header name"))
}

/// The request id is the chassis's; this says that it is wanted under the name we give it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrelationId {
    header_name: Option<Text<Header>>,
    generator: Option<Text>,
    echo_downstream: Option<bool>,
}

impl CorrelationId {
    fn check(&self) -> Result<(), String> {
        let named = self.header_name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("x-request-id"));
        if !named || self.generator.as_deref() != Some("uuid") || self.echo_downstream != Some(true) {
            return Err(
                "config: only header_name X-Request-ID, generator uuid, echo_downstream true are supported".into()
            );
        }
        Ok(())
    }
}

/// Metrics are on the status port with or without; the settings are Kong's own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prometheus {
    #[serde(rename = "per_consumer")]
    _per_consumer: Option<bool>,
    #[serde(rename = "status_code_metrics")]
    _status_code_metrics: Option<bool>,
    #[serde(rename = "ai_metrics")]
    _ai_metrics: Option<bool>,
    #[serde(rename = "latency_metrics")]
    _latency_metrics: Option<bool>,
    #[serde(rename = "bandwidth_metrics")]
    _bandwidth_metrics: Option<bool>,
    #[serde(rename = "upstream_health_metrics")]
    _upstream_health_metrics: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyAuthConfig {
    key_names: Option<Vec<Text<Header>>>,
    #[serde(default)]
    hide_credentials: bool,
    key_in_header: Option<bool>,
    key_in_query: Option<bool>,
    key_in_body: Option<bool>,
    run_on_preflight: Option<bool>,
    realm: Option<Text>,
}

#[derive(Debug)]
pub(crate) struct KeyAuth {
    pub(crate) names: Vec<HeaderName>,
    pub(crate) hide: bool,
    pub(crate) challenge: HeaderValue,
}

impl KeyAuth {
    fn new(config: KeyAuthConfig) -> Result<Self, String> {
        if config.key_in_query != Some(false) {
            return Err("config.key_in_query: must be false: keys in addresses end up in logs".into());
        }
        if config.key_in_body == Some(true) || config.key_in_header == Some(false) {
            return Err("config: only keys in headers are supported".into());
        }
        if config.run_on_preflight == Some(false) {
            return Err("config.run_on_preflight: false is not supported: cors answers preflights".into());
        }
        let names = match &config.key_names {
            Some(names) => names.iter().map(|name| header_name(name)).collect::<Result<_, _>>()?,
            None => vec![HeaderName::from_static("apikey")],
        };
        let challenge = config.realm.map_or_else(|| "Key".to_owned(), |realm| format!("Key realm=\"{}\"", &*realm));
        let challenge = challenge.parse().map_err(|_| "config.realm: is not a header value")?;
        Ok(Self { names, hide: config.hide_credentials, challenge })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SizeConfig {
    allowed_payload_size: Option<u64>,
    size_unit: Option<SizeUnit>,
    #[serde(default)]
    require_content_length: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SizeUnit {
    Megabytes,
    Kilobytes,
    Bytes,
}

#[derive(Debug)]
pub(crate) struct RequestSizeLimiting {
    pub(crate) bytes: u64,
}

impl RequestSizeLimiting {
    fn new(config: &SizeConfig) -> Result<Self, String> {
        let unit = match config.size_unit.unwrap_or(SizeUnit::Megabytes) {
            SizeUnit::Megabytes => 1 << 20,
            SizeUnit::Kilobytes => 1 << 10,
            SizeUnit::Bytes => 1,
        };
        let size = config.allowed_payload_size.unwrap_or(128);
        let bytes = size.checked_mul(unit).ok_or("config.allowed_payload_size: is too large")?;
        if config.require_content_length {
            return Err("config.require_content_length: true is not supported".into());
        }
        Ok(Self { bytes })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AclConfig {
    #[serde(default)]
    allow: Option<Vec<Text>>,
    #[serde(default)]
    deny: Option<Vec<Text>>,
    hide_groups_header: Option<bool>,
    always_use_authenticated_groups: Option<bool>,
}

#[derive(Debug)]
pub(crate) enum Acl {
    Allow(Vec<String>),
    Deny(Vec<String>),
}

impl Acl {
    fn new(config: AclConfig) -> Result<Self, String> {
        if config.hide_groups_header == Some(true) {
            return Err("config.hide_groups_header: true is not supported: services read the plan there".into());
        }
        if config.always_use_authenticated_groups == Some(true) {
            return Err("config.always_use_authenticated_groups: true is not supported".into());
        }
        let groups = |list: Option<Vec<Text>>| -> Vec<String> {
            list.unwrap_or_default().into_iter().map(Text::into_string).collect()
        };
        match (groups(config.allow), groups(config.deny)) {
            (allow, deny) if deny.is_empty() && !allow.is_empty() => Ok(Self::Allow(allow)),
            (allow, deny) if allow.is_empty() && !deny.is_empty() => Ok(Self::Deny(deny)),
            _ => Err("config: needs exactly one of allow and deny".into()),
        }
    }

    pub(crate) fn admits(&self, groups: &[String]) -> bool {
        match self {
            Self::Allow(allowed) => groups.iter().any(|group| allowed.contains(group)),
            Self::Deny(denied) => !groups.iter().any(|group| denied.contains(group)),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransformerConfig {
    #[serde(default)]
    add: Addition,
    #[serde(default)]
    replace: Replacement,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Addition {
    #[serde(default)]
    headers: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    uri: Option<Text>,
}

#[derive(Debug)]
pub(crate) struct RequestTransformer {
    pub(crate) add: Vec<(HeaderName, HeaderValue)>,
    /// The path the service is asked for, whatever path was sent.
    pub(crate) path: Option<String>,
}

impl RequestTransformer {
    fn new(config: &TransformerConfig) -> Result<Self, String> {
        const TEMPLATE: &str = "holds $( ), a template, which is not supported";
        let pair = |entry: &Text| {
            let (name, value) =
                entry.split_once(':').ok_or("config.add.headers: write an entry as name:value".to_owned())?;
            Header::check(name).map_err(|message| format!("config.add.headers: {message}"))?;
            // The value may be a secret: it is not repeated.
            if value.contains("$(") {
                return Err(format!("config.add.headers: the value of {name} {TEMPLATE}"));
            }
            let value =
                value.parse().map_err(|_| format!("config.add.headers: the value of {name} is no header value"))?;
            Ok((header_name(name)?, value))
        };
        let path = config.replace.uri.as_deref();
        match path {
            Some(path) if path.contains("$(") => return Err(format!("config.replace.uri: {TEMPLATE}")),
            Some(path) => Path::check(path).map_err(|message| format!("config.replace.uri: {message}"))?,
            None => {}
        }
        let add = config.add.headers.iter().map(pair).collect::<Result<_, String>>()?;
        Ok(Self { add, path: path.map(str::to_owned) })
    }
}
