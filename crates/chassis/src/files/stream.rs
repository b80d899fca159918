//! A file that is read as it arrives: in constant memory, and as fast as the reader takes it.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::collect::{self, Slot};
use super::file::{Content, Data, File, Given, read_given, read_source};
use crate::body::Pieces;
use crate::error::{Code, Error};
use crate::settings::Size;

/// The time a stream may take as a whole: less than a connection may last.
pub(crate) const STREAM_TIME: Duration = Duration::from_secs(9 * 60);

/// A file that is still arriving, with its bounds.
pub(crate) struct Chunks {
    pub(crate) pieces: Pieces,
    /// Bytes it may have, and has had.
    pub(crate) limit: usize,
    pub(crate) taken: usize,
    /// Bytes it may have as a whole in memory.
    pub(crate) whole: usize,
    /// What was looked at and is still to be read; and whether that is all there is.
    pub(crate) ahead: BytesMut,
    pub(crate) ended: bool,
    /// Time it may stand still.
    pub(crate) idle: Duration,
    /// When it must have come: a sender that trickles would hold its place for ever.
    pub(crate) until: Instant,
    pub(crate) handle: Handle,
}

impl Chunks {
    /// The next piece, that which was looked at first.
    fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if self.ahead.is_empty() { self.arriving() } else { Ok(Some(self.ahead.split().freeze())) }
    }

    /// Waits until so many bytes are ahead, or all there are.
    fn look(&mut self, bytes: usize) -> Result<(), Error> {
        while self.ahead.len() < bytes {
            let Some(piece) = self.arriving()? else { break };
            self.ahead.extend_from_slice(&piece);
        }
        Ok(())
    }

    /// Waits for a piece; not to be called from an async task.
    fn arriving(&mut self) -> Result<Option<Bytes>, Error> {
        if self.ended {
            return Ok(None);
        }
        let end = self.until.min(Instant::now() + self.idle);
        let next = async { tokio::time::timeout_at(end, self.pieces.next()).await };
        let Ok(piece) = self.handle.block_on(next) else {
            if Instant::now() >= self.until {
                return Err(Error::new(Code::DeadlineExceeded, "the file took too long to arrive"));
            }
            let seconds = self.idle.as_secs_f32();
            return Err(Error::new(
                Code::DeadlineExceeded,
                format!("nothing of the file arrived for {seconds} seconds"),
            ));
        };
        let Some(piece) = piece.transpose()? else {
            self.ended = true;
            return Ok(None);
        };
        self.taken += piece.len();
        if self.taken > self.limit {
            let limit = Size(self.limit);
            return Err(Error::new(Code::PayloadTooLarge, format!("the file is larger than the limit of {limit}")));
        }
        Ok(Some(piece))
    }
}

/// A file that is read as it arrives. What takes one runs on a thread of its own while a body arrives, so that a gigabyte
/// passes through in constant memory and a slow sender holds up nobody. It is read once.
#[derive(Clone)]
pub struct FileStream(Arc<Slots>);

#[derive(Default)]
struct Slots {
    about: OnceLock<Content>,
    state: Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    Awaited,
    Whole(Bytes),
    Live(Chunks),
    Taken,
    /// Whoever asks again hears the same: a reader that passes over an error must not see an end.
    Failed(Error),
}

impl FileStream {
    /// A file whose bytes are here.
    #[must_use]
    pub fn of(file: &File) -> Self {
        let stream = Self(Arc::default());
        stream.fill_whole(file.content().clone());
        stream
    }

    pub(crate) fn fill_whole(&self, content: Content) {
        self.fill(State::Whole(content.bytes.clone()), content);
    }

    pub(crate) fn fill_live(&self, content: Content, chunks: Chunks) {
        self.fill(State::Live(chunks), content);
    }

    fn fill(&self, state: State, about: Content) {
        *self.0.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        let _ = self.0.about.set(about);
    }

    /// Whether it is still arriving.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(*self.0.state.lock().unwrap_or_else(PoisonError::into_inner), State::Live(_))
    }

    /// Bytes that are here already.
    pub(crate) fn at_hand(&self) -> usize {
        self.0.about.get().map_or(0, |about| about.bytes.len())
    }

    /// The name it came with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.about.get()?.name.as_deref()
    }

    /// The media type it was said to have.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.about.get()?.content_type.as_deref()
    }

    /// The next piece, in the size it arrived in: nothing is copied.
    ///
    /// # Errors
    /// When the sender left, was silent too long, or sent more than the limit. Hand the error on as it is.
    pub fn next_piece(&self) -> Result<Option<Bytes>, Error> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            State::Live(chunks) => {
                let piece = chunks.next();
                match &piece {
                    Ok(Some(_)) => {}
                    Ok(None) => *state = State::Taken,
                    Err(error) => *state = State::Failed(error.clone()),
                }
                piece
            }
            State::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                *state = State::Taken;
                Ok((!bytes.is_empty()).then_some(bytes))
            }
            State::Failed(error) => Err(error.clone()),
            State::Awaited | State::Taken => Ok(None),
        }
    }

    /// The first bytes, so many or all there are, which stay to be read.
    ///
    /// # Errors
    /// As [`FileStream::next_piece`].
    pub fn peek(&self, bytes: usize) -> Result<Bytes, Error> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            State::Live(chunks) => {
                if let Err(error) = chunks.look(bytes) {
                    *state = State::Failed(error.clone());
                    return Err(error);
                }
                Ok(Bytes::copy_from_slice(&chunks.ahead[..bytes.min(chunks.ahead.len())]))
            }
            State::Whole(whole) => Ok(whole.slice(..bytes.min(whole.len()))),
            State::Failed(error) => Err(error.clone()),
            State::Awaited | State::Taken => Ok(Bytes::new()),
        }
    }

    /// All of it at once, within the bound of a file that is not streamed; it can be read again.
    ///
    /// # Errors
    /// As [`FileStream::next_piece`]; when it is larger than that.
    pub fn whole(&self) -> Result<Bytes, Error> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let read = match &mut *state {
            State::Live(chunks) => chunks.look(chunks.whole.saturating_add(1)).and_then(|()| {
                let limit = Size(chunks.whole);
                let message = || format!("the file is larger than the limit of {limit} for what is read as a whole");
                let fits = chunks.ahead.len() <= chunks.whole;
                fits.then(|| chunks.ahead.split().freeze()).ok_or_else(|| Error::new(Code::PayloadTooLarge, message()))
            }),
            State::Whole(bytes) => return Ok(bytes.clone()),
            State::Failed(error) => return Err(error.clone()),
            State::Awaited | State::Taken => return Ok(Bytes::new()),
        };
        *state = match &read {
            Ok(bytes) => State::Whole(bytes.clone()),
            Err(error) => State::Failed(error.clone()),
        };
        read
    }

    /// The file as a reader. What goes wrong with the sender travels inside the [`io::Error`]; [`Error::from`] finds it.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { stream: self.clone(), piece: Bytes::new() }
    }
}

/// Reads a [`FileStream`].
pub struct Reader {
    stream: FileStream,
    piece: Bytes,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.stream.next_piece().map_err(io::Error::other)? {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

impl fmt::Debug for FileStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file that is read as it arrives")
    }
}

impl<'de> Deserialize<'de> for FileStream {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let source = read_source(source)?;
        let stream = Self(Arc::default());
        collect::note(source, Slot::Stream(stream.clone())).map_err(D::Error::custom)?;
        Ok(stream)
    }
}

/// What is still arriving is read to its end.
impl Serialize for FileStream {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let about = self.0.about.get().cloned().unwrap_or_default();
        let bytes = self.whole().map_err(|error| {
            let message = error.to_string();
            collect::fail(error);
            serde::ser::Error::custom(message)
        })?;
        File::of(Content { bytes, ..about }).serialize(target)
    }
}

impl JsonSchema for FileStream {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FileStream".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        File::json_schema(generator)
    }
}

/// Input where JSON itself may be the data, as [`Data`], whose file is read as it arrives.
#[derive(Debug, Clone)]
pub enum DataStream {
    /// A JSON value that is no text: its text, unread.
    Json(Box<RawValue>),
    /// Text.
    Text(String),
    /// A file.
    File(FileStream),
}

impl<'de> Deserialize<'de> for DataStream {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Ok(match read_given(source)? {
            Given::Json(value) => Self::Json(value),
            Given::Text(text) => Self::Text(text),
            Given::Source(source) => {
                let stream = FileStream(Arc::default());
                collect::note(source, Slot::Stream(stream.clone())).map_err(D::Error::custom)?;
                Self::File(stream)
            }
        })
    }
}

impl Serialize for DataStream {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Json(value) => value.serialize(target),
            Self::Text(text) => text.serialize(target),
            Self::File(file) => file.serialize(target),
        }
    }
}

impl JsonSchema for DataStream {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DataStream".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Data::json_schema(generator)
    }
}
