//! Boxes that are seen: ground, borders, corners, pictures behind them, and heights that are known.

use super::backdrop::Backdrop;
use super::boxes::{Bx, Content};
use super::code::{corners, fill, inset, outset, pt, stroke};
use super::emit::{BOX, Emitter, MAX_TWICE, Place, Strong, Tall};
use super::margin::{bottom_margin, is_empty, top_margin};
use super::value::Length;

impl Emitter<'_> {
    /// A box that is seen.
    pub(super) fn dressed(&mut self, bx: &Bx, place: Place, tall: Option<Tall>, keeps: bool) {
        let collapsed = super::table::without_own_border(bx);
        let style = collapsed.as_ref().unwrap_or(&bx.style);
        let padded = place.left.abs() > 0.01;
        if padded {
            self.push(&format!("pad(left:{},", pt(place.left)));
        }
        let inner = (place.width - style.frame([1, 3], place.width)).max(1.0);
        let strong = Strong::of(style, place.width);
        let levels = if padded { BOX + 1 } else { BOX };
        let inside = Place { top: false, ..place.fresh(inner) }.deeper(levels);
        let mut arguments =
            format!("width:{},{}{}{}", pt(place.width), stroke(style), outset(style), inset(style, place.width));
        arguments.push_str(&fill(style));
        arguments.push_str(&corners(style));
        // What is placed may reach beyond the box, and is cut off where the page asks for it.
        if style.clip && !style.is_round() && !bx.placed.is_empty() {
            arguments.push_str("clip:true,");
        }
        if keeps {
            arguments.push_str("breakable:false,");
        }
        let height = match tall {
            Some(Tall::Fixed(height)) => Some(pt(height)),
            Some(Tall::Row { less, least }) => {
                let own = if least > 0.0 { pt(least) } else { "auto".to_owned() };
                Some(format!("if hh==auto{{{own}}}else{{hh - {}}}", pt(less)))
            }
            None => None,
        };
        let tapestry = match (style.backdrop.as_deref(), &bx.picture) {
            (Some(Backdrop::Picture(tapestry)), Some((name, natural))) => {
                let edges: f64 = [1, 3].iter().map(|side| style.edge(*side)).sum();
                let wide = (place.width - edges).max(1.0);
                let shift = |side: usize| pt(-style.padding[side].or_zero(place.width).max(0.0));
                let body = tapestry.typst(name, *natural, style, wide, "tall");
                Some(format!("place(top+left,dx:{},dy:{},{body})\n", shift(3), shift(0)))
            }
            _ => None,
        };
        let edges = pt([0, 2].iter().map(|side| style.edge(*side)).sum());
        match (tapestry, &height, tall) {
            (Some(tapestry), Some(height), Some(Tall::Fixed(_))) => {
                self.push(&format!("block({arguments}height:{height},{{let tall={height} - {edges}\n{tapestry}"));
                self.scope(|emitter| emitter.content(bx, inside, strong, tall));
                self.push("})");
            }
            (Some(tapestry), ..) if self.twice < MAX_TWICE => {
                // How high the picture is follows from the content, or from the row.
                if let Some(height) = &height {
                    arguments.push_str(&format!("height:{height},"));
                }
                self.twice += 1;
                self.push("context{let body=");
                self.scope(|emitter| emitter.content(bx, inside, strong, tall));
                self.twice -= 1;
                self.push(&format!(
                    "\nlet tall=measure(block({arguments}body)).height - {edges}\nblock({arguments}{{{tapestry}body}})}}"
                ));
            }
            _ => {
                if let Some(height) = height {
                    arguments.push_str(&format!("height:{height},"));
                }
                self.push(&format!("block({arguments}"));
                self.scope(|emitter| emitter.content(bx, inside, strong, tall));
                self.push(")");
            }
        }
        if padded {
            self.push(")");
        }
        self.push("\n");
    }

    /// A height for what fills a box that is not seen: the one block in it, when it asks for all of it.
    pub(super) fn hand_down(&self, bx: &Bx, tall: Tall, width: f64) -> Option<Tall> {
        let Content::Blocks(blocks) = &bx.content else { return None };
        let mut inner = blocks.iter().filter(|one| !is_empty(one));
        let (Some(one), None) = (inner.next(), inner.next()) else { return None };
        if !matches!(one.style.height, Length::Sum(pixels, part) if pixels == 0.0 && part >= 1.0) {
            return None;
        }
        let around = bx.style.frame([0, 2], width) + top_margin(one).max(0.0) + bottom_margin(one).max(0.0);
        Some(match tall {
            Tall::Row { less, .. } => Tall::Row { less: less + around, least: 0.0 },
            Tall::Fixed(height) => Tall::Fixed((height - around).max(0.0)),
        })
    }
}
