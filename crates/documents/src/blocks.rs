//! Lines to blocks (paragraphs, cells, headings) in reading order: a line joins the block it stands right under;
//! blocks come in the order in which they were drawn, which is the order in which nearly all writers mean them to be read.

use crate::lines::PlacedLine;
use crate::text::Block;

/// A line further than this many times its size under the last one of a block begins another.
const LEADING: f64 = 1.8;
/// Lines of sizes further apart than this ratio are not of one block.
const SAME_SIZE: f64 = 1.35;

struct Growing {
    lines: Vec<PlacedLine>,
    order: u32,
}

/// Blocks of lines that are sorted across their direction, with the place of each in the order of drawing.
pub(crate) fn blocks(lines: Vec<PlacedLine>) -> Vec<(u32, Block)> {
    let mut done: Vec<Growing> = Vec::new();
    let mut open: Vec<Growing> = Vec::new();
    for line in lines {
        let mut at = 0;
        while at < open.len() {
            let last = last(&open[at]);
            if line.across - last.across > LEADING * 2.0 * last.size.max(line.size) {
                done.push(open.swap_remove(at));
            } else {
                at += 1;
            }
        }
        let block = open
            .iter_mut()
            .filter(|block| stands_under(&line, last(block)))
            .max_by(|one, other| last(one).across.total_cmp(&last(other).across));
        match block {
            Some(block) => {
                block.order = block.order.min(line.order);
                block.lines.push(line);
            }
            None => open.push(Growing { order: line.order, lines: vec![line] }),
        }
    }
    done.append(&mut open);
    done.into_iter().map(finish).collect()
}

fn last(block: &Growing) -> &PlacedLine {
    block.lines.last().expect("a block begins with a line")
}

fn stands_under(line: &PlacedLine, above: &PlacedLine) -> bool {
    let distance = line.across - above.across;
    let size = line.size.max(above.size);
    let overlap = line.end.min(above.end) - line.start.max(above.start);
    distance > 0.3 * size
        && distance <= LEADING * size
        && size / line.size.min(above.size) <= SAME_SIZE
        && overlap > 0.0
}

fn finish(block: Growing) -> (u32, Block) {
    let lines: Vec<_> = block.lines.into_iter().map(|placed| placed.line).collect();
    let bounds = lines.iter().map(|line| line.bounds).reduce(|one, other| one.union(&other));
    (block.order, Block { bounds: bounds.expect("a block begins with a line"), lines })
}
