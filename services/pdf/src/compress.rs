//! A document with fewer bytes: pictures no finer than they are shown, streams packed again, what is not used left out.

use chassis::{Call, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::save;
use crate::document::shrink::{self, Effort};
use crate::input;
use crate::separators::open;

/// What is tried for `targetBytes`, from gentle to rough: resolution and quality.
const LADDER: [(f64, u8); 6] = [(220.0, 85), (150.0, 75), (120.0, 65), (96.0, 55), (72.0, 45), (50.0, 35)];

/// Bytes that must be won, and 2 %: a document is not written anew for less.
const LEAST_WON: usize = 256;

/// What the document says.
const DESCRIPTION: &str = "\
Makes a document smaller: photos and scans are brought to the resolution they are shown in and encoded as JPEG where that is smaller, \
streams are packed again, and objects nobody refers to or that are there twice are left out. Pages of one bit (faxes) stay one bit. \
Text, drawings and forms are never changed. The result is never larger: where hardly anything (2 %) can be won the document comes back as it was, \
with `changed` false. With `targetBytes` the gentlest setting that gets there is chosen; if none does, the smallest result comes with \
a warning.";

/// A document and how small it may become.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CompressRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Resolution pictures have at most where they are shown, in pixels per inch; 150 by default.
    #[serde(default, alias = "dpi")]
    #[garde(range(min = 30.0, max = 1200.0))]
    pub image_dpi: Option<f64>,
    /// Quality of pictures that are encoded again, 1 to 100; 75 by default.
    #[serde(default, alias = "quality")]
    #[garde(range(min = 1, max = 100))]
    pub image_quality: Option<u8>,
    /// Whether pictures stay as they are, to the bit.
    #[serde(default)]
    pub lossless: bool,
    /// Size in bytes to get below, if possible.
    #[serde(default)]
    #[garde(range(min = 1000))]
    pub target_bytes: Option<usize>,
    /// Whether a signed document may be changed, whose signature is then no longer valid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// What was won.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompressFacts {
    /// Whether the document was changed.
    pub changed: bool,
    /// Size before, in bytes.
    pub before: usize,
    /// Size after, in bytes.
    pub bytes: usize,
    /// Number of pictures that were encoded again.
    pub pictures: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> CompressRequest {
    CompressRequest {
        file: input::example(),
        password: None,
        image_dpi: Some(150.0),
        image_quality: None,
        lossless: false,
        target_bytes: None,
        allow_signed: false,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::makes_document(op).summary("Make a PDF smaller").description(DESCRIPTION).example(example)
}

/// Makes a document smaller.
///
/// # Errors
/// When the document cannot be opened, is signed, or options contradict each other.
pub fn compress(request: CompressRequest, call: &Call) -> Result<WithFile<CompressFacts>, Error> {
    let asked = request.image_dpi.is_some() || request.image_quality.is_some();
    if request.lossless && (asked || request.target_bytes.is_some()) {
        return Err(Error::impossible("lossless", "does not go with imageDpi, imageQuality and targetBytes"));
    }
    if request.target_bytes.is_some() && asked {
        return Err(Error::impossible("targetBytes", "chooses imageDpi and imageQuality itself: leave them out"));
    }
    let before = request.file.bytes().len();
    let name = format!("{}.pdf", input::stem(&request.file, "document"));
    let opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let document = open(&request.file, request.password.as_ref())?;
    let shown = shrink::shown_sizes(&document, call)?;
    let efforts: Vec<Option<Effort>> = match request.target_bytes {
        _ if request.lossless => vec![None],
        Some(_) => std::iter::once(None)
            .chain(LADDER.iter().map(|(dpi, quality)| Some(Effort { dpi: *dpi, quality: *quality })))
            .collect(),
        None => {
            vec![Some(Effort { dpi: request.image_dpi.unwrap_or(150.0), quality: request.image_quality.unwrap_or(75) })]
        }
    };
    let target = request.target_bytes.unwrap_or(0);
    let mut best: Option<(Vec<u8>, usize)> = None;
    for effort in efforts {
        call.check()?;
        let mut pdf = opened.pdf.clone();
        let pictures = match effort {
            Some(effort) => shrink::pictures(&mut pdf, &shown, effort, call)?,
            None => 0,
        };
        shrink::pack(&mut pdf, call)?;
        let bytes = match &opened.encryption {
            Some(encryption) => save::protected(pdf, encryption)?,
            None => save::save(pdf)?,
        };
        if best.as_ref().is_none_or(|(smallest, _)| bytes.len() < smallest.len()) {
            best = Some((bytes, pictures));
        }
        if request.target_bytes.is_some() && best.as_ref().is_some_and(|(smallest, _)| smallest.len() <= target) {
            break;
        }
    }
    let worth = before - LEAST_WON.max(before / 50).min(before);
    let (bytes, pictures, changed) = match best.filter(|(bytes, _)| bytes.len() <= worth) {
        Some((bytes, pictures)) => (bytes, pictures, true),
        None => (request.file.bytes().to_vec(), 0, false),
    };
    if request.target_bytes.is_some() && bytes.len() > target {
        let message = format!("cannot be reached: {} bytes is the smallest that is still readable", bytes.len());
        call.warn("target-missed", Some("targetBytes"), message);
    }
    let facts = CompressFacts { changed, before, bytes: bytes.len(), pictures };
    Ok(WithFile { file: File::new(name, "application/pdf", bytes), facts })
}
