//! The plugins as a client meets them.

use std::pin::Pin;
use std::task::{Context, Poll};

use chassis::testing::Client;
use chassis::{Body, Clock, Settings};
use gateway::Contract;
use http::header::HOST;

use crate::{CONTRACT, app, client, client_of, send, variables};

#[test]
fn a_key_works_in_each_of_its_places() {
    let client = client();
    for (name, value) in [("x-api-key", "alice-key"), ("apikey", "alice-key"), ("authorization", "Bearer alice-key")] {
        let answer = send(&client, "GET", "/api/echo", &[(name, value)]);
        assert_eq!((answer.status, &answer.json()["consumer"]), (200, &"alice".into()), "{name}");
        assert!(answer.json()["headers"][name].is_null(), "the key goes no further");
    }
}

const BEARER: &str = "write the scheme of Authorization as Bearer, with a capital B and one space after it";

#[test]
fn without_a_good_key_it_is_401() {
    let client = client();
    for (headers, message) in [
        (&[][..], "no API key found in request: send it in the X-API-Key header"),
        (&[("x-api-key", "")], "no API key found in request: send it in the X-API-Key header"),
        (&[("x-api-key", "alice-kez")], "this API key is not known: check it for missing characters"),
        (&[("x-api-key", "alice-key ")], "this API key is not known: check it for missing characters"),
        (&[("authorization", "bearer alice-key")], BEARER),
        (&[("authorization", "BEARER nobody")], BEARER),
        (&[("authorization", "Bearer  alice-key")], BEARER),
        (&[("authorization", "Bearer nobody")], "this API key is not known: check it for missing characters"),
        (&[("authorization", "Basic bearer x")], "this API key is not known: check it for missing characters"),
        (&[("x-api-key", "bearer alice-key")], "this API key is not known: check it for missing characters"),
        (&[("x-api-key", "alice-key"), ("x-api-key", "bob-key")], "duplicate API key found: send one X-API-Key header"),
    ] {
        let answer = send(&client, "GET", "/api/echo", headers);
        assert_eq!((answer.status, answer.message().as_str()), (401, message));
        assert_eq!((answer.header("www-authenticate"), answer.header("x-ratelimit-limit-minute")), ("Key", ""));
    }
    let answer = send(&client, "GET", "/api/echo?apikey=alice-key&x-api-key=alice-key", &[]);
    assert_eq!(answer.status, 401, "not in the query");
}

#[test]
fn only_groups_that_are_named_get_in() {
    let answer = send(&client(), "GET", "/api/echo", &[("x-api-key", "eve-key")]);
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (403, Some("FORBIDDEN")));
}

#[test]
fn what_a_client_says_about_itself_is_forgotten() {
    let client = client();
    let forged = [
        ("x-consumer-id", "1"),
        ("x-consumer-username", "root"),
        ("x-consumer-groups", "enterprise"),
        ("x-consumer-custom-id", "1"),
        ("x-credential-identifier", "1"),
        ("x-anonymous-consumer", "true"),
        ("x-gateway-secret", "guess"),
        // What CGI, WSGI and PHP cannot tell from the above.
        ("x_consumer_id", "1"),
        ("x_consumer_groups", "enterprise"),
        ("x-consumer_username", "root"),
        ("x_gateway_secret", "guess"),
    ];
    for (path, key) in [("/open", None), ("/api/echo", Some(("x-api-key", "alice-key")))] {
        let headers: Vec<_> = forged.iter().copied().chain(key).collect();
        let seen = send(&client, "GET", path, &headers).json();
        for (name, value) in forged {
            assert_ne!(seen["headers"][name], value, "{name}");
        }
        assert_eq!(seen["headers"]["x-gateway-secret"], "the-gateway-secret");
        assert_eq!(seen["headers"]["x-added"], "yes");
    }
}

#[test]
fn the_limit_is_counted_and_told() {
    let client = client();
    let headers = [("x-api-key", "alice-key")];
    for remaining in ["4", "3", "2", "1", "0"] {
        let answer = send(&client, "GET", "/api/echo", &headers);
        assert_eq!(answer.status, 200);
        assert_eq!(
            (answer.header("x-ratelimit-limit-minute"), answer.header("x-ratelimit-remaining-minute")),
            ("5", remaining)
        );
        assert_eq!(answer.header("ratelimit-remaining"), remaining);
        assert_eq!(answer.json()["windows"], 2);
    }
    let answer = send(&client, "GET", "/api/echo", &headers);
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (429, Some("RATE_LIMITED")));
    assert_eq!(answer.header("retry-after"), answer.header("ratelimit-reset"));
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    assert_eq!(answer.header("x-ratelimit-remaining-day"), "95", "a refused request is not counted");
    assert_eq!(send(&client, "GET", "/api/echo", &[("x-api-key", "bob-key")]).status, 200, "others have their own");
}

#[test]
fn a_clock_that_steps_back_opens_no_fresh_budget() {
    let noon = 1_767_268_800_000;
    let clock = Clock::manual(noon);
    let contract = Contract::read(CONTRACT, &variables).unwrap();
    let client = Client::with(Settings::default(), clock.clone(), |runtime| app(contract, runtime));
    let status = || send(&client, "GET", "/api/echo", &[("x-api-key", "alice-key")]).status;
    assert_eq!((0..6).map(|_| status()).filter(|status| *status == 200).count(), 5);
    for step in [-1, -61_000, -86_400_000, 0, 59_000] {
        clock.set(noon + step);
        assert_eq!(status(), 429, "{step}");
    }
    clock.set(noon + 60_000);
    assert_eq!(status(), 200, "the next window");
}

#[test]
fn a_consumers_own_limit_comes_before_the_general_one() {
    let answer = send(&client(), "GET", "/api/echo", &[("x-api-key", "bob-key")]);
    assert_eq!((answer.header("x-ratelimit-limit-minute"), answer.header("x-ratelimit-limit-day")), ("7", ""));
}

#[test]
fn a_disabled_plugin_is_as_if_it_were_not_there() {
    let contract = CONTRACT.replace(
        "[{name: rate-limiting, config: {minute: 7",
        "[{name: rate-limiting, enabled: false, config: {minute: 7",
    );
    let answer = send(&client_of(&contract), "GET", "/api/echo", &[("x-api-key", "bob-key")]);
    assert_eq!(answer.header("x-ratelimit-limit-minute"), "5", "the next in line applies");
}

#[test]
fn browsers_may_ask_without_a_key() {
    let client = client();
    let preflight = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-api-key"),
    ];
    let answer = send(&client, "OPTIONS", "/api/echo", &preflight);
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-headers"), "x-api-key");
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    assert_eq!(answer.header("access-control-max-age"), "60");
    let refused = send(&client, "GET", "/api/echo", &[("origin", "https://a.example")]);
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, "*"), "errors can be read too");
    assert_eq!(refused.header("access-control-expose-headers"), "X-Request-ID");
    assert_eq!(send(&client, "OPTIONS", "/api/echo", &[]).status, 401, "an OPTIONS alone is no preflight");
}

#[test]
fn headers_for_browsers_are_there_for_others_too() {
    let answer = send(&client(), "GET", "/open", &[]);
    assert_eq!(answer.header("access-control-allow-origin"), "*", "as Kong does");
    assert_eq!(answer.header("access-control-expose-headers"), "X-Request-ID");
}

#[test]
fn origins_by_name_are_matched_whole() {
    let client = client_of(
        &CONTRACT.replace("origins: [\"*\"]", "origins: [https://a.example, https://b.example], credentials: true"),
    );
    let origin = |origin| {
        let answer = send(&client, "GET", "/open", &[("origin", origin)]);
        (answer.header("access-control-allow-origin").to_owned(), answer.header("vary").to_owned())
    };
    assert_eq!(origin("https://b.example"), ("https://b.example".to_owned(), "Origin".to_owned()));
    assert_eq!(origin("https://b.example.evil"), (String::new(), "Origin".to_owned()));
}

#[test]
fn sizes_are_limited_whether_they_are_told_or_not() {
    let client = client();
    let post = |body: Body| {
        let request = http::Request::post("/small").header(HOST, "test").body(body).unwrap();
        client.send(request)
    };
    assert_eq!(post(Body::from("0123456789")).json()["body"], 10);
    let told = post(Body::from("0123456789a"));
    assert_eq!((told.status, told.message().as_str()), (413, "the body is larger than the limit of 10 bytes"));
    let untold = |text: &'static str| Body::new(Untold(Body::from(text)));
    assert_eq!(post(untold("0123456789")).json()["body"], 10);
    assert_eq!(post(untold("0123456789a")).json()["body"], serde_json::Value::Null, "the service cannot read on");
}

/// A body that does not say its size.
struct Untold(Body);

impl http_body::Body for Untold {
    type Data = bytes::Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }
}
