//! Marker segments: everything of a file but its entropy-coded data (T.81, annex B).

use crate::Error;
use crate::bits::find_marker;
use crate::frame::Frame;
use crate::huffman::Code;

/// Most scans of a picture. libjpeg writes up to 10.
const MAX_SCANS: u32 = 100;

/// A component's part in a scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// Index in the frame.
    pub component: usize,
    /// Huffman tables for DC and AC.
    pub dc: usize,
    pub ac: usize,
}

/// A scan header, and where its data begins.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub parts: Vec<Part>,
    /// First and last coefficient, in zigzag order.
    pub first: u8,
    pub last: u8,
    /// Bits left away before this scan (0: it is the first for these coefficients) and after it.
    pub high: u8,
    pub low: u8,
    /// MCUs between two restart markers, 0 for none.
    pub interval: usize,
    pub data: usize,
}

/// Symbols of a Huffman table as they are in the file.
#[derive(Clone)]
struct Symbols {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

/// Goes through a file from scan to scan.
#[derive(Clone)]
pub(crate) struct Walk<'a> {
    pub bytes: &'a [u8],
    at: usize,
    pub frame: Option<Frame>,
    quantization: [Option<[u16; 64]>; 4],
    dc: [Option<Symbols>; 4],
    ac: [Option<Symbols>; 4],
    interval: usize,
    jfif: bool,
    /// The color transform an Adobe marker names.
    adobe: Option<u8>,
    scans: u32,
    /// Whether the end of the picture was reached, not just that of the file.
    pub ended: bool,
}

impl<'a> Walk<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return Err(Error::Corrupt("the file does not begin as a JPEG does"));
        }
        Ok(Self {
            bytes,
            at: 2,
            frame: None,
            quantization: [None; 4],
            dc: [const { None }; 4],
            ac: [const { None }; 4],
            interval: 0,
            jfif: false,
            adobe: None,
            scans: 0,
            ended: false,
        })
    }

    /// The frame, if it is of a kind that is read here.
    pub fn supported(&self) -> Result<&Frame, Error> {
        let frame = self.frame.as_ref().ok_or(Error::Corrupt("the file holds no picture"))?;
        if let Some(what) = frame.unsupported {
            return Err(Error::Unsupported(what));
        }
        if frame.components.len() == 3 && self.is_rgb(frame) {
            return Err(Error::Unsupported("RGB in a JPEG"));
        }
        Ok(frame)
    }

    /// What the three components are is guessed as libjpeg does it.
    fn is_rgb(&self, frame: &Frame) -> bool {
        match self.adobe {
            _ if self.jfif => false,
            Some(transform) => transform == 0,
            None => frame.components.iter().map(|component| component.id).eq(*b"RGB"),
        }
    }

    /// Goes on from somewhere in the data of a scan.
    pub fn go_on(&mut self, from: usize) {
        self.at = from;
    }

    /// Goes over the data of a scan. An error where the file ends with it: what is missing there cannot be known.
    pub fn pass_over(&mut self, scan: &Scan) -> Result<(), Error> {
        self.at = find_marker(self.bytes, scan.data, false)
            .ok_or(Error::Corrupt("the file ends in the middle of the picture"))?;
        Ok(())
    }

    /// Reads up to the data of the next scan; none at the end of the picture or the file.
    pub fn next_scan(&mut self) -> Result<Option<Scan>, Error> {
        self.next_scan_header()?.map(|segment| self.scan(segment)).transpose()
    }

    /// Reads up to the data of the next scan, and leaves its header to `scan`.
    pub fn next_scan_header(&mut self) -> Result<Option<&'a [u8]>, Error> {
        while let Some(at) = find_marker(self.bytes, self.at, false) {
            let marker = self.bytes[at + 1];
            self.at = at + 2;
            match marker {
                0xD9 => {
                    self.ended = true;
                    return Ok(None);
                }
                // Without parameters.
                0x01 | 0xD8 => continue,
                _ => {}
            }
            let segment = self.segment()?;
            match marker {
                0xC4 => self.huffman(segment)?,
                0xDB => self.quantization(segment)?,
                0xDD => {
                    let interval =
                        segment.try_into().map_err(|_| Error::Corrupt("a restart interval is not 2 bytes"))?;
                    self.interval = u16::from_be_bytes(interval).into();
                }
                0xCC => {} // Arithmetic conditioning: the frame header says that it is not read here.
                0xC0..=0xCF if self.frame.is_some() => return Err(Error::Corrupt("the file holds two frame headers")),
                0xC0..=0xCF => self.frame = Some(Frame::read(marker, segment)?),
                0xE0 => self.jfif |= segment.starts_with(b"JFIF\0") && segment.len() >= 14,
                0xEE if segment.starts_with(b"Adobe") && segment.len() >= 12 => self.adobe = Some(segment[11]),
                0xDA => return Ok(Some(segment)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn segment(&mut self) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let segment = rest.first_chunk().and_then(|length| rest.get(2..usize::from(u16::from_be_bytes(*length))));
        let segment = segment.ok_or(Error::Corrupt("the file ends in the middle of its head"))?;
        self.at += 2 + segment.len();
        Ok(segment)
    }

    fn quantization(&mut self, mut segment: &[u8]) -> Result<(), Error> {
        while let Some((&head, rest)) = segment.split_first() {
            let wide = match head >> 4 {
                0 => false,
                1 => true,
                _ => return Err(Error::Corrupt("a quantization table is neither of bytes nor of words")),
            };
            let slot = self.quantization.get_mut(usize::from(head & 15));
            let (Some(slot), Some((values, rest))) = (slot, rest.split_at_checked(if wide { 128 } else { 64 })) else {
                return Err(Error::Corrupt("a quantization table does not fit its place"));
            };
            let mut table = [0; 64];
            for (k, value) in table.iter_mut().enumerate() {
                let word = || u16::from_be_bytes([values[2 * k], values[2 * k + 1]]);
                *value = if wide { word() } else { values[k].into() };
            }
            *slot = Some(table);
            segment = rest;
        }
        Ok(())
    }

    fn huffman(&mut self, mut segment: &[u8]) -> Result<(), Error> {
        const MISFIT: Error = Error::Corrupt("a Huffman table does not fit its place");
        while let Some((&head, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk().ok_or(MISFIT)?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(total).filter(|_| total <= 256).ok_or(MISFIT)?;
            let tables = match head >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(MISFIT),
            };
            let slot = tables.get_mut(usize::from(head & 15)).ok_or(MISFIT)?;
            *slot = Some(Symbols { counts: *counts, symbols: symbols.to_vec() });
            segment = rest;
        }
        Ok(())
    }

    /// Reads the header of the scan whose data comes next.
    pub fn scan(&mut self, segment: &[u8]) -> Result<Scan, Error> {
        const MISFIT: Error = Error::Corrupt("a scan header does not fit the picture");
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(Error::Corrupt("the picture has more than 100 scans"));
        }
        let frame = self.frame.as_ref().ok_or(Error::Corrupt("a scan comes before the frame header"))?;
        let (&count, rest) = segment.split_first().ok_or(MISFIT)?;
        let (parts, &[first, last, levels]) = rest.split_last_chunk::<3>().ok_or(MISFIT)?;
        if count == 0 || parts.len() != usize::from(count) * 2 {
            return Err(MISFIT);
        }
        let mut read: Vec<Part> = Vec::with_capacity(4);
        for part in parts.chunks_exact(2) {
            let component = frame.components.iter().position(|component| component.id == part[0]).ok_or(MISFIT)?;
            // In the frame's order, each once.
            if read.last().is_some_and(|before| before.component >= component) || part[1] & 0xCC != 0 {
                return Err(MISFIT);
            }
            read.push(Part { component, dc: usize::from(part[1] >> 4), ac: usize::from(part[1] & 15) });
        }
        if frame.progressive {
            let refines = levels >> 4 != 0;
            let fits = last < 64
                && first <= last
                && (first != 0 || last == 0)
                && (first == 0 || count == 1)
                && levels & 15 <= 13
                && (!refines || levels >> 4 == (levels & 15) + 1);
            if !fits {
                return Err(MISFIT);
            }
        }
        Ok(Scan {
            parts: read,
            first,
            last,
            high: levels >> 4,
            low: levels & 15,
            interval: self.interval,
            data: self.at,
        })
    }

    /// A component's quantization table, in zigzag order.
    pub fn table(&self, index: usize) -> Result<[u16; 64], Error> {
        self.quantization[index & 3].ok_or(Error::Corrupt("a quantization table is missing"))
    }

    pub fn dc_code(&self, index: usize) -> Result<Code, Error> {
        code(&self.dc[index & 3])
    }

    pub fn ac_code(&self, index: usize) -> Result<Code, Error> {
        code(&self.ac[index & 3])
    }
}

fn code(symbols: &Option<Symbols>) -> Result<Code, Error> {
    let symbols = symbols.as_ref().ok_or(Error::Corrupt("a Huffman table is missing"))?;
    Code::new(&symbols.counts, &symbols.symbols)
}
