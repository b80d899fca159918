//! Numbers that people write with a decimal comma: `1.234,56`.
//!
//! Whether `1.234` in a text is a little more than one or more than a thousand, only the one who sends it knows. Without a
//! word it is what JSON says; with `decimalComma` it is a thousand. So such a text is kept apart when cells are read.

use super::{Cell, Columns, Record, number};
use crate::dd::Dd;
use crate::literal;

/// Whether a text such as `1.234` would be a number with its thousands apart: up to three digits, the first no zero, a
/// point, three digits.
pub(super) fn may_be_thousands(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits.split_once('.').is_some_and(|(whole, rest)| {
        (1..=3).contains(&whole.len())
            && !whole.starts_with('0')
            && rest.len() == 3
            && all_digits(whole)
            && all_digits(rest)
    })
}

impl Cell {
    /// The cell where the decimal mark of texts is a comma.
    fn by_comma(&mut self) {
        match self {
            Self::Grouped(value) => *self = Self::Number(*value * Dd::of(1000.0)),
            Self::Text(text) => {
                if let Some(value) = literal::joined(text, ',').and_then(|text| number(&text)) {
                    *self = Self::Number(value);
                }
            }
            _ => {}
        }
    }
}

/// Data whose texts have a decimal comma.
pub(crate) trait ByComma {
    /// Reads its texts so.
    fn by_comma(&mut self);
}

impl ByComma for [Cell] {
    fn by_comma(&mut self) {
        self.iter_mut().for_each(Cell::by_comma);
    }
}

impl ByComma for [Record] {
    fn by_comma(&mut self) {
        self.iter_mut().flat_map(|row| &mut row.0).for_each(|(_, cell)| cell.by_comma());
    }
}

impl ByComma for Columns {
    fn by_comma(&mut self) {
        self.0.iter_mut().flat_map(|(_, cells)| cells).for_each(Cell::by_comma);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_with_a_comma() {
        let texts = r#"["1.234,56", "1.234", "1,234", "-1.234", "12,5", "1 234,5", "1.234.567", "0.123", 1.234, "1.5", "abc",
            "1.23,4", "1,2,3", ",5", "1.234,", "1,234.56", ""]"#;
        let mut cells: Vec<Cell> = serde_json::from_str(texts).unwrap();
        let value = |cell: &Cell| cell.number().map(Dd::value);
        // Without a word, as JSON says.
        assert_eq!(value(&cells[1]), Some(1.234));
        assert_eq!(value(&cells[3]), Some(-1.234));
        // As it came, so that it is read the same way once more.
        let again: Vec<Cell> = serde_json::from_str(&serde_json::to_string(&cells).unwrap()).unwrap();
        assert_eq!(again, cells);
        cells.by_comma();
        let found: Vec<Option<f64>> = cells.iter().map(value).collect();
        let expected = [
            Some(1234.56),
            Some(1234.0),
            Some(1.234),
            Some(-1234.0),
            Some(12.5),
            Some(1234.5),
            Some(1_234_567.0),
            Some(0.123),
            Some(1.234),
            Some(1.5),
            None,
            None,
            None,
            None,
            None,
            Some(1234.56),
            None,
        ];
        assert_eq!(found, expected);
    }
}
