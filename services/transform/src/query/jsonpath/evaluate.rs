//! The nodes a JSONPath selects, in the order of the document.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use regex::Regex;

use super::{Comparison, Condition, Operand, Query, Segment, Selector};
use crate::query::Problem;
use crate::tree::Tree;

/// Nodes a segment may select.
const MAX_NODES: usize = 2_000_000;
/// Bytes a compiled pattern may take.
const PATTERN_SIZE: usize = 1 << 20;

pub(super) fn nodes(query: &Query, root: &Tree) -> Result<Vec<Tree>, Problem> {
    let evaluation = Evaluation { root, patterns: RefCell::default() };
    evaluation.query(query, root).map(|nodes| nodes.into_iter().cloned().collect())
}

struct Evaluation<'t> {
    root: &'t Tree,
    /// Compiled patterns; nothing for those that are none.
    patterns: RefCell<HashMap<(bool, String), Option<Regex>>>,
}

/// A value that an operand has, if it has one.
type Found = Option<Tree>;

impl<'t> Evaluation<'t> {
    fn query(&self, query: &Query, node: &'t Tree) -> Result<Vec<&'t Tree>, Problem> {
        let mut nodes = vec![if query.absolute { self.root } else { node }];
        for segment in &query.segments {
            let mut selected = Vec::new();
            for node in nodes {
                self.segment(segment, node, &mut selected)?;
            }
            nodes = selected;
        }
        Ok(nodes)
    }

    fn segment(&self, segment: &Segment, node: &'t Tree, selected: &mut Vec<&'t Tree>) -> Result<(), Problem> {
        for selector in &segment.selectors {
            self.selector(selector, node, selected)?;
        }
        if selected.len() > MAX_NODES {
            return Err(Problem::of_data(format!("selects more than {MAX_NODES} nodes")));
        }
        if !segment.descendant {
            return Ok(());
        }
        // A node before its descendants.
        match node {
            Tree::List(list) => list.iter().try_for_each(|child| self.segment(segment, child, selected)),
            Tree::Object(object) => object.values().try_for_each(|child| self.segment(segment, child, selected)),
            _ => Ok(()),
        }
    }

    fn selector(&self, selector: &Selector, node: &'t Tree, selected: &mut Vec<&'t Tree>) -> Result<(), Problem> {
        match (selector, node) {
            (Selector::Name(name), Tree::Object(object)) => selected.extend(object.get(name)),
            (Selector::Wildcard, Tree::List(list)) => selected.extend(list.iter()),
            (Selector::Wildcard, Tree::Object(object)) => selected.extend(object.values()),
            (Selector::Index(index), Tree::List(list)) => {
                let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
                let at = if *index < 0 { length + index } else { *index };
                selected.extend(usize::try_from(at).ok().and_then(|at| list.get(at)));
            }
            (Selector::Slice(start, end, step), Tree::List(list)) => slice(list, *start, *end, *step, selected),
            (Selector::Filter(condition), Tree::List(list)) => {
                for child in list.iter() {
                    if self.holds(condition, child)? {
                        selected.push(child);
                    }
                }
            }
            (Selector::Filter(condition), Tree::Object(object)) => {
                for child in object.values() {
                    if self.holds(condition, child)? {
                        selected.push(child);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn holds(&self, condition: &Condition, node: &'t Tree) -> Result<bool, Problem> {
        Ok(match condition {
            Condition::Or(any) => {
                for condition in any {
                    if self.holds(condition, node)? {
                        return Ok(true);
                    }
                }
                false
            }
            Condition::And(all) => {
                for condition in all {
                    if !self.holds(condition, node)? {
                        return Ok(false);
                    }
                }
                true
            }
            Condition::Not(condition) => !self.holds(condition, node)?,
            Condition::Exists(query) => !self.query(query, node)?.is_empty(),
            Condition::Matches { whole, text, pattern } => {
                match (self.value(text, node)?, self.value(pattern, node)?) {
                    (Some(Tree::Text(text)), Some(Tree::Text(pattern))) => self.matches(*whole, &text, &pattern),
                    _ => false,
                }
            }
            Condition::Compare(left, comparison, right) => {
                let (left, right) = (self.value(left, node)?, self.value(right, node)?);
                match comparison {
                    Comparison::Equal => left == right,
                    Comparison::NotEqual => left != right,
                    Comparison::Less => is_less(&left, &right),
                    Comparison::LessOrEqual => is_less(&left, &right) || left == right,
                    Comparison::Greater => is_less(&right, &left),
                    Comparison::GreaterOrEqual => is_less(&right, &left) || left == right,
                }
            }
        })
    }

    fn value(&self, operand: &Operand, node: &'t Tree) -> Result<Found, Problem> {
        Ok(match operand {
            Operand::Literal(value) => Some(value.clone()),
            Operand::Node(query) => self.query(query, node)?.first().map(|node| (*node).clone()),
            Operand::Length(operand) => match self.value(operand, node)? {
                Some(Tree::Text(text)) => Some(text.chars().count().into()),
                Some(Tree::List(list)) => Some(list.len().into()),
                Some(Tree::Object(object)) => Some(object.len().into()),
                _ => None,
            },
            Operand::Count(query) => Some(self.query(query, node)?.len().into()),
            Operand::Value(query) => match self.query(query, node)?[..] {
                [only] => Some(only.clone()),
                _ => None,
            },
        })
    }

    fn matches(&self, whole: bool, text: &str, pattern: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let compiled = patterns.entry((whole, pattern.to_owned())).or_insert_with(|| {
            let pattern = i_regexp(pattern);
            let pattern = if whole { format!("^(?:{pattern})$") } else { pattern };
            regex::RegexBuilder::new(&pattern).size_limit(PATTERN_SIZE).build().ok()
        });
        // A pattern that is none matches nothing (RFC 9535, section 2.4.6).
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// A pattern of RFC 9485 in the syntax of the crate: there `.` is neither a line feed nor a carriage return.
fn i_regexp(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len() + 16);
    let mut class = false;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                written.push(c);
                written.extend(chars.next());
            }
            '[' => {
                class = true;
                written.push(c);
            }
            ']' => {
                class = false;
                written.push(c);
            }
            '.' if !class => written.push_str(r"[^\n\r]"),
            c => written.push(c),
        }
    }
    written
}

/// Only numbers and texts have an order.
fn is_less(one: &Found, two: &Found) -> bool {
    match (one, two) {
        (Some(Tree::Number(one)), Some(Tree::Number(two))) => one.cmp(two) == Ordering::Less,
        (Some(Tree::Text(one)), Some(Tree::Text(two))) => one < two,
        _ => false,
    }
}

/// RFC 9535, section 2.3.4.2.2.
fn slice<'t>(list: &'t [Tree], start: Option<i64>, end: Option<i64>, step: i64, selected: &mut Vec<&'t Tree>) {
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let normal = |at: i64| if at >= 0 { at } else { length.saturating_add(at) };
    let mut take = |at: i64| selected.extend(usize::try_from(at).ok().and_then(|at| list.get(at)));
    match step.cmp(&0) {
        Ordering::Equal => {}
        Ordering::Greater => {
            let (lower, upper) =
                (normal(start.unwrap_or(0)).clamp(0, length), normal(end.unwrap_or(length)).clamp(0, length));
            let mut at = lower;
            while at < upper {
                take(at);
                at = at.saturating_add(step);
            }
        }
        Ordering::Less => {
            let upper = normal(start.unwrap_or(length - 1)).clamp(-1, length - 1);
            let lower = end.map_or(-1, |end| normal(end).clamp(-1, length - 1));
            let mut at = upper;
            while at > lower {
                take(at);
                at = at.saturating_add(step);
            }
        }
    }
}
