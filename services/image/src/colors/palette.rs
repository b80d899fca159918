//! Pixels gathered into a few colors: k-means in OKLab, on colors that were counted first.

use crate::oklab::Oklab;

/// Bits of a channel by which pixels are counted together.
const BITS: u32 = 5;
/// Rounds at most; most pictures need fewer than ten.
const ROUNDS: usize = 24;
/// Colors nearer than this look the same, and are not told apart (a just noticeable difference in OKLab is about 0.02).
const SAME: f32 = 0.02;

/// Pixels of nearly one color.
struct Bin {
    rgb: [u8; 3],
    color: Oklab,
    pixels: f32,
}

/// At most `count` colors with their shares, the most frequent first.
pub(super) fn of(pixels: &[[u8; 3]], count: usize) -> Vec<([u8; 3], f64)> {
    let bins = bins(pixels);
    let mut centers = first_centers(&bins, count);
    let mut nearest = vec![0; bins.len()];
    for _ in 0..ROUNDS {
        let mut moved = false;
        for (bin, nearest) in bins.iter().zip(&mut nearest) {
            let center = nearest_of(&centers, bin.color);
            moved |= std::mem::replace(nearest, center) != center;
        }
        for (index, center) in centers.iter_mut().enumerate() {
            let mine = || bins.iter().zip(&nearest).filter(|(_, nearest)| **nearest == index).map(|(bin, _)| bin);
            let pixels: f32 = mine().map(|bin| bin.pixels).sum();
            if pixels > 0.0 {
                *center = mine().fold(Oklab::default(), |sum, bin| sum.plus(bin.color, bin.pixels / pixels));
            }
        }
        if !moved {
            break;
        }
    }
    let mut colors: Vec<([u8; 3], f64)> = Vec::with_capacity(centers.len());
    for (index, center) in centers.iter().enumerate() {
        let mine = bins.iter().zip(&nearest).filter(|(_, nearest)| **nearest == index).map(|(bin, _)| bin);
        let (mut share, mut most) = (0.0, None::<&Bin>);
        for bin in mine {
            share += bin.pixels;
            most = Some(most.filter(|most| most.pixels >= bin.pixels).unwrap_or(bin));
        }
        let Some(most) = most else { continue };
        // A flat color stays exactly what it is, whatever the soft edges around it are.
        let rgb = if most.pixels * 2.0 > share { most.rgb } else { center.rgb() };
        colors.push((rgb, f64::from(share) / pixels.len() as f64));
    }
    colors.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    colors
}

/// Pixels counted by the upper bits of their channels, each count with its mean.
fn bins(pixels: &[[u8; 3]]) -> Vec<Bin> {
    let mut sums = vec![[0u32; 4]; 1 << (3 * BITS)];
    for pixel in pixels {
        let index = pixel.iter().fold(0, |index, sample| index << BITS | usize::from(sample >> (8 - BITS)));
        let sum = &mut sums[index];
        for (sum, sample) in sum.iter_mut().zip(pixel) {
            *sum += u32::from(*sample);
        }
        sum[3] += 1;
    }
    let filled = sums.into_iter().filter(|sum| sum[3] > 0);
    filled
        .map(|[red, green, blue, count]| {
            let rgb = [red, green, blue].map(|sum| ((sum + count / 2) / count) as u8);
            Bin { rgb, color: Oklab::of(rgb), pixels: count as f32 }
        })
        .collect()
}

/// The most frequent color, then each time the one that is worst served: k-means++ without chance.
fn first_centers(bins: &[Bin], count: usize) -> Vec<Oklab> {
    let heaviest = bins.iter().max_by(|a, b| a.pixels.total_cmp(&b.pixels)).expect("there are pixels");
    let mut centers = vec![heaviest.color];
    let mut apart: Vec<f32> = bins.iter().map(|bin| bin.color.apart(heaviest.color)).collect();
    while centers.len() < count {
        let score = |index: usize| if apart[index] > SAME * SAME { apart[index] * bins[index].pixels } else { 0.0 };
        let worst = (0..bins.len()).max_by(|a, b| score(*a).total_cmp(&score(*b))).expect("there are pixels");
        if score(worst) == 0.0 {
            break;
        }
        let color = bins[worst].color;
        centers.push(color);
        for (apart, bin) in apart.iter_mut().zip(bins) {
            *apart = apart.min(bin.color.apart(color));
        }
    }
    centers
}

fn nearest_of(centers: &[Oklab], color: Oklab) -> usize {
    let by_distance = |a: &(usize, &Oklab), b: &(usize, &Oklab)| a.1.apart(color).total_cmp(&b.1.apart(color));
    centers.iter().enumerate().min_by(by_distance).expect("there is a center").0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_colors_are_found_exactly() {
        let mut pixels = vec![[174, 28, 40]; 500];
        pixels.extend(vec![[33, 70, 139]; 300]);
        pixels.extend(vec![[255, 255, 255]; 190]);
        pixels.extend(vec![[215, 142, 148]; 10]);
        let colors = of(&pixels, 3);
        let expected = [[174, 28, 40], [33, 70, 139], [255, 255, 255]];
        assert_eq!(colors.iter().map(|(rgb, _)| *rgb).collect::<Vec<_>>(), expected);
        assert!((colors.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn one_color_is_one_color_however_many_are_asked_for() {
        assert_eq!(of(&[[1, 2, 3]; 9], 16), [([1, 2, 3], 1.0)]);
    }
}
