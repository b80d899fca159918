//! Text as a layer: measured and wrapped with the typeface's own widths, drawn as SVG.

use std::fmt::Write as _;

use chassis::Call;
use fonts::Face;
use pictures::{Drawing, Limits};

use super::{Align, OverlayRequest};
use crate::color::Color;
use crate::error::{Error, conflict, of_field, still_wanted};
use crate::raster::Raster;

/// Size of text in parts of the picture's width, when none is said.
const SIZE: f64 = 0.05;
/// Where lines are wrapped, in percent of the picture's width.
const MAX_WIDTH: f64 = 90.0;
/// Text that has to fit becomes no smaller than this: it could not be read.
const SMALLEST: f64 = 6.0;
/// Missing letters a warning names.
const NAMED: usize = 10;

/// Lines no wider than this at a size of 1: broken between words, and within those that are too long.
fn wrap(face: &Face, text: &str, most: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let room = if line.is_empty() { 0.0 } else { face.width(&line) + face.width(" ") };
            if room + face.width(word) <= most {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut used = 0.0;
            for letter in word.chars() {
                let width = face.width(letter.encode_utf8(&mut [0; 4]));
                if used + width > most && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(letter);
                used += width;
            }
        }
        lines.push(line);
    }
    lines
}

/// The text of a request, drawn on nothing.
pub(super) fn layer(text: &str, request: &OverlayRequest, base: (u32, u32), call: &Call) -> Result<Raster, Error> {
    let face = fonts::face(request.bold);
    let text = clean(text);
    if text.trim().is_empty() {
        return Err(conflict("text", "is blank: send some text, or a picture as overlay"));
    }
    warn_missing(face, &text, call);
    let width = f64::from(base.0);
    let (lines, size) = match request.scale {
        Some(scale) => {
            let lines = wrap(face, &text, f64::INFINITY);
            let widest = widest(face, &lines).max(0.01);
            (lines, (width * scale / 100.0 / widest).clamp(1.0, 2000.0))
        }
        None => {
            let most = width * request.max_width.unwrap_or(MAX_WIDTH) / 100.0;
            let set = |size: f64| (wrap(face, &text, most / size), size);
            let mut found = set(request.size.unwrap_or((width * SIZE).clamp(8.0, 2000.0)));
            while request.size.is_none()
                && found.1 > SMALLEST
                && !Setting::of(request, face, &found.0, found.1).fits(request, base)
            {
                still_wanted(call)?;
                found = set((found.1 * 0.9).max(SMALLEST));
            }
            found
        }
    };
    let setting = Setting::of(request, face, &lines, size);
    if !setting.fits(request, base) {
        let message = format!(
            "the text does not fit the picture of {} x {} pixels and is cropped: send less text or a smaller size",
            base.0, base.1
        );
        call.warn("overhangs", Some("text"), message);
    }
    Limits::DEFAULT.admit_output(setting.width, setting.height).map_err(of_field("text"))?;
    let svg = setting.svg(request, &lines);
    let drawing = Drawing::read(svg.as_bytes()).map_err(of_field("text"))?;
    let drawn = drawing.draw((setting.width, setting.height), &Limits::DEFAULT).map_err(of_field("text"))?;
    Ok(Raster::of(drawn))
}

/// Text without what no SVG may hold: lines stay, tabs become spaces.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if letter.is_control() => {}
            _ => clean.push(letter),
        }
    }
    clean
}

/// Says which letters the typeface does not have. Joiners and selectors of variants are no letters.
fn warn_missing(face: &Face, text: &str, call: &Call) {
    let is_letter = |letter: char| {
        !letter.is_whitespace()
            && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}')
    };
    let mut missing: Vec<char> = text.chars().filter(|letter| is_letter(*letter) && !face.has(*letter)).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return;
    }
    let named: String = missing.iter().take(NAMED).collect();
    let more = if missing.len() > NAMED { format!(" and {} more", missing.len() - NAMED) } else { String::new() };
    let message = format!("the typeface has no {named}{more}: they are drawn as boxes or left out");
    call.warn("missing-glyphs", Some("text"), message);
}

fn widest(face: &Face, lines: &[String]) -> f64 {
    lines.iter().map(|line| face.width(line)).fold(0.0, f64::max)
}

/// Where everything of a text stands, in pixels.
struct Setting {
    width: u32,
    height: u32,
    size: f64,
    /// From the edges to the text.
    pad: f64,
    /// The first baseline, and from one to the next.
    baseline: f64,
    step: f64,
    stroke: f64,
    shadow: f64,
}

impl Setting {
    fn of(request: &OverlayRequest, face: &Face, lines: &[String], size: f64) -> Self {
        let stroke = match request.stroke_color {
            Some(_) => request.stroke_width.unwrap_or(size / 12.0),
            None => 0.0,
        };
        let shadow = if request.shadow { size / 16.0 } else { 0.0 };
        // Outlines, shadows and letters that lean over have room.
        let room = stroke / 2.0 + shadow + size / 16.0;
        let pad = match request.box_color {
            Some(_) => room.max(request.padding.map_or(size / 3.0, f64::from)),
            None => room,
        };
        let step = size * request.line_height.unwrap_or(1.2);
        // As in CSS, what a line is higher than its letters is halved above and below.
        let half_leading = (step - (face.ascent + face.descent) * size) / 2.0;
        let side = |length: f64| (length + 2.0 * pad).ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
        Self {
            width: side(widest(face, lines) * size),
            height: side(step * lines.len() as f64),
            size,
            pad,
            baseline: pad + half_leading + face.ascent * size,
            step,
            stroke,
            shadow,
        }
    }

    /// Whether a picture has room for its box, or without one for its lines.
    fn fits(&self, request: &OverlayRequest, (width, height): (u32, u32)) -> bool {
        // The first line needs no more than its letters.
        let (around, above) = match request.box_color {
            Some(_) => (0.0, 0.0),
            None => (2.0 * self.pad, 2.0 * self.pad + (self.step - self.size).max(0.0)),
        };
        f64::from(self.width) - around <= f64::from(width) + 1.0
            && f64::from(self.height) - above <= f64::from(height) + 1.0
    }

    fn svg(&self, request: &OverlayRequest, lines: &[String]) -> String {
        let (width, height, size) = (self.width, self.height, self.size);
        let weight = if request.bold { "bold" } else { "normal" };
        let mut svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-family='{}' \
             font-size='{size}' font-weight='{weight}' xml:space='preserve'>",
            fonts::FAMILY
        );
        let mut add = |part: std::fmt::Arguments<'_>| svg.write_fmt(part).expect("a text takes what is written");
        if let Some(color) = request.box_color {
            add(format_args!("<rect width='{width}' height='{height}' {}/>", paint("fill", color)));
        }
        let (anchor, x) = match request.align {
            Align::Left => ("start", self.pad),
            Align::Center => ("middle", f64::from(width) / 2.0),
            Align::Right => ("end", f64::from(width) - self.pad),
        };
        let shadow = Color { alpha: 160, ..Color::BLACK };
        let color = paint("fill", request.color.unwrap_or(Color::WHITE));
        let outline = request.stroke_color.map(|color| {
            let paint = paint("stroke", color);
            format!(" {paint} stroke-width='{}' stroke-linejoin='round' paint-order='stroke'", self.stroke)
        });
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let (y, line) = (self.baseline + self.step * index as f64, escaped(line));
            if request.shadow {
                let (x, y) = (x + self.shadow, y + self.shadow);
                add(format_args!(
                    "<text x='{x}' y='{y}' text-anchor='{anchor}' {}>{line}</text>",
                    paint("fill", shadow)
                ));
            }
            let outline = outline.as_deref().unwrap_or_default();
            add(format_args!("<text x='{x}' y='{y}' text-anchor='{anchor}' {color}{outline}>{line}</text>"));
        }
        svg.push_str("</svg>");
        svg
    }
}

/// A color as attributes of SVG.
fn paint(what: &str, color: Color) -> String {
    let [red, green, blue] = color.rgb();
    format!("{what}='rgb({red},{green},{blue})' {what}-opacity='{}'", f64::from(color.alpha) / 255.0)
}

/// Text as XML holds it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;").replace('"', "&#34;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths by fontTools 4.68 from the same file: the sum of `hmtx` over `cmap`, with 1,000 units an em.
    #[test]
    fn widths_are_those_of_the_file() {
        for (text, width) in [
            ("Hello, world!", 5900.0),
            ("AVATAR Wo", 5490.0),
            ("Straße Ωμέγα Жизнь", 9838.0),
            ("WWWiii 0123456789", 9544.0),
        ] {
            assert!(
                (fonts::face(false).width(text) * 1000.0 - width).abs() < 0.01,
                "{text}: {}",
                fonts::face(false).width(text) * 1000.0
            );
        }
    }

    #[test]
    fn lines_are_broken_between_words_and_only_then_within() {
        let most = fonts::face(false).width("hello world") + 0.001;
        assert_eq!(wrap(fonts::face(false), "hello world again", most), ["hello world", "again"]);
        assert_eq!(wrap(fonts::face(false), "a\n\nb", most), ["a", "", "b"]);
        let long = wrap(fonts::face(false), &"m".repeat(40), most);
        assert!(long.len() > 3 && long.iter().all(|line| fonts::face(false).width(line) <= most));
        assert_eq!(long.concat(), "m".repeat(40));
        // Where not even a letter fits, each has a line of its own.
        assert_eq!(wrap(fonts::face(false), "abc", 0.01), ["a", "b", "c"]);
    }

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(escaped("<script>&'\""), "&lt;script&gt;&amp;&#39;&#34;");
        assert_eq!(clean("a\0b\u{1b}c\r\nd\te\u{ffff}"), "abc\nd e");
    }
}
