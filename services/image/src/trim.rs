//! The borders of a picture that are all of one color.

use pictures::{Picture, Pixels};

use crate::geometry::Rect;

/// What is left of a picture without the borders that have the color of its upper left corner, give or take
/// `threshold` in every channel; nothing when all of it has that color. Of an animation, what is left in any frame.
pub(crate) fn bounds(picture: &Picture, threshold: u8) -> Option<Rect> {
    let rasters = picture.frames.iter().filter_map(|frame| match &frame.pixels {
        Pixels::Raster(image) => Some(image),
        Pixels::Planes(_) => None,
    });
    let mut corner: Option<Vec<u8>> = None;
    let mut found: Option<Rect> = None;
    for image in rasters {
        let (width, channels) = (image.width() as usize, usize::from(image.color().channel_count()));
        let samples = image.as_bytes();
        let corner = corner.get_or_insert_with(|| samples[..channels].to_vec());
        let is_border = |pixel: &[u8]| {
            let clear = channels.is_multiple_of(2) && pixel[channels - 1].max(corner[channels - 1]) <= threshold;
            clear || pixel.iter().zip(corner.iter()).all(|(sample, border)| sample.abs_diff(*border) <= threshold)
        };
        let (mut left, mut right, mut top, mut bottom) = (width, 0, usize::MAX, 0);
        for (y, row) in samples.chunks_exact(width * channels).enumerate() {
            let Some(first) = row.chunks_exact(channels).position(|pixel| !is_border(pixel)) else { continue };
            let last = row.chunks_exact(channels).rposition(|pixel| !is_border(pixel)).unwrap_or(first);
            (left, right, top, bottom) = (left.min(first), right.max(last + 1), top.min(y), y + 1);
        }
        if bottom > 0 {
            let area =
                Rect { x: left as u32, y: top as u32, width: (right - left) as u32, height: (bottom - top) as u32 };
            found = Some(found.map_or(area, |other| other.around(area)));
        }
    }
    found
}
