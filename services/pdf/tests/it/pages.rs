//! Pages selected, turned, cropped, scaled; blank ones.

use serde_json::{Value, json};

use super::{A, assert_sound, bytes, client, done, file, oracle};

const TURNED: &[u8] = include_bytes!("../data/4-turned.pdf");

#[test]
fn pages_come_in_the_order_that_was_asked_for() {
    let client = client();
    let cases: [(Value, &[usize]); 7] = [
        (json!({ "pages": "3,1,1" }), &[3, 1, 1]),
        (json!({ "pages": [3, "1-2"] }), &[3, 1, 2]),
        (json!({ "delete": "2-9" }), &[1, 10]),
        (json!({ "reverse": true }), &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (json!({ "pages": "2-", "delete": "odd", "reverse": true }), &[10, 8, 6, 4, 2]),
        (json!({ "pages": "5,4,3,2,1,6-10" }), &[5, 4, 3, 2, 1, 6, 7, 8, 9, 10]),
        (json!({ "dropBlank": true, "pages": "1-3" }), &[1, 2, 3]),
    ];
    for (mut body, expected) in cases {
        let asked = body.clone();
        body["file"] = file("A.pdf", A);
        let answer = done(&client, "/pages", &body);
        assert_eq!(answer["pages"], expected.len(), "{asked}");
        let document = bytes(&answer["file"]);
        assert_sound(&document, 0);
        let pairs: Vec<Value> =
            expected.iter().enumerate().map(|(place, page)| json!(["A", page - 1, "new", place])).collect();
        let Some(same) = oracle("same_pixels", &[("A", A), ("new", &document)], &json!([pairs])) else { return };
        assert!(same.as_array().unwrap().iter().all(|mean| mean == 0.0), "{asked}: {same}");
    }
}

#[test]
fn blank_pages_are_added_and_dropped() {
    let client = client();
    let body = json!({ "file": file("A.pdf", A), "pages": "1-3", "insertBlank": [0, 1, -1] });
    let answer = done(&client, "/pages", &body);
    assert_eq!(answer["pages"], 6);
    let document = bytes(&answer["file"]);
    assert_sound(&document, 0);
    for (page, blank) in [(0, true), (1, false), (2, true), (3, false), (4, false), (5, true)] {
        let Some(ink) = oracle("ink", &[("n", &document)], &json!(["n", page, 36])) else { return };
        assert_eq!(ink.is_null(), blank, "page {page}");
    }
    let answer = done(&client, "/pages", &json!({ "file": file("n.pdf", &document), "dropBlank": true }));
    assert_eq!((&answer["pages"], &answer["blankDropped"]), (&json!(3), &json!(3)));
}

#[test]
fn pages_are_turned_cropped_and_scaled() {
    let client = client();
    let changed = |mut body: Value, document: &[u8]| {
        body["file"] = file("a.pdf", document);
        bytes(&done(&client, "/pages", &body)["file"])
    };
    let turned = changed(json!({ "rotate": -90, "apply": "1" }), A);
    let Some(sizes) = oracle("sizes", &[("t", &turned)], &json!(["t"])) else { return };
    assert_eq!((&sizes[0][4], &sizes[1][4]), (&json!(270), &json!(0)));

    // Shown 642 wide and 495 high: a hundred from the left is a hundred from the left as it is seen.
    let cropped = changed(json!({ "crop": { "left": 100, "top": 20 } }), TURNED);
    let info = client.post("/info", &json!({ "file": file("c.pdf", &cropped) })).json();
    assert_eq!((&info["sizes"][0]["width"], &info["sizes"][0]["height"]), (&json!(542.0), &json!(475.0)), "{info}");

    let scaled = changed(json!({ "size": "a5", "margin": 36 }), TURNED);
    assert_sound(&scaled, 0);
    let info = client.post("/info", &json!({ "file": file("s.pdf", &scaled) })).json();
    assert_eq!((&info["sizes"][0]["name"], &info["sizes"][0]["rotation"]), (&json!("a5"), &json!(90)), "{info}");
    let ink = oracle("ink", &[("s", &scaled)], &json!(["s", 0, 72])).unwrap();
    if let Some(ink) = ink.as_array() {
        let side = |at: usize| ink[at].as_f64().unwrap();
        assert!(
            side(0) >= 35.0 && side(1) >= 35.0 && side(2) <= side(4) - 35.0 && side(3) <= side(5) - 35.0,
            "{ink:?}"
        );
    }
    let gone = client.post("/pages", &json!({ "file": file("a.pdf", A), "crop": { "left": 5000 } }));
    assert_eq!((gone.status, gone.message().as_str()), (422, "crop: leaves nothing of page 1"));
}
