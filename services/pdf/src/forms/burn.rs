//! What widgets show, drawn on the page (ISO 32000-2, 12.5.5, algorithm "appearance streams"), and the form taken out.

use std::collections::HashSet;

use chassis::{Call, Error};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::appearance::{is_shown, shown};
use super::field::{Field, FieldType, annotations};
use crate::document::Opened;
use crate::document::tree::{entry, page_box, real, resolve};
use crate::page::Canvas;

/// Draws every widget of a form on its page and takes the form out; the number of fields.
pub(crate) fn burn(opened: &mut Opened, fields: &[Field], call: &Call) -> Result<usize, Error> {
    let widgets: HashSet<ObjectId> = fields.iter().flat_map(|field| field.widgets.iter().copied()).collect();
    for index in 0..opened.pages.len() {
        call.check()?;
        let page = opened.pages[index];
        let of_form: Vec<ObjectId> = annotations(&opened.pdf, page)
            .into_iter()
            .filter(|id| widgets.contains(id) || is_widget(&opened.pdf, *id))
            .collect();
        if of_form.is_empty() {
            continue;
        }
        let mut canvas = Canvas::new(&opened.pdf, page);
        for id in &of_form {
            let Ok(widget) = opened.pdf.get_dictionary(*id) else { continue };
            if !is_shown(&opened.pdf, widget) {
                continue;
            }
            let Some(drawing) = shown(&opened.pdf, widget) else { continue };
            let Some(matrix) = placement(&opened.pdf, widget, drawing) else { continue };
            canvas.draw(drawing, matrix);
        }
        canvas.finish(&mut opened.pdf, true);
        drop_annotations(&mut opened.pdf, page, &of_form.into_iter().collect());
    }
    if let Ok(catalog) = opened.pdf.catalog_mut() {
        catalog.remove(b"AcroForm");
        catalog.remove(b"NeedsRendering");
    }
    Ok(fields.iter().filter(|field| field.kind != FieldType::Button).count())
}

fn is_widget(pdf: &Document, id: ObjectId) -> bool {
    pdf.get_dictionary(id)
        .is_ok_and(|one| entry(pdf, one, b"Subtype").and_then(|kind| kind.as_name().ok()) == Some(b"Widget"))
}

/// Takes annotations off a page.
fn drop_annotations(pdf: &mut Document, page: ObjectId, gone: &HashSet<ObjectId>) {
    let Ok(dictionary) = pdf.get_dictionary(page) else { return };
    let Some(all) = entry(pdf, dictionary, b"Annots").and_then(|all| all.as_array().ok()) else { return };
    let stays = |one: &&Object| one.as_reference().is_ok_and(|id| !gone.contains(&id)) || one.as_dict().is_ok();
    let rest: Vec<Object> = all.iter().filter(stays).cloned().collect();
    if let Ok(dictionary) = pdf.get_dictionary_mut(page) {
        match rest.is_empty() {
            true => drop(dictionary.remove(b"Annots")),
            false => dictionary.set("Annots", rest),
        }
    }
}

/// The matrix by which a drawing fills the rectangle of its widget.
fn placement(pdf: &Document, widget: &Dictionary, drawing: ObjectId) -> Option<[f64; 6]> {
    let target = page_box(pdf, widget, b"Rect")?;
    let form = &pdf.get_object(drawing).ok()?.as_stream().ok()?.dict;
    let bounds = page_box(pdf, form, b"BBox")?;
    let matrix = entry(pdf, form, b"Matrix").and_then(|matrix| matrix.as_array().ok());
    let matrix: Vec<f64> = matrix.into_iter().flatten().filter_map(|part| real(resolve(pdf, part))).collect();
    let [a, b, c, d, e, f]: [f64; 6] = matrix.try_into().unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let corners = [
        (bounds.left, bounds.bottom),
        (bounds.right, bounds.bottom),
        (bounds.left, bounds.top),
        (bounds.right, bounds.top),
    ];
    let corners = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let least = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::INFINITY, f64::min);
    let most = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    let (left, right, bottom, top) = (least(|p| p.0), most(|p| p.0), least(|p| p.1), most(|p| p.1));
    if right - left <= 0.0 || top - bottom <= 0.0 {
        return None;
    }
    let (across, up) = (target.width() / (right - left), target.height() / (top - bottom));
    Some([across, 0.0, 0.0, up, target.left - left * across, target.bottom - bottom * up])
}
