//! The picture an operation answers with.

use std::borrow::Cow;
use std::time::Duration;

use chassis::{Call, File, Operation, OperationRequest, WithFile};
use pictures::image::{DynamicImage, Rgba, RgbaImage, imageops};
use pictures::{Encoding, Format, Frames, Head, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::error::{Error, of_field};
use crate::input::{self, Load};

/// The media types of pictures that are made.
const MEDIA_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"];

/// Pixels of an AVIF that is written without being asked for: more take too long.
const AVIF_PIXELS: u64 = 4_000_000;
/// Characters of the name of a file that was sent, of which files made of it keep the first: with what is added they are
/// no longer than names may be.
const STEM_CHARS: usize = 100;

/// How long a picture drawn from its request alone is kept: it is the same tomorrow.
pub(crate) const DRAWN: Duration = Duration::from_secs(24 * 3600);

/// An operation that makes pictures of pictures.
pub(crate) fn makes_picture<Q: OperationRequest>(
    op: Operation,
    load: impl Fn(&Q) -> Load<'_> + Copy + Send + Sync + 'static,
) -> Operation {
    input::reads_picture(op, load).answers(MEDIA_TYPES)
}

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutputFormat {
    /// JPEG: for photos; no transparency.
    #[serde(alias = "jpg")]
    Jpeg,
    /// PNG: lossless, with transparency.
    Png,
    /// WebP: smaller than both, with transparency and animation; every browser reads it.
    Webp,
    /// AVIF: the smallest and the slowest to write; up to 4 megapixels, with transparency.
    Avif,
    /// GIF: 255 colors, with animation.
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
    fn like(format: Format, alpha: bool, (width, height): (u32, u32)) -> Self {
        match format {
            Format::Jpeg => Self::Jpeg,
            Format::Avif if u64::from(width) * u64::from(height) <= AVIF_PIXELS => Self::Avif,
            Format::Webp => Self::Webp,
            Format::Gif => Self::Gif,
            Format::Png | Format::Svg | Format::Ico => Self::Png,
            _ if alpha => Self::Png,
            _ => Self::Jpeg,
        }
    }
}

/// How the picture is written: the fields every operation with a picture has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Output {
    pub(crate) format: Option<OutputFormat>,
    pub(crate) quality: Option<u8>,
    pub(crate) lossless: bool,
    pub(crate) progressive: bool,
    pub(crate) background: Option<Color>,
    pub(crate) smallest: bool,
}

/// The resulting picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PictureFacts {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Output format.
    pub format: OutputFormat,
    /// Size in bytes.
    pub bytes: usize,
    /// Number of frames; 1 for a still picture.
    pub frames: usize,
}

impl Output {
    /// The format that will be written.
    pub(crate) fn format_for(&self, picture: &Picture) -> OutputFormat {
        self.format.unwrap_or_else(|| OutputFormat::like(picture.format, picture.has_alpha(), picture.frame_size()))
    }

    /// The frames of a picture that are needed: all where the result can move, else the first, and who asked is told.
    pub(crate) fn frames(format: Option<OutputFormat>, source: &Head, call: &Call) -> Frames {
        if source.pages > 1 {
            let (pages, last, name) = (source.pages, source.pages - 1, source.format.name());
            let (what, first) = if source.format == Format::Ico { ("pictures", "largest") } else { ("pages", "first") };
            let message = format!(
                "this {name} has {pages} {what}, and only the {first} is used: convert reads each, with page=0 to {last}"
            );
            call.warn("pages-lost", Some("image"), message);
        }
        let format = format.unwrap_or_else(|| OutputFormat::like(source.format, source.alpha, source.stored));
        let reads = source.format != Format::Avif;
        if (format.moves() && reads) || source.animation.is_none() {
            return Frames::All;
        }
        if !reads {
            let message = "only the first frame of an animated AVIF is read: send it as WebP or GIF to keep all frames";
            call.warn("animation-lost", Some("image"), message);
            return Frames::One(0);
        }
        let name = format.format().name();
        call.warn(
            "animation-lost",
            Some("format"),
            format!("{name} is written without animation, so only the first frame is kept: choose webp or gif to keep all frames"),
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
        self.warn_of_what_does_nothing(format, call);
        let (bytes, facts) = self.write(picture, call)?;
        let name = Self::name(source, "", format);
        Ok(WithFile { file: File::new(name, format.format().media_type(), bytes), facts })
    }

    /// The name of a picture made of a file: that file's, with something after it and the ending of the format.
    pub(crate) fn name(source: &File, after: &str, format: OutputFormat) -> String {
        let stem = source.name().map(|name| name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let stem = stem.filter(|stem| !stem.is_empty()).unwrap_or("picture");
        let stem: String = stem.chars().take(STEM_CHARS).collect();
        format!("{stem}{after}.{}", format.format().extension())
    }

    /// Says which options do nothing for this format.
    pub(crate) fn warn_of_what_does_nothing(&self, format: OutputFormat, call: &Call) {
        let exact = matches!(format, OutputFormat::Png | OutputFormat::Gif);
        let name = format.format().name();
        if self.quality.is_some() && exact {
            call.warn("no-effect", Some("quality"), format!("has no effect on {name}, only on JPEG, WebP and AVIF"));
        }
        if self.lossless && format != OutputFormat::Webp {
            call.warn("no-effect", Some("lossless"), format!("has no effect on {name}, only on WebP"));
        }
        if self.progressive && format != OutputFormat::Jpeg {
            call.warn("no-effect", Some("progressive"), format!("has no effect on {name}, only on JPEG"));
        }
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
        let ground = self.background.filter(|color| color.alpha == 255 && picture.has_alpha());
        // A JPEG gets its ground from the encoder.
        let ground = ground.filter(|_| format != OutputFormat::Jpeg);
        let picture = ground.map_or(Ok(Cow::Borrowed(picture)), |color| on(picture, color).map(Cow::Owned))?;
        let picture = picture.as_ref();
        let bytes = pictures::encode(picture, &encoding, &|| call.cancelled()).map_err(of_field("format"))?;
        let (width, height) = picture.frame_size();
        // Frames that show the same are written as one.
        let animation = pictures::head(&bytes).ok().and_then(|head| head.animation).filter(|_| picture.is_animated());
        let frames = animation.map_or(1, |animation| animation.frames as usize);
        let facts = PictureFacts { width, height, format, bytes: bytes.len(), frames };
        Ok((bytes, facts))
    }
}

/// A picture on an opaque color, which shows wherever it is transparent.
fn on(picture: &Picture, color: Color) -> Result<Picture, Error> {
    picture.clone().map(|raster| {
        let mut ground = RgbaImage::from_pixel(raster.width(), raster.height(), Rgba(color.rgba()));
        imageops::overlay(&mut ground, &raster.to_rgba8(), 0, 0);
        Ok(DynamicImage::ImageRgba8(ground).into_rgb8().into())
    })
}
