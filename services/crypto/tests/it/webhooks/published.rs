//! Signatures the providers and their libraries have published.

use serde_json::{Value, json};

use super::{SIGN, VERIFY, at, merged, post};

/// Where a request is from, when it was signed, and itself.
type Published = (&'static str, i64, Value);

const TWILIO: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const TWILIO_BODY: &str =
    "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
const SENDGRID_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";

fn twilio(signature: &str, url: &str) -> Value {
    json!({
        "provider": "twilio", "secret": "12345", "url": url, "body": TWILIO_BODY,
        "headers": { "X-Twilio-Signature": signature, "content-type": "application/x-www-form-urlencoded" }
    })
}

fn published() -> Vec<Published> {
    let mut all = vec![
        ("docs.github.com, validating webhook deliveries", 0, super::github()),
        ("standard-webhooks/standard-webhooks, libraries", super::NOW, super::standard()),
        (
            "docs.svix.com, verifying webhooks manually: the same request, with a second signature",
            super::NOW,
            json!({
                "provider": "svix", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "body": "{\"test\": 2432232314}",
                "headers": {
                    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp": "1614265330",
                    "svix-signature": "v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v2,MzJsNDk4MzI0K2VvdSMjMTEjQEBAQDEyMzMzMzEyMwo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
                }
            }),
        ),
        (
            "api.slack.com, verifying requests",
            1_531_420_618,
            json!({
                "provider": "slack", "secret": "8f742231b10e8888abcd99yyyzzz85a5",
                "body": "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
                "headers": {
                    "X-Slack-Request-Timestamp": "1531420618",
                    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
                }
            }),
        ),
        (
            "square/square-nodejs-sdk, test/utilities/webhooksHelper.test.ts",
            0,
            json!({
                "provider": "square", "secret": "Ibxx_5AKakO-3qeNVR61Dw",
                "url": "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
                "body": "{\"merchant_id\":\"MLEFBHHSJGVHD\",\"type\":\"webhooks.test_notification\",\"event_id\":\"ac3ac95b-f97d-458c-a6e6-18981597e05f\",\"created_at\":\"2022-07-13T20:30:59.037339943Z\",\"data\":{\"type\":\"webhooks\",\"id\":\"bc368e64-01aa-407e-b46e-3231809b1129\"}}",
                "headers": { "x-square-hmacsha256-signature": "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=" }
            }),
        ),
        (
            "square/square-nodejs-sdk, the same: escaped characters",
            0,
            json!({
                "provider": "square", "secret": "signature-key", "url": "https://webhook.site/webhooks",
                "body": "{\"data\":{\"type\":\"webhooks\",\"id\":\">id<\"}}",
                "headers": { "x-square-hmacsha256-signature": "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=" }
            }),
        ),
        (
            "HubSpot/hubspot-api-ruby, signature_helper_spec.rb",
            1_700_000_300,
            json!({
                "provider": "hubspot", "secret": "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
                "url": "https://www.example.com/webhook_uri", "method": "POST", "body": "{'example_field':'example_value'}",
                "headers": {
                    "x-hubspot-signature-v3": "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
                    "x-hubspot-request-timestamp": "1700000300000"
                }
            }),
        ),
        (
            "HubSpot/hubspot-api-python, test_signature.py",
            1_693_657_560,
            json!({
                "provider": "hubspot", "secret": "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
                "url": "https://www.example.com/webhook_uri", "body": "{'example_field':'example_value'}",
                "headers": {
                    "X-HubSpot-Signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
                    "X-HubSpot-Request-Timestamp": "1693657560000"
                }
            }),
        ),
        (
            "PaddleHQ/paddle-node-sdk, webhooks-validator.test.ts: several signatures",
            1_698_796_800,
            json!({
                "provider": "paddle", "secret": "VALID_SECRET", "body": "{\"data\": \"value\"}",
                "headers": {
                    "Paddle-Signature": "ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH"
                }
            }),
        ),
        (
            "PaddleHQ/paddle-node-sdk, the same",
            1_698_796_805,
            json!({
                "provider": "paddle", "secret": "VALID_SECRET", "body": "{\"data\": [\"1\", \"2\"]}",
                "headers": {
                    "Paddle-Signature": "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9"
                }
            }),
        ),
        (
            "TracksApp/tracks, mailgun_controller_test.rb",
            1_379_539_674,
            json!({
                "provider": "mailgun", "secret": "123456789", "headers": {},
                "body": "timestamp=1379539674&token=5km6cwo0e3bfvg78hw4s69znro09xhk1h8u6-s633yasc8hcr5&signature=da92708b8f2c9dcd7ecdc91d52946c01802833e6683e46fc00b3f081920dd5b1"
            }),
        ),
        (
            "the same in the JSON of documentation.mailgun.com",
            1_379_539_674,
            json!({
                "provider": "mailgun", "secret": "123456789",
                "body": "{\"signature\": {\"token\": \"5km6cwo0e3bfvg78hw4s69znro09xhk1h8u6-s633yasc8hcr5\", \"timestamp\": \"1379539674\", \"signature\": \"da92708b8f2c9dcd7ecdc91d52946c01802833e6683e46fc00b3f081920dd5b1\"}, \"event-data\": {\"id\": \"e1\"}}"
            }),
        ),
        (
            "coinbase/coinbase-commerce-node, test/testWebhook.spec.js",
            0,
            json!({
                "provider": "coinbase-commerce", "secret": "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
                "body": "{\"id\":1,\"scheduled_for\":\"2017-01-31T20:50:02Z\",\"attempt_number\":1,\"event\":{\"id\":\"24934862-d980-46cb-9402-43c81b0cdba6\",\"type\":\"charge:created\",\"api_version\":\"2018-03-22\",\"created_at\":\"2017-01-31T20:49:02Z\",\"data\":{\"code\":\"66BEOV2A\",\"name\":\"The Sovereign Individual\",\"description\":\"Mastering the Transition to the Information Age\",\"hosted_url\":\"https://commerce.coinbase.com/charges/66BEOV2A\",\"created_at\":\"2017-01-31T20:49:02Z\",\"expires_at\":\"2017-01-31T21:04:02Z\",\"timeline\":[{\"time\":\"2017-01-31T20:49:02Z\",\"status\":\"NEW\"}],\"metadata\":{},\"pricing_type\":\"no_price\",\"payments\":[],\"addresses\":{\"bitcoin\":\"0000000000000000000000000000000000\",\"ethereum\":\"0x0000000000000000000000000000000000000000\",\"litecoin\":\"3000000000000000000000000000000000\",\"bitcoincash\":\"bitcoincash:000000000000000000000000000000000000000000\"}}}}",
                "headers": { "X-CC-Webhook-Signature": "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d" }
            }),
        ),
        (
            "razorpay/razorpay-node, test/utils/razorpay-utils.spec.js",
            0,
            json!({
                "provider": "razorpay", "secret": "123456", "body": "{\"a\":1,\"b\":2,\"c\":{\"d\":3}}",
                "headers": { "X-Razorpay-Signature": "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc" }
            }),
        ),
        (
            "developers.line.biz, verify webhook signature",
            0,
            json!({
                "provider": "line", "secret": "8c570fa6dd201bb328f1c1eac23a96d8",
                "body": "{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":[]}",
                "headers": { "x-line-signature": "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=" }
            }),
        ),
        (
            "sanity-io/webhook-toolkit, test/signature.test.ts: base64url, milliseconds",
            1_633_519_811,
            json!({
                "provider": "generic", "secret": "test", "body": "{\"_id\":\"resume\"}",
                "headers": { "sanity-webhook-signature": "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0" },
                "generic": {
                    "signatureHeader": "sanity-webhook-signature", "signaturePrefix": "v1=", "timestampPrefix": "t=",
                    "signatureEncoding": "base64url", "template": "{timestamp}.{body}"
                }
            }),
        ),
    ];
    // twilio/twilio-php, tests/Twilio/Unit/Security/RequestValidatorTest.php; the first is in Twilio's documentation too.
    for (signature, url) in [
        ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", TWILIO.to_owned()),
        ("RSOYDt4T1cUTdK1PDd93/VVr8B8=", TWILIO.replace(".com", ".com:1234")),
        ("Zmvh+3yNM1Phv2jhDCwEM3q5ebU=", TWILIO.replace("https://mycompany.com", "http://mycompany.com:1234")),
        ("kvajT1Ptam85bY51eRf/AJRuM3w=", TWILIO.to_owned()),
        ("0ZXoZLH/DfblKGATFgpif+LLRf4=", TWILIO.replace("https", "http")),
        ("CukzLTc1tT5dXEDIHm/tKBanW10=", TWILIO.replace("mycompany", "user:pass@mycompany")),
        ("2YRLlVAflCqxaNicjMpJcSTgzSs=", TWILIO.replace("mycompany", "user@mycompany")),
        ("ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=", TWILIO.replace("mycompany", "user:pass@mycompany")),
        // twilio/twilio-csharp, RequestValidatorTest.cs
        ("g9IN/x4Cft2g517EjYvEvM/W7LU=", TWILIO.replace("mycompany", "MyCompany")),
        ("PCqOZm8cnu/L6+u5i5fuEd+Iac4=", TWILIO.replace("mycompany.com", "MyCompany.com:1234")),
    ] {
        all.push(("twilio", 0, twilio(signature, &url)));
    }
    all.push((
        "twilio-php: repeated fields",
        0,
        merged(
            twilio("IK+Dwps556ElfBT0I3Rgjkr1wJU=", TWILIO),
            &json!({ "body": "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234" }),
        ),
    ));
    all.push((
        "twilio-php: fields instead of the body",
        0,
        merged(
            twilio("IK+Dwps556ElfBT0I3Rgjkr1wJU=", TWILIO),
            &json!({ "body": null, "params": { "Sid": "CA123", "SidAccount": "AC123", "Digits": ["5678", "1234", "1234"] } }),
        ),
    ));
    let hashed = "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    all.push((
        "twilio-php: a JSON body",
        0,
        merged(
            twilio("a9nBmqA0ju/hNViExpshrM61xv4=", &format!("{TWILIO}{hashed}")),
            &json!({ "body": "{\"property\": \"value\", \"boolean\": true}" }),
        ),
    ));
    all
}

fn sendgrid() -> Value {
    json!({
        "provider": "sendgrid", "publicKey": SENDGRID_KEY,
        "body": "{\"category\":\"example_payload\",\"event\":\"test_event\",\"message_id\":\"message_id\"}",
        "headers": {
            "X-Twilio-Email-Event-Webhook-Signature": "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
            "X-Twilio-Email-Event-Webhook-Timestamp": "1588788367"
        }
    })
}

#[test]
fn published_signatures_are_valid_and_none_is_for_another_body_or_secret() {
    for (source, now, request) in published() {
        let client = at(now);
        let answer = post(&client, VERIFY, &request);
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(true), &Value::Null), "{source}: {answer}");

        let other = merged(request.clone(), &json!({ "secret": "d2hhdA==" }));
        assert_eq!(post(&client, VERIFY, &other)["reason"], "signature-mismatch", "{source}");
        let other = if request["body"].is_null() {
            json!({ "params": { "Sid": "CA124" } })
        } else {
            json!({ "body": format!("{}0", request["body"].as_str().unwrap()) })
        };
        let answer = post(&client, VERIFY, &merged(request.clone(), &other));
        assert_eq!(answer["valid"], false, "{source}");
    }
}

/// sendgrid/sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js
#[test]
fn sendgrid_of_its_library() {
    let client = at(1_588_788_367);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n",
        &SENDGRID_KEY[..64],
        &SENDGRID_KEY[64..]
    );
    for key in [SENDGRID_KEY, &pem] {
        let answer = post(&client, VERIFY, &merged(sendgrid(), &json!({ "publicKey": key })));
        assert_eq!(answer["valid"], true, "{answer}");
    }
    for other in [
        json!({ "publicKey": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7aNDthvj+y7GjUuFDb/R1NGe1OPzpA==" }),
        json!({ "body": "payload" }),
        json!({ "headers": {
            "X-Twilio-Email-Event-Webhook-Signature": "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH3j/0=",
            "X-Twilio-Email-Event-Webhook-Timestamp": "1588788367"
        } }),
        json!({ "headers": {
            "X-Twilio-Email-Event-Webhook-Signature": sendgrid()["headers"]["X-Twilio-Email-Event-Webhook-Signature"],
            "X-Twilio-Email-Event-Webhook-Timestamp": "timestamp"
        } }),
    ] {
        assert_eq!(post(&client, VERIFY, &merged(sendgrid(), &other))["reason"], "signature-mismatch", "{other}");
    }
}

/// RFC 8032, section 7.1, test 2 (the message 0x72), with Discord's time and body as that message.
#[test]
fn discord_with_a_signature_of_rfc_8032() {
    let request = json!({
        "provider": "generic", "secret": "s", "body": "r", "headers": {}, "generic": { "signatureHeader": "x" }
    });
    assert_eq!(post(&at(0), VERIFY, &request)["reason"], "missing-signature");
    // Discord signs time and body; an empty time is none, so the example cannot be a whole request: its key can.
    let request = json!({
        "provider": "discord", "publicKey": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "body": "",
        "headers": {
            "X-Signature-Timestamp": "r",
            "X-Signature-Ed25519": "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        }
    });
    assert_eq!(
        post(&at(0), VERIFY, &request)["reason"],
        "malformed-timestamp",
        "the signature is right, \"r\" is no time"
    );
    // What is private in a key is not looked at where it is to check: it is no matter what it is.
    let mut private = request;
    private["publicKey"] = json!({
        "kty": "OKP", "crv": "Ed25519", "x": "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", "d": "!", "key_ops": ["sign"]
    })
    .to_string()
    .into();
    assert_eq!(post(&at(0), VERIFY, &private)["reason"], "malformed-timestamp");
    let encrypted = include_str!("../../data/keys/encrypted.pem");
    let sign = json!({ "provider": "discord", "privateKey": encrypted, "body": "" });
    let message = at(0).post(SIGN, &sign).message();
    assert!(message.starts_with("privateKey: is encrypted, and there is no passphrase for it here"), "{message}");
}

#[test]
fn signing_makes_the_published_headers() {
    for (source, now, request) in published() {
        let headers = &request["headers"];
        let known = ["svix", "mailgun", "generic"].contains(&request["provider"].as_str().unwrap());
        // Some were made of another form of the address, or are doubled.
        let url = request["url"].as_str().unwrap_or_default();
        if known
            || source.contains("several")
            || source == "twilio" && (url != TWILIO || headers["X-Twilio-Signature"] != "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
        {
            continue;
        }
        let timestamp = if source.ends_with("the same") { 1_698_796_800 } else { now };
        let mut sent =
            merged(request.clone(), &json!({ "timestamp": timestamp, "id": "msg_p5jXN8AQM9LWM0D4loKWxJek" }));
        sent.as_object_mut().unwrap().remove("headers");
        let made = post(&at(0), SIGN, &sent);
        for (name, value) in made["headers"].as_object().unwrap() {
            let published = headers.as_object().unwrap().iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            assert_eq!(Some(value), published.map(|(_, value)| value), "{source}: {name}");
        }
        assert_eq!(made["url"], Value::Null, "{source}");
    }
}
