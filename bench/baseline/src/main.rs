//! Hashes text in bare axum: the same route, the same JSON in and out as the crypto service, and nothing else.
//! `baseline ADDRESS`

use axum::serve::ListenerExt;
use axum::{Json, Router, routing::post};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};

#[derive(Deserialize)]
struct HashRequest {
    text: String,
    algorithm: Algorithm,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    Sha256,
    Sha512,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HashResponse {
    hash: String,
    algorithm: Algorithm,
    output_encoding: &'static str,
    bytes: usize,
    rows: Vec<Row>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    algorithm: Algorithm,
    hash: String,
    bits: usize,
    security: &'static str,
}

async fn hash(Json(HashRequest { text, algorithm }): Json<HashRequest>) -> Json<HashResponse> {
    let hash = match algorithm {
        Algorithm::Sha256 => HEXLOWER.encode(&Sha256::digest(&text)),
        Algorithm::Sha512 => HEXLOWER.encode(&Sha512::digest(&text)),
    };
    let row = Row { algorithm, hash: hash.clone(), bits: hash.len() * 4, security: "strong" };
    let (bytes, rows) = (text.len(), vec![row]);
    Json(HashResponse { hash, algorithm, output_encoding: "hex", bytes, rows, warnings: Vec::new() })
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).expect("usage: baseline ADDRESS");
    let listener = tokio::net::TcpListener::bind(address).await.expect("the address is free");
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("the socket is open"));
    let router = Router::new().route("/api/v1/crypto/hash", post(hash));
    axum::serve(listener, router).await.expect("serving goes on");
}
