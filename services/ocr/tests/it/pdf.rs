//! PDFs read and made searchable; poppler and qpdf judge what comes out.

use std::process::Command;

use chassis::testing::skipped;
use serde_json::{Value, json};

use crate::{ask, client, file, lines, own, shared};

const THREE: [&str; 3] = ["Scanned page number two", "Contract of the ninth of June", "Amount due 1,280.50"];

/// O8: a page with words of its own, and a scan that is stored sideways, with a media box off the origin and /Rotate.
#[test]
fn own_text_is_taken_and_scans_are_recognized() {
    let Some(client) = client() else { return };
    let answer = ask(&client, "pdf", "file", &own("o8-mixed.pdf"), &json!({}));
    let pages = answer["pages"].as_array().unwrap();
    assert_eq!((&answer["pageCount"], pages.len()), (&json!(2), 2));
    assert_eq!((&pages[0]["source"], &pages[0]["reason"]), (&json!("text-layer"), &Value::Null));
    assert_eq!(lines(&pages[0]["text"]), ["Digital page with its own words"]);
    assert_eq!((&pages[1]["source"], &pages[1]["reason"]), (&json!("ocr"), &json!("scan")));
    assert_eq!(lines(&pages[1]["text"]), THREE);
    assert!(pages[1]["confidence"].as_f64().unwrap() > 0.8);
    let only = ask(&client, "pdf", "file", &own("o8-mixed.pdf"), &json!({ "pages": "2" }));
    assert_eq!(only["pages"].as_array().unwrap().len(), 1);
    let forced = ask(&client, "pdf", "file", &own("o8-mixed.pdf"), &json!({ "mode": "force", "pages": "1" }));
    assert_eq!((&forced["pages"][0]["source"], &forced["pages"][0]["reason"]), (&json!("ocr"), &json!("forced")));
    assert_eq!(lines(&forced["pages"][0]["text"]), ["Digital page with its own words"]);
    let beyond = client.post("/api/v1/ocr/pdf", &json!({ "file": file(&own("o8-mixed.pdf")), "pages": "3" }));
    assert_eq!((beyond.status, beyond.message().as_str()), (422, "pages: the document has 2 pages"));
}

/// What a program prints about a file; nothing where the program is not.
fn printed(program: &str, arguments: &[&str], pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.pdf");
    std::fs::write(&path, pdf).unwrap();
    let arguments = arguments.iter().map(|argument| argument.replace("FILE", path.to_str().unwrap()));
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            skipped(&format!("{program} is not here; scripts/install unit installs it"));
            None
        }
    }
}

/// The words that poppler finds on a page, with their boxes in points of what is shown of it.
fn poppler_words(pdf: &[u8], page: u32) -> Option<Vec<(String, [f64; 4])>> {
    let page = page.to_string();
    let html = printed("pdftotext", &["-bbox", "-cropbox", "-f", &page, "-l", &page, "FILE", "-"], pdf)?;
    let number = |line: &str, name: &str| -> f64 {
        let start = line.find(name).unwrap() + name.len() + 2;
        line[start..].split('"').next().unwrap().parse().unwrap()
    };
    let word = |line: &str| {
        let text = line.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
        (text, ["xMin", "yMin", "xMax", "yMax"].map(|name| number(line, name)))
    };
    Some(html.lines().map(str::trim).filter(|line| line.starts_with("<word")).map(word).collect())
}

fn overlap(one: [f64; 4], other: [f64; 4]) -> f64 {
    let area = |[left, top, right, bottom]: [f64; 4]| (right - left).max(0.0) * (bottom - top).max(0.0);
    let both = area([one[0].max(other[0]), one[1].max(other[1]), one[2].min(other[2]), one[3].min(other[3])]);
    both / (area(one) + area(other) - both)
}

/// O8, and the words land where they are read.
#[test]
fn a_searchable_pdf_has_its_words_in_their_places() {
    let Some(client) = client() else { return };
    let source = own("o8-mixed.pdf");
    let read = ask(&client, "pdf", "file", &source, &json!({}));
    for mode in ["auto", "force"] {
        let body = json!({ "file": file(&source), "mode": mode });
        let answer = client.post("/api/v1/ocr/searchable-pdf", &body);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let made = answer.body.to_vec();
        let Some(first) = printed("pdftotext", &["-f", "1", "-l", "1", "FILE", "-"], &made) else { return };
        assert_eq!(first.trim(), "Digital page with its own words", "{mode}: once");
        let second = printed("pdftotext", &["-f", "2", "-l", "2", "FILE", "-"], &made).unwrap();
        assert_eq!(lines(&json!(second)), THREE, "{mode}");
        printed("qpdf", &["--check", "FILE"], &made);
        // Both pages look the same as before.
        for page in 0..2 {
            let render = |pdf: &[u8]| {
                let document = documents::Document::open(pdf.to_vec(), None).unwrap();
                document.renderer().render(page, &documents::RenderOptions::dpi(100.0)).unwrap()
            };
            assert!(render(&made) == render(&source), "{mode}: page {page}");
        }
        let found = poppler_words(&made, 2).unwrap();
        let scale = 72.0 / read["pages"][1]["dpi"].as_f64().unwrap();
        let words = crate::words(&read["pages"][1]);
        let mut near = 0;
        for (text, place, _) in &words {
            let place = place.map(|side| side * scale);
            let best = found.iter().filter(|(found, _)| found == text).map(|(_, box_)| overlap(*box_, place));
            let best = best.fold(0.0, f64::max);
            assert!(best >= 0.7, "{mode}: {text}: {best} {place:?} {found:?}");
            near += 1;
        }
        assert_eq!(near, 13, "{words:?}");
    }
}

/// The scan of O8 shown in every way up, from a media box off the origin, cut by a crop box or not: every word is there, in its place.
#[test]
fn words_are_in_place_however_a_page_is_turned_and_cut() {
    let Some(client) = client() else { return };
    for (rotate, crop) in [(0, false), (90, true), (180, true), (270, false)] {
        let mut pdf = lopdf::Document::load_mem(&own("o8-mixed.pdf")).unwrap();
        let page = pdf.get_pages()[&2];
        let page = pdf.get_object_mut(page).unwrap().as_dict_mut().unwrap();
        page.set("Rotate", rotate);
        if crop {
            page.set("CropBox", vec![lopdf::Object::from(120), 70.into(), 930.into(), 640.into()]);
        }
        let mut source = Vec::new();
        pdf.save_to(&mut source).unwrap();
        let case = format!("rotated by {rotate}, crop {crop}");
        let read = ask(&client, "pdf", "file", &source, &json!({ "pages": "2" }));
        let page = &read["pages"][0];
        assert_eq!(lines(&page["text"]), THREE, "{case}");
        let answer = client.post("/api/v1/ocr/searchable-pdf", &json!({ "file": file(&source) }));
        assert_eq!(answer.status, 200, "{case}: {}", answer.message());
        let Some(found) = poppler_words(&answer.body, 2) else { return };
        let scale = 72.0 / page["dpi"].as_f64().unwrap();
        let (width, height) = (page["width"].as_f64().unwrap(), page["height"].as_f64().unwrap());
        let words = crate::words(page);
        assert_eq!(words.len(), 13, "{case}");
        for (text, [left, top, right, bottom], _) in &words {
            // From the upright page to the page as it is shown.
            let shown = match page["rotation"].as_u64().unwrap() {
                90 => [*top, width - right, *bottom, width - left],
                180 => [width - right, height - bottom, width - left, height - top],
                270 => [height - bottom, *left, height - top, *right],
                _ => [*left, *top, *right, *bottom],
            };
            let place = shown.map(|side| side * scale);
            let best = found.iter().filter(|(found, _)| found == text).map(|(_, box_)| overlap(*box_, place));
            let best = best.fold(0.0, f64::max);
            assert!(best >= 0.7, "{case}: {text}: {best} {place:?} {found:?}");
        }
    }
}

#[test]
fn a_picture_becomes_a_searchable_page() {
    let Some(client) = client() else { return };
    for (name, picture) in [("png", own("o5-numbers.png")), ("jpeg", jpeg(&own("o5-numbers.png")))] {
        let answer = client.post("/api/v1/ocr/searchable-pdf", &json!({ "file": file(&picture), "dpi": 150 }));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let facts: Value = serde_json::from_str(answer.header("x-result")).unwrap();
        assert_eq!(facts["recognized"], json!([1]));
        let Some(text) = printed("pdftotext", &["-layout", "FILE", "-"], &answer.body) else { return };
        assert!(text.contains("1234.056789") && text.contains("440.5678"), "{name}: {text}");
        printed("qpdf", &["--check", "FILE"], &answer.body);
        // 1500 x 900 pixels at 150 a inch.
        let document = documents::Document::open(answer.body.to_vec(), None).unwrap();
        let page = document.page(0).unwrap();
        assert_eq!((page.width.round(), page.height.round()), (720.0, 432.0));
    }
}

fn jpeg(picture: &[u8]) -> Vec<u8> {
    let gray = pictures::image::load_from_memory(picture).unwrap().to_luma8();
    let picture = pictures::Picture::still(pictures::Format::Jpeg, gray.into());
    pictures::encode(&picture, &pictures::Encoding::of(pictures::Format::Jpeg), &|| false).unwrap()
}

#[test]
fn pdfs_that_cannot_be_read_say_why() {
    let Some(client) = client() else { return };
    for (name, statuses) in [("ocrmypdf/invalid.pdf", [415, 422]), ("ocrmypdf/no_contents.pdf", [200, 200])] {
        let Some(pdf) = shared(name) else { return };
        let answer = client.post("/api/v1/ocr/pdf", &json!({ "file": file(&pdf) }));
        assert!(statuses.contains(&answer.status), "{name}: {} {:?}", answer.status, answer.body);
    }
    let answer = client.post("/api/v1/ocr/pdf", &json!({ "file": file(b"%PDF-1.7 and then nothing") }));
    assert_eq!(answer.status, 422);
    assert!(answer.message().starts_with("file: "), "{}", answer.message());
    // A monochrome page of 35,000 x 35,000 pixels in 12 kB.
    let Some(huge) = shared("ocrmypdf/hugemono.pdf") else { return };
    let answer = client.post("/api/v1/ocr/pdf", &json!({ "file": file(&huge) }));
    assert!([200, 413, 422].contains(&answer.status), "{} {:?}", answer.status, answer.body);
}

/// Scans of an open collection, of which the words are known.
#[test]
fn scans_of_an_open_collection_are_read() {
    let Some(client) = client() else { return };
    for (name, words) in [("cmyk.pdf", ""), ("c02-22.pdf", "the"), ("graph.pdf", ""), ("francais.pdf", "whisky")] {
        let Some(pdf) = shared(&format!("ocrmypdf/{name}")) else { return };
        let answer = client.post("/api/v1/ocr/pdf", &json!({ "file": file(&pdf), "pages": "1" }));
        assert_eq!(answer.status, 200, "{name}: {}", String::from_utf8_lossy(&answer.body));
        let text = answer.json()["text"].as_str().unwrap().to_lowercase();
        assert!(words.is_empty() || text.split_whitespace().any(|word| word == words), "{name}: {text}");
    }
}

/// Letters that are outlines, a whole page of them in one path, as programs for print write them.
#[test]
fn outlines_are_recognized() {
    let Some(client) = client() else { return };
    let letters = (0..80).map(|at| {
        let (x, y) = (50 + at % 20 * 20, 700 - at / 20 * 30);
        format!("{x} {y} m {} {y} l {} {} l h ", x + 10, x + 5, y + 15)
    });
    let content = letters.collect::<String>() + "f";
    let pdf = format!(
        "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
         3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>\nendobj\n\
         4 0 obj\n<</Length {}>>\nstream\n{content}\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n",
        content.len()
    );
    let answer = ask(&client, "pdf", "file", pdf.as_bytes(), &json!({}));
    let page = &answer["pages"][0];
    assert_eq!((&page["source"], &page["reason"]), (&json!("ocr"), &json!("drawn-text")), "{answer}");
}
