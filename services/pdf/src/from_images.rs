//! Pictures to a document, each a page.

use chassis::{Call, Error, File, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::assemble::Assembly;
pub use crate::document::sheet::Fit;
use crate::document::sheet::Sheet;
use crate::document::{paper, save, strings};
use crate::input;

/// Maximum number of pictures.
const MAX_FILES: usize = 100;

/// What the document says.
const DESCRIPTION: &str = "\
Makes a PDF of pictures, each a page, upright as their EXIF data says. The bytes of a JPEG go into the document untouched; other \
formats are kept without loss, their transparency included. Without `size` a page is as large as its picture, by the resolution the \
file states (96 dpi if it states none).";

/// Pictures and the paper they go on.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FromImagesRequest {
    /// Pictures, in the order of the pages.
    #[serde(alias = "images", alias = "urls", alias = "file")]
    #[garde(length(min = 1, max = 100))]
    pub files: Vec<File>,
    /// Size of the pages: a name (`a4`, `letter` ...) or width and height, such as `210x297mm`; that of each picture by default.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub size: Option<String>,
    /// Orientation of the pages; with `size` only.
    #[serde(default)]
    pub orientation: Orientation,
    /// Margin on all sides in points (1/72 inch).
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1000.0))]
    pub margin: f64,
    /// How a picture is fitted to its page.
    #[serde(default)]
    pub fit: Fit,
    /// Title of the document.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub title: Option<String>,
}

/// Orientation of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Orientation {
    /// As the picture is.
    #[default]
    Auto,
    /// Higher than wide.
    Portrait,
    /// Wider than high.
    Landscape,
}

/// The document that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FromImagesFacts {
    /// Number of pages.
    pub pages: usize,
    /// Size in bytes.
    pub bytes: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> FromImagesRequest {
    FromImagesRequest {
        files: vec![File::new("dot.png", "image/png", &include_bytes!("../data/dot.png")[..])],
        size: Some("a4".to_owned()),
        orientation: Orientation::Auto,
        margin: 36.0,
        fit: Fit::Contain,
        title: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::makes_document(op)
        .files(MAX_FILES, &["image/*"])
        .summary("Make a PDF of pictures")
        .description(DESCRIPTION)
        .example(example)
}

/// Makes a document of pictures.
///
/// # Errors
/// When a picture cannot be read, or the paper cannot have that size.
pub fn from_images(request: FromImagesRequest, call: &Call) -> Result<WithFile<FromImagesFacts>, Error> {
    let size = request.size.as_deref().map(|text| paper::size("size", text)).transpose()?;
    let landscape = match request.orientation {
        Orientation::Auto => None,
        Orientation::Portrait => Some(false),
        Orientation::Landscape => Some(true),
    };
    if landscape.is_some() && size.is_none() {
        call.warn("no-effect", Some("orientation"), "has no effect without size: each page is as its picture");
    }
    let sheet = Sheet { size, margin: request.margin, fit: request.fit, landscape };
    let mut assembly = Assembly::new();
    for (index, file) in request.files.iter().enumerate() {
        call.check()?;
        assembly.add_picture(&format!("files[{index}]"), file, &sheet, call)?;
    }
    if let Some(title) = &request.title {
        assembly.info().set("Title", strings::string(title));
    }
    let pages = assembly.page_count();
    let bytes = save::save(assembly.finish(call))?;
    let facts = FromImagesFacts { pages, bytes: bytes.len() };
    let name = match request.files.as_slice() {
        [only] => format!("{}.pdf", input::stem(only, "pictures")),
        _ => "pictures.pdf".to_owned(),
    };
    Ok(WithFile { file: File::new(name, "application/pdf", bytes), facts })
}
