//! Metadata of a picture: read, or removed without touching the pixels.

use std::collections::BTreeMap;

use chassis::{Call, File, Operation, WithFile};
use garde::Validate;
use pictures::{Keep, Metadata};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, of_field};
use crate::input;
use crate::source::{Gps, SourceFormat, gps};

/// The media types of files that come back without metadata.
const MEDIA_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];

/// What the document says of `read`.
const READ_DESCRIPTION: &str = "\
Reads the EXIF, XMP, IPTC and comments of a picture. The GPS location is left out unless `gps` is true. Maker notes and thumbnails \
are left out, and texts are cut off after 2,000 characters.";

/// What the document says of `strip`.
const STRIP_DESCRIPTION: &str = "\
Removes EXIF, GPS, XMP, IPTC, comments, thumbnails and everything else besides the pixels from a JPEG, PNG, WebP or GIF. Nothing is \
re-encoded, and the picture looks as before: its orientation stays, and its color profile unless `profile` is false. With `onlyGps` \
only the GPS location is removed. Pictures of other formats lose their metadata when they are converted.";

/// A picture whose metadata to read.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MetadataReadRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Whether to include the GPS location.
    #[serde(default)]
    pub gps: bool,
}

/// The metadata of a picture.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataReadResponse {
    /// Format of the file, detected by its signature.
    pub format: SourceFormat,
    /// EXIF tags with readable values: `{"Model":"X100","FNumber":"f/2.8"}`.
    pub exif: BTreeMap<String, String>,
    /// XMP properties, such as `dc:creator`, each with its values.
    pub xmp: BTreeMap<String, Vec<String>>,
    /// IPTC fields, such as `keywords`, each with its values.
    pub iptc: BTreeMap<String, Vec<String>>,
    /// Comments, and the text chunks of a PNG.
    pub texts: Vec<Text>,
    /// Whether it has a GPS location.
    pub has_gps: bool,
    /// GPS location, if requested and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gps: Option<Gps>,
}

/// A text with its keyword.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// Keyword; `comment` where the format has none.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A picture whose metadata to remove.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MetadataStripRequest {
    /// The picture.
    #[serde(alias = "url", alias = "file")]
    pub image: File,
    /// Whether to keep the color profile; without it colors may look different.
    #[serde(default = "yes")]
    pub profile: bool,
    /// Whether to keep artist and copyright, from EXIF or the text chunks of a PNG.
    #[serde(default)]
    pub keep_rights: bool,
    /// Whether to remove only the GPS location: GPS in EXIF, XMP that has it, and what may hide it, such as maker notes.
    /// Everything else stays.
    #[serde(default, alias = "gpsOnly")]
    pub only_gps: bool,
}

/// The file without its metadata.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataStripFacts {
    /// Format of the file, detected by its signature.
    pub format: SourceFormat,
    /// Size in bytes.
    pub bytes: usize,
    /// Size of the source in bytes.
    pub source_bytes: usize,
    /// What was removed: `comments`, `exif`, `gps` (a location in EXIF or XMP), `iptc`, `maker-note`, `other`, `profile`,
    /// `thumbnail`, `xmp`.
    pub removed: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A request to `read` that works.
#[must_use]
pub fn read_example() -> MetadataReadRequest {
    MetadataReadRequest { image: input::example(), gps: false }
}

/// A request to `strip` that works.
#[must_use]
pub fn strip_example() -> MetadataStripRequest {
    MetadataStripRequest { image: input::example(), profile: true, keep_rights: false, only_gps: false }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn read_about(op: Operation) -> Operation {
    input::reads_picture(op, |request: &MetadataReadRequest| input::Load::of(&request.image))
        .summary("Read the metadata of a picture")
        .description(READ_DESCRIPTION)
        .example(read_example)
}

/// Reads the metadata of a picture.
///
/// # Errors
/// When it is not a picture, or its head is damaged.
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
    input::reads_picture(op, |request: &MetadataStripRequest| input::Load::of(&request.image))
        .summary("Remove the metadata of a picture")
        .description(STRIP_DESCRIPTION)
        .example(strip_example)
        .answers(MEDIA_TYPES)
}

/// Removes the metadata of a picture.
///
/// # Errors
/// When its format is not one of JPEG, PNG, WebP and GIF, or it is damaged.
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
            call.warn("no-effect", Some(field), "has no effect with onlyGps, which keeps everything but the location");
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
