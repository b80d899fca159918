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
    assert_eq!(contract.services().len(), 10);
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
        (service("routes: [{name: r, paths: [x]}]"), "services[0].routes[0].paths[0]: x must start with / or with ~/"),
        (service("routes: [{name: r, paths: ['~/(']}]"), "services[0].routes[0].paths[0]: ~/( is no pattern"),
        (service("routes: [{name: r, paths: [/x], headers: {a: [b]}}]"), "services[0].routes[0].headers: unknown field"),
        (service("routes: [{name: r, paths: [/x], protocols: [grpc]}]"), "services[0].routes[0].protocols[0]: unknown variant `grpc`"),
        (service("routes: [{name: r, paths: [/x], protocols: [https]}]"), "services[0].routes[0].protocols: must hold http"),
        (service("routes: [{name: r, paths: [/x], path_handling: v1}]"), "services[0].routes[0].path_handling: unknown variant `v1`"),
        (service("routes: [{name: r, paths: [/a/../b]}]"), "services[0].routes[0].paths[0]: /a/../b must be written /b"),
        (service("routes: [{name: r, methods: [get]}]"), "services[0].routes[0].methods[0]: get is no method"),
        (service("routes: [{name: r, hosts: ['a.*.b']}]"), "services[0].routes[0].hosts[0]: a.*.b must be a name"),
        (service("routes: [{name: 'r r', paths: [/x]}]"), "services[0].routes[0].name: r r must be of letters"),
        (service("retries: 32768"), "services[0].retries: must be from 0 to 32767"),
        (service("read_timeout: 0"), "services[0].read_timeout: must be from 1 to 2147483646"),
        (service("write_timeout: 2147483647"), "services[0].write_timeout: must be from 1 to 2147483646"),
        (service("tags: ['a,b']"), "services[0].tags[0]: a,b must be printable"),
        (service("id: one"), "services[0].id: one is not a UUID"),
        ("_format_version: '3.0'\nservices: [{host: a, port: 65536}]".to_owned(), "services[0].port: must be from 0 to 65535"),
        ("_format_version: '3.0'\nservices: [{host: a, path: a}]".to_owned(), "services[0].path: a must start with /"),
        ("_format_version: '3.0'\nservices: [{host: 'a:1'}]".to_owned(), "services[0].host: a:1 must be a name or address"),
        ("_format_version: '3.0'\nservices: [{url: 'http://a:99999'}]".to_owned(), "services[0].url: must be http://host:port"),
        ("_format_version: '3.0'\nservices: [{url: 'http://u@a'}]".to_owned(), "services[0].url: must be http://host:port"),
        ("_format_version: '3.0'\nservices: [{url: 'http://a/b?c'}]".to_owned(), "services[0].url: /b?c holds characters"),
        ("_format_version: '3.0'\nservices: [{host: a, protocol: https}]".to_owned(), "services[0].protocol: must be http"),
        (service("routes: [{name: r, paths: [/x]}, {name: r, paths: [/y]}]"), "services[0].routes[1].name: r is there twice"),
        ("_format_version: '3.0'\nservices: [{name: a, url: 'https://a'}]".to_owned(), "services[0].url: must be http://host:port"),
        (plugin("name: rate-limiting-advanced"), "plugins[0].name: plugin rate-limiting-advanced is not supported"),
        (plugin("name: rate-limiting, config: {minute: 9, day: 8}"), "plugins[0]: config: the limit of day is lower than that of minute"),
        (plugin("name: rate-limiting, config: {minute: 9, policy: cluster}"), "plugins[0]: config.policy: unknown variant `cluster`"),
        (plugin("name: rate-limiting, config: {minutes: 9}"), "plugins[0]: config.minutes: unknown field"),
        (plugin("name: acl, config: {allow: [a], deny: [b]}"), "plugins[0]: config: needs exactly one of allow and deny"),
        (plugin("name: key-auth"), "plugins[0]: config.key_in_query: must be false"),
        (plugin("name: cors, config: {allow_origin_absent: false}"), "plugins[0]: config.allow_origin_absent: unknown field"),
        (plugin("name: cors, config: {methods: [PURGE]}"), "plugins[0]: config.methods: PURGE is none of GET,HEAD"),
        (plugin("name: cors, config: {headers: ['']}"), "plugins[0]: config.headers[0]: must not be empty"),
        (plugin("name: acl, config: {allow: []}"), "plugins[0]: config: needs exactly one of allow and deny"),
        (plugin("name: key-auth, config: {key_names: ['x key'], key_in_query: false}"), "plugins[0]: config.key_names[0]: x key is not a header name"),
        (plugin("name: rate-limiting, config: {minute: 9, policy: redis}"), "plugins[0]: config.redis.host: is needed"),
        (plugin("name: rate-limiting, config: {minute: 9, policy: redis, redis: {host: a, prot: 1}}"), "plugins[0]: config.redis.prot: unknown field"),
        (plugin("name: rate-limiting, config: {minute: 9, redis: {port: 65536}}"), "plugins[0]: config.redis.port: must be from 0 to 65535"),
        (plugin("name: rate-limiting, config: {minute: '9'}"), "plugins[0]: config.minute: invalid type"),
        (plugin("name: request-transformer, config: {replace: {uri: x}}"), "plugins[0]: config.replace.uri: x must start with /"),
        (plugin("name: request-transformer, config: {replace: {uri: '/a?b=c'}}"), "plugins[0]: config.replace.uri: /a?b=c holds characters"),
        (plugin("name: request-transformer, config: {replace: {uri: '/$(uri_captures[1])'}}"), "plugins[0]: config.replace.uri: holds $( ), a template"),
        (plugin("name: request-transformer, config: {add: {headers: ['a:$(headers.b)']}}"), "plugins[0]: config.add.headers: the value of a holds $( ), a template"),
        (plugin("name: prometheus, protocols: [https]"), "plugins[0].protocols: must hold http"),
        (plugin("name: prometheus, enabled: false}, {name: prometheus"), "plugins[1]: prometheus is there twice for the same"),
        (plugin("name: prometheus, instance_name: 'a b'"), "plugins[0].instance_name: a b must be of letters"),
        (plugin("name: cors, service: none"), "plugins[0].service: there is no none"),
        (plugin("name: prometheus}, {name: prometheus"), "plugins[1]: prometheus is there twice for the same"),
        (plugin("name: request-transformer, config: {remove: {headers: [a]}}"), "plugins[0]: config.remove: unknown field"),
        (plugin("name: request-transformer, config: {add: {headers: ['a:${NONE}']}}"), "plugins[0].config.add.headers[0]: set the variable NONE"),
        ("_format_version: '3.0'\nconsumers: [{username: a, custom_id: x}, {username: b, custom_id: x}]".to_owned(), "consumers[1].custom_id: x is there twice"),
        ("_format_version: '3.0'\nconsumers: [{username: a, id: 7}]".to_owned(), "consumers[0].id: invalid type"),
        ("_format_version: '3.0'\nconsumers: [{username: ''}]".to_owned(), "consumers[0].username: must not be empty"),
        ("_format_version: '3.0'\nconsumers: [{username: a, keyauth_credentials: [{key: 'k '}]}]".to_owned(), "consumers[0].keyauth_credentials[0].key: must not begin or end with white space"),
        ("_format_version: '3.0'\nconsumers: [{username: a, keyauth_credentials: [{key: \"k\\n\"}]}]".to_owned(), "consumers[0].keyauth_credentials[0].key: must not begin or end with white space"),
        ("_format_version: '3.0'\nconsumers: [{username: a, keyauth_credentials: [{key: \"k\\nk\"}]}]".to_owned(), "consumers[0].keyauth_credentials[0].key: holds characters that cannot be sent"),
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
fn what_kong_leaves_open_may_be_left_open() {
    let text = "_format_version: '3.0'\n_transform: true\nservices: [{host: a, id: 6ba7b810-9dad-41d1-80b4-00c04fd430c8, \
        routes: [{paths: [/x], path_handling: v0, protocols: [http]}, {paths: [/y]}]}, {host: a}]\n\
        plugins: [{name: acl, config: {allow: [a], deny: [], always_use_authenticated_groups: false}}, {name: prometheus, config: {ai_metrics: false}}]";
    let contract = Contract::read(text, &variables).unwrap();
    let service = &contract.services()[0];
    assert_eq!((service.name.as_str(), service.url.as_str(), service.path.as_str()), ("a", "http://a:80", "/"));
    assert_eq!((service.connect_timeout, service.read_timeout), (60_000, 60_000));
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
