//! Metadata: what a file says besides its pixels, such as who made it, with what, when and where.
//!
//! It is read for people, bounded and without control characters, and taken out without touching a pixel. What is taken out
//! is decided by listing what stays (`strip.rs`), so that metadata unknown to us goes too; only for the location alone is it
//! the other way round (`location.rs`).
//!
//! | file | job |
//! | --- | --- |
//! | `exif.rs` | EXIF tags and the GPS location |
//! | `xmp.rs` | XMP properties |
//! | `iptc.rs` | IPTC-IIM fields |
//! | `profile.rs` | the name of an ICC profile |
//! | `strip.rs` | a file without its metadata |
//! | `location.rs` | a file without its location |

mod exif;
mod iptc;
mod location;
mod profile;
mod strip;
mod xmp;

pub use exif::{Exif, Location, Tag};
pub use location::strip_location;
pub use profile::profile_name;
pub use strip::{Keep, Stripped, strip, strippable};

use crate::container::bmff::Items;
use crate::container::gif::Block;
use crate::container::tiff::Tiff;
use crate::container::{bounded, gif, jpeg, part, png, riff};
use crate::format::Format;
use crate::head::Head;

/// More texts than this are not listed.
const TEXTS: usize = 100;
/// A text may have this many characters; the rest is cut off.
const CHARS: usize = 2000;

/// The metadata of a file.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
    properties: Vec<Property>,
    iptc: Option<Vec<u8>>,
    /// Comments, and texts with a name.
    pub texts: Vec<(String, String)>,
    /// Dots per inch across and down.
    pub dpi: Option<[f64; 2]>,
}

/// A name with its values.
pub type Property = (String, Vec<String>);

impl Metadata {
    /// Reads the metadata of a file whose head was read. What cannot be read counts as missing.
    #[must_use]
    pub fn of(bytes: &[u8], head: &Head) -> Self {
        let mut found = Self { exif: head.exif.clone(), ..Self::default() };
        match head.format {
            Format::Jpeg => found.read_jpeg(bytes),
            Format::Png => found.read_png(bytes),
            Format::Webp => {
                let xmp = riff::chunks(bytes).find(|chunk| &chunk.kind == b"XMP ");
                found.xmp = xmp.and_then(|chunk| bounded(chunk.data));
            }
            Format::Gif => found.read_gif(bytes),
            Format::Tiff => found.read_tiff(bytes),
            Format::Avif => found.read_avif(bytes),
            Format::Bmp | Format::Ico | Format::Pnm | Format::Svg => {}
        }
        found.properties = found.xmp.take().and_then(|packet| xmp::properties(&packet)).unwrap_or_default();
        if found.dpi.is_none() {
            found.dpi = found.exif().and_then(|exif| exif.dpi());
        }
        found
    }

    /// EXIF, when it is there and can be read.
    #[must_use]
    pub fn exif(&self) -> Option<Exif> {
        Exif::of(self.exif.as_deref()?)
    }

    /// The properties of XMP, each with its values.
    #[must_use]
    pub fn xmp(&self) -> Vec<Property> {
        self.properties.clone()
    }

    /// The fields of IPTC, each with its values.
    #[must_use]
    pub fn iptc(&self) -> Vec<Property> {
        self.iptc.as_deref().map(iptc::fields).unwrap_or_default()
    }

    /// Whether XMP has a GPS location.
    #[must_use]
    pub fn has_xmp_gps(&self) -> bool {
        self.properties.iter().any(|(name, _)| is_location(name))
    }

    fn read_jpeg(&mut self, bytes: &[u8]) {
        for segment in jpeg::segments(bytes).0 {
            let named = |name: &[u8]| segment.data.strip_prefix(name);
            match segment.marker {
                0xe0 => self.dpi = self.dpi.or(named(b"JFIF\0").and_then(jfif_dpi)),
                0xe1 => self.xmp = self.xmp.take().or(named(b"http://ns.adobe.com/xap/1.0/\0").map(<[u8]>::to_vec)),
                0xed => self.iptc = self.iptc.take().or(named(b"Photoshop 3.0\0").and_then(iptc::of_resources)),
                0xfe => self.add_text("comment", segment.data),
                _ => {}
            }
        }
    }

    fn read_png(&mut self, bytes: &[u8]) {
        // Each may inflate to the most there may be, whether it is of use or not.
        let texts = |chunk: &png::Chunk<'_>| matches!(&chunk.kind, b"tEXt" | b"zTXt" | b"iTXt");
        for chunk in png::chunks(bytes).filter(texts).take(TEXTS) {
            match png::keyword(chunk.data) {
                // What other programs packed into a text is no text.
                Some(name) if name.starts_with("Raw profile type") => {}
                Some(name) if name == "XML:com.adobe.xmp" => self.xmp = self.xmp.take().or_else(|| png::text(&chunk)),
                Some(name) => png::text(&chunk).into_iter().for_each(|text| self.add_text(&name, &text)),
                None => {}
            }
        }
        self.dpi = png::chunks(bytes).find(|chunk| &chunk.kind == b"pHYs").and_then(|chunk| png_dpi(chunk.data));
    }

    fn read_gif(&mut self, bytes: &[u8]) {
        for (block, place) in gif::blocks(bytes) {
            let whole = &bytes[place];
            match block {
                Block::Text if whole.get(1) == Some(&0xfe) => self.add_text("comment", &gif::joined(whole)),
                Block::Application { name: b"XMP DataXMP", .. } => self.xmp = gif::xmp(whole).and_then(bounded),
                _ => {}
            }
        }
    }

    fn read_tiff(&mut self, bytes: &[u8]) {
        let Some(tiff) = Tiff::of(bytes) else { return };
        // The directory of the first page is EXIF itself.
        self.exif = (bytes.len() <= 64 << 20).then(|| bytes.to_vec());
        let value = |tag| tiff.find(tag).and_then(|entry| tiff.value(&entry)).and_then(bounded);
        (self.xmp, self.iptc) = (value(700), value(33723));
    }

    fn read_avif(&mut self, bytes: &[u8]) {
        let Some(items) = Items::of(bytes) else { return };
        let mut about = items.referring(b"cdsc", items.primary());
        let xmp = about.find(|id| items.kind(*id) == Some(*b"mime"));
        self.xmp = xmp.and_then(|id| items.data(id)).and_then(|data| bounded(&data));
    }

    fn add_text(&mut self, name: &str, text: &[u8]) {
        if self.texts.len() < TEXTS {
            self.texts.push((shown(name), shown(&String::from_utf8_lossy(text))));
        }
    }
}

/// Whether a property of XMP is part of a GPS location.
#[must_use]
pub fn is_location(name: &str) -> bool {
    name.to_ascii_lowercase().contains("gps")
}

/// A text as it may be shown: without control characters, and not too long.
fn shown(text: &str) -> String {
    let visible = text.trim_end_matches('\0').chars().filter(|character| !character.is_control() || *character == '\n');
    visible.take(CHARS).collect::<String>().trim().to_owned()
}

/// JFIF 1.02: version, unit, density across and down.
fn jfif_dpi(data: &[u8]) -> Option<[f64; 2]> {
    let [_, _, unit, a, b, c, d, ..] = data else { return None };
    let factor = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    Some([[a, b], [c, d]].map(|[high, low]| f64::from(u16::from_be_bytes([*high, *low])) * factor))
}

/// Pixels per meter (PNG specification, third edition, section 11.3.4.3).
fn png_dpi(data: &[u8]) -> Option<[f64; 2]> {
    let number = |at| part(data, at, 4)?.first_chunk().map(|four| f64::from(u32::from_be_bytes(*four)));
    let inches = |per_meter: f64| (per_meter * 0.0254 * 100.0).round() / 100.0;
    (data.get(8) == Some(&1)).then_some([inches(number(0)?), inches(number(4)?)])
}
