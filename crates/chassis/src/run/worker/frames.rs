//! What crosses the pipes between a process and its worker.
//!
//! To the worker goes a preface (magic, turn and bounds), then a message; from it comes the magic once it is ready, then
//! the turn and a message. A warm worker does the second half again for each request. A message is a head (its length in
//! four bytes, then JSON) and the pieces whose sizes the head tells: the JSON of the request or answer, then its files.
//! Nothing here reads or writes: the parent does so asynchronously, the worker without a runtime.
//!
//! The turn is a number of the parent's choice that comes back before the answer. Without it a worker that answers twice
//! would answer the next request with the last one's answer, which may be another customer's.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Detail, Error};
use crate::files::{File, FileHead};

/// The first bytes in both directions. The last is the version: the program of the worker may be another build.
pub(super) const MAGIC: [u8; 8] = *b"ffwork\0\x02";
/// Bytes of a head at most: names and types of files, or the fields of an error.
const HEAD_LIMIT: usize = 1 << 20;
/// Bytes of the length before a head.
pub(super) const LENGTH: usize = size_of::<u32>();

/// A request or an answer: JSON, and the files it names as parts, in order.
#[derive(Clone, Default)]
pub struct Parcel {
    /// The request or answer itself.
    pub json: Bytes,
    /// Its files.
    pub files: Vec<File>,
}

/// Its size: the JSON may hold secrets.
impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of JSON and {} files", self.json.len(), self.files.len())
    }
}

/// One message.
#[derive(Debug)]
pub(super) enum Message {
    Parcel(Parcel),
    Error(Error),
    /// The operation panicked, at this place of the code.
    Panic(String),
}

/// Why there is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The worker never said that it is there.
    Unready,
    /// The pipe ended too early.
    Ended,
    /// These are no frames.
    Garbled,
    /// More is announced than may come.
    TooLarge,
    /// It is the answer to another request.
    Stale,
}

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

/// What a worker may use for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Bytes of address space; a warm worker takes those of its first request.
    pub(super) memory: u64,
    /// Time until nobody waits for the answer any more.
    pub(super) time: Duration,
    /// Bytes of stack; 0 for as many as the system gives.
    pub(super) stack: u64,
}

/// What comes before a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Preface {
    /// Comes back before the answer.
    pub(super) turn: [u8; TURN],
    pub(super) bounds: Bounds,
}

/// Bytes of a turn.
pub(super) const TURN: usize = 8;

impl Preface {
    /// Bytes of a preface.
    pub(super) const SIZE: usize = 40;

    pub(super) fn bytes(self) -> Bytes {
        let Bounds { memory, time, stack } = self.bounds;
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        [MAGIC, self.turn, memory.to_le_bytes(), millis.to_le_bytes(), stack.to_le_bytes()].concat().into()
    }

    pub(super) fn read(bytes: &[u8; Self::SIZE]) -> Result<Self, Broken> {
        let word = |index: usize| std::array::from_fn::<u8, 8, _>(|byte| bytes[index * 8 + byte]);
        if word(0) != MAGIC {
            return Err(Broken::Garbled);
        }
        let number = |index| u64::from_le_bytes(word(index));
        let bounds = Bounds { memory: number(2), time: Duration::from_millis(number(3)), stack: number(4) };
        Ok(Self { turn: word(1), bounds })
    }
}

/// What comes before the pieces.
#[derive(Serialize, Deserialize)]
pub(super) enum Head {
    Parcel { json: usize, files: Vec<FileHead> },
    Error(#[serde(with = "ErrorHead")] Error),
    Panic(String),
}

/// The fields of [`Error`], for this pipe alone: towards clients it has another shape.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Error")]
struct ErrorHead {
    code: Code,
    message: Cow<'static, str>,
    details: Vec<Detail>,
    retry_after: Option<u64>,
}

impl Message {
    /// The message as it is written. The pieces share their bytes with the parcel.
    pub(super) fn pieces(self) -> Vec<Bytes> {
        let (head, pieces) = match self {
            Self::Parcel(Parcel { json, files }) => {
                let heads = files.iter().map(|file| file.content().head());
                let head = Head::Parcel { json: json.len(), files: heads.collect() };
                let files = files.iter().map(|file| file.bytes().clone());
                (head, [json].into_iter().chain(files).collect())
            }
            Self::Error(error) => (Head::Error(error), Vec::new()),
            Self::Panic(place) => (Head::Panic(place), Vec::new()),
        };
        let text = serde_json::to_vec(&head).expect("strings and numbers always serialise");
        // Four bytes hold every length up to the limit; the reader refuses what is longer.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        [Bytes::from([&length.to_le_bytes(), &*text].concat())].into_iter().chain(pieces).collect()
    }
}

impl Head {
    /// The length of the head that follows.
    pub(super) fn length(prefix: [u8; LENGTH]) -> Result<usize, Broken> {
        usize::try_from(u32::from_le_bytes(prefix)).ok().filter(|length| *length <= HEAD_LIMIT).ok_or(Broken::Garbled)
    }

    /// Reads a head, and refuses one whose pieces are larger than the limit all together.
    pub(super) fn read(text: &[u8], limit: usize) -> Result<Self, Broken> {
        let head: Self = serde_json::from_slice(text).map_err(|_| Broken::Garbled)?;
        let total = head.sizes().into_iter().try_fold(0_usize, usize::checked_add);
        if total.is_some_and(|total| total <= limit) { Ok(head) } else { Err(Broken::TooLarge) }
    }

    /// The sizes of the pieces that follow.
    pub(super) fn sizes(&self) -> Vec<usize> {
        match self {
            Self::Parcel { json, files } => [*json].into_iter().chain(files.iter().map(|file| file.size)).collect(),
            Self::Error(_) | Self::Panic(_) => Vec::new(),
        }
    }

    /// The message of a head and its pieces.
    pub(super) fn message(self, pieces: Vec<Bytes>) -> Message {
        match self {
            Self::Parcel { files, .. } => {
                let mut pieces = pieces.into_iter();
                let json = pieces.next().unwrap_or_default();
                let file = |(head, bytes): (FileHead, _)| File::of(head.with(bytes));
                Message::Parcel(Parcel { json, files: files.into_iter().zip(pieces).map(file).collect() })
            }
            Self::Error(error) => Message::Error(error),
            Self::Panic(place) => Message::Panic(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Content;

    /// Writes a message, and reads it as far as it is one.
    fn crossed(message: Message, limit: usize) -> Result<Message, Broken> {
        let mut pieces = message.pieces();
        let head = pieces.remove(0);
        let (prefix, text) = head.split_at(LENGTH);
        assert_eq!(Head::length(prefix.try_into().unwrap()), Ok(text.len()));
        let head = Head::read(text, limit)?;
        assert_eq!(head.sizes(), pieces.iter().map(Bytes::len).collect::<Vec<_>>());
        Ok(head.message(pieces))
    }

    #[test]
    fn a_parcel_arrives_as_it_was_sent() {
        let nameless = File::of(Content { bytes: Bytes::from_static(b"\0\xff"), ..Content::default() });
        let files = vec![File::new("a\nb.pdf", "application/pdf", "%PDF"), nameless];
        let sent = Parcel { json: Bytes::from_static(br#"{"a":1}"#), files };
        let Ok(Message::Parcel(parcel)) = crossed(Message::Parcel(sent.clone()), 13) else { panic!("a parcel") };
        assert_eq!((&parcel.json, parcel.files.len()), (&sent.json, 2));
        for (file, sent) in parcel.files.iter().zip(&sent.files) {
            assert_eq!((file.name(), file.content_type()), (sent.name(), sent.content_type()));
            assert_eq!(file.bytes(), sent.bytes());
        }
        assert_eq!(crossed(Message::Parcel(sent), 12).unwrap_err(), Broken::TooLarge);
    }

    #[test]
    fn an_error_arrives_whole() {
        let sent = Error::field(Code::Unprocessable, "file", "is encrypted: send the password").retry_after(7);
        let Ok(Message::Error(error)) = crossed(Message::Error(sent.clone()), 0) else { panic!("an error") };
        assert_eq!((error.code(), error.message(), error.details()), (sent.code(), sent.message(), sent.details()));
        assert_eq!(error.retry_after, Some(7));
    }

    #[test]
    fn hostile_heads_are_refused_before_anything_is_set_aside_for_them() {
        assert_eq!(Head::length(u32::MAX.to_le_bytes()), Err(Broken::Garbled));
        for text in ["", "[]", "{}", r#"{"Parcel":{"json":-1,"files":[]}}"#, "\"Panic\"", &"[".repeat(100_000)] {
            assert_eq!(Head::read(text.as_bytes(), usize::MAX).map(|_| ()), Err(Broken::Garbled), "{text:.40}");
        }
        let most = usize::MAX;
        let overflowing =
            format!(r#"{{"Parcel":{{"json":{most},"files":[{{"name":null,"content_type":null,"size":{most}}}]}}}}"#);
        assert_eq!(Head::read(overflowing.as_bytes(), usize::MAX).map(|_| ()), Err(Broken::TooLarge));
    }

    #[test]
    fn a_preface_arrives_as_it_was_sent() {
        let bounds = Bounds { memory: 1 << 40, time: Duration::from_millis(24_999), stack: 7 };
        let sent = Preface { turn: *b"whose is", bounds };
        assert_eq!(Preface::read(sent.bytes().as_ref().try_into().unwrap()), Ok(sent));
        assert_eq!(Preface::read(&[0; Preface::SIZE]), Err(Broken::Garbled));
    }
}
