//! OKLab: a space in which colors that look alike are near each other.

use std::sync::LazyLock;

/// A color in OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Oklab {
    /// Lightness, 0 to 1.
    pub(crate) l: f32,
    /// Green to red.
    pub(crate) a: f32,
    /// Blue to yellow.
    pub(crate) b: f32,
}

/// sRGB samples to light (IEC 61966-2-1).
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|sample| {
        let sample = sample as f32 / 255.0;
        if sample <= 0.040_45 { sample / 12.92 } else { ((sample + 0.055) / 1.055).powf(2.4) }
    })
});

/// How much light a sample is, 0 to 1.
pub(crate) fn light(sample: u8) -> f32 {
    LINEAR[usize::from(sample)]
}

/// How much light a color gives, 0 to 1 (Rec. 709).
pub(crate) fn luminance([red, green, blue]: [u8; 3]) -> f32 {
    let [red, green, blue] = [red, green, blue].map(light);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

impl Oklab {
    /// Of a color in sRGB.
    pub(crate) fn of(rgb: [u8; 3]) -> Self {
        let [r, g, b] = rgb.map(light);
        let l = (0.412_221_47 * r + 0.536_332_54 * g + 0.051_445_99 * b).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_84 * g + 0.629_978_7 * b).cbrt();
        Self {
            l: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    /// In sRGB; what lies outside is brought to its edge.
    pub(crate) fn rgb(self) -> [u8; 3] {
        let l = (self.l + 0.396_337_78 * self.a + 0.215_803_76 * self.b).powi(3);
        let m = (self.l - 0.105_561_346 * self.a - 0.063_854_17 * self.b).powi(3);
        let s = (self.l - 0.089_484_18 * self.a - 1.291_485_5 * self.b).powi(3);
        let linear = [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ];
        linear.map(|light| {
            let sample = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
            (sample * 255.0).round().clamp(0.0, 255.0) as u8
        })
    }

    /// How different two colors look; black and white are 1 apart.
    pub(crate) fn distance(self, other: Self) -> f32 {
        self.apart(other).sqrt()
    }

    /// The square of the distance.
    pub(crate) fn apart(self, other: Self) -> f32 {
        (self.l - other.l).powi(2) + (self.a - other.a).powi(2) + (self.b - other.b).powi(2)
    }

    /// How strong the color is; 0 for gray.
    pub(crate) fn chroma(self) -> f32 {
        self.a.hypot(self.b)
    }

    /// This and so much of another.
    pub(crate) fn plus(self, other: Self, part: f32) -> Self {
        Self { l: self.l + other.l * part, a: self.a + other.a * part, b: self.b + other.b * part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values CSS Color 4 gives for its named colors in its tests of `oklab()`.
    #[test]
    fn known_colors_have_their_known_places() {
        for (rgb, place) in [
            ([255, 255, 255], [1.0, 0.0, 0.0]),
            ([255, 0, 0], [0.627_96, 0.224_86, 0.125_85]),
            ([0, 128, 0], [0.519_75, -0.140_3, 0.107_68]),
            ([0, 0, 255], [0.452_01, -0.032_46, -0.311_53]),
        ] {
            let color = Oklab::of(rgb);
            for (ours, theirs) in [color.l, color.a, color.b].into_iter().zip(place) {
                assert!((ours - theirs).abs() < 5e-4, "{rgb:?}: {color:?}");
            }
        }
    }

    #[test]
    fn every_color_comes_back() {
        for sample in 0..=255u8 {
            for rgb in [[sample; 3], [sample, 255 - sample, 7], [3, sample, sample / 2]] {
                let back = Oklab::of(rgb).rgb();
                assert!(rgb.iter().zip(back).all(|(a, b)| a.abs_diff(b) <= 1), "{rgb:?} {back:?}");
            }
        }
    }
}
