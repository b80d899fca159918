//! Counters (CSS Lists 3, 4): what `counter()` says before and after the content of elements. They are counted in one walk
//! over the page, and only where a sheet speaks of them.

use std::collections::HashMap;
use std::rc::Rc;

use super::cascade::Cascade;
use super::dom::{Dom, NodeId};
use super::marker::numeral;
use super::selector::Pseudo;
use super::style::{Display, Style};
use super::value::{arguments, words};

/// Counters of a page.
const MAX_NAMES: usize = 100;
/// Levels of a counter.
const MAX_LEVELS: usize = 32;

/// Values of counters where text asks for them, outermost first.
pub(crate) type Counts = HashMap<(NodeId, Pseudo), Rc<HashMap<String, Vec<i64>>>>;

/// A walk over the page.
struct Walk<'w> {
    dom: &'w Dom,
    cascade: &'w Cascade<'w>,
    /// By name: values, and the element whose end is that of the counter.
    live: HashMap<String, Vec<(i64, NodeId)>>,
    counts: Counts,
}

/// Counts what a page counts.
pub(crate) fn count(dom: &Dom, cascade: &Cascade<'_>) -> Counts {
    let mut walk = Walk { dom, cascade, live: HashMap::new(), counts: Counts::new() };
    walk.walk(0, &Style::root());
    walk.counts
}

impl Walk<'_> {
    fn walk(&mut self, id: NodeId, style: &Style) {
        for child in &self.dom.nodes[id].children {
            if self.dom.element(*child).is_none() {
                continue;
            }
            let Some(own) = self.cascade.style(self.dom, *child, style, None) else { continue };
            if own.display == Display::None {
                continue;
            }
            self.tell(&own.counters, id);
            self.beside(*child, &own, Pseudo::Before);
            self.walk(*child, &own);
            self.beside(*child, &own, Pseudo::After);
        }
        for values in self.live.values_mut() {
            values.retain(|(_, owner)| *owner != id);
        }
    }

    /// What an element says of counters, which end with the element around it.
    fn tell(&mut self, [reset, increment]: &[Option<Rc<str>>; 2], around: NodeId) {
        for (name, value) in list(reset.as_deref(), 0) {
            if self.live.len() >= MAX_NAMES && !self.live.contains_key(&name) {
                continue;
            }
            let values = self.live.entry(name).or_default();
            // A sibling begins the counter again.
            let known = values.iter().position(|(_, owner)| *owner == around);
            match known {
                Some(at) => values[at].0 = value,
                None if values.len() < MAX_LEVELS => values.push((value, around)),
                None => {}
            }
        }
        for (name, by) in list(increment.as_deref(), 1) {
            if self.live.len() >= MAX_NAMES && !self.live.contains_key(&name) {
                continue;
            }
            let values = self.live.entry(name).or_default();
            match values.last_mut() {
                Some(last) => last.0 = last.0.saturating_add(by),
                None => values.push((by, around)),
            }
        }
    }

    fn beside(&mut self, id: NodeId, style: &Style, which: Pseudo) {
        let Some(own) = self.cascade.style(self.dom, id, style, Some(which)) else { return };
        self.tell(&own.counters, id);
        if own.content.as_deref().is_some_and(|content| content.contains("counter")) {
            let values =
                self.live.iter().map(|(name, values)| (name.clone(), values.iter().map(|(value, _)| *value).collect()));
            self.counts.insert((id, which), Rc::new(values.collect()));
        }
    }
}

/// `chapter 3 section`.
fn list(text: Option<&str>, usual: i64) -> Vec<(String, i64)> {
    let mut found: Vec<(String, i64)> = Vec::new();
    for word in words(text.unwrap_or_default()) {
        match (word.parse::<i64>(), found.last_mut()) {
            (Ok(number), Some(last)) => last.1 = number,
            (Ok(_), None) => {}
            (Err(_), _) => found.push((word.to_owned(), usual)),
        }
    }
    found
}

/// The text of `counter(name, style)` or `counters(name, "between", style)`; nothing for what is neither.
pub(super) fn shown(word: &str, values: Option<&HashMap<String, Vec<i64>>>) -> Option<String> {
    let inner = |name: &str| word.strip_prefix(name).and_then(|rest| rest.strip_suffix(')'));
    let (parts, all) = match (inner("counter("), inner("counters(")) {
        (Some(inner), _) => (arguments(inner), false),
        (None, Some(inner)) => (arguments(inner), true),
        (None, None) => return None,
    };
    let known = values.and_then(|values| values.get(*parts.first()?)).map_or(&[0][..], Vec::as_slice);
    let style = parts.get(if all { 2 } else { 1 }).copied().unwrap_or("decimal");
    let between = if all { parts.get(1).map_or("", |text| text.trim_matches(['"', '\''])) } else { "" };
    let numerals: Vec<String> = known.iter().map(|value| numeral(*value, style)).collect();
    Some(if all { numerals.join(between) } else { numerals.last().cloned().unwrap_or_default() })
}
