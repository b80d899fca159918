//! Which way is up, how much the lines are skewed, and in what script they are.

use std::sync::Arc;

use chassis::{Call, Error, File, Operation};
use garde::Validate;
use pictures::orientation as quarter_turns;
use recognizer::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Readers;
use crate::job::{Done, Job};
use crate::prepare::Probe;
use crate::reading::orientation_of;
use crate::recognize::example_picture;
use crate::source::{self, Sheet};

/// What the document says.
const DESCRIPTION: &str = "\
Tells by how many degrees a picture of text is to be turned clockwise to be upright (0, 90, 180 or 270), after the orientation of \
its EXIF data; by how many degrees its lines rise to the right then; and their script. `rotation` is null, with a warning, when there \
is too little text to tell: some dozens of letters are needed.";

/// How much surer than the next best is taken for certain.
const CERTAIN: f64 = 15.0;

/// A picture of text.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct OrientationRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// The page of a TIFF or the frame of an animation, from 1.
    #[serde(default)]
    #[garde(range(min = 1, max = 10_000))]
    pub page: Option<u32>,
}

/// Which way is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrientationResponse {
    /// Degrees clockwise that make the text upright: 0, 90, 180 or 270; null when it cannot be told.
    pub rotation: Option<u16>,
    /// How sure that is, 0 to 1: by how much it is more likely than the next best.
    pub confidence: Option<f64>,
    /// Degrees by which lines rise to the right once the text is upright, -20 to 20.
    pub skew: f64,
    /// Script, such as `Latin`, `Cyrillic` or `Han`.
    pub script: Option<String>,
    /// How sure the script is, 0 to 1.
    pub script_confidence: Option<f64>,
}

/// What a worker found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Uprightness {
    found: OrientationResponse,
    pages: u32,
}

/// A request that works.
#[must_use]
pub fn example() -> OrientationRequest {
    OrientationRequest { image: example_picture(), page: None }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Tell which way up a picture of text is, and in what script").description(DESCRIPTION).example(example)
}

/// Tells which way is up.
///
/// # Errors
/// When the picture cannot be read, or Tesseract or its model for orientation is not there.
pub async fn orientation(
    request: OrientationRequest,
    call: Arc<Call>,
    readers: Arc<Readers>,
) -> Result<OrientationResponse, Error> {
    source::admit(&request.image)?;
    let installation = readers.installation()?;
    // Any language will do, so the worker that is most likely warm is asked.
    let languages = installation.languages();
    let language = languages.iter().find(|language| *language == "eng").or(languages.first());
    let languages = Vec::from_iter(language.cloned());
    let job = Job::Orient { page: request.page.unwrap_or(1) };
    let Done::Oriented(told) = readers.ask(&call, &languages, &job, &request.image).await? else {
        return Err(Error::internal());
    };
    source::warn_of_pages(told.pages, request.page, &call);
    if told.found.rotation.is_none() {
        call.warn("too-little-text", Some("image"), "there is too little text to tell the orientation by");
    }
    Ok(told.found)
}

/// Tells which way is up, in a worker.
pub(crate) fn tell(engine: &mut dyn Engine, sheet: &Sheet) -> Result<Uprightness, Error> {
    let told = orientation_of(engine, &sheet.pixels)?;
    let quarters = told.as_ref().map_or(0, |told| told.quarters);
    let upright = pictures::turned(sheet.pixels.to_luma8().into(), quarter_turns(false, false, quarters));
    let skew = Probe::of(&upright.into_luma8()).skew;
    let sure = |margin: f64| ((margin / CERTAIN).min(1.0) * 10_000.0).round() / 10_000.0;
    let found = OrientationResponse {
        rotation: told.as_ref().map(|told| u16::from(told.quarters) * 90),
        confidence: told.as_ref().map(|told| sure(told.margin)),
        skew,
        script: told.as_ref().map(|told| told.script.clone()),
        script_confidence: told.as_ref().map(|told| sure(told.script_margin)),
    };
    Ok(Uprightness { found, pages: sheet.pages })
}
