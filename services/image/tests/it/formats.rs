//! What we read and write, judged by Pillow.

mod made;
mod metadata;
mod moving;
mod odd;
mod sharp;

use base64_simd::STANDARD;
use pictures::{DecodeOptions, Encoding, Error, Format, Picture};
use serde_json::{Value, json};

/// A picture of which nothing is left out.
fn decoded(bytes: &[u8]) -> Result<Picture, Error> {
    pictures::decode(bytes, &DecodeOptions::whole(&|| false))
}

/// A picture for Python: an exact PNG, as base64.
fn png(picture: &Picture) -> String {
    STANDARD.encode_to_string(pictures::encode(picture, &Encoding::of(Format::Png), &|| false).unwrap())
}

/// Functions every program here begins with.
const PRELUDE: &str = r#"
import base64, io, json, sys, warnings
import numpy as np
from PIL import Image, ImageCms, ImageOps, ImageSequence
warnings.simplefilter("ignore")
request = json.load(sys.stdin)

def opened(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))

def rgba(picture):
    if picture.mode.startswith("I;16") or picture.mode == "I":
        wide = np.asarray(picture).astype(np.float64)
        gray = np.floor(wide / 65535.0 * 255.0 + 0.5).astype(np.uint8)
        picture = Image.fromarray(gray)
    return np.asarray(picture.convert("RGBA")).astype(np.float64)

def psnr(ours, theirs):
    if ours.shape != theirs.shape:
        return [list(ours.shape), list(theirs.shape)]
    # What cannot be seen may differ.
    ours, theirs = ours.copy(), theirs.copy()
    for one in (ours, theirs):
        one[..., :3] *= one[..., 3:] / 255.0
    error = ((ours - theirs) ** 2).mean()
    return 99.0 if error == 0 else float(10 * np.log10(255 * 255 / error))
"#;

/// What Python answers; none where there is no Python with Pillow.
fn python(program: &str, request: &Value) -> Option<Value> {
    chassis::testing::python("image", &format!("{PRELUDE}\n{program}"), request)
}

/// Pictures Python makes: each with a name, as bytes.
fn made(program: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let program = format!(
        "made = {{}}\ndef keep(name, picture, format, **options):\n    out = io.BytesIO()\n    \
         picture.save(out, format, **options)\n    made[name] = base64.b64encode(out.getvalue()).decode()\n{program}\n\
         print(json.dumps(made))"
    );
    let answer = python(&program, &json!({}))?;
    let bytes = |text: &Value| STANDARD.decode_to_vec(text.as_str().unwrap()).unwrap();
    Some(answer.as_object().unwrap().iter().map(|(name, text)| (name.clone(), bytes(text))).collect())
}
