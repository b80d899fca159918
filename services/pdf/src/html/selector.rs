//! Selectors: which elements a rule is for (Selectors Level 4, as far as paper needs them).

use super::dom::{Dom, Kind, NodeId};

/// A selector: compounds from right to left, with what joins each to the one before it.
#[derive(Debug, Clone)]
pub(crate) struct Selector {
    compounds: Vec<(Combinator, Compound)>,
    /// Ids, classes, types.
    pub(crate) specificity: (u32, u32, u32),
    /// `before` or `after`.
    pub(crate) pseudo: Option<Pseudo>,
}

/// A pseudo-element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Pseudo {
    Before,
    After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Combinator {
    Descendant,
    Child,
    Next,
    Following,
}

#[derive(Debug, Clone, Default)]
struct Compound {
    tag: Option<String>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Id(String),
    Class(String),
    Attribute {
        name: String,
        operator: Option<char>,
        value: String,
    },
    Nth {
        a: i64,
        b: i64,
        from_end: bool,
        of_type: bool,
    },
    Root,
    Empty,
    Link,
    Not(Vec<Selector>),
    Is(Vec<Selector>),
    /// A state that paper never has.
    Never,
}

/// Reads a list of selectors; those that cannot be read are left out.
pub(crate) fn selectors(text: &str) -> Vec<Selector> {
    split(text, ',').into_iter().filter_map(|one| selector(one.trim())).collect()
}

/// Parts between separators that stand outside parentheses and brackets.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            letter if letter == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Parentheses within each other, and characters of a selector.
const MAX_NESTING: usize = 8;
const MAX_LENGTH: usize = 2_000;

fn selector(text: &str) -> Option<Selector> {
    if text.len() > MAX_LENGTH || nested(text) > MAX_NESTING {
        return None;
    }
    let mut selector = Selector { compounds: Vec::new(), specificity: (0, 0, 0), pseudo: None };
    let mut combinator = Combinator::Descendant;
    let mut rest = text;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let trimmed = rest.trim_start();
        let joined = match trimmed.chars().next() {
            Some('>') => Some(Combinator::Child),
            Some('+') => Some(Combinator::Next),
            Some('~') => Some(Combinator::Following),
            _ => None,
        };
        if let Some(joined) = joined {
            combinator = joined;
            rest = trimmed[1..].trim_start();
            continue;
        }
        let (compound, pseudo, after) = compound(trimmed, &mut selector.specificity)?;
        if let Some(pseudo) = pseudo {
            selector.pseudo = Some(pseudo);
            selector.specificity.2 += 1;
        }
        found.push((combinator, compound));
        combinator = Combinator::Descendant;
        if after.len() == trimmed.len() {
            return None;
        }
        rest = after.trim_end();
    }
    if found.is_empty() || found.len() > 32 {
        return None;
    }
    // From right to left, each with what joins it to its left neighbor.
    selector.compounds = found.into_iter().rev().collect();
    Some(selector)
}

fn name(text: &str) -> (&str, &str) {
    let mut end = text.len();
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if !(letter.is_alphanumeric() || letter == '-' || letter == '_' || !letter.is_ascii()) {
            end = at;
            break;
        }
    }
    text.split_at(end)
}

type Read<'t> = (Compound, Option<Pseudo>, &'t str);

fn compound<'t>(text: &'t str, specificity: &mut (u32, u32, u32)) -> Option<Read<'t>> {
    let mut compound = Compound::default();
    let mut rest = text;
    let mut pseudo = None;
    if let Some(after) = rest.strip_prefix('*') {
        rest = after;
    } else {
        let (tag, after) = name(rest);
        if !tag.is_empty() {
            compound.tag = Some(tag.to_ascii_lowercase());
            specificity.2 += 1;
            rest = after;
        }
    }
    while let Some(letter) = rest.chars().next() {
        match letter {
            '#' | '.' => {
                let (word, after) = name(&rest[1..]);
                if word.is_empty() {
                    return None;
                }
                let word = word.replace('\\', "");
                if letter == '#' {
                    specificity.0 += 1;
                    compound.parts.push(Part::Id(word));
                } else {
                    specificity.1 += 1;
                    compound.parts.push(Part::Class(word));
                }
                rest = after;
            }
            '[' => {
                let end = rest.find(']')?;
                compound.parts.push(attribute(&rest[1..end])?);
                specificity.1 += 1;
                rest = &rest[end + 1..];
            }
            ':' => {
                let double = rest.starts_with("::");
                let (word, after) = name(&rest[if double { 2 } else { 1 }..]);
                let word = word.to_ascii_lowercase();
                let (argument, after) = match after.strip_prefix('(') {
                    Some(inner) => {
                        let end = closing(inner)?;
                        (Some(&inner[..end]), &inner[end + 1..])
                    }
                    None => (None, after),
                };
                rest = after;
                match word.as_str() {
                    "before" => pseudo = Some(Pseudo::Before),
                    "after" => pseudo = Some(Pseudo::After),
                    _ if double => return None,
                    _ => {
                        let part = pseudo_class(&word, argument)?;
                        match &part {
                            Part::Not(list) | Part::Is(list) if !matches!(word.as_str(), "where" | "only-child") => {
                                let most = list.iter().map(|one| one.specificity).max().unwrap_or_default();
                                specificity.0 += most.0;
                                specificity.1 += most.1;
                                specificity.2 += most.2;
                            }
                            _ if word == "where" => {}
                            _ => specificity.1 += 1,
                        }
                        compound.parts.push(part);
                    }
                }
            }
            _ => break,
        }
    }
    Some((compound, pseudo, rest))
}

/// How deep parentheses are within each other.
fn nested(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

/// The place of the parenthesis that closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn attribute(text: &str) -> Option<Part> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let name = name.trim();
    let operator = value.map(|_| name.chars().last().filter(|c| "~|^$*".contains(*c)).unwrap_or('='));
    let name = name.trim_end_matches(['~', '|', '^', '$', '*']).trim().to_ascii_lowercase();
    let value = value.unwrap_or_default().trim().trim_end_matches(" i").trim_matches(['"', '\'']).to_owned();
    (!name.is_empty()).then_some(Part::Attribute { name, operator, value })
}

fn pseudo_class(word: &str, argument: Option<&str>) -> Option<Part> {
    let nth = |a, b, from_end, of_type| Part::Nth { a, b, from_end, of_type };
    let list = |text: &str| -> Option<Vec<Selector>> {
        split(text, ',').into_iter().map(|one| selector(one.trim())).collect()
    };
    Some(match (word, argument) {
        ("first-child", _) => nth(0, 1, false, false),
        ("last-child", _) => nth(0, 1, true, false),
        ("first-of-type", _) => nth(0, 1, false, true),
        ("last-of-type", _) => nth(0, 1, true, true),
        ("only-child", _) => {
            let parts = vec![nth(0, 1, false, false), nth(0, 1, true, false)];
            let compounds = vec![(Combinator::Descendant, Compound { tag: None, parts })];
            Part::Is(vec![Selector { compounds, specificity: (0, 0, 0), pseudo: None }])
        }
        ("nth-child", Some(text)) => formula(text).map(|(a, b)| nth(a, b, false, false))?,
        ("nth-last-child", Some(text)) => formula(text).map(|(a, b)| nth(a, b, true, false))?,
        ("nth-of-type", Some(text)) => formula(text).map(|(a, b)| nth(a, b, false, true))?,
        ("nth-last-of-type", Some(text)) => formula(text).map(|(a, b)| nth(a, b, true, true))?,
        ("root", _) => Part::Root,
        ("empty", _) => Part::Empty,
        ("link" | "any-link", _) => Part::Link,
        ("not", Some(text)) => Part::Not(list(text)?),
        ("is" | "where" | "matches", Some(text)) => Part::Is(list(text)?),
        _ => Part::Never,
    })
}

/// `2n+1`, `odd`, `3`.
fn formula(text: &str) -> Option<(i64, i64)> {
    let text: String = text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    match text.as_str() {
        "odd" => return Some((2, 1)),
        "even" => return Some((2, 0)),
        _ => {}
    }
    match text.split_once('n') {
        Some((a, b)) => {
            let a = match a {
                "" | "+" => 1,
                "-" => -1,
                a => a.parse().ok()?,
            };
            Some((a, if b.is_empty() { 0 } else { b.parse().ok()? }))
        }
        None => Some((0, text.parse().ok()?)),
    }
}

impl Selector {
    /// The tag its last part asks for, to sort rules by.
    pub(crate) fn key(&self) -> Key<'_> {
        let Some((_, last)) = self.compounds.first() else { return Key::Any };
        let named = last.parts.iter().find_map(|part| match part {
            Part::Id(id) => Some(Key::Id(id)),
            _ => None,
        });
        let classed = last.parts.iter().find_map(|part| match part {
            Part::Class(class) => Some(Key::Class(class)),
            _ => None,
        });
        named.or(classed).or(last.tag.as_deref().map(Key::Tag)).unwrap_or(Key::Any)
    }

    /// Whether it is for an element.
    pub(crate) fn matches(&self, dom: &Dom, id: NodeId) -> bool {
        self.from(dom, id, 0)
    }

    fn from(&self, dom: &Dom, id: NodeId, at: usize) -> bool {
        let Some((combinator, compound)) = self.compounds.get(at) else { return true };
        if !compound.matches(dom, id) {
            return false;
        }
        if at + 1 == self.compounds.len() {
            return true;
        }
        match combinator {
            Combinator::Child => dom.parent_element(id).is_some_and(|parent| self.from(dom, parent, at + 1)),
            Combinator::Descendant => {
                let mut above = dom.parent_element(id);
                while let Some(parent) = above {
                    if self.from(dom, parent, at + 1) {
                        return true;
                    }
                    above = dom.parent_element(parent);
                }
                false
            }
            Combinator::Next => siblings_before(dom, id).next().is_some_and(|before| self.from(dom, before, at + 1)),
            Combinator::Following => siblings_before(dom, id).any(|before| self.from(dom, before, at + 1)),
        }
    }
}

/// What an element must have to be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key<'s> {
    Id(&'s str),
    Class(&'s str),
    Tag(&'s str),
    Any,
}

/// Elements before one, the nearest first.
fn siblings_before(dom: &Dom, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let siblings = dom.nodes[id].parent.map_or(&[][..], |parent| &dom.nodes[parent].children);
    let at = siblings.iter().position(|sibling| *sibling == id).unwrap_or(0);
    siblings[..at].iter().rev().copied().filter(|sibling| dom.element(*sibling).is_some())
}

impl Compound {
    fn matches(&self, dom: &Dom, id: NodeId) -> bool {
        let Some(element) = dom.element(id) else { return false };
        if self.tag.as_ref().is_some_and(|tag| !tag.eq_ignore_ascii_case(element.tag())) {
            return false;
        }
        self.parts.iter().all(|part| match part {
            Part::Id(wanted) => element.attribute("id") == Some(wanted),
            Part::Class(wanted) => element
                .attribute("class")
                .is_some_and(|classes| classes.split_ascii_whitespace().any(|class| class == wanted)),
            Part::Attribute { name, operator, value } => element.attribute(name).is_some_and(|known| match operator {
                None => true,
                Some('~') => known.split_ascii_whitespace().any(|word| word == value),
                Some('|') => {
                    known == value || known.strip_prefix(value.as_str()).is_some_and(|rest| rest.starts_with('-'))
                }
                Some('^') => !value.is_empty() && known.starts_with(value.as_str()),
                Some('$') => !value.is_empty() && known.ends_with(value.as_str()),
                Some('*') => !value.is_empty() && known.contains(value.as_str()),
                Some(_) => known == value,
            }),
            Part::Nth { a, b, from_end, of_type } => {
                let Some(parent) = dom.nodes[id].parent else { return false };
                let same = |other: &&NodeId| {
                    dom.element(**other).is_some_and(|other| !of_type || other.tag() == element.tag())
                };
                let all = dom.nodes[parent].children.iter();
                let place = if *from_end {
                    all.rev().filter(same).position(|other| *other == id)
                } else {
                    all.filter(same).position(|other| *other == id)
                };
                let Some(place) = place.and_then(|place| i64::try_from(place + 1).ok()) else { return false };
                let steps = place - b;
                if *a == 0 { steps == 0 } else { steps % a == 0 && steps / a >= 0 }
            }
            Part::Root => element.tag() == "html",
            Part::Empty => dom.nodes[id].children.iter().all(|child| matches!(dom.nodes[*child].kind, Kind::Nothing)),
            Part::Link => element.tag() == "a" && element.attribute("href").is_some(),
            Part::Not(list) => !list.iter().any(|one| one.matches(dom, id)),
            Part::Is(list) => list.iter().any(|one| one.matches(dom, id)),
            Part::Never => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_as_in_browsers() {
        let html = r#"<div id=x class="a b"><p>1</p><p lang=de-AT>2</p><span></span><p class=c><b>3</b></p></div>"#;
        let dom = Dom::parse(html);
        let count = |text: &str| {
            let all = selectors(text);
            (0..dom.nodes.len()).filter(|id| all.iter().any(|one| one.matches(&dom, *id))).count()
        };
        for (text, expected) in [
            ("p", 3),
            ("#x > p", 3),
            (".a.b p:first-child", 1),
            ("p:nth-child(odd)", 1),
            ("p:nth-of-type(2n)", 1),
            ("p + span", 1),
            ("p ~ p", 2),
            ("[lang|=de]", 1),
            ("[class*=' b']", 1),
            ("p:not(.c)", 2),
            ("div b", 1),
            ("body > b", 0),
            ("p:hover", 0),
            ("span:empty, b", 2),
            ("p:last-child b", 1),
            ("p:is(.c, [lang])", 2),
            (":where(#x > :not(:last-child))", 3),
            ("p:not(div > .c)", 2),
            ("b:only-child", 1),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
        assert_eq!(selectors("#a .b p")[0].specificity, (1, 1, 1));
    }
}
