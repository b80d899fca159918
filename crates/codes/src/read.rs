//! The codes in a picture, at the sizes that find most.

use pictures::image::{DynamicImage, GrayImage, Rgba, RgbaImage, imageops};
use pictures::{Error, Kernel, Picture, Pixels};
use rxing::BarcodeFormat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scan::{ALL, OF_LARGE, Scan, Seen, Treatment};

/// A symbology that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadableType {
    /// QR code.
    #[serde(alias = "qrcode")]
    Qr,
    /// Micro QR code.
    MicroQr,
    /// Rectangular Micro QR code (rMQR).
    RectangularMicroQr,
    /// Data Matrix.
    #[serde(alias = "datamatrix")]
    DataMatrix,
    /// Aztec.
    Aztec,
    /// PDF417.
    Pdf417,
    /// MaxiCode, on UPS parcels.
    Maxicode,
    /// EAN-13.
    #[serde(alias = "ean")]
    Ean13,
    /// EAN-8.
    Ean8,
    /// UPC-A.
    #[serde(alias = "upca", alias = "upc")]
    UpcA,
    /// UPC-E.
    #[serde(alias = "upce")]
    UpcE,
    /// Code 128, and GS1-128.
    Code128,
    /// Code 39.
    Code39,
    /// Code 93.
    Code93,
    /// Interleaved 2 of 5, and ITF-14.
    #[serde(alias = "itf14")]
    Itf,
    /// Codabar.
    Codabar,
    /// GS1 DataBar, formerly RSS-14.
    Databar,
    /// GS1 DataBar Expanded, also stacked.
    DatabarExpanded,
    /// Telepen.
    Telepen,
    /// DX film edge, on 35 mm film.
    DxFilmEdge,
}

const FORMATS: [(ReadableType, BarcodeFormat); 20] = [
    (ReadableType::Qr, BarcodeFormat::QR_CODE),
    (ReadableType::MicroQr, BarcodeFormat::MICRO_QR_CODE),
    (ReadableType::RectangularMicroQr, BarcodeFormat::RECTANGULAR_MICRO_QR_CODE),
    (ReadableType::DataMatrix, BarcodeFormat::DATA_MATRIX),
    (ReadableType::Aztec, BarcodeFormat::AZTEC),
    (ReadableType::Pdf417, BarcodeFormat::PDF_417),
    (ReadableType::Maxicode, BarcodeFormat::MAXICODE),
    (ReadableType::Ean13, BarcodeFormat::EAN_13),
    (ReadableType::Ean8, BarcodeFormat::EAN_8),
    (ReadableType::UpcA, BarcodeFormat::UPC_A),
    (ReadableType::UpcE, BarcodeFormat::UPC_E),
    (ReadableType::Code128, BarcodeFormat::CODE_128),
    (ReadableType::Code39, BarcodeFormat::CODE_39),
    (ReadableType::Code93, BarcodeFormat::CODE_93),
    (ReadableType::Itf, BarcodeFormat::ITF),
    (ReadableType::Codabar, BarcodeFormat::CODABAR),
    (ReadableType::Databar, BarcodeFormat::RSS_14),
    (ReadableType::DatabarExpanded, BarcodeFormat::RSS_EXPANDED),
    (ReadableType::Telepen, BarcodeFormat::TELEPEN),
    (ReadableType::DxFilmEdge, BarcodeFormat::DXFilmEdge),
];

/// A picture with more pixels is read with so many first, as most codes in photographs fill a good part of them; then for
/// small codes with more.
const LARGE: u64 = 1_500_000;
const FIRST: u64 = 1_000_000;
const THEN: u64 = 4_000_000;

/// The size a picture is decoded to at least, as its codes are looked for in so many pixels.
#[must_use]
pub fn needed_size(full: (u32, u32)) -> (u32, u32) {
    within(full, THEN)
}

/// What is looked for, and how hard.
pub struct Search<'a> {
    /// Symbologies; all when there are none.
    pub kinds: &'a [ReadableType],
    /// Whether to look for more than one code.
    pub multiple: bool,
    /// Whether to try harder: rotated, inverted, at other sizes.
    pub harder: bool,
    /// Whether to search no longer.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// A code that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Symbology.
    pub kind: ReadableType,
    /// Decoded text.
    pub text: String,
    /// The bytes it holds, where they are known.
    pub bytes: Option<Vec<u8>>,
    /// Corners, clockwise from the one nearest to the upper left: pixels of the whole picture.
    pub corners: Vec<(f64, f64)>,
    /// Symbology identifier (ISO/IEC 15424), if known.
    pub symbology: Option<String>,
    /// Add-on of an EAN or UPC.
    pub extension: Option<String>,
}

impl Search<'_> {
    /// The codes in a picture; those found until then when the search is cancelled.
    ///
    /// # Errors
    /// When it cannot be made smaller, or the search is cancelled before anything was found.
    pub fn codes(&self, picture: &Picture) -> Result<Vec<Found>, Error> {
        let formats = FORMATS.iter().filter(|(kind, _)| self.kinds.contains(kind)).map(|(_, format)| *format).collect();
        let scan = Scan { formats, multiple: self.multiple, harder: self.harder, cancelled: self.cancelled };
        let full = picture.size;
        let look = |most: u64, treatments: &[Treatment]| -> Result<Vec<Found>, Error> {
            let size = within(full, most);
            let smaller =
                (size != full).then(|| pictures::resample(picture, None, size, Kernel::Linear, self.cancelled));
            let smaller = smaller.transpose()?;
            let gray = grayscale(smaller.as_ref().unwrap_or(picture));
            let scale = (f64::from(full.0) / f64::from(size.0), f64::from(full.1) / f64::from(size.1));
            Ok(scan.codes(&gray, treatments).into_iter().map(|seen| found(seen, scale)).collect())
        };
        let is_large = u64::from(full.0) * u64::from(full.1) > LARGE;
        let mut codes = match (is_large, self.harder) {
            (true, true) => look(FIRST, &[Treatment::Plain])?,
            _ => look(THEN, &[Treatment::Plain])?,
        };
        if is_large && self.harder && (codes.is_empty() || self.multiple) {
            let mut finer = match look(THEN, &[Treatment::Fine]) {
                Err(Error::Cancelled) => Vec::new(),
                looked => looked?,
            };
            let same = |code: &Found, other: &Found| (code.kind, &code.text) == (other.kind, &other.text);
            codes.retain(|code| !finer.iter().any(|other| same(code, other)));
            finer.append(&mut codes);
            finer.sort_by(|a, b| top(a).total_cmp(&top(b)));
            codes = finer;
        }
        if codes.is_empty() && self.harder {
            codes = if is_large { look(FIRST, OF_LARGE)? } else { look(LARGE, ALL)? };
        }
        if codes.is_empty() && (self.cancelled)() { Err(Error::Cancelled) } else { Ok(codes) }
    }
}

fn found(seen: Seen, (across, down): (f64, f64)) -> Found {
    let kind = FORMATS.iter().find(|(_, format)| *format == seen.format).map(|(kind, _)| *kind);
    Found {
        kind: kind.unwrap_or(ReadableType::Qr),
        text: seen.text,
        bytes: seen.bytes,
        corners: seen.corners.into_iter().map(|(x, y)| (f64::from(x) * across, f64::from(y) * down)).collect(),
        symbology: seen.symbology,
        extension: seen.extension,
    }
}

fn top(code: &Found) -> f64 {
    code.corners.first().map_or(0.0, |corner| corner.1)
}

/// A size of the same shape with at most so many pixels.
fn within((width, height): (u32, u32), most: u64) -> (u32, u32) {
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= most {
        return (width, height);
    }
    let scale = (most as f64 / pixels as f64).sqrt();
    let side = |length: u32| ((f64::from(length) * scale) as u32).max(1);
    (side(width), side(height))
}

/// A picture in grayscale, on white where it is transparent.
fn grayscale(picture: &Picture) -> GrayImage {
    let Some(frame) = picture.frames.first() else { return GrayImage::new(1, 1) };
    match &frame.pixels {
        Pixels::Planes(planes) => planes.luma.samples.clone(),
        Pixels::Raster(raster) if raster.color().has_alpha() => {
            let mut page = RgbaImage::from_pixel(raster.width(), raster.height(), Rgba([255; 4]));
            imageops::overlay(&mut page, &raster.to_rgba8(), 0, 0);
            DynamicImage::ImageRgba8(page).into_luma8()
        }
        Pixels::Raster(raster) => raster.to_luma8(),
    }
}
