//! A request's body, by its content type: JSON, a form, a multipart form, or a file as it is.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use http_body::Body as _;
use multer::{Field, Multipart};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::collect::{FileBounds, Part};
use super::file::Content;
use super::name;
use super::source::media_type_of;
use super::stream::{Chunks, Pieces, STREAM_TIME};
use crate::Body;
use crate::body::{self, BodyMemory, pieces};
use crate::decode::{FileField, Layout, Pair, options_of};
use crate::error::{Code, Error, clip};
use crate::settings::{Settings, Size};

/// Options a multipart body may hold.
const MAX_OPTIONS: usize = 1_000;
/// A raw body that is announced to be at most this large is read whole even where it could be streamed: a thread of its
/// own would cost more.
const SMALL: u64 = 1 << 20;
/// A part up to this size is read whole even where it could be streamed: then options may follow it.
const BUFFERED: usize = 4 << 20;
/// Bytes of a multipart body in which there is a part, a piece of one, or an end.
const MAX_UNREAD: usize = 1 << 20;

/// A body, taken apart.
#[derive(Default)]
pub(crate) struct Incoming {
    /// JSON, or nothing.
    pub(crate) json: Bytes,
    /// Options of a form.
    pub(crate) options: Vec<Pair>,
    /// Files; options name them by number.
    pub(crate) parts: Vec<Part>,
}

/// What reading a body needs to know.
pub(crate) struct Reading<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) memory: &'a BodyMemory,
    pub(crate) layout: &'a Layout,
    pub(crate) bounds: FileBounds,
}

impl Reading<'_> {
    /// Reads a body.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Incoming, Error> {
        let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        let essence =
            content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let takes_files = !self.layout.files().is_empty();
        match essence.as_str() {
            "" | "application/json" | "text/json" => self.json(headers, body).await,
            json if json.starts_with("application/") && json.ends_with("+json") => self.json(headers, body).await,
            "application/x-www-form-urlencoded" => self.form(headers, body).await,
            "multipart/form-data" if takes_files => {
                Box::pin(self.multipart(headers, content_type.unwrap_or_default(), body)).await
            }
            _ if body.is_end_stream() => Ok(Incoming::default()),
            _ if takes_files => self.raw(headers, body).await,
            other => {
                let sent = clip(other, 80);
                let message = format!("send application/json or application/x-www-form-urlencoded (you sent {sent})");
                Err(Error::new(Code::UnsupportedMediaType, message))
            }
        }
    }

    async fn json(&self, headers: &HeaderMap, body: Body) -> Result<Incoming, Error> {
        let json = self.memory.read(body, headers, self.settings.json_limit).await?;
        Ok(Incoming { json, ..Incoming::default() })
    }

    async fn form(&self, headers: &HeaderMap, body: Body) -> Result<Incoming, Error> {
        let read = self.json(headers, body).await?;
        // curl's default content type around JSON is the most common first mistake; a form never starts like this.
        if read.json.trim_ascii_start().first() == Some(&b'{') {
            return Ok(read);
        }
        Ok(Incoming { options: options_of(body::text(&read.json)?)?, ..Incoming::default() })
    }

    /// The body is the first file.
    async fn raw(&self, headers: &HeaderMap, body: Body) -> Result<Incoming, Error> {
        let field = &self.layout.files()[0];
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let about = Content {
            name: text(CONTENT_DISPOSITION).and_then(name::said),
            content_type: text(CONTENT_TYPE).and_then(media_type_of),
            bytes: Bytes::new(),
        };
        // What comes compressed may be any size.
        let small =
            body.size_hint().upper().is_some_and(|size| size <= SMALL) && !headers.contains_key(CONTENT_ENCODING);
        let part = if field.stream && !small {
            Part::Live(about, self.chunks(pieces(body, headers)?))
        } else {
            let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
            let limit = if field.stream { self.settings.stream_limit.0 } else { self.bounds.each };
            let mut file = self.memory.gather(Size(limit), "the file");
            let mut pieces = pieces(body, headers)?;
            file.announce(announced)?;
            while let Some(piece) = pieces.next().await {
                file.push(piece?).await?;
            }
            let bytes = file.finish();
            if bytes.is_empty() {
                return Ok(Incoming::default());
            }
            Part::Whole(Content { bytes, ..about })
        };
        let json = if field.many { r#"[{"part":0}]"# } else { r#"{"part":0}"# };
        let option = Pair { name: field.name.to_owned(), json: json.to_owned() };
        Ok(Incoming { options: vec![option], parts: vec![part], ..Incoming::default() })
    }

    fn chunks(&self, pieces: Pieces) -> Chunks {
        let Settings { stream_limit, stream_idle, .. } = self.settings;
        let until = Instant::now() + STREAM_TIME;
        Chunks { pieces, limit: stream_limit.0, taken: 0, idle: stream_idle.0, until, handle: Handle::current() }
    }

    async fn multipart(&self, headers: &HeaderMap, content_type: &str, body: Body) -> Result<Incoming, Error> {
        let boundary = multer::parse_boundary(content_type).map_err(|error| not_multipart(&error))?;
        let (pieces, unread) = Sips::of(pieces(body, headers)?);
        let mut form = Multipart::new(pieces, boundary);
        let mut sorting = Sorting::new(self.layout.files(), self.bounds.count);
        let mut options: Vec<(String, Vec<String>)> = Vec::new();
        let (mut option_bytes, mut file_bytes, mut count) = (0, 0, 0);
        'parts: while let Some(mut part) = form.next_field().await.map_err(|error| not_multipart(&error))? {
            unread.settle();
            let part_name = part.name().unwrap_or_default().to_owned();
            let part_name = part_name.strip_suffix("[]").unwrap_or(&part_name).to_owned();
            if !is_file(&part) {
                count += 1;
                let mut text = self.memory.gather(Size(self.settings.json_limit.0 - option_bytes), "the form");
                while let Some(piece) = part.chunk().await.map_err(|error| not_multipart(&error))? {
                    unread.settle();
                    text.push(piece).await?;
                }
                option_bytes += text.len();
                if count > MAX_OPTIONS {
                    return Err(Error::new(Code::ValidationError, format!("more than {MAX_OPTIONS} options")));
                }
                let not_text = || Error::field(Code::ValidationError, clip(&part_name, 40), "is not valid UTF-8");
                let text = String::from_utf8(text.finish().into()).map_err(|_| not_text())?;
                match options.iter_mut().find(|(known, _)| *known == part_name) {
                    Some((_, values)) => values.push(text),
                    None => options.push((part_name, vec![text])),
                }
                continue;
            }
            let about = Content {
                name: part.file_name().and_then(name::safe_name),
                content_type: part.content_type().and_then(|kind| media_type_of(kind.as_ref())),
                bytes: Bytes::new(),
            };
            let stream = sorting.field(&part_name)?.stream;
            let limit = if stream {
                self.settings.stream_limit.0
            } else {
                self.bounds.each.min(self.bounds.all.saturating_sub(file_bytes))
            };
            let mut file = self.memory.gather(Size(limit), "the file");
            while let Some(piece) = part.chunk().await.map_err(|error| not_multipart(&error))? {
                unread.settle();
                file.push(piece).await?;
                if stream && file.len() > BUFFERED {
                    let chunks = self.chunks(last_part(form, part, file.finish(), unread));
                    sorting.place(&part_name, Part::Live(about, chunks))?;
                    break 'parts;
                }
            }
            // What a browser sends for an input nobody filled.
            if file.len() == 0 && about.name.is_none() {
                continue;
            }
            file_bytes += file.len();
            sorting.place(&part_name, Part::Whole(Content { bytes: file.finish(), ..about }))?;
        }
        let (mut pairs, parts) = sorting.finish();
        pairs.extend(options.into_iter().map(|(name, values)| Pair::of(name, &values)));
        Ok(Incoming { options: pairs, parts, ..Incoming::default() })
    }
}

/// Whether a part is a file: it has a file name, or a type that is not that of plain text.
fn is_file(part: &Field<'_>) -> bool {
    let typed = match part.content_type() {
        Some(kind) => !matches!(kind.essence_str(), "text/plain" | "application/json"),
        None => false,
    };
    typed || part.file_name().is_some()
}

/// A part that is read as it arrives, after which nothing may follow: what does would not have been there when the
/// operation began.
fn last_part(form: Multipart<'static>, part: Field<'static>, first: Bytes, unread: Unread) -> Pieces {
    let rest = stream::try_unfold((form, part, unread), |(mut form, mut part, unread)| async move {
        if let Some(piece) = part.chunk().await.map_err(|error| not_multipart(&error))? {
            unread.settle();
            return Ok(Some((piece, (form, part, unread))));
        }
        drop(part);
        match form.next_field().await.map_err(|error| not_multipart(&error))? {
            None => Ok(None),
            Some(late) => {
                let field = clip(late.name().unwrap_or("a part"), 40).into_owned();
                Err(Error::field(Code::ValidationError, field, "comes after a large file: send the file last"))
            }
        }
    });
    Box::pin(stream::once(std::future::ready(Ok(first))).chain(rest))
}

/// Bytes the multipart reader has taken and not yet given back as parts.
#[derive(Clone, Default)]
struct Unread(Arc<AtomicUsize>);

impl Unread {
    /// Says that something of it was given back.
    fn settle(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Hands out a body sip by sip. The multipart reader takes whatever is ready before it looks at any of it, and what comes
/// compressed is ready by the gigabyte; so after every piece there is nothing for a moment, and an end to what it may hold
/// while it looks for a boundary or the end of a head.
struct Sips {
    pieces: Pieces,
    unread: Unread,
    swallowing: bool,
}

impl Sips {
    fn of(pieces: Pieces) -> (Self, Unread) {
        let unread = Unread::default();
        (Self { pieces, unread: unread.clone(), swallowing: false }, unread)
    }
}

impl Stream for Sips {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.swallowing) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(self.pieces.as_mut().poll_next(context));
        if let Some(Ok(piece)) = &piece {
            self.swallowing = true;
            if self.unread.0.fetch_add(piece.len(), Ordering::Relaxed) > MAX_UNREAD {
                let message = "the body is not valid multipart/form-data: there is no boundary where one should be";
                return Poll::Ready(Some(Err(Error::new(Code::MalformedRequest, message))));
            }
        }
        Poll::Ready(piece)
    }
}

fn not_multipart(error: &multer::Error) -> Error {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<Error>() {
            return error.clone();
        }
        source = error.source();
    }
    let message = "the body is not valid multipart/form-data, or it ended early: let the client set the boundary";
    Error::new(Code::MalformedRequest, message)
}

/// Files of a multipart body on their way to the fields they belong to.
struct Sorting<'f> {
    fields: &'f [FileField],
    /// For each field the numbers of its parts.
    placed: Vec<Vec<usize>>,
    parts: Vec<Part>,
    max: usize,
}

impl<'f> Sorting<'f> {
    fn new(fields: &'f [FileField], max: usize) -> Self {
        Self { fields, placed: vec![Vec::new(); fields.len()], parts: Vec::new(), max }
    }

    /// The field of a part: the one of its name, else the next that is free, else the list.
    fn index(&self, part: &str) -> Result<usize, Error> {
        if self.parts.len() >= self.max {
            let most = self.max;
            return Err(Error::new(Code::ValidationError, format!("there are more than {most} files: send fewer")));
        }
        let named = self.fields.iter().position(|field| crate::decode::same_name(field.name, part));
        let free = || (0..self.fields.len()).find(|at| !self.fields[*at].many && self.placed[*at].is_empty());
        let list = || self.fields.iter().position(|field| field.many);
        match named.or_else(free).or_else(list) {
            Some(at) if self.fields[at].many || self.placed[at].is_empty() => Ok(at),
            _ => Err(Error::field(Code::ValidationError, clip(part, 40), "is one file too many")),
        }
    }

    fn field(&self, part: &str) -> Result<&FileField, Error> {
        Ok(&self.fields[self.index(part)?])
    }

    fn place(&mut self, name: &str, part: Part) -> Result<(), Error> {
        let at = self.index(name)?;
        self.placed[at].push(self.parts.len());
        self.parts.push(part);
        Ok(())
    }

    fn finish(self) -> (Vec<Pair>, Vec<Part>) {
        let filled = self.fields.iter().zip(self.placed).filter(|(_, numbers)| !numbers.is_empty());
        let pairs = filled.map(|(field, numbers)| {
            let parts: Vec<String> = numbers.iter().map(|number| format!(r#"{{"part":{number}}}"#)).collect();
            let list = parts.join(",");
            Pair { name: field.name.to_owned(), json: if field.many { format!("[{list}]") } else { list } }
        });
        (pairs.collect(), self.parts)
    }
}
