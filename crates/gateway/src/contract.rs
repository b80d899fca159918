//! `kong.yml`, read strictly: what is not understood is refused with its path, before the first request.

use std::collections::{HashMap, HashSet};

use chassis::Consumer;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::file;
use crate::plugins::{Kind, Plugin};
use crate::routes::{PathRule, Route, Table};

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
    pub(crate) consumers: Vec<std::sync::Arc<Consumer>>,
    /// Credentials by the SHA-256 of the key.
    pub(crate) keys: HashMap<[u8; 32], usize>,
    pub(crate) instances: Vec<Instance>,
    demo: Vec<DemoKey>,
    warnings: Vec<String>,
}

/// A service behind the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where it is, without a slash at the end.
    pub url: String,
    /// What its paths start with, without a slash at the end.
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
    keys: HashMap<[u8; 32], usize>,
    plugins: Vec<(String, file::Plugin, Scope)>,
    instances: Vec<Instance>,
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
            consumers: self.consumers.into_iter().map(std::sync::Arc::new).collect(),
            keys: self.keys,
            instances: self.instances,
            demo: self.demo,
            warnings: self.warnings,
        })
    }

    fn service(&mut self, service: file::Service, path: &str) -> Result<(), Error> {
        if !service.enabled {
            return Ok(());
        }
        let index = self.services.len();
        if self.service_names.insert(service.name.clone(), index).is_some() {
            return Err(Error::at(&format!("{path}.name"), format!("{} is there twice", service.name)));
        }
        self.services.push(upstream(&service, path)?);
        for (number, route) in service.routes.into_iter().enumerate() {
            self.route(route, &format!("{path}.routes[{number}]"), index)?;
        }
        self.nested_plugins(service.plugins, path, Scope { service: Some(index), ..Scope::default() });
        Ok(())
    }

    fn route(&mut self, route: file::Route, path: &str, service: usize) -> Result<(), Error> {
        let index = self.routes.len();
        if self.route_names.insert(route.name.clone(), index).is_some() {
            return Err(Error::at(&format!("{path}.name"), format!("{} is there twice", route.name)));
        }
        if route.paths.is_empty() && route.methods.is_empty() && route.hosts.is_empty() {
            return Err(Error::at(path, "needs at least one of paths, methods and hosts"));
        }
        check_protocols(&route.protocols, path)?;
        let paths = route.paths.iter().enumerate().map(|(number, text)| {
            PathRule::new(text).map_err(|message| Error::at(&format!("{path}.paths[{number}]"), message))
        });
        let methods = route.methods.iter().enumerate().map(|(number, text)| {
            text.parse().map_err(|_| Error::at(&format!("{path}.methods[{number}]"), format!("{text} is no method")))
        });
        if let Some(host) = route.hosts.iter().find(|host| host.contains(':') || host.trim_matches('*').contains('*')) {
            return Err(Error::at(&format!("{path}.hosts"), format!("{host} must be a name, *.name or name.*")));
        }
        self.routes.push(Route {
            service,
            paths: paths.collect::<Result<_, _>>()?,
            methods: methods.collect::<Result<_, _>>()?,
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
        let Some(name) = consumer.username.clone().or_else(|| consumer.custom_id.clone()) else {
            return Err(Error::at(path, "needs a username or a custom_id"));
        };
        if self.consumer_names.insert(name.clone(), index).is_some() {
            return Err(Error::at(&format!("{path}.username"), format!("{name} is there twice")));
        }
        let is_demo = consumer.tags.iter().any(|tag| tag == DEMO);
        let groups: Vec<String> = consumer.acls.into_iter().map(|acl| acl.group).collect();
        for (number, key) in consumer.keyauth_credentials.into_iter().enumerate() {
            let path = format!("{path}.keyauth_credentials[{number}].key");
            if key.key.trim().is_empty() {
                return Err(Error::at(&path, "must not be empty"));
            }
            if self.keys.insert(Sha256::digest(&key.key).into(), index).is_some() {
                return Err(Error::at(&path, "is there twice"));
            }
            if is_demo || key.tags.iter().any(|tag| tag == DEMO) {
                let plan = groups.first().cloned().unwrap_or_default();
                self.demo.push(DemoKey { username: name.clone(), plan, key: key.key });
            }
        }
        self.consumers.push(Consumer {
            id: consumer.id.unwrap_or_else(|| stable_id(&name)),
            username: consumer.username.unwrap_or_default(),
            custom_id: consumer.custom_id,
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
        check_protocols(&plugin.protocols, path)?;
        for (field, name, known, target) in [
            ("service", &plugin.service, &self.service_names, &mut scope.service),
            ("route", &plugin.route, &self.route_names, &mut scope.route),
            ("consumer", &plugin.consumer, &self.consumer_names, &mut scope.consumer),
        ] {
            let Some(name) = name else { continue };
            let index =
                known.get(name).ok_or_else(|| Error::at(&format!("{path}.{field}"), format!("there is no {name}")))?;
            *target = Some(*index);
        }
        let settings = Plugin::of_config(kind, plugin.config.as_ref()).map_err(|message| Error::at(path, message))?;
        if scope.consumer.is_some() && matches!(kind, Kind::KeyAuth | Kind::Acl | Kind::Cors | Kind::CorrelationId) {
            return Err(Error::at(path, format!("{} cannot be for a consumer", plugin.name)));
        }
        if self.instances.iter().any(|known| known.kind == kind && known.scope == scope) {
            return Err(Error::at(path, format!("{} is there twice for the same", plugin.name)));
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
    let parts = [service.protocol.is_some(), service.host.is_some(), service.port.is_some(), service.path.is_some()];
    let (url, base) = match (&service.url, &service.host) {
        (Some(_), _) if parts.contains(&true) => {
            return Err(Error::at(&format!("{path}.url"), "is there together with its parts: use one of the two"));
        }
        (Some(url), _) => {
            let rest = url.strip_prefix("http://").unwrap_or_default();
            let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
            (format!("http://{authority}"), format!("/{base}"))
        }
        (None, Some(host)) => {
            let protocol = service.protocol.as_deref().unwrap_or("http");
            let base = service.path.clone().unwrap_or_default();
            (format!("{protocol}://{host}:{}", service.port.unwrap_or(80)), base)
        }
        (None, None) => return Err(Error::at(path, "needs a url or a host")),
    };
    let host = url.strip_prefix("http://").unwrap_or_default();
    if host.is_empty() || host.parse::<http::uri::Authority>().is_err() {
        return Err(Error::at(&format!("{path}.url"), "must be http://host:port"));
    }
    Ok(Service {
        name: service.name.clone(),
        url,
        path: base.trim_end_matches('/').to_owned(),
        connect_timeout: service.connect_timeout.unwrap_or(60_000),
        read_timeout: service.read_timeout.unwrap_or(60_000),
    })
}

fn check_protocols(protocols: &[String], path: &str) -> Result<(), Error> {
    let known: HashSet<String> = file::http_and_https().into_iter().collect();
    match protocols.iter().find(|protocol| !known.contains(*protocol)) {
        Some(other) => Err(Error::at(&format!("{path}.protocols"), format!("{other} is not supported"))),
        None => Ok(()),
    }
}

/// An id that stays the same from start to start, for consumers that have none written down.
fn stable_id(name: &str) -> String {
    let digest = Sha256::digest(format!("flowforge consumer {name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
