//! Elements that are pictures or controls.

use std::rc::Rc;

use super::boxes::{Builder, Bx, Content, Flow, Inline, Passed};
use super::dom::NodeId;
use super::style::{Display, Style};

impl Builder<'_> {
    /// Elements that are pictures or controls.
    pub(super) fn replaced(&mut self, id: NodeId, style: Style, flow: &mut Flow, passed: &Passed) {
        let Some(element) = self.dom.element(id) else { return };
        let block = matches!(style.display, Display::Block | Display::Flex) || style.float.is_some();
        let style = Rc::new(style);
        let picture = match element.tag() {
            "img" => {
                let source = element.attribute("src").unwrap_or_default();
                let alt = element.attribute("alt").unwrap_or_default().to_owned();
                match (self.pictures)(source) {
                    Some((name, size)) => Some(Bx::new(style.clone(), Content::Picture { name, size, alt })),
                    None => {
                        if !alt.trim().is_empty() {
                            flow.lines.push(Inline::Text { text: alt, style, link: passed.link.clone() });
                        }
                        return;
                    }
                }
            }
            "svg" => {
                let source = format!("data:image/svg+xml;utf8,{}", self.dom.svg(id));
                (self.pictures)(&source)
                    .map(|(name, size)| Bx::new(style.clone(), Content::Picture { name, size, alt: String::new() }))
            }
            tag @ ("input" | "select" | "textarea") => {
                if element.attribute("type") == Some("hidden") {
                    return;
                }
                self.missing.insert("form controls".to_owned());
                let text = match tag {
                    "input" => element.attribute("value").unwrap_or_default().to_owned(),
                    _ => self.dom.text(id),
                };
                if !text.trim().is_empty() {
                    flow.lines.push(Inline::Text { text, style, link: None });
                }
                return;
            }
            tag => {
                self.missing.insert(format!("<{tag}>"));
                return;
            }
        };
        let Some(bx) = picture else { return };
        if block {
            self.close_lines(flow, &style);
            flow.blocks.push(bx);
        } else {
            flow.lines.push(Inline::Box { bx, link: passed.link.clone() });
        }
    }
}
