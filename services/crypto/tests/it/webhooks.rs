//! Webhooks: published signatures, ours read by others and theirs by us, forgeries, and what the hints say.

mod attacks;
mod exchange;
mod hints;
mod published;

use chassis::Clock;
use chassis::testing::Client;
use serde_json::{Value, json};

const VERIFY: &str = "/api/v1/crypto/webhooks/verify";
const SIGN: &str = "/api/v1/crypto/webhooks/sign";
/// The moment most tests stand at: 2021-02-25 15:02:10.
const NOW: i64 = 1_614_265_330;

/// The service with a clock that stands still, in seconds since 1970.
fn at(seconds: i64) -> Client {
    crate::client_at(Clock::manual(seconds * 1000))
}

fn with_keys(keyring: &str, seconds: i64) -> Client {
    crate::client_with_keys(keyring, Clock::manual(seconds * 1000))
}

/// The answer to a request at [`NOW`], by one service for each test.
fn verified(request: &Value) -> Value {
    thread_local! {
        static CLIENT: Client = at(NOW);
    }
    CLIENT.with(|client| post(client, VERIFY, request))
}

fn post(client: &Client, path: &str, body: &Value) -> Value {
    let answer = client.post(path, body);
    assert_eq!(answer.status, 200, "{body} {:?}", answer.body);
    answer.json()
}

fn merged(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// A request of GitHub's documentation.
fn github() -> Value {
    json!({
        "provider": "github",
        "headers": { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" },
        "body": "Hello, World!",
        "secret": "It's a Secret to Everybody"
    })
}

/// A request of the Standard Webhooks libraries, signed at [`NOW`].
fn standard() -> Value {
    json!({
        "provider": "standard-webhooks",
        "headers": {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        },
        "body": "{\"test\": 2432232314}",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    })
}

#[test]
fn an_answer_says_all_there_is_to_know() {
    let answer = post(&at(NOW + 10), VERIFY, &standard());
    assert_eq!(
        answer,
        json!({
            "valid": true, "provider": "standard-webhooks", "scheme": "v1", "reason": null, "hint": null,
            "message": "the signature is valid: the request is unmodified",
            "timestamp": "2021-02-25T15:02:10Z", "age": 10, "eventId": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "secretIndex": null, "keyRef": null, "respondWith": null, "warnings": []
        })
    );
}

#[test]
fn tools_write_headers_and_bodies_in_their_own_ways() {
    let client = at(NOW);
    let signature = github()["headers"]["x-hub-signature-256"].clone();
    for headers in [
        json!({ "X-HUB-SIGNATURE-256": signature, "content-type": "application/json", "x-more": ["a", "b"] }),
        json!({ "x-hub-signature-256": [signature] }),
        json!({ "HTTP_X_HUB_SIGNATURE_256": signature }),
        json!([{ "name": "X-Hub-Signature-256", "value": signature }, { "name": "X-Load", "value": 1.5 }, { "name": "Accept", "value": "*/*" }]),
        json!(json!({ "x-hub-signature-256": signature }).to_string()),
        json!(format!("Accept: */*\nX-Hub-Signature-256:  {}\n", signature.as_str().unwrap())),
    ] {
        let answer = post(&client, VERIFY, &merged(github(), &json!({ "headers": headers })));
        assert_eq!(answer["valid"], true, "{headers}");
    }
    for body in [
        json!({ "body": null, "bodyBase64": "SGVsbG8sIFdvcmxkIQ==" }),
        json!({ "body": null, "file": { "base64": "SGVsbG8sIFdvcmxkIQ==", "name": "data" } }),
    ] {
        assert_eq!(post(&client, VERIFY, &merged(github(), &body))["valid"], true, "{body}");
    }
}

/// As n8n sends the binary of its Webhook node: a multipart form, the other fields as text.
#[test]
fn a_form_with_the_raw_body_as_its_file_works() {
    let headers = json!({ "content-type": "application/json", "x-hub-signature-256": github()["headers"]["x-hub-signature-256"] });
    let part =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = [
        part("provider", "github"),
        part("headers", &headers.to_string()),
        part("secret", "It's a Secret to Everybody"),
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"data\"\r\nContent-Type: application/json\r\n\r\nHello, World!\r\n"
            .to_owned(),
        "--b--\r\n".to_owned(),
    ]
    .concat();
    let answer = at(NOW).post_as("multipart/form-data; boundary=b", VERIFY, body);
    assert_eq!((answer.status, &answer.json()["valid"]), (200, &json!(true)), "{:?}", answer.body);
}

#[test]
fn secrets_may_be_several_while_one_is_replaced() {
    let client = at(NOW);
    let right = github()["secret"].clone();
    let request = |secrets: Value| merged(github(), &json!({ "secret": null, "secrets": secrets }));
    let answer = post(&client, VERIFY, &request(json!(["old", right, "new"])));
    assert_eq!((&answer["valid"], &answer["secretIndex"]), (&json!(true), &json!(1)));
    let answer = post(&client, VERIFY, &request(json!([right, right])));
    assert_eq!(answer["secretIndex"], 0);
    let answer = post(&client, VERIFY, &request(json!(["old", "new"])));
    assert_eq!((&answer["valid"], &answer["secretIndex"]), (&json!(false), &Value::Null));
}

#[test]
fn a_named_key_checks_and_signs_and_never_shows() {
    let keyring = r#"{"keys": {
        "github": {"consumers": ["*"], "versions": {
            "1": {"key": "It's a Secret to Everybody", "keyEncoding": "utf8"},
            "2": {"key": "hunter2hunter2", "keyEncoding": "utf8"}}},
        "svix": {"consumers": ["*"], "versions": {
            "1": {"key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "keyEncoding": "utf8"}}},
        "bytes": {"consumers": ["*"], "versions": {
            "1": {"key": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "keyEncoding": "base64"}}}}}"#;
    let client = with_keys(keyring, NOW);
    let by = |request: Value, name: &str| merged(request, &json!({ "secret": null, "keyRef": name }));
    let answer = post(&client, VERIFY, &by(github(), "github"));
    assert_eq!((&answer["valid"], &answer["keyRef"]), (&json!(true), &json!("github@1")));
    let answer = post(&client, VERIFY, &by(github(), "github@2"));
    assert_eq!((&answer["valid"], &answer["keyRef"]), (&json!(false), &Value::Null));
    for name in ["svix", "bytes"] {
        assert_eq!(post(&client, VERIFY, &by(standard(), name))["valid"], true, "{name}");
    }

    let signed = post(&client, SIGN, &json!({ "provider": "github", "body": "a", "keyRef": "github" }));
    assert_eq!(signed["keyRef"], "github@2");
    let answer = client.post(SIGN, &json!({ "provider": "gitlab", "body": "a", "keyRef": "github" }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().starts_with("keyRef: cannot be used here"), "{}", answer.message());
    assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"));
}

/// A named secret is read as one that is sent.
#[test]
fn a_named_key_is_read_as_a_secret() {
    let key = |text: &str| json!({ "consumers": ["*"], "versions": { "1": { "key": text, "keyEncoding": "utf8" } } });
    let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let keyring = json!({ "keys": {
        "supabase": key(&format!("v1,whsec_{secret}")), "bare": key(secret), "empty": key("whsec_"),
        "hex": key("49742773206120536563726574 20746f20457665727962 6f6479".replace(' ', "").as_str()),
        "spaced": key("It's a Secret to Everybody\n"), "text": key("It's a Secret to Everybody")
    } });
    let client = with_keys(&keyring.to_string(), NOW);
    let by = |request: Value, name: &str| merged(request, &json!({ "secret": null, "keyRef": name }));
    for name in ["supabase", "bare"] {
        assert_eq!(post(&client, VERIFY, &by(standard(), name))["valid"], true, "{name}");
    }
    let answer = client.post(VERIFY, &by(standard(), "empty"));
    assert_eq!((answer.status, answer.message().starts_with("keyRef: is empty")), (422, true), "{}", answer.message());
    // An HMAC with the empty key, which everybody can make.
    let answer = client.post(SIGN, &merged(by(standard(), "empty"), &json!({ "headers": {} })));
    assert_eq!(answer.status, 422);

    let encoded = |name: &str, encoding: &str| merged(by(github(), name), &json!({ "secretEncoding": encoding }));
    assert_eq!(post(&client, VERIFY, &encoded("hex", "hex"))["valid"], true);
    assert_eq!(post(&client, VERIFY, &encoded("text", "utf8"))["valid"], true);
    let answer = client.post(VERIFY, &encoded("text", "hex"));
    assert!(answer.message().starts_with("secretEncoding: does not apply to the named key"), "{}", answer.message());

    let hint = |name: &str| post(&client, VERIFY, &by(github(), name))["hint"].as_str().unwrap().to_owned();
    assert!(hint("hex").starts_with("the signature matches when the key hex@1 is taken as hex"), "{}", hint("hex"));
    assert!(
        hint("spaced")
            .starts_with("the signature matches when the key spaced@1 is sent without the surrounding spaces")
    );
}

/// In a workflow a variable that is missing becomes one of these, and everybody can sign with them.
/// A key was replaced by one of another kind: each is tried for what it is.
#[test]
fn versions_of_other_kinds_are_passed_over() {
    let ed25519 = include_str!("../data/keys/ed25519.pem");
    let p256 = include_str!("../data/keys/p256.pem");
    let keyring = json!({ "keys": {
        "mixed": { "consumers": ["*"], "versions": { "1": { "key": ed25519 }, "2": { "key": p256 } } },
        "other": { "consumers": ["*"], "versions": { "1": { "key": p256 } } },
    } });
    let client = with_keys(&keyring.to_string(), NOW);
    let signed = post(&client, SIGN, &json!({ "provider": "discord", "body": "{}", "privateKey": ed25519 }));
    let request = json!({ "provider": "discord", "body": "{}", "headers": signed["headers"], "keyRef": "mixed" });
    let checked = post(&client, VERIFY, &request);
    assert_eq!((&checked["valid"], &checked["keyRef"]), (&json!(true), &json!("mixed@1")), "{checked}");
    let refused = client.post(VERIFY, &merged(request, &json!({ "keyRef": "other" })));
    assert_eq!(refused.status, 422, "{:?}", refused.body);
}

#[test]
fn a_missing_secret_is_none() {
    let client = at(NOW);
    for secret in [" ", "\n", "null", " undefined\n", "[object Object]", "{{ $env.SECRET }}", "={{ $json.secret }}"] {
        for request in [
            merged(github(), &json!({ "secret": secret })),
            merged(github(), &json!({ "secret": null, "secrets": ["a", secret] })),
            json!({ "provider": "gitlab", "headers": { "x-gitlab-token": secret }, "body": "", "secret": secret }),
        ] {
            let answer = client.post(VERIFY, &request);
            assert_eq!(answer.status, 422, "{request}");
            assert!(answer.message().ends_with("check the field or variable it comes from"), "{}", answer.message());
        }
        let answer = client.post(SIGN, &json!({ "provider": "github", "body": "", "secret": secret }));
        assert_eq!(answer.status, 422, "{secret}");
    }
    for secret in ["nullable", "{{", "a null", "undefined1"] {
        let made = post(&client, SIGN, &json!({ "provider": "github", "body": "", "secret": secret }));
        assert!(made["signature"].is_string(), "{secret}");
    }
}

#[test]
fn age_is_checked_in_both_directions() {
    for (now, more, valid, reason) in [
        (NOW + 300, json!({}), true, Value::Null),
        (NOW + 301, json!({}), false, json!("timestamp-too-old")),
        (NOW - 300, json!({}), true, Value::Null),
        (NOW - 301, json!({}), false, json!("timestamp-in-future")),
        (NOW + 301, json!({ "tolerance": 301 }), true, Value::Null),
        (NOW + 2, json!({ "tolerance": 1 }), false, json!("timestamp-too-old")),
        (NOW + 400_000_000, json!({ "ignoreAge": true }), true, Value::Null),
    ] {
        let answer = post(&at(now), VERIFY, &merged(standard(), &more));
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(valid), &reason), "{now} {more}");
        assert_eq!(answer["age"], now - NOW);
    }
    let message = |now| post(&at(now), VERIFY, &standard())["message"].clone();
    assert_eq!(message(NOW + 8000), "the signature is valid, but 2 hours old: at most 300 seconds are allowed");
    assert_eq!(message(NOW - 8000), "the signature is valid, but 2 hours in the future");
    for tolerance in [json!(0), json!(-1), json!(86_401)] {
        let answer = at(NOW).post(VERIFY, &merged(standard(), &json!({ "tolerance": tolerance })));
        assert_eq!(answer.status, 400, "zero must not switch the check off");
    }
}

/// Linear has the time in the body, which is signed.
#[test]
fn a_time_in_the_body_is_checked_too() {
    let client = at(NOW);
    let body = |time: i64| json!({ "action": "create", "webhookTimestamp": time }).to_string();
    for (time, valid, reason) in [
        (NOW * 1000, true, Value::Null),
        ((NOW - 400) * 1000, false, json!("timestamp-too-old")),
        ((NOW + 400) * 1000, false, json!("timestamp-in-future")),
        (NOW, false, json!("timestamp-too-old")),
    ] {
        let request = json!({ "provider": "linear", "secret": "s", "body": body(time) });
        let made = post(&client, SIGN, &request);
        assert_eq!(made["timestamp"], Value::Null);
        let answer = post(&client, VERIFY, &merged(request, &json!({ "headers": made["headers"] })));
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(valid), &reason), "{time}");
    }
}

#[test]
fn what_is_not_checked_is_said() {
    let warnings = |request: &Value| {
        let answer = post(&at(NOW), VERIFY, request);
        answer["warnings"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(warnings(&merged(standard(), &json!({ "ignoreAge": true }))), ["age-not-checked"]);
    assert_eq!(warnings(&merged(github(), &json!({ "tolerance": 60 }))), ["no-timestamp"]);
    let gitlab = json!({ "provider": "gitlab", "headers": { "x-gitlab-token": "t" }, "secret": "t" });
    assert_eq!(warnings(&gitlab), ["body-not-signed"]);
}

/// DocuSign sends a header for each key, Box one for each of two.
#[test]
fn a_signature_may_be_in_another_of_a_providers_headers() {
    let client = at(NOW);
    for (provider, first, other) in [
        ("docusign", "X-DocuSign-Signature-1", "X-DocuSign-Signature-7"),
        ("box", "BOX-SIGNATURE-PRIMARY", "BOX-SIGNATURE-SECONDARY"),
        ("mailgun", "signature", "parent-signature"),
    ] {
        let made = post(&client, SIGN, &json!({ "provider": provider, "body": "{}", "secret": "s" }));
        let mut fields = if provider == "mailgun" { made["fields"].clone() } else { made["headers"].clone() };
        fields[other] = fields[first].clone();
        fields[first] = json!(fields[first].as_str().unwrap().replace(['a', 'b', 'c'], "d"));
        let request = match provider {
            "mailgun" => {
                json!({ "provider": provider, "body": json!({ "signature": fields }).to_string(), "secret": "s" })
            }
            _ => json!({ "provider": provider, "body": "{}", "secret": "s", "headers": fields }),
        };
        assert_eq!(post(&client, VERIFY, &request)["valid"], true, "{provider}");
    }
}

#[test]
fn an_event_has_an_id_when_it_is_valid() {
    let client = at(NOW);
    for (provider, body, more, id) in [
        ("stripe", "{\"id\":\"evt_1\",\"data\":{\"id\":\"x\"}}", json!({}), json!("evt_1")),
        ("github", "{\"id\":1}", json!({ "X-GitHub-Delivery": "72d3162e" }), json!("72d3162e")),
        ("shopify", "{}", json!({ "x-shopify-webhook-id": "w", "x-shopify-event-id": "e" }), json!("e")),
        ("gitlab", "{}", json!({ "x-gitlab-event-uuid": "u" }), json!("u")),
        ("gitlab", "{}", json!({ "x-gitlab-event-uuid": "u", "idempotency-key": "k" }), json!("k")),
        ("telegram", "{\"update_id\":42}", json!({}), json!("42")),
        ("pagerduty", "{\"event\":{\"id\":\"01\"}}", json!({}), json!("01")),
        ("slack", "payload=%7B%7D", json!({}), Value::Null),
        ("xero", "{\"id\":\"1\"}", json!({}), Value::Null),
    ] {
        let made = post(&client, SIGN, &json!({ "provider": provider, "body": body, "secret": "s" }));
        let headers = merged(made["headers"].clone(), &more);
        let request = json!({ "provider": provider, "body": body, "secret": "s", "headers": headers });
        let answer = post(&client, VERIFY, &request);
        assert_eq!((&answer["valid"], &answer["eventId"]), (&json!(true), &id), "{provider}");
        let answer = post(&client, VERIFY, &merged(request, &json!({ "secret": "x" })));
        assert_eq!(answer["eventId"], Value::Null, "a forger must not use up somebody's id");
    }
}

/// Where the body is not signed its spelling does not matter.
#[test]
fn a_parsed_body_is_taken_where_it_is_not_signed() {
    let client = at(NOW);
    let gitlab = json!({ "provider": "gitlab", "secret": "t", "headers": { "x-gitlab-token": "t" }, "body": { "a": [1.5, null] } });
    assert_eq!(post(&client, VERIFY, &gitlab)["valid"], true);
    let telegram = json!({
        "provider": "telegram", "secret": "t", "headers": { "x-telegram-bot-api-secret-token": "t" },
        "body": { "update_id": 42 }
    });
    assert_eq!(post(&client, VERIFY, &telegram)["eventId"], "42");
    let fields =
        post(&client, SIGN, &json!({ "provider": "mailgun", "secret": "s", "body": { "a": 1 } }))["fields"].clone();
    let mailgun = json!({ "provider": "mailgun", "secret": "s", "body": { "signature": fields, "event-data": {} } });
    assert_eq!(post(&client, VERIFY, &mailgun)["valid"], true);
    let answer = client.post(SIGN, &json!({ "provider": "github", "secret": "s", "body": { "a": 1 } }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("JSON.stringify"), "{}", answer.message());
}

/// Twilio and Mandrill sign the fields: those that n8n has read are as good as the form.
#[test]
fn the_fields_of_a_form_are_params() {
    let client = at(NOW);
    for provider in ["twilio", "mandrill"] {
        let params = json!({ "From": "+1", "Body": "a & b" });
        let request = json!({ "provider": provider, "secret": "s", "url": "https://a.b/c", "params": params });
        let request = merged(request.clone(), &json!({ "headers": post(&client, SIGN, &request)["headers"] }));
        assert_eq!(post(&client, VERIFY, &request)["valid"], true);
        let answer = client.post(VERIFY, &merged(request.clone(), &json!({ "params": null, "body": params })));
        assert_eq!(answer.status, 422);
        assert!(
            answer.message().contains("send them as params, in n8n params: {{ $json.body }}"),
            "{}",
            answer.message()
        );
        let answer = post(&client, VERIFY, &merged(request, &json!({ "params": null, "body": params.to_string() })));
        assert!(
            answer["hint"]
                .as_str()
                .unwrap()
                .starts_with("the signature matches when the fields of the body are sent as params")
        );
    }
    // With the hash of the body in the address it is JSON, and its text counts.
    let json = json!({
        "provider": "twilio", "secret": "s", "url": "https://a.b/c?bodySHA256=00", "body": { "a": 1 },
        "headers": { "x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4=" }
    });
    assert!(client.post(VERIFY, &json).message().starts_with("body: is parsed JSON"));
}

/// Twilio and HubSpot send GET too, and then there is no body.
#[test]
fn a_get_request_has_no_body() {
    let client = at(NOW);
    for provider in ["twilio", "hubspot"] {
        let request = json!({ "provider": provider, "url": "https://a.b/c?d=e", "method": "get", "secret": "s" });
        let headers = post(&client, SIGN, &request)["headers"].clone();
        let check = merged(request, &json!({ "headers": headers }));
        assert_eq!(post(&client, VERIFY, &check)["valid"], true, "{provider}");
        let answer = client.post(VERIFY, &merged(check, &json!({ "method": "POST" })));
        assert!(answer.message().starts_with("body: is missing, and it is signed"), "{}", answer.message());
    }
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = at(NOW);
    let generic = |more: Value| json!({ "provider": "generic", "headers": {}, "body": "", "secret": "s", "generic": merged(json!({ "signatureHeader": "X-S" }), &more) });
    for (request, status, message) in [
        (json!({}), 400, "provider: is required"),
        (merged(github(), &json!({ "provider": "githup" })), 400, "provider: use github,"),
        (
            merged(github(), &json!({ "body": { "a": 1 } })),
            422,
            "body: is parsed JSON, but the signature covers the exact text: send the raw body.",
        ),
        (merged(github(), &json!({ "body": [1, [2, { "a": {} }]] })), 422, "body: is parsed JSON"),
        (merged(github(), &json!({ "body": null })), 422, "body: is missing, and it is signed"),
        (merged(github(), &json!({ "params": { "a": "b" } })), 422, "params: does not apply here"),
        (merged(github(), &json!({ "bodyBase64": "YQ==" })), 422, "body: is given twice"),
        (merged(github(), &json!({ "body": null, "bodyBase64": "%" })), 422, "bodyBase64: is not base64"),
        (
            merged(github(), &json!({ "headers": { "headers": { "a": "b" }, "body": "" } })),
            400,
            "headers.headers: must be a string or an array of strings (you sent an object: of a whole item send only its headers",
        ),
        (
            merged(github(), &json!({ "provider": "discord", "secret": null, "publicKey": "00ff" })),
            422,
            "publicKey: must be the 64 hex characters",
        ),
        (merged(github(), &json!({ "secret": null })), 422, "secret: is missing: send secret or keyRef"),
        (merged(github(), &json!({ "secret": "" })), 400, "secret: must not be empty"),
        (merged(github(), &json!({ "secrets": ["a"] })), 422, "secrets: cannot be combined with secret or keyRef"),
        (
            merged(github(), &json!({ "secret": null, "secrets": vec!["a"; 11] })),
            400,
            "secrets: must have a length of at most 10",
        ),
        (merged(github(), &json!({ "publicKey": "00" })), 422, "publicKey: does not apply to github: send secret"),
        (merged(github(), &json!({ "headers": "nothing" })), 400, "headers: must be an object"),
        (merged(github(), &json!({ "headers": { "a": { "b": 1 } } })), 400, "headers.a: must be a string"),
        (merged(github(), &json!({ "generic": { "signatureHeader": "a" } })), 422, "generic: applies only to"),
        (
            merged(standard(), &json!({ "secret": "whsec_not base64" })),
            422,
            "secret: is not base64, as this provider's secrets are",
        ),
        (merged(github(), &json!({ "provider": "square" })), 422, "url: is missing, and it is signed"),
        (merged(github(), &json!({ "provider": "square", "url": "/hook" })), 422, "url: must be a full URL"),
        (
            json!({ "provider": "discord", "body": "", "publicKey": include_str!("../data/keys/encrypted.pem") }),
            422,
            "publicKey: is an encrypted private key: send the public key",
        ),
        (merged(github(), &json!({ "provider": "discord" })), 422, "secret: does not apply to discord: send publicKey"),
        (
            merged(github(), &json!({ "provider": "discord", "secret": null })),
            422,
            "publicKey: is missing: send publicKey or keyRef",
        ),
        (merged(github(), &json!({ "provider": "generic" })), 422, "generic: is missing"),
        (
            generic(json!({ "template": "{bdy}" })),
            422,
            "generic.template: has {bdy}, which is not a placeholder: use {body},",
        ),
        (generic(json!({ "template": "{body}{body}" })), 422, "generic.template: has {body} twice"),
        (generic(json!({ "template": "{timestamp}" })), 422, "generic.timestampHeader: is missing"),
        (generic(json!({ "timestampHeader": "X-T" })), 422, "generic.template: has no {timestamp}"),
        (generic(json!({ "template": "{id}" })), 422, "generic.idHeader: is missing"),
        (generic(json!({ "idHeader": "X-I" })), 422, "generic.template: has no {id}"),
        (
            generic(json!({ "template": "{header:{body}" })),
            422,
            "generic.template: has {header:{body}, which is not a placeholder",
        ),
        (generic(json!({ "signatureHeader": "X-S\r\nX-Evil" })), 422, "generic.signatureHeader: is not a header name"),
        (generic(json!({ "signaturePrefix": "a\r\nX-Evil: 1" })), 422, "generic.signaturePrefix: may have"),
        (generic(json!({ "signatureHeader": "" })), 400, "generic.signatureHeader: must not be empty"),
    ] {
        let answer = client.post(VERIFY, &request);
        assert_eq!(answer.status, status, "{request} {:?}", answer.body);
        assert!(answer.message().starts_with(message), "{message} / {}", answer.message());
    }
}
