//! Page labels (ISO 32000-2, 12.4.2): the numbers a viewer shows, such as `iv` or `A-3`.

use lopdf::{Dictionary, Document, Object};

use super::names::entries;
use super::tree::entry;

/// Where numbering of some kind begins in a document: the page, counted from 0, and how it is labelled from there on.
pub(crate) struct Labels<'p> {
    ranges: Vec<(i64, &'p Dictionary)>,
    pdf: &'p Document,
}

/// The label of one page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    /// Numbering style, as it is written; none for a prefix alone.
    style: Option<Object>,
    prefix: Option<Object>,
    number: i64,
}

impl<'p> Labels<'p> {
    /// Reads the labels of a document; nothing when it has none.
    pub(crate) fn of(pdf: &'p Document) -> Option<Self> {
        let root = pdf.catalog().ok()?.get(b"PageLabels").ok()?;
        let mut ranges: Vec<(i64, &Dictionary)> = entries(pdf, root, b"Nums")
            .into_iter()
            .filter_map(|(page, label)| Some((page.as_i64().ok()?, super::tree::resolve(pdf, label).as_dict().ok()?)))
            .collect();
        ranges.sort_by_key(|(page, _)| *page);
        (!ranges.is_empty()).then_some(Self { ranges, pdf })
    }

    /// The label of a page, counted from 0.
    pub(crate) fn page(&self, index: usize) -> Label {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        let Some((start, label)) = self.ranges.iter().rev().find(|(start, _)| *start <= index) else {
            return Label::plain(index);
        };
        let first = entry(self.pdf, label, b"St").and_then(|first| first.as_i64().ok()).unwrap_or(1);
        Label {
            style: entry(self.pdf, label, b"S").cloned(),
            prefix: entry(self.pdf, label, b"P").cloned(),
            number: first.saturating_add(index - start),
        }
    }
}

impl Label {
    /// The plain number of a page, counted from 0.
    pub(crate) fn plain(index: i64) -> Self {
        Self { style: Some(Object::Name(b"D".to_vec())), prefix: None, number: index + 1 }
    }

    fn follows(&self, other: &Self) -> bool {
        self.style == other.style && self.prefix == other.prefix && self.number == other.number + 1
    }
}

/// Labels of all pages as an entry of the catalog; nothing when none has one. Pages without are numbered plainly.
pub(crate) fn write(labels: &[Option<Label>]) -> Option<Dictionary> {
    if labels.iter().all(Option::is_none) {
        return None;
    }
    let mut numbers = Vec::new();
    let mut last: Option<Label> = None;
    for (index, label) in (0_i64..).zip(labels) {
        let label = label.clone().unwrap_or_else(|| Label::plain(index));
        if !last.as_ref().is_some_and(|last| label.follows(last)) {
            let mut range = Dictionary::new();
            if let Some(style) = &label.style {
                range.set("S", style.clone());
                range.set("St", label.number.max(1));
            }
            if let Some(prefix) = &label.prefix {
                range.set("P", prefix.clone());
            }
            numbers.extend([Object::Integer(index), Object::Dictionary(range)]);
        }
        last = Some(label);
    }
    let mut tree = Dictionary::new();
    tree.set("Nums", numbers);
    Some(tree)
}
