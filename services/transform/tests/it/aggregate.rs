//! `POST /aggregate`, `/join` and `/sql`.

use chassis::testing::{Client, python};
use serde_json::{Value, json};

use crate::{client, text, warnings};

const SALES: &str = "region,product,amount\nnorth,a,0.10\nsouth,a,5\nnorth,b,0.20\nsouth,b,\n";

fn rows(client: &Client, path: &str, body: &Value) -> Value {
    let answer = client.post(path, body);
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()["rows"].clone()
}

#[test]
fn groups_are_measured() {
    let client = client();
    let measures = json!([
        { "function": "sum", "column": "amount" }, { "function": "count" }, { "function": "count", "column": "amount", "name": "n" },
        { "function": "mean", "column": "amount", "name": "m" }, { "function": "concat", "column": "product", "separator": "|", "name": "p" },
        { "function": "max", "column": "product", "name": "last" }, { "function": "list", "column": "amount", "name": "all" },
    ]);
    let answer = client.post(
        "/api/v1/data/aggregate",
        &json!({ "data": SALES, "by": ["region"], "measures": measures, "to": "ndjson" }),
    );
    let expected = "{\"region\":\"north\",\"sum_amount\":0.3,\"count\":2,\"n\":2,\"m\":0.15,\"p\":\"a|b\",\"last\":\"b\",\"all\":[0.10,0.20]}\n\
        {\"region\":\"south\",\"sum_amount\":5,\"count\":2,\"n\":1,\"m\":5,\"p\":\"a|b\",\"last\":\"b\",\"all\":[5]}\n";
    assert_eq!(text(&answer), expected);
    let pivot = json!({ "data": SALES, "by": ["region"], "pivot": "product", "measures": [{ "function": "sum", "column": "amount" }], "then": [{ "sort": ["-region"] }], "to": "csv" });
    assert_eq!(text(&client.post("/api/v1/data/aggregate", &pivot)), "region,a,b\nsouth,5,0\nnorth,0.1,0.2\n");
    assert_eq!(rows(&client, "/api/v1/data/aggregate", &json!({ "data": SALES })), json!([{ "count": 4 }]));
    let answer = client.post(
        "/api/v1/data/aggregate",
        &json!({ "data": SALES, "measures": [{ "function": "sum", "column": "product" }] }),
    );
    assert_eq!(warnings(&answer), ["not-numbers"]);
    let answer = client.post("/api/v1/data/aggregate", &json!({ "data": SALES, "by": ["Region"] }));
    assert!(answer.message().contains("did you mean \"region\"?"), "{}", answer.message());
}

/// A table of numbers that look random and are the same every time, with gaps.
fn table(seed: u64, rows: usize) -> Vec<Value> {
    let mut state = seed;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    (0..rows)
        .map(|_| {
            let value = next(1000);
            let value = if value < 50 { Value::Null } else { json!(value as f64 / 8.0) };
            json!({ "k": format!("k{}", next(12)), "g": next(5), "p": format!("p{}", next(4)), "v": value })
        })
        .collect()
}

const GROUPS: &str = r#"
import sys, json, math
import pandas as pd
r = json.load(sys.stdin)
clean = lambda frame: [{k: (None if isinstance(v, float) and math.isnan(v) else v) for k, v in row.items()} for row in frame.to_dict("records")]
out = {}
frame = pd.DataFrame(r["left"])
g = frame.groupby(["k", "g"], sort=True)["v"]
out["groups"] = clean(pd.DataFrame({"sum": g.sum(), "mean": g.mean(), "median": g.median(), "std": g.std(), "min": g.min(), "max": g.max(), "n": g.count(), "distinct": g.nunique(), "q": g.quantile(0.9)}).reset_index())
out["pivot"] = clean(frame.pivot_table(index="k", columns="p", values="v", aggfunc="sum").reset_index())
right = pd.DataFrame(r["right"])
for how in ["inner", "left", "right", "outer"]:
    joined = frame.merge(right, on=["k", "g"], how=how, suffixes=("", "_right"))
    out[how] = clean(joined)
json.dump(out, sys.stdout)
"#;

/// Two tables are the same, numbers up to rounding, rows in any order.
fn assert_same(ours: &Value, theirs: &Value, what: &str) {
    let sorted = |rows: &Value| {
        let key = |value: &Value| match value {
            Value::Number(number) => format!("{:.9e}", number.as_f64().unwrap()),
            other => other.to_string(),
        };
        let mut rows: Vec<Vec<(String, String)>> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let mut cells: Vec<(String, String)> =
                    row.as_object().unwrap().iter().map(|(name, value)| (name.clone(), key(value))).collect();
                cells.sort();
                cells
            })
            .collect();
        rows.sort();
        rows
    };
    let (ours, theirs) = (sorted(ours), sorted(theirs));
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (one, two) in ours.iter().zip(&theirs) {
        assert_eq!(one, two, "{what}");
    }
}

#[test]
fn groups_pivots_and_joins_are_those_of_pandas() {
    let client = client();
    for seed in 1..=3 {
        let (left, right) = (table(seed, 300), table(seed + 100, 40));
        let Some(theirs) = python("transform", GROUPS, &json!({ "left": left, "right": right })) else { return };
        let measure = |function: &str, name: &str| json!({ "function": function, "column": "v", "name": name, "quantile": if function == "quantile" { json!(0.9) } else { Value::Null } });
        let measures = [
            ("sum", "sum"),
            ("mean", "mean"),
            ("median", "median"),
            ("std", "std"),
            ("min", "min"),
            ("max", "max"),
            ("count", "n"),
            ("distinct", "distinct"),
            ("quantile", "q"),
        ];
        let measures: Vec<Value> = measures.iter().map(|(function, name)| measure(function, name)).collect();
        let ours =
            rows(&client, "/api/v1/data/aggregate", &json!({ "data": left, "by": ["k", "g"], "measures": measures }));
        assert_same(&ours, &theirs["groups"], "groups");
        let ours = rows(
            &client,
            "/api/v1/data/aggregate",
            &json!({ "data": left, "by": ["k"], "pivot": "p", "measures": [{ "function": "sum", "column": "v" }] }),
        );
        assert_same(&ours, &theirs["pivot"], "pivot");
        for (how, theirs_how) in [("inner", "inner"), ("left", "left"), ("right", "right"), ("full", "outer")] {
            let ours = rows(
                &client,
                "/api/v1/data/join",
                &json!({ "left": left, "right": right, "on": ["k", "g"], "how": how }),
            );
            assert_same(&ours, &theirs[theirs_how], how);
        }
    }
}

#[test]
fn joins_are_strict_unless_asked() {
    let client = client();
    let left = "id,a\n01,x\n2,y\n3,z\n";
    let right = json!([{ "id": "01", "b": 1 }, { "id": 2, "b": 2 }, { "id": "2", "b": 3 }]);
    let join = |more: Value| {
        let mut body = json!({ "left": left, "right": right, "on": ["id"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.post("/api/v1/data/join", &body)
    };
    // The column has a code in it, so all of it is text.
    assert_eq!(
        join(json!({})).json()["rows"],
        json!([{ "id": "01", "a": "x", "b": 1 }, { "id": "2", "a": "y", "b": 3 }])
    );
    assert_eq!(join(json!({ "types": "loose" })).json()["rowCount"], 3);
    assert_eq!(join(json!({ "how": "anti" })).json()["rows"], json!([{ "id": "3", "a": "z" }]));
    assert_eq!(join(json!({ "how": "semi" })).json()["rowCount"], 2);
    assert_eq!(join(json!({ "how": "append", "on": [] })).json()["rowCount"], 6);
    assert_eq!(join(json!({ "how": "cross", "on": [] })).json()["rowCount"], 9);
    assert_eq!(
        join(json!({ "how": "position", "on": [] })).json()["rows"][1],
        json!({ "id": "2", "a": "y", "id_right": 2, "b": 2 })
    );
    let answer =
        client.post("/api/v1/data/join", &json!({ "left": "id\n1\n2\n", "right": [{ "id": "1" }], "on": ["id"] }));
    assert_eq!(warnings(&answer), ["types-differ"]);
    let answer = client.post("/api/v1/data/join", &json!({ "left": left, "right": right }));
    assert_eq!(answer.status, 400);
    let answer =
        client.post("/api/v1/data/join", &json!({ "left": left, "right": right, "leftOn": ["id"], "rightOn": ["x"] }));
    assert!(answer.message().starts_with("rightOn:"), "{}", answer.message());
}

#[test]
fn similar_names_are_joined_on_request() {
    let client = client();
    let body = json!({
        "left": "name,n\nACME Corp.,1\nGlobex,2\nUmbrela,3\n",
        "right": "name,id\nAcme Corp,01\nUmbrella,02\nInitech,03\n",
        "on": ["name"], "how": "left", "fuzzy": { "threshold": 0.9 },
    });
    let rows = rows(&client, "/api/v1/data/join", &body);
    assert_eq!((&rows[0]["id"], &rows[1]["id"], &rows[2]["id"]), (&json!("01"), &json!(null), &json!("02")));
    assert!(rows[0]["score"].as_f64().unwrap() > 0.9);
}

#[test]
fn tables_are_queried_with_sql() {
    let client = client();
    let orders = "id,zip,amount\n9007199254740993,01730,1.5\n9007199254740992,01731,2\n1,01730,3\n";
    let body = json!({
        "data": orders,
        "tables": { "places": [{ "zip": "01730", "name": "Bedford" }, { "zip": "01731", "name": "Hanscom" }] },
        "sql": "select p.name, sum(d.amount) as total, min(d.zip) as zip from data d join places p using (zip) group by p.name order by total desc",
    });
    assert_eq!(
        rows(&client, "/api/v1/data/sql", &body),
        json!([{ "name": "Bedford", "total": 4.5, "zip": "01730" }, { "name": "Hanscom", "total": 2, "zip": "01731" }])
    );
    let answer = client.post("/api/v1/data/sql", &json!({ "data": orders, "sql": "select id from data where zip = :zip order by 1", "params": { "zip": "01730" }, "to": "csv" }));
    assert_eq!(text(&answer), "id\n1\n9007199254740993\n");
    for (sql, said) in [
        ("select missing from data", "no such column"),
        ("drop table data", "write one SELECT"),
        ("attach 'x.db' as x", "write one SELECT"),
        ("pragma hard_heap_limit=0", "write one SELECT"),
        ("select load_extension('x')", ""),
        ("select 1; select 2", "write one SELECT"),
        ("insert into data values (1,2,3)", "write one SELECT"),
        ("select randomblob(1000000000)", "16 MB"),
        ("with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t", "10 seconds"),
        ("select * from data where zip = ?", "params"),
    ] {
        let answer = client.post("/api/v1/data/sql", &json!({ "data": orders, "sql": sql }));
        assert_eq!(answer.status, 422, "{sql}: {:?}", answer.body);
        assert!(answer.message().contains(said), "{sql}: {}", answer.message());
    }
}
