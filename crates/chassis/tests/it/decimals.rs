//! Numbers that keep their digits, from every form of input to the answer, the cache and a worker.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::testing::{Answer, Client};
use chassis::{Call, Decimal, Error, Service, Settings};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client_with;

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Price {
    #[garde(skip)]
    unit_price: Decimal,
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct SumRequest {
    amount: Decimal,
    #[serde(default)]
    rate: Option<Decimal>,
    #[serde(default)]
    list: Vec<Decimal>,
    #[serde(default)]
    map: BTreeMap<String, Decimal>,
    #[serde(default)]
    rows: Vec<Price>,
    #[serde(default)]
    #[garde(length(max = 2))]
    tags: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct SumResponse {
    #[schemars(with = "serde_json::Value")]
    seen: SumRequest,
}

fn sum(seen: SumRequest, _: &Call) -> Result<SumResponse, Error> {
    Ok(SumResponse { seen })
}

fn client() -> Client {
    let service =
        Service::new("exact", "Keeps digits")
            .compute("POST /sum", sum, |op| op)
            .compute("POST /kept", sum, |op| op.cache(Duration::from_secs(60), 1));
    client_with(Settings::default(), service)
}

fn send(client: &Client, body: &str) -> Answer {
    client.post_as("application/json", "/api/v1/exact/sum", body.to_owned())
}

#[test]
fn digits_stay_as_they_were_sent_at_every_depth() {
    let body = concat!(
        r#"{"amount":1.10,"rate":"9224851642388483.21","list":[0.00,"1.50",1E5,9224851642388483],"#,
        r#""map":{"a":-0.0,"b":"007"},"rows":[{"unitPrice":12345678901234567890.10},{"unitPrice":"+5"}],"tags":[]}"#,
    );
    let answer = send(&client(), body);
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    assert_eq!(String::from_utf8(answer.body.to_vec()).unwrap(), format!(r#"{{"seen":{body},"warnings":[]}}"#));
}

#[test]
fn forms_and_queries_have_numbers_too() {
    let client = client();
    let seen = |path: &str, form: &str| {
        let answer = client.post_as("application/x-www-form-urlencoded", path, form.to_owned());
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        text.split(r#","map""#).next().unwrap().to_owned()
    };
    let path = "/api/v1/exact/sum";
    assert_eq!(
        seen(path, "amount=1.10&rate=&list=1.50,%202.00"),
        r#"{"seen":{"amount":"1.10","rate":null,"list":["1.50","2.00"]"#
    );
    assert_eq!(
        seen(path, "amount=1.10&list=1.50&list=2.0"),
        r#"{"seen":{"amount":"1.10","rate":null,"list":["1.50","2.0"]"#
    );
    assert_eq!(seen(path, "amount=1&list=[1.50,2.0]"), r#"{"seen":{"amount":"1","rate":null,"list":[1.50,2.0]"#);
    assert_eq!(seen(&format!("{path}?rate=0.10"), "amount=2"), r#"{"seen":{"amount":"2","rate":"0.10","list":[]"#);
}

#[test]
fn what_is_no_number_is_named() {
    let client = client();
    let long = "1".repeat(10_001);
    for (body, message) in [
        (r#"{"amount":"many"}"#, "amount: must be a number (you sent text)".to_owned()),
        (r#"{"amount":true}"#, "amount: must be a number (you sent true)".to_owned()),
        (r#"{"amount":null}"#, "amount: is required".to_owned()),
        (r#"{"amount":""}"#, "amount: is required".to_owned()),
        (r#"{"amount":1,"list":[1,[2]]}"#, "list[1]: must be a number (you sent a list)".to_owned()),
        (r#"{"amount":1,"list":"1,x"}"#, "list[1]: must be a number (you sent text)".to_owned()),
        (r#"{"amount":1,"map":{"a":{}}}"#, "map.a: must be a number (you sent an object)".to_owned()),
        (
            r#"{"amount":1,"rows":[{"unitPrice":"1,5"}]}"#,
            "rows[0].unitPrice: must be a number (you sent text)".to_owned(),
        ),
        (r#"{"amount":1e9999999}"#, "amount: has an exponent beyond 999999".to_owned()),
        (&format!(r#"{{"amount":{long}}}"#), "amount: has more than 10000 characters".to_owned()),
    ] {
        let answer = send(&client, body);
        assert_eq!((answer.status, answer.message()), (400, message), "{body:.60}");
    }
    // A request that is refused for something else.
    assert_eq!(
        send(&client, r#"{"amount":1,"tags":["a","b","c"]}"#).message(),
        "tags: must have a length of at most 2"
    );
}

/// The key of the cache is made of the digits: 1.1 and 1.10 are two requests.
#[test]
fn the_cache_tells_numbers_apart_by_their_digits() {
    let client = client();
    for (amount, served) in [("1.10", "miss"), ("1.1", "miss"), ("1.10", "hit"), ("\"1.10\"", "miss")] {
        let body = format!(r#"{{"amount":{amount}}}"#);
        let answer = client.post_as("application/json", "/api/v1/exact/kept", body);
        assert_eq!(answer.header("x-cache"), served, "{amount}");
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.starts_with(&format!(r#"{{"seen":{{"amount":{amount},"#)), "{text}");
    }
}

#[test]
fn the_schema_says_number_or_text() {
    let document = client().get("/openapi.json").json();
    let amount = &document["components"]["schemas"]["ExactSumRequest"]["properties"]["amount"];
    assert_eq!((&amount["type"], &amount["maxLength"]), (&json!(["number", "string"]), &json!(10_000)), "{amount}");
}
