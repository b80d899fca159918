//! The decoded picture, plane by plane.

use crate::frame::Component;
use crate::idct::{Inverse, row_length};

/// Samples of one component, row by row, nothing between the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Width in samples.
    pub width: u32,
    /// Height in samples.
    pub height: u32,
    /// How much of the plane is the picture, across and down, in samples. Where a side is no multiple of 8 the last
    /// sample stands partly for what is beyond the edge: 341 samples for 340.625. A resize that starts from 341 moves
    /// everything by up to a third of a sample.
    pub extent: [f64; 2],
    /// `width * height` samples, 0 to 255.
    pub samples: Vec<u8>,
}

/// A picture in `YCbCr`, full range (JFIF).
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Width of the decoded picture in pixels.
    pub width: u32,
    /// Height of the decoded picture in pixels.
    pub height: u32,
    /// Luma, at the size of the decoded picture, except where a file has it coarser than chroma.
    pub luma: Plane,
    /// Cb and Cr at their own size, none for gray.
    pub chroma: Option<[Plane; 2]>,
}

/// A plane that grows by rows of blocks.
pub(crate) struct Growing<const N: usize> {
    plane: Plane,
    inverse: Inverse<N>,
    /// The samples of a row of blocks, as wide as all of them; what lies beyond the picture's edge is left there.
    strip: Vec<u8>,
    length: usize,
}

impl<const N: usize> Growing<N> {
    /// From the component and its quantization table.
    pub fn new(component: &Component, table: &[u16; 64]) -> Self {
        let (width, height) = (component.scaled_width(N), component.scaled_height(N));
        let samples = Vec::with_capacity(width as usize * height as usize);
        let plane = Plane { width, height, extent: component.extent(N), samples };
        let blocks = component.padded_across;
        let strip = vec![0; row_length::<1>(blocks) * N * N];
        Self { plane, inverse: Inverse::new(table), strip, length: row_length::<N>(blocks) }
    }

    /// Coefficients of a row of blocks.
    pub fn row_length(&self) -> usize {
        self.length
    }

    /// Adds a row of blocks.
    pub fn push(&mut self, row: &[i16]) {
        let stride = self.strip.len() / N;
        self.inverse.row(row, &mut self.strip, stride);
        let width = self.plane.width as usize;
        let wanted = width * self.plane.height as usize;
        for row in self.strip.chunks_exact(stride) {
            if self.plane.samples.len() < wanted {
                self.plane.samples.extend_from_slice(&row[..width]);
            }
        }
    }

    pub fn finish(self) -> Plane {
        self.plane
    }
}
