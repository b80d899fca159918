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
/// So far beside a stroke less than such a part is ink, on one side at least.
const AWAY: u32 = 3;
const BESIDE: f64 = 0.4;
/// Strokes at most: more is no table.
const MOST: usize = 5_000;

/// The rulings of a picture.
pub(crate) struct Rulings {
    pub(crate) across: Vec<Stroke>,
    pub(crate) down: Vec<Stroke>,
    /// Filled areas, as the heads of tables are; their edges are rulings too.
    pub(crate) filled: Vec<Stroke>,
}

impl Rulings {
    /// Finds them.
    pub(crate) fn of(gray: &GrayImage, is_ink: impl Fn(u8) -> bool) -> Self {
        let (mut across, filled) = strokes(gray, &is_ink);
        // Rulings that run into a filled area would be taken for a part of it.
        let mut cleared = gray.clone();
        let paper = if is_ink(u8::MAX) { 0 } else { u8::MAX };
        let samples: &mut [u8] = &mut cleared;
        for area in &filled {
            for y in area.top..area.bottom {
                let start = y as usize * gray.width() as usize;
                samples[start + area.left as usize..start + area.right as usize].fill(paper);
            }
        }
        // Strokes down are those across of the picture turned over its diagonal.
        let turned = pictures::turned(cleared.into(), pictures::image::metadata::Orientation::Rotate90FlipH);
        let (down, _) = strokes(&turned.into_luma8(), &is_ink);
        let swapped =
            |stroke: Stroke| Stroke { left: stroke.top, top: stroke.left, right: stroke.bottom, bottom: stroke.right };
        let mut down: Vec<Stroke> = down.into_iter().map(swapped).collect();
        for area in &filled {
            across.extend([Stroke { bottom: area.top + 1, ..*area }, Stroke { top: area.bottom - 1, ..*area }]);
            down.extend([Stroke { right: area.left + 1, ..*area }, Stroke { left: area.right - 1, ..*area }]);
        }
        Self { across, down, filled }
    }
}

/// Strokes that run across, and what is as long and thicker.
fn strokes(gray: &GrayImage, is_ink: &impl Fn(u8) -> bool) -> (Vec<Stroke>, Vec<Stroke>) {
    let least = (gray.width().max(gray.height()) / SHARE).max(SHORTEST);
    let mut done: Vec<Stroke> = Vec::new();
    let mut open: Vec<Stroke> = Vec::new();
    for (y, row) in gray.chunks_exact(gray.width().max(1) as usize).enumerate() {
        let y = y as u32;
        let runs = runs(row, is_ink, least);
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
    let is_thin = |stroke: &Stroke| stroke.bottom - stroke.top <= THICKEST;
    let (thin, filled): (Vec<Stroke>, Vec<Stroke>) = done.into_iter().partition(is_thin);
    (thin.into_iter().filter(|stroke| stands_apart(gray, stroke, is_ink)).collect(), filled)
}

/// Whether there is paper above a stroke or below it: what lies between light letters on a dark ground is no ruling.
fn stands_apart(gray: &GrayImage, stroke: &Stroke, is_ink: &impl Fn(u8) -> bool) -> bool {
    let is_paper = |y: Option<u32>| {
        let Some(y) = y.filter(|y| *y < gray.height()) else { return true };
        let inked = (stroke.left..stroke.right).filter(|x| is_ink(gray.get_pixel(*x, y)[0])).count();
        (inked as f64) < BESIDE * f64::from(stroke.right - stroke.left)
    };
    is_paper(stroke.top.checked_sub(AWAY)) || is_paper(Some(stroke.bottom - 1 + AWAY))
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
        let found = Rulings::of(&gray, |value| value < 128);
        assert_eq!(found.across, [Stroke { left: 20, top: 50, right: 280, bottom: 53 }]);
        assert_eq!(found.down, [Stroke { left: 150, top: 50, right: 152, bottom: 180 }]);
        assert!(found.filled.is_empty());
    }

    #[test]
    fn a_filled_area_has_edges_and_no_rulings_between_its_letters() {
        let gray = GrayImage::from_fn(300, 200, |x, y| {
            let filled = (20..280).contains(&x) && (50..100).contains(&y);
            let light_letter = (60..160).contains(&x) && x % 20 < 12 && (60..85).contains(&y);
            let below = (200..203).contains(&x) && (100..180).contains(&y);
            [if filled && !light_letter || below { 60 } else { 255 }].into()
        });
        let area = Stroke { left: 20, top: 50, right: 280, bottom: 100 };
        let found = Rulings::of(&gray, |value| value < 128);
        assert_eq!(found.filled, [area]);
        assert_eq!(found.across, [Stroke { bottom: 51, ..area }, Stroke { top: 99, ..area }]);
        let below = Stroke { left: 200, top: 100, right: 203, bottom: 180 };
        assert_eq!(found.down, [below, Stroke { right: 21, ..area }, Stroke { left: 279, ..area }]);
    }
}
