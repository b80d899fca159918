//! Modules to pixels: where everything of a code stands. A module is always a whole number of pixels, so that nothing is
//! ever blurred.

use codes::matrix::PDF417_ROW;
use codes::{Area, CodeType, Symbol};

use crate::error::{Error, conflict};

/// Pixels of a module of bars, when no size is given.
const LINEAR_SCALE: u32 = 4;
/// Pixels along a side of other codes, about, when no size is given.
const MATRIX_SIZE: u32 = 512;
/// The widest picture.
pub(super) const WIDEST: u32 = 4096;
/// How far the guard bars of a product's code reach below the others, in modules: GS1 General Specifications, 5.2.3.4.
const GUARD: u32 = 5;
/// The size of digits below bars, in modules.
const DIGIT: u32 = 10;
/// An outer digit needs this margin.
const OUTER_DIGIT: u32 = 9;

/// What a picture of a code is to be like.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayoutOptions<'a> {
    pub(super) code: CodeType,
    /// The width of the picture.
    pub(super) size: Option<u32>,
    /// The height of bars.
    pub(super) height: Option<u32>,
    /// Modules around it.
    pub(super) margin: u32,
    /// Text below bars.
    pub(super) label: Option<&'a str>,
}

/// Where everything stands, in pixels.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bars: Vec<Rect>,
    pub(super) labels: Vec<Label>,
    scale: u32,
    left: u32,
    top: u32,
}

/// A dark part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A line of text: the middle of its base line, the size of its letters, and how wide it is to be, if that matters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) size: u32,
    pub(super) length: Option<u32>,
}

impl Layout {
    /// Where everything of a symbol stands.
    pub(super) fn of(symbol: &Symbol, options: &LayoutOptions<'_>) -> Result<Self, Error> {
        let across = symbol.columns + 2 * options.margin;
        let (width, scale) = match options.size {
            Some(size) if size < across => {
                let message = format!(
                    "is too small: this code has {across} modules across with its margin, so send {across} or more"
                );
                return Err(conflict("size", message));
            }
            Some(size) => (size, size / across),
            None => {
                let scale =
                    if options.code.is_linear() { LINEAR_SCALE } else { LINEAR_SCALE.max(MATRIX_SIZE / across) };
                let scale = scale.min(WIDEST / across).max(1);
                (across * scale, scale)
            }
        };
        let left = (width - symbol.columns * scale) / 2;
        let top = options.margin * scale;
        let mut layout = Self { width, height: 0, bars: Vec::new(), labels: Vec::new(), scale, left, top };
        let bottom =
            if options.code.is_linear() { layout.linear(symbol, options) } else { layout.matrix(symbol, options) };
        layout.height = bottom + top;
        if options.code == CodeType::Qr || options.code == CodeType::Aztec {
            // What is square stays so.
            layout.height = width;
            let lower = (width - symbol.rows * scale) / 2 - top;
            layout.top += lower;
            layout.bars.iter_mut().for_each(|bar| bar.y += lower);
        }
        Ok(layout)
    }

    /// The pixels of some modules.
    pub(super) fn pixels(&self, area: Area) -> Rect {
        let Self { scale, left, top, .. } = *self;
        let (x, y) = (left + area.x * scale, top + area.y * scale);
        Rect { x, y, width: area.columns * scale, height: area.rows * scale }
    }

    fn matrix(&mut self, symbol: &Symbol, options: &LayoutOptions<'_>) -> u32 {
        let row = self.scale * if options.code == CodeType::Pdf417 { PDF417_ROW } else { 1 };
        for y in 0..symbol.rows {
            let at = self.top + y * row;
            self.bars.extend(symbol.runs(y).map(|(x, length)| Rect {
                x: self.left + x * self.scale,
                y: at,
                width: length * self.scale,
                height: row,
            }));
        }
        self.top + symbol.rows * row
    }

    fn linear(&mut self, symbol: &Symbol, options: &LayoutOptions<'_>) -> u32 {
        let modules = match options.code {
            // 22.85 and 18.23 mm, where a module has 0.33: GS1 General Specifications, 5.2.3.
            CodeType::Ean13 | CodeType::UpcA => 69,
            CodeType::Ean8 => 55,
            // 15 % of the width at least: ISO/IEC 15417, annex D.
            _ => (symbol.columns * 15 / 100).max(50),
        };
        let height = options.height.unwrap_or(modules * self.scale);
        let bottom = self.top + height;
        let below = options.label.map_or(0, |text| self.label(text, symbol, options, bottom));
        let guards = if below > 0 && options.margin >= OUTER_DIGIT { guards(options.code) } else { &[] };
        let guards: &[(u32, u32)] = if options.code == CodeType::Ean8 && below > 0 { &EAN8_GUARDS } else { guards };
        self.bars.extend(symbol.runs(0).map(|(x, length)| {
            let is_guard = guards.iter().any(|&(from, to)| (from..to).contains(&x));
            let height = height + if is_guard { GUARD * self.scale } else { 0 };
            Rect { x: self.left + x * self.scale, y: self.top, width: length * self.scale, height }
        }));
        bottom + below
    }

    /// Writes text below bars that end there, and says how much room it takes.
    fn label(&mut self, text: &str, symbol: &Symbol, options: &LayoutOptions<'_>, bottom: u32) -> u32 {
        let y = bottom + (DIGIT - 1) * self.scale;
        // In half modules from the left edge of the bars.
        let middle = |halves: i64| (i64::from(self.left) + halves * i64::from(self.scale) / 2).max(0) as u32;
        let group = |text: &str, from: u32, to: u32| Label {
            text: text.to_owned(),
            x: middle(i64::from(from + to)),
            y,
            size: DIGIT * self.scale,
            length: Some((to - from).saturating_sub(6) * self.scale),
        };
        let outer = |text: &str, halves: i64| Label {
            text: text.to_owned(),
            x: middle(halves),
            y,
            size: DIGIT * self.scale,
            length: None,
        };
        let labels = match options.code {
            CodeType::Ean13 if options.margin >= OUTER_DIGIT => {
                vec![outer(&text[..1], -10), group(&text[1..7], 3, 45), group(&text[7..], 50, 92)]
            }
            CodeType::UpcA if options.margin >= OUTER_DIGIT => vec![
                outer(&text[..1], -10),
                group(&text[1..6], 10, 45),
                group(&text[6..11], 50, 85),
                outer(&text[11..], 2 * 95 + 10),
            ],
            CodeType::Ean8 => vec![group(&text[..4], 3, 31), group(&text[4..], 36, 64)],
            _ => {
                // Letters are about six tenths as wide as high.
                let room = u64::from(self.width) * 10 / 6 / text.chars().count().max(1) as u64;
                let size = u64::from(DIGIT * self.scale).min(room).max(1) as u32;
                let text = text.chars().map(|symbol| if symbol.is_control() { ' ' } else { symbol }).collect();
                vec![Label { text, x: middle(i64::from(symbol.columns)), y, size, length: None }]
            }
        };
        self.labels = labels;
        (DIGIT + 1) * self.scale
    }
}

const EAN8_GUARDS: [(u32, u32); 3] = [(0, 3), (31, 36), (64, 67)];

/// The bars that reach lower: where they begin and end, in modules.
fn guards(code: CodeType) -> &'static [(u32, u32)] {
    match code {
        CodeType::Ean13 => &[(0, 3), (45, 50), (92, 95)],
        CodeType::UpcA => &[(0, 10), (45, 50), (85, 95)],
        _ => &[],
    }
}
