//! The pictures sharp is tested with: each as Pillow reads it, or refused with a reason.

use std::path::{Path, PathBuf};

use pictures::{Error, Format};
use serde_json::{Map, Value, json};

use super::{decoded, png, python};

/// How near ours is at least, in decibels: JPEG, AVIF and profiles are rounded by each decoder in its own way.
const NEAR: f64 = 50.0;

const PROGRAM: &str = r#"
def theirs(path):
    picture = ImageOps.exif_transpose(Image.open(path))
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        picture = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    elif profile and picture.mode == "RGBA":
        alpha = picture.getchannel("A")
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "L" if source.profile.xcolor_space.strip() == "GRAY" else "RGB"
        picture = ImageCms.profileToProfile(picture.convert(mode), source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        picture.putalpha(alpha)
    return rgba(picture)

answer = {}
for name, (path, ours) in request.items():
    try:
        expected = theirs(path)
    except Exception as error:
        answer[name] = repr(error)
        continue
    answer[name] = psnr(rgba(opened(ours)), expected)
print(json.dumps(answer))
"#;

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/image/sharp");
    if !folder.is_dir() {
        chassis::testing::skipped("the pictures of sharp are not here");
        return None;
    }
    Some(folder)
}

#[test]
fn pictures_are_as_pillow_reads_them() {
    let Some(folder) = folder() else { return };
    let mut request = Map::new();
    let mut refused = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        // Drawings are judged elsewhere: Pillow draws none.
        if name == "README.md" || Format::of(&bytes) == Ok(Format::Svg) {
            continue;
        }
        match decoded(&bytes) {
            Ok(picture) => {
                request.insert(name, json!([path, png(&picture)]));
            }
            Err(error) => refused.push((name, error)),
        }
    }
    refused.sort_by(|a, b| a.0.cmp(&b.0));
    let reasons: Vec<_> =
        refused.iter().map(|(name, error)| (name.as_str(), matches!(error, Error::Damaged(..)))).collect();
    // A fax of group 3 and JPEG 2000 are not read, the others are damaged.
    let expected =
        [("G31D.TIF", false), ("corrupt-header.jpg", true), ("relax_tileparts.jp2", false), ("truncated.jpg", true)];
    assert_eq!(reasons, expected, "{refused:?}");
    let Some(answer) = python(PROGRAM, &Value::Object(request)) else { return };
    let mut wrong = Vec::new();
    for (name, near) in answer.as_object().unwrap() {
        if near.as_f64().is_none_or(|near| near < NEAR) {
            wrong.push((name, near));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
