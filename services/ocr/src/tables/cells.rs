//! The text of each cell: that of the page where it has some, else its ink is cut out and read.

use std::time::Instant;

use chassis::Error;
use pictures::image::{DynamicImage, GrayImage, imageops};
use recognizer::{Bounds, Channels, Engine, Pixels, ReadOptions, Segmentation};

use super::grid::{Grid, GridCell, grids};
use super::rulings::Rulings;
use super::{Cell, Table};
use crate::error::of_engine;
use crate::page::{Page, rounded};
use crate::prepare::{Probe, Transform, filter, prepare};

/// Pixels of the rulings, and around them, that are no part of a cell.
const INSET: u32 = 5;
/// White around the ink of a cell.
const BORDER: u32 = 20;
/// Pixels of ink from which a cell is not empty.
const INK: u32 = 12;
/// Ink this much higher than letters is several lines.
const SEVERAL_LINES: f64 = 3.2;
/// In a cell there are no rulings, so what looks like one is a letter.
const NO_LETTER: &str = "|";

/// The tables of a picture, and whether all cells were read in time. `own` is the text the page has, in the same pixels.
pub(crate) fn tables(
    engine: &mut dyn Engine,
    pixels: &DynamicImage,
    number: u32,
    own: Option<&Page>,
    until: Instant,
) -> Result<(Vec<Table>, bool), Error> {
    let size = (pixels.width(), pixels.height());
    let gray = pixels.to_luma8();
    let probe = Probe::of(&gray);
    let prepared = own.is_none().then(|| prepare(&gray, &probe)).flatten();
    let (gray, place) = match prepared {
        Some(prepared) => (prepared.pixels.into_luma8(), prepared.transform),
        None => (gray, Transform::IDENTITY),
    };
    let ink = Probe::ink(&gray);
    let grids = grids(&Rulings::of(&gray, &ink));
    let mut reader = CellReader { engine, gray: &gray, ink: &ink, letters: probe.letter_height, until, complete: true };
    let mut tables = Vec::new();
    for grid in &grids {
        let (rows, columns) = (grid.rows.len() as u32 - 1, grid.columns.len() as u32 - 1);
        let mut cells = Vec::with_capacity(grid.cells.len());
        for cell in &grid.cells {
            let bounds = bounds(grid, cell);
            let (text, confidence) = match own {
                Some(own) => own_text(own, bounds),
                None => reader.read(bounds)?,
            };
            cells.push(Cell {
                row: cell.row as u32,
                column: cell.column as u32,
                row_span: cell.row_span as u32,
                column_span: cell.column_span as u32,
                text,
                confidence,
                area: place.area(bounds, size),
            });
        }
        let whole = Bounds {
            left: grid.columns[0],
            top: grid.rows[0],
            right: grid.columns[columns as usize],
            bottom: grid.rows[rows as usize],
        };
        // A drawing of lines with no text in it is no table.
        if cells.iter().any(|cell| !cell.text.is_empty()) {
            tables.push(Table::of(number, place.area(whole, size), (rows, columns), cells));
        }
    }
    Ok((tables, reader.complete))
}

fn bounds(grid: &Grid, cell: &GridCell) -> Bounds {
    Bounds {
        left: grid.columns[cell.column],
        top: grid.rows[cell.row],
        right: grid.columns[cell.column + cell.column_span],
        bottom: grid.rows[cell.row + cell.row_span],
    }
}

/// The words of a page whose middles lie in a cell.
fn own_text(own: &Page, cell: Bounds) -> (String, Option<f64>) {
    let inside = |word: &&crate::page::Word| {
        let (x, y) = (word.area.x + word.area.width / 2, word.area.y + word.area.height / 2);
        (cell.left..cell.right).contains(&x) && (cell.top..cell.bottom).contains(&y)
    };
    let lines = own
        .lines()
        .map(|line| line.words.iter().filter(inside).map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
    let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let confidence = (!text.is_empty()).then_some(1.0);
    (text, confidence)
}

struct CellReader<'a, I: Fn(u8) -> bool> {
    engine: &'a mut dyn Engine,
    gray: &'a GrayImage,
    ink: &'a I,
    /// The height of letters.
    letters: f64,
    until: Instant,
    complete: bool,
}

impl<I: Fn(u8) -> bool> CellReader<'_, I> {
    fn read(&mut self, cell: Bounds) -> Result<(String, Option<f64>), Error> {
        let is_filled = self.is_filled(cell);
        let Some(ink) = self.ink_of(cell, is_filled) else { return Ok((String::new(), None)) };
        if Instant::now() >= self.until {
            self.complete = false;
            return Ok((String::new(), None));
        }
        let (width, height) = (ink.right - ink.left, ink.bottom - ink.top);
        let mut cut = imageops::crop_imm(self.gray, ink.left, ink.top, width, height).to_image();
        // The border around it is white.
        if is_filled {
            imageops::invert(&mut cut);
        }
        let (bordered, _) = filter::bordered(&cut, BORDER);
        let several = f64::from(height) > SEVERAL_LINES * self.letters.max(8.0);
        let segmentation = if several { Segmentation::Block } else { Segmentation::Line };
        let options = ReadOptions { segmentation, characters: "", except: NO_LETTER, until: self.until };
        let picture = Pixels {
            width: bordered.width(),
            height: bordered.height(),
            channels: Channels::Gray,
            samples: bordered.as_raw(),
            resolution: None,
        };
        let reading = self.engine.read(&picture, &options).map_err(of_engine)?;
        self.complete &= reading.complete;
        let lines = reading.blocks.iter().flat_map(|block| &block.lines);
        let text =
            lines.clone().map(|line| line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
        let text = text.collect::<Vec<_>>().join("\n");
        let words: Vec<f64> = lines.flat_map(|line| &line.words).map(|word| word.confidence).collect();
        let confidence = (!words.is_empty()).then(|| rounded(words.iter().sum::<f64>() / words.len() as f64));
        Ok((text, confidence))
    }

    /// Whether most of a cell is dark: its letters are light.
    fn is_filled(&self, cell: Bounds) -> bool {
        let (mut dark, mut all) = (0u64, 0u64);
        for y in cell.top + INSET..cell.bottom.saturating_sub(INSET) {
            for x in cell.left + INSET..cell.right.saturating_sub(INSET) {
                dark += u64::from((self.ink)(self.gray.get_pixel(x, y)[0]));
                all += 1;
            }
        }
        dark * 2 > all
    }

    /// Where the ink of a cell is, without its rulings; what is not filled, of a cell that is.
    fn ink_of(&self, cell: Bounds, is_filled: bool) -> Option<Bounds> {
        let (left, top) = (cell.left + INSET, cell.top + INSET);
        let (right, bottom) = (cell.right.checked_sub(INSET)?, cell.bottom.checked_sub(INSET)?);
        let mut found: Option<Bounds> = None;
        let mut count = 0;
        for y in top..bottom {
            for x in left..right {
                if (self.ink)(self.gray.get_pixel(x, y)[0]) != is_filled {
                    count += 1;
                    found = Some(match found {
                        None => Bounds { left: x, top: y, right: x + 1, bottom: y + 1 },
                        Some(known) => Bounds {
                            left: known.left.min(x),
                            top: known.top,
                            right: known.right.max(x + 1),
                            bottom: y + 1,
                        },
                    });
                }
            }
        }
        found.filter(|_| count >= INK)
    }
}
