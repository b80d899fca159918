//! Photographs and drawings of codes from the tests of ZXing and rxing: how many we read, and how many rxing alone does.

use std::path::{Path, PathBuf};

use chassis::{Call, File};
use image_service::codes::read::{Code, CodesReadRequest, read};
use pictures::DecodeOptions;
use rxing::DecodeHints;

/// Pictures with a code in the whole collection; those of them that were read when this was written, and what was read
/// besides.
const SHARED: usize = 165;
const READ: usize = 157;
const WRONG: usize = 2;

/// The pictures: all of them, where they lie beside the project, or the few it carries.
fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = root.join("../../../shared/testdata/image/barcodes");
    if shared.is_dir() { shared } else { root.join("tests/data/barcodes") }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn pictures_of(kind: &Path) -> Vec<PathBuf> {
    let series = entries(kind).into_iter().filter(|path| path.is_dir());
    let is_picture = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        matches!(extension, "png" | "jpg" | "gif")
    };
    series.flat_map(|series| entries(&series)).filter(is_picture).collect()
}

fn ours(picture: &Path) -> Vec<Code> {
    let bytes = std::fs::read(picture).unwrap();
    let image = File::new("code", "application/octet-stream", bytes);
    let request = CodesReadRequest { image, types: Vec::new(), multiple: true, try_harder: true };
    read(request, &Call::detached()).unwrap().rows
}

/// rxing at its best with one picture as it is.
fn plain(picture: &Path) -> Option<String> {
    let never = || false;
    let picture = pictures::decode(&std::fs::read(picture).unwrap(), &DecodeOptions::whole(&never)).unwrap();
    let raster = picture.into_raster();
    let mut page = pictures::image::RgbaImage::from_pixel(raster.width(), raster.height(), [255; 4].into());
    pictures::image::imageops::overlay(&mut page, &raster.to_rgba8(), 0, 0);
    let luma = pictures::image::DynamicImage::ImageRgba8(page).into_luma8();
    let (width, height) = luma.dimensions();
    let mut hints = DecodeHints { TryHarder: Some(true), AlsoInverted: Some(true), ..DecodeHints::default() };
    let found = rxing::helpers::detect_in_luma_with_hints(luma.into_raw(), width, height, None, &mut hints);
    found.ok().map(|code| code.getText().to_owned())
}

#[test]
fn as_many_are_read_as_rxing_reads() {
    let (mut all, mut read, mut read_by_rxing, mut wrong) = (0, 0, 0, 0);
    println!("{:<20} {:>8} {:>6} {:>6} {:>6}", "kind", "pictures", "rxing", "ours", "wrong");
    for kind in entries(&folder()).into_iter().filter(|path| path.is_dir()) {
        let name = kind.file_name().unwrap().to_str().unwrap().to_owned();
        let (mut ours_here, mut plain_here, mut wrong_here) = (0, 0, 0);
        let pictures = pictures_of(&kind);
        for picture in &pictures {
            let expected = std::fs::read_to_string(picture.with_extension("txt")).unwrap_or_default();
            let found = ours(picture);
            let right = found.iter().filter(|code| code.text == expected).count();
            ours_here += usize::from(right > 0);
            wrong_here += found.len() - right;
            plain_here += usize::from(plain(picture).is_some_and(|text| text == expected));
        }
        println!("{name:<20} {:>8} {plain_here:>6} {ours_here:>6} {wrong_here:>6}", pictures.len());
        assert!(ours_here >= plain_here, "{name}");
        if name == "falsepositives" {
            assert_eq!(wrong_here, 0, "something is read where there is nothing");
        } else {
            (all, read) = (all + pictures.len(), read + ours_here);
            (read_by_rxing, wrong) = (read_by_rxing + plain_here, wrong + wrong_here);
        }
    }
    println!("{:<20} {all:>8} {read_by_rxing:>6} {read:>6} {wrong:>6}", "all");
    assert!(read >= read_by_rxing);
    if all == SHARED {
        assert!(read >= READ && wrong <= WRONG, "{read} read, {wrong} wrong");
    }
}
