//! The gateway of the real binary: contracts, rewritten routes, what a request may say.

use serde_json::Value;

use crate::server::{Answer, FREE, Server, flowforge};

const HASH: &str = r#"{"text":"hello"}"#;
const SECRET: (&str, &str) = ("FLOWFORGE_GATEWAY_SECRET", "0123456789abcdef");

/// The contract of the project with something added below `services:`.
fn contract(services: &str) -> (tempfile::TempDir, String) {
    let text = include_str!("../kong.yml").replacen("services:\n", &format!("services:\n{services}"), 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kong.yml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// What a `kong` command says, on whichever output, and whether it succeeds.
fn kong(command: &str, path: &str) -> (bool, String) {
    let output = flowforge().args(["kong", command, "--kong", path]).envs([SECRET]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// `/v1/...` as another product's clients write it, led to a service of ours that has its own prefix.
const OTHER_PATHS: &str = "  - name: crypto-v1
    host: crypto-service
    port: 3001
    path: /api/v1/crypto
    routes:
      - name: v1
        paths: [/v1]
        strip_path: true
        plugins:
          - {name: key-auth, config: {key_names: [x-api-key, authorization], key_in_query: false, hide_credentials: true}}
          - {name: acl, config: {allow: [free, pro]}}
          - {name: rate-limiting, config: {minute: 4, limit_by: consumer}}
";

#[test]
fn a_rewritten_route_leads_to_the_service_and_keeps_its_plugins() {
    let (_folder, path) = contract(OTHER_PATHS);
    let server = Server::start(&["up", "--kong", &path], &[]);
    crate::server::early_in_the_minute();
    assert_eq!(server.post("/v1/hash", "", HASH).status, 401);
    assert_eq!(server.post("/v1/hash", "X-API-Key: ff_demo_enterprise\r\n", HASH).status, 403);
    let answer = server.post("/v1/hash?algorithm=sha1", FREE, HASH);
    assert_eq!((answer.status, &answer.json()["algorithm"]), (200, &"sha1".into()), "{answer:?}");
    assert_eq!(answer.header("x-ratelimit-limit-minute"), Some("4"));
    let nothing = server.post("/v1/nothing", FREE, HASH);
    assert_eq!((nothing.status, nothing.header("x-ratelimit-remaining-minute")), (404, Some("2")));
    assert_eq!(server.post("/v2/hash", FREE, HASH).status, 404);
    assert_eq!(server.post("/v1//x/../hash", FREE, HASH).status, 200);
    assert_eq!(server.post("/v1/hash", FREE, HASH).status, 200);
    assert_eq!(server.post("/v1/hash", FREE, HASH).status, 429);
    assert_eq!(server.post("/api/v1/crypto/hash", FREE, HASH).status, 200, "its own path has its own budget");
    server.said(r#""path":"/v1/hash","service":"crypto","operation":"hash""#);

    let (rendered, text) = kong("render", &path);
    assert!(rendered, "{text}");
    let tree: Value = serde_json::from_str(&text).unwrap();
    let service = &tree["services"][0];
    assert_eq!((&service["host"], &service["path"]), (&"crypto-service".into(), &"/api/v1/crypto".into()));
    assert_eq!(service["routes"][0]["strip_path"], true);
}

/// The settings of each plugin in Kong 3.9.3 (`kong/plugins/*/schema.lua`), of those that are supported.
const SETTINGS: [(&str, &[&str]); 8] = [
    ("correlation-id", &["header_name", "generator", "echo_downstream"]),
    (
        "cors",
        &[
            "origins",
            "headers",
            "exposed_headers",
            "methods",
            "max_age",
            "credentials",
            "private_network",
            "preflight_continue",
        ],
    ),
    (
        "key-auth",
        &[
            "key_names",
            "hide_credentials",
            "anonymous",
            "key_in_header",
            "key_in_query",
            "key_in_body",
            "run_on_preflight",
            "realm",
        ],
    ),
    ("request-size-limiting", &["allowed_payload_size", "size_unit", "require_content_length"]),
    ("acl", &["allow", "deny", "hide_groups_header", "always_use_authenticated_groups"]),
    (
        "rate-limiting",
        &[
            "second",
            "minute",
            "hour",
            "day",
            "month",
            "year",
            "limit_by",
            "header_name",
            "path",
            "policy",
            "fault_tolerant",
            "redis",
            "hide_client_headers",
            "error_code",
            "error_message",
            "sync_rate",
        ],
    ),
    ("request-transformer", &["http_method", "remove", "rename", "replace", "add", "append"]),
    (
        "prometheus",
        &[
            "per_consumer",
            "status_code_metrics",
            "ai_metrics",
            "latency_metrics",
            "bandwidth_metrics",
            "upstream_health_metrics",
        ],
    ),
];

/// Every plugin below some part of a contract.
fn plugins(tree: &Value) -> Vec<&Value> {
    match tree {
        Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value) {
                ("plugins", Value::Array(found)) => found.iter().collect(),
                (_, value) => plugins(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(plugins).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_is_rendered_has_no_setting_that_kong_does_not_know() {
    let (_folder, path) = contract("");
    let (rendered, text) = kong("render", &path);
    assert!(rendered, "{text}");
    let tree: Value = serde_json::from_str(&text).unwrap();
    let found = plugins(&tree);
    assert!(found.len() > 20, "{}", found.len());
    for plugin in found {
        let known = SETTINGS.iter().find(|(name, _)| plugin["name"] == *name).unwrap().1;
        for setting in plugin["config"].as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(known.contains(&setting.as_str()), "{}: {setting}", plugin["name"]);
        }
    }
}

#[test]
fn what_kong_refuses_is_refused_with_its_path() {
    for (from, to, expected) in [
        (
            "max_age: 3600",
            "max_age: 3600\n      allow_origin_absent: false",
            "config.allow_origin_absent: unknown field",
        ),
        (
            "{key: ff_demo_free}",
            "{key: 'ff_demo_free '}",
            "consumers[0].keyauth_credentials[0].key: must not begin or end",
        ),
        (
            "url: http://platform:3000",
            "url: http://platform:3000\n    retries: 40000",
            "services[0].retries: must be from 0 to",
        ),
        ("strip_path: false", "strip_path: 'no'", "services[0].routes[0].strip_path: invalid type"),
        ("methods: [GET, HEAD]", "methods: [get]", "services[0].routes[1].methods[0]: get is no method"),
    ] {
        let (_folder, path) = contract("");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let (accepted, said) = kong("check", &path);
        assert!(!accepted && said.contains(expected), "{to}: {said}");
    }
}

#[test]
fn a_misspelled_bearer_is_told_how_it_is_written() {
    let server = Server::up();
    let status = |authorization: &str| {
        let answer = server.post("/api/v1/crypto/hash", &format!("Authorization: {authorization}\r\n"), HASH);
        (answer.status, if answer.status == 200 { String::new() } else { answer.message() })
    };
    assert_eq!(status("Bearer ff_demo_free").0, 200);
    let (code, message) = status("bearer ff_demo_free");
    assert_eq!(code, 401);
    assert!(message.contains("Bearer, with a capital B"), "{message}");
}

#[test]
fn a_host_must_be_one() {
    let server = Server::up();
    for (line, host, status) in [
        ("/health", "a.example:8000", 200),
        ("/health", "[::1]:8000", 200),
        ("/health", "a b", 400),
        ("/health", "user@a.example", 400),
        ("/health", "a.example:port", 400),
        ("/health", "", 400),
        ("http://a.example/health", "a.example", 200),
        ("http://a.example/health", "b.example", 200),
        ("http://user@a.example/health", "a.example", 400),
    ] {
        let request = format!("GET {line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(Answer::parse(&server.raw(request)).status, status, "{line} {host}");
    }
}
