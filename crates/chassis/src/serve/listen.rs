//! Listening: bounded heads, slow clients turned away, and an end that ends.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulConnection;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};

use super::app::App;
use super::moving::Moving;
use super::traffic::{Silence, Traffic};
use super::upload::Upload;
use crate::context::Context;

use crate::runtime::Runtime;

use crate::message::{Body, Request, Response};

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
        Ok(Self { listener, app })
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

/// Serves until the process is told to stop, then lets requests in flight end, within their time.
pub async fn serve(listeners: Vec<Listener>, runtime: Arc<Runtime>, stop_signal: Stop) {
    raise_file_limit();
    forbid_core_dumps();
    let (stop, stopped) = watch::channel(false);
    let tasks: Vec<_> = listeners
        .into_iter()
        .map(|listener| tokio::spawn(accept(listener, runtime.clone(), stopped.clone())))
        .collect();
    let sweeping = tokio::spawn({
        let runtime = runtime.clone();
        async move { runtime.sweep().await }
    });
    stop_signal.wait().await;
    sweeping.abort();
    runtime.drain();
    tracing::info!("stopping");
    tokio::time::sleep(runtime.settings.drain.0).await;
    // Nobody listens only when every task has ended already.
    let _ = stop.send(true);
    for task in tasks {
        let _ = task.await;
    }
    runtime.close().await;
    tracing::info!("stopped");
}

async fn accept(listener: Listener, runtime: Arc<Runtime>, mut stopped: watch::Receiver<bool>) {
    let Listener { listener, app } = listener;
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
    loop {
        let place = room.clone().acquire_owned();
        let accepted = tokio::select! {
            accepted = async { (place.await, listener.accept().await) } => accepted,
            _ = stopped.changed() => break,
        };
        let (Ok(place), Ok((stream, peer))) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let stream = TokioIo::new(Moving::new(no_delay(stream), runtime.settings.idle.0));
        let traffic = Traffic::new();
        let connection = server.serve_connection(stream, answer(app.clone(), peer, traffic.clone())).into_owned();
        let (stopped, last_words) = (stopped.clone(), runtime.settings.shutdown.0);
        let idle = runtime.settings.idle.0;
        tokio::spawn(async move {
            attend(connection, stopped, last_words, &traffic, idle).await;
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
    mut stopped: watch::Receiver<bool>,
    last_words: Duration,
    traffic: &Traffic,
    idle: Duration,
) {
    let mut connection = pin!(connection);
    tokio::select! {
        // A connection that breaks is the client's affair.
        _ = connection.as_mut() => return,
        silence = traffic.silent(idle) => match silence {
            Silence::Idle => {}
            Silence::Deaf => return,
        },
        () = tokio::time::sleep(MAX_AGE) => {}
        _ = stopped.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(last_words, connection).await;
}

fn no_delay(stream: TcpStream) -> TcpStream {
    // Without it answers wait for acknowledgements; a socket that refuses works all the same.
    let _ = stream.set_nodelay(true);
    stream
}

fn answer(
    app: App,
    peer: SocketAddr,
    traffic: Arc<Traffic>,
) -> impl hyper::service::Service<
    http::Request<Incoming>,
    Response = Response,
    Error = std::convert::Infallible,
    Future = impl Future<Output = Result<Response, std::convert::Infallible>> + Send,
> {
    service_fn(move |request: http::Request<Incoming>| {
        let mut request: Request = request.map(|body| Body::new(Upload::new(body)));
        let context = Context::arriving(&request, Some(peer.ip()));
        request.extensions_mut().insert(context);
        let exchange = traffic.begin();
        let answer = app.call(request);
        async move { exchange.answer(answer.await) }
    })
}

/// The signals to stop. Listen before anybody is told that the process is there.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Listens from now on.
    ///
    /// # Panics
    /// Outside of an async runtime.
    #[must_use]
    pub fn listen() -> Self {
        let signal = |kind| signal(kind).expect("the runtime listens for signals");
        Self { terminate: signal(SignalKind::terminate()), interrupt: signal(SignalKind::interrupt()) }
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
