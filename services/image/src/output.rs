//! The picture an operation answers with.

use chassis::{Call, File, WithFile};
use pictures::{Encoding, Format, Frames, Head, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, about};

/// The media types of pictures that are made.
pub const MEDIA_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"];

/// A format to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutputFormat {
    /// JPEG: photos, without transparency.
    #[serde(alias = "jpg")]
    Jpeg,
    /// PNG: exact, with transparency.
    Png,
    /// WebP: smaller than both, with transparency, also moving; every browser reads it.
    Webp,
    /// AVIF: the smallest, of up to 4 megapixels; it takes the longest.
    Avif,
    /// GIF: 255 colours, also moving.
    Gif,
}

impl OutputFormat {
    /// The format itself.
    #[must_use]
    pub fn format(self) -> Format {
        match self {
            Self::Jpeg => Format::Jpeg,
            Self::Png => Format::Png,
            Self::Webp => Format::Webp,
            Self::Avif => Format::Avif,
            Self::Gif => Format::Gif,
        }
    }

    /// Whether its pictures can move.
    fn moves(self) -> bool {
        matches!(self, Self::Webp | Self::Gif)
    }

    /// The format for a picture that came in another: that one where it is written, else the nearest.
    fn like(format: Format, alpha: bool) -> Self {
        match format {
            Format::Jpeg => Self::Jpeg,
            Format::Webp => Self::Webp,
            Format::Gif => Self::Gif,
            Format::Png | Format::Svg | Format::Ico => Self::Png,
            _ if alpha => Self::Png,
            _ => Self::Jpeg,
        }
    }
}

/// How the picture is to be written: the fields every operation with a picture has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Output {
    pub(crate) format: Option<OutputFormat>,
    pub(crate) quality: Option<u8>,
    pub(crate) lossless: bool,
    pub(crate) progressive: bool,
    pub(crate) background: Option<Color>,
    pub(crate) smallest: bool,
}

/// The picture that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PictureFacts {
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its format.
    pub format: OutputFormat,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its frames; 1 for a still picture.
    pub frames: usize,
}

impl Output {
    /// The format that will be written.
    pub(crate) fn format_for(&self, picture: &Picture) -> OutputFormat {
        self.format.unwrap_or_else(|| OutputFormat::like(picture.format, picture.has_alpha()))
    }

    /// The frames of a picture that are needed: all where the result can move, else the first, and who asked is told.
    pub(crate) fn frames(format: Option<OutputFormat>, source: &Head, call: &Call) -> Frames {
        let format = format.unwrap_or_else(|| OutputFormat::like(source.format, source.alpha));
        if format.moves() || source.animation.is_none() {
            return Frames::All;
        }
        let name = format.format().name();
        call.warn(
            "animation-lost",
            Some("format"),
            format!("{name} does not move here: this is the first frame; choose webp or gif to keep all"),
        );
        Frames::One(0)
    }

    /// Writes a picture as it is wanted; it is called as the file it was made of.
    pub(crate) fn answer(
        &self,
        picture: &Picture,
        source: &File,
        call: &Call,
    ) -> Result<WithFile<PictureFacts>, Error> {
        let format = self.format_for(picture);
        let (bytes, facts) = self.write(picture, call)?;
        let name = Self::name(source, "", format);
        Ok(WithFile { file: File::new(name, format.format().media_type(), bytes), facts })
    }

    /// The name of a picture made of a file: that file's, with something after it and the ending of the format.
    pub(crate) fn name(source: &File, after: &str, format: OutputFormat) -> String {
        let stem = source.name().map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let stem = stem.filter(|stem| !stem.is_empty()).unwrap_or("picture");
        format!("{stem}{after}.{}", format.format().extension())
    }

    /// Writes a picture as it is wanted.
    pub(crate) fn write(&self, picture: &Picture, call: &Call) -> Result<(Vec<u8>, PictureFacts), Error> {
        let format = self.format_for(picture);
        let mut encoding = Encoding::of(format.format());
        encoding.quality = self.quality.unwrap_or(encoding.quality);
        encoding.lossless = self.lossless;
        encoding.progressive = self.progressive;
        encoding.smallest = self.smallest;
        encoding.background = self.background.unwrap_or(Color::WHITE).rgb();
        let bytes = pictures::encode(picture, &encoding, &|| call.cancelled()).map_err(about("format"))?;
        let (width, height) = picture.frame_size();
        let facts = PictureFacts { width, height, format, bytes: bytes.len(), frames: picture.frames.len() };
        Ok((bytes, facts))
    }
}
