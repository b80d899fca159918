//! Several sizes of one picture.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chassis::{Call, File, WithFiles};
use garde::Validate;
use pictures::{Frames, Limits};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;
use crate::color::Color;
use crate::error::{about, conflict};
use crate::geometry::{Fit, Plan, Position};
use crate::input;
use crate::output::{Output, OutputFormat};
use crate::resize::on_canvas;

/// What the document says.
pub const DESCRIPTION: &str = "\
Up to ten sizes of one picture, which is read once: one size comes back as a picture, several as a zip archive, or as \
a list with `output=base64` or `output=url`. A size is a number (a square box), `WIDTHxHEIGHT`, `WIDTHx` or `xHEIGHT`, or a name: \
`icon` 64x64, `avatar` 256x256, `square` 1080x1080, `og` 1200x630, `story` 1080x1920. Whatever hangs over a box is cut off, unless \
`fit` says otherwise. Small pictures are not enlarged.";

/// A picture and the sizes it is wanted in.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ThumbnailRequest {
    /// The picture.
    pub image: File,
    /// The sizes; 320 when none is given.
    #[serde(default)]
    #[garde(length(max = 10))]
    pub sizes: Vec<Size>,
    /// What happens to a picture of another shape than the box.
    #[serde(default)]
    pub fit: Fit,
    /// Which part stays with `cover`, or where the picture stands with `contain`.
    #[serde(default)]
    pub position: Position,
    /// The format; that of the picture when it is not given.
    #[serde(default)]
    pub format: Option<OutputFormat>,
    /// 1 (small) to 100 (best) for JPEG, WebP and AVIF; 80, for AVIF 60, when it is not given.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub quality: Option<u8>,
    /// Colour around the picture with `contain`, and behind it where the format has no transparency.
    #[serde(default)]
    pub background: Option<Color>,
}

/// The pictures that were made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ThumbnailResponse {
    /// One for each size, in the order asked for.
    pub rows: Vec<Thumbnail>,
}

/// A picture that was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Thumbnail {
    /// The name of its file.
    pub name: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its size in bytes.
    pub bytes: usize,
}

/// A box of which one side may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: Option<u32>,
    height: Option<u32>,
}

/// Sizes with a name.
const NAMED: [(&str, u32, u32); 5] =
    [("icon", 64, 64), ("avatar", 256, 256), ("square", 1080, 1080), ("og", 1200, 630), ("story", 1080, 1920)];
const SIZE_FORMS: &str = "is not a size: write 320, 640x480, 640x, x480, or one of icon, avatar, square, og, story";

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        if let Some((_, width, height)) = NAMED.iter().find(|(name, ..)| *name == text) {
            return Ok(Self { width: Some(*width), height: Some(*height) });
        }
        let side = |text: &str| match text.trim() {
            "" => Ok(None),
            number => match number.parse() {
                Ok(side @ 1..=8192) => Ok(Some(side)),
                Ok(_) => Err("is not between 1 and 8192 pixels"),
                Err(_) => Err(SIZE_FORMS),
            },
        };
        let (width, height) = match text.split_once(['x', '*', '\u{d7}']) {
            Some((width, height)) => (side(width)?, side(height)?),
            None => (side(&text)?, side(&text)?),
        };
        if (width, height) == (None, None) { Err(SIZE_FORMS) } else { Ok(Self { width, height }) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |side: Option<u32>| side.map(|side| side.to_string()).unwrap_or_default();
        write!(f, "{}x{}", text(self.width), text(self.height))
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Forms;
        impl Visitor<'_> for Forms {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as 320 or 640x480")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Size, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, side: u64) -> Result<Size, E> {
                self.visit_str(&side.to_string())
            }

            fn visit_i64<E: serde::de::Error>(self, side: i64) -> Result<Size, E> {
                u64::try_from(side)
                    .map_err(|_| E::custom("is not between 1 and 8192 pixels"))
                    .and_then(|side| self.visit_u64(side))
            }

            fn visit_f64<E: serde::de::Error>(self, side: f64) -> Result<Size, E> {
                if side.fract() != 0.0 || !(0.0..1e6).contains(&side) {
                    return Err(E::invalid_value(Unexpected::Float(side), &self));
                }
                self.visit_u64(side as u64)
            }
        }
        source.deserialize_any(Forms).map_err(D::Error::custom)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A box in pixels: `320` (a square), `640x480`, `640x`, `x480`, or a name: icon, avatar, square, og, story.",
            "anyOf": [
                { "type": "string", "pattern": "^([1-9][0-9]{0,3}|[1-9][0-9]{0,3}x([1-9][0-9]{0,3})?|x[1-9][0-9]{0,3}|icon|avatar|square|og|story)$" },
                { "type": "integer", "minimum": 1, "maximum": 8192 }
            ]
        })
    }
}

/// A request that works.
#[must_use]
pub fn example() -> ThumbnailRequest {
    ThumbnailRequest {
        image: input::example(),
        sizes: vec![Size { width: Some(48), height: Some(48) }, Size { width: Some(24), height: None }],
        fit: Fit::Cover,
        position: Position::Center,
        format: Some(OutputFormat::Jpeg),
        quality: None,
        background: None,
    }
}

/// Makes several sizes of one picture.
///
/// # Errors
/// When the picture cannot be read or a size is too large.
pub fn thumbnail(request: ThumbnailRequest, call: &Call) -> Result<WithFiles<ThumbnailResponse>, Error> {
    let sizes = match request.sizes.as_slice() {
        [] => vec![Size { width: Some(320), height: Some(320) }],
        sizes => sizes.to_vec(),
    };
    let source = input::head("image", &request.image)?.upright();
    let plans: Vec<Plan> = sizes
        .iter()
        .map(|size| Plan::fit(source, (size.width, size.height), request.fit, request.position, false))
        .collect();
    let largest = plans.iter().map(Plan::whole_size).reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    for plan in &plans {
        let (width, height) = plan.result();
        Limits::DEFAULT.admit_output(width, height).map_err(about("sizes"))?;
    }
    let pixels: u64 = plans.iter().map(|plan| u64::from(plan.result().0) * u64::from(plan.result().1)).sum();
    if pixels > Limits::DEFAULT.output_pixels {
        let most = Limits::DEFAULT.output_pixels / 1_000_000;
        return Err(conflict(
            "sizes",
            format!("would make more than {most} megapixels together: ask for fewer or smaller ones"),
        ));
    }
    let picture = input::picture("image", &request.image, largest, Frames::All, call)?;
    let output = Output {
        format: request.format,
        quality: request.quality,
        background: request.background,
        ..Output::default()
    };
    let mut files = Vec::with_capacity(plans.len());
    let mut rows = Vec::with_capacity(plans.len());
    for plan in plans {
        let plan = plan.placed(&picture, request.position, call)?;
        let small =
            pictures::resample(&picture, plan.region, plan.size, pictures::Kernel::Lanczos3, &|| call.cancelled())
                .map_err(about("image"))?;
        let small = match plan.canvas {
            Some(canvas) => {
                on_canvas(small, canvas, request.position, request.background.unwrap_or(Color::TRANSPARENT))?
            }
            None => small,
        };
        let (bytes, facts) = output.write(&small, call)?;
        let name = Output::name(&request.image, &format!("-{}x{}", facts.width, facts.height), facts.format);
        rows.push(Thumbnail { name: name.clone(), width: facts.width, height: facts.height, bytes: facts.bytes });
        files.push(File::new(name, facts.format.format().media_type(), bytes));
    }
    Ok(WithFiles { files, facts: ThumbnailResponse { rows } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let size = |text: &str| text.parse::<Size>().map(|size| (size.width, size.height));
        assert_eq!(size("320"), Ok((Some(320), Some(320))));
        assert_eq!(size("640 X 480"), Ok((Some(640), Some(480))));
        assert_eq!(size("640x"), Ok((Some(640), None)));
        assert_eq!(size("OG"), Ok((Some(1200), Some(630))));
        for wrong in ["", "x", "0", "9000", "1x0", "large", "-5", "1x2x3"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
