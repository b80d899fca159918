//! The pictures in a document.

use std::collections::HashSet;

use chassis::{Call, Code, Error, File, Operation, Secret, WithFiles};
use documents::ImageContent;
use garde::Validate;
use pictures::{Encoding, Format, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Selection;
use crate::document::picture;
use crate::input;
use crate::render::raster;
use crate::separators::{open, refused};

/// Maximum number of pictures.
const MAX_IMAGES: usize = 1_000;
/// Bytes of all pictures together.
const MAX_BYTES: usize = 100 << 20;

/// What the document says.
const DESCRIPTION: &str = "\
Takes the pictures out of the pages of a document, each once: JPEG and JPEG 2000 as they are in the file, all others as PNG, with \
their transparency. Drawings made of lines, and pages as a whole, are what `render` is for. One picture comes as it is, several as a zip \
archive. A document without pictures is 422.";

/// A document whose pictures to take out.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ImagesRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Pages, such as `1-3,5,-1`; all by default.
    #[serde(default, deserialize_with = "chassis::joined", alias = "page")]
    #[garde(length(chars, max = 2000))]
    pub pages: Option<String>,
    /// Smallest width and height in pixels of a picture that is taken out.
    #[serde(default)]
    #[garde(range(max = 10_000))]
    pub min_size: u32,
}

/// The pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImagesFacts {
    /// Number of pictures.
    pub count: usize,
    /// Pictures, in the order of the files.
    pub rows: Vec<ExtractedImage>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractedImage {
    /// Name of the file.
    pub name: String,
    /// First page it is on, counted from 1.
    pub page: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size in bytes.
    pub bytes: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> ImagesRequest {
    let file = File::new("pictured.pdf", "application/pdf", &include_bytes!("../data/pictured.pdf")[..]);
    ImagesRequest { file, password: None, pages: None, min_size: 0 }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_document(op)
        .answers(&["image/jpeg", "image/png", "image/jp2", "application/zip"])
        .summary("Take the pictures out of a PDF")
        .description(DESCRIPTION)
        .example(example)
}

/// Takes the pictures out of a document.
///
/// # Errors
/// When the document cannot be opened, has not these pages, or no pictures on them.
pub fn images(request: ImagesRequest, call: &Call) -> Result<WithFiles<ImagesFacts>, Error> {
    let document = open(&request.file, request.password.as_ref())?;
    let selection = Selection::read("pages", request.pages.as_deref(), document.page_count())?;
    let stem = input::stem(&request.file, "picture");
    let mut seen = HashSet::new();
    let (mut files, mut rows, mut total): (Vec<File>, Vec<ExtractedImage>, usize) = (Vec::new(), Vec::new(), 0);
    for page in selection.0 {
        call.check()?;
        for image in document.images(page, &mut seen).map_err(|error| refused(page, error))? {
            let (width, height) = image.size;
            if width.min(height) < request.min_size {
                continue;
            }
            let (bytes, extension, media_type) = match image.content {
                ImageContent::Jpeg(bytes) => (bytes, "jpg", "image/jpeg"),
                ImageContent::Jpeg2000(bytes) => (bytes, "jp2", "image/jp2"),
                ImageContent::Pixels(pixels) => {
                    let raster = raster(pixels).ok_or_else(Error::internal)?;
                    let still = Picture::still(Format::Png, raster);
                    let bytes = pictures::encode(&still, &Encoding::of(Format::Png), &|| call.cancelled());
                    (bytes.map_err(|problem| picture::refused("file", &problem))?, "png", "image/png")
                }
            };
            total += bytes.len();
            if total > MAX_BYTES || files.len() >= MAX_IMAGES {
                let message =
                    format!("has too many pictures: the limit is {MAX_IMAGES}, and {} MB together", MAX_BYTES >> 20);
                return Err(Error::field(Code::PayloadTooLarge, "file", message));
            }
            let name = format!("{stem}-{:03}.{extension}", files.len() + 1);
            rows.push(ExtractedImage { name: name.clone(), page: page + 1, width, height, bytes: bytes.len() });
            files.push(File::new(name, media_type, bytes));
        }
    }
    if files.is_empty() {
        return Err(Error::impossible("file", "has no pictures on these pages: paint the pages with render instead"));
    }
    Ok(WithFiles { files, facts: ImagesFacts { count: rows.len(), rows } })
}
