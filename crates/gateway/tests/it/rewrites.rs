//! Routes that lead to another path: several services of the contract share one upstream, each with a path of its own.

use gateway::{Contract, render};
use serde_json::Value;

use crate::{client_of, send, variables};

const CONTRACT: &str = r#"
_format_version: "3.0"
services:
  - name: echo
    url: http://echo:1
    routes:
      - {name: whole, paths: [/api/v1/echo], strip_path: false, plugins: &keyed [{name: key-auth, config: {key_names: [x-api-key], key_in_query: false, hide_credentials: true}}, {name: acl, config: {allow: [free]}}]}
  # Another product's paths, as its clients write them.
  - name: echo-v1
    host: echo
    port: 1
    path: /api/v1/echo/other
    routes:
      - {name: v1, paths: [/v1], strip_path: true, plugins: *keyed}
      - {name: old, paths: [/v0/], plugins: *keyed}
      - name: models
        paths: [~/engines/\d+/run$]
        plugins: [{name: request-transformer, config: {replace: {uri: /api/v1/echo/other/run}, add: {headers: ["X-Added:yes"]}}}]
      - {name: small, paths: [/v1/small], methods: [POST], plugins: [{name: request-size-limiting, config: {allowed_payload_size: 5, size_unit: bytes}}]}
      - {name: few, paths: [/v1/few], plugins: [{name: rate-limiting, config: {minute: 1, limit_by: service}}]}
plugins:
  - {name: cors, config: {origins: ["*"]}}
  - {name: rate-limiting, config: {minute: 3, limit_by: consumer}}
consumers:
  - {username: alice, keyauth_credentials: [{key: alice-key}], acls: [{group: free}]}
  - {username: eve, keyauth_credentials: [{key: eve-key}], acls: [{group: other}]}
"#;

const KEY: [(&str, &str); 1] = [("x-api-key", "alice-key")];

#[test]
fn a_rewritten_path_is_what_the_service_is_asked_for() {
    for (sent, seen) in [
        ("/v1/chat/completions", "/api/v1/echo/other/chat/completions"),
        ("/v1", "/api/v1/echo/other"),
        ("/v1/", "/api/v1/echo/other/"),
        ("/v1/models/a%2Fb", "/api/v1/echo/other/models/a%2Fb"),
        ("/v1//x/../y", "/api/v1/echo/other/y"),
        ("/v1../x", "/api/v1/echo/other/x"),
        ("/v1x", "/api/v1/echo/other/x"),
        ("/v0/x", "/api/v1/echo/other/x"),
        ("/engines/7/run", "/api/v1/echo/other/run"),
        ("/api/v1/echo/other/x", "/api/v1/echo/other/x"),
    ] {
        let answer = send(&client_of(CONTRACT), "GET", &format!("{sent}?a=1&b=%2F&a=2"), &KEY);
        let json = answer.json();
        assert_eq!((answer.status, json["path"].as_str()), (200, Some(seen)), "{sent}");
        assert_eq!(json["query"], "a=1&b=%2F&a=2", "{sent}");
    }
    let client = client_of(CONTRACT);
    assert_eq!(send(&client, "GET", "/v1/x", &KEY).json()["query"], Value::Null);
    assert_eq!(send(&client, "GET", "/v1/x?", &KEY).json()["query"], "", "as Kong passes it on");
    let transformed = send(&client, "GET", "/engines/7/run", &[]).json();
    assert_eq!(transformed["headers"]["x-added"], "yes");
}

#[test]
fn plugins_run_on_rewritten_routes_as_on_others() {
    let client = client_of(CONTRACT);
    for (path, key, status) in [
        ("/v1/x", None, 401),
        ("/v1/x", Some("nobody"), 401),
        ("/v1/x", Some("eve-key"), 403),
        ("/v1/x", Some("alice-key"), 200),
        ("/api/v1/echo/x", Some("alice-key"), 200),
        ("/v1/x", Some("alice-key"), 200),
        ("/api/v1/echo/x", Some("alice-key"), 429),
        ("/v1/x", Some("alice-key"), 429),
        ("/engines/7/run", None, 200),
        ("/engines/x/run", None, 404),
        ("/v2/x", None, 404),
        ("/v1/few", None, 200),
        ("/v1/few/x", None, 429),
    ] {
        let headers: Vec<_> = key.map(|key| ("x-api-key", key)).into_iter().collect();
        let answer = send(&client, "GET", path, &headers);
        assert_eq!(answer.status, status, "{path} {key:?} {:?}", answer.body);
        if status == 200 {
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert!(answer.json()["headers"]["x-api-key"].is_null(), "{path}");
        }
    }
    let post = |body: &'static str| {
        client.send(http::Request::post("/v1/small").header("host", "a").body(chassis::Body::from(body)).unwrap())
    };
    assert_eq!(post("12345").json()["path"], "/api/v1/echo/other");
    assert_eq!(post("123456").status, 413);
}

#[test]
fn a_service_elsewhere_is_found_by_its_host_too() {
    let contract = Contract::read(CONTRACT, &variables).unwrap();
    let hosts: Vec<(&str, &str, &str)> = contract
        .services()
        .iter()
        .map(|service| (service.name.as_str(), service.host.as_str(), service.path.as_str()))
        .collect();
    assert_eq!(hosts, [("echo", "echo", "/"), ("echo-v1", "echo", "/api/v1/echo/other")]);
    // A name alone makes no service ours: what the contract gives an address of its own is asked there.
    let other =
        "_format_version: '3.0'\nservices: [{name: echo, url: 'http://127.0.0.1:9', routes: [{name: r, paths: [/]}]}]";
    assert_eq!(send(&client_of(other), "GET", "/x", &[]).status, 502);
}

/// What Kong gets is what was written: the fields that rewrite, under Kong's names, and the same routes for us.
#[test]
fn rewrites_survive_rendering() {
    let rendered = render(CONTRACT, &variables).unwrap();
    let tree: Value = serde_json::from_str(&rendered).unwrap();
    let service = &tree["services"][1];
    assert_eq!((&service["host"], &service["path"]), (&"echo".into(), &"/api/v1/echo/other".into()));
    assert_eq!((&service["routes"][0]["paths"][0], &service["routes"][0]["strip_path"]), (&"/v1".into(), &true.into()));
    assert_eq!(service["routes"][2]["plugins"][0]["config"]["replace"]["uri"], "/api/v1/echo/other/run");
    let answer = send(&client_of(&rendered), "GET", "/v1/x?y=1", &KEY).json();
    assert_eq!((&answer["path"], &answer["query"]), (&"/api/v1/echo/other/x".into(), &"y=1".into()));
}
