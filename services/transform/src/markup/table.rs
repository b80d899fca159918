//! A table of a page as a table of Markdown.

use std::collections::HashMap;

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

use super::inline::{Inline, Marks};
use super::markdown::Wants;
use crate::extract::text_of;

/// Columns at most; a wider table is none that anybody reads.
const MAX_COLUMNS: usize = 500;
/// Cells at most, those that spanning ones stand for among them.
const MAX_CELLS: usize = 1_000_000;

/// The caption of a table.
pub(super) fn caption(table: NodeRef<'_, Node>) -> Option<String> {
    let caption = table.children().find(|child| name(*child) == "caption")?;
    ElementRef::wrap(caption).map(text_of).filter(|text| !text.is_empty())
}

fn name(node: NodeRef<'_, Node>) -> &str {
    node.value().as_element().map_or("", scraper::node::Element::name)
}

/// The lines of a table; none for one that only places things: with one column, or another table inside.
pub(super) fn read(table: NodeRef<'_, Node>, wants: Wants<'_>) -> Option<Vec<String>> {
    let element = table.value().as_element()?;
    if element.attr("role").is_some_and(|role| matches!(role, "presentation" | "none")) {
        return None;
    }
    let inner = table.descendants().skip(1).any(|inner| matches!(name(inner), "table" | "pre" | "h1" | "h2"));
    if inner {
        return None;
    }
    let mut rows = Vec::new();
    for child in table.children() {
        match name(child) {
            "tr" => rows.push((child, false)),
            "thead" | "tbody" | "tfoot" => {
                let head = name(child) == "thead";
                rows.extend(child.children().filter(|row| name(*row) == "tr").map(|row| (row, head)));
            }
            _ => {}
        }
    }
    let mut grid: Vec<Vec<String>> = Vec::new();
    let mut align: Vec<Option<&'static str>> = Vec::new();
    // Rows that a cell above still reaches into, by column.
    let mut spanning: HashMap<usize, usize> = HashMap::new();
    let mut left = MAX_CELLS;
    for (row, _) in &rows {
        let mut line: Vec<String> = Vec::new();
        let above = |line: &mut Vec<String>, spanning: &mut HashMap<usize, usize>| {
            while let Some(rows) = spanning.remove(&line.len()) {
                if rows > 1 {
                    spanning.insert(line.len(), rows - 1);
                }
                line.push(String::new());
            }
        };
        for cell in row.children().filter(|cell| matches!(name(*cell), "td" | "th")) {
            above(&mut line, &mut spanning);
            let element = cell.value().as_element()?;
            let span = |name: &str, most: usize| {
                element.attr(name).and_then(|span| span.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, most)
            };
            let (columns, reach) = (span("colspan", MAX_COLUMNS), span("rowspan", 65_534));
            if align.len() <= line.len() {
                align.resize(line.len() + 1, None);
                align[line.len()] = alignment(element);
            }
            for number in 0..columns {
                if line.len() >= MAX_COLUMNS || left == 0 {
                    return None;
                }
                left -= 1;
                if reach > 1 {
                    spanning.insert(line.len(), reach - 1);
                }
                line.push(if number == 0 { text(cell, wants) } else { String::new() });
            }
        }
        above(&mut line, &mut spanning);
        if !line.is_empty() {
            grid.push(line);
        }
    }
    let width = grid.iter().map(Vec::len).max().unwrap_or(0);
    if width < 2 || grid.len() * width > MAX_CELLS {
        return None;
    }
    align.resize(width, None);
    let mut lines = Vec::with_capacity(grid.len() + 1);
    for (at, row) in grid.iter().enumerate() {
        let cells = (0..width).map(|column| row.get(column).map_or("", String::as_str));
        lines.push(format!(
            "|{}",
            cells.map(|cell| if cell.is_empty() { " |".to_owned() } else { format!(" {cell} |") }).collect::<String>()
        ));
        if at == 0 {
            let rule = align.iter().map(|align| format!(" {} |", align.unwrap_or("---")));
            lines.push(format!("|{}", rule.collect::<String>()));
        }
    }
    Some(lines)
}

fn alignment(cell: &scraper::node::Element) -> Option<&'static str> {
    let style = cell.attr("style").map(|style| style.replace(' ', "").to_ascii_lowercase());
    let said = |side: &str| {
        cell.attr("align").is_some_and(|align| align.eq_ignore_ascii_case(side))
            || style.as_ref().is_some_and(|style| style.contains(&format!("text-align:{side}")))
    };
    [("left", ":---"), ("right", "---:"), ("center", ":---:")]
        .into_iter()
        .find(|(side, _)| said(side))
        .map(|(_, rule)| rule)
}

/// A cell on one line; its blocks are parted by breaks.
fn text(cell: NodeRef<'_, Node>, wants: Wants<'_>) -> String {
    let mut parts = Vec::new();
    let mut run = Inline::default();
    for child in cell.children() {
        let is_block = child.value().as_element().is_some_and(|element| super::markdown::is_block(element.name()));
        if is_block {
            parts.push(std::mem::take(&mut run).cell());
            if matches!(name(child), "ul" | "ol") {
                for item in child.children().filter(|item| name(*item) == "li") {
                    let mut text = Inline::default();
                    text.node(item, wants, Marks::default(), 0);
                    parts.push(format!("- {}", text.cell()));
                }
                continue;
            }
            let mut block = Inline::default();
            block.node(child, wants, Marks::default(), 0);
            parts.push(block.cell());
        } else {
            run.node(child, wants, Marks::default(), 0);
        }
    }
    parts.push(run.cell());
    parts.retain(|part| !part.is_empty());
    parts.join("<br>")
}
