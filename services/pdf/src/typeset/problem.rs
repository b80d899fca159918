//! Typst's errors and warnings in our words: the place, what is wrong, what helps.

use chassis::Error;
use typst::diag::SourceDiagnostic;
use typst::{World, WorldExt};

use super::world::Desk;
use super::{Note, NoteKind};

/// Warnings that are passed on.
const MAX_NOTES: usize = 10;

/// The error for a document that was not compiled.
pub(super) fn error(desk: &Desk<'_>, problems: &[SourceDiagnostic], field: &str, shift: usize) -> Error {
    let message = problems.first().map_or_else(|| "cannot be typeset".to_owned(), |first| sentence(desk, first, shift));
    Error::impossible(field, message)
}

/// What typst warns of.
pub(super) fn notes(desk: &Desk<'_>, warnings: &[SourceDiagnostic], shift: usize) -> Vec<Note> {
    let told = warnings.iter().take(MAX_NOTES);
    told.map(|warning| Note { kind: NoteKind::Template, message: sentence(desk, warning, shift) }).collect()
}

/// `line 3, column 5: unknown variable: x (hint: ...)`.
fn sentence(desk: &Desk<'_>, problem: &SourceDiagnostic, shift: usize) -> String {
    let mut text = place(desk, problem, shift).unwrap_or_default();
    text.push_str(&problem.message);
    if let Some(hint) = problem.hints.first() {
        text.push_str(&format!(" ({})", hint.v));
    }
    text
}

/// Where a problem is: in the document itself, or where the document led to it.
fn place(desk: &Desk<'_>, problem: &SourceDiagnostic, shift: usize) -> Option<String> {
    let main = desk.main();
    let source = desk.source(main).ok()?;
    let spans = std::iter::once(problem.span).chain(problem.trace.iter().map(|point| point.span.into()));
    let at = spans.filter(|span| span.id() == Some(main)).find_map(|span| desk.range(span))?;
    let before = source.text().get(..at.start)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next()?.chars().count() + 1;
    let column = if line == 1 { column.saturating_sub(shift).max(1) } else { column };
    Some(format!("line {line}, column {column}: "))
}
