//! HTML to PDF.

use std::sync::Arc;

use chassis::{Call, Cost, Data, Error, File, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::generate::{Paper, stem, today};
use crate::html::{HtmlPage, PaperWishes};
use crate::settings::Workshop;
use crate::typeset::{Manuscript, PDF, Standard, Task};

/// Bytes of a page.
const MAX_HTML: usize = 8 << 20;
/// Files a page may bring.
const MAX_FILES: usize = 50;

const DESCRIPTION: &str = "\
Prints a page: invoices, mails, reports, tables. Not a browser: pages are styled and laid out by the service, and typeset by typst. What is not \
supported is named in the warning `not-supported`; with `strict` it is an error. Nothing is lost in silence: characters are counted, and \
those that are on no page, or beyond the edge, are a warning too.

**Works**: headings (bookmarks of the PDF), paragraphs, lists, tables (head on every page, `colspan`, `rowspan`, widths, `break-inside: avoid`), images as data URIs or \
sent as `files`, SVG in the page, links, block and inline-block boxes with margin, padding, border, radius, background color, flex boxes, grids with track lists, floats side \
by side, `@page` with size, margins and margin boxes (`counter(page)`, `counter(pages)`), page breaks, `@media print`, variables, `calc`, attributes of old such as `bgcolor`.

**Does not**: JavaScript, `position: absolute` and `fixed`, transforms, gradients, background pictures, shadows, columns of text, generated content except plain text, text \
flowing around floats, named pages, form controls, other fonts than Noto Sans and Noto Sans Mono.

`html` may be a URL, which is fetched; what the page names by URL is not, send it as `files` (found by its file name). Paper and margins are those of `@page`, else A4 with 0.4 \
inch, unless the request says others.";

/// A page.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FromHtmlRequest {
    /// HTML: its text, a URL, or a file; at most 8 MB.
    #[serde(alias = "url")]
    pub html: Data,
    /// Style sheet besides those of the page.
    #[serde(default)]
    #[garde(length(chars, max = 1_000_000))]
    pub css: Option<String>,
    /// Pictures and style sheets that the page names, by their file names.
    #[serde(default)]
    #[garde(length(max = 50))]
    pub files: Vec<File>,
    /// Paper; that of `@page`, else A4, when not given.
    #[serde(default)]
    pub paper: Option<Paper>,
    /// Whether the paper lies across.
    #[serde(default)]
    pub landscape: bool,
    /// Margins as in CSS, such as `20mm` or `1in 0.5in`.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub margin: Option<String>,
    /// Text at the head of each page; `{page}` and `{pages}` are numbers.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub header: Option<String>,
    /// Text at the foot of each page; `{page}` and `{pages}` are numbers.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub footer: Option<String>,
    /// Whether what is not supported is an error instead of a warning.
    #[serde(default)]
    pub strict: bool,
    /// Standard the PDF keeps.
    #[serde(default)]
    pub standard: Standard,
    /// Name of the file.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub name: Option<String>,
}

/// The document that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrintedResponse {
    /// Number of pages.
    pub pages: usize,
}

fn example() -> FromHtmlRequest {
    let html = "<h1>Report</h1><p>Sales by <b>region</b>:</p><table border=1><thead><tr><th>Region<th>Sum</thead><tr><td>North<td>120</table>";
    FromHtmlRequest {
        html: Data::Text(html.to_owned()),
        css: Some("table { border-collapse: collapse } td, th { padding: 4px 8px }".to_owned()),
        files: Vec::new(),
        paper: None,
        landscape: false,
        margin: Some("20mm".to_owned()),
        header: None,
        footer: Some("{page} / {pages}".to_owned()),
        strict: false,
        standard: Standard::None,
        name: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make a PDF of HTML")
        .description(DESCRIPTION)
        .example(example)
        .files(MAX_FILES + 1, &[])
        .answers(&[PDF])
        .cost(Cost::Heavy)
}

/// Makes a PDF of HTML.
///
/// # Errors
/// When the page is too large or cannot be typeset; with `strict` when something is not supported.
pub async fn from_html(
    request: FromHtmlRequest,
    call: Arc<Call>,
    workshop: Arc<Workshop>,
) -> Result<WithFile<PrintedResponse>, Error> {
    let html = text("html", &request.html)?;
    let paper = PaperWishes {
        size: request.paper.map(|paper| paper.css().to_owned()),
        landscape: request.landscape,
        margin: request.margin,
        header: request.header,
        footer: request.footer,
    };
    let page = HtmlPage { html, css: request.css.unwrap_or_default(), paper, strict: request.strict, data: None };
    let printing =
        Printing { page, field: "html", files: request.files, standard: request.standard, name: request.name };
    print(printing, &call, &workshop).await
}

/// A page and what is said of it.
pub(crate) struct Printing {
    pub(crate) page: HtmlPage,
    /// The field of the request it came from.
    pub(crate) field: &'static str,
    pub(crate) files: Vec<File>,
    pub(crate) standard: Standard,
    pub(crate) name: Option<String>,
}

/// Sets a page.
pub(crate) async fn print(
    printing: Printing,
    call: &Call,
    workshop: &Workshop,
) -> Result<WithFile<PrintedResponse>, Error> {
    let Printing { page, field, files, standard, name } = printing;
    let names = files.iter().enumerate().map(|(index, file)| {
        file.name().map_or_else(|| format!("file-{}", index + 1), |name| name.chars().take(200).collect())
    });
    let task = Task { manuscript: Manuscript::Html(page), standard, created: today(call), assets: names.collect() };
    let (made, file) = workshop.typeset(call, &task, files).await?;
    for note in made.notes {
        note.tell(Some(field), call);
    }
    let name = name.as_deref().map(stem).filter(|name| !name.is_empty()).unwrap_or_else(|| "document".to_owned());
    let file = File::new(format!("{name}.pdf"), PDF, file.bytes().clone());
    Ok(WithFile { file, facts: PrintedResponse { pages: made.pages } })
}

/// The text of a field that may be a file.
pub(crate) fn text(field: &str, data: &Data) -> Result<String, Error> {
    let text = match data {
        Data::Text(text) => text.clone(),
        Data::File(file) => String::from_utf8_lossy(file.bytes()).into_owned(),
        Data::Json(_) => return Err(Error::impossible(field, "must be a text, a URL or a file")),
    };
    match text.len() > MAX_HTML {
        true => Err(Error::field(chassis::Code::PayloadTooLarge, field, "has more than the limit of 8 MB")),
        false => Ok(text),
    }
}
