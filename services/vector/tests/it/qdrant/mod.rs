//! A Qdrant server of the tests' own, in this process: the published protocol over real gRPC, points in memory.
//!
//! It answers what the store asks as Qdrant's documentation says, and holds each request to what the protocol and our own rules
//! want: what it refuses with `invalid argument` is a fault of ours, and fails the test that made it. It is no Qdrant: how a
//! real one answers is seen where `QDRANT_URL` names one.
//!
//! | file | job |
//! | --- | --- |
//! | `collections.rs`, `points.rs` | the services of the protocol |
//! | `memory.rs` | what they keep, and searches in it |
//! | `filter.rs` | conditions |
//! | `rules.rs` | what requests must be like |

mod collections;
mod filter;
mod memory;
mod points;
mod rules;

use std::sync::{Arc, Mutex};

use qdrant_client::qdrant::collections_server::CollectionsServer;
use qdrant_client::qdrant::points_server::PointsServer;
use qdrant_client::qdrant::qdrant_server::QdrantServer;
use tokio::sync::oneshot;
use tonic::Status;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use memory::Memory;

/// A server; it ends when it is dropped.
pub(crate) struct MockQdrant {
    pub(crate) url: String,
    state: State,
    end: Option<oneshot::Sender<()>>,
}

#[derive(Clone, Default)]
struct State(Arc<Mutex<Memory>>);

impl State {
    /// Does something with what is kept, one request at a time.
    fn with<T>(&self, work: impl FnOnce(&mut Memory) -> Result<T, Status>) -> Result<tonic::Response<T>, Status> {
        let mut memory = self.0.lock().unwrap();
        let answer = work(&mut memory);
        if let Err(status) = &answer
            && status.code() != tonic::Code::NotFound
        {
            memory.refused.push(status.message().to_owned());
        }
        answer.map(tonic::Response::new)
    }
}

impl MockQdrant {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State::default();
        let (end, ended) = oneshot::channel();
        let served = state.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                Server::builder()
                    .add_service(QdrantServer::new(served.clone()))
                    .add_service(CollectionsServer::new(served.clone()))
                    .add_service(PointsServer::new(served).max_decoding_message_size(32 << 20))
                    .serve_with_incoming_shutdown(TcpIncoming::from(listener), async {
                        let _ = ended.await;
                    })
                    .await
                    .unwrap();
            });
        });
        Self { url, state, end: Some(end) }
    }

    /// What it has refused so far.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state.0.lock().unwrap().refused.clone()
    }

    /// The requests of a kind, as they came (their debug form).
    pub(crate) fn asked(&self, kind: &str) -> Vec<String> {
        let memory = self.state.0.lock().unwrap();
        memory.asked.iter().filter(|(known, _)| *known == kind).map(|(_, request)| request.clone()).collect()
    }
}

impl Drop for MockQdrant {
    fn drop(&mut self) {
        drop(self.end.take());
    }
}
