//! What must never be valid.

use serde_json::{Value, json};

use super::{NOW, SIGN, VERIFY, at, github, merged, post, standard, verified};

fn reason(request: &Value) -> String {
    let answer = verified(request);
    assert_eq!(answer["valid"], false, "{request}");
    assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()), "{request}");
    assert_eq!(
        (&answer["respondWith"], &answer["keyRef"], &answer["secretIndex"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    answer["reason"].as_str().unwrap().to_owned()
}

fn signed_as(base: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut request = base.clone();
    request["headers"][name] = value.into();
    request
}

/// Libraries have let through signatures that were empty or cut: a comparison that stops at the shorter one finds no
/// difference (svix/svix-webhooks#1190, standard-webhooks/standard-webhooks#115).
#[test]
fn a_signature_cut_anywhere_is_none() {
    let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    for end in 0..right.len() - 1 {
        let found = reason(&signed_as(&standard(), "webhook-signature", &right[..end]));
        assert!(["missing-signature", "malformed-signature"].contains(&found.as_str()), "{end}: {found}");
    }
    // Padding may be left out: the bytes are the same.
    let unpadded = signed_as(&standard(), "webhook-signature", &right[..right.len() - 1]);
    assert_eq!(verified(&unpadded)["valid"], true);

    let right = github()["headers"]["x-hub-signature-256"].as_str().unwrap().to_owned();
    for end in 0..right.len() {
        let found = reason(&signed_as(&github(), "x-hub-signature-256", &right[..end]));
        assert!(["missing-signature", "malformed-signature"].contains(&found.as_str()), "{end}: {found}");
    }
    for more in ["0", "00", "zz", "\u{0}", "é"] {
        assert_eq!(
            reason(&signed_as(&github(), "x-hub-signature-256", format!("{right}{more}"))),
            "malformed-signature"
        );
    }
}

#[test]
fn a_signature_changed_anywhere_is_another() {
    let right = github()["headers"]["x-hub-signature-256"].as_str().unwrap().to_owned();
    for place in "sha256=".len()..right.len() {
        let digit = if right[place..].starts_with('0') { "1" } else { "0" };
        let mut other = right.clone();
        other.replace_range(place..=place, digit);
        assert_eq!(reason(&signed_as(&github(), "x-hub-signature-256", other)), "signature-mismatch", "{place}");
    }
    let upper = format!("sha256={}", right[7..].to_uppercase());
    assert_eq!(verified(&signed_as(&github(), "x-hub-signature-256", upper))["valid"], true, "hex is hex");
}

#[test]
fn odd_signatures_are_none() {
    for (value, wanted) in [
        (json!(""), "missing-signature"),
        (json!("  \t "), "missing-signature"),
        (json!([]), "missing-signature"),
        (json!(null), "missing-signature"),
        (json!(","), "missing-signature"),
        (json!("sha256="), "malformed-signature"),
        (json!("sha256=,sha256="), "malformed-signature"),
        (json!("sha1=757107ea0eb2509fc211221cce984b8a37570b6d"), "malformed-signature"),
        (json!("SHA256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"), "malformed-signature"),
        (json!("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"), "malformed-signature"),
        (json!("sha256 = 757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"), "malformed-signature"),
        (json!("sha256=dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc="), "malformed-signature"),
        (json!(true), "malformed-signature"),
        (json!(0), "malformed-signature"),
        (
            json!("sha256=\u{ff17}57107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            "malformed-signature",
        ),
        (json!("a".repeat(60_000)), "malformed-signature"),
        (json!("sha256=".repeat(8_000)), "malformed-signature"),
    ] {
        assert_eq!(reason(&signed_as(&github(), "x-hub-signature-256", value.clone())), wanted, "{value}");
    }
    let zeros = format!("sha256={}", "0".repeat(64));
    assert_eq!(reason(&signed_as(&github(), "x-hub-signature-256", zeros)), "signature-mismatch");
}

#[test]
fn other_versions_do_not_count_and_any_of_several_does() {
    let client = at(NOW);
    let right = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let other = "bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo=";
    let headers = |value: &str| signed_as(&standard(), "webhook-signature", value);
    for (value, valid) in [
        (format!("v1,{other} v1,{right}"), true),
        (format!("v1a,{right} v1,{right}"), true),
        (format!("v1,{right}, v1,{other}"), true),
        (format!("v2,{right}"), false),
        (format!("v1a,{right}"), false),
        (format!("v0,{right} v2,{right} ,{right}"), false),
        (right.to_owned(), false),
        (format!("v1={right}"), false),
        (format!("v1,v1,{right}"), false),
    ] {
        assert_eq!(post(&client, VERIFY, &headers(&value))["valid"], valid, "{value}");
    }
    // Two headers of one name, as a list or made one with a comma.
    for value in [json!([format!("v1,{other}"), format!("v1,{right}")]), json!(format!("v1,{other},v1,{right}"))] {
        let answer = post(&client, VERIFY, &signed_as(&standard(), "webhook-signature", value.clone()));
        assert_eq!(answer["valid"], value.is_array(), "{value}");
    }
    // The twentieth is tried, the twenty-first no more.
    for (count, valid) in [(19, true), (20, false)] {
        let value = format!("{}v1,{right}", format!("v1,{other} ").repeat(count));
        assert_eq!(post(&client, VERIFY, &headers(&value))["valid"], valid, "{count}");
    }
}

/// The version before the signature must be the right one also in Stripe's form: `v0` are its test signatures.
#[test]
fn stripe_takes_v1_only() {
    let request = json!({ "provider": "stripe", "body": "{}", "secret": "whsec_test", "timestamp": NOW });
    let made = post(&at(NOW), SIGN, &request);
    let header = made["headers"]["Stripe-Signature"].as_str().unwrap();
    let check = |value: &str| json!({ "provider": "stripe", "body": "{}", "secret": "whsec_test", "headers": { "stripe-signature": value } });
    assert_eq!(verified(&check(header))["valid"], true);
    assert_eq!(verified(&check(&header.replace(',', ", ")))["valid"], true);
    assert_eq!(reason(&check(&header.replace("v1=", "v0="))), "malformed-signature");
    assert_eq!(reason(&check(&header.replace("v1=", "xv1="))), "malformed-signature");
    let (time, signature) = header.split_once(',').unwrap();
    assert_eq!(reason(&check(signature)), "missing-timestamp");
    assert_eq!(reason(&check(time)), "malformed-signature");
    assert_eq!(reason(&check(&format!("t=,{signature}"))), "missing-timestamp");
    assert_eq!(reason(&check(&format!("t={},{signature}", NOW + 1))), "signature-mismatch");
    // A second time would be taken by somebody, the signature is over the first.
    assert_eq!(reason(&check(&format!("{time},t={},{signature}", NOW + 1))), "malformed-timestamp");
    assert_eq!(reason(&check(&format!("t={},{header}", NOW + 1))), "malformed-timestamp");
}

#[test]
fn nobody_changes_the_time_or_the_id() {
    for (name, value, wanted) in [
        ("webhook-timestamp", json!("1614265331"), "signature-mismatch"),
        ("webhook-timestamp", json!("01614265330"), "signature-mismatch"),
        ("webhook-timestamp", json!("1614265330.0"), "signature-mismatch"),
        ("webhook-timestamp", json!(""), "missing-timestamp"),
        ("webhook-timestamp", json!(null), "missing-timestamp"),
        ("webhook-timestamp", json!(["1614265330", "1614265331"]), "malformed-timestamp"),
        ("webhook-id", json!("msg_other"), "signature-mismatch"),
        ("webhook-id", json!(null), "missing-header"),
        ("webhook-id", json!(["msg_p5jXN8AQM9LWM0D4loKWxJek", "msg_other"]), "malformed-header"),
    ] {
        assert_eq!(reason(&signed_as(&standard(), name, value.clone())), wanted, "{name} {value}");
    }
    // The same twice is no contradiction.
    let twice = signed_as(&standard(), "webhook-timestamp", json!(["1614265330", "1614265330"]));
    assert_eq!(verified(&twice)["valid"], true);
}

/// A time that is signed but cannot be read says nothing of its age.
#[test]
fn an_unreadable_time_is_refused_though_it_is_signed() {
    // Made with Python: hmac.new(b"k", b"soon.{}", "sha256").hexdigest().
    let request = json!({
        "provider": "generic", "secret": "k", "body": "{}",
        "headers": { "x-t": "soon" },
        "generic": { "signatureHeader": "x-s", "timestampHeader": "x-t", "template": "{timestamp}.{body}" }
    });
    let right = "a00fd383b570e466e46a310f489c99f590dd78c033e69c2a3a1e976a012555f9";
    for more in [json!({}), json!({ "ignoreAge": true })] {
        let request = merged(signed_as(&request, "x-s", right), &more);
        assert_eq!(reason(&request), "malformed-timestamp");
    }
}

#[test]
fn one_providers_signature_is_not_anothers() {
    let body = "{\"a\":1}";
    let sign = |provider: &str| {
        let request = json!({ "provider": provider, "body": body, "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "url": "https://a.b/c", "id": "m" });
        post(&at(NOW), SIGN, &request)["headers"].clone()
    };
    let slack = sign("slack");
    // Zoom signs the same content; only the names of the headers differ.
    let as_zoom = json!({
        "x-zm-signature": slack["X-Slack-Signature"], "x-zm-request-timestamp": slack["X-Slack-Request-Timestamp"]
    });
    for (provider, headers, wanted) in [
        ("slack", sign("stripe"), "missing-signature"),
        ("zoom", slack, "missing-signature"),
        ("github", sign("jira"), "missing-signature"),
        ("bitbucket", sign("intercom"), "malformed-signature"),
        ("square", sign("trello"), "missing-signature"),
    ] {
        let request = json!({ "provider": provider, "body": body, "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "url": "https://a.b/c", "headers": headers });
        assert_eq!(reason(&request), wanted, "{provider}");
    }
    let zoom =
        json!({ "provider": "zoom", "body": body, "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "headers": as_zoom });
    assert_eq!(verified(&zoom)["valid"], true, "the schemes are one, so this is right");
}

/// Twilio's address carries the hash of a body that is no form: both must be right.
#[test]
fn twilios_hash_of_the_body_counts() {
    let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let url = format!("https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256={hash}");
    let request = |body: &str, url: &str| {
        json!({
            "provider": "twilio", "secret": "12345", "url": url, "body": body,
            "headers": { "x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4=" }
        })
    };
    let body = "{\"property\": \"value\", \"boolean\": true}";
    assert_eq!(verified(&request(body, &url))["valid"], true);
    assert_eq!(reason(&request("{\"property\": \"other\", \"boolean\": true}", &url)), "signature-mismatch");
    assert_eq!(reason(&request(body, &url.replace("0a1f", "1a1f"))), "signature-mismatch");
    assert_eq!(reason(&request(body, &url.replace(&format!("&bodySHA256={hash}"), ""))), "signature-mismatch");
    // A second hash does not make the first body another's.
    assert_eq!(reason(&request("other", &format!("{url}&bodySHA256={}", "0".repeat(64)))), "signature-mismatch");
}

#[test]
fn a_token_is_compared_whole() {
    let request = |token: Value| json!({ "provider": "gitlab", "secret": "to,k en", "headers": { "x-gitlab-token": token }, "body": "{}" });
    assert_eq!(verified(&request(json!("to,k en")))["valid"], true);
    for token in ["to,k", "to", "to,k en2", "TO,K EN", "t"] {
        assert_eq!(reason(&request(json!(token))), "signature-mismatch", "{token}");
    }
    assert_eq!(reason(&request(json!(""))), "missing-signature");
}

#[test]
fn headers_are_bounded() {
    let many: serde_json::Map<String, Value> = (0..201).map(|number| (format!("x-{number}"), json!("1"))).collect();
    for headers in [json!(many), json!({ "x": "a".repeat(65_536) }), json!({ "x": vec![""; 201] })] {
        let answer = at(NOW).post(VERIFY, &merged(github(), &json!({ "headers": headers })));
        assert_eq!(answer.status, 400);
        assert!(answer.message().starts_with("headers"), "{}", answer.message());
    }
}

#[test]
fn a_secret_never_shows() {
    let client = at(NOW);
    for request in [
        merged(github(), &json!({ "secret": "hunter2hunter2" })),
        merged(github(), &json!({ "secret": "hunter2hunter2", "secretEncoding": "hex" })),
        merged(github(), &json!({ "secret": null, "secrets": ["hunter2hunter2", " hunter2hunter2 "] })),
        merged(github(), &json!({ "secret": { "hunter2hunter2": 1 } })),
        merged(standard(), &json!({ "secret": "whsec_hunter2hunter2!" })),
        merged(standard(), &json!({ "secret": "sk_hunter2hunter2" })),
        json!({ "provider": "discord", "privateKey": "hunter2hunter2", "body": "" }),
    ] {
        for path in [VERIFY, SIGN] {
            let answer = client.post(path, &request);
            assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"), "{:?}", answer.body);
        }
    }
    let query = format!("{VERIFY}?provider=github&secret=hunter2");
    assert_eq!(client.post_as("text/plain", &query, "a").status, 400, "not in an address");
}

#[test]
fn ids_to_sign_are_plain() {
    let client = at(NOW);
    for id in ["a b", "a\nb: c", "é", "a,b"] {
        let answer = client.post(SIGN, &json!({ "provider": "svix", "secret": "whsec_YWJj", "body": "", "id": id }));
        assert_eq!((answer.status, answer.message().starts_with("id: may have letters")), (422, true), "{id}");
    }
    let made = post(&client, SIGN, &json!({ "provider": "svix", "secret": "whsec_YWJj", "body": "" }));
    assert!(made["id"].as_str().unwrap().len() == 36 && made["headers"]["svix-id"] == made["id"], "{made}");
}

/// A place that stands a hundred times in a template makes megabytes of a small header, for each of ten secrets and each
/// variant a hint tries.
#[test]
fn a_small_request_is_little_work() {
    let client = at(NOW);
    let request = |template: String| {
        json!({
            "provider": "generic", "body": "{}", "secret": "s", "headers": { "x-s": "0".repeat(128), "a": "z".repeat(2500) },
            "generic": { "signatureHeader": "x-s", "template": template, "algorithm": "sha3-512" }
        })
    };
    for (template, message) in [
        (format!("{}{{body}}", "{header:a}".repeat(90)), "generic.template: has {header:a} twice"),
        ("{header:a}{header:A}".to_owned(), "generic.template: has {header:A} twice"),
        ("{url}{url}".to_owned(), "generic.template: has {url} twice"),
        ("{header:a}{header:b}{header:c}{header:d}{header:e}".to_owned(), "generic.template: has more than 4 headers"),
    ] {
        let answer = client.post(VERIFY, &request(template.clone()));
        assert_eq!(answer.status, 422, "{template}");
        assert!(answer.message().starts_with(message), "{}", answer.message());
    }
    assert_eq!(reason(&request("{header:a}{body}{method}".to_owned())), "signature-mismatch");
}

/// Of several headers for the id only one is signed: whoever adds the other must not get a new event of an old one.
#[test]
fn the_id_of_an_event_is_the_one_that_is_signed() {
    for provider in ["standard-webhooks", "svix", "clerk", "resend", "openai", "supabase", "twitch"] {
        let made =
            json!({ "provider": provider, "body": "{}", "secret": "whsec_YWJj", "id": "msg_1", "timestamp": NOW });
        let headers = post(&at(NOW), SIGN, &made)["headers"].clone();
        for more in [
            json!({ "webhook-id": "msg_evil" }),
            json!({ "svix-id": "msg_evil" }),
            json!({ "svix-id": ["", "msg_1"] }),
            json!({ "webhook-id": ["", "msg_1"] }),
            json!({ "webhook-id": ["", "msg_evil"] }),
        ] {
            let headers = merged(headers.clone(), &more);
            let answer =
                verified(&json!({ "provider": provider, "body": "{}", "secret": "whsec_YWJj", "headers": headers }));
            let id = if answer["valid"] == true { json!("msg_1") } else { Value::Null };
            assert_eq!(answer["eventId"], id, "{provider} {more}");
        }
        let answer =
            verified(&json!({ "provider": provider, "body": "{}", "secret": "whsec_YWJj", "headers": headers }));
        assert_eq!((&answer["valid"], &answer["eventId"]), (&json!(true), &json!("msg_1")), "{provider}");
    }
}

/// Mailgun signs the time and a token without anything between, and nothing else: another id in the body and another
/// border between the two must not make a new event.
#[test]
fn mailguns_signature_is_one_event() {
    let made = json!({ "provider": "mailgun", "secret": "s", "timestamp": NOW });
    let fields = post(&at(NOW), SIGN, &made)["fields"].clone();
    let request = |fields: &Value, id: &str| {
        let body = json!({ "signature": fields, "event-data": { "id": id } }).to_string();
        json!({ "provider": "mailgun", "secret": "s", "body": body })
    };
    let (first, second) = (verified(&request(&fields, "A")), verified(&request(&fields, "B")));
    assert_eq!((&first["valid"], &second["valid"]), (&json!(true), &json!(true)));
    assert_eq!(first["eventId"], second["eventId"]);
    assert_eq!(first["eventId"], format!("{NOW}{}", fields["token"].as_str().unwrap()));

    // A token that begins with digits: with three of them the time would be milliseconds.
    let time = NOW.to_string();
    let content = format!("{time}123abcdef");
    let made = json!({
        "provider": "generic", "secret": "s", "body": content, "generic": { "signatureHeader": "x-s" }
    });
    let signature = post(&at(NOW), SIGN, &made)["signature"].clone();
    for (end, wanted) in [
        (10, None),
        (13, Some("malformed-timestamp")),
        (11, Some("timestamp-in-future")),
        (9, Some("timestamp-too-old")),
    ] {
        let fields = json!({ "timestamp": content[..end], "token": content[end..], "signature": signature });
        let request = request(&fields, "A");
        match wanted {
            None => assert_eq!(verified(&request)["eventId"], json!(content)),
            Some(wanted) => assert_eq!(reason(&request), wanted, "{end}"),
        }
    }
}

/// What is sent as it is must not begin another header.
#[test]
fn no_header_breaks_its_line() {
    let client = at(NOW);
    for secret in ["a\r\nX-Evil: 1", "a\nb", "a\u{0}", "é", "a "] {
        let answer = client.post(SIGN, &json!({ "provider": "gitlab", "body": "", "secret": secret }));
        assert_eq!(answer.status, 422, "{secret:?}");
        assert!(answer.message().starts_with("secret: is sent in a header as it is"), "{}", answer.message());
    }
    for generic in [
        json!({ "signatureHeader": "X-S: 1\r\nX-Evil" }),
        json!({ "signatureHeader": "X-S", "signaturePrefix": "a\r\nX-Evil: " }),
        json!({ "signatureHeader": "X-S", "timestampPrefix": "t\n=", "template": "{timestamp}" }),
        json!({ "signatureHeader": "X-S", "timestampHeader": "X T", "template": "{timestamp}" }),
        json!({ "signatureHeader": "X-S", "idHeader": "X-I\n", "template": "{id}" }),
    ] {
        let answer =
            client.post(SIGN, &json!({ "provider": "generic", "body": "", "secret": "s", "generic": generic }));
        assert_eq!(answer.status, 422, "{generic}");
    }
}
