//! The file of a snapshot: what the collection was made with, its points, and a hash of it all.
//!
//! Magic, then the header, then a point after another, then a mark, the number of points and the BLAKE3 hash of everything
//! before it. Parts of varying length are written behind their length (32 bits, little-endian); vectors are floats of 32
//! bits as they are kept, so what is restored is the same to the bit. A file is written beside and moved to its place, so
//! there are only whole ones; one that was damaged later is refused by its hash.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chassis::{Code, Error};
use serde::{Deserialize, Serialize};

use crate::json_object::JsonObject;
use crate::store::{Distance, Model, Point, Spec, Stored};

const MAGIC: &[u8; 8] = b"FFSNAP1\n";
/// What the name of a file that is not whole yet ends in.
pub(super) const UNFINISHED: &str = "part";
/// Where the length of a point would be, at the end.
const END: u32 = u32::MAX;
/// Bytes behind the last point: the mark, the number of points, the hash.
const TRAILER: usize = 4 + 8 + 32;
/// Longest part of varying length.
const MAX_PART: u32 = 16 << 20;

/// What stands before the points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The collection it is of.
    pub(crate) collection: String,
    /// When it was made, in microseconds since 1970.
    pub(crate) created: i64,
    /// What the collection was made with.
    pub(crate) spec: WrittenSpec,
}

/// A specification of a collection, without its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WrittenSpec {
    dimensions: usize,
    distance: Distance,
    model: Option<Model>,
    average_length: Option<f32>,
}

impl From<&Spec> for WrittenSpec {
    fn from(spec: &Spec) -> Self {
        Self {
            dimensions: spec.dimensions,
            distance: spec.distance,
            model: spec.model.clone(),
            average_length: spec.average_length,
        }
    }
}

impl WrittenSpec {
    /// With a name.
    pub(crate) fn named(self, name: String) -> Spec {
        let Self { dimensions, distance, model, average_length } = self;
        Spec { name, dimensions, distance, model, average_length }
    }
}

/// What is written of a point beside its payload and vector.
#[derive(Serialize, Deserialize)]
struct WrittenPoint {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    expires: Option<i64>,
}

fn unwritable(error: &io::Error) -> Error {
    tracing::error!(%error, "a snapshot cannot be written");
    Error::new(Code::Unavailable, "the snapshot cannot be written: the disk is full or closed").retry_after(60)
}

fn damaged(what: &str) -> Error {
    Error::new(Code::InternalError, format!("the file of the snapshot is damaged ({what}): it cannot be restored"))
}

/// Writes a snapshot.
pub(crate) struct SnapshotWriter {
    out: BufWriter<File>,
    hash: blake3::Hasher,
    points: u64,
    /// The file that is written, and where it belongs.
    beside: PathBuf,
    place: PathBuf,
}

impl SnapshotWriter {
    /// Begins one.
    pub(crate) fn create(place: &Path, header: &Header) -> Result<Self, Error> {
        // Nobody else writes this one, whatever is made under the same name meanwhile.
        let beside = place.with_extension(format!("{}.{UNFINISHED}", uuid::Uuid::new_v4().simple()));
        let file = File::create(&beside).map_err(|error| unwritable(&error))?;
        let mut writer = Self {
            out: BufWriter::with_capacity(1 << 18, file),
            hash: blake3::Hasher::new(),
            points: 0,
            beside,
            place: place.to_owned(),
        };
        writer.write(MAGIC)?;
        writer.part(&serde_json::to_vec(header).map_err(|_| Error::internal())?)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hash.update(bytes);
        self.out.write_all(bytes).map_err(|error| unwritable(&error))
    }

    fn part(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write(&u32::try_from(bytes.len()).unwrap_or(END).to_le_bytes())?;
        self.write(bytes)
    }

    /// Writes a point, whole.
    pub(crate) fn put(&mut self, point: &Stored) -> Result<(), Error> {
        let head = WrittenPoint { id: point.id.clone(), text: point.text.clone(), expires: point.expires };
        self.part(&serde_json::to_vec(&head).map_err(|_| Error::internal())?)?;
        self.part(point.payload.as_ref().map_or("{}", JsonObject::text).as_bytes())?;
        let vector = point.vector.iter().flatten().flat_map(|value| value.to_le_bytes());
        self.part(&vector.collect::<Vec<u8>>())?;
        self.points += 1;
        Ok(())
    }

    /// Ends it: it is on the disk, in its place. The number of points.
    pub(crate) fn finish(mut self) -> Result<u64, Error> {
        self.write(&END.to_le_bytes())?;
        self.write(&self.points.to_le_bytes())?;
        let hash = self.hash.finalize();
        let out = &mut self.out;
        let written = out.write_all(hash.as_bytes()).and_then(|()| out.flush()).and_then(|()| out.get_ref().sync_all());
        written.and_then(|()| fs::rename(&self.beside, &self.place)).map_err(|error| unwritable(&error))?;
        Ok(self.points)
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        // Where it was finished there is no such file any more.
        let _ = fs::remove_file(&self.beside);
    }
}

/// What a snapshot is of, and its number of points, without reading those.
pub(crate) fn peek(place: &Path) -> Result<(Header, u64), Error> {
    let mut reader = SnapshotReader::open(place)?;
    let file = reader.input.get_mut();
    let mut trailer = [0; TRAILER];
    let from_end = i64::try_from(TRAILER).unwrap_or(i64::MAX);
    let read = file.seek(SeekFrom::End(-from_end)).and_then(|_| file.read_exact(&mut trailer));
    read.map_err(|_| damaged("it is too short"))?;
    let (_, rest) = trailer.split_at(4);
    let points = rest.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).unwrap_or_default();
    Ok((reader.header, points))
}

/// Reads a snapshot.
pub(crate) struct SnapshotReader {
    input: BufReader<File>,
    hash: blake3::Hasher,
    points: u64,
    /// What stands before the points.
    pub(crate) header: Header,
}

impl SnapshotReader {
    /// Opens one.
    pub(crate) fn open(place: &Path) -> Result<Self, Error> {
        let file = File::open(place).map_err(|_| damaged("it cannot be opened"))?;
        let header = Header {
            collection: String::new(),
            created: 0,
            spec: WrittenSpec { dimensions: 0, distance: Distance::Cosine, model: None, average_length: None },
        };
        let mut reader =
            Self { input: BufReader::with_capacity(1 << 18, file), hash: blake3::Hasher::new(), points: 0, header };
        let mut magic = [0; MAGIC.len()];
        reader.fill(&mut magic)?;
        if magic != *MAGIC {
            return Err(damaged("it is none"));
        }
        let header = reader.part()?.ok_or_else(|| damaged("it has no header"))?;
        reader.header = serde_json::from_slice(&header).map_err(|_| damaged("its header cannot be read"))?;
        Ok(reader)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.input.read_exact(bytes).map_err(|_| damaged("it ends too early"))?;
        self.hash.update(bytes);
        Ok(())
    }

    /// The next part; nothing at the mark of the end.
    fn part(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length == END {
            return Ok(None);
        }
        if length > MAX_PART {
            return Err(damaged("a part is too long"));
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// The next point; nothing after the last, when the hash is right.
    pub(crate) fn next(&mut self) -> Result<Option<Point>, Error> {
        let Some(head) = self.part()? else {
            let (mut count, mut hash) = ([0; 8], [0; 32]);
            self.fill(&mut count)?;
            let own = self.hash.finalize();
            self.fill(&mut hash)?;
            return match u64::from_le_bytes(count) == self.points && *own.as_bytes() == hash {
                true => Ok(None),
                false => Err(damaged("its hash is wrong")),
            };
        };
        let head: WrittenPoint = serde_json::from_slice(&head).map_err(|_| damaged("a point cannot be read"))?;
        let mut part = || self.part()?.ok_or_else(|| damaged("a point ends too early"));
        let payload = String::from_utf8(part()?).ok().and_then(JsonObject::of_text);
        let payload = payload.ok_or_else(|| damaged("a payload cannot be read"))?;
        let vector = part()?.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect::<Vec<_>>();
        if vector.len() != self.header.spec.dimensions {
            return Err(damaged("a vector has another length"));
        }
        self.points += 1;
        let WrittenPoint { id, text, expires } = head;
        Ok(Some(Point { id, vector, text, payload, expires }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(place: &Path) -> Vec<Stored> {
        let header = Header {
            collection: "c".into(),
            created: 7,
            spec: WrittenSpec { dimensions: 2, distance: Distance::Dot, model: None, average_length: Some(3.5) },
        };
        let mut writer = SnapshotWriter::create(place, &header).unwrap();
        let point = |number: u8| Stored {
            id: format!("é{number}"),
            payload: JsonObject::of_text(format!("{{\"n\": 1.{number}0, \"a\":[]}}")),
            text: (number == 1).then(|| "text".to_owned()),
            vector: Some(vec![f32::from(number) / 3.0, f32::MIN_POSITIVE]),
            expires: (number == 2).then_some(99),
        };
        let points: Vec<Stored> = (0..3).map(point).collect();
        points.iter().for_each(|point| writer.put(point).unwrap());
        assert_eq!(writer.finish().unwrap(), 3);
        points
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.snapshot");
        let points = written(&place);
        let (header, count) = peek(&place).unwrap();
        assert_eq!((header.collection.as_str(), count), ("c", 3));
        let mut reader = SnapshotReader::open(&place).unwrap();
        for wanted in points {
            let point = reader.next().unwrap().unwrap();
            assert_eq!((point.id, point.text, point.expires), (wanted.id, wanted.text, wanted.expires));
            assert_eq!(point.payload.text(), wanted.payload.unwrap().text());
            assert_eq!(Some(point.vector), wanted.vector);
        }
        assert!(reader.next().unwrap().is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn any_damage_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.snapshot");
        written(&place);
        let whole = fs::read(&place).unwrap();
        let reads = |bytes: &[u8]| {
            fs::write(&place, bytes).unwrap();
            let Ok(mut reader) = SnapshotReader::open(&place) else { return false };
            loop {
                match reader.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => return true,
                    Err(_) => return false,
                }
            }
        };
        assert!(reads(&whole));
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert!(!reads(&bytes), "a bit at {at}");
            assert!(!reads(&whole[..at]), "cut at {at}");
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.snapshot");
        let header = Header {
            collection: "c".into(),
            created: 7,
            spec: WrittenSpec { dimensions: 2, distance: Distance::Dot, model: None, average_length: None },
        };
        drop(SnapshotWriter::create(&place, &header).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
