//! A layout as PNG, WebP, JPEG or SVG.

use std::fmt::Write as _;

use base64_simd::STANDARD;
use pictures::image::{DynamicImage, GrayImage, Rgba, RgbaImage, imageops};
use pictures::{Drawing, Encoding, Format, Limits, Picture};

use super::layout::{Label, Layout, Rect};
use crate::color::Color;
use crate::error::{Error, of_field};

/// Shades between background and ink, where there is text.
const SHADES: u8 = 16;
/// The typefaces of text in an SVG: those digits look alike in.
const FONTS: &str = "Noto Sans,Arial,Helvetica,sans-serif";

/// A layout in colors, with a picture on it.
pub(super) struct Sheet<'a> {
    pub(super) layout: &'a Layout,
    pub(super) color: Color,
    pub(super) background: Color,
    pub(super) logo: Option<(RgbaImage, Rect)>,
}

impl Sheet<'_> {
    /// As SVG: one path, whole numbers.
    pub(super) fn svg(&self) -> Result<Vec<u8>, Error> {
        let Layout { width, height, bars, labels, .. } = self.layout;
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
        );
        if self.background.alpha > 0 {
            let _ = write!(svg, r#"<path {} d="M0 0h{width}v{height}H0z"/>"#, fill(self.background));
        }
        let _ = write!(svg, r#"<path {} shape-rendering="crispEdges" d=""#, fill(self.color));
        for Rect { x, y, width, height } in bars {
            let _ = write!(svg, "M{x} {y}h{width}v{height}h-{width}z");
        }
        svg.push_str(r#""/>"#);
        svg.push_str(&text(labels, self.color));
        if let Some((logo, Rect { x, y, width, height })) = &self.logo {
            let png = Picture::still(Format::Png, DynamicImage::ImageRgba8(logo.clone()));
            let png = pictures::encode(&png, &Encoding::of(Format::Png), &|| false).map_err(of_field("logo"))?;
            let data = STANDARD.encode_to_string(png);
            let _ = write!(
                svg,
                r#"<image x="{x}" y="{y}" width="{width}" height="{height}" href="data:image/png;base64,{data}"/>"#
            );
        }
        svg.push_str("</svg>");
        Ok(svg.into_bytes())
    }

    /// As PNG: of two colors in one bit a pixel, of some shades in four, or with a picture in full color.
    pub(super) fn png(&self) -> Result<Vec<u8>, Error> {
        if self.logo.is_some() {
            return pictures::encode(&self.picture()?, &Encoding::of(Format::Png), &|| false)
                .map_err(of_field("format"));
        }
        let ink = self.ink()?;
        let (depth, shades) = match self.layout.labels.is_empty() {
            true => (png::BitDepth::One, 2),
            false => (png::BitDepth::Four, SHADES),
        };
        let palette: Vec<[u8; 4]> = (0..shades).map(|shade| self.shade(shade * (255 / (shades - 1)))).collect();
        let per_byte = 8 / depth as usize;
        let step = 255 / u32::from(shades - 1);
        let mut rows = Vec::with_capacity(ink.len() / per_byte + ink.height() as usize);
        for row in ink.as_raw().chunks_exact(ink.width() as usize) {
            rows.extend(row.chunks(per_byte).map(|pixels| {
                let packed = pixels
                    .iter()
                    .fold(0_u32, |packed, &ink| (packed << depth as u32) | ((u32::from(ink) + step / 2) / step));
                (packed << (depth as usize * (per_byte - pixels.len()))) as u8
            }));
        }
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, ink.width(), ink.height());
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(palette.iter().flat_map(|color| &color[..3]).copied().collect::<Vec<u8>>());
        if palette.iter().any(|color| color[3] < 255) {
            encoder.set_trns(palette.iter().map(|color| color[3]).collect::<Vec<u8>>());
        }
        encoder.set_filter(png::Filter::NoFilter);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rows));
        written.expect("the rows are those of the header, and memory takes them");
        Ok(bytes)
    }

    /// As a picture of full color.
    pub(super) fn picture(&self) -> Result<Picture, Error> {
        let ink = self.ink()?;
        let shades: Vec<[u8; 4]> = (0..=255).map(|shade| self.shade(shade)).collect();
        let mut canvas = RgbaImage::new(ink.width(), ink.height());
        for (pixel, ink) in canvas.pixels_mut().zip(ink.iter()) {
            *pixel = Rgba(shades[usize::from(*ink)]);
        }
        if let Some((logo, place)) = &self.logo {
            imageops::overlay(&mut canvas, logo, i64::from(place.x), i64::from(place.y));
        }
        let canvas = DynamicImage::ImageRgba8(canvas);
        let opaque = self.color.alpha == 255 && self.background.alpha == 255;
        Ok(Picture::still(Format::Png, if opaque { canvas.into_rgb8().into() } else { canvas }))
    }

    /// How much ink is where.
    fn ink(&self) -> Result<GrayImage, Error> {
        let Layout { width, height, bars, labels, .. } = self.layout;
        let mut ink = match labels.is_empty() {
            true => GrayImage::new(*width, *height),
            false => {
                let svg = format!(
                    r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{}</svg>"#,
                    text(labels, Color::BLACK)
                );
                let drawing = Drawing::read(svg.as_bytes()).map_err(of_field("text"))?;
                let drawn = drawing.draw((*width, *height), &Limits::DEFAULT).map_err(of_field("size"))?.into_rgba8();
                let alpha = drawn.pixels().map(|pixel| pixel[3]).collect();
                GrayImage::from_raw(*width, *height, alpha).expect("a byte a pixel")
            }
        };
        let across = *width as usize;
        let raw: &mut [u8] = &mut ink;
        for bar in bars {
            for y in bar.y..bar.y + bar.height {
                let start = y as usize * across + bar.x as usize;
                raw[start..start + bar.width as usize].fill(255);
            }
        }
        Ok(ink)
    }

    /// The color of a pixel with so much ink.
    fn shade(&self, ink: u8) -> [u8; 4] {
        let alpha = (u16::from(self.color.alpha) * u16::from(ink) / 255) as u8;
        Color { alpha, ..self.color }.over(self.background).rgba()
    }
}

fn fill(color: Color) -> String {
    let Color { red, green, blue, alpha } = color;
    let opacity =
        if alpha < 255 { format!(r#" fill-opacity="{:.3}""#, f64::from(alpha) / 255.0) } else { String::new() };
    format!(r##"fill="#{red:02x}{green:02x}{blue:02x}"{opacity}"##)
}

fn text(labels: &[Label], color: Color) -> String {
    let mut svg = String::new();
    if labels.is_empty() {
        return svg;
    }
    let _ = write!(svg, r#"<g {} font-family="{FONTS}" text-anchor="middle" xml:space="preserve">"#, fill(color));
    for Label { text, x, y, size, length } in labels {
        let _ = write!(svg, r#"<text x="{x}" y="{y}" font-size="{size}""#);
        if let Some(length) = length {
            let _ = write!(svg, r#" textLength="{length}""#);
        }
        svg.push('>');
        for symbol in text.chars() {
            match symbol {
                '&' => svg.push_str("&amp;"),
                '<' => svg.push_str("&lt;"),
                '>' => svg.push_str("&gt;"),
                other => svg.push(other),
            }
        }
        svg.push_str("</text>");
    }
    svg.push_str("</g>");
    svg
}
