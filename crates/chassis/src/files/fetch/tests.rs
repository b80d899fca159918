//! Against small servers on loopback. Linux has all of 127.0.0.0/8 there: what is open and what is not are neighbours.

mod answers;
mod guard;
mod https;

use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::*;

/// Long enough for any machine.
const PATIENT: Patience = Patience::Whole(Duration::from_secs(30));
const OPEN: &str = "127.0.0.2";

/// What a server does once it has read a request.
enum Reply {
    /// Sends this and closes.
    All(Vec<u8>),
    /// Sends this, then nothing.
    Part(Vec<u8>),
    /// Sends the first part, then the second byte by byte.
    Slowly(Vec<u8>, Vec<u8>),
}

struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    closed: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl Server {
    async fn start(on: &str, reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(on, None, reply).await
    }

    async fn start_with(
        on: &str,
        tls: Option<TlsAcceptor>,
        reply: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((on, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, reply) = (Arc::new(Seen::default()), Arc::new(reply));
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (seen, reply, tls) = (shared.clone(), reply.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, &seen, &*reply).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(stream, &seen, &*reply).await;
                            }
                        }
                    }
                    seen.closed.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, seen, task }
    }

    /// The same answer to everyone.
    async fn answering(on: &str, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(on, move |_| Reply::All(answer.clone())).await
    }

    /// A URL whose path and query nobody should read about.
    fn url(&self) -> String {
        self.at(&self.address.ip().to_string())
    }

    fn at(&self, host: &str) -> String {
        format!("http://{host}:{}/secret?secret", self.address.port())
    }

    fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Waits until every connection is closed.
    async fn all_closed(&self) {
        let closed = async {
            while self.seen.closed.load(Ordering::SeqCst) < self.connections() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), closed).await.expect("the connection is closed");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads a request, replies, and waits until the other side has gone.
async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Seen, reply: &impl Fn(&str) -> Reply) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let reply = reply(&head);
    seen.requests.lock().unwrap().push(head);
    // A client that has had enough closes while it is written to.
    match reply {
        Reply::All(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Part(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Reply::Slowly(first, then) => {
            let _ = stream.write_all(&first).await;
            for byte in then {
                tokio::time::sleep(Duration::from_millis(100)).await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        }
    }
    while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
}

fn ok(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn moved(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {to}\r\n\r\n").into_bytes()
}

fn settings(allowed: &[&str]) -> Settings {
    Settings { fetch_allow: allowed.iter().map(|text| text.parse().unwrap()).collect(), ..Settings::default() }
}

fn fetcher(allowed: &[&str]) -> Fetcher {
    Fetcher::new(&settings(allowed))
}

/// Names lead where a function says, given how often it was asked before.
fn with_names(allowed: &[&str], names: impl Fn(&str, usize) -> Vec<&'static str> + Send + Sync + 'static) -> Fetcher {
    let asked = AtomicUsize::new(0);
    let lookup = move |name: String| {
        let found = names(&name, asked.fetch_add(1, Ordering::SeqCst));
        let found = Ok(found.iter().map(|address| address.parse::<IpAddr>().unwrap()).collect());
        Box::pin(std::future::ready(found)) as _
    };
    Fetcher::with_lookup(&settings(allowed), Arc::new(lookup))
}

async fn read(mut fetched: Fetched) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = fetched.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn fetch_for(fetcher: &Fetcher, url: &str, patience: Patience) -> Result<Vec<u8>, Fault> {
    let outcome = match fetcher.open(&Holder::default(), url, patience).await {
        Ok(fetched) => read(fetched).await,
        Err(fault) => Err(fault),
    };
    if let Err(fault) = &outcome {
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
    outcome
}

async fn fetch(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, Fault> {
    fetch_for(fetcher, url, PATIENT).await
}

#[track_caller]
fn refused(outcome: Result<Vec<u8>, Fault>, with: &str) {
    assert!(matches!(&outcome, Err(Fault::Refused(why)) if why.contains(with)), "{outcome:?} is not {with}");
}

#[track_caller]
fn unreached(outcome: Result<Vec<u8>, Fault>, with: &str) {
    assert!(matches!(&outcome, Err(Fault::Unreachable(why)) if why.contains(with)), "{outcome:?} is not {with}");
}
