//! A blob: a file as it lies in a folder or a bucket. A head with all that is known of the file, then its bytes: one
//! object, so that both kinds of place work alike and a file is there in full or not at all.

use bytes::Bytes;
use futures_util::{Stream, stream};
use object_store::PutPayload;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::link::Id;
use super::place::Place;

/// The first bytes of every blob, and the version of its head.
const MAGIC: &[u8] = b"FFB1";
/// After the magic: the length of the head that follows.
const LENGTH: usize = size_of::<u32>();
/// What is read at first. Heads are far smaller, and most files end before.
const FIRST: u64 = 64 * 1024;
/// What is read at once while a file is streamed: memory for each, against a request to S3 for each.
const PIECE: u64 = 256 * 1024;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Its owner, hashed.
    pub(super) owner: Option<String>,
    pub(super) name: Option<String>,
    pub(super) content_type: Option<String>,
    /// Bytes of the file.
    pub(super) size: u64,
}

impl Head {
    fn write(&self) -> Bytes {
        let head = serde_json::to_vec(self).expect("strings and a number always serialise");
        let length = u32::try_from(head.len()).expect("names are clipped").to_be_bytes();
        [MAGIC, &length, &head].concat().into()
    }

    /// The head and where the file starts; nothing, when the blob of so many bytes is damaged.
    fn read(blob: &[u8], total: u64) -> Option<(Self, u64)> {
        let (length, rest) = blob.strip_prefix(MAGIC)?.split_first_chunk::<LENGTH>()?;
        let head = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        let start = (MAGIC.len() + LENGTH + head.len()) as u64;
        let head: Self = serde_json::from_slice(head).ok()?;
        (start.checked_add(head.size) == Some(total)).then_some((head, start))
    }
}

/// A blob to write; its bytes are not copied.
pub(super) fn write(head: &Head, bytes: Bytes) -> PutPayload {
    [head.write(), bytes].into_iter().collect()
}

/// A blob that was found.
pub(super) struct Blob {
    place: Place,
    id: Id,
    pub(super) head: Head,
    /// Where the file starts and ends in the blob.
    start: u64,
    end: u64,
    /// The first bytes of the blob.
    first: Bytes,
}

impl Blob {
    /// Finds a blob; nothing when it is gone or damaged.
    pub(super) async fn find(place: &Place, id: Id) -> Result<Option<Self>, Fault> {
        let (first, end) = match place.read(&id.to_string(), 0..FIRST).await {
            Ok(found) => found,
            Err(Fault::Missing) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let Some((head, start)) = Head::read(&first, end) else {
            tracing::warn!("a kept file is damaged: it counts as gone");
            return Ok(None);
        };
        Ok(Some(Self { place: place.clone(), id, head, start, end, first }))
    }

    /// All of the file.
    pub(super) async fn bytes(self) -> Result<Bytes, Fault> {
        match self.at_hand() {
            Some(bytes) if bytes.len() as u64 == self.head.size => Ok(bytes),
            // Read again from its start rather than put together: it costs a little more reading and no copy.
            _ => self.read(self.start, self.end).await,
        }
    }

    /// The file, piece by piece.
    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, Fault>> + Send + 'static {
        let first = self.at_hand();
        stream::try_unfold((self, first), |(blob, at_hand)| async move {
            let piece = match at_hand {
                Some(piece) => piece,
                None => blob.read(blob.start, blob.end.min(blob.start + PIECE)).await?,
            };
            let rest = Self { start: blob.start + piece.len() as u64, first: Bytes::new(), ..blob };
            Ok((!piece.is_empty()).then_some((piece, (rest, None))))
        })
    }

    /// What was read of the file already.
    fn at_hand(&self) -> Option<Bytes> {
        let start = usize::try_from(self.start).ok().filter(|start| *start < self.first.len())?;
        Some(self.first.slice(start..))
    }

    async fn read(&self, start: u64, end: u64) -> Result<Bytes, Fault> {
        if start == end {
            return Ok(Bytes::new());
        }
        let (bytes, _) = self.place.read(&self.id.to_string(), start..end).await?;
        if bytes.len() as u64 == end - start { Ok(bytes) } else { Err(Fault::Failed("a kept file was cut".to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(size: u64) -> Head {
        let text = |text: &str| Some(text.to_owned());
        Head { owner: text("0123"), name: text("Übersicht.pdf"), content_type: text("application/pdf"), size }
    }

    #[test]
    fn a_head_is_read_as_it_was_written() {
        for head in [head(5), Head { owner: None, name: None, content_type: None, size: 0 }] {
            let written = head.write();
            let total = written.len() as u64 + head.size;
            assert_eq!(Head::read(&written, total), Some((head.clone(), written.len() as u64)));
            assert_eq!(Head::read(&[&written, &b"bytes that follow"[..]].concat(), total).unwrap().0, head);
            for wrong in [0, total - 1, total + 1, u64::MAX] {
                assert_eq!(Head::read(&written, wrong), None);
            }
        }
    }

    #[test]
    fn a_damaged_head_is_no_head() {
        let written = head(5).write();
        let total = written.len() as u64 + 5;
        for length in 0..written.len() {
            assert_eq!(Head::read(&written[..length], total), None, "cut at {length}");
            assert_eq!(Head::read(&written[..length], length as u64), None, "cut at {length}");
        }
        for (place, byte) in [(0, b'X'), (3, b'2'), (4, 0xff), (7, 0), (7, 0xff), (8, b'['), (9, 0xff)] {
            let mut damaged = written.to_vec();
            damaged[place] = byte;
            assert_eq!(Head::read(&damaged, total), None, "{byte} at {place}");
        }
        let huge = Head { size: u64::MAX, ..head(0) }.write();
        assert_eq!(Head::read(&huge, 5), None);
    }
}
