//! Everything in one process: services, platform, gateway.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use chassis::settings::variable;
use chassis::{
    App, Clock, Ground, LAST_MOMENT, Listener, Log, Observer, Runtime, Service, Settings, Signals, Tls, metrics_app,
    serve,
};
use gateway::{Contract, DemoKey, Gate, GatewaySettings};
use platform::State;

use crate::services::SERVICES;

/// The contract a binary carries for when there is no file.
const BUILT_IN: &str = include_str!("../../../kong.yml");
const SECRET: &str = "FLOWFORGE_GATEWAY_SECRET";

/// The text of the contract: the file that is named, else the one that lies here, else the built-in one.
pub fn contract_text(settings: &Settings) -> Result<String, String> {
    let here = Path::new("kong.yml");
    match settings.kong.as_deref() {
        Some(path) => fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display())),
        None if here.exists() => fs::read_to_string(here).map_err(|error| format!("kong.yml: {error}")),
        None => Ok(BUILT_IN.to_owned()),
    }
}

/// The contract. In one process nobody needs the gateway's secret, so a missing one is filled with chance.
pub fn contract(settings: &Settings) -> Result<Contract, String> {
    let text = contract_text(settings)?;
    let variables = |name: &str| match (&settings.gateway_secret, name) {
        (Some(secret), SECRET) => Some(secret.reveal().to_owned()),
        (None, SECRET) => Some(chassis::RequestId::default().as_str().to_owned()),
        _ => variable(name),
    };
    Contract::read(&text, &variables).map_err(|error| error.to_string())
}

/// Starts everything and serves until told to stop.
pub fn up(settings: Settings, gateway: &GatewaySettings, ground: Ground) -> ExitCode {
    let log = Log::start(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system starts threads");
    let served = runtime.block_on(run(settings, gateway, &ground, &log));
    runtime.shutdown_timeout(LAST_MOMENT);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say(&format!("flowforge: {problem}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: Settings, gateway: &GatewaySettings, ground: &Ground, log: &Log) -> Result<(), String> {
    let signals = Signals::listen();
    let contract = usable(&settings, gateway)?;
    let lines = (!settings.no_access_log).then(|| log.lines());
    let runtime = Runtime::new(settings, Clock::System)?;
    let settings = &runtime.settings;
    let elsewhere: HashMap<String, String> =
        settings.upstreams.iter().map(|upstream| (upstream.service.clone(), upstream.url.clone())).collect();
    all_known(&contract, elsewhere.keys())?;
    let apps = apps(&contract, &elsewhere, &runtime, ground).await?;
    let demo_keys = contract.demo_keys().to_vec();
    let gate = Gate::new(contract, apps, elsewhere.clone(), &runtime)?;
    heed_reloads(&runtime, &gate, gateway, &elsewhere);
    let tls = tls(settings, &runtime)?;
    let observer = Observer::new(runtime.clock.clone(), runtime.metrics.clone(), lines);
    let bind = async |address, app| Listener::bind(address, app).await.map_err(|error| error.to_string());
    let proxy = bind(settings.listen, observer.observe(gate.app())).await?.secured(tls.clone());
    let status = bind(settings.status_listen, metrics_app(&runtime)).await?;
    let address = proxy.address().map_err(|error| error.to_string())?;
    let status_address = status.address().map_err(|error| error.to_string())?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    say(&banner(scheme, address, status_address, &demo_keys, &elsewhere));
    tracing::info!(%address, status = %status_address, "listening");
    serve(vec![proxy, status], runtime.clone(), signals).await;
    Ok(())
}

/// The contract, if it may be served as the settings are.
fn usable(settings: &Settings, gateway: &GatewaySettings) -> Result<Contract, String> {
    let contract = contract(settings)?.trusting(gateway);
    if !contract.demo_keys().is_empty() && !settings.listen.ip().is_loopback() && !settings.allow_demo {
        return Err(format!(
            "the contract holds demo keys, which anybody knows: not serving them on {}. \
             Remove the consumers tagged demo, or pass --allow-demo",
            settings.listen
        ));
    }
    for warning in contract.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(contract)
}

/// On SIGHUP the contract is read again. Services that a new one adds are reached over HTTP; in this process run those
/// that it was started with.
fn heed_reloads(runtime: &Arc<Runtime>, gate: &Gate, gateway: &GatewaySettings, elsewhere: &HashMap<String, String>) {
    let (gate, gateway, settings) = (gate.clone(), gateway.clone(), runtime.settings.clone());
    let named: Vec<String> = elsewhere.keys().cloned().collect();
    runtime.on_reload(move || {
        let read = usable(&settings, &gateway).and_then(|contract| {
            all_known(&contract, named.iter())?;
            gate.replace(contract)
        });
        Box::pin(std::future::ready(read))
    });
}

/// Refuses addresses of services that the contract has not.
fn all_known<'a>(contract: &Contract, mut named: impl Iterator<Item = &'a String>) -> Result<(), String> {
    match named.find(|name| !contract.services().iter().any(|known| known.host == **name)) {
        Some(unknown) => Err(format!("FLOWFORGE_UPSTREAMS names {unknown}, which is not in the contract")),
        None => Ok(()),
    }
}

/// The gateway's own TLS, if it is to have any.
fn tls(settings: &Settings, runtime: &Runtime) -> Result<Option<Arc<Tls>>, String> {
    let (Some(certificate), Some(key)) = (&settings.tls_certificate, &settings.tls_key) else { return Ok(None) };
    let tls = Tls::read(certificate, key)?;
    let again = tls.clone();
    runtime.on_reload(move || Box::pin(std::future::ready(again.reload())));
    tokio::spawn(tls.clone().watch());
    Ok(Some(tls))
}

/// What answers in this process, by its name in the contract.
async fn apps(
    contract: &Contract,
    elsewhere: &HashMap<String, String>,
    runtime: &Arc<Runtime>,
    ground: &Ground,
) -> Result<HashMap<String, App>, String> {
    let mut listed = Vec::new();
    let mut running = Vec::new();
    let mut remote = Vec::new();
    for entry in &SERVICES {
        let (state, service) = match elsewhere.get(entry.upstream) {
            Some(url) => {
                let known = contract.services().iter().find(|service| service.host == entry.upstream);
                let service = known.map(|service| gateway::Service { url: url.clone(), ..service.clone() });
                remote.extend(service.map(|service| (entry.name, service)));
                (State::Elsewhere, None)
            }
            None => (State::Running, Some((entry.describe)())),
        };
        listed.push(entry.listed(service.as_ref().map(Service::description), state));
        running.extend(service.map(|service| (entry, service)));
    }
    let mut platform = platform::service(listed);
    let mut apps = HashMap::new();
    for (entry, service) in running {
        let app = service.start(runtime, ground).await?;
        platform = platform::watch(platform, entry.name, app.clone());
        apps.insert(entry.upstream.to_owned(), app);
    }
    for (name, service) in remote {
        platform = platform::watch(platform, name, gateway::elsewhere(&service, runtime)?);
    }
    apps.insert("platform".to_owned(), platform.start(runtime, ground).await?);
    Ok(apps)
}

/// What runs where, the demo keys, and a request that works.
fn banner(
    scheme: &str,
    address: SocketAddr,
    status: SocketAddr,
    demo_keys: &[DemoKey],
    elsewhere: &HashMap<String, String>,
) -> String {
    let base = format!("{scheme}://{address}");
    let mut text = format!("\nFlowForge {} on {base}\n\n", env!("CARGO_PKG_VERSION"));
    // Writing to a string cannot fail.
    for entry in &SERVICES {
        let place = elsewhere.get(entry.upstream).map_or("in this process", String::as_str);
        let _ = writeln!(text, "  {:<8} {:<16} {place}", entry.name, entry.prefix());
    }
    let _ = writeln!(text, "\n  page {base}/   document {base}/openapi.json   metrics http://{status}/metrics");
    if let Some(first) = demo_keys.first() {
        let _ = writeln!(text, "\nDemo keys, which anybody knows:");
        for key in demo_keys.iter().filter(|key| !key.key.starts_with("Bearer ")) {
            let _ = writeln!(text, "  {:<12} {}", key.plan, key.key);
        }
        let body = r#"{"text":"hello","algorithm":"sha256"}"#;
        let _ = writeln!(
            text,
            "\nTry it:\n  curl -s {base}/api/v1/crypto/hash -H 'X-API-Key: {}' -H 'Content-Type: application/json' -d '{body}'\n",
            first.key
        );
    }
    text
}

/// To a person; standard output is for log lines.
fn say(text: &str) {
    // Without a terminal to say it to, it goes on all the same.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
