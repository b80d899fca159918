//! The connection to Redis: made when it is first needed, given up at the first fault, tried again a second later, all
//! beside the requests.
//!
//! The redis crate's own `ConnectionManager` is not used: it keeps a connection whose answers stopped coming, and lets
//! commands wait while it connects.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult};
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use crate::health::{Check, Status};
use crate::observe::Metrics;

/// Time a connection has to be there and to have taken a first command.
const CONNECT_TIME: Duration = Duration::from_secs(1);
/// Time Redis is left alone after a fault.
const REST: Duration = Duration::from_secs(1);
/// Where a cluster sends a command elsewhere, or a node of it just changed.
const CLUSTER_RETRIES: u32 = 3;

/// What is wrong, in words of ours: the crate's may hold the address.
type Reason = &'static str;
const TOO_SLOW: Reason = "it does not answer in time";
const FULL: Reason = "it takes no more data";
const REPLICA: Reason = "it is a replica, which takes no data";
/// What hinders writing alone.
const REFUSALS: [Reason; 2] = [FULL, REPLICA];
const ODD: Reason = "it answers with an error";

/// The connection to Redis. Cheap to clone.
#[derive(Clone)]
pub(super) struct Remote(Arc<Shared>);

struct Shared {
    server: Server,
    state: watch::Sender<State>,
    /// Why it takes no values, and until when none is sent. What it holds is read all the same.
    refuses: Mutex<Option<(Reason, Instant)>>,
    metrics: Arc<Metrics>,
}

#[expect(clippy::large_enum_variant, reason = "a process has one")]
enum Server {
    One(Client),
    Cluster(ClusterClient),
}

enum State {
    /// Nobody needed it yet.
    New,
    Connecting {
        /// What was wrong before.
        after: Option<Reason>,
    },
    Up(Arc<Connection>),
    Down {
        reason: Reason,
        until: Instant,
    },
}

enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Remote {
    /// A link to a URL, or to a cluster by several with commas between. Does not connect.
    pub(super) fn to(urls: &str, metrics: Arc<Metrics>) -> Result<Self, String> {
        let server = Server::at(urls).map_err(|_| {
            // The crate's message may quote the URL, and with it a password.
            "FLOWFORGE_REDIS: write it as redis://user:password@host:6379/0, or rediss:// with TLS; a cluster as \
             several with commas between, all with the same user, password and TLS"
        })?;
        Ok(Self(Arc::new(Shared { server, state: watch::Sender::new(State::New), refuses: Mutex::default(), metrics })))
    }

    /// Whether there is a connection, to a Redis that takes values.
    pub(super) fn takes_values(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Up(_)) && self.0.refusal().is_none()
    }

    /// The answer to some commands. Nothing when there is no connection or they fail in whatever way.
    pub(super) async fn ask<T: FromRedisValue>(&self, commands: &Pipeline, time: Duration) -> Option<T> {
        let deadline = Instant::now() + time;
        let connection = match self.0.up() {
            Some(connection) => connection,
            None => {
                if self.0.connect_if_due() == Due::First {
                    // Who comes first waits for it. After a fault it comes back while requests go on without.
                    timeout_at(deadline, self.0.settled()).await.ok()?;
                }
                self.0.up()?
            }
        };
        match timeout_at(deadline, connection.ask(commands)).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => match reason(&error) {
                Some(reason) if REFUSALS.contains(&reason) => self.0.refuse(reason),
                Some(reason) => self.0.lose(&connection, reason),
                None => {}
            },
            Err(_) => self.0.lose(&connection, TOO_SLOW),
        }
        None
    }

    /// How Redis is, asked anew unless it is being left alone.
    pub(super) async fn check(&self) -> Check {
        match self.0.up() {
            Some(_) => {
                if self.ask::<()>(&probe(), CONNECT_TIME).await.is_some() {
                    *self.0.refuses.lock().unwrap_or_else(PoisonError::into_inner) = None;
                }
            }
            None => {
                self.0.connect_if_due();
                self.0.settled().await;
            }
        }
        match *self.0.state.borrow() {
            State::Up(_) => match self.0.refusal() {
                Some(reason) => Check::because(Status::Degraded, reason),
                None => Check::healthy(),
            },
            State::Down { reason, .. } | State::Connecting { after: Some(reason) } => {
                Check::because(Status::Degraded, reason)
            }
            State::New | State::Connecting { after: None } => Check::because(Status::Degraded, TOO_SLOW),
        }
    }
}

/// Whether it is time to connect.
#[derive(PartialEq, Eq)]
enum Due {
    First,
    Again,
    NotNow,
}

impl Shared {
    fn up(&self) -> Option<Arc<Connection>> {
        match &*self.state.borrow() {
            State::Up(connection) => Some(connection.clone()),
            _ => None,
        }
    }

    /// Begins to connect when that is due.
    fn connect_if_due(self: &Arc<Self>) -> Due {
        let mut due = Due::NotNow;
        self.state.send_if_modified(|state| {
            let after = match *state {
                State::New => None,
                State::Down { reason, until } if Instant::now() >= until => Some(reason),
                _ => return false,
            };
            due = if after.is_none() { Due::First } else { Due::Again };
            *state = State::Connecting { after };
            true
        });
        if due != Due::NotNow {
            let attempt = Attempt(Some(self.clone()));
            tokio::spawn(attempt.run());
        }
        due
    }

    /// Waits until an attempt to connect has ended; each has its bound.
    async fn settled(&self) {
        let mut state = self.state.subscribe();
        // The sender is this one: it is there.
        let _ = state.wait_for(|state| !matches!(state, State::Connecting { .. })).await;
    }

    /// Why it takes no values now.
    fn refusal(&self) -> Option<Reason> {
        let refuses = *self.refuses.lock().unwrap_or_else(PoisonError::into_inner);
        refuses.filter(|(_, until)| Instant::now() < *until).map(|(reason, _)| reason)
    }

    /// Sends no values for a while.
    fn refuse(&self, reason: Reason) {
        self.metrics.cache.faults.inc();
        let until = Instant::now() + REST;
        let before = self.refuses.lock().unwrap_or_else(PoisonError::into_inner).replace((reason, until));
        if before.is_none() {
            tracing::warn!(reason, "the cache only reads from Redis");
        }
    }

    fn settle(&self, outcome: Result<(Connection, Option<Reason>), Reason>) {
        if let Ok((_, Some(refusal))) = &outcome {
            self.refuse(refusal);
        }
        self.state.send_modify(|state| {
            let was_lost = matches!(state, State::Connecting { after: Some(_) });
            *state = match outcome {
                Ok((connection, _)) => {
                    if was_lost {
                        tracing::info!("the cache has its Redis again");
                    }
                    State::Up(Arc::new(connection))
                }
                Err(reason) => {
                    self.metrics.cache.faults.inc();
                    if !was_lost {
                        tracing::warn!(reason, "the cache goes on without Redis");
                    }
                    State::Down { reason, until: Instant::now() + REST }
                }
            };
        });
    }

    /// Gives a connection up.
    fn lose(&self, connection: &Arc<Connection>, reason: Reason) {
        self.metrics.cache.faults.inc();
        self.state.send_if_modified(|state| {
            // Many see the same fault, some when there already is another connection.
            let in_use = matches!(state, State::Up(up) if Arc::ptr_eq(up, connection));
            if in_use {
                tracing::warn!(reason, "the cache goes on without Redis");
                *state = State::Down { reason, until: Instant::now() + REST };
            }
            in_use
        });
    }
}

/// An attempt to connect. However it ends, by a panic or with its runtime too, the link hears of it.
struct Attempt(Option<Arc<Shared>>);

impl Attempt {
    async fn run(mut self) {
        if let Some(link) = &self.0 {
            let outcome = link.server.connect().await;
            link.settle(outcome);
            self.0 = None;
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            link.settle(Err("connecting broke off"));
        }
    }
}

impl Server {
    fn at(urls: &str) -> RedisResult<Self> {
        let nodes: Vec<&str> = urls.split(',').map(str::trim).collect();
        if let [url] = nodes.as_slice() {
            return Client::open(*url).map(Self::One);
        }
        let cluster = ClusterClient::builder(nodes)
            .connection_timeout(CONNECT_TIME)
            .response_timeout(CONNECT_TIME)
            .retries(CLUSTER_RETRIES);
        cluster.build().map(Self::Cluster)
    }

    /// A connection that works, and why it takes no values, if it takes none.
    async fn connect(&self) -> Result<(Connection, Option<Reason>), Reason> {
        let connect = async {
            let connection = match self {
                Self::One(client) => {
                    // Each command has its own time.
                    let config = AsyncConnectionConfig::new().set_response_timeout(None);
                    Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?)
                }
                Self::Cluster(client) => Connection::Cluster(client.get_async_connection().await?),
            };
            match connection.ask::<()>(&probe()).await {
                Ok(()) => Ok((connection, None)),
                Err(error) => match reason(&error).filter(|reason| REFUSALS.contains(reason)) {
                    Some(refusal) => Ok((connection, Some(refusal))),
                    None => Err(error),
                },
            }
        };
        match timeout(CONNECT_TIME, connect).await {
            Ok(outcome) => outcome.map_err(|error: RedisError| reason(&error).unwrap_or(ODD)),
            Err(_) => Err(TOO_SLOW),
        }
    }
}

impl Connection {
    async fn ask<T: FromRedisValue>(&self, commands: &Pipeline) -> RedisResult<T> {
        match self {
            Self::One(connection) => commands.query_async(&mut connection.clone()).await,
            Self::Cluster(connection) => commands.query_async(&mut connection.clone()).await,
        }
    }
}

/// Shows that Redis takes what the cache sends, which one that wants a password, loads, is full or a replica does not.
fn probe() -> Pipeline {
    let mut commands = Pipeline::with_capacity(1);
    commands.cmd("SET").arg("ff:probe").arg("").arg("PX").arg(1_000).ignore();
    commands
}

/// What is wrong with Redis; nothing when it is only the value that was asked for.
fn reason(error: &RedisError) -> Option<Reason> {
    if error.is_timeout() {
        return Some(TOO_SLOW);
    }
    if error.is_connection_refusal() {
        return Some("nothing listens at its address");
    }
    let codes = error.clone().into_server_errors();
    let code = codes.as_deref().and_then(<[_]>::first).map_or("", |(_, error)| error.code());
    let io = error.source().and_then(|source| source.downcast_ref()).map(io::Error::kind);
    Some(match (error.kind(), code) {
        (_, "WRONGTYPE") => return None,
        (ErrorKind::AuthenticationFailed, _) | (_, "NOAUTH" | "WRONGPASS") => "it wants another user or password",
        (_, "NOPERM") => "its user may not GETRANGE, PTTL and SET keys that begin with ff:",
        (_, "LOADING") => "it is loading its data",
        (_, "OOM" | "MISCONF") => FULL,
        (_, "READONLY") => REPLICA,
        (_, "MOVED" | "ASK") => "it is a cluster: name several of its nodes",
        (_, "CLUSTERDOWN" | "MASTERDOWN") | (ErrorKind::ClusterConnectionNotFound, _) => "its cluster is down",
        (ErrorKind::Parse, _) => "what answers is no Redis",
        (ErrorKind::Io, _) if io == Some(io::ErrorKind::InvalidData) => {
            "its certificate is not trusted, or it has none"
        }
        (ErrorKind::Io, _) => "it cannot be reached or hung up",
        _ => ODD,
    })
}
