//! The files of a request, and how operations that read them run.

use chassis::{Cost, File, Operation, Secret};

use crate::document::Source;

/// Media types of documents.
pub(crate) const PDF: &[&str] = &["application/pdf"];

/// An operation that reads a document of strangers: dear, and always in a process of its own.
pub(crate) fn reads_document(op: Operation) -> Operation {
    op.files(1, PDF).cost(Cost::Heavy).isolated()
}

/// The same; it answers with a document.
pub(crate) fn makes_document(op: Operation) -> Operation {
    reads_document(op).answers(PDF)
}

/// The document of the fields `file` and `password`.
pub(crate) fn source<'r>(file: &'r File, password: Option<&'r Secret<String>>) -> Source<'r> {
    Source::only(file, password)
}

/// A small document for examples: two pages with a bookmark each.
pub(crate) fn example() -> File {
    File::new("letter.pdf", "application/pdf", &include_bytes!("../data/letter.pdf")[..])
}

/// The name of a file without its ending; characters that names of files may not have are dashes.
pub(crate) fn stem(file: &File, otherwise: &str) -> String {
    let name = file.name().unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem: String = stem.chars().filter(|letter| !letter.is_control()).take(100).collect();
    if stem.trim().is_empty() { otherwise.to_owned() } else { stem }
}
