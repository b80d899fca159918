//! Perceptual hashes of a picture, placeholders, and the comparison of two pictures.
//!
//! All of them start from one version of about 512 pixels a side, decoded once.
//!
//! | file | job |
//! | --- | --- |
//! | `perceptual.rs` | phash, dhash, ahash |
//! | `placeholder.rs` | blurhash, thumbhash, a tiny WebP |
//! | `blurhash.rs` | the encoding of blurhash |
//! | `compare.rs` | two pictures |

mod blurhash;
mod compare;
mod perceptual;
mod placeholder;

use chassis::{Call, File, Operation};
pub use compare::Comparison;
use garde::Validate;
use pictures::{Frames, Kernel, Picture, resample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, of_field, still_wanted};
use crate::input;
use crate::raster::Raster;

/// What the document says.
const DESCRIPTION: &str = "\
Computes perceptual hashes: pictures that look alike have hashes that differ in few of their 64 bits, whatever their size, format and \
quality. `phash`, `dhash` and `ahash` are those of the Python library imagehash; `blurhash`, `thumbhash` and `lqip` are placeholders to \
show while a picture loads. With a second picture as `other` the two are compared: whether they are identical, how similar they look, \
and whether they show the same picture. To find duplicates, keep the phash of each picture and compare by Hamming distance (differing \
bits). Of an animation the first frame is used.";

/// A picture is looked at with about this many pixels along its longer side.
const SIDE: u32 = 512;

/// A picture, the hashes to compute, and perhaps another picture to compare it with.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct HashRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Hashes to compute; phash, dhash, ahash and blurhash by default.
    #[serde(default = "usual")]
    #[garde(length(min = 1, max = 6))]
    pub algorithms: Vec<Algorithm>,
    /// Another picture to compare it with.
    #[serde(default)]
    pub other: Option<File>,
}

/// A perceptual hash or a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// Perceptual hash, of low frequencies (discrete cosine transform): finds copies best.
    Phash,
    /// Difference hash, of neighboring pixels: finds scaled copies.
    Dhash,
    /// Average hash, of pixels above the mean: coarse.
    Ahash,
    /// A blurred placeholder of about 28 characters (blurha.sh), 4 by 3 components.
    Blurhash,
    /// A placeholder of about 25 bytes as base64 (evanw.github.io/thumbhash), with transparency and shape.
    Thumbhash,
    /// A tiny WebP as a data URI.
    Lqip,
}

fn usual() -> Vec<Algorithm> {
    vec![Algorithm::Phash, Algorithm::Dhash, Algorithm::Ahash, Algorithm::Blurhash]
}

/// The hashes that were requested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HashResponse {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Perceptual hash, 16 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phash: Option<String>,
    /// Difference hash, 16 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhash: Option<String>,
    /// Average hash, 16 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahash: Option<String>,
    /// BlurHash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// ThumbHash, as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbhash: Option<String>,
    /// Tiny WebP, as a data URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lqip: Option<String>,
    /// Comparison with `other`, if it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
}

/// A request that works.
#[must_use]
pub fn example() -> HashRequest {
    HashRequest { image: input::example(), algorithms: usual(), other: Some(input::example()) }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_picture(op, |request: &HashRequest| input::Load::of(&request.image).and(request.other.as_ref()))
        .summary("Hash a picture perceptually, or compare two")
        .description(DESCRIPTION)
        .example(example)
}

/// Hashes a picture perceptually, and compares it with another.
///
/// # Errors
/// When a picture cannot be read.
pub fn hash(request: HashRequest, call: &Call) -> Result<HashResponse, Error> {
    let (width, height) = input::head("image", &request.image)?.upright();
    let look = look("image", &request.image, call)?;
    let wants = |algorithm| request.algorithms.contains(&algorithm);
    let hashes = perceptual::Hashes::of(&look, call)?;
    let hex = |algorithm, hash: u64| wants(algorithm).then(|| format!("{hash:016x}"));
    let comparison = match &request.other {
        Some(other) => {
            still_wanted(call)?;
            Some(compare::compare((&request.image, &look, &hashes), other, call)?)
        }
        None => None,
    };
    Ok(HashResponse {
        width,
        height,
        phash: hex(Algorithm::Phash, hashes.phash),
        dhash: hex(Algorithm::Dhash, hashes.dhash),
        ahash: hex(Algorithm::Ahash, hashes.ahash),
        blurhash: wants(Algorithm::Blurhash).then(|| placeholder::blurhash(&look, call)).transpose()?,
        thumbhash: wants(Algorithm::Thumbhash).then(|| placeholder::thumbhash(&look, call)).transpose()?,
        lqip: wants(Algorithm::Lqip).then(|| placeholder::lqip(&look, call)).transpose()?,
        comparison,
    })
}

/// A picture as it is looked at: all of it, but no larger than needed.
fn look(field: &'static str, file: &File, call: &Call) -> Result<Picture, Error> {
    let size = within(input::head(field, file)?.upright(), SIDE);
    let picture = input::picture(field, file, Some(size), Frames::One(0), call)?;
    let picture = Picture::still(picture.format, Raster::of(picture.into_raster()).into_image());
    let (width, height) = picture.frame_size();
    // Twice that is near enough: the hashes shrink what is left.
    if width.max(height) <= 2 * SIDE { Ok(picture) } else { scaled(&picture, size, Kernel::Linear, call) }
}

/// A size of the same shape, with at most so many pixels along a side.
fn within((width, height): (u32, u32), most: u32) -> (u32, u32) {
    let scale = (f64::from(most) / f64::from(width.max(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    (side(width), side(height))
}

fn scaled(picture: &Picture, size: (u32, u32), kernel: Kernel, call: &Call) -> Result<Picture, Error> {
    resample(picture, None, size, kernel, &|| call.cancelled()).map_err(of_field("image"))
}
