//! Markdown to PDF: CommonMark and the extensions of GitHub, by way of HTML.

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

/// How documents made of Markdown look.
const THEME: &str = include_str!("../data/markdown.css");

print_request! {
    /// A text in Markdown.
    FromMarkdownRequest {
        /// Markdown (CommonMark, with tables, task lists, strikethrough, footnotes and links as on GitHub): its text, a URL or a file; HTML
        /// in it is shown as text.
        #[serde(alias = "url")]
        markdown
    }
}

fn example() -> FromMarkdownRequest {
    let markdown = "# Notes\n\nWhat was *decided*:\n\n- [x] the date\n- [ ] the place\n\n| who | what |\n|---|---|\n| Ann | invite |\n";
    FromMarkdownRequest { footer: Some("{page} / {pages}".to_owned()), ..FromMarkdownRequest::of(markdown.to_owned()) }
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
    mut request: FromMarkdownRequest,
    call: Arc<Call>,
    workshop: Arc<Workshop>,
) -> Result<WithFile<PrintedResponse>, Error> {
    let markdown = text("markdown", &request.markdown)?;
    let html = call.compute(Cost::Light, move || Ok(html_of(&markdown))).await?;
    request.margin.get_or_insert_with(|| "20mm".to_owned());
    request.css = Some(format!("{THEME}\n{}", request.css.unwrap_or_default()));
    print(request.printing(html), &call, &workshop).await
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
