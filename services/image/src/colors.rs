//! The color palette of a picture.
//!
//! | file | job |
//! | --- | --- |
//! | `palette.rs` | pixels to a few colors: k-means in OKLab |
//! | `names.rs` | the nearest CSS color |

mod names;
mod palette;

use chassis::{Call, File, Operation};
use garde::Validate;
use pictures::{Frames, Kernel, resample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, conflict, of_field};
use crate::input;
use crate::oklab::luminance;
use crate::raster::Raster;

/// What the document says.
const DESCRIPTION: &str = "\
Extracts the color palette of a picture: its main colors with their shares, the dominant and the average color, and whether text on \
them should be black or white. Similar pixels count as one color (k-means in OKLab on a version of at most 128 pixels a side), and the \
same picture always gives the same palette. Pixels that are less than half opaque do not count. Of an animation the first frame is used.";

/// Pixels along the longer side of the version that is looked at.
const SIDE: u32 = 128;
/// Pixels less opaque than this do not count.
const OPAQUE: u8 = 128;
/// The luminance whose contrast with black and with white is the same: (L + 0.05)^2 = 1.05 x 0.05 (WCAG 2.2).
const HALFWAY: f32 = 0.179_13;

/// A picture and how many colors to extract.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ColorsRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Maximum number of colors, 1 to 16.
    #[serde(default = "five")]
    #[garde(range(min = 1, max = 16))]
    pub count: u8,
}

fn five() -> u8 {
    5
}

/// The colors of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColorsResponse {
    /// Most frequent color.
    pub dominant: Color,
    /// Mean of all pixels.
    pub average: Color,
    /// Whether the picture is dark on average: white text on it is easier to read than black.
    pub is_dark: bool,
    /// Text color that is easier to read on it: black or white, by WCAG 2.2 contrast.
    pub text_color: Color,
    /// Palette, most frequent first.
    pub colors: Vec<Swatch>,
}

/// A color of the palette.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Swatch {
    /// Color as `#rrggbb`.
    pub hex: Color,
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
    /// Share of the pixels, 0 to 1.
    pub share: f64,
    /// Name of the nearest CSS color.
    pub name: String,
    /// Text color that is easier to read on it: black or white, by WCAG 2.2 contrast.
    pub text_color: Color,
}

/// A request that works.
#[must_use]
pub fn example() -> ColorsRequest {
    ColorsRequest { image: input::example(), count: 3 }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_picture(op, |request: &ColorsRequest| input::Load::of(&request.image))
        .summary("Extract the color palette of a picture")
        .description(DESCRIPTION)
        .example(example)
}

/// Extracts the color palette of a picture.
///
/// # Errors
/// When the picture cannot be read, or no pixel is at least half opaque.
pub fn colors(request: ColorsRequest, call: &Call) -> Result<ColorsResponse, Error> {
    let (width, height) = input::head("image", &request.image)?.upright();
    let scale = (f64::from(SIDE) / f64::from(width.max(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    let size = (side(width), side(height));
    let picture = input::picture("image", &request.image, Some(size), Frames::One(0), call)?;
    let picture = resample(&picture, None, size, Kernel::Linear, &|| call.cancelled()).map_err(of_field("image"))?;
    let raster = Raster::of(picture.into_raster()).colored();
    let pixels: Vec<[u8; 3]> = raster
        .samples
        .chunks_exact(raster.channels)
        .filter(|pixel| pixel.get(3).is_none_or(|alpha| *alpha >= OPAQUE))
        .map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    if pixels.is_empty() {
        return Err(conflict("image", "has no pixel that is at least half opaque: send a picture with visible pixels"));
    }
    let colors: Vec<Swatch> = palette::of(&pixels, usize::from(request.count))
        .into_iter()
        .map(|(rgb, share)| Swatch {
            hex: opaque(rgb),
            red: rgb[0],
            green: rgb[1],
            blue: rgb[2],
            share: (share * 1e4).round() / 1e4,
            name: names::nearest(rgb).to_owned(),
            text_color: text_on(rgb),
        })
        .collect();
    let average = mean(&pixels);
    let text_color = text_on(average);
    let dominant = colors.first().expect("some pixel has a color").hex;
    Ok(ColorsResponse { dominant, average: opaque(average), is_dark: text_color == Color::WHITE, text_color, colors })
}

fn opaque([red, green, blue]: [u8; 3]) -> Color {
    Color { red, green, blue, alpha: 255 }
}

fn text_on(rgb: [u8; 3]) -> Color {
    if luminance(rgb) < HALFWAY { Color::WHITE } else { Color::BLACK }
}

fn mean(pixels: &[[u8; 3]]) -> [u8; 3] {
    let count = pixels.len() as u64;
    std::array::from_fn(|channel| {
        let sum: u64 = pixels.iter().map(|pixel| u64::from(pixel[channel])).sum();
        ((sum + count / 2) / count) as u8
    })
}
