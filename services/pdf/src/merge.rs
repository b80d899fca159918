//! Join documents and pictures to one document.

use chassis::{Call, Code, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::assemble::{self, Assembly, Bookmarks, Prepared};
use crate::document::sheet::{Fit, Sheet};
use crate::document::{Selection, Source, save, strings};
use crate::input;

/// Media types of what is joined.
const ACCEPTED: &[&str] = &["application/pdf", "image/*"];
/// Maximum number of files.
const MAX_FILES: usize = 100;
/// Maximum number of pages of the result.
const MAX_PAGES: usize = 10_000;

/// What the document says.
const DESCRIPTION: &str = "\
Joins PDFs and pictures in the order they are sent; of each all pages, or those that `pages` says. Each file gets a bookmark with its \
own bookmarks below; links and named destinations go where they went. Form fields with a name that is taken get a number behind it \
(`renamedFields`), so that two filled copies of one form keep their values. Layers, page labels and attachments come along; tags, \
scripts and signatures do not. The result is not protected. A picture becomes a page of its own size, a JPEG without being encoded \
again.";

/// Files to join.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MergeRequest {
    /// PDFs and pictures, in the order of the result.
    #[serde(alias = "urls", alias = "file")]
    #[garde(length(min = 1, max = 100))]
    pub files: Vec<File>,
    /// Pages of each file, in the order of the files: `["1-3", "", "-1"]`. An empty text is all pages.
    #[serde(default)]
    #[garde(length(max = 100), inner(length(chars, max = 2000)))]
    pub pages: Vec<String>,
    /// Passwords of the files, in their order; an empty text for those without.
    #[serde(default)]
    #[garde(length(max = 100))]
    pub passwords: Vec<Secret<String>>,
    /// Whether the result has bookmarks: one for each file, named after it, with its own below.
    #[serde(default = "yes")]
    pub bookmarks: bool,
    /// Title of the result.
    #[serde(default)]
    #[garde(length(chars, max = 2000))]
    pub title: Option<String>,
    /// Whether signed documents may be joined, whose signatures are then lost.
    #[serde(default)]
    pub allow_signed: bool,
}

fn yes() -> bool {
    true
}

/// The joined document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergeFacts {
    /// Number of pages.
    pub pages: usize,
    /// Size in bytes.
    pub bytes: usize,
    /// Files, in their order.
    pub sources: Vec<MergedSource>,
    /// Form fields that have other names now.
    pub renamed_fields: Vec<RenamedField>,
}

/// A file that was joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MergedSource {
    /// Name of the file, if it has one.
    pub name: Option<String>,
    /// First page of it in the result.
    pub first_page: usize,
    /// Number of its pages in the result.
    pub pages: usize,
}

/// A form field that has another name now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenamedField {
    /// File it is from, counted from 1.
    pub file: usize,
    /// Its name before; of a field with parts (`address.street`), the first.
    pub from: String,
    /// Its name now.
    pub to: String,
}

/// A request that works.
#[must_use]
pub fn example() -> MergeRequest {
    MergeRequest {
        files: vec![input::example(), input::example()],
        pages: vec!["1".to_owned(), String::new()],
        passwords: Vec::new(),
        bookmarks: true,
        title: Some("Offer with terms".to_owned()),
        allow_signed: false,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::makes_document(op)
        .files(MAX_FILES, ACCEPTED)
        .summary("Join PDFs and pictures to one PDF")
        .description(DESCRIPTION)
        .example(example)
}

/// Joins documents and pictures.
///
/// # Errors
/// When one cannot be opened, is signed, or has not the pages that were asked for.
pub fn merge(request: MergeRequest, call: &Call) -> Result<WithFile<MergeFacts>, Error> {
    if request.pages.len() > request.files.len() {
        let message =
            format!("has {} entries for {} files: send one for each file", request.pages.len(), request.files.len());
        return Err(Error::impossible("pages", message));
    }
    if request.passwords.len() > request.files.len() {
        return Err(Error::impossible("passwords", "has more entries than there are files"));
    }
    let mut assembly = Assembly::new();
    let mut sources = Vec::with_capacity(request.files.len());
    let mut renamed_fields = Vec::new();
    for (index, file) in request.files.iter().enumerate() {
        call.check()?;
        let field = format!("files[{index}]");
        let first = assembly.page_count();
        let pages = request.pages.get(index).map(String::as_str);
        if file.bytes().starts_with(b"%PDF") || !is_picture(file) {
            let password_field = format!("passwords[{index}]");
            let password = request.passwords.get(index);
            let source = Source { field: &field, file, password_field: &password_field, password };
            let opened = source.open(call)?;
            opened.guard_signatures(&field, request.allow_signed, call)?;
            if opened.encryption.is_some() {
                call.warn("protection-lost", Some(&field), "the file is protected; the joined document is not");
            }
            let selection = Selection::read(&format!("pages[{index}]"), pages, opened.pages.len())?;
            if first + selection.0.len() > MAX_PAGES {
                let message = format!("would make more than {MAX_PAGES} pages together");
                return Err(Error::field(Code::PayloadTooLarge, "files", message));
            }
            let bookmarks = match request.bookmarks {
                true => Bookmarks::Below(input::stem(file, &format!("Document {}", index + 1))),
                false => Bookmarks::None,
            };
            let added = assembly.add(&Prepared::of(&opened), &selection.0, &bookmarks, call)?;
            assemble::warn_of_losses(&added, &field, call);
            let renamed = added.renamed.into_iter();
            renamed_fields.extend(renamed.map(|renamed| RenamedField {
                file: index + 1,
                from: renamed.from,
                to: renamed.to,
            }));
        } else {
            let _ = Selection::read(&format!("pages[{index}]"), pages, 1)?;
            let sheet = Sheet { size: None, margin: 0.0, fit: Fit::Contain, landscape: None };
            assembly.add_picture(&field, file, &sheet, call)?;
            if request.bookmarks {
                assembly.add_bookmark(input::stem(file, &format!("Picture {}", index + 1)), first);
            }
        }
        let pages = assembly.page_count() - first;
        sources.push(MergedSource { name: file.name().map(str::to_owned), first_page: first + 1, pages });
    }
    if assembly.lost_xfa() {
        call.warn("xfa-lost", Some("files"), "an XFA form does not come along, only its ordinary fields");
    }
    if let Some(title) = &request.title {
        assembly.info().set("Title", strings::string(title));
    }
    let pages = assembly.page_count();
    let bytes = save::save(assembly.finish(call))?;
    let facts = MergeFacts { pages, bytes: bytes.len(), sources, renamed_fields };
    Ok(WithFile { file: File::new("merged.pdf", "application/pdf", bytes), facts })
}

fn is_picture(file: &File) -> bool {
    pictures::Format::of(file.bytes()).is_ok()
}
