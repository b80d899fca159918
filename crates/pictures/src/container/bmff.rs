//! The items of an AVIF: boxes of ISO 14496-12, items and their properties of ISO 23008-12.

use std::time::Duration;

use image::metadata::Orientation;

use super::part;

/// More items or properties than this is no picture.
const ITEMS: usize = 4096;

/// A file's items.
pub(crate) struct Items<'a> {
    bytes: &'a [u8],
    idat: &'a [u8],
    primary: u32,
    items: Vec<Item>,
    properties: Vec<([u8; 4], &'a [u8])>,
    references: Vec<([u8; 4], u32, Vec<u32>)>,
}

struct Item {
    id: u32,
    kind: [u8; 4],
    in_idat: bool,
    extents: Vec<(u64, u64)>,
    /// Counted from 1, as the file does.
    properties: Vec<usize>,
}

/// The boxes in some bytes.
pub(crate) fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let size = u32::from_be_bytes(*part(bytes, at, 4)?.first_chunk()?) as usize;
        let kind = *part(bytes, at + 4, 4)?.first_chunk()?;
        let (header, size) = match size {
            0 => (8, bytes.len() - at),
            1 => (16, usize::try_from(u64::from_be_bytes(*part(bytes, at + 8, 8)?.first_chunk()?)).ok()?),
            size => (8, size),
        };
        let data = part(bytes, at.checked_add(header)?, size.checked_sub(header)?)?;
        at += size;
        Some((kind, data))
    })
}

/// The frames of the longest track, and how long they are shown (ISO 14496-12, sections 8.4.2 and 8.7.3).
pub(crate) fn motion(bytes: &[u8]) -> Option<(u32, Duration)> {
    let child = |data, name: &[u8; 4]| boxes(data).find(|(kind, _)| kind == name).map(|(_, data)| data);
    let number = |data, at| part(data, at, 4)?.first_chunk().map(|four| u32::from_be_bytes(*four));
    let frames = |track| {
        let media = child(track, b"mdia")?;
        let sizes = child(child(child(media, b"minf")?, b"stbl")?, b"stsz")?;
        let header = child(media, b"mdhd")?;
        // Times have eight bytes in version 1.
        let [scale, length] = if header.first() == Some(&1) { [20, 28] } else { [12, 16] };
        let seconds = f64::from(number(header, length)?) / f64::from(number(header, scale)?.max(1));
        Some((number(sizes, 8)?, Duration::from_millis((seconds * 1000.0) as u64)))
    };
    let tracks = boxes(child(bytes, b"moov")?).filter(|(kind, _)| kind == b"trak");
    tracks.filter_map(|(_, track)| frames(track)).max()
}

/// Numbers one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of so many bytes; none is 0.
    fn number(&mut self, bytes: usize) -> Option<u64> {
        Some(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn id(&mut self, wide: bool) -> Option<u32> {
        Some(self.number(if wide { 4 } else { 2 })? as u32)
    }
}

impl<'a> Items<'a> {
    /// Of a file that has any.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let meta = boxes(bytes).find(|(kind, _)| kind == b"meta")?.1.get(4..)?;
        let mut found =
            Self { bytes, idat: &[], primary: 0, items: Vec::new(), properties: Vec::new(), references: Vec::new() };
        let child = |kind: &[u8; 4]| boxes(meta).find(|(found, _)| found == kind).map(|(_, data)| data);
        found.idat = child(b"idat").unwrap_or_default();
        found.read_infos(child(b"iinf")?)?;
        found.read_places(child(b"iloc")?)?;
        let properties = child(b"iprp")?;
        for (kind, data) in boxes(properties) {
            match &kind {
                b"ipco" => found.properties = boxes(data).take(ITEMS).collect(),
                b"ipma" => found.read_associations(data)?,
                _ => {}
            }
        }
        if let Some(references) = child(b"iref") {
            found.read_references(references)?;
        }
        let mut primary = Reader(child(b"pitm")?);
        let wide = primary.number(4)? >> 24 > 0;
        found.primary = primary.id(wide)?;
        Some(found)
    }

    fn read_infos(&mut self, data: &[u8]) -> Option<()> {
        let mut reader = Reader(data);
        let wide = reader.number(4)? >> 24 > 0;
        reader.number(if wide { 4 } else { 2 })?;
        for (kind, data) in boxes(reader.0).filter(|(kind, _)| kind == b"infe").take(ITEMS) {
            let mut reader = Reader(data);
            let version = reader.number(4)? >> 24;
            if &kind != b"infe" || version < 2 {
                continue;
            }
            let id = reader.id(version > 2)?;
            reader.number(2)?;
            let kind = *reader.take(4)?.first_chunk()?;
            self.items.push(Item { id, kind, in_idat: false, extents: Vec::new(), properties: Vec::new() });
        }
        Some(())
    }

    fn read_places(&mut self, data: &[u8]) -> Option<()> {
        let mut reader = Reader(data);
        let version = reader.number(4)? >> 24;
        let sizes = reader.number(2)? as usize;
        let [offset, length, base, index] = [sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15];
        let count = reader.number(if version < 2 { 2 } else { 4 })?;
        let mut all = 0;
        for _ in 0..count.min(ITEMS as u64) {
            let id = reader.id(version > 1)?;
            let method = if version > 0 { reader.number(2)? & 15 } else { 0 };
            reader.number(2)?;
            let base = reader.number(base)?;
            let extents = reader.number(2)?;
            // They may take no bytes of the file, so that any number of them fits into a small one.
            all += extents;
            if all > ITEMS as u64 {
                return None;
            }
            let mut places = Vec::new();
            for _ in 0..extents {
                if version > 0 {
                    reader.number(index)?;
                }
                places.push((base.checked_add(reader.number(offset)?)?, reader.number(length)?));
            }
            if let Some(item) = self.items.iter_mut().find(|item| item.id == id && method < 2) {
                (item.in_idat, item.extents) = (method == 1, places);
            }
        }
        Some(())
    }

    fn read_associations(&mut self, data: &[u8]) -> Option<()> {
        let mut reader = Reader(data);
        let head = reader.number(4)?;
        let (wide, long) = (head >> 24 > 0, head & 1 == 1);
        for _ in 0..reader.number(4)?.min(ITEMS as u64) {
            let id = reader.id(wide)?;
            let count = reader.number(1)?;
            let mut properties = Vec::new();
            for _ in 0..count {
                // The highest bit says that it must not be ignored.
                properties.push(if long { reader.number(2)? & 0x7fff } else { reader.number(1)? & 0x7f } as usize);
            }
            if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
                item.properties.append(&mut properties);
            }
        }
        Some(())
    }

    fn read_references(&mut self, data: &'a [u8]) -> Option<()> {
        let mut reader = Reader(data);
        let wide = reader.number(4)? >> 24 > 0;
        for (kind, data) in boxes(reader.0).take(ITEMS) {
            let mut reader = Reader(data);
            let from = reader.id(wide)?;
            let count = reader.number(2)?.min(ITEMS as u64);
            let to = (0..count).map(|_| reader.id(wide)).collect::<Option<_>>()?;
            self.references.push((kind, from, to));
        }
        Some(())
    }

    /// The picture itself.
    pub(crate) fn primary(&self) -> u32 {
        self.primary
    }

    /// What kind of thing an item is.
    pub(crate) fn kind(&self, id: u32) -> Option<[u8; 4]> {
        self.items.iter().find(|item| item.id == id).map(|item| item.kind)
    }

    /// The items another is made of.
    pub(crate) fn made_of(&self, id: u32) -> &[u32] {
        let found = self.references.iter().find(|(kind, from, _)| kind == b"dimg" && *from == id);
        found.map_or(&[], |(_, _, to)| to)
    }

    /// The items that refer to another in some way.
    pub(crate) fn referring(&self, kind: &[u8; 4], id: u32) -> impl Iterator<Item = u32> {
        let found = self.references.iter().filter(move |(found, _, to)| found == kind && to.contains(&id));
        found.map(|(_, from, _)| *from)
    }

    /// Properties of an item, in their order.
    pub(crate) fn properties(&self, id: u32) -> impl Iterator<Item = ([u8; 4], &'a [u8])> {
        let item = self.items.iter().find(|item| item.id == id);
        let places = item.into_iter().flat_map(|item| item.properties.iter());
        places.filter_map(|place| self.properties.get(place.checked_sub(1)?).copied())
    }

    /// A property of an item.
    pub(crate) fn property(&self, id: u32, kind: &[u8; 4]) -> Option<&'a [u8]> {
        self.properties(id).find(|(found, _)| found == kind).map(|(_, data)| data)
    }

    /// Width and height of an item, before it is turned.
    pub(crate) fn size(&self, id: u32) -> Option<(u32, u32)> {
        let mut reader = Reader(self.property(id, b"ispe")?);
        reader.number(4)?;
        Some((reader.id(true)?, reader.id(true)?))
    }

    /// The bytes of an item: never more than the file has.
    pub(crate) fn data(&self, id: u32) -> Option<Vec<u8>> {
        let item = self.items.iter().find(|item| item.id == id)?;
        let source = if item.in_idat { self.idat } else { self.bytes };
        let mut data = Vec::new();
        for (start, length) in &item.extents {
            let start = usize::try_from(*start).ok()?;
            // No length means up to the end.
            let length = if *length == 0 { source.len().checked_sub(start)? } else { usize::try_from(*length).ok()? };
            data.extend_from_slice(part(source, start, length)?);
            if data.len() > source.len() {
                return None;
            }
        }
        Some(data)
    }

    /// The item with the alpha plane of another.
    pub(crate) fn alpha_of(&self, id: u32) -> Option<u32> {
        let is_alpha =
            |id: &u32| self.property(*id, b"auxC").is_some_and(|name| name.get(4..).is_some_and(names_alpha));
        self.referring(b"auxl", id).find(is_alpha)
    }

    /// How the picture is to be turned: `irot` counts quarter turns counter-clockwise, `imir` mirrors after that.
    pub(crate) fn orientation(&self) -> Orientation {
        let turns = self.property(self.primary, b"irot").and_then(|data| data.first()).map_or(0, |turns| turns & 3);
        let mirror = self.property(self.primary, b"imir").and_then(|data| data.first()).map(|axis| axis & 1);
        match (turns, mirror) {
            (0, None) => Orientation::NoTransforms,
            (1, None) => Orientation::Rotate270,
            (2, None) => Orientation::Rotate180,
            (_, None) => Orientation::Rotate90,
            (0, Some(0)) | (2, Some(1)) => Orientation::FlipVertical,
            (0, Some(_)) | (2, Some(_)) => Orientation::FlipHorizontal,
            // Turned left, then top and bottom change places: what mirroring along a diagonal does, and its opposite.
            (1, Some(0)) | (3, Some(1)) => Orientation::Rotate90FlipH,
            (_, Some(_)) => Orientation::Rotate270FlipH,
        }
    }
}

fn names_alpha(name: &[u8]) -> bool {
    name.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha") || name.starts_with(b"urn:mpeg:hevc:2015:auxid:1")
}

/// The part of a picture that counts (ISO 14496-12, section 12.1.4): x, y, width, height.
pub(crate) fn clean_aperture(data: &[u8], width: u32, height: u32) -> Option<[u32; 4]> {
    let number = |index: usize| data.get(index * 4..index * 4 + 4)?.first_chunk().map(|four| u32::from_be_bytes(*four));
    let whole = |index| number(index)?.checked_div(number(index + 1)?);
    let (kept_width, kept_height) = (whole(0)?, whole(2)?);
    let offset = |index| {
        let over = i64::from(number(index)? as i32);
        let under = i64::from(number(index + 1)? as i32);
        (under != 0).then(|| over as f64 / under as f64)
    };
    let start = |all: u32, kept: u32, offset: f64| {
        let start = (f64::from(all) - f64::from(kept)) / 2.0 + offset;
        (kept > 0 && start >= 0.0 && start + f64::from(kept) <= f64::from(all)).then_some(start as u32)
    };
    Some([start(width, kept_width, offset(4)?)?, start(height, kept_height, offset(6)?)?, kept_width, kept_height])
}
