//! Markdown to PDF: CommonMark and the extensions of GitHub, by way of HTML.

use std::sync::Arc;

use chassis::{Call, Cost, Data, Error, File, Operation, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::from_html::{PrintedResponse, Printing, print, text};
use crate::generate::Paper;
use crate::html::{HtmlPage, PaperWishes};
use crate::settings::Workshop;
use crate::typeset::{PDF, Standard};

/// How documents made of Markdown look.
const THEME: &str = include_str!("../data/markdown.css");
/// Files a text may bring.
const MAX_FILES: usize = 50;

/// A text in Markdown.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FromMarkdownRequest {
    /// Markdown (CommonMark, with tables, task lists, strikethrough, footnotes and links as on GitHub): its text, a URL or a file; HTML
    /// in it is shown as text.
    #[serde(alias = "url")]
    pub markdown: Data,
    /// Style sheet besides that of the service.
    #[serde(default)]
    #[garde(length(chars, max = 1_000_000))]
    pub css: Option<String>,
    /// Pictures that the text names, by their file names.
    #[serde(default)]
    #[garde(length(max = 50))]
    pub files: Vec<File>,
    /// Paper; A4 when not given.
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

fn example() -> FromMarkdownRequest {
    let markdown = "# Notes\n\nWhat was *decided*:\n\n- [x] the date\n- [ ] the place\n\n| who | what |\n|---|---|\n| Ann | invite |\n";
    FromMarkdownRequest {
        markdown: Data::Text(markdown.to_owned()),
        css: None,
        files: Vec::new(),
        paper: None,
        landscape: false,
        margin: None,
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
    op.summary("Make a PDF of Markdown")
        .description(
            "Headings are bookmarks of the PDF. The text is made HTML and set as `from-html` does, with a style of its own that `css` can change.",
        )
        .example(example)
        .files(MAX_FILES + 1, &[])
        .answers(&[PDF])
        .cost(Cost::Heavy)
}

/// Makes a PDF of Markdown.
///
/// # Errors
/// When the text is too large or cannot be typeset; with `strict` when something is not supported.
pub async fn from_markdown(
    request: FromMarkdownRequest,
    call: Arc<Call>,
    workshop: Arc<Workshop>,
) -> Result<WithFile<PrintedResponse>, Error> {
    let markdown = text("markdown", &request.markdown)?;
    let html = call.compute(Cost::Light, move || Ok(html_of(&markdown))).await?;
    let paper = PaperWishes {
        size: request.paper.map(|paper| paper.css().to_owned()),
        landscape: request.landscape,
        margin: request.margin.or_else(|| Some("20mm".to_owned())),
        header: request.header,
        footer: request.footer,
    };
    let css = format!("{THEME}\n{}", request.css.unwrap_or_default());
    let page = HtmlPage { html, css, paper, strict: request.strict, data: None };
    let printing =
        Printing { page, field: "markdown", files: request.files, standard: request.standard, name: request.name };
    print(printing, &call, &workshop).await
}

/// The text as HTML.
fn html_of(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.autolink = true;
    options.render.escape = true;
    let body = comrak::markdown_to_html(markdown, &options);
    // Boxes of task lists are controls in HTML; on paper they are signs.
    let body = body
        .replace("<input type=\"checkbox\" checked=\"\" disabled=\"\" />", "<span class=box>\u{2611}</span>")
        .replace("<input type=\"checkbox\" disabled=\"\" />", "<span class=box>\u{2610}</span>")
        .replace("<input type=\"checkbox\" disabled=\"\" checked=\"\" />", "<span class=box>\u{2611}</span>");
    format!("<!doctype html><html><body>{body}</body></html>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_in_markdown_stays_text_and_boxes_are_signs() {
        let html = html_of("# A\n\n<script>x</script>\n\n- [x] done\n- [ ] open");
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
        assert!(html.contains('\u{2611}') && html.contains('\u{2610}') && !html.contains("<input"), "{html}");
    }
}
