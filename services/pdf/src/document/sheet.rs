//! Pictures as pages.

use chassis::{Call, Error, File};
use lopdf::{Dictionary, Object, Stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assemble::Assembly;
use super::picture;
use super::tree::PageBox;

/// Pixels per inch of a picture that does not say.
const DPI: f64 = 96.0;
/// Longest side of a page in points.
const LONGEST: f64 = 14_400.0;

/// How a picture is fitted to its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// As large as it fits within the margins, whole.
    #[default]
    Contain,
    /// As large as it takes to fill the page within the margins; what reaches beyond is cut off.
    Cover,
    /// In its own size, made smaller only if it would not fit.
    Actual,
}

/// A page for a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet {
    /// Width and height in points; nothing for the size of the picture.
    pub(crate) size: Option<(f64, f64)>,
    /// Margin in points on all sides.
    pub(crate) margin: f64,
    pub(crate) fit: Fit,
    /// Whether the page is wider than high; nothing for as the picture is.
    pub(crate) landscape: Option<bool>,
}

impl Assembly {
    /// Adds a page with a picture.
    ///
    /// # Errors
    /// When the picture cannot be read, or the margins leave no room.
    pub(crate) fn add_picture(&mut self, field: &str, file: &File, sheet: &Sheet, call: &Call) -> Result<(), Error> {
        let (pdf, pages) = self.parts();
        let picture = picture::embed(pdf, field, file, call)?;
        let scale = 72.0 / picture.dpi.unwrap_or(DPI);
        let (width, height) = (f64::from(picture.size.0) * scale, f64::from(picture.size.1) * scale);
        // A picture without a size of paper that is larger than a page can be is made smaller.
        let most = LONGEST - 2.0 * sheet.margin;
        let shrink = (most / width.max(height)).min(1.0);
        let (width, height) = (width * shrink, height * shrink);
        let paper = sheet.size.map_or((width + 2.0 * sheet.margin, height + 2.0 * sheet.margin), |(across, down)| {
            let (short, long) = (across.min(down), across.max(down));
            match sheet.landscape.unwrap_or(width > height) {
                true => (long, short),
                false => (short, long),
            }
        });
        let room = (paper.0 - 2.0 * sheet.margin, paper.1 - 2.0 * sheet.margin);
        if room.0 < 1.0 || room.1 < 1.0 {
            return Err(Error::impossible("margin", "leaves no room for the picture: choose less, or larger paper"));
        }
        let factors = (room.0 / width, room.1 / height);
        let factor = match sheet.fit {
            Fit::Contain => factors.0.min(factors.1),
            Fit::Cover => factors.0.max(factors.1),
            Fit::Actual => factors.0.min(factors.1).min(1.0),
        };
        let (width, height) = (width * factor, height * factor);
        let place = [(paper.0 - width) / 2.0, (paper.1 - height) / 2.0, width, height];
        let clip = match sheet.fit {
            Fit::Cover => format!("{} {} {} {} re W n ", sheet.margin, sheet.margin, room.0, room.1),
            Fit::Contain | Fit::Actual => String::new(),
        };
        let content = format!("q {clip}{}Q\n", picture.draw("Im0", place));
        let content = pdf.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        let mut pictures = Dictionary::new();
        pictures.set("Im0", picture.id);
        let mut resources = Dictionary::new();
        resources.set("XObject", pictures);
        let mut page = Dictionary::new();
        page.set("Type", "Page");
        page.set("MediaBox", PageBox { left: 0.0, bottom: 0.0, right: paper.0, top: paper.1 }.to_object());
        page.set("Resources", resources);
        page.set("Contents", content);
        let id = pdf.add_object(Object::Dictionary(page));
        pages.push(id);
        self.unlabelled();
        Ok(())
    }
}
