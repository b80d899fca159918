//! Files hardly anybody writes, read as libjpeg reads them.

use base64_simd::STANDARD;
use serde_json::{Value, json};

use super::python;
use crate::client;

/// Brightness at half the width of the blue: 201 x 177 pixels of soft colors, coded by a few lines of Python as T.81 says.
const COARSE: &[u8] = include_bytes!("../../data/coarse-luma.jpg");

#[test]
fn brightness_may_be_coarser_than_color() {
    let mut request = serde_json::Map::new();
    request.insert("file".to_owned(), json!(STANDARD.encode_to_string(COARSE)));
    for (name, path) in [
        ("whole", "convert?format=png"),
        ("turned", "rotate?angle=90&format=png"),
        ("part", "crop?x=31&y=20&width=100&height=99&format=png"),
        ("small", "resize?width=50&format=png"),
    ] {
        let answer = client().post_as("image/jpeg", &format!("/api/v1/image/{path}"), COARSE);
        assert_eq!(answer.status, 200, "{name}: {}", answer.message());
        request.insert(name.to_owned(), json!(STANDARD.encode_to_string(&answer.body)));
    }
    let program = r#"
source = opened(request["file"]).convert("RGB")
wanted = {"whole": source, "turned": source.rotate(-90, expand=True), "part": source.crop((31, 20, 131, 119)),
    "small": source.resize((50, 44), Image.LANCZOS)}
far = lambda a, b: float(abs(np.asarray(a).astype(float) - np.asarray(b.convert("RGB"))).mean())
print(json.dumps({name: far(picture, opened(request[name])) for name, picture in wanted.items()}))"#;
    let Some(answer) = python(program, &Value::Object(request)) else { return };
    for (name, far) in answer.as_object().unwrap() {
        assert!(far.as_f64().unwrap() < 1.5, "{name}: {far}");
    }
}
