//! The paper: its size, its margins, and what stands in them on each page.

use serde::{Deserialize, Serialize};

use super::code::{literal, pt};
use super::css::{Declaration, Sheet};
use super::pseudo::unescape;
use super::style::{Style, side_lengths};
use super::value::{Length, color, length, words};

/// Margins when nothing is said: those of Chromium, 0.4 inch.
const MARGIN: f64 = 38.4;
/// Sides of paper in pixels.
const SIDES: std::ops::RangeInclusive<f64> = 48.0..=19_200.0;

/// The most of a roll of paper that is one page, 3 meters.
const ROLL: f64 = 11_300.0;

/// What a request says of the paper.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PaperWishes {
    /// Name of a size.
    pub(crate) size: Option<String>,
    pub(crate) landscape: bool,
    /// Margins as in CSS.
    pub(crate) margin: Option<String>,
    /// Texts at the head and foot of each page.
    pub(crate) header: Option<String>,
    pub(crate) footer: Option<String>,
}

/// The paper, in pixels.
pub(crate) struct Sheetlet {
    pub(crate) paper: (f64, f64),
    pub(crate) margins: [f64; 4],
    /// Room between the margins.
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Whether the paper is as high as what is on it: `80mm auto`, for the rolls of printers of receipts.
    pub(crate) endless: bool,
    /// What stands in the margins: by its place, as code.
    boxes: Vec<(String, String)>,
    /// What stands there on the first page, where it is something else.
    first_boxes: Vec<(String, String)>,
}

/// A size by its name, in pixels.
fn named(name: &str) -> Option<(f64, f64)> {
    let mm = 96.0 / 25.4;
    let inch = 96.0;
    Some(match name {
        "a3" => (297.0 * mm, 420.0 * mm),
        "a4" => (210.0 * mm, 297.0 * mm),
        "a5" => (148.0 * mm, 210.0 * mm),
        "a6" => (105.0 * mm, 148.0 * mm),
        "b4" => (250.0 * mm, 353.0 * mm),
        "b5" => (176.0 * mm, 250.0 * mm),
        "letter" => (8.5 * inch, 11.0 * inch),
        "legal" => (8.5 * inch, 14.0 * inch),
        "ledger" => (11.0 * inch, 17.0 * inch),
        _ => return None,
    })
}

impl Sheetlet {
    /// What the request says, else the sheets, else A4.
    pub(crate) fn of(sheet: &Sheet, wishes: &PaperWishes) -> Self {
        let mut paper = named("a4").unwrap_or((794.0, 1123.0));
        let mut margins = [MARGIN; 4];
        let mut endless = false;
        for Declaration { property, value, .. } in &sheet.page {
            match property.as_str() {
                "size" => {
                    let roll = match words(value).as_slice() {
                        [width, last] if last.eq_ignore_ascii_case("auto") => length(width, 16.0, 16.0),
                        _ => None,
                    };
                    let roll = roll.filter(|width| SIDES.contains(width));
                    endless = roll.is_some();
                    paper = roll.map_or_else(|| size(value).unwrap_or(paper), |width| (width, ROLL));
                }
                "margin" => {
                    if let Some(sides) = side_lengths(&value.to_ascii_lowercase(), 16.0) {
                        margins = sides.map(|side| resolved(side, paper.0));
                    }
                }
                name => {
                    let side = ["margin-top", "margin-right", "margin-bottom", "margin-left"]
                        .iter()
                        .position(|known| known == &name);
                    if let (Some(side), Some(length)) = (side, super::value::read(value, 16.0, 16.0)) {
                        margins[side] = resolved(length, paper.0);
                    }
                }
            }
        }
        if let Some(wished) = wishes.size.as_deref().and_then(named) {
            (paper, endless) = (wished, false);
        }
        if wishes.landscape && paper.0 < paper.1 {
            paper = (paper.1, paper.0);
        }
        if let Some(sides) = wishes.margin.as_deref().and_then(|text| side_lengths(&text.to_ascii_lowercase(), 16.0)) {
            margins = sides.map(|side| resolved(side, paper.0));
        }
        // Room is left, whatever is asked for.
        let limit = |before: f64, after: f64, whole: f64| {
            let sum = before + after;
            let most = whole - 40.0;
            if sum > most { (before * most / sum, after * most / sum) } else { (before, after) }
        };
        let (left, right) = limit(margins[3].max(0.0), margins[1].max(0.0), paper.0);
        let (top, bottom) = limit(margins[0].max(0.0), margins[2].max(0.0), paper.1);
        let mut boxes: Vec<(String, String)> =
            sheet.margin_boxes.iter().filter_map(|(place, block)| Some((place.clone(), margin_box(block)?))).collect();
        let mut first_boxes: Vec<(String, String)> = sheet
            .first_boxes
            .iter()
            .map(|(place, block)| (place.clone(), margin_box(block).unwrap_or_default()))
            .collect();
        for (text, place) in [(&wishes.header, "top-center"), (&wishes.footer, "bottom-center")] {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                boxes.retain(|(known, _)| known != place);
                first_boxes.retain(|(known, _)| known != place);
                boxes.push((place.to_owned(), running_text(text)));
            }
        }
        Self {
            paper,
            margins: [top, right, bottom, left],
            width: paper.0 - left - right,
            height: paper.1 - top - bottom,
            endless,
            boxes,
            first_boxes,
        }
    }

    /// Head and foot of the pages, as arguments of `page`.
    pub(crate) fn running(&self) -> String {
        let band = |edge: &str| {
            let find = |boxes: &[(String, String)], place: &str| {
                // The last one that speaks of a place is right.
                let found = boxes.iter().rev().find(|(known, _)| *known == format!("{edge}-{place}"));
                found.map(|(_, code)| code.clone())
            };
            let at = |place: &str| match (find(&self.first_boxes, place), find(&self.boxes, place)) {
                (None, usual) => usual,
                (Some(first), usual) => {
                    Some(format!("if here().page()==1{{{first}}}else{{{}}}", usual.unwrap_or_default()))
                }
            };
            let (left, center, right) = (at("left"), at("center"), at("right"));
            if left.is_none() && center.is_none() && right.is_none() {
                return None;
            }
            let cell = |code: Option<String>| code.map_or_else(|| "[]".to_owned(), |code| format!("{{{code}}}"));
            Some(format!(
                "context {{set text(size:8pt,font:sans)\ngrid(columns:(1fr,auto,1fr),align:(left+horizon,center+horizon,right+horizon),{},{},{})}}",
                cell(left),
                cell(center),
                cell(right)
            ))
        };
        let mut text = String::new();
        if let Some(code) = band("top") {
            text.push_str(&format!("header:{code},header-ascent:{},", pt((self.margins[0] / 2.0 - 8.0).max(0.0))));
        }
        if let Some(code) = band("bottom") {
            text.push_str(&format!("footer:{code},footer-descent:{},", pt((self.margins[2] / 2.0 - 8.0).max(0.0))));
        }
        text
    }
}

fn resolved(length: Length, around: f64) -> f64 {
    length.resolve(around).unwrap_or(MARGIN)
}

/// `A4 landscape`, `210mm 297mm`.
fn size(text: &str) -> Option<(f64, f64)> {
    let lower = text.to_ascii_lowercase();
    let words = words(&lower);
    let lengths: Vec<f64> = words.iter().filter_map(|word| length(word, 16.0, 16.0)).collect();
    let (width, height) = match (words.iter().find_map(|word| named(word)), lengths.as_slice()) {
        (Some(size), _) => size,
        (None, [side]) => (*side, *side),
        (None, [width, height, ..]) => (*width, *height),
        (None, []) if words.contains(&"landscape") || words.contains(&"portrait") => named("a4")?,
        (None, []) => return None,
    };
    if !SIDES.contains(&width) || !SIDES.contains(&height) {
        return None;
    }
    let turn = (words.contains(&"landscape") && width < height) || (words.contains(&"portrait") && width > height);
    Some(if turn { (height, width) } else { (width, height) })
}

/// A margin box as code: its content, in its letters.
fn margin_box(block: &[Declaration]) -> Option<String> {
    let mut style = Style::root();
    style.size = 8.0 * 4.0 / 3.0;
    let root = Style::root();
    let mut content = None;
    for Declaration { property, value, .. } in block {
        if property == "content" {
            content = Some(value.clone());
        } else {
            super::property::set(&mut style, property, value, &root);
        }
    }
    let mut code = String::new();
    for word in words(&content?) {
        if let Some(quoted) = word.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\''])) {
            code.push_str(&format!("text({})\n", literal(&unescape(quoted))));
        } else if word.starts_with("counter(pages") {
            code.push_str("str(counter(page).final().first())\n");
        } else if word.starts_with("counter(page") {
            code.push_str("counter(page).display()\n");
        }
    }
    let color =
        block.iter().find(|one| one.property == "color").and_then(|one| color(&one.value)).unwrap_or(style.color);
    let weight = if style.weight >= 600 { 700 } else { 400 };
    (!code.is_empty())
        .then(|| format!("set text(size:{},fill:{},weight:{weight})\n{code}", pt(style.size), color.typst()))
}

/// A text with `{page}` and `{pages}` as code.
fn running_text(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{page") {
        code.push_str(&format!("text({})\n", literal(&rest[..at])));
        let (counter, length) = match () {
            () if rest[at..].starts_with("{pages}") => ("str(counter(page).final().first())\n", 7),
            () if rest[at..].starts_with("{page}") => ("counter(page).display()\n", 6),
            () => ("text(\"{page\")\n", 5),
        };
        code.push_str(counter);
        rest = &rest[at + length..];
    }
    code.push_str(&format!("text({})\n", literal(rest)));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        let rounded = |text: &str| size(text).map(|(width, height)| (width.round(), height.round()));
        assert_eq!(rounded("A4"), Some((794.0, 1123.0)));
        assert_eq!(rounded("A5 landscape"), Some((794.0, 559.0)));
        assert_eq!(rounded("4in 6in"), Some((384.0, 576.0)));
        assert_eq!(rounded("100000cm"), None);
        for (wished, endless, width) in
            [("80mm auto", true, 302.0), ("A4 auto", false, 794.0), ("auto", false, 794.0), ("1px auto", false, 794.0)]
        {
            let mut sheet = Sheet::default();
            sheet.add(&format!("@page {{ size: {wished} }}"), 700.0);
            let paper = Sheetlet::of(&sheet, &PaperWishes::default());
            assert_eq!((paper.endless, paper.paper.0.round()), (endless, width), "{wished}");
        }
    }
}
