//! The readable part of a page: what is neither menu nor advertisement, found by how much text stands where.
//!
//! The method is that of Mozilla's Readability: paragraphs give points to what is around them, links take points away, names of
//! classes help; what has most is the article, with those beside it that have enough. Where little is found it is tried again,
//! each time less strict. Lengths of texts, links and so on are counted once for every element, in one walk, because the
//! original asks each element for all its text and is quadratic.
//!
//! `metadata.rs` says who wrote it and when.

mod counts;

use std::collections::HashMap;
use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::Regex;
use scraper::{ElementRef, Html, Node};

use self::counts::{Counted, Counts, count};
use super::page::strip;

/// Characters of an article that are enough.
const ENOUGH: usize = 500;
/// Elements around a paragraph that get points.
const MAX_AROUND: usize = 5;

static UNLIKELY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "-ad-|ai2html|banner|breadcrumbs|combx|comment|community|cookie|cover-wrap|disqus|extra|footer|gdpr|header|legends|menu|related|remark|replies|rss|shoutbox|sidebar|skyscraper|social|sponsor|supplemental|ad-break|agegate|pagination|pager|popup|newsletter|yom-remote",
    )
});
static MAYBE: LazyLock<Regex> = LazyLock::new(|| pattern("and|article|body|column|content|main|mathjax|shadow"));
static POSITIVE: LazyLock<Regex> =
    LazyLock::new(|| pattern("article|body|content|entry|hentry|h-entry|main|page|pagination|post|text|blog|story"));
static NEGATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "-ad-|hidden|^hid$| hid$| hid |^hid |banner|combx|comment|com-|contact|footer|gdpr|masthead|media|meta|outbrain|promo|related|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags|widget",
    )
});
static BYLINE: LazyLock<Regex> = LazyLock::new(|| pattern("byline|author|dateline|writtenby|p-author"));
static SHARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\b|_)(share|sharedaddy)(\b|_)"));

/// Roles of what is around an article.
const ROLES: &[&str] =
    &["menu", "menubar", "complementary", "navigation", "alert", "alertdialog", "dialog", "banner", "search"];

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("the pattern is one")
}

/// What was found.
pub(super) struct Article {
    /// Its HTML, a part of the page's.
    pub html: String,
    /// The line that says who wrote it.
    pub byline: Option<String>,
}

/// How strict a try is.
#[derive(Clone, Copy)]
struct Strictness {
    unlikely: bool,
    classes: bool,
    conditionally: bool,
}

/// The article of a page; of one without text nothing.
pub(super) fn of(html: &Html, title: Option<&str>) -> Option<Article> {
    let mut best: Option<(usize, Article)> = None;
    let strict = |unlikely, classes, conditionally| Strictness { unlikely, classes, conditionally };
    for strictness in
        [strict(true, true, true), strict(false, true, true), strict(false, false, true), strict(false, false, false)]
    {
        let mut page = html.clone();
        strip(&mut page);
        let Some((length, article)) = attempt(&mut page, title, strictness) else { continue };
        let enough = length >= ENOUGH;
        if best.as_ref().is_none_or(|(most, _)| length > *most) {
            best = Some((length, article));
        }
        if enough {
            break;
        }
    }
    best.filter(|(length, _)| *length > 0).map(|(_, article)| article)
}

fn names_of(element: &scraper::node::Element) -> String {
    format!("{} {}", element.attr("class").unwrap_or_default(), element.attr("id").unwrap_or_default())
}

/// Points an element gets for its class and id.
fn class_weight(element: &scraper::node::Element, strictness: Strictness) -> f64 {
    if !strictness.classes {
        return 0.0;
    }
    let weight = |name: Option<&str>| {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return 0.0 };
        let negative = if NEGATIVE.is_match(name) { -25.0 } else { 0.0 };
        negative + if POSITIVE.is_match(name) { 25.0 } else { 0.0 }
    };
    weight(element.attr("class")) + weight(element.attr("id"))
}

fn tag_weight(name: &str) -> f64 {
    match name {
        "div" => 5.0,
        "pre" | "td" | "blockquote" => 3.0,
        "address" | "ol" | "ul" | "dl" | "dd" | "dt" | "li" | "form" => -3.0,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" => -5.0,
        _ => 0.0,
    }
}

fn attempt(page: &mut Html, title: Option<&str>, strictness: Strictness) -> Option<(usize, Article)> {
    let byline = take_off(page, title, strictness);
    let counted = count(page);
    let scores = score(page, &counted, strictness);
    let top = candidate(page, &scores, &counted)?;
    let parts = beside(page, top, &scores, &counted);
    clean(page, &parts, &counted, strictness);
    let counted = count(page);
    let length = parts.iter().filter_map(|part| counted.get(part)).map(|counts| counts.text).sum();
    let mut html = String::new();
    for part in parts {
        if let Some(element) = page.tree.get(part).and_then(ElementRef::wrap) {
            // The body is not a part of itself.
            match element.value().name() {
                "body" | "html" | "td" | "tr" | "tbody" => {
                    html.push_str(&format!("<div>{}</div>", element.inner_html()));
                }
                _ => html.push_str(&element.html()),
            }
        }
    }
    Some((length, Article { html, byline }))
}

/// Takes off what is hardly part of an article; the line of its author is kept apart.
fn take_off(page: &mut Html, title: Option<&str>, strictness: Strictness) -> Option<String> {
    let mut byline = None;
    let mut unlikely = Vec::new();
    let mut titled = false;
    for node in page.tree.nodes() {
        let Node::Element(element) = node.value() else { continue };
        let name = element.name();
        let names = names_of(element);
        if byline.is_none()
            && (element.attr("rel") == Some("author")
                || element.attr("itemprop").is_some_and(|property| property.contains("author"))
                || BYLINE.is_match(&names))
            && let Some(wrapped) = ElementRef::wrap(node)
        {
            let text: String = wrapped.text().take(50).collect::<Vec<_>>().join(" ");
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if (1..100).contains(&text.chars().count()) {
                byline = Some(text);
                unlikely.push(node.id());
                continue;
            }
        }
        if !titled
            && matches!(name, "h1" | "h2")
            && let (Some(title), Some(wrapped)) = (title, ElementRef::wrap(node))
        {
            let heading: String = wrapped.text().take(50).collect();
            if alike(&heading, title) {
                titled = true;
                unlikely.push(node.id());
                continue;
            }
        }
        if !strictness.unlikely || matches!(name, "html" | "body" | "a" | "article" | "main") {
            continue;
        }
        let by_role = element.attr("role").is_some_and(|role| ROLES.contains(&role));
        let by_name = UNLIKELY.is_match(&names) && !MAYBE.is_match(&names);
        let within = || {
            node.ancestors().take(20).any(|around| {
                around.value().as_element().is_some_and(|around| matches!(around.name(), "table" | "code" | "pre"))
            })
        };
        if by_role || by_name && !within() {
            unlikely.push(node.id());
        }
    }
    for id in unlikely {
        if let Some(mut node) = page.tree.get_mut(id) {
            node.detach();
        }
    }
    byline
}

/// Whether a heading is the title, by its words.
fn alike(heading: &str, title: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (heading, title) = (words(heading), words(title));
    if heading.is_empty() || title.is_empty() || heading.len() > 200 {
        return false;
    }
    let common = heading.iter().filter(|word| title.contains(word)).count();
    common * 4 > heading.len() * 3 && common * 4 > title.len() * 3
}

/// Points by element.
fn score(page: &Html, counted: &Counted, strictness: Strictness) -> HashMap<NodeId, f64> {
    let mut scores: HashMap<NodeId, f64> = HashMap::new();
    let holding = super::page::holding_blocks(page);
    for node in page.tree.nodes() {
        let Node::Element(element) = node.value() else { continue };
        let scored = match element.name() {
            "section" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "td" | "pre" => true,
            "div" | "li" => !holding.contains(&node.id()),
            _ => false,
        };
        let Some(counts) = counted.get(&node.id()).filter(|counts| scored && counts.text >= 25) else { continue };
        let points = 2.0 + counts.commas as f64 + (counts.text as f64 / 100.0).floor().min(3.0);
        for (level, around) in node.ancestors().take(MAX_AROUND).enumerate() {
            let Node::Element(outer) = around.value() else { continue };
            if around.parent().is_none_or(|parent| !parent.value().is_element()) && outer.name() == "html" {
                continue;
            }
            let begun =
                scores.entry(around.id()).or_insert_with(|| tag_weight(outer.name()) + class_weight(outer, strictness));
            *begun += points / [1.0, 2.0, 6.0, 9.0, 12.0][level];
        }
    }
    for (id, points) in &mut scores {
        if let Some(counts) = counted.get(id) {
            *points *= 1.0 - counts.link_density();
        }
    }
    scores
}

/// The element with most points, or one around it that holds as much.
fn candidate(page: &Html, scores: &HashMap<NodeId, f64>, counted: &Counted) -> Option<NodeId> {
    let mut best: Vec<(NodeId, f64)> =
        scores.iter().filter(|(id, _)| counted.contains_key(id)).map(|(id, points)| (*id, *points)).collect();
    best.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0)));
    let Some((top, most)) = best.first().copied() else {
        let body =
            page.tree.nodes().find(|node| node.value().as_element().is_some_and(|element| element.name() == "body"));
        return body.map(|body| body.id());
    };
    let mut top = top;
    // Where several have nearly as much, it is what is around at least three of them.
    let rivals: Vec<NodeId> =
        best.iter().skip(1).take(4).filter(|(_, points)| points / most >= 0.75).map(|(id, _)| *id).collect();
    if rivals.len() >= 3 {
        let around = |id: NodeId| {
            page.tree.get(id).map(|node| node.ancestors().map(|node| node.id()).collect::<Vec<_>>()).unwrap_or_default()
        };
        let of_rivals: Vec<Vec<NodeId>> = rivals.iter().map(|rival| around(*rival)).collect();
        let common = page.tree.get(top)?.ancestors().find(|outer| {
            outer.value().as_element().is_some_and(|element| !matches!(element.name(), "html" | "body"))
                && of_rivals.iter().filter(|around| around.contains(&outer.id())).count() >= 3
        });
        top = common.map_or(top, |common| common.id());
    }
    // One around it with more points holds more of the article.
    let mut last = scores.get(&top).copied().unwrap_or(most);
    let threshold = last / 3.0;
    for outer in page.tree.get(top)?.ancestors() {
        if outer.value().as_element().is_none_or(|element| matches!(element.name(), "body" | "html")) {
            break;
        }
        let Some(points) = scores.get(&outer.id()).copied() else { continue };
        if points < threshold {
            break;
        }
        if points > last {
            top = outer.id();
            break;
        }
        last = points;
    }
    // An only child says nothing: what is beside its parent is looked at.
    loop {
        let node = page.tree.get(top)?;
        let Some(parent) = node.parent() else { break };
        let is_plain = parent.value().as_element().is_some_and(|element| !matches!(element.name(), "body" | "html"));
        if is_plain && parent.children().filter(|child| child.value().is_element()).count() == 1 {
            top = parent.id();
        } else {
            break;
        }
    }
    Some(top)
}

/// The article and what belongs to it beside it, in the order of the page.
fn beside(page: &Html, top: NodeId, scores: &HashMap<NodeId, f64>, counted: &Counted) -> Vec<NodeId> {
    let Some(node) = page.tree.get(top) else { return vec![top] };
    let Some(parent) = node.parent().filter(|parent| parent.value().is_element()) else { return vec![top] };
    let points = scores.get(&top).copied().unwrap_or(0.0);
    let threshold = (points * 0.2).max(10.0);
    let class = node.value().as_element().and_then(|element| element.attr("class")).unwrap_or_default();
    let belongs = |id: NodeId, element: &scraper::node::Element| {
        let bonus = if !class.is_empty() && element.attr("class") == Some(class) { points * 0.2 } else { 0.0 };
        if scores.get(&id).is_some_and(|own| own + bonus >= threshold) {
            return true;
        }
        let Some(counts) = counted.get(&id).filter(|_| element.name() == "p") else { return false };
        let density = counts.link_density();
        counts.text > 80 && density < 0.25
            || counts.text > 0 && counts.text <= 80 && density == 0.0 && counts.commas == 0
    };
    let parts = parent.children().filter(|child| {
        child.id() == top || child.value().as_element().is_some_and(|element| belongs(child.id(), element))
    });
    parts.map(|part| part.id()).collect()
}

/// Takes off what is in the article and no part of it.
fn clean(page: &mut Html, parts: &[NodeId], counted: &Counted, strictness: Strictness) {
    let mut off = Vec::new();
    for part in parts {
        let Some(node) = page.tree.get(*part) else { continue };
        for inner in node.descendants().skip(1) {
            let Node::Element(element) = inner.value() else { continue };
            let counts = counted.get(&inner.id()).copied().unwrap_or_default();
            let name = element.name();
            let goes = match name {
                "form" | "fieldset" | "footer" | "aside" | "nav" | "input" | "label" => true,
                "h1" | "h2" => class_weight(element, strictness) < 0.0 || counts.text == 0,
                "div" | "section" | "ul" | "ol" | "table" if strictness.conditionally => {
                    let around = inner.ancestors().take_while(|outer| outer.id() != *part);
                    let within_figure = around.take(4).any(|outer| {
                        outer
                            .value()
                            .as_element()
                            .is_some_and(|outer| matches!(outer.name(), "figure" | "pre" | "code" | "table"))
                    });
                    !within_figure && is_beside_the_point(name, element, &counts, strictness)
                }
                _ => false,
            };
            let shared = counts.text < ENOUGH
                && !matches!(name, "p" | "pre" | "code" | "a" | "img" | "figure")
                && SHARE.is_match(&names_of(element));
            if goes || shared {
                off.push(inner.id());
            }
        }
    }
    for id in off {
        if let Some(mut node) = page.tree.get_mut(id) {
            node.detach();
        }
    }
}

/// Whether a part of an article looks like a menu or an advertisement.
fn is_beside_the_point(name: &str, element: &scraper::node::Element, counts: &Counts, strictness: Strictness) -> bool {
    let weight = class_weight(element, strictness);
    let density = counts.link_density();
    let is_list = matches!(name, "ul" | "ol") || counts.items > 0 && counts.items * 30 > counts.text;
    if name == "table" {
        return density > 0.8 && counts.text > 0;
    }
    if weight < 0.0 {
        return true;
    }
    if counts.commas >= 10 {
        return false;
    }
    let headings = if counts.text == 0 { 0.0 } else { counts.headings as f64 / counts.text as f64 };
    (counts.pictures > 1 && (counts.paragraphs as f64) < 0.5 * counts.pictures as f64 && counts.text < 200)
        || (!is_list && counts.items > counts.paragraphs + 100)
        || counts.inputs > counts.paragraphs / 3
        || (!is_list && headings < 0.9 && counts.text < 25 && counts.pictures != 1)
        || (!is_list && weight < 25.0 && density > 0.2)
        || (weight >= 25.0 && density > 0.5)
        || (is_list && density > 0.6 && counts.text > 0)
}
