//! Stamps: case P4 and its kind. Poppler says where the words stand on the page as it is shown.

use serde_json::json;

use crate::made::{answered, qpdf_problems, words_of};
use crate::{base64, client};

/// The turned and cropped page of the case, turned by other angles.
fn turned(degrees: u16) -> Vec<u8> {
    let file = include_bytes!("../data/4-turned.pdf");
    let text = String::from_utf8_lossy(file);
    assert!(text.contains("/Rotate 90"), "the case turns its page by 90 degrees");
    // The same length, so that no offset moves.
    let wanted = format!("/Rotate {degrees}");
    let padded = format!("{wanted:<10}");
    let at = file.windows(10).position(|window| window == b"/Rotate 90").unwrap();
    let mut turned = file.to_vec();
    if padded.len() == 10 {
        turned[at..at + 10].copy_from_slice(padded.as_bytes());
    } else {
        turned.splice(at..at + 10, padded.bytes());
    }
    turned
}

#[test]
fn a_stamp_is_upright_where_it_is_asked_for() {
    for degrees in [0, 90, 180, 270] {
        let request =
            json!({"file": base64(&turned(degrees)), "text": "7/9", "position": "bottom-right", "margin": 20});
        let answer = client().post("/stamp", &request);
        assert_eq!(answered(&answer)["stamped"], 1);
        if degrees < 100
            && let Some(problems) = qpdf_problems(&answer.body)
        {
            assert_eq!(problems, "", "{degrees}");
        }
        let Some(words) = words_of(&answer.body) else { return };
        let word = words.iter().find(|word| word.text == "7/9").unwrap_or_else(|| panic!("{degrees}: {words:?}"));
        // Poppler counts from the paper, of which the page is cut out.
        let (x, y) = if degrees % 180 == 90 { (100.0, 50.0) } else { (50.0, 100.0) };
        let [left, top, right, bottom] = word.bounds;
        let [left, top, right, bottom] = [left - x, top - y, right - x, bottom - y];
        let (width, height) = if degrees % 180 == 90 { (642.0, 495.0) } else { (495.0, 642.0) };
        assert!(left > width - 82.0 && right < width - 15.0, "{degrees}: {word:?}");
        assert!(top > height - 45.0 && bottom < height - 12.0, "{degrees}: {word:?}");
        assert!(right - left > bottom - top, "{degrees}: {word:?} is not upright");
    }
}

#[test]
fn pages_are_chosen_and_numbered() {
    let request = json!({"template": "report-table", "data": {"title": "T", "rows": (0..120).map(|n| json!({"n": n})).collect::<Vec<_>>()}});
    let report = client().post("/generate", &request);
    let pages = answered(&report)["pages"].as_u64().unwrap();
    assert!(pages > 1);
    let request = json!({"file": base64(&report.body), "text": "No. {page} of {pages}", "pages": "2-", "position": "top-left", "start": 10});
    let answer = client().post("/stamp", &request);
    assert_eq!(answered(&answer)["stamped"], pages - 1);
    let Some(words) = words_of(&answer.body) else { return };
    let found: Vec<usize> = words.iter().filter(|word| word.text == "No.").map(|word| word.page).collect();
    assert_eq!(found, (2..=pages as usize).collect::<Vec<_>>());
    assert!(words.iter().any(|word| word.page == 2 && word.text == "11"), "{words:?}");
}

#[test]
fn pictures_and_pages_are_put_over_and_under() {
    let page = base64(&turned(0));
    let dot = base64(include_bytes!("../../data/dot.png"));
    for request in [
        json!({"file": page, "image": dot, "position": "center", "opacity": 0.4, "rotation": 30}),
        json!({"file": page, "overlay": page, "layer": "under"}),
        json!({"file": page, "overlay": page, "width": 100, "position": "top-right"}),
        json!({"file": page, "text": "ENTWURF Ω ✓", "rotation": 45, "opacity": 0.2, "fontSize": 60, "bold": true, "color": "#c00000"}),
    ] {
        let answer = client().post("/stamp", &request);
        assert_eq!(answered(&answer)["warnings"], json!([]), "{request}");
        if let Some(problems) = qpdf_problems(&answer.body) {
            assert_eq!(problems, "");
        }
    }
}

#[test]
fn what_cannot_be_stamped_is_told() {
    let page = base64(&turned(0));
    for (request, message) in [
        (json!({"file": page}), "text: send what to put on the pages"),
        (json!({"file": page, "text": "a", "overlay": page}), "text: send one of text, image and overlay"),
        (json!({"file": page, "text": "a", "pages": "3"}), "pages: page 3 does not exist"),
        (json!({"file": page, "text": "a", "color": "reddish"}), "color: is not a color"),
        (json!({"file": page, "text": "a", "color": "rgba(255, 0, 0, 0.5)"}), "color: must not be transparent itself"),
        (json!({"file": page, "overlay": page, "overlayPage": "2"}), "overlayPage: page 2 does not exist"),
        (json!({"file": page, "overlay": base64(b"nonsense")}), "overlay: must be a PDF"),
    ] {
        let answer = client().post("/stamp", &request);
        assert!(answer.message().starts_with(message), "{}", answer.message());
    }
}
