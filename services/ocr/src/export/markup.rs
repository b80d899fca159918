//! hOCR 1.2 (http://kba.github.io/hocr-spec/1.2/) and ALTO 4 (https://www.loc.gov/standards/alto/).

use std::fmt::Write;

use crate::document::DocumentPage;
use crate::page::{Area, Line};

/// What was read as hOCR.
pub(super) fn hocr(pages: &[DocumentPage], languages: &[String]) -> String {
    let mut made = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \
         \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <title></title>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=utf-8\" />\n",
    );
    let _ = writeln!(
        made,
        "<meta name=\"ocr-system\" content=\"FlowForge {}\" />\n<meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_par \
         ocr_line ocrx_word\" />\n<meta name=\"ocr-langs\" content=\"{}\" />\n</head>\n<body>",
        env!("CARGO_PKG_VERSION"),
        escaped(&languages.join(" "))
    );
    for read in pages {
        let number = read.number;
        let (width, height) = (read.page.width, read.page.height);
        let _ = writeln!(
            made,
            "<div class=\"ocr_page\" id=\"page_{number}\" title=\"bbox 0 0 {width} {height}; ppageno {}\">",
            number - 1
        );
        let (mut lines, mut words) = (0, 0);
        for (block, at) in read.page.blocks.iter().zip(1..) {
            let title = bbox(block.area);
            let _ = writeln!(
                made,
                "<div class=\"ocr_carea\" id=\"block_{number}_{at}\" title=\"{title}\">\n<p class=\"ocr_par\" id=\"par_{number}_{at}\" \
                 title=\"{title}\">"
            );
            for line in &block.lines {
                lines += 1;
                let _ = writeln!(
                    made,
                    "<span class=\"ocr_line\" id=\"line_{number}_{lines}\" title=\"{}\">",
                    bbox(line.area)
                );
                for word in &line.words {
                    words += 1;
                    let sure = (word.confidence * 100.0).round();
                    let _ = writeln!(
                        made,
                        "<span class=\"ocrx_word\" id=\"word_{number}_{words}\" title=\"{}; x_wconf {sure}\">{}</span>",
                        bbox(word.area),
                        escaped(&word.text)
                    );
                }
                made.push_str("</span>\n");
            }
            made.push_str("</p>\n</div>\n");
        }
        made.push_str("</div>\n");
    }
    made + "</body>\n</html>\n"
}

fn bbox(area: Area) -> String {
    format!("bbox {} {} {} {}", area.x, area.y, area.right(), area.bottom())
}

/// What was read as ALTO.
pub(super) fn alto(pages: &[DocumentPage]) -> String {
    let mut made = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.loc.gov/standards/alto/ns-v4# \
         http://www.loc.gov/standards/alto/v4/alto-4-2.xsd\">\n<Description>\n<MeasurementUnit>pixel</MeasurementUnit>\n</Description>\n\
         <Layout>\n",
    );
    for read in pages {
        let number = read.number;
        let (width, height) = (read.page.width, read.page.height);
        let _ = writeln!(
            made,
            "<Page ID=\"page_{number}\" PHYSICAL_IMG_NR=\"{number}\" WIDTH=\"{width}\" HEIGHT=\"{height}\">\n<PrintSpace HPOS=\"0\" \
             VPOS=\"0\" WIDTH=\"{width}\" HEIGHT=\"{height}\">"
        );
        let mut lines = 0;
        for (block, at) in read.page.blocks.iter().zip(1..) {
            let _ = writeln!(made, "<TextBlock ID=\"block_{number}_{at}\" {}>", place(block.area));
            for line in &block.lines {
                lines += 1;
                let _ = writeln!(made, "<TextLine ID=\"line_{number}_{lines}\" {}>", place(line.area));
                alto_words(&mut made, line);
                made.push_str("</TextLine>\n");
            }
            made.push_str("</TextBlock>\n");
        }
        made.push_str("</PrintSpace>\n</Page>\n");
    }
    made + "</Layout>\n</alto>\n"
}

fn alto_words(made: &mut String, line: &Line) {
    for (at, word) in line.words.iter().enumerate() {
        if let Some(before) = at.checked_sub(1) {
            let left = line.words[before].area.right();
            let gap = word.area.x.saturating_sub(left);
            let _ = writeln!(made, "<SP HPOS=\"{left}\" VPOS=\"{}\" WIDTH=\"{gap}\"/>", word.area.y);
        }
        let _ = writeln!(
            made,
            "<String {} WC=\"{:.2}\" CONTENT=\"{}\"/>",
            place(word.area),
            word.confidence,
            escaped(&word.text)
        );
    }
}

fn place(area: Area) -> String {
    format!("HPOS=\"{}\" VPOS=\"{}\" WIDTH=\"{}\" HEIGHT=\"{}\"", area.x, area.y, area.width, area.height)
}

/// A text in XML; characters that XML has no place for are left out.
fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            letter if letter.is_control() || ('\u{FFFE}'..='\u{FFFF}').contains(&letter) => {}
            letter => made.push(letter),
        }
    }
    made
}
