//! Barcodes and machine-readable zones on pages.

use serde_json::{Value, json};

use crate::{ask, client, own, warnings};

#[test]
fn barcodes_are_found_on_pictures() {
    let Some(client) = client() else { return };
    let code = include_bytes!("../../data/code.png");
    let answer = ask(&client, "codes", "file", code, &json!({}));
    assert_eq!(answer["count"], 1, "{answer}");
    assert_eq!(answer["rows"][0]["corners"].as_array().unwrap().len(), 4);
    let answer = ask(&client, "codes", "file", &own("o4-word.png"), &json!({}));
    assert_eq!((&answer["rows"], warnings(&answer)), (&Value::Array(Vec::new()), vec!["nothing-found".to_owned()]));
}

/// The specimen of ICAO Doc 9303, part 4, drawn in a face with letters of one width.
#[test]
fn a_machine_readable_zone_is_read() {
    let Some(client) = client() else { return };
    let answer = ask(&client, "codes", "file", &own("mrz.png"), &json!({ "kinds": ["mrz"] }));
    let zone = &answer["mrz"][0];
    assert_eq!((&zone["surname"], &zone["number"]), (&json!("ERIKSSON"), &json!("L898902C3")), "{answer}");
    assert_eq!((&zone["valid"], &zone["birthDate"]), (&json!(true), &json!("1974-08-12")), "{answer}");
}

/// As scanners and telephones give it.
#[test]
fn a_turned_zone_is_read() {
    let Some(client) = client() else { return };
    let upright = pictures::image::load_from_memory(&own("mrz.png")).unwrap();
    for turned in [upright.rotate90(), upright.rotate180(), upright.rotate270()] {
        let mut png = std::io::Cursor::new(Vec::new());
        turned.write_to(&mut png, pictures::image::ImageFormat::Png).unwrap();
        let answer = ask(&client, "codes", "file", png.get_ref(), &json!({ "kinds": ["mrz"] }));
        let zone = &answer["mrz"][0];
        assert_eq!((&zone["number"], &zone["valid"]), (&json!("L898902C3"), &json!(true)), "{answer}");
    }
}
