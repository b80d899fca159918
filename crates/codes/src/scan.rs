//! Looking for codes in a picture of brightness.
//!
//! The readers are rxing's. Around them: the same picture in several treatments, found codes painted over so that the next
//! is found, and bars believed only when several lines say the same.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pictures::image::imageops::{self, FilterType};
use pictures::image::{GrayImage, Luma};
use rxing::aztec::AztecReader;
use rxing::common::HybridBinarizer;
use rxing::datamatrix::DataMatrixReader;
use rxing::maxicode::MaxiCodeReader;
use rxing::multi::MultipleBarcodeReader;
use rxing::oned::cpp::ODReader;
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::qrcode::cpp_port::detector::FindFinderPatterns;
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, Point, RXingResult, RXingResultMetadataType,
    RXingResultMetadataValue, Reader,
};

use crate::bars::{self, Effort};

/// Codes that are looked for at most.
const MOST: usize = 64;

/// What is looked for, and how hard.
pub(crate) struct Scan<'a> {
    /// The kinds; all when there are none.
    pub(crate) formats: HashSet<BarcodeFormat>,
    /// Whether to go on after the first.
    pub(crate) multiple: bool,
    /// Whether to try everything.
    pub(crate) harder: bool,
    /// Whether the caller has gone.
    pub(crate) cancelled: &'a dyn Fn() -> bool,
}

/// A code that was found. Corners go clockwise, from the one nearest to the upper left.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) format: BarcodeFormat,
    pub(crate) text: String,
    /// The bytes it holds, where they are known.
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) corners: Vec<(f32, f32)>,
    pub(crate) symbology: Option<String>,
    pub(crate) extension: Option<String>,
}

/// What is done to a picture before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    Plain,
    /// A large picture as it is, with fewer of its many lines.
    Fine,
    /// Light codes on dark ground.
    Inverted,
    /// Codes cut out so closely that the light around them is gone.
    Bordered,
    /// Noise and moiré vanish in a smaller picture.
    Halved,
    /// Small codes have too few pixels a module.
    Doubled,
    /// Dots that do not touch.
    Closed,
}

/// What is done when nothing is found in a picture as it is.
pub(crate) const ALL: &[Treatment] =
    &[Treatment::Inverted, Treatment::Bordered, Treatment::Halved, Treatment::Doubled, Treatment::Closed];
/// The same for what was made smaller: it has no codes of few pixels, and none cut out closely.
pub(crate) const OF_LARGE: &[Treatment] = &[Treatment::Inverted, Treatment::Halved, Treatment::Closed];
/// A picture with more pixels is not doubled.
const DOUBLED: u32 = 1_500_000;

impl Scan<'_> {
    /// The codes in a picture, from top to bottom: after each of the treatments, in turn, until something is found.
    pub(crate) fn codes(&self, picture: &GrayImage, treatments: &[Treatment]) -> Vec<Seen> {
        let mut page = picture.clone();
        let mut found = Vec::new();
        for &treatment in treatments {
            if !found.is_empty() || (self.cancelled)() {
                break;
            }
            self.treat(treatment, &mut page, &mut found);
        }
        found.sort_by(|a, b| corner(a).total_cmp(&corner(b)));
        found
    }

    fn is_done(&self, found: &[Seen]) -> bool {
        (!self.multiple && !found.is_empty()) || found.len() >= MOST || (self.cancelled)()
    }

    /// Looks at a picture in one treatment, and paints over in it what is found.
    fn treat(&self, treatment: Treatment, page: &mut GrayImage, found: &mut Vec<Seen>) {
        let (width, height) = page.dimensions();
        let (mut view, scale) = match treatment {
            Treatment::Plain | Treatment::Fine | Treatment::Bordered | Treatment::Closed => (page.clone(), 1.0),
            Treatment::Inverted => {
                let mut view = page.clone();
                view.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
                (view, 1.0)
            }
            Treatment::Halved if width.min(height) >= 2 => {
                (imageops::resize(page, width / 2, height / 2, FilterType::Triangle), 2.0)
            }
            Treatment::Doubled if width * height <= DOUBLED => {
                (imageops::resize(page, width * 2, height * 2, FilterType::CatmullRom), 0.5)
            }
            Treatment::Halved | Treatment::Doubled => return,
        };
        let before = found.len();
        let border = if treatment == Treatment::Bordered || width.min(height) < TINY { BORDER } else { 0 };
        if border > 0 {
            view = bordered(&view);
        }
        self.matrix_codes(&mut view, treatment == Treatment::Closed, found);
        if treatment != Treatment::Closed && !self.is_done(found) {
            let effort = match treatment {
                _ if !self.harder => Effort::Middle,
                Treatment::Plain => Effort::Every,
                _ => Effort::Many,
            };
            self.bars(&mut view, effort, found);
        }
        for code in &mut found[before..] {
            let (right, low) = ((width - 1) as f32, (height - 1) as f32);
            let back = |at: f32, end: f32| ((at - border as f32) * scale).clamp(0.0, end);
            code.corners.iter_mut().for_each(|(x, y)| (*x, *y) = (back(*x, right), back(*y, low)));
            paint(page, &code.corners);
        }
    }

    fn wants(&self, formats: &[BarcodeFormat]) -> bool {
        self.formats.is_empty() || formats.iter().any(|format| self.formats.contains(format))
    }

    fn hints(&self) -> DecodeHints {
        DecodeHints {
            TryHarder: Some(self.harder),
            PossibleFormats: (!self.formats.is_empty()).then(|| self.formats.clone()),
            ..DecodeHints::default()
        }
    }

    fn matrix_codes(&self, view: &mut GrayImage, closed: bool, found: &mut Vec<Seen>) {
        use BarcodeFormat as F;
        const READERS: [(Read, &[BarcodeFormat]); 7] = [
            (qr, &[F::QR_CODE, F::MICRO_QR_CODE, F::RECTANGULAR_MICRO_QR_CODE]),
            (faint_qr, &[F::QR_CODE]),
            (data_matrix, &[F::DATA_MATRIX]),
            (aztec, &[F::AZTEC]),
            (pdf417, &[F::PDF_417]),
            (maxicode, &[F::MAXICODE]),
            (film_edge, &[F::DXFilmEdge]),
        ];
        let hints = self.hints();
        let mut bitmap = bitmap(view, closed);
        for (read, formats) in READERS {
            while self.wants(formats) {
                // A reader that fails in its own way has found nothing.
                let codes =
                    bitmap.as_mut().and_then(|bitmap| catch_unwind(AssertUnwindSafe(|| read(bitmap, &hints))).ok());
                let codes = codes.unwrap_or_default();
                let before = found.len();
                for code in &codes {
                    let code = Seen::of(code);
                    if !code.text.is_empty() && !is_known(&code, found) && self.wants(&[code.format]) {
                        paint(view, &code.corners);
                        found.push(code);
                    }
                }
                if self.is_done(found) {
                    return;
                }
                if found.len() == before || found[before].corners.len() < 3 {
                    break;
                }
                bitmap = self::bitmap(view, closed);
            }
        }
    }

    fn bars(&self, view: &mut GrayImage, effort: Effort, found: &mut Vec<Seen>) {
        let hints = self.hints();
        let mut lying = bars::read(view, effort, &hints, self);
        if self.harder && (self.multiple || lying.is_empty()) {
            // Bars that lie on their side are read in a picture that does, too.
            let turned = imageops::rotate90(view);
            let height = view.height() as f32;
            for mut code in bars::read(&turned, effort, &hints, self) {
                code.corners.iter_mut().for_each(|(x, y)| (*x, *y) = (*y, height - *x));
                code.corners = clockwise(std::mem::take(&mut code.corners));
                lying.push(code);
            }
        }
        for code in lying {
            if !is_known(&code, found) {
                paint(view, &code.corners);
                found.push(code);
            }
        }
    }
}

/// Pixels of light around a picture.
const BORDER: u32 = 16;
/// A picture with fewer pixels along a side gets a border always: in one of a few pixels some readers never end.
const TINY: u32 = 64;

fn bordered(view: &GrayImage) -> GrayImage {
    let (width, height) = view.dimensions();
    let mut page = GrayImage::from_pixel(width + 2 * BORDER, height + 2 * BORDER, Luma([255]));
    imageops::replace(&mut page, view, i64::from(BORDER), i64::from(BORDER));
    page
}

type Bitmap = BinaryBitmap<HybridBinarizer<Luma8LuminanceSource>>;
type Read = fn(&mut Bitmap, &DecodeHints) -> Vec<RXingResult>;

/// Finder patterns beyond which a picture is a pattern itself: readers try them three by three.
const FINDERS: usize = 600;

fn is_all_finders(bitmap: &Bitmap, hints: &DecodeHints) -> bool {
    FindFinderPatterns(bitmap.get_black_matrix(), hints.TryHarder.unwrap_or_default(), 0).len() > FINDERS
}

fn qr(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    if is_all_finders(bitmap, hints) {
        return Vec::new();
    }
    QrReader.decode_multiple_with_hints(bitmap, hints).unwrap_or_default()
}

fn faint_qr(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    if is_all_finders(bitmap, hints) {
        return Vec::new();
    }
    QRCodeReader.decode_with_hints(bitmap, hints).into_iter().collect()
}

fn data_matrix(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    DataMatrixReader.decode_with_hints(bitmap, hints).into_iter().collect()
}

fn aztec(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    AztecReader.decode_with_hints(bitmap, hints).into_iter().collect()
}

fn pdf417(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    PDF417Reader.decode_multiple_with_hints(bitmap, hints).unwrap_or_default()
}

fn maxicode(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    MaxiCodeReader::default().decode_with_hints(bitmap, hints).into_iter().collect()
}

fn film_edge(bitmap: &mut Bitmap, hints: &DecodeHints) -> Vec<RXingResult> {
    ODReader::new(hints).decode_with_hints(bitmap, hints).into_iter().collect()
}

fn bitmap(view: &GrayImage, closed: bool) -> Option<Bitmap> {
    let source = Luma8LuminanceSource::new(view.as_raw().clone(), view.width(), view.height()).ok()?;
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    if closed {
        bitmap.close().ok()?;
    }
    Some(bitmap)
}

impl Seen {
    pub(crate) fn of(result: &RXingResult) -> Self {
        let about = result.getRXingResultMetadata();
        let symbology = match about.get(&RXingResultMetadataType::SYMBOLOGY_IDENTIFIER) {
            Some(RXingResultMetadataValue::SymbologyIdentifier(identifier)) => Some(identifier.clone()),
            _ => None,
        };
        let extension = match about.get(&RXingResultMetadataType::UPC_EAN_EXTENSION) {
            Some(RXingResultMetadataValue::UpcEanExtension(digits)) => Some(digits.clone()),
            _ => None,
        };
        let bytes = match about.get(&RXingResultMetadataType::BYTE_SEGMENTS) {
            Some(RXingResultMetadataValue::ByteSegments(segments)) => Some(segments.concat()),
            _ if about.contains_key(&RXingResultMetadataType::STRUCTURED_APPEND_SEQUENCE) => {
                Some(result.getRawBytes().to_vec())
            }
            _ => None,
        };
        Self {
            format: *result.getBarcodeFormat(),
            text: text(result),
            bytes,
            corners: corners(*result.getBarcodeFormat(), result.getPoints()),
            symbology,
            extension,
        }
    }
}

/// What a code says. Where a Data Matrix names its character set, rxing writes the text twice, and in another; its
/// codewords are right.
fn text(result: &RXingResult) -> String {
    const ECI: u8 = 241;
    let codewords = result.getRawBytes();
    let names_set = *result.getBarcodeFormat() == BarcodeFormat::DATA_MATRIX && codewords.contains(&ECI);
    let text = names_set.then(|| datamatrix::data::decode_str(codewords).ok()).flatten();
    text.unwrap_or_else(|| result.getText().to_owned())
}

/// The corners of a code of the points its reader gives.
fn corners(format: BarcodeFormat, points: &[Point]) -> Vec<(f32, f32)> {
    let points: Vec<(f32, f32)> = points.iter().map(|point| (point.x, point.y)).collect();
    let corners = match points.as_slice() {
        // The middles of the finder patterns: lower left, upper left, upper right, and perhaps an alignment pattern.
        [low, left, right, ..] if format == BarcodeFormat::QR_CODE && points.len() == 3 => {
            vec![*left, *right, (right.0 + low.0 - left.0, right.1 + low.1 - left.1), *low]
        }
        // Of PDF417 those of the whole come first, then those of the codewords.
        [a, b, c, d, ..] => vec![*a, *b, *c, *d],
        other => other.to_vec(),
    };
    clockwise(corners)
}

/// Points in the order a clock has, from the one nearest to the upper left.
fn clockwise(mut points: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    let count = points.len().max(1) as f32;
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
    points.sort_by(|a, b| (a.1 - y).atan2(a.0 - x).total_cmp(&(b.1 - y).atan2(b.0 - x)));
    let nearest = |points: &[(f32, f32)]| {
        (0..points.len()).min_by(|&a, &b| (points[a].0 + points[a].1).total_cmp(&(points[b].0 + points[b].1)))
    };
    if let Some(first) = nearest(&points) {
        points.rotate_left(first);
    }
    points
}

fn corner(code: &Seen) -> f32 {
    code.corners.first().map_or(0.0, |corner| corner.1)
}

/// Whether a code was found where this one is, or says the same nearby.
fn is_known(code: &Seen, found: &[Seen]) -> bool {
    let middle = |code: &Seen| {
        let count = code.corners.len().max(1) as f32;
        code.corners.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count))
    };
    let (x, y) = middle(code);
    found.iter().any(|other| code.format == other.format && code.text == other.text && holds(&other.corners, x, y, 1.1))
}

/// Whether a point lies within corners that go clockwise, moved outwards so many times.
fn holds(corners: &[(f32, f32)], x: f32, y: f32, wider: f32) -> bool {
    if corners.len() < 3 {
        return false;
    }
    let count = corners.len() as f32;
    let middle = corners.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
    let outer = |point: (f32, f32)| (middle.0 + (point.0 - middle.0) * wider, middle.1 + (point.1 - middle.1) * wider);
    corners.iter().zip(corners.iter().cycle().skip(1)).all(|(&from, &to)| {
        let (from, to) = (outer(from), outer(to));
        (to.0 - from.0) * (y - from.1) - (to.1 - from.1) * (x - from.0) >= 0.0
    })
}

/// Paints over a code.
fn paint(view: &mut GrayImage, corners: &[(f32, f32)]) {
    const WIDER: f32 = 1.08;
    if corners.len() < 3 {
        return;
    }
    let margin = corners.iter().flat_map(|&(x, y)| corners.iter().map(move |&(u, v)| (x - u).abs().max((y - v).abs())));
    let margin = margin.fold(0.0, f32::max) * (WIDER - 1.0);
    let span = |of: fn(&(f32, f32)) -> f32, end: u32| {
        let low = corners.iter().map(of).fold(f32::INFINITY, f32::min) - margin;
        let high = corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max) + margin;
        (low.max(0.0) as u32)..((high.max(0.0) as u32).saturating_add(1).min(end))
    };
    let (columns, rows) = (span(|point| point.0, view.width()), span(|point| point.1, view.height()));
    for y in rows {
        for x in columns.clone() {
            if holds(corners, x as f32, y as f32, WIDER) {
                view.put_pixel(x, y, Luma([255]));
            }
        }
    }
}
