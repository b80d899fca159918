//! Where text is recognized: warm worker processes, each with its languages loaded, and the way there.
//!
//! This process never opens Tesseract: it looks where the library and its languages are, and hands the work to workers. So it
//! starts without, says so in its health, and names the package to install in its answers.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chassis::settings::Size;
use chassis::{Call, Check, Code, Error, File, Hold, Opening, Status, WarmEngine, WarmWorkers, Warmth};
use clap::Args;
use recognizer::{DEFAULT_PLACES, Installation, Tesseract};
use serde::{Deserialize, Serialize};

use crate::error::of_engine;
use crate::job::{Done, Job};

/// Address space of a worker: a page of 40 megapixels, its copies, and the models of eight languages.
const MEMORY: Size = Size(2 << 30);
/// Languages of a request at most: each takes memory and time.
const MOST_LANGUAGES: usize = 8;
/// Before the end of a request reading stops, so that what was read until then is the answer.
pub(crate) const SPARE: Duration = Duration::from_secs(2);

/// Settings of ocr.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "ocr")]
pub struct Settings {
    /// The library of Tesseract 5 (libtesseract.so.5); looked for where systems put it by default.
    #[arg(global = true, long, env = "FLOWFORGE_TESSERACT_LIBRARY", value_name = "FILE")]
    pub tesseract_library: Option<PathBuf>,
    /// The folder of Tesseract's languages (*.traineddata); looked for where systems put it by default.
    #[arg(global = true, long, env = "FLOWFORGE_TESSERACT_DATA", value_name = "FOLDER")]
    pub tesseract_data: Option<PathBuf>,
}

/// The workers that recognize text, and what they find on this machine.
pub struct Readers {
    workers: WarmWorkers<Reader>,
    settings: Settings,
    /// Workers that run at once.
    most: usize,
    /// Time a request has.
    limit: Duration,
}

impl Hold for Readers {
    async fn close(&self) {
        self.workers.close();
    }
}

/// Opens what ocr holds.
///
/// # Errors
/// Never: without Tesseract the service starts, and says so.
pub async fn open(opening: Opening<Settings>) -> Result<Readers, String> {
    let warmth = Warmth { memory: Some(MEMORY), ..Warmth::default() };
    let cores = || std::thread::available_parallelism().map_or(2, usize::from);
    let most = opening.runtime.settings.workers.unwrap_or_else(cores).max(1);
    let limit = opening.runtime.settings.deadline.0;
    Ok(Readers { workers: opening.warm(warmth), settings: opening.settings, most, limit })
}

/// How Tesseract is.
pub async fn check(readers: std::sync::Arc<Readers>) -> Check {
    match readers.installation() {
        Ok(_) => Check::healthy(),
        Err(missing) => Check::because(Status::Degraded, missing.message()),
    }
}

impl Readers {
    /// What is installed; looked for each time, so that what is installed later is found.
    pub(crate) fn installation(&self) -> Result<Installation, Error> {
        let Settings { tesseract_library, tesseract_data } = &self.settings;
        Installation::find(tesseract_library.as_deref(), tesseract_data.as_deref(), DEFAULT_PLACES).map_err(of_engine)
    }

    /// Jobs that are worth asking for at once.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Warns that the time of a request was over before all was done, and says what to do.
    pub(crate) fn warn_of_time(&self, call: &Call, field: &'static str, what: &str) {
        let limit = self.limit.as_secs_f64();
        call.warn("out-of-time", Some(field), format!("the time limit of {limit} s for a request ended {what}"));
    }

    /// Has a job done by a worker with these languages.
    pub(crate) async fn ask(&self, call: &Call, languages: &[String], job: &Job, file: &File) -> Result<Done, Error> {
        let (done, _) = self.ask_for_files(call, languages, job, vec![file.clone()]).await?;
        Ok(done)
    }

    /// The same, with the files of the answer.
    pub(crate) async fn ask_for_files(
        &self,
        call: &Call,
        languages: &[String],
        job: &Job,
        files: Vec<File>,
    ) -> Result<(Done, Vec<File>), Error> {
        let installation = self.installation()?;
        let installed = installation.languages();
        if languages.len() > MOST_LANGUAGES {
            return Err(Error::impossible("languages", format!("at most {MOST_LANGUAGES} are read at once")));
        }
        let unknown: Vec<&str> =
            languages.iter().filter(|language| !installed.contains(language)).map(String::as_str).collect();
        if !unknown.is_empty() {
            return Err(not_installed(&unknown, &installed));
        }
        let key = ReaderKey { library: installation.library, data: installation.data, languages: languages.to_vec() };
        self.workers.ask(call, &key, job, files).await
    }
}

fn not_installed(unknown: &[&str], installed: &[String]) -> Error {
    let package = unknown[0].replace('_', "-");
    let message = format!(
        "{} is not installed; these are: {}. To add it, install the package tesseract-ocr-{package}",
        unknown.join(", "),
        installed.join(", "),
    );
    Error::field(Code::Unprocessable, "languages", message)
}

/// What makes a worker warm.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReaderKey {
    library: PathBuf,
    data: PathBuf,
    languages: Vec<String>,
}

/// A worker that has Tesseract loaded with some languages.
pub struct Reader {
    tesseract: Tesseract,
}

impl WarmEngine for Reader {
    type Key = ReaderKey;
    type Request = Job;
    type Answer = Done;
    const NAME: &'static str = "reader";
    /// One thread: with several, Tesseract takes three times the work for a page. Read by its library when that is loaded.
    const ENVIRONMENT: &'static [(&'static str, &'static str)] = &[("OMP_THREAD_LIMIT", "1")];

    fn start(key: ReaderKey) -> Result<Self, Error> {
        let installation = Installation { library: key.library, data: key.data };
        Ok(Self { tesseract: Tesseract::open(&installation, &key.languages).map_err(of_engine)? })
    }

    fn answer(&mut self, job: Job, files: Vec<File>, deadline: Instant) -> Result<(Done, Vec<File>), Error> {
        let until = deadline.checked_sub(SPARE).unwrap_or(deadline);
        job.run(&mut self.tesseract, &files, until)
    }
}
