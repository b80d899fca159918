//! Pictures of other people, and what other programs make of them.
//!
//! The crate carries the small ones (tests/data); where more lie beside the repository, all are read.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what is skipped is to be seen")]

mod bombs;
mod hostile;
mod orientation;
mod pngsuite;
mod strip;
mod webp;

use std::path::{Path, PathBuf};

use pictures::{DecodeOptions, Error, Picture};

/// The folder of test data of a name: the shared one, else our own part of it.
fn folder(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("../../../shared/testdata/image").join(name), root.join("tests/data").join(name)];
    let found = folders.into_iter().find(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: the folder {name} is not here");
    }
    found
}

/// The files of a folder with one ending, in the order of their names.
fn files(folder: &Path, ending: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    names.sort();
    let read = |path: PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    names.into_iter().map(read).collect()
}

fn decoded(bytes: &[u8]) -> Result<Picture, Error> {
    pictures::decode(bytes, &DecodeOptions::whole(&|| false))
}

/// A small AVIF with alpha, made by libavif from services/image/data/hill.png.
const AVIF: &[u8] = include_bytes!("../data/hill.avif");

/// A chunk of a PNG.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(&[&kind[..], data].concat());
    [&(data.len() as u32).to_be_bytes()[..], kind, data, &sum.to_be_bytes()].concat()
}
