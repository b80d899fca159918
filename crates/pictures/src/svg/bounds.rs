//! What an SVG may ask for: text and styles before they are laid out, steps before it is drawn.

use std::collections::HashMap;

use resvg::usvg::filter::Kind;
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Group, Node, Paint, Path};

use crate::error::Error;

/// Characters of text, each as often as it is drawn.
const LETTERS: u64 = 20_000;
/// Bytes of style sheets.
const STYLE: usize = 64 << 10;
/// Rules times elements: each is compared with each.
const MATCHES: usize = 30_000_000;
/// Steps of drawing: seconds of work.
const STEPS: f64 = 2e9;
/// Steps of looking at a thing, however small it is.
const VISIT: f64 = 100.0;
/// Steps for each pixel of a layer, a gradient or a pattern.
const COSTLY: f64 = 10.0;
/// A layer may be this many times as wide and high as the drawing.
const LAYER: f64 = 5.0;
/// An edge is walked in so many lines a pixel, for smoothness.
const LINES: f64 = 4.0;

/// Whether text and style sheets are within the limits.
pub(super) fn admit(document: &Document<'_>) -> Result<(), Error> {
    let mut style = (0, 0);
    let mut elements = 0;
    // In the order of the document: parents come before their children.
    let count = document.descendants().next_back().map_or(0, |node| node.id().get_usize() + 1);
    let (mut parents, mut in_text, mut own) = (vec![0; count], vec![false; count], vec![0u64; count]);
    let (mut names, mut uses) = (HashMap::new(), Vec::new());
    for node in document.descendants() {
        let at = node.id().get_usize();
        let parent = node.parent();
        parents[at] = parent.map_or(0, |parent| parent.id().get_usize());
        let tag = node.tag_name().name();
        in_text[at] = tag == "text" || in_text[parents[at]];
        elements += usize::from(node.is_element());
        if let Some(name) = node.attribute("id") {
            names.entry(name).or_insert(at);
        }
        if tag == "use" {
            let target = node.attributes().find(|attribute| attribute.name() == "href").map(|href| href.value());
            uses.extend(target.and_then(|target| target.trim().strip_prefix('#')).map(|target| (at, target)));
        }
        if let Some(text) = node.text().filter(|_| node.is_text()) {
            if in_text[at] {
                own[at] = text.chars().count() as u64;
            }
            if parent.is_some_and(|parent| parent.tag_name().name() == "style") {
                let rules = text.bytes().filter(|byte| matches!(byte, b'{' | b',')).count();
                style = (style.0 + text.len(), style.1 + rules);
            }
        }
    }
    if style.0 > STYLE || style.1.saturating_mul(elements) > MATCHES {
        return Err(Error::TooLarge(format!("this SVG has more styles than the limit of {} kB", STYLE >> 10)));
    }
    let uses: Vec<(usize, usize)> = uses.into_iter().filter_map(|(at, name)| Some((at, *names.get(name)?))).collect();
    // What uses another has its text too; after as many rounds as they are nested, nothing changes.
    let mut letters = own.clone();
    for _ in 0..50 {
        let mut next = own.clone();
        for (from, to) in &uses {
            next[*from] = next[*from].saturating_add(letters[*to]);
        }
        for at in (1..count).rev() {
            next[parents[at]] = next[parents[at]].saturating_add(next[at]);
        }
        if next.first().is_some_and(|all| *all > LETTERS) {
            return Err(Error::TooLarge(format!("this SVG has more text than the limit of {LETTERS} characters")));
        }
        if next == letters {
            break;
        }
        letters = next;
    }
    Ok(())
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
            self.left -= self.pixels(rect.width(), rect.height(), LAYER) * COSTLY * masks;
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
        let edges: f64 = path
            .data()
            .points()
            .windows(2)
            .map(|pair| {
                let length = f64::from((pair[1].x - pair[0].x).abs() + (pair[1].y - pair[0].y).abs());
                (length * scale).min(self.height) + 1.0
            })
            .sum();
        self.left -= VISIT + paints.into_iter().flatten().map(|each| each * pixels + edges * LINES).sum::<f64>();
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
                        f64::from(convolve.matrix().columns()) * f64::from(convolve.matrix().rows())
                    }
                    _ => COSTLY,
                };
                self.left -= wide * high * each;
            }
        }
    }
}
