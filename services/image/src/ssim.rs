//! Structural similarity (SSIM): how similar two pictures look.
//!
//! Z. Wang and others, "Image quality assessment: from error visibility to structural similarity", IEEE 2004: brightness
//! under a Gaussian window of 11 pixels, K1 = 0.01, K2 = 0.03, the mean over all places where the window lies inside.

use crate::raster::Raster;

/// Half the width of the window, and its standard deviation.
const REACH: usize = 5;
const SIGMA: f64 = 1.5;
const C1: f64 = 0.01 * 255.0 * 0.01 * 255.0;
const C2: f64 = 0.03 * 255.0 * 0.03 * 255.0;

/// The structural similarity of two gray pictures of one size: 1 when they are the same. Pictures smaller than the window are
/// one window.
pub(crate) fn ssim(one: &Raster, two: &Raster) -> f64 {
    let (width, height) = (one.width, one.height);
    let values = |gray: &Raster| gray.samples.iter().map(|sample| f64::from(*sample)).collect::<Vec<f64>>();
    let (x, y) = (values(one), values(two));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<f64>>();
    let maps = [&x, &y, &product(&x, &x), &product(&y, &y), &product(&x, &y)];
    let window = |map: &[f64]| match width.min(height) > 2 * REACH {
        true => windowed(map, width, height),
        false => vec![map.iter().sum::<f64>() / map.len() as f64],
    };
    let [mean_x, mean_y, square_x, square_y, both] = maps.map(|map| window(map));
    let places = mean_x.len();
    let sum: f64 = (0..places)
        .map(|at| {
            let (mx, my) = (mean_x[at], mean_y[at]);
            let (vx, vy, covariance) = (square_x[at] - mx * mx, square_y[at] - my * my, both[at] - mx * my);
            (2.0 * mx * my + C1) * (2.0 * covariance + C2) / ((mx * mx + my * my + C1) * (vx + vy + C2))
        })
        .sum();
    sum / places as f64
}

/// Means under the window, at every place where it lies inside.
fn windowed(map: &[f64], width: usize, height: usize) -> Vec<f64> {
    let weights: Vec<f64> =
        (0..=2 * REACH).map(|step| (-0.5 * ((step as f64 - REACH as f64) / SIGMA).powi(2)).exp()).collect();
    let all: f64 = weights.iter().sum();
    let (inner_width, inner_height) = (width - 2 * REACH, height - 2 * REACH);
    let mut means = vec![0.0; inner_width * inner_height];
    let mut row = vec![0.0; width];
    for (y, means) in means.chunks_exact_mut(inner_width).enumerate() {
        row.fill(0.0);
        for (step, weight) in weights.iter().enumerate() {
            for (sum, value) in row.iter_mut().zip(&map[(y + step) * width..]) {
                *sum += value * weight / all;
            }
        }
        for (step, weight) in weights.iter().enumerate() {
            for (mean, value) in means.iter_mut().zip(&row[step..]) {
                *mean += value * weight / all;
            }
        }
    }
    means
}
