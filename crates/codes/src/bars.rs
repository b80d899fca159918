//! Linear barcodes in a picture, scanned line by line.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pictures::image::GrayImage;
use rxing::common::{BitArray, GlobalHistogramBinarizer};
use rxing::oned::{MultiFormatOneDReader, OneDReader};
use rxing::{BarcodeFormat, Binarizer, DecodeHints, Luma8LuminanceSource};

use crate::scan::{Scan, Seen};

/// Codes on one line at most.
const ON_A_LINE: usize = 8;

/// A code, and the lines that say it.
struct Bars {
    code: Seen,
    left: f32,
    right: f32,
    top: u32,
    bottom: u32,
    lines: u32,
}

/// How a line of brightness becomes one of bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edges {
    /// By one threshold for the line, after some sharpening: what rxing does.
    Threshold,
    /// Halfway between each brightest and the next darkest, in quarters of a pixel: for blur and uneven light.
    Halfway,
}

/// How many lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Some around the middle.
    Middle,
    /// About 130 of all.
    Many,
    /// About 260 of all, with their edges placed in both ways.
    Every,
}

/// The bars that stand upright in a picture.
pub(crate) fn read(view: &GrayImage, effort: Effort, hints: &DecodeHints, search: &Scan<'_>) -> Vec<Seen> {
    let ways: &[Edges] = match effort {
        Effort::Every => &[Edges::Threshold, Edges::Halfway],
        Effort::Middle | Effort::Many => &[Edges::Threshold],
    };
    let mut bars = Vec::new();
    for &edges in ways {
        // A reader that fails in its own way has found nothing.
        let _ = catch_unwind(AssertUnwindSafe(|| lines(view, edges, effort, hints, search, &mut bars)));
    }
    bars.retain(|bars| bars.lines >= needed(bars.code.format).min(view.height()));
    // What overlaps is one code, and all but one reading of it wrong: the one that says most, most often, is believed.
    bars.sort_by_key(|bars| std::cmp::Reverse(bars.weight()));
    let mut believed: Vec<Bars> = Vec::new();
    for one in bars {
        if !believed.iter().any(|other| other.overlaps(&one)) {
            believed.push(one);
        }
    }
    believed.into_iter().map(Bars::finish).collect()
}

fn lines(
    view: &GrayImage,
    edges: Edges,
    effort: Effort,
    hints: &DecodeHints,
    search: &Scan<'_>,
    bars: &mut Vec<Bars>,
) -> Option<()> {
    let (width, height) = view.dimensions();
    let source = Luma8LuminanceSource::new(view.as_raw().clone(), width, height).ok()?;
    let binarizer = GlobalHistogramBinarizer::new(source);
    let mut reader = MultiFormatOneDReader::new(hints);
    let (step, count) = match effort {
        Effort::Middle => ((height >> 5).max(1), 15),
        Effort::Many => ((height >> 7).max(1), height),
        Effort::Every => ((height >> 8).max(1), height),
    };
    for index in 0..count {
        // From the middle outwards, above and below in turn.
        let away = i64::from(index.div_ceil(2) * step);
        let row = i64::from(height / 2) + if index % 2 == 0 { away } else { -away };
        let Some(row) = u32::try_from(row).ok().filter(|&row| row < height) else { break };
        if (search.cancelled)() {
            break;
        }
        let mut line = match edges {
            Edges::Threshold => match binarizer.get_black_row(row as usize) {
                Ok(line) => line.into_owned(),
                Err(_) => continue,
            },
            Edges::Halfway => halfway(view, row),
        };
        if changes(&line) < CHANGES {
            continue;
        }
        let fine = line.get_size() as f32 / width as f32;
        for backwards in [false, true] {
            if backwards {
                line.reverse();
            }
            let mut last = String::new();
            for _ in 0..ON_A_LINE {
                let Ok(result) = reader.decode_row(row, &line, hints) else { break };
                // Of DataBar only a part was taken off the line.
                if last == result.getText() {
                    break;
                }
                result.getText().clone_into(&mut last);
                let mut ends: Vec<f32> = result.getPoints().iter().map(|point| point.x).collect();
                ends.sort_by(f32::total_cmp);
                let (Some(&from), Some(&to)) = (ends.first(), ends.last()) else { break };
                let (left, right) = (from / fine, to / fine);
                let sides = if backwards { (width as f32 - right, width as f32 - left) } else { (left, right) };
                note(bars, Seen::of(&result), sides, row);
                if !search.multiple {
                    break;
                }
                clear(&mut line, from, to);
            }
        }
    }
    Some(())
}

/// The fewest edges of any code.
const CHANGES: usize = 20;

fn changes(line: &BitArray) -> usize {
    (1..line.get_size()).filter(|&at| line.get(at) != line.get(at - 1)).count()
}

/// Steps of a pixel in which edges are placed.
const STEPS: f32 = 4.0;

/// A line as bars whose edges are halfway between the extremes on both sides.
fn halfway(view: &GrayImage, row: u32) -> BitArray {
    let (width, height) = view.dimensions();
    // Three lines together have less noise than one.
    let near = [row.saturating_sub(1), row, (row + 1).min(height - 1)];
    let line: Vec<f32> =
        (0..width).map(|x| near.iter().map(|&y| f32::from(view.get_pixel(x, y)[0])).sum::<f32>() / 3.0).collect();
    let (low, high) = line.iter().fold((255.0_f32, 0.0_f32), |(low, high), &value| (low.min(value), high.max(value)));
    let contrast = ((high - low) * CONTRAST).max(4.0);
    let extremes = extremes(&line, contrast);
    let mut bars = BitArray::with_size((width as f32 * STEPS) as usize);
    for pair in extremes.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let middle = (line[from] + line[to]) / 2.0;
        let falls = line[from] > line[to];
        for step in (from as f32 * STEPS) as usize..(to as f32 * STEPS) as usize {
            let at = step as f32 / STEPS;
            let (left, part) = (at as usize, at.fract());
            let value = line[left] + (line[left + 1] - line[left]) * part;
            // Between two extremes the line goes one way only, but for what is no contrast.
            let dark = if (value - middle).abs() < f32::EPSILON { falls } else { value < middle };
            if dark {
                bars.set(step);
            }
        }
    }
    bars
}

/// How much of the whole range of a line a change must be to count.
const CONTRAST: f32 = 0.08;

/// Where a line is brightest and darkest, in turn: each differs from the next by this contrast at least.
fn extremes(line: &[f32], contrast: f32) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut lowest, mut highest) = (0, 0);
    let mut rising = None;
    for (at, &value) in line.iter().enumerate() {
        if value < line[lowest] {
            lowest = at;
        }
        if value > line[highest] {
            highest = at;
        }
        if rising != Some(false) && value < line[highest] - contrast {
            found.push(highest);
            (rising, lowest) = (Some(false), at);
        } else if rising != Some(true) && value > line[lowest] + contrast {
            found.push(lowest);
            (rising, highest) = (Some(true), at);
        }
    }
    found
}

/// Lines that must say the same before it is believed. Short codes are seen in what is none, and the parts of DataBar are
/// put together from several lines.
fn needed(format: BarcodeFormat) -> u32 {
    match format {
        BarcodeFormat::EAN_8 | BarcodeFormat::UPC_E => 4,
        BarcodeFormat::RSS_14 | BarcodeFormat::RSS_EXPANDED => 6,
        _ => 2,
    }
}

fn note(bars: &mut Vec<Bars>, code: Seen, (left, right): (f32, f32), row: u32) {
    let same = |bars: &&mut Bars| {
        bars.code.format == code.format && bars.code.text == code.text && bars.left <= right && left <= bars.right
    };
    match bars.iter_mut().find(same) {
        Some(known) => {
            (known.top, known.bottom) = (known.top.min(row), known.bottom.max(row));
            (known.left, known.right) = (known.left.min(left), known.right.max(right));
            known.lines += 1;
            known.code.extension = known.code.extension.take().or(code.extension);
        }
        None => bars.push(Bars { code, left, right, top: row, bottom: row, lines: 1 }),
    }
}

/// Takes a code off a line.
fn clear(line: &mut BitArray, from: f32, to: f32) {
    let (from, to) = (from.max(0.0) as usize, (to.max(0.0) as usize + 1).min(line.get_size()));
    for at in from..to {
        line.unset(at);
    }
}

impl Bars {
    fn weight(&self) -> usize {
        self.lines as usize * self.code.text.len()
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top <= other.bottom && other.top <= self.bottom
    }

    fn finish(self) -> Seen {
        let (top, bottom) = (self.top as f32, self.bottom as f32 + 1.0);
        let corners = vec![(self.left, top), (self.right, top), (self.right, bottom), (self.left, bottom)];
        Seen { corners, ..self.code }
    }
}
