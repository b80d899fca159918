//! Services.
//!
//! | file | job |
//! | --- | --- |
//! | `mod.rs` | a service as its `lib.rs` writes it down: operations in one list, what it holds, its pages |
//! | `description.rs` | what documents and catalogs say of it |
//! | `start.rs` | the step from a description to an app: its own settings, shared engines, what it holds |
//! | `router.rs` | the router made of it: operations, health, document, 404, 405 |
//!
//! **Describe, then start.** A description is a list that opens nothing; documents, catalogs and worker processes need
//! no more. What a service holds is opened by [`Service::start`] alone and closed at shutdown.

mod description;
mod router;
mod start;

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Command};
use http::Method;
use serde_json::Value;

pub use description::{Description, OperationInfo};
pub use router::metrics_app;
pub use start::{Engines, Ground, NoSettings, Opening};

use crate::health::{Check, Probe};
use crate::held::{Held, Hold, Wanted};
use crate::operation::answer::OperationResponse;
use crate::operation::function::{Await, Compute, Stream};
use crate::operation::mount::work;
use crate::operation::registration::{Isolation, Operation};
use crate::operation::task::OperationRequest;
use crate::run::worker::{self, WarmEngine};
use start::Opener;

/// A service, as its `lib.rs` writes it down.
pub struct Service {
    name: &'static str,
    title: &'static str,
    prefix: String,
    operations: Vec<Operation>,
    held: Held,
    opener: Option<Opener>,
    probes: Vec<(String, Probe)>,
    pages: Vec<Page>,
    document: Option<Box<dyn Fn() -> Value + Send + Sync>>,
    downloads: Option<&'static str>,
    keeps_data: bool,
    /// Kinds of warm workers, and what their processes do.
    warm: Vec<(&'static str, Work)>,
}

/// All that a worker process does.
type Work = fn() -> ExitCode;

struct Page {
    path: &'static str,
    content_type: &'static str,
    body: Box<dyn Fn() -> String + Send + Sync>,
}

impl Service {
    /// A service under `/api/v1/<name>`, and what it does in a few words.
    #[must_use]
    pub fn new(name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            title,
            prefix: format!("/api/v1/{name}"),
            operations: Vec::new(),
            held: Held::default(),
            opener: None,
            probes: Vec::new(),
            pages: Vec::new(),
            document: None,
            downloads: None,
            keeps_data: false,
            warm: Vec::new(),
        }
    }

    /// Another prefix than the name.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// Opens something when the service starts, from settings of its own, and closes it at shutdown: operations take it
    /// as their last argument. To be said before the operations that want it.
    ///
    /// # Panics
    /// When the service holds something already.
    #[must_use]
    pub fn holds<A, S, F>(mut self, open: impl Fn(Opening<A>) -> F + Send + Sync + 'static) -> Self
    where
        A: Args + Send + 'static,
        S: Hold,
        F: Future<Output = Result<S, String>> + Send + 'static,
    {
        assert!(self.opener.is_none(), "{}: a service holds one thing", self.name);
        self.opener = Some(Opener::new(self.name, open, self.held.clone()));
        self
    }

    /// Opens what it holds anew when the process is told to read its files again (SIGHUP); when that fails, what is there
    /// goes on. For what needs no closing.
    ///
    /// # Panics
    /// When the service holds nothing.
    #[must_use]
    pub fn reopens(mut self) -> Self {
        self.opener.as_mut().expect("a service that reopens holds something").reopens = true;
        self
    }

    /// Says that the service keeps warm workers of this kind; its start step gets them by [`Opening::warm`].
    #[must_use]
    pub fn warm<E: WarmEngine>(mut self) -> Self {
        self.warm.push((E::NAME, worker::warm_work::<E>));
        self
    }

    /// Registers a pure function; it runs on the compute pool.
    #[must_use]
    pub fn compute<Q, R, H>(
        self,
        route: &str,
        function: impl Compute<Q, R, H>,
        about: impl FnOnce(Operation) -> Operation,
    ) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        H: 'static,
    {
        let operation = Operation::compute(route, function, &self.held);
        self.with(about(operation))
    }

    /// Registers an async function; what it waits for is not computing.
    #[must_use]
    pub fn call<Q, R, H>(
        self,
        route: &str,
        function: impl Await<Q, R, H>,
        about: impl FnOnce(Operation) -> Operation,
    ) -> Self
    where
        Q: OperationRequest,
        R: OperationResponse,
        H: 'static,
    {
        let operation = Operation::call(route, function, &self.held);
        self.with(about(operation))
    }

    /// Registers a function that writes its answer bit by bit; it runs on a thread of its own.
    #[must_use]
    pub fn stream<Q, H>(
        self,
        route: &str,
        function: impl Stream<Q, H>,
        about: impl FnOnce(Operation) -> Operation,
    ) -> Self
    where
        Q: OperationRequest,
        H: 'static,
    {
        let operation = Operation::stream(route, function, &self.held);
        self.with(about(operation))
    }

    fn with(mut self, operation: Operation) -> Self {
        let (service, path) = (self.name, &operation.about.path);
        let holds = self.opener.as_ref().map(|opener| opener.holds);
        let wanted =
            |wants: &Wanted| format!("{service}: {path} wants {}, which the service does not hold", wants.name);
        let missing = operation.wants.filter(|wants| holds != Some(*wants));
        assert!(missing.is_none(), "{}", missing.as_ref().map(wanted).unwrap_or_default());
        let name = &operation.about.name;
        let twice = self.operations.iter().any(|known| known.about.name == *name);
        assert!(!twice, "{service}: two operations are called {name}: name one of them with .named()");
        self.operations.push(operation);
        self
    }

    /// Answers links to kept files under this path, with the id as its last part.
    #[must_use]
    pub fn downloads(mut self, path: &'static str) -> Self {
        self.downloads = Some(path);
        self
    }

    /// Adds something to `/health`.
    #[must_use]
    pub fn check<F, A>(mut self, name: &str, probe: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Check> + Send + 'static,
    {
        self.probes.push((name.to_owned(), Arc::new(move || Box::pin(probe()))));
        self
    }

    /// Adds how something is that the service holds to `/health`.
    #[must_use]
    pub fn check_held<S, F, A>(self, name: &str, probe: F) -> Self
    where
        S: Hold,
        F: Fn(Arc<S>) -> A + Send + Sync + 'static,
        A: Future<Output = Check> + Send + 'static,
    {
        let (held, probe) = (self.held.clone(), Arc::new(probe));
        self.check(name, move || {
            let (held, probe) = (held.clone(), probe.clone());
            async move {
                match held.get::<S>() {
                    Ok(state) => probe(state).await,
                    Err(error) => Check::because(crate::health::Status::Unhealthy, error.message()),
                }
            }
        })
    }

    /// Says that the service keeps data that is to last, in [`Runtime::data`](crate::Runtime): whether it can is part of
    /// its health.
    #[must_use]
    pub fn keeps_data(mut self) -> Self {
        self.keeps_data = true;
        self
    }

    /// Adds a fixed page, made when it is first asked for.
    #[must_use]
    pub fn page(
        mut self,
        path: &'static str,
        content_type: &'static str,
        body: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        self.pages.push(Page { path, content_type, body: Box::new(body) });
        self
    }

    /// Answers `/openapi.json` with another document than the service's own, made when it is first asked for.
    #[must_use]
    pub fn with_document(mut self, document: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        self.document = Some(Box::new(document));
        self
    }

    /// What it says of itself.
    #[must_use]
    pub fn description(&self) -> Description {
        Description {
            name: self.name,
            title: self.title,
            prefix: self.prefix.clone(),
            operations: self.operations.iter().map(|operation| operation.about.clone()).collect(),
            downloads: self.downloads,
        }
    }

    /// The OpenAPI document it answers with.
    #[must_use]
    pub fn document(&self) -> Value {
        self.document.as_ref().map_or_else(|| self.description().document(), |document| document())
    }

    /// Adds the settings of its own to a command line.
    #[must_use]
    pub fn settings(&self, command: Command) -> Command {
        match &self.opener {
            Some(opener) => (opener.settings)(command),
            None => command,
        }
    }

    /// Runs one operation in this process, which is a worker: the request comes on standard input.
    #[must_use]
    pub fn work(self, operation: &str) -> ExitCode {
        if let Some((_, work)) = self.warm.iter().find(|(name, _)| *name == operation) {
            return work();
        }
        let isolated = |known: &&Operation| !matches!(known.isolation, Isolation::Never);
        let found = self.operations.iter().filter(isolated).find(|known| known.about.name == operation);
        match found {
            Some(operation) => worker::child(|parcel, deadline| work(operation, &parcel, deadline)),
            None => ExitCode::FAILURE,
        }
    }
}

impl Description {
    /// Method and path of each operation; those of batches too.
    fn routes(&self) -> Vec<(Method, String)> {
        let mut routes = Vec::with_capacity(self.operations.len() * 2);
        for about in &self.operations {
            let path = format!("{}{}", self.prefix, about.path);
            if about.has_batch() {
                routes.push((Method::POST, format!("{path}/batch")));
            }
            routes.push((about.method.clone(), path));
        }
        routes
    }
}
