//! How wide things are: the narrowest they can be, and as they are when nothing makes them narrower; and about how high.

use fonts::Face;

use super::boxes::{Bx, Content, Inline, Row};
use super::style::{Case, Space, Style};

/// Width of a text in pixels.
pub(crate) fn width(text: &str, style: &Style) -> f64 {
    let face = face(style);
    let letters = text.chars().map(|letter| advance(face, letter, style)).sum::<f64>();
    letters + style.spacing * text.chars().count() as f64
}

fn face(style: &Style) -> &'static Face {
    fonts::face(style.weight >= 600)
}

fn advance(face: &Face, letter: char, style: &Style) -> f64 {
    if let Some(own) = style.typeface.as_ref().and_then(|own| own.advance(letter)) {
        return own * style.size;
    }
    let wide = |face: &Face| face.advance(letter) * style.size;
    // Arrows and emoji stand in texts of fixed width too.
    if face.has(letter) || letter.is_ascii() {
        return if style.mono { style.size * 0.6 } else { wide(face) };
    }
    let other = fonts::other_faces().into_iter().find(|face| face.has(letter));
    if style.mono && other.is_none() { style.size * 0.6 } else { wide(other.unwrap_or(face)) }
}

/// The text as it is shown: its case, its white space.
pub(crate) fn shown(text: &str, style: &Style) -> String {
    let cased = match style.uppercase {
        Case::None => text.to_owned(),
        Case::Upper => text.to_uppercase(),
        Case::Lower => text.to_lowercase(),
        Case::Capital => {
            let mut start = true;
            let mut out = String::with_capacity(text.len());
            for letter in text.chars() {
                if start {
                    out.extend(letter.to_uppercase());
                } else {
                    out.push(letter);
                }
                start = letter.is_whitespace() || letter == '-';
            }
            out
        }
    };
    // Typst breaks lines at these too, where browsers do not.
    cased.replace('\r', "")
}

/// Narrowest and natural width of a box with its margins, in pixels.
pub(crate) fn outer(bx: &Bx) -> (f64, f64) {
    let (least, natural) = bordered(bx);
    let margins = bx.style.margin[1].or_zero(0.0) + bx.style.margin[3].or_zero(0.0);
    (least + margins, natural + margins)
}

/// The same without its margins.
pub(crate) fn bordered(bx: &Bx) -> (f64, f64) {
    if let Some(known) = bx.measured.get() {
        return known;
    }
    let style = &bx.style;
    let frame = style.frame([1, 3], 0.0);
    let (mut least, mut natural) = inner(bx);
    if bx.marker.is_some() {
        natural += 1.0;
    }
    least += frame;
    natural += frame;
    let own = |length: super::value::Length| {
        (!length.is_relative())
            .then(|| length.resolve(0.0))
            .flatten()
            .map(|width| if style.border_box { width.max(frame) } else { width + frame })
    };
    if let Some(width) = own(style.width) {
        (least, natural) = (width, width);
    }
    if let Some(most) = own(style.most_width) {
        natural = natural.min(most);
        least = least.min(most);
    }
    if let Some(smallest) = own(style.least_width) {
        natural = natural.max(smallest);
        least = least.max(smallest);
    }
    let result = (least, natural.max(least));
    bx.measured.set(Some(result));
    result
}

/// Width of what is in a box.
pub(crate) fn inner(bx: &Bx) -> (f64, f64) {
    match &bx.content {
        Content::Lines(lines) => inline(lines, &bx.style),
        Content::Blocks(blocks) => widest(blocks),
        Content::Flex(items) if !bx.style.column => {
            let gaps = bx.style.gap.1 * items.len().saturating_sub(1) as f64;
            let sums = items.iter().map(outer).fold((0.0, 0.0), |(least, natural), (a, b)| (least + a, natural + b));
            let least =
                if bx.style.wrap { items.iter().map(|item| outer(item).0).fold(0.0, f64::max) } else { sums.0 + gaps };
            (least, sums.1 + gaps)
        }
        Content::Flex(items) => widest(items),
        Content::Grid(items) => {
            let tracks = super::grid::column_count(&bx.style, items.len()) as f64;
            let most = widest(items);
            let gaps = bx.style.gap.1 * (tracks - 1.0);
            (most.0 * tracks + gaps, most.1 * tracks + gaps)
        }
        Content::Table(rows) => {
            let columns = super::table::columns(rows, &bx.style);
            let spacing = super::table::spacing(&bx.style) * (columns.len() + 1) as f64;
            let spacing = if bx.style.collapse { 0.0 } else { spacing };
            let sum = |pick: fn(&super::table::Column) -> f64| columns.iter().map(pick).sum::<f64>() + spacing;
            (sum(|column| column.least), sum(|column| column.natural))
        }
        Content::Picture { size, .. } => {
            let (width, _) = picture_size(bx, *size, f64::INFINITY);
            (if bx.style.width.is_relative() || bx.style.most_width.is_relative() { 0.0 } else { width }, width)
        }
    }
}

/// The widest of boxes below each other.
fn widest(boxes: &[Bx]) -> (f64, f64) {
    let widths = boxes.iter().map(outer);
    widths.fold((0.0, 0.0), |(least, natural), (a, b)| (f64::max(least, a), f64::max(natural, b)))
}

/// Width and height of a picture in a width.
pub(crate) fn picture_size(bx: &Bx, natural: (f64, f64), around: f64) -> (f64, f64) {
    let style = &bx.style;
    let base = if around.is_finite() { around } else { 0.0 };
    let relative = style.width.is_relative() && !around.is_finite();
    let width = style.width.resolve(base).filter(|_| !relative);
    let height = style.height.resolve(0.0).filter(|_| !style.height.is_relative());
    let ratio = if natural.0 > 0.0 && natural.1 > 0.0 { natural.1 / natural.0 } else { 1.0 };
    let (mut width, mut height) = match (width, height) {
        (Some(width), Some(height)) => (width, height),
        (Some(width), None) => (width, width * ratio),
        (None, Some(height)) => (height / ratio, height),
        (None, None) => natural,
    };
    let most = style.most_width.resolve(base).filter(|_| !style.most_width.is_relative() || around.is_finite());
    let most = most.unwrap_or(f64::INFINITY).min(if around.is_finite() { around } else { f64::INFINITY });
    if width > most && width > 0.0 {
        height *= most / width;
        width = most;
    }
    (width.max(0.1), height.max(0.1))
}

/// Width of what flows in lines.
fn inline(lines: &[Inline], _: &Style) -> (f64, f64) {
    let (mut least, mut natural, mut line, mut word) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    let mut space = true;
    for one in lines {
        match one {
            Inline::Break(_) => {
                natural = natural.max(line);
                least = least.max(word);
                (line, word, space) = (0.0, 0.0, true);
            }
            Inline::Box { bx, .. } => {
                let (narrow, wide) = outer(bx);
                least = least.max(word).max(narrow);
                word = 0.0;
                line += wide;
                space = false;
            }
            Inline::Text { text, style, .. } => {
                let face = face(style);
                let keeps = matches!(style.pre, Space::Pre | Space::PreWrap);
                let breaks = !matches!(style.pre, Space::NoWrap | Space::Pre);
                for letter in shown(text, style).chars() {
                    if letter == '\n' && matches!(style.pre, Space::Pre | Space::PreWrap | Space::PreLine) {
                        natural = natural.max(line);
                        least = least.max(word);
                        (line, word, space) = (0.0, 0.0, true);
                        continue;
                    }
                    if letter.is_ascii_whitespace() {
                        if !space || keeps {
                            line += advance(face, ' ', style) + style.spacing;
                            if !breaks {
                                word += advance(face, ' ', style) + style.spacing;
                            }
                        }
                        space = true;
                        if breaks {
                            least = least.max(word);
                            word = 0.0;
                        }
                        continue;
                    }
                    space = false;
                    let step = advance(face, letter, style) + style.spacing;
                    line += step;
                    word += step;
                    if breaks && matches!(letter, '-' | '/' | '\u{2013}' | '\u{2014}' | '\u{200b}') {
                        least = least.max(word);
                        word = 0.0;
                    }
                }
            }
        }
    }
    // A thousandth more: sums of fractions must not break a line.
    let slack = |value: f64| if value > 0.0 { value * 1.002 + 0.3 } else { 0.0 };
    (slack(least.max(word)), slack(natural.max(line)))
}

/// About how high a box is in a width, without its margins.
pub(crate) fn height(bx: &Bx, around: f64) -> f64 {
    let [last, before] = bx.heights.get();
    if let Some((_, height)) = [last, before].into_iter().find(|(width, _)| *width == around) {
        return height;
    }
    let height = height_in(bx, around);
    bx.heights.set([(around, height), last]);
    height
}

fn height_in(bx: &Bx, around: f64) -> f64 {
    let style = &bx.style;
    let frame = style.frame([0, 2], around);
    let width = (around - style.frame([1, 3], around)).max(1.0);
    let stacked = |boxes: &[Bx], width: f64| -> f64 {
        let one = |one: &Bx| {
            height(one, width)
                + one.style.margin[0].or_zero(width).max(0.0)
                + one.style.margin[2].or_zero(width).max(0.0) * 0.5
        };
        // Floats stand beside each other and what follows them.
        let (mut sum, mut floating) = (0.0, 0.0_f64);
        for bx in boxes {
            if bx.style.float.is_some() {
                floating = floating.max(one(bx));
            } else {
                sum += one(bx).max(floating);
                floating = 0.0;
            }
        }
        sum + floating
    };
    let inside = match &bx.content {
        Content::Lines(lines) => {
            let breaks = lines.iter().filter(|one| matches!(one, Inline::Break(_))).count() as f64;
            let (_, natural) = inline(lines, style);
            let tallest = lines.iter().map(|one| match one {
                Inline::Box { bx, .. } => height(bx, width),
                Inline::Text { style, .. } | Inline::Break(style) => style.line_height(),
            });
            if lines.is_empty() {
                0.0
            } else {
                ((natural / width).ceil().max(1.0) + breaks) * tallest.fold(1.0, f64::max)
            }
        }
        Content::Blocks(blocks) => stacked(blocks, width),
        Content::Flex(items) if !style.column => items
            .iter()
            .map(|item| height(item, (width / items.len().max(1) as f64).max(outer(item).1.min(width))))
            .fold(0.0, f64::max),
        Content::Flex(items) => stacked(items, width) + style.gap.0 * items.len().saturating_sub(1) as f64,
        Content::Grid(items) => {
            let tracks = super::grid::column_count(style, items.len());
            let rows = items.len().div_ceil(tracks) as f64;
            let each = items.iter().map(|item| height(item, width / tracks as f64)).fold(0.0, f64::max);
            rows * (each + style.gap.0)
        }
        Content::Table(rows) => rows.iter().map(|row| row_height(row, width)).sum(),
        Content::Picture { size, .. } => picture_size(bx, *size, width).1,
    };
    let own = style.height.resolve(0.0).filter(|_| !style.height.is_relative()).unwrap_or(0.0);
    let own = own.max(style.least_height.resolve(0.0).unwrap_or(0.0));
    (inside + frame).max(own)
}

/// About how high a row is in a table of a width.
pub(crate) fn row_height(row: &Row, width: f64) -> f64 {
    let natural: f64 = row.cells.iter().map(|cell| bordered(&cell.bx).1).sum::<f64>().max(1.0);
    let own = row.style.height.resolve(0.0).unwrap_or(0.0);
    let cells = row.cells.iter().map(|cell| {
        let share = (bordered(&cell.bx).1 / natural * width).clamp(20.0, width.max(20.0));
        height(&cell.bx, share)
    });
    cells.fold(own, f64::max)
}
