//! A picture, or a part of it, at another size.

use crate::error::Error;
use crate::kernel::{Kernel, Region, Resampler};
use crate::limits::Limits;
use crate::picture::{Frame, Picture, Pixels};
use crate::planes::{Plane, Planes};

/// Resamples a picture, or a part of it, to another size. Alpha is multiplied in while pixels are mixed.
///
/// # Errors
/// When its frames would have too many pixels, or the caller has gone.
pub fn resample(
    picture: &Picture,
    region: Option<Region>,
    size: (u32, u32),
    kernel: Kernel,
    cancelled: &dyn Fn() -> bool,
) -> Result<Picture, Error> {
    Limits::DEFAULT.admit_output_frames(picture.frames.len(), size)?;
    let mut resampler = Resampler::new(region, size, kernel);
    let mut frames = Vec::with_capacity(picture.frames.len());
    for frame in &picture.frames {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let pixels = match &frame.pixels {
            Pixels::Raster(raster) => Pixels::Raster(resampler.raster(raster)),
            Pixels::Planes(Planes { luma, chroma }) => {
                let mut at = |plane: &Plane| {
                    resampler.plane(&plane.samples, plane.part).map_or_else(|| plane.clone(), Plane::whole)
                };
                let luma = at(luma);
                Pixels::Planes(Planes { luma, chroma: chroma.as_ref().map(|[blue, red]| [at(blue), at(red)]) })
            }
        };
        frames.push(Frame { pixels, delay: frame.delay });
    }
    Ok(Picture { frames, ..*picture })
}
