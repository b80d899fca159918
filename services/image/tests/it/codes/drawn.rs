//! What we draw, read by zxing-cpp.

use base64_simd::STANDARD;
use chassis::testing::Client;
use pictures::{Drawing, Encoding, Format, Limits, Picture};
use serde_json::{Value, json};

use super::{ASCII, Random, TYPES, drawn, facts, text_for};
use crate::client;

/// Reads pictures on white, as a page has them.
const READER: &str = "
import base64, io, json, sys, zxingcpp
from PIL import Image
answers = []
for one in json.load(sys.stdin):
    picture = Image.open(io.BytesIO(base64.b64decode(one['picture']))).convert('RGBA')
    page = Image.new('RGBA', picture.size, one['page'])
    page.alpha_composite(picture)
    mode = zxingcpp.TextMode.HRI if one['hri'] else zxingcpp.TextMode.Plain
    found = zxingcpp.read_barcodes(page.convert('L'), text_mode=mode)
    answers.append([{'type': str(code.format), 'text': code.text, 'ec': code.ec_level} for code in found])
json.dump(answers, sys.stdout)
";

/// A request, and the text that must be read.
struct Case {
    request: Value,
    text: String,
    page: &'static str,
}

fn case(request: Value, text: impl Into<String>) -> Case {
    Case { request, text: text.into(), page: "white" }
}

/// Whether the reader's name is that of a kind of ours.
fn is_type(theirs: &str, ours: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().replace([' ', '-', '_'], "");
    match (plain(ours).as_str(), plain(theirs).as_str()) {
        ("qr", "qrcode" | "qrcodemodel2") => true,
        // A UPC-A is an EAN-13 with a 0 in front; an ITF of 14 digits has a name of its own.
        ("upca", "ean13") | ("itf", "itf14") => true,
        (ours, theirs) => ours == theirs,
    }
}

fn check(client: &Client, cases: &[Case]) -> usize {
    let pictures: Vec<Value> = cases
        .iter()
        .map(|case| {
            let answer = drawn(client, &case.request);
            let bytes = match answer.header("content-type") {
                "image/svg+xml" => {
                    let drawing = Drawing::read(&answer.body).unwrap();
                    let pixels = drawing.draw(drawing.size(), &Limits::DEFAULT).unwrap();
                    let picture = Picture::still(Format::Png, pixels);
                    pictures::encode(&picture, &Encoding::of(Format::Png), &|| false).unwrap()
                }
                _ => answer.body.to_vec(),
            };
            json!({
                "picture": STANDARD.encode_to_string(bytes),
                "page": case.page,
                "hri": case.request["gs1"] == true,
            })
        })
        .collect();
    let Some(answers) = chassis::testing::python("image", READER, &Value::Array(pictures)) else { return 0 };
    let wrong = |(case, found): (&Case, &Value)| {
        let ours = case.request["type"].as_str().unwrap_or("qr");
        let right = match found.as_array().unwrap().as_slice() {
            [code] => is_type(code["type"].as_str().unwrap(), ours) && code["text"] == json!(case.text),
            _ => false,
        };
        (!right).then(|| format!("{}: {found}", case.request))
    };
    let wrong: Vec<String> = cases.iter().zip(answers.as_array().unwrap()).filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{} of {} are not read: {wrong:#?}", wrong.len(), cases.len());
    println!("{} codes read by zxing-cpp", cases.len());
    cases.len()
}

/// The text that zxing-cpp reads.
fn as_read(code: &str, facts: &Value, text: &str) -> String {
    match code {
        "upc-a" => format!("0{}", facts["text"].as_str().unwrap()),
        "ean13" | "ean8" | "codabar" => facts["text"].as_str().unwrap().to_owned(),
        _ => text.to_owned(),
    }
}

#[test]
fn texts_of_every_kind_are_read() {
    let client = client();
    let mut random = Random(1);
    for code in TYPES {
        let lengths: &[usize] = match code {
            "ean13" | "ean8" | "upc-a" => &[1; 20],
            "code128" | "code39" | "itf" | "codabar" => {
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 17, 20, 25, 30, 40, 50, 60, 70, 78]
            }
            "pdf417" => &[1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 100, 120, 144, 180, 233, 300],
            _ => &[1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 17, 21, 34, 55, 89, 144, 200, 233, 300, 377],
        };
        let cases: Vec<Case> = lengths
            .iter()
            .flat_map(|&length| [length; 4])
            .map(|length| {
                let text = text_for(code, length, &mut random);
                let request = json!({ "type": code, "text": text });
                let read = as_read(code, &facts(&client, &request), &text);
                case(request, read)
            })
            .collect();
        check(&client, &cases);
    }
}

/// The longest of each kind.
#[test]
fn the_longest_texts_are_read() {
    let (digits, capitals, bytes) = (
        |n| "0123456789".repeat(n / 10 + 1)[..n].to_owned(),
        |n| "A$B-9 ".repeat(n / 6 + 1)[..n].to_owned(),
        |n| "abc~".repeat(n / 4 + 1)[..n].to_owned(),
    );
    let cases = [
        json!({ "text": digits(7089), "errorCorrection": "l" }),
        json!({ "text": capitals(4296), "errorCorrection": "l" }),
        json!({ "text": bytes(2953), "errorCorrection": "l" }),
        json!({ "text": bytes(2331), "errorCorrection": "m" }),
        json!({ "text": bytes(1663), "errorCorrection": "q" }),
        json!({ "text": bytes(1273), "errorCorrection": "h" }),
        json!({ "text": "漢".repeat(1817), "errorCorrection": "l" }),
        json!({ "text": "é".repeat(1475), "errorCorrection": "l" }),
        json!({ "text": digits(1555), "type": "data-matrix" }),
        json!({ "text": bytes(1555), "type": "data-matrix" }),
        json!({ "text": digits(3000), "type": "aztec" }),
        json!({ "text": digits(2000), "type": "pdf417" }),
        json!({ "text": bytes(1000), "type": "pdf417" }),
        json!({ "text": digits(80), "type": "code128" }),
        json!({ "text": bytes(80), "type": "code128" }),
        json!({ "text": digits(80), "type": "itf" }),
        json!({ "text": digits(80), "type": "code39" }),
    ];
    let cases = cases.map(|request| {
        let text = request["text"].as_str().unwrap().to_owned();
        case(request, text)
    });
    check(&client(), &cases);
}

#[test]
fn colors_formats_sizes_and_logos_are_read() {
    let hill = STANDARD.encode_to_string(include_bytes!("../../../data/hill.png"));
    let mut cases = Vec::new();
    for level in ["l", "m", "q", "h"] {
        for size in [100, 101, 333, 1000] {
            cases.push(case(
                json!({ "text": "https://example.com/äöü", "errorCorrection": level, "size": size }),
                "https://example.com/äöü",
            ));
        }
    }
    for (code, text, read) in [
        ("qr", "Tränen & <Lachen> \"😀\"", "Tränen & <Lachen> \"😀\""),
        ("data-matrix", "Grüße", "Grüße"),
        ("data-matrix", "日本語", "日本語"),
        ("pdf417", "Grüße, 日本語", "Grüße, 日本語"),
        ("aztec", "Grüße, 日本語", "Grüße, 日本語"),
        ("ean13", "629104150021", "6291041500213"),
        ("ean8", "7351353", "73513537"),
        ("upc-a", "61414100003", "0614141000036"),
        ("code128", "<Tag & \"Nacht\">", "<Tag & \"Nacht\">"),
        ("code39", "1$2/3+4%5", "1$2/3+4%5"),
        ("codabar", "b31117013206375c", "B31117013206375C"),
        ("itf", "00012345678905", "00012345678905"),
    ] {
        for (page, options) in [
            ("white", json!({ "format": "svg" })),
            ("white", json!({ "format": "svg", "background": "transparent", "color": "#036" })),
            ("white", json!({ "format": "webp", "background": "#ffe", "color": "darkblue" })),
            ("white", json!({ "format": "jpeg" })),
            ("white", json!({ "background": "transparent", "color": "#036c" })),
            ("white", json!({ "size": 700 })),
            ("black", json!({ "color": "white", "background": "transparent" })),
        ] {
            if page == "black" && !matches!(code, "qr" | "data-matrix" | "aztec") {
                continue;
            }
            let mut request = json!({ "text": text, "type": code });
            request.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
            cases.push(Case { request, text: read.to_owned(), page });
            let bars = !matches!(code, "qr" | "data-matrix" | "pdf417" | "aztec");
            if bars {
                let mut labeled = cases.last().unwrap().request.clone();
                labeled["label"] = json!(true);
                labeled["height"] = json!(90);
                cases.push(Case { request: labeled, text: read.to_owned(), page });
            }
        }
    }
    for text in ["A", "https://example.com/", ASCII, &ASCII.repeat(3), &ASCII.repeat(10)] {
        for format in ["png", "webp", "jpeg"] {
            cases.push(case(json!({ "text": text, "logo": hill, "format": format }), text));
        }
    }
    check(&client(), &cases);
}

#[test]
fn gs1_is_read() {
    let texts = [
        "(01)09506000134352",
        "(01)09506000134352(17)271231(10)ABC123(21)99/x",
        "(10)ABC123(01)09506000134352",
        "(00)376104250021234569",
        "(8020)REF-1(3103)000195(15)271231",
    ];
    let cases: Vec<Case> = ["code128", "data-matrix"]
        .iter()
        .flat_map(|code| texts.map(|text| case(json!({ "text": text, "type": code, "gs1": true }), text)))
        .filter(|case| case.text.len() < 48 || case.request["type"] != "code128")
        .collect();
    check(&client(), &cases);
}
