//! Generate a QR code, a barcode or another code.

use chassis::{Call, Cost, File, Operation, WithFile};
pub use codes::{CodeType, ErrorCorrection};
use codes::{linear, matrix, qr, room};
use garde::Validate;
use pictures::{Encoding, Format, Limits};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::draw::Sheet;
use super::layout::{Layout, LayoutOptions, WIDEST};
use super::logo;
use crate::color::Color;
use crate::error::{Error, conflict, of_field};
use crate::input;
use crate::output::DRAWN;

/// The media types of codes.
const MEDIA_TYPES: &[&str] = &["image/png", "image/svg+xml", "image/webp", "image/jpeg"];

/// What the document says.
const DESCRIPTION: &str = "\
Generates a QR code, a barcode, a Data Matrix, PDF417 or Aztec code as a picture. What a phone does with a QR code depends on its \
text: a URL (`https://...`) is opened; `WIFI:T:WPA;S:name;P:password;;` joins a network (with a backslash before `;`, `,`, `:` and `\\`); \
`tel:+4930123456` calls; `mailto:a@b.example?subject=Hello` writes an email; `geo:52.52,13.40` shows a map; a vCard (`BEGIN:VCARD` ...) \
becomes a contact. EAN and UPC take their digits with or without the check digit. Every module is a whole number of pixels, so edges \
are sharp: a code that does not fill `size` exactly gets a wider margin.";

/// A text and how to encode and draw it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CodesGenerateRequest {
    /// Text to encode.
    #[serde(alias = "data", alias = "content")]
    #[garde(length(chars, min = 1, max = 7089))]
    pub text: String,
    /// Symbology.
    #[serde(default, rename = "type")]
    pub code_type: CodeType,
    /// Error correction level of a QR code; `m` by default, `h` with a logo. Raised where that does not make the code larger.
    #[serde(default)]
    pub error_correction: Option<ErrorCorrection>,
    /// Width of the picture in pixels, margin included. By default 4 pixels a module for barcodes, about 512 pixels for other
    /// codes, more for large ones.
    #[serde(default)]
    #[garde(range(min = 21, max = 4096))]
    pub size: Option<u32>,
    /// Height of the bars in pixels; by default that of the symbology's standard.
    #[serde(default)]
    #[garde(range(min = 8, max = 2048))]
    pub height: Option<u32>,
    /// Quiet zone around the code, in modules; by default that of the symbology's standard: 4 for QR, 10 for Code 128.
    #[serde(default)]
    #[garde(range(max = 100))]
    pub margin: Option<u32>,
    /// Color of the code; black by default.
    #[serde(default)]
    pub color: Option<Color>,
    /// Background color; white by default.
    #[serde(default)]
    pub background: Option<Color>,
    /// Logo in the center of a QR code, at most 22 % of its width. Error correction becomes `h`.
    #[serde(default)]
    pub logo: Option<File>,
    /// Whether to print the text below a barcode; by default only for EAN, UPC and GS1-128.
    #[serde(default, deserialize_with = "label")]
    pub label: Option<bool>,
    /// Whether the text is a GS1 element string, such as `(01)09506000134352(10)ABC`; Code 128 (GS1-128) and Data Matrix only.
    #[serde(default)]
    pub gs1: bool,
    /// Output format.
    #[serde(default)]
    pub format: CodeFormat,
}

/// Whoever sends text here wants it below the bars.
fn label<'de, D: Deserializer<'de>>(source: D) -> Result<Option<bool>, D::Error> {
    match Option::<Value>::deserialize(source)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(label)) => Ok(Some(label)),
        Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(D::Error::custom(
            "must be true or false: true prints the encoded text below the bars, and no other text can be printed there",
        )),
    }
}

/// Output format of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CodeFormat {
    /// PNG.
    #[default]
    Png,
    /// SVG: for print, sharp at any size.
    Svg,
    /// Lossless WebP.
    Webp,
    /// JPEG: with artifacts around the edges, without transparency.
    #[serde(alias = "jpg")]
    Jpeg,
}

/// The generated code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeFacts {
    /// Symbology.
    #[serde(rename = "type")]
    pub code_type: CodeType,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Output format.
    pub format: CodeFormat,
    /// Size in bytes.
    pub bytes: usize,
    /// Columns of modules, without the margin.
    pub columns: u32,
    /// Rows of modules, without the margin; 1 for a barcode.
    pub rows: u32,
    /// Text as encoded, with its check digit; barcodes only.
    pub text: Option<String>,
    /// QR version, 1 to 40; QR only.
    pub version: Option<u8>,
    /// Error correction level; QR only.
    pub error_correction: Option<ErrorCorrection>,
}

/// A request that works.
#[must_use]
pub fn example() -> CodesGenerateRequest {
    CodesGenerateRequest {
        text: "https://example.com/".to_owned(),
        code_type: CodeType::Qr,
        error_correction: Some(ErrorCorrection::M),
        size: Some(256),
        height: None,
        margin: None,
        color: None,
        background: None,
        logo: None,
        label: None,
        gs1: false,
        format: CodeFormat::Png,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Generate a QR code, barcode or another code")
        .description(DESCRIPTION)
        .example(example)
        .answers(MEDIA_TYPES)
        .cost_of(cost)
        .cache(DRAWN, 1)
        .isolated_when(|request: &CodesGenerateRequest| input::confined(&[request.logo.as_ref()]))
}

/// A logo is decoded and scaled; the rest is quick.
fn cost(request: &CodesGenerateRequest) -> Cost {
    if request.logo.is_some() { Cost::Heavy } else { Cost::Light }
}

/// Generates a code.
///
/// # Errors
/// When the text does not fit into the code, options do not go with its kind, or the logo cannot be read.
pub fn generate(request: CodesGenerateRequest, call: &Call) -> Result<WithFile<CodeFacts>, Error> {
    check(&request)?;
    let code = request.code_type;
    let (mut text, mut version, mut error_correction, mut area) = (None, None, None, None);
    let symbol = match code {
        CodeType::Qr => {
            let level = request.error_correction.unwrap_or_default();
            let made = match &request.logo {
                Some(logo) => {
                    let (made, place) = room::encode(&request.text, logo::size(logo)?)?;
                    area = Some((logo, place));
                    made
                }
                None => qr::encode(&request.text, level, 1)?,
            };
            (version, error_correction) = (Some(made.version), Some(made.error_correction));
            made.symbol
        }
        CodeType::DataMatrix | CodeType::Pdf417 | CodeType::Aztec => matrix::encode(&request.text, code, request.gs1)?,
        _ => {
            let made = linear::encode(&request.text, code, request.gs1)?;
            if linear::may_lack_zero(&request.text, code) {
                let message = format!(
                    "was completed to {} by a check digit; if it lost a zero at its start, as numbers do, send 0{}",
                    made.text, request.text
                );
                call.warn("leading-zero", Some("text"), message);
            }
            text = Some(made.text);
            made.symbol
        }
    };
    let margin = request.margin.unwrap_or(code.margin());
    let label = text.as_deref().filter(|_| request.label.unwrap_or(code.is_retail() || request.gs1));
    let layout =
        Layout::of(&symbol, &LayoutOptions { code, size: request.size, height: request.height, margin, label })?;
    Limits::DEFAULT.admit_output(layout.width, layout.height).map_err(of_field("size"))?;
    let color = request.color.unwrap_or(Color::BLACK);
    let background = request.background.unwrap_or(Color::WHITE);
    warn(&request, margin, color, background, call);
    let logo = area.map(|(logo, area)| logo::place(logo, area, symbol.columns, &layout, call)).transpose()?;
    let sheet = Sheet { layout: &layout, color, background, logo };
    let bytes = match request.format {
        CodeFormat::Png => sheet.png()?,
        CodeFormat::Svg => sheet.svg()?,
        CodeFormat::Webp => written(&sheet, &Encoding { lossless: true, ..Encoding::of(Format::Webp) }, call)?,
        CodeFormat::Jpeg => written(&sheet, &Encoding { quality: 90, ..Encoding::of(Format::Jpeg) }, call)?,
    };
    let (extension, media_type) = match request.format {
        CodeFormat::Png => ("png", "image/png"),
        CodeFormat::Svg => ("svg", "image/svg+xml"),
        CodeFormat::Webp => ("webp", "image/webp"),
        CodeFormat::Jpeg => ("jpg", "image/jpeg"),
    };
    let facts = CodeFacts {
        code_type: code,
        width: layout.width,
        height: layout.height,
        format: request.format,
        bytes: bytes.len(),
        columns: symbol.columns,
        rows: symbol.rows,
        text,
        version,
        error_correction,
    };
    Ok(WithFile { file: File::new(format!("{}.{extension}", code.name()), media_type, bytes), facts })
}

fn written(sheet: &Sheet<'_>, encoding: &Encoding, call: &Call) -> Result<Vec<u8>, Error> {
    pictures::encode(&sheet.picture()?, encoding, &|| call.cancelled()).map_err(of_field("format"))
}

/// Refuses options that do not go with the kind of code.
fn check(request: &CodesGenerateRequest) -> Result<(), Error> {
    let code = request.code_type;
    let no_effect =
        |field, of| Err(conflict(field, format!("has no effect on {}, only on {of}: leave it out", code.name())));
    if code != CodeType::Qr && request.logo.is_some() {
        return no_effect("logo", "qr");
    }
    if code != CodeType::Qr && request.error_correction.is_some() {
        return no_effect("errorCorrection", "qr");
    }
    if !code.is_linear() && request.height.is_some() {
        return no_effect("height", "barcodes");
    }
    if !code.is_linear() && request.label == Some(true) {
        return no_effect("label", "barcodes");
    }
    if request.gs1 && !matches!(code, CodeType::Code128 | CodeType::DataMatrix) {
        return no_effect("gs1", "code128 and data-matrix");
    }
    let invisible = |color: Option<Color>| color.is_some_and(|color| color.alpha == 0);
    if invisible(request.color) {
        return Err(conflict("color", "is transparent: the code would be invisible"));
    }
    debug_assert!(request.size.is_none_or(|size| size <= WIDEST));
    Ok(())
}

/// Says what may keep a code from being read.
fn warn(request: &CodesGenerateRequest, margin: u32, color: Color, background: Color, call: &Call) {
    let code = request.code_type;
    if margin < code.quiet_zone() {
        let needed = code.quiet_zone();
        let message = format!(
            "the standard asks for a quiet zone of {needed} modules: with less, some readers do not find the code"
        );
        call.warn("narrow-margin", Some("margin"), message);
    }
    // What is transparent is mostly shown on white.
    let (ink, ground) =
        (luminance(color.over(background.over(Color::WHITE))), luminance(background.over(Color::WHITE)));
    let (light, dark) = (ink.max(ground), ink.min(ground));
    if (light + 0.05) / (dark + 0.05) < 3.0 {
        call.warn(
            "low-contrast",
            Some("color"),
            "the code hardly differs from its background: use a darker color on a lighter one",
        );
    } else if ink > ground {
        call.warn("inverted", Some("color"), "the code is lighter than its background: many readers need it darker");
    } else if code.is_linear() && color.red > 128 {
        call.warn(
            "red-bars",
            Some("color"),
            "scanners with red light do not see reddish bars: use black, blue or green",
        );
    }
    if request.logo.is_some() && request.error_correction.is_some_and(|level| level != ErrorCorrection::H) {
        call.warn(
            "error-correction-raised",
            Some("errorCorrection"),
            "a code with a logo needs level h, so that is used",
        );
    }
}

/// How bright a color is: relative luminance of WCAG 2.2.
fn luminance(color: Color) -> f64 {
    let linear = |part: u8| match f64::from(part) / 255.0 {
        part if part <= 0.04045 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}
