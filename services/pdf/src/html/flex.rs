//! Flex containers as rows of a grid of typst: the widths are computed here (CSS Flexbox 9.7).

use super::boxes::{Bx, Content, Inline};
use super::code::pt;
use super::emit::{Emitter, MAX_TWICE, Place, Tall};
use super::margin::{bottom_margin, is_empty, top_margin};
use super::measure;
use super::style::{Justify, Style, Vertical};
use super::value::Length;

/// Part of a page up to which boxes beside each other are made equally high: such are never broken.
const LEVELED: f64 = 0.6;
/// Boxes that are made equally high at once.
const MAX_LEVELED: usize = 200;

/// A row of items with their widths.
struct Line<'b> {
    items: Vec<(&'b Bx, f64)>,
}

impl Emitter<'_> {
    /// A flex container in the width inside its frame.
    pub(super) fn flex(&mut self, items: &[Bx], style: &Style, place: Place, tall: Option<Tall>) {
        let width = place.width;
        if style.column {
            self.stack(items, style, place, tall);
            return;
        }
        let gap = style.gap.1;
        let lines = lines(items, style, width, gap);
        let height = match tall {
            Some(Tall::Fixed(height)) if lines.len() == 1 => Some(pt((height - style.frame([0, 2], width)).max(0.0))),
            Some(Tall::Row { less, .. }) if lines.len() == 1 => {
                Some(format!("if hh==auto{{auto}}else{{hh - {}}}", pt(less + style.frame([0, 2], width))))
            }
            _ => None,
        };
        for (index, line) in lines.iter().enumerate() {
            if index > 0 && style.gap.0 > 0.0 {
                self.statement(&format!("v({})", pt(style.gap.0)));
            }
            let sum: f64 = line.items.iter().map(|(_, width)| width).sum();
            let gaps = gap * line.items.len().saturating_sub(1) as f64;
            let free = (width - sum - gaps).max(0.0);
            let auto = line
                .items
                .iter()
                .any(|(item, _)| item.style.margin[3] == Length::Auto || item.style.margin[1] == Length::Auto);
            let count = line.items.len() as f64;
            let (before, between) = match style.justify {
                _ if auto || free < 0.5 => (0.0, 0.0),
                Justify::Center => (free / 2.0, 0.0),
                Justify::End => (free, 0.0),
                Justify::Between if line.items.len() > 1 => (0.0, free / (count - 1.0)),
                Justify::Around => (free / count / 2.0, free / count),
                Justify::Evenly => (free / (count + 1.0), free / (count + 1.0)),
                Justify::Start | Justify::Between => (0.0, 0.0),
            };
            self.cells(line, style, [before, gap + between, if auto { free } else { 0.0 }], height.as_deref(), place);
        }
    }

    /// A column of items. Where its height is known, what is left of it goes to who asks for it.
    fn stack(&mut self, items: &[Bx], style: &Style, place: Place, tall: Option<Tall>) {
        let width = place.width;
        let stretch = match tall {
            Some(Tall::Fixed(_)) => "v(1fr)",
            Some(Tall::Row { .. }) => "if hh!=auto{v(1fr)}",
            None => "",
        };
        let asks = items.iter().any(|item| {
            item.style.grow > 0.0 || item.style.margin[0] == Length::Auto || item.style.margin[2] == Length::Auto
        });
        let even = !asks && !stretch.is_empty();
        if even && matches!(style.justify, Justify::Center | Justify::End | Justify::Around | Justify::Evenly) {
            self.statement(stretch);
        }
        for (index, item) in items.iter().enumerate() {
            if index > 0 && style.gap.0 > 0.0 {
                self.statement(&format!("v({})", pt(style.gap.0)));
            }
            if even && index > 0 && matches!(style.justify, Justify::Between | Justify::Around | Justify::Evenly) {
                self.statement(stretch);
            }
            let (_, natural) = measure::outer(item);
            let align = item.style.own_align.unwrap_or(style.items);
            let stretched = matches!(align, Vertical::Stretch) || item.style.width.is_relative();
            let own = if stretched { width } else { natural.min(width) };
            let left = match align {
                Vertical::Middle => (width - own) / 2.0,
                Vertical::Bottom => width - own,
                _ => 0.0,
            };
            let inner = Place { left: place.left + left, width: own, sized: !stretched, ..place };
            let top = top_margin(item);
            let bottom = bottom_margin(item);
            if item.style.margin[0] == Length::Auto && !stretch.is_empty() {
                self.statement(stretch);
            }
            if top > 0.0 {
                self.statement(&format!("v({})", pt(top)));
            }
            self.block(item, inner);
            if bottom > 0.0 {
                self.statement(&format!("v({})", pt(bottom)));
            }
            let grows = item.style.grow > 0.0 || item.style.margin[2] == Length::Auto;
            if grows && !stretch.is_empty() {
                self.statement(stretch);
            }
        }
        if even && matches!(style.justify, Justify::Center | Justify::Around | Justify::Evenly) {
            self.statement(stretch);
        }
    }

    /// A row of items: space before it, between them, and what is for margins.
    fn cells(
        &mut self,
        line: &Line<'_>,
        style: &Style,
        [before, gap, auto]: [f64; 3],
        height: Option<&str>,
        place: Place,
    ) {
        let autos: usize = line
            .items
            .iter()
            .map(|(item, _)| [1, 3].iter().filter(|side| item.style.margin[**side] == Length::Auto).count())
            .sum();
        let share = auto / autos.max(1) as f64;
        let mut columns = Vec::new();
        let mut cells: Vec<(usize, &Bx, f64)> = Vec::new();
        if before > 0.5 {
            columns.push(before);
        }
        for (index, (item, width)) in line.items.iter().enumerate() {
            if index > 0 && gap > 0.01 {
                columns.push(gap);
            }
            if item.style.margin[3] == Length::Auto && share > 0.0 {
                columns.push(share);
            }
            cells.push((columns.len(), *item, *width));
            columns.push(*width);
            if item.style.margin[1] == Length::Auto && share > 0.0 {
                columns.push(share);
            }
        }
        let level = self.levels(&line.items, style, height.is_some(), place);
        // Baselines stand at one height: what is above the highest is space.
        let on_baseline = |item: &Bx| item.style.own_align.unwrap_or(style.items) == Vertical::Baseline;
        let highest =
            line.items.iter().filter(|(item, _)| on_baseline(item)).map(|(item, width)| baseline(item, *width));
        let highest = highest.fold(0.0, f64::max);
        if level {
            self.push("context{");
            if let Some(height) = height {
                self.push(&format!("let row={height}\n"));
            }
            for (index, (_, item, width)) in cells.iter().enumerate() {
                self.level_item(index, item, *width, place);
            }
            self.push(if height.is_some() { "let hh=if row!=auto{row}else{calc.max(" } else { "let hh=calc.max(" });
            for (index, (_, _, width)) in cells.iter().enumerate() {
                self.push(&format!("measure(block(width:{},c{index}(auto))).height,", pt(*width)));
            }
            self.push(if height.is_some() { ")}\n" } else { ")\n" });
        }
        self.push("grid(columns:(");
        for width in &columns {
            self.push(&format!("{},", pt(*width)));
        }
        self.push("),");
        if let Some(height) = height {
            self.push(&format!("rows:({},),", if level { "row" } else { height }));
        }
        for (index, (column, item, width)) in cells.into_iter().enumerate() {
            self.push(&format!("grid.cell(x:{column},y:0,"));
            if level {
                self.push(&format!("align:top+left,c{index}(hh)),"));
            } else if on_baseline(item) {
                let down = highest - baseline(item, width);
                self.push(&format!("align:top+left,inset:(top:{}),", pt(down)));
                self.item_body(item, width, true, place.deeper(7));
            } else {
                self.item(item, style, width, true, place);
            }
        }
        self.statement(")");
        if level {
            self.twice -= 1;
            self.statement("}");
        }
    }

    /// Whether items beside each other are to be equally high, and are few and small enough for it; `known` where how
    /// high is said.
    pub(super) fn levels(&mut self, items: &[(&Bx, f64)], container: &Style, known: bool, place: Place) -> bool {
        let stretched = |item: &Bx| matches!(item.style.own_align.unwrap_or(container.items), Vertical::Stretch);
        let asks = |item: &Bx| {
            let style = &item.style;
            let apart = style.is_round() || (0..4).any(|side| style.margin[side].or_zero(0.0) != 0.0);
            (style.is_dressed() && (apart || style.backdrop.is_some())) || fills(item, 0)
        };
        let whole = (items.len() > 1 || known)
            && items.len() <= MAX_LEVELED
            && self.twice < MAX_TWICE
            && place.depth + 20 < super::emit::MAX_DEPTH
            && items.iter().all(|(item, _)| stretched(item))
            && items.iter().any(|(item, _)| asks(item))
            && (known
                || items.iter().all(|(item, width)| measure::height(item, *width) < self.page_height() * LEVELED));
        if whole {
            self.twice += 1;
        }
        whole
    }

    /// An item as a function of its height.
    pub(super) fn level_item(&mut self, index: usize, item: &Bx, width: f64, place: Place) {
        self.push(&format!("let c{index}(hh)="));
        let inner = Place { left: 0.0, width, container: width, top: false, sized: true, ..place.deeper(9) };
        self.scope(|emitter| {
            let (top, bottom) = (top_margin(item), bottom_margin(item));
            if top > 0.0 {
                emitter.statement(&format!("v({})", pt(top)));
            }
            // A height that is said is that of the item, however high its row is.
            let said = matches!(item.style.height, Length::Sum(pixels, 0.0) if pixels > 0.0);
            let less = top.max(0.0) + bottom.max(0.0);
            emitter.tall = (!said).then_some(Tall::Row { less, least: 0.0 });
            emitter.block(item, inner);
            emitter.tall = None;
            if bottom > 0.0 {
                emitter.statement(&format!("v({})", pt(bottom)));
            }
        });
        self.push("\n");
    }

    /// The rest of a cell with an item in it: what stretches has its ground and border on the cell itself.
    pub(super) fn item(&mut self, item: &Bx, container: &Style, width: f64, sized: bool, place: Place) {
        let style = &item.style;
        let align = style.own_align.unwrap_or(container.items);
        let margins: f64 = (0..4).map(|side| style.margin[side].or_zero(width).abs()).sum();
        let vertical = match align {
            Vertical::Middle => "horizon",
            Vertical::Bottom => "bottom",
            _ => "top",
        };
        self.push(&format!("align:{vertical}+left,"));
        let stretched = matches!(align, Vertical::Stretch)
            && margins < 0.01
            && !style.is_round()
            && style.is_dressed()
            && item.picture.is_none()
            && item.placed.is_empty();
        let inner = place.deeper(7);
        if stretched {
            self.push(&super::code::fill(style));
            self.push(&super::code::stroke(style));
            self.push(&super::code::inset(style, width));
            let least = style.height.resolve(0.0).unwrap_or(0.0).max(style.least_height.resolve(0.0).unwrap_or(0.0));
            let least = if least > measure::height(item, width) { least } else { 0.0 };
            self.within(item, (width - style.frame([1, 3], width)).max(1.0), least, inner);
            self.push("),");
        } else {
            self.item_body(item, width, sized, inner);
        }
    }

    /// An item with its margins, and the end of its cell.
    fn item_body(&mut self, item: &Bx, width: f64, sized: bool, place: Place) {
        self.push("{");
        let fresh = Place { left: 0.0, width, container: width, top: false, sized, ..place };
        let (top, bottom) = (top_margin(item), bottom_margin(item));
        if top > 0.0 {
            self.statement(&format!("v({})", pt(top)));
        }
        self.block(item, fresh);
        if bottom > 0.0 {
            self.statement(&format!("v({})", pt(bottom)));
        }
        self.push("}),");
    }
}

/// How far the first line of letters stands below the top of an item, its margin included; what has none stands on its lower
/// edge.
fn baseline(item: &Bx, width: f64) -> f64 {
    let style = &item.style;
    let above = top_margin(item).max(0.0) + style.padding[0].or_zero(width).max(0.0) + style.edge(0);
    let inner = (width - style.frame([1, 3], width)).max(1.0);
    match &item.content {
        Content::Lines(lines) if !lines.is_empty() => {
            let letters = lines.iter().map(|one| match one {
                Inline::Text { style, .. } | Inline::Break(style) => style.line_height() / 2.0 + 0.388 * style.size,
                Inline::Box { bx, .. } => measure::height(bx, inner),
            });
            above + letters.fold(0.0, f64::max)
        }
        Content::Blocks(blocks) | Content::Flex(blocks) | Content::Grid(blocks) if !blocks.is_empty() => {
            let first = blocks.iter().find(|one| !is_empty(one)).unwrap_or(&blocks[0]);
            // The margin of the first is that of the item already.
            let joined =
                if style.padding[0].or_zero(width) > 0.0 || style.edge(0) > 0.0 { 0.0 } else { top_margin(first) };
            above + baseline(first, inner) - joined.max(0.0)
        }
        _ => top_margin(item).max(0.0) + measure::height(item, width),
    }
}

/// Whether the height of an item shows in what is in it: a box that asks for all of it, or what is pushed to its end.
fn fills(item: &Bx, depth: usize) -> bool {
    if depth > 3 {
        return false;
    }
    match &item.content {
        Content::Flex(items) if item.style.column => {
            items.iter().any(|one| {
                one.style.grow > 0.0 || one.style.margin[0] == Length::Auto || one.style.margin[2] == Length::Auto
            }) || matches!(item.style.justify, Justify::Between | Justify::Center | Justify::End)
        }
        Content::Blocks(blocks) => match blocks.as_slice() {
            [one] => {
                let whole = matches!(one.style.height, Length::Sum(pixels, part) if pixels == 0.0 && part >= 1.0);
                whole && (one.style.is_dressed() || fills(one, depth + 1))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Items in rows, with their widths.
fn lines<'b>(items: &'b [Bx], style: &Style, room: f64, gap: f64) -> Vec<Line<'b>> {
    let base = |item: &Bx| {
        let own = &item.style;
        let (least, natural) = measure::outer(item);
        let margins = own.margin[1].or_zero(room) + own.margin[3].or_zero(room);
        let frame = own.frame([1, 3], room);
        let boxed = |width: f64| margins + if own.border_box { width.max(frame) } else { width + frame };
        let basis = own.basis.resolve(room).or_else(|| own.width.resolve(room)).map_or(natural, boxed);
        let limit = |width: f64| {
            let most = own.most_width.resolve(room).map_or(f64::INFINITY, boxed);
            let smallest = own.least_width.resolve(room).map_or(0.0, boxed);
            width.min(most).max(smallest)
        };
        (limit(basis), least)
    };
    let mut rows: Vec<Vec<(&Bx, f64, f64)>> = vec![Vec::new()];
    let mut used = 0.0;
    for item in items {
        let (basis, least) = base(item);
        let last = rows.last().is_some_and(|row| !row.is_empty());
        if style.wrap && last && used + gap + basis > room + 0.5 {
            rows.push(Vec::new());
            used = 0.0;
        }
        used += basis + if used > 0.0 { gap } else { 0.0 };
        if let Some(row) = rows.last_mut() {
            row.push((item, basis, least));
        }
    }
    rows.into_iter()
        .filter(|row| !row.is_empty())
        .map(|row| {
            let gaps = gap * (row.len() - 1) as f64;
            let sum: f64 = row.iter().map(|(_, basis, _)| basis).sum::<f64>() + gaps;
            let free = room - sum;
            let grow: f64 = row.iter().map(|(item, ..)| item.style.grow).sum();
            let mut widths: Vec<f64> = row.iter().map(|(_, basis, _)| *basis).collect();
            if free > 0.0 && grow > 0.0 {
                for (width, (item, ..)) in widths.iter_mut().zip(&row) {
                    *width += free * item.style.grow / grow.max(1.0);
                }
            } else if free < 0.0 {
                // Narrower by their size, but no narrower than they can be while others can.
                for _ in 0..4 {
                    let over: f64 = widths.iter().sum::<f64>() + gaps - room;
                    if over < 0.1 {
                        break;
                    }
                    let can: f64 = widths
                        .iter()
                        .zip(&row)
                        .map(
                            |(width, (item, _, least))| {
                                if item.style.shrink > 0.0 { (width - least).max(0.0) } else { 0.0 }
                            },
                        )
                        .sum();
                    if can <= 0.1 {
                        break;
                    }
                    for (width, (item, _, least)) in widths.iter_mut().zip(&row) {
                        if item.style.shrink > 0.0 {
                            *width -= (*width - least).max(0.0) * (over / can).min(1.0);
                        }
                    }
                }
                let sum: f64 = widths.iter().sum::<f64>();
                if sum + gaps > room + 0.5 {
                    let factor = ((room - gaps) / sum).max(0.05);
                    for width in &mut widths {
                        *width *= factor;
                    }
                }
            }
            Line { items: row.into_iter().zip(widths).map(|((item, ..), width)| (item, width.max(0.5))).collect() }
        })
        .collect()
}
