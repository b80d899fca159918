//! The colors of a picture.

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
Finds the colors a picture is made of: a palette with the share of each, the color there is most of, the average, and whether \
text upon it should be black or white. Pixels that look alike count as one color (k-means in OKLab on a version of at most 128 \
pixels a side); the same picture always gives the same palette. What can be seen through by more than half does not count.";

/// Pixels along the longer side of the version that is looked at.
const SIDE: u32 = 128;
/// Pixels less opaque than this do not count.
const OPAQUE: u8 = 128;
/// The luminance whose contrast with black and with white is the same: (L + 0.05)^2 = 1.05 x 0.05 (WCAG 2.2).
const HALFWAY: f32 = 0.179_13;

/// A picture, and how many colors to find.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ColorsRequest {
    /// The picture; of an animation, its first frame.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// How many colors to find at most, 1 to 16.
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
    /// The color there is most of.
    pub dominant: Color,
    /// The mean of all pixels.
    pub average: Color,
    /// Whether the picture as a whole is dark: white text on its average is easier to read than black.
    pub is_dark: bool,
    /// Black or white: what is easier to read on the average (WCAG 2.2 contrast).
    pub text_color: Color,
    /// The palette, most frequent first.
    pub colors: Vec<Swatch>,
}

/// A color of the palette.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Swatch {
    /// The color, as `#rrggbb`.
    pub hex: Color,
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
    /// Its share of the pixels, 0 to 1.
    pub share: f64,
    /// The CSS name of the color that looks most like it.
    pub name: String,
    /// Black or white: what is easier to read on it.
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
    input::reads_picture(op)
        .summary("Extract the color palette of a picture")
        .description(DESCRIPTION)
        .example(example())
}

/// Finds the colors of a picture.
///
/// # Errors
/// When the picture cannot be read, or nothing of it can be seen.
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
        return Err(conflict("image", "can be seen through everywhere: send a picture that shows something"));
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
