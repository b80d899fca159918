//! What people send from n8n, Zapier and Make that is not quite what the documents show.

use serde_json::{Value, json};

use crate::{answer, client, raw, refused, text, warnings};

#[test]
fn one_object_is_a_list_of_one_and_steps_may_be_short() {
    let client = client();
    let rows = json!([{ "name": "Ada", "price": "12.50", "qty": 2 }, { "name": "Bob", "price": "3", "qty": null }]);
    for (steps, right) in [
        (json!({ "filter": "qty > 1" }), json!([{ "name": "Ada", "price": "12.50", "qty": 2 }])),
        (json!([{ "unique": "name" }, { "limit": 1 }, { "select": "name" }]), json!([{ "name": "Ada" }])),
        (json!([{ "unique": ["name"] }, { "select": ["name"] }]), json!([{ "name": "Ada" }, { "name": "Bob" }])),
        (json!([{ "unique": true }, { "select": ["name"] }]), json!([{ "name": "Ada" }, { "name": "Bob" }])),
        (json!([{ "fill": 0 }, { "select": ["qty"] }]), json!([{ "qty": 2 }, { "qty": 0 }])),
        (json!([{ "trim": true }, { "select": ["name"] }]), json!([{ "name": "Ada" }, { "name": "Bob" }])),
        (
            json!([{ "cast": { "price": "float" } }, { "select": ["price"] }]),
            json!([{ "price": 12.5 }, { "price": 3 }]),
        ),
        (
            json!([{ "filter": "contains(lower(name), 'ad') and len(name) = 3" }, { "select": "name" }]),
            json!([{ "name": "Ada" }]),
        ),
        (
            json!([{ "compute": { "x": "concatenate(name, ' ', price)" } }, { "select": "x" }, { "limit": 1 }]),
            json!([{ "x": "Ada 12.50" }]),
        ),
        // Texts that all say numbers sort as such: 3 before 12.50.
        (json!([{ "sort": "price" }, { "select": "name" }]), json!([{ "name": "Bob" }, { "name": "Ada" }])),
        (json!([{ "sort": "price desc" }, { "select": "name" }]), json!([{ "name": "Ada" }, { "name": "Bob" }])),
        (
            json!([{ "sort": [{ "column": "price", "direction": "desc" }] }, { "select": "name" }]),
            json!([{ "name": "Ada" }, { "name": "Bob" }]),
        ),
    ] {
        let found = answer(&client, "/rows", &json!({ "data": rows, "steps": steps }));
        assert_eq!(found["rows"], right, "{steps}");
    }
    for (steps, right) in [
        (json!({ "trim": true }), json!("a,b c")),
        (json!([{ "split": "," }]), json!([" a", "b c "])),
        (json!([{ "trim": true }, { "truncate": 3 }]), json!("a…")),
        (json!([{ "match": "[a-z] [a-z]" }]), json!("b c")),
        (json!([{ "between": [",", "c"] }]), json!("b ")),
        (json!([{ "slug": true }]), json!("a-b-c")),
        (json!([{ "test": "b" }]), json!(true)),
        (json!([{ "trim": true }, { "pad": "7" }]), json!("  a,b c")),
        (json!([{ "ascii": true }, { "trim": "both" }]), json!("a,b c")),
    ] {
        let found = answer(&client, "/text", &json!({ "input": " a,b c ", "steps": steps }));
        assert_eq!(found["result"], right, "{steps}");
    }
    for (steps, right) in [
        (json!({ "add": { "days": 2 } }), json!("2024-03-07")),
        (json!({ "add": { "months": -1, "days": -1 } }), json!("2024-02-04")),
        (json!([{ "difference": { "to": "2024-12-25", "unit": "days" } }]), json!(295)),
        (json!([{ "compare": "2024-12-25" }]), json!(-1)),
        (json!([{ "age": "2034-03-04" }]), json!(9)),
    ] {
        let found = answer(&client, "/datetime", &json!({ "input": "2024-03-05", "steps": steps }));
        assert_eq!(found["result"], right, "{steps}");
    }
}

#[test]
fn items_of_n8n_are_the_rows_in_them() {
    let client = client();
    let items =
        r#"[{"json":{"id":9224851642388483,"price":1.10},"pairedItem":{"item":0}},{"json":{"id":2,"price":2}}]"#;
    let found = raw(&client, "/convert", &format!(r#"{{"data":{items}}}"#));
    assert!(found.contains(r#""rows":[{"id":9224851642388483,"price":1.10},{"id":2,"price":2}]"#), "{found}");
    assert!(found.contains("unwrapped-items"), "{found}");
    // A document stays what it is.
    let found = raw(&client, "/convert", &format!(r#"{{"data":{items},"to":"json"}}"#));
    assert!(found.contains("pairedItem"), "{found}");
    let single = r#"{"data":{"json":{"a":1.10}},"to":"csv"}"#;
    assert_eq!(raw(&client, "/convert", single), "a\n1.10\n");
    // What only looks like items.
    for data in [json!([{ "json": "x" }]), json!([{ "json": { "a": 1 }, "b": 2 }])] {
        let found = answer(&client, "/convert", &json!({ "data": data }));
        assert_eq!(found["rows"], data);
    }
    let found = answer(
        &client,
        "/format",
        &json!({ "rows": [{ "json": { "p": "0170 1234567", "x": 1 } }], "column": "p", "kind": "phone", "region": "DE" }),
    );
    assert_eq!(found["rows"], json!([{ "p": "+491701234567", "x": 1 }]));
}

#[test]
fn nothing_to_do_is_no_error() {
    let client = client();
    for data in [json!([]), json!("")] {
        for (path, more) in [
            ("/rows", json!({ "steps": [{ "filter": "qty > 1" }, { "sort": ["-qty"] }, { "select": ["qty"] }] })),
            (
                "/rows",
                json!({ "steps": [{ "rename": { "a": "b" } }, { "drop": ["b"] }, { "cast": { "c": "number" } }] }),
            ),
            ("/rows", json!({ "steps": [{ "split": { "column": "a", "into": ["b", "c"] } }, { "unique": "a" }] })),
            ("/aggregate", json!({ "by": ["r"], "measures": [{ "function": "sum", "column": "a" }] })),
            ("/aggregate", json!({ "by": ["r"], "window": [{ "function": "sum", "column": "a" }] })),
            ("/lookup", json!({ "column": "a", "table": { "x": 1 } })),
            ("/flatten", json!({ "mode": "explode", "column": "a" })),
            ("/sql", json!({ "sql": "select r, sum(a) as total from data where b > 1 group by r" })),
            ("/sql", json!({ "sql": "select * from data" })),
        ] {
            let mut request = more.clone();
            request["data"] = data.clone();
            assert_eq!(answer(&client, path, &request)["rows"], json!([]), "{path} {request}");
        }
    }
    let one = json!([{ "id": 1, "a": "x" }]);
    let join = |left: &Value, right: &Value, how: &str| {
        answer(&client, "/join", &json!({ "left": left, "right": right, "on": "id", "how": how }))["rows"].clone()
    };
    assert_eq!(join(&one, &json!([]), "left"), one);
    assert_eq!(join(&json!([]), &one, "full"), one);
    assert_eq!(join(&json!([]), &one, "inner"), json!([]));
    // A table that has columns says when one is wrong.
    let wrong = json!({ "data": "a\n", "steps": [{ "filter": "b > 1" }] });
    assert!(refused(&client, "/rows", &wrong).contains("there is no column"));
    let found = answer(&client, "/sql", &json!({ "data": [], "sql": "select count(*) as n from data" }));
    assert_eq!(found["rows"], json!([{ "n": 0 }]));
}

#[test]
fn numbers_as_texts_are_added_up() {
    let client = client();
    let data = json!([{ "r": "n", "a": "0.10" }, { "r": "n", "a": "0.20" }, { "r": "s", "a": "x" }, { "r": "t", "a": "9" }, { "r": "t", "a": "10" }]);
    let measures = json!([{ "op": "sum", "field": "a" }, { "op": "max", "field": "a" }]);
    let answer = client.post("/api/v1/data/aggregate", &json!({ "data": data, "groupBy": "r", "measures": measures }));
    assert_eq!(
        answer.json()["rows"],
        json!([{ "r": "n", "sum_a": 0.3, "max_a": "0.20" }, { "r": "s", "sum_a": null, "max_a": "x" }, { "r": "t", "sum_a": 19, "max_a": "10" }])
    );
    assert_eq!(warnings(&answer), ["not-numbers"]);
}

#[test]
fn people_are_said_by_their_address() {
    let client = client();
    let event = json!({ "title": "x", "start": "2024-03-05", "attendees": ["a@example.com", "Bo <b@example.com>"], "organizer": "c@example.com" });
    let calendar = text(&client.post("/api/v1/data/calendar/write", &json!({ "event": event })));
    for line in ["SUMMARY:x", "mailto:a@example.com", "CN=Bo", "ORGANIZER:mailto:c@example.com"] {
        assert!(calendar.replace("\r\n ", "").contains(line), "{line}: {calendar}");
    }
    let contact =
        json!({ "firstName": "Ada", "lastName": "Lovelace", "email": "a@example.com", "phones": ["+49 170 1"] });
    let card = text(&client.post("/api/v1/data/contacts/write", &json!({ "contact": contact })));
    for line in ["N:Lovelace;Ada", "a@example.com", "+49 170 1"] {
        assert!(card.contains(line), "{line}: {card}");
    }
}

#[test]
fn rows_of_a_csv_are_checked() {
    let client = client();
    let columns = json!({ "zip": "text", "n": "integer", "when": "date?" });
    let found = answer(
        &client,
        "/validate",
        &json!({ "data": "zip;n;when\n01730;5;2024-01-05\n01731;x;\n", "columns": columns }),
    );
    assert_eq!(
        (&found["valid"], &found["rows"], &found["invalidRows"]),
        (&json!(false), &json!(2), &json!(1)),
        "{found}"
    );
    assert_eq!((&found["errors"][0]["row"], &found["errors"][0]["path"]), (&json!(2), &json!("/n")));
}

#[test]
fn a_header_with_holes_is_a_header() {
    let client = client();
    let convert = |data: &str| text(&client.post("/api/v1/data/convert", &json!({ "data": data, "to": "csv" })));
    assert_eq!(convert("a,,\n1,2,3\n"), "a,column_2,column_3\n1,2,3\n");
    assert_eq!(convert("'a';'b'\n'1;2';'3'\n"), "a,b\n1;2,3\n");
    assert_eq!(convert("Report;;\n;;\nid;name;sum\n1;a;3\n"), "id,name,sum\n1,a,3\n");
}

#[test]
fn expressions_over_rows_have_two_seconds_of_work() {
    let client = client();
    let rows: Vec<Value> = (0..400).map(|n| json!({ "n": n })).collect();
    for steps in [
        json!([{ "limit": 1_000 }, { "filter": "sum(sequence(90000)) > n" }]),
        json!([{ "compute": { "x": "1" } }, { "compute": { "y": "sum(sequence(90000)) + n" } }]),
    ] {
        let field = if steps[1].get("filter").is_some() { "steps[1].filter" } else { "steps[1].compute.y" };
        let message = refused(&client, "/rows", &json!({ "data": rows, "steps": steps }));
        assert!(message.starts_with(&format!("{field}: takes longer than the limit of 2 seconds")), "{message}");
    }
    // A long table is no reason.
    let rows: Vec<Value> = (0..60_000).map(|n| json!({ "n": n })).collect();
    let steps = json!([{ "filter": "mod(n, 2) = 0 and n * 1.5 + 2 > 10" }]);
    let found = answer(&client, "/rows", &json!({ "data": rows, "steps": steps }));
    assert_eq!(found["rowCount"], 29_997);
    // Nor does a long list in a cell, named many times, hold up anything.
    let list: Vec<u32> = (0..9_000).collect();
    let filter = format!("{} > 0", vec!["count(l)"; 900].join(" + "));
    let message = refused(&client, "/rows", &json!({ "data": [{ "l": list }], "steps": { "filter": filter } }));
    assert!(message.starts_with("steps[0].filter: "), "{message}");
}

#[test]
fn other_names_for_the_same() {
    let client = client();
    for (path, request, field, right) in [
        (
            "/generate",
            json!({ "fields": [{ "name": "id", "type": "id" }, { "name": "k", "type": "choice", "values": ["x"] }], "rows": 1, "seed": 1 }),
            "rows",
            json!([{ "id": 1, "k": "x" }]),
        ),
        (
            "/generate",
            json!({ "fields": { "id": "counter", "k": ["x"] }, "count": 1, "seed": 1 }),
            "rows",
            json!([{ "id": 1, "k": "x" }]),
        ),
        ("/lookup", json!({ "value": null, "table": { "DE": "Germany" }, "default": "?" }), "values", json!("?")),
        ("/query", json!({ "json": { "a": 1 }, "expression": ".a" }), "result", json!(1)),
        ("/diff", json!({ "before": 1, "after": 1.0 }), "equal", json!(true)),
        (
            "/patch",
            json!({ "document": { "a": 1 }, "patch": { "op": "add", "path": "/b", "value": 2 } }),
            "result",
            json!({ "a": 1, "b": 2 }),
        ),
        (
            "/patch",
            json!({ "data": { "a": 1 }, "patch": { "op": "x", "path": "/b" } }),
            "result",
            json!({ "a": 1, "op": "x", "path": "/b" }),
        ),
        ("/template", json!({ "template": "{{ x }}", "variables": { "x": "y" } }), "text", json!("y")),
        (
            "/cron",
            json!({ "cron": "0 9 * * *", "count": 1, "from": "2024-01-01" }),
            "result",
            json!({ "words": "At 09:00", "next": ["2024-01-01T09:00:00Z"], "fields": { "minute": "0", "hour": "9", "dayOfMonth": "*", "month": "*", "dayOfWeek": "*" }, "dialect": "unix" }),
        ),
        (
            "/extract",
            json!({ "text": "a@example.com on 2024-03-05" }),
            "values",
            json!({ "emails": ["a@example.com"], "urls": [], "numbers": [2024], "phones": [], "dates": ["2024-03-05"] }),
        ),
        (
            "/extract",
            json!({ "text": "a@example.com", "find": "email", "first": true }),
            "values",
            json!({ "emails": "a@example.com" }),
        ),
        ("/datetime", json!({ "input": "Tue, 05 Mar 2024 10:00:00 GMT" }), "result", json!("2024-03-05T10:00:00Z")),
    ] {
        assert_eq!(answer(&client, path, &request)[field], right, "{path} {request}");
    }
    let message = refused(&client, "/extract", &json!({ "html": "<p>x</p>" }));
    assert!(message.starts_with("fields: or tables"), "{message}");
    for (request, said) in [
        (json!({ "template": "Hello {{ nme }}", "data": { "name": "Ada" } }), "did you mean name?"),
        (json!({ "template": "Hello {{ name }}", "data": [{ "name": "Ada" }] }), "with each"),
    ] {
        let found = answer(&client, "/template", &request);
        assert!(found["warnings"][0]["message"].as_str().unwrap().contains(said), "{found}");
    }
    let found =
        answer(&client, "/template", &json!({ "template": "{{ x | default('-') }}", "data": { "name": "Ada" } }));
    assert_eq!((&found["text"], &found["warnings"]), (&json!("-"), &json!([])));
}

#[test]
fn what_people_write_first_is_understood() {
    let client = client();
    let rows = json!([{ "r": "n", "v": 1 }, { "r": "n", "v": 2 }]);
    for (path, request, pointer, right) in [
        ("/query", json!({ "data": { "a": [{ "b": 1 }] }, "expression": "$.a[*].b" }), "/result", json!([1])),
        ("/query", json!({ "data": { "a": [{ "b": 1 }] }, "expression": "$.a[*].b" }), "/engine", json!("jsonpath")),
        ("/query", json!({ "data": { "a": 1 }, "expression": ".a" }), "/engine", json!("jq")),
        ("/text", json!({ "input": " Ada B ", "steps": ["trim", "upper"] }), "/result", json!("ADA B")),
        ("/text", json!({ "input": "Über uns", "steps": "slug" }), "/result", json!("uber-uns")),
        ("/text", json!({ "input": "the quick fox", "steps": ["camelCase"] }), "/result", json!("theQuickFox")),
        ("/text", json!({ "input": "A b", "steps": ["snake_case", { "append": "!" }] }), "/result", json!("a_b!")),
        ("/aggregate", json!({ "data": rows, "by": "r", "measures": ["count", "sum(v)"] }), "/rows/0/sum_v", json!(3)),
        ("/aggregate", json!({ "data": rows, "by": "r", "measures": "avg v" }), "/rows/0/mean_v", json!(1.5)),
        ("/aggregate", json!({ "data": rows, "measures": ["count(*)"] }), "/rows/0/count", json!(2)),
        (
            "/flatten",
            json!({ "data": [{ "i": 1, "x": [1, 2] }], "mode": "rows", "column": "x" }),
            "/rows/1/x",
            json!(2),
        ),
        ("/extract", json!({ "html": "<a href=/x>l</a>", "fields": { "l": "a@href" } }), "/fields/l", json!("/x")),
        (
            "/extract",
            json!({ "html": "<a href=/x>l</a>", "fields": { "l": "a::attr(href)" } }),
            "/fields/l",
            json!("/x"),
        ),
        (
            "/extract",
            json!({ "html": "<a href='/@x'>l</a>", "fields": { "l": "a[href='/@x']" } }),
            "/fields/l",
            json!("l"),
        ),
        ("/extract", json!({ "text": "to a@b.de", "kinds": ["email"] }), "/found/0/text", json!("a@b.de")),
        ("/encode", json!({ "input": "a", "to": "hex" }), "/result", json!("61")),
        ("/mail/read", json!({ "mail": "Subject: Hi\n\nBody" }), "/subject", json!("Hi")),
    ] {
        let found = answer(&client, path, &request);
        assert_eq!(found.pointer(pointer), Some(&right), "{path} {request}: {found}");
    }
    for request in [json!({ "input": "a", "steps": ["shout"] }), json!({ "input": "a", "steps": [5] })] {
        assert_eq!(client.post("/api/v1/data/text", &request).status, 400, "{request}");
    }
    let message = refused(&client, "/sql", &json!({ "data": rows, "sql": "select * from items" }));
    assert_eq!(message, "sql: there is no table \"items\"; there are data");
    // Said once, though dates need all rows first.
    let items = json!([{ "json": { "d": "2024-01-05" }, "pairedItem": 0 }]);
    let found = answer(&client, "/rows", &json!({ "data": items, "steps": [{ "cast": { "d": "date" } }] }));
    assert_eq!(found["warnings"].as_array().unwrap().len(), 1, "{found}");
}
