//! Text and pictures of real files beside those of other programs: how well they agree.

use serde_json::{Value, json};

use super::{base64, client, documents_in, file, oracle, shared};

/// Files whose reference is known to be wrong: pdftotext reads outside the crop box of the first; it and pdfium shift every
/// letter of the second by one.
const WRONG_REFERENCE: [&str; 2] = ["issue16316.pdf", "issue19802.pdf"];
/// Resolution in which pictures are compared.
const DPI: u32 = 96;

#[test]
fn words_agree_with_pdftotext() {
    let Some(folder) = shared("testdata/pdf") else { return };
    let client = client();
    let mut read = Vec::new();
    for path in documents_in(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if WRONG_REFERENCE.contains(&name.as_str()) {
            continue;
        }
        let answer = client.post("/text", &json!({ "file": file(&name, &std::fs::read(&path).unwrap()) }));
        assert!([200, 413, 415, 422].contains(&answer.status), "{name}: {:?}", answer.body);
        if answer.status == 200 {
            read.push(json!([path.to_string_lossy(), answer.json()["text"]]));
        }
    }
    let Some(found) = oracle("text_agreement", &[], &json!([read])).filter(|found| !found.is_null()) else { return };
    let (mean, low) = report("F1 of words against pdftotext", &found);
    println!("{low:#?}");
    assert!(mean >= 0.97, "{mean}");
}

#[test]
fn pictures_agree_with_pdfium() {
    let Some(folder) = shared("testdata/pdf") else { return };
    let client = client();
    let mut painted = Vec::new();
    for path in documents_in(&folder) {
        let content = std::fs::read(&path).unwrap();
        // Smaller files are made to be odd.
        if content.len() < 8_000 {
            continue;
        }
        let body = json!({ "file": file("a.pdf", &content), "pages": "1", "dpi": DPI, "colors": "gray" });
        let answer = client.post("/render", &body);
        assert!([200, 413, 415, 422].contains(&answer.status), "{}: {:?}", path.display(), answer.body);
        if answer.status == 200 {
            painted.push(json!([path.to_string_lossy(), base64(&answer.body)]));
        }
    }
    let Some(found) = oracle("paint_agreement", &[], &json!([painted, DPI])) else { return };
    let (mean, low) = report("SSIM of pages against pdfium", &found);
    println!("{low:#?}");
    assert!(mean >= 0.96, "{mean}");
}

/// The mean of `[path, value]`, and the lowest.
fn report(what: &str, found: &Value) -> (f64, Vec<(f64, String)>) {
    let mut values: Vec<(f64, String)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[1].as_f64().unwrap(), pair[0].as_str().unwrap().rsplit('/').next().unwrap().to_owned()))
        .collect();
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mean = values.iter().map(|(value, _)| value).sum::<f64>() / values.len().max(1) as f64;
    let median = values.get(values.len() / 2).map_or(0.0, |(value, _)| *value);
    println!("{what}: {} files, mean {mean:.4}, median {median:.4}", values.len());
    values.truncate(12);
    (mean, values)
}
