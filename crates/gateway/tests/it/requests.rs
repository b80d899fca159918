//! Paths, hosts and where requests go.

use serde_json::Value;

use crate::{client, send};

#[test]
fn paths_are_decided_on_and_passed_on_in_one_form() {
    for (sent, seen) in [
        ("/open/a/b", "/a/b"),
        ("/open", "/"),
        ("//open//a", "/a"),
        ("/x/../open/a", "/a"),
        ("/%6fpen/a%2Fb", "/a%2Fb"),
        ("/open/..;/a", "/..;/a"),
        ("/open../a", "/a"),
        ("/based../a", "/base/a"),
        ("/based..", "/base"),
        ("/based/x", "/base/x"),
        ("/whole/x", "/base/whole/x"),
    ] {
        let answer = send(&client(), "GET", sent, &[]);
        assert_eq!((answer.status, answer.json()["path"].as_str()), (200, Some(seen)), "{sent}");
    }
    assert_eq!(send(&client(), "GET", "/open/a?x=1&y=%20", &[]).json()["query"], "x=1&y=%20");
}

#[test]
fn no_spelling_of_a_path_gets_around_the_key() {
    let client = client();
    for path in [
        "/api/echo",
        "//api/echo",
        "/api//echo",
        "/api/./echo",
        "/open/../api/echo",
        "/%61pi/echo",
        "/open/%2e%2e/api/echo",
        "/api/echo/public/x",
        "/api/echo/public/..",
        "/api/echo/x/../y",
        "/api/echo%2fpublic",
        "/api/echo;public",
    ] {
        assert_eq!(send(&client, "GET", path, &[]).status, 401, "{path}");
    }
    for path in ["/open/..%2fapi/echo", "/open/..;/api/echo", "/open%2f..%2fapi%2fecho"] {
        let answer = send(&client, "GET", path, &[]);
        let seen = if answer.status == 200 { answer.json()["path"].clone() } else { Value::Null };
        assert_ne!(seen, "/api/echo", "{path} stays what it is");
    }
    assert_eq!(send(&client, "GET", "/api/echo/public", &[]).status, 200);
}

#[test]
fn no_route_is_404_and_says_so() {
    let client = client();
    let answer = send(&client, "GET", "/nothing", &[]);
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (404, Some("NOT_FOUND")));
    assert_eq!(send(&client, "GET", "/posted", &[]).status, 404, "the method is part of the route");
    assert_eq!(send(&client, "POST", "/posted", &[]).status, 200);
}

#[test]
fn one_host_no_more_no_less() {
    let client = client();
    assert_eq!(send(&client, "GET", "/open", &[("host", "other")]).status, 400);
    let without = http::Request::get("/open").body(chassis::Body::empty()).unwrap();
    assert_eq!(client.send(without).status, 400);
}

#[test]
fn a_host_that_is_none_or_another_than_the_address_is_400() {
    let get = |version, uri: &str, host: Option<&str>| {
        let request = http::Request::get(uri).version(version);
        let request = host.into_iter().fold(request, |request, host| request.header("host", host));
        let answer = client().send(request.body(chassis::Body::empty()).unwrap());
        (answer.status, answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    let (one, two) = (http::Version::HTTP_11, http::Version::HTTP_2);
    for host in ["a", "a.example:8000", "[::1]:8000", "127.0.0.1"] {
        assert_eq!(get(one, "/open", Some(host)).0, 200, "{host}");
    }
    for host in ["", "a b", "a/b", "user@a", "a:port", "[::1", "a,b:1:2"] {
        let (status, message) = get(one, "/open", Some(host));
        assert_eq!(status, 400, "{host}");
        assert!(message.starts_with("the Host header is not a host"), "{message}");
    }
    for (version, uri, host, status) in [
        (one, "http://a.example/open", "a.example", 200),
        (one, "http://a.example/open", "b.example", 200),
        (one, "http://only.example/hosted", "b.example", 200),
        (one, "http://b.example/hosted", "only.example", 404),
        (two, "http://a.example:80/open", "A.example:80", 200),
        (two, "http://a.example/open", "b.example", 400),
        (two, "http://user@a.example/open", "user@a.example", 400),
    ] {
        assert_eq!(get(version, uri, Some(host)).0, status, "{uri} {host}");
    }
    assert_eq!(get(two, "http://user@a.example/open", None).0, 400);
    assert_eq!(get(two, "http://a.example/open", None).0, 200);
}

#[test]
fn an_upstream_that_is_not_there_is_502() {
    let contract =
        "_format_version: '3.0'\nservices: [{name: gone, url: 'http://127.0.0.1:9', routes: [{name: r, paths: [/]}]}]";
    let answer = send(&crate::client_of(contract), "GET", "/x", &[]);
    assert_eq!((answer.status, answer.message().as_str()), (502, "gone does not answer: try again later"));
}

#[test]
fn a_host_is_matched_in_any_case_and_over_http_2() {
    let client = client();
    let get = |version, uri: &str, host: Option<&str>| {
        let request = http::Request::get(uri).version(version);
        let request = host.into_iter().fold(request, |request, host| request.header("host", host));
        client.send(request.body(chassis::Body::empty()).unwrap()).status
    };
    assert_eq!(get(http::Version::HTTP_11, "/hosted", Some("Only.Example:8000")), 200);
    assert_eq!(get(http::Version::HTTP_11, "/hosted", Some("a.wild.example")), 200);
    assert_eq!(get(http::Version::HTTP_11, "/hosted", Some("other.example")), 404);
    assert_eq!(get(http::Version::HTTP_2, "http://only.example/hosted", None), 200);
}
