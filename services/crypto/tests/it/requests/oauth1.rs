//! OAuth 1.0a against X's documents and oauthlib.

use chassis::Clock;
use serde_json::{Value, json};

use super::{client_at, done};

const SIGN: &str = "/api/v1/crypto/requests/sign-oauth1";
/// The time of X's example.
const OCTOBER_2011: i64 = 1_318_622_958;

/// The example of X's documents, "Creating a signature", with more fields.
fn example(more: &Value) -> Value {
    let mut body = json!({
        "method": "post", "url": "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
        "form": { "status": "Hello Ladies + Gentlemen, a signed OAuth request!" },
        "consumerKey": "xvz1evFS4wEEPTGEFPHBog", "consumerSecret": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "tokenSecret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        "nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn example_of_x() {
    let answer = done(&client_at(OCTOBER_2011).post(SIGN, &example(&json!({ "explain": true }))));
    assert_eq!(answer["signature"], "hCtSmYh+iHYCEqBWrE7C7hYmtUk=");
    assert_eq!(
        answer["headers"]["Authorization"],
        "OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", oauth_nonce=\"kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg\", \
         oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1318622958\", \
         oauth_token=\"370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb\", oauth_version=\"1.0\", \
         oauth_signature=\"hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D\""
    );
    assert_eq!(answer["body"], "status=Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21");
    assert!(answer["baseString"].as_str().unwrap().starts_with("POST&https%3A%2F%2Fapi.twitter.com%2F1.1"), "{answer}");
    let older = example(&json!({ "url": "https://api.twitter.com/1/statuses/update.json?include_entities=true" }));
    assert_eq!(done(&client_at(OCTOBER_2011).post(SIGN, &older))["signature"], "tnnArxj06cWHq44gCs1OSKk/jLY=");
}

#[test]
fn a_nonce_is_new_each_time() {
    let client = client_at(OCTOBER_2011);
    let made = || done(&client.post(SIGN, &example(&json!({ "nonce": null }))));
    let (one, other) = (made(), made());
    assert_eq!(one["nonce"].as_str().unwrap().len(), 32);
    assert_ne!(one["nonce"], other["nonce"]);
    assert_ne!(one["signature"], other["signature"]);
}

#[test]
fn named_secrets_sign() {
    let keyring = r#"{"keys": {
        "app": {"consumers": ["*"], "versions": {"1": {"key": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "keyEncoding": "utf8"}}},
        "ann": {"consumers": ["*"], "versions": {"4": {"key": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE", "keyEncoding": "utf8"}}}}}"#;
    let client = crate::client_with_keys(keyring, Clock::manual(OCTOBER_2011 * 1000));
    let named = |token: &str| {
        example(&json!({ "consumerSecret": null, "keyRef": "app", "tokenSecret": null, "tokenKeyRef": token }))
    };
    let answer = done(&client.post(SIGN, &named("ann")));
    assert_eq!(answer["signature"], "hCtSmYh+iHYCEqBWrE7C7hYmtUk=");
    assert_eq!((&answer["keyRef"], &answer["tokenKeyRef"]), (&json!("app@1"), &json!("ann@4")));
    let unknown = client.post(SIGN, &named("bob"));
    assert_eq!(unknown.status, 422);
    assert!(unknown.message().starts_with("tokenKeyRef: names no key"), "{}", unknown.message());
}

/// oauthlib signs the same requests, in headers and in addresses.
#[test]
fn oauthlib_makes_the_same_signatures() {
    const PROGRAM: &str = "
import json, sys
from oauthlib.oauth1 import Client
answers = []
for one in json.load(sys.stdin):
    optional = {ours: one[theirs] for ours, theirs in [
        ('resource_owner_key', 'token'), ('resource_owner_secret', 'tokenSecret'), ('callback_uri', 'callback'),
        ('verifier', 'verifier'), ('realm', 'realm')] if theirs in one}
    client = Client(one['consumerKey'], client_secret=one['consumerSecret'], nonce=one['nonce'], timestamp=str(one['time']),
                    signature_method=one['signatureMethod'].upper(),
                    signature_type={'header': 'AUTH_HEADER', 'query': 'QUERY'}[one['place']], **optional)
    form = {'Content-Type': 'application/x-www-form-urlencoded'} if one['body'] else {}
    url, headers, body = client.sign(one['url'], http_method=one['method'], body=one['body'] or None, headers=form)
    answers.append(headers.get('Authorization') or url)
json.dump(answers, sys.stdout)
";
    let client = client_at(OCTOBER_2011);
    let (mut requests, mut ours) = (Vec::new(), Vec::new());
    for url in [
        "https://a.example",
        "http://A.example:80/x/y%20z;a,b",
        "https://a.example:8443/x?b=2&a=1&b=1&c=&d",
        "https://a.example/%C3%A4/~?q=a%20b%2Bc%26%C3%A4&u=https%3A%2F%2Fb.example%2F%3Fx",
    ] {
        for form in [json!({}), json!({ "a": "1 + 2 = ä~", "b&": "", "!*'()": "!*'()" })] {
            for method in ["hmac-sha1", "hmac-sha256"] {
                for more in [
                    json!({ "place": "header" }),
                    json!({ "place": "query", "token": "t+/", "tokenSecret": "s&%" }),
                    json!({ "place": "header", "token": "t", "tokenSecret": "s", "realm": "123_SB1", "verifier": "v ü" }),
                    json!({ "place": "header", "callback": "https://c.example/?a=b" }),
                ] {
                    let mut body = example(&json!({
                        "url": url, "form": form, "consumerSecret": "secret & ü/=", "signatureMethod": method,
                        "time": OCTOBER_2011, "token": null, "tokenSecret": null,
                    }));
                    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                    let answer = done(&client.post(SIGN, &body));
                    body["method"] = answer["method"].clone();
                    body["body"] = answer["body"].clone();
                    requests.push(body);
                    let header = answer["headers"]["Authorization"].as_str();
                    ours.push(header.or(answer["url"].as_str()).unwrap().to_owned());
                }
            }
        }
    }
    let Some(theirs) = chassis::testing::python("crypto", PROGRAM, &Value::Array(requests.clone())) else { return };
    assert_eq!(theirs.as_array().unwrap().len(), 64);
    let signature = |text: &str| {
        let (_, after) = text.split_once("oauth_signature=").unwrap();
        after.trim_matches('"').to_owned()
    };
    for ((request, ours), theirs) in requests.iter().zip(&ours).zip(theirs.as_array().unwrap()) {
        assert_eq!(signature(ours), signature(theirs.as_str().unwrap()), "{request}");
    }
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = client_at(OCTOBER_2011);
    for (more, status, message) in [
        (json!({ "consumerKey": null }), 400, "consumerKey: is required"),
        (json!({ "consumerSecret": null }), 422, "consumerSecret: is missing: send consumerSecret or keyRef"),
        (json!({ "tokenSecret": null }), 422, "tokenSecret: is missing: send tokenSecret or tokenKeyRef"),
        (json!({ "token": null }), 422, "token: is missing: it must be sent with the token secret"),
        (json!({ "tokenSecret": "a\n" }), 422, "tokenSecret: begins or ends with a space or line break: remove it"),
        (json!({ "realm": "a\", b=\"c" }), 422, "realm: must be plain ASCII without '\"' and '\\'"),
        (json!({ "realm": "a\r\nX: y" }), 422, "realm: must be plain ASCII without '\"' and '\\'"),
        (
            json!({ "realm": "a", "place": "query" }),
            422,
            "realm: applies only to the Authorization header: leave it out",
        ),
        (
            json!({ "url": "https://a.example/?oauth_signature=1" }),
            422,
            "url: contains oauth_signature, as if it were already signed: leave it out",
        ),
        (json!({ "form": { "a": "a".repeat(65_536) } }), 422, "form: must have at most 65536 bytes in total"),
        (
            json!({ "signatureMethod": "plaintext" }),
            400,
            "signatureMethod: use hmac-sha1 or hmac-sha256 (you sent plaintext)",
        ),
    ] {
        let answer = client.post(SIGN, &example(&more));
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{more}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("kAcSOqF21Fu85e7zjz7"), "{:?}", answer.body);
    }
}
