//! A picture placed in a larger box, with background around it.

use pictures::Picture;
use pictures::image::{DynamicImage, Rgba, RgbaImage, imageops};

use crate::color::Color;
use crate::error::Error;
use crate::geometry::Position;

/// A picture placed in a larger box.
pub(crate) fn on_canvas(
    picture: Picture,
    (width, height): (u32, u32),
    position: Position,
    color: Color,
) -> Result<Picture, Error> {
    let (x, y) = position.fractions();
    picture.map(|raster| {
        let mut canvas = RgbaImage::from_pixel(width, height, Rgba(color.rgba()));
        let left =
            |room: u32, used: u32, fraction: f64| (f64::from(room.saturating_sub(used)) * fraction).round() as i64;
        let at = (left(width, raster.width(), x), left(height, raster.height(), y));
        imageops::overlay(&mut canvas, &raster.to_rgba8(), at.0, at.1);
        let canvas = DynamicImage::ImageRgba8(canvas);
        let opaque = color.alpha == 255 && !raster.color().has_alpha();
        Ok(if opaque { canvas.into_rgb8().into() } else { canvas })
    })
}
