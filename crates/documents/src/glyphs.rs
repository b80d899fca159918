//! What the interpreter draws, noted instead of painted: glyphs with their characters, pictures, rulings.

use hayro_interpret::font::{Glyph as DrawnGlyph, GlyphRun};
use hayro_interpret::hayro_cmap::WritingMode;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use hayro_syntax::object::{Dict, String as PdfString};

use crate::bounds::Bounds;
use crate::tables::Drawing;
use crate::text::PlacedPicture;
use crate::unicode::{Characters, fold};

/// Maximum number of glyphs that are noted of a page.
pub(crate) const MAX_GLYPHS: usize = 500_000;
/// Units of a glyph's own coordinates per em.
const UNITS_PER_EM: f64 = 1000.0;

/// A glyph on the page.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    /// Its characters; U+FFFD where nobody knows.
    pub(crate) text: String,
    /// Where it begins on its baseline.
    pub(crate) origin: Point,
    /// How far the next one lies, in points along the baseline.
    pub(crate) advance: f64,
    /// Size of its font in points, as shown.
    pub(crate) size: f64,
    /// Direction of its baseline: degrees clockwise, 0 to 359.
    pub(crate) angle: u16,
    /// Whether it is one of a column that is read from the top.
    pub(crate) vertical: bool,
    /// Bold, where the font says so.
    pub(crate) bold: bool,
    /// Italic, where the font says so.
    pub(crate) italic: bool,
    /// Whether it is drawn without ink, as the text behind a scan is.
    pub(crate) invisible: bool,
    /// Space that was put between the letters of its run, in points.
    pub(crate) tracking: f64,
    /// Its place in the order of drawing.
    pub(crate) order: u32,
}

/// Everything noted of a page.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) glyphs: Vec<Glyph>,
    /// Glyphs without characters.
    pub(crate) unknown: usize,
    /// Whether there were more glyphs than are noted.
    pub(crate) overflow: bool,
    /// Pictures, where they are drawn.
    pub(crate) pictures: Vec<PlacedPicture>,
    /// Shapes that were filled or stroked.
    pub(crate) shapes: usize,
    /// Lines and grounds, where they are noted.
    pub(crate) drawing: Option<Drawing>,
}

/// Takes notes of what is drawn.
pub(crate) struct NoteTaker<'c> {
    page: Bounds,
    characters: &'c mut Characters,
    keep_forms: bool,
    notes: Notes,
    /// Open marked content: the text it stands for, and the first glyph in it.
    marked: Vec<Option<(String, usize)>>,
}

impl<'c> NoteTaker<'c> {
    pub(crate) fn new(page: Bounds, characters: &'c mut Characters, keep_forms: bool) -> Self {
        Self { page, characters, keep_forms, notes: Notes::default(), marked: Vec::new() }
    }

    /// Notes lines and grounds as well.
    pub(crate) fn noting_drawing(mut self) -> Self {
        self.notes.drawing = Some(Drawing::default());
        self
    }

    pub(crate) fn into_notes(mut self) -> Notes {
        while !self.marked.is_empty() {
            self.end_marked_content();
        }
        self.notes
    }

    fn note_picture(&mut self, object: (u32, i32), transform: Affine, (width, height): (u32, u32)) {
        let outline = transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(width), f64::from(height)));
        let whole = Bounds { left: outline.x0, top: outline.y0, right: outline.x1, bottom: outline.y1 };
        let [a, b, c, d, ..] = transform.as_coeffs();
        let shown = (a.hypot(b) * f64::from(width), c.hypot(d) * f64::from(height));
        let bounds = whole.intersection(&self.page);
        if bounds.area() > 0.0 && self.notes.pictures.len() < MAX_GLYPHS {
            self.notes.pictures.push(PlacedPicture { object, bounds, shown });
        }
    }
}

impl<'a> Device<'a> for NoteTaker<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        // Letters as outlines are often one path, of a word or a page.
        let parts = path.elements().iter().filter(|element| matches!(element, PathEl::MoveTo(_))).count();
        self.notes.shapes += parts.max(1);
        if let Some(drawing) = &mut self.notes.drawing {
            drawing.path(path, props.transform, mode, &props.paint);
        }
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, mode: &DrawMode) {
        self.notes.shapes += 1;
        if let Some(drawing) = &mut self.notes.drawing {
            drawing.rect(rect, props.transform, mode, &props.paint);
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        if let Some(drawing) = &mut self.notes.drawing {
            drawing.push_clip_path(&clip.path);
        }
    }

    fn push_clip_rect(&mut self, clip: &Rect) {
        if let Some(drawing) = &mut self.notes.drawing {
            drawing.push_clip(*clip);
        }
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let style = style_of(run);
        let vertical = run.writing_mode() == WritingMode::Vertical;
        let first = self.notes.glyphs.len();
        let stretched = is_stretched(run);
        for drawn in run.glyphs() {
            if self.notes.glyphs.len() >= MAX_GLYPHS {
                self.notes.overflow = true;
                return;
            }
            let [a, b, c, d, x, y] = (props.transform * drawn.transform()).as_coeffs();
            let across = a.hypot(b) * UNITS_PER_EM;
            let size = c.hypot(d) * UNITS_PER_EM;
            if !(size.is_finite() && across.is_finite() && x.is_finite() && y.is_finite()) || size <= 0.0 {
                continue;
            }
            let advance_units = match &**drawn {
                DrawnGlyph::Outline(glyph) => glyph.advance_width(),
                DrawnGlyph::Type3(glyph) => glyph.advance_width(),
            };
            let advance_em = f64::from(advance_units.unwrap_or(500.0)) / UNITS_PER_EM;
            let text = self.characters.of(drawn);
            let text = match text {
                Some(text) if self.keep_forms => text,
                Some(text) => fold(&text),
                None => {
                    self.notes.unknown += 1;
                    '\u{FFFD}'.to_string()
                }
            };
            let angle = b.atan2(a).to_degrees().round().rem_euclid(360.0) as u16 % 360;
            self.notes.glyphs.push(Glyph {
                text,
                origin: Point::new(x, y),
                advance: advance_em * if stretched { size } else { across },
                size,
                angle,
                vertical,
                bold: style.0,
                italic: style.1,
                invisible: matches!(mode, DrawMode::Invisible),
                tracking: 0.0,
                order: u32::try_from(self.notes.glyphs.len()).unwrap_or(u32::MAX),
            });
        }
        let run = &mut self.notes.glyphs[first..];
        settle_size(run);
        track(run);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let object = match &image {
            Image::Stencil(stencil) => stencil.stream().obj_id(),
            Image::Raster(raster) => raster.stream().obj_id(),
        };
        self.note_picture((object.obj_number, object.gen_number), props.transform, (image.width(), image.height()));
    }

    fn pop_clip(&mut self) {
        if let Some(drawing) = &mut self.notes.drawing {
            drawing.pop_clip();
        }
    }

    fn pop_transparency_group(&mut self) {}

    fn begin_marked_content(&mut self, tag: &[u8], properties: Option<&Dict<'_>>) {
        let actual = properties
            .filter(|_| tag == b"Span")
            .and_then(|properties| properties.get::<PdfString<'_>>("ActualText"))
            .map(|text| (decode_text(text.as_bytes()), self.notes.glyphs.len()));
        // Deeper nesting than any writer makes is not worth its memory.
        if self.marked.len() < 10_000 {
            self.marked.push(actual);
        }
    }

    fn end_marked_content(&mut self) {
        let Some(Some((text, first))) = self.marked.pop() else { return };
        let Some(run) = self.notes.glyphs.get_mut(first..).filter(|run| !run.is_empty()) else { return };
        let text = if self.keep_forms { text } else { fold(&text) };
        self.notes.unknown -= run.iter().filter(|glyph| glyph.text == "\u{FFFD}").count().min(self.notes.unknown);
        spread(&text, run);
    }
}

/// Puts a text in place of what glyphs say: letter by letter where the numbers agree, else all of it on the first,
/// which is then as wide as all of them.
fn spread(text: &str, run: &mut [Glyph]) {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.chars().count() == run.len() {
        for (glyph, letter) in run.iter_mut().zip(text.chars()) {
            glyph.text = letter.to_string();
        }
        return;
    }
    let [first, rest @ ..] = run else { return };
    if let Some(last) = rest.last().filter(|last| last.angle == first.angle) {
        let angle = f64::from(first.angle).to_radians();
        let along = (last.origin.x - first.origin.x) * angle.cos() + (last.origin.y - first.origin.y) * angle.sin();
        first.advance = first.advance.max(along + last.advance);
    }
    text.clone_into(&mut first.text);
    for glyph in rest {
        glyph.text.clear();
    }
}

/// Bold and italic, as the embedded font says.
fn style_of(run: &GlyphRun<'_, '_>) -> (bool, bool) {
    let Some(DrawnGlyph::Outline(glyph)) = run.glyphs().first().map(|glyph| &**glyph) else { return (false, false) };
    let Some(font) = glyph.font_data() else { return (false, false) };
    let name = font.postscript_name.unwrap_or_default().to_ascii_lowercase();
    let heavy = ["bold", "black", "heavy"].iter().any(|word| name.contains(word));
    let slanted = ["italic", "oblique"].iter().any(|word| name.contains(word));
    (heavy || font.weight.is_some_and(|weight| weight >= 600), slanted || font.is_italic)
}

/// Whether glyphs of a substituted font were stretched one by one to the widths of the true one; advances are then
/// not in the units of the x axis.
fn is_stretched(run: &GlyphRun<'_, '_>) -> bool {
    let ratio = |transform: Affine| {
        let [a, b, c, d, ..] = transform.as_coeffs();
        a.hypot(b) / c.hypot(d).max(f64::MIN_POSITIVE)
    };
    let mut ratios = run.glyphs().iter().map(|glyph| ratio(glyph.transform()));
    let Some(first) = ratios.next() else { return false };
    ratios.any(|ratio| (ratio - first).abs() > 0.01 * first)
}

/// Type 3 fonts choose their own units, so that a font size says nothing when letters are far wider or narrower than
/// letters are: then the size is told from their widths.
fn settle_size(run: &mut [Glyph]) {
    let wide: Vec<f64> =
        run.iter().filter(|glyph| glyph.advance > 0.0).map(|glyph| glyph.advance / glyph.size).collect();
    if wide.is_empty() {
        return;
    }
    let mean = wide.iter().sum::<f64>() / wide.len() as f64;
    if !(0.15..=1.6).contains(&mean) && mean > 0.0 {
        for glyph in run {
            glyph.size *= mean / 0.5;
        }
    }
}

/// Notes the space that was put between all letters of a run.
fn track(run: &mut [Glyph]) {
    if run.len() < 3 {
        return;
    }
    let gaps = run.windows(2).map(|pair| {
        let angle = f64::from(pair[0].angle).to_radians();
        let (dx, dy) = (pair[1].origin.x - pair[0].origin.x, pair[1].origin.y - pair[0].origin.y);
        dx * angle.cos() + dy * angle.sin() - pair[0].advance
    });
    let least = gaps.fold(f64::INFINITY, f64::min);
    let size = run[0].size;
    if least > 0.05 * size && least < 1.5 * size {
        for glyph in run {
            glyph.tracking = least;
        }
    }
}

/// A text string (ISO 32000-2, 7.9.2.2): UTF-16 or UTF-8 by its mark, else PDFDocEncoding, of which only the part
/// that is Latin-1 matters here.
fn decode_text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}
