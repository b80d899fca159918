//! Built-in stand-in for Kong: reads `kong.yml`, runs its plugins in Kong's order, and calls the services, in process
//! or over HTTP. It names no service.

mod access;
mod arrival;
mod contract;
mod cors;
mod field;
mod file;
mod host;
mod keys;
mod limit;
mod path;
mod period;
mod plugins;
mod proxy;
mod rewrite;
mod routes;
mod trusted;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chassis::{App, Clock, Context, Metrics, Request, Response, RouteMetrics, Runtime};
use sha2::{Digest, Sha256};

use access::{Decoration, Refusal};
pub use contract::{Contract, DemoKey, Service, Variables, render};
use contract::{Instance, Scope};
use keys::Keys;
use limit::Counters;
use plugins::{Kind, Plugin};
use proxy::Proxy;
use trusted::Origin;
pub use trusted::{GatewaySettings, Trusted};

/// Where a service is.
enum Upstream {
    Here(App),
    Elsewhere(Box<Proxy>),
}

/// The gateway: one contract, its counters and its upstreams.
struct Gateway {
    contract: Contract,
    keys: Keys,
    /// For each route and kind of plugin the instance that runs for strangers.
    general: Vec<[Option<usize>; Kind::COUNT]>,
    /// Instances for one consumer, by consumer.
    personal: Vec<Vec<usize>>,
    /// Where the services of the contract are, in its order.
    upstreams: Vec<Upstream>,
    /// What the budgets of each instance are counted under: the same in the next contract, if it says the same.
    budgets: Vec<u64>,
    counters: Counters,
    clock: Clock,
    refused: Arc<RouteMetrics>,
}

/// The gateway as a process has it: its contract may be replaced while it serves. A request ends by the contract it began
/// with.
#[derive(Clone)]
pub struct Gate(Arc<Standing>);

/// What stays when the contract is replaced.
struct Standing {
    here: HashMap<String, App>,
    elsewhere: HashMap<String, String>,
    metrics: Arc<Metrics>,
    clock: Clock,
    current: RwLock<Arc<Gateway>>,
}

impl Gate {
    /// A gateway by a contract. A service whose host is in `here` is called in process; every other over HTTP, at the
    /// address that `elsewhere` has for its host, or else at that of the contract. Several services may have one host.
    ///
    /// # Errors
    /// When an address is none.
    pub fn new(
        contract: Contract,
        here: HashMap<String, App>,
        elsewhere: HashMap<String, String>,
        runtime: &Runtime,
    ) -> Result<Self, String> {
        let counters = Counters::new(ids(&contract));
        let (metrics, clock) = (runtime.metrics.clone(), runtime.clock.clone());
        let gateway = Arc::new(Gateway::new(contract, counters, &here, &elsewhere, &metrics, &clock)?);
        Ok(Self(Arc::new(Standing { here, elsewhere, metrics, clock, current: RwLock::new(gateway) })))
    }

    /// Serves by another contract from now on. Who was known goes on with what was left of the same limits.
    ///
    /// # Errors
    /// When an address is none; then nothing changes.
    pub fn replace(&self, contract: Contract) -> Result<(), String> {
        let Standing { here, elsewhere, metrics, clock, .. } = &*self.0;
        let counters = Counters::after(&self.current().counters, ids(&contract));
        let gateway = Gateway::new(contract, counters, here, elsewhere, metrics, clock)?;
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(gateway);
        Ok(())
    }

    /// The gateway as an app.
    #[must_use]
    pub fn app(&self) -> App {
        let gate = self.clone();
        App::new(move |request| {
            let gateway = gate.current();
            async move { gateway.serve(request).await }
        })
    }

    fn current(&self) -> Arc<Gateway> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn ids(contract: &Contract) -> impl Iterator<Item = String> {
    contract.consumers.iter().map(|consumer| consumer.id.clone())
}

/// A number for something that has these names.
fn number(names: &[&str]) -> u64 {
    let [first, ..] = *digest(names.join("\n").as_bytes()).as_chunks().0 else { return 0 };
    u64::from_le_bytes(first)
}

/// A service at an address, as an app.
///
/// # Errors
/// When the address is none.
pub fn elsewhere(service: &Service, runtime: &Runtime) -> Result<App, String> {
    let proxy = Arc::new(Proxy::new(service, &runtime.metrics)?);
    Ok(App::new(move |request| {
        let proxy = proxy.clone();
        let origin = Origin::of_peer(Context::of(&request).peer());
        async move { proxy.call(request, origin, false).await }
    }))
}

fn general_plugins(contract: &Contract, route: usize) -> [Option<usize>; Kind::COUNT] {
    let mut chosen = [None; Kind::COUNT];
    let service = contract.routes[route].service;
    for (index, instance) in contract.instances.iter().enumerate() {
        if instance.scope.covers(route, service, None) {
            let slot: &mut Option<usize> = &mut chosen[instance.kind as usize];
            let known = slot.map(|known| contract.instances[known].scope.precedence());
            if known < Some(instance.scope.precedence()) {
                *slot = Some(index);
            }
        }
    }
    chosen
}

impl Gateway {
    fn new(
        mut contract: Contract,
        counters: Counters,
        here: &HashMap<String, App>,
        elsewhere: &HashMap<String, String>,
        metrics: &Arc<Metrics>,
        clock: &Clock,
    ) -> Result<Self, String> {
        let upstream = |service: &mut Service| {
            if let Some(url) = elsewhere.get(&service.host) {
                service.url.clone_from(url);
            } else if let Some(app) = here.get(&service.host) {
                return Ok(Upstream::Here(app.clone()));
            }
            Proxy::new(service, metrics).map(Box::new).map(Upstream::Elsewhere)
        };
        let upstreams = contract.services.iter_mut().map(upstream).collect::<Result<_, _>>()?;
        let general = (0..contract.routes.len()).map(|route| general_plugins(&contract, route)).collect();
        let mut personal: Vec<Vec<usize>> = vec![Vec::new(); contract.consumers.len()];
        for (index, instance) in contract.instances.iter().enumerate() {
            if let Some(consumer) = instance.scope.consumer {
                personal[consumer].push(index);
            }
        }
        Ok(Self {
            keys: Keys::new(std::mem::take(&mut contract.keys)),
            general,
            personal,
            upstreams,
            budgets: contract.instances.iter().map(|instance| budget(&contract, instance)).collect(),
            counters,
            clock: clock.clone(),
            refused: metrics.route("gateway", "refused"),
            contract,
        })
    }

    async fn serve(&self, mut request: Request) -> Response {
        arrival::clean(request.headers_mut());
        let context = Context::of(&request);
        let origin = self.contract.trust.origin(context.peer(), request.headers());
        if let Some(client) = origin.client.filter(|_| origin.trusted) {
            context.set_client(client);
        }
        let mut decoration = Decoration::default();
        let outcome = self.access(&mut request, &context, origin, &mut decoration);
        let mut response = match outcome {
            Ok(route) => {
                let route = &self.contract.routes[route];
                match &self.upstreams[route.service] {
                    Upstream::Here(app) => app.call(request).await,
                    Upstream::Elsewhere(proxy) => proxy.call(request, origin, route.preserve_host).await,
                }
            }
            Err(refusal) => {
                context.set_route(self.refused.clone());
                match refusal {
                    Refusal::Error(error) => error.respond(context.id().as_str()),
                    Refusal::Answer(response) => *response,
                }
            }
        };
        decoration.apply(&context, response.headers_mut());
        response
    }

    /// The one instance of a plugin that runs: the general one, unless one for the consumer comes before it.
    fn plugin(&self, kind: Kind, route: usize, consumer: Option<usize>) -> Option<(usize, &Plugin)> {
        let instances = &self.contract.instances;
        let mut chosen = self.general[route][kind as usize];
        if let Some(consumer) = consumer {
            for index in self.personal[consumer].iter().copied().filter(|index| instances[*index].kind == kind) {
                let scope = instances[index].scope;
                let comes_first = chosen.is_none_or(|known| instances[known].scope.precedence() < scope.precedence());
                if comes_first && scope.covers(route, self.contract.routes[route].service, Some(consumer)) {
                    chosen = Some(index);
                }
            }
        }
        chosen.map(|index| (index, &instances[index].plugin))
    }
}

/// What an instance counts under: for whom it is, and by which windows. Two plugins that say the same of the same share
/// a budget no more than two of one file do: only one of them runs.
fn budget(contract: &Contract, instance: &Instance) -> u64 {
    let Plugin::RateLimiting(plugin) = &instance.plugin else { return 0 };
    let Scope { service, route, consumer } = instance.scope;
    let route = route.map(|route| route.to_string()).unwrap_or_default();
    let service = service.map_or("", |service| &contract.services[service].name);
    let consumer = consumer.map_or("", |consumer| &contract.consumers[consumer].id);
    let windows = plugin.limits.iter().map(|limit| limit.period.name());
    number(&[&route, service, consumer].into_iter().chain(windows).collect::<Vec<_>>())
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
