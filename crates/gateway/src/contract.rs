//! `kong.yml`, read strictly: what is not understood is refused with its path, before the first request.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::Consumer;
use http::uri::Authority;
use serde_json::Value;

use crate::field::{Path, Rule, Text, Timeout};
use crate::file;
use crate::plugins::{Kind, Plugin};
use crate::routes::{PathRule, Route, Table};
use crate::trusted::GatewaySettings;

/// The tag of consumers that are for trying out only.
const DEMO: &str = "demo";

/// Why a contract cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    fn at(path: &str, message: impl std::fmt::Display) -> Self {
        Self(if path.is_empty() { format!("{message}") } else { format!("{path}: {message}") })
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "kong.yml: {}", self.0)
    }
}

impl std::error::Error for Error {}

/// Gives the value of a `${NAME}`.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What `kong.yml` says, ready to be served.
pub struct Contract {
    pub(crate) services: Vec<Service>,
    pub(crate) routes: Vec<Route>,
    pub(crate) table: Table,
    pub(crate) consumers: Vec<Arc<Consumer>>,
    /// Credentials by the SHA-256 of the key.
    pub(crate) keys: HashMap<[u8; 32], usize>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) trust: GatewaySettings,
    demo: Vec<DemoKey>,
    warnings: Vec<String>,
}

/// A service behind the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name; its host if it has none.
    pub name: String,
    /// Its host, which says which service of ours it is. Several may have the same, with paths of their own.
    pub host: String,
    /// Where it is: `http://host:port`.
    pub url: String,
    /// What its paths start with; `/` if it has none.
    pub path: String,
    /// Milliseconds to connect.
    pub connect_timeout: u64,
    /// Milliseconds to the head of the answer.
    pub read_timeout: u64,
}

/// A key anybody may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoKey {
    /// Whose it is.
    pub username: String,
    /// The plan.
    pub plan: String,
    /// The key, to be sent as `X-API-Key`.
    pub key: String,
}

/// A plugin where it applies.
pub(crate) struct Instance {
    pub(crate) kind: Kind,
    pub(crate) plugin: Plugin,
    pub(crate) scope: Scope,
}

/// Whom and what a plugin is for; everything when it says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) service: Option<usize>,
    pub(crate) route: Option<usize>,
    pub(crate) consumer: Option<usize>,
}

impl Scope {
    /// Kong's order: of several instances of one plugin, the highest runs and no other.
    pub(crate) fn precedence(self) -> u8 {
        match (self.route.is_some(), self.service.is_some(), self.consumer.is_some()) {
            (true, true, true) => 7,
            (true, false, true) => 6,
            (false, true, true) => 5,
            (true, true, false) => 4,
            (false, false, true) => 3,
            (true, false, false) => 2,
            (false, true, false) => 1,
            (false, false, false) => 0,
        }
    }

    pub(crate) fn covers(self, route: usize, service: usize, consumer: Option<usize>) -> bool {
        self.route.is_none_or(|one| one == route)
            && self.service.is_none_or(|one| one == service)
            && (self.consumer.is_none() || self.consumer == consumer)
    }
}

impl Contract {
    /// Reads the contract and fills in its `${NAME}`s.
    ///
    /// # Errors
    /// With the path of the first key that is wrong or not supported.
    pub fn read(text: &str, variables: Variables<'_>) -> Result<Self, Error> {
        let mut tree = tree(text)?;
        fill_in(&mut tree, "", variables)?;
        let file: file::File = serde_path_to_error::deserialize(&tree).map_err(|error| {
            let path = error.path().to_string();
            Error::at(if path == "." { "" } else { &path }, error.inner())
        })?;
        Reader::default().read(file)
    }

    /// The same contract, for a gateway behind proxies.
    #[must_use]
    pub fn trusting(mut self, settings: &GatewaySettings) -> Self {
        self.trust = settings.clone();
        self
    }

    /// The services, in the order of the file.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Keys of consumers that are for trying out only.
    #[must_use]
    pub fn demo_keys(&self) -> &[DemoKey] {
        &self.demo
    }

    /// What is accepted but works otherwise than written.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the contract holds, in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        format!(
            "{} services, {} routes, {} consumers, {} plugins",
            self.services.len(),
            self.routes.len(),
            self.consumers.len(),
            self.instances.len()
        )
    }
}

/// The contract for Kong itself: demo consumers dropped, every `${NAME}` filled in. JSON, which is YAML too.
///
/// # Errors
/// As [`Contract::read`].
pub fn render(text: &str, variables: Variables<'_>) -> Result<String, Error> {
    let mut tree = tree(text)?;
    if let Some(consumers) = tree["consumers"].as_array_mut() {
        let is_demo =
            |consumer: &Value| consumer["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == DEMO));
        consumers.retain(|consumer| !is_demo(consumer));
        for keys in consumers.iter_mut().filter_map(|consumer| consumer["keyauth_credentials"].as_array_mut()) {
            keys.retain(|key| !is_demo(key));
        }
    }
    fill_in(&mut tree, "", variables)?;
    let text = serde_json::to_string_pretty(&tree).map_err(|error| Error::at("", error))?;
    Contract::read(&text, &|_| None)?;
    Ok(text)
}

fn tree(text: &str) -> Result<Value, Error> {
    serde_saphyr::from_str(text).map_err(|error| Error::at("", format!("is not YAML: {error}")))
}

fn fill_in(value: &mut Value, path: &str, variables: Variables<'_>) -> Result<(), Error> {
    match value {
        Value::Object(object) => object.iter_mut().try_for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            fill_in(value, &path, variables)
        }),
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .try_for_each(|(index, item)| fill_in(item, &format!("{path}[{index}]"), variables)),
        Value::String(text) => {
            while let Some((before, rest)) = text.split_once("${") {
                let (name, after) = rest.split_once('}').ok_or_else(|| Error::at(path, "`${` without `}`"))?;
                let value = variables(name).ok_or_else(|| Error::at(path, format!("set the variable {name}")))?;
                if value.contains("${") {
                    return Err(Error::at(path, format!("the variable {name} must not hold `${{`")));
                }
                *text = format!("{before}{value}{after}");
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Reader {
    services: Vec<Service>,
    routes: Vec<Route>,
    service_names: HashMap<String, usize>,
    route_names: HashMap<String, usize>,
    consumers: Vec<Consumer>,
    consumer_names: HashMap<String, usize>,
    consumer_ids: HashSet<(&'static str, String)>,
    keys: HashMap<[u8; 32], usize>,
    plugins: Vec<(String, file::Plugin, Scope)>,
    instances: Vec<Instance>,
    places: HashSet<(Kind, Scope)>,
    demo: Vec<DemoKey>,
    warnings: Vec<String>,
}

impl Reader {
    fn read(mut self, file: file::File) -> Result<Contract, Error> {
        if file.format_version != "3.0" {
            return Err(Error::at("_format_version", "must be \"3.0\""));
        }
        for (index, service) in file.services.into_iter().enumerate() {
            self.service(service, &format!("services[{index}]"))?;
        }
        for (index, consumer) in file.consumers.into_iter().enumerate() {
            self.consumer(consumer, &format!("consumers[{index}]"))?;
        }
        self.nested_plugins(file.plugins, "", Scope::default());
        for (path, plugin, scope) in std::mem::take(&mut self.plugins) {
            self.plugin(&plugin, &path, scope)?;
        }
        let mut routes = self.routes;
        Ok(Contract {
            table: Table::new(&mut routes),
            services: self.services,
            routes,
            consumers: self.consumers.into_iter().map(Arc::new).collect(),
            keys: self.keys,
            instances: self.instances,
            trust: GatewaySettings::default(),
            demo: self.demo,
            warnings: self.warnings,
        })
    }

    fn service(&mut self, service: file::Service, path: &str) -> Result<(), Error> {
        if !service.enabled {
            return Ok(());
        }
        let index = self.services.len();
        let upstream = upstream(&service, path)?;
        if service.name.is_some() && self.service_names.insert(upstream.name.clone(), index).is_some() {
            return Err(Error::at(&format!("{path}.name"), format!("{} is there twice", upstream.name)));
        }
        self.services.push(upstream);
        for (number, route) in service.routes.into_iter().enumerate() {
            self.route(route, &format!("{path}.routes[{number}]"), index)?;
        }
        self.nested_plugins(service.plugins, path, Scope { service: Some(index), ..Scope::default() });
        Ok(())
    }

    fn route(&mut self, route: file::Route, path: &str, service: usize) -> Result<(), Error> {
        let index = self.routes.len();
        if let Some(name) = &route.name
            && self.route_names.insert(name.to_string(), index).is_some()
        {
            return Err(Error::at(&format!("{path}.name"), format!("{} is there twice", &**name)));
        }
        if route.paths.is_empty() && route.methods.is_empty() && route.hosts.is_empty() {
            return Err(Error::at(path, "needs at least one of paths, methods and hosts"));
        }
        let paths = route.paths.iter().enumerate().map(|(number, text)| {
            PathRule::new(text).map_err(|message| Error::at(&format!("{path}.paths[{number}]"), message))
        });
        let methods = route.methods.iter().map(|text| text.parse().expect("capital letters are a method"));
        self.routes.push(Route {
            service,
            paths: paths.collect::<Result<_, _>>()?,
            methods: methods.collect(),
            hosts: route.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            regex_priority: route.regex_priority,
            strip_path: route.strip_path,
            preserve_host: route.preserve_host,
        });
        self.nested_plugins(route.plugins, path, Scope { route: Some(index), ..Scope::default() });
        Ok(())
    }

    fn consumer(&mut self, consumer: file::Consumer, path: &str) -> Result<(), Error> {
        let index = self.consumers.len();
        let Some(name) = consumer.username.as_ref().or(consumer.custom_id.as_ref()).map(|name| name.to_string()) else {
            return Err(Error::at(path, "needs a username or a custom_id"));
        };
        if consumer.username.is_some() && self.consumer_names.insert(name.clone(), index).is_some() {
            return Err(Error::at(&format!("{path}.username"), format!("{name} is there twice")));
        }
        for (field, value) in [("id", consumer.id.as_deref()), ("custom_id", consumer.custom_id.as_deref())] {
            if let Some(value) = value
                && !self.consumer_ids.insert((field, value.to_owned()))
            {
                return Err(Error::at(&format!("{path}.{field}"), format!("{value} is there twice")));
            }
        }
        let is_demo = consumer.tags.iter().any(|tag| &**tag == DEMO);
        let groups: Vec<String> = consumer.acls.into_iter().map(|acl| acl.group.into_string()).collect();
        for (number, key) in consumer.keyauth_credentials.into_iter().enumerate() {
            if self.keys.insert(crate::digest(key.key.as_bytes()), index).is_some() {
                return Err(Error::at(&format!("{path}.keyauth_credentials[{number}].key"), "is there twice"));
            }
            if is_demo || key.tags.iter().any(|tag| &**tag == DEMO) {
                let plan = groups.first().cloned().unwrap_or_default();
                self.demo.push(DemoKey { username: name.clone(), plan, key: key.key.into_string() });
            }
        }
        self.consumers.push(Consumer {
            id: consumer.id.map_or_else(|| stable_id(&name), Text::into_string),
            username: consumer.username.map(Text::into_string).unwrap_or_default(),
            custom_id: consumer.custom_id.map(Text::into_string),
            groups,
        });
        self.nested_plugins(consumer.plugins, path, Scope { consumer: Some(index), ..Scope::default() });
        Ok(())
    }

    /// Plugins are read when every name they may refer to is known.
    fn nested_plugins(&mut self, plugins: Vec<file::Plugin>, path: &str, scope: Scope) {
        let dot = if path.is_empty() { "" } else { "." };
        for (number, plugin) in plugins.into_iter().enumerate() {
            self.plugins.push((format!("{path}{dot}plugins[{number}]"), plugin, scope));
        }
    }

    fn plugin(&mut self, plugin: &file::Plugin, path: &str, mut scope: Scope) -> Result<(), Error> {
        let kind = Kind::of_name(&plugin.name).map_err(|message| Error::at(&format!("{path}.name"), message))?;
        for (field, name, known, target) in [
            ("service", &plugin.service, &self.service_names, &mut scope.service),
            ("route", &plugin.route, &self.route_names, &mut scope.route),
            ("consumer", &plugin.consumer, &self.consumer_names, &mut scope.consumer),
        ] {
            let Some(name) = name.as_deref() else { continue };
            let index =
                known.get(name).ok_or_else(|| Error::at(&format!("{path}.{field}"), format!("there is no {name}")))?;
            *target = Some(*index);
        }
        let settings = Plugin::of_config(kind, plugin.config.as_ref()).map_err(|message| Error::at(path, message))?;
        let name = &*plugin.name;
        if scope.consumer.is_some() && matches!(kind, Kind::KeyAuth | Kind::Acl | Kind::Cors | Kind::CorrelationId) {
            return Err(Error::at(path, format!("{name} cannot be for a consumer")));
        }
        // One that is disabled takes the place too.
        if !self.places.insert((kind, scope)) {
            return Err(Error::at(path, format!("{name} is there twice for the same")));
        }
        if let Plugin::RateLimiting(limiting) = &settings
            && limiting.wants_redis
        {
            self.warnings.push(format!("{path}.config.policy: redis is counted in this process until it is supported"));
        }
        if plugin.enabled {
            self.instances.push(Instance { kind, plugin: settings, scope });
        }
        Ok(())
    }
}

fn upstream(service: &file::Service, path: &str) -> Result<Service, Error> {
    let wrong = |field: &str, message: &str| Err(Error::at(&format!("{path}.{field}"), message));
    let parts = [service.protocol.is_some(), service.host.is_some(), service.port.is_some(), service.path.is_some()];
    let (host, port, base) = match (service.url.as_deref(), service.host.as_deref()) {
        (Some(_), _) if parts.contains(&true) => {
            return wrong("url", "is there together with its parts: use one of the two");
        }
        (Some(url), _) => {
            let rest = url.strip_prefix("http://").unwrap_or_default();
            let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let authority = authority.parse::<Authority>().ok().filter(|authority| !authority.as_str().contains('@'));
            let Some(authority) = authority else { return wrong("url", "must be http://host:port") };
            let has_port = authority.as_str().len() > authority.host().len();
            let port = match authority.port_u16() {
                None if has_port => return wrong("url", "must be http://host:port, with a port up to 65535"),
                port => port.unwrap_or(80),
            };
            let base = if base.is_empty() { "/" } else { base };
            Path::check(base).map_err(|message| Error::at(&format!("{path}.url"), message))?;
            (authority.host().to_owned(), u32::from(port), base)
        }
        (None, Some(host)) => {
            if service.protocol.as_deref().is_some_and(|protocol| protocol != "http") {
                return wrong("protocol", "must be http");
            }
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            (host, service.port.map_or(80, |port| port.0), service.path.as_deref().unwrap_or("/"))
        }
        (None, None) => return Err(Error::at(path, "needs a url or a host")),
    };
    let millis = |timeout: Option<Timeout>| u64::from(timeout.map_or(60_000, |timeout| timeout.0));
    Ok(Service {
        name: service.name.as_deref().unwrap_or(&host).to_owned(),
        url: format!("http://{host}:{port}"),
        host,
        path: base.to_owned(),
        connect_timeout: millis(service.connect_timeout),
        read_timeout: millis(service.read_timeout),
    })
}

/// An id that stays the same from start to start, for consumers that have none written down.
fn stable_id(name: &str) -> String {
    let digest = crate::digest(format!("flowforge consumer {name}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
