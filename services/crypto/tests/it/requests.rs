//! Signed requests against what AWS publishes, its own Python library and a server, and what must not get in.

mod botocore;
mod oauth1;
mod suite;

use chassis::Clock;
use chassis::testing::{Answer, Client};
use serde_json::{Value, json};

const SIGN: &str = "/api/v1/crypto/requests/sign";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 24 May 2013, 00:00:00, when the examples of Amazon's documents are signed.
const MAY_2013: i64 = 1_369_353_600;

fn client_at(seconds: i64) -> Client {
    crate::client_at(Clock::manual(seconds * 1000))
}

fn sign(client: &Client, body: &Value) -> Answer {
    client.post(SIGN, body)
}

fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

/// A request to the bucket of Amazon's examples, with more fields.
fn to_bucket(path: &str, more: &Value) -> Value {
    let mut body = json!({
        "url": format!("https://examplebucket.s3.amazonaws.com{path}"),
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "secretAccessKey": SECRET,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Amazon S3 API Reference, "Signature Calculations for the Authorization Header" (examples of one chunk), and "Using Query
/// Parameters".
#[test]
fn examples_of_the_s3_documents() {
    let client = client_at(MAY_2013);
    for (path, more, signature) in [
        (
            "/test.txt",
            json!({ "headers": { "Range": "bytes=0-9" } }),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/test$file.text",
            json!({
                "method": "put", "body": "Welcome to Amazon S3.",
                "headers": { "Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
            }),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("/?lifecycle", json!({}), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("/?max-keys=2&prefix=J", json!({}), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ] {
        let answer = done(&sign(&client, &to_bucket(path, &more)));
        assert_eq!(answer["signature"], signature, "{path}");
        assert_eq!((&answer["region"], &answer["service"]), (&json!("us-east-1"), &json!("s3")));
        assert_eq!(answer["canonicalRequest"], Value::Null);
    }
    // Part of a second is no part of a signature.
    let client = crate::client_at(Clock::manual(MAY_2013 * 1000 + 999));
    let presigned = done(&sign(&client, &to_bucket("/test.txt", &json!({ "presigned": true, "expiresIn": 86400 }))));
    assert_eq!(
        presigned["url"],
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\
         AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400\
         &X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
    assert_eq!(presigned["expiresAt"], "2013-05-25T00:00:00Z");
}

/// IAM User Guide, the example that the old test suite explains step by step.
#[test]
fn example_of_the_iam_documents() {
    let answer = done(&sign(
        &client_at(0),
        &json!({
            "url": "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
            "headers": { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" },
            "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "time": "2015-08-30T12:36:00Z",
        }),
    ));
    assert_eq!(
        answer["headers"]["Authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    assert_eq!(
        (&answer["time"], &answer["credentialScope"]),
        (&json!("2015-08-30T12:36:00Z"), &json!("20150830/us-east-1/iam/aws4_request"))
    );
}

#[test]
fn a_body_may_come_in_several_ways() {
    let client = client_at(MAY_2013);
    let signature = |more: Value| {
        let mut body = to_bucket("/a", &json!({ "method": "PUT" }));
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        done(&sign(&client, &body))
    };
    let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    let answer = signature(json!({ "body": "Welcome to Amazon S3." }));
    assert_eq!(answer["headers"]["X-Amz-Content-Sha256"], hash);
    for same in [
        json!({ "bodyBase64": "V2VsY29tZSB0byBBbWF6b24gUzMu" }),
        json!({ "file": { "base64": "V2VsY29tZSB0byBBbWF6b24gUzMu" } }),
        json!({ "payloadHash": hash.to_uppercase() }),
        json!({ "headers": { "x-amz-content-sha256": hash } }),
        json!({ "body": "Welcome to Amazon S3.", "headers": { "X-Amz-Content-SHA256": hash } }),
        // What an earlier signature left is made anew.
        json!({ "body": "Welcome to Amazon S3.", "headers": answer["headers"] }),
    ] {
        assert_eq!(signature(same.clone()), answer, "{same}");
    }
    let unsigned = signature(json!({ "payloadHash": "unsigned-payload" }));
    assert_eq!(unsigned["headers"]["X-Amz-Content-Sha256"], "UNSIGNED-PAYLOAD");
    let chunks = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let signed = signature(json!({ "headers": { "x-amz-content-sha256": chunks }, "explain": true }));
    assert!(signed["canonicalRequest"].as_str().unwrap().ends_with(chunks), "{signed}");
}

/// A proxy, a local store: the host of the signature is the one the server gets to see.
#[test]
fn a_host_of_your_own_is_signed() {
    let client = client_at(MAY_2013);
    let real = done(&sign(&client, &to_bucket("/test.txt", &json!({}))));
    let mut body = to_bucket("/test.txt", &json!({ "headers": { "host": "examplebucket.s3.amazonaws.com" } }));
    body["url"] = json!("http://localhost:4566/test.txt");
    let local = done(&sign(&client, &body));
    assert_eq!((&local["signature"], &local["headers"]), (&real["signature"], &real["headers"]));
    assert_eq!(local["url"], "http://localhost:4566/test.txt");
}

#[test]
fn a_named_key_signs() {
    let keyring = format!(
        r#"{{"keys": {{"aws": {{"consumers": ["*"], "versions": {{"3": {{"key": "{SECRET}", "keyEncoding": "utf8"}}}}}}}}}}"#
    );
    let client = crate::client_with_keys(&keyring.to_string(), Clock::manual(MAY_2013 * 1000));
    let mut body = to_bucket("/?lifecycle", &json!({ "keyRef": "aws", "explain": true }));
    body.as_object_mut().unwrap().remove("secretAccessKey");
    let answer = sign(&client, &body);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let answer = done(&answer);
    assert_eq!(answer["signature"], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    assert_eq!(answer["keyRef"], "aws@3");
    assert!(!text.contains("wJalrXUtnFEMI"));
}

#[test]
fn wrong_requests_say_what_to_change() {
    let client = client_at(MAY_2013);
    let elsewhere = |more: Value| {
        let mut body = json!({
            "url": "http://localhost:9000/b/k", "accessKeyId": "a", "secretAccessKey": "s", "region": "eu-west-1",
            "service": "s3",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let long = format!("https://a.example/{}", "a".repeat(8192));
    let many: Value =
        (0..101).map(|number| (format!("x-{number}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    for (more, status, message) in [
        (json!({ "accessKeyId": null }), 400, "accessKeyId: is required"),
        (json!({ "secretAccessKey": null }), 422, "secretAccessKey: is missing: send secretAccessKey or keyRef"),
        (
            json!({ "secretAccessKey": "s\n" }),
            422,
            "secretAccessKey: begins or ends with a space or line break: remove it",
        ),
        (json!({ "region": null }), 422, "region: is missing: it cannot be derived from the host, so send region"),
        (json!({ "service": null }), 422, "service: is missing: it cannot be derived from the host, so send service"),
        (json!({ "region": "eu/west" }), 422, "region: must have only letters, digits and '-'"),
        (json!({ "accessKeyId": "a/b" }), 422, "accessKeyId: must be plain ASCII without spaces, ',' and '/'"),
        (
            json!({ "sessionToken": "a\r\nX: y" }),
            422,
            "sessionToken: must be plain ASCII without spaces or line breaks",
        ),
        (json!({ "method": "GET /" }), 422, "method: must be a word such as GET, PUT or POST"),
        (json!({ "scheme": "aws-sigv2" }), 400, "scheme: use aws-sigv4 (you sent aws-sigv2)"),
        (
            json!({ "url": "localhost/b" }),
            422,
            "url: must be a full URL, such as https://bucket.s3.eu-central-1.amazonaws.com/key?x=1",
        ),
        (json!({ "url": long }), 400, "url: must have a length of at most 8192"),
        (
            json!({ "url": "https://a.example/?x-amz-signature=1" }),
            422,
            "url: contains X-Amz-Signature, as if it were already signed: leave it out",
        ),
        (
            json!({ "headers": { "X-A": "1\r\nX-B: 2" } }),
            422,
            "headers: has a line break, or a character outside of ASCII, in x-a: leave it out",
        ),
        (
            json!({ "headers": { "X-Amz-Security-Token": "t" } }),
            422,
            "headers: has x-amz-security-token: send it as sessionToken, and it is added for you",
        ),
        (
            json!({ "headers": { "Host": "evil.com/a" } }),
            422,
            "headers: has an invalid host: send a name, or a name and a port, or leave it out",
        ),
        (
            json!({ "headers": { "Host": "" } }),
            422,
            "headers: has an invalid host: send a name, or a name and a port, or leave it out",
        ),
        (
            json!({ "headers": { "x-amz-content-sha256": "anything at all" } }),
            422,
            "headers: has x-amz-content-sha256 that is not a SHA-256 in hex: leave it out, it is added for you",
        ),
        (
            json!({ "headers": { "X-A": "1", "x-a": "2" } }),
            422,
            "headers: has x-a twice: send it once, its values separated by commas",
        ),
        (json!({ "headers": many }), 400, "headers: must have a length of at most 100"),
        (json!({ "headers": { "X-A": "a".repeat(65_536) } }), 422, "headers: must have at most 65536 bytes in total"),
        (json!({ "headers": { "X-A": 1.5 } }), 400, "headers.X-A: must be text (you sent a number)"),
        (
            json!({ "body": "a", "payloadHash": "UNSIGNED-PAYLOAD" }),
            422,
            "body: is given twice: send one of body, bodyBase64, file and payloadHash",
        ),
        (
            json!({ "payloadHash": "abc" }),
            422,
            "payloadHash: must be a SHA-256 in hex (64 characters), or UNSIGNED-PAYLOAD",
        ),
        (
            json!({ "body": "a", "headers": { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }),
            422,
            "headers: has x-amz-content-sha256 of another body: leave it out, it is added for you",
        ),
        (
            json!({ "body": "a", "presigned": true }),
            422,
            "body: is not signed in a presigned URL of S3, which accepts any body: leave it out",
        ),
        (
            json!({ "payloadHash": "UNSIGNED-PAYLOAD", "presigned": true }),
            422,
            "payloadHash: is not signed in a presigned URL of S3, which accepts any body: leave it out",
        ),
        (json!({ "expiresIn": 60 }), 422, "expiresIn: applies only to presigned URLs: leave it out, or send presigned"),
        (json!({ "presigned": true, "expiresIn": 604_801 }), 400, "expiresIn: must be at most 604800"),
        (json!({ "presigned": true, "expiresIn": 0 }), 400, "expiresIn: must be at least 1"),
        (
            json!({ "presigned": true, "signBody": true }),
            422,
            "signBody: adds a header, which presigned URLs do not use: leave it out",
        ),
        (
            json!({ "signSessionToken": false }),
            422,
            "signSessionToken: has no effect without sessionToken: leave it out",
        ),
    ] {
        let answer = sign(&client, &elsewhere(more.clone()));
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{more}");
    }
}

/// What a stranger may send as an address ends in an answer, and the answer is an address again.
#[test]
fn odd_addresses_are_signed_or_refused() {
    let client = client_at(MAY_2013);
    for rest in [
        "/",
        "//",
        "/..",
        "/../../../etc/passwd",
        "/%2e%2e/%2F",
        "/ሴ/💥 /a+b",
        "/a?&&&=&a&a=&a=1&a=1",
        "?x=%00%ff%C3",
        "/?q=a b\"<>`{}|\\^[]",
        "/%",
        "/#",
        "/a;b,c=d:e@f",
        "?=",
        "/\u{202e}x",
        "/a\u{0}b",
        "/?\r\nX: y",
    ] {
        let body = to_bucket(rest, &json!({}));
        for more in [json!({}), json!({ "presigned": true }), json!({ "service": "execute-api", "presigned": true })] {
            let mut body = body.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let answer = sign(&client, &body);
            if answer.status != 200 {
                assert_eq!(answer.status, 422, "{body}");
                assert!(answer.message().starts_with("url: "), "{}", answer.message());
                continue;
            }
            let url = answer.json()["url"].as_str().unwrap().to_owned();
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
            assert!(url.starts_with("https://examplebucket.s3.amazonaws.com/"), "{url}");
            if body["presigned"] != true {
                // What is to be called is signed the same: nothing is escaped twice on the way.
                body["url"] = json!(url);
                let again = done(&sign(&client, &body));
                assert_eq!((&again["url"], &again["signature"]), (&json!(url), &answer.json()["signature"]));
            }
        }
    }
}

#[test]
fn a_secret_never_shows() {
    let client = client_at(MAY_2013);
    for more in [
        json!({ "secretAccessKey": "hunter2hunter2" }),
        json!({ "secretAccessKey": " hunter2hunter2" }),
        json!({ "secretAccessKey": ["hunter2hunter2"] }),
        json!({ "secretAccessKey": "hunter2".repeat(200) }),
        json!({ "secretAccessKey": "hunter2", "presigned": true, "explain": true }),
        json!({ "sessionToken": "hunter2 hunter2" }),
        json!({ "sessionToken": { "hunter2": 1 } }),
        json!({ "secretAccessKey": "hunter2", "url": "https://user:hunter2@a.example/" }),
    ] {
        let answer = sign(&client, &to_bucket("/a", &more));
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!text.contains("hunter2"), "{text}");
    }
    let with_token = to_bucket("/a", &json!({ "sessionToken": "token+/=" }));
    let answer = done(&sign(&client, &with_token));
    assert_eq!(answer["headers"]["X-Amz-Security-Token"], "token+/=");
    assert_eq!((&answer["canonicalRequest"], &answer["stringToSign"]), (&Value::Null, &Value::Null));
    let answer = client.post(&format!("{SIGN}?secretAccessKey=hunter2"), &json!({ "url": "https://a.example" }));
    assert_eq!(answer.status, 400, "addresses are logged");
}
