//! The outer shape of a picture: a circle, rounded corners, a border.

use super::AdjustRequest;
use crate::color::Color;
use crate::raster::Raster;

/// The shape a picture gets.
pub(super) struct Frame {
    circle: bool,
    radius: usize,
    border: usize,
    color: Color,
}

impl Frame {
    pub(super) fn of(request: &AdjustRequest) -> Self {
        Self {
            circle: request.circle,
            radius: request.radius.unwrap_or(0) as usize,
            border: request.border.unwrap_or(0) as usize,
            color: request.border_color.unwrap_or(Color::BLACK),
        }
    }

    /// Whether the result has transparent parts.
    pub(super) fn shines(&self) -> bool {
        self.rounds() || (self.border > 0 && self.color.alpha < 255)
    }

    fn rounds(&self) -> bool {
        self.circle || self.radius > 0
    }

    /// The size of what comes of a picture.
    pub(super) fn size(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let (width, height) = if self.circle { (width.min(height), width.min(height)) } else { (width, height) };
        let both = 2 * self.border as u32;
        (width.saturating_add(both), height.saturating_add(both))
    }

    /// The picture in its shape. As in CSS the radius is that of the outer edge, border included; that of the inner edge
    /// is smaller by the border.
    pub(super) fn around(&self, raster: Raster) -> Raster {
        let mut raster = raster;
        if self.circle && raster.width != raster.height {
            let side = raster.width.min(raster.height);
            raster = raster.part((raster.width - side) / 2, (raster.height - side) / 2, side, side);
        }
        let inner = (raster.width, raster.height);
        if self.border > 0 {
            raster = raster.holding(self.color);
            let (width, height) = (inner.0 + 2 * self.border, inner.1 + 2 * self.border);
            let ground = self.color.samples(raster.channels);
            let mut framed = Raster::filled(width as u32, height as u32, &ground);
            framed.put(&raster, self.border, self.border);
            raster = framed;
        }
        if !self.rounds() {
            return raster;
        }
        let outer = (raster.width, raster.height);
        let half = outer.0.min(outer.1) as f32 / 2.0;
        let radius = if self.circle { half } else { (self.radius as f32).min(half) };
        let mut raster = raster.transparent();
        let inside = (radius - self.border as f32).max(0.0);
        if self.border > 0 && inside > 0.0 {
            let color = self.color.samples(raster.channels);
            corners(&mut raster, (self.border, inner), inside, |pixel, cover| *pixel = blend(*pixel, &color, cover));
        }
        corners(&mut raster, (0, outer), radius, |pixel, cover| {
            let last = pixel.len - 1;
            pixel.samples[last] = (f32::from(pixel.samples[last]) * cover).round() as u8;
        });
        raster
    }
}

/// A pixel of at most four samples.
#[derive(Clone, Copy)]
struct Pixel {
    samples: [u8; 4],
    len: usize,
}

/// The pixel where it covers, another color elsewhere; colors by how opaque they are.
fn blend(pixel: Pixel, color: &[u8], cover: f32) -> Pixel {
    let last = pixel.len - 1;
    let (ours, theirs) = (f32::from(pixel.samples[last]) * cover, f32::from(color[last]) * (1.0 - cover));
    let all = ours + theirs;
    let mut samples = [0; 4];
    if all > 0.0 {
        for channel in 0..last {
            let mixed = f32::from(pixel.samples[channel]) * ours + f32::from(color[channel]) * theirs;
            samples[channel] = (mixed / all).round() as u8;
        }
        samples[last] = all.round() as u8;
    }
    Pixel { samples, len: pixel.len }
}

/// Changes the pixels of the four corners of a box by how much of each lies inside rounded ones.
fn corners(
    raster: &mut Raster,
    (offset, (width, height)): (usize, (usize, usize)),
    radius: f32,
    change: impl Fn(&mut Pixel, f32),
) {
    let (stride, channels) = (raster.stride(), raster.channels);
    let reach = (radius.ceil() as usize).min(width.div_ceil(2)).min(height.div_ceil(2));
    for down in 0..reach {
        for across in 0..reach {
            // From the middle of the pixel to the middle of the corner's circle; an edge is soft over one pixel.
            let (x, y) = (radius - across as f32 - 0.5, radius - down as f32 - 0.5);
            let cover = if x <= 0.0 || y <= 0.0 { 1.0 } else { (radius - x.hypot(y) + 0.5).clamp(0.0, 1.0) };
            if cover >= 1.0 {
                continue;
            }
            let (right, bottom) = (width - 1 - across, height - 1 - down);
            // The middle row and column of odd sizes are met once.
            let (columns, rows) = (1 + usize::from(right != across), 1 + usize::from(bottom != down));
            for (x, y) in [(across, down), (right, down), (across, bottom), (right, bottom)]
                .into_iter()
                .enumerate()
                .filter(|(place, _)| place % 2 < columns && place / 2 < rows)
                .map(|(_, place)| place)
            {
                let start = (offset + y) * stride + (offset + x) * channels;
                let mut pixel = Pixel { samples: [0; 4], len: channels };
                pixel.samples[..channels].copy_from_slice(&raster.samples[start..start + channels]);
                change(&mut pixel, cover);
                raster.samples[start..start + channels].copy_from_slice(&pixel.samples[..channels]);
            }
        }
    }
}
