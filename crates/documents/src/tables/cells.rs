//! Words of a page, and how those of a cell become its text.

use crate::bounds::Bounds;
use crate::text::{PageText, Word};

/// A gap wider than this part of an em parts two cells where nothing else does.
pub(crate) const CELL_GAP: f64 = 0.8;
/// Words whose middles are further apart than this part of their size are on two lines.
const SAME_LINE: f64 = 0.5;

/// A word, and the line it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'p> {
    pub(crate) word: &'p Word,
    line: usize,
}

impl Item<'_> {
    pub(crate) fn bounds(&self) -> Bounds {
        self.word.bounds
    }

    /// The middle of its box.
    pub(crate) fn center(&self) -> (f64, f64) {
        let Bounds { left, top, right, bottom } = self.word.bounds;
        (f64::midpoint(left, right), f64::midpoint(top, bottom))
    }
}

/// The words of a page in reading order.
pub(crate) fn items(page: &PageText) -> Vec<Item<'_>> {
    let lines = page.lines().enumerate();
    lines.flat_map(|(line, words)| words.words.iter().map(move |word| Item { word, line })).collect()
}

/// Words beside each other with small gaps only.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) left: f64,
    pub(crate) right: f64,
    /// Indices of its words.
    pub(crate) words: Vec<usize>,
}

/// A line of words, cut where gaps are wide.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    /// The largest size of its words.
    pub(crate) size: f64,
    /// From the left.
    pub(crate) segments: Vec<Segment>,
}

impl Row {
    pub(crate) fn middle(&self) -> f64 {
        f64::midpoint(self.top, self.bottom)
    }
}

/// Words that stand beside each other as rows, from the top. Those that are turned are left out.
pub(crate) fn rows(items: &[Item<'_>], chosen: &[usize], parts: &dyn Fn(f64, f64, f64) -> bool) -> Vec<Row> {
    let mut order: Vec<usize> = chosen.iter().copied().filter(|at| items[*at].word.angle == 0).collect();
    order.sort_by(|one, other| items[*one].center().1.total_cmp(&items[*other].center().1));
    let mut groups: Vec<(f64, f64, Vec<usize>)> = Vec::new();
    for at in order {
        let (_, y) = items[at].center();
        let size = items[at].word.size;
        match groups.last_mut() {
            Some((middle, largest, words)) if (y - *middle).abs() <= SAME_LINE * size.min(*largest) => {
                *largest = largest.max(size);
                words.push(at);
            }
            _ => groups.push((y, size, vec![at])),
        }
    }
    groups.into_iter().map(|(_, size, words)| row(items, words, size, parts)).collect()
}

fn row(items: &[Item<'_>], mut words: Vec<usize>, size: f64, parts: &dyn Fn(f64, f64, f64) -> bool) -> Row {
    words.sort_by(|one, other| items[*one].bounds().left.total_cmp(&items[*other].bounds().left));
    let top = words.iter().map(|at| items[*at].bounds().top).fold(f64::INFINITY, f64::min);
    let bottom = words.iter().map(|at| items[*at].bounds().bottom).fold(f64::NEG_INFINITY, f64::max);
    let mut segments: Vec<Segment> = Vec::new();
    for at in words {
        let Bounds { left, right, .. } = items[at].bounds();
        match segments.last_mut() {
            Some(last)
                if left - last.right <= CELL_GAP * items[at].word.size
                    && !parts(last.right - 1.0, left + 1.0, f64::midpoint(top, bottom)) =>
            {
                last.right = last.right.max(right);
                last.words.push(at);
            }
            _ => segments.push(Segment { left, right, words: vec![at] }),
        }
    }
    Row { top, bottom, size, segments }
}

/// Words of one cell that are on one line of the page, in the order they are read.
struct Fragment {
    line: usize,
    middle: f64,
    left: f64,
    size: f64,
    text: String,
}

/// The text of some words: those beside each other joined by spaces, lines by line breaks.
pub(crate) fn text(items: &[Item<'_>], words: &[usize]) -> String {
    let mut fragments: Vec<Fragment> = Vec::new();
    for at in words {
        let Item { word, line } = items[*at];
        let left = word.bounds.left;
        match fragments.last_mut() {
            Some(last) if last.line == line => {
                last.text.push(' ');
                last.text.push_str(&word.text);
                last.left = last.left.min(left);
                last.size = last.size.max(word.size);
            }
            _ => {
                let (_, middle) = items[*at].center();
                fragments.push(Fragment { line, middle, left, size: word.size, text: word.text.clone() });
            }
        }
    }
    let turned = words.iter().any(|at| items[*at].word.angle != 0);
    if !turned {
        fragments.sort_by(|one, other| one.middle.total_cmp(&other.middle));
    }
    let mut lines: Vec<Vec<Fragment>> = Vec::new();
    for next in fragments {
        let beside = |first: &Fragment| (next.middle - first.middle).abs() <= SAME_LINE * next.size.min(first.size);
        match lines.last_mut() {
            Some(line) if !turned && line.first().is_some_and(beside) => line.push(next),
            _ => lines.push(vec![next]),
        }
    }
    let joined = lines.into_iter().map(|mut line| {
        line.sort_by(|one, other| one.left.total_cmp(&other.left));
        line.into_iter().map(|fragment| fragment.text).collect::<Vec<_>>().join(" ")
    });
    joined.collect::<Vec<_>>().join("\n")
}
