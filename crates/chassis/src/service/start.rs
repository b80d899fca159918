//! From a description to an app: a service's own settings are read, what it holds is opened, and its end is arranged.
//!
//! A service's settings are `clap::Args` of its own. The binary adds those of every service to its command line without
//! knowing them ([`Service::settings`]) and hands the matches to [`Ground`]; each start step reads its own out of them.
//! Engines that several services share are declared once, by the binary; the first service to ask builds one, the
//! others get the same, and one that nobody asks for is never built.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use tokio::sync::OnceCell;

use super::Service;
use crate::held::{Held, Hold, Wanted};
use crate::operation::task::Later;
use crate::run::worker::{WarmEngine, WarmWorkers, Warmth};
use crate::runtime::Runtime;
use crate::serve::App;

/// For a service or an engine without settings of its own.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct NoSettings {}

/// What services start on: the settings of each, and the engines they share. Cheap to clone.
#[derive(Clone)]
pub struct Ground {
    matches: Arc<ArgMatches>,
    engines: Arc<Engines>,
}

impl Ground {
    /// With a command line that was read, and engines.
    #[must_use]
    pub fn new(matches: ArgMatches, engines: Engines) -> Self {
        Self { matches: Arc::new(matches), engines: Arc::new(engines) }
    }

    /// For tests: the settings of a service and of engines as these arguments have them, else their defaults; the environment
    /// is not read.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub fn of_arguments(service: &Service, engines: Engines, arguments: &[&str]) -> Result<Self, String> {
        let command = engines.settings(service.settings(Command::new(service.name)));
        let arguments = [service.name].into_iter().chain(arguments.iter().copied());
        let matches = command.mut_args(|arg| arg.env(None::<&str>)).try_get_matches_from(arguments);
        Ok(Self::new(matches.map_err(|error| error.to_string())?, engines))
    }
}

/// What a start step is given.
pub struct Opening<A> {
    /// The service's own settings.
    pub settings: A,
    /// What the process shares: the chassis' settings, clock, metrics.
    pub runtime: Arc<Runtime>,
    service: &'static str,
    engines: Arc<Engines>,
    matches: Arc<ArgMatches>,
}

impl<A> Opening<A> {
    /// Warm workers of a kind that the service has declared with [`Service::warm`].
    #[must_use]
    pub fn warm<E: WarmEngine>(&self, warmth: Warmth) -> WarmWorkers<E> {
        let limit = self.runtime.settings.files_limit.0;
        WarmWorkers::new(self.service, self.runtime.workers.clone(), warmth, limit)
    }

    /// An engine that services share; built when the first of them asks.
    ///
    /// # Errors
    /// When it cannot be built, or the binary declares none of this type.
    pub async fn engine<E: Send + Sync + 'static>(&self) -> Result<Arc<E>, String> {
        let entry = self.engines.entries.get(&TypeId::of::<E>());
        let entry = entry.ok_or_else(|| format!("no engine {} is declared", type_name::<E>()))?;
        let built = entry.built.get_or_try_init(|| (entry.build)(self.matches.clone(), self.runtime.clone()));
        built.await?.clone().downcast().map_err(|_| format!("{} is of another type", type_name::<E>()))
    }
}

type Shared = Arc<dyn Any + Send + Sync>;
type Build = dyn Fn(Arc<ArgMatches>, Arc<Runtime>) -> Later<Result<Shared, String>> + Send + Sync;

/// Engines that several services share, by their types.
#[derive(Default)]
pub struct Engines {
    entries: HashMap<TypeId, Entry>,
    settings: Vec<fn(Command) -> Command>,
}

struct Entry {
    build: Box<Build>,
    built: OnceCell<Shared>,
}

impl Engines {
    /// Declares how an engine is built, from settings of its own. An engine knows no chassis: what it has to end, it ends when
    /// it is dropped.
    #[must_use]
    pub fn declare<A, E, F>(mut self, build: impl Fn(A, Arc<Runtime>) -> F + Send + Sync + 'static) -> Self
    where
        A: Args,
        E: Send + Sync + 'static,
        F: Future<Output = Result<E, String>> + Send + 'static,
    {
        let build = move |matches: Arc<ArgMatches>, runtime: Arc<Runtime>| -> Later<Result<Shared, String>> {
            let building = read::<A>(&matches).map(|settings| build(settings, runtime));
            Box::pin(async move { Ok(Arc::new(building?.await?) as Shared) })
        };
        self.entries.insert(TypeId::of::<E>(), Entry { build: Box::new(build), built: OnceCell::new() });
        self.settings.push(A::augment_args);
        self
    }

    /// Adds the settings of all of them to a command line.
    #[must_use]
    pub fn settings(&self, command: Command) -> Command {
        self.settings.iter().fold(command, |command, add| add(command))
    }
}

/// Opens what a service holds, and puts it in its place.
type Open = dyn FnOnce(Ground, Arc<Runtime>) -> Later<Result<(), String>> + Send;

/// How a service opens what it holds.
pub(super) struct Opener {
    pub(super) holds: Wanted,
    pub(super) settings: fn(Command) -> Command,
    open: Box<Open>,
}

impl Opener {
    pub(super) fn new<A, S, F>(
        service: &'static str,
        open: impl FnOnce(Opening<A>) -> F + Send + 'static,
        held: Held,
    ) -> Self
    where
        A: Args + Send + 'static,
        S: Hold,
        F: Future<Output = Result<S, String>> + Send + 'static,
    {
        let open = move |ground: Ground, runtime: Arc<Runtime>| -> Later<Result<(), String>> {
            Box::pin(async move {
                let Ground { matches, engines } = ground;
                let settings = read::<A>(&matches)?;
                let state =
                    Arc::new(open(Opening { settings, runtime: runtime.clone(), service, engines, matches }).await?);
                held.fill(state.clone());
                runtime.closing.push(async move { state.close().await });
                Ok(())
            })
        };
        Self { holds: Wanted::of::<S>(), settings: A::augment_args, open: Box::new(open) }
    }
}

fn read<A: FromArgMatches>(matches: &ArgMatches) -> Result<A, String> {
    A::from_arg_matches(matches).map_err(|error| error.to_string())
}

impl Service {
    /// Opens what it holds, and makes an app of it.
    ///
    /// # Errors
    /// What is wrong with its settings, or with what it is to hold.
    pub async fn start(mut self, runtime: &Arc<Runtime>, ground: &Ground) -> Result<App, String> {
        if let Some(opener) = self.opener.take() {
            (opener.open)(ground.clone(), runtime.clone()).await?;
        }
        Ok(self.app(runtime))
    }
}
