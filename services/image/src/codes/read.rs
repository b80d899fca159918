//! Read the QR codes and barcodes in a picture.

use chassis::{Call, Cost, File, Operation};
pub use codes::ReadableType;
use codes::{Found, Search};
use garde::Validate;
use pictures::Frames;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read the QR codes and barcodes in a picture")
        .description(DESCRIPTION)
        .example(example)
        .cost(Cost::Heavy)
        .isolated()
}

/// Reads the codes in a picture.
///
/// # Errors
/// When the picture cannot be read.
pub fn read(request: CodesReadRequest, call: &Call) -> Result<CodesReadResponse, Error> {
    let needed = codes::needed_size(input::head("image", &request.image)?.upright());
    let picture = input::picture("image", &request.image, Some(needed), Frames::One(0), call)?;
    let cancelled = || call.cancelled();
    let (multiple, harder) = (request.multiple, request.try_harder);
    let search = Search { kinds: &request.types, multiple, harder, cancelled: &cancelled };
    let codes: Vec<Code> = search.codes(&picture).map_err(of_field("image"))?.into_iter().map(answer).collect();
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

fn answer(found: Found) -> Code {
    let is_text = found
        .text
        .chars()
        .all(|symbol| symbol != '\u{fffd}' && (!symbol.is_control() || "\t\r\n\u{1d}\u{1e}\u{4}".contains(symbol)));
    let bytes = found.bytes.filter(|bytes| !is_text && !bytes.is_empty());
    let round = |value: f64| (value * 10.0).round() / 10.0;
    Code {
        code_type: found.kind,
        text: found.text,
        base64: bytes.map(|bytes| base64_simd::STANDARD.encode_to_string(bytes)),
        corners: found.corners.into_iter().map(|(x, y)| Corner { x: round(x), y: round(y) }).collect(),
        symbology_id: found.symbology,
        extension: found.extension,
    }
}
