//! A request's body, by its content type: JSON, a form, a multipart form, or a file as it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use http_body::Body as _;
use multer::{Field, Multipart};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::parts::{About, Role, Sorting};
use crate::body::{self, MemoryOf, Pieces, pieces};
use crate::decode::{FileField, Layout, Pair, options_of};
use crate::error::{Code, Error, clip};
use crate::files::{Chunks, Content, FileBounds, Part, STREAM_TIME, media_type_of, said, too_large_together};
use crate::message::Body;
use crate::settings::{Settings, Size};

/// Parts a multipart body may have.
const MAX_PARTS: usize = 1_000;
/// Bytes that are taken in without finding the next part or a piece of one.
const MAX_HEAD: usize = 256 * 1024;
/// A raw body that is announced to be at most this large is read whole even where it could be streamed: a thread of its
/// own would cost more.
const SMALL: u64 = 1 << 20;
/// A part up to this size is read whole even where it could be streamed: then options may follow it.
const BUFFERED: usize = 4 << 20;

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

impl Incoming {
    /// A body that is a file as a whole.
    fn file(field: &FileField, part: Part) -> Self {
        let json = if field.many { r#"[{"$part":0}]"# } else { r#"{"$part":0}"# };
        let option = Pair { name: field.name.to_owned(), json: json.to_owned() };
        Self { options: vec![option], parts: vec![part], ..Self::default() }
    }
}

/// What reading a body needs to know.
pub(crate) struct Reading<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) memory: MemoryOf<'a>,
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
        let fields = self.layout.files();
        let limit = if fields.is_empty() { self.settings.json_limit.0 } else { self.bounds.each };
        let read = self.memory.read(body, headers, Size(limit)).await?;
        // curl says this is a form whatever it sends: JSON and files are the most common first mistakes.
        if let Some(field) = fields.first().filter(|_| !is_form(&read)) {
            return Ok(Incoming::file(field, Part::Whole(Content { bytes: read, ..Content::default() })));
        }
        if read.len() > self.settings.json_limit.0 {
            let message =
                format!("the body is larger than the limit of {}: send less at once", self.settings.json_limit);
            return Err(Error::new(Code::PayloadTooLarge, message));
        }
        if read.trim_ascii_start().first() == Some(&b'{') {
            return Ok(Incoming { json: read, ..Incoming::default() });
        }
        Ok(Incoming { options: options_of(body::text(&read)?)?, ..Incoming::default() })
    }

    /// The body is the first file.
    async fn raw(&self, headers: &HeaderMap, body: Body) -> Result<Incoming, Error> {
        let field = &self.layout.files()[0];
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let about = Content {
            name: text(CONTENT_DISPOSITION).and_then(said),
            content_type: text(CONTENT_TYPE).and_then(media_type_of),
            url: None,
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
        Ok(Incoming::file(field, part))
    }

    fn chunks(&self, pieces: Pieces) -> Chunks {
        let Settings { stream_limit, stream_idle, .. } = self.settings;
        let (ahead, ended, whole) = (BytesMut::new(), false, self.bounds.each);
        let until = Instant::now() + STREAM_TIME;
        let (limit, idle, handle) = (stream_limit.0, stream_idle.0, Handle::current());
        Chunks { pieces, limit, taken: 0, whole, ahead, ended, idle, until, handle }
    }

    async fn multipart(&self, headers: &HeaderMap, content_type: &str, body: Body) -> Result<Incoming, Error> {
        let boundary = multer::parse_boundary(content_type).map_err(|error| not_multipart(&error))?;
        let mut form = Form::new(pieces(body, headers)?, boundary);
        let mut sorting = Sorting::new(self.layout, self.bounds.count, self.settings.json_limit);
        let (mut file_bytes, mut count) = (0, 0);
        'parts: while let Some(mut part) = form.part().await? {
            count += 1;
            if count > MAX_PARTS {
                return Err(Error::new(Code::ValidationError, format!("more than {MAX_PARTS} parts")));
            }
            let about = About::of(&part);
            let role = sorting.role(&about);
            if role == Role::Option {
                let mut text = self.memory.gather(sorting.room(), "the form");
                while let Some(piece) = form.piece(&mut part).await? {
                    text.push(piece).await?;
                }
                sorting.take(about, role, text.finish())?;
                continue;
            }
            let first = form.piece(&mut part).await?;
            let Some(first) = first.filter(|first| !first.is_empty()) else {
                if !about.is_nothing() {
                    sorting.admit(&about, role)?;
                    sorting.take(about, role, Bytes::new())?;
                }
                continue;
            };
            sorting.admit(&about, role)?;
            let stream = sorting.streams(role);
            let room = self.bounds.all.saturating_sub(file_bytes);
            let limit = if stream { self.settings.stream_limit.0 } else { self.bounds.each.min(room) };
            let is_the_sum = !stream && room < self.bounds.each;
            let too_large = |error: Error| match error.code() {
                Code::PayloadTooLarge if is_the_sum => too_large_together(self.bounds.all),
                _ => error,
            };
            let mut file = self.memory.gather(Size(limit), "the file");
            file.push(first).await.map_err(too_large)?;
            while let Some(piece) = form.piece(&mut part).await? {
                file.push(piece).await.map_err(too_large)?;
                if stream && file.len() > BUFFERED {
                    let chunks = self.chunks(last_part(form, part, file.finish()));
                    sorting.take_live(about, role, chunks)?;
                    break 'parts;
                }
            }
            file_bytes += file.len();
            sorting.take(about, role, file.finish())?;
        }
        let (options, parts) = sorting.finish()?;
        Ok(Incoming { options, parts, ..Incoming::default() })
    }
}

/// Whether bytes may be a form, or JSON: ASCII that no markup begins, for forms escape all else.
fn is_form(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.first() == Some(&b'{')
        || text.first() != Some(&b'<') && text.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..=126))
}

/// A multipart body that takes in no more than it hands out, and a head. The parser by itself takes all it can get
/// before it hands out any of it, and what is inflated comes without end from a few bytes that are here.
struct Form {
    parts: Multipart<'static>,
    /// Bytes taken in since something came out.
    ahead: Arc<AtomicUsize>,
}

impl Form {
    fn new(mut pieces: Pieces, boundary: String) -> Self {
        let ahead = Arc::<AtomicUsize>::default();
        let (taken, mut pause, mut last) = (ahead.clone(), false, false);
        let one_at_a_time = stream::poll_fn(move |context| {
            if std::mem::take(&mut pause) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if taken.load(Ordering::Relaxed) > MAX_HEAD {
                // It may not have looked at the last piece yet.
                if !std::mem::replace(&mut last, true) {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                let message = "the body is not valid multipart/form-data: let the client set the boundary";
                return Poll::Ready(Some(Err(Error::new(Code::MalformedRequest, message))));
            }
            let piece = pieces.poll_next_unpin(context);
            if let Poll::Ready(Some(Ok(piece))) = &piece {
                taken.fetch_add(piece.len(), Ordering::Relaxed);
                (pause, last) = (true, false);
            }
            piece
        });
        Self { parts: Multipart::new(one_at_a_time, boundary), ahead }
    }

    async fn part(&mut self) -> Result<Option<Field<'static>>, Error> {
        let part = self.parts.next_field().await.map_err(|error| not_multipart(&error))?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(part)
    }

    async fn piece(&self, part: &mut Field<'static>) -> Result<Option<Bytes>, Error> {
        let piece = part.chunk().await.map_err(|error| not_multipart(&error))?;
        self.ahead.store(0, Ordering::Relaxed);
        Ok(piece)
    }
}

/// A part that is read as it arrives, after which nothing may follow: what does would not have been there when the
/// operation began.
fn last_part(form: Form, part: Field<'static>, first: Bytes) -> Pieces {
    let rest = stream::try_unfold(Some((form, part)), |state| async move {
        let Some((mut form, mut part)) = state else { return Ok(None) };
        if let Some(piece) = form.piece(&mut part).await? {
            return Ok(Some((piece, Some((form, part)))));
        }
        drop(part);
        match form.part().await? {
            None => Ok(None),
            Some(late) => {
                let field = clip(late.name().unwrap_or("a part"), 40).into_owned();
                Err(Error::field(Code::ValidationError, field, "comes after a large file: send the file last"))
            }
        }
    });
    Box::pin(stream::once(std::future::ready(Ok(first))).chain(rest))
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
