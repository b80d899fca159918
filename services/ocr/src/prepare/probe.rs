//! What a picture needs, measured before it is read.

use pictures::image::GrayImage;

use super::components::{Component, components};
use super::light::Light;
use super::skew::skew;

/// Letters are at least so high, and at most such a part of the picture.
const LOWEST: u32 = 4;
const HIGHEST: f64 = 0.4;
/// Specks are so many of a megapixel, and more than letters.
const SPECKS: f64 = 1500.0;
/// Pixels of a speck.
const SPECK: u32 = 2;
/// Letters lower than this would be lost with the specks.
const LOW: f64 = 9.0;

/// What a picture is like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probe {
    /// Parts of the ink that may be letters.
    pub(crate) letters: usize,
    /// Their median height in pixels: about that of an x.
    pub(crate) letter_height: f64,
    /// Whether it is full of specks.
    pub(crate) specks: bool,
    /// Its light, when that is uneven.
    pub(crate) light: Option<Light>,
    /// Degrees by which its lines rise to the right.
    pub(crate) skew: f64,
    /// Whether it has two brightnesses and none between: the edges of its letters are stairs.
    pub(crate) bilevel: bool,
}

impl Probe {
    /// Measures a picture.
    pub(crate) fn of(gray: &GrayImage) -> Self {
        let light = Light::uneven(gray);
        let evened = light.as_ref().map(|light| light.evened(gray));
        let seen = evened.as_ref().unwrap_or(gray);
        let parts = components(seen, Self::ink(seen));
        let Some(parts) = parts else { return Self { specks: true, ..Self::default() } };
        let letters = letters(&parts, gray.dimensions());
        let letter_height = median_height(&letters);
        let tiny = parts.iter().filter(|part| part.pixels <= SPECK).count();
        let megapixels = (f64::from(gray.width()) * f64::from(gray.height()) / 1e6).max(0.05);
        let specks = tiny as f64 > SPECKS * megapixels && tiny > letters.len() && letter_height >= LOW;
        let of_height = |letter: &&Component| {
            let height = f64::from(letter.height());
            height >= letter_height * 0.5 && height <= letter_height * 2.2
        };
        let even: Vec<Component> = letters.iter().filter(of_height).copied().collect();
        let light = light.filter(|_| !letters.is_empty());
        let skew = skew(&even, letter_height);
        let bilevel = !letters.is_empty() && counts(gray).iter().filter(|count| **count > 0).count() == 2;
        Self { letters: letters.len(), letter_height, specks, light, skew, bilevel }
    }
}

impl Probe {
    /// What is ink in a picture: what there is less of, dark or light.
    pub(crate) fn ink(gray: &GrayImage) -> impl Fn(u8) -> bool + use<> {
        let counts = counts(gray);
        let threshold = threshold(&counts);
        let dark: u64 = counts[..=usize::from(threshold)].iter().sum();
        let light_ink = dark * 2 > counts.iter().sum();
        move |value| (value <= threshold) != light_ink
    }
}

fn counts(gray: &GrayImage) -> [u64; 256] {
    let mut counts = [0; 256];
    for value in gray.as_raw() {
        counts[usize::from(*value)] += 1;
    }
    counts
}

/// The brightness that divides ink and paper best (Otsu 1979): the variance between the two is greatest.
fn threshold(counts: &[u64; 256]) -> u8 {
    let sum = |counts: &[u64], from: usize| -> f64 {
        counts.iter().enumerate().map(|(value, count)| (value + from) as f64 * *count as f64).sum()
    };
    let all: u64 = counts.iter().sum();
    let total = sum(counts, 0);
    let (mut below, mut darkness) = (0u64, 0.0);
    let mut best = (0u8, -1.0);
    for (value, count) in counts.iter().enumerate().take(255) {
        below += count;
        darkness += value as f64 * *count as f64;
        let above = all - below;
        if below == 0 || above == 0 {
            continue;
        }
        let apart = darkness / below as f64 - (total - darkness) / above as f64;
        let between = below as f64 * above as f64 * apart * apart;
        if between > best.1 {
            best = (value as u8, between);
        }
    }
    best.0
}

/// The parts that may be letters.
fn letters(parts: &[Component], (width, height): (u32, u32)) -> Vec<Component> {
    let highest = f64::from(height) * HIGHEST;
    // A picture that is little more than one line has letters as high as itself.
    let highest = if height < 200 || width < 200 { f64::from(height) } else { highest };
    let is_letter = |part: &&Component| {
        let (wide, high) = (f64::from(part.width()), f64::from(part.height()));
        part.height() >= LOWEST
            && high <= highest
            && wide <= high * 8.0
            && high <= wide * 12.0
            && f64::from(part.pixels) >= wide * high * 0.08
    };
    parts.iter().filter(is_letter).copied().collect()
}

fn median_height(letters: &[Component]) -> f64 {
    let mut heights: Vec<u32> = letters.iter().map(Component::height).collect();
    if heights.is_empty() {
        return 0.0;
    }
    let middle = heights.len() / 2;
    f64::from(*heights.select_nth_unstable(middle).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_black_pages_have_no_letters() {
        for value in [0, 128, 255] {
            let probe = Probe::of(&GrayImage::from_pixel(600, 800, [value].into()));
            assert_eq!((probe.letters, probe.specks, probe.skew), (0, false, 0.0), "{value}");
        }
    }

    #[test]
    fn the_threshold_divides_two_heaps() {
        let mut counts = [0; 256];
        (counts[20], counts[30], counts[200], counts[210]) = (50, 50, 900, 400);
        assert!((30..200).contains(&threshold(&counts)));
    }
}
