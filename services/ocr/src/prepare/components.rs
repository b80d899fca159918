//! Connected parts of the ink: letters, specks.

use pictures::image::GrayImage;

/// A connected part: its box, from its left and top edge to, and without, its right and bottom edge, and its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    pub(crate) pixels: u32,
}

impl Component {
    pub(crate) fn width(&self) -> u32 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> u32 {
        self.bottom - self.top
    }
}

/// Parts at most: more is noise, and no text.
const MOST: usize = 2_000_000;

/// A piece of a row that is ink.
#[derive(Clone, Copy)]
struct Run {
    start: u32,
    end: u32,
    label: u32,
}

/// The connected parts of what is ink, corners touching; nothing when there are too many.
pub(crate) fn components(gray: &GrayImage, is_ink: impl Fn(u8) -> bool) -> Option<Vec<Component>> {
    let mut parts: Vec<Component> = Vec::new();
    let mut parents: Vec<u32> = Vec::new();
    let (mut above, mut here): (Vec<Run>, Vec<Run>) = (Vec::new(), Vec::new());
    for (y, row) in gray.chunks_exact(gray.width().max(1) as usize).enumerate() {
        here.clear();
        let y = y as u32;
        let mut first = 0;
        let mut x = 0;
        while let Some(start) = row[x..].iter().position(|value| is_ink(*value)).map(|at| at + x) {
            let end = row[start..].iter().position(|value| !is_ink(*value)).map_or(row.len(), |at| at + start);
            x = end;
            let (start, end) = (start as u32, end as u32);
            while first < above.len() && above[first].end < start {
                first += 1;
            }
            let mut label = None;
            for run in above[first..].iter().take_while(|run| run.start <= end) {
                let root = root(&mut parents, run.label);
                label = Some(match label {
                    None => root,
                    Some(label) => joined(&mut parts, &mut parents, label, root),
                });
            }
            let label = label.unwrap_or_else(|| {
                parts.push(Component { left: start, top: y, right: end, bottom: y + 1, pixels: 0 });
                parents.push(parents.len() as u32);
                parents.len() as u32 - 1
            });
            let part = &mut parts[label as usize];
            part.left = part.left.min(start);
            part.right = part.right.max(end);
            part.bottom = y + 1;
            part.pixels += end - start;
            here.push(Run { start, end, label });
        }
        if parts.len() > MOST {
            return None;
        }
        std::mem::swap(&mut above, &mut here);
    }
    let roots = parents.iter().enumerate().map(|(at, parent)| at as u32 == *parent);
    Some(parts.into_iter().zip(roots).filter(|(_, is_root)| *is_root).map(|(part, _)| part).collect())
}

fn root(parents: &mut [u32], mut label: u32) -> u32 {
    while parents[label as usize] != label {
        parents[label as usize] = parents[parents[label as usize] as usize];
        label = parents[label as usize];
    }
    label
}

fn joined(parts: &mut [Component], parents: &mut [u32], one: u32, other: u32) -> u32 {
    if one == other {
        return one;
    }
    let (keep, gone) = (one.min(other), one.max(other));
    parents[gone as usize] = keep;
    let lost = parts[gone as usize];
    let part = &mut parts[keep as usize];
    part.left = part.left.min(lost.left);
    part.top = part.top.min(lost.top);
    part.right = part.right.max(lost.right);
    part.bottom = part.bottom.max(lost.bottom);
    part.pixels += lost.pixels;
    keep
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_over_corners_and_forks() {
        let picture = ["#.#..#", "#.#.#.", "###...", "......", ".#..##"];
        let gray = GrayImage::from_fn(6, 5, |x, y| {
            [if picture[y as usize].as_bytes()[x as usize] == b'#' { 0 } else { 255 }].into()
        });
        let found = components(&gray, |value| value < 128).unwrap();
        let part = |left, top, right, bottom, pixels| Component { left, top, right, bottom, pixels };
        let expected = [part(0, 0, 3, 3, 7), part(4, 0, 6, 2, 2), part(1, 4, 2, 5, 1), part(4, 4, 6, 5, 2)];
        assert_eq!(found, expected);
    }
}
