//! Tables: those that reportlab draws in the ways people draw them, those of our own documents, and what is none.

use serde_json::{Value, json};

use crate::made::answered;
use crate::{bytes, client, file, oracle, refused};

/// Kinds of tables that lines or grounds part cell by cell; pdfplumber reads the first two alike (it loses outer columns without a frame).
const RULED: [&str; 7] = ["grid", "spans", "inner", "cells", "pages", "columns", "stripes"];
const AS_PDFPLUMBER: usize = 2;
/// Kinds whose columns only gaps tell.
const UNRULED: [&str; 4] = ["rules", "plain", "wrapped", "wrapped-plain"];
/// What is no table.
const NONE: [&str; 3] = ["two columns of text", "a list", "marked words"];

/// A document with a table of a kind, and the rows it has, line breaks of cells as spaces.
fn drawn(kind: &str) -> Option<(Vec<u8>, Vec<Vec<String>>)> {
    let made = oracle("drawn", &[], &json!([kind]))?;
    let rows = serde_json::from_value(made["rows"].clone()).unwrap_or_default();
    Some((bytes(&json!({ "base64": made["file"] })), rows))
}

fn rows_of(table: &Value) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = serde_json::from_value(table["rows"].clone()).unwrap();
    rows.into_iter().map(|row| row.into_iter().map(|text| text.replace('\n', " ")).collect()).collect()
}

fn tables(document: &[u8], options: &Value) -> Value {
    let mut body = options.clone();
    body["file"] = file("a.pdf", document);
    let answer = client().post("/tables", &body);
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

#[test]
fn tables_are_read_cell_by_cell() {
    for (at, kind) in RULED.into_iter().chain(UNRULED).enumerate() {
        let Some((document, expected)) = drawn(kind) else { return };
        let answer = tables(&document, &json!({}));
        assert_eq!(answer["count"], 1, "{kind}: {}", answer["text"]);
        let table = &answer["tables"][0];
        assert_eq!(rows_of(table), expected, "{kind}");
        assert_eq!(table["headerRows"], if kind == "spans" { 2 } else { 1 }, "{kind}");
        let confidence = table["confidence"].as_f64().unwrap();
        let parted = ["columns", "stripes"].contains(&kind);
        if at < RULED.len() && !parted {
            assert!(table["method"] == "lattice" && confidence > 0.99, "{kind}: {confidence}");
        } else {
            assert!((0.6..1.0).contains(&confidence), "{kind}: {confidence}");
        }
        if at < AS_PDFPLUMBER {
            let theirs: Vec<Vec<Vec<String>>> =
                serde_json::from_value(oracle("plumbed", &[("a", &document)], &json!(["a"])).unwrap()).unwrap();
            assert_eq!(theirs.len(), 1, "{kind}");
            assert_eq!(rows_of(table), theirs[0], "{kind}");
        }
    }
}

#[test]
fn what_is_no_table_is_left() {
    for kind in NONE {
        let Some((document, _)) = drawn(kind) else { return };
        let answer = tables(&document, &json!({}));
        assert_eq!(
            (&answer["count"], &answer["warnings"][0]["code"]),
            (&json!(0), &json!("no-table")),
            "{kind}: {}",
            answer["text"]
        );
    }
}

#[test]
fn addresses_beside_each_other_are_no_table() {
    let page = |left: &str, right: &str| {
        let html =
            format!("<div style='display:flex;gap:80px'><div style='width:220px'>{left}</div><div>{right}</div></div>");
        let answer = client().post("/from-html", &json!({ "html": html }));
        assert_eq!(answer.status, 200);
        tables(&answer.body, &json!({}))["count"].as_u64().unwrap()
    };
    let seller = "Acme Studio GmbH<br>1 Market Street<br>10115 Berlin<br>Germany";
    assert_eq!(page(seller, "Jane Doe<br>5 Garden Road, Apt. 4<br>Munich 80331<br>Germany"), 0);
    assert_eq!(page("Invoice<br>Date<br>Customer", "4711<br>2026-11-30<br>1002"), 1, "labels and numbers are one");
}

/// A table of four pages is one, with one head, and its cells say where they are.
#[test]
fn a_table_goes_on_on_the_next_page() {
    let Some((document, expected)) = drawn("pages") else { return };
    let table = tables(&document, &json!({}))["tables"][0].clone();
    assert_eq!((&table["page"], &table["rowCount"]), (&json!(1), &json!(expected.len())));
    let last = table["cells"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["text"], &last["page"]), (&json!("120.00"), &table["lastPage"]));
    assert!(table["lastPage"].as_u64().unwrap() > 2);
    let csv = table["csv"].as_str().unwrap();
    assert!(csv.starts_with("No,Name,Amount\r\nR001,word word end,1.00\r\n") && csv.lines().count() == 121, "{csv}");
    let apart = tables(&document, &json!({ "joinPages": false }));
    assert_eq!(apart["count"], table["lastPage"]);
    assert!(apart["tables"].as_array().unwrap().iter().all(|table| table["rows"][0][0] == "No"));
}

#[test]
fn cells_tell_their_place() {
    let table = include_bytes!("../../data/table.pdf");
    let answer = tables(table, &json!({}));
    let cells = answer["tables"][0]["cells"].as_array().unwrap().clone();
    let cell = |text: &str| cells.iter().find(|cell| cell["text"] == text).unwrap().clone();
    let north = cell("North");
    assert_eq!((&north["row"], &north["column"], &north["rowSpan"]), (&json!(1), &json!(0), &json!(2)));
    assert_eq!((&cell("Total")["columnSpan"], &cell("3,490.75")["column"]), (&json!(2), &json!(2)));
    // Rows of reportlab are 18 points high.
    let bounds = &north["box"];
    assert!((bounds["height"].as_f64().unwrap() - 36.0).abs() < 0.5, "{bounds}");
    assert_eq!(answer["text"].as_str().unwrap().lines().next(), Some("Region\tQuarter\tSales"));
    let answer = tables(table, &json!({ "method": "stream", "minConfidence": 0 }));
    assert!(answer["tables"].as_array().unwrap().iter().all(|table| table["method"] == "stream"), "{answer}");
    let far = client().post("/tables", &json!({ "file": file("a.pdf", table), "pages": "2" }));
    refused(&far, 422, "pages: page 2 does not exist: the document has 1 page");
    let none = client().post("/tables", &json!({ "file": file("a.pdf", table), "minConfidence": 2 }));
    assert_eq!(none.status, 400);
}

#[test]
fn tables_of_our_own_documents_come_back() {
    let client = client();
    let html = "<style>table{border-collapse:collapse}td,th{border:1px solid #888;padding:4px}</style><h1>Stock</h1>
        <table><thead><tr><th>Part<th>Store<th>Count</thead><tr><td rowspan=2>Nut<td>East<td>12<tr><td>West<td>7<tr><td colspan=2>Sum<td>19</table>";
    let printed = client.post("/from-html", &json!({ "html": html }));
    answered(&printed);
    let table = tables(&printed.body, &json!({}))["tables"][0].clone();
    assert_eq!(
        rows_of(&table),
        [["Part", "Store", "Count"], ["Nut", "East", "12"], ["", "West", "7"], ["Sum", "", "19"]]
    );
    assert_eq!((&table["method"], &table["headerRows"]), (&json!("lattice"), &json!(1)));

    let rows: Vec<Value> =
        (1..=70).map(|at| json!({ "city": format!("City {at}"), "people": at * 1000, "since": format!("20{:02}-01-02", at % 30) })).collect();
    let data = json!({ "title": "Cities", "rows": rows });
    let made = client.post("/generate", &json!({ "template": "report-table", "data": data, "locale": "en-US" }));
    answered(&made);
    let answer = tables(&made.body, &json!({}));
    let found = rows_of(&answer["tables"][0]);
    let cities: Vec<&String> = found.iter().map(|row| &row[0]).filter(|text| text.starts_with("City ")).collect();
    assert_eq!(cities.len(), 70, "{}", answer["text"]);
    assert!(found.iter().all(|row| row.len() == 3), "{}", answer["text"]);
    assert_eq!(found[1], ["City 1", "1,000", "2001-01-02"].map(String::from), "{found:?}");
}
