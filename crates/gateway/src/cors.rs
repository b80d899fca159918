//! The cors plugin.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;

use crate::field::Text;

const ALL_METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    origins: Option<Vec<Text>>,
    methods: Option<Vec<Text>>,
    headers: Option<Vec<Text>>,
    exposed_headers: Option<Vec<Text>>,
    max_age: Option<u64>,
    #[serde(default)]
    credentials: bool,
    #[serde(default)]
    preflight_continue: bool,
    #[serde(default)]
    private_network: bool,
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
}

impl Cors {
    pub(crate) fn new(config: Config) -> Result<Self, String> {
        if config.preflight_continue || config.private_network {
            return Err("config: preflight_continue and private_network are not supported".into());
        }
        let value = |text: &str| text.parse::<HeaderValue>().map_err(|_| format!("config: {text} is no header value"));
        let joined = |list: &Option<Vec<Text>>| {
            let list = list.as_ref().map(|list| list.iter().map(|text| &**text).collect::<Vec<_>>().join(","));
            list.map(|list| value(&list)).transpose()
        };
        for method in config.methods.iter().flatten() {
            if !ALL_METHODS.split(',').any(|known| *known == **method) {
                return Err(format!("config.methods: {} is none of {ALL_METHODS}", &**method));
            }
        }
        let origins = config.origins.unwrap_or_default();
        let origins = if origins.is_empty() || origins.iter().any(|origin| &**origin == "*") {
            if config.credentials {
                return Err("config.credentials: needs origins by name: any site could act for its visitors".into());
            }
            Origins::All
        } else {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '/' | '-');
            if let Some(pattern) = origins.iter().find(|origin| !origin.chars().all(plain)) {
                return Err(format!("config.origins: {} is a pattern, which is not supported", &**pattern));
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
        })
    }

    /// Whether a request only asks what it may send.
    pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
        method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The answer to that question.
    pub(crate) fn preflight(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        self.allow_origin(self.allowed(request), answer);
        if let Some(headers) = self.headers.as_ref().or(request.get(ACCESS_CONTROL_REQUEST_HEADERS)) {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        if let Some(max_age) = &self.max_age {
            answer.insert(ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
    }

    /// Whose pages may read the answer to a request.
    pub(crate) fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        match &self.origins {
            Origins::All => Some(HeaderValue::from_static("*")),
            Origins::Listed(listed) => match listed.as_slice() {
                [only] => Some(only.clone()),
                several => request.get(ORIGIN).filter(|origin| several.contains(origin)).cloned(),
            },
        }
    }

    /// What every other answer carries, whether a browser asked or not, as Kong does.
    pub(crate) fn decorate(&self, allowed: Option<HeaderValue>, answer: &mut HeaderMap) {
        self.allow_origin(allowed, answer);
        if let Some(exposed) = &self.exposed {
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
        }
    }

    fn allow_origin(&self, allowed: Option<HeaderValue>, answer: &mut HeaderMap) {
        if matches!(self.origins, Origins::Listed(_)) {
            // What an answer varies by adds up.
            answer.append(VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(origin) = allowed {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.credentials {
                answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            }
        }
    }
}
