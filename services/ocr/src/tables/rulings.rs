//! Long straight strokes of a picture: the rulings of tables.

use pictures::image::GrayImage;

/// A stroke: a rectangle, from its left and top edge to, and without, its right and bottom edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
}

/// A stroke is at least so long: a part of the longer side of the picture, and no shorter than some letters.
const SHARE: u32 = 40;
const SHORTEST: u32 = 40;
/// Gaps that do not end a stroke.
const GAP: u32 = 3;
/// A stroke is at most so thick.
const THICKEST: u32 = 20;
/// Strokes at most: more is no table.
const MOST: usize = 5_000;

/// Strokes that run across, and filled areas, whose upper and lower edges are strokes too; those down are the strokes across of
/// the picture turned over its diagonal.
pub(crate) fn across(gray: &GrayImage, is_ink: impl Fn(u8) -> bool) -> (Vec<Stroke>, Vec<Stroke>) {
    let least = (gray.width().max(gray.height()) / SHARE).max(SHORTEST);
    let mut done: Vec<Stroke> = Vec::new();
    let mut open: Vec<Stroke> = Vec::new();
    for (y, row) in gray.chunks_exact(gray.width().max(1) as usize).enumerate() {
        let y = y as u32;
        let runs = runs(row, &is_ink, least);
        // Strokes that ended some rows above are done.
        let (ended, going): (Vec<Stroke>, Vec<Stroke>) = open.into_iter().partition(|stroke| stroke.bottom + 1 < y);
        done.extend(ended);
        open = going;
        for (left, right) in runs {
            let touches = |stroke: &&mut Stroke| stroke.left < right + GAP && left < stroke.right + GAP;
            match open.iter_mut().find(touches) {
                Some(stroke) => {
                    stroke.left = stroke.left.min(left);
                    stroke.right = stroke.right.max(right);
                    stroke.bottom = y + 1;
                }
                None => open.push(Stroke { left, top: y, right, bottom: y + 1 }),
            }
        }
        if done.len() > MOST {
            return (Vec::new(), Vec::new());
        }
    }
    done.extend(open);
    done.retain(|stroke| stroke.right - stroke.left >= least);
    let (mut strokes, filled): (Vec<Stroke>, Vec<Stroke>) =
        done.into_iter().partition(|stroke| stroke.bottom - stroke.top <= THICKEST);
    for area in &filled {
        strokes.push(Stroke { bottom: area.top + 1, ..*area });
        strokes.push(Stroke { top: area.bottom - 1, ..*area });
    }
    (strokes, filled)
}

/// Strokes that run down.
pub(crate) fn down(gray: &GrayImage, is_ink: impl Fn(u8) -> bool) -> Vec<Stroke> {
    let turned = pictures::turned(gray.clone().into(), pictures::image::metadata::Orientation::Rotate90FlipH);
    let (strokes, _) = across(&turned.into_luma8(), is_ink);
    let swapped =
        |stroke: Stroke| Stroke { left: stroke.top, top: stroke.left, right: stroke.bottom, bottom: stroke.right };
    strokes.into_iter().map(swapped).collect()
}

/// Long pieces of ink in a row, small gaps included.
fn runs(row: &[u8], is_ink: impl Fn(u8) -> bool, least: u32) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut run: Option<(u32, u32)> = None;
    for (x, value) in row.iter().enumerate() {
        let x = x as u32;
        if is_ink(*value) {
            run = match run {
                Some((start, end)) if x <= end + GAP => Some((start, x + 1)),
                Some((start, end)) => {
                    found.extend((end - start >= least).then_some((start, end)));
                    Some((x, x + 1))
                }
                None => Some((x, x + 1)),
            };
        }
    }
    found.extend(run.filter(|(start, end)| end - start >= least));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_are_found_and_letters_are_not() {
        let gray = GrayImage::from_fn(300, 200, |x, y| {
            let across = (50..53).contains(&y) && (20..280).contains(&x) && x != 100;
            let down = (150..152).contains(&x) && (50..180).contains(&y);
            let letter = (10..30).contains(&y) && (30..40).contains(&x);
            [if across || down || letter { 0 } else { 255 }].into()
        });
        let ruling = Stroke { left: 20, top: 50, right: 280, bottom: 53 };
        assert_eq!(across(&gray, |value| value < 128), (vec![ruling], vec![]));
        assert_eq!(down(&gray, |value| value < 128), [Stroke { left: 150, top: 50, right: 152, bottom: 180 }]);
    }

    #[test]
    fn a_filled_area_has_edges() {
        let gray = GrayImage::from_fn(300, 200, |x, y| {
            let filled = (20..280).contains(&x) && (50..100).contains(&y);
            let light_letter = (60..80).contains(&x) && (60..85).contains(&y);
            [if filled && !light_letter { 60 } else { 255 }].into()
        });
        let area = Stroke { left: 20, top: 50, right: 280, bottom: 100 };
        let (strokes, filled) = across(&gray, |value| value < 128);
        assert_eq!(filled, [area]);
        assert_eq!(strokes, [Stroke { bottom: 51, ..area }, Stroke { top: 99, ..area }]);
    }
}
