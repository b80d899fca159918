//! Where Tesseract and its languages are, found by looking at files: nothing is opened, so that the process that answers
//! requests never has the library in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::Error;

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// Folders of libraries; below each, its direct subfolders are looked at too.
    pub libraries: &'a [&'a str],
    /// Folders of languages.
    pub languages: &'a [&'a str],
}

/// Where Debian and others put them.
pub const DEFAULT_PLACES: Places<'static> = Places {
    libraries: &["/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib", "/opt/homebrew/lib"],
    languages: &[
        "/usr/share/tesseract-ocr/5/tessdata",
        "/usr/local/share/tessdata",
        "/usr/share/tessdata",
        "/usr/share/tesseract/tessdata",
        "/opt/homebrew/share/tessdata",
    ],
};

/// The library by its name, which holds the version of its interface.
const LIBRARY: &str = "libtesseract.so.5";
/// The ending of a language's file.
const ENDING: &str = "traineddata";
/// Models that are no languages: orientation and script, equations.
const NO_LANGUAGES: [&str; 2] = ["osd", "equ"];

/// Tesseract on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The library.
    pub library: PathBuf,
    /// The folder of its languages.
    pub data: PathBuf,
}

impl Installation {
    /// Looks for it; what is given is taken, the rest is looked for.
    ///
    /// # Errors
    /// What is missing, and the package of Debian that has it.
    pub fn find(library: Option<&Path>, data: Option<&Path>, places: Places<'_>) -> Result<Self, Error> {
        let missing = |what: &str, package: &str| {
            Error::Missing(format!("text recognition needs {what}: install the package {package}"))
        };
        let library = match library {
            Some(library) => Some(library.to_owned()).filter(|library| library.is_file()),
            None => places.libraries.iter().find_map(|folder| library_in(Path::new(folder))),
        };
        let library = library.ok_or_else(|| missing("Tesseract 5", "tesseract-ocr"))?;
        let has_languages = |folder: &Path| !models(folder).is_empty();
        let data = match data {
            Some(data) => Some(data.to_owned()).filter(|data| has_languages(data)),
            None => places.languages.iter().map(PathBuf::from).find(|folder| has_languages(folder)),
        };
        let data = data.ok_or_else(|| missing("a language of Tesseract", "tesseract-ocr-eng"))?;
        Ok(Self { library, data })
    }

    /// The languages that are installed, by their codes, in alphabetical order.
    #[must_use]
    pub fn languages(&self) -> Vec<String> {
        let mut languages = models(&self.data);
        languages.retain(|name| !NO_LANGUAGES.contains(&name.as_str()));
        languages
    }

    /// Whether orientation and script can be told.
    #[must_use]
    pub fn tells_orientation(&self) -> bool {
        models(&self.data).iter().any(|name| name == "osd")
    }
}

/// The library in a folder or one below.
fn library_in(folder: &Path) -> Option<PathBuf> {
    let own = folder.join(LIBRARY);
    if own.is_file() {
        return Some(own);
    }
    let below = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let mut found: Vec<PathBuf> =
        below.map(|entry| entry.path().join(LIBRARY)).filter(|library| library.is_file()).collect();
    // Of several architectures, ours: its triplet begins with its name.
    found.sort_by_key(|path| !path.to_string_lossy().contains(std::env::consts::ARCH));
    found.into_iter().next()
}

/// Names of the models in a folder, and in those below it (`script/Latin`).
fn models(folder: &Path) -> Vec<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        let paths = entries.map(|entry| entry.path());
        let models = paths.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
        models.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
    };
    let scripts = names(&folder.join("script")).into_iter().map(|script| format!("script/{script}"));
    let mut all: Vec<String> = names(folder).into_iter().chain(scripts).collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_its_package() {
        let nowhere = Places { libraries: &["/nowhere"], languages: &["/nowhere"] };
        let error = Installation::find(None, None, nowhere).unwrap_err();
        assert!(error.to_string().ends_with("install the package tesseract-ocr"), "{error}");
        let error = Installation::find(Some(Path::new("/proc/self/exe")), None, nowhere).unwrap_err();
        assert!(error.to_string().ends_with("install the package tesseract-ocr-eng"), "{error}");
        let error = Installation::find(Some(Path::new("/nowhere/lib.so")), None, DEFAULT_PLACES).unwrap_err();
        assert!(matches!(error, Error::Missing(_)));
    }
}
