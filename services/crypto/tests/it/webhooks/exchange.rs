//! Every provider's scheme, made by another program and by ourselves.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{NOW, SIGN, VERIFY, at, merged, post};

/// Key pairs for these tests only: of RFC 8032 (section 7.1, test 1), and of Node's generateKeyPairSync.
const ED25519: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
);
const P256: (&str, &str) = (
    "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFkuSRCFew8TyDcCu\npAPRTXvgR09tOHCE0506DFnX7PehRANCAAQGG1NFefsYVm1Ho/DwU9OWw6B7xNaf\nHKmlFdvpUqcKmlGiez5lgq/DKrqUNv3Vjy+9yhoy0mq8mTGBSDXyFUO+\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBhtTRXn7GFZtR6Pw8FPTlsOge8TW\nnxyppRXb6VKnCppRons+ZYKvwyq6lDb91Y8vvcoaMtJqvJkxgUg18hVDvg==\n-----END PUBLIC KEY-----\n",
);

/// The names of all providers, from the document.
fn providers() -> Vec<String> {
    let document = at(0).get("/openapi.json").json();
    let names = document["components"]["schemas"]["CryptoWebhookProvider"]["enum"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// A request of a provider, without headers.
fn request(provider: &str) -> Value {
    let form = ["twilio", "mandrill"].contains(&provider);
    let body = if form {
        "To=%2B1+2&From=a%26b&%C3%A4=%C3%BC"
    } else {
        "{\"id\":\"evt_1\",\"text\":\"Grüße, \\\"🦀\\\"\"}\n"
    };
    json!({ "provider": provider, "body": body })
}

/// The address, for those who sign it.
fn address(provider: &str) -> Value {
    match provider {
        "twilio" | "square" | "hubspot" | "trello" | "mandrill" | "twilio-json" => {
            json!({ "url": "https://example.com/hook" })
        }
        _ => json!({}),
    }
}

/// What is known to the receiver, and what to the sender.
fn keys(provider: &str) -> (Value, Value) {
    match provider {
        "discord" => (json!({ "publicKey": ED25519.1 }), json!({ "privateKey": ED25519.0 })),
        "sendgrid" => (json!({ "publicKey": P256.1 }), json!({ "privateKey": P256.0 })),
        _ => {
            // Base64 for those who need it; the others take it as text.
            let secret = json!({ "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
            (secret.clone(), secret)
        }
    }
}

fn custom(provider: &str) -> Value {
    match provider {
        "generic" => json!({ "generic": {
            "signatureHeader": "X-Acme-Signature", "signaturePrefix": "a1=", "algorithm": "sha512", "signatureEncoding": "base64",
            "timestampHeader": "X-Acme-Time", "timestampFormat": "rfc3339", "idHeader": "X-Acme-Id",
            "template": "{id}/{timestamp}/{method}/{path}/{header:X-Acme-Account}\n{body}"
        }, "url": "https://example.com/hook?a=b", "method": "PUT", "headers": { "X-Acme-Account": "42" } }),
        _ => json!({}),
    }
}

#[test]
fn what_we_sign_we_find_valid() {
    let (client, an_hour_later) = (at(NOW), at(NOW + 3600));
    for provider in providers() {
        let (receiver, sender) = keys(&provider);
        let common = merged(merged(request(&provider), &address(&provider)), &custom(&provider));
        let made = post(&client, SIGN, &merged(common.clone(), &sender));
        let mut headers = made["headers"].clone();
        headers["X-Acme-Account"] = json!("42");
        let mut check = merged(merged(common, &receiver), &json!({ "headers": headers }));
        if !made["fields"].is_null() {
            check["body"] = json!(json!({ "signature": made["fields"] }).to_string());
        }
        let answer = post(&client, VERIFY, &check);
        assert_eq!((&answer["valid"], &answer["scheme"]), (&json!(true), &made["scheme"]), "{provider}: {answer}");
        let stamped = answer["timestamp"].is_string();
        assert_eq!(made["timestamp"].is_string(), stamped, "{provider}");
        assert_eq!(made["signature"].as_str().map(str::is_empty), Some(false), "{provider}");

        // Nobody else's key fits, and an hour later it is old.
        let wrong = match provider.as_str() {
            "discord" => json!({ "publicKey": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c" }),
            "sendgrid" => continue,
            _ => json!({ "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx" }),
        };
        let answer = post(&client, VERIFY, &merged(check.clone(), &wrong));
        assert_eq!(answer["reason"], "signature-mismatch", "{provider}");
        let later = post(&an_hour_later, VERIFY, &check);
        assert_eq!(later["valid"], !stamped, "{provider}");
    }
}

/// What Node makes of requests to other_side.mjs; nothing where there is no Node.
fn node(requests: &[Value]) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/webhooks/other_side.mjs");
    let started =
        Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        println!("skipped: there is no node here");
        return None;
    };
    child.stdin.take().unwrap().write_all(json!(requests).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn node_signs_and_we_find_it_valid_and_make_the_same() {
    let client = at(NOW);
    let names = providers().into_iter().filter(|name| name != "generic").chain(["twilio-json".to_owned()]);
    let mut cases = Vec::new();
    for provider in names {
        let (receiver, sender) = keys(&provider);
        let common = merged(merged(request(&provider), &address(&provider)), &json!({ "provider": provider }));
        cases.push((provider, common, receiver, sender));
    }
    let form = json!({ "To": "+1 2", "From": "a&b", "ä": "ü" });
    let extra = json!({ "time": NOW, "id": "msg_1", "method": "POST", "form": form });
    let requests: Vec<Value> =
        cases.iter().map(|(_, common, _, sender)| merged(merged(common.clone(), sender), &extra)).collect();
    let Some(answers) = node(&requests) else { return };
    for ((provider, mut common, receiver, sender), theirs) in cases.into_iter().zip(answers) {
        assert!(!theirs.is_null(), "other_side.mjs does not know {provider}");
        common["provider"] = json!(provider.trim_end_matches("-json"));
        let answer = post(&client, VERIFY, &merged(merged(common.clone(), &receiver), &theirs));
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(true), &Value::Null), "{provider}: {answer}");

        if ["mailgun", "sendgrid"].contains(&provider.as_str()) {
            continue; // A random token, a random nonce.
        }
        let ours = merged(merged(common, &sender), &json!({ "timestamp": NOW, "id": "msg_1" }));
        let ours = post(&client, SIGN, &ours);
        let sorted = |headers: &Value| headers.as_object().unwrap().clone().into_iter().collect::<BTreeMap<_, _>>();
        assert_eq!(sorted(&ours["headers"]), sorted(&theirs["headers"]), "{provider}");
        assert_eq!(ours["url"], theirs["url"], "{provider}");
    }
}

#[test]
fn node_finds_our_sendgrid_signature_right() {
    let body = request("sendgrid");
    let (_, sender) = keys("sendgrid");
    let ours = post(&at(NOW), SIGN, &merged(body.clone(), &sender));
    let check = json!({ "check": true, "signature": ours["signature"], "publicKey": P256.1, "time": NOW });
    let Some(right) = node(&[merged(body, &check)]) else { return };
    assert_eq!(right, [true]);
}
