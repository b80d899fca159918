//! Read the QR codes and barcodes in a picture.

use chassis::{Call, Cost, File, Operation};
use garde::Validate;
use pictures::image::{DynamicImage, GrayImage, Rgba, RgbaImage, imageops};
use pictures::{Frames, Kernel, Picture, Pixels};
use rxing::BarcodeFormat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scan::{ALL, Found, OF_LARGE, Search, Treatment};
use crate::error::{Error, of_field};
use crate::input;

/// What the document says.
const DESCRIPTION: &str = "\
Reads the QR codes, barcodes, Data Matrix, PDF417, Aztec and other codes in a picture: the text of each, its symbology, and where it \
is. There may be several, in any orientation, also light on dark. When none is found the list is empty, and a warning says what may \
help. The elements of a GS1 code are separated by the character 29 (GS). Of an animation the first frame is read.";

/// A picture and the codes to look for.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CodesReadRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Symbologies to look for; all by default. Fewer are faster, and are not mistaken for others.
    #[serde(default)]
    #[garde(length(max = 32))]
    pub types: Vec<ReadableType>,
    /// Whether to look for more than one code.
    #[serde(default = "yes")]
    pub multiple: bool,
    /// Whether to try harder: rotated, inverted, at other sizes. False is faster, for clean pictures.
    #[serde(default = "yes")]
    pub try_harder: bool,
}

fn yes() -> bool {
    true
}

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

/// The codes that were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodesReadResponse {
    /// Number of codes found.
    pub count: usize,
    /// Codes, from top to bottom.
    pub rows: Vec<Code>,
}

/// A code that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    /// Symbology.
    #[serde(rename = "type")]
    pub code_type: ReadableType,
    /// Decoded text.
    pub text: String,
    /// Decoded bytes as base64, if they are not text.
    pub base64: Option<String>,
    /// Corners, clockwise from the one nearest to the top left; of a barcode, those of the part that was read. Empty if
    /// unknown.
    pub corners: Vec<Corner>,
    /// Symbology identifier (ISO/IEC 15424), such as `]C1` for GS1-128, if known.
    pub symbology_id: Option<String>,
    /// Add-on of an EAN or UPC: 2 or 5 digits, if any.
    pub extension: Option<String>,
}

/// A point of the upright picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Corner {
    /// Pixels from the left edge.
    pub x: f64,
    /// Pixels from the top edge.
    pub y: f64,
}

/// A request that works.
#[must_use]
pub fn example() -> CodesReadRequest {
    CodesReadRequest {
        image: File::new("code.png", "image/png", &include_bytes!("../../data/code.png")[..]),
        types: Vec::new(),
        multiple: true,
        try_harder: true,
    }
}

/// A picture with more pixels is read with so many first, as most codes in photographs fill a good part of them; then for
/// small codes with more.
const LARGE: u64 = 1_500_000;
const FIRST: u64 = 1_000_000;
const THEN: u64 = 4_000_000;

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read the QR codes and barcodes in a picture")
        .description(DESCRIPTION)
        .example(example())
        .cost(Cost::Heavy)
        .isolated()
}

/// Reads the codes in a picture.
///
/// # Errors
/// When the picture cannot be read.
pub fn read(request: CodesReadRequest, call: &Call) -> Result<CodesReadResponse, Error> {
    let needed = within(input::head("image", &request.image)?.upright(), THEN);
    let picture = input::picture("image", &request.image, Some(needed), Frames::One(0), call)?;
    let formats = FORMATS.iter().filter(|(kind, _)| request.types.contains(kind)).map(|(_, format)| *format).collect();
    let cancelled = || call.cancelled();
    let search = Search { formats, multiple: request.multiple, harder: request.try_harder, cancelled: &cancelled };
    let full = picture.size;
    let look = |most: u64, treatments: &[Treatment]| -> Result<Vec<Code>, Error> {
        let size = within(full, most);
        let smaller = (size != full).then(|| pictures::resample(&picture, None, size, Kernel::Linear, &cancelled));
        let smaller = smaller.transpose().map_err(of_field("image"))?;
        let gray = grayscale(smaller.as_ref().unwrap_or(&picture));
        let scale = (f64::from(full.0) / f64::from(size.0), f64::from(full.1) / f64::from(size.1));
        let found = search.codes(&gray, treatments);
        Ok(found.into_iter().map(|code| answer(code, scale)).collect())
    };
    let is_large = u64::from(full.0) * u64::from(full.1) > LARGE;
    let mut codes = match (is_large, request.try_harder) {
        (true, true) => look(FIRST, &[Treatment::Plain])?,
        _ => look(THEN, &[Treatment::Plain])?,
    };
    if is_large && request.try_harder && (codes.is_empty() || request.multiple) {
        let mut finer = look(THEN, &[Treatment::Fine])?;
        let same = |code: &Code, other: &Code| (code.code_type, &code.text) == (other.code_type, &other.text);
        codes.retain(|code| !finer.iter().any(|other| same(code, other)));
        finer.append(&mut codes);
        finer.sort_by(|a, b| top(a).total_cmp(&top(b)));
        codes = finer;
    }
    if codes.is_empty() && request.try_harder {
        codes = if is_large { look(FIRST, OF_LARGE)? } else { look(LARGE, ALL)? };
    }
    if call.cancelled() {
        return Err(of_field("image")(pictures::Error::Cancelled));
    }
    if codes.is_empty() {
        let advice = match request.try_harder {
            false => "no code was found: send tryHarder=true",
            true if !request.types.is_empty() => "no code of these types was found: leave types out to look for all",
            true => {
                "no code was found: send a sharper picture, cropped closer to the code, with some of the light border around it"
            }
        };
        call.warn("nothing-found", Some("image"), advice);
    }
    Ok(CodesReadResponse { count: codes.len(), rows: codes })
}

fn top(code: &Code) -> f64 {
    code.corners.first().map_or(0.0, |corner| corner.y)
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

fn answer(found: Found, (across, down): (f64, f64)) -> Code {
    let kind = FORMATS.iter().find(|(_, format)| *format == found.format).map(|(kind, _)| *kind);
    let is_text = found
        .text
        .chars()
        .all(|symbol| symbol != '\u{fffd}' && (!symbol.is_control() || "\t\r\n\u{1d}\u{1e}\u{4}".contains(symbol)));
    let bytes = found.bytes.filter(|bytes| !is_text && !bytes.is_empty());
    let round = |value: f64| (value * 10.0).round() / 10.0;
    Code {
        code_type: kind.unwrap_or(ReadableType::Qr),
        text: found.text,
        base64: bytes.map(|bytes| base64_simd::STANDARD.encode_to_string(bytes)),
        corners: found
            .corners
            .into_iter()
            .map(|(x, y)| Corner { x: round(f64::from(x) * across), y: round(f64::from(y) * down) })
            .collect(),
        symbology_id: found.symbology,
        extension: found.extension,
    }
}
