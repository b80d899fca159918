//! Fewer bytes for the same pages: pictures no finer than they are shown, streams packed as tight as they go, nothing twice.

use std::collections::HashMap;
use std::io::Write;

use chassis::{Call, Error};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use pictures::image::{DynamicImage, GrayImage, RgbImage};
use pictures::{DecodeOptions, Encoding, Format, Frames, Kernel, Limits, Picture};

use super::tree::{entry, resolve};

/// Bytes a stream may have, inflated, to be packed again.
const MAX_STREAM: usize = 128 << 20;
/// Pixels of a picture that is encoded again.
const MAX_PIXELS: u64 = 60_000_000;
/// A picture with at least this many times the pixels it needs (along a side) is made smaller.
const FINER: f64 = 1.25;
/// A picture encoded again must have at most this share of its bytes; less is not worth the loss.
const WORTH: f64 = 0.9;

/// How far pictures are brought down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Pixels per inch at most, where a picture is shown.
    pub(crate) dpi: f64,
    /// Quality of JPEG, 1 to 100.
    pub(crate) quality: u8,
}

/// The largest size each picture is shown in, in points.
pub(crate) type Shown = HashMap<ObjectId, (f64, f64)>;

/// Finds how large pictures are shown on all pages.
///
/// # Errors
/// When a page cannot be read, or nobody waits any more.
pub(crate) fn shown_sizes(document: &documents::Document, call: &Call) -> Result<Shown, Error> {
    let reader = document.reader();
    let mut shown = Shown::new();
    for page in 0..document.page_count() {
        call.check()?;
        let text = reader.page(page).map_err(|error| crate::separators::refused(page, error))?;
        for picture in text.pictures {
            let Ok(generation) = u16::try_from(picture.object.1) else { continue };
            let largest = shown.entry((picture.object.0, generation)).or_insert((0.0, 0.0));
            *largest = (largest.0.max(picture.shown.0), largest.1.max(picture.shown.1));
        }
    }
    Ok(shown)
}

/// Brings pictures to the resolution they are shown in; returns how many were encoded again. Those nobody can see, of one
/// bit, with palettes, masks by color or inks stay as they are.
///
/// # Errors
/// When nobody waits any more.
pub(crate) fn pictures(pdf: &mut Document, shown: &Shown, effort: Effort, call: &Call) -> Result<usize, Error> {
    let mut changed = 0;
    for (id, size) in shown {
        call.check()?;
        let Some(Object::Stream(stream)) = pdf.objects.get(id) else { continue };
        if let Some(new) = smaller(pdf, stream, *size, effort) {
            pdf.objects.insert(*id, Object::Stream(new));
            changed += 1;
        }
    }
    Ok(changed)
}

fn smaller(pdf: &Document, stream: &Stream, shown: (f64, f64), effort: Effort) -> Option<Stream> {
    let dictionary = &stream.dict;
    let flag = |key: &[u8]| entry(pdf, dictionary, key).is_some_and(|value| matches!(value, Object::Boolean(true)));
    let odd = dictionary.has(b"Decode") || dictionary.has(b"Mask") || flag(b"ImageMask");
    if odd || entry(pdf, dictionary, b"BitsPerComponent").and_then(|bits| bits.as_i64().ok()) != Some(8) {
        return None;
    }
    let components = components(pdf, entry(pdf, dictionary, b"ColorSpace")?)?;
    let side = |key: &[u8]| entry(pdf, dictionary, key).and_then(|side| u32::try_from(side.as_i64().ok()?).ok());
    let (width, height) = (side(b"Width")?, side(b"Height")?);
    let needed = (shown.0 * effort.dpi / 72.0, shown.1 * effort.dpi / 72.0);
    let factor = (needed.0 / f64::from(width)).max(needed.1 / f64::from(height));
    let scaled = |pixels: u32| ((f64::from(pixels) * factor).ceil() as u32).max(1);
    let size = (factor * FINER < 1.0).then(|| (scaled(width), scaled(height)));
    let picture = Picture::still(Format::Jpeg, decoded(stream, (width, height), components, size)?);
    let picture = match size {
        Some(size) => pictures::resample(&picture, None, size, Kernel::Lanczos3, &|| false).ok()?,
        None => picture,
    };
    let (width, height) = picture.frame_size();
    let encoding = Encoding { quality: effort.quality, ..Encoding::of(Format::Jpeg) };
    let bytes = pictures::encode(&picture, &encoding, &|| false).ok()?;
    if bytes.len() as f64 > WORTH * stream.content.len() as f64 {
        return None;
    }
    let mut new = dictionary.clone();
    for key in [&b"DecodeParms"[..], b"DP", b"F", b"Length"] {
        new.remove(key);
    }
    new.set("Filter", "DCTDecode");
    new.set("Width", i64::from(width));
    new.set("Height", i64::from(height));
    Some(Stream::new(new, bytes).with_compression(false))
}

/// Components of a color space that is kept as it is: gray or RGB, calibrated or not.
fn components(pdf: &Document, space: &Object) -> Option<usize> {
    match space {
        Object::Name(name) => match name.as_slice() {
            b"DeviceGray" | b"G" => Some(1),
            b"DeviceRGB" | b"RGB" => Some(3),
            _ => None,
        },
        Object::Array(parts) => match resolve(pdf, parts.first()?).as_name().ok()? {
            b"CalGray" => Some(1),
            b"CalRGB" => Some(3),
            b"ICCBased" => {
                let profile = resolve(pdf, parts.get(1)?).as_stream().ok()?;
                match entry(pdf, &profile.dict, b"N")?.as_i64().ok()? {
                    1 => Some(1),
                    3 => Some(3),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// The samples of a picture, in its own colors; no smaller than it is to be.
fn decoded(
    stream: &Stream,
    (width, height): (u32, u32),
    components: usize,
    at_least: Option<(u32, u32)>,
) -> Option<DynamicImage> {
    let filters = stream.filters().unwrap_or_default();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    if filters == [b"DCTDecode"] {
        let head = pictures::head(&stream.content).ok()?;
        // Colors of a profile, and inks, would come out as others.
        if head.profile.is_some() || head.colors == pictures::Colors::Cmyk {
            return None;
        }
        let frames = Frames::One(0);
        let options = DecodeOptions {
            at_least,
            frames,
            upright: false,
            by_profile: true,
            limits: Limits::DEFAULT,
            cancelled: &|| false,
        };
        let raster = pictures::decode(&stream.content, &options).ok()?.into_raster();
        return match components {
            1 => Some(DynamicImage::ImageLuma8(raster.into_luma8())),
            _ => Some(DynamicImage::ImageRgb8(raster.into_rgb8())),
        };
    }
    let packed = [&b"FlateDecode"[..], b"LZWDecode", b"ASCII85Decode", b"ASCIIHexDecode"];
    if !filters.iter().all(|filter| packed.contains(filter)) {
        return None;
    }
    let mut samples = match filters.is_empty() {
        true => stream.content.clone(),
        false => stream.decompressed_content_with_limit(MAX_STREAM).ok()?,
    };
    let needed = width as usize * height as usize * components;
    if samples.len() < needed {
        return None;
    }
    samples.truncate(needed);
    match components {
        1 => GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        _ => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
    }
}

/// Packs streams as tight as they go, and leaves out what nobody refers to or is there twice.
///
/// # Errors
/// When nobody waits any more.
pub(crate) fn pack(pdf: &mut Document, call: &Call) -> Result<(), Error> {
    for object in pdf.objects.values_mut() {
        call.check()?;
        if let Object::Stream(stream) = object {
            repack(stream);
        }
    }
    without_doubles(pdf);
    pdf.prune_objects();
    Ok(())
}

/// Deflates a stream anew, where that is smaller. What has a predictor keeps it: it would be lost here.
fn repack(stream: &mut Stream) {
    let filters: Vec<Vec<u8>> = stream.filters().unwrap_or_default().into_iter().map(<[u8]>::to_vec).collect();
    let content = match filters.as_slice() {
        [] => stream.content.clone(),
        [only] if only == b"FlateDecode" && !stream.dict.has(b"DecodeParms") => {
            match stream.decompressed_content_with_limit(MAX_STREAM) {
                Ok(content) => content,
                Err(_) => return,
            }
        }
        _ => return,
    };
    if stream.dict.get_type().is_ok_and(|kind| kind == b"Metadata") || content.len() < 32 {
        return;
    }
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(content.len() / 4), Compression::best());
    let Some(packed) = encoder.write_all(&content).ok().and_then(|()| encoder.finish().ok()) else { return };
    if packed.len() + 30 < stream.content.len() {
        stream.set_content(packed);
        stream.dict.set("Filter", "FlateDecode");
    }
}

/// Makes references to equal streams lead to one of them.
fn without_doubles(pdf: &mut Document) {
    let mut first: HashMap<(Vec<u8>, &[u8]), ObjectId> = HashMap::new();
    let mut moved: HashMap<ObjectId, ObjectId> = HashMap::new();
    for (id, object) in &pdf.objects {
        let Object::Stream(stream) = object else { continue };
        // Contents of pages that look alike may be changed by one page alone later on; they are small.
        if stream.content.len() < 256 || !stream.dict.has(b"Subtype") {
            continue;
        }
        let key = (format!("{:?}", stream.dict).into_bytes(), stream.content.as_slice());
        match first.get(&key) {
            Some(same) => {
                moved.insert(*id, *same);
            }
            None => {
                first.insert(key, *id);
            }
        }
    }
    drop(first);
    if moved.is_empty() {
        return;
    }
    for object in pdf.objects.values_mut() {
        redirect(object, &moved);
    }
}

fn redirect(object: &mut Object, moved: &HashMap<ObjectId, ObjectId>) {
    let each = |dictionary: &mut Dictionary| {
        for (_, value) in dictionary.iter_mut() {
            redirect(value, moved);
        }
    };
    match object {
        Object::Reference(id) => {
            if let Some(to) = moved.get(id) {
                *id = *to;
            }
        }
        Object::Array(parts) => parts.iter_mut().for_each(|part| redirect(part, moved)),
        Object::Dictionary(dictionary) => each(dictionary),
        Object::Stream(stream) => each(&mut stream.dict),
        _ => {}
    }
}
