//! What a picture says besides its pixels: read, or taken out without touching them.

use std::collections::BTreeMap;

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Keep, Metadata};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, of_field};
use crate::info::{Gps, SourceFormat, gps};
use crate::input;

/// The media types of files that come back without metadata.
const MEDIA_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];

/// What the document says of reading.
const READ_DESCRIPTION: &str = "\
EXIF, XMP, IPTC and comments of a picture. Where it was taken is left out unless `gps` says otherwise. Notes that only the camera's \
maker can read, thumbnails, and texts beyond 2,000 characters are left out.";

/// What the document says of taking out.
const STRIP_DESCRIPTION: &str = "\
The same JPEG, PNG, WebP or GIF without EXIF, GPS, XMP, IPTC, comments, thumbnails and whatever else lies beside the pixels. \
These are not touched: nothing is encoded anew, and the picture looks as before. The color profile stays unless `profile` is \
false, and so does what turns the picture upright. With `onlyGps` only where it was taken goes. Other formats lose their metadata by converting them.";

/// A picture whose metadata is wanted.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MetadataReadRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Whether to tell where it was taken.
    #[serde(default)]
    pub gps: bool,
}

/// The metadata of a picture.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataReadResponse {
    /// Its format.
    pub format: SourceFormat,
    /// EXIF by the names of its tags, as a person reads them: `{"Model":"X100","FNumber":"f/2.8"}`.
    pub exif: BTreeMap<String, String>,
    /// XMP by its properties, such as `dc:creator`, each with its values.
    pub xmp: BTreeMap<String, Vec<String>>,
    /// IPTC by its fields, such as `keywords`, each with its values.
    pub iptc: BTreeMap<String, Vec<String>>,
    /// Comments, and the texts of a PNG.
    pub texts: Vec<Text>,
    /// Whether it says where it was taken.
    pub has_gps: bool,
    /// Where it was taken, if that was asked for and is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gps: Option<Gps>,
}

/// A text with its name.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// Its name; `comment` where the format has none.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A picture that is to lose its metadata.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MetadataStripRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Whether the color profile stays; without it colors may look different.
    #[serde(default = "yes")]
    pub profile: bool,
    /// Whether the names of the artist and of who has the rights stay, where EXIF or the texts of a PNG have them.
    #[serde(default)]
    pub keep_rights: bool,
    /// Whether only the place goes: GPS in EXIF, XMP that has it, and what may have it without our knowing, such as notes of
    /// the camera's maker. All else stays.
    #[serde(default, alias = "gpsOnly")]
    pub only_gps: bool,
}

/// What was taken out.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataStripFacts {
    /// Its format.
    pub format: SourceFormat,
    /// Its size in bytes.
    pub bytes: usize,
    /// Size of the source in bytes.
    pub source_bytes: usize,
    /// What was taken out: `comments`, `exif`, `gps` (a place, in EXIF or XMP), `iptc`, `maker-note`, `other`,
    /// `profile`, `thumbnail`, `xmp`.
    pub removed: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A request for reading that works.
#[must_use]
pub fn read_example() -> MetadataReadRequest {
    MetadataReadRequest { image: input::example(), gps: false }
}

/// A request for taking out that works.
#[must_use]
pub fn strip_example() -> MetadataStripRequest {
    MetadataStripRequest { image: input::example(), profile: true, keep_rights: false, only_gps: false }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn read_about(op: Operation) -> Operation {
    input::reads_picture(op)
        .summary("Read the metadata of a picture")
        .description(READ_DESCRIPTION)
        .example(read_example())
}

/// Reads the metadata of a picture.
///
/// # Errors
/// When it is no picture, or its head is damaged.
pub fn read(request: MetadataReadRequest, _: &Call) -> Result<MetadataReadResponse, Error> {
    let head = input::head("image", &request.image)?;
    let metadata = Metadata::of(request.image.bytes(), &head);
    let exif = metadata.exif();
    let tags = exif.as_ref().map(pictures::Exif::tags).unwrap_or_default();
    let xmp = metadata.xmp();
    Ok(MetadataReadResponse {
        format: head.format.into(),
        has_gps: tags.iter().any(|tag| tag.gps) || metadata.has_xmp_gps(),
        exif: tags.into_iter().filter(|tag| request.gps || !tag.gps).map(|tag| (tag.name, tag.value)).collect(),
        xmp: xmp.into_iter().filter(|(name, _)| request.gps || !pictures::is_location(name)).collect(),
        iptc: metadata.iptc().into_iter().collect(),
        texts: metadata.texts.iter().map(|(name, text)| Text { name: name.clone(), text: text.clone() }).collect(),
        gps: exif.as_ref().filter(|_| request.gps).and_then(gps),
    })
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn strip_about(op: Operation) -> Operation {
    input::reads_picture(op)
        .summary("Remove the metadata of a picture")
        .description(STRIP_DESCRIPTION)
        .example(strip_example())
        .answers(MEDIA_TYPES)
}

/// Takes the metadata out of a picture.
///
/// # Errors
/// When it is of a format whose metadata cannot be taken out, or damaged.
pub fn strip(request: MetadataStripRequest, call: &Call) -> Result<WithFile<MetadataStripFacts>, Error> {
    // Before anything of it is parsed.
    pictures::strippable(request.image.bytes()).map_err(of_field("image"))?;
    let head = input::head("image", &request.image)?;
    let keep = Keep { profile: request.profile, rights: request.keep_rights };
    let stripped = match request.only_gps {
        true => pictures::strip_location(request.image.bytes()),
        false => pictures::strip(request.image.bytes(), &head, keep),
    };
    let stripped = stripped.map_err(of_field("image"))?;
    for (field, changed) in [("profile", !keep.profile), ("keepRights", keep.rights)] {
        if request.only_gps && changed {
            call.warn("no-effect", Some(field), "does nothing with onlyGps: profile and names stay then");
        }
    }
    let facts = MetadataStripFacts {
        format: head.format.into(),
        bytes: stripped.bytes.len(),
        source_bytes: request.image.bytes().len(),
        removed: stripped.removed.iter().map(|what| (*what).to_owned()).collect(),
    };
    let extension = head.format.extension();
    let name = request.image.name().map_or_else(|| format!("picture.{extension}"), str::to_owned);
    Ok(WithFile { file: File::new(name, head.format.media_type(), stripped.bytes), facts })
}
