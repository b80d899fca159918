//! `query`: jq, JSONata, JMESPath, JSONPath.

use serde_json::json;

use crate::{answer, client, raw, refused};

/// Ids past 2^53, as people report them changed (jqlang/jq 1399, 1783, 3074, 2509).
const IDS: &str = r#"{"items":[{"id":70000000021000001,"p":12},{"id":70000000021000002,"p":1.10},{"id":70000000021000003,"p":1e3},{"id":70000000021000004,"p":-0}]}"#;

#[test]
fn jq_keeps_large_integers() {
    let client = client();
    for (expression, result) in [
        (".", IDS),
        ("[.items[].id] | unique | length", "4"),
        (".items | map(.id) | max", "70000000021000004"),
        (".items[0].id | tostring", "\"70000000021000001\""),
        (".items[0].id + 1", "70000000021000002"),
        ("[.items[].id] | add", "280000000084000010"),
        (".items | map(select(.id == 70000000021000003)) | length", "1"),
        (".items | sort_by(-.id) | map(.id) | first", "70000000021000004"),
        (".items | group_by(.id) | length", "4"),
        ("[.items[].p]", "[12,1.10,1e3,-0]"),
        (".items[1] | .q = .p", r#"{"id":70000000021000002,"p":1.10,"q":1.10}"#),
        ("9223372036854775807 + 1", "9223372036854775808"),
        ("{\"z\": 1, \"a\": .items[1].p} | tojson", r#""{\"z\":1,\"a\":1.10}""#),
        ("10 / 2", "5"),
        ("{} | .a.b = 1", r#"{"a":{"b":1}}"#),
    ] {
        let request = format!("{{\"data\":{IDS},\"expression\":{}}}", json!(expression));
        let answer = raw(&client, "/query", &request);
        assert!(answer.starts_with(&format!("{{\"result\":{result},\"count\":1,")), "{expression}: {answer}");
    }
    // Never a near number.
    let near = refused(&client, "/query", &json!({"data": {}, "expression": "70000000021000001 + 0.5"}));
    assert!(near.contains("cannot be computed with exactly"), "{near}");
}

#[test]
fn every_language_keeps_literals_and_order() {
    let client = client();
    for (engine, expression, result) in [
        ("jmespath", "@", IDS),
        ("jmespath", "items[?p == `1.1`]", r#"[{"id":70000000021000002,"p":1.10}]"#),
        ("jmespath", "max_by(items, &id).id", "70000000021000004"),
        ("jmespath", "{z: items[1].p, a: items[0].id}", r#"{"z":1.10,"a":70000000021000001}"#),
        ("jsonpath", "$.items[1].p", "[1.10]"),
        ("jsonpath", "$.items[1].*", "[70000000021000002,1.10]"),
        ("jsonpath", "$.items[?@.id == 70000000021000001].p", "[12]"),
        ("jsonpath", "$.items[?@.p == 1.1].id", "[70000000021000002]"),
    ] {
        let request = format!("{{\"data\":{IDS},\"engine\":\"{engine}\",\"expression\":{}}}", json!(expression));
        let text = raw(&client, "/query", &request);
        assert!(text.starts_with(&format!("{{\"result\":{result},")), "{engine} {expression}: {text}");
    }
}

#[test]
fn jsonata_gives_literals_back_or_says_that_it_cannot() {
    let client = client();
    let data = r#"{"id":9224851642388483,"price":1.10,"z":1,"a":2}"#;
    let request =
        |expression: &str| format!("{{\"data\":{data},\"engine\":\"jsonata\",\"expression\":\"{expression}\"}}");
    assert!(raw(&client, "/query", &request("$")).starts_with(&format!("{{\"result\":{data},")));
    assert!(
        raw(&client, "/query", &request("[id, price, price * 2]"))
            .starts_with(r#"{"result":[9224851642388483,1.10,2.2],"count":3"#)
    );
    // Two ids that are one double.
    let data = r#"[{"id":70000000021000001},{"id":70000000021000002}]"#;
    let request = format!("{{\"data\":{data},\"engine\":\"jsonata\",\"expression\":\"id\"}}");
    let answer = client.post_as("application/json", "/api/v1/data/query", request);
    assert_eq!(answer.status, 422, "{:?}", answer.body);
    assert!(answer.message().contains("use jq"), "{}", answer.message());
}

#[test]
fn the_shape_of_a_result_is_stable() {
    let client = client();
    let phones = json!({"Phone": [{"type": "home", "number": "1"}]});
    let both = json!({"Phone": [{"type": "home", "number": "1"}, {"type": "work", "number": "2"}]});
    for (data, engine, expression, output, result, count) in [
        (&phones, "jsonata", "Phone.{type: number}", "native", json!({"home": "1"}), 1),
        (&phones, "jsonata", "Phone.{type: number}", "list", json!([{"home": "1"}]), 1),
        (&both, "jsonata", "Phone.{type: number}", "native", json!([{"home": "1"}, {"work": "2"}]), 2),
        (&both, "jsonata", "Phone.{type: number}", "first", json!({"home": "1"}), 2),
        (&phones, "jsonata", "Nothing", "native", json!(null), 0),
        (&phones, "jsonata", "Nothing", "list", json!([]), 0),
        (&phones, "jq", ".Phone[].number", "native", json!("1"), 1),
        (&both, "jq", ".Phone[].number", "native", json!(["1", "2"]), 2),
        (&phones, "jq", ".Phone[].number", "list", json!(["1"]), 1),
        (&phones, "jq", "empty", "list", json!([]), 0),
        (&phones, "jq", "empty", "first", json!(null), 0),
        (&phones, "jq", "null", "list", json!([null]), 1),
        (&both, "jmespath", "Phone[0].number", "list", json!(["1"]), 1),
        (&both, "jmespath", "Phone[].number", "list", json!(["1", "2"]), 2),
        (&both, "jmespath", "Nothing", "list", json!([]), 0),
        (&phones, "jsonpath", "$.Phone[*].number", "native", json!(["1"]), 1),
        (&both, "jsonpath", "$.Phone[*].number", "first", json!("1"), 2),
        (&both, "jsonpath", "$.Nothing", "list", json!([]), 0),
    ] {
        let request = json!({"data": data, "engine": engine, "expression": expression, "output": output});
        let found = answer(&client, "/query", &request);
        assert_eq!((&found["result"], &found["count"]), (&result, &json!(count)), "{request}");
    }
}

#[test]
fn data_may_be_text_or_a_file() {
    let client = client();
    let text = json!({"data": "{\"a\": 1.10}", "expression": ".a"});
    assert!(raw(&client, "/query", &text.to_string()).starts_with("{\"result\":1.10,"));
    assert_eq!(answer(&client, "/query", &json!({"data": "hello", "expression": "ascii_upcase"}))["result"], "HELLO");
    let lines =
        client.post_as("application/x-ndjson", "/api/v1/data/query?expression=map(.a)", "{\"a\":1}\n{\"a\":2}\n");
    assert_eq!(lines.json()["result"], json!([1, 2]), "{:?}", lines.body);
    let broken = client.post_as("text/plain", "/api/v1/data/query?expression=.", "{\"a\": 1,\n \"b\" 2}");
    assert_eq!(
        (broken.status, broken.message()),
        (422, "data: line 2, column 6: expected : after the key, at ▸ in: {\"a\": 1,  \"b\" ▸2}".to_owned())
    );
}

#[test]
fn variables_have_names() {
    let client = client();
    let request = json!({"data": [1, 2, 3], "expression": "map(select(. > $least))", "variables": {"least": 1}});
    assert_eq!(answer(&client, "/query", &request)["result"], json!([2, 3]));
    let request =
        json!({"data": [1, 2, 3], "engine": "jsonata", "expression": "$[$ > $least]", "variables": {"least": 1}});
    assert_eq!(answer(&client, "/query", &request)["result"], json!([2, 3]));
    let request = json!({"data": [], "expression": "$least"});
    assert!(refused(&client, "/query", &request).contains("send it in variables"));
    let request = json!({"data": [], "expression": ".", "variables": {"a b": 1}});
    assert!(refused(&client, "/query", &request).contains("no name of a variable"));
}

#[test]
fn what_is_wrong_with_an_expression_is_shown() {
    let client = client();
    for (engine, expression, message) in [
        ("jq", ".items[", "expression: [ is not closed"),
        ("jq", ".a | mapp(.b)", "expression: mapp/1 is not defined (at character 6: mapp(.b))"),
        ("jq", ".a |", "(at the end)"),
        ("jq", "env", "env is not available: the environment of the server is not readable"),
        ("jq", "$ENV", "$ENV is not available"),
        ("jq", "input", "input is not available"),
        ("jq", "halt", "halt is not available"),
        ("jq", "import \"a\" as a; .", "there are no modules"),
        ("jq", "import \"a\" as $a; $a", "there are no modules"),
        ("jq", "# x\ninclude \"a\"; .", "there are no modules"),
        ("jq", ".[0] | .a", "expression: Cannot index number with string (\"a\")"),
        ("jq", "error({a: 1})", "expression: {\"a\":1} (not a string)"),
        ("jsonata", "items[", "expression: "),
        ("jsonata", "$sum(\"a\")", "expression: T0412"),
        ("jmespath", "items[", "expression: "),
        ("jmespath", "nope(@)", "nope is no function of JMESPath"),
        ("jmespath", "abs('a')", "abs: argument 1 must be a number, not string"),
        ("jsonpath", "$.items[", "expression: "),
        ("jsonpath", "items", "expression: "),
    ] {
        let found = refused(&client, "/query", &json!({"data": [1], "engine": engine, "expression": expression}));
        assert!(found.contains(message), "{engine} {expression}: {found}");
    }
}

#[test]
fn hostile_expressions_end() {
    let client = client();
    let nested = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    for (engine, expression, statuses) in [
        ("jq", "def f: f; f", &[422][..]),
        ("jq", "def f: 1 + f; f", &[422, 413]),
        ("jq", "[range(1e9)]", &[422, 413]),
        ("jq", "reduce range(100) as $i (\"x\"; . + .)", &[422, 413]),
        ("jq", "reduce range(60) as $i ([1]; [., .])", &[422]),
        ("jq", "\"x\" * 1e18", &[422]),
        ("jq", "reduce range(1e7) as $i ([]; [.])", &[422, 413]),
        ("jq", "[limit(10; repeat(1))] | .[1e9] = 1", &[422]),
        ("jq", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | test(\"^(?:(a+)+)+\\\\1$\")", &[200, 422]),
        ("jq", &nested, &[200, 422, 413]),
        ("jsonata", "($f := function($n) { $f($n + 1) }; $f(0))", &[422]),
        ("jsonata", "$pad(\"x\", 2000000000)", &[422, 413]),
        ("jsonata", "[1..10000000]", &[422, 413]),
        ("jmespath", &nested[..4_000], &[422]),
        ("jsonpath", "$[?$[?$[?$[?$[?@.a]]]]]", &[200, 422]),
    ] {
        let request = json!({"data": {}, "engine": engine, "expression": expression});
        let answer = client.post("/api/v1/data/query", &request);
        let shown = &expression[..expression.len().min(60)];
        assert!(statuses.contains(&answer.status), "{engine} {shown}: {} {:?}", answer.status, answer.body);
        if answer.status != 200 {
            println!("{engine} {shown}: {} {}", answer.status, answer.message());
        }
    }
    let endless = refused(&client, "/query", &json!({"data": {}, "expression": "def f: f; f"}));
    assert!(endless.starts_with("expression: takes longer than the limit of 2 seconds"), "{endless}");
    // The service is up.
    assert_eq!(answer(&client, "/query", &json!({"data": [1], "expression": "length"}))["result"], 1);
}
