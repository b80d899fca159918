//! Pictures and text upon pictures, against Pillow and resvg.

use chassis::testing::{Answer, python};
use pictures::{Drawing, Limits};
use serde_json::{Value, json};

use crate::{answered, base64, client, pixels, png, shared};

fn overlaid(base: &[u8], mut request: Value) -> Answer {
    request["image"] = json!(base64(base));
    client().post("/api/v1/image/overlay", &request)
}

fn noise(width: u32, height: u32, seed: u32, alpha: bool) -> Vec<u8> {
    png(width, height, |x, y| {
        let mix = (x + y * width + seed).wrapping_mul(2_654_435_761);
        let mix = (mix ^ (mix >> 15)).wrapping_mul(2_246_822_519);
        [mix as u8, (mix >> 8) as u8, (mix >> 16) as u8, if alpha { (mix >> 24) as u8 } else { 255 }]
    })
}

const PILLOW: &str = r#"
import json, sys
from PIL import Image
request = json.load(sys.stdin)
base = Image.frombytes("RGBA", request["size"], bytes(request["base"]))
layer = Image.frombytes("RGBA", request["layerSize"], bytes(request["layer"]))
whole = Image.new("RGBA", base.size)
whole.paste(layer, request["at"])
json.dump(list(Image.alpha_composite(base, whole).tobytes()), sys.stdout)
"#;

#[test]
fn one_picture_over_another_is_that_of_pillow() {
    for (alpha, at) in [(false, [3, 4]), (true, [0, 0]), (true, [-7, 20]), (true, [50, -3])] {
        let (base, layer) = (noise(60, 40, 1, alpha), noise(25, 30, 7, true));
        let answer = overlaid(
            &base,
            json!({"overlay": base64(&layer), "position": "top-left", "x": at[0], "y": at[1], "margin": 0}),
        );
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let (size, ours) = pixels(&answer.body);
        let ((_, below), (layer_size, above)) = (pixels(&base), pixels(&layer));
        let request = json!({
            "size": [size.0, size.1], "base": below, "layerSize": [layer_size.0, layer_size.1], "layer": above, "at": at,
        });
        let Some(theirs) = python("image", PILLOW, &request) else { return };
        let theirs: Vec<u8> = serde_json::from_value(theirs).unwrap();
        for (ours, theirs) in ours.chunks_exact(4).zip(theirs.chunks_exact(4)) {
            // Pillow rounds alpha first: where little is there, its colors are coarser.
            let bound = if ours[3] < 64 { 3 } else { 1 };
            assert!(
                ours.iter().zip(theirs).all(|(a, b)| a.abs_diff(*b) <= bound),
                "{alpha} {at:?} {ours:?} {theirs:?}"
            );
        }
    }
}

#[test]
fn colors_blend_as_css_blends_them() {
    let pairs: Vec<[[u8; 4]; 2]> = vec![
        [[200, 100, 50, 255], [50, 100, 200, 255]],
        [[255, 255, 255, 255], [10, 20, 30, 255]],
        [[0, 0, 0, 255], [10, 20, 30, 255]],
        [[90, 180, 30, 128], [200, 30, 60, 255]],
        [[90, 180, 30, 200], [200, 30, 60, 100]],
    ];
    for (name, css) in [("over", "normal"), ("multiply", "multiply"), ("screen", "screen")] {
        for [above, below] in &pairs {
            let base = png(2, 2, |_, _| *below);
            let answer = overlaid(&base, json!({"overlay": base64(&png(2, 2, |_, _| *above)), "blend": name}));
            let ours = pixels(&answer.body).1;
            let rect = |color: &[u8; 4], style: &str| {
                let opacity = f64::from(color[3]) / 255.0;
                format!(
                    "<rect width='2' height='2' fill='rgb({},{},{})' fill-opacity='{opacity}' style='{style}'/>",
                    color[0], color[1], color[2]
                )
            };
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'>{}{}</svg>",
                rect(below, ""),
                rect(above, &format!("mix-blend-mode:{css}"))
            );
            let theirs = Drawing::read(svg.as_bytes()).unwrap().draw((2, 2), &Limits::DEFAULT).unwrap().into_rgba8();
            let off = ours[..4].iter().zip(&theirs.into_raw()[..4]).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(off <= 2, "{name} {above:?} {below:?}: {:?}", &ours[..4]);
        }
    }
}

/// Where the pixels are that differ from white: left, upper, right, lower edge.
fn ink(picture: &[u8]) -> Option<[u32; 4]> {
    let (size, samples) = pixels(picture);
    let mut found: Option<[u32; 4]> = None;
    for (index, pixel) in samples.chunks_exact(4).enumerate() {
        if pixel[..3].iter().any(|sample| *sample < 200) {
            let (x, y) = (index as u32 % size.0, index as u32 / size.0);
            let [left, top, right, bottom] = found.unwrap_or([x, y, x, y]);
            found = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        }
    }
    found
}

fn white(width: u32, height: u32) -> Vec<u8> {
    png(width, height, |_, _| [255; 4])
}

#[test]
fn it_stands_where_it_is_said() {
    let dot = base64(&png(10, 6, |_, _| [0, 0, 0, 255]));
    for (request, expected) in [
        (json!({}), [45, 22, 54, 27]),
        (json!({"position": "top-left"}), [1, 1, 10, 6]),
        (json!({"position": "North West", "margin": 0}), [0, 0, 9, 5]),
        (json!({"position": "bottom-right", "margin": 5}), [85, 39, 94, 44]),
        (json!({"position": "right", "x": -3, "y": 2}), [87, 24, 96, 29]),
        (json!({"position": "top-left", "scale": 50}), [1, 1, 50, 30]),
        (
            json!({"position": "top-left", "scale": 100, "overlay": base64(&png(100, 50, |_, _| [0, 0, 0, 255]))}),
            [0, 0, 99, 49],
        ),
        (json!({"position": "top-left", "angle": 90}), [1, 1, 6, 10]),
        (json!({"position": "top-left", "x": -4, "y": -3}), [0, 0, 5, 2]),
        (json!({"position": "bottom-right", "x": 7}), [97, 44, 99, 49]),
        (json!({"tile": true}), [0, 0, 99, 49]),
        (json!({"scale": 400}), [0, 0, 99, 49]),
    ] {
        let mut body = request.clone();
        if body["overlay"].is_null() {
            body["overlay"] = json!(dot);
        }
        let answer = overlaid(&white(100, 50), body);
        assert_eq!(answer.status, 200, "{request} {:?}", answer.body);
        assert_eq!(ink(&answer.body), Some(expected), "{request}");
    }
    for away in [json!({"x": 65535}), json!({"y": -65535}), json!({"opacity": 0})] {
        let mut body = away.clone();
        body["overlay"] = json!(dot);
        let answer = overlaid(&white(100, 50), body);
        assert_eq!(ink(&answer.body), None, "{away}");
        assert_eq!(answered(&answer)["warnings"][0]["code"], "nothing-visible", "{away}");
    }
    let tiled =
        overlaid(&white(100, 50), json!({"overlay": dot, "tile": true, "gap": 10, "position": "top-left", "x": 3}));
    let dark = pixels(&tiled.body).1.chunks_exact(4).filter(|pixel| pixel[0] == 0).count();
    assert_eq!(dark, 50 * (6 + 6 + 6 + 2));
}

#[test]
fn text_is_as_wide_as_its_measure() {
    for (text, width) in [("Hello, world!", 5.9), ("Straße Ωμέγα Жизнь", 9.838)] {
        for bold in [false, true] {
            let request = json!({"text": text, "size": 40, "color": "black", "bold": bold, "maxWidth": 100});
            let answer = overlaid(&white(600, 100), request);
            let [left, _, right, _] = ink(&answer.body).unwrap();
            let (drawn, measured) = (f64::from(right - left), width * 40.0);
            // Letters keep some room to their sides, and pairs are set closer; bold is wider.
            let wider = if bold { 1.06 } else { 1.0 };
            assert!((0.93..1.01).contains(&(drawn / measured / wider)), "{text} {bold}: {drawn} of {measured}");
            assert!((f64::from(left + right) / 2.0 - 300.0).abs() < 4.0, "{text} stands in the middle");
        }
    }
    let scaled = overlaid(&white(600, 300), json!({"text": "Hello, world!", "scale": 50, "color": "black"}));
    let [left, _, right, _] = ink(&scaled.body).unwrap();
    assert!((280..=300).contains(&(right - left)), "{}", right - left);
}

#[test]
fn long_text_is_wrapped_and_stays_inside() {
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(6);
    for align in ["left", "center", "right"] {
        let request = json!({"text": text, "size": 20, "color": "black", "align": align, "maxWidth": 80});
        let [left, top, right, bottom] = ink(&overlaid(&white(400, 400), request).body).unwrap();
        assert!(left >= 38 && right <= 362 && right - left > 250, "{align}: {left} {right}");
        assert!(bottom - top > 7 * 24, "{align}: {top} {bottom}");
    }
    let boxed = json!({"text": "x", "boxColor": "red", "padding": 10, "size": 20, "position": "bottom", "margin": 4});
    let [.., bottom] = ink(&overlaid(&white(200, 100), boxed).body).unwrap();
    assert_eq!(bottom, 95);
}

#[test]
fn whatever_the_text_is_it_is_only_text() {
    let base = white(300, 200);
    for text in [
        "</text><script>alert(1)</script>",
        "&amp; &lt; &#0; <![CDATA[ ]]> <!-- -->",
        "' onload='x\" y=\"",
        "a\u{0}b\u{1b}[31m\u{7f}c",
        "\u{202e}evil\u{202c} \u{200d}\u{feff}",
        "line\r\nline\u{2028}line\ttab",
        &"\n".repeat(1999),
        &"m".repeat(2000),
        &"\u{301}".repeat(2000),
        "%s %n {{7*7}} ${x} \\u0000",
    ] {
        let answer =
            overlaid(&base, json!({"text": text, "color": "black", "size": 8, "strokeColor": "red", "shadow": true}));
        let blank = text.trim().is_empty();
        let status = if blank { 422 } else { 200 };
        assert_eq!(
            answer.status,
            status,
            "{text:?} {:?}",
            String::from_utf8_lossy(&answer.body[..200.min(answer.body.len())])
        );
        assert!(blank || text.starts_with('\u{301}') || ink(&answer.body).is_some(), "{text:?} leaves ink");
    }
    // What looks like markup is drawn: it needs as much room as other letters.
    let drawn = ink(&overlaid(&base, json!({"text": "<b>hi</b>", "color": "black", "size": 30})).body).unwrap();
    assert!(drawn[2] - drawn[0] > 110, "{drawn:?}");
}

#[test]
fn missing_letters_are_named() {
    for (text, named) in
        [("日本 ok", Some("日本")), ("party 🎉", Some("🎉")), ("שלום", Some("שלום")), ("Ωμέγα ñ é ж", None)]
    {
        let answer = overlaid(&white(200, 60), json!({"text": text}));
        let warnings = &answered(&answer)["warnings"];
        match named {
            None => assert_eq!(*warnings, json!([]), "{text}"),
            Some(letters) => {
                assert_eq!(
                    (&warnings[0]["code"], &warnings[0]["field"]),
                    (&json!("missing-glyphs"), &json!("text")),
                    "{text}"
                );
                let message = warnings[0]["message"].as_str().unwrap();
                assert!(letters.chars().all(|letter| message.contains(letter)), "{message}");
            }
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let base = white(20, 20);
    let dot = base64(&png(1, 1, |_, _| [0, 0, 0, 255]));
    for (request, status, words) in [
        (json!({}), 422, "overlay: is missing"),
        (json!({"text": "a", "overlay": dot}), 422, "text: cannot be combined with overlay"),
        (json!({"text": "   \n "}), 422, "text: is blank"),
        (json!({"text": ""}), 400, "text"),
        (json!({"text": "x".repeat(2001)}), 400, "text"),
        (json!({"text": "a", "position": "attention"}), 400, "position"),
        (json!({"text": "a", "size": 0}), 400, "size"),
        (json!({"text": "a", "size": 2001}), 400, "size"),
        (json!({"text": "a", "x": 65536}), 400, "x"),
        (json!({"text": "a", "opacity": -1}), 400, "opacity"),
        (json!({"text": "a", "blend": "burn"}), 400, "blend"),
        (json!({"text": "a", "color": "url(#x)"}), 400, "color"),
        (json!({"text": "m\n".repeat(999), "size": 2000}), 413, "text: the picture would have"),
        (json!({"overlay": base64(b"no picture")}), 415, "overlay: this is not a supported picture"),
    ] {
        let answer = overlaid(&base, request.clone());
        assert_eq!(answer.status, status, "{request} {:?}", answer.body);
        assert!(answer.message().contains(words), "{request} {}", answer.message());
    }
    for request in [
        json!({"overlay": dot, "scale": 400, "tile": true, "angle": 33}),
        json!({"overlay": dot, "tile": true}),
        json!({"text": "a", "tile": true, "angle": -77.7, "gap": 4096}),
        json!({"overlay": base64(&white(500, 3)), "margin": 4096}),
    ] {
        for base in [&base, &png(1, 1, |_, _| [1, 2, 3, 4])] {
            assert_eq!(overlaid(base, request.clone()).status, 200, "{request}");
        }
    }
}

#[test]
fn a_turned_photo_is_written_on_upright() {
    for turn in [1, 3, 6, 8] {
        let Some(photo) = shared(&format!("exif-orientation/Landscape_{turn}.jpg")) else { continue };
        let answer = overlaid(
            &photo,
            json!({"text": "AAAA", "boxColor": "lime", "position": "top-left", "margin": 0, "quality": 95}),
        );
        let (size, samples) = pixels(&answer.body);
        assert_eq!(size, (1800, 1200), "{turn}");
        assert!(samples[..3].iter().zip([0, 255, 0]).all(|(ours, lime)| ours.abs_diff(lime) < 9), "{turn}");
    }
}

/// The codes of what an answer warns of.
fn warned(answer: &Answer) -> Vec<String> {
    let facts = answered(answer);
    facts["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_too_large_is_made_to_fit() {
    let large = png(300, 100, |x, _| if x < 150 { [0, 0, 0, 255] } else { [0; 4] });
    let answer = overlaid(&white(100, 50), json!({"overlay": base64(&large), "position": "bottom-right"}));
    assert_eq!(ink(&answer.body).map(|[left, top, _, bottom]| [left, top, bottom]), Some([0, 16, 48]));
    assert_eq!(warned(&answer), ["shrunk-to-fit"]);
    let scaled = overlaid(&white(100, 50), json!({"overlay": base64(&large), "scale": 300}));
    assert_eq!(warned(&scaled), [""; 0]);

    let text = "word ".repeat(390);
    let answer = overlaid(&white(400, 300), json!({"text": text, "color": "black"}));
    let [_, top, _, bottom] = ink(&answer.body).unwrap();
    assert!(top > 0 && bottom < 299, "{top} {bottom}");
    assert_eq!(warned(&answer), [""; 0]);
    for request in [json!({"text": text, "size": 20}), json!({"text": "word ".repeat(390), "maxWidth": 5})] {
        assert_eq!(warned(&overlaid(&white(400, 300), request)), ["overhangs"]);
    }
    assert_eq!(warned(&overlaid(&white(400, 30), json!({"text": "one line", "size": 25}))), [""; 0]);
}

#[test]
fn what_does_nothing_is_said() {
    for (request, code, field) in [
        (json!({"text": "a", "opacity": 0.5}), "percent", "opacity"),
        (json!({"text": "a", "scale": 0.3}), "percent", "scale"),
        (json!({"text": "a", "padding": 9}), "no-effect", "padding"),
        (json!({"text": "a", "strokeWidth": 2}), "no-effect", "strokeWidth"),
    ] {
        let facts = answered(&overlaid(&white(100, 50), request.clone()));
        let warnings = facts["warnings"].as_array().unwrap();
        assert!(
            warnings.iter().any(|warning| warning["code"] == code && warning["field"] == field),
            "{request} {facts}"
        );
    }
    let fine =
        json!({"text": "a", "padding": 9, "boxColor": "red", "strokeWidth": 2, "strokeColor": "blue", "opacity": 50});
    assert_eq!(warned(&overlaid(&white(100, 50), fine)), [""; 0]);
}
