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

/// What pandas makes of a table, with windows of every kind.
const WINDOWS: &str = "
import json, sys
import pandas as pd
rows = json.load(sys.stdin)
f = pd.DataFrame(rows)
g = f.groupby('g', sort=False, dropna=False)['v']
s = f.sort_values('o', kind='stable')
sg = s.groupby('g', sort=False, dropna=False)['v']
out = {
    'running': g.cumsum(), 'mean': g.expanding().mean().reset_index(level=0, drop=True), 'min': g.cummin(), 'max': g.cummax(),
    'total': g.transform('sum'), 'share': f['v'] / g.transform('sum'), 'lag': g.shift(1), 'lead': g.shift(-2), 'difference': g.diff(),
    'moving': g.rolling(3, min_periods=1).sum().reset_index(level=0, drop=True), 'movingMean': g.rolling(5, min_periods=1).mean().reset_index(level=0, drop=True),
    'movingMax': g.rolling(4, min_periods=1).max().reset_index(level=0, drop=True),
    'rank': f.groupby('g', dropna=False)['o'].rank(method='min'), 'dense': f.groupby('g', dropna=False)['o'].rank(method='dense', ascending=False),
    'number': s.groupby('g', dropna=False).cumcount() + 1, 'ordered': sg.cumsum(),
}
json.dump({k: [None if pd.isna(x) else float(x) for x in v.sort_index()] for k, v in out.items()}, sys.stdout)
";

#[test]
fn windows_are_those_of_pandas() {
    let client = client();
    for seed in 1..=3_u64 {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let rows: Vec<Value> = (0..300)
            .map(|_| {
                let group = ["a", "b", "c"][next(3) as usize];
                let (order, value) = (next(40), next(200_000) as f64 / 100.0 - 500.0);
                json!({ "g": group, "o": order, "v": value })
            })
            .collect();
        let Some(theirs) = python("transform", WINDOWS, &json!(rows)) else { return };
        let window = |name: &str, function: &str, more: Value| {
            let mut window = json!({ "function": function, "column": "v", "name": name });
            window.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            window
        };
        let windows = [
            window("running", "sum", json!({})),
            window("mean", "mean", json!({})),
            window("min", "min", json!({})),
            window("max", "max", json!({})),
            window("total", "sum", json!({ "whole": true })),
            window("share", "share", json!({})),
            window("lag", "lag", json!({})),
            window("lead", "lead", json!({ "offset": 2 })),
            window("difference", "difference", json!({})),
            window("moving", "sum", json!({ "rows": 3 })),
            window("movingMean", "moving-average", json!({ "rows": 5 })),
            window("movingMax", "max", json!({ "rows": 4 })),
            window("rank", "rank", json!({ "order": ["o"] })),
            window("dense", "dense-rank", json!({ "order": ["-o"] })),
            window("number", "row-number", json!({ "order": ["o"] })),
            window("ordered", "sum", json!({ "order": "o" })),
        ];
        let ours = rows_of(&client, &json!({ "data": rows, "by": ["g"], "window": windows }));
        assert_eq!(ours.len(), rows.len());
        for (name, values) in theirs.as_object().unwrap() {
            for (at, (row, theirs)) in ours.iter().zip(values.as_array().unwrap()).enumerate() {
                assert_eq!(row["v"], rows[at]["v"]);
                match (row[name].as_f64(), theirs.as_f64()) {
                    (Some(one), Some(two)) => {
                        assert!((one - two).abs() <= 1e-9 * two.abs().max(1.0), "{name} {at}: {one} {two}");
                    }
                    (one, two) => assert_eq!(one, two, "{name} {at}"),
                }
            }
        }
    }
}

fn rows_of(client: &Client, request: &Value) -> Vec<Value> {
    rows(client, "/api/v1/data/aggregate", request).as_array().unwrap().clone()
}

#[test]
fn windows_are_exact_and_say_what_is_wrong() {
    let client = client();
    let data = "d,a\n1,0.10\n2,0.20\n3,x\n4,0.30\n";
    let found = crate::raw(
        &client,
        "/rows",
        &json!({ "data": data, "steps": [{ "window": { "function": "sum", "column": "a" } }, { "window": { "op": "lag", "field": "a", "default": "-" } }], "to": "csv" }).to_string(),
    );
    assert_eq!(found, "d,a,sum_a,lag_a\n1,0.10,0.1,-\n2,0.20,0.3,0.10\n3,x,0.3,0.20\n4,0.30,0.6,x\n");
    for (window, status, said) in [
        (json!({ "function": "sum" }), 400, "window.column: is required"),
        (json!({ "function": "rank" }), 400, "window.order: is required"),
        (json!({ "function": "lag", "column": "a", "rows": 3 }), 422, "window.rows: goes with sum"),
        (json!({ "function": "sum", "column": "b" }), 422, "window.column: there is no column"),
    ] {
        let answer = client.post("/api/v1/data/aggregate", &json!({ "data": data, "window": window }));
        assert_eq!(answer.status, status, "{:?}", answer.body);
        assert!(answer.message().starts_with(said), "{}", answer.message());
    }
    let answer = client.post(
        "/api/v1/data/aggregate",
        &json!({ "data": data, "window": [{ "function": "row-number" }], "pivot": "d" }),
    );
    assert_eq!(answer.status, 422);
}

#[test]
fn joins_take_columns_as_people_write_them() {
    let client = client();
    let left = json!([{ "customer": 1, "day": 2, "x": "a" }, { "customer": 2, "day": 2, "x": "b" }]);
    let right = json!([{ "id": 2, "date": 2, "name": "Bo" }, { "id": 1, "date": 3, "name": "Ada" }]);
    let both = json!([{ "customer": 2, "day": 2, "x": "b", "id": 2, "date": 2, "name": "Bo" }]);
    for on in [
        json!({ "customer": "id", "day": "date" }),
        json!([["customer", "id"], ["day", "date"]]),
        json!([{ "left": "customer", "right": "id" }, { "left": "day", "right": "date" }]),
        json!([{ "customer": "id" }, { "day": "date" }]),
        json!("{\"customer\": \"id\", \"day\": \"date\"}"),
    ] {
        let found = crate::answer(&client, "/join", &json!({ "left": left, "right": right, "on": on }));
        assert_eq!(found["rows"], both, "{on}");
    }
    let one = crate::answer(
        &client,
        "/join",
        &json!({ "left": left, "right": right, "on": { "left": "customer", "right": "id" }, "how": "anti" }),
    );
    assert_eq!(one["rowCount"], 0);
    for on in [json!("k"), json!(["k"]), json!("k,l"), json!(["k", "l"]), json!("[\"k\"]")] {
        let side = json!([{ "k": 1, "l": 2 }]);
        let found = crate::answer(&client, "/join", &json!({ "left": side, "right": side, "on": on }));
        assert_eq!(found["rowCount"], 1, "{on}");
    }
    let missing = json!({ "left": left, "right": right, "on": { "customer": "idd" } });
    let message = crate::refused(&client, "/join", &missing);
    assert!(message.starts_with("on: the right table has no column \"idd\""), "{message}");
    for on in
        [json!([["a"]]), json!([["a", "b", "c"]]), json!([1.5]), json!({ "a": [1] }), json!("{"), json!(vec!["a"; 60])]
    {
        let answer = client.post("/api/v1/data/join", &json!({ "left": left, "right": right, "on": on }));
        assert_eq!(answer.status, 400, "{on}: {:?}", answer.body);
    }
}

#[test]
fn what_is_no_number_is_said_once() {
    let client = client();
    let rows = json!([{ "a": "x", "b": "y" }, { "a": 1, "b": 2 }]);
    let measures: Vec<Value> = (0..40)
        .map(|at| json!({ "function": "sum", "column": if at % 2 == 0 { "a" } else { "b" }, "name": format!("s{at}") }))
        .collect();
    let found = crate::answer(&client, "/aggregate", &json!({ "data": rows, "measures": measures }));
    let warnings = found["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[0]["code"]), (1, &json!("not-numbers")));
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.contains("1 cells of column \"a\"") && message.contains("also of column \"b\""), "{message}");
}

#[test]
fn sql_hands_out_literals_as_they_came() {
    let client = client();
    let sql = |request: &str| crate::raw(&client, "/sql", request);
    let data = r#"[{"id":9224851642388483,"p":1.10,"q":3,"big":92248516423884831234567},{"id":9224851642388484,"p":2.5,"q":1,"big":92248516423884831234568},{"id":3,"p":20.00,"q":2,"big":1e3}]"#;
    for (query, right) in [
        ("select * from data", data),
        ("select p from data order by p desc", r#"[{"p":20.00},{"p":2.5},{"p":1.10}]"#),
        ("select p from data where p > 2 and p < 10", r#"[{"p":2.5}]"#),
        (
            "select max(p) as m, min(big) as b, sum(p) as s, avg(q) as a from data",
            r#"[{"m":20.00,"b":1e3,"s":23.6,"a":2}]"#,
        ),
        ("select p * q as t from data", r#"[{"t":3.3},{"t":2.5},{"t":40}]"#),
        ("select 0.1 + 0.2 as x, 1.0 / 3 as y", r#"[{"x":0.3,"y":0.3333333333333333}]"#),
        ("select distinct p from data where id = ?", r#"[{"p":1.10}]"#),
    ] {
        let params = if query.contains('?') { r#","params":9224851642388483"# } else { "" };
        let found = sql(&format!(r#"{{"data":{data},"sql":"{query}"{params}}}"#));
        assert!(found.starts_with(&format!(r#"{{"rows":{right},"#)), "{query}: {found}");
    }
    // Two literals of one double come out as each row has them, wherever the rows of an answer can be told.
    let rows = r#"[{"id":1,"p":1.10},{"id":2,"p":1.1},{"id":3,"p":1.100}]"#;
    let others = r#"[{"id":2,"q":1.1000},{"id":9,"q":5}]"#;
    for (query, right) in [
        ("select * from data", rows),
        ("select p as price from data order by id desc", r#"[{"price":1.100},{"price":1.1},{"price":1.10}]"#),
        ("select a.p, b.q from data as a join others b using (id)", r#"[{"p":1.1,"q":1.1000}]"#),
        ("select a.p as x, b.p as y from data a, data b where a.id = 1 and b.id = 3", r#"[{"x":1.10,"y":1.100}]"#),
        ("select p from data where p = 1.1 limit 2", r#"[{"p":1.10},{"p":1.1}]"#),
        ("select distinct p from data", r#"[{"p":1.1}]"#),
        ("select p, count(*) as n from data group by p", r#"[{"p":1.1,"n":3}]"#),
    ] {
        let found = sql(&format!(r#"{{"data":{rows},"tables":{{"others":{others}}},"sql":"{query}"}}"#));
        assert!(found.starts_with(&format!(r#"{{"rows":{right},"#)), "{query}: {found}");
    }
    // All columns of a table in which values are looked for; no column of a table without rows.
    let tables = json!({ "other": [{ "a": 1, "b": 2 }, { "a": 3, "b": 4 }], "empty": [] });
    for (query, right) in [
        ("select * from data where (a, b) in other", json!([{ "a": 3, "b": 4 }])),
        ("select * from data left join empty on 1", json!([{ "a": 1, "b": 9 }, { "a": 3, "b": 4 }])),
        ("select d.*, e.* from data d left join empty e on e.a = d.a", json!([{ "a": 1, "b": 9 }, { "a": 3, "b": 4 }])),
    ] {
        let data = json!([{ "a": 1, "b": 9 }, { "a": 3, "b": 4 }]);
        let found = crate::answer(&client, "/sql", &json!({ "data": data, "tables": tables, "sql": query }));
        let rows = found["rows"].as_array().unwrap();
        let kept: Vec<Value> = rows.iter().map(|row| json!({ "a": row["a"], "b": row["b"] })).collect();
        assert_eq!(json!(kept), right, "{query}");
        assert!(!found.to_string().contains("no columns"), "{query}: {found}");
    }
    let csv = "zip,price\n01730,1.10\n01731,2.50\n";
    let answer = client.post("/api/v1/data/sql", &json!({ "data": csv, "sql": "select * from data", "to": "csv" }));
    assert_eq!(text(&answer), csv);
}
