//! Words to lines: pieces on one baseline that were drawn one after the other are cells of a row, and belong together;
//! pieces of columns beside each other were drawn far apart, and do not.

use crate::text::{Line, Word};
use crate::unicode::is_right_to_left;
use crate::words::{Direction, Piece};

/// Pieces on baselines that differ by less than this part of an em may be cells of one row.
const SAME_ROW: f64 = 0.3;
/// How many glyphs (spaces, rules of dots) may be drawn between two cells of a row.
const BETWEEN_CELLS: u32 = 4;

/// A line, where it stands along and across its direction, and its place in the order of drawing.
pub(crate) struct PlacedLine {
    pub(crate) line: Line,
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) across: f64,
    pub(crate) size: f64,
    pub(crate) order: u32,
}

/// Lines of pieces that are sorted by their baselines.
pub(crate) fn lines(mut pieces: Vec<Piece>, direction: Direction) -> Vec<PlacedLine> {
    let mut lines = Vec::new();
    pieces.reverse();
    while let Some(first) = pieces.pop() {
        let mut row = vec![first];
        // The rest of the row is among the next pieces: look until a baseline is too far.
        let mut at = pieces.len();
        while at > 0 {
            at -= 1;
            let next = &pieces[at];
            let base = &row[0];
            if next.across - base.across > SAME_ROW * next.size.max(base.size) {
                break;
            }
            let joins = (next.across - base.across).abs() <= SAME_ROW * next.size.min(base.size)
                && row.iter().any(|cell| follows(cell, next) || follows(next, cell));
            if joins {
                row.push(pieces.remove(at));
                // A cell passed over may follow the new one.
                at = pieces.len();
            }
        }
        row.sort_by(|one, other| one.start().total_cmp(&other.start()));
        lines.push(line_of(row, direction));
    }
    lines.sort_by(|one, other| one.across.total_cmp(&other.across).then(one.order.cmp(&other.order)));
    lines
}

/// Whether `next` was drawn right after `cell`, and stands to the right of it.
fn follows(cell: &Piece, next: &Piece) -> bool {
    next.order.0 > cell.order.1 && next.order.0 - cell.order.1 <= BETWEEN_CELLS && next.start() >= cell.end()
}

fn line_of(row: Vec<Piece>, direction: Direction) -> PlacedLine {
    let across = row[0].across;
    let start = row.iter().map(Piece::start).fold(f64::INFINITY, f64::min);
    let end = row.iter().map(Piece::end).fold(f64::NEG_INFINITY, f64::max);
    let size = row.iter().map(|piece| piece.size).fold(0.0, f64::max);
    let order = row.iter().map(|piece| piece.order.0).min().unwrap_or(0);
    let mut words = Vec::new();
    let mut cells = Vec::new();
    for piece in row {
        cells.push(words.len());
        words.extend(piece.words.into_iter().map(|placed| placed.word));
    }
    if reads_from_right(&words) {
        turn_round(&mut words, &mut cells);
    }
    let bounds = words.iter().map(|word| word.bounds).reduce(|one, other| one.union(&other));
    let bounds = bounds.expect("pieces have words");
    PlacedLine { line: Line { bounds, vertical: direction.1, words, cells }, start, end, across, size, order }
}

fn reads_from_right(words: &[Word]) -> bool {
    let (mut right, mut left) = (0_usize, 0_usize);
    for letter in words.iter().flat_map(|word| word.text.chars()) {
        if is_right_to_left(letter) {
            right += 1;
        } else if letter.is_alphabetic() {
            left += 1;
        }
    }
    right > left
}

/// Words from the right; neighbors written from the left keep their order.
fn turn_round(words: &mut Vec<Word>, cells: &mut Vec<usize>) {
    let from_right = |word: &Word| word.text.chars().any(is_right_to_left);
    let from_left = |word: &Word| word.text.chars().any(char::is_alphabetic) && !from_right(word);
    let count = words.len();
    let mut parts: Vec<Vec<Word>> = Vec::new();
    for word in words.drain(..) {
        match parts.last_mut() {
            Some(part) if from_left(&word) && part.iter().all(from_left) => part.push(word),
            _ => parts.push(vec![word]),
        }
    }
    *words = parts.into_iter().rev().flatten().collect();
    let mut starts: Vec<usize> = cells.iter().skip(1).map(|start| count - start).collect();
    starts.push(0);
    starts.sort_unstable();
    *cells = starts;
}
