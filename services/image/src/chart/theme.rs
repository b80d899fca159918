//! Colors, and sizes that suit the size of the picture.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;

/// A theme: the colors of everything but the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Dark on white.
    Light,
    /// Light on dark.
    Dark,
}

/// The colors of a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) background: Color,
    /// Titles and values.
    pub(super) text: Color,
    /// Labels.
    pub(super) muted: Color,
    pub(super) grid: Color,
    /// Zero.
    pub(super) axis: Color,
    pub(super) palette: [Color; 8],
}

/// Every color has a contrast of 3:1 to its background (WCAG 2.2, 1.4.11), and any two differ by at least 0.06 in OKLab,
/// also as people without one of the three kinds of cones see them (Machado 2009).
const LIGHT: Look = Look {
    background: Color::WHITE,
    text: hex(0x1f_29_33),
    muted: hex(0x52_60_6d),
    grid: hex(0xe4_e7_eb),
    axis: hex(0x7b_87_94),
    palette: [
        hex(0x24_55_96),
        hex(0xce_81_0c),
        hex(0x0f_82_6d),
        hex(0x7b_1a_52),
        hex(0x37_9a_de),
        hex(0xc6_40_35),
        hex(0x42_05_82),
        hex(0x58_41_00),
    ],
};

const DARK: Look = Look {
    background: hex(0x15_19_1f),
    text: hex(0xf0_f2_f5),
    muted: hex(0xa7_b0_bb),
    grid: hex(0x2a_31_3a),
    axis: hex(0x6b_76_83),
    palette: [
        hex(0x50_8e_e6),
        hex(0xf5_a2_26),
        hex(0x3b_cf_ae),
        hex(0xb6_52_86),
        hex(0xa8_e9_fd),
        hex(0xf2_5a_4d),
        hex(0x6e_50_c9),
        hex(0xe5_e5_82),
    ],
};

const fn hex(rgb: u32) -> Color {
    Color { red: (rgb >> 16) as u8, green: (rgb >> 8) as u8, blue: rgb as u8, alpha: 255 }
}

impl Look {
    /// The colors of a theme; on a background that is asked for, those that can be read on it.
    pub(super) fn of(theme: Option<Theme>, background: Option<Color>) -> Self {
        let theme = theme.unwrap_or_else(|| match background {
            Some(color) if color.alpha > 127 && luminance(color) < 0.18 => Theme::Dark,
            _ => Theme::Light,
        });
        let look = match theme {
            Theme::Light => LIGHT,
            Theme::Dark => DARK,
        };
        Self { background: background.unwrap_or(look.background), ..look }
    }
}

/// Relative luminance (WCAG 2.2).
pub(super) fn luminance(color: Color) -> f64 {
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}

/// What can be read on a color: black or white, whichever has more contrast, with white preferred in the middle.
pub(super) fn on(color: Color, look: &Look) -> Color {
    if color.alpha < 128 {
        return look.text;
    }
    if luminance(color) > 0.36 { hex(0x1f_29_33) } else { Color::WHITE }
}

/// Sizes that suit the size of the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Labels.
    pub(super) label: f64,
    pub(super) title: f64,
    pub(super) subtitle: f64,
    /// Around everything.
    pub(super) pad: f64,
    /// Of a line of data.
    pub(super) stroke: f64,
}

impl Sizes {
    /// Text grows with the square root of the picture: a large one is looked at from further away.
    pub(super) fn of(width: f64, height: f64) -> Self {
        let scale = (width / 800.0).min(height / 450.0).sqrt().clamp(0.78, 2.2);
        let rounded = |size: f64| (size * scale * 2.0).round() / 2.0;
        Self {
            label: rounded(13.0),
            title: rounded(20.0),
            subtitle: rounded(14.0),
            pad: (20.0 * scale).min(0.04 * width.min(height)),
            stroke: (2.25 * scale * 4.0).round() / 4.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn colors_can_be_seen_and_text_can_be_read() {
        assert!((contrast(Color::WHITE, Color::BLACK) - 21.0).abs() < 1e-9);
        for look in [LIGHT, DARK] {
            for color in look.palette {
                assert!(contrast(color, look.background) >= 3.0, "{color}");
                assert!(contrast(color, on(color, &look)) >= 2.9, "{color}");
            }
            assert!(contrast(look.text, look.background) >= 7.0);
            assert!(contrast(look.muted, look.background) >= 4.5);
        }
    }

    /// The OKLab values of a color (Ottosson 2020), after a matrix that takes one kind of cones away.
    fn seen(color: Color, matrix: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = color.rgb().map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        let times = |matrix: &[[f64; 3]; 3], vector: [f64; 3]| {
            matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
        };
        const LMS: [[f64; 3]; 3] = [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ];
        const LAB: [[f64; 3]; 3] = [
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ];
        times(&LAB, times(&LMS, times(matrix, linear).map(|channel| channel.clamp(0.0, 1.0))).map(f64::cbrt))
    }

    #[test]
    fn colors_differ_for_color_blind_people_too() {
        // Machado, Oliveira, Fernandes 2009, severity 1: everyone, protanopia, deuteranopia, tritanopia.
        const EYES: [[[f64; 3]; 3]; 4] = [
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ];
        for look in [LIGHT, DARK] {
            for eyes in &EYES {
                for (index, a) in look.palette.iter().enumerate() {
                    for b in &look.palette[..index] {
                        let (one, other) = (seen(*a, eyes), seen(*b, eyes));
                        let distance: f64 = one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum();
                        assert!(distance.sqrt() >= 0.06, "{a} {b}: {}", distance.sqrt());
                    }
                }
            }
        }
    }
}
