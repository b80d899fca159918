//! Documents joined.

use serde_json::{Value, json};

use super::{A, B, assert_sound, bytes, client, documents_in, done, file, oracle, shared};

const FIRST: &[u8] = include_bytes!("../data/2-form-first.pdf");
const SECOND: &[u8] = include_bytes!("../data/2-form-second.pdf");

/// PDF24-Creator#12, pdfcpu#289, PyPDF4#87, Stirling-PDF#324: bookmarks come along below their sources, and links whose name
/// both sources have go where they went.
#[test]
fn bookmarks_and_links_go_where_they_went() {
    let client = client();
    let merged = done(&client, "/merge", &json!({ "files": [file("1-A.pdf", A), file("1-B.pdf", B)] }));
    assert_eq!((&merged["pages"], &merged["warnings"]), (&json!(20), &json!([])));
    assert_eq!(merged["sources"][1], json!({ "name": "1-B.pdf", "firstPage": 11, "pages": 10 }));
    let document = bytes(&merged["file"]);
    assert_sound(&document, 0);
    let Some(found) = oracle("structure", &[("m", &document)], &json!(["m"])) else { return };
    let pages: Vec<&Value> = found["bookmarks"].as_array().unwrap().iter().map(|bookmark| &bookmark[2]).collect();
    assert_eq!(pages, [1, 3, 5, 7, 11, 12, 14, 16].map(|page| json!(page)).iter().collect::<Vec<_>>());
    let depths: Vec<&Value> = found["bookmarks"].as_array().unwrap().iter().map(|bookmark| &bookmark[1]).collect();
    assert_eq!(depths, [0, 1, 1, 1, 0, 1, 1, 1].map(|depth| json!(depth)).iter().collect::<Vec<_>>());
    assert_eq!((&found["bookmarks"][0][0], &found["bookmarks"][4][0]), (&json!("1-A"), &json!("1-B")));
    assert_eq!(found["links"], json!([[1, 3], [11, 12]]));
    assert_eq!(found["names"], json!({ "chapter": 3, "chapter_2": 12 }));

    let body = json!({ "files": [file("1-A.pdf", A), file("1-B.pdf", B)], "bookmarks": false });
    let plain = bytes(&done(&client, "/merge", &body)["file"]);
    let found = oracle("structure", &[("m", &plain)], &json!(["m"])).unwrap();
    assert_eq!((&found["bookmarks"], &found["links"]), (&json!([]), &json!([[1, 3], [11, 12]])));

    let body = json!({ "files": [file("1-A.pdf", A), file("1-B.pdf", B)], "pages": ["1-4"] });
    let part = done(&client, "/merge", &body);
    assert_eq!(part["pages"], 14);
    assert_eq!(part["warnings"][0]["code"], "bookmarks-lost", "{}", part["warnings"]);
    let found = oracle("structure", &[("m", &bytes(&part["file"]))], &json!(["m"])).unwrap();
    let pages: Vec<&Value> = found["bookmarks"].as_array().unwrap().iter().map(|bookmark| &bookmark[2]).collect();
    assert_eq!(pages, [1, 3, 5, 6, 8, 10].map(|page| json!(page)).iter().collect::<Vec<_>>());
}

/// pdf-lib#424, #613: two filled copies of one form keep both values.
#[test]
fn two_copies_of_a_form_keep_their_values() {
    let client = client();
    let merged = done(&client, "/merge", &json!({ "files": [file("a.pdf", FIRST), file("b.pdf", SECOND)] }));
    let renamed = merged["renamedFields"].as_array().unwrap();
    assert!(renamed.contains(&json!({ "file": 2, "from": "name", "to": "name_2" })), "{renamed:?}");
    let document = bytes(&merged["file"]);
    assert_sound(&document, 0);
    let Some(found) = oracle("structure", &[("m", &document)], &json!(["m"])) else { return };
    let fields = found["fields"].as_array().unwrap();
    let value = |name: &str| fields.iter().find(|field| field[0] == name).map(|field| field[1].clone());
    assert_eq!(value("name"), Some(json!("First Person")), "{fields:?}");
    assert_eq!(value("name_2"), Some(json!("Second Person")), "{fields:?}");
    let widgets: u64 = fields.iter().map(|field| field[2].as_u64().unwrap()).sum();
    assert_eq!(found["widgets"], widgets, "every widget is below one field");
    if let Some(text) = oracle("text", &[("m", &document)], &json!(["m"])).filter(|text| !text.is_null()) {
        assert!(text[0].as_str().unwrap().contains("First Person"), "{text}");
        assert!(text[1].as_str().unwrap().contains("Second Person"), "{text}");
    }
    let pairs = json!([["a", 0, "m", 0], ["b", 0, "m", 1]]);
    let same = oracle("same_pixels", &[("a", FIRST), ("b", SECOND), ("m", &document)], &json!([pairs])).unwrap();
    assert!(same.as_array().unwrap().iter().all(|mean| mean.as_f64().unwrap() <= 0.5), "{same}");
}

/// Pages of real files look as they did, and qpdf finds no more wrong with all of them together than with each.
#[test]
fn pages_of_real_files_look_as_they_did() {
    let Some(folder) = shared("testdata/pdf") else { return };
    let client = client();
    let files = documents_in(&folder);
    // Every eighth, as painting all in two programs takes minutes.
    let mut chosen = Vec::new();
    for path in files.iter().step_by(8) {
        let content = std::fs::read(path).unwrap();
        let info = client.post("/info", &json!({ "file": file("a.pdf", &content) }));
        if info.status == 200 && info.json()["pages"].as_u64().unwrap() <= 12 && info.json()["repaired"] == false {
            chosen.push((
                path.file_name().unwrap().to_string_lossy().into_owned(),
                content,
                info.json()["pages"].as_u64().unwrap(),
            ));
        }
    }
    assert!(chosen.len() >= 20, "{}", chosen.len());
    let (mut compared, mut different) = (0, Vec::new());
    for group in chosen.chunks(10) {
        let sources: Vec<Value> = group.iter().map(|(name, content, _)| file(name, content)).collect();
        let merged = done(&client, "/merge", &json!({ "files": sources, "allowSigned": true }));
        let document = bytes(&merged["file"]);
        let mut pairs = Vec::new();
        let mut place = 0;
        for (name, _, pages) in group {
            for page in 0..*pages {
                pairs.push(json!([name, page, "merged", place]));
                place += 1;
            }
        }
        assert_eq!(merged["pages"], place);
        let mut all: Vec<(&str, &[u8])> =
            group.iter().map(|(name, content, _)| (name.as_str(), content.as_slice())).collect();
        all.push(("merged", &document));
        let Some(means) = oracle("same_pixels", &all, &json!([pairs])) else { return };
        for (pair, mean) in pairs.iter().zip(means.as_array().unwrap()) {
            compared += 1;
            if mean.as_f64().unwrap() > 0.5 {
                different.push(format!("{pair}: {mean}"));
            }
        }
        let problems: u64 = group
            .iter()
            .map(|(name, content, _)| {
                let check = oracle("check", &[(name, content)], &json!([name])).unwrap();
                check["problems"].as_u64().unwrap_or(0)
            })
            .sum();
        assert_sound(&document, problems);
    }
    println!("merge: {compared} pages of {} files compared, {} differ", chosen.len(), different.len());
    assert!(different.is_empty(), "{different:#?}");
}
