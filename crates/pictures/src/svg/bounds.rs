//! What an SVG may ask for: text and styles before they are laid out, steps before it is drawn.

use std::collections::HashMap;

use resvg::usvg::filter::Kind;
use resvg::usvg::roxmltree::{self, Document};
use resvg::usvg::{Group, Node, Paint, Path};

use crate::error::Error;

/// Characters of text, each as often as it is drawn.
const LETTERS: u64 = 20_000;
/// Bytes of style sheets.
const STYLE: usize = 64 << 10;
/// Bytes of one element's own style.
const OWN_STYLE: usize = 32 << 10;
/// Parts of rules times elements: each is compared with each.
const MATCHES: usize = 20_000_000;
/// Elements, each as often as it is used, as a clip, a mask, a pattern or a marker, and the squares of how many parts a
/// text has: the layout of each goes over all.
const USED: u64 = 200_000;
const PARTS: u64 = 1_000_000;
/// Steps of drawing: seconds of work.
const STEPS: f64 = 2e9;
/// Steps of looking at a thing, however small it is.
const VISIT: f64 = 100.0;
/// Steps of making a layer, however small it is.
const LAYER_VISIT: f64 = 10_000.0;
/// Steps for each pixel of a layer, a gradient or a pattern.
const COSTLY: f64 = 10.0;
/// The same where each is worked out of those around it.
const LIT: f64 = 40.0;
/// A layer may be this many times as wide and high as the drawing.
const LAYER: f64 = 5.0;
/// Lines of an arc for each pixel a stroke is wide, one at every point where joins and caps are round.
const JOIN: f64 = 20.0;
/// An edge is walked in so many lines a pixel, for smoothness.
const LINES: f64 = 4.0;

/// Whether elements, text and style sheets are within the limits, with all that is used several times.
pub(super) fn admit(document: &Document<'_>) -> Result<(), Error> {
    let mut style = (0, 0);
    // In the order of the document: parents come before their children.
    let count = document.descendants().next_back().map_or(0, |node| node.id().get_usize() + 1);
    let (mut parents, mut text) = (vec![0; count], vec![None; count]);
    let (mut elements, mut letters, mut parts) = (vec![0u64; count], vec![0u64; count], vec![0u64; count]);
    let (mut names, mut uses) = (HashMap::new(), Vec::new());
    for node in document.descendants() {
        let at = node.id().get_usize();
        let parent = node.parent();
        parents[at] = parent.map_or(0, |parent| parent.id().get_usize());
        let tag = node.tag_name().name();
        text[at] = if tag == "text" { Some(at) } else { text[parents[at]] };
        if let Some(name) = node.attribute("id") {
            names.entry(name).or_insert((at, tag));
        }
        if node.is_element() {
            elements[at] = 1 + points(&node) / 100;
            text[at].into_iter().for_each(|text| parts[text] += 1);
            uses.extend(used(&node).map(|(name, times)| (at, name, times)));
            if node.attribute("style").is_some_and(|style| style.len() > OWN_STYLE) {
                return Err(Error::TooLarge("the style of an element of this SVG is too long".into()));
            }
        }
        if let Some(words) = node.text().filter(|_| node.is_text()) {
            if text[at].is_some() {
                letters[at] = words.chars().count() as u64;
            }
            if parent.is_some_and(|parent| parent.tag_name().name() == "style") {
                let parts = words.bytes().filter(|byte| matches!(byte, b'{' | b',' | b';' | b' ' | b'>')).count();
                style = (style.0 + words.len(), style.1 + parts);
            }
        }
    }
    if style.0 > STYLE || style.1.saturating_mul(elements.iter().sum::<u64>() as usize) > MATCHES {
        return Err(Error::TooLarge(format!("this SVG has more styles than the limit of {} kB", STYLE >> 10)));
    }
    if parts.iter().map(|parts| parts * parts).sum::<u64>() > PARTS {
        return Err(Error::TooLarge("a text of this SVG has too many parts: split it into several texts".into()));
    }
    let is_drawn = |tag: &str| !matches!(tag, "linearGradient" | "radialGradient" | "filter");
    let target = |name| names.get(name).filter(|(_, tag)| is_drawn(tag)).map(|(to, _)| *to);
    let uses: Vec<Use> = uses.into_iter().filter_map(|(at, name, times)| Some((at, target(name)?, times))).collect();
    if total(letters, &parents, &uses, LETTERS) > LETTERS {
        return Err(Error::TooLarge(format!("this SVG has more text than the limit of {LETTERS} characters")));
    }
    if total(elements, &parents, &uses, USED) > USED {
        return Err(Error::TooLarge(format!(
            "this SVG has more than {USED} elements, counting what is used several times"
        )));
    }
    Ok(())
}

/// An element that uses another, so many times.
type Use = (usize, usize, u64);

/// About as many points as a shape has at most.
fn points(node: &roxmltree::Node<'_, '_>) -> u64 {
    ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(|path| path.len() as u64 / 4).sum()
}

/// The names of what an element uses, and how many times it is drawn for that: a marker on every point of a path.
fn used<'a>(node: &roxmltree::Node<'a, '_>) -> impl Iterator<Item = (&'a str, u64)> {
    let points =
        ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(|path| path.len() as u64 / 4).sum();
    let of_attribute = move |attribute: roxmltree::Attribute<'a, '_>| {
        let (name, value) = (attribute.name(), attribute.value());
        let times = if name.starts_with("marker") || name == "style" && value.contains("marker") { points } else { 1 };
        let link = value.trim().strip_prefix('#').filter(|_| name == "href");
        let urls = value.split("url(").skip(1).filter_map(|rest| {
            rest.split(')')
                .next()?
                .trim_matches(|sign: char| sign.is_whitespace() || "'\"".contains(sign))
                .strip_prefix('#')
        });
        link.into_iter().chain(urls).map(move |name| (name, times.max(1))).collect::<Vec<_>>()
    };
    node.attributes().flat_map(of_attribute).collect::<Vec<_>>().into_iter()
}

/// What all elements have together, each as often as it is used; something over the limit when it is over that.
fn total(own: Vec<u64>, parents: &[usize], uses: &[Use], most: u64) -> u64 {
    // What uses another has what that has too; after as many rounds as they are nested, nothing changes.
    let mut all = own.clone();
    for _ in 0..50 {
        let mut next = own.clone();
        for (from, to, times) in uses {
            next[*from] = next[*from].saturating_add(all[*to].saturating_mul(*times));
        }
        for at in (1..next.len()).rev() {
            next[parents[at]] = next[parents[at]].saturating_add(next[at]);
        }
        if next.first().is_some_and(|all| *all > most) || next == all {
            all = next;
            break;
        }
        all = next;
    }
    all.first().copied().unwrap_or(0)
}

/// Whether it can be drawn on so many pixels, and so much larger than it says, in few enough steps.
pub(super) fn is_quick(root: &Group, (width, height): (u32, u32), scale: f64) -> bool {
    let mut budget = Budget { left: STEPS, width: f64::from(width), height: f64::from(height), scale };
    budget.group(root);
    budget.left > 0.0
}

struct Budget {
    left: f64,
    width: f64,
    height: f64,
    scale: f64,
}

impl Budget {
    fn group(&mut self, group: &Group) {
        self.left -= VISIT;
        if self.left < 0.0 {
            return;
        }
        if group.should_isolate() {
            let rect = group.abs_layer_bounding_box();
            let masks =
                1.0 + f64::from(u8::from(group.mask().is_some())) + f64::from(u8::from(group.clip_path().is_some()));
            self.left -= (LAYER_VISIT + self.pixels(rect.width(), rect.height(), LAYER) * COSTLY) * masks;
        }
        self.filters(group);
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner),
                Node::Path(path) => self.path(path),
                Node::Image(_) | Node::Text(_) => {}
            }
            node.subroots(|root| self.group(root));
        }
    }

    /// Pixels of a rectangle that lie within so many times the drawing.
    fn pixels(&self, width: f32, height: f32, times: f64) -> f64 {
        let side = |side: f32, most: f64| (f64::from(side) * self.scale).min(most * times);
        side(width, self.width) * side(height, self.height)
    }

    fn path(&mut self, path: &Path) {
        let each = |paint: &Paint| if matches!(paint, Paint::Color(_)) { 1.0 } else { COSTLY };
        let paints = [path.fill().map(|fill| each(fill.paint())), path.stroke().map(|stroke| each(stroke.paint()))];
        let rect = path.abs_stroke_bounding_box();
        let pixels = self.pixels(rect.width(), rect.height(), 1.0);
        let (across, down) = path.abs_transform().get_scale();
        let scale = f64::from(across.max(down)) * self.scale;
        let wide = path.stroke().map_or(0.0, |stroke| (f64::from(stroke.width().get()) * scale).min(self.height));
        let lengths: Vec<f64> = path
            .data()
            .points()
            .windows(2)
            .map(|pair| f64::from((pair[1].x - pair[0].x).abs() + (pair[1].y - pair[0].y).abs()))
            .collect();
        let dash =
            path.stroke().and_then(|stroke| stroke.dasharray()).map(|dashes| f64::from(dashes.iter().sum::<f32>()));
        self.left -= dash.map_or(0.0, |dash| lengths.iter().sum::<f64>() / dash.max(1e-6) * VISIT);
        let count = lengths.len() as f64;
        let rows: f64 = lengths.iter().map(|length| (length * scale).min(self.height)).sum();
        let edges = rows + count * (JOIN * wide + 1.0);
        // Each that begins finds its place among all that lie on the same row.
        let sorted = count * rows / self.height.max(1.0);
        let paint = |each: f64| each * pixels + edges * LINES + sorted;
        self.left -= VISIT + paints.into_iter().flatten().map(paint).sum::<f64>();
    }

    fn filters(&mut self, group: &Group) {
        let (across, down) = group.abs_transform().get_scale();
        let scales = (f64::from(across) * self.scale, f64::from(down) * self.scale);
        for filter in group.filters() {
            let rect = filter.rect();
            let side = |length: f32, scale: f64, most: f64| (f64::from(length) * scale).min(most * LAYER);
            let (wide, high) = (side(rect.width(), scales.0, self.width), side(rect.height(), scales.1, self.height));
            for primitive in filter.primitives() {
                let each = match primitive.kind() {
                    Kind::Morphology(spread) => {
                        let reach =
                            |radius: f32, scale: f64, most: f64| (2.0 * f64::from(radius) * scale + 1.0).min(most);
                        reach(spread.radius_x().get(), scales.0, wide) * reach(spread.radius_y().get(), scales.1, high)
                    }
                    Kind::Turbulence(noise) => 40.0 * f64::from(noise.num_octaves()),
                    Kind::ConvolveMatrix(convolve) => {
                        COSTLY * f64::from(convolve.matrix().columns()) * f64::from(convolve.matrix().rows())
                    }
                    Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) | Kind::GaussianBlur(_) => LIT,
                    _ => COSTLY,
                };
                self.left -= wide * high * each;
            }
        }
    }
}
