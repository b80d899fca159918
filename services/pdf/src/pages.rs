//! Pages of a document selected, reordered, duplicated, deleted, turned, cropped, scaled; blank ones added or dropped.

use std::collections::HashSet;

use chassis::{Call, Code, Error, File, Operation, Secret, WithFile};
use garde::Validate;
use lopdf::{Dictionary, Document, Object, ObjectId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::assemble::{self, Assembly, Bookmarks, Prepared, stamp};
use crate::document::shape::{self, Sides};
use crate::document::{Opened, Selection, paper, save, tree};
use crate::input;
use crate::separators;

/// Maximum number of pages of the result.
const MAX_PAGES: usize = 10_000;

/// What the document says.
const DESCRIPTION: &str = "\
Changes which pages a document has, in which order and how they are shown. Steps are done in this order: `pages` selects (and with \
its order reorders and duplicates), `delete` takes pages away, `dropBlank` those that show nothing, `reverse` turns the order round; \
`rotate`, `crop` and `size` change the pages of `apply`; `insertBlank` adds empty pages. All page numbers but those of `insertBlank` are \
those of the document that was sent. Bookmarks, links and form fields follow their pages.";

/// A document and what to do with its pages.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct PagesRequest {
    /// The document.
    #[serde(alias = "url", alias = "pdf")]
    pub file: File,
    /// Password that opens it, if it needs one.
    #[serde(default)]
    pub password: Option<Secret<String>>,
    /// Pages of the result in their order, such as `3,1-2,2`; all by default.
    #[serde(default, deserialize_with = "chassis::joined", alias = "select")]
    #[garde(length(chars, max = 4000))]
    pub pages: Option<String>,
    /// Pages to leave out.
    #[serde(default)]
    #[garde(length(chars, max = 4000))]
    pub delete: Option<String>,
    /// Whether to leave out pages that show nothing (a little dust of a scan counts as nothing).
    #[serde(default)]
    pub drop_blank: bool,
    /// Whether to turn the order round.
    #[serde(default)]
    pub reverse: bool,
    /// Clockwise rotation to add in degrees: 90, 180, 270 or -90.
    #[serde(default)]
    pub rotate: Option<i64>,
    /// What to cut from each side of a page as shown, in points.
    #[serde(default)]
    #[garde(dive)]
    pub crop: Option<Margins>,
    /// Paper to bring pages to: a name (`a4`, `letter` ...) or width and height, such as `210x297mm`. Content is scaled to fit,
    /// and pages that are wider than high lie on wide paper.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub size: Option<String>,
    /// Margin around the content in points, with `size`.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1000.0))]
    pub margin: f64,
    /// Pages that are rotated, cropped and brought to a size; all by default.
    #[serde(default)]
    #[garde(length(chars, max = 4000))]
    pub apply: Option<String>,
    /// Pages of the result after which an empty one is added: `[0, 2]`; 0 is before the first, -1 after the last.
    #[serde(default)]
    #[garde(length(max = 1000))]
    pub insert_blank: Vec<i64>,
    /// Whether a signed document may be changed, whose signature is then no longer valid.
    #[serde(default)]
    pub allow_signed: bool,
}

/// Distances from the sides of a page in points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Margins {
    /// Top.
    #[garde(range(min = 0.0, max = 14_400.0))]
    pub top: f64,
    /// Right.
    #[garde(range(min = 0.0, max = 14_400.0))]
    pub right: f64,
    /// Bottom.
    #[garde(range(min = 0.0, max = 14_400.0))]
    pub bottom: f64,
    /// Left.
    #[garde(range(min = 0.0, max = 14_400.0))]
    pub left: f64,
}

/// The changed document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PagesFacts {
    /// Number of pages.
    pub pages: usize,
    /// Number of pages that were left out because they show nothing.
    pub blank_dropped: usize,
    /// Size in bytes.
    pub bytes: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> PagesRequest {
    PagesRequest {
        file: input::example(),
        password: None,
        pages: Some("2,1".to_owned()),
        delete: None,
        drop_blank: false,
        reverse: false,
        rotate: Some(90),
        crop: None,
        size: None,
        margin: 0.0,
        apply: Some("2".to_owned()),
        insert_blank: vec![-1],
        allow_signed: false,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    input::makes_document(op)
        .summary("Select, reorder, delete, rotate, crop and scale pages of a PDF; add or drop blank ones")
        .description(DESCRIPTION)
        .example(example)
}

/// Changes the pages of a document.
///
/// # Errors
/// When the document cannot be opened, is signed, has not these pages, or none would be left.
pub fn pages(request: PagesRequest, call: &Call) -> Result<WithFile<PagesFacts>, Error> {
    let turn = match request.rotate.unwrap_or(0) {
        degrees if degrees % 90 == 0 && degrees.abs() <= 360 => degrees.rem_euclid(360) as u16,
        _ => return Err(Error::impossible("rotate", "must be 90, 180, 270 or -90")),
    };
    let size = request.size.as_deref().map(|text| paper::size("size", text)).transpose()?;
    if request.margin > 0.0 && size.is_none() {
        call.warn("no-effect", Some("margin"), "has no effect without size");
    }
    let mut opened = input::source(&request.file, request.password.as_ref()).open(call)?;
    opened.guard_signatures("file", request.allow_signed, call)?;
    let count = opened.pages.len();
    let (plan, blank_dropped) = plan(&request, count, call)?;
    let apply = Selection::read("apply", request.apply.as_deref(), count)?;
    let apply: HashSet<usize> = apply.0.into_iter().collect();
    let changes = |pdf: &mut Document, pages: &mut Vec<ObjectId>| -> Result<(), Error> {
        for (place, index) in plan.iter().enumerate().filter(|(_, index)| apply.contains(index)) {
            let page = pages[place];
            if turn != 0 {
                shape::turn(pdf, page, turn);
            }
            if let Some(Margins { top, right, bottom, left }) = request.crop {
                shape::crop(pdf, page, Sides { top, right, bottom, left })
                    .ok_or_else(|| Error::impossible("crop", format!("leaves nothing of page {}", index + 1)))?;
            }
            if let Some(size) = size {
                shape::scale(pdf, page, size, request.margin)
                    .ok_or_else(|| Error::impossible("margin", "leaves no room for the content"))?;
            }
        }
        insert_blank(pdf, pages, &request.insert_blank)
    };
    let bytes = match in_place(&plan, count) {
        true => {
            let mut pages: Vec<ObjectId> = plan.iter().map(|index| opened.pages[*index]).collect();
            changes(&mut opened.pdf, &mut pages)?;
            rewrite(&mut opened, pages, call);
            opened.save()
        }
        false => {
            let mut assembly = Assembly::new();
            let prepared = Prepared::of(&opened);
            assembly.inherit(&prepared);
            let added = assembly.add(&prepared, &plan, &Bookmarks::Kept, call)?;
            assemble::warn_of_losses(&added, "file", call);
            let (pdf, pages) = assembly.parts();
            changes(pdf, pages)?;
            let pdf = assembly.finish(call);
            match opened.encryption.take() {
                Some(encryption) => save::protected(pdf, &encryption),
                None => save::save(pdf),
            }
        }
    }?;
    let facts = PagesFacts { pages: plan.len() + request.insert_blank.len(), blank_dropped, bytes: bytes.len() };
    let name = format!("{}.pdf", input::stem(&request.file, "document"));
    Ok(WithFile { file: File::new(name, "application/pdf", bytes), facts })
}

/// The pages of the result by their index, and how many blank ones were left out.
fn plan(request: &PagesRequest, count: usize, call: &Call) -> Result<(Vec<usize>, usize), Error> {
    let mut plan = Selection::read("pages", request.pages.as_deref(), count)?.0;
    if let Some(delete) = request.delete.as_deref().filter(|text| !text.trim().is_empty()) {
        let delete: HashSet<usize> = Selection::read("delete", Some(delete), count)?.0.into_iter().collect();
        plan.retain(|page| !delete.contains(page));
        if plan.is_empty() {
            return Err(Error::impossible("delete", "takes every page away"));
        }
    }
    let mut dropped = 0;
    if request.drop_blank {
        let document = separators::open(&request.file, request.password.as_ref())?;
        let mut blank = HashSet::new();
        for page in plan.iter().copied().collect::<HashSet<_>>() {
            call.check()?;
            if separators::is_blank(&document, page)? {
                blank.insert(page);
            }
        }
        let before = plan.len();
        plan.retain(|page| !blank.contains(page));
        dropped = before - plan.len();
        if plan.is_empty() {
            return Err(Error::impossible("dropBlank", "takes every page away: all are blank"));
        }
    }
    if request.reverse {
        plan.reverse();
    }
    if plan.len() + request.insert_blank.len() > MAX_PAGES {
        let message = format!("would make more than {MAX_PAGES} pages");
        return Err(Error::field(Code::PayloadTooLarge, "pages", message));
    }
    Ok((plan, dropped))
}

/// Whether the document keeps every page, each once: then it is changed where it stands, and keeps its tags.
fn in_place(plan: &[usize], count: usize) -> bool {
    plan.len() == count && Selection(plan.to_vec()).is_whole(count)
}

fn rewrite(opened: &mut Opened, pages: Vec<ObjectId>, call: &Call) {
    tree::write(&mut opened.pdf, &pages);
    opened.pages = pages;
    let information = opened.pdf.trailer.get(b"Info").and_then(Object::as_reference).ok();
    if let Some(Ok(information)) = information.map(|id| opened.pdf.get_dictionary_mut(id)) {
        stamp(information, call);
    }
}

/// Adds empty pages after pages of the result; each is as large as the one before it.
fn insert_blank(pdf: &mut Document, pages: &mut Vec<ObjectId>, after: &[i64]) -> Result<(), Error> {
    let count = i64::try_from(pages.len()).unwrap_or(i64::MAX);
    let mut places = Vec::with_capacity(after.len());
    for (index, place) in after.iter().enumerate() {
        let place = if *place < 0 { count + 1 + place } else { *place };
        let place = usize::try_from(place).ok().filter(|place| *place <= pages.len()).ok_or_else(|| {
            Error::impossible(format!("insertBlank[{index}]"), format!("does not exist: the result has {count} pages"))
        })?;
        places.push(place);
    }
    places.sort_unstable();
    for place in places.into_iter().rev() {
        let like = pages.get(place.saturating_sub(1)).and_then(|id| pdf.get_dictionary(*id).ok());
        let (width, height) = like.map_or((595.28, 841.89), |page| tree::shown_size(pdf, page));
        let mut page = Dictionary::new();
        page.set("Type", "Page");
        page.set("MediaBox", tree::PageBox { left: 0.0, bottom: 0.0, right: width, top: height }.to_object());
        page.set("Resources", Dictionary::new());
        let id = pdf.add_object(page);
        pages.insert(place, id);
    }
    Ok(())
}
