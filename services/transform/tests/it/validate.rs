//! `validate`.

use serde_json::json;

use crate::{answer, client, refused};

#[test]
fn what_does_not_fit_is_listed() {
    let client = client();
    let schema = json!({
        "type": "object",
        "required": ["email"],
        "properties": {"email": {"type": "string", "format": "email"}, "age": {"type": "integer", "minimum": 0}}
    });
    let request = json!({"data": {"email": "nobody", "age": -1}, "schema": schema});
    let found = answer(&client, "/validate", &request);
    assert_eq!((&found["valid"], &found["errorCount"], &found["rows"]), (&json!(false), &json!(2), &json!(null)));
    let errors = found["errors"].as_array().unwrap();
    let age = errors.iter().find(|error| error["path"] == "/age").unwrap();
    assert_eq!((&age["keyword"], &age["schemaPath"]), (&json!("minimum"), &json!("/properties/age/minimum")));
    let loose = json!({"data": {"email": "nobody"}, "schema": schema, "formats": false});
    assert_eq!(answer(&client, "/validate", &loose)["valid"], true);
    let rows = json!({"data": [{"email": "a@b.de"}, {}, {"email": "x"}], "schema": schema, "each": true});
    let found = answer(&client, "/validate", &rows);
    assert_eq!((&found["rows"], &found["invalidRows"]), (&json!(3), &json!(2)));
    assert_eq!((&found["errors"][0]["row"], &found["errors"][1]["row"]), (&json!(2), &json!(3)));
}

#[test]
fn references_are_never_fetched() {
    let client = client();
    for uri in ["https://example.com/a.json", "http://127.0.0.1:1/a.json", "file:///etc/passwd"] {
        let found = refused(&client, "/validate", &json!({"data": 1, "schema": {"$ref": uri}}));
        assert!(found.contains("is not in schemas, and nothing is fetched"), "{found}");
    }
    let request = json!({
        "data": "x",
        "schema": {"$ref": "https://example.com/a.json"},
        "schemas": {"https://example.com/a.json": {"type": "integer"}}
    });
    assert_eq!(answer(&client, "/validate", &request)["valid"], false);
    let draft7 =
        json!({"data": [1, "a"], "schema": {"items": [{"type": "integer"}, {"type": "integer"}]}, "draft": "7"});
    assert_eq!(answer(&client, "/validate", &draft7)["valid"], false);
    assert!(
        refused(&client, "/validate", &json!({"data": 1, "schema": {"type": "nope"}})).contains("schema: is no schema")
    );
}

#[test]
fn rows_by_a_shorthand() {
    let client = client();
    let columns = json!({
        "id": {"type": "integer", "unique": true},
        "email": "email",
        "plan": ["free", "pro"],
        "price": {"type": "number", "min": 0, "required": false},
        "when": "date?",
        "zip": {"pattern": "^[0-9]{5}$"}
    });
    let rows = json!([
        {"id": 1, "email": "a@b.de", "plan": "free", "price": "12.50", "when": "2024-02-29", "zip": "01730"},
        {"id": 1, "email": "a@b", "plan": "gold", "price": -1, "when": "2023-02-29", "zip": "1730"},
        {"id": "2.5", "email": "", "plan": "pro", "when": null, "zip": "01731"},
        7
    ]);
    let found = answer(&client, "/validate", &json!({"data": rows, "columns": columns}));
    assert_eq!((&found["rows"], &found["invalidRows"], &found["valid"]), (&json!(4), &json!(3), &json!(false)));
    let listed: Vec<(u64, &str, &str)> = found["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (error["row"].as_u64().unwrap(), error["path"].as_str().unwrap(), error["keyword"].as_str().unwrap())
        })
        .collect();
    for expected in [
        (2, "/id", "unique"),
        (2, "/plan", "enum"),
        (2, "/price", "minimum"),
        (2, "/when", "type"),
        (2, "/zip", "pattern"),
        (3, "/id", "type"),
        (3, "/email", "required"),
        (4, "", "type"),
    ] {
        assert!(listed.contains(&expected), "{expected:?} in {listed:?}");
    }
    assert!(!listed.iter().any(|(row, ..)| *row == 1), "{listed:?}");
    assert!(
        refused(&client, "/validate", &json!({"data": [], "columns": {"a": "dates"}}))
            .contains("columns.a: has the type dates; use")
    );
}

#[test]
fn hostile_schemas_end() {
    let client = client();
    let fan = (0..25).fold(json!({"type": "integer"}), |schema, _| json!({"anyOf": [schema, {"$ref": "#/$defs/a"}]}));
    for (schema, data) in [
        (json!({"$ref": "#"}), json!(1)),
        (json!({"$defs": {"a": {"type": "string"}}, "anyOf": [fan]}), json!({})),
        (json!({"pattern": "^(a+)+$"}), json!(format!("{}!", "a".repeat(50_000)))),
        (json!({"pattern": "^(?=(a+)+$)(a+)+\\1$"}), json!(format!("{}!", "a".repeat(5_000)))),
    ] {
        let found = client.post("/api/v1/data/validate", &json!({"data": data, "schema": schema}));
        assert!([200, 422].contains(&found.status), "{schema}: {} {:?}", found.status, found.body);
    }
}
