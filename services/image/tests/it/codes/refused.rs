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
            "text: must be the 12 digits of ean13 without its check digit, or all 13",
        ),
        (
            json!({ "text": "123", "type": "itf" }),
            422,
            "text: must be an even number of digits for itf: put a 0 in front",
        ),
        (
            json!({ "text": "abc", "type": "code39" }),
            422,
            "text: may hold only capital letters, digits, spaces and - . $ / + % in code39: use code128 or qr for other text",
        ),
        (
            json!({ "text": "é", "type": "code128" }),
            422,
            "text: may hold only ASCII characters in code128: use qr or data-matrix for other text",
        ),
        (
            json!({ "text": "1".repeat(81), "type": "code128" }),
            422,
            "text: is too long for code128: it holds at most 80 characters",
        ),
        (
            json!({ "text": "(01)09506000134351", "type": "code128", "gs1": true }),
            422,
            "text: has a wrong check digit in (01): the last digit must be 2",
        ),
        (
            json!({ "text": "hello", "size": 24 }),
            422,
            "size: is too small: this code has 29 modules across with its margin, so send 29 or more",
        ),
        (json!({ "text": "a", "height": 50 }), 422, "height: has no effect on qr, only on barcodes: leave it out"),
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
            json!({ "text": "12345670", "type": "ean8", "label": "Flour" }),
            400,
            "label: must be true or false: true prints the encoded text below the bars, and no other text can be printed there",
        ),
        (json!({ "text": "a", "color": "transparent" }), 422, "color: is transparent: the code would be invisible"),
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
        // 036000291452 that lost its zero, or 11 digits without the check digit: both are codes.
        (json!({ "text": 36_000_291_452_u64, "type": "upca" }), json!(["leading-zero"])),
        (json!({ "text": "03600029145", "type": "upca" }), json!([])),
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
fn other_names_are_known_and_gs1_has_its_text_below() {
    let client = client();
    for (name, text, code) in [
        ("ean", "629104150021", "ean13"),
        ("UPC", "61414100003", "upc-a"),
        ("itf-14", "00012345678905", "itf"),
        ("QRcode", "a", "qr"),
    ] {
        assert_eq!(facts(&client, &json!({ "text": text, "type": name }))["type"], code, "{name}");
    }
    let height = |label: Option<&str>, gs1: bool| {
        let request = json!({ "text": "(01)09506000134352", "type": "code128", "gs1": gs1, "label": label });
        facts(&client, &request)["height"].as_u64().unwrap()
    };
    assert_eq!(height(None, true), height(Some("true"), true));
    assert!(height(None, true) > height(Some("false"), true));
    assert_eq!(height(None, false), height(Some("false"), false));
}

/// The share of the width that a logo of one color has.
#[test]
fn logos_are_as_wide_as_is_said() {
    let client = client();
    let red = base64_simd::STANDARD.encode_to_string(crate::png(60, 60, |_, _| [255, 0, 0, 255]));
    for length in [1, 10, 30, 100, 300, 900] {
        let request = json!({ "text": "a".repeat(length), "logo": red, "margin": 0, "size": 1000 });
        let answer = super::drawn(&client, &request);
        let ((width, _), pixels) = crate::pixels(&answer.body);
        let columns = crate::answered(&answer)["columns"].as_u64().unwrap();
        let red = |x: u32| {
            let at = ((width / 2 * width + x) * 4) as usize;
            pixels[at] > 200 && pixels[at + 1] < 50
        };
        let own = u64::from(width) / columns * columns;
        let share = (0..width).filter(|&x| red(x)).count() as f64 / own as f64;
        assert!((0.18..=0.2201).contains(&share), "{length}: {share}");
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
