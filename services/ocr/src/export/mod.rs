//! What was read, in the formats of other programs: hOCR, ALTO, TSV, Markdown, plain text.
//!
//! | file | job |
//! | --- | --- |
//! | `mod.rs` | the operation; TSV, Markdown, plain text |
//! | `markup.rs` | hOCR and ALTO |

mod markup;

use std::fmt::Write;
use std::sync::Arc;

use chassis::{Call, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, DocumentPage, Wanted};
use crate::engine::Readers;
use crate::page::{Area, BlockType};
use crate::pdf::PAGES;
use crate::reading::Manner;
use crate::recognize::{english, example_picture};

/// What the document says.
const DESCRIPTION: &str = "\
Reads a picture or a PDF and writes the text in a format of other programs: `hocr` (hOCR 1.2), `alto` (ALTO 4), `tsv` (the columns of \
Tesseract), `markdown` or `text`. Boxes are pixels of the upright page, as in `recognize` and `pdf`.";

/// A picture or PDF, and the format to write.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ExportRequest {
    /// The picture or PDF.
    #[serde(alias = "url", alias = "image")]
    pub file: File,
    /// Output format.
    pub format: ExportFormat,
    /// Languages of the text, the main one first: `en`, `pt-BR`, `German`, or codes of Tesseract such as `deu` and `chi_sim`.
    #[serde(default = "english", deserialize_with = "crate::languages::read", alias = "language", alias = "lang")]
    #[garde(length(min = 1, max = 8), inner(length(chars, min = 2, max = 40)))]
    pub languages: Vec<String>,
    /// Pages of a PDF or TIFF, such as `1-5,9`; the first 20 by default. Of an animation, the frame to read.
    #[serde(default, deserialize_with = "chassis::joined")]
    #[garde(length(chars, max = 200))]
    pub pages: Option<String>,
    /// Password of an encrypted PDF.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// hOCR 1.2: HTML with boxes.
    Hocr,
    /// ALTO 4: XML with boxes.
    Alto,
    /// Tab-separated values, in the columns of Tesseract.
    Tsv,
    /// Markdown: headings and paragraphs.
    Markdown,
    /// Plain text, pages apart by form feeds.
    Text,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportFacts {
    /// Number of pages.
    pub pages: usize,
    /// Number of words.
    pub words: usize,
    /// Mean confidence of the words, 0 to 1; null when there are none.
    pub confidence: Option<f64>,
}

/// A request that works.
#[must_use]
pub fn example() -> ExportRequest {
    ExportRequest {
        file: example_picture(),
        format: ExportFormat::Hocr,
        languages: english(),
        pages: None,
        password: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read a picture or PDF and write hOCR, ALTO, TSV, Markdown or text")
        .description(DESCRIPTION)
        .example(example)
        .answers(&["text/html", "application/xml", "text/tab-separated-values", "text/markdown", "text/plain"])
}

/// Writes what was read in another format.
///
/// # Errors
/// When the file cannot be read, a language is not installed, or Tesseract is not there.
pub async fn export(
    request: ExportRequest,
    call: Arc<Call>,
    readers: Arc<Readers>,
) -> Result<WithFile<ExportFacts>, Error> {
    let wanted = Wanted {
        languages: &request.languages,
        pages: request.pages.as_deref(),
        default_pages: PAGES,
        password: request.password.as_ref(),
        manner: Manner::default(),
    };
    let read = document::read(&readers, &call, &request.file, wanted).await?;
    let (text, media_type, ending) = match request.format {
        ExportFormat::Hocr => (markup::hocr(&read, &request.languages), "text/html", "hocr.html"),
        ExportFormat::Alto => (markup::alto(&read), "application/xml", "alto.xml"),
        ExportFormat::Tsv => (tsv(&read), "text/tab-separated-values", "tsv"),
        ExportFormat::Markdown => (markdown(&read), "text/markdown", "md"),
        ExportFormat::Text => (plain(&read), "text/plain", "txt"),
    };
    let facts = ExportFacts {
        pages: read.len(),
        words: read.iter().map(|read| read.page.words().count()).sum(),
        confidence: crate::page::confidence(read.iter().flat_map(|read| read.page.words())),
    };
    let name = request.file.name().map_or("document", |name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    Ok(WithFile { file: File::new(format!("{name}.{ending}"), media_type, text.into_bytes()), facts })
}

fn plain(pages: &[DocumentPage]) -> String {
    pages.iter().map(|read| read.page.text() + "\n").collect::<Vec<_>>().join("\u{C}")
}

/// The columns of Tesseract: every page, block, paragraph, line and word has a row.
fn tsv(pages: &[DocumentPage]) -> String {
    let mut made =
        String::from("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n");
    let mut row = |level: u8, numbers: [usize; 5], area: Area, conf: f64, text: &str| {
        let [page, block, par, line, word] = numbers;
        let Area { x, y, width, height } = area;
        let text = text.replace(['\t', '\n', '\r'], " ");
        let _ = writeln!(
            made,
            "{level}\t{page}\t{block}\t{par}\t{line}\t{word}\t{x}\t{y}\t{width}\t{height}\t{conf}\t{text}"
        );
    };
    for read in pages {
        let number = read.number as usize;
        let whole = Area { x: 0, y: 0, width: read.page.width, height: read.page.height };
        row(1, [number, 0, 0, 0, 0], whole, -1.0, "");
        for (block, at) in read.page.blocks.iter().zip(1..) {
            row(2, [number, at, 0, 0, 0], block.area, -1.0, "");
            row(3, [number, at, 1, 0, 0], block.area, -1.0, "");
            for (line, line_at) in block.lines.iter().zip(1..) {
                row(4, [number, at, 1, line_at, 0], line.area, -1.0, "");
                for (word, word_at) in line.words.iter().zip(1..) {
                    let conf = (word.confidence * 1e6).round() / 1e4;
                    row(5, [number, at, 1, line_at, word_at], word.area, conf, &word.text);
                }
            }
        }
    }
    made
}

/// Headings by their letters' height, paragraphs with their lines joined.
fn markdown(pages: &[DocumentPage]) -> String {
    let mut parts = Vec::new();
    for read in pages {
        let mut heights: Vec<u32> = read.page.lines().map(|line| line.area.height).collect();
        heights.sort_unstable();
        let usual = heights.get(heights.len() / 2).copied().unwrap_or(0);
        for block in &read.page.blocks {
            let tallest = block.lines.iter().map(|line| line.area.height).max().unwrap_or(0);
            let is_heading = block.kind == BlockType::Heading
                || block.lines.len() <= 2 && f64::from(tallest) > 1.5 * f64::from(usual);
            let lines: Vec<String> = block.lines.iter().map(|line| escaped(&line.text)).collect();
            // A heading ends with its line.
            parts.push(if is_heading { format!("## {}", lines.join(" ")) } else { paragraph(&lines) });
        }
    }
    parts.join("\n\n") + "\n"
}

/// Lines as one paragraph: a word that was broken is whole again; short lines, as in addresses, keep their breaks.
fn paragraph(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        text.push_str(line);
        let Some(next) = lines.get(at + 1) else { break };
        let goes_on = next.starts_with(char::is_lowercase);
        if line.ends_with('-') && goes_on && line.chars().rev().nth(1).is_some_and(char::is_alphabetic) {
            text.pop();
        } else if line.chars().count() * 10 >= longest * 7 {
            text.push('\n');
        } else {
            text.push_str("  \n");
        }
    }
    text
}

/// What would be a sign of Markdown is written as itself.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
        let at_start = at == 0 && ['#', '>', '+', '-', '=', '~'].contains(&letter);
        let is_entity = letter == '&' && line[at + 1..].starts_with(|next: char| next.is_alphanumeric() || next == '#');
        if at_start || is_entity || ['\\', '`', '*', '_', '[', ']', '<', '|'].contains(&letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_paragraphs() {
        let lines = |all: &[&str]| paragraph(&all.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            lines(&["This is an exam-", "ple of a para-", "graph here."]),
            "This is an example of a paragraph here."
        );
        assert_eq!(
            lines(&["A rather long first line", "and its second one here"]),
            "A rather long first line\nand its second one here"
        );
        assert_eq!(lines(&["ACME", "12 Long Street of the Town"]), "ACME  \n12 Long Street of the Town");
        assert_eq!(escaped("# 1 * 2_3"), "\\# 1 \\* 2\\_3");
        assert_eq!(escaped("===== A & B &lt; C"), "\\===== A & B \\&lt; C");
    }
}
