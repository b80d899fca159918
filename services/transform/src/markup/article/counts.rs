//! What is in every element of a page, counted in one walk.

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{Html, Node};

/// What is counted of an element, with all inside it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Characters, spaces folded.
    pub(super) text: usize,
    /// Characters within links; those to places on the page count little.
    pub(super) links: f64,
    /// Characters of headings.
    pub(super) headings: usize,
    pub(super) commas: usize,
    pub(super) paragraphs: usize,
    pub(super) pictures: usize,
    pub(super) items: usize,
    pub(super) inputs: usize,
}

impl Counts {
    fn add(&mut self, inner: Self) {
        self.text += inner.text;
        self.links += inner.links;
        self.headings += inner.headings;
        self.commas += inner.commas;
        self.paragraphs += inner.paragraphs;
        self.pictures += inner.pictures;
        self.items += inner.items;
        self.inputs += inner.inputs;
    }

    pub(super) fn link_density(&self) -> f64 {
        if self.text == 0 { 0.0 } else { self.links / self.text as f64 }
    }
}

pub(super) type Counted = HashMap<NodeId, Counts>;

/// Counts what is in every element of a page.
pub(super) fn count(page: &Html) -> Counted {
    let mut counted = HashMap::new();
    let mut open: Vec<Counts> = vec![Counts::default()];
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(node) => {
                if node.value().is_element() {
                    open.push(Counts::default());
                } else if let (Node::Text(text), Some(counts)) = (node.value(), open.last_mut()) {
                    counts.text += folded_length(text);
                    counts.commas += text.chars().filter(|c| is_comma(*c)).count();
                }
            }
            Edge::Close(node) => {
                let Node::Element(element) = node.value() else { continue };
                let Some(mut counts) = open.pop() else { continue };
                match element.name() {
                    "a" => {
                        let near = element.attr("href").is_some_and(|href| href.starts_with('#') && href.len() > 1);
                        counts.links = counts.text as f64 * if near { 0.3 } else { 1.0 };
                    }
                    "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => counts.headings = counts.text,
                    "p" => counts.paragraphs += 1,
                    "img" => counts.pictures += 1,
                    "li" => counts.items += 1,
                    "input" => counts.inputs += 1,
                    _ => {}
                }
                counted.insert(node.id(), counts);
                if let Some(outer) = open.last_mut() {
                    outer.add(counts);
                }
            }
        }
    }
    counted
}

fn is_comma(c: char) -> bool {
    matches!(
        c,
        ',' | '\u{60c}'
            | '\u{fe50}'
            | '\u{fe10}'
            | '\u{fe11}'
            | '\u{2e41}'
            | '\u{2e34}'
            | '\u{2e32}'
            | '\u{ff0c}'
            | '\u{3001}'
    )
}

fn folded_length(text: &str) -> usize {
    let words = text.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>();
    words.saturating_sub(usize::from(!text.ends_with(char::is_whitespace)))
}
