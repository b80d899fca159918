//! What stands before list items: signs, numbers, letters.

use super::boxes::Builder;
use super::dom::NodeId;
use super::pseudo::unescape;
use super::style::Style;

impl Builder<'_> {
    /// What stands before a list item.
    pub(super) fn marker(&mut self, id: NodeId, style: &Style) -> Option<String> {
        let parent = self.dom.parent_element(id)?;
        if !self.numbers.contains_key(&id) {
            self.number(parent);
        }
        let number = self.numbers.get(&id).copied().unwrap_or(1);
        Some(match style.list.as_str() {
            "none" => return None,
            "disc" => "•".to_owned(),
            "circle" => "◦".to_owned(),
            "square" => "▪".to_owned(),
            other => match other.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\''])) {
                Some(text) => unescape(text),
                None => format!("{}.", numeral(number, other)),
            },
        })
    }

    /// Numbers the items of a list.
    fn number(&mut self, list: NodeId) {
        let start = self.dom.element(list).and_then(|list| list.attribute("start"));
        let mut number = start.and_then(|start| start.trim().parse::<i64>().ok()).unwrap_or(1).saturating_sub(1);
        for child in &self.dom.nodes[list].children {
            let Some(item) = self.dom.element(*child).filter(|element| element.tag() == "li") else { continue };
            let own = item.attribute("value").and_then(|value| value.trim().parse().ok());
            number = own.unwrap_or_else(|| number.saturating_add(1));
            self.numbers.insert(*child, number);
        }
    }
}

/// A number in the style of a list.
pub(super) fn numeral(number: i64, style: &str) -> String {
    match style {
        "decimal-leading-zero" => format!("{number:02}"),
        "lower-alpha" | "lower-latin" => letters(number, 'a'),
        "upper-alpha" | "upper-latin" => letters(number, 'A'),
        "lower-roman" => roman(number).to_lowercase(),
        "upper-roman" => roman(number),
        _ => number.to_string(),
    }
}

fn letters(number: i64, first: char) -> String {
    let mut number = number.clamp(1, 100_000);
    let mut text = Vec::new();
    while number > 0 {
        number -= 1;
        text.push(char::from(first as u8 + (number % 26) as u8));
        number /= 26;
    }
    text.into_iter().rev().collect()
}

fn roman(number: i64) -> String {
    const STEPS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = number.clamp(0, 3999);
    let mut text = String::new();
    for (value, sign) in STEPS {
        while rest >= value {
            text.push_str(sign);
            rest -= value;
        }
    }
    text
}
