//! Pages of one or several documents to a new one, with what belongs to them.
//!
//! Joining, splitting and reordering are all this: a new document is made, and pages are carried into it with their
//! annotations, form fields, layers and labels; bookmarks, links and names lead where they led, as long as that page came along.
//! What is left behind is counted, so that operations can say it: the structure tree (tags), scripts, signatures, XFA.

use std::collections::{HashMap, HashSet};

use chassis::{Call, Error};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::copy::Copier;
use super::destinations::{Destinations, page_of};
use super::form::{Form, Renamed, Widget};
use super::labels::{self, Label, Labels};
use super::layers::Layers;
use super::names::{entries, free_name, name_tree};
use super::open::Opened;
use super::outline::{self, Bookmark};
use super::resources;
use super::strings;
use super::tree::{self, entry};

/// Entries of the catalog that one source gives to the document made of it.
const OF_CATALOG: [&[u8]; 5] = [b"Lang", b"ViewerPreferences", b"PageLayout", b"OutputIntents", b"PageMode"];

/// How the bookmarks of a source come along.
#[derive(Debug, Clone)]
pub(crate) enum Bookmarks {
    /// Not at all.
    None,
    /// As they are.
    Kept,
    /// Below one of this title, which leads to the first page.
    Below(String),
}

/// A document that is being put together.
pub(crate) struct Assembly {
    target: Document,
    pages: Vec<ObjectId>,
    form: Form,
    layers: Layers,
    labels: Vec<Option<Label>>,
    bookmarks: Vec<Bookmark>,
    names: Vec<(Vec<u8>, Object)>,
    taken_names: HashSet<Vec<u8>>,
    attachments: Vec<(Vec<u8>, Object)>,
    taken_attachments: HashSet<Vec<u8>>,
    catalog: Dictionary,
    info: Option<Dictionary>,
}

/// What is read of a source once, however many documents are made of it.
pub(crate) struct Prepared<'s> {
    source: &'s Opened,
    pages: HashSet<ObjectId>,
    /// Pages that may have more resources than they use.
    spacious: HashSet<ObjectId>,
    destinations: Destinations,
    bookmarks: Vec<Bookmark>,
    labels: Option<Labels<'s>>,
    was_tagged: bool,
}

impl<'s> Prepared<'s> {
    pub(crate) fn of(source: &'s Opened) -> Self {
        let destinations = Destinations::of(&source.pdf);
        let bookmarks = outline::read(&source.pdf, &source.pages, &destinations);
        let labels = Labels::of(&source.pdf);
        let pages = source.pages.iter().copied().collect();
        let spacious = resources::spacious(&source.pdf, &source.pages);
        Self { source, pages, spacious, destinations, bookmarks, labels, was_tagged: is_tagged(&source.pdf) }
    }

    /// The bookmarks of the source, each before those below it.
    pub(crate) fn bookmarks(&self) -> &[Bookmark] {
        &self.bookmarks
    }
}

/// What became of a source.
#[derive(Debug, Default)]
pub(crate) struct Added {
    /// Its pages in the new document, by their index.
    pub(crate) pages: Vec<usize>,
    /// Form fields that have other names now.
    pub(crate) renamed: Vec<Renamed>,
    /// Bookmarks whose pages did not come along.
    pub(crate) lost_bookmarks: usize,
    /// Links whose pages did not come along.
    pub(crate) lost_links: usize,
    /// Whether its tags were left behind.
    pub(crate) was_tagged: bool,
}

impl Assembly {
    pub(crate) fn new() -> Self {
        Self {
            target: Document::with_version("1.7"),
            pages: Vec::new(),
            form: Form::default(),
            layers: Layers::default(),
            labels: Vec::new(),
            bookmarks: Vec::new(),
            names: Vec::new(),
            taken_names: HashSet::new(),
            attachments: Vec::new(),
            taken_attachments: HashSet::new(),
            catalog: Dictionary::new(),
            info: None,
        }
    }

    /// Takes language, view settings and document information of a source for the whole.
    pub(crate) fn inherit(&mut self, prepared: &Prepared<'_>) {
        let pdf = &prepared.source.pdf;
        let mut copier = Copier::new(pdf, &prepared.pages);
        if let Ok(catalog) = pdf.catalog() {
            for key in OF_CATALOG {
                if let Ok(value) = catalog.get(key) {
                    let value = copier.copy(value, &mut self.target);
                    self.catalog.set(key, value);
                }
            }
        }
        let info = pdf.trailer.get(b"Info").ok().and_then(|info| tree::resolve(pdf, info).as_dict().ok());
        self.info = info.map(|info| copier.dictionary(info, &[], &mut self.target));
        copier.finish(&mut self.target);
    }

    /// Carries pages of a source over, counted from 0, in this order; one may come several times. Attachments come along
    /// where the whole document does.
    ///
    /// # Errors
    /// When nobody waits any more.
    pub(crate) fn add(
        &mut self,
        prepared: &Prepared<'_>,
        selection: &[usize],
        bookmarks: &Bookmarks,
        call: &Call,
    ) -> Result<Added, Error> {
        let Prepared { source, pages, spacious, destinations, labels, was_tagged, .. } = prepared;
        let pdf = &source.pdf;
        let mut copier = Copier::new(pdf, pages);
        // Every page has its place before any is copied, as links lead forward too.
        let mut firsts: HashMap<ObjectId, ObjectId> = HashMap::new();
        let mut placed = Vec::with_capacity(selection.len());
        let mut copies: HashMap<ObjectId, usize> = HashMap::new();
        for index in selection {
            let Some(from) = source.pages.get(*index).copied() else { continue };
            let to = self.target.new_object_id();
            // Of several copies links lead to the first.
            copier.settle(from, *firsts.entry(from).or_insert(to));
            let copy = copies.entry(from).or_default();
            placed.push((*index, from, to, *copy));
            *copy += 1;
        }
        let prune = firsts.len() < source.pages.len();
        let mut added = Added { was_tagged: *was_tagged, ..Added::default() };
        let mut widgets = Vec::new();
        for (number, (index, from, to, copy)) in placed.into_iter().enumerate() {
            if number % 16 == 0 {
                call.check()?;
            }
            let Ok(page) = pdf.get_dictionary(from) else { continue };
            let mut new = copier.page(page, prune && spacious.contains(&from), &mut self.target);
            new.set("Type", "Page");
            let mut carrier = Carrier { copier: &mut copier, source, destinations, firsts: &firsts };
            let annotations = carrier.annotations(page, to, copy, &mut self.target, &mut widgets, &mut added);
            if !annotations.is_empty() {
                new.set("Annots", annotations);
            }
            self.target.objects.insert(to, Object::Dictionary(new));
            added.pages.push(self.pages.len());
            self.pages.push(to);
            self.labels.push(labels.as_ref().map(|labels| labels.page(index)));
        }
        added.renamed = self.form.add(pdf, &widgets, &mut copier, &mut self.target);
        self.layers.add(pdf, &mut copier, &mut self.target);
        self.add_names(destinations, source, &firsts);
        if !prune {
            self.add_attachments(pdf, &mut copier);
        }
        copier.finish(&mut self.target);
        self.add_bookmarks(&prepared.bookmarks, &firsts, bookmarks, &mut added);
        Ok(added)
    }

    /// Says that the last page has no label.
    pub(crate) fn unlabelled(&mut self) {
        self.labels.push(None);
    }

    /// Adds a bookmark to a page, counted from 0, at the top level.
    pub(crate) fn add_bookmark(&mut self, title: String, page: usize) {
        let Some(page) = self.pages.get(page).copied() else { return };
        let place = vec![Object::Reference(page), Object::Name(b"Fit".to_vec())];
        let look = Dictionary::new();
        self.bookmarks.push(Bookmark { title, depth: 0, target: Some((page, place)), open: true, look });
    }

    /// Number of pages so far.
    pub(crate) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The document itself, to add objects to, and the list of its pages.
    pub(crate) fn parts(&mut self) -> (&mut Document, &mut Vec<ObjectId>) {
        (&mut self.target, &mut self.pages)
    }

    /// Document information, to be changed.
    pub(crate) fn info(&mut self) -> &mut Dictionary {
        self.info.get_or_insert_default()
    }

    /// Whether an XFA form was left behind.
    pub(crate) fn lost_xfa(&self) -> bool {
        self.form.xfa_lost
    }

    fn add_names(&mut self, destinations: &Destinations, source: &Opened, firsts: &HashMap<ObjectId, ObjectId>) {
        for (name, place) in destinations.all() {
            let Some(page) = page_of(place, &source.pages).and_then(|page| firsts.get(&page)) else { continue };
            let mut place = place.to_vec();
            place[0] = Object::Reference(*page);
            self.names.push((free_name(name, &mut self.taken_names), Object::Array(place)));
        }
    }

    fn add_attachments(&mut self, pdf: &Document, copier: &mut Copier<'_>) {
        let names = pdf.catalog().ok().and_then(|catalog| entry(pdf, catalog, b"Names")?.as_dict().ok());
        let Some(root) = names.and_then(|names| names.get(b"EmbeddedFiles").ok()) else { return };
        for (name, file) in entries(pdf, root, b"Names") {
            if let Ok(name) = name.as_str() {
                let file = copier.copy(file, &mut self.target);
                self.attachments.push((free_name(name, &mut self.taken_attachments), file));
            }
        }
    }

    fn add_bookmarks(
        &mut self,
        all: &[Bookmark],
        firsts: &HashMap<ObjectId, ObjectId>,
        how: &Bookmarks,
        added: &mut Added,
    ) {
        let shift = match how {
            Bookmarks::None => return,
            Bookmarks::Kept => 0,
            Bookmarks::Below(title) => {
                let Some(first) = added.pages.first() else { return };
                self.add_bookmark(title.clone(), *first);
                1
            }
        };
        let (kept, lost) = kept_bookmarks(all, firsts);
        added.lost_bookmarks = lost;
        self.bookmarks.extend(kept.into_iter().map(|bookmark| Bookmark { depth: bookmark.depth + shift, ..bookmark }));
    }

    /// The document, complete.
    pub(crate) fn finish(mut self, call: &Call) -> Document {
        let mut catalog = self.catalog;
        catalog.set("Type", "Catalog");
        if let Some(outlines) = outline::write(&mut self.target, &self.bookmarks) {
            catalog.set("Outlines", outlines);
        }
        if let Some(form) = self.form.finish(&mut self.target) {
            catalog.set("AcroForm", form);
        }
        if let Some(layers) = self.layers.finish() {
            catalog.set("OCProperties", layers);
        }
        if let Some(labels) = labels::write(&self.labels) {
            catalog.set("PageLabels", labels);
        }
        let mut names = Dictionary::new();
        if !self.names.is_empty() {
            names.set("Dests", self.target.add_object(name_tree(self.names)));
        }
        if !self.attachments.is_empty() {
            names.set("EmbeddedFiles", self.target.add_object(name_tree(self.attachments)));
        }
        if !names.is_empty() {
            catalog.set("Names", names);
        }
        let catalog = self.target.add_object(catalog);
        self.target.trailer.set("Root", catalog);
        tree::write(&mut self.target, &self.pages);
        let mut info = self.info.unwrap_or_default();
        stamp(&mut info, call);
        let info = self.target.add_object(info);
        self.target.trailer.set("Info", info);
        self.target
    }
}

/// Says what did not come along.
pub(crate) fn warn_of_losses(added: &Added, field: &str, call: &Call) {
    if added.lost_bookmarks > 0 {
        let message =
            format!("{} bookmarks led to pages that are not in the result, and were left out", added.lost_bookmarks);
        call.warn("bookmarks-lost", Some(field), message);
    }
    if added.lost_links > 0 {
        let message = format!("{} links led to pages that are not in the result, and were left out", added.lost_links);
        call.warn("links-lost", Some(field), message);
    }
    if added.was_tagged {
        let message = "the tags that screen readers use do not come along when pages are put together anew";
        call.warn("tags-lost", Some(field), message);
    }
}

/// Writes the time of the change into document information.
pub(crate) fn stamp(info: &mut Dictionary, call: &Call) {
    if let Some(now) = strings::date_from_rfc3339(&call.now().to_string()) {
        info.set("ModDate", Object::string_literal(now));
    }
}

/// Whether a document has a structure tree.
pub(crate) fn is_tagged(pdf: &Document) -> bool {
    pdf.catalog().is_ok_and(|catalog| catalog.has(b"StructTreeRoot"))
}

/// Bookmarks whose pages came along, or that stand over such; and how many were lost. Those below a lost one move up.
fn kept_bookmarks(all: &[Bookmark], firsts: &HashMap<ObjectId, ObjectId>) -> (Vec<Bookmark>, usize) {
    let leads = |bookmark: &Bookmark| bookmark.target.as_ref().map(|(page, _)| firsts.get(page).copied());
    // From the end, as what stands below comes after: the level of what was kept last.
    let mut keep = vec![false; all.len()];
    let mut below: Vec<usize> = Vec::new();
    for (index, bookmark) in all.iter().enumerate().rev() {
        let over_kept = below.last().is_some_and(|depth| *depth > bookmark.depth);
        while below.last().is_some_and(|depth| *depth > bookmark.depth) {
            below.pop();
        }
        keep[index] = match leads(bookmark) {
            Some(Some(_)) => true,
            // One that leads nowhere is a heading, or to a page that is gone.
            Some(None) => false,
            None => over_kept,
        };
        if keep[index] || over_kept {
            below.push(bookmark.depth);
        }
    }
    let mut kept = Vec::new();
    let mut lost = 0;
    let mut path: Vec<usize> = Vec::new();
    for (bookmark, keep) in all.iter().zip(keep) {
        let mut bookmark = bookmark.clone();
        while path.last().is_some_and(|depth| *depth >= bookmark.depth) {
            path.pop();
        }
        if !keep {
            lost += usize::from(bookmark.target.is_some());
            continue;
        }
        path.push(bookmark.depth);
        bookmark.depth = path.len() - 1;
        if let Some((page, _)) = &mut bookmark.target
            && let Some(to) = firsts.get(page)
        {
            *page = *to;
        }
        kept.push(bookmark);
    }
    (kept, lost)
}

/// Carries the annotations of pages.
struct Carrier<'c, 's> {
    copier: &'c mut Copier<'s>,
    source: &'s Opened,
    destinations: &'c Destinations,
    firsts: &'c HashMap<ObjectId, ObjectId>,
}

impl<'s> Carrier<'_, 's> {
    /// Copies the annotations of a page. Links lead where they led; those to pages that stay behind do, too. Widgets are noted
    /// for the form.
    fn annotations(
        &mut self,
        page: &'s Dictionary,
        to: ObjectId,
        copy: usize,
        target: &mut Document,
        widgets: &mut Vec<Widget>,
        added: &mut Added,
    ) -> Vec<Object> {
        let all = self.copier.annotations(page);
        // Each has its place first, as they refer to each other (notes and their windows, replies).
        let places: Vec<ObjectId> = all.iter().map(|_| target.new_object_id()).collect();
        for ((id, _), place) in all.iter().zip(&places) {
            if let Some(id) = id {
                self.copier.settle(*id, *place);
            }
        }
        let mut kept = Vec::with_capacity(all.len());
        for ((id, annotation), place) in all.into_iter().zip(places) {
            let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
            let new = match kind {
                b"Link" => self.link(annotation, target),
                b"Widget" => {
                    let without: [&[u8]; 4] = [b"Parent", b"Kids", b"P", b"StructParent"];
                    Some(self.copier.dictionary(annotation, &without, target))
                }
                _ => Some(self.copier.dictionary(annotation, &[b"P", b"StructParent"], target)),
            };
            let Some(mut new) = new else {
                added.lost_links += 1;
                continue;
            };
            new.set("P", to);
            target.objects.insert(place, Object::Dictionary(new));
            if kind == b"Widget"
                && let Some(id) = id
            {
                widgets.push(Widget { from: id, to: place, copy });
            }
            kept.push(Object::Reference(place));
        }
        kept
    }

    /// A link; nothing when it leads to a page that stays behind.
    fn link(&mut self, link: &Dictionary, target: &mut Document) -> Option<Dictionary> {
        let pdf = &self.source.pdf;
        let action = entry(pdf, link, b"A").and_then(|action| action.as_dict().ok());
        let goes =
            action.filter(|action| entry(pdf, action, b"S").and_then(|kind| kind.as_name().ok()) == Some(b"GoTo"));
        let destination = link.get(b"Dest").ok().or_else(|| goes.and_then(|action| action.get(b"D").ok()));
        let Some(destination) = destination else {
            return Some(self.copier.dictionary(link, &[b"P", b"StructParent"], target));
        };
        let mut place = self.destinations.resolve(pdf, destination)?;
        let page = page_of(&place, &self.source.pages).and_then(|page| self.firsts.get(&page))?;
        place[0] = Object::Reference(*page);
        let mut new = self.copier.dictionary(link, &[b"P", b"StructParent", b"A", b"Dest"], target);
        new.set("Dest", Object::Array(place));
        Some(new)
    }
}
