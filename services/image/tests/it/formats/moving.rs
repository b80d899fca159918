//! Animations of Pillow, frame by frame as Pillow shows them.

use base64_simd::STANDARD;
use serde_json::{Value, json};

use super::{made, python};
use crate::{answered, client};

/// Discs that wander: frames that clear what was there, that draw upon it, and that cover only a part.
const MAKE: &str = r#"
from PIL import ImageDraw
def discs(mode, ground, colors):
    frames = []
    for step, color in enumerate(colors):
        frame = Image.new(mode, (81, 61), ground)
        ImageDraw.Draw(frame).ellipse((step * 10 + 1, 11, step * 10 + 31, 41), fill=color)
        frames.append(frame)
    return frames
clear = discs("RGBA", (0, 0, 0, 0), [(255, 40 * step, 0, 255) for step in range(5)])
glass = discs("RGBA", (0, 0, 0, 0), [(255, 40 * step, 99, 60 + 40 * step) for step in range(5)])
solid = discs("RGB", (9, 99, 9), [(255, 40 * step, 0) for step in range(5)])
shared = dict(save_all=True, duration=100)
keep("clear", clear[0], "WEBP", append_images=clear[1:], lossless=True, **shared)
keep("glass", glass[0], "WEBP", append_images=glass[1:], lossless=True, minimize_size=True, **shared)
keep("solid", solid[0], "WEBP", append_images=solid[1:], lossless=True, **shared)
keep("lossy", glass[0], "WEBP", append_images=glass[1:], quality=90, **shared)
keep("mixed", clear[0], "WEBP", append_images=clear[1:], allow_mixed=True, kmin=2, kmax=3, background=(255, 0, 0, 255), **shared)
keep("gif", clear[0], "GIF", append_images=clear[1:], disposal=2, **shared)
keep("png", glass[0], "PNG", append_images=glass[1:], disposal=1, **shared)
"#;

fn post(path: &str, bytes: &[u8], options: &Value) -> chassis::testing::Answer {
    let mut request = json!({"image": STANDARD.encode_to_string(bytes)});
    request.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    client().post(&format!("/api/v1/image/{path}"), &request)
}

#[test]
fn every_frame_is_shown_as_it_was_drawn() {
    let Some(files) = made(MAKE) else { return };
    let mut request = serde_json::Map::new();
    for (name, bytes) in files {
        let mut frames = Vec::new();
        for page in 0..5 {
            let answer = post("convert", &bytes, &json!({"format": "png", "page": page}));
            assert_eq!(answer.status, 200, "{name} {page}: {}", answer.message());
            frames.push(STANDARD.encode_to_string(&answer.body));
        }
        // And all of them, written again.
        let again = post("convert", &bytes, &json!({"format": "webp", "lossless": true}));
        assert_eq!(answered(&again)["frames"], 5, "{name}");
        let again = STANDARD.encode_to_string(&again.body);
        request.insert(name, json!({"file": STANDARD.encode_to_string(&bytes), "frames": frames, "again": again}));
    }
    let program = r#"
def seen(picture):
    pixels = np.asarray(picture.convert("RGBA")).astype(np.float64)
    pixels[..., :3] *= pixels[..., 3:] / 255.0
    return pixels
answer = {}
for name, one in request.items():
    theirs = [seen(frame) for frame in ImageSequence.Iterator(opened(one["file"]))]
    ours = [seen(opened(frame)) for frame in one["frames"]]
    again = [seen(frame) for frame in ImageSequence.Iterator(opened(one["again"]))]
    far = lambda all: max(abs(a - b).max() for a, b in zip(all, theirs))
    answer[name] = [len(theirs), far(ours), len(again), far(again)]
print(json.dumps(answer))"#;
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    assert_eq!(answer.as_object().unwrap().len(), 7);
    for (name, found) in answer.as_object().unwrap() {
        let [count, far, again_count, again_far] = [0, 1, 2, 3].map(|index| found[index].as_f64().unwrap());
        assert_eq!((count, again_count), (5.0, 5.0), "{name}");
        // Two decoders of lossy WebP differ in how they round.
        let most = if name == "lossy" { 6.0 } else { 1.5 };
        assert!(far <= most && again_far <= most, "{name}: {found}");
    }
}

/// Nothing is lost without a word.
#[test]
fn an_animated_avif_says_that_it_becomes_still() {
    let make = r#"
frames = [Image.new("RGB", (40, 30), (step * 60, 90, 200)) for step in range(3)]
keep("avif", frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=200)"#;
    let Some(files) = made(make) else { return };
    let bytes = &files[0].1;
    let info = post("info", bytes, &json!({})).json();
    assert_eq!((&info["frames"], &info["animated"], &info["durationMs"]), (&json!(3), &json!(true), &json!(600)));
    let facts = answered(&post("convert", bytes, &json!({"format": "gif"})));
    assert_eq!((&facts["frames"], &facts["warnings"][0]["code"]), (&json!(1), &json!("animation-lost")));
    assert_eq!(post("convert", bytes, &json!({"format": "png", "page": 2})).status, 422);
}
