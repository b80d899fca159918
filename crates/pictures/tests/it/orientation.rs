//! One picture saved with each EXIF orientation: all look alike once turned upright.

use pictures::image::RgbImage;

use crate::{decoded, files, folder};

/// Each has another number drawn on it, and was compressed anew: this is how near they are, in decibels. Turned the wrong way
/// it is below 15.
const NEAR: f64 = 20.0;

fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    let squares: f64 = a.iter().zip(b.iter()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares.max(1.0)).log10()
}

#[test]
fn all_are_upright() {
    let Some(folder) = folder("exif-orientation") else { return };
    let pictures: Vec<_> = files(&folder, "jpg")
        .into_iter()
        .map(|(name, bytes)| (name, decoded(&bytes).unwrap().into_raster().into_rgb8()))
        .collect();
    assert_eq!(pictures.len(), 9);
    let first = &pictures.iter().find(|(name, _)| name == "Landscape_1").unwrap().1;
    for (name, picture) in &pictures {
        assert_eq!(picture.dimensions(), first.dimensions(), "{name}");
        let near = psnr(picture, first);
        println!("{name}: {near:.1} dB");
        assert!(near > NEAR, "{name}: {near}");
    }
}
