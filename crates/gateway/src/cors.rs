//! The cors plugin.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;

const ALL_METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    origins: Option<Vec<String>>,
    methods: Option<Vec<String>>,
    headers: Option<Vec<String>>,
    exposed_headers: Option<Vec<String>>,
    max_age: Option<u64>,
    #[serde(default)]
    credentials: bool,
    #[serde(default)]
    preflight_continue: bool,
    #[serde(default)]
    private_network: bool,
    allow_origin_absent: Option<bool>,
}

#[derive(Debug)]
enum Origins {
    All,
    Listed(Vec<HeaderValue>),
}

/// Who may call from a browser, and what they may see.
#[derive(Debug)]
pub(crate) struct Cors {
    origins: Origins,
    methods: HeaderValue,
    headers: Option<HeaderValue>,
    exposed: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    credentials: bool,
    /// Whether a request that no browser sent gets the headers too.
    always: bool,
}

impl Cors {
    pub(crate) fn new(config: Config) -> Result<Self, String> {
        if config.preflight_continue || config.private_network {
            return Err("config: preflight_continue and private_network are not supported".into());
        }
        let value = |text: &str| text.parse::<HeaderValue>().map_err(|_| format!("config: {text} is no header value"));
        let joined = |list: &Option<Vec<String>>| list.as_ref().map(|list| value(&list.join(","))).transpose();
        let origins = config.origins.unwrap_or_default();
        let origins = if origins.is_empty() || origins.iter().any(|origin| origin == "*") {
            if config.credentials {
                return Err("config.credentials: needs origins by name: any site could act for its visitors".into());
            }
            Origins::All
        } else {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '/' | '-');
            if let Some(pattern) = origins.iter().find(|origin| !origin.chars().all(plain)) {
                return Err(format!("config.origins: {pattern} is a pattern, which is not supported"));
            }
            Origins::Listed(origins.iter().map(|origin| value(origin)).collect::<Result<_, _>>()?)
        };
        Ok(Self {
            origins,
            methods: joined(&config.methods)?.unwrap_or(HeaderValue::from_static(ALL_METHODS)),
            headers: joined(&config.headers)?,
            exposed: joined(&config.exposed_headers)?,
            max_age: config.max_age.map(HeaderValue::from),
            credentials: config.credentials,
            always: config.allow_origin_absent.unwrap_or(true),
        })
    }

    /// Whether a request only asks what it may send.
    pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
        method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The answer to that question.
    pub(crate) fn preflight(&self, request: &HeaderMap, answer: &mut Vec<(HeaderName, HeaderValue)>) {
        self.allow_origin(request, answer);
        let asked = request.get(ACCESS_CONTROL_REQUEST_HEADERS);
        answer.extend(self.headers.as_ref().or(asked).map(|value| (ACCESS_CONTROL_ALLOW_HEADERS, value.clone())));
        answer.push((ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone()));
        answer.extend(self.max_age.clone().map(|value| (ACCESS_CONTROL_MAX_AGE, value)));
    }

    /// What every other answer carries.
    pub(crate) fn decorate(&self, request: &HeaderMap, answer: &mut Vec<(HeaderName, HeaderValue)>) {
        if !self.always && !request.contains_key(ORIGIN) {
            return;
        }
        self.allow_origin(request, answer);
        answer.extend(self.exposed.clone().map(|value| (ACCESS_CONTROL_EXPOSE_HEADERS, value)));
    }

    fn allow_origin(&self, request: &HeaderMap, answer: &mut Vec<(HeaderName, HeaderValue)>) {
        let listed = match &self.origins {
            Origins::All => {
                answer.push((ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
                return;
            }
            Origins::Listed(listed) => listed,
        };
        answer.push((VARY, HeaderValue::from_static("Origin")));
        let origin = match listed.as_slice() {
            [only] => Some(only),
            several => request.get(ORIGIN).filter(|origin| several.contains(origin)),
        };
        if let Some(origin) = origin {
            answer.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
            if self.credentials {
                answer.push((ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")));
            }
        }
    }
}
