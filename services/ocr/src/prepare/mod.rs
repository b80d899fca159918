//! From the picture that was sent to one that can be read: step by step, each only when a probe says that it helps.
//!
//! A fixed chain of steps does harm: evening out the light of a clean screenshot raised its character error from 1 to
//! 20 percent. So a picture is measured first (`probe.rs`), and most are read as they are.
//!
//! | file | job |
//! | --- | --- |
//! | `components.rs` | connected parts of the ink: letters, specks |
//! | `probe.rs` | what a picture needs: height of letters, specks, light, skew |
//! | `light.rs` | uneven light, measured and evened out |
//! | `skew.rs` | the angle of the lines |
//! | `filter.rs` | the median, smoothing, rotation, a border |
//! | `transform.rs` | from pixels of what is read back to pixels of what was sent |

mod components;
pub(crate) mod filter;
mod light;
mod probe;
mod skew;
mod transform;

use pictures::image::{DynamicImage, GrayImage, imageops};

use crate::page::Step;
pub(crate) use probe::Probe;
pub(crate) use transform::Transform;

/// Height that small letters are enlarged to, and large ones reduced to: Tesseract reads lines at 36 pixels.
const GOOD_HEIGHT: f64 = 22.0;
/// Letters lower than this are enlarged.
const SMALL: f64 = 9.0;
/// Letters higher than this are reduced, in pictures with at least so many pixels.
const LARGE: f64 = 48.0;
const MANY_PIXELS: u64 = 2_000_000;
/// A picture is enlarged at most so much, to so many pixels.
const MOST_ENLARGED: f64 = 4.0;
const MOST_PIXELS: f64 = 30_000_000.0;
/// Lines that rise less than this are read well as they are.
const LEVEL: f64 = 0.25;

/// A picture to be read, and how its pixels lie in the one it was made of.
pub(crate) struct Prepared {
    pub(crate) pixels: DynamicImage,
    pub(crate) transform: Transform,
    pub(crate) steps: Vec<Step>,
    /// Degrees by which the lines rose to the right.
    pub(crate) skew: f64,
}

impl Prepared {
    /// A picture as it is.
    pub(crate) fn plain(pixels: DynamicImage) -> Self {
        Self { pixels, transform: Transform::IDENTITY, steps: Vec::new(), skew: 0.0 }
    }

    /// The same with a white border; for what is cut close to its ink.
    pub(crate) fn bordered(&self, width: u32) -> Self {
        let (pixels, transform) = filter::bordered(&self.pixels.to_luma8(), width);
        let steps = self.steps.iter().copied().chain([Step::Bordered]).collect();
        Self { pixels: pixels.into(), transform: transform.then(self.transform), steps, ..*self }
    }

    /// The same smoothed; for letters that are broken or grainy.
    pub(crate) fn smoothed(self) -> Self {
        let pixels = filter::smoothed(&self.pixels.into_luma8()).into();
        let steps = self.steps.into_iter().chain([Step::Smoothed]).collect();
        Self { pixels, transform: self.transform, steps, skew: self.skew }
    }
}

/// Prepares a picture as its probe says; nothing when it is best read as it is.
pub(crate) fn prepare(gray: &GrayImage, probe: &Probe) -> Option<Prepared> {
    let mut steps = Vec::new();
    let mut transform = Transform::IDENTITY;
    let mut made: Option<GrayImage> = None;
    if probe.specks {
        made = Some(filter::median(made.as_ref().unwrap_or(gray)));
        steps.push(Step::Denoised);
    }
    if let Some(light) = &probe.light {
        made = Some(light.evened(made.as_ref().unwrap_or(gray)));
        steps.push(Step::Flattened);
    }
    let scale = scale(probe.letter_height, gray.dimensions());
    if let Some(scale) = scale {
        let source = made.as_ref().unwrap_or(gray);
        let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        let size = (side(source.width()), side(source.height()));
        let filter = if scale > 1.0 { imageops::FilterType::CatmullRom } else { imageops::FilterType::Triangle };
        let resized = resized(source, size, filter);
        let exact = (f64::from(gray.width()) / f64::from(size.0), f64::from(gray.height()) / f64::from(size.1));
        transform = Transform::scale(exact.0, exact.1);
        made = Some(resized);
        steps.push(if scale > 1.0 { Step::Enlarged } else { Step::Reduced });
    }
    if probe.skew.abs() >= LEVEL {
        let (pixels, leveling) = filter::rotated(made.as_ref().unwrap_or(gray), probe.skew);
        transform = leveling.then(transform);
        made = Some(pixels);
        steps.push(Step::Deskewed);
    }
    // What was scaled or rotated is smooth already.
    if probe.bilevel && made.is_none() {
        made = Some(filter::smoothed(gray));
        steps.push(Step::Smoothed);
    }
    let pixels = made?.into();
    let skew = if steps.contains(&Step::Deskewed) { probe.skew } else { 0.0 };
    Some(Prepared { pixels, transform, steps, skew })
}

/// By how much to scale for letters of a height; nothing when they are fine.
fn scale(height: f64, (width, rows): (u32, u32)) -> Option<f64> {
    let pixels = f64::from(width) * f64::from(rows);
    if height <= 0.0 {
        None
    } else if height < SMALL {
        let most = (MOST_PIXELS / pixels.max(1.0)).sqrt().min(MOST_ENLARGED);
        Some((GOOD_HEIGHT / height).min(most)).filter(|scale| *scale > 1.1)
    } else if height > LARGE && u64::from(width) * u64::from(rows) > MANY_PIXELS {
        Some(GOOD_HEIGHT * 1.4 / height)
    } else {
        None
    }
}

fn resized(source: &GrayImage, size: (u32, u32), filter: imageops::FilterType) -> GrayImage {
    imageops::resize(source, size.0, size.1, filter)
}
