//! Thumbnails: several sizes of one picture.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chassis::{Call, File, Operation, WithFiles};
use garde::Validate;
use pictures::{Format, Limits};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::canvas::on_canvas;
use crate::color::Color;
use crate::error::{Error, conflict, of_field};
use crate::geometry::{Fit, POSITION_NEEDS, Plan, Position};
use crate::input;
use crate::output::{self, Output, OutputFormat};

/// What the document says.
const DESCRIPTION: &str = "\
Makes up to ten sizes of one picture, which is decoded once. One size is answered as a picture, several as a zip archive, or as \
a list with `output=base64` or `output=url`. A size is a number (a square box), `WIDTHxHEIGHT`, `WIDTHx` or `xHEIGHT`, or a name: \
`icon` 64x64, `avatar` 256x256, `square` 1080x1080, `og` 1200x630, `story` 1080x1920. What overflows a box is cropped, unless `fit` \
says otherwise. Smaller pictures are not enlarged unless `enlarge` is true: a box they cannot fill shrinks, keeping its aspect ratio, \
and the warning `not-enlarged` says so. An SVG is drawn at any size. Of an animation the first frame is used where the output format \
cannot be animated.";

/// A picture and the sizes to make.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ThumbnailRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Sizes; 320 by default.
    #[serde(default)]
    #[garde(length(max = 10))]
    pub sizes: Vec<Size>,
    /// How the picture is fitted into the box.
    #[serde(default)]
    pub fit: Fit,
    /// Which part is kept when the picture is cropped, or where it is placed in a larger box.
    #[serde(default, alias = "gravity")]
    pub position: Position,
    /// Whether a smaller picture is enlarged; an SVG always is.
    #[serde(default)]
    pub enlarge: bool,
    /// Output format; by default that of the picture. A format that cannot be written becomes another: SVG and ICO become PNG;
    /// TIFF, BMP, PNM and an AVIF of more than four megapixels become JPEG, or PNG when they have transparency.
    #[serde(default)]
    pub format: Option<OutputFormat>,
    /// Quality of JPEG, WebP and AVIF, 1 (smallest file) to 100 (best); 80 by default, 60 for AVIF.
    #[serde(default)]
    #[garde(range(min = 1, max = 100))]
    pub quality: Option<u8>,
    /// Background color: fills the space an operation adds and, when opaque, shows behind transparent pixels. By default both
    /// stay transparent, or become white in a JPEG.
    #[serde(default)]
    pub background: Option<Color>,
}

/// The thumbnails.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ThumbnailResponse {
    /// One for each size, in the order of the request.
    pub rows: Vec<Thumbnail>,
}

/// A thumbnail.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Thumbnail {
    /// Size as requested: `avatar`, `320x320`, `640x`.
    pub size: String,
    /// File name.
    pub name: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size in bytes.
    pub bytes: usize,
}

/// A box of which one side may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: Option<u32>,
    height: Option<u32>,
    name: Option<&'static str>,
}

impl Size {
    const fn of(width: Option<u32>, height: Option<u32>) -> Self {
        Self { width, height, name: None }
    }
}

/// Sizes with a name.
const NAMED: [(&str, u32, u32); 5] =
    [("icon", 64, 64), ("avatar", 256, 256), ("square", 1080, 1080), ("og", 1200, 630), ("story", 1080, 1920)];
const SIZE_FORMS: &str = "is not a size: write 320, 640x480, 640x, x480, or one of icon, avatar, square, og, story";

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        if let Some((name, width, height)) = NAMED.iter().find(|(name, ..)| *name == text) {
            return Ok(Self { width: Some(*width), height: Some(*height), name: Some(name) });
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
        if (width, height) == (None, None) { Err(SIZE_FORMS) } else { Ok(Self::of(width, height)) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name {
            return f.write_str(name);
        }
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
        sizes: vec![Size::of(Some(48), Some(48)), Size::of(Some(24), None)],
        fit: Fit::Cover,
        position: Position::Center,
        enlarge: false,
        format: Some(OutputFormat::Jpeg),
        quality: None,
        background: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    output::makes_picture(op, |request: &ThumbnailRequest| {
        input::Load::of(&request.image).format(request.format).slow(request.sizes.len() > 4)
    })
    .summary("Make thumbnails: several sizes of one picture")
    .description(DESCRIPTION)
    .example(example)
}

/// Makes several sizes of one picture.
///
/// # Errors
/// When the picture cannot be read or a size is too large.
pub fn thumbnail(request: ThumbnailRequest, call: &Call) -> Result<WithFiles<ThumbnailResponse>, Error> {
    let sizes = match request.sizes.as_slice() {
        [] => vec![Size::of(Some(320), Some(320))],
        sizes => sizes.to_vec(),
    };
    let head = input::head("image", &request.image)?;
    let source = head.upright();
    // A drawing is as sharp in any size.
    let enlarge = request.enlarge || head.format == Format::Svg;
    let plans: Vec<Plan> = sizes
        .iter()
        .map(|size| Plan::fit(source, (size.width, size.height), request.fit, request.position, enlarge))
        .collect();
    let largest = plans.iter().map(Plan::whole_size).reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    for plan in &plans {
        let (width, height) = plan.result();
        Limits::DEFAULT.admit_output(width, height).map_err(of_field("sizes"))?;
    }
    let pixels: u64 = plans.iter().map(|plan| u64::from(plan.result().0) * u64::from(plan.result().1)).sum();
    if pixels > Limits::DEFAULT.output_pixels {
        let most = Limits::DEFAULT.output_pixels / 1_000_000;
        return Err(conflict(
            "sizes",
            format!("would make more than {most} megapixels together: ask for fewer or smaller sizes"),
        ));
    }
    warn(&request, &sizes, &plans, source, call);
    let frames = Output::frames(request.format, &head, call);
    let picture = input::picture("image", &request.image, largest, frames, call)?;
    let output = Output {
        format: request.format,
        quality: request.quality,
        background: request.background,
        ..Output::default()
    };
    output.warn_of_what_does_nothing(output.format_for(&picture), call);
    let mut files: Vec<File> = Vec::with_capacity(plans.len());
    let mut rows: Vec<Thumbnail> = Vec::with_capacity(plans.len());
    for (size, plan) in sizes.iter().zip(plans) {
        let plan = plan.placed(&picture, request.position, call)?;
        let small =
            pictures::resample(&picture, plan.region, plan.size, pictures::Kernel::Lanczos3, &|| call.cancelled())
                .map_err(of_field("image"))?;
        let small = match plan.canvas {
            Some(canvas) => {
                on_canvas(small, canvas, request.position, request.background.unwrap_or(Color::TRANSPARENT))?
            }
            None => small,
        };
        let (bytes, facts) = output.write(&small, call)?;
        let size = size.to_string();
        let after = match rows.iter().filter(|row| row.size == size).count() {
            0 => format!("-{size}"),
            same => format!("-{size}-{}", same + 1),
        };
        let name = Output::name(&request.image, &after, facts.format);
        rows.push(Thumbnail { size, name: name.clone(), width: facts.width, height: facts.height, bytes: facts.bytes });
        files.push(File::new(name, facts.format.format().media_type(), bytes));
    }
    Ok(WithFiles { files, facts: ThumbnailResponse { rows } })
}

/// Says which sizes are not as they were asked for, and what does nothing.
fn warn(request: &ThumbnailRequest, sizes: &[Size], plans: &[Plan], source: (u32, u32), call: &Call) {
    let small = |(size, plan): (&Size, &Plan)| {
        let sizes = plan.too_small(source, (size.width, size.height), request.fit)?;
        Some(size.name.map_or(sizes.clone(), |name| format!("{name} became {sizes}")))
    };
    let small: Vec<String> = sizes.iter().zip(plans).filter_map(small).collect();
    if !small.is_empty() {
        let (width, height, small) = (source.0, source.1, small.join(", "));
        let message = format!("the picture has {width}x{height} pixels: {small}; send enlarge=true to enlarge it");
        call.warn("not-enlarged", Some("enlarge"), message);
    }
    let boxes = sizes.iter().any(|size| size.width.is_some() && size.height.is_some());
    if request.position != Position::Center && !(boxes && request.fit.uses_position()) {
        call.warn("no-effect", Some("position"), POSITION_NEEDS);
    }
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
