//! What is said of a request that is not valid: each of these is a mistake people make.

use chassis::testing::Client;

use serde_json::{Value, json};

use encoders::{base64, hex};

use super::{NOW, SIGN, VERIFY, at, github, merged, post, standard, verified};

/// Encoders of this test's own.
mod encoders {
    pub(super) fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn base64(text: &str) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut written = String::new();
        for three in text.as_bytes().chunks(3) {
            let number =
                three.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for place in 0..4 {
                let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize] as char;
                written.push(if place <= three.len() { letter } else { '=' });
            }
        }
        written
    }
}

fn hint(request: &Value) -> String {
    let answer = verified(request);
    assert_eq!(answer["valid"], false, "{request}");
    answer["hint"].as_str().unwrap_or_default().to_owned()
}

/// The headers of a request.
fn signed(request: &Value) -> Value {
    thread_local! {
        static CLIENT: Client = at(NOW);
    }
    CLIENT.with(|client| post(client, SIGN, request)["headers"].clone())
}

/// A request of GitHub whose body was `sent`, received as `received`.
fn changed(sent: &str, received: &str) -> Value {
    let headers = signed(&json!({ "provider": "github", "body": sent, "secret": "s" }));
    json!({ "provider": "github", "secret": "s", "body": received, "headers": headers })
}

#[test]
fn a_body_that_was_read_and_written_again() {
    let compact = r#"{"id":1,"name":"a/b","text":"Grüße","list":[1.0,{}]}"#;
    let spaced = r#"{"id": 1, "name": "a/b", "text": "Grüße", "list": [1.0, {}]}"#;
    let escaped = r#"{"id":1,"name":"a/b","text":"Gr\u00fc\u00dfe","list":[1.0,{}]}"#;
    let slashes = r#"{"id":1,"name":"a\/b","text":"Grüße","list":[1.0,{}]}"#;
    let php = r#"{"id":1,"name":"a\/b","text":"Gr\u00fc\u00dfe","list":[1.0,{}]}"#;
    let python = r#"{"id": 1, "name": "a/b", "text": "Gr\u00fc\u00dfe", "list": [1.0, {}]}"#;
    let lines =
        "{\n  \"id\": 1,\n  \"name\": \"a/b\",\n  \"text\": \"Grüße\",\n  \"list\": [\n    1.0,\n    {}\n  ]\n}";
    for (sent, received, what) in [
        (compact, spaced, "without the spaces and line breaks between its values"),
        (compact, lines, "without the spaces and line breaks between its values"),
        (spaced, compact, "with a space after each comma and colon"),
        (python, compact, "with a space after each comma and colon"),
        (lines, compact, "with line breaks and indents"),
        (escaped, compact, "with its special letters written as \\u escapes"),
        (compact, escaped, "with its \\u escapes written as letters"),
        (slashes, compact, "with its slashes escaped (\\/), as PHP writes them"),
        (php, compact, "with its slashes escaped (\\/), as PHP writes them"),
        (compact, slashes, "with its slashes not escaped"),
        (compact, php, "with its slashes not escaped"),
    ] {
        let found = hint(&changed(sent, received));
        assert!(found.starts_with(&format!("the signature matches the body {what}")), "{found}");
        assert!(found.contains("Raw Body"), "{found}");
    }
}

/// Rails and Go escape what HTML would read; Slack's forms come with + for spaces.
#[test]
fn a_body_that_others_write_in_their_way() {
    let lines = "{\n  \"a\": \"\\u00fc/\"\n}";
    for (sent, received, what) in [
        (
            r#"{"a":"\u003cb\u003e \u0026 ü"}"#,
            r#"{"a":"<b> & ü"}"#,
            "with its &, < and > written as \\u escapes, as Rails",
        ),
        (r#"{"a":"<b> & c"}"#, r#"{"a":"\u003cb\u003e \u0026 c"}"#, "with its &, < and > not written as"),
        (lines, r#"{"a":"ü/"}"#, "with line breaks and indents"),
        ("token=a&text=b+c", "token=a&text=b%20c", "with + for its spaces"),
        ("token=a&text=b%20c", "token=a&text=b+c", "with %20 for its spaces"),
    ] {
        let found = hint(&changed(sent, received));
        assert!(found.starts_with(&format!("the signature matches the body {what}")), "{found}");
    }
}

#[test]
fn two_mistakes_at_once() {
    for secret in ["s\n", "\"s\"", " 's'"] {
        let request = merged(changed("{\"a\":1}", "{\"a\": 1}"), &json!({ "secret": secret }));
        let found = hint(&request);
        assert!(found.starts_with("two things are wrong: the secret has surrounding spaces, quotes"), "{found}");
        assert!(found.contains("the signature matches the body without the spaces"), "{found}");
    }
}

#[test]
fn what_cannot_be_restored_is_said() {
    assert!(hint(&changed("{\"a\":10.00}", "{\"a\":10}")).contains("numbers such as 10.00 and the order"));
    let mut form = changed("payload=%7B%7D", "{}");
    form["headers"]["Content-Type"] = json!("application/x-www-form-urlencoded");
    let found = hint(&form);
    assert!(
        found.starts_with("the request was a form and the body is JSON") && found.contains("application/json"),
        "{found}"
    );
}

#[test]
fn a_body_that_was_wrapped_or_trimmed() {
    let json = r#"{"a":"ü"}"#;
    let in_json = serde_json::to_string(json).unwrap();
    for (sent, received, what) in [
        ("a=1\n", "a=1", "with a trailing line break"),
        ("a=1\r\n", "a=1", "with a trailing line break"),
        ("a=1", "a=1\n", "without its trailing line break"),
        ("a=1", " a=1 \n", "without the surrounding spaces"),
        ("a\nb", "a\r\nb", "with its line breaks as LF"),
        ("a\r\nb", "a\nb", "with its line breaks as CRLF"),
        (json, "\u{feff}{\"a\":\"ü\"}", "without the byte order mark at its start"),
        (json, &in_json, "decoded once: it was serialized as JSON twice"),
        (json, &in_json[1..in_json.len() - 1], "without the backslashes before its quotes"),
        (json, &base64(json), "read as base64 (bodyBase64)"),
        (json, &hex(json), "read as hex"),
        (json, &format!("data:application/json;base64,{}", base64(json)), "read from its data: address"),
        (json, "{\"a\":\"Ã¼\"}", "read as UTF-8: it was decoded as Latin-1 on its way"),
        ("", "{}", "when that is empty"),
    ] {
        let found = hint(&changed(sent, received));
        assert!(found.starts_with(&format!("the signature matches the body {what}")), "{received}: {found}");
    }
}

#[test]
fn a_body_that_is_lost() {
    assert!(hint(&changed("{}", "")).starts_with("the body is empty"));
    assert!(hint(&changed("{}", "[object Object]")).contains("an object converted to text"));
    assert!(hint(&changed("{}", "{\"a\":1}")).contains("the secret is not this webhook's"));
}

#[test]
fn a_secret_that_was_copied_badly() {
    let secret = "It's a Secret to Everybody";
    for (sent, what) in [
        (format!("{secret}\n"), "is sent without the surrounding spaces or line break"),
        (format!("  {secret}"), "is sent without the surrounding spaces or line break"),
        (format!("\"{secret}\""), "is sent without the surrounding quotes"),
        (format!("`{secret}` "), "is sent without the surrounding quotes"),
        (format!("{secret}\\n"), "is sent without its trailing \\n"),
        (hex(secret), "is taken as hex: set secretEncoding to hex"),
        (base64(secret), "is taken as base64: set secretEncoding to base64"),
        (format!("whsec_{secret}"), "is sent without whsec_ before it"),
    ] {
        let found = hint(&merged(github(), &json!({ "secret": sent })));
        assert!(found.starts_with(&format!("the signature matches when the secret {what}")), "{sent}: {found}");
    }
    let listed = merged(github(), &json!({ "secret": null, "secrets": ["a", format!("{secret} ")] }));
    assert!(hint(&listed).contains("without the surrounding spaces"));
    let right = merged(github(), &json!({ "secret": base64(secret), "secretEncoding": "base64" }));
    assert_eq!(verified(&right)["valid"], true, "what the hint says helps");

    // The secret of Standard Webhooks taken as text, by a sender who does so.
    let text = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let made = json!({ "provider": "svix", "body": "{}", "secret": text, "secretEncoding": "utf8" });
    let made = post(&at(NOW), SIGN, &made);
    let found = hint(&json!({ "provider": "svix", "body": "{}", "secret": text, "headers": made["headers"] }));
    assert_eq!(found, "the signature matches when the secret is taken as text: set secretEncoding to utf8");
    // Stripe's secret has the same prefix and is text with it.
    let made = post(&at(NOW), SIGN, &json!({ "provider": "stripe", "body": "{}", "secret": format!("whsec_{text}") }));
    let found = hint(
        &json!({ "provider": "stripe", "body": "{}", "secret": format!(" whsec_{text}"), "headers": made["headers"] }),
    );
    assert!(found.contains("without the surrounding spaces"), "{found}");
}

#[test]
fn a_secret_that_is_something_else() {
    for (secret, what) in [
        ("sk_test_1", "an API key"),
        ("'pk_live_1'", "a publishable key"),
        ("xoxb-1", "a Slack token"),
        ("ghp_1", "an access token"),
        ("-----BEGIN PRIVATE KEY-----", "a key in PEM"),
    ] {
        let found = hint(&merged(github(), &json!({ "secret": secret })));
        assert!(found.contains(&format!("so is {what}: use the secret of the webhook")), "{found}");
    }
}

#[test]
fn an_address_that_is_nearly_right() {
    let sent = "https://example.com/webhook/a?b=c";
    let sign = |provider: &str, url: &str| {
        let request = json!({ "provider": provider, "body": "{}", "secret": "s", "url": url });
        signed(&request)
    };
    for provider in ["square", "trello", "hubspot"] {
        for (url, received, what) in [
            (sent, "http://example.com/webhook/a?b=c", "with https:// in place of http://"),
            ("http://example.com/webhook/a", "https://example.com/webhook/a", "with http:// in place of https://"),
            ("https://example.com/webhook/a/", "https://example.com/webhook/a", "with a trailing slash"),
            ("https://example.com/webhook/a", "https://example.com/webhook/a/", "without its trailing slash"),
            ("https://example.com", "https://example.com/", "without its trailing slash"),
            (sent, "https://example.com:443/webhook/a?b=c", "without its port"),
            ("https://example.com:443/a", "https://example.com/a", "with its port"),
            ("https://example.com/webhook/a", sent, "without its query"),
            (sent, "https://Example.COM/webhook/a?b=c", "with its host in lowercase"),
            (sent, "https://example.com/webhook-test/a?b=c", "with /webhook/ in place of /webhook-test/"),
        ] {
            let request = json!({
                "provider": provider, "body": "{}", "secret": "s", "url": received, "headers": sign(provider, url)
            });
            let found = hint(&request);
            assert!(found.starts_with(&format!("the signature matches the URL {what}")), "{provider} {url}: {found}");
        }
    }
    let request = json!({ "provider": "square", "body": "{}", "secret": "s", "url": "https://b.c/", "headers": sign("square", sent) });
    assert!(hint(&request).starts_with("the URL is signed too"), "{}", hint(&request));
}

#[test]
fn headers_of_somebody_else() {
    let with = |provider: &str, headers: Value| merged(github(), &json!({ "provider": provider, "headers": headers }));
    for (request, what) in [
        (
            with("github", json!({})),
            "headers is empty: send those of the request, in n8n {{ JSON.stringify($json.headers) }}",
        ),
        (with("github", json!({ "accept": "*/*", "authorization": "HMAC x" })), "send all headers"),
        (with("github", json!({ "X-Hub-Signature": "sha1=ab" })), "only the legacy X-Hub-Signature (SHA-1) was sent"),
        (
            with("stripe", json!({ "x-hub-signature-256": "sha256=ab" })),
            "the headers look like those of github or meta",
        ),
        (with("github", json!({ "stripe-signature": "t=1,v1=ab" })), "the headers look like those of stripe"),
        (
            with("github", json!({ "webhook-signature": "v1,ab" })),
            "the headers look like those of standard-webhooks or svix or clerk",
        ),
        (with("bitbucket", json!({ "x-hub-signature": "sha1=ab" })), "the headers look like those of intercom"),
        (with("asana", json!({ "X-Hook-Secret": "ab" })), "this is Asana's handshake"),
    ] {
        let found = hint(&request);
        assert!(found.starts_with(what), "{what}: {found}");
    }
    let first = json!({ "provider": "notion", "secret": "s", "headers": { "a": "b" }, "body": "{\"verification_token\":\"secret_x\"}" });
    assert!(hint(&first).starts_with("this is Notion's first message"));
    let mailgun = json!({ "provider": "mailgun", "secret": "s", "body": "{\"event-data\":{}}" });
    assert!(hint(&mailgun).starts_with("the signature is in the body"));
}

#[test]
fn a_signature_that_was_changed_has_its_hint() {
    let code = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let github = |value: &str| merged(github(), &json!({ "headers": { "x-hub-signature-256": value } }));
    assert!(hint(&github(code)).contains("has lost its prefix sha256="));
    assert!(hint(&github(&format!("sha256={}", &code[..60]))).contains("is truncated or changed"));
    let shopify =
        json!({ "provider": "shopify", "secret": "s", "body": "", "headers": { "x-shopify-hmac-sha256": code } });
    assert!(hint(&shopify).contains("is hex and this provider uses base64"), "{}", hint(&shopify));

    let other = "bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo=";
    let many = json!({ "webhook-signature": format!("v1,{other} ").repeat(21) });
    let many = merged(standard(), &json!({ "headers": merged(standard()["headers"].clone(), &many) }));
    assert!(hint(&many).contains("only the first 20 are tried"));
}

#[test]
fn secrets_of_stripe_and_twilio_are_known() {
    let stripe = signed(&json!({ "provider": "stripe", "secret": "whsec_a", "body": "{}" }));
    let stripe = json!({ "provider": "stripe", "secret": "we_1", "body": "{}", "headers": stripe });
    assert!(hint(&stripe).starts_with("Stripe's secrets start with whsec_"));
    let twilio = json!({ "provider": "twilio", "secret": "s", "url": "https://a.b", "params": {} });
    let twilio =
        merged(twilio.clone(), &json!({ "headers": signed(&twilio), "secret": format!("AC{}", "0".repeat(32)) }));
    assert!(hint(&twilio).contains("use the Auth Token"));
}

#[test]
fn times_have_their_hints() {
    let hint = |now| post(&at(now), VERIFY, &standard())["hint"].as_str().unwrap().to_owned();
    assert!(hint(NOW + 1000).contains("probably a copy"));
    assert!(hint(NOW - 1000).contains("clock"));
    let mut request = standard();
    request["headers"]["webhook-timestamp"] = json!(null);
    assert!(verified(&request)["hint"].as_str().unwrap().contains("send all headers"));
}

/// What fits after a change is named, and still not valid.
#[test]
fn no_hint_makes_a_request_valid() {
    for request in [
        changed("{\"a\":1}", "{\"a\": 1}"),
        changed("", "{}"),
        merged(github(), &json!({ "secret": "It's a Secret to Everybody " })),
    ] {
        let answer = verified(&request);
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(false), &json!("signature-mismatch")));
        assert!(answer["hint"].as_str().unwrap().starts_with("the signature matches"));
    }
}

/// The spellings of a large body are not tried: each is another pass over it.
#[test]
fn large_bodies_are_not_tried() {
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
    assert!(hint(&changed(&large, &large.replace(":\"", ": \""))).contains("the secret is not this webhook's"));
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    hint(&changed(&deep, &format!("[{deep},1]")));
}

/// An answer to give, its JSON read: the order of its members is of no meaning.
fn read(given: &Value) -> Value {
    let mut given = given.clone();
    if let Some(json) = given["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok()) {
        given["body"] = json;
    }
    given
}

/// developers.zoom.us, api.slack.com, discord.com, dev.twitch.tv: what the endpoint has to answer.
#[test]
fn handshakes_get_their_answer() {
    let client = at(NOW);
    // Made with Python: hmac.new(b"s", b"qgg8vlvZRS6UYooatFL8Aw", "sha256").hexdigest().
    let encrypted = "93aa52bcb22637104b103fa602ee132a2459036070fc4ef715f04d8ce8a99166";
    let zoom = r#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#;
    let slack =
        r#"{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#;
    let twitch = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}"#;
    for (provider, body, more, wanted) in [
        (
            "zoom",
            zoom,
            json!({}),
            json!({
                "status": 200, "contentType": "application/json",
                "body": format!("{{\"encryptedToken\":\"{encrypted}\",\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"}}")
            }),
        ),
        ("zoom", "{\"event\":\"meeting.started\"}", json!({}), Value::Null),
        (
            "slack",
            slack,
            json!({}),
            json!({
                "status": 200, "contentType": "text/plain", "body": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
            }),
        ),
        ("slack", "{\"type\":\"event_callback\",\"challenge\":\"x\"}", json!({}), Value::Null),
        (
            "twitch",
            twitch,
            json!({ "Twitch-Eventsub-Message-Type": "webhook_callback_verification" }),
            json!({
                "status": 200, "contentType": "text/plain", "body": "pogchamp-kappa-360noscope-vohiyo"
            }),
        ),
        ("twitch", twitch, json!({ "Twitch-Eventsub-Message-Type": "notification" }), Value::Null),
        ("github", zoom, json!({}), Value::Null),
    ] {
        let made = post(&client, SIGN, &json!({ "provider": provider, "body": body, "secret": "s" }));
        let headers = merged(made["headers"].clone(), &more);
        let request = json!({ "provider": provider, "body": body, "secret": "s", "headers": headers });
        let answer = post(&client, VERIFY, &request);
        assert_eq!((&answer["valid"], read(&answer["respondWith"])), (&json!(true), read(&wanted)), "{provider}");
        let answer = post(&client, VERIFY, &merged(request, &json!({ "secret": "x" })));
        assert_eq!(answer["respondWith"], Value::Null, "nothing is answered to a forgery");
    }
}

/// The search for what is wrong ends after so many bytes: with ten secrets the same body is not tried to the end.
#[test]
fn the_search_has_an_end() {
    let sent = format!("{{\"a\":\"{}\"}}", "x".repeat(120_000));
    let headers = signed(&json!({ "provider": "github", "body": sent, "secret": "s" }));
    let received = sent.replace(":\"", ": \"");
    let request =
        |secrets: Value| json!({ "provider": "github", "secrets": secrets, "body": received, "headers": headers });
    assert!(hint(&request(json!(["s"]))).contains("without the spaces and line breaks"));
    let many: Vec<String> = (0..9).map(|number| format!(" {number}")).chain(["s".to_owned()]).collect();
    assert!(hint(&request(json!(many))).contains("the secret is not this webhook's"));
}

/// SHA-3 is the slowest of the hashes, so its search ends earlier.
#[test]
fn slow_hashes_are_tried_less() {
    let sent = format!("{{\"a\": \"ü/&{}\"}}", "x".repeat(240_000));
    for (algorithm, found) in [("sha512", true), ("sha3-512", false)] {
        let request = json!({
            "provider": "generic", "secret": "s", "body": sent,
            "generic": { "signatureHeader": "x-s", "algorithm": algorithm }
        });
        let received = json!({ "headers": signed(&request), "body": sent.replace(": \"", ":\"") });
        let hint = hint(&merged(request, &received));
        assert_eq!(hint.contains("with a space after each comma"), found, "{algorithm}: {hint}");
    }
}
