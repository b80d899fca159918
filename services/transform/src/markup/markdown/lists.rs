//! Lists: tight where their items are lines, loose where they hold paragraphs; one inside another.

use chassis::Error;
use ego_tree::NodeRef;
use scraper::Node;

use super::{MAX_DEPTH, Writer, is_block};
use crate::markup::inline::Inline;

impl Writer<'_> {
    pub(super) fn list(&mut self, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        let Node::Element(element) = node.value() else { return Ok(()) };
        let ordered = element.name() == "ol";
        let start = element.attr("start").and_then(|start| start.trim().parse::<u32>().ok());
        let mut number = start.filter(|start| *start < 900_000_000).unwrap_or(1);
        let holds_blocks = |item: NodeRef<'_, Node>| {
            let blocks = item.children().filter(|child| {
                let name = child.value().as_element().map(scraper::node::Element::name);
                name.is_some_and(|name| is_block(name) && !matches!(name, "ul" | "ol" | "menu"))
            });
            blocks.take(2).count()
        };
        let loose = node.children().filter(|child| child.value().is_element()).any(|item| {
            holds_blocks(item) > 1
                || item.children().any(|child| child.value().as_element().is_some_and(|element| element.name() == "p"))
        });
        let usual = if ordered { '.' } else { '-' };
        let mark = match self.last_list {
            Some((last, at)) if at == self.out.len() && last == usual => {
                if ordered {
                    ')'
                } else {
                    '*'
                }
            }
            _ => usual,
        };
        if !(self.tight && self.indents > 0) {
            self.gap();
        } else {
            self.break_line();
        }
        let outer = std::mem::replace(&mut self.tight, !loose);
        for child in node.children() {
            let Node::Element(element) = child.value() else {
                if let Node::Text(text) = child.value()
                    && !text.trim().is_empty()
                {
                    let mut run = Inline::default();
                    run.text(text);
                    self.paragraph(run)?;
                }
                continue;
            };
            let marker = if ordered { format!("{number}{mark} ") } else { format!("{mark} ") };
            if matches!(element.name(), "ul" | "ol") {
                // A list that was put beside the item it belongs to.
                self.within("  ", None, |writer| writer.list(child, depth + 1))?;
                continue;
            }
            self.item(&marker, child, depth + 1)?;
            number += 1;
            if loose {
                self.gap();
            }
        }
        self.tight = outer;
        self.last_list = Some((mark, self.out.len()));
        if !(self.tight && self.indents > 0) {
            self.gap();
        } else {
            self.break_line();
        }
        Ok(())
    }

    pub(super) fn item(&mut self, marker: &str, node: NodeRef<'_, Node>, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return self.as_text(node);
        }
        self.break_line();
        let indent = " ".repeat(marker.len());
        let before = self.out.len();
        self.within(&indent, Some(marker), |writer| writer.container(node, depth))?;
        if self.out.len() == before {
            // An item with nothing in it.
            self.line(marker.trim_end());
        }
        self.break_line();
        Ok(())
    }
}
