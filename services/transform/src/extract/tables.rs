//! Tables of a page as rows: cells that span several rows or columns are repeated, the head names the columns.

use std::collections::HashMap;

use schemars::JsonSchema;
use scraper::{ElementRef, Html, Selector};
use serde::Serialize;

use super::page::text_of;
use crate::tree::{Object, Tree};

/// Tables at most.
const MAX_TABLES: usize = 1_000;
/// Cells of all tables, those that spanning ones stand for among them.
const MAX_CELLS: usize = 1_000_000;
/// Columns of a table.
const MAX_COLUMNS: usize = 1_000;

/// A table of a page.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Caption; null without one.
    pub caption: Option<String>,
    /// Names of the columns; `column1` and so on where there is no head.
    pub columns: Vec<String>,
    /// Rows, each an object of texts by column.
    pub rows: Vec<Tree>,
}

/// A cell where it stands.
#[derive(Clone)]
struct Cell {
    text: String,
    head: bool,
}

/// All tables of a page, those inside others after these.
pub(super) fn all(html: &Html) -> Vec<Table> {
    let Ok(selector) = Selector::parse("table") else { return Vec::new() };
    let mut left = MAX_CELLS;
    html.select(&selector).take(MAX_TABLES).map(|table| of(table, &mut left)).collect()
}

fn is(element: ElementRef<'_>, names: &[&str]) -> bool {
    names.contains(&element.value().name())
}

/// The rows of a table, not those of tables inside it, and whether each stands in the head.
fn rows(table: ElementRef<'_>) -> Vec<(ElementRef<'_>, bool)> {
    let mut rows = Vec::new();
    for child in table.child_elements() {
        match child.value().name() {
            "tr" => rows.push((child, false)),
            "thead" | "tbody" | "tfoot" => {
                let head = is(child, &["thead"]);
                rows.extend(child.child_elements().filter(|row| is(*row, &["tr"])).map(|row| (row, head)));
            }
            _ => {}
        }
    }
    rows
}

fn of(table: ElementRef<'_>, left: &mut usize) -> Table {
    let caption = table.child_elements().find(|child| is(*child, &["caption"])).map(text_of);
    let mut grid: Vec<Vec<Cell>> = Vec::new();
    let mut heads = 0;
    // Cells that reach into rows below, by column: how many rows more.
    let mut spanning: HashMap<usize, (usize, Cell)> = HashMap::new();
    for (row, in_head) in rows(table) {
        let mut line: Vec<Cell> = Vec::new();
        let above = |line: &mut Vec<Cell>, spanning: &mut HashMap<usize, (usize, Cell)>| {
            while let Some((rows, cell)) = spanning.remove(&line.len()) {
                if rows > 1 {
                    spanning.insert(line.len(), (rows - 1, cell.clone()));
                }
                line.push(cell);
            }
        };
        for element in row.child_elements().filter(|cell| is(*cell, &["td", "th"])) {
            above(&mut line, &mut spanning);
            let span = |name: &str, most: usize| {
                element.attr(name).and_then(|span| span.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, most)
            };
            let cell = Cell { text: text_of(element), head: is(element, &["th"]) };
            let rows = span("rowspan", 65_534);
            for _ in 0..span("colspan", MAX_COLUMNS) {
                if line.len() >= MAX_COLUMNS || *left == 0 {
                    break;
                }
                *left -= 1;
                if rows > 1 {
                    spanning.insert(line.len(), (rows - 1, cell.clone()));
                }
                line.push(cell.clone());
            }
        }
        above(&mut line, &mut spanning);
        if line.is_empty() {
            continue;
        }
        // The head is what stands in <thead>, or a first row of <th> alone.
        let first = grid.is_empty() && line.iter().all(|cell| cell.head);
        if in_head || first {
            heads = grid.len() + 1;
        }
        grid.push(line);
    }
    let width = grid.iter().map(Vec::len).max().unwrap_or(0);
    let columns = columns(&grid[..heads], width);
    let rows = grid[heads..].iter().map(|line| {
        let cells = columns
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), line.get(at).map(|cell| cell.text.clone()).into()));
        Tree::from(cells.collect::<Object<Tree>>())
    });
    Table { caption, rows: rows.collect(), columns }
}

/// The names of columns: those of all rows of the head, one after the other, each name once.
fn columns(heads: &[Vec<Cell>], width: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(width);
    let mut known: HashMap<String, usize> = HashMap::new();
    for at in 0..width {
        let mut parts: Vec<&str> = Vec::new();
        for text in heads.iter().filter_map(|line| line.get(at)).map(|cell| cell.text.as_str()) {
            if !text.is_empty() && parts.last() != Some(&text) {
                parts.push(text);
            }
        }
        let name = if parts.is_empty() { format!("column{}", at + 1) } else { parts.join(" ") };
        let times = known.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
        names.push(if *times == 1 { name } else { format!("{name} {times}") });
    }
    names
}
