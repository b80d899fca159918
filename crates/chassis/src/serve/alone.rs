//! One service as a program of its own.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Command, FromArgMatches};

use super::listen::{Listener, serve};
use super::signals::Signals;
use crate::clock::Clock;
use crate::observe::{Log, Observer};
use crate::run::worker::worker_operation;
use crate::runtime::Runtime;
use crate::service::{Engines, Ground, Service};
use crate::settings::Settings;

/// Time that threads have to end after all is answered.
pub const LAST_MOMENT: Duration = Duration::from_millis(200);

/// Runs one service on its own, with the engines it asks for: the whole `main` of a service's program.
#[must_use]
pub fn run(service: Service, port: u16, engines: Engines) -> ExitCode {
    if let Some(operation) = worker_operation() {
        return service.work(operation.split_once('_').map_or("", |(_, operation)| operation));
    }
    let command =
        engines.settings(service.settings(Settings::augment_args(Command::new(service.description().name()))));
    let matches = command.get_matches();
    match Settings::from_arg_matches(&matches) {
        Ok(settings) => alone(service, port, settings, Ground::new(matches, engines)),
        Err(problem) => problem.exit(),
    }
}

/// Runs one service on its own with settings already read.
#[must_use]
pub fn alone(service: Service, port: u16, settings: Settings, ground: Ground) -> ExitCode {
    let log = Log::start(&settings);
    let lines = (!settings.no_access_log).then(|| log.lines());
    let address = settings.service_listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system starts threads");
    let served = runtime.block_on(async {
        let signals = Signals::listen();
        let name = service.description().name();
        let runtime = Runtime::new(settings, Clock::System)?;
        let observer = Observer::new(runtime.clock.clone(), runtime.metrics.clone(), lines);
        let app = observer.observe(service.start(&runtime, &ground).await?);
        let listener = Listener::bind(address, app).await.map_err(|error| error.to_string())?;
        let address = listener.address().unwrap_or(address);
        tracing::info!(service = name, %address, "listening");
        serve(vec![listener], runtime, signals).await;
        Ok::<_, String>(())
    });
    // What still waits for a disk or a name does not hold the process.
    runtime.shutdown_timeout(LAST_MOMENT);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Nobody is left to tell when it cannot be written.
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}
