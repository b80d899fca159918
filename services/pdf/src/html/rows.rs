//! Tables as rows of cells: groups, rows and cells, and what stands between them without being one.

use std::rc::Rc;

use super::boxes::{Builder, Bx, Content, Flow, Passed, Row, TableCell};
use super::dom::{Kind, NodeId};
use super::style::{Display, Style};
use super::value::Length;

/// Columns that `<col>` may speak of.
const MAX_SPAN: usize = 1_000;

impl Builder<'_> {
    /// A table: its caption is a block before it.
    pub(super) fn table(&mut self, id: NodeId, style: &Rc<Style>, passed: &Passed) -> Content {
        let children = self.dom.nodes[id].children.clone();
        let mut rows = self.rows(&children, style, passed);
        super::table::ask(&mut rows, &self.columns(&children, style));
        Content::Table(rows)
    }

    /// Widths that `<col>` and `<colgroup>` ask for, column by column.
    fn columns(&self, parts: &[NodeId], around: &Style) -> Vec<Length> {
        let mut found = Vec::new();
        for &part in parts {
            let Some(element) = self.dom.element(part).filter(|one| matches!(one.tag(), "col" | "colgroup")) else {
                continue;
            };
            let Some(style) = self.cascade.style(self.dom, part, around, None) else { continue };
            let children = &self.dom.nodes[part].children;
            let holds = element.tag() == "colgroup"
                && children.iter().any(|child| self.dom.element(*child).is_some_and(|one| one.tag() == "col"));
            if holds {
                found.extend(self.columns(children, &style));
            } else {
                let span = element.attribute("span").and_then(|span| span.trim().parse().ok()).unwrap_or(1);
                found.extend(std::iter::repeat_n(style.width, std::cmp::min(span, MAX_SPAN)));
            }
            found.truncate(MAX_SPAN);
        }
        found
    }

    /// Rows of parts of a table: groups, rows, cells, and what is none of these.
    pub(super) fn rows(&mut self, parts: &[NodeId], table: &Rc<Style>, passed: &Passed) -> Vec<Row> {
        let mut heads = Vec::new();
        let mut bodies = Vec::new();
        let mut feet = Vec::new();
        let mut captions = Vec::new();
        let mut loose: Vec<NodeId> = Vec::new();
        for &part in parts {
            let style = match self.dom.element(part) {
                Some(_) => self.cascade.style(self.dom, part, table, None),
                None => None,
            };
            let Some(style) = style else {
                let text = matches!(&self.dom.nodes[part].kind, Kind::Text(text) if !text.trim().is_empty());
                if text {
                    loose.push(part);
                }
                continue;
            };
            let style = Rc::new(style);
            match style.display {
                Display::None => {}
                Display::RowGroup | Display::HeadGroup | Display::FootGroup => {
                    self.loose_row(&mut loose, table, &mut bodies, passed);
                    let children = self.dom.nodes[part].children.clone();
                    let mut rows = self.rows(&children, &style, passed);
                    for row in &mut rows {
                        if row.style.ground.alpha == 0.0 && style.ground.alpha > 0.0 {
                            Rc::make_mut(&mut row.style).ground = style.ground;
                        }
                    }
                    // The border of a group is that of its first and last row, where borders are shared.
                    let last = rows.len().saturating_sub(1);
                    for (at, side) in [(0, 0), (last, 2)] {
                        if let Some(row) = rows.get_mut(at)
                            && table.collapse
                            && style.edge(side) > 0.0
                            && row.style.edge(side) == 0.0
                        {
                            Rc::make_mut(&mut row.style).border[side] = style.border[side];
                        }
                    }
                    match style.display {
                        Display::HeadGroup => {
                            for row in &mut rows {
                                row.head = true;
                            }
                            heads.extend(rows);
                        }
                        Display::FootGroup => feet.extend(rows),
                        _ => bodies.extend(rows),
                    }
                }
                Display::Row => {
                    self.loose_row(&mut loose, table, &mut bodies, passed);
                    let children = self.dom.nodes[part].children.clone();
                    let cells = self.cells(&children, &style, passed);
                    bodies.push(Row { style, cells, head: false });
                }
                Display::Caption => {
                    self.loose_row(&mut loose, table, &mut bodies, passed);
                    let bx = self.container(part, style.clone(), passed);
                    let below = style.caption_below;
                    let cells = vec![TableCell { bx, columns: super::table::CAPTION, rows: 1 }];
                    let caption = Row { style, cells, head: false };
                    if below { captions.push(caption) } else { heads.push(caption) }
                }
                _ => loose.push(part),
            }
        }
        self.loose_row(&mut loose, table, &mut bodies, passed);
        heads.into_iter().chain(bodies).chain(feet).chain(captions).collect()
    }

    /// What is in a table and in no row gets a row.
    fn loose_row(&mut self, loose: &mut Vec<NodeId>, table: &Rc<Style>, rows: &mut Vec<Row>, passed: &Passed) {
        if loose.is_empty() {
            return;
        }
        let parts = std::mem::take(loose);
        let mut style = table.child();
        style.display = Display::Row;
        let style = Rc::new(style);
        let cells = self.cells(&parts, &style, passed);
        rows.push(Row { style, cells, head: false });
    }

    /// The cells of a row; what is none of them gets a cell together with its neighbors.
    fn cells(&mut self, parts: &[NodeId], row: &Rc<Style>, passed: &Passed) -> Vec<TableCell> {
        let mut cells = Vec::new();
        let mut loose = Flow::default();
        let mut cell_style = row.child();
        cell_style.display = Display::Cell;
        let cell_style = Rc::new(cell_style);
        let flush = |builder: &mut Self, loose: &mut Flow, cells: &mut Vec<TableCell>| {
            let mut flow = std::mem::take(loose);
            builder.close(&mut flow, &cell_style, passed);
            builder.close_lines(&mut flow, &cell_style);
            if !flow.blocks.is_empty() {
                let bx = Bx::new(cell_style.clone(), Content::Blocks(flow.blocks));
                cells.push(TableCell { bx, columns: 1, rows: 1 });
            }
        };
        for &part in parts {
            let style = self.dom.element(part).and_then(|_| self.cascade.style(self.dom, part, row, None));
            match style {
                Some(style) if style.display == Display::Cell => {
                    flush(self, &mut loose, &mut cells);
                    let span = |name: &str| {
                        let text = self.dom.element(part).and_then(|element| element.attribute(name));
                        text.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, 1000)
                    };
                    let (columns, rows) = (span("colspan"), span("rowspan"));
                    let bx = self.container(part, Rc::new(style), passed);
                    cells.push(TableCell { bx, columns, rows });
                }
                Some(style) if style.display == Display::None => {}
                _ => self.add(part, row, &mut loose, passed),
            }
        }
        flush(self, &mut loose, &mut cells);
        cells
    }
}
