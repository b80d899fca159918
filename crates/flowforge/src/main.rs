//! The product: all services behind the gateway, or one alone, and the documents and contract they go by.

mod documents;
mod models;
mod services;
mod up;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chassis::settings::variable;
use chassis::{Ground, Settings};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use gateway::GatewaySettings;

/// Takes 8 thousand of 82 thousand instructions off a request (bench/README.md). mimalloc does as much, but sets aside more
/// address space at its start than a worker process has.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Utility services for no-code tools, behind one API key.
#[derive(Parser)]
#[command(name = "flowforge", version, propagate_version = true, arg_required_else_help = true)]
struct Program {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    gateway: GatewaySettings,
}

#[derive(Subcommand)]
enum Command {
    /// Start every service behind the built-in gateway, in one process.
    Up,
    /// Start one service alone, without the gateway.
    Serve {
        /// crypto, and others as they come.
        service: String,
    },
    /// Write the OpenAPI documents.
    Openapi {
        /// Write nothing; fail when a file differs.
        #[arg(long)]
        check: bool,
        /// Where they are.
        #[arg(long, default_value = "openapi", value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// The models that are there, and others.
    Models {
        #[command(subcommand)]
        command: models::ModelsCommand,
    },
    /// The gateway contract.
    Kong {
        #[command(subcommand)]
        command: KongCommand,
    },
}

#[derive(Subcommand)]
enum KongCommand {
    /// Read the contract and say what is in it, or what is wrong.
    Check,
    /// Print the contract for Kong: without demo consumers, with every variable filled in.
    Render,
}

fn main() -> ExitCode {
    // Before anything else: a worker starts for every request of an isolated operation.
    if let Some(operation) = chassis::worker_operation() {
        return services::work(&operation);
    }
    let matches = services::settings(Program::command()).get_matches();
    let Program { command, settings, gateway } = match Program::from_arg_matches(&matches) {
        Ok(program) => program,
        Err(problem) => problem.exit(),
    };
    if matches!(command, Command::Up | Command::Serve { .. }) {
        // Else what was freed on a thread that is idle now stays with the process. Where it cannot be had it is only memory.
        let _ = tikv_jemalloc_ctl::background_thread::write(true);
    }
    let ground = Ground::new(matches, services::engines());
    let result = match command {
        Command::Up => return up::up(settings, &gateway, ground),
        Command::Serve { service } => match services::named(&service) {
            Ok(entry) => return chassis::alone((entry.describe)(), entry.port, settings, ground),
            Err(problem) => Err(problem),
        },
        Command::Openapi { check: true, folder } => documents::check(&folder),
        Command::Openapi { check: false, folder } => documents::write(&folder),
        Command::Models { command } => models::run(command, &settings),
        Command::Kong { command: KongCommand::Check } => up::contract(&settings).map(|contract| contract.summary()),
        Command::Kong { command: KongCommand::Render } => {
            up::contract_text(&settings).and_then(|text| gateway::render(&text, &variable).map_err(|e| e.to_string()))
        }
    };
    match result {
        Ok(text) => {
            // A closed pipe is no fault of ours.
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "flowforge: {problem}");
            ExitCode::FAILURE
        }
    }
}
