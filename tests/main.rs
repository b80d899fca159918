//! End to end, against the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod elsewhere;
mod embeddings;
mod files;
mod first_request;
mod gateway;
mod greedy;
mod keyring;
mod layers;
mod limits;
mod models;
mod n8n;
mod n8n_openai;
mod process;
mod secrets;
mod server;
mod sockets;
mod standing;
mod streams;
