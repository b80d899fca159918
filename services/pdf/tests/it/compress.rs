//! Documents made smaller.

use serde_json::json;

use super::{assert_sound, bytes, client, done, file, oracle, refused, shared};

const BILEVEL: &[u8] = include_bytes!("../data/8-bilevel.pdf");
const TIGHT: &[u8] = include_bytes!("../data/8-tight.pdf");

/// Stirling-PDF#3167, #3171, #3073: never larger, and one bit stays one bit.
#[test]
fn what_cannot_be_smaller_comes_back_as_it_was() {
    let client = client();
    let tight = done(&client, "/compress", &json!({ "file": file("t.pdf", TIGHT) }));
    assert_eq!((&tight["changed"], bytes(&tight["file"]) == TIGHT), (&json!(false), true));
    for options in [json!({}), json!({ "imageDpi": 72, "imageQuality": 30 }), json!({ "lossless": true })] {
        let mut body = options;
        body["file"] = file("b.pdf", BILEVEL);
        let answer = done(&client, "/compress", &body);
        let document = bytes(&answer["file"]);
        assert!(document.len() <= BILEVEL.len());
        assert_sound(&document, 0);
        let pairs = json!([["a", 0, "b", 0]]);
        let Some(same) = oracle("same_pixels", &[("a", BILEVEL), ("b", &document)], &json!([pairs, 300])) else {
            return;
        };
        assert_eq!(same[0], 0.0);
        let depth = oracle("depths", &[("b", &document)], &json!(["b"])).unwrap();
        assert_eq!(depth, json!([1]));
    }
    let both = client.post("/compress", &json!({ "file": file("t.pdf", TIGHT), "lossless": true, "imageDpi": 100 }));
    refused(&both, 422, "lossless: does not go with imageDpi, imageQuality and targetBytes");
}

#[test]
fn photos_are_brought_to_what_is_shown_and_look_alike() {
    let Some(path) = shared("cases/files/8-photo.pdf") else { return };
    let client = client();
    let photo = std::fs::read(path).unwrap();
    let answer = done(&client, "/compress", &json!({ "file": file("p.pdf", &photo), "imageDpi": 150 }));
    let document = bytes(&answer["file"]);
    println!("compress: {} to {} bytes", photo.len(), document.len());
    assert!(document.len() <= 120_000, "{}", document.len());
    assert_sound(&document, 0);
    if let Some(ssim) = oracle("alike", &[("a", &photo), ("b", &document)], &json!(["a", "b", 100])) {
        assert!(ssim.as_f64().unwrap() >= 0.95, "{ssim}");
    }
    let near = done(&client, "/compress", &json!({ "file": file("p.pdf", &photo), "targetBytes": 200_000 }));
    assert!(near["bytes"].as_u64().unwrap() <= 200_000, "{near}");
    assert_eq!(near["warnings"], json!([]));
    let far = done(&client, "/compress", &json!({ "file": file("p.pdf", &photo), "targetBytes": 1000 }));
    assert_eq!(far["warnings"][0]["code"], "target-missed");
    assert_sound(&bytes(&far["file"]), 0);
}
