//! What is refused, and how; what is done with a warning.

use chassis::Call;
use image_service::codes::generate::generate;
use serde_json::json;

use super::{ANY, ASCII, GENERATE, Random, TYPES, facts};
use crate::client;

#[test]
fn refusals_say_what_to_change() {
    let client = client();
    for (body, status, message) in [
        (json!({}), 400, "text: is required"),
        (json!({ "text": "" }), 400, "text: must not be empty"),
        (json!({ "text": "1".repeat(7090) }), 400, "text: must have a length of at most 7089"),
        (
            json!({ "text": "a".repeat(2954), "errorCorrection": "l" }),
            422,
            "text: is too long for a QR code: with errorCorrection l it holds about 2953 bytes, more of digits: shorten it",
        ),
        (
            json!({ "text": "6291041500214", "type": "ean13" }),
            422,
            "text: has a wrong check digit: the last digit must be 3 (you sent 4)",
        ),
        (
            json!({ "text": "629104150", "type": "ean13" }),
            422,
            "text: must be the 12 digits of an ean13, or all 13 with its check digit",
        ),
        (
            json!({ "text": "123", "type": "itf" }),
            422,
            "text: must be an even number of digits for itf: put a 0 in front",
        ),
        (
            json!({ "text": "abc", "type": "code39" }),
            422,
            "text: has a character that code39 has not, which has only capital letters, digits and - . $ / + % space: other \
             text fits into code128 or qr",
        ),
        (
            json!({ "text": "é", "type": "code128" }),
            422,
            "text: has a character that code128 has not, which has only ASCII characters: other text fits into qr or data-matrix",
        ),
        (
            json!({ "text": "1".repeat(81), "type": "code128" }),
            422,
            "text: is too long for code128: it holds 80 characters",
        ),
        (
            json!({ "text": "(01)09506000134351", "type": "code128", "gs1": true }),
            422,
            "text: has a wrong (01): its last digit must be 2",
        ),
        (
            json!({ "text": "hello", "size": 24 }),
            422,
            "size: is too small: this code has 29 modules across with its margin, so send 29 or more",
        ),
        (json!({ "text": "a", "height": 50 }), 422, "height: has no effect on qr, only on bars: leave it out"),
        (
            json!({ "text": "a", "gs1": true }),
            422,
            "gs1: has no effect on qr, only on code128 and data-matrix: leave it out",
        ),
        (
            json!({ "text": "a", "type": "aztec", "errorCorrection": "h" }),
            422,
            "errorCorrection: has no effect on aztec, only on qr: leave it out",
        ),
        (
            json!({ "text": "a", "color": "transparent" }),
            422,
            "color: is transparent: nothing would be seen of the code",
        ),
    ] {
        let answer = client.post(GENERATE, &body);
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
}

#[test]
fn what_may_not_be_read_is_warned_of() {
    let client = client();
    for (body, warnings) in [
        (json!({ "text": "a" }), json!([])),
        (json!({ "text": "a", "margin": 1 }), json!(["narrow-margin"])),
        (json!({ "text": "a", "color": "#ccc" }), json!(["low-contrast"])),
        (json!({ "text": "a", "color": "white", "background": "black" }), json!(["inverted"])),
        (json!({ "text": "a", "color": "white", "background": "transparent" }), json!(["low-contrast"])),
        (json!({ "text": "1234", "type": "itf", "color": "#c00" }), json!(["red-bars"])),
    ] {
        let answer = facts(&client, &body);
        let codes: Vec<_> = answer["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
        assert_eq!(json!(codes), warnings, "{body}");
    }
}

#[test]
fn facts_say_what_was_made() {
    let client = client();
    let made = facts(&client, &json!({ "text": "HELLO WORLD", "errorCorrection": "q", "size": 290 }));
    // Version 1 holds 16 capital letters at Q: ISO/IEC 18004, table 7.
    assert_eq!((&made["version"], &made["columns"], &made["errorCorrection"]), (&json!(1), &json!(21), &json!("q")));
    assert_eq!(
        (&made["width"], &made["height"], &made["file"]["contentType"]),
        (&json!(290), &json!(290), &json!("image/png"))
    );
    let made = facts(&client, &json!({ "text": "629104150021", "type": "ean13" }));
    assert_eq!((&made["text"], &made["columns"]), (&json!("6291041500213"), &json!(95)));
    let hill = base64_simd::STANDARD.encode_to_string(include_bytes!("../../../data/hill.png"));
    let made = facts(&client, &json!({ "text": "a", "logo": hill, "errorCorrection": "l" }));
    assert_eq!(
        (&made["errorCorrection"], &made["warnings"][0]["code"]),
        (&json!("h"), &json!("error-correction-raised"))
    );
}

/// Whatever the text, there is a code or a sentence.
#[test]
fn no_text_breaks_anything() {
    let mut random = Random(7);
    let (mut made, mut refused) = (0, 0);
    for round in 0..2_000 {
        let alphabet =
            [ANY, ASCII, "0123456789", "()0123456789AB", "\u{0}\u{1}\u{1d}\u{1e}\u{4}[)>0506\u{f1}\u{f4}\u{feff}"]
                [round % 5];
        let most = [8, 30, 120, 1200][random.below(4)];
        let length = 1 + random.below(most);
        let text = random.text(alphabet, length);
        let request =
            json!({ "text": text, "type": TYPES[random.below(TYPES.len())], "gs1": random.below(4) == 0, "size": 700 });
        match generate(serde_json::from_value(request.clone()).unwrap(), &Call::detached()) {
            Ok(_) => made += 1,
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty(), "{request}");
            }
        }
    }
    println!("{made} made, {refused} refused");
    assert!(made > 200 && refused > 200, "{made} made, {refused} refused");
}
