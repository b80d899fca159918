//! Which rows of a table are the heads of its columns: rows of words over columns of numbers, bold ones over others, and
//! those on a ground of their own.

use super::Table;
use super::cells::Item;
use super::rulings::Rulings;
use crate::bounds::Bounds;

/// Rows of heads at most.
const MOST: usize = 3;
/// Rows below that are looked at.
const BODY: usize = 12;

/// How a row looks.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    /// Cells with text, and how many of them are numbers other than years, which are heads as well.
    filled: usize,
    numbers: usize,
    bold: bool,
    ground: Option<[u8; 4]>,
    spans: bool,
}

/// Number of rows at the top that are heads of columns.
pub(crate) fn header_rows(table: &Table, items: &[Item<'_>], rulings: &Rulings) -> usize {
    let count = table.row_count();
    if count < 2 {
        return 0;
    }
    let looks: Vec<Look> = (0..count.min(MOST + BODY)).map(|row| look(table, row, items, rulings)).collect();
    (1..=MOST.min(count - 1)).rev().find(|rows| are_heads(&looks, *rows)).unwrap_or(0)
}

fn are_heads(looks: &[Look], rows: usize) -> bool {
    let (head, body) = looks.split_at(rows);
    if head.iter().any(|look| look.filled == 0 || look.numbers > 0) {
        return false;
    }
    // Several rows are heads only together: the upper ones span columns.
    if rows > 1 && !head[..rows - 1].iter().all(|look| look.spans) {
        return false;
    }
    let bold = head.iter().all(|look| look.bold) && !all_bold(body);
    let numbers = body.iter().filter(|look| look.numbers > 0).count() * 5 >= body.len() * 3;
    bold || own_ground(head, body) || numbers
}

fn all_bold(body: &[Look]) -> bool {
    body.iter().filter(|look| look.filled > 0).all(|look| look.bold)
}

/// Whether heads are on a ground that no row of the body has.
fn own_ground(head: &[Look], body: &[Look]) -> bool {
    let Some(ground) = head[0].ground else { return false };
    head.iter().all(|look| look.ground == Some(ground)) && body.iter().all(|look| look.ground != Some(ground))
}

fn look(table: &Table, row: usize, items: &[Item<'_>], rulings: &Rulings) -> Look {
    let cells = table.cells.iter().filter(|cell| cell.row == row && !cell.text.is_empty());
    let (mut filled, mut numbers, mut spans) = (0, 0, false);
    for cell in cells {
        filled += 1;
        numbers += usize::from(is_number(&cell.text) && !is_year(&cell.text));
        spans |= cell.column_span > 1 || cell.row_span > 1;
    }
    let band = Bounds { top: table.rows[row], bottom: table.rows[row + 1], ..table.bounds };
    let mut words = items.iter().filter(|item| band.holds_center_of(&item.bounds())).peekable();
    let bold = words.peek().is_some() && words.all(|item| item.word.bold);
    let y = f64::midpoint(band.top, band.bottom);
    let x = f64::midpoint(table.columns[0], table.columns[1]);
    let under = |bounds: &Bounds| bounds.left <= x && x <= bounds.right && bounds.top <= y && y <= bounds.bottom;
    // The last that was drawn is the one that is seen.
    let ground = rulings.fills.iter().rev().find(|fill| under(&fill.bounds)).map(|fill| fill.color);
    Look { filled, numbers, bold, ground, spans }
}

/// Whether a text is an amount, a number, a date or the like: digits, and hardly a letter.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    digits > 0 && letters <= 3 && letters < digits
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(filled: usize, numbers: usize, bold: bool) -> Look {
        Look { filled, numbers, bold, ground: None, spans: false }
    }

    #[test]
    fn heads_differ_from_what_is_below() {
        let plain = look(3, 0, false);
        let amounts = look(3, 2, false);
        assert!(are_heads(&[plain.clone(), amounts.clone(), amounts.clone()], 1));
        assert!(!are_heads(&[plain.clone(), plain.clone(), plain.clone()], 1));
        assert!(are_heads(&[look(3, 0, true), plain.clone(), plain.clone()], 1));
        assert!(!are_heads(&[amounts.clone(), amounts.clone()], 1));
        let ground = Look { ground: Some([1, 2, 3, 255]), ..plain.clone() };
        assert!(are_heads(&[ground.clone(), plain.clone(), plain.clone()], 1));
        // Zebra stripes are no heads.
        assert!(!are_heads(&[ground.clone(), plain.clone(), ground], 1));
        assert!(is_number("1,200.50 €") && is_number("2026-11-30") && !is_number("Room 12 left") && !is_number("-"));
    }
}
