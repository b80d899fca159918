//! `POST /rows`, `/flatten` and `/lookup`.

use chassis::testing::{Answer, Client};
use serde_json::{Value, json};

use crate::{client, text, warnings};

const ORDERS: &str =
    "sku,price,quantity,status,note\n012,9.95,3,paid, x \n013,0.10,1,open,\n014,2.50,2,paid,y\n013,0.10,1,open,\n";

/// The rows as CSV after these steps.
fn after(client: &Client, data: &str, steps: Value) -> String {
    text(&client.post("/api/v1/data/rows", &json!({ "data": data, "steps": steps, "to": "csv" })))
}

fn refused(answer: &Answer, status: u16, said: &str) {
    assert_eq!(answer.status, status, "{:?}", answer.body);
    assert!(answer.message().contains(said), "{}", answer.message());
}

#[test]
fn steps_run_in_their_order() {
    let client = client();
    let cases = [
        (json!([]), ORDERS),
        (
            json!([{ "filter": "price > 1 and status = \"paid\"" }]),
            "sku,price,quantity,status,note\n012,9.95,3,paid, x \n014,2.50,2,paid,y\n",
        ),
        (
            json!([{ "compute": { "total": "round(price * quantity, 2)" } }, { "select": ["total", "sku"] }, { "sort": ["-total"] }, { "limit": 2 }]),
            "total,sku\n29.85,012\n5,014\n",
        ),
        (
            json!([{ "unique": {} }, { "drop": ["note", "status", "quantity"] }]),
            "sku,price\n012,9.95\n013,0.10\n014,2.50\n",
        ),
        (json!([{ "unique": { "by": ["status"], "keep": "last" } }, { "select": ["sku"] }]), "sku\n014\n013\n"),
        (
            json!([{ "rename": { "sku": "id", "price": "sku" } }, { "select": ["id", "sku"] }, { "offset": 2 }]),
            "id,sku\n014,2.50\n013,0.10\n",
        ),
        (
            json!([{ "cast": { "sku": "number", "price": "text" } }, { "select": ["sku", "price"] }, { "limit": 1 }]),
            "sku,price\n12,9.95\n",
        ),
        (
            json!([{ "trim": ["note"] }, { "fill": { "columns": ["note"], "value": "none" } }, { "select": ["note"] }]),
            "note\nx\nnone\ny\nnone\n",
        ),
        (
            json!([{ "fill": { "columns": ["note"], "previous": true } }, { "select": ["note"] }]),
            "note\n x \n x \ny\ny\n",
        ),
        (
            json!([{ "combine": { "columns": ["sku", "status"], "by": "/", "into": "k" } }, { "select": ["k"] }, { "limit": 1 }]),
            "k\n012/paid\n",
        ),
        (json!([{ "sort": ["sku"] }, { "select": ["sku"] }]), "sku\n012\n013\n013\n014\n"),
    ];
    for (steps, expected) in cases {
        assert_eq!(after(&client, ORDERS, steps.clone()), expected, "{steps}");
    }
    let split = "id,tags\n1,\"a, b,c\"\n2,\n";
    assert_eq!(
        after(&client, split, json!([{ "split": { "column": "tags", "rows": true } }])),
        "id,tags\n1,a\n1,b\n1,c\n2,\n"
    );
    assert_eq!(
        after(
            &client,
            split,
            json!([{ "split": { "column": "tags", "into": ["x", "y"] } }, { "select": ["id", "x", "y"] }])
        ),
        "id,x,y\n1,a,\"b,c\"\n2,,\n"
    );
}

#[test]
fn numbers_sort_by_their_value_and_nothing_comes_last() {
    let client = client();
    let body = r#"{"data":[{"a":10},{"a":9.5},{"a":null},{"a":"x"},{"a":9007199254740993},{"a":9007199254740992},{}],"steps":[{"sort":["a"]}],"to":"ndjson"}"#;
    let answer = client.post_as("application/json", "/api/v1/data/rows", body);
    let expected = "{\"a\":9.5}\n{\"a\":10}\n{\"a\":9007199254740992}\n{\"a\":9007199254740993}\n{\"a\":\"x\"}\n{\"a\":null}\n{}\n";
    assert_eq!(text(&answer), expected);
    let answer = client.post_as("application/json", "/api/v1/data/rows", body.replace(r#"["a"]"#, r#"["-a"]"#));
    assert!(text(&answer).starts_with("{\"a\":\"x\"}\n{\"a\":9007199254740993}\n"));
}

#[test]
fn mistakes_name_the_step() {
    let client = client();
    let post = |steps: Value| client.post("/api/v1/data/rows", &json!({ "data": ORDERS, "steps": steps }));
    refused(&post(json!([{ "filter": "prise > 1" }])), 422, "did you mean \"price\"?");
    refused(&post(json!([{ "filter": "price >" }])), 422, "steps[0].filter");
    refused(&post(json!([{ "limit": 1 }, { "sort": ["nothing"] }])), 422, "steps[1].sort: there is no column");
    refused(&post(json!([{}])), 400, "steps[0]: says nothing to do");
    refused(&post(json!([{ "limit": 1, "offset": 1 }])), 400, "several things");
    refused(&post(json!([{ "compute": { "x": "1/(quantity - 3)" } }])), 422, "row 1");
    refused(&post(json!([{ "fliter": "price > 1" }])), 400, "did you mean filter?");
    let answer = post(json!([{ "cast": { "status": "number" } }]));
    assert_eq!(warnings(&answer), ["mixed-types"]);
}

#[test]
fn nested_data_becomes_columns_and_comes_back() {
    let client = client();
    let body = r#"{"data":[{"id":"01","c":{"n":"Ada","p":{"x":1.10}},"t":["a","b"]},{"id":"02","c":{"n":"Bob"},"t":[]}],"to":"csv"}"#;
    let flat = "id,c.n,c.p.x,t.0,t.1,t\n01,Ada,1.10,a,b,\n02,Bob,,,,[]\n";
    assert_eq!(text(&client.post_as("application/json", "/api/v1/data/flatten", body)), flat);
    let kept = body.replace(r#""to":"csv""#, r#""to":"ndjson","lists":"json","maxDepth":1,"separator":"_""#);
    let lines = "{\"id\":\"01\",\"c_n\":\"Ada\",\"c_p\":{\"x\":1.10},\"t\":[\"a\",\"b\"]}\n{\"id\":\"02\",\"c_n\":\"Bob\",\"t\":[]}\n";
    assert_eq!(text(&client.post_as("application/json", "/api/v1/data/flatten", kept)), lines);
    let table = "id,c.n,c.p.x,t.0,t.1\n01,Ada,1.10,a,b\n";
    let nested = client.post("/api/v1/data/flatten", &json!({ "data": table, "mode": "unflatten", "to": "ndjson" }));
    assert_eq!(text(&nested), "{\"id\":\"01\",\"c\":{\"n\":\"Ada\",\"p\":{\"x\":1.10}},\"t\":[\"a\",\"b\"]}\n");
    let rows = json!([{ "id": 1, "t": [{ "a": 1 }, { "a": 2 }] }, { "id": 2, "t": [] }, { "id": 3 }]);
    let exploded =
        client.post("/api/v1/data/flatten", &json!({ "data": rows, "mode": "explode", "column": "t", "to": "ndjson" }));
    assert_eq!(
        text(&exploded),
        "{\"id\":1,\"t\":{\"a\":1}}\n{\"id\":1,\"t\":{\"a\":2}}\n{\"id\":2,\"t\":null}\n{\"id\":3}\n"
    );
    let clash = client.post("/api/v1/data/flatten", &json!({ "data": "a,a.b\n1,2\n", "mode": "unflatten" }));
    refused(&clash, 422, "at once");
}

#[test]
fn values_are_looked_up() {
    let client = client();
    let table = json!({ "DE": "Germany", "1": 10 });
    let answer = client
        .post("/api/v1/data/lookup", &json!({ "values": ["DE", "XX", 1], "table": table, "default": "?" }))
        .json();
    assert_eq!(answer["values"], json!(["Germany", "?", 10]));
    let answer =
        client.post("/api/v1/data/lookup", &json!({ "values": "de ", "table": table, "ignoreCase": true })).json();
    assert_eq!(answer["values"], "Germany");
    let answer = client.post("/api/v1/data/lookup", &json!({ "values": ["XX"], "table": table }));
    assert_eq!((&answer.json()["values"], warnings(&answer)), (&json!([null]), vec!["not-found".to_owned()]));
    let answer = client.post("/api/v1/data/lookup", &json!({ "data": "c,n\nDE,01\nXX,02\n", "column": "c", "table": "code,name\nDE,Germany\n", "keep": true, "into": "name", "to": "csv" }));
    assert_eq!(text(&answer), "c,n,name\nDE,01,Germany\nXX,02,XX\n");
    refused(&client.post("/api/v1/data/lookup", &json!({ "table": table })), 400, "values is required");
}

#[test]
fn columns_become_dates_in_one_order() {
    let client = client();
    let rows = |data: Value, cast: Value| {
        let body = json!({ "data": data, "steps": [{ "cast": cast }] });
        client.post("/api/v1/data/rows", &body)
    };
    let dates = json!([{ "d": "17/4/2021", "n": 1 }, { "d": "3/5/2021" }, { "d": null }, { "d": "" }]);
    let found = rows(dates.clone(), json!({ "d": "date" })).json();
    assert_eq!(
        found["rows"],
        json!([{ "d": "2021-04-17", "n": 1 }, { "d": "2021-05-03" }, { "d": null }, { "d": null }])
    );
    for (data, cast, right) in [
        ("17/4/2021 10:30", json!("date"), "2021-04-17"),
        ("17/4/2021 10:30", json!("datetime"), "2021-04-17T10:30:00"),
        ("3/5/2021", json!({ "type": "date", "order": "mdy" }), "2021-03-05"),
        ("3/5/2021", json!({ "type": "date", "inputFormat": "DD/MM/YYYY", "format": "D MMMM YYYY" }), "3 May 2021"),
        ("2021-05-03T10:00:00Z", json!({ "type": "Date-Time", "format": "unix" }), "1620036000"),
        ("7", json!("number"), "7"),
    ] {
        let found = rows(json!([{ "d": data }]), json!({ "d": cast })).json();
        let value = &found["rows"][0]["d"];
        assert_eq!(value.as_str().map_or(value.to_string(), str::to_owned), right, "{data} {cast}: {found}");
    }
    // What is no date stays and is said; what may be two asks; what contradicts itself names both rows.
    let found = rows(json!([{ "d": "17/4/2021" }, { "d": "soon" }]), json!({ "d": "date" })).json();
    assert_eq!(found["rows"][1]["d"], "soon");
    assert_eq!(found["warnings"][0]["code"], "mixed-types");
    assert!(found["warnings"][0]["message"].as_str().unwrap().contains("row 2"), "{found}");
    for (data, cast, said) in [
        (json!([{ "d": "3/5/2021" }]), json!({ "d": "date" }), "steps[0].cast.d.order: is needed"),
        (
            json!([{ "d": "17/4/2021" }, { "d": "4/25/2021" }]),
            json!({ "d": "date" }),
            "of row 1 and \"4/25/2021\" of row 2",
        ),
        (json!([{ "d": "1" }]), json!({ "d": "dat" }), "must be text, number, boolean, date or datetime"),
        (json!([{ "d": "1" }]), json!({ "e": "date" }), "there is no column \"e\""),
        (json!([{ "d": "1" }]), json!({ "d": { "type": "number", "order": "dmy" } }), "which only dates have"),
        (json!([{ "d": "1" }]), json!({ "d": { "type": "date", "format": "YYYY-MM-dd" } }), "steps[0].cast.d.format"),
    ] {
        let answer = rows(data, cast.clone());
        assert_eq!(answer.status, 422, "{cast}: {:?}", answer.body);
        assert!(answer.message().contains(said), "{cast}: {}", answer.message());
    }
    // With others beside, and in a stream.
    let csv = client.post_as(
        "text/csv",
        "/api/v1/data/rows?to=csv&steps=%5B%7B%22cast%22:%7B%22a%22:%22number%22,%22d%22:%22date%22%7D%7D%5D",
        "a,d\n007,17.04.2021\n1,03.05.2021\n".to_owned(),
    );
    assert_eq!(text(&csv), "a,d\n7,2021-04-17\n1,2021-05-03\n");
}

#[test]
fn a_long_text_costs_each_time_it_is_named() {
    let client = client();
    let names = vec!["t"; 2_000].join(", ");
    let body = json!({ "data": [{ "t": "x".repeat(4_000_000) }], "steps": [{ "compute": { "n": format!("len(concatenate({names}))") } }] });
    let answer = client.post("/api/v1/data/rows", &body);
    assert_eq!(answer.status, 422, "{:?}", &answer.body[..answer.body.len().min(300)]);
}
