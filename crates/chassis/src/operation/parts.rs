//! Which part of a multipart body is what: a file for this field or that, or an option.
//!
//! A part that has the name of a file field is a file, whatever else it says of itself: a file name is only a SHOULD (RFC
//! 7578, section 4.2), and n8n sends the raw body of a webhook without one, as `application/json`, `text/plain` or
//! nothing at all. A part that has the name of an option is that option, unless it says that it is a file and a field
//! waits for one. A part of any other name is the next file if it says that it is one or of what type it is; which field
//! is left for it is known only at the end, after those that were named. What is left then is handed on as an option
//! that nobody knows: the decoder says so, and which names there are.

use bytes::Bytes;
use http::header::CONTENT_DISPOSITION;
use multer::Field;

use crate::decode::{FileField, Layout, Pair, same_name};
use crate::error::{Code, Error, clip};
use crate::files::{Chunks, Content, Part, media_type_of, part_name, safe_name};
use crate::settings::Size;

/// What a part says of itself.
pub(super) struct About {
    /// The field it is for, without the `[]` some tools add to lists.
    pub(super) field: String,
    /// Its name as a file, made safe, and its type; no bytes yet.
    pub(super) content: Content,
    /// Whether it has a name as a file, be it empty.
    file_name: Option<String>,
    /// Whether its type is one of text, which options have too.
    is_text: bool,
}

impl About {
    pub(super) fn of(part: &Field<'_>) -> Self {
        let name = part.name().unwrap_or_default();
        let content_type = part.content_type().and_then(|kind| media_type_of(kind.as_ref()));
        let file_name = part.headers().get(CONTENT_DISPOSITION).and_then(|header| part_name(header.as_bytes()));
        Self {
            field: name.strip_suffix("[]").unwrap_or(name).to_owned(),
            is_text: matches!(content_type.as_deref(), None | Some("text/plain" | "application/json")),
            content: Content { name: file_name.as_deref().and_then(safe_name), content_type, ..Content::default() },
            file_name,
        }
    }

    /// Whether it is what a browser sends for an input nobody filled, given that it is empty.
    pub(super) fn is_nothing(&self) -> bool {
        match &self.file_name {
            Some(name) => name.is_empty(),
            None => self.content.content_type.is_none(),
        }
    }
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// An option.
    Option,
    /// A file for the field of this number.
    Named(usize),
    /// A file for the next field that is left, if one is.
    Next,
}

/// The parts of a body on their way to the fields they belong to.
pub(super) struct Sorting<'f> {
    layout: &'f Layout,
    /// For each file field the numbers of its parts.
    placed: Vec<Vec<usize>>,
    parts: Vec<Part>,
    /// Files that take what is left, in their order.
    waiting: Vec<(String, Content)>,
    options: Vec<(String, Vec<String>)>,
    /// Files at most.
    max: usize,
    /// Bytes of options at most, and how many are left.
    limit: Size,
    room: usize,
}

impl<'f> Sorting<'f> {
    pub(super) fn new(layout: &'f Layout, max: usize, limit: Size) -> Self {
        let placed = vec![Vec::new(); layout.files().len()];
        let room = limit.0;
        Self { layout, placed, parts: Vec::new(), waiting: Vec::new(), options: Vec::new(), max, limit, room }
    }

    /// Bytes that the next option may have.
    pub(super) fn room(&self) -> Size {
        Size(self.room)
    }

    /// What a part is, by what it says of itself.
    pub(super) fn role(&self, about: &About) -> Role {
        if let Some(at) = self.fields().iter().position(|field| same_name(field.name, &about.field)) {
            return Role::Named(at);
        }
        let says_file = about.file_name.is_some() || !about.is_text;
        let is_next = match self.layout.knows(&about.field) {
            true => says_file && self.left().is_some(),
            false => says_file || about.content.content_type.is_some(),
        };
        if is_next { Role::Next } else { Role::Option }
    }

    fn fields(&self) -> &'f [FileField] {
        self.layout.files()
    }

    /// Whether a part is read as it arrives.
    pub(super) fn streams(&self, role: Role) -> bool {
        let at = match role {
            Role::Option => None,
            Role::Named(at) => Some(at),
            Role::Next => self.left(),
        };
        at.is_some_and(|at| self.fields()[at].stream)
    }

    /// The field that the next file takes: the first that is free, else the list.
    fn left(&self) -> Option<usize> {
        let fields = self.fields();
        let free = (0..fields.len()).find(|at| !fields[*at].many && self.placed[*at].is_empty());
        free.or_else(|| fields.iter().position(|field| field.many)).filter(|_| self.parts.len() < self.max)
    }

    /// Refuses a file before its bytes are read when there is no place for it.
    pub(super) fn admit(&self, about: &About, role: Role) -> Result<(), Error> {
        let Role::Named(at) = role else { return Ok(()) };
        if self.parts.len() >= self.max {
            return Err(self.too_many());
        }
        if !self.fields()[at].many && !self.placed[at].is_empty() {
            return Err(Error::field(Code::ValidationError, clip(&about.field, 40), "is one file too many"));
        }
        Ok(())
    }

    fn too_many(&self) -> Error {
        let most = self.max;
        Error::new(Code::ValidationError, format!("there are more than {most} files: send fewer"))
    }

    /// Takes a part that is here as a whole.
    pub(super) fn take(&mut self, about: About, role: Role, bytes: Bytes) -> Result<(), Error> {
        let content = Content { bytes, ..about.content };
        match role {
            Role::Option => return self.option(about.field, &content.bytes),
            Role::Named(at) => self.place(at, Part::Whole(content)),
            Role::Next => self.waiting.push((about.field, content)),
        }
        Ok(())
    }

    /// Takes a part that is still arriving, which is the last.
    pub(super) fn take_live(&mut self, about: About, role: Role, chunks: Chunks) -> Result<(), Error> {
        let at = match role {
            Role::Named(at) => at,
            Role::Option | Role::Next => {
                self.settle()?;
                let field = clip(&about.field, 40);
                self.left().ok_or_else(|| Error::field(Code::ValidationError, field, "is one file too many"))?
            }
        };
        self.place(at, Part::Live(about.content, chunks));
        Ok(())
    }

    fn place(&mut self, at: usize, part: Part) {
        self.placed[at].push(self.parts.len());
        self.parts.push(part);
    }

    fn option(&mut self, name: String, bytes: &[u8]) -> Result<(), Error> {
        let Some(room) = self.room.checked_sub(bytes.len()) else {
            let message = format!("the form is larger than the limit of {}: send less at once", self.limit);
            return Err(Error::new(Code::PayloadTooLarge, message));
        };
        self.room = room;
        let not_text = |_| Error::field(Code::ValidationError, clip(&name, 40), "is not valid UTF-8");
        let text = std::str::from_utf8(bytes).map_err(not_text)?.to_owned();
        match self.options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(text),
            None => self.options.push((name, vec![text])),
        }
        Ok(())
    }

    /// Gives the files that wait what is left.
    fn settle(&mut self) -> Result<(), Error> {
        for (name, content) in std::mem::take(&mut self.waiting) {
            match self.left() {
                Some(at) => self.place(at, Part::Whole(content)),
                None if self.layout.knows(&name) => self.option(name, &content.bytes)?,
                None if name.is_empty() => {
                    let message = "there is one file too many, in a part without a name";
                    return Err(Error::new(Code::ValidationError, message));
                }
                // Nobody reads what is in it: its name is what is wrong.
                None => self.option(name, b"")?,
            }
        }
        Ok(())
    }

    /// The request's options, those that name its files among them, and the files.
    pub(super) fn finish(mut self) -> Result<(Vec<Pair>, Vec<Part>), Error> {
        self.settle()?;
        let filled = self.fields().iter().zip(&self.placed).filter(|(_, numbers)| !numbers.is_empty());
        let files = filled.map(|(field, numbers)| {
            let parts: Vec<String> = numbers.iter().map(|number| format!(r#"{{"$part":{number}}}"#)).collect();
            let list = parts.join(",");
            Pair { name: field.name.to_owned(), json: if field.many { format!("[{list}]") } else { list } }
        });
        let mut pairs: Vec<Pair> = files.collect();
        pairs.extend(self.options.into_iter().map(|(name, values)| Pair::of(name, &values)));
        Ok((pairs, self.parts))
    }
}
