//! What is put on pages, as a drawing of the document: a text, a picture, a page of another document.

use chassis::{Call, Error, File};
use lopdf::{Dictionary, Document, ObjectId, Stream, dictionary};

use super::place::fractions;
use super::{StampPosition, StampRequest};
use crate::document::copy::Copier;
use crate::document::picture::embed;
use crate::document::tree::{crop_box, entry, number, rotation};
use crate::document::{Opened, Selection, Source};
use crate::lettering::{Lettering, Line};

/// From one line of a text to the next, at a size of 1.
const LEADING: f64 = 1.3;
/// Height of letters above the line, and below.
const ASCENT: f64 = 0.95;
const DESCENT: f64 = 0.25;
/// Bytes of the content of a page that is put on others.
const MAX_CONTENT: usize = 32 << 20;

/// A drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    pub(super) id: ObjectId,
    kind: Kind,
    /// Its size in points.
    points: (f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Picture,
    Page,
}

impl Layer {
    /// The drawings of a request that are not text: one for all pages, or one after the other.
    pub(super) fn of(request: &StampRequest, pdf: &mut Document, call: &Call) -> Result<Vec<Self>, Error> {
        if let Some(image) = &request.image {
            return Ok(vec![Self::picture(pdf, image, call)?]);
        }
        let Some(overlay) = &request.overlay else { return Ok(Vec::new()) };
        let source = Source {
            field: "overlay",
            file: overlay,
            password_field: "overlayPassword",
            password: request.overlay_password.as_ref(),
        };
        let opened = source.open(call)?;
        let pages = match request.overlay_page.trim().to_ascii_lowercase().as_str() {
            "each" | "all" => (0..opened.pages.len()).collect(),
            page => {
                let selected = Selection::read("overlayPage", Some(page), opened.pages.len())?.0;
                match selected.as_slice() {
                    [one] => vec![*one],
                    _ => return Err(Error::impossible("overlayPage", "must be the number of one page, or each")),
                }
            }
        };
        let all = opened.pages.iter().copied().collect();
        let mut copier = Copier::new(&opened.pdf, &all);
        let layers = pages.into_iter().map(|page| Self::page(pdf, &opened, page, &mut copier)).collect();
        copier.finish(pdf);
        layers
    }

    /// A text in lines.
    pub(super) fn text(
        pdf: &mut Document,
        lettering: &mut Lettering,
        lines: &[Line],
        size: f64,
        color: &str,
        position: Option<StampPosition>,
    ) -> Self {
        let widest = lines.iter().map(Line::width).fold(0.01, f64::max) * size;
        let height = size * (ASCENT + DESCENT + LEADING * lines.len().saturating_sub(1) as f64);
        let (across, _) = fractions(position, false);
        let mut content = format!("BT\n{color} rg\n").into_bytes();
        for (row, line) in lines.iter().enumerate() {
            let x = (widest - line.width() * size) * across;
            let y = height - size * (ASCENT + LEADING * row as f64);
            content.extend_from_slice(format!("1 0 0 1 {x:.3} {y:.3} Tm\n").as_bytes());
            content.extend_from_slice(&lettering.show(pdf, line, size));
        }
        content.extend_from_slice(b"ET\n");
        let stream = form((widest, height), dictionary! { "Font" => lettering.resources() }, content);
        Self { id: pdf.add_object(stream), kind: Kind::Text, points: (widest, height) }
    }

    /// A picture, upright; a JPEG as it is.
    fn picture(pdf: &mut Document, image: &File, call: &Call) -> Result<Self, Error> {
        let embedded = embed(pdf, "image", image, call)?;
        let points = |pixels: u32| f64::from(pixels.max(1)) * 72.0 / embedded.dpi.unwrap_or(72.0);
        let size = (points(embedded.size.0), points(embedded.size.1));
        let content = embedded.draw("Picture", [0.0, 0.0, size.0, size.1]);
        let resources = dictionary! { "XObject" => dictionary! { "Picture" => embedded.id } };
        let id = pdf.add_object(form(size, resources, content.into_bytes()));
        Ok(Self { id, kind: Kind::Picture, points: size })
    }

    /// A page of another document, upright.
    fn page(pdf: &mut Document, opened: &Opened, index: usize, copier: &mut Copier<'_>) -> Result<Self, Error> {
        let page = opened.page(index);
        let crop = crop_box(&opened.pdf, page);
        let content = opened.pdf.get_page_content_with_limit(opened.pages[index], MAX_CONTENT);
        let content = content.map_err(|_| Error::impossible("overlay", "has a page that is too large"))?;
        let resources = entry(&opened.pdf, page, b"Resources").cloned().unwrap_or_else(|| Dictionary::new().into());
        let resources = copier.copy(&resources, pdf);
        let (width, height) = (crop.width(), crop.height());
        let (left, bottom, right, top) = (crop.left, crop.bottom, crop.right, crop.top);
        let (matrix, points) = match rotation(&opened.pdf, page) {
            90 => ([0.0, -1.0, 1.0, 0.0, -bottom, right], (height, width)),
            180 => ([-1.0, 0.0, 0.0, -1.0, right, top], (width, height)),
            270 => ([0.0, 1.0, -1.0, 0.0, top, -left], (height, width)),
            _ => ([1.0, 0.0, 0.0, 1.0, -left, -bottom], (width, height)),
        };
        let mut dictionary = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Form",
            "BBox" => crop.to_object(),
            "Matrix" => matrix.map(number).to_vec(),
            "Resources" => resources,
        };
        if let Some(group) = entry(&opened.pdf, page, b"Group").cloned() {
            dictionary.set("Group", copier.copy(&group, pdf));
        }
        Ok(Self { id: pdf.add_object(Stream::new(dictionary, content)), kind: Kind::Page, points })
    }

    /// The size it has in its own coordinates.
    pub(super) fn natural(&self) -> (f64, f64) {
        self.points
    }

    /// Whether it is as large as the page.
    pub(super) fn fills(&self, request: &StampRequest) -> bool {
        self.kind == Kind::Page && request.width.is_none()
    }

    /// The size it has on a page.
    pub(super) fn size(&self, request: &StampRequest, shown: (f64, f64)) -> (f64, f64) {
        let (width, height) = self.points;
        let by_width = |wanted: f64| (wanted, height * wanted / width);
        match (self.kind, request.width) {
            (Kind::Text, _) => self.points,
            (_, Some(wanted)) => by_width(wanted),
            (Kind::Picture, None) => by_width(width.min(shown.0 / 2.0)),
            // The whole page, in its own proportions.
            (Kind::Page, None) => by_width(width * (shown.0 / width).min(shown.1 / height)),
        }
    }
}

/// A drawing in coordinates that begin at 0.
fn form(size: (f64, f64), resources: Dictionary, content: Vec<u8>) -> Stream {
    let dictionary = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), number(size.0), number(size.1)],
        "Resources" => resources,
    };
    Stream::new(dictionary, content)
}
