//! `diff` and `patch`.

use serde_json::{Value, json};

use crate::{answer, client, raw, refused};

#[test]
fn documents_and_the_patch_between_them() {
    let client = client();
    let left = json!({"id": 1, "tags": ["a", "b"], "price": 1.1, "meta": {"at": "x"}});
    let right = json!({"id": 1, "tags": ["new", "a", "b"], "price": 1.2, "meta": {"at": "y"}});
    let found = answer(&client, "/diff", &json!({"left": left, "right": right, "ignore": ["/meta/at"]}));
    assert_eq!(found["equal"], false);
    assert_eq!(
        found["changes"],
        json!([
            {"kind": "added", "path": "/tags/0", "left": null, "right": "new"},
            {"kind": "changed", "path": "/price", "left": 1.1, "right": 1.2},
        ])
    );
    let patched = answer(&client, "/patch", &json!({"data": left, "patch": found["patch"]}));
    assert_eq!(patched["result"], json!({"id": 1, "tags": ["new", "a", "b"], "price": 1.2, "meta": {"at": "x"}}));
    assert_eq!((&patched["changed"], &patched["kind"]), (&json!(true), &json!("json-patch")));
}

#[test]
fn ids_past_two_to_the_53_are_different() {
    let client = client();
    let request =
        r#"{"left":[{"id":70000000021000001,"p":1.10}],"right":[{"id":70000000021000002,"p":1.10}],"keys":["id"]}"#;
    let text = raw(&client, "/diff", request);
    assert!(
        text.contains(
            r#""onlyLeft":[{"id":70000000021000001,"p":1.10}],"onlyRight":[{"id":70000000021000002,"p":1.10}]"#
        ),
        "{text}"
    );
}

#[test]
fn rows_by_their_keys() {
    let client = client();
    let left = json!([{"id": 1, "n": "3", "u": 1}, {"id": 2, "n": "x"}, {"id": 3, "n": "y"}]);
    let right = json!([{"id": 3, "n": "y"}, {"id": "1", "n": 3, "u": 2}, {"id": 4}]);
    let request = json!({"left": left, "right": right, "keys": ["id"], "looseTypes": true, "ignore": ["u"]});
    let found = answer(&client, "/diff", &request);
    assert_eq!((&found["same"], &found["different"]), (&json!(2), &json!([])));
    assert_eq!((&found["onlyLeft"], &found["onlyRight"]), (&json!([{"id": 2, "n": "x"}]), &json!([{"id": 4}])));
    let found = answer(&client, "/diff", &json!({"left": left, "right": right, "keys": ["id"]}));
    assert_eq!(found["same"], 1);
    let found = answer(
        &client,
        "/diff",
        &json!({"left": [{"k": 1, "v": 1.0}], "right": [{"k": 1.0, "v": 1.05}], "keys": ["k"]}),
    );
    assert_eq!(found["different"][0]["columns"], json!(["v"]));
    let close = json!({"left": [{"k": 1, "v": 1.0}], "right": [{"k": 1, "v": 1.05}], "keys": ["k"], "tolerance": 0.1});
    assert_eq!(answer(&client, "/diff", &close)["equal"], true);
    let twice = json!({"left": [{"k": 1}, {"k": 1.0}], "right": [], "keys": ["k"]});
    assert!(refused(&client, "/diff", &twice).contains("left: rows 1 and 2 have the same keys (1.0)"));
    assert!(
        refused(&client, "/diff", &json!({"left": [{"a": 1}], "right": [], "keys": ["k"]})).contains("row 1 has no k")
    );
}

#[test]
fn patches_keep_what_they_do_not_name() {
    let client = client();
    let request = r#"{"data":{"z":9224851642388483,"a":1.10,"n":{"y":1e3,"x":null}},"patch":{"n":{"x":2.50,"w":null},"b":[1.0]}}"#;
    let text = raw(&client, "/patch", request);
    assert!(
        text.starts_with(
            r#"{"result":{"z":9224851642388483,"a":1.10,"n":{"y":1e3,"x":2.50},"b":[1.0]},"changed":true"#
        ),
        "{text}"
    );
    for (patch, message) in [
        (json!([{"op": "remove", "path": "/nope"}]), "patch[0]: there is no /nope"),
        (json!([{"op": "test", "path": "/a", "value": 2}]), "patch[0]: test failed: /a is not what was expected"),
        (json!([{"op": "add", "path": "a", "value": 1}]), "no JSON Pointer"),
        (json!([{"op": "put", "path": "/a"}]), "use add, remove, replace, move, copy or test"),
        (json!([{"op": "add", "path": "/l/9", "value": 1}]), "is no place of the list"),
        (json!("x"), "must be a list of operations or an object"),
    ] {
        let found = refused(&client, "/patch", &json!({"data": {"a": 1, "l": []}, "patch": patch}));
        assert!(found.contains(message), "{patch}: {found}");
    }
    let file = client.post_as("text/plain", "/api/v1/data/patch?patch=%7B%22a%22%3A2%7D", "{\"a\":1,\"b\":1.10}");
    assert!(file.body.starts_with(br#"{"result":{"a":2,"b":1.10}"#), "{:?}", file.body);
    let _: Value = file.json();
}
