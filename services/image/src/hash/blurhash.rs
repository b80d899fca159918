//! blurhash, as woltapp/blurhash has it in TypeScript: the waves of lowest frequency a picture is made of, in light, each
//! with few bits, as text in base 83.

use std::f64::consts::PI;

use crate::oklab::light;
use crate::raster::Raster;

const DIGITS: &[u8; 83] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// The hash of a picture with colors, with so many waves across and down.
pub(super) fn encode(raster: &Raster, (across, down): (usize, usize)) -> String {
    let waves: Vec<[f64; 3]> =
        (0..down).flat_map(|y| (0..across).map(move |x| (x, y))).map(|(x, y)| wave(raster, x, y)).collect();
    let (mean, rest) = waves.split_first().expect("there is a wave");
    let mut hash = String::new();
    digits(&mut hash, (across - 1 + (down - 1) * 9) as u32, 1);
    let most = rest.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let most = (most * 166.0 - 0.5).floor().clamp(0.0, 82.0);
    digits(&mut hash, most as u32, 1);
    digits(&mut hash, mean.iter().fold(0, |all, light| all << 8 | sample(*light)), 4);
    for wave in rest {
        let value = wave.iter().fold(0, |all, value| {
            let part = value / ((most + 1.0) / 166.0);
            let root = part.abs().sqrt().copysign(part);
            all * 19 + (root * 9.0 + 9.5).floor().clamp(0.0, 18.0) as u32
        });
        digits(&mut hash, value, 2);
    }
    hash
}

/// How much of a wave is in a picture.
fn wave(raster: &Raster, across: usize, down: usize) -> [f64; 3] {
    let (width, height) = (raster.width as f64, raster.height as f64);
    let mut sums = [0.0; 3];
    for (y, row) in raster.samples.chunks_exact(raster.stride()).enumerate() {
        let high = (PI * down as f64 * y as f64 / height).cos();
        for (x, pixel) in row.chunks_exact(raster.channels).enumerate() {
            let basis = (PI * across as f64 * x as f64 / width).cos() * high;
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += basis * f64::from(light(*sample));
            }
        }
    }
    let twice = if (across, down) == (0, 0) { 1.0 } else { 2.0 };
    sums.map(|sum| sum * twice / (width * height))
}

/// The sample of some light.
fn sample(light: f64) -> u32 {
    let light = light.clamp(0.0, 1.0);
    let sample = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (sample * 255.0 + 0.5) as u32
}

fn digits(hash: &mut String, value: u32, length: u32) {
    for place in (0..length).rev() {
        hash.push(char::from(DIGITS[(value / 83u32.pow(place) % 83) as usize]));
    }
}
