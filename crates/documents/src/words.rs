//! Glyphs to words.
//!
//! Files hold glyphs in any order, with or without space characters between words. So all glyphs of one direction are laid
//! on baselines, sorted along them, and cut where a gap is wide enough: the measure is the size of the font, less the space
//! that was put between all letters of a run (letter-spaced headings). A space character counts only where there is a
//! gap for it, since some writers print one on top of the next letter.

use std::collections::BTreeMap;

use crate::bounds::Bounds;
use crate::glyphs::Glyph;
use crate::tables::Rulings;
use crate::text::Word;
use crate::unicode::{is_digit, is_right_to_left};

/// Glyphs whose baselines differ by less than this part of an em are on one.
const SAME_BASELINE: f64 = 0.22;
/// A gap wider than this part of an em ends a word.
const WORD_GAP: f64 = 0.12;
/// A space character in a gap wider than this part of an em ends a word.
const SPACE_GAP: f64 = 0.04;
/// A gap wider than this part of an em ends a piece: a column or a cell may end there.
const PIECE_GAP: f64 = 1.6;
/// The same glyph printed again within this part of an em is there for weight or shadow.
const DOUBLE: f64 = 0.12;
/// How far letters reach above and below the baseline in em; fonts are not asked, as they seldom say the truth.
const ASCENT: f64 = 0.75;
const DESCENT: f64 = 0.25;
/// The same for vertical text, where the baseline is the middle of the column.
const HALF: f64 = 0.5;

/// Words on one baseline without a wide gap between them.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) words: Vec<Placed>,
    /// Place of the baseline, across the direction of writing.
    pub(crate) across: f64,
    /// Largest size of its letters.
    pub(crate) size: f64,
    /// First and last place in the order of drawing.
    pub(crate) order: (u32, u32),
}

impl Piece {
    pub(crate) fn start(&self) -> f64 {
        self.words.first().map_or(0.0, |word| word.start)
    }

    pub(crate) fn end(&self) -> f64 {
        self.words.last().map_or(0.0, |word| word.end)
    }
}

/// A word in the direction of its writing.
#[derive(Debug)]
pub(crate) struct Placed {
    /// Where it starts and ends along the baseline.
    pub(crate) start: f64,
    pub(crate) end: f64,
    /// Its glyphs, in the order they are seen.
    glyphs: Vec<String>,
    pub(crate) word: Word,
}

/// Direction of writing: degrees clockwise, and whether it is a column.
pub(crate) type Direction = (u16, bool);

/// A glyph in the direction of its writing.
struct Along<'g> {
    glyph: &'g Glyph,
    start: f64,
    end: f64,
    across: f64,
}

/// Words of all glyphs, by direction; pieces are sorted by their baselines and end at lines that run down.
pub(crate) fn pieces(glyphs: &[Glyph], rulings: &Rulings) -> BTreeMap<Direction, Vec<Piece>> {
    let mut directions: BTreeMap<Direction, Vec<Along<'_>>> = BTreeMap::new();
    for glyph in glyphs {
        directions.entry((glyph.angle, glyph.vertical)).or_default().push(along(glyph));
    }
    directions
        .into_iter()
        .map(|(direction, glyphs)| {
            let mut pieces: Vec<Piece> =
                baselines(glyphs).into_iter().flat_map(|baseline| cut(baseline, direction, rulings)).collect();
            pieces.sort_by(|one, other| one.across.total_cmp(&other.across));
            attach_raised(&mut pieces);
            for word in pieces.iter_mut().flat_map(|piece| &mut piece.words) {
                word.word.text = in_logical_order(&word.glyphs);
            }
            pieces.retain(|piece| !piece.words.is_empty());
            (direction, pieces)
        })
        .collect()
}

/// Turns a place on the page into one along and across a direction.
pub(crate) fn turn(direction: Direction, x: f64, y: f64) -> (f64, f64) {
    match direction {
        (0, false) => (x, y),
        (angle, vertical) => {
            let (sin, cos) = f64::from(angle + if vertical { 90 } else { 0 }).to_radians().sin_cos();
            (x * cos + y * sin, y * cos - x * sin)
        }
    }
}

/// The box on the page of a stretch of a baseline.
fn bounds_of(direction: Direction, start: f64, end: f64, across: f64, size: f64) -> Bounds {
    let (above, below) = if direction.1 { (HALF, HALF) } else { (ASCENT, DESCENT) };
    let (top, bottom) = (across - above * size, across + below * size);
    let (sin, cos) = match direction {
        (0, false) => (0.0, 1.0),
        (angle, vertical) => f64::from(angle + if vertical { 90 } else { 0 }).to_radians().sin_cos(),
    };
    let corners = [(start, top), (end, top), (start, bottom), (end, bottom)];
    Bounds::around(corners.map(|(u, v)| (u * cos - v * sin, u * sin + v * cos)))
}

fn along(glyph: &Glyph) -> Along<'_> {
    let direction = (glyph.angle, glyph.vertical);
    if glyph.vertical {
        // The origin is that of a horizontal glyph: 0.88 em below and half a width beside the vertical one.
        let angle = f64::from(glyph.angle).to_radians();
        let (right, up) = (glyph.advance.max(glyph.size) / 2.0, 0.88 * glyph.size);
        let x = glyph.origin.x + right * angle.cos() + up * angle.sin();
        let y = glyph.origin.y + right * angle.sin() - up * angle.cos();
        let (start, across) = turn(direction, x, y);
        return Along { glyph, start, end: start + glyph.size, across };
    }
    let (start, across) = turn(direction, glyph.origin.x, glyph.origin.y);
    Along { glyph, start, end: start + glyph.advance, across }
}

/// Glyphs by baseline, each sorted along it and without doubles.
fn baselines(mut glyphs: Vec<Along<'_>>) -> Vec<Vec<Along<'_>>> {
    glyphs.sort_by(|one, other| one.across.total_cmp(&other.across));
    let mut lines: Vec<(f64, f64, Vec<Along<'_>>)> = Vec::new();
    for glyph in glyphs {
        let size = glyph.glyph.size;
        // A page has few sizes, so that the line is among the last few.
        let line = lines.iter_mut().rev().take(8).find(|(across, line_size, _)| {
            let ratio = size / *line_size;
            (glyph.across - *across).abs() <= SAME_BASELINE * size.min(*line_size) && (0.5..=2.0).contains(&ratio)
        });
        match line {
            Some((_, _, line)) => line.push(glyph),
            None => lines.push((glyph.across, size, vec![glyph])),
        }
    }
    lines
        .into_iter()
        .map(|(_, _, mut line)| {
            line.sort_by(|one, other| one.start.total_cmp(&other.start).then(one.glyph.order.cmp(&other.glyph.order)));
            without_doubles(line)
        })
        .collect()
}

fn without_doubles(line: Vec<Along<'_>>) -> Vec<Along<'_>> {
    let mut kept: Vec<Along<'_>> = Vec::with_capacity(line.len());
    for glyph in line {
        let near = (DOUBLE * glyph.glyph.size).min(0.3 * glyph.glyph.advance.abs());
        let double = kept.iter().rev().take(4).any(|other| {
            (glyph.start - other.start).abs() < near
                && glyph.glyph.text == other.glyph.text
                && glyph.glyph.order != other.glyph.order
        });
        if !double {
            kept.push(glyph);
        }
    }
    kept
}

/// A baseline, cut to pieces and words.
fn cut(line: Vec<Along<'_>>, direction: Direction, rulings: &Rulings) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut space = false;
    let mut last: Option<&Along<'_>> = None;
    for glyph in &line {
        let text: String = glyph.glyph.text.chars().filter(|letter| !is_ignored(*letter)).collect();
        if text.trim().is_empty() {
            space |= !text.is_empty();
            continue;
        }
        let Some(before) = last else {
            pieces.push(new_piece(glyph, text, direction));
            last = Some(glyph);
            continue;
        };
        let em = before.glyph.size.max(glyph.glyph.size);
        let gap = glyph.start - before.end - before.glyph.tracking.min(glyph.glyph.tracking);
        let piece = pieces.last_mut().expect("a glyph before made one");
        let parted = direction == (0, false) && {
            // A letter may touch the line beside it, not lie over it.
            let (left, right) = (f64::midpoint(before.start, before.end), f64::midpoint(glyph.start, glyph.end));
            rulings.parts(left, right, glyph.across - 0.3 * em)
        };
        if gap > PIECE_GAP * em || parted {
            pieces.push(new_piece(glyph, text, direction));
        } else if gap > WORD_GAP * em || (space && gap > SPACE_GAP * em) {
            push_word(piece, glyph, text, direction);
        } else {
            extend_word(piece, glyph, text, direction);
        }
        space = false;
        last = Some(glyph);
    }
    pieces
}

/// Letters nobody sees: soft hyphens inside words, zero-width spaces and joiners, control characters.
fn is_ignored(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
        || (letter.is_control() && !letter.is_whitespace())
}

fn new_piece(glyph: &Along<'_>, text: String, direction: Direction) -> Piece {
    let mut piece = Piece {
        words: Vec::new(),
        across: glyph.across,
        size: glyph.glyph.size,
        order: (glyph.glyph.order, glyph.glyph.order),
    };
    push_word(&mut piece, glyph, text, direction);
    piece
}

fn push_word(piece: &mut Piece, glyph: &Along<'_>, text: String, direction: Direction) {
    let Glyph { size, bold, italic, invisible, .. } = *glyph.glyph;
    // What stands for several words (ActualText) is as wide as all of them; each gets its share.
    let letters = text.chars().count().max(1) as f64;
    let width = (glyph.end - glyph.start) / letters;
    let mut start = glyph.start;
    let several = text.split_whitespace().nth(1).is_some();
    for part in text.split_whitespace() {
        let end = if several { start + width * part.chars().count() as f64 } else { glyph.end };
        piece.words.push(Placed {
            start,
            end,
            glyphs: vec![part.to_owned()],
            word: Word {
                text: String::new(),
                bounds: bounds_of(direction, start, end, glyph.across, size),
                size,
                angle: direction.0,
                bold,
                italic,
                invisible,
            },
        });
        start = end + width;
    }
    widen(piece, glyph);
}

fn extend_word(piece: &mut Piece, glyph: &Along<'_>, text: String, direction: Direction) {
    if text.split_whitespace().nth(1).is_some() {
        return push_word(piece, glyph, text, direction);
    }
    let word = piece.words.last_mut().expect("a piece begins with a word");
    word.end = word.end.max(glyph.end);
    word.glyphs.push(text.trim().to_owned());
    let bounds = bounds_of(direction, glyph.start, glyph.end, glyph.across, glyph.glyph.size);
    word.word.bounds = word.word.bounds.union(&bounds);
    word.word.size = word.word.size.max(glyph.glyph.size);
    widen(piece, glyph);
}

fn widen(piece: &mut Piece, glyph: &Along<'_>) {
    piece.size = piece.size.max(glyph.glyph.size);
    piece.order = (piece.order.0.min(glyph.glyph.order), piece.order.1.max(glyph.glyph.order));
}

/// Joins small raised or lowered words (exponents, indices, ordinals) to the word they touch.
fn attach_raised(pieces: &mut [Piece]) {
    for small in 0..pieces.len() {
        let (across, size) = (pieces[small].across, pieces[small].size);
        // Pieces are sorted by baseline, so that those near enough are around it.
        let near = |other: &Piece| size < 0.85 * other.size && (across - other.across).abs() < 0.65 * other.size;
        let far = |other: &Piece| (across - other.across).abs() > 4.0 * size;
        let before = (0..small).rev().take_while(|at| !far(&pieces[*at]));
        let after = (small + 1..pieces.len()).take_while(|at| !far(&pieces[*at]));
        let hosts: Vec<usize> = before.chain(after).filter(|at| near(&pieces[*at])).collect();
        if hosts.is_empty() {
            continue;
        }
        let words = std::mem::take(&mut pieces[small].words);
        let order = pieces[small].order;
        for word in words {
            let touched = hosts.iter().find_map(|host| Some((*host, touching(&pieces[*host], &word)?)));
            match touched {
                Some((host, at)) => {
                    join(&mut pieces[host], at, word);
                    let host = &mut pieces[host];
                    host.order = (host.order.0.min(order.0), host.order.1.max(order.1));
                }
                None => pieces[small].words.push(word),
            }
        }
    }
}

/// Which word of a line a raised one touches.
fn touching(line: &Piece, word: &Placed) -> Option<usize> {
    let gap = WORD_GAP * line.size;
    line.words.iter().position(|host| {
        let after = word.start - host.end;
        let before = host.start - word.end;
        (-0.5 * word.word.size..gap).contains(&after) || (-0.5 * word.word.size..gap).contains(&before)
    })
}

/// Puts a raised word to the one it touches, and the next one as well if nothing is between them now.
fn join(line: &mut Piece, at: usize, mut raised: Placed) {
    let gap = WORD_GAP * line.size;
    let host = &mut line.words[at];
    if raised.start >= host.start {
        host.glyphs.append(&mut raised.glyphs);
    } else {
        raised.glyphs.append(&mut host.glyphs);
        host.glyphs = raised.glyphs;
    }
    host.start = host.start.min(raised.start);
    host.end = host.end.max(raised.end);
    host.word.bounds = host.word.bounds.union(&raised.word.bounds);
    let end = host.end;
    if line.words.get(at + 1).is_some_and(|next| next.start - end < gap && next.start > end - gap) {
        let mut next = line.words.remove(at + 1);
        let host = &mut line.words[at];
        host.glyphs.append(&mut next.glyphs);
        host.end = host.end.max(next.end);
        host.word.bounds = host.word.bounds.union(&next.word.bounds);
    }
}

/// The letters of a word as they are read: what is seen from the left is turned round where it is written from the
/// right, except numbers and Latin letters in it.
fn in_logical_order(glyphs: &[String]) -> String {
    if !glyphs.iter().any(|text| text.chars().any(is_right_to_left)) {
        return glyphs.concat();
    }
    let forward = |text: &String| text.chars().all(|letter| is_digit(letter) || letter.is_ascii_alphanumeric());
    let mut parts: Vec<&[String]> = Vec::new();
    let mut rest = glyphs;
    while !rest.is_empty() {
        let length = rest.iter().take_while(|text| forward(text)).count().max(1);
        let (part, after) = rest.split_at(length);
        parts.push(part);
        rest = after;
    }
    parts.iter().rev().flat_map(|part| part.iter().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_from_the_right_and_numbers_from_the_left() {
        let glyphs: Vec<String> = ["1", "2", "\u{5D1}", "\u{5D0}"].map(String::from).to_vec();
        assert_eq!(in_logical_order(&glyphs), "\u{5D0}\u{5D1}12");
    }
}
