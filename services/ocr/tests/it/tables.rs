//! Ruled tables, cell by cell.

use serde_json::{Value, json};

use crate::{ask, client, own, warnings};

/// O3: six rows of five columns; the first four cells of the last row are empty.
#[test]
fn the_cells_of_a_ruled_table_are_read_one_by_one() {
    let Some(client) = client() else { return };
    let answer = ask(&client, "tables", "file", &own("o3-table.png"), &json!({}));
    let expected = [
        ["Item", "Qty", "Price", "VAT", "Sum"],
        ["Bolt M8", "120", "0.15", "19", "18.00"],
        ["Washer", "7", "1.05", "7", "7.35"],
        ["Hinge, left", "2", "12.40", "19", "24.80"],
        ["Oil 5 l", "1", "39.90", "19", "39.90"],
        ["", "", "", "", "90.05"],
    ];
    let table = &answer["tables"][0];
    assert_eq!((&answer["count"], &table["rowCount"], &table["columnCount"]), (&json!(1), &json!(6), &json!(5)));
    let rows: Vec<Vec<String>> = serde_json::from_value(table["rows"].clone()).unwrap();
    let cells = || expected.iter().flatten().zip(rows.iter().flatten());
    let wrong: Vec<_> = cells().filter(|(expected, read)| expected != read).collect();
    assert!(wrong.len() <= 1, "{wrong:?}");
    assert!(cells().all(|(expected, read)| !expected.is_empty() || read.is_empty()), "{rows:?}");
    for (_, text) in cells() {
        assert!(answer["text"].as_str().unwrap().contains(text.as_str()));
    }
    assert!(table["csv"].as_str().unwrap().contains("\"Hinge, left\",2,12.40,19,24.80\r\n"), "{}", table["csv"]);
    let cell = table["cells"].as_array().unwrap().iter().find(|cell| cell["text"] == "Washer").unwrap();
    assert_eq!((&cell["row"], &cell["column"]), (&json!(2), &json!(0)));
    // Drawn from 60, 240 to 480, 330.
    let near = |name: &str, drawn: i64| (cell["box"][name].as_i64().unwrap() - drawn).abs() <= 4;
    assert!(near("x", 60) && near("y", 240) && near("width", 420) && near("height", 90), "{cell}");
}

#[test]
fn a_picture_without_rulings_has_no_table() {
    let Some(client) = client() else { return };
    let answer = ask(&client, "tables", "file", &own("o5-numbers.png"), &json!({}));
    assert_eq!((&answer["count"], warnings(&answer)), (&json!(0), vec!["no-table".to_owned()]));
    assert_eq!(answer["tables"], Value::Array(Vec::new()));
}

/// The head of O3 filled dark, with light letters and no rulings in it.
#[test]
fn a_filled_head_has_the_columns_below_it() {
    let Some(client) = client() else { return };
    let mut table = pictures::image::load_from_memory(&own("o3-table.png")).unwrap().to_luma8();
    for (x, y, value) in table.enumerate_pixels_mut() {
        if (60..1243).contains(&x) && (60..150).contains(&y) {
            // Rulings between 60, 480, 640, 860, 1000 and 1240 are filled over.
            let is_ruling =
                [60, 480, 640, 860, 1000, 1240].iter().any(|left| (*left..left + 4).contains(&x.saturating_add(1)));
            let is_edge = y < 64;
            value[0] = if is_ruling || is_edge { 70 } else { if value[0] > 127 { 70 } else { 250 } };
        }
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    table.write_to(&mut bytes, pictures::image::ImageFormat::Png).unwrap();
    let answer = ask(&client, "tables", "file", &bytes.into_inner(), &json!({}));
    assert_eq!(answer["tables"][0]["rows"][0], json!(["Item", "Qty", "Price", "VAT", "Sum"]), "{answer}");
    assert_eq!(answer["tables"][0]["rows"][2], json!(["Washer", "7", "1.05", "7", "7.35"]), "{answer}");
}
