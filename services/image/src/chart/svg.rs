//! Writes SVG. Text reaches it in one place only, between tags and escaped; attributes are numbers, colors and words of
//! our own.

use std::fmt::Write as _;

use crate::color::Color;

/// Families tried where the drawing is shown; our own typeface comes first and is the one it was measured with.
const FAMILIES: &str = "'Noto Sans','Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/// A part of the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(&self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    pub(super) fn height(&self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }

    pub(super) fn center(&self) -> (f64, f64) {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }
}

/// Where a text stands to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: Color,
    pub(super) anchor: Anchor,
    /// Degrees, counter-clockwise.
    pub(super) angle: f64,
}

impl Style {
    pub(super) fn new(size: f64, color: Color) -> Self {
        Self { size, bold: false, color, anchor: Anchor::Start, angle: 0.0 }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

/// How an outline is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) color: Color,
    pub(super) width: f64,
    /// Lengths of dash and gap, for the lines whose color another one has too.
    pub(super) dash: Option<(f64, f64)>,
}

/// Lines and arcs.
#[derive(Debug, Default)]
pub(super) struct Path(String);

impl Path {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn move_to(&mut self, x: f64, y: f64) -> &mut Self {
        self.command('M', &[x, y])
    }

    pub(super) fn line_to(&mut self, x: f64, y: f64) -> &mut Self {
        self.command('L', &[x, y])
    }

    pub(super) fn through(&mut self, points: &[(f64, f64)]) {
        for (x, y) in points {
            self.line_to(*x, *y);
        }
    }

    /// A part of a circle of radius `r`, the longer one or not, clockwise or not.
    pub(super) fn arc_to(&mut self, r: f64, long: bool, clockwise: bool, x: f64, y: f64) -> &mut Self {
        self.command('A', &[r, r, 0.0, f64::from(u8::from(long)), f64::from(u8::from(clockwise)), x, y])
    }

    pub(super) fn close(&mut self) {
        self.0.push('Z');
    }

    fn command(&mut self, letter: char, numbers: &[f64]) -> &mut Self {
        self.0.push(letter);
        for (index, number) in numbers.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            number_to(&mut self.0, *number);
        }
        self
    }
}

/// A drawing that is being written.
#[derive(Debug)]
pub(super) struct Svg(String);

impl Svg {
    /// Starts a drawing with what it is called and what it shows, for those who cannot see it.
    pub(super) fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let mut svg = Self(String::with_capacity(8 * 1024));
        svg.0.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
        svg.attributes(&[("width", width), ("height", height)]);
        _ = write!(svg.0, " viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILIES}\">");
        for (tag, text) in [("title", title), ("desc", description)].into_iter().filter(|(_, text)| !text.is_empty()) {
            _ = write!(svg.0, "<{tag}>");
            svg.escape(text);
            _ = write!(svg.0, "</{tag}>");
        }
        svg
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }

    /// Everything `draw` draws, under a name.
    pub(super) fn group(&mut self, class: &'static str, draw: impl FnOnce(&mut Self)) {
        _ = write!(self.0, "<g class=\"{class}\">");
        draw(self);
        self.0.push_str("</g>");
    }

    /// Everything `draw` draws, in one color and under a name.
    pub(super) fn filled(&mut self, class: &'static str, color: Color, draw: impl FnOnce(&mut Self)) {
        _ = write!(self.0, "<g class=\"{class}\"");
        self.fill(Some(color));
        self.0.push('>');
        draw(self);
        self.0.push_str("</g>");
    }

    /// What `draw` draws inside a part of the drawing; what hangs over is cut off. An inner drawing does that without
    /// a name that could be there twice in a page.
    pub(super) fn clipped(&mut self, part: &Rect, draw: impl FnOnce(&mut Self)) {
        self.0.push_str("<svg overflow=\"hidden\"");
        let (width, height) = (part.width(), part.height());
        self.attributes(&[("x", part.left), ("y", part.top), ("width", width), ("height", height)]);
        self.0.push_str(" viewBox=\"");
        for number in [part.left, part.top, width] {
            number_to(&mut self.0, number);
            self.0.push(' ');
        }
        number_to(&mut self.0, height);
        self.0.push_str("\">");
        draw(self);
        self.0.push_str("</svg>");
    }

    /// A rectangle; in the color around it when it has none.
    pub(super) fn rect(&mut self, rect: &Rect, fill: Option<Color>) {
        self.0.push_str("<rect");
        let (width, height) = (rect.width(), rect.height());
        self.attributes(&[("x", rect.left), ("y", rect.top), ("width", width), ("height", height)]);
        self.fill(fill);
        self.0.push_str("/>");
    }

    /// A rectangle with an edge, which is drawn inside it.
    pub(super) fn edged(&mut self, rect: &Rect, fill: Option<Color>, stroke: Stroke) {
        let inset = (stroke.width / 2.0).min(rect.width() / 2.0).min(rect.height() / 2.0);
        self.0.push_str("<rect");
        let (width, height) = (rect.width() - 2.0 * inset, rect.height() - 2.0 * inset);
        self.attributes(&[("x", rect.left + inset), ("y", rect.top + inset), ("width", width), ("height", height)]);
        self.fill(fill);
        self.stroke(Stroke { width: 2.0 * inset, ..stroke });
        self.0.push_str("/>");
    }

    /// A circle; in the color around it when it has none.
    pub(super) fn circle(&mut self, x: f64, y: f64, r: f64, fill: Option<Color>) {
        self.0.push_str("<circle");
        self.attributes(&[("cx", x), ("cy", y), ("r", r)]);
        self.fill(fill);
        self.0.push_str("/>");
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.0.push_str("<line");
        self.attributes(&[("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)]);
        self.stroke(stroke);
        self.0.push_str("/>");
    }

    /// A path that is filled, drawn along, or both.
    pub(super) fn path(&mut self, path: &Path, fill: Option<Color>, stroke: Option<Stroke>) {
        if path.is_empty() {
            return;
        }
        _ = write!(self.0, "<path d=\"{}\"", path.0);
        match fill {
            Some(color) => self.fill(Some(color)),
            None => self.0.push_str(" fill=\"none\""),
        }
        if let Some(stroke) = stroke {
            self.stroke(stroke);
            self.0.push_str(" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
        }
        self.0.push_str("/>");
    }

    /// One line of text, its base line on the point.
    pub(super) fn text(&mut self, x: f64, y: f64, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        self.0.push_str("<text");
        if style.angle == 0.0 {
            self.attributes(&[("x", x), ("y", y)]);
        } else {
            self.0.push_str(" transform=\"translate(");
            number_to(&mut self.0, x);
            self.0.push(' ');
            number_to(&mut self.0, y);
            _ = write!(self.0, ") rotate({})\"", -style.angle);
        }
        self.attributes(&[("font-size", style.size)]);
        if style.bold {
            self.0.push_str(" font-weight=\"bold\"");
        }
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.0.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.0.push_str(" text-anchor=\"end\""),
        }
        self.fill(Some(style.color));
        self.0.push('>');
        self.escape(text);
        self.0.push_str("</text>");
    }

    /// Lines of text under one another; gives the base line after the last.
    pub(super) fn lines(&mut self, x: f64, y: f64, style: Style, lines: &[String]) -> f64 {
        let leading = super::text::leading(style.size);
        let mut y = y;
        for line in lines {
            self.text(x, y, style, line);
            y += leading;
        }
        y
    }

    fn attributes(&mut self, attributes: &[(&'static str, f64)]) {
        for (name, number) in attributes {
            _ = write!(self.0, " {name}=\"");
            number_to(&mut self.0, *number);
            self.0.push('"');
        }
    }

    fn fill(&mut self, color: Option<Color>) {
        if let Some(color) = color {
            self.color("fill", color);
        }
    }

    fn stroke(&mut self, stroke: Stroke) {
        self.color("stroke", stroke.color);
        self.attributes(&[("stroke-width", stroke.width)]);
        if let Some((dash, gap)) = stroke.dash {
            self.0.push_str(" stroke-dasharray=\"");
            number_to(&mut self.0, dash);
            self.0.push(' ');
            number_to(&mut self.0, gap);
            self.0.push('"');
        }
    }

    /// SVG 1.1 has the opacity beside the color, and every program reads that.
    fn color(&mut self, name: &'static str, color: Color) {
        let opaque = Color { alpha: 255, ..color };
        _ = write!(self.0, " {name}=\"{opaque}\"");
        if color.alpha < 255 {
            _ = write!(self.0, " {name}-opacity=\"");
            number_to(&mut self.0, f64::from(color.alpha) / 255.0);
            self.0.push('"');
        }
    }

    fn escape(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                other => self.0.push(other),
            }
        }
    }
}

/// A number with at most two decimals: a hundredth of a pixel is seen by nobody.
fn number_to(out: &mut String, number: f64) {
    let rounded = (number * 100.0).round() / 100.0;
    // Minus zero is written with its sign.
    let rounded = if rounded == 0.0 { 0.0 } else { rounded };
    _ = write!(out, "{rounded}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_numbers_are_short() {
        let mut svg = Svg::new(10.0, 20.0, "<b>", "a & b");
        svg.text(-0.001, 1.0 / 3.0, Style::new(12.0, Color::BLACK), "</text><script>\"'&");
        svg.circle(1.0, 2.0, 3.0, Some(Color { alpha: 51, ..Color::WHITE }));
        let svg = svg.finish();
        assert!(svg.contains("<title>&lt;b&gt;</title><desc>a &amp; b</desc>"), "{svg}");
        assert!(svg.contains(
            "<text x=\"0\" y=\"0.33\" font-size=\"12\" fill=\"#000000\">&lt;/text&gt;&lt;script&gt;\"'&amp;</text>"
        ));
        assert!(svg.contains("<circle cx=\"1\" cy=\"2\" r=\"3\" fill=\"#ffffff\" fill-opacity=\"0.2\"/></svg>"));
    }
}
