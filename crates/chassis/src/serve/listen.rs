//! Listening: bounded heads, slow clients turned away, and an end that ends.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, ready};
use http::Version;
use http::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulConnection;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::app::App;
use super::moving::Moving;
use super::signals::Signals;
use super::tls::{Line, Tls};
use super::traffic::{Silence, Traffic};
use super::upload::Upload;
use crate::context::Context;
use crate::error::{Code, Error};
use crate::message::{Body, Request, Response};
use crate::runtime::Runtime;

/// A request head may be this large in all. hyper's own limit of 100 headers stays: setting
/// any limit makes it allocate the headers of every request.
const HEAD_BYTES: usize = 32 * 1024;
/// Requests one HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 128;
/// A connection is asked to leave after this, so that nothing it holds is held for ever.
const MAX_AGE: Duration = Duration::from_secs(600);
/// Wait after the system refuses a connection (no descriptors left) before asking again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An address and what answers there.
pub struct Listener {
    listener: TcpListener,
    app: App,
    tls: Option<Arc<Tls>>,
}

impl Listener {
    /// Takes an address.
    ///
    /// # Errors
    /// With the address in the text, when it cannot be taken.
    pub async fn bind(address: SocketAddr, app: App) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await;
        let listener =
            listener.map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))?;
        Ok(Self { listener, app, tls: None })
    }

    /// Speaks TLS.
    #[must_use]
    pub fn secured(mut self, tls: Option<Arc<Tls>>) -> Self {
        self.tls = tls;
        self
    }

    /// The address it has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Lets the process open as many files, and so connections, as the system allows it; the usual 1,024 are few.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where the system refuses, the old limit holds, and further connections wait.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Leaves no image of the memory, with keys and passwords of others in it, on a disk when the process crashes.
fn forbid_core_dumps() {
    // A limit may always be lowered.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// How far the end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// Whatever is asked is answered, and told to ask elsewhere from now on.
    Draining,
    /// What was asked is answered.
    Stopping,
}

/// Serves until the process is told to stop, then lets requests in flight end, within their time. Told a second time, it
/// ends at once.
pub async fn serve(listeners: Vec<Listener>, runtime: Arc<Runtime>, mut signals: Signals) {
    raise_file_limit();
    forbid_core_dumps();
    let (phase, phases) = watch::channel(Phase::Serving);
    let tasks: Vec<_> =
        listeners.into_iter().map(|listener| tokio::spawn(accept(listener, runtime.clone(), phases.clone()))).collect();
    let sweeping = tokio::spawn({
        let runtime = runtime.clone();
        async move { runtime.sweep().await }
    });
    signals.stop(&runtime).await;
    sweeping.abort();
    runtime.drain();
    tracing::info!("stopping");
    let end = async {
        // Nobody listens only when every task has ended already.
        let _ = phase.send(Phase::Draining);
        tokio::time::sleep(runtime.settings.drain.0).await;
        let _ = phase.send(Phase::Stopping);
        for task in tasks {
            let _ = task.await;
        }
        runtime.close().await;
    };
    tokio::select! {
        () = end => tracing::info!("stopped"),
        () = signals.stop_now() => tracing::warn!("stopped at once: requests in flight were cut off"),
    }
}

async fn accept(listener: Listener, runtime: Arc<Runtime>, mut phases: watch::Receiver<Phase>) {
    let Listener { listener, app, tls } = listener;
    let room = Arc::new(Semaphore::new(runtime.settings.connections));
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(runtime.settings.idle.0)
        .max_buf_size(HEAD_BYTES)
        .half_close(false);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(HEAD_BYTES as u32)
        .keep_alive_interval(Duration::from_secs(20));
    let server = Arc::new(server);
    loop {
        let place = room.clone().acquire_owned();
        let accepted = tokio::select! {
            accepted = async { (place.await, listener.accept().await) } => accepted,
            _ = phases.wait_for(|phase| *phase == Phase::Stopping) => break,
        };
        let (Ok(place), Ok((stream, peer))) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (server, app, tls) = (server.clone(), app.clone(), tls.clone());
        let (runtime, phases) = (runtime.clone(), phases.clone());
        tokio::spawn(async move {
            let stream = no_delay(stream);
            let line = match &tls {
                Some(tls) => tls.accept(stream).await,
                None => Some(Line::Plain(stream)),
            };
            if let Some(line) = line {
                let traffic = Traffic::new();
                let stream = TokioIo::new(Moving::new(line, runtime.settings.idle.0));
                let came = Came { peer, secure: tls.is_some() };
                let connection = server.serve_connection(stream, answer(app, came, traffic.clone(), runtime.clone()));
                attend(connection, phases, &traffic, &runtime).await;
            }
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(runtime.settings.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(runtime.settings.shutdown.0, room.acquire_many(all)).await.is_err() {
        tracing::warn!("requests in flight were cut off");
    }
}

/// Serves a connection until it ends, is old, or the process is to stop; then its requests in flight get to end.
async fn attend<C: GracefulConnection>(
    connection: C,
    mut phases: watch::Receiver<Phase>,
    traffic: &Traffic,
    runtime: &Runtime,
) {
    let mut connection = pin!(connection);
    let mut old = pin!(tokio::time::sleep(MAX_AGE));
    loop {
        tokio::select! {
            // A connection that breaks is the client's affair.
            _ = connection.as_mut() => return,
            silence = traffic.silent(runtime.settings.idle.0) => match silence {
                Silence::Idle => break,
                Silence::Deaf => return,
            },
            () = old.as_mut() => break,
            changed = phases.changed() => match *phases.borrow_and_update() {
                // An answer says it on HTTP/1; there, closing a silent connection would lose what is on its way.
                Phase::Serving => {}
                Phase::Draining if changed.is_ok() && !traffic.is_http2() => {}
                Phase::Draining | Phase::Stopping => break,
            },
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(runtime.settings.shutdown.0, connection).await;
}

/// Refuses transfer codings other than chunked, as RFC 9112 (6.1) wants: hyper would hand on what it cannot decode.
fn unknown_coding(request: &Request) -> Option<Error> {
    let mut codings = request.headers().get_all(TRANSFER_ENCODING).iter();
    let known = codings.all(|coding| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"));
    let message = "send the body as it is or chunked: no other Transfer-Encoding is understood; compress it with \
                   Content-Encoding: gzip or zstd";
    (!known).then(|| Error::new(Code::NotImplemented, message))
}

fn no_delay(stream: TcpStream) -> TcpStream {
    // Without it answers wait for acknowledgements; a socket that refuses works all the same.
    let _ = stream.set_nodelay(true);
    stream
}

/// How a connection came.
#[derive(Clone, Copy)]
struct Came {
    peer: SocketAddr,
    secure: bool,
}

fn answer(
    app: App,
    came: Came,
    traffic: Arc<Traffic>,
    runtime: Arc<Runtime>,
) -> impl hyper::service::Service<
    http::Request<Incoming>,
    Response = Response,
    Error = std::convert::Infallible,
    Future = impl Future<Output = Result<Response, std::convert::Infallible>> + Send,
> {
    service_fn(move |request: http::Request<Incoming>| {
        let mut request: Request = request.map(|body| Body::new(Upload::new(body)));
        let context = Context::arriving(&request, Some(came.peer.ip()), came.secure);
        request.extensions_mut().insert(context.clone());
        let http2 = request.version() == Version::HTTP_2;
        let exchange = traffic.begin(http2);
        let answer = match unknown_coding(&request) {
            Some(error) => Either::Left(ready(error.respond(context.id().as_str()))),
            None => Either::Right(app.call(request)),
        };
        let runtime = runtime.clone();
        async move {
            let mut answer = answer.await;
            if runtime.is_draining() && !http2 {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            exchange.answer(answer)
        }
    })
}
