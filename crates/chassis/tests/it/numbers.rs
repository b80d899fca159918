//! Bulk numbers: the same numbers, whatever way they come; and what is wrong with them, by its place.

use chassis::testing::{Answer, Client};
use chassis::{
    Call, Delimiter, Error, ExactNumber, File, Missing, Numbers, NumbersFormat, NumbersOptions, Service, Settings,
};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client_with;

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
struct ReadRequest {
    numbers: Numbers,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    missing: Missing,
    #[serde(default)]
    format: Option<NumbersFormat>,
    #[serde(default)]
    header: Option<bool>,
    #[serde(default)]
    delimiter: Option<Delimiter>,
    #[serde(default)]
    decimal_comma: bool,
    #[serde(default)]
    shape: Option<[usize; 2]>,
}

impl ReadRequest {
    fn options(&self) -> NumbersOptions<'_> {
        NumbersOptions {
            columns: &self.columns,
            missing: self.missing,
            format: self.format,
            header: self.header,
            delimiter: self.delimiter,
            decimal_comma: self.decimal_comma,
            shape: self.shape,
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Column {
    values: Vec<f64>,
}

#[derive(Serialize, JsonSchema)]
struct Table {
    rows: Vec<Vec<f64>>,
    names: Vec<String>,
}

fn column(request: ReadRequest, _: &Call) -> Result<Column, Error> {
    Ok(Column { values: request.numbers.column(&request.options())? })
}

fn matrix(request: ReadRequest, _: &Call) -> Result<Table, Error> {
    let matrix = request.numbers.matrix(&request.options())?;
    let rows: Vec<Vec<f64>> = matrix.iter_rows().map(<[f64]>::to_vec).collect();
    assert_eq!((rows.len(), matrix.values().len()), (matrix.rows(), matrix.rows() * matrix.columns()));
    Ok(Table { rows, names: matrix.names().to_vec() })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct Price {
    amount: ExactNumber,
    #[serde(default)]
    others: Vec<ExactNumber>,
    #[serde(default)]
    none: Option<ExactNumber>,
}

#[derive(Serialize, JsonSchema)]
struct Prices {
    number: ExactNumber,
    text: String,
    others: Vec<ExactNumber>,
    none: Option<ExactNumber>,
}

fn price(request: Price, _: &Call) -> Result<Prices, Error> {
    let Price { amount, others, none } = request;
    Ok(Prices { text: amount.to_string(), number: amount, others, none })
}

fn service() -> Service {
    let example = || ReadRequest {
        numbers: Numbers::from(vec![1.0, 2.5]),
        columns: Vec::new(),
        missing: Missing::Refuse,
        format: None,
        header: None,
        delimiter: None,
        decimal_comma: false,
        shape: None,
    };
    Service::new("test", "Reads numbers")
        .compute("POST /column", column, move |op| op.example(example))
        .compute("POST /matrix", matrix, |op| op)
        .compute("POST /price", price, |op| op)
}

fn client() -> Client {
    client_with(Settings::default(), service())
}

/// Sends a file with options in the query.
fn send(client: &Client, path: &str, file: impl Into<chassis::Body>) -> Answer {
    client.post_as("application/octet-stream", &format!("/api/v1/test/{path}"), file)
}

fn values(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["values"].clone()
}

fn rows(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["rows"].clone()
}

fn raw(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

#[test]
fn the_same_numbers_come_in_many_ways() {
    let client = client();
    let wanted = json!([1.0, 2.5, -3000.0]);
    let csv = base64_simd::STANDARD.encode_to_string("price\n1\n2.5\n-3e3\n");
    let doubles = base64_simd::STANDARD.encode_to_string(raw(&[1.0, 2.5, -3000.0]));
    for numbers in [
        json!([1, 2.5, -3e3]),
        json!(["1", " 2.5 ", "-3e3"]),
        json!([[1, 2.5, -3000]]),
        json!([[1], [2.5], [-3000]]),
        json!("1,2.5,-3e3"),
        json!("1;2.5;-3e3\n"),
        json!("1\n2.5\n-3e3"),
        json!("price\r\n1\r\n2.5\r\n-3e3\r\n"),
        json!("\u{feff}\"the price\"\r1\r\"2.5\"\r-3e3"),
        json!("[1, 2.5, -3e3]"),
        json!("1\n2.5\n-3e3\n\n\n"),
        json!("data:text/csv,1%2C2.5%2C-3e3"),
        json!(csv),
        json!(doubles),
        json!({ "base64": csv }),
        json!({ "base64": doubles, "name": "a.f64" }),
    ] {
        let answer = client.post("/api/v1/test/column", &json!({ "numbers": numbers }));
        assert_eq!(values(&answer), wanted, "{numbers}");
    }
    for file in [
        b"price\n1\n2.5\n-3e3".to_vec(),
        b"{\"price\":1}\n{\"price\":2.5}\r\n\n{\"price\":-3e3}".to_vec(),
        b"[{\"price\":1},{\"price\":\"2.5\"},{\"price\":-3e3}]".to_vec(),
        b"[1,2.5,-3e3]".to_vec(),
        b"[[1],[2.5],[-3e3]]".to_vec(),
        b"[1]\n[2.5]\n[-3e3]".to_vec(),
        raw(&[1.0, 2.5, -3000.0]),
    ] {
        assert_eq!(values(&send(&client, "column", file.clone())), wanted, "{}", String::from_utf8_lossy(&file));
    }
    let query = client.post_as("application/x-www-form-urlencoded", "/api/v1/test/column", "numbers=1&numbers=2.5");
    assert_eq!(values(&query), json!([1.0, 2.5]));
    let query = client.post_as("application/x-www-form-urlencoded", "/api/v1/test/column", "numbers=1%2C2.5");
    assert_eq!(values(&query), json!([1.0, 2.5]));
    let part = "--x\r\nContent-Disposition: form-data; name=\"numbers\"; filename=\"a.csv\"\r\n\r\na,b\n1,2\n3,4\r\n\
                --x\r\nContent-Disposition: form-data; name=\"columns\"\r\n\r\nb\r\n--x--\r\n";
    let form = client.post_as("multipart/form-data; boundary=x", "/api/v1/test/column", part);
    assert_eq!(values(&form), json!([2.0, 4.0]));
}

#[test]
fn a_column_is_chosen_by_name_or_number() {
    let client = client();
    let csv = "date;Price;\"a \"\"b\"\"; c\"\n2020-01-01;1;2\n2020-01-02;\"3\"; 4 \n";
    for (columns, wanted) in
        [("Price", [1.0, 3.0]), ("price", [1.0, 3.0]), ("3", [2.0, 4.0]), ("a%20%22b%22%3B%20c", [2.0, 4.0])]
    {
        assert_eq!(values(&send(&client, &format!("column?columns={columns}"), csv)), json!(wanted), "{columns}");
    }
    // Without a header the first line, which has a number, is data.
    let csv = "2020-01-01,5\n2020-01-02,6\n";
    assert_eq!(values(&send(&client, "column?columns=2", csv)), json!([5.0, 6.0]));
    assert_eq!(values(&send(&client, "column?columns=2&header=true", csv)), json!([6.0]));
    // A header of years.
    assert_eq!(values(&send(&client, "column?columns=region&header=true", "region,2019\n7,8\n")), json!([7.0]));
    assert_eq!(values(&send(&client, "column?columns=2019&header=true", "region,2019\nx,8\n")), json!([8.0]));
    let objects = "{\"a\":1,\"b\":\"x\",\"deep\":[{}]}\n{\"b\":\"y\",\"a\":2}";
    assert_eq!(values(&send(&client, "column?columns=a", objects)), json!([1.0, 2.0]));
    assert_eq!(values(&send(&client, "column?columns=2", "[1,2]\n[3,4]")), json!([2.0, 4.0]));
    assert_eq!(values(&send(&client, "column?columns=2&shape=2,3", raw(&[1., 2., 3., 4., 5., 6.]))), json!([2.0, 5.0]));
    let inline = client.post("/api/v1/test/column", &json!({ "numbers": [[1, 2], [3, 4]], "columns": [1] }));
    assert_eq!(values(&inline), json!([1.0, 3.0]));
}

#[test]
fn a_matrix_has_rows_of_equal_length() {
    let client = client();
    let wanted = json!([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    for (query, file) in [
        ("", b"a,b,c\n1,2,3\n4,5,6".to_vec()),
        ("", b"1\t2\t3\n4\t5\t6\n".to_vec()),
        ("", b"sep=|\r\n1|2|3\r\n4|5|6\r\n".to_vec()),
        ("?delimiter=pipe", b"1|2|3\n4|5|6".to_vec()),
        ("", b"{\"a\":1,\"b\":2,\"c\":3}\n{\"c\":6,\"b\":5,\"a\":4}".to_vec()),
        ("", b"[1,2,3]\n[4,5,6]".to_vec()),
        ("", b"[[1,2,3],[4,5,6]]".to_vec()),
        ("?shape=2,3", raw(&[1., 2., 3., 4., 5., 6.])),
        ("?shape=2,3", b"1,2,3,4,5,6".to_vec()),
        ("?shape=2,3", b"1,2,3\n4,5,6".to_vec()),
        ("?shape=2,3", b"[1,2,3,4,5,6]".to_vec()),
        (
            "?columns=1&columns=c&columns=4",
            b"1,x,c,z
1,0,2,3
4,0,5,6"
                .to_vec(),
        ),
        ("?columns=a&columns=b&columns=c", b"{\"c\":3,\"a\":1,\"b\":2,\"x\":null}\n{\"a\":4,\"b\":5,\"c\":6}".to_vec()),
        ("?decimalComma=true", b"1,0;2;3\n4;5;6,0".to_vec()),
    ] {
        let shown = String::from_utf8_lossy(&file).into_owned();
        assert_eq!(rows(&send(&client, &format!("matrix{query}"), file)), wanted, "{query} {shown}");
    }
    let named = send(&client, "matrix?columns=c&columns=a", "a,b,c\n1,x,3\n4,y,6").json();
    assert_eq!((&named["rows"], &named["names"]), (&json!([[3.0, 1.0], [6.0, 4.0]]), &json!(["c", "a"])));
    let inline = client.post("/api/v1/test/matrix", &json!({ "numbers": [1, 2, 3, 4, 5, 6], "shape": [2, 3] }));
    assert_eq!(rows(&inline), wanted);
    let inline = client.post("/api/v1/test/matrix", &json!({ "numbers": [[1, 2, 3], [4, 5, 6]] }));
    assert_eq!(rows(&inline), wanted);
}

#[test]
fn missing_numbers_are_named_or_skipped() {
    let client = client();
    for (file, place) in [
        ("1\n\n3", "line 2"),
        ("x\n1\n\"\"\n3", "line 3, column x"),
        ("1\nNA\n3", "line 2"),
        ("1\nNaN\n3", "line 2"),
        ("1\n#N/A\n3", "line 2"),
        ("[1,null,3]", "row 1, number 2"),
        ("{\"x\":1}\n{\"x\":null}\n{\"x\":3}", "row 2, column x"),
        ("{\"x\":1}\n{}\n{\"x\":3}", "row 2, column x"),
        ("1,,3", "line 1, column 2"),
    ] {
        let refused = send(&client, "column", file);
        assert_eq!((refused.status, refused.json()["error"]["details"][0]["field"].as_str()), (422, Some("numbers")));
        assert!(refused.message().starts_with(&format!("numbers: {place}: is missing")), "{}", refused.message());
        assert_eq!(values(&send(&client, "column?missing=skip", file)), json!([1.0, 3.0]), "{file}");
    }
    let refused = send(&client, "column", raw(&[1.0, f64::NAN, 3.0]));
    assert!(refused.message().starts_with("numbers: number 2: is missing"), "{}", refused.message());
    assert_eq!(values(&send(&client, "column?missing=skip", raw(&[1.0, f64::NAN, 3.0]))), json!([1.0, 3.0]));
    let inline = json!({ "numbers": [1, null, "n/a", 3] });
    assert!(client.post("/api/v1/test/column", &inline).message().starts_with("numbers[1]: is missing"));
    let inline = json!({ "numbers": [1, null, "n/a", 3], "missing": "skip" });
    assert_eq!(values(&client.post("/api/v1/test/column", &inline)), json!([1.0, 3.0]));
    // From a matrix goes the row.
    assert_eq!(rows(&send(&client, "matrix?missing=skip", "a,b\n1,2\n,4\n5,6")), json!([[1.0, 2.0], [5.0, 6.0]]));
    let inline = json!({ "numbers": [[1, null], [3, 4]] });
    assert!(client.post("/api/v1/test/matrix", &inline).message().starts_with("numbers[0][1]: is missing"));
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    let client = client();
    let mut wrong = Vec::new();
    for (path, file, message) in [
        ("column", "x\n1\nabc\n", "line 3, column x: abc is not a number"),
        ("column", "1\n1e999\n", "line 2: 1e999 is too large for a number of 64 bits"),
        ("column", "1\n-inf\n", "line 2: -inf is infinite; send a finite number"),
        ("column", "a,b\n1,2", "has 2 columns: choose one by its name or number: a, b"),
        ("column", "1,2\n3,4", "has 2 columns: choose one by its name or number"),
        ("matrix?columns=b&columns=2", "a,b\n1,2", "is asked for column 2 twice"),
        ("column?columns=c", "a,b\n1,2", "has no column c: there is a, b"),
        ("column?columns=3", "1,2\n3,4", "has no column 3: without a header, choose by number, 1 to 2"),
        ("column?columns=a", "a,a\n1,2", "has several columns called a: choose by number"),
        (
            "column?columns=b",
            "a,b\n1,\"1,5\"",
            "line 2, column b: 1,5 is not a number: say so if the comma is the decimal mark",
        ),
        ("column", "1 000", "line 1: 1 000 is not a number"),
        ("column?columns=1", "2020-01-01,x\n", "line 1, column 1: 2020-01-01 is not a number"),
        ("column?decimalComma=true", "1.000,5", "line 1: 1.000,5 is not a number"),
        ("matrix", "1,2\n3\n", "line 2 has 1 column, the first line has 2"),
        ("matrix", "1,2\n3,4,5\n", "line 2 has 3 columns, the first line has 2"),
        ("matrix", "a,b\n\"x\ny\",2\n", "line 2, column a: x\ny is not a number"),
        ("matrix", "1,\"2\n3,4\n", "line 1 has a quote that is never closed"),
        ("matrix", "1,\"2\"3\n", "line 1 has text after a closing quote: write a quote within as \"\""),
        ("matrix?shape=2,2", "1,2,3", "has 3 numbers, but the shape says 2 x 2"),
        ("matrix?shape=3,2", "1,2,3\n4,5,6", "has 2 x 3 numbers, but the shape says 3 x 2"),
        ("matrix?shape=18446744073709551615,2", "1,2", "has 2 numbers, but the shape says 18446744073709551615 x 2"),
        ("matrix", "[1,2]\n[3]", "row 2 has 1 number, the rows before have 2"),
        ("matrix", "[[1,2],[]]", "row 2 is an empty list"),
        ("matrix", "[1,[2]]", "mixes numbers and rows in one list"),
        ("matrix", "[[1,[2]]]", "row 1 holds a list where a number is wanted"),
        ("matrix", "[[1],{\"a\":2}]", "row 2 is an object, those before are not"),
        ("matrix", "{\"a\":1}\n[2]", "row 2 is a list or a number, those before are objects"),
        ("matrix", "{\"a\":1}\n{\"b\":2}", "row 2 has a column b, which the first row has not"),
        ("matrix", "{\"a\":{\"b\":2}}", "row 1 holds an object where a number is wanted"),
        ("matrix", "{\"a\":true}", "row 1, column a: true is not a number"),
        ("column", "{\"a\":1,\"b\":2}", "has 2 columns: choose one by its name or number: a, b"),
        ("column?columns=c", "{\"a\":1,\"b\":2}", "has no column c: there is a, b"),
        ("column?columns=c&missing=skip", "{\"a\":1}\n{\"a\":2}", "has no column c: there is a"),
        ("column?columns=3", "[1,2]\n[3,4]", "has no column 3: without a header, choose by number, 1 to 2"),
        ("column", "[1,1e999]", "row 1 holds a number too large for 64 bits"),
        ("column", "[1,2", "line 1, character 4: is not valid JSON: EOF while parsing a list"),
        ("column?format=ndjson", "1\nx", "line 2, character 1: is not valid JSON: expected value"),
        ("column?format=f64", "1,2", "has 3 bytes, which are no whole numbers of 8 bytes each: is it cut off?"),
    ] {
        let answer = send(&client, path, file);
        let told = (answer.status, answer.json()["error"]["message"].clone());
        if told != (422, json!(format!("numbers: {message}"))) {
            wrong.push((path, file, told));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (file, message) in [
        (&b"PK\x03\x04abc"[..], "is an Excel workbook or a zip archive: save it as CSV"),
        (b"\x1f\x8b\x08abc", "is compressed with gzip: send it unpacked"),
        (b"\xff\xfe1\x00\n\x00", "is UTF-16: save it as UTF-8"),
        (&raw(&[1.0, 2.0])[..15], "has 15 bytes, which are no whole numbers of 8 bytes each: is it cut off?"),
        (&raw(&[1.0, f64::NEG_INFINITY]), "number 2: is infinite; send a finite number"),
        (b"gr\xf6\xdfe\n1\nx", "line 3, column gr\u{fffd}\u{fffd}e: x is not a number"),
    ] {
        let answer = send(&client, "column", file.to_vec());
        assert_eq!((answer.status, answer.message()), (422, format!("numbers: {message}")));
    }
    let answer = send(&client, "matrix?shape=2,3", raw(&[1.0, 2.0]));
    assert_eq!(answer.message(), "numbers: has 2 numbers, but the shape says 2 x 3");
}

#[test]
fn a_wrong_list_in_json_is_named_by_its_path() {
    let client = client();
    for (numbers, message) in [
        (json!([1, "x"]), "numbers[1]: x is not a number"),
        (json!([1, true]), "numbers[1]: has the wrong type (you sent true or false)"),
        (json!([1, {}]), "numbers[1]: has the wrong type (you sent an object)"),
        (json!([1, [2]]), "numbers[1]: is a list where a number is wanted"),
        (json!([[1], 2]), "numbers[1]: is a number, those before are lists: send numbers, or rows of numbers"),
        (json!([[1, 2], [3]]), "numbers[1]: has 1 number, the rows before have 2"),
        (json!([[1], []]), "numbers[1]: is an empty row"),
        (json!([[[1]]]), "numbers[0][0]: is a list where a number is wanted"),
        (json!([["1e999"]]), "numbers[0][0]: 1e999 is too large for a number of 64 bits"),
        (json!(""), "numbers: is empty: send numbers, or a file"),
        (
            json!("hello!"),
            "numbers: must be a URL that begins with https://, a data URI or base64; tools send a file best as a part of a form (in n8n: n8n Binary File)",
        ),
        (json!({ "adress": "x" }), "numbers.adress: is not a field of a file; use url, base64, id, name, contentType"),
    ] {
        let answer = client.post("/api/v1/test/matrix", &json!({ "numbers": numbers }));
        assert_eq!((answer.status, answer.message()), (400, message.to_owned()), "{numbers}");
    }
    let answer = client.post_as("application/json", "/api/v1/test/column", r#"{"numbers":[1,1e999]}"#);
    assert_eq!((answer.status, answer.message()), (400, "numbers[1]: is a number out of range".to_owned()));
}

#[test]
fn odd_sizes_are_read_or_refused() {
    let client = client();
    // A million numbers in one line are a list; a million columns of two lines are too many.
    let line = vec!["7"; 1_000_000].join(",");
    assert_eq!(values(&send(&client, "column", line.clone())).as_array().map(Vec::len), Some(1_000_000));
    let shaped = send(&client, "matrix?shape=1000,1000", line.clone());
    assert_eq!(rows(&shaped).as_array().map(Vec::len), Some(1000));
    for (path, file) in [
        ("matrix", format!("{line}\n{line}\n")),
        ("matrix?header=true", format!("{line}\n1\n")),
        ("column?columns=3", line.clone()),
        ("matrix", format!("[{line}]\n[{line}]")),
        ("matrix?shape=2,500000", line),
    ] {
        let answer = send(&client, path, file);
        assert_eq!((answer.status, &answer.message()[..38]), (413, "numbers: has more than 100000 columns:"), "{path}");
    }
    let answer = send(&client, "column", "1\n".repeat(20_000_001));
    assert_eq!((answer.status, answer.message().contains("more than 20000000 numbers")), (413, true));
    // Nothing but delimiters, quotes, line ends; deep lists; long digits.
    assert_eq!(send(&client, "matrix?missing=skip", ",".repeat(1_000_000)).status, 413);
    assert_eq!(values(&send(&client, "column", "\n".repeat(1_000_000))), json!([]));
    assert_eq!(send(&client, "column", "\"".repeat(1_000_001)).status, 422);
    assert_eq!(send(&client, "column", "[".repeat(1_000_000)).status, 422);
    assert_eq!(send(&client, "column", format!("[{}", "{\"a\":".repeat(1_000_000))).status, 422);
    // Many values take no longer each than few.
    assert_eq!(
        values(&send(&client, "column?format=ndjson", "7\n".repeat(500_000))).as_array().map(Vec::len),
        Some(500_000)
    );
    let long = format!("0.{}1\n{}\n1e-999999999\n-0", "0".repeat(100_000), "9".repeat(300));
    assert_eq!(values(&send(&client, "column", long)), json!([0.0, 1e300, 0.0, -0.0]));
    assert_eq!(send(&client, "column", "9".repeat(100_000)).status, 422);
    assert_eq!(values(&send(&client, "column", "header only\n")), json!([]));
    assert_eq!(values(&client.post("/api/v1/test/column", &json!({ "numbers": [] }))), json!([]));
    assert_eq!(rows(&client.post("/api/v1/test/matrix", &json!({ "numbers": [] }))), json!([]));
}

#[test]
fn missing_numbers_stay_where_they_are() {
    let options = NumbersOptions { missing: Missing::Keep, ..NumbersOptions::default() };
    let read = |name: &str, text: &str| Numbers::from(File::new(name, "text/plain", text.to_owned()));
    for (name, text) in [("a.csv", "a,b\n1,\nNA,2\n"), ("a.ndjson", "{\"a\": 1, \"b\": null}\n{\"b\": 2}\n")] {
        let matrix = read(name, text).matrix(&options).unwrap();
        assert_eq!((matrix.rows(), matrix.columns()), (2, 2), "{name}");
        let missing: Vec<bool> = matrix.values().iter().map(|number| number.is_nan()).collect();
        assert_eq!(missing, [false, true, true, false], "{name}");
    }
    let column = read("a.csv", "1\n\n3\n").column(&options).unwrap();
    assert!(column[1].is_nan() && column.len() == 3, "{column:?}");
}

#[test]
fn numbers_are_exact() {
    // Each is the shortest text of its double, and comes back as it.
    let texts =
        ["0.1", "1e-7", "5e-324", "1.7976931348623157e308", "9007199254740993", "0.30000000000000004", "-2.5e-3"];
    let file = File::new("a.csv", "text/csv", texts.join("\n"));
    let read = Numbers::from(file).column(&NumbersOptions::default()).unwrap();
    let wanted: Vec<f64> = texts.iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(read, wanted);
    // Of every length, with and without a point, and at the edges of what is read quickly.
    let mut texts: Vec<String> =
        ["9007199254740992", "9007199254740993", "-0", "-0.0", "007", "0.5", ".5", "5.", "+1", "1e3", "-.25"]
            .map(str::to_owned)
            .to_vec();
    let mut state = 1_u64;
    for index in 0..20_000_u64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let digits = (state >> 5).to_string();
        let (whole, rest) = digits.split_at(usize::try_from(index % 5 + 1).unwrap());
        let rest = &rest[..rest.len().min(usize::try_from(state % 13).unwrap())];
        let sign = if index % 3 == 0 { "-" } else { "" };
        texts.push(if rest.is_empty() { format!("{sign}{digits}") } else { format!("{sign}{whole}.{rest}") });
    }
    let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
    let wanted: Vec<f64> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let read = |text: String, decimal_comma: bool| {
        let options = NumbersOptions { decimal_comma, header: Some(false), ..NumbersOptions::default() };
        Numbers::from(File::new("a.csv", "text/csv", text)).column(&options).unwrap()
    };
    assert_eq!(bits(&read(texts.join("\n"), false)), bits(&wanted));
    assert_eq!(bits(&read(texts.join("\r\n") + "\r\n", false)), bits(&wanted));
    assert_eq!(bits(&read(texts.join("\n").replace('.', ","), true)), bits(&wanted));
}

#[test]
fn the_example_runs_and_the_document_shows_all_ways() {
    let document = service().document();
    let operation = &document["paths"]["/api/v1/test/column"]["post"]["requestBody"]["content"];
    assert_eq!(operation["application/json"]["example"]["numbers"], json!([1.0, 2.5]));
    assert!(operation["application/octet-stream"].is_object() && operation["multipart/form-data"].is_object());
    let ways = document["components"]["schemas"]["Numbers"]["anyOf"].as_array().unwrap();
    assert_eq!(ways.len(), 3);
    let example = json!({ "numbers": [1.0, 2.5] });
    assert_eq!(values(&client().post("/api/v1/test/column", &example)), json!([1.0, 2.5]));
}

#[test]
fn exact_numbers_keep_their_text() {
    let client = client();
    let long = "12345678901234567890.123456789012345678901234567890";
    let body = format!(r#"{{"amount":{long},"others":["1.50",1e-7,0.10]}}"#);
    let answer = client.post_as("application/json", "/api/v1/test/price", body);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let wanted = format!(r#"{{"number":{long},"text":"{long}","others":[1.50,1e-7,0.10],"none":null,"warnings":[]}}"#);
    assert_eq!(text, wanted);
    let form =
        client.post_as("application/x-www-form-urlencoded", "/api/v1/test/price", "amount=1.50&others=2.0,3.00&none=");
    assert!(
        String::from_utf8_lossy(&form.body).contains(r#""number":1.50,"text":"1.50","others":[2.0,3.00]"#),
        "{form:?}"
    );
    for (amount, message) in [
        ("\"1,50\"", "amount: must be a number such as 1234.50"),
        ("true", "amount: must be a number such as 1234.50"),
        ("1e10000", "amount: has an exponent beyond 9999"),
        ("[1]", "amount: must be a number such as 1234.50"),
    ] {
        let body = format!(r#"{{"amount":{amount}}}"#);
        let answer = client.post_as("application/json", "/api/v1/test/price", body);
        assert_eq!((answer.status, answer.message().as_str()), (400, message), "{amount}");
    }
    let schema =
        |name: &str, field: &str| service().document()["components"]["schemas"][name]["properties"][field].clone();
    assert_eq!(schema("TestPrices", "number")["type"], "number");
    assert_eq!(schema("TestPrice", "amount")["anyOf"].as_array().map(Vec::len), Some(2));
}
