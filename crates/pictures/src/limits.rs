//! The bounds every picture is held to, before it is decoded.

use crate::error::Error;
use crate::format::Format;

/// Limits of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Pixels of a picture that is decoded whole.
    pub pixels: u64,
    /// Pixels of a JPEG or PNG of which only a smaller picture is decoded.
    pub scaled_pixels: u64,
    /// Pixels along one side.
    pub side: u32,
    /// Frames of an animation.
    pub frames: u32,
    /// Pixels of all frames of an animation together.
    pub animation_pixels: u64,
    /// Pixels of a picture that is made.
    pub output_pixels: u64,
    /// Pixels along one side of a picture that is made.
    pub output_side: u32,
    /// Pixels of an AVIF that is written: about half a second of work a megapixel.
    pub avif_pixels: u64,
}

impl Limits {
    /// The default limits.
    pub const DEFAULT: Self = Self {
        pixels: 60_000_000,
        scaled_pixels: 100_000_000,
        side: 30_000,
        frames: 200,
        animation_pixels: 60_000_000,
        output_pixels: 25_000_000,
        output_side: 8_192,
        avif_pixels: 4_000_000,
    };

    /// Whether a picture of this size may be decoded; `scaled` when only a smaller one is made of it.
    pub(crate) fn admit(&self, format: Format, (width, height): (u32, u32), scaled: bool) -> Result<(), Error> {
        if width == 0 || height == 0 {
            return Err(Error::Damaged(format, "its width or height is 0".into()));
        }
        let most = if scaled { self.scaled_pixels } else { self.pixels };
        if u64::from(width) * u64::from(height) > most || width.max(height) > self.side {
            return Err(Error::TooLarge(format!(
                "this picture has {width} x {height} pixels: the limit is {} megapixels, and {} pixels a side",
                most / 1_000_000,
                self.side
            )));
        }
        Ok(())
    }

    /// Whether an animation may be decoded.
    ///
    /// # Errors
    /// When it has too many frames.
    pub fn admit_frames(&self, frames: u32, (width, height): (u32, u32)) -> Result<(), Error> {
        if frames > self.frames {
            return Err(Error::TooLarge(format!(
                "this animation has more than the limit of {} frames: ask for one frame, or send fewer",
                self.frames
            )));
        }
        if u64::from(frames) * u64::from(width) * u64::from(height) > self.animation_pixels {
            return Err(Error::TooLarge(format!(
                "the frames of this animation have more than the limit of {} megapixels together: ask for one frame, or send fewer or smaller ones",
                self.animation_pixels / 1_000_000
            )));
        }
        Ok(())
    }

    /// Whether a picture of this size may be made.
    ///
    /// # Errors
    /// When it has no pixels or too many.
    pub fn admit_output(&self, width: u32, height: u32) -> Result<(), Error> {
        if width == 0 || height == 0 {
            return Err(Error::Impossible("the picture would have no pixels".into()));
        }
        if u64::from(width) * u64::from(height) > self.output_pixels || width.max(height) > self.output_side {
            return Err(Error::TooLarge(format!(
                "the picture would have {width} x {height} pixels: the limit is {} megapixels, and {} pixels a side",
                self.output_pixels / 1_000_000,
                self.output_side
            )));
        }
        Ok(())
    }

    /// Whether a picture of this size may be written in a format. A JPEG may have as many pixels as are read: cameras make
    /// them, and planes take half the room.
    ///
    /// # Errors
    /// When it has too many pixels.
    pub fn admit_encoding(&self, format: Format, (width, height): (u32, u32)) -> Result<(), Error> {
        let (most, other) = match format {
            Format::Jpeg => (self.pixels, "webp"),
            Format::Avif => (self.avif_pixels, "webp"),
            _ => (self.output_pixels, "jpeg"),
        };
        if u64::from(width) * u64::from(height) > most {
            let (name, most) = (format.name(), most / 1_000_000);
            return Err(Error::TooLarge(format!(
                "the limit for {name} is {most} megapixels, and this has {width} x {height} pixels: make it smaller, or choose {other}"
            )));
        }
        Ok(())
    }

    /// Whether so many frames of this size may be made.
    ///
    /// # Errors
    /// When they have too many pixels together.
    pub fn admit_output_frames(&self, count: usize, (width, height): (u32, u32)) -> Result<(), Error> {
        let all = (count as u64).saturating_mul(u64::from(width) * u64::from(height));
        if count > 1 && all > self.animation_pixels {
            return Err(Error::TooLarge(format!(
                "the {count} frames would have {} megapixels together: the limit is {}; ask for a smaller picture, or for one frame",
                all / 1_000_000,
                self.animation_pixels / 1_000_000
            )));
        }
        Ok(())
    }
}
