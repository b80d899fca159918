//! libwebp's test vectors, by the MD5 of what its own decoder writes.

use std::collections::HashMap;

use md5::{Digest, Md5};

use crate::{decoded, files, folder};

#[test]
fn pixels_are_those_of_libwebp() {
    let Some(folder) = folder("libwebp") else { return };
    let sums = std::fs::read_to_string(folder.join("libwebp_tests.md5")).unwrap();
    let sums: HashMap<&str, &str> =
        sums.lines().filter_map(|line| line.split_once("  ")).map(|(sum, name)| (name, sum)).collect();
    let (mut exact, mut alike, mut differ) = (0, 0, Vec::new());
    let mut series_of = HashMap::new();
    for (name, bytes) in files(&folder, "webp") {
        let sum_of = |form: &str| sums.get(format!("{name}.webp.{form}").as_str()).copied();
        let picture = decoded(&bytes).map(pictures::Picture::into_raster);
        let Some(sum) = sum_of("pam").or(sum_of("ppm")) else {
            // All of these show the same, each coded in another way; their sums are not in the list.
            if let Some(series) = name.strip_prefix("lossless_vec_").and_then(|rest| rest.split('_').next()) {
                let pixels = picture.unwrap().into_rgba8();
                assert!(*series_of.entry(series.to_owned()).or_insert_with(|| pixels.clone()) == pixels, "{name}");
                alike += 1;
            }
            continue;
        };
        let Ok(picture) = picture else {
            differ.push(name);
            continue;
        };
        let (width, height) = (picture.width(), picture.height());
        let written = match sum_of("pam").is_some() {
            true => {
                let head =
                    format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n");
                [head.as_bytes(), picture.to_rgba8().as_raw()].concat()
            }
            false => [format!("P6\n{width} {height}\n255\n").as_bytes(), picture.to_rgb8().as_raw()].concat(),
        };
        let ours: String = Md5::digest(written).iter().map(|byte| format!("{byte:02x}")).collect();
        if ours == sum { exact += 1 } else { differ.push(name) }
    }
    println!("{exact} are exact, {alike} are alike");
    assert!(differ.is_empty(), "{differ:?}");
    assert!(exact > 10);
}
