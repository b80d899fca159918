//! Columns of text (CSS Multi-column 1): the blocks of a box are shared out among cells beside each other. A block is never
//! cut: typst fills columns to the end of the page instead of making them equally long.

use super::boxes::Bx;
use super::code::pt;
use super::emit::{Emitter, MAX_DEPTH, Place, Strong};
use super::margin::is_empty;
use super::measure;
use super::style::Style;

/// Columns beside each other.
const MAX_COLUMNS: usize = 10;

impl Emitter<'_> {
    /// Blocks in columns; false where there are none, or not enough blocks.
    pub(super) fn columns(&mut self, blocks: &[Bx], style: &Style, place: Place) -> bool {
        let gap = if style.gap.1 > 0.0 { style.gap.1 } else { style.size };
        let fitting = style.column_width.map(|least| ((place.width + gap) / (least + gap)).floor().max(1.0) as usize);
        let count = match (style.columns, fitting) {
            (Some(count), Some(fitting)) => count.min(fitting),
            (count, fitting) => count.or(fitting).unwrap_or(1),
        };
        let count = count.min(MAX_COLUMNS);
        if count < 2 {
            return false;
        }
        let width = (place.width - gap * (count - 1) as f64) / count as f64;
        let full = blocks.iter().filter(|one| !is_empty(one)).count() < 2;
        if full || width < 20.0 || place.depth + 10 > MAX_DEPTH || blocks.iter().any(|one| one.style.float.is_some()) {
            self.missing.insert("columns within one block of text".to_owned());
            return false;
        }
        let heights: Vec<f64> = blocks.iter().map(|one| measure::height(one, width)).collect();
        let share = heights.iter().sum::<f64>() / count as f64;
        let mut parts: Vec<&[Bx]> = Vec::new();
        let (mut start, mut filled) = (0, 0.0);
        for (at, height) in heights.iter().enumerate() {
            // A block goes where more of it fits.
            if at > start && parts.len() + 1 < count && filled + height / 2.0 > share {
                parts.push(&blocks[start..at]);
                (start, filled) = (at, 0.0);
            }
            filled += height;
        }
        parts.push(&blocks[start..]);
        self.push(&format!(
            "pad(left:{},grid(columns:({},)*{count},column-gutter:{},",
            pt(place.left),
            pt(width),
            pt(gap)
        ));
        let inner = Place { top: false, ..place.fresh(width) }.deeper(9);
        for part in parts {
            self.scope(|emitter| emitter.blocks(part, inner, Strong::BOTH));
            self.push(",");
        }
        self.push("))\n");
        true
    }
}
