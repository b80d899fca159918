//! What a document is: pages, sizes, protection, metadata, fonts, forms, attachments, signatures.

use std::collections::{BTreeMap, HashSet};

use chassis::{Call, Error, File, Operation, Secret};
use garde::Validate;
use lopdf::{Dictionary, Document, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::assemble::{Prepared, is_tagged};
use crate::document::names::entries;
use crate::document::tree::{entry, resolve, rotation, shown_size};
use crate::document::{Opened, paper, strings};
use crate::input;
use crate::metadata::{self, Metadata};
use crate::permissions::Permission;

/// What the document says.
const DESCRIPTION: &str = "\
Number and sizes of the pages, PDF version, protection, metadata, fonts, form fields, bookmarks, attachments and signatures of a \
document. Nothing is rendered. A document that needs a password is 422 without it.";

/// A document to inspect.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct InfoRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
}

/// Facts about a document.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InfoResponse {
    /// Number of pages.
    pub pages: usize,
    /// Sizes of the pages as shown, the most frequent first.
    pub sizes: Vec<PageSize>,
    /// PDF version, such as `1.7`.
    pub version: String,
    /// Size in bytes.
    pub bytes: usize,
    /// Whether it is encrypted, with or without a password to open it.
    pub encrypted: bool,
    /// What its owner allows; everything when it is not encrypted.
    pub permissions: Vec<Permission>,
    /// Title, author and other document information.
    pub metadata: Metadata,
    /// PDF/A conformance it claims, such as `2b`, if any; not checked.
    pub pdf_a: Option<String>,
    /// Whether it has a structure tree, for screen readers.
    pub tagged: bool,
    /// Whether it is linearized, for fast web view.
    pub linearized: bool,
    /// Whether it was damaged and repaired while it was read.
    pub repaired: bool,
    /// Number of signatures.
    pub signatures: usize,
    /// Number of form fields.
    pub form_fields: usize,
    /// Whether it has an XFA form.
    pub xfa: bool,
    /// Whether it has scripts.
    pub javascript: bool,
    /// Number of annotations that are neither links nor form fields.
    pub annotations: usize,
    /// Number of links.
    pub links: usize,
    /// Bookmarks, at most 1,000.
    pub bookmarks: Vec<BookmarkFacts>,
    /// Names of attached files.
    pub attachments: Vec<String>,
    /// Names of layers.
    pub layers: Vec<String>,
    /// Fonts, by name.
    pub fonts: Vec<Font>,
    /// Number of pictures, each counted once.
    pub images: usize,
}

/// Pages of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageSize {
    /// Width in points as shown.
    pub width: f64,
    /// Height in points as shown.
    pub height: f64,
    /// Name of the size, such as `a4`, if it has one.
    pub name: Option<String>,
    /// Clockwise rotation in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Number of pages.
    pub count: usize,
    /// First page of this size.
    pub first: usize,
}

/// A bookmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BookmarkFacts {
    /// Title.
    pub title: String,
    /// Level, 1 for the top.
    pub level: usize,
    /// Page it leads to, if it leads to one.
    pub page: Option<usize>,
}

/// A font.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Font {
    /// PostScript name, without the prefix of a subset.
    pub name: String,
    /// Type, such as `Type1`, `TrueType`, `Type0` or `Type3`.
    #[serde(rename = "type")]
    pub font_type: String,
    /// Whether it is in the file.
    pub embedded: bool,
}

/// A request that works.
#[must_use]
pub fn example() -> InfoRequest {
    InfoRequest { file: input::example(), password: None }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::reads_document(op)
        .summary("Get the pages, protection, metadata, fonts and forms of a PDF")
        .description(DESCRIPTION)
        .example(example)
}

/// Reads the facts of a document.
///
/// # Errors
/// When the document cannot be opened.
pub fn info(request: InfoRequest, call: &Call) -> Result<InfoResponse, Error> {
    let opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    let pdf = &opened.pdf;
    let prepared = Prepared::of(&opened);
    let number = |page| opened.pages.iter().position(|other| *other == page).map(|index| index + 1);
    let bookmarks = prepared.bookmarks().iter().take(1_000).map(|bookmark| BookmarkFacts {
        title: bookmark.title.clone(),
        level: bookmark.depth + 1,
        page: bookmark.target.as_ref().and_then(|(page, _)| number(*page)),
    });
    let empty = Dictionary::new();
    let catalog = pdf.catalog().unwrap_or(&empty);
    let form = entry(pdf, catalog, b"AcroForm").and_then(|form| form.as_dict().ok());
    let (links, widgets, annotations) = count_annotations(&opened);
    Ok(InfoResponse {
        pages: opened.pages.len(),
        sizes: sizes(&opened),
        version: version(pdf),
        bytes: request.file.bytes().len(),
        encrypted: opened.encryption.is_some(),
        permissions: Permission::of(opened.encryption.as_ref()),
        metadata: metadata::read_of(pdf),
        pdf_a: metadata::pdf_a(pdf),
        tagged: is_tagged(pdf),
        linearized: pdf.linearization.is_some(),
        repaired: opened.repaired,
        signatures: opened.signatures(),
        form_fields: widgets,
        xfa: form.is_some_and(|form| form.has(b"XFA")),
        javascript: pdf.objects.values().any(is_script),
        annotations,
        links,
        bookmarks: bookmarks.collect(),
        attachments: attachments(pdf, catalog),
        layers: layers(pdf, catalog),
        fonts: fonts(pdf),
        images: pdf.objects.values().filter(|object| is_image(object)).count(),
    })
}

/// The version of the header, or the later one of the catalog.
fn version(pdf: &Document) -> String {
    let later = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Version")?.as_name().ok());
    let later = later.map(|name| String::from_utf8_lossy(name).into_owned());
    later.filter(|later| *later > pdf.version).unwrap_or_else(|| pdf.version.clone())
}

fn sizes(opened: &Opened) -> Vec<PageSize> {
    let mut sizes: Vec<PageSize> = Vec::new();
    for index in 0..opened.pages.len() {
        let page = opened.page(index);
        let (width, height) = shown_size(&opened.pdf, page);
        let (width, height) = ((width * 100.0).round() / 100.0, (height * 100.0).round() / 100.0);
        let rotation = rotation(&opened.pdf, page);
        let same = |size: &&mut PageSize| (size.width, size.height, size.rotation) == (width, height, rotation);
        match sizes.iter_mut().rev().find(same) {
            Some(size) => size.count += 1,
            None => {
                let name = paper::name(width, height).map(str::to_owned);
                sizes.push(PageSize { width, height, name, rotation, count: 1, first: index + 1 });
            }
        }
    }
    sizes.sort_by(|one, other| other.count.cmp(&one.count).then(one.first.cmp(&other.first)));
    sizes.truncate(200);
    sizes
}

/// Links, form fields, and other annotations.
fn count_annotations(opened: &Opened) -> (usize, usize, usize) {
    let (mut links, mut widgets, mut others) = (0, 0, 0);
    let mut fields = HashSet::new();
    for index in 0..opened.pages.len() {
        let list = entry(&opened.pdf, opened.page(index), b"Annots").and_then(|list| list.as_array().ok());
        for annotation in list.into_iter().flatten().take(20_000) {
            let Ok(dictionary) = resolve(&opened.pdf, annotation).as_dict() else { continue };
            match dictionary.get(b"Subtype").and_then(Object::as_name).unwrap_or_default() {
                b"Link" => links += 1,
                b"Widget" => {
                    // Buttons of one group are one field.
                    let named = dictionary.has(b"T");
                    let field = dictionary.get(b"Parent").and_then(Object::as_reference).ok().filter(|_| !named);
                    match field.or_else(|| annotation.as_reference().ok()) {
                        Some(id) => widgets += usize::from(fields.insert(id)),
                        None => widgets += 1,
                    }
                }
                b"Popup" => {}
                _ => others += 1,
            }
        }
    }
    (links, widgets, others)
}

fn is_script(object: &Object) -> bool {
    object.as_dict().is_ok_and(|action| {
        action.has(b"JS") && action.get(b"S").and_then(Object::as_name).is_ok_and(|kind| kind == b"JavaScript")
    })
}

fn is_image(object: &Object) -> bool {
    let kind = |stream: &lopdf::Stream| stream.dict.get(b"Subtype").and_then(Object::as_name).map(<[u8]>::to_vec);
    object.as_stream().is_ok_and(|stream| kind(stream).is_ok_and(|kind| kind == b"Image"))
}

fn attachments(pdf: &Document, catalog: &Dictionary) -> Vec<String> {
    let names = entry(pdf, catalog, b"Names").and_then(|names| names.as_dict().ok());
    let Some(root) = names.and_then(|names| names.get(b"EmbeddedFiles").ok()) else { return Vec::new() };
    let files = entries(pdf, root, b"Names").into_iter().take(1_000).filter_map(|(name, file)| {
        let file = resolve(pdf, file).as_dict().ok()?;
        let named = entry(pdf, file, b"UF").or_else(|| entry(pdf, file, b"F")).and_then(strings::text);
        named.or_else(|| strings::text(name))
    });
    files.collect()
}

fn layers(pdf: &Document, catalog: &Dictionary) -> Vec<String> {
    let properties = entry(pdf, catalog, b"OCProperties").and_then(|properties| properties.as_dict().ok());
    let groups = properties.and_then(|properties| entry(pdf, properties, b"OCGs")?.as_array().ok());
    let names = groups
        .into_iter()
        .flatten()
        .take(1_000)
        .filter_map(|group| entry(pdf, resolve(pdf, group).as_dict().ok()?, b"Name").and_then(strings::text));
    names.collect()
}

fn fonts(pdf: &Document) -> Vec<Font> {
    let mut fonts: BTreeMap<String, Font> = BTreeMap::new();
    for object in pdf.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if !font.get(b"Type").and_then(Object::as_name).is_ok_and(|kind| kind == b"Font") || fonts.len() >= 1_000 {
            continue;
        }
        let kind = font.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        // Those below a Type 0 font are the same font again.
        if kind.starts_with(b"CIDFont") {
            continue;
        }
        let name = entry(pdf, font, b"BaseFont").or_else(|| entry(pdf, font, b"Name")).and_then(strings::text);
        let name = name.unwrap_or_else(|| "unnamed".to_owned());
        let name = match name.split_once('+') {
            Some((prefix, rest)) if prefix.len() == 6 => rest.to_owned(),
            _ => name,
        };
        let below = entry(pdf, font, b"DescendantFonts").and_then(|fonts| fonts.as_array().ok()?.first());
        let holder = below.and_then(|below| resolve(pdf, below).as_dict().ok()).unwrap_or(font);
        let descriptor = entry(pdf, holder, b"FontDescriptor").and_then(|descriptor| descriptor.as_dict().ok());
        let files: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];
        let embedded =
            kind == b"Type3" || descriptor.is_some_and(|descriptor| files.iter().any(|file| descriptor.has(file)));
        let kind = String::from_utf8_lossy(kind).into_owned();
        fonts.entry(format!("{name}\0{kind}")).or_insert(Font { name, font_type: kind, embedded });
    }
    fonts.into_values().collect()
}
