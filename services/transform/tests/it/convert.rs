//! `POST /convert`.

use chassis::Body;
use chassis::testing::{Answer, Client};
use serde_json::{Value, json};

use crate::{client, facts, text, warnings};

const IDS: &str = "zip,sku,price,id,active,letter,when,big\n\
    01730,012345678901,1.10,9007199254740993,0,Y,03/02/2018 10:21:42,46876876883394338412\n\
    01731,098765432109,2.50,9007199254740992,1,N,05/02/2018 18:03:52,46876876883394338413\n";

fn convert(client: &Client, body: &Value) -> Answer {
    client.post("/api/v1/data/convert", body)
}

/// Converts a text from one format to another.
fn to(client: &Client, data: &str, to: &str) -> String {
    text(&convert(client, &json!({ "data": data, "to": to })))
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[test]
fn ids_postcodes_and_flags_survive() {
    let client = client();
    let lines = to(&client, IDS, "ndjson");
    let first = r#"{"zip":"01730","sku":"012345678901","price":1.10,"id":"9007199254740993","active":0,"letter":"Y","when":"03/02/2018 10:21:42","big":"46876876883394338412"}"#;
    assert_eq!(lines.lines().next().unwrap(), first);
    assert_eq!(text(&convert(&client, &json!({ "data": lines, "to": "csv" }))), IDS);
    assert_eq!(to(&client, IDS, "csv"), IDS);
    // One cell that looks like a number makes no number of the others.
    let more = format!("{IDS}1,2,3,4,5,6,7,8\n");
    assert_eq!(text(&convert(&client, &json!({ "data": to(&client, &more, "ndjson"), "to": "csv" }))), more);
    let asked = convert(&client, &json!({ "data": IDS, "types": { "zip": "number" }, "to": "csv" }));
    assert!(text(&asked).contains("\n1730,012345678901,1.10,"), "{asked:?}");
    let rows = convert(&client, &json!({ "data": IDS })).json();
    assert_eq!(rows["rowCount"], 2);
    assert_eq!(rows["rows"][0]["active"], 0);
    let flags = convert(&client, &json!({ "data": "a\nTRUE\nfalse\n" })).json();
    assert_eq!(flags["rows"], json!([{ "a": true }, { "a": false }]));
}

#[test]
fn numbers_of_json_are_handed_on_digit_by_digit() {
    let client = client();
    let body = r#"{"data":[{"b":9224851642388483,"a":1.10,"c":{"z":[1e3,-0]}}],"to":"ndjson"}"#;
    let answer = client.post_as("application/json", "/api/v1/data/convert", body);
    assert_eq!(text(&answer), "{\"b\":9224851642388483,\"a\":1.10,\"c\":{\"z\":[1e3,-0]}}\n");
    let body =
        r#"{"data":[{"id":46876876883394338412,"n":{"id":9007199254740993}}],"to":"ndjson","bigNumbers":"string"}"#;
    let answer = client.post_as("application/json", "/api/v1/data/convert", body);
    assert_eq!(text(&answer), "{\"id\":\"46876876883394338412\",\"n\":{\"id\":\"9007199254740993\"}}\n");
    let body = r#"{"data":{"b":1.10,"a":[9224851642388483]},"to":"json"}"#;
    assert_eq!(
        text(&client.post_as("application/json", "/api/v1/data/convert", body)),
        r#"{"b":1.10,"a":[9224851642388483]}"#
    );
    let body = r#"{"data":[{"b":1.10,"a":9224851642388483},{"c":null}]}"#;
    let answer = text(&client.post_as("application/json", "/api/v1/data/convert", body));
    assert!(
        answer.starts_with(
            r#"{"rows":[{"b":1.10,"a":9224851642388483},{"c":null}],"rowCount":2,"columns":["b","a","c"]"#
        ),
        "{answer}"
    );
}

#[test]
fn dialects_are_detected_or_doubted() {
    let client = client();
    let table = "Land;Position;Amount;Day\nPeru;\"-9.19;-75.02\";3100,5;05/08/21\n";
    let answer = convert(&client, &json!({ "data": table })).json();
    let row = json!({ "Land": "Peru", "Position": "-9.19;-75.02", "Amount": "3100,5", "Day": "05/08/21" });
    assert_eq!(answer["rows"], json!([row]));
    assert_eq!(answer["detected"]["delimiter"], ";");
    assert_eq!(answer["detected"]["quote"], "\"");
    assert_eq!(answer["detected"]["decimal"], ",");
    let answer = convert(&client, &json!({ "data": table, "decimal": "," })).json();
    assert_eq!(answer["rows"][0]["Amount"], 3100.5);
    let answer = convert(&client, &json!({ "data": format!("Extract of 2025-01-06\n{table}") }));
    assert_eq!(answer.json()["detected"]["skipRows"], 1);
    assert_eq!(answer.json()["rows"], json!([row]));
    assert_eq!(warnings(&answer), ["skipped-lines"]);
    let answer = convert(&client, &json!({ "data": "col1\n\"cell with\nnewline\"\n" })).json();
    assert_eq!(answer["rows"], json!([{ "col1": "cell with\nnewline" }]));
    assert_eq!(answer["warnings"], json!([]));
    let answer = convert(&client, &json!({ "data": "note\nhello, world\nyes\n" }));
    assert_eq!(warnings(&answer), ["one-column"]);
    let answer = convert(&client, &json!({ "data": "a\n\nb\n", "header": false, "to": "csv", "outputHeader": false }));
    assert_eq!(text(&answer), "a\n\"\"\nb\n");
}

#[test]
fn what_later_rows_contradict_stays_text() {
    let client = client();
    let mut table = "n\n".to_owned();
    for row in 0..1000 {
        table.push_str(&format!("{row}\n"));
    }
    table.push_str("01730\nabc\n5\n");
    let answer = convert(&client, &json!({ "data": table }));
    let json = answer.json();
    assert_eq!(json["rows"][999]["n"], 999);
    assert_eq!(json["rows"][1000]["n"], "01730");
    assert_eq!(json["rows"][1002]["n"], 5);
    assert_eq!(warnings(&answer), ["mixed-types"]);
    let message = json["warnings"][0]["message"].as_str().unwrap();
    assert!(message.contains("\"n\"") && message.contains("1001") && message.contains("01730"), "{message}");
}

#[test]
fn encodings_are_detected() {
    let client = client();
    let post = |bytes: &[u8], query: &str| {
        client.post_as("text/csv", &format!("/api/v1/data/convert?{query}"), bytes.to_vec())
    };
    for (bytes, encoding) in [
        (b"name,ort\nStra\xdfe,M\xfcnchen\n".as_slice(), "windows-1252"),
        (b"\xef\xbb\xbfname,ort\nStra\xc3\x9fe,M\xc3\xbcnchen\n", "utf-8"),
        (b"\xff\xfen\0a\0m\0e\0,\0o\0r\0t\0\n\0S\0t\0r\0a\0\xdf\0e\0,\0M\0\xfc\0n\0c\0h\0e\0n\0\n\0", "utf-16le"),
    ] {
        let answer = post(bytes, "").json();
        assert_eq!(answer["detected"]["encoding"], encoding);
        assert_eq!(answer["rows"], json!([{ "name": "Straße", "ort": "München" }]));
    }
    let answer = post(b"a,b\n1,\xff\xff\xff\n", "encoding=utf-8");
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("line 2"), "{}", answer.message());
    assert_eq!(text(&post(b"a\n\xc3\xa9\n", "to=csv&bom=true")), "\u{feff}a\né\n");
}

#[test]
fn formulas_are_guarded() {
    let client = client();
    let rows = json!([{ "a": "=1+1", "b": "+A1", "c": "@x", "d": "-5", "e": -5, "f": "-", "g": "+49 30 1234" }]);
    let answer = convert(&client, &json!({ "data": rows, "to": "csv" }));
    assert_eq!(text(&answer), "a,b,c,d,e,f,g\n'=1+1,'+A1,'@x,-5,-5,-,+49 30 1234\n");
    assert_eq!(warnings(&answer), ["formula-guard"]);
    let answer = convert(&client, &json!({ "data": rows, "to": "csv", "formulaGuard": false }));
    assert_eq!(text(&answer), "a,b,c,d,e,f,g\n=1+1,+A1,@x,-5,-5,-,+49 30 1234\n");
    assert_eq!(warnings(&answer), Vec::<String>::new());
}

#[test]
fn broken_tables_say_where() {
    let client = client();
    for (data, said) in [
        ("a,b\n1,\"x\ny\" z\n", "line 3, column 3"),
        ("a,b\n1,2\n3,\"4\n", "line 3, column 3"),
        ("a,b\n1,2\n3,4,5\n", "column_3"),
    ] {
        let answer = convert(&client, &json!({ "data": data, "from": "csv", "delimiter": "," }));
        match answer.status {
            422 => assert!(answer.message().contains(said), "{}", answer.message()),
            _ => assert!(text(&answer).contains(said), "{data}"),
        }
    }
    let mut long = "a,b\n".to_owned();
    long.push_str(&"1,2\n".repeat(1200));
    long.push_str("1,2,3\n");
    let answer = convert(&client, &json!({ "data": long }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("row 1201 (line 1202) has 3 cells"), "{}", answer.message());
    let answer = convert(&client, &json!({ "data": "{\"a\":1}\n{\"a\":x}\n", "to": "csv" }));
    assert!(answer.message().contains("row 2: line 2, column 6"), "{}", answer.message());
}

#[test]
fn spreadsheets_have_dates_without_zone_or_epoch() {
    let client = client();
    let rows = |name: &str| client.post_as(XLSX, "/api/v1/data/convert", file(name)).json()["rows"].clone();
    let expected = ["2024-01-01", "2018-04-10", "2016-10-27", "2022-01-27T08:30:00"];
    for name in ["dates1900.xlsx", "dates1904.xlsx"] {
        let rows = rows(name);
        let dates: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["when"].as_str().unwrap()).collect();
        assert_eq!(dates, expected, "{name}");
    }
    let answer = client.post_as(XLSX, "/api/v1/data/convert", file("longnum.xlsx"));
    let values: Vec<Value> = answer.json()["rows"].as_array().unwrap().iter().map(|row| row["value"].clone()).collect();
    assert_eq!(
        values,
        [
            json!(5_512_940_468_989_u64),
            json!("0012"),
            json!("46876876883394338412"),
            json!(1.1),
            json!(0.125),
            json!(true),
            json!(null)
        ]
    );
    assert_eq!(warnings(&answer), ["uncomputed-formula"]);
}

/// What openpyxl finds in a spreadsheet: type and value of every cell.
const CELLS: &str = r#"
import sys, json, base64, io, datetime
from openpyxl import load_workbook
book = load_workbook(io.BytesIO(base64.b64decode(json.load(sys.stdin)["file"])))
sheet = book.worksheets[0]
cells = [[[c.data_type, str(c.value) if isinstance(c.value, datetime.date) else c.value, c.number_format] for c in row] for row in sheet.iter_rows()]
json.dump({"title": sheet.title, "cells": cells}, sys.stdout)
"#;

fn cells(answer: &Answer) -> Option<Value> {
    let file = answer.json()["file"]["base64"].clone();
    chassis::testing::python("transform", CELLS, &json!({ "file": file }))
}

#[test]
fn spreadsheets_are_written_as_openpyxl_reads_them() {
    let client = client();
    let body = r#"{"data":[{"id":"468768768833943384","d":"2024-01-01","f":"=1+1","n":1.10,"b":true},{"id":468768768833943385,"d":"2022-01-27T08:30:00","f":null,"n":-5,"b":false}],"to":"xlsx","sheetName":"Orders"}"#;
    let answer = client.post_as("application/json", "/api/v1/data/convert?output=base64", body);
    assert_eq!(warnings(&answer), ["number-as-text"]);
    let Some(found) = cells(&answer) else { return };
    assert_eq!(found["title"], "Orders");
    let cell =
        |row: usize, column: usize| (found["cells"][row][column][0].clone(), found["cells"][row][column][1].clone());
    assert_eq!(cell(1, 0), (json!("s"), json!("468768768833943384")));
    assert_eq!(cell(2, 0), (json!("s"), json!("468768768833943385")));
    assert_eq!(cell(1, 1), (json!("d"), json!("2024-01-01 00:00:00")));
    assert_eq!(cell(2, 1), (json!("d"), json!("2022-01-27 08:30:00")));
    assert_eq!(cell(1, 2), (json!("s"), json!("=1+1")));
    assert_eq!(cell(1, 3), (json!("n"), json!(1.1)));
    assert_eq!(cell(1, 4), (json!("b"), json!(true)));
    // And back, and from a spreadsheet to another.
    let back = client.post("/api/v1/data/convert", &json!({ "data": answer.json()["file"], "to": "ndjson" }));
    let lines = "{\"id\":\"468768768833943384\",\"d\":\"2024-01-01\",\"f\":\"=1+1\",\"n\":1.1,\"b\":true}\n{\"id\":\"468768768833943385\",\"d\":\"2022-01-27T08:30:00\",\"f\":null,\"n\":-5,\"b\":false}\n";
    assert_eq!(text(&back), lines);
    let again = client.post_as(XLSX, "/api/v1/data/convert?to=xlsx&output=base64", file("dates1904.xlsx"));
    let found = cells(&again).unwrap();
    assert_eq!(found["cells"][1][1][0], "d");
    assert_eq!(found["cells"][4][1][1], "2022-01-27 08:30:00");
}

/// What SheetJS finds in one: type and value of every cell, dates by the numbers they are.
const SHEETJS: &str = r#"
import XLSX from "xlsx";
import { readFileSync } from "node:fs";
const book = XLSX.read(JSON.parse(readFileSync(0, "utf8")).file, { type: "base64", cellNF: true });
const sheet = book.Sheets[book.SheetNames[0]], range = XLSX.utils.decode_range(sheet["!ref"]), cells = [];
for (let r = range.s.r; r <= range.e.r; r++)
  cells.push(Array.from({ length: range.e.c + 1 }, (_, c) => { const cell = sheet[XLSX.utils.encode_cell({ r, c })]; return cell ? [cell.t, cell.v, cell.w] : null; }));
console.log(JSON.stringify({ name: book.SheetNames[0], cells }));
"#;

#[test]
fn spreadsheets_are_written_as_sheetjs_reads_them() {
    let client = client();
    let rows: Vec<Value> = (0..200)
        .map(|n| {
            let day = 1 + n % 28;
            json!({ "id": format!("{n:05}"), "n": n * 7 - 300, "p": f64::from(n) / 8.0, "t": format!("ä <{n}> & \"x\"\n='"), "b": n % 2 == 0, "d": format!("2024-02-{day:02}"), "e": null, "f": "=1+1" })
        })
        .collect();
    let answer =
        client.post("/api/v1/data/convert?output=base64", &json!({ "data": rows, "to": "xlsx", "sheetName": "Größe" }));
    let request = json!({ "file": answer.json()["file"]["base64"] });
    let Some(found) = chassis::testing::node("transform", SHEETJS, &request) else { return };
    assert_eq!(found["name"], "Größe");
    assert_eq!(found["cells"][0].as_array().unwrap().len(), 8);
    for (n, row) in rows.iter().enumerate() {
        let cell = |column: usize| found["cells"][n + 1][column].clone();
        for (column, name) in ["id", "n", "p", "t", "b"].iter().enumerate() {
            let kind = ["s", "n", "n", "s", "b"][column];
            let (value, read) = (&row[*name], cell(column));
            assert_eq!(read[0], kind, "{row} {read}");
            match value.as_f64() {
                Some(number) => assert_eq!(read[1].as_f64(), Some(number), "{row} {read}"),
                None => assert_eq!(&read[1], value, "{row} {read}"),
            }
        }
        // 45323 is 2024-02-01.
        assert_eq!(
            (cell(5)[0].clone(), cell(5)[1].as_f64()),
            (json!("n"), Some(f64::from(45_323 + (n as u32) % 28))),
            "{row}"
        );
        assert_eq!((cell(7)[0].clone(), cell(7)[1].clone()), (json!("s"), json!("=1+1")));
    }
}

#[test]
fn hostile_spreadsheets_are_refused() {
    let client = client();
    for bytes in [b"PK\x03\x04 and nothing".to_vec(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old".to_vec()] {
        let answer = client.post_as(XLSX, "/api/v1/data/convert", bytes);
        assert_eq!(answer.status, 422, "{:?}", answer.body);
    }
    // Two cells, one in the last row and column: no rectangle is made of them.
    let far = sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#);
    let answer = client.post_as(XLSX, "/api/v1/data/convert?header=false&to=csv", far);
    assert_eq!(text(&answer), "column_A,column_XFD\n1,\n,2\n");
    // A small file that inflates to more than is taken.
    let bomb =
        sheet(&format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>"#, "a".repeat(300 << 20)));
    assert!(bomb.len() < 1 << 20);
    let answer = client.post_as(XLSX, "/api/v1/data/convert", bomb);
    assert_eq!(answer.status, 413, "{:?}", answer.body);
    assert!(answer.message().contains("256 MB"), "{}", answer.message());
}

/// A spreadsheet with these rows.
fn sheet(rows: &str) -> Vec<u8> {
    use std::io::Write;
    let parts = [
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned()),
        ("_rels/.rels", r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", r#"<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>"#.to_owned()),
        ("xl/_rels/workbook.xml.rels", r#"<Relationships><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file(name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const ONE: &str = r#"<o xmlns:a="urn:a"><i id="1">x</i></o>"#;
const THREE: &str = r#"<o xmlns:a="urn:a"><i id="1">x</i><i id="2" a:k="v"><![CDATA[b & c]]></i><i/></o>"#;

#[test]
fn xml_becomes_json_and_comes_back() {
    let client = client();
    for (arrays, xml, expected) in [
        (json!("always"), ONE, r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"}]}}"##),
        (json!(["o.i"]), ONE, r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"}]}}"##),
        (
            json!("always"),
            THREE,
            r##"{"o":{"@xmlns:a":"urn:a","i":[{"@id":"1","#text":"x"},{"@id":"2","@a:k":"v","#text":"b & c"},""]}}"##,
        ),
    ] {
        let answer = convert(&client, &json!({ "data": xml, "to": "json", "arrays": arrays }));
        assert_eq!(text(&answer), expected);
    }
    let canonical = "import sys, json\nfrom lxml import etree\nfrom io import BytesIO\nr = json.load(sys.stdin)\nc = lambda t: etree.tostring(etree.fromstring(t.encode()), method='c14n').decode()\njson.dump([c(t) for t in r], sys.stdout)";
    for xml in [ONE, THREE, "<a> x <b c=\"1&#10;2\">&lt;é</b> y<!-- z --><?p q?></a>"] {
        let exact = text(&convert(&client, &json!({ "data": xml, "to": "json", "xml": "exact" })));
        let back = text(&convert(&client, &json!({ "data": exact, "from": "json", "to": "xml", "xml": "exact" })));
        let Some(both) = chassis::testing::python("transform", canonical, &json!([xml, back])) else { return };
        assert_eq!(both[0], both[1]);
        let handy = text(&convert(&client, &json!({ "data": xml, "to": "json" })));
        assert_eq!(convert(&client, &json!({ "data": handy, "from": "json", "to": "xml" })).status, 200);
    }
    // Rows in a document are found and said.
    let orders = "<orders><order><id>01</id></order><order><id>02</id></order></orders>";
    let answer = convert(&client, &json!({ "data": orders, "to": "csv" }));
    assert_eq!(text(&answer), "id\n01\n02\n");
    assert_eq!(facts(&answer)["detected"]["path"], "orders.order");
}

#[test]
fn documents_keep_literals_and_order() {
    let client = client();
    let json = r#"{"b":1.10,"a":{"zip":"01730","big":46876876883394338412},"list":[1,"x"]}"#;
    let yaml = text(&convert(&client, &json!({ "data": json, "to": "yaml" })));
    assert_eq!(yaml, "b: 1.10\na:\n  zip: \"01730\"\n  big: 46876876883394338412\nlist:\n  - 1\n  - x\n");
    assert_eq!(text(&convert(&client, &json!({ "data": yaml, "to": "json" }))), json);
    let json = r#"{"b":1.10,"list":[1,"x"],"a":{"zip":"01730"}}"#;
    let toml = text(&convert(&client, &json!({ "data": json, "to": "toml" })));
    assert_eq!(text(&convert(&client, &json!({ "data": toml, "to": "json" }))), json);
    let query = text(&convert(&client, &json!({ "data": { "a": "x y", "b": ["1", "2"] }, "to": "query" })));
    assert_eq!(query, "a=x+y&b=1&b=2");
    let rows = "zip,n\n01730,1.10\n01731,2\n";
    for format in ["yaml", "toml", "json", "ndjson", "xml", "xlsx", "tsv"] {
        let answer = convert(&client, &json!({ "data": rows, "to": format, "datesAsText": true }));
        assert_eq!(answer.status, 200, "{format}: {:?}", answer.body);
        let back = client.post_as(
            "application/octet-stream",
            &format!("/api/v1/data/convert?to=csv&from={format}"),
            answer.body.to_vec(),
        );
        let expected = if format == "xlsx" { "zip,n\n01730,1.1\n01731,2\n" } else { rows };
        assert_eq!(text(&back), expected, "{format}");
    }
}

#[test]
fn columns_are_chosen_and_ordered() {
    let client = client();
    let answer = convert(&client, &json!({ "data": IDS, "columns": ["price", "zip"], "limit": 1, "to": "csv" }));
    assert_eq!(text(&answer), "price,zip\n1.10,01730\n");
    let answer = convert(&client, &json!({ "data": IDS, "columns": ["Zip"], "to": "csv" }));
    assert!(answer.message().contains("did you mean \"zip\"?"), "{}", answer.message());
    let answer = convert(&client, &json!({ "data": [{ "a": 1 }, { "b": 2 }], "columns": ["b", "c"], "to": "csv" }));
    assert_eq!(text(&answer), "b,c\n,\n2,\n");
}

/// A body that arrives piece by piece, so that nobody knows how long it is.
fn arriving(pieces: usize, piece: &'static str) -> Body {
    let pieces = futures_util::stream::iter(
        (0..pieces).map(move |_| Ok::<_, std::io::Error>(bytes::Bytes::from_static(piece.as_bytes()))),
    );
    Body::from_stream(pieces)
}

#[test]
fn what_arrives_is_converted_as_it_arrives() {
    let client = client();
    let post = |query: &str, body: Body| client.post_as("text/csv", &format!("/api/v1/data/convert?{query}"), body);
    let answer = post("to=ndjson&header=false", arriving(50_000, "01730,1.10,\"a \"\"b\"\"\"\n"));
    let body = text(&answer);
    assert_eq!(body.lines().count(), 50_000);
    assert!(body.lines().all(|line| line == r#"{"column_1":"01730","column_2":1.10,"column_3":"a \"b\""}"#));
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(facts(&answer)["detected"]["delimiter"], ",");
    let answer = post("header=false", arriving(50_000, "1,2\n")).json();
    assert_eq!((&answer["rowCount"], answer["rows"].as_array().unwrap().len()), (&json!(50_000), 50_000));
    assert_eq!(answer["warnings"], json!([]));
    // Small ones have all their facts.
    let answer = post("to=csv", arriving(3, "a,b\n"));
    assert_eq!(facts(&answer)["rowCount"], 2);
    // As JSON it is made as a whole.
    let answer = post("to=csv&output=base64", arriving(3, "a,b\n")).json();
    assert_eq!(answer["rowCount"], 2);
    assert_eq!(answer["file"]["contentType"], "text/csv");
    // A spreadsheet that arrives is read in a worker.
    let bytes = file("dates1900.xlsx");
    let stream = futures_util::stream::iter(
        bytes
            .chunks(100)
            .map(|piece| Ok::<_, std::io::Error>(bytes::Bytes::copy_from_slice(piece)))
            .collect::<Vec<_>>(),
    );
    let answer = post("to=csv", Body::from_stream(stream));
    assert!(text(&answer).contains("2022-01-27T08:30:00"));
}

#[test]
fn what_is_no_data_is_named() {
    let client = client();
    let answer =
        client.post_as("application/octet-stream", "/api/v1/data/convert", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec());
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("application/pdf"), "{}", answer.message());
    let answer = convert(&client, &json!({ "data": "a,b\n1,2\n", "from": "xlsx" }));
    assert!(answer.message().contains("no XLSX"), "{}", answer.message());
    let answer = convert(&client, &json!({ "data": [1], "from": "csv" }));
    assert!(answer.message().contains("send it as text"), "{}", answer.message());
}
