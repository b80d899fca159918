//! HTML to PDF.

use std::sync::Arc;

use chassis::{Call, Cost, Data, Error, File, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::generate::Paper;
use crate::html::{HtmlPage, PaperWishes};
use crate::print::{MAX_FILES, PrintedResponse, print, print_request, text};
use crate::settings::Workshop;
use crate::typeset::{PDF, Standard};

const DESCRIPTION: &str = "\
Prints a page: invoices, mails, reports, tables. Not a browser: pages are styled and laid out by the service, and typeset by typst. What is not \
supported is named in the warning `not-supported`; with `strict` it is an error. Nothing is lost in silence: characters are counted, and \
those that are on no page, or beyond the edge, are a warning too.

**Works**: headings (bookmarks of the PDF), paragraphs, lists, tables (head on every page, `colspan`, `rowspan`, `<col>`, `break-inside: avoid`), images as data URIs, by URL \
or sent as `files`, SVG in the page, links, boxes with margin, padding, border, radius, background (color, gradient, picture), flex boxes, grids (tracks, areas, spans, items \
over each other), floats with text around them, `position`, `transform`, `opacity`, counters, generated content, columns, `@page` with size, margins and margin boxes \
(`counter(page)`, `counter(pages)`, others on the `:first`), page breaks, `@media print`, `@supports`, `@import`, `@layer`, `@font-face`, variables, `calc`, attributes of old such as `bgcolor`.

**Does not**: JavaScript, skewed boxes, repeating gradients, `@container`, named pages, soft shadows, page breaks inside boxes, typefaces in WOFF. Families that \
no `@font-face` (TrueType, OpenType) brings are shown in Noto Sans and Noto Sans Mono.

`html` may be a URL, which is fetched; so are the pictures, typefaces and style sheets that the page names by URL (up to 50, of 40 MB together), unless `fetch` \
is false or they are sent as `files` (found by their file names). What does not come is told by the warning `file-missing`. Paper and margins are those of `@page`, else A4 with 0.4 \
inch, unless the request says others.";

print_request! {
    /// A page.
    FromHtmlRequest {
        /// HTML: its text, a URL, or a file; at most 8 MB.
        #[serde(alias = "url")]
        html
    }
}

fn example() -> FromHtmlRequest {
    let html = "<h1>Report</h1><p>Sales by <b>region</b>:</p><table border=1><thead><tr><th>Region<th>Sum</thead><tr><td>North<td>120</table>";
    FromHtmlRequest {
        css: Some("table { border-collapse: collapse } td, th { padding: 4px 8px }".to_owned()),
        margin: Some("20mm".to_owned()),
        footer: Some("{page} / {pages}".to_owned()),
        ..FromHtmlRequest::of(html.to_owned())
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
    print(request.printing(html), &call, &workshop).await
}
