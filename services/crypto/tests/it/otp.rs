//! One-time codes against the tables of the RFCs and pyotp, and what a check must not let through.

use chassis::Clock;
use chassis::testing::{Answer, Client};
use serde_json::{Value, json};

const SECRET: &str = "/api/v1/crypto/otp/secret";
const GENERATE: &str = "/api/v1/crypto/otp/generate";
const VERIFY: &str = "/api/v1/crypto/otp/verify";
/// `12345678901234567890` in base32, the secret of RFC 4226 and RFC 6238.
const RFC_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const NOON: i64 = 1_800_000_000;

fn client_at(seconds: i64) -> Client {
    crate::client_at(Clock::manual(seconds * 1000))
}

fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

/// RFC 4226, appendix D.
const HOTP: [&str; 10] =
    ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];

#[test]
fn hotp_of_rfc_4226() {
    let client = client_at(0);
    for (counter, code) in HOTP.iter().enumerate() {
        let mut body = json!({ "secret": RFC_SECRET, "type": "hotp", "counter": counter });
        let answer = done(&client.post(GENERATE, &body));
        assert_eq!((&answer["code"], &answer["step"]), (&json!(code), &json!(counter)));
        assert_eq!(answer["secondsLeft"], Value::Null);
        body["code"] = json!(code);
        let answer = done(&client.post(VERIFY, &body));
        assert_eq!((&answer["valid"], &answer["nextCounter"]), (&json!(true), &json!(counter + 1)));
    }
}

/// RFC 6238, appendix B: the secret of each hash is as long as its output, as erratum 2866 says and the program shows.
#[test]
fn totp_of_rfc_6238() {
    let digits = "1234567890".repeat(7);
    for (time, sha1, sha256, sha512) in [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000_i64, "65353130", "77737706", "47863826"),
    ] {
        let client = client_at(time);
        for (algorithm, length, code) in [("sha1", 20, sha1), ("SHA-256", 32, sha256), ("sha512", 64, sha512)] {
            let mut body = json!({
                "secret": &digits[..length], "secretEncoding": "utf8", "algorithm": algorithm, "digits": 8
            });
            let now = done(&client.post(GENERATE, &body));
            assert_eq!(now["code"], code, "{time} {algorithm}");
            assert_eq!((&now["step"], &now["secondsLeft"]), (&json!(time / 30), &json!(30 - time % 30)));
            body["time"] = json!(time);
            assert_eq!(done(&client_at(NOON).post(GENERATE, &body)), now, "whatever the clock says");
            body.as_object_mut().unwrap().remove("time");
            body["code"] = json!(code);
            let answer = done(&client.post(VERIFY, &body));
            assert_eq!((&answer["valid"], &answer["step"], &answer["delta"]), (&json!(true), &now["step"], &json!(0)));
        }
    }
}

/// The code so many steps from the client's present.
fn code_at(client: &Client, steps: i64) -> String {
    let answer = done(&client.post(GENERATE, &json!({ "secret": RFC_SECRET, "time": NOON + 30 * steps })));
    answer["code"].as_str().unwrap().to_owned()
}

#[test]
fn the_window_ends_where_it_says() {
    let client = client_at(NOON);
    for (window, taken) in [(None, 1), (Some(0), 0), (Some(1), 1), (Some(10), 10)] {
        for steps in -12..=12_i64 {
            let body = json!({ "secret": RFC_SECRET, "code": code_at(&client, steps), "window": window });
            let answer = done(&client.post(VERIFY, &body));
            let valid = steps.abs() <= taken;
            assert_eq!(answer["valid"], valid, "{window:?} {steps}");
            assert_eq!(answer["delta"], if valid { json!(steps) } else { Value::Null });
            assert_eq!(answer["step"], if valid { json!(NOON / 30 + steps) } else { Value::Null });
            assert_eq!(answer["reason"], if valid { Value::Null } else { json!("wrong") });
        }
    }
    let near_1970 = client_at(5);
    let code = done(&near_1970.post(GENERATE, &json!({ "secret": RFC_SECRET })))["code"].clone();
    let answer = done(&near_1970.post(VERIFY, &json!({ "secret": RFC_SECRET, "code": code, "window": 10 })));
    assert_eq!((&answer["valid"], &answer["step"]), (&json!(true), &json!(0)));
}

#[test]
fn a_code_is_good_only_once() {
    let client = client_at(NOON);
    let present = NOON / 30;
    for (steps, last_step, reason) in [
        (0, present - 2, None),
        (0, present - 1, None),
        (0, present, Some("already-used")),
        (0, present + 1, Some("already-used")),
        (-1, present - 1, Some("already-used")),
        (-1, present - 2, None),
        (1, present, None),
        (1, present + 1, Some("already-used")),
        (5, present, Some("wrong")),
    ] {
        let body = json!({ "secret": RFC_SECRET, "code": code_at(&client, steps), "lastStep": last_step });
        let answer = done(&client.post(VERIFY, &body));
        assert_eq!(answer["reason"], json!(reason), "{steps} {last_step}");
        assert_eq!(answer["valid"], reason.is_none());
        assert_eq!(answer["step"], if reason.is_none() { json!(present + steps) } else { Value::Null });
    }
}

#[test]
fn hotp_looks_ahead_and_never_back() {
    let client = client_at(NOON);
    for (counter, window, code, next) in [
        (3, None, HOTP[3], Some(4)),
        (3, None, HOTP[4], Some(5)),
        (3, None, HOTP[5], None),
        (3, Some(0), HOTP[4], None),
        (0, Some(10), HOTP[9], Some(10)),
        (3, Some(10), HOTP[2], None),
    ] {
        let body = json!({
            "secret": RFC_SECRET, "type": "hotp", "counter": counter, "window": window, "code": code
        });
        let answer = done(&client.post(VERIFY, &body));
        assert_eq!(answer["valid"], next.is_some(), "{body}");
        assert_eq!(answer["nextCounter"], next.unwrap_or(counter));
    }
    let most = 9_007_199_254_740_991_u64;
    let code = done(&client.post(GENERATE, &json!({ "secret": RFC_SECRET, "type": "hotp", "counter": most })));
    let body = json!({ "secret": RFC_SECRET, "type": "hotp", "counter": most, "window": 10, "code": code["code"] });
    let answer = done(&client.post(VERIFY, &body));
    // There is no counter after it that could be sent.
    assert_eq!((&answer["step"], &answer["nextCounter"]), (&json!(most), &Value::Null));
}

/// An empty or shortened code must never be taken for the beginning of the right one, nor a number for its text.
#[test]
fn only_a_whole_code_is_taken() {
    let client = client_at(59);
    // The right one is 287082.
    for (code, reason) in [
        ("287082", None),
        ("287 082", None),
        (" 2 8 7082 ", None),
        ("287083", Some("wrong")),
        ("000000", Some("wrong")),
        ("", Some("malformed")),
        ("28708", Some("malformed")),
        ("2870820", Some("malformed")),
        ("0287082", Some("malformed")),
        ("94287082", Some("malformed")),
        ("+87082", Some("malformed")),
        ("-87082", Some("malformed")),
        ("287082\n", None),
        ("287-082", None),
        ("287\u{2013}082\r\n", None),
        ("\u{a0}287\t082", None),
        ("28708２", Some("malformed")),
        ("٢٨٧٠٨٢", Some("malformed")),
        ("0x1A2B", Some("malformed")),
    ] {
        let answer = done(&client.post(VERIFY, &json!({ "secret": RFC_SECRET, "code": code })));
        assert_eq!((&answer["valid"], &answer["reason"]), (&json!(reason.is_none()), &json!(reason)), "{code}");
    }
}

#[test]
fn leading_zeros_stay() {
    let client = client_at(1_111_111_109);
    let answer = done(&client.post(GENERATE, &json!({ "secret": RFC_SECRET, "digits": 8 })));
    assert_eq!(answer["code"], "07081804");
    let answer = done(&client.post(VERIFY, &json!({ "secret": RFC_SECRET, "digits": 8, "code": "7081804" })));
    assert_eq!(answer["reason"], "malformed");
}

#[test]
fn a_new_secret_works_in_every_form() {
    let client = client_at(NOON);
    for (options, bytes, start) in [
        (json!({}), 20, "otpauth://totp/Caf%C3%A9%20%26%20Bar:ann%40example.com?secret="),
        (json!({ "length": 64, "algorithm": "sha512", "digits": 8, "period": 60 }), 64, "otpauth://totp/Caf%C3%A9"),
        (json!({ "length": 16, "type": "hotp", "counter": 5 }), 16, "otpauth://hotp/Caf%C3%A9"),
    ] {
        let mut body = json!({ "issuer": "Café & Bar", "account": "ann@example.com" });
        body.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let made = done(&client.post(SECRET, &body));
        assert_eq!(made["bytes"], bytes);
        assert!(made["uri"].as_str().unwrap().starts_with(start), "{made}");
        assert_ne!(made["secret"], done(&client.post(SECRET, &body))["secret"], "drawn anew");
        let by_uri = done(&client.post(GENERATE, &json!({ "uri": made["uri"] })));
        let fields = json!({
            "secret": made["secret"], "type": made["type"], "algorithm": made["algorithm"], "digits": made["digits"],
            "period": made["period"], "counter": made["counter"],
        });
        assert_eq!(done(&client.post(GENERATE, &fields)), by_uri);
        let by_uri = json!({ "uri": made["uri"], "code": by_uri["code"], "counter": made["counter"] });
        let answer = done(&client.post(VERIFY, &by_uri));
        assert_eq!(answer["valid"], true);
        // The same secret again, written otherwise.
        body["secret"] = json!(made["secret"].as_str().unwrap().to_lowercase());
        body.as_object_mut().unwrap().remove("length");
        assert_eq!(done(&client.post(SECRET, &body)), made);
    }
    let short = done(&client.post(SECRET, &json!({ "account": "ann", "secret": "JBSWY3DPEHPK3PXP" })));
    assert_eq!((&short["warnings"][0]["code"], &short["bytes"]), (&json!("short-secret"), &json!(10)));
    assert_eq!(short["uri"], "otpauth://totp/ann?secret=JBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30");
}

#[test]
fn a_named_secret_stays_on_the_server() {
    let keyring = r#"{"keys": {"door": {"consumers": ["*"], "versions": {
        "1": {"key": "12345678901234567890", "keyEncoding": "utf8"},
        "2": {"key": "another secret of door", "keyEncoding": "utf8"}}}}}"#;
    let client = crate::client_with_keys(keyring, Clock::manual(59_000));
    let old = done(&client.post(GENERATE, &json!({ "keyRef": "door@1" })));
    assert_eq!((&old["code"], &old["keyRef"]), (&json!("287082"), &json!("door@1")));
    let new = done(&client.post(GENERATE, &json!({ "keyRef": "door" })));
    assert_eq!(new["keyRef"], "door@2");
    for made in [old, new] {
        let checked = done(&client.post(VERIFY, &json!({ "keyRef": "door", "code": made["code"] })));
        assert_eq!((&checked["valid"], &checked["keyRef"]), (&json!(true), &made["keyRef"]));
    }
    let wrong = done(&client.post(VERIFY, &json!({ "keyRef": "door", "code": "000000" })));
    assert_eq!((&wrong["valid"], &wrong["keyRef"]), (&json!(false), &Value::Null));
    let refused = client.post(SECRET, &json!({ "account": "ann", "keyRef": "door" }));
    assert_eq!(refused.status, 400);
    assert!(refused.message().starts_with("keyRef: is not a field here"), "{}", refused.message());
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = client_at(NOON);
    let hotp = |more: Value| {
        let mut body = json!({ "secret": RFC_SECRET, "type": "hotp", "counter": 1 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let uri = format!("otpauth://totp/a?secret={RFC_SECRET}");
    for (path, body, status, message) in [
        (GENERATE, json!({}), 422, "secret: is missing: send secret, uri or keyRef"),
        (GENERATE, json!({ "secret": "" }), 400, "secret: must not be empty"),
        (GENERATE, json!({ "secret": "---" }), 422, "secret: is empty: send the secret the app was given"),
        (GENERATE, json!({ "secret": "JBSW1" }), 422, "secret: is not base32: invalid character at position 5"),
        (
            GENERATE,
            json!({ "secret": RFC_SECRET, "keyRef": "door" }),
            422,
            "keyRef: cannot be combined with secret: send one of the two",
        ),
        (
            GENERATE,
            json!({ "uri": uri, "digits": 8 }),
            422,
            "digits: cannot be combined with uri, which includes it: leave it out",
        ),
        (GENERATE, json!({ "secret": RFC_SECRET, "digits": 5 }), 400, "digits: must be at least 6"),
        (GENERATE, json!({ "secret": RFC_SECRET, "period": 121 }), 400, "period: must be at most 120"),
        (
            GENERATE,
            json!({ "secret": RFC_SECRET, "counter": 1 }),
            422,
            "counter: does not apply to totp: leave it out, or send type hotp",
        ),
        (
            GENERATE,
            json!({ "secret": RFC_SECRET, "type": "hotp" }),
            422,
            "counter: is missing: hotp needs the counter of the next code",
        ),
        (
            VERIFY,
            json!({ "uri": uri.replace("totp", "hotp") + "&counter=1", "code": "287082" }),
            422,
            "counter: is missing: hotp needs the counter of the next code, and a uri has only the initial one",
        ),
        (GENERATE, hotp(json!({ "time": 59 })), 422, "time: does not apply to hotp: leave it out"),
        (GENERATE, hotp(json!({ "period": 60 })), 422, "period: does not apply to hotp: leave it out"),
        (
            GENERATE,
            json!({ "secret": RFC_SECRET, "time": 1_800_000_000_000_i64 }),
            422,
            "time: must be a time since 1970, such as 2026-01-31T12:00:00Z, or seconds (not milliseconds) since 1970",
        ),
        (VERIFY, json!({ "secret": RFC_SECRET }), 400, "code: is required"),
        (VERIFY, json!({ "secret": RFC_SECRET, "code": 287_082.5 }), 400, "code: must be text (you sent a number)"),
        (VERIFY, json!({ "secret": RFC_SECRET, "code": "287082", "window": 11 }), 400, "window: must be at most 10"),
        (
            VERIFY,
            hotp(json!({ "code": "287082", "lastStep": 1 })),
            422,
            "lastStep: does not apply to hotp, whose counter tells which codes are used: leave it out",
        ),
        (SECRET, json!({}), 400, "account: is required"),
        (
            SECRET,
            json!({ "account": "a:b" }),
            422,
            "account: must not contain ':', which separates issuer and account in a URI",
        ),
        (
            SECRET,
            json!({ "account": "a", "secret": RFC_SECRET, "length": 20 }),
            422,
            "length: does not apply to a secret that is sent: leave it out",
        ),
        (SECRET, json!({ "account": "a", "length": 15 }), 400, "length: must be at least 16"),
    ] {
        let answer = client.post(path, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
}

#[test]
fn a_secret_never_shows() {
    let client = client_at(NOON);
    for body in [
        json!({ "secret": "HUNTER2HUNTER1" }),
        json!({ "secret": "hunter2hunter2", "secretEncoding": "hex" }),
        json!({ "secret": ["hunter2hunter2"] }),
        json!({ "secret": "hunter2".repeat(200) }),
        json!({ "uri": "otpauth://totp/a?secret=HUNTER2HUNTER1" }),
        json!({ "uri": "otpauth://totp/a?secret=HUNTER2HUNTER2&digits=HUNTER2" }),
        json!({ "uri": "HUNTER2HUNTER2" }),
    ] {
        let answer = client.post(GENERATE, &body);
        assert!((400..500).contains(&answer.status), "{body}");
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        assert!(!text.contains("hunter2"), "{text}");
    }
    let answer = client.post(&format!("{GENERATE}?secret={RFC_SECRET}"), &json!({}));
    assert_eq!(answer.status, 400, "addresses are logged");
}

/// pyotp reads our URIs and makes the same codes, and we those of its URIs.
#[test]
fn pyotp_agrees() {
    const PROGRAM: &str = "
import json, sys, pyotp, hashlib
request = json.load(sys.stdin)
answers = []
for one in request['ours']:
    otp = pyotp.parse_uri(one['uri'])
    # HOTP counts from where the URI says it starts.
    code = otp.at(one['time']) if isinstance(otp, pyotp.TOTP) else otp.at(0)
    answers.append({'name': otp.name, 'issuer': otp.issuer, 'code': code})
theirs = []
for digits in (6, 7, 8):
    for digest in (hashlib.sha1, hashlib.sha256, hashlib.sha512):
        secret = pyotp.random_base32(40)
        totp = pyotp.TOTP(secret, digits=digits, digest=digest, interval=60, name='zoé@b.example', issuer='Big & Small')
        theirs.append({'uri': totp.provisioning_uri(), 'code': totp.at(request['time'])})
        hotp = pyotp.HOTP(secret, digits=digits, digest=digest, name='zoé', initial_count=7)
        theirs.append({'uri': hotp.provisioning_uri(), 'code': hotp.at(0)})
json.dump({'answers': answers, 'theirs': theirs}, sys.stdout)
";
    let client = client_at(NOON);
    let mut ours = Vec::new();
    let mut codes = Vec::new();
    for options in [
        json!({ "type": "totp" }),
        json!({ "algorithm": "sha256", "digits": 8, "period": 60, "length": 32 }),
        json!({ "algorithm": "sha512", "digits": 7, "period": 15, "length": 64 }),
        json!({ "type": "hotp", "algorithm": "sha512", "counter": 9 }),
    ] {
        let mut body = json!({ "issuer": "Café & Bar + 1%", "account": "zoé +1@b.example" });
        body.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let made = done(&client.post(SECRET, &body));
        codes.push(done(&client.post(GENERATE, &json!({ "uri": made["uri"] })))["code"].clone());
        ours.push(json!({ "uri": made["uri"], "time": NOON }));
    }
    let request = json!({ "ours": ours, "time": NOON });
    let Some(answer) = chassis::testing::python("crypto", PROGRAM, &request) else { return };
    for (answer, code) in answer["answers"].as_array().unwrap().iter().zip(codes) {
        assert_eq!(answer, &json!({ "name": "zoé +1@b.example", "issuer": "Café & Bar + 1%", "code": code }));
    }
    let theirs = answer["theirs"].as_array().unwrap();
    assert_eq!(theirs.len(), 18);
    for one in theirs {
        let counter = one["uri"].as_str().unwrap().contains("hotp").then_some(7);
        let body = json!({ "uri": one["uri"], "code": one["code"], "window": 0, "counter": counter });
        let checked = done(&client.post(VERIFY, &body));
        assert_eq!(checked["valid"], true, "{one}");
    }
}
