//! Lines that stand beside each other are one row: a label on the left and an amount on the right are often read as two
//! columns.

use crate::page::{Area, Line, Page, Word};

/// Words that stand beside each other, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) words: Vec<Word>,
    pub(crate) area: Area,
    /// The page, from 1.
    pub(crate) page: u32,
}

/// Words of a row at most.
const MOST_WORDS: usize = 1_000;
/// Lines of which so much of the lower one's height is shared are in one row.
const SHARED: f64 = 0.5;

impl Row {
    /// Its words with spaces between them.
    pub(crate) fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn takes(&self, line: &Line) -> bool {
        let (top, bottom) = (self.area.y.max(line.area.y), self.area.bottom().min(line.area.bottom()));
        let shared = f64::from(bottom.saturating_sub(top));
        if self.words.len() > MOST_WORDS {
            return false;
        }
        let apart = self.words.iter().all(|word| word.area.right() <= line.area.x || line.area.right() <= word.area.x);
        apart && shared >= SHARED * f64::from(self.area.height.min(line.area.height).max(1))
    }
}

/// The rows of a page, from top to bottom.
pub(crate) fn rows(page: &Page, number: u32) -> Vec<Row> {
    let mut lines: Vec<&Line> = page.lines().collect();
    lines.sort_by(|a, b| a.area.middle().total_cmp(&b.area.middle()));
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        // Those further up have ended.
        let near = rows.len().saturating_sub(8);
        match rows[near..].iter_mut().rev().find(|row| row.takes(line)) {
            Some(row) => {
                row.words.extend(line.words.iter().cloned());
                row.area = row.area.with(line.area);
            }
            None => rows.push(Row { words: line.words.clone(), area: line.area, page: number }),
        }
    }
    for row in &mut rows {
        row.words.sort_by_key(|word| word.area.x);
    }
    rows.sort_by_key(|row| row.area.y);
    rows
}

/// Rows of a document of tests, a line each.
#[cfg(test)]
pub(crate) fn rows_of(text: &str) -> Vec<Row> {
    let row = |(at, line): (usize, &str)| {
        let word = |(column, text): (usize, &str)| {
            let area = Area { x: column as u32 * 100, y: at as u32 * 30, width: 95, height: 20 };
            Word { text: text.into(), area, confidence: 0.9 }
        };
        let words: Vec<Word> = line.split_whitespace().enumerate().map(word).collect();
        let area = Area::around(words.iter().map(|word| word.area));
        Row { words, area, page: 1 }
    };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Block, BlockType};

    #[test]
    fn columns_are_joined_by_height() {
        let line = |text: &str, x: u32, y: u32| {
            Line::of(vec![Word { text: text.into(), area: Area { x, y, width: 80, height: 20 }, confidence: 0.9 }])
        };
        let labels = vec![line("Brot", 10, 10), line("Summe", 10, 50)];
        let amounts = vec![line("4,20", 300, 13), line("16,80", 300, 46), line("alone", 300, 90)];
        let blocks = vec![Block::of(BlockType::Text, labels), Block::of(BlockType::Text, amounts)];
        let page = Page { blocks, ..Page::default() };
        let texts: Vec<String> = rows(&page, 1).iter().map(Row::text).collect();
        assert_eq!(texts, ["Brot 4,20", "Summe 16,80", "alone"]);
    }
}
