//! What the operations that print a page share: the fields of their requests, and the way to the worker.

use chassis::{Call, Data, Error, File, WithFile};
use schemars::JsonSchema;
use serde::Serialize;

use crate::generate::{stem, today};
use crate::html::HtmlPage;
use crate::named::Supplies;
use crate::settings::Workshop;
use crate::typeset::{Manuscript, PDF, Standard, Task};

/// Bytes of a page.
const MAX_HTML: usize = 8 << 20;
/// Files a page may bring.
pub(crate) const MAX_FILES: usize = 50;

/// Makes the request of an operation that prints: the field with its text, and those all of them have.
macro_rules! print_request {
    ($(#[$about:meta])* $name:ident { $(#[$text_about:meta])* $text:ident }) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        #[garde(allow_unvalidated)]
        pub struct $name {
            $(#[$text_about])*
            pub $text: Data,
            /// Style sheet besides those of the page.
            #[serde(default)]
            #[garde(length(chars, max = 1_000_000))]
            pub css: Option<String>,
            /// Pictures and style sheets that the page names, by their file names.
            #[serde(default)]
            #[garde(length(max = 50))]
            pub files: Vec<File>,
            /// Whether pictures and style sheets that the page names by URL are fetched: up to 50, of 10 MB each and 40 MB together.
            #[serde(default = "crate::print::yes")]
            pub fetch: bool,
            /// URL that relative addresses in the page are relative to; that of the page itself when it came by one.
            #[serde(default)]
            #[garde(length(chars, max = 2000))]
            pub base_url: Option<String>,
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
            /// Whether what is not supported, or did not come, is an error instead of a warning.
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

        impl $name {
            /// The request for a text alone.
            fn of($text: String) -> Self {
                Self {
                    $text: Data::Text($text),
                    css: None,
                    files: Vec::new(),
                    fetch: true,
                    base_url: None,
                    paper: None,
                    landscape: false,
                    margin: None,
                    header: None,
                    footer: None,
                    strict: false,
                    standard: Standard::None,
                    name: None,
                }
            }

            /// The page to print, whose HTML was made of the request's text.
            fn printing(self, html: String) -> crate::print::Printing {
                let paper = PaperWishes {
                    size: self.paper.map(|paper| paper.css().to_owned()),
                    landscape: self.landscape,
                    margin: self.margin,
                    header: self.header,
                    footer: self.footer,
                };
                let base = self.base_url.or_else(|| match &self.$text {
                    Data::File(file) => file.url().map(str::to_owned),
                    Data::Json(_) | Data::Text(_) => None,
                });
                crate::print::Printing {
                    page: HtmlPage { html, css: self.css.unwrap_or_default(), paper, strict: self.strict, ..HtmlPage::default() },
                    field: stringify!($text),
                    files: self.files,
                    fetch: self.fetch,
                    base,
                    standard: self.standard,
                    name: self.name,
                }
            }
        }
    };
}
pub(crate) use print_request;

pub(crate) fn yes() -> bool {
    true
}

/// The document that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrintedResponse {
    /// Number of pages.
    pub pages: usize,
}

/// A page and what is said of it.
pub(crate) struct Printing {
    pub(crate) page: HtmlPage,
    /// The field of the request it came from.
    pub(crate) field: &'static str,
    pub(crate) files: Vec<File>,
    /// Whether what it names by URL is fetched.
    pub(crate) fetch: bool,
    /// What its relative addresses are relative to.
    pub(crate) base: Option<String>,
    pub(crate) standard: Standard,
    pub(crate) name: Option<String>,
}

/// Sets a page.
pub(crate) async fn print(
    printing: Printing,
    call: &Call,
    workshop: &Workshop,
) -> Result<WithFile<PrintedResponse>, Error> {
    let Printing { mut page, field, files, fetch, base, standard, name } = printing;
    let mut supplies = Supplies::of(files);
    if fetch {
        supplies.fetch(&page.html, &page.css, base.as_deref(), call).await?;
    }
    let Supplies { names, files, lost } = supplies;
    page.lost = lost;
    let task = Task { manuscript: Manuscript::Html(page), standard, created: today(call), assets: names };
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
