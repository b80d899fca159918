//! Stamps: a text, a picture or a page of another PDF over or under the pages of a document; page numbers.
//!
//! Positions are those of the page as it is shown: cropped and turned. So "bottom right" is where people see it, and a
//! text is upright on a page that is turned.

mod layer;
mod place;

use chassis::{Call, Cost, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use lopdf::{Object, dictionary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Selection, Source, tree};
use crate::generate::stem;
use crate::lettering::{Lettering, Line, Typeface};
use crate::page::Canvas;
use layer::Layer;
use place::Placing;

const DESCRIPTION: &str = "\
Puts a `text`, an `image` or a page of another PDF (`overlay`) on chosen pages, over or under what is there. Positions are those of the page as it \
is shown, also when it is turned or cropped.

In a text `{page}` is the number of the page, `{pages}` the number of pages and `{date}` the date: `{page} / {pages}` at `bottom-right` numbers pages; \
`start` is the first number. A watermark is a text in the center with `rotation` 45 and `opacity` 0.2; a letterhead is an `overlay` with `layer: under`, \
stretched over the whole page.

Text is set in Noto Sans (Latin, Greek, Cyrillic and signs), which is embedded; characters it lacks are named in a warning.";

/// A PDF and what to put on it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct StampRequest {
    /// The PDF.
    pub file: File,
    /// Password, when the document needs one to open.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Text, with `{page}`, `{pages}` and `{date}`; line breaks make lines. Or send `image` or `overlay`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 2000))]
    pub text: Option<String>,
    /// Picture: JPEG, PNG, WebP, GIF, SVG and others.
    #[serde(default)]
    pub image: Option<File>,
    /// PDF of which a page is put on each page.
    #[serde(default, alias = "pdf")]
    pub overlay: Option<File>,
    /// Password of `overlay`.
    #[serde(default)]
    pub overlay_password: Option<Secret<String>>,
    /// Page of `overlay`, counted from 1; with `each` its pages one after the other, the last one for those that are left.
    #[serde(default = "first_page")]
    #[garde(length(chars, max = 10))]
    pub overlay_page: String,
    /// Pages that get it, such as `1-3,5,-1`, `odd` or `even`; all when not given.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 1000))]
    pub pages: Option<String>,
    /// Whether it lies over or under what is on the page.
    #[serde(default)]
    pub layer: LayerOrder,
    /// Where on the page.
    #[serde(default)]
    pub position: Option<StampPosition>,
    /// Distance from the edges in points.
    #[serde(default = "margin")]
    #[garde(range(min = 0.0, max = 2000.0))]
    pub margin: f64,
    /// Points to the right of the position.
    #[serde(default)]
    #[garde(range(min = -14_400.0, max = 14_400.0))]
    pub x: f64,
    /// Points below the position.
    #[serde(default)]
    #[garde(range(min = -14_400.0, max = 14_400.0))]
    pub y: f64,
    /// Turn counterclockwise in degrees.
    #[serde(default, alias = "rotate", alias = "angle")]
    #[garde(range(min = -360.0, max = 360.0))]
    pub rotation: f64,
    /// Opacity from 0 (invisible) to 1.
    #[serde(default = "one")]
    #[garde(range(min = 0.0, max = 1.0))]
    pub opacity: f64,
    /// Font size of a text in points.
    #[serde(default = "size", alias = "size")]
    #[garde(range(min = 1.0, max = 1000.0))]
    pub font_size: f64,
    /// Whether a text is bold.
    #[serde(default)]
    pub bold: bool,
    /// Color of a text: `#rrggbb`, or as CSS has colors, such as `red`.
    #[serde(default = "black")]
    #[garde(length(chars, max = 60))]
    pub color: String,
    /// Width of a picture or overlay in points; by default a picture has 72 pixels an inch and no more than half of the width of the page, an
    /// overlay the whole page.
    #[serde(default)]
    #[garde(inner(range(min = 1.0, max = 14_400.0)))]
    pub width: Option<f64>,
    /// First page number of `{page}`.
    #[serde(default = "start")]
    #[garde(range(min = 0, max = 1_000_000))]
    pub start: u32,
    /// Whether a signed document may be changed, which makes its signature invalid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// Over or under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LayerOrder {
    /// Over what is on the page.
    #[default]
    Over,
    /// Under it; where the page has a ground of its own, that hides it.
    Under,
}

/// Where on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampPosition {
    /// Upper left corner.
    TopLeft,
    /// Middle of the upper edge.
    #[serde(alias = "top-center")]
    Top,
    /// Upper right corner.
    TopRight,
    /// Middle of the left edge.
    #[serde(alias = "center-left")]
    Left,
    /// Middle of the page.
    Center,
    /// Middle of the right edge.
    #[serde(alias = "center-right")]
    Right,
    /// Lower left corner.
    BottomLeft,
    /// Middle of the lower edge.
    #[serde(alias = "bottom-center")]
    Bottom,
    /// Lower right corner.
    BottomRight,
}

fn first_page() -> String {
    "1".to_owned()
}

fn margin() -> f64 {
    36.0
}

fn one() -> f64 {
    1.0
}

fn size() -> f64 {
    12.0
}

fn black() -> String {
    "#000000".to_owned()
}

fn start() -> u32 {
    1
}

/// The document that was stamped.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StampResponse {
    /// Number of pages.
    pub pages: usize,
    /// Number of pages that got the stamp.
    pub stamped: usize,
}

fn example() -> StampRequest {
    StampRequest {
        file: crate::forms::fields::example_form(),
        password: None,
        text: Some("{page} / {pages}".to_owned()),
        image: None,
        overlay: None,
        overlay_password: None,
        overlay_page: first_page(),
        pages: None,
        layer: LayerOrder::Over,
        position: Some(StampPosition::BottomRight),
        margin: margin(),
        x: 0.0,
        y: 0.0,
        rotation: 0.0,
        opacity: 1.0,
        font_size: size(),
        bold: false,
        color: black(),
        width: None,
        start: start(),
        allow_signed: false,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Put text, pictures, page numbers or a letterhead on pages")
        .description(DESCRIPTION)
        .example(example)
        .files(3, &[])
        .answers(&["application/pdf"])
        .cost(Cost::Heavy)
        .isolated()
}

/// Stamps a document.
///
/// # Errors
/// When a document or picture cannot be read, a page does not exist, or not exactly one thing is to be put on the pages.
pub fn stamp(request: StampRequest, call: &Call) -> Result<WithFile<StampResponse>, Error> {
    let given = [request.text.is_some(), request.image.is_some(), request.overlay.is_some()];
    match given.iter().filter(|given| **given).count() {
        0 => return Err(Error::impossible("text", "send what to put on the pages: text, image or overlay")),
        1 => {}
        _ => {
            return Err(Error::impossible(
                "text",
                "send one of text, image and overlay; for several call one after the other",
            ));
        }
    }
    let color = color(&request.color)?;
    let mut opened = Source::only(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let count = opened.pages.len();
    let mut selected = Selection::read("pages", request.pages.as_deref(), count)?.0;
    selected.sort_unstable();
    selected.dedup();
    let mut lettering = Lettering::default();
    let layers = Layer::of(&request, &mut opened.pdf, call)?;
    let typeface = if request.bold { Typeface::SansBold } else { Typeface::Sans };
    let date = call.now().to_string().chars().take(10).collect::<String>();
    for (turn, index) in selected.iter().enumerate() {
        call.check()?;
        let id = opened.pages[*index];
        let page = opened.page(*index);
        let crop = tree::crop_box(&opened.pdf, page);
        let rotation = tree::rotation(&opened.pdf, page);
        let shown = tree::shown_size(&opened.pdf, page);
        let drawing = match (&request.text, layers.get(turn).or(layers.last())) {
            (Some(text), _) => {
                let number = request.start as usize + index;
                let last = request.start as usize + count - 1;
                let text = text
                    .replace("{page}", &number.to_string())
                    .replace("{pages}", &last.to_string())
                    .replace("{date}", &date);
                let lines: Vec<Line> = text.lines().map(|line| Line::new(line, typeface)).collect();
                Layer::text(&mut opened.pdf, &mut lettering, &lines, request.font_size, &color, request.position)
            }
            (None, Some(layer)) => *layer,
            (None, None) => return Err(Error::internal()),
        };
        let size = drawing.size(&request, shown);
        let placing = Placing { crop, rotation, shown };
        let matrix = placing.matrix(&request, drawing.natural(), size, drawing.fills(&request));
        let state = (request.opacity < 1.0).then(|| {
            Object::Dictionary(dictionary! {
                "Type" => "ExtGState",
                "ca" => tree::number(request.opacity),
                "CA" => tree::number(request.opacity),
            })
        });
        let mut canvas = Canvas::new(&opened.pdf, id);
        canvas.draw_with(drawing.id, matrix, state);
        canvas.finish(&mut opened.pdf, request.layer == LayerOrder::Over);
    }
    // Drawings of texts were made before all letters were known; each has the fonts as they are now.
    lettering.finish(&mut opened.pdf, "text", call);
    let name = request.file.name().map(stem).filter(|name| !name.is_empty()).unwrap_or_else(|| "document".to_owned());
    let file = File::new(format!("{name}.pdf"), "application/pdf", opened.save()?);
    Ok(WithFile { file, facts: StampResponse { pages: count, stamped: selected.len() } })
}

/// A color as operands: `0.5 0 0`.
fn color(text: &str) -> Result<String, Error> {
    let plain = text.trim();
    let bare = matches!(plain.len(), 3 | 6) && plain.bytes().all(|digit| digit.is_ascii_hexdigit());
    let found = crate::html::color(&if bare { format!("#{plain}") } else { plain.to_owned() });
    let found = found.ok_or_else(|| {
        Error::impossible("color", "is not a color: write it as #rrggbb, such as #c00000, or by its name, such as red")
    })?;
    if found.alpha < 1.0 {
        let message = "must not be transparent itself: send it without alpha, and how opaque it is as opacity";
        return Err(Error::impossible("color", message));
    }
    Ok(found.rgb.map(|part| format!("{:.4}", f64::from(part) / 255.0)).join(" "))
}
