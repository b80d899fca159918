//! What of `kong.yml` is understood, and what is said about the rest.

use gateway::{Contract, render};

use crate::{CONTRACT, variables};

fn problem(text: &str) -> String {
    match Contract::read(text, &variables) {
        Ok(_) => panic!("read: {text}"),
        Err(error) => error.to_string(),
    }
}

fn service(inside: &str) -> String {
    format!("_format_version: '3.0'\nservices: [{{name: a, url: 'http://a:1', {inside}}}]")
}

fn plugin(inside: &str) -> String {
    format!("_format_version: '3.0'\nplugins: [{{{inside}}}]")
}

#[test]
fn the_contract_of_the_project_is_read() {
    let text = include_str!("../../../../kong.yml");
    let variables = |name: &str| (name == "FLOWFORGE_GATEWAY_SECRET").then(|| "x".repeat(16));
    let contract = Contract::read(text, &variables).unwrap();
    let plain = contract.demo_keys().iter().filter(|key| !key.key.starts_with("Bearer "));
    let plans: Vec<&str> = plain.map(|key| key.plan.as_str()).collect();
    assert_eq!(contract.demo_keys().len(), 8, "each is there as it is and as a bearer");
    assert_eq!(plans, ["free", "basic", "pro", "enterprise"]);
    assert_eq!(contract.services().len(), 9);
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    for (text, expected) in [
        ("_format_version: '2.1'".to_owned(), "_format_version: must be \"3.0\""),
        ("services: []".to_owned(), "missing field `_format_version`"),
        ("_format_version: '3.0'\n_info: {}".to_owned(), "_info: unknown field `_info`"),
        ("_format_version: '3.0'\nupstreams: []".to_owned(), "upstreams: unknown field"),
        ("_format_version: '3.0'\nconsumer_groups: []".to_owned(), "consumer_groups: unknown field"),
        ("a: [".to_owned(), "is not YAML"),
        (service("colour: red"), "services[0].colour: unknown field"),
        (service("host: b"), "services[0].url: is there together with its parts"),
        (service("routes: [{name: r}]"), "services[0].routes[0]: needs at least one of paths, methods and hosts"),
        (service("routes: [{name: r, paths: [x]}]"), "services[0].routes[0].paths[0]: x must start with /"),
        (service("routes: [{name: r, paths: ['~/(']}]"), "services[0].routes[0].paths[0]: ~/( is no pattern"),
        (service("routes: [{name: r, paths: [/x], headers: {a: [b]}}]"), "services[0].routes[0].headers: unknown field"),
        (service("routes: [{name: r, paths: [/x], protocols: [grpc]}]"), "services[0].routes[0].protocols: grpc"),
        (service("routes: [{name: r, paths: [/x]}, {name: r, paths: [/y]}]"), "services[0].routes[1].name: r is there twice"),
        ("_format_version: '3.0'\nservices: [{name: a, url: 'https://a'}]".to_owned(), "services[0].url: must be http://host:port"),
        (plugin("name: rate-limiting-advanced"), "plugins[0].name: plugin rate-limiting-advanced is not supported"),
        (plugin("name: rate-limiting, config: {minute: 9, day: 8}"), "plugins[0]: config: the limit of day is lower than that of minute"),
        (plugin("name: rate-limiting, config: {minute: 9, policy: cluster}"), "plugins[0]: config.policy: unknown variant `cluster`"),
        (plugin("name: rate-limiting, config: {minutes: 9}"), "plugins[0]: config.minutes: unknown field"),
        (plugin("name: acl, config: {allow: [a], deny: [b]}"), "plugins[0]: config: needs exactly one of allow and deny"),
        (plugin("name: key-auth"), "plugins[0]: config.key_in_query: must be false"),
        (plugin("name: cors, service: none"), "plugins[0].service: there is no none"),
        (plugin("name: prometheus}, {name: prometheus"), "plugins[1]: prometheus is there twice for the same"),
        (plugin("name: request-transformer, config: {remove: {headers: [a]}}"), "plugins[0]: config.remove: unknown field"),
        (plugin("name: request-transformer, config: {add: {headers: ['a:${NONE}']}}"), "plugins[0].config.add.headers[0]: set the variable NONE"),
        ("_format_version: '3.0'\nconsumers: [{tags: [x]}]".to_owned(), "consumers[0]: needs a username or a custom_id"),
        (
            "_format_version: '3.0'\nconsumers: [{username: a, keyauth_credentials: [{key: k}]}, {username: b, keyauth_credentials: [{key: k}]}]".to_owned(),
            "consumers[1].keyauth_credentials[0].key: is there twice",
        ),
    ] {
        let problem = problem(&text);
        assert!(problem.starts_with(&format!("kong.yml: {expected}")), "{text}\n{problem}");
    }
}

#[test]
fn redis_counting_is_accepted_with_a_warning() {
    let text = plugin("name: rate-limiting, config: {minute: 9, policy: redis, redis: {host: localhost}}");
    let contract = Contract::read(&text, &variables).unwrap();
    assert!(contract.warnings()[0].starts_with("plugins[0].config.policy: redis is counted in this process"));
    assert!(Contract::read(CONTRACT, &variables).unwrap().warnings().is_empty());
}

#[test]
fn rendering_drops_demo_consumers_and_fills_in_variables() {
    let text = "_format_version: '3.0'\nconsumers: [{username: a, tags: [demo], keyauth_credentials: [{key: k}]}, {username: b, keyauth_credentials: [{key: '${SECRET}'}]}]";
    let rendered = render(text, &variables).unwrap();
    assert!(!rendered.contains("\"a\"") && rendered.contains("the-gateway-secret"), "{rendered}");
    let tagged = "_format_version: '3.0'\nconsumers: [{username: b, keyauth_credentials: [{key: real}, {key: Bearer tried, tags: [demo]}]}]";
    assert_eq!(Contract::read(tagged, &variables).unwrap().demo_keys().len(), 1);
    assert!(!render(tagged, &variables).unwrap().contains("tried"), "a single key may be for trying out");
    let missing = render(text, &|_| None).unwrap_err().to_string();
    assert_eq!(missing, "kong.yml: consumers[0].keyauth_credentials[0].key: set the variable SECRET");
    let nested = render(text, &|_| Some("${SECRET}".to_owned())).unwrap_err().to_string();
    assert!(nested.contains("must not hold"), "{nested}");
}
