//! `POST /generate`.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::{answer, client, refused, text, warnings};

const TYPES: &str = "sequence uuid boolean integer number price name given-name family-name gender email username phone birth-date street city region region-code \
postal-code country country-code address latitude longitude company job department product date date-time time word sentence text url domain ipv4 ipv6 mac color card currency";

/// Every type as a field of its name, and some with options.
fn fields() -> Value {
    let mut fields: serde_json::Map<String, Value> =
        TYPES.split_whitespace().map(|kind| (kind.to_owned(), json!(kind))).collect();
    let more = json!({
        "order": { "type": "sequence", "start": 1000, "step": 5, "prefix": "ORD-", "width": 6 },
        "plan": { "type": "choice", "values": ["free", "pro", 3, null], "weights": [6, 2, 1, 1] },
        "fixed": { "type": "constant", "value": { "a": 1.10 } },
        "code": { "type": "pattern", "pattern": "[A-Z]{3}-[0-9]{4}" },
        "age": { "type": "integer", "min": 18, "max": 90, "distribution": "normal" },
        "wait": { "type": "number", "min": 0, "mean": 5, "distribution": "exponential", "decimals": 3 },
        "maybe": { "type": "word", "nulls": 0.5 },
        "nachname": { "type": "family-name", "locale": "de" },
    });
    fields.extend(more.as_object().unwrap().clone());
    fields.into()
}

fn rows(request: &Value) -> Vec<Value> {
    answer(&client(), "/generate", request)["rows"].as_array().unwrap().clone()
}

/// The rows of a seed may never change: whoever stored a seed has stored the rows. If this fails, what was changed has to go under
/// another name.
#[test]
fn the_same_seed_gives_the_same_rows_for_ever() {
    let client = client();
    let digest = |locale: &str| {
        let request = json!({ "fields": fields(), "count": 200, "seed": "for ever", "locale": locale, "to": "ndjson" });
        let made = text(&client.post("/api/v1/data/generate", &request));
        // FNV-1a.
        made.bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let digests: Vec<String> =
        ["en", "de", "fr", "es"].into_iter().map(|locale| format!("{locale} {:016x}", digest(locale))).collect();
    assert_eq!(digests, ["en 96a51bc23f47e442", "de ff698a3efb3d6546", "fr 6343b39f76d8695b", "es 21550f5d6d2eeec7"]);
}

#[test]
fn a_field_keeps_its_values_when_others_are_added() {
    let one = rows(&json!({ "fields": { "city": "city" }, "count": 50, "seed": 1 }));
    let two = rows(&json!({ "fields": { "name": "name", "city": "city" }, "count": 60, "seed": "1" }));
    let other = rows(&json!({ "fields": { "city": "city" }, "count": 50, "seed": 2 }));
    for (one, two) in one.iter().zip(&two) {
        assert_eq!(one["city"], two["city"]);
    }
    assert_ne!(one, other);
    let answer = client().post("/api/v1/data/generate", &json!({ "fields": { "city": "city" } }));
    assert_eq!(warnings(&answer), ["seed"]);
}

#[test]
fn values_are_what_their_type_says() {
    let client = client();
    let made = rows(&json!({ "fields": fields(), "count": 500, "seed": 7 }));
    let each = |name: &str| made.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    let texts = |name: &str| each(name).iter().map(|value| value.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        (&made[0]["sequence"], &made[9]["sequence"], &made[2]["order"]),
        (&json!(1), &json!(10), &json!("ORD-001010"))
    );
    assert!(
        texts("email")
            .iter()
            .all(|email| ["com", "org", "net"].iter().any(|end| email.ends_with(&format!("@example.{end}"))))
    );
    for row in &made {
        let (name, given, family) =
            (&row["name"], row["given-name"].as_str().unwrap(), row["family-name"].as_str().unwrap());
        assert_eq!(name, &json!(format!("{given} {family}")));
        assert!(row["email"].as_str().unwrap().starts_with(&given.to_lowercase()), "{row}");
        assert!(row["address"].as_str().unwrap().ends_with(row["postal-code"].as_str().unwrap()), "{row}");
    }
    assert!(each("age").iter().all(|age| (18..=90).contains(&age.as_i64().unwrap())));
    let mean = each("age").iter().map(|age| age.as_f64().unwrap()).sum::<f64>() / 500.0;
    assert!((50.0..58.0).contains(&mean), "{mean}");
    let free = each("plan").iter().filter(|plan| **plan == "free").count();
    assert!((250..350).contains(&free), "{free}");
    let nulls = each("maybe").iter().filter(|value| value.is_null()).count();
    assert!((200..300).contains(&nulls), "{nulls}");
    assert!(texts("birth-date").iter().all(|date| ("1945-01-01".."2007-01-01").contains(&date.as_str())));
    // What another operation says of them.
    for (name, kind, share) in
        [("email", "email", 1.0), ("card", "card", 1.0), ("currency", "currency-code", 1.0), ("name", "name", 1.0)]
    {
        let checked = answer(&client, "/format", &json!({ "kind": kind, "input": texts(name), "returns": "valid" }));
        let valid = checked["result"].as_array().unwrap().iter().filter(|valid| **valid == true).count();
        assert!(valid as f64 >= share * 500.0, "{name}: {valid}");
    }
    let codes = answer(
        &client,
        "/format",
        &json!({ "kind": "postal-code", "country": "US", "input": texts("postal-code"), "returns": "valid" }),
    );
    assert!(codes["result"].as_array().unwrap().iter().all(|valid| *valid == true));
    let uuids: HashSet<String> = texts("uuid").into_iter().collect();
    assert!(uuids.len() == 500 && uuids.iter().all(|uuid| uuid.len() == 36 && uuid.as_bytes()[14] == b'4'));
}

#[test]
fn unique_values_come_once() {
    let made = rows(
        &json!({ "fields": { "email": { "type": "email", "unique": true }, "n": { "type": "integer", "min": 1, "max": 300, "unique": true } }, "count": 250, "seed": 1 }),
    );
    for name in ["email", "n"] {
        assert_eq!(made.iter().map(|row| row[name].to_string()).collect::<HashSet<_>>().len(), 250);
    }
    let client = client();
    let message = refused(
        &client,
        "/generate",
        &json!({ "fields": { "n": { "type": "integer", "max": 5, "min": 1, "unique": true } }, "count": 6, "seed": 1 }),
    );
    assert!(message.starts_with("fields.n.unique: has no more values that differ: after 5 rows"), "{message}");
}

#[test]
fn a_hundred_thousand_rows_as_csv() {
    let request = json!({ "fields": { "id": "sequence", "email": { "type": "email", "unique": true }, "city": "city" }, "count": 100_000, "seed": 1, "to": "csv" });
    let made = text(&client().post("/api/v1/data/generate", &request));
    assert_eq!(made.lines().count(), 100_001);
    assert!(made.starts_with("id,email,city\n1,"));
}

const SCHEMA: &str = r##"{
    "type": "object",
    "required": ["id", "email", "tags", "extra"],
    "properties": {
        "id": { "type": "string", "format": "uuid" },
        "firstName": { "type": "string" },
        "email": { "type": "string", "format": "email" },
        "age": { "type": "integer", "minimum": 18, "exclusiveMaximum": 21 },
        "price": { "type": "number", "minimum": 0.5, "maximum": 9.5, "multipleOf": 0.25 },
        "sku": { "type": "string", "pattern": "^[A-Z]{2}\\d{3}$" },
        "note": { "type": "string", "minLength": 20, "maxLength": 30 },
        "state": { "enum": ["new", "paid", null] },
        "kind": { "const": "order" },
        "tags": { "type": "array", "items": { "enum": ["a", "b", "c", "d"] }, "minItems": 2, "maxItems": 4, "uniqueItems": true },
        "address": { "$ref": "#/$defs/address" },
        "tree": { "$ref": "#/$defs/node" },
        "either": { "oneOf": [{ "type": "boolean" }, { "type": "integer", "maximum": 5 }] },
        "both": { "allOf": [{ "type": "object", "required": ["x"], "properties": { "x": { "type": "integer" } } }, { "required": ["y"], "properties": { "y": { "type": "string" } } }] },
        "when": { "type": "string", "format": "date-time" },
        "time": { "type": "string", "format": "time" },
        "host": { "type": "string", "format": "hostname" },
        "link": { "type": "string", "format": "uri" },
        "ip": { "type": "string", "format": "ipv6" },
        "maybe": { "type": ["string", "null"] },
        "pair": { "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "string" }], "items": false }
    },
    "$defs": {
        "address": { "type": "object", "properties": { "city": { "type": "string" }, "zip": { "type": "string" } }, "required": ["city"] },
        "node": { "type": "object", "properties": { "value": { "type": "integer" }, "children": { "type": "array", "items": { "$ref": "#/$defs/node" }, "maxItems": 2 } } }
    }
}"##;

#[test]
fn rows_of_a_schema_are_valid_by_it() {
    let client = client();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for locale in ["en", "fr"] {
        let made = rows(&json!({ "schema": schema, "count": 100, "seed": 3, "locale": locale }));
        let checked = answer(&client, "/validate", &json!({ "data": made, "schema": schema, "each": true }));
        assert_eq!(checked["valid"], true, "{checked}");
        assert_eq!(made.len(), 100);
    }
    let list = json!({ "type": "array", "items": { "$ref": "#/$defs/row" }, "$defs": { "row": { "properties": { "n": { "type": "integer" } } } } });
    assert!(rows(&json!({ "schema": list, "count": 2, "seed": 1 }))[0]["n"].is_i64());
    assert!(
        text(&client.post("/api/v1/data/generate", &json!({ "schema": schema, "count": 2, "seed": 1, "to": "csv" })))
            .starts_with("id,firstName,email")
    );
}

#[test]
fn what_cannot_be_made_says_why() {
    let client = client();
    for (request, said) in [
        (json!({ "fields": { "a": { "type": "choice" } } }), "fields.a.values: is required"),
        (
            json!({ "schema": { "$defs": { "n": { "allOf": vec![json!({ "$ref": "#/$defs/n" }); 20] } }, "properties": { "a": { "$ref": "#/$defs/n" } } } }),
            "schema: ",
        ),
        (
            json!({ "schema": { "properties": { "a": { "minItems": 1000, "items": { "minItems": 1000, "items": { "type": "integer" } } } } } }),
            "schema: asks for rows without end",
        ),
        (
            json!({ "fields": { "a": { "type": "choice", "values": [1, 2], "weights": [1] } } }),
            "fields.a.weights: must be as many",
        ),
        (
            json!({ "fields": { "a": { "type": "choice", "values": [1, 2], "weights": [0, 0] } } }),
            "fields.a.weights: are all 0",
        ),
        (
            json!({ "fields": { "a": { "type": "pattern", "pattern": "(" } } }),
            "fields.a.pattern: is no regular expression",
        ),
        (json!({ "fields": { "a": { "type": "date", "from": "soon" } } }), "fields.a.from: is no date"),
        (
            json!({ "fields": { "a": { "type": "date", "from": "2025-01-01", "until": "2024-01-01" } } }),
            "fields.a.from: is after until",
        ),
        (json!({ "fields": { "a": { "type": "integer", "min": 2, "max": 1 } } }), "fields.a.min: is greater"),
        (json!({ "fields": {} }), "fields: must be 1 to 200"),
        (json!({ "schema": { "type": "string" } }), "schema: must be that of an object"),
        (json!({ "schema": { "properties": { "a": { "$ref": "#/$defs/b" } } } }), "schema: refers to #/$defs/b"),
        (json!({ "schema": { "properties": { "a": { "$ref": "#/properties/a" } } } }), "schema: refers to itself"),
        (
            json!({ "schema": { "$defs": { "n": { "required": ["n"], "properties": { "n": { "$ref": "#/$defs/n" } } } }, "$ref": "#/$defs/n" } }),
            "schema: asks for rows without end",
        ),
        (
            json!({ "schema": { "properties": { "a": { "type": "integer", "minimum": 2, "maximum": 1 } } } }),
            "schema: has no number",
        ),
    ] {
        let message = refused(&client, "/generate", &request);
        assert!(message.starts_with(said), "{request}: {message}");
    }
    for (request, said) in [
        (json!({}), "fields: or schema is required"),
        (json!({ "fields": { "a": "emial" } }), "fields.a.type"),
        (json!({ "fields": { "a": { "type": "word", "uniqe": true } } }), "fields.a.uniqe"),
        (json!({ "fields": { "a": "word" }, "count": 100_001 }), "count"),
    ] {
        let answer = client.post("/api/v1/data/generate", &request);
        assert_eq!(answer.status, 400, "{request}: {:?}", answer.body);
        assert!(answer.message().starts_with(said), "{request}: {}", answer.message());
    }
}
