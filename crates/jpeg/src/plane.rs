//! The small picture, plane by plane.

use crate::frame::Component;

/// Samples of one component, row by row, nothing between the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Samples in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height` samples, 0 to 255.
    pub samples: Vec<u8>,
}

/// A picture in `YCbCr`, full range (JFIF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    /// Pixels in a row of the small picture.
    pub width: u32,
    /// Rows of the small picture.
    pub height: u32,
    /// Brightness, at the size of the small picture.
    pub luma: Plane,
    /// Cb and Cr at their own size, none for grey.
    pub chroma: Option<[Plane; 2]>,
}

/// A plane that grows by rows of blocks.
///
/// Blocks are written to a strip, which is as wide as all its blocks; what lies beyond the picture's edge is left there.
pub(crate) struct Growing {
    plane: Plane,
    /// One row of blocks, or as many as an MCU has.
    pub strip: Vec<u8>,
    /// Samples in a row of the strip.
    pub stride: usize,
}

impl Growing {
    /// For `rows` rows of blocks at a time; each block gives `n` samples in each direction.
    pub fn new(component: &Component, n: usize, rows: usize) -> Self {
        let (width, height) = (component.scaled_width(n), component.scaled_height(n));
        let stride = component.padded_across * n;
        Self {
            plane: Plane { width, height, samples: Vec::with_capacity(width as usize * height as usize) },
            strip: vec![0; stride * rows * n],
            stride,
        }
    }

    /// Takes the strip over into the plane.
    pub fn flush(&mut self) {
        let width = self.plane.width as usize;
        let wanted = width * self.plane.height as usize;
        for row in self.strip.chunks_exact(self.stride) {
            if self.plane.samples.len() < wanted {
                self.plane.samples.extend_from_slice(&row[..width]);
            }
        }
    }

    pub fn finish(self) -> Plane {
        self.plane
    }
}
