//! The service's own settings, and what it holds: the workers that typeset.

use std::path::PathBuf;

use chassis::{Call, Error, File, Hold, Opening, WarmWorkers, Warmth};
use clap::Args;

use crate::typeset::{Made, Shelf, Task, Typesetter};

/// Settings of pdf.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "pdf")]
pub struct Settings {
    /// Files of fonts (TrueType, OpenType) that documents may use beside Noto Sans, separated by commas: for Arabic,
    /// Chinese and other scripts.
    #[arg(global = true, long, env = "FLOWFORGE_PDF_FONTS", value_name = "FILES", value_delimiter = ',')]
    pub pdf_fonts: Vec<PathBuf>,
}

/// What the service holds while it runs.
pub struct Workshop {
    typesetter: WarmWorkers<Typesetter>,
    fonts: Vec<PathBuf>,
}

impl Hold for Workshop {
    async fn close(&self) {
        self.typesetter.close();
    }
}

impl Workshop {
    /// Typesets a document: its PDF, and what there is to say about it.
    pub(crate) async fn typeset(&self, call: &Call, task: &Task, files: Vec<File>) -> Result<(Made, File), Error> {
        let (made, mut files) = self.typesetter.ask(call, &self.fonts, task, files).await?;
        files.pop().map(|file| (made, file)).ok_or_else(Error::internal)
    }
}

/// Opens the workers. None is started before it is needed.
///
/// # Errors
/// Which file of fonts cannot be read.
pub async fn open(opening: Opening<Settings>) -> Result<Workshop, String> {
    let named = &opening.settings.pdf_fonts;
    let absolute =
        |path: &PathBuf| std::path::absolute(path).map_err(|problem| format!("{}: {problem}", path.display()));
    let fonts: Vec<PathBuf> = named.iter().map(absolute).collect::<Result<_, _>>()?;
    if !fonts.is_empty() {
        Shelf::with(&fonts)?;
    }
    Ok(Workshop { typesetter: opening.warm(Warmth::default()), fonts })
}
