//! What an operation answers: a flat object, and the files it made.

use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::events::Events;
use super::nonfinite::{self, NoteNull};
use super::task::Streamed;
use crate::error::Error;
use crate::files::{Content, File, FileHead};
use crate::warning::Warning;

/// Files an operation makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// None: the answer is JSON.
    Nothing,
    /// One.
    File,
    /// One, or none: as the request says.
    MayFile,
    /// Several.
    Files,
    /// None, but the answer may come in events.
    Events,
}

impl Makes {
    /// Whether there are files.
    pub(crate) fn files(self) -> bool {
        matches!(self, Self::File | Self::MayFile | Self::Files)
    }
}

/// The answer of an operation: a flat object, [`WithFile`] or [`WithFiles`].
pub trait OperationResponse: Send + 'static {
    /// The files it makes.
    const MAKES: Makes;

    /// The schema of the object.
    fn facts(generator: &mut SchemaGenerator) -> Schema;

    /// The answer with its warnings; nothing for those of another product's contract.
    ///
    /// # Errors
    /// When it is no object, which is our fault.
    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error>;
}

/// An answer, written.
pub struct Answer {
    /// The object.
    pub(crate) json: Vec<u8>,
    /// The files that were made.
    pub(crate) files: Vec<Content>,
    /// Instead of both.
    pub(crate) events: Option<Events>,
    /// Instead of all three.
    pub(crate) stream: Option<Box<Streamed>>,
}

impl Answer {
    /// An object and files.
    pub(crate) fn whole(json: Vec<u8>, files: Vec<Content>) -> Self {
        Self { json, files, events: None, stream: None }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> OperationResponse for T {
    const MAKES: Makes = Makes::Nothing;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        Ok(Answer::whole(write(&self, warnings)?, Vec::new()))
    }
}

/// A file made, and what there is to say about it. The file goes out as bytes, base64 or a link, as the caller asks.
pub struct WithFile<R> {
    /// The file.
    pub file: File,
    /// What there is to say about it: small, it travels in a header beside the bytes.
    pub facts: R,
}

impl<R: Serialize + JsonSchema + Send + 'static> OperationResponse for WithFile<R> {
    const MAKES: Makes = Makes::File;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<R>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        Ok(Answer::whole(write(&self.facts, warnings)?, vec![self.file.content().clone()]))
    }
}

/// Files made, and what there is to say about them. As bytes several go out in a zip archive, one as it is.
pub struct WithFiles<R> {
    /// The files.
    pub files: Vec<File>,
    /// What there is to say about them.
    pub facts: R,
}

impl<R: Serialize + JsonSchema + Send + 'static> OperationResponse for WithFiles<R> {
    const MAKES: Makes = Makes::Files;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<R>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        let files = self.files.iter().map(|file| file.content().clone()).collect();
        Ok(Answer::whole(write(&self.facts, warnings)?, files))
    }
}

/// An answer whose form depends on the request.
pub enum Flow<R> {
    /// What there is to say, as JSON.
    Facts(R),
    /// A file.
    File(WithFile<R>),
    /// What goes out while it is made, because what it is made of is still arriving. Not where the answer is wanted as a
    /// whole: [`Call::wants_whole`](crate::Call::wants_whole).
    Stream(Box<Streamed>),
}

impl<R: Serialize + JsonSchema + Send + 'static> OperationResponse for Flow<R> {
    const MAKES: Makes = Makes::MayFile;

    fn facts(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<R>()
    }

    fn into_answer(self, warnings: Option<&[Warning]>) -> Result<Answer, Error> {
        match self {
            Self::Facts(facts) => facts.into_answer(warnings),
            Self::File(file) => file.into_answer(warnings),
            Self::Stream(stream) => Ok(Answer { stream: Some(stream), ..Answer::whole(Vec::new(), Vec::new()) }),
        }
    }
}

/// What there is to say, as JSON with the warnings of a call so far.
pub(super) fn facts(facts: &impl Serialize, warnings: &[Warning]) -> Result<Vec<u8>, Error> {
    write(facts, Some(warnings))
}

/// Room an answer may take without using it.
const SLACK: usize = 16 * 1024;
/// Room for the usual warnings.
const WARNINGS: usize = 256;

/// An object as JSON, with its warnings, those about numbers JSON cannot hold among them.
fn write(answer: &impl Serialize, warnings: Option<&[Warning]>) -> Result<Vec<u8>, Error> {
    let unwritable = |problem: &dyn std::fmt::Display| {
        tracing::error!(%problem, "an answer cannot be written");
        Error::internal()
    };
    let mut json = Vec::with_capacity(256);
    let mut null = false;
    let mut target = serde_json::Serializer::with_formatter(&mut json, NoteNull(&mut null));
    answer.serialize(&mut target).map_err(|error| unwritable(&error))?;
    // It has grown by doubling; what is counted later is what was written.
    if json.capacity() - json.len() > SLACK {
        json.shrink_to(json.len() + WARNINGS);
    }
    let Some(warnings) = warnings else { return Ok(json) };
    if json.pop() != Some(b'}') {
        return Err(unwritable(&"it is not an object"));
    }
    json.extend_from_slice(if json.len() > 1 { br#","warnings":"# } else { br#""warnings":"# });
    let lost = if null { nonfinite::warnings(answer) } else { Vec::new() };
    match lost.is_empty() {
        true => serde_json::to_writer(&mut json, warnings),
        false => serde_json::to_writer(&mut json, &[warnings, &lost].concat()),
    }
    .map_err(|error| unwritable(&error))?;
    json.push(b'}');
    Ok(json)
}

/// The end of an object, as [`write`] makes it.
#[derive(Deserialize)]
struct Warned<'a> {
    #[serde(borrow)]
    warnings: &'a RawValue,
}

/// Puts more warnings before those of an answer that was written elsewhere.
pub(crate) fn warn_first(json: &mut Vec<u8>, warnings: &[Warning]) -> Result<(), Error> {
    let warned: Warned<'_> = serde_json::from_slice(json).map_err(|_| Error::internal())?;
    let own = warned.warnings.get().to_owned();
    // They are the last of it: the list and the brace after it.
    json.truncate(json.len() - own.len() - 1);
    serde_json::to_writer(&mut *json, warnings).map_err(|_| Error::internal())?;
    json.pop();
    json.extend_from_slice(if own == "[]" { b"" } else { b"," });
    json.extend_from_slice(&own.as_bytes()[1..]);
    json.push(b'}');
    Ok(())
}

impl Answer {
    /// The answer as one value for the cache: the length of a head, the head, the object, the files.
    pub(crate) fn pack(self) -> Bytes {
        let head = (self.json.len(), self.files.iter().map(Content::head).collect::<Vec<_>>());
        let head = serde_json::to_vec(&head).expect("names and numbers always serialise");
        let size = 4 + head.len() + self.json.len() + self.files.iter().map(|file| file.bytes.len()).sum::<usize>();
        let mut packed = Vec::with_capacity(size);
        packed.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
        packed.extend_from_slice(&head);
        packed.extend_from_slice(&self.json);
        for file in &self.files {
            packed.extend_from_slice(&file.bytes);
        }
        packed.into()
    }

    /// The answer a value of the cache holds.
    pub(crate) fn unpack(packed: &Bytes) -> Result<Self, Error> {
        Self::read(packed.clone()).ok_or_else(|| {
            tracing::error!("a kept answer cannot be read");
            Error::internal()
        })
    }

    fn read(mut packed: Bytes) -> Option<Self> {
        let mut take = |size: usize| (size <= packed.len()).then(|| packed.split_to(size));
        let size = u32::from_le_bytes(take(4)?.as_ref().try_into().ok()?);
        let (json, heads): (usize, Vec<FileHead>) = serde_json::from_slice(&take(size as usize)?).ok()?;
        let json = take(json)?.into();
        let files = heads.into_iter().map(|head| {
            let bytes = take(head.size)?;
            Some(head.with(bytes))
        });
        Some(Self::whole(json, files.collect::<Option<_>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_unpacked_as_it_was() {
        let file = |bytes: &'static str| Content { name: Some("a".into()), bytes: bytes.into(), ..Content::default() };
        let answer = Answer::whole(b"{\"a\":1}".to_vec(), vec![file("xyz"), file("")]);
        let packed = answer.pack();
        let answer = Answer::unpack(&packed).unwrap();
        assert_eq!(answer.json, b"{\"a\":1}");
        assert_eq!((&answer.files[0].bytes[..], answer.files.len()), (&b"xyz"[..], 2));
        for end in 0..packed.len() {
            assert!(Answer::unpack(&packed.slice(..end)).is_err(), "{end}");
        }
    }
}
