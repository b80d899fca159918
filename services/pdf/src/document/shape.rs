//! A page turned, cropped, and brought to another size.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::tree::{PageBox, crop_box, entry, real, resolve, rotation};

/// Distances from the sides of a page as it is shown, in points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides {
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
    pub(crate) left: f64,
}

/// Boxes within the paper, which follow its crop.
const INNER: [&[u8]; 3] = [b"BleedBox", b"TrimBox", b"ArtBox"];
/// Entries of annotations that are places on the page: x, y, x, y ..
const PLACES: [&[u8]; 5] = [b"Rect", b"QuadPoints", b"Vertices", b"L", b"CL"];

/// Turns a page clockwise, by 90, 180 or 270 degrees more.
pub(crate) fn turn(pdf: &mut Document, page: ObjectId, degrees: u16) {
    let Ok(dictionary) = pdf.get_dictionary(page) else { return };
    let turned = (rotation(pdf, dictionary) + degrees) % 360;
    if let Ok(dictionary) = pdf.get_dictionary_mut(page) {
        dictionary.set("Rotate", i64::from(turned));
    }
}

/// Cuts from the sides of a page as it is shown. Nothing when nothing would be left.
pub(crate) fn crop(pdf: &mut Document, page: ObjectId, sides: Sides) -> Option<()> {
    let dictionary = pdf.get_dictionary(page).ok()?;
    let Sides { top, right, bottom, left } = sides;
    // What is left when it is shown, is below when it lies on its side.
    let (top, right, bottom, left) = match rotation(pdf, dictionary) {
        90 => (right, bottom, left, top),
        180 => (bottom, left, top, right),
        270 => (left, top, right, bottom),
        _ => (top, right, bottom, left),
    };
    let shown = crop_box(pdf, dictionary);
    let cropped = PageBox {
        left: shown.left + left,
        bottom: shown.bottom + bottom,
        right: shown.right - right,
        top: shown.top - top,
    };
    if cropped.width() < 1.0 || cropped.height() < 1.0 {
        return None;
    }
    let dictionary = pdf.get_dictionary_mut(page).ok()?;
    dictionary.set("CropBox", cropped.to_object());
    for key in INNER {
        dictionary.remove(key);
    }
    Some(())
}

/// Brings a page to paper of a size, its content and annotations scaled to fit within a margin. Paper lies as the page does.
/// Nothing when the margin leaves no room.
pub(crate) fn scale(pdf: &mut Document, page: ObjectId, (across, down): (f64, f64), margin: f64) -> Option<()> {
    let dictionary = pdf.get_dictionary(page).ok()?;
    let shown = crop_box(pdf, dictionary);
    // In the page's own coordinates, where its rotation has not happened yet; the paper lies as the content does.
    let (short, long) = (across.min(down), across.max(down));
    let (width, height) = if shown.width() > shown.height() { (long, short) } else { (short, long) };
    let room = (width - 2.0 * margin, height - 2.0 * margin);
    if room.0 < 1.0 || room.1 < 1.0 {
        return None;
    }
    let factor = (room.0 / shown.width()).min(room.1 / shown.height());
    let x = (width - factor * shown.width()) / 2.0 - factor * shown.left;
    let y = (height - factor * shown.height()) / 2.0 - factor * shown.bottom;
    let clip = format!("{} {} {} {} re W n", shown.left, shown.bottom, shown.width(), shown.height());
    wrap(pdf, page, &format!("q {factor} 0 0 {factor} {x} {y} cm {clip}\n"), "\nQ\n");
    move_annotations(pdf, page, factor, (x, y));
    let dictionary = pdf.get_dictionary_mut(page).ok()?;
    let paper = PageBox { left: 0.0, bottom: 0.0, right: width, top: height };
    dictionary.set("MediaBox", paper.to_object());
    dictionary.remove(b"CropBox");
    dictionary.remove(b"UserUnit");
    for key in INNER {
        dictionary.remove(key);
    }
    Some(())
}

/// Puts operators before and after the content of a page. The content itself is saved and restored around, so that what it
/// leaves open does no harm.
pub(crate) fn wrap(pdf: &mut Document, page: ObjectId, before: &str, after: &str) {
    let Ok(dictionary) = pdf.get_dictionary(page) else { return };
    let contents = match dictionary.get(b"Contents") {
        Ok(Object::Reference(id)) => match pdf.objects.get(id) {
            Some(Object::Array(parts)) => parts.clone(),
            _ => vec![Object::Reference(*id)],
        },
        Ok(Object::Array(parts)) => parts.clone(),
        _ => Vec::new(),
    };
    let before = pdf.add_object(Stream::new(Dictionary::new(), before.as_bytes().to_vec()));
    let after = pdf.add_object(Stream::new(Dictionary::new(), after.as_bytes().to_vec()));
    let all: Vec<Object> =
        std::iter::once(Object::Reference(before)).chain(contents).chain([Object::Reference(after)]).collect();
    if let Ok(dictionary) = pdf.get_dictionary_mut(page) {
        dictionary.set("Contents", all);
    }
}

fn move_annotations(pdf: &mut Document, page: ObjectId, factor: f64, (x, y): (f64, f64)) {
    let Ok(dictionary) = pdf.get_dictionary(page) else { return };
    let annotations = entry(pdf, dictionary, b"Annots").and_then(|list| list.as_array().ok());
    let annotations: Vec<ObjectId> =
        annotations.into_iter().flatten().filter_map(|annotation| annotation.as_reference().ok()).collect();
    for id in annotations {
        let Ok(annotation) = pdf.get_dictionary(id) else { continue };
        let moved: Vec<(&[u8], Object)> = PLACES
            .iter()
            .filter_map(|key| {
                let numbers = entry(pdf, annotation, key)?.as_array().ok()?;
                let moved = numbers.iter().enumerate().map(|(index, number)| {
                    let value = real(resolve(pdf, number)).unwrap_or(0.0);
                    super::tree::number(factor * value + if index % 2 == 0 { x } else { y })
                });
                Some((*key, Object::Array(moved.collect())))
            })
            .collect();
        if let Ok(annotation) = pdf.get_dictionary_mut(id) {
            for (key, value) in moved {
                annotation.set(key, value);
            }
        }
    }
}
