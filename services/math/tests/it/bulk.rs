//! Bulk numbers from files: CSV, NDJSON, raw doubles, as the body or beside options.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{answer, client, close};

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    /// From 0 to 1, with so many decimals.
    fn next(&mut self, decimals: i32) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let scale = 10_f64.powi(decimals);
        ((self.0 >> 11) as f64 / (1_u64 << 53) as f64 * scale).round() / scale
    }
}

/// What an operation answers to a file as its body, options in the query.
fn sent(path: &str, query: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Value {
    let body: Vec<u8> = body.into();
    let answer = client().post_as(content_type, &format!("/api/v1/math{path}?{query}"), body);
    assert_eq!(answer.status, 200, "{path} {query}: {:?}", answer.body);
    answer.json()
}

#[test]
fn a_file_is_described_as_a_list_is() {
    let mut random = Random(1);
    let values: Vec<f64> = (0..5_000).map(|_| random.next(4) * 100.0).collect();
    let list = answer(&client(), "/statistics/describe", &json!({"data": values, "quantiles": [0.9]}));
    let csv = values.iter().fold("id,price\n".to_owned(), |mut text, value| {
        writeln!(text, "7,{value}").unwrap();
        text
    });
    let lines = csv.lines().skip(1).map(|line| format!("{{\"price\":{}}}\n", &line[2..])).collect::<String>();
    let comma = csv.replace(',', ";").replace('.', ",");
    let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    for (query, content_type, body) in [
        ("column=price&quantiles=0.9", "text/csv", csv.clone().into_bytes()),
        ("column=2&quantiles=0.9&decimalComma=true", "text/csv", comma.into_bytes()),
        ("column=price&quantiles=0.9", "application/x-ndjson", lines.into_bytes()),
        ("quantiles=0.9", "application/octet-stream", raw),
    ] {
        let found = sent("/statistics/describe", query, content_type, body);
        for (name, expected) in list.as_object().unwrap() {
            assert_eq!(&found[name], expected, "{query}: {name}");
        }
    }
    // What is missing is counted.
    let found = sent("/statistics/describe", "", "text/csv", "a\n1\n\n3\nNA\n");
    assert_eq!((&found["count"], &found["missing"], &found["mean"]), (&json!(2), &json!(2), &json!(2.0)));
    assert_eq!(found["warnings"][0]["code"], "missing");
}

#[test]
fn a_large_file_is_described() {
    let mut random = Random(2);
    let mut text = String::from("value\n");
    let mut values = Vec::new();
    for _ in 0..150_000 {
        let value = random.next(3) + 1.0;
        values.push(value);
        writeln!(text, "{value}").unwrap();
    }
    let found = sent("/statistics/describe", "", "text/csv", text);
    // All are thousandths: whole sums are exact.
    let thousandths: i64 = values.iter().map(|value| (value * 1000.0).round() as i64).sum();
    let mean = thousandths as f64 / 1000.0 / 150_000.0;
    values.sort_by(f64::total_cmp);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    assert!(close(&found["mean"], mean, 15), "{}", found["mean"]);
    assert!(close(&found["variance"], squares / 149_999.0, 12));
    assert!(close(&found["median"], (values[74_999] + values[75_000]) / 2.0, 15));
    assert!(close(&found["geometricMean"], (values.iter().map(|value| value.ln()).sum::<f64>() / 150_000.0).exp(), 12));
}

#[test]
fn a_large_regression_is_as_exact_as_a_small_one() {
    let mut random = Random(3);
    let (rows, columns) = (20_000, 17);
    let mut text: String = (0..columns).map(|column| format!("x{column},")).collect::<String>() + "y\n";
    let mut lists: Vec<Vec<f64>> = vec![Vec::new(); columns + 1];
    for _ in 0..rows {
        let mut y = 3.0;
        for (column, list) in lists.iter_mut().take(columns).enumerate() {
            let value = random.next(6) * 10.0;
            y += value * (column as f64 - 8.0);
            list.push(value);
            write!(text, "{value},").unwrap();
        }
        // To half a double of the text both ways read the same.
        let y: f64 = format!("{:.9}", y + random.next(6)).parse().unwrap();
        lists[columns].push(y);
        writeln!(text, "{y}").unwrap();
    }
    let quick = sent("/regression", "target=y", "text/csv", text.clone());
    assert_eq!(quick["rows"], json!([]), "rows are left out from 10,000 on");
    // The same with each column twice in the number of rows would be slow; the exact way takes the decimals of a list.
    let names: Vec<String> = (0..columns).map(|column| format!("x{column}")).collect();
    let table: serde_json::Map<String, Value> =
        names.iter().cloned().zip(lists.iter().map(|list| json!(list))).collect();
    let exact =
        answer(&client(), "/regression", &json!({"y": lists[columns], "columns": table, "includeFitted": false}));
    for name in
        ["rSquared", "residualStandardError", "logLikelihood", "durbinWatson", "breuschPaganPValue", "conditionNumber"]
    {
        assert!(close(&quick[name], exact[name].as_f64().unwrap(), 9), "{name}: {} {}", quick[name], exact[name]);
    }
    for (quick, exact) in
        quick["coefficients"].as_array().unwrap().iter().zip(exact["coefficients"].as_array().unwrap())
    {
        assert_eq!(quick["name"], exact["name"]);
        for (name, digits) in [("estimate", 12), ("standardError", 12), ("pValue", 8), ("vif", 12)] {
            let Some(expected) = exact[name].as_f64() else { continue };
            let close = close(&quick[name], expected, digits) || (name == "pValue" && expected < 1e-200);
            assert!(close, "{} {name}: {} {expected}", quick["name"], quick[name]);
        }
    }
    // A column that is the sum of others is found in the large way too.
    let collinear: String = text
        .lines()
        .enumerate()
        .map(|(index, line)| match index {
            0 => format!("sum,{line}\n"),
            _ => {
                let mut cells = line.split(',').map(|cell| cell.parse::<f64>().unwrap());
                let (a, b) = (cells.next().unwrap(), cells.next().unwrap());
                format!("{:.6},{line}\n", a + b)
            }
        })
        .collect();
    let found = sent("/regression", "target=y&collinear=drop", "text/csv", collinear);
    assert_eq!((&found["rank"], found["dropped"].as_array().unwrap().len()), (&json!(columns + 1), 1));
}

#[test]
fn files_for_the_others() {
    let series: String = (0..60).map(|at| format!("2024,{}\n", 10 + at % 12)).collect::<String>();
    let csv = format!("year,sold\n{series}");
    let found = sent("/timeseries/forecast", "column=sold&horizon=12", "text/csv", csv.clone());
    assert!(close(&found["rows"][0]["value"], 10.0, 6), "{found}");
    assert_eq!(sent("/timeseries/analyze", "column=2", "text/csv", csv.clone())["period"], 12);
    let found = sent("/tables/outliers", "", "text/csv", "10\n12\n11\n13\n12\n11\n48\n");
    assert_eq!((&found["rows"][0]["index"], &found["rows"][0]["value"]), (&json!(6), &json!(48.0)));
    let found = sent("/statistics/correlation", "names=a&names=c", "text/csv", "a,b,c\n1,9,2\n2,7,4\n3,1,6\n,5,7\n");
    assert!(close(&found["rows"][0]["correlation"], 1.0, 14) && found["rows"][0]["count"] == 3, "{found}");
    let found = sent("/signal/peaks", "", "text/csv", "0\n2\n1\n3\n0\n");
    assert_eq!(found["count"], 2);
    let found = sent("/signal/fft", "sampleRate=4", "text/csv", "0\n1\n0\n-1\n0\n1\n0\n-1\n");
    assert!(close(&found["dominantFrequency"], 1.0, 14), "{found}");
    let found = sent("/signal/filter", "filter=moving-average&window=3", "text/csv", "1\n2\n6\n7\n");
    assert_eq!(found["filtered"], json!([1.5, 3.0, 5.0, 6.5]));
    assert_eq!(sent("/matrix", "operation=determinant", "text/csv", "2,1\n1,3\n")["value"], 5.0);
    let raw: Vec<u8> = [2.0_f64, 1.0, 0.0, 1.0, 3.0, 1.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let found = sent("/matrix", "operation=transpose&shape=2,3", "application/octet-stream", raw);
    assert_eq!(found["result"], json!([[2.0, 1.0], [1.0, 3.0], [0.0, 1.0]]));
}

#[test]
fn files_that_cannot_be_used_say_why() {
    let client = client();
    let refused = |path: &str, query: &str, body: &str| {
        let answer = client.post_as("text/csv", &format!("/api/v1/math{path}?{query}"), body.to_owned());
        assert_eq!(answer.status, 422, "{path} {query} {body}: {:?}", answer.body);
        answer.message()
    };
    for (path, query, body, word) in [
        ("/statistics/describe", "", "a,b\n1,2\n", "choose one"),
        ("/statistics/describe", "column=c", "a,b\n1,2\n", "there is a, b"),
        ("/statistics/describe", "", "a\n\n", "no number"),
        ("/statistics/describe", "", "a\nx\n", "file"),
        ("/statistics/describe", "", "a\n1e80\n", "too large"),
        ("/statistics/describe", "data=1,2", "a\n1\n", "together"),
        ("/regression", "", "x,y\n1,2\n", "target"),
        ("/regression", "target=z", "x,y\n1,2\n2,3\n", "target"),
        ("/regression", "target=y", "y\n1\n2\n", "besides the target"),
        ("/regression", "target=y", "x,y\n1,\n,3\n", "every column"),
        ("/statistics/correlation", "", "a\n1\n2\n", "2 to 100"),
        ("/signal/fft", "", "1\n\n3\n", "row 2"),
        ("/matrix", "operation=inverse", "1,2\n2,4\n", "singular"),
        ("/matrix", "operation=inverse", "1,2\n2\n", "line 2"),
        ("/timeseries/forecast", "", &"1\n".repeat(20_001), "at most 20000"),
    ] {
        let message = refused(path, query, body);
        assert!(message.contains(word), "{path} {query}: {message}");
    }
}
