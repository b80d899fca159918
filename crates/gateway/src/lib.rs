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
use std::sync::Arc;

use chassis::{App, Clock, Context, Request, Response, RouteMetrics, Runtime};
use sha2::{Digest, Sha256};

use access::{Decoration, Refusal};
pub use contract::{Contract, DemoKey, Service, Variables, render};
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
    counters: Counters,
    clock: Clock,
    refused: Arc<RouteMetrics>,
}

/// The gateway as an app. A service whose host is in `here` is called in process; every other over HTTP, at the address
/// that `elsewhere` has for its host, or else at that of the contract. Several services may have one host.
///
/// # Errors
/// When an address is none.
pub fn app(
    mut contract: Contract,
    here: HashMap<String, App>,
    elsewhere: &HashMap<String, String>,
    runtime: &Runtime,
) -> Result<App, String> {
    let upstream = |service: &mut Service| {
        if let Some(url) = elsewhere.get(&service.host) {
            service.url.clone_from(url);
        } else if let Some(app) = here.get(&service.host) {
            return Ok(Upstream::Here(app.clone()));
        }
        Proxy::new(service, &runtime.metrics).map(Box::new).map(Upstream::Elsewhere)
    };
    let upstreams = contract.services.iter_mut().map(upstream).collect::<Result<_, _>>()?;
    let general = (0..contract.routes.len()).map(|route| general_plugins(&contract, route)).collect();
    let mut personal: Vec<Vec<usize>> = vec![Vec::new(); contract.consumers.len()];
    for (index, instance) in contract.instances.iter().enumerate() {
        if let Some(consumer) = instance.scope.consumer {
            personal[consumer].push(index);
        }
    }
    let gateway = Arc::new(Gateway {
        keys: Keys::new(std::mem::take(&mut contract.keys)),
        general,
        personal,
        upstreams,
        counters: Counters::new(contract.consumers.len()),
        clock: runtime.clock.clone(),
        refused: runtime.metrics.route("gateway", "refused"),
        contract,
    });
    Ok(App::new(move |request| {
        let gateway = gateway.clone();
        async move { gateway.serve(request).await }
    }))
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

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
