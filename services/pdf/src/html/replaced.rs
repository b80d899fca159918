//! Elements that are pictures or controls.

use std::rc::Rc;

use super::boxes::{Builder, Bx, Content, Flow, Inline, Passed};
use super::dom::NodeId;
use super::style::{Border, Display, Line, Style};
use super::value::{Color, Length};

impl Builder<'_> {
    /// Elements that are pictures or controls.
    pub(super) fn replaced(&mut self, id: NodeId, style: Style, flow: &mut Flow, passed: &Passed) {
        let Some(element) = self.dom.element(id) else { return };
        let block = matches!(style.display, Display::Block | Display::Flex | Display::Grid)
            || style.float.is_some()
            || style.is_out();
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
                let drawing = self.dom.svg(id, style.color).replace('%', "%25");
                let source = format!("data:image/svg+xml;utf8,{drawing}");
                (self.pictures)(&source)
                    .map(|(name, size)| Bx::new(style.clone(), Content::Picture { name, size, alt: String::new() }))
            }
            "input" | "select" | "textarea" => self.control(id, &style),
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

    /// A control of a form, as it stands there with its value.
    fn control(&self, id: NodeId, style: &Rc<Style>) -> Option<Bx> {
        let element = self.dom.element(id)?;
        let kind = element.attribute("type").unwrap_or("text").to_ascii_lowercase();
        let checked = element.attribute("checked").is_some();
        let mut style = (**style).clone();
        let text = match (element.tag(), kind.as_str()) {
            ("input", "hidden" | "file" | "image") => return None,
            ("input", "checkbox") => if checked { "☑" } else { "☐" }.to_owned(),
            ("input", "radio") => if checked { "◉" } else { "○" }.to_owned(),
            ("input", "submit" | "button" | "reset") => element.attribute("value").unwrap_or("Submit").to_owned(),
            ("input", "password") => {
                "•".repeat(element.attribute("value").map_or(0, |value| value.chars().take(40).count()))
            }
            ("input", _) => {
                element.attribute("value").or_else(|| element.attribute("placeholder")).unwrap_or_default().to_owned()
            }
            ("select", _) => {
                let options: Vec<NodeId> = self
                    .dom
                    .descendants(id)
                    .into_iter()
                    .filter(|node| self.dom.element(*node).is_some_and(|one| one.tag() == "option"))
                    .collect();
                let chosen =
                    |node: &&NodeId| self.dom.element(**node).is_some_and(|one| one.attribute("selected").is_some());
                options.iter().find(chosen).or(options.first()).map(|node| self.dom.text(*node)).unwrap_or_default()
            }
            _ => self.dom.text(id),
        };
        let sign = matches!(kind.as_str(), "checkbox" | "radio") && element.tag() == "input";
        if !sign {
            if !style.is_dressed() && style.border.iter().all(|border| border.style == Line::None) {
                style.border =
                    [Border { width: 1.0, style: Line::Solid, color: Some(Color { rgb: [118; 3], alpha: 1.0 }) }; 4];
            }
            if style.padding.iter().all(|padding| *padding == Length::ZERO) {
                style.padding =
                    [Length::Sum(1.0, 0.0), Length::Sum(4.0, 0.0), Length::Sum(1.0, 0.0), Length::Sum(4.0, 0.0)];
            }
            if style.width == Length::Auto
                && element.tag() != "select"
                && !matches!(kind.as_str(), "submit" | "button" | "reset")
            {
                style.least_width = Length::Sum(style.size * 9.0, 0.0);
            }
        }
        if !matches!(style.display, Display::Block | Display::Flex | Display::Grid) {
            style.display = Display::InlineBlock;
        }
        let mut letters = style.child();
        letters.display = Display::Inline;
        let shown = if text.trim().is_empty() { "\u{a0}".to_owned() } else { text.trim().to_owned() };
        let lines = vec![Inline::Text { text: shown, style: Rc::new(letters), link: None }];
        Some(Bx::new(Rc::new(style), Content::Lines(lines)))
    }
}
