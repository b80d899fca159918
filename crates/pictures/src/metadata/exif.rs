//! EXIF (CIPA DC-008), read by kamadak-exif and made presentable.

use exif::{Context, In, Rational, Reader, Value};

use super::shown;
use crate::container::METADATA_BYTES;
use crate::container::tiff::Tiff;

/// More tags than this are not listed.
const TAGS: usize = 300;

/// EXIF data.
pub struct Exif(exif::Exif);

/// A tag of EXIF data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name, such as `FNumber`.
    pub name: String,
    /// Its value with its unit, readable.
    pub value: String,
    /// Whether it is part of the GPS location.
    pub gps: bool,
}

/// A location on Earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Meters above sea level.
    pub altitude: Option<f64>,
}

impl Exif {
    /// Reads EXIF data, from the byte order mark on.
    pub(super) fn of(data: &[u8]) -> Option<Self> {
        // Each value becomes a copy of its own.
        if !Tiff::of(data)?.is_plausible() {
            return None;
        }
        let mut reader = Reader::new();
        // One wrong tag does not spoil the others.
        reader.continue_on_error(true);
        let read = reader.read_raw(data.to_vec());
        read.or_else(|error| error.distill_partial_result(|_| ())).ok().map(Self)
    }

    /// The tags of the picture itself, without those of its thumbnail and without maker notes, which only the maker can read.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        let fields = self.0.fields().filter(|field| field.ifd_num == In::PRIMARY);
        let readable = fields.filter(|field| {
            let length = match &field.value {
                Value::Byte(values) => values.len(),
                Value::Undefined(values, _) => values.len(),
                Value::Short(values) => values.len(),
                Value::Long(values) => values.len(),
                Value::Ascii(texts) => texts.iter().map(Vec::len).sum(),
                Value::SByte(values) => values.len(),
                Value::SShort(values) => values.len(),
                Value::SLong(values) => values.len(),
                Value::Rational(values) => values.len(),
                Value::SRational(values) => values.len(),
                Value::Float(values) => values.len(),
                Value::Double(values) => values.len(),
                Value::Unknown(..) => 0,
            };
            field.tag != exif::Tag::MakerNote && length <= METADATA_BYTES && (length <= 64 || is_text(field))
        });
        readable
            .take(TAGS)
            .map(|field| Tag {
                name: name(field.tag),
                value: value(field, &self.0),
                gps: field.tag.context() == Context::Gps || field.tag == exif::Tag::GPSInfoIFDPointer,
            })
            .filter(|tag| !tag.value.is_empty())
            .collect()
    }

    /// The location where it was taken.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        let degrees = |tag, reference, negative: u8| {
            let Value::Rational(parts) = &self.0.get_field(tag, In::PRIMARY)?.value else { return None };
            let part = |index: usize| parts.get(index).map_or(Some(0.0), number);
            let degrees = part(0)? + part(1)? / 60.0 + part(2)? / 3600.0;
            let sign = match &self.0.get_field(reference, In::PRIMARY)?.value {
                Value::Ascii(texts) if texts.first()?.first()?.to_ascii_uppercase() == negative => -1.0,
                _ => 1.0,
            };
            // Seven digits are a centimeter; more is the noise of dividing.
            degrees.is_finite().then_some((sign * degrees * 1e7).round() / 1e7)
        };
        let latitude = degrees(exif::Tag::GPSLatitude, exif::Tag::GPSLatitudeRef, b'S')?;
        let longitude = degrees(exif::Tag::GPSLongitude, exif::Tag::GPSLongitudeRef, b'W')?;
        let altitude = self.0.get_field(exif::Tag::GPSAltitude, In::PRIMARY).and_then(|field| match &field.value {
            Value::Rational(parts) => number(parts.first()?),
            _ => None,
        });
        let below = self.0.get_field(exif::Tag::GPSAltitudeRef, In::PRIMARY).and_then(|field| field.value.get_uint(0));
        let altitude = altitude.map(|altitude| if below == Some(1) { -altitude } else { altitude });
        Some(Location { latitude, longitude, altitude })
    }

    /// Dots per inch across and down.
    pub(super) fn dpi(&self) -> Option<[f64; 2]> {
        let value = |tag| match &self.0.get_field(tag, In::PRIMARY)?.value {
            Value::Rational(parts) => number(parts.first()?).filter(|dots| *dots > 0.0),
            _ => None,
        };
        let unit = self.0.get_field(exif::Tag::ResolutionUnit, In::PRIMARY).and_then(|field| field.value.get_uint(0));
        let factor = match unit.unwrap_or(2) {
            2 => 1.0,
            3 => 2.54,
            _ => return None,
        };
        Some([value(exif::Tag::XResolution)? * factor, value(exif::Tag::YResolution)? * factor])
    }
}

fn number(rational: &Rational) -> Option<f64> {
    (rational.denom != 0).then(|| rational.to_f64())
}

fn is_text(field: &exif::Field) -> bool {
    matches!(field.value, Value::Ascii(_)) || field.tag == exif::Tag::UserComment
}

fn name(tag: exif::Tag) -> String {
    let known = tag.to_string();
    if known.starts_with("Tag(") { format!("0x{:04x}", tag.number()) } else { known }
}

fn value(field: &exif::Field, exif: &exif::Exif) -> String {
    let is_time = matches!(field.tag, exif::Tag::DateTime | exif::Tag::DateTimeOriginal | exif::Tag::DateTimeDigitized);
    match &field.value {
        Value::Ascii(texts) if !is_time => {
            let texts: Vec<String> = texts.iter().map(|text| shown(&String::from_utf8_lossy(text))).collect();
            shown(&texts.join("; "))
        }
        // Eight bytes name the encoding (section 4.6.5, "UserComment").
        Value::Undefined(bytes, _) if field.tag == exif::Tag::UserComment => {
            shown(&String::from_utf8_lossy(bytes.get(8..).unwrap_or_default()))
        }
        _ => shown(&field.display_value().with_unit(exif).to_string()),
    }
}
