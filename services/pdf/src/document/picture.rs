//! Pictures in a document: JPEG as it is, everything else without loss.

use chassis::{Call, Code, Error, File};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use pictures::image::metadata::Orientation;
use pictures::image::{DynamicImage, GrayImage};
use pictures::{Colors, DecodeOptions, Encoding, Format, Frames, Head, Limits, Metadata, Picture};

/// A picture that is in a document, ready to be drawn.
pub(crate) struct Embedded {
    /// Its object.
    pub(crate) id: ObjectId,
    /// Width and height in pixels, upright.
    pub(crate) size: (u32, u32),
    /// Pixels per inch, where the file says so.
    pub(crate) dpi: Option<f64>,
    orientation: Orientation,
}

impl Embedded {
    /// The operators that draw it under a name, upright, into a box: left, bottom, width and height in points.
    pub(crate) fn draw(&self, name: &str, [left, bottom, width, height]: [f64; 4]) -> String {
        // A picture is drawn into the unit square, from the lower left corner; this turns the square.
        let [a, b, c, d, e, f] = match self.orientation {
            Orientation::NoTransforms => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            Orientation::FlipHorizontal => [-1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
            Orientation::Rotate180 => [-1.0, 0.0, 0.0, -1.0, 1.0, 1.0],
            Orientation::FlipVertical => [1.0, 0.0, 0.0, -1.0, 0.0, 1.0],
            Orientation::Rotate90FlipH => [0.0, -1.0, -1.0, 0.0, 1.0, 1.0],
            Orientation::Rotate90 => [0.0, -1.0, 1.0, 0.0, 0.0, 1.0],
            Orientation::Rotate270FlipH => [0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
            Orientation::Rotate270 => [0.0, 1.0, -1.0, 0.0, 1.0, 0.0],
        };
        format!(
            "q {} {} {} {} {} {} cm /{name} Do Q\n",
            a * width,
            b * height,
            c * width,
            d * height,
            left + e * width,
            bottom + f * height
        )
    }
}

/// Puts a picture of the request into a document.
///
/// # Errors
/// 415 when it is no picture that is read, 413 when it has too many pixels, 422 when it is damaged.
pub(crate) fn embed(pdf: &mut Document, field: &str, file: &File, call: &Call) -> Result<Embedded, Error> {
    let bytes = file.bytes();
    let head = pictures::head(bytes).map_err(|problem| refused(field, &problem))?;
    let dpi = Metadata::of(bytes, &head).dpi.map(|[across, _]| across).filter(|dpi| (10.0..=10_000.0).contains(dpi));
    let size = head.upright();
    if head.format == Format::Jpeg {
        let id = jpeg(pdf, bytes, &head);
        return Ok(Embedded { id, size, dpi, orientation: head.orientation });
    }
    let cancelled = || call.cancelled();
    let options = DecodeOptions {
        at_least: None,
        frames: Frames::One(0),
        upright: true,
        by_profile: true,
        limits: Limits::DEFAULT,
        cancelled: &cancelled,
    };
    let picture = pictures::decode(bytes, &options).map_err(|problem| refused(field, &problem))?;
    let raster = picture.into_raster();
    let size = (raster.width(), raster.height());
    let id = lossless(pdf, &raster).map_err(|problem| refused(field, &problem))?;
    Ok(Embedded { id, size, dpi, orientation: Orientation::NoTransforms })
}

/// An error about a picture of a field.
pub(crate) fn refused(field: &str, problem: &pictures::Error) -> Error {
    let code = match problem {
        pictures::Error::Unreadable(_) => Code::UnsupportedMediaType,
        pictures::Error::TooLarge(_) => Code::PayloadTooLarge,
        pictures::Error::Damaged(..) | pictures::Error::Impossible(_) => Code::Unprocessable,
        pictures::Error::Cancelled => return Error::cancelled(),
    };
    Error::field(code, field, problem.to_string())
}

fn image(width: u32, height: u32, space: Object, depth: u8) -> Dictionary {
    let mut dictionary = Dictionary::new();
    dictionary.set("Type", "XObject");
    dictionary.set("Subtype", "Image");
    dictionary.set("Width", i64::from(width));
    dictionary.set("Height", i64::from(height));
    dictionary.set("ColorSpace", space);
    dictionary.set("BitsPerComponent", i64::from(depth));
    dictionary
}

/// The bytes of a JPEG, untouched.
fn jpeg(pdf: &mut Document, bytes: &[u8], head: &Head) -> ObjectId {
    let (name, components) = match head.colors {
        Colors::Gray => ("DeviceGray", 1_i64),
        Colors::Rgb => ("DeviceRGB", 3),
        Colors::Cmyk => ("DeviceCMYK", 4),
    };
    let space = match &head.profile {
        Some(profile) if fits(profile, components) => {
            let mut dictionary = Dictionary::new();
            dictionary.set("N", components);
            dictionary.set("Alternate", name);
            let profile = pdf.add_object(Stream::new(dictionary, profile.clone()));
            Object::Array(vec!["ICCBased".into(), Object::Reference(profile)])
        }
        _ => name.into(),
    };
    let mut dictionary = image(head.stored.0, head.stored.1, space, 8);
    dictionary.set("Filter", "DCTDecode");
    if head.colors == Colors::Cmyk {
        // Photoshop and its kin store inks inverted.
        dictionary.set("Decode", [1, 0].repeat(4).into_iter().map(Object::Integer).collect::<Vec<_>>());
    }
    pdf.add_object(Stream::new(dictionary, bytes.to_vec()).with_compression(false))
}

/// Whether an ICC profile is of so many components: its color space stands at byte 16.
fn fits(profile: &[u8], components: i64) -> bool {
    match profile.get(16..20) {
        Some(b"GRAY") => components == 1,
        Some(b"RGB ") => components == 3,
        Some(b"CMYK") => components == 4,
        _ => false,
    }
}

/// Pixels without loss: the colors, and what is transparent as a mask.
pub(crate) fn lossless(pdf: &mut Document, raster: &DynamicImage) -> Result<ObjectId, pictures::Error> {
    let alpha = raster.color().has_alpha().then(|| {
        let rgba = raster.to_rgba8();
        let alpha: Vec<u8> = rgba.pixels().map(|pixel| pixel.0[3]).collect();
        GrayImage::from_raw(rgba.width(), rgba.height(), alpha)
    });
    let alpha = alpha.flatten().filter(|alpha| alpha.pixels().any(|pixel| pixel.0[0] != 255));
    let opaque = match (raster.color().has_alpha(), raster.color().has_color()) {
        (false, _) => raster.clone(),
        (true, true) => DynamicImage::ImageRgb8(raster.to_rgb8()),
        (true, false) => DynamicImage::ImageLuma8(raster.to_luma8()),
    };
    let mut stream = deflated(opaque)?;
    if let Some(alpha) = alpha {
        let mask = deflated(DynamicImage::ImageLuma8(alpha))?;
        stream.dict.set("SMask", pdf.add_object(mask));
    }
    Ok(pdf.add_object(stream))
}

/// An opaque picture as PNG packs it: its filters and its deflated rows are what a PDF reads as well.
fn deflated(raster: DynamicImage) -> Result<Stream, pictures::Error> {
    let picture = Picture::still(Format::Png, raster);
    let png = pictures::encode(&picture, &Encoding::of(Format::Png), &|| false)?;
    let damaged = || pictures::Error::Damaged(Format::Png, "it cannot be written".into());
    let mut palette = None;
    let mut data = Vec::new();
    let (mut width, mut height, mut depth, mut kind) = (0, 0, 8, 0);
    let mut at = 8;
    while let Some(head) = png.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let chunk = png.get(at + 8..at + 8 + length).ok_or_else(damaged)?;
        match &head[4..] {
            b"IHDR" if chunk.len() >= 10 => {
                width = u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
                height = u32::from_be_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
                (depth, kind) = (chunk[8], chunk[9]);
            }
            b"PLTE" => palette = Some(chunk.to_vec()),
            b"IDAT" => data.extend_from_slice(chunk),
            _ => {}
        }
        at += 12 + length;
    }
    let (space, components): (Object, i64) = match (kind, palette) {
        (0, _) => ("DeviceGray".into(), 1),
        (2, _) => ("DeviceRGB".into(), 3),
        (3, Some(palette)) => {
            let last = i64::try_from(palette.len() / 3).unwrap_or(1) - 1;
            let colors = Object::String(palette, lopdf::StringFormat::Hexadecimal);
            (Object::Array(vec!["Indexed".into(), "DeviceRGB".into(), Object::Integer(last), colors]), 1)
        }
        _ => return Err(damaged()),
    };
    let mut parameters = Dictionary::new();
    parameters.set("Predictor", 15);
    parameters.set("Colors", components);
    parameters.set("BitsPerComponent", i64::from(depth));
    parameters.set("Columns", i64::from(width));
    let mut dictionary = image(width, height, space, depth);
    dictionary.set("Filter", "FlateDecode");
    dictionary.set("DecodeParms", parameters);
    Ok(Stream::new(dictionary, data).with_compression(false))
}
