//! PngSuite, with every pixel as its decoded form says.

use pictures::Error;
use pictures::image::DynamicImage;

use crate::{decoded, files, folder};

#[test]
fn every_pixel_is_right() {
    let Some(folder) = folder("pngsuite") else { return };
    let mut exact = 0;
    for (name, bytes) in files(&folder.join("png"), "png").into_iter().filter(|(name, _)| !name.starts_with('x')) {
        let picture = decoded(&bytes).unwrap().into_raster();
        let expected = |suffix: &str| {
            let text = std::fs::read(folder.join("json").join(format!("{name}{suffix}.json"))).ok()?;
            Some(serde_json::from_slice::<Vec<u16>>(&text).unwrap())
        };
        let deep = matches!(
            picture,
            DynamicImage::ImageLuma16(_)
                | DynamicImage::ImageLumaA16(_)
                | DynamicImage::ImageRgb16(_)
                | DynamicImage::ImageRgba16(_)
        );
        let ours: Vec<u16> = match deep {
            true => picture.to_rgba16().into_raw(),
            false => picture.to_rgba8().into_raw().into_iter().map(u16::from).collect(),
        };
        assert_eq!(Some(ours), expected(""), "{name}");
        if let Some(eight) = expected("_to8") {
            let ours = picture.to_rgba8().into_raw().into_iter().map(u16::from);
            assert!(ours.zip(&eight).all(|(ours, theirs)| ours.abs_diff(*theirs) <= 1), "{name} as 8 bit");
        }
        exact += 1;
    }
    assert!(exact >= 30, "{exact}");
}

#[test]
fn what_is_corrupt_is_refused() {
    let Some(folder) = folder("pngsuite") else { return };
    let mut refused = 0;
    for (name, bytes) in files(&folder.join("png"), "png").into_iter().filter(|(name, _)| name.starts_with('x')) {
        match decoded(&bytes) {
            Err(Error::Damaged(..) | Error::Unreadable(_)) => refused += 1,
            // Wrong only in a checksum.
            Ok(_) if matches!(name.as_str(), "xcsn0g01" | "xhdn0g08") => {}
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(refused >= 12, "{refused}");
}
