//! What other programs make of the same pictures; see `tests/data/make.py`.

use jpeg::{Plane, Planes, Scale};

use crate::{SCALES, decode, folder, picture};

/// A plane of `tests/data`.
fn expected(name: &str) -> Option<Plane> {
    let file = std::fs::read(folder().join(format!("{name}.pgm"))).ok()?;
    let end = file.iter().position(|&byte| byte == b'\n').unwrap();
    let head = std::str::from_utf8(&file[..end]).unwrap();
    let numbers: Vec<u32> = head.split(' ').skip(1).map(|word| word.parse().unwrap()).collect();
    let [width, height] = [numbers[0], numbers[1]];
    Some(Plane { width, height, extent: [width, height].map(f64::from), samples: file[end + 1..].to_vec() })
}

/// The greatest difference between a plane and one that is not larger.
fn difference(plane: &Plane, expected: &Plane) -> u8 {
    let rows = plane.samples.chunks(plane.width as usize).zip(expected.samples.chunks(expected.width as usize));
    rows.flat_map(|(row, expected)| row.iter().zip(expected)).map(|(one, other)| one.abs_diff(*other)).max().unwrap()
}

fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    files.filter_map(|name| name.strip_suffix(".8.pgm").map(str::to_owned)).collect()
}

#[test]
fn an_eighth_is_what_libjpeg_turbo_makes() {
    let names = names();
    assert_eq!(names.len(), 30);
    for name in names {
        let planes = decode(&picture(&name), Scale::Eighth).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (luma, expected) = (planes.luma, expected(&format!("{name}.8")).unwrap());
        assert_eq!(
            (luma.width, luma.height, luma.samples),
            (expected.width, expected.height, expected.samples),
            "{name}"
        );
    }
}

#[test]
fn finer_scales_are_the_lowest_coefficients() {
    let mut checked = 0;
    for name in names() {
        for (scale, letter) in [(Scale::Quarter, 4), (Scale::Half, 2)] {
            let Some(expected) = expected(&format!("{name}.{letter}")) else { continue };
            let planes = decode(&picture(&name), scale).unwrap();
            // What is expected was computed from samples that were rounded and cut off at 0 and 255.
            assert!(difference(&planes.luma, &expected) <= 1, "{name} {letter}");
            checked += 1;
        }
    }
    assert_eq!(checked, 20);
}

#[test]
fn all_samples_are_what_libjpeg_turbo_makes() {
    let mut checked = 0;
    for name in names() {
        let Some(expected) = expected(&format!("{name}.1")) else { continue };
        let planes = decode(&picture(&name), Scale::Full).unwrap();
        assert_eq!((planes.luma.width, planes.luma.height), (expected.width, expected.height), "{name}");
        // libjpeg rounds between rows and columns.
        assert!(difference(&planes.luma, &expected) <= 1, "{name}");
        checked += 1;
    }
    assert_eq!(checked, 8);
}

#[test]
fn chroma_is_what_libjpeg_turbo_makes() {
    let mut checked = 0;
    for (name, across, down, most) in [
        ("444", 1, 1, 0),
        ("q20", 1, 1, 0),
        ("q100", 1, 1, 0),
        ("420", 2, 2, 2),
        ("422", 2, 1, 2),
        ("progressive", 2, 2, 2),
    ] {
        let chroma = decode(&picture(name), Scale::Eighth).unwrap().chroma.unwrap();
        for (plane, letters) in chroma.iter().zip(["cb", "cr"]) {
            let finer = expected(&format!("{name}.{letters}")).unwrap();
            assert_eq!((plane.width, plane.height), (finer.width.div_ceil(across), finer.height.div_ceil(down)));
            // libjpeg makes chroma as large as luma: several samples where we have one. Whole ones only.
            for y in 0..finer.height / down {
                for x in 0..finer.width / across {
                    let places = (0..down).flat_map(|v| (0..across).map(move |u| (y * down + v, x * across + u)));
                    let sum: u32 = places.map(|(row, column)| u32::from(at(&finer, row, column))).sum();
                    let mean = (sum + across * down / 2) / (across * down);
                    assert!(mean.abs_diff(at(plane, y, x).into()) <= most, "{name} {letters} {x} {y}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}

fn at(plane: &Plane, row: u32, column: u32) -> u8 {
    plane.samples[(row * plane.width + column) as usize]
}

/// The same coefficients, sent in another order: not a bit may differ.
#[test]
fn the_order_of_scans_does_not_matter() {
    for (one, others) in [
        (
            "420",
            &[
                "separate",
                "separate-pairs",
                "restart",
                "restart-blocks",
                "progressive",
                "progressive-restart",
                "progressive-bands",
            ][..],
        ),
        ("grey", &["grey-sampled", "progressive-grey"][..]),
    ] {
        for scale in SCALES {
            let planes = decode(&picture(one), scale).unwrap();
            for other in others {
                assert!(decode(&picture(other), scale).unwrap() == planes, "{other} {scale:?}");
            }
        }
    }
}

/// Plane sizes are those of T.81, A.1.1, for the small picture.
#[test]
fn sizes() {
    let size = |plane: &Plane| (plane.width, plane.height);
    for (name, scale, luma, blue, red) in [
        ("420", Scale::Eighth, (17, 12), (9, 6), (9, 6)),
        ("420", Scale::Quarter, (33, 24), (17, 12), (17, 12)),
        ("mixed", Scale::Half, (66, 47), (66, 24), (33, 47)),
        ("411", Scale::Quarter, (33, 24), (9, 24), (9, 24)),
        ("thirds", Scale::Half, (66, 47), (22, 24), (66, 24)),
        ("1x1", Scale::Eighth, (1, 1), (1, 1), (1, 1)),
        ("17x33", Scale::Eighth, (3, 5), (2, 3), (2, 3)),
    ] {
        let Planes { luma: first, chroma, .. } = decode(&picture(name), scale).unwrap();
        let [second, third] = chroma.unwrap();
        assert_eq!((size(&first), size(&second), size(&third)), (luma, blue, red), "{name} {scale:?}");
    }
    let Planes { luma, chroma, .. } = decode(&picture("420"), Scale::Eighth).unwrap();
    assert_eq!((luma.extent, chroma.unwrap()[0].extent), ([16.375, 11.625], [8.1875, 5.8125]));
    assert_eq!(decode(&picture("grey"), Scale::Half).unwrap().chroma, None);
    assert_eq!(Scale::Quarter.of(131), 33);
}
