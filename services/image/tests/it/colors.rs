//! Palettes, against pictures whose colors are known and Pillow's mean.

use chassis::testing::{Answer, python};
use serde_json::{Value, json};

use crate::{client, pixels, png, shared};

fn colors(picture: &[u8], options: &str) -> Answer {
    client().post_as("image/png", &format!("/api/v1/image/colors?{options}"), picture.to_vec())
}

fn palette(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let rows = answer.json()["colors"].as_array().unwrap().clone();
    rows.iter().map(|row| row["hex"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_flag_has_the_colors_of_its_law() {
    for file in ["sharp/Flag_of_the_Netherlands.png", "sharp/Flag_of_the_Netherlands-16bit.png"] {
        let Some(flag) = shared(file) else { continue };
        let answer = colors(&flag, "count=3");
        let mut found = palette(&answer);
        found.sort();
        assert_eq!(found, ["#21468b", "#ae1c28", "#ffffff"], "{file}");
        for row in answer.json()["colors"].as_array().unwrap() {
            assert!((row["share"].as_f64().unwrap() - 1.0 / 3.0).abs() < 0.02, "{row}");
        }
    }
}

#[test]
fn shares_names_and_text_are_said() {
    let picture = png(100, 100, |x, _| if x < 75 { [0, 0, 128, 255] } else { [255, 215, 0, 255] });
    let answer = colors(&picture, "");
    assert_eq!(palette(&answer), ["#000080", "#ffd700"]);
    let answer = answer.json();
    assert_eq!(answer["colors"][0]["name"], "navy");
    assert_eq!(answer["colors"][0]["share"], 0.75);
    assert_eq!(
        (&answer["colors"][0]["textColor"], &answer["colors"][1]["textColor"]),
        (&json!("#ffffff"), &json!("#000000"))
    );
    assert_eq!((&answer["dominant"], &answer["isDark"]), (&json!("#000080"), &json!(true)));
    let sum: f64 = answer["colors"].as_array().unwrap().iter().map(|row| row["share"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-3);
}

#[test]
fn what_is_seen_through_does_not_count() {
    let picture = png(60, 60, |x, _| if x < 50 { [255, 0, 0, 20] } else { [0, 128, 0, 255] });
    assert_eq!(palette(&colors(&picture, "count=4")), ["#008000"]);
    let answer = colors(&png(5, 5, |_, _| [1, 2, 3, 0]), "");
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("image: has no pixel that is at least half opaque"), "{}", answer.message());
}

const MEAN: &str = r#"
import json, sys
from PIL import Image, ImageStat
request = json.load(sys.stdin)
image = Image.frombytes("RGBA", request["size"], bytes(request["samples"])).convert("RGB")
json.dump(ImageStat.Stat(image).mean, sys.stdout)
"#;

#[test]
fn the_average_is_that_of_pillow() {
    let Some(photo) = shared("sharp/320x240.jpg") else { return };
    let (size, samples) = pixels(&photo);
    let request = json!({"size": [size.0, size.1], "samples": samples});
    let Some(mean) = python("image", MEAN, &request) else { return };
    let average = colors(&photo, "").json()["average"].as_str().unwrap().to_owned();
    for (channel, mean) in mean.as_array().unwrap().iter().enumerate() {
        let ours = f64::from(u8::from_str_radix(&average[1 + 2 * channel..][..2], 16).unwrap());
        assert!((ours - mean.as_f64().unwrap()).abs() < 1.5, "{average} {mean}");
    }
}

#[test]
fn counts_are_bounded_and_answers_repeat() {
    let noise = png(64, 64, |x, y| {
        let mix = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).rotate_left(9);
        [(mix >> 3) as u8, (mix >> 11) as u8, (mix >> 19) as u8, 255]
    });
    for (options, status) in
        [("count=0", 400), ("count=17", 400), ("count=-1", 400), ("count=16", 200), ("count=1", 200)]
    {
        assert_eq!(colors(&noise, options).status, status, "{options}");
    }
    let first: Value = colors(&noise, "count=16").json();
    assert_eq!(first["colors"].as_array().unwrap().len(), 16);
    assert_eq!(first, colors(&noise, "count=16").json());
}

#[test]
fn dark_colors_are_named_by_their_hue() {
    for (hex, name) in [
        ([0x32, 0x26, 0x20], "saddlebrown"),
        ([0x56, 0x3e, 0x2f], "saddlebrown"),
        ([0x81, 0x5e, 0x48], "saddlebrown"),
        ([0x66, 0x33, 0x00], "saddlebrown"),
        ([0x00, 0x46, 0x8c], "darkblue"),
        ([0x84, 0x80, 0x78], "gray"),
    ] {
        let [red, green, blue] = hex;
        let answer = colors(&png(4, 4, |_, _| [red, green, blue, 255]), "");
        assert_eq!(answer.json()["colors"][0]["name"], name, "{hex:?}");
    }
}
