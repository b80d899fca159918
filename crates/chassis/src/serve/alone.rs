//! One service as a program of its own.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;

use super::listen::{Listener, Stop, serve};
use crate::clock::Clock;
use crate::observe::{Log, Observer};
use crate::runtime::Runtime;
use crate::service::Service;
use crate::settings::Settings;

/// Runs one service on its own: the whole `main` of a service's program.
#[must_use]
pub fn run(build: impl FnOnce(&Settings) -> Result<Service, String>, port: u16) -> ExitCode {
    let complain = |problem: String| {
        // Nobody is left to tell when it cannot be written.
        let _ = writeln!(io::stderr(), "{problem}");
        ExitCode::FAILURE
    };
    if let Some(operation) = crate::worker_operation() {
        return match build(&Settings::default()) {
            Ok(service) => service.work(operation.split_once('_').map_or("", |(_, operation)| operation)),
            Err(problem) => complain(problem),
        };
    }
    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        settings: Settings,
    }
    let settings = Program::parse().settings;
    match build(&settings) {
        Ok(service) => alone(service, port, settings),
        Err(problem) => complain(problem),
    }
}

/// Runs one service on its own with settings already read.
#[must_use]
pub fn alone(service: Service, port: u16, settings: Settings) -> ExitCode {
    let log = Log::start(&settings);
    let lines = (!settings.no_access_log).then(|| log.lines());
    let address = settings.service_listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system starts threads");
    runtime.block_on(async {
        let stop = Stop::listen();
        let runtime = match Runtime::new(settings, Clock::System) {
            Ok(runtime) => runtime,
            Err(problem) => {
                tracing::error!("{problem}");
                return ExitCode::FAILURE;
            }
        };
        let name = service.name();
        let observer = Observer::new(runtime.clock.clone(), runtime.metrics.clone(), lines);
        let app = observer.observe(service.app(&runtime));
        match Listener::bind(address, app).await {
            Ok(listener) => {
                let address = listener.address().unwrap_or(address);
                tracing::info!(service = name, %address, "listening");
                serve(vec![listener], runtime, stop).await;
                ExitCode::SUCCESS
            }
            Err(error) => {
                tracing::error!("{error}");
                ExitCode::FAILURE
            }
        }
    })
}
