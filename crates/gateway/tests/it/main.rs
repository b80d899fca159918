//! The gateway in front of an app that says what it got.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contract;
mod openai;
mod plugins;
mod proxies;
mod requests;
mod rewrites;

use std::collections::HashMap;

use chassis::testing::{Answer, Client};
use chassis::{App, Body, Clock, Context, Request, Response, Runtime, Settings};
use gateway::Contract;
use http::header::HOST;
use serde_json::{Value, json};

const CONTRACT: &str = r#"
_format_version: "3.0"
services:
  - name: echo
    url: http://echo:1
    routes:
      - {name: keyed, paths: [/api/echo], strip_path: false, plugins: [{name: key-auth, config: &key {key_names: [x-api-key, apikey, authorization], key_in_query: false, hide_credentials: true}}, {name: acl, config: {allow: [free, pro]}}]}
      - {name: open, paths: [/open]}
      - {name: exact, paths: ["~/api/echo/public$"], strip_path: false}
      - {name: posted, paths: [/posted], methods: [POST], strip_path: false}
      - {name: hosted, hosts: [only.example, '*.Wild.example'], paths: [/hosted]}
      - {name: small, paths: [/small], strip_path: false, plugins: [{name: request-size-limiting, config: {allowed_payload_size: 10, size_unit: bytes}}]}
  - name: based
    url: http://echo:1/base/
    routes:
      - {name: based, paths: [/based]}
      - {name: based-whole, paths: [/whole], strip_path: false}
plugins:
  - {name: cors, config: {origins: ["*"], max_age: 60, exposed_headers: [X-Request-ID]}}
  - {name: rate-limiting, config: {minute: 5, day: 100, limit_by: consumer}}
  - {name: request-transformer, config: {add: {headers: ["X-Gateway-Secret:${SECRET}", "X-Added:yes"]}}}
consumers:
  - {username: alice, custom_id: a-1, keyauth_credentials: [{key: alice-key}, {key: Bearer alice-key}], acls: [{group: free}]}
  - {username: bob, keyauth_credentials: [{key: bob-key}], acls: [{group: pro}], plugins: [{name: rate-limiting, config: {minute: 7, limit_by: consumer}}]}
  - {username: eve, keyauth_credentials: [{key: eve-key}], acls: [{group: other}]}
"#;

fn variables(name: &str) -> Option<String> {
    (name == "SECRET").then(|| "the-gateway-secret".to_owned())
}

/// Says what reached it.
async fn echo(request: Request) -> Response {
    let context = Context::of(&request);
    let headers: Value = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let seen = json!({
        "method": request.method().as_str(),
        "path": request.uri().path(),
        "query": request.uri().query(),
        "headers": headers,
        "consumer": context.consumer().map(|consumer| &consumer.username),
        "windows": context.windows().len(),
    });
    let size = http_body_util::BodyExt::collect(request.into_body()).await.map(|body| body.to_bytes().len());
    let mut seen = seen;
    seen["body"] = json!(size.ok());
    Response::new(Body::from(seen.to_string()))
}

fn client_of(contract: &str) -> Client {
    let contract = Contract::read(contract, &variables).unwrap();
    // Noon of some day: no window ends while a test runs.
    let clock = Clock::manual(1_767_268_800_000);
    Client::with(Settings::default(), clock, |runtime| app(contract, runtime))
}

/// The gateway in front of the one service that is called in process.
fn app(contract: Contract, runtime: &Runtime) -> App {
    let here = HashMap::from([("echo".to_owned(), App::new(echo))]);
    gateway::Gate::new(contract, here, HashMap::new(), runtime).unwrap().app()
}

fn client() -> Client {
    client_of(CONTRACT)
}

/// Sends a request with headers.
fn send(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = http::Request::builder().method(method).uri(path).header(HOST, "test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.body(Body::empty()).unwrap())
}
